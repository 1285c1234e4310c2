//! Curves of scores: how reliable they are bin by bin, and what a threshold at each would find.

use super::Ends;
use super::distribution::{counters, histogram};
use super::side::Reach;
use crate::catalogue::Variable;
use crate::inference::wilson::wilson;
use crate::metrics::distribution::Sample;
use crate::metrics::reliability::{Bin, bins};
use crate::metrics::roc::{Point, roc};
use crate::plan::Plan;
use crate::tally::Tally;
use crate::tally::histogram::{Counter, REPLICATES};

/// The curves of one group's scores.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// The outcome.
    pub outcome: usize,
    /// The grouping.
    pub grouping: usize,
    /// The group.
    pub group: usize,
    /// Bins of equally many rows, by ascending score, each with the interval of its share of positives.
    pub bins: Vec<(Bin, Option<Ends>)>,
    /// Points of the ROC curve, by descending score; empty without positives or negatives.
    pub roc: Vec<Point>,
}

/// The curves of every group of a grouping, where the outcome has a score and a label and the score's metrics are asked for.
pub(super) fn curves(plan: &Plan, tally: &Tally, outcome: usize, grouping: usize) -> Vec<Curve> {
    let Some(histogram) = histogram(tally, outcome, Variable::Score) else {
        return Vec::new();
    };
    let groups = tally.groupings[grouping].groups.iter().enumerate();
    groups
        .filter(|(_, group)| group.is_in_scope())
        .filter_map(|(group, _)| {
            let own = counters(plan, &histogram.groupings[grouping][group], 8 + group as u64);
            let sample = |without| Sample::new(&own, &histogram.values, Some(3), without);
            let seen = (0..REPLICATES as u8).filter(|r| own.iter().any(|c: &Counter| c.replicate == *r));
            let samples: Vec<Sample> = std::iter::once(None).chain(seen.map(Some)).map(sample).collect();
            let bins: Vec<(Bin, Option<Ends>)> = bins(&samples)
                .into_iter()
                .filter(|bin| bin.rows > 0.0)
                .map(|bin| (bin, ends(&bin, plan.level)))
                .collect();
            (!bins.is_empty()).then(|| Curve {
                outcome,
                grouping,
                group,
                bins,
                roc: roc(&samples[0]),
            })
        })
        .collect()
}

/// Wilson's interval with as many rows as the error over people is worth. Where no replicate differs that is no certainty:
/// the replicates themselves are then taken for rows.
fn ends(bin: &Bin, level: f64) -> Option<Ends> {
    let (error, df) = bin.error?;
    let share = bin.share();
    let independent = share * (1.0 - share);
    let rows = if error > 0.0 && independent > 0.0 {
        (independent / (error * error)).min(bin.rows)
    } else {
        (df + 1.0).min(bin.rows)
    };
    let interval = wilson(share * rows, rows, Reach::Level(level).critical(df)?);
    Ends::new(interval.low.min(share), interval.high.max(share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bin_is_worth_no_more_rows_than_it_has_and_no_fewer_than_its_error_says() {
        let bin = |positives: f64, error: f64| Bin {
            scores: (0.1, 0.2),
            rows: 100.0,
            score: 15.0,
            positives,
            error: Some((error, 31.0)),
        };
        // t(0.975, 31) = 2.0395134464 (scipy.stats.t.ppf); Wilson by hand.
        let by_hand = |p: f64, n: f64| {
            let z2 = 2.039_513_446_4f64.powi(2);
            let half = z2.sqrt() * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
            let middle = p + z2 / (2.0 * n);
            ((middle - half) / (1.0 + z2 / n), (middle + half) / (1.0 + z2 / n))
        };
        for (positives, error, n) in [(30.0, 0.091_651_513_9, 25.0), (30.0, 0.01, 100.0), (0.0, 0.0, 32.0)] {
            let found = ends(&bin(positives, error), 0.95).unwrap();
            let (low, high) = by_hand(positives / 100.0, n);
            assert!((found.low.unwrap() - low).abs() < 1e-8, "{found:?} {low}");
            assert!((found.high.unwrap() - high).abs() < 1e-8, "{found:?} {high}");
        }
        assert_eq!(
            ends(
                &Bin {
                    error: None,
                    ..bin(30.0, 0.1)
                },
                0.95
            ),
            None
        );
    }
}
