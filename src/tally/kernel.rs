//! The accumulators that rows are poured into.
//!
//! A row falls into a *cell*: one combination of all attributes. Where rows name people, each person has one record per
//! cell that they appear in, nearly always one; where they do not, each row is a person, and only row counts per cell and
//! pattern are kept. When the log is at its end the records become moments: first by cell, then rolled up to the
//! groupings; people with more than one cell go to each grouping by themselves.
//!
//! Each thread has a [`Worker`] of its own. Sums are exact and do not depend on order, so that neither the number of
//! threads nor what each of them met changes a digit.

use std::sync::{Mutex, PoisonError};

use hashbrown::HashMap;

use super::exact::{Fixed, Narrow};
use super::histogram::{self, Filling, MOST_PLACES, Place};
use super::moments::{Has, Layout, RowSums};
use super::people::{PARTITIONS, People, PeopleFault, Room, partition_of};
use super::record::{self, NO_DECISION, Packing, RowParts};
use super::{Fate, Fates, OutcomeAccount, Shape};
use crate::catalogue::Variable;

/// What the rows of a batch say about one outcome.
#[derive(Debug, Clone, Default)]
pub struct Decisions {
    /// By row: decision and label as [`Decisions::pattern`] has it, or [`NO_DECISION`].
    pub patterns: Vec<u8>,
    /// By row, where rows say how many of those that they stand for were selected; else empty.
    pub splits: Vec<u64>,
    /// By row, where the outcome has values; NaN: none.
    pub values: Vec<f64>,
    /// By row, where the outcome has list prices; NaN: none.
    pub lists: Vec<f64>,
    /// By row, where the outcome has scores; NaN: none.
    pub scores: Vec<f64>,
    /// By row, where values were predicted; NaN: none.
    pub predictions: Vec<f64>,
    /// By row, where the outcome has classes: [`super::classes::Coded`] as a number; NaN: none.
    pub classes: Vec<f64>,
    /// Half the number of patterns: those from here on are of selected rows.
    pub half: u8,
}

impl Decisions {
    /// For outcomes with a label or without.
    #[must_use]
    pub fn new(has_label: bool) -> Self {
        Self {
            half: if has_label { 3 } else { 1 },
            ..Self::default()
        }
    }

    /// Number of a decision with a label: not known, negative or positive.
    #[must_use]
    #[inline]
    pub fn pattern(&self, selected: bool, label: Option<bool>) -> u8 {
        let label = match label {
            Some(known) if self.half > 1 => 1 + u8::from(known),
            _ => 0,
        };
        u8::from(selected) * self.half + label
    }

    /// Whether the row was selected.
    #[inline]
    pub(super) fn selected(&self, row: usize) -> bool {
        self.patterns[row] >= self.half
    }
}

/// Rows of a batch, by column. All columns have the length of `cells`, or none where the log has no such thing.
#[derive(Debug, Default)]
pub struct Rows {
    /// Cell of each row.
    pub cells: Vec<u32>,
    /// What happens to each row.
    pub fates: Vec<Fate>,
    /// The person of each row that is audited.
    pub subjects: Vec<u128>,
    /// Sampling weights.
    pub weights: Vec<f64>,
    /// How many rows each stands for.
    pub stands_for: Vec<u64>,
    /// By outcome.
    pub outcomes: Vec<Decisions>,
}

/// A sum has left the range in which it can be kept exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overflow {
    /// A value or weight, or a person's sum of them, is not finite or beyond 10¹⁴.
    Value,
    /// The counts add up to more than 2⁵³.
    Count,
    /// Draws of people would take more than a gigabyte a thread.
    Draws,
}

/// Why rows can't be added.
#[derive(Debug)]
pub enum Fault {
    /// A row of the batch, by its index, leaves a range.
    Row(usize, Overflow),
    /// Sums are out of range, or people can't be set aside on disk.
    People(PeopleFault),
}

/// Beyond this, a count is no longer exact as a double.
pub(super) const MOST_ROWS: u64 = 1 << 53;
/// Entries that wait for one partition: as many as it has people, within these bounds. The more there are, the more
/// of them find what they need in the cache.
const WAITING: std::ops::RangeInclusive<usize> = 512..=16_384;
/// What all threads share.
#[derive(Debug)]
pub struct Kernel {
    pub(super) shape: Shape,
    pub(super) cells: Mutex<Cells>,
    pub(super) people: People,
    pub(super) places: Mutex<Places>,
}

/// Groups as they are met, for histograms: everybody is place 0.
#[derive(Debug, Default)]
pub(super) struct Places {
    numbers: HashMap<(usize, Vec<u32>), Place>,
    /// Of each place but the first: its grouping, and a cell in it.
    pub(super) groups: Vec<(usize, u32)>,
}

#[derive(Debug, Default)]
pub(super) struct Cells {
    numbers: HashMap<Vec<u32>, u32>,
    pub(super) codes: Vec<Vec<u32>>,
}

/// Rows with a value: how many, and the sums of values and of their squares.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ValueSums {
    pub(super) times: u64,
    pub(super) value: Narrow,
    pub(super) square: Narrow,
}

/// What one thread has added up.
#[derive(Debug)]
pub struct Worker<'k> {
    kernel: &'k Kernel,
    /// By cell.
    pub(super) fates: Vec<Fates>,
    /// By cell, where rows stand for others: by how much more than once audited rows count.
    more_rows: Vec<i128>,
    pub(super) total: u64,
    pub(super) accounts: Vec<OutcomeAccount>,
    /// By cell, outcome and pattern, where each row is a person: how often.
    pub(super) counts: Vec<u64>,
    /// The same of rows with a value, where the outcome has values, with the sums that fit.
    pub(super) values: Vec<ValueSums>,
    /// What does not fit, and rows with a weight: with and without a value.
    pub(super) wide: HashMap<usize, RowSums>,
    pub(super) wide_without: HashMap<usize, RowSums>,
    /// Rows with a value that have more beside it.
    pub(super) priced: HashMap<(usize, Has), RowSums>,
    /// By partition: entries that wait, and how many words of them are enough.
    waiting: Vec<(Vec<u64>, usize)>,
    found: Vec<u32>,
    /// By cell: everybody's place and that in each grouping with histograms.
    places: Vec<Place>,
    /// By histogram of the shape.
    pub(super) fillings: Vec<Filling>,
}

impl Kernel {
    /// An empty kernel. `many`: rows may stand for more than one. `room`: how much memory people may take.
    #[must_use]
    pub fn new(shape: Shape, many: bool, room: Option<Room>) -> Self {
        let layouts = shape
            .outcomes
            .iter()
            .map(|&outcome| Layout::new(outcome, shape.weighted))
            .collect();
        let packing = Packing::new(layouts, shape.weighted, many);
        Self {
            people: People::new(packing, room),
            cells: Mutex::default(),
            places: Mutex::default(),
            shape,
        }
    }

    /// The cell of a combination of group codes, one per attribute.
    pub fn cell(&self, codes: &[u32]) -> u32 {
        let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(&cell) = cells.numbers.get(codes) {
            return cell;
        }
        let cell = cells.codes.len() as u32;
        cells.numbers.insert(codes.to_vec(), cell);
        cells.codes.push(codes.to_vec());
        cell
    }

    pub(super) fn layouts(&self) -> &[Layout] {
        &self.people.packing.layouts
    }

    /// Offset of each outcome's patterns, and how many there are in all.
    pub(super) fn pattern_offset(&self, outcome: usize) -> usize {
        self.layouts()[..outcome].iter().map(Layout::patterns).sum()
    }

    /// A worker for one thread.
    #[must_use]
    pub fn worker(&self) -> Worker<'_> {
        let waiting = if self.shape.persons { PARTITIONS } else { 0 };
        Worker {
            kernel: self,
            fates: Vec::new(),
            more_rows: Vec::new(),
            total: 0,
            accounts: vec![OutcomeAccount::default(); self.shape.outcomes.len()],
            counts: Vec::new(),
            values: Vec::new(),
            wide: HashMap::new(),
            wide_without: HashMap::new(),
            priced: HashMap::new(),
            waiting: vec![(Vec::new(), WAITING.start() * self.people.packing.entry); waiting],
            found: Vec::new(),
            places: Vec::new(),
            fillings: vec![Filling::default(); self.shape.histograms.len()],
        }
    }

    /// The places of cells from `first` on, everybody's and that in each grouping with histograms.
    fn places_from(&self, first: usize) -> Result<Vec<Place>, Overflow> {
        let cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let Places { numbers, groups } = &mut *places;
        let mut all = Vec::new();
        for (cell, codes) in cells.codes.iter().enumerate().skip(first) {
            all.push(0);
            for (g, attributes) in self.shape.spread.iter().enumerate() {
                let group: Vec<u32> = attributes.iter().map(|a| codes[*a]).collect();
                let place = *numbers.entry((g, group)).or_insert_with(|| {
                    groups.push((g, cell as u32));
                    groups.len() as Place
                });
                all.push(place);
            }
        }
        if groups.len() + 1 >= MOST_PLACES {
            return Err(Overflow::Count);
        }
        Ok(all)
    }
}

impl Worker<'_> {
    /// Makes room for cells.
    pub(super) fn grow(&mut self, cells: usize) {
        if cells <= self.fates.len() {
            return;
        }
        let size = cells.next_power_of_two();
        self.fates.resize(size, Fates::default());
        self.more_rows.resize(size, 0);
        if !self.kernel.shape.persons {
            let stride = self.kernel.pattern_offset(self.kernel.layouts().len());
            self.counts.resize(size * stride, 0);
            if self.kernel.layouts().iter().any(|layout| layout.real_sums() > 0) {
                self.values.resize(size * stride, ValueSums::default());
            }
        }
    }

    /// Audited rows of a cell, as often as their count says.
    pub(super) fn rows(&self, cell: usize) -> u64 {
        let rows = i128::from(self.fates[cell].audited) + self.more_rows[cell];
        u64::try_from(rows).unwrap_or(0)
    }

    /// Adds the rows of a batch.
    ///
    /// # Errors
    /// The first row whose value or weight is out of range; people who can't be set aside.
    pub fn add(&mut self, rows: &Rows) -> Result<(), Fault> {
        self.grow(rows.cells.iter().max().map_or(0, |cell| *cell as usize + 1));
        if let Some(row) = out_of_range(rows) {
            return Err(Fault::Row(row, Overflow::Value));
        }
        if rows.fates.iter().all(|fate| *fate == Fate::Audited) {
            for cell in &rows.cells {
                self.fates[*cell as usize].audited += 1;
            }
        } else {
            for (cell, fate) in rows.cells.iter().zip(&rows.fates) {
                self.fates[*cell as usize].count(*fate);
            }
        }
        for (row, stands_for) in rows.stands_for.iter().enumerate() {
            if rows.fates[row] == Fate::Audited {
                // Beside the one that the fate counts.
                self.more_rows[rows.cells[row] as usize] += i128::from(*stands_for) - 1;
                self.total = self.total.saturating_add(*stands_for);
                if self.total > MOST_ROWS {
                    return Err(Fault::Row(row, Overflow::Count));
                }
            }
        }
        for (account, decisions) in self.accounts.iter_mut().zip(&rows.outcomes) {
            count_lacks(account, decisions);
        }
        self.fill(rows)?;
        if self.kernel.shape.persons {
            self.add_to_people(rows).map_err(Fault::People)
        } else {
            self.add_as_people(rows);
            Ok(())
        }
    }

    /// Adds the rows to histograms.
    fn fill(&mut self, rows: &Rows) -> Result<(), Fault> {
        let kernel = self.kernel;
        if kernel.shape.histograms.is_empty() {
            return Ok(());
        }
        let stride = kernel.shape.spread.len() + 1;
        let wanted = rows.cells.iter().max().map_or(0, |cell| *cell as usize + 1);
        if self.places.len() < wanted * stride {
            let more = kernel
                .places_from(self.places.len() / stride)
                .map_err(|overflow| Fault::Row(0, overflow))?;
            self.places.extend(more);
        }
        for (of, filling) in kernel.shape.histograms.iter().zip(&mut self.fillings) {
            let decisions = &rows.outcomes[of.outcome];
            for (row, pattern) in decisions.patterns.iter().enumerate() {
                if *pattern == NO_DECISION {
                    continue;
                }
                let number = |column: &[f64]| column.get(row).copied().unwrap_or(f64::NAN);
                let value = match of.variable {
                    Variable::Score => number(&decisions.scores),
                    Variable::Value => number(&decisions.values),
                    Variable::Class => number(&decisions.classes),
                    Variable::Error | Variable::Fit => number(&decisions.predictions) - number(&decisions.values),
                    // A share of nothing is not a number, and does not count.
                    Variable::RelativeError => {
                        let (value, predicted) = (number(&decisions.values), number(&decisions.predictions));
                        if value == 0.0 {
                            f64::NAN
                        } else {
                            (predicted - value) / value.abs()
                        }
                    }
                    // Of people it is known when all of their rows are.
                    variable if variable.is_of_people() && kernel.shape.persons => break,
                    Variable::Decision => 0.0,
                    _ => of.of_row(decisions, row),
                };
                let at = rows.cells[row] as usize * stride;
                let replicate = rows
                    .subjects
                    .get(row)
                    .map_or(0, |key| histogram::replicate(*key as u64));
                let weight = rows.weights.get(row).copied().unwrap_or(1.0)
                    * rows.stands_for.get(row).copied().unwrap_or(1) as f64;
                let places = &self.places[at..at + stride][of.places()];
                let mut fill = |value: f64, pattern: u8| {
                    let filled = filling.add(value, places, pattern, replicate, weight);
                    filled.map_err(|overflow| Fault::Row(row, overflow))
                };
                match of.variable {
                    Variable::Fit if value.is_nan() => {}
                    Variable::Fit => {
                        fill(value, histogram::ERRORS)?;
                        fill(number(&decisions.values), histogram::TARGETS)?;
                    }
                    of_people if of_people.is_of_people() => fill(value, 0)?,
                    Variable::Class => fill(value, 0)?,
                    _ => fill(value, *pattern)?,
                }
            }
        }
        Ok(())
    }

    fn add_to_people(&mut self, rows: &Rows) -> Result<(), PeopleFault> {
        let people = &self.kernel.people;
        let packing = &people.packing;
        let plain = match rows.outcomes.as_slice() {
            [outcome] if packing.plain => Some(outcome),
            _ => None,
        };
        for (row, fate) in rows.fates.iter().enumerate() {
            let stands_for = rows.stands_for.get(row).copied().unwrap_or(1);
            if *fate != Fate::Audited || stands_for == 0 {
                continue;
            }
            let (key, cell) = (rows.subjects[row], rows.cells[row]);
            let index = partition_of(key);
            let (waiting, full) = &mut self.waiting[index];
            if let Some(outcome) = plain {
                waiting.extend_from_slice(&record::plain_entry(key, cell, outcome.patterns[row]));
            } else {
                let parts = RowParts {
                    key,
                    cell,
                    stands_for,
                    weight: rows.weights.get(row).copied().unwrap_or(1.0),
                    outcomes: &rows.outcomes,
                    row,
                };
                packing.push(&parts, waiting);
            }
            if waiting.len() >= *full {
                let there = people.add(index, waiting, &mut self.found)?;
                waiting.clear();
                *full = there.clamp(*WAITING.start(), *WAITING.end()) * packing.entry;
            }
        }
        Ok(())
    }

    /// Adds what waits.
    pub(super) fn flush(&mut self) -> Result<(), PeopleFault> {
        for (index, (waiting, _)) in self.waiting.iter_mut().enumerate() {
            if !waiting.is_empty() {
                self.kernel.people.add(index, waiting, &mut self.found)?;
                *waiting = Vec::new();
            }
        }
        Ok(())
    }

    /// Where each row is a person of its own.
    fn add_as_people(&mut self, rows: &Rows) {
        let kernel = self.kernel;
        let stride = kernel.pattern_offset(kernel.layouts().len());
        for (o, (layout, decisions)) in kernel.layouts().iter().zip(&rows.outcomes).enumerate() {
            let offset = kernel.pattern_offset(o);
            let plain = rows.stands_for.is_empty()
                && decisions.splits.is_empty()
                && rows.weights.is_empty()
                && !layout.shape.list
                && !layout.shape.logs;
            let place = |cell: u32, pattern: u8| cell as usize * stride + offset + usize::from(pattern);
            let placed = rows.cells.iter().zip(&decisions.patterns);
            if !plain {
                self.add_varied(rows, o);
            } else if layout.real_sums() == 0 {
                for (cell, pattern) in placed {
                    if *pattern != NO_DECISION {
                        self.counts[place(*cell, *pattern)] += 1;
                    }
                }
            } else {
                for ((cell, pattern), value) in placed.zip(&decisions.values) {
                    if *pattern == NO_DECISION {
                        continue;
                    }
                    let at = place(*cell, *pattern);
                    if value.is_nan() {
                        self.counts[at] += 1;
                        continue;
                    }
                    let sums = &mut self.values[at];
                    sums.times += 1;
                    if !sums.value.add(*value) {
                        self.wide.entry(at).or_default().add_values(*value, 0.0);
                    }
                    let square = value * value;
                    if !sums.square.add(square) {
                        self.wide.entry(at).or_default().add_values(0.0, square);
                    }
                }
            }
        }
    }

    /// Rows that stand for many or have a weight, each a person of its own.
    fn add_varied(&mut self, rows: &Rows, outcome: usize) {
        let kernel = self.kernel;
        let layout = &kernel.layouts()[outcome];
        let decisions = &rows.outcomes[outcome];
        let stride = kernel.pattern_offset(kernel.layouts().len());
        let offset = kernel.pattern_offset(outcome);
        for (row, pattern) in decisions.patterns.iter().enumerate() {
            let weight = rows.weights.get(row).copied().unwrap_or(1.0);
            if *pattern == NO_DECISION || weight <= 0.0 {
                continue;
            }
            let number = |column: &[f64]| column.get(row).copied().unwrap_or(f64::NAN);
            let amounts = layout.amounts(number(&decisions.values), number(&decisions.lists));
            let has = amounts.has();
            let value = amounts.value;
            let stands_for = rows.stands_for.get(row).copied().unwrap_or(1);
            let selected = match decisions.splits.get(row) {
                Some(selected) => *selected,
                None if decisions.selected(row) => stands_for,
                None => 0,
            };
            let label = if decisions.selected(row) {
                *pattern - decisions.half
            } else {
                *pattern
            };
            for (side, times) in [(0, stands_for - selected), (decisions.half, selected)] {
                if times == 0 {
                    continue;
                }
                let at = rows.cells[row] as usize * stride + offset + usize::from(side + label);
                if layout.real_sums() == 0 {
                    self.counts[at] += times;
                } else {
                    let sums = match has {
                        Has::NOTHING => self.wide_without.entry(at).or_default(),
                        Has::VALUE => self.wide.entry(at).or_default(),
                        more => self.priced.entry((at, more)).or_default(),
                    };
                    sums.add(times, weight, value.unwrap_or(0.0), kernel.shape.weighted);
                    if has.list || has.log {
                        sums.add_prices(times, weight, &amounts);
                    }
                }
            }
        }
    }
}

/// The first audited row whose weight or value can't be kept exactly.
fn out_of_range(rows: &Rows) -> Option<usize> {
    let bad = |x: f64| Fixed::new(x).is_none();
    let weight = |row: usize| rows.weights.get(row).copied().unwrap_or(1.0);
    if rows.weights.is_empty()
        && rows
            .outcomes
            .iter()
            .flat_map(|outcome| outcome.values.iter().chain(&outcome.lists))
            .all(|v| v.abs() < 1e14 || v.is_nan())
    {
        return None;
    }
    (0..rows.cells.len()).find(|&row| {
        rows.fates[row] == Fate::Audited
            && (bad(weight(row))
                || rows.outcomes.iter().any(|outcome| {
                    let mut amounts = [&outcome.values, &outcome.lists]
                        .into_iter()
                        .filter_map(|all| all.get(row));
                    outcome.patterns[row] != NO_DECISION && amounts.any(|v| !v.is_nan() && bad(v * weight(row)))
                }))
    })
}

/// Counts decisions, and what they lack.
fn count_lacks(account: &mut OutcomeAccount, decisions: &Decisions) {
    let half = decisions.half;
    let count = |of: fn(u8, u8) -> bool| decisions.patterns.iter().filter(|pattern| of(**pattern, half)).count() as u64;
    let audited = count(|pattern, _| pattern != NO_DECISION);
    account.audited += audited;
    account.no_label += count(|pattern, half| pattern == 0 || pattern == half);
    account.no_value += if decisions.values.is_empty() {
        audited
    } else {
        let lacking = decisions.patterns.iter().zip(&decisions.values);
        lacking
            .filter(|(pattern, value)| **pattern != NO_DECISION && value.is_nan())
            .count() as u64
    };
}
