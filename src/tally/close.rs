//! Closes a tally: records and counts become moments, cells are rolled up to groups.

use std::collections::BTreeMap;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::bootstrap::Drawing;
use super::exact::Fixed;
use super::group::{Group, Grouping, grouped};
use super::histogram::{self, Filling, Histogram, Of, PEOPLE, Place};
use super::kernel::{Kernel, MOST_ROWS, Overflow, Worker};
use super::moments::{Has, Layout, Moments, Part, RowSums, Totals};
use super::people::{PARTITIONS, Partition, PeopleFault};
use super::record::{self, NONE, Packing};
use super::{Fates, Label, OutcomeAccount, Tally};
use crate::catalogue::Variable;

/// Cells beyond which people are added to groups directly: moments of each cell would take more memory than they save.
const MANY_CELLS: usize = 1 << 14;

impl Kernel {
    /// The histograms of people, or that count people too.
    fn of_people(&self) -> impl Iterator<Item = &Of> {
        let all = self.shape.histograms.iter();
        all.filter(|of| of.variable.is_of_people() || of.variable == Variable::Decision)
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
        let spread = Spread::new(self, &codes, labels);
        let of_people = if self.shape.persons {
            self.of_people().count()
        } else {
            0
        };
        let next = AtomicUsize::new(0);
        let start = || {
            let groups = groupings.iter().map(|grouping| grouping.groups.len());
            let resampling = self.shape.resampling.as_ref().filter(|_| self.shape.persons);
            let drawing = resampling.map(|resampling| Drawing::new(resampling, layouts, groups));
            Ok::<_, Overflow>(Closing {
                kernel: self,
                drawing: drawing.transpose()?,
                everyone: Group::new(layouts, Vec::new()),
                groupings: groupings.clone(),
                cells: if codes.len() > MANY_CELLS {
                    Vec::new()
                } else {
                    vec![layouts.iter().map(Moments::new).collect(); codes.len()]
                },
                subjects: vec![0; codes.len()],
                of_people: vec![Filling::default(); of_people],
                spread: &spread,
            })
        };
        let mut whole = start()?;
        if self.shape.persons {
            let others = std::thread::scope(|scope| {
                let threads: Vec<_> = (1..workers.len())
                    .map(|_| {
                        scope.spawn(|| {
                            let mut part = start()?;
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
                whole.merge(other?)?;
            }
        } else {
            whole.add_rows_as_people(workers);
        }
        whole.finish(workers)
    }
}

/// The groupings that histograms are kept for.
struct Spread {
    /// By grouping: group of each cell.
    of_cell: Vec<Vec<usize>>,
    /// By grouping: labels of each group.
    labels: Vec<Vec<Vec<Label>>>,
    /// By grouping: place of the first group. Everybody is place 0.
    firsts: Vec<Place>,
    /// By cell: everybody's place and that in each grouping.
    places: Vec<Place>,
}

impl Spread {
    fn new(kernel: &Kernel, codes: &[Vec<u32>], labels: &[Vec<Label>]) -> Self {
        let groupings = kernel.shape.spread.iter();
        let (of_cell, labels): (Vec<_>, Vec<_>) =
            groupings.map(|attributes| grouped(attributes, codes, labels)).unzip();
        let mut next = 1;
        let firsts: Vec<Place> = labels
            .iter()
            .map(|groups: &Vec<Vec<Label>>| {
                next += groups.len() as Place;
                next - groups.len() as Place
            })
            .collect();
        let mut places = Vec::new();
        for cell in 0..codes.len() {
            places.push(0);
            let groups = firsts.iter().zip(&of_cell);
            places.extend(groups.map(|(first, of_cell): (&Place, &Vec<usize>)| first + of_cell[cell] as Place));
        }
        Self {
            of_cell,
            labels,
            firsts,
            places,
        }
    }

    fn of_cell(&self, cell: usize) -> &[Place] {
        let stride = self.firsts.len() + 1;
        &self.places[cell * stride..][..stride]
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
    /// By histogram of people, in the order of the shape.
    of_people: Vec<Filling>,
    /// Where people are drawn again.
    drawing: Option<Drawing<'k>>,
    spread: &'k Spread,
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
                if let Some(drawing) = &mut self.drawing {
                    drawing.person(record::key(record));
                }
                for (o, layout) in packing.layouts.iter().enumerate() {
                    let Some(totals) = totals(packing, &partition, &[first], o)? else {
                        continue;
                    };
                    let places = self.spread.of_cell(cell);
                    add_person(
                        self.kernel,
                        &mut self.of_people,
                        record::key(record),
                        o,
                        &totals,
                        |of| &places[of.places()],
                    )?;
                    if let Some(drawing) = &mut self.drawing {
                        drawing.add(None, o, &totals)?;
                        for (g, grouping) in self.groupings.iter().enumerate() {
                            drawing.add(Some((g, grouping.of_cell[cell])), o, &totals)?;
                        }
                    }
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
        let key = record::key(partition.record(packing, first));
        let mut records = Vec::new();
        let mut at = first;
        while at != NONE {
            records.push(at);
            at = record::next(partition.record(packing, at));
        }
        self.everyone.subjects += 1;
        if let Some(drawing) = &mut self.drawing {
            drawing.person(key);
        }
        for (o, layout) in packing.layouts.iter().enumerate() {
            if let Some(whole) = totals(packing, partition, &records, o)? {
                self.everyone.single[o].add(layout, &whole, 1);
                if let Some(drawing) = &mut self.drawing {
                    drawing.add(None, o, &whole)?;
                }
                add_person(self.kernel, &mut self.of_people, key, o, &whole, |of| {
                    if of.first == 0 { &[0] } else { &[] }
                })?;
            }
        }
        self.add_person_by_group(key, partition, &records)?;
        for (g, grouping) in self.groupings.iter_mut().enumerate() {
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
            if let Some(drawing) = &mut self.drawing {
                for &group in &groups {
                    for o in 0..packing.layouts.len() {
                        if let Some(totals) = join(&|g| g == group, o)? {
                            drawing.add(Some((g, group)), o, &totals)?;
                        }
                    }
                }
            }
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

    /// Adds a person in several cells to histograms, to each group by what they gained in it.
    fn add_person_by_group(
        &mut self,
        key: [u64; 2],
        partition: &Partition,
        records: &[u32],
    ) -> Result<(), PeopleFault> {
        if self.of_people.is_empty() {
            return Ok(());
        }
        let packing = &self.kernel.people.packing;
        for (g, first) in self.spread.firsts.iter().enumerate() {
            let mut of_group: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
            for &at in records {
                let cell = record::cell(partition.record(packing, at)) as usize;
                of_group.entry(self.spread.of_cell[g][cell]).or_default().push(at);
            }
            for (group, records) in of_group {
                for o in 0..packing.layouts.len() {
                    if let Some(totals) = totals(packing, partition, &records, o)? {
                        let place = [first + group as Place];
                        add_person(self.kernel, &mut self.of_people, key, o, &totals, |of| {
                            let is_kept = (of.first..of.first + of.count).contains(&g);
                            if is_kept { &place } else { &[] }
                        })?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds what the workers have counted where each row is a person.
    fn add_rows_as_people(&mut self, workers: &[Worker<'_>]) {
        let layouts = self.kernel.layouts();
        let stride = self.kernel.pattern_offset(layouts.len());
        for cell in 0..self.subjects.len() {
            self.subjects[cell] = workers.iter().map(|worker| worker.rows(cell)).sum();
            for (o, layout) in layouts.iter().enumerate() {
                let mut moments = Moments::new(layout);
                for pattern in 0..layout.patterns() {
                    let at = cell * stride + self.kernel.pattern_offset(o) + pattern;
                    let (mut with, mut without) = (RowSums::default(), RowSums::default());
                    for worker in workers {
                        without.times += worker.counts[at];
                        if let Some(sums) = worker.values.get(at) {
                            with.add_sums(sums.times, sums.value, sums.square);
                        }
                        for (whole, part) in [(&mut with, &worker.wide), (&mut without, &worker.wide_without)] {
                            if let Some(sums) = part.get(&at) {
                                whole.merge(sums);
                            }
                        }
                    }
                    moments.add_rows(layout, pattern, Has::NOTHING, &without);
                    moments.add_rows(layout, pattern, Has::VALUE, &with);
                    for has in Has::MORE {
                        for sums in workers.iter().filter_map(|worker| worker.priced.get(&(at, has))) {
                            moments.add_rows(layout, pattern, has, sums);
                        }
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

    fn merge(&mut self, other: Self) -> Result<(), Overflow> {
        for (mine, theirs) in self.of_people.iter_mut().zip(other.of_people) {
            mine.merge(theirs, |place| place)?;
        }
        if let (Some(mine), Some(theirs)) = (&mut self.drawing, other.drawing) {
            mine.merge(theirs)?;
        }
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
        Ok(())
    }

    /// The histograms: of rows from the workers, of people from here.
    fn histograms(&mut self, workers: &mut [Worker<'_>]) -> Result<Vec<Histogram>, Overflow> {
        let places = self.kernel.places.lock().unwrap_or_else(PoisonError::into_inner);
        let spread = self.spread;
        let renamed: Vec<Place> = places
            .groups
            .iter()
            .map(|&(g, cell)| spread.firsts[g] + spread.of_cell[g][cell as usize] as Place)
            .collect();
        let rename = |place: Place| match place {
            0 => 0,
            place => renamed[place as usize - 1],
        };
        let mut of_people = std::mem::take(&mut self.of_people).into_iter();
        let mut all = Vec::new();
        for (h, of) in self.kernel.shape.histograms.iter().enumerate() {
            let mut whole = match of.variable {
                Variable::Decision => of_people.next(),
                variable if variable.is_of_people() => of_people.next(),
                _ => None,
            }
            .unwrap_or_default();
            for worker in &mut *workers {
                whole.merge(std::mem::take(&mut worker.fillings[h]), rename)?;
            }
            all.push(whole.finish(*of, &spread.labels));
        }
        Ok(all)
    }

    /// Rolls cells up to groups.
    fn finish(mut self, workers: &mut [Worker<'_>]) -> Result<Tally, PeopleFault> {
        let histograms = self.histograms(workers)?;
        let layouts = self.kernel.layouts();
        for cell in 0..self.subjects.len() {
            let mut fates = Fates::default();
            let mut rows = 0;
            for worker in &*workers {
                fates.add(&worker.fates[cell]);
                rows += worker.rows(cell);
            }
            let moments = self.cells.get(cell).map_or(&[][..], Vec::as_slice);
            self.everyone.roll_up(moments, &fates, rows, self.subjects[cell]);
            for grouping in &mut self.groupings {
                let group = grouping.of_cell[cell];
                grouping.groups[group].roll_up(moments, &fates, rows, self.subjects[cell]);
            }
        }
        let mut outcomes = vec![OutcomeAccount::default(); layouts.len()];
        for worker in &*workers {
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
            histograms,
            drawn: match self.drawing {
                Some(drawing) => Some(drawing.finish().ok_or(Overflow::Value)?),
                None => None,
            },
            lists: None,
        })
    }
}

/// Adds a person with these totals to the histograms of people, at the places that a histogram has.
fn add_person<'p>(
    kernel: &Kernel,
    fillings: &mut [Filling],
    key: [u64; 2],
    outcome: usize,
    totals: &Totals,
    places: impl Fn(&Of) -> &'p [Place],
) -> Result<(), Overflow> {
    let layout = &kernel.people.packing.layouts[outcome];
    for (of, filling) in kernel.of_people().zip(fillings) {
        if of.outcome == outcome {
            let (value, pattern) = match of.variable {
                Variable::Decision => (0.0, PEOPLE),
                _ => (of.of_person(layout, totals), 0),
            };
            filling.add(value, places(of), pattern, histogram::replicate(key[0]), 1.0)?;
        }
    }
    Ok(())
}

/// A person's totals over some of their records.
fn totals(
    packing: &Packing,
    partition: &Partition,
    records: &[u32],
    outcome: usize,
) -> Result<Option<Totals>, Overflow> {
    let layout = &packing.layouts[outcome];
    let mut counts = [0; Layout::MOST_COUNTS];
    let mut reals = [Fixed::default(); Layout::MOST_REALS];
    let (counts, reals) = (&mut counts[..layout.counts()], &mut reals[..layout.real_sums()]);
    for &at in records {
        packing.gather(
            partition.record(packing, at),
            at,
            outcome,
            &partition.carries,
            counts,
            reals,
        )?;
    }
    Ok(layout.totals(Part { counts, reals }))
}
