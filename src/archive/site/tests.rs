use super::change::limits;
use super::trend::plain;
use super::{index, mark, page};
use crate::archive::statement::{PREDICATE_TYPE, Predicate, STATEMENT_TYPE, Statement, What};
use crate::archive::{Digest, Entry, Head, Resource, audit_of, seal};
use crate::report::sample::{SCRIPT, small};

/// A chain of audits, in which the last third accepts less than before and one has lost its gates.
fn chain(audits: u64) -> Vec<Entry> {
    let mut chain: Vec<Entry> = Vec::new();
    let mut result = small();
    result.audit.title = SCRIPT.to_owned();
    for sequence in 1..=audits {
        let mut audit = audit_of(&result, None, Vec::new());
        for gate in &mut audit.gates {
            gate.min = Some(if sequence * 3 > audits * 2 { 0.6 } else { 0.8 });
            gate.max = None;
        }
        if sequence == 3 {
            audit.gates.clear();
        }
        let statement = Statement {
            type_: STATEMENT_TYPE.to_owned(),
            subject: vec![Resource::new("result.json", Digest::of(b""))],
            predicate_type: PREDICATE_TYPE.to_owned(),
            predicate: Predicate {
                sequence,
                previous: chain.last().map(Entry::link),
                added_at: "2026-11-01T00:00:00Z".to_owned(),
                documents: Vec::new(),
                retention: None,
                what: What::Audit(Box::new(audit)),
            },
        };
        let bytes = seal(&serde_json::to_vec(&statement).unwrap(), &[]);
        let head: Option<Head> = chain.last().map(Entry::head);
        chain.push(Entry::of(sequence, &bytes, head.as_ref()).unwrap());
    }
    chain
}

#[test]
fn numbers_are_short_and_limits_are_words() {
    let numbers = [(0.8, "0.8"), (-0.0, "0"), (12.0, "12"), (0.123_456, "0.1235")];
    for (number, text) in numbers {
        assert_eq!(plain(number), text);
    }
    assert_eq!(limits(Some(0.8), None), "at least 0.8");
    assert_eq!(limits(None, Some(1.25)), "at most 1.25");
    assert_eq!(limits(Some(0.8), Some(1.25)), "0.8 to 1.25");
}

#[test]
fn what_was_loosened_and_what_is_gone_stands_on_top() {
    let text = index(&chain(12));
    let (alarm, rest) = text.split_once("Gates over time").unwrap();
    assert!(alarm.contains("loosened from at least 0.8 to at least 0.6"), "{alarm}");
    assert!(
        alarm.contains("entries/000009.html") && alarm.contains("the gate is gone"),
        "{alarm}"
    );
    assert!(!alarm.contains("the gate is back") && rest.contains("the gate is back"));
    assert!(!index(&chain(2)[..1]).contains("Thresholds were loosened"));
}

#[test]
fn names_that_are_scripts_are_texts() {
    let chain = chain(2);
    for text in [index(&chain), page(&chain[0])] {
        assert!(!text.contains(SCRIPT) && text.contains("&#60;script&#62;alert(1)"));
        assert!(!text.contains("NaN") && !text.contains("inf"));
    }
    assert!(page(&chain[0]).starts_with(&mark(&chain[0].digest)));
}

#[test]
fn five_thousand_entries_are_one_page_of_bounded_size() {
    let chain = chain(5000);
    let text = index(&chain);
    assert_eq!(text.matches("<tr><td class=\"number\">").count(), 5000);
    assert!(text.contains("the last 260 of 5000 audits"));
    // A line in the list, and pictures that do not grow.
    assert!(text.len() < 3_000_000, "{}", text.len());
    let pictures = text.split("<h2>Entries</h2>").next().unwrap();
    assert!(pictures.len() < 300_000, "{}", pictures.len());
}
