//! From a result to what an entry states of it.

use jiff::civil::Date;

use super::digest::Digest;
use super::statement::{Answer, Audit, Digests, Gate, Input, Resource, Retention, RowAccount, Spec, Tool};
use crate::diagnostic::{Diagnostic, Place};
use crate::report::model::v1;

/// What is stated of a result; `registered_in` is the entry that fixed its spec, `derived` are reports made of it.
#[must_use]
pub fn audit_of(result: &v1::Result, registered_in: Option<u64>, derived: Vec<Resource>) -> Audit {
    let asked = &result.audit;
    let account = &result.account;
    let digest = |text: &Option<String>| {
        let sha256 = text.as_deref().and_then(Digest::parse)?;
        Some(Digests { sha256 })
    };
    Audit {
        title: asked.title.clone(),
        system: asked.system.clone(),
        owner: asked.owner.clone(),
        period: asked.period.clone(),
        as_of: asked.as_of.clone(),
        tool: Tool {
            name: result.tool.name.clone(),
            version: result.tool.version.clone(),
            commit: result.tool.commit.clone(),
            target: result.tool.target.clone(),
            features: result.tool.features.clone(),
        },
        spec: digest(&asked.spec_sha256).map(|digest| Spec {
            name: asked.spec.clone(),
            digest,
            registered_in,
        }),
        flags: asked.flags.clone(),
        inputs: result
            .inputs
            .iter()
            .map(|input| Input {
                role: input.role.clone(),
                name: input.name.clone(),
                rows: input.rows,
                size: input.bytes,
                digest: digest(&input.sha256),
            })
            .collect(),
        row_account: RowAccount {
            read: account.read,
            filtered: account.filtered,
            no_subject: account.no_subject,
            no_decision: account.no_decision,
            audited: account.audited,
        },
        people: account.subjects,
        level: asked.level,
        seed: asked.seed,
        gates: result.gates.iter().map(gate).collect(),
        verdict: result.verdict.verdict.clone(),
        assurance_level: "self_attested".to_owned(),
        derived,
    }
}

fn gate(gate: &v1::Gate) -> Gate {
    let answers = gate.answers.iter().map(|answer| Answer {
        outcome: answer.outcome.clone(),
        attribute: answer.attribute.clone(),
        group: answer.group.clone(),
        reference: answer.reference.clone(),
        estimate: answer.estimate,
        low: answer.low,
        high: answer.high,
        sample_size: answer.subjects,
        verdict: answer.verdict.clone(),
        reason: answer.reason.clone(),
    });
    Gate {
        name: gate.name.clone(),
        metric: gate.metric.clone(),
        contrast: gate.contrast.clone(),
        min: gate.min,
        max: gate.max,
        rule: gate.rule.clone(),
        verdict: gate.verdict.clone(),
        answers: answers.collect(),
    }
}

/// How long things are kept, from a day on: `evidence` and `reports` are spans such as `10y` or `6mo`.
///
/// # Errors
/// A text that is no span, or one that ends beyond the calendar.
pub fn keeps(from: Date, evidence: &str, reports: &str) -> Result<Retention, Diagnostic> {
    let until = |span: &str, flag: &str| {
        let wrong = || {
            Diagnostic::new("bad-flag", format!("\"{span}\" is no length of time"))
                .at(Place::of_file(flag))
                .help("write years, months, weeks or days, for example 10y, 6mo, 90d")
        };
        let span: jiff::Span = span.parse().map_err(|_| wrong())?;
        // Hours can't be kept, and a negative length would be over before it began.
        if span.is_negative() || span.is_zero() || span.get_hours() != 0 || span.get_minutes() != 0 {
            return Err(wrong());
        }
        let end = from.checked_add(span).map_err(|_| wrong())?;
        Ok(end.to_string())
    };
    Ok(Retention {
        evidence_until: until(evidence, "--keep-evidence")?,
        reports_until: until(reports, "--keep-reports")?,
    })
}
