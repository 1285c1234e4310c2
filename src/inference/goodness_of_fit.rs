//! Counts against shares that are known: does a sample look as if drawn from this population?
//!
//! The population is no sample, so that only the log's own chance counts: a two-sample test would take it for one and see
//! less. K. Pearson, Philosophical Magazine 50 (1900), 157–175.

use super::special::{beta_cdf, chi2_sf, normal_sf};

/// Below this expected count a normal approximation is not trusted (W. G. Cochran, Biometrics 10 (1954), 417–451).
const SMALL_EXPECTED: f64 = 5.0;

/// A test with its name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Test {
    /// How it was made.
    pub name: &'static str,
    /// Its p-value.
    pub p: f64,
}

/// Pearson's χ² of counts against shares that add up to 1, on one degree of freedom less than there are groups.
///
/// `None` with fewer than two groups, a share that is not within (0, 1), nobody counted, or where more than a fifth of the
/// expected counts are below 5 or one is below 1 (Cochran): the law would not hold.
#[must_use]
pub fn goodness_of_fit(counts: &[f64], shares: &[f64]) -> Option<Test> {
    let total: f64 = counts.iter().sum();
    let proper = counts.len() == shares.len() && shares.iter().all(|share| *share > 0.0 && *share < 1.0);
    if counts.len() < 2 || !proper || total <= 0.0 {
        return None;
    }
    let expected: Vec<f64> = shares.iter().map(|share| share * total).collect();
    let small = expected.iter().filter(|e| **e < SMALL_EXPECTED).count();
    if expected.iter().any(|e| *e < 1.0) || small * 5 > expected.len() {
        return None;
    }
    let statistic = counts.iter().zip(&expected).map(|(x, e)| (x - e).powi(2) / e).sum();
    Some(Test {
        name: "chi-square goodness of fit",
        p: chi2_sf(statistic, counts.len() as f64 - 1.0)?,
    })
}

/// Two-sided test that a share is `share`, x of n having been counted: the score test, or the exact binomial one, with
/// twice the smaller tail, where fewer than 5 are expected on either side.
#[must_use]
pub fn one_share(x: f64, n: f64, share: f64) -> Option<Test> {
    if !(share > 0.0 && share < 1.0 && n > 0.0 && x >= 0.0 && x <= n) {
        return None;
    }
    if n * share.min(1.0 - share) < SMALL_EXPECTED {
        // P(X ≤ x) = 1 − I(share; x+1, n−x), P(X ≥ x) = I(share; x, n−x+1).
        let below = if x >= n {
            1.0
        } else {
            1.0 - beta_cdf(share, x + 1.0, n - x)?
        };
        let above = if x <= 0.0 {
            1.0
        } else {
            beta_cdf(share, x, n - x + 1.0)?
        };
        return Some(Test {
            name: "exact binomial",
            p: (2.0 * below.min(above)).min(1.0),
        });
    }
    let z = (x - n * share) / (n * share * (1.0 - share)).sqrt();
    Some(Test {
        name: "score z",
        p: (2.0 * normal_sf(z.abs())).min(1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::{goodness_of_fit, one_share};
    use crate::inference::oracle::assert_close;

    #[test]
    fn mendels_peas() {
        // 315, 101, 108 and 32 peas against 9 : 3 : 3 : 1. χ² = 0.4700240 on 3 degrees, p = 0.925426 (Pearson's own kind of
        // example; R: chisq.test(c(315, 101, 108, 32), p = c(9, 3, 3, 1)/16)).
        let test = goodness_of_fit(
            &[315.0, 101.0, 108.0, 32.0],
            &[9.0 / 16.0, 3.0 / 16.0, 3.0 / 16.0, 1.0 / 16.0],
        )
        .unwrap();
        assert_close(test.p, 0.925_425_9, 1e-6);
    }

    #[test]
    fn shares_by_hand() {
        // z = (60 − 50)/5 = 2.
        assert_close(one_share(60.0, 100.0, 0.5).unwrap().p, 0.045_500_263_896_358_4, 1e-12);
        // P(X ≤ 0) of 4 at a tenth is 0.9⁴, P(X ≥ 2) is 1 − 0.9⁴ − 4·0.1·0.9³.
        assert_close(
            one_share(2.0, 4.0, 0.1).unwrap().p,
            2.0 * (1.0 - 0.6561 - 0.2916),
            1e-10,
        );
        assert_close(one_share(0.0, 4.0, 0.1).unwrap().p, 1.0, 1e-12);
    }

    #[test]
    fn too_little_is_not_tested() {
        assert_eq!(goodness_of_fit(&[3.0, 0.0], &[0.9, 0.1]), None);
        assert_eq!(goodness_of_fit(&[3.0], &[1.0]), None);
        assert_eq!(one_share(3.0, 2.0, 0.5), None);
    }
}
