//! Two results side by side: what changed, whether that is more than noise, and which thresholds were loosened.
//!
//! A pure function of two results. Numbers are compared only where both audits judged them; changes are told from noise over
//! all of them together (Benjamini and Hochberg 1995), by intervals that take the two audits for those of different people.

mod face;
mod loosened;

pub use face::{json, markdown, text};

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::assess::Ends;
use crate::assess::change;
use crate::inference::benjamini_hochberg::benjamini_hochberg;
use crate::report::model::v1::{Answer, Estimate, Gate, Result};

/// The name and number of this shape.
pub const SCHEMA: &str = "parytet.comparison/1";

/// What became of a result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// Always `parytet.comparison/1`.
    pub schema: String,
    /// The earlier audit.
    pub old: About,
    /// The later audit.
    pub new: About,
    /// What is asked for less strictly than before. Sentences.
    pub loosened: Vec<String>,
    /// What differs in how the two were made, so that numbers may differ by that alone. Sentences.
    pub differs: Vec<String>,
    /// Every gate of either.
    pub gates: Vec<GateChange>,
    /// Groups of the later audit that the earlier had not.
    pub new_groups: Vec<Name>,
    /// Groups of the earlier audit that the later has not.
    pub vanished_groups: Vec<Name>,
    /// Numbers that both have, those told from noise first.
    pub changes: Vec<Change>,
    /// How many of them are told from noise.
    pub told: u64,
    /// Level of the intervals.
    pub level: f64,
}

/// What an audit calls itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct About {
    /// Title.
    pub title: String,
    /// Period.
    pub period: Option<String>,
    /// Day.
    pub as_of: String,
    /// The version that made it.
    pub version: String,
    /// The whole verdict.
    pub verdict: String,
    /// People.
    pub subjects: u64,
    /// Rows.
    pub rows: u64,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Name {
    /// The grouping.
    pub attribute: String,
    /// The group.
    pub group: String,
}

/// What became of a gate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GateChange {
    /// Its name; the later one where both differ.
    pub gate: String,
    /// What it said; `null`: it was not there.
    pub old: Option<String>,
    /// What it says; `null`: it is gone.
    pub new: Option<String>,
    /// Groups whose answer changed.
    pub answers: Vec<AnswerChange>,
}

/// What became of a gate's answer about a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnswerChange {
    /// The outcome.
    pub outcome: String,
    /// The grouping.
    pub attribute: String,
    /// The group.
    pub group: String,
    /// What was said; `null`: it was not asked about.
    pub old: Option<String>,
    /// What is said; `null`: it is not asked about.
    pub new: Option<String>,
}

/// What became of a number.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The outcome.
    pub outcome: String,
    /// The grouping.
    pub attribute: String,
    /// The group.
    pub group: String,
    /// The metric.
    pub metric: String,
    /// The contrast.
    pub contrast: String,
    /// The factors within which it is compared.
    pub given: Option<String>,
    /// The number then.
    pub old: f64,
    /// The number now.
    pub new: f64,
    /// New less old.
    pub change: f64,
    /// Lower end of the interval of the change.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// p-value of no change.
    pub p_value: Option<f64>,
    /// The same, adjusted over all numbers compared (Benjamini-Hochberg).
    pub p_adjusted: Option<f64>,
    /// Whether it is more than noise.
    pub told: bool,
}

/// Compares two results.
#[must_use]
pub fn compare(old: &Result, new: &Result) -> Comparison {
    let changes = changes(old, new);
    Comparison {
        schema: SCHEMA.to_owned(),
        old: about(old),
        new: about(new),
        loosened: loosened::loosened(old, new),
        differs: differs(old, new),
        gates: gates(old, new),
        new_groups: groups(new).difference(&groups(old)).cloned().collect(),
        vanished_groups: groups(old).difference(&groups(new)).cloned().collect(),
        told: changes.iter().filter(|change| change.told).count() as u64,
        changes,
        level: new.audit.level,
    }
}

fn about(result: &Result) -> About {
    About {
        title: result.audit.title.clone(),
        period: result.audit.period.clone(),
        as_of: result.audit.as_of.clone(),
        version: result.tool.version.clone(),
        verdict: result.verdict.verdict.clone(),
        subjects: result.account.subjects,
        rows: result.account.audited,
    }
}

fn groups(result: &Result) -> BTreeSet<Name> {
    let named = |attribute: &String, group: &String| Name {
        attribute: attribute.clone(),
        group: group.clone(),
    };
    let groupings = result.groupings.iter();
    groupings
        .flat_map(|grouping| {
            grouping
                .groups
                .iter()
                .map(move |group| named(&grouping.attribute, &group.group))
        })
        .collect()
}

/// Differences of method and scope that are no change of the system.
fn differs(old: &Result, new: &Result) -> Vec<String> {
    let mut found = Vec::new();
    let mut say = |what: &str, old: &str, new: &str| {
        if old != new {
            found.push(format!("{what}: {old}, now {new}"));
        }
    };
    say("version of parytet", &old.tool.version, &new.tool.version);
    say("unit", &old.audit.unit, &new.audit.unit);
    say("level", &old.audit.level.to_string(), &new.audit.level.to_string());
    say(
        "fewest people of a judged group",
        &old.audit.min_subjects.to_string(),
        &new.audit.min_subjects.to_string(),
    );
    let names = |result: &Result| -> String {
        let names: Vec<&str> = result.outcomes.iter().map(|outcome| outcome.name.as_str()).collect();
        names.join(", ")
    };
    say("outcomes", &names(old), &names(new));
    for grouping in &old.groupings {
        let later = new.groupings.iter().find(|other| other.attribute == grouping.attribute);
        if let Some(later) = later {
            say(
                &format!("reference of `{}`", grouping.attribute),
                grouping.reference.as_deref().unwrap_or("nobody"),
                later.reference.as_deref().unwrap_or("nobody"),
            );
        }
    }
    found
}

/// The gates of both in pairs: of one name, else of one metric and contrast.
fn pairs<'a>(old: &'a Result, new: &'a Result) -> Vec<(Option<&'a Gate>, Option<&'a Gate>)> {
    let mut left: Vec<&Gate> = old.gates.iter().collect();
    let mut take = |is_it: &dyn Fn(&Gate) -> bool| {
        let at = left.iter().position(|gate| is_it(gate))?;
        Some(left.remove(at))
    };
    let mut found: Vec<(Option<&Gate>, Option<&Gate>)> = new
        .gates
        .iter()
        .map(|gate| (take(&|other| other.name == gate.name), Some(gate)))
        .collect();
    for (earlier, later) in &mut found {
        if let (None, Some(gate)) = (&earlier, later) {
            *earlier = take(&|other| other.metric == gate.metric && other.contrast == gate.contrast);
        }
    }
    found.extend(left.into_iter().map(|gate| (Some(gate), None)));
    found
}

type Asked<'a> = (&'a str, &'a str, &'a str, Option<&'a str>);

fn asked(answer: &Answer) -> Asked<'_> {
    (
        &answer.outcome,
        &answer.attribute,
        &answer.group,
        answer.given.as_deref(),
    )
}

fn gates(old: &Result, new: &Result) -> Vec<GateChange> {
    let said = |gate: &Gate| match gate.waived {
        0 => gate.verdict.clone(),
        n => format!("{} ({n} waived)", gate.verdict),
    };
    let of = |gate: Option<&'_ Gate>| -> BTreeMap<(String, String, String, Option<String>), String> {
        let answers = gate.into_iter().flat_map(|gate| &gate.answers);
        answers
            .map(|answer| {
                let (outcome, attribute, group, given) = asked(answer);
                let waived = if answer.waived.is_some() { " (waived)" } else { "" };
                let key = (
                    outcome.to_owned(),
                    attribute.to_owned(),
                    group.to_owned(),
                    given.map(str::to_owned),
                );
                (key, format!("{}{waived}", answer.verdict))
            })
            .collect()
    };
    pairs(old, new)
        .into_iter()
        .map(|(earlier, later)| {
            let (then, now) = (of(earlier), of(later));
            let keys: BTreeSet<_> = then.keys().chain(now.keys()).cloned().collect();
            let answers = keys.into_iter().filter_map(|key| {
                let (old, new) = (then.get(&key).cloned(), now.get(&key).cloned());
                (old != new).then_some(AnswerChange {
                    outcome: key.0,
                    attribute: key.1,
                    group: key.2,
                    old,
                    new,
                })
            });
            GateChange {
                gate: later.or(earlier).map(|gate| gate.name.clone()).unwrap_or_default(),
                old: earlier.map(said),
                new: later.map(said),
                answers: answers.collect(),
            }
        })
        .collect()
}

fn changes(old: &Result, new: &Result) -> Vec<Change> {
    type Key<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str, Option<&'a str>);
    fn key(e: &Estimate) -> Key<'_> {
        (
            &e.outcome,
            &e.attribute,
            &e.group,
            &e.metric,
            &e.contrast,
            e.given.as_deref(),
        )
    }
    let judged = |e: &&Estimate| e.status == "ok";
    let then: BTreeMap<Key<'_>, &Estimate> = old.estimates.iter().filter(judged).map(|e| (key(e), e)).collect();
    let mut found: Vec<Change> = Vec::new();
    for e in new.estimates.iter().filter(judged) {
        let Some(before) = then.get(&key(e)) else { continue };
        let (Some(now), Some(was)) = (e.estimate, before.estimate) else {
            continue;
        };
        let known = |x: f64, e: &Estimate| {
            let ends = Ends {
                low: e.low,
                high: e.high,
            };
            (x, Some(ends), e.level)
        };
        let (now_known, was_known) = (known(now, e), known(was, before));
        let ends = change::interval(now_known, was_known);
        found.push(Change {
            outcome: e.outcome.clone(),
            attribute: e.attribute.clone(),
            group: e.group.clone(),
            metric: e.metric.clone(),
            contrast: e.contrast.clone(),
            given: e.given.clone(),
            old: was,
            new: now,
            change: now - was,
            low: ends.and_then(|ends| ends.low),
            high: ends.and_then(|ends| ends.high),
            p_value: change::p_value(now_known, was_known),
            p_adjusted: None,
            told: false,
        });
    }
    let tested: Vec<f64> = found.iter().filter_map(|change| change.p_value).collect();
    let adjusted = benjamini_hochberg(&tested);
    let with_test = found.iter_mut().filter(|change| change.p_value.is_some());
    for (change, p) in with_test.zip(adjusted) {
        change.p_adjusted = Some(p);
        change.told = p <= 1.0 - new.audit.level;
    }
    // What is told first, then by how surely; the order of the result among equals.
    found.sort_by(|a, b| {
        let p = |change: &Change| change.p_adjusted.unwrap_or(1.0);
        b.told.cmp(&a.told).then(p(a).total_cmp(&p(b)))
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::sample;

    #[test]
    fn a_result_has_not_changed_against_itself() {
        let result = sample();
        let comparison = compare(&result, &result);
        assert!(comparison.changes.len() > 50);
        assert!(
            comparison
                .changes
                .iter()
                .all(|change| change.change == 0.0 && !change.told)
        );
        assert!(comparison.loosened.is_empty() && comparison.differs.is_empty());
        assert!(
            comparison
                .gates
                .iter()
                .all(|gate| gate.old == gate.new && gate.answers.is_empty())
        );
        assert!(comparison.new_groups.is_empty() && comparison.vanished_groups.is_empty());
    }

    #[test]
    fn a_change_beyond_noise_is_told_and_groups_come_and_go() {
        let old = sample();
        let mut new = sample();
        let moved = new
            .estimates
            .iter_mut()
            .find(|e| e.group == "65+" && e.metric == "selection_rate" && e.contrast == "ratio")
            .unwrap();
        let by = 0.4;
        (moved.estimate, moved.low, moved.high) = (
            moved.estimate.map(|x| x + by),
            moved.low.map(|x| x + by),
            moved.high.map(|x| x + by),
        );
        new.groupings[0].groups[0].group = "women".to_owned();
        new.gates[0].answers[5].verdict = "pass".to_owned();
        let comparison = compare(&old, &new);
        assert_eq!(comparison.told, 1);
        assert_eq!(
            (comparison.changes[0].group.as_str(), comparison.changes[0].told),
            ("65+", true)
        );
        assert_eq!(comparison.new_groups[0].group, "women");
        assert_eq!(comparison.vanished_groups[0].group, "female");
        assert_eq!(comparison.gates[0].answers.len(), 1);
        let (text, markdown, json) = (text(&comparison), markdown(&comparison), json(&comparison));
        for face in [&text, &markdown, &json] {
            assert!(face.contains("women") && face.contains("65+"), "{face}");
        }
    }
}
