//! Which answers of gates hang on who the people of unknown group are.

use super::answer::{is_beyond, is_inside};
use super::{Judged, Say};
use crate::assess::{About, Assessment, Bound, Ends};
use crate::catalogue::Contrast;
use crate::plan::Plan;

/// The gates (by index) whose answer about a group could be another one if the unknown were known: a passing estimate
/// could lie beyond the threshold, or a failing one inside. Looked at are gates on the gap and the ratio of selection rates,
/// which the bounds are of.
#[must_use]
pub fn hanging(plan: &Plan, assessment: &Assessment, judged: &[Judged], bound: &Bound) -> Vec<usize> {
    let about = About::Group {
        grouping: bound.grouping,
        group: bound.group,
    };
    let gates = plan.gates.iter().zip(judged).enumerate();
    gates
        .filter(|(_, (gate, judged))| {
            let (low, high) = match gate.contrast {
                Contrast::Gap => bound.gap,
                Contrast::Ratio => bound.ratio,
                _ => return false,
            };
            let ends = Ends { low, high };
            judged.answers.iter().any(|answer| {
                let finding = answer.finding.map(|i| &assessment.findings[i]);
                let is_about = finding.is_some_and(|f| {
                    f.about == about
                        && f.given.is_none()
                        && f.outcome == bound.outcome
                        && f.metric.id() == "selection_rate"
                });
                is_about
                    && match answer.say {
                        Say::Pass => !is_inside(gate, ends),
                        Say::Fail => !is_beyond(gate, ends),
                        Say::Inconclusive => false,
                    }
            })
        })
        .map(|(index, _)| index)
        .collect()
}
