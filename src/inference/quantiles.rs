//! Quantiles of a histogram, with Woodruff's interval.

use super::interval::critical;
use super::two_samples::size;

/// How a quantile between two observations is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rule {
    /// The lowest value at or below which at least a share p of people lie: Hyndman and Fan's type 1. The
    /// default, because it is an amount that somebody got, holds for any weights, and is what the
    /// interval inverts.
    #[default]
    InverseCdf,
    /// Linear between the order statistics about rank 1 + (n − 1)p: Hyndman and Fan's type 7, the
    /// default of R, NumPy and spreadsheets.
    Type7,
}

/// The ends of an interval for a quantile. A sample bounds no quantile near its own extremes: `None`
/// means unbounded there.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantileInterval {
    /// Lower limit, in the unit of the values.
    pub low: Option<f64>,
    /// Upper limit, in the same unit.
    pub high: Option<f64>,
}

/// The quantile at `p` of a histogram: distinct values in ascending order, each with its count.
///
/// R. J. Hyndman and Y. Fan, The American Statistician 50 (1996), 361–365. P10, P50 and P90 together show
/// what a mean hides. `None` unless 0 ≤ p ≤ 1, values ascend and are finite, and counts are at least 0
/// with a finite sum above 0.
#[must_use]
pub fn quantile(histogram: &[(f64, f64)], p: f64, rule: Rule) -> Option<f64> {
    let n = size(histogram)?;
    if !(0.0..=1.0).contains(&p) {
        return None;
    }
    match rule {
        Rule::InverseCdf => at_share(histogram, n, p),
        Rule::Type7 => {
            // Ranks from 0; a sample of less than one person has but one.
            let rank = ((n - 1.0) * p).max(0.0);
            let (whole, part) = (rank.floor(), rank.fract());
            let low = at_rank(histogram, whole)?;
            let high = if part > 0.0 {
                at_rank(histogram, whole + 1.0)?
            } else {
                low
            };
            let value = low + part * (high - low);
            value.is_finite().then_some(value)
        }
    }
}

/// Woodruff's interval for the quantile at `p`, read by the inverse distribution function at
/// p ± z √(p(1 − p)/n_eff).
///
/// R. S. Woodruff, JASA 47 (1952), 635–646. `effective` is the effective number of independent people,
/// for clustered data n over the design effect; z the critical value, Student's for few clusters. The
/// variance is the one under the hypothesis that the value *is* the quantile, so that the interval holds
/// what a score test keeps. Ends beyond the sample are unbounded. `None` as for [`quantile`], or unless
/// 0 < p < 1 and z and `effective` are finite and above 0.
#[must_use]
pub fn woodruff(histogram: &[(f64, f64)], p: f64, effective: f64, z: f64) -> Option<QuantileInterval> {
    let (n, z) = (size(histogram)?, critical(z)?);
    let sound = p > 0.0 && p < 1.0 && effective.is_finite() && effective > 0.0;
    if !sound {
        return None;
    }
    let half = z * (p * (1.0 - p) / effective).sqrt();
    let limit = |share: f64| {
        if share > 0.0 && share < 1.0 {
            at_share(histogram, n, share)
        } else {
            None
        }
    };
    Some(QuantileInterval {
        low: limit(p - half),
        high: limit(p + half),
    })
}

/// The lowest value at or below which a share `p` of `n` people lie.
fn at_share(histogram: &[(f64, f64)], n: f64, p: f64) -> Option<f64> {
    // 0.07 · 100 is a rounding error above 7; the seventh person is meant.
    let wanted = p * n * (1.0 - 1e-12);
    at(histogram, |below| below >= wanted)
}

/// The value of the person at this rank, counted from 0.
fn at_rank(histogram: &[(f64, f64)], rank: f64) -> Option<f64> {
    at(histogram, |below| below > rank)
}

/// The first value with anybody whose cumulated count is enough, or the last: rounding may leave the
/// whole a little short.
fn at(histogram: &[(f64, f64)], enough: impl Fn(f64) -> bool) -> Option<f64> {
    let mut below = 0.0;
    let mut last = None;
    for &(value, count) in histogram.iter().filter(|(_, count)| *count > 0.0) {
        below += count;
        last = Some(value);
        if enough(below) {
            break;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::Z;

    const P: [(f64, f64); 5] = [(0.0, 40.0), (5.0, 25.0), (7.0, 0.0), (10.0, 30.0), (20.0, 5.0)];
    const X: [(f64, f64); 6] = [(1.1, 1.0), (2.3, 1.0), (2.9, 1.0), (3.4, 1.0), (5.0, 1.0), (7.2, 1.0)];

    #[test]
    fn matches_numpy() {
        // numpy 2.4.6 quantile with method="inverted_cdf" and "linear", of (histogram, p)
        for (histogram, p, inverse, linear) in [
            (&P[..], 0.1, 0.0, 0.0),
            (&P[..], 0.25, 0.0, 0.0),
            (&P[..], 0.5, 5.0, 5.0),
            (&P[..], 0.66, 10.0, 10.0),
            (&P[..], 0.9, 10.0, 10.0),
            (&X[..], 0.1, 1.1, 1.7),
            (&X[..], 0.25, 2.3, 2.4499999999999997),
            (&X[..], 0.5, 2.9, 3.15),
            (&X[..], 0.66, 3.4, 3.8800000000000003),
            (&X[..], 0.9, 7.2, 6.1),
        ] {
            assert_eq!(quantile(histogram, p, Rule::default()), Some(inverse));
            let value = quantile(histogram, p, Rule::Type7).unwrap();
            assert!((value - linear).abs() < 1e-13, "{value} is not {linear}");
        }
    }

    #[test]
    fn woodruff_inverts_the_distribution() {
        // numpy 2.4.6 quantile(method="inverted_cdf") at p ± z √(p(1−p)/n_eff)
        for (p, effective, low, high) in [
            (0.5, 100.0, 5.0, 5.0),
            (0.5, 12.5, 0.0, 10.0),
            (0.25, 40.0, 0.0, 0.0),
            (0.9, 100.0, 10.0, 20.0),
        ] {
            let interval = woodruff(&P, p, effective, Z).unwrap();
            assert_eq!((interval.low, interval.high), (Some(low), Some(high)));
        }
        // Few people say nothing about the ends.
        let few = woodruff(&X, 0.1, 6.0, Z).unwrap();
        assert_eq!(few.low, None);
        assert!(few.high.is_some());
        let wide = woodruff(&X, 0.5, 1.0, Z).unwrap();
        assert_eq!((wide.low, wide.high), (None, None));
    }

    #[test]
    fn a_rank_hit_exactly_is_met() {
        let hundred: Vec<(f64, f64)> = (1..=100).map(|i| (f64::from(i), 1.0)).collect();
        for i in 1..=100 {
            let p = f64::from(i) / 100.0;
            assert_eq!(quantile(&hundred, p, Rule::InverseCdf), Some(f64::from(i)));
        }
        assert_eq!(quantile(&hundred, 0.0, Rule::InverseCdf), Some(1.0));
        assert_eq!(quantile(&[(4.0, 0.3)], 0.7, Rule::Type7), Some(4.0));
        assert_eq!(quantile(&P, 1.0, Rule::Type7), Some(20.0));
    }

    #[test]
    fn refuses_what_is_no_question() {
        for rule in [Rule::InverseCdf, Rule::Type7] {
            for p in [-0.1, 1.1, f64::NAN] {
                assert_eq!(quantile(&P, p, rule), None);
            }
            for broken in [&[][..], &[(2.0, 1.0), (1.0, 1.0)], &[(1.0, 0.0)], &[(f64::NAN, 1.0)]] {
                assert_eq!(quantile(broken, 0.5, rule), None);
                assert_eq!(woodruff(broken, 0.5, 10.0, Z), None);
            }
        }
        for (p, effective, z) in [
            (0.0, 9.0, Z),
            (1.0, 9.0, Z),
            (0.5, 0.0, Z),
            (0.5, f64::NAN, Z),
            (0.5, 9.0, 0.0),
        ] {
            assert_eq!(woodruff(&P, p, effective, z), None);
        }
    }
}
