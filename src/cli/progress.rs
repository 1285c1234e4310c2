//! Progress of a long read, on standard error.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::Color;

/// Shows how much of the log has been read.
#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar over so many bytes; hidden where nobody looks.
    pub(super) fn new(when: Color, quiet: bool, bytes: u64) -> Self {
        let show = match when {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => !quiet && std::io::stderr().is_terminal(),
        };
        let bar = if show {
            ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::stderr_with_hz(4))
        } else {
            ProgressBar::hidden()
        };
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {percent}% of {total_bytes}, {msg} rows, {eta} left")
        {
            bar.set_style(style);
        }
        // A short read ends before the first tick and shows nothing.
        bar.enable_steady_tick(Duration::from_millis(250));
        Self { bar }
    }

    pub(super) fn at(&self, rows: u64, bytes: u64) {
        self.bar.set_position(bytes);
        self.bar.set_message(crate::report::number::count(rows));
    }

    pub(super) fn done(&self) {
        self.bar.finish_and_clear();
    }
}
