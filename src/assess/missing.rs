//! What rows of unknown group could do to the comparisons of selection rates.

use super::{Chosen, Place};
use crate::catalogue::Measure;
use crate::inference::manski::{self, Counts};
use crate::tally::Sums;

/// Bounds of a comparison over every group that the unknown could belong to.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// The outcome.
    pub outcome: usize,
    /// The grouping.
    pub grouping: usize,
    /// The group.
    pub group: usize,
    /// Name of whom it is compared with.
    pub reference: String,
    /// Rows (or their weight) of unknown group.
    pub unknown: f64,
    /// Of these, selected.
    pub unknown_selected: f64,
    /// Of the gap.
    pub gap: manski::Bounds,
    /// Of the ratio.
    pub ratio: manski::Bounds,
}

impl Place<'_> {
    /// Bounds for every group that is compared with another, or with the rest; none where everybody's group is known.
    ///
    /// Only for single attributes: of an intersection, part may be known of a person.
    pub(super) fn bounds(&self) -> Vec<Bound> {
        if self.plan.groupings[self.grouping].attributes.len() > 1 {
            return Vec::new();
        }
        let tally = self.groups();
        let (mut unknown, mut unknown_selected) = (0.0, 0.0);
        for group in tally
            .groups
            .iter()
            .filter(|group| !group.is_known() && group.is_in_scope())
        {
            let sums = group.sums(self.outcome);
            unknown += sums.sum(Measure::Rows);
            unknown_selected += sums.sum(Measure::Selected);
        }
        let Some(reference) = self.reference_name().filter(|_| unknown > 0.0) else {
            return Vec::new();
        };
        let others = |group: usize| -> Option<Sums> {
            match self.reference {
                Chosen::Group(other) if *other != group => Some(tally.groups[*other].sums(self.outcome)),
                Chosen::Rest => Some(tally.rest(group, self.outcome)),
                // Everybody holds the unknown already.
                _ => None,
            }
        };
        let known = self
            .in_scope()
            .into_iter()
            .filter(|&group| tally.groups[group].is_known());
        known
            .filter_map(|group| {
                let (own, other) = (tally.groups[group].sums(self.outcome), others(group)?);
                let counts = Counts {
                    selected: own.sum(Measure::Selected),
                    size: own.sum(Measure::Rows),
                    reference_selected: other.sum(Measure::Selected),
                    reference_size: other.sum(Measure::Rows),
                    unknown_selected,
                    unknown,
                };
                Some(Bound {
                    outcome: self.outcome,
                    grouping: self.grouping,
                    group,
                    reference: reference.clone(),
                    unknown,
                    unknown_selected,
                    gap: counts.gap(),
                    ratio: counts.ratio(),
                })
            })
            .collect()
    }
}
