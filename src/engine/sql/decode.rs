//! From an engine's answers to what was counted.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use hashbrown::{HashMap, HashSet};

use super::super::Counted;
use super::super::code::{self, MISSING};
use super::super::condition::ConditionTest;
use super::super::fault::{group_error, look_alikes, never_met, out_of_range};
use super::account::Fact;
use super::answer::{Fields, rows, unexpected};
use super::checks::{Check, checks, placed, watched};
use super::column::Shown;
use super::moments::{MOST_ROWS, crosses_width, fill_crosses, fill_sums, peaks_width, shape, sums_width};
use super::rounds;
use super::rows::{MOST_COUNTED, MOST_SUMMED};
use super::several::{Cross, Part};
use crate::catalogue::Measure;
use crate::diagnostic::{Diagnostic, Place};
use crate::plan::{Plan, Rule, Table, Weight};
use crate::tally::{CrossSums, Fates, GroupTally, GroupingTally, Label, OutcomeAccount, Overflow, Shape, Sums, Tally};

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

/// What the first statement says about tables as a whole.
#[derive(Debug, Default)]
struct Facts {
    rows: Vec<(usize, usize, u64, String)>,
    log: Vec<Shown>,
    people: Vec<Shown>,
}

impl Facts {
    fn read(plan: &Plan, answer: &[RecordBatch]) -> Result<Self, Diagnostic> {
        let people = plan.people.as_ref().map_or(0, |people| people.columns.len());
        let mut facts = Self {
            rows: Vec::new(),
            log: vec![Shown::Plain; plan.log_columns.len()],
            people: vec![Shown::Plain; people],
        };
        for mut row in rows(answer, 4)? {
            let (what, item) = (row.count()? as usize, row.count()? as usize);
            let (number, text) = (row.count()?, row.text()?);
            let shown = Shown::ALL.get(number as usize).copied();
            for (fact, columns) in [
                (Fact::LogColumn, &mut facts.log),
                (Fact::PeopleColumn, &mut facts.people),
            ] {
                if what == fact as usize
                    && let (Some(column), Some(shown)) = (columns.get_mut(item), shown)
                {
                    *column = shown;
                }
            }
            facts.rows.push((what, item, number, text));
        }
        // An engine answers in any order.
        facts.rows.sort();
        Ok(facts)
    }

    fn all(&self, fact: Fact) -> impl Iterator<Item = (usize, u64, &str)> {
        self.rows
            .iter()
            .filter(move |(what, ..)| *what == fact as usize)
            .map(|(_, item, number, text)| (*item, *number, text.as_str()))
    }

    fn number(&self, fact: Fact) -> u64 {
        self.all(fact).map(|(_, number, _)| number).sum()
    }

    fn check(&self, plan: &Plan) -> Result<(), Diagnostic> {
        if let Some(people) = &plan.people {
            let field = |column: usize| people.columns.get(column).cloned();
            if let Some((column, count, text)) = self.all(Fact::PeopleUnfit).find(|(_, count, _)| *count > 0) {
                return Err(placed(unfit(text), &people.source, field(column), count));
            }
            if self.number(Fact::NoKey) > 0 {
                let fault = Diagnostic::new("no-key", "a row of the people file has no key")
                    .help("remove the row, or give it the person's id");
                return Err(placed(fault, &people.source, field(0), self.number(Fact::NoKey)));
            }
            if let Some((_, count, key)) = self.all(Fact::RepeatedKey).find(|(_, count, _)| *count > 0) {
                let fault = Diagnostic::new(
                    "repeated-key",
                    format!(
                        "the person \"{}\" stands in the people file more than once",
                        self.people[0].read(key)
                    ),
                )
                .help("keep one row per person; attributes that change over time belong in the log");
                return Err(placed(fault, &people.source, field(0), count));
            }
            for (a, count, text) in self.all(Fact::NotBanded) {
                if count > 0 && a < plan.attributes.len() {
                    let mut fault = Check::NotBanded(a).diagnostic(plan, count, text);
                    fault.place = placed(fault.clone(), &people.source, field(plan.attributes[a].column), count).place;
                    return Err(fault);
                }
            }
        }
        if let Some((column, count, text)) = self.all(Fact::LogUnfit).find(|(_, count, _)| *count > 0) {
            let field = plan.log_columns.get(column).cloned();
            return Err(placed(unfit(text), &plan.log, field, count));
        }
        Ok(())
    }
}

fn unfit(text: &str) -> Diagnostic {
    Diagnostic::new(
        "unusable-value",
        format!("\"{text}\" is not of the type that its column has"),
    )
    .help("the database keeps columns to no type; correct the values, or convert them in a query")
}

/// Codes and labels of groups.
struct Groups<'p> {
    plan: &'p Plan,
    coders: Vec<code::Groups>,
    shown: Vec<Shown>,
    /// By attribute: how many codes a closed list of groups has.
    codes: Vec<usize>,
}

impl<'p> Groups<'p> {
    fn new(plan: &'p Plan, facts: &Facts) -> Result<Self, Diagnostic> {
        let shown = |table: Table, column: usize| match table {
            Table::Log => facts.log[column],
            Table::People => facts.people[column],
        };
        let coders: Vec<code::Groups> = plan.attributes.iter().map(code::Groups::new).collect();
        let mut groups = Self {
            plan,
            codes: coders.iter().map(|coder| coder.labels().len()).collect(),
            coders,
            shown: plan.attributes.iter().map(|a| shown(a.table, a.column)).collect(),
        };
        // Every label of the people table is known to the embedded engine, whether or not the log has it.
        for (a, _, text) in facts.all(Fact::Label) {
            if a < groups.coders.len() {
                groups.code(a, text)?;
            }
        }
        Ok(groups)
    }

    fn code(&mut self, attribute: usize, text: &str) -> Result<u32, Diagnostic> {
        if text.is_empty() {
            return Ok(MISSING);
        }
        let planned = &self.plan.attributes[attribute];
        match planned.rule {
            Rule::AsIs => {
                let label = self.shown[attribute].read(text);
                self.coders[attribute].code_of(&label).map_err(|error| {
                    let mut fault = group_error(&error, planned);
                    if planned.table == Table::Log {
                        fault = fault.at(Place {
                            file: file(self.plan),
                            field: Some(self.plan.log_columns[planned.column].clone()),
                            ..Place::default()
                        });
                    }
                    fault
                })
            }
            Rule::Recode(_) | Rule::Bands(_) => text
                .parse()
                .ok()
                .filter(|code| (*code as usize) < self.codes[attribute])
                .ok_or_else(|| {
                    unexpected(format!(
                        "an answer has \"{text}\" where the number of a group was asked for"
                    ))
                }),
        }
    }

    /// The codes of a group of a grouping, from the labels of all attributes.
    fn key(&mut self, grouping: usize, labels: &[String]) -> Result<Vec<u32>, Diagnostic> {
        let attributes = &self.plan.groupings[grouping].attributes;
        attributes.iter().map(|&a| self.code(a, &labels[a])).collect()
    }

    /// The index of a grouping from its number in answers, where 0 is everybody.
    fn grouping(&self, number: u64) -> Result<Option<usize>, Diagnostic> {
        match (number as usize).checked_sub(1) {
            Some(grouping) if grouping >= self.plan.groupings.len() => Err(unexpected(format!(
                "an answer is about grouping {number}, which there is not"
            ))),
            grouping => Ok(grouping),
        }
    }
}

fn file(plan: &Plan) -> String {
    plan.log
        .files
        .first()
        .map_or_else(String::new, |file| file.name.clone())
}

/// What the second statement says about rows.
#[derive(Debug, Default)]
struct Account {
    everyone: (Fates, u64),
    groups: Vec<HashMap<Vec<u32>, (Fates, u64)>>,
    outcomes: Vec<OutcomeAccount>,
    total: f64,
    met: Vec<u64>,
    faults: Vec<(u64, String)>,
}

impl Account {
    fn read(plan: &Plan, answer: &[RecordBatch], groups: &mut Groups<'_>) -> Result<Self, Diagnostic> {
        let (watched, checks) = (watched(plan).len(), checks(plan).len());
        let attributes = plan.attributes.len();
        let width = 1 + attributes + 7 + 3 * plan.outcomes.len() + watched + 2 * checks;
        let mut account = Self {
            groups: vec![HashMap::new(); plan.groupings.len()],
            outcomes: vec![OutcomeAccount::default(); plan.outcomes.len()],
            met: vec![0; watched],
            faults: vec![(0, String::new()); checks],
            ..Self::default()
        };
        for mut row in bounded(answer, width)? {
            let grouping = groups.grouping(row.count()?)?;
            let labels = row.texts(attributes)?;
            let fates = Fates {
                filtered: row.count()?,
                no_subject: row.count()?,
                no_decision: row.count()?,
                audited: row.count()?,
            };
            let rows = row.count()?;
            if let Some(grouping) = grouping {
                let key = groups.key(grouping, &labels)?;
                let (mine, count) = account.groups[grouping].entry(key).or_default();
                add(mine, &fates);
                *count += rows;
                continue;
            }
            account.everyone = (fates, rows);
            let (high, low) = (row.number()?, row.number()?);
            // More than 2^53 only where their exact sum is.
            account.total = if high * 67_108_864.0 >= MOST_COUNTED && low > 0.0 {
                f64::INFINITY
            } else {
                high * 67_108_864.0 + low
            };
            for outcome in &mut account.outcomes {
                *outcome = OutcomeAccount {
                    audited: row.count()?,
                    no_label: row.count()?,
                    no_value: row.count()?,
                };
            }
            for met in &mut account.met {
                *met = row.count()?;
            }
            for fault in &mut account.faults {
                fault.0 = row.count()?;
            }
            for fault in &mut account.faults {
                fault.1 = row.text()?;
            }
        }
        Ok(account)
    }

    fn check(&self, plan: &Plan, facts: &Facts) -> Result<(), Diagnostic> {
        let (fates, _) = self.everyone;
        if fates.read() == 0 {
            return Err(Diagnostic::new("no-rows", "the log has no rows")
                .at(Place {
                    file: file(plan),
                    ..Place::default()
                })
                .help("an audit needs at least one row"));
        }
        for (check, (count, sample)) in checks(plan).into_iter().zip(&self.faults) {
            if *count > 0 {
                let shown = check.shown(plan, &facts.log);
                return Err(check.diagnostic(plan, *count, &shown.read(sample)));
            }
        }
        if self.total > MOST_COUNTED {
            return Err(out_of_range(Overflow::Count));
        }
        for (i, watched) in watched(plan).into_iter().enumerate() {
            let Some(condition) = watched.condition(plan) else {
                continue;
            };
            let mut test = ConditionTest::new(condition);
            test.ever_met = self.met[i] > 0;
            let others = facts.all(Fact::Other).filter(|(item, ..)| *item == i);
            test.others = others
                .map(|(_, _, text)| facts.log[condition.column].read(text))
                .collect();
            never_met(plan, &test, condition, &watched.consequence(plan))?;
        }
        if fates.audited == 0 {
            return Err(Diagnostic::new(
                "nothing-audited",
                format!(
                    "none of {} rows can be audited: {} left out by `where`, {} without a person, {} without a decision",
                    fates.read(),
                    fates.filtered,
                    fates.no_subject,
                    fates.no_decision
                ),
            )
            .help("check the columns and values of [log] and [[outcome]]"));
        }
        Ok(())
    }
}

fn add(sum: &mut Fates, other: &Fates) {
    sum.filtered += other.filtered;
    sum.no_subject += other.no_subject;
    sum.no_decision += other.no_decision;
    sum.audited += other.audited;
}

/// The rows of an answer that was asked for with a limit.
fn bounded(answer: &[RecordBatch], width: usize) -> Result<Vec<Fields<'_>>, Diagnostic> {
    let rows = rows(answer, width)?;
    if rows.len() > MOST_ROWS {
        return Err(
            Diagnostic::new("too-many-groups", format!("there are more than {MOST_ROWS} groups")).help(
                "give numbers `bands`, or list the groups with `values`; an identifier is no attribute of a group",
            ),
        );
    }
    Ok(rows)
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
            groupings: plan.groupings.iter().map(|g| g.attributes.clone()).collect(),
        };
        let empty = |labels: Vec<Label>, (fates, rows): (Fates, u64)| {
            let sums: Vec<Sums> = shape.outcomes.iter().map(|&o| Sums::zero(o)).collect();
            let crosses: Vec<CrossSums> = shape.outcomes.iter().map(|&o| CrossSums::zero(o)).collect();
            GroupTally {
                labels,
                fates,
                rows,
                subjects: 0,
                single: sums.clone(),
                multi: sums.clone(),
                multi_rest: sums.clone(),
                elsewhere: sums,
                with_rest: crosses.clone(),
                with_all: crosses,
            }
        };
        let mut index = Vec::new();
        let mut groupings = Vec::new();
        for (grouping, found) in plan.groupings.iter().zip(&account.groups) {
            let mut keys: Vec<(Vec<Label>, &Vec<u32>)> = found
                .keys()
                .map(|key| {
                    let attributes = grouping.attributes.iter().zip(key);
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
                pairs: Vec::new(),
            });
        }
        Self {
            tally: Tally {
                everyone: empty(Vec::new(), account.everyone),
                groupings,
                outcomes: account.outcomes.clone(),
                shape,
            },
            several: plan.groupings.iter().map(|_| Several::default()).collect(),
            pairs: plan.groupings.iter().map(|_| BTreeMap::new()).collect(),
            plan,
            groups,
            index,
        }
    }

    fn sums(&self, outcomes: &std::ops::Range<usize>, row: &mut Fields<'_>) -> Result<RoundSums, Diagnostic> {
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

    fn single(&mut self, outcomes: std::ops::Range<usize>, answer: &[RecordBatch]) -> Result<(), Diagnostic> {
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

    fn several(&mut self, outcomes: std::ops::Range<usize>, answer: &[RecordBatch]) -> Result<(), Diagnostic> {
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

    fn crossed(&mut self, outcomes: std::ops::Range<usize>, answer: &[RecordBatch]) -> Result<(), Diagnostic> {
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
    }
}
