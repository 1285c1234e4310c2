//! `parytet init`: from a log alone to a first spec that runs.

use std::io::{self, BufRead, Write};
use std::path::{Component, Path, PathBuf};

use anyhow::{Context as _, anyhow};

use super::Failure;
use super::args::InitArgs;
use super::output::Output;
use super::ready::{source, today};
use super::shell::{Shell, environment};
use crate::diagnostic::{Diagnostic, Place, near};
use crate::init::{Direction, Given, LogKeys, Sample, propose, sample, spec as spec_text, summary};
use crate::log::Opened;
use crate::plan;
use crate::spec::{self, At, Condition, Flags, Origin, Test};

/// The file that is written unless another is named.
const FILE: &str = "audit.toml";

/// Exit code of a spec in which something has to be filled in.
const OPEN: u8 = 3;

/// Runs the command.
pub(super) fn run(args: &InitArgs, shell: &Shell) -> Result<u8, Failure> {
    let to_stdout = args.output.as_deref() == Some(Path::new("-"));
    let path = args.output.clone().unwrap_or_else(|| PathBuf::from(FILE));
    // `symlink_metadata`: a link that leads nowhere is a file too, and would be written over.
    if !to_stdout && !args.force && path.symlink_metadata().is_ok() {
        return Err(anyhow!(
            "`{}` is there already, and was not touched; name another file with --output, or write over it with --force",
            path.display()
        )
        .into());
    }
    let flags = flags(args);
    let typed = spec::apply(&flags, None).map_err(|faults| Failure::Faults { faults, text: None })?;
    let inputs = plan::inputs(&typed).map_err(|faults| Failure::Faults { faults, text: None })?;
    let source = source(&inputs.log)?;
    let read: Vec<PathBuf> = source.files.iter().filter_map(|file| file.path.clone()).collect();
    if !to_stdout {
        super::output::check_outputs([&path], &read)?;
    }
    let output = if to_stdout { None } else { Some(Output::open(&path)?) };
    let opened = Opened::open(&source)?;
    let schema = opened.schema()?;
    let sample = sample(&opened, &schema, args.rows)?;
    if sample.rows == 0 {
        return Err(Diagnostic::new(
            "no-rows",
            "the log has a header and no rows, so nothing can be told of its columns",
        )
        .help("name a log with rows in it")
        .into());
    }
    let as_of = plan::as_of(None, environment("SOURCE_DATE_EPOCH").as_deref(), today())?;
    let mut given = given(args, &typed, as_of);
    for name in given.columns() {
        known(&sample, &name)?;
    }
    let reads_stdin = args.log.iter().any(|log| log == "-");
    if shell.can_ask() && !reads_stdin && !args.yes {
        ask(&sample, &mut given, &mut io::stdin().lock(), &mut io::stderr().lock())
            .context("cannot ask on this terminal")?;
    }
    let proposal = propose(&sample, &given);
    let keys = keys(args, &path, to_stdout)?;
    let text = spec_text(&proposal, &sample, &keys);

    let (lines, warnings) = summary(&proposal, &sample);
    for line in lines {
        shell.say(&line);
    }
    for warning in &warnings {
        shell.warning(warning);
    }
    let mut code = if proposal.lacks().is_empty() { 0 } else { OPEN };
    if code == 0 {
        // What `parytet check` would say of it, so that nobody has to find out.
        let made = spec::parse(&text, &path.to_string_lossy(), PathBuf::new())
            .and_then(|made| plan::resolve(&made, source.clone(), &schema, None, as_of));
        let agreed = made.and_then(|plan| opened.check_agreement(&plan.log_columns).map_err(|fault| vec![fault]));
        if let Err(faults) = agreed {
            shell.warning("the spec was written, and has to be mended before it runs:");
            shell.failure(&Failure::Faults {
                faults,
                text: Some(text.clone()),
            });
            code = OPEN;
        }
    }
    match output {
        None => shell.data(&text)?,
        Some(output) => {
            output.write(text.as_bytes())?;
            let shown = path.display();
            shell.say(&match code {
                0 => format!("wrote {shown}; next: parytet audit {shown}"),
                _ => format!("wrote {shown}; fill in what is marked TO DO, then: parytet check {shown}"),
            });
        }
    }
    Ok(code)
}

/// Checks that a column that somebody named is one that can be used.
fn known(sample: &Sample, name: &str) -> Result<(), Diagnostic> {
    if sample.column(name).is_some() {
        return Ok(());
    }
    if let Some((_, why)) = sample.unusable.iter().find(|(unusable, _)| unusable == name) {
        return Err(
            Diagnostic::new("unusable-column", format!("the column `{name}` can't be used: {why}"))
                .help("rename it in the log, or name another column"),
        );
    }
    let names = || sample.columns.iter().map(|facts| facts.name.as_str());
    let fault = Diagnostic::new("unknown-column", format!("the log has no column `{name}`"));
    Err(match near(name, names()) {
        Some(close) => fault.help(format!("did you mean `{close}`?")),
        None => fault.help(format!("it has {}", names().collect::<Vec<_>>().join(", "))),
    })
}

fn flags(args: &InitArgs) -> Flags {
    Flags {
        logs: args.log.clone(),
        format: args.input_format.clone(),
        delimiter: args.delimiter.clone(),
        quote: args.quote.clone(),
        null_values: args.null_value.clone(),
        allow_short_rows: args.allow_short_rows,
        subject: args.subject.clone(),
        selected: args.selected.clone(),
        ..Flags::default()
    }
}

fn given(args: &InitArgs, typed: &spec::Spec, as_of: jiff::civil::Date) -> Given {
    Given {
        subject: args.subject.clone(),
        selected: typed.outcomes.first().map(|outcome| outcome.selected.clone()),
        favourable: match (args.favourable, args.unfavourable) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
        protected: args.protected.clone(),
        as_of,
    }
}

fn keys(args: &InitArgs, path: &Path, to_stdout: bool) -> Result<LogKeys, Failure> {
    let here = std::env::current_dir().context("cannot tell the folder where you stand")?;
    let folder = match path.parent() {
        Some(folder) if !to_stdout => here.join(folder),
        _ => here.clone(),
    };
    let byte = |text: &Option<String>| match text.as_deref() {
        None => None,
        Some("\\t" | "tab") => Some(b'\t'),
        Some(text) => text.bytes().next(),
    };
    Ok(LogKeys {
        paths: args.log.iter().map(|log| relative(log, &here, &folder)).collect(),
        format: args.input_format.clone(),
        delimiter: byte(&args.delimiter),
        quote: byte(&args.quote),
        null_values: args.null_value.clone(),
        allow_short_rows: args.allow_short_rows,
    })
}

/// A path as seen from the spec's folder, since that is what paths in a spec start from. Addresses, absolute paths and
/// standard input stay as they are.
fn relative(log: &str, here: &Path, folder: &Path) -> String {
    if log == "-" || log.contains("://") || Path::new(log).is_absolute() {
        return log.to_owned();
    }
    let parts = |path: &Path| {
        let mut parts: Vec<Component<'_>> = Vec::new();
        for part in path.components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir if matches!(parts.last(), Some(Component::Normal(_))) => {
                    parts.pop();
                }
                other => parts.push(other),
            }
        }
        parts
            .iter()
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect::<Vec<_>>()
    };
    let (log, folder) = (parts(&here.join(log)), parts(folder));
    let shared = log.iter().zip(&folder).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), folder.len() - shared);
    up.chain(log[shared..].iter().cloned()).collect::<Vec<_>>().join("/")
}

/// Asks about what a wrong guess would spoil. An empty line leaves a guess as it is, and so does the end of the input.
fn ask(sample: &Sample, given: &mut Given, input: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<()> {
    ask_decision(sample, given, input, out)?;
    let proposal = propose(sample, given);
    if given.favourable.is_none()
        && let Some(outcome) = &proposal.outcome
    {
        let hint = match &outcome.direction {
            Direction::Guessed(true, why) => format!("[yes, for {why}]"),
            Direction::Guessed(false, why) => format!("[no, for {why}]"),
            _ => "[yes or no; a wrong answer turns every verdict round]".to_owned(),
        };
        given.favourable = loop {
            let answer = answer(input, out, &format!("Is being selected good for the person? {hint}: "))?;
            match answer.as_deref().map(str::to_lowercase).as_deref() {
                Some("y" | "yes" | "t" | "tak") => break Some(true),
                Some("n" | "no" | "nie") => break Some(false),
                Some("") | None => break None,
                Some(_) => writeln!(out, "Please answer yes or no.")?,
            }
        };
    }
    let names: Vec<&str> = proposal
        .attributes
        .iter()
        .map(|attribute| attribute.column.as_str())
        .collect();
    let shown = if names.is_empty() {
        "none found".to_owned()
    } else {
        names.join(", ")
    };
    loop {
        let Some(answer) = answer(
            input,
            out,
            &format!("Protected attributes, divided by commas [{shown}]: "),
        )?
        else {
            return Ok(());
        };
        let named = split(&answer);
        match named.iter().find_map(|name| known(sample, name).err()) {
            None => {
                if !named.is_empty() {
                    given.protected = named;
                }
                return Ok(());
            }
            Some(fault) => complain(out, &fault)?,
        }
    }
}

/// Asks which column is the decision, and which of its values mean that a person was selected.
fn ask_decision(sample: &Sample, given: &mut Given, input: &mut dyn BufRead, out: &mut dyn Write) -> io::Result<()> {
    if given.selected.is_some() {
        return Ok(());
    }
    let proposal = propose(sample, given);
    let guess = proposal.outcome.as_ref().map(|outcome| &outcome.selected);
    let shown = guess.map_or("none found", |what| &what.column);
    let column = loop {
        let Some(answer) = answer(input, out, &format!("Which column is the decision? [{shown}]: "))? else {
            return Ok(());
        };
        match (answer.as_str(), known(sample, &answer)) {
            ("", _) => break guess.map(|what| what.column.clone()),
            (_, Ok(())) => break Some(answer),
            (_, Err(fault)) => complain(out, &fault)?,
        }
    };
    let Some(column) = column else { return Ok(()) };
    let values: Vec<String> = sample
        .column(&column)
        .map(crate::init::Facts::some_values)
        .unwrap_or_default();
    let same = guess.filter(|what| what.column == column);
    let positive = match same.map(|what| &what.test) {
        Some(Test::Values(values)) => values.iter().map(|value| value.value.clone()).collect(),
        // A number of rows has no values to choose from.
        Some(_) => return Ok(()),
        None => Vec::new(),
    };
    let shown = if positive.is_empty() {
        values.join(" or ")
    } else {
        positive.join(", ")
    };
    loop {
        let asked = format!("Which of its values mean selected, divided by commas? [{shown}]: ");
        let Some(answer) = answer(input, out, &asked)? else {
            return Ok(());
        };
        let chosen = if answer.is_empty() {
            positive.clone()
        } else {
            split(&answer)
        };
        if chosen.is_empty() {
            writeln!(out, "Please name at least one of: {}", values.join(", "))?;
            continue;
        }
        if let Some(strange) = chosen.iter().find(|value| !values.contains(value)) {
            writeln!(out, "`{strange}` is none of its values: {}", values.join(", "))?;
            continue;
        }
        if same.is_none() || chosen != positive {
            let origin = Origin::Default;
            let at = |value: String| At {
                value,
                origin: Origin::Default,
            };
            given.selected = Some(Condition {
                column: at(column),
                test: Test::Values(chosen.into_iter().map(at).collect()),
                origin,
                absent_allowed: false,
            });
        }
        return Ok(());
    }
}

/// One line of an answer, without blanks around it; `None` at the end of the input.
fn answer(input: &mut dyn BufRead, out: &mut dyn Write, question: &str) -> io::Result<Option<String>> {
    let visible: String = question
        .chars()
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    write!(out, "{visible}")?;
    out.flush()?;
    let mut line = String::new();
    if input.read_line(&mut line)? == 0 {
        writeln!(out)?;
        return Ok(None);
    }
    Ok(Some(line.trim().to_owned()))
}

fn complain(out: &mut dyn Write, fault: &Diagnostic) -> io::Result<()> {
    let fault = fault.clone().at(Place::of_file("your answer"));
    writeln!(out, "{}", fault.render(None, false))
}

fn split(text: &str) -> Vec<String> {
    let parts = text.split(',').map(|part| part.trim().to_owned());
    parts.filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Csv, Source, StoreOptions};

    const LOG: &str =
        "id,gender,region,status,decision\n1,F,north,A,yes\n2,M,south,B,no\n3,F,south,A,no\n4,M,north,B,yes\n";

    /// What is known after these answers, and what was asked.
    fn asked(answers: &str) -> (Given, String) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("log.csv"), LOG).unwrap();
        let stores = StoreOptions::default();
        let files = crate::log::find_files(&["log.csv".to_owned()], folder.path(), None, &stores).unwrap();
        let csv = Csv {
            delimiter: None,
            quote: b'"',
            null_values: Vec::new(),
            allow_short_rows: false,
        };
        let source = Source {
            files,
            csv,
            stores,
            second: None,
        };
        let opened = Opened::open(&source).unwrap();
        let sample = sample(&opened, &opened.schema().unwrap(), 100).unwrap();
        let mut given = Given::default();
        let mut out = Vec::new();
        ask(&sample, &mut given, &mut answers.as_bytes(), &mut out).unwrap();
        (given, String::from_utf8(out).unwrap())
    }

    fn selected(given: &Given) -> Option<(String, Vec<String>)> {
        let condition = given.selected.as_ref()?;
        let Test::Values(values) = &condition.test else {
            return None;
        };
        let values = values.iter().map(|value| value.value.clone()).collect();
        Some((condition.column.value.clone(), values))
    }

    #[test]
    fn empty_answers_leave_the_guesses() {
        for answers in ["\n\n\n\n", ""] {
            let (given, out) = asked(answers);
            assert_eq!(given, Given::default());
            assert!(out.starts_with("Which column is the decision? [decision]: "), "{out}");
        }
    }

    #[test]
    fn answers_win_and_faulty_ones_are_asked_again() {
        let (given, out) = asked("stats\nstatus\n\nC\nB\nmaybe\nno\ngendr\ngender, region\n");
        assert_eq!(selected(&given), Some(("status".to_owned(), vec!["B".to_owned()])));
        assert_eq!(given.favourable, Some(false));
        assert_eq!(given.protected, ["gender", "region"]);
        for said in [
            "did you mean `status`?",
            "Please name at least one of: A, B",
            "`C` is none of its values: A, B",
            "Please answer yes or no.",
            "did you mean `gender`?",
        ] {
            assert!(out.contains(said), "{said}: {out}");
        }
    }

    #[test]
    fn another_value_of_the_column_that_was_guessed() {
        let (given, _) = asked("\nno\nTAK\n\n");
        assert_eq!(selected(&given), Some(("decision".to_owned(), vec!["no".to_owned()])));
        assert_eq!(given.favourable, Some(true));
    }

    #[test]
    fn paths_are_seen_from_the_folder_of_the_spec() {
        let here = Path::new("/home/me");
        let from = |log: &str, folder: &str| relative(log, here, Path::new(folder));
        assert_eq!(from("log.csv", "/home/me"), "log.csv");
        assert_eq!(from("./data/*.csv", "/home/me/audits"), "../data/*.csv");
        assert_eq!(from("data/log.csv", "/home/me/data"), "log.csv");
        assert_eq!(from("../log.csv", "/srv/audits"), "../../home/log.csv");
        assert_eq!(from("/srv/log.csv", "/home/me/audits"), "/srv/log.csv");
        assert_eq!(from("s3://bucket/log.csv", "/home/me/audits"), "s3://bucket/log.csv");
        assert_eq!(from("-", "/home/me/audits"), "-");
    }
}
