//! Bytes of a file, as many at a time as the longest row needs.

use std::io::{self, Read};

/// Bytes first asked for; grows to hold a longer row.
const FIRST: usize = 1 << 20;
/// A row longer than this is taken for a quote that was never closed.
const LARGEST: usize = 1 << 28;

/// A window on a stream of bytes, moved on by the reader of rows.
pub(super) struct Buffer<R> {
    reader: R,
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    largest: usize,
}

/// Why a window could not be filled.
#[derive(Debug)]
pub(super) enum Stop {
    /// The stream failed.
    Io(io::Error),
    /// One row is larger than is reasonable.
    TooLarge,
}

impl<R: Read> Buffer<R> {
    /// A window of the usual size.
    pub(super) fn new(reader: R) -> Self {
        Self::with_sizes(reader, FIRST, LARGEST)
    }

    /// A window that starts with `first` bytes and grows to `largest`.
    pub(super) fn with_sizes(reader: R, first: usize, largest: usize) -> Self {
        Self {
            reader,
            bytes: vec![0; first.max(1)],
            start: 0,
            end: 0,
            ended: false,
            largest,
        }
    }

    /// The bytes in sight.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// The bytes in sight, to unquote fields in place.
    pub(super) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[self.start..self.end]
    }

    /// Whether the last byte of the stream is in sight.
    pub(super) fn ended(&self) -> bool {
        self.ended
    }

    /// Moves the window past `count` bytes.
    pub(super) fn advance(&mut self, count: usize) {
        self.start = (self.start + count).min(self.end);
    }

    /// Leaves out the first `count` bytes of the stream, which are far fewer than a window holds.
    pub(super) fn skip(&mut self, count: usize) -> io::Result<()> {
        match self.refill() {
            Err(Stop::Io(error)) => return Err(error),
            Err(Stop::TooLarge) | Ok(()) => {}
        }
        self.advance(count);
        Ok(())
    }

    /// Brings more bytes into sight, doubling the window when the row at its start fills it.
    pub(super) fn refill(&mut self) -> Result<(), Stop> {
        if self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            self.end -= self.start;
            self.start = 0;
        }
        if self.end == self.bytes.len() {
            if self.bytes.len() >= self.largest {
                return Err(Stop::TooLarge);
            }
            let longer = (self.bytes.len() * 2).min(self.largest);
            self.bytes.resize(longer, 0);
        }
        // The window is filled to its end: a row is scanned again after each refill, so that short reads would cost.
        while self.end < self.bytes.len() && !self.ended {
            match self.reader.read(&mut self.bytes[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(count) => self.end += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Stop::Io(error)),
            }
        }
        Ok(())
    }
}
