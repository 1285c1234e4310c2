//! Intervals from a bootstrap.
//!
//! Bias-corrected and accelerated: the ends are quantiles of the draws, moved for the share of draws below the estimate
//! and for how its error grows with it (B. Efron, Better bootstrap confidence intervals, JASA 82 (1987), 171-185; B. Efron
//! and R. J. Tibshirani, An Introduction to the Bootstrap (1993), sections 14.3 and 22.4). They respect any change of
//! scale: those of a ratio are those of its logarithm.

use super::special::{normal_cdf, normal_quantile};

/// Skewness over six of the parts that people have in an estimate, from the sums of their squares and cubes; 0 where there
/// is none.
#[must_use]
pub fn acceleration(squares: f64, cubes: f64) -> f64 {
    if squares > 0.0 {
        cubes / (6.0 * squares.powf(1.5))
    } else {
        0.0
    }
}

/// The interval at a two-sided level; `None` for draws that all lie on one side of the estimate, or are all alike.
#[must_use]
pub fn bca(estimate: f64, mut draws: Vec<f64>, acceleration: f64, level: f64) -> Option<(f64, f64)> {
    draws.sort_unstable_by(f64::total_cmp);
    let (first, last) = (draws.first()?, draws.last()?);
    if first >= last {
        return None;
    }
    let below = draws.iter().filter(|draw| **draw < estimate).count() as f64;
    let equal = draws.iter().filter(|draw| **draw == estimate).count() as f64;
    let bias = normal_quantile((below + equal / 2.0) / draws.len() as f64).filter(|bias| bias.is_finite())?;
    let end = |tail: f64| {
        let z = bias + normal_quantile(tail)?;
        if acceleration * z >= 1.0 {
            return None;
        }
        let share = normal_cdf(bias + z / (1.0 - acceleration * z));
        // Linear between the draws, the first at 0 and the last at 1.
        let at = share * (draws.len() - 1) as f64;
        let (low, high) = (at.floor() as usize, at.ceil() as usize);
        Some(draws[low] + (at - at.floor()) * (draws[high] - draws[low]))
    };
    let tail = (1.0 - level) / 2.0;
    Some((end(tail)?, end(1.0 - tail)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// scipy 1.17: `norm`, `numpy.quantile` (linear) on the draws ((7 k) mod 101)² / 1000, k from 0 to 100;
    /// tests/oracles/bootstrap.py.
    #[test]
    fn ends_by_scipy() {
        let draws: Vec<f64> = (0..101).map(|k| f64::from(7 * k % 101).powi(2) / 1000.0).collect();
        for (estimate, acceleration, level, low, high) in [
            (2.6, 0.0, 0.95, 0.007_243_118_644_631_664, 9.534_105_657_818_138),
            (2.0, 0.03, 0.95, 0.003_232_439_282_281_908_5, 9.281_623_494_746_981),
            (4.0, -0.05, 0.9, 0.214_188_591_687_588, 9.686_032_259_424_199),
            (2.5, 0.1, 0.8, 0.163_960_865_624_122_38, 8.634_380_339_521_972),
        ] {
            let found = bca(estimate, draws.clone(), acceleration, level).unwrap();
            assert!((found.0 - low).abs() < 1e-9, "{} is not {low}", found.0);
            assert!((found.1 - high).abs() < 1e-9, "{} is not {high}", found.1);
        }
    }

    #[test]
    fn what_has_no_spread_has_no_interval() {
        assert_eq!(bca(1.0, vec![1.0; 50], 0.0, 0.95), None);
        assert_eq!(bca(3.0, vec![1.0, 2.0], 0.0, 0.95), None);
        assert_eq!(bca(1.0, Vec::new(), 0.0, 0.95), None);
        assert_eq!(acceleration(0.0, 0.0), 0.0);
    }
}
