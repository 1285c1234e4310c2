//! Which answers of gates hang on who the people of unknown group are, or on labels that are not known.

use super::answer::{is_beyond, is_inside};
use super::{Judged, Say};
use crate::assess::{About, Assessment, Bound, Ends, LabelBound};
use crate::catalogue::{Contrast, Metric};
use crate::plan::{Gate, Plan};

/// A gate that hangs on the unknown, and what would turn it round.
#[derive(Debug, Clone, PartialEq)]
pub struct Hanging {
    /// Index of the gate.
    pub gate: usize,
    /// How often the unknown of the group and of the reference would have to be selected for the estimate to lie on the
    /// threshold, if they are spread over the groups as the known are; `None`: no such rates would do it.
    pub tipping: Option<(f64, f64)>,
}

/// The gates whose answer about a group could be another one if the unknown were known: a passing estimate
/// could lie beyond the threshold, or a failing one inside. Looked at are gates on the gap and the ratio of selection rates,
/// which the bounds are of.
#[must_use]
pub fn hanging(plan: &Plan, assessment: &Assessment, judged: &[Judged], bound: &Bound) -> Vec<Hanging> {
    let about = About::Group {
        grouping: bound.grouping,
        group: bound.group,
    };
    let bounds = |contrast: Contrast| match contrast {
        Contrast::Gap => Some(bound.gap),
        Contrast::Ratio => Some(bound.ratio),
        _ => None,
    };
    let is_rate = |metric: Metric| metric.id() == "selection_rate";
    let gates = on_the_unknown(plan, assessment, judged, (&about, bound.outcome), is_rate, bounds);
    gates
        .into_iter()
        .map(|index| Hanging {
            gate: index,
            tipping: tipping(&plan.gates[index], bound),
        })
        .collect()
}

/// The gates (by index) whose answer about a number could be another one if all labels were known.
#[must_use]
pub fn hanging_on_labels(plan: &Plan, assessment: &Assessment, judged: &[Judged], bound: &LabelBound) -> Vec<usize> {
    let is_it = |metric: Metric| metric == bound.metric;
    on_the_unknown(
        plan,
        assessment,
        judged,
        (&bound.about(), bound.outcome),
        is_it,
        |contrast| bound.of(contrast),
    )
}

fn on_the_unknown(
    plan: &Plan,
    assessment: &Assessment,
    judged: &[Judged],
    (about, outcome): (&About, usize),
    is_meant: impl Fn(Metric) -> bool,
    bounds: impl Fn(Contrast) -> Option<(Option<f64>, Option<f64>)>,
) -> Vec<usize> {
    let gates = plan.gates.iter().zip(judged).enumerate();
    gates
        .filter(|(_, (gate, judged))| {
            let Some((low, high)) = bounds(gate.contrast) else {
                return false;
            };
            let ends = Ends { low, high };
            judged.answers.iter().any(|answer| {
                let finding = answer.finding.map(|i| &assessment.findings[i]);
                let is_about = finding.is_some_and(|f| {
                    f.about == *about
                        && f.given.is_none()
                        && f.along.is_none()
                        && f.outcome == outcome
                        && is_meant(f.metric)
                });
                is_about
                    && match answer.say {
                        Say::Pass => !is_inside(gate, ends),
                        Say::Fail => !is_beyond(gate, ends),
                        Say::Inconclusive => false,
                    }
            })
        })
        .map(|(index, _)| index)
        .collect()
}

/// The tipping point to the threshold that is nearest to the estimate.
fn tipping(gate: &Gate, bound: &Bound) -> Option<(f64, f64)> {
    let rate = |selected: f64, size: f64| selected / size;
    let counts = &bound.counts;
    let (own, other) = (
        rate(counts.selected, counts.size),
        rate(counts.reference_selected, counts.reference_size),
    );
    let is_gap = gate.contrast == Contrast::Gap;
    let estimate = if is_gap { own - other } else { own / other };
    let thresholds = gate.min.iter().chain(&gate.max).map(|threshold| threshold.value);
    let nearest = thresholds.min_by(|a, b| (a - estimate).abs().total_cmp(&(b - estimate).abs()))?;
    let (factor, shift) = if is_gap { (1.0, nearest) } else { (nearest, 0.0) };
    counts.tipping(factor, shift, bound.known)
}
