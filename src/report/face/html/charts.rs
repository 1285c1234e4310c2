//! Estimates as charts of dots and intervals.

use super::block::{Drawing, Figure, Prose};
use super::context::Context;
use crate::report::model::v1::{Answer, Estimate, Gate, Group, Grouping};
use crate::report::number::bound;
use crate::report::said::urgency;
use crate::report::svg::Words;
use crate::report::svg::dots::{Dots, Kind, Mark, Row};

/// A figure of rows; `None`: there is no number to draw.
pub(super) fn figure(
    context: &Context,
    (title, description): (&str, &str),
    rows: Vec<Row>,
    marks: Vec<Mark>,
) -> Option<Figure> {
    let legend = legend(&rows);
    let dots = Dots {
        words: Words {
            id: context.id(),
            title: title.replace('`', ""),
            description: description.replace('`', ""),
        },
        rows,
        marks,
    };
    Some(Figure {
        wide: false,
        svg: Drawing(dots.draw()?),
        title: Prose::new(title),
        legend: Prose::new(&legend),
    })
}

/// What the shapes mean that are there.
fn legend(rows: &[Row]) -> String {
    let is_there = |kind: Kind| rows.iter().any(|row| row.kind == kind && row.estimate.is_some());
    [
        (Kind::Fail, "◆ fail"),
        (Kind::Open, "○ inconclusive"),
        (Kind::Pass, "● pass"),
        (Kind::Reference, "■ compared with"),
        (Kind::Unjudged, "dashed: not judged"),
    ]
    .into_iter()
    .filter(|(kind, _)| is_there(*kind))
    .map(|(_, words)| words)
    .collect::<Vec<_>>()
    .join(" · ")
}

/// How a group's number was judged by these answers of gates.
pub(super) fn kind(grouping: &Grouping, group: &Group, answers: &[(&Gate, &Answer)]) -> Kind {
    if !group.judged {
        return Kind::Unjudged;
    }
    let worst = answers
        .iter()
        .filter(|(_, answer)| answer.group == group.group)
        .map(|(_, answer)| answer.verdict.as_str())
        .min_by_key(|verdict| urgency(verdict));
    match worst {
        Some("fail") => Kind::Fail,
        Some("inconclusive") => Kind::Open,
        Some("pass") => Kind::Pass,
        _ if grouping.reference.as_deref() == Some(group.group.as_str()) => Kind::Reference,
        _ => Kind::Plain,
    }
}

/// A row for an estimate.
pub(super) fn row(context: &Context, label: String, e: &Estimate, kind: Kind) -> Row {
    Row {
        label,
        estimate: e.estimate,
        low: e.low,
        high: e.high,
        shown: context.shown(Some(e)),
        kind,
    }
}

/// Where a contrast says that nobody is ahead.
pub(super) fn equality(contrast: &str) -> Option<Mark> {
    let at = match contrast {
        "ratio" => 1.0,
        "gap" => 0.0,
        _ => return None,
    };
    Some(Mark {
        at,
        words: "equality".to_owned(),
        threshold: false,
    })
}

/// The thresholds of gates, each once.
pub(super) fn thresholds<'g>(gates: impl Iterator<Item = &'g Gate>) -> Vec<Mark> {
    let mut all: Vec<f64> = gates.flat_map(|gate| gate.min.into_iter().chain(gate.max)).collect();
    all.sort_by(f64::total_cmp);
    all.dedup();
    all.into_iter()
        .map(|at| Mark {
            at,
            words: format!("threshold {}", bound(at)),
            threshold: true,
        })
        .collect()
}
