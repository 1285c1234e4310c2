//! Hands a log out in units that can be read side by side: a block of text, a row group, a record batch.
//!
//! Units are numbered in the order of the rows. Whoever meets a fault stops the handing out; every unit before it has been
//! handed out by then, so that the fault with the lowest number is the first of the log, whatever the threads did.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::diagnostic::Diagnostic;

use super::blocks::{Blocks, Rows};
use super::column::Column;
use super::input::{Bytes, Input, Taken};
use super::open::Opened;
use super::sniff::Reading;
use super::{Batch, ReadSummary, arrow, csv, ndjson, parquet};

/// Takes batches; an error ends the reading.
pub type Sink<'a> = dyn FnMut(Batch) -> Result<(), Diagnostic> + 'a;
/// Told rows and (packed) bytes taken in so far.
pub type Progress<'a> = dyn Fn(u64, u64) + Sync + 'a;

/// A log that is being read.
pub struct Units<'a> {
    opened: &'a Opened,
    columns: &'a [String],
    progress: &'a Progress<'a>,
    front: Mutex<Front>,
    tally: Mutex<Account>,
}

/// Where the handing out stands.
struct Front {
    /// The file in hand, and what is left of it.
    file: usize,
    open: Option<OpenFile>,
    /// Number of the next unit.
    next: u64,
    stopped: bool,
}

/// What has come back.
#[derive(Default)]
struct Account {
    rows: Vec<u64>,
    total: u64,
    short_rows: u64,
    /// Bytes up to the end of the furthest unit.
    bytes: u64,
    /// By file of JSON lines and by column: whether some row has the key.
    seen: Vec<Option<Vec<bool>>>,
}

/// A file that is being handed out.
enum OpenFile {
    Csv(Arc<csv::Text>, Blocks<Bytes>, Taken),
    Ndjson(Blocks<Bytes>, Taken),
    Parquet(Arc<parquet::Groups>, usize),
    Arrow(arrow::Batches),
}

/// Some rows of a log that have not been read yet.
pub struct Unit<'a> {
    units: &'a Units<'a>,
    file: usize,
    part: Part,
    /// Bytes of its file up to its end, packed.
    bytes: u64,
    /// Its place in the order of the rows.
    pub number: u64,
}

/// What a unit is read from.
enum Part {
    Csv(Arc<csv::Text>, Rows),
    Ndjson(Rows),
    Group(Arc<parquet::Groups>, usize),
    Arrow(arrow::Rows),
}

/// A lock that is taken even when another thread has broken off while it held it: that thread's fault is told.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'a> Units<'a> {
    pub(super) fn new(opened: &'a Opened, columns: &'a [String], progress: &'a Progress<'a>) -> Self {
        let files = opened.inputs().len();
        Self {
            opened,
            columns,
            progress,
            front: Mutex::new(Front {
                file: 0,
                open: None,
                next: 0,
                stopped: false,
            }),
            tally: Mutex::new(Account {
                rows: vec![0; files],
                seen: vec![None; files],
                ..Account::default()
            }),
        }
    }

    /// The next unit; `None` when there is none left or the handing out was stopped.
    ///
    /// # Errors
    /// A file that can't be read on, with the number that the unit would have had.
    pub fn next(&self) -> Result<Option<Unit<'_>>, (u64, Diagnostic)> {
        let mut front = lock(&self.front);
        if front.stopped {
            return Ok(None);
        }
        let number = front.next;
        match self.step(&mut front) {
            Ok(None) => Ok(None),
            Ok(Some((file, part, bytes))) => {
                front.next += 1;
                Ok(Some(Unit {
                    units: self,
                    file,
                    part,
                    bytes,
                    number,
                }))
            }
            Err(fault) => {
                front.stopped = true;
                Err((number, fault))
            }
        }
    }

    fn step(&self, front: &mut Front) -> Result<Option<(usize, Part, u64)>, Diagnostic> {
        loop {
            let file = front.file;
            let Some(input) = self.opened.inputs().get(file) else {
                return Ok(None);
            };
            let open = match &mut front.open {
                Some(open) => open,
                None => front.open.insert(self.open(input)?),
            };
            let taken = |taken: &Taken| taken.load(Ordering::Relaxed);
            let next = match open {
                OpenFile::Csv(text, blocks, read) => blocks
                    .next()
                    .map_err(|stop| csv::stopped(input, stop))?
                    .map(|rows| (Part::Csv(Arc::clone(text), rows), taken(read))),
                OpenFile::Ndjson(blocks, read) => blocks
                    .next()
                    .map_err(|stop| ndjson::stopped(input, stop))?
                    .map(|rows| (Part::Ndjson(rows), taken(read))),
                OpenFile::Parquet(groups, next) => (*next < groups.len()).then(|| {
                    *next += 1;
                    let bytes = (0..*next).map(|group| groups.size(group)).sum();
                    (Part::Group(Arc::clone(groups), *next - 1), bytes)
                }),
                OpenFile::Arrow(batches) => batches.next()?.map(|rows| (Part::Arrow(rows), 0)),
            };
            if let Some((part, bytes)) = next {
                return Ok(Some((file, part, bytes)));
            }
            front.open = None;
            front.file += 1;
        }
    }

    fn open(&self, input: &Input) -> Result<OpenFile, Diagnostic> {
        let taken = Taken::default();
        Ok(match input.reading {
            Reading::Csv { tabs } => {
                let positions = self
                    .opened
                    .file_schema(input)?
                    .positions(input.name(), self.columns)?;
                let (text, blocks) = csv::blocks(input, self.opened.csv(), tabs, positions, Taken::clone(&taken))?;
                OpenFile::Csv(Arc::new(text), blocks, taken)
            }
            Reading::Ndjson => OpenFile::Ndjson(ndjson::blocks(input, Taken::clone(&taken))?, taken),
            Reading::Parquet => OpenFile::Parquet(Arc::new(parquet::Groups::open(input, self.columns)?), 0),
            Reading::ArrowFile => OpenFile::Arrow(arrow::Batches::open(input, false, self.columns)?),
            Reading::ArrowStream => OpenFile::Arrow(arrow::Batches::open(input, true, self.columns)?),
        })
    }

    /// Hands out no more: somebody has met a fault.
    pub fn stop(&self) {
        lock(&self.front).stopped = true;
    }

    /// Closes the reading, when every unit has been read.
    ///
    /// # Errors
    /// A file that was changed while it was read; a key that no row of a file of JSON lines has.
    pub fn finish(&self) -> Result<ReadSummary, Diagnostic> {
        let account = lock(&self.tally);
        for (input, (rows, seen)) in self.opened.inputs().iter().zip(account.rows.iter().zip(&account.seen)) {
            input.check_unchanged()?;
            if let Some(seen) = seen
                && *rows > 0
                && let Some(index) = seen.iter().position(|present| !present)
            {
                return Err(ndjson::never_seen(input, &self.columns[index]));
            }
        }
        (self.progress)(account.total, self.opened.size());
        Ok(ReadSummary {
            rows: account.rows.clone(),
            short_rows: account.short_rows,
        })
    }
}

impl Unit<'_> {
    /// Reads the rows and hands them on.
    ///
    /// # Errors
    /// The first fault of a row, or of the sink.
    pub fn read(self, sink: &mut Sink<'_>) -> Result<(), Diagnostic> {
        let units = self.units;
        let file = self.file;
        let input = &units.opened.inputs()[file];
        let mut rows = 0;
        let mut short_rows = 0;
        let mut keys = None;
        let mut send = |first_row: u64, count: usize, lines: Option<Vec<u64>>, columns: Vec<Column>| {
            rows += count as u64;
            if count == 0 {
                return Ok(());
            }
            sink(Batch {
                file,
                first_row,
                rows: count,
                lines,
                columns,
            })
        };
        match self.part {
            Part::Csv(text, block) => {
                let read = text.read(block)?;
                short_rows = read.short_rows;
                send(0, read.lines.len(), Some(read.lines), read.columns)?;
            }
            Part::Ndjson(block) => {
                let read = ndjson::read(input.name(), &block, units.columns)?;
                keys = Some(read.seen);
                send(0, read.lines.len(), Some(read.lines), read.columns)?;
            }
            Part::Group(groups, group) => {
                groups.read(input, group, &mut |first, count, columns| send(first, count, None, columns))?;
            }
            Part::Arrow(batch) => {
                batch.read(input.name(), units.columns, &mut |first, count, columns| {
                    send(first, count, None, columns)
                })?;
            }
        }
        let before: u64 = units.opened.inputs()[..file].iter().map(Input::size).sum();
        let mut account = lock(&units.tally);
        account.rows[file] += rows;
        account.total += rows;
        account.short_rows += short_rows;
        if let Some(keys) = keys {
            let seen = account.seen[file].get_or_insert_with(|| vec![false; keys.len()]);
            for (seen, key) in seen.iter_mut().zip(keys) {
                *seen |= key;
            }
        }
        let bytes = before + self.bytes.min(input.size());
        account.bytes = account.bytes.max(bytes);
        (units.progress)(account.total, account.bytes);
        Ok(())
    }
}
