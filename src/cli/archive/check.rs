//! `parytet archive verify`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, anyhow};

use super::args::VerifyArgs;
use super::read_text;
use crate::archive::{self, Checked, Digest, Layout, PublicKey, Wanted};
use crate::cli::Failure;
use crate::cli::shell::Shell;
use crate::diagnostic::{Diagnostic, Place};
use crate::report::number;

/// Exit code of an archive that is not whole.
const NOT_WHOLE: u8 = 1;

/// Runs the command.
pub(super) fn verify(args: &VerifyArgs, shell: &Shell) -> Result<u8, Failure> {
    if args.trust.is_empty() && !args.unsigned {
        return Err(archive::no_keys(&args.archive).into());
    }
    let mut trusted = Vec::new();
    for path in &args.trust {
        trusted.extend(PublicKey::all_from_pem(&read_text(path)?, &path.display().to_string())?);
    }
    let wanted = Wanted {
        trusted: (!args.unsigned).then_some(trusted),
        signatures: usize::from(args.signatures),
        head: args.expect_head.as_deref().map(digest).transpose()?,
        at_least: args.expect_at_least,
    };
    let mut checked = archive::verify(&args.archive, &wanted)?;
    let stamps = match &args.ca {
        Some(ca) => stamps(&args.archive, ca, &mut checked)?,
        None => 0,
    };
    if !shell.quiet {
        shell.data(&told(args, &checked, stamps))?;
    }
    Ok(if checked.faults.is_empty() { 0 } else { NOT_WHOLE })
}

/// A digest as `archive add` prints it.
fn digest(text: &str) -> Result<Digest, Diagnostic> {
    let last = text.split_whitespace().last().unwrap_or_default();
    Digest::parse(last).ok_or_else(|| {
        Diagnostic::new("bad-flag", format!("\"{text}\" is no SHA-256 digest"))
            .at(Place::of_file("--expect-head"))
            .help("give what `parytet archive add` printed: --expect-head sha256:… with 64 hexadecimal digits")
    })
}

fn told(args: &VerifyArgs, checked: &Checked, stamps: usize) -> String {
    let mut text = String::new();
    for fault in &checked.faults {
        let _ = writeln!(text, "not whole: {fault}");
    }
    for note in &checked.notes {
        let _ = writeln!(text, "note: {note}");
    }
    let entries = checked.head.as_ref().map_or(0, |head| head.sequence);
    if checked.faults.is_empty() {
        let retired = match checked.retired {
            0 => String::new(),
            count => format!(", {count} retired"),
        };
        let signed = match (args.unsigned, args.signatures) {
            (true, _) => "; SIGNATURES WERE NOT CHECKED".to_owned(),
            (false, 1) => "; every entry is signed by a trusted key".to_owned(),
            (false, count) => format!("; every entry is signed by {count} trusted keys"),
        };
        let stamped = match (&args.ca, stamps) {
            (None, _) => String::new(),
            (Some(_), count) => format!("; time stamps that hold: {count}"),
        };
        let _ = writeln!(
            text,
            "whole: {}, {}{retired}{signed}{stamped}",
            number::counted(entries, "entry", "entries"),
            number::counted(checked.objects as u64, "object", "objects")
        );
        if args.expect_head.is_none() && args.expect_at_least.is_none() {
            let _ = writeln!(
                text,
                "note: whether the last entries are missing can't be seen without --expect-head or --expect-at-least"
            );
        }
    }
    if let Some(head) = &checked.head {
        let _ = writeln!(text, "{head}");
    }
    text
}

/// Checks every time stamp by OpenSSL; says how many hold.
fn stamps(root: &Path, ca: &Path, checked: &mut Checked) -> Result<usize, Failure> {
    if !checked.faults.is_empty() {
        return Ok(0);
    }
    let chain = archive::chain(root)?;
    let mut hold = 0;
    for (sequence, stamp) in archive::stamps(&chain) {
        let Some(token) = archive::object(root, &stamp.token.digest.sha256)? else {
            continue;
        };
        let mut file = tempfile::NamedTempFile::new().context("cannot write a temporary file")?;
        file.write_all(&token).context("cannot write a temporary file")?;
        let done = Command::new("openssl")
            .args(["ts", "-verify", "-data"])
            .arg(Layout::new(root).entry(stamp.entry.sequence))
            .arg("-in")
            .arg(file.path())
            .arg("-CAfile")
            .arg(ca)
            .output()
            .map_err(|error| anyhow!("time stamps are checked by `openssl`, which can't be run: {error}"))?;
        if done.status.success() {
            hold += 1;
        } else {
            let said = String::from_utf8_lossy(&done.stderr);
            let reason = said
                .lines()
                .find(|line| line.contains("error:"))
                .unwrap_or("it does not hold");
            checked.faults.push(format!(
                "entry {sequence}: the time stamp of entry {} does not hold: {}",
                stamp.entry.sequence,
                reason
                    .rsplit(':')
                    .find(|part| !part.trim().is_empty())
                    .unwrap_or(reason)
            ));
        }
    }
    Ok(hold)
}
