//! Differential fairness over the groups of a table.

use super::sums::{sum, total};

/// The largest log ratio of two groups' chances of one outcome, and where it lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DifferentialFairness {
    /// ε, at least 0: any group's chance of any outcome is at most e^ε times another's. ε of all
    /// intersections of attributes bounds that of each attribute, if unsmoothed.
    pub epsilon: f64,
    /// Index of the outcome that departs most.
    pub outcome: usize,
    /// Index of the group with the highest chance of it.
    pub highest: usize,
    /// Index of the group with the lowest chance of it.
    pub lowest: usize,
}

/// ε = max over outcomes y and groups g, h of |ln P(y|g) − ln P(y|h)|, with
/// P(y|g) = (N_yg + α)/(N_g + Kα), for `table[g][y]` of K outcomes.
///
/// J. R. Foulds, R. Islam, K. N. Keya and S. Pan, ICDE 2020. `alpha` is what Dirichlet's prior
/// adds to every cell; 0 leaves the sample as it is. AIF360's `smoothed_edf` divides its `concentration`
/// by K: its default is α = ½ for two outcomes. A ratio of rates of at least 0.8 for every outcome is
/// ε ≤ −ln 0.8 = 0.2231.
///
/// Groups without anybody are left out, since no chance is defined for them; so are outcomes nobody got
/// when α is 0. `None` with fewer than two groups left, or where ε is infinite: α is 0 and one group
/// lacks an outcome that another has. Also when K is below 2, the rows differ in length, or a count or α
/// is negative or not finite. The maximum over many small groups is large by chance alone.
#[must_use]
pub fn differential_fairness(table: &[Vec<f64>], alpha: f64) -> Option<DifferentialFairness> {
    let outcomes = table.first()?.len();
    let shaped = outcomes >= 2 && table.iter().all(|row| row.len() == outcomes);
    if !shaped || !alpha.is_finite() || alpha < 0.0 {
        return None;
    }
    total(table.iter().flatten().copied())?;
    let groups: Vec<(usize, &Vec<f64>, f64)> = table
        .iter()
        .enumerate()
        .map(|(index, row)| (index, row, sum(row.iter().copied())))
        .filter(|&(_, _, people)| people > 0.0)
        .collect();
    if groups.len() < 2 {
        return None;
    }
    let mut largest: Option<DifferentialFairness> = None;
    for outcome in 0..outcomes {
        let chances = groups.iter().map(|&(index, row, people)| {
            let chance = (row[outcome] + alpha).ln() - (people + outcomes as f64 * alpha).ln();
            (index, chance)
        });
        let (lowest, low) = chances.clone().min_by(|a, b| a.1.total_cmp(&b.1))?;
        let (highest, high) = chances.min_by(|a, b| b.1.total_cmp(&a.1))?;
        if high.is_infinite() {
            continue;
        }
        let epsilon = high - low;
        if !epsilon.is_finite() {
            return None;
        }
        if largest.is_none_or(|found| epsilon > found.epsilon) {
            largest = Some(DifferentialFairness {
                epsilon,
                outcome,
                highest,
                lowest,
            });
        }
    }
    largest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    #[test]
    fn matches_aif360() {
        // aif360 0.6.1 sklearn.metrics.smoothed_edf(concentration=1), which is α = ½
        let table = [vec![9.0, 31.0], vec![14.0, 22.0], vec![25.0, 21.0], vec![5.0, 18.0]];
        let found = differential_fairness(&table, 0.5).unwrap();
        assert_close(found.epsilon, 0.8618365885638423, 1e-12);
        assert_eq!((found.outcome, found.highest, found.lowest), (0, 2, 3));
    }

    #[test]
    fn four_fifths_is_a_bound_on_epsilon() {
        let table = [vec![40.0, 60.0], vec![50.0, 50.0]];
        let found = differential_fairness(&table, 0.0).unwrap();
        assert_close(found.epsilon, 0.2231435513142097, 1e-12);
        assert_eq!((found.outcome, found.highest, found.lowest), (0, 1, 0));
    }

    #[test]
    fn an_attribute_departs_no_more_than_its_intersections() {
        let crossed = [vec![9.0, 31.0], vec![14.0, 22.0], vec![25.0, 21.0], vec![5.0, 18.0]];
        let joined = |i: usize, j: usize| vec![crossed[i][0] + crossed[j][0], crossed[i][1] + crossed[j][1]];
        let whole = differential_fairness(&crossed, 0.0).unwrap().epsilon;
        for marginal in [[joined(0, 1), joined(2, 3)], [joined(0, 2), joined(1, 3)]] {
            assert!(differential_fairness(&marginal, 0.0).unwrap().epsilon <= whole);
        }
    }

    #[test]
    fn exclusion_is_infinite_unless_smoothed() {
        let shut_out = [vec![0.0, 30.0], vec![10.0, 20.0]];
        assert_eq!(differential_fairness(&shut_out, 0.0), None);
        let smoothed = differential_fairness(&shut_out, 1.0).unwrap();
        assert_close(smoothed.epsilon, 11.0f64.ln(), 1e-13);
        // An outcome nobody got, and a group nobody is in, say nothing.
        let padded = [vec![40.0, 0.0, 60.0], vec![0.0; 3], vec![50.0, 0.0, 50.0]];
        let found = differential_fairness(&padded, 0.0).unwrap();
        assert_close(found.epsilon, 0.2231435513142097, 1e-12);
        assert_eq!((found.highest, found.lowest), (2, 0));
    }

    #[test]
    fn refuses_what_holds_no_comparison() {
        assert_eq!(differential_fairness(&[], 0.0), None);
        assert_eq!(differential_fairness(&[vec![1.0], vec![2.0]], 0.0), None);
        assert_eq!(differential_fairness(&[vec![1.0, 2.0], vec![2.0]], 0.0), None);
        assert_eq!(differential_fairness(&[vec![1.0, 2.0], vec![0.0, 0.0]], 1.0), None);
        assert_eq!(differential_fairness(&[vec![1.0, 2.0], vec![-1.0, 2.0]], 1.0), None);
        for alpha in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(differential_fairness(&[vec![1.0, 2.0], vec![2.0, 2.0]], alpha), None);
        }
    }
}
