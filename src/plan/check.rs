//! Checks: an outcome for each, and the log beside in which it looks.

use super::resolve::{Columns, Faults, condition, unknown_column};
use super::{Check, CheckKind, Events, Kind, Plan, Schema, Source, Table};
use crate::diagnostic::Diagnostic;
use crate::spec::{self, At, Origin, Spec};

/// Microseconds of a day.
const DAY: f64 = 86_400e6;

/// The checks of a spec, as far as the log's columns tell; an outcome is made of each, in the same order.
pub(super) fn checks(spec: &Spec, columns: &mut Columns<'_>, faults: &mut Faults<'_>) -> Vec<Check> {
    let mut all = Vec::new();
    for written in &spec.checks {
        let origin = &written.name.origin;
        if spec.log.database.is_some() {
            faults.add(
                Diagnostic::new(
                    "needs-rows",
                    "a check needs the rows of the log, which a database does not give",
                )
                .help("write the table to a Parquet file and audit that, or leave the check out"),
                origin,
            );
        }
        if spec.log.subject.is_none() {
            faults.add(
                Diagnostic::new("missing-key", "a check needs [log] `subject`, the column of the person")
                    .help("for example: [log] subject = \"customer_id\""),
                origin,
            );
        }
        let time = match &spec.log.time {
            Some(name) => columns.find(Table::Log, name, faults),
            None => {
                faults.add(
                    Diagnostic::new(
                        "missing-key",
                        "a check needs [log] `time`, the column of when a row happened",
                    )
                    .help("for example: [log] time = \"sent_at\""),
                    origin,
                );
                None
            }
        };
        if let Some(time) = time
            && matches!(
                columns.kind(Table::Log, time),
                Some(Kind::Integer | Kind::Real | Kind::Boolean)
            )
            && let Some(name) = &spec.log.time
        {
            faults.add(
                Diagnostic::new("unusable-column", format!("`{}` holds no times", name.value))
                    .help("write times as 2026-10-01T08:15:00+02:00"),
                &name.origin,
            );
        }
        let kind = if written.kind.value == "consent" {
            CheckKind::Consent
        } else {
            CheckKind::OptOut
        };
        if let (CheckKind::Consent, Some(grace)) = (kind, &written.grace_days) {
            faults.add(
                Diagnostic::new(
                    "bad-value",
                    "a consent has no grace: it is needed from the first row on",
                )
                .help("leave `grace_days` out; it belongs to `opt_out`"),
                &grace.origin,
            );
        }
        let matches = written.matching.iter();
        let matches: Option<Vec<usize>> = matches
            .map(|(_, column)| columns.find(Table::Log, column, faults))
            .collect();
        let rows = written.rows.as_ref().map(|rows| condition(rows, columns, faults));
        if let (Some(time), Some(matches)) = (time, matches) {
            all.push(Check {
                kind,
                time,
                matches,
                rows: rows.flatten(),
                beside: beside(written, spec),
                grace: (written.grace_days.as_ref().map_or(0.0, |days| days.value) * DAY) as i64,
            });
        }
    }
    all
}

/// What the spec names of the log beside: person, beginning, end, and what must agree.
fn beside(written: &spec::Check, spec: &Spec) -> Vec<String> {
    let subject = written.subject.as_ref().or(spec.log.subject.as_ref());
    let named = subject.into_iter().chain([&written.from]).chain(&written.to);
    let matching = written.matching.iter().map(|(name, _)| name);
    named.chain(matching).map(|name| name.value.clone()).collect()
}

/// The outcomes that checks are: being selected is to be found, and bad.
pub(super) fn outcomes(spec: &Spec) -> Vec<spec::Outcome> {
    let time = spec.log.time.clone().unwrap_or_default();
    let of = |check: &spec::Check| spec::Outcome {
        name: check.name.clone(),
        favourable: Some(At {
            value: false,
            origin: Origin::Default,
        }),
        sweep: None,
        selected: check.rows.clone().unwrap_or(spec::Condition {
            column: time.clone(),
            test: spec::Test::Values(Vec::new()),
            origin: check.name.origin.clone(),
            absent_allowed: true,
        }),
        actual: None,
        value: None,
        list_price: None,
        unit: None,
        score: None,
        predicted: None,
        benefit: None,
        cap: None,
        classes: None,
        arms: None,
        metrics: check.metrics.clone(),
    };
    spec.checks.iter().map(of).collect()
}

/// What is read of the logs beside, in the order of the plan's checks.
///
/// # Errors
/// A column that is not there, is there twice, or holds no times.
pub fn events(spec: &Spec, plan: &Plan, logs: Vec<(Source, &Schema)>) -> Result<Vec<Events>, Vec<Diagnostic>> {
    let mut faults = Faults::new(spec);
    let mut all = Vec::new();
    for (written, (source, schema)) in spec.checks.iter().zip(logs) {
        let file = source.files.first().map_or("the log beside", |file| file.name.as_str());
        let file = format!("`{file}`");
        let mut columns: Vec<String> = Vec::new();
        let mut find = |name: &At<String>, is_time: bool| {
            match schema.occurrences(&name.value) {
                1 => {}
                0 => {
                    let known: Vec<&str> = schema.columns.iter().map(|(column, _)| column.as_str()).collect();
                    faults.add(unknown_column(&name.value, &file, &known), &name.origin);
                    return None;
                }
                n => {
                    faults.add(
                        Diagnostic::new(
                            "repeated-column",
                            format!("{file} has {n} columns called `{}`", name.value),
                        )
                        .help("rename them, so that each name stands once in the header"),
                        &name.origin,
                    );
                    return None;
                }
            }
            let numbers = matches!(
                schema.kind(&name.value),
                Some(Kind::Integer | Kind::Real | Kind::Boolean)
            );
            if schema.kind(&name.value) == Some(Kind::Other) || is_time && numbers {
                faults.add(
                    Diagnostic::new("unusable-column", format!("`{}` of {file} holds no times", name.value))
                        .help("write times as 2026-10-01T08:15:00+02:00"),
                    &name.origin,
                );
                return None;
            }
            columns.push(name.value.clone());
            Some(columns.len() - 1)
        };
        let subject = written.subject.clone().or_else(|| spec.log.subject.clone());
        let subject = subject.and_then(|name| find(&name, false));
        let from = find(&written.from, true);
        let to = written.to.as_ref().map(|name| find(name, true));
        let matches: Option<Vec<usize>> = written.matching.iter().map(|(name, _)| find(name, false)).collect();
        if let (Some(subject), Some(from), Some(matches)) = (subject, from, matches)
            && to != Some(None)
        {
            all.push(Events {
                source,
                columns,
                subject,
                from,
                to: to.flatten(),
                matches,
            });
        }
    }
    if faults.found.is_empty() && all.len() == plan.checks.len() {
        Ok(all)
    } else {
        Err(faults.found)
    }
}
