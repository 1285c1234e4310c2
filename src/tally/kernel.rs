//! The accumulators that rows are poured into.
//!
//! A row falls into a *cell*: one combination of all attributes. Where rows name people, each person has one record per
//! cell that they appear in, nearly always one; where they do not, each row is a person, and only row counts per cell and
//! pattern are kept. When the log is at its end the records become moments: first by cell, then rolled up to the
//! groupings; people with more than one cell go to each grouping by themselves.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::exact::Fixed;
use super::moments::{CrossMoments, Layout, Moments, Part, RowSums, Totals};
use super::{CrossSums, Fate, Fates, GroupTally, GroupingTally, Label, OutcomeAccount, Shape, Sums, Tally};

/// What a row says about one outcome.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// How many of the rows that it stands for were not selected.
    pub unselected: u64,
    /// How many were selected.
    pub selected: u64,
    /// The observed label.
    pub label: Option<bool>,
    /// What it was worth.
    pub value: Option<f64>,
}

/// One row that passed the filters.
#[derive(Debug, Clone, PartialEq)]
pub struct Row<'a> {
    /// The person; ignored where rows do not name people.
    pub subject: u128,
    /// Sampling weight; 1 where rows have none.
    pub weight: f64,
    /// By outcome; `None`: no decision.
    pub decisions: &'a [Option<Decision>],
}

/// A sum has left the range in which it can be kept exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overflow {
    /// A value or weight, or a person's sum of them, is not finite or beyond 10¹⁴.
    Value,
    /// The counts add up to more than 2⁵³.
    Count,
}

/// Beyond this, a count is no longer exact as a double.
const MOST_ROWS: u64 = 1 << 53;
const NONE: u32 = u32::MAX;

/// One person in one cell.
#[derive(Debug, Clone, Copy)]
struct Record {
    cell: u32,
    /// The person's record in another cell, or [`NONE`].
    next: u32,
}

/// Pours rows into cells.
#[derive(Debug)]
pub struct Kernel {
    shape: Shape,
    layouts: Vec<Layout>,
    /// Offsets of each outcome in a record's counts and reals; the last is the record's length.
    count_offsets: Vec<usize>,
    real_offsets: Vec<usize>,
    /// Offsets of each outcome in `rows_alone`.
    row_offsets: Vec<usize>,
    cells: HashMap<Vec<u32>, u32>,
    codes: Vec<Vec<u32>>,
    fates: Vec<Fates>,
    /// Audited rows of each cell, as often as their count says.
    rows: Vec<u64>,
    accounts: Vec<OutcomeAccount>,
    total: u64,
    people: HashMap<u128, u32>,
    records: Vec<Record>,
    /// Counts of records (people) or of cells (rows as people), flat.
    counts: Vec<u64>,
    reals: Vec<Fixed>,
    /// By cell: rows of each pattern without and with a value, flat over outcomes, where each row is a person and rows
    /// have a real number to them.
    rows_alone: Vec<Vec<RowSums>>,
    /// Rows as people, by cell.
    row_subjects: Vec<u64>,
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

impl Kernel {
    /// An empty kernel.
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        let layouts: Vec<Layout> = shape
            .outcomes
            .iter()
            .map(|&outcome| Layout::new(outcome, shape.weighted))
            .collect();
        Self {
            count_offsets: offsets(layouts.iter().map(Layout::counts)),
            real_offsets: offsets(layouts.iter().map(Layout::real_sums)),
            row_offsets: offsets(layouts.iter().map(|layout| {
                if layout.real_sums() > 0 {
                    2 * layout.patterns()
                } else {
                    0
                }
            })),
            accounts: vec![OutcomeAccount::default(); layouts.len()],
            shape,
            layouts,
            cells: HashMap::new(),
            codes: Vec::new(),
            fates: Vec::new(),
            rows: Vec::new(),
            total: 0,
            people: HashMap::new(),
            records: Vec::new(),
            counts: Vec::new(),
            reals: Vec::new(),
            rows_alone: Vec::new(),
            row_subjects: Vec::new(),
        }
    }

    /// The cell of a combination of group codes, one per attribute.
    pub fn cell(&mut self, codes: &[u32]) -> u32 {
        if let Some(&cell) = self.cells.get(codes) {
            return cell;
        }
        let cell = self.codes.len() as u32;
        self.cells.insert(codes.to_vec(), cell);
        self.codes.push(codes.to_vec());
        self.fates.push(Fates::default());
        self.rows.push(0);
        self.row_subjects.push(0);
        if !self.shape.persons {
            self.counts.resize(self.counts.len() + self.count_stride(), 0);
            self.rows_alone
                .push(vec![RowSums::default(); self.row_offsets[self.layouts.len()]]);
        }
        cell
    }

    fn count_stride(&self) -> usize {
        self.count_offsets[self.layouts.len()]
    }

    fn real_stride(&self) -> usize {
        self.real_offsets[self.layouts.len()]
    }

    /// How many people have been seen (0 where rows do not name people).
    #[must_use]
    pub fn people(&self) -> usize {
        self.people.len()
    }

    /// Whether this person has been seen.
    #[must_use]
    pub fn has_person(&self, subject: u128) -> bool {
        self.people.contains_key(&subject)
    }

    /// Counts a row that is not audited.
    pub fn set_aside(&mut self, cell: u32, fate: Fate) {
        self.fates[cell as usize].count(fate);
    }

    /// Adds a row with at least one decision.
    ///
    /// # Errors
    /// When a sum leaves the range in which it is exact.
    pub fn add(&mut self, cell: u32, row: &Row<'_>) -> Result<(), Overflow> {
        self.fates[cell as usize].count(Fate::Audited);
        let stands_for = row
            .decisions
            .iter()
            .flatten()
            .map(|d| d.unselected + d.selected)
            .max()
            .unwrap_or(0);
        self.rows[cell as usize] += stands_for;
        self.total = self
            .total
            .checked_add(stands_for)
            .filter(|total| *total <= MOST_ROWS)
            .ok_or(Overflow::Count)?;
        for (account, decision) in self.accounts.iter_mut().zip(row.decisions) {
            if let Some(decision) = decision {
                account.audited += 1;
                account.no_label += u64::from(decision.label.is_none());
                account.no_value += u64::from(decision.value.is_none());
            }
        }
        if self.shape.persons {
            if stands_for > 0 {
                let record = self.record(row.subject, cell);
                self.add_to_record(record, row)?;
            }
        } else {
            self.row_subjects[cell as usize] += stands_for;
            self.add_as_person(cell, row)?;
        }
        Ok(())
    }

    /// The record of a person in a cell, made when there is none.
    fn record(&mut self, subject: u128, cell: u32) -> u32 {
        let fresh = self.records.len() as u32;
        let first = *self.people.entry(subject).or_insert(fresh);
        if first != fresh {
            let mut at = first;
            loop {
                let record = self.records[at as usize];
                if record.cell == cell {
                    return at;
                }
                if record.next == NONE {
                    self.records[at as usize].next = fresh;
                    break;
                }
                at = record.next;
            }
        }
        self.records.push(Record { cell, next: NONE });
        self.counts.resize(self.counts.len() + self.count_stride(), 0);
        self.reals
            .resize(self.reals.len() + self.real_stride(), Fixed::default());
        fresh
    }

    fn add_to_record(&mut self, record: u32, row: &Row<'_>) -> Result<(), Overflow> {
        let counts_at = record as usize * self.count_stride();
        let reals_at = record as usize * self.real_stride();
        for (o, decision) in row.decisions.iter().enumerate() {
            let Some(decision) = decision else { continue };
            let layout = &self.layouts[o];
            let counts = &mut self.counts[counts_at + self.count_offsets[o]..counts_at + self.count_offsets[o + 1]];
            let reals = &mut self.reals[reals_at + self.real_offsets[o]..reals_at + self.real_offsets[o + 1]];
            pour(layout, decision, row.weight, self.shape.weighted, counts, reals)?;
        }
        Ok(())
    }

    /// Where each row is a person of its own.
    fn add_as_person(&mut self, cell: u32, row: &Row<'_>) -> Result<(), Overflow> {
        let at = cell as usize * self.count_stride();
        for (o, decision) in row.decisions.iter().enumerate() {
            let Some(decision) = decision else { continue };
            let layout = &self.layouts[o];
            if layout.real_sums() == 0 {
                for (selected, times) in [(false, decision.unselected), (true, decision.selected)] {
                    self.counts[at + self.count_offsets[o] + layout.pattern(selected, decision.label)] += times;
                }
                continue;
            }
            let value = decision.value.filter(|_| layout.shape.value);
            let amount = row.weight * value.unwrap_or(0.0);
            if Fixed::new(row.weight).is_none() || Fixed::new(amount).is_none() {
                return Err(Overflow::Value);
            }
            if row.weight <= 0.0 {
                continue;
            }
            let sums = &mut self.rows_alone[cell as usize][self.row_offsets[o]..];
            for (selected, times) in [(false, decision.unselected), (true, decision.selected)] {
                let at = 2 * layout.pattern(selected, decision.label) + usize::from(value.is_some());
                sums[at].add(times, row.weight, value.unwrap_or(0.0), self.shape.weighted);
            }
        }
        Ok(())
    }

    /// Closes the tally. `labels` gives the label of each code by attribute.
    ///
    /// # Errors
    /// When a sum left the range in which it is exact.
    pub fn finish(self, labels: &[Vec<Label>]) -> Result<Tally, Overflow> {
        let mut everyone = Group::new(&self.layouts, Vec::new());
        let mut groupings: Vec<Grouping> = self
            .shape
            .groupings
            .iter()
            .map(|attributes| Grouping::new(attributes, &self.codes, labels, &self.layouts))
            .collect();

        let mut cells = self.cell_moments();
        let mut cell_subjects = self.row_subjects.clone();
        let mut scratch = Scratch::default();
        for &first in self.people.values() {
            let record = self.records[first as usize];
            if record.next == NONE {
                cell_subjects[record.cell as usize] += 1;
                for (o, layout) in self.layouts.iter().enumerate() {
                    if let Some(totals) = layout.totals(self.part(first, o)) {
                        cells[record.cell as usize][o].add(layout, &totals, 1);
                    }
                }
            } else {
                self.add_person_of_several_cells(first, &mut everyone, &mut groupings, &mut scratch)?;
            }
        }

        for (cell, moments) in cells.iter().enumerate() {
            everyone.roll_up(moments, &self.fates[cell], self.rows[cell], cell_subjects[cell]);
            for grouping in &mut groupings {
                let group = grouping.of_cell[cell];
                grouping.groups[group].roll_up(moments, &self.fates[cell], self.rows[cell], cell_subjects[cell]);
            }
        }
        let everyone = everyone.finish(&self.layouts, None).ok_or(Overflow::Value)?;
        let groupings = groupings
            .into_iter()
            .map(|grouping| grouping.finish(&self.layouts))
            .collect::<Option<_>>()
            .ok_or(Overflow::Value)?;
        Ok(Tally {
            shape: self.shape,
            everyone,
            groupings,
            outcomes: self.accounts,
        })
    }

    /// Moments by cell from what was kept per row; empty where rows name people.
    fn cell_moments(&self) -> Vec<Vec<Moments>> {
        let mut cells: Vec<Vec<Moments>> = vec![self.layouts.iter().map(Moments::new).collect(); self.codes.len()];
        if self.shape.persons {
            return cells;
        }
        for (cell, moments) in cells.iter_mut().enumerate() {
            let at = cell * self.count_stride();
            for (o, layout) in self.layouts.iter().enumerate() {
                for pattern in 0..layout.patterns() {
                    let mut plain = RowSums::default();
                    plain.add(self.counts[at + self.count_offsets[o] + pattern], 1.0, 0.0, false);
                    let alone = &self.rows_alone[cell][self.row_offsets[o]..self.row_offsets[o + 1]];
                    let all = match alone.get(2 * pattern..2 * pattern + 2) {
                        Some([without, with]) => [(false, without), (true, with)],
                        _ => [(false, &plain), (true, &plain)],
                    };
                    let kinds = if alone.is_empty() { 1 } else { 2 };
                    for (has_value, rows) in &all[..kinds] {
                        moments[o].add_rows(layout, pattern, *has_value, rows);
                    }
                }
            }
        }
        cells
    }

    fn part(&self, record: u32, outcome: usize) -> Part<'_> {
        let counts = record as usize * self.count_stride();
        let reals = record as usize * self.real_stride();
        Part {
            counts: &self.counts[counts + self.count_offsets[outcome]..counts + self.count_offsets[outcome + 1]],
            reals: &self.reals[reals + self.real_offsets[outcome]..reals + self.real_offsets[outcome + 1]],
        }
    }

    fn add_person_of_several_cells(
        &self,
        first: u32,
        everyone: &mut Group,
        groupings: &mut [Grouping],
        scratch: &mut Scratch,
    ) -> Result<(), Overflow> {
        scratch.records.clear();
        let mut at = first;
        while at != NONE {
            scratch.records.push(at);
            at = self.records[at as usize].next;
        }
        everyone.subjects += 1;
        for (o, layout) in self.layouts.iter().enumerate() {
            if let Some(whole) = self.combined(&scratch.records, o)? {
                everyone.single[o].add(layout, &whole, 1);
            }
        }
        for grouping in groupings {
            let mut by_group: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
            for &record in &scratch.records {
                let cell = self.records[record as usize].cell as usize;
                by_group.entry(grouping.of_cell[cell]).or_default().push(record);
            }
            for &group in by_group.keys() {
                grouping.groups[group].subjects += 1;
            }
            if by_group.len() == 1 {
                for (&group, records) in &by_group {
                    for (o, layout) in self.layouts.iter().enumerate() {
                        if let Some(totals) = self.combined(records, o)? {
                            grouping.groups[group].single[o].add(layout, &totals, 1);
                        }
                    }
                }
                continue;
            }
            grouping.several += 1;
            for (o, layout) in self.layouts.iter().enumerate() {
                let mut parts: Vec<(usize, Totals)> = Vec::new();
                for (&group, records) in &by_group {
                    parts.extend(self.combined(records, o)?.map(|totals| (group, totals)));
                }
                let known: Vec<u32> = self.known_records(grouping, &by_group, None);
                let whole_known = self.combined(&known, o)?;
                let Some(whole) = self.combined(&scratch.records, o)? else {
                    continue;
                };
                if let Some(whole_known) = &whole_known {
                    grouping.several_known[o].add(layout, whole_known, 1);
                }
                for (i, (group, here)) in parts.iter().enumerate() {
                    let rest = self.known_records(grouping, &by_group, Some(*group));
                    let target = &mut grouping.groups[*group];
                    target.multi[o].add(layout, here, 1);
                    target.with_all[o].add(layout, here, &whole);
                    if let Some(whole_known) = &whole_known {
                        target.touching[o].add(layout, whole_known, 1);
                    }
                    if let Some(rest) = self.combined(&rest, o)? {
                        target.multi_rest[o].add(layout, &rest, 1);
                        target.with_rest[o].add(layout, here, &rest);
                    }
                    for (other, there) in &parts[i + 1..] {
                        grouping
                            .pairs
                            .entry((*group, *other))
                            .or_insert_with(|| self.layouts.iter().map(CrossMoments::new).collect())[o]
                            .add(layout, here, there);
                    }
                }
            }
        }
        Ok(())
    }

    /// A person's records in groups of known attribute, but for one group.
    fn known_records(&self, grouping: &Grouping, by_group: &BTreeMap<usize, Vec<u32>>, but: Option<usize>) -> Vec<u32> {
        by_group
            .iter()
            .filter(|(group, _)| Some(**group) != but && grouping.groups[**group].known)
            .flat_map(|(_, records)| records.iter().copied())
            .collect()
    }

    /// A person's totals over some records. Each is within range; their sum may not be.
    fn combined(&self, records: &[u32], outcome: usize) -> Result<Option<Totals>, Overflow> {
        let layout = &self.layouts[outcome];
        let mut counts = vec![0; layout.counts()];
        let mut reals = vec![Fixed::default(); layout.real_sums()];
        for &record in records {
            let part = self.part(record, outcome);
            for (a, b) in counts.iter_mut().zip(part.counts) {
                *a += b;
            }
            for (a, b) in reals.iter_mut().zip(part.reals) {
                *a = a.plus(*b).ok_or(Overflow::Value)?;
            }
        }
        Ok(layout.totals(Part {
            counts: &counts,
            reals: &reals,
        }))
    }
}

/// Adds one row's decision to a record.
fn pour(
    layout: &Layout,
    decision: &Decision,
    weight: f64,
    weighted: bool,
    counts: &mut [u64],
    reals: &mut [Fixed],
) -> Result<(), Overflow> {
    let patterns = layout.patterns();
    for (selected, times) in [(false, decision.unselected), (true, decision.selected)] {
        if times == 0 {
            continue;
        }
        let mut touched = [layout.pattern(selected, decision.label), usize::MAX];
        let value = if layout.shape.value { decision.value } else { None };
        if value.is_some() {
            touched[1] = patterns + usize::from(selected);
        }
        let amount = weight * times as f64;
        for i in touched.into_iter().filter(|i| *i != usize::MAX) {
            counts[i] += times;
            if weighted {
                reals[i] = plus(reals[i], amount)?;
            }
        }
        if let Some(value) = value {
            let i = if weighted { layout.counts() } else { 0 } + usize::from(selected);
            reals[i] = plus(reals[i], value * amount)?;
        }
    }
    Ok(())
}

fn plus(sum: Fixed, x: f64) -> Result<Fixed, Overflow> {
    Fixed::new(x).and_then(|x| sum.plus(x)).ok_or(Overflow::Value)
}

#[derive(Debug, Default)]
struct Scratch {
    records: Vec<u32>,
}

/// A group while it is being added up.
#[derive(Debug)]
struct Group {
    labels: Vec<Label>,
    known: bool,
    fates: Fates,
    rows: u64,
    subjects: u64,
    single: Vec<Moments>,
    multi: Vec<Moments>,
    multi_rest: Vec<Moments>,
    /// The people of `multi`: their whole known part.
    touching: Vec<Moments>,
    with_rest: Vec<CrossMoments>,
    with_all: Vec<CrossMoments>,
}

impl Group {
    fn new(layouts: &[Layout], labels: Vec<Label>) -> Self {
        let moments = || layouts.iter().map(Moments::new).collect::<Vec<_>>();
        let cross = || layouts.iter().map(CrossMoments::new).collect::<Vec<_>>();
        Self {
            known: !labels.iter().any(Label::is_missing),
            labels,
            fates: Fates::default(),
            rows: 0,
            subjects: 0,
            single: moments(),
            multi: moments(),
            multi_rest: moments(),
            touching: moments(),
            with_rest: cross(),
            with_all: cross(),
        }
    }

    fn roll_up(&mut self, moments: &[Moments], fates: &Fates, rows: u64, subjects: u64) {
        for (mine, theirs) in self.single.iter_mut().zip(moments) {
            mine.merge(theirs);
        }
        self.fates.add(fates);
        self.rows += rows;
        self.subjects += subjects;
    }

    fn finish(self, layouts: &[Layout], several_known: Option<&[Moments]>) -> Option<GroupTally> {
        let close =
            |all: &[Moments]| -> Option<Vec<Sums>> { all.iter().zip(layouts).map(|(m, l)| m.finish(l)).collect() };
        let close_cross = |all: &[CrossMoments]| -> Option<Vec<CrossSums>> {
            all.iter().zip(layouts).map(|(m, l)| m.finish(l)).collect()
        };
        let mut elsewhere: Vec<Moments> = match several_known {
            Some(all) => all.to_vec(),
            None => layouts.iter().map(Moments::new).collect(),
        };
        if several_known.is_some() {
            for (all, mine) in elsewhere.iter_mut().zip(&self.touching) {
                all.subtract(mine);
            }
        }
        Some(GroupTally {
            fates: self.fates,
            rows: self.rows,
            subjects: self.subjects,
            single: close(&self.single)?,
            multi: close(&self.multi)?,
            multi_rest: close(&self.multi_rest)?,
            elsewhere: close(&elsewhere)?,
            with_rest: close_cross(&self.with_rest)?,
            with_all: close_cross(&self.with_all)?,
            labels: self.labels,
        })
    }
}

/// A grouping while it is being added up.
#[derive(Debug)]
struct Grouping {
    /// Group index of each cell.
    of_cell: Vec<usize>,
    groups: Vec<Group>,
    several: u64,
    /// People in several groups: their whole known part.
    several_known: Vec<Moments>,
    pairs: BTreeMap<(usize, usize), Vec<CrossMoments>>,
}

impl Grouping {
    fn new(attributes: &[usize], codes: &[Vec<u32>], labels: &[Vec<Label>], layouts: &[Layout]) -> Self {
        let key = |cell: &[u32]| -> Vec<Label> {
            attributes
                .iter()
                .map(|&a| labels[a][cell[a] as usize].clone())
                .collect()
        };
        let mut keys: Vec<Vec<Label>> = codes.iter().map(|cell| key(cell)).collect();
        keys.sort();
        keys.dedup();
        let of_cell = codes
            .iter()
            .map(|cell| keys.binary_search(&key(cell)).unwrap_or_default())
            .collect();
        Self {
            of_cell,
            groups: keys.into_iter().map(|labels| Group::new(layouts, labels)).collect(),
            several: 0,
            several_known: layouts.iter().map(Moments::new).collect(),
            pairs: BTreeMap::new(),
        }
    }

    fn finish(self, layouts: &[Layout]) -> Option<GroupingTally> {
        let pairs = self
            .pairs
            .iter()
            .map(|(key, cross)| {
                let cross = cross
                    .iter()
                    .zip(layouts)
                    .map(|(c, l)| c.finish(l))
                    .collect::<Option<Vec<_>>>()?;
                Some((*key, cross))
            })
            .collect::<Option<Vec<_>>>()?;
        Some(GroupingTally {
            groups: self
                .groups
                .into_iter()
                .map(|group| group.finish(layouts, Some(&self.several_known)))
                .collect::<Option<_>>()?,
            several: self.several,
            pairs,
        })
    }
}
