//! What the reader of prices must know: the rows that have a value and do not count.

use crate::catalogue::{Linear, Measure};
use crate::plan::Plan;
use crate::tally::Tally;

const VALUES: Linear = &[(Measure::ValueRows, 1)];
const LISTS: Linear = &[(Measure::ListPrice, 1)];
const LOGS: Linear = &[(Measure::LoggedRows, 1)];

/// Notes about values without a list price, and values without a logarithm.
pub(super) fn notes(plan: &Plan, tally: &Tally) -> Vec<String> {
    let mut notes = Vec::new();
    for (index, outcome) in plan.outcomes.iter().enumerate() {
        let sums = tally.everyone.sums(index);
        let rows = |denominator: Linear| sums.behind(denominator).rows;
        let whole = rows(VALUES);
        let mut tell = |counted: u64, why: &str| {
            let lacking = whole.saturating_sub(counted);
            if lacking > 0 {
                notes.push(format!(
                    "For `{}`, {lacking} of {whole} rows with a value {why}",
                    outcome.name
                ));
            }
        };
        if outcome.list_price.is_some() {
            tell(
                rows(LISTS),
                "have no list price above 0: they do not count in the price index and the discount depth.",
            );
        }
        if outcome.has_logs() {
            tell(
                rows(LOGS),
                "have none above 0: without a logarithm they do not count in the premium within products.",
            );
        }
    }
    notes
}
