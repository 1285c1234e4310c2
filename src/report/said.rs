//! What a gate asks and what it said of a group, in words that several faces share.

use xxhash_rust::xxh3::xxh3_128;

use super::model::v1::{Answer, Gate, Result, Waived, Waiver};
use super::number::{UNDEFINED, beside, bound, count, counted, interval, number};
use super::reason::plain;
use super::sentence::asked;
use super::text::{quoted, safe};

/// What a gate asks: `disparate_impact (ratio) at least 0.8`.
#[must_use]
pub fn demand(gate: &Gate) -> String {
    let contrast = match gate.contrast.as_str() {
        "value" => String::new(),
        contrast => format!(" ({contrast})"),
    };
    let preset = gate
        .preset
        .as_deref()
        .map_or_else(String::new, |preset| format!(" (preset {preset})"));
    format!("{}{contrast} {}{preset}", gate.metric, asked(gate))
}

/// How a gate decides, and what it does when it can't.
#[must_use]
pub fn rule(gate: &Gate) -> String {
    let rule = match gate.rule.as_str() {
        "point" => "point: the estimate decides",
        "evidence" => "evidence: fails only when the whole interval is outside",
        "assurance" => "assurance: passes only when the whole interval is inside",
        "significant" => "significant: fails when the estimate is outside and chance can't explain the difference",
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

/// The file and the 1-based line that a gate is pointed at: its own in the spec; else the first of the spec, or, where
/// there is none, of the log. Programs that show findings beside lines want one for every finding.
#[must_use]
pub fn place<'a>(result: &'a Result, gate: &Gate) -> (&'a str, u64) {
    match (&result.audit.spec, gate.line) {
        (Some(spec), Some(line)) => (spec, line.max(1)),
        (Some(spec), None) => (spec, 1),
        (None, _) => (result.inputs.first().map_or("log", |input| &input.name), 1),
    }
}

/// One line that stands alone: for whom, what, by how much, how sure, and why that is the answer.
#[must_use]
pub fn line(gate: &Gate, answer: &Answer) -> String {
    let bounds: Vec<f64> = gate.min.into_iter().chain(gate.max).collect();
    let estimate = answer
        .estimate
        .map_or_else(|| UNDEFINED.to_owned(), |x| beside(x, &bounds));
    let interval = match interval(answer.low, answer.high, &bounds) {
        text if text.is_empty() => text,
        text => format!(" {text}"),
    };
    let mut line = format!(
        "{}: {} is {estimate}{interval}, {} was asked: {} ({})",
        about(answer),
        safe(&gate.metric),
        asked(gate),
        answer.verdict,
        safe(plain(&answer.reason)),
    );
    if let Some(change) = change(answer) {
        line.push_str(&format!("; {change}"));
    }
    line.push_str(&format!("; {}", counted(answer.subjects, "person", "people")));
    if let Some(needed) = answer.subjects_needed {
        line.push_str(&format!(", about {} would decide", count(needed)));
    }
    if let Some(selections) = answer.selections_to_threshold {
        line.push_str(&format!(
            ", {} more selections would reach it",
            count(selections.unsigned_abs())
        ));
    }
    if let Some(waived) = &answer.waived {
        line.push_str(&format!("; {}", waiver(waived)));
    }
    line
}

/// What has become of a number since the baseline: `it was 0.753, a change of -0.054 [-0.082, -0.026]`.
#[must_use]
pub fn change(answer: &Answer) -> Option<String> {
    let (before, change) = (answer.baseline?, answer.change?);
    let interval = match interval(answer.change_low, answer.change_high, &[0.0]) {
        text if text.is_empty() => text,
        text => format!(" {text}"),
    };
    Some(format!(
        "it was {}, a change of {}{interval}",
        number(before),
        beside(change, &[0.0])
    ))
}

/// Why that is the answer, what has changed since the baseline, and who waived it.
#[must_use]
pub fn why(answer: &Answer) -> String {
    let waived = answer.waived.as_ref().map(waiver);
    let parts = [Some(plain(&answer.reason).to_owned()), change(answer), waived];
    parts.into_iter().flatten().collect::<Vec<String>>().join("; ")
}

/// `waived until 2027-03-31 by Jane Doe: new model in March`.
#[must_use]
pub fn waiver(waived: &Waived) -> String {
    format!(
        "waived until {} by {}: {}",
        waived.expires,
        safe(&waived.owner),
        safe(&waived.reason)
    )
}

/// What a waiver is for and what it does, in one line.
#[must_use]
pub fn waiver_line(waiver: &Waiver) -> String {
    let narrowed = [("attribute", &waiver.attribute), ("outcome", &waiver.outcome)];
    let narrowed: String = narrowed
        .into_iter()
        .filter_map(|(what, name)| Some(format!(", {what} {}", quoted(name.as_deref()?))))
        .collect();
    let limit = waiver
        .no_worse_than
        .map_or_else(String::new, |x| format!(", no worse than {}", bound(x)));
    let does = match waiver.status.as_str() {
        "used" => "covers a failure",
        "waiting" => "waits: what it was made for can't be decided at present",
        "expired" => "has expired: renew it with a reason, or mend what it was for",
        "exceeded" => "is exceeded: the number is worse than it allows",
        "unmatched" => "matches no failure: remove it",
        other => other,
    };
    let soon = if waiver.ends_soon { ", which is soon" } else { "" };
    let meant = waiver
        .meant
        .as_deref()
        .map_or_else(String::new, |gate| format!("; did you mean gate {}?", quoted(gate)));
    format!(
        "waiver of gate {} for {}{narrowed}{limit}, until {}{soon}, by {} ({}): {does}{meant}",
        quoted(&waiver.gate),
        quoted(&waiver.group),
        waiver.expires,
        safe(&waiver.owner),
        safe(&waiver.reason),
    )
}

/// Whether a waiver is itself something to do: `expired`, `exceeded` and `unmatched` are.
#[must_use]
pub fn is_finding(waiver: &Waiver) -> bool {
    matches!(waiver.status.as_str(), "expired" | "exceeded" | "unmatched")
}

/// The answers of a gate as they are listed: failures that nobody waived first.
#[must_use]
pub fn worst_first(gate: &Gate) -> Vec<&Answer> {
    let mut answers: Vec<&Answer> = gate.answers.iter().collect();
    answers.sort_by_key(|answer| (answer.waived.is_some(), urgency(&answer.verdict)));
    answers
}

/// Whom an answer is about: `` `female` (`gender`, outcome `offered`, against `male`) ``.
#[must_use]
pub fn about(answer: &Answer) -> String {
    let given = answer
        .given
        .as_deref()
        .map_or_else(String::new, |given| format!(", within {}", quoted(given)));
    let reference = answer
        .reference
        .as_deref()
        .filter(|reference| *reference != answer.group)
        .map_or_else(String::new, |reference| format!(", against {}", quoted(reference)));
    format!(
        "{} ({}, outcome {}{reference}{given})",
        quoted(&answer.group),
        quoted(&answer.attribute),
        quoted(&answer.outcome),
    )
}

/// A short text that stays the same while a gate and a group keep their names, whatever their numbers: by it, programs that
/// keep findings know one again. A hash of 128 bits, as 32 hexadecimal digits.
#[must_use]
pub fn fingerprint(parts: &[&str]) -> String {
    // A byte that no text holds divides the parts, so that `a`, `bc` is not `ab`, `c`.
    let bytes: Vec<u8> = parts
        .iter()
        .flat_map(|part| part.bytes().chain(std::iter::once(0xff)))
        .collect();
    format!("{:032x}", xxh3_128(&bytes))
}

/// The fingerprint of an answer.
#[must_use]
pub fn fingerprint_of(gate: &Gate, answer: &Answer) -> String {
    fingerprint(&[
        &gate.name,
        &answer.outcome,
        &answer.attribute,
        &answer.group,
        answer.given.as_deref().unwrap_or_default(),
        &answer.metric,
    ])
}

/// A path as a relative or absolute URI reference: `/` between folders, everything else that a URI may not hold as `%XX`.
#[must_use]
pub fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    let path = path.replace('\\', "/");
    // A colon in the first part would be taken for a scheme.
    if path.split('/').next().is_some_and(|first| first.contains(':')) {
        uri.push_str("./");
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_tells_parts_apart_and_stays() {
        assert_ne!(fingerprint(&["a", "bc"]), fingerprint(&["ab", "c"]));
        // A changed fingerprint would make every known finding a new one.
        assert_eq!(
            fingerprint(&["four-fifths", "female"]),
            "b006b15e14e7fc87bffdc1ac698e26fe"
        );
    }

    #[test]
    fn a_path_becomes_a_uri() {
        assert_eq!(uri("specs/my audit.toml"), "specs/my%20audit.toml");
        assert_eq!(uri("C:\\a\\b.toml"), "./C%3A/a/b.toml");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
        assert_eq!(uri("ż.csv"), "%C5%BC.csv");
    }
}
