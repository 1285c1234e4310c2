//! Rows of lists, kept until the log has been read.

use std::collections::BTreeMap;

/// Parts that are looked at one by one: each has some people, with all of their lists.
pub(super) const PARTS: usize = 64;

/// A row of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListRow {
    /// Hash of the person; where rows name none, of the request.
    pub person: u64,
    /// Another hash of the request.
    pub list: u64,
    /// Rank, from 1.
    pub position: u32,
    /// Cell of the kernel.
    pub cell: u32,
    /// Hash of the item.
    pub item: u64,
    /// Decision and label of each outcome.
    pub decisions: u32,
    /// Where its numbers stand.
    pub(super) at: u32,
}

/// Bits of an outcome in [`ListRow::decisions`].
const BITS: usize = 3;

impl ListRow {
    /// A row without decisions.
    #[must_use]
    pub fn new(person: u64, list: u64, item: u64, position: u32, cell: u32) -> Self {
        Self {
            person,
            list,
            position,
            cell,
            item,
            decisions: u32::MAX,
            at: 0,
        }
    }

    /// Sets what an outcome says of the row: its pattern, of which all bits are set where there is no decision.
    pub fn decide(&mut self, outcome: usize, pattern: u8) {
        let shift = BITS * outcome;
        self.decisions &= !(7 << shift);
        self.decisions |= u32::from(pattern & 7) << shift;
    }

    /// What an outcome says of the row: its pattern, `None` where there is no decision.
    pub(super) fn pattern(&self, outcome: usize) -> Option<u8> {
        let pattern = (self.decisions >> (BITS * outcome)) as u8 & 7;
        (pattern != 7).then_some(pattern)
    }
}

/// Rows of some people, with their numbers side by side.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    pub(super) rows: Vec<ListRow>,
    /// By number of the plan; NaN where a row has none.
    pub(super) numbers: Vec<Vec<f64>>,
}

impl Part {
    /// Adds what another thread has kept.
    pub(super) fn merge(&mut self, other: Self) {
        let before = self.rows.len() as u32;
        self.numbers
            .resize(self.numbers.len().max(other.numbers.len()), Vec::new());
        for (mine, theirs) in self.numbers.iter_mut().zip(other.numbers) {
            mine.extend(theirs);
        }
        self.rows.extend(other.rows.into_iter().map(|row| ListRow {
            at: row.at + before,
            ..row
        }));
    }

    /// Puts rows in the order of people, lists and ranks. Rows that are told apart by nothing may stand either way.
    pub(super) fn sort(&mut self) {
        let numbers = &self.numbers;
        let bits = |row: &ListRow, column: &Vec<f64>| column[row.at as usize].to_bits();
        self.rows.sort_unstable_by(|a, b| {
            let plain = |row: &ListRow| ListRow { at: 0, ..*row };
            plain(a).cmp(&plain(b)).then_with(|| {
                let of_a = numbers.iter().map(|column| bits(a, column));
                of_a.cmp(numbers.iter().map(|column| bits(b, column)))
            })
        });
    }
}

/// Keeps the rows of lists on one thread.
#[derive(Debug, Clone)]
pub struct Recorder {
    pub(super) parts: Vec<Part>,
    /// By cell: rows without a request or a place.
    pub(super) unplaced: BTreeMap<u32, u64>,
    /// Rows whose weight was cut.
    pub(super) clipped: u64,
}

impl Recorder {
    /// A recorder of rows with so many numbers each.
    #[must_use]
    pub fn new(numbers: usize) -> Self {
        let part = Part {
            rows: Vec::new(),
            numbers: vec![Vec::new(); numbers],
        };
        Self {
            parts: vec![part; PARTS],
            unplaced: BTreeMap::new(),
            clipped: 0,
        }
    }

    /// Keeps a row.
    #[inline]
    pub fn add(&mut self, mut row: ListRow, numbers: &[f64]) {
        let part = &mut self.parts[(row.person >> 58) as usize];
        row.at = part.rows.len() as u32;
        part.rows.push(row);
        for (column, number) in part.numbers.iter_mut().zip(numbers) {
            column.push(*number);
        }
    }

    /// Counts a row that has no request or no place.
    pub fn leave_out(&mut self, cell: u32) {
        *self.unplaced.entry(cell).or_default() += 1;
    }

    /// Counts a row whose weight was cut.
    pub fn clip(&mut self) {
        self.clipped += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_all_outcomes_fit_side_by_side() {
        let mut row = ListRow::new(1, 2, 3, 4, 5);
        for outcome in 0..10 {
            assert_eq!(row.pattern(outcome), None);
        }
        for outcome in 0..10 {
            row.decide(outcome, (outcome % 6) as u8);
        }
        row.decide(3, u8::MAX);
        for outcome in 0..10 {
            let expected = (outcome != 3).then_some((outcome % 6) as u8);
            assert_eq!(row.pattern(outcome), expected);
        }
    }

    #[test]
    fn parts_of_two_threads_are_those_of_one() {
        let rows: Vec<(ListRow, [f64; 2])> = (0..500_u64)
            .map(|i| {
                let row = ListRow::new(i % 7, i % 3, i % 5, (i % 4) as u32, 0);
                (row, [(i % 2) as f64, f64::NAN])
            })
            .collect();
        let sorted = |cut: usize| {
            let (mut one, mut other) = (Recorder::new(2), Recorder::new(2));
            for (i, (row, numbers)) in rows.iter().enumerate() {
                let to = if i < cut { &mut one } else { &mut other };
                to.add(*row, numbers);
            }
            let mut part = one.parts.remove(0);
            part.merge(other.parts.remove(0));
            part.sort();
            let told = |row: &ListRow| (ListRow { at: 0, ..*row }, part.numbers[0][row.at as usize].to_bits());
            part.rows.iter().map(told).collect::<Vec<_>>()
        };
        assert_eq!(sorted(0).len(), 500);
        assert_eq!(sorted(0), sorted(317));
    }
}
