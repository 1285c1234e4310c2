//! `parytet check`: everything that can be known without reading the rows.

use super::Failure;
use super::args::CheckArgs;
use super::ready::prepare;
use super::shell::Shell;

/// Runs the command.
pub(super) fn run(args: &CheckArgs, shell: &Shell) -> Result<u8, Failure> {
    let ready = prepare(&args.what)?;
    let plan = &ready.plan;
    let names = |all: Vec<&str>| {
        if all.is_empty() {
            "none".to_owned()
        } else {
            all.join(", ")
        }
    };
    let mut lines = vec![format!("{}: nothing wrong found", plan.about.title)];
    lines.push(format!(
        "  files      {}",
        names(plan.log.files.iter().map(|f| f.name.as_str()).collect())
    ));
    lines.push(format!("  columns    {}", plan.log_columns.join(", ")));
    lines.push(format!(
        "  groupings  {}",
        names(plan.groupings.iter().map(|g| g.name.as_str()).collect())
    ));
    for outcome in &plan.outcomes {
        lines.push(format!(
            "  outcome    {} ({}, {} metrics)",
            outcome.name,
            if outcome.favourable {
                "favourable"
            } else {
                "unfavourable"
            },
            outcome.metrics.len()
        ));
    }
    lines.push(format!(
        "  gates      {}",
        names(plan.gates.iter().map(|g| g.name.as_str()).collect())
    ));
    for note in &plan.notes {
        lines.push(format!("  note       {note}"));
    }
    if !shell.quiet {
        shell.data(&(lines.join("\n") + "\n"))?;
    }
    Ok(0)
}
