//! A metric by group: charts of its contrasts, its table, and its extremes.

use super::block::{Block, Column, Figure, Grid, Prose, number, text, verdict};
use super::charts::{equality, figure, kind, row, thresholds};
use super::context::{Context, is_plain, why};
use crate::report::face::table::groups::{EVERYONE, MAIN, SPARED};
use crate::report::face::table::metrics::pair;
use crate::report::model::v1::{Answer, Estimate, Gate, Group, Grouping, Outcome};
use crate::report::number::{self, UNDEFINED, count, p_value, percent};
use crate::report::said::urgency;
use crate::report::svg::dots::{Kind, Mark, Row};
use crate::report::text::quoted;

/// Columns of the table of a metric, beside the group's name.
const NUMBERS: usize = 8;

/// Metrics with charts and a table of their own: the selection rate, and those that a gate looks at.
pub(super) fn shown<'a>(context: &Context<'a>, outcome: &'a Outcome, grouping: &'a Grouping) -> Vec<&'a str> {
    let gated: Vec<&str> = context
        .view
        .answers(&outcome.name, &grouping.attribute)
        .filter(|(_, answer)| is_of_all_rows(answer))
        .map(|(_, answer)| answer.metric.as_str())
        .collect();
    let mut shown = vec![MAIN];
    let all = context.result.metrics.iter().map(|metric| metric.metric.as_str());
    shown.extend(all.filter(|id| *id != MAIN && (*id == SPARED || gated.contains(id))));
    shown.retain(|metric| {
        let estimates = context.estimates(&outcome.name, &grouping.attribute);
        estimates.iter().any(|e| e.metric == *metric && is_plain(e))
    });
    shown
}

/// What is known of a metric by group.
pub(super) fn blocks<'a>(
    context: &Context<'a>,
    outcome: &'a Outcome,
    grouping: &'a Grouping,
    metric: &'a str,
    level: u8,
) -> Vec<Block> {
    let table = Comparison {
        context,
        outcome,
        grouping,
        metric,
        answers: context
            .view
            .answers(&outcome.name, &grouping.attribute)
            .filter(|(_, answer)| answer.metric == metric && is_of_all_rows(answer))
            .collect(),
        groups: context.view.worst_first(outcome, grouping, metric),
    };
    let mut blocks = Vec::new();
    let figures = table.figures();
    if !figures.is_empty() {
        blocks.push(Block::Figures(figures));
    }
    blocks.extend(table.numbers().block());
    let marks = context.flags(&grouping.groups);
    blocks.extend(marks.map(|marks| Block::text(&marks)));
    let extremes = table.extremes();
    if !extremes.is_empty() {
        blocks.push(Block::List(extremes));
    }
    if let Some(grid) = table.behind().block() {
        blocks.push(Block::Fold(
            Prose::new(&format!("What is behind these numbers of `{metric}`")),
            vec![grid],
        ));
    }
    vec![context.section(level, &title(context, metric), blocks)]
}

/// Whether an answer is about all rows together, as [`is_plain`] has it of numbers.
fn is_of_all_rows(answer: &Answer) -> bool {
    answer.given.is_none() && answer.along.is_none() && answer.item_class.is_none()
}

/// A metric's title with its name.
pub(super) fn title(context: &Context, metric: &str) -> String {
    let known = context.result.metrics.iter().find(|known| known.metric == metric);
    known.map_or_else(|| quoted(metric), |known| format!("{} {}", known.title, quoted(metric)))
}

struct Comparison<'c, 'a> {
    context: &'c Context<'a>,
    outcome: &'a Outcome,
    grouping: &'a Grouping,
    metric: &'a str,
    answers: Vec<(&'a Gate, &'a Answer)>,
    groups: Vec<&'a Group>,
}

impl<'a> Comparison<'_, 'a> {
    fn find(&self, group: &'a Group, contrast: &'a str) -> Option<&'a Estimate> {
        let (outcome, attribute) = (self.outcome.name.as_str(), self.grouping.attribute.as_str());
        self.context
            .view
            .estimate(outcome, attribute, &group.group, self.metric, contrast)
    }

    fn is_reference(&self, group: &Group) -> bool {
        self.grouping.reference.as_deref() == Some(group.group.as_str())
    }

    /// Ratio, then gap; the value too where a gate looks at it or there is nothing to compare.
    fn figures(&self) -> Vec<Figure> {
        let mut figures: Vec<Figure> = ["ratio", "gap"].into_iter().filter_map(|c| self.figure(c)).collect();
        if figures.is_empty() || self.gates("value").next().is_some() {
            figures.extend(self.figure("value"));
        }
        figures
    }

    fn gates(&self, contrast: &'a str) -> impl Iterator<Item = &'a Gate> {
        let gates = self.answers.iter().map(|(gate, _)| *gate);
        gates.filter(move |gate| gate.contrast == contrast)
    }

    fn figure(&self, contrast: &'a str) -> Option<Figure> {
        let answers: Vec<(&Gate, &Answer)> = self
            .answers
            .iter()
            .filter(|(gate, _)| gate.contrast == contrast)
            .copied()
            .collect();
        let mut rows: Vec<Row> = Vec::new();
        for group in &self.groups {
            let name = self.context.name(group);
            match (self.find(group, contrast), equality(contrast)) {
                (_, Some(equal)) if self.is_reference(group) => rows.push(Row {
                    label: name,
                    estimate: Some(equal.at),
                    low: None,
                    high: None,
                    shown: "reference".to_owned(),
                    kind: Kind::Reference,
                }),
                (Some(e), _) => rows.push(row(self.context, name, e, kind(self.grouping, group, &answers))),
                (None, _) => {}
            }
        }
        // A reference alone is no comparison.
        rows.iter()
            .find(|row| row.kind != Kind::Reference && row.estimate.is_some())?;
        let mut marks: Vec<Mark> = equality(contrast).into_iter().collect();
        marks.extend(thresholds(self.gates(contrast)));
        let everyone = self.everyone().filter(|_| contrast == "value").and_then(|e| e.estimate);
        marks.extend(everyone.map(|at| Mark {
            at,
            words: "everybody".to_owned(),
            threshold: false,
        }));
        let what = match contrast {
            "ratio" => format!("Ratio of `{}` to the reference", self.metric),
            "gap" => format!("Gap of `{}` to the reference", self.metric),
            _ => format!("`{}`", self.metric),
        };
        let description = format!(
            "{} by {}, worst first, with {} intervals.",
            quoted(&self.outcome.name),
            quoted(&self.grouping.attribute),
            percent(self.context.result.audit.level)
        );
        figure(self.context, (&what, &description), rows, marks)
    }

    fn everyone(&self) -> Option<&'a Estimate> {
        self.context
            .view
            .estimate(&self.outcome.name, EVERYONE, EVERYONE, self.metric, "value")
    }

    /// The table that people read first.
    fn numbers(&self) -> Grid {
        let unit = self.groups.iter().find_map(|group| self.find(group, "value"));
        let value = match unit.map(|e| e.unit.as_str()) {
            None | Some("share" | "number") => "value [low,\u{a0}high]".to_owned(),
            Some(unit) => format!("value in {unit} [low,\u{a0}high]"),
        };
        let mut grid = Grid::new(
            self.context.id(),
            &format!(
                "{} of {} by {}, worst first",
                quoted(self.metric),
                quoted(&self.outcome.name),
                quoted(&self.grouping.attribute)
            ),
            "group",
            vec![
                number("people"),
                number("rows"),
                number(&value),
                number("gap [low,\u{a0}high]"),
                number("ratio [low,\u{a0}high]"),
                number("adj. p"),
                verdict("gate"),
                text("why there is no number, or no verdict"),
            ],
        );
        for group in &self.groups {
            let compared = |contrast| {
                let e = self.find(group, contrast);
                // The reference compared with itself is no number.
                let e = e.filter(|_| !self.is_reference(group));
                self.context.shown(e)
            };
            let tested = self.find(group, "ratio").or(self.find(group, "gap"));
            let adjusted = tested.and_then(|e| e.p_adjusted);
            let unsure = ["value", "gap", "ratio"]
                .into_iter()
                .filter_map(|contrast| self.find(group, contrast));
            let reason = unsure.map(why).find(|reason| !reason.is_empty());
            let ratio = match self.is_reference(group) {
                true => "reference".to_owned(),
                false => compared("ratio"),
            };
            grid.row(
                &self.context.name(group),
                vec![
                    count(group.subjects),
                    count(group.rows),
                    self.context.shown(self.find(group, "value")),
                    compared("gap"),
                    ratio,
                    adjusted.map_or_else(String::new, p_value),
                    self.worst(group),
                    reason.filter(|_| !self.is_reference(group)).unwrap_or_default(),
                ],
            );
        }
        if let Some(e) = self.everyone() {
            let mut cells = vec![count(e.subjects), count(e.rows), self.context.shown(Some(e))];
            cells.resize(NUMBERS, String::new());
            grid.row("everybody together", cells);
        }
        grid
    }

    /// The most urgent of what gates said of a group.
    fn worst(&self, group: &Group) -> String {
        let told = self.answers.iter().filter(|(_, answer)| answer.group == group.group);
        told.map(|(_, answer)| answer.verdict.as_str())
            .min_by_key(|verdict| urgency(verdict))
            .unwrap_or_default()
            .to_owned()
    }

    /// What the numbers rest on.
    fn behind(&self) -> Grid {
        let columns: Vec<Column> = vec![
            number("share of people"),
            number("share of rows"),
            number("numerator"),
            number("denominator"),
            number("design effect"),
            number("effective rows"),
            number("p"),
            number("p, false discovery rate"),
            number("detectable ratio"),
            number("rows to parity"),
            number("people to parity"),
            text("interval of the ratio, or of the value"),
            text("test"),
            text("intervals from drawing people again"),
        ];
        let mut grid = Grid::new(
            self.context.id(),
            &format!(
                "Behind {} of {} by {}",
                quoted(self.metric),
                quoted(&self.outcome.name),
                quoted(&self.grouping.attribute)
            ),
            "group",
            columns,
        );
        let whole = |x: Option<f64>| x.map_or_else(String::new, whole);
        let shown = |x: Option<f64>| x.map_or_else(String::new, number::number);
        let signed = |n: Option<i64>| n.map_or_else(String::new, number::signed);
        for group in &self.groups {
            let value = self.find(group, "value");
            let ratio = self.find(group, "ratio").or(self.find(group, "gap"));
            let of = |field: fn(&Estimate) -> Option<f64>| value.and_then(field);
            grid.row(
                &self.context.name(group),
                vec![
                    percent(group.subject_share),
                    percent(group.row_share),
                    whole(of(|e| e.numerator)),
                    whole(of(|e| e.denominator)),
                    shown(of(|e| e.deff)),
                    whole(of(|e| e.effective_rows)),
                    ratio.and_then(|e| e.p_value).map_or_else(String::new, p_value),
                    ratio.and_then(|e| e.p_bh).map_or_else(String::new, p_value),
                    shown(ratio.and_then(|e| e.minimum_detectable_ratio)),
                    signed(ratio.and_then(|e| e.selections_to_parity)),
                    signed(ratio.and_then(|e| e.subjects_to_parity)),
                    ratio.or(value).and_then(|e| e.method.clone()).unwrap_or_default(),
                    ratio.and_then(|e| e.test.clone()).unwrap_or_default(),
                    self.context
                        .drawn_again(&["value", "gap", "ratio"].map(|contrast| self.find(group, contrast))),
                ],
            );
        }
        grid
    }

    /// The largest gap and the smallest ratio, with the groups that they are between.
    fn extremes(&self) -> Vec<Prose> {
        let estimates = self.context.estimates(&self.outcome.name, &self.grouping.attribute);
        let mut told = Vec::new();
        for (contrast, words) in [("max_gap", "Largest gap"), ("min_ratio", "Smallest ratio")] {
            let found = estimates
                .iter()
                .filter(|e| e.contrast == contrast && e.metric == self.metric && is_plain(e));
            for e in found {
                let number = match e.estimate {
                    Some(_) => self.context.shown(Some(e)),
                    None => format!("{UNDEFINED} ({})", why(e)),
                };
                let p = e
                    .p_value
                    .map_or_else(String::new, |p| format!("; p {} that all groups are alike", p_value(p)));
                told.push(Prose::new(&format!(
                    "{words}: {number}, between {}{p}.",
                    pair(&e.group)
                )));
            }
        }
        told
    }
}

/// A count that may have been weighted; a large one needs no part of a row.
pub(super) fn whole(x: f64) -> String {
    if (x.fract() == 0.0 && x >= 0.0 || x >= 1000.0) && x < 1e15 {
        count(x.round() as u64)
    } else {
        number::number(x)
    }
}
