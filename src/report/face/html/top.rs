//! The page as a whole: its first screen, its contents, and the sections below.

use askama::Template;

use super::block::{Block, Chip, Prose, Section};
use super::context::Context;
use crate::report::face::table::head::of;
use crate::report::number::{bound, counted, percent};
use crate::report::reason::plain;
use crate::report::sentence::sentences;
use crate::report::text::safe;

/// Sentences on the first screen; [`sentences`] has the most important first.
const FIRST: usize = 3;
/// Files that are named on the first screen; all are under provenance.
const MOST_FILES: usize = 4;

/// The page.
#[derive(Debug, Template)]
#[template(path = "html/page.html")]
pub(super) struct Page {
    title: String,
    style: &'static str,
    verdict: Chip,
    counts: String,
    because: Prose,
    next: Prose,
    findings: Vec<Prose>,
    further: Vec<Prose>,
    facts: Block,
    contents: Vec<Entry>,
    sections: Vec<Block>,
    tool: String,
}

/// A line of the contents.
#[derive(Debug)]
struct Entry {
    id: String,
    heading: Prose,
    verdict: Option<Chip>,
    below: Vec<Entry>,
}

impl Page {
    pub(super) fn new(context: &Context, sections: Vec<Block>) -> Self {
        let result = context.result;
        let verdict = &result.verdict;
        let all = verdict.passed + verdict.failed + verdict.inconclusive;
        let (counts, next) = match verdict.verdict.as_str() {
            "fail" => (
                of(verdict.failed, all, "failed"),
                "Look at the groups marked ✘ fail below. If a threshold is not meant as it stands, change it in the spec and say why.",
            ),
            "inconclusive" => (
                of(verdict.inconclusive, all, "could not be decided"),
                "Audit more people or a longer period; the gates below say about how many people it would take. Until then nothing is shown either way.",
            ),
            "pass" => (
                of(verdict.passed, all, "passed"),
                "Nothing; keep this result with its spec.",
            ),
            _ => (
                "no gate was asked for".to_owned(),
                "Name a threshold, for example `disparate_impact>=0.8`, to get a verdict.",
            ),
        };
        let zero = if result.audit.exit_zero {
            ", as --exit-zero asked"
        } else {
            ""
        };
        let told = sentences(result);
        let prose = |told: &[String]| told.iter().map(|sentence| Prose::new(sentence)).collect();
        let (findings, further) = told.split_at(FIRST.min(told.len()));
        Self {
            title: safe(&result.audit.title),
            style: include_str!("style.css"),
            verdict: Chip::new(&verdict.verdict),
            counts,
            because: Prose::new(&format!(
                "{} (exit code {}{zero})",
                plain(&verdict.reason),
                bound(f64::from(verdict.exit_code))
            )),
            next: Prose::new(next),
            findings: prose(findings),
            further: prose(further),
            facts: Block::Facts(audited(context)),
            contents: contents(&sections),
            sections,
            tool: safe(&format!("{} {}", result.tool.name, result.tool.version)),
        }
    }
}

/// What was audited.
fn audited(context: &Context) -> Vec<(Prose, Prose)> {
    let result = context.result;
    let (audit, account) = (&result.audit, &result.account);
    let mut facts: Vec<(&str, String)> = Vec::new();
    for (name, fact) in [
        ("system", &audit.system),
        ("owner", &audit.owner),
        ("purpose", &audit.purpose),
        ("period", &audit.period),
        ("spec", &audit.spec),
    ] {
        facts.extend(fact.as_ref().map(|fact| (name, fact.clone())));
    }
    let rows = counted(account.audited, "row", "rows");
    let stand_for = match account.audited_count == account.audited {
        true => String::new(),
        false => format!(", which stand for {}", counted(account.audited_count, "row", "rows")),
    };
    let people = match audit.unit.as_str() {
        "row" => String::new(),
        _ => format!(" of {}", counted(account.subjects, "person", "people")),
    };
    facts.push(("audited", format!("{rows}{people}{stand_for}")));
    let mut files: Vec<String> = result
        .inputs
        .iter()
        .take(MOST_FILES)
        .map(|input| {
            format!(
                "{} ({}, {})",
                input.name,
                input.role,
                counted(input.rows, "row", "rows")
            )
        })
        .collect();
    if let Some(more) = result.inputs.len().checked_sub(MOST_FILES).filter(|more| *more > 0) {
        files.push(format!("and {}", counted(more as u64, "more file", "more files")));
    }
    facts.push(("read", files.join(", ")));
    let attributes: Vec<&str> = result.groupings.iter().map(|g| g.attribute.as_str()).collect();
    facts.push(("attributes", attributes.join(", ")));
    facts.push((
        "evidence",
        match audit.unit.as_str() {
            "row" => "each row counts as a person of its own".to_owned(),
            _ => "people, not rows, are the unit".to_owned(),
        },
    ));
    facts.push((
        "certainty",
        format!(
            "{} intervals, {}, as of {}",
            percent(audit.level),
            counted(audit.tests, "test", "tests"),
            audit.as_of
        ),
    ));
    facts
        .into_iter()
        .map(|(name, fact)| (Prose::new(name), Prose::new(&fact)))
        .collect()
}

/// The sections, and those directly in them.
fn contents(blocks: &[Block]) -> Vec<Entry> {
    within(blocks)
        .map(|section| Entry {
            below: within(&section.blocks).map(Entry::of).collect(),
            ..Entry::of(section)
        })
        .collect()
}

fn within(blocks: &[Block]) -> impl Iterator<Item = &Section> {
    blocks.iter().filter_map(|block| match block {
        Block::Section(section) => Some(section),
        _ => None,
    })
}

impl Entry {
    fn of(section: &Section) -> Self {
        Self {
            id: section.id.clone(),
            heading: section.heading.clone(),
            verdict: section.verdict.clone(),
            below: Vec::new(),
        }
    }
}
