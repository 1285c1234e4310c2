//! Large-sample tests of a 2×2 table: selected and not, in two groups.
//!
//! All take x1 of n1 and x2 of n2 as independent people; rows of the same people make every one of
//! them too sure of itself.

use super::interval::proportion;
use super::special::{chi2_sf, normal_sf};
use super::stirling::deviance;

/// A test statistic with its p value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// The statistic: signed for [`pooled_z`], otherwise χ² with one degree of freedom.
    pub statistic: f64,
    /// Two-sided p value.
    pub p: f64,
}

/// Score test with pooled variance, z = (p̂1 − p̂2)/√(p̄q̄(1/n1 + 1/n2)).
///
/// `None` when a group is empty, or everybody or nobody was selected: then the table holds no
/// comparison. Poor when an expected count is below 5; use [`super::fisher`] or [`super::boschloo`].
#[must_use]
pub fn pooled_z(x1: f64, n1: f64, x2: f64, n2: f64) -> Option<Test> {
    let table = Table::new(x1, n1, x2, n2)?;
    let Table { n, x, .. } = table;
    let pooled = x / n * ((n - x) / n);
    let statistic = (x1 / n1 - x2 / n2) / (pooled * (1.0 / n1 + 1.0 / n2)).sqrt();
    statistic.is_finite().then(|| Test {
        statistic,
        p: (2.0 * normal_sf(statistic.abs())).min(1.0),
    })
}

/// Pearson's χ² without continuity correction, the square of [`pooled_z`].
#[must_use]
pub fn chi_square(x1: f64, n1: f64, x2: f64, n2: f64) -> Option<Test> {
    Table::new(x1, n1, x2, n2)?.chi_square(0.0)
}

/// Pearson's χ² with Yates's correction: every |observed − expected| shortened by at most ½.
/// F. Yates, Supplement to JRSS 1 (1934), 217–235.
#[must_use]
pub fn chi_square_yates(x1: f64, n1: f64, x2: f64, n2: f64) -> Option<Test> {
    Table::new(x1, n1, x2, n2)?.chi_square(0.5)
}

/// The likelihood ratio test, G = 2 Σ O ln(O/E).
#[must_use]
pub fn g_test(x1: f64, n1: f64, x2: f64, n2: f64) -> Option<Test> {
    let table = Table::new(x1, n1, x2, n2)?;
    // Σ(O − E) = 0, so the sum may be taken over deviances O ln(O/E) + E − O, all positive.
    let statistic = 2.0
        * table
            .cells()
            .iter()
            .map(|&(observed, expected)| {
                if observed > 0.0 {
                    deviance(observed, table.departure(observed, expected), expected.ln())
                } else {
                    expected
                }
            })
            .sum::<f64>();
    chi_square_test(statistic)
}

/// A χ² statistic with one degree of freedom and its p value; `None` for one that overflowed.
fn chi_square_test(statistic: f64) -> Option<Test> {
    statistic.is_finite().then_some(())?;
    Some(Test {
        statistic,
        p: chi2_sf(statistic, 1.0)?,
    })
}

/// A table with no empty margin.
struct Table {
    x1: f64,
    n1: f64,
    x2: f64,
    n2: f64,
    x: f64,
    n: f64,
}

impl Table {
    fn new(x1: f64, n1: f64, x2: f64, n2: f64) -> Option<Self> {
        let (x1, n1) = proportion(x1, n1)?;
        let (x2, n2) = proportion(x2, n2)?;
        let (x, n) = (x1 + x2, n1 + n2);
        (x > 0.0 && x < n).then_some(Self { x1, n1, x2, n2, x, n })
    }

    /// Observed and expected count of each cell.
    fn cells(&self) -> [(f64, f64); 4] {
        let Self { x1, n1, x2, n2, x, n } = *self;
        [
            (x1, n1 * (x / n)),
            (n1 - x1, n1 * ((n - x) / n)),
            (x2, n2 * (x / n)),
            (n2 - x2, n2 * ((n - x) / n)),
        ]
    }

    /// Observed less expected, which is ±(x1 n2 − x2 n1)/n in every cell.
    fn departure(&self, observed: f64, expected: f64) -> f64 {
        let size = (self.x1 * self.n2 - self.x2 * self.n1).abs() / self.n;
        size.copysign(observed - expected)
    }

    fn chi_square(&self, correction: f64) -> Option<Test> {
        let statistic = self
            .cells()
            .iter()
            .map(|&(observed, expected)| {
                let departure = self.departure(observed, expected).abs();
                let shortened = (departure - correction).max(0.0);
                shortened * shortened / expected
            })
            .sum();
        chi_square_test(statistic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    #[test]
    fn matches_scipy() {
        // scipy 1.17.1 stats.chi2_contingency; z by hand
        #[rustfmt::skip]
        let rows = [
            (56.0, 70.0, 48.0, 80.0, 2.6501719512585336, 0.00804508136819656, 7.023411371237456, 6.114270410296224, 0.013409475178668966, 7.184066713647143, 0.007355380180036734),
            (3.0, 40.0, 12.0, 45.0, -2.3136499714685, 0.020686930206214423, 5.352976190476191, 4.1153604497354515, 0.042495468682068036, 5.71675119431452, 0.01680379520235844),
            (7.0, 25.0, 1.0, 30.0, 2.583619293255543, 0.009776964927363876, 6.675088652482269, 4.8380984042553195, 0.027837575502473014, 7.205360515061363, 0.007268614686965518),
            (9.0, 10.0, 3.0, 10.0, 2.738612787525831, 0.006169899320544151, 7.5, 5.208333333333334, 0.022478873366125265, 8.201521171443424, 0.004185528314404485),
            (540.0, 700.0, 560.0, 700.0, -1.3026778945578597, 0.19268475194899914, 1.6969696969696968, 1.5315151515151515, 0.2158851898832936, 1.697979149023709, 0.19255247253277882),
            (0.0, 20.0, 5.0, 20.0, -2.390457218668787, 0.01682740948275685, 5.714285714285714, 3.6571428571428575, 0.055829294639240225, 7.648207115762606, 0.005682877286131343),
            (5.0, 20.0, 0.0, 20.0, 2.390457218668787, 0.01682740948275685, 5.714285714285714, 3.6571428571428575, 0.055829294639240225, 7.648207115762605, 0.005682877286131345),
            (20.0, 20.0, 13.0, 20.0, 2.912876325017676, 0.0035811640331237463, 8.484848484848484, 6.233766233766234, 0.012533688376410959, 11.200249624167524, 0.0008178632905136972),
            (1.0, 1000.0, 30.0, 900.0, -5.554731064083169, 2.7803949935108736e-08, 30.855037194290542, 28.87333133889857, 7.726950241934559e-08, 37.78494560036884, 7.898898597948693e-10),
        ];
        for (x1, n1, x2, n2, z, p, chi2, yates, yates_p, g, g_p) in rows {
            let score = pooled_z(x1, n1, x2, n2).unwrap();
            assert_close(score.statistic, z, 1e-12);
            assert_close(score.p, p, 1e-12);
            let plain = chi_square(x1, n1, x2, n2).unwrap();
            assert_close(plain.statistic, chi2, 1e-12);
            assert_close(plain.p, p, 1e-12);
            let corrected = chi_square_yates(x1, n1, x2, n2).unwrap();
            assert_close(corrected.statistic, yates, 1e-12);
            assert_close(corrected.p, yates_p, 1e-12);
            let likelihood = g_test(x1, n1, x2, n2).unwrap();
            assert_close(likelihood.statistic, g, 1e-12);
            assert_close(likelihood.p, g_p, 1e-12);
        }
    }

    #[test]
    fn equal_rates_are_no_evidence() {
        for test in [pooled_z, chi_square, chi_square_yates, g_test] {
            let result = test(30.0, 100.0, 60.0, 200.0).unwrap();
            assert!(result.statistic.abs() < 1e-12 && result.p > 1.0 - 1e-6);
        }
    }

    #[test]
    fn tables_with_an_empty_margin_hold_no_comparison() {
        for test in [pooled_z, chi_square, chi_square_yates, g_test] {
            assert_eq!(test(0.0, 10.0, 0.0, 20.0), None);
            assert_eq!(test(10.0, 10.0, 20.0, 20.0), None);
            assert_eq!(test(0.0, 0.0, 5.0, 20.0), None);
            let huge = test(1.0, 1e12, 1e12, 1e12).unwrap();
            assert!(huge.p >= 0.0 && huge.statistic.is_finite());
        }
    }
}
