//! What the first rows of a log say about each of its columns.

use std::collections::{BTreeMap, HashSet};

use jiff::civil::Date;

use super::words::{NO_NUMBER, is_one, plain, words};
use crate::diagnostic::Diagnostic;
use crate::engine::Value;
use crate::log::{Batch, Column, Opened};
use crate::plan::{Kind, Schema};

/// So many rows are looked at, and no more.
pub const ROWS: u64 = 100_000;

/// So many different values of a column are kept by their names.
pub(super) const NAMED: usize = 500;

/// The first rows of a log.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// How many.
    pub rows: u64,
    /// Whether they are all of the log.
    pub whole: bool,
    /// Its columns, in their order, but for those that an audit can't use.
    pub columns: Vec<Facts>,
    /// Columns that can't be used, with the reason.
    pub unusable: Vec<(String, &'static str)>,
    /// Whether the log is delimited text, in which some texts may stand for no value.
    pub is_text: bool,
}

/// One column.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facts {
    /// Its name, exactly.
    pub name: String,
    /// The words of the name.
    pub(super) words: Vec<String>,
    /// The file says that it holds points in time or days.
    pub(super) is_time: bool,
    /// The file says that it holds real numbers.
    pub(super) is_real: bool,
    /// Rows with a value.
    pub(super) filled: u64,
    /// Rows without.
    pub(super) empty: u64,
    /// Different values.
    pub(super) distinct: usize,
    /// Rows by value, where there are at most [`NAMED`] of them.
    pub(super) values: BTreeMap<String, u64>,
    /// Rows whose value is a finite number.
    pub(super) numbers: u64,
    /// Of these, whole.
    pub(super) whole: u64,
    /// Lowest and highest number.
    pub(super) range: Option<(f64, f64)>,
    /// Texts that say "no number", where numbers stand beside them.
    pub(super) no_numbers: BTreeMap<String, u64>,
    /// Rows whose value is a day or a point in time.
    pub(super) days: u64,
    /// Rows by year of these days.
    pub(super) years: BTreeMap<i16, u64>,
    /// The last day.
    pub(super) last_day: Option<Date>,
    /// Every number in the order of the rows, where the name is that of a count or of a part of one.
    pub(super) series: Option<Vec<Option<f64>>>,
}

impl Facts {
    fn new(name: &str, kind: Kind) -> Self {
        let words = words(name);
        let is_counted =
            is_one(&plain(name), super::words::COUNT) || super::words::found(&words, super::words::PART).is_some();
        Self {
            name: name.to_owned(),
            words,
            is_time: matches!(kind, Kind::Date | Kind::Datetime),
            is_real: kind == Kind::Real,
            series: is_counted.then(Vec::new),
            ..Self::default()
        }
    }

    /// Some of its values, for somebody to choose from.
    #[must_use]
    pub fn some_values(&self) -> Vec<String> {
        self.values.keys().take(20).cloned().collect()
    }

    /// Whether every value is a number, but for texts that say "no number".
    pub(super) fn is_number(&self) -> bool {
        self.numbers > 0 && self.numbers + self.no_numbers.values().sum::<u64>() == self.filled
    }

    /// Whether every number is whole.
    pub(super) fn is_whole(&self) -> bool {
        self.is_number() && self.whole == self.numbers
    }

    /// Whether every value is a day or a point in time.
    pub(super) fn is_day(&self) -> bool {
        self.days > 0 && self.days == self.filled
    }

    /// Whether the names of all its values are known.
    pub(super) fn is_named(&self) -> bool {
        self.distinct <= NAMED
    }
}

/// Reads the first rows of a log, at most `most`.
///
/// # Errors
/// A file that can't be read, or a fault in one of these rows.
pub fn sample(opened: &Opened, schema: &Schema, most: u64) -> Result<Sample, Diagnostic> {
    let mut unusable = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut columns = Vec::new();
    for (name, kind) in &schema.columns {
        if schema.occurrences(name) > 1 {
            if !unusable.iter().any(|(known, _)| known == name) {
                unusable.push((name.clone(), "its name stands in the header more than once"));
            }
        } else if *kind == Kind::Other {
            unusable.push((name.clone(), "it holds lists, structures or bytes"));
        } else {
            names.push(name.clone());
            columns.push(Facts::new(name, *kind));
        }
    }
    let mut taking = Taking {
        seen: vec![HashSet::new(); columns.len()],
        columns,
        left: most,
        whole: true,
    };
    let units = opened.units(&names, &|_, _| ())?;
    while let Some(unit) = units.next().map_err(|(_, fault)| fault)? {
        if taking.left == 0 {
            taking.whole = false;
            break;
        }
        unit.read(&mut |batch| {
            taking.add(&batch);
            Ok(())
        })?;
    }
    Ok(Sample {
        rows: most - taking.left,
        whole: taking.whole,
        columns: taking.columns,
        unusable,
        is_text: opened.is_delimited(),
    })
}

/// A sample in the making.
struct Taking {
    columns: Vec<Facts>,
    /// By column: hashes of the values so far.
    seen: Vec<HashSet<u64>>,
    /// Rows that are still wanted.
    left: u64,
    whole: bool,
}

impl Taking {
    fn add(&mut self, batch: &Batch) {
        let count = batch.rows.min(usize::try_from(self.left).unwrap_or(usize::MAX));
        self.whole &= count == batch.rows;
        self.left -= count as u64;
        for ((facts, seen), column) in self.columns.iter_mut().zip(&mut self.seen).zip(&batch.columns) {
            take(facts, seen, column, count);
        }
    }
}

fn take(facts: &mut Facts, seen: &mut HashSet<u64>, column: &Column, rows: usize) {
    let mut buffer = String::new();
    for row in 0..rows {
        let value = Value::of(column, row);
        let number = value.number();
        if let Some(series) = &mut facts.series {
            series.push(number.ok().flatten());
        }
        if value.is_missing() {
            facts.empty += 1;
            continue;
        }
        facts.filled += 1;
        match number {
            Ok(Some(x)) => {
                facts.numbers += 1;
                facts.whole += u64::from(x.fract() == 0.0);
                let (low, high) = facts.range.unwrap_or((x, x));
                facts.range = Some((low.min(x), high.max(x)));
            }
            _ if facts.no_numbers.len() < 8 => {
                let text = value.text(&mut buffer);
                if is_one(&plain(text), NO_NUMBER) {
                    *facts.no_numbers.entry(text.to_owned()).or_default() += 1;
                }
            }
            _ => {}
        }
        if let Some(day) = value.date() {
            facts.days += 1;
            *facts.years.entry(day.year()).or_default() += 1;
            facts.last_day = facts.last_day.max(Some(day));
        }
        let text = value.text(&mut buffer);
        if seen.insert(xxhash_rust::xxh3::xxh3_64(text.as_bytes())) {
            facts.distinct += 1;
        }
        if let Some(count) = facts.values.get_mut(text) {
            *count += 1;
        } else if facts.values.len() < NAMED {
            facts.values.insert(text.to_owned(), 1);
        }
    }
}
