//! Equivalence by two one-sided tests.

use super::special::t_sf;

/// Outcome of the two one-sided tests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tost {
    /// (ln RR − ln θ_L)/se: large when the ratio is clearly above the lower margin.
    pub z_low: f64,
    /// (ln RR − ln θ_U)/se: far below 0 when the ratio is clearly below the upper margin.
    pub z_high: f64,
    /// p value against not being at least θ_L.
    pub p_low: f64,
    /// p value against not being at most θ_U.
    pub p_high: f64,
    /// p value of equivalence: the larger of both.
    pub p: f64,
}

/// Two one-sided tests that a ratio lies between `low` and `high`, on the log scale, given the
/// standard error of its logarithm and the degrees of freedom of that (infinite: normal).
///
/// D. J. Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987), 657–680; R. L. Berger and
/// J. C. Hsu, Statistical Science 11 (1996), 283–319. Equivalence is shown at α exactly when the 1 − 2α
/// interval lies within the margins. `None` unless ratio and margins are positive, low < high and
/// se > 0: a standard error of 0 means that nothing is known of the error, not that there is none.
#[must_use]
pub fn tost_ratio(ratio: f64, ln_se: f64, low: f64, high: f64, df: f64) -> Option<Tost> {
    let positive = |v: f64| v > 0.0 && v.is_finite();
    if ![ratio, ln_se, low, high].into_iter().all(positive) || low >= high {
        return None;
    }
    let z_low = (ratio / low).ln() / ln_se;
    let z_high = (ratio / high).ln() / ln_se;
    if !(z_low.is_finite() && z_high.is_finite()) {
        return None;
    }
    let p_low = t_sf(z_low, df)?;
    let p_high = t_sf(-z_high, df)?;
    Some(Tost {
        z_low,
        z_high,
        p_low,
        p_high,
        p: p_low.max(p_high),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::katz::ln_ratio_se;
    use crate::inference::oracle::assert_close;

    #[test]
    fn two_one_sided_tests() {
        // scipy 1.17.1 stats.norm.sf and stats.t.sf, 540/700 against 560/700
        let se = ln_ratio_se(540.0, 700.0, 560.0, 700.0).unwrap();
        assert_close(se, 0.027936056994917528, 1e-13);
        let tost = tost_ratio(540.0 / 560.0, se, 0.8, 1.25, f64::INFINITY).unwrap();
        assert_close(tost.z_low, 6.685836414828171, 1e-12);
        assert_close(tost.z_high, -9.289471149500377, 1e-12);
        assert_close(tost.p, 1.1480470019435904e-11, 1e-11);
        let student = tost_ratio(540.0 / 560.0, se, 0.8, 1.25, 7.5).unwrap();
        assert_close(student.p, 0.00010361243044430287, 1e-11);
    }

    #[test]
    fn inverting_the_ratio_mirrors_the_tests() {
        let one = tost_ratio(0.9, 0.1, 0.8, 1.25, 20.0).unwrap();
        let other = tost_ratio(1.0 / 0.9, 0.1, 0.8, 1.25, 20.0).unwrap();
        assert_close(one.p, other.p, 1e-12);
        assert_close(one.p_low, other.p_high, 1e-12);
    }

    #[test]
    fn a_standard_error_of_zero_proves_nothing() {
        assert_eq!(tost_ratio(1.0, 0.0, 0.8, 1.25, 9.0), None);
        assert_eq!(tost_ratio(0.0, 0.1, 0.8, 1.25, 9.0), None);
        assert_eq!(tost_ratio(1.0, 0.1, 1.25, 0.8, 9.0), None);
        assert_eq!(tost_ratio(1.0, 0.1, 0.8, 1.25, 0.0), None);
        assert_eq!(tost_ratio(1.0, 1e-320, 0.8, 1.25, 9.0), None);
    }
}
