//! Where the gap of a funnel opens.

use super::super::conditional::ROWS;
use super::super::finding::Status;
use super::super::{Assessment, Place};
use super::{Asked, Levels, Of, selection_rate};
use crate::catalogue::{Along, Contrast};
use crate::metrics::smooth::{Smooth, shapley_of_products};

/// How many stages a row of a level passed.
fn passed(name: &str) -> usize {
    name.trim_end_matches('+').parse().unwrap_or(0)
}

impl Place<'_> {
    pub(super) fn funnel(&self, levels: &Levels<'_>, stages: &[String], assessment: &mut Assessment) {
        if self.grouping == 0 {
            assessment.notes.extend(self.funnel_notes(levels, stages));
        }
        let Some((metric, rate)) = self.asked_along(Along::Stage).zip(selection_rate()) else {
            return;
        };
        // Stages are told by the rows that came so far.
        let of = Of {
            numerator: ROWS,
            denominator: ROWS,
            ..rate
        };
        let through = |groups: &[usize]| -> Vec<Smooth> {
            let reached = |stage: usize| {
                let at: Vec<usize> = (0..levels.labels.len())
                    .filter(|&level| passed(&levels.labels[level].name) >= stage)
                    .collect();
                self.sums(of, levels, groups, &at).1
            };
            (1..=stages.len())
                .map(|stage| reached(stage).over(&reached(stage - 1)))
                .collect()
        };
        for group in self.in_scope() {
            let own = through(&[group]);
            let asked = |contrast, stage: usize| Asked {
                metric,
                contrast,
                group,
                at: Some(stages[stage].clone()),
            };
            for (stage, rate) in own.iter().enumerate() {
                let finding = self.told(of, levels, asked(Contrast::Value, stage), rate, false);
                assessment.findings.push(finding);
            }
            let others = self.others(group);
            if others.is_empty() {
                continue;
            }
            let other = through(&others);
            let parts = shapley_of_products(&own, &other);
            for stage in 0..stages.len() {
                let mut part = self.told(of, levels, asked(Contrast::Gap, stage), &parts[stage], false);
                let mut ratio = self.told(
                    of,
                    levels,
                    asked(Contrast::Ratio, stage),
                    &own[stage].over(&other[stage]).ln(),
                    false,
                );
                if other[stage].value <= 0.0 {
                    ratio.estimate = None;
                    ratio.ends = None;
                    let both = own[stage].value <= 0.0;
                    ratio.status = Status::Undefined(if both { "both-zero" } else { "reference-zero" });
                }
                // Where nobody reaches a stage there is no whole to divide.
                if part.estimate.is_none() {
                    part.status = Status::Undefined("stage-not-reached");
                }
                assessment.findings.extend([part, ratio]);
            }
        }
    }

    /// Rows that met a later stage after they had missed one, and rows of which a stage is not known.
    fn funnel_notes(&self, levels: &Levels<'_>, stages: &[String]) -> Vec<String> {
        let funnel = self.plan.outcomes[self.outcome].sweep.as_deref().unwrap_or_default();
        let rows = |cell: usize| levels.tally.groups[cell].rows;
        let mut notes = Vec::new();
        for (stage, missed) in stages.iter().enumerate() {
            let odd = format!("{stage}+");
            let here = levels
                .cells
                .iter()
                .filter(|((_, level), _)| levels.labels[*level].name == odd);
            let count: u64 = here.map(|(_, cell)| rows(*cell)).sum();
            if count > 0 {
                notes.push(format!(
                    "Funnel `{funnel}`: {count} rows met a later stage without `{missed}`; they count as not having passed it. \
                     If that can't be, the log or the stages are wrong."
                ));
            }
        }
        let unknown: u64 = levels
            .unknown
            .iter()
            .map(|&cell| {
                let fates = levels.tally.groups[cell].fates;
                fates.audited + fates.no_decision
            })
            .sum();
        if unknown > 0 {
            notes.push(format!(
                "Funnel `{funnel}`: of {unknown} rows a stage that they reached is not known; they are in no stage."
            ));
        }
        notes
    }
}
