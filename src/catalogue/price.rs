//! Prices: what was asked for the same product. Logarithms are counted only for who asks for this family.

use super::conditional::{MEAN_VALUE, given};
use super::custom::Ratio;
use super::{Conditional, Direction, Entry, Measure, Need, Unit};

const MEAN_LOG: Ratio = (&[(Measure::LogValue, 1)], &[(Measure::LoggedRows, 1)]);

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "within_product_premium",
        title: "Price premium within products",
        meaning: "By what share the group pays more than the reference for the same product: 0.03 is three per cent more.",
        formula_text: "exp(b) - 1 of ln value = b [group] + intercept of the stratum, by least squares; errors clustered by person",
        formula: given(MEAN_LOG, Conditional::Premium),
        unit: Unit::Number,
        direction: Direction::Worse,
        needs: &[Need::Value, Need::Stratum],
        aliases: &[],
        caution: "Declare the product as a [[stratum]], with the week where prices change by week. Values that are not above 0 have no logarithm and are left out, and counted.",
        source: "Fixed-effects regression by demeaning within cells; Frisch & Waugh 1933, Wooldridge 2010, section 10.5; Liang & Zeger 1986 for the errors",
    },
    Entry {
        id: "products_priced_differently",
        title: "Share of products with another price",
        meaning: "In what share of the products that both bought the group's mean price is not the reference's.",
        formula_text: "strata in which the mean values differ / strata with values of both",
        formula: given(MEAN_VALUE, Conditional::Differing),
        unit: Unit::Share,
        direction: Direction::Neutral,
        needs: &[Need::Value, Need::Stratum],
        aliases: &[],
        caution: "It counts products and not people, and has no interval: where prices vary from sale to sale it is near 1 by chance.",
        source: "Price audits: most prices are the same for all, so that a mean premium hides how many are not",
    },
];
