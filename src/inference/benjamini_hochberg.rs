//! False discovery rate: Benjamini and Hochberg, Benjamini and Yekutieli.

use super::bonferroni::{ascending, probability};

/// Benjamini–Hochberg adjusted p values in the order given: p̃(i) = min over j ≥ i of min(1, m·p(j)/j).
///
/// Controls the false discovery rate under independence or positive dependence. Y. Benjamini and
/// Y. Hochberg, JRSS B 57 (1995), 289–300. A value that is not a number is taken as 1.
#[must_use]
pub fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    step_up(p, 1.0)
}

/// Benjamini–Yekutieli adjusted p values: [`benjamini_hochberg`] times Σ 1/i, valid under any
/// dependence. Y. Benjamini and D. Yekutieli, Annals of Statistics 29 (2001), 1165–1188.
#[must_use]
pub fn benjamini_yekutieli(p: &[f64]) -> Vec<f64> {
    let harmonic = (1..=p.len()).map(|i| 1.0 / i as f64).sum();
    step_up(p, harmonic)
}

fn step_up(p: &[f64], factor: f64) -> Vec<f64> {
    let m = p.len() as f64;
    let mut adjusted = vec![1.0; p.len()];
    let mut smallest = 1.0f64;
    for (rank, &index) in ascending(p).iter().enumerate().rev() {
        smallest = smallest.min(factor * m * probability(p[index]) / (rank + 1) as f64);
        adjusted[index] = smallest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    const P: [f64; 8] = [0.041, 0.001, 0.06, 0.008, 0.039, 0.205, 0.042, 0.074];

    #[test]
    fn matches_statsmodels_in_the_order_given() {
        // statsmodels 0.15.0 multipletests(method="fdr_bh" and "fdr_by")
        let bh = [0.0672, 0.008, 0.08, 0.032, 0.0672, 0.205, 0.0672, 0.08457142857142856];
        let by = [
            0.18264,
            0.02174285714285714,
            0.21742857142857142,
            0.08697142857142856,
            0.18264,
            0.5571607142857142,
            0.18264,
            0.22985306122448976,
        ];
        for (adjusted, expected) in benjamini_hochberg(&P).into_iter().zip(bh) {
            assert_close(adjusted, expected, 1e-14);
        }
        for (adjusted, expected) in benjamini_yekutieli(&P).into_iter().zip(by) {
            assert_close(adjusted, expected, 1e-14);
        }
    }

    #[test]
    fn ties_share_their_value() {
        assert_eq!(benjamini_hochberg(&[0.5, 0.125, 0.125, 0.5]), [0.5, 0.25, 0.25, 0.5]);
        assert_eq!(benjamini_hochberg(&[]), Vec::<f64>::new());
        assert_eq!(benjamini_yekutieli(&[0.9, f64::NAN]), [1.0, 1.0]);
    }
}
