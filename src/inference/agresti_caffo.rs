//! The interval of Agresti and Caffo for a difference of proportions.

use super::interval::{Interval, critical, proportion};

/// Agresti–Caffo interval for p1 − p2: Wald's after adding one success and one failure to each group.
///
/// A. Agresti and B. Caffo, The American Statistician 54 (2000), 280–288. Cut to [−1, 1], which Wald's
/// form can leave. `None` when a group is empty.
#[must_use]
pub fn agresti_caffo(x1: f64, n1: f64, x2: f64, n2: f64, z: f64) -> Option<Interval> {
    let (x1, n1) = proportion(x1, n1)?;
    let (x2, n2) = proportion(x2, n2)?;
    let z = critical(z)?;
    let (m1, m2) = (n1 + 2.0, n2 + 2.0);
    let (p1, p2) = ((x1 + 1.0) / m1, (x2 + 1.0) / m2);
    let half = z * (p1 * (1.0 - p1) / m1 + p2 * (1.0 - p2) / m2).sqrt();
    Some(Interval {
        low: (p1 - p2 - half).max(-1.0),
        high: (p1 - p2 + half).min(1.0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::{Z, assert_close};

    #[test]
    fn matches_statsmodels() {
        // statsmodels 0.15.0 confint_proportions_2indep(compare="diff", method="agresti-caffo")
        #[rustfmt::skip]
        let rows = [
            (56.0, 70.0, 48.0, 80.0, 0.052452926638053676, 0.33575845547576744),
            (3.0, 40.0, 12.0, 45.0, -0.3370343179920734, -0.02568098089343826),
            (7.0, 25.0, 1.0, 30.0, 0.04222593602746036, 0.4253666565651322),
            (9.0, 10.0, 3.0, 10.0, 0.16000080110040027, 0.8399991988995997),
            (540.0, 700.0, 560.0, 700.0, -0.0714496598129484, 0.014469602832891254),
            (0.0, 20.0, 5.0, 20.0, -0.4327231317739857, -0.021822322771468755),
            (5.0, 20.0, 0.0, 20.0, 0.021822322771468755, 0.4327231317739857),
            (20.0, 20.0, 13.0, 20.0, 0.09913351654993255, 0.5372301198137039),
            (1.0, 1000.0, 30.0, 900.0, -0.044577561022658724, -0.020166564916151028),
        ];
        for (x1, n1, x2, n2, low, high) in rows {
            let interval = agresti_caffo(x1, n1, x2, n2, Z).unwrap();
            assert_close(interval.low, low, 1e-12);
            assert_close(interval.high, high, 1e-12);
        }
    }

    #[test]
    fn stays_within_the_unit() {
        let interval = agresti_caffo(0.0, 1.0, 1.0, 1.0, 5.0).unwrap();
        assert_eq!(interval.low, -1.0);
        assert_eq!(interval.high, 1.0);
        assert_eq!(agresti_caffo(0.0, 0.0, 1.0, 1.0, Z), None);
    }
}
