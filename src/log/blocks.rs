//! Cuts a stream of text into blocks of whole rows, which can then be read side by side.

use std::io::{self, Read};

/// Bytes of a block: enough that handing it on costs nothing, few enough to stay in the cache.
const BLOCK: usize = 1 << 19;
/// A row longer than this is taken for a quote that was never closed.
const LARGEST: usize = 1 << 28;

/// Whole rows of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Rows {
    /// The bytes; no blank line stands at their end, unless the text ends there.
    pub(super) bytes: Vec<u8>,
    /// The line on which they start.
    pub(super) line: u64,
}

/// Why there are no more rows.
#[derive(Debug)]
pub(super) enum Stop {
    /// The stream failed.
    Io(io::Error),
    /// The row that starts on this line is larger than is reasonable.
    TooLarge(u64),
}

/// A text, block by block.
pub(super) struct Blocks<R> {
    reader: R,
    /// What quotes a field and what ends one, where line ends within quotes end no row.
    quoting: Option<(u8, u8)>,
    /// Read and not handed on yet.
    rest: Vec<u8>,
    line: u64,
    ended: bool,
    size: usize,
    largest: usize,
}

impl<R: Read> Blocks<R> {
    /// Blocks of usual size; `quoting`: quote and delimiter.
    pub(super) fn new(reader: R, quoting: Option<(u8, u8)>) -> Self {
        Self::with_sizes(reader, quoting, BLOCK, LARGEST)
    }

    /// Blocks of about `size` bytes, whose rows have at most `largest`.
    pub(super) fn with_sizes(reader: R, quoting: Option<(u8, u8)>, size: usize, largest: usize) -> Self {
        Self {
            reader,
            quoting,
            rest: Vec::new(),
            line: 1,
            ended: false,
            size: size.max(1),
            largest,
        }
    }

    /// Leaves out the first bytes of the text: a mark before its first line.
    pub(super) fn skip(&mut self, count: usize) -> Result<(), Stop> {
        self.fill(count)?;
        self.rest.drain(..count.min(self.rest.len()));
        Ok(())
    }

    /// Takes the first row off the text, as `cut` measures it: the bytes and lines of the row at the start of what it
    /// is shown, `None` when the row does not end in sight. It is told whether the text ends there.
    pub(super) fn first<E: From<Stop>>(
        &mut self,
        mut cut: impl FnMut(&[u8], bool) -> Result<Option<(usize, u64)>, E>,
    ) -> Result<(), E> {
        let mut size = self.size;
        loop {
            self.fill(size)?;
            if let Some((bytes, lines)) = cut(&self.rest, self.ended)? {
                self.rest.drain(..bytes.min(self.rest.len()));
                self.line += lines;
                return Ok(());
            }
            size = self.longer()?;
        }
    }

    /// The next block; `None` at the end of the text.
    pub(super) fn next(&mut self) -> Result<Option<Rows>, Stop> {
        let mut size = self.size;
        loop {
            self.fill(size)?;
            if self.rest.is_empty() {
                return Ok(None);
            }
            let end = if self.ended { self.rest.len() } else { self.whole_rows() };
            if end == 0 {
                size = self.longer()?;
                continue;
            }
            let rest = self.rest.split_off(end);
            let bytes = std::mem::replace(&mut self.rest, rest);
            let line = self.line;
            self.line += memchr::memchr_iter(b'\n', &bytes).count() as u64;
            return Ok(Some(Rows { bytes, line }));
        }
    }

    /// Reads on until `size` bytes are in sight, or the text ends.
    fn fill(&mut self, size: usize) -> Result<(), Stop> {
        if self.ended || self.rest.len() >= size {
            return Ok(());
        }
        // One byte more than asked for tells whether the text ends exactly here.
        let missing = (size - self.rest.len()) as u64 + 1;
        self.rest.reserve_exact(missing as usize);
        let read = (&mut self.reader).take(missing).read_to_end(&mut self.rest);
        self.ended = (read.map_err(Stop::Io)? as u64) < missing;
        Ok(())
    }

    /// A larger size to read on to, when one row fills all that is in sight.
    fn longer(&self) -> Result<usize, Stop> {
        if self.rest.len() >= self.largest {
            return Err(Stop::TooLarge(self.line));
        }
        Ok((self.rest.len() * 2).min(self.largest))
    }

    /// How many of the bytes in sight are whole rows, without the blank lines behind them.
    fn whole_rows(&self) -> usize {
        let bytes = &self.rest;
        let mut end = match self.quoting {
            Some((quote, delimiter)) if memchr::memchr(quote, bytes).is_some() => {
                last_line_end(bytes, quote, delimiter)
            }
            _ => memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1),
        };
        // A blank line is an error only when a row follows, so whoever reads it must see what follows.
        while end > 0 && is_blank_before(bytes, end) {
            end = memchr::memrchr(b'\n', &bytes[..end - 1]).map_or(0, |at| at + 1);
        }
        end
    }
}

/// Whether the line that ends at `end` holds nothing.
fn is_blank_before(bytes: &[u8], end: usize) -> bool {
    let start = memchr::memrchr(b'\n', &bytes[..end - 1]).map_or(0, |at| at + 1);
    bytes[start..end].iter().all(u8::is_ascii_whitespace)
}

/// The end of the last line that ends outside of quotes; 0 when there is none.
///
/// A quote opens a field only at its start, as the splitter has it. What the splitter can't split it tells at the first
/// such row, so that nothing after it matters.
fn last_line_end(bytes: &[u8], quote: u8, delimiter: u8) -> usize {
    let mut end = 0;
    let mut from = 0;
    // Where the field or unquoted stretch in hand may start.
    let mut at = 0;
    while let Some(found) = memchr::memchr(quote, &bytes[at..]).map(|k| at + k) {
        let opens = found == 0 || matches!(bytes[found - 1], b'\n') || bytes[found - 1] == delimiter;
        if !opens {
            at = found + 1;
            continue;
        }
        if let Some(line_end) = memchr::memrchr(b'\n', &bytes[from..found]) {
            end = from + line_end + 1;
        }
        // To the quote that closes: one that is not doubled.
        let mut inner = found + 1;
        loop {
            let Some(k) = memchr::memchr(quote, &bytes[inner..]) else {
                return end;
            };
            inner += k + 1;
            if bytes.get(inner) != Some(&quote) {
                break;
            }
            inner += 1;
        }
        from = inner;
        at = inner;
    }
    memchr::memrchr(b'\n', &bytes[from..]).map_or(end, |k| from + k + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Blocks, Rows, Stop};

    fn blocks(text: &[u8], size: usize) -> Vec<Rows> {
        let mut blocks = Blocks::with_sizes(text, Some((b'"', b',')), size, 1 << 20);
        let mut all = Vec::new();
        while let Some(rows) = blocks.next().unwrap() {
            all.push(rows);
        }
        all
    }

    #[test]
    fn a_line_end_within_quotes_ends_no_block() {
        let text = b"a,b\n1,\"x\n\"\"y\"\"\n\"\n2,3\" \n";
        for size in 1..text.len() + 2 {
            let cut = blocks(text, size);
            let starts: Vec<u64> = cut.iter().map(|rows| rows.line).collect();
            assert!(starts.iter().all(|line| [1, 2, 5].contains(line)), "{size}: {starts:?}");
        }
    }

    #[test]
    fn a_row_beyond_the_largest_size_is_told() {
        let mut blocks = Blocks::with_sizes(&b"a,b\n1,\"long long long"[..], Some((b'"', b',')), 4, 8);
        assert_eq!(blocks.next().unwrap().unwrap().bytes, b"a,b\n");
        assert!(matches!(blocks.next(), Err(Stop::TooLarge(2))));
    }

    proptest! {
        #[test]
        fn blocks_put_together_are_the_text(text in r#"([a,]|"|\n|\r\n){0,40}"#, size in 1_usize..50) {
            let cut = blocks(text.as_bytes(), size);
            let mut whole = Vec::new();
            for (index, rows) in cut.iter().enumerate() {
                prop_assert_eq!(rows.line, 1 + memchr::memchr_iter(b'\n', &whole).count() as u64);
                if index + 1 < cut.len() {
                    prop_assert!(rows.bytes.ends_with(b"\n") && !rows.bytes.ends_with(b"\n\n"));
                }
                whole.extend_from_slice(&rows.bytes);
            }
            prop_assert_eq!(whole, text.as_bytes());
        }
    }
}
