//! Means of what a row was worth.

use super::Measure::{ListPrice, ListedValue, SelectedValue, SelectedValueRows, Subjects, Value, ValueRows};
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
    Entry {
        id: "price_index",
        title: "Effective price index",
        meaning: "What was asked, as a share of what the list prices of the same rows add up to.",
        formula_text: "sum of values / sum of list prices, over rows with a value and a list price above 0",
        formula: Formula::Ratio {
            numerator: &[(ListedValue, 1)],
            denominator: &[(ListPrice, 1)],
        },
        unit: Unit::Number,
        direction: Direction::Worse,
        needs: &[Need::Value, Need::ListPrice],
        aliases: &[],
        caution: "Dear products decide it. Who buys other products may pay another share of the list: compare within products too.",
        source: "Index of effective prices; ratio of sums, Cochran 1977, chapter 6",
    },
    Entry {
        id: "discount_depth",
        title: "Discount depth",
        meaning: "What was taken off the list prices, as a share of what they add up to.",
        formula_text: "(sum of list prices - sum of values) / sum of list prices, over rows with both",
        formula: Formula::Ratio {
            numerator: &[(ListPrice, 1), (ListedValue, -1)],
            denominator: &[(ListPrice, 1)],
        },
        unit: Unit::Number,
        direction: Direction::Better,
        needs: &[Need::Value, Need::ListPrice],
        aliases: &[],
        caution: "It is weighted by price, unlike a mean of percentages, in which a large discount on a trifle counts as much as one on a car.",
        source: "One less the effective price index",
    },
];
