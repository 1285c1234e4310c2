//! From numbers to places along an axis, with round numbers to read it by.

use crate::report::number::bound;

/// Room beyond the outermost number, as a share of the range.
const MARGIN: f64 = 0.04;

/// An axis from `low` to `high`, drawn from `start` to `end`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    start: f64,
    end: f64,
}

impl Scale {
    /// An axis that shows all these numbers, drawn between two places. A single number stands in its middle.
    pub(super) fn over(numbers: impl Iterator<Item = f64>, (start, end): (f64, f64)) -> Option<Self> {
        let (low, high) = numbers
            .filter(|x| x.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
                (low.min(x), high.max(x))
            });
        if low > high || !(high - low).is_finite() {
            return None;
        }
        let range = if high > low { high - low } else { high.abs().max(1.0) };
        // What can't be negative needs no room there.
        let least = if low >= 0.0 { 0.0 } else { f64::NEG_INFINITY };
        Some(Self {
            low: (low - range * MARGIN).max(least),
            high: high + range * MARGIN,
            start,
            end,
        })
    }

    /// Where a number stands.
    pub(super) fn at(&self, x: f64) -> f64 {
        self.start + (x - self.low) / (self.high - self.low) * (self.end - self.start)
    }

    /// Whether a number is on the axis.
    pub(super) fn shows(&self, x: f64) -> bool {
        (self.low..=self.high).contains(&x)
    }

    /// Whether a number lies below the axis.
    pub(super) fn is_below(&self, x: f64) -> bool {
        x < self.low
    }

    /// The numbers from which to which both axes go; `None`: they share none.
    pub(super) fn shared(&self, other: &Self) -> Option<(f64, f64)> {
        let (low, high) = (self.low.max(other.low), self.high.min(other.high));
        (low < high).then_some((low, high))
    }

    /// Round numbers along the axis, three to six of them, each with its text.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let rough = (self.high - self.low) / 6.0;
        let power = 10f64.powf(rough.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0]
            .into_iter()
            .map(|times| times * power)
            .find(|step| *step >= rough * 0.999)
            .unwrap_or(10.0 * power);
        let places = usize::try_from((-step.log10()).ceil() as i64).unwrap_or(0).min(12);
        let first = (self.low / step).ceil();
        (0..12)
            .map(|n| (first + f64::from(n)) * step)
            .take_while(|x| *x <= self.high)
            .map(|x| {
                let text = format!("{x:.places$}");
                // The text decides, so that no axis says -0.0 or 0.30000000000000004.
                let shown = text.parse::<f64>().unwrap_or(x) + 0.0;
                let plain = if shown == 0.0 { bound(0.0) } else { text };
                (shown, plain)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(low: f64, high: f64) -> Vec<String> {
        let scale = Scale::over([low, high].into_iter(), (0.0, 100.0)).unwrap();
        scale.ticks().into_iter().map(|(_, text)| text).collect()
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(texts(0.64, 1.02), ["0.7", "0.8", "0.9", "1.0"]);
        assert_eq!(texts(-0.17, 0.01), ["-0.15", "-0.10", "-0.05", "0"]);
        assert_eq!(texts(0.0, 40_000.0), ["0", "10000", "20000", "30000", "40000"]);
        for (low, high) in [(0.0, 1e-7), (0.0, 1e9), (-3.0, 3.0), (0.999, 1.001)] {
            assert!((2..=9).contains(&texts(low, high).len()), "{:?}", texts(low, high));
        }
    }

    #[test]
    fn numbers_stand_in_their_order_between_the_ends() {
        let scale = Scale::over([0.5, 1.5].into_iter(), (10.0, 110.0)).unwrap();
        assert!(10.0 < scale.at(0.5) && scale.at(0.5) < scale.at(1.0) && scale.at(1.5) < 110.0);
        assert!((scale.at(1.0) - 60.0).abs() < 1e-9);
        assert!(scale.shows(0.5) && !scale.shows(9.0) && scale.is_below(-9.0));
    }

    #[test]
    fn one_number_has_an_axis_and_none_has_not() {
        assert!(Scale::over([0.4].into_iter(), (0.0, 1.0)).unwrap().shows(0.4));
        assert!(Scale::over(std::iter::empty(), (0.0, 1.0)).is_none());
        assert!(Scale::over([f64::NAN].into_iter(), (0.0, 1.0)).is_none());
    }
}
