//! Edges for ages and years of birth, so that no band is nearly empty.

use std::collections::BTreeMap;

/// Edges of ages that are offered, in years.
const AGES: [f64; 5] = [18.0, 30.0, 45.0, 60.0, 75.0];

/// Edges of years of birth that are offered.
const YEARS: [f64; 6] = [1940.0, 1955.0, 1970.0, 1985.0, 2000.0, 2010.0];

/// The least share of the rows that a band holds.
const LEAST: f64 = 0.05;

/// Edges for ages, from rows by age; empty where all are in one band.
pub(super) fn of_ages(rows: &BTreeMap<i64, u64>) -> Vec<f64> {
    edges(&AGES, rows)
}

/// Edges for years of birth, from rows by year.
pub(super) fn of_years(rows: &BTreeMap<i64, u64>) -> Vec<f64> {
    edges(&YEARS, rows)
}

/// Those of the edges that leave at least [`LEAST`] of the rows below, down to the edge before, and as many above.
fn edges(offered: &[f64], rows: &BTreeMap<i64, u64>) -> Vec<f64> {
    let total: u64 = rows.values().sum();
    let below = |edge: f64| -> u64 { rows.iter().filter(|(x, _)| (**x as f64) < edge).map(|(_, n)| n).sum() };
    let least = LEAST * total as f64;
    let mut kept = Vec::new();
    let mut before = 0;
    for &edge in offered {
        let below = below(edge);
        if (below - before) as f64 >= least && (total - below) as f64 >= least && below > before && total > below {
            kept.push(edge);
            before = below;
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    // By hand: ten people of each age from 18 to 80, 630 in all, so a band needs 32. Nobody is below 18, 60 are 75 or older.
    #[test]
    fn bands_hold_a_twentieth_each() {
        let rows = (18..=80).map(|age| (age, 10)).collect();
        assert_eq!(of_ages(&rows), [30.0, 45.0, 60.0, 75.0]);
        // 30 of 600 are exactly a twentieth; 20 of 590 are less.
        let rows = (18..=77).map(|age| (age, 10)).collect();
        assert_eq!(of_ages(&rows), [30.0, 45.0, 60.0, 75.0]);
        let rows = (18..=76).map(|age| (age, 10)).collect();
        assert_eq!(of_ages(&rows), [30.0, 45.0, 60.0]);
    }

    #[test]
    fn one_age_has_no_bands() {
        assert_eq!(of_ages(&[(20, 500)].into()), Vec::<f64>::new());
        assert_eq!(of_ages(&BTreeMap::new()), Vec::<f64>::new());
    }

    #[test]
    fn years_have_edges_of_their_own() {
        let rows = (1950..=2004).map(|year| (year, 4)).collect();
        assert_eq!(of_years(&rows), [1955.0, 1970.0, 1985.0, 2000.0]);
    }
}
