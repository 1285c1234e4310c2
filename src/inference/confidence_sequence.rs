//! Intervals that hold at every look at once.

use super::special::normal_quantile;

/// The mixing variance for which the bound of [`bound`] is narrowest at intrinsic time `time`, for error `alpha`
/// (Howard et al. 2021, with the usual approximation of the optimum).
#[must_use]
pub fn narrowest_at(time: f64, alpha: f64) -> f64 {
    let log = 2.0 * (1.0 / alpha).ln();
    time / (log + log.ln_1p())
}

/// The two-sided normal mixture bound of Howard, Ramdas, McAuliffe & Sekhon 2021: with probability 1 − `alpha` a martingale
/// with variance `time` stays within it at all times; `mixing` is the variance of the mixture.
#[must_use]
pub fn bound(time: f64, mixing: f64, alpha: f64) -> f64 {
    ((time + mixing) * ((time / mixing).ln_1p() + 2.0 * (1.0 / alpha).ln())).sqrt()
}

/// The bound of one look, for comparison.
#[must_use]
pub fn fixed(time: f64, alpha: f64) -> Option<f64> {
    Some(normal_quantile(1.0 - alpha / 2.0)? * time.sqrt())
}

/// The running sums of a two-sided CUSUM chart with allowance `k`, as the larger of the two after each deviation
/// (Page 1954).
#[must_use]
pub fn cusum(deviations: &[f64], k: f64) -> Vec<f64> {
    let (mut up, mut down) = (0.0f64, 0.0f64);
    let step = |z: &f64| {
        up = (up + z - k).max(0.0);
        down = (down - z - k).max(0.0);
        up.max(down)
    };
    deviations.iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::rng::Rng;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-9 * b.abs().max(1.0), "{a} {b}");
    }

    #[test]
    fn bounds_of_the_reference_implementation() {
        // confseq 0.0.11, normal_mixture: V = 1000, rho = 100, alpha = 0.05; and the best rho for V* = 1000.
        close(bound(1000.0, 100.0, 0.05), 96.064_019_288_7);
        let mixing = narrowest_at(1000.0, 0.05);
        close(mixing, 126.005_609_792_6);
        close(bound(1000.0, mixing, 0.05), 95.981_735_842_1);
        assert!((fixed(1000.0, 0.05).unwrap() - 61.98).abs() < 0.005);
    }

    #[test]
    fn a_walk_leaves_the_bound_less_often_than_alpha() {
        let mut rng = Rng::new(7, 1);
        let (walks, mut left) = (2_000, 0);
        let mixing = narrowest_at(200.0, 0.05);
        for _ in 0..walks {
            let mut sum = 0.0;
            left += u32::from((1..=200).any(|step| {
                sum += rng.standard_normal();
                sum.abs() > bound(f64::from(step), mixing, 0.05)
            }));
        }
        assert!(left < 100 && left > 10, "{left}");
    }

    #[test]
    fn cusum_by_hand() {
        assert_eq!(cusum(&[1.0, 1.0, -3.0, 0.5], 0.5), [0.5, 1.0, 2.5, 1.5]);
        // Average run length without a change at k = 0.5, h = 5: about 465 for two sides (Montgomery, table 9.3).
        let mut rng = Rng::new(3, 1);
        let mut lengths = 0usize;
        for _ in 0..200 {
            let deviations: Vec<f64> = (0..6_000).map(|_| rng.standard_normal()).collect();
            let sums = cusum(&deviations, 0.5);
            lengths += sums.iter().position(|sum| *sum > 5.0).unwrap_or(6_000);
        }
        let mean = lengths as f64 / 200.0;
        assert!((380.0..560.0).contains(&mean), "{mean}");
    }
}
