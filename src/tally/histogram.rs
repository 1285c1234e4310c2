//! How numbers are spread over rows or people, group by group: counts by value, decision and label, dealt into replicates.
//!
//! A mean needs two sums; a median, an area under a curve or a Gini coefficient needs the whole distribution. It is kept as
//! counts by value, exactly as long as there is room, and else by value without its last binary digits: which digits go
//! follows from the whole log, so that neither threads nor order change a count.
//!
//! Each person belongs to one of [`REPLICATES`] replicates, by a hash of the id. What a number would be without the people
//! of one replicate gives its error over people (the delete-a-group jackknife), however the number is made.

use hashbrown::HashMap;

use super::Label;
use super::exact::Fixed;
use super::kernel::{Decisions, Overflow};
use super::moments::{Layout, Totals};
use crate::catalogue::{Measure, Variable};
use crate::plan::Benefit;

/// Groups of people, each of which is left out once.
pub const REPLICATES: usize = 32;

/// Counters beyond which digits of values are dropped.
const MOST_COUNTERS: usize = 3_500_000;
/// Binary digits of a double without its sign and exponent, of which one is always kept.
const DIGITS: u32 = 51;

/// What a histogram is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Of {
    /// The outcome.
    pub outcome: usize,
    /// The number of a row or a person.
    pub variable: Variable,
    /// What people gain by the outcome.
    pub benefit: Benefit,
    /// Whether being selected is good for them.
    pub favourable: bool,
    /// How often they may be selected.
    pub cap: Option<u64>,
    /// For which groupings of [`super::Shape::spread`]: from this one,
    pub first: usize,
    /// so many.
    pub count: usize,
}

/// The pattern of counters that count people and not rows: in histograms of decisions, each person once in each group.
pub const PEOPLE: u8 = 7;
/// The patterns of [`Variable::Fit`]: counters of errors, and of the values that were predicted.
pub const ERRORS: u8 = 1;
/// See [`ERRORS`].
pub const TARGETS: u8 = 2;

impl Of {
    /// Which of the places of a cell it is kept for: everybody's is the first.
    pub(super) fn places(&self) -> std::ops::Range<usize> {
        let everybody = if self.first == 0 { 0 } else { self.first + 1 };
        everybody..self.first + self.count + 1
    }

    /// The number of a row that is a person of its own; NaN where it is not known.
    pub(super) fn of_row(&self, decisions: &Decisions, row: usize) -> f64 {
        let selected = f64::from(u8::from(decisions.selected(row)));
        match self.variable {
            Variable::Contacts => 1.0,
            Variable::Selections => selected,
            Variable::Capped => self.capped(selected),
            _ => self.benefit_of_row(decisions, row),
        }
    }

    /// The number of a person with these totals; NaN where it is not known.
    pub(super) fn of_person(&self, layout: &Layout, totals: &Totals) -> f64 {
        match self.variable {
            Variable::Contacts => layout.total(totals, Measure::Rows),
            Variable::Selections => layout.total(totals, Measure::Selected),
            Variable::Capped => self.capped(layout.total(totals, Measure::Selected)),
            _ => self.benefit_of_person(layout, totals),
        }
    }

    fn capped(&self, selected: f64) -> f64 {
        let is_above = self.cap.is_some_and(|cap| selected > cap as f64);
        f64::from(u8::from(is_above))
    }

    /// What a row that is a person of its own gains; NaN where it is not known.
    fn benefit_of_row(&self, decisions: &Decisions, row: usize) -> f64 {
        let selected = f64::from(u8::from(decisions.selected(row)));
        match self.benefit {
            Benefit::Selections => selected,
            Benefit::Value => decisions.values.get(row).copied().unwrap_or(f64::NAN),
            Benefit::Correctness => match decisions.patterns[row] % decisions.half {
                0 => f64::NAN,
                label => self.correctness(selected - f64::from(label - 1)),
            },
        }
    }

    /// What a person with these totals gains; NaN where it is not known.
    fn benefit_of_person(&self, layout: &Layout, totals: &Totals) -> f64 {
        let total = |measure| layout.total(totals, measure);
        match self.benefit {
            Benefit::Selections => total(Measure::Selected),
            Benefit::Value => total(Measure::Value),
            Benefit::Correctness => {
                let more = total(Measure::LabelledSelected) - total(Measure::Actual);
                self.correctness(more / total(Measure::Labelled))
            }
        }
    }

    /// 1 for a right decision, and as much more as the person was selected rather than the label says, where that is good
    /// for them (the benefit of Speicher et al. 2018).
    fn correctness(&self, more: f64) -> f64 {
        if self.favourable { 1.0 + more } else { 1.0 - more }
    }
}

/// Rows (or people) of one value, decision and label in one replicate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Counter {
    /// Place of the value among those of the histogram.
    pub value: u32,
    /// Decision and label, as [`super::Decisions::pattern`] numbers them; 0 for people.
    pub pattern: u8,
    /// The replicate.
    pub replicate: u8,
    /// How many, or their weight.
    pub weight: f64,
}

/// A histogram for every group.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// What it is of.
    pub of: Of,
    /// The values, ascending.
    pub values: Vec<f64>,
    /// Binary digits of the values that were dropped: each value is known to 2^(dropped − 52) of itself.
    pub dropped: u32,
    /// Everybody's counters, in the order of value, pattern, replicate; none of a histogram of other groupings only.
    pub everyone: Vec<Counter>,
    /// By grouping and group.
    pub groupings: Vec<Vec<Vec<Counter>>>,
    /// By grouping, the labels of each group.
    pub labels: Vec<Vec<Vec<Label>>>,
}

/// Where a counter belongs while rows are counted: 0 for everybody, else a group.
pub(super) type Place = u32;

/// Counters while they are filled.
#[derive(Debug, Clone, Default)]
pub(super) struct Filling {
    /// By value, place, pattern and replicate, packed.
    counters: HashMap<u64, Fixed>,
    /// Number of each value.
    numbers: HashMap<u64, u32>,
    values: Vec<u64>,
    dropped: u32,
}

/// Doubles in an order in which whole numbers compare as they do.
fn ordered(x: f64) -> u64 {
    // Both zeros are one value.
    let bits = (x + 0.0).to_bits();
    if bits >> 63 == 1 { !bits } else { bits ^ (1 << 63) }
}

/// The double of a place in that order.
fn double(ordered: u64) -> f64 {
    f64::from_bits(if ordered >> 63 == 1 {
        ordered ^ (1 << 63)
    } else {
        !ordered
    })
}

fn packed(number: u32, place: Place, pattern: u8, replicate: u8) -> u64 {
    (u64::from(number) << 32) | (u64::from(place) << 8) | (u64::from(pattern) << 5) | u64::from(replicate)
}

/// Groups that fit beside the rest of a counter's key.
pub(super) const MOST_PLACES: usize = 1 << 24;

impl Filling {
    /// Adds rows of a value; NaN is no value.
    #[inline]
    pub(super) fn add(
        &mut self,
        value: f64,
        places: &[Place],
        pattern: u8,
        replicate: u8,
        weight: f64,
    ) -> Result<(), Overflow> {
        if value.is_nan() || weight <= 0.0 {
            return Ok(());
        }
        let weight = Fixed::new(weight).ok_or(Overflow::Value)?;
        let number = self.number(ordered(value) >> self.dropped);
        for &place in places {
            self.put(packed(number, place, pattern, replicate), weight)?;
        }
        self.make_room();
        Ok(())
    }

    fn number(&mut self, value: u64) -> u32 {
        *self.numbers.entry(value).or_insert_with(|| {
            self.values.push(value);
            self.values.len() as u32 - 1
        })
    }

    fn put(&mut self, key: u64, weight: Fixed) -> Result<(), Overflow> {
        let counter = self.counters.entry(key).or_default();
        *counter = counter.plus(weight).ok_or(Overflow::Count)?;
        Ok(())
    }

    /// Drops as many digits as must be.
    fn make_room(&mut self) {
        if self.counters.len() <= MOST_COUNTERS || self.dropped >= DIGITS {
            return;
        }
        // With more digits dropped there are never more counters, so that the fewest can be searched for.
        let (mut few, mut enough) = (self.dropped, DIGITS);
        while few + 1 < enough {
            let middle = u32::midpoint(few, enough);
            if self.counters_without(middle - self.dropped) > MOST_COUNTERS {
                few = middle;
            } else {
                enough = middle;
            }
        }
        self.drop_digits(enough);
    }

    /// How many counters there would be with so many more digits dropped.
    fn counters_without(&self, digits: u32) -> usize {
        let mut seen: hashbrown::HashSet<(u64, u32)> = hashbrown::HashSet::with_capacity(MOST_COUNTERS);
        for key in self.counters.keys() {
            let value = self.values[(key >> 32) as usize] >> digits;
            seen.insert((value, *key as u32));
            if seen.len() > MOST_COUNTERS {
                break;
            }
        }
        seen.len()
    }

    fn drop_digits(&mut self, dropped: u32) {
        if dropped <= self.dropped {
            return;
        }
        let digits = dropped - self.dropped;
        let old = std::mem::take(self);
        self.dropped = dropped;
        for (key, weight) in old.counters {
            let number = self.number(old.values[(key >> 32) as usize] >> digits);
            let key = (u64::from(number) << 32) | (key & u64::from(u32::MAX));
            let counter = self.counters.entry(key).or_default();
            // The sum of what was within range in one counter of all rows stays so.
            *counter = counter.plus(weight).unwrap_or(*counter);
        }
    }

    /// Adds what another thread has counted, its places renamed.
    pub(super) fn merge(&mut self, mut other: Self, place: impl Fn(Place) -> Place) -> Result<(), Overflow> {
        let dropped = self.dropped.max(other.dropped);
        self.drop_digits(dropped);
        other.drop_digits(dropped);
        for (key, weight) in other.counters {
            let number = self.number(other.values[(key >> 32) as usize]);
            let renamed = place((key >> 8) as u32 & (MOST_PLACES as u32 - 1));
            self.put(packed(number, renamed, (key >> 5) as u8 & 7, key as u8 & 31), weight)?;
        }
        self.make_room();
        Ok(())
    }

    /// The histogram; `labels` has those of every group of every grouping of the shape, in the order of their places.
    pub(super) fn finish(self, of: Of, labels: &[Vec<Vec<Label>>]) -> Histogram {
        let mut order: Vec<u32> = (0..self.values.len() as u32).collect();
        order.sort_unstable_by_key(|number| self.values[*number as usize]);
        let mut rank = vec![0; order.len()];
        for (at, number) in order.iter().enumerate() {
            rank[*number as usize] = at as u32;
        }
        let values = order
            .iter()
            .map(|number| {
                let lowest = self.values[*number as usize] << self.dropped;
                let highest = lowest | ((1 << self.dropped) - 1);
                f64::midpoint(double(lowest), double(highest))
            })
            .collect();
        let mut by_place: Vec<Vec<Counter>> = vec![Vec::new(); 1 + labels.iter().map(Vec::len).sum::<usize>()];
        for (key, weight) in &self.counters {
            by_place[(key >> 8) as usize & (MOST_PLACES - 1)].push(Counter {
                value: rank[(key >> 32) as usize],
                pattern: (key >> 5) as u8 & 7,
                replicate: *key as u8 & 31,
                weight: weight.value(),
            });
        }
        for counters in &mut by_place {
            counters.sort_unstable_by_key(|c| (c.value, c.pattern, c.replicate));
        }
        let mut places = by_place.into_iter();
        let everyone = places.next().unwrap_or_default();
        let mut groupings: Vec<Vec<Vec<Counter>>> = Vec::new();
        for of_grouping in labels {
            groupings.push(places.by_ref().take(of_grouping.len()).collect());
        }
        let kept = of.first..of.first + of.count;
        Histogram {
            of,
            values,
            dropped: self.dropped,
            everyone,
            groupings: groupings.drain(kept.clone()).collect(),
            labels: labels[kept].to_vec(),
        }
    }
}

/// The replicate of a person.
#[inline]
pub(super) fn replicate(low_key: u64) -> u8 {
    (low_key % REPLICATES as u64) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF: Of = Of {
        outcome: 0,
        variable: Variable::Value,
        benefit: Benefit::Selections,
        favourable: true,
        cap: None,
        first: 0,
        count: 0,
    };

    #[test]
    fn values_come_back_in_their_order() {
        let mut filling = Filling::default();
        for x in [3.5, -1.0, 0.0, -0.0, 1e-300, -7e20, 3.5, f64::NAN] {
            filling.add(x, &[0, 2], 1, 9, 1.0).unwrap();
        }
        let found = filling.finish(Of { count: 2, ..OF }, &[vec![vec![]; 1], vec![vec![]; 2]]);
        assert_eq!(found.values, [-7e20, -1.0, 0.0, 1e-300, 3.5]);
        let weights: Vec<f64> = found.everyone.iter().map(|c| c.weight).collect();
        assert_eq!(weights, [1.0, 1.0, 2.0, 1.0, 2.0]);
        assert_eq!(found.groupings[1][0], found.everyone);
        assert!(found.groupings[0][0].is_empty() && found.groupings[1][1].is_empty());
        assert!(found.everyone.iter().all(|c| c.pattern == 1 && c.replicate == 9));
    }

    #[test]
    fn dropped_digits_do_not_hang_on_who_dropped_them_first() {
        let all: Vec<f64> = (0..4000).map(|i| f64::from(i) * 0.731 - 900.0).collect();
        let count = |cut: usize, first: u32| {
            let (mut one, mut other) = (Filling::default(), Filling::default());
            for (i, x) in all.iter().enumerate() {
                let to = if i < cut { &mut one } else { &mut other };
                to.add(*x, &[0], 0, 0, 1.0).unwrap();
            }
            one.drop_digits(first);
            one.merge(other, |place| place).unwrap();
            one.drop_digits(44);
            one.finish(OF, &[])
        };
        let found = count(1000, 0);
        assert_eq!(found, count(3000, 40));
        assert!(found.values.len() < all.len() / 2 + 600);
        for (x, counter) in found.values.iter().zip(&found.everyone) {
            assert!(counter.weight >= 1.0 && x.abs() < 3000.0);
        }
        // Each value lies within a bin of 2^(44 − 52) of itself.
        for x in all {
            let near = found.values.iter().any(|v| (v - x).abs() <= x.abs() * 0.5f64.powi(8));
            assert!(near, "{x}");
        }
    }
}
