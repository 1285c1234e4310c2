//! How far from independence a χ² statistic shows a table to be.

use super::interval::Interval;
use super::roots::decreasing_between;
use super::special::{chi2_sf, ln_gamma};

/// Chance of at most `x` under the noncentral χ² law with `df` degrees of freedom and noncentrality λ.
///
/// The law is a mixture of central ones with Poisson weights (R. A. Fisher 1928; see Johnson, Kotz & Balakrishnan,
/// Continuous Univariate Distributions 2 (1995), ch. 29), summed from the largest weight outward; each central law follows
/// from its neighbour.
#[must_use]
pub fn noncentral_cdf(x: f64, df: f64, lambda: f64) -> Option<f64> {
    const SMALLEST: f64 = 1e-18;
    if !(x.is_finite() && df.is_finite() && lambda.is_finite() && x >= 0.0 && df > 0.0 && lambda >= 0.0) {
        return None;
    }
    let (h, half) = (lambda / 2.0, x / 2.0);
    let first = h.floor();
    if lambda <= 0.0 || x <= 0.0 {
        return Some(if x > 0.0 { 1.0 - chi2_sf(x, df)? } else { 0.0 });
    }
    let weight = (first * h.ln() - h - ln_gamma(first + 1.0)?).exp();
    let below = 1.0 - chi2_sf(x, df + 2.0 * first)?;
    let step = |j: f64| Some(((df / 2.0 + j) * half.ln() - half - ln_gamma(df / 2.0 + j + 1.0)?).exp());
    let mut sum = weight * below;
    let (mut w, mut f, mut g, mut j) = (weight, below, step(first)?, first);
    while w > SMALLEST && f > 0.0 {
        f = (f - g).max(0.0);
        g *= half / (df / 2.0 + j + 1.0);
        j += 1.0;
        w *= h / j;
        sum += w * f;
    }
    let (mut w, mut f, mut j) = (weight, below, first);
    let mut g = step(first)?;
    while j > 0.0 && w > SMALLEST {
        g *= (df / 2.0 + j) / half;
        w *= j / h;
        j -= 1.0;
        f = (f + g).min(1.0);
        sum += w * f;
    }
    Some(sum.clamp(0.0, 1.0))
}

/// The interval of the noncentrality of a χ² statistic: the values under which the statistic is in neither tail.
///
/// It starts at 0 where a central law explains the statistic. J. H. Steiger and R. T. Fouladi, in What if there were no
/// significance tests? (1997), 221–257. `None` when the level is no level or the statistic no χ².
#[must_use]
pub fn noncentrality(statistic: f64, df: f64, level: f64) -> Option<Interval> {
    let tail = (1.0 - level) / 2.0;
    if !(tail > 0.0 && tail < 0.5) {
        return None;
    }
    Some(Interval {
        low: solve(statistic, df, 1.0 - tail)?,
        high: solve(statistic, df, tail)?,
    })
}

/// The noncentrality at which the statistic is at most itself with this chance; 0 when it is less likely even at 0.
fn solve(statistic: f64, df: f64, chance: f64) -> Option<f64> {
    let more = |lambda: f64| noncentral_cdf(statistic, df, lambda).map(|at| at - chance);
    if more(0.0)? <= 0.0 {
        return Some(0.0);
    }
    let (mut low, mut high) = (0.0, statistic + df + 10.0);
    while more(high)? > 0.0 {
        (low, high) = (high, 2.0 * high);
    }
    // What is between two numbers at which it is defined is defined.
    Some(decreasing_between(|lambda| more(lambda).unwrap_or(0.0), low, high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    #[test]
    fn matches_scipy() {
        // scipy 1.17.1 stats.ncx2; tests/oracles/association.py
        assert_close(noncentral_cdf(10.0, 3.0, 5.0).unwrap(), 0.706_648_647_777_452_5, 1e-12);
        assert_close(
            noncentral_cdf(100.0, 2.0, 120.0).unwrap(),
            0.158_104_048_975_176_6,
            1e-11,
        );
        for (statistic, df, level, low, high) in [
            (10.0, 2.0, 0.95, 0.826_126_880_289_680_2, 24.961_087_055_131_756),
            (1.0, 3.0, 0.95, 0.0, 5.042_909_340_009_808),
            (40.0, 5.0, 0.9, 18.460_650_781_481_316, 59.010_922_456_598_124),
            (0.2, 1.0, 0.95, 0.0, 5.602_485_095_721_653),
            (900.0, 4.0, 0.95, 783.343_293_471_822_7, 1_018.342_789_935_772_2),
        ] {
            let found = noncentrality(statistic, df, level).unwrap();
            assert_close(found.low, low, 1e-8);
            assert_close(found.high, high, 1e-8);
        }
    }

    #[test]
    fn large_statistics_take_no_time_and_no_harm() {
        let found = noncentrality(1e8, 3.0, 0.95).unwrap();
        // Nearly normal with variance 4 λ.
        let half = 1.959_964 * 2e4;
        assert!((found.low - (1e8 - half)).abs() < 20.0 && (found.high - (1e8 + half)).abs() < 20.0);
        assert_eq!(noncentrality(f64::NAN, 3.0, 0.95), None);
        assert_eq!(noncentrality(3.0, 3.0, 1.0), None);
    }
}
