//! What small groups can say: their rates drawn toward the others', and how probable a ratio below a threshold is.
//!
//! Both stand beside the raw numbers. Neither is ever gated, and small groups are not told to be judged by them.

use super::finding::{Finding, Status};
use super::pair::Reason;
use super::side::{Ends, Reach, Side};
use super::{Assessment, Place, blank, side};
use crate::catalogue::{Contrast, Formula, Metric, Small};
use crate::inference::beta_binomial::ratio_below;
use crate::inference::shrinkage::{Prior, Unshrunk, common, crossed};

/// The ratio that is asked about where no gate names one: four fifths.
const FOUR_FIFTHS: f64 = 0.8;

/// What a group can say for itself and with the others' help.
#[derive(Debug, Clone, PartialEq)]
pub struct SmallGroup {
    /// The outcome.
    pub outcome: usize,
    /// The grouping.
    pub grouping: usize,
    /// The group.
    pub group: usize,
    /// Name of whom it is compared with.
    pub reference: Option<String>,
    /// Its selection rate as it is, with its interval.
    pub rate: Option<(f64, Option<Ends>)>,
    /// Rows that would tell as much if they were independent.
    pub effective: f64,
    /// The rate that it is drawn toward, and how many rows would pull as much; or why it is not drawn.
    pub prior: Result<(f64, f64), &'static str>,
    /// The rate as drawn, with its interval.
    pub shrunken: Option<(f64, Option<Ends>)>,
    /// The ratio that is asked about.
    pub threshold: f64,
    /// How probable a lower one is; or why nothing is said.
    pub below: Result<f64, &'static str>,
}

impl Place<'_> {
    /// The metric of this outcome that says so, where it was asked for.
    fn small_metric(&self, how: Small) -> Option<Metric> {
        let mut metrics = self.plan.outcomes[self.outcome].metrics.iter().copied();
        metrics.find(|metric| metric.entry().formula == Formula::Small(how))
    }

    /// What each group of known attribute can say, where that was asked for.
    pub(super) fn small_groups(&self, assessment: &mut Assessment) {
        let (shrunken, below) = (self.small_metric(Small::Shrunken), self.small_metric(Small::Below));
        let favourable = self.plan.outcomes[self.outcome].favourable;
        let (Some(rate), Some(good)) = (
            Metric::find("selection_rate"),
            Metric::find(if favourable {
                "selection_rate"
            } else {
                "favourable_rate"
            }),
        ) else {
            return;
        };
        if shrunken.is_none() && below.is_none() {
            return;
        }
        let groups = &self.groups().groups;
        let known: Vec<(usize, Side)> = self
            .in_scope()
            .into_iter()
            .filter(|&group| groups[group].is_known())
            .filter_map(|group| Some((group, side(rate, &groups[group].sums(self.outcome))?)))
            .collect();
        let threshold = self
            .plan
            .lowest_ratio(self.outcome, self.grouping, good)
            .filter(|lowest| *lowest > 0.0)
            .unwrap_or(FOUR_FIFTHS);
        let prior = self.prior(&known);
        for (place, (group, side)) in known.iter().enumerate() {
            let found = SmallGroup {
                outcome: self.outcome,
                grouping: self.grouping,
                group: *group,
                reference: self.reference_name(),
                rate: self.raw(side),
                effective: side.score_counts().map_or(0.0, |(_, n)| n),
                prior: match (&prior, side.score_counts()) {
                    (_, None) => Err("no-denominator"),
                    (Err(why), _) => Err(*why),
                    (Ok(prior), Some(_)) => Ok((prior.means[place], prior.precision)),
                },
                shrunken: prior
                    .as_ref()
                    .ok()
                    .and_then(|prior| self.drawn_toward(prior, place, side.score_counts()?)),
                threshold,
                below: self.below(good, *group, threshold),
            };
            if let Some(metric) = shrunken {
                assessment.findings.push(self.shrunken(metric, side, &found));
            }
            if let (Some(metric), Some(_)) = (below, self.pair(good, *group)) {
                assessment.findings.push(self.probability(metric, side, &found));
            }
            assessment.small_groups.push(found);
        }
    }

    fn raw(&self, side: &Side) -> Option<(f64, Option<Ends>)> {
        let ends = side.interval(Reach::Level(self.plan.level));
        Some((side.point.value?, ends.map(|(ends, _)| ends)))
    }

    /// What all groups together say: their mean or, for an intersection, what the attributes say one by one.
    fn prior(&self, known: &[(usize, Side)]) -> Result<Prior, Reason> {
        let groups = &self.groups().groups;
        let counts: Vec<(f64, f64)> = known
            .iter()
            .map(|(_, side)| side.score_counts().unwrap_or((0.0, 0.0)))
            .collect();
        let attributes = self.plan.groupings[self.grouping].attributes.len();
        let prior = if attributes == 1 {
            common(&counts)
        } else {
            let labels = |attribute: usize| {
                let mut all: Vec<_> = known
                    .iter()
                    .map(|(group, _)| &groups[*group].labels[attribute])
                    .collect();
                all.sort_unstable();
                all.dedup();
                all
            };
            let values: Vec<_> = (0..attributes).map(labels).collect();
            let level = |group: usize, attribute: usize| {
                let label = &groups[group].labels[attribute];
                values[attribute].binary_search(&label).unwrap_or_default()
            };
            let levels = known.iter().map(|(group, _)| {
                let own = (0..attributes).map(|attribute| level(*group, attribute));
                own.collect()
            });
            crossed(&counts, &levels.collect::<Vec<Vec<usize>>>())
        };
        prior.map_err(|why| match why {
            Unshrunk::TooFewGroups => "too-few-groups",
            Unshrunk::TooManyGroups => "too-many-values",
            Unshrunk::NoHeterogeneity => "no-detectable-heterogeneity",
        })
    }

    fn drawn_toward(&self, prior: &Prior, place: usize, (x, n): (f64, f64)) -> Option<(f64, Option<Ends>)> {
        let drawn = prior.draw(place, x, n, self.plan.level)?;
        Some((drawn.rate, Ends::new(drawn.interval.low, drawn.interval.high)))
    }

    fn below(&self, metric: Metric, group: usize, threshold: f64) -> Result<f64, Reason> {
        let pair = self.pair(metric, group).ok_or("is-the-reference")?;
        let (x1, n1) = pair.group.score_counts().ok_or("no-denominator")?;
        let (x2, n2) = pair.reference.score_counts().ok_or("no-reference-denominator")?;
        ratio_below(x1, n1, x2, n2, threshold).ok_or("undefined")
    }

    fn shrunken(&self, metric: Metric, side: &Side, found: &SmallGroup) -> Finding {
        let mut finding = blank(self.about(found.group), self.outcome, metric, Contrast::Value).with_side(side);
        finding.fraction = None;
        finding.status = self.status(found.group);
        match (found.prior, found.shrunken) {
            (Ok(_), Some((rate, ends))) => {
                finding.estimate = Some(rate);
                finding.ends = ends;
                let toward = if self.plan.groupings[self.grouping].attributes.len() == 1 {
                    "the mean of all groups"
                } else {
                    "what its attributes say one by one"
                };
                finding.method = Some(format!("beta-binomial, empirical Bayes toward {toward}"));
            }
            (Err(why), _) => finding.status = Status::Undefined(why),
            (Ok(_), None) => finding.status = Status::Undefined("undefined"),
        }
        finding
    }

    fn probability(&self, metric: Metric, side: &Side, found: &SmallGroup) -> Finding {
        let mut finding = blank(self.about(found.group), self.outcome, metric, Contrast::Value).with_side(side);
        finding.reference.clone_from(&found.reference);
        finding.fraction = None;
        finding.status = self.compared(found.group);
        match found.below {
            Ok(probability) => {
                finding.estimate = Some(probability);
                finding.method = Some(format!(
                    "beta-binomial, Jeffreys prior, ratio below {}",
                    found.threshold
                ));
            }
            Err(why) => finding.status = Status::Undefined(why),
        }
        finding
    }
}
