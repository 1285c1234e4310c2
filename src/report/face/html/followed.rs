//! Groups followed along periods, stages, systems or arms, as lines.

use super::block::{Block, Drawing, Figure, Prose};
use super::context::Context;
use crate::report::model::v1::{Estimate, Group, Grouping, Outcome};
use crate::report::svg::Words;
use crate::report::svg::lines::{Lines, MOST, Series};
use crate::report::text::quoted;

/// Places of a chart; of more, the last are drawn.
const PLACES: usize = 24;

/// A chart for each axis and metric that has the values of groups at several places; the numbers are in the table of all others.
pub(super) fn block(context: &Context, outcome: &Outcome, grouping: &Grouping, level: u8) -> Option<Block> {
    let values: Vec<&Estimate> = context
        .estimates(&outcome.name, &grouping.attribute)
        .iter()
        .filter(|e| e.along.is_some() && e.at.is_some() && e.contrast == "value")
        .filter(|e| e.given.is_none() && e.item_class.is_none())
        .copied()
        .collect();
    let mut charts: Vec<(&str, &str)> = Vec::new();
    for e in &values {
        let chart = (e.along.as_deref().unwrap_or_default(), e.metric.as_str());
        if !charts.contains(&chart) {
            charts.push(chart);
        }
    }
    let figures: Vec<Figure> = charts
        .into_iter()
        .filter_map(|(along, metric)| {
            let own = values
                .iter()
                .filter(|e| e.along.as_deref() == Some(along) && e.metric == metric);
            figure(context, grouping, (along, metric), &own.copied().collect::<Vec<_>>())
        })
        .collect();
    if figures.is_empty() {
        return None;
    }
    let told = Block::text("The numbers with their intervals, gaps and ratios stand under “all other numbers” below.");
    Some(context.section(level, "Followed along", vec![told, Block::Figures(figures)]))
}

fn figure(
    context: &Context,
    grouping: &Grouping,
    (along, metric): (&str, &str),
    values: &[&Estimate],
) -> Option<Figure> {
    let mut places: Vec<&str> = Vec::new();
    for at in values.iter().filter_map(|e| e.at.as_deref()) {
        if !places.contains(&at) {
            places.push(at);
        }
    }
    if places.len() < 2 {
        return None;
    }
    let earlier = places.len().saturating_sub(PLACES);
    let places = places.split_off(earlier);
    let mut groups: Vec<&Group> = grouping.groups.iter().filter(|group| group.judged).collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.subjects));
    let left = groups.len().saturating_sub(MOST);
    let series = groups.into_iter().take(MOST).map(|group| Series {
        name: group.group.clone(),
        points: places
            .iter()
            .map(|at| {
                let e = values
                    .iter()
                    .find(|e| e.group == group.group && e.at.as_deref() == Some(at))?;
                Some((e.estimate?, context.shown(Some(e))))
            })
            .collect(),
    });
    let lines = Lines {
        words: Words {
            id: context.id(),
            title: format!("{metric} along {along}"),
            description: format!("By {}.", grouping.attribute),
        },
        places: places.iter().map(|at| (*at).to_owned()).collect(),
        series: series.collect(),
    };
    let mut legend = Vec::new();
    if left > 0 {
        legend.push(format!("the {MOST} largest groups; {left} more are in the table"));
    }
    if earlier > 0 {
        legend.push(format!("{earlier} earlier ones are in the table"));
    }
    Some(Figure {
        wide: true,
        svg: Drawing(lines.draw()?),
        title: Prose::new(&format!("`{metric}` along {}", quoted(along))),
        legend: Prose::new(&legend.join(" · ")),
    })
}
