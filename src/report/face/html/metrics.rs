//! Every other number of an outcome, so that nothing of the result is missing from the page.

use super::block::{Block, Grid, Prose, number, text};
use super::context::{Context, is_plain, restricted, why};
use super::groups::title;
use crate::report::face::table::groups::EVERYONE;
use crate::report::model::v1::{Estimate, Grouping, Outcome};
use crate::report::number::{count, counted, p_value};
use crate::report::text::quoted;

/// What holds for everybody together.
pub(super) fn everyone(context: &Context, outcome: &Outcome) -> Option<Block> {
    let mut grid = Grid::new(
        context.id(),
        &format!("{} for everybody together", quoted(&outcome.name)),
        "metric",
        vec![
            number("value [low,\u{a0}high]"),
            number("people"),
            number("rows"),
            text("why there is no number"),
        ],
    );
    for e in context.estimates(&outcome.name, EVERYONE) {
        let (_, given, axis, class) = part(e);
        let name = format!("{}{}", e.metric, restricted(given, axis, class).replace('`', ""));
        grid.row(
            &name,
            vec![context.shown(Some(e)), count(e.subjects), count(e.rows), why(e)],
        );
    }
    let summary = format!(
        "Everybody together: {}",
        counted(grid.len() as u64, "metric", "metrics")
    );
    Some(Block::Fold(Prose::new(&summary), vec![grid.block()?]))
}

/// The numbers of an outcome by a grouping that have no table of their own.
pub(super) fn others(context: &Context, outcome: &Outcome, grouping: &Grouping, shown: &[&str]) -> Option<Block> {
    let estimates: Vec<&Estimate> = context
        .estimates(&outcome.name, &grouping.attribute)
        .iter()
        .filter(|e| !is_plain(e) || !shown.contains(&e.metric.as_str()))
        .copied()
        .collect();
    let caption = format!(
        "All other numbers of {} by {}",
        quoted(&outcome.name),
        quoted(&grouping.attribute)
    );
    let (grid, metrics) = table(context, &caption, &estimates);
    let summary = format!(
        "All other numbers of {} by {}: {}",
        quoted(&outcome.name),
        quoted(&grouping.attribute),
        counted(metrics, "metric", "metrics")
    );
    Some(Block::Fold(Prose::new(&summary), vec![grid.block()?]))
}

/// Estimates as one table, a part for each metric, and how many parts there are.
pub(super) fn table(context: &Context, caption: &str, estimates: &[&Estimate]) -> (Grid, u64) {
    let mut grid = Grid::new(
        context.id(),
        caption,
        "group",
        vec![
            number("value [low,\u{a0}high]"),
            number("gap [low,\u{a0}high]"),
            number("ratio [low,\u{a0}high]"),
            number("adj. p"),
            number("people"),
            text("intervals from drawing people again"),
            text("why there is no number, or no verdict"),
        ],
    );
    let mut parts: Vec<Part> = Vec::new();
    for e in estimates {
        if !parts.contains(&part(e)) {
            parts.push(part(e));
        }
    }
    for one in &parts {
        let (metric, given, axis, class) = *one;
        grid.part(&format!("{}{}", title(context, metric), restricted(given, axis, class)));
        let of_part: Vec<&Estimate> = estimates.iter().filter(|e| part(e) == *one).copied().collect();
        rows(context, &mut grid, &of_part);
    }
    (grid, parts.len() as u64)
}

/// What the rows of a part have in common: the metric, and what it is restricted to.
type Part<'a> = (
    &'a str,
    Option<&'a str>,
    (Option<&'a str>, Option<&'a str>),
    Option<&'a str>,
);

fn part(e: &Estimate) -> Part<'_> {
    (
        &e.metric,
        e.given.as_deref(),
        (e.along.as_deref(), e.at.as_deref()),
        e.item_class.as_deref(),
    )
}

/// A row for each group, with its contrasts side by side.
fn rows(context: &Context, grid: &mut Grid, estimates: &[&Estimate]) {
    let mut names: Vec<(&str, bool)> = Vec::new();
    for e in estimates {
        let name = (e.group.as_str(), is_extreme(e));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for (group, extreme) in names {
        let own = |e: &&&Estimate| e.group == group && is_extreme(e) == extreme;
        let own: Vec<&Estimate> = estimates.iter().filter(own).copied().collect();
        let find = |contrasts: [&str; 2]| own.iter().find(|e| contrasts.contains(&e.contrast.as_str())).copied();
        let (value, gap, ratio) = (
            find(["value", ""]),
            find(["gap", "max_gap"]),
            find(["ratio", "min_ratio"]),
        );
        let compared = ratio.or(gap);
        let any = value.or(compared);
        let name = if extreme {
            format!("farthest apart: {group}")
        } else {
            group.to_owned()
        };
        grid.row(
            &name,
            vec![
                context.shown(value),
                context.shown(gap),
                context.shown(ratio),
                compared.and_then(|e| e.p_adjusted).map_or_else(String::new, p_value),
                any.map_or_else(String::new, |e| count(e.subjects)),
                context.drawn_again(&[value, gap, ratio]),
                own.iter()
                    .map(|e| why(e))
                    .find(|why| !why.is_empty())
                    .unwrap_or_default(),
            ],
        );
    }
}

fn is_extreme(e: &Estimate) -> bool {
    matches!(e.contrast.as_str(), "max_gap" | "min_ratio")
}
