//! The exact interval of Clopper and Pearson.

use super::interval::{Interval, proportion};
use super::special::{beta_quantile, beta_upper_quantile};

/// Clopper–Pearson interval for x successes in n trials, `level` such as 0.95.
///
/// Limits are the α/2 quantile of Beta(x, n−x+1) and the 1 − α/2 quantile of Beta(x+1, n−x).
/// Guarantees its level, and is therefore wide. C. J. Clopper and E. S. Pearson, Biometrika 26 (1934),
/// 404–413. `None` when n is not positive or the level not within (0, 1).
#[must_use]
pub fn clopper_pearson(x: f64, n: f64, level: f64) -> Option<Interval> {
    let (x, n) = proportion(x, n)?;
    if !(level > 0.0 && level < 1.0) {
        return None;
    }
    let tail = (1.0 - level) / 2.0;
    // An effective count below 0.001 cannot be told from none.
    let low = if x < 1e-3 {
        0.0
    } else {
        beta_quantile(tail, x, n - x + 1.0)?
    };
    let high = if n - x < 1e-3 {
        1.0
    } else {
        beta_upper_quantile(tail, x + 1.0, n - x)?
    };
    Some(Interval { low, high })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    #[test]
    fn matches_scipy() {
        // statsmodels 0.15.0 proportion_confint(method="beta"), scipy 1.17.1
        for (x, n, low, high) in [
            (3.0, 50.0, 0.01254858783533406, 0.16548194660377288),
            (0.0, 20.0, 0.0, 0.16843347098308534),
            (20.0, 20.0, 0.8315665290169146, 1.0),
            (1.0, 1000.0, 2.531748749129404e-05, 0.005558924279826673),
            (30.0, 100000.0, 0.00020241760578305196, 0.00042824118644745957),
        ] {
            let interval = clopper_pearson(x, n, 0.95).unwrap();
            assert_close(interval.low, low, 1e-12);
            assert_close(interval.high, high, 1e-12);
        }
    }

    #[test]
    fn rare_events_in_many_people_return() {
        // closed forms at x = 0: 1 − (α/2)^(1/n)
        for n in [1e6, 1e9] {
            let interval = clopper_pearson(0.0, n, 0.95).unwrap();
            assert_eq!(interval.low, 0.0);
            assert_close(interval.high, -(0.025f64.ln() / n).exp_m1(), 1e-12);
            let all = clopper_pearson(n, n, 0.95).unwrap();
            assert_eq!(all.high, 1.0);
        }
        // Poisson limits for 3 events, 0.6186721 and 8.7672731 (Garwood 1936)
        let interval = clopper_pearson(3.0, 1e9, 0.95).unwrap();
        assert_close(interval.low * 1e9, 0.618672122, 1e-7);
        assert_close(interval.high * 1e9, 8.767273069, 1e-7);
    }

    #[test]
    fn contains_wilson_centre_and_mirrors() {
        for (x, n) in [(1.0, 7.0), (2.5, 9.3), (40.0, 41.0)] {
            let interval = clopper_pearson(x, n, 0.9).unwrap();
            let mirrored = clopper_pearson(n - x, n, 0.9).unwrap();
            assert!(interval.contains(x / n));
            assert_close(interval.low, 1.0 - mirrored.high, 1e-12);
        }
        assert_eq!(clopper_pearson(1.0, 0.0, 0.95), None);
        assert_eq!(clopper_pearson(1.0, 2.0, 1.0), None);
    }

    #[test]
    fn half_of_very_many_people() {
        // Far from the ends the interval is the normal one: 1/2 ± z/(2√n) to order 1/n.
        for n in [1e9, 1e11] {
            let interval = clopper_pearson(n / 2.0, n, 0.95).unwrap();
            let half = 1.959963984540054 / 2.0 / n.sqrt();
            assert!((interval.low - (0.5 - half)).abs() < 2.0 / n);
            assert!((interval.high - (0.5 + half)).abs() < 2.0 / n);
        }
    }
}
