//! Turns a plan into a tally: reads every row once, decides which group and which person it belongs to, and counts.

pub mod adbc;
mod cache;
mod cells;
mod code;
mod condition;
mod counting;
mod embedded;
mod events;
mod fault;
mod listing;
mod people;
mod person;
mod run;
pub mod sql;
mod stages;
mod top;
mod value;

pub use counting::Counting;
pub use embedded::Counter;
pub use run::{Beside, Means, embedded};
pub(crate) use value::Value;

use crate::tally::Tally;

/// A tally with what was learnt while reading.
#[derive(Debug, Clone, PartialEq)]
pub struct Counted {
    /// The tally.
    pub tally: Tally,
    /// Rows per file of the log.
    pub rows: Vec<u64>,
    /// Rows per file of people, if there is one.
    pub people_rows: Option<Vec<u64>>,
    /// Rows per file of each check's log beside; none where a tally in a file was counted before.
    pub check_rows: Vec<Vec<u64>>,
    /// Rows with fewer fields than the header, where that is allowed.
    pub short_rows: u64,
    /// People of the log who are not in the people file.
    pub subjects_without_record: Option<u64>,
    /// People of the people file who have no row in the log.
    pub records_without_rows: Option<u64>,
    /// What the reader of the report must know.
    pub notes: Vec<String>,
}
