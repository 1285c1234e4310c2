//! What rows of unknown group could hide.

use super::page::{Column, Grid, Keep, Page};
use crate::report::model::v1::{Grouping, Outcome, Result};
use crate::report::number::{UNDEFINED, count, number, percent};
use crate::report::text::quoted;

/// Writes the bounds of the comparisons, where some group is not known.
pub(super) fn write(page: &mut Page, result: &Result, outcome: &Outcome, grouping: &Grouping) {
    let bounds = result
        .bounds
        .iter()
        .filter(|b| b.outcome == outcome.name && b.attribute == grouping.attribute);
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
}
