//! Every gate with every answer, as the verdict gave them.

use super::page::{Column, Grid, Keep, Page, mark};
use crate::report::model::v1::{Answer, Gate, Result};
use crate::report::number::{self, UNDEFINED, beside, count, interval};
use crate::report::reason::plain;
use crate::report::said::{demand, is_finding, rule, urgency, waiver_line};
use crate::report::text::quoted;

/// Writes one table per gate.
pub(super) fn write(page: &mut Page, result: &Result) {
    for gate in &result.gates {
        write_gate(page, result, gate);
    }
    if result.waivers.is_empty() {
        return;
    }
    page.heading("waivers");
    for waiver in &result.waivers {
        let sign = if is_finding(waiver) { "✘ " } else { "" };
        page.hanging(
            &format!("- {sign}{} · {}:{}", waiver_line(waiver), waiver.file, waiver.line),
            2,
        );
    }
}

fn write_gate(page: &mut Page, result: &Result, gate: &Gate) {
    page.heading(&format!(
        "gate {} · {} · {}",
        quoted(&gate.name),
        demand(gate),
        mark(&gate.verdict)
    ));
    let place = match (&result.audit.spec, gate.line) {
        (Some(spec), Some(line)) => format!(" · {spec}:{line}"),
        _ => String::new(),
    };
    page.text(&format!("{}{place}", rule(gate)));
    // Reasons in letters keep the rows short; the words stand once below.
    let mut reasons: Vec<&str> = gate.answers.iter().map(|a| a.reason.as_str()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    if gate.answers.is_empty() {
        page.text("no group could be asked about");
        return;
    }
    let mut places: Vec<(&str, &str, Option<&str>, Option<&str>)> = Vec::new();
    for answer in &gate.answers {
        let place = (
            answer.outcome.as_str(),
            answer.attribute.as_str(),
            answer.given.as_deref(),
            answer.item_class.as_deref(),
        );
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let mut shown: Vec<String> = Vec::new();
    for (outcome, attribute, given, class) in places {
        let mut within = given.map_or_else(String::new, |given| format!(", within {}", quoted(given)));
        if let Some(class) = class {
            within.push_str(&format!(", items {}", quoted(class)));
        }
        page.text(&format!("{} by {}{within}", quoted(outcome), quoted(attribute)));
        let mut answers: Vec<&Answer> = gate
            .answers
            .iter()
            .filter(|a| a.outcome == outcome && a.attribute == attribute)
            .filter(|a| a.given.as_deref() == given && a.item_class.as_deref() == class)
            .collect();
        answers.sort_by_key(|answer| urgency(&answer.verdict));
        let mut grid = Grid::new(columns());
        for answer in answers {
            let letter = reasons.iter().position(|reason| *reason == answer.reason);
            let letter = letter.map_or_else(String::new, letter_of);
            grid.row(cells(gate, answer, letter));
        }
        shown.extend(page.grid(grid));
    }
    for (index, reason) in reasons.iter().enumerate() {
        let words = plain(reason);
        let code = if words == *reason {
            String::new()
        } else {
            format!(" ({reason})")
        };
        page.hanging(&format!("{}  {words}{code}", letter_of(index)), 3);
    }
    write_legend(page, &shown);
}

fn columns() -> Vec<Column> {
    vec![
        Column::text("group", Keep::Cut),
        Column::number("number", Keep::Whole),
        Column::text("[low, high]", Keep::Drop(1)),
        Column::text("decides", Keep::Drop(2)),
        Column::text("change", Keep::Drop(1)),
        Column::text("verdict", Keep::Whole),
        Column::text("why", Keep::Whole),
        Column::number("needs", Keep::Drop(3)),
        Column::number("people", Keep::Drop(4)),
        Column::number("selections", Keep::Drop(5)),
        Column::number("p outside", Keep::Drop(6)),
    ]
}

fn cells(gate: &Gate, answer: &Answer, letter: String) -> Vec<String> {
    let bounds: Vec<f64> = gate.min.into_iter().chain(gate.max).collect();
    let deciding = match (answer.adjusted_low, answer.adjusted_high) {
        ends if ends == (answer.low, answer.high) => String::new(),
        (low, high) => interval(low, high, &bounds),
    };
    vec![
        match &answer.at {
            Some(at) => format!("{} · {at}", answer.group),
            None => answer.group.clone(),
        },
        answer
            .estimate
            .map_or_else(|| UNDEFINED.to_owned(), |x| beside(x, &bounds)),
        interval(answer.low, answer.high, &bounds),
        deciding,
        answer.change.map_or_else(String::new, |change| {
            let ends = interval(answer.change_low, answer.change_high, &[0.0]);
            format!("{} {ends}", beside(change, &[0.0])).trim_end().to_owned()
        }),
        if answer.waived.is_some() {
            format!("{} (waived)", mark(&answer.verdict))
        } else {
            mark(&answer.verdict)
        },
        letter,
        answer.subjects_needed.map_or_else(String::new, count),
        count(answer.subjects),
        answer.selections_to_threshold.map_or_else(String::new, number::signed),
        answer.equivalence_p.map_or_else(String::new, number::p_value),
    ]
}

/// What the less usual columns mean, when they were shown.
fn write_legend(page: &mut Page, shown: &[String]) {
    for (head, meaning) in [
        (
            "decides",
            "the interval that decides a failure, wider because the gate looks at several groups",
        ),
        ("change", "the number now less the number in the baseline"),
        (
            "needs",
            "about how many people would decide it, if the number stayed where it is",
        ),
        ("selections", "how many more would bring the number to the threshold"),
        (
            "p outside",
            "how surprising such data would be if the number lay outside, by one-sided tests; small speaks for a pass",
        ),
    ] {
        if shown.iter().any(|known| known == head) {
            page.hanging(&format!("{head}: {meaning}"), 2);
        }
    }
}

/// `a`, `b`, … `z`, then numbers.
fn letter_of(index: usize) -> String {
    u8::try_from(index)
        .ok()
        .filter(|index| *index < 26)
        .map_or_else(|| (index + 1).to_string(), |index| char::from(b'a' + index).to_string())
}
