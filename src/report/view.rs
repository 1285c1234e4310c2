//! A result, looked up. What it does not hold is not computed here: faces find, they don't reckon.

use std::collections::HashMap;

use super::model::v1::{Answer, Estimate, Gate, Group, Grouping, Outcome, Result};
use crate::catalogue::{Direction, Metric};

/// Outcome, attribute, group, metric, contrast.
type Key<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

/// A result with its estimates by what they are about.
#[derive(Debug)]
pub(crate) struct View<'a> {
    /// The result.
    pub(crate) result: &'a Result,
    estimates: HashMap<Key<'a>, &'a Estimate>,
}

impl<'a> View<'a> {
    pub(crate) fn new(result: &'a Result) -> Self {
        let estimates = result
            .estimates
            .iter()
            // What is compared within strata, followed along something, or for a class of items, has a table of its own.
            .filter(|e| e.given.is_none() && e.along.is_none() && e.item_class.is_none())
            .map(|e| {
                let key = (
                    e.outcome.as_str(),
                    e.attribute.as_str(),
                    e.group.as_str(),
                    e.metric.as_str(),
                    e.contrast.as_str(),
                );
                (key, e)
            })
            .collect();
        Self { result, estimates }
    }

    /// The estimate of a contrast of a metric for one group.
    pub(crate) fn estimate(
        &self,
        outcome: &'a str,
        attribute: &'a str,
        group: &'a str,
        metric: &'a str,
        contrast: &'a str,
    ) -> Option<&'a Estimate> {
        self.estimates
            .get(&(outcome, attribute, group, metric, contrast))
            .copied()
    }

    /// Every gate's answers about an outcome in a grouping.
    pub(crate) fn answers(&self, outcome: &'a str, attribute: &'a str) -> impl Iterator<Item = (&'a Gate, &'a Answer)> {
        self.result
            .gates
            .iter()
            .flat_map(|gate| gate.answers.iter().map(move |answer| (gate, answer)))
            .filter(move |(_, answer)| answer.outcome == outcome && answer.attribute == attribute)
    }

    /// The bounds of the gates that looked at this number.
    pub(crate) fn bounds(&self, e: &Estimate) -> Vec<f64> {
        self.answers_on(e)
            .flat_map(|(gate, _)| gate.min.into_iter().chain(gate.max))
            .collect()
    }

    fn answers_on(&self, e: &Estimate) -> impl Iterator<Item = (&'a Gate, &'a Answer)> {
        self.result
            .gates
            .iter()
            .filter(move |gate| gate.contrast == e.contrast)
            .flat_map(|gate| gate.answers.iter().map(move |answer| (gate, answer)))
            .filter(move |(_, answer)| {
                answer.outcome == e.outcome
                    && answer.attribute == e.attribute
                    && answer.group == e.group
                    && answer.metric == e.metric
                    && answer.given == e.given
                    && answer.along == e.along
                    && answer.at == e.at
                    && answer.item_class == e.item_class
            })
    }

    /// The groups of a grouping, worst off first by a metric; those that are not judged stand below those that are, and those
    /// without a number last.
    pub(crate) fn worst_first(&self, outcome: &'a Outcome, grouping: &'a Grouping, metric: &'a str) -> Vec<&'a Group> {
        let worse = Worse::of(metric, outcome);
        let key = |group: &'a Group| {
            let value = self.estimate(&outcome.name, &grouping.attribute, &group.group, metric, "value");
            let value = value.and_then(|e| e.estimate);
            let class = match (value, group.judged) {
                (Some(_), true) => 0,
                (Some(_), false) => 1,
                (None, _) => 2,
            };
            (class, value.map_or(0.0, |x| worse.rank(x, 0.0)))
        };
        let mut groups: Vec<(_, &Group)> = grouping.groups.iter().map(|group| (key(group), group)).collect();
        groups.sort_by(|(a, _), (b, _)| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        groups.into_iter().map(|(_, group)| group).collect()
    }

    /// The groupings in which an outcome has any number.
    pub(crate) fn groupings(&self) -> impl Iterator<Item = &'a Grouping> {
        self.result.groupings.iter()
    }
}

/// Which end of a metric is worse for a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Worse {
    Lower,
    Higher,
    /// Neither end: only the distance from equality.
    Farther,
}

impl Worse {
    /// For a metric of this id and an outcome of this kind.
    pub(crate) fn of(metric: &str, outcome: &Outcome) -> Self {
        let direction = Metric::find(metric).map_or(Direction::Neutral, |m| m.entry().direction);
        match (direction, outcome.favourable) {
            (Direction::Favour, true) | (Direction::Against, false) | (Direction::Better, _) => Worse::Lower,
            (Direction::Favour, false) | (Direction::Against, true) | (Direction::Worse, _) => Worse::Higher,
            (Direction::Neutral, _) => Worse::Farther,
        }
    }

    /// A key that grows with how well off the group is, from a number whose equality is `equal`.
    pub(crate) fn rank(self, x: f64, equal: f64) -> f64 {
        match self {
            Worse::Lower => x,
            Worse::Higher => -x,
            Worse::Farther => -(x - equal).abs(),
        }
    }
}
