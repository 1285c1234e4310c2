//! The errors of counting, worded once.

use super::code::CodeError;
use super::condition::ConditionTest;
use crate::diagnostic::{Diagnostic, Place};
use crate::log::Batch;
use crate::plan::{Attribute, Condition, Plan, Source, Test};
use crate::tally::{Overflow, PeopleFault};

/// An error when a condition was never met although its values should occur.
pub(super) fn never_met(
    plan: &Plan,
    test: &ConditionTest,
    condition: &Condition,
    what: &str,
) -> Result<(), Diagnostic> {
    let Test::Values(values) = &condition.test else {
        return Ok(());
    };
    if test.ever_met || !condition.must_occur || test.others.is_empty() {
        return Ok(());
    }
    let column = &plan.log_columns[condition.column];
    let others: Vec<String> = test.others.iter().cloned().collect();
    let quoted = |values: &[String]| {
        let all: Vec<String> = values.iter().map(|v| format!("\"{v}\"")).collect();
        all.join(", ")
    };
    let mut diagnostic = Diagnostic::new(
        "value-never-seen",
        format!("{what}: {} does not occur in column `{column}`", quoted(values)),
    )
    .at(plan.place(&condition.origin))
    .help(format!("the column has {}", quoted(&others)));
    if let Some(near) = values
        .iter()
        .find_map(|v| crate::diagnostic::near(v, test.others.iter().map(String::as_str)))
    {
        diagnostic = diagnostic.help(format!("did you mean \"{near}\"?"));
    }
    Err(diagnostic.help("if that is right for this log, add `absent = \"allow\"` to the condition"))
}

/// Notes groups whose names differ only in case or blanks: nearly always one group written in two ways.
pub(super) fn look_alikes(attribute: &str, labels: &[crate::tally::Label], notes: &mut Vec<String>) {
    let plain = |name: &str| name.trim().to_lowercase();
    // In the order of the report, not in that in which the log brought them.
    let mut labels: Vec<_> = labels.iter().collect();
    labels.sort();
    for (i, a) in labels.iter().enumerate() {
        for b in &labels[i + 1..] {
            if plain(&a.name) == plain(&b.name) {
                notes.push(format!(
                    "`{attribute}` has the groups \"{}\" and \"{}\", which differ only in case or blanks; they are counted apart. Join them with `values` if they are one.",
                    a.name, b.name
                ));
            }
        }
    }
}

pub(super) fn group_error(error: &CodeError, attribute: &Attribute) -> Diagnostic {
    match error {
        CodeError::NotANumber(text) => Diagnostic::new(
            "not-a-number",
            format!(
                "\"{}\" fits no band of `{}`: it is neither a number nor a date of birth (YYYY-MM-DD)",
                cut(text),
                attribute.name
            ),
        )
        .help("if it means that the value is not known, add it to the attribute's `missing`"),
        CodeError::NoChance(text) => Diagnostic::new(
            "out-of-range",
            format!(
                "\"{}\" is no chance to be in a group: that is a number from 0 to 1",
                cut(text)
            ),
        )
        .help("if it means that nothing is known of the person, add it to the attribute's `missing`"),
        CodeError::BornLater(text) => Diagnostic::new(
            "born-later",
            format!("a date of birth of `{}` lies after its row: {text}", attribute.name),
        )
        .help("correct the file, or add the date to the attribute's `missing`"),
        CodeError::NoDay(text) => Diagnostic::new(
            "not-a-time",
            format!("\"{}\" is no time of which a period can be made", cut(text)),
        )
        .help("a time begins with its day: 2026-11-28, 2026-11-28T09:30:00; empty fields are told as `(missing)`"),
        CodeError::TooManyGroups => Diagnostic::new(
            "too-many-groups",
            format!("`{}` has more than {} different values", attribute.name, attribute.most),
        )
        .help("give numbers `bands`, or list the groups with `values`; an identifier is no attribute of a group"),
    }
}

pub(super) fn not_a_number(text: &str) -> Diagnostic {
    let mut diagnostic = Diagnostic::new("not-a-number", format!("\"{}\" is not a number", cut(text)));
    if text.contains(',') && text.replacen(',', ".", 1).trim().parse::<f64>().is_ok() {
        diagnostic = diagnostic.help("write a decimal point, not a comma");
    }
    diagnostic.help("if it means that there is no value, list it in [log] csv = { null_values = […] }")
}

/// The error of people who could not be added up.
pub(super) fn people_fault(fault: PeopleFault) -> Diagnostic {
    match fault {
        PeopleFault::Overflow(overflow) => out_of_range(overflow),
        PeopleFault::Spill(error) => Diagnostic::new(
            "spill-failed",
            format!("people that do not fit in memory can't be kept on disk: {error}"),
        )
        .help("make room in the folder for temporary files, name another with TMPDIR, or raise --memory-limit"),
    }
}

pub(super) fn out_of_range(overflow: Overflow) -> Diagnostic {
    match overflow {
        Overflow::Value => Diagnostic::new(
            "out-of-range",
            "a value, a weight, or a person's sum of them is beyond 10^14",
        )
        .help("give amounts in a larger unit, such as thousands"),
        Overflow::Count => Diagnostic::new(
            "out-of-range",
            "the counts add up to more than 2^53 rows, beyond which they are not exact",
        )
        .help("check the `count` column"),
        Overflow::Draws => Diagnostic::new(
            "bootstrap-too-large",
            "the draws of people in all groups would take more than a gigabyte a thread",
        )
        .help("ask for fewer replicates, groups, intersections or outcomes"),
    }
}

/// At most 60 characters of a text.
pub(super) fn cut(text: &str) -> String {
    if text.chars().count() <= 60 {
        text.to_owned()
    } else {
        text.chars().take(59).chain(['…']).collect()
    }
}

pub(super) fn at_row(source: &Source, batch: &Batch, row: usize) -> Place {
    Place {
        file: source.files[batch.file].name.clone(),
        line: batch.lines.as_ref().map(|lines| lines[row]),
        row: match batch.lines {
            Some(_) => None,
            None => Some(batch.first_row + row as u64 + 1),
        },
        ..Place::default()
    }
}

pub(super) fn place(source: &Source, columns: &[String], batch: &Batch, row: usize, column: usize) -> Place {
    Place {
        field: Some(columns[column].clone()),
        ..at_row(source, batch, row)
    }
}
