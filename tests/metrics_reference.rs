//! `docs/metrics.md` is made from the catalogue.

use std::fmt::Write as _;
use std::path::Path;

use parytet::catalogue::{Contrast, Direction, Metric, Need, Unit, When};

const HEAD: &str = "# Metrics

<!-- Made from the catalogue. Remake it with: UPDATE_METRICS=1 cargo test metrics_reference -->

One section for each metric. Every metric has a `value` per group, a `gap` (group − reference) and a `ratio` (group /
reference) against the reference, and over all judged groups a `max_gap` (largest − smallest) and a `min_ratio`
(smallest / largest). A name such as `accuracy_difference`, `accuracy_ratio`, `accuracy_max_gap` or `accuracy_min_ratio`
works for every metric; the names listed below are those that other systems use.

TP, FP, FN and TN count rows with a known label: selected and positive, selected and negative, not selected and positive,
not selected and negative. With a `count` column a row counts that many times; with a `weight` column by its weight.

";

fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Favour => "more is better for the group when the outcome is favourable; less, when it is not",
        Direction::Against => "less is better for the group when the outcome is favourable; more, when it is not",
        Direction::Better => "more is better",
        Direction::Worse => "less is better",
        Direction::Neutral => "neither: only the distance from equality matters",
    }
}

fn reference() -> String {
    let mut text = HEAD.to_owned();
    for metric in Metric::all() {
        let _ = writeln!(text, "- [{0}](#{0})", metric.id());
    }
    for metric in Metric::all() {
        let entry = metric.entry();
        let needs: Vec<&str> = entry
            .needs
            .iter()
            .map(|need| match need {
                Need::Decision => "a decision",
                Need::Label => "a label (`actual`)",
                Need::Value => "a value (`value`)",
                Need::Unfavourable => "an outcome with `favourable = false`",
            })
            .collect();
        let unit = match entry.unit {
            Unit::Share => "a share, 0 to 1",
            Unit::Number => "a number",
            Unit::Value => "the outcome's unit of value",
        };
        let _ = writeln!(
            text,
            "\n## {}\n\n**{}.** {}\n\n- Formula: `{}`\n- Needs: {}\n- Unit: {unit}\n- Direction: {}\n- Take care: {}\n- Source: {}",
            entry.id,
            entry.title,
            entry.meaning,
            entry.formula_text,
            needs.join(", "),
            direction(entry.direction),
            entry.caution,
            entry.source,
        );
        if entry.aliases.is_empty() {
            continue;
        }
        text.push_str("\n| name | contrast | for outcomes that are | who uses it |\n|---|---|---|---|\n");
        for alias in entry.aliases {
            let when = match alias.when {
                When::Always => "either",
                When::Favourable => "favourable",
                When::Unfavourable => "unfavourable",
            };
            let contrast: Contrast = alias.contrast;
            let _ = writeln!(
                text,
                "| `{}` | `{}` | {when} | {} |",
                alias.name,
                contrast.id(),
                alias.who
            );
        }
    }
    text
}

#[test]
#[allow(
    clippy::disallowed_methods,
    reason = "the one switch of this test, for people who work on parytet"
)]
fn metrics_reference_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/metrics.md");
    let made = reference();
    if std::env::var_os("UPDATE_METRICS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let on_disk = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        on_disk == made,
        "docs/metrics.md is stale: UPDATE_METRICS=1 cargo test metrics_reference"
    );
}
