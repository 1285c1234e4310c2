//! An outcome at several thresholds, stages or classes, side by side.

use super::block::{Block, Drawing, Figure, Grid, Prose, number, text, verdict};
use super::charts::{equality, figure, row};
use super::context::{Context, is_plain};
use crate::report::face::table::groups::{EVERYONE, MAIN};
use crate::report::face::table::sweep::{CLASS, apart, of, step};
use crate::report::model::v1::{Estimate, Group, Grouping, Outcome};
use crate::report::number::{self, percent};
use crate::report::svg::Words;
use crate::report::svg::dots::{Kind, Row};
use crate::report::svg::lines::{Lines, MOST, Series};
use crate::report::text::quoted;

/// A section by each grouping, with all thresholds, stages or classes of an outcome.
pub(super) fn blocks(context: &Context, swept: &str) -> Vec<Block> {
    let mut outcomes = of(context.result, swept);
    let direction = match outcomes.next() {
        Some(first) if !first.favourable => "Being selected is unfavourable: a higher rate is worse for a group.",
        _ => "Being selected is favourable: a lower rate is worse for a group.",
    };
    let mut blocks = vec![Block::text(direction)];
    for grouping in context.view.groupings() {
        let sweep = Sweep {
            context,
            swept,
            grouping,
            outcomes: of(context.result, swept).collect(),
            step: step(context.result, swept),
        };
        let mut parts = sweep.figures();
        parts.extend(sweep.table());
        let heading = format!(
            "{} by {}, at each {}",
            quoted(swept),
            quoted(&grouping.attribute),
            sweep.step
        );
        blocks.push(context.section(3, &heading, parts));
    }
    blocks
}

struct Sweep<'c, 'a> {
    context: &'c Context<'a>,
    swept: &'c str,
    grouping: &'a Grouping,
    outcomes: Vec<&'a Outcome>,
    step: &'static str,
}

impl<'a> Sweep<'_, 'a> {
    fn threshold(&self, outcome: &'a Outcome) -> &'a str {
        apart(outcome, self.swept)
    }

    fn find(&self, outcome: &'a Outcome, metric: &str, contrast: &str) -> Option<&'a Estimate> {
        let estimates = self.context.estimates(&outcome.name, &self.grouping.attribute);
        let mut found = estimates
            .iter()
            .filter(|e| e.metric == metric && e.contrast == contrast && is_plain(e));
        found.next().copied()
    }

    fn figures(&self) -> Vec<Block> {
        let rows: Vec<Row> = self
            .outcomes
            .iter()
            .filter_map(|outcome| {
                let e = self.find(outcome, MAIN, "min_ratio")?;
                Some(row(self.context, self.threshold(outcome).to_owned(), e, Kind::Plain))
            })
            .collect();
        let about = format!("{} by {}.", quoted(self.swept), quoted(&self.grouping.attribute));
        let ratios = figure(
            self.context,
            (&format!("Smallest ratio of `{MAIN}` between two groups"), &about),
            rows,
            equality("ratio").into_iter().collect(),
        );
        let figures: Vec<Figure> = self.rates().into_iter().chain(ratios).collect();
        if figures.is_empty() {
            return Vec::new();
        }
        vec![Block::Figures(figures)]
    }

    /// Each group's rate at each threshold. The largest groups that may be judged are drawn.
    fn rates(&self) -> Option<Figure> {
        if self.step == CLASS {
            // A line from one to the next would tell of an order that they have not.
            return None;
        }
        let mut groups: Vec<&Group> = self.grouping.groups.iter().filter(|group| group.judged).collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.subjects));
        let left = groups.len().saturating_sub(MOST);
        let series = groups.into_iter().take(MOST).map(|group| Series {
            name: group.group.clone(),
            points: self
                .outcomes
                .iter()
                .map(|outcome| {
                    let (outcome, attribute) = (outcome.name.as_str(), self.grouping.attribute.as_str());
                    let e = self
                        .context
                        .view
                        .estimate(outcome, attribute, &group.group, MAIN, "value")?;
                    Some((e.estimate?, self.context.shown(Some(e))))
                })
                .collect(),
        });
        let lines = Lines {
            words: Words {
                id: self.context.id(),
                title: format!("{MAIN} of {} at each {}", self.swept, self.step),
                description: format!("By {}.", self.grouping.attribute),
            },
            places: self.outcomes.iter().map(|o| self.threshold(o).to_owned()).collect(),
            series: series.collect(),
        };
        let legend = match left {
            0 => String::new(),
            n => format!("the {MOST} largest groups; {n} more are in the tables below"),
        };
        Some(Figure {
            wide: true,
            svg: Drawing(lines.draw()?),
            title: Prose::new(&format!("`{MAIN}` of each group at each {}", self.step)),
            legend: Prose::new(&legend),
        })
    }

    fn table(&self) -> Option<Block> {
        let mut grid = Grid::new(
            self.context.id(),
            &format!(
                "{} by {}, at each {}",
                quoted(self.swept),
                quoted(&self.grouping.attribute),
                self.step
            ),
            self.step,
            vec![
                number("selected of everybody"),
                number("smallest ratio [low,\u{a0}high]"),
                number("largest gap [low,\u{a0}high]"),
                text("lowest / highest"),
                number("largest gap of true_positive_rate"),
                number("largest gap of false_positive_rate"),
                verdict("gates"),
            ],
        );
        for outcome in &self.outcomes {
            let shown = |metric, contrast| self.context.shown(self.find(outcome, metric, contrast));
            let everybody = self
                .context
                .view
                .estimate(&outcome.name, EVERYONE, EVERYONE, MAIN, "value");
            let selected = everybody.and_then(|e| e.estimate);
            let between = self.find(outcome, MAIN, "max_gap");
            let short = |metric| {
                let e = self.find(outcome, metric, "max_gap");
                e.and_then(|e| e.estimate).map_or_else(String::new, number::number)
            };
            grid.row(
                self.threshold(outcome),
                vec![
                    selected.map_or_else(String::new, percent),
                    shown(MAIN, "min_ratio"),
                    shown(MAIN, "max_gap"),
                    between.map_or_else(String::new, |e| e.group.clone()),
                    short("true_positive_rate"),
                    short("false_positive_rate"),
                    self.context
                        .verdict(outcome, self.grouping)
                        .unwrap_or_default()
                        .to_owned(),
                ],
            );
        }
        grid.block()
    }
}
