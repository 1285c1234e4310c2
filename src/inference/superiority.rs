//! Probability of superiority: how often a person of one group gets more than one of the other.

use super::interval::Interval;
use super::ratio_estimator::welch_satterthwaite;
use super::special::{normal_sf, t_quantile, t_two_sided};
use super::sums::sum;
use super::two_samples::{Step, merge, size};

/// Where the people of each group lie among those of the other.
struct Placements {
    size_a: f64,
    size_b: f64,
    steps: Vec<Step>,
    /// For each step, the people of `b` below it and half of those at it, less half of all.
    of_a: Vec<f64>,
    /// The same for `b` among `a`.
    of_b: Vec<f64>,
    /// P(A > B) + ½ P(A = B) − ½.
    effect: f64,
}

impl Placements {
    fn of(a: &[(f64, f64)], b: &[(f64, f64)]) -> Option<Self> {
        let (size_a, size_b) = (size(a)?, size(b)?);
        let steps = merge(a, b);
        // Counted from the middle, where a group like the other lies, so that small effects keep their
        // digits, and in people, so that whole counts give no rounding.
        let (mut below_a, mut below_b) = (0.0, 0.0);
        let (mut of_a, mut of_b) = (Vec::with_capacity(steps.len()), Vec::with_capacity(steps.len()));
        for step in &steps {
            of_a.push(below_b + step.b / 2.0 - size_b / 2.0);
            of_b.push(below_a + step.a / 2.0 - size_a / 2.0);
            below_a += step.a;
            below_b += step.b;
        }
        let terms = steps.iter().zip(&of_a).map(|(step, place)| step.a * place);
        let effect = sum(terms) / size_a / size_b;
        effect.is_finite().then(|| Self {
            size_a,
            size_b,
            steps,
            of_a,
            of_b,
            effect: effect.clamp(-0.5, 0.5),
        })
    }

    /// Population variances of the placements of `a` and of `b`, as shares of the other group.
    fn variances(&self) -> (f64, f64) {
        let squares = |places: &[f64], of: f64, mean: f64, count: fn(&Step) -> f64| {
            let pairs = self.steps.iter().zip(places);
            sum(pairs.map(|(step, place)| {
                let departure = place / of - mean;
                count(step) * departure * departure
            }))
        };
        (
            squares(&self.of_a, self.size_b, self.effect, |step| step.a) / self.size_a,
            squares(&self.of_b, self.size_a, -self.effect, |step| step.b) / self.size_b,
        )
    }
}

/// P(A > B) + ½ P(A = B) for one person of each group, 0 … 1: ½ when neither tends to more, above it when
/// `a` does. The area under the curve by which the amount would tell the groups.
///
/// Histograms as in [`two_samples`](super::two_samples).
#[must_use]
pub fn probability_of_superiority(a: &[(f64, f64)], b: &[(f64, f64)]) -> Option<f64> {
    Some(0.5 + Placements::of(a, b)?.effect)
}

/// A Mann–Whitney test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MannWhitney {
    /// Pairs in which the person of `a` has more, ties counted half: n_a n_b times the probability of
    /// superiority. scipy's statistic.
    pub u: f64,
    /// Probability of superiority of `a`, 0 … 1.
    pub superiority: f64,
    /// Normal statistic with the variance corrected for ties and for continuity, of the sign of
    /// superiority − ½.
    pub z: f64,
    /// Its two-sided p value.
    pub p: f64,
}

/// Mann–Whitney's U of `a` against `b`, by the normal approximation with both corrections.
///
/// H. B. Mann and D. R. Whitney, Annals of Mathematical Statistics 18 (1947), 50–60. Its p value assumes
/// that the groups are distributed *alike* under the null: where they spread unlike, it may reject although
/// neither tends to more, and [`brunner_munzel`] is to be preferred. `None` when everybody has the same
/// value, or as in [`two_samples`](super::two_samples).
#[must_use]
pub fn mann_whitney(a: &[(f64, f64)], b: &[(f64, f64)]) -> Option<MannWhitney> {
    let placements = Placements::of(a, b)?;
    let effect = placements.effect;
    let (size_a, size_b) = (placements.size_a, placements.size_b);
    let (pairs, n) = (size_a * size_b, size_a + size_b);
    let ties = sum(placements.steps.iter().map(|step| {
        let share = (step.a + step.b) / n;
        share * share * share
    }));
    // n_a n_b/12 · (n + 1 − Σ(t³ − t)/(n(n − 1))), with t as shares of n.
    let variance = pairs / 12.0 * (n * n / (n - 1.0)) * (1.0 - ties);
    let departure = pairs * effect;
    let z = (departure.abs() - 0.5).max(0.0) / variance.sqrt();
    let u = pairs * (0.5 + effect);
    // What is left of 1 − Σ of one value alone is rounding.
    let varies = n > 1.0 && 1.0 - ties > 1e-14;
    (varies && z.is_finite() && u.is_finite()).then(|| MannWhitney {
        u,
        superiority: 0.5 + effect,
        z: if effect < 0.0 { -z } else { z },
        p: (2.0 * normal_sf(z)).min(1.0),
    })
}

/// A Brunner–Munzel test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BrunnerMunzel {
    /// Probability of superiority of `a`, 0 … 1.
    pub superiority: f64,
    /// Its standard error.
    pub se: f64,
    /// (superiority − ½)/se: above 0 when `a` tends to more. scipy's has the opposite sign.
    pub statistic: f64,
    /// Satterthwaite's degrees of freedom.
    pub df: f64,
    /// Two-sided p value by Student's t.
    pub p: f64,
    /// Interval for the probability of superiority at the level asked, cut to 0 … 1. It excludes ½
    /// exactly where p falls below 1 − level.
    pub interval: Interval,
}

/// Brunner and Munzel's test that neither group tends to more, with an interval at `level`; the groups
/// may spread unlike, and ties need no correction.
///
/// The variance of the estimate is s_a²/n_a + s_b²/n_b, of each person's placement in the other group.
/// E. Brunner and U. Munzel, Biometrical Journal 42 (2000), 17–25. Too liberal below about 10 people a
/// group. `None` when no placement varies, as when one group lies wholly above the other or all have one
/// value (where [`probability_of_superiority`] still answers), when a group holds one person, when the
/// level is not within (0, 1), or as in [`two_samples`](super::two_samples).
#[must_use]
pub fn brunner_munzel(a: &[(f64, f64)], b: &[(f64, f64)], level: f64) -> Option<BrunnerMunzel> {
    if !(level > 0.0 && level < 1.0) {
        return None;
    }
    let placements = Placements::of(a, b)?;
    let effect = placements.effect;
    let (df_a, df_b) = (placements.size_a - 1.0, placements.size_b - 1.0);
    let (spread_a, spread_b) = placements.variances();
    // Placements lie within 0 … 1: what is smaller is the rounding of placements that are all equal.
    if df_a <= 0.0 || df_b <= 0.0 || spread_a.max(spread_b) <= 1e-28 {
        return None;
    }
    let (variance_a, variance_b) = (spread_a / df_a, spread_b / df_b);
    let df = welch_satterthwaite(variance_a, df_a, variance_b, df_b)?;
    let se = (variance_a + variance_b).sqrt();
    let statistic = effect / se;
    let half = -t_quantile((1.0 - level) / 2.0, df)? * se;
    let superiority = 0.5 + effect;
    Some(BrunnerMunzel {
        superiority,
        se,
        statistic,
        df,
        p: t_two_sided(statistic, df)?,
        interval: Interval {
            low: (superiority - half).max(0.0),
            high: (superiority + half).min(1.0),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    const X: [(f64, f64); 6] = [(1.1, 1.0), (2.3, 1.0), (2.9, 1.0), (3.4, 1.0), (5.0, 1.0), (7.2, 1.0)];
    const Y: [(f64, f64); 5] = [(2.0, 1.0), (4.1, 1.0), (5.5, 1.0), (6.2, 1.0), (8.8, 1.0)];
    const P: [(f64, f64); 4] = [(0.0, 40.0), (5.0, 25.0), (10.0, 30.0), (20.0, 5.0)];
    const Q: [(f64, f64); 5] = [(0.0, 20.0), (5.0, 22.0), (7.5, 8.0), (10.0, 21.0), (25.0, 9.0)];

    #[test]
    fn matches_scipy() {
        // scipy 1.17.1 stats.mannwhitneyu(method="asymptotic"), stats.brunnermunzel with the sign
        // turned; df, error and interval by their formulas in numpy 2.4.6
        let test = mann_whitney(&X, &Y).unwrap();
        assert_close(test.u, 9.0, 1e-12);
        assert_close(test.superiority, 0.3, 1e-12);
        assert_close(test.p, 0.31530245208174557, 1e-12);
        assert_close(probability_of_superiority(&X, &Y).unwrap(), 0.3, 1e-12);
        let test = brunner_munzel(&X, &Y, 0.95).unwrap();
        assert_close(test.statistic, -1.0972754339391824, 1e-12);
        assert_close(test.p, 0.3043931235515525, 1e-12);
        assert_close(test.df, 8.01410969526106, 1e-12);
        assert_close(test.se, 0.18226964152656422, 1e-12);
        assert_close(test.superiority, 0.3, 1e-12);
        assert_close(test.interval.low, 0.0, 1e-12);
        assert_close(test.interval.high, 0.7201857734866326, 1e-12);
        let test = mann_whitney(&P, &Q).unwrap();
        assert_close(test.u, 3345.0, 1e-12);
        assert_close(test.superiority, 0.418125, 1e-12);
        assert_close(test.p, 0.04976133436461034, 1e-12);
        assert_close(probability_of_superiority(&P, &Q).unwrap(), 0.418125, 1e-12);
        let test = brunner_munzel(&P, &Q, 0.95).unwrap();
        assert_close(test.statistic, -1.989906271047037, 1e-12);
        assert_close(test.p, 0.048171433951022136, 1e-12);
        assert_close(test.df, 173.57332116240488, 1e-12);
        assert_close(test.se, 0.04114515401618362, 1e-12);
        assert_close(test.superiority, 0.418125, 1e-12);
        assert_close(test.interval.low, 0.33691576374028853, 1e-12);
        assert_close(test.interval.high, 0.4993342362597115, 1e-12);
    }

    #[test]
    fn swapping_mirrors_about_one_half() {
        let (one, other) = (
            brunner_munzel(&P, &Q, 0.9).unwrap(),
            brunner_munzel(&Q, &P, 0.9).unwrap(),
        );
        assert_close(one.superiority + other.superiority, 1.0, 1e-14);
        assert_close(one.statistic, -other.statistic, 1e-12);
        assert_close(one.interval.low + other.interval.high, 1.0, 1e-13);
        let (one, other) = (mann_whitney(&P, &Q).unwrap(), mann_whitney(&Q, &P).unwrap());
        assert_close(one.u + other.u, 100.0 * 80.0, 1e-13);
        assert_close(one.z, -other.z, 1e-12);
    }

    #[test]
    fn an_order_preserving_change_changes_nothing() {
        let cubed = |histogram: &[(f64, f64)]| -> Vec<(f64, f64)> {
            histogram.iter().map(|&(value, count)| (value.powi(3), count)).collect()
        };
        assert_eq!(
            brunner_munzel(&P, &Q, 0.95),
            brunner_munzel(&cubed(&P), &cubed(&Q), 0.95)
        );
        assert_eq!(mann_whitney(&P, &Q), mann_whitney(&cubed(&P), &cubed(&Q)));
    }

    #[test]
    fn the_interval_agrees_with_the_test() {
        for (a, b) in [(&X[..], &Y[..]), (&P[..], &Q[..]), (&X[..], &P[..])] {
            let p = brunner_munzel(a, b, 0.5).unwrap().p;
            for (level, excluded) in [((1.0 - p) * 0.999, true), (1.0 - p * 0.999, false)] {
                let interval = brunner_munzel(a, b, level).unwrap().interval;
                assert_eq!(!interval.contains(0.5), excluded);
            }
        }
    }

    #[test]
    fn separation_and_equality() {
        let above = X.map(|(value, count)| (value + 10.0, count));
        assert_eq!(probability_of_superiority(&above, &X), Some(1.0));
        assert_eq!(brunner_munzel(&above, &X, 0.95), None);
        let test = mann_whitney(&above, &X).unwrap();
        assert_eq!((test.u, test.superiority), (36.0, 1.0));
        let one_value = [(3.0, 7.0)];
        assert_eq!(probability_of_superiority(&one_value, &one_value), Some(0.5));
        assert_eq!(brunner_munzel(&one_value, &one_value, 0.95), None);
        assert_eq!(mann_whitney(&one_value, &one_value), None);
        let same = mann_whitney(&Q, &Q).unwrap();
        assert_eq!((same.z, same.p), (0.0, 1.0));
        assert_eq!(brunner_munzel(&Q, &Q, 0.95).map(|test| test.p), Some(1.0));
    }

    #[test]
    fn refuses_what_holds_no_comparison() {
        for broken in [
            &[][..],
            &[(2.0, 1.0), (1.0, 1.0)],
            &[(1.0, f64::NAN)],
            &[(f64::NAN, 1.0)],
        ] {
            assert_eq!(probability_of_superiority(broken, &P), None);
            assert_eq!(mann_whitney(&P, broken), None);
            assert_eq!(brunner_munzel(broken, &P, 0.95), None);
        }
        for level in [0.0, 1.0, f64::NAN] {
            assert_eq!(brunner_munzel(&P, &Q, level), None);
        }
        assert_eq!(brunner_munzel(&[(5.0, 1.0)], &Q, 0.95), None);
        assert_eq!(mann_whitney(&[(5.0, 0.25)], &[(6.0, 0.25)]), None);
        assert_eq!(mann_whitney(&[(5.0, f64::MAX)], &[(6.0, f64::MAX)]), None);
    }
}
