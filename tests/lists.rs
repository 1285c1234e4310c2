//! Lists: who is shown what, where, and how good it is for them.

use std::fmt::Write as _;

use serde_json::Value;

use crate::audit_support::{Desk, Dice, assert_close, number};

/// The one estimate of a group, a metric and a contrast, for a class of items or for all.
pub fn find<'a>(
    result: &'a Value,
    (attribute, group): (&str, &str),
    metric: &str,
    contrast: &str,
    class: Option<&str>,
) -> &'a Value {
    let found: Vec<&Value> = result["estimates"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|e| e["attribute"] == attribute && (e["group"] == group || group == "*"))
        .filter(|e| e["metric"] == metric && e["contrast"] == contrast && e["item_class"].as_str() == class)
        .collect();
    assert_eq!(
        found.len(),
        1,
        "{attribute} {group} {metric} {contrast} {class:?}: {found:?}"
    );
    found[0]
}

#[track_caller]
fn close(e: &Value, expected: f64) {
    assert_close(number(&e["estimate"]), expected, 1e-9);
}

pub const RECEIVER: &str = "[log]\npath = \"log.csv\"\nsubject = \"person\"\n[groups]\nmin_subjects = 1\n[[protected]]\nname = \"gender\"\nreference = \"m\"\n\
     [[outcome]]\nname = \"clicked\"\nfavourable = true\nselected = { column = \"click\", values = [\"1\"], absent = \"allow\" }\n";

pub const LIST: &str = "[list]\nrequest = \"request\"\nposition = \"rank\"\nitem = \"item\"\nitem_class = \"class\"\n";

/// Two lists of a woman, one of a man.
const LOG: &str = "person,gender,request,rank,item,class,click\n\
    1,f,a,1,i1,ad,1\n1,f,a,2,i2,job,0\n1,f,a,3,i3,job,0\n\
    1,f,b,2,i1,job,0\n1,f,b,1,i4,ad,0\n\
    2,m,a,2,i2,ad,0\n2,m,a,1,i1,job,1\n2,m,a,,i5,job,0\n";

#[test]
fn exposure_by_class_by_hand() {
    let desk = Desk::with("log.csv", LOG);
    desk.write("spec.toml", format!("{RECEIVER}{LIST}"));
    let result = desk.result(&["spec.toml"]);
    let second = 1.0 / 3f64.log2();
    let job_f = (second + 0.5 + second) / 2.0;
    close(find(&result, ("gender", "f"), "exposure", "value", Some("job")), job_f);
    close(find(&result, ("gender", "m"), "exposure", "value", Some("job")), 1.0);
    close(
        find(&result, ("gender", "f"), "exposure", "gap", Some("job")),
        job_f - 1.0,
    );
    close(find(&result, ("gender", "f"), "exposure", "ratio", Some("job")), job_f);
    close(find(&result, ("gender", "f"), "exposure", "value", Some("ad")), 1.0);
    close(
        find(&result, ("gender", "f"), "exposure_share", "value", Some("job")),
        job_f / (job_f + 1.0),
    );
    let notes = result["notes"].to_string();
    assert!(notes.contains("3 lists with 7 rows"), "{notes}");
    assert!(
        notes.contains("1 rows have no request or no rank") && notes.contains("1 of `m`"),
        "{notes}"
    );
    let table = desk.run(&["audit", "spec.toml"]).out;
    assert!(
        table.contains("exposure_share of items that people are shown"),
        "{table}"
    );
}

#[test]
fn other_discounts_by_hand() {
    let desk = Desk::with("log.csv", LOG);
    for (keys, expected) in [
        ("discount = \"geometric\"\ngamma = 0.5", (0.5 + 0.25 + 0.5) / 2.0),
        ("discount = \"reciprocal\"", (0.5 + 1.0 / 3.0 + 0.5) / 2.0),
        ("discount = \"step\"\nk = 2", 1.0),
        ("discount = \"observed\"\nobserved = \"rank\"", 3.5),
        ("depth = 2", 1.0 / 3f64.log2()),
    ] {
        desk.write("spec.toml", format!("{RECEIVER}{LIST}{keys}\n"));
        let result = desk.result(&["spec.toml"]);
        close(
            find(&result, ("gender", "f"), "exposure", "value", Some("job")),
            expected,
        );
    }
}

/// A log of `people` with several lists each; women are shown the class `job` at rank 1 with `chance_f` in a thousand, men
/// with `chance_m`, people differing among themselves.
pub fn lists(seed: u64, people: u64, chance_f: u64, chance_m: u64) -> String {
    let mut dice = Dice(seed);
    let mut log = "person,gender,request,rank,item,class,click\n".to_owned();
    for person in 0..people {
        let female = dice.below(2) == 0;
        let own = if female { chance_f } else { chance_m } + dice.below(200) - 100;
        for request in 0..1 + dice.below(6) {
            let first = dice.below(1000) < own;
            for rank in 1..=4 {
                let class = if (rank == 1) == first { "job" } else { "ad" };
                let (item, click) = (dice.below(30), u8::from(dice.below(10) == 0));
                let gender = if female { "f" } else { "m" };
                writeln!(log, "{person},{gender},{request},{rank},i{item},{class},{click}").unwrap();
            }
        }
    }
    log
}

#[test]
fn neither_order_nor_threads_change_a_byte() {
    let log = lists(3, 400, 400, 500);
    let desk = Desk::with("log.csv", &log);
    desk.write(
        "spec.toml",
        format!(
            "{RECEIVER}metrics = [\"all\"]\n[[protected]]\nname = \"kind\"\ncolumn = \"class\"\nside = \"item\"\n{LIST}"
        ),
    );
    let first = desk.audit(&["spec.toml", "--threads", "1"]).out;
    assert!(first.contains("\"ndkl\"") && first.contains("\"exposure_gini\""));
    let mut lines: Vec<&str> = log.lines().collect();
    let head = lines.remove(0);
    Dice(9).shuffle(&mut lines);
    desk.write("log.csv", format!("{head}\n{}\n", lines.join("\n")));
    assert_eq!(desk.audit(&["spec.toml", "--threads", "3"]).out, first);
}

#[test]
fn a_gate_looks_at_every_class_or_at_one() {
    let desk = Desk::with("log.csv", lists(5, 2_000, 300, 600));
    let gate = "[[gate]]\nmetric = \"exposure\"\ncontrast = \"ratio\"\nmin = 0.95\n";
    desk.write("spec.toml", format!("{RECEIVER}{LIST}{gate}"));
    let done = desk.audit(&["spec.toml"]);
    assert_eq!(done.code, 1, "{}", done.err);
    let result = done.json();
    let answers = result["gates"][0]["answers"].as_array().unwrap();
    let of = |class: &str| answers.iter().find(|a| a["item_class"] == class).unwrap();
    // Where a job does not come first, it has ranks 2 to 4.
    assert_eq!((answers.len(), &of("ad")["verdict"]), (2, &Value::from("fail")));
    desk.write("spec.toml", format!("{RECEIVER}{LIST}{gate}item_class = \"job\"\n"));
    assert_eq!(desk.audit(&["spec.toml"]).code, 0);
    let table = desk.run(&["audit", "spec.toml"]).out;
    assert!(table.contains("items `job`"), "{table}");
}

#[test]
fn what_is_no_list_is_refused() {
    let desk = Desk::with("log.csv", LOG);
    for (keys, code) in [
        ("[list]\nrequest = \"request\"\n", "missing-key"),
        ("[list]\nposition = \"nowhere\"\n", "unknown-column"),
        ("[list]\nposition = \"item\"\n", "not-a-rank"),
        ("[list]\nposition = \"rank\"\ndiscount = \"geometric\"\n", "missing-key"),
        ("[list]\nposition = \"rank\"\ngamma = 0.5\n", "bad-value"),
        ("[list]\nposition = \"rank\"\ndiscount = \"linear\"\n", "bad-value"),
        ("[list]\nposition = \"rank\"\ndepth = 0\n", "bad-value"),
        ("[list]\nposition = \"rank\"\nclip = 5\n", "missing-key"),
        (
            "[list]\nposition = \"rank\"\npropensity = \"rank\"\n",
            "not-a-propensity",
        ),
        (
            "[list]\nposition = \"rank\"\nitem_class = \"nothing\"\n",
            "unknown-column",
        ),
        ("[[gate]]\nmetric = \"ndcg\"\nmin = 0.5\n", "metric-not-given"),
        (
            "[list]\nposition = \"rank\"\n[[gate]]\nmetric = \"exposure\"\nmin = 0.5\n",
            "metric-not-given",
        ),
    ] {
        desk.write("spec.toml", format!("{RECEIVER}{keys}"));
        desk.audit(&["spec.toml"]).refuses(code);
    }
    desk.write("spec.toml", RECEIVER);
    assert_eq!(desk.run(&["tally", "spec.toml", "-o", "t.parquet"]).code, 0);
    desk.write("spec.toml", format!("{RECEIVER}{LIST}"));
    desk.audit(&["spec.toml", "--tally", "t.parquet"]).refuses("needs-rows");
}
