//! What has become of a number since an earlier audit, and how sure that is.
//!
//! Results hold no people, so that nobody can be paired: the two estimates are taken for those of different people. Where
//! most people are in both and stay as they are, the true interval is narrower (their covariance would be taken away).

use super::side::Ends;
use crate::inference::interval::Interval;
use crate::inference::mover::{Bounded, difference};
use crate::inference::special::{normal_quantile, normal_sf};

/// An estimate, its interval, and the level of that.
pub type Known = (f64, Option<Ends>, f64);

/// Which change is for the worse.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Worse {
    /// A lower number.
    Lower,
    /// A higher number.
    Higher,
    /// A number farther from this one, at which groups are alike.
    Farther(f64),
}

/// Interval of the new number less the old one, at the level of the new: MOVER (see [`difference`]) of both intervals.
#[must_use]
pub fn interval(new: Known, old: Known) -> Option<Ends> {
    let interval = difference(bounded(new, new.2)?, bounded(old, new.2)?, 0.0)?;
    Ends::new(interval.low, interval.high)
}

/// By how much a number has become worse, and the interval of that; negative: it has become better.
#[must_use]
pub fn harm(worse: Worse, new: Known, old: Known) -> (f64, Option<Ends>) {
    let (new, old) = match worse {
        Worse::Farther(equal) => (folded(new, equal), folded(old, equal)),
        _ => (new, old),
    };
    let by = new.0 - old.0;
    let ends = interval(new, old);
    if worse == Worse::Lower {
        let turned = ends.map(|ends| Ends {
            low: ends.high.map(|x| -x),
            high: ends.low.map(|x| -x),
        });
        return (-by, turned);
    }
    (by, ends)
}

/// Two-sided p-value of no change, from how far its interval lies from 0: on the side of 0 it is taken for normal, as MOVER
/// takes it. `None` without an interval.
#[must_use]
pub fn p_value(new: Known, old: Known) -> Option<f64> {
    let by = new.0 - old.0;
    let ends = interval(new, old)?;
    let reach = if by > 0.0 { by - ends.low? } else { ends.high? - by };
    if by == 0.0 {
        return Some(1.0);
    }
    let z = by.abs() / reach * normal_quantile(f64::midpoint(1.0, new.2))?;
    z.is_finite().then(|| (2.0 * normal_sf(z)).min(1.0))
}

/// The distance from equality.
fn folded((x, ends, level): Known, equal: f64) -> Known {
    let ends = ends.and_then(|ends| {
        let (low, high) = (ends.low? - equal, ends.high? - equal);
        Ends::new(0f64.max(low).max(-high), low.abs().max(high.abs()))
    });
    ((x - equal).abs(), ends, level)
}

/// An estimate with its interval at another level, stretched about it as a normal one would be.
fn bounded((x, ends, level): Known, wanted: f64) -> Option<Bounded> {
    let ends = ends?;
    let stretch = if level == wanted {
        1.0
    } else {
        normal_quantile(f64::midpoint(1.0, wanted))? / normal_quantile(f64::midpoint(1.0, level))?
    };
    let end = |end: f64| x + (end - x) * stretch;
    Some(Bounded::new(
        x,
        Interval {
            low: end(ends.low?),
            high: end(ends.high?),
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::newcombe::newcombe;
    use crate::inference::wilson::wilson;

    fn ends(low: f64, high: f64) -> Option<Ends> {
        Ends::new(low, high)
    }

    // Newcombe's interval of a difference of two shares is MOVER of two Wilson intervals: 56/70 and 48/80 of his 1998 paper.
    #[test]
    fn a_change_of_shares_is_newcombes_interval() {
        let share = |x: f64, n: f64| {
            let interval = wilson(x, n, normal_quantile(0.975).unwrap());
            (x / n, ends(interval.low, interval.high), 0.95)
        };
        let found = interval(share(56.0, 70.0), share(48.0, 80.0)).unwrap();
        assert!((found.low.unwrap() - 0.0524).abs() < 5e-5 && (found.high.unwrap() - 0.3339).abs() < 5e-5);
        let theirs = newcombe(56.0, 70.0, 48.0, 80.0, normal_quantile(0.975).unwrap()).unwrap();
        assert!((found.low.unwrap() - theirs.low).abs() < 1e-12);
    }

    // Two normal estimates of standard error 1 and 2: the change has √5, and 1.96 √5 is significant at 0.05.
    #[test]
    fn the_p_value_is_that_of_the_normal_distribution() {
        let z = normal_quantile(0.975).unwrap();
        let at = |x: f64, error: f64| (x, ends(x - z * error, x + z * error), 0.95);
        let change = z * 5f64.sqrt();
        let p = p_value(at(change, 1.0), at(0.0, 2.0)).unwrap();
        assert!((p - 0.05).abs() < 1e-12, "{p}");
        assert_eq!(p_value(at(1.0, 1.0), at(1.0, 2.0)), Some(1.0));
        assert_eq!(p_value((1.0, None, 0.95), at(1.0, 2.0)), None);
        // An interval at another level is stretched: 90 % and 95 % of the same error.
        let narrow = normal_quantile(0.95).unwrap();
        let old = (0.0, ends(-2.0 * narrow, 2.0 * narrow), 0.9);
        let found = interval(at(change, 1.0), old).unwrap();
        assert!(found.low.unwrap().abs() < 1e-12);
    }

    #[test]
    fn harm_has_the_sign_of_what_is_worse() {
        let known = |x: f64| (x, ends(x - 0.1, x + 0.1), 0.95);
        let (by, within) = harm(Worse::Lower, known(0.5), known(0.75));
        assert_eq!(by, 0.25);
        assert!(within.unwrap().low.unwrap() > 0.1 && within.unwrap().high.unwrap() < 0.4);
        assert_eq!(harm(Worse::Higher, known(0.5), known(0.75)).0, -0.25);
        assert_eq!(harm(Worse::Farther(0.0), known(-0.5), known(0.25)).0, 0.25);
        assert_eq!(harm(Worse::Farther(1.0), known(1.25), known(0.5)).0, -0.25);
    }
}
