//! A gap split into what different factors make and what different coefficients make: regressions of the group and of
//! those it is compared with on dummies of the factors that make the strata, side by side and without interactions
//! (R. Oaxaca, International Economic Review 14 (1973), 693-709; A. Blinder, Journal of Human Resources 8 (1973),
//! 436-455; B. Jann, The Stata Journal 8 (2008), 453-479).
//!
//! With one factor a regression has the rate of each stratum as its coefficient, and the parts are those of E. M.
//! Kitagawa with other weights. Means of the factors are random too: the gradient is by the sums of every stratum, so that
//! the error over people has both parts of it.

use super::conditional::{Estimate, Reason, Stratum};
use crate::catalogue::Oaxaca;

/// Coefficients beside those of the factor with most levels, beyond which nothing is estimated.
const MOST_COLUMNS: usize = 1_000;
/// Share of a pivot that is left when a column is a combination of others.
const COLLINEAR: f64 = 1e-10;

/// A part of the gap. `levels`: by stratum, the level of each factor, numbered from 0.
///
/// Levels that one side lacks have no coefficient there: their rows are left out, on both sides.
///
/// # Errors
/// No level that both sides have; factors that are combinations of one another; too many levels.
pub fn decompose(part: Oaxaca, strata: &[Stratum], levels: &[Vec<usize>]) -> Result<Estimate, Reason> {
    let kept = shared(strata, levels);
    let design = Design::new(levels, &kept)?;
    let sides = [Side::Group, Side::Other];
    let total = sides.map(|side| kept.iter().map(|&cell| side.weight(&strata[cell])).sum::<f64>());
    if total.iter().any(|total| *total <= 0.0) {
        return Err("no-shared-stratum");
    }
    let means = |of: Side, coefficients: &Fit<'_>| mean(of, coefficients, strata, total[of as usize]);
    let [own, other] = sides.map(|side| Fit::new(&design, strata, &kept, &[side], false));
    let (own, other) = (own?, other?);
    let pooled = match part {
        Oaxaca::ExplainedPooled | Oaxaca::UnexplainedPooled => {
            let fit = Fit::new(&design, strata, &kept, &sides, true)?;
            Some((means(Side::Group, &fit), means(Side::Other, &fit)))
        }
        _ => None,
    };
    // By whose factors, at whose coefficients.
    let (gg, go) = (means(Side::Group, &own), means(Side::Group, &other));
    let (og, oo) = (means(Side::Other, &own), means(Side::Other, &other));
    let terms: Vec<(f64, Term)> = match (part, pooled) {
        (Oaxaca::Explained, _) => vec![(1.0, go), (-1.0, oo)],
        (Oaxaca::Unexplained, _) => vec![(1.0, gg), (-1.0, go)],
        (Oaxaca::Coefficients, _) => vec![(1.0, og), (-1.0, oo)],
        (Oaxaca::Interaction, _) => vec![(1.0, gg), (-1.0, go), (-1.0, og), (1.0, oo)],
        (Oaxaca::ExplainedPooled, Some((group, other))) => vec![(1.0, group), (-1.0, other)],
        (Oaxaca::UnexplainedPooled, Some((group, other))) => vec![(1.0, gg), (-1.0, oo), (-1.0, group), (1.0, other)],
        (Oaxaca::ExplainedPooled | Oaxaca::UnexplainedPooled, None) => return Err("undefined"),
    };
    let mut found = Estimate {
        value: 0.0,
        gradient: vec![[0.0; 4]; strata.len()],
        log: false,
    };
    for (sign, term) in terms {
        found.value += sign * term.value;
        for (sum, by) in found.gradient.iter_mut().zip(term.gradient) {
            for (sum, by) in sum.iter_mut().zip(by) {
                *sum += sign * by;
            }
        }
    }
    Ok(found)
}

/// Whose rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Group = 0,
    Other = 1,
}

impl Side {
    fn weight(self, stratum: &Stratum) -> f64 {
        match self {
            Side::Group => stratum.n,
            Side::Other => stratum.m,
        }
    }

    fn response(self, stratum: &Stratum) -> f64 {
        match self {
            Side::Group => stratum.a,
            Side::Other => stratum.b,
        }
    }
}

/// The strata all of whose levels both sides have, when strata without are left out, again and again.
fn shared(strata: &[Stratum], levels: &[Vec<usize>]) -> Vec<usize> {
    let factors = levels.first().map_or(0, Vec::len);
    let mut kept: Vec<usize> = (0..strata.len()).collect();
    loop {
        let mut common: Vec<Vec<bool>> = Vec::new();
        for factor in 0..factors {
            let most = levels.iter().map(|of| of[factor] + 1).max().unwrap_or(0);
            let mut seen = [vec![false; most], vec![false; most]];
            for &cell in &kept {
                for side in [Side::Group, Side::Other] {
                    seen[side as usize][levels[cell][factor]] |= side.weight(&strata[cell]) > 0.0;
                }
            }
            common.push(seen[0].iter().zip(&seen[1]).map(|(a, b)| *a && *b).collect());
        }
        let next: Vec<usize> = kept
            .iter()
            .copied()
            .filter(|&cell| (0..factors).all(|factor| common[factor][levels[cell][factor]]))
            .collect();
        if next.len() == kept.len() {
            return kept;
        }
        kept = next;
    }
}

/// The columns of the regressions: one for each level of the largest factor, and one for each level but the first of the
/// others.
struct Design {
    /// Levels of the largest factor.
    big: usize,
    /// Columns of the others.
    small: usize,
    /// By stratum: level of the largest factor, and columns of the others; `None` for one that is left out.
    of_cell: Vec<Option<(usize, Vec<usize>)>>,
}

impl Design {
    fn new(levels: &[Vec<usize>], kept: &[usize]) -> Result<Self, Reason> {
        let factors = levels.first().map_or(0, Vec::len);
        // Numbers of the levels that are left, by factor.
        let numbers: Vec<Vec<usize>> = (0..factors)
            .map(|factor| {
                let mut all: Vec<usize> = kept.iter().map(|&cell| levels[cell][factor]).collect();
                all.sort_unstable();
                all.dedup();
                all
            })
            .collect();
        let largest = (0..factors).max_by_key(|&factor| numbers[factor].len());
        let mut starts = vec![0; factors];
        let mut small = 0;
        for factor in (0..factors).filter(|&factor| Some(factor) != largest) {
            starts[factor] = small;
            small += numbers[factor].len().saturating_sub(1);
        }
        if small > MOST_COLUMNS {
            return Err("too-many-levels");
        }
        let mut of_cell = vec![None; levels.len()];
        for &cell in kept {
            let mut place = (0, Vec::new());
            for (factor, numbers) in numbers.iter().enumerate() {
                let level = numbers.binary_search(&levels[cell][factor]).unwrap_or_default();
                if Some(factor) == largest {
                    place.0 = level;
                } else if level > 0 {
                    place.1.push(starts[factor] + level - 1);
                }
            }
            of_cell[cell] = Some(place);
        }
        Ok(Self {
            big: largest.map_or(1, |factor| numbers[factor].len().max(1)),
            small,
            of_cell,
        })
    }
}

/// Numbers by column.
#[derive(Debug, Clone)]
struct Vector {
    big: Vec<f64>,
    small: Vec<f64>,
}

/// A weighted regression on the factors, by the sums of strata.
struct Fit<'a> {
    design: &'a Design,
    /// Each with its stratum, weight, sum of responses and columns.
    rows: Vec<Row<'a>>,
    /// Weight of each level of the largest factor.
    diagonal: Vec<f64>,
    /// What is left of the other columns' matrix, as its Cholesky factor by rows.
    factor: Vec<Vec<f64>>,
    coefficients: Vector,
}

struct Row<'a> {
    cell: usize,
    side: Side,
    weight: f64,
    response: f64,
    level: usize,
    columns: &'a [usize],
    /// The column of the group's indicator.
    indicator: Option<usize>,
}

impl Row<'_> {
    fn columns(&self) -> impl Iterator<Item = usize> + '_ {
        self.columns.iter().copied().chain(self.indicator)
    }

    fn times(&self, vector: &Vector) -> f64 {
        vector.big[self.level] + self.columns().map(|column| vector.small[column]).sum::<f64>()
    }
}

impl<'a> Fit<'a> {
    /// Of the rows of some sides; `apart`: each side with an intercept of its own.
    fn new(
        design: &'a Design,
        strata: &[Stratum],
        kept: &[usize],
        sides: &[Side],
        apart: bool,
    ) -> Result<Self, Reason> {
        let mut rows = Vec::new();
        for &side in sides {
            for &cell in kept {
                let (Some((level, columns)), weight) = (&design.of_cell[cell], side.weight(&strata[cell])) else {
                    continue;
                };
                if weight > 0.0 {
                    rows.push(Row {
                        cell,
                        side,
                        weight,
                        response: side.response(&strata[cell]),
                        level: *level,
                        columns,
                        indicator: (apart && side == Side::Group).then_some(design.small),
                    });
                }
            }
        }
        let columns = design.small + usize::from(apart);
        let mut diagonal = vec![0.0; design.big];
        let mut matrix = vec![vec![0.0; columns]; columns];
        // Of each level of the largest factor: its weight in the other columns.
        let mut beside: Vec<std::collections::BTreeMap<usize, f64>> = vec![Default::default(); design.big];
        let mut right = Vector {
            big: vec![0.0; design.big],
            small: vec![0.0; columns],
        };
        for row in &rows {
            diagonal[row.level] += row.weight;
            right.big[row.level] += row.response;
            for i in row.columns() {
                right.small[i] += row.response;
                *beside[row.level].entry(i).or_default() += row.weight;
                for j in row.columns() {
                    matrix[i][j] += row.weight;
                }
            }
        }
        let whole: Vec<f64> = (0..columns).map(|i| matrix[i][i]).collect();
        for (beside, weight) in beside.iter().zip(&diagonal) {
            for (i, x) in beside {
                for (j, y) in beside {
                    matrix[*i][*j] -= x * y / weight;
                }
            }
        }
        let mut fit = Self {
            design,
            rows,
            diagonal,
            factor: cholesky(matrix, &whole)?,
            coefficients: right.clone(),
        };
        fit.coefficients = fit.solve(&right);
        Ok(fit)
    }

    /// Solves the normal equations for another right side.
    fn solve(&self, right: &Vector) -> Vector {
        let mut small = right.small.clone();
        for row in &self.rows {
            for column in row.columns() {
                small[column] -= row.weight * right.big[row.level] / self.diagonal[row.level];
            }
        }
        for i in 0..small.len() {
            for j in 0..i {
                small[i] -= self.factor[i][j] * small[j];
            }
            small[i] /= self.factor[i][i];
        }
        for i in (0..small.len()).rev() {
            for j in i + 1..small.len() {
                small[i] -= self.factor[j][i] * small[j];
            }
            small[i] /= self.factor[i][i];
        }
        let mut big = right.big.clone();
        for row in &self.rows {
            let others: f64 = row.columns().map(|column| small[column]).sum();
            big[row.level] -= row.weight * others;
        }
        for (x, weight) in big.iter_mut().zip(&self.diagonal) {
            *x /= weight;
        }
        Vector { big, small }
    }
}

/// The lower triangle whose product with itself turned is the matrix; `whole` has its diagonal as it was before other columns
/// were taken out.
fn cholesky(mut matrix: Vec<Vec<f64>>, whole: &[f64]) -> Result<Vec<Vec<f64>>, Reason> {
    for (i, whole) in whole.iter().enumerate() {
        for j in 0..=i {
            let done: f64 = (0..j).map(|k| matrix[i][k] * matrix[j][k]).sum();
            let rest = matrix[i][j] - done;
            if i == j {
                if rest <= COLLINEAR * whole {
                    return Err("collinear-strata");
                }
                matrix[i][i] = rest.sqrt();
            } else {
                matrix[i][j] = rest / matrix[j][j];
            }
        }
    }
    Ok(matrix)
}

/// A number with its derivatives by the sums of each stratum.
struct Term {
    value: f64,
    gradient: Vec<[f64; 4]>,
}

/// The mean of what a fit says of the factors of one side (whose weights add up to `total`), without the group's intercept.
fn mean(of: Side, fit: &Fit<'_>, strata: &[Stratum], total: f64) -> Term {
    let mut gradient = vec![[0.0; 4]; strata.len()];
    let theta = &fit.coefficients;
    let mut means = Vector {
        big: vec![0.0; theta.big.len()],
        small: vec![0.0; theta.small.len()],
    };
    let said = |(level, columns): &(usize, Vec<usize>)| {
        theta.big[*level] + columns.iter().map(|column| theta.small[*column]).sum::<f64>()
    };
    let mut value = 0.0;
    for (cell, place) in fit.design.of_cell.iter().enumerate() {
        let Some(place) = place else { continue };
        let share = of.weight(&strata[cell]) / total;
        value += share * said(place);
        means.big[place.0] += share;
        for column in &place.1 {
            means.small[*column] += share;
        }
    }
    for (cell, place) in fit.design.of_cell.iter().enumerate() {
        if let Some(place) = place {
            gradient[cell][2 * of as usize + 1] += (said(place) - value) / total;
        }
    }
    let adjoint = fit.solve(&means);
    for row in &fit.rows {
        let (pull, at) = (row.times(&adjoint), 2 * row.side as usize);
        gradient[row.cell][at] += pull;
        gradient[row.cell][at + 1] -= pull * row.times(theta);
    }
    Term { value, gradient }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-12, "{a} is not {b}");
    }

    /// Shares of three strata and rates in them, of the group and of the reference.
    fn example() -> Vec<Stratum> {
        let (p, r) = ([0.5, 0.3, 0.2], [0.2, 0.1, 0.05]);
        let (q, s) = ([0.2, 0.3, 0.5], [0.18, 0.09, 0.05]);
        (0..3)
            .map(|k| Stratum {
                a: 1000.0 * p[k] * r[k],
                n: 1000.0 * p[k],
                b: 400.0 * q[k] * s[k],
                m: 400.0 * q[k],
                weight: 0.0,
            })
            .collect()
    }

    /// By hand: Σ(p − q)s, Σp(r − s), Σq(r − s) and Σ(p − q)(r − s); tests/oracles/decompositions.py.
    #[test]
    fn one_factor_by_hand() {
        let levels: Vec<Vec<usize>> = (0..3).map(|k| vec![k]).collect();
        let part = |part| decompose(part, &example(), &levels).unwrap().value;
        close(part(Oaxaca::Explained), 0.039);
        close(part(Oaxaca::Unexplained), 0.013);
        close(part(Oaxaca::Coefficients), 0.007);
        close(part(Oaxaca::Interaction), 0.006);
        close(part(Oaxaca::ExplainedPooled) + part(Oaxaca::UnexplainedPooled), 0.052);
    }

    #[test]
    fn gradients_are_those_of_small_changes() {
        // Two factors of three and two levels, the second level of the second in part.
        let levels: Vec<Vec<usize>> = [[0, 0], [0, 1], [1, 0], [1, 1], [2, 0]].map(|l| l.to_vec()).to_vec();
        let strata: Vec<Stratum> = [
            [12.0, 40.0, 9.0, 50.0],
            [8.0, 20.0, 7.0, 35.0],
            [30.0, 60.0, 20.0, 45.0],
            [5.0, 10.0, 16.0, 30.0],
            [7.0, 25.0, 11.0, 20.0],
        ]
        .map(|[a, n, b, m]| Stratum {
            a,
            n,
            b,
            m,
            weight: 0.0,
        })
        .to_vec();
        for part in [
            Oaxaca::Explained,
            Oaxaca::Unexplained,
            Oaxaca::ExplainedPooled,
            Oaxaca::UnexplainedPooled,
            Oaxaca::Coefficients,
            Oaxaca::Interaction,
        ] {
            let found = decompose(part, &strata, &levels).unwrap();
            for cell in 0..strata.len() {
                for slot in 0..4 {
                    let moved = |by: f64| {
                        let mut strata = strata.clone();
                        let s = &mut strata[cell];
                        *[&mut s.a, &mut s.n, &mut s.b, &mut s.m][slot] += by;
                        decompose(part, &strata, &levels).unwrap().value
                    };
                    let slope = (moved(1e-4) - moved(-1e-4)) / 2e-4;
                    let told = found.gradient[cell][slot];
                    assert!(
                        (slope - told).abs() < 1e-8,
                        "{part:?} {cell} {slot}: {slope} is not {told}"
                    );
                }
            }
        }
    }

    #[test]
    fn levels_that_a_side_lacks_are_left_out() {
        let mut strata = example();
        let levels: Vec<Vec<usize>> = (0..3).map(|k| vec![k]).collect();
        strata[2].m = 0.0;
        strata[2].b = 0.0;
        let found = decompose(Oaxaca::Explained, &strata, &levels).unwrap();
        close(found.value, (0.5 / 0.8 - 0.4) * 0.18 + (0.3 / 0.8 - 0.6) * 0.09);
        assert_eq!(found.gradient[2], [0.0; 4]);
        for stratum in &mut strata {
            stratum.m = 0.0;
        }
        assert_eq!(decompose(Oaxaca::Explained, &strata, &levels), Err("no-shared-stratum"));
    }
}
