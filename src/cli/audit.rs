//! `parytet audit`: from a spec or flags to a result and an exit code.

use super::args::{AuditArgs, Format, MeansArgs, WhatArgs};
use super::database::{self, Connected};
use super::output::Output;
use super::progress::Progress;
use super::shell::{Shell, environment, environment_of};
use super::{CANNOT, Failure};
use crate::assess::assess;
use crate::diagnostic::{Diagnostic, Place};
use crate::engine::{self, Counted, Means};
use crate::log::{Opened, find_files};
use crate::plan::{self, Patterns, Plan, Source, StoreOptions};
use crate::report::assemble::{Parts, assemble};
use crate::report::face::Face;
use crate::report::face::table::{Look, Shown};
use crate::spec::{self, Flags, Spec};
use crate::tally::Room;
use crate::verdict;

/// A plan with its files or its database opened.
pub(super) struct Ready {
    pub(super) plan: Plan,
    from: From,
}

/// What counts the log.
enum From {
    /// This machine, from files.
    Files { log: Opened, people: Option<Opened> },
    /// A database.
    Database(Box<Connected>),
}

/// Runs the command.
pub(super) fn run(args: &AuditArgs, shell: &Shell) -> Result<u8, Failure> {
    // A folder that is not there must be found before an hour of reading, not after.
    let outputs: Vec<Output> = args
        .output
        .iter()
        .map(|path| Output::open(path))
        .collect::<Result<_, _>>()?;
    let mut ready = prepare(&args.what)?;
    let text = Some(ready.plan.source.text.clone()).filter(|t| !t.is_empty());
    let in_spec = |fault: Diagnostic| Failure::Faults {
        faults: vec![fault],
        text: text.clone(),
    };
    let counted = count(&mut ready, args, shell).map_err(|fault| {
        if database::is_stopped(&fault) {
            Failure::Interrupted
        } else {
            in_spec(fault)
        }
    })?;
    let assessment = assess(&ready.plan, &counted.tally).map_err(&in_spec)?;
    let judged = verdict::judge(&ready.plan, &counted.tally, &assessment);
    let outcome = verdict::exit(&ready.plan, &judged, args.exit_zero);
    let result = assemble(&Parts {
        plan: &ready.plan,
        counted: &counted,
        assessment: &assessment,
        judged: &judged,
        outcome,
        exit_zero: args.exit_zero,
    });

    let metrics = if args.all_metrics { Shown::All } else { Shown::Gated };
    let on_paper = Look {
        width: 100,
        color: false,
        unicode: true,
        metrics,
    };
    let mut lost = None;
    for output in outputs {
        if let Err(failure) = output.write(&result, &on_paper) {
            shell.failure(&failure);
            lost = Some(CANNOT);
        }
    }
    if !shell.quiet {
        let face = match args.format {
            Format::Table => Face::Table,
            Format::Json => Face::Json,
            Format::Csv => Face::Csv,
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

/// Reads the spec and flags, opens the files, and resolves the plan.
pub(super) fn prepare(args: &WhatArgs) -> Result<Ready, Failure> {
    let (spec, logs) = spec_and_logs(args)?;
    let text = spec.as_ref().map(|s| s.source.text.clone()).filter(|t| !t.is_empty());
    let faults = |faults: Vec<Diagnostic>| Failure::Faults {
        faults,
        text: text.clone(),
    };
    let one = |fault: Diagnostic| faults(vec![fault]);
    let spec = spec::apply(&flags(args, logs), spec).map_err(&faults)?;
    let inputs = plan::inputs(&spec).map_err(&faults)?;
    let as_of = plan::as_of(
        args.as_of.as_deref(),
        environment("SOURCE_DATE_EPOCH").as_deref(),
        today(),
    )
    .map_err(&one)?;
    if let Some(planned) = &inputs.database {
        let connected = Connected::open(planned).map_err(&one)?;
        let (log, people) = connected.sources();
        let people = people.zip(connected.people_schema.as_ref());
        let plan = plan::resolve(&spec, log, &connected.schema, people, as_of).map_err(&faults)?;
        let from = From::Database(Box::new(connected));
        return Ok(Ready { plan, from });
    }
    let log_source = source(&inputs.log).map_err(&one)?;
    let log = Opened::open(&log_source).map_err(&one)?;
    let log_schema = log.schema().map_err(&one)?;
    let people = match &inputs.people {
        None => None,
        Some(patterns) => {
            let source = source(patterns).map_err(&one)?;
            let opened = Opened::open(&source).map_err(&one)?;
            let schema = opened.schema().map_err(&one)?;
            Some((source, opened, schema))
        }
    };
    let mut plan = plan::resolve(
        &spec,
        log_source,
        &log_schema,
        people.as_ref().map(|(source, _, schema)| (source.clone(), schema)),
        as_of,
    )
    .map_err(&faults)?;
    plan.notes.extend(log.notes().map_err(&one)?);
    log.check_agreement(&plan.log_columns).map_err(&one)?;
    let people = people.map(|(_, opened, _)| opened);
    if let (Some(opened), Some(planned)) = (&people, &plan.people) {
        opened.check_agreement(&planned.columns).map_err(&one)?;
    }
    let from = From::Files { log, people };
    Ok(Ready { plan, from })
}

/// The day in UTC: the one place where the clock is read.
#[allow(clippy::disallowed_methods)]
pub(super) fn today() -> jiff::civil::Date {
    jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now()).date()
}

/// A spec (its name ends in `.toml`), or logs.
fn spec_and_logs(args: &WhatArgs) -> Result<(Option<Spec>, Vec<String>), Failure> {
    let is_spec = |name: &String| {
        std::path::Path::new(name)
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("toml"))
    };
    let specs: Vec<&String> = args.input.iter().filter(|name| is_spec(name)).collect();
    let logs: Vec<String> = args.input.iter().filter(|name| !is_spec(name)).cloned().collect();
    match specs.as_slice() {
        [] => Ok((None, logs)),
        [path] => Ok((Some(read_spec(path)?), logs)),
        _ => Err(Diagnostic::new("bad-flag", "more than one spec is given")
            .help("an audit has one spec; run parytet once for each")
            .into()),
    }
}

pub(super) fn read_spec(path: &str) -> Result<Spec, Failure> {
    let place = Place {
        file: path.to_owned(),
        ..Place::default()
    };
    let bytes = std::fs::read(path).map_err(|error| {
        Diagnostic::new("file-not-found", format!("cannot read the spec: {error}"))
            .at(place.clone())
            .help("check the path; it is relative to the folder where you stand")
    })?;
    let text = String::from_utf8(bytes).map_err(|_| {
        Diagnostic::new("not-utf8", "the spec is not UTF-8 text")
            .at(place)
            .help("save it as UTF-8")
    })?;
    let folder = std::path::Path::new(path)
        .parent()
        .map(std::path::Path::to_path_buf)
        .unwrap_or_default();
    spec::parse(&text, path, folder).map_err(|faults| Failure::Faults {
        faults,
        text: Some(text),
    })
}

pub(super) fn source(patterns: &Patterns) -> Result<Source, Diagnostic> {
    let stores = StoreOptions::new(environment_of(&["AWS_", "GOOGLE_", "AZURE_"]));
    let files = find_files(&patterns.patterns, &patterns.folder, patterns.format, &stores).map_err(|mut fault| {
        // A path written in a spec is shown where it is written; one on the command line speaks for itself.
        if let Some(place) = patterns.place.as_ref().filter(|place| place.line.is_some()) {
            fault.place = Some(place.clone());
        }
        fault
    })?;
    Ok(Source {
        files,
        csv: patterns.csv.clone(),
        stores,
    })
}

fn flags(args: &WhatArgs, logs: Vec<String>) -> Flags {
    Flags {
        logs,
        format: args.input_format.clone(),
        subject: args.subject.clone(),
        time: args.time.clone(),
        count: args.count.clone(),
        weight: args.weight.clone(),
        filters: args.where_.clone(),
        people: args.people.clone(),
        people_key: args.people_key.clone(),
        delimiter: args.delimiter.clone(),
        quote: args.quote.clone(),
        null_values: args.null_value.clone(),
        allow_short_rows: args.allow_short_rows,
        protected: args.protected.clone(),
        missing: args.missing.clone(),
        reference: args.reference.clone(),
        intersections: args.intersection.clone(),
        min_subjects: args.min_subjects,
        selected: args.selected.clone(),
        actual: args.actual.clone(),
        value: args.value.clone(),
        outcome: args.outcome.clone(),
        favourable: match (args.favourable, args.unfavourable) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
        gates: args.gate.clone(),
        rule: args.rule.clone(),
        on_inconclusive: args.on_inconclusive.clone(),
        level: args.level,
        seed: args.seed,
        title: args.title.clone(),
    }
}

/// Counts people and log into a tally, and shows how far it has come.
fn count(ready: &mut Ready, args: &AuditArgs, shell: &Shell) -> Result<Counted, Diagnostic> {
    let (log, people) = match &mut ready.from {
        From::Files { log, people } => (log, people),
        From::Database(connected) => return connected.count(&ready.plan),
    };
    let progress = Progress::new(args.progress, shell.quiet, log.size());
    let means = means(&args.means);
    let counted = engine::embedded(&ready.plan, log, people.as_ref(), &means, &|rows, bytes| {
        progress.at(rows, bytes);
    });
    progress.done();
    counted
}

/// What counting may use of this machine.
fn means(args: &MeansArgs) -> Means {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Means {
        threads: args.threads.map_or_else(cores, usize::from),
        room: args.memory_limit.map(|size| Room {
            bytes: usize::try_from(size.as_u64()).unwrap_or(usize::MAX),
            folder: std::env::temp_dir(),
        }),
    }
}
