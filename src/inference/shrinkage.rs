//! Rates of groups drawn toward what all groups together say: empirical Bayes with a beta-binomial.
//!
//! Group k has x of n selected. Its true rate is taken as a draw from Beta(μ s, (1 − μ) s), with the mean μ of what
//! the other groups say and one precision s for all, so that x is beta-binomial. Given both, the rate is
//! Beta(x + μ s, n − x + (1 − μ) s), with mean (x + μ s)/(n + s): a group of n observations keeps n/(n + s) of its
//! own rate. Both are estimated by maximum likelihood; counts may be effective ones, and need not be whole.
//!
//! C. N. Morris, Journal of the American Statistical Association 78 (1983), 47–55; A. Gelman and others, Bayesian Data
//! Analysis (2013), chapter 5.

use super::interval::{Interval, proportion};
use super::main_effects::main_effects;
use super::roots::decreasing_between;
use super::special::{beta_quantile, beta_upper_quantile};
use super::stirling::stirling_error;

/// Fewer groups than this beyond the numbers that the mean takes tell nothing of how groups vary.
const SPARE: usize = 2;
/// Logarithms of the lowest and the highest precision that is looked for.
const PRECISIONS: (f64, f64) = (-7.0, 21.0);
/// Parameters of a beta below which its quantiles are at its ends.
const AT_THE_END: f64 = 1e-3;
/// Steps between them.
const STEPS: u32 = 112;

/// Why nothing is drawn anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unshrunk {
    /// Too few groups to tell how groups vary.
    TooFewGroups,
    /// More values of attributes than are fitted.
    TooManyGroups,
    /// Rates vary no more than chance makes them: the likelihood rises without end in the precision.
    NoHeterogeneity,
}

/// What all groups together say.
#[derive(Debug, Clone, PartialEq)]
pub struct Prior {
    /// By group: the rate that it is drawn toward.
    pub means: Vec<f64>,
    /// How strongly: so many observations would pull as much.
    pub precision: f64,
}

/// A rate that was drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawn {
    /// The rate.
    pub rate: f64,
    /// The equal-tailed interval of its posterior.
    pub interval: Interval,
}

/// The prior of groups of one kind: all are drawn toward one mean.
///
/// # Errors
/// [`Unshrunk`]. Counts that are none are groups without observations, which say nothing.
pub fn common(counts: &[(f64, f64)]) -> Result<Prior, Unshrunk> {
    let told = told(counts);
    if told.len() < 1 + SPARE {
        return Err(Unshrunk::TooFewGroups);
    }
    let mean = |precision: f64| match precision {
        // Nothing but chance: the rate of all together.
        f64::INFINITY => told.iter().map(|c| c.0).sum::<f64>() / told.iter().map(|c| c.1).sum::<f64>(),
        _ => decreasing_between(|mean| slope_of_mean(&told, mean, precision), 0.0, 1.0),
    };
    let precision = precision(&told, |precision| vec![mean(precision); told.len()])?;
    Ok(Prior {
        means: vec![mean(precision); counts.len()],
        precision,
    })
}

/// The prior of groups that several attributes make: each is drawn toward what its attributes one by one say.
/// `levels` has, for each group, the number of its value in each attribute.
///
/// # Errors
/// [`Unshrunk`].
pub fn crossed(counts: &[(f64, f64)], levels: &[Vec<usize>]) -> Result<Prior, Unshrunk> {
    let sound: Vec<(f64, f64)> = counts
        .iter()
        .map(|c| proportion(c.0, c.1).unwrap_or((0.0, 0.0)))
        .collect();
    let fitted = main_effects(&sound, levels).ok_or(Unshrunk::TooManyGroups)?;
    let told = told(counts);
    if told.len() < fitted.parameters + SPARE {
        return Err(Unshrunk::TooFewGroups);
    }
    let with_rows = sound.iter().zip(&fitted.means).filter(|(c, _)| c.1 > 0.0);
    let means: Vec<f64> = with_rows.map(|(_, mean)| *mean).collect();
    Ok(Prior {
        precision: precision(&told, |_| means.clone())?,
        means: fitted.means,
    })
}

impl Prior {
    /// The rate of group `k` with x of n selected, drawn toward the prior; the interval is at a two-sided level. `None` for
    /// counts that are none.
    #[must_use]
    pub fn draw(&self, k: usize, x: f64, n: f64, level: f64) -> Option<Drawn> {
        let (x, n) = proportion(x, n)?;
        let mean = *self.means.get(k)?;
        let (a, b) = (x + mean * self.precision, n - x + (1.0 - mean) * self.precision);
        let tail = (1.0 - level) / 2.0;
        let rate = a / (a + b);
        let (a, b) = (a.max(AT_THE_END), b.max(AT_THE_END));
        Some(Drawn {
            rate,
            interval: Interval {
                low: beta_quantile(tail, a, b)?,
                high: beta_upper_quantile(tail, a, b)?,
            },
        })
    }
}

fn told(counts: &[(f64, f64)]) -> Vec<(f64, f64)> {
    counts.iter().filter_map(|c| proportion(c.0, c.1)).collect()
}

/// Where the likelihood, with the mean that is best for each precision, is highest. It can have several tops; the highest
/// of them counts, and must be higher than pure chance is.
fn precision(counts: &[(f64, f64)], means: impl Fn(f64) -> Vec<f64>) -> Result<f64, Unshrunk> {
    let slope = |ln: f64| slope_of_precision(counts, &means(ln.exp()), ln.exp());
    let chance = ln_likelihood(counts, &means(f64::INFINITY), f64::INFINITY);
    let step = (PRECISIONS.1 - PRECISIONS.0) / f64::from(STEPS);
    let grid: Vec<f64> = (0..=STEPS).map(|i| f64::from(i).mul_add(step, PRECISIONS.0)).collect();
    let slopes: Vec<f64> = grid.iter().map(|&ln| slope(ln)).collect();
    // Where the likelihood falls from the start, groups are as unlike as they can be.
    let mut tops: Vec<f64> = if slopes[0] <= 0.0 { vec![grid[0]] } else { Vec::new() };
    for (places, signs) in grid.windows(2).zip(slopes.windows(2)) {
        if signs[0] > 0.0 && signs[1] <= 0.0 {
            tops.push(decreasing_between(slope, places[0], places[1]));
        }
    }
    let heights = tops
        .into_iter()
        .map(|ln| (ln_likelihood(counts, &means(ln.exp()), ln.exp()), ln));
    let highest = heights.max_by(|a, b| a.0.total_cmp(&b.0));
    match highest {
        Some((height, ln)) if height > chance => Ok(ln.exp()),
        _ => Err(Unshrunk::NoHeterogeneity),
    }
}

/// The logarithm of the likelihood, without the terms that hang on the counts alone.
fn ln_likelihood(counts: &[(f64, f64)], means: &[f64], precision: f64) -> f64 {
    let each = counts.iter().zip(means).map(|(&(x, n), &mean)| {
        if precision.is_infinite() {
            // 0 · ln 0 is 0: nobody of a rate of 0 is no surprise.
            let part = |count: f64, share: f64| if count > 0.0 { count * share.ln() } else { 0.0 };
            return part(x, mean) + part(n - x, 1.0 - mean);
        }
        ln_rise(mean * precision, x) + ln_rise((1.0 - mean) * precision, n - x) - ln_rise(precision, n)
    });
    each.sum()
}

/// Its derivative by the mean, over the precision; it falls as the mean grows.
fn slope_of_mean(counts: &[(f64, f64)], mean: f64, precision: f64) -> f64 {
    let (a, b) = (mean * precision, (1.0 - mean) * precision);
    counts
        .iter()
        .map(|&(x, n)| digamma_rise(a, x) - digamma_rise(b, n - x))
        .sum()
}

/// Its derivative by the precision.
fn slope_of_precision(counts: &[(f64, f64)], means: &[f64], precision: f64) -> f64 {
    let each = counts.iter().zip(means).map(|(&(x, n), &mean)| {
        mean * digamma_rise(mean * precision, x) + (1.0 - mean) * digamma_rise((1.0 - mean) * precision, n - x)
            - digamma_rise(precision, n)
    });
    each.sum()
}

/// ln Γ(z + x) − ln Γ(z), without forming either.
fn ln_rise(z: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let top = z + x;
    x * top.ln() + (z - 0.5) * (x / z).ln_1p() - x + stirling_error(top) - stirling_error(z)
}

/// ψ(z + x) − ψ(z), without forming either where both are large.
fn digamma_rise(z: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let ((z, below), (top, above)) = (climbed(z), climbed(z + x));
    ((top - z) / z).ln_1p() + tail(top) - tail(z) + below - above
}

/// An argument of ψ from 16 upward, and what ψ gains on the way there.
fn climbed(a: f64) -> (f64, f64) {
    let (mut a, mut gained) = (a, 0.0);
    while a < 16.0 {
        gained += 1.0 / a;
        a += 1.0;
    }
    (a, gained)
}

/// ψ(a) − ln a from 16 upward, by its asymptotic series: −1/2a − Σ B₂ₖ/(2k a²ᵏ); the next term is below 1e-17.
fn tail(a: f64) -> f64 {
    const TERMS: [f64; 6] = [
        -1.0 / 12.0,
        1.0 / 120.0,
        -1.0 / 252.0,
        1.0 / 240.0,
        -1.0 / 132.0,
        691.0 / 32_760.0,
    ];
    let square = 1.0 / (a * a);
    -0.5 / a + square * TERMS.iter().rev().fold(0.0, |sum, term| sum * square + term)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    const COUNTS: [(f64, f64); 6] = [
        (3.0, 40.0),
        (12.0, 45.0),
        (40.0, 300.0),
        (5.0, 20.0),
        (0.0, 15.0),
        (22.0, 110.0),
    ];

    #[test]
    fn six_groups_toward_their_mean() {
        // mpmath 1.4.1, root of the derivatives by both parameters: tests/oracles/small_groups.py
        let prior = common(&COUNTS).unwrap();
        assert_close(prior.means[0] * prior.precision, 10.503_748_662_846_81, 1e-9);
        assert_close((1.0 - prior.means[0]) * prior.precision, 54.295_006_084_694_05, 1e-9);
        let rates = [
            0.128_854_094_644_322_88,
            0.204_954_498_023_128_26,
            0.138_442_766_060_969_56,
            0.182_829_909_578_317_4,
            0.131_627_977_104_122_7,
            0.185_949_543_575_361_7,
        ];
        for (k, (&(x, n), rate)) in COUNTS.iter().zip(rates).enumerate() {
            assert_close(prior.draw(k, x, n, 0.95).unwrap().rate, rate, 1e-11);
        }
        let found = prior.draw(0, 3.0, 40.0, 0.95).unwrap().interval;
        assert_close(found.low, 0.072_086_612_506_217_7, 1e-9);
        assert_close(found.high, 0.198_998_000_738_603_85, 1e-9);
    }

    #[test]
    fn crossed_groups_toward_their_attributes() {
        // The same script: a penalised logistic regression, then the precision given its means.
        const SIZES: [f64; 6] = [100.0, 80.0, 40.0, 60.0, 55.0, 4.25];
        let levels: Vec<Vec<usize>> = (0..6).map(|i| vec![i / 3, i % 3]).collect();
        let with = |x: [f64; 6]| -> Vec<(f64, f64)> { x.into_iter().zip(SIZES).collect() };
        let counts = with([30.0, 44.0, 12.0, 20.0, 9.0, 1.5]);
        let prior = crossed(&counts, &levels).unwrap();
        assert_close(prior.precision, 38.507_966_491_051_484, 1e-8);
        let rates = [
            0.318_683_549_744_854_47,
            0.520_394_413_194_897,
            0.310_780_359_297_008_4,
            0.291_416_556_911_576_2,
            0.219_471_869_705_517_44,
            0.208_861_391_056_899_35,
        ];
        for (k, (&(x, n), rate)) in counts.iter().zip(rates).enumerate() {
            assert_close(prior.draw(k, x, n, 0.95).unwrap().rate, rate, 1e-10);
        }
        let unlike = crossed(&with([60.0, 4.0, 12.0, 0.0, 30.0, 2.0]), &levels).unwrap();
        assert_close(unlike.precision, 2.030_627_845_048_971, 1e-9);
        // Nobody of one value was selected, and the attributes say all that there is to say.
        let counts = with([30.0, 44.0, 12.0, 0.0, 0.0, 0.0]);
        assert_eq!(crossed(&counts, &levels), Err(Unshrunk::NoHeterogeneity));
    }

    #[test]
    fn groups_that_vary_by_chance_alone_are_not_drawn() {
        let alike: Vec<(f64, f64)> = [20.0, 45.0, 300.0, 20.0].map(|n| (n * 0.2, n)).to_vec();
        assert_eq!(common(&alike), Err(Unshrunk::NoHeterogeneity));
        assert_eq!(common(&[(0.0, 9.0); 4]), Err(Unshrunk::NoHeterogeneity));
        assert_eq!(common(&[(9.0, 9.0); 4]), Err(Unshrunk::NoHeterogeneity));
        assert_eq!(common(&COUNTS[..2]), Err(Unshrunk::TooFewGroups));
        assert_eq!(common(&[(f64::NAN, 3.0); 9]), Err(Unshrunk::TooFewGroups));
    }

    #[test]
    fn groups_as_unlike_as_can_be_keep_their_rates() {
        let counts = [(0.0, 50.0), (50.0, 50.0), (0.0, 40.0), (40.0, 40.0)];
        let prior = common(&counts).unwrap();
        let found = prior.draw(1, 50.0, 50.0, 0.95).unwrap();
        assert!(prior.precision < 0.01 && found.rate > 0.9999);
    }

    #[test]
    fn differences_of_large_gammas_keep_their_digits() {
        // mpmath 1.4.1, 40 digits
        assert_close(ln_rise(1e9, 2.5), 51.808_164_594_241_03, 1e-13);
        assert_close(digamma_rise(1e9, 2.5), 2.499_999_998_125e-9, 1e-12);
        assert_close(digamma_rise(0.25, 0.5), std::f64::consts::PI, 1e-13);
        assert_close(ln_rise(1e-3, 4.0), -5.114_163_156_589_227, 1e-13);
    }
}
