//! What the numbers mean, how they were made, and what the reader must know.

use std::collections::BTreeMap;

use super::block::{Block, Grid, Prose, number, text};
use super::context::Context;
use crate::report::model::v1::Metric;
use crate::report::number::{count, counted, percent};
use crate::report::text::{quoted, safe};

/// Notes, definitions, method and provenance.
pub(super) fn sections(context: &Context) -> Vec<Block> {
    let mut sections = Vec::new();
    sections.extend(notes(context));
    sections.push(definitions(context));
    sections.push(method(context));
    sections.push(provenance(context));
    sections
}

fn notes(context: &Context) -> Option<Block> {
    let notes: Vec<Prose> = context.result.notes.iter().map(|note| Prose::new(note)).collect();
    if notes.is_empty() {
        return None;
    }
    Some(context.section(2, "Limits and notes", vec![Block::List(notes)]))
}

fn definitions(context: &Context) -> Block {
    let mut blocks = vec![Block::text(
        "The metrics of this result: what each says, how it is computed, when not to use it, and where it comes from.",
    )];
    let metrics = context.result.metrics.iter();
    blocks.extend(metrics.map(|metric| {
        Block::Fold(
            Prose::new(&format!("{} {}", metric.title, quoted(&metric.metric))),
            vec![Block::Facts(facts(metric))],
        )
    }));
    context.section(2, "Definitions", blocks)
}

fn facts(metric: &Metric) -> Vec<(Prose, Prose)> {
    let direction = match metric.direction.as_str() {
        "favour" => "more is better where being selected is favourable, and less where it is not",
        "against" => "less is better where being selected is favourable, and more where it is not",
        "better" => "more is better",
        "worse" => "less is better",
        "neutral" => "only the distance from equality matters",
        other => other,
    };
    [
        ("what it says", metric.meaning.as_str()),
        ("formula", &metric.formula),
        ("direction", direction),
        ("caution", &metric.caution),
        ("source", &metric.source),
    ]
    .into_iter()
    .filter(|(_, fact)| !fact.is_empty())
    .map(|(name, fact)| (Prose::new(name), Prose::new(fact)))
    .collect()
}

fn method(context: &Context) -> Block {
    let audit = &context.result.audit;
    let level = percent(audit.level);
    let unit = match audit.unit.as_str() {
        "subject" => {
            "The person is the unit of evidence: rows of one person are not independent, and every interval and test counts people."
        }
        _ => "No person column was named, so that every row is taken for a person of its own.",
    };
    let points = [
        unit.to_owned(),
        format!("Intervals are at the {level} level. Each estimate has its own method, listed below."),
        format!(
            "Each comparison is tested for equality: {}. Adjusted p-values (Holm) hold over all of them; those of the false discovery rate (Benjamini-Hochberg) are for exploration.",
            counted(audit.tests, "test", "tests")
        ),
        format!(
            "Groups of fewer than {}, and people whose attribute is not known, are shown and not judged.",
            counted(audit.min_subjects, "person", "people")
        ),
        "The largest gap and the smallest ratio compare the two groups that lie farthest apart; their intervals allow for the choice.".to_owned(),
        "A number that is undefined has a reason and is not 0. A gate is pass, fail or inconclusive; too little data is never a pass.".to_owned(),
        "A difference says what is in the log, not why. A rate that differs is no proof of discrimination, and a gate that passes is no proof that there is none.".to_owned(),
    ];
    let mut blocks = vec![Block::List(points.iter().map(|point| Prose::new(point)).collect())];
    let estimates = &context.result.estimates;
    blocks.extend(tally(
        context,
        "How intervals were made",
        "method",
        estimates.iter().filter_map(|e| e.method.as_deref()),
    ));
    blocks.extend(tally(
        context,
        "How equality was tested",
        "test",
        estimates.iter().filter_map(|e| e.test.as_deref()),
    ));
    context.section(2, "Method", blocks)
}

/// How many numbers there are of each kind.
fn tally<'a>(context: &Context, caption: &str, head: &str, names: impl Iterator<Item = &'a str>) -> Option<Block> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut grid = Grid::new(context.id(), caption, head, vec![number("numbers")]);
    for (name, n) in counts {
        grid.row(name, vec![count(n)]);
    }
    Some(Block::Fold(Prose::new(caption), vec![grid.block()?]))
}

fn provenance(context: &Context) -> Block {
    let result = context.result;
    let fact = |name: &str, fact: &str| (Prose::new(name), Prose::name(fact));
    let mut facts = vec![
        fact("made by", &format!("{} {}", result.tool.name, result.tool.version)),
        fact("shape of the result", &result.schema),
        fact("as of", &result.audit.as_of),
        fact("seed of simulations", &result.audit.seed.to_string()),
        fact("exit code", &result.verdict.exit_code.to_string()),
    ];
    if let Some(spec) = &result.audit.spec {
        facts.push(fact("spec", spec));
    }
    let mut inputs = Grid::new(
        context.id(),
        "Files that were read",
        "file",
        vec![text("role"), number("rows")],
    );
    for input in &result.inputs {
        inputs.row(&input.name, vec![input.role.clone(), count(input.rows)]);
    }
    let mut groupings = Grid::new(
        context.id(),
        "Attributes, and who their groups are compared with",
        "attribute",
        vec![
            number("groups"),
            text("compared with"),
            text("chosen as"),
            number("people in several groups"),
        ],
    );
    for grouping in &result.groupings {
        groupings.row(
            &grouping.attribute,
            vec![
                count(grouping.groups.len() as u64),
                safe(grouping.reference.as_deref().unwrap_or_default()),
                grouping.reference_rule.clone(),
                count(grouping.subjects_in_several_groups),
            ],
        );
    }
    let mut blocks = vec![
        Block::text(
            "The same log, spec and version give the same bytes. The JSON form of this result is the record; this page is one of its faces and decides nothing.",
        ),
        Block::Facts(facts),
    ];
    blocks.extend(inputs.block());
    blocks.extend(groupings.block());
    context.section(2, "Provenance", blocks)
}
