//! How far apart two groups' distributions over the same categories lie.
//!
//! Each function takes two count vectors over one list of categories, ordered alike. A category that one
//! group lacks is kept: dropping it would hide total exclusion, which is the gravest difference there is.
//! Counts may be real and zero. `None` when the lengths differ, a count is negative or not finite, or a
//! group is empty.
//!
//! Amazon SageMaker Clarify applies the same formulas to labels (before training) and to predictions
//! (after), with a the advantaged facet and d the disadvantaged one:
//!
//! | Clarify | here | sign |
//! |---|---|---|
//! | CI, class imbalance | [`effect_size::class_imbalance`] | above 0: d is the smaller group |
//! | DPL, DPPL | rate of a − rate of d | above 0: d is worse off |
//! | KL | [`kullback_leibler`]`(a, d)` | none, at least 0; not symmetric |
//! | JS | [`jensen_shannon`] | none, 0 … ln 2 |
//! | LP | [`lp`] with p = 2 | none, 0 … √2 |
//! | TVD | [`total_variation`] | none, 0 … 1 |
//! | KS | [`lp`] with p = ∞ | none, 0 … 1 |
//! | CDDL, CDDPL | the metric `conditional_demographic_disparity` | above 0: d is worse off |
//!
//! Its KS is the largest difference of *shares*; [`kolmogorov_smirnov`] here is the largest difference of
//! *cumulative* shares, as the name means elsewhere. They agree for two categories. Its implementation
//! also drops every category that one facet lacks before it compares, so that its values are too small,
//! and its KL may fall below 0, exactly where a facet is shut out of an outcome.
//!
//! [`effect_size::class_imbalance`]: super::effect_size::class_imbalance

use super::sums::{sum, total};

/// Both distributions, category by category.
fn shares(a: &[f64], b: &[f64]) -> Option<Vec<(f64, f64)>> {
    if a.len() != b.len() {
        return None;
    }
    let (all_a, all_b) = (total(a.iter().copied())?, total(b.iter().copied())?);
    Some(a.iter().zip(b).map(|(x, y)| (x / all_a, y / all_b)).collect())
}

/// The first category that `a` has and `b` lacks, by index: the reason why [`kullback_leibler`]`(a, b)`
/// is infinite.
#[must_use]
pub fn uncovered(a: &[f64], b: &[f64]) -> Option<usize> {
    shares(a, b)?.iter().position(|&(p, q)| p > 0.0 && q <= 0.0)
}

/// Kullback–Leibler divergence of `a` from `b`, Σ p ln(p/q), in nats, with 0 ln 0 = 0.
///
/// S. Kullback and R. A. Leibler, Annals of Mathematical Statistics 22 (1951), 79–86. Also `None` where
/// it is infinite: `a` has a category that `b` lacks, which [`uncovered`] names.
#[must_use]
pub fn kullback_leibler(a: &[f64], b: &[f64]) -> Option<f64> {
    let shares = shares(a, b)?;
    let divergence = sum(shares.iter().map(|&(p, q)| relative_entropy(p, q)));
    // Rounding alone takes it below 0.
    divergence.is_finite().then_some(divergence.max(0.0))
}

/// One term p ln(p/q), infinite when q alone is 0.
fn relative_entropy(p: f64, q: f64) -> f64 {
    if p <= 0.0 {
        0.0
    } else {
        // A quotient of extreme shares may overflow where the difference of logarithms does not.
        p * (p.ln() - q.ln())
    }
}

/// Jensen–Shannon divergence ½ KL(a‖m) + ½ KL(b‖m), m the mean of both distributions, in nats: 0 … ln 2,
/// and always finite.
///
/// J. Lin, IEEE Transactions on Information Theory 37 (1991), 145–151, with equal weights, as Clarify
/// has it. Divide by ln 2 for bits (the convention of AWRF in TREC Fair Ranking); the square root is a
/// metric.
#[must_use]
pub fn jensen_shannon(a: &[f64], b: &[f64]) -> Option<f64> {
    let terms = shares(a, b)?.into_iter().map(|(p, q)| {
        let mean = f64::midpoint(p, q);
        (relative_entropy(p, mean) + relative_entropy(q, mean)) / 2.0
    });
    Some(sum(terms).clamp(0.0, std::f64::consts::LN_2))
}

/// Total variation distance ½ Σ |p − q|: the share of people who would have to change category for the
/// groups to agree, 0 … 1.
#[must_use]
pub fn total_variation(a: &[f64], b: &[f64]) -> Option<f64> {
    let distance = lp(a, b, 1.0)? / 2.0;
    Some(distance.min(1.0))
}

/// Distance (Σ |p − q|^order)^(1/order) of the shares; `f64::INFINITY` gives the largest |p − q|.
///
/// Also `None` unless the order is at least 1, below which it is no distance.
#[must_use]
pub fn lp(a: &[f64], b: &[f64], order: f64) -> Option<f64> {
    if order.is_nan() || order < 1.0 {
        return None;
    }
    let shares = shares(a, b)?;
    let gaps = || shares.iter().map(|(p, q)| (p - q).abs());
    let largest = gaps().fold(0.0, f64::max);
    if order.is_infinite() || largest <= 0.0 {
        return Some(largest);
    }
    // Relative to the largest, so that a high order underflows nothing that counts.
    Some(largest * sum(gaps().map(|gap| (gap / largest).powf(order))).powf(order.recip()))
}

/// Hellinger distance √(½ Σ (√p − √q)²), 0 … 1.
///
/// E. Hellinger, Journal für die reine und angewandte Mathematik 136 (1909), 210–271.
#[must_use]
pub fn hellinger(a: &[f64], b: &[f64]) -> Option<f64> {
    let terms = shares(a, b)?.into_iter().map(|(p, q)| {
        let difference = p.sqrt() - q.sqrt();
        difference * difference
    });
    Some((sum(terms) / 2.0).sqrt().min(1.0))
}

/// Kolmogorov–Smirnov distance over *ordered* categories, the largest difference of cumulative shares,
/// 0 … 1.
///
/// Meaningless for categories without an order. For values on a scale, with a p value, see
/// [`two_samples::kolmogorov_smirnov`](super::two_samples::kolmogorov_smirnov).
#[must_use]
pub fn kolmogorov_smirnov(a: &[f64], b: &[f64]) -> Option<f64> {
    let mut difference = 0.0f64;
    let mut largest = 0.0f64;
    for (p, q) in shares(a, b)? {
        difference += p - q;
        largest = largest.max(difference.abs());
    }
    Some(largest.min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;
    use std::f64::consts::LN_2;

    const A: [f64; 4] = [10.0, 25.0, 5.0, 60.0];
    const B: [f64; 4] = [30.0, 20.0, 40.0, 10.0];

    #[test]
    fn matches_scipy() {
        // scipy 1.17.1 stats.entropy, spatial.distance.jensenshannon squared, numpy 2.4.6 linalg.norm
        assert_close(kullback_leibler(&A, &B).unwrap(), 0.9170082634145825, 1e-12);
        assert_close(kullback_leibler(&B, &A).unwrap(), 0.9375556460867197, 1e-12);
        assert_close(jensen_shannon(&A, &B).unwrap(), 0.20408586393616052, 1e-12);
        assert_close(total_variation(&A, &B).unwrap(), 0.55, 1e-12);
        assert_close(lp(&A, &B, 1.0).unwrap(), 1.1, 1e-12);
        assert_close(lp(&A, &B, 2.0).unwrap(), 0.6442049363362563, 1e-12);
        assert_close(lp(&A, &B, 3.0).unwrap(), 0.5604078661310775, 1e-12);
        assert_close(lp(&A, &B, f64::INFINITY).unwrap(), 0.5, 1e-12);
        assert_close(hellinger(&A, &B).unwrap(), 0.4656369733789467, 1e-12);
        assert_close(kolmogorov_smirnov(&A, &B).unwrap(), 0.5, 1e-12);
    }

    #[test]
    fn a_category_absent_in_one_group_is_kept() {
        // Clarify reports TVD 0.25, JS 0.042, LP 0.5 and KL -0.347 here.
        let (half, none) = ([50.0, 50.0], [100.0, 0.0]);
        assert_close(total_variation(&half, &none).unwrap(), 0.5, 1e-15);
        assert_close(jensen_shannon(&half, &none).unwrap(), 0.21576155433883565, 1e-14);
        assert_close(lp(&half, &none, 2.0).unwrap(), 0.5f64.sqrt(), 1e-15);
        assert_eq!(kullback_leibler(&half, &none), None);
        assert_eq!(uncovered(&half, &none), Some(1));
        assert_close(kullback_leibler(&none, &half).unwrap(), LN_2, 1e-15);
        assert_eq!(uncovered(&none, &half), None);
    }

    #[test]
    fn attention_vectors() {
        // Attention by 1/log2 and by a geometric discount, of the ranking A A B A B B A A.
        let jsd = jensen_shannon(&[0.6855770453, 0.3144229547], &[0.5, 0.5]).unwrap();
        assert_close(jsd / LN_2, 0.0259064373, 1e-8);
        let tv = total_variation(&[0.8274509804, 0.1725490196], &[1.0, 1.0]).unwrap();
        assert_close(tv, 0.3274509804, 1e-9);
    }

    #[test]
    fn ends_of_the_scale() {
        let (left, right) = ([3.0, 0.0, 0.0], [0.0, 2.0, 5.0]);
        assert_close(jensen_shannon(&left, &right).unwrap(), LN_2, 1e-15);
        assert_eq!(total_variation(&left, &right), Some(1.0));
        assert_eq!(hellinger(&left, &right), Some(1.0));
        assert_eq!(kolmogorov_smirnov(&left, &right), Some(1.0));
        let doubled = A.map(|count| 2.0 * count);
        for measure in [
            kullback_leibler,
            jensen_shannon,
            total_variation,
            hellinger,
            kolmogorov_smirnov,
        ] {
            assert_eq!(measure(&A, &doubled), Some(0.0));
        }
        assert_eq!(lp(&A, &doubled, 3.0), Some(0.0));
        // Two categories: cumulative and plain shares differ alike.
        let (a, b) = ([3.0, 7.0], [6.0, 4.0]);
        assert_eq!(kolmogorov_smirnov(&a, &b), lp(&a, &b, f64::INFINITY));
    }

    #[test]
    fn symmetric_but_for_one() {
        for measure in [jensen_shannon, total_variation, hellinger, kolmogorov_smirnov] {
            assert_eq!(measure(&A, &B), measure(&B, &A));
        }
        assert_ne!(kullback_leibler(&A, &B), kullback_leibler(&B, &A));
    }

    #[test]
    fn refuses_what_is_no_distribution() {
        for (a, b) in [
            (&[1.0, 2.0][..], &[1.0][..]),
            (&[], &[]),
            (&[0.0, 0.0], &[1.0, 1.0]),
            (&[-1.0, 2.0], &[1.0, 1.0]),
            (&[f64::NAN, 2.0], &[1.0, 1.0]),
        ] {
            for measure in [
                kullback_leibler,
                jensen_shannon,
                total_variation,
                hellinger,
                kolmogorov_smirnov,
            ] {
                assert_eq!(measure(a, b), None);
            }
            assert_eq!(lp(a, b, 2.0), None);
            assert_eq!(uncovered(a, b), None);
        }
        assert_eq!(lp(&A, &B, 0.5), None);
        assert_eq!(lp(&A, &B, f64::NAN), None);
    }
}
