//! The ratio of two shares as a belief: how probable it is that it lies below a threshold.

use std::f64::consts::FRAC_PI_2;

use super::interval::proportion;
use super::special::{beta_cdf, beta_quantile, beta_upper_quantile};
use super::stirling::binomial_ln_pmf;

/// Jeffreys' prior: half a selected and half a rejected observation.
const PRIOR: f64 = 0.5;

/// Tail probabilities at whose quantiles the range of integration is cut; what lies beyond the first is left out.
const CUTS: [f64; 10] = [1e-17, 1e-13, 1e-10, 1e-7, 1e-5, 1e-3, 0.02, 0.1, 0.3, 0.5];

/// Nodes and weights of the Gauss-Legendre rule of 16 points on −1 … 1; each stands for itself and its mirror image.
/// mpmath 1.4.1: roots of the Legendre polynomial to 40 digits.
const RULE: [(f64, f64); 8] = [
    (0.095_012_509_837_637_44, 0.189_450_610_455_068_5),
    (0.281_603_550_779_258_9, 0.182_603_415_044_923_6),
    (0.458_016_777_657_227_4, 0.169_156_519_395_002_54),
    (0.617_876_244_402_643_7, 0.149_595_988_816_576_74),
    (0.755_404_408_355_003, 0.124_628_971_255_533_87),
    (0.865_631_202_387_831_7, 0.095_158_511_682_492_78),
    (0.944_575_023_073_232_6, 0.062_253_523_938_647_89),
    (0.989_400_934_991_649_9, 0.027_152_459_411_754_095),
];

/// The probability that the ratio of two shares lies below `threshold`, given x₁ of n₁ and x₂ of n₂ independent
/// observations and Jeffreys' prior on each share: ∫ f₂(q) F₁(threshold · q) dq over the reference's share q.
///
/// H. Jeffreys, Theory of Probability (1961); A. Gelman and others, Bayesian Data Analysis (2013), chapter 2. The
/// integral is taken over the arcsine of √q, where both functions are smooth, by Gauss's rule between quantiles of both
/// posteriors: no draws, so the same counts give the same bytes. Counts need not be whole. `None` unless both are
/// counts out of a size, and `threshold` is finite and above 0.
#[must_use]
pub fn ratio_below(x1: f64, n1: f64, x2: f64, n2: f64, threshold: f64) -> Option<f64> {
    let (x1, n1) = proportion(x1, n1)?;
    let (x2, n2) = proportion(x2, n2)?;
    if !(threshold.is_finite() && threshold > 0.0) {
        return None;
    }
    let (a1, b1) = (x1 + PRIOR, n1 - x1 + PRIOR);
    let (a2, b2) = (x2 + PRIOR, n2 - x2 + PRIOR);
    let angle = |share: f64| share.clamp(0.0, 1.0).sqrt().asin();
    let (low, high) = (
        angle(beta_quantile(CUTS[0], a2, b2)?),
        angle(beta_upper_quantile(CUTS[0], a2, b2)?),
    );
    let mut ends = vec![low, high];
    for cut in CUTS {
        let quantiles = [
            beta_quantile(cut, a2, b2)?,
            beta_upper_quantile(cut, a2, b2)?,
            beta_quantile(cut, a1, b1)? / threshold,
            beta_upper_quantile(cut, a1, b1)? / threshold,
        ];
        ends.extend(quantiles.into_iter().map(angle).filter(|&at| at > low && at < high));
    }
    // Where threshold · q passes 1, F₁ has a corner.
    ends.push(angle(1.0 / threshold).clamp(low, high));
    ends.sort_unstable_by(f64::total_cmp);
    let density = Density::new(a2, b2);
    let below = |at: f64| {
        let share = threshold * at.sin().powi(2);
        let chance = if share >= 1.0 { 1.0 } else { beta_cdf(share, a1, b1)? };
        Some(chance * density.at(at))
    };
    let mut whole = 0.0;
    for pair in ends.windows(2) {
        let (middle, half) = (f64::midpoint(pair[0], pair[1]), (pair[1] - pair[0]) / 2.0);
        if half <= 0.0 {
            continue;
        }
        for (node, weight) in RULE {
            whole += half * weight * (below(middle - half * node)? + below(middle + half * node)?);
        }
    }
    Some(whole.clamp(0.0, 1.0))
}

/// The density of the angle whose squared sine is Beta(a, b).
struct Density {
    a: f64,
    b: f64,
    mean: f64,
    /// ln of the binomial mass of a out of a + b at its mean, and of the factor to a density.
    ln_peak: f64,
}

impl Density {
    fn new(a: f64, b: f64) -> Self {
        let mean = a / (a + b);
        Self {
            a,
            b,
            mean,
            ln_peak: binomial_ln_pmf(a, a + b, mean) + (a * (b / (a + b)) * 2.0).ln(),
        }
    }

    fn at(&self, angle: f64) -> f64 {
        if angle <= 0.0 || angle >= FRAC_PI_2 {
            return 0.0;
        }
        let (sine, cosine) = angle.sin_cos();
        let (p, q) = (sine * sine, cosine * cosine);
        let off = p - self.mean;
        // Far from the mean the share itself is known to more digits than its distance from it.
        let part = |share: f64, mean: f64, off: f64| {
            if share < mean * 0.5 {
                (share / mean).ln()
            } else {
                (off / mean).ln_1p()
            }
        };
        let ln = self.ln_peak + self.a * part(p, self.mean, off) + self.b * part(q, 1.0 - self.mean, -off);
        ln.exp() / (sine * cosine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    const ORACLE: [(f64, f64, f64, f64, f64, f64); 7] = [
        (3.0, 40.0, 12.0, 45.0, 0.8, 0.971_777_093_030_935_1),
        (0.0, 5.0, 12.0, 45.0, 0.8, 0.881_578_202_067_693_3),
        (2.0, 2.0, 30.0, 31.0, 0.8, 0.269_226_028_732_690_47),
        (0.0, 3.0, 0.0, 400.0, 0.8, 0.051_267_592_369_425_956),
        (1.7, 9.3, 55.25, 160.5, 0.8, 0.718_703_178_264_404_6),
        (480.0, 1000.0, 5200.0, 10000.0, 0.9, 0.232_140_697_411_258_98),
        (7.0, 10.0, 3.0, 9.0, 1.25, 0.144_246_952_748_270_12),
    ];

    #[test]
    fn probabilities_of_ratios() {
        // mpmath 1.4.1, quad of the density and the incomplete beta at 30 digits: tests/oracles/small_groups.py
        for (x1, n1, x2, n2, threshold, expected) in ORACLE {
            let found = ratio_below(x1, n1, x2, n2, threshold).unwrap();
            assert_close(found, expected, 1e-10);
        }
    }

    #[test]
    fn equal_counts_are_as_probably_above_as_below() {
        for (x, n) in [(0.0, 3.0), (7.3, 20.0), (20.0, 20.0), (5e5, 1e7)] {
            assert_close(ratio_below(x, n, x, n, 1.0).unwrap(), 0.5, 1e-9);
        }
    }

    #[test]
    fn turning_the_ratio_round_gives_the_rest() {
        for (x1, n1, x2, n2, t) in [
            (3.0, 40.0, 12.0, 45.0, 0.8),
            (0.4, 2.2, 90.0, 91.5, 1.25),
            (9.0, 9.0, 1.0, 1e6, 30.0),
        ] {
            let below = ratio_below(x1, n1, x2, n2, t).unwrap();
            let above = ratio_below(x2, n2, x1, n1, 1.0 / t).unwrap();
            assert_close(below + above, 1.0, 1e-10);
        }
    }

    #[test]
    fn refuses_what_are_no_counts() {
        assert_eq!(ratio_below(3.0, 2.0, 1.0, 2.0, 0.8), None);
        assert_eq!(ratio_below(1.0, 2.0, 1.0, 0.0, 0.8), None);
        assert_eq!(ratio_below(1.0, 2.0, 1.0, 2.0, 0.0), None);
        assert_eq!(ratio_below(1.0, 2.0, 1.0, 2.0, f64::NAN), None);
    }
}
