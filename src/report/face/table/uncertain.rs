//! Groups of which only the chance to be in them is known: three answers side by side.

use super::page::{Column, Grid, Keep, Page};
use crate::report::model::v1::{Outcome, Result, Uncertain};
use crate::report::number::{UNDEFINED, bound, count, counted, interval, number};
use crate::report::text::quoted;

/// Writes rates and gaps by chance, by threshold, and their bounds.
pub(super) fn write(page: &mut Page, result: &Result, outcome: &Outcome) {
    for found in result.uncertain.iter().filter(|u| u.outcome == outcome.name) {
        page.heading(&format!(
            "{} by {} · known by chances only",
            quoted(&outcome.name),
            quoted(&found.attribute)
        ));
        write_one(page, found);
    }
}

fn write_one(page: &mut Page, found: &Uncertain) {
    let unknown = match found.rows_unknown {
        rows if rows > 0.0 => format!(
            "; {} without chances are left out",
            counted(rows.round() as u64, "row", "rows")
        ),
        _ => String::new(),
    };
    page.text(&format!("gaps are to {}{unknown}", quoted(&found.reference)));
    let whole = format!("at {} or more", bound(found.threshold));
    let mut grid = Grid::new(vec![
        Column::text("group", Keep::Cut),
        Column::number("rows expected", Keep::Drop(2)),
        Column::text("", Keep::Whole),
        Column::number("by chance", Keep::Whole),
        Column::text("[low, high]", Keep::Drop(1)),
        Column::number(&whole, Keep::Whole),
        Column::text("[low, high]", Keep::Drop(3)),
        Column::text("can be", Keep::Whole),
    ]);
    let shown = |x: Option<f64>| x.map_or_else(|| UNDEFINED.to_owned(), number);
    for g in &found.groups {
        grid.row(vec![
            g.group.clone(),
            count(g.expected_rows.round() as u64),
            "rate".to_owned(),
            shown(g.weighted),
            interval(g.weighted_low, g.weighted_high, &[]),
            shown(g.thresholded),
            interval(g.thresholded_low, g.thresholded_high, &[]),
            interval(g.bound_low, g.bound_high, &[]),
        ]);
        if g.group != found.reference {
            grid.row(vec![
                String::new(),
                String::new(),
                "gap".to_owned(),
                shown(g.weighted_gap),
                interval(g.weighted_gap_low, g.weighted_gap_high, &[]),
                shown(g.thresholded_gap),
                interval(g.thresholded_gap_low, g.thresholded_gap_high, &[]),
                interval(g.gap_bound_low, g.gap_bound_high, &[]),
            ]);
        }
    }
    page.grid(grid);
    let strata = match found.strata_step {
        None => "the same chances".to_owned(),
        Some(step) => format!("the same chances to {}", bound(step)),
    };
    page.hanging(
        &format!(
            "can be: whoever of those with {strata} is in the group ({}); nothing is assumed, and luck is not allowed for",
            counted(found.strata, "stratum", "strata")
        ),
        2,
    );
    page.hanging(
        "by chance: right if among people with the same chances being selected does not hang on the group, and else too near to equality; counting people whole tends to make gaps too large",
        2,
    );
}
