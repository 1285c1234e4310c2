//! The embedded engine: rows in, a tally out, on this machine.
//!
//! What all threads share is a [`Counter`]; each thread counts with a [`Counting`] of its own, batch by batch and column by
//! column. A fault at some row ends a column there, and the columns after it are looked at only up to that row, so that
//! the fault that is told is the first of the batch.

use hashbrown::HashSet;
use jiff::civil::Date;

use super::Counted;
use super::cells::CellCoder;
use super::code::{AttributeCoder, Groups};
use super::condition::{ConditionTest, MET, MISSING};
use super::fault::{
    at_row, group_error, look_alikes, never_met, not_a_number, out_of_range, people_fault, place,
};
use super::people::PeopleTable;
use super::person::{self, person};
use super::value::Value;
use crate::diagnostic::{Diagnostic, Place};
use crate::log::{Batch, Column, ReadSummary};
use crate::plan::{Attribute, Outcome, Plan, Table, Test, Weight};
use crate::tally::{Decisions, Fate, Fault, Kernel, NO_DECISION, OutcomeShape, Room, Rows, Shape, Worker};

/// Counts the rows of a plan's log.
#[derive(Debug)]
pub struct Counter<'p> {
    plan: &'p Plan,
    kernel: Kernel,
    groups: Vec<Groups>,
    people: Option<PeopleTable>,
    people_rows: Option<Vec<u64>>,
}

/// Counts rows on one thread.
#[derive(Debug)]
pub struct Counting<'c> {
    counter: &'c Counter<'c>,
    worker: Worker<'c>,
    coders: Vec<AttributeCoder<'c>>,
    filters: Vec<ConditionTest>,
    outcomes: Vec<OutcomeTests>,
    cells: CellCoder<'c>,
    /// People of the log who are not in the people file.
    strangers: HashSet<u128>,
    buffer: String,
    rows: Rows,
    codes: Vec<Vec<u32>>,
}

#[derive(Debug)]
struct OutcomeTests {
    selected: ConditionTest,
    actual: Option<ConditionTest>,
}

/// The rows of a batch that are still without fault: those before `end`; and the fault at `end`, when there is one.
struct Sound {
    end: usize,
    fault: Option<Diagnostic>,
}

impl Sound {
    /// Keeps what a column gave, up to the first fault.
    fn keep<T>(&mut self, result: Result<T, (usize, Diagnostic)>) -> Option<T> {
        match result {
            Ok(kept) => Some(kept),
            Err((row, fault)) => {
                self.end = row;
                self.fault = Some(fault);
                None
            }
        }
    }
}

impl<'p> Counter<'p> {
    /// A counter that has seen nothing. `room`: how much memory people may take.
    #[must_use]
    pub fn new(plan: &'p Plan, room: Option<Room>) -> Self {
        let shape = Shape {
            outcomes: plan
                .outcomes
                .iter()
                .map(|outcome| OutcomeShape {
                    label: outcome.actual.is_some(),
                    value: outcome.value.is_some(),
                })
                .collect(),
            weighted: matches!(plan.weight, Weight::Sampling(_)),
            persons: plan.subject.is_some(),
            groupings: plan
                .groupings
                .iter()
                .map(|grouping| grouping.attributes.clone())
                .collect(),
        };
        let splits = |outcome: &Outcome| matches!(outcome.selected.test, Test::Counted { .. });
        let many = matches!(plan.weight, Weight::Count(_)) || plan.outcomes.iter().any(splits);
        Self {
            kernel: Kernel::new(shape, many, room),
            groups: plan.attributes.iter().map(Groups::new).collect(),
            people: None,
            people_rows: None,
            plan,
        }
    }

    /// Attributes that stand in the people file, in plan order.
    fn people_attributes(plan: &Plan) -> impl Iterator<Item = (usize, &Attribute)> {
        plan.attributes
            .iter()
            .enumerate()
            .filter(|(_, attribute)| attribute.table == Table::People)
    }

    /// Takes in a batch of the people file.
    ///
    /// # Errors
    /// A row without a key, a repeated key, a value that fits no band.
    pub fn absorb_people(&mut self, batch: &Batch) -> Result<(), Diagnostic> {
        let plan = self.plan;
        let Some(people) = &plan.people else {
            return Ok(());
        };
        let mut coders: Vec<AttributeCoder<'_>> = self.groups.iter().map(AttributeCoder::new).collect();
        let count = Self::people_attributes(plan).count();
        let table = self.people.get_or_insert_with(|| PeopleTable::new(count));
        let mut buffer = String::new();
        for row in 0..batch.rows {
            let at = |column: usize| place(&people.source, &people.columns, batch, row, column);
            let key = Value::of(&batch.columns[0], row);
            if key.is_missing() {
                return Err(Diagnostic::new("no-key", "a row of the people file has no key")
                    .at(at(0))
                    .help("remove the row, or give it the person's id"));
            }
            if !table.begin(person(key, &mut buffer)) {
                let key = key.text(&mut buffer);
                return Err(Diagnostic::new(
                    "repeated-key",
                    format!("the person \"{key}\" stands in the people file more than once"),
                )
                .at(at(0))
                .help("keep one row per person; attributes that change over time belong in the log"));
            }
            for (a, attribute) in Self::people_attributes(plan) {
                let value = Value::of(&batch.columns[attribute.column], row);
                table
                    .push(&mut coders[a], value)
                    .map_err(|error| group_error(&error, attribute).at(at(attribute.column)))?;
            }
        }
        Ok(())
    }

    /// Tells that the people file has been read.
    pub fn end_people(&mut self, summary: &ReadSummary) {
        self.people_rows = Some(summary.rows.clone());
        let count = Self::people_attributes(self.plan).count();
        self.people.get_or_insert_with(|| PeopleTable::new(count));
    }

    /// Starts to count on a thread.
    #[must_use]
    pub fn counting(&self) -> Counting<'_> {
        Counting {
            worker: self.kernel.worker(),
            coders: self.groups.iter().map(AttributeCoder::new).collect(),
            filters: self.plan.filters.iter().map(ConditionTest::new).collect(),
            outcomes: self
                .plan
                .outcomes
                .iter()
                .map(|outcome| OutcomeTests {
                    selected: ConditionTest::new(&outcome.selected),
                    actual: outcome.actual.as_ref().map(ConditionTest::new),
                })
                .collect(),
            cells: CellCoder::new(&self.kernel, self.groups.len()),
            strangers: HashSet::new(),
            buffer: String::new(),
            rows: Rows::default(),
            codes: vec![Vec::new(); self.groups.len()],
            counter: self,
        }
    }

    /// Closes the count of all threads.
    ///
    /// # Errors
    /// Nothing to audit; a condition's values that never occur; sums out of range.
    pub fn finish(&self, countings: Vec<Counting<'_>>, summary: &ReadSummary) -> Result<Counted, Diagnostic> {
        let plan = self.plan;
        let read: u64 = summary.rows.iter().sum();
        if read == 0 {
            return Err(Diagnostic::new("no-rows", "the log has no rows")
                .at(Place {
                    file: plan
                        .log
                        .files
                        .first()
                        .map_or_else(String::new, |file| file.name.clone()),
                    ..Place::default()
                })
                .help("an audit needs at least one row below the header"));
        }
        let mut strangers = HashSet::new();
        let mut workers = Vec::new();
        let mut tests: Option<(Vec<ConditionTest>, Vec<OutcomeTests>)> = None;
        for counting in countings {
            strangers.extend(counting.strangers);
            workers.push(counting.worker);
            match &mut tests {
                None => tests = Some((counting.filters, counting.outcomes)),
                Some((filters, outcomes)) => {
                    for (mine, theirs) in filters.iter_mut().zip(&counting.filters) {
                        mine.join(theirs);
                    }
                    for (mine, theirs) in outcomes.iter_mut().zip(&counting.outcomes) {
                        mine.selected.join(&theirs.selected);
                        if let (Some(mine), Some(theirs)) = (&mut mine.actual, &theirs.actual) {
                            mine.join(theirs);
                        }
                    }
                }
            }
        }
        let (filters, outcomes) = tests.unwrap_or_default();
        for (test, condition) in filters.iter().zip(&plan.filters) {
            never_met(plan, test, condition, "`where` leaves no row")?;
        }
        for (tests, outcome) in outcomes.iter().zip(&plan.outcomes) {
            let what = format!("nobody is selected for `{}`", outcome.name);
            never_met(plan, &tests.selected, &outcome.selected, &what)?;
            if let (Some(test), Some(condition)) = (&tests.actual, &outcome.actual) {
                let what = format!("no label of `{}` is positive", outcome.name);
                never_met(plan, test, condition, &what)?;
            }
        }
        let labels: Vec<_> = self.groups.iter().map(Groups::labels).collect();
        let tally = self.kernel.finish(&mut workers, &labels).map_err(people_fault)?;
        let mut notes = Vec::new();
        for (attribute, labels) in plan.attributes.iter().zip(&labels) {
            look_alikes(&attribute.name, labels, &mut notes);
        }
        if tally.everyone.fates.audited == 0 {
            let fates = tally.everyone.fates;
            return Err(Diagnostic::new(
                "nothing-audited",
                format!(
                    "none of {read} rows can be audited: {} left out by `where`, {} without a person, {} without a decision",
                    fates.filtered, fates.no_subject, fates.no_decision
                ),
            )
            .help("check the columns and values of [log] and [[outcome]]"));
        }
        let (without_record, without_rows) = match &self.people {
            Some(table) => (Some(strangers.len() as u64), Some(table.unused())),
            None => (None, None),
        };
        Ok(Counted {
            tally,
            rows: summary.rows.clone(),
            people_rows: self.people_rows.clone(),
            short_rows: summary.short_rows,
            subjects_without_record: without_record,
            records_without_rows: without_rows,
            notes,
        })
    }
}

impl Counting<'_> {
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

        self.code(batch, &rows.subjects, &is_named, &mut sound);
        rows.cells.clear();
        self.cells.cells(&self.codes, sound.end, &mut rows.cells);

        rows.fates.clear();
        rows.fates.resize(sound.end, Fate::Audited);
        self.filter(batch, &mut rows.fates, &mut sound);
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
        let all = rows.fates.iter().all(|fate| *fate == Fate::Audited);
        for (o, outcome) in plan.outcomes.iter().enumerate() {
            outcomes[o] = self.decide(batch, o, outcome, &rows, all, &mut sound);
        }
        rows.outcomes = outcomes;
        if let Some(fault) = sound.fault {
            return Err(fault);
        }
        for (row, fate) in rows.fates.iter_mut().enumerate() {
            let undecided = |outcome: &Decisions| outcome.patterns[row] == NO_DECISION;
            if *fate == Fate::Audited && rows.outcomes.iter().all(undecided) {
                *fate = Fate::NoDecision;
            }
        }
        let added = self.worker.add(&rows);
        self.rows = rows;
        added.map_err(|fault| match fault {
            Fault::Row(row, overflow) => out_of_range(overflow).at(at_row(&plan.log, batch, row)),
            Fault::People(fault) => people_fault(fault),
        })
    }

    /// The codes of all attributes.
    fn code(&mut self, batch: &Batch, subjects: &[u128], is_named: &dyn Fn(usize) -> bool, sound: &mut Sound) {
        let plan = self.counter.plan;
        let on = |row: usize| row_day(plan, batch, row);
        let mut found: Option<Vec<Option<usize>>> = None;
        let mut from_people = 0;
        for (a, attribute) in plan.attributes.iter().enumerate() {
            let codes = &mut self.codes[a];
            codes.clear();
            let coded = match (attribute.table, &self.counter.people) {
                (Table::Log, _) => self.coders[a].codes(&batch.columns[attribute.column], sound.end, &on, codes),
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
                        codes.push(code.map_err(|error| (row, error))?);
                        Ok(())
                    })
                }
            };
            from_people += usize::from(attribute.table == Table::People);
            sound.keep(coded.map_err(|(row, error)| {
                let place = match (attribute.table, &error) {
                    // Which row came first depends on who read first, and says nothing.
                    (_, super::code::CodeError::TooManyGroups) => Place {
                        line: None,
                        row: None,
                        ..place(&plan.log, &plan.log_columns, batch, row, attribute.column)
                    },
                    (Table::Log, _) => place(&plan.log, &plan.log_columns, batch, row, attribute.column),
                    (Table::People, _) => at_row(&plan.log, batch, row),
                };
                (row, group_error(&error, attribute).at(place))
            }));
        }
    }

    /// Sets aside rows that `where` leaves out.
    fn filter(&mut self, batch: &Batch, fates: &mut [Fate], sound: &mut Sound) {
        let plan = self.counter.plan;
        for (test, condition) in self.filters.iter_mut().zip(&plan.filters) {
            let column = &batch.columns[condition.column];
            let met = test
                .meets(column, sound.end, &|row| fates[row] == Fate::Audited, false)
                .map_err(|(row, text)| (row, not_a_number(&text).at(place(&plan.log, &plan.log_columns, batch, row, condition.column))));
            for (fate, met) in fates.iter_mut().zip(sound.keep(met).unwrap_or_default()) {
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
                    sound.keep(Err::<(), _>((row, told.at(log(row, column)))));
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
                            sound.keep(Err::<(), _>((row, told)));
                            return;
                        }
                    }
                }
            }
        }
    }

    /// What the rows say about an outcome.
    fn decide(
        &mut self,
        batch: &Batch,
        index: usize,
        outcome: &Outcome,
        rows: &Rows,
        all: bool,
        sound: &mut Sound,
    ) -> Decisions {
        let plan = self.counter.plan;
        let tests = &mut self.outcomes[index];
        let place = |row: usize, column: usize| place(&plan.log, &plan.log_columns, batch, row, column);
        let bad_number = |(row, text): (usize, String), column: usize| (row, not_a_number(&text).at(place(row, column)));
        let mut decisions = Decisions::new(outcome.actual.is_some());
        let column = outcome.selected.column;
        let is_audited = |row: usize| rows.fates[row] == Fate::Audited;
        let selected = if let Test::Counted { empty } = outcome.selected.test {
            let stands_for = |row: usize| rows.stands_for.get(row).copied().unwrap_or(1);
            let split = split(&batch.columns[column], sound.end, &is_audited, &stands_for, empty, &mut self.buffer);
            let split = split.map_err(|(row, told)| (row, told.at(place(row, column))));
            sound.keep(split).map(|(decided, splits)| {
                decisions.splits = splits;
                decided
            })
        } else {
            let met = tests.selected.meets(&batch.columns[column], sound.end, &is_audited, all);
            sound.keep(met.map_err(|fault| bad_number(fault, column)))
        };
        let selected = selected.unwrap_or_default();
        let is_decided = |row: usize| selected.get(row).is_some_and(|met| *met != MISSING);
        let labels = match (&mut tests.actual, &outcome.actual) {
            (Some(test), Some(condition)) => {
                let met = test.meets(&batch.columns[condition.column], sound.end, &is_decided, false);
                sound.keep(met.map_err(|fault| bad_number(fault, condition.column)))
            }
            _ => None,
        };
        if let Some(column) = outcome.value {
            let values = numbers(&batch.columns[column], sound.end, &is_decided);
            let values = values.map_err(|row| {
                let value = Value::of(&batch.columns[column], row);
                let text = value.text(&mut self.buffer).to_owned();
                bad_number((row, text), column)
            });
            decisions.values = sound.keep(values).unwrap_or_default();
        }
        let label = |row: usize| match labels.as_ref().map(|labels| labels[row]) {
            None | Some(MISSING) => None,
            Some(met) => Some(met == MET),
        };
        decisions.patterns = selected
            .iter()
            .enumerate()
            .take(if sound.fault.is_some() { 0 } else { sound.end })
            .map(|(row, met)| match *met {
                MISSING => NO_DECISION,
                met => decisions.pattern(met == MET, label(row)),
            })
            .collect();
        decisions
    }
}

/// How numbers of selected rows split what the rows stand for: whether each row is decided, and how many were selected.
fn split(
    column: &Column,
    rows: usize,
    is_audited: &dyn Fn(usize) -> bool,
    stands_for: &dyn Fn(usize) -> u64,
    empty: Option<u64>,
    buffer: &mut String,
) -> Result<(Vec<u8>, Vec<u64>), (usize, Diagnostic)> {
    let mut decided = vec![MISSING; rows];
    let mut splits = vec![0; rows];
    for row in (0..rows).filter(|row| is_audited(*row)) {
        let value = Value::of(column, row);
        let whole = stands_for(row);
        match value.count().map(|count| count.or(empty)) {
            Ok(None) => {}
            Ok(Some(selected)) if selected <= whole => {
                // Which side the pattern is on does not matter: the split says how many were selected.
                decided[row] = super::condition::UNMET;
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

/// The numbers of a column where they are wanted, NaN for none; the first row where there is something else.
fn numbers(column: &Column, rows: usize, wanted: &dyn Fn(usize) -> bool) -> Result<Vec<f64>, usize> {
    (0..rows)
        .map(|row| {
            if !wanted(row) {
                return Ok(f64::NAN);
            }
            match Value::of(column, row).number() {
                Ok(number) => Ok(number.unwrap_or(f64::NAN)),
                Err(_) => Err(row),
            }
        })
        .collect()
}

/// The day of a row: of its time where the log has one, else the audit's.
fn row_day(plan: &Plan, batch: &Batch, row: usize) -> Option<Date> {
    match plan.time {
        Some(column) => Value::of(&batch.columns[column], row).date(),
        None => Some(plan.as_of),
    }
}
