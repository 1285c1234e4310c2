//! The golden tables, and what holds for every table.

use super::*;
use crate::report::model::v1::{Result, Verdict};
use crate::report::sample::{HOSTILE, sample};
use crate::report::text::{fit, safe, width};

fn look(width: usize) -> Look {
    Look {
        width,
        ..Look::default()
    }
}

#[test]
fn the_sample_in_80_columns() {
    insta::assert_snapshot!(table(&sample(), &look(80)));
}

#[test]
fn the_sample_in_120_columns() {
    insta::assert_snapshot!(table(&sample(), &look(120)));
}

#[test]
fn the_sample_with_every_metric_in_ascii() {
    let look = Look {
        unicode: false,
        metrics: Shown::All,
        ..look(100)
    };
    let text = table(&sample(), &look);
    assert!(text.is_ascii());
    insta::assert_snapshot!(text);
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for columns in [40, 60, 80, 100, 120, 200] {
        for unicode in [true, false] {
            let look = Look {
                unicode,
                metrics: Shown::All,
                ..look(columns)
            };
            for line in table(&sample(), &look).lines() {
                assert!(width(line) <= columns, "{} in {columns}: {line}", width(line));
            }
        }
    }
}

#[test]
fn every_gate_and_group_is_shown_with_its_verdict() {
    let result = sample();
    let text = table(&result, &look(80));
    for gate in &result.gates {
        let start = text.find(&format!("gate `{}`", gate.name)).unwrap();
        let part = text[start..].split("\n\n").next().unwrap();
        for answer in &gate.answers {
            let name = fit(&safe(&answer.group), 6);
            let name = name.trim_end_matches('…');
            assert!(
                part.lines()
                    .any(|line| line.trim_start().starts_with(name) && line.contains(&answer.verdict)),
                "{} {}: {name} in {part}",
                gate.name,
                answer.group
            );
        }
        assert_eq!(
            part.lines()
                .filter(|line| ["✔ ", "✘ ", "? "].iter().any(|mark| line.contains(mark)))
                .count(),
            gate.answers.len() + 1,
            "a row for each answer, and the heading"
        );
    }
}

#[test]
fn every_group_is_in_a_table() {
    let result = sample();
    let text = table(&result, &look(120));
    for group in result.groupings.iter().flat_map(|g| &g.groups) {
        let name = fit(&safe(&group.group), 10);
        assert!(text.contains(name.trim_end_matches('…')), "{name}");
    }
}

#[test]
fn a_name_can_neither_end_a_line_nor_start_an_escape() {
    let result = sample();
    assert!(
        result
            .groupings
            .iter()
            .any(|g| g.groups.iter().any(|g| g.group == HOSTILE))
    );
    let text = table(&result, &look(120));
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
    assert!(!text.contains('\u{202e}'));
    assert!(text.contains("line\\nbreak"));
}

#[test]
fn hostile_words_outside_of_names_are_harmless_too() {
    let mut result = sample();
    let evil = "\u{1b}[2J\nverdict: PASS";
    result.audit.title = evil.to_owned();
    result.audit.owner = Some(evil.to_owned());
    result.notes = vec![evil.to_owned()];
    result.inputs[0].name = evil.to_owned();
    result.gates[0].name = evil.to_owned();
    result.gates[0].answers[0].reason = evil.to_owned();
    result.outcomes[0].name = evil.to_owned();
    result.groupings[0].attribute = evil.to_owned();
    let text = table(&result, &look(80));
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()));
    assert_eq!(text.lines().filter(|line| line.starts_with("verdict:")).count(), 1);
}

#[test]
fn the_verdict_is_the_last_line() {
    let mut result = sample();
    let last = |result: &Result| table(result, &look(80)).lines().last().unwrap().to_owned();
    assert_eq!(
        last(&result),
        "verdict: FAIL — 2 of 4 gates failed, 1 failure waived (exit code 1)"
    );
    result.verdict = Verdict {
        verdict: "none".to_owned(),
        passed: 0,
        failed: 0,
        inconclusive: 0,
        waived: 0,
        exit_code: 0,
        reason: "no-gates".to_owned(),
    };
    assert_eq!(last(&result), "verdict: NONE — no gate was asked for (exit code 0)");
}

#[test]
fn colour_changes_nothing_but_colour() {
    let plain = table(&sample(), &look(80));
    let coloured = table(
        &sample(),
        &Look {
            color: true,
            ..look(80)
        },
    );
    assert!(coloured.contains("\u{1b}[31m✘ fail\u{1b}[0m"));
    let mut bare = String::new();
    let mut rest = coloured.as_str();
    while let Some(start) = rest.find('\u{1b}') {
        bare.push_str(&rest[..start]);
        let end = rest[start..].find('m').unwrap();
        rest = &rest[start + end + 1..];
    }
    bare.push_str(rest);
    assert_eq!(bare, plain);
}

#[test]
fn an_empty_result_has_a_table() {
    let mut result = sample();
    result.groupings.clear();
    result.estimates.clear();
    result.gates.clear();
    result.outcomes.clear();
    result.notes.clear();
    result.inputs.clear();
    assert!(table(&result, &look(0)).contains("verdict:"));
}

#[test]
fn no_number_is_not_a_number() {
    for text in [table(&sample(), &look(80)), table(&sample(), &look(120))] {
        assert!(!text.contains("NaN") && !text.contains("inf "));
    }
}
