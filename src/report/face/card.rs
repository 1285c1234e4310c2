//! What model cards share: the numbers of a result by slice, and what a gate says of each group.

use crate::report::model::v1::{Answer, Estimate, Gate, Result};
use crate::report::said::{line, waiver};
use crate::report::text::safe;

/// A number of one slice, as texts: cards have no numbers.
pub(super) struct Measured {
    /// The metric, with its contrast where that is not its value.
    pub(super) kind: String,
    /// The number.
    pub(super) value: String,
    /// Outcome, attribute and group, and within, along or of what.
    pub(super) slice: String,
    /// Ends of the interval; empty where it has none on this side.
    pub(super) low: Option<String>,
    /// See `low`.
    pub(super) high: Option<String>,
}

/// Every number that is defined.
pub(super) fn measured(result: &Result) -> impl Iterator<Item = Measured> {
    result.estimates.iter().filter_map(|e| {
        Some(Measured {
            kind: kind(e),
            value: number(e.estimate)?,
            slice: slice(e),
            low: number(e.low),
            high: number(e.high),
        })
    })
}

fn kind(e: &Estimate) -> String {
    match e.contrast.as_str() {
        "value" => e.metric.clone(),
        contrast => format!("{} ({contrast})", e.metric),
    }
}

fn slice(e: &Estimate) -> String {
    let mut slice = format!("{}: {} = {}", e.outcome, e.attribute, e.group);
    if let Some(reference) = &e.reference {
        slice.push_str(&format!(", compared with {reference}"));
    }
    for (word, text) in [
        ("within", &e.given),
        ("of class", &e.item_class),
        ("along", &e.along),
        ("at", &e.at),
    ] {
        if let Some(text) = text {
            slice.push_str(&format!(", {word} {text}"));
        }
    }
    safe(&slice)
}

/// The shortest text that is this number.
pub(super) fn number(x: Option<f64>) -> Option<String> {
    x.filter(|x| x.is_finite()).map(|x| format!("{}", x + 0.0))
}

/// What a gate says of a group.
pub(super) struct Said {
    /// Attribute and group.
    pub(super) group: String,
    /// The gate, its verdict and its reason.
    pub(super) sentence: String,
    /// The waiver that covers a failure.
    pub(super) waiver: Option<String>,
}

/// Every gate and group.
pub(super) fn said(result: &Result) -> impl Iterator<Item = Said> {
    answers(result).map(|(gate, answer)| Said {
        group: safe(&format!("{} = {}", answer.attribute, answer.group)),
        sentence: safe(&format!(
            "gate `{}`: {}: {}",
            gate.name,
            answer.verdict,
            line(gate, answer)
        )),
        waiver: answer.waived.as_ref().map(waiver),
    })
}

/// Every answer with its gate.
pub(super) fn answers(result: &Result) -> impl Iterator<Item = (&Gate, &Answer)> {
    result
        .gates
        .iter()
        .flat_map(|gate| gate.answers.iter().map(move |answer| (gate, answer)))
}

/// What was audited, by name.
pub(super) fn name(result: &Result) -> String {
    safe(result.audit.system.as_ref().unwrap_or(&result.audit.title))
}

/// What it was audited for, and with which verdict, in one line.
pub(super) fn overview(result: &Result) -> String {
    let verdict = &result.verdict;
    let purpose = result
        .audit
        .purpose
        .as_ref()
        .map(|purpose| format!(" Purpose: {purpose}."));
    safe(&format!(
        "{}, audited for bias as of {}: verdict {} ({} gates passed, {} failed, {} inconclusive).{}",
        result.audit.title,
        result.audit.as_of,
        verdict.verdict,
        verdict.passed,
        verdict.failed,
        verdict.inconclusive,
        purpose.unwrap_or_default()
    ))
}

/// The protected attributes: what is sensitive in the log.
pub(super) fn attributes(result: &Result) -> Vec<String> {
    let all = result.groupings.iter().map(|grouping| &grouping.attribute);
    let plain = all.filter(|name| !name.contains(" & "));
    plain.map(|name| safe(name)).collect()
}

/// The files of the log and of people: name and what is in them.
pub(super) fn data(result: &Result) -> Vec<(String, String)> {
    let account = &result.account;
    result
        .inputs
        .iter()
        .map(|input| {
            let mut about = format!("{}: {} rows", input.role, input.rows);
            if input.role == "log" {
                about.push_str(&format!(
                    "; of the whole log {} rows of {} people were audited",
                    account.audited, account.subjects
                ));
            }
            if let Some(digest) = &input.sha256 {
                about.push_str(&format!("; SHA-256 {digest}"));
            }
            (safe(&input.name), safe(&about))
        })
        .collect()
}

/// What the reader must know.
pub(super) fn limits(result: &Result) -> impl Iterator<Item = String> {
    result.notes.iter().map(|note| safe(note))
}
