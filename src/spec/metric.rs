//! `[[metric]]`: a ratio of two linear combinations of measures.

use super::table::Reader;
use super::{At, CustomMetric, Origin, Terms};
use crate::diagnostic::Diagnostic;
use toml::de::DeValue;

pub(super) fn metric(mut table: Reader<'_, '_, '_>) -> Option<CustomMetric> {
    let origin = Origin::File(table.span.clone());
    let name = table.name("name");
    if name.is_none() {
        table.missing("name", "name = \"hits_per_offer\"");
    }
    let (title, meaning) = (table.text("title"), table.text("meaning"));
    let direction = table.name("direction");
    let mut side = |key: &'static str| {
        let terms = terms(&mut table, key);
        if terms.is_none() {
            table.missing(key, &format!("{key} = {{ true_positive = 1, rows = -1 }}"));
        }
        terms.unwrap_or_default()
    };
    let (numerator, denominator) = (side("numerator"), side("denominator"));
    table.finish();
    Some(CustomMetric {
        name: name?,
        title: title.map(|text| text.value),
        meaning: meaning.map(|text| text.value),
        numerator,
        denominator,
        direction,
        origin,
    })
}

/// Measures with whole factors.
fn terms(table: &mut Reader<'_, '_, '_>, key: &'static str) -> Option<At<Terms>> {
    let (inner, span) = table.table(
        key,
        "a table of measures with whole numbers, such as { true_positive = 1 }",
    )?;
    let mut terms: Terms = Vec::new();
    for (measure, factor) in inner.iter() {
        let name = At {
            value: measure.get_ref().clone().into_owned(),
            origin: Origin::File(measure.span()),
        };
        let whole = match factor.get_ref() {
            DeValue::Integer(number) => i32::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        match whole.filter(|factor| *factor != 0 && factor.abs() <= 1000) {
            Some(factor) => terms.push((name, factor)),
            None => table.faults.add(
                Diagnostic::new("bad-value", "a factor is a whole number from -1000 to 1000, and not 0"),
                factor.span(),
            ),
        }
    }
    terms.sort_by_key(|(name, _)| match &name.origin {
        Origin::File(span) => span.start,
        _ => 0,
    });
    Some(At {
        value: terms,
        origin: Origin::File(span),
    })
}
