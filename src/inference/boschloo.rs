//! Boschloo's unconditional exact test of two proportions.

use super::stirling::{binomial_ln_pmf, hypergeometric_ln_pmf};

/// Largest n1·n2 the test is attempted for.
pub const LARGEST_PRODUCT: u64 = 40_000;

/// Fisher p values closer than this (relative) are equal; they are sums of a few rounded terms.
const TIE: f64 = 1e-10;

/// Boschloo's test of x1 of n1 against x2 of n2, two-sided.
///
/// The one-sided Fisher p value serves as statistic; its own p value is the largest probability, over
/// the common rate π, of a value at most the observed one. Two-sided: twice the smaller side, capped at
/// one. More powerful than Fisher's test and still exact. R. D. Boschloo, Statistica Neerlandica 24
/// (1970), 1–35. `None` when a group is empty, a count exceeds its group, or n1·n2 is more than
/// [`LARGEST_PRODUCT`].
#[must_use]
pub fn boschloo(x1: u64, n1: u64, x2: u64, n2: u64) -> Option<f64> {
    let product = n1.checked_mul(n2)?;
    if x1 > n1 || x2 > n2 || product == 0 || product > LARGEST_PRODUCT {
        return None;
    }
    let less = one_sided(x1 as usize, n1 as usize, x2 as usize, n2 as usize);
    let greater = one_sided(x2 as usize, n2 as usize, x1 as usize, n1 as usize);
    Some((2.0 * less.min(greater)).min(1.0))
}

/// p value against p1 < p2.
fn one_sided(x1: usize, n1: usize, x2: usize, n2: usize) -> f64 {
    let region = rejection_region(x1, n1, x2, n2);
    largest_probability(&region, n1, n2)
}

/// For each j of the second group, how many i of the first (0, 1, …) give a table at least as extreme:
/// Fisher's lower tail grows with i, so they are a run from 0.
fn rejection_region(x1: usize, n1: usize, x2: usize, n2: usize) -> Vec<usize> {
    let observed = lower_tails(x1 + x2, n1, n2)
        .into_iter()
        .find(|&(i, _)| i == x1)
        .map_or(1.0, |(_, tail)| tail);
    let bound = observed * (1.0 + TIE);
    let mut region = vec![0; n2 + 1];
    for total in 0..=n1 + n2 {
        for (i, tail) in lower_tails(total, n1, n2) {
            if tail <= bound {
                let run = &mut region[total - i];
                *run = (*run).max(i + 1);
            }
        }
    }
    region
}

/// Fisher's lower tail P(X ≤ i | total) for every possible i.
fn lower_tails(total: usize, n1: usize, n2: usize) -> Vec<(usize, f64)> {
    let (lowest, highest) = (total.saturating_sub(n2), total.min(n1));
    let population = (n1 + n2) as f64;
    let mut sum = 0.0;
    (lowest..=highest)
        .map(|i| {
            sum += hypergeometric_ln_pmf(i as f64, population, n1 as f64, total as f64).exp();
            (i, sum)
        })
        .collect()
}

/// The supremum over π of the probability of the region.
///
/// A grid even in arcsin √π resolves both the middle and the ends, where the features are narrow: its
/// step is a fifth of the standard deviation of the estimated rate, on which scale alone the
/// probability can change. Every local maximum near the best is then refined by golden section.
fn largest_probability(region: &[usize], n1: usize, n2: usize) -> f64 {
    let points = 200 + 16 * ((n1 + n2) as f64).sqrt().ceil() as usize;
    let step = std::f64::consts::FRAC_PI_2 / points as f64;
    let at = |angle: f64| region_probability(region, n1, n2, angle.sin().powi(2));
    let grid: Vec<f64> = (0..=points).map(|i| at(step * i as f64)).collect();
    let best = grid.iter().copied().fold(0.0, f64::max);
    let mut largest = best;
    for i in 0..=points {
        let left = if i > 0 { grid[i - 1] } else { 0.0 };
        let right = grid.get(i + 1).copied().unwrap_or(0.0);
        let peak = grid[i] >= left && grid[i] >= right;
        if peak && grid[i] >= 0.95 * best {
            let low = step * i.saturating_sub(1) as f64;
            let high = step * (i + 1).min(points) as f64;
            largest = largest.max(golden_maximum(at, low, high));
        }
    }
    largest.min(1.0)
}

/// P(region | π) = Σ_j P(Bin(n2, π) = j) · P(Bin(n1, π) < region[j]).
fn region_probability(region: &[usize], n1: usize, n2: usize, rate: f64) -> f64 {
    if rate <= 0.0 {
        return if region[0] > 0 { 1.0 } else { 0.0 };
    }
    if rate >= 1.0 {
        return if region[n2] > n1 { 1.0 } else { 0.0 };
    }
    let below: Vec<f64> = std::iter::once(0.0)
        .chain(binomial_masses(n1, rate).into_iter().scan(0.0, |sum, mass| {
            *sum += mass;
            Some(*sum)
        }))
        .collect();
    binomial_masses(n2, rate)
        .iter()
        .zip(region)
        .map(|(mass, &run)| mass * below[run])
        .sum()
}

/// All binomial masses, by the ratio of neighbours outward from the mode.
fn binomial_masses(n: usize, rate: f64) -> Vec<f64> {
    let mode = (((n + 1) as f64 * rate) as usize).min(n);
    let odds = rate / (1.0 - rate);
    let mut masses = vec![0.0; n + 1];
    masses[mode] = binomial_ln_pmf(mode as f64, n as f64, rate).exp();
    for k in mode..n {
        masses[k + 1] = masses[k] * odds * ((n - k) as f64 / (k + 1) as f64);
        if masses[k + 1] < f64::MIN_POSITIVE {
            break;
        }
    }
    for k in (0..mode).rev() {
        masses[k] = masses[k + 1] / odds * ((k + 1) as f64 / (n - k) as f64);
        if masses[k] < f64::MIN_POSITIVE {
            break;
        }
    }
    masses
}

/// Largest value met by a golden-section search of `low..high`.
fn golden_maximum(f: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    const SECTION: f64 = 0.618_033_988_749_894_9;
    let (mut low, mut high) = (low, high);
    let mut left = high - SECTION * (high - low);
    let mut right = low + SECTION * (high - low);
    let (mut f_left, mut f_right) = (f(left), f(right));
    for _ in 0..32 {
        if f_left >= f_right {
            high = right;
            (right, f_right) = (left, f_left);
            left = high - SECTION * (high - low);
            f_left = f(left);
        } else {
            low = left;
            (left, f_left) = (right, f_right);
            right = low + SECTION * (high - low);
            f_right = f(right);
        }
    }
    f_left.max(f_right)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    #[test]
    fn matches_scipy() {
        // scipy 1.17.1 stats.boschloo_exact(n=256), groups in its columns
        for (x1, n1, x2, n2, p) in [
            (3, 40, 12, 45, 0.02269969601930857),
            (3, 15, 37, 70, 0.021639533236165485),
            (7, 12, 8, 11, 0.539923323750836),
            (0, 5, 5, 5, 0.001953125),
            (1, 10, 5, 9, 0.041760226722547755),
            (2, 7, 8, 10, 0.048558644708557835),
            (5, 50, 0, 3, 1.0),
            (20, 60, 35, 61, 0.0085270844357792),
        ] {
            assert_close(boschloo(x1, n1, x2, n2).unwrap(), p, 1e-7);
            assert_close(boschloo(x2, n2, x1, n1).unwrap(), p, 1e-7);
            assert_close(boschloo(n1 - x1, n1, n2 - x2, n2).unwrap(), p, 1e-7);
        }
    }

    #[test]
    fn region_is_a_run_from_zero() {
        for (x1, n1, x2, n2) in [(2, 9, 5, 7), (0, 4, 1, 12), (6, 11, 6, 10), (3, 15, 37, 70)] {
            let observed = lower_tails(x1 + x2, n1, n2)
                .into_iter()
                .find(|&(i, _)| i == x1)
                .unwrap()
                .1;
            let region = rejection_region(x1, n1, x2, n2);
            for total in 0..=n1 + n2 {
                for (i, tail) in lower_tails(total, n1, n2) {
                    let inside = tail <= observed * (1.0 + TIE);
                    assert_eq!(inside, i < region[total - i], "{i} {total}");
                }
            }
        }
    }

    #[test]
    fn is_never_less_powerful_than_fisher() {
        // one-sided: the supremum over the rate is at most the conditional p value
        for n1 in 1..=6 {
            for n2 in [3, 8] {
                for x1 in 0..=n1 {
                    for x2 in 0..=n2 {
                        let p = one_sided(x1, n1, x2, n2);
                        let conditional = lower_tails(x1 + x2, n1, n2)
                            .into_iter()
                            .find(|&(i, _)| i == x1)
                            .unwrap()
                            .1;
                        assert!(p <= conditional * (1.0 + 1e-9), "{p} {conditional}");
                        assert!(p > 0.0);
                    }
                }
            }
        }
    }

    #[test]
    fn the_largest_tables_return() {
        assert!(boschloo(90, 200, 120, 200).is_some_and(|p| p > 0.0 && p < 0.01));
        assert!(boschloo(3, 3, 30, 2_000).is_some_and(|p| p > 0.0 && p < 0.01));
        assert_eq!(boschloo(1, 201, 1, 200), None);
        assert_eq!(boschloo(0, 0, 1, 2), None);
        assert_eq!(boschloo(3, 2, 1, 2), None);
        assert_eq!(boschloo(1, u64::MAX, 1, 3), None);
    }

    #[test]
    fn the_grid_misses_no_maximum() {
        // a grid forty times finer
        for (x1, n1, x2, n2) in [(3, 40, 12, 45), (1, 3, 2, 60), (7, 9, 2, 14), (0, 25, 6, 26)] {
            let region = rejection_region(x1, n1, x2, n2);
            let found = largest_probability(&region, n1, n2);
            let finest = (1..10_000)
                .map(|i| region_probability(&region, n1, n2, f64::from(i) / 10_000.0))
                .fold(0.0, f64::max);
            assert!(found >= finest * (1.0 - 1e-12), "{found} {finest}");
        }
    }
}
