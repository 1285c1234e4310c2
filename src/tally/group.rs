//! Groups and groupings while they are being added up.

use std::collections::BTreeMap;

use super::kernel::Overflow;
use super::moments::{CrossMoments, Layout, Moments, Totals};
use super::{CrossSums, Fates, GroupTally, GroupingTally, Label, Sums};

/// A group while it is being added up.
#[derive(Debug, Clone)]
pub(super) struct Group {
    labels: Vec<Label>,
    known: bool,
    fates: Fates,
    rows: u64,
    pub(super) subjects: u64,
    pub(super) single: Vec<Moments>,
    multi: Vec<Moments>,
    multi_rest: Vec<Moments>,
    /// The people of `multi`: their whole known part.
    touching: Vec<Moments>,
    with_rest: Vec<CrossMoments>,
    with_all: Vec<CrossMoments>,
}

impl Group {
    pub(super) fn new(layouts: &[Layout], labels: Vec<Label>) -> Self {
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

    /// Adds what another thread has added up of other people.
    pub(super) fn merge(&mut self, other: &Self) {
        self.fates.add(&other.fates);
        self.rows += other.rows;
        self.subjects += other.subjects;
        for (mine, theirs) in [
            (&mut self.single, &other.single),
            (&mut self.multi, &other.multi),
            (&mut self.multi_rest, &other.multi_rest),
            (&mut self.touching, &other.touching),
        ] {
            for (a, b) in mine.iter_mut().zip(theirs) {
                a.merge(b);
            }
        }
        for (mine, theirs) in [
            (&mut self.with_rest, &other.with_rest),
            (&mut self.with_all, &other.with_all),
        ] {
            for (a, b) in mine.iter_mut().zip(theirs) {
                a.merge(b);
            }
        }
    }

    pub(super) fn roll_up(&mut self, moments: &[Moments], fates: &Fates, rows: u64, subjects: u64) {
        for (mine, theirs) in self.single.iter_mut().zip(moments) {
            mine.merge(theirs);
        }
        self.fates.add(fates);
        self.rows += rows;
        self.subjects += subjects;
    }

    pub(super) fn finish(self, layouts: &[Layout], several_known: Option<&[Moments]>) -> Option<GroupTally> {
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

/// Totals of a person in an outcome over the groups that a test picks; `None`: nothing is audited there.
pub(super) type Join<'a> = dyn FnMut(&dyn Fn(usize) -> bool, usize) -> Result<Option<Totals>, Overflow> + 'a;

/// A grouping while it is being added up.
#[derive(Debug, Clone)]
pub(super) struct Grouping {
    /// Group index of each cell.
    pub(super) of_cell: Vec<usize>,
    pub(super) groups: Vec<Group>,
    several: u64,
    /// People in several groups: their whole known part.
    several_known: Vec<Moments>,
    pairs: BTreeMap<(usize, usize), Vec<CrossMoments>>,
}

/// The group of each cell, and the labels of each group in their order.
pub(super) fn grouped(
    attributes: &[usize],
    codes: &[Vec<u32>],
    labels: &[Vec<Label>],
) -> (Vec<usize>, Vec<Vec<Label>>) {
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
    (of_cell, keys)
}

impl Grouping {
    /// `codes`: those of each cell, one per attribute.
    pub(super) fn new(attributes: &[usize], codes: &[Vec<u32>], labels: &[Vec<Label>], layouts: &[Layout]) -> Self {
        let (of_cell, keys) = grouped(attributes, codes, labels);
        Self {
            of_cell,
            groups: keys.into_iter().map(|labels| Group::new(layouts, labels)).collect(),
            several: 0,
            several_known: layouts.iter().map(Moments::new).collect(),
            pairs: BTreeMap::new(),
        }
    }

    /// Adds what another thread has added up of other people.
    pub(super) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.groups.iter_mut().zip(&other.groups) {
            mine.merge(theirs);
        }
        self.several += other.several;
        for (a, b) in self.several_known.iter_mut().zip(&other.several_known) {
            a.merge(b);
        }
        for (pair, theirs) in &other.pairs {
            match self.pairs.get_mut(pair) {
                Some(mine) => mine.iter_mut().zip(theirs).for_each(|(a, b)| a.merge(b)),
                None => {
                    self.pairs.insert(*pair, theirs.clone());
                }
            }
        }
    }

    /// Adds one person who appears in several `groups`, given in order; `join` gives the totals over some of them.
    pub(super) fn add_several(
        &mut self,
        layouts: &[Layout],
        groups: &[usize],
        join: &mut Join<'_>,
    ) -> Result<(), Overflow> {
        self.several += 1;
        for (o, layout) in layouts.iter().enumerate() {
            let mut parts: Vec<(usize, Totals)> = Vec::new();
            for &group in groups {
                parts.extend(join(&|g| g == group, o)?.map(|totals| (group, totals)));
            }
            let known: Vec<bool> = self.groups.iter().map(|group| group.known).collect();
            let whole_known = join(&|g| known[g], o)?;
            let Some(whole) = join(&|_| true, o)? else {
                continue;
            };
            if let Some(whole_known) = &whole_known {
                self.several_known[o].add(layout, whole_known, 1);
            }
            for (i, (group, here)) in parts.iter().enumerate() {
                let target = &mut self.groups[*group];
                target.multi[o].add(layout, here, 1);
                target.with_all[o].add(layout, here, &whole);
                if let Some(whole_known) = &whole_known {
                    target.touching[o].add(layout, whole_known, 1);
                }
                if let Some(rest) = join(&|g| g != *group && known[g], o)? {
                    target.multi_rest[o].add(layout, &rest, 1);
                    target.with_rest[o].add(layout, here, &rest);
                }
                for (other, there) in &parts[i + 1..] {
                    self.pairs
                        .entry((*group, *other))
                        .or_insert_with(|| layouts.iter().map(CrossMoments::new).collect())[o]
                        .add(layout, here, there);
                }
            }
        }
        Ok(())
    }

    pub(super) fn finish(self, layouts: &[Layout]) -> Option<GroupingTally> {
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
            several_known: self
                .several_known
                .iter()
                .zip(layouts)
                .map(|(moments, layout)| moments.finish(layout))
                .collect::<Option<_>>()?,
            pairs,
        })
    }
}
