//! Opens a log, checks its columns, and hands on its rows, so that every row is accounted for.
//!
//! Text (delimited, or one JSON object per line) is read row by row with its line numbers, so that every fault has a
//! place and nothing is guessed about types. Parquet and Arrow are decoded by the `parquet` and `arrow-ipc` crates,
//! projected to the columns asked for. A log is handed out in units, which several threads may read side by side.

mod array;
mod arrow;
mod blocks;
mod column;
mod csv;
mod fault;
mod guard;
mod input;
mod ndjson;
mod open;
mod parquet;
mod remote;
mod schema;
mod sniff;
mod source;
mod split;
mod units;

pub use array::kind;
pub use column::{CodedColumn, Column, TextColumn};
pub use fault::unknown_column;
pub use guard::guarded;
pub use open::Opened;
pub use source::{STDIN, find_files};
pub use units::{Progress, Sink, Unit, Units};

/// Some consecutive rows of one file.
#[derive(Debug, Clone)]
pub struct Batch {
    /// Index of the file in its source.
    pub file: usize,
    /// 0-based number of the first row within its file; of text, within its unit.
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
