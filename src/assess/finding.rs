//! One number with all that is known of it.

use super::association::{self, Factor, Strength};
use super::classes::Norm;
use super::distribution::Spreads;
use super::family::Family;
use super::pair::Pair;
use super::quantile::Quantiles;
use super::side::{Ends, Reach, Side};
use crate::catalogue::{Contrast, Metric};
use crate::inference::confidence_sequence;
use crate::inference::equivalence;
use crate::inference::wilson::wilson;
use crate::plan::Plan;
use crate::tally::Tally;

/// Which people a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum About {
    /// The whole log.
    Everyone,
    /// One group of a grouping (indices into the tally).
    Group {
        /// The grouping.
        grouping: usize,
        /// The group.
        group: usize,
    },
    /// A group that a reference population lists and that has nobody in the log.
    Absent {
        /// The grouping.
        grouping: usize,
        /// The group's name.
        name: String,
    },
    /// The worst-off group that a search has found.
    Subgroup {
        /// Its name: `gender=female & channel=app`.
        name: String,
    },
    /// A group of which only the chance to be in it is known.
    Uncertain {
        /// The attribute.
        attribute: String,
        /// The group.
        group: String,
    },
    /// All judged groups of a grouping: the lowest and the highest by name.
    Extremes {
        /// The grouping.
        grouping: usize,
        /// Names of the lowest and the highest group, when there are two.
        names: Option<(String, String)>,
    },
}

/// Name of everybody together.
const EVERYONE: &str = "(everyone)";

/// Where the groups of a search stand, among the attributes.
const SEARCH: &str = "(search)";

impl About {
    /// Names of the attribute and the group, as results have them.
    #[must_use]
    pub fn names(&self, plan: &Plan, tally: &Tally) -> (String, String) {
        match self {
            About::Everyone => (EVERYONE.to_owned(), EVERYONE.to_owned()),
            About::Group { grouping, group } => (
                plan.groupings[*grouping].name.clone(),
                tally.groupings[*grouping].groups[*group].name(),
            ),
            About::Uncertain { attribute, group } => (attribute.clone(), group.clone()),
            About::Subgroup { name } => (SEARCH.to_owned(), name.clone()),
            About::Absent { grouping, name } => (plan.groupings[*grouping].name.clone(), name.clone()),
            About::Extremes { grouping, names } => (
                plan.groupings[*grouping].name.clone(),
                match names {
                    Some((low, high)) => format!("{low} / {high}"),
                    None => "(all)".to_owned(),
                },
            ),
        }
    }

    /// The grouping, unless it is about everybody.
    #[must_use]
    pub fn grouping(&self) -> Option<usize> {
        match self {
            About::Everyone | About::Subgroup { .. } | About::Uncertain { .. } => None,
            About::Group { grouping, .. } | About::Absent { grouping, .. } | About::Extremes { grouping, .. } => {
                Some(*grouping)
            }
        }
    }
}

/// Whether a finding is a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is.
    Ok,
    /// It is, but rests on fewer people than the plan's minimum, or on people whose group is not known.
    Unjudged(&'static str),
    /// It is not: the code says why.
    Undefined(&'static str),
}

impl Status {
    /// The reason code, if it is not `Ok`.
    #[must_use]
    pub fn reason(self) -> Option<&'static str> {
        match self {
            Status::Ok => None,
            Status::Unjudged(reason) | Status::Undefined(reason) => Some(reason),
        }
    }
}

/// Counts behind a comparison of two shares, where they are whole numbers: selected and size of the group, selected and
/// size of the reference.
pub type Counts = (i128, i128, i128, i128);

/// One estimate with its uncertainty.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Which people.
    pub about: About,
    /// Name of whom they are compared with.
    pub reference: Option<String>,
    /// Within which strata they are compared (index into the plan's `given`); `None`: within none.
    pub given: Option<usize>,
    /// Along which axis it is followed (index into the plan's `axes`); `None`: along none.
    pub along: Option<usize>,
    /// At which stage, period, system or arm of it; `None`: over all.
    pub at: Option<String>,
    /// Of which class of items it is; `None`: of all.
    pub item_class: Option<String>,
    /// Index of the outcome.
    pub outcome: usize,
    /// The metric.
    pub metric: Metric,
    /// The contrast.
    pub contrast: Contrast,
    /// The number.
    pub estimate: Option<f64>,
    /// Its interval at the plan's level.
    pub ends: Option<Ends>,
    /// How the interval was made.
    pub method: Option<String>,
    /// The interval from drawing people again, where that was asked for.
    pub drawn: Option<Ends>,
    /// Standard error (of the logarithm for ratios).
    pub standard_error: Option<f64>,
    /// Degrees of freedom; `None`: normal.
    pub df: Option<f64>,
    /// The test of equality and its p-value.
    pub test: Option<(String, f64)>,
    /// Holm-adjusted p over the whole audit.
    pub p_adjusted: Option<f64>,
    /// Benjamini-Hochberg-adjusted p over the whole audit.
    pub p_bh: Option<f64>,
    /// People behind the denominator.
    pub subjects: u64,
    /// Rows behind the denominator.
    pub rows: u64,
    /// Numerator and denominator of the group.
    pub fraction: Option<(f64, f64)>,
    /// Design effect.
    pub deff: Option<f64>,
    /// Effective rows.
    pub effective: Option<f64>,
    /// Smallest detectable ratio.
    pub minimum_detectable_ratio: Option<f64>,
    /// Selections (rows) that would bring parity.
    pub selections_to_parity: Option<i64>,
    /// The same in people.
    pub subjects_to_parity: Option<i64>,
    /// Whether it is a number.
    pub status: Status,
    /// Whole counts for exact comparison.
    pub counts: Option<Counts>,
    /// How to make its interval at another level.
    pub(super) recipe: Recipe,
}

/// How an interval is made.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Recipe {
    None,
    Value(Side),
    /// With the family over which the reference was chosen, if it was chosen as the best.
    Gap(Pair, Option<Family>),
    Ratio(Pair, Option<Family>),
    WorstGap(Vec<Recipe>),
    WorstRatio(Vec<Recipe>),
    MaxGap(Family),
    MinRatio(Family),
    Delta(Delta),
    Sequence(Sequence),
    Strength(Strength),
    Norm(Norm),
    Spreads(Spreads),
    Quantiles(Quantiles),
    Epsilon(Vec<(Family, Factor)>),
    /// A share of people against one that is known.
    Share {
        people: f64,
        of: f64,
        known: f64,
        contrast: Contrast,
    },
}

/// On which scale an estimate is nearly normal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    Plain,
    Log,
    /// What a ratio is more than 1.
    Premium,
    /// A share: its ends stay between 0 and 1.
    Logit,
    /// A distance, given with a sign: its ends are sizes.
    Size,
    /// A divergence, given as its root with a sign: its ends are squares of sizes.
    Square,
}

/// An estimate with its standard error on a scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Delta {
    pub(super) value: f64,
    /// On the scale.
    pub(super) error: f64,
    pub(super) df: f64,
    pub(super) scale: Scale,
    /// How the error was found.
    pub(super) how: &'static str,
}

impl Delta {
    pub(super) fn interval(&self, level: f64) -> Option<(Ends, String)> {
        let half = Reach::Level(level).critical(self.df)? * self.error;
        if self.error <= 0.0 {
            return None;
        }
        match self.scale {
            Scale::Plain => Some((
                Ends::new(self.value - half, self.value + half)?,
                format!("{}, t", self.how),
            )),
            Scale::Size | Scale::Square => {
                let (low, high) = (self.value - half, self.value + half);
                let (near, far) = (0f64.max(low).max(-high), low.abs().max(high.abs()));
                let (near, far) = match self.scale {
                    Scale::Square => (near * near, far * far),
                    _ => (near, far),
                };
                Some((Ends::new(near, far)?, format!("{}, folded, t", self.how)))
            }
            Scale::Log => Some((
                Ends::new(self.value * (-half).exp(), self.value * half.exp())?,
                format!("{}, log, t", self.how),
            )),
            Scale::Premium => {
                let times = |x: f64| (1.0 + self.value) * x.exp() - 1.0;
                Some((Ends::new(times(-half), times(half))?, format!("{}, log, t", self.how)))
            }
            Scale::Logit => {
                let middle = (self.value / (1.0 - self.value)).ln();
                let share = |x: f64| 1.0 / (1.0 + (-x).exp());
                Some((
                    Ends::new(share(middle - half), share(middle + half))?,
                    format!("{}, logit, t", self.how),
                ))
            }
        }
    }
}

/// A gap at one of many looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sequence {
    pub(super) value: f64,
    pub(super) variance: f64,
    /// See [`confidence_sequence::narrowest_at`].
    pub(super) mixing: f64,
}

impl Sequence {
    fn interval(&self, level: f64) -> Option<(Ends, &'static str)> {
        let time = 1.0 / self.variance;
        let half = confidence_sequence::bound(time, self.mixing, 1.0 - level) / time;
        Some((Ends::new(self.value - half, self.value + half)?, "confidence sequence"))
    }
}

impl Recipe {
    /// The interval at a two-sided level, and how it was made.
    pub(super) fn interval(&self, level: f64) -> Option<(Ends, String)> {
        let plain = |made: Option<(Ends, &'static str)>| made.map(|(e, m)| (e, m.to_owned()));
        match self {
            Recipe::None => None,
            Recipe::Share {
                people,
                of,
                known,
                contrast,
            } => {
                let interval = wilson(*people, *of, Reach::Level(level).critical(f64::INFINITY)?);
                let told = |share: f64| match contrast {
                    Contrast::Gap => share - known,
                    Contrast::Ratio => share / known,
                    _ => share,
                };
                plain(Some((Ends::new(told(interval.low), told(interval.high))?, "Wilson")))
            }
            Recipe::Delta(delta) => delta.interval(level),
            Recipe::Sequence(sequence) => plain(sequence.interval(level)),
            Recipe::Spreads(spreads) => plain(spreads.interval(level)),
            Recipe::Quantiles(quantiles) => plain(quantiles.interval(level)),
            Recipe::Strength(strength) => plain(strength.interval(level)),
            Recipe::Norm(norm) => plain(norm.interval(level)),
            Recipe::Epsilon(parts) => plain(association::epsilon_interval(parts, level)),
            Recipe::Value(side) => plain(side.interval(Reach::Level(level))),
            Recipe::Gap(pair, None) => plain(pair.gap_interval(Reach::Level(level))),
            Recipe::Ratio(pair, None) => plain(pair.ratio_interval(Reach::Level(level))),
            Recipe::Gap(pair, Some(family)) => {
                let reach = Reach::Fixed(family.critical(level)?);
                let (ends, method) = pair.gap_interval(reach)?;
                Some((ends, format!("{method}, simultaneous over the choice of the best")))
            }
            Recipe::Ratio(pair, Some(family)) => {
                let reach = Reach::Fixed(family.critical(level)?);
                let (ends, method) = pair.ratio_interval(reach)?;
                Some((ends, format!("{method}, simultaneous over the choice of the best")))
            }
            Recipe::MaxGap(family) => Some((
                family.max_gap_interval(level)?,
                "simultaneous pairwise bounds".to_owned(),
            )),
            Recipe::MinRatio(family) => Some((
                family.min_ratio_interval(level)?,
                "simultaneous pairwise bounds".to_owned(),
            )),
            Recipe::WorstGap(parts) => {
                let each = Self::bonferroni(parts, level)?;
                let folded = each.iter().map(|e| {
                    let (l, h) = (e.low?, e.high?);
                    Some((0f64.max(l).max(-h), l.abs().max(h.abs())))
                });
                let folded: Vec<(f64, f64)> = folded.collect::<Option<_>>()?;
                let low = folded.iter().map(|f| f.0).fold(0.0, f64::max);
                let high = folded.iter().map(|f| f.1).fold(0.0, f64::max);
                Some((Ends::new(low, high)?, "Bonferroni over its two rates".to_owned()))
            }
            Recipe::WorstRatio(parts) => {
                let each = Self::bonferroni(parts, level)?;
                // A ratio r and 1/r are equally far from 1: both ends are folded to at most 1.
                let folded = each.iter().map(|e| {
                    let l = e.low.unwrap_or(0.0);
                    let h = e.high.unwrap_or(f64::INFINITY);
                    let low = l.min(1.0 / h);
                    let high = if l <= 1.0 && h >= 1.0 {
                        1.0
                    } else {
                        h.min(1.0 / l).min(1.0)
                    };
                    (low, high)
                });
                let folded: Vec<(f64, f64)> = folded.collect();
                let low = folded.iter().map(|f| f.0).fold(1.0, f64::min);
                let high = folded.iter().map(|f| f.1).fold(1.0, f64::min);
                Some((Ends::new(low, high)?, "Bonferroni over its two rates".to_owned()))
            }
        }
    }

    fn bonferroni(parts: &[Recipe], level: f64) -> Option<Vec<Ends>> {
        let each = 1.0 - (1.0 - level) / parts.len() as f64;
        parts
            .iter()
            .map(|part| part.interval(each).map(|(ends, _)| ends))
            .collect()
    }
}

impl Finding {
    /// The interval at another level.
    #[must_use]
    pub fn ends_at(&self, level: f64) -> Option<Ends> {
        self.recipe.interval(level).map(|(ends, _)| ends)
    }

    /// p-value against the number not lying between these margins: of two one-sided tests, or of one where there is one
    /// margin. It is that of the number's own interval, and so at most (1 − level)/2 exactly where the interval at `level`
    /// lies within. Simulated intervals over several groups have none.
    #[must_use]
    pub fn equivalence_p(&self, min: Option<f64>, max: Option<f64>, level: f64) -> Option<f64> {
        let of_its_own = matches!(
            self.recipe,
            Recipe::Value(_) | Recipe::Gap(_, None) | Recipe::Ratio(_, None) | Recipe::Delta(_) | Recipe::Share { .. }
        );
        if !of_its_own {
            return None;
        }
        let ends = |level| self.ends_at(level).map(|ends| (ends.low, ends.high));
        equivalence::inverted(ends, min, max, (1.0 - level) / 2.0)
    }
}
