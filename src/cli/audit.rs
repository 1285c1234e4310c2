//! `parytet audit`: from a spec or flags to a result and an exit code.

use std::path::PathBuf;

use super::args::AuditArgs;
use super::baseline;
use super::output::{asked, check_outputs, open_all, write_all};
use super::ready::prepare;
use super::shell::Shell;
use super::tally;
use super::{CANNOT, Failure};
use crate::assess::assess;
use crate::diagnostic::Diagnostic;
use crate::report::assemble::{Parts, assemble};
use crate::report::face::table::Look;
use crate::verdict;

/// Runs the command.
pub(super) fn run(args: &AuditArgs, shell: &Shell) -> Result<u8, Failure> {
    // A folder that is not there must be found before an hour of reading, not after.
    let asked = asked(&args.output)?;
    let outputs = open_all(&asked)?;
    let paths = || asked.iter().map(|asked| &asked.path);
    let (before, about_before) = args.baseline.as_deref().map(baseline::read).transpose()?.unzip();
    let read_too = |mut read: Vec<PathBuf>| {
        read.extend(args.baseline.clone());
        read
    };
    let (plan, counted) = match &args.tally {
        Some(path) => {
            let audited = tally::stored(path, &args.what)?;
            check_outputs(paths(), &read_too(vec![path.clone()]))?;
            baseline::check(&audited.0, before.is_some())?;
            audited
        }
        None => {
            let mut ready = prepare(&args.what)?;
            check_outputs(paths(), &read_too(ready.read_from()))?;
            baseline::check(&ready.plan, before.is_some())?;
            let counted = ready.count(&args.means, args.progress, shell)?;
            (ready.plan, counted)
        }
    };
    let in_spec = |fault: Diagnostic| Failure::Faults {
        faults: vec![fault],
        text: Some(plan.source.text.clone()).filter(|text| !text.is_empty()),
    };
    let assessment = assess(&plan, &counted.tally).map_err(in_spec)?;
    let mut judged = verdict::judge(&plan, &counted.tally, &assessment, &before.unwrap_or_default());
    let excuses = verdict::excuse(&plan, &counted.tally, &assessment, &mut judged);
    let outcome = verdict::exit(&plan, &judged, &excuses, args.exit_zero);
    let result = assemble(&Parts {
        plan: &plan,
        counted: &counted,
        assessment: &assessment,
        judged: &judged,
        baseline: about_before,
        excuses: &excuses,
        outcome,
        exit_zero: args.exit_zero,
    });

    let on_paper = Look::on_paper(args.all_metrics);
    let mut lost = write_all(outputs, &result, &on_paper, shell);
    if !shell.quiet
        && let Err(failure) = shell.data(&args.format.render(&result, &shell.look(on_paper)))
    {
        shell.failure(&failure);
        lost = Some(CANNOT);
    }
    Ok(lost.unwrap_or(outcome.code))
}
