//! Drawing people again: intervals beside the others, the same whatever the order and the threads.

use std::fmt::Write as _;

use serde_json::Value;

use crate::audit_support::{Desk, Dice, gender, number as value};

/// A log of people with one to nine rows, who have rates of their own; some change their group.
fn clustered(seed: u64, people: u64) -> Vec<String> {
    let mut dice = Dice(seed);
    let mut rows = Vec::new();
    for person in 0..people {
        let own = 20 + dice.below(60);
        for _ in 0..1 + dice.below(9) {
            let moved = dice.below(40) == 0;
            let group = if (person % 3 == 0) == moved { "m" } else { "f" };
            let (yes, label, eur) = (dice.below(100) < own, dice.below(100) < own, 5 + dice.below(40));
            rows.push(format!("{person},{group},{},{},{eur}", u8::from(yes), u8::from(label)));
        }
    }
    rows
}

fn written(rows: &[String]) -> String {
    let mut log = "id,gender,yes,label,eur\n".to_owned();
    for row in rows {
        writeln!(log, "{row}").unwrap();
    }
    log
}

const FLAGS: [&str; 14] = [
    "log.csv",
    "--subject",
    "id",
    "--protected",
    "gender",
    "--reference",
    "m",
    "--selected",
    "yes=1",
    "--actual",
    "label=1",
    "--value",
    "eur",
    "--favourable",
];

fn width(estimate: &Value, low: &str, high: &str) -> f64 {
    value(&estimate[high]) - value(&estimate[low])
}

#[test]
fn draws_spread_as_the_linearised_error_says() {
    let desk = Desk::with("log.csv", written(&clustered(3, 900)));
    let result = desk.result(&[&FLAGS[..], &["--bootstrap", "2000"]].concat());
    for (metric, contrast) in [
        ("selection_rate", "value"),
        ("selection_rate", "gap"),
        ("selection_rate", "ratio"),
        ("subject_selection_rate", "gap"),
        ("reach", "value"),
        ("true_positive_rate", "value"),
        ("mean_value", "value"),
        ("mean_value", "gap"),
        ("mean_value_selected", "ratio"),
    ] {
        let found = gender(&result, "f", metric, contrast);
        let (drawn, told) = (
            width(found, "bootstrap_low", "bootstrap_high"),
            width(found, "low", "high"),
        );
        // An end of 2,000 draws is off by some 3 % of the width.
        assert!(
            (drawn / told - 1.0).abs() < 0.12,
            "{metric} {contrast}: {drawn} and {told}"
        );
        let estimate = value(&found["estimate"]);
        assert!(value(&found["bootstrap_low"]) < estimate && estimate < value(&found["bootstrap_high"]));
    }
    // Never for extremes: draws of a largest gap lie above it.
    assert!(gender(&result, "*", "selection_rate", "max_gap")["bootstrap_low"].is_null());
    assert!(
        result["notes"].to_string().contains("drawn again 2000 times"),
        "{}",
        result["notes"]
    );
    let without = desk.result(&FLAGS);
    assert!(gender(&without, "f", "selection_rate", "value")["bootstrap_low"].is_null());
}

#[test]
fn draws_do_not_hang_on_order_threads_or_memory() {
    let mut rows = clustered(5, 300);
    let all = |rows: &[String], more: &[&str]| {
        let desk = Desk::with("log.csv", written(rows));
        desk.audit(&[&FLAGS[..], &["--bootstrap", "200"], more].concat()).out
    };
    let first = all(&rows, &["--threads", "1"]);
    Dice(8).shuffle(&mut rows);
    assert_eq!(first, all(&rows, &["--threads", "3"]));
    assert_eq!(first, all(&rows, &["--memory-limit", "20KB"]));
    assert_ne!(first, all(&rows, &["--seed", "2"]));
}

#[test]
fn draws_hold_the_truth_over_many_clustered_logs() {
    // Both groups are drawn alike, so that gaps are 0 and ratios 1.
    let logs = 100;
    let (mut gaps, mut ratios) = (0, 0);
    for seed in 0..logs {
        let desk = Desk::with("log.csv", written(&clustered(1000 + seed, 150)));
        let result = desk.result(&[&FLAGS[..], &["--bootstrap", "300"]].concat());
        let holds = |contrast: &str, truth: f64| {
            let found = gender(&result, "f", "selection_rate", contrast);
            value(&found["bootstrap_low"]) <= truth && truth <= value(&found["bootstrap_high"])
        };
        gaps += u32::from(holds("gap", 0.0));
        ratios += u32::from(holds("ratio", 1.0));
    }
    // 95 expected; three standard errors are 7.
    assert!(
        (88..=100).contains(&gaps) && (88..=100).contains(&ratios),
        "{gaps} and {ratios} of {logs}"
    );
}

#[test]
fn other_references_are_drawn_with_the_people_that_they_share() {
    let desk = Desk::with("log.csv", written(&clustered(9, 600)));
    for reference in ["overall", "rest"] {
        let mut flags = FLAGS;
        flags[6] = reference;
        let result = desk.result(&[&flags[..], &["--bootstrap", "1000"]].concat());
        let found = gender(&result, "f", "selection_rate", "gap");
        let (drawn, told) = (
            width(found, "bootstrap_low", "bootstrap_high"),
            width(found, "low", "high"),
        );
        assert!((drawn / told - 1.0).abs() < 0.15, "{reference}: {drawn} and {told}");
    }
}

#[test]
fn a_bootstrap_needs_people_and_rows() {
    let desk = Desk::with("log.csv", written(&clustered(2, 60)));
    let without: Vec<&str> = FLAGS
        .iter()
        .copied()
        .filter(|f| *f != "--subject" && *f != "id")
        .collect();
    let refused = desk.audit(&[&without[..], &["--bootstrap", "500"]].concat());
    assert!(refused.refuses("missing-key").contains("subject"));
    desk.audit(&[&FLAGS[..], &["--bootstrap", "5"]].concat())
        .refuses("bad-value");
    let asked = [&FLAGS[..], &["--bootstrap", "200"]].concat();
    let made = desk.run(&[&["tally"][..], &asked, &["-o", "kept.parquet"]].concat());
    assert_eq!(made.code, 0, "{}", made.err);
    let result = desk.result(&["--tally", "kept.parquet"]);
    assert!(gender(&result, "f", "selection_rate", "gap")["bootstrap_low"].is_null());
    assert!(
        result["notes"].to_string().contains("A tally holds no people"),
        "{}",
        result["notes"]
    );
}
