//! From answers to an exit code.

use super::{Excuse, Judged, Say};
use crate::plan::{OnInconclusive, Plan};

/// The whole verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// `pass`, `fail`, `inconclusive`, or `none` without gates.
    pub word: &'static str,
    /// Stable code: why.
    pub reason: &'static str,
    /// 0, 1 or 3.
    pub code: u8,
}

/// What the process should end with: 1 when a gate failed or a waiver is not in order; else 3 when an inconclusive gate is asked to block, or when
/// gates were given and nothing could be judged; else 0. `exit_zero` turns the code, not the verdict, to 0.
#[must_use]
pub fn exit(plan: &Plan, judged: &[Judged], excuses: &[Excuse], exit_zero: bool) -> Outcome {
    let said = |say: Say| judged.iter().any(|gate| gate.say == say);
    let blocks = plan
        .gates
        .iter()
        .zip(judged)
        .any(|(gate, judged)| judged.say == Say::Inconclusive && gate.on_inconclusive == OnInconclusive::Fail);
    let nothing_judged = judged
        .iter()
        .all(|gate| gate.answers.iter().all(|a| !has_number(a.reason)));
    let waived = judged
        .iter()
        .any(|gate| gate.answers.iter().any(|answer| answer.waiver.is_some()));
    let (word, reason, code) = if said(Say::Fail) {
        ("fail", "gate-failed", 1)
    } else if excuses.iter().any(|excuse| excuse.standing.is_finding()) {
        ("fail", "waiver-not-in-order", 1)
    } else if judged.is_empty() {
        ("none", "no-gates", 0)
    } else if nothing_judged {
        ("inconclusive", "nothing-judged", 3)
    } else if blocks {
        ("inconclusive", "inconclusive-blocks", 3)
    } else if said(Say::Inconclusive) {
        ("inconclusive", "inconclusive-allowed", 0)
    } else if waived {
        ("pass", "failures-waived", 0)
    } else {
        ("pass", "all-passed", 0)
    };
    Outcome {
        word,
        reason,
        code: if exit_zero { 0 } else { code },
    }
}

/// Whether an answer with this reason rests on a number that was compared.
fn has_number(reason: &str) -> bool {
    matches!(
        reason,
        "estimate-inside"
            | "estimate-beyond"
            | "interval-inside"
            | "interval-beyond"
            | "beyond-and-told-from-chance"
            | "straddles-inside"
            | "straddles-beyond"
            | "beyond-one-at-a-time"
            | "change-inside"
            | "change-beyond"
            | "change-interval-inside"
            | "change-interval-beyond"
            | "change-straddles"
    )
}
