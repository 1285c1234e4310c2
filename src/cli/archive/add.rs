//! `parytet archive add` and `register`.

use std::path::Path;

use super::args::{AddArgs, RegisterArgs};
use super::{append, keys, read};
use crate::archive::{
    Digest, Draft, PrivateKey, RealDisk, Registration, Resource, Retention, What, Writer, audit_of, keeps,
    registered_in, registration, seal, test_result,
};
use crate::cli::Failure;
use crate::cli::output::{Output, check_outputs};
use crate::cli::ready::{moment, read_spec};
use crate::cli::shell::Shell;
use crate::diagnostic::{Diagnostic, Place};
use crate::report::model::v1;
use crate::spec::Spec;
use crate::store;

/// Runs `parytet archive add`.
pub(super) fn add(args: &AddArgs, shell: &Shell) -> Result<u8, Failure> {
    let keys = keys(&args.keys)?;
    let bytes = read(&args.result)?;
    let result = result(&bytes, &args.result)?;
    let mut files = vec![("result.json".to_owned(), bytes)];
    if let Some(text) = &result.audit.spec_text {
        files.push(("spec.toml".to_owned(), text.clone().into_bytes()));
    }
    if let Some(path) = &args.tally {
        files.push(("tally.parquet".to_owned(), tally(path, &result)?));
    }
    let evidence = files.len();
    for path in &args.report {
        files.push((report_name(path, &files)?, read(path)?));
    }
    let attest = args.attest.as_deref().map(Output::open).transpose()?;
    let read_files: Vec<_> = [&args.result].into_iter().chain(&args.report).cloned().collect();
    check_outputs(args.attest.as_slice(), &read_files)?;
    let mut named: Vec<Resource> = files
        .iter()
        .map(|(name, bytes)| Resource::new(name, Digest::of(bytes)))
        .collect();
    let derived = named.split_off(evidence);

    let mut writer = Writer::open(&args.to, &RealDisk)?;
    // Flags over a spec make another one of it, which nobody registered.
    let spec = result.audit.spec_sha256.as_deref().and_then(Digest::parse);
    let registered = spec
        .filter(|_| result.audit.flags.is_empty())
        .and_then(|spec| registered_in(writer.chain(), &spec));
    let draft = Draft {
        subject: named,
        what: What::Audit(Box::new(audit_of(&result, registered, derived))),
        retention: Some(retention(&args.keep.keep_evidence, &args.keep.keep_reports)?),
        objects: files.into_iter().map(|(_, bytes)| bytes).collect(),
    };
    append(&mut writer, draft, &keys, shell)?;
    if let Some(output) = attest {
        output.write(&attestation(&writer, &keys))?;
    }
    let unknown = result.inputs.iter().filter(|input| input.sha256.is_none()).count();
    if unknown > 0 {
        shell.warning(&format!(
            "of {unknown} of {} inputs no digest is known, so that nobody can show later which they were: `parytet audit --hash-inputs` records it for files",
            result.inputs.len()
        ));
    }
    Ok(0)
}

/// A signed statement of the last entry's gates.
fn attestation(writer: &Writer<'_>, keys: &[PrivateKey]) -> Vec<u8> {
    let last = writer.chain().last().and_then(|entry| test_result(&entry.statement));
    seal(last.unwrap_or_default().to_string().as_bytes(), keys)
}

/// Runs `parytet archive register`.
pub(super) fn register(args: &RegisterArgs, shell: &Shell) -> Result<u8, Failure> {
    let keys = keys(&args.keys)?;
    let spec = read_spec(&args.spec)?;
    let about = Registration {
        title: spec.audit.title.clone().unwrap_or_default(),
        name: args.spec.clone(),
        gates: gates(&spec),
    };
    let retention = retention(&args.keep.keep_evidence, &args.keep.keep_reports)?;
    let mut writer = Writer::open(&args.to, &RealDisk)?;
    append(
        &mut writer,
        registration(&spec.public_text(), about, retention),
        &keys,
        shell,
    )?;
    Ok(0)
}

/// The gates of a spec, each in a line.
fn gates(spec: &Spec) -> Vec<String> {
    let line = |gate: &crate::spec::Gate| {
        let contrast = gate
            .contrast
            .as_ref()
            .map_or_else(String::new, |contrast| format!(":{}", contrast.value));
        let min = gate
            .min
            .as_ref()
            .map_or_else(String::new, |min| format!(" >= {}", min.value));
        let max = gate
            .max
            .as_ref()
            .map_or_else(String::new, |max| format!(" <= {}", max.value));
        format!("{}{contrast}{min}{max}", gate.metric.value)
    };
    spec.gates.iter().map(line).collect()
}

/// What an entry is kept by, from today on.
fn retention(evidence: &str, reports: &str) -> Result<Retention, Diagnostic> {
    let today = jiff::tz::TimeZone::UTC.to_datetime(moment()?).date();
    keeps(today, evidence, reports)
}

/// A result, read.
pub(in crate::cli) fn result(bytes: &[u8], path: &Path) -> Result<v1::Result, Diagnostic> {
    let wrong = |message: String| {
        Diagnostic::new("no-result", message)
            .at(Place::of_file(&path.display().to_string()))
            .help("make one with: parytet audit audit.toml --hash-inputs --output result.json")
    };
    let result: v1::Result = serde_json::from_slice(bytes)
        .map_err(|error| wrong(format!("this is no result of an audit that can be read: {error}")))?;
    if result.schema != v1::SCHEMA {
        return Err(wrong(format!(
            "this is a `{}`, and a `{}` is expected",
            result.schema,
            v1::SCHEMA
        )));
    }
    let told = &result.audit.spec_sha256;
    let text = result.audit.spec_text.as_ref();
    if text.map(|text| Digest::of(text.as_bytes())) != told.as_deref().and_then(Digest::parse) {
        return Err(wrong("the digest of its spec is not that of the spec in it".to_owned()));
    }
    Ok(result)
}

/// A tally of the same people and rows as the result.
fn tally(path: &Path, result: &v1::Result) -> Result<Vec<u8>, Diagnostic> {
    let bytes = read(path)?;
    let name = path.display().to_string();
    let everyone = store::read(&name, bytes.clone().into())?.counted.tally.everyone;
    let counted = (everyone.fates.read(), everyone.subjects);
    if counted != (result.account.read, result.account.subjects) {
        return Err(Diagnostic::new(
            "files-disagree",
            format!(
                "the tally has {} rows of {} people, and the result is about {} of {}",
                counted.0, counted.1, result.account.read, result.account.subjects
            ),
        )
        .at(Place::of_file(&name))
        .help("give the tally that the result was made from: parytet audit --tally FILE --output result.json"));
    }
    Ok(bytes)
}

/// The name under which a report is kept.
fn report_name(path: &Path, taken: &[(String, Vec<u8>)]) -> Result<String, Diagnostic> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if taken.iter().any(|(other, _)| *other == name) {
        return Err(
            Diagnostic::new("duplicate-name", format!("two files would be kept as `{name}`"))
                .at(Place::of_file(&path.display().to_string()))
                .help("give the report another name; result.json, spec.toml and tally.parquet are taken"),
        );
    }
    Ok(name)
}
