//! Bonferroni's correction.

/// Bonferroni-adjusted p values, min(1, m·p), in the order given. A value that is not a number is
/// taken as 1: no evidence.
#[must_use]
pub fn bonferroni(p: &[f64]) -> Vec<f64> {
    let m = p.len() as f64;
    p.iter().map(|&p| (m * probability(p)).min(1.0)).collect()
}

/// A p value forced into [0, 1], not-a-number becoming 1.
pub(super) fn probability(p: f64) -> f64 {
    if p.is_nan() { 1.0 } else { p.clamp(0.0, 1.0) }
}

/// Indices of `p` from the smallest value up, equal values in the order given.
pub(super) fn ascending(p: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&i, &j| probability(p[i]).total_cmp(&probability(p[j])));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn multiplies_and_keeps_order() {
        // statsmodels 0.15.0 multipletests(method="bonferroni")
        assert_eq!(bonferroni(&[0.25, 0.0625, 0.5, 0.125]), [1.0, 0.25, 1.0, 0.5]);
        assert_eq!(bonferroni(&[]), Vec::<f64>::new());
        assert_eq!(bonferroni(&[f64::NAN, -1.0]), [1.0, 0.0]);
    }
}
