//! Two groups compared.

use super::side::{Ends, Reach, Side};
use crate::catalogue::Unit;
use crate::inference::interval::Interval;
use crate::inference::koopman::koopman;
use crate::inference::mover::{self, Bounded};
use crate::inference::newcombe::newcombe;
use crate::inference::ratio_estimator::{difference_variance, ln_ratio_variance, welch_satterthwaite};
use crate::inference::special::t_two_sided;
use crate::inference::{boschloo, fisher, two_by_two};

/// Below this expected count a normal approximation is not trusted (Cochran 1954).
const SMALL_EXPECTED: f64 = 5.0;
/// Boschloo's test looks at every table; beyond this many it gives way to Fisher's.
const MOST_TABLES: f64 = 10_000.0;

/// A test of equality.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Test {
    pub(super) name: &'static str,
    pub(super) p: f64,
}

/// Why a contrast has no value.
pub(super) type Reason = &'static str;

/// A group and its reference.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pair {
    pub(super) group: Side,
    pub(super) reference: Side,
    /// Covariance of the two estimates: not zero when people are in both.
    pub(super) covariance: f64,
    /// Whether people are in both. Where everybody of one side is alike the covariance is 0 all the same.
    pub(super) shared: bool,
    pub(super) unit: Unit,
}

impl Pair {
    fn values(&self) -> Option<(f64, f64)> {
        Some((self.group.point.value?, self.reference.point.value?))
    }

    /// Both are binomial shares of different people.
    fn binomial(&self) -> bool {
        self.group.point.binomial && self.reference.point.binomial && !self.shared
    }

    /// Correlation of the two estimates.
    fn correlation(&self) -> f64 {
        match (self.group.linearised, self.reference.linearised) {
            (Some(a), Some(b)) if a > 0.0 && b > 0.0 => (self.covariance / (a * b).sqrt()).clamp(-1.0, 1.0),
            _ => 0.0,
        }
    }

    /// Variance and degrees of freedom of both sides. Two binomial shares of different people have theirs; in any other
    /// pair both are linearised, so that variances and covariance are of one kind and a small group lends no certainty.
    /// `stretched`: as intervals and tests take them, see [`crate::metrics::Point::stretch`].
    fn errors(&self, stretched: bool) -> Option<[(f64, f64); 2]> {
        let sides = [&self.group, &self.reference];
        if self.binomial() {
            let [a, b] = sides.map(|side| side.variance.map(|v| (v, side.df)));
            return Some([a?, b?]);
        }
        let [a, b] = sides.map(|side| {
            let factor = if stretched { side.stretch.powi(2) } else { 1.0 };
            side.linearised.map(|v| (v * factor, side.linearised_df().max(1.0)))
        });
        Some([a?, b?])
    }

    /// The covariance, stretched as the variances are.
    fn shared(&self, stretched: bool) -> f64 {
        if stretched && !self.binomial() {
            self.covariance * self.group.stretch * self.reference.stretch
        } else {
            self.covariance
        }
    }

    pub(super) fn gap(&self) -> Result<f64, Reason> {
        self.values().map(|(g, r)| g - r).ok_or_else(|| self.undefined())
    }

    /// Why there is no contrast when one side has no value.
    fn undefined(&self) -> Reason {
        if self.group.point.value.is_none() {
            "no-denominator"
        } else {
            "no-reference-denominator"
        }
    }

    pub(super) fn ratio(&self) -> Result<f64, Reason> {
        let (g, r) = self.values().ok_or_else(|| self.undefined())?;
        match (g, r) {
            (g, r) if g < 0.0 || r < 0.0 => Err("negative-mean"),
            (g, r) if r <= 0.0 && g <= 0.0 => Err("both-zero"),
            (_, r) if r <= 0.0 => Err("reference-zero"),
            (g, r) => Ok(g / r),
        }
    }

    /// Standard error of the gap, as it is reported.
    pub(super) fn gap_error(&self) -> Option<f64> {
        let [(va, _), (vb, _)] = self.errors(false)?;
        Some(difference_variance(va, vb, self.covariance).sqrt())
    }

    /// Standard error and degrees of freedom of the gap, as intervals and tests take them.
    pub(super) fn gap_spread(&self) -> Option<(f64, f64)> {
        let [(va, dfa), (vb, dfb)] = self.errors(true)?;
        let se = difference_variance(va, vb, self.shared(true)).sqrt();
        Some((se, welch_satterthwaite(va, dfa, vb, dfb)?))
    }

    /// Standard error of the logarithm of the ratio, as it is reported.
    pub(super) fn ratio_error(&self) -> Option<f64> {
        let (g, r) = self.values()?;
        let [(va, _), (vb, _)] = self.errors(false)?;
        Some(ln_ratio_variance(g, va, r, vb, self.covariance)?.sqrt())
    }

    /// The same with its degrees of freedom, as intervals take them.
    pub(super) fn ratio_spread(&self) -> Option<(f64, f64)> {
        let (g, r) = self.values()?;
        let [(va, dfa), (vb, dfb)] = self.errors(true)?;
        let v = ln_ratio_variance(g, va, r, vb, self.shared(true))?;
        let df = welch_satterthwaite(va / (g * g), dfa, vb / (r * r), dfb)?;
        Some((v.sqrt(), df))
    }

    pub(super) fn gap_interval(&self, reach: Reach) -> Option<(Ends, &'static str)> {
        let (g, r) = self.values()?;
        if self.unit == Unit::Share {
            let (x1, n1) = self.group.score_counts()?;
            let (x2, n2) = self.reference.score_counts()?;
            if self.binomial() {
                let interval = newcombe(x1, n1, x2, n2, reach.critical(f64::INFINITY)?)?;
                return Some((ends(interval)?, "Newcombe"));
            }
            let bounded = |side: &Side, value: f64| {
                let (ends, _) = side.interval(reach)?;
                Some(Bounded::new(
                    value,
                    Interval {
                        low: ends.low?,
                        high: ends.high?,
                    },
                ))
            };
            let interval = mover::difference(
                bounded(&self.group, g)?,
                bounded(&self.reference, r)?,
                self.correlation(),
            )?;
            return Some((ends(interval)?, "MOVER, effective size, t"));
        }
        let (se, df) = self.gap_spread()?;
        let half = reach.critical(df)? * se;
        if se <= 0.0 {
            return None;
        }
        Some((Ends::new(g - r - half, g - r + half)?, "linearised, t"))
    }

    pub(super) fn ratio_interval(&self, reach: Reach) -> Option<(Ends, &'static str)> {
        let ratio = self.ratio().ok()?;
        let by_score = |method| {
            let (x1, n1) = self.group.score_counts()?;
            let (x2, n2) = self.reference.score_counts()?;
            let df = if self.binomial() {
                f64::INFINITY
            } else {
                self.group.linearised_df().min(self.reference.linearised_df()).max(1.0)
            };
            let interval = koopman(x1, n1, x2, n2, reach.critical(df)?)?;
            let ends = Ends {
                low: Some(interval.low),
                high: interval.high,
            };
            Some((ends, method))
        };
        if self.binomial() && self.unit == Unit::Share {
            return by_score("Koopman");
        }
        let both_vary = matches!(
            (self.group.variance, self.reference.variance),
            (Some(a), Some(b)) if a > 0.0 && b > 0.0
        );
        if self.unit == Unit::Share && !(ratio > 0.0 && both_vary) {
            return by_score("Koopman, effective size, t");
        }
        let (se, df) = self.ratio_spread()?;
        if se <= 0.0 {
            return None;
        }
        let half = reach.critical(df)? * se;
        Some((
            Ends::new(ratio * (-half).exp(), ratio * half.exp())?,
            "linearised, log, t",
        ))
    }

    /// The test of equality, one for gap and ratio alike.
    pub(super) fn test(&self) -> Option<Test> {
        let (g, r) = self.values()?;
        if self.unit == Unit::Share && self.binomial() {
            return self.binomial_test();
        }
        if let Some((se, df)) = self.gap_spread()
            && se > 0.0
            && self.group.variance? > 0.0
            && self.reference.variance? > 0.0
        {
            return Some(Test {
                name: "linearised t",
                p: t_two_sided((g - r) / se, df)?,
            });
        }
        if self.unit == Unit::Share {
            // Where everybody in a group is alike there is no variance to go by: people are compared as wholes.
            let (m1, m2) = (
                self.group.point.behind.subjects as f64,
                self.reference.point.behind.subjects as f64,
            );
            let test = two_by_two::pooled_z(g * m1, m1, r * m2, m2)?;
            return Some(Test {
                name: "pooled z on people",
                p: test.p,
            });
        }
        None
    }

    fn binomial_test(&self) -> Option<Test> {
        let (x1, n1) = (self.group.point.numerator?, self.group.point.denominator?);
        let (x2, n2) = (self.reference.point.numerator?, self.reference.point.denominator?);
        let (x, n) = (x1 + x2, n1 + n2);
        let expected = [x * n1, x * n2, (n - x) * n1, (n - x) * n2]
            .into_iter()
            .map(|product| product / n)
            .fold(f64::INFINITY, f64::min);
        let whole = |v: f64| v.round() as u64;
        if expected < SMALL_EXPECTED {
            let (x1, n1, x2, n2) = (whole(x1), whole(n1), whole(x2), whole(n2));
            if (n1 as f64) * (n2 as f64) <= MOST_TABLES
                && let Some(p) = boschloo::boschloo(x1, n1, x2, n2)
            {
                return Some(Test {
                    name: "Boschloo exact",
                    p,
                });
            }
            if let Some(fisher) = fisher::fisher(x1, n1, x2, n2) {
                return Some(Test {
                    name: "Fisher exact",
                    p: fisher.p,
                });
            }
        }
        Some(Test {
            name: "score z",
            p: two_by_two::pooled_z(x1, n1, x2, n2)?.p,
        })
    }
}

fn ends(interval: Interval) -> Option<Ends> {
    Ends::new(interval.low, interval.high)
}
