//! An outcome at several thresholds, and who is among the top.

use std::fmt::Write as _;

use serde_json::Value;

use crate::audit_support::{Desk, Dice, number};

const HEAD: &str = "[log]\npath = \"log.csv\"\nsubject = \"id\"\n[[protected]]\nname = \"gender\"\n";

fn outcome(name: &str, selected: &str) -> String {
    format!(
        "[[outcome]]\nname = \"{name}\"\nfavourable = true\nselected = {{ column = \"score\", {selected} }}\n\
         actual = {{ column = \"label\", values = [\"1\"] }}\n"
    )
}

fn rows(people: u64) -> Vec<(u64, &'static str, f64, u64)> {
    let mut dice = Dice(21);
    let mut rows = Vec::new();
    for person in 0..people {
        let gender = ["f", "m"][dice.below(2) as usize];
        for _ in 0..1 + dice.below(3) {
            // Scores of two digits: many are alike.
            let score = dice.below(100) as f64 / 100.0;
            rows.push((person, gender, score, dice.below(2)));
        }
    }
    rows
}

fn desk() -> Desk {
    let mut log = "id,gender,score,label\n".to_owned();
    for (person, gender, score, label) in rows(400) {
        writeln!(log, "{person},{gender},{score},{label}").unwrap();
    }
    log.push_str("900,f,,1\n");
    Desk::with("log.csv", log)
}

/// The estimates of an outcome without its name.
fn of(result: &Value, outcome: &str) -> Vec<Value> {
    let all = result["estimates"].as_array().unwrap().iter();
    all.filter(|e| e["outcome"] == outcome)
        .cloned()
        .map(|mut e| {
            e["outcome"] = Value::Null;
            // The family of tests differs with the number of outcomes.
            e["p_adjusted"] = Value::Null;
            e["p_bh"] = Value::Null;
            e
        })
        .collect()
}

#[test]
fn a_list_of_thresholds_is_as_many_outcomes() {
    let desk = desk();
    desk.write(
        "swept.toml",
        HEAD.to_owned() + &outcome("offered", "at_least = [0.3, 0.7]"),
    );
    desk.write(
        "single.toml",
        HEAD.to_owned() + &outcome("low", "at_least = 0.3") + &outcome("high", "at_least = 0.7"),
    );
    let (swept, single) = (desk.result(&["swept.toml"]), desk.result(&["single.toml"]));
    assert!(!of(&single, "low").is_empty());
    assert_eq!(of(&swept, "offered >= 0.3"), of(&single, "low"));
    assert_eq!(of(&swept, "offered >= 0.7"), of(&single, "high"));
    assert_eq!(swept["outcomes"][1]["sweep"], "offered");
    assert_eq!(single["outcomes"][1]["sweep"], Value::Null);
    let table = desk.run(&["audit", "swept.toml"]).out;
    assert!(
        table.contains("at each threshold") && !table.contains("worst first"),
        "{table}"
    );
}

#[test]
fn the_top_is_taken_with_all_that_are_alike() {
    let desk = desk();
    desk.write(
        "top.toml",
        HEAD.to_owned() + &outcome("offered", "top = [50, 200]") + &outcome("tenth", "top_share = 0.1"),
    );
    let result = desk.result(&["top.toml"]);
    let mut scores: Vec<f64> = rows(400).iter().map(|row| row.2).collect();
    scores.sort_by(|a, b| b.total_cmp(a));
    for (name, rank) in [
        ("offered top 50", 50),
        ("offered top 200", 200),
        ("tenth", scores.len().div_ceil(10)),
    ] {
        let lowest = scores[rank - 1];
        let taken = scores.iter().filter(|score| **score >= lowest).count();
        assert!(taken >= rank);
        let estimates = result["estimates"].as_array().unwrap();
        let everyone = estimates
            .iter()
            .find(|e| e["outcome"] == name && e["attribute"] == "(everyone)" && e["metric"] == "selection_rate")
            .unwrap();
        assert_eq!(number(&everyone["numerator"]), taken as f64, "{name}");
        assert_eq!(number(&everyone["denominator"]), scores.len() as f64, "{name}");
        let note = format!(
            "`{name}`: {taken} of {} rows have a score of {lowest} or more",
            scores.len()
        );
        assert!(
            result["notes"]
                .as_array()
                .unwrap()
                .iter()
                .any(|told| told.as_str().unwrap().starts_with(&note)),
            "{note}"
        );
    }
}

#[test]
fn more_than_there_are_is_everybody() {
    let desk = desk();
    desk.write("top.toml", HEAD.to_owned() + &outcome("offered", "top = 100000"));
    let result = desk.result(&["top.toml"]);
    assert_eq!(number(&of(&result, "offered")[0]["estimate"]), 1.0);
}

#[test]
fn what_is_left_out_is_not_ranked() {
    let desk = desk();
    let spec = HEAD.replace(
        "subject = \"id\"\n",
        "subject = \"id\"\nwhere = [{ column = \"gender\", values = [\"f\"] }]\n",
    );
    desk.write("top.toml", spec + &outcome("offered", "top_share = 0.25"));
    let result = desk.result(&["top.toml"]);
    let mut scores: Vec<f64> = rows(400).iter().filter(|row| row.1 == "f").map(|row| row.2).collect();
    scores.sort_by(|a, b| b.total_cmp(a));
    let lowest = scores[scores.len().div_ceil(4) - 1];
    let taken = scores.iter().filter(|score| **score >= lowest).count();
    assert_eq!(number(&of(&result, "offered")[0]["numerator"]), taken as f64);
}

#[test]
fn a_gate_on_the_outcome_is_on_every_threshold() {
    let desk = desk();
    let gate = "[[gate]]\nmetric = \"disparate_impact\"\noutcome = \"offered\"\nmin = 0.8\n";
    desk.write(
        "gated.toml",
        HEAD.to_owned() + &outcome("offered", "at_least = [0.2, 0.5, 0.8]") + gate,
    );
    let result = desk.result(&["gated.toml"]);
    assert_eq!(result["gates"][0]["answers"].as_array().unwrap().len(), 3);
    let one = gate.replace("\"offered\"", "\"offered >= 0.5\"");
    desk.write(
        "gated.toml",
        HEAD.to_owned() + &outcome("offered", "at_least = [0.2, 0.5, 0.8]") + &one,
    );
    let result = desk.result(&["gated.toml"]);
    assert_eq!(result["gates"][0]["answers"].as_array().unwrap().len(), 1);
}

#[test]
fn what_is_no_threshold_is_refused() {
    let desk = desk();
    for (selected, code) in [
        ("at_least = []", "bad-value"),
        ("at_least = [0.5, \"x\"]", "wrong-type"),
        ("at_least = [0.5, 0.5]", "duplicate-name"),
        ("top = 0", "bad-value"),
        ("top = 1.5", "bad-value"),
        ("top_share = 1.0", "bad-value"),
        ("top = 5, top_share = 0.1", "bad-value"),
        ("top = 5, at_least = 0.5", "bad-value"),
    ] {
        desk.write("bad.toml", HEAD.to_owned() + &outcome("offered", selected));
        let told = desk.audit(&["bad.toml"]);
        told.refuses(code);
    }
    desk.write(
        "bad.toml",
        HEAD.to_owned() + &outcome("offered", "top = 5").replace("\"score\"", "\"gender\""),
    );
    assert!(desk.audit(&["bad.toml"]).code == 2);
    let actual = outcome("offered", "at_least = 0.5").replace("values = [\"1\"]", "at_least = [0, 1]");
    desk.write("bad.toml", HEAD.to_owned() + &actual);
    desk.audit(&["bad.toml"]).refuses("bad-value");
}
