//! `docs/metrics.md` is made from the catalogue, and `parytet explain` says the same.

use std::path::Path;

use parytet::catalogue::Metric;
use parytet::report::explain;

use crate::audit_support::{Desk, flags, labelled};

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "the one switch of this test, for people who work on parytet"
)]
fn metrics_reference_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md");
    let made = explain::reference();
    if std::env::var_os("UPDATE_METRICS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let on_disk = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        on_disk == made,
        "docs/metrics.md is stale: UPDATE_METRICS=1 cargo test metrics_reference"
    );
}

#[test]
fn explain_says_what_the_reference_says() {
    let desk = Desk::new();
    let reference = explain::reference();
    for metric in Metric::all() {
        let done = desk.run(&["explain", metric.id()]);
        assert_eq!(done.code, 0, "{}", done.err);
        assert!(reference.contains(&done.out), "{}", done.out);
    }
    // By another system's name, and by a contrast.
    assert!(
        desk.run(&["explain", "disparate_impact"])
            .out
            .starts_with("## selection_rate")
    );
    assert!(
        desk.run(&["explain", "accuracy_difference"])
            .out
            .starts_with("## accuracy")
    );
    let unknown = desk.run(&["explain", "acuracy"]);
    assert!(unknown.refuses("unknown-metric").contains("accuracy"));
}

#[test]
fn the_list_of_metrics_can_be_filtered() {
    let desk = Desk::new();
    let all = desk.run(&["explain"]).out;
    let (metrics, presets) = all.split_once("\n\n").unwrap();
    assert_eq!(metrics.lines().count(), Metric::all().count());
    assert_eq!(presets.lines().count(), 1 + parytet::catalogue::presets::PRESETS.len());
    let some = desk.run(&["explain", "--with", "label"]).out;
    assert!(some.contains("true_positive_rate") && some.contains("selection_rate"));
    assert!(!some.contains("mean_value") && !some.contains("mantel_haenszel"));
    assert!(desk.run(&["explain", "--with", "decision"]).out.lines().count() < some.lines().count());
}

#[test]
fn conditional_acceptance_by_hand() {
    // Positives to selections: 30 + 10 to 30 + 20, and 12 + 18 to 12 + 3; negatives to rejections likewise.
    let log = labelled(&[("a", [30, 20, 10, 40]), ("b", [12, 3, 18, 67])]);
    let desk = Desk::with("log.csv", log);
    let result = desk.result(&flags(&["--actual", "label=1", "--favourable"]));
    for (metric, group, expected) in [
        ("conditional_acceptance", "a", 40.0 / 50.0),
        ("conditional_acceptance", "b", 30.0 / 15.0),
        ("conditional_rejection", "a", 60.0 / 50.0),
        ("conditional_rejection", "b", 70.0 / 85.0),
        ("jaccard_index", "a", 30.0 / 60.0),
        ("jaccard_index", "b", 12.0 / 33.0),
    ] {
        let all = result["estimates"].as_array().unwrap();
        let found = all
            .iter()
            .find(|e| e["metric"] == metric && e["group"] == group && e["contrast"] == "value")
            .unwrap();
        let estimate = found["estimate"].as_f64().unwrap();
        assert!((estimate - expected).abs() < 1e-12, "{metric} {group}: {estimate}");
        assert!(found["low"].as_f64().unwrap() < expected && found["high"].as_f64().unwrap() > expected);
    }
}

#[test]
fn the_polish_glossary_has_every_metric_once() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.pl.md");
    let glossary = std::fs::read_to_string(path).unwrap();
    let told: Vec<&str> = glossary
        .lines()
        .filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`'))
        .collect();
    let all: Vec<&str> = Metric::all().map(Metric::id).collect();
    assert_eq!(told, all);
}
