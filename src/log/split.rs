//! Splits delimited text into rows and fields, and says exactly where it can't.
//!
//! Written by hand because an audit needs what general readers hide: the line on which a row starts, a blank line, a
//! quote that is never closed, text after a closing quote, a carriage return that ends no line. Where the text has none
//! of these, it splits as the `csv` crate does (a test holds the two against each other).

/// Why the text can't be split.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A quote that is still open at the end of the file: the line it stands on and its 0-based field.
    UnclosedQuote { line: u64, field: usize },
    /// Something other than a delimiter or a line end follows a closing quote.
    TextAfterQuote { line: u64, field: usize },
    /// A carriage return without a line feed, outside quotes.
    BareReturn { line: u64, field: usize },
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
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules {
    pub(super) delimiter: u8,
    pub(super) quote: u8,
}

/// A field within the bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) start: usize,
    pub(super) end: usize,
    /// It holds quotes that stand for one each.
    pub(super) doubled: bool,
}

/// What a scan of the bytes in sight came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Scan {
    /// The row does not end in sight.
    More,
    /// The row takes so many bytes and ends so many lines.
    Row { bytes: usize, lines: u64 },
}

/// The rows of a block of text that holds whole rows only.
pub(super) struct Split<'a> {
    bytes: &'a [u8],
    rules: Rules,
    /// Fields of the row in hand, within all bytes.
    pub(super) fields: Vec<Field>,
    /// Where the next row starts.
    at: usize,
    /// The line on which the row in hand starts.
    pub(super) line: u64,
    next_line: u64,
}

impl<'a> Split<'a> {
    /// The rows of `bytes`, which start on `line`.
    pub(super) fn new(bytes: &'a [u8], rules: Rules, line: u64) -> Self {
        Self {
            bytes,
            rules,
            fields: Vec::new(),
            at: 0,
            line,
            next_line: line,
        }
    }

    /// Where the row in hand ends: the bytes taken so far.
    pub(super) fn position(&self) -> usize {
        self.at
    }

    /// Steps to the next row or blank line.
    pub(super) fn step(&mut self) -> Result<Next, Fault> {
        self.line = self.next_line;
        let rest = &self.bytes[self.at..];
        let blank = match rest {
            [] => return Ok(Next::End),
            [b'\n', ..] => 1,
            [b'\r', b'\n', ..] => 2,
            _ => 0,
        };
        if blank > 0 {
            self.at += blank;
            self.next_line += 1;
            return Ok(Next::Blank);
        }
        match scan(self.rules, self.bytes, self.at, true, self.line, &mut self.fields)? {
            Scan::Row { bytes, lines } => {
                self.at += bytes;
                self.next_line += lines;
                Ok(Next::Row)
            }
            // Not reached: what ends in sight has a row or a fault.
            Scan::More => Ok(Next::End),
        }
    }
}

/// Writes a field with doubled quotes as it is meant.
pub(super) fn unquoted(text: &str, quote: u8, to: &mut String) {
    let quote = char::from(quote);
    let mut skip = false;
    for c in text.chars() {
        skip = c == quote && !skip;
        if !skip {
            to.push(c);
        }
    }
}

/// Splits the row that starts at `from`, which is before the end of `bytes` and not at a blank line. `ended`: the text
/// ends with `bytes`.
pub(super) fn scan(
    rules: Rules,
    bytes: &[u8],
    from: usize,
    ended: bool,
    first_line: u64,
    fields: &mut Vec<Field>,
) -> Result<Scan, Fault> {
    fields.clear();
    let mut at = from;
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
                start: at + 1,
                end,
                doubled,
            });
            at = end + 1;
        } else {
            let end = field_end(rules.delimiter, bytes, at);
            if end == bytes.len() && !ended {
                return Ok(Scan::More);
            }
            fields.push(Field {
                start: at,
                end,
                doubled: false,
            });
            at = end;
        }
        let line = first_line + lines;
        let row = |end: usize| {
            Ok(Scan::Row {
                bytes: end - from,
                lines: lines + 1,
            })
        };
        match (bytes.get(at), bytes.get(at + 1)) {
            (Some(byte), _) if *byte == rules.delimiter => at += 1,
            (Some(b'\n'), _) => return row(at + 1),
            (Some(b'\r'), Some(b'\n')) => return row(at + 2),
            (None, _) if ended => return row(at),
            (None, _) => return Ok(Scan::More),
            (Some(b'\r'), None) if !ended => return Ok(Scan::More),
            (Some(b'\r'), _) => return Err(Fault::BareReturn { line, field }),
            _ => return Err(Fault::TextAfterQuote { line, field }),
        }
    }
}

/// Where the unquoted field that starts at `from` ends: at a delimiter, a line feed, a carriage return or the end.
///
/// Eight bytes at a time: fields are short, so that a search that must get under way first would cost more than it saves.
#[inline]
fn field_end(delimiter: u8, bytes: &[u8], from: usize) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    let ends = |byte: u8| byte == delimiter || byte == b'\n' || byte == b'\r';
    let delimiters = u64::from(delimiter) * ONES;
    let mut at = from;
    while let Some(Ok(eight)) = bytes.get(at..at + 8).map(<[u8; 8]>::try_from) {
        let word = u64::from_le_bytes(eight);
        let other = word ^ delimiters;
        // The lowest mark is right: a byte that is a delimiter, or below 14 and so maybe a line end.
        let marks = ((other.wrapping_sub(ONES) & !other) | (word.wrapping_sub(14 * ONES) & !word)) & TOPS;
        if marks == 0 {
            at += 8;
            continue;
        }
        at += (marks.trailing_zeros() / 8) as usize;
        if ends(bytes[at]) {
            return at;
        }
        // Some other control character.
        at += 1;
    }
    bytes[at.min(bytes.len())..]
        .iter()
        .position(|byte| ends(*byte))
        .map_or(bytes.len(), |k| at + k)
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

    use super::super::blocks::Blocks;
    use super::{Field, Next, Rules, Scan, Split, field_end, scan, unquoted};

    const RULES: Rules = Rules {
        delimiter: b',',
        quote: b'"',
    };

    /// Line and fields of every row, as long as the text can be split; `None` once it can't.
    fn rows(text: &str, size: usize) -> Option<Vec<(u64, Vec<String>)>> {
        let mut blocks = Blocks::with_sizes(text.as_bytes(), Some((b'"', b',')), size, 1 << 20);
        let mut rows = Vec::new();
        while let Some(block) = blocks.next().unwrap() {
            let text = std::str::from_utf8(&block.bytes).unwrap();
            let mut split = Split::new(&block.bytes, RULES, block.line);
            loop {
                match split.step().ok()? {
                    Next::End => break,
                    Next::Blank => {}
                    Next::Row => {
                        let field = |field: &Field| {
                            let mut plain = String::new();
                            match &text[field.start..field.end] {
                                inner if field.doubled => unquoted(inner, b'"', &mut plain),
                                inner => plain.push_str(inner),
                            }
                            plain
                        };
                        rows.push((split.line, split.fields.iter().map(field).collect()));
                    }
                }
            }
        }
        Some(rows)
    }

    /// The same as the `csv` crate sees it, which knows no faults here and gives lines before blank ones.
    fn rows_of_csv_crate(text: &str) -> Vec<Vec<String>> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes())
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(3000))]

        #[test]
        fn splits_as_the_csv_crate_does(text in r#"([ab,]|"|""|\n|\r\n|é|long text){0,40}"#, size in 1_usize..40) {
            if let Some(rows) = rows(&text, size) {
                let fields: Vec<_> = rows.into_iter().map(|(_, fields)| fields).collect();
                prop_assert_eq!(fields, rows_of_csv_crate(&text));
            }
        }

        #[test]
        fn blocks_change_neither_rows_nor_lines(text in r#"([ab,]|"|""|\n|\r|é|a long text){0,40}"#, size in 1_usize..40) {
            prop_assert_eq!(rows(&text, size), rows(&text, 1 << 20));
        }

        #[test]
        fn any_fields_come_back_from_quotes(
            table in prop::collection::vec(prop::collection::vec("[ab,\"\n\ré]{0,6}", 3), 1..6),
            size in 1_usize..40,
        ) {
            let mut text = String::new();
            let mut lines = Vec::new();
            for fields in &table {
                lines.push(1 + text.matches('\n').count() as u64);
                let quoted: Vec<_> = fields.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
                text.push_str(&quoted.join(","));
                text.push_str("\r\n");
            }
            let expected: Vec<(u64, Vec<String>)> = lines.into_iter().zip(table).collect();
            prop_assert_eq!(rows(&text, size), Some(expected));
        }

        #[test]
        fn a_field_ends_where_a_plain_search_says(text in "[a,\t\u{1}\u{b}é\n\r]{0,30}", from in 0_usize..30) {
            let bytes = text.as_bytes();
            let from = from.min(bytes.len());
            for delimiter in [b',', b'\t'] {
                let plain = bytes[from..].iter().position(|b| [delimiter, b'\n', b'\r'].contains(b));
                prop_assert_eq!(field_end(delimiter, bytes, from), plain.map_or(bytes.len(), |k| from + k));
            }
        }
    }

    #[test]
    fn a_row_may_end_without_a_line_end() {
        let row = |fields: &[&str]| fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>();
        assert_eq!(rows("a,b\n1,", 3), Some(vec![(1, row(&["a", "b"])), (2, row(&["1", ""]))]));
        assert_eq!(rows("a,\"b\"", 3), Some(vec![(1, row(&["a", "b"]))]));
    }

    #[test]
    fn a_row_that_may_go_on_is_not_a_row_yet() {
        for part in ["a,b", "a,\"b", "a,\"b\"", "a,b\r", "a,\"b\n"] {
            assert_eq!(scan(RULES, part.as_bytes(), 0, false, 1, &mut Vec::new()), Ok(Scan::More), "{part:?}");
        }
    }
}
