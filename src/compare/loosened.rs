//! What is asked for less strictly than before: the first thing to look at when a gate has turned green.

use std::collections::BTreeSet;

use super::{Name, asked, groups, pairs};
use crate::report::model::v1::{Gate, Result};
use crate::report::number::bound;

/// Sentences about what was loosened.
pub(super) fn loosened(old: &Result, new: &Result) -> Vec<String> {
    let mut found = Vec::new();
    for (earlier, later) in pairs(old, new) {
        match (earlier, later) {
            (Some(earlier), Some(later)) => gate(earlier, later, &groups(new), &mut found),
            (Some(earlier), None) => found.push(format!("gate `{}` is gone", earlier.name)),
            (None, _) => {}
        }
    }
    let (was, is) = (&old.audit, &new.audit);
    if is.level > was.level {
        // A wider interval lies beyond a threshold less easily.
        found.push(format!("intervals are wider: level {}, was {}", is.level, was.level));
    }
    if is.min_subjects > was.min_subjects {
        found.push(format!(
            "groups of fewer than {} people are not judged, it was {}",
            is.min_subjects, was.min_subjects
        ));
    }
    if is.exit_zero && !was.exit_zero {
        found.push("failures do not change the exit code any more (--exit-zero)".to_owned());
    }
    for waiver in &new.waivers {
        let same = |other: &&crate::report::model::v1::Waiver| {
            (&other.gate, &other.group, &other.attribute, &other.outcome)
                == (&waiver.gate, &waiver.group, &waiver.attribute, &waiver.outcome)
        };
        let about = format!("gate `{}` for `{}`", waiver.gate, waiver.group);
        match old.waivers.iter().find(same) {
            None => found.push(format!("a waiver is new: {about}, until {}", waiver.expires)),
            Some(before) if before.expires < waiver.expires => found.push(format!(
                "a waiver was prolonged: {about}, until {}, was {}",
                waiver.expires, before.expires
            )),
            Some(before) if before.no_worse_than.is_some() && before.no_worse_than != waiver.no_worse_than => {
                found.push(format!("a waiver allows another number: {about}"));
            }
            Some(_) => {}
        }
    }
    found
}

fn gate(old: &Gate, new: &Gate, there: &BTreeSet<Name>, found: &mut Vec<String>) {
    let mut say = |what: String| found.push(format!("gate `{}`: {what}", new.name));
    let shown = |x: Option<f64>| x.map_or_else(|| "none".to_owned(), bound);
    let lower = match (old.min, new.min) {
        (Some(old), Some(new)) => new < old,
        (old, new) => old.is_some() && new.is_none(),
    };
    if lower {
        say(format!(
            "the lowest accepted value is {}, was {}",
            shown(new.min),
            shown(old.min)
        ));
    }
    let higher = match (old.max, new.max) {
        (Some(old), Some(new)) => new > old,
        (old, new) => old.is_some() && new.is_none(),
    };
    if higher {
        say(format!(
            "the highest accepted value is {}, was {}",
            shown(new.max),
            shown(old.max)
        ));
    }
    if old.no_worse_than.is_some() && new.no_worse_than.is_none() {
        say("it asks nothing of a baseline any more".to_owned());
    }
    if new.margin > old.margin && old.margin.is_some() {
        say(format!(
            "the margin is {}, was {}",
            shown(new.margin),
            shown(old.margin)
        ));
    }
    // Under the rules further on, less fails or more passes.
    let strictness = |rule: &str| {
        ["evidence", "significant", "point", "assurance"]
            .iter()
            .position(|r| *r == rule)
    };
    if strictness(&new.rule) < strictness(&old.rule) {
        say(format!("the rule is {}, was {}", new.rule, old.rule));
    }
    let blocks = |what: &str| ["pass", "warn", "fail"].iter().position(|w| *w == what);
    if blocks(&new.on_inconclusive) < blocks(&old.on_inconclusive) {
        say(format!(
            "on_inconclusive is {}, was {}",
            new.on_inconclusive, old.on_inconclusive
        ));
    }
    let gone: Vec<String> = old
        .answers
        .iter()
        .filter(|answer| !new.answers.iter().any(|other| asked(other) == asked(answer)))
        // A group that has nobody any more is no matter of the spec, nor are the names of the lowest and the highest group.
        .filter(|answer| {
            there.contains(&Name {
                attribute: answer.attribute.clone(),
                group: answer.group.clone(),
            })
        })
        .map(|answer| format!("`{}` ({})", answer.group, answer.attribute))
        .collect();
    if !gone.is_empty() {
        say(format!("it looks no more at {}", gone.join(", ")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::sample;

    #[test]
    fn each_way_of_loosening_is_told_and_tightening_is_not() {
        let old = sample();
        type Edit = fn(&mut Result);
        let loosening: [(Edit, &str); 11] = [
            (|r| r.gates[0].min = Some(0.7), "lowest accepted value is 0.7, was 0.8"),
            (|r| r.gates[0].min = None, "lowest accepted value is none"),
            (
                |r| r.gates[1].max = Some(0.06),
                "highest accepted value is 0.06, was 0.05",
            ),
            (
                |r| r.gates[3].rule = "evidence".to_owned(),
                "rule is evidence, was assurance",
            ),
            (
                |r| r.gates[3].on_inconclusive = "warn".to_owned(),
                "on_inconclusive is warn, was fail",
            ),
            (|r| drop(r.gates.remove(2)), "gate `spared` is gone"),
            (|r| drop(r.gates[0].answers.remove(5)), "it looks no more at `65+`"),
            (|r| r.audit.min_subjects = 50, "fewer than 50 people are not judged"),
            (|r| r.audit.level = 0.99, "intervals are wider"),
            (|r| r.audit.exit_zero = true, "--exit-zero"),
            (
                |r| r.waivers[0].expires = "2029-01-01".to_owned(),
                "a waiver was prolonged",
            ),
        ];
        for (edit, words) in loosening {
            let mut new = sample();
            edit(&mut new);
            let said = loosened(&old, &new);
            assert!(said.iter().any(|line| line.contains(words)), "{words}: {said:?}");
            // The other way round it was tightened.
            let back = loosened(&new, &old);
            assert!(!back.iter().any(|line| line.contains(words)), "{words}: {back:?}");
        }
        // A threshold in the name does not hide that it is the same gate.
        let mut new = sample();
        (new.gates[0].name, new.gates[0].min) = ("disparate_impact >= 0.6".to_owned(), Some(0.6));
        assert!(loosened(&old, &new)[0].contains("is 0.6, was 0.8"));
        assert!(loosened(&old, &old).is_empty());
    }
}
