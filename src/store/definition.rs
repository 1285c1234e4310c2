//! What a tally counts, in words: two tallies add up, and a spec fits a tally, only where these agree.

use crate::plan::{Attribute, Condition, Kind, Plan, Rule, Schema, Table, Test, Top, Weight};

/// What was counted, line by line: what it is about, and what it says.
///
/// Gates, metrics, references, levels and titles are not in it: they are asked of a tally afterwards.
#[must_use]
pub fn definition(plan: &Plan, log: &Schema, people: Option<&Schema>) -> Vec<(String, String)> {
    let column = |index: usize| format!("`{}`", plan.log_columns[index]);
    let mut lines = vec![(
        "the person".to_owned(),
        plan.subject.map_or_else(|| "every row is one".to_owned(), column),
    )];
    let mut line = |about: String, says: String| lines.push((about, says));
    line(
        "how much a row counts".to_owned(),
        match plan.weight {
            Weight::One => "once".to_owned(),
            Weight::Count(index) => format!("as often as {} says", column(index)),
            Weight::Sampling(index) => format!("by the weight {}", column(index)),
        },
    );
    if let Some(people) = &plan.people {
        line("the key of the people".to_owned(), format!("`{}`", people.columns[0]));
    }
    let mut no_values = plan.log.csv.null_values.clone();
    no_values.sort();
    line("texts that mean no value".to_owned(), format!("{no_values:?}"));
    let mut filters: Vec<String> = plan.filters.iter().map(|filter| condition(plan, filter)).collect();
    filters.sort();
    line("where".to_owned(), filters.join(" and "));
    for attribute in &plan.attributes {
        let columns = match attribute.table {
            Table::Log => (&plan.log_columns, Some(log)),
            Table::People => (
                plan.people.as_ref().map_or(&plan.log_columns, |people| &people.columns),
                people,
            ),
        };
        let name = &columns.0[attribute.column];
        line(
            format!("the attribute `{}`", attribute.name),
            rule(plan, attribute, name),
        );
        let may_be_birth = columns
            .1
            .and_then(|schema| schema.kind(name))
            .is_none_or(|kind| !matches!(kind, Kind::Integer | Kind::Real));
        if matches!(attribute.rule, Rule::Bands(_)) && may_be_birth {
            let on = plan.time.map_or_else(|| plan.as_of.to_string(), column);
            line(format!("the day of an age in `{}`", attribute.name), on);
        }
    }
    for outcome in &plan.outcomes {
        let mut says = format!("selected: {}", condition(plan, &outcome.selected));
        if let Some(stage) = outcome.stage {
            says.push_str(&format!(
                "; stage {} of `{}`",
                stage.number, plan.attributes[stage.attribute].name
            ));
        }
        if let Some(check) = outcome.check.and_then(|index| plan.checks.get(index)) {
            let matches: Vec<String> = check.matches.iter().map(|index| column(*index)).collect();
            says.push_str(&format!(
                "; check: {:?} at {}, matching {matches:?}, grace {} microseconds, in {:?}",
                check.kind,
                column(check.time),
                check.grace,
                check.beside,
            ));
        }
        if let Some(actual) = &outcome.actual {
            says.push_str(&format!("; actual: {}", condition(plan, actual)));
        }
        if let Some(value) = outcome.value {
            says.push_str(&format!("; value: {}", column(value)));
        }
        if let Some(list) = outcome.list_price {
            says.push_str(&format!("; list price: {}", column(list)));
        }
        if outcome.has_logs() {
            says.push_str("; besides: logarithms of the value");
        }
        for (numerator, denominator) in outcome.ratios {
            says.push_str(&format!("; besides: {numerator:?} / {denominator:?}"));
        }
        line(about_outcome(&outcome.name), says);
    }
    lines
}

/// What a line about an outcome is about.
fn about_outcome(name: &str) -> String {
    format!("the outcome `{name}`")
}

/// The outcome that a line is about.
pub(super) fn outcome_of(about: &str) -> Option<&str> {
    about.strip_prefix("the outcome `")?.strip_suffix('`')
}

fn rule(plan: &Plan, attribute: &Attribute, column: &str) -> String {
    let from = match attribute.table {
        Table::Log => "the log",
        Table::People => "the people",
    };
    let mut says = format!("`{column}` of {from}");
    match &attribute.rule {
        Rule::AsIs => {}
        Rule::Recode(groups) => says.push_str(&format!(", recoded {groups:?}")),
        Rule::Period(every) => says.push_str(&format!(", its {}", every.id())),
        Rule::Stages(stages) => {
            let stages: Vec<String> = stages.iter().map(|stage| condition(plan, stage)).collect();
            says = format!("stages: {}", stages.join(", then "));
        }
        Rule::Log => "which of two logs the row is of".clone_into(&mut says),
        Rule::Chance => says.push_str(", a chance"),
        Rule::Bands(bands) => says.push_str(&format!(", bands {:?}", bands.edges)),
    }
    if !attribute.missing.is_empty() {
        says.push_str(&format!(", not known where {:?}", attribute.missing));
    }
    says
}

fn condition(plan: &Plan, condition: &Condition) -> String {
    let column = &plan.log_columns[condition.column];
    match &condition.test {
        Test::Values(values) => format!("`{column}` is one of {values:?}"),
        Test::AtLeast(x) => format!("`{column}` >= {x}"),
        Test::Above(x) => format!("`{column}` > {x}"),
        Test::AtMost(x) => format!("`{column}` <= {x}"),
        Test::Below(x) => format!("`{column}` < {x}"),
        Test::Top(Top::Rows(rows)) => format!("`{column}` among the {rows} highest"),
        Test::Top(Top::Share(share)) => format!("`{column}` among the highest {share} of all"),
        Test::Counted { empty } => match empty {
            None => format!("as often as `{column}` says"),
            Some(count) => format!("as often as `{column}` says, {count} where it is empty"),
        },
    }
}

/// The first line on which two definitions differ: what it is about, and what each says.
pub(super) fn difference<'a>(
    one: &'a [(String, String)],
    other: &'a [(String, String)],
) -> Option<(&'a str, &'a str, &'a str)> {
    const NOTHING: &str = "nothing";
    let says = |lines: &'a [(String, String)], about: &str| -> &'a str {
        let found = lines.iter().find(|(known, _)| known == about);
        found.map_or(NOTHING, |(_, says)| if says.is_empty() { NOTHING } else { says })
    };
    let differs = |about: &'a str| {
        let (here, there) = (says(one, about), says(other, about));
        (here != there).then_some((about, here, there))
    };
    let mut all = one.iter().chain(other);
    all.find_map(|(about, _)| differs(about))
}
