//! Reads Arrow IPC, projected, one record batch at a time: files with a footer, and streams.

use std::io::{BufReader, Read, Seek, SeekFrom};

use arrow_array::RecordBatch;
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_ipc::{Block, root_as_footer};
use arrow_schema::{ArrowError, Schema, SchemaRef};

use crate::diagnostic::{Diagnostic, Place};

use super::array;
use super::column::Column;
use super::fault;
use super::guard::guarded;
use super::input::{Input, Seekable};
use super::schema::FileSchema;

/// What is said of a file that can't be decoded.
const BROKEN: &str = "the Arrow file can't be read";
/// Rows handed on at once.
const ROWS: usize = 1 << 15;

/// Bytes that can be read from any place.
trait Bytes: Read + Seek + Send {}
impl<T: Read + Seek + Send> Bytes for T {}

/// Remembers the last bytes that passed: a stream says with them that it has ended.
struct Tail {
    inner: Box<dyn Bytes>,
    last: [u8; 8],
}

impl Read for Tail {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(to)?;
        for byte in &to[count.saturating_sub(8)..count] {
            self.last.rotate_left(1);
            self.last[7] = *byte;
        }
        Ok(count)
    }
}

/// Record batches of a file or a stream, until the end that the file itself marks.
enum Reader {
    /// Of a file with a footer.
    File(FileReader<Box<dyn Bytes>>),
    /// Of a stream.
    Stream(StreamReader<Tail>),
}

/// The columns of a file.
pub(super) fn schema(input: &Input, is_stream: bool) -> Result<FileSchema, Diagnostic> {
    let (_, schema) = open(input, is_stream, None)?;
    Ok(FileSchema {
        fields: schema.fields().iter().map(|field| array::field(field)).collect(),
        delimiter_hint: None,
        complete: true,
    })
}

/// The record batches of a file.
pub(super) struct Batches {
    reader: Reader,
    name: String,
    rows: u64,
}

/// Rows of a record batch, decoded and not looked at yet.
pub(super) struct Rows {
    batch: RecordBatch,
    /// 0-based number of the first row.
    first: u64,
}

impl Batches {
    /// Opens a file to read these columns.
    pub(super) fn open(input: &Input, is_stream: bool, columns: &[String]) -> Result<Self, Diagnostic> {
        let (reader, _) = open(input, is_stream, Some(columns))?;
        Ok(Self {
            reader,
            name: input.name().to_owned(),
            rows: 0,
        })
    }

    /// The next record batch.
    pub(super) fn next(&mut self) -> Result<Option<Rows>, Diagnostic> {
        let reader = &mut self.reader;
        let next = guarded(&self.name, BROKEN, || match reader {
            Reader::File(file) => file.next().transpose(),
            Reader::Stream(stream) => stream.next().transpose(),
        })?;
        let Some(batch) = next else {
            return match reader {
                // A stream says where it ends; without that, its last batches may be lost.
                Reader::Stream(stream) if stream.get_ref().last[4..] != [0; 4] => Err(fault::damaged(
                    &self.name,
                    BROKEN,
                    "it ends without its end mark, so it may have been cut short",
                )),
                _ => Ok(None),
            };
        };
        let first = self.rows;
        self.rows += batch.num_rows() as u64;
        Ok(Some(Rows { batch, first }))
    }
}

impl Rows {
    /// Hands on the rows: the number of the first, how many there are, their columns.
    pub(super) fn read(
        &self,
        name: &str,
        columns: &[String],
        sink: &mut dyn FnMut(u64, usize, Vec<Column>) -> Result<(), Diagnostic>,
    ) -> Result<(), Diagnostic> {
        let places: Vec<Place> = columns.iter().map(|column| fault::column(name, column)).collect();
        for start in (0..self.batch.num_rows()).step_by(ROWS) {
            let length = ROWS.min(self.batch.num_rows() - start);
            let part = self.batch.slice(start, length);
            let first = self.first + start as u64;
            let columns = places
                .iter()
                .map(|place| {
                    let column = place.field.as_deref().unwrap_or_default();
                    let found = part
                        .column_by_name(column)
                        .ok_or_else(|| fault::damaged(name, BROKEN, &format!("`{column}` is not there")))?;
                    array::column(found, place, first)
                })
                .collect::<Result<_, _>>()?;
            sink(first, length, columns)?;
        }
        Ok(())
    }
}

/// Opens a file, projected to `columns`; its batches, and its whole schema.
fn open(input: &Input, is_stream: bool, columns: Option<&[String]>) -> Result<(Reader, SchemaRef), Diagnostic> {
    let bytes = || -> Result<Box<dyn Bytes>, Diagnostic> {
        Ok(match input.seekable()? {
            Seekable::Disk(file) => Box::new(BufReader::new(file)),
            Seekable::Memory(bytes) => Box::new(bytes),
            Seekable::Remote(object) => Box::new(object.reader()),
        })
    };
    let tail = |inner| Tail { inner, last: [0xff; 8] };
    // The schema of a projected reader is projected too, so that the whole one is asked for first.
    let (whole, plain, projected) = (bytes()?, bytes()?, bytes()?);
    let indices = |schema: &Schema| columns.map(|columns| projection(schema, columns));
    guarded(input.name(), BROKEN, || -> Result<_, ArrowError> {
        if is_stream {
            let reader = StreamReader::try_new(tail(whole), None)?;
            let schema = reader.schema();
            let reader = match indices(&schema) {
                None => reader,
                some => StreamReader::try_new(tail(projected), some)?,
            };
            Ok((Reader::Stream(reader), schema))
        } else {
            check_cover(plain)?;
            let reader = FileReader::try_new(whole, None)?;
            let schema = reader.schema();
            let reader = match indices(&schema) {
                None => reader,
                some => FileReader::try_new(projected, some)?,
            };
            Ok((Reader::File(reader), schema))
        }
    })
}

/// Checks that the footer lists everything that lies between the schema and itself.
///
/// The footer alone says which record batches there are; a damaged one can leave some out and still be well formed.
fn check_cover(mut bytes: Box<dyn Bytes>) -> Result<(), ArrowError> {
    // Room for alignment and the mark at the end of the batches; the smallest batch needs more.
    const PADDING: i64 = 64;
    const MAGIC: i64 = 8;
    const TRAILER: i64 = 10;
    let broken = |reason: &str| ArrowError::IpcError(reason.to_owned());
    let size = bytes.seek(SeekFrom::End(0))? as i64;
    let mut word = |at: SeekFrom| -> Result<i64, ArrowError> {
        let mut four = [0; 4];
        bytes.seek(at)?;
        bytes.read_exact(&mut four)?;
        Ok(i64::from(i32::from_le_bytes(four)))
    };
    // A message starts with its length, which today follows a mark of four bytes and once did not.
    let first = word(SeekFrom::Start(8))?;
    let schema = if first == -1 {
        8 + word(SeekFrom::Start(12))?
    } else {
        4 + first
    };
    let length = word(SeekFrom::End(-TRAILER))?;
    let end = size - TRAILER - length;
    if length < 0 || end < MAGIC {
        return Err(broken("its footer is longer than the file"));
    }
    let mut footer = vec![0; length as usize];
    bytes.seek(SeekFrom::Start(end as u64))?;
    bytes.read_exact(&mut footer)?;
    let footer = root_as_footer(&footer).map_err(|error| broken(&format!("its footer is damaged: {error}")))?;
    let extent = |block: &Block| {
        let length = i64::from(block.metaDataLength()).saturating_add(block.bodyLength());
        (block.offset(), length)
    };
    let mut blocks: Vec<(i64, i64)> = footer
        .dictionaries()
        .into_iter()
        .flatten()
        .chain(footer.recordBatches().into_iter().flatten())
        .map(extent)
        .collect();
    blocks.sort_unstable();
    blocks.push((end, 0));
    let mut covered = MAGIC.saturating_add(schema);
    for (offset, length) in blocks {
        let gap = offset.saturating_sub(covered);
        if !(0..=PADDING).contains(&gap) {
            return Err(broken(&format!(
                "its footer leaves out or repeats {} bytes of it",
                gap.abs()
            )));
        }
        covered = offset.saturating_add(length);
    }
    Ok(())
}

/// Positions of the columns, ascending. One column at least: without any, batches don't tell how many rows they have.
fn projection(schema: &Schema, columns: &[String]) -> Vec<usize> {
    let position = |name: &String| schema.fields().iter().position(|field| field.name() == name);
    let mut indices: Vec<usize> = columns.iter().filter_map(position).collect();
    if indices.is_empty() && !schema.fields().is_empty() {
        indices.push(0);
    }
    indices.sort_unstable();
    indices.dedup();
    indices
}
