//! The two shapes an interval takes.

use std::ops::RangeInclusive;

/// A closed interval, in the unit of the quantity it bounds: a probability for a rate, probability
/// points (0.05, not 5 %) for a difference of rates, the outcome's own unit for a mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower limit.
    pub low: f64,
    /// Upper limit.
    pub high: f64,
}

impl Interval {
    /// Whether `value` lies within the closed interval.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

/// An interval for a ratio, dimensionless. The upper limit may not exist: when nobody in the
/// denominator group was selected, no finite ratio can be excluded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RatioInterval {
    /// Lower limit, at least 0.
    pub low: f64,
    /// Upper limit; `None` means unbounded.
    pub high: Option<f64>,
}

impl RatioInterval {
    /// Whether `value` lies within the interval.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.low <= value && self.high.is_none_or(|high| value <= high)
    }
}

/// A sample proportion given as real counts, checked once for every method that takes one.
///
/// `None` unless `0 <= x <= n` and n is a size a sample can have, within 10⁻⁹ … 10¹⁸ (outside, squares
/// of what follows would leave the range of an `f64`). Products such as rate × effective size
/// may overshoot `n` by a rounding error; that much is forgiven.
pub(super) fn proportion(x: f64, n: f64) -> Option<(f64, f64)> {
    const ROUNDING: f64 = 1e-9;
    const SIZES: RangeInclusive<f64> = 1e-9..=1e18;
    if !x.is_finite() || !SIZES.contains(&n) || x < -ROUNDING * n || x > n * (1.0 + ROUNDING) {
        return None;
    }
    Some((x.clamp(0.0, n), n))
}

/// A critical value: finite and above zero.
pub(super) fn critical(z: f64) -> Option<f64> {
    (z.is_finite() && z > 0.0).then_some(z)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unbounded_ratio_contains_every_large_value() {
        let interval = RatioInterval { low: 0.5, high: None };
        assert!(interval.contains(1e300));
        assert!(!interval.contains(0.4));
    }

    #[test]
    fn proportion_forgives_rounding_only() {
        assert_eq!(proportion(10.0 + 1e-12, 10.0), Some((10.0, 10.0)));
        assert_eq!(proportion(10.1, 10.0), None);
        assert_eq!(proportion(-1.0, 10.0), None);
        assert_eq!(proportion(0.0, 0.0), None);
        assert_eq!(proportion(f64::NAN, 1.0), None);
    }
}
