//! Bounded root finding on monotone functions.

/// More halvings than a bracket of ordinary floats can take before its ends are neighbours.
const HALVINGS: usize = 200;

/// Root of a decreasing function between `low`, where it is positive, and `high`, where it is
/// negative. Neither end is evaluated, so a function may be singular there.
pub(super) fn decreasing_between(f: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    let (mut low, mut high) = (low, high);
    for _ in 0..HALVINGS {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if f(middle) > 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    low + (high - low) / 2.0
}

/// Root of a decreasing function on the real line, the bracket growing from `start` by doubling.
/// `None` when no change of sign is found within `reach` of the start.
pub(super) fn decreasing_from(f: impl Fn(f64) -> f64, start: f64, reach: f64) -> Option<f64> {
    let upward = f(start) > 0.0;
    let mut inner = start;
    let mut step = 0.5;
    while step <= reach {
        let outer = if upward { start + step } else { start - step };
        let positive = f(outer) > 0.0;
        if positive != upward {
            let (low, high) = if upward { (inner, outer) } else { (outer, inner) };
            return Some(decreasing_between(f, low, high));
        }
        inner = outer;
        step *= 2.0;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_root_to_the_last_digit() {
        let root = decreasing_between(|x| 2.0 - x * x, 0.0, 2.0);
        assert!((root - 2f64.sqrt()).abs() < 1e-15);
    }

    #[test]
    fn grows_its_bracket_either_way() {
        for target in [-30.0, 0.1, 55.0] {
            let root = decreasing_from(|x| target - x, 0.0, 100.0);
            assert!(root.is_some_and(|r| (r - target).abs() < 1e-13));
        }
        assert_eq!(decreasing_from(|_| 1.0, 0.0, 100.0), None);
    }
}
