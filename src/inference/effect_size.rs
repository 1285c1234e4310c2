//! Differences in units that compare across outcomes.

use super::sums::total;

/// Cohen's h, 2 arcsin √p₁ − 2 arcsin √p₂, of two rates: above 0 when the first is higher.
///
/// J. Cohen, Statistical Power Analysis for the Behavioral Sciences (1988), § 6.2, where 0.2, 0.5 and
/// 0.8 are called small, medium and large. The same h is as easy to detect at any rate, unlike the same
/// gap in points. `None` unless both are probabilities.
#[must_use]
pub fn cohens_h(p1: f64, p2: f64) -> Option<f64> {
    let angle = |p: f64| (0.0..=1.0).contains(&p).then(|| 2.0 * p.sqrt().asin());
    Some(angle(p1)? - angle(p2)?)
}

/// One group's independent observations, summed up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Number of observations, at least 1.
    pub n: f64,
    /// Their mean, in the outcome's unit.
    pub mean: f64,
    /// Their variance with divisor n − 1, in the square of that unit; not the variance of the mean.
    pub variance: f64,
}

/// Cohen's d, the difference of means in pooled standard deviations: above 0 when `a` has the higher.
///
/// With s² = ((n_a − 1)s_a² + (n_b − 1)s_b²)/(n_a + n_b − 2); Cohen (1988), § 2.5. Without the small-sample
/// factor of Hedges. `None` when nothing varies, a group is empty, both hold one observation, or a value
/// is not finite.
#[must_use]
pub fn cohens_d(a: Spread, b: Spread) -> Option<f64> {
    let sound = |s: Spread| s.n.is_finite() && s.n >= 1.0 && s.variance >= 0.0;
    let df = a.n + b.n - 2.0;
    if !sound(a) || !sound(b) || df <= 0.0 {
        return None;
    }
    let pooled = (a.n - 1.0) / df * a.variance + (b.n - 1.0) / df * b.variance;
    let d = (a.mean - b.mean) / pooled.sqrt();
    (pooled > 0.0 && pooled.is_finite() && d.is_finite()).then_some(d)
}

/// Class imbalance (n_a − n_d)/(n_a + n_d), −1 … 1: above 0 when the disadvantaged group d has fewer
/// people in the log than a.
///
/// CI of SageMaker Clarify, where a is everybody outside d. Says whether d is *there*, not how it is
/// treated. `None` when both are empty or a count is negative or not finite.
#[must_use]
pub fn class_imbalance(advantaged: f64, disadvantaged: f64) -> Option<f64> {
    let all = total([advantaged, disadvantaged])?;
    Some((advantaged - disadvantaged) / all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    #[test]
    fn cohens_h_matches_statsmodels() {
        // own computation of statsmodels.stats.proportion.proportion_effectsize in numpy 2.4.6
        assert_close(cohens_h(0.8, 0.6).unwrap(), 0.4421431880029534, 1e-14);
        assert_close(cohens_h(0.003, 0.01).unwrap(), -0.09073548449148015, 1e-14);
        assert_close(cohens_h(0.0, 0.2).unwrap(), -0.9272952180016122, 1e-14);
        assert_close(cohens_h(1.0, 0.0).unwrap(), std::f64::consts::PI, 1e-15);
        assert_eq!(cohens_h(0.3, 0.3), Some(0.0));
        for (p1, p2) in [(1.1, 0.2), (-0.1, 0.2), (0.2, f64::NAN)] {
            assert_eq!(cohens_h(p1, p2), None);
        }
    }

    #[test]
    fn cohens_d_matches_numpy() {
        // numpy 2.4.6 on the samples of the Welch test
        let spread = |n, mean, variance| Spread { n, mean, variance };
        let a = spread(6.0, 3.65, 4.675);
        let b = spread(5.0, 5.32, 6.357000000000001);
        assert_close(cohens_d(a, b).unwrap(), -0.7171573702952693, 1e-12);
        assert_close(cohens_d(b, a).unwrap(), 0.7171573702952693, 1e-12);
        let still = spread(4.0, 1.0, 0.0);
        assert_eq!(cohens_d(still, spread(4.0, 2.0, 0.0)), None);
        assert_eq!(cohens_d(spread(1.0, 1.0, 0.0), spread(1.0, 2.0, 0.0)), None);
        assert_eq!(cohens_d(spread(0.0, 1.0, 1.0), spread(9.0, 2.0, 1.0)), None);
        assert_eq!(cohens_d(spread(5.0, f64::NAN, 1.0), spread(9.0, 2.0, 1.0)), None);
        assert_eq!(cohens_d(spread(5.0, 1.0, -1.0), spread(9.0, 2.0, 1.0)), None);
    }

    #[test]
    fn class_imbalance_is_that_of_clarify() {
        assert_eq!(class_imbalance(75.0, 25.0), Some(0.5));
        assert_eq!(class_imbalance(25.0, 75.0), Some(-0.5));
        assert_eq!(class_imbalance(9.0, 0.0), Some(1.0));
        assert_eq!(class_imbalance(0.0, 0.0), None);
        assert_eq!(class_imbalance(-1.0, 3.0), None);
    }
}
