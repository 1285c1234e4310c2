//! Rows as places of lists: which list, which rank, which item, and the numbers that go with them.

use xxhash_rust::xxh3::xxh3_128;

use super::counting::numbers;
use super::fault::{not_a_number, place};
use super::value::Value;
use crate::diagnostic::Diagnostic;
use crate::log::Batch;
use crate::plan::{Lists, Plan};
use crate::tally::lists::{ListRow, Recorder};
use crate::tally::{Fate, Rows};

/// Keeps the rows of lists, on one thread.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) recorder: Recorder,
    /// The numbers of a row, side by side.
    of_row: Vec<f64>,
}

impl Listing {
    /// One that has kept nothing; `None` where rows are no places of lists.
    pub(super) fn new(plan: &Plan) -> Option<Self> {
        Some(Self {
            recorder: Recorder::of(plan)?,
            of_row: Vec::new(),
        })
    }

    /// Keeps the audited rows of a batch.
    ///
    /// # Errors
    /// A rank that is no whole number from 1, attention below 0, a propensity that is no chance above 0.
    pub(super) fn keep(
        &mut self,
        plan: &Plan,
        batch: &Batch,
        rows: &Rows,
        buffer: &mut String,
    ) -> Result<(), Diagnostic> {
        let Some(lists) = &plan.lists else { return Ok(()) };
        let audited: Vec<u8> = rows.fates.iter().map(|fate| u8::from(*fate == Fate::Audited)).collect();
        let column = |column: Option<usize>| -> Result<Option<Vec<f64>>, Diagnostic> {
            let Some(column) = column else { return Ok(None) };
            let found = numbers(&batch.columns[column], &audited).map_err(|row| {
                let mut buffer = String::new();
                let text = Value::of(&batch.columns[column], row).text(&mut buffer);
                not_a_number(text).at(place(&plan.log, &plan.log_columns, batch, row, column))
            });
            found.map(Some)
        };
        let observed = column(lists.observed)?;
        let popularity = column(lists.popularity)?;
        let propensity = column(lists.propensity)?;
        let policy = column(lists.policy)?;
        let expected = column(lists.expected)?;
        let policy_expected = column(lists.policy_expected)?;
        for row in (0..rows.cells.len()).filter(|row| audited[*row] > 0) {
            let fault =
                |told: Diagnostic, column: usize| Err(told.at(place(&plan.log, &plan.log_columns, batch, row, column)));
            let cell = rows.cells[row];
            let (Some(rank), Some(request)) = (rank(plan, lists, batch, row)?, request(lists, batch, row, buffer))
            else {
                self.recorder.leave_out(cell);
                continue;
            };
            let person = match (rows.subjects.get(row), lists.request) {
                (Some(subject), _) => *subject as u64,
                (None, Some(_)) => (request >> 64) as u64,
                (None, None) => 0,
            };
            let item = lists.item.map_or(0, |item| {
                xxh3_128(Value::of(&batch.columns[item], row).text(buffer).as_bytes()) as u64
            });
            let mut kept = ListRow::new(person, request as u64, item, rank, cell);
            self.of_row.clear();
            if let (Some(observed), Some(column)) = (&observed, lists.observed) {
                if observed[row] < 0.0 {
                    let told = Diagnostic::new("bad-value", format!("attention can't be {}", observed[row]));
                    return fault(told.help("it is 0 or more: 1 for seen, or seconds looked at"), column);
                }
                self.of_row.push(observed[row]);
            }
            if let Some(popularity) = &popularity {
                self.of_row.push(popularity[row]);
            }
            if let (Some(propensity), Some(column)) = (&propensity, lists.propensity) {
                let chance = propensity[row];
                if chance <= 0.0 || chance > 1.0 {
                    let told = Diagnostic::new("not-a-propensity", format!("{chance} is no propensity"));
                    return fault(
                        told.help("a propensity is the chance with which the item was shown, above 0 and at most 1"),
                        column,
                    );
                }
                let wanted = policy.as_ref().map_or(1.0, |policy| policy[row]);
                if let (Some(column), true) = (lists.policy, !(0.0..=1.0).contains(&wanted) && !wanted.is_nan()) {
                    let told = Diagnostic::new("not-a-propensity", format!("{wanted} is no chance"));
                    return fault(told.help("a policy shows an item with a chance from 0 to 1"), column);
                }
                let weight = wanted / chance;
                match lists.clip {
                    Some(clip) if weight > clip => {
                        self.recorder.clip();
                        self.of_row.push(clip);
                    }
                    _ => self.of_row.push(weight),
                }
            }
            for expected in [&expected, &policy_expected].into_iter().flatten() {
                self.of_row.push(expected[row]);
            }
            for (o, outcome) in plan.outcomes.iter().enumerate() {
                let decisions = &rows.outcomes[o];
                kept.decide(o, decisions.patterns[row]);
                let merits = match (outcome.score, outcome.value) {
                    (Some(_), _) => &decisions.scores,
                    (None, Some(_)) => &decisions.values,
                    (None, None) => continue,
                };
                self.of_row.push(merits[row]);
            }
            self.recorder.add(kept, &self.of_row);
        }
        Ok(())
    }
}

/// The rank of a row; `None` where it has none.
fn rank(plan: &Plan, lists: &Lists, batch: &Batch, row: usize) -> Result<Option<u32>, Diagnostic> {
    let value = Value::of(&batch.columns[lists.position], row);
    match value.count() {
        Ok(None) => Ok(None),
        Ok(Some(rank)) if (1..=u64::from(u32::MAX)).contains(&rank) => Ok(Some(rank as u32)),
        _ => {
            let mut buffer = String::new();
            let text = value.text(&mut buffer);
            let place = place(&plan.log, &plan.log_columns, batch, row, lists.position);
            Err(
                Diagnostic::new("not-a-rank", format!("\"{text}\" is no rank of a list"))
                    .at(place)
                    .help("ranks are 1, 2, 3, …; an empty field is a row without a place"),
            )
        }
    }
}

/// The hash of a row's request; 0 where rows have none, `None` where this one has none.
fn request(lists: &Lists, batch: &Batch, row: usize, buffer: &mut String) -> Option<u128> {
    let Some(column) = lists.request else { return Some(0) };
    let value = Value::of(&batch.columns[column], row);
    (!value.is_missing()).then(|| xxh3_128(value.text(buffer).as_bytes()))
}
