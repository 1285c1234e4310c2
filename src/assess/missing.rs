//! What is not known could do to the numbers: rows of unknown group to comparisons of selection rates, rows of unknown label
//! to whatever needs labels.

use super::finding::About;
use super::{Chosen, Place};
use crate::catalogue::{Contrast, Formula, Linear, Measure, Metric, Need};
use crate::inference::manski::{self, Counts};
use crate::tally::Sums;

/// Bounds of a comparison over every group that the unknown could belong to.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// The outcome.
    pub outcome: usize,
    /// The grouping.
    pub grouping: usize,
    /// The group.
    pub group: usize,
    /// Name of whom it is compared with.
    pub reference: String,
    /// What is known, and what is not.
    pub counts: Counts,
    /// Rows (or their weight) of known group.
    pub known: f64,
    /// Of the gap.
    pub gap: manski::Bounds,
    /// Of the ratio.
    pub ratio: manski::Bounds,
}

impl Place<'_> {
    /// Bounds for every group that is compared with another, or with the rest; none where everybody's group is known.
    ///
    /// Only for single attributes: of an intersection, part may be known of a person.
    pub(super) fn bounds(&self) -> Vec<Bound> {
        if self.plan.groupings[self.grouping].attributes.len() > 1 {
            return Vec::new();
        }
        let tally = self.groups();
        let (mut unknown, mut unknown_selected) = (0.0, 0.0);
        for group in tally
            .groups
            .iter()
            .filter(|group| !group.is_known() && group.is_in_scope())
        {
            let sums = group.sums(self.outcome);
            unknown += sums.sum(Measure::Rows);
            unknown_selected += sums.sum(Measure::Selected);
        }
        let Some(reference) = self.reference_name().filter(|_| unknown > 0.0) else {
            return Vec::new();
        };
        let others = |group: usize| -> Option<Sums> {
            match self.reference {
                Chosen::Group(other) if *other != group => Some(tally.groups[*other].sums(self.outcome)),
                Chosen::Rest => Some(tally.rest(group, self.outcome)),
                // Everybody holds the unknown already.
                _ => None,
            }
        };
        let known: Vec<usize> = self
            .in_scope()
            .into_iter()
            .filter(|&group| tally.groups[group].is_known())
            .collect();
        let sizes = known
            .iter()
            .map(|&group| tally.groups[group].sums(self.outcome).sum(Measure::Rows));
        let all_known: f64 = sizes.sum();
        known
            .into_iter()
            .filter_map(|group| {
                let (own, other) = (tally.groups[group].sums(self.outcome), others(group)?);
                let counts = Counts {
                    selected: own.sum(Measure::Selected),
                    size: own.sum(Measure::Rows),
                    reference_selected: other.sum(Measure::Selected),
                    reference_size: other.sum(Measure::Rows),
                    unknown_selected,
                    unknown,
                };
                Some(Bound {
                    outcome: self.outcome,
                    grouping: self.grouping,
                    group,
                    reference: reference.clone(),
                    counts,
                    known: all_known,
                    gap: counts.gap(),
                    ratio: counts.ratio(),
                })
            })
            .collect()
    }
}

/// Bounds of a number of a group over every label that the unlabelled rows could have, and of its comparison.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelBound {
    /// The outcome.
    pub outcome: usize,
    /// The grouping.
    pub grouping: usize,
    /// The group.
    pub group: usize,
    /// Name of whom it is compared with.
    pub reference: Option<String>,
    /// The metric.
    pub metric: Metric,
    /// Selected rows without a label, and how many rows were selected.
    pub selected: (f64, f64),
    /// The same of rows that were not selected.
    pub others: (f64, f64),
    /// Of the number.
    pub value: manski::Bounds,
    /// Of its gap to the reference.
    pub gap: manski::Bounds,
    /// Of its ratio to the reference.
    pub ratio: manski::Bounds,
}

impl LabelBound {
    /// What it is about, as findings say it.
    #[must_use]
    pub fn about(&self) -> About {
        About::Group {
            grouping: self.grouping,
            group: self.group,
        }
    }

    /// The bounds of a contrast.
    #[must_use]
    pub fn of(&self, contrast: Contrast) -> Option<manski::Bounds> {
        match contrast {
            Contrast::Value => Some(self.value),
            Contrast::Gap => Some(self.gap),
            Contrast::Ratio => Some(self.ratio),
            _ => None,
        }
    }
}

/// Rows without a label and all, of the selected and of the others.
fn unlabelled(sums: &Sums) -> [(f64, f64); 2] {
    let of = |measure| sums.sum(measure);
    let (rows, selected) = (of(Measure::Rows), of(Measure::Selected));
    let (labelled, both) = (of(Measure::Labelled), of(Measure::LabelledSelected));
    [
        (selected - both, selected),
        (rows - selected - (labelled - both), rows - selected),
    ]
}

/// A ratio where so many of the unlabelled selected rows, and of the others, are positive.
fn with_labels(numerator: Linear, denominator: Linear, sums: &Sums, positive: [f64; 2]) -> Option<f64> {
    let sum = |measure: Measure| match measure {
        Measure::Labelled => sums.sum(Measure::Rows),
        Measure::LabelledSelected => sums.sum(Measure::Selected),
        Measure::Actual => sums.sum(measure) + positive[0] + positive[1],
        Measure::TruePositive => sums.sum(measure) + positive[0],
        other => sums.sum(other),
    };
    let linear = |terms: Linear| -> f64 { terms.iter().map(|(m, factor)| f64::from(*factor) * sum(*m)).sum() };
    let (n, d) = (linear(numerator), linear(denominator));
    (d > 0.0).then(|| n / d)
}

/// The lowest and the highest value whatever the labels are: a ratio of linear functions has its extremes at the corners.
fn over_labels(metric: Metric, sums: &Sums) -> Option<(f64, f64)> {
    let Formula::Ratio { numerator, denominator } = metric.entry().formula else {
        return None;
    };
    let [selected, others] = unlabelled(sums).map(|(without, _)| without);
    let corners = [[0.0, 0.0], [selected, 0.0], [0.0, others], [selected, others]];
    let values = corners.map(|corner| with_labels(numerator, denominator, sums, corner));
    let values: Option<Vec<f64>> = values.into_iter().collect();
    let fold = |start: f64, pick: fn(f64, f64) -> f64| values.as_ref().map(|all| all.iter().copied().fold(start, pick));
    Some((fold(f64::INFINITY, f64::min)?, fold(f64::NEG_INFINITY, f64::max)?))
}

impl Place<'_> {
    /// Bounds over unknown labels, for every group and metric that they touch.
    pub(super) fn label_bounds(&self) -> Vec<LabelBound> {
        let outcome = &self.plan.outcomes[self.outcome];
        let tally = self.groups();
        let mut all = Vec::new();
        let metrics = outcome.metrics.iter().copied().filter(|metric| {
            let entry = metric.entry();
            entry.needs.contains(&Need::Label) && matches!(entry.formula, Formula::Ratio { .. })
        });
        for metric in metrics {
            for group in self.in_scope() {
                let own = tally.groups[group].sums(self.outcome);
                let other = match self.reference {
                    Chosen::Group(other) if *other != group => Some(tally.groups[*other].sums(self.outcome)),
                    Chosen::Rest if tally.groups[group].is_known() => Some(tally.rest(group, self.outcome)),
                    _ => None,
                };
                let [selected, others] = unlabelled(&own);
                let lacking = |sums: &Sums| unlabelled(sums).iter().any(|(without, _)| *without > 0.0);
                if !lacking(&own) && !other.as_ref().is_some_and(lacking) {
                    continue;
                }
                let (mine, theirs) = (
                    over_labels(metric, &own),
                    other.and_then(|other| over_labels(metric, &other)),
                );
                let both = mine.zip(theirs);
                all.push(LabelBound {
                    outcome: self.outcome,
                    grouping: self.grouping,
                    group,
                    reference: both.and_then(|_| self.reference_name()),
                    metric,
                    selected,
                    others,
                    value: (mine.map(|m| m.0), mine.map(|m| m.1)),
                    gap: (both.map(|(m, t)| m.0 - t.1), both.map(|(m, t)| m.1 - t.0)),
                    ratio: (
                        both.filter(|(m, t)| t.1 > 0.0 && m.0 >= 0.0).map(|(m, t)| m.0 / t.1),
                        both.filter(|(m, t)| t.0 > 0.0 && m.0 >= 0.0).map(|(m, t)| m.1 / t.0),
                    ),
                });
            }
        }
        all
    }

    /// A note where labels are known for the selected far more often than for the others, or the other way round.
    pub(super) fn selective_labels(&self) -> Option<String> {
        let outcome = &self.plan.outcomes[self.outcome];
        outcome.actual.as_ref()?;
        let sums = self.tally.everyone.sums(self.outcome);
        let [selected, others] = unlabelled(&sums).map(|(without, all)| (all > 0.0).then(|| 1.0 - without / all));
        let (selected, others) = (selected?, others?);
        ((selected - others).abs() > SELECTIVE).then(|| {
            format!(
                "For `{}`, labels are known for {:.1} % of the rows that were selected and {:.1} % of the others: how it turned \
                 out is known where the system itself chose to look (selective labels). Rates by label are of the labelled rows \
                 only; `label_bounds` says what the others could hide.",
                outcome.name,
                100.0 * selected,
                100.0 * others
            )
        })
    }
}

/// Shares of labelled rows that differ by more than this are told.
const SELECTIVE: f64 = 0.01;
