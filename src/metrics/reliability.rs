//! How well scores say what happens: by bins of scores, and the error over all bins.
//!
//! Bins hold equally many labelled rows (M. Naeini, G. Cooper and M. Hauskrecht, AAAI 2015, with bins of equal mass instead
//! of equal width); equal scores stay together.

use super::conditional::Reason;
use super::distribution::{Sample, weight};

/// Bins of the calibration error.
const BINS: f64 = 15.0;

/// Labelled rows whose scores lie close together.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Bin {
    /// Lowest and highest score in it.
    pub scores: (f64, f64),
    /// Rows, or their weight.
    pub rows: f64,
    /// Sum of the scores.
    pub score: f64,
    /// Rows with a positive label.
    pub positives: f64,
    /// Standard error of the share of positives over people, with its degrees of freedom; `None`: fewer than two
    /// replicates have a row in it.
    pub error: Option<(f64, f64)>,
}

impl Bin {
    /// Mean score; 0 in an empty bin.
    #[must_use]
    pub fn mean_score(&self) -> f64 {
        if self.rows > 0.0 { self.score / self.rows } else { 0.0 }
    }

    /// Share of positives; 0 in an empty bin.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.rows > 0.0 {
            self.positives / self.rows
        } else {
            0.0
        }
    }

    fn distance(&self) -> f64 {
        self.share() - self.mean_score()
    }
}

/// Highest score of each of the bins.
fn edges(all: &[(f64, f64)]) -> Vec<f64> {
    let size = weight(all) / BINS;
    let (mut edges, mut below) = (Vec::new(), 0.0);
    for (value, weight) in all {
        below += weight;
        // A trace of rounding must not open a bin of its own.
        if below >= size * (edges.len() as f64 + 1.0) * (1.0 - 1e-12) {
            edges.push(*value);
            while below >= size * (edges.len() as f64 + 1.0) * (1.0 - 1e-12) && (edges.len() as f64) < BINS {
                edges.push(*value);
            }
        }
    }
    edges.dedup();
    edges
}

fn binned(sample: &Sample, edges: &[f64]) -> Vec<Bin> {
    let mut bins = vec![Bin::default(); edges.len().max(1)];
    for (score, weight, positive) in sample.labelled() {
        let place = edges.partition_point(|edge| *edge < score).min(bins.len() - 1);
        let bin = &mut bins[place];
        // Rows come by ascending score.
        let first = if bin.rows > 0.0 { bin.scores.0 } else { score };
        bin.scores = (first, score);
        bin.rows += weight;
        bin.score += weight * score;
        bin.positives += positive;
    }
    bins
}

/// The expected calibration error: the mean distance of share and score over rows.
pub(super) fn calibration_error(sample: &Sample) -> f64 {
    let bins = binned(sample, &edges(&sample.all));
    let whole: f64 = bins.iter().map(|bin| bin.rows).sum();
    bins.iter().map(|bin| bin.rows / whole * bin.distance().abs()).sum()
}

/// Values of a bin without each replicate that has a row in it, and what they say of its error.
fn spread(bin: usize, left: &[Vec<Bin>], of: impl Fn(&Bin) -> f64) -> Option<f64> {
    let seen: Vec<f64> = left
        .iter()
        .map(|bins| &bins[bin])
        .filter(|bin| bin.rows > 0.0)
        .map(of)
        .collect();
    let count = left.len() as f64;
    let middle = seen.iter().sum::<f64>() / seen.len() as f64;
    let squares: f64 = seen.iter().map(|value| (value - middle).powi(2)).sum();
    let variance = (count - 1.0) / count * squares;
    (seen.len() > 1).then_some(variance)
}

/// The bins of a group's scores, with errors over people. The first sample has everybody, each other lacks one replicate.
#[must_use]
pub fn bins(samples: &[Sample]) -> Vec<Bin> {
    let Some((whole, others)) = samples.split_first().filter(|(whole, _)| !whole.all.is_empty()) else {
        return Vec::new();
    };
    let edges = edges(&whole.all);
    let left: Vec<Vec<Bin>> = others.iter().map(|sample| binned(sample, &edges)).collect();
    binned(whole, &edges)
        .into_iter()
        .enumerate()
        .map(|(place, bin)| {
            // Replicates that have a row here: without the others nothing changes.
            let here = left
                .iter()
                .filter(|bins| bins[place].rows < bin.rows * (1.0 - 1e-12))
                .count();
            let variance = spread(place, &left, Bin::share).filter(|_| here > 1);
            Bin {
                error: variance.map(|variance| (variance.sqrt(), here as f64 - 1.0)),
                ..bin
            }
        })
        .collect()
}

/// The calibration error that chance makes of calibrated scores: the mean size of a normal number with the error that each
/// bin's distance shows over people. The first sample has everybody, each other lacks one replicate.
///
/// # Errors
/// Fewer than two replicates.
pub fn calibration_error_by_chance(samples: &[Sample]) -> Result<f64, Reason> {
    let (whole, others) = samples.split_first().ok_or("no-denominator")?;
    if others.len() < 2 || whole.all.is_empty() {
        return Err("too-few-subjects");
    }
    let edges = edges(&whole.all);
    let all = binned(whole, &edges);
    let left: Vec<Vec<Bin>> = others.iter().map(|sample| binned(sample, &edges)).collect();
    let rows: f64 = all.iter().map(|bin| bin.rows).sum();
    let errors = all
        .iter()
        .enumerate()
        .filter(|(_, bin)| bin.rows > 0.0)
        .map(|(place, bin)| {
            let variance = spread(place, &left, Bin::distance).unwrap_or_default();
            bin.rows / rows * (variance * std::f64::consts::FRAC_2_PI).sqrt()
        });
    Ok(errors.sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(rows: &[(f64, u8)]) -> Sample {
        let of = |label: u8| {
            rows.iter()
                .filter(|row| row.1 == label)
                .map(|row| (row.0, 1.0))
                .collect()
        };
        Sample {
            all: rows.iter().map(|row| (row.0, 1.0)).collect(),
            positive: of(1),
            negative: of(0),
        }
    }

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() <= 1e-12, "{found} is not {expected}");
    }

    #[test]
    fn calibration_error_by_hand() {
        // Fifteen scores make fifteen bins of one row each: the mean of |label − score|.
        let rows: Vec<(f64, u8)> = (1..=15).map(|i| (f64::from(i) / 16.0, u8::from(i % 3 == 0))).collect();
        let by_hand: f64 = rows.iter().map(|(s, y)| (f64::from(*y) - s).abs()).sum::<f64>() / 15.0;
        close(calibration_error(&sample(&rows)), by_hand);
        // Equal scores stay in one bin: ten rows of 0.5, of which four are positive.
        let mut one = Sample::default();
        one.all.push((0.5, 10.0));
        one.positive.push((0.5, 4.0));
        one.negative.push((0.5, 6.0));
        close(calibration_error(&one), 0.1);
    }

    #[test]
    fn bins_add_up_to_the_calibration_error() {
        let rows: Vec<(f64, u8)> = (0..300u32)
            .map(|i| (f64::from(i) / 300.0, u8::from(i * i % 7 > 2)))
            .collect();
        let replicates: Vec<Sample> = (0..4u32)
            .map(|r| {
                let kept: Vec<(f64, u8)> = rows
                    .iter()
                    .enumerate()
                    .filter(|(i, _)| *i as u32 % 4 != r)
                    .map(|(_, row)| *row)
                    .collect();
                sample(&kept)
            })
            .collect();
        let samples: Vec<Sample> = std::iter::once(sample(&rows)).chain(replicates).collect();
        let found = bins(&samples);
        assert_eq!(found.len(), 15);
        close(found.iter().map(|bin| bin.rows).sum(), 300.0);
        let error: f64 = found
            .iter()
            .map(|bin| bin.rows / 300.0 * (bin.share() - bin.mean_score()).abs())
            .sum();
        close(error, calibration_error(&samples[0]));
        // The first twenty scores, without each fourth row: shares of fifteen rows, their jackknife by hand.
        let first = &found[0];
        assert_eq!(first.scores, (0.0, 19.0 / 300.0));
        let shares: Vec<f64> = (0..4usize)
            .map(|r| {
                let kept = rows[..20].iter().enumerate().filter(|(i, _)| i % 4 != r);
                kept.map(|(_, row)| f64::from(row.1)).sum::<f64>() / 15.0
            })
            .collect();
        let mean = shares.iter().sum::<f64>() / 4.0;
        let variance = 0.75 * shares.iter().map(|share| (share - mean).powi(2)).sum::<f64>();
        let (error, df) = first.error.unwrap();
        close(error, variance.sqrt());
        assert_eq!(df, 3.0);
    }

    #[test]
    fn nobody_has_no_bins() {
        assert_eq!(bins(&[Sample::default()]), []);
        assert_eq!(bins(&[]), []);
    }
}
