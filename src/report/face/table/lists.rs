//! What lists show: to groups of people by class of items, and of groups of items.

use std::collections::BTreeMap;

use super::Shown;
use super::page::{Column, Grid, Keep, Page, mark};
use crate::catalogue::{Formula, ListSide, Metric};
use crate::report::model::v1::{Estimate, Grouping, Outcome};
use crate::report::number::{UNDEFINED, beside, interval, number, p_value};
use crate::report::reason::plain;
use crate::report::text::quoted;
use crate::report::view::View;

/// Always shown where there are classes of items.
const MAIN: &str = "exposure_share";
/// Always shown of groups of items.
const OF_ITEMS: [&str; 3] = ["exposure_share", "exposure_per_item", "skew"];
/// More lines than this are for those who ask for everything.
const MOST_LINES: usize = 40;

/// Writes what lists show of an outcome by a grouping.
pub(super) fn write(page: &mut Page, view: &View, outcome: &Outcome, grouping: &Grouping) {
    let mine: Vec<&Estimate> = view
        .result
        .estimates
        .iter()
        .filter(|e| e.outcome == outcome.name && e.attribute == grouping.attribute && e.given.is_none())
        .filter(|e| of_lists(&e.metric))
        .collect();
    if mine.is_empty() {
        return;
    }
    let gated: Vec<&str> = view
        .answers(&outcome.name, &grouping.attribute)
        .map(|(_, answer)| answer.metric.as_str())
        .collect();
    let all = page.look.metrics == Shown::All;
    by_class(page, view, (outcome, grouping), &mine, &|metric| {
        all || metric == MAIN || gated.contains(&metric)
    });
    of_items(page, view, (outcome, grouping), &mine, &|metric| {
        all || OF_ITEMS.contains(&metric) || gated.contains(&metric)
    });
    together(page, view, &mine, &|metric| all || gated.contains(&metric));
}

fn of_lists(metric: &str) -> bool {
    Metric::find(metric).is_some_and(|metric| matches!(metric.entry().formula, Formula::List(_)))
}

/// Whether a number of all groups together is told of this metric.
fn of_all_groups(metric: &str) -> bool {
    Metric::find(metric)
        .is_some_and(|metric| matches!(metric.entry().formula, Formula::List(how) if how.of_all_groups()))
}

fn told(e: Option<&&Estimate>, view: &View) -> String {
    match e {
        None => String::new(),
        Some(e) => match e.estimate {
            None => UNDEFINED.to_owned(),
            Some(x) => {
                let bounds = view.bounds(e);
                format!("{} {}", beside(x, &bounds), interval(e.low, e.high, &bounds))
                    .trim_end()
                    .to_owned()
            }
        },
    }
}

/// One table for each metric that is told by class: a line for each class and group.
fn by_class(
    page: &mut Page,
    view: &View,
    (outcome, grouping): (&Outcome, &Grouping),
    mine: &[&Estimate],
    shown: &dyn Fn(&str) -> bool,
) {
    let mut metrics: Vec<&str> = mine
        .iter()
        .filter(|e| e.item_class.is_some() && shown(&e.metric))
        .map(|e| e.metric.as_str())
        .collect();
    metrics.dedup();
    for metric in metrics {
        page.heading(&format!(
            "{} by {} · {metric} of items that people are shown",
            quoted(&outcome.name),
            quoted(&grouping.attribute)
        ));
        // By class and group: value, gap, ratio.
        let mut lines: BTreeMap<(usize, usize), [Option<&Estimate>; 3]> = BTreeMap::new();
        let mut classes: Vec<&str> = Vec::new();
        for e in mine.iter().filter(|e| e.metric == metric) {
            let Some(class) = e.item_class.as_deref() else { continue };
            let contrast = ["value", "gap", "ratio"].iter().position(|known| *known == e.contrast);
            let group = grouping.groups.iter().position(|group| group.group == e.group);
            let (Some(contrast), Some(group)) = (contrast, group) else {
                continue;
            };
            let place = classes.iter().position(|known| *known == class).unwrap_or_else(|| {
                classes.push(class);
                classes.len() - 1
            });
            lines.entry((place, group)).or_default()[contrast] = Some(e);
        }
        let mut grid = Grid::new(vec![
            Column::text("items", Keep::Cut),
            Column::text("group", Keep::Cut),
            Column::text(metric, Keep::Whole),
            Column::text("gap", Keep::Drop(2)),
            Column::text("ratio", Keep::Drop(1)),
            Column::number("adj. p", Keep::Drop(3)),
            Column::text("gate", Keep::Whole),
        ]);
        let most = if page.look.metrics == Shown::All {
            usize::MAX
        } else {
            MOST_LINES
        };
        let count = lines.len();
        for ((class, group), [value, gap, ratio]) in lines.into_iter().take(most) {
            let group = &grouping.groups[group].group;
            let reference = grouping.reference.as_deref() == Some(group.as_str());
            grid.row(vec![
                classes[class].to_owned(),
                group.clone(),
                told(value.as_ref(), view),
                if reference {
                    "reference".to_owned()
                } else {
                    told(gap.as_ref(), view)
                },
                told(ratio.as_ref(), view),
                ratio
                    .or(gap)
                    .or(value)
                    .and_then(|e| e.p_adjusted)
                    .map_or_else(String::new, p_value),
                verdicts(view, outcome, grouping, (metric, group, Some(classes[class]))),
            ]);
        }
        page.grid(grid);
        if count > most {
            page.text(&format!("and {} lines more: --all-metrics", count - most));
        }
    }
}

/// What the gates say of a group, worst first.
fn verdicts(
    view: &View,
    outcome: &Outcome,
    grouping: &Grouping,
    (metric, group, class): (&str, &str, Option<&str>),
) -> String {
    let of = |verdict: &str| {
        let gates = view.result.gates.iter().flat_map(|gate| &gate.answers);
        gates
            .filter(|a| a.outcome == outcome.name && a.attribute == grouping.attribute)
            .any(|a| a.metric == metric && a.group == group && a.item_class.as_deref() == class && a.verdict == verdict)
    };
    let mut known = ["fail", "inconclusive", "pass"].into_iter();
    known.find(|verdict| of(verdict)).map_or_else(String::new, mark)
}

/// Groups of items: a line for each, a column for each metric.
fn of_items(
    page: &mut Page,
    view: &View,
    (outcome, grouping): (&Outcome, &Grouping),
    mine: &[&Estimate],
    shown: &dyn Fn(&str) -> bool,
) {
    let is_of_items = mine.iter().any(|e| {
        let metric = Metric::find(&e.metric).map(|metric| metric.entry().formula);
        matches!(metric, Some(Formula::List(how)) if how.side() == ListSide::Item)
    });
    if !is_of_items {
        return;
    }
    let mut metrics: Vec<&str> = mine
        .iter()
        .filter(|e| e.contrast == "value" && !of_all_groups(&e.metric) && shown(&e.metric))
        .map(|e| e.metric.as_str())
        .collect();
    metrics.dedup();
    for metric in metrics {
        page.heading(&format!(
            "{} by {} · {metric}, of groups of items",
            quoted(&outcome.name),
            quoted(&grouping.attribute)
        ));
        let find = |group: &str, contrast: &str| {
            mine.iter()
                .find(|e| e.metric == metric && e.group == group && e.contrast == contrast)
        };
        let mut grid = Grid::new(vec![
            Column::text("group", Keep::Cut),
            Column::text(metric, Keep::Whole),
            Column::text("gap", Keep::Drop(2)),
            Column::text("ratio", Keep::Drop(1)),
            Column::number("adj. p", Keep::Drop(3)),
            Column::text("gate", Keep::Whole),
        ]);
        for group in &grouping.groups {
            let [value, gap, ratio] = ["value", "gap", "ratio"].map(|contrast| find(&group.group, contrast));
            let tested = ratio.or(gap).or(value).and_then(|e| e.p_adjusted);
            grid.row(vec![
                group.group.clone(),
                told(value, view),
                told(gap, view),
                told(ratio, view),
                tested.map_or_else(String::new, p_value),
                verdicts(view, outcome, grouping, (metric, &group.group, None)),
            ]);
        }
        page.grid(grid);
        for group in &grouping.groups {
            if let Some(reason) = find(&group.group, "value").and_then(|e| e.reason.as_deref()) {
                page.text(&format!("{UNDEFINED} {}: {}", quoted(&group.group), plain(reason)));
            }
        }
    }
}

/// Numbers of all groups together, a line each.
fn together(page: &mut Page, view: &View, mine: &[&Estimate], shown: &dyn Fn(&str) -> bool) {
    for e in mine.iter().filter(|e| of_all_groups(&e.metric) && shown(&e.metric)) {
        let told = match e.estimate {
            Some(x) => format!("{} {}", number(x), interval(e.low, e.high, &view.bounds(e))),
            None => format!("{UNDEFINED} ({})", plain(e.reason.as_deref().unwrap_or("undefined"))),
        };
        page.hanging(&format!("{} over all groups: {told}", e.metric), 2);
    }
}
