//! Parses, runs, and turns the outcome into an exit code; nothing else.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    ExitCode::from(parytet::cli::run(parytet::cli::Cli::parse()))
}
