//! Wilson's score interval for one proportion.

use super::interval::{Interval, proportion};

/// Wilson's score interval for x successes in n trials at critical value z.
///
/// With p̂ = x/n: centre (p̂ + z²/2n)/(1 + z²/n), half-width z/(1 + z²/n)·√(p̂q̂/n + z²/4n²).
/// Exactly 0 below at x = 0 and exactly 1 above at x = n. E. B. Wilson, JASA 22 (1927), 209–212.
///
/// x and n may be real: a clustered sample enters with its effective size and Student's critical
/// value (E. L. Korn and B. I. Graubard, Survey Methodology 24 (1998), 193–201).
///
/// Without observations, or with arguments that are not a proportion, nothing is excluded: the
/// interval is `[0, 1]`, which is also the limit as n → 0.
#[must_use]
pub fn wilson(x: f64, n: f64, z: f64) -> Interval {
    let everything = Interval { low: 0.0, high: 1.0 };
    let Some((x, n)) = proportion(x, n) else {
        return everything;
    };
    if !z.is_finite() || z < 0.0 {
        return everything;
    }
    // The roots of (n + z²)p² − (2x + z²)p + x²/n = 0; the lower one from the product of both, since
    // the difference would cancel.
    let w = z * z;
    if w.is_infinite() {
        return everything;
    }
    let fails = n - x;
    let root = z * (w / 4.0 + x * (fails / n)).sqrt();
    let low = if x <= 0.0 {
        0.0
    } else {
        x * (x / n) / (x + w / 2.0 + root)
    };
    let high = if fails <= 0.0 {
        1.0
    } else {
        (x + w / 2.0 + root) / (n + w)
    };
    Interval {
        low: low.clamp(0.0, 1.0),
        high: high.clamp(0.0, 1.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::{Z, assert_close};
    use crate::inference::special::t_quantile;

    #[test]
    fn matches_the_textbook_formula() {
        // the textbook form in mpmath 1.4.1; statsmodels 0.15.0 proportion_confint(method="wilson") agrees
        for (x, n, low, high) in [
            (56.0, 70.0, 0.6918335550374693, 0.8769526075163705),
            (0.0, 20.0, 1.4349296274686127e-42, 0.16112515805281935),
            (20.0, 20.0, 0.8388748419471806, 1.0),
            (1.0, 1000.0, 0.00017654637062607803, 0.005642558597957935),
            (300.0, 1000000.0, 0.0002679229192246034, 0.0003359162199729032),
            (3.0, 100000000.0, 1.020270733490353e-08, 8.8211877091482e-08),
        ] {
            let interval = wilson(x, n, Z);
            if x > 0.0 {
                assert_close(interval.low, low, 1e-13);
            } else {
                assert_eq!(interval.low, 0.0);
            }
            assert_close(interval.high, high, 1e-14);
        }
    }

    #[test]
    fn ends_are_exact() {
        for n in [0.3, 1.0, 20.0, 1e9] {
            assert_eq!(wilson(0.0, n, Z).low, 0.0);
            assert_eq!(wilson(n, n, Z).high, 1.0);
        }
    }

    #[test]
    fn effective_size_and_design_effect() {
        // own computation: p = 0.3, N = 1000, design effect 3.2
        let interval = wilson(0.3 * 312.5, 312.5, Z);
        assert_close(interval.low, 0.2518716701, 1e-9);
        assert_close(interval.high, 0.3529856873, 1e-9);
        let wider = wilson(0.3 * 312.5, 312.5, t_quantile(0.975, 12.0).unwrap());
        assert!(wider.low < interval.low && wider.high > interval.high);
    }

    #[test]
    fn knows_nothing_without_observations() {
        for (x, n, z) in [(0.0, 0.0, Z), (3.0, 2.0, Z), (f64::NAN, 5.0, Z), (1.0, 5.0, f64::NAN)] {
            assert_eq!(wilson(x, n, z), Interval { low: 0.0, high: 1.0 });
        }
    }

    #[test]
    fn is_symmetric_monotone_and_bounded() {
        for n in [1e-6, 0.7, 3.0, 50.0, 1e9, 1e18] {
            for share in [0.0, 1e-9, 0.2, 0.5, 1.0] {
                let x = share * n;
                let mut previous = Interval {
                    low: share,
                    high: share,
                };
                for z in [1e-3, 0.5, 1.0, Z, 5.0, 40.0, 1e8] {
                    let interval = wilson(x, n, z);
                    let mirrored = wilson(n - x, n, z);
                    assert!((interval.low + mirrored.high - 1.0).abs() < 1e-14);
                    assert!(interval.low <= previous.low + 1e-15);
                    assert!(interval.high >= previous.high - 1e-15);
                    assert!(interval.low >= 0.0 && interval.high <= 1.0);
                    previous = interval;
                }
            }
        }
    }
}
