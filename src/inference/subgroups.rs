//! The worst-off of all groups that some attributes can make: found on one half of the people, checked on the other.
//!
//! A search over thousands of groups always finds one that looks bad. So the groups are found on the first half of the
//! replicates with the share of false discoveries held over everything that was searched, and what is said of them (gap,
//! interval, p) comes from the second half, which the search has never seen (V. Chernozhukov et al., Econometrics Journal
//! 21 (2018), on sample splitting; Tramèr et al. 2017, FairTest, on held-out subgroups). Itemsets and their Shapley shares
//! are those of E. Pastor et al., SIGMOD 2021 (DivExplorer).

use std::collections::HashMap;

use super::benjamini_hochberg::benjamini_hochberg;
use super::jackknife::jackknife;
use super::special::{t_quantile, t_sf};

/// Rows and what is counted among them.
pub type Count = [f64; 2];

/// One combination of values of all attributes.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// By attribute: number of the value; `None` where it is not known.
    pub values: Vec<Option<u32>>,
    /// People.
    pub people: f64,
    /// By replicate of people: numerator and denominator of the rate.
    pub counts: Vec<Count>,
}

/// What to look for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quest {
    /// Groups of at most so many attributes.
    pub depth: usize,
    /// Groups of at least so many people.
    pub people: f64,
    /// Whether groups with a lower rate are worse off; `None`: any gap is looked for.
    pub lower: Option<bool>,
    /// Level of intervals; 1 less it is the share of false discoveries.
    pub level: f64,
    /// Whether rows count one each, so that chance makes a variance of at least r (1 − r)/n.
    pub whole: bool,
}

/// A gap of rates on one half of the people.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gap {
    /// Rate of the group.
    pub rate: f64,
    /// Rate of everybody else.
    pub others: f64,
    /// The group's less the others'.
    pub gap: f64,
    /// Standard error of the gap.
    pub error: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// p-value of no gap, or of none for the worse.
    pub p: f64,
}

/// A group that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Subgroup {
    /// Attribute and value.
    pub items: Vec<(usize, u32)>,
    /// People.
    pub people: f64,
    /// Rows of the denominator, in both halves.
    pub rows: f64,
    /// Share of these that lie in groups listed before.
    pub overlap: f64,
    /// On the half on which it was found; p is adjusted over everything that was searched (Benjamini and Hochberg).
    pub found: Gap,
    /// On the other half; `None` where it has too few rows there to tell.
    pub checked: Option<Gap>,
    /// p of [`Self::checked`] adjusted over all groups that were checked (Benjamini and Hochberg).
    pub p: Option<f64>,
    /// By item: its share of the difference from everybody's rate, on the other half (Shapley); they add up to 1.
    pub shares: Option<Vec<f64>>,
}

/// What a search gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Searched {
    /// Groups that were tested.
    pub tested: usize,
    /// Of these, told from the others on the first half.
    pub told: usize,
    /// What is left without redundant ones, worst first. If none was told from the others: the most striking one.
    pub groups: Vec<Subgroup>,
}

/// Counts by replicate and people of a set of cells.
#[derive(Debug, Clone)]
struct Sums {
    people: f64,
    counts: Vec<Count>,
}

impl Sums {
    fn new(replicates: usize) -> Self {
        Self {
            people: 0.0,
            counts: vec![[0.0; 2]; replicates],
        }
    }

    fn add(&mut self, cell: &Cell) {
        self.people += cell.people;
        for (mine, theirs) in self.counts.iter_mut().zip(&cell.counts) {
            mine[0] += theirs[0];
            mine[1] += theirs[1];
        }
    }

    fn less(&self, other: &Self) -> Self {
        let counts = self.counts.iter().zip(&other.counts);
        Self {
            people: self.people - other.people,
            counts: counts.map(|(a, b)| [a[0] - b[0], a[1] - b[1]]).collect(),
        }
    }

    fn rows(&self) -> f64 {
        self.counts.iter().map(|count| count[1]).sum()
    }
}

fn whole(counts: &[Count]) -> Count {
    counts
        .iter()
        .fold([0.0; 2], |all, count| [all[0] + count[0], all[1] + count[1]])
}

fn rate(count: Count) -> Option<f64> {
    // What is left of a difference of weights may be a trace of rounding.
    (count[1] > 1e-9).then(|| count[0] / count[1])
}

/// A search under way.
struct Search<'c> {
    cells: &'c [Cell],
    quest: Quest,
    /// Everybody.
    all: Sums,
    /// Replicates of the first half; the second has those from here.
    half: usize,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Half {
    First,
    Second,
}

/// A group with what the first half says.
#[derive(Debug, Clone)]
struct Candidate {
    items: Vec<(usize, u32)>,
    sums: Sums,
    gap: Gap,
}

impl<'c> Search<'c> {
    fn half<'s>(&self, sums: &'s Sums, half: Half) -> &'s [Count] {
        match half {
            Half::First => &sums.counts[..self.half],
            Half::Second => &sums.counts[self.half..],
        }
    }

    /// How much larger than that of independent rows everybody's variance is.
    fn design_effect(&self, half: Half) -> f64 {
        let counts = self.half(&self.all, half);
        let [x, n] = whole(counts);
        let chance = x / n * (1.0 - x / n) / n;
        let found = jackknife(counts.len(), |r| rate([x - counts[r][0], n - counts[r][1]]));
        let effect = found.map_or(1.0, |(variance, _)| variance / chance);
        match (effect.is_finite(), self.quest.whole) {
            (true, true) => effect.max(1.0),
            (true, false) => effect,
            (false, _) => 1.0,
        }
    }

    /// The gap of two disjoint sets.
    ///
    /// Its variance is the larger of the jackknife's and of what chance makes of equal rates (with the design effect of
    /// everybody): a small group that nobody was selected from has no variance of its own.
    fn gap(&self, a: &Sums, b: &Sums, half: Half, effect: f64) -> Option<Gap> {
        let (of_a, of_b) = (self.half(a, half), self.half(b, half));
        let (all_a, all_b) = (whole(of_a), whole(of_b));
        let (own, others) = (rate(all_a)?, rate(all_b)?);
        let gap = own - others;
        let without = |all: Count, one: Count| rate([all[0] - one[0], all[1] - one[1]]);
        let by_people = jackknife(of_a.len(), |r| {
            Some(without(all_a, of_a[r])? - without(all_b, of_b[r])?)
        });
        let common = (all_a[0] + all_b[0]) / (all_a[1] + all_b[1]);
        let by_chance = effect * common * (1.0 - common) * (1.0 / all_a[1] + 1.0 / all_b[1]);
        let df = of_a.len() as f64 - 1.0;
        let variance = by_people.map_or(0.0, |(variance, _)| variance).max(by_chance);
        if variance <= 0.0 || !variance.is_finite() {
            return None;
        }
        let error = variance.sqrt();
        let p = match self.quest.lower {
            Some(true) => t_sf(-gap / error, df)?,
            Some(false) => t_sf(gap / error, df)?,
            None => (2.0 * t_sf(gap.abs() / error, df)?).min(1.0),
        };
        Some(Gap {
            rate: own,
            others,
            gap,
            error,
            df,
            p,
        })
    }

    /// Whether a gap is one for the worse.
    fn is_worse(&self, gap: &Gap) -> bool {
        match self.quest.lower {
            Some(true) => gap.gap < 0.0,
            Some(false) => gap.gap > 0.0,
            None => true,
        }
    }

    fn alpha(&self) -> f64 {
        1.0 - self.quest.level
    }

    /// How bad a group is at least, on the first half.
    fn at_least(&self, gap: &Gap) -> f64 {
        let reach = t_quantile(f64::midpoint(1.0, self.quest.level), gap.df).unwrap_or(f64::INFINITY);
        gap.gap.abs() - reach * gap.error
    }

    /// Every group of people enough, by the attributes that make it.
    fn each_group(&self, mut take: impl FnMut(Vec<(usize, u32)>, Sums)) {
        let attributes = self.cells.first().map_or(0, |cell| cell.values.len());
        for chosen in combinations(attributes, self.quest.depth) {
            let mut groups: HashMap<Vec<u32>, Sums> = HashMap::new();
            for cell in self.cells {
                let key: Option<Vec<u32>> = chosen.iter().map(|&a| cell.values[a]).collect();
                if let Some(key) = key {
                    let sums = groups.entry(key).or_insert_with(|| Sums::new(self.all.counts.len()));
                    sums.add(cell);
                }
            }
            let mut groups: Vec<(Vec<u32>, Sums)> = groups.into_iter().collect();
            groups.sort_by(|a, b| a.0.cmp(&b.0));
            for (key, sums) in groups {
                if sums.people >= self.quest.people {
                    take(chosen.iter().copied().zip(key).collect(), sums);
                }
            }
        }
    }

    /// Those that are told from the others on the first half, and how many were tested.
    fn told(&self) -> (Vec<Candidate>, usize, bool) {
        let effect = self.design_effect(Half::First);
        let mut tested = 0;
        let mut small: Vec<Candidate> = Vec::new();
        let mut best: Option<Candidate> = None;
        self.each_group(|items, sums| {
            let Some(gap) = self.gap(&sums, &self.all.less(&sums), Half::First, effect) else {
                return;
            };
            tested += 1;
            let candidate = Candidate { items, sums, gap };
            if gap.p <= self.alpha() {
                // An adjusted p is never smaller: the others need not be kept.
                small.push(candidate);
            } else if best.as_ref().is_none_or(|best| gap.p < best.gap.p) {
                best = Some(candidate);
            }
        });
        small.sort_by(|a, b| a.gap.p.total_cmp(&b.gap.p));
        let mut p: Vec<f64> = small.iter().map(|candidate| candidate.gap.p).collect();
        p.resize(tested, 1.0);
        let adjusted = benjamini_hochberg(&p);
        for (candidate, p) in small.iter_mut().zip(&adjusted) {
            candidate.gap.p = *p;
        }
        let first = small.first().cloned().or(best);
        small.retain(|candidate| candidate.gap.p <= self.alpha());
        let any = !small.is_empty();
        if !any {
            small.extend(first.map(|mut candidate| {
                candidate.gap.p = adjusted.first().copied().unwrap_or(1.0);
                candidate
            }));
        }
        (small, tested, any)
    }

    /// Leaves out groups that are as bad only as a larger one of which they are a part, and what is bad only for the part
    /// that it shares with worse ones.
    fn without_redundant(&self, told: Vec<Candidate>) -> Vec<Candidate> {
        let effect = self.design_effect(Half::First);
        // Each group gets a test of whether it adds anything: a union of claims, so that their number counts (Bonferroni).
        let alpha = self.alpha() / told.len() as f64;
        let worse = |a: &Sums, b: &Sums| {
            let gap = self.gap(a, b, Half::First, effect);
            gap.is_some_and(|gap| gap.p <= alpha && self.is_worse(&gap))
        };
        let by_items: HashMap<&[(usize, u32)], &Candidate> = told
            .iter()
            .map(|candidate| (candidate.items.as_slice(), candidate))
            .collect();
        let mut left: Vec<&Candidate> = told
            .iter()
            .filter(|candidate| {
                let parents = (0..candidate.items.len()).filter_map(|i| {
                    let mut items = candidate.items.clone();
                    items.remove(i);
                    by_items.get(items.as_slice())
                });
                let mut parents = parents.filter(|parent| parent.gap.gap.signum() == candidate.gap.gap.signum());
                parents.all(|parent| worse(&candidate.sums, &parent.sums.less(&candidate.sums)))
            })
            .collect();
        left.sort_by(|a, b| self.at_least(&b.gap).total_cmp(&self.at_least(&a.gap)));
        let mut covered = vec![false; self.cells.len()];
        let mut inside = Sums::new(self.all.counts.len());
        let mut kept: Vec<&Candidate> = Vec::new();
        for candidate in left {
            let (mut own, mut new) = (Sums::new(self.all.counts.len()), Vec::new());
            for (i, cell) in self.cells.iter().enumerate() {
                if !covered[i] && is_in(cell, &candidate.items) {
                    own.add(cell);
                    new.push(i);
                }
            }
            let mut wider = inside.clone();
            for (mine, theirs) in wider.counts.iter_mut().zip(&own.counts) {
                mine[0] += theirs[0];
                mine[1] += theirs[1];
            }
            let outside = self.all.less(&wider);
            let part_of = |other: &&&Candidate| other.items.iter().all(|item| candidate.items.contains(item));
            let worst_part = kept
                .iter()
                .find(part_of)
                .is_some_and(|parent| worse(&candidate.sums, &parent.sums.less(&candidate.sums)));
            if worst_part || worse(&own, &outside) || kept.is_empty() {
                for i in new {
                    covered[i] = true;
                }
                inside = wider;
                kept.push(candidate);
            }
        }
        kept.into_iter().cloned().collect()
    }

    /// What the second half says.
    fn checked(&self, kept: Vec<Candidate>) -> Vec<Subgroup> {
        let effect = self.design_effect(Half::Second);
        let mut covered = vec![false; self.cells.len()];
        let mut groups: Vec<Subgroup> = Vec::new();
        for Candidate { items, sums, gap } in kept {
            let mut before = 0.0;
            for (i, cell) in self.cells.iter().enumerate() {
                if is_in(cell, &items) {
                    if covered[i] {
                        before += whole(&cell.counts)[1];
                    }
                    covered[i] = true;
                }
            }
            groups.push(Subgroup {
                people: sums.people,
                rows: sums.rows(),
                overlap: before / sums.rows(),
                found: gap,
                checked: self.gap(&sums, &self.all.less(&sums), Half::Second, effect),
                p: None,
                shares: self.shares(&items),
                items,
            });
        }
        let p: Vec<f64> = groups.iter().filter_map(|group| Some(group.checked?.p)).collect();
        let mut adjusted = benjamini_hochberg(&p).into_iter();
        for group in groups.iter_mut().filter(|group| group.checked.is_some()) {
            group.p = adjusted.next();
        }
        groups
    }

    /// Shapley's division of the difference from everybody's rate among the items, as shares of it.
    fn shares(&self, items: &[(usize, u32)]) -> Option<Vec<f64>> {
        let everybody = rate(whole(self.half(&self.all, Half::Second)))?;
        let mut of_part = Vec::new();
        for part in 0..1usize << items.len() {
            let chosen: Vec<(usize, u32)> = (0..items.len())
                .filter(|i| part >> i & 1 == 1)
                .map(|i| items[i])
                .collect();
            let mut sums = Sums::new(self.all.counts.len());
            for cell in self.cells.iter().filter(|cell| is_in(cell, &chosen)) {
                sums.add(cell);
            }
            of_part.push(rate(whole(self.half(&sums, Half::Second)))? - everybody);
        }
        let all = of_part.last().copied().filter(|all| *all != 0.0)?;
        let factorial = |n: usize| (1..=n).map(|i| i as f64).product::<f64>();
        let shares = (0..items.len()).map(|i| {
            let parts = (0..of_part.len()).filter(|part| part >> i & 1 == 0);
            let of_item: f64 = parts
                .map(|part| {
                    let size = part.count_ones() as usize;
                    let weight = factorial(size) * factorial(items.len() - size - 1) / factorial(items.len());
                    weight * (of_part[part | 1 << i] - of_part[part])
                })
                .sum();
            of_item / all
        });
        Some(shares.collect())
    }
}

fn is_in(cell: &Cell, items: &[(usize, u32)]) -> bool {
    items
        .iter()
        .all(|&(attribute, value)| cell.values[attribute] == Some(value))
}

/// Every choice of 1 to `depth` of so many things, small ones first.
fn combinations(things: usize, depth: usize) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = Vec::new();
    let mut last: Vec<Vec<usize>> = vec![Vec::new()];
    for _ in 0..depth.min(things) {
        let mut next = Vec::new();
        for chosen in &last {
            for thing in chosen.last().map_or(0, |last| last + 1)..things {
                next.push(chosen.iter().copied().chain([thing]).collect());
            }
        }
        all.extend(next.iter().cloned());
        last = next;
    }
    all
}

/// Looks for the worst-off of all groups that the values of the cells make. `None` with fewer than four replicates, or
/// without a row.
///
/// Replicates are sets of people; each cell has the same number of them, and no person is in two.
#[must_use]
pub fn search(cells: &[Cell], quest: Quest) -> Option<Searched> {
    let replicates = cells.first()?.counts.len();
    let mut all = Sums::new(replicates);
    for cell in cells {
        all.add(cell);
    }
    if replicates < 4 || all.rows() <= 0.0 {
        return None;
    }
    let search = Search {
        cells,
        quest,
        all,
        half: replicates / 2,
    };
    let (told, tested, any) = search.told();
    let count = if any { told.len() } else { 0 };
    Some(Searched {
        tested,
        told: count,
        groups: search.checked(search.without_redundant(told)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::rng::Rng;

    const QUEST: Quest = Quest {
        depth: 3,
        people: 50.0,
        lower: Some(true),
        level: 0.95,
        whole: true,
    };

    /// People with four attributes of `values` values, each with `rows` rows of one decision in `clustered` of cases; the
    /// group of value 1 of the first and the second attribute has another rate.
    fn log(seed: u64, people: usize, rows: usize, clustered: f64, planted: f64) -> Vec<Cell> {
        let mut rng = Rng::new(seed, 1);
        let mut uniform = move || (rng.next_u64() >> 11) as f64 / (1u64 << 53) as f64;
        let mut cells: HashMap<Vec<u32>, Cell> = HashMap::new();
        for person in 0..people {
            let values: Vec<u32> = (0..4).map(|_| (uniform() * 3.0) as u32).collect();
            let chance = if values[0] == 1 && values[1] == 1 { planted } else { 0.3 };
            let own = uniform() < chance;
            let selected = (0..rows).filter(|_| if uniform() < clustered { own } else { uniform() < chance });
            let selected = selected.count() as f64;
            let cell = cells.entry(values.clone()).or_insert_with(|| Cell {
                values: values.into_iter().map(Some).collect(),
                people: 0.0,
                counts: vec![[0.0; 2]; 32],
            });
            cell.people += 1.0;
            cell.counts[person % 32][0] += selected;
            cell.counts[person % 32][1] += rows as f64;
        }
        let mut cells: Vec<Cell> = cells.into_values().collect();
        cells.sort_by(|a, b| a.values.cmp(&b.values));
        cells
    }

    #[test]
    fn finds_the_planted_group_and_no_other() {
        let found = search(&log(3, 20_000, 3, 0.5, 0.15), QUEST).unwrap();
        // 4 × 3 of one attribute, 6 × 9 of two, 4 × 27 of three.
        assert_eq!(found.tested, 12 + 54 + 108);
        // Each part of the planted group and each group that holds it is told too.
        assert!(found.told > 5, "{}", found.told);
        let items: Vec<_> = found.groups.iter().map(|group| group.items.clone()).collect();
        assert_eq!(items, [vec![(0, 1), (1, 1)]]);
        let group = &found.groups[0];
        let checked = group.checked.unwrap();
        assert!((checked.gap + 0.15).abs() < 4.0 * checked.error, "{checked:?}");
        assert!(group.p.unwrap() < 1e-6);
        let shares = group.shares.as_ref().unwrap();
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        assert!(shares.iter().all(|share| (share - 0.5).abs() < 0.2), "{shares:?}");
    }

    #[test]
    fn finds_the_higher_rate_where_that_is_worse_and_any_where_none_is() {
        let log = log(4, 20_000, 2, 0.5, 0.5);
        let planted = vec![(0, 1), (1, 1)];
        for lower in [Some(false), None] {
            let found = search(&log, Quest { lower, ..QUEST }).unwrap();
            assert_eq!(found.groups[0].items, planted);
        }
        let found = search(&log, QUEST).unwrap();
        assert!(found.groups.iter().all(|group| group.items != planted));
    }

    #[test]
    fn fair_logs_give_false_alarms_seldom() {
        // Of 300 fair logs, clustered and not, 5 % may raise an alarm on the first half; both halves agree in a fraction.
        let (mut told, mut confirmed) = (0, 0);
        for seed in 0..300 {
            let clustered = f64::from(u8::from(seed % 2 == 0)) * 0.8;
            let found = search(&log(100 + seed, 1_500, 4, clustered, 0.3), QUEST).unwrap();
            told += usize::from(found.told > 0);
            let alarm = |group: &Subgroup| group.p.is_some_and(|p| p <= 0.05);
            confirmed += usize::from(found.told > 0 && found.groups.iter().any(alarm));
        }
        assert!(told <= 24, "{told}");
        assert!(confirmed <= 4, "{confirmed}");
    }

    #[test]
    fn the_check_is_not_touched_by_the_search() {
        // The most striking of a fair log's groups has no gap on the other half, in the mean and to its error.
        let mut scores = Vec::new();
        for seed in 0..200 {
            let found = search(&log(900 + seed, 1_200, 2, 0.5, 0.3), QUEST).unwrap();
            let checked = found.groups[0].checked.unwrap();
            assert!(found.groups[0].found.gap < 0.0);
            scores.push(checked.gap / checked.error);
        }
        let mean = scores.iter().sum::<f64>() / 200.0;
        assert!(mean.abs() < 0.25, "{mean}");
        let beyond = scores.iter().filter(|score| score.abs() > 2.131).count();
        assert!((1..=20).contains(&beyond), "{beyond}");
    }

    #[test]
    fn gap_of_known_counts() {
        // Two groups in four replicates. First half: 1/4 and 2/6 against 3/4 and 3/4. By hand: rates 3/10 and 6/8;
        // without either replicate the gaps are 2/6 − 3/4 and 1/4 − 3/4, so that the jackknife's variance is
        // (1/2) ((−5/12 + 11/24)² + (−1/2 + 11/24)²) = 1/576; by chance 0.5 · 0.5 (1/10 + 1/8) = 9/160 is more.
        let cell = |value: u32, counts: Vec<Count>| Cell {
            values: vec![Some(value), Some(0)],
            people: 60.0,
            counts,
        };
        let cells = [
            cell(0, vec![[1.0, 4.0], [2.0, 6.0], [0.0, 5.0], [1.0, 5.0]]),
            cell(1, vec![[3.0, 4.0], [3.0, 4.0], [4.0, 5.0], [4.0, 5.0]]),
        ];
        let found = search(&cells, QUEST).unwrap();
        let group = &found.groups[0];
        assert_eq!(group.items, [(0, 0)]);
        assert!((group.found.gap - (0.3 - 0.75)).abs() < 1e-15);
        assert!((group.found.error - (9f64 / 160.0).sqrt()).abs() < 1e-15);
        let checked = group.checked.unwrap();
        assert!((checked.rate - 0.1).abs() < 1e-15 && (checked.others - 0.8).abs() < 1e-15);
    }

    #[test]
    fn nothing_to_search_is_told() {
        assert_eq!(search(&[], QUEST), None);
        let mut cells = log(5, 100, 1, 0.0, 0.3);
        for cell in &mut cells {
            cell.counts.truncate(2);
        }
        assert_eq!(search(&cells, QUEST), None);
        let found = search(&log(6, 100, 1, 0.0, 0.3), Quest { people: 1e6, ..QUEST }).unwrap();
        assert_eq!((found.tested, found.groups.len()), (0, 0));
    }
}
