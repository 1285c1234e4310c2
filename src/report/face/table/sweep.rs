//! An outcome at several thresholds, stages or classes: one line each.

use super::groups::MAIN;
use super::page::{Column, Grid, Keep, Page};
use crate::report::model::v1::{Estimate, Grouping, Outcome, Result};
use crate::report::number::{UNDEFINED, interval, number, percent};
use crate::report::text::quoted;

/// Writes an outcome's thresholds by a grouping.
pub(super) fn write(page: &mut Page, result: &Result, sweep: &str, grouping: &Grouping) {
    let what = step(result, sweep);
    page.heading(&format!(
        "{} by {} · at each {what}",
        quoted(sweep),
        quoted(&grouping.attribute)
    ));
    let mut grid = Grid::new(vec![
        Column::text(what, Keep::Cut),
        Column::number("selected", Keep::Whole),
        Column::number("smallest ratio", Keep::Whole),
        Column::text("interval", Keep::Drop(2)),
        Column::number("largest gap", Keep::Whole),
        Column::text("interval", Keep::Drop(3)),
        Column::text("lowest / highest", Keep::Cut),
        Column::number("TPR gap", Keep::Drop(1)),
        Column::number("FPR gap", Keep::Drop(1)),
    ]);
    let shown = |e: Option<&Estimate>| match e.map(|e| e.estimate) {
        Some(Some(x)) => number(x),
        Some(None) => UNDEFINED.to_owned(),
        None => String::new(),
    };
    let ends = |e: Option<&Estimate>| e.map_or_else(String::new, |e| interval(e.low, e.high, &[]));
    for outcome in of(result, sweep) {
        let find = |metric: &str, contrast: &str| {
            result.estimates.iter().find(|e| {
                e.outcome == outcome.name
                    && e.attribute == grouping.attribute
                    && e.metric == metric
                    && e.contrast == contrast
                    && e.given.is_none()
                    && e.along.is_none()
            })
        };
        let everybody = result.estimates.iter().find(|e| {
            e.outcome == outcome.name && e.metric == MAIN && e.contrast == "value" && e.attribute == "(everyone)"
        });
        let (ratio, gap) = (find(MAIN, "min_ratio"), find(MAIN, "max_gap"));
        grid.row(vec![
            apart(outcome, sweep).to_owned(),
            everybody.and_then(|e| e.estimate).map_or_else(String::new, percent),
            shown(ratio),
            ends(ratio),
            shown(gap),
            ends(gap),
            gap.map_or_else(String::new, |e| e.group.clone()),
            shown(find("true_positive_rate", "max_gap")),
            shown(find("false_positive_rate", "max_gap")),
        ]);
    }
    page.grid(grid);
}

/// What is left of an outcome's name without that of the sweep.
pub(in crate::report::face) fn apart<'a>(outcome: &'a Outcome, sweep: &str) -> &'a str {
    let apart = outcome.name.strip_prefix(sweep).unwrap_or(&outcome.name);
    apart.trim_start_matches([':', ' ']).trim_start_matches("= ")
}

/// What tells the outcomes of a sweep apart.
pub(in crate::report::face) fn step(result: &Result, sweep: &str) -> &'static str {
    let all = |apart: &str| of(result, sweep).all(|outcome| outcome.name.starts_with(&format!("{sweep}{apart}")));
    if all(": ") {
        "stage"
    } else if all(" = ") {
        CLASS
    } else {
        "threshold"
    }
}

/// Outcomes that have no order.
pub(in crate::report::face) const CLASS: &str = "class";

/// The outcomes of a sweep, in their order.
pub(in crate::report::face) fn of<'a>(result: &'a Result, sweep: &'a str) -> impl Iterator<Item = &'a Outcome> {
    let outcomes = result.outcomes.iter();
    outcomes.filter(move |outcome| outcome.sweep.as_deref() == Some(sweep))
}

/// Whether an outcome is the first of its sweep.
pub(in crate::report::face) fn is_first(result: &Result, outcome: &Outcome) -> bool {
    let sweep = outcome.sweep.as_deref();
    sweep.is_some_and(|sweep| of(result, sweep).next().is_some_and(|first| first.name == outcome.name))
}
