//! From an engine's answers to what was counted.

use std::collections::BTreeMap;
use std::ops::Range;

use arrow_array::RecordBatch;
use hashbrown::{HashMap, HashSet};

use super::super::Counted;
use super::super::code;
use super::super::fault::{look_alikes, out_of_range};
use super::account::Account;
use super::answer::{Fields, bounded, unexpected};
use super::facts::{Fact, Facts};
use super::groups::Groups;
use super::moments::{crosses_width, fill_crosses, fill_sums, peaks_width, shape, sums_width};
use super::rounds;
use super::rows::MOST_SUMMED;
use super::several::{Cross, Part};
use crate::catalogue::Measure;
use crate::diagnostic::Diagnostic;
use crate::plan::{Plan, Weight};
use crate::tally::{CrossSums, Fates, GroupTally, GroupingTally, Label, Overflow, Shape, Sums, Tally};

/// What was counted, from the answers to [`super::statements`]: `answers[i]` are the record batches of statement `i`.
///
/// # Errors
/// What the embedded engine would refuse; answers that are not those that were asked for.
pub fn counted(plan: &Plan, answers: &[Vec<RecordBatch>]) -> Result<Counted, Diagnostic> {
    let per_round = if plan.subject.is_some() { 3 } else { 1 };
    let rounds = rounds(plan);
    let wanted = 2 + per_round * rounds.len();
    if answers.len() != wanted {
        return Err(unexpected(format!(
            "there are {} answers to {wanted} statements",
            answers.len()
        )));
    }
    let facts = Facts::read(plan, &answers[0])?;
    facts.check(plan)?;
    let mut groups = Groups::new(plan, &facts)?;
    let account = Account::read(plan, &answers[1], &mut groups)?;
    account.check(plan, &facts)?;
    let mut counting = Counting::new(plan, groups, &account);
    for (round, outcomes) in rounds.into_iter().enumerate() {
        let answers = &answers[2 + per_round * round..];
        counting.single(outcomes.clone(), &answers[0])?;
        if plan.subject.is_some() {
            counting.several(outcomes.clone(), &answers[1])?;
            counting.crossed(outcomes, &answers[2])?;
        }
    }
    counting.finish(&account, facts)
}

/// Whether the first answers, as many as there are, show a fault already: so that the other statements need not run.
///
/// # Errors
/// The same as [`counted`].
pub fn check(plan: &Plan, answers: &[Vec<RecordBatch>]) -> Result<(), Diagnostic> {
    let Some(first) = answers.first() else { return Ok(()) };
    let facts = Facts::read(plan, first)?;
    facts.check(plan)?;
    let Some(second) = answers.get(1) else { return Ok(()) };
    let mut groups = Groups::new(plan, &facts)?;
    Account::read(plan, second, &mut groups)?.check(plan, &facts)
}

/// By outcome of a round, its index and its sums.
type RoundSums = Vec<(usize, Sums)>;

/// What is known of one grouping about people in several of its groups, before it is put together.
#[derive(Debug, Default)]
struct Several {
    two: Vec<((usize, usize), RoundSums)>,
    elsewhere: Vec<(usize, RoundSums)>,
    many: RoundSums,
    /// Groups with at least one such person.
    touched: HashSet<usize>,
}

/// A tally while answers come in.
struct Counting<'p> {
    plan: &'p Plan,
    groups: Groups<'p>,
    tally: Tally,
    /// By grouping: where a group stands.
    index: Vec<HashMap<Vec<u32>, usize>>,
    several: Vec<Several>,
    pairs: Vec<BTreeMap<(usize, usize), Vec<CrossSums>>>,
}

impl<'p> Counting<'p> {
    fn new(plan: &'p Plan, groups: Groups<'p>, account: &Account) -> Self {
        let labels: Vec<Vec<Label>> = groups.coders.iter().map(code::Groups::labels).collect();
        let shape = Shape {
            outcomes: (0..plan.outcomes.len()).map(|o| shape(plan, o)).collect(),
            weighted: matches!(plan.weight, Weight::Sampling(_)),
            persons: plan.subject.is_some(),
            groupings: plan.tallied(),
            histograms: Vec::new(),
            spread: Vec::new(),
            resampling: None,
        };
        let empty = |labels: Vec<Label>, (fates, rows): (Fates, u64)| GroupTally {
            fates,
            rows,
            ..GroupTally::empty(labels, &shape)
        };
        let mut index = Vec::new();
        let mut groupings = Vec::new();
        for (attributes_of, found) in plan.tallied().iter().zip(&account.groups) {
            let mut keys: Vec<(Vec<Label>, &Vec<u32>)> = found
                .keys()
                .map(|key| {
                    let attributes = attributes_of.iter().zip(key);
                    (
                        attributes.map(|(&a, &code)| labels[a][code as usize].clone()).collect(),
                        key,
                    )
                })
                .collect();
            keys.sort();
            index.push(
                keys.iter()
                    .enumerate()
                    .map(|(i, (_, key))| ((*key).clone(), i))
                    .collect(),
            );
            groupings.push(GroupingTally {
                groups: keys
                    .into_iter()
                    .map(|(labels, key)| empty(labels, found[key]))
                    .collect(),
                several: 0,
                several_known: shape.outcomes.iter().map(|&o| Sums::zero(o)).collect(),
                pairs: Vec::new(),
            });
        }
        Self {
            tally: Tally {
                everyone: empty(Vec::new(), account.everyone),
                groupings,
                outcomes: account.outcomes.clone(),
                shape,
                histograms: Vec::new(),
                drawn: None,
                lists: None,
            },
            several: account.groups.iter().map(|_| Several::default()).collect(),
            pairs: account.groups.iter().map(|_| BTreeMap::new()).collect(),
            plan,
            groups,
            index,
        }
    }

    fn sums(&self, outcomes: &Range<usize>, row: &mut Fields<'_>) -> Result<RoundSums, Diagnostic> {
        outcomes
            .clone()
            .map(|o| {
                let mut sums = Sums::zero(shape(self.plan, o));
                fill_sums(&mut sums, || row.number())?;
                Ok((o, sums))
            })
            .collect()
    }

    /// The index of the group with these labels.
    fn group(&mut self, grouping: usize, labels: &[String]) -> Result<usize, Diagnostic> {
        let key = self.groups.key(grouping, labels)?;
        self.index[grouping].get(&key).copied().ok_or_else(|| {
            let names = labels.join("\", \"");
            unexpected(format!(
                "the log has a new group, \"{names}\": it changed while it was counted"
            ))
        })
    }

    fn single(&mut self, outcomes: Range<usize>, answer: &[RecordBatch]) -> Result<(), Diagnostic> {
        let attributes = self.plan.attributes.len();
        let peaks = if self.plan.subject.is_some() {
            peaks_width(self.plan, outcomes.clone())
        } else {
            0
        };
        let first = outcomes.start == 0;
        for mut row in bounded(answer, 3 + attributes + peaks + sums_width(self.plan, outcomes.clone()))? {
            let grouping = self.groups.grouping(row.count()?)?;
            let several = row.number()? > 0.0;
            let labels = row.texts(attributes)?;
            let people = row.count()? * u64::from(first);
            for _ in 0..peaks {
                if row.number()? >= MOST_SUMMED {
                    return Err(out_of_range(Overflow::Value));
                }
            }
            let sums = self.sums(&outcomes, &mut row)?;
            let group = match grouping {
                None => &mut self.tally.everyone,
                Some(grouping) if several => {
                    self.tally.groupings[grouping].several += people;
                    continue;
                }
                Some(grouping) => {
                    let group = self.group(grouping, &labels)?;
                    &mut self.tally.groupings[grouping].groups[group]
                }
            };
            group.subjects += people;
            merge(&mut group.single, &sums);
        }
        Ok(())
    }

    fn several(&mut self, outcomes: Range<usize>, answer: &[RecordBatch]) -> Result<(), Diagnostic> {
        let attributes = self.plan.attributes.len();
        let first = outcomes.start == 0;
        for several in &mut self.several {
            *several = Several::default();
        }
        for mut row in bounded(answer, 3 + 2 * attributes + sums_width(self.plan, outcomes.clone()))? {
            let part = row.count()? as usize;
            let Some(grouping) = self.groups.grouping(row.count()?)? else {
                continue;
            };
            let (labels, others) = (row.texts(attributes)?, row.texts(attributes)?);
            let people = row.count()? * u64::from(first);
            let sums = self.sums(&outcomes, &mut row)?;
            if part == Part::Many as usize {
                self.several[grouping].many = sums;
                continue;
            }
            let group = self.group(grouping, &labels)?;
            if part == Part::Two as usize {
                let other = self.group(grouping, &others)?;
                self.several[grouping].two.push(((group, other), sums));
            } else if part == Part::Elsewhere as usize || part == Part::Away as usize {
                self.several[grouping].elsewhere.push((group, sums));
            } else {
                let tally = &mut self.tally.groupings[grouping].groups[group];
                if part == Part::Multi as usize {
                    tally.subjects += people;
                    self.several[grouping].touched.insert(group);
                    merge(&mut tally.multi, &sums);
                } else {
                    merge(&mut tally.multi_rest, &sums);
                }
            }
        }
        for (grouping, several) in self.tally.groupings.iter_mut().zip(&self.several) {
            several.settle(grouping);
        }
        Ok(())
    }

    fn crossed(&mut self, outcomes: Range<usize>, answer: &[RecordBatch]) -> Result<(), Diagnostic> {
        let attributes = self.plan.attributes.len();
        for mut row in bounded(answer, 2 + 2 * attributes + crosses_width(self.plan, outcomes.clone()))? {
            let kind = row.count()? as usize;
            let Some(grouping) = self.groups.grouping(row.count()?)? else {
                continue;
            };
            let (labels, others) = (row.texts(attributes)?, row.texts(attributes)?);
            let group = self.group(grouping, &labels)?;
            let other = if kind == Cross::Pair as usize {
                Some(self.group(grouping, &others)?)
            } else {
                None
            };
            for o in outcomes.clone() {
                let mut crosses = CrossSums::zero(shape(self.plan, o));
                fill_crosses(&mut crosses, || row.number())?;
                let tally = &mut self.tally.groupings[grouping].groups[group];
                match other {
                    None if kind == Cross::WithRest as usize => tally.with_rest[o].add(&crosses),
                    None => tally.with_all[o].add(&crosses),
                    Some(other) => {
                        if group > other {
                            crosses = crosses.transposed();
                        }
                        let shapes = &self.tally.shape.outcomes;
                        self.pairs[grouping]
                            .entry((group.min(other), group.max(other)))
                            .or_insert_with(|| shapes.iter().map(|&shape| CrossSums::zero(shape)).collect())[o]
                            .add(&crosses);
                    }
                }
            }
        }
        Ok(())
    }

    fn finish(mut self, account: &Account, facts: Facts) -> Result<Counted, Diagnostic> {
        let shared = |crosses: &CrossSums| {
            let subjects = (Measure::Subjects, Measure::Subjects);
            crosses
                .products()
                .any(|(pair, people)| pair == subjects && people > 0.0)
        };
        for (grouping, pairs) in self.tally.groupings.iter_mut().zip(self.pairs) {
            grouping.pairs = pairs
                .into_iter()
                .filter(|(_, crosses)| crosses.iter().any(shared))
                .collect();
        }
        let mut notes = Vec::new();
        for (attribute, coder) in self.plan.attributes.iter().zip(&self.groups.coders) {
            look_alikes(&attribute.name, &coder.labels(), &mut notes);
        }
        let people = |fact: Fact| self.plan.people.as_ref().map(|_| facts.number(fact));
        Ok(Counted {
            rows: vec![account.everyone.0.read()],
            people_rows: people(Fact::People).map(|rows| vec![rows]),
            check_rows: Vec::new(),
            short_rows: 0,
            subjects_without_record: people(Fact::Strangers),
            records_without_rows: people(Fact::Unused),
            notes,
            tally: self.tally,
        })
    }
}

fn merge(sums: &mut [Sums], more: &RoundSums) {
    for (o, more) in more {
        sums[*o].add(more);
    }
}

impl Several {
    /// Puts together, for each group, the people who are in several groups but not in this one. Nothing is subtracted, so
    /// that a small number beside large ones loses no digit.
    fn settle(&self, grouping: &mut GroupingTally) {
        for (i, group) in grouping.groups.iter_mut().enumerate() {
            for ((a, b), sums) in &self.two {
                if *a != i && *b != i {
                    merge(&mut group.elsewhere, sums);
                }
            }
            if !self.touched.contains(&i) {
                merge(&mut group.elsewhere, &self.many);
            }
        }
        for (i, sums) in &self.elsewhere {
            merge(&mut grouping.groups[*i].elsewhere, sums);
        }
        for (_, sums) in &self.two {
            merge(&mut grouping.several_known, sums);
        }
        merge(&mut grouping.several_known, &self.many);
    }
}
