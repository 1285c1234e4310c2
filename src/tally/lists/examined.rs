//! How likely places are looked at: what is known of it, and sums of items that stood at neighbouring ranks.

use hashbrown::HashMap;

use super::rows::{ListRow, Part};
use crate::plan::{Examination as Planned, Lists};
use crate::ranking::{Neighbours, counts, examination};
use crate::tally::histogram::REPLICATES;

/// The hash of an item that has no id.
const NO_ITEM: u64 = 0x6001_c324_468d_497f;

/// How likely places are looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum Examination {
    /// So likely, from the first rank on.
    Known(Vec<f64>),
    /// As these sums tell: by outcome and rank below the first, and by replicate.
    Estimated(Vec<Vec<[Neighbours; REPLICATES]>>),
}

impl Examination {
    /// Ranks of which it is told.
    #[must_use]
    pub fn ranks(&self) -> usize {
        match self {
            Self::Known(chances) => chances.len(),
            Self::Estimated(sums) => sums.first().map_or(0, |pairs| pairs.len() + 1),
        }
    }

    /// How likely each rank is looked at, without the people of a replicate; `None` where nothing tells.
    #[must_use]
    pub fn chances(&self, outcome: usize, without: Option<usize>) -> Vec<Option<f64>> {
        match self {
            Self::Known(chances) => chances.iter().copied().map(Some).collect(),
            Self::Estimated(sums) => {
                let kept = |by_replicate: &[Neighbours; REPLICATES]| {
                    let kept = by_replicate.iter().enumerate().filter(|(r, _)| Some(*r) != without);
                    kept.fold(Neighbours::default(), |all, (_, own)| Neighbours {
                        upper: all.upper + own.upper,
                        lower: all.lower + own.lower,
                    })
                };
                let pairs: Vec<Neighbours> = sums[outcome].iter().map(kept).collect();
                examination(&pairs)
            }
        }
    }

    /// Adds the sums of other people.
    pub(super) fn merge(&mut self, other: &Self) {
        let (Self::Estimated(mine), Self::Estimated(theirs)) = (self, other) else {
            return;
        };
        for (mine, theirs) in mine
            .iter_mut()
            .flatten()
            .flatten()
            .zip(theirs.iter().flatten().flatten())
        {
            mine.upper += theirs.upper;
            mine.lower += theirs.lower;
        }
    }
}

/// Rows of each item at each rank, by outcome: those with a decision.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Standing {
    places: HashMap<(u64, u32), usize>,
    rows: Vec<f64>,
    outcomes: usize,
    depth: u32,
}

impl Standing {
    /// Of all rows down to the depth; `None` where nobody asks.
    pub(super) fn of(planned: &Lists, parts: &[Part], outcomes: usize) -> Option<Self> {
        if planned.examination != Some(Planned::Estimate) {
            return None;
        }
        let mut standing = Self {
            places: HashMap::new(),
            rows: Vec::new(),
            outcomes,
            depth: planned.depth,
        };
        for row in parts.iter().flat_map(|part| &part.rows) {
            if row.position > standing.depth || row.item == NO_ITEM {
                continue;
            }
            let next = standing.places.len();
            let place = *standing.places.entry((row.item, row.position)).or_insert(next);
            standing.rows.resize(standing.places.len() * outcomes, 0.0);
            for outcome in (0..outcomes).filter(|&outcome| row.pattern(outcome).is_some()) {
                standing.rows[place * outcomes + outcome] += 1.0;
            }
        }
        Some(standing)
    }

    fn rows(&self, item: u64, rank: u32, outcome: usize) -> f64 {
        let place = self.places.get(&(item, rank));
        place.map_or(0.0, |place| self.rows[place * self.outcomes + outcome])
    }

    /// Sums of nothing.
    pub(super) fn empty(&self) -> Examination {
        let pairs = vec![[Neighbours::default(); REPLICATES]; self.depth as usize - 1];
        Examination::Estimated(vec![pairs; self.outcomes])
    }

    /// Adds a selected row.
    pub(super) fn add(&self, row: &ListRow, outcome: usize, replicate: usize, sums: &mut Examination) {
        let Examination::Estimated(sums) = sums else { return };
        let (item, rank) = (row.item, row.position);
        if rank > self.depth || item == NO_ITEM {
            return;
        }
        let here = self.rows(item, rank, outcome);
        let pairs = &mut sums[outcome];
        // The ratio of a rank to the one above stands at the place of the rank, less two.
        if rank > 1 {
            let above = self.rows(item, rank - 1, outcome);
            pairs[rank as usize - 2][replicate].lower += counts(here, above);
        }
        if rank < self.depth {
            let below = self.rows(item, rank + 1, outcome);
            pairs[rank as usize - 1][replicate].upper += counts(here, below);
        }
    }

    /// How likely ranks are looked at as all rows tell of the first outcome: `halves` are patterns from which on it is selected.
    pub(super) fn attention(&self, parts: &[Part], half: u8) -> Vec<f64> {
        let mut sums = self.empty();
        for row in parts.iter().flat_map(|part| &part.rows) {
            if row.pattern(0).is_some_and(|pattern| pattern >= half) {
                self.add(row, 0, 0, &mut sums);
            }
        }
        let chances = sums.chances(0, None);
        chances.into_iter().map(|chance| chance.unwrap_or(0.0)).collect()
    }
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::xxh3_128;

    #[test]
    fn an_item_without_an_id_is_none() {
        assert_eq!(super::NO_ITEM, xxh3_128(b"") as u64);
    }
}
