//! Gates: the only place that compares a number with a threshold.
//!
//! Each gate looks at every group that it names and answers *pass*, *fail* or *inconclusive*. Not enough data is never a
//! pass. A failure is claimed only beyond an interval that is widened for the number of groups looked at (a union of
//! claims, Bonferroni); a pass needs each group's plain interval inside (an intersection of claims needs no correction:
//! Berger & Hsu 1996).

mod answer;
mod exit;
mod missing;
mod ratchet;
mod waiver;

pub use answer::{Answer, Say};
pub use exit::{Outcome, exit};
pub use missing::{Hanging, hanging, hanging_on_labels};
pub use ratchet::{Baseline, Before, Change, Key};
pub use waiver::{Excuse, Standing, excuse};

use crate::assess::{About, Assessment, Finding, Status};
use crate::catalogue::Formula;
use crate::plan::{AxisKind, Gate, Plan};
use crate::tally::Tally;

/// A gate with its answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The worst of its answers that no waiver covers.
    pub say: Say,
    /// One answer per group.
    pub answers: Vec<Answer>,
}

/// Judges every gate, in the order of the plan; gates that ask for no worse than a baseline need one.
#[must_use]
pub fn judge(plan: &Plan, tally: &Tally, assessment: &Assessment, baseline: &Baseline) -> Vec<Judged> {
    plan.gates
        .iter()
        .map(|gate| judge_gate((plan, tally, assessment, baseline), gate))
        .collect()
}

fn judge_gate(parts: (&Plan, &Tally, &Assessment, &Baseline), gate: &Gate) -> Judged {
    let (plan, tally, assessment, _) = parts;
    let looked_at: Vec<(usize, &Finding)> = assessment
        .findings
        .iter()
        .enumerate()
        .filter(|(_, finding)| is_looked_at(tally, gate, finding))
        .collect();
    let mut answers = match gate.persist {
        Some(persist) => persistent(plan, gate, persist, &looked_at),
        None => {
            let judged = looked_at.iter().filter(|(_, f)| f.status == Status::Ok).count();
            let adjusted = adjusted(plan, judged);
            let answers = looked_at.into_iter();
            answers
                .map(|(index, finding)| match gate.ratchet {
                    None => answer::answer(gate, finding, index, (plan.level, adjusted)),
                    Some(margin) => ratchet::answer(parts, (gate, margin), Answer::open(finding, index), adjusted),
                })
                .collect()
        }
    };
    answers.extend(absent_groups(tally, assessment, gate));
    let say = answers
        .iter()
        .map(|answer| answer.say)
        .max()
        .unwrap_or(Say::Inconclusive);
    Judged { say, answers }
}

/// The level at which a failure must hold, for so many that a gate looks at.
fn adjusted(plan: &Plan, judged: usize) -> f64 {
    1.0 - (1.0 - plan.level) / judged.max(1) as f64
}

/// Answers for gates that fail only where so many of the last periods do: one for each group, at its last period.
///
/// A group passes where even all periods that do not tell could not make it fail.
fn persistent(plan: &Plan, gate: &Gate, (periods, of): (u64, u64), looked_at: &[(usize, &Finding)]) -> Vec<Answer> {
    let is_period = |finding: &Finding| {
        let kind = finding.along.map(|axis| &plan.axes[axis].kind);
        matches!(kind, Some(AxisKind::Periods(..)))
    };
    let mut groups: Vec<Vec<(usize, &Finding)>> = Vec::new();
    for &(index, finding) in looked_at.iter().filter(|(_, finding)| is_period(finding)) {
        let same = |(_, other): &(usize, &Finding)| {
            other.outcome == finding.outcome && other.metric == finding.metric && other.about == finding.about
        };
        match groups.iter_mut().find(|group| group.first().is_some_and(same)) {
            Some(group) => group.push((index, finding)),
            None => groups.push(vec![(index, finding)]),
        }
    }
    let level = adjusted(plan, groups.len());
    let mut answers = Vec::new();
    for group in groups {
        let last = &group[group.len().saturating_sub(of as usize)..];
        let each: Vec<Answer> = last
            .iter()
            .map(|(index, finding)| answer::answer(gate, finding, *index, (plan.level, level)))
            .collect();
        let count = |say: Say| each.iter().filter(|answer| answer.say == say).count() as u64;
        let failed = count(Say::Fail);
        let (say, reason) = if failed >= periods {
            (Say::Fail, "persists")
        } else if (last.len() as u64) < periods {
            (Say::Inconclusive, "too-few-periods")
        } else if failed + count(Say::Inconclusive) < periods {
            (Say::Pass, "does-not-persist")
        } else {
            (Say::Inconclusive, "may-persist")
        };
        answers.extend(each.into_iter().last().map(|answer| Answer {
            say,
            reason,
            subjects_needed: None,
            selections_to_threshold: None,
            ..answer
        }));
    }
    answers
}

/// Whether a gate looks at a finding.
fn is_looked_at(tally: &Tally, gate: &Gate, finding: &Finding) -> bool {
    if finding.contrast != gate.contrast || !gate.metrics.contains(&(finding.outcome, finding.metric)) {
        return false;
    }
    if gate.item_class.is_some() && gate.item_class != finding.item_class {
        return false;
    }
    // A number at one level is a repeat of that over all, unless it is asked whether it persists.
    let is_repeat = finding.along.is_some() && !matches!(finding.metric.entry().formula, Formula::Along(_));
    if is_repeat != gate.persist.is_some() {
        return false;
    }
    let Some(grouping) = finding.about.grouping() else {
        // A search has groupings of its own, and so have groups that nobody knows.
        return match (&finding.about, &gate.groups) {
            (About::Uncertain { group, .. }, Some(names)) => names.contains(group),
            (about, _) => matches!(about, About::Subgroup { .. } | About::Uncertain { .. }),
        };
    };
    if !gate.groupings.contains(&grouping) {
        return false;
    }
    match (&finding.about, &gate.groups) {
        (About::Group { group, .. }, None) => tally.groupings[grouping].groups[*group].is_known(),
        (About::Absent { name, .. }, Some(names)) => names.contains(name),
        (About::Group { group, .. }, Some(names)) => names.contains(&tally.groupings[grouping].groups[*group].name()),
        _ => true,
    }
}

/// Groups that a gate names and that are not in the log: nothing can be said of them.
fn absent_groups(tally: &Tally, assessment: &Assessment, gate: &Gate) -> Vec<Answer> {
    let Some(names) = &gate.groups else {
        return Vec::new();
    };
    let mut absent = Vec::new();
    for name in names {
        let present = gate.groupings.iter().any(|grouping| {
            tally.groupings[*grouping]
                .groups
                .iter()
                .any(|group| group.name() == *name)
        }) || assessment
            .findings
            .iter()
            .any(|finding| matches!(&finding.about, About::Uncertain { group, .. } if group == name));
        if !present && let (Some((outcome, metric)), Some(grouping)) = (gate.metrics.first(), gate.groupings.first()) {
            absent.push(Answer {
                finding: None,
                outcome: *outcome,
                grouping: *grouping,
                group: name.clone(),
                metric: *metric,
                adjusted: None,
                say: Say::Inconclusive,
                reason: "group-absent",
                subjects: 0,
                subjects_needed: None,
                equivalence_p: None,
                selections_to_threshold: None,
                waiver: None,
                change: None,
            });
        }
    }
    absent
}
