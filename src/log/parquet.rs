//! Reads Parquet, projected, row group by row group and page by page.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_schema::{DataType, Field, Schema};
use bytes::{Buf, Bytes};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::basic::Encoding;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::reader::{ChunkReader, Length};

use crate::diagnostic::{Diagnostic, Place};

use super::array;
use super::column::{CodedColumn, Column, TextColumn};
use super::fault;
use super::guard::guarded;
use super::input::{Input, Seekable};
use super::schema::FileSchema;

/// Rows of a batch: what is decoded stays in the cache until it is counted.
const ROWS: usize = 1 << 11;
/// What is said of a file that can't be decoded.
const BROKEN: &str = "the Parquet file can't be read";

/// The columns of a file.
pub(super) fn schema(input: &Input) -> Result<FileSchema, Diagnostic> {
    let footer = footer(input, ArrowReaderOptions::new())?;
    Ok(FileSchema {
        fields: footer
            .schema()
            .fields()
            .iter()
            .map(|field| array::field(field))
            .collect(),
        delimiter_hint: None,
        complete: true,
    })
}

/// A file whose footer has been read: row groups, and what is read of each.
pub(super) struct Groups {
    footer: ArrowReaderMetadata,
    mask: ProjectionMask,
    places: Vec<Place>,
    /// By row group: its first row, how many it has, and its bytes.
    groups: Vec<(u64, usize, u64)>,
}

impl Groups {
    /// Reads the footer of a file.
    pub(super) fn open(input: &Input, columns: &[String]) -> Result<Self, Diagnostic> {
        let plain = footer(input, ArrowReaderOptions::new())?;
        let hinted = coded_texts(&plain, columns)
            .and_then(|schema| footer(input, ArrowReaderOptions::new().with_schema(schema)).ok());
        let footer = hinted.unwrap_or(plain);
        let mut groups = Vec::new();
        let mut first = 0_u64;
        for group in footer.metadata().row_groups() {
            let rows = usize::try_from(group.num_rows()).map_err(|_| {
                fault::damaged(
                    input.name(),
                    BROKEN,
                    &format!("a row group states {} rows", group.num_rows()),
                )
            })?;
            groups.push((first, rows, u64::try_from(group.compressed_size()).unwrap_or(0)));
            first = first.saturating_add(rows as u64);
        }
        let stated = footer.metadata().file_metadata().num_rows();
        if u64::try_from(stated) != Ok(first) {
            let reason = format!("its footer states {stated} rows, its row groups {first}");
            return Err(fault::damaged(input.name(), BROKEN, &reason));
        }
        let roots = columns
            .iter()
            .filter_map(|name| footer.schema().fields().iter().position(|field| field.name() == name));
        let mask = ProjectionMask::roots(footer.parquet_schema(), roots);
        Ok(Self {
            mask,
            places: columns
                .iter()
                .map(|column| fault::column(input.name(), column))
                .collect(),
            groups,
            footer,
        })
    }

    /// How many row groups there are.
    pub(super) fn len(&self) -> usize {
        self.groups.len()
    }

    /// Bytes of a row group, packed.
    pub(super) fn size(&self, group: usize) -> u64 {
        self.groups[group].2
    }

    /// Hands on the rows of a row group: the number of the first, how many there are, their columns.
    pub(super) fn read(
        &self,
        input: &Input,
        group: usize,
        sink: &mut dyn FnMut(u64, usize, Vec<Column>) -> Result<(), Diagnostic>,
    ) -> Result<(), Diagnostic> {
        let (first, rows, _) = self.groups[group];
        let damaged = |reason: &str| fault::damaged(input.name(), BROKEN, reason);
        let mut bytes = open(input)?;
        guarded(input.name(), BROKEN, || {
            bytes.fetch(self.footer.metadata().row_group(group), &self.mask)
        })?;
        let mut reader = guarded(input.name(), BROKEN, || {
            ParquetRecordBatchReaderBuilder::new_with_metadata(bytes, self.footer.clone())
                .with_row_groups(vec![group])
                .with_projection(self.mask.clone())
                .with_batch_size(ROWS)
                .build()
        })?;
        let mut dictionaries = vec![None; self.places.len()];
        let mut done = 0;
        while let Some(batch) = guarded(input.name(), BROKEN, || reader.next().transpose())? {
            let start = first + done as u64;
            let mut columns = Vec::with_capacity(self.places.len());
            for (place, last) in self.places.iter().zip(&mut dictionaries) {
                let name = place.field.as_deref().unwrap_or_default();
                let found = batch
                    .column_by_name(name)
                    .ok_or_else(|| damaged(&format!("`{name}` is not there")))?;
                columns.push(column(found, last, place, start)?);
            }
            done += batch.num_rows();
            if done <= rows && batch.num_rows() > 0 {
                sink(start, batch.num_rows(), columns)?;
            }
        }
        // Pages that end early would otherwise lose their rows without a word.
        if done != rows {
            return Err(damaged(&format!(
                "a row group states {rows} rows, and its pages have {done}"
            )));
        }
        Ok(())
    }
}

/// The texts of a dictionary, as they were last seen.
type Dictionary = Option<(ArrayRef, Arc<TextColumn>)>;

/// Our column of the same values; the texts of a dictionary are kept from batch to batch.
fn column(array: &ArrayRef, last: &mut Dictionary, place: &Place, first: u64) -> Result<Column, Diagnostic> {
    if !matches!(array.data_type(), DataType::Dictionary(..)) {
        return array::column(array, place, first);
    }
    let values = array.as_any_dictionary().values();
    if let Some((seen, texts)) = last
        && Arc::ptr_eq(seen, values)
    {
        return Ok(Column::Coded(CodedColumn {
            keys: array::keys(array),
            texts: Arc::clone(texts),
        }));
    }
    let column = array::column(array, place, first)?;
    if let Column::Coded(coded) = &column {
        *last = Some((Arc::clone(values), Arc::clone(&coded.texts)));
    }
    Ok(column)
}

/// The schema with texts as dictionaries, where all pages are written so: a text is then looked at once a page, not once
/// a row.
fn coded_texts(footer: &ArrowReaderMetadata, columns: &[String]) -> Option<Arc<Schema>> {
    let metadata = footer.metadata();
    let parquet = footer.parquet_schema();
    let mut changed = false;
    let fields: Vec<Field> = footer
        .schema()
        .fields()
        .iter()
        .map(|field| {
            let leaf =
                (0..parquet.num_columns()).find(|leaf| parquet.column(*leaf).path().parts() == [field.name().clone()]);
            match (field.data_type(), leaf) {
                (DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View, Some(leaf))
                    if columns.contains(field.name())
                        && metadata
                            .row_groups()
                            .iter()
                            .all(|group| is_dictionary(group.column(leaf))) =>
                {
                    changed = true;
                    let coded = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
                    Field::clone(field).with_data_type(coded)
                }
                _ => Field::clone(field),
            }
        })
        .collect();
    changed.then(|| Arc::new(Schema::new(fields)))
}

/// Whether the pages of a column hold numbers of a dictionary. Where the writer does not say, one with a dictionary is
/// taken at its word.
fn is_dictionary(chunk: &ColumnChunkMetaData) -> bool {
    chunk.dictionary_page_offset().is_some()
        && chunk
            .page_encoding_stats_mask()
            .is_none_or(|mask| mask.is_only(Encoding::RLE_DICTIONARY) || mask.is_only(Encoding::PLAIN_DICTIONARY))
}

/// The footer of a file.
fn footer(input: &Input, options: ArrowReaderOptions) -> Result<ArrowReaderMetadata, Diagnostic> {
    let bytes = open(input)?;
    guarded(input.name(), BROKEN, || ArrowReaderMetadata::load(&bytes, options))
}

/// The bytes of a file, as the decoder takes them.
fn open(input: &Input) -> Result<Source, Diagnostic> {
    Ok(match input.seekable()? {
        Seekable::Disk(file) => Source::Disk(file),
        Seekable::Memory(bytes) => Source::Memory(bytes.into_inner()),
        Seekable::Remote(object) => Source::Remote(object, Vec::new()),
    })
}

/// Bytes on disk or in memory.
enum Source {
    Disk(File),
    Memory(Bytes),
    /// An object, and what of it has been fetched: the first byte of each part.
    Remote(super::remote::Object, Vec<(u64, Bytes)>),
}

impl Source {
    /// Fetches the columns of a row group together, where each fetch is a journey.
    fn fetch(&mut self, group: &RowGroupMetaData, mask: &ProjectionMask) -> ParquetResult<()> {
        let Self::Remote(object, fetched) = self else {
            return Ok(());
        };
        let wanted = group
            .columns()
            .iter()
            .enumerate()
            .filter(|(leaf, _)| mask.leaf_included(*leaf));
        let ranges: Vec<_> = wanted
            .map(|(_, chunk)| {
                let (start, length) = chunk.byte_range();
                start..(start.saturating_add(length)).min(object.size())
            })
            .collect();
        let parts = object.ranges(&ranges)?;
        *fetched = ranges.iter().map(|range| range.start).zip(parts).collect();
        Ok(())
    }
}

impl Length for Source {
    fn len(&self) -> u64 {
        match self {
            Self::Disk(file) => Length::len(file),
            Self::Memory(bytes) => bytes.len() as u64,
            Self::Remote(object, _) => object.size(),
        }
    }
}

impl ChunkReader for Source {
    type T = Box<dyn Read + Send>;

    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        Ok(match self {
            Self::Disk(file) => {
                let mut file = file.try_clone()?;
                file.seek(SeekFrom::Start(start))?;
                // Heads of pages are short; their bodies are read apart.
                Box::new(BufReader::with_capacity(256, file))
            }
            Self::Memory(bytes) => {
                let rest = usize::try_from((bytes.len() as u64).saturating_sub(start)).unwrap_or(usize::MAX);
                Box::new(self.get_bytes(start, rest)?.reader())
            }
            Self::Remote(object, fetched) => match part_from(fetched, start) {
                Some(part) => Box::new(part.reader()),
                None => {
                    let mut reader = object.reader();
                    reader.seek(SeekFrom::Start(start))?;
                    Box::new(reader)
                }
            },
        })
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        match self {
            Self::Disk(file) => file.get_bytes(start, length),
            Self::Memory(bytes) => {
                let start = usize::try_from(start).unwrap_or(usize::MAX);
                let end = start.saturating_add(length);
                if end > bytes.len() {
                    return Err(ParquetError::EOF(format!("it ends before byte {end}")));
                }
                Ok(bytes.slice(start..end))
            }
            Self::Remote(object, fetched) => match part_from(fetched, start) {
                Some(part) if part.len() >= length => Ok(part.slice(..length)),
                _ => {
                    let end = start.saturating_add(length as u64);
                    if end > object.size() {
                        return Err(ParquetError::EOF(format!("it ends before byte {end}")));
                    }
                    Ok(object.range(start..end)?)
                }
            },
        }
    }
}

/// What has been fetched from this byte on.
fn part_from(fetched: &[(u64, Bytes)], start: u64) -> Option<Bytes> {
    fetched.iter().find_map(|(first, part)| {
        let skip = usize::try_from(start.checked_sub(*first)?).ok()?;
        (skip < part.len()).then(|| part.slice(skip..))
    })
}
