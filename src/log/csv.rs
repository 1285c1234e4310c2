//! Reads delimited text: every row with its line, every fault with its place, no type guessed.

use crate::diagnostic::{Diagnostic, Place};
use crate::plan::{Csv, Kind};

use super::buffer::Buffer;
use super::fault;
use super::input::{Input, Taken};
use super::outlet::{Outlet, TextRows};
use super::records::{Fault, Next, Records};
use super::schema::{Field, FileSchema};
use super::sniff;

/// A file of delimited text, past its header.
struct Text<'a> {
    input: &'a Input,
    records: Records<Box<dyn std::io::Read>>,
    header: Vec<String>,
    taken: Taken,
}

/// The columns of a file: all text, as nothing in the file says otherwise.
pub(super) fn schema(input: &Input, csv: &Csv, tabs: bool) -> Result<FileSchema, Diagnostic> {
    let text = Text::open(input, csv, tabs)?;
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

/// Hands on the rows of a file; `columns` are positions in its header.
pub(super) fn read(
    input: &Input,
    csv: &Csv,
    tabs: bool,
    columns: &[usize],
    outlet: &mut Outlet<'_>,
) -> Result<(), Diagnostic> {
    let mut text = Text::open(input, csv, tabs)?;
    let nulls: Vec<&str> = csv.null_values.iter().map(String::as_str).collect();
    let mut rows = TextRows::new(columns.len());
    let mut blank = None;
    loop {
        match text.step()? {
            Next::End => break,
            // Harmless at the end of the file, so it is judged only when a row follows.
            Next::Blank if text.header.len() > 1 => blank = blank.or(Some(text.records.line())),
            Next::Blank => return Err(text.blank(text.records.line())),
            Next::Row => {
                if let Some(line) = blank {
                    return Err(text.blank(line));
                }
                if text.check_width(csv.allow_short_rows)? {
                    outlet.count_short_row();
                }
                text.push_row(columns, &nulls, &mut rows)?;
                rows.end_row(text.records.line(), outlet, &text.taken)?;
            }
        }
    }
    rows.flush(outlet, &text.taken)
}

impl<'a> Text<'a> {
    /// Opens a file and reads its header.
    fn open(input: &'a Input, csv: &Csv, tabs: bool) -> Result<Self, Diagnostic> {
        let head = input.head()?;
        let mark = sniff::text_start(input.name(), &head)?;
        let delimiter = csv
            .delimiter
            .or(tabs.then_some(b'\t'))
            .or_else(|| other_delimiter(head.get(mark..).unwrap_or_default(), csv.quote))
            .unwrap_or(b',');
        check_marks(delimiter, csv.quote)?;
        let taken = Taken::default();
        let mut buffer = Buffer::new(input.unpacked(Taken::clone(&taken))?);
        buffer.skip(mark).map_err(|error| input.failed(&error))?;
        let records = Records::new(buffer, delimiter, csv.quote);
        let mut text = Self {
            input,
            records,
            header: Vec::new(),
            taken,
        };
        match text.step()? {
            Next::End => return Err(fault::empty_file(input.name())),
            Next::Blank => {
                return Err(fault::blank_line(input.name(), 1, "let the file start with its header"));
            }
            Next::Row => {}
        }
        text.header = text.fields()?.into_iter().map(str::to_owned).collect();
        Ok(text)
    }

    /// Steps to the next row, with every fault told.
    fn step(&mut self) -> Result<Next, Diagnostic> {
        self.records.step().map_err(|fault| self.explain(fault))
    }

    /// The text of the row in hand.
    fn row_text(&self) -> Result<&str, Diagnostic> {
        std::str::from_utf8(self.records.row()).map_err(|error| {
            let at = error.valid_up_to();
            let field = (0..self.records.width())
                .find(|index| self.records.range(*index).is_some_and(|range| at < range.end))
                .unwrap_or(0);
            Diagnostic::new("not-utf8", format!("field {} is not valid UTF-8", field + 1))
                .at(self.place(self.records.line(), field))
                .help("convert the file, for instance with `iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW`")
        })
    }

    /// All fields of the row in hand.
    fn fields(&self) -> Result<Vec<&str>, Diagnostic> {
        let text = self.row_text()?;
        let get = |index| {
            self.records
                .range(index)
                .and_then(|range| text.get(range))
                .unwrap_or_default()
        };
        Ok((0..self.records.width()).map(get).collect())
    }

    /// Appends the asked-for fields of the row in hand.
    fn push_row(&self, columns: &[usize], nulls: &[&str], rows: &mut TextRows) -> Result<(), Diagnostic> {
        let text = self.row_text()?;
        let has_nul = memchr::memchr(0, text.as_bytes()).is_some();
        for (slot, index) in columns.iter().enumerate() {
            let value = self
                .records
                .range(*index)
                .and_then(|range| text.get(range))
                .unwrap_or_default();
            if has_nul && value.contains('\0') {
                return Err(Diagnostic::new("nul-byte", "the field holds a NUL byte")
                    .at(self.place(self.records.line(), *index))
                    .help("find out what wrote it; text has no NUL bytes"));
            }
            let missing = value.is_empty() || nulls.contains(&value);
            rows.push(slot, (!missing).then_some(value));
        }
        Ok(())
    }

    /// Checks the number of fields; whether the row has fewer than the header, where that is allowed.
    fn check_width(&self, allow_short: bool) -> Result<bool, Diagnostic> {
        let (width, expected) = (self.records.width(), self.header.len());
        if width == expected {
            return Ok(false);
        }
        if width < expected && allow_short {
            return Ok(true);
        }
        let message = format!("the row has {}, the header has {expected}", count(width, "field"));
        let diagnostic = Diagnostic::new("ragged-row", message).at(fault::line(self.input.name(), self.records.line()));
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
        fault::blank_line(self.input.name(), line, advice)
    }

    /// A field of the file; its column's name too, where the header has one.
    fn place(&self, line: u64, field: usize) -> Place {
        Place {
            column: Some(field as u64 + 1),
            field: self.header.get(field).cloned(),
            ..fault::line(self.input.name(), line)
        }
    }

    /// What to tell when the text can't be split.
    fn explain(&self, fault: Fault) -> Diagnostic {
        match fault {
            Fault::Io(error) => self.input.failed(&error),
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
            Fault::TooLarge { line } => Diagnostic::new("row-too-large", "the row does not end within 256 MiB")
                .at(fault::line(self.input.name(), line))
                .help("look for a quote that is not closed on this line"),
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
