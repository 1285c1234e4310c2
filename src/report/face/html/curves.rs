//! How reliable the scores of each group are, and what a threshold at each would find.

use super::block::{Block, Drawing, Figure, Grid, Prose, number};
use super::context::Context;
use super::groups::whole;
use crate::report::model::v1::{self, Grouping, Outcome};
use crate::report::number::{self, UNDEFINED, interval, percent};
use crate::report::svg::Words;
use crate::report::svg::lines::MOST;
use crate::report::svg::plane::{Curve, Plane, Point};
use crate::report::text::quoted;

/// The curves of an outcome's scores by a grouping; nothing without scores and labels.
pub(super) fn block(context: &Context, outcome: &Outcome, grouping: &Grouping, level: u8) -> Option<Block> {
    let of_place = |c: &&v1::Curve| c.outcome == outcome.name && c.attribute == grouping.attribute;
    let mut all: Vec<&v1::Curve> = context.result.curves.iter().filter(of_place).collect();
    // The groups that may be judged are drawn first, the larger ones before the smaller.
    all.sort_by_key(|curve| {
        let group = grouping.groups.iter().find(|group| group.group == curve.group);
        group.map_or((true, 0), |group| (!group.judged, u64::MAX - group.subjects))
    });
    let mut blocks = vec![Block::text(
        "Reliability is the share of positive labels among rows whose scores lie close together: on the dashed line a score is the chance that it claims to be. The ROC curve is the share of positives that a threshold finds for the share of negatives that it takes: the higher it lies, the better the scores tell one from the other.",
    )];
    let figures: Vec<Figure> = reliability(context, outcome, grouping, &all)
        .into_iter()
        .chain(roc(context, outcome, grouping, &all))
        .collect();
    if figures.is_empty() {
        return None;
    }
    blocks.push(Block::Figures(figures));
    if let Some(grid) = bins(context, outcome, grouping, &all) {
        let summary = format!("Scores of {} in bins", quoted(&outcome.name));
        blocks.push(Block::Fold(Prose::new(&summary), vec![grid]));
    }
    Some(context.section(level, "Scores", blocks))
}

fn place(outcome: &Outcome, grouping: &Grouping) -> String {
    format!("{} by {}.", outcome.name, grouping.attribute)
}

fn figure(title: &str, plane: &Plane, rest: &str) -> Option<Figure> {
    let left = plane.curves.len().saturating_sub(MOST);
    let legend = match left {
        0 => rest.to_owned(),
        n => format!("the {MOST} largest groups, {n} more are not drawn · {rest}"),
    };
    Some(Figure {
        svg: Drawing(plane.draw()?),
        wide: false,
        title: Prose::new(title),
        legend: Prose::new(&legend),
    })
}

fn reliability(context: &Context, outcome: &Outcome, grouping: &Grouping, all: &[&v1::Curve]) -> Option<Figure> {
    let curves = all.iter().filter(|curve| !curve.bins.is_empty()).map(|curve| Curve {
        name: curve.group.clone(),
        points: curve
            .bins
            .iter()
            .map(|bin| Point {
                x: bin.mean_score,
                y: bin.share,
                low: bin.low,
                high: bin.high,
            })
            .collect(),
        described: listed(curve.bins.iter().map(|bin| {
            format!(
                "{} at a score of {}",
                number::number(bin.share),
                number::number(bin.mean_score)
            )
        })),
    });
    let plane = Plane {
        words: Words {
            id: context.id(),
            title: "Share of positive labels by score".to_owned(),
            description: place(outcome, grouping),
        },
        along: "mean score".to_owned(),
        up: "share of positive labels".to_owned(),
        curves: curves.collect(),
    };
    figure("Reliability of the scores", &plane, "vertical lines: intervals")
}

fn roc(context: &Context, outcome: &Outcome, grouping: &Grouping, all: &[&v1::Curve]) -> Option<Figure> {
    let curves = all.iter().filter(|curve| !curve.roc.is_empty()).map(|curve| {
        let nobody = Point {
            x: 0.0,
            y: 0.0,
            low: None,
            high: None,
        };
        let points = curve.roc.iter().map(|point| Point {
            x: point.false_positive_rate,
            y: point.true_positive_rate,
            ..nobody
        });
        let step = curve.roc.len().div_ceil(MOST).max(1);
        Curve {
            name: curve.group.clone(),
            // Above every score nobody is selected.
            points: std::iter::once(nobody).chain(points).collect(),
            described: listed(curve.roc.iter().step_by(step).map(|point| {
                format!(
                    "{} of positives for {} of negatives",
                    percent(point.true_positive_rate),
                    percent(point.false_positive_rate)
                )
            })),
        }
    });
    let plane = Plane {
        words: Words {
            id: context.id(),
            title: "ROC curve".to_owned(),
            description: place(outcome, grouping),
        },
        along: "share of negatives (false positive rate)".to_owned(),
        up: "share of positives (true positive rate)".to_owned(),
        curves: curves.collect(),
    };
    figure(
        "ROC curve",
        &plane,
        "dashed: scores that tell nothing · its points are in the JSON",
    )
}

fn listed(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn bins(context: &Context, outcome: &Outcome, grouping: &Grouping, all: &[&v1::Curve]) -> Option<Block> {
    let mut grid = Grid::new(
        context.id(),
        &format!(
            "Scores of {} by {}, in bins",
            quoted(&outcome.name),
            quoted(&grouping.attribute)
        ),
        "scores",
        vec![
            number("rows"),
            number("mean score"),
            number("share of positive labels"),
            number("interval"),
        ],
    );
    for curve in all.iter().filter(|curve| !curve.bins.is_empty()) {
        grid.part(&quoted(&curve.group));
        for bin in &curve.bins {
            let ends = match interval(bin.low, bin.high, &[]) {
                text if text.is_empty() => UNDEFINED.to_owned(),
                text => text,
            };
            grid.row(
                &format!("{} to {}", number::number(bin.lowest), number::number(bin.highest)),
                vec![
                    whole(bin.rows),
                    number::number(bin.mean_score),
                    number::number(bin.share),
                    ends,
                ],
            );
        }
    }
    grid.block()
}
