//! How one person's totals in one cell are packed: as words, so that millions of people fit in memory and can be set aside
//! on disk as they are.
//!
//! A *record* is what has been added up: two words of key, one of cell and next record, four counts of 16 bits a word
//! (what does not fit is carried elsewhere), two words for each sum of reals. An *entry* is one row that waits to be
//! added: key, cell and patterns, and where rows have them, how many rows it stands for, weight and values.

use hashbrown::HashMap;

use super::exact::Fixed;
use super::kernel::Overflow;
use super::moments::Layout;

/// The pattern of a row without a decision.
pub const NO_DECISION: u8 = u8::MAX;

/// Words of key, cell and next record before the counts.
const HEAD: usize = 3;
/// Words of a line of the cache.
pub(super) const LINE: usize = 8;
/// No further record.
pub(super) const NONE: u32 = u32::MAX;
/// Marks a record as a further one of its person.
const FURTHER: u64 = 1 << 31;

/// Counts beyond 16 bits: by record and count, what the record itself does not hold.
pub(super) type Carries = HashMap<(u32, u32), u64>;

/// Where everything stands in records and entries.
#[derive(Debug)]
pub(super) struct Packing {
    pub(super) layouts: Vec<Layout>,
    weighted: bool,
    /// Rows may stand for more than one.
    many: bool,
    /// Offsets of each outcome in a record's counts and reals; the last is how many there are.
    count_offsets: Vec<usize>,
    real_offsets: Vec<usize>,
    /// First word of the reals.
    reals: usize,
    /// Words of a record.
    pub(super) record: usize,
    /// Words of an entry's patterns beyond the four beside its cell.
    more_patterns: usize,
    /// By outcome: the word of an entry's value.
    values: Vec<Option<usize>>,
    /// By outcome: the word of its list price.
    lists: Vec<Option<usize>>,
    /// Words of an entry.
    pub(super) entry: usize,
    /// An entry has no more than key, cell and patterns of at most four outcomes.
    pub(super) plain: bool,
}

/// What a row says, to be packed.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowParts<'a> {
    pub(super) key: u128,
    pub(super) cell: u32,
    pub(super) stands_for: u64,
    pub(super) weight: f64,
    pub(super) outcomes: &'a [super::Decisions],
    pub(super) row: usize,
}

fn offsets(lengths: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut at = 0;
    let mut all = vec![0];
    for length in lengths {
        at += length;
        all.push(at);
    }
    all
}

/// Words of a record: a few more where they make it one line of the cache, so that it is not cut in two.
fn padded(words: usize) -> usize {
    let lines = words.next_multiple_of(LINE);
    if lines - words <= 2 { lines } else { words }
}

/// The entry of a row of one outcome, without weight, value or count.
#[inline]
pub(super) fn plain_entry(key: u128, cell: u32, pattern: u8) -> [u64; HEAD] {
    let beside = u64::from(cell) | (u64::from(pattern) << 32);
    [key as u64, (key >> 64) as u64, beside]
}

impl Packing {
    pub(super) fn new(layouts: Vec<Layout>, weighted: bool, many: bool) -> Self {
        let count_offsets = offsets(layouts.iter().map(Layout::counts));
        let real_offsets = offsets(layouts.iter().map(Layout::real_sums));
        let outcomes = layouts.len();
        let reals = HEAD + count_offsets[outcomes].div_ceil(4);
        let more_patterns = outcomes.saturating_sub(4).div_ceil(8);
        let mut entry = HEAD + more_patterns;
        if many {
            entry += 1 + outcomes;
        }
        entry += usize::from(weighted);
        let mut words = |has: fn(&Layout) -> bool| -> Vec<Option<usize>> {
            let word = |layout| {
                has(layout).then(|| {
                    entry += 1;
                    entry - 1
                })
            };
            layouts.iter().map(word).collect()
        };
        let values = words(|layout| layout.shape.value);
        let lists = words(|layout| layout.shape.list);
        Self {
            record: padded(reals + 2 * real_offsets[outcomes]),
            reals,
            count_offsets,
            real_offsets,
            layouts,
            weighted,
            many,
            more_patterns,
            values,
            lists,
            plain: entry == HEAD,
            entry,
        }
    }

    /// Appends a row to waiting entries.
    pub(super) fn push(&self, parts: &RowParts<'_>, to: &mut Vec<u64>) {
        let mut beside = u64::from(parts.cell);
        for (o, outcome) in parts.outcomes.iter().take(4).enumerate() {
            beside |= u64::from(outcome.patterns[parts.row]) << (32 + 8 * o);
        }
        to.extend_from_slice(&[parts.key as u64, (parts.key >> 64) as u64, beside]);
        for eight in parts.outcomes.get(4..).unwrap_or_default().chunks(8) {
            let mut word = 0;
            for (o, outcome) in eight.iter().enumerate() {
                word |= u64::from(outcome.patterns[parts.row]) << (8 * o);
            }
            to.push(word);
        }
        if self.many {
            to.push(parts.stands_for);
            to.extend(parts.outcomes.iter().map(|outcome| {
                outcome.splits.get(parts.row).copied().unwrap_or_else(|| {
                    // A plain decision is about all rows that the row stands for.
                    let selected = outcome.patterns[parts.row] != NO_DECISION && outcome.selected(parts.row);
                    if selected { parts.stands_for } else { 0 }
                })
            }));
        }
        if self.weighted {
            to.push(parts.weight.to_bits());
        }
        for (outcome, value) in parts.outcomes.iter().zip(&self.values) {
            if value.is_some() {
                to.push(outcome.values[parts.row].to_bits());
            }
        }
        for (outcome, list) in parts.outcomes.iter().zip(&self.lists) {
            if list.is_some() {
                to.push(outcome.lists[parts.row].to_bits());
            }
        }
    }

    fn pattern(&self, entry: &[u64], outcome: usize) -> u8 {
        match outcome.checked_sub(4) {
            None => (entry[2] >> (32 + 8 * outcome)) as u8,
            Some(o) => (entry[HEAD + o / 8] >> (8 * (o % 8))) as u8,
        }
    }

    /// Adds an entry to the record of its person and cell.
    ///
    /// # Errors
    /// When a sum leaves the range in which it is exact.
    #[inline]
    pub(super) fn pour(
        &self,
        entry: &[u64],
        at: u32,
        record: &mut [u64],
        carries: &mut Carries,
    ) -> Result<(), Overflow> {
        let weight_at = HEAD + self.more_patterns + if self.many { 1 + self.layouts.len() } else { 0 };
        let weight = if self.weighted {
            f64::from_bits(entry[weight_at])
        } else {
            1.0
        };
        for (o, layout) in self.layouts.iter().enumerate() {
            let pattern = self.pattern(entry, o);
            if pattern == NO_DECISION {
                continue;
            }
            let half = layout.patterns() / 2;
            let number = |word: Option<usize>| word.map_or(f64::NAN, |word| f64::from_bits(entry[word]));
            let amounts = layout.amounts(number(self.values[o]), number(self.lists[o]));
            let value = amounts.value;
            let is_selected = usize::from(pattern) >= half;
            let label = usize::from(pattern) - if is_selected { half } else { 0 };
            let splits = if self.many {
                let (stands_for, selected) = (
                    entry[HEAD + self.more_patterns],
                    entry[HEAD + self.more_patterns + 1 + o],
                );
                [stands_for - selected, selected]
            } else {
                [u64::from(!is_selected), u64::from(is_selected)]
            };
            for (side, times) in splits.into_iter().enumerate().filter(|(_, times)| *times > 0) {
                let amount = weight * times as f64;
                let counted = [
                    Some(side * half + label),
                    value.map(|_| layout.patterns() + side),
                    amounts.list.map(|_| layout.listed_rows()),
                    amounts.log.map(|_| layout.logged_rows()),
                ];
                for i in counted.into_iter().flatten() {
                    add_count(record, at, self.count_offsets[o] + i, times, carries);
                    if self.weighted {
                        self.add_real(record, self.real_offsets[o] + i, amount)?;
                    }
                }
                let first = self.real_offsets[o] + if self.weighted { layout.counts() } else { 0 };
                if let Some(value) = value {
                    self.add_real(record, first + side, value * amount)?;
                }
                if let Some((value, list)) = value.zip(amounts.list) {
                    self.add_real(record, first + Layout::LISTED_SUMS, value * amount)?;
                    self.add_real(record, first + Layout::LISTED_SUMS + 1, list * amount)?;
                }
                if let Some(log) = amounts.log {
                    self.add_real(record, first + layout.log_sum(), log * amount)?;
                }
            }
        }
        Ok(())
    }

    #[inline]
    fn add_real(&self, record: &mut [u64], index: usize, x: f64) -> Result<(), Overflow> {
        self.add_fixed(record, index, Fixed::new(x).ok_or(Overflow::Value)?)
    }

    #[inline]
    fn add_fixed(&self, record: &mut [u64], index: usize, x: Fixed) -> Result<(), Overflow> {
        let at = self.reals + 2 * index;
        let sum = Fixed::from_words([record[at], record[at + 1]])
            .plus(x)
            .ok_or(Overflow::Value)?;
        [record[at], record[at + 1]] = sum.words();
        Ok(())
    }

    /// Adds one record to another of the same person and cell.
    ///
    /// # Errors
    /// When a sum leaves the range in which it is exact.
    pub(super) fn merge(
        &self,
        from: &[u64],
        at: u32,
        record: &mut [u64],
        carries: &mut Carries,
    ) -> Result<(), Overflow> {
        for i in 0..self.count_offsets[self.layouts.len()] {
            add_count(record, at, i, inline_count(from, i), carries);
        }
        for i in 0..self.real_offsets[self.layouts.len()] {
            let word = self.reals + 2 * i;
            self.add_fixed(record, i, Fixed::from_words([from[word], from[word + 1]]))?;
        }
        Ok(())
    }

    /// Adds the counts and sums of an outcome in a record.
    ///
    /// # Errors
    /// When a sum leaves the range in which it is exact.
    pub(super) fn gather(
        &self,
        record: &[u64],
        at: u32,
        outcome: usize,
        carries: &Carries,
        counts: &mut [u64],
        reals: &mut [Fixed],
    ) -> Result<(), Overflow> {
        let first = self.count_offsets[outcome];
        for (i, count) in counts.iter_mut().enumerate() {
            *count += inline_count(record, first + i);
            if !carries.is_empty() {
                *count += carries.get(&(at, (first + i) as u32)).copied().unwrap_or(0);
            }
        }
        for (i, real) in reals.iter_mut().enumerate() {
            let word = self.reals + 2 * (self.real_offsets[outcome] + i);
            let part = Fixed::from_words([record[word], record[word + 1]]);
            *real = real.plus(part).ok_or(Overflow::Value)?;
        }
        Ok(())
    }
}

#[inline]
fn inline_count(record: &[u64], index: usize) -> u64 {
    (record[HEAD + index / 4] >> (16 * (index % 4))) & 0xffff
}

/// Adds to a count; what passes 16 bits is carried.
#[inline]
pub(super) fn add_count(record: &mut [u64], at: u32, index: usize, times: u64, carries: &mut Carries) {
    let sum = inline_count(record, index) + (times & 0xffff);
    let carried = (times & !0xffff) + (sum & !0xffff);
    let shift = 16 * (index % 4);
    let word = &mut record[HEAD + index / 4];
    *word = (*word & !(0xffff << shift)) | ((sum & 0xffff) << shift);
    if carried > 0 {
        *carries.entry((at, index as u32)).or_insert(0) += carried;
    }
}

/// Starts a record.
pub(super) fn begin(record: &mut [u64], key: [u64; 2], cell: u32, further: bool) {
    record[0] = key[0];
    record[1] = key[1];
    record[2] = u64::from(cell) | if further { FURTHER } else { 0 } | (u64::from(NONE) << 32);
}

pub(super) fn key(record: &[u64]) -> [u64; 2] {
    [record[0], record[1]]
}

pub(super) fn cell(record: &[u64]) -> u32 {
    (record[2] & (FURTHER - 1)) as u32
}

/// Whether the record is a further one of its person.
pub(super) fn is_further(record: &[u64]) -> bool {
    record[2] & FURTHER != 0
}

/// The person's next record, or [`NONE`].
pub(super) fn next(record: &[u64]) -> u32 {
    (record[2] >> 32) as u32
}

pub(super) fn set_next(record: &mut [u64], next: u32) {
    record[2] = (record[2] & u64::from(u32::MAX)) | (u64::from(next) << 32);
}
