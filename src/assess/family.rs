//! All groups of a grouping together: the largest gap and the smallest ratio.
//!
//! Extremes are chosen after the fact, so an interval for "this pair" would cry wolf: with enough groups some pair is
//! always apart. Their intervals therefore come from bounds that hold for all pairs at once (Tukey's idea, with unequal
//! variances after Games & Howell 1976), and their p-values from the null distribution of the extreme itself.

use std::cmp::Ordering;
use std::sync::{Arc, OnceLock};

use super::pair::{Pair, Reason};
use super::side::{Ends, Reach, Side};
use crate::catalogue::Unit;
use crate::inference::extremes::{self, Normals, NullRange};
use crate::inference::ratio_estimator::welch_satterthwaite;
use crate::inference::special::t_two_sided;

/// Draws of a null distribution.
const DRAWS: usize = 9_999;
/// With this many groups or more, fewer draws: the pairs grow with the square.
const MANY_GROUPS: usize = 25;
const FEW_DRAWS: usize = 1_999;
/// Below this expected count, people are relabelled instead of trusting a normal law.
const SMALL_EXPECTED: f64 = 5.0;

/// Judged groups with a value.
#[derive(Debug, Clone)]
pub(super) struct Family {
    pub(super) names: Vec<String>,
    pub(super) sides: Vec<Side>,
    /// Covariance of each two estimates; the diagonal holds variances.
    pub(super) covariance: Vec<Vec<f64>>,
    /// Which two groups share people.
    pub(super) shared: Vec<Vec<bool>>,
    /// Degrees of freedom of each estimate's variance; infinite for binomial shares.
    pub(super) df: Vec<f64>,
    pub(super) unit: Unit,
    pub(super) seed: u64,
    /// Numbers that all null distributions of the audit are made from.
    pub(super) normals: Arc<Normals>,
    /// The null distribution, drawn when it is first asked for and shared by all copies.
    pub(super) null: Arc<OnceLock<Option<NullRange>>>,
}

impl PartialEq for Family {
    /// The null distribution follows from the rest.
    fn eq(&self, other: &Self) -> bool {
        self.names == other.names
            && self.sides == other.sides
            && self.covariance == other.covariance
            && self.seed == other.seed
    }
}

/// An extreme with the indices of the groups that make it: the lowest and the highest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Extreme {
    pub(super) estimate: f64,
    pub(super) lowest: usize,
    pub(super) highest: usize,
}

impl Family {
    fn draws(&self) -> usize {
        if self.sides.len() >= MANY_GROUPS {
            FEW_DRAWS
        } else {
            DRAWS
        }
    }

    fn values(&self) -> Vec<f64> {
        self.sides.iter().filter_map(|s| s.point.value).collect()
    }

    fn ends(&self) -> Option<(usize, usize)> {
        let values = self.values();
        if values.len() < 2 {
            return None;
        }
        let mut lowest = 0;
        let mut highest = 0;
        for (i, v) in values.iter().enumerate() {
            if *v < values[lowest] {
                lowest = i;
            }
            if *v > values[highest] {
                highest = i;
            }
        }
        // Where all are equal, the names are still those of two groups.
        if lowest == highest {
            highest = 1;
        }
        Some((lowest, highest))
    }

    pub(super) fn max_gap(&self) -> Result<Extreme, Reason> {
        let (lowest, highest) = self.ends().ok_or("fewer-than-two-groups")?;
        let values = self.values();
        Ok(Extreme {
            estimate: values[highest] - values[lowest],
            lowest,
            highest,
        })
    }

    pub(super) fn min_ratio(&self) -> Result<Extreme, Reason> {
        let (lowest, highest) = self.ends().ok_or("fewer-than-two-groups")?;
        let values = self.values();
        if values[lowest] < 0.0 {
            return Err("negative-mean");
        }
        if values[highest] <= 0.0 {
            return Err("both-zero");
        }
        Ok(Extreme {
            estimate: values[lowest] / values[highest],
            lowest,
            highest,
        })
    }

    /// The null distribution of the largest studentised gap.
    fn null(&self) -> Option<&NullRange> {
        let draw = || self.drawn(&self.covariance, &self.df);
        self.null.get_or_init(draw).as_ref()
    }

    /// A null distribution. Groups are drawn in an order of their numbers, so that their names change nothing.
    fn drawn(&self, covariance: &[Vec<f64>], df: &[f64]) -> Option<NullRange> {
        let mut order: Vec<usize> = (0..df.len()).collect();
        order.sort_by(|&a, &b| {
            let key = |i: usize| (covariance[i][i], df[i]);
            key(a).partial_cmp(&key(b)).unwrap_or(Ordering::Equal)
        });
        let covariance: Vec<Vec<f64>> = order
            .iter()
            .map(|&a| order.iter().map(|&b| covariance[a][b]).collect())
            .collect();
        let df: Vec<f64> = order.iter().map(|&i| df[i]).collect();
        NullRange::new(&covariance, &df, self.draws(), &self.normals)
    }

    fn pairs(&self) -> f64 {
        let groups = self.sides.len() as f64;
        groups * (groups - 1.0) / 2.0
    }

    /// Degrees of freedom of the only pair there is, of two groups.
    fn only_pair_df(&self) -> Option<f64> {
        let [a, b] = self.df.as_slice() else {
            return None;
        };
        welch_satterthwaite(self.covariance[0][0], *a, self.covariance[1][1], *b)
    }

    /// Critical value that covers all pairs at once. Of two groups there is one pair, and nothing to allow for.
    pub(super) fn critical(&self, level: f64) -> Option<f64> {
        if let Some(df) = self.only_pair_df() {
            return Reach::Level(level).critical(df);
        }
        if let Some(null) = self.null() {
            return null.critical(level);
        }
        // Where everybody in every group is alike there is nothing to draw from. The bounds are then those of people as
        // wholes, one for each pair.
        let level = 1.0 - (1.0 - level) / self.pairs();
        Reach::Level(level).critical(self.df.iter().copied().fold(f64::INFINITY, f64::min))
    }

    /// p-value of one pair among all pairs.
    pub(super) fn simultaneous_p(&self, statistic: f64) -> Option<f64> {
        match self.only_pair_df() {
            Some(df) => t_two_sided(statistic, df),
            None => self.null()?.p(statistic),
        }
    }

    pub(super) fn pair(&self, a: usize, b: usize) -> Pair {
        Pair {
            group: self.sides[a].clone(),
            reference: self.sides[b].clone(),
            covariance: self.covariance[a][b],
            shared: self.shared[a][b],
            unit: self.unit,
        }
    }

    /// With this confidence every pair's gap lies within its bounds, so the largest lies between the largest lower and
    /// the largest upper bound.
    pub(super) fn max_gap_interval(&self, level: f64) -> Option<Ends> {
        let reach = Reach::Fixed(self.critical(level)?);
        let (mut low, mut high) = (0.0f64, 0.0f64);
        for a in 0..self.sides.len() {
            for b in a + 1..self.sides.len() {
                let (ends, _) = self.pair(a, b).gap_interval(reach)?;
                let (l, h) = (ends.low?, ends.high?);
                low = low.max(l).max(-h);
                high = high.max(l.abs()).max(h.abs());
            }
        }
        Ends::new(low, high)
    }

    /// As [`Self::max_gap_interval`], for the smallest ratio of any two groups.
    pub(super) fn min_ratio_interval(&self, level: f64) -> Option<Ends> {
        let reach = Reach::Fixed(self.critical(level)?);
        let (mut low, mut high) = (1.0f64, 1.0f64);
        for a in 0..self.sides.len() {
            for b in 0..self.sides.len() {
                if a == b {
                    continue;
                }
                let pair = self.pair(a, b);
                if pair.ratio().is_err() {
                    continue;
                }
                let (ends, _) = pair.ratio_interval(reach)?;
                low = low.min(ends.low.unwrap_or(0.0));
                high = high.min(ends.high.unwrap_or(1.0));
            }
        }
        Ends::new(low, high)
    }

    /// p-values of the largest gap and of the smallest ratio under equality, with the name of the test.
    pub(super) fn p(&self) -> Option<(f64, f64, &'static str)> {
        if let Some(p) = self.permutation() {
            return Some((p.max_gap_p, p.min_ratio_p, "permutation of people"));
        }
        if let Some(p) = self.null_p() {
            return Some((p, p, "studentised range under equality, simulated"));
        }
        let Some(statistic) = extremes::studentised_range(&self.values(), &self.covariance) else {
            let pairs = (0..self.sides.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
            let least = pairs
                .filter_map(|(a, b)| Some(self.pair(a, b).test()?.p))
                .reduce(f64::min)?;
            let p = (least * self.pairs()).min(1.0);
            return Some((p, p, "pooled z on people, Bonferroni over pairs"));
        };
        let p = self.simultaneous_p(statistic)?;
        let name = if self.sides.len() == 2 {
            "linearised t"
        } else {
            "studentised range, simulated"
        };
        Some((p, p, name))
    }

    /// p-value with the variances that equality would give. A small group may show next to no variance of its own (nobody
    /// in it was selected, say), which its own variance takes for certainty; under equality it has that of everybody's
    /// rate. Such variances hardly vary, so the normal law serves.
    fn null_p(&self) -> Option<f64> {
        if self.sides.len() < 3 || self.unit != Unit::Share || self.sides.iter().all(|s| s.point.binomial) {
            return None;
        }
        let total = |part: fn(&Side) -> Option<f64>| self.sides.iter().map(part).sum::<Option<f64>>();
        let common = total(|s| s.point.numerator)? / total(|s| s.point.denominator)?;
        let mut covariance = self.covariance.clone();
        for (i, side) in self.sides.iter().enumerate() {
            covariance[i][i] = side.point.null_variance(common)?;
        }
        let statistic = extremes::studentised_range(&self.values(), &covariance)?;
        let df = vec![f64::INFINITY; self.sides.len()];
        self.drawn(&covariance, &df)?.p(statistic)
    }

    /// Where each person is one draw and some group is small, people are relabelled.
    fn permutation(&self) -> Option<extremes::PermutationExtremes> {
        let independent = !self.shared.iter().flatten().any(|shared| *shared);
        if !independent || !self.sides.iter().all(|s| s.point.binomial) {
            return None;
        }
        let whole = |v: Option<f64>| v.map(|v| v.round() as u64);
        let selected: Vec<u64> = self
            .sides
            .iter()
            .map(|s| whole(s.point.numerator))
            .collect::<Option<_>>()?;
        let sizes: Vec<u64> = self
            .sides
            .iter()
            .map(|s| whole(s.point.denominator))
            .collect::<Option<_>>()?;
        let mut groups: Vec<(u64, u64)> = selected.into_iter().zip(sizes).collect();
        groups.sort_unstable();
        let (selected, sizes): (Vec<u64>, Vec<u64>) = groups.into_iter().unzip();
        let (x, n): (u64, u64) = (selected.iter().sum(), sizes.iter().sum());
        let smallest = *sizes.iter().min()? as f64;
        let rarer = x.min(n - x) as f64;
        if smallest * rarer / n as f64 >= SMALL_EXPECTED {
            return None;
        }
        extremes::permutation_extremes(&selected, &sizes, self.draws(), self.seed)
    }
}
