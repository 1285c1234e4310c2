//! Rates of groups of which only the chance to be in them is known.

use super::jackknife::jackknife;

/// Rows with the same chances.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// By group: the chance to be in it.
    pub chances: Vec<f64>,
    /// People.
    pub people: f64,
    /// By replicate: rows that were selected, and rows.
    pub counts: Vec<[f64; 2]>,
}

impl Cell {
    fn whole(&self) -> [f64; 2] {
        let sum = |all: [f64; 2], count: &[f64; 2]| [all[0] + count[0], all[1] + count[1]];
        self.counts.iter().fold([0.0; 2], sum)
    }

    fn without(&self, replicate: usize) -> [f64; 2] {
        let ([x, n], [own_x, own_n]) = (self.whole(), self.counts[replicate]);
        // What is left of a difference of weights may be a trace of rounding.
        [(x - own_x).max(0.0), (n - own_n).max(0.0)]
    }

    /// The group of somebody whose chance of it is the only largest, and at least the threshold.
    fn group(&self, threshold: f64) -> Option<usize> {
        let largest = self.chances.iter().copied().reduce(f64::max)?;
        let mut those = (0..self.chances.len()).filter(|&g| self.chances[g] >= largest);
        let first = those.next()?;
        (largest >= threshold && those.next().is_none()).then_some(first)
    }
}

/// How people count in groups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum By {
    /// Everybody in each group by the chance to be in it.
    Chance,
    /// Everybody in the likeliest group, if its chance is at least this.
    Threshold(f64),
}

/// A number with its standard error over people and degrees of freedom; `None`: no error is known.
pub type Told = (f64, Option<(f64, f64)>);

/// How much of a cell counts in a group.
fn share(cell: &Cell, group: usize, by: By) -> f64 {
    match by {
        By::Chance => cell.chances[group],
        By::Threshold(threshold) => f64::from(u8::from(cell.group(threshold) == Some(group))),
    }
}

/// A sum of selected rows and of rows, in so far as they count in a group.
fn sums(cells: &[Cell], group: usize, by: By, count: impl Fn(&Cell) -> [f64; 2]) -> [f64; 2] {
    cells.iter().fold([0.0; 2], |all, cell| {
        let (share, [x, n]) = (share(cell, group, by), count(cell));
        [share.mul_add(x, all[0]), share.mul_add(n, all[1])]
    })
}

fn ratio([x, n]: [f64; 2]) -> Option<f64> {
    (n > 1e-9).then(|| x / n)
}

/// Rows that count in a group, and the share of them that was selected: Σ p Y / Σ p by chance (J. Chen and others,
/// Proceedings of FAT* 2019, 339–348), or among those who are counted whole. `None` where nobody counts.
#[must_use]
pub fn rate(cells: &[Cell], group: usize, by: By) -> Option<(f64, Told)> {
    let all = sums(cells, group, by, Cell::whole);
    let without = |replicate| ratio(sums(cells, group, by, |cell| cell.without(replicate)));
    Some((all[1], (ratio(all)?, error(cells, without))))
}

/// The rate of a group less that of another.
#[must_use]
pub fn gap(cells: &[Cell], group: usize, other: usize, by: By) -> Option<Told> {
    let of = |count: &dyn Fn(&Cell) -> [f64; 2]| {
        Some(ratio(sums(cells, group, by, count))? - ratio(sums(cells, other, by, count))?)
    };
    let without = |replicate| of(&|cell| cell.without(replicate));
    Some((of(&Cell::whole)?, error(cells, without)))
}

fn error(cells: &[Cell], without: impl Fn(usize) -> Option<f64>) -> Option<(f64, f64)> {
    let replicates = cells.first()?.counts.len();
    let (variance, df) = jackknife(replicates, without)?;
    Some((variance.sqrt(), df))
}

/// The lowest and the highest rate that a group can have, whoever of those with the same chances is in it.
///
/// In a stratum of n rows with y selected and a share p of the group, at least max(0, p n + y − n) and at most
/// min(p n, y) of the group's rows are selected (Fréchet). Summed over strata these are the sharp bounds of N. Kallus,
/// X. Mao and A. Zhou, Management Science 68 (2022), 1959–1981. The bounds of a gap are the lowest of one less the highest
/// of the other and the other way round: in every stratum both are reached at once.
#[must_use]
pub fn bounds(cells: &[Cell], group: usize) -> Option<(f64, f64)> {
    let mut sums = [0.0; 3];
    for cell in cells {
        let [y, n] = cell.whole();
        let own = cell.chances[group] * n;
        sums[0] += (own + y - n).max(0.0);
        sums[1] += own.min(y);
        sums[2] += own;
    }
    let [low, high, rows] = sums;
    (rows > 1e-9).then(|| (low / rows, high / rows))
}

/// Strata of people who are alike: cells whose chances are the same to a step (`None`: exactly), with the mean of their
/// chances. Strata of one row each would make bounds look narrow that are not: what they say of a chance is then taken
/// from one decision.
#[must_use]
pub fn strata(cells: &[Cell], step: Option<f64>) -> Vec<Cell> {
    let Some(step) = step else { return cells.to_vec() };
    let key = |cell: &Cell| -> Vec<i64> { cell.chances.iter().map(|p| (p / step).round() as i64).collect() };
    let mut order: Vec<(Vec<i64>, &Cell)> = cells.iter().map(|cell| (key(cell), cell)).collect();
    order.sort_by(|a, b| a.0.cmp(&b.0));
    let mut strata: Vec<Cell> = Vec::new();
    for alike in order.chunk_by(|a, b| a.0 == b.0) {
        let rows: f64 = alike.iter().map(|(_, cell)| cell.whole()[1]).sum();
        let mean = |group: usize| {
            let sum: f64 = alike
                .iter()
                .map(|(_, cell)| cell.chances[group] * cell.whole()[1])
                .sum();
            if rows > 0.0 { sum / rows } else { 0.0 }
        };
        let first = alike[0].1;
        let mut counts = vec![[0.0; 2]; first.counts.len()];
        for (_, cell) in alike {
            for (sum, count) in counts.iter_mut().zip(&cell.counts) {
                *sum = [sum[0] + count[0], sum[1] + count[1]];
            }
        }
        strata.push(Cell {
            chances: (0..first.chances.len()).map(mean).collect(),
            people: alike.iter().map(|(_, cell)| cell.people).sum(),
            counts,
        });
    }
    strata
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    /// Four strata of equal size, in two replicates.
    fn four() -> Vec<Cell> {
        [(0.9, 30.0), (0.7, 25.0), (0.3, 15.0), (0.1, 10.0)]
            .into_iter()
            .map(|(p, selected)| Cell {
                chances: vec![p, 1.0 - p],
                people: 100.0,
                counts: vec![[selected / 2.0, 50.0]; 2],
            })
            .collect()
    }

    #[test]
    fn four_strata_side_by_side() {
        // Derived by hand from the formulas: bounds 0.1 to 0.4 and 0 to 0.3, weighted gap 0.10, by threshold 0.15.
        let cells = four();
        let (low, high) = bounds(&cells, 0).unwrap();
        assert_close(low, 0.1, 1e-12);
        assert_close(high, 0.4, 1e-12);
        let (low, high) = bounds(&cells, 1).unwrap();
        assert!(low.abs() < 1e-12);
        assert_close(high, 0.3, 1e-12);
        assert_close(gap(&cells, 0, 1, By::Chance).unwrap().0, 0.10, 1e-12);
        assert_close(gap(&cells, 0, 1, By::Threshold(0.5)).unwrap().0, 0.15, 1e-12);
        assert_close(rate(&cells, 0, By::Chance).unwrap().0, 200.0, 1e-12);
        assert_close(rate(&cells, 0, By::Threshold(0.8)).unwrap().0, 100.0, 1e-12);
    }

    #[test]
    fn what_the_truth_may_be_lies_within_the_bounds_and_reaches_them() {
        // One stratum: 6 rows of whom half are of the group, 4 selected. All ways of choosing the group are tried.
        let selected = [1, 1, 1, 1, 0, 0];
        let cell = Cell {
            chances: vec![0.5, 0.5],
            people: 6.0,
            counts: vec![[4.0, 6.0]],
        };
        let (low, high) = bounds(&[cell], 0).unwrap();
        let (mut least, mut most) = (1.0f64, 0.0f64);
        for chosen in 0u32..64 {
            if chosen.count_ones() == 3 {
                let own: i32 = (0..6).filter(|i| chosen >> i & 1 == 1).map(|i| selected[i]).sum();
                least = least.min(f64::from(own) / 3.0);
                most = most.max(f64::from(own) / 3.0);
            }
        }
        assert_close(low, least, 1e-12);
        assert_close(high, most, 1e-12);
    }

    #[test]
    fn nobody_is_in_two_groups_at_once() {
        let tie = Cell {
            chances: vec![0.5, 0.5],
            people: 1.0,
            counts: vec![[1.0, 1.0]],
        };
        assert_eq!(tie.group(0.5), None);
        assert_eq!(rate(&[tie], 0, By::Threshold(0.5)), None);
    }

    #[test]
    fn coarser_strata_keep_rates_and_widen_bounds() {
        let cells = four();
        let coarse = strata(&cells, Some(0.5));
        assert!(coarse.len() < cells.len());
        let told = |cells: &[Cell]| rate(cells, 0, By::Chance).unwrap().0;
        assert_close(told(&coarse), told(&cells), 1e-12);
        let ((low, high), (coarse_low, coarse_high)) = (bounds(&cells, 0).unwrap(), bounds(&coarse, 0).unwrap());
        assert!(coarse_low <= low && coarse_high >= high);
    }

    #[test]
    fn the_error_is_that_of_the_people() {
        // Left out in turn, 1 of 2 and 3 of 4: rates 3/4 and 1/2, so that the variance is 1/2 · 2 · (1/8)².
        let cells = [Cell {
            chances: vec![1.0, 0.0],
            people: 6.0,
            counts: vec![[1.0, 2.0], [3.0, 4.0]],
        }];
        let (_, (value, error)) = rate(&cells, 0, By::Chance).unwrap();
        assert_close(value, 4.0 / 6.0, 1e-12);
        let (error, df) = error.unwrap();
        assert_close(error, 0.125, 1e-12);
        assert_close(df, 1.0, 1e-12);
        assert_eq!(rate(&cells, 1, By::Chance), None);
    }
}
