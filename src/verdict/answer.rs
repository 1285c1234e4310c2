//! What a gate says of one group.

use super::ratchet::Change;
use crate::assess::{Assessment, Ends, Finding, Status};
use crate::catalogue::{Contrast, Metric};
use crate::plan::{Gate, GateRule, Plan, Threshold};
use crate::tally::Tally;

/// Pass, fail or neither; ordered from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Say {
    /// The threshold holds.
    Pass,
    /// The data do not tell.
    Inconclusive,
    /// The threshold does not hold.
    Fail,
}

impl Say {
    /// The word in results.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Say::Pass => "pass",
            Say::Inconclusive => "inconclusive",
            Say::Fail => "fail",
        }
    }
}

/// What a gate says of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// Index of the finding; `None`: there is none.
    pub finding: Option<usize>,
    /// The outcome.
    pub outcome: usize,
    /// The grouping.
    pub grouping: usize,
    /// The group's name, where there is no finding.
    pub group: String,
    /// The metric.
    pub metric: Metric,
    /// The interval that decides a failure.
    pub adjusted: Option<Ends>,
    /// The answer.
    pub say: Say,
    /// Stable code: why.
    pub reason: &'static str,
    /// People behind the number.
    pub subjects: u64,
    /// About how many people it would take to decide, if the estimate stayed.
    pub subjects_needed: Option<u64>,
    /// p-value against the number not meeting the thresholds (two one-sided tests), under `assurance`.
    pub equivalence_p: Option<f64>,
    /// How many more selections would bring the estimate to the threshold.
    pub selections_to_threshold: Option<i64>,
    /// The waiver that covers this failure (index into the plan's).
    pub waiver: Option<usize>,
    /// What has become of the number since the baseline.
    pub change: Option<Change>,
}

impl Answer {
    /// An answer of which nothing is said yet.
    pub(super) fn open(finding: &Finding, index: usize) -> Self {
        Answer {
            finding: Some(index),
            outcome: finding.outcome,
            grouping: finding.about.grouping().unwrap_or_default(),
            group: String::new(),
            metric: finding.metric,
            adjusted: None,
            say: Say::Inconclusive,
            reason: "",
            subjects: finding.subjects,
            subjects_needed: None,
            equivalence_p: None,
            selections_to_threshold: None,
            waiver: None,
            change: None,
        }
    }

    /// Names of the attribute and the group that it is about.
    #[must_use]
    pub fn names(&self, plan: &Plan, tally: &Tally, assessment: &Assessment) -> (String, String) {
        self.finding.map_or_else(
            || (plan.groupings[self.grouping].name.clone(), self.group.clone()),
            |i| assessment.findings[i].about.names(plan, tally),
        )
    }
}

/// Answers for one finding. `adjusted` is the level of the interval that decides a failure, `level` that of every other.
pub(super) fn answer(gate: &Gate, finding: &Finding, index: usize, (level, adjusted): (f64, f64)) -> Answer {
    let mut answer = Answer::open(finding, index);
    if let Some(reason) = finding.status.reason() {
        // An estimate over some of the groups can show a breach, but not that there is none.
        let partial = finding.status == Status::Unjudged("group-undefined");
        answer.reason = reason;
        if !partial {
            return answer;
        }
    }
    let partial = finding.status != Status::Ok;
    let Some(estimate) = finding.estimate else {
        answer.reason = "undefined";
        return answer;
    };
    let holds = holds(gate, finding, estimate);
    if gate.rule == GateRule::Point {
        answer.say = if holds { Say::Pass } else { Say::Fail };
        answer.reason = if holds { "estimate-inside" } else { "estimate-beyond" };
    } else {
        let wide = finding.ends_at(adjusted);
        answer.adjusted = wide;
        if gate.rule == GateRule::Assurance && !partial {
            let value = |threshold: Option<Threshold>| threshold.map(|t| t.value);
            answer.equivalence_p = finding.equivalence_p(value(gate.min), value(gate.max), level);
        }
        match (finding.ends, wide) {
            (Some(ends), Some(wide)) => {
                if is_beyond(gate, wide) {
                    answer.say = Say::Fail;
                    answer.reason = "interval-beyond";
                } else if gate.rule == GateRule::Significant && !holds && is_unequal(gate, estimate, wide) {
                    answer.say = Say::Fail;
                    answer.reason = "beyond-and-told-from-chance";
                } else if is_inside(gate, ends) {
                    answer.say = Say::Pass;
                    answer.reason = "interval-inside";
                } else {
                    answer.reason = if holds {
                        "straddles-inside"
                    } else if is_beyond(gate, ends) {
                        "beyond-one-at-a-time"
                    } else {
                        "straddles-beyond"
                    };
                    answer.subjects_needed = needed(gate, finding, estimate, ends, wide);
                }
            }
            _ => answer.reason = "no-interval",
        }
    }
    if partial && answer.say == Say::Pass {
        answer.say = Say::Inconclusive;
        answer.reason = "group-undefined";
    }
    if !holds {
        answer.selections_to_threshold = selections(gate, finding);
    }
    answer
}

/// Whether the estimate meets the thresholds, which are themselves accepted. Exact where it comes from whole counts and
/// the threshold is a plain decimal: 0.8 means four fifths, not the nearest double.
fn holds(gate: &Gate, finding: &Finding, estimate: f64) -> bool {
    let at_least = |t: Threshold| match compare(finding, t) {
        Some(order) => order.is_ge(),
        None => estimate >= t.value,
    };
    let at_most = |t: Threshold| match compare(finding, t) {
        Some(order) => order.is_le(),
        None => estimate <= t.value,
    };
    gate.min.is_none_or(at_least) && gate.max.is_none_or(at_most)
}

/// Exact order of the estimate against a threshold.
fn compare(finding: &Finding, threshold: Threshold) -> Option<std::cmp::Ordering> {
    let (x1, n1, x2, n2) = finding.counts?;
    let (p, q) = threshold.exact?;
    let (p, q) = (i128::from(p), i128::from(q));
    let product = |factors: &[i128]| factors.iter().try_fold(1i128, |product, f| product.checked_mul(*f));
    let (left, right) = match finding.contrast {
        Contrast::Value => (product(&[x1, q])?, product(&[p, n1])?),
        Contrast::Ratio | Contrast::MinRatio => (product(&[x1, n2, q])?, product(&[p, n1, x2])?),
        Contrast::Gap | Contrast::MaxGap => {
            let gap = product(&[x1, n2])?.checked_sub(product(&[x2, n1])?)?;
            (product(&[gap, q])?, product(&[p, n1, n2])?)
        }
    };
    Some(left.cmp(&right))
}

pub(super) fn is_beyond(gate: &Gate, ends: Ends) -> bool {
    let below = matches!((gate.min, ends.high), (Some(t), Some(high)) if high < t.value);
    let above = matches!((gate.max, ends.low), (Some(t), Some(low)) if low > t.value);
    below || above
}

/// Whether the interval excludes equality on the side on which the estimate lies.
fn is_unequal(gate: &Gate, estimate: f64, ends: Ends) -> bool {
    let equal = match gate.contrast {
        Contrast::Ratio | Contrast::MinRatio => 1.0,
        Contrast::Value | Contrast::Gap | Contrast::MaxGap => 0.0,
    };
    if estimate < equal {
        ends.high.is_some_and(|high| high < equal)
    } else {
        ends.low.is_some_and(|low| low > equal)
    }
}

pub(super) fn is_inside(gate: &Gate, ends: Ends) -> bool {
    let above = gate.min.is_none_or(|t| ends.low.is_some_and(|low| low >= t.value));
    let below = gate.max.is_none_or(|t| ends.high.is_some_and(|high| high <= t.value));
    above && below
}

/// About how many people would bring the interval off the threshold: its reach shrinks with the root of their number.
fn needed(gate: &Gate, finding: &Finding, estimate: f64, ends: Ends, wide: Ends) -> Option<u64> {
    let log = matches!(finding.contrast, Contrast::Ratio | Contrast::MinRatio);
    let scale = |x: f64| if log { x.ln() } else { x };
    let mut most: Option<f64> = None;
    let mut consider = |threshold: f64, end: Option<f64>| {
        let Some(end) = end else { return };
        let reach = (scale(estimate) - scale(end)).abs();
        let distance = (scale(estimate) - scale(threshold)).abs();
        let people = finding.subjects as f64 * (reach / distance).powi(2);
        if people.is_finite() && people > finding.subjects as f64 {
            most = Some(most.map_or(people, |m: f64| m.max(people)));
        }
    };
    if let Some(t) = gate.min {
        let end = if estimate >= t.value { ends.low } else { wide.high };
        consider(t.value, end);
    }
    if let Some(t) = gate.max {
        let end = if estimate <= t.value { ends.high } else { wide.low };
        consider(t.value, end);
    }
    most.filter(|m| *m < 1e15).map(|m| m.ceil() as u64)
}

/// Selections (rows) that would bring a selection rate's contrast to its lower threshold.
fn selections(gate: &Gate, finding: &Finding) -> Option<i64> {
    let is_rate = matches!(finding.metric.id(), "selection_rate" | "favourable_rate");
    let (x1, n1, x2, n2) = finding.counts?;
    let threshold = gate.min?.value;
    if !is_rate {
        return None;
    }
    let (x1, n1, reference) = (x1 as f64, n1 as f64, x2 as f64 / n2 as f64);
    let wanted = match finding.contrast {
        Contrast::Value => threshold * n1,
        Contrast::Gap => (reference + threshold) * n1,
        Contrast::Ratio => reference * threshold * n1,
        Contrast::MaxGap | Contrast::MinRatio => return None,
    };
    let more = wanted - x1;
    let more = if (more - more.round()).abs() < 1e-9 {
        more.round()
    } else {
        more.ceil()
    };
    (more > 0.0).then_some(more as i64)
}
