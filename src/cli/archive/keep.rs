//! `parytet archive hold`, `prune` and `gc`.

use std::fmt::Write as _;

use super::args::{ArchiveArgs, HoldArgs, PruneArgs};
use super::{append, keys};
use crate::archive::{self, Hold, RealDisk, Retirement, Writer};
use crate::cli::Failure;
use crate::cli::shell::Shell;
use crate::diagnostic::{Diagnostic, Place};
use crate::report::number;

/// Runs `parytet archive hold`.
pub(super) fn hold(args: &HoldArgs, shell: &Shell) -> Result<u8, Failure> {
    let keys = keys(&args.keys)?;
    // An archive that is not there must not come to be by holding something in it.
    archive::chain(&args.archive)?;
    let mut writer = Writer::open(&args.archive, &RealDisk)?;
    let about = Hold {
        entries: args.entries.clone(),
        held: !args.release,
        reason: args.reason.clone(),
        by: args.by.clone(),
    };
    let draft = archive::hold(writer.chain(), about)?;
    append(&mut writer, draft, &keys, shell)?;
    Ok(0)
}

/// Runs `parytet archive prune`.
pub(super) fn prune(args: &PruneArgs, shell: &Shell) -> Result<u8, Failure> {
    let keys = keys(&args.keys)?;
    let as_of = args.as_of.parse().map_err(|_| {
        Diagnostic::new("bad-flag", format!("\"{}\" is not a date", args.as_of))
            .at(Place::of_file("--as-of"))
            .help("write it as YYYY-MM-DD, for example --as-of 2036-10-31")
    })?;
    archive::chain(&args.archive)?;
    let mut writer = Writer::open(&args.archive, &RealDisk)?;
    let retired = archive::prunable(&args.archive, writer.chain(), as_of);
    let mut text = String::new();
    for object in &retired {
        let entries: Vec<String> = object.entries.iter().map(u64::to_string).collect();
        let _ = writeln!(
            text,
            "{} of entry {}, kept until {}",
            object.object.name,
            entries.join(", "),
            object.kept_until
        );
    }
    if retired.is_empty() {
        text.push_str("nothing to remove: everything is still kept\n");
    }
    if !shell.quiet {
        shell.data(&text)?;
    }
    if retired.is_empty() || args.dry_run {
        return Ok(0);
    }
    let about = Retirement {
        as_of: args.as_of.clone(),
        reason: args.reason.clone(),
        by: args.by.clone(),
    };
    // First it is told, then done: an archive never lacks what it does not account for.
    append(&mut writer, archive::retirement(&retired, about), &keys, shell)?;
    let digests: Vec<_> = retired
        .into_iter()
        .map(|retired| retired.object.digest.sha256)
        .collect();
    writer.remove(&digests)?;
    Ok(0)
}

/// Runs `parytet archive gc`.
pub(super) fn collect_garbage(args: &ArchiveArgs, shell: &Shell) -> Result<u8, Failure> {
    archive::chain(&args.archive)?;
    let removed = Writer::open(&args.archive, &RealDisk)?.collect_garbage()?;
    if !shell.quiet {
        shell.data(&format!(
            "{} removed\n",
            number::counted(removed as u64, "file", "files")
        ))?;
    }
    Ok(0)
}
