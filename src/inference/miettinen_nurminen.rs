//! Score intervals of Miettinen and Nurminen, and of Mee.

use super::interval::{Interval, RatioInterval, critical, proportion};
use super::koopman::score_interval;
use super::roots::decreasing_between;

/// Miettinen–Nurminen score interval for the difference p1 − p2.
///
/// Inverts (p̂1 − p̂2 − δ)² / {(p̃1q̃1/n1 + p̃2q̃2/n2)·N/(N−1)} = z², where p̃1 = p̃2 + δ are the rates of
/// largest likelihood under δ. O. Miettinen and M. Nurminen, Statistics in Medicine 4 (1985), 213–226.
/// `None` when a group is empty or N ≤ 1.
#[must_use]
pub fn difference(x1: f64, n1: f64, x2: f64, n2: f64, z: f64) -> Option<Interval> {
    let n = n1 + n2;
    (n > 1.0).then_some(())?;
    inverted(x1, n1, x2, n2, z, n / (n - 1.0))
}

/// Mee's interval: [`difference`] without the factor N/(N−1). R. W. Mee, Biometrics 40 (1984),
/// 1175–1176.
#[must_use]
pub fn mee(x1: f64, n1: f64, x2: f64, n2: f64, z: f64) -> Option<Interval> {
    inverted(x1, n1, x2, n2, z, 1.0)
}

/// Miettinen–Nurminen score interval for the ratio p1/p2: Koopman's with the factor N/(N−1) in the
/// variance. Limits that do not exist as in [`super::koopman::koopman`].
#[must_use]
pub fn ratio(x1: f64, n1: f64, x2: f64, n2: f64, z: f64) -> Option<RatioInterval> {
    let n = n1 + n2;
    (n > 1.0).then_some(())?;
    score_interval(x1, n1, x2, n2, z, n / (n - 1.0))
}

fn inverted(x1: f64, n1: f64, x2: f64, n2: f64, z: f64, inflation: f64) -> Option<Interval> {
    let (x1, n1) = proportion(x1, n1)?;
    let (x2, n2) = proportion(x2, n2)?;
    let z = critical(z)? * inflation.sqrt();
    let observed = x1 / n1 - x2 / n2;
    let score = |delta: f64| signed_score(x1, n1, x2, n2, delta);
    let low = if observed <= -1.0 {
        -1.0
    } else {
        decreasing_between(|delta| score(delta) - z, -1.0, observed)
    };
    let high = if observed >= 1.0 {
        1.0
    } else {
        decreasing_between(|delta| score(delta) + z, observed, 1.0)
    };
    Some(Interval { low, high })
}

/// The score (d̂ − δ)/√(p̃1q̃1/n1 + p̃2q̃2/n2), decreasing in δ.
fn signed_score(x1: f64, n1: f64, x2: f64, n2: f64, delta: f64) -> f64 {
    let gap = x1 / n1 - x2 / n2 - delta;
    let (rate1, rate2) = constrained_rates(x1, n1, x2, n2, delta);
    let variance = rate1 * (1.0 - rate1) / n1 + rate2 * (1.0 - rate2) / n2;
    if variance > 0.0 {
        gap / variance.sqrt()
    } else {
        gap.signum() * f64::MAX
    }
}

/// The rates p̃1 = p̃2 + δ of largest likelihood, −1 < δ < 1.
///
/// Miettinen and Nurminen solve the likelihood equation, a cubic in p̃2, in closed form; the arc cosine
/// in it loses half the digits where two roots meet. Their root is therefore only the start of a
/// Newton iteration on the likelihood equation itself, kept inside a bracket: the log-likelihood is
/// concave, so its derivative has one zero.
fn constrained_rates(x1: f64, n1: f64, x2: f64, n2: f64, delta: f64) -> (f64, f64) {
    let (y1, y2) = (n1 - x1, n2 - x2);
    let (mut low, mut high) = ((-delta).max(0.0), (1.0 - delta).min(1.0));
    // A count of zero contributes nothing, also where its rate is zero and the quotient undefined.
    let share = |count: f64, rate: f64| if count <= 0.0 { 0.0 } else { count / rate };
    let mut rate2 = closed_form(x1, n1, x2, n2, delta).clamp(low, high);
    for _ in 0..100 {
        // The upper end of the bracket is rounded: its p1 must not pass 1 and turn the sign of a term.
        let rate1 = (rate2 + delta).clamp(0.0, 1.0);
        let parts = [
            (x1, rate1, 1.0),
            (y1, 1.0 - rate1, -1.0),
            (x2, rate2, 1.0),
            (y2, 1.0 - rate2, -1.0),
        ];
        let slope: f64 = parts.iter().map(|&(k, p, sign)| sign * share(k, p)).sum();
        let curvature: f64 = parts.iter().map(|&(k, p, _)| share(share(k, p), p)).sum();
        if slope > 0.0 {
            low = rate2;
        } else {
            high = rate2;
        }
        let newton = rate2 + slope / curvature;
        let next = if newton > low && newton < high {
            newton
        } else {
            low + (high - low) / 2.0
        };
        let moved = (next - rate2).abs();
        rate2 = next;
        if moved <= 1e-16 * rate2.abs() {
            break;
        }
    }
    ((rate2 + delta).clamp(0.0, 1.0), rate2.clamp(0.0, 1.0))
}

/// p̃2 as the root of L3p³ + L2p² + L1p + L0 in trigonometric form.
fn closed_form(x1: f64, n1: f64, x2: f64, n2: f64, delta: f64) -> f64 {
    let (n, x) = (n1 + n2, x1 + x2);
    let l3 = n;
    let l2 = (n1 + 2.0 * n2) * delta - n - x;
    let l1 = (n2 * delta - n - 2.0 * x2) * delta + x;
    let l0 = x2 * delta * (1.0 - delta);
    let third = l2 / (3.0 * l3);
    let c = third * third * third - l1 * l2 / (6.0 * l3 * l3) + l0 / (2.0 * l3);
    let b = (third * third - l1 / (3.0 * l3)).max(0.0).sqrt().copysign(c);
    let cosine = if b.abs() > 0.0 {
        (c / (b * b * b)).clamp(-1.0, 1.0)
    } else {
        0.0
    };
    let angle = (std::f64::consts::PI + cosine.acos()) / 3.0;
    2.0 * b * angle.cos() - third
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::{Z, assert_close};

    #[test]
    fn difference_matches_brute_force_likelihood() {
        // brute-force maximisation of the constrained likelihood, mpmath 1.4.1 at 40 digits
        #[rustfmt::skip]
        let rows = [
            (56.0, 70.0, 48.0, 80.0, 0.052829713245844616, 0.33817294001586834),
            (3.0, 40.0, 12.0, 45.0, -0.34998954766671403, -0.03135516933800348),
            (7.0, 25.0, 1.0, 30.0, 0.06613272633986429, 0.4506624293574426),
            (9.0, 10.0, 3.0, 10.0, 0.17002501642439877, 0.8406495439433282),
            (540.0, 700.0, 560.0, 700.0, -0.07159865112105454, 0.014463198632074596),
            (0.0, 20.0, 5.0, 20.0, -0.47156300971006354, -0.0655982947115756),
            (5.0, 20.0, 0.0, 20.0, 0.0655982947115756, 0.47156300971006354),
            (20.0, 20.0, 13.0, 20.0, 0.1592014763281112, 0.5697521468016136),
            (1.0, 1000.0, 30.0, 900.0, -0.04628130523572802, -0.022090853328463528),
            (1.0, 1000000000.0, 7.0, 1000000000.0, -1.356279676598093e-08, -6.087710208282398e-10),
            (300000.0, 1000000000.0, 301000.0, 1000000000.0, -2.5192259251310905e-06, 5.192195429966024e-07),
            (999999991.0, 1000000000.0, 9990.0, 10000.0, 0.000543276986287397, 0.001839935387996386),
        ];
        for (x1, n1, x2, n2, low, high) in rows {
            let interval = difference(x1, n1, x2, n2, Z).unwrap();
            assert_close(interval.low, low, 1e-11);
            assert_close(interval.high, high, 1e-11);
        }
        #[rustfmt::skip]
        let rows = [
            (56.0, 70.0, 48.0, 80.0, 0.05333384929132507, 0.3377294637411413),
            (3.0, 40.0, 12.0, 45.0, -0.3490363884185612, -0.03239674227719703),
            (7.0, 25.0, 1.0, 30.0, 0.06795782059090391, 0.44878041419332687),
            (9.0, 10.0, 3.0, 10.0, 0.18212649945676693, 0.836950330889672),
            (540.0, 700.0, 560.0, 700.0, -0.071583246011413, 0.014447786245110061),
            (0.0, 20.0, 5.0, 20.0, -0.468700877618744, -0.06950767876547453),
            (5.0, 20.0, 0.0, 20.0, 0.06950767876547453, 0.468700877618744),
            (20.0, 20.0, 13.0, 20.0, 0.16326245714548512, 0.5671457233147638),
            (1.0, 1000.0, 30.0, 900.0, -0.046277055380315464, -0.022093194196363217),
            (1.0, 1000000000.0, 7.0, 1000000000.0, -1.3562796763472174e-08, -6.087710225990745e-10),
            (300000.0, 1000000000.0, 301000.0, 1000000000.0, -2.519225924751281e-06, 5.192195426167959e-07),
            (999999991.0, 1000000000.0, 9990.0, 10000.0, 0.0005432769864481993, 0.0018399353874525043),
        ];
        for (x1, n1, x2, n2, low, high) in rows {
            let interval = mee(x1, n1, x2, n2, Z).unwrap();
            assert_close(interval.low, low, 1e-11);
            assert_close(interval.high, high, 1e-11);
        }
    }

    #[test]
    fn ratio_matches_brute_force_likelihood() {
        // brute-force maximisation of the constrained likelihood, mpmath 1.4.1 at 40 digits
        #[rustfmt::skip]
        let rows = [
            (56.0, 70.0, 48.0, 80.0, 1.0790471195344264, 1.6721453590897677),
            (3.0, 40.0, 12.0, 45.0, 0.08861274127059922, 0.8480877364010303),
            (7.0, 25.0, 1.0, 30.0, 1.469382257800403, 51.370484673146485),
            (9.0, 10.0, 3.0, 10.0, 1.3279565734835246, 8.691914949017297),
            (540.0, 700.0, 560.0, 700.0, 0.9124397052727683, 1.01861233371711),
            (1.0, 1000.0, 30.0, 900.0, 0.005177824626868743, 0.17326332138083922),
            (1.0, 1000000000.0, 7.0, 1000000000.0, 0.02293155949935916, 0.88995967440213),
            (300000.0, 1000000000.0, 301000.0, 1000000000.0, 0.9916516176407923, 1.0017293386666168),
            (999999991.0, 1000000000.0, 9990.0, 10000.0, 1.0005435723015015, 1.0018433270071785),
        ];
        for (x1, n1, x2, n2, low, high) in rows {
            let interval = ratio(x1, n1, x2, n2, Z).unwrap();
            assert_close(interval.low, low, 1e-11);
            assert_close(interval.high.unwrap(), high, 1e-11);
        }
    }

    #[test]
    fn constrained_rates_maximise_the_likelihood() {
        // brute force: no rate on a fine grid is likelier
        let part = |count: f64, rate: f64| if count > 0.0 { count * rate.ln() } else { 0.0 };
        for (x1, n1, x2, n2) in [
            (56.0, 70.0, 48.0, 80.0),
            (3.0, 40.0, 12.0, 45.0),
            (0.0, 9.0, 4.0, 7.0),
            (9.0, 9.0, 7.0, 7.0),
            (0.0, 5.0, 0.0, 8.0),
        ] {
            for delta in [-0.99, -0.4, -1e-9, 0.0, 0.2, 0.7, 0.999] {
                let likelihood = |p2: f64| {
                    let p1 = p2 + delta;
                    part(x1, p1) + part(n1 - x1, 1.0 - p1) + part(x2, p2) + part(n2 - x2, 1.0 - p2)
                };
                let (rate1, rate2) = constrained_rates(x1, n1, x2, n2, delta);
                assert!((rate1 - rate2 - delta).abs() < 1e-15);
                let best = likelihood(rate2);
                let (low, high) = ((-delta).max(0.0), (1.0 - delta).min(1.0));
                for i in 1..1000 {
                    let p = low + (high - low) * f64::from(i) / 1000.0;
                    assert!(likelihood(p) <= best + 1e-9, "{x1} {n1} {x2} {n2} {delta} {p} {rate2}");
                }
            }
        }
    }

    #[test]
    fn limits_satisfy_the_score_equation() {
        for (x1, n1, x2, n2) in [(1.0, 1e9, 5.0, 1e9), (12.0, 1e4, 900.0, 1e6), (2.3, 5.1, 7.7, 19.4)] {
            let interval = mee(x1, n1, x2, n2, Z).unwrap();
            assert_close(signed_score(x1, n1, x2, n2, interval.low), Z, 1e-6);
            assert_close(signed_score(x1, n1, x2, n2, interval.high), -Z, 1e-6);
        }
    }

    #[test]
    fn is_antisymmetric_monotone_and_bounded() {
        for (x1, n1, x2, n2) in [
            (0.0, 3.0, 3.0, 3.0),
            (0.0, 8.0, 0.0, 11.0),
            (8.0, 8.0, 11.0, 11.0),
            (2.2, 7.9, 1e5, 1e6),
            (5.0, 5.0, 0.0, 0.4),
            (1.0, 1e9, 0.0, 1.0),
            (5e8, 1e9, 5e8, 1e9),
            (0.0, 1e12, 1.0, 1e12),
        ] {
            let mut previous: Option<Interval> = None;
            for z in [0.1, 1.0, Z, 10.0, 1e4] {
                let interval = difference(x1, n1, x2, n2, z).unwrap();
                let swapped = difference(x2, n2, x1, n1, z).unwrap();
                assert!((interval.low + swapped.high).abs() < 1e-11, "{interval:?} {swapped:?}");
                assert!(interval.low >= -1.0 && interval.high <= 1.0);
                assert!(interval.contains(x1 / n1 - x2 / n2));
                if let Some(previous) = previous {
                    assert!(interval.low <= previous.low && interval.high >= previous.high);
                }
                previous = Some(interval);
            }
        }
        assert_eq!(difference(0.0, 0.0, 1.0, 2.0, Z), None);
        assert_eq!(difference(0.2, 0.4, 0.1, 0.5, Z), None);
    }
}
