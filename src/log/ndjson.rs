//! Reads JSON lines: one object per line, and of each only the keys that are used.
//!
//! The kind of a JSON value may change from row to row, so values are handed on as text in one canonical form: whole
//! numbers as they are, other numbers as the shortest decimal that means the same double, `true` and `false`.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;

use crate::diagnostic::{Diagnostic, Place};
use crate::plan::Kind;

use super::blocks::{Blocks, Rows, Stop};
use super::column::{Block, Column, MISSING, Part, TextColumn};
use super::fault;
use super::input::{Bytes, Input, Taken};
use super::schema::{Field, FileSchema};
use super::sniff;

/// Rows that are looked at to learn the keys.
const SAMPLE_ROWS: usize = 10_000;
/// Bytes that are looked at to learn the keys.
const SAMPLE_BYTES: usize = 1 << 23;

/// Keys of the first rows, in order of appearance.
pub(super) fn schema(input: &Input) -> Result<FileSchema, Diagnostic> {
    let mut blocks = blocks(input, Taken::default())?;
    let mut keys = Keys::default();
    let mut seen = (0, 0);
    let mut complete = true;
    'file: while let Some(rows) = blocks.next().map_err(|stop| stopped(input, stop))? {
        let mut lines = Lines::new(input.name(), &rows);
        while let Some((number, line)) = lines.next()? {
            if seen.0 >= SAMPLE_ROWS || seen.1 >= SAMPLE_BYTES {
                complete = false;
                break 'file;
            }
            seen = (seen.0 + 1, seen.1 + line.len());
            parse(input.name(), number, line, &mut keys)?;
        }
    }
    let fields = keys
        .names
        .into_iter()
        .map(|name| Field::new(name, Kind::Json))
        .collect();
    Ok(FileSchema {
        fields,
        delimiter_hint: None,
        complete,
    })
}

/// The lines of a file, block by block.
pub(super) fn blocks(input: &Input, taken: Taken) -> Result<Blocks<Bytes>, Diagnostic> {
    let mark = sniff::text_start(input.name(), &input.head()?)?;
    let mut blocks = Blocks::new(input.unpacked(taken)?, None);
    blocks.skip(mark).map_err(|stop| stopped(input, stop))?;
    Ok(blocks)
}

/// What to tell when a stream of lines breaks off.
pub(super) fn stopped(input: &Input, stop: Stop) -> Diagnostic {
    match stop {
        Stop::Io(error) => input.failed(&error),
        Stop::TooLarge(line) => Diagnostic::new("row-too-large", "the line does not end within 256 MiB")
            .at(fault::line(input.name(), line))
            .help("write one object per line"),
    }
}

/// The rows of a block.
pub(super) struct Read {
    pub(super) lines: Vec<u64>,
    pub(super) columns: Vec<Column>,
    /// By column: whether some row has its key.
    pub(super) seen: Vec<bool>,
}

/// Reads the rows of a block.
pub(super) fn read(name: &str, rows: &Rows, columns: &[String]) -> Result<Read, Diagnostic> {
    let mut values = Values {
        block: Block::default(),
        parts: vec![Vec::new(); columns.len()],
    };
    let mut numbers = Vec::new();
    let mut ever = vec![false; columns.len()];
    let mut lines = Lines::new(name, rows);
    while let Some((number, line)) = lines.next()? {
        let mut row = Row {
            columns,
            values: &mut values,
            seen: vec![false; columns.len()],
            current: None,
        };
        if let Err(diagnostic) = parse(name, number, line, &mut row) {
            let field = row.current.and_then(|index| columns.get(index)).cloned();
            return Err(name_field(diagnostic, field));
        }
        let seen = row.seen;
        for (index, present) in seen.iter().enumerate() {
            ever[index] |= present;
            if !present {
                values.push(index, None);
            }
        }
        numbers.push(number);
    }
    let block = Arc::new(values.block);
    Ok(Read {
        lines: numbers,
        columns: values
            .parts
            .into_iter()
            .map(|parts| Column::Text(TextColumn::of_parts(Arc::clone(&block), parts)))
            .collect(),
        seen: ever,
    })
}

/// The error of a column whose key no row of the file has: a key may be absent from many rows; absent from all, it is a
/// slip, not a value that happens to be missing.
pub(super) fn never_seen(input: &Input, column: &str) -> Diagnostic {
    let known = match schema(input) {
        Ok(known) => known,
        Err(told) => return told,
    };
    let known: Vec<&str> = known.fields.iter().map(|field| field.name.as_str()).collect();
    fault::unknown_column(input.name(), column, &known, None)
        .help("no row of the file has the key; write it with `null` where there is no value")
}

/// Texts of the columns while they are gathered.
struct Values {
    block: Block,
    parts: Vec<Vec<Part>>,
}

impl Values {
    /// Appends a value to a column.
    fn push(&mut self, column: usize, value: Option<&str>) {
        self.parts[column].push(match value {
            None => MISSING,
            Some(text) => {
                let start = self.block.text.len();
                self.block.text.push_str(text);
                (start as u32, text.len() as u32)
            }
        });
    }
}

/// Adds the column's name to the place.
fn name_field(mut diagnostic: Diagnostic, field: Option<String>) -> Diagnostic {
    if let (Some(place), "unusable-value" | "repeated-key") = (&mut diagnostic.place, diagnostic.code) {
        place.field = field;
    }
    diagnostic
}

/// The lines of a block that hold something.
struct Lines<'a> {
    name: &'a str,
    rest: &'a [u8],
    line: u64,
}

impl<'a> Lines<'a> {
    fn new(name: &'a str, rows: &'a Rows) -> Self {
        Self {
            name,
            rest: &rows.bytes,
            line: rows.line,
        }
    }

    /// The next line and its number. A blank line is an error when another follows, else the end.
    fn next(&mut self) -> Result<Option<(u64, &'a [u8])>, Diagnostic> {
        let mut blank = None;
        while !self.rest.is_empty() {
            let length = memchr::memchr(b'\n', self.rest).map_or(self.rest.len(), |at| at + 1);
            let (line, rest) = self.rest.split_at(length);
            let number = self.line;
            self.rest = rest;
            self.line += 1;
            if line.iter().all(u8::is_ascii_whitespace) {
                blank = blank.or(Some(number));
            } else if let Some(blank) = blank {
                let advice = "remove the line, or find out which row was lost there";
                return Err(fault::blank_line(self.name, blank, advice));
            } else {
                return Ok(Some((number, line)));
            }
        }
        Ok(None)
    }
}

/// Parses one line into `target`.
fn parse<T>(name: &str, number: u64, line: &[u8], target: &mut T) -> Result<(), Diagnostic>
where
    for<'t, 'de> &'t mut T: Visitor<'de, Value = ()>,
{
    let place = |column: usize| Place {
        column: Some(column as u64),
        ..fault::line(name, number)
    };
    let text = std::str::from_utf8(line).map_err(|error| {
        fault::not_utf8(place(error.valid_up_to() + 1), "the line")
    })?;
    // Without its end, so that an error at the end of the line is counted on the line.
    let text = text.trim_end_matches(['\n', '\r']);
    if !text.trim_start().starts_with('{') {
        let diagnostic = Diagnostic::new("not-an-object", "the line is not a JSON object").at(place(1));
        return Err(if text.trim_start().starts_with('[') {
            diagnostic.help("write one object per line: `jq -c '.[]' FILE > NEW`")
        } else {
            diagnostic.help("write one object per line, such as {\"person\": \"p1\", \"offered\": true}")
        });
    }
    let mut json = serde_json::Deserializer::from_str(text);
    json.deserialize_map(target).and_then(|()| json.end()).map_err(|error| {
        let full = error.to_string();
        let what = full.split(" at line ").next().unwrap_or(&full);
        match error.classify() {
            Category::Data => {
                let code = if what.starts_with("the key") {
                    "repeated-key"
                } else {
                    "unusable-value"
                };
                Diagnostic::new(code, fault::one_line(what))
                    .at(place(error.column()))
                    .help("write each used key once per object, with a text, a number, true, false or null")
            }
            _ => Diagnostic::new(
                "bad-json",
                format!("the line is not valid JSON: {}", fault::one_line(what)),
            )
            .at(place(error.column()))
            .help("write one whole object per line; `jq -c . FILE > NEW` does"),
        }
    })
}

/// Gathers the keys of objects.
#[derive(Default)]
struct Keys {
    names: Vec<String>,
    known: HashSet<String>,
}

impl<'de> Visitor<'de> for &mut Keys {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            map.next_value::<IgnoredAny>()?;
            if !self.known.contains(&key) {
                self.known.insert(key.clone());
                self.names.push(key);
            }
        }
        Ok(())
    }
}

/// Appends the used values of one object.
struct Row<'a> {
    columns: &'a [String],
    values: &'a mut Values,
    seen: Vec<bool>,
    /// The column whose value is being read.
    current: Option<usize>,
}

impl<'de> Visitor<'de> for &mut Row<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(found) = map.next_key_seed(Key(self.columns))? {
            self.current = found;
            let Some(index) = found else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if std::mem::replace(&mut self.seen[index], true) {
                return Err(A::Error::custom("the key stands more than once in the object"));
            }
            map.next_value_seed(Value {
                column: index,
                values: self.values,
            })?;
        }
        Ok(())
    }
}

/// Finds a key among those that are used, without keeping its text.
struct Key<'a>(&'a [String]);

impl<'de> DeserializeSeed<'de> for Key<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Key<'_> {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().position(|column| column == key))
    }
}

/// Appends one value to its column.
struct Value<'a> {
    column: usize,
    values: &'a mut Values,
}

/// Doubles beyond this do not tell neighbouring whole numbers apart.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number, true, false or null")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.values.push(self.column, (!text.is_empty()).then_some(text));
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.values.push(self.column, Some(if value { "true" } else { "false" }));
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.values.push(self.column, Some(&value.to_string()));
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        self.values.push(self.column, Some(&value.to_string()));
        Ok(())
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        if value.abs() >= EXACT {
            // Two different whole numbers, say of two people, could become the same double here.
            return Err(E::custom(
                "the number is too large to be kept exactly; write it as a text",
            ));
        }
        // -0 and 0 are one value.
        self.values.push(self.column, Some(&(value + 0.0).to_string()));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.values.push(self.column, None);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(A::Error::custom("the value is a list, which can't be audited"))
    }

    fn visit_map<A: MapAccess<'de>>(self, _: A) -> Result<(), A::Error> {
        Err(A::Error::custom("the value is an object, which can't be audited"))
    }
}
