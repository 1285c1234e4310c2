//! Every gate with every answer, as the verdict gave them.

use super::block::{Block, Grid, Prose, number, text, verdict};
use super::context::{Context, restricted};
use crate::report::model::v1::{Answer, Gate};
use crate::report::number::{self, UNDEFINED, beside, count, interval};
use crate::report::said::{demand, is_finding, rule, urgency, waiver_line, why};
use crate::report::text::quoted;

/// More answers than this are folded, so that the next gate is not far below.
const MANY: usize = 40;

/// The section; `None`: no gate was asked for.
pub(super) fn section(context: &Context) -> Option<Block> {
    let gates = &context.result.gates;
    if gates.is_empty() {
        return None;
    }
    let mut blocks = vec![Block::text(
        "A gate is a threshold. Its answer about each group is given as the verdict has it, and the worst answer is the gate's.",
    )];
    blocks.extend(overview(context));
    blocks.extend(gates.iter().map(|gate| one(context, gate)));
    let waivers = &context.result.waivers;
    if !waivers.is_empty() {
        let told = waivers.iter().map(|waiver| {
            let sign = if is_finding(waiver) { "✘ " } else { "" };
            let line = format!("{sign}{} ({}, line {})", waiver_line(waiver), waiver.file, waiver.line);
            Prose::new(&line)
        });
        blocks.push(context.section(3, "Waivers", vec![Block::List(told.collect())]));
    }
    Some(context.section(2, "Gates", blocks))
}

/// All gates at a glance.
fn overview(context: &Context) -> Option<Block> {
    let mut grid = Grid::new(
        context.id(),
        "What each gate asks, and how many of its answers there are",
        "gate",
        vec![
            text("asks"),
            verdict("verdict"),
            number("fail"),
            number("inconclusive"),
            number("pass"),
        ],
    );
    for gate in &context.result.gates {
        let of = |word: &str| count(gate.answers.iter().filter(|a| a.verdict == word).count() as u64);
        grid.row(
            &gate.name,
            vec![
                demand(gate),
                gate.verdict.clone(),
                of("fail"),
                of("inconclusive"),
                of("pass"),
            ],
        );
    }
    grid.block()
}

fn one(context: &Context, gate: &Gate) -> Block {
    let place = match (&context.result.audit.spec, gate.line) {
        (Some(spec), Some(line)) => format!(" · {spec}, line {line}"),
        _ => String::new(),
    };
    let mut blocks = vec![Block::text(&format!("{} · {}{place}", demand(gate), rule(gate)))];
    let grid = answers(context, gate);
    let many = grid.len() > MANY;
    match grid.block() {
        None => blocks.push(Block::text("No group could be asked about.")),
        Some(grid) if many => blocks.push(Block::Fold(
            Prose::new(&format!("All {} answers", count(gate.answers.len() as u64))),
            vec![grid],
        )),
        Some(grid) => blocks.push(grid),
    }
    context.judged_section(3, &format!("Gate {}", quoted(&gate.name)), Some(&gate.verdict), blocks)
}

fn answers(context: &Context, gate: &Gate) -> Grid {
    let mut grid = Grid::new(
        context.id(),
        &format!("Answers of gate {}", quoted(&gate.name)),
        "group",
        vec![
            number("number [low,\u{a0}high]"),
            number("interval that decides a failure"),
            verdict("verdict"),
            text("why"),
            number("people"),
            number("people who would decide it"),
            number("selections to the threshold"),
        ],
    );
    let mut places: Vec<Place> = Vec::new();
    for answer in &gate.answers {
        if !places.contains(&place(answer)) {
            places.push(place(answer));
        }
    }
    for of_place in places {
        let (outcome, attribute, given, axis, class) = of_place;
        grid.part(&format!(
            "{} by {}{}",
            quoted(outcome),
            quoted(attribute),
            restricted(given, axis, class)
        ));
        let mut told: Vec<&Answer> = gate.answers.iter().filter(|a| place(a) == of_place).collect();
        told.sort_by_key(|answer| urgency(&answer.verdict));
        for answer in told {
            grid.row(&answer.group, cells(gate, answer));
        }
    }
    grid
}

/// What an answer is about, without the group.
type Place<'a> = (
    &'a str,
    &'a str,
    Option<&'a str>,
    (Option<&'a str>, Option<&'a str>),
    Option<&'a str>,
);

fn place(answer: &Answer) -> Place<'_> {
    (
        &answer.outcome,
        &answer.attribute,
        answer.given.as_deref(),
        (answer.along.as_deref(), answer.at.as_deref()),
        answer.item_class.as_deref(),
    )
}

fn cells(gate: &Gate, answer: &Answer) -> Vec<String> {
    let bounds: Vec<f64> = gate.min.into_iter().chain(gate.max).collect();
    let own = interval(answer.low, answer.high, &bounds);
    let deciding = match (answer.adjusted_low, answer.adjusted_high) {
        ends if ends == (answer.low, answer.high) => String::new(),
        (low, high) => interval(low, high, &bounds),
    };
    vec![
        match answer.estimate {
            Some(x) => format!("{} {own}", beside(x, &bounds)).trim_end().to_owned(),
            None => UNDEFINED.to_owned(),
        },
        deciding,
        answer.verdict.clone(),
        why(answer),
        count(answer.subjects),
        answer.subjects_needed.map_or_else(String::new, count),
        answer.selections_to_threshold.map_or_else(String::new, number::signed),
    ]
}
