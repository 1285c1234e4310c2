//! The only place that prints: data on standard output, words on standard error.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::io::{ErrorKind, IsTerminal, Write};

use super::Failure;
use super::args::Color;
use crate::report::face::table::Look;

/// Prints.
#[derive(Debug)]
pub(super) struct Shell {
    color: Color,
    pub(super) quiet: bool,
}

/// A variable of the environment that is set and not empty.
#[allow(clippy::disallowed_methods)]
pub(super) fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The environment variables whose names start so: what clients of object stores go by.
pub(super) fn environment_of(starts: &[&str]) -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| starts.iter().any(|start| name.starts_with(start)))
        .collect()
}

impl Shell {
    pub(super) fn new(color: Color, quiet: bool) -> Self {
        Self { color, quiet }
    }

    /// Colours on a stream: the flag, then `NO_COLOR`, then `CLICOLOR_FORCE`, then whether it is a terminal.
    fn colors(&self, terminal: bool) -> bool {
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if environment("NO_COLOR").is_some() => false,
            Color::Auto if environment("CLICOLOR_FORCE").is_some_and(|v| v != "0") => true,
            Color::Auto => terminal,
        }
    }

    /// Whether standard output is a terminal.
    pub(super) fn prints_on_terminal(&self) -> bool {
        std::io::stdout().is_terminal()
    }

    fn colors_on_stdout(&self) -> bool {
        self.colors(std::io::stdout().is_terminal())
    }

    /// Columns to fill: the terminal's, or `COLUMNS`, or 100 where there is neither.
    fn width(&self) -> usize {
        environment("COLUMNS")
            .and_then(|c| c.parse().ok())
            .or_else(|| {
                let terminal = std::io::stdout().is_terminal();
                terminal_size::terminal_size()
                    .filter(|_| terminal)
                    .map(|(width, _)| usize::from(width.0))
            })
            .unwrap_or(100)
    }

    /// How a table looks on standard output.
    pub(super) fn look(&self, on_paper: Look) -> Look {
        Look {
            width: self.width(),
            color: self.colors_on_stdout(),
            ..on_paper
        }
    }

    /// Writes data to standard output. A reader that has gone away is no error: the verdict stands without it.
    pub(super) fn data(&self, data: &(impl AsRef<[u8]> + ?Sized)) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        match out.write_all(data.as_ref()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::Other(
                anyhow::Error::new(error).context("cannot write to standard output"),
            )),
            _ => Ok(()),
        }
    }

    fn stderr(&self, text: &str) {
        // Nobody is left to tell when standard error is gone.
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// A line about what was done.
    pub(super) fn say(&self, text: &str) {
        if !self.quiet {
            self.stderr(text);
        }
    }

    /// Whether there is somebody to ask: answers come from a terminal, and questions are seen on one.
    pub(super) fn can_ask(&self) -> bool {
        !self.quiet && std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
    }

    /// Words that must be read although the work is done.
    pub(super) fn warning(&self, text: &str) {
        self.stderr(&format!("warning: {text}"));
    }

    pub(super) fn failure(&self, failure: &Failure) {
        match failure {
            Failure::Faults { faults, text } => {
                let color = self.colors(std::io::stderr().is_terminal());
                for fault in faults {
                    self.stderr(&fault.render(text.as_deref(), color));
                }
            }
            Failure::Other(error) => self.stderr(&format!("error: {error:#}")),
            Failure::Interrupted => self.stderr("stopped; nothing was written"),
        }
    }
}
