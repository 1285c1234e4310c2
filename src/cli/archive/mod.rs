//! `parytet archive`: thin shells around the archive.

mod add;
pub(super) mod args;
mod check;
mod keep;
mod look;
mod site;
mod stamp;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

pub(super) use add::result;

use super::Failure;
use super::ready::moment;
use super::shell::{Shell, environment};
use crate::archive::{Draft, Head, PrivateKey, Writer};
use crate::diagnostic::{Diagnostic, Place};
use args::{ArchiveCommand, KeyArgs};

/// Runs a command.
pub(super) fn run(what: &ArchiveCommand, shell: &Shell) -> Result<u8, Failure> {
    match what {
        ArchiveCommand::Add(args) => add::add(args, shell),
        ArchiveCommand::Register(args) => add::register(args, shell),
        ArchiveCommand::Verify(args) => check::verify(args, shell),
        ArchiveCommand::List(args) => look::list(args, shell),
        ArchiveCommand::Show(args) => look::show(args, shell),
        ArchiveCommand::Export(args) => look::export(args, shell),
        ArchiveCommand::Timestamp(args) => stamp::run(args, shell),
        ArchiveCommand::Hold(args) => keep::hold(args, shell),
        ArchiveCommand::Prune(args) => keep::prune(args, shell),
        ArchiveCommand::Gc(args) => keep::collect_garbage(args, shell),
        ArchiveCommand::Site(args) => site::run(args, shell),
    }
}

/// A file, whole.
fn read(path: &Path) -> Result<Vec<u8>, Diagnostic> {
    fs::read(path).map_err(|error| {
        Diagnostic::new("file-not-found", format!("cannot read the file: {error}"))
            .at(Place::of_file(&path.display().to_string()))
            .help("check the path; it is relative to the folder where you stand")
    })
}

/// A file of text, whole.
fn read_text(path: &Path) -> Result<String, Diagnostic> {
    String::from_utf8(read(path)?).map_err(|_| {
        Diagnostic::new("not-utf8", "the file is not UTF-8 text").at(Place::of_file(&path.display().to_string()))
    })
}

/// The keys that sign.
fn keys(args: &KeyArgs) -> Result<Vec<PrivateKey>, Diagnostic> {
    let key = |path: &PathBuf| PrivateKey::from_pem(&read_text(path)?, &path.display().to_string());
    args.key.iter().map(key).collect()
}

/// Adds an entry, and tells its head to whoever looks: on standard output, and in the summary of a job.
fn append(writer: &mut Writer<'_>, draft: Draft, keys: &[PrivateKey], shell: &Shell) -> Result<Head, Failure> {
    let head = writer.append(draft, &moment()?.to_string(), keys)?;
    if keys.is_empty() {
        shell.warning(
            "the entry is unsigned: whoever can write into the folder can make another in its place; sign with --key",
        );
    }
    if !shell.quiet {
        shell.data(&format!("{head}\n"))?;
    }
    if let Some(path) = environment("GITHUB_STEP_SUMMARY") {
        let mut file = fs::File::options()
            .append(true)
            .create(true)
            .open(&path)
            .with_context(|| format!("cannot write the summary `{path}`; the entry was added: {head}"))?;
        writeln!(file, "Archived: `{head}`")
            .with_context(|| format!("cannot write the summary `{path}`; the entry was added: {head}"))?;
    }
    Ok(head)
}
