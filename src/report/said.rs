//! What a gate asks and how it decides, in words that several faces share.

use super::model::v1::Gate;
use super::sentence::asked;

/// What a gate asks: `disparate_impact (ratio) at least 0.8`.
#[must_use]
pub fn demand(gate: &Gate) -> String {
    let contrast = match gate.contrast.as_str() {
        "value" => String::new(),
        contrast => format!(" ({contrast})"),
    };
    format!("{}{contrast} {}", gate.metric, asked(gate))
}

/// How a gate decides, and what it does when it can't.
#[must_use]
pub fn rule(gate: &Gate) -> String {
    let rule = match gate.rule.as_str() {
        "point" => "point: the estimate decides",
        "evidence" => "evidence: fails only when the whole interval is outside",
        "assurance" => "assurance: passes only when the whole interval is inside",
        other => other,
    };
    let open = match gate.on_inconclusive.as_str() {
        "fail" => "inconclusive blocks",
        "warn" => "inconclusive only warns",
        "pass" => "inconclusive does not block",
        other => other,
    };
    format!("{rule} · {open}")
}

/// Failures first: they are what somebody has to do something about.
#[must_use]
pub fn urgency(verdict: &str) -> u8 {
    match verdict {
        "fail" => 0,
        "inconclusive" => 1,
        _ => 2,
    }
}
