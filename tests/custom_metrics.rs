//! Metrics that a spec defines: ratios of two linear combinations of measures.

use serde_json::Value;

use crate::audit_support::{Desk, assert_close, estimate, labelled, number};

const SPEC: &str = r#"
[log]
path = "log.csv"
subject = "id"

[[protected]]
name = "gender"
reference = "m"

[[outcome]]
name = "offered"
favourable = true
selected = { column = "decision", values = ["yes"] }
actual = { column = "label", values = ["1"] }
"#;

fn desk(metrics: &str) -> Desk {
    // Per group: true positives, false positives, false negatives, true negatives.
    let desk = Desk::with("log.csv", labelled(&[("f", [30, 10, 20, 40]), ("m", [45, 20, 5, 30])]));
    desk.write("spec.toml", format!("{SPEC}{metrics}"));
    desk
}

fn of<'a>(result: &'a Value, group: &str, metric: &str, contrast: &str) -> &'a Value {
    estimate(result, "gender", group, metric, contrast)
}

/// The same formulas as those of the catalogue, under another name.
const TWINS: &str = r#"
[[metric]]
name = "my_precision"
direction = "better"
numerator = { true_positive = 1 }
denominator = { labelled_selected = 1 }

[[metric]]
name = "my_accuracy"
numerator = { labelled = 1, labelled_selected = -1, actual = -1, true_positive = 2 }
denominator = { labelled = 1 }
"#;

#[test]
fn a_twin_of_a_known_metric_has_its_numbers() {
    let result = desk(TWINS).result(&["spec.toml"]);
    for (mine, theirs) in [
        ("my_precision", "positive_predictive_value"),
        ("my_accuracy", "accuracy"),
    ] {
        for contrast in ["value", "gap", "ratio"] {
            let (a, b) = (of(&result, "f", mine, contrast), of(&result, "f", theirs, contrast));
            for field in [
                "estimate",
                "low",
                "high",
                "standard_error",
                "df",
                "p_value",
                "subjects",
                "rows",
                "unit",
                "method",
            ] {
                assert_eq!(a[field], b[field], "{mine} {contrast} {field}");
            }
        }
    }
    assert_close(
        number(&of(&result, "f", "my_accuracy", "value")["estimate"]),
        0.7,
        1e-15,
    );
    let told = result["metrics"]
        .as_array()
        .unwrap()
        .iter()
        .find(|metric| metric["metric"] == "my_precision");
    assert_eq!(told.unwrap()["formula"], "(true_positive) / (labelled_selected)");
    assert_eq!(told.unwrap()["direction"], "better");
}

#[test]
fn a_ratio_that_nobody_else_has() {
    // Two points for a hit, one lost for a false alarm, for every person: (2 TP − FP) / n.
    let metrics = r#"
[[metric]]
name = "points"
title = "Points per row"
direction = "better"
numerator = { true_positive = 3, labelled_selected = -1 }
denominator = { rows = 1 }

[[gate]]
metric = "points"
contrast = "gap"
min = -0.1
rule = "point"

[[gate]]
metric = "points_ratio"
min = 0.8
"#;
    let desk = desk(metrics);
    let done = desk.audit(&["spec.toml"]);
    assert_eq!(done.code, 1);
    let result = done.json();
    let found = of(&result, "f", "points", "value");
    assert_close(number(&found["estimate"]), (2.0 * 30.0 - 10.0) / 100.0, 1e-15);
    assert_eq!(found["unit"], "number");
    // The error of a mean of 100 people's points, with n − 1.
    let mean = 0.5;
    let squares: f64 = [(30.0, 2.0), (10.0, -1.0), (60.0, 0.0)]
        .iter()
        .map(|(count, points): &(f64, f64)| count * (points - mean).powi(2))
        .sum();
    assert_close(number(&found["standard_error"]), (squares / 99.0 / 100.0).sqrt(), 1e-12);
    assert_close(number(&of(&result, "f", "points", "gap")["estimate"]), 0.5 - 0.7, 1e-15);
    assert_close(
        number(&of(&result, "f", "points", "ratio")["estimate"]),
        0.5 / 0.7,
        1e-15,
    );
    assert_eq!(result["gates"][1]["contrast"], "ratio");
    let table = desk.run(&["audit", "spec.toml"]).out;
    assert!(
        table.contains("defined by the spec") && table.contains("points"),
        "{table}"
    );
}

#[test]
fn a_tally_keeps_what_a_defined_metric_needs() {
    let desk = desk(TWINS);
    assert_eq!(desk.run(&["tally", "spec.toml", "-o", "t.parquet"]).code, 0);
    assert_eq!(
        desk.audit(&["--tally", "t.parquet"]).out,
        desk.audit(&["spec.toml"]).out
    );
    desk.write("plain.toml", SPEC);
    assert_eq!(desk.run(&["tally", "plain.toml", "-o", "plain.parquet"]).code, 0);
    desk.audit(&["spec.toml", "--tally", "plain.parquet"])
        .refuses("tally-differs");
}

#[test]
fn an_outcome_without_a_label_does_not_give_it() {
    let desk = desk(TWINS);
    let other = "\n[[outcome]]\nname = \"plain\"\nfavourable = true\nselected = { column = \"decision\", values = [\"yes\"] }\n";
    desk.write("spec.toml", format!("{SPEC}{TWINS}{other}"));
    let result = desk.result(&["spec.toml"]);
    let estimates = result["estimates"].as_array().unwrap();
    let mut of_plain = estimates.iter().filter(|e| e["outcome"] == "plain");
    assert!(of_plain.all(|e| e["metric"] != "my_accuracy"));
    desk.write(
        "spec.toml",
        format!("{SPEC}{TWINS}{other}metrics = [\"my_accuracy\"]\n"),
    );
    desk.audit(&["spec.toml"]).refuses("metric-not-given");
}

#[test]
fn what_is_no_metric_is_refused() {
    let metric = |name: &str, rest: &str| format!("[[metric]]\nname = \"{name}\"\n{rest}\n");
    let sides = "numerator = { selected = 1 }\ndenominator = { rows = 1 }";
    for (text, code) in [
        (metric("accuracy", sides), "duplicate-name"),
        (metric("disparate_impact", sides), "duplicate-name"),
        (metric("labels", sides), "duplicate-name"),
        (metric("Points!", sides), "bad-value"),
        (metric("mine", sides) + &metric("mine", sides), "duplicate-name"),
        (
            metric("mine", "numerator = { chosen = 1 }\ndenominator = { rows = 1 }"),
            "unknown-measure",
        ),
        (
            metric("mine", "numerator = { selected = 1.5 }\ndenominator = { rows = 1 }"),
            "bad-value",
        ),
        (
            metric("mine", "numerator = { selected = 0 }\ndenominator = { rows = 1 }"),
            "bad-value",
        ),
        (
            metric("mine", "numerator = {}\ndenominator = { rows = 1 }"),
            "bad-value",
        ),
        (metric("mine", "numerator = { selected = 1 }"), "missing-key"),
        (metric("mine", &format!("{sides}\ndirection = \"up\"")), "bad-value"),
    ] {
        let told = desk(&text).audit(&["spec.toml"]);
        assert!(told.refuses(code).contains("spec.toml:"), "{}", told.err);
    }
}
