//! What small groups can say for themselves, and with the help of the others.

use super::page::{Column, Grid, Keep, Page};
use crate::report::model::v1::{Grouping, Outcome, Result, SmallGroup};
use crate::report::number::{UNDEFINED, bound, count, interval, number, p_value};
use crate::report::reason::plain;
use crate::report::text::quoted;

/// Writes the rates as they are and as drawn toward the others', where that was asked for.
pub(super) fn write(page: &mut Page, result: &Result, outcome: &Outcome, grouping: &Grouping) {
    let all: Vec<&SmallGroup> = result
        .small_groups
        .iter()
        .filter(|s| s.outcome == outcome.name && s.attribute == grouping.attribute)
        .collect();
    let Some(first) = all.first() else { return };
    page.heading(&format!(
        "{} by {} · what small groups can say",
        quoted(&outcome.name),
        quoted(&grouping.attribute)
    ));
    page.text("the rate as it is decides; the others are read beside it");
    let chance = format!("P(ratio < {})", bound(first.threshold));
    let mut grid = Grid::new(vec![
        Column::text("group", Keep::Cut),
        Column::number("people", Keep::Drop(2)),
        Column::number("rate", Keep::Whole),
        Column::text("[low, high]", Keep::Drop(3)),
        Column::number("drawn toward", Keep::Drop(1)),
        Column::number("shrunken", Keep::Whole),
        Column::text("[low, high]", Keep::Drop(4)),
        Column::number(&chance, Keep::Whole),
    ]);
    let shown = |x: Option<f64>| x.map_or_else(|| UNDEFINED.to_owned(), number);
    for s in &all {
        grid.row(vec![
            s.group.clone(),
            count(s.subjects),
            shown(s.rate),
            interval(s.rate_low, s.rate_high, &[]),
            shown(s.toward),
            shown(s.shrunken),
            interval(s.shrunken_low, s.shrunken_high, &[]),
            s.probability_below.map_or_else(|| UNDEFINED.to_owned(), p_value),
        ]);
    }
    page.grid(grid);
    if let Some(pull) = first.pull {
        page.hanging(
            &format!(
                "shrunken: as if {} more rows of the rate in `drawn toward` had been seen of each group",
                number(pull)
            ),
            2,
        );
    }
    let mut reasons: Vec<&str> = all.iter().filter_map(|s| s.reason.as_deref()).collect();
    reasons.dedup();
    for reason in reasons {
        page.hanging(&format!("{UNDEFINED} shrunken: {}", plain(reason)), 2);
    }
    if let Some(reference) = &first.reference {
        page.hanging(
            &format!(
                "P(ratio < {}): how probable it is that the favourable rate is less than that share of {}'s, given the data and Jeffreys' prior",
                bound(first.threshold),
                quoted(reference)
            ),
            2,
        );
    }
}
