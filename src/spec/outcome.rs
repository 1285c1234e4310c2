//! `[[outcome]]`: a decision, and what is known of how it turned out.

use super::condition::{CONDITION, conditions, nested_condition};
use super::table::Reader;
use super::{At, Classes, Condition, Origin, Outcome};
use crate::diagnostic::Diagnostic;

/// More classes than this make more distances than anybody can read.
const MOST_CLASSES: usize = 40;

/// An outcome; several where `selected` has a list of numbers, or asks for each of several classes.
pub(super) fn outcomes(mut table: Reader<'_, '_, '_>) -> Vec<Outcome> {
    let name = table.name("name");
    let favourable = table.bool("favourable");
    let has_selected = table.get("selected").is_some();
    let selected = table.table("selected", CONDITION).map(|(inner, span)| {
        let reader = Reader::new(inner, span, "a condition", table.faults);
        conditions(reader, true)
    });
    let actual = nested_condition(&mut table, "actual");
    let value = table.name("value");
    let list_price = table.name("list_price");
    let unit = table.text("unit").map(|u| u.value);
    let score = table.name("score");
    let predicted = table.name("predicted");
    let benefit = table.name("benefit");
    let cap = table.count("cap");
    let arms = arms(&mut table);
    let classes = classes(&mut table);
    let metrics = table.texts("metrics").map(|m| m.value);
    if name.is_none() {
        table.missing("name", "name = \"offered\"");
    }
    if favourable.is_none() {
        table.missing(
            "favourable",
            "favourable = true (is being selected good for the person?)",
        );
    }
    if !has_selected {
        table.missing("selected", "selected = { column = \"decision\", values = [\"yes\"] }");
    }
    table.finish();
    let (Some(name), Some(favourable), Some(selected)) = (name, favourable, selected) else {
        return Vec::new();
    };
    let several = selected.len() > 1;
    let outcome = |(selected, apart): (Condition, String)| Outcome {
        name: At {
            value: if several {
                format!("{} {apart}", name.value)
            } else {
                name.value.clone()
            },
            origin: name.origin.clone(),
        },
        sweep: several.then(|| name.value.clone()),
        favourable: Some(favourable.clone()),
        selected,
        actual: actual.clone(),
        value: value.clone(),
        list_price: list_price.clone(),
        unit: unit.clone(),
        score: score.clone(),
        predicted: predicted.clone(),
        benefit: benefit.clone(),
        cap: cap.clone(),
        classes: classes.clone(),
        arms: arms.clone(),
        metrics: metrics.clone(),
    };
    selected.into_iter().map(outcome).collect()
}

/// `treatment` and `control`, which go together.
fn arms(table: &mut Reader<'_, '_, '_>) -> Option<(Condition, Condition)> {
    let has_treatment = table.get("treatment").is_some();
    let has_control = table.get("control").is_some();
    let treatment = nested_condition(table, "treatment");
    let control = nested_condition(table, "control");
    if has_treatment && !has_control {
        table.missing("control", "control = { column = \"arm\", values = [\"none\"] }");
    }
    if has_control && !has_treatment {
        table.missing("treatment", "treatment = { column = \"arm\", values = [\"mail\"] }");
    }
    treatment.zip(control)
}

/// `classes = { values = [...], actual = "deserved" }`.
fn classes(table: &mut Reader<'_, '_, '_>) -> Option<Classes> {
    const EXAMPLE: &str = "{ values = [\"basic\", \"gold\"], actual = \"deserved\" }";
    let (inner, span) = table.table("classes", EXAMPLE)?;
    let mut reader = Reader::new(inner, span.clone(), "`classes`", table.faults);
    let (column, values, actual) = (reader.name("column"), reader.texts("values"), reader.name("actual"));
    match &values {
        None => reader.missing("values", EXAMPLE),
        Some(values) => {
            let mut seen: Vec<&str> = Vec::new();
            for value in &values.value {
                if seen.contains(&value.value.as_str())
                    && let Origin::File(span) = &value.origin
                {
                    let fault = format!("the class \"{}\" is listed twice", value.value);
                    reader
                        .faults
                        .add(Diagnostic::new("duplicate-name", fault), span.clone());
                }
                seen.push(&value.value);
            }
            if !(2..=MOST_CLASSES).contains(&values.value.len()) {
                reader.faults.add(
                    Diagnostic::new(
                        "bad-value",
                        format!("`values` lists between 2 and {MOST_CLASSES} classes"),
                    )
                    .help("values that are not listed count together, as `(other)`"),
                    span.clone(),
                );
            }
        }
    }
    reader.finish();
    Some(Classes {
        column,
        values: values?,
        actual,
        origin: Origin::File(span),
    })
}
