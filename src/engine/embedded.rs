//! The embedded engine: rows in, a tally out, on this machine.
//!
//! What all threads share is a [`Counter`]; each thread counts with a [`Counting`] of its own.

use hashbrown::HashSet;

use super::Counted;
use super::code::{AttributeCoder, Groups};
use super::condition::ConditionTest;
use super::counting::{Counting, OutcomeTests};
use super::events::{EventTable, Zones};
use super::fault::{group_error, look_alikes, never_met, people_fault, place};
use super::people::PeopleTable;
use super::person::person;
use super::stages::Stages;
use super::value::Value;
use crate::catalogue::{Formula, Variable};
use crate::diagnostic::{Diagnostic, Place};
use crate::log::{Batch, ReadSummary};
use crate::plan::{Attribute, Outcome, Plan, Rule, Table, Test, Weight};
use crate::tally::bootstrap::Resampling;
use crate::tally::histogram::Of;
use crate::tally::{Kernel, OutcomeShape, Room, Shape};

/// What is kept as a histogram, for the metrics that are asked for.
fn histograms(plan: &Plan) -> Vec<Of> {
    let mut all = Vec::new();
    for (index, outcome) in plan.outcomes.iter().enumerate() {
        all.extend(outcome.variables().into_iter().map(|variable| Of {
            outcome: index,
            variable,
            benefit: outcome.benefit,
            favourable: outcome.favourable,
            cap: outcome.cap,
            first: 0,
            count: plan.groupings.len(),
        }));
    }
    // Each search and each hunt for proxies has a grouping of its own, after those of the plan.
    for (index, crossed) in plan.crossed.iter().enumerate() {
        let outcome = &plan.outcomes[crossed.outcome];
        all.push(Of {
            outcome: crossed.outcome,
            variable: Variable::Decision,
            benefit: outcome.benefit,
            favourable: outcome.favourable,
            cap: outcome.cap,
            first: plan.groupings.len() + index,
            count: 1,
        });
    }
    all
}

/// How people are drawn again, for the ratios of sums that are asked for.
fn resampling(plan: &Plan) -> Option<Resampling> {
    let ratios = |outcome: &Outcome| {
        let formulas = outcome.metrics.iter().map(|metric| metric.entry().formula);
        let ratios = formulas.filter_map(|formula| match formula {
            Formula::Ratio { numerator, denominator } => Some((numerator, denominator)),
            _ => None,
        });
        ratios.collect()
    };
    Some(Resampling {
        replicates: plan.bootstrap?,
        seed: plan.seed,
        groupings: plan.groupings.len(),
        ratios: plan.outcomes.iter().map(ratios).collect(),
    })
}

/// Counts the rows of a plan's log.
#[derive(Debug)]
pub struct Counter<'p> {
    pub(super) plan: &'p Plan,
    pub(super) kernel: Kernel,
    pub(super) groups: Vec<Groups>,
    pub(super) people: Option<PeopleTable>,
    people_rows: Option<Vec<u64>>,
    /// What checks look in, in the order of the plan.
    pub(super) events: Vec<EventTable>,
    check_rows: Vec<Vec<u64>>,
    /// Times of the log, for checks.
    pub(super) zones: Zones,
}

impl<'p> Counter<'p> {
    /// A counter that has seen nothing. `room`: how much memory people may take.
    #[must_use]
    pub fn new(plan: &'p Plan, room: Option<Room>) -> Self {
        let histograms = histograms(plan);
        let shape = Shape {
            outcomes: plan.outcomes.iter().map(OutcomeShape::of).collect(),
            weighted: matches!(plan.weight, Weight::Sampling(_)),
            persons: plan.subject.is_some(),
            groupings: plan.tallied(),
            spread: if histograms.is_empty() {
                Vec::new()
            } else {
                plan.spread()
            },
            histograms,
            resampling: resampling(plan),
        };
        let splits = |outcome: &Outcome| matches!(outcome.selected.test, Test::Counted { .. });
        let many = matches!(plan.weight, Weight::Count(_)) || plan.outcomes.iter().any(splits);
        Self {
            kernel: Kernel::new(shape, many, room),
            groups: plan.attributes.iter().map(Groups::new).collect(),
            people: None,
            people_rows: None,
            events: Vec::new(),
            check_rows: Vec::new(),
            zones: Zones::default(),
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

    /// Adds what the next check looks in.
    pub(super) fn add_events(&mut self, table: EventTable, rows: Vec<u64>) {
        self.events.push(table);
        self.check_rows.push(rows);
    }

    /// Tells what became of the rows beside, and refuses to compare times that can't be.
    fn end_events(&self, notes: &mut Vec<String>) -> Result<(), Diagnostic> {
        let checked = self.plan.outcomes.iter().filter(|outcome| outcome.check.is_some());
        for ((outcome, table), events) in checked.zip(&self.events).zip(&self.plan.events) {
            let file = events.source.files.first().map_or("", |file| file.name.as_str());
            table.zones.join(&self.zones);
            if table.zones.are_mixed() {
                return Err(Diagnostic::new(
                    "mixed-times",
                    format!("times of the log and of `{file}` are written partly with a zone and partly without"),
                )
                .help("write all of them with their zone (2026-10-01T08:15:00+02:00), or all without"));
            }
            notes.push(table.account(&outcome.name, file));
        }
        Ok(())
    }

    /// Starts to count on a thread.
    #[must_use]
    pub fn counting(&self) -> Counting<'_> {
        Counting::new(self)
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
        let mut recorders = Vec::new();
        let mut tests: Option<(Vec<ConditionTest>, Vec<OutcomeTests>)> = None;
        let mut stages: Vec<Option<Stages>> = Vec::new();
        for counting in countings {
            strangers.extend(counting.strangers);
            if stages.is_empty() {
                stages = counting.stages;
            } else {
                for (mine, theirs) in stages.iter_mut().zip(&counting.stages) {
                    if let (Some(mine), Some(theirs)) = (mine, theirs) {
                        mine.join(theirs);
                    }
                }
            }
            workers.push(counting.worker);
            recorders.extend(counting.listing.map(|listing| listing.recorder));
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
        for (attribute, stages) in plan.attributes.iter().zip(&stages) {
            if let (Rule::Stages(conditions), Some(stages)) = (&attribute.rule, stages) {
                for (test, condition) in stages.tests.iter().zip(conditions) {
                    never_met(plan, test, condition, "nobody passes a stage")?;
                }
            }
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
        let mut tally = self.kernel.finish(&mut workers, &labels).map_err(people_fault)?;
        tally.lists = plan
            .lists
            .as_ref()
            .map(|lists| self.kernel.lists(plan, lists, recorders, &labels));
        let mut notes = Vec::new();
        self.end_events(&mut notes)?;
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
            check_rows: self.check_rows.clone(),
            short_rows: summary.short_rows,
            subjects_without_record: without_record,
            records_without_rows: without_rows,
            notes,
        })
    }
}
