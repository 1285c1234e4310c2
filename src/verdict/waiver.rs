//! Which failures somebody answers for, and which waivers are not in order.

use jiff::civil::Date;

use super::{Judged, Say};
use crate::assess::Assessment;
use crate::diagnostic::near;
use crate::plan::{Gate, Plan, Waiver};
use crate::tally::Tally;

/// A waiver that ends within so many days is told of.
const SOON: i32 = 30;

/// What a waiver does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It covers a failure.
    Used,
    /// What it was made for can't be decided at present: it waits.
    Waiting,
    /// Its last day is over; it covers nothing.
    Expired,
    /// The number is worse than it allows; it covers nothing.
    Exceeded,
    /// There is no such failure: the group passes, or there is no such gate or group.
    Unmatched,
}

impl Standing {
    /// The word in results.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Standing::Used => "used",
            Standing::Waiting => "waiting",
            Standing::Expired => "expired",
            Standing::Exceeded => "exceeded",
            Standing::Unmatched => "unmatched",
        }
    }

    /// Whether it is a finding, which fails.
    #[must_use]
    pub fn is_finding(self) -> bool {
        matches!(self, Standing::Expired | Standing::Exceeded | Standing::Unmatched)
    }
}

/// A waiver, held against the answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excuse {
    /// What it does.
    pub standing: Standing,
    /// How many failures it covers.
    pub covers: u64,
    /// Whether it ends within thirty days.
    pub ends_soon: bool,
    /// What was probably meant, where there is no such gate.
    pub meant: Option<String>,
}

/// Marks the failures that waivers cover, and says what each waiver does. A gate whose failures are all covered is as good
/// as the worst of its other answers.
pub fn excuse(plan: &Plan, tally: &Tally, assessment: &Assessment, judged: &mut [Judged]) -> Vec<Excuse> {
    let excuses = plan
        .waivers
        .iter()
        .enumerate()
        .map(|(index, waiver)| one(plan, tally, assessment, judged, (index, waiver)))
        .collect();
    for gate in judged.iter_mut().filter(|gate| !gate.answers.is_empty()) {
        let open = gate.answers.iter().filter(|answer| answer.waiver.is_none());
        gate.say = open.map(|answer| answer.say).max().unwrap_or(Say::Pass);
    }
    excuses
}

fn one(
    plan: &Plan,
    tally: &Tally,
    assessment: &Assessment,
    judged: &mut [Judged],
    (index, waiver): (usize, &Waiver),
) -> Excuse {
    let left = days(plan.as_of, waiver.expires);
    let mut excuse = Excuse {
        standing: Standing::Unmatched,
        covers: 0,
        ends_soon: (0..=SOON).contains(&left),
        meant: None,
    };
    if !plan.gates.iter().any(|gate| gate.name == waiver.gate) {
        excuse.meant = near(&waiver.gate, plan.gates.iter().map(|gate| gate.name.as_str())).map(str::to_owned);
    }
    let (mut waits, mut exceeds) = (false, false);
    for (gate, judged) in plan
        .gates
        .iter()
        .zip(judged)
        .filter(|(gate, _)| gate.name == waiver.gate)
    {
        for answer in &mut judged.answers {
            let (attribute, group) = answer.names(plan, tally, assessment);
            let outcome = &plan.outcomes[answer.outcome].name;
            let is_meant = group == waiver.group
                && waiver.attribute.as_ref().is_none_or(|name| *name == attribute)
                && waiver.outcome.as_ref().is_none_or(|name| name == outcome);
            if !is_meant {
                continue;
            }
            let estimate = answer.finding.and_then(|i| assessment.findings[i].estimate);
            match answer.say {
                Say::Fail if is_worse(gate, waiver, estimate) => exceeds = true,
                Say::Fail => {
                    excuse.covers += 1;
                    if left >= 0 {
                        answer.waiver = Some(index);
                    }
                }
                Say::Inconclusive => waits = true,
                Say::Pass => {}
            }
        }
    }
    excuse.standing = if left < 0 {
        excuse.covers = 0;
        Standing::Expired
    } else if exceeds {
        Standing::Exceeded
    } else if excuse.covers > 0 {
        Standing::Used
    } else if waits {
        Standing::Waiting
    } else {
        Standing::Unmatched
    };
    excuse
}

/// Whether a failing number lies farther beyond its threshold than the waiver allows.
fn is_worse(gate: &Gate, waiver: &Waiver, estimate: Option<f64>) -> bool {
    let (Some(limit), Some(x)) = (waiver.no_worse_than, estimate) else {
        return false;
    };
    let below = gate.min.is_some_and(|min| x < min.value) && x < limit;
    let above = gate.max.is_some_and(|max| x > max.value) && x > limit;
    below || above
}

/// Days from one to the other; negative: it is over.
fn days(from: Date, to: Date) -> i32 {
    to.since(from).map_or(i32::MAX, |span| span.get_days())
}
