use super::*;
use crate::inference::oracle::assert_close;

const BENEFITS: [(f64, f64); 5] = [(2.5, 3.0), (0.5, 2.0), (1.0, 4.0), (7.0, 1.0), (3.25, 2.0)];
const ZEROS: [(f64, f64); 3] = [(0.0, 4.0), (1.0, 11.0), (2.0, 5.0)];

#[test]
fn matches_aif360_and_numpy() {
    // aif360 0.6.1 sklearn.metrics.generalized_entropy_index, at α = 0 times the mean, which it divides by once
    // too often; the others by their textbook formula in numpy 2.4.6
    assert_close(
        generalized_entropy(&BENEFITS, -1.5).unwrap(),
        0.49954281732112166,
        1e-12,
    );
    assert_close(generalized_entropy(&BENEFITS, 0.0).unwrap(), 0.3010400568800501, 1e-12);
    assert_close(generalized_entropy(&BENEFITS, 0.5).unwrap(), 0.2841084835719956, 1e-12);
    assert_close(generalized_entropy(&BENEFITS, 1.0).unwrap(), 0.2830278743859072, 1e-12);
    assert_close(generalized_entropy(&BENEFITS, 2.0).unwrap(), 0.3287721893491125, 1e-12);
    assert_close(generalized_entropy(&BENEFITS, 3.5).unwrap(), 0.591524647687687, 1e-12);
    assert_close(coefficient_of_variation(&BENEFITS).unwrap(), 0.8108911016272315, 1e-12);
    assert_close(atkinson(&BENEFITS, 0.5).unwrap(), 0.13700938988364886, 1e-12);
    assert_close(atkinson(&BENEFITS, 1.0).unwrap(), 0.25995187186612356, 1e-12);
    assert_close(atkinson(&BENEFITS, 2.0).unwrap(), 0.4438313838004856, 1e-12);
    assert_close(gini(&BENEFITS).unwrap(), 0.40224358974358976, 1e-12);
    assert_close(generalized_entropy(&ZEROS, 0.5).unwrap(), 0.4728887208285183, 1e-12);
    assert_close(generalized_entropy(&ZEROS, 1.0).unwrap(), 0.2812799218114942, 1e-12);
    assert_close(generalized_entropy(&ZEROS, 2.0).unwrap(), 0.20294784580498862, 1e-12);
    assert_close(generalized_entropy(&ZEROS, 3.5).unwrap(), 0.2112090113061394, 1e-12);
    assert_close(coefficient_of_variation(&ZEROS).unwrap(), 0.6370994362028405, 1e-12);
    assert_close(atkinson(&ZEROS, 0.5).unwrap(), 0.22246787652133238, 1e-12);
    assert_close(gini(&ZEROS).unwrap(), 0.33095238095238094, 1e-12);
}

#[test]
fn near_the_limits_nothing_cancels() {
    for (limit, step) in [(0.0, 1e-9), (0.0, -1e-9), (1.0, 1e-9), (1.0, -1e-9), (0.0, 5e-324)] {
        let at = generalized_entropy(&BENEFITS, limit).unwrap();
        let near = generalized_entropy(&BENEFITS, limit + step).unwrap();
        assert_close(near, at, 1e-8);
        let near = atkinson(&BENEFITS, 1.0 - limit + step.abs()).unwrap();
        assert!((near - atkinson(&BENEFITS, 1.0 - limit).unwrap()).abs() < 1e-8);
    }
    // Nearly equal benefits: GE(α) tends to half the squared coefficient of variation for every α.
    let near = [(1.0, 1.0), (1.0 + 1e-6, 1.0)];
    for alpha in [-1.0, 0.0, 0.5, 1.0, 2.0, 3.0] {
        assert_close(generalized_entropy(&near, alpha).unwrap(), 1.25e-13, 2e-3);
    }
}

#[test]
fn gini_vector() {
    let got = gini(&[(1.0, 1.0), (3.0, 1.0), (0.0, 1.0), (6.0, 1.0), (2.0, 1.0)]).unwrap();
    assert_close(got, 0.4666666667, 1e-9);
    assert_close(gini(&[(1.0, 1.0), (0.0, 9.0)]).unwrap(), 0.9, 1e-13);
}

#[test]
fn equality_is_zero_and_scale_does_not_matter() {
    let equal = [(3.7, 2.0), (3.7, 5.0)];
    let scaled = BENEFITS.map(|(value, count)| (value * 4.3, count * 10.0));
    for alpha in [-1.5, 0.0, 0.3, 1.0, 2.0] {
        assert!(generalized_entropy(&equal, alpha).unwrap() < 1e-15);
        let expected = generalized_entropy(&BENEFITS, alpha).unwrap();
        assert_close(generalized_entropy(&scaled, alpha).unwrap(), expected, 1e-13);
    }
    assert!(gini(&equal).unwrap() < 1e-15);
    assert!(atkinson(&equal, 1.0).unwrap() < 1e-15);
    assert_close(gini(&scaled).unwrap(), gini(&BENEFITS).unwrap(), 1e-13);
    assert_eq!(atkinson(&BENEFITS, 0.0), Some(0.0));
}

#[test]
fn between_and_within_make_the_total() {
    let (a, b, c) = (&BENEFITS[..2], &BENEFITS[2..], &ZEROS[1..]);
    let all: Vec<(f64, f64)> = [a, b, c].concat();
    for alpha in [-1.0, 0.0, 0.5, 1.0, 2.0, 3.5] {
        let split = decompose(&[a, b, &[], c], alpha).unwrap();
        assert_close(split.total(), generalized_entropy(&all, alpha).unwrap(), 1e-13);
        assert_close(split.groups.iter().map(|part| part.people).sum(), 1.0, 1e-14);
        assert_close(split.groups.iter().map(|part| part.benefits).sum(), 1.0, 1e-14);
        assert_eq!(split.groups[2].entropy, None);
        assert!(split.share_between().unwrap() < 1.0);
    }
    // A group that gets nothing is unequal to the others, not within itself.
    let split = decompose(&[a, &ZEROS[..1]], 1.0).unwrap();
    let all: Vec<(f64, f64)> = [a, &ZEROS[..1]].concat();
    assert_close(split.total(), generalized_entropy(&all, 1.0).unwrap(), 1e-13);
    assert_eq!((split.groups[1].entropy, split.groups[1].within), (None, 0.0));
    assert_eq!(decompose(&[a, &ZEROS[..1]], 0.0), None);
    assert_eq!(decompose(&[&[(2.0, 3.0)]], 2.0).unwrap().share_between(), None);
}

#[test]
fn between_part_of_theil_is_over_shares() {
    let split = decompose(&[&[(2.0, 30.0)], &[(1.0, 70.0)]], 1.0).unwrap();
    let (s, q) = (60.0f64 / 130.0, 0.3f64);
    let expected = s * (s / q).ln() + (1.0 - s) * ((1.0 - s) / (1.0 - q)).ln();
    assert_close(split.between, expected, 1e-13);
    assert_eq!(split.within, 0.0);
}

#[test]
fn undefined_is_none() {
    for alpha in [0.0, -1.0, -0.5] {
        assert_eq!(generalized_entropy(&ZEROS, alpha), None);
        assert_eq!(atkinson(&ZEROS, 1.0 - alpha), None);
    }
    for histogram in [
        &[][..],
        &[(0.0, 5.0)],
        &[(1.0, 0.0)],
        &[(-1.0, 1.0), (3.0, 1.0)],
        &[(f64::NAN, 1.0), (3.0, 1.0)],
        &[(1.0, -1.0), (3.0, 4.0)],
        &[(1.0, f64::INFINITY)],
    ] {
        assert_eq!(generalized_entropy(histogram, 2.0), None);
        assert_eq!(coefficient_of_variation(histogram), None);
        assert_eq!(atkinson(histogram, 0.5), None);
        assert_eq!(gini(histogram), None);
        assert_eq!(decompose(&[histogram], 2.0), None);
    }
    assert_eq!(generalized_entropy(&BENEFITS, f64::NAN), None);
    assert_eq!(atkinson(&BENEFITS, -0.1), None);
    assert_eq!(decompose(&[&BENEFITS], f64::INFINITY), None);
    // Finite, but beyond what a number holds: no answer, and no panic.
    let extreme = [(f64::MAX, 1.0), (1e-300, 1e9), (f64::MAX, 3.0)];
    for alpha in [-90.0, 0.0, 1.0, 2.0, 900.0] {
        assert!(generalized_entropy(&extreme, alpha).is_none_or(f64::is_finite));
    }
}
