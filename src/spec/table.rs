//! Reads a TOML table key by key: remembers which keys were taken, and collects every fault with its place.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::{At, Origin, SpecText};
use crate::diagnostic::{Diagnostic, Place, near};

/// Where a byte range of a spec lies, as people count: lines and columns from 1, columns in characters.
#[must_use]
pub fn place(source: &SpecText, span: Range<usize>) -> Place {
    let start = span.start.min(source.text.len());
    let before = source.text.get(..start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Place {
        file: source.path.clone(),
        line: Some(before.matches('\n').count() as u64 + 1),
        column: Some(before[line_start..].chars().count() as u64 + 1),
        span: Some(span),
        ..Place::default()
    }
}

/// Where something was written.
#[must_use]
pub fn place_of(source: &SpecText, origin: &Origin) -> Option<Place> {
    match origin {
        Origin::Default => None,
        Origin::File(span) => Some(place(source, span.clone())),
        Origin::Flag(flag) => Some(Place::of_file(flag)),
    }
}

/// The faults found so far.
#[derive(Debug)]
pub(super) struct Faults<'s> {
    pub(super) source: &'s SpecText,
    pub(super) found: Vec<Diagnostic>,
}

impl Faults<'_> {
    pub(super) fn add(&mut self, diagnostic: Diagnostic, span: Range<usize>) {
        self.found.push(diagnostic.at(place(self.source, span)));
    }

    fn wrong_type(&mut self, key: &str, expected: &str, value: &Spanned<DeValue<'_>>) {
        let found = name(value.get_ref());
        self.add(
            Diagnostic::new("wrong-type", format!("`{key}` must be {expected}, found {found}")),
            value.span(),
        );
    }
}

fn name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) if number(value).is_none() => "a number that is not finite",
        DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

/// A table that is being read.
pub(super) struct Reader<'t, 'f, 's> {
    table: &'t DeTable<'t>,
    /// Where the table stands.
    pub(super) span: Range<usize>,
    /// Its name in messages, such as `[log]`.
    name: &'static str,
    known: Vec<&'static str>,
    pub(super) faults: &'f mut Faults<'s>,
}

impl<'t, 'f, 's> Reader<'t, 'f, 's> {
    pub(super) fn new(
        table: &'t DeTable<'t>,
        span: Range<usize>,
        name: &'static str,
        faults: &'f mut Faults<'s>,
    ) -> Self {
        Self {
            table,
            span,
            name,
            known: Vec::new(),
            faults,
        }
    }

    /// The value of a key, marked as known.
    pub(super) fn get(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.known.push(key);
        self.table
            .iter()
            .find(|(k, _)| k.get_ref().as_ref() == key)
            .map(|(_, value)| value)
    }

    /// Tells a key that must be there and is not.
    pub(super) fn missing(&mut self, key: &str, example: &str) {
        let span = self.span.clone();
        self.faults.add(
            Diagnostic::new("missing-key", format!("{} needs `{key}`", self.name))
                .help(format!("for example: {example}")),
            span,
        );
    }

    /// Tells every key that nobody asked for.
    pub(super) fn finish(self) {
        for key in self.table.keys() {
            let word = key.get_ref().as_ref();
            if self.known.contains(&word) {
                continue;
            }
            let mut diagnostic = Diagnostic::new("unknown-key", format!("`{word}` is not a key of {}", self.name));
            if let Some(meant) = near(word, self.known.iter().copied()) {
                diagnostic = diagnostic.help(format!("did you mean `{meant}`?"));
            }
            diagnostic = diagnostic.help(format!("the keys are {}", quoted(&self.known)));
            self.faults.add(diagnostic, key.span());
        }
    }

    pub(super) fn text(&mut self, key: &'static str) -> Option<At<String>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::String(text) => Some(At {
                value: text.clone().into_owned(),
                origin: Origin::File(value.span()),
            }),
            _ => {
                self.faults.wrong_type(key, "a string", value);
                None
            }
        }
    }

    /// Text that may not be empty.
    pub(super) fn name(&mut self, key: &'static str) -> Option<At<String>> {
        let text = self.text(key)?;
        if text.value.trim().is_empty() {
            if let Origin::File(span) = &text.origin {
                let fault = Diagnostic::new("bad-value", format!("`{key}` may not be empty"));
                self.faults.add(fault, span.clone());
            }
            return None;
        }
        Some(text)
    }

    pub(super) fn bool(&mut self, key: &'static str) -> Option<At<bool>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Boolean(b) => Some(At {
                value: *b,
                origin: Origin::File(value.span()),
            }),
            _ => {
                self.faults.wrong_type(key, "true or false", value);
                None
            }
        }
    }

    /// A finite number.
    pub(super) fn number(&mut self, key: &'static str) -> Option<At<f64>> {
        let value = self.get(key)?;
        match number(value.get_ref()) {
            Some(x) => Some(At {
                value: x,
                origin: Origin::File(value.span()),
            }),
            None => {
                self.faults.wrong_type(key, "a finite number", value);
                None
            }
        }
    }

    /// One finite number, or a list of them.
    pub(super) fn numbers(&mut self, key: &'static str) -> Option<Vec<f64>> {
        let value = self.get(key)?;
        let numbers: Option<Vec<f64>> = match value.get_ref() {
            DeValue::Array(array) => array.iter().map(|item| number(item.get_ref())).collect(),
            one => number(one).map(|x| vec![x]),
        };
        if numbers.is_none() {
            self.faults.wrong_type(key, "a finite number, or a list of them", value);
        }
        numbers
    }

    /// A whole number that is not negative.
    pub(super) fn count(&mut self, key: &'static str) -> Option<At<u64>> {
        let value = self.get(key)?;
        let whole = match value.get_ref() {
            DeValue::Integer(i) => u64::from_str_radix(i.as_str(), i.radix()).ok(),
            _ => None,
        };
        match whole {
            Some(x) => Some(At {
                value: x,
                origin: Origin::File(value.span()),
            }),
            None => {
                self.faults
                    .wrong_type(key, "a whole number that is not negative", value);
                None
            }
        }
    }

    /// A list of texts; numbers and truth values are taken as their text. A single value may stand for a list of one.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<At<Vec<At<String>>>> {
        let value = self.get(key)?;
        let texts = texts(key, value, self.faults)?;
        Some(At {
            value: texts,
            origin: Origin::File(value.span()),
        })
    }

    pub(super) fn array(&mut self, key: &'static str, expected: &str) -> Option<&'t DeArray<'t>> {
        let value = self.get(key)?;
        match value.get_ref() {
            DeValue::Array(array) => Some(array),
            _ => {
                self.faults.wrong_type(key, expected, value);
                None
            }
        }
    }

    pub(super) fn table(&mut self, key: &'static str, expected: &str) -> Option<(&'t DeTable<'t>, Range<usize>)> {
        let value = self.get(key)?;
        table(key, expected, value, self.faults)
    }

    /// A list of tables, such as `[[gate]]`.
    pub(super) fn tables(&mut self, key: &'static str) -> Vec<(&'t DeTable<'t>, Range<usize>)> {
        let expected = format!("a list of tables, written [[{key}]]");
        let Some(array) = self.array(key, &expected) else {
            return Vec::new();
        };
        array
            .iter()
            .filter_map(|value| table(key, "a table", value, self.faults))
            .collect()
    }
}

fn table<'t>(
    key: &str,
    expected: &str,
    value: &'t Spanned<DeValue<'t>>,
    faults: &mut Faults<'_>,
) -> Option<(&'t DeTable<'t>, Range<usize>)> {
    match value.get_ref() {
        DeValue::Table(table) => Some((table, value.span())),
        _ => {
            faults.wrong_type(key, expected, value);
            None
        }
    }
}

/// A finite number, whole or not.
pub(super) fn number(value: &DeValue<'_>) -> Option<f64> {
    let x = match value {
        DeValue::Float(x) => x.as_str().parse::<f64>().ok()?,
        DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix()).ok()? as f64,
        _ => return None,
    };
    x.is_finite().then_some(x)
}

/// The text that a value of a list stands for.
pub(super) fn scalar(value: &DeValue<'_>) -> Option<String> {
    Some(match value {
        DeValue::String(text) => text.clone().into_owned(),
        DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix()).ok()?.to_string(),
        DeValue::Float(_) => number(value)?.to_string(),
        DeValue::Boolean(b) => b.to_string(),
        DeValue::Datetime(date) => date.to_string(),
        DeValue::Array(_) | DeValue::Table(_) => return None,
    })
}

/// A list of texts; a single value may stand for a list of one.
pub(super) fn texts(key: &str, value: &Spanned<DeValue<'_>>, faults: &mut Faults<'_>) -> Option<Vec<At<String>>> {
    let at = |item: &Spanned<DeValue<'_>>| {
        scalar(item.get_ref()).map(|value| At {
            value,
            origin: Origin::File(item.span()),
        })
    };
    let DeValue::Array(array) = value.get_ref() else {
        let one = at(value);
        if one.is_none() {
            faults.wrong_type(key, "a list of values", value);
        }
        return one.map(|one| vec![one]);
    };
    let mut all = Vec::new();
    for item in array.iter() {
        match at(item) {
            Some(text) => all.push(text),
            None => faults.wrong_type(key, "a list of plain values", item),
        }
    }
    Some(all)
}

/// Words in backquotes, with commas.
pub(super) fn quoted(words: &[&str]) -> String {
    let all: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    all.join(", ")
}
