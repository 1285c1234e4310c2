//! Gates that ask for no worse than an earlier audit.

use std::collections::BTreeMap;

use super::answer::{Answer, Say};
use crate::assess::{Assessment, Ends, Finding, Status, change};
use crate::catalogue::{Contrast, Direction};
use crate::plan::{Gate, GateRule, Plan};
use crate::tally::Tally;

/// Outcome, attribute, group, metric, contrast, factors within which it is compared.
pub type Key = (String, String, String, String, String, Option<String>);

/// The numbers of an earlier audit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Baseline {
    /// Each estimate by what it is about; `None`: it was undefined.
    pub estimates: BTreeMap<Key, Option<Before>>,
    /// Level of its intervals.
    pub level: f64,
}

/// One number of an earlier audit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Before {
    /// The number.
    pub estimate: f64,
    /// Its interval.
    pub ends: Option<Ends>,
}

/// What has become of a number since the baseline.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// The number then.
    pub before: f64,
    /// The number now less the number then.
    pub by: f64,
    /// Interval of this change.
    pub ends: Option<Ends>,
}

/// Answers for one finding. `adjusted` is the level of the interval that decides a failure.
pub(super) fn answer(
    parts: (&Plan, &Tally, &Assessment, &Baseline),
    (gate, margin): (&Gate, f64),
    mut answer: Answer,
    adjusted: f64,
) -> Answer {
    let (plan, tally, assessment, baseline) = parts;
    let Some(finding) = answer.finding.map(|i| &assessment.findings[i]) else {
        return answer;
    };
    if let Some(reason) = finding.status.reason() {
        answer.reason = reason;
        return answer;
    }
    let (Some(now), Status::Ok) = (finding.estimate, finding.status) else {
        answer.reason = "undefined";
        return answer;
    };
    let before = match baseline.estimates.get(&key(plan, tally, finding)) {
        None => {
            answer.reason = "not-in-baseline";
            return answer;
        }
        Some(None) => {
            answer.reason = "baseline-undefined";
            return answer;
        }
        Some(Some(before)) => *before,
    };
    let then = (before.estimate, before.ends);
    let at = |level: f64, ends: Option<Ends>| change::interval((now, ends, level), (then.0, then.1, baseline.level));
    let plain = at(plan.level, finding.ends);
    answer.change = Some(Change {
        before: before.estimate,
        by: now - before.estimate,
        ends: plain,
    });
    let side = side(gate.contrast, finding, plan);
    let harm =
        |ends: Option<Ends>, level: f64| change::harm(side, (now, ends, level), (then.0, then.1, baseline.level));
    let (by, within) = harm(finding.ends, plan.level);
    let (_, wide) = harm(finding.ends_at(adjusted), adjusted);
    if gate.rule == GateRule::Point {
        answer.say = if by <= margin { Say::Pass } else { Say::Fail };
        answer.reason = if by <= margin { "change-inside" } else { "change-beyond" };
        return answer;
    }
    answer.adjusted = finding.ends_at(adjusted);
    let low = wide.and_then(|ends| ends.low);
    let high = within.and_then(|ends| ends.high);
    (answer.say, answer.reason) = match (low, high) {
        (None, _) | (_, None) => (Say::Inconclusive, "no-interval"),
        (Some(low), _) if low > margin => (Say::Fail, "change-interval-beyond"),
        (_, Some(high)) if high <= margin => (Say::Pass, "change-interval-inside"),
        _ => (Say::Inconclusive, "change-straddles"),
    };
    answer
}

fn key(plan: &Plan, tally: &Tally, finding: &Finding) -> Key {
    let (attribute, group) = finding.about.names(plan, tally);
    (
        plan.outcomes[finding.outcome].name.clone(),
        attribute,
        group,
        finding.metric.id().to_owned(),
        finding.contrast.id().to_owned(),
        finding.given.map(|given| plan.given[given].name.clone()),
    )
}

/// Which change is for the worse.
fn side(contrast: Contrast, finding: &Finding, plan: &Plan) -> change::Worse {
    let equal = match contrast {
        Contrast::Ratio | Contrast::MinRatio => 1.0,
        _ => 0.0,
    };
    let favourable = plan.outcomes[finding.outcome].favourable;
    match (contrast, finding.metric.entry().direction, favourable) {
        (Contrast::MaxGap, ..) => change::Worse::Higher,
        (Contrast::MinRatio, ..) => change::Worse::Lower,
        (_, Direction::Favour, true) | (_, Direction::Against, false) | (_, Direction::Better, _) => {
            change::Worse::Lower
        }
        (_, Direction::Favour, false) | (_, Direction::Against, true) | (_, Direction::Worse, _) => {
            change::Worse::Higher
        }
        (_, Direction::Neutral, _) => change::Worse::Farther(equal),
    }
}
