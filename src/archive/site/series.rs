//! One gate over the years: the same system, metric and contrast, whatever its threshold was.

use std::collections::BTreeMap;

use crate::archive::read::Entry;
use crate::archive::statement::{Answer, Audit, Gate};

/// What makes gates of several audits one series: the system (else the spec, else the title), metric and contrast.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) system: String,
    pub(super) metric: String,
    pub(super) contrast: String,
}

/// One audit in a series.
#[derive(Debug, Clone)]
pub(super) struct Point<'a> {
    pub(super) entry: &'a Entry,
    pub(super) audit: &'a Audit,
    /// `None`: the audit does not have the gate any more.
    pub(super) gate: Option<&'a Gate>,
}

impl<'a> Point<'a> {
    /// The answer that stands for the gate: of those with the gate's own verdict, the one nearest to the wrong side.
    pub(super) fn answer(&self) -> Option<&'a Answer> {
        let gate = self.gate?;
        let decided = gate.answers.iter().filter(|answer| answer.verdict == gate.verdict);
        let known = decided.filter_map(|answer| Some((answer, answer.estimate?)));
        let by = |(_, a): &(&Answer, f64), (_, b): &(&Answer, f64)| a.total_cmp(b);
        // An upper threshold alone makes high numbers the ones to look at.
        let found = if gate.min.is_none() {
            known.max_by(by)
        } else {
            known.min_by(by)
        };
        found.map(|(answer, _)| answer)
    }
}

/// What an audit is about: its system, else its spec, else its title.
fn system(audit: &Audit) -> String {
    let spec = audit.spec.as_ref().and_then(|spec| spec.name.clone());
    audit.system.clone().or(spec).unwrap_or_else(|| audit.title.clone())
}

/// The series of an archive, by key, each in the order of the entries. An audit in which a gate of its system is missing
/// is a point without a gate.
pub(super) fn series(chain: &[Entry]) -> BTreeMap<Key, Vec<Point<'_>>> {
    let mut all: BTreeMap<Key, Vec<Point<'_>>> = BTreeMap::new();
    for entry in chain {
        let Some(audit) = entry.statement.audit() else {
            continue;
        };
        let system = system(audit);
        for gate in &audit.gates {
            let key = Key {
                system: system.clone(),
                metric: gate.metric.clone(),
                contrast: gate.contrast.clone(),
            };
            let points = all.entry(key).or_default();
            let point = Point {
                entry,
                audit,
                gate: Some(gate),
            };
            // Several gates on one metric are one point, at the strictest of them: that is where it would be seen first.
            match points.last_mut().filter(|last| last.entry.sequence == entry.sequence) {
                Some(last) if stricter(gate, last.gate) => *last = point,
                Some(_) => {}
                None => points.push(point),
            }
        }
        for (key, points) in &mut all {
            let here = points.last().is_some_and(|last| last.entry.sequence == entry.sequence);
            if key.system == system && !here {
                points.push(Point {
                    entry,
                    audit,
                    gate: None,
                });
            }
        }
    }
    all
}

fn stricter(gate: &Gate, than: Option<&Gate>) -> bool {
    let Some(than) = than else { return true };
    gate.min.unwrap_or(f64::NEG_INFINITY) > than.min.unwrap_or(f64::NEG_INFINITY)
        || gate.max.unwrap_or(f64::INFINITY) < than.max.unwrap_or(f64::INFINITY)
}
