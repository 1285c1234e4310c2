//! `parytet audit`: from a spec or flags to a result and an exit code.

use anyhow::anyhow;

use super::args::{AuditArgs, Format};
use super::output::{Output, check_outputs};
use super::ready::{Ready, prepare};
use super::shell::Shell;
use super::tally;
use super::{CANNOT, Failure};
use crate::assess::assess;
use crate::diagnostic::Diagnostic;
use crate::engine::Counted;
use crate::plan::Plan;
use crate::report::assemble::{Parts, assemble};
use crate::report::face::Face;
use crate::report::face::table::{Look, Shown};
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

    /// The result, and what the process ends with.
    pub(super) fn judge(&self, exit_zero: bool) -> Result<(v1::Result, verdict::Outcome), Failure> {
        let plan = &self.plan;
        let in_spec = |fault: Diagnostic| Failure::Faults {
            faults: vec![fault],
            text: Some(plan.source.text.clone()).filter(|text| !text.is_empty()),
        };
        let assessment = assess(plan, &self.counted.tally).map_err(in_spec)?;
        let judged = verdict::judge(plan, &self.counted.tally, &assessment);
        let outcome = verdict::exit(plan, &judged, exit_zero);
        let result = assemble(&Parts {
            plan,
            counted: &self.counted,
            assessment: &assessment,
            judged: &judged,
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
    let outputs: Vec<(Face, Output)> = args
        .output
        .iter()
        .map(|path| {
            let face = Face::from_path(path).ok_or_else(|| {
                anyhow!(
                    "cannot tell the format of `{}` by its suffix; use .json, .csv, .html or .txt",
                    path.display()
                )
            })?;
            Ok((face, Output::open(path)?))
        })
        .collect::<Result<_, Failure>>()?;
    let counts = match &args.tally {
        Some(path) => {
            let counts = tally::stored(path, &args.what)?;
            check_outputs(&args.output, std::slice::from_ref(path))?;
            counts
        }
        None => {
            let mut ready = prepare(&args.what)?;
            check_outputs(&args.output, &ready.read_from())?;
            let counted = ready.count(&args.means, args.progress, shell)?;
            Counts::of(ready, counted, args.hash_inputs)?
        }
    };
    let (result, outcome) = counts.judge(args.exit_zero)?;

    let metrics = if args.all_metrics { Shown::All } else { Shown::Gated };
    let on_paper = Look {
        width: 100,
        color: false,
        unicode: true,
        metrics,
    };
    let mut lost = None;
    for (face, output) in outputs {
        if let Err(failure) = output.write(face.render(&result, &on_paper).as_bytes()) {
            shell.failure(&failure);
            lost = Some(CANNOT);
        }
    }
    if !shell.quiet {
        let face = match args.format {
            Format::Table => Face::Table,
            Format::Json => Face::Json,
            Format::Csv => Face::Csv,
            Format::Html => Face::Html,
        };
        let look = Look {
            width: shell.width(),
            color: shell.colors_on_stdout(),
            ..on_paper
        };
        if let Err(failure) = shell.data(&face.render(&result, &look)) {
            shell.failure(&failure);
            lost = Some(CANNOT);
        }
    }
    Ok(lost.unwrap_or(outcome.code))
}
