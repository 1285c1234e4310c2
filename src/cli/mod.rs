//! The command line: parses, calls, prints. No logic of an audit lives here.

mod archive;
mod args;
mod audit;
mod baseline;
mod check;
mod compare;
mod database;
mod explain;
mod init;
mod manual;
mod output;
mod progress;
mod ready;
mod render;
mod reproduce;
mod shell;
mod tally;

pub use args::Cli;

use crate::diagnostic::Diagnostic;
use shell::Shell;

/// Why a command could not do its work; all of them end with exit code 2.
#[derive(Debug)]
pub enum Failure {
    /// Faults of the spec, the log or the flags, with the text that they point into.
    Faults {
        /// The faults.
        faults: Vec<Diagnostic>,
        /// The spec's text, to show the line.
        text: Option<String>,
    },
    /// Something outside: a file that can't be written.
    Other(anyhow::Error),
    /// The user stopped it.
    Interrupted,
}

impl From<Diagnostic> for Failure {
    fn from(fault: Diagnostic) -> Self {
        Failure::Faults {
            faults: vec![fault],
            text: None,
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Failure::Other(error)
    }
}

/// Exit code of an audit that could not be made, or whose evidence could not be written.
pub const CANNOT: u8 = 2;

/// Exit code of what the user stopped: 128 and the number of the signal, as shells have it.
pub const INTERRUPTED: u8 = 130;

/// Runs a command and returns the exit code.
#[must_use]
pub fn run(cli: Cli) -> u8 {
    let shell = Shell::new(cli.color, cli.quiet);
    let done = match cli.command {
        args::Command::Init(args) => init::run(&args, &shell),
        args::Command::Audit(args) => audit::run(&args, &shell),
        args::Command::Tally(args) => tally::count(&args, &shell),
        args::Command::Merge(args) => tally::merge(&args, &shell),
        args::Command::Render(args) => render::run(&args, &shell),
        args::Command::Compare(args) => compare::run(&args, &shell),
        args::Command::Check(args) => check::run(&args, &shell),
        args::Command::Sql(args) => database::run(&args, &shell),
        args::Command::Archive { what } => archive::run(&what, &shell),
        args::Command::Reproduce(args) => reproduce::run(&args, &shell),
        args::Command::Explain(args) => explain::run(&args, &shell),
        args::Command::Completions { language } => manual::completions(language, &shell),
        args::Command::Man { command } => manual::man(command.as_deref(), &shell),
        args::Command::Schema { what } => match what {
            args::SchemaOf::Spec => shell.data(&crate::spec::schema()).map(|()| 0),
            args::SchemaOf::Result => shell.data(&crate::report::schema::schema()).map(|()| 0),
            args::SchemaOf::ArchiveEntry => shell.data(crate::archive::schema()).map(|()| 0),
        },
    };
    match done {
        Ok(code) => code,
        Err(failure) => {
            shell.failure(&failure);
            match failure {
                Failure::Interrupted => INTERRUPTED,
                _ => CANNOT,
            }
        }
    }
}
