//! What may be wrong with rows, in the order in which the embedded engine would meet it: one list that the statements
//! count by and the answers are read by.

use super::super::code::CodeError;
use super::super::fault::{group_error, not_a_number, out_of_range};
use super::column::Shown;
use crate::diagnostic::{Diagnostic, Place};
use crate::plan::{Condition, Plan, Rule, Source, Table, Test, Weight};
use crate::tally::Overflow;

/// A fault that rows of the log may have. Numbers are indices into the plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Check {
    /// A value of a banded attribute is neither a number nor a date of birth.
    NotBanded(usize),
    /// A date of birth lies after its row.
    BornLater(usize),
    /// A value that a filter compares is not a number.
    Filter(usize),
    /// A row has no count.
    NoCount,
    /// A count is not one.
    NotACount,
    /// A weight is not one.
    NotAWeight,
    /// A value that decides is not a number, or not a count.
    Selected(usize),
    /// A label is not a number.
    Actual(usize),
    /// What a row was worth is not a number.
    Value(usize),
    /// A list price is not a number.
    List(usize),
    /// What a row was worth, its list price or its weight, is out of range.
    TooLarge(usize),
}

/// Every check of a plan.
pub(super) fn checks(plan: &Plan) -> Vec<Check> {
    let mut all = Vec::new();
    for (a, attribute) in plan.attributes.iter().enumerate() {
        if matches!(attribute.rule, Rule::Bands(_)) {
            if attribute.table == Table::Log {
                all.push(Check::NotBanded(a));
            }
            all.push(Check::BornLater(a));
        }
    }
    let by_number = |condition: &Condition| !matches!(condition.test, Test::Values(_));
    let filters = plan.filters.iter().enumerate();
    all.extend(filters.filter(|(_, f)| by_number(f)).map(|(j, _)| Check::Filter(j)));
    match plan.weight {
        Weight::One => {}
        Weight::Count(_) => all.extend([Check::NoCount, Check::NotACount]),
        Weight::Sampling(_) => all.push(Check::NotAWeight),
    }
    for (o, outcome) in plan.outcomes.iter().enumerate() {
        if by_number(&outcome.selected) {
            all.push(Check::Selected(o));
        }
        if outcome.actual.as_ref().is_some_and(by_number) {
            all.push(Check::Actual(o));
        }
        if outcome.value.is_some() {
            all.push(Check::Value(o));
        }
        if outcome.list_price.is_some() {
            all.push(Check::List(o));
        }
        if outcome.value.is_some() || matches!(plan.weight, Weight::Sampling(_)) {
            all.push(Check::TooLarge(o));
        }
    }
    all
}

impl Check {
    /// The column of the log that it looks at, where it is one.
    pub(super) fn column(self, plan: &Plan) -> Option<usize> {
        match self {
            Check::NotBanded(a) => Some(plan.attributes[a].column),
            Check::BornLater(_) | Check::TooLarge(_) => None,
            Check::Filter(j) => Some(plan.filters[j].column),
            Check::NoCount | Check::NotACount | Check::NotAWeight => match plan.weight {
                Weight::One => None,
                Weight::Count(column) | Weight::Sampling(column) => Some(column),
            },
            Check::Selected(o) => Some(plan.outcomes[o].selected.column),
            Check::Actual(o) => plan.outcomes[o].actual.as_ref().map(|actual| actual.column),
            Check::Value(o) => plan.outcomes[o].value,
            Check::List(o) => plan.outcomes[o].list_price,
        }
    }

    /// How its samples come back, given how those of the log's columns and the people's do.
    pub(super) fn shown(self, plan: &Plan, log: &[Shown]) -> Shown {
        self.column(plan).map_or(Shown::Plain, |column| log[column])
    }

    /// The error when so many rows have the fault; `sample` is the value of one of them.
    pub(super) fn diagnostic(self, plan: &Plan, rows: u64, sample: &str) -> Diagnostic {
        let fault = match self {
            Check::NotBanded(a) => group_error(&CodeError::NotANumber(sample.to_owned()), &plan.attributes[a]),
            Check::BornLater(a) => group_error(&CodeError::BornLater(born_later(sample)), &plan.attributes[a]),
            Check::NoCount => Diagnostic::new("no-count", "a row has no count")
                .help("a row of an aggregated log must say how many rows it stands for; 0 is allowed"),
            Check::NotACount => Diagnostic::new("not-a-count", format!("\"{sample}\" is not a whole number of rows"))
                .help("a count is 0, 1, 2, …; for a real number use `weight`"),
            Check::NotAWeight => Diagnostic::new("not-a-weight", format!("\"{sample}\" is not a sampling weight"))
                .help("a weight is a number that is not negative"),
            Check::Selected(o) if matches!(plan.outcomes[o].selected.test, Test::Counted { .. }) => Diagnostic::new(
                "not-a-count",
                format!("\"{sample}\" is not a number of selected rows out of those that its row stands for"),
            )
            .help("with `counts = true` the column holds 0 up to the row's count"),
            Check::Filter(_) | Check::Selected(_) | Check::Actual(_) | Check::Value(_) | Check::List(_) => {
                not_a_number(sample)
            }
            Check::TooLarge(_) => out_of_range(Overflow::Value),
        };
        let field = self.column(plan).map(|column| plan.log_columns[column].clone());
        placed(fault, &plan.log, field, rows)
    }
}

/// A fault of so many rows of a source: which ones, an engine does not tell.
pub(super) fn placed(mut fault: Diagnostic, source: &Source, field: Option<String>, rows: u64) -> Diagnostic {
    fault.message = match rows {
        1 => format!("{} (1 such row)", fault.message),
        _ => format!("{} ({rows} such rows)", fault.message),
    };
    fault.at(Place {
        file: source.files.first().map_or_else(String::new, |file| file.name.clone()),
        field,
        ..Place::default()
    })
}

/// The two days of a [`Check::BornLater`], which come as `20300101 20250601`.
fn born_later(sample: &str) -> String {
    let days: Vec<String> = sample
        .split(' ')
        .filter_map(|day| day.parse::<u32>().ok())
        .map(|day| format!("{:04}-{:02}-{:02}", day / 10_000, day / 100 % 100, day % 100))
        .collect();
    days.join(" is after ")
}

/// A condition whose values must occur.
#[derive(Debug, Clone, Copy)]
pub(super) enum Watched {
    /// A filter.
    Filter(usize),
    /// When an outcome selects.
    Selected(usize),
    /// When an outcome's label is positive.
    Actual(usize),
}

/// The conditions that are an error when they are never met, in the order of [`Check`].
pub(super) fn watched(plan: &Plan) -> Vec<Watched> {
    let filters = (0..plan.filters.len()).map(Watched::Filter);
    let outcomes = (0..plan.outcomes.len()).flat_map(|o| [Watched::Selected(o), Watched::Actual(o)]);
    filters
        .chain(outcomes)
        .filter(|watched| {
            watched
                .condition(plan)
                .is_some_and(|c| c.must_occur && matches!(c.test, Test::Values(_)))
        })
        .collect()
}

impl Watched {
    pub(super) fn condition(self, plan: &Plan) -> Option<&Condition> {
        match self {
            Watched::Filter(j) => Some(&plan.filters[j]),
            Watched::Selected(o) => Some(&plan.outcomes[o].selected),
            Watched::Actual(o) => plan.outcomes[o].actual.as_ref(),
        }
    }

    /// What it means that the condition was never met.
    pub(super) fn consequence(self, plan: &Plan) -> String {
        match self {
            Watched::Filter(_) => "`where` leaves no row".to_owned(),
            Watched::Selected(o) => format!("nobody is selected for `{}`", plan.outcomes[o].name),
            Watched::Actual(o) => format!("no label of `{}` is positive", plan.outcomes[o].name),
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn two_days_are_told_apart() {
        assert_eq!(super::born_later("20300101 20250601"), "2030-01-01 is after 2025-06-01");
    }
}
