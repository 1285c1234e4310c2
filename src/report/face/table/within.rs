//! What is left of the gaps within strata.

use super::page::{Column, Grid, Keep, Page};
use crate::report::model::v1::{Estimate, Grouping, Outcome, Result, Within};
use crate::report::number::{UNDEFINED, interval, number, p_value};
use crate::report::text::quoted;

/// Writes a table for each set of factors within which the groups are compared.
pub(super) fn write(page: &mut Page, result: &Result, outcome: &Outcome, grouping: &Grouping) {
    let all = result
        .within
        .iter()
        .filter(|w| w.outcome == outcome.name && w.attribute == grouping.attribute);
    let mut factors: Vec<&str> = all.clone().map(|w| w.given.as_str()).collect();
    factors.dedup();
    for given in factors {
        page.heading(&format!(
            "{} by {} · within {}",
            quoted(&outcome.name),
            quoted(&grouping.attribute),
            quoted(given)
        ));
        let mut grid = Grid::new(vec![
            Column::text("group", Keep::Cut),
            Column::number("gap", Keep::Whole),
            Column::number("within", Keep::Whole),
            Column::text("[low, high]", Keep::Whole),
            Column::number("ratio", Keep::Drop(2)),
            Column::number("odds ratio", Keep::Drop(4)),
            Column::number("by spread", Keep::Drop(3)),
            Column::number("alike p", Keep::Drop(5)),
            Column::text("says", Keep::Whole),
        ]);
        for w in all.clone().filter(|w| w.given == given) {
            grid.row(cells(result, w));
        }
        page.grid(grid);
        page.hanging(
            "within: the gap if both had everybody's spread over the strata; ratio: Mantel-Haenszel; by spread: part of the gap that different spreads make; alike p: whether the strata have one ratio",
            2,
        );
        if let Some(reference) = all.clone().find(|w| w.given == given).map(|w| &w.reference) {
            page.text(&format!("compared with {}", quoted(reference)));
        }
    }
}

fn cells(result: &Result, w: &Within) -> Vec<String> {
    let find = |metric: &str| -> Option<&Estimate> {
        result.estimates.iter().find(|e| {
            e.metric == metric
                && e.given.as_deref() == Some(w.given.as_str())
                && e.outcome == w.outcome
                && e.attribute == w.attribute
                && e.group == w.group
                && e.contrast != "value"
        })
    };
    let shown = |x: Option<f64>| x.map_or_else(|| UNDEFINED.to_owned(), number);
    let of = |metric: &str| find(metric).map_or_else(String::new, |e| shown(e.estimate));
    vec![
        w.group.clone(),
        number(w.crude),
        shown(w.adjusted),
        interval(w.adjusted_low, w.adjusted_high, &[]),
        of("mantel_haenszel_ratio"),
        of("mantel_haenszel_odds_ratio"),
        of("composition_effect"),
        w.homogeneity
            .as_ref()
            .map_or_else(String::new, |test| p_value(test.p_value)),
        words(&w.agreement).to_owned(),
    ]
}

/// What the plain gap and the one within strata say together.
pub(in crate::report::face) fn words(agreement: &str) -> &str {
    match agreement {
        "agree" => "the same",
        "reversed" => "reversed",
        "signs-differ" => "sign differs",
        "vanishes" => "vanishes",
        "appears" => "appears",
        _ => "",
    }
}
