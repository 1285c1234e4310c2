//! What stands in a log beside: from when to when something was so for a person.
//!
//! Thirty-two bytes are kept of each row, sorted by person; whether something was so at a moment is then found by halving.

use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use xxhash_rust::xxh3::xxh3_128;

use super::fault::place;
use super::value::{MICROSECONDS_PER_DAY, Value};
use crate::diagnostic::Diagnostic;
use crate::log::{Batch, Column};
use crate::plan::{CheckKind, Events};

/// A moment in microseconds since 1970, and whether its zone is written beside it; `None` where a column of times leaves
/// that open.
type Moment = (i64, Option<bool>);

/// The moment of a value; `None` when it is no time.
pub(super) fn moment(value: Value<'_>) -> Option<Moment> {
    match value {
        Value::Datetime(micros) => Some((micros, None)),
        Value::Date(days) => Some((i64::from(days) * MICROSECONDS_PER_DAY, None)),
        Value::Text(text) => {
            let text = text.trim();
            if let Ok(time) = text.parse::<Timestamp>() {
                return Some((time.as_microsecond(), Some(true)));
            }
            let local = text
                .parse::<DateTime>()
                .ok()
                .or_else(|| Some(text.parse::<Date>().ok()?.at(0, 0, 0, 0)))?;
            let time = TimeZone::UTC.to_timestamp(local).ok()?;
            Some((time.as_microsecond(), Some(false)))
        }
        _ => None,
    }
}

/// Which kinds of times were met: with their zone, without.
#[derive(Debug, Default)]
pub(super) struct Zones([AtomicBool; 2]);

impl Zones {
    pub(super) fn saw(&self, zoned: Option<bool>) {
        if let Some(zoned) = zoned {
            self.0[usize::from(zoned)].store(true, Ordering::Relaxed);
        }
    }

    /// Takes over what was met elsewhere.
    pub(super) fn join(&self, other: &Self) {
        for (zoned, seen) in [false, true].into_iter().zip(&other.0) {
            if seen.load(Ordering::Relaxed) {
                self.saw(Some(zoned));
            }
        }
    }

    /// Whether times with and without a zone were met, which can't be compared.
    pub(super) fn are_mixed(&self) -> bool {
        self.0.iter().all(|seen| seen.load(Ordering::Relaxed))
    }
}

/// One row: whose, from when, and the latest end of this person's rows up to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Span {
    key: u128,
    from: i64,
    to: i64,
}

/// The rows of a log beside.
#[derive(Debug, Default)]
pub(super) struct EventTable {
    spans: Vec<Span>,
    /// Rows without a person.
    without_person: u64,
    /// Rows without a beginning.
    without_beginning: u64,
    /// Rows that name whom and when.
    used: u64,
    pub(super) zones: Zones,
}

/// Whose row it is, for which purpose: a person and the texts of the columns that must agree.
pub(super) fn key(person: u128, matches: &[usize], columns: &[Column], row: usize, buffer: &mut String) -> u128 {
    if matches.is_empty() {
        return person;
    }
    let mut bytes = person.to_le_bytes().to_vec();
    for column in matches {
        let text = Value::of(&columns[*column], row).text(buffer);
        bytes.extend_from_slice(&(text.len() as u64).to_le_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    xxh3_128(&bytes)
}

impl EventTable {
    /// Takes in a batch.
    ///
    /// # Errors
    /// A time that is none, or an end before its beginning.
    pub(super) fn absorb(&mut self, events: &Events, batch: &Batch) -> Result<(), Diagnostic> {
        let mut buffer = String::new();
        let mut people = Vec::new();
        let named = super::person::keys(&batch.columns[events.subject], batch.rows, &mut people, &mut buffer);
        for (row, person) in people.iter().enumerate() {
            let at = |column: usize| place(&events.source, &events.columns, batch, row, column);
            let mut time = |column: usize| {
                let value = Value::of(&batch.columns[column], row);
                let text = value.text(&mut buffer);
                if value.is_missing() || text.trim().is_empty() {
                    return Ok(None);
                }
                let told = no_time(text).at(at(column));
                let (micros, zoned) = moment(value).ok_or(told)?;
                self.zones.saw(zoned);
                Ok(Some(micros))
            };
            let from = time(events.from)?;
            let to = events.to.map_or(Ok(None), &mut time)?.unwrap_or(i64::MAX);
            if named.get(row) == Some(&false) {
                self.without_person += 1;
                continue;
            }
            let Some(from) = from else {
                self.without_beginning += 1;
                continue;
            };
            if to < from {
                return Err(Diagnostic::new("out-of-range", "a row ends before it begins")
                    .at(at(events.to.unwrap_or(events.from)))
                    .help("the end may be left empty for what has not ended, or be the moment of the beginning"));
            }
            self.used += 1;
            let key = key(*person, &events.matches, &batch.columns, row, &mut buffer);
            self.spans.push(Span { key, from, to });
        }
        Ok(())
    }

    /// Makes it ready to be asked.
    pub(super) fn finish(&mut self) {
        self.spans.sort_unstable();
        let mut latest: Option<Span> = None;
        for span in &mut self.spans {
            if let Some(before) = latest.filter(|before| before.key == span.key) {
                span.to = span.to.max(before.to);
            }
            latest = Some(*span);
        }
    }

    /// Since when something was so for a person at a moment, without a break in it that a later row would not cover;
    /// `None`: it was not. What ends at the moment is over.
    fn since(&self, key: u128, at: i64) -> Option<i64> {
        let first = self.spans.partition_point(|span| span.key < key);
        let begun = self.spans[first..].partition_point(|span| (span.key, span.from) <= (key, at));
        let begun = &self.spans[first..first + begun];
        // Ends are running maxima, so that they ascend.
        let lasting = begun.partition_point(|span| span.to <= at);
        begun.get(lasting).map(|span| span.from)
    }

    /// Whether a row at a moment is one that must not be, and for an objection how many days after it.
    pub(super) fn finds(&self, kind: CheckKind, grace: i64, key: u128, at: i64) -> (bool, Option<f64>) {
        let since = self.since(key, at);
        match kind {
            CheckKind::Consent => (since.is_none(), None),
            CheckKind::OptOut => {
                let late = since.map(|since| at - since).filter(|late| *late >= grace);
                (
                    late.is_some(),
                    late.map(|late| late as f64 / MICROSECONDS_PER_DAY as f64),
                )
            }
        }
    }

    /// What became of its rows, in a sentence.
    pub(super) fn account(&self, name: &str, file: &str) -> String {
        let read = self.used + self.without_person + self.without_beginning;
        format!(
            "Check `{name}`: {read} rows of `{file}` read = {} used + {} without a person + {} without a beginning.",
            self.used, self.without_person, self.without_beginning
        )
    }
}

/// What is not a time.
pub(super) fn no_time(text: &str) -> Diagnostic {
    Diagnostic::new("not-a-time", format!("\"{text}\" is not a time"))
        .help("write 2026-10-01, 2026-10-01 08:15:00, or with its zone 2026-10-01T08:15:00+02:00")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(spans: &[(u128, i64, i64)]) -> EventTable {
        let mut table = EventTable {
            spans: spans.iter().map(|&(key, from, to)| Span { key, from, to }).collect(),
            ..EventTable::default()
        };
        table.finish();
        table
    }

    #[test]
    fn what_ends_at_a_moment_is_over_and_what_begins_is_there() {
        let table = table(&[(7, 10, 20), (7, 15, 18), (7, 30, i64::MAX), (8, 0, 5)]);
        assert_eq!(table.since(7, 9), None);
        assert_eq!(table.since(7, 10), Some(10));
        assert_eq!(table.since(7, 19), Some(10));
        assert_eq!(table.since(7, 20), None);
        assert_eq!(table.since(7, 30), Some(30));
        assert_eq!(table.since(8, 5), None);
        assert_eq!(table.since(9, 5), None);
    }

    #[test]
    fn a_row_that_ends_when_it_begins_was_never_so() {
        assert_eq!(table(&[(1, 10, 10)]).since(1, 10), None);
    }

    #[test]
    fn grace_runs_from_the_objection() {
        let day = MICROSECONDS_PER_DAY;
        let table = table(&[(1, 0, i64::MAX)]);
        assert_eq!(table.finds(CheckKind::OptOut, 2 * day, 1, 2 * day - 1), (false, None));
        assert_eq!(table.finds(CheckKind::OptOut, 2 * day, 1, 2 * day), (true, Some(2.0)));
        assert_eq!(table.finds(CheckKind::OptOut, 0, 2, day), (false, None));
        assert_eq!(table.finds(CheckKind::Consent, 0, 1, 5), (false, None));
        assert_eq!(table.finds(CheckKind::Consent, 0, 2, 5), (true, None));
    }

    #[test]
    fn times_with_and_without_a_zone() {
        assert_eq!(
            moment(Value::Text("2026-10-01T02:00:00+02:00")),
            Some((1_790_812_800_000_000, Some(true)))
        );
        assert_eq!(
            moment(Value::Text("2026-10-01")),
            Some((1_790_812_800_000_000, Some(false)))
        );
        assert_eq!(
            moment(Value::Text("2026-10-01 00:00")),
            Some((1_790_812_800_000_000, Some(false)))
        );
        assert_eq!(moment(Value::Text("01.10.2026")), None);
        assert_eq!(moment(Value::Integer(5)), None);
    }
}
