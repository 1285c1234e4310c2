//! How far a distance of two vectors of shares may lie from its truth.
//!
//! A distance d(p, q) = Σ|p − q|/2 is never below 0, so that noise alone makes it large, and its estimate is neither
//! unbiased nor normal where the truth is near 0. By the triangle inequality it is never farther from its truth than the
//! noise itself is long: |d(p̂, q̂) − d(p, q)| ≤ d(p̂ − p, q̂ − q). The same holds of the largest of several distances. Bounds
//! that are a quantile of that length apart from the estimate therefore hold for every truth; they are wide rather than
//! narrow.
//!
//! The law of the noise is simulated: of R numbers without one replicate each, θ₍r₎, the sum Σ g_r (θ₍r₎ − mean)
//! √((R − 1)/R) with standard normal g has the jackknife's covariance (P. S. Kott, Journal of Official Statistics 17 (2001),
//! 521–526), whatever the number of shares; divided by √(χ²_{R−1}/(R − 1)) it has Student's tails.

use super::rng::Rng;

/// Shares of one side without each replicate that has anybody in it: by replicate, then by share.
pub type Without = Vec<Vec<f64>>;

/// Draws the length of the noise of the largest distance over each set of pairs.
///
/// `sides` have as many shares each. `together`: the sides have people in common, so that one replicate is the same people
/// in each. Pairs are places among `sides`. `None` where a side has fewer than two replicates, or a pair names no side.
#[must_use]
pub fn norm_noise(
    sides: &[Without],
    together: bool,
    pairs: &[Vec<(usize, usize)>],
    draws: usize,
    seed: (u64, u64),
) -> Option<Vec<Vec<f64>>> {
    let known = |&(a, b): &(usize, usize)| a < sides.len() && b < sides.len();
    if sides.iter().any(|side| side.len() < 2) || !pairs.iter().flatten().all(known) {
        return None;
    }
    let deviations: Vec<Without> = sides.iter().map(deviations).collect();
    let most = deviations.iter().map(Vec::len).max()?;
    let mut rng = Rng::new(seed.0, seed.1);
    let mut lengths = vec![Vec::with_capacity(draws); pairs.len()];
    let mut noise: Vec<Vec<f64>> = sides.iter().map(|side| vec![0.0; side[0].len()]).collect();
    let mut normals = Vec::new();
    let mut spread = 1.0;
    for _ in 0..draws {
        for (i, of_side) in deviations.iter().enumerate() {
            if i == 0 || !together {
                let count = if together { most } else { of_side.len() };
                normals.clear();
                normals.extend((0..count).map(|_| rng.standard_normal()));
                let df = count as f64 - 1.0;
                spread = (rng.chi_square(df) / df).sqrt();
            }
            noise[i].fill(0.0);
            for (normal, without) in normals.iter().zip(of_side) {
                for (sum, deviation) in noise[i].iter_mut().zip(without) {
                    *sum += normal * deviation;
                }
            }
            for sum in &mut noise[i] {
                *sum /= spread;
            }
        }
        for (lengths, pairs) in lengths.iter_mut().zip(pairs) {
            let length = |&(a, b): &(usize, usize)| {
                let differences = noise[a].iter().zip(&noise[b]);
                differences.map(|(x, y)| (x - y).abs()).sum::<f64>() / 2.0
            };
            lengths.push(pairs.iter().map(length).fold(0.0, f64::max));
        }
    }
    for lengths in &mut lengths {
        lengths.sort_unstable_by(f64::total_cmp);
    }
    Some(lengths)
}

/// (θ₍r₎ − mean) √((R − 1)/R), by replicate.
fn deviations(side: &Without) -> Without {
    let count = side.len() as f64;
    let scale = ((count - 1.0) / count).sqrt();
    let means: Vec<f64> = (0..side[0].len())
        .map(|share| side.iter().map(|without| without[share]).sum::<f64>() / count)
        .collect();
    side.iter()
        .map(|without| without.iter().zip(&means).map(|(x, mean)| (x - mean) * scale).collect())
        .collect()
}

/// The ⌈level·(draws + 1)⌉-th smallest of sorted draws. `None` unless the level is within (0, 1).
#[must_use]
pub fn critical(sorted: &[f64], level: f64) -> Option<f64> {
    if !(level > 0.0 && level < 1.0) {
        return None;
    }
    let rank = (level * (sorted.len() as f64 + 1.0)).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::special::t_two_sided;

    /// Two classes: the distance is |gap of shares|, whose law under equality is that of |t| with the jackknife's error.
    #[test]
    fn of_two_classes_it_is_students_t() {
        let side: Without = (0..32)
            .map(|r| {
                let share = 0.4 + 0.01 * f64::from(r % 7) / 7.0;
                vec![share, 1.0 - share]
            })
            .collect();
        let flat: Without = vec![vec![0.3, 0.7]; 32];
        let drawn = norm_noise(&[side.clone(), flat], false, &[vec![(0, 1)]], 40_000, (7, 0)).unwrap();
        let mean = side.iter().map(|s| s[0]).sum::<f64>() / 32.0;
        let variance = side.iter().map(|s| (s[0] - mean).powi(2)).sum::<f64>() * 31.0 / 32.0;
        for level in [0.8, 0.95, 0.99] {
            let t = critical(&drawn[0], level).unwrap() / variance.sqrt();
            let p = t_two_sided(t, 31.0).unwrap();
            // Four errors of a share of so many draws.
            let error = (level * (1.0 - level) / 40_000.0f64).sqrt();
            assert!((p - (1.0 - level)).abs() < 4.0 * error, "{level}: {p}");
        }
    }

    /// Three classes of equal frequency and many rows: the length is the largest of three normal numbers that sum to 0, whose
    /// 95 % quantile is Tukey's q(3, inf) / sqrt(2) / sqrt(2) times the root of a class's variance times 3/2 = 2.3437 x sd of
    /// a difference of two; scipy.stats.studentized_range.ppf(0.95, 3, inf) = 3.314493.
    #[test]
    fn of_three_alike_classes_it_is_tukeys_range() {
        let mut rng = Rng::new(3, 5);
        // As good as normal: 4,000 replicates.
        let side: Without = (0..4000)
            .map(|_| {
                let z: Vec<f64> = (0..3).map(|_| rng.standard_normal() * 1e-3).collect();
                // Differences of each two: they sum to 0 and correlate by -1/2.
                vec![z[0] - z[1], z[1] - z[2], z[2] - z[0]]
            })
            .collect();
        let flat: Without = vec![vec![0.0; 3]; 4000];
        let drawn = norm_noise(&[side, flat], false, &[vec![(0, 1)]], 4_000, (1, 0)).unwrap();
        // Each of the three is normal with variance 2 * 4000 * 1e-6; the largest size of the three is the range of z.
        let sd = (4000.0f64 * 1e-6).sqrt();
        let found = critical(&drawn[0], 0.95).unwrap() / sd;
        assert!((found - 3.314_493).abs() < 0.12, "{found}");
    }

    #[test]
    fn people_in_common_move_together() {
        let side: Without = (0..32).map(|r| vec![f64::from(r % 5), -f64::from(r % 5)]).collect();
        let both = [side.clone(), side];
        let same = norm_noise(&both, true, &[vec![(0, 1)]], 99, (1, 0)).unwrap();
        assert!(same[0].iter().all(|length| *length < 1e-12));
        let apart = norm_noise(&both, false, &[vec![(0, 1)]], 99, (1, 0)).unwrap();
        assert!(apart[0][50] > 0.1);
        assert_eq!(norm_noise(&both, true, &[vec![(0, 2)]], 9, (1, 0)), None);
    }
}
