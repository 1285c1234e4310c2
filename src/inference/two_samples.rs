//! Two groups' distributions of one amount: prices, discounts, scores.
//!
//! A histogram lists distinct values in ascending order, each with its count of independent people;
//! counts may be real and 0. A clustered sample enters with counts scaled to its effective size: no
//! distance changes, and p values become honest. `None` when values do not ascend or are not finite, a
//! count is negative or not finite, or a group is empty.

use super::sums::{sum, total};

/// The people in a histogram, checked.
pub(super) fn size(histogram: &[(f64, f64)]) -> Option<f64> {
    let ascends = histogram.windows(2).all(|pair| pair[0].0 < pair[1].0);
    let finite = histogram.iter().all(|(value, _)| value.is_finite());
    let size = total(histogram.iter().map(|&(_, count)| count))?;
    (ascends && finite).then_some(size)
}

/// A value found in either of two histograms, with the people of both groups that have it. Counts and
/// not shares, because whole counts add up without rounding.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub value: f64,
    pub a: f64,
    pub b: f64,
}

/// Every value of both histograms, ascending. Both were checked by [`size`].
pub(super) fn merge(a: &[(f64, f64)], b: &[(f64, f64)]) -> Vec<Step> {
    let (mut left, mut right) = (a.iter().peekable(), b.iter().peekable());
    let mut steps = Vec::with_capacity(a.len() + b.len());
    loop {
        let value = match (left.peek(), right.peek()) {
            (None, None) => return steps,
            (Some((x, _)), None) => *x,
            (None, Some((y, _))) => *y,
            (Some((x, _)), Some((y, _))) => x.min(*y),
        };
        let here = |entry: &&(f64, f64)| entry.0 <= value;
        steps.push(Step {
            value,
            a: left.next_if(here).map_or(0.0, |&(_, count)| count),
            b: right.next_if(here).map_or(0.0, |&(_, count)| count),
        });
    }
}

/// A Kolmogorov–Smirnov comparison.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KolmogorovSmirnov {
    /// Largest |F_a − F_b|, 0 … 1.
    pub statistic: f64,
    /// The same with its sign: above 0 when more of `a` than of `b` lies at or below `at`.
    pub difference: f64,
    /// The value where it is attained, the lowest if several.
    pub at: f64,
    /// Asymptotic two-sided p value. Too large, that is cautious, with ties and in small samples.
    pub p: f64,
}

/// Kolmogorov–Smirnov comparison of two samples.
///
/// p is Kolmogorov's limit 2 Σ (−1)^(j−1) exp(−2j²λ²) at λ = D √(n_a n_b/(n_a + n_b)), what R's
/// `ks.test(exact = FALSE)` gives; scipy's `method="asymp"` instead takes the exact one-sample
/// distribution for the rounded n_a n_b/(n_a + n_b). N. V. Smirnov, Annals of Mathematical Statistics 19
/// (1948), 279–281.
#[must_use]
pub fn kolmogorov_smirnov(a: &[(f64, f64)], b: &[(f64, f64)]) -> Option<KolmogorovSmirnov> {
    let (size_a, size_b) = (size(a)?, size(b)?);
    let steps = merge(a, b);
    let (mut below_a, mut below_b) = (0.0, 0.0);
    let (mut difference, mut at) = (0.0f64, steps.first()?.value);
    for step in &steps {
        below_a += step.a;
        below_b += step.b;
        let here: f64 = below_a / size_a - below_b / size_b;
        if here.abs() > difference.abs() {
            (difference, at) = (here, step.value);
        }
    }
    let statistic = difference.abs().min(1.0);
    // The smaller size first: the product of both may overflow.
    let (few, many) = (size_a.min(size_b), size_a.max(size_b));
    let effective = few / (few / many + 1.0);
    Some(KolmogorovSmirnov {
        statistic,
        difference: difference.clamp(-1.0, 1.0),
        at,
        p: kolmogorov_sf(effective.sqrt() * statistic),
    })
}

/// Upper tail of Kolmogorov's distribution at `lambda`.
fn kolmogorov_sf(lambda: f64) -> f64 {
    if lambda < 1.0 {
        // The alternating series converges slowly here; its theta transform, for the lower tail, fast:
        // √(2π)/λ Σ exp(−(2j−1)²π²/8λ²).
        let exponent = std::f64::consts::PI.powi(2) / (8.0 * lambda * lambda);
        let series: f64 = [1.0, 3.0, 5.0, 7.0]
            .iter()
            .map(|odd: &f64| (-odd * odd * exponent).exp())
            .sum();
        // At 0 the series is 0 and the factor infinite.
        return if series > 0.0 {
            (1.0 - (2.0 * std::f64::consts::PI).sqrt() / lambda * series).clamp(0.0, 1.0)
        } else {
            1.0
        };
    }
    let term = |j: f64| (-2.0 * j * j * lambda * lambda).exp();
    (2.0 * (term(1.0) - term(2.0) + term(3.0) - term(4.0) + term(5.0))).clamp(0.0, 1.0)
}

/// Wasserstein-1 (earth mover's) distance ∫ |F_a − F_b| dx, in the unit of the values: by how much the
/// amounts of one group would have to move, on average, to be spread like the other's.
///
/// At least the difference of means, and equal to it when one distribution lies wholly above the other.
/// Above 0 by chance alone: judge it by permutation. Also `None` when it overflows.
#[must_use]
pub fn wasserstein_1(a: &[(f64, f64)], b: &[(f64, f64)]) -> Option<f64> {
    let (size_a, size_b) = (size(a)?, size(b)?);
    let steps = merge(a, b);
    let (mut below_a, mut below_b) = (0.0, 0.0);
    let mut terms = Vec::with_capacity(steps.len());
    for pair in steps.windows(2) {
        below_a += pair[0].a;
        below_b += pair[0].b;
        let difference: f64 = below_a / size_a - below_b / size_b;
        terms.push(difference.abs() * (pair[1].value - pair[0].value));
    }
    let distance = sum(terms);
    distance.is_finite().then_some(distance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    const X: [(f64, f64); 6] = [(1.1, 1.0), (2.3, 1.0), (2.9, 1.0), (3.4, 1.0), (5.0, 1.0), (7.2, 1.0)];
    const Y: [(f64, f64); 5] = [(2.0, 1.0), (4.1, 1.0), (5.5, 1.0), (6.2, 1.0), (8.8, 1.0)];
    const P: [(f64, f64); 4] = [(0.0, 40.0), (5.0, 25.0), (10.0, 30.0), (20.0, 5.0)];
    const Q: [(f64, f64); 5] = [(0.0, 20.0), (5.0, 22.0), (7.5, 8.0), (10.0, 21.0), (25.0, 9.0)];

    #[test]
    fn matches_scipy() {
        // scipy 1.17.1 stats.ks_2samp, special.kolmogorov, stats.wasserstein_distance
        let test = kolmogorov_smirnov(&X, &Y).unwrap();
        assert_close(test.statistic, 0.4666666666666667, 1e-12);
        assert_close(test.difference, 0.4666666666666667, 1e-12);
        assert_eq!(test.at, 3.4);
        assert_close(test.p, 0.5925028311389974, 1e-12);
        assert_close(wasserstein_1(&X, &Y).unwrap(), 1.6899999999999997, 1e-12);
        let test = kolmogorov_smirnov(&P, &Q).unwrap();
        assert_close(test.statistic, 0.15, 1e-12);
        assert_close(test.difference, 0.15, 1e-12);
        assert_eq!(test.at, 0.0);
        assert_close(test.p, 0.26999967167735456, 1e-12);
        assert_close(wasserstein_1(&P, &Q).unwrap(), 2.3125, 1e-12);
    }

    #[test]
    fn the_tail_of_kolmogorov() {
        // scipy 1.17.1 special.kolmogorov
        for (lambda, p) in [
            (0.15, 1.0),
            (0.3, 0.9999906941986655),
            (0.5, 0.9639452436648751),
            (0.8, 0.5441424115741981),
            (0.999, 0.27107316411506394),
            (1.0, 0.26999967167735456),
            (1.2, 0.11224966667072497),
            (1.36, 0.049485876755377876),
            (2.0, 0.0006709252557796953),
            (5.0, 3.8574996959278356e-22),
        ] {
            assert_close(kolmogorov_sf(lambda), p, 1e-13);
        }
        assert_eq!(kolmogorov_sf(0.0), 1.0);
        assert_eq!(kolmogorov_sf(1e9), 0.0);
    }

    #[test]
    fn swapping_turns_the_sign_alone() {
        let (one, other) = (kolmogorov_smirnov(&P, &Q).unwrap(), kolmogorov_smirnov(&Q, &P).unwrap());
        assert_eq!(one.difference, -other.difference);
        assert_eq!((one.statistic, one.at, one.p), (other.statistic, other.at, other.p));
        assert_eq!(wasserstein_1(&P, &Q), wasserstein_1(&Q, &P));
    }

    #[test]
    fn scaling_counts_changes_no_distance() {
        let scaled = P.map(|(value, count)| (value, count * 0.25));
        let one = kolmogorov_smirnov(&P, &Q).unwrap();
        let other = kolmogorov_smirnov(&scaled, &Q).unwrap();
        assert_close(other.statistic, one.statistic, 1e-14);
        assert!(other.p > one.p);
        assert_close(
            wasserstein_1(&scaled, &Q).unwrap(),
            wasserstein_1(&P, &Q).unwrap(),
            1e-13,
        );
        let same = kolmogorov_smirnov(&P, &scaled).unwrap();
        assert!(same.statistic < 1e-15);
        assert_eq!(same.p, 1.0);
        assert!(wasserstein_1(&P, &scaled).unwrap() < 1e-14);
    }

    #[test]
    fn a_shift_moves_everybody_by_it() {
        let shifted = P.map(|(value, count)| (value + 3.5, count));
        assert_close(wasserstein_1(&P, &shifted).unwrap(), 3.5, 1e-13);
        let apart = P.map(|(value, count)| (value + 100.0, count));
        let test = kolmogorov_smirnov(&P, &apart).unwrap();
        assert_close(test.statistic, 1.0, 1e-15);
        assert_eq!(test.at, 20.0);
    }

    #[test]
    fn refuses_what_is_no_histogram() {
        for broken in [
            &[][..],
            &[(1.0, 0.0)],
            &[(2.0, 1.0), (1.0, 1.0)],
            &[(1.0, 1.0), (1.0, 1.0)],
            &[(1.0, -1.0), (2.0, 3.0)],
            &[(f64::NAN, 1.0)],
            &[(f64::INFINITY, 1.0)],
            &[(1.0, f64::NAN)],
        ] {
            assert_eq!(kolmogorov_smirnov(broken, &P), None);
            assert_eq!(kolmogorov_smirnov(&P, broken), None);
            assert_eq!(wasserstein_1(broken, &P), None);
        }
        let (low, high) = ([(-f64::MAX, 1.0)], [(f64::MAX, 1.0)]);
        assert_eq!(wasserstein_1(&low, &high), None);
        assert_eq!(kolmogorov_smirnov(&low, &high).unwrap().statistic, 1.0);
    }
}
