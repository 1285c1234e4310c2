//! Numbers of lists, from sums by group, class and replicate.

use crate::catalogue::{ListSide, Listed, Unfairness};
use crate::ranking::{jensen_shannon, skew};
use crate::tally::histogram::REPLICATES;
use crate::tally::lists::{Examination, ItemSums, ListSums, Placed, Ratings, Shown, Sum};

use super::conditional::Reason;

/// Rated rows on each side below which an item says nothing.
const FEWEST_RATED: f64 = 5.0;

/// Sums of some groups as those of one, without the people of a replicate.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    /// The sums.
    pub sums: &'a ListSums,
    /// The groups.
    pub groups: &'a [usize],
    /// The class of items; 0 for groups of items.
    pub class: usize,
    /// The outcome.
    pub outcome: usize,
    /// Classes, or groups of items, that are known.
    pub known: &'a [usize],
    /// Groups of people with their shares of a population.
    pub population: &'a [(usize, f64)],
    /// How likely places are looked at.
    pub examination: Option<&'a Examination>,
    /// The target of each class where the spec states it; else it is what everybody has.
    pub class_target: Option<&'a [f64]>,
    /// The replicate that is left out.
    pub without: Option<usize>,
}

fn add_up(sums: &[f64], without: Option<usize>) -> f64 {
    let kept = sums.iter().enumerate().filter(|(r, _)| Some(*r) != without);
    kept.map(|(_, sum)| sum).sum()
}

/// A quotient, undefined without anything to divide by.
fn over(numerator: f64, denominator: f64) -> Result<f64, Reason> {
    if denominator > 0.0 {
        Ok(numerator / denominator)
    } else {
        Err("no-denominator")
    }
}

impl Reading<'_> {
    fn of_items(&self) -> bool {
        self.sums.side == ListSide::Item
    }

    fn shown_of(&self, group: usize, class: usize, which: Shown) -> f64 {
        add_up(self.sums.shown(group, class, self.outcome, which), self.without)
    }

    fn shown(&self, which: Shown) -> f64 {
        let groups = self.groups.iter();
        groups.map(|&group| self.shown_of(group, self.class, which)).sum()
    }

    fn sum(&self, which: Sum) -> f64 {
        let of = |group: &usize| add_up(self.sums.sum(Some(*group), self.outcome, which), self.without);
        self.groups.iter().map(of).sum()
    }

    fn all(&self, which: Sum) -> f64 {
        add_up(self.sums.sum(None, self.outcome, which), self.without)
    }

    /// Lists: of people's groups their own, of items' all that there are.
    fn lists(&self) -> f64 {
        if self.of_items() {
            self.all(Sum::Lists)
        } else {
            self.sum(Sum::Lists)
        }
    }

    /// What all known classes, or groups of items, have together.
    fn together(&self, which: Shown) -> f64 {
        let known = self.known.iter();
        if self.of_items() {
            return known.map(|&group| self.shown_of(group, 0, which)).sum();
        }
        let of_class = |class: usize| {
            let groups = self.groups.iter();
            groups.map(|&group| self.shown_of(group, class, which)).sum::<f64>()
        };
        known.map(|&class| of_class(class)).sum()
    }

    /// How much of the rows of the class went to these groups, against their share of the population.
    fn delivery(&self) -> Result<f64, Reason> {
        let rows = |group: usize| self.shown_of(group, self.class, Shown::Rows);
        let all: f64 = self.population.iter().map(|(group, _)| rows(*group)).sum();
        let own = |group: &usize| {
            let mut population = self.population.iter();
            population
                .find(|(listed, _)| listed == group)
                .map(|(_, share)| (rows(*group), *share))
        };
        let listed: Option<Vec<(f64, f64)>> = self.groups.iter().map(own).collect();
        let listed = listed.ok_or("not-in-population")?;
        let (rows, share) = listed
            .iter()
            .fold((0.0, 0.0), |(x, s), (rows, share)| (x + rows, s + share));
        skew(over(rows, all)?, share).ok_or("absent-group")
    }

    /// What share a class has of the heads of these groups' lists, against its target.
    fn class_skew(&self) -> Result<f64, Reason> {
        let share = |groups: &[usize]| {
            let rows = |class: usize| {
                let of = |group: &usize| self.shown_of(*group, class, Shown::Head);
                groups.iter().map(of).sum::<f64>()
            };
            // Classes that the target does not list are left out.
            let listed = |class: &usize| self.class_target.is_none_or(|target| target[*class] > 0.0);
            let known = self.known.iter().copied().filter(listed);
            over(rows(self.class), known.map(rows).sum())
        };
        let target = match self.class_target {
            Some(target) => target[self.class],
            None => share(&(0..self.sums.groups).collect::<Vec<_>>())?,
        };
        if target <= 0.0 {
            return Err("no-target");
        }
        skew(share(self.groups)?, target).ok_or("absent-group")
    }

    /// Selected rows by how likely their ranks are looked at, over all rows.
    fn debiased(&self) -> Result<f64, Reason> {
        let Some(examination) = self.examination else {
            return Err("undefined");
        };
        let (mut selected, mut decided) = (0.0, 0.0);
        for (rank, chance) in examination.chances(self.outcome, self.without).into_iter().enumerate() {
            let sum = |which: Placed| -> f64 {
                let of = |group: &usize| add_up(self.sums.placed(*group, self.outcome, rank, which), self.without);
                self.groups.iter().map(of).sum()
            };
            let rows = sum(Placed::Decided);
            if rows > 0.0 {
                selected += sum(Placed::Selected) / chance.ok_or("examination-unknown")?;
                decided += rows;
            }
        }
        over(selected, decided)
    }

    /// The value of a metric of a group.
    ///
    /// # Errors
    /// Why there is none.
    pub fn value(&self, how: Listed) -> Result<f64, Reason> {
        match how {
            Listed::Exposure => over(self.shown(Shown::Exposure), self.lists()),
            Listed::ExposureShare => over(self.shown(Shown::Exposure), self.together(Shown::Exposure)),
            Listed::ExposurePerMerit => over(self.shown(Shown::MeritExposure), self.shown(Shown::Merit)),
            Listed::SelectedPerMerit => over(self.shown(Shown::MeritSelected), self.shown(Shown::Merit)),
            Listed::DeliverySkew => self.delivery(),
            Listed::ExposurePerItem => {
                let candidates: f64 = self.groups.iter().map(|&group| self.sums.candidates[group]).sum();
                over(self.shown(Shown::Exposure), self.lists() * candidates)
            }
            Listed::AttentionLessMerit => over(self.sum(Sum::AttentionLessMerit), self.all(Sum::MeritLists)),
            Listed::Skew => {
                let target: f64 = self.groups.iter().map(|&group| self.sums.target[group]).sum();
                if target <= 0.0 {
                    return Err("no-target");
                }
                skew(over(self.sum(Sum::Head), self.all(Sum::Head))?, target).ok_or("absent-group")
            }
            Listed::PrefixDifference => self.prefix(Sum::Difference, Sum::DifferenceLists),
            Listed::PrefixKl => self.prefix(Sum::Divergence, Sum::DivergenceLists),
            Listed::PrefixRatio => self.prefix(Sum::Ratio, Sum::RatioLists),
            Listed::FairTopFailures => over(self.sum(Sum::FairFailures), self.all(Sum::HeadLists)),
            Listed::Precision => over(self.sum(Sum::Precision), self.sum(Sum::Decided)),
            Listed::HitRate => over(self.sum(Sum::Hits), self.sum(Sum::Decided)),
            Listed::ReciprocalRank => over(self.sum(Sum::ReciprocalRank), self.sum(Sum::Decided)),
            Listed::Recall => over(self.sum(Sum::Recall), self.sum(Sum::RelevantLists)),
            Listed::Ndcg => over(self.sum(Sum::Ndcg), self.sum(Sum::RelevantLists)),
            Listed::Popularity => over(self.sum(Sum::Popularity), self.sum(Sum::PopularityLists)),
            Listed::PopularityLift => {
                let shown = over(self.sum(Sum::Popularity), self.sum(Sum::PopularityLists))?;
                let taken = over(self.sum(Sum::Profile), self.sum(Sum::ProfileLists))?;
                over(shown - taken, taken)
            }
            Listed::Taste => over(self.sum(Sum::Taste), self.sum(Sum::TastePeople)),
            Listed::Ips => over(self.sum(Sum::WeightedSelected), self.sum(Sum::WeightedRows)),
            Listed::Snips => over(self.sum(Sum::WeightedSelected), self.sum(Sum::Weight)),
            Listed::Debiased => self.debiased(),
            Listed::Direct => over(self.sum(Sum::Expected), self.sum(Sum::Modelled)),
            Listed::DoublyRobust => over(self.sum(Sum::Expected) + self.sum(Sum::Missed), self.sum(Sum::Modelled)),
            Listed::ClassSkew => self.class_skew(),
            Listed::ClassNdkl => over(self.sum(Sum::ClassNdkl), self.sum(Sum::ClassLists)),
            Listed::EffectiveRows => over(self.sum(Sum::Weight).powi(2), self.sum(Sum::SquaredWeight)),
            _ => Err("undefined"),
        }
    }

    fn prefix(&self, sum: Sum, lists: Sum) -> Result<f64, Reason> {
        over(self.sum(sum), self.sum(lists)).map_err(|_| "list-too-short")
    }

    /// The value of a metric of all groups of items together.
    ///
    /// # Errors
    /// Why there is none.
    pub fn of_all(&self, how: Listed) -> Result<f64, Reason> {
        let one = |group: usize, how: Listed| {
            let own = Reading {
                groups: &[group],
                ..*self
            };
            own.value(how)
        };
        let aimed: Vec<usize> = (0..self.sums.groups).filter(|&g| self.sums.target[g] > 0.0).collect();
        if aimed.len() < 2 {
            return Err("fewer-than-two-groups");
        }
        match how {
            Listed::InequityOfAttention => {
                let apart = aimed.iter().map(|&group| one(group, Listed::AttentionLessMerit));
                apart.map(|apart| apart.map(f64::abs)).sum()
            }
            Listed::LowestSkew => {
                let skews: Vec<f64> = aimed
                    .iter()
                    .map(|&group| one(group, Listed::Skew))
                    .collect::<Result<_, _>>()?;
                skews.into_iter().reduce(f64::min).ok_or("no-denominator")
            }
            Listed::HighestSkew => {
                let skews = aimed.iter().filter_map(|&group| one(group, Listed::Skew).ok());
                skews.reduce(f64::max).ok_or("no-denominator")
            }
            Listed::Ndkl => over(self.all(Sum::Ndkl), self.all(Sum::HeadLists)),
            Listed::InfeasibleIndex => over(self.all(Sum::InfeasibleIndex), self.all(Sum::HeadLists)),
            Listed::InfeasibleCount => over(self.all(Sum::InfeasibleCount), self.all(Sum::HeadLists)),
            _ => {
                let exposures: Vec<f64> = aimed.iter().map(|&g| self.shown_of(g, 0, Shown::Exposure)).collect();
                let whole: f64 = exposures.iter().sum();
                let shares: Vec<f64> = exposures.iter().map(|e| over(*e, whole)).collect::<Result<_, _>>()?;
                let target: Vec<f64> = aimed.iter().map(|&group| self.sums.target[group]).collect();
                let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
                match how {
                    Listed::AttentionFairness => Ok(1.0 - jensen_shannon(&shares, &target)),
                    Listed::ExposureLoss => {
                        let apart: Vec<f64> = shares.iter().zip(&target).map(|(a, b)| a - b).collect();
                        Ok(product(&apart, &apart))
                    }
                    Listed::ExposureDisparity => Ok(product(&shares, &shares)),
                    Listed::ExposureRelevance => Ok(product(&shares, &target)),
                    _ => Err("undefined"),
                }
            }
        }
    }
}

/// Sums by item without the people of a replicate.
fn without<T: Copy>(by_replicate: &[T; REPLICATES], without: Option<usize>, number: impl Fn(T) -> f64) -> f64 {
    let kept = by_replicate.iter().enumerate().filter(|(r, _)| Some(*r) != without);
    kept.map(|(_, sums)| number(*sums)).sum()
}

/// Expected share of all `items` among `rows` rows drawn from these.
///
/// # Errors
/// Fewer rows than are to be drawn.
pub fn coverage(
    table: &[[ItemSums; REPLICATES]],
    items: usize,
    rows: f64,
    left_out: Option<usize>,
) -> Result<f64, Reason> {
    let counts: Vec<f64> = table
        .iter()
        .map(|own| without(own, left_out, |sums| sums.rows))
        .collect();
    let all: f64 = counts.iter().sum();
    if all < rows || rows < 1.0 || items == 0 {
        return Err("no-denominator");
    }
    let drawn: f64 = counts.iter().map(|count| 1.0 - missed(*count, all, rows)).sum();
    Ok(drawn / items as f64)
}

/// The chance that none of `own` rows is among `drawn` of `all`: (all − own choose drawn) / (all choose drawn).
fn missed(own: f64, all: f64, drawn: f64) -> f64 {
    // Both factors may change places; the fewer factors, the better.
    let (times, rest) = if own < drawn { (own, drawn) } else { (drawn, own) };
    let mut chance = 1.0;
    let mut taken = 0.0;
    while taken < times && chance > 0.0 {
        chance *= ((all - rest - taken) / (all - taken)).max(0.0);
        taken += 1.0;
    }
    chance
}

/// Gini coefficient of attention over `items` items, those that are not in the table having none.
///
/// # Errors
/// No attention at all.
pub fn gini(table: &[[ItemSums; REPLICATES]], items: usize, left_out: Option<usize>) -> Result<f64, Reason> {
    let mut exposures: Vec<f64> = table
        .iter()
        .map(|own| without(own, left_out, |sums| sums.exposure))
        .collect();
    exposures.sort_unstable_by(f64::total_cmp);
    let (all, absent) = (items as f64, items - exposures.len().min(items));
    let whole: f64 = exposures.iter().sum();
    let weighed = exposures
        .iter()
        .enumerate()
        .map(|(i, x)| (2.0 * (absent + i + 1) as f64 - all - 1.0) * x);
    over(weighed.sum(), all * whole)
}

/// How differently scores miss the labels of two sides, item by item.
///
/// # Errors
/// No item has ratings enough on both sides.
pub fn unfairness(
    how: Unfairness,
    table: &[[[Ratings; REPLICATES]; 2]],
    left_out: Option<usize>,
) -> Result<f64, Reason> {
    let (mut sum, mut items) = (0.0, 0.0);
    for sides in table {
        // Items are chosen by all people, so that leaving some out changes no choice.
        let enough = |side: &[Ratings; REPLICATES]| without(side, None, |sums| sums.rows) >= FEWEST_RATED;
        if !sides.iter().all(enough) {
            continue;
        }
        let missed = sides.each_ref().map(|side| {
            let rows = without(side, left_out, |sums| sums.rows);
            let apart = without(side, left_out, |sums| sums.score) - without(side, left_out, |sums| sums.label);
            (rows > 0.0).then(|| apart / rows)
        });
        let [Some(own), Some(other)] = missed else { continue };
        let told = |apart: f64| match how {
            Unfairness::Value => apart,
            Unfairness::Absolute => apart.abs(),
            Unfairness::Under => (-apart).max(0.0),
            Unfairness::Over => apart.max(0.0),
        };
        sum += (told(own) - told(other)).abs();
        items += 1.0;
    }
    over(sum, items).map_err(|_| "no-item-rated-enough")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(counts: &[f64]) -> Vec<[ItemSums; REPLICATES]> {
        let row = |x: &f64| {
            let mut row = [ItemSums::default(); REPLICATES];
            row[0] = ItemSums { rows: *x, exposure: *x };
            row
        };
        counts.iter().map(row).collect()
    }

    /// RecBole's formula on its own example: (1, 3, 0, 6, 2).
    #[test]
    fn gini_of_a_published_example() {
        let told = gini(&table(&[1.0, 3.0, 6.0, 2.0]), 5, None).unwrap();
        assert!((told - 0.466_666_666_7).abs() < 1e-9, "{told}");
        assert_eq!(gini(&table(&[0.0]), 5, None), Err("no-denominator"));
    }

    /// Hurlbert's rarefaction by hand: of 3 + 1 rows, two drawn: 1 + 1 − C(3,2)/C(4,2) − C(1,2)/C(4,2).
    #[test]
    fn rarefied_coverage_by_hand() {
        let told = coverage(&table(&[3.0, 1.0]), 10, 2.0, None).unwrap();
        assert!((told - 1.5 / 10.0).abs() < 1e-12, "{told}");
        let all = coverage(&table(&[3.0, 1.0]), 10, 4.0, None).unwrap();
        assert!((all - 0.2).abs() < 1e-12);
        assert!(coverage(&table(&[3.0]), 10, 4.0, None).is_err());
    }

    /// Yao & Huang's four numbers of two items by hand.
    #[test]
    fn unfairness_by_hand() {
        let side = |score: f64, label: f64| {
            let mut side = [Ratings::default(); REPLICATES];
            side[0] = Ratings {
                rows: 10.0,
                score,
                label,
            };
            side
        };
        // Mean score less mean label: 0.2 and −0.1; −0.3 and 0.1.
        let table = [[side(5.0, 3.0), side(4.0, 5.0)], [side(2.0, 5.0), side(3.0, 2.0)]];
        for (how, expected) in [
            (Unfairness::Value, (0.3 + 0.4) / 2.0),
            (Unfairness::Absolute, (0.1 + 0.2) / 2.0),
            (Unfairness::Under, (0.1 + 0.3) / 2.0),
            (Unfairness::Over, (0.2 + 0.1) / 2.0),
        ] {
            let told = unfairness(how, &table, None).unwrap();
            assert!((told - expected).abs() < 1e-12, "{how:?} {told}");
        }
        assert_eq!(unfairness(Unfairness::Value, &[], None), Err("no-item-rated-enough"));
    }
}
