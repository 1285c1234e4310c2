//! Checks against logs beside: consents and objections.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::audit_support::{Desk, assert_close, number};

fn fixture(name: &str) -> String {
    fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures/consents")
            .join(name),
    )
    .unwrap()
}

fn desk() -> Desk {
    let desk = Desk::new();
    for name in ["mails.csv", "clean.csv", "consents.csv", "objections.csv", "audit.toml"] {
        desk.write(name, fixture(name));
    }
    desk
}

fn everybody<'a>(result: &'a Value, outcome: &str, metric: &str) -> &'a Value {
    let all = result["estimates"].as_array().unwrap();
    let is_it = |e: &&Value| {
        e["outcome"] == outcome && e["metric"] == metric && e["contrast"] == "value" && e["attribute"] == "(everyone)"
    };
    all.iter()
        .find(is_it)
        .unwrap_or_else(|| panic!("no {metric} of {outcome}"))
}

fn found(result: &Value, outcome: &str) -> (f64, f64) {
    let rate = everybody(result, outcome, "selection_rate");
    (number(&rate["numerator"]), number(&rate["denominator"]))
}

/// Which mails are wrong was found by the generator, by looking through each person's list for each mail.
#[test]
fn every_fault_is_found_to_the_row_and_nothing_else() {
    let desk = desk();
    let rows: Vec<String> = fixture("mails.csv").lines().skip(1).map(str::to_owned).collect();
    let count = |is_it: &dyn Fn(&str, &str) -> bool| {
        let of = |row: &&String| {
            let cells: Vec<&str> = row.split(',').collect();
            is_it(cells[5], cells[6])
        };
        rows.iter().filter(of).count() as f64
    };
    let consent = |fault: &str| fault == "no consent" || fault == "both";
    let objected = |fault: &str| fault == "objected" || fault == "both";
    let done = desk.audit(&["audit.toml"]);
    assert_eq!(done.code, 1, "{}", done.err);
    let result = done.json();
    let expected = (
        count(&|personalised, fault| personalised == "1" && consent(fault)),
        count(&|personalised, _| personalised == "1"),
    );
    assert!(expected.0 > 100.0);
    assert_eq!(found(&result, "without consent"), expected);
    let expected = (count(&|_, fault| objected(fault)), rows.len() as f64);
    assert!(expected.0 > 20.0);
    assert_eq!(found(&result, "after an objection"), expected);

    // Of the mails that are wrong all are found, and of the others none.
    let only = |faults: &str| {
        let spec = fixture("audit.toml").replace(
            "time = \"sent_at\"",
            &format!("time = \"sent_at\"\nwhere = [{{ column = \"fault\", values = [{faults}] }}]"),
        );
        desk.write("only.toml", spec);
        desk.result(&["only.toml"])
    };
    let (selected, all) = found(&only("\"no consent\", \"both\""), "without consent");
    assert_eq!(selected, all);
    let (selected, all) = found(&only("\"objected\", \"both\""), "after an objection");
    assert_eq!(selected, all);
    let clean = desk.audit(&["audit.toml", "clean.csv"]);
    assert_eq!(clean.code, 0, "{}{}", clean.out, clean.err);
    let clean = clean.json();
    assert_eq!(found(&clean, "without consent").0, 0.0);
    assert_eq!(found(&clean, "after an objection").0, 0.0);
}

#[test]
fn the_logs_beside_are_accounted_for() {
    let desk = desk();
    let result = desk.result(&["audit.toml"]);
    let rows = |name: &str| fixture(name).lines().count() as u64 - 1;
    let inputs: Vec<(&str, &str, u64)> = result["inputs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|input| {
            (
                input["role"].as_str().unwrap(),
                input["name"].as_str().unwrap(),
                input["rows"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        inputs,
        [
            ("log", "mails.csv", rows("mails.csv")),
            ("check", "consents.csv", rows("consents.csv")),
            ("check", "objections.csv", rows("objections.csv")),
        ]
    );
    let read = rows("consents.csv");
    let expected = format!(
        "Check `without consent`: {read} rows of `consents.csv` read = {} used + 1 without a person + 1 without a beginning.",
        read - 2
    );
    assert!(result["notes"].to_string().contains(&expected), "{}", result["notes"]);
    let one = desk.audit(&["audit.toml", "--threads", "1"]);
    let two = desk.audit(&["audit.toml", "--threads", "2"]);
    assert_eq!(one.out, two.out);
}

const SPEC: &str = "[log]\npath = \"log.csv\"\nsubject = \"id\"\ntime = \"at\"\n[[protected]]\nname = \"group\"\n[groups]\nmin_subjects = 1\n[[check]]\nname = \"late\"\nkind = \"opt_out\"\npath = \"beside.csv\"\nfrom = \"since\"\n";

fn small(log: &str, beside: &str) -> Desk {
    let desk = Desk::with("log.csv", format!("id,group,at\n{log}"));
    desk.write("beside.csv", format!("id,since\n{beside}"));
    desk.write("spec.toml", SPEC);
    desk
}

/// By hand: 3.5 and 0.25 days after the objection; a row in the same minute is after it, one before it is not.
#[test]
fn days_since_an_objection_are_the_value() {
    let log = "1,a,2026-10-04 12:00\n1,a,2026-09-30 23:59\n2,b,2026-10-02 06:00\n2,b,2026-10-02\n3,b,2026-10-01\n";
    let desk = small(log, "1,2026-10-01\n2,2026-10-02\n");
    let result = desk.result(&["spec.toml"]);
    assert_eq!(found(&result, "late"), (3.0, 5.0));
    let days = everybody(&result, "late", "mean_value");
    assert_close(number(&days["estimate"]), (3.5 + 0.25 + 0.0) / 3.0, 1e-12);
    assert_eq!(result["outcomes"][0]["unit"], "days");
}

#[test]
fn a_zone_decides_what_comes_first() {
    // 08:00 in Warsaw is 06:00 in UTC: before an objection at 07:00 UTC.
    let desk = small(
        "1,a,2026-10-01T08:00:00+02:00\n2,b,2026-10-01T08:00:00Z\n",
        "1,2026-10-01T07:00:00Z\n2,2026-10-01T07:00:00Z\n",
    );
    assert_eq!(found(&desk.result(&["spec.toml"]), "late"), (1.0, 2.0));
    let mixed = small("1,a,2026-10-01T08:00:00+02:00\n", "1,2026-10-01 07:00\n");
    let said = mixed.run(&["audit", "spec.toml"]);
    assert!(said.refuses("mixed-times").contains("beside.csv"));
}

#[test]
fn a_tally_keeps_what_checks_found() {
    let desk = desk();
    let done = desk.run(&["tally", "audit.toml", "--output", "t.parquet"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let direct = desk.result(&["audit.toml"]);
    let later = desk.result(&["audit.toml", "--tally", "t.parquet"]);
    assert_eq!(found(&direct, "without consent"), found(&later, "without consent"));
    assert_eq!(direct["gates"], later["gates"]);
}

#[test]
fn faults_of_checks_are_told_with_their_place() {
    let whole = "1,a,2026-10-01\n";
    let cases: [(&str, &str, &str, &str, &str); 9] = [
        (whole, "1,yesterday\n", "", "not-a-time", "beside.csv:2"),
        ("1,a,soon\n", "1,2026-10-01\n", "", "not-a-time", "log.csv:2"),
        (
            whole,
            "1,2026-10-01\n",
            "kind = \"opt_out\"=>kind = \"optout\"",
            "bad-value",
            "did you mean \"opt_out\"?",
        ),
        (
            whole,
            "1,2026-10-01\n",
            "\"since\"=>\"sinse\"",
            "unknown-column",
            "did you mean `since`?",
        ),
        (
            whole,
            "1,2026-10-01\n",
            "time = \"at\"\n=>",
            "missing-key",
            "[log] `time`",
        ),
        (
            whole,
            "1,2026-10-01\n",
            "subject = \"id\"\n=>",
            "missing-key",
            "[log] `subject`",
        ),
        (
            whole,
            "1,2026-10-01\n",
            "path = \"beside.csv\"=>path = \"nowhere.csv\"",
            "file-not-found",
            "nowhere.csv",
        ),
        (
            whole,
            "1,2026-10-01\n",
            "from = =>grace_days = -1\nfrom = ",
            "bad-value",
            "0 or more",
        ),
        (
            whole,
            "1,2026-10-01\n",
            "opt_out\"=>consent\"\ngrace_days = 1",
            "bad-value",
            "no grace",
        ),
    ];
    for (log, beside, change, code, told) in cases {
        let desk = small(log, beside);
        let (from, to) = change.split_once("=>").unwrap_or(("\0", ""));
        let spec = SPEC.replace(from, to);
        desk.write("spec.toml", spec);
        let said = desk.run(&["audit", "spec.toml"]);
        assert!(said.refuses(code).contains(told), "{}", said.err);
    }
    let desk = small(whole, "");
    desk.write("beside.csv", "id,since,until\n1,2026-10-02,2026-10-01\n");
    desk.write("spec.toml", SPEC.replace("from = ", "to = \"until\"\nfrom = "));
    let said = desk.run(&["audit", "spec.toml"]);
    assert!(said.refuses("out-of-range").contains("beside.csv:2"));
}
