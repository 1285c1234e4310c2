//! Counts the rows of a log on one thread, batch by batch and column by column.
//!
//! A fault at some row ends a column there, and the columns after it are looked at only up to that row, so that the fault
//! that is told is the first of the batch.

use arrow_array::Array;
use hashbrown::HashSet;
use jiff::civil::Date;

use super::cells::CellCoder;
use super::code::{AttributeCoder, CodeError};
use super::condition::{ConditionTest, MET, MISSING, UNMET};
use super::embedded::Counter;
use super::events::{self, moment, no_time};
use super::fault::{at_row, group_error, not_a_number, out_of_range, people_fault, place};
use super::listing::Listing;
use super::person;
use super::stages::{self, Stages};
use super::value::Value;
use crate::diagnostic::{Diagnostic, Place};
use crate::log::{Batch, Column};
use crate::plan::{Check, Condition, Outcome, Plan, Rule, Table, Test, Weight};
use crate::tally::classes::Coded;
use crate::tally::{Decisions, Fate, Fault, NO_DECISION, Rows, Worker};

/// Counts rows on one thread.
#[derive(Debug)]
pub struct Counting<'c> {
    pub(super) counter: &'c Counter<'c>,
    pub(super) worker: Worker<'c>,
    coders: Vec<AttributeCoder<'c>>,
    /// By attribute: the stages of a funnel, where it is of one.
    pub(super) stages: Vec<Option<Stages>>,
    pub(super) filters: Vec<ConditionTest>,
    pub(super) outcomes: Vec<OutcomeTests>,
    cells: CellCoder<'c>,
    /// People of the log who are not in the people file.
    pub(super) strangers: HashSet<u128>,
    /// Rows of lists.
    pub(super) listing: Option<Listing>,
    buffer: String,
    rows: Rows,
    codes: Vec<Vec<u32>>,
}

#[derive(Debug)]
pub(super) struct OutcomeTests {
    pub(super) selected: ConditionTest,
    pub(super) actual: Option<ConditionTest>,
    classes: Option<ClassTests>,
}

/// Tests for each class.
#[derive(Debug)]
struct ClassTests {
    decided: Vec<ConditionTest>,
    actual: Option<Vec<ConditionTest>>,
}

/// The rows of a batch that are still without fault: those before `end`; and the fault at `end`, when there is one.
struct Sound {
    end: usize,
    fault: Option<Diagnostic>,
}

impl Sound {
    /// A fault at a row: from now on only the rows before it matter.
    fn fail(&mut self, row: usize, fault: Diagnostic) {
        self.end = row;
        self.fault = Some(fault);
    }

    /// What `column` gives for the rows that matter. After a fault it is asked again for those before it, which may have
    /// another fault in a later column.
    fn ask<T>(&mut self, mut column: impl FnMut(usize) -> Result<T, (usize, Diagnostic)>) -> T {
        loop {
            match column(self.end) {
                Ok(given) => return given,
                Err((row, fault)) => self.fail(row, fault),
            }
        }
    }
}

impl<'c> Counting<'c> {
    pub(super) fn new(counter: &'c Counter<'c>) -> Self {
        Self {
            worker: counter.kernel.worker(),
            coders: counter.groups.iter().map(AttributeCoder::new).collect(),
            stages: counter
                .plan
                .attributes
                .iter()
                .map(|attribute| match &attribute.rule {
                    Rule::Stages(stages) => Some(Stages::new(stages)),
                    _ => None,
                })
                .collect(),
            filters: counter.plan.filters.iter().map(ConditionTest::new).collect(),
            outcomes: counter
                .plan
                .outcomes
                .iter()
                .map(|outcome| OutcomeTests {
                    selected: ConditionTest::new(&outcome.selected),
                    actual: outcome.actual.as_ref().map(ConditionTest::new),
                    classes: outcome.classes.as_ref().map(|classes| ClassTests {
                        decided: classes.decided.iter().map(ConditionTest::new).collect(),
                        actual: classes
                            .actual
                            .as_ref()
                            .map(|actual| actual.iter().map(ConditionTest::new).collect()),
                    }),
                })
                .collect(),
            cells: CellCoder::new(&counter.kernel, counter.groups.len()),
            strangers: HashSet::new(),
            listing: Listing::new(counter.plan),
            buffer: String::new(),
            rows: Rows::default(),
            codes: vec![Vec::new(); counter.groups.len()],
            counter,
        }
    }

    /// Takes in a batch of the log.
    ///
    /// # Errors
    /// The first value that is not what the plan needs: not a number, not a count, fitting no band, out of range.
    pub fn absorb(&mut self, batch: &Batch) -> Result<(), Diagnostic> {
        let plan = self.counter.plan;
        let mut rows = std::mem::take(&mut self.rows);
        let mut sound = Sound {
            end: batch.rows,
            fault: None,
        };
        rows.subjects.clear();
        let named = match plan.subject {
            None => Vec::new(),
            Some(column) => person::keys(&batch.columns[column], batch.rows, &mut rows.subjects, &mut self.buffer),
        };
        let is_named = |row: usize| named.get(row).is_none_or(|named| *named);

        // Rows that are left out are counted by group, but what no group can be made of is no fault there.
        rows.fates.clear();
        rows.fates.resize(sound.end, Fate::Audited);
        self.filter(batch, &mut rows.fates, &mut sound);
        self.code(batch, (&rows.subjects, &rows.fates), &is_named, &mut sound);
        rows.cells.clear();
        self.cells.cells(&self.codes, sound.end, &mut rows.cells);
        rows.fates.truncate(sound.end);
        if plan.subject.is_some() {
            for (row, fate) in rows.fates.iter_mut().enumerate() {
                if *fate == Fate::Audited && !is_named(row) {
                    *fate = Fate::NoSubject;
                }
            }
        }
        self.weigh(batch, &mut rows, &mut sound);

        let mut outcomes = std::mem::take(&mut rows.outcomes);
        outcomes.resize_with(plan.outcomes.len(), Decisions::default);
        let audited: Vec<u8> = rows.fates.iter().map(|fate| u8::from(*fate == Fate::Audited)).collect();
        for (o, outcome) in plan.outcomes.iter().enumerate() {
            outcomes[o] = self.decide(
                batch,
                o,
                outcome,
                (&rows.subjects, &rows.stands_for),
                &audited,
                &mut sound,
            );
        }
        rows.outcomes = outcomes;
        if let Some(fault) = sound.fault {
            return Err(fault);
        }
        // Mostly every row is decided, which one outcome alone can tell.
        if !rows
            .outcomes
            .iter()
            .any(|outcome| !outcome.patterns.contains(&NO_DECISION))
        {
            for (row, fate) in rows.fates.iter_mut().enumerate() {
                let undecided = |outcome: &Decisions| outcome.patterns[row] == NO_DECISION;
                if *fate == Fate::Audited && rows.outcomes.iter().all(undecided) {
                    *fate = Fate::NoDecision;
                }
            }
        }
        if let Some(listing) = &mut self.listing {
            listing.keep(plan, batch, &rows, &mut self.buffer)?;
        }
        let added = self.worker.add(&rows);
        self.rows = rows;
        added.map_err(|fault| match fault {
            Fault::Row(row, overflow) => out_of_range(overflow).at(at_row(&plan.log, batch, row)),
            Fault::People(fault) => people_fault(fault),
        })
    }

    /// The codes of all attributes. Where a row that is left out has a value of no group, the group is not known.
    fn code(
        &mut self,
        batch: &Batch,
        (subjects, fates): (&[u128], &[Fate]),
        is_named: &dyn Fn(usize) -> bool,
        sound: &mut Sound,
    ) {
        let plan = self.counter.plan;
        let left_out = |row: usize| fates.get(row) == Some(&Fate::Filtered);
        let on = |row: usize| row_day(plan, batch, row);
        let mut found: Option<Vec<Option<usize>>> = None;
        let mut from_people = 0;
        for (a, attribute) in plan.attributes.iter().enumerate() {
            let codes = &mut self.codes[a];
            codes.clear();
            if let Some(stages) = &mut self.stages[a] {
                let mut coded = stages.codes(batch, sound.end, None, codes);
                if coded.as_ref().is_err_and(|(row, ..)| left_out(*row)) {
                    let kept: Vec<u8> = (0..sound.end).map(|row| u8::from(!left_out(row))).collect();
                    codes.clear();
                    coded = stages.codes(batch, sound.end, Some(&kept), codes);
                }
                if let Err((row, column, text)) = coded {
                    let place = place(&plan.log, &plan.log_columns, batch, row, column);
                    sound.fail(row, not_a_number(&text).at(place));
                    codes.resize(sound.end, super::code::MISSING);
                }
                continue;
            }
            if attribute.rule == Rule::Log {
                let is_second = plan.log.second.is_some_and(|second| batch.file >= second);
                codes.resize(sound.end, if is_second { 1 } else { 2 });
                continue;
            }
            let coded = match (attribute.table, &self.counter.people) {
                (Table::Log, _) => {
                    let column = &batch.columns[attribute.column];
                    match self.coders[a].codes(column, sound.end, &on, codes) {
                        Err((row, error)) if left_out(row) && error != CodeError::TooManyGroups => {
                            codes.clear();
                            self.coders[a].codes_but(column, sound.end, &on, &left_out, codes)
                        }
                        coded => coded,
                    }
                }
                (Table::People, None) => {
                    codes.resize(sound.end, super::code::MISSING);
                    Ok(())
                }
                (Table::People, Some(table)) => {
                    let found = found.get_or_insert_with(|| {
                        let mut all = Vec::with_capacity(sound.end);
                        for row in 0..sound.end {
                            let person = subjects.get(row).filter(|_| is_named(row));
                            let known = person.and_then(|person| table.find(*person));
                            if let (Some(person), None) = (person, known) {
                                self.strangers.insert(*person);
                            }
                            all.push(known);
                        }
                        all
                    });
                    let at = from_people;
                    (0..sound.end).try_for_each(|row| {
                        let code = table.code(found[row], at, &attribute.rule, &|| on(row));
                        codes.push(match code {
                            Err(_) if left_out(row) => super::code::MISSING,
                            code => code.map_err(|error| (row, error))?,
                        });
                        Ok(())
                    })
                }
            };
            from_people += usize::from(attribute.table == Table::People);
            if let Err((row, error)) = coded {
                let place = match (attribute.table, &error) {
                    // Which row came first depends on who read first, and says nothing.
                    (_, CodeError::TooManyGroups) => Place {
                        line: None,
                        row: None,
                        ..place(&plan.log, &plan.log_columns, batch, row, attribute.column)
                    },
                    (Table::Log, _) => place(&plan.log, &plan.log_columns, batch, row, attribute.column),
                    (Table::People, _) => at_row(&plan.log, batch, row),
                };
                sound.fail(row, group_error(&error, attribute).at(place));
            }
        }
    }

    /// Sets aside rows that `where` leaves out.
    fn filter(&mut self, batch: &Batch, fates: &mut [Fate], sound: &mut Sound) {
        let plan = self.counter.plan;
        for (test, condition) in self.filters.iter_mut().zip(&plan.filters) {
            let column = &batch.columns[condition.column];
            let mask: Vec<u8> = fates.iter().map(|fate| u8::from(*fate == Fate::Audited)).collect();
            let met = sound.ask(|rows| {
                test.meets(column, rows, Some(&mask)).map_err(|(row, text)| {
                    let place = place(&plan.log, &plan.log_columns, batch, row, condition.column);
                    (row, not_a_number(&text).at(place))
                })
            });
            for (fate, met) in fates.iter_mut().zip(met) {
                if met != MET {
                    *fate = Fate::Filtered;
                }
            }
        }
    }

    /// How many rows each row stands for, or its weight.
    fn weigh(&mut self, batch: &Batch, rows: &mut Rows, sound: &mut Sound) {
        let plan = self.counter.plan;
        let log = |row: usize, column: usize| place(&plan.log, &plan.log_columns, batch, row, column);
        rows.stands_for.clear();
        rows.weights.clear();
        for row in 0..sound.end {
            let audited = rows.fates[row] == Fate::Audited;
            match plan.weight {
                Weight::One => return,
                Weight::Count(_) if !audited => rows.stands_for.push(1),
                Weight::Sampling(_) if !audited => rows.weights.push(1.0),
                Weight::Count(column) => {
                    let value = Value::of(&batch.columns[column], row);
                    let told = match value.count() {
                        Ok(Some(count)) => {
                            rows.stands_for.push(count);
                            continue;
                        }
                        Ok(None) => Diagnostic::new("no-count", "a row has no count")
                            .help("a row of an aggregated log must say how many rows it stands for; 0 is allowed"),
                        Err(_) => {
                            let text = value.text(&mut self.buffer);
                            Diagnostic::new("not-a-count", format!("\"{text}\" is not a whole number of rows"))
                                .help("a count is 0, 1, 2, …; for a real number use `weight`")
                        }
                    };
                    sound.fail(row, told.at(log(row, column)));
                    return;
                }
                Weight::Sampling(column) => {
                    let value = Value::of(&batch.columns[column], row);
                    match value.number() {
                        Ok(Some(weight)) if weight >= 0.0 => rows.weights.push(weight),
                        _ => {
                            let text = value.text(&mut self.buffer);
                            let told = Diagnostic::new("not-a-weight", format!("\"{text}\" is not a sampling weight"))
                                .at(log(row, column))
                                .help("a weight is a number that is not negative");
                            sound.fail(row, told);
                            return;
                        }
                    }
                }
            }
        }
    }

    /// What the rows say about an outcome, where `audited` has a 1.
    fn decide(
        &mut self,
        batch: &Batch,
        index: usize,
        outcome: &Outcome,
        (subjects, stands_for): (&[u128], &[u64]),
        audited: &[u8],
        sound: &mut Sound,
    ) -> Decisions {
        let plan = self.counter.plan;
        let checked = outcome
            .check
            .map(|check| self.check(batch, (outcome, &plan.checks[check], check), (subjects, audited), sound));
        let tests = &mut self.outcomes[index];
        let place = |row: usize, column: usize| place(&plan.log, &plan.log_columns, batch, row, column);
        let bad_number =
            |(row, text): (usize, String), column: usize| (row, not_a_number(&text).at(place(row, column)));
        let mut decisions = Decisions::new(outcome.actual.is_some());
        let column = outcome.selected.column;
        let selected = if let Some((found, late)) = checked {
            decisions.values = late;
            found
        } else if let Some(stage) = outcome.stage {
            let codes = self.codes[stage.attribute].iter().zip(audited).take(sound.end);
            codes
                .map(|(code, audited)| {
                    if *audited > 0 {
                        stages::met(stage, *code)
                    } else {
                        MISSING
                    }
                })
                .collect()
        } else if let Test::Counted { empty } = outcome.selected.test {
            let (decided, splits) = sound.ask(|rows| {
                let split = split(
                    &batch.columns[column],
                    &audited[..rows],
                    stands_for,
                    empty,
                    &mut self.buffer,
                );
                split.map_err(|(row, told)| (row, told.at(place(row, column))))
            });
            decisions.splits = splits;
            decided
        } else {
            sound.ask(|rows| {
                let met = tests.selected.meets(&batch.columns[column], rows, Some(audited));
                met.map_err(|fault| bad_number(fault, column))
            })
        };
        let decided: Vec<u8> = selected.iter().map(|met| u8::from(*met != MISSING)).collect();
        let mut labels = None;
        if let (Some(test), Some(condition)) = (&mut tests.actual, &outcome.actual) {
            labels = Some(sound.ask(|rows| {
                let met = test.meets(&batch.columns[condition.column], rows, Some(&decided));
                met.map_err(|fault| bad_number(fault, condition.column))
            }));
        }
        // The value of a check is found beside the log.
        let value = outcome.value.filter(|_| outcome.check.is_none());
        for (column, numbers_of) in [
            (value, &mut decisions.values),
            (outcome.list_price, &mut decisions.lists),
            (outcome.score, &mut decisions.scores),
            (outcome.predicted, &mut decisions.predictions),
        ] {
            let Some(column) = column else { continue };
            *numbers_of = sound.ask(|rows| {
                numbers(&batch.columns[column], &decided[..rows]).map_err(|row| {
                    let value = Value::of(&batch.columns[column], row);
                    let text = value.text(&mut self.buffer).to_owned();
                    bad_number((row, text), column)
                })
            });
        }
        if let (Some(tests), Some(classes)) = (&mut tests.classes, &outcome.classes) {
            let listed = classes.names.len() as u32;
            let mut class = |tests: &mut [ConditionTest], conditions: &[Condition]| {
                sound.ask(|rows| {
                    which(tests, conditions, batch, &decided[..rows]).map_err(|(row, text, column)| {
                        let place = place(row, column);
                        (row, not_a_number(&text).at(place))
                    })
                })
            };
            let put = class(&mut tests.decided, &classes.decided);
            let right = match (&mut tests.actual, &classes.actual) {
                (Some(tests), Some(conditions)) => class(tests, conditions),
                _ => vec![0; put.len()],
            };
            let number = |(decided, actual): (&u32, &u32)| match decided {
                0 => f64::NAN,
                _ => Coded {
                    listed,
                    decided: *decided,
                    actual: *actual,
                }
                .number(),
            };
            decisions.classes = put.iter().zip(&right).map(number).collect();
        }
        let half = decisions.half;
        // All bits set for a row without a decision.
        let pattern =
            |met: u8, label: u8| (u8::from(met == MET) * half + label) | 0_u8.wrapping_sub(u8::from(met == MISSING));
        decisions.patterns = match labels {
            // What a label is to its condition is its number: not known, not met, met.
            Some(labels) => selected
                .iter()
                .zip(&labels)
                .map(|(met, label)| pattern(*met, *label))
                .collect(),
            None => selected.iter().map(|met| pattern(*met, 0)).collect(),
        };
        decisions
    }
}

impl Counting<'_> {
    /// Which rows a check finds, and how many days after an objection each of them came (NaN for others).
    fn check(
        &mut self,
        batch: &Batch,
        (outcome, check, index): (&Outcome, &Check, usize),
        (subjects, audited): (&[u128], &[u8]),
        sound: &mut Sound,
    ) -> (Vec<u8>, Vec<f64>) {
        let plan = self.counter.plan;
        let (Some(table), Some(place_of_outcome)) = (
            self.counter.events.get(index),
            plan.outcomes.iter().position(|other| other.check == outcome.check),
        ) else {
            return (vec![MISSING; sound.end], Vec::new());
        };
        let at = |row: usize, column: usize| place(&plan.log, &plan.log_columns, batch, row, column);
        let tests = &mut self.outcomes[place_of_outcome];
        let wanted: Vec<u8> = match &check.rows {
            None => audited[..sound.end].to_vec(),
            Some(rows_of) => {
                let met = sound.ask(|rows| {
                    let met = tests
                        .selected
                        .meets(&batch.columns[rows_of.column], rows, Some(audited));
                    met.map_err(|(row, text)| (row, not_a_number(&text).at(at(row, rows_of.column))))
                });
                met.iter().map(|met| u8::from(*met == MET)).collect()
            }
        };
        let mut buffer = String::new();
        let zones = &self.counter.zones;
        sound.ask(|rows| {
            let mut found = vec![MISSING; rows];
            let mut late = vec![f64::NAN; rows];
            for row in (0..rows).filter(|row| wanted[*row] > 0) {
                let value = Value::of(&batch.columns[check.time], row);
                if value.is_missing() {
                    continue;
                }
                let Some((when, zoned)) = moment(value) else {
                    return Err((row, no_time(value.text(&mut buffer)).at(at(row, check.time))));
                };
                zones.saw(zoned);
                let key = events::key(subjects[row], &check.matches, &batch.columns, row, &mut buffer);
                let (is_found, days) = table.finds(check.kind, check.grace, key, when);
                found[row] = if is_found { MET } else { UNMET };
                late[row] = days.unwrap_or(f64::NAN);
            }
            Ok((found, late))
        })
    }
}

/// Which class each wanted row is of, from 1; one more than there are for any other, 0 where there is no value.
fn which(
    tests: &mut [ConditionTest],
    conditions: &[Condition],
    batch: &Batch,
    wanted: &[u8],
) -> Result<Vec<u32>, (usize, String, usize)> {
    let mut found = vec![0; wanted.len()];
    for (class, (test, condition)) in (1..).zip(tests.iter_mut().zip(conditions)) {
        let met = test
            .meets(&batch.columns[condition.column], wanted.len(), Some(wanted))
            .map_err(|(row, text)| (row, text, condition.column))?;
        for (found, met) in found.iter_mut().zip(met) {
            match met {
                MET => *found = class,
                UNMET if *found == 0 => *found = conditions.len() as u32 + 1,
                _ => {}
            }
        }
    }
    Ok(found)
}

/// How numbers of selected rows split what the rows stand for: whether each audited row is decided, and how many were
/// selected.
fn split(
    column: &Column,
    audited: &[u8],
    stands_for: &[u64],
    empty: Option<u64>,
    buffer: &mut String,
) -> Result<(Vec<u8>, Vec<u64>), (usize, Diagnostic)> {
    let mut decided = vec![MISSING; audited.len()];
    let mut splits = vec![0; audited.len()];
    for row in (0..audited.len()).filter(|row| audited[*row] > 0) {
        let value = Value::of(column, row);
        let whole = stands_for.get(row).copied().unwrap_or(1);
        match value.count().map(|count| count.or(empty)) {
            Ok(None) => {}
            Ok(Some(selected)) if selected <= whole => {
                // Which side the pattern is on does not matter: the split says how many were selected.
                decided[row] = UNMET;
                splits[row] = selected;
            }
            _ => {
                let text = value.text(buffer);
                let told = Diagnostic::new(
                    "not-a-count",
                    format!("\"{text}\" is not a number of selected rows out of {whole}"),
                )
                .help("with `counts = true` the column holds 0 up to the row's count");
                return Err((row, told));
            }
        }
    }
    Ok((decided, splits))
}

/// The numbers of a column where `wanted` has a 1, NaN for none; the first row where there is something else.
pub(super) fn numbers(column: &Column, wanted: &[u8]) -> Result<Vec<f64>, usize> {
    let rows = wanted.len();
    match column {
        Column::Real(array) => {
            let mut numbers = array.values()[..rows].to_vec();
            if let Some(nulls) = array.nulls() {
                for (row, number) in numbers.iter_mut().enumerate() {
                    *number = if nulls.is_valid(row) { *number } else { f64::NAN };
                }
            }
            for (number, wanted) in numbers.iter_mut().zip(wanted) {
                *number = if *wanted > 0 { *number } else { f64::NAN };
            }
            match numbers.iter().position(|number| number.is_infinite()) {
                Some(row) => Err(row),
                None => Ok(numbers),
            }
        }
        Column::Integer(array) => Ok((0..rows)
            .map(|row| {
                if wanted[row] > 0 && array.is_valid(row) {
                    array.value(row) as f64
                } else {
                    f64::NAN
                }
            })
            .collect()),
        _ => (0..rows)
            .map(|row| match wanted[row] {
                0 => Ok(f64::NAN),
                _ => match Value::of(column, row).number() {
                    Ok(number) => Ok(number.unwrap_or(f64::NAN)),
                    Err(_) => Err(row),
                },
            })
            .collect(),
    }
}

/// The day of a row: of its time where the log has one, else the audit's.
fn row_day(plan: &Plan, batch: &Batch, row: usize) -> Option<Date> {
    match plan.time {
        Some(column) => Value::of(&batch.columns[column], row).date(),
        None => Some(plan.as_of),
    }
}
