//! The log interval of Katz for a ratio of proportions.

use super::interval::{Interval, critical, proportion};

/// Standard error of ln(p̂1/p̂2): √(1/x1 − 1/n1 + 1/x2 − 1/n2). `None` when either count is 0.
#[must_use]
pub fn ln_ratio_se(x1: f64, n1: f64, x2: f64, n2: f64) -> Option<f64> {
    let (x1, n1) = proportion(x1, n1)?;
    let (x2, n2) = proportion(x2, n2)?;
    if x1 <= 0.0 || x2 <= 0.0 {
        return None;
    }
    // 1/x − 1/n as (n − x)/(x n): no cancellation when almost all were selected.
    Some(((n1 - x1) / x1 / n1 + (n2 - x2) / x2 / n2).sqrt())
}

/// Katz's interval for p1/p2: exp(ln(p̂1/p̂2) ± z·se).
///
/// D. Katz, J. Baptista, S. P. Azen and M. C. Pike, Biometrics 34 (1978), 469–474. Undefined (`None`)
/// when either count is 0, and of no width when both groups were selected entirely: prefer
/// [`super::koopman::koopman`].
#[must_use]
pub fn katz(x1: f64, n1: f64, x2: f64, n2: f64, z: f64) -> Option<Interval> {
    let z = critical(z)?;
    let se = ln_ratio_se(x1, n1, x2, n2)?;
    let ln_ratio = (x1 / n1 / (x2 / n2)).ln();
    let low = (ln_ratio - z * se).exp();
    let high = (ln_ratio + z * se).exp();
    high.is_finite().then_some(Interval { low, high })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::{Z, assert_close};

    #[test]
    fn matches_statsmodels() {
        // statsmodels 0.15.0 confint_proportions_2indep(compare="ratio", method="log")
        #[rustfmt::skip]
        let rows = [
            (56.0, 70.0, 48.0, 80.0, 1.0766264227631928, 1.6512485112663873),
            (3.0, 40.0, 12.0, 45.0, 0.08545071575817187, 0.9256980681573206),
            (7.0, 25.0, 1.0, 30.0, 1.1065868645495522, 63.76363416235033),
            (9.0, 10.0, 3.0, 10.0, 1.1383503574476699, 7.906177514784793),
            (540.0, 700.0, 560.0, 700.0, 0.9129069596658622, 1.0185560849660389),
        ];
        for (x1, n1, x2, n2, low, high) in rows {
            let interval = katz(x1, n1, x2, n2, Z).unwrap();
            assert_close(interval.low, low, 1e-12);
            assert_close(interval.high, high, 1e-12);
            let swapped = katz(x2, n2, x1, n1, Z).unwrap();
            assert_close(interval.low * swapped.high, 1.0, 1e-13);
        }
    }

    #[test]
    fn is_undefined_without_selections() {
        assert_eq!(katz(0.0, 5.0, 1.0, 5.0, Z), None);
        assert_eq!(katz(1.0, 5.0, 0.0, 5.0, Z), None);
        assert_eq!(katz(1e-300, 1.0, 1.0, 5.0, Z), None);
    }
}
