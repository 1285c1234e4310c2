//! What small groups can say: shrunken rates and the probability of a low ratio, beside the raw numbers.

use std::fmt::Write as _;

use serde_json::Value;

use crate::audit_support::{Desk, assert_close, estimate, flags, gender, number, people};

/// The six groups whose prior is known.
const SIX: [(&str, u32, u32); 6] = [
    ("a", 40, 3),
    ("b", 45, 12),
    ("c", 300, 40),
    ("d", 20, 5),
    ("e", 15, 0),
    ("f", 110, 22),
];

const ASKED: [&str; 3] = ["--favourable", "--metrics", "default,small_groups"];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    flags(&[&ASKED[..], more].concat())
}

fn listed<'a>(result: &'a Value, group: &str) -> &'a Value {
    let all = result["small_groups"].as_array().unwrap();
    all.iter().find(|found| found["group"] == group).unwrap()
}

#[test]
fn rates_are_drawn_toward_the_mean_and_stand_beside_the_raw() {
    // mpmath: tests/oracles/small_groups.py
    let desk = Desk::with("log.csv", people(&SIX));
    let result = desk.result(&with(&[]));
    for (group, rate, shrunken) in [
        ("a", 3.0 / 40.0, 0.128_854_094_644_322_88),
        ("d", 0.25, 0.182_829_909_578_317_4),
        ("e", 0.0, 0.131_627_977_104_122_7),
    ] {
        assert_close(
            number(&gender(&result, group, "selection_rate", "value")["estimate"]),
            rate,
            1e-12,
        );
        let found = gender(&result, group, "shrunken_selection_rate", "value");
        assert_close(number(&found["estimate"]), shrunken, 1e-9);
        assert!(number(&found["low"]) < shrunken && number(&found["high"]) > shrunken);
        let beside = listed(&result, group);
        assert_close(number(&beside["rate"]), rate, 1e-12);
        assert_close(number(&beside["shrunken"]), shrunken, 1e-9);
        assert_close(
            number(&beside["toward"]),
            10.503_748_662_846_81 / (10.503_748_662_846_81 + 54.295_006_084_694_05),
            1e-9,
        );
    }
}

#[test]
fn groups_that_differ_by_chance_alone_are_not_drawn_and_it_says_why() {
    let desk = Desk::with(
        "log.csv",
        people(&[("a", 50, 10), ("b", 100, 20), ("c", 25, 5), ("d", 10, 2)]),
    );
    let result = desk.result(&with(&[]));
    let found = gender(&result, "d", "shrunken_selection_rate", "value");
    assert!(found["estimate"].is_null());
    assert_eq!(found["reason"], "no-detectable-heterogeneity");
    let two = Desk::with("log.csv", people(&[("a", 50, 10), ("b", 100, 60)])).result(&with(&[]));
    assert_eq!(listed(&two, "a")["reason"], "too-few-groups");
    // How probable a low ratio is needs no third group.
    assert!(listed(&two, "a")["probability_below"].is_number());
}

#[test]
fn the_probability_is_that_of_the_threshold_asked_for() {
    // mpmath: tests/oracles/small_groups.py
    let desk = Desk::with("log.csv", people(&[("a", 40, 3), ("b", 45, 12)]));
    let result = desk.result(&with(&["--reference", "b"]));
    let found = gender(&result, "a", "probability_below_threshold", "value");
    assert_close(number(&found["estimate"]), 0.971_777_093_030_935_1, 1e-10);
    assert_eq!(found["reference"], "b");
    assert_eq!(number(&listed(&result, "a")["threshold"]), 0.8);
    let lower = desk.result(&with(&["--reference", "b", "--gate", "disparate_impact>=0.5"]));
    assert_eq!(number(&listed(&lower, "a")["threshold"]), 0.5);
    assert!(number(&listed(&lower, "a")["probability_below"]) < 0.95);
    assert!(listed(&lower, "b")["probability_below"].is_null());
}

#[test]
fn a_row_that_stands_twice_tells_no_more() {
    let once = people(&SIX);
    let (head, rows) = once.split_once('\n').unwrap();
    let twice = format!("{head}\n{rows}{rows}");
    let numbers = |log: &str| {
        let result = Desk::with("log.csv", log).result(&with(&["--reference", "c"]));
        let found = listed(&result, "d").clone();
        [number(&found["shrunken"]), number(&found["probability_below"])]
    };
    for (one, two) in numbers(&once).into_iter().zip(numbers(&twice)) {
        // With several rows a person there is no more binomial law, and a factor of n/(n − 1) or so.
        assert!((one - two).abs() < 0.02, "{one} {two}");
    }
}

#[test]
fn intersections_are_drawn_toward_what_their_attributes_say() {
    // By attribute values: people and selected; the cell (1, b) is far from what 1 and b say, and small.
    let cells = [
        ("0", "a", 400, 80),
        ("0", "b", 300, 150),
        ("0", "c", 200, 60),
        ("1", "a", 250, 50),
        ("1", "b", 12, 0),
        ("1", "c", 90, 55),
    ];
    let mut log = "id,g,h,decision\n".to_owned();
    let mut id = 0;
    for (g, h, people, selected) in cells {
        for i in 0..people {
            id += 1;
            writeln!(log, "{id},{g},{h},{}", if i < selected { "yes" } else { "no" }).unwrap();
        }
    }
    let desk = Desk::with("log.csv", log);
    let args = [
        "log.csv",
        "--subject=id",
        "--protected=g",
        "--protected=h",
        "--intersection=g,h",
        "--selected=decision=yes",
        "--favourable",
        "--metrics=default,small_groups",
    ];
    let result = desk.result(&args);
    let found = estimate(&result, "g & h", "1 & b", "shrunken_selection_rate", "value");
    let beside = listed(&result, "1 & b");
    let (toward, drawn) = (number(&beside["toward"]), number(&found["estimate"]));
    // The mean of all is 0.315; 1 and b alone say much more, and the rate is 0.
    assert!(toward > 0.5 && drawn > 0.1 && drawn < toward, "{beside}");
    let largest = listed(&result, "0 & a");
    assert!((number(&largest["shrunken"]) - 0.2).abs() < 0.03, "{largest}");
}

#[test]
fn neither_can_be_gated() {
    let desk = Desk::with("log.csv", people(&SIX));
    for gate in ["shrunken_selection_rate>=0.1", "probability_below_threshold<=0.5"] {
        let done = desk.audit(&flags(&["--favourable", "--gate", gate]));
        assert!(done.refuses("not-gateable").contains("selection_rate"));
    }
}

#[test]
fn nobody_who_did_not_ask_is_told() {
    let desk = Desk::with("log.csv", people(&SIX));
    let result = desk.result(&flags(&["--favourable"]));
    assert_eq!(result["small_groups"].as_array().unwrap().len(), 0);
    let told = desk.run(&[&["audit"][..], &with(&[])].concat());
    assert!(
        told.out.contains("what small groups can say") && told.out.contains("P(ratio < 0.8)"),
        "{}",
        told.out
    );
}
