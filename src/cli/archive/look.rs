//! `parytet archive list`, `show` and `export`.

use std::fmt::Write as _;
use std::fs;

use anyhow::Context;

use super::args::{ArchiveArgs, ExportArgs, ShowArgs};
use crate::archive::{self, Audit, Entry, Layout, What};
use crate::cli::Failure;
use crate::cli::output::Output;
use crate::cli::shell::Shell;
use crate::report::number;
use crate::report::text::safe;

/// Runs `parytet archive list`.
pub(super) fn list(args: &ArchiveArgs, shell: &Shell) -> Result<u8, Failure> {
    let mut text = String::new();
    for entry in archive::chain(&args.archive)? {
        let stated = &entry.statement.predicate;
        let signed = if entry.envelope.signatures.is_empty() {
            "  UNSIGNED"
        } else {
            ""
        };
        let _ = writeln!(
            text,
            "{:>6}  {}  {:<12}  {}{signed}",
            entry.sequence,
            safe(&stated.added_at),
            stated.what.kind(),
            safe(&what(&entry))
        );
    }
    if !shell.quiet {
        shell.data(&text)?;
    }
    Ok(0)
}

/// An entry in a few words.
fn what(entry: &Entry) -> String {
    match &entry.statement.predicate.what {
        What::Audit(audit) => format!("{}: {}", audit.title, audit.verdict),
        What::Registration(spec) => format!("{} ({})", spec.title, spec.name),
        What::Timestamp(stamp) => format!("of entry {}", stamp.entry.sequence),
        What::Hold(hold) => format!(
            "{} {}: {}, {}",
            if hold.held {
                "on entries"
            } else {
                "released from entries"
            },
            numbers(&hold.entries),
            hold.reason,
            hold.by
        ),
        What::Retirement(retirement) => format!(
            "{} objects: {}, {}",
            entry.statement.subject.len(),
            retirement.reason,
            retirement.by
        ),
    }
}

fn numbers(entries: &[u64]) -> String {
    let texts: Vec<String> = entries.iter().map(u64::to_string).collect();
    texts.join(", ")
}

/// Runs `parytet archive show`.
pub(super) fn show(args: &ShowArgs, shell: &Shell) -> Result<u8, Failure> {
    let chain = archive::chain(&args.archive)?;
    let entry = archive::find(&chain, args.entry)?;
    let text = if args.json {
        let statement = serde_json::to_string_pretty(&entry.statement).context("cannot write the statement")?;
        statement + "\n"
    } else {
        described(&chain, entry)
    };
    shell.data(&text)?;
    Ok(0)
}

fn described(chain: &[Entry], entry: &Entry) -> String {
    let stated = &entry.statement.predicate;
    let mut lines = vec![
        format!("entry {}: {}, {}", entry.sequence, stated.what.kind(), what(entry)),
        format!("  digest      sha256:{}", entry.digest),
        format!("  added       {} (claimed by the signer)", stated.added_at),
    ];
    for (keyid, _) in &entry.envelope.signatures {
        lines.push(format!("  signature   by key {keyid} (not checked here)"));
    }
    if entry.envelope.signatures.is_empty() {
        lines.push("  signature   NONE".to_owned());
    }
    for (sequence, stamp) in archive::stamps(chain) {
        if stamp.entry.sequence == entry.sequence {
            lines.push(format!("  time stamp  in entry {sequence}"));
        }
    }
    match &stated.what {
        What::Audit(audit) => lines.extend(audit_lines(chain, audit)),
        What::Registration(spec) => lines.extend(spec.gates.iter().map(|gate| format!("  gate        {gate}"))),
        What::Hold(_) | What::Retirement(_) | What::Timestamp(_) => {}
    }
    if let Some(retention) = &stated.retention {
        lines.push(format!(
            "  kept        evidence until {}, reports until {}",
            retention.evidence_until, retention.reports_until
        ));
    }
    for (object, _) in entry.statement.objects() {
        lines.push(format!("  object      {} sha256:{}", object.name, object.digest.sha256));
    }
    let safe_lines: Vec<String> = lines.iter().map(|line| safe(line)).collect();
    safe_lines.join("\n") + "\n"
}

fn audit_lines(chain: &[Entry], audit: &Audit) -> Vec<String> {
    let mut lines = vec![format!("  as of       {}", audit.as_of)];
    let registered = match &audit.spec {
        None => "  thresholds  given by flags; no spec was registered".to_owned(),
        Some(spec) => match spec.registered_in {
            Some(sequence) => {
                let when = archive::find(chain, sequence).map(|entry| entry.statement.predicate.added_at.clone());
                format!(
                    "  thresholds  fixed in entry {sequence}, {}, before this result",
                    when.unwrap_or_default()
                )
            }
            None => "  thresholds  first seen with this result: not registered before".to_owned(),
        },
    };
    lines.push(registered);
    for input in &audit.inputs {
        let digest = match &input.digest {
            Some(digest) => format!("sha256:{}", digest.sha256),
            None => "digest not known".to_owned(),
        };
        lines.push(format!(
            "  {:<10}  {} ({} rows) {digest}",
            input.role,
            input.name,
            number::count(input.rows)
        ));
    }
    for gate in &audit.gates {
        lines.push(format!("  gate        {}: {}", gate.name, gate.verdict));
    }
    lines
}

/// Runs `parytet archive export`.
pub(super) fn export(args: &ExportArgs, shell: &Shell) -> Result<u8, Failure> {
    let chain = archive::chain(&args.archive)?;
    let entry = archive::find(&chain, args.entry)?;
    let path = Layout::new(&args.archive).entry(entry.sequence);
    let bytes = fs::read(&path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let exported = archive::export(&args.archive, entry, bytes)?;
    fs::create_dir_all(&args.to).with_context(|| format!("cannot make `{}`", args.to.display()))?;
    let mut text = String::new();
    for (name, bytes) in exported.files {
        Output::open(&args.to.join(&name))?.write(&bytes)?;
        let _ = writeln!(text, "{}", args.to.join(name).display());
    }
    for name in exported.gone {
        shell.warning(&format!("{name} is not there any more: it was retired"));
    }
    if !shell.quiet {
        shell.data(&text)?;
    }
    Ok(0)
}
