//! `parytet audit`: from a spec or flags to a result and an exit code.

use std::path::PathBuf;

use super::args::AuditArgs;
use super::baseline;
use super::output::{asked, check_outputs, check_printed, open_all, write_all};
use super::ready::{Ready, prepare};
use super::shell::Shell;
use super::tally;
use super::{CANNOT, Failure};
use crate::assess::assess;
use crate::diagnostic::Diagnostic;
use crate::engine::Counted;
use crate::plan::Plan;
use crate::report::assemble::{Parts, assemble};
use crate::report::face::table::Look;
use crate::report::model::v1;
use crate::spec::Typed;
use crate::store::Files;
use crate::verdict;

/// A log or a tally, counted and ready to be judged.
pub(super) struct Counts {
    pub(super) plan: Plan,
    pub(super) counted: Counted,
    pub(super) files: Files,
    pub(super) typed: Typed,
}

impl Counts {
    /// What was counted from a log.
    pub(super) fn of(ready: Ready, counted: Counted, hash: bool) -> Result<Self, Failure> {
        let files = ready.files(hash).map_err(|fault| ready.failed(fault))?;
        let typed = ready.typed();
        Ok(Self {
            plan: ready.plan,
            counted,
            files,
            typed,
        })
    }

    /// The result, and what the process ends with. `before`: an earlier result that gates compare with.
    pub(super) fn judge(
        &self,
        before: Option<(verdict::Baseline, v1::Baseline)>,
        exit_zero: bool,
    ) -> Result<(v1::Result, verdict::Outcome), Failure> {
        let plan = &self.plan;
        let in_spec = |fault: Diagnostic| Failure::Faults {
            faults: vec![fault],
            text: Some(plan.source.text.clone()).filter(|text| !text.is_empty()),
        };
        let assessment = assess(plan, &self.counted.tally).map_err(in_spec)?;
        let (before, baseline) = before.unzip();
        let tally = &self.counted.tally;
        let mut judged = verdict::judge(plan, tally, &assessment, &before.unwrap_or_default());
        let excuses = verdict::excuse(plan, tally, &assessment, &mut judged);
        let outcome = verdict::exit(plan, &judged, &excuses, exit_zero);
        let result = assemble(&Parts {
            plan,
            counted: &self.counted,
            assessment: &assessment,
            judged: &judged,
            baseline,
            excuses: &excuses,
            outcome,
            typed: &self.typed,
            files: &self.files,
            exit_zero,
        });
        Ok((result, outcome))
    }
}

/// Runs the command.
pub(super) fn run(args: &AuditArgs, shell: &Shell) -> Result<u8, Failure> {
    // A folder that is not there must be found before an hour of reading, not after.
    let asked = asked(&args.output)?;
    if !shell.quiet {
        check_printed(&[args.format], shell)?;
    }
    let outputs = open_all(&asked)?;
    let paths = || asked.iter().map(|asked| &asked.path);
    let before = args.baseline.as_deref().map(baseline::read).transpose()?;
    let read_too = |mut read: Vec<PathBuf>| {
        read.extend(args.baseline.clone());
        read
    };
    let counts = match &args.tally {
        Some(path) => {
            let counts = tally::stored(path, &args.what)?;
            check_outputs(paths(), &read_too(vec![path.clone()]))?;
            baseline::check(&counts.plan, before.is_some())?;
            counts
        }
        None => {
            let mut ready = prepare(&args.what)?;
            check_outputs(paths(), &read_too(ready.read_from()))?;
            baseline::check(&ready.plan, before.is_some())?;
            let counted = ready.count(&args.means, args.progress, shell)?;
            Counts::of(ready, counted, args.hash_inputs)?
        }
    };
    let (result, outcome) = counts.judge(before, args.exit_zero)?;

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
