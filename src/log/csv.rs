//! Reads delimited text: every row with its line, every fault with its place, no type guessed.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Place};
use crate::plan::{Csv, Kind};

use super::blocks::{Blocks, Rows, Stop};
use super::column::{Block, Column, MISSING, Part, TextColumn};
use super::fault;
use super::input::{Bytes, Input, Taken};
use super::schema::{Field, FileSchema};
use super::sniff;
use super::split::{Fault, Next, Rules, Scan, Split, scan, unquoted};

/// What is known of a file of delimited text before its first row.
#[derive(Debug)]
pub(super) struct Text {
    name: String,
    header: Vec<String>,
    rules: Rules,
    nulls: Vec<String>,
    allow_short: bool,
    /// Positions in the header of the columns asked for.
    columns: Vec<usize>,
}

/// The rows of a block.
pub(super) struct Read {
    pub(super) lines: Vec<u64>,
    pub(super) columns: Vec<Column>,
    /// Rows that had fewer fields than the header.
    pub(super) short_rows: u64,
}

/// The columns of a file: all text, as nothing in the file says otherwise.
pub(super) fn schema(input: &Input, csv: &Csv, tabs: bool) -> Result<FileSchema, Diagnostic> {
    let (text, _) = open(input, csv, tabs, Taken::default())?;
    Ok(FileSchema {
        delimiter_hint: delimiter_hint(&text.header),
        fields: text
            .header
            .into_iter()
            .map(|name| Field::new(name, Kind::Text))
            .collect(),
        complete: true,
    })
}

/// Opens a file to read `columns` (positions in its header): what its blocks need, and the blocks.
pub(super) fn blocks(
    input: &Input,
    csv: &Csv,
    tabs: bool,
    columns: Vec<usize>,
    taken: Taken,
) -> Result<(Text, Blocks<Bytes>), Diagnostic> {
    let (mut text, blocks) = open(input, csv, tabs, taken)?;
    text.columns = columns;
    Ok((text, blocks))
}

/// Opens a file and reads its header.
fn open(input: &Input, csv: &Csv, tabs: bool, taken: Taken) -> Result<(Text, Blocks<Bytes>), Diagnostic> {
    let head = input.head()?;
    let mark = sniff::text_start(input.name(), &head)?;
    let delimiter = csv
        .delimiter
        .or(tabs.then_some(b'\t'))
        .or_else(|| other_delimiter(head.get(mark..).unwrap_or_default(), csv.quote))
        .unwrap_or(b',');
    check_marks(delimiter, csv.quote)?;
    let rules = Rules {
        delimiter,
        quote: csv.quote,
    };
    let mut text = Text {
        name: input.name().to_owned(),
        header: Vec::new(),
        rules,
        nulls: csv.null_values.clone(),
        allow_short: csv.allow_short_rows,
        columns: Vec::new(),
    };
    let mut blocks = Blocks::new(input.unpacked(taken)?, Some((csv.quote, delimiter)));
    blocks.skip(mark).map_err(|stop| stopped(input, stop))?;
    let mut header = Vec::new();
    blocks
        .first(|bytes, ended| text.read_header(bytes, ended, &mut header))
        .map_err(|fault| match fault {
            NoHeader::Stop(stop) => stopped(input, stop),
            NoHeader::Told(told) => told,
        })?;
    text.header = header;
    Ok((text, blocks))
}

/// What to tell when a stream of text breaks off.
pub(super) fn stopped(input: &Input, stop: Stop) -> Diagnostic {
    match stop {
        Stop::Io(error) => input.failed(&error),
        Stop::TooLarge(line) => Diagnostic::new("row-too-large", "the row does not end within 256 MiB")
            .at(fault::line(input.name(), line))
            .help("look for a quote that is not closed on this line"),
    }
}

/// Why there is no header.
enum NoHeader {
    Stop(Stop),
    Told(Diagnostic),
}

impl From<Stop> for NoHeader {
    fn from(stop: Stop) -> Self {
        Self::Stop(stop)
    }
}

impl Text {
    /// Reads the header at the start of a text into `names`: how many bytes and lines it takes, once it is in sight.
    fn read_header(&self, bytes: &[u8], ended: bool, names: &mut Vec<String>) -> Result<Option<(usize, u64)>, NoHeader> {
        let told = NoHeader::Told;
        match bytes {
            [] => return Err(told(fault::empty_file(&self.name))),
            [b'\n', ..] | [b'\r', b'\n', ..] => {
                return Err(told(fault::blank_line(&self.name, 1, "let the file start with its header")));
            }
            _ => {}
        }
        let mut fields = Vec::new();
        let scanned = scan(self.rules, bytes, 0, ended, 1, &mut fields).map_err(|fault| told(self.explain(&fault)))?;
        let Scan::Row { bytes: length, lines } = scanned else {
            return Ok(None);
        };
        let text = self.row_text(&bytes[..length], 0, &fields, 1).map_err(told)?;
        names.extend(fields.iter().map(|field| {
            let inner = text.get(field.start..field.end).unwrap_or_default();
            let mut name = String::new();
            if field.doubled {
                unquoted(inner, self.rules.quote, &mut name);
            } else {
                name.push_str(inner);
            }
            name
        }));
        Ok(Some((length, lines)))
    }

    /// Reads the rows of a block.
    pub(super) fn read(&self, rows: Rows) -> Result<Read, Diagnostic> {
        let line = rows.line;
        // Checked as a whole, which is fast; row by row only when something is wrong.
        match String::from_utf8(rows.bytes) {
            Ok(text) => self.read_text(text, line),
            Err(error) => Err(self.find_bad_text(error.as_bytes(), line)),
        }
    }

    fn read_text(&self, text: String, line: u64) -> Result<Read, Diagnostic> {
        let has_nul = memchr::memchr(0, text.as_bytes()).is_some();
        let mut more = String::new();
        let rows = text.len() / 32 + 1;
        let mut lines = Vec::with_capacity(rows);
        let mut parts: Vec<Vec<Part>> = self.columns.iter().map(|_| Vec::with_capacity(rows)).collect();
        let mut short_rows = 0;
        let mut blank = None;
        let mut split = Split::new(text.as_bytes(), self.rules, line);
        loop {
            match split.step().map_err(|fault| self.explain(&fault))? {
                Next::End => break,
                // Harmless at the end of the file, so it is judged only when a row follows.
                Next::Blank if self.header.len() > 1 => blank = blank.or(Some(split.line)),
                Next::Blank => return Err(self.blank(split.line)),
                Next::Row => {
                    if let Some(line) = blank {
                        return Err(self.blank(line));
                    }
                    if split.fields.len() != self.header.len() {
                        self.check_width(split.fields.len(), split.line)?;
                        short_rows += 1;
                    }
                    lines.push(split.line);
                    for (parts, &index) in parts.iter_mut().zip(&self.columns) {
                        let Some(field) = split.fields.get(index) else {
                            parts.push(MISSING);
                            continue;
                        };
                        if field.start == field.end {
                            parts.push(MISSING);
                            continue;
                        }
                        let inner = &text[field.start..field.end];
                        if has_nul && inner.contains('\0') {
                            return Err(Diagnostic::new("nul-byte", "the field holds a NUL byte")
                                .at(self.place(split.line, index))
                                .help("find out what wrote it; text has no NUL bytes"));
                        }
                        let (mut start, mut value) = (field.start, inner);
                        let mut anew = more.len();
                        if field.doubled {
                            unquoted(inner, self.rules.quote, &mut more);
                            start = text.len() + anew;
                            value = &more[anew..];
                        }
                        anew = value.len();
                        let missing = !self.nulls.is_empty() && self.nulls.iter().any(|null| null == value);
                        parts.push(if missing { MISSING } else { (start as u32, anew as u32) });
                    }
                }
            }
        }
        let block = Arc::new(Block { text, more });
        Ok(Read {
            lines,
            columns: parts
                .into_iter()
                .map(|parts| Column::Text(TextColumn::of_parts(Arc::clone(&block), parts)))
                .collect(),
            short_rows,
        })
    }

    /// The first fault of a block that is not all UTF-8.
    fn find_bad_text(&self, bytes: &[u8], line: u64) -> Diagnostic {
        let valid = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
        let mut split = Split::new(bytes, self.rules, line);
        let mut blank = None;
        let mut start = 0;
        loop {
            match split.step() {
                Err(fault) => return self.explain(&fault),
                Ok(Next::End) => break,
                Ok(Next::Blank) if self.header.len() > 1 => blank = blank.or(Some(split.line)),
                Ok(Next::Blank) => return self.blank(split.line),
                Ok(Next::Row) => {
                    if let Some(line) = blank {
                        return self.blank(line);
                    }
                    let end = split.position();
                    if valid < end {
                        return match self.row_text(&bytes[start..end], start, &split.fields, split.line) {
                            Err(told) => told,
                            Ok(_) => fault::not_utf8(self.place(split.line, 0), "field 1"),
                        };
                    }
                    // A row before it may have a fault of its own.
                    if split.fields.len() != self.header.len()
                        && let Err(told) = self.check_width(split.fields.len(), split.line)
                    {
                        return told;
                    }
                }
            }
            start = split.position();
        }
        fault::not_utf8(fault::line(&self.name, split.line), "the text")
    }

    /// The text of a row whose first byte is at `start` of what `fields` are measured in.
    fn row_text<'b>(
        &self,
        row: &'b [u8],
        start: usize,
        fields: &[super::split::Field],
        line: u64,
    ) -> Result<&'b str, Diagnostic> {
        std::str::from_utf8(row).map_err(|error| {
            let at = start + error.valid_up_to();
            let field = fields.iter().position(|field| at < field.end).unwrap_or(0);
            fault::not_utf8(self.place(line, field), &format!("field {}", field + 1))
        })
    }

    /// Checks the number of fields of a row that has not as many as the header: fewer are allowed or not, more never.
    fn check_width(&self, width: usize, line: u64) -> Result<(), Diagnostic> {
        let expected = self.header.len();
        if width <= expected && self.allow_short {
            return Ok(());
        }
        let message = format!("the row has {}, the header has {expected}", count(width, "field"));
        let diagnostic = Diagnostic::new("ragged-row", message).at(fault::line(&self.name, line));
        Err(if width < expected {
            diagnostic.help(
                "repair the row, or set `csv = { short_rows = \"allow\" }` (or --allow-short-rows) to read the fields that \
                 are not there as empty",
            )
        } else {
            diagnostic.help("put quotes around a field that holds the delimiter")
        })
    }

    /// The error of a blank line among rows.
    fn blank(&self, line: u64) -> Diagnostic {
        let advice = if self.header.len() > 1 {
            "remove the line, or find out which row was lost there"
        } else {
            "write an empty value as `\"\"`; a blank line could be one, or nothing"
        };
        fault::blank_line(&self.name, line, advice)
    }

    /// A field of the file; its column's name too, where the header has one.
    fn place(&self, line: u64, field: usize) -> Place {
        Place {
            column: Some(field as u64 + 1),
            field: self.header.get(field).cloned(),
            ..fault::line(&self.name, line)
        }
    }

    /// What to tell when the text can't be split.
    fn explain(&self, fault: &Fault) -> Diagnostic {
        match *fault {
            Fault::UnclosedQuote { line, field } => {
                Diagnostic::new("unclosed-quote", "the quote that opens here is never closed")
                    .at(self.place(line, field))
                    .help("close the quote; every row after it would be read as part of this field")
            }
            Fault::TextAfterQuote { line, field } => {
                Diagnostic::new("text-after-quote", "text follows the quote that closes the field")
                    .at(self.place(line, field))
                    .help("write a quote inside a quoted field twice, or check where the quote should have closed")
            }
            Fault::BareReturn { line, field } => Diagnostic::new(
                "bare-carriage-return",
                "a carriage return stands alone, without a line feed",
            )
            .at(self.place(line, field))
            .help(
                "convert old Mac line ends with `tr '\\r' '\\n' < FILE > NEW`, or put quotes around a field that \
                         holds one",
            ),
        }
    }
}

/// Checks that delimiter and quote can be told apart from each other, from line ends and from letters.
fn check_marks(delimiter: u8, quote: u8) -> Result<(), Diagnostic> {
    let usable = |byte: u8| byte.is_ascii() && !byte.is_ascii_alphanumeric() && !matches!(byte, b'\n' | b'\r' | 0);
    if usable(delimiter) && usable(quote) && delimiter != quote {
        return Ok(());
    }
    Err(Diagnostic::new(
        "unusable-delimiter",
        "the delimiter and the quote must be two different ASCII marks",
    )
    .help("use a comma, semicolon, tab or bar as the delimiter, and `\"` as the quote"))
}

/// The delimiter that the file's own header shows, when nobody named one and it is not a comma.
///
/// # Errors
/// A file that can't be read.
pub(super) fn seen_delimiter(input: &Input, csv: &Csv, tabs: bool) -> Result<Option<char>, Diagnostic> {
    if csv.delimiter.is_some() || tabs {
        return Ok(None);
    }
    let head = input.head()?;
    let mark = sniff::text_start(input.name(), &head)?;
    Ok(other_delimiter(head.get(mark..).unwrap_or_default(), csv.quote).map(char::from))
}

/// The one delimiter other than a comma that stands in the first line, outside quotes, when no comma does.
///
/// Only what can't be mistaken is taken up: a header with two candidates, or with commas, is read with commas.
fn other_delimiter(text: &[u8], quote: u8) -> Option<u8> {
    let mut quoted = false;
    let mut seen: Vec<u8> = Vec::new();
    for byte in text {
        match byte {
            b'\n' | b'\r' if !quoted => break,
            byte if *byte == quote => quoted = !quoted,
            b',' if !quoted => return None,
            b';' | b'\t' | b'|' if !quoted && !seen.contains(byte) => seen.push(*byte),
            _ => {}
        }
    }
    match seen.as_slice() {
        [only] => Some(*only),
        _ => None,
    }
}

/// The delimiter that a header of one field seems to use.
fn delimiter_hint(header: &[String]) -> Option<char> {
    match header {
        [only] => [';', '\t', '|', ','].into_iter().find(|mark| only.contains(*mark)),
        _ => None,
    }
}

/// `1 field`, `2 fields`.
fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{number} {noun}s")
    }
}
