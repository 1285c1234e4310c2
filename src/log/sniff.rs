//! Which format and compression a file has: by its first bytes, then its name, then its first character.

use crate::diagnostic::{Diagnostic, Place};
use crate::plan::Format;

use super::fault;

/// How the bytes of a file are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// Not at all.
    Plain,
    /// One or more gzip members.
    Gzip,
    /// One or more Zstandard frames.
    Zstd,
}

/// What a file is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Delimited text; `tabs` when the name says that tabs delimit.
    Csv {
        /// Whether the delimiter is a tab unless told otherwise.
        tabs: bool,
    },
    /// One JSON object per line.
    Ndjson,
    /// Parquet.
    Parquet,
    /// Arrow IPC with a footer.
    ArrowFile,
    /// Arrow IPC without one.
    ArrowStream,
}

impl Reading {
    /// The format as the plan knows it.
    fn format(self) -> Format {
        match self {
            Self::Csv { .. } => Format::Csv,
            Self::Ndjson => Format::Ndjson,
            Self::Parquet => Format::Parquet,
            Self::ArrowFile | Self::ArrowStream => Format::Arrow,
        }
    }
}

/// First bytes of files that look like a table to people and can't be read here, with what to do.
const FOREIGN: &[(&[u8], &str, &str)] = &[
    (
        b"PK\x03\x04",
        "a ZIP archive or an Excel workbook",
        "unpack it, or export the sheet as CSV",
    ),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "export the sheet as CSV"),
    (
        b"BZh",
        "packed with bzip2",
        "unpack it with `bunzip2`, or pack it with gzip or zstd",
    ),
    (
        b"\xfd7zXZ\x00",
        "packed with xz",
        "unpack it with `unxz`, or pack it with gzip or zstd",
    ),
    (b"Obj\x01", "an Avro file", "convert it to Parquet or CSV"),
    (b"ORC", "an ORC file", "convert it to Parquet or CSV"),
    (
        b"FEA1",
        "a Feather file of the first version",
        "write it again as Feather 2 (Arrow IPC)",
    ),
    (b"SQLite format 3\0", "an SQLite database", "export the table as CSV"),
];

/// How a file that starts with `head` is packed.
pub(super) fn packing(head: &[u8]) -> Packing {
    match head {
        [0x1f, 0x8b, ..] => Packing::Gzip,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Packing::Zstd,
        _ => Packing::Plain,
    }
}

/// What a file is read as: `head` are its first bytes, unpacked; `told` is what the spec says.
pub(super) fn reading(name: &str, head: &[u8], packed: Packing, told: Option<Format>) -> Result<Reading, Diagnostic> {
    let magic = magic(head);
    if packed != Packing::Plain && magic.is_some() {
        return Err(Diagnostic::new(
            "packed-table",
            "a Parquet or Arrow file inside gzip or zstd can't be read",
        )
        .at(Place::of_file(name))
        .help("unpack it first; both formats compress their own columns"));
    }
    if let (Some(told), Some(found)) = (told, magic)
        && told != found.format()
    {
        return Err(Diagnostic::new(
            "format-mismatch",
            format!(
                "the spec says that the file is {}, its first bytes say {}",
                title(told),
                title(found.format())
            ),
        )
        .at(Place::of_file(name))
        .help("leave the format out of the spec; it is recognised"));
    }
    if let Some(found) = magic {
        return Ok(found);
    }
    if let Some((_, what, advice)) = FOREIGN.iter().find(|(bytes, ..)| head.starts_with(bytes)) {
        return Err(
            Diagnostic::new("unknown-format", format!("the file is {what}, which can't be read"))
                .at(Place::of_file(name))
                .help(*advice),
        );
    }
    let by_name = by_name(name);
    let tabs = by_name == Some(Reading::Csv { tabs: true });
    Ok(match told {
        Some(Format::Csv) => Reading::Csv { tabs },
        Some(Format::Ndjson) => Reading::Ndjson,
        Some(Format::Parquet) => Reading::Parquet,
        Some(Format::Arrow) => Reading::ArrowFile,
        None => by_name.unwrap_or_else(|| by_content(head)),
    })
}

/// A format's name.
fn title(format: Format) -> &'static str {
    match format {
        Format::Csv => "delimited text",
        Format::Ndjson => "JSON lines",
        Format::Parquet => "Parquet",
        Format::Arrow => "Arrow IPC",
    }
}

/// The format that the first bytes prove.
fn magic(head: &[u8]) -> Option<Reading> {
    if head.starts_with(b"PAR1") {
        Some(Reading::Parquet)
    } else if head.starts_with(b"ARROW1") {
        Some(Reading::ArrowFile)
    } else if head.starts_with(&[0xff; 4]) {
        // The mark that each message of an Arrow stream starts with; no text starts so.
        Some(Reading::ArrowStream)
    } else {
        None
    }
}

/// The format that the name tells.
fn by_name(name: &str) -> Option<Reading> {
    let lower = name.to_lowercase();
    let plain = lower
        .strip_suffix(".gz")
        .or(lower.strip_suffix(".zst"))
        .unwrap_or(&lower);
    let (_, suffix) = plain.rsplit_once('.')?;
    match suffix {
        "csv" => Some(Reading::Csv { tabs: false }),
        "tsv" | "tab" => Some(Reading::Csv { tabs: true }),
        "ndjson" | "jsonl" | "json" => Some(Reading::Ndjson),
        "parquet" | "pq" => Some(Reading::Parquet),
        "arrow" | "ipc" | "feather" => Some(Reading::ArrowFile),
        "arrows" => Some(Reading::ArrowStream),
        _ => None,
    }
}

/// The format that the first character suggests.
fn by_content(head: &[u8]) -> Reading {
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => Reading::Ndjson,
        _ => Reading::Csv { tabs: false },
    }
}

/// Checks that text is UTF-8 as far as its first bytes tell, and says how many bytes its byte-order mark takes.
pub(super) fn text_start(name: &str, head: &[u8]) -> Result<usize, Diagnostic> {
    if head.is_empty() {
        return Err(fault::empty_file(name));
    }
    if head.starts_with(b"\xef\xbb\xbf") {
        return if head.len() == 3 {
            Err(fault::empty_file(name))
        } else {
            Ok(3)
        };
    }
    let wide = match head {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some("UTF-32"),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16"),
        // Text without a mark: only wide encodings put NULs into the first line.
        _ if head[..memchr::memchr(b'\n', head).unwrap_or(head.len()).min(4096)].contains(&0) => Some("UTF-16"),
        _ => None,
    };
    match wide {
        None => Ok(0),
        Some(encoding) => Err(
            Diagnostic::new("not-utf8", format!("the file looks like {encoding}, not UTF-8"))
                .at(Place::of_file(name))
                .help(format!("convert it: `iconv -f {encoding} -t UTF-8 FILE > NEW`")),
        ),
    }
}
