//! Holm's step-down correction.

use super::bonferroni::{ascending, probability};

/// Holm-adjusted p values in the order given: p̃(i) = max over j ≤ i of min(1, (m−j+1)·p(j)).
///
/// Controls the family-wise error under any dependence. S. Holm, Scandinavian Journal of Statistics 6
/// (1979), 65–70. A value that is not a number is taken as 1.
#[must_use]
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut adjusted = vec![1.0; p.len()];
    let mut largest = 0.0f64;
    for (rank, &index) in ascending(p).iter().enumerate() {
        let left = (p.len() - rank) as f64;
        largest = largest.max((left * probability(p[index])).min(1.0));
        adjusted[index] = largest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    #[test]
    fn matches_statsmodels_in_the_order_given() {
        // statsmodels 0.15.0 multipletests(method="holm")
        let p = [0.041, 0.001, 0.06, 0.008, 0.039, 0.205, 0.042, 0.074];
        let expected = [0.234, 0.008, 0.234, 0.056, 0.234, 0.234, 0.234, 0.234];
        for (adjusted, expected) in holm(&p).into_iter().zip(expected) {
            assert_close(adjusted, expected, 1e-14);
        }
    }

    #[test]
    fn ties_share_their_value() {
        assert_eq!(holm(&[0.25, 0.125, 0.125]), [0.375, 0.375, 0.375]);
        assert_eq!(holm(&[]), Vec::<f64>::new());
        assert_eq!(holm(&[f64::NAN, 0.25]), [1.0, 0.5]);
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
    }
}
