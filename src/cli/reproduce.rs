//! `parytet reproduce`: the audit of an entry, made again from what the archive holds.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, anyhow};

use super::Failure;
use super::archive::args::ReproduceArgs;
use super::args::Color;
use super::audit::Counts;
use super::ready::{open, with_waivers};
use super::shell::Shell;
use super::tally::fitted;
use crate::archive::{self, Digest, Entry};
use crate::diagnostic::{Diagnostic, Place};
use crate::report::face::json::json;
use crate::report::model::v1;
use crate::report::text::safe;
use crate::spec::{self, Flags, Spec, Typed};
use crate::store::{self, File, FileDigest, Files};

/// Exit code where something differs.
const DIFFERS: u8 = 1;

/// Differences that are told; the rest is counted.
const MOST: usize = 20;

/// Runs the command.
pub(super) fn run(args: &ReproduceArgs, shell: &Shell) -> Result<u8, Failure> {
    let chain = archive::chain(&args.archive)?;
    let entry = archive::find(&chain, args.entry)?;
    let bytes = object(&args.archive, entry, "result.json")?.ok_or_else(|| {
        Diagnostic::new("no-result", format!("entry {} holds no result", entry.sequence)).help(
            "only audits can be made again, as long as their result is not retired: `parytet archive list` shows them",
        )
    })?;
    let recorded = super::archive::result(&bytes, Path::new("result.json"))?;
    if recorded.baseline.is_some() {
        return Err(Diagnostic::new(
            "needs-baseline",
            "the audit was held against an earlier result, which it does not contain",
        )
        .help("make it again with `parytet audit … --baseline RESULT`, and compare both with `parytet compare`")
        .into());
    }
    let tally = object(&args.archive, entry, "tally.parquet")?;
    let typed = typed(&recorded)?;
    let spec = asked(&recorded, &typed)?;
    if let Some(folder) = &args.from {
        std::env::set_current_dir(folder).with_context(|| format!("cannot go to `{}`", folder.display()))?;
    }
    let again = match (from_inputs(args, &recorded, &spec, &typed, shell)?, tally) {
        (Again::Made(result), _) => (result, "from its inputs"),
        (Again::Cannot(why), Some(tally)) => {
            say(shell, &why)?;
            let result = from_tally(tally, &recorded, &spec, typed)?;
            (result, "re-assessed from the tally")
        }
        (Again::Cannot(why), None) => {
            let why = why.trim_end().to_owned();
            return Err(anyhow!("the audit can't be made again, and no tally was archived:\n{why}").into());
        }
    };
    let (text, code) = compared(&bytes, &recorded, &again.0, again.1)?;
    say(shell, &text)?;
    Ok(code)
}

fn say(shell: &Shell, text: &str) -> Result<(), Failure> {
    if shell.quiet { Ok(()) } else { shell.data(text) }
}

/// The subject of this name, if the entry has one and it was not retired.
fn object(root: &Path, entry: &Entry, name: &str) -> Result<Option<Vec<u8>>, Diagnostic> {
    let named = entry.statement.subject.iter().find(|object| object.name == name);
    match (entry.statement.audit(), named) {
        (Some(_), Some(named)) => archive::object(root, &named.digest.sha256),
        _ => Ok(None),
    }
}

/// What was typed then.
fn typed(recorded: &v1::Result) -> Result<Typed, Failure> {
    let flags: Vec<Flags> = recorded
        .audit
        .flags
        .iter()
        .map(|flags| serde_json::from_value(serde_json::Value::Object(flags.clone().into_iter().collect())))
        .collect::<Result<_, _>>()
        .context("this version does not know the flags that the audit was asked for with")?;
    Ok(Typed::new(recorded.audit.spec_text.clone().unwrap_or_default(), flags))
}

/// The spec with its flags.
fn asked(recorded: &v1::Result, typed: &Typed) -> Result<Spec, Failure> {
    let path = recorded.audit.spec.clone().unwrap_or_default();
    let faults = |faults: Vec<Diagnostic>| Failure::Faults {
        faults,
        text: typed.text.clone(),
    };
    let folder = Path::new(&path).parent().map(Path::to_path_buf).unwrap_or_default();
    let mut spec = match &typed.text {
        Some(text) => Some(spec::parse(text, &path, folder).map_err(faults)?),
        None => None,
    };
    for flags in &typed.flags {
        spec = Some(spec::apply(flags, spec).map_err(faults)?);
    }
    with_waivers(spec.unwrap_or_default())
}

/// What came of trying.
enum Again {
    Made(Box<v1::Result>),
    /// Why not, in lines.
    Cannot(String),
}

fn from_inputs(
    args: &ReproduceArgs,
    recorded: &v1::Result,
    spec: &Spec,
    typed: &Typed,
    shell: &Shell,
) -> Result<Again, Failure> {
    let missing = |fault: &Diagnostic| {
        let mut text = format!("inputs missing: {fault}\n");
        for input in &recorded.inputs {
            let digest = input.sha256.as_deref().unwrap_or("not known");
            let _ = writeln!(text, "  {} {}, sha256 {digest}", input.role, safe(&input.name));
        }
        Again::Cannot(text)
    };
    let mut ready = match open(spec, Flags::default(), as_of(recorded)?) {
        Ok(ready) => ready,
        Err(Failure::Faults { faults, .. }) if !faults.is_empty() => return Ok(missing(&faults[0])),
        Err(other) => return Err(other),
    };
    let now = ready.files(true).map_err(|fault| ready.failed(fault))?;
    let others = others(recorded, &now);
    if !others.is_empty() {
        return Ok(Again::Cannot(others));
    }
    let counted = ready.count(&args.means, Color::Auto, shell)?;
    let counts = Counts {
        plan: ready.plan,
        counted,
        files: as_recorded(recorded),
        typed: typed.clone(),
    };
    Ok(Again::Made(Box::new(counts.judge(None, recorded.audit.exit_zero)?.0)))
}

fn from_tally(tally: Vec<u8>, recorded: &v1::Result, spec: &Spec, typed: Typed) -> Result<Box<v1::Result>, Failure> {
    let name = "tally.parquet";
    let stored = store::read(name, tally.into())?;
    let mut counts = fitted(&stored, name, spec, as_of(recorded)?, typed)?;
    counts.files = as_recorded(recorded);
    Ok(Box::new(counts.judge(None, recorded.audit.exit_zero)?.0))
}

fn as_of(recorded: &v1::Result) -> Result<jiff::civil::Date, Diagnostic> {
    let day = &recorded.audit.as_of;
    day.parse().map_err(|_| {
        Diagnostic::new("no-result", format!("the result's day `{day}` is not a date"))
            .at(Place::of_file("result.json"))
    })
}

/// Files that are not the ones that were audited, in lines.
fn others(recorded: &v1::Result, now: &Files) -> String {
    let mut text = String::new();
    let now = now.log.iter().chain(now.people.iter().flatten()).chain(&now.checks);
    let names: Vec<&str> = now.clone().map(|file| file.name.as_str()).collect();
    let then: Vec<&str> = recorded.inputs.iter().map(|input| input.name.as_str()).collect();
    if names != then {
        let _ = writeln!(
            text,
            "other inputs: then {}, now {}",
            safe(&then.join(", ")),
            safe(&names.join(", "))
        );
        return text;
    }
    for (file, input) in now.zip(&recorded.inputs) {
        if let (FileDigest::Sha256(digest, _), Some(expected)) = (&file.digest, &input.sha256)
            && digest != expected
        {
            let _ = writeln!(
                text,
                "other inputs: {} is not the file that was audited\n  then {expected}\n  now  {digest}",
                safe(&input.name)
            );
        }
    }
    text
}

/// The files as the result names them, so that a digest which nobody asked for then is no difference now.
fn as_recorded(recorded: &v1::Result) -> Files {
    let of = |role: &str| -> Vec<File> {
        let inputs = recorded.inputs.iter().filter(|input| input.role == role);
        inputs
            .map(|input| File {
                name: input.name.clone(),
                fingerprint: None,
                digest: match (&input.sha256, input.bytes) {
                    (Some(digest), Some(bytes)) => FileDigest::Sha256(digest.clone(), bytes),
                    _ if input.digest_reason.as_deref() == Some("not-a-file") => FileDigest::NotAFile,
                    _ => FileDigest::NotAsked,
                },
            })
            .collect()
    };
    let people = of("people");
    Files {
        log: of("log"),
        people: (!people.is_empty()).then_some(people),
        checks: of("check"),
    }
}

/// What the comparison says, and the exit code.
fn compared(bytes: &[u8], recorded: &v1::Result, again: &v1::Result, how: &str) -> Result<(String, u8), Failure> {
    let made = json(again);
    if made.as_bytes() == bytes {
        let digest = Digest::of(bytes);
        return Ok((format!("same bytes, {how}: sha256:{digest}\n"), 0));
    }
    let values = |text: &[u8]| serde_json::from_slice(text).context("cannot read the result");
    let (mut then, mut now): (serde_json::Value, serde_json::Value) = (values(bytes)?, values(made.as_bytes())?);
    for value in [&mut then, &mut now] {
        if let Some(all) = value.as_object_mut() {
            all.remove("tool");
        }
    }
    let mut differences = Vec::new();
    differ("", &then, &now, &mut differences);
    let builds = format!("made by {}, now {}", build(&recorded.tool), build(&again.tool));
    if differences.is_empty() {
        let said = if recorded.tool == again.tool {
            "same numbers, written otherwise"
        } else {
            "same numbers under another build"
        };
        return Ok((format!("{said}, {how}: {builds}\n"), 0));
    }
    let mut text = format!("differs in {} places, {how}: {builds}\n", differences.len());
    for difference in differences.iter().take(MOST) {
        let _ = writeln!(text, "  {}", safe(difference));
    }
    if differences.len() > MOST {
        let _ = writeln!(text, "  and {} more", differences.len() - MOST);
    }
    Ok((text, DIFFERS))
}

fn build(tool: &v1::Tool) -> String {
    let commit = tool
        .commit
        .as_deref()
        .map_or_else(String::new, |commit| format!(" ({commit})"));
    let features: String = tool.features.iter().map(|feature| format!(" +{feature}")).collect();
    let target = tool.target.as_deref().unwrap_or("an unknown platform");
    format!("{} {}{commit} for {target}{features}", tool.name, tool.version)
}

/// Where two values differ, as paths with both.
fn differ(place: &str, then: &serde_json::Value, now: &serde_json::Value, found: &mut Vec<String>) {
    use serde_json::Value::{Array, Object};
    match (then, now) {
        (Object(then), Object(now)) => {
            for (key, value) in then {
                match now.get(key) {
                    Some(other) => differ(&format!("{place}/{key}"), value, other, found),
                    None => found.push(format!("{place}/{key}: then {}, now not there", short(value))),
                }
            }
            for (key, value) in now.iter().filter(|(key, _)| !then.contains_key(*key)) {
                found.push(format!("{place}/{key}: then not there, now {}", short(value)));
            }
        }
        (Array(then), Array(now)) if then.len() == now.len() => {
            for (index, (then, now)) in then.iter().zip(now).enumerate() {
                differ(&format!("{place}/{index}"), then, now, found);
            }
        }
        (Array(then), Array(now)) => {
            found.push(format!("{place}: then {} items, now {}", then.len(), now.len()));
        }
        (then, now) if then != now => found.push(format!("{place}: then {}, now {}", short(then), short(now))),
        _ => {}
    }
}

fn short(value: &serde_json::Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
