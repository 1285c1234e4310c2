//! `parytet tally` and `parytet merge`, and tallies in place of logs.

use std::path::Path;

use anyhow::anyhow;

use super::Failure;
use super::args::{MergeArgs, TallyArgs, WhatArgs};
use super::audit::Counts;
use super::output::{Output, check_outputs};
use super::ready::{flags, named, prepare, spec_and_logs, with_waivers};
use super::shell::Shell;
use crate::diagnostic::{Diagnostic, Place};
use crate::plan::{self, Schema, Source};
use crate::report::number;
use crate::spec::{self, Spec, Typed};
use crate::store::{self, Stored};

/// Runs `parytet tally`.
pub(super) fn count(args: &TallyArgs, shell: &Shell) -> Result<u8, Failure> {
    let output = open(&args.output)?;
    let mut ready = prepare(&args.what)?;
    check_outputs(std::slice::from_ref(&args.output), &ready.read_from())?;
    // Taken before the log is counted: a log that changes meanwhile is refused there.
    let files = ready.files(args.hash_inputs).map_err(|fault| ready.failed(fault))?;
    // A tally keeps nothing of a person that could be drawn again.
    ready.plan.bootstrap = None;
    let counted = ready.count(&args.means, args.progress, shell)?;
    let stored = Stored::new(
        &ready.plan,
        counted,
        ready.flags,
        ready.public_text,
        (&ready.schemas.0, ready.schemas.1.as_ref()),
        files,
        ready.notes,
    );
    write(stored, args.withhold, output, &args.output, shell)
}

/// Runs `parytet merge`.
pub(super) fn merge(args: &MergeArgs, shell: &Shell) -> Result<u8, Failure> {
    let output = open(&args.output)?;
    check_outputs(std::slice::from_ref(&args.output), &args.tallies)?;
    let parts: Vec<(String, Stored)> = args
        .tallies
        .iter()
        .map(|path| Ok((path.display().to_string(), read(path)?)))
        .collect::<Result<_, Diagnostic>>()?;
    let merged = store::merge(parts, args.disjoint_people)?;
    write(merged, args.withhold, output, &args.output, shell)
}

/// What a stored tally holds: by its own spec, or by the one that is given, with flags over either.
pub(super) fn stored(path: &Path, args: &WhatArgs) -> Result<Counts, Failure> {
    let stored = read(path)?;
    let about = &stored.about;
    let (given, logs) = spec_and_logs(args)?;
    if let Some(log) = logs.first() {
        return Err(Diagnostic::new(
            "bad-flag",
            format!("a tally is audited in place of a log, and the log `{log}` is given"),
        )
        .help("leave out the one or the other")
        .into());
    }
    let over = flags(args, Vec::new());
    let typed = match &given {
        Some(spec) => Typed::new(spec.public_text(), [over.clone()]),
        None => Typed::new(about.text.clone(), [about.flags.clone(), over.clone()]),
    };
    let own = match given {
        Some(spec) => spec,
        None => {
            let folder = Path::new(&about.spec)
                .parent()
                .map(Path::to_path_buf)
                .unwrap_or_default();
            let of_tally = |faults: Vec<Diagnostic>| Failure::Faults {
                faults,
                text: Some(about.text.clone()),
            };
            let typed = match about.text.as_str() {
                "" => None,
                text => Some(spec::parse(text, &about.spec, folder).map_err(of_tally)?),
            };
            spec::apply(&about.flags, typed).map_err(of_tally)?
        }
    };
    let text = Some(own.source.text.clone()).filter(|text| !text.is_empty());
    let faults = |faults: Vec<Diagnostic>| Failure::Faults {
        faults,
        text: text.clone(),
    };
    let spec = if over == spec::Flags::default() {
        own
    } else {
        spec::apply(&over, Some(own)).map_err(&faults)?
    };
    let spec = with_waivers(spec)?;
    let as_of = match &args.as_of {
        None => about.as_of,
        asked => plan::as_of(asked.as_deref(), None, about.as_of).map_err(|fault| faults(vec![fault]))?,
    };
    fitted(&stored, &path.display().to_string(), &spec, as_of, typed)
}

/// A stored tally, of this name, as a spec wants it.
pub(super) fn fitted(
    stored: &Stored,
    name: &str,
    spec: &Spec,
    as_of: jiff::civil::Date,
    typed: Typed,
) -> Result<Counts, Failure> {
    let about = &stored.about;
    let text = Some(spec.source.text.clone()).filter(|text| !text.is_empty());
    let faults = |faults: Vec<Diagnostic>| Failure::Faults {
        faults,
        text: text.clone(),
    };
    let one = |fault: Diagnostic| faults(vec![fault]);
    let source = |files: &[store::File]| Source {
        files: files.iter().map(|file| named(&file.name)).collect(),
        csv: plan::Csv {
            delimiter: None,
            quote: b'"',
            null_values: spec
                .log
                .csv
                .null_values
                .as_ref()
                .map(|v| v.value.clone())
                .unwrap_or_default(),
            allow_short_rows: false,
        },
        stores: plan::StoreOptions::default(),
        second: None,
    };
    let log = Schema {
        columns: about.log_columns.clone(),
    };
    let people = about.people_columns.clone().map(|columns| Schema { columns });
    let people = about.people.as_deref().map(source).zip(people.as_ref());
    let mut plan = plan::resolve(spec, source(&about.log), &log, people, as_of).map_err(&faults)?;
    if plan.lists.is_some() {
        return Err(one(Diagnostic::new(
            "needs-rows",
            "lists need the rows of the log, which a tally in a file does not hold",
        )
        .help("audit the log itself, or use a spec without [list]")));
    }
    plan.notes.extend(about.notes.iter().cloned());
    let counted = store::fit(&mut plan, stored, name).map_err(&one)?;
    Ok(Counts {
        plan,
        counted,
        files: store::Files {
            log: about.log.clone(),
            people: about.people.clone(),
            checks: Vec::new(),
        },
        typed,
    })
}

fn open(path: &Path) -> Result<Output, Failure> {
    if !path.extension().is_some_and(|end| end.eq_ignore_ascii_case("parquet")) {
        return Err(anyhow!(
            "a tally is a Parquet table: name the output so, as in `{}`",
            path.with_extension("parquet").display()
        )
        .into());
    }
    Output::open(path)
}

fn read(path: &Path) -> Result<Stored, Diagnostic> {
    let name = path.display().to_string();
    let bytes = std::fs::read(path).map_err(|error| {
        Diagnostic::new("file-not-found", format!("cannot read the tally: {error}"))
            .at(Place::of_file(&name))
            .help("check the path; it is relative to the folder where you stand")
    })?;
    store::read(&name, bytes.into())
}

fn write(stored: Stored, under: Option<u64>, output: Output, path: &Path, shell: &Shell) -> Result<u8, Failure> {
    let stored = match under {
        Some(under) => store::withhold(stored, under)?,
        None => stored,
    };
    let (bytes, digest) = store::to_bytes(&stored)?;
    output.write(&bytes)?;
    if !shell.quiet {
        let tally = &stored.counted.tally;
        let groups: usize = tally.groupings.iter().map(|grouping| grouping.groups.len()).sum();
        let mut said = format!(
            "{}: {} rows of {} people in {groups} groups, digest {digest}\n",
            path.display(),
            number::count(tally.everyone.fates.read()),
            number::count(tally.everyone.subjects),
        );
        if let Some(withheld) = stored.about.withheld {
            said.push_str(&format!(
                "{} groups are withheld, so that none of fewer than {} people can be had from it\n",
                withheld.groups, withheld.under
            ));
        }
        shell.data(&said)?;
    }
    Ok(0)
}
