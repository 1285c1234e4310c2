//! Koopman's score interval for a ratio of proportions.

use super::interval::{RatioInterval, critical, proportion};
use super::roots::decreasing_from;

/// Koopman's asymptotic score interval for θ = p1/p2.
///
/// Inverts T(θ) = (p̂1 − θp̂2)² / (p̃1q̃1/n1 + θ²p̃2q̃2/n2) = z², where p̃1 = θp̃2 are the rates of largest
/// likelihood under θ. P. A. R. Koopman, Biometrics 40 (1984), 513–517. Counts may be real.
///
/// The lower limit is 0 when x1 = 0; there is no upper limit when x2 = 0. `None` when both are 0 (the
/// data say nothing of the ratio) or a group is empty. For rows of the same people the counts must be
/// effective ones.
#[must_use]
pub fn koopman(x1: f64, n1: f64, x2: f64, n2: f64, z: f64) -> Option<RatioInterval> {
    score_interval(x1, n1, x2, n2, z, 1.0)
}

/// The score interval with the variance multiplied by `inflation`, which tells Koopman's (1) from
/// Miettinen and Nurminen's (N/(N−1)).
pub(super) fn score_interval(x1: f64, n1: f64, x2: f64, n2: f64, z: f64, inflation: f64) -> Option<RatioInterval> {
    let (x1, n1) = proportion(x1, n1)?;
    let (x2, n2) = proportion(x2, n2)?;
    let z = critical(z)? * inflation.sqrt();
    if x1 + x2 <= 0.0 {
        return None;
    }
    let start = if x1 > 0.0 && x2 > 0.0 {
        (x1 / n1 / (x2 / n2)).ln()
    } else {
        0.0
    };
    // e^±600 bounds every ratio that counts representable in f64 can tell from 0 or from infinity.
    let limit = |target: f64| {
        decreasing_from(
            |ln_theta| signed_score(x1, n1, x2, n2, ln_theta.exp()) - target,
            start,
            600.0,
        )
        .map(f64::exp)
        .filter(|theta| theta.is_finite())
    };
    // A limit out of reach excludes nothing on its side.
    let low = if x1 <= 0.0 { 0.0 } else { limit(z).unwrap_or(0.0) };
    let high = if x2 <= 0.0 { None } else { limit(-z) };
    Some(RatioInterval { low, high })
}

/// √T(θ) with the sign of p̂1 − θp̂2; decreasing in θ.
fn signed_score(x1: f64, n1: f64, x2: f64, n2: f64, theta: f64) -> f64 {
    let gap = x1 / n1 - theta * (x2 / n2);
    let (rate1, rate2) = constrained_rates(x1, n1, x2, n2, theta);
    let variance = rate1 * (1.0 - rate1) / n1 + theta * theta * rate2 * (1.0 - rate2) / n2;
    if variance > 0.0 {
        gap / variance.sqrt()
    } else if gap.abs() <= 1e-15 {
        0.0
    } else {
        gap.signum() * f64::MAX
    }
}

/// The rates p̃1 = θp̃2 of largest likelihood: p̃2 is the smaller root of ap² + bp + c with a = Nθ,
/// b = −(n1θ + x1 + n2 + x2θ), c = x1 + x2, taken as 2c/(−b + √(b² − 4ac)), which does not cancel.
fn constrained_rates(x1: f64, n1: f64, x2: f64, n2: f64, theta: f64) -> (f64, f64) {
    let a = (n1 + n2) * theta;
    let minus_b = n1 * theta + x1 + n2 + x2 * theta;
    let c = x1 + x2;
    let root = (minus_b * minus_b - 4.0 * a * c).max(0.0).sqrt();
    let rate2 = (2.0 * c / (minus_b + root)).clamp(0.0, 1.0);
    ((theta * rate2).clamp(0.0, 1.0), rate2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::{Z, assert_close};

    #[test]
    fn matches_brute_force_likelihood() {
        // brute-force maximisation of the constrained likelihood, mpmath 1.4.1 at 40 digits; statsmodels
        // 0.15.0 confint_proportions_2indep(compare="ratio", method="score", correction=False) agrees
        #[rustfmt::skip]
        let rows = [
            (56.0, 70.0, 48.0, 80.0, 1.0798215063618983, 1.6708055780191116),
            (3.0, 40.0, 12.0, 45.0, 0.08916480598486694, 0.8432246121347644),
            (7.0, 25.0, 1.0, 30.0, 1.487743487022171, 50.696485508300164),
            (9.0, 10.0, 3.0, 10.0, 1.3532371938667287, 8.467668686709775),
            (540.0, 700.0, 560.0, 700.0, 0.9124579602487282, 1.0185922810937957),
            (1.0, 1000.0, 30.0, 900.0, 0.005179748521726173, 0.17319922631374512),
            (1.0, 1000000000.0, 7.0, 1000000000.0, 0.02293155950765309, 0.8899596740802476),
            (300000.0, 1000000000.0, 301000.0, 1000000000.0, 0.9916516176420457, 1.0017293386653507),
            (999999991.0, 1000000000.0, 9990.0, 10000.0, 1.0005435723016625, 1.0018433270066325),
        ];
        for (x1, n1, x2, n2, low, high) in rows {
            let interval = koopman(x1, n1, x2, n2, Z).unwrap();
            assert_close(interval.low, low, 1e-11);
            assert_close(interval.high.unwrap(), high, 1e-11);
        }
    }

    #[test]
    fn nobody_selected_on_one_side() {
        // statsmodels 0.15.0, 0/20 against 5/20
        let interval = koopman(0.0, 20.0, 5.0, 20.0, Z).unwrap();
        assert_eq!(interval.low, 0.0);
        assert_close(interval.high.unwrap(), 0.6882700273, 1e-9);
        let other = koopman(5.0, 20.0, 0.0, 20.0, Z).unwrap();
        assert_eq!(other.high, None);
        assert_close(other.low, 1.0 / 0.6882700273, 1e-9);
    }

    #[test]
    fn nobody_selected_on_either_side_is_no_information() {
        assert_eq!(koopman(0.0, 20.0, 0.0, 30.0, Z), None);
        assert_eq!(koopman(0.0, 0.0, 3.0, 30.0, Z), None);
    }

    #[test]
    fn interval_at_ninety_per_cent() {
        // statsmodels 0.15.0, 540/700 against 560/700
        let interval = koopman(540.0, 700.0, 560.0, 700.0, 1.6448536269514722).unwrap();
        assert_close(interval.low, 0.9206859425, 1e-9);
        assert_close(interval.high.unwrap(), 1.0096237857, 1e-9);
    }

    #[test]
    fn everybody_selected_has_a_closed_form() {
        // with p̃ = 1 the score is n(1 − θ)/θ: θ = n/(n + z²)
        let interval = koopman(30.0, 30.0, 50.0, 50.0, Z).unwrap();
        assert_close(interval.low, 30.0 / (30.0 + Z * Z), 1e-12);
        assert_close(interval.high.unwrap(), (50.0 + Z * Z) / 50.0, 1e-12);
    }

    #[test]
    fn swapping_the_groups_inverts_the_interval() {
        for (x1, n1, x2, n2) in [
            (3.0, 40.0, 12.0, 45.0),
            (1.0, 1e9, 7.0, 1e9),
            (0.02, 0.9, 1.0, 1.3),
            (4e8, 1e9, 5e8, 1e9),
            (20.0, 20.0, 13.0, 20.0),
            (1.0, 1e12, 1e12, 1e12),
        ] {
            let mut previous: Option<RatioInterval> = None;
            for z in [0.1, 1.0, Z, 10.0, 300.0] {
                let interval = koopman(x1, n1, x2, n2, z).unwrap();
                let swapped = koopman(x2, n2, x1, n1, z).unwrap();
                assert_close(interval.low * swapped.high.unwrap(), 1.0, 1e-9);
                assert_close(interval.high.unwrap() * swapped.low, 1.0, 1e-9);
                assert!(interval.low >= 0.0);
                assert!(interval.low <= x1 / n1 / (x2 / n2) * (1.0 + 1e-12));
                if let Some(previous) = previous {
                    assert!(interval.low <= previous.low && interval.high >= previous.high);
                }
                previous = Some(interval);
            }
        }
    }
}
