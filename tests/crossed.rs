//! Searches for the worst-off group and hunts for proxies, from the command line.

use std::fmt::Write as _;

use serde_json::Value;

use crate::audit_support::{Desk, Dice, assert_close, number};

/// People with one to four rows each. Women who come by the app are selected half as often; `device` and `code` tell gender
/// only together.
fn log(seed: u64, people: u64, planted: bool) -> Vec<String> {
    let mut dice = Dice(seed);
    let mut rows = Vec::new();
    for person in 0..people {
        let gender = ["f", "m"][dice.below(2) as usize];
        let channel = ["app", "mail", "shop"][dice.below(3) as usize];
        let age = 18 + dice.below(60);
        let device = dice.below(2);
        let tells = dice.below(10) > 0;
        let code = if tells {
            device ^ u64::from(gender == "f")
        } else {
            device
        };
        let chance = if planted && gender == "f" && channel == "app" {
            20
        } else {
            40
        };
        // A person's rows go together.
        let own = dice.below(100) < chance;
        for _ in 0..1 + dice.below(4) {
            let yes = if dice.below(2) == 0 {
                own
            } else {
                dice.below(100) < chance
            };
            let label = u8::from(dice.below(2) == 0);
            let mut row = String::new();
            write!(
                row,
                "{person},{gender},{channel},{age},{device},{code},{},{label}",
                u8::from(yes)
            )
            .unwrap();
            rows.push(row);
        }
    }
    rows
}

fn text(rows: &[String]) -> String {
    format!("id,gender,channel,age,device,code,yes,label\n{}\n", rows.join("\n"))
}

const FLAGS: [&str; 9] = [
    "log.csv",
    "--subject",
    "id",
    "--protected",
    "gender",
    "--selected",
    "yes=1",
    "--favourable",
    "--reference=m",
];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    FLAGS.iter().copied().chain(more.iter().copied()).collect()
}

fn finding<'a>(result: &'a Value, metric: &str) -> &'a Value {
    let all = result["estimates"].as_array().unwrap();
    all.iter().find(|e| e["metric"] == metric).unwrap()
}

#[test]
fn the_planted_group_is_found_and_confirmed() {
    let rows = log(11, 8_000, true);
    let desk = Desk::with("log.csv", text(&rows));
    let args = with(&["--search", "gender,channel,device", "--gate", "subgroup_gap>=-0.05"]);
    let done = desk.audit(&args);
    assert_eq!(done.code, 1);
    let result = done.json();
    let search = &result["search"];
    // 2 + 3 + 2 of one column, 6 + 4 + 6 of two, 12 of three.
    assert_eq!(search["tested"], 35);
    let groups = search["groups"].as_array().unwrap();
    assert_eq!(groups[0]["group"], "gender=f & channel=app");
    assert_eq!(groups[0]["confirmed"], true);
    assert_eq!(groups.iter().filter(|group| group["confirmed"] == true).count(), 1);
    let (low, high) = (number(&groups[0]["low"]), number(&groups[0]["high"]));
    assert!(low < -0.2 && -0.2 < high, "{low} {high}");
    let mine: Vec<Vec<&str>> = rows.iter().map(|row| row.split(',').collect()).collect();
    let mine: Vec<&Vec<&str>> = mine.iter().filter(|row| row[1] == "f" && row[2] == "app").collect();
    assert_eq!(number(&groups[0]["rows"]), mine.len() as f64);
    let mut people: Vec<&str> = mine.iter().map(|row| row[0]).collect();
    people.dedup();
    assert_eq!(groups[0]["subjects"], people.len());
    let shares = groups[0]["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| number(&item["share"]));
    assert_close(shares.sum(), 1.0, 1e-12);
    let worst = finding(&result, "subgroup_gap");
    assert_eq!(
        (&worst["attribute"], &worst["group"]),
        (&"(search)".into(), &groups[0]["group"])
    );
    assert_eq!(worst["estimate"], groups[0]["gap"]);
    assert_eq!(result["gates"][0]["answers"][0]["attribute"], "(search)");
    let table = desk.run(&[&["audit"], args.as_slice()].concat()).out;
    assert!(table.contains("search for the worst-off group"), "{table}");
    assert!(table.contains("Of 35 groups searched, the one most surely worse off is `gender=f & channel=app`"));
}

#[test]
fn neither_the_order_of_rows_nor_of_columns_nor_threads_change_a_search() {
    let mut rows = log(12, 3_000, true);
    let desk = Desk::with("log.csv", text(&rows));
    let args = with(&["--search", "gender,channel,age", "--proxies", "device,code"]);
    let first = desk.audit(&args).out;
    Dice(5).shuffle(&mut rows);
    desk.write("log.csv", text(&rows));
    assert_eq!(desk.audit(&args).out, first);
    let mut alone = desk.command(&[&["audit", "--format", "json"], args.as_slice()].concat());
    assert_eq!(
        crate::audit_support::Done::of(alone.env("POLARS_MAX_THREADS", "1")).out,
        first
    );
}

#[test]
fn a_fair_log_has_no_confirmed_group() {
    let mut alarms = 0;
    for seed in 0..30 {
        let desk = Desk::with("log.csv", text(&log(100 + seed, 900, false)));
        let result = desk.result(&with(&[
            "--search",
            "gender,channel,device,code",
            "--gate",
            "subgroup_gap>=-0.05",
        ]));
        let groups = result["search"]["groups"].as_array().unwrap();
        alarms += groups.iter().filter(|group| group["confirmed"] == true).count();
        assert_ne!(result["verdict"]["verdict"], "fail");
    }
    assert!(alarms <= 1, "{alarms}");
}

#[test]
fn rows_that_are_people_of_their_own_are_searched_too() {
    let rows: Vec<String> = log(13, 9_000, true);
    let desk = Desk::with("log.csv", text(&rows));
    let args = [
        "log.csv",
        "--protected",
        "gender",
        "--selected",
        "yes=1",
        "--favourable",
        "--search=gender,channel",
    ];
    let search = desk.result(&args)["search"].clone();
    assert_eq!(search["groups"][0]["group"], "gender=f & channel=app");
    assert_eq!(search["groups"][0]["confirmed"], true);
    assert_eq!(
        number(&search["groups"][0]["rows"]),
        number(&search["groups"][0]["subjects"])
    );
}

#[test]
fn a_search_goes_by_the_metric_and_the_outcome_that_it_names() {
    let desk = Desk::with("log.csv", text(&log(14, 6_000, true)));
    let spec = |metric: &str| {
        format!(
            "[log]\npath = \"log.csv\"\nsubject = \"id\"\n[[protected]]\nname = \"gender\"\n\
             [[outcome]]\nname = \"other\"\nfavourable = true\nselected = {{ column = \"label\", values = [\"1\"] }}\n\
             [[outcome]]\nname = \"offered\"\nfavourable = true\nselected = {{ column = \"yes\", values = [\"1\"] }}\n\
             actual = {{ column = \"label\", values = [\"1\"] }}\n\
             [[feature]]\nname = \"age\"\nbands = [30, 50]\n\
             [search]\ncolumns = [\"gender\", \"channel\", \"age\"]\noutcome = \"offered\"\ndepth = 2\nmetric = \"{metric}\"\n"
        )
    };
    for metric in ["true_positive_rate", "false_positive_rate", "selection_rate"] {
        desk.write("spec.toml", spec(metric));
        let search = desk.result(&["spec.toml"])["search"].clone();
        assert_eq!(
            (&search["metric"], &search["outcome"]),
            (&metric.into(), &"offered".into())
        );
        // 2 + 3 + 3 of one column, 6 + 6 + 9 of two.
        assert_eq!(search["tested"], 29);
        let worst = &search["groups"][0];
        if metric == "false_positive_rate" {
            // Its direction is that of being selected: the planted group has fewer.
            assert!(number(&worst["gap"]).abs() < 0.3);
        } else {
            assert_eq!(worst["group"], "gender=f & channel=app");
            assert!(number(&worst["gap"]) < -0.1);
        }
    }
    desk.write("spec.toml", spec("mean_value"));
    desk.audit(&["spec.toml"]).refuses("metric-not-given");
    desk.write("spec.toml", spec("reach"));
    desk.audit(&["spec.toml"]).refuses("bad-value");
}

#[test]
fn columns_tell_together_what_none_tells_alone() {
    let desk = Desk::with("log.csv", text(&log(15, 6_000, true)));
    let args = with(&["--proxies", "device,code,age", "--gate", "proxy_auc<=0.6"]);
    let done = desk.audit(&args);
    assert_eq!(done.code, 1);
    let result = done.json();
    let proxies = result["proxies"].as_array().unwrap();
    assert_eq!(proxies.len(), 4);
    for alone in &proxies[..3] {
        assert!(
            number(&alone["auc_low"]) < 0.5 && number(&alone["auc_high"]) > 0.5,
            "{alone}"
        );
    }
    let together = &proxies[3];
    assert_eq!(together["columns"].as_array().unwrap().len(), 3);
    assert!(
        number(&together["auc_low"]) > 0.7 && number(&together["guessed"]) > 0.7,
        "{together}"
    );
    assert_eq!(together["subjects"], 6_000);
    assert_eq!(finding(&result, "proxy_auc")["estimate"], together["auc"]);
    assert_eq!(
        finding(&result, "proxy_information")["estimate"],
        together["information"]
    );
    let table = desk.run(&[&["audit"], args.as_slice()].concat()).out;
    assert!(
        table.contains("What gives `gender` away") && table.contains("all 3 together"),
        "{table}"
    );
}

#[test]
fn cramers_v_of_a_known_table() {
    // Made by tests/oracles/association.py: 30, 10, 20 of one group and 5, 25, 10 of the other in three values.
    let mut log = "id,gender,code,yes\n".to_owned();
    let mut person = 0;
    for (gender, counts) in [("f", [30, 10, 20]), ("m", [5, 25, 10])] {
        for (code, count) in counts.into_iter().enumerate() {
            for _ in 0..count {
                person += 1;
                // Two rows of each: people count, not rows.
                writeln!(log, "{person},{gender},{code},1\n{person},{gender},{code},0").unwrap();
            }
        }
    }
    let desk = Desk::with("log.csv", log);
    let proxy = desk.result(&with(&["--proxies", "code"]))["proxies"][0].clone();
    assert_eq!(proxy["subjects"], 100);
    assert_close(number(&proxy["cramers_v"]), 0.477_633_866_876_263_3, 1e-12);
    assert_close(number(&proxy["p_value"]), 4.544_525_202_959_285e-6, 1e-15);
}

#[test]
fn what_can_not_be_searched_is_refused() {
    let desk = Desk::with("log.csv", text(&log(16, 300, false)));
    for (more, code) in [
        (&["--search", "gender"][..], "bad-value"),
        (&["--search", "gender,nothing"], "unknown-column"),
        (&["--search", "gender,channel,gender"], "duplicate-name"),
        (&["--proxies", "gender,channel"], "bad-value"),
        (&["--gate", "subgroup_gap>=-0.1"], "metric-not-given"),
        (&["--gate", "proxy_auc<=0.6"], "metric-not-given"),
    ] {
        desk.audit(&with(more)).refuses(code);
    }
    let weighted = [
        "log.csv",
        "--protected=gender",
        "--selected=yes=1",
        "--favourable",
        "--weight=age",
        "--search=gender,channel",
    ];
    let told = desk.audit(&weighted);
    assert!(told.refuses("missing-key").contains("subject"), "{}", told.err);
}

#[test]
fn a_tally_in_a_file_has_nothing_to_search() {
    let desk = Desk::with("log.csv", text(&log(17, 300, false)));
    let args = with(&[
        "--search",
        "gender,channel",
        "--proxies",
        "code",
        "--gate",
        "subgroup_gap>=-0.1",
    ]);
    let counted = desk.run(&[&["tally", "-o", "t.parquet"], args.as_slice()].concat());
    assert_eq!(counted.code, 0, "{}", counted.err);
    let result = desk.result(&["--tally", "t.parquet"]);
    assert_eq!(result["search"], Value::Null);
    assert_eq!(finding(&result, "subgroup_gap")["reason"], "needs-rows");
    assert_eq!(finding(&result, "proxy_auc")["reason"], "needs-rows");
    assert_eq!(result["verdict"]["verdict"], "inconclusive");
}
