//! The tidy table of a result, one row per estimate: the columns that CSV and Parquet share, and what stands in them.

use super::model::v1::Estimate;

/// The columns, in order. They are promised: some may be added at the end, none is renamed or moved.
pub const COLUMNS: [&str; 25] = [
    "attribute",
    "group",
    "reference",
    "outcome",
    "metric",
    "contrast",
    "alias",
    "estimate",
    "low",
    "high",
    "level",
    "method",
    "p_value",
    "p_adjusted",
    "subjects",
    "rows",
    "deff",
    "status",
    "reason",
    "given",
    "bootstrap_low",
    "bootstrap_high",
    "along",
    "at",
    "item_class",
];

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Texts.
    Text,
    /// Real numbers.
    Number,
    /// Whole numbers of at least 0.
    Count,
}

/// What the column of this name holds.
#[must_use]
pub fn kind(column: &str) -> Kind {
    match column {
        "estimate" | "low" | "high" | "level" | "p_value" | "p_adjusted" | "deff" | "bootstrap_low"
        | "bootstrap_high" => Kind::Number,
        "subjects" | "rows" => Kind::Count,
        _ => Kind::Text,
    }
}

/// What stands in a field.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'e> {
    /// A text; `None`: there is none.
    Text(Option<&'e str>),
    /// A number; `None`: undefined, as is what is not finite.
    Number(Option<f64>),
    /// A count.
    Count(u64),
}

/// The fields of an estimate, in the order of [`COLUMNS`].
#[must_use]
pub fn cells(e: &Estimate) -> [Cell<'_>; COLUMNS.len()] {
    [
        Cell::Text(Some(&e.attribute)),
        Cell::Text(Some(&e.group)),
        Cell::Text(e.reference.as_deref()),
        Cell::Text(Some(&e.outcome)),
        Cell::Text(Some(&e.metric)),
        Cell::Text(Some(&e.contrast)),
        Cell::Text(e.alias.as_deref()),
        number(e.estimate),
        number(e.low),
        number(e.high),
        number(Some(e.level)),
        Cell::Text(e.method.as_deref()),
        number(e.p_value),
        number(e.p_adjusted),
        Cell::Count(e.subjects),
        Cell::Count(e.rows),
        number(e.deff),
        Cell::Text(Some(&e.status)),
        Cell::Text(e.reason.as_deref()),
        Cell::Text(e.given.as_deref()),
        number(e.bootstrap_low),
        number(e.bootstrap_high),
        Cell::Text(e.along.as_deref()),
        Cell::Text(e.at.as_deref()),
        Cell::Text(e.item_class.as_deref()),
    ]
}

/// A finite number, without a negative zero.
fn number<'e>(x: Option<f64>) -> Cell<'e> {
    Cell::Number(x.filter(|x| x.is_finite()).map(|x| x + 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::sample;

    #[test]
    fn columns_hold_what_is_said() {
        for estimate in &sample().estimates {
            for (name, cell) in COLUMNS.iter().zip(cells(estimate)) {
                let held = match cell {
                    Cell::Text(_) => Kind::Text,
                    Cell::Number(_) => Kind::Number,
                    Cell::Count(_) => Kind::Count,
                };
                assert_eq!(kind(name), held, "{name}");
            }
        }
    }
}
