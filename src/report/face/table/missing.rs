//! What rows of unknown group could hide.

use super::page::{Column, Grid, Keep, Page};
use crate::report::model::v1::{Grouping, Outcome, Result, Tipping};
use crate::report::number::{UNDEFINED, count, number, percent};
use crate::report::text::quoted;

/// Writes the bounds of the comparisons, where some group is not known.
pub(super) fn write(page: &mut Page, result: &Result, outcome: &Outcome, grouping: &Grouping) {
    let bounds = result
        .bounds
        .iter()
        .filter(|b| b.outcome == outcome.name && b.attribute == grouping.attribute);
    let bounds_again = bounds.clone();
    let Some(first) = bounds.clone().next() else { return };
    page.heading(&format!(
        "{} by {} · what the unknown could hide",
        quoted(&outcome.name),
        quoted(&grouping.attribute)
    ));
    page.text(&format!(
        "{} rows of unknown group, of which {} were selected; whoever they are, compared with {}:",
        count(first.unknown.round() as u64),
        percent(first.unknown_selected / first.unknown),
        quoted(&first.reference)
    ));
    let mut grid = Grid::new(vec![
        Column::text("group", Keep::Cut),
        Column::number("gap from", Keep::Whole),
        Column::number("to", Keep::Whole),
        Column::number("ratio from", Keep::Whole),
        Column::number("to", Keep::Whole),
        Column::text("gates that hang on it", Keep::Cut),
    ]);
    let shown = |x: Option<f64>| x.map_or_else(|| UNDEFINED.to_owned(), number);
    for b in bounds {
        grid.row(vec![
            b.group.clone(),
            shown(b.gap_low),
            shown(b.gap_high),
            shown(b.ratio_low),
            shown(b.ratio_high),
            b.gates_hanging.join(", "),
        ]);
    }
    page.grid(grid);
    for b in bounds_again {
        for tip in &b.tipping {
            page.hanging(&tipping(&b.group, &b.reference, tip), 2);
        }
    }
}

/// How unlike the unknown would have to be to turn a gate round.
pub(in crate::report::face) fn tipping(group: &str, reference: &str, tip: &Tipping) -> String {
    let gate = quoted(&tip.gate);
    match tip.group_rate.zip(tip.reference_rate) {
        Some((own, other)) => format!(
            "gate {gate} would turn if, of the unknown, {} of {} and {} of {} were selected (spread over the groups as the known are)",
            percent(own),
            quoted(group),
            percent(other),
            quoted(reference)
        ),
        None => format!(
            "gate {gate} would turn only if the unknown were spread over the groups otherwise than the known are"
        ),
    }
}

/// Metrics whose bounds over unknown labels are shown besides those that a gate looks at.
const SHOWN: [&str; 2] = ["true_positive_rate", "false_positive_rate"];

/// Writes the bounds over unknown labels, where some label is not known.
pub(super) fn labels(page: &mut Page, result: &Result, outcome: &Outcome, grouping: &Grouping) {
    let gated = |metric: &str| {
        let mut answers = result.gates.iter().flat_map(|gate| &gate.answers);
        answers.any(|answer| answer.metric == metric)
    };
    let bounds: Vec<_> = result
        .label_bounds
        .iter()
        .filter(|b| b.outcome == outcome.name && b.attribute == grouping.attribute)
        .filter(|b| SHOWN.contains(&b.metric.as_str()) || gated(&b.metric))
        .collect();
    if bounds.is_empty() {
        return;
    }
    page.heading(&format!(
        "{} by {} · what unknown labels could hide",
        quoted(&outcome.name),
        quoted(&grouping.attribute)
    ));
    let mut grid = Grid::new(vec![
        Column::text("group", Keep::Cut),
        Column::text("metric", Keep::Whole),
        Column::number("no label: selected", Keep::Drop(2)),
        Column::number("others", Keep::Drop(2)),
        Column::number("from", Keep::Whole),
        Column::number("to", Keep::Whole),
        Column::number("gap from", Keep::Drop(1)),
        Column::number("to", Keep::Drop(1)),
        Column::text("gates that hang on it", Keep::Cut),
    ]);
    let shown = |x: Option<f64>| x.map_or_else(|| UNDEFINED.to_owned(), number);
    let share = |part: f64, whole: f64| {
        if whole > 0.0 {
            percent(part / whole)
        } else {
            String::new()
        }
    };
    for b in bounds {
        grid.row(vec![
            b.group.clone(),
            b.metric.clone(),
            share(b.selected_unlabelled, b.selected),
            share(b.others_unlabelled, b.others),
            shown(b.low),
            shown(b.high),
            b.reference.as_ref().map_or_else(String::new, |_| shown(b.gap_low)),
            b.reference.as_ref().map_or_else(String::new, |_| shown(b.gap_high)),
            b.gates_hanging.join(", "),
        ]);
    }
    page.grid(grid);
}
