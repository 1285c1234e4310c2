//! The ratio estimator r = Y/N over people who bring several rows each, and its linearised variance.
//!
//! W. G. Cochran, Sampling Techniques (1977), ch. 6; C.-E. Särndal, B. Swensson and J. Wretman, Model
//! Assisted Survey Sampling (1992), §5.5; D. A. Binder, International Statistical Review 51 (1983),
//! 279–292.

use super::stirling::two_sum;

/// Sums over the people of one group, each of whom brings n rows with an outcome summing to y.
///
/// Whole sums below 2⁵³ are exact, and the variance is then evaluated in twice the working precision,
/// so that nothing is lost to cancellation.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moments {
    /// Number of people, m.
    pub people: f64,
    /// N = Σ n.
    pub rows: f64,
    /// Y = Σ y.
    pub outcome: f64,
    /// Σ n².
    pub rows_squared: f64,
    /// Σ n y.
    pub rows_outcome: f64,
    /// Σ y².
    pub outcome_squared: f64,
}

impl Moments {
    /// The same sums with one more person.
    #[must_use]
    pub fn with(self, rows: f64, outcome: f64) -> Self {
        Self {
            people: self.people + 1.0,
            rows: self.rows + rows,
            outcome: self.outcome + outcome,
            rows_squared: self.rows_squared + rows * rows,
            rows_outcome: self.rows_outcome + rows * outcome,
            outcome_squared: self.outcome_squared + outcome * outcome,
        }
    }

    /// r = Y/N; `None` without rows.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        let r = self.outcome / self.rows;
        (self.rows > 0.0 && r.is_finite()).then_some(r)
    }

    /// Linearised variance of r: m/(m−1) · Σ e², where e = (y − r n)/N for each person.
    ///
    /// From sums, Σ(y − rn)² = Σy² − 2rΣny + r²Σn². It is 0 when all people have the same rate, which
    /// is no certainty: fall back on an interval for m people. `None` with fewer than two people.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        let r = self.ratio()?;
        if self.people.is_nan() || self.people < 2.0 {
            return None;
        }
        // r is rounded; the remainder Y − rN restores what was lost, and Σ(y − rn)² at the exact
        // ratio differs from that at the rounded one by 2·lost·(rΣn² − Σny) to first order.
        let lost = (-r).mul_add(self.rows, self.outcome) / self.rows;
        let squares = exact_dot(&[
            (1.0, self.outcome_squared),
            (-2.0 * r, self.rows_outcome),
            (r * r, self.rows_squared),
            (r.mul_add(r, -(r * r)), self.rows_squared),
            (2.0 * lost * r, self.rows_squared),
            (-2.0 * lost, self.rows_outcome),
        ]);
        let v = self.people / (self.people - 1.0) * (squares.max(0.0) / self.rows / self.rows);
        v.is_finite().then_some(v)
    }

    /// Effective number of people, (Σn)²/Σn²: few when a handful bring most of the rows.
    #[must_use]
    pub fn effective_people(&self) -> Option<f64> {
        let effective = self.rows / self.rows_squared * self.rows;
        (self.rows_squared > 0.0 && effective.is_finite()).then_some(effective)
    }
}

/// Design effect: the linearised variance over that of as many independent rows, r(1−r)/N.
///
/// `None` when r is not strictly between 0 and 1 or there are no rows.
#[must_use]
pub fn design_effect(variance: f64, r: f64, rows: f64) -> Option<f64> {
    if !(r > 0.0 && r < 1.0 && rows > 0.0 && variance >= 0.0) {
        return None;
    }
    let effect = variance / (r * (1.0 - r)) * rows;
    effect.is_finite().then_some(effect)
}

/// Effective sample size N/deff. A design effect below 1 is taken as 1: in a small sample it is as
/// likely luck as merit, and must not make the interval narrower than that of independent rows.
#[must_use]
pub fn effective_size(rows: f64, design_effect: f64) -> f64 {
    if design_effect > 1.0 {
        rows / design_effect
    } else {
        rows
    }
}

/// Degrees of freedom of a sum of two independent variances with `df_a` and `df_b` degrees:
/// (V_A + V_B)² / (V_A²/df_A + V_B²/df_B).
///
/// F. E. Satterthwaite, Biometrics Bulletin 2 (1946), 110–114; B. L. Welch, Biometrika 34 (1947), 28–35.
/// An infinite df marks a variance known exactly. `None` when both variances are 0 or a df is not
/// positive; infinity when both are known.
#[must_use]
pub fn welch_satterthwaite(variance_a: f64, df_a: f64, variance_b: f64, df_b: f64) -> Option<f64> {
    let sum = variance_a + variance_b;
    let sound = variance_a >= 0.0 && variance_b >= 0.0 && sum > 0.0 && sum.is_finite();
    if !sound || df_a.is_nan() || df_b.is_nan() || df_a <= 0.0 || df_b <= 0.0 {
        return None;
    }
    // Shares of the sum, so that squares neither overflow nor vanish.
    let (a, b) = (variance_a / sum, variance_b / sum);
    Some(1.0 / (a * a / df_a + b * b / df_b))
}

/// Variance of r_A − r_B, given the covariance of the two (0 for groups of different people).
#[must_use]
pub fn difference_variance(variance_a: f64, variance_b: f64, covariance: f64) -> f64 {
    (variance_a + variance_b - 2.0 * covariance).max(0.0)
}

/// Variance of ln(r_A/r_B): V_A/r_A² + V_B/r_B² − 2C/(r_A r_B). `None` when a ratio is not positive.
#[must_use]
pub fn ln_ratio_variance(r_a: f64, variance_a: f64, r_b: f64, variance_b: f64, covariance: f64) -> Option<f64> {
    if !(r_a > 0.0 && r_b > 0.0) {
        return None;
    }
    let v = variance_a / r_a / r_a + variance_b / r_b / r_b - 2.0 * covariance / r_a / r_b;
    v.is_finite().then_some(v.max(0.0))
}

/// Σ aᵢbᵢ as if in twice the working precision, rounded once at the end. T. Ogita, S. M. Rump and
/// S. Oishi, SIAM Journal on Scientific Computing 26 (2005), 1955–1988, algorithm Dot2.
fn exact_dot(terms: &[(f64, f64)]) -> f64 {
    let (mut sum, mut carried) = (0.0, 0.0);
    for &(a, b) in terms {
        let product = a * b;
        let product_lost = a.mul_add(b, -product);
        let (next, sum_lost) = two_sum(sum, product);
        sum = next;
        carried += product_lost + sum_lost;
    }
    sum + carried
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    const A: [(f64, f64); 5] = [(5.0, 2.0), (1.0, 1.0), (12.0, 3.0), (3.0, 0.0), (7.0, 4.0)];
    const B: [(f64, f64); 4] = [(4.0, 1.0), (9.0, 1.0), (2.0, 1.0), (6.0, 2.0)];

    fn moments(people: &[(f64, f64)]) -> Moments {
        people.iter().fold(Moments::default(), |sums, &(n, y)| sums.with(n, y))
    }

    #[test]
    fn matches_the_sum_over_people() {
        // mpmath 1.4.1 over people; statsmodels 0.15.0 cluster HC0 times m/(m−1) agrees
        for (people, r, v, effect) in [
            (&A[..], 0.35714285714285715, 0.008785401915868388, 1.0714285714285714),
            (&B[..], 0.2380952380952381, 0.005772629031456372, 0.6682539682539682),
        ] {
            let sums = moments(people);
            let ratio = sums.ratio().unwrap();
            let variance = sums.variance().unwrap();
            assert_close(ratio, r, 1e-15);
            assert_close(variance, v, 1e-13);
            assert_close(design_effect(variance, ratio, sums.rows).unwrap(), effect, 1e-13);
        }
    }

    #[test]
    fn keeps_its_digits_when_all_people_are_alike() {
        // mpmath 1.4.1: three people of a million rows; the naive sums cancel twelve digits
        let sums = moments(&[(1e6, 300_001.0), (1_000_001.0, 300_000.0), (999_999.0, 300_000.0)]);
        assert_close(sums.variance().unwrap(), 1.411111777778148e-13, 1e-9);
    }

    #[test]
    fn equal_rates_have_no_variance() {
        let sums = moments(&[(3.0, 1.0), (30.0, 10.0), (3e6, 1e6)]);
        assert!(sums.variance().unwrap() < 1e-30);
    }

    #[test]
    fn contrasts_of_two_groups() {
        // own linearisation over people
        let (a, b) = (moments(&A), moments(&B));
        let (r_a, r_b) = (a.ratio().unwrap(), b.ratio().unwrap());
        let (v_a, v_b) = (a.variance().unwrap(), b.variance().unwrap());
        assert_close(r_a - r_b, 0.1190476190, 1e-9);
        assert_close(difference_variance(v_a, v_b, 0.0).sqrt(), 0.1206566656, 1e-9);
        let ln_variance = ln_ratio_variance(r_b, v_b, r_a, v_a, 0.0).unwrap();
        assert_close((r_b / r_a).ln(), -0.4054651081, 1e-9);
        assert_close(ln_variance.sqrt(), 0.4131667062, 1e-9);
        let df = welch_satterthwaite(v_a, 4.0, v_b, 3.0).unwrap();
        let expected = (v_a + v_b).powi(2) / (v_a * v_a / 4.0 + v_b * v_b / 3.0);
        assert_close(df, expected, 1e-14);
    }

    #[test]
    fn doubling_every_row_leaves_the_variance() {
        let doubled: Vec<(f64, f64)> = A.iter().map(|&(n, y)| (2.0 * n, 2.0 * y)).collect();
        let (once, twice) = (moments(&A), moments(&doubled));
        assert_close(twice.variance().unwrap(), once.variance().unwrap(), 1e-14);
    }

    #[test]
    fn one_row_a_person_is_the_binomial_variance() {
        let people: Vec<(f64, f64)> = (0..50).map(|i| (1.0, f64::from(u8::from(i < 15)))).collect();
        let sums = moments(&people);
        assert_close(sums.variance().unwrap(), 0.3 * 0.7 / 49.0, 1e-13);
        assert_close(sums.effective_people().unwrap(), 50.0, 1e-15);
    }

    #[test]
    fn design_effect_below_one_counts_as_one() {
        assert_eq!(effective_size(100.0, 0.5), 100.0);
        assert_eq!(effective_size(100.0, 4.0), 25.0);
        assert_eq!(effective_size(100.0, f64::NAN), 100.0);
    }

    #[test]
    fn undefined_quantities() {
        assert_eq!(Moments::default().ratio(), None);
        assert_eq!(Moments::default().effective_people(), None);
        assert_eq!(moments(&A[..1]).variance(), None);
        assert_eq!(design_effect(0.1, 0.0, 10.0), None);
        assert_eq!(design_effect(0.1, 1.0, 10.0), None);
        assert_eq!(welch_satterthwaite(0.0, 3.0, 0.0, 3.0), None);
        assert_eq!(welch_satterthwaite(1.0, 0.0, 1.0, 3.0), None);
        assert_eq!(welch_satterthwaite(1.0, 3.0, 0.0, 9.0), Some(3.0));
        assert_eq!(ln_ratio_variance(0.0, 1.0, 1.0, 1.0, 0.0), None);
    }
}
