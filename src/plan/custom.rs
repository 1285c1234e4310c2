//! Metrics that the spec defines.

use super::resolve::Faults;
use crate::catalogue::custom::{Definition, define};
use crate::catalogue::{self, Direction, Family, Measure, Metric};
use crate::diagnostic::Diagnostic;
use crate::spec::{At, CustomMetric, Spec, Terms};

pub(super) fn defined(spec: &Spec, faults: &mut Faults<'_>) -> Vec<Metric> {
    let mut all: Vec<Metric> = Vec::new();
    for written in &spec.metrics {
        let Some(definition) = definition(written, faults) else {
            continue;
        };
        if all.iter().any(|metric| metric.id() == definition.id) {
            faults.add(
                Diagnostic::new("duplicate-name", format!("two metrics are called `{}`", definition.id)),
                &written.name.origin,
            );
            continue;
        }
        all.push(define(&definition));
    }
    all
}

fn definition(written: &CustomMetric, faults: &mut Faults<'_>) -> Option<Definition> {
    let before = faults.found.len();
    let id = &written.name.value;
    let spelled = id.starts_with(|c: char| c.is_ascii_lowercase())
        && id
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
    if !spelled {
        faults.add(
            Diagnostic::new("bad-value", format!("`{id}` is no name for a metric"))
                .help("use small letters, digits and _, beginning with a letter"),
            &written.name.origin,
        );
    }
    let taken = [true, false]
        .iter()
        .any(|favourable| catalogue::find(id, *favourable).is_some())
        || Family::find(id).is_some()
        || ["all", "default"].contains(&id.as_str());
    if taken {
        faults.add(
            Diagnostic::new("duplicate-name", format!("`{id}` means something already"))
                .help(format!("see: parytet explain {id}")),
            &written.name.origin,
        );
    }
    let mut direction = Direction::Neutral;
    if let Some(word) = &written.direction {
        match Direction::find(&word.value) {
            Some(found) => direction = found,
            None => faults.unknown("direction", "bad-value", word, &Direction::ALL.map(Direction::id)),
        }
    }
    let (numerator, denominator) = (terms(&written.numerator, faults), terms(&written.denominator, faults));
    (faults.found.len() == before).then(|| Definition {
        id: id.clone(),
        title: written.title.clone().unwrap_or_else(|| id.replace('_', " ")),
        meaning: written
            .meaning
            .clone()
            .unwrap_or_else(|| "A metric that the spec of this audit defines.".to_owned()),
        numerator,
        denominator,
        direction,
    })
}

fn terms(written: &At<Terms>, faults: &mut Faults<'_>) -> Vec<(Measure, i32)> {
    if written.value.is_empty() {
        faults.add(
            Diagnostic::new("bad-value", "it names no measure").help("for example { true_positive = 1 }"),
            &written.origin,
        );
    }
    let mut terms = Vec::new();
    for (name, factor) in &written.value {
        match Measure::find(&name.value) {
            Some(measure) => terms.push((measure, *factor)),
            None => faults.unknown("measure", "unknown-measure", name, &Measure::ALL.map(Measure::id)),
        }
    }
    terms
}
