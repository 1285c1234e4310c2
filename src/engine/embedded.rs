//! The embedded engine: rows in, a tally out, on this machine.

use jiff::civil::Date;
use xxhash_rust::xxh3::xxh3_128;

use super::Counted;
use super::code::{AttributeCoder, CodeError, ConditionTest};
use super::people::PeopleTable;
use super::value::Value;
use crate::diagnostic::{Diagnostic, Place};
use crate::log::{Batch, ReadSummary};
use crate::plan::{Attribute, Condition, Plan, Source, Table, Test, Weight};
use crate::tally::{Decision, Fate, Kernel, OutcomeShape, Overflow, Row, Shape};

/// Counts the rows of a plan's log.
#[derive(Debug)]
pub struct Counter<'p> {
    plan: &'p Plan,
    kernel: Kernel,
    coders: Vec<AttributeCoder>,
    filters: Vec<ConditionTest>,
    outcomes: Vec<OutcomeTests>,
    people: Option<PeopleTable>,
    people_rows: Option<Vec<u64>>,
    /// People of the log who are not in the people file.
    strangers: hashbrown::HashSet<u128>,
    buffer: String,
    codes: Vec<u32>,
    decisions: Vec<Option<Decision>>,
    last_cell: Option<(Vec<u32>, u32)>,
}

#[derive(Debug)]
struct OutcomeTests {
    selected: ConditionTest,
    actual: Option<ConditionTest>,
}

/// Identity of a person: 128 bits of a hash of the id's text, so that `7` in a CSV and 7 in a Parquet file agree. Two of
/// a billion people share one with a probability of about 10⁻²¹.
fn person(value: Value<'_>, buffer: &mut String) -> u128 {
    xxh3_128(value.text(buffer).as_bytes())
}

impl<'p> Counter<'p> {
    /// A counter that has seen nothing.
    #[must_use]
    pub fn new(plan: &'p Plan) -> Self {
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
        Self {
            kernel: Kernel::new(shape),
            coders: plan.attributes.iter().map(AttributeCoder::new).collect(),
            filters: plan.filters.iter().map(ConditionTest::new).collect(),
            outcomes: plan
                .outcomes
                .iter()
                .map(|outcome| OutcomeTests {
                    selected: ConditionTest::new(&outcome.selected),
                    actual: outcome.actual.as_ref().map(ConditionTest::new),
                })
                .collect(),
            people: None,
            people_rows: None,
            strangers: hashbrown::HashSet::new(),
            buffer: String::new(),
            codes: Vec::new(),
            decisions: Vec::new(),
            last_cell: None,
            plan,
        }
    }

    /// How many people have been seen.
    #[must_use]
    pub fn people(&self) -> usize {
        self.kernel.people()
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
        let Some(people) = &self.plan.people else {
            return Ok(());
        };
        let count = Self::people_attributes(self.plan).count();
        let table = self.people.get_or_insert_with(|| PeopleTable::new(count));
        for row in 0..batch.rows {
            let at = |column: usize| place(&people.source, &people.columns, batch, row, column);
            let key = Value::of(&batch.columns[0], row);
            if key.is_missing() {
                return Err(Diagnostic::new("no-key", "a row of the people file has no key")
                    .at(at(0))
                    .help("remove the row, or give it the person's id"));
            }
            if !table.begin(person(key, &mut self.buffer)) {
                let key = key.text(&mut self.buffer);
                return Err(Diagnostic::new(
                    "repeated-key",
                    format!("the person \"{key}\" stands in the people file more than once"),
                )
                .at(at(0))
                .help("keep one row per person; attributes that change over time belong in the log"));
            }
            for (a, attribute) in Self::people_attributes(self.plan) {
                let value = Value::of(&batch.columns[attribute.column], row);
                table
                    .push(&mut self.coders[a], value)
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

    /// Takes in a batch of the log.
    ///
    /// # Errors
    /// A value that is not what the plan needs: not a number, not a count, fitting no band, out of range.
    pub fn absorb(&mut self, batch: &Batch) -> Result<(), Diagnostic> {
        for row in 0..batch.rows {
            self.absorb_row(batch, row)?;
        }
        Ok(())
    }

    fn absorb_row(&mut self, batch: &Batch, row: usize) -> Result<(), Diagnostic> {
        let plan = self.plan;
        let at = |column: usize| place(&plan.log, &plan.log_columns, batch, row, column);
        let subject = match plan.subject {
            None => None,
            Some(column) => {
                let value = Value::of(&batch.columns[column], row);
                (!value.is_missing()).then(|| person(value, &mut self.buffer))
            }
        };
        let cell = self.cell(batch, row, subject)?;

        for (test, condition) in self.filters.iter_mut().zip(&plan.filters) {
            let value = Value::of(&batch.columns[condition.column], row);
            let met = test
                .meets(value)
                .map_err(|text| not_a_number(&text).at(at(condition.column)))?;
            if met != Some(true) {
                self.kernel.set_aside(cell, Fate::Filtered);
                return Ok(());
            }
        }
        if plan.subject.is_some() && subject.is_none() {
            self.kernel.set_aside(cell, Fate::NoSubject);
            return Ok(());
        }

        let (stands_for, weight) = match plan.weight {
            Weight::One => (1, 1.0),
            Weight::Count(column) => {
                let value = Value::of(&batch.columns[column], row);
                match value.count() {
                    Ok(Some(count)) => (count, 1.0),
                    Ok(None) => {
                        return Err(Diagnostic::new("no-count", "a row has no count")
                            .at(at(column))
                            .help("a row of an aggregated log must say how many rows it stands for; 0 is allowed"));
                    }
                    Err(_) => {
                        let text = value.text(&mut self.buffer);
                        return Err(Diagnostic::new(
                            "not-a-count",
                            format!("\"{text}\" is not a whole number of rows"),
                        )
                        .at(at(column))
                        .help("a count is 0, 1, 2, …; for a real number use `weight`"));
                    }
                }
            }
            Weight::Sampling(column) => {
                let value = Value::of(&batch.columns[column], row);
                match value.number() {
                    Ok(Some(weight)) if weight >= 0.0 => (1, weight),
                    _ => {
                        let text = value.text(&mut self.buffer);
                        return Err(
                            Diagnostic::new("not-a-weight", format!("\"{text}\" is not a sampling weight"))
                                .at(at(column))
                                .help("a weight is a number that is not negative"),
                        );
                    }
                }
            }
        };

        self.decisions.clear();
        for (tests, outcome) in self.outcomes.iter_mut().zip(&plan.outcomes) {
            let column = outcome.selected.column;
            let value = Value::of(&batch.columns[column], row);
            let split = if let Test::Counted { empty } = outcome.selected.test {
                match counted(value, empty, stands_for) {
                    Ok(split) => split,
                    Err(()) => {
                        let text = value.text(&mut self.buffer);
                        return Err(Diagnostic::new(
                            "not-a-count",
                            format!("\"{text}\" is not a number of selected rows out of {stands_for}"),
                        )
                        .at(at(column))
                        .help("with `counts = true` the column holds 0 up to the row's count"));
                    }
                }
            } else {
                tests
                    .selected
                    .meets(value)
                    .map_err(|text| not_a_number(&text).at(at(column)))?
                    .map(|met| if met { (0, stands_for) } else { (stands_for, 0) })
            };
            let Some((unselected, selected)) = split else {
                self.decisions.push(None);
                continue;
            };
            let label = match (&mut tests.actual, &outcome.actual) {
                (Some(test), Some(condition)) => test
                    .meets(Value::of(&batch.columns[condition.column], row))
                    .map_err(|text| not_a_number(&text).at(at(condition.column)))?,
                _ => None,
            };
            let value = match outcome.value {
                None => None,
                Some(column) => {
                    let value = Value::of(&batch.columns[column], row);
                    value
                        .number()
                        .map_err(|_| not_a_number(value.text(&mut self.buffer)).at(at(column)))?
                }
            };
            self.decisions.push(Some(Decision {
                unselected,
                selected,
                label,
                value,
            }));
        }
        if self.decisions.iter().all(Option::is_none) {
            self.kernel.set_aside(cell, Fate::NoDecision);
            return Ok(());
        }
        self.kernel
            .add(
                cell,
                &Row {
                    subject: subject.unwrap_or_default(),
                    weight,
                    decisions: &self.decisions,
                },
            )
            .map_err(|overflow| out_of_range(overflow).at(at_row(&plan.log, batch, row)))
    }

    /// The cell of a row.
    fn cell(&mut self, batch: &Batch, row: usize, subject: Option<u128>) -> Result<u32, Diagnostic> {
        let plan = self.plan;
        let mut day: Option<Option<Date>> = None;
        self.codes.clear();
        let mut found: Option<Option<usize>> = None;
        let mut from_people = 0;
        for (a, attribute) in plan.attributes.iter().enumerate() {
            let coder = &mut self.coders[a];
            let on = if coder.is_banded() {
                *day.get_or_insert_with(|| row_day(plan, batch, row))
            } else {
                None
            };
            let code = match attribute.table {
                Table::Log => coder.code(Value::of(&batch.columns[attribute.column], row), on),
                Table::People => {
                    let table = self.people.as_mut();
                    let code = match (table, subject) {
                        (Some(table), Some(subject)) => {
                            let person = *found.get_or_insert_with(|| {
                                let found = table.find(subject);
                                if found.is_none() {
                                    self.strangers.insert(subject);
                                }
                                found
                            });
                            table.code(person, from_people, &attribute.rule, on)
                        }
                        _ => Ok(super::code::MISSING),
                    };
                    from_people += 1;
                    code
                }
            };
            let code = code.map_err(|error| {
                let place = match attribute.table {
                    Table::Log => place(&plan.log, &plan.log_columns, batch, row, attribute.column),
                    Table::People => at_row(&plan.log, batch, row),
                };
                group_error(&error, attribute).at(place)
            })?;
            self.codes.push(code);
        }
        if let Some((codes, cell)) = &self.last_cell
            && *codes == self.codes
        {
            return Ok(*cell);
        }
        let cell = self.kernel.cell(&self.codes);
        self.last_cell = Some((self.codes.clone(), cell));
        Ok(cell)
    }

    /// Closes the count.
    ///
    /// # Errors
    /// Nothing to audit; a condition's values that never occur; sums out of range.
    pub fn finish(self, summary: &ReadSummary) -> Result<Counted, Diagnostic> {
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
        for (test, condition) in self.filters.iter().zip(&plan.filters) {
            never_met(plan, test, condition, "`where` leaves no row")?;
        }
        for (tests, outcome) in self.outcomes.iter().zip(&plan.outcomes) {
            let what = format!("nobody is selected for `{}`", outcome.name);
            never_met(plan, &tests.selected, &outcome.selected, &what)?;
            if let (Some(test), Some(condition)) = (&tests.actual, &outcome.actual) {
                let what = format!("no label of `{}` is positive", outcome.name);
                never_met(plan, test, condition, &what)?;
            }
        }
        let labels: Vec<_> = self.coders.iter().map(AttributeCoder::labels).collect();
        let tally = self.kernel.finish(&labels).map_err(out_of_range)?;
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
            Some(table) => (Some(self.strangers.len() as u64), Some(table.unused())),
            None => (None, None),
        };
        Ok(Counted {
            tally,
            rows: summary.rows.clone(),
            people_rows: self.people_rows,
            short_rows: summary.short_rows,
            subjects_without_record: without_record,
            records_without_rows: without_rows,
            notes,
        })
    }
}

/// How a number of selected rows splits what the row stands for.
fn counted(value: Value<'_>, empty: Option<u64>, stands_for: u64) -> Result<Option<(u64, u64)>, ()> {
    let selected = match value.count() {
        Ok(count) => count.or(empty),
        Err(_) => return Err(()),
    };
    match selected {
        None => Ok(None),
        Some(selected) => match stands_for.checked_sub(selected) {
            Some(unselected) => Ok(Some((unselected, selected))),
            None => Err(()),
        },
    }
}

/// The day of a row: of its time where the log has one, else the audit's.
fn row_day(plan: &Plan, batch: &Batch, row: usize) -> Option<Date> {
    match plan.time {
        Some(column) => Value::of(&batch.columns[column], row).date(),
        None => Some(plan.as_of),
    }
}

/// An error when a condition was never met although its values should occur.
pub(super) fn never_met(
    plan: &Plan,
    test: &ConditionTest,
    condition: &Condition,
    what: &str,
) -> Result<(), Diagnostic> {
    let Test::Values(values) = &condition.test else {
        return Ok(());
    };
    if test.met > 0 || !condition.must_occur || test.others.is_empty() {
        return Ok(());
    }
    let column = &plan.log_columns[condition.column];
    let quoted = |values: &[String]| {
        let all: Vec<String> = values.iter().map(|v| format!("\"{v}\"")).collect();
        all.join(", ")
    };
    let mut diagnostic = Diagnostic::new(
        "value-never-seen",
        format!("{what}: {} does not occur in column `{column}`", quoted(values)),
    )
    .at(plan.place(&condition.origin))
    .help(format!("the column has {}", quoted(&test.others)));
    if let Some(near) = values
        .iter()
        .find_map(|v| crate::diagnostic::near(v, test.others.iter().map(String::as_str)))
    {
        diagnostic = diagnostic.help(format!("did you mean \"{near}\"?"));
    }
    Err(diagnostic.help("if that is right for this log, add `absent = \"allow\"` to the condition"))
}

/// Notes groups whose names differ only in case or blanks: nearly always one group written in two ways.
pub(super) fn look_alikes(attribute: &str, labels: &[crate::tally::Label], notes: &mut Vec<String>) {
    let plain = |name: &str| name.trim().to_lowercase();
    // In the order of the report, not in that in which the log brought them.
    let mut labels: Vec<_> = labels.iter().collect();
    labels.sort();
    for (i, a) in labels.iter().enumerate() {
        for b in &labels[i + 1..] {
            if plain(&a.name) == plain(&b.name) {
                notes.push(format!(
                    "`{attribute}` has the groups \"{}\" and \"{}\", which differ only in case or blanks; they are counted apart. Join them with `values` if they are one.",
                    a.name, b.name
                ));
            }
        }
    }
}

pub(super) fn group_error(error: &CodeError, attribute: &Attribute) -> Diagnostic {
    match error {
        CodeError::NotANumber(text) => Diagnostic::new(
            "not-a-number",
            format!(
                "\"{}\" fits no band of `{}`: it is neither a number nor a date of birth (YYYY-MM-DD)",
                cut(text),
                attribute.name
            ),
        )
        .help("if it means that the value is not known, add it to the attribute's `missing`"),
        CodeError::BornLater(text) => Diagnostic::new(
            "born-later",
            format!("a date of birth of `{}` lies after its row: {text}", attribute.name),
        )
        .help("correct the file, or add the date to the attribute's `missing`"),
        CodeError::TooManyGroups => Diagnostic::new(
            "too-many-groups",
            format!("`{}` has more than 1000 different values", attribute.name),
        )
        .help("give numbers `bands`, or list the groups with `values`; an identifier is no attribute of a group"),
    }
}

pub(super) fn not_a_number(text: &str) -> Diagnostic {
    let mut diagnostic = Diagnostic::new("not-a-number", format!("\"{}\" is not a number", cut(text)));
    if text.contains(',') && text.replacen(',', ".", 1).trim().parse::<f64>().is_ok() {
        diagnostic = diagnostic.help("write a decimal point, not a comma");
    }
    diagnostic.help("if it means that there is no value, list it in [log] csv = { null_values = […] }")
}

pub(super) fn out_of_range(overflow: Overflow) -> Diagnostic {
    match overflow {
        Overflow::Value => Diagnostic::new(
            "out-of-range",
            "a value, a weight, or a person's sum of them is beyond 10^14",
        )
        .help("give amounts in a larger unit, such as thousands"),
        Overflow::Count => Diagnostic::new(
            "out-of-range",
            "the counts add up to more than 2^53 rows, beyond which they are not exact",
        )
        .help("check the `count` column"),
    }
}

/// At most 60 characters of a text.
fn cut(text: &str) -> String {
    if text.chars().count() <= 60 {
        text.to_owned()
    } else {
        text.chars().take(59).chain(['…']).collect()
    }
}

fn at_row(source: &Source, batch: &Batch, row: usize) -> Place {
    Place {
        file: source.files[batch.file].name.clone(),
        line: batch.lines.as_ref().map(|lines| lines[row]),
        row: match batch.lines {
            Some(_) => None,
            None => Some(batch.first_row + row as u64 + 1),
        },
        ..Place::default()
    }
}

fn place(source: &Source, columns: &[String], batch: &Batch, row: usize, column: usize) -> Place {
    Place {
        field: Some(columns[column].clone()),
        ..at_row(source, batch, row)
    }
}
