//! Fisher's exact test of a 2×2 table.

use super::stirling::hypergeometric_ln_pmf;

/// People above which the exact test is not attempted; the normal tests agree with it there.
pub const LARGEST_TABLE: u64 = 1_000_000;

/// Tables as likely as the observed one up to this relative difference count as ties, as in R.
const TIE: f64 = 1e-7;

/// Two-sided p values of Fisher's exact test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fisher {
    /// Sum of the probabilities of all tables no likelier than the observed one.
    pub p: f64,
    /// The same with tables as likely as the observed one counted half (Lancaster's mid-p): not
    /// guaranteed to hold its level, but much less conservative.
    pub mid_p: f64,
}

/// Fisher's exact test of x1 of n1 against x2 of n2, two-sided.
///
/// Given all margins, the first cell is hypergeometric; p is the sum of P(k) over P(k) ≤ P(x1), with
/// relative tolerance 10⁻⁷ for ties (as R's `fisher.test`). H. O. Lancaster, JASA 56 (1961), 223–234,
/// for mid-p. `None` when a count exceeds its group, there is nobody, or more than [`LARGEST_TABLE`].
#[must_use]
pub fn fisher(x1: u64, n1: u64, x2: u64, n2: u64) -> Option<Fisher> {
    let n = n1.checked_add(n2)?;
    if x1 > n1 || x2 > n2 || n == 0 || n > LARGEST_TABLE {
        return None;
    }
    let cell = FirstCell::new(n1, n, x1 + x2);
    let ln_observed = cell.ln_mass(x1);
    let bound = ln_observed + TIE;

    // The masses rise to the mode and fall after it, so the tables no likelier than the observed one
    // are two tails; each is summed from its inner end, where the terms are largest.
    let lower_end = last_below(cell.lowest, cell.mode, |k| cell.ln_mass(k) <= bound);
    let upper_end = first_above(cell.mode, cell.highest, |k| cell.ln_mass(k) <= bound);
    if cell.ln_mass(cell.mode) <= bound {
        let ties = cell.ties_around(cell.mode, ln_observed);
        return Some(Fisher {
            p: 1.0,
            mid_p: (1.0 - ties / 2.0).clamp(0.0, 1.0),
        });
    }
    let lower = lower_end.map_or(0.0, |k| cell.sum_down(k));
    let upper = upper_end.map_or(0.0, |k| cell.sum_up(k));
    let p = (lower + upper).min(1.0);
    let ties = lower_end.map_or(0.0, |k| cell.ties_down(k, ln_observed))
        + upper_end.map_or(0.0, |k| cell.ties_up(k, ln_observed));
    Some(Fisher {
        p,
        mid_p: (p - ties / 2.0).clamp(0.0, 1.0),
    })
}

/// The hypergeometric law of the first cell: successes among the n1 of n people, `total` selected.
struct FirstCell {
    n1: f64,
    n: f64,
    total: f64,
    lowest: u64,
    highest: u64,
    mode: u64,
}

impl FirstCell {
    fn new(n1: u64, n: u64, total: u64) -> Self {
        let lowest = (n1 + total).saturating_sub(n);
        let highest = n1.min(total);
        // Below 10⁶ the product fits a u64 and an f64.
        let mode = (n1 + 1) * (total + 1) / (n + 2);
        Self {
            n1: n1 as f64,
            n: n as f64,
            total: total as f64,
            lowest,
            highest,
            mode: mode.clamp(lowest, highest),
        }
    }

    fn ln_mass(&self, k: u64) -> f64 {
        hypergeometric_ln_pmf(k as f64, self.n, self.n1, self.total)
    }

    /// P(k+1)/P(k).
    fn rise(&self, k: u64) -> f64 {
        let k = k as f64;
        (self.n1 - k) / (k + 1.0) * ((self.total - k) / (self.n - self.n1 - self.total + k + 1.0))
    }

    /// P(X ≥ k) for k at or above the mode.
    fn sum_up(&self, k: u64) -> f64 {
        let mut mass = self.ln_mass(k).exp();
        let mut sum = mass;
        for at in k..self.highest {
            mass *= self.rise(at);
            sum += mass;
            if mass < sum * 1e-18 {
                break;
            }
        }
        sum
    }

    /// P(X ≤ k) for k at or below the mode.
    fn sum_down(&self, k: u64) -> f64 {
        let mut mass = self.ln_mass(k).exp();
        let mut sum = mass;
        for at in (self.lowest..k).rev() {
            mass /= self.rise(at);
            sum += mass;
            if mass < sum * 1e-18 {
                break;
            }
        }
        sum
    }

    fn tied(&self, k: u64, ln_observed: f64) -> bool {
        (self.ln_mass(k) - ln_observed).abs() <= TIE
    }

    fn ties_up(&self, k: u64, ln_observed: f64) -> f64 {
        (k..=self.highest)
            .take_while(|&k| self.tied(k, ln_observed))
            .map(|k| self.ln_mass(k).exp())
            .sum()
    }

    fn ties_down(&self, k: u64, ln_observed: f64) -> f64 {
        (self.lowest..=k)
            .rev()
            .take_while(|&k| self.tied(k, ln_observed))
            .map(|k| self.ln_mass(k).exp())
            .sum()
    }

    fn ties_around(&self, mode: u64, ln_observed: f64) -> f64 {
        let above = self.ties_up(mode, ln_observed);
        let below = mode
            .checked_sub(1)
            .filter(|&k| k >= self.lowest)
            .map_or(0.0, |k| self.ties_down(k, ln_observed));
        above + below
    }
}

/// The last k of `low..=high` that holds, the property passing from true to false once.
fn last_below(low: u64, high: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
    if !holds(low) {
        return None;
    }
    let (mut inside, mut outside) = (low, high + 1);
    while outside - inside > 1 {
        let middle = inside + (outside - inside) / 2;
        if holds(middle) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    Some(inside)
}

/// The first k of `low..=high` that holds, the property passing from false to true once.
fn first_above(low: u64, high: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
    if !holds(high) {
        return None;
    }
    if holds(low) {
        return Some(low);
    }
    let (mut outside, mut inside) = (low, high);
    while inside - outside > 1 {
        let middle = outside + (inside - outside) / 2;
        if holds(middle) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    Some(inside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    #[test]
    fn matches_exact_rationals() {
        // Python 3.11 math.comb, exact integers
        #[rustfmt::skip]
        let rows = [
            (56, 70, 48, 80, 0.012521129749209154, 0.010421139959037108),
            (3, 40, 12, 45, 0.024487118138483296, 0.016587285186703056),
            (7, 25, 1, 30, 0.017539495896876586, 0.011617436700677544),
            (9, 10, 3, 10, 0.019766611097880447, 0.010240533460347702),
            (540, 700, 560, 700, 0.21584294219439923, 0.19357452197573016),
            (0, 20, 5, 20, 0.04712404712404712, 0.02356202356202356),
            (5, 20, 0, 20, 0.04712404712404712, 0.02356202356202356),
            (20, 20, 13, 20, 0.008316008316008316, 0.004158004158004158),
            (1, 1000, 30, 900, 4.246422217947056e-09, 3.0691801528965532e-09),
            (3, 6, 3, 6, 1.0, 0.7835497835497836),
            (10, 10, 0, 10, 1.082508822446903e-05, 5.412544112234515e-06),
            (0, 5, 0, 7, 1.0, 0.5),
            (400, 800, 100, 900, 6.490164842606047e-72, 4.209992825669485e-72),
        ];
        for (x1, n1, x2, n2, p, mid_p) in rows {
            let test = fisher(x1, n1, x2, n2).unwrap();
            assert_close(test.p, p, 1e-12);
            assert_close(test.mid_p, mid_p, 1e-12);
            assert_close(fisher(x2, n2, x1, n1).unwrap().p, p, 1e-12);
            assert_close(fisher(n1 - x1, n1, n2 - x2, n2).unwrap().mid_p, mid_p, 1e-12);
        }
    }

    #[test]
    fn matches_scipy_for_a_million() {
        // scipy 1.17.1 stats.fisher_exact
        for (x1, n1, x2, n2, p) in [
            (50300, 100000, 449000, 900000, 0.01376477090321645),
            (3, 500000, 14, 500000, 0.012725103769759234),
        ] {
            assert_close(fisher(x1, n1, x2, n2).unwrap().p, p, 1e-9);
        }
    }

    #[test]
    fn agrees_with_summing_every_table() {
        for n1 in 1..=9u64 {
            for n2 in 1..=8u64 {
                for x1 in 0..=n1 {
                    for x2 in 0..=n2 {
                        let cell = FirstCell::new(n1, n1 + n2, x1 + x2);
                        let masses: Vec<f64> = (cell.lowest..=cell.highest).map(|k| cell.ln_mass(k).exp()).collect();
                        assert_close(masses.iter().sum(), 1.0, 1e-13);
                        let seen = cell.ln_mass(x1).exp();
                        let p: f64 = masses.iter().filter(|&&m| m <= seen * (1.0 + TIE)).sum();
                        let ties: f64 = masses.iter().filter(|&&m| (m / seen - 1.0).abs() <= TIE).sum();
                        let test = fisher(x1, n1, x2, n2).unwrap();
                        assert_close(test.p, p, 1e-12);
                        assert_close(test.mid_p, p - ties / 2.0, 1e-12);
                    }
                }
            }
        }
    }

    #[test]
    fn odd_tables() {
        assert_eq!(fisher(0, 0, 0, 0), None);
        assert_eq!(fisher(3, 2, 0, 5), None);
        assert_eq!(fisher(0, LARGEST_TABLE, 0, 1), None);
        assert_eq!(fisher(0, u64::MAX, 0, u64::MAX), None);
        assert_eq!(fisher(0, 0, 3, 5), Some(Fisher { p: 1.0, mid_p: 0.5 }));
        assert_eq!(fisher(0, 4, 0, 5).map(|test| test.p), Some(1.0));
        let apart = fisher(500_000, 500_000, 0, 500_000).unwrap();
        assert!(apart.p >= 0.0 && apart.p < 1e-300);
    }
}
