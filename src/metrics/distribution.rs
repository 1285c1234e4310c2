//! Numbers of whole distributions.
//!
//! A sample is what a histogram holds of some people, in replicates of which one may be left out. Every number is a plain
//! function of one sample, two, or one for each group; its error is that of the jackknife, which asks nothing of the
//! function but that it is smooth enough (J. Shao and D. Tu, The Jackknife and Bootstrap (1995), ch. 2 and 5; P. S. Kott,
//! Journal of Official Statistics 17 (2001), 521–526, for groups of people left out at a time).

use super::classes::quality;
use super::conditional::Reason;
use super::reliability::calibration_error;
use crate::catalogue::{Distribution, Variable};
use crate::inference::effect_size::{Spread, cohens_d};
use crate::inference::inequality::{atkinson, coefficient_of_variation, decompose, generalized_entropy, gini};
use crate::inference::quantiles::{Rule, quantile};
use crate::inference::superiority::probability_of_superiority;
use crate::inference::two_samples::{kolmogorov_smirnov, wasserstein_1};
use crate::tally::histogram::Counter;

/// Scores are kept this far from 0 and 1 where a logarithm is taken.
const CLIP: f64 = 1e-12;
/// Steps of Newton's method; it takes a handful.
const MOST_STEPS: usize = 100;

/// Values in ascending order, each with the weight of its rows or people.
pub type Weighed = Vec<(f64, f64)>;

/// What a histogram holds of some people.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sample {
    /// All of them; of scores those with a label.
    pub all: Weighed,
    /// Of positive label.
    pub positive: Weighed,
    /// Of negative label.
    pub negative: Weighed,
}

impl Sample {
    /// From counters in the order of their values, without one replicate. `labels`: those without a label do not count,
    /// and of how many patterns each decision has.
    #[must_use]
    pub fn new(counters: &[Counter], values: &[f64], labels: Option<u8>, without: Option<u8>) -> Self {
        let mut sample = Self::default();
        let mut put = |to: fn(&mut Self) -> &mut Weighed, value: f64, weight: f64| {
            let to = to(&mut sample);
            match to.last_mut() {
                Some((last, sum)) if last.to_bits() == value.to_bits() => *sum += weight,
                _ => to.push((value, weight)),
            }
        };
        for counter in counters {
            if Some(counter.replicate) == without {
                continue;
            }
            let value = values[counter.value as usize];
            if let Some(half) = labels {
                match counter.pattern % half {
                    0 => continue,
                    1 => put(|s| &mut s.negative, value, counter.weight),
                    _ => put(|s| &mut s.positive, value, counter.weight),
                }
            }
            put(|s| &mut s.all, value, counter.weight);
        }
        sample
    }

    /// Rows with a label, each by score: weight of all and of positives.
    pub(super) fn labelled(&self) -> impl Iterator<Item = (f64, f64, f64)> + '_ {
        let mut positives = self.positive.iter().peekable();
        self.all.iter().map(move |&(value, weight)| {
            let positive = positives.next_if(|(at, _)| at.to_bits() == value.to_bits());
            (value, weight, positive.map_or(0.0, |(_, weight)| *weight))
        })
    }
}

pub(super) fn weight(of: &[(f64, f64)]) -> f64 {
    of.iter().map(|(_, w)| w).sum()
}

fn mean(of: &[(f64, f64)]) -> f64 {
    of.iter().map(|(x, w)| x * w).sum::<f64>() / weight(of)
}

fn clip(score: f64) -> f64 {
    score.clamp(CLIP, 1.0 - CLIP)
}

/// A number of one sample.
///
/// # Errors
/// Nobody in it, or nothing to compute it from.
pub fn of_one(how: Distribution, sample: &Sample) -> Result<f64, Reason> {
    if sample.all.is_empty() {
        return Err("no-denominator");
    }
    let is_of_chances = !matches!(
        how,
        Distribution::Auc | Distribution::AveragePrecision | Distribution::MeanScore
    );
    let ends = [sample.all.first(), sample.all.last()];
    if how.variable() == Variable::Score
        && is_of_chances
        && ends
            .into_iter()
            .flatten()
            .any(|(score, _)| !(0.0..=1.0).contains(score))
    {
        return Err("scores-not-chances");
    }
    let all = &sample.all;
    let over = |x: f64| x / weight(all);
    let told = match how {
        Distribution::Auc => area(&sample.positive, &sample.negative)?,
        Distribution::AveragePrecision => average_precision(sample)?,
        Distribution::MeanScore | Distribution::MeanBenefit | Distribution::Mean(_) | Distribution::Bias => mean(all),
        Distribution::Brier => over(
            sample
                .labelled()
                .map(|(s, w, p)| (w - p) * s * s + p * (1.0 - s) * (1.0 - s))
                .sum(),
        ),
        Distribution::LogLoss => over(
            sample
                .labelled()
                .map(|(s, w, p)| -(w - p) * (1.0 - clip(s)).ln() - p * clip(s).ln())
                .sum(),
        ),
        Distribution::GeneralizedFalsePositive if sample.negative.is_empty() => return Err("no-denominator"),
        Distribution::GeneralizedFalsePositive => mean(&sample.negative),
        Distribution::GeneralizedFalseNegative if sample.positive.is_empty() => return Err("no-denominator"),
        Distribution::GeneralizedFalseNegative => 1.0 - mean(&sample.positive),
        Distribution::CalibrationInTheLarge => over(weight(&sample.positive)) - mean(all),
        Distribution::CalibrationSlope => recalibrated(sample, true)?,
        Distribution::CalibrationIntercept => recalibrated(sample, false)?,
        Distribution::CalibrationError => calibration_error(sample),
        Distribution::Quantile(_, percent) => {
            quantile(all, f64::from(percent) / 100.0, Rule::InverseCdf).ok_or("undefined")?
        }
        Distribution::RSquared => r_squared(sample)?,
        Distribution::MeanAbsolute | Distribution::MeanAbsolutePercentage => {
            over(all.iter().map(|(x, w)| x.abs() * w).sum())
        }
        Distribution::RootMeanSquare => over(all.iter().map(|(x, w)| x * x * w).sum()).sqrt(),
        Distribution::GeneralizedEntropy(order) => generalized_entropy(all, order).ok_or("no-gains-to-share")?,
        Distribution::Variation => coefficient_of_variation(all).ok_or("no-gains-to-share")?,
        Distribution::Gini => gini(all).ok_or("no-gains-to-share")?,
        Distribution::Atkinson(aversion) => atkinson(all, aversion).ok_or("no-gains-to-share")?,
        Distribution::ClassQuality(how) => quality(how, all)?,
        // Of two sides, of all, or of replicates.
        _ => return Err("undefined"),
    };
    if told.is_finite() { Ok(told) } else { Err("undefined") }
}

/// A number of a group's sample and others'; `gap` of a number that can be told both ways.
///
/// # Errors
/// Nobody on one side.
pub fn of_two(how: Distribution, gap: bool, own: &Sample, other: &Sample) -> Result<f64, Reason> {
    if own.all.is_empty() {
        return Err("no-denominator");
    }
    if other.all.is_empty() {
        return Err("no-reference-denominator");
    }
    let told = match how {
        Distribution::CrossAuc => {
            let here = area(&own.positive, &other.negative)?;
            if gap {
                here - area(&other.positive, &own.negative)?
            } else {
                here
            }
        }
        Distribution::Superiority(_) => probability_of_superiority(&own.all, &other.all).ok_or("undefined")?,
        Distribution::KolmogorovSmirnov(_) => kolmogorov_smirnov(&own.all, &other.all).ok_or("undefined")?.statistic,
        Distribution::Wasserstein(_) => wasserstein_1(&own.all, &other.all).ok_or("undefined")?,
        Distribution::CohensD(_) => cohens_d(spread(&own.all), spread(&other.all)).ok_or("undefined")?,
        _ => return Err("undefined"),
    };
    Ok(told)
}

/// A number of the samples of all groups.
///
/// # Errors
/// Nobody gains anything.
pub fn of_all(how: Distribution, samples: &[&Sample]) -> Result<f64, Reason> {
    let (Distribution::EntropyBetween(order) | Distribution::EntropyWithin(order)) = how else {
        return Err("undefined");
    };
    let groups: Vec<&[(f64, f64)]> = samples.iter().map(|sample| sample.all.as_slice()).collect();
    let found = decompose(&groups, order).ok_or("no-gains-to-share")?;
    Ok(match how {
        Distribution::EntropyBetween(_) => found.between,
        _ => found.within,
    })
}

fn area(positive: &[(f64, f64)], negative: &[(f64, f64)]) -> Result<f64, Reason> {
    if positive.is_empty() {
        return Err("no-positives");
    }
    if negative.is_empty() {
        return Err("no-negatives");
    }
    probability_of_superiority(positive, negative).ok_or("undefined")
}

fn average_precision(sample: &Sample) -> Result<f64, Reason> {
    let positives = weight(&sample.positive);
    if positives <= 0.0 {
        return Err("no-positives");
    }
    let rows: Vec<(f64, f64, f64)> = sample.labelled().collect();
    let (mut selected, mut found, mut precision) = (0.0, 0.0, 0.0);
    for (_, weight, positive) in rows.iter().rev() {
        selected += weight;
        found += positive;
        precision += positive / positives * (found / selected);
    }
    Ok(precision)
}

/// 1 less the squares of errors (which stand as negatives) over those of values about their mean (as positives).
fn r_squared(sample: &Sample) -> Result<f64, Reason> {
    let squares = |of: &[(f64, f64)], about: f64| of.iter().map(|(x, w)| w * (x - about).powi(2)).sum::<f64>();
    if sample.positive.len() < 2 {
        return Err("no-variance");
    }
    Ok(1.0 - squares(&sample.negative, 0.0) / squares(&sample.positive, mean(&sample.positive)))
}

fn spread(of: &[(f64, f64)]) -> Spread {
    let (n, mean) = (weight(of), mean(of));
    let squares: f64 = of.iter().map(|(x, w)| w * (x - mean).powi(2)).sum();
    Spread {
        n,
        mean,
        variance: squares / (n - 1.0),
    }
}

/// Slope of the label on the logit of the score with a free intercept, or the intercept with a slope of 1, by Newton's
/// method.
fn recalibrated(sample: &Sample, slope: bool) -> Result<f64, Reason> {
    if sample.positive.is_empty() {
        return Err("no-positives");
    }
    if sample.negative.is_empty() {
        return Err("no-negatives");
    }
    let ends = |of: &[(f64, f64)]| (of[0].0, of[of.len() - 1].0);
    let ((lowest, highest), (low, high)) = (ends(&sample.positive), ends(&sample.negative));
    if slope && (high <= lowest || highest <= low) {
        return Err("separated");
    }
    let rows: Vec<(f64, f64, f64)> = sample
        .labelled()
        .map(|(s, w, p)| ((clip(s) / (1.0 - clip(s))).ln(), w, p))
        .collect();
    let (mut a, mut b) = (0.0, 1.0);
    for _ in 0..MOST_STEPS {
        let (mut score, mut information) = ([0.0; 2], [0.0; 3]);
        for (x, w, p) in &rows {
            let chance = 1.0 / (1.0 + (-(a + b * x)).exp());
            let (rest, spread) = (p - w * chance, w * chance * (1.0 - chance));
            score[0] += rest;
            score[1] += rest * x;
            information[0] += spread;
            information[1] += spread * x;
            information[2] += spread * x * x;
        }
        let change = if slope {
            let determinant = information[0] * information[2] - information[1] * information[1];
            [
                (information[2] * score[0] - information[1] * score[1]) / determinant,
                (information[0] * score[1] - information[1] * score[0]) / determinant,
            ]
        } else {
            [score[0] / information[0], 0.0]
        };
        if !(change[0].is_finite() && change[1].is_finite()) {
            return Err("separated");
        }
        a += change[0].clamp(-4.0, 4.0);
        b += change[1].clamp(-1.0, 1.0);
        if change[0].abs() < 1e-11 && change[1].abs() < 1e-11 {
            return Ok(if slope { b } else { a });
        }
    }
    Err("separated")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(found: f64, expected: f64) {
        let tolerance = 1e-9 * expected.abs().max(1e-3);
        assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
    }

    /// Counters of scores with labels, each in a replicate of its own.
    fn scored(rows: &[(f64, u8)]) -> Sample {
        let mut values: Vec<f64> = rows.iter().map(|(score, _)| *score).collect();
        values.sort_by(f64::total_cmp);
        values.dedup();
        let mut counters: Vec<Counter> = rows
            .iter()
            .enumerate()
            .map(|(i, (score, label))| Counter {
                value: values.iter().position(|v| v == score).unwrap() as u32,
                pattern: 1 + label,
                replicate: (i % 32) as u8,
                weight: 1.0,
            })
            .collect();
        counters.sort_by_key(|c| (c.value, c.pattern, c.replicate));
        Sample::new(&counters, &values, Some(3), None)
    }

    const ROWS: [(f64, u8); 11] = [
        (0.9, 1),
        (0.8, 1),
        (0.7, 1),
        (0.55, 1),
        (0.4, 1),
        (0.6, 0),
        (0.5, 0),
        (0.45, 0),
        (0.3, 0),
        (0.3, 0),
        (0.1, 0),
    ];

    /// scikit-learn 1.9 and statsmodels 0.15 on the rows; tests/oracles/distributions.py.
    #[test]
    fn scores_as_scikit_learn_has_them() {
        let sample = scored(&ROWS);
        let one = |how| of_one(how, &sample).unwrap();
        close(one(Distribution::Auc), 0.866_666_666_666_666_7);
        close(one(Distribution::AveragePrecision), 0.885);
        close(one(Distribution::Brier), 0.155);
        close(one(Distribution::LogLoss), 0.475_026_550_933_232_26);
        close(one(Distribution::MeanScore), 5.6 / 11.0);
        close(one(Distribution::GeneralizedFalsePositive), 2.25 / 6.0);
        close(one(Distribution::GeneralizedFalseNegative), 1.0 - 3.35 / 5.0);
        close(one(Distribution::CalibrationInTheLarge), (5.0 - 5.6) / 11.0);
        close(one(Distribution::CalibrationSlope), 2.270_917_334_791_637);
        close(one(Distribution::CalibrationIntercept), -0.274_152_596_553_150_5);
    }

    #[test]
    fn one_replicate_is_left_out() {
        let counter = |value, replicate| Counter {
            value,
            pattern: 0,
            replicate,
            weight: 2.0,
        };
        let counters = [counter(0, 1), counter(0, 5), counter(1, 1)];
        let found = Sample::new(&counters, &[3.0, 4.0], None, Some(1));
        assert_eq!(found.all, [(3.0, 2.0)]);
        let whole = Sample::new(&counters, &[3.0, 4.0], None, None);
        assert_eq!(whole.all, [(3.0, 4.0), (4.0, 2.0)]);
        close(
            of_two(Distribution::Superiority(Variable::Value), false, &whole, &found).unwrap(),
            2.0 / 3.0,
        );
    }

    #[test]
    fn what_is_not_there_is_undefined() {
        let positives = scored(&[(0.4, 1), (0.6, 1)]);
        assert_eq!(of_one(Distribution::Auc, &positives), Err("no-negatives"));
        assert_eq!(of_one(Distribution::CalibrationSlope, &positives), Err("no-negatives"));
        assert_eq!(of_one(Distribution::Gini, &Sample::default()), Err("no-denominator"));
        let apart = scored(&[(0.1, 0), (0.2, 0), (0.8, 1), (0.9, 1)]);
        assert_eq!(of_one(Distribution::CalibrationSlope, &apart), Err("separated"));
    }
}
