//! Splits delimited text into rows and fields, and says exactly where it can't.
//!
//! Written by hand because an audit needs what general readers hide: the line on which a row starts, a blank line, a
//! quote that is never closed, text after a closing quote, a carriage return that ends no line. Where the text has none
//! of these, it splits as the `csv` crate does (a test holds the two against each other).

use std::io::{self, Read};
use std::ops::Range;

use super::buffer::{Buffer, Stop};

/// Why the text can't be split.
#[derive(Debug)]
pub(super) enum Fault {
    /// The stream failed.
    Io(io::Error),
    /// A quote that is still open at the end of the file: the line it stands on and its 0-based field.
    UnclosedQuote { line: u64, field: usize },
    /// Something other than a delimiter or a line end follows a closing quote.
    TextAfterQuote { line: u64, field: usize },
    /// A carriage return without a line feed, outside quotes.
    BareReturn { line: u64, field: usize },
    /// A row beyond the largest size.
    TooLarge { line: u64 },
}

/// What stands next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// A row; its fields are to be had.
    Row,
    /// A line with nothing on it.
    Blank,
    /// Nothing.
    End,
}

/// How fields are set apart.
#[derive(Clone, Copy)]
struct Rules {
    delimiter: u8,
    quote: u8,
}

/// A field within its row's bytes.
#[derive(Clone)]
struct Field {
    range: Range<usize>,
    doubled: bool,
}

/// What a scan of the bytes in sight came to.
enum Scan {
    /// The row does not end in sight.
    More,
    /// The row takes so many bytes and ends so many lines.
    Row { bytes: usize, lines: u64 },
}

/// The rows of a text.
pub(super) struct Records<R> {
    buffer: Buffer<R>,
    rules: Rules,
    fields: Vec<Field>,
    /// Bytes of the row in hand, given back at the next step.
    held: usize,
    line: u64,
    next_line: u64,
}

impl<R: Read> Records<R> {
    /// The rows of what `buffer` shows.
    pub(super) fn new(buffer: Buffer<R>, delimiter: u8, quote: u8) -> Self {
        Self {
            buffer,
            rules: Rules { delimiter, quote },
            fields: Vec::new(),
            held: 0,
            line: 1,
            next_line: 1,
        }
    }

    /// Steps to the next row or blank line.
    pub(super) fn step(&mut self) -> Result<Next, Fault> {
        self.buffer.advance(self.held);
        self.held = 0;
        self.line = self.next_line;
        loop {
            let bytes = self.buffer.bytes();
            let ended = self.buffer.ended();
            let blank = match bytes {
                [] if ended => return Ok(Next::End),
                [b'\n', ..] => 1,
                [b'\r', b'\n', ..] => 2,
                _ => 0,
            };
            if blank > 0 {
                self.held = blank;
                self.next_line += 1;
                return Ok(Next::Blank);
            }
            if !bytes.is_empty()
                && let Scan::Row { bytes, lines } = scan(self.rules, bytes, ended, self.line, &mut self.fields)?
            {
                self.held = bytes;
                self.next_line += lines;
                self.unquote();
                return Ok(Next::Row);
            }
            self.buffer.refill().map_err(|stop| match stop {
                Stop::Io(error) => Fault::Io(error),
                Stop::TooLarge => Fault::TooLarge { line: self.line },
            })?;
        }
    }

    /// The line on which the row in hand starts.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// How many fields the row in hand has.
    pub(super) fn width(&self) -> usize {
        self.fields.len()
    }

    /// The bytes of the row in hand, line end and all.
    pub(super) fn row(&self) -> &[u8] {
        &self.buffer.bytes()[..self.held]
    }

    /// Where field `index` lies in the row's bytes.
    pub(super) fn range(&self, index: usize) -> Option<Range<usize>> {
        self.fields.get(index).map(|field| field.range.clone())
    }

    /// Undoes doubled quotes, in place: a field only gets shorter.
    fn unquote(&mut self) {
        let quote = self.rules.quote;
        for field in self.fields.iter_mut().filter(|field| field.doubled) {
            let bytes = self.buffer.bytes_mut();
            let mut to = field.range.start;
            let mut from = field.range.start;
            while from < field.range.end {
                bytes[to] = bytes[from];
                from += if bytes[from] == quote { 2 } else { 1 };
                to += 1;
            }
            // What is left over is blanked, so that the row stays text whatever its bytes were.
            bytes[to..field.range.end].fill(b' ');
            field.range.end = to;
        }
    }
}

/// Splits the row at the start of `bytes`, which is not empty and not a blank line.
fn scan(rules: Rules, bytes: &[u8], ended: bool, first_line: u64, fields: &mut Vec<Field>) -> Result<Scan, Fault> {
    fields.clear();
    let mut at = 0;
    let mut lines = 0;
    loop {
        let field = fields.len();
        if bytes.get(at) == Some(&rules.quote) {
            let opened = first_line + lines;
            let Some((end, doubled, inner)) = quoted(rules.quote, bytes, at + 1, ended) else {
                return if ended {
                    Err(Fault::UnclosedQuote { line: opened, field })
                } else {
                    Ok(Scan::More)
                };
            };
            lines += inner;
            fields.push(Field {
                range: at + 1..end,
                doubled,
            });
            at = end + 1;
        } else {
            let length = bytes[at..]
                .iter()
                .position(|byte| *byte == rules.delimiter || *byte == b'\n' || *byte == b'\r');
            let Some(length) = length.or(ended.then_some(bytes.len() - at)) else {
                return Ok(Scan::More);
            };
            fields.push(Field {
                range: at..at + length,
                doubled: false,
            });
            at += length;
        }
        let line = first_line + lines;
        match (bytes.get(at), bytes.get(at + 1)) {
            (None, _) if ended => {
                return Ok(Scan::Row {
                    bytes: at,
                    lines: lines + 1,
                });
            }
            (None, _) => return Ok(Scan::More),
            (Some(byte), _) if *byte == rules.delimiter => at += 1,
            (Some(b'\n'), _) => {
                return Ok(Scan::Row {
                    bytes: at + 1,
                    lines: lines + 1,
                });
            }
            (Some(b'\r'), Some(b'\n')) => {
                return Ok(Scan::Row {
                    bytes: at + 2,
                    lines: lines + 1,
                });
            }
            (Some(b'\r'), None) if !ended => return Ok(Scan::More),
            (Some(b'\r'), _) => return Err(Fault::BareReturn { line, field }),
            _ => return Err(Fault::TextAfterQuote { line, field }),
        }
    }
}

/// Finds the quote that closes a field whose text starts at `from`: its position, whether the field holds doubled
/// quotes, and how many lines end within. `None` when it is not in sight.
fn quoted(quote: u8, bytes: &[u8], from: usize, ended: bool) -> Option<(usize, bool, u64)> {
    let mut doubled = false;
    let mut lines = 0;
    let mut at = from;
    loop {
        let found = at + memchr::memchr2(quote, b'\n', bytes.get(at..)?)?;
        at = found + 1;
        if bytes[found] != quote {
            lines += 1;
        } else if bytes.get(at) == Some(&quote) {
            doubled = true;
            at += 1;
        } else if at < bytes.len() || ended {
            return Some((found, doubled, lines));
        } else {
            // The next byte decides whether this quote closes.
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::buffer::Buffer;
    use super::{Fault, Next, Records};

    /// Line and fields of every row, as long as the text can be split; `None` once it can't.
    fn rows(text: &[u8], window: usize) -> Option<Vec<(u64, Vec<Vec<u8>>)>> {
        let mut records = Records::new(Buffer::with_sizes(text, window, 1 << 20), b',', b'"');
        let mut rows = Vec::new();
        loop {
            match records.step().ok()? {
                Next::End => return Some(rows),
                Next::Blank => {}
                Next::Row => {
                    let field = |index| records.row()[records.range(index).unwrap()].to_vec();
                    rows.push((records.line(), (0..records.width()).map(field).collect()));
                }
            }
        }
    }

    /// The same as the `csv` crate sees it, which knows no faults here and gives lines before blank ones.
    fn rows_of_csv_crate(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text)
            .byte_records()
            .map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect())
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn splits_as_the_csv_crate_does(text in r#"([ab,]|"|""|\n|\r\n|é){0,40}"#, window in 1_usize..20) {
            if let Some(rows) = rows(text.as_bytes(), window) {
                let fields: Vec<_> = rows.into_iter().map(|(_, fields)| fields).collect();
                prop_assert_eq!(fields, rows_of_csv_crate(text.as_bytes()));
            }
        }

        #[test]
        fn any_fields_come_back_from_quotes(
            table in prop::collection::vec(prop::collection::vec("[ab,\"\n\ré]{0,6}", 3), 1..6),
            window in 1_usize..20,
        ) {
            let mut text = String::new();
            let mut lines = Vec::new();
            for fields in &table {
                lines.push(1 + text.matches('\n').count() as u64);
                let quoted: Vec<_> = fields.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
                text.push_str(&quoted.join(","));
                text.push_str("\r\n");
            }
            let expected: Vec<(u64, Vec<Vec<u8>>)> = lines
                .into_iter()
                .zip(table)
                .map(|(line, fields)| (line, fields.into_iter().map(String::into_bytes).collect()))
                .collect();
            prop_assert_eq!(rows(text.as_bytes(), window), Some(expected));
        }
    }

    #[test]
    fn a_row_beyond_the_largest_size_is_told() {
        let mut records = Records::new(Buffer::with_sizes(&b"a,b\n1,\"long long long"[..], 4, 8), b',', b'"');
        assert_eq!(records.step().unwrap(), Next::Row);
        assert!(matches!(records.step(), Err(Fault::TooLarge { line: 2 })));
    }

    #[test]
    fn a_row_may_end_without_a_line_end() {
        let row = |fields: &[&str]| fields.iter().map(|field| field.as_bytes().to_vec()).collect::<Vec<_>>();
        assert_eq!(
            rows(b"a,b\n1,", 3),
            Some(vec![(1, row(&["a", "b"])), (2, row(&["1", ""]))])
        );
        assert_eq!(rows(b"a,\"b\"", 3), Some(vec![(1, row(&["a", "b"]))]));
    }
}
