//! What a comparison of two rates could have found, and how many people it takes.

use super::special::{normal_quantile, normal_sf};

/// One group as far as power is concerned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arm {
    /// Number of units.
    pub n: f64,
    /// Design effect: 1 for independent units.
    pub design_effect: f64,
}

/// Smallest difference of rates, in probability points, that a two-sided test at `alpha` finds with
/// the given `power` when the common rate is p: (z_{1−α/2} + z_power)·√(p(1−p)(deff_A/n_A + deff_B/n_B)).
///
/// J. L. Fleiss, B. Levin and M. C. Paik, Statistical Methods for Rates and Proportions (2003), ch. 4,
/// with L. Kish's design effects. `None` when p is not strictly between 0 and 1, a group is empty, or
/// the power is below `alpha`. The answer may exceed what p leaves room for; such a log could find
/// nothing.
#[must_use]
pub fn minimum_detectable_difference(p: f64, a: Arm, b: Arm, alpha: f64, power: f64) -> Option<f64> {
    let sound = |arm: Arm| arm.n > 0.0 && arm.design_effect > 0.0 && arm.design_effect.is_finite();
    if !(p > 0.0 && p < 1.0 && sound(a) && sound(b)) {
        return None;
    }
    let reach = critical_values(alpha, power)?;
    let variance = p * (1.0 - p) * (a.design_effect / a.n + b.design_effect / b.n);
    let difference = reach.sum() * variance.sqrt();
    difference.is_finite().then_some(difference)
}

/// The impact ratio nearest to 1, from below, that would have been found: 1 − MDE/p. `None` also when
/// even a ratio of 0 would not have been.
#[must_use]
pub fn minimum_detectable_ratio(p: f64, a: Arm, b: Arm, alpha: f64, power: f64) -> Option<f64> {
    let difference = minimum_detectable_difference(p, a, b, alpha, power)?;
    let ratio = 1.0 - difference / p;
    (ratio > 0.0).then_some(ratio)
}

/// People needed in each of two equal groups to tell rates p1 and p2 apart, not rounded:
/// deff·(z_{1−α/2}√(2p̄q̄) + z_power√(p1q1 + p2q2))²/(p1 − p2)².
#[must_use]
pub fn people_needed(p1: f64, p2: f64, alpha: f64, power: f64, design_effect: f64) -> Option<f64> {
    let rates = Rates::new(p1, p2)?;
    let reach = critical_values(alpha, power)?;
    let root = (reach.test * rates.null_sd + reach.power * rates.sd) / rates.gap;
    let n = design_effect * root * root;
    (design_effect > 0.0 && n.is_finite()).then_some(n)
}

/// Power of a two-sided test at `alpha` with n independent people in each of two equal groups:
/// Φ((|p1 − p2|√n − c)/s) + Φ((−|p1 − p2|√n − c)/s) with c = z_{1−α/2}√(2p̄q̄) and s = √(p1q1 + p2q2).
/// The second term is a rejection on the wrong side. Divide n by the design effect beforehand.
#[must_use]
pub fn power(p1: f64, p2: f64, n: f64, alpha: f64) -> Option<f64> {
    let rates = Rates::new(p1, p2)?;
    let test = upper_half(alpha)?;
    if !(n > 0.0 && n.is_finite()) || rates.sd <= 0.0 {
        return None;
    }
    let critical = test * rates.null_sd;
    let shift = rates.gap * n.sqrt();
    let right = normal_sf((critical - shift) / rates.sd);
    let wrong = normal_sf((critical + shift) / rates.sd);
    Some((right + wrong).min(1.0))
}

/// People needed in each of two equal groups to show that rates differ by less than `margin`
/// (probability points) when they do not differ at all: 2p(1−p)·deff·(z_{1−α} + z_{1−β/2})²/Δ².
#[must_use]
pub fn people_needed_for_equivalence(p: f64, margin: f64, alpha: f64, power: f64, design_effect: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0 && margin > 0.0 && design_effect > 0.0) {
        return None;
    }
    // Both from the lower tail: z_{1−α} = −z_α, z_{1−β/2} = −z_{β/2}.
    let reach = -normal_quantile(alpha)? - normal_quantile((1.0 - power) / 2.0)?;
    let n = 2.0 * p * (1.0 - p) * design_effect * (reach / margin).powi(2);
    (reach > 0.0 && n.is_finite()).then_some(n)
}

struct Rates {
    gap: f64,
    /// √(2p̄q̄): the standard deviation of the difference, times √n, if the rates were equal.
    null_sd: f64,
    /// √(p1q1 + p2q2): the same at the rates supposed.
    sd: f64,
}

impl Rates {
    fn new(p1: f64, p2: f64) -> Option<Self> {
        let unit = 0.0..=1.0;
        let gap = (p1 - p2).abs();
        if !(unit.contains(&p1) && unit.contains(&p2) && gap > 0.0) {
            return None;
        }
        let mean = f64::midpoint(p1, p2);
        Some(Self {
            gap,
            null_sd: (2.0 * mean * (1.0 - mean)).sqrt(),
            sd: (p1 * (1.0 - p1) + p2 * (1.0 - p2)).sqrt(),
        })
    }
}

struct Reach {
    test: f64,
    power: f64,
}

impl Reach {
    fn sum(&self) -> f64 {
        self.test + self.power
    }
}

fn critical_values(alpha: f64, power: f64) -> Option<Reach> {
    let reach = Reach {
        test: upper_half(alpha)?,
        power: normal_quantile(power)?,
    };
    (power > alpha && reach.sum() > 0.0).then_some(reach)
}

/// z_{1−α/2}, from the lower tail so that a small α keeps its digits.
fn upper_half(alpha: f64) -> Option<f64> {
    if alpha >= 1.0 {
        return None;
    }
    Some(-normal_quantile(alpha / 2.0)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    fn arm(n: f64, design_effect: f64) -> Arm {
        Arm { n, design_effect }
    }

    #[test]
    fn detectable_difference_and_ratio() {
        // own computation with scipy 1.17.1 quantiles
        let (a, b) = (arm(2000.0, 1.0), arm(300.0, 1.0));
        let difference = minimum_detectable_difference(0.1, a, b, 0.05, 0.8).unwrap();
        assert_close(difference, 0.0520371359, 1e-8);
        let ratio = minimum_detectable_ratio(0.1, a, b, 0.05, 0.8).unwrap();
        assert_close(ratio, 1.0 - 0.520371359, 1e-8);
        let (a, b) = (arm(2000.0, 2.5), arm(300.0, 2.5));
        let clustered = minimum_detectable_difference(0.1, a, b, 0.05, 0.8).unwrap();
        assert_close(clustered, 0.0822779361, 1e-8);
        assert_close(clustered, difference * 2.5f64.sqrt(), 1e-14);
    }

    #[test]
    fn people_and_power_for_two_rates() {
        // own computation with scipy 1.17.1 quantiles; not statsmodels, whose alpha is halved twice
        assert_close(people_needed(0.10, 0.08, 0.05, 0.8, 1.0).unwrap(), 3212.937, 1e-6);
        assert_close(power(0.10, 0.08, 2000.0, 0.05).unwrap(), 0.5987860666, 1e-9);
        let n = people_needed(0.10, 0.08, 0.05, 0.8, 1.0).unwrap();
        // The sample size leaves out rejections on the wrong side, here about 1e-6.
        assert_close(power(0.10, 0.08, n, 0.05).unwrap(), 0.8, 2e-6);
    }

    #[test]
    fn equivalence_takes_more_people() {
        // 2·0.25·(1.6448536 + 1.2815516)²/0.01
        let n = people_needed_for_equivalence(0.5, 0.1, 0.05, 0.8, 1.0).unwrap();
        assert_close(n, 428.1923, 1e-6);
    }

    #[test]
    fn a_hopeless_log_has_no_detectable_ratio() {
        let tiny = arm(10.0, 1.0);
        assert_eq!(minimum_detectable_ratio(0.1, tiny, tiny, 0.05, 0.8), None);
        assert_eq!(minimum_detectable_difference(0.0, tiny, tiny, 0.05, 0.8), None);
        assert_eq!(minimum_detectable_difference(0.1, arm(0.0, 1.0), tiny, 0.05, 0.8), None);
        assert_eq!(minimum_detectable_difference(0.1, tiny, tiny, 1.0, 0.8), None);
        assert_eq!(minimum_detectable_difference(0.1, tiny, tiny, 0.05, 0.01), None);
        assert_eq!(people_needed(0.1, 0.1, 0.05, 0.8, 1.0), None);
        assert_eq!(power(0.0, 1.0, 5.0, 0.05), None);
    }
}
