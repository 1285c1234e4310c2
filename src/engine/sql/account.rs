//! The second statement, and what its answer says: about rows, and what is wrong with them.

use arrow_array::RecordBatch;
use hashbrown::HashMap;

use super::super::condition::ConditionTest;
use super::super::fault::{never_met, out_of_range};
use super::answer::bounded;
use super::checks::{checks, watched};
use super::facts::{Fact, Facts};
use super::groups::{Groups, file};
use super::moments::{Moments, numbered};
use super::rows::{MOST_COUNTED, ROWS, Step, Use};
use crate::diagnostic::{Diagnostic, Place};
use crate::plan::Plan;
use crate::tally::{Fates, OutcomeAccount, Overflow};

impl Moments<'_> {
    /// By grouping and group: rows by fate and what they stand for; of everybody besides: the accounts of outcomes, how
    /// often conditions are met, and what is wrong with rows. See [`super::account::Account`] for the columns.
    pub(super) fn account(&self) -> (Vec<Step>, String) {
        let plan = self.plan();
        let mut steps = self.rows.steps(true);
        let zero = self.zero();
        let mut counted: Vec<String> = (0..4)
            .map(|fate| self.real(&format!("CASE WHEN fate = {fate} THEN 1 ELSE 0 END")))
            .collect();
        let audited = format!("CASE WHEN fate = 3 THEN n ELSE {zero} END");
        counted.push(audited.clone());
        // Twice, in two halves that both stay exact beyond 2^53.
        let floor = format!("floor({audited} / 67108864)");
        let high = match self.rows.dialect.grammar().typeless {
            true => self.real(&format!("CAST({audited} / 67108864 AS INTEGER)")),
            false => floor,
        };
        counted.push(high.clone());
        counted.push(format!("({audited}) - 67108864 * ({high})"));
        for (o, outcome) in plan.outcomes.iter().enumerate() {
            let without = |column: Option<String>| match column {
                Some(column) => format!("CASE WHEN d{o} = 1 AND {column} IS NULL THEN 1 ELSE 0 END"),
                None => format!("d{o}"),
            };
            counted.push(self.real(&format!("d{o}")));
            counted.push(self.real(&without(outcome.actual.as_ref().map(|_| format!("l{o}")))));
            counted.push(self.real(&without(outcome.value.map(|_| format!("v{o}")))));
        }
        counted.extend((0..watched(plan).len()).map(|i| self.real(&format!("e{i}"))));
        let checks = checks(plan).len();
        counted.extend((0..checks).map(|k| self.real(&format!("q{k}"))));
        let codes = self.listed(|a| format!("c{a}"));
        let sums: String = counted
            .iter()
            .enumerate()
            .map(|(i, x)| format!(", SUM({x}) AS m{i}"))
            .collect();
        let samples: String = (0..checks).map(|k| format!(", MIN(r{k}) AS r{k}")).collect();
        steps.push(Self::step(
            "cell",
            Use::Again,
            format!("SELECT {codes}{sums}{samples} FROM {ROWS} GROUP BY {codes}"),
        ));
        let names: String = (0..counted.len()).map(|i| format!(", m{i}")).collect();
        let shown: String = (0..checks).map(|k| format!(", r{k}")).collect();
        steps.push(Self::step(
            "spread",
            Use::Again,
            format!(
                "SELECT g, {}{names}{shown} FROM parytet_cell CROSS JOIN {}",
                self.keys("c"),
                self.groupings(0)
            ),
        ));
        let keys = self.listed(|a| format!("k{a}"));
        let mut columns = vec![self.real("g")];
        columns.extend(self.names('k'));
        columns.extend((0..counted.len()).map(|i| self.real(&format!("SUM(m{i})"))));
        columns.extend((0..checks).map(|k| format!("COALESCE(MIN(r{k}), '')")));
        let body = format!("SELECT {} FROM parytet_spread GROUP BY g, {keys}", numbered(&columns));
        (steps, body)
    }
}

/// What the second statement says about rows.
#[derive(Debug, Default)]
pub(super) struct Account {
    pub(super) everyone: (Fates, u64),
    pub(super) groups: Vec<HashMap<Vec<u32>, (Fates, u64)>>,
    pub(super) outcomes: Vec<OutcomeAccount>,
    total: f64,
    met: Vec<u64>,
    faults: Vec<(u64, String)>,
}

impl Account {
    pub(super) fn read(plan: &Plan, answer: &[RecordBatch], groups: &mut Groups<'_>) -> Result<Self, Diagnostic> {
        let (watched, checks) = (watched(plan).len(), checks(plan).len());
        let attributes = plan.attributes.len();
        let width = 1 + attributes + 7 + 3 * plan.outcomes.len() + watched + 2 * checks;
        let mut account = Self {
            groups: vec![HashMap::new(); plan.tallied().len()],
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

    pub(super) fn check(&self, plan: &Plan, facts: &Facts) -> Result<(), Diagnostic> {
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
