//! Newcombe's hybrid score interval for a difference of proportions.

use super::interval::{Interval, critical, proportion};
use super::mover::{Bounded, difference};
use super::wilson::wilson;

/// Newcombe's hybrid score interval for p1 − p2 (his method 10): Wilson limits of each proportion,
/// put together by square-and-add.
///
/// R. G. Newcombe, Statistics in Medicine 17 (1998), 873–890. Counts may be real, so effective sizes
/// serve for clustered samples. `None` when either group is empty.
#[must_use]
pub fn newcombe(x1: f64, n1: f64, x2: f64, n2: f64, z: f64) -> Option<Interval> {
    let (x1, n1) = proportion(x1, n1)?;
    let (x2, n2) = proportion(x2, n2)?;
    let z = critical(z)?;
    let first = Bounded::new(x1 / n1, wilson(x1, n1, z));
    let second = Bounded::new(x2 / n2, wilson(x2, n2, z));
    let interval = difference(first, second, 0.0)?;
    Some(Interval {
        low: interval.low.max(-1.0),
        high: interval.high.min(1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::{Z, assert_close};

    #[test]
    fn matches_statsmodels() {
        // statsmodels 0.15.0 confint_proportions_2indep(compare="diff", method="newcomb")
        #[rustfmt::skip]
        let rows = [
            (56.0, 70.0, 48.0, 80.0, 0.05243147240236498, 0.33387265403690614),
            (3.0, 40.0, 12.0, 45.0, -0.3435647460999116, -0.028142354997664182),
            (7.0, 25.0, 1.0, 30.0, 0.05535284799254195, 0.4443443427049517),
            (9.0, 10.0, 3.0, 10.0, 0.1705227239345029, 0.809017973535488),
            (540.0, 700.0, 560.0, 700.0, -0.07147210850229835, 0.014443348756008494),
            (0.0, 20.0, 5.0, 20.0, -0.4687008776187441, -0.03776544556663031),
            (5.0, 20.0, 0.0, 20.0, 0.03776544556663031, 0.4687008776187441),
            (20.0, 20.0, 13.0, 20.0, 0.11663865614059787, 0.5671457233147638),
            (1.0, 1000.0, 30.0, 900.0, -0.046210604650609305, -0.021411490872221033),
        ];
        for (x1, n1, x2, n2, low, high) in rows {
            let interval = newcombe(x1, n1, x2, n2, Z).unwrap();
            assert_close(interval.low, low, 1e-11);
            assert_close(interval.high, high, 1e-11);
        }
    }

    #[test]
    fn is_antisymmetric_monotone_and_bounded() {
        for (x1, n1, x2, n2) in [
            (0.0, 3.0, 3.0, 3.0),
            (2.2, 7.9, 1e5, 1e6),
            (5.0, 5.0, 0.0, 0.4),
            (1.0, 1e9, 0.0, 1.0),
        ] {
            let mut previous: Option<Interval> = None;
            for z in [0.1, 1.0, Z, 10.0, 1e6] {
                let interval = newcombe(x1, n1, x2, n2, z).unwrap();
                let swapped = newcombe(x2, n2, x1, n1, z).unwrap();
                assert!((interval.low + swapped.high).abs() < 1e-14);
                assert!(interval.low >= -1.0 && interval.high <= 1.0);
                assert!(interval.contains(x1 / n1 - x2 / n2));
                if let Some(previous) = previous {
                    assert!(interval.low <= previous.low && interval.high >= previous.high);
                }
                previous = Some(interval);
            }
        }
        assert_eq!(newcombe(0.0, 0.0, 1.0, 2.0, Z), None);
        assert_eq!(newcombe(1.0, 2.0, 1.0, 2.0, f64::INFINITY), None);
    }
}
