//! Looks at one list after the other, and adds what it shows to the sums.

use std::collections::BTreeMap;

use hashbrown::HashMap;

use super::examined::{Examination, Standing};
use super::items::Filling;
use super::rows::{ListRow, Part};
use super::{ListSums, Placed, Shown, Sum};
use crate::catalogue::ListSide;
use crate::plan::Lists as Planned;
use crate::ranking::{Discount, FairTop, infeasible, ndkl, prefix_difference, prefix_kl, prefix_ratio, quality};

/// What a taste is mixed with, so that no class has nothing (Steck 2018, section 3.2).
const MIXED: f64 = 0.01;

/// Where the numbers of a row stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numbers {
    pub(super) observed: Option<usize>,
    pub(super) popularity: Option<usize>,
    pub(super) weight: Option<usize>,
    pub(super) expected: Option<usize>,
    pub(super) policy_expected: Option<usize>,
    /// By outcome.
    pub(super) merit: Vec<Option<usize>>,
}

/// What of lists is asked for beyond sums that are made anyway.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) prefixes: bool,
    pub(super) fair: bool,
    pub(super) items: bool,
    pub(super) placed: bool,
    pub(super) classes: bool,
}

/// What all lists have in common.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) plan: &'a Planned,
    /// By outcome: patterns below are not selected, and 1 where there are no labels.
    pub(super) halves: Vec<u8>,
    pub(super) numbers: Numbers,
    /// Everybody's group, then that of each grouping, by cell.
    pub(super) of_cell: Vec<Vec<usize>>,
    /// Class of each cell, and whether it is known.
    pub(super) classes: Vec<usize>,
    pub(super) class_known: Vec<bool>,
    /// What shares classes should have; 0 for those that are left out.
    pub(super) class_target: Vec<f64>,
    pub(super) wanted: Wanted,
    /// Where items stood, where that tells how likely places are looked at.
    pub(super) standing: Option<Standing>,
    /// How likely ranks are looked at, where attention goes by it.
    pub(super) looked_at: Vec<f64>,
}

/// Sums while lists are added.
#[derive(Debug, Clone)]
pub(super) struct Adding {
    /// Everybody's, then those of each grouping.
    pub(super) sums: Vec<ListSums>,
    pub(super) items: Option<Filling>,
    pub(super) lists: u64,
    pub(super) rows: u64,
    pub(super) examination: Option<Examination>,
    /// Rows at ranks of which no examination is told.
    pub(super) unexamined: u64,
    fair: HashMap<(usize, usize, usize), FairTop>,
    taste: Taste,
}

/// What a person was shown and took, by outcome and class.
#[derive(Debug, Clone, Default)]
struct Taste {
    shown: Vec<f64>,
    taken: Vec<Vec<f64>>,
    cell: Option<u32>,
    replicate: usize,
}

impl Adding {
    pub(super) fn new(sums: Vec<ListSums>, outcomes: usize, items: bool, examination: Option<Examination>) -> Self {
        let classes = sums[0].classes;
        Self {
            sums,
            items: items.then(|| Filling::new(outcomes)),
            lists: 0,
            rows: 0,
            examination,
            unexamined: 0,
            fair: HashMap::new(),
            taste: Taste {
                shown: vec![0.0; classes],
                taken: vec![vec![0.0; classes]; outcomes],
                cell: None,
                replicate: 0,
            },
        }
    }

    /// Adds what was made of other people.
    pub(super) fn merge(&mut self, other: Self) {
        for (mine, theirs) in self.sums.iter_mut().zip(&other.sums) {
            mine.merge(theirs);
        }
        if let (Some(mine), Some(theirs)) = (&mut self.items, other.items) {
            mine.merge(theirs);
        }
        self.lists += other.lists;
        self.rows += other.rows;
        if let (Some(mine), Some(theirs)) = (&mut self.examination, &other.examination) {
            mine.merge(theirs);
        }
        self.unexamined += other.unexamined;
    }

    /// Adds a list: rows in the order of their ranks.
    pub(super) fn add(&mut self, frame: &Frame<'_>, part: &Part, rows: &[ListRow], replicate: usize) {
        self.lists += 1;
        self.rows += rows.len() as u64;
        let attention: Vec<f64> = rows.iter().map(|row| frame.attention(part, row)).collect();
        let outcomes = frame.halves.len();
        self.looked_at(frame, rows, replicate);
        let mix = frame.mix(rows);
        for grouping in 0..self.sums.len() {
            self.shown(frame, part, grouping, (rows, &attention), replicate);
            match self.sums[grouping].side {
                ListSide::Item => self.ranks(frame, part, grouping, (rows, &attention), replicate),
                _ => {
                    let group = frame.of_cell[grouping][rows[0].cell as usize];
                    let sums = &mut self.sums[grouping];
                    for outcome in 0..outcomes {
                        let mut add = |which: Sum, x: f64| {
                            let slot = sums.slot(Some(group), outcome);
                            sums.sums.add(slot, which as usize, replicate, x);
                        };
                        add(Sum::Lists, 1.0);
                        frame.judge(part, rows, outcome, &mut add);
                        if let (0, Some(mix)) = (outcome, mix) {
                            add(Sum::ClassNdkl, mix);
                            add(Sum::ClassLists, 1.0);
                        }
                    }
                }
            }
        }
        if let Some(items) = &mut self.items {
            frame.by_item(part, (rows, &attention), replicate, items);
        }
        self.taste.cell.get_or_insert(rows[0].cell);
        self.taste.replicate = replicate;
        for row in rows.iter().filter(|row| frame.class_known[row.cell as usize]) {
            let class = frame.classes[row.cell as usize];
            if row.position <= frame.plan.depth {
                self.taste.shown[class] += 1.0;
            }
            for outcome in 0..outcomes {
                if frame.relevant(row, outcome) == Some(true) {
                    self.taste.taken[outcome][class] += 1.0;
                }
            }
        }
    }

    /// Adds what the rows tell of how likely places are looked at.
    fn looked_at(&mut self, frame: &Frame<'_>, rows: &[ListRow], replicate: usize) {
        let Some(examination) = &mut self.examination else {
            return;
        };
        let ranks = examination.ranks();
        self.unexamined += rows.iter().filter(|row| row.position as usize > ranks).count() as u64;
        let Some(standing) = &frame.standing else { return };
        for row in rows {
            for (outcome, half) in frame.halves.iter().enumerate() {
                if row.pattern(outcome).is_some_and(|pattern| pattern >= *half) {
                    standing.add(row, outcome, replicate, examination);
                }
            }
        }
    }

    /// Ends a person: adds how far what they were shown is from what they took.
    pub(super) fn end_person(&mut self, frame: &Frame<'_>) {
        let Some(cell) = self.taste.cell.take() else { return };
        let shown: f64 = self.taste.shown.iter().sum();
        for outcome in 0..frame.halves.len() {
            let taken: f64 = self.taste.taken[outcome].iter().sum();
            if taken > 0.0 && shown > 0.0 {
                let mut distance = 0.0;
                for (own, all) in self.taste.taken[outcome].iter().zip(&self.taste.shown) {
                    let (p, q) = (own / taken, all / shown);
                    if p > 0.0 {
                        distance += p * (p / ((1.0 - MIXED) * q + MIXED * p)).ln();
                    }
                }
                for (grouping, sums) in self.sums.iter_mut().enumerate() {
                    if sums.side != ListSide::Item {
                        let group = frame.of_cell[grouping][cell as usize];
                        let slot = sums.slot(Some(group), outcome);
                        let replicate = self.taste.replicate;
                        sums.sums.add(slot, Sum::Taste as usize, replicate, distance.max(0.0));
                        sums.sums.add(slot, Sum::TastePeople as usize, replicate, 1.0);
                    }
                }
            }
            self.taste.taken[outcome].fill(0.0);
        }
        self.taste.shown.fill(0.0);
    }

    /// Attention, merit and selections of the rows.
    fn shown(
        &mut self,
        frame: &Frame<'_>,
        part: &Part,
        grouping: usize,
        (rows, attention): (&[ListRow], &[f64]),
        replicate: usize,
    ) {
        let sums = &mut self.sums[grouping];
        for (row, attention) in rows.iter().zip(attention) {
            let cell = row.cell as usize;
            let group = frame.of_cell[grouping][cell];
            let class = if sums.side == ListSide::Item {
                0
            } else {
                frame.classes[cell]
            };
            for outcome in 0..frame.halves.len() {
                let slot = sums.shown_slot(group, class, outcome);
                let mut add = |which: Shown, x: f64| sums.shown.add(slot, which as usize, replicate, x);
                add(Shown::Exposure, *attention);
                add(Shown::Rows, 1.0);
                if outcome == 0 && row.position <= frame.plan.depth && frame.class_known[cell] {
                    add(Shown::Head, 1.0);
                }
                let Some(pattern) = row.pattern(outcome) else { continue };
                let merit = frame.merit(part, row, outcome);
                if !merit.is_nan() {
                    add(Shown::MeritExposure, *attention);
                    add(Shown::Merit, merit);
                    let selected = pattern >= frame.halves[outcome];
                    add(Shown::MeritSelected, f64::from(u8::from(selected)));
                }
                let rank = row.position as usize - 1;
                if rank < sums.ranks {
                    let slot = sums.placed_slot(group, outcome, rank);
                    sums.placed.add(slot, Placed::Decided as usize, replicate, 1.0);
                    if pattern >= frame.halves[outcome] {
                        sums.placed.add(slot, Placed::Selected as usize, replicate, 1.0);
                    }
                }
            }
        }
    }

    /// Whose items stand where.
    fn ranks(
        &mut self,
        frame: &Frame<'_>,
        part: &Part,
        grouping: usize,
        (rows, attention): (&[ListRow], &[f64]),
        replicate: usize,
    ) {
        let plan = frame.plan;
        let sums = &mut self.sums[grouping];
        let groups = sums.groups;
        let outcomes = frame.halves.len();
        let group_of = |row: &ListRow| frame.of_cell[grouping][row.cell as usize];
        let target = sums.target.clone();
        let known_group = |row: &ListRow| Some(group_of(row)).filter(|&group| target[group] > 0.0);
        let order: Vec<usize> = rows.iter().filter_map(known_group).collect();
        let head = &order[..order.len().min(plan.depth as usize)];
        for outcome in 0..outcomes {
            let mut add = |group: Option<usize>, which: Sum, x: f64| {
                let slot = sums.slot(group, outcome);
                sums.sums.add(slot, which as usize, replicate, x);
            };
            add(None, Sum::Lists, 1.0);
            frame.amortise(part, (rows, attention), outcome, &known_group, &mut add);
        }
        // What hangs on no outcome is told for the first.
        let mut add = |group: Option<usize>, which: Sum, x: f64| {
            let slot = sums.slot(group, 0);
            sums.sums.add(slot, which as usize, replicate, x);
        };
        for group in head {
            add(Some(*group), Sum::Head, 1.0);
        }
        add(None, Sum::Head, head.len() as f64);
        if head.is_empty() {
            return;
        }
        add(None, Sum::HeadLists, 1.0);
        if frame.wanted.prefixes {
            add(None, Sum::Ndkl, ndkl(head, &target).unwrap_or_default());
            let (index, count) = infeasible(head, &target);
            add(None, Sum::InfeasibleIndex, f64::from(index));
            add(None, Sum::InfeasibleCount, f64::from(count));
            for group in (0..groups).filter(|&group| target[group] > 0.0) {
                let protected: Vec<bool> = order.iter().map(|other| *other == group).collect();
                for (measure, sum, lists) in [
                    (
                        prefix_difference(&protected, plan.cut),
                        Sum::Difference,
                        Sum::DifferenceLists,
                    ),
                    (prefix_kl(&protected, plan.cut), Sum::Divergence, Sum::DivergenceLists),
                    (prefix_ratio(&protected, plan.cut), Sum::Ratio, Sum::RatioLists),
                ] {
                    if let Some(measure) = measure {
                        add(Some(group), sum, measure);
                        add(Some(group), lists, 1.0);
                    }
                }
            }
        }
        if frame.wanted.fair {
            for group in 0..groups {
                let target = self.sums[grouping].target[group];
                if target <= 0.0 {
                    continue;
                }
                let test = self
                    .fair
                    .entry((grouping, group, head.len()))
                    .or_insert_with(|| FairTop::adjusted(head.len(), target, plan.fair_alpha));
                let failed = test.is_failed_by(head.iter().map(|other| *other == group));
                let sums = &mut self.sums[grouping];
                let slot = sums.slot(Some(group), 0);
                let failed = f64::from(u8::from(failed));
                sums.sums.add(slot, Sum::FairFailures as usize, replicate, failed);
            }
        }
    }
}

impl Frame<'_> {
    fn number(part: &Part, row: &ListRow, column: Option<usize>) -> f64 {
        column.map_or(f64::NAN, |column| part.numbers[column][row.at as usize])
    }

    /// The attention that a row gets; none where a column should say it and does not.
    fn attention(&self, part: &Part, row: &ListRow) -> f64 {
        if row.position > self.plan.depth {
            return 0.0;
        }
        match self.plan.discount {
            Discount::Observed => {
                let seen = Self::number(part, row, self.numbers.observed);
                if seen.is_nan() { 0.0 } else { seen }
            }
            Discount::Examination => {
                let rank = row.position as usize - 1;
                self.looked_at.get(rank).copied().unwrap_or(0.0)
            }
            discount => discount.at(row.position),
        }
    }

    /// How far the classes in the prefixes of a list are from the target; `None` where nobody asks or the head has none.
    fn mix(&self, rows: &[ListRow]) -> Option<f64> {
        if !self.wanted.classes {
            return None;
        }
        let head = rows.iter().filter(|row| row.position <= self.plan.depth);
        let classes = head.map(|row| row.cell as usize).filter(|&cell| self.class_known[cell]);
        let order: Vec<usize> = classes
            .map(|cell| self.classes[cell])
            .filter(|&class| self.class_target[class] > 0.0)
            .collect();
        ndkl(&order, &self.class_target)
    }

    fn merit(&self, part: &Part, row: &ListRow, outcome: usize) -> f64 {
        Self::number(part, row, self.numbers.merit[outcome])
    }

    /// Whether a row was relevant: what its label says, or where the outcome has none its decision; `None`: not known.
    fn relevant(&self, row: &ListRow, outcome: usize) -> Option<bool> {
        let half = self.halves[outcome];
        let pattern = row.pattern(outcome)?;
        if half == 1 {
            return Some(pattern == 1);
        }
        // Within each half: label not known, not met, met.
        match pattern % half {
            0 => None,
            label => Some(label == 2),
        }
    }

    /// How good a list is, how popular its items, and what weights make of its selections.
    fn judge(&self, part: &Part, rows: &[ListRow], outcome: usize, add: &mut dyn FnMut(Sum, f64)) {
        let plan = self.plan;
        let decided = rows.iter().filter_map(|row| Some((row, self.relevant(row, outcome)?)));
        let decided: Vec<(&ListRow, bool)> = decided.collect();
        if !decided.is_empty() {
            let relevant = decided.iter().filter(|(_, relevant)| *relevant);
            let ranks: Vec<u32> = relevant.map(|(row, _)| row.position).collect();
            let found = quality(&ranks, ranks.len(), plan.depth, plan.ideal);
            add(Sum::Decided, 1.0);
            add(Sum::Precision, found.precision);
            add(Sum::Hits, found.hit);
            add(Sum::ReciprocalRank, found.reciprocal_rank);
            if let (Some(recall), Some(ndcg)) = (found.recall, found.ndcg) {
                add(Sum::RelevantLists, 1.0);
                add(Sum::Recall, recall);
                add(Sum::Ndcg, ndcg);
            }
        }
        if self.numbers.popularity.is_some() {
            let mean = |all: &mut dyn Iterator<Item = &ListRow>| {
                let known = all.map(|row| Self::number(part, row, self.numbers.popularity));
                let known: Vec<f64> = known.filter(|x| !x.is_nan()).collect();
                (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64)
            };
            let head = mean(&mut rows.iter().filter(|row| row.position <= plan.depth));
            let taken = decided.iter().filter(|(_, relevant)| *relevant);
            let profile = mean(&mut taken.map(|(row, _)| *row));
            for (mean, sum, lists) in [
                (head, Sum::Popularity, Sum::PopularityLists),
                (profile, Sum::Profile, Sum::ProfileLists),
            ] {
                if let Some(mean) = mean {
                    add(sum, mean);
                    add(lists, 1.0);
                }
            }
        }
        for row in rows {
            let weight = Self::number(part, row, self.numbers.weight);
            if let (Some(pattern), false) = (row.pattern(outcome), weight.is_nan()) {
                add(Sum::Weight, weight);
                add(Sum::SquaredWeight, weight * weight);
                add(Sum::WeightedRows, 1.0);
                let selected = pattern >= self.halves[outcome];
                if selected {
                    add(Sum::WeightedSelected, weight);
                }
                let expected = Self::number(part, row, self.numbers.expected);
                let of_policy = Self::number(part, row, self.numbers.policy_expected);
                if !expected.is_nan() && !of_policy.is_nan() {
                    add(Sum::Modelled, 1.0);
                    add(Sum::Expected, of_policy);
                    add(Sum::Missed, weight * (f64::from(u8::from(selected)) - expected));
                }
            }
        }
    }

    /// Each group's share of the list's attention less its share of the merit, over rows of known group with a merit.
    fn amortise(
        &self,
        part: &Part,
        (rows, attention): (&[ListRow], &[f64]),
        outcome: usize,
        group_of: &dyn Fn(&ListRow) -> Option<usize>,
        add: &mut dyn FnMut(Option<usize>, Sum, f64),
    ) {
        if self.numbers.merit[outcome].is_none() {
            return;
        }
        let mut by_group: BTreeMap<usize, [f64; 2]> = BTreeMap::new();
        for (row, attention) in rows.iter().zip(attention) {
            let merit = self.merit(part, row, outcome);
            if let (Some(group), false) = (group_of(row), merit.is_nan()) {
                let sums = by_group.entry(group).or_default();
                sums[0] += attention;
                sums[1] += merit;
            }
        }
        let [attention, merit] = by_group
            .values()
            .fold([0.0; 2], |all, one| [all[0] + one[0], all[1] + one[1]]);
        if attention > 0.0 && merit > 0.0 {
            add(None, Sum::MeritLists, 1.0);
            for (group, [own, merited]) in by_group {
                add(Some(group), Sum::AttentionLessMerit, own / attention - merited / merit);
            }
        }
    }

    fn by_item(&self, part: &Part, (rows, attention): (&[ListRow], &[f64]), replicate: usize, items: &mut Filling) {
        for (row, attention) in rows.iter().zip(attention) {
            let key = (row.item, row.cell, replicate as u8);
            let sums = items.shown.entry(key).or_default();
            sums.rows += 1.0;
            sums.exposure += attention;
            for outcome in 0..self.halves.len() {
                if self.halves[outcome] == 1 {
                    continue;
                }
                let score = self.merit(part, row, outcome);
                if let (Some(label), false) = (self.relevant(row, outcome), score.is_nan()) {
                    let sums = items.rated[outcome].entry(key).or_default();
                    sums.rows += 1.0;
                    sums.score += score;
                    sums.label += f64::from(u8::from(label));
                }
            }
        }
    }
}
