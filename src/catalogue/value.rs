//! Means of what a row was worth.

use super::Measure::{SelectedValue, SelectedValueRows, Subjects, Value, ValueRows};
use super::{Direction, Entry, Formula, Need, Unit};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "mean_value",
        title: "Mean value per row",
        meaning: "What a row was worth on average, over the rows whose value is known.",
        formula_text: "sum of values / rows with a known value",
        formula: Formula::Ratio {
            numerator: &[(Value, 1)],
            denominator: &[(ValueRows, 1)],
        },
        unit: Unit::Value,
        direction: Direction::Favour,
        needs: &[Need::Value],
        aliases: &[],
        caution: "A mean hides the tails; and when only selected rows have a value, it is the mean of the selected.",
        source: "Ratio estimator; Cochran 1977, Sampling Techniques, chapter 6",
    },
    Entry {
        id: "mean_value_per_subject",
        title: "Mean value per person",
        meaning: "What a person got in all on average; people with no known value count as zero.",
        formula_text: "sum of values / people",
        formula: Formula::Ratio {
            numerator: &[(Value, 1)],
            denominator: &[(Subjects, 1)],
        },
        unit: Unit::Value,
        direction: Direction::Favour,
        needs: &[Need::Value],
        aliases: &[],
        caution: "It grows with the number of rows per person.",
        source: "Expected benefit per eligible person; Cochran 1977, section 9A",
    },
    Entry {
        id: "mean_value_selected",
        title: "Mean value per selected row",
        meaning: "What a selected row was worth on average, over selected rows whose value is known.",
        formula_text: "sum of values of selected rows / selected rows with a known value",
        formula: Formula::Ratio {
            numerator: &[(SelectedValue, 1)],
            denominator: &[(SelectedValueRows, 1)],
        },
        unit: Unit::Value,
        direction: Direction::Favour,
        needs: &[Need::Value],
        aliases: &[],
        caution: "It is silent about those who got nothing: read it beside `selection_rate`.",
        source: "Second part of a two-part model; Duan et al. 1983",
    },
];
