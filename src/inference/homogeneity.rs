//! Whether K groups share one rate.

use super::special::{chi2_sf, f_sf};

/// An omnibus test over K groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Homogeneity {
    /// χ² for [`chi_square`], F for [`wald`].
    pub statistic: f64,
    /// Degrees of freedom of the numerator, K − 1.
    pub df: f64,
    /// Upper-tail p value.
    pub p: f64,
}

/// Pearson's χ² of a K×2 table: `selected[i]` of `sizes[i]` independent people in each group.
///
/// Groups of size 0 hold no information and are left out of K. `None` with fewer than two groups left,
/// when everybody or nobody was selected, or when a count is not within its group. Poor when many
/// expected counts are below 5.
#[must_use]
pub fn chi_square(selected: &[f64], sizes: &[f64]) -> Option<Homogeneity> {
    if selected.len() != sizes.len() {
        return None;
    }
    let sound = |x: f64, n: f64| x.is_finite() && n.is_finite() && 0.0 <= x && x <= n;
    if !selected.iter().zip(sizes).all(|(&x, &n)| sound(x, n)) {
        return None;
    }
    let groups: Vec<(f64, f64)> = selected
        .iter()
        .zip(sizes)
        .map(|(&x, &n)| (x, n))
        .filter(|&(_, n)| n > 0.0)
        .collect();
    let total: f64 = groups.iter().map(|&(_, n)| n).sum();
    let total_selected: f64 = groups.iter().map(|&(x, _)| x).sum();
    if groups.len() < 2 || total_selected <= 0.0 || total_selected >= total {
        return None;
    }
    let rate = total_selected / total;
    let other = (total - total_selected) / total;
    // Both columns of a row depart equally: (x − nr)²/(nr) + (x − nr)²/(n(1−r)) = (x − nr)²/(n r(1−r)).
    let statistic = groups
        .iter()
        .map(|&(x, n)| {
            let departure = x - n * rate;
            departure * departure / (n * rate * other)
        })
        .sum();
    let df = (groups.len() - 1) as f64;
    Some(Homogeneity {
        statistic,
        df,
        p: chi2_sf(statistic, df)?,
    })
}

/// Wald's test that K rates are equal, for any covariance matrix of the estimates, such as one
/// linearised over people.
///
/// With L the contrasts with the first group, W = (Lr)ᵀ(LVLᵀ)⁻¹(Lr), and W/(K−1) is referred to
/// F(K−1, df). Rejects too often when K is not small beside df. `None` when the shapes disagree, a
/// value is not finite, or LVLᵀ is singular.
#[must_use]
pub fn wald(rates: &[f64], covariance: &[Vec<f64>], df: f64) -> Option<Homogeneity> {
    let k = rates.len();
    let square = covariance.len() == k && covariance.iter().all(|row| row.len() == k);
    let finite = rates.iter().chain(covariance.iter().flatten()).all(|v| v.is_finite());
    if k < 2 || !square || !finite {
        return None;
    }
    let v = |i: usize, j: usize| covariance[i][j];
    let contrasts: Vec<f64> = rates.iter().skip(1).map(|rate| rate - rates[0]).collect();
    let matrix: Vec<Vec<f64>> = (1..k)
        .map(|i| (1..k).map(|j| v(i, j) - v(i, 0) - v(0, j) + v(0, 0)).collect())
        .collect();
    let w = quadratic_form(&contrasts, &matrix)?;
    let numerator = (k - 1) as f64;
    let statistic = w / numerator;
    Some(Homogeneity {
        statistic,
        df: numerator,
        p: f_sf(statistic, numerator, df)?,
    })
}

/// dᵀ M⁻¹ d through the Cholesky factor of M: the squared length of the solution of L u = d. `None`
/// when M is not positive definite to rounding.
fn quadratic_form(d: &[f64], matrix: &[Vec<f64>]) -> Option<f64> {
    let k = d.len();
    let mut factor = vec![vec![0.0; k]; k];
    let mut solution = vec![0.0; k];
    for i in 0..k {
        for j in 0..=i {
            let dot: f64 = (0..j).map(|l| factor[i][l] * factor[j][l]).sum();
            let rest = matrix[i][j] - dot;
            if i == j {
                if rest.is_nan() || rest <= 1e-12 * matrix[i][i].abs() {
                    return None;
                }
                factor[i][i] = rest.sqrt();
            } else {
                factor[i][j] = rest / factor[j][j];
            }
        }
        let dot: f64 = (0..i).map(|l| factor[i][l] * solution[l]).sum();
        solution[i] = (d[i] - dot) / factor[i][i];
    }
    let form: f64 = solution.iter().map(|u| u * u).sum();
    form.is_finite().then_some(form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;
    use crate::inference::two_by_two;

    #[test]
    fn chi_square_matches_scipy() {
        // scipy 1.17.1 stats.chi2_contingency
        let test = chi_square(&[10.0, 20.0, 33.0, 0.0], &[50.0, 60.0, 70.0, 0.0]).unwrap();
        assert_close(test.statistic, 9.555206698063841, 1e-12);
        assert_close(test.p, 0.008416145378859752, 1e-12);
        assert_eq!(test.df, 2.0);
    }

    #[test]
    fn two_groups_are_the_two_by_two_table() {
        let test = chi_square(&[56.0, 48.0], &[70.0, 80.0]).unwrap();
        let table = two_by_two::chi_square(56.0, 70.0, 48.0, 80.0).unwrap();
        assert_close(test.statistic, table.statistic, 1e-13);
        assert_close(test.p, table.p, 1e-12);
    }

    #[test]
    fn wald_matches_numpy() {
        // numpy 2.4.6 linalg.solve, scipy 1.17.1 stats.f.sf(·, 3, 37)
        let covariance = [
            [0.0016, 0.0002, 0.0, 0.0001],
            [0.0002, 0.0009, 0.0001, 0.0],
            [0.0, 0.0001, 0.0025, 0.0003],
            [0.0001, 0.0, 0.0003, 0.0012],
        ]
        .map(Vec::from);
        let rates = [0.31, 0.25, 0.4, 0.22];
        let test = wald(&rates, &covariance, 37.0).unwrap();
        assert_close(test.statistic, 4.304693067291051, 1e-12);
        assert_close(test.p, 0.010586240189268048, 1e-11);

        // The answer does not depend on which group comes first.
        let order = [2, 0, 3, 1];
        let rates = order.map(|i| rates[i]);
        let covariance = order.map(|i| order.map(|j| covariance[i][j]).to_vec());
        let turned = wald(&rates, &covariance, 37.0).unwrap();
        assert_close(turned.statistic, test.statistic, 1e-12);
    }

    #[test]
    fn wald_of_two_groups_is_a_squared_t() {
        let covariance = [vec![0.0004, 0.0], vec![0.0, 0.0005]];
        let test = wald(&[0.3, 0.35], &covariance, 11.0).unwrap();
        let t = 0.05 / 0.0009f64.sqrt();
        assert_close(test.statistic, t * t, 1e-12);
        let p = crate::inference::special::t_two_sided(t, 11.0).unwrap();
        assert_close(test.p, p, 1e-12);
    }

    #[test]
    fn refuses_what_holds_no_comparison() {
        assert_eq!(chi_square(&[0.0, 0.0], &[5.0, 5.0]), None);
        assert_eq!(chi_square(&[5.0, 5.0], &[5.0, 5.0]), None);
        assert_eq!(chi_square(&[1.0, 0.0], &[5.0, 0.0]), None);
        assert_eq!(chi_square(&[6.0, 1.0], &[5.0, 5.0]), None);
        assert_eq!(chi_square(&[1.0], &[5.0, 5.0]), None);
        assert_eq!(wald(&[0.1, 0.2], &[vec![0.0, 0.0], vec![0.0, 0.0]], 9.0), None);
        assert_eq!(wald(&[0.1, 0.2], &[vec![1.0, 1.0], vec![1.0, 1.0]], 9.0), None);
        assert_eq!(wald(&[0.1], &[vec![1.0]], 9.0), None);
        assert_eq!(wald(&[0.1, f64::NAN], &[vec![1.0, 0.0], vec![0.0, 1.0]], 9.0), None);
    }
}
