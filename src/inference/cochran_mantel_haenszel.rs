//! Stratified 2×2 tables of independent rows: is there any association, and is it alike in all strata?
//!
//! W. G. Cochran, Biometrics 10 (1954), 417–451; N. Mantel and W. Haenszel, JNCI 22 (1959), 719–748; N. E. Breslow and
//! N. E. Day, Statistical Methods in Cancer Research I (1980), 142; R. E. Tarone, Biometrika 72 (1985), 91–95.

use super::special::chi2_sf;

/// One table: selected and all, of the group and of those it is compared with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Table {
    /// Selected of the group.
    pub a: f64,
    /// All of the group.
    pub n: f64,
    /// Selected of the others.
    pub b: f64,
    /// All of the others.
    pub m: f64,
}

/// A statistic with its degrees of freedom and p-value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquare {
    /// The statistic.
    pub statistic: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Chance of one at least as large.
    pub p: f64,
}

impl Table {
    /// Whether it says anything: both sides, selected and not.
    fn tells(&self) -> bool {
        let selected = self.a + self.b;
        self.n > 0.0 && self.m > 0.0 && selected > 0.0 && selected < self.n + self.m
    }
}

fn chi_square(statistic: f64, df: f64) -> Option<ChiSquare> {
    Some(ChiSquare {
        statistic,
        df,
        p: chi2_sf(statistic, df)?,
    })
}

/// The Cochran-Mantel-Haenszel test of no association in any stratum, without or with continuity correction.
///
/// `None` when no table has both sides, selected and not.
#[must_use]
pub fn cochran_mantel_haenszel(tables: &[Table], corrected: bool) -> Option<ChiSquare> {
    let (mut distance, mut variance) = (0.0, 0.0);
    for t in tables.iter().filter(|t| t.tells()) {
        let whole = t.n + t.m;
        let selected = t.a + t.b;
        distance += t.a - t.n * selected / whole;
        variance += t.n * t.m * selected * (whole - selected) / (whole * whole * (whole - 1.0));
    }
    if variance <= 0.0 {
        return None;
    }
    let distance = (distance.abs() - if corrected { 0.5 } else { 0.0 }).max(0.0);
    chi_square(distance * distance / variance, 1.0)
}

/// The test that the odds ratio is the same in all strata, by Breslow and Day; `tarone`: with Tarone's correction.
///
/// `None` with fewer than two tables that say anything, or where the common odds ratio is 0 or infinite.
#[must_use]
pub fn breslow_day(tables: &[Table], tarone: bool) -> Option<ChiSquare> {
    let (mut above, mut below) = (0.0, 0.0);
    let telling: Vec<&Table> = tables.iter().filter(|t| t.tells()).collect();
    for t in &telling {
        above += t.a * (t.m - t.b) / (t.n + t.m);
        below += t.b * (t.n - t.a) / (t.n + t.m);
    }
    if telling.len() < 2 || above <= 0.0 || below <= 0.0 {
        return None;
    }
    let odds = above / below;
    let (mut statistic, mut distance, mut variances) = (0.0, 0.0, 0.0);
    for t in &telling {
        let expected = expected(t, odds)?;
        let selected = t.a + t.b;
        let variance = 1.0
            / (1.0 / expected
                + 1.0 / (t.n - expected)
                + 1.0 / (selected - expected)
                + 1.0 / (t.m - selected + expected));
        statistic += (t.a - expected).powi(2) / variance;
        distance += t.a - expected;
        variances += variance;
    }
    if tarone {
        statistic -= distance * distance / variances;
    }
    chi_square(statistic.max(0.0), telling.len() as f64 - 1.0)
}

/// Selected of the group that a table with these margins would have at this odds ratio: the root of a quadratic that lies
/// within the margins.
fn expected(t: &Table, odds: f64) -> Option<f64> {
    let selected = t.a + t.b;
    if (odds - 1.0).abs() < 1e-12 {
        return Some(t.n * selected / (t.n + t.m));
    }
    let quadratic = 1.0 - odds;
    let linear = t.m - selected + odds * (t.n + selected);
    let constant = -odds * t.n * selected;
    let root = (linear * linear - 4.0 * quadratic * constant).max(0.0).sqrt();
    // Written so that nothing cancels.
    let q = -0.5 * (linear + root);
    let (low, high) = ((selected - t.m).max(0.0), t.n.min(selected));
    [q / quadratic, constant / q]
        .into_iter()
        .find(|e| *e > low && *e < high)
}

#[cfg(test)]
mod tests {
    use super::{Table, breslow_day, cochran_mantel_haenszel};
    use crate::inference::oracle::assert_close;

    /// statsmodels 0.14: `StratifiedTable([[[56, 14], [48, 32]], [[20, 30], [10, 40]], [[5, 15], [9, 31]]])`.
    const TABLES: [Table; 3] = [
        Table {
            a: 56.0,
            n: 70.0,
            b: 48.0,
            m: 80.0,
        },
        Table {
            a: 20.0,
            n: 50.0,
            b: 10.0,
            m: 50.0,
        },
        Table {
            a: 5.0,
            n: 20.0,
            b: 9.0,
            m: 40.0,
        },
    ];

    #[test]
    fn as_statsmodels_has_it() {
        let plain = cochran_mantel_haenszel(&TABLES, false).unwrap();
        assert_close(plain.statistic, 10.422_515_758_2, 1e-9);
        let corrected = cochran_mantel_haenszel(&TABLES, true).unwrap();
        assert_close(corrected.statistic, 9.624_160_211_6, 1e-9);
        let homogeneity = breslow_day(&TABLES, false).unwrap();
        assert_close(homogeneity.statistic, 1.459_492_440_2, 1e-9);
        assert_close(homogeneity.p, 0.482_031_3, 1e-6);
        assert_close(breslow_day(&TABLES, true).unwrap().statistic, 1.459_193_405_4, 1e-9);
    }

    #[test]
    fn tables_that_say_nothing_are_left_out() {
        let mut more = TABLES.to_vec();
        more.push(Table {
            a: 3.0,
            n: 3.0,
            b: 0.0,
            m: 0.0,
        });
        more.push(Table {
            a: 0.0,
            n: 3.0,
            b: 0.0,
            m: 9.0,
        });
        assert_eq!(
            cochran_mantel_haenszel(&more, false),
            cochran_mantel_haenszel(&TABLES, false)
        );
        assert_eq!(breslow_day(&more, true), breslow_day(&TABLES, true));
        assert_eq!(cochran_mantel_haenszel(&more[3..], false), None);
        assert_eq!(breslow_day(&TABLES[..1], false), None);
    }
}
