//! Reads Arrow IPC, projected, one record batch at a time: files with a footer, and streams.

use std::io::{BufReader, Read, Seek, SeekFrom};

use polars::prelude::{ArrowField, ArrowSchema, PolarsResult, Series, polars_err};
use polars_arrow::array::Array;
use polars_arrow::io::ipc::IpcSchema;
use polars_arrow::io::ipc::read::{
    FileMetadata, FileReader, StreamReader, StreamState, read_file_metadata, read_stream_metadata,
};
use polars_arrow::record_batch::RecordBatchT;

use crate::diagnostic::Diagnostic;

use super::fault;
use super::frame::Frame;
use super::guard::guarded;
use super::input::{Input, Seekable};
use super::outlet::Outlet;
use super::schema::FileSchema;
use super::series;

/// What is said of a file that can't be decoded.
const BROKEN: &str = "the Arrow file can't be read";

/// Bytes that can be read from any place.
trait Bytes: Read + Seek {}
impl<T: Read + Seek> Bytes for T {}

/// One record batch.
type Rows = RecordBatchT<Box<dyn Array>>;

/// Record batches of a file or a stream, until the end that the file itself marks.
enum Batches {
    /// Of a file with a footer.
    File(FileReader<Box<dyn Bytes>>),
    /// Of a stream.
    Stream(StreamReader<Box<dyn Bytes>>),
}

/// The columns of a file.
pub(super) fn schema(input: &Input, is_stream: bool) -> Result<FileSchema, Diagnostic> {
    let (schema, _) = open(input, is_stream, None)?;
    let fields = schema
        .iter()
        .map(|(name, field)| series::field(name, field.dtype()))
        .collect();
    Ok(FileSchema {
        fields,
        delimiter_hint: None,
        complete: true,
    })
}

/// Hands on the rows of a file.
pub(super) fn read(
    input: &Input,
    is_stream: bool,
    columns: &[String],
    outlet: &mut Outlet<'_>,
) -> Result<(), Diagnostic> {
    let (schema, mut batches) = open(input, is_stream, Some(columns))?;
    let fields: Vec<ArrowField> = projection(&schema, columns)
        .iter()
        .filter_map(|index| schema.get_at_index(*index).map(|(_, field)| field.clone()))
        .collect();
    let frame = Frame::new(input.name(), columns);
    loop {
        let Some(batch) = guarded(input.name(), BROKEN, || batches.next().transpose())?.flatten() else {
            return match batches {
                // A stream says where it ends; without that, its last batches may be lost.
                Batches::Stream(stream) if !stream.is_finished() => Err(fault::damaged(
                    input.name(),
                    BROKEN,
                    "it ends without its end mark, so it may have been cut short",
                )),
                _ => Ok(()),
            };
        };
        let rows = batch.len();
        let table = guarded(input.name(), BROKEN, || {
            fields
                .iter()
                .zip(batch.into_arrays())
                .map(Series::try_from)
                .collect::<PolarsResult<Vec<_>>>()
        })?;
        frame.send(table, rows, input.size(), outlet)?;
    }
}

/// Opens a file, projected to `columns`; its whole schema, and its batches.
fn open(input: &Input, is_stream: bool, columns: Option<&[String]>) -> Result<(ArrowSchema, Batches), Diagnostic> {
    let mut bytes: Box<dyn Bytes> = match input.seekable()? {
        Seekable::Disk(file) => Box::new(BufReader::new(file)),
        Seekable::Memory(bytes) => Box::new(bytes),
    };
    let indices = |schema: &ArrowSchema| columns.map(|columns| projection(schema, columns));
    guarded(input.name(), BROKEN, || {
        if is_stream {
            let metadata = read_stream_metadata(&mut bytes)?;
            let schema = metadata.schema.clone();
            let repeated = repeats(&schema, &metadata.ipc_schema);
            let projection = indices(&schema);
            Ok((
                repeated,
                schema,
                Batches::Stream(StreamReader::new(bytes, metadata, projection)),
            ))
        } else {
            let metadata = read_file_metadata(&mut bytes)?;
            check_cover(&mut bytes, &metadata)?;
            let schema = ArrowSchema::clone(&metadata.schema);
            let repeated = repeats(&schema, &metadata.ipc_schema);
            let projection = indices(&schema);
            Ok((
                repeated,
                schema,
                Batches::File(FileReader::new(bytes, metadata, projection, None)),
            ))
        }
    })
    .and_then(|(repeated, schema, batches)| {
        if repeated {
            return Err(
                Diagnostic::new("repeated-column", "two columns of the file have the same name")
                    .at(fault::file(input.name()))
                    .help("give each column a name of its own; Arrow files with repeated names can't be told apart"),
            );
        }
        Ok((schema, batches))
    })
}

/// Checks that the footer lists everything that lies between the schema and itself.
///
/// The footer alone says which record batches there are; a damaged one can leave some out and still be well formed.
fn check_cover(bytes: &mut dyn Bytes, metadata: &FileMetadata) -> PolarsResult<()> {
    // Room for alignment and the mark at the end of the batches; the smallest batch needs more.
    const PADDING: i64 = 64;
    const MAGIC: i64 = 8;
    const TRAILER: i64 = 10;
    let mut word = |at: SeekFrom| -> PolarsResult<i64> {
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
    let end = word(SeekFrom::End(-TRAILER)).map(|length| metadata.size as i64 - TRAILER - length)?;
    let mut blocks: Vec<_> = metadata
        .dictionaries
        .iter()
        .flatten()
        .chain(&metadata.blocks)
        .map(|block| {
            (
                block.offset,
                i64::from(block.meta_data_length).saturating_add(block.body_length),
            )
        })
        .collect();
    blocks.sort_unstable();
    blocks.push((end, 0));
    let mut covered = MAGIC.saturating_add(schema);
    for (offset, length) in blocks {
        let gap = offset.saturating_sub(covered);
        if !(0..=PADDING).contains(&gap) {
            return Err(polars_err!(ComputeError: "its footer leaves out or repeats {} bytes of it", gap.abs()));
        }
        covered = offset.saturating_add(length);
    }
    Ok(())
}

/// Whether a name is repeated: the decoder keeps one column of each name, and then confuses those that follow.
fn repeats(schema: &ArrowSchema, ipc: &IpcSchema) -> bool {
    schema.len() != ipc.fields.len()
}

/// Positions of the columns, ascending. One column at least: without any, batches don't tell how many rows they have.
fn projection(schema: &ArrowSchema, columns: &[String]) -> Vec<usize> {
    let mut indices: Vec<usize> = columns.iter().filter_map(|name| schema.index_of(name)).collect();
    if indices.is_empty() && !schema.is_empty() {
        indices.push(0);
    }
    indices.sort_unstable();
    indices.dedup();
    indices
}

impl Iterator for Batches {
    type Item = PolarsResult<Option<Rows>>;

    /// The next batch; nothing inside when a stream has no more bytes.
    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::File(file) => file.next().map(|batch| batch.map(Some)),
            Self::Stream(stream) => stream.next().map(|state| {
                state.map(|state| match state {
                    StreamState::Some(batch) => Some(batch),
                    StreamState::Waiting => None,
                })
            }),
        }
    }
}
