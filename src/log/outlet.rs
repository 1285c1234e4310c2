//! Where rows go: the one place that counts them, so that no reader can hand on a row uncounted.

use crate::diagnostic::Diagnostic;

use super::input::Taken;
use super::{Batch, Column};

/// Takes batches; an error ends the reading.
pub type Sink<'a> = dyn FnMut(Batch) -> Result<(), Diagnostic> + 'a;
/// Told rows and (packed) bytes taken in so far.
pub type Progress<'a> = dyn Fn(u64, u64) + 'a;

/// Hands the rows of one file on.
pub(super) struct Outlet<'a> {
    file: usize,
    sink: &'a mut Sink<'a>,
    progress: &'a Progress<'a>,
    /// Rows and bytes of the files before this one.
    before: (u64, u64),
    rows: u64,
    short_rows: u64,
}

impl<'a> Outlet<'a> {
    /// An outlet for the file at index `file`.
    pub(super) fn new(file: usize, before: (u64, u64), sink: &'a mut Sink<'a>, progress: &'a Progress<'a>) -> Self {
        Self {
            file,
            sink,
            progress,
            before,
            rows: 0,
            short_rows: 0,
        }
    }

    /// Rows handed on.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Rows that had fewer fields than the header.
    pub(super) fn short_rows(&self) -> u64 {
        self.short_rows
    }

    /// Counts a row that had fewer fields than the header.
    pub(super) fn count_short_row(&mut self) {
        self.short_rows += 1;
    }

    /// Hands on the next `rows` rows.
    pub(super) fn send(
        &mut self,
        rows: usize,
        lines: Option<Vec<u64>>,
        columns: Vec<Column>,
        bytes: u64,
    ) -> Result<(), Diagnostic> {
        if rows == 0 {
            return Ok(());
        }
        (self.sink)(Batch {
            file: self.file,
            first_row: self.rows,
            rows,
            lines,
            columns,
        })?;
        self.rows += rows as u64;
        (self.progress)(self.before.0 + self.rows, self.before.1 + bytes);
        Ok(())
    }
}

/// Text rows, gathered until there are enough to hand on.
pub(super) struct TextRows {
    columns: Vec<super::TextColumn>,
    lines: Vec<u64>,
    bytes: usize,
}

impl TextRows {
    /// Rows of a batch: enough that handing on costs nothing, few enough to stay in the cache.
    const ROWS: usize = 1 << 14;
    /// Bytes of text of a batch, for logs whose fields are long.
    const BYTES: usize = 1 << 24;

    /// No rows yet, of `width` columns.
    pub(super) fn new(width: usize) -> Self {
        Self {
            columns: vec![super::TextColumn::default(); width],
            lines: Vec::new(),
            bytes: 0,
        }
    }

    /// Appends a value to a column of the row that is being built.
    pub(super) fn push(&mut self, column: usize, value: Option<&str>) {
        self.columns[column].push(value);
        self.bytes += value.map_or(0, str::len);
    }

    /// Ends the row, which started on `line`; hands the rows on when there are enough.
    pub(super) fn end_row(&mut self, line: u64, outlet: &mut Outlet<'_>, taken: &Taken) -> Result<(), Diagnostic> {
        self.lines.push(line);
        if self.lines.len() < Self::ROWS && self.bytes < Self::BYTES {
            return Ok(());
        }
        self.flush(outlet, taken)
    }

    /// Hands on what there is.
    pub(super) fn flush(&mut self, outlet: &mut Outlet<'_>, taken: &Taken) -> Result<(), Diagnostic> {
        let width = self.columns.len();
        let full = std::mem::replace(self, Self::new(width));
        let columns = full.columns.into_iter().map(Column::Text).collect();
        outlet.send(full.lines.len(), Some(full.lines), columns, taken.get())
    }
}
