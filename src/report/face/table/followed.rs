//! Groups followed along stages, periods, systems or arms.

use super::Shown;
use super::page::{Column, Grid, Keep, Page};
use crate::report::model::v1::{Estimate, Grouping, Outcome, Result};
use crate::report::number::{self, UNDEFINED, interval, percent};
use crate::report::reason::plain;
use crate::report::text::quoted;

/// Levels beyond which only the last are shown; the JSON has all.
const MOST: usize = 24;
/// What is told of a stage.
const STAGE: &str = "funnel_stage";

/// Writes a table for each axis, metric and group; of a stage of a funnel only where everything is asked for.
pub(super) fn write(page: &mut Page, result: &Result, outcome: &Outcome, grouping: &Grouping) {
    let told = |along: &str| match &outcome.sweep {
        Some(sweep) => page.look.metrics == Shown::All || along == sweep,
        None => true,
    };
    let all: Vec<&Estimate> = result
        .estimates
        .iter()
        .filter(|e| e.along.is_some() && e.outcome == outcome.name && e.attribute == grouping.attribute)
        .collect();
    let mut tables: Vec<(&str, &str, &str)> = Vec::new();
    for e in all.iter().filter(|e| e.at.is_some() && e.contrast == "ratio") {
        let table = (
            e.along.as_deref().unwrap_or_default(),
            e.metric.as_str(),
            e.group.as_str(),
        );
        if told(table.0) && !tables.contains(&table) {
            tables.push(table);
        }
    }
    for &(along, metric, group) in &tables {
        page.heading(&format!(
            "{} by {} · along {} · {metric}",
            quoted(&outcome.name),
            quoted(&grouping.attribute),
            quoted(along)
        ));
        let of: Vec<&Estimate> = all
            .iter()
            .copied()
            .filter(|e| e.along.as_deref() == Some(along))
            .collect();
        write_group(page, &of, metric, group);
        // What is told once of a group stands below its first metric.
        if tables
            .iter()
            .find(|table| table.0 == along)
            .is_some_and(|table| table.1 == metric)
        {
            write_lines(page, &of, group);
        }
    }
}

fn write_group(page: &mut Page, all: &[&Estimate], metric: &str, group: &str) {
    let find = |metric: &str, who: &str, contrast: &str, at: &str| {
        all.iter()
            .find(|e| e.metric == metric && e.group == who && e.contrast == contrast && e.at.as_deref() == Some(at))
            .copied()
    };
    let gaps: Vec<&Estimate> = all
        .iter()
        .copied()
        .filter(|e| e.metric == metric && e.group == group && e.contrast == "gap" && e.at.is_some())
        .collect();
    let reference = gaps.iter().find_map(|e| e.reference.as_deref()).unwrap_or_default();
    page.text(&format!("{} compared with {}", quoted(group), quoted(reference)));
    let is_funnel = metric == STAGE;
    let value = |e: Option<&Estimate>| match e {
        Some(e) if e.unit == "share" => e.estimate.map_or_else(|| UNDEFINED.to_owned(), percent),
        Some(e) => e.estimate.map_or_else(|| UNDEFINED.to_owned(), number::number),
        None => String::new(),
    };
    let shown = |e: Option<&Estimate>| match e.map(|e| e.estimate) {
        Some(Some(x)) => number::number(x),
        Some(None) => UNDEFINED.to_owned(),
        None => String::new(),
    };
    let ends = |e: Option<&Estimate>| e.map_or_else(String::new, |e| interval(e.low, e.high, &[]));
    let mut grid = Grid::new(vec![
        Column::text(if is_funnel { "stage" } else { "at" }, Keep::Whole),
        Column::number("own", Keep::Whole),
        Column::number("other", Keep::Drop(3)),
        Column::number(if is_funnel { "part of the gap" } else { "gap" }, Keep::Whole),
        Column::text("[low, high]", Keep::Whole),
        Column::number("ratio", Keep::Drop(1)),
        Column::text("[low, high]", Keep::Drop(2)),
        Column::number("so far", Keep::Drop(4)),
        Column::text("any look", Keep::Drop(5)),
        Column::number("move", Keep::Drop(6)),
    ]);
    let left_out = gaps.len().saturating_sub(MOST);
    for gap in &gaps[left_out..] {
        let at = gap.at.as_deref().unwrap_or_default();
        let ratio = find(metric, group, "ratio", at);
        let so_far = find("gap_sequence", group, "gap", at);
        grid.row(vec![
            at.to_owned(),
            value(find(metric, group, "value", at)),
            value(find(metric, reference, "value", at)),
            gap.estimate.map_or_else(|| UNDEFINED.to_owned(), number::number),
            ends(Some(gap)),
            shown(ratio),
            ends(ratio),
            so_far.and_then(|e| e.estimate).map_or_else(String::new, number::number),
            ends(so_far),
            find("gap_cusum", group, "gap", at).map_or_else(String::new, |e| shown(Some(e))),
        ]);
    }
    let columns = page.grid(grid);
    if left_out > 0 {
        page.text(&format!("{left_out} earlier ones are in the JSON and the CSV"));
    }
    for (head, words) in [
        (
            "part of the gap",
            "what the stage adds to the gap of the whole; the ratios of the stages multiply",
        ),
        (
            "any look",
            "interval of the gap so far that holds however often one looks",
        ),
        (
            "move",
            "CUSUM of moves from what the gap was before; above 5 is an alarm",
        ),
    ] {
        if columns.iter().any(|known| known == head) {
            page.hanging(&format!("{head}: {words}"), 2);
        }
    }
}

/// Numbers that are told once: a trend, a difference between systems, an uplift.
fn write_lines(page: &mut Page, all: &[&Estimate], group: &str) {
    let told = |e: &&&Estimate| matches!(e.metric.as_str(), "gap_trend" | "system_gap" | "uplift");
    let lines = all.iter().filter(told).filter(|e| e.group == group);
    for e in lines {
        let what = match (e.metric.as_str(), e.contrast.as_str(), &e.at) {
            ("gap_trend", ..) => "the gap changes from period to period by".to_owned(),
            ("system_gap", _, Some(at)) => format!("gap, {at}:"),
            ("uplift", "value", _) => "uplift:".to_owned(),
            _ => "gap of uplifts:".to_owned(),
        };
        let told = match e.estimate {
            Some(x) => format!("{} {}", number::number(x), interval(e.low, e.high, &[])),
            None => format!("{UNDEFINED} ({})", plain(e.reason.as_deref().unwrap_or("undefined"))),
        };
        let p = e
            .p_adjusted
            .map_or_else(String::new, |p| format!(", adj. p {}", number::p_value(p)));
        page.hanging(&format!("{what} {}{p}", told.trim_end()), 2);
    }
}
