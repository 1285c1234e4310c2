//! `[[check]]`: what a row must not be, by what stands in a log beside it.

use toml::de::DeValue;

use super::condition::nested_condition;
use super::table::Reader;
use super::text::{choice, csv};
use super::{At, Check, Origin};
use crate::diagnostic::Diagnostic;

/// What is checked.
const KINDS: [&str; 2] = ["consent", "opt_out"];

/// A check; `None` when it lacks what it can't do without.
pub(super) fn check(mut table: Reader<'_, '_, '_>) -> Option<Check> {
    let name = table.name("name");
    let kind = choice(&mut table, "kind", &KINDS);
    let has_kind = table.get("kind").is_some();
    let path = table.texts("path").map(|path| path.value).unwrap_or_default();
    let from = table.name("from");
    let format = table.text("format");
    let csv = csv(&mut table);
    let subject = table.name("subject");
    let to = table.name("to");
    let matching = matching(&mut table);
    let rows = nested_condition(&mut table, "rows");
    let grace_days = table.number("grace_days");
    let metrics = table.texts("metrics").map(|metrics| metrics.value);
    if name.is_none() {
        table.missing("name", "name = \"without consent\"");
    }
    if !has_kind {
        table.missing("kind", "kind = \"consent\", or \"opt_out\"");
    }
    if path.is_empty() {
        table.missing("path", "path = \"consents.csv\"");
    }
    if from.is_none() {
        table.missing("from", "from = \"given_at\", the column of when it began");
    }
    if let Some(At {
        value,
        origin: Origin::File(span),
    }) = &grace_days
        && *value < 0.0
    {
        table
            .faults
            .add(Diagnostic::new("bad-value", "`grace_days` is 0 or more"), span.clone());
    }
    table.finish();
    Some(Check {
        name: name?,
        kind: kind?,
        format,
        csv,
        subject,
        from: from?,
        to,
        matching,
        rows,
        grace_days,
        metrics,
        path,
    })
}

/// `match = { purpose = "purpose" }`: columns of the log beside, each with that of the log.
fn matching(table: &mut Reader<'_, '_, '_>) -> Vec<(At<String>, At<String>)> {
    const EXAMPLE: &str = "a table of columns, such as { purpose = \"purpose\" }";
    let Some((inner, _)) = table.table("match", EXAMPLE) else {
        return Vec::new();
    };
    let mut pairs = Vec::new();
    for (key, value) in inner.iter() {
        match value.get_ref() {
            DeValue::String(column) => pairs.push((
                At {
                    value: key.get_ref().clone().into_owned(),
                    origin: Origin::File(key.span()),
                },
                At {
                    value: column.clone().into_owned(),
                    origin: Origin::File(value.span()),
                },
            )),
            _ => table.faults.add(
                Diagnostic::new("wrong-type", format!("`match` must be {EXAMPLE}"))
                    .help("left stands the column of the log beside, right that of the log"),
                value.span(),
            ),
        }
    }
    pairs
}
