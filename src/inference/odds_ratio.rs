//! Odds ratio of two groups, with Woolf's interval.

use super::interval::{RatioInterval, critical};

/// An odds ratio, dimensionless.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OddsRatio {
    /// (x₁/(n₁ − x₁))/(x₂/(n₂ − x₂)): above 1 when the first group is selected more.
    pub ratio: f64,
    /// Woolf's interval.
    pub interval: RatioInterval,
    /// Whether ½ was added to every cell because one was empty (Haldane and Anscombe): the ratio is then
    /// an estimate that the sample itself does not hold, and depends on the ½.
    pub adjusted: bool,
}

/// The odds of selection of x₁ of n₁ against those of x₂ of n₂, with the interval
/// exp(ln OR ± z √(1/a + 1/b + 1/c + 1/d)) over the four cells.
///
/// B. Woolf, Annals of Human Genetics 19 (1955), 251–253; J. B. S. Haldane, ibid. 20 (1956), 309–311;
/// F. J. Anscombe, Biometrika 43 (1956), 461–464. `None` when everybody or nobody was selected in both
/// groups, a group is empty, a count is not within its group, or z is not positive.
///
/// Not the impact ratio: of rare outcomes both nearly agree, of common ones the odds ratio lies further
/// from 1.
#[must_use]
pub fn odds_ratio(x1: f64, n1: f64, x2: f64, n2: f64, z: f64) -> Option<OddsRatio> {
    let z = critical(z)?;
    let sound = |x: f64, n: f64| n.is_finite() && 0.0 <= x && x <= n && n > 0.0;
    if !sound(x1, n1) || !sound(x2, n2) {
        return None;
    }
    let mut cells = [x1, n1 - x1, x2, n2 - x2];
    if x1.max(x2) <= 0.0 || cells[1].max(cells[3]) <= 0.0 {
        return None;
    }
    let adjusted = cells.iter().any(|&cell| cell <= 0.0);
    if adjusted {
        cells = cells.map(|cell| cell + 0.5);
    }
    let [a, b, c, d] = cells;
    let ln_ratio = (a.ln() - b.ln()) - (c.ln() - d.ln());
    let half = z * (a.recip() + b.recip() + c.recip() + d.recip()).sqrt();
    let ratio = ln_ratio.exp();
    let high = (ln_ratio + half).exp();
    ratio.is_finite().then_some(OddsRatio {
        ratio,
        interval: RatioInterval {
            low: (ln_ratio - half).exp(),
            // Beyond the largest number nothing is excluded.
            high: high.is_finite().then_some(high),
        },
        adjusted,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::{Z, assert_close};

    #[test]
    fn matches_scipy() {
        // scipy 1.17.1 stats.contingency.odds_ratio(kind="sample"), of cells + ½ in the last two rows
        for (x1, n1, x2, n2, ratio, low, high, adjusted) in [
            (
                56.0,
                70.0,
                48.0,
                80.0,
                2.6666666666666665,
                1.2762178705364338,
                5.572019696074379,
                false,
            ),
            (
                3.0,
                1000.0,
                9.0,
                800.0,
                0.26446004680708796,
                0.07135868084502933,
                0.9801066321432558,
                false,
            ),
            (
                0.0,
                20.0,
                5.0,
                20.0,
                0.06873614190687362,
                0.0035289521738951202,
                1.3388272131290957,
                true,
            ),
            (
                20.0,
                20.0,
                5.0,
                30.0,
                190.0909090909091,
                9.9208607200169,
                3642.2801144764694,
                true,
            ),
        ] {
            let odds = odds_ratio(x1, n1, x2, n2, Z).unwrap();
            assert_close(odds.ratio, ratio, 1e-12);
            assert_close(odds.interval.low, low, 1e-12);
            assert_close(odds.interval.high.unwrap(), high, 1e-12);
            assert_eq!(odds.adjusted, adjusted);
            let swapped = odds_ratio(x2, n2, x1, n1, Z).unwrap();
            assert_close(swapped.ratio * odds.ratio, 1.0, 1e-14);
            assert_close(swapped.interval.low * high, 1.0, 1e-12);
        }
    }

    #[test]
    fn refuses_what_holds_no_comparison() {
        for (x1, n1, x2, n2, z) in [
            (0.0, 10.0, 0.0, 20.0, Z),
            (10.0, 10.0, 20.0, 20.0, Z),
            (0.0, 0.0, 3.0, 20.0, Z),
            (11.0, 10.0, 3.0, 20.0, Z),
            (-1.0, 10.0, 3.0, 20.0, Z),
            (f64::NAN, 10.0, 3.0, 20.0, Z),
            (1.0, f64::INFINITY, 3.0, 20.0, Z),
            (1.0, 10.0, 3.0, 20.0, 0.0),
        ] {
            assert_eq!(odds_ratio(x1, n1, x2, n2, z), None);
        }
    }
}
