//! How strongly group and outcome go together in a groups × outcomes table of counts.
//!
//! `table[g][y]` counts the people (independent ones) of group g with outcome y. Rows and columns
//! without anybody hold no information and are left out. `None` when fewer than two of either remain,
//! when the rows differ in length, or when a count is negative or not finite. In an audit for proxies,
//! the "outcome" is the feature suspected of telling the group.

use super::sums::{sum, total};

/// The margins of a table: what is left once empty rows and columns are not looked at.
struct Margins {
    rows: Vec<f64>,
    columns: Vec<f64>,
    n: f64,
}

impl Margins {
    fn of(table: &[Vec<f64>]) -> Option<Self> {
        let width = table.first()?.len();
        if table.iter().any(|row| row.len() != width) {
            return None;
        }
        let n = total(table.iter().flatten().copied())?;
        let margins = Self {
            rows: table.iter().map(|row| sum(row.iter().copied())).collect(),
            columns: (0..width).map(|y| sum(table.iter().map(|row| row[y]))).collect(),
            n,
        };
        (occupied(&margins.rows) >= 2.0 && occupied(&margins.columns) >= 2.0).then_some(margins)
    }

    /// Pearson's φ² = χ²/n, the sum over cells of (p − p_g p_y)²/(p_g p_y) in shares.
    fn phi2(&self, table: &[Vec<f64>]) -> f64 {
        let mut terms = Vec::new();
        for (row, &of_group) in table.iter().zip(&self.rows) {
            for (&count, &of_outcome) in row.iter().zip(&self.columns) {
                let expected = (of_group / self.n) * (of_outcome / self.n);
                if expected > 0.0 {
                    let departure = count / self.n - expected;
                    terms.push(departure * (departure / expected));
                }
            }
        }
        sum(terms)
    }
}

/// How many of these counts are above 0.
fn occupied<'a>(counts: impl IntoIterator<Item = &'a f64>) -> f64 {
    counts.into_iter().filter(|&&count| count > 0.0).count() as f64
}

/// Cramér's V, √(φ²/min(r − 1, c − 1)): 0 for independence, 1 when one variable tells the other.
///
/// H. Cramér, Mathematical Methods of Statistics (1946), p. 282. Biased upward: of n people without any
/// association, V is about √(max(r − 1, c − 1)/n). [`cramers_v_corrected`] takes that off.
#[must_use]
pub fn cramers_v(table: &[Vec<f64>]) -> Option<f64> {
    let margins = Margins::of(table)?;
    let smaller = occupied(&margins.rows).min(occupied(&margins.columns)) - 1.0;
    Some((margins.phi2(table) / smaller).sqrt().min(1.0))
}

/// Cramér's V corrected for its bias in samples, 0 … 1.
///
/// With φ̃² = max(0, φ² − (r−1)(c−1)/(n−1)), r̃ = r − (r−1)²/(n−1) and c̃ alike,
/// V = √(φ̃²/min(r̃ − 1, c̃ − 1)). W. Bergsma, Journal of the Korean Statistical Society 42 (2013),
/// 323–328. Also `None` when the sample is no larger than the table is long (n ≤ r or n ≤ c), where
/// nothing is left to measure by.
#[must_use]
pub fn cramers_v_corrected(table: &[Vec<f64>]) -> Option<f64> {
    let margins = Margins::of(table)?;
    let df = margins.n - 1.0;
    let (rows, columns) = (occupied(&margins.rows) - 1.0, occupied(&margins.columns) - 1.0);
    let smaller = (rows - rows * rows / df).min(columns - columns * columns / df);
    if df <= 0.0 || smaller <= 0.0 {
        return None;
    }
    let phi2 = (margins.phi2(table) - rows * columns / df).max(0.0);
    Some((phi2 / smaller).sqrt().min(1.0))
}

/// What group and outcome tell of each other, in nats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MutualInformation {
    /// Plug-in estimate Σ p ln(p/(p_g p_y)), at least 0. Biased upward by about (r−1)(c−1)/2n.
    pub nats: f64,
    /// The estimate with each of its three entropies corrected after Miller and Madow, at least 0.
    pub corrected: f64,
    /// Plug-in entropy of the groups.
    pub group_entropy: f64,
    /// Plug-in entropy of the outcomes.
    pub outcome_entropy: f64,
}

impl MutualInformation {
    /// The plug-in estimate over the mean of both entropies, 0 … 1; scikit-learn's default.
    #[must_use]
    pub fn normalised(&self) -> f64 {
        (self.nats / f64::midpoint(self.group_entropy, self.outcome_entropy)).min(1.0)
    }

    /// Theil's uncertainty coefficient: the share of the uncertainty about the *group* that knowing the
    /// outcome removes, 0 … 1. At 1 the outcome is a perfect proxy.
    #[must_use]
    pub fn share_of_group(&self) -> f64 {
        (self.nats / self.group_entropy).min(1.0)
    }

    /// The share of the uncertainty about the *outcome* that knowing the group removes, 0 … 1.
    #[must_use]
    pub fn share_of_outcome(&self) -> f64 {
        (self.nats / self.outcome_entropy).min(1.0)
    }
}

/// Mutual information I = H(group) + H(outcome) − H(both) of a table.
///
/// The correction adds (K − 1)/2n to each entropy, K the number of categories seen: to I it adds
/// (r + c − K − 1)/2n, K the number of occupied cells; with every cell occupied that takes (r−1)(c−1)/2n
/// off. G. A. Miller, in Information Theory in Psychology (1955), 95–100. `n` is the sum of the table.
#[must_use]
pub fn mutual_information(table: &[Vec<f64>]) -> Option<MutualInformation> {
    let margins = Margins::of(table)?;
    let n = margins.n;
    let mut terms = Vec::new();
    for (row, &of_group) in table.iter().zip(&margins.rows) {
        for (&count, &of_outcome) in row.iter().zip(&margins.columns) {
            if count > 0.0 {
                // Logarithms apart: the product of two margins may leave the range.
                terms.push(count / n * (count.ln() - of_group.ln() - of_outcome.ln() + n.ln()));
            }
        }
    }
    let nats = sum(terms).max(0.0);
    let categories = occupied(&margins.rows) + occupied(&margins.columns);
    let correction = (categories - occupied(table.iter().flatten()) - 1.0) / (2.0 * n);
    let information = MutualInformation {
        nats,
        corrected: (nats + correction).max(0.0),
        group_entropy: entropy(&margins.rows, n),
        outcome_entropy: entropy(&margins.columns, n),
    };
    // A minority too small for its share to be written leaves an entropy of 0 and nothing to divide by.
    let defined = information.group_entropy > 0.0 && information.outcome_entropy > 0.0;
    (defined && information.corrected.is_finite()).then_some(information)
}

/// −Σ p ln p, in nats.
fn entropy(counts: &[f64], n: f64) -> f64 {
    sum(counts
        .iter()
        .filter(|&&count| count > 0.0)
        .map(|count| count / n * (n.ln() - count.ln())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;
    use std::f64::consts::LN_2;

    fn table<const R: usize, const C: usize>(rows: [[f64; C]; R]) -> Vec<Vec<f64>> {
        rows.map(Vec::from).into()
    }

    #[test]
    fn matches_scipy_and_scikit_learn() {
        // scipy 1.17.1 stats.contingency.association, scikit-learn 1.9.1 mutual_info_score and
        // normalized_mutual_info_score; corrections in numpy 2.4.6
        let counts = table([[12.0, 5.0], [7.0, 30.0]]);
        assert_close(cramers_v(&counts).unwrap(), 0.5025129006975966, 1e-12);
        assert_close(cramers_v_corrected(&counts).unwrap(), 0.48800059927607764, 1e-12);
        let information = mutual_information(&counts).unwrap();
        assert_close(information.nats, 0.12552570359750687, 1e-12);
        assert_close(information.corrected, 0.11626644433824751, 1e-12);
        assert_close(information.group_entropy, 0.6228990536607193, 1e-12);
        assert_close(information.outcome_entropy, 0.6485854770033143, 1e-12);
        assert_close(information.normalised(), 0.19744747273008653, 1e-12);
        assert_close(information.share_of_group(), 0.2015185331552586, 1e-12);
        assert_close(information.share_of_outcome(), 0.1935376416035067, 1e-12);
        let counts = table([[20.0, 3.0, 7.0], [11.0, 14.0, 0.0], [2.0, 9.0, 25.0], [6.0, 6.0, 6.0]]);
        assert_close(cramers_v(&counts).unwrap(), 0.47947202224473917, 1e-12);
        assert_close(cramers_v_corrected(&counts).unwrap(), 0.45379416592029753, 1e-12);
        let information = mutual_information(&counts).unwrap();
        assert_close(information.nats, 0.2738108910773286, 1e-12);
        assert_close(information.corrected, 0.25087511126081496, 1e-12);
        assert_close(information.group_entropy, 1.3561076024298722, 1e-12);
        assert_close(information.outcome_entropy, 1.0949191927039132, 1e-12);
        assert_close(information.normalised(), 0.22342545713571693, 1e-12);
        assert_close(information.share_of_group(), 0.20190941381547786, 1e-12);
        assert_close(information.share_of_outcome(), 0.2500740629097477, 1e-12);
    }

    #[test]
    fn empty_rows_and_columns_do_not_count() {
        let plain = table([[12.0, 5.0], [7.0, 30.0]]);
        let padded = table([[12.0, 0.0, 5.0], [0.0, 0.0, 0.0], [7.0, 0.0, 30.0]]);
        assert_eq!(cramers_v(&plain), cramers_v(&padded));
        assert_eq!(cramers_v_corrected(&plain), cramers_v_corrected(&padded));
        assert_eq!(mutual_information(&plain), mutual_information(&padded));
    }

    #[test]
    fn ends_of_the_scale() {
        let proxy = table([[40.0, 0.0], [0.0, 40.0]]);
        assert_eq!(cramers_v(&proxy), Some(1.0));
        // (1 − 1/79)/(1 − 1/79)
        assert_close(cramers_v_corrected(&proxy).unwrap(), 1.0, 1e-14);
        let information = mutual_information(&proxy).unwrap();
        assert_close(information.nats, LN_2, 1e-14);
        // Only two of four cells are seen: the joint entropy gets 1/2n, as each of the others does.
        assert_close(information.corrected, LN_2 + 1.0 / 160.0, 1e-14);
        for share in [
            information.normalised(),
            information.share_of_group(),
            information.share_of_outcome(),
        ] {
            assert_close(share, 1.0, 1e-14);
        }

        let independent = table([[10.0, 20.0, 30.0], [20.0, 40.0, 60.0]]);
        assert!(cramers_v(&independent).unwrap() < 1e-8);
        assert_eq!(cramers_v_corrected(&independent), Some(0.0));
        let information = mutual_information(&independent).unwrap();
        assert!(information.nats < 1e-15);
        assert_eq!(information.corrected, 0.0);
    }

    #[test]
    fn refuses_what_is_no_table() {
        for rows in [
            vec![],
            vec![vec![], vec![]],
            table([[1.0, 2.0]]),
            table([[1.0, 2.0], [0.0, 0.0]]),
            table([[1.0, 0.0], [2.0, 0.0]]),
            table([[1.0, -2.0], [2.0, 3.0]]),
            table([[1.0, f64::NAN], [2.0, 3.0]]),
            vec![vec![1.0, 2.0], vec![1.0]],
        ] {
            assert_eq!(cramers_v(&rows), None);
            assert_eq!(cramers_v_corrected(&rows), None);
            assert_eq!(mutual_information(&rows), None);
        }
        assert!(cramers_v(&table([[1.0, 0.0], [0.0, 1.0]])).is_some());
        assert_eq!(cramers_v_corrected(&table([[1.0, 0.0], [0.0, 1.0]])), None);
        assert_eq!(cramers_v_corrected(&table([[0.25, 0.25], [0.25, 0.25]])), None);
    }
}
