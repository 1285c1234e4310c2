//! Welch's comparison of two means with unequal variances.

use super::interval::Interval;
use super::ratio_estimator::welch_satterthwaite;
use super::special::{t_quantile, t_two_sided};

/// A mean with the variance of that mean (s²/n, or a linearised variance) and its degrees of freedom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// The mean, in the outcome's unit.
    pub mean: f64,
    /// Variance of the mean, in the square of that unit.
    pub variance: f64,
    /// Degrees of freedom of the variance, usually people − 1.
    pub df: f64,
}

/// Welch's test and interval for the difference of two means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Welch {
    /// First mean less the second.
    pub difference: f64,
    /// Standard error of the difference.
    pub se: f64,
    /// Student's statistic.
    pub t: f64,
    /// Satterthwaite's degrees of freedom.
    pub df: f64,
    /// Two-sided p value.
    pub p: f64,
    /// Interval for the difference at the level asked.
    pub interval: Interval,
}

/// Welch's t test of `a` against `b`, with an interval at `level`.
///
/// B. L. Welch, Biometrika 34 (1947), 28–35. `None` when both variances are 0, a df is not positive, or
/// the level is not within (0, 1).
#[must_use]
pub fn welch(a: Mean, b: Mean, level: f64) -> Option<Welch> {
    if !(level > 0.0 && level < 1.0) {
        return None;
    }
    let df = welch_satterthwaite(a.variance, a.df, b.variance, b.df)?;
    let difference = a.mean - b.mean;
    let se = (a.variance + b.variance).sqrt();
    let t = difference / se;
    if !t.is_finite() {
        return None;
    }
    let half = -t_quantile((1.0 - level) / 2.0, df)? * se;
    Some(Welch {
        difference,
        se,
        t,
        df,
        p: t_two_sided(t, df)?,
        interval: Interval {
            low: difference - half,
            high: difference + half,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    #[test]
    fn matches_scipy() {
        // scipy 1.17.1 stats.ttest_ind(equal_var=False) and its confidence_interval
        let a = Mean {
            mean: 3.65,
            variance: 0.7791666666666667,
            df: 5.0,
        };
        let b = Mean {
            mean: 5.32,
            variance: 1.2714000000000003,
            df: 4.0,
        };
        let test = welch(a, b, 0.95).unwrap();
        assert_close(test.t, -1.1662174205508846, 1e-12);
        assert_close(test.df, 8.00104012809677, 1e-12);
        assert_close(test.p, 0.2771099904693094, 1e-12);
        assert_close(test.interval.low, -4.9720770383711095, 1e-12);
        assert_close(test.interval.high, 1.6320770383711087, 1e-12);
        let swapped = welch(b, a, 0.95).unwrap();
        assert_close(swapped.interval.high, -test.interval.low, 1e-13);
    }

    #[test]
    fn undefined_without_variance() {
        let a = Mean {
            mean: 1.0,
            variance: 0.0,
            df: 5.0,
        };
        assert_eq!(welch(a, a, 0.95), None);
        let single = Mean {
            mean: 1.0,
            variance: 1.0,
            df: 0.0,
        };
        assert_eq!(welch(a, single, 0.95), None);
        let nan = Mean {
            mean: f64::NAN,
            variance: 1.0,
            df: 5.0,
        };
        assert_eq!(welch(nan, a, 0.95), None);
    }
}
