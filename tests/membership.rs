//! Groups of which only the chance to be in them is known.

use std::fmt::Write as _;

use serde_json::Value;

use crate::audit_support::{Desk, assert_close, number};

/// By chance of a: people, and how many of them are selected.
const STRATA: [(&str, u32, u32); 4] = [("0.9", 400, 120), ("0.7", 400, 100), ("0.3", 400, 60), ("0.1", 400, 40)];

fn log(rows_a_person: u32) -> String {
    let mut log = "id,gender,p_a,p_b,yes\n".to_owned();
    let mut id = 0;
    for (stratum, (chance, people, selected)) in STRATA.into_iter().enumerate() {
        let other = STRATA[3 - stratum].0;
        for i in 0..people {
            id += 1;
            for _ in 0..rows_a_person {
                let gender = if id % 2 == 0 { "f" } else { "m" };
                writeln!(log, "{id},{gender},{chance},{other},{}", u8::from(i < selected)).unwrap();
            }
        }
    }
    log
}

const SPEC: &str = r#"
[log]
path = "log.csv"
subject = "id"

[[protected]]
name = "gender"
reference = "m"

[[protected]]
name = "origin"
membership = { a = "p_a", b = "p_b" }
reference = "b"

[[outcome]]
name = "offered"
favourable = true
selected = { column = "yes", values = ["1"] }
"#;

fn audited(log: &str, more: &str) -> Value {
    let desk = Desk::with("log.csv", log);
    desk.write("audit.toml", format!("{SPEC}{more}"));
    desk.result(&["audit.toml"])
}

fn refused(log: &str, spec: &str, code: &str) -> String {
    let desk = Desk::with("log.csv", log);
    desk.write("audit.toml", spec);
    desk.audit(&["audit.toml"]).refuses(code).to_owned()
}

#[test]
fn by_chance_by_threshold_and_what_can_be() {
    // By hand from the formulas: bounds 0.1 to 0.4 and 0 to 0.3, gap by chance 0.10, by threshold 0.15.
    let result = audited(&log(1), "");
    let found = &result["uncertain"][0];
    assert_eq!(
        (&found["attribute"], &found["reference"]),
        (&"origin".into(), &"b".into())
    );
    let [a, b] = [&found["groups"][0], &found["groups"][1]];
    assert_close(number(&a["bound_low"]), 0.1, 1e-9);
    assert_close(number(&a["bound_high"]), 0.4, 1e-9);
    assert_close(number(&b["bound_low"]), 0.0, 1e-9);
    assert_close(number(&b["bound_high"]), 0.3, 1e-9);
    assert_close(number(&a["gap_bound_low"]), -0.2, 1e-9);
    assert_close(number(&a["gap_bound_high"]), 0.4, 1e-9);
    assert_close(number(&a["weighted_gap"]), 0.10, 1e-9);
    assert_close(number(&a["thresholded_gap"]), 0.15, 1e-9);
    assert_close(number(&a["expected_rows"]), 800.0, 1e-9);
    assert!(b["weighted_gap"].is_null());
    assert_eq!((number(&found["strata"]), &found["strata_step"]), (4.0, &Value::Null));
    let notes = result["notes"].to_string();
    assert!(notes.contains("legal basis"), "{notes}");
}

#[test]
fn rows_of_one_person_tell_no_more_than_the_person() {
    let error = |rows| {
        let result = audited(&log(rows), "");
        let a = &result["uncertain"][0]["groups"][0];
        number(&a["weighted_gap_high"]) - number(&a["weighted_gap_low"])
    };
    assert_close(error(1), error(5), 1e-9);
}

#[test]
fn the_gap_by_chance_may_be_gated_and_the_groups_are_no_grouping() {
    let gate = "[[gate]]\nmetric = \"weighted_gap\"\nmin = -0.05\ngroups = [\"a\"]\n";
    let result = audited(&log(1), gate);
    let answers = result["gates"][0]["answers"].as_array().unwrap();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(
        (&answers[0]["attribute"], &answers[0]["group"]),
        (&"origin".into(), &"a".into())
    );
    assert_eq!(answers[0]["verdict"], "pass");
    let groupings = result["groupings"].as_array().unwrap();
    assert!(groupings.iter().all(|grouping| grouping["attribute"] == "gender"));
}

#[test]
fn a_chance_that_is_none_has_its_place() {
    let bad = log(1).replacen("1,m,0.9,0.1,", "1,m,1.2,0.1,", 1);
    let told = refused(&bad, SPEC, "out-of-range");
    assert!(told.contains("1.2") && told.contains("log.csv:2"), "{told}");
    let words = log(1).replacen("1,m,0.9,0.1,", "1,m,likely,0.1,", 1);
    assert!(refused(&words, SPEC, "out-of-range").contains("likely"));
    let much = log(1).replacen("1,m,0.9,0.1,", "1,m,0.9,0.2,", 1);
    let told = refused(&much, SPEC, "out-of-range");
    assert!(told.contains("1.100") && told.contains("audit.toml"), "{told}");
}

#[test]
fn rows_without_chances_are_left_out_and_counted() {
    let result = audited(&log(1).replacen("1,m,0.9,0.1,", "1,m,,0.1,", 1), "");
    let found = &result["uncertain"][0];
    assert_eq!((number(&found["rows"]), number(&found["rows_unknown"])), (1599.0, 1.0));
}

#[test]
fn many_chances_are_put_together_until_strata_hold_people() {
    let mut log = "id,gender,p_a,p_b,yes\n".to_owned();
    for id in 0..2000u32 {
        let chance = f64::from(id % 997) / 1000.0;
        writeln!(
            log,
            "{id},{},{chance},{:.3},{}",
            if id % 2 == 0 { "f" } else { "m" },
            1.0 - chance,
            u8::from(id % 3 == 0)
        )
        .unwrap();
    }
    let result = audited(&log, "");
    let found = &result["uncertain"][0];
    assert_eq!(number(&found["strata_step"]), 0.05, "{found}");
    assert!(number(&found["strata"]) < 50.0);
    let a = &found["groups"][0];
    assert!(number(&a["bound_low"]) < number(&a["weighted"]) && number(&a["bound_high"]) > number(&a["weighted"]));
}

#[test]
fn what_membership_does_not_go_with_is_told() {
    let spec = |line: &str| SPEC.replace("reference = \"b\"", line);
    refused(&log(1), &spec("bands = [0.5]"), "bad-value");
    refused(&log(1), &spec("threshold = 0.3"), "bad-value");
    assert!(refused(&log(1), &spec("reference = \"c\""), "unknown-reference").contains('c'));
    let one = SPEC.replace(", b = \"p_b\"", "").replace("reference = \"b\"", "");
    refused(&log(1), &one, "bad-value");
    let absent = SPEC.replace("\"p_b\"", "\"p_c\"");
    assert!(refused(&log(1), &absent, "unknown-column").contains("p_c"));
}

#[test]
fn the_table_has_all_three_side_by_side() {
    let desk = Desk::with("log.csv", log(1));
    desk.write("audit.toml", SPEC);
    let told = desk.run(&["audit", "audit.toml"]).out;
    assert!(
        told.contains("known by chances only") && told.contains("can be"),
        "{told}"
    );
}
