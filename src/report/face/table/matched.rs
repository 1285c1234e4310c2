//! How groups are treated among people who are alike.

use super::page::{Column, Grid, Keep, Page};
use crate::report::model::v1::{Grouping, Matched, Outcome, Result};
use crate::report::number::{UNDEFINED, count, interval, number, percent};
use crate::report::text::quoted;

/// Writes the matched gaps, where people were matched.
pub(super) fn write(page: &mut Page, result: &Result, outcome: &Outcome, grouping: &Grouping) {
    let all: Vec<&Matched> = result
        .matched
        .iter()
        .filter(|m| m.outcome == outcome.name && m.attribute == grouping.attribute)
        .collect();
    let Some(first) = all.first() else { return };
    page.heading(&format!(
        "{} by {} · among people who are alike",
        quoted(&outcome.name),
        quoted(&grouping.attribute)
    ));
    page.text(&format!("compared with {}", quoted(&first.reference)));
    let mut grid = Grid::new(vec![
        Column::text("group", Keep::Cut),
        Column::number("rows", Keep::Drop(1)),
        Column::number("matched", Keep::Whole),
        Column::number("gap as it is", Keep::Whole),
        Column::number("among alike", Keep::Whole),
        Column::text("interval", Keep::Whole),
        Column::number("treated differently", Keep::Drop(2)),
    ]);
    for m in &all {
        grid.row(vec![
            m.group.clone(),
            count(m.rows.round() as u64),
            percent(m.matched / m.rows),
            m.crude.map_or_else(|| UNDEFINED.to_owned(), number),
            number(m.gap),
            interval(m.gap_low, m.gap_high, &[]),
            percent(m.differently),
        ]);
    }
    page.grid(grid);
    for m in all {
        let columns: Vec<String> = m
            .balance
            .iter()
            .map(|b| match b.unit.as_str() {
                "share" => format!("{} {} → {}", quoted(&b.column), percent(b.before), percent(b.after)),
                _ => format!("{} {} → {} sd", quoted(&b.column), number(b.before), number(b.after)),
            })
            .collect();
        page.hanging(
            &format!(
                "{} apart, before → after matching: {}",
                quoted(&m.group),
                columns.join(", ")
            ),
            2,
        );
    }
}
