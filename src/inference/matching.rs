//! People who are alike but for the group: matched exactly on some features and by distance on others.
//!
//! Every row of the group is compared with the rows of others that have the same values of the exact features and, where
//! there are features to be near in, with the nearest of them (with replacement, and with all that are as near as the last).
//! The mean difference is that of the matched rows of the group (the effect on the treated: D. Rubin, Biometrics 29 (1973);
//! S. Iacus, G. King and G. Porro, Political Analysis 20 (2012), for coarsened exact matching). Its error leaves out people
//! by replicate while the matches stay, so that somebody who is matched many times weighs as much as that (cf. A. Abadie and
//! G. Imbens, Econometrica 74 (2006)).
//!
//! Consistency asks everybody for the nearest others, whatever their group: 1 less the mean difference from their rate
//! (R. Zemel et al., ICML 2013, who count a person among their own neighbours; here nobody is).

use std::collections::BTreeMap;
use std::ops::Range;

/// Rows and what is counted among them.
pub type Count = [f64; 2];

/// More pairs of cells than this are not compared.
const MOST_PAIRS: usize = 400_000_000;

/// Rows of one group with the same features.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Number of the group; `None`: not known.
    pub group: Option<u32>,
    /// Numbers of the values of the exact features.
    pub exact: Vec<u32>,
    /// The features to be near in, in standard deviations.
    pub near: Vec<f64>,
    /// People.
    pub people: f64,
    /// By replicate of people: rows selected, and all.
    pub counts: Vec<Count>,
}

impl Cell {
    fn rows(&self) -> f64 {
        self.counts.iter().map(|count| count[1]).sum()
    }
}

/// How near is near.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearness {
    /// So many people are looked for, and all that are as near as the last.
    pub neighbours: f64,
    /// None that is farther in any feature, in standard deviations.
    pub caliper: f64,
}

/// A number with its standard error and degrees of freedom; `None`: there are too few replicates.
pub type Told = (f64, Option<(f64, f64)>);

/// A group compared with others who are alike.
#[derive(Debug, Clone, PartialEq)]
pub struct Matched {
    /// Rows of the group.
    pub rows: f64,
    /// Those of them that have a match.
    pub matched: f64,
    /// Rate of the group's matched rows less that of their matches.
    pub gap: Told,
    /// Share of pairs of a row and a match of which one is selected and the other is not.
    pub differently: Told,
    /// By exact feature: half the sum of the differences of the values' shares, before matching (after, it is 0).
    pub apart: Vec<f64>,
    /// By near feature: difference of the means in standard deviations, before and after matching.
    pub near: Vec<(f64, f64)>,
}

/// The cells by their exact features, for looking up who is alike.
#[derive(Debug)]
pub struct Alike<'c> {
    cells: &'c [Cell],
    /// Places of the cells that have the same exact features, one range a set.
    order: Vec<usize>,
    sets: Vec<Range<usize>>,
    set_of: Vec<usize>,
    nearness: Option<Nearness>,
    replicates: usize,
}

/// Rows that somebody is compared with.
#[derive(Debug, Clone)]
struct Pool {
    counts: Vec<Count>,
    whole: Count,
    near: Vec<f64>,
}

impl Pool {
    fn rate_without(&self, left_out: [Option<usize>; 2]) -> Option<f64> {
        let mut left = self.whole;
        for (i, r) in left_out.iter().enumerate() {
            if let Some(r) = *r
                && left_out[..i] != [Some(r)]
            {
                left[0] -= self.counts[r][0];
                left[1] -= self.counts[r][1];
            }
        }
        (left[1] > 1e-9).then(|| left[0] / left[1])
    }
}

impl<'c> Alike<'c> {
    /// `None` where there are too many cells to compare each with each, or none.
    #[must_use]
    pub fn new(cells: &'c [Cell], nearness: Option<Nearness>) -> Option<Self> {
        let replicates = cells.first()?.counts.len();
        let mut order: Vec<usize> = (0..cells.len()).collect();
        let first = |cell: usize| cells[cell].near.first().copied().unwrap_or_default();
        order.sort_by(|&a, &b| {
            let by_number = first(a).total_cmp(&first(b));
            cells[a].exact.cmp(&cells[b].exact).then(by_number).then(a.cmp(&b))
        });
        let mut sets: Vec<Range<usize>> = Vec::new();
        let mut set_of = vec![0; cells.len()];
        for (place, &cell) in order.iter().enumerate() {
            match sets.last_mut() {
                Some(set) if cells[order[set.start]].exact == cells[cell].exact => set.end = place + 1,
                _ => sets.push(place..place + 1),
            }
            set_of[cell] = sets.len() - 1;
        }
        let pairs: usize = sets.iter().map(|set| set.len().saturating_mul(set.len())).sum();
        if nearness.is_some() && pairs > MOST_PAIRS {
            return None;
        }
        Some(Self {
            cells,
            order,
            sets,
            set_of,
            nearness,
            replicates,
        })
    }

    /// The rows that are most alike to those of a cell, among cells that `who` admits.
    fn pool(&self, cell: usize, who: &dyn Fn(&Cell) -> bool) -> Option<Pool> {
        let own = &self.cells[cell];
        let mut set = &self.order[self.sets[self.set_of[cell]].clone()];
        if let (Some(nearness), Some(number)) = (self.nearness, own.near.first()) {
            // Cells stand in the order of their first number: those beyond the caliper need no look.
            let reach = nearness.caliper * (1.0 + 1e-9);
            let from = set.partition_point(|&other| self.cells[other].near[0] < number - reach);
            let to = set.partition_point(|&other| self.cells[other].near[0] <= number + reach);
            set = &set[from..to];
        }
        let admitted = set.iter().map(|&other| &self.cells[other]).filter(|other| who(other));
        let mut pool = Pool {
            counts: vec![[0.0; 2]; self.replicates],
            whole: [0.0; 2],
            near: vec![0.0; own.near.len()],
        };
        let mut add = |other: &Cell| {
            for (mine, theirs) in pool.counts.iter_mut().zip(&other.counts) {
                mine[0] += theirs[0];
                mine[1] += theirs[1];
            }
            for (mine, theirs) in pool.near.iter_mut().zip(&other.near) {
                *mine += other.rows() * theirs;
            }
        };
        match self.nearness {
            None => admitted.for_each(&mut add),
            Some(nearness) => {
                let mut near: Vec<(f64, &Cell)> = admitted
                    .filter_map(|other| Some((distance(own, other, nearness.caliper)?, other)))
                    .collect();
                near.sort_by(|a, b| a.0.total_cmp(&b.0));
                let (mut people, mut last) = (0.0, 0.0);
                for (distance, other) in near {
                    if people >= nearness.neighbours && distance > last {
                        break;
                    }
                    people += other.people;
                    last = distance;
                    add(other);
                }
            }
        }
        for count in &pool.counts {
            pool.whole[0] += count[0];
            pool.whole[1] += count[1];
        }
        for mean in &mut pool.near {
            *mean /= pool.whole[1];
        }
        (pool.whole[1] > 0.0).then_some(pool)
    }

    /// A group compared with others who are alike; `others` are the groups that it is compared with. `None` where the group
    /// or the others have no row, or nobody is alike.
    #[must_use]
    pub fn matched(&self, group: u32, others: &dyn Fn(u32) -> bool) -> Option<Matched> {
        let is_other = |cell: &Cell| cell.group.is_some_and(others);
        let own: Vec<usize> = (0..self.cells.len())
            .filter(|&cell| self.cells[cell].group == Some(group))
            .collect();
        let pairs: Vec<(&Cell, Pool)> = own
            .iter()
            .filter_map(|&cell| Some((&self.cells[cell], self.pool(cell, &is_other)?)))
            .collect();
        let all_rows: f64 = pairs.iter().map(|(cell, _)| cell.rows()).sum();
        if all_rows <= 0.0 {
            return None;
        }
        let mean = |of: &dyn Fn(f64, f64) -> f64, without: Option<usize>| {
            let (mut sum, mut rows) = (0.0, 0.0);
            for (cell, pool) in &pairs {
                let Some(other) = pool.rate_without([without, None]) else {
                    continue;
                };
                let kept = cell.counts.iter().enumerate().filter(|(r, _)| Some(*r) != without);
                let [x, n] = kept.fold([0.0; 2], |all, (_, count)| [all[0] + count[0], all[1] + count[1]]);
                if n > 1e-9 {
                    sum += n * of(x / n, other);
                    rows += n;
                }
            }
            (rows > 0.0).then(|| sum / rows)
        };
        let told = |of: &dyn Fn(f64, f64) -> f64| Some((mean(of, None)?, self.error(|r| mean(of, Some(r)))));
        let before: Vec<&Cell> = self.cells.iter().filter(|cell| is_other(cell)).collect();
        let mine: Vec<&Cell> = own.iter().map(|&cell| &self.cells[cell]).collect();
        let near = (0..mine.first()?.near.len()).map(|feature| {
            let matched = pairs.iter().map(|(cell, _)| (cell.rows(), cell.near[feature]));
            let theirs = pairs.iter().map(|(cell, pool)| (cell.rows(), pool.near[feature]));
            let by_rows = |cells: &[&Cell]| weighted(cells.iter().map(|cell| (cell.rows(), cell.near[feature])));
            (by_rows(&mine) - by_rows(&before), weighted(matched) - weighted(theirs))
        });
        Some(Matched {
            rows: mine.iter().map(|cell| cell.rows()).sum(),
            matched: all_rows,
            gap: told(&|own, other| own - other)?,
            differently: told(&|own, other| own * (1.0 - other) + (1.0 - own) * other)?,
            apart: (0..mine.first()?.exact.len())
                .map(|feature| apart(&mine, &before, feature))
                .collect(),
            near: near.collect(),
        })
    }

    /// How alike those who are alike are treated: for each question, over cells that it admits. `None` where none of them
    /// has another like it.
    #[must_use]
    pub fn consistency(&self, questions: &[&dyn Fn(&Cell) -> bool]) -> Vec<Option<Told>> {
        let pools: Vec<(&Cell, Pool)> = (0..self.cells.len())
            .filter(|&cell| questions.iter().any(|who| who(&self.cells[cell])))
            .filter_map(|cell| Some((&self.cells[cell], self.pool(cell, &|_| true)?)))
            .collect();
        questions.iter().map(|who| self.consistency_of(&pools, who)).collect()
    }

    fn consistency_of(&self, pools: &[(&Cell, Pool)], who: &dyn Fn(&Cell) -> bool) -> Option<Told> {
        let mean = |without: Option<usize>| {
            let (mut sum, mut rows) = (0.0, 0.0);
            for (cell, pool) in pools.iter().filter(|(cell, _)| who(cell)) {
                for (r, [x, n]) in cell.counts.iter().enumerate() {
                    if Some(r) == without || *n <= 0.0 {
                        continue;
                    }
                    // Neighbours are people of other replicates: nobody is their own.
                    if let Some(rate) = pool.rate_without([Some(r), without]) {
                        sum += x * (1.0 - rate) + (n - x) * rate;
                        rows += n;
                    }
                }
            }
            (rows > 0.0).then(|| 1.0 - sum / rows)
        };
        Some((mean(None)?, self.error(|r| mean(Some(r)))))
    }

    /// Standard error by leaving out each replicate, and degrees of freedom.
    fn error(&self, without: impl Fn(usize) -> Option<f64>) -> Option<(f64, f64)> {
        let seen = |r: &usize| self.cells.iter().any(|cell| cell.counts[*r][1] > 0.0);
        let values: Vec<f64> = (0..self.replicates).filter(seen).map(without).collect::<Option<_>>()?;
        let count = values.len() as f64;
        if count < 2.0 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Some((((count - 1.0) / count * squares).sqrt(), count - 1.0))
    }
}

/// How far apart two cells are; `None` beyond the caliper.
fn distance(a: &Cell, b: &Cell, caliper: f64) -> Option<f64> {
    let mut squares = 0.0;
    for (x, y) in a.near.iter().zip(&b.near) {
        let away = (x - y).abs();
        // A trace of rounding must not cut off what lies on the caliper.
        if away > caliper * (1.0 + 1e-12) {
            return None;
        }
        squares += away * away;
    }
    Some(squares)
}

fn weighted(values: impl Iterator<Item = (f64, f64)>) -> f64 {
    let (sum, all) = values.fold((0.0, 0.0), |(sum, all), (weight, x)| (sum + weight * x, all + weight));
    sum / all
}

/// Half the sum of the differences of the shares of a feature's values.
fn apart(own: &[&Cell], others: &[&Cell], feature: usize) -> f64 {
    let mut shares: BTreeMap<u32, [f64; 2]> = BTreeMap::new();
    for (side, cells) in [own, others].into_iter().enumerate() {
        let all: f64 = cells.iter().map(|cell| cell.rows()).sum();
        for cell in cells {
            shares.entry(cell.exact[feature]).or_default()[side] += cell.rows() / all;
        }
    }
    shares.values().map(|[a, b]| (a - b).abs()).sum::<f64>() / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;
    use crate::inference::rng::Rng;

    fn cell(group: u32, exact: &[u32], near: &[f64], counts: &[(f64, f64)]) -> Cell {
        Cell {
            group: Some(group),
            exact: exact.to_vec(),
            near: near.to_vec(),
            people: counts.iter().map(|(_, n)| n).sum(),
            counts: counts.iter().map(|&(x, n)| [x, n]).collect(),
        }
    }

    #[test]
    fn exact_matches_by_hand() {
        // Two strata: 2 of 4 against 3 of 4, and 1 of 6 against 2 of 4; 5 rows of the group are like nobody.
        let cells = [
            cell(0, &[0], &[], &[(1.0, 2.0), (1.0, 2.0)]),
            cell(1, &[0], &[], &[(2.0, 2.0), (1.0, 2.0)]),
            cell(0, &[1], &[], &[(0.0, 3.0), (1.0, 3.0)]),
            cell(1, &[1], &[], &[(1.0, 2.0), (1.0, 2.0)]),
            cell(0, &[2], &[], &[(5.0, 5.0), (0.0, 0.0)]),
        ];
        let found = Alike::new(&cells, None).unwrap().matched(0, &|g| g == 1).unwrap();
        assert_eq!((found.rows, found.matched), (15.0, 10.0));
        assert_close(
            found.gap.0,
            (4.0 * (0.5 - 0.75) + 6.0 * (1.0 / 6.0 - 0.5)) / 10.0,
            1e-15,
        );
        // A pair differs in the first stratum with 0.5·0.25 + 0.5·0.75, in the second with 1/2.
        assert_close(found.differently.0, 0.5, 1e-15);
        // Without the first replicate: 2 rows at 1/2 − 1/2 and 3 at 1/3 − 1/2; without the second: 1/2 − 1 and 0 − 1/2.
        let values: [f64; 2] = [3.0 * (1.0 / 3.0 - 0.5) / 5.0, -0.5];
        let mean = f64::midpoint(values[0], values[1]);
        let variance = 0.5 * values.iter().map(|v| (v - mean).powi(2)).sum::<f64>();
        assert_close(found.gap.1.unwrap().0, variance.sqrt(), 1e-15);
        // Shares 4/15, 6/15, 5/15 against 1/2, 1/2.
        assert_close(found.apart[0], 1.0 / 3.0, 1e-15);
    }

    #[test]
    fn nearest_neighbours_by_hand() {
        let cells = [
            cell(0, &[0], &[1.0], &[(1.0, 1.0), (0.0, 0.0)]),
            cell(1, &[0], &[1.125], &[(0.0, 1.0), (0.0, 0.0)]),
            cell(1, &[0], &[0.75], &[(0.0, 0.0), (1.0, 1.0)]),
            cell(1, &[0], &[1.5], &[(0.0, 0.0), (1.0, 1.0)]),
            cell(1, &[1], &[1.0], &[(1.0, 1.0), (0.0, 0.0)]),
        ];
        let near = |neighbours: f64, caliper: f64| {
            let alike = Alike::new(&cells, Some(Nearness { neighbours, caliper })).unwrap();
            alike.matched(0, &|g| g == 1)
        };
        assert_close(near(1.0, 1.0).unwrap().gap.0, 1.0, 1e-15);
        assert_close(near(3.0, 1.0).unwrap().gap.0, 1.0 - 2.0 / 3.0, 1e-15);
        assert_close(near(3.0, 0.25).unwrap().gap.0, 0.5, 1e-15);
        // The mean of all others is 4.375/4, that of the two that are near 0.9375.
        let [(before, after)] = near(3.0, 0.25).unwrap().near[..] else {
            panic!("one feature")
        };
        assert_close(before, 1.0 - 1.093_75, 1e-15);
        assert_close(after, 0.062_5, 1e-15);
        assert_eq!(near(3.0, 0.01), None);
    }

    /// A group that is older, a rate that falls with age, and a true gap.
    fn log(seed: u64, gap: f64) -> Vec<Cell> {
        let mut rng = Rng::new(seed, 5);
        let mut uniform = move || (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        (0..1_500)
            .map(|person| {
                let group = u32::from(uniform() < 0.4);
                let age = 4.0 * uniform() + f64::from(group) * uniform();
                let chance = 0.8 - 0.1 * age - if group == 1 { gap } else { 0.0 };
                let own = uniform() < chance;
                let rows = 1 + (uniform() * 3.0) as usize;
                let x = (0..rows)
                    .filter(|_| if uniform() < 0.5 { own } else { uniform() < chance })
                    .count();
                let mut counts = vec![[0.0; 2]; 32];
                counts[person % 32] = [x as f64, rows as f64];
                Cell {
                    group: Some(group),
                    exact: vec![u32::from(uniform() < 0.5)],
                    near: vec![age],
                    people: 1.0,
                    counts,
                }
            })
            .collect()
    }

    #[test]
    fn intervals_of_the_matched_gap_hold_the_truth() {
        let nearness = Nearness {
            neighbours: 5.0,
            caliper: 0.25,
        };
        let mut held = 0;
        for seed in 0..150 {
            let cells = log(seed, 0.1);
            let found = Alike::new(&cells, Some(nearness))
                .unwrap()
                .matched(1, &|g| g == 0)
                .unwrap();
            let (error, df) = found.gap.1.unwrap();
            assert_eq!(df, 31.0);
            held += u32::from((found.gap.0 + 0.1).abs() <= 2.04 * error);
            assert!(
                found.near[0].0 > 0.3 && found.near[0].1.abs() < 0.02,
                "{:?}",
                found.near
            );
        }
        assert!((134..=149).contains(&held), "{held}");
    }

    #[test]
    fn consistency_of_equal_treatment_and_of_chance() {
        // All with the same features are treated alike: 1. By a fair coin: one half.
        let alike: Vec<Cell> = (0..8)
            .map(|i| {
                let mut counts = vec![(0.0, 0.0); 4];
                counts[i % 4] = (f64::from(u8::from(i < 4)) * 2.0, 2.0);
                cell(0, &[u32::from(i < 4)], &[], &counts)
            })
            .collect();
        let found = Alike::new(&alike, None).unwrap().consistency(&[&|_| true])[0].unwrap();
        assert_eq!(found.0, 1.0);
        let coins = cell(0, &[0], &[], &[(5.0, 10.0); 8]);
        let coins = [coins];
        let found = Alike::new(&coins, None).unwrap().consistency(&[&|_| true])[0].unwrap();
        assert_close(found.0, 0.5, 1e-15);
    }
}
