//! MOVER: the method of variance estimates recovery.

use super::interval::Interval;

/// An estimate with the limits of its own interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounded {
    /// The estimate.
    pub estimate: f64,
    /// Its interval, which need not be symmetric.
    pub interval: Interval,
}

impl Bounded {
    /// Pair an estimate with its interval.
    #[must_use]
    pub fn new(estimate: f64, interval: Interval) -> Self {
        Self { estimate, interval }
    }
}

/// Interval for the difference θ1 − θ2 from the intervals (l1, u1) and (l2, u2) of each, at the same
/// level, whose estimates correlate by `rho`.
///
/// L = θ̂1 − θ̂2 − √((θ̂1−l1)² + (u2−θ̂2)² − 2ρ(θ̂1−l1)(u2−θ̂2)), and U with the other limits. G. Y. Zou and
/// A. Donner, Statistics in Medicine 27 (2008), 1693–1702; with correlation G. Y. Zou, Psychological
/// Methods 12 (2007), 399–413. ρ is 0 for groups of different people.
///
/// `None` when an estimate lies outside its own interval, an input is not finite, or ρ is not a
/// correlation.
#[must_use]
pub fn difference(first: Bounded, second: Bounded, rho: f64) -> Option<Interval> {
    if !(-1.0..=1.0).contains(&rho) || !sound(first) || !sound(second) {
        return None;
    }
    let d = first.estimate - second.estimate;
    let below = first.estimate - first.interval.low;
    let above = first.interval.high - first.estimate;
    let other_below = second.estimate - second.interval.low;
    let other_above = second.interval.high - second.estimate;
    Some(Interval {
        low: d - leg(below, other_above, rho),
        high: d + leg(above, other_below, rho),
    })
}

/// √(a² + b² − 2ρab), written as a sum of squares so that rounding cannot make it negative.
fn leg(a: f64, b: f64, rho: f64) -> f64 {
    (a - rho * b).hypot(b * (1.0 - rho * rho).max(0.0).sqrt())
}

/// A limit may pass its estimate by a rounding error: Wilson's upper limit at x = n is 1 and so is
/// the estimate.
fn sound(side: Bounded) -> bool {
    let Bounded { estimate, interval } = side;
    let slack = 1e-12 * estimate.abs().max(1e-300);
    [estimate, interval.low, interval.high]
        .iter()
        .all(|value| value.is_finite())
        && interval.low <= estimate + slack
        && interval.high >= estimate - slack
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    fn around(estimate: f64, low: f64, high: f64) -> Bounded {
        Bounded::new(estimate, Interval { low, high })
    }

    #[test]
    fn symmetric_intervals_give_the_normal_one() {
        // Var(a − b) = Va + Vb − 2 ρ sa sb
        let interval = difference(around(5.0, 2.0, 8.0), around(1.0, -3.0, 5.0), 0.25).unwrap();
        let half = (9.0 + 16.0 - 2.0 * 0.25 * 12.0f64).sqrt();
        assert_close(interval.low, 4.0 - half, 1e-14);
        assert_close(interval.high, 4.0 + half, 1e-14);
    }

    #[test]
    fn each_limit_uses_the_nearer_sides() {
        let interval = difference(around(5.0, 2.0, 6.0), around(1.0, 0.0, 5.0), 0.0).unwrap();
        assert_close(interval.low, 4.0 - 5.0, 1e-14);
        assert_close(interval.high, 4.0 + 2f64.sqrt(), 1e-14);
    }

    #[test]
    fn perfect_correlation_subtracts() {
        let interval = difference(around(5.0, 2.0, 8.0), around(1.0, -3.0, 5.0), 1.0).unwrap();
        assert_close(interval.low, 3.0, 1e-14);
        assert_close(interval.high, 5.0, 1e-14);
    }

    #[test]
    fn refuses_what_is_not_an_interval() {
        let good = around(1.0, 0.0, 2.0);
        assert_eq!(difference(around(3.0, 0.0, 2.0), good, 0.0), None);
        assert_eq!(difference(good, around(f64::NAN, 0.0, 2.0), 0.0), None);
        assert_eq!(difference(good, good, 1.1), None);
        assert_eq!(difference(good, good, f64::NAN), None);
    }
}
