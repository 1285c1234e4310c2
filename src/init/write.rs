//! The spec as text, with a comment for every choice, and the same reasons as lines for a terminal.

use std::fmt::Write as _;

use super::decision::{Direction, Outcome, What};
use super::groups::{Attribute, Shape};
use super::sample::Sample;
use super::{Pick, Proposal, grouped};
use crate::spec::{Test, Top};

/// Keys of `[log]` that are not guessed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogKeys {
    /// Paths as the spec has them.
    pub paths: Vec<String>,
    /// `format`.
    pub format: Option<String>,
    /// `csv.delimiter`.
    pub delimiter: Option<u8>,
    /// `csv.quote`, where it is not `"`.
    pub quote: Option<u8>,
    /// `csv.null_values` that were said.
    pub null_values: Vec<String>,
    /// `csv.short_rows = "allow"`.
    pub allow_short_rows: bool,
}

/// A comment is cut where it is longer than anybody reads.
const LONGEST: usize = 220;

/// What the warning about the direction says.
pub(super) const UNKNOWN_DIRECTION: &str = "nothing in the log says whether being selected is good for the person";

/// The spec.
#[must_use]
pub fn spec(proposal: &Proposal, sample: &Sample, keys: &LogKeys) -> String {
    let mut text = String::new();
    say(
        &mut text,
        &format!("A first spec, made from {} by `parytet init`.", rows(sample)),
    );
    say(
        &mut text,
        "Every choice below is a guess that says its reason. Look at each, and change what is wrong.",
    );
    for lacking in proposal.lacks() {
        say(
            &mut text,
            &format!("TO DO: {lacking} was not found, and must be filled in before this spec can run."),
        );
    }
    log(&mut text, proposal, keys);
    attributes(&mut text, proposal);
    outcome(&mut text, proposal);
    suggestions(&mut text, proposal);
    text
}

/// The rows that were looked at, as a noun.
fn rows(sample: &Sample) -> String {
    let columns = sample.columns.len() + sample.unusable.len();
    match sample.whole {
        true => format!("all {} rows ({columns} columns)", grouped(sample.rows)),
        false => format!("the first {} rows ({columns} columns)", grouped(sample.rows)),
    }
}

/// A line of comment. Nothing from a log may end it, or write on a terminal.
fn say(text: &mut String, line: &str) {
    let _ = writeln!(text, "# {}", shown(line));
}

/// A text on one line, without control characters, cut where it is too long.
fn shown(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}

/// A basic string of TOML.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            c if c.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn list(texts: &[String]) -> String {
    let all: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", all.join(", "))
}

fn key(text: &mut String, name: &str, value: &str) {
    let _ = writeln!(text, "{name} = {value}");
}

fn picked(text: &mut String, name: &str, pick: Option<&Pick>) {
    if let Some(pick) = pick {
        say(text, &pick.why);
        key(text, name, &quoted(&pick.column));
    }
}

fn log(text: &mut String, proposal: &Proposal, keys: &LogKeys) {
    text.push_str("\n[log]\n");
    match keys.paths.as_slice() {
        [path] => key(text, "path", &quoted(path)),
        paths => key(text, "path", &list(paths)),
    }
    if let Some(format) = &keys.format {
        key(text, "format", &quoted(format));
    }
    let mut csv = Vec::new();
    let byte = |byte: u8| quoted(&char::from(byte).to_string());
    csv.extend(
        keys.delimiter
            .map(|delimiter| format!("delimiter = {}", byte(delimiter))),
    );
    csv.extend(keys.quote.map(|quote| format!("quote = {}", byte(quote))));
    let mut null_values = keys.null_values.clone();
    null_values.extend(
        proposal
            .null_values
            .iter()
            .filter(|text| !keys.null_values.contains(text))
            .cloned(),
    );
    if !null_values.is_empty() {
        csv.push(format!("null_values = {}", list(&null_values)));
    }
    if keys.allow_short_rows {
        csv.push("short_rows = \"allow\"".to_owned());
    }
    if !csv.is_empty() {
        if !proposal.null_values.is_empty() {
            say(
                text,
                "these texts stand between numbers, and are taken for \"no value\"",
            );
        }
        key(text, "csv", &format!("{{ {} }}", csv.join(", ")));
    }
    match &proposal.subject {
        Some(_) => picked(text, "subject", proposal.subject.as_ref()),
        None => {
            say(text, &proposal.no_subject);
            say(text, "subject = \"…\"");
        }
    }
    picked(text, "time", proposal.time.as_ref());
    picked(text, "count", proposal.count.as_ref());
    picked(text, "weight", proposal.weight.as_ref());
}

fn attributes(text: &mut String, proposal: &Proposal) {
    if !proposal.attributes.is_empty() {
        text.push('\n');
        say(
            text,
            "Groups are compared with the best-off one. The usual choice is the largest, but where that is itself the",
        );
        say(
            text,
            "worst-off, no gate on a ratio to it can fail. Name the one that you mean: reference = \"male\".",
        );
    }
    for attribute in &proposal.attributes {
        text.push_str("\n[[protected]]\n");
        say(text, &attribute.why);
        for line in keys_of(attribute) {
            let _ = writeln!(text, "{line}");
        }
    }
    if proposal.attributes.is_empty() {
        text.push('\n');
        say(
            text,
            "TO DO: no column is named as, or looks like, gender, age, origin or the like. Name one, or join a file",
        );
        say(text, "of people that has it with [people].");
        say(text, "[[protected]]");
        say(text, "name = \"…\"");
    }
    for attribute in &proposal.more_attributes {
        text.push('\n');
        say(text, &format!("also possible: {}", attribute.why));
        say(text, "[[protected]]");
        for line in keys_of(attribute) {
            say(text, &line);
        }
    }
    if !proposal.refused.is_empty() {
        text.push('\n');
    }
    for pick in &proposal.refused {
        say(
            text,
            &format!("`{}` was not taken as an attribute: {}", pick.column, pick.why),
        );
    }
}

fn keys_of(attribute: &Attribute) -> Vec<String> {
    let mut lines = vec![format!("name = {}", quoted(&attribute.column))];
    if let Shape::Bands(edges) = &attribute.shape {
        let edges: Vec<String> = edges.iter().map(|edge| format!("{edge}")).collect();
        lines.push(format!("bands = [{}]", edges.join(", ")));
    }
    if !attribute.missing.is_empty() {
        lines.push(format!("missing = {}", list(&attribute.missing)));
    }
    lines.push("reference = \"best\"".to_owned());
    lines
}

/// A condition as an inline table.
fn condition(what: &What) -> String {
    let test = match &what.test {
        Test::Values(values) => {
            let values: Vec<String> = values.iter().map(|value| value.value.clone()).collect();
            format!("values = {}", list(&values))
        }
        Test::AtLeast(x) => format!("at_least = {x}"),
        Test::Above(x) => format!("above = {x}"),
        Test::AtMost(x) => format!("at_most = {x}"),
        Test::Below(x) => format!("below = {x}"),
        Test::Top(Top::Rows(rows)) => format!("top = {rows}"),
        Test::Top(Top::Share(share)) => format!("top_share = {share}"),
        Test::Counted { empty: None } => "counts = true".to_owned(),
        Test::Counted { empty: Some(empty) } => format!("counts = true, empty = {empty}"),
    };
    format!("{{ column = {}, {test} }}", quoted(&what.column))
}

fn outcome(text: &mut String, proposal: &Proposal) {
    text.push('\n');
    let Some(outcome) = &proposal.outcome else {
        say(
            text,
            "TO DO: no column could be told to be the decision. Say which, which of its values mean that the person was",
        );
        say(
            text,
            "selected, and whether that is good for the person (favourable = true) or bad (false).",
        );
        say(text, "[[outcome]]");
        say(text, "name = \"…\"");
        say(text, "favourable = true");
        let column = proposal.candidates.first().map_or("…", |pick| &pick.column);
        say(
            text,
            &format!("selected = {{ column = {}, values = [\"…\"] }}", quoted(column)),
        );
        for pick in &proposal.candidates {
            say(text, &format!("perhaps `{}`: {}", pick.column, pick.why));
        }
        return;
    };
    text.push_str("[[outcome]]\n");
    key(text, "name", &quoted(&outcome.selected.column));
    direction(text, outcome);
    key(
        text,
        "favourable",
        if outcome.direction.favourable() {
            "true"
        } else {
            "false"
        },
    );
    say(text, &outcome.selected.why);
    key(text, "selected", &condition(&outcome.selected));
    if let Some(actual) = &outcome.actual {
        say(text, &actual.why);
        key(text, "actual", &condition(actual));
    }
    if let Some((value, unit)) = &outcome.value {
        picked(text, "value", Some(value));
        if let Some(unit) = unit {
            key(text, "unit", &quoted(unit));
        }
    }
    picked(text, "score", outcome.score.as_ref());
    picked(text, "predicted", outcome.predicted.as_ref());
    for pick in &proposal.candidates {
        say(
            text,
            &format!(
                "also possible as a decision or label: `{}`, for {}",
                pick.column, pick.why
            ),
        );
    }
}

fn direction(text: &mut String, outcome: &Outcome) {
    match &outcome.direction {
        Direction::Said(_) => say(text, "you said so"),
        Direction::Guessed(true, why) => say(text, &format!("CHECK: taken as good for the person, for {why}")),
        Direction::Guessed(false, why) => say(text, &format!("CHECK: taken as bad for the person, for {why}")),
        Direction::Unknown => {
            say(
                text,
                "!!! SAY THIS YOURSELF: nothing in the log says whether being selected is good for the person.",
            );
            say(
                text,
                "!!! A wrong direction turns every verdict round: gaps and gates then speak of the wrong group.",
            );
        }
    }
}

fn suggestions(text: &mut String, proposal: &Proposal) {
    for factor in &proposal.factors {
        text.push('\n');
        say(text, &format!("groups can also be compared within it: {}", factor.why));
        say(text, "[[stratum]]");
        say(text, &format!("name = {}", quoted(&factor.column)));
    }
    if let Some((rank, item)) = &proposal.list {
        text.push('\n');
        say(
            text,
            "rows seem to be places of lists: who is shown what, and where, can be compared too",
        );
        say(text, "[list]");
        say(text, &format!("position = {}", quoted(rank)));
        say(text, &format!("item = {}", quoted(item)));
    }
    text.push('\n');
    say(
        text,
        "Without a gate an audit measures and judges nothing. When the choices above are right, ask for example:",
    );
    say(text, "[[gate]]");
    say(text, "preset = \"four_fifths\"");
}

/// What was chosen and why, as lines; then what must be looked at, as warnings.
#[must_use]
pub fn summary(proposal: &Proposal, sample: &Sample) -> (Vec<String>, Vec<String>) {
    let mut lines = vec![format!("looked at {}", rows(sample))];
    let mut line = |role: &str, what: &str, why: &str| lines.push(shown(&format!("  {role:<12}{what}: {why}")));
    match &proposal.subject {
        Some(pick) => line("person", &pick.column, &pick.why),
        None => line("person", "the row", &proposal.no_subject),
    }
    for (role, pick) in [
        ("time", &proposal.time),
        ("count", &proposal.count),
        ("weight", &proposal.weight),
    ] {
        if let Some(pick) = pick {
            line(role, &pick.column, &pick.why);
        }
    }
    for attribute in &proposal.attributes {
        line("protected", &attribute.column, &attribute.why);
    }
    if let Some(outcome) = &proposal.outcome {
        line("decision", &condition(&outcome.selected), &outcome.selected.why);
        match &outcome.direction {
            Direction::Said(favourable) => line("direction", word(*favourable), "you said so"),
            Direction::Guessed(favourable, why) => line("direction", word(*favourable), why),
            Direction::Unknown => line("direction", "favourable", "assumed, see below"),
        }
        if let Some(actual) = &outcome.actual {
            line("label", &condition(actual), &actual.why);
        }
        let value = outcome.value.as_ref().map(|(pick, _)| pick);
        for (role, pick) in [
            ("value", value),
            ("score", outcome.score.as_ref()),
            ("predicted", outcome.predicted.as_ref()),
        ] {
            if let Some(pick) = pick {
                line(role, &pick.column, &pick.why);
            }
        }
    }
    for (name, why) in &sample.unusable {
        line("not used", name, why);
    }
    for pick in &proposal.refused {
        line("not used", &pick.column, &pick.why);
    }
    let mut warnings = Vec::new();
    if proposal
        .outcome
        .as_ref()
        .is_some_and(|outcome| outcome.direction == Direction::Unknown)
    {
        warnings.push(format!(
            "{UNKNOWN_DIRECTION}; the spec says favourable = true. A wrong direction is a wrong verdict: set it yourself, or \
             give --favourable or --unfavourable"
        ));
    }
    for lacking in proposal.lacks() {
        warnings.push(format!(
            "{lacking} was not found; fill in the lines marked TO DO before you run the spec"
        ));
    }
    (lines, warnings)
}

fn word(favourable: bool) -> &'static str {
    match favourable {
        true => "favourable",
        false => "unfavourable",
    }
}
