//! Who is among the top: the score that is just high enough, found by a pass of its own.

use super::{Beside, Counted, Means, run};
use crate::catalogue::{Contrast, Distribution, Formula, Metric, Variable};
use crate::diagnostic::Diagnostic;
use crate::log::Opened;
use crate::plan::{Benefit, Condition, Outcome, Plan, Test, Top};
use crate::tally::Histogram;

/// The plan with every "among the top" made a lowest score, and what to tell of it; `None` where there is none.
///
/// Rows that are left out, or name no person where people are asked for, are not ranked. All rows with the lowest score are
/// taken, so that the order of the log decides nothing.
///
/// # Errors
/// A score that is no number; a log that can't be read.
pub(super) fn resolved(
    plan: &Plan,
    log: &Opened,
    beside: Beside<'_>,
    means: &Means,
) -> Result<Option<(Plan, Vec<String>)>, Diagnostic> {
    let mut columns: Vec<&Condition> = Vec::new();
    for outcome in &plan.outcomes {
        let seen = columns.iter().any(|known| known.column == outcome.selected.column);
        if matches!(outcome.selected.test, Test::Top(_)) && !seen {
            columns.push(&outcome.selected);
        }
    }
    if columns.is_empty() {
        return Ok(None);
    }
    let scores = counted_scores(plan, &columns, log, beside, means)?;
    let (mut resolved, mut notes) = (plan.clone(), Vec::new());
    for outcome in &mut resolved.outcomes {
        let Test::Top(top) = outcome.selected.test else {
            continue;
        };
        let column = &plan.log_columns[outcome.selected.column];
        let place = columns.iter().position(|known| known.column == outcome.selected.column);
        let scores = place
            .and_then(|place| scores.tally.histograms.iter().find(|h| h.of.outcome == place))
            .and_then(|histogram| lowest(histogram, top));
        let Some((lowest, taken, all)) = scores else {
            return Err(
                Diagnostic::new("bad-value", format!("no row has a score in `{column}`"))
                    .at(plan.place(&outcome.selected.origin)),
            );
        };
        notes.push(format!(
            "`{}`: {taken} of {all} rows have a score of {lowest} or more in `{column}` (all with the lowest are taken).",
            outcome.name
        ));
        outcome.selected.test = Test::AtLeast(lowest);
    }
    Ok(Some((resolved, notes)))
}

/// How the scores of each column are spread over the rows.
fn counted_scores(
    plan: &Plan,
    columns: &[&Condition],
    log: &Opened,
    beside: Beside<'_>,
    means: &Means,
) -> Result<Counted, Diagnostic> {
    let metrics: Vec<Metric> = Metric::all()
        .filter(|metric| metric.entry().formula == Formula::Distribution(Distribution::Quantile(Variable::Value, 50)))
        .collect();
    debug_assert!(
        metrics
            .iter()
            .all(|metric| metric.entry().formula.contrasts().contains(&Contrast::Value))
    );
    let outcomes = columns.iter().enumerate().map(|(i, condition)| Outcome {
        name: format!("scores {i}"),
        favourable: true,
        selected: Condition {
            test: Test::AtLeast(f64::MIN),
            ..(*condition).clone()
        },
        actual: None,
        value: Some(condition.column),
        list_price: None,
        unit: None,
        score: None,
        predicted: None,
        benefit: Benefit::Selections,
        cap: None,
        classes: None,
        check: None,
        stratified: false,
        populated: false,
        searched: false,
        suspected: false,
        matched: false,
        listing: None,
        uncertain: false,
        sweep: None,
        stage: None,
        followed: Vec::new(),
        defined: Vec::new(),
        ratios: &[],
        metrics: metrics.clone(),
    });
    let scores = Plan {
        outcomes: outcomes.collect(),
        groupings: Vec::new(),
        given: Vec::new(),
        axes: Vec::new(),
        crossed: Vec::new(),
        checks: Vec::new(),
        events: Vec::new(),
        lists: None,
        gates: Vec::new(),
        ..plan.clone()
    };
    run::counted(&scores, log, beside, means, &|_, _| {})
}

/// The lowest score that is among the top, how many rows have it or more, and how many have any.
fn lowest(histogram: &Histogram, top: Top) -> Option<(f64, f64, f64)> {
    let mut by_score = vec![0.0; histogram.values.len()];
    for counter in &histogram.everyone {
        by_score[counter.value as usize] += counter.weight;
    }
    let all: f64 = by_score.iter().sum();
    let wanted = match top {
        Top::Rows(rows) => rows as f64,
        Top::Share(share) => share * all,
    };
    let mut taken = 0.0;
    for (score, weight) in histogram.values.iter().zip(&by_score).rev() {
        taken += weight;
        // A trace of rounding must not take another score in.
        if taken >= wanted * (1.0 - 1e-12) {
            // Scores that were put together are told by their middle: the lowest of them is taken too.
            let width = if histogram.dropped == 0 {
                0.0
            } else {
                score.abs() * 2f64.powi(histogram.dropped as i32 - 53)
            };
            return Some((score - width, taken, all));
        }
    }
    histogram.values.first().map(|lowest| (*lowest, all, all))
}
