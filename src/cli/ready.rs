//! From what was typed to a plan with its log opened, and to its counts.

use std::path::PathBuf;

use super::Failure;
use super::args::{Color, MeansArgs, WhatArgs};
use super::database::{self, Connected};
use super::progress::Progress;
use super::shell::{Shell, environment, environment_of};
use crate::diagnostic::{Diagnostic, Place};
use crate::engine::{self, Beside, Counted, Means};
use crate::log::{Opened, find_files};
use crate::plan::{self, Patterns, Plan, Schema, Source, SourceFile, StoreOptions};
use crate::spec::{self, Flags, Origin, Spec, Typed};
use crate::store::{self, FileDigest};
use crate::tally::Room;

/// A plan with its files or its database opened.
pub(super) struct Ready {
    pub(super) plan: Plan,
    /// The flags as typed.
    pub(super) flags: Flags,
    /// The spec's text without what may be secret.
    pub(super) public_text: String,
    /// Columns of the log and of the people.
    pub(super) schemas: (Schema, Option<Schema>),
    /// What was noticed when the files were opened.
    pub(super) notes: Vec<String>,
    from: From,
}

/// What counts the log.
enum From {
    /// This machine, from files.
    Files {
        log: Box<Opened>,
        people: Option<Opened>,
        checks: Vec<Opened>,
    },
    /// A database.
    Database(Box<Connected>),
}

impl Ready {
    /// A failure that points into the spec.
    pub(super) fn failed(&self, fault: Diagnostic) -> Failure {
        if database::is_stopped(&fault) {
            return Failure::Interrupted;
        }
        Failure::Faults {
            faults: vec![fault],
            text: Some(self.plan.source.text.clone()).filter(|text| !text.is_empty()),
        }
    }

    /// What is read, and must not be written over: the spec, the log, the people.
    pub(super) fn read_from(&self) -> Vec<PathBuf> {
        let sources = std::iter::once(&self.plan.log)
            .chain(self.plan.people.as_ref().map(|people| &people.source))
            .chain(self.plan.events.iter().map(|events| &events.source));
        let files = sources
            .flat_map(|source| &source.files)
            .filter_map(|file| file.path.clone());
        std::iter::once(PathBuf::from(&self.plan.source.path))
            .chain(files)
            .collect()
    }

    /// Counts people and log into a tally, and shows how far it has come.
    ///
    /// # Errors
    /// A fault of the log; a database that fails, or was stopped.
    pub(super) fn count(&mut self, means: &MeansArgs, progress: Color, shell: &Shell) -> Result<Counted, Failure> {
        let counted = match &mut self.from {
            From::Database(connected) => connected.count(&self.plan),
            From::Files { log, people, checks } => {
                let beside = Beside {
                    people: people.as_ref(),
                    events: checks,
                };
                let progress = Progress::new(progress, shell.quiet, log.size());
                let counted = engine::embedded(&self.plan, log, beside, &means_of(means), &|rows, bytes| {
                    progress.at(rows, bytes);
                });
                progress.done();
                counted
            }
        };
        counted.map_err(|fault| self.failed(fault))
    }

    /// The files that are counted, each with its fingerprint, and with its digest where that is asked for.
    ///
    /// # Errors
    /// A file that can't be read, or that was changed.
    pub(super) fn files(&self, hash: bool) -> Result<store::Files, Diagnostic> {
        let (log, people, checks): (_, _, &[Opened]) = match &self.from {
            From::Database(_) => (None, None, &[]),
            From::Files { log, people, checks } => (Some(log.as_ref()), people.as_ref(), checks),
        };
        let planned = self.plan.people.as_ref();
        let events = self.plan.events.iter().zip(checks);
        Ok(store::Files {
            log: files_of(&self.plan.log, log, hash)?,
            people: planned
                .map(|planned| files_of(&planned.source, people, hash))
                .transpose()?,
            checks: events
                .map(|(events, opened)| files_of(&events.source, Some(opened), hash))
                .collect::<Result<Vec<_>, _>>()?
                .concat(),
        })
    }

    /// What was typed.
    pub(super) fn typed(&self) -> Typed {
        Typed::new(self.public_text.clone(), [self.flags.clone()])
    }
}

/// The files of a source; `opened` is `None` for a database.
fn files_of(source: &Source, opened: Option<&Opened>, hash: bool) -> Result<Vec<store::File>, Diagnostic> {
    let names = source.files.iter().map(|file| file.name.clone());
    let Some(opened) = opened else {
        let bare = |name| store::File {
            name,
            fingerprint: None,
            digest: if hash {
                FileDigest::NotAFile
            } else {
                FileDigest::NotAsked
            },
        };
        return Ok(names.map(bare).collect());
    };
    let digests = if hash { opened.digests()? } else { Vec::new() };
    let digests = digests
        .into_iter()
        .map(|(digest, bytes)| FileDigest::Sha256(digest, bytes))
        .chain(std::iter::repeat(FileDigest::NotAsked));
    Ok(names
        .zip(opened.fingerprints()?)
        .zip(digests)
        .map(|((name, fingerprint), digest)| store::File {
            name,
            fingerprint: Some(fingerprint),
            digest,
        })
        .collect())
}

/// Reads the spec and flags, opens the files, and resolves the plan.
pub(super) fn prepare(args: &WhatArgs) -> Result<Ready, Failure> {
    let (spec, logs) = spec_and_logs(args)?;
    let text = spec.as_ref().map(|s| s.source.text.clone()).filter(|t| !t.is_empty());
    let faults = |faults: Vec<Diagnostic>| Failure::Faults {
        faults,
        text: text.clone(),
    };
    let flags = flags(args, logs);
    let spec = with_waivers(spec::apply(&flags, spec).map_err(&faults)?)?;
    let as_of = plan::as_of(
        args.as_of.as_deref(),
        environment("SOURCE_DATE_EPOCH").as_deref(),
        today(),
    )
    .map_err(|fault| faults(vec![fault]))?;
    open(&spec, flags, as_of)
}

/// Opens the files of a spec over which `flags` were put, and resolves the plan.
pub(super) fn open(spec: &Spec, flags: Flags, as_of: jiff::civil::Date) -> Result<Ready, Failure> {
    let text = Some(&spec.source.text).filter(|text| !text.is_empty());
    let faults = |faults: Vec<Diagnostic>| Failure::Faults {
        faults,
        text: text.cloned(),
    };
    let one = |fault: Diagnostic| faults(vec![fault]);
    let inputs = plan::inputs(spec).map_err(&faults)?;
    if let Some(planned) = &inputs.database {
        let connected = Connected::open(planned).map_err(&one)?;
        let (log, people) = connected.sources();
        let people = people.zip(connected.people_schema.as_ref());
        let plan = plan::resolve(spec, log, &connected.schema, people, as_of).map_err(&faults)?;
        return Ok(Ready {
            plan,
            flags,
            public_text: spec.public_text(),
            schemas: (connected.schema.clone(), connected.people_schema.clone()),
            notes: Vec::new(),
            from: From::Database(Box::new(connected)),
        });
    }
    let mut log_source = source(&inputs.log).map_err(&one)?;
    if let Some(versus) = &inputs.versus {
        log_source.second = Some(log_source.files.len());
        log_source.files.extend(source(versus).map_err(&one)?.files);
    }
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
        spec,
        log_source,
        &log_schema,
        people.as_ref().map(|(source, _, schema)| (source.clone(), schema)),
        as_of,
    )
    .map_err(&faults)?;
    let notes = log.notes().map_err(&one)?;
    plan.notes.extend(notes.iter().cloned());
    log.check_agreement(&plan.log_columns).map_err(&one)?;
    let (people, people_schema) = people.map(|(_, opened, schema)| (opened, schema)).unzip();
    if let (Some(opened), Some(planned)) = (&people, &plan.people) {
        opened.check_agreement(&planned.columns).map_err(&one)?;
    }
    let mut checks = Vec::new();
    for patterns in &inputs.checks {
        let source = source(patterns).map_err(&one)?;
        let opened = Opened::open(&source).map_err(&one)?;
        let schema = opened.schema().map_err(&one)?;
        checks.push((source, opened, schema));
    }
    let logs = checks
        .iter()
        .map(|(source, _, schema)| (source.clone(), schema))
        .collect();
    plan.events = plan::events(spec, &plan, logs).map_err(&faults)?;
    for ((_, opened, _), events) in checks.iter().zip(&plan.events) {
        opened.check_agreement(&events.columns).map_err(&one)?;
    }
    Ok(Ready {
        plan,
        flags,
        public_text: spec.public_text(),
        schemas: (log_schema, people_schema),
        notes,
        from: From::Files {
            log: Box::new(log),
            people,
            checks: checks.into_iter().map(|(_, opened, _)| opened).collect(),
        },
    })
}

/// The day in UTC: the one place where the clock is read.
#[allow(clippy::disallowed_methods)]
pub(super) fn today() -> jiff::civil::Date {
    jiff::tz::TimeZone::UTC.to_datetime(jiff::Timestamp::now()).date()
}

/// The moment in UTC that an archive's entry claims, in whole seconds: that of `SOURCE_DATE_EPOCH`, else now.
#[allow(clippy::disallowed_methods)]
pub(super) fn moment() -> Result<jiff::Timestamp, Diagnostic> {
    let now = jiff::Timestamp::now();
    let Some(text) = environment("SOURCE_DATE_EPOCH") else {
        return Ok(jiff::Timestamp::from_second(now.as_second()).unwrap_or(now));
    };
    let seconds = text.trim().parse().ok();
    seconds
        .and_then(|seconds| jiff::Timestamp::from_second(seconds).ok())
        .ok_or_else(|| {
            Diagnostic::new(
                "bad-environment",
                format!("SOURCE_DATE_EPOCH is \"{text}\", which is not a number of seconds"),
            )
        })
}

/// A spec (its name ends in `.toml`), or logs.
pub(super) fn spec_and_logs(args: &WhatArgs) -> Result<(Option<Spec>, Vec<String>), Failure> {
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
    let place = Place::of_file(path);
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

/// The spec with the waivers of the file that it names. A file that is named and is not there is an error: without it, what
/// somebody answered for would be a failure again, or a failure would look as if nobody had.
pub(super) fn with_waivers(mut spec: Spec) -> Result<Spec, Failure> {
    let Some(named) = spec.waiver_file.clone() else {
        return Ok(spec);
    };
    let path = match &named.origin {
        Origin::File(_) => spec.source.folder.join(&named.value),
        _ => PathBuf::from(&named.value),
    };
    let shown = path.to_string_lossy().replace('\\', "/");
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let place = spec::place_of(&spec.source, &named.origin).unwrap_or_default();
        let fault = Diagnostic::new(
            "file-not-found",
            format!("cannot read the waivers in `{shown}`: {error}"),
        )
        .at(place)
        .help("check the path; one in a spec is relative to the spec's folder");
        Failure::Faults {
            faults: vec![fault],
            text: Some(spec.source.text.clone()).filter(|text| !text.is_empty()),
        }
    })?;
    let waivers = spec::parse_waivers(&text, &shown).map_err(|faults| Failure::Faults {
        faults,
        text: Some(text),
    })?;
    spec.waivers.extend(waivers);
    Ok(spec)
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
        second: None,
    })
}

pub(super) fn flags(args: &WhatArgs, logs: Vec<String>) -> Flags {
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
        strata: args.stratum.clone(),
        search: args.search.clone(),
        proxies: args.proxies.clone(),
        matching: args.matching.clone(),
        every: args.every.clone(),
        system: args.system.clone(),
        versus: args.versus.clone(),
        missing: args.missing.clone(),
        reference: args.reference.clone(),
        intersections: args.intersection.clone(),
        min_subjects: args.min_subjects,
        selected: args.selected.clone(),
        actual: args.actual.clone(),
        value: args.value.clone(),
        list_price: args.list_price.clone(),
        score: args.score.clone(),
        predicted: args.predicted.clone(),
        metrics: args.metrics.clone(),
        outcome: args.outcome.clone(),
        favourable: match (args.favourable, args.unfavourable) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
        gates: args.gate.clone(),
        waivers: args.waivers.clone(),
        rule: args.rule.clone(),
        on_inconclusive: args.on_inconclusive.clone(),
        level: args.level,
        seed: args.seed,
        bootstrap: args.bootstrap,
        title: args.title.clone(),
    }
}

/// What counting may use of this machine.
fn means_of(args: &MeansArgs) -> Means {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Means {
        threads: args.threads.map_or_else(cores, usize::from),
        room: args.memory_limit.map(|size| Room {
            bytes: usize::try_from(size.as_u64()).unwrap_or(usize::MAX),
            folder: std::env::temp_dir(),
        }),
    }
}

/// A file that is known by its name alone.
pub(super) fn named(name: &str) -> SourceFile {
    SourceFile {
        name: name.to_owned(),
        path: None,
        format: None,
    }
}
