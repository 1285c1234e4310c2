//! Equivalence by two one-sided tests.

use super::special::t_sf;

/// Chances below this, or so near to 1, are given as it: the level of an interval can't tell more.
const LEAST: f64 = 1e-9;
/// Halvings of the range of chances, on the logarithm.
const HALVINGS: usize = 46;

/// Ends of an interval; `None`: without end.
pub type Ends = (Option<f64>, Option<f64>);

/// Outcome of the two one-sided tests.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tost {
    /// (ln RR − ln θ_L)/se: large when the ratio is clearly above the lower margin.
    pub z_low: f64,
    /// (ln RR − ln θ_U)/se: far below 0 when the ratio is clearly below the upper margin.
    pub z_high: f64,
    /// p value against not being at least θ_L.
    pub p_low: f64,
    /// p value against not being at most θ_U.
    pub p_high: f64,
    /// p value of equivalence: the larger of both.
    pub p: f64,
}

/// Two one-sided tests that a ratio lies between `low` and `high`, on the log scale, given the
/// standard error of its logarithm and the degrees of freedom of that (infinite: normal).
///
/// D. J. Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15 (1987), 657–680; R. L. Berger and
/// J. C. Hsu, Statistical Science 11 (1996), 283–319. Equivalence is shown at α exactly when the 1 − 2α
/// interval lies within the margins. `None` unless ratio and margins are positive, low < high and
/// se > 0: a standard error of 0 means that nothing is known of the error, not that there is none.
#[must_use]
pub fn tost_ratio(ratio: f64, ln_se: f64, low: f64, high: f64, df: f64) -> Option<Tost> {
    let positive = |v: f64| v > 0.0 && v.is_finite();
    if ![ratio, ln_se, low, high].into_iter().all(positive) || low >= high {
        return None;
    }
    let z_low = (ratio / low).ln() / ln_se;
    let z_high = (ratio / high).ln() / ln_se;
    if !(z_low.is_finite() && z_high.is_finite()) {
        return None;
    }
    let p_low = t_sf(z_low, df)?;
    let p_high = t_sf(-z_high, df)?;
    Some(Tost {
        z_low,
        z_high,
        p_low,
        p_high,
        p: p_low.max(p_high),
    })
}

/// p value of the two one-sided tests that belong to an interval, whatever its method: the least α at which the interval
/// at the two-sided level 1 − 2α lies within the margins. With one margin it is one test.
///
/// Of an interval that inverts a test it is the p value of that test, of an estimate with a standard error that of
/// [`tost_ratio`]'s kind. `first` is an α that is looked at exactly, so that p ≤ `first` says the same as the interval at
/// 1 − 2 `first`. An interval has to be the narrower the lower its level is. `None` without a margin, or without an interval.
#[must_use]
pub fn inverted(
    interval: impl Fn(f64) -> Option<Ends>,
    low: Option<f64>,
    high: Option<f64>,
    first: f64,
) -> Option<f64> {
    let ends = |alpha: f64| interval(1.0 - 2.0 * alpha);
    // The ends as they stand toward the margin and away from it, turned so that inside is above.
    let of_low = low.map(|margin| {
        one_sided(
            |alpha| ends(alpha).map(|(low, _)| low.is_some_and(|low| low >= margin)),
            |alpha| ends(alpha).map(|(_, high)| high.is_none_or(|high| high >= margin)),
            first,
        )
    });
    let of_high = high.map(|margin| {
        one_sided(
            |alpha| ends(alpha).map(|(_, high)| high.is_some_and(|high| high <= margin)),
            |alpha| ends(alpha).map(|(low, _)| low.is_none_or(|low| low <= margin)),
            first,
        )
    });
    match (of_low, of_high) {
        (None, None) => None,
        (Some(p), None) | (None, Some(p)) => p,
        (Some(a), Some(b)) => Some(a?.max(b?)),
    }
}

/// `inside`: whether the near end lies inside; true from p on. `reached`: whether the far end still reaches the margin, of
/// an estimate outside; true up to 1 − p.
fn one_sided(inside: impl Fn(f64) -> Option<bool>, reached: impl Fn(f64) -> Option<bool>, first: f64) -> Option<f64> {
    const HALF: f64 = 0.5 - 1e-12;
    if inside(HALF)? {
        return least(inside, first);
    }
    let beyond = least(|alpha| reached(alpha).map(|reached| !reached), 0.5 * HALF)?;
    Some(1.0 - beyond)
}

/// The least α between [`LEAST`] and one half at which something holds that holds from there on.
fn least(holds: impl Fn(f64) -> Option<bool>, first: f64) -> Option<f64> {
    let (mut without, mut with) = (LEAST, 0.5);
    if holds(without)? {
        return Some(without);
    }
    let mut next = first;
    for _ in 0..HALVINGS {
        if next <= without || next >= with {
            break;
        }
        if holds(next)? {
            with = next;
        } else {
            without = next;
        }
        next = (without * with).sqrt();
    }
    Some(with)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::agresti_caffo::agresti_caffo;
    use crate::inference::interval::Interval;
    use crate::inference::katz::ln_ratio_se;
    use crate::inference::miettinen_nurminen::difference;
    use crate::inference::oracle::assert_close;
    use crate::inference::special::{normal_quantile, t_quantile};

    #[test]
    fn two_one_sided_tests() {
        // scipy 1.17.1 stats.norm.sf and stats.t.sf, 540/700 against 560/700
        let se = ln_ratio_se(540.0, 700.0, 560.0, 700.0).unwrap();
        assert_close(se, 0.027936056994917528, 1e-13);
        let tost = tost_ratio(540.0 / 560.0, se, 0.8, 1.25, f64::INFINITY).unwrap();
        assert_close(tost.z_low, 6.685836414828171, 1e-12);
        assert_close(tost.z_high, -9.289471149500377, 1e-12);
        assert_close(tost.p, 1.1480470019435904e-11, 1e-11);
        let student = tost_ratio(540.0 / 560.0, se, 0.8, 1.25, 7.5).unwrap();
        assert_close(student.p, 0.00010361243044430287, 1e-11);
    }

    #[test]
    fn the_p_value_of_an_interval() {
        // scipy 1.17.1 and statsmodels 0.15.0: 560/700 against 540/700 within ±0.05 by Miettinen and Nurminen's score with
        // its constrained rates found by brute force, within ±0.1 by Agresti and Caffo
        let at = |level: f64| normal_quantile(f64::midpoint(1.0, level)).unwrap();
        let ends = |interval: Interval| (Some(interval.low), Some(interval.high));
        let score = |level| difference(560.0, 700.0, 540.0, 700.0, at(level)).map(ends);
        assert_close(
            inverted(score, Some(-0.05), Some(0.05), 0.025).unwrap(),
            0.164_291_549_5,
            1e-8,
        );
        let plain = |level| agresti_caffo(560.0, 700.0, 540.0, 700.0, at(level)).map(ends);
        assert_close(
            inverted(plain, Some(-0.1), Some(0.1), 0.025).unwrap(),
            0.000_552_117_7,
            1e-6,
        );
    }

    #[test]
    fn it_is_that_of_the_standard_error() {
        let (se, df) = (0.11, 9.5);
        for (ratio, low, high) in [
            (0.9f64, 0.8, 1.25),
            (0.75, 0.8, 1.25),
            (1.2, 0.8, 1.25),
            (1.9, 0.5, 1.25),
        ] {
            let interval = |level: f64| {
                let half = t_quantile(f64::midpoint(1.0, level), df)? * se;
                Some((Some(ratio * (-half).exp()), Some(ratio * half.exp())))
            };
            let found = inverted(interval, Some(low), Some(high), 0.05).unwrap();
            assert_close(found, tost_ratio(ratio, se, low, high, df).unwrap().p, 1e-9);
        }
    }

    #[test]
    fn it_agrees_with_the_interval_to_the_last_digit() {
        for level in [0.5, 0.9, 0.95, 0.99] {
            let interval = |level: f64| {
                let half = normal_quantile(f64::midpoint(1.0, level))?;
                Some((Some(-half), Some(half)))
            };
            let alpha = (1.0 - level) / 2.0;
            let half = normal_quantile(f64::midpoint(1.0, level)).unwrap();
            // The margin is the very end, and the next double.
            assert!(inverted(interval, Some(-half), None, alpha).unwrap() <= alpha);
            assert!(inverted(interval, Some((-half).next_up()), None, alpha).unwrap() > alpha);
        }
        assert_eq!(inverted(|_| None, Some(0.0), None, 0.05), None);
        assert_eq!(inverted(|_| Some((None, None)), None, None, 0.05), None);
        assert_close(
            inverted(|_| Some((None, None)), Some(0.0), None, 0.05).unwrap(),
            0.5,
            1e-9,
        );
    }

    #[test]
    fn inverting_the_ratio_mirrors_the_tests() {
        let one = tost_ratio(0.9, 0.1, 0.8, 1.25, 20.0).unwrap();
        let other = tost_ratio(1.0 / 0.9, 0.1, 0.8, 1.25, 20.0).unwrap();
        assert_close(one.p, other.p, 1e-12);
        assert_close(one.p_low, other.p_high, 1e-12);
    }

    #[test]
    fn a_standard_error_of_zero_proves_nothing() {
        assert_eq!(tost_ratio(1.0, 0.0, 0.8, 1.25, 9.0), None);
        assert_eq!(tost_ratio(0.0, 0.1, 0.8, 1.25, 9.0), None);
        assert_eq!(tost_ratio(1.0, 0.1, 1.25, 0.8, 9.0), None);
        assert_eq!(tost_ratio(1.0, 0.1, 0.8, 1.25, 0.0), None);
        assert_eq!(tost_ratio(1.0, 1e-320, 0.8, 1.25, 9.0), None);
    }
}
