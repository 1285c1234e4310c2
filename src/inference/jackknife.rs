//! Errors of any number from leaving out groups of people.

/// Variance of a number by leaving out each of so many replicates in turn, and its degrees of freedom (the delete-a-group
/// jackknife: P. S. Kott, Journal of Official Statistics 17 (2001), 521–526). `None` with fewer than two, or where the
/// number is undefined without one of them.
pub(super) fn jackknife(replicates: usize, without: impl Fn(usize) -> Option<f64>) -> Option<(f64, f64)> {
    let values: Vec<f64> = (0..replicates).map(without).collect::<Option<_>>()?;
    let count = values.len() as f64;
    if count < 2.0 {
        return None;
    }
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some(((count - 1.0) / count * squares, count - 1.0))
}
