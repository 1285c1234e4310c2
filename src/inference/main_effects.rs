//! What several attributes say of a group one by one: a logistic regression without interactions.

/// More columns than this take too long, and tell little.
const MOST_PARAMETERS: usize = 100;
/// Most steps of Newton's method; it takes some ten.
const STEPS: usize = 100;
/// The longest step of a coefficient: from far away the parabola points too far.
const LONGEST: f64 = 2.0;
/// What is left of a column that says nothing new, by its own length.
const NOTHING_NEW: f64 = 1e-9;

/// The fitted regression.
#[derive(Debug, Clone, PartialEq)]
pub struct MainEffects {
    /// By group: the rate that its attributes say.
    pub means: Vec<f64>,
    /// Numbers that were fitted: an intercept, and for each attribute one less than it has values, without those that
    /// follow from others.
    pub parameters: usize,
}

/// Fits the logit of each group's rate as a sum of one number for each of its values, to x of n by group; `levels` has
/// the numbers of its values. Groups without observations are predicted and not fitted.
///
/// The likelihood is multiplied with Jeffreys' prior, which takes off the first-order bias and has a maximum even where
/// nobody of one value was selected: D. Firth, Biometrika 80 (1993), 27–38; G. Heinze and M. Schemper, Statistics in
/// Medicine 21 (2002), 2409–2419. `None` without any observation, or with more than a hundred parameters.
#[must_use]
pub fn main_effects(counts: &[(f64, f64)], levels: &[Vec<usize>]) -> Option<MainEffects> {
    let seen: Vec<usize> = (0..counts.len()).filter(|&k| counts[k].1 > 0.0).collect();
    let rows = design(levels, &seen)?;
    let parameters = rows.first()?.len();
    let mut beta = vec![0.0; parameters];
    for _ in 0..STEPS {
        let step = newton(counts, &rows, &seen, &beta)?;
        let largest = step.iter().fold(0.0f64, |most, part| most.max(part.abs()));
        let scale = if largest > LONGEST { LONGEST / largest } else { 1.0 };
        for (coefficient, part) in beta.iter_mut().zip(&step) {
            *coefficient += scale * part;
        }
        if largest < 1e-13 {
            break;
        }
    }
    Some(MainEffects {
        means: rows.iter().map(|row| rate(row, &beta)).collect(),
        parameters,
    })
}

fn rate(row: &[f64], beta: &[f64]) -> f64 {
    let sum: f64 = row.iter().zip(beta).map(|(z, b)| z * b).sum();
    1.0 / (1.0 + (-sum).exp())
}

/// By group: an intercept, and 1 for each of its values but the first of each attribute; without columns that those
/// before them tell among the groups that were seen.
fn design(levels: &[Vec<usize>], seen: &[usize]) -> Option<Vec<Vec<f64>>> {
    let attributes = levels.first()?.len();
    let mut columns: Vec<Vec<f64>> = vec![vec![1.0; levels.len()]];
    for attribute in 0..attributes {
        let most = levels.iter().map(|values| values[attribute]).max()?;
        for value in 1..=most {
            let is_it = |values: &Vec<usize>| f64::from(u8::from(values[attribute] == value));
            columns.push(levels.iter().map(is_it).collect());
        }
    }
    // Gram and Schmidt: what is left of each column beside those that are kept.
    let mut kept: Vec<usize> = Vec::new();
    let mut square: Vec<Vec<f64>> = Vec::new();
    for (number, column) in columns.iter().enumerate() {
        let own: Vec<f64> = seen.iter().map(|&k| column[k]).collect();
        let mut left = own.clone();
        for base in &square {
            let along = dot(base, &left);
            for (part, b) in left.iter_mut().zip(base) {
                *part -= along * b;
            }
        }
        let length = dot(&left, &left);
        if length > NOTHING_NEW * dot(&own, &own) && length > 0.0 {
            if kept.len() == MOST_PARAMETERS {
                return None;
            }
            let root = length.sqrt();
            square.push(left.into_iter().map(|part| part / root).collect());
            kept.push(number);
        }
    }
    let row = |k: usize| kept.iter().map(|&number| columns[number][k]).collect();
    (!kept.is_empty()).then(|| (0..levels.len()).map(row).collect())
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// Newton's step: the inverse of the information times the penalised score, Σ (x − n p + h (½ − p)) z, where h is the
/// leverage of a group.
fn newton(counts: &[(f64, f64)], rows: &[Vec<f64>], seen: &[usize], beta: &[f64]) -> Option<Vec<f64>> {
    let size = beta.len();
    let mut information = vec![vec![0.0; size]; size];
    for &k in seen {
        let p = rate(&rows[k], beta);
        let weight = counts[k].1 * p * (1.0 - p);
        let filled = (0..size).filter(|&i| rows[k][i] > 0.0);
        for i in filled {
            for j in 0..size {
                information[i][j] += weight * rows[k][j];
            }
        }
    }
    let inverse = inverse(information)?;
    let mut score = vec![0.0; size];
    for &k in seen {
        let (x, n) = counts[k];
        let p = rate(&rows[k], beta);
        let spread: Vec<f64> = inverse.iter().map(|row| dot(row, &rows[k])).collect();
        let leverage = n * p * (1.0 - p) * dot(&rows[k], &spread);
        for (part, z) in score.iter_mut().zip(&rows[k]) {
            *part += z * (n.mul_add(-p, x) + leverage * (0.5 - p));
        }
    }
    Some(inverse.iter().map(|row| dot(row, &score)).collect())
}

/// The inverse of a positive matrix (Gauss and Jordan, largest pivot first); `None` where there is none.
fn inverse(mut matrix: Vec<Vec<f64>>) -> Option<Vec<Vec<f64>>> {
    let size = matrix.len();
    let mut inverse: Vec<Vec<f64>> = (0..size)
        .map(|i| (0..size).map(|j| f64::from(u8::from(i == j))).collect())
        .collect();
    for column in 0..size {
        let pivot = (column..size).max_by(|&a, &b| matrix[a][column].abs().total_cmp(&matrix[b][column].abs()))?;
        if !(matrix[pivot][column].abs() > 0.0 && matrix[pivot][column].is_finite()) {
            return None;
        }
        matrix.swap(column, pivot);
        inverse.swap(column, pivot);
        let scale = matrix[column][column];
        for part in matrix[column].iter_mut().chain(&mut inverse[column]) {
            *part /= scale;
        }
        let (own, own_inverse) = (matrix[column].clone(), inverse[column].clone());
        for row in (0..size).filter(|&row| row != column) {
            let factor = matrix[row][column];
            for (part, own) in matrix[row].iter_mut().zip(&own) {
                *part -= factor * own;
            }
            for (part, own) in inverse[row].iter_mut().zip(&own_inverse) {
                *part -= factor * own;
            }
        }
    }
    Some(inverse)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    const SIZES: [f64; 6] = [100.0, 80.0, 40.0, 60.0, 55.0, 4.25];

    fn fit(x: [f64; 6]) -> MainEffects {
        let levels: Vec<Vec<usize>> = (0..6).map(|i| vec![i / 3, i % 3]).collect();
        let counts: Vec<(f64, f64)> = x.into_iter().zip(SIZES).collect();
        main_effects(&counts, &levels).unwrap()
    }

    #[test]
    fn predictions_of_a_penalised_regression() {
        // mpmath 1.4.1, root of the derivatives of the penalised likelihood: tests/oracles/small_groups.py
        let expected = [
            0.367_202_210_809_951_75,
            0.458_889_037_548_571_4,
            0.321_978_415_470_152_3,
            0.226_105_224_881_361_87,
            0.299_220_376_667_501_3,
            0.192_959_770_072_823_94,
        ];
        let found = fit([30.0, 44.0, 12.0, 20.0, 9.0, 1.5]);
        assert_eq!(found.parameters, 4);
        for (mean, expected) in found.means.into_iter().zip(expected) {
            assert_close(mean, expected, 1e-12);
        }
    }

    #[test]
    fn a_value_of_which_nobody_was_selected_has_a_rate() {
        let found = fit([30.0, 44.0, 12.0, 0.0, 0.0, 0.0]).means;
        assert_close(found[3], 0.002_288_225_734_704_039, 1e-10);
        assert_close(found[5], 0.002_319_626_527_004_000_7, 1e-10);
    }

    #[test]
    fn attributes_that_tell_each_other_take_no_numbers_twice() {
        // Everybody of the first value of one attribute has the first value of the other.
        let levels = [vec![0, 0], vec![1, 1], vec![2, 1]];
        let found = main_effects(&[(3.0, 10.0), (5.0, 10.0), (1.0, 10.0)], &levels).unwrap();
        assert_eq!(found.parameters, 3);
        // One number for each group: Firth's rates are (x + ½)/(n + 1).
        for (mean, x) in found.means.iter().zip([3.0, 5.0, 1.0]) {
            assert_close(*mean, (x + 0.5) / 11.0, 1e-12);
        }
    }

    #[test]
    fn refuses_what_holds_nothing() {
        assert_eq!(main_effects(&[], &[]), None);
        assert_eq!(main_effects(&[(0.0, 0.0)], &[vec![0]]), None);
        let many: Vec<Vec<usize>> = (0..200).map(|i| vec![i]).collect();
        assert_eq!(main_effects(&[(1.0, 2.0); 200], &many), None);
    }
}
