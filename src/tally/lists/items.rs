//! Sums by item: what is spread over a catalogue has no other.

use hashbrown::HashMap;

use crate::tally::histogram::REPLICATES;

/// Sums of one item in one cell and replicate.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ItemSums {
    /// Rows.
    pub rows: f64,
    /// Attention.
    pub exposure: f64,
}

/// Sums of the rated rows of one item in one cell and replicate.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ratings {
    /// Rows with a score and a label.
    pub rows: f64,
    /// Scores.
    pub score: f64,
    /// Positive labels.
    pub label: f64,
}

/// An item, a cell, a replicate.
pub(super) type Key = (u64, u32, u8);

/// Sums by item, cell and replicate, in the order of items.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Items {
    /// By grouping of the plan: group of each cell.
    pub of_cell: Vec<Vec<usize>>,
    /// What was shown.
    pub shown: Vec<(u64, u32, u8, ItemSums)>,
    /// By outcome: what was rated.
    pub rated: Vec<Vec<(u64, u32, u8, Ratings)>>,
    /// Different items.
    pub count: usize,
}

/// Sums while they are made.
#[derive(Debug, Clone, Default)]
pub(super) struct Filling {
    pub(super) shown: HashMap<Key, ItemSums>,
    pub(super) rated: Vec<HashMap<Key, Ratings>>,
}

impl Filling {
    pub(super) fn new(outcomes: usize) -> Self {
        Self {
            shown: HashMap::new(),
            rated: vec![HashMap::new(); outcomes],
        }
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (key, sums) in other.shown {
            let mine = self.shown.entry(key).or_default();
            mine.rows += sums.rows;
            mine.exposure += sums.exposure;
        }
        for (mine, theirs) in self.rated.iter_mut().zip(other.rated) {
            for (key, sums) in theirs {
                let mine = mine.entry(key).or_default();
                mine.rows += sums.rows;
                mine.score += sums.score;
                mine.label += sums.label;
            }
        }
    }

    pub(super) fn finish(self, of_cell: Vec<Vec<usize>>) -> Items {
        let mut shown: Vec<_> = self
            .shown
            .into_iter()
            .map(|((i, c, r), sums)| (i, c, r, sums))
            .collect();
        shown.sort_unstable_by_key(|(item, cell, replicate, _)| (*item, *cell, *replicate));
        let mut count = 0;
        let mut last = None;
        for (item, ..) in &shown {
            count += usize::from(last != Some(*item));
            last = Some(*item);
        }
        let rated = self.rated.into_iter().map(|of_outcome| {
            let mut rated: Vec<_> = of_outcome
                .into_iter()
                .map(|((i, c, r), sums)| (i, c, r, sums))
                .collect();
            rated.sort_unstable_by_key(|(item, cell, replicate, _)| (*item, *cell, *replicate));
            rated
        });
        Items {
            of_cell,
            rated: rated.collect(),
            shown,
            count,
        }
    }
}

impl Items {
    /// Rows and attention of each item in the cells of some groups, by replicate: items that were shown there, in their order.
    pub fn table(&self, is_of_group: impl Fn(u32) -> bool) -> Vec<[ItemSums; REPLICATES]> {
        let mut table: Vec<[ItemSums; REPLICATES]> = Vec::new();
        let mut last = None;
        for (item, cell, replicate, sums) in &self.shown {
            if !is_of_group(*cell) {
                continue;
            }
            if last != Some(*item) {
                table.push([ItemSums::default(); REPLICATES]);
                last = Some(*item);
            }
            if let Some(row) = table.last_mut() {
                row[usize::from(*replicate)].rows += sums.rows;
                row[usize::from(*replicate)].exposure += sums.exposure;
            }
        }
        table
    }

    /// Ratings of each item by two sides, by replicate: items that either has rated, in their order. `side` says on which
    /// side a cell is.
    pub fn ratings(&self, outcome: usize, side: impl Fn(u32) -> [bool; 2]) -> Vec<[[Ratings; REPLICATES]; 2]> {
        let mut table: Vec<[[Ratings; REPLICATES]; 2]> = Vec::new();
        let mut last = None;
        for (item, cell, replicate, sums) in &self.rated[outcome] {
            let sides = side(*cell);
            if sides == [false; 2] {
                continue;
            }
            if last != Some(*item) {
                table.push([[Ratings::default(); REPLICATES]; 2]);
                last = Some(*item);
            }
            let Some(row) = table.last_mut() else { continue };
            for (own, is_own) in row.iter_mut().zip(sides) {
                if is_own {
                    let mine = &mut own[usize::from(*replicate)];
                    mine.rows += sums.rows;
                    mine.score += sums.score;
                    mine.label += sums.label;
                }
            }
        }
        table
    }
}
