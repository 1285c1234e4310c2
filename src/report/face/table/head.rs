//! The first lines and the last: what was audited, and what came of it.

use super::page::Page;
use crate::report::model::v1::Result;
use crate::report::number::{bound, count, counted, percent};
use crate::report::reason::plain;
use crate::report::sentence::sentences;

/// More files than this are counted, not named.
const MOST_FILES: usize = 4;

/// Writes the title and what was audited.
pub(super) fn write(page: &mut Page, result: &Result) {
    let audit = &result.audit;
    page.heading(&audit.title);
    let facts = [
        ("system", &audit.system),
        ("owner", &audit.owner),
        ("purpose", &audit.purpose),
        ("period", &audit.period),
        ("spec", &audit.spec),
    ];
    for (name, fact) in facts {
        if let Some(fact) = fact {
            page.hanging(&format!("{name}: {fact}"), 2);
        }
    }
    for input in result.inputs.iter().take(MOST_FILES) {
        page.hanging(
            &format!("{}: {}, {}", input.role, input.name, counted(input.rows, "row", "rows")),
            2,
        );
    }
    if result.inputs.len() > MOST_FILES {
        let more = (result.inputs.len() - MOST_FILES) as u64;
        page.text(&format!("and {}", counted(more, "more file", "more files")));
    }
    let account = &result.account;
    let rows = counted(account.audited, "row", "rows");
    let audited = if audit.unit != "row" {
        format!("{rows} of {}", counted(account.subjects, "person", "people"))
    } else if account.audited_count == account.audited {
        rows
    } else {
        format!(
            "{rows}, which stand for {}",
            counted(account.audited_count, "row", "rows")
        )
    };
    page.hanging(&format!("audited: {audited}"), 2);
    let unit = match audit.unit.as_str() {
        "subject" => "the person is the unit: rows of one person are not independent",
        "row" => "each row counts as a person of its own: no person column was named",
        other => other,
    };
    page.hanging(
        &format!(
            "{unit}; {} intervals; {}; as of {}",
            percent(audit.level),
            counted(audit.tests, "test", "tests"),
            audit.as_of
        ),
        2,
    );
}

/// Writes what the reader must know.
pub(super) fn write_notes(page: &mut Page, result: &Result) {
    if result.notes.is_empty() {
        return;
    }
    page.heading("notes");
    for note in &result.notes {
        page.hanging(&format!("- {note}"), 2);
    }
}

/// Writes the plain sentences.
pub(super) fn write_sentences(page: &mut Page, result: &Result) {
    page.heading("in plain words");
    for sentence in sentences(result) {
        page.hanging(&format!("- {sentence}"), 2);
    }
}

/// Writes what to do and, as the last line, the verdict.
pub(super) fn write_verdict(page: &mut Page, result: &Result) {
    let verdict = &result.verdict;
    let all = verdict.passed + verdict.failed + verdict.inconclusive;
    let (counts, next) = match verdict.verdict.as_str() {
        "fail" => (
            of(verdict.failed, all, "failed"),
            "look at the groups marked ✘ above; if a threshold is not meant as it stands, change it in the spec and say why",
        ),
        "inconclusive" => (
            of(verdict.inconclusive, all, "could not be decided"),
            "audit more people or a longer period (`needs` says about how many); until then nothing is shown either way",
        ),
        "pass" => (
            of(verdict.passed, all, "passed"),
            "nothing; keep this result with its spec",
        ),
        _ => (
            "no gate was asked for".to_owned(),
            "name a threshold, for example --gate 'disparate_impact>=0.8', to get a verdict",
        ),
    };
    let next = match verdict.reason.as_str() {
        "waiver-not-in-order" => "look at the waivers marked ✘ above: renew one with a reason, or remove it",
        _ => next,
    };
    page.heading(&format!("because {}; next: {next}", plain(&verdict.reason)));
    let waived = match verdict.waived {
        0 => String::new(),
        waived => format!(", {} waived", counted(waived, "failure", "failures")),
    };
    let zero = if result.audit.exit_zero {
        ", as --exit-zero asked"
    } else {
        ""
    };
    page.last(
        &format!(
            "verdict: {} — {counts}{waived} (exit code {}{zero})",
            verdict.verdict.to_uppercase(),
            bound(f64::from(verdict.exit_code)),
        ),
        &verdict.verdict,
    );
}

pub(in crate::report::face) fn of(some: u64, all: u64, what: &str) -> String {
    if all == 1 {
        return format!("1 gate of 1 {what}");
    }
    format!("{} of {} gates {what}", count(some), count(all))
}
