//! Numbers of two counts of a group and two of others that are no plain gap or ratio of rates.
//!
//! Each is computed on a scale on which it is smooth and nearly normal: an odds ratio as its logarithm, a distance with
//! the sign of the gap (and a divergence as its root), so that nothing is lost at equality, where the distance itself has
//! an edge. Derivatives are central differences, good to eight digits, which is more than a standard error needs.

use super::conditional::{Reason, Stratum};
use crate::catalogue::Pairwise;
use crate::inference::{divergence, effect_size};

/// What brings the number on its scale back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Back {
    /// It is as it is told.
    Plain,
    /// It is the logarithm.
    Exp,
    /// It has a sign that is not told.
    Size,
    /// It has a sign that is not told, and is the root.
    Square,
}

impl Back {
    /// The number as it is told.
    #[must_use]
    pub fn told(self, x: f64) -> f64 {
        match self {
            Back::Plain => x,
            Back::Exp => x.exp(),
            Back::Size => x.abs(),
            Back::Square => x * x,
        }
    }
}

/// A number on its scale, with its derivatives by the group's selected and all, and the others'.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The number on its scale.
    pub value: f64,
    /// Derivatives; `None` at an edge, where there are none.
    pub gradient: Option<[f64; 4]>,
    /// How it is told.
    pub back: Back,
}

/// Estimates from counts of the group and of the others.
///
/// # Errors
/// A side without rows; a ratio without a denominator; an infinite divergence.
pub fn estimate(how: Pairwise, counts: Stratum) -> Result<Estimate, Reason> {
    let Stratum { a, n, b, m, .. } = counts;
    if n <= 0.0 {
        return Err("no-denominator");
    }
    if m <= 0.0 {
        return Err("no-reference-denominator");
    }
    let back = match how {
        Pairwise::OddsRatio => Back::Exp,
        Pairwise::KullbackLeibler | Pairwise::JensenShannon => Back::Square,
        Pairwise::Hellinger | Pairwise::TotalVariation | Pairwise::Euclidean => Back::Size,
        _ => Back::Plain,
    };
    match how {
        Pairwise::OddsRatio if a * (m - b) <= 0.0 || b * (n - a) <= 0.0 => {
            return match (a * (m - b) > 0.0, b * (n - a) > 0.0) {
                (false, false) => Err("both-zero"),
                (true, _) => Err("reference-zero"),
                (false, true) => Ok(Estimate {
                    value: f64::NEG_INFINITY,
                    gradient: None,
                    back,
                }),
            };
        }
        Pairwise::KullbackLeibler if (a <= 0.0 && b > 0.0) || (a >= n && b < m) => return Err("infinite-divergence"),
        Pairwise::Phi | Pairwise::SelectionShare | Pairwise::PointwiseInformation if a + b <= 0.0 => {
            return Err("both-zero");
        }
        Pairwise::Phi if a + b >= n + m => return Err("both-zero"),
        Pairwise::PointwiseInformation if a <= 0.0 => return Err("none-selected"),
        _ => {}
    }
    let counts = [a, n, b, m];
    let value = at(how, counts).ok_or("undefined")?;
    Ok(Estimate {
        value,
        gradient: gradient(how, counts),
        back,
    })
}

/// The number on its scale.
fn at(how: Pairwise, [a, n, b, m]: [f64; 4]) -> Option<f64> {
    let (p, q) = (a / n, b / m);
    let signed = |distance: f64| if p < q { -distance } else { distance };
    let shares = ([a, n - a], [b, m - b]);
    Some(match how {
        Pairwise::OddsRatio => (a * (m - b)).ln() - (b * (n - a)).ln(),
        Pairwise::CohensH => effect_size::cohens_h(p, q)?,
        Pairwise::Phi => (a * (m - b) - b * (n - a)) / (n * m * (a + b) * (n + m - a - b)).sqrt(),
        Pairwise::KullbackLeibler => signed(divergence::kullback_leibler(&shares.1, &shares.0)?.sqrt()),
        Pairwise::JensenShannon => signed(divergence::jensen_shannon(&shares.0, &shares.1)?.sqrt()),
        Pairwise::Hellinger => signed(divergence::hellinger(&shares.0, &shares.1)?),
        Pairwise::TotalVariation => signed(divergence::total_variation(&shares.0, &shares.1)?),
        Pairwise::Euclidean => signed(divergence::lp(&shares.0, &shares.1, 2.0)?),
        Pairwise::SelectionShare => a / (a + b),
        Pairwise::ClassImbalance => effect_size::class_imbalance(m, n)?,
        Pairwise::PointwiseInformation => (p / ((a + b) / (n + m))).ln(),
        Pairwise::Dice => 2.0 * a / (n + a + b),
    })
}

/// Central differences by each count; `None` where a side is all selected or none, an edge of the table.
fn gradient(how: Pairwise, counts: [f64; 4]) -> Option<[f64; 4]> {
    let [a, n, b, m] = counts;
    let room = a.min(n - a).min(b).min(m - b);
    let by_size = how == Pairwise::ClassImbalance;
    if room <= 0.0 && !by_size {
        return None;
    }
    let mut gradient = [0.0; 4];
    for (i, slope) in gradient.iter_mut().enumerate() {
        let step = 1e-4 * if by_size { n.min(m) } else { room };
        let moved = |by: f64| {
            let mut moved = counts;
            moved[i] += by;
            at(how, moved)
        };
        *slope = (moved(step)? - moved(-step)?) / (2.0 * step);
    }
    gradient.iter().all(|slope| slope.is_finite()).then_some(gradient)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(a: f64, n: f64, b: f64, m: f64) -> Stratum {
        Stratum {
            a,
            n,
            b,
            m,
            weight: 1.0,
        }
    }

    fn told(how: Pairwise, of: Stratum) -> f64 {
        let found = estimate(how, of).unwrap();
        found.back.told(found.value)
    }

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{a} is not {b}");
    }

    #[test]
    fn a_published_pair_of_rates() {
        // scipy 1.17.1 (entropy, jensenshannon, contingency) and statsmodels 0.15.0 (proportion_effectsize) on 48 of 80
        // against 56 of 70; tests/oracles/association.py.
        let of = counts(48.0, 80.0, 56.0, 70.0);
        close(told(Pairwise::OddsRatio, of), 0.375);
        close(told(Pairwise::CohensH, of), -0.442_143_188_002_953_4);
        close(told(Pairwise::Phi, of), -0.216_385_633_707_315_2);
        close(told(Pairwise::KullbackLeibler, of), 0.091_516_221_849_435_78);
        close(told(Pairwise::JensenShannon, of), 0.024_157_256_781_171_34);
        close(told(Pairwise::Hellinger, of), 0.156_003_091_308_570_12);
        close(told(Pairwise::TotalVariation, of), 0.2);
        close(told(Pairwise::Euclidean, of), 0.282_842_712_474_619);
        close(told(Pairwise::SelectionShare, of), 48.0 / 104.0);
        close(told(Pairwise::ClassImbalance, of), -10.0 / 150.0);
        close(
            told(Pairwise::PointwiseInformation, of),
            (0.6f64 / (104.0 / 150.0)).ln(),
        );
        close(told(Pairwise::Dice, of), 96.0 / 184.0);
    }

    #[test]
    fn equal_rates_have_a_distance_of_0_and_a_slope() {
        for how in [Pairwise::KullbackLeibler, Pairwise::JensenShannon, Pairwise::Hellinger] {
            let found = estimate(how, counts(20.0, 40.0, 30.0, 60.0)).unwrap();
            assert!(found.value.abs() < 1e-8, "{how:?} {}", found.value);
            let [by_a, _, by_b, _] = found.gradient.unwrap();
            assert!(by_a > 1e-3 && by_b < -1e-3, "{how:?} {by_a} {by_b}");
        }
    }

    #[test]
    fn the_slope_of_the_odds_is_that_of_the_textbook() {
        let found = estimate(Pairwise::OddsRatio, counts(48.0, 80.0, 56.0, 70.0)).unwrap();
        let [by_a, by_n, by_b, by_m] = found.gradient.unwrap();
        for (slope, exact) in [
            (by_a, 1.0 / 48.0 + 1.0 / 32.0),
            (by_n, -1.0 / 32.0),
            (by_b, -1.0 / 56.0 - 1.0 / 14.0),
            (by_m, 1.0 / 14.0),
        ] {
            assert!((slope - exact).abs() < 1e-7, "{slope} is not {exact}");
        }
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let none = counts(0.0, 40.0, 30.0, 60.0);
        assert_eq!(estimate(Pairwise::KullbackLeibler, none), Err("infinite-divergence"));
        assert_eq!(estimate(Pairwise::PointwiseInformation, none), Err("none-selected"));
        assert_eq!(
            estimate(Pairwise::OddsRatio, counts(5.0, 9.0, 0.0, 9.0)),
            Err("reference-zero")
        );
        assert_eq!(
            estimate(Pairwise::Dice, counts(0.0, 0.0, 3.0, 9.0)),
            Err("no-denominator")
        );
        let zero = estimate(Pairwise::OddsRatio, none).unwrap();
        assert!(zero.back.told(zero.value).abs() < 1e-300 && zero.gradient.is_none());
    }
}
