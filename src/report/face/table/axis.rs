//! Intervals drawn in a few letters, all of one table on one axis.

/// Letters of a drawing.
const CELLS: usize = 11;
/// Where nobody is ahead.
pub(super) const EQUALITY: char = '│';
/// Where a gate's threshold lies.
pub(super) const THRESHOLD: char = '┊';

/// An axis from the lowest to the highest number that is drawn on it.
#[derive(Debug, Clone)]
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    marks: Vec<(f64, char)>,
}

impl Axis {
    /// An axis that shows all these numbers and marks; `None`: there is nothing to tell apart.
    pub(super) fn over(numbers: impl Iterator<Item = f64>, marks: Vec<(f64, char)>) -> Option<Self> {
        let all = numbers.chain(marks.iter().map(|(x, _)| *x));
        let (low, high) = all
            .filter(|x| x.is_finite())
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
                (low.min(x), high.max(x))
            });
        (low < high && (high - low).is_finite()).then_some(Self { low, high, marks })
    }

    /// The interval as `├─●──┤`; an end beyond the axis is an arrow, and so is an unbounded one.
    pub(super) fn draw(&self, x: f64, low: Option<f64>, high: Option<f64>) -> String {
        let mut cells = [' '; CELLS];
        if high.is_some_and(|high| high < self.low) {
            cells[0] = '◂';
        } else if low.is_some_and(|low| low > self.high) {
            cells[CELLS - 1] = '▸';
        } else if low.is_some() || high.is_some() {
            let start = low.map_or(0, |low| self.place(low));
            let end = high.map_or(CELLS - 1, |high| self.place(high));
            for cell in cells.iter_mut().take(end + 1).skip(start) {
                *cell = '─';
            }
            cells[start] = if low.is_some_and(|low| low >= self.low) {
                '├'
            } else {
                '◂'
            };
            cells[end] = if high.is_some_and(|high| high <= self.high) {
                '┤'
            } else {
                '▸'
            };
        }
        for (mark, sign) in &self.marks {
            let cell = &mut cells[self.place(*mark)];
            if matches!(cell, ' ' | '─') {
                *cell = *sign;
            }
        }
        if x >= self.low && x <= self.high {
            cells[self.place(x)] = '●';
        }
        cells.iter().collect()
    }

    fn place(&self, x: f64) -> usize {
        let share = ((x - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        // A share of at most one: the product is a place.
        (share * (CELLS - 1) as f64).round() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis() -> Axis {
        Axis::over([0.0, 1.0].into_iter(), vec![(0.8, THRESHOLD), (1.0, EQUALITY)]).unwrap()
    }

    #[test]
    fn intervals_lie_where_they_are() {
        let axis = axis();
        assert_eq!(axis.draw(0.5, Some(0.3), Some(0.7)), "   ├─●─┤┊ │");
        assert_eq!(axis.draw(0.5, Some(0.3), Some(0.9)), "   ├─●──┊┤│");
        assert_eq!(axis.draw(0.5, None, Some(0.7)), "◂────●─┤┊ │");
        assert_eq!(axis.draw(3.0, Some(0.2), Some(9.0)), "  ├─────┊─▸");
        assert_eq!(axis.draw(-2.0, Some(-3.0), Some(-1.0)), "◂       ┊ │");
        assert_eq!(axis.draw(3.0, Some(2.0), Some(4.0)), "        ┊ ▸");
        assert_eq!(axis.draw(0.5, None, None), "     ●  ┊ │");
    }

    #[test]
    fn one_number_makes_no_axis() {
        assert!(Axis::over([0.5].into_iter(), Vec::new()).is_none());
        assert!(Axis::over(std::iter::empty(), Vec::new()).is_none());
    }
}
