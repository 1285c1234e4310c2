//! Reads Parquet, projected, one row group at a time.

use std::sync::Arc;

use polars::io::mmap::MmapBytesReader;
use polars::prelude::{FileMetadata, ParallelStrategy, ParquetReader, PolarsResult, SerReader, infer_schema};

use crate::diagnostic::Diagnostic;

use super::fault;
use super::frame::Frame;
use super::guard::guarded;
use super::input::{Input, Seekable};
use super::outlet::Outlet;
use super::pages;
use super::schema::FileSchema;
use super::series;

/// Rows decoded at once: a row group can be larger than memory.
const ROWS: usize = 1 << 20;
/// What is said of a file that can't be decoded.
const BROKEN: &str = "the Parquet file can't be read";

/// The columns of a file; a footer that repeats a name is refused.
pub(super) fn schema(input: &Input) -> Result<FileSchema, Diagnostic> {
    let metadata = metadata(input)?;
    let fields = guarded(input.name(), BROKEN, || {
        let schema = infer_schema(&metadata)?;
        Ok(schema
            .iter()
            .map(|(name, field)| series::field(name, field.dtype()))
            .collect())
    })?;
    Ok(FileSchema {
        fields,
        delimiter_hint: None,
        complete: true,
    })
}

/// Hands on the rows of a file.
pub(super) fn read(input: &Input, columns: &[String], outlet: &mut Outlet<'_>) -> Result<(), Diagnostic> {
    let whole = metadata(input)?;
    let stated: usize = whole.row_groups.iter().map(|group| group.num_rows()).sum();
    if stated != whole.num_rows {
        let reason = format!("its footer states {} rows, its row groups {stated}", whole.num_rows);
        return Err(fault::damaged(input.name(), BROKEN, &reason));
    }
    let projection = guarded(input.name(), BROKEN, || {
        let schema = infer_schema(&whole)?;
        let mut indices: Vec<usize> = columns
            .iter()
            .map(|name| schema.try_index_of(name))
            .collect::<PolarsResult<_>>()?;
        indices.sort_unstable();
        indices.dedup();
        Ok(indices)
    })?;
    let frame = Frame::new(input.name(), columns);
    // Each group is read through a footer that lists it alone, so that the groups before it cost nothing.
    let mut shell = FileMetadata::clone(&whole);
    shell.row_groups = Vec::new();
    let mut bytes = 0;
    for group in &whole.row_groups {
        let rows = group.num_rows();
        let mut alone = shell.clone();
        alone.row_groups = vec![group.clone()];
        alone.num_rows = rows;
        let alone = Arc::new(alone);
        bytes += group.compressed_size() as u64;
        let mut seekable = open(input)?;
        guarded(input.name(), BROKEN, || pages::check(&mut seekable, group, columns))?;
        for start in (0..rows).step_by(ROWS) {
            let length = ROWS.min(rows - start);
            if projection.is_empty() {
                outlet.send(length, None, Vec::new(), bytes)?;
                continue;
            }
            let reader = open(input)?;
            let table = guarded(input.name(), BROKEN, || {
                let mut reader = ParquetReader::new(reader);
                reader.set_metadata(Arc::clone(&alone));
                reader
                    .with_slice(Some((start, length)))
                    .with_projection(Some(projection.clone()))
                    .read_parallel(ParallelStrategy::Columns)
                    .finish()
            })?;
            let series = table
                .columns()
                .iter()
                .map(|column| column.as_materialized_series().clone())
                .collect();
            frame.send(series, length, bytes.min(input.size()), outlet)?;
        }
    }
    Ok(())
}

/// The footer of a file.
fn metadata(input: &Input) -> Result<Arc<FileMetadata>, Diagnostic> {
    let reader = open(input)?;
    guarded(input.name(), BROKEN, || {
        let mut reader = ParquetReader::new(reader);
        reader.get_metadata().cloned()
    })
}

/// The bytes of a file, as polars takes them.
fn open(input: &Input) -> Result<Box<dyn MmapBytesReader>, Diagnostic> {
    Ok(match input.seekable()? {
        Seekable::Disk(file) => Box::new(file),
        Seekable::Memory(bytes) => Box::new(bytes),
    })
}
