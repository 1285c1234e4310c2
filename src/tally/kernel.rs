//! The accumulators that rows are poured into.
//!
//! A row falls into a *cell*: one combination of all attributes. Where rows name people, each person has one record per
//! cell that they appear in, nearly always one; where they do not, each row is a person, and only row counts per cell and
//! pattern are kept. When the log is at its end the records become moments: first by cell, then rolled up to the
//! groupings; people with more than one cell go to each grouping by themselves.
//!
//! Each thread has a [`Worker`] of its own. Sums are exact and do not depend on order, so that neither the number of
//! threads nor what each of them met changes a digit.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use hashbrown::HashMap;

use super::exact::Fixed;
use super::group::{Group, Grouping};
use super::moments::{Layout, Moments, Part, RowSums, Totals};
use super::people::{PARTITIONS, Partition, People, PeopleFault, Room, partition_of};
use super::record::{self, NO_DECISION, NONE, Packing, RowParts};
use super::{Fate, Fates, Label, OutcomeAccount, Shape, Tally};

/// What the rows of a batch say about one outcome.
#[derive(Debug, Clone, Default)]
pub struct Decisions {
    /// By row: decision and label as [`Decisions::pattern`] has it, or [`NO_DECISION`].
    pub patterns: Vec<u8>,
    /// By row, where rows say how many of those that they stand for were selected; else empty.
    pub splits: Vec<u64>,
    /// By row, where the outcome has values; NaN: none.
    pub values: Vec<f64>,
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
const MOST_ROWS: u64 = 1 << 53;
/// Entries that wait for one partition.
const WAITING: usize = 128;
/// Cells beyond which people are added to groups directly: moments of each cell would take more memory than they save.
const MANY_CELLS: usize = 1 << 14;

/// What all threads share.
#[derive(Debug)]
pub struct Kernel {
    shape: Shape,
    cells: Mutex<Cells>,
    people: People,
}

#[derive(Debug, Default)]
struct Cells {
    numbers: HashMap<Vec<u32>, u32>,
    codes: Vec<Vec<u32>>,
}

/// What one thread has added up.
#[derive(Debug)]
pub struct Worker<'k> {
    kernel: &'k Kernel,
    /// By cell.
    fates: Vec<Fates>,
    /// By cell: audited rows, as often as their count says.
    rows: Vec<u64>,
    total: u64,
    accounts: Vec<OutcomeAccount>,
    /// By cell, outcome and pattern, where each row is a person: how often.
    counts: Vec<u64>,
    /// The same without and with a value, where rows have a real number to them: number in `sums` plus one, or 0.
    numbers: Vec<u32>,
    sums: Vec<RowSums>,
    /// By partition: entries that wait.
    waiting: Vec<Vec<u64>>,
    found: Vec<u32>,
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

    fn layouts(&self) -> &[Layout] {
        &self.people.packing.layouts
    }

    /// Offset of each outcome's patterns, and how many there are in all.
    fn pattern_offset(&self, outcome: usize) -> usize {
        self.layouts()[..outcome].iter().map(Layout::patterns).sum()
    }

    /// A worker for one thread.
    #[must_use]
    pub fn worker(&self) -> Worker<'_> {
        let waiting = if self.shape.persons { PARTITIONS } else { 0 };
        Worker {
            kernel: self,
            fates: Vec::new(),
            rows: Vec::new(),
            total: 0,
            accounts: vec![OutcomeAccount::default(); self.shape.outcomes.len()],
            counts: Vec::new(),
            numbers: Vec::new(),
            sums: Vec::new(),
            waiting: vec![Vec::new(); waiting],
            found: Vec::new(),
        }
    }

    /// Closes the tally, on as many threads as there are workers. `labels` gives the label of each code by attribute.
    ///
    /// # Errors
    /// When a sum left the range in which it is exact, or what was set aside can't be read back.
    pub fn finish(&self, workers: &mut [Worker<'_>], labels: &[Vec<Label>]) -> Result<Tally, PeopleFault> {
        let codes = self.cells.lock().unwrap_or_else(PoisonError::into_inner).codes.clone();
        let layouts = self.layouts();
        let mut total = 0_u64;
        for worker in &mut *workers {
            total = total.saturating_add(worker.total);
            worker.grow(codes.len());
            worker.flush()?;
        }
        if total > MOST_ROWS {
            return Err(Overflow::Count.into());
        }
        let groupings: Vec<Grouping> = self
            .shape
            .groupings
            .iter()
            .map(|attributes| Grouping::new(attributes, &codes, labels, layouts))
            .collect();
        let next = AtomicUsize::new(0);
        let start = || Closing {
            kernel: self,
            everyone: Group::new(layouts, Vec::new()),
            groupings: groupings.clone(),
            cells: if codes.len() > MANY_CELLS {
                Vec::new()
            } else {
                vec![layouts.iter().map(Moments::new).collect(); codes.len()]
            },
            subjects: vec![0; codes.len()],
        };
        let mut whole = start();
        if self.shape.persons {
            let others = std::thread::scope(|scope| {
                let threads: Vec<_> = (1..workers.len())
                    .map(|_| {
                        scope.spawn(|| {
                            let mut part = start();
                            part.add_partitions(&next).map(|()| part)
                        })
                    })
                    .collect();
                let own = whole.add_partitions(&next);
                let others: Vec<_> = threads
                    .into_iter()
                    .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                    .collect();
                own.map(|()| others)
            })?;
            for other in others {
                whole.merge(&other?);
            }
        } else {
            whole.add_rows_as_people(workers);
        }
        whole.finish(workers)
    }
}

impl Worker<'_> {
    /// Makes room for cells.
    fn grow(&mut self, cells: usize) {
        if cells <= self.fates.len() {
            return;
        }
        let size = cells.next_power_of_two();
        self.fates.resize(size, Fates::default());
        self.rows.resize(size, 0);
        if !self.kernel.shape.persons {
            let stride = self.kernel.pattern_offset(self.kernel.layouts().len());
            self.counts.resize(size * stride, 0);
            if self.kernel.layouts().iter().any(|layout| layout.real_sums() > 0) {
                self.numbers.resize(2 * size * stride, 0);
            }
        }
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
        for (cell, fate) in rows.cells.iter().zip(&rows.fates) {
            self.fates[*cell as usize].count(*fate);
        }
        for (i, fate) in rows.fates.iter().enumerate() {
            if *fate == Fate::Audited {
                let stands_for = rows.stands_for.get(i).copied().unwrap_or(1);
                self.rows[rows.cells[i] as usize] += stands_for;
                self.total = self.total.saturating_add(stands_for);
                if self.total > MOST_ROWS {
                    return Err(Fault::Row(i, Overflow::Count));
                }
            }
        }
        for (account, decisions) in self.accounts.iter_mut().zip(&rows.outcomes) {
            count_lacks(account, decisions);
        }
        if self.kernel.shape.persons {
            self.add_to_people(rows).map_err(Fault::People)
        } else {
            self.add_as_people(rows);
            Ok(())
        }
    }

    fn add_to_people(&mut self, rows: &Rows) -> Result<(), PeopleFault> {
        let people = &self.kernel.people;
        let full = WAITING * people.packing.entry;
        for (row, fate) in rows.fates.iter().enumerate() {
            let stands_for = rows.stands_for.get(row).copied().unwrap_or(1);
            if *fate != Fate::Audited || stands_for == 0 {
                continue;
            }
            let key = rows.subjects[row];
            let index = partition_of(key);
            let waiting = &mut self.waiting[index];
            if waiting.capacity() == 0 {
                waiting.reserve_exact(full);
            }
            let parts = RowParts {
                key,
                cell: rows.cells[row],
                stands_for,
                weight: rows.weights.get(row).copied().unwrap_or(1.0),
                outcomes: &rows.outcomes,
                row,
            };
            people.packing.push(parts, waiting);
            if waiting.len() >= full {
                people.add(index, waiting, &mut self.found)?;
                waiting.clear();
            }
        }
        Ok(())
    }

    /// Adds what waits.
    fn flush(&mut self) -> Result<(), PeopleFault> {
        for (index, waiting) in self.waiting.iter_mut().enumerate() {
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
        let weighted = kernel.shape.weighted;
        let stride = kernel.pattern_offset(kernel.layouts().len());
        for (o, (layout, decisions)) in kernel.layouts().iter().zip(&rows.outcomes).enumerate() {
            let offset = kernel.pattern_offset(o);
            if layout.real_sums() == 0 && rows.stands_for.is_empty() && decisions.splits.is_empty() {
                for (cell, pattern) in rows.cells.iter().zip(&decisions.patterns) {
                    if *pattern != NO_DECISION {
                        self.counts[*cell as usize * stride + offset + usize::from(*pattern)] += 1;
                    }
                }
                continue;
            }
            for (row, pattern) in decisions.patterns.iter().enumerate() {
                if *pattern == NO_DECISION {
                    continue;
                }
                let weight = rows.weights.get(row).copied().unwrap_or(1.0);
                if weight <= 0.0 {
                    continue;
                }
                let value = decisions.values.get(row).copied().filter(|value| !value.is_nan());
                let stands_for = rows.stands_for.get(row).copied().unwrap_or(1);
                let selected = match decisions.splits.get(row) {
                    Some(selected) => *selected,
                    None if decisions.selected(row) => stands_for,
                    None => 0,
                };
                let label = *pattern % decisions.half;
                let at = rows.cells[row] as usize * stride + offset;
                for (side, times) in [(0, stands_for - selected), (decisions.half, selected)] {
                    if times == 0 {
                        continue;
                    }
                    let at = at + usize::from(side + label);
                    if layout.real_sums() == 0 {
                        self.counts[at] += times;
                        continue;
                    }
                    let number = &mut self.numbers[2 * at + usize::from(value.is_some())];
                    if *number == 0 {
                        self.sums.push(RowSums::default());
                        *number = self.sums.len() as u32;
                    }
                    self.sums[*number as usize - 1].add(times, weight, value.unwrap_or(0.0), weighted);
                }
            }
        }
    }
}

/// The first audited row whose weight or value can't be kept exactly.
fn out_of_range(rows: &Rows) -> Option<usize> {
    let bad = |x: f64| Fixed::new(x).is_none();
    let weight = |row: usize| rows.weights.get(row).copied().unwrap_or(1.0);
    if rows.weights.is_empty() && rows.outcomes.iter().all(|outcome| outcome.values.iter().all(|v| v.abs() < 1e14 || v.is_nan())) {
        return None;
    }
    (0..rows.cells.len()).find(|&row| {
        rows.fates[row] == Fate::Audited
            && (bad(weight(row))
                || rows.outcomes.iter().any(|outcome| {
                    let value = outcome.values.get(row).copied().filter(|v| !v.is_nan());
                    outcome.patterns[row] != NO_DECISION && value.is_some_and(|v| bad(v * weight(row)))
                }))
    })
}

/// Counts decisions, and what they lack.
fn count_lacks(account: &mut OutcomeAccount, decisions: &Decisions) {
    let half = decisions.half;
    for pattern in &decisions.patterns {
        account.audited += u64::from(*pattern != NO_DECISION);
        account.no_label += u64::from(*pattern == 0 || *pattern == half);
    }
    if decisions.values.is_empty() {
        account.no_value = account.audited;
        return;
    }
    for (pattern, value) in decisions.patterns.iter().zip(&decisions.values) {
        account.no_value += u64::from(*pattern != NO_DECISION && value.is_nan());
    }
}

/// One thread's part of closing a tally.
struct Closing<'k> {
    kernel: &'k Kernel,
    everyone: Group,
    groupings: Vec<Grouping>,
    /// Moments by cell and outcome; none where there are too many cells.
    cells: Vec<Vec<Moments>>,
    /// People by cell, of those who are in one cell alone.
    subjects: Vec<u64>,
}

impl Closing<'_> {
    /// Adds the people of all partitions that no other thread has taken.
    fn add_partitions(&mut self, next: &AtomicUsize) -> Result<(), PeopleFault> {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= PARTITIONS {
                return Ok(());
            }
            let partition = self.kernel.people.take(index)?;
            let packing = &self.kernel.people.packing;
            for first in partition.people(packing) {
                let record = partition.record(packing, first);
                if record::next(record) != NONE {
                    self.add_person_of_several_cells(&partition, first)?;
                    continue;
                }
                let cell = record::cell(record) as usize;
                self.subjects[cell] += 1;
                for (o, layout) in packing.layouts.iter().enumerate() {
                    let Some(totals) = totals(packing, &partition, &[first], o)? else {
                        continue;
                    };
                    if let Some(moments) = self.cells.get_mut(cell) {
                        moments[o].add(layout, &totals, 1);
                        continue;
                    }
                    self.everyone.single[o].add(layout, &totals, 1);
                    for grouping in &mut self.groupings {
                        grouping.groups[grouping.of_cell[cell]].single[o].add(layout, &totals, 1);
                    }
                }
            }
        }
    }

    fn add_person_of_several_cells(&mut self, partition: &Partition, first: u32) -> Result<(), PeopleFault> {
        let packing = &self.kernel.people.packing;
        let mut records = Vec::new();
        let mut at = first;
        while at != NONE {
            records.push(at);
            at = record::next(partition.record(packing, at));
        }
        self.everyone.subjects += 1;
        for (o, layout) in packing.layouts.iter().enumerate() {
            if let Some(whole) = totals(packing, partition, &records, o)? {
                self.everyone.single[o].add(layout, &whole, 1);
            }
        }
        for grouping in &mut self.groupings {
            let of_record: Vec<usize> = records
                .iter()
                .map(|&at| grouping.of_cell[record::cell(partition.record(packing, at)) as usize])
                .collect();
            let mut groups = of_record.clone();
            groups.sort_unstable();
            groups.dedup();
            for &group in &groups {
                grouping.groups[group].subjects += 1;
            }
            let mut join = |wanted: &dyn Fn(usize) -> bool, outcome: usize| {
                let some: Vec<u32> = records
                    .iter()
                    .zip(&of_record)
                    .filter(|(_, group)| wanted(**group))
                    .map(|(at, _)| *at)
                    .collect();
                totals(packing, partition, &some, outcome)
            };
            match groups.as_slice() {
                [only] => {
                    for (o, layout) in packing.layouts.iter().enumerate() {
                        if let Some(totals) = join(&|_| true, o)? {
                            grouping.groups[*only].single[o].add(layout, &totals, 1);
                        }
                    }
                }
                _ => grouping.add_several(&packing.layouts, &groups, &mut join)?,
            }
        }
        Ok(())
    }

    /// Adds what the workers have counted where each row is a person.
    fn add_rows_as_people(&mut self, workers: &[Worker<'_>]) {
        let layouts = self.kernel.layouts();
        let stride = self.kernel.pattern_offset(layouts.len());
        for cell in 0..self.subjects.len() {
            self.subjects[cell] = workers.iter().map(|worker| worker.rows[cell]).sum();
            for (o, layout) in layouts.iter().enumerate() {
                let mut moments = Moments::new(layout);
                for pattern in 0..layout.patterns() {
                    let at = cell * stride + self.kernel.pattern_offset(o) + pattern;
                    for kind in 0..2 {
                        let mut rows = RowSums::default();
                        for worker in workers {
                            if kind == 0 {
                                rows.times += worker.counts[at];
                            }
                            let number = worker.numbers.get(2 * at + kind).copied().unwrap_or(0);
                            if let Some(index) = number.checked_sub(1) {
                                rows.merge(&worker.sums[index as usize]);
                            }
                        }
                        moments.add_rows(layout, pattern, kind == 1, &rows);
                    }
                }
                match self.cells.get_mut(cell) {
                    Some(cells) => cells[o].merge(&moments),
                    None => {
                        self.everyone.single[o].merge(&moments);
                        for grouping in &mut self.groupings {
                            grouping.groups[grouping.of_cell[cell]].single[o].merge(&moments);
                        }
                    }
                }
            }
        }
    }

    fn merge(&mut self, other: &Self) {
        self.everyone.merge(&other.everyone);
        for (mine, theirs) in self.groupings.iter_mut().zip(&other.groupings) {
            mine.merge(theirs);
        }
        for (mine, theirs) in self.cells.iter_mut().zip(&other.cells) {
            for (a, b) in mine.iter_mut().zip(theirs) {
                a.merge(b);
            }
        }
        for (mine, theirs) in self.subjects.iter_mut().zip(&other.subjects) {
            *mine += theirs;
        }
    }

    /// Rolls cells up to groups.
    fn finish(mut self, workers: &[Worker<'_>]) -> Result<Tally, PeopleFault> {
        let layouts = self.kernel.layouts();
        for cell in 0..self.subjects.len() {
            let mut fates = Fates::default();
            let mut rows = 0;
            for worker in workers {
                fates.add(&worker.fates[cell]);
                rows += worker.rows[cell];
            }
            let moments = self.cells.get(cell).map_or(&[][..], Vec::as_slice);
            self.everyone.roll_up(moments, &fates, rows, self.subjects[cell]);
            for grouping in &mut self.groupings {
                let group = grouping.of_cell[cell];
                grouping.groups[group].roll_up(moments, &fates, rows, self.subjects[cell]);
            }
        }
        let mut outcomes = vec![OutcomeAccount::default(); layouts.len()];
        for worker in workers {
            for (whole, part) in outcomes.iter_mut().zip(&worker.accounts) {
                whole.audited += part.audited;
                whole.no_label += part.no_label;
                whole.no_value += part.no_value;
            }
        }
        Ok(Tally {
            shape: self.kernel.shape.clone(),
            everyone: self.everyone.finish(layouts, None).ok_or(Overflow::Value)?,
            groupings: self
                .groupings
                .into_iter()
                .map(|grouping| grouping.finish(layouts))
                .collect::<Option<_>>()
                .ok_or(Overflow::Value)?,
            outcomes,
        })
    }
}

/// A person's totals over some of their records.
fn totals(packing: &Packing, partition: &Partition, records: &[u32], outcome: usize) -> Result<Option<Totals>, Overflow> {
    let layout = &packing.layouts[outcome];
    let mut counts = [0; Layout::MOST_COUNTS];
    let mut reals = [Fixed::default(); Layout::MOST_REALS];
    let (counts, reals) = (&mut counts[..layout.counts()], &mut reals[..layout.real_sums()]);
    for &at in records {
        packing.gather(partition.record(packing, at), at, outcome, &partition.carries, counts, reals)?;
    }
    Ok(layout.totals(Part { counts, reals }))
}
