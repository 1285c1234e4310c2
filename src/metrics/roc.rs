//! The receiver operating characteristic: what share of the positives and of the negatives have at least a score.

use super::distribution::{Sample, weight};

/// So far apart are the points of a drawn curve at least, in the sum of both shares.
const STEP: f64 = 0.02;

/// A point of the curve.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Rows of at least this score would be selected.
    pub score: f64,
    /// Share of the negatives among them.
    pub false_positive_rate: f64,
    /// Share of the positives among them.
    pub true_positive_rate: f64,
}

/// The curve from its low end, without the corner where nobody is selected; of many points so many that it can be drawn.
/// Empty where there are no positives or no negatives.
#[must_use]
pub fn roc(sample: &Sample) -> Vec<Point> {
    let (positives, negatives) = (weight(&sample.positive), weight(&sample.negative));
    if positives <= 0.0 || negatives <= 0.0 {
        return Vec::new();
    }
    let rows: Vec<(f64, f64, f64)> = sample.labelled().collect();
    let (mut true_positives, mut false_positives, mut drawn) = (0.0, 0.0, 0.0);
    let mut points = Vec::new();
    for (i, (score, weight, positive)) in rows.iter().enumerate().rev() {
        true_positives += positive;
        false_positives += weight - positive;
        let point = Point {
            score: *score,
            false_positive_rate: (false_positives / negatives).min(1.0),
            true_positive_rate: (true_positives / positives).min(1.0),
        };
        let along = point.false_positive_rate + point.true_positive_rate;
        if along - drawn >= STEP || i == 0 {
            points.push(point);
            drawn = along;
        }
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `roc_curve(y, score, drop_intermediate=False)` of scikit-learn 1.9 on the rows of tests/oracles/distributions.py.
    #[test]
    fn it_is_the_curve_of_scikit_learn() {
        let positive = vec![(0.4, 1.0), (0.55, 1.0), (0.7, 1.0), (0.8, 1.0), (0.9, 1.0)];
        let negative = vec![(0.1, 1.0), (0.3, 2.0), (0.45, 1.0), (0.5, 1.0), (0.6, 1.0)];
        let mut all: Vec<(f64, f64)> = positive.iter().chain(&negative).copied().collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let found = roc(&Sample {
            all,
            positive,
            negative,
        });
        let expected = [
            (0.9, 0.0, 0.2),
            (0.8, 0.0, 0.4),
            (0.7, 0.0, 0.6),
            (0.6, 1.0 / 6.0, 0.6),
            (0.55, 1.0 / 6.0, 0.8),
            (0.5, 2.0 / 6.0, 0.8),
            (0.45, 0.5, 0.8),
            (0.4, 0.5, 1.0),
            (0.3, 5.0 / 6.0, 1.0),
            (0.1, 1.0, 1.0),
        ];
        assert_eq!(found.len(), expected.len());
        for (point, (score, fpr, tpr)) in found.iter().zip(expected) {
            assert_eq!(point.score, score);
            assert!((point.false_positive_rate - fpr).abs() < 1e-12, "{point:?}");
            assert!((point.true_positive_rate - tpr).abs() < 1e-12, "{point:?}");
        }
    }

    #[test]
    fn many_points_are_thinned_and_the_end_stays() {
        let of = |shift: f64| (0..5_000).map(|i| (f64::from(i) + shift, 1.0)).collect::<Vec<_>>();
        let (positive, negative) = (of(1_000.5), of(0.0));
        let mut all: Vec<(f64, f64)> = positive.iter().chain(&negative).copied().collect();
        all.sort_by(|a, b| a.0.total_cmp(&b.0));
        let found = roc(&Sample {
            all,
            positive,
            negative,
        });
        assert!((80..=101).contains(&found.len()), "{}", found.len());
        let last = found.last().unwrap();
        assert_eq!((last.false_positive_rate, last.true_positive_rate), (1.0, 1.0));
        assert!(found.windows(2).all(|pair| pair[0].score > pair[1].score));
    }

    #[test]
    fn without_both_labels_there_is_none() {
        let all = vec![(0.5, 1.0)];
        let positive = all.clone();
        assert_eq!(
            roc(&Sample {
                all,
                positive,
                ..Sample::default()
            }),
            []
        );
    }
}
