//! Opens a log, checks its columns, and hands on its rows, so that every row is accounted for.
//!
//! Text (delimited, or one JSON object per line) is read row by row with its line numbers, so that every fault has a
//! place and nothing is guessed about types. Parquet and Arrow are decoded by polars, projected to the columns asked for.

mod arrow;
mod buffer;
mod csv;
mod fault;
mod frame;
mod guard;
mod input;
mod ndjson;
mod open;
mod outlet;
mod pages;
mod parquet;
mod records;
mod schema;
mod series;
mod sniff;
mod source;

pub use fault::unknown_column;
pub use open::Opened;
pub use outlet::{Progress, Sink};
pub use source::{STDIN, find_files};

/// A column of one batch. All columns of a batch have the same length.
///
/// Values keep the type that the file gave them; what they mean is decided by whoever counts. So a column may be whole
/// numbers in one file and real ones in another, and a column that its file declares to be nothing but nulls is text
/// without a value, whatever it is elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Text; a null, an empty text and a declared null value are `None` when asked.
    Text(TextColumn),
    /// Whole numbers.
    Integer(Vec<Option<i64>>),
    /// Real numbers; a NaN of the file is a null here, an infinity is kept.
    Real(Vec<Option<f64>>),
    /// Truth values.
    Boolean(Vec<Option<bool>>),
    /// Days since 1970-01-01.
    Date(Vec<Option<i32>>),
    /// Microseconds since 1970-01-01T00:00:00 (UTC, or the file's local time where it has no zone).
    Datetime(Vec<Option<i64>>),
}

/// Text values of one batch, packed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TextColumn {
    /// The bytes of all values, valid UTF-8.
    bytes: String,
    /// End of each value in `bytes`.
    ends: Vec<usize>,
    /// Which values are present.
    present: Vec<bool>,
}

impl TextColumn {
    /// Appends a value.
    pub fn push(&mut self, value: Option<&str>) {
        if let Some(text) = value {
            self.bytes.push_str(text);
        }
        self.ends.push(self.bytes.len());
        self.present.push(value.is_some());
    }

    /// The value at `index`; `None` when it is missing or beyond the end.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&str> {
        if !*self.present.get(index)? {
            return None;
        }
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        Some(&self.bytes[start..self.ends[index]])
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// Some consecutive rows of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// Index of the file in its source.
    pub file: usize,
    /// 0-based number of the first row within its file.
    pub first_row: u64,
    /// How many rows.
    pub rows: usize,
    /// 1-based line on which each row starts, for text formats.
    pub lines: Option<Vec<u64>>,
    /// The columns asked for, in the order asked for.
    pub columns: Vec<Column>,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadSummary {
    /// Rows per file, in the order of the source.
    pub rows: Vec<u64>,
    /// Rows that had fewer fields than the header (only where that is allowed).
    pub short_rows: u64,
}
