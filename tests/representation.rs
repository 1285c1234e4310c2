//! Who is in the log, against who could be.

use std::fmt::Write as _;

use serde_json::Value;

use crate::audit_support::Desk;

/// 556 people in four groups, in the numbers of Mendel's peas; each with two rows, which must not count twice.
fn log() -> String {
    let mut log = "id,kind,yes\n".to_owned();
    let mut id = 0;
    for (kind, people) in [
        ("round yellow", 315),
        ("round green", 108),
        ("wrinkled yellow", 101),
        ("wrinkled green", 32),
    ] {
        for i in 0..people {
            id += 1;
            writeln!(log, "{id},{kind},{0}\n{id},{kind},{0}", i % 2).unwrap();
        }
    }
    log
}

fn spec(population: &str) -> String {
    format!(
        "[log]\npath = \"log.csv\"\nsubject = \"id\"\n[[protected]]\nname = \"kind\"\npopulation = {population}\n[[outcome]]\nname = \"o\"\nfavourable = true\nselected = {{ column = \"yes\", values = [\"1\"] }}\n"
    )
}

const NINE_THREE_THREE_ONE: &str =
    r#"{ "round yellow" = 0.5625, "round green" = 0.1875, "wrinkled yellow" = 0.1875, "wrinkled green" = 0.0625 }"#;

fn find<'a>(result: &'a Value, group: &str, contrast: &str) -> &'a Value {
    let all = result["estimates"].as_array().unwrap();
    let found = all.iter().find(|e| {
        e["metric"] == "representation" && e["contrast"] == contrast && (e["group"] == group || contrast == "max_gap")
    });
    found.unwrap()
}

#[test]
fn mendels_peas_fit_his_law() {
    let desk = Desk::with("log.csv", log());
    desk.write("audit.toml", spec(NINE_THREE_THREE_ONE));
    let result = desk.result(&["audit.toml"]);
    // R: chisq.test(c(315, 108, 101, 32), p = c(9, 3, 3, 1)/16): p = 0.9254.
    let whole = find(&result, "", "max_gap");
    assert_eq!(whole["test"], "chi-square goodness of fit");
    assert!((whole["p_value"].as_f64().unwrap() - 0.925_425_9).abs() < 1e-6);
    let green = find(&result, "wrinkled green", "ratio");
    assert!((green["estimate"].as_f64().unwrap() - (32.0 / 556.0) / 0.0625).abs() < 1e-12);
    assert_eq!(green["subjects"], 32);
    assert!(green["low"].as_f64().unwrap() < 1.0 && green["high"].as_f64().unwrap() > 1.0);
    assert_eq!(green["reference"], "(population)");
}

#[test]
fn a_group_with_nobody_in_the_log_fails_the_gate() {
    let desk = Desk::with("log.csv", log());
    let gate = "[[gate]]\nmetric = \"representation\"\ncontrast = \"ratio\"\nmin = 0.5\n";
    desk.write("fair.toml", spec(NINE_THREE_THREE_ONE) + gate);
    assert_eq!(desk.audit(&["fair.toml"]).code, 0);
    let five = r#"{ "round yellow" = 0.5, "round green" = 0.1875, "wrinkled yellow" = 0.1875, "wrinkled green" = 0.0625, "blue" = 0.0625 }"#;
    desk.write("absent.toml", spec(five) + gate);
    let failed = desk.audit(&["absent.toml"]);
    assert_eq!(failed.code, 1, "{}", failed.err);
    let result = failed.json();
    let answers = result["gates"][0]["answers"].as_array().unwrap();
    let blue = answers.iter().find(|answer| answer["group"] == "blue").unwrap();
    assert_eq!(
        (blue["verdict"].as_str(), blue["estimate"].as_f64()),
        (Some("fail"), Some(0.0))
    );
    assert!(desk.run(&["audit", "absent.toml"]).out.contains("blue"));
}

#[test]
fn a_group_that_is_not_of_the_population_is_told() {
    let desk = Desk::with("log.csv", log());
    desk.write("audit.toml", spec(r#"{ "round yellow" = 0.75, "round green" = 0.25 }"#));
    let result = desk.result(&["audit.toml"]);
    assert!(
        result["notes"].to_string().contains("`wrinkled green` (32 people)"),
        "{}",
        result["notes"]
    );
    let share = find(&result, "round yellow", "value")["estimate"].as_f64().unwrap();
    assert!((share - 315.0 / 423.0).abs() < 1e-12);
}

#[test]
fn a_withheld_group_is_not_taken_for_nobody() {
    let desk = Desk::with("log.csv", log());
    let gate = "[[gate]]\nmetric = \"representation\"\ncontrast = \"ratio\"\nmin = 0.5\n";
    desk.write("audit.toml", spec(NINE_THREE_THREE_ONE) + gate);
    // Only the smallest group has fewer than 50; another goes with it.
    let tallied = desk.run(&["tally", "audit.toml", "--withhold", "50", "-o", "t.parquet"]);
    assert_eq!(tallied.code, 0, "{}", tallied.err);
    let result = desk.audit(&["--tally", "t.parquet"]).json();
    assert_eq!(result["gates"][0]["verdict"], "inconclusive");
    let all = result["estimates"].as_array().unwrap();
    assert!(!all.iter().any(|e| e["metric"] == "representation"));
    assert!(
        result["notes"].to_string().contains("held against a population"),
        "{}",
        result["notes"]
    );
}

#[test]
fn shares_must_be_shares() {
    let desk = Desk::with("log.csv", log());
    for (population, code) in [
        ("{ a = 0.5, b = 0.3 }", "bad-value"),
        ("{ a = 51, b = 49 }", "bad-value"),
        ("{ a = 0.9999 }", "bad-value"),
        ("\"census\"", "wrong-type"),
    ] {
        desk.write("audit.toml", spec(population));
        desk.audit(&["audit.toml"]).refuses(code);
    }
    let flags = [
        "log.csv",
        "--protected",
        "kind",
        "--selected",
        "yes=1",
        "--favourable",
        "--gate",
        "representation:ratio>=0.8",
    ];
    assert!(desk.audit(&flags).refuses("metric-not-given").contains("population"));
}
