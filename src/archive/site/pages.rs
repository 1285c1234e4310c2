//! The pages: what stands on them, as texts; the templates say where.

use askama::Template;

use super::change::{Change, changes, limits};
use super::series::series;
use super::trend::{MOST, Trend, plain, trend};
use super::{mark, page_name};
use crate::archive::read::Entry;
use crate::archive::statement::{Audit, What};
use crate::archive::timestamp::stamps;
use crate::report::number;

#[derive(Template)]
#[template(path = "index.html")]
struct Index {
    head: String,
    entries: usize,
    audits: usize,
    loosened: Vec<Change>,
    pictures: Vec<Picture>,
    rows: Vec<Row>,
}

/// A gate's trend with its words.
struct Picture {
    id: String,
    title: String,
    words: String,
    changes: Vec<Change>,
    trend: Trend,
}

/// An entry in the list.
struct Row {
    sequence: u64,
    page: String,
    added: String,
    kind: &'static str,
    what: String,
    verdict: String,
    spec: String,
    signed: String,
}

#[derive(Template)]
#[template(path = "entry.html")]
struct Page {
    mark: String,
    sequence: u64,
    kind: &'static str,
    title: String,
    verdict: String,
    facts: Vec<(String, String)>,
    gates: Vec<GateTable>,
    inputs: Vec<[String; 4]>,
    objects: Vec<(String, String)>,
}

struct GateTable {
    name: String,
    verdict: String,
    limits: String,
    rule: String,
    /// Attribute, group, estimate, interval, people, verdict, reason.
    answers: Vec<[String; 7]>,
}

fn rendered(template: &impl Template) -> String {
    match template.render() {
        Ok(text) => text,
        // Writing to a text does not fail.
        Err(error) => unreachable!("a template of texts can be filled: {error}"),
    }
}

pub(super) fn index(chain: &[Entry]) -> String {
    let mut loosened = Vec::new();
    let mut pictures = Vec::new();
    for (number, (key, points)) in series(chain).into_iter().enumerate() {
        let changes = changes(&key, &points);
        loosened.extend(changes.iter().filter(|change| change.loosened).cloned());
        let shown = match points.len() {
            all if all > MOST => format!("the last {MOST} of {all} audits"),
            all => format!("{all} audits"),
        };
        let last = points.iter().rev().find_map(|point| point.gate);
        let accepted = last.map_or_else(String::new, |gate| limits(gate.min, gate.max));
        let counted = |verdict: &str| {
            let gates = points.iter().filter_map(|point| point.gate);
            gates.filter(|gate| gate.verdict == verdict).count()
        };
        pictures.push(Picture {
            id: format!("gate{number}"),
            title: format!("{}: {} ({})", key.system, key.metric, key.contrast),
            words: format!(
                "{shown}; {} passed, {} failed, {} inconclusive; accepted now: {accepted}",
                counted("pass"),
                counted("fail"),
                counted("inconclusive")
            ),
            trend: trend(&points, &changes),
            changes,
        });
    }
    loosened.sort_by_key(|change| std::cmp::Reverse(change.sequence));
    let stamped: Vec<u64> = stamps(chain).map(|(_, stamp)| stamp.entry.sequence).collect();
    rendered(&Index {
        head: chain
            .last()
            .map_or_else(|| "empty".to_owned(), |last| last.head().to_string()),
        entries: chain.len(),
        audits: chain.iter().filter(|entry| entry.statement.audit().is_some()).count(),
        loosened,
        pictures,
        rows: chain.iter().rev().map(|entry| row(entry, &stamped)).collect(),
    })
}

fn row(entry: &Entry, stamped: &[u64]) -> Row {
    let stated = &entry.statement.predicate;
    let audit = entry.statement.audit();
    let spec = match audit {
        None => "",
        Some(audit) => match &audit.spec {
            Some(spec) if spec.registered_in.is_some() => "fixed before",
            Some(_) => "seen with the result",
            None => "by flags",
        },
    };
    let signed = match entry.envelope.signatures.len() {
        0 => "unsigned".to_owned(),
        1 => "signed".to_owned(),
        count => format!("{count} signatures"),
    };
    Row {
        sequence: entry.sequence,
        page: page_name(entry.sequence),
        added: stated.added_at.clone(),
        kind: stated.what.kind(),
        what: title(&stated.what),
        verdict: audit.map_or_else(String::new, |audit| audit.verdict.clone()),
        spec: spec.to_owned(),
        signed: if stamped.contains(&entry.sequence) {
            format!("{signed}, time stamp")
        } else {
            signed
        },
    }
}

fn title(what: &What) -> String {
    match what {
        What::Audit(audit) => format!("{} as of {}", audit.title, audit.as_of),
        What::Registration(spec) => format!("{} ({}): {}", spec.title, spec.name, spec.gates.join(", ")),
        What::Timestamp(stamp) => format!("of entry {}", stamp.entry.sequence),
        What::Hold(hold) => {
            let entries: Vec<String> = hold.entries.iter().map(u64::to_string).collect();
            let verb = if hold.held { "holds" } else { "releases" };
            format!("{verb} {}: {} ({})", entries.join(", "), hold.reason, hold.by)
        }
        What::Retirement(retirement) => format!("{} ({})", retirement.reason, retirement.by),
    }
}

pub(super) fn entry(entry: &Entry) -> String {
    let stated = &entry.statement.predicate;
    let mut facts = vec![
        ("digest of the entry".to_owned(), format!("sha256:{}", entry.digest)),
        ("added (claimed by the signer)".to_owned(), stated.added_at.clone()),
    ];
    for (keyid, _) in &entry.envelope.signatures {
        facts.push(("signed by the key (not checked here)".to_owned(), keyid.clone()));
    }
    if let Some(retention) = &stated.retention {
        facts.push((
            "kept".to_owned(),
            format!(
                "evidence until {}, reports until {}",
                retention.evidence_until, retention.reports_until
            ),
        ));
    }
    let audit = entry.statement.audit();
    facts.extend(audit.map(audit_facts).unwrap_or_default());
    rendered(&Page {
        mark: mark(&entry.digest),
        sequence: entry.sequence,
        kind: stated.what.kind(),
        title: title(&stated.what),
        verdict: audit.map_or_else(String::new, |audit| audit.verdict.clone()),
        facts,
        gates: audit.map(gates).unwrap_or_default(),
        inputs: audit.map(inputs).unwrap_or_default(),
        objects: entry
            .statement
            .objects()
            .into_iter()
            .map(|(object, _)| (object.name.clone(), object.digest.sha256.to_string()))
            .collect(),
    })
}

fn audit_facts(audit: &Audit) -> Vec<(String, String)> {
    let account = &audit.row_account;
    let tool = &audit.tool;
    let mut facts: Vec<(String, String)> = [
        ("system", audit.system.clone()),
        ("owner", audit.owner.clone()),
        ("period", audit.period.clone()),
        ("made by", Some(format!("{} {}", tool.name, tool.version))),
        ("commit", tool.commit.clone()),
        ("platform", tool.target.clone()),
        (
            "rows",
            Some(format!(
                "{} read, {} left out by conditions, {} without a person, {} without a decision, {} audited",
                number::count(account.read),
                number::count(account.filtered),
                number::count(account.no_subject),
                number::count(account.no_decision),
                number::count(account.audited)
            )),
        ),
        ("people", Some(number::count(audit.people))),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name.to_owned(), value?)))
    .collect();
    let thresholds = match &audit.spec {
        None => "given by flags; no spec was registered".to_owned(),
        Some(spec) => match spec.registered_in {
            Some(sequence) => format!("fixed in entry {sequence}, before this result"),
            None => "first seen with this result".to_owned(),
        },
    };
    facts.push(("thresholds".to_owned(), thresholds));
    facts
}

fn gates(audit: &Audit) -> Vec<GateTable> {
    let value = |number: Option<f64>| number.map_or_else(|| "–".to_owned(), plain);
    audit
        .gates
        .iter()
        .map(|gate| GateTable {
            name: gate.name.clone(),
            verdict: gate.verdict.clone(),
            limits: limits(gate.min, gate.max),
            rule: gate.rule.clone(),
            answers: gate
                .answers
                .iter()
                .map(|answer| {
                    [
                        answer.attribute.clone(),
                        answer.group.clone(),
                        value(answer.estimate),
                        format!("{} to {}", value(answer.low), value(answer.high)),
                        number::count(answer.sample_size),
                        answer.verdict.clone(),
                        answer.reason.clone(),
                    ]
                })
                .collect(),
        })
        .collect()
}

fn inputs(audit: &Audit) -> Vec<[String; 4]> {
    audit
        .inputs
        .iter()
        .map(|input| {
            let digest = input.digest.as_ref();
            [
                input.role.clone(),
                input.name.clone(),
                number::count(input.rows),
                digest.map_or_else(|| "not known".to_owned(), |digest| digest.sha256.to_string()),
            ]
        })
        .collect()
}
