//! What small groups can say with the others' help, and groups of which only the chance to be in them is known.

use super::block::{Block, Grid, number, text};
use super::context::{Context, optional};
use crate::report::model::v1::{Grouping, Outcome, SmallGroup, Uncertain};
use crate::report::number::{UNDEFINED, bound, count, counted, interval, p_value};
use crate::report::reason::plain;
use crate::report::text::quoted;

/// A number with its interval.
fn with(x: Option<f64>, low: Option<f64>, high: Option<f64>) -> String {
    format!("{} {}", optional(x), interval(low, high, &[]))
        .trim_end()
        .to_owned()
}

/// The rates of small groups as they are and as drawn toward the others', where that was asked for.
pub(super) fn small_groups(context: &Context, outcome: &Outcome, grouping: &Grouping, level: u8) -> Option<Block> {
    let of_place = |s: &&SmallGroup| s.outcome == outcome.name && s.attribute == grouping.attribute;
    let all: Vec<&SmallGroup> = context.result.small_groups.iter().filter(of_place).collect();
    let first = all.first()?;
    let less = format!("probability that the ratio is below {}", bound(first.threshold));
    let mut grid = Grid::new(
        context.id(),
        &format!(
            "{} by {}: what small groups can say",
            quoted(&outcome.name),
            quoted(&grouping.attribute)
        ),
        "group",
        vec![
            number("people"),
            number("effective rows"),
            number("rate [low,\u{a0}high]"),
            number("drawn toward"),
            number("shrunken rate [low,\u{a0}high]"),
            number("rows that pull"),
            number(&less),
            text("why it is not drawn"),
        ],
    );
    for s in &all {
        grid.row(
            &s.group,
            vec![
                count(s.subjects),
                optional(Some(s.effective_rows)),
                with(s.rate, s.rate_low, s.rate_high),
                optional(s.toward),
                with(s.shrunken, s.shrunken_low, s.shrunken_high),
                s.pull.map_or_else(String::new, |pull| optional(Some(pull))),
                s.probability_below.map_or_else(|| UNDEFINED.to_owned(), p_value),
                s.reason
                    .as_deref()
                    .map_or_else(String::new, |reason| plain(reason).to_owned()),
            ],
        );
    }
    let told = Block::text(
        "The rate as it is decides; the others are read beside it. A shrunken rate is drawn toward what the other groups have, the more the less a group has seen; the probability is of the favourable rates, given the data and Jeffreys' prior.",
    );
    Some(context.section(level, "What small groups can say", vec![told, grid.block()?]))
}

/// Attributes of which only chances are known: rates by chance, by threshold, and what they can be.
pub(super) fn uncertain(context: &Context, outcome: &Outcome, level: u8) -> Vec<Block> {
    let of_outcome = context.result.uncertain.iter().filter(|u| u.outcome == outcome.name);
    of_outcome.map(|found| one(context, found, level)).collect()
}

fn one(context: &Context, found: &Uncertain, level: u8) -> Block {
    let place = format!("{} by {}", quoted(&found.outcome), quoted(&found.attribute));
    let left_out = match found.rows_unknown {
        rows if rows > 0.0 => format!(
            " {} without chances are left out.",
            counted(rows.round() as u64, "row", "rows")
        ),
        _ => String::new(),
    };
    let strata = match found.strata_step {
        None => "the same chances".to_owned(),
        Some(step) => format!("the same chances to {}", bound(step)),
    };
    let mut blocks = vec![Block::text(&format!(
        "Of each person only the chance to be in a group is known; gaps are to {}.{left_out} By chance: right if, among people with the same chances, being selected does not hang on the group, and else too near to equality; counting people whole tends to make gaps too large. What it can be: whoever of those with {strata} is in the group ({}); nothing is assumed, and luck is not allowed for.",
        quoted(&found.reference),
        counted(found.strata, "stratum", "strata")
    ))];
    let counted_from = format!("counted at {} or more [low,\u{a0}high]", bound(found.threshold));
    let mut grid = Grid::new(
        context.id(),
        &format!("{place}, known by chances only"),
        "group",
        vec![
            number("rows expected"),
            number("rows counted"),
            number("by chance [low,\u{a0}high]"),
            number(&counted_from),
            number("can be"),
        ],
    );
    let rows = |x: f64| count(x.round() as u64);
    grid.part("rate");
    for g in &found.groups {
        grid.row(
            &g.group,
            vec![
                rows(g.expected_rows),
                rows(g.counted_rows),
                with(g.weighted, g.weighted_low, g.weighted_high),
                with(g.thresholded, g.thresholded_low, g.thresholded_high),
                interval(g.bound_low, g.bound_high, &[]),
            ],
        );
    }
    grid.part("gap");
    for g in found.groups.iter().filter(|g| g.group != found.reference) {
        grid.row(
            &g.group,
            vec![
                rows(g.expected_rows),
                rows(g.counted_rows),
                with(g.weighted_gap, g.weighted_gap_low, g.weighted_gap_high),
                with(g.thresholded_gap, g.thresholded_gap_low, g.thresholded_gap_high),
                interval(g.gap_bound_low, g.gap_bound_high, &[]),
            ],
        );
    }
    blocks.extend(grid.block());
    context.section(level, &format!("{place}, known by chances only"), blocks)
}
