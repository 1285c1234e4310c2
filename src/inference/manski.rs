//! What people of unknown group could do to a comparison of two groups: bounds that hold whoever they are.
//!
//! C. F. Manski, Partial Identification of Probability Distributions (2003), chapter 1: without an assumption about what is
//! missing, all that is known is the interval between the worst and the best case. Both ends are reached, so that no
//! narrower interval holds.

/// Selected and all of two groups, and of those whose group is not known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counts {
    /// Selected of the group.
    pub selected: f64,
    /// All of the group.
    pub size: f64,
    /// Selected of the reference.
    pub reference_selected: f64,
    /// All of the reference.
    pub reference_size: f64,
    /// Selected of those who are not known.
    pub unknown_selected: f64,
    /// All who are not known.
    pub unknown: f64,
}

/// Lowest and highest value; `None`: without end, or undefined at that end.
pub type Bounds = (Option<f64>, Option<f64>);

impl Counts {
    /// The group's and the reference's rate where the unknown do worst to the group, or best.
    fn rates(&self, best: bool) -> (Option<f64>, Option<f64>) {
        let rejected = self.unknown - self.unknown_selected;
        let share = |x: f64, n: f64| (n > 0.0).then(|| x / n);
        let gains = |x: f64, n: f64| share(x + self.unknown_selected, n + self.unknown_selected);
        let loses = |x: f64, n: f64| share(x, n + rejected);
        let (own, other) = (
            (self.selected, self.size),
            (self.reference_selected, self.reference_size),
        );
        if best {
            (gains(own.0, own.1), loses(other.0, other.1))
        } else {
            (loses(own.0, own.1), gains(other.0, other.1))
        }
    }

    /// Bounds of the group's rate less the reference's.
    #[must_use]
    pub fn gap(&self) -> Bounds {
        let end = |best| {
            let (own, other) = self.rates(best);
            Some(own? - other?)
        };
        (end(false), end(true))
    }

    /// How often the unknown of the group and of the reference would have to be selected for the group's rate to be
    /// `factor` times the reference's plus `shift`, if the unknown are spread over the groups as the known are; `known`
    /// are all of known group. `None`: no rates between 0 and 1 would do it.
    ///
    /// A tipping point (G. Molenberghs and M. Kenward, Missing Data in Clinical Studies, 2007, chapter 20): with
    /// U of the unknown in the group and V in the reference, and as many of both selected as there are, one equation is left.
    #[must_use]
    pub fn tipping(&self, factor: f64, shift: f64, known: f64) -> Option<(f64, f64)> {
        let share = |size: f64| self.unknown * size / known;
        let (own, other) = (share(self.size), share(self.reference_size));
        let selected = self.unknown_selected * (own + other) / self.unknown;
        let (all_own, all_other) = (self.size + own, self.reference_size + other);
        // (x + s) / n = factor (y + selected - s) / m + shift, for s selected of the unknown of the group.
        let needed = factor * (self.reference_selected + selected) / all_other + shift - self.selected / all_own;
        let found = needed / (1.0 / all_own + factor / all_other);
        let rates = (found / own, (selected - found) / other);
        let is_rate = |rate: f64| (0.0..=1.0).contains(&rate);
        (is_rate(rates.0) && is_rate(rates.1)).then_some(rates)
    }

    /// Bounds of the group's rate over the reference's.
    #[must_use]
    pub fn ratio(&self) -> Bounds {
        let end = |best| {
            let (own, other) = self.rates(best);
            let other = other.filter(|other| *other > 0.0)?;
            Some(own? / other)
        };
        (end(false), end(true))
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;
    use crate::inference::oracle::assert_close;

    const EXAMPLE: Counts = Counts {
        selected: 80.0,
        size: 200.0,
        reference_selected: 120.0,
        reference_size: 250.0,
        unknown_selected: 30.0,
        unknown: 100.0,
    };

    #[test]
    fn by_hand() {
        // 80/270 over 150/280, and 110/230 over 120/320.
        let (low, high) = EXAMPLE.ratio();
        assert_close(low.unwrap(), (80.0 / 270.0) / (150.0 / 280.0), 1e-12);
        assert_close(low.unwrap(), 0.553_086_419_8, 1e-9);
        assert_close(high.unwrap(), 1.275_362_318_8, 1e-9);
        let (low, high) = EXAMPLE.gap();
        assert_close(low.unwrap(), 80.0 / 270.0 - 150.0 / 280.0, 1e-12);
        assert_close(high.unwrap(), 110.0 / 230.0 - 120.0 / 320.0, 1e-12);
    }

    #[test]
    fn every_way_to_place_the_unknown_lies_within() {
        let small = Counts {
            selected: 3.0,
            size: 7.0,
            reference_selected: 4.0,
            reference_size: 6.0,
            unknown_selected: 4.0,
            unknown: 9.0,
        };
        let (low, high) = small.ratio();
        let (mut least, mut most) = (f64::INFINITY, 0.0f64);
        for yes in 0..=4 {
            for no in 0..=5 {
                let (yes, no) = (f64::from(yes), f64::from(no));
                let own = (small.selected + yes) / (small.size + yes + no);
                let other = (small.reference_selected + 4.0 - yes) / (small.reference_size + 9.0 - yes - no);
                least = least.min(own / other);
                most = most.max(own / other);
            }
        }
        assert_close(low.unwrap(), least, 1e-12);
        assert_close(high.unwrap(), most, 1e-12);
    }

    #[test]
    fn nobody_unknown_leaves_the_numbers() {
        let known = Counts {
            unknown: 0.0,
            unknown_selected: 0.0,
            ..EXAMPLE
        };
        assert_eq!(known.ratio().0, known.ratio().1);
        let none = Counts {
            reference_selected: 0.0,
            ..known
        };
        assert_eq!(none.ratio(), (None, None));
    }

    #[test]
    fn rates_at_the_tipping_point_reach_the_threshold() {
        // With 100 of unknown group spread as 200 to 250 and 30 of them selected: 44.4 and 55.6.
        for (factor, shift) in [(0.8, 0.0), (0.9, 0.0), (1.0, -0.1)] {
            let (own, other) = EXAMPLE.tipping(factor, shift, 450.0).unwrap();
            let (u, v) = (100.0 * 200.0 / 450.0, 100.0 * 250.0 / 450.0);
            assert_close(own * u + other * v, 30.0, 1e-12);
            let rate = (80.0 + own * u) / (200.0 + u);
            let reference = (120.0 + other * v) / (250.0 + v);
            assert_close(rate, factor * reference + shift, 1e-12);
        }
        assert_eq!(EXAMPLE.tipping(2.0, 0.0, 450.0), None);
    }
}
