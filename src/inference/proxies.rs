//! How well some columns tell a person's group: what a stranger who knows the columns could guess.
//!
//! Guesses about each half of the people are made from the other half (cross-fitting), so that a column of many values,
//! which would tell everybody apart by heart, tells nothing. Chances of groups given several columns are those of the people
//! with the same values, drawn towards what the columns say one by one (naive Bayes) where these are few.
//!
//! Both halves' numbers are put together, but their errors are not taken for independent: what one half teaches is tested
//! on the other and the other way round, so that where nothing is to be told both err alike. The error of the mean is then
//! at most the mean of both errors, and that is what is given.

use std::collections::HashMap;

/// So many people's worth of what is known without them is added to those with the same values.
const PRIOR: f64 = 10.0;

/// People of one group with the same values of the columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Number of the group.
    pub group: u32,
    /// By column: number of the value.
    pub values: Vec<u32>,
    /// People by replicate.
    pub people: Vec<f64>,
}

/// A number with the variance that leaving out replicates gives; `None`: there are too few.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Told {
    /// The number.
    pub value: f64,
    /// Standard error and degrees of freedom.
    pub error: Option<(f64, f64)>,
}

/// How well columns tell the group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tells {
    /// Chance that a person of a group is guessed to be in it more surely than a person of another: one group against
    /// the rest, by the groups' shares. 0.5: nothing is told.
    pub auc: Told,
    /// Share of the surprise about the group that the columns take away, 1 − Σ ln p(group | columns) / Σ ln p(group); below
    /// 0 where guesses are worse than none.
    pub information: Told,
    /// Share of the people who are guessed right.
    pub right: f64,
    /// The same of always guessing the most frequent group.
    pub right_blindly: f64,
}

/// How well the columns tell the group. `None` when a half of the replicates has fewer than two of the groups.
///
/// Replicates are sets of people; each cell has the same number of them, and no person is in two.
#[must_use]
pub fn tells(cells: &[Cell], groups: usize) -> Option<Tells> {
    let replicates = cells.first()?.people.len();
    let half = replicates / 2;
    let halves = [
        Tried::new(cells, groups, half..replicates, 0..half)?,
        Tried::new(cells, groups, 0..half, half..replicates)?,
    ];
    let told = |of: fn(&Tried, Option<usize>) -> Option<f64>| {
        let [a, b] = halves.each_ref().map(|half| (of(half, None), half.error(of)));
        Some(Told {
            value: f64::midpoint(a.0?, b.0?),
            error: a.1.zip(b.1).map(|(x, y)| (f64::midpoint(x.0, y.0), x.1.min(y.1))),
        })
    };
    Some(Tells {
        auc: told(Tried::auc)?,
        information: told(Tried::information)?,
        right: told(Tried::right)?.value,
        right_blindly: told(Tried::right_blindly)?.value,
    })
}

/// What is known of some of the people.
struct Guesser<'c> {
    /// Shares of the groups.
    shares: Vec<f64>,
    /// By column, value: chances of the groups.
    alone: Vec<HashMap<u32, Vec<f64>>>,
    /// By values of all columns: people by group.
    same: HashMap<&'c [u32], Vec<f64>>,
}

impl<'c> Guesser<'c> {
    fn new(cells: &'c [Cell], groups: usize, learnt: &std::ops::Range<usize>) -> Option<Self> {
        let columns = cells.first()?.values.len();
        let mut people = vec![0.0; groups];
        let mut alone: Vec<HashMap<u32, Vec<f64>>> = vec![HashMap::new(); columns];
        let mut same: HashMap<&[u32], Vec<f64>> = HashMap::new();
        for cell in cells {
            let seen: f64 = cell.people[learnt.clone()].iter().sum();
            let group = cell.group as usize;
            people[group] += seen;
            for (of_value, value) in alone.iter_mut().zip(&cell.values) {
                of_value.entry(*value).or_insert_with(|| vec![0.0; groups])[group] += seen;
            }
            same.entry(&cell.values).or_insert_with(|| vec![0.0; groups])[group] += seen;
        }
        let all: f64 = people.iter().sum();
        if all <= 0.0 {
            return None;
        }
        // Half a person in each group, so that none is taken for impossible.
        let smoothed = all + 0.5 * groups as f64;
        let shares: Vec<f64> = people.iter().map(|of_group| (of_group + 0.5) / smoothed).collect();
        for chances in alone.iter_mut().flat_map(HashMap::values_mut) {
            drawn(chances, &shares);
        }
        Some(Self { shares, alone, same })
    }

    /// Chances of the groups.
    fn guess(&self, values: &[u32]) -> Vec<f64> {
        let mut logs: Vec<f64> = self.shares.iter().map(|share| share.ln()).collect();
        for (of_column, value) in self.alone.iter().zip(values) {
            for ((log, chance), share) in logs.iter_mut().zip(&of_column[value]).zip(&self.shares) {
                *log += chance.ln() - share.ln();
            }
        }
        let highest = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let odds: Vec<f64> = logs.iter().map(|log| (log - highest).exp()).collect();
        let sum: f64 = odds.iter().sum();
        let prior: Vec<f64> = odds.iter().map(|odds| odds / sum).collect();
        let mut chances = self.same[values].clone();
        drawn(&mut chances, &prior);
        chances
    }
}

/// Counts as chances, drawn towards others by so many as [`PRIOR`] says.
fn drawn(counts: &mut [f64], towards: &[f64]) {
    let all = counts.iter().sum::<f64>() + PRIOR;
    for (count, chance) in counts.iter_mut().zip(towards) {
        *count = (*count + PRIOR * chance) / all;
    }
}

/// Guesses about one half of the people, with what they are.
struct Tried {
    shares: Vec<f64>,
    /// For all who have the same values: chances of the groups, and people by replicate and group.
    guesses: Vec<(Vec<f64>, Vec<Vec<f64>>)>,
    replicates: usize,
}

impl Tried {
    fn new(
        cells: &[Cell],
        groups: usize,
        learnt: std::ops::Range<usize>,
        tested: std::ops::Range<usize>,
    ) -> Option<Self> {
        let guesser = Guesser::new(cells, groups, &learnt)?;
        let mut places: HashMap<&[u32], usize> = HashMap::new();
        let mut guesses: Vec<(Vec<f64>, Vec<Vec<f64>>)> = Vec::new();
        let mut seen = vec![false; groups];
        for cell in cells {
            let people = &cell.people[tested.clone()];
            if people.iter().all(|count| *count <= 0.0) {
                continue;
            }
            let at = *places.entry(&cell.values).or_insert_with(|| {
                guesses.push((guesser.guess(&cell.values), vec![vec![0.0; groups]; tested.len()]));
                guesses.len() - 1
            });
            for (of_replicate, count) in guesses[at].1.iter_mut().zip(people) {
                of_replicate[cell.group as usize] += count;
            }
            seen[cell.group as usize] = true;
        }
        let several = seen.iter().filter(|seen| **seen).count() > 1;
        several.then_some(Self {
            shares: guesser.shares,
            guesses,
            replicates: tested.len(),
        })
    }

    /// Standard error of a number by leaving out each replicate, and its degrees of freedom.
    fn error(&self, of: fn(&Self, Option<usize>) -> Option<f64>) -> Option<(f64, f64)> {
        let values: Vec<f64> = (0..self.replicates).map(|r| of(self, Some(r))).collect::<Option<_>>()?;
        let count = values.len() as f64;
        if count < 2.0 {
            return None;
        }
        let mean = values.iter().sum::<f64>() / count;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        Some((((count - 1.0) / count * squares).sqrt(), count - 1.0))
    }

    /// Guesses with people by group, without a replicate.
    fn people(&self, without: Option<usize>) -> Vec<(&[f64], Vec<f64>)> {
        let groups = self.shares.len();
        self.guesses
            .iter()
            .map(|(guess, by_replicate)| {
                let mut people = vec![0.0; groups];
                for (_, of_replicate) in by_replicate.iter().enumerate().filter(|(r, _)| Some(*r) != without) {
                    for (all, count) in people.iter_mut().zip(of_replicate) {
                        *all += count;
                    }
                }
                (guess.as_slice(), people)
            })
            .collect()
    }

    fn auc(&self, without: Option<usize>) -> Option<f64> {
        let guesses = self.people(without);
        let everybody: f64 = guesses.iter().flat_map(|(_, people)| people).sum();
        let (mut sum, mut weight) = (0.0, 0.0);
        for group in 0..self.shares.len() {
            let own: f64 = guesses.iter().map(|(_, people)| people[group]).sum();
            let pairs = own * (everybody - own);
            if pairs > 0.0 {
                sum += own * ordered(&guesses, group) / pairs;
                weight += own;
            }
        }
        (weight > 0.0).then(|| sum / weight)
    }

    fn information(&self, without: Option<usize>) -> Option<f64> {
        let (mut surprise, mut blind) = (0.0, 0.0);
        for (guess, people) in self.people(without) {
            for ((chance, share), count) in guess.iter().zip(&self.shares).zip(people) {
                surprise -= count * chance.ln();
                blind -= count * share.ln();
            }
        }
        (blind > 0.0).then(|| 1.0 - surprise / blind)
    }

    /// Share of the people whose group is the one that `guess` names.
    fn share_right(&self, without: Option<usize>, guess: impl Fn(&[f64]) -> Option<usize>) -> Option<f64> {
        let (mut right, mut all) = (0.0, 0.0);
        for (chances, people) in self.people(without) {
            right += people[guess(chances)?];
            all += people.iter().sum::<f64>();
        }
        (all > 0.0).then(|| right / all)
    }

    fn right(&self, without: Option<usize>) -> Option<f64> {
        self.share_right(without, most)
    }

    fn right_blindly(&self, without: Option<usize>) -> Option<f64> {
        self.share_right(without, |_| most(&self.shares))
    }
}

/// Place of the largest, the first of several.
fn most(numbers: &[f64]) -> Option<usize> {
    let mut best: Option<usize> = None;
    for (i, number) in numbers.iter().enumerate() {
        if best.is_none_or(|best| *number > numbers[best]) {
            best = Some(i);
        }
    }
    best
}

/// Pairs of somebody of the group and somebody else of whom the first is taken more surely for one of the group; half of
/// those taken alike.
fn ordered(guesses: &[(&[f64], Vec<f64>)], group: usize) -> f64 {
    let mut sorted: Vec<(f64, f64, f64)> = guesses
        .iter()
        .map(|(guess, people)| (guess[group], people[group], people.iter().sum::<f64>() - people[group]))
        .collect();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut pairs, mut below) = (0.0, 0.0);
    let mut at = 0;
    while at < sorted.len() {
        let (mut own, mut others) = (0.0, 0.0);
        let score = sorted[at].0;
        while at < sorted.len() && sorted[at].0 <= score {
            own += sorted[at].1;
            others += sorted[at].2;
            at += 1;
        }
        pairs += own * (below + others / 2.0);
        below += others;
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::rng::Rng;

    /// Two groups and three columns: the first tells something, the exclusive or of the two others a lot, the last (if asked
    /// for) is different for everybody.
    fn people(seed: u64, count: usize, unique: bool) -> Vec<Cell> {
        let mut rng = Rng::new(seed, 3);
        let mut uniform = move || (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        (0..count)
            .map(|person| {
                let group = u32::from(uniform() < 0.3);
                let first = u32::from(uniform() < if group == 1 { 0.7 } else { 0.4 });
                let second = u32::from(uniform() < 0.5);
                let third = if uniform() < 0.9 { second ^ group } else { second };
                let mut values = vec![first, second, third];
                if unique {
                    values = vec![person as u32];
                }
                let mut of_replicate = vec![0.0; 32];
                of_replicate[person % 32] = 1.0;
                Cell {
                    group,
                    values,
                    people: of_replicate,
                }
            })
            .collect()
    }

    fn only(cells: &[Cell], column: usize) -> Vec<Cell> {
        let of = |cell: &Cell| Cell {
            values: vec![cell.values[column]],
            ..cell.clone()
        };
        cells.iter().map(of).collect()
    }

    fn within(told: Told, expected: f64) {
        let (error, _) = told.error.unwrap();
        let away = (told.value - expected).abs() / error;
        assert!(away < 3.5, "{told:?} is not {expected}");
    }

    #[test]
    fn one_column_tells_what_its_shares_say() {
        // Of a column with P(1 | group) = 0.7 and P(1 | other) = 0.4 the area is (1 + 0.7 − 0.4)/2, and mutual information
        // over entropy with a group of 0.3 follows from the four shares.
        let cells = people(7, 20_000, false);
        let found = tells(&only(&cells, 0), 2).unwrap();
        within(found.auc, 0.65);
        let h = |p: f64| -p * p.ln();
        let one: f64 = 0.3 * 0.7 + 0.7 * 0.4;
        let joint = h(0.21) + h(0.28) + h(0.09) + h(0.42);
        let entropy = h(0.3) + h(0.7);
        within(found.information, (entropy + h(one) + h(1.0 - one) - joint) / entropy);
        assert_eq!(found.right, found.right_blindly);
        assert!((found.right - 0.7).abs() < 0.02);
    }

    #[test]
    fn columns_tell_together_what_none_tells_alone() {
        let cells = people(8, 20_000, false);
        for column in [1, 2] {
            let auc = tells(&only(&cells, column), 2).unwrap().auc;
            assert!((auc.value - 0.5).abs() < 0.03, "{auc:?}");
        }
        let together = tells(&cells, 2).unwrap();
        assert!(together.auc.value > 0.93, "{together:?}");
        assert!(together.right > 0.9 && together.information.value > 0.6);
    }

    #[test]
    fn a_column_that_is_different_for_everybody_tells_nothing() {
        let found = tells(&people(9, 2_000, true), 2).unwrap();
        assert_eq!(found.auc.value, 0.5);
        assert!(found.information.value.abs() < 1e-12, "{found:?}");
    }

    #[test]
    fn intervals_of_a_column_without_a_tale_hold_one_half() {
        let mut held = 0;
        for seed in 0..200 {
            let cells = only(&people(200 + seed, 800, false), 1);
            let auc = tells(&cells, 2).unwrap().auc;
            let (error, _) = auc.error.unwrap();
            held += u32::from((auc.value - 0.5).abs() <= 2.131 * error);
        }
        assert!((190..=200).contains(&held), "{held}");
    }

    #[test]
    fn three_groups() {
        // The column is the group for everybody: it tells all of it.
        let cells: Vec<Cell> = (0..900)
            .map(|person| {
                let mut people = vec![0.0; 32];
                people[person / 3 % 32] = 1.0;
                Cell {
                    group: person as u32 % 3,
                    values: vec![person as u32 % 3],
                    people,
                }
            })
            .collect();
        let found = tells(&cells, 3).unwrap();
        assert_eq!((found.auc.value, found.right), (1.0, 1.0));
        assert!(found.information.value > 0.95 && found.right_blindly < 0.4);
    }

    #[test]
    fn too_little_is_told() {
        assert_eq!(tells(&[], 2), None);
        let mut cells = people(1, 40, false);
        for cell in &mut cells {
            cell.group = 0;
        }
        assert_eq!(tells(&cells, 2), None);
    }
}
