//! The other metrics of an outcome by a grouping, and the extremes over its groups.

use super::Shown;
use super::groups::{MAIN, SPARED};
use super::page::{Column, Grid, Keep, Page};
use crate::catalogue::{Formula, ListSide, Metric, Need};
use crate::report::model::v1::{Estimate, Grouping, Outcome};
use crate::report::number::{self, UNDEFINED};
use crate::report::reason::plain;
use crate::report::text::{quoted, width};
use crate::report::view::View;

/// What is kept of a line for the names of groups.
const NAMES: usize = 20;

/// Writes the tables of the other metrics, then the extremes.
pub(super) fn write<'a>(page: &mut Page, view: &View<'a>, outcome: &'a Outcome, grouping: &'a Grouping) {
    let gated: Vec<&str> = view
        .answers(&outcome.name, &grouping.attribute)
        .map(|(_, answer)| answer.metric.as_str())
        .collect();
    let shown = |id: &str| page.look.metrics == Shown::All || gated.contains(&id);
    let all = view.result.metrics.iter().map(|metric| metric.metric.as_str());
    // Attention and places have tables of their own.
    let apart = |id: &str| {
        let metric = Metric::find(id).map(|metric| metric.entry().formula);
        matches!(metric, Some(Formula::List(how)) if how.side() != ListSide::Receiver)
    };
    let metrics: Vec<&'a str> = all.filter(|id| shown(id) && !apart(id)).collect();
    for family in [Family::Decision, Family::Label, Family::Value, Family::Custom] {
        let members: Vec<(String, Vec<String>)> = metrics
            .iter()
            .filter(|id| !matches!(**id, MAIN | SPARED) && Family::of(id) == family)
            .filter_map(|id| column(view, outcome, grouping, id))
            .collect();
        write_family(page, outcome, grouping, family, &members);
    }
    write_reasons(page, view, outcome, grouping, &metrics);
    let mut extremes: Vec<&str> = vec![MAIN];
    extremes.extend(metrics.iter().copied().filter(|id| *id != MAIN));
    for id in extremes {
        write_extremes(page, view, outcome, grouping, id);
    }
}

/// What a metric needs to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Decision,
    Label,
    Value,
    /// The spec defines it.
    Custom,
}

impl Family {
    fn of(id: &str) -> Self {
        let Some(metric) = Metric::find(id) else {
            return Family::Custom;
        };
        let needs = metric.entry().needs;
        if needs.contains(&Need::Value) {
            Family::Value
        } else if needs.contains(&Need::Label) {
            Family::Label
        } else {
            Family::Decision
        }
    }

    fn title(self) -> &'static str {
        match self {
            Family::Decision => "other rates",
            Family::Label => "against the label",
            Family::Value => "value",
            Family::Custom => "defined by the spec",
        }
    }
}

/// The head and the cells of a metric's column; `None`: nothing is known of it here.
fn column<'a>(
    view: &View<'a>,
    outcome: &'a Outcome,
    grouping: &'a Grouping,
    id: &'a str,
) -> Option<(String, Vec<String>)> {
    // Some metrics have no value of their own (equalized odds): their gap is shown.
    let (head, contrast) = [(id.to_owned(), "value"), (format!("{id} gap"), "gap")]
        .into_iter()
        .find(|(_, contrast)| {
            grouping
                .groups
                .iter()
                .any(|group| find(view, outcome, grouping, &group.group, id, contrast).is_some())
        })?;
    let cells = grouping
        .groups
        .iter()
        .map(|group| {
            let e = find(view, outcome, grouping, &group.group, id, contrast);
            e.map_or_else(String::new, |e| with_interval(e, &view.bounds(e)))
        })
        .collect();
    Some((head, cells))
}

fn find<'a>(
    view: &View<'a>,
    outcome: &'a Outcome,
    grouping: &'a Grouping,
    group: &'a str,
    metric: &'a str,
    contrast: &'a str,
) -> Option<&'a Estimate> {
    view.estimate(&outcome.name, &grouping.attribute, group, metric, contrast)
}

fn with_interval(e: &Estimate, bounds: &[f64]) -> String {
    match e.estimate {
        Some(x) => {
            let interval = number::interval(e.low, e.high, bounds);
            format!("{} {interval}", number::beside(x, bounds))
                .trim_end()
                .to_owned()
        }
        None => UNDEFINED.to_owned(),
    }
}

/// As many tables side by side as the page is wide: a metric is never cut, the next ones go below.
fn write_family(
    page: &mut Page,
    outcome: &Outcome,
    grouping: &Grouping,
    family: Family,
    members: &[(String, Vec<String>)],
) {
    let room = page.look.width.saturating_sub(NAMES);
    let mut rest = members;
    while !rest.is_empty() {
        let mut used = 0;
        let fitting = rest
            .iter()
            .take_while(|(head, cells)| {
                let widest = cells.iter().map(|cell| width(cell)).max().unwrap_or(0);
                used += widest.max(width(head)) + 2;
                used <= room
            })
            .count()
            .max(1);
        let (now, later) = rest.split_at(fitting);
        rest = later;
        page.heading(&format!(
            "{} by {} · {}",
            quoted(&outcome.name),
            quoted(&grouping.attribute),
            family.title()
        ));
        let mut columns = vec![Column::text("group", Keep::Cut)];
        columns.extend(now.iter().map(|(head, _)| Column::text(head, Keep::Whole)));
        let mut grid = Grid::new(columns);
        for (index, group) in grouping.groups.iter().enumerate() {
            let mut row = vec![group.group.clone()];
            row.extend(
                now.iter()
                    .map(|(_, cells)| cells.get(index).cloned().unwrap_or_default()),
            );
            grid.row(row);
        }
        page.grid(grid);
    }
}

/// Why numbers of these metrics are undefined: one line per metric and reason.
fn write_reasons<'a>(
    page: &mut Page,
    view: &View<'a>,
    outcome: &'a Outcome,
    grouping: &'a Grouping,
    metrics: &[&'a str],
) {
    for id in metrics.iter().filter(|id| !matches!(**id, MAIN | SPARED)) {
        let mut told: Vec<&str> = Vec::new();
        for group in &grouping.groups {
            let undefined = ["value", "gap"]
                .into_iter()
                .find_map(|contrast| find(view, outcome, grouping, &group.group, id, contrast))
                .filter(|e| e.estimate.is_none());
            let Some(e) = undefined else { continue };
            let reason = e.reason.as_deref().unwrap_or("undefined");
            if !told.contains(&reason) {
                told.push(reason);
                page.text(&format!(
                    "{UNDEFINED} {id} of {}: {}",
                    quoted(&group.group),
                    plain(reason)
                ));
            }
        }
    }
}

/// The largest gap and the smallest ratio over the groups, with the groups that they are between.
fn write_extremes(page: &mut Page, view: &View, outcome: &Outcome, grouping: &Grouping, metric: &str) {
    for (contrast, words) in [("max_gap", "largest gap"), ("min_ratio", "smallest ratio")] {
        let found = view.result.estimates.iter().filter(|e| {
            e.contrast == contrast
                && e.metric == metric
                && e.outcome == outcome.name
                && e.attribute == grouping.attribute
                && e.item_class.is_none()
        });
        for e in found {
            let number = match e.estimate {
                Some(_) => with_interval(e, &view.bounds(e)),
                None => format!("{UNDEFINED} ({})", plain(e.reason.as_deref().unwrap_or("undefined"))),
            };
            let p = e.p_value.map_or_else(String::new, |p| {
                format!("; p {} that all groups are alike", number::p_value(p))
            });
            page.hanging(
                &format!("{words} of {metric}: {number}, between {}{p}", pair(&e.group)),
                2,
            );
        }
    }
}

/// `lowest / highest`, each quoted when it is clear where one ends.
pub(in crate::report::face) fn pair(groups: &str) -> String {
    match groups.split_once(" / ") {
        Some((low, high)) if !high.contains(" / ") => {
            format!("{} (lowest) and {} (highest)", quoted(low), quoted(high))
        }
        _ => quoted(groups),
    }
}
