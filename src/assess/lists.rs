//! Findings about lists: what groups of people are shown, and where groups of items stand.

use super::distribution::{Told, finish, on, plain, test};
use super::finding::{About, Finding, Scale, Status};
use super::{Chosen, Place, blank};
use crate::catalogue::{Contrast, ListSide, Listed, Metric};
use crate::metrics::lists::{Reading, coverage, gini, unfairness};
use crate::plan::Plan;
use crate::tally::Tally;
use crate::tally::histogram::REPLICATES;
use crate::tally::lists::{Examination, ItemSums, Items, ListSums, Lists, Shown, Sum};

/// The scale on which a number is nearly normal.
fn scale(how: Listed, value: f64) -> Scale {
    let inside = value > 0.0 && value < 1.0;
    match how {
        Listed::ExposureShare
        | Listed::AttentionFairness
        | Listed::PrefixDifference
        | Listed::PrefixKl
        | Listed::PrefixRatio
        | Listed::FairTopFailures
        | Listed::Precision
        | Listed::Recall
        | Listed::Ndcg
        | Listed::HitRate
        | Listed::ReciprocalRank
        | Listed::Snips
        | Listed::Coverage
        | Listed::ItemGini
            if inside =>
        {
            Scale::Logit
        }
        Listed::Exposure
        | Listed::ExposurePerMerit
        | Listed::SelectedPerMerit
        | Listed::ExposurePerItem
        | Listed::InequityOfAttention
        | Listed::Ndkl
        | Listed::InfeasibleIndex
        | Listed::InfeasibleCount
        | Listed::ExposureLoss
        | Listed::ExposureDisparity
        | Listed::ExposureRelevance
        | Listed::Popularity
        | Listed::Taste
        | Listed::Ips
        | Listed::Debiased
        | Listed::ClassNdkl
        | Listed::EffectiveRows
        | Listed::Unfair(_)
            if value > 0.0 =>
        {
            Scale::Log
        }
        _ => Scale::Plain,
    }
}

/// A number with its interval.
fn told(plan: &Plan, finding: Finding, how: Listed, told: &Told) -> Finding {
    let finding = plain(finding, told.whole);
    // How many rows weights leave is a fact about the log, not an estimate.
    let Some(number) = told.whole.ok().filter(|_| how != Listed::EffectiveRows) else {
        return finding;
    };
    let scale = scale(how, number);
    finish(plan, finding, number, scale, told.error(|x| on(scale, x)))
}

/// Replicates in which any of these groups has a list; of all groups together where there are none.
fn seen(sums: &ListSums, groups: &[usize]) -> [bool; REPLICATES] {
    let mut seen = [false; REPLICATES];
    let mut add = |lists: &[f64]| {
        for (seen, lists) in seen.iter_mut().zip(lists) {
            *seen |= *lists > 0.0;
        }
    };
    match sums.side {
        ListSide::Item => add(sums.sum(None, 0, Sum::Lists)),
        _ => groups
            .iter()
            .for_each(|&group| add(sums.sum(Some(group), 0, Sum::Lists))),
    }
    seen
}

/// Classes of items that are known.
fn known_classes(lists: &Lists) -> Vec<usize> {
    let classes = lists.classes.iter().enumerate();
    classes
        .filter(|(_, label)| !label.is_missing())
        .map(|(i, _)| i)
        .collect()
}

/// Numbers of everybody's lists.
pub(super) fn everyone(plan: &Plan, tally: &Tally, outcome: usize, findings: &mut Vec<Finding>) {
    let Some(lists) = &tally.lists else { return };
    let classes = known_classes(lists);
    let sums = &lists.everyone;
    for (metric, how) in plan.outcomes[outcome].listed() {
        if how.side() == ListSide::Item || how.of_everybody() || matches!(how, Listed::Unfair(_)) {
            continue;
        }
        let mut add = |class: Option<usize>, number: &Told| {
            let mut finding = blank(About::Everyone, outcome, metric, Contrast::Value);
            finding.subjects = tally.everyone.subjects;
            finding.rows = tally.everyone.rows;
            finding.item_class = class.map(|class| lists.classes[class].name.clone());
            findings.push(told(plan, finding, how, number));
        };
        if let (true, Some(items)) = (how.of_items(), &lists.items) {
            let table = items.table(|_| true);
            let rows = largest_draw(std::slice::from_ref(&table));
            add(None, &of_items(how, items, &table, rows, seen(sums, &[0])));
        } else if how.by_class() {
            for &class in &classes {
                add(
                    Some(class),
                    &read((lists, sums), how, &[0], class, outcome, &classes, &[]),
                );
            }
        } else {
            add(None, &read((lists, sums), how, &[0], 0, outcome, &classes, &[]));
        }
    }
}

#[allow(clippy::too_many_arguments, reason = "what a number is read by, side by side")]
fn read(
    (lists, sums): (&Lists, &ListSums),
    how: Listed,
    groups: &[usize],
    class: usize,
    outcome: usize,
    known: &[usize],
    population: &[(usize, f64)],
) -> Told {
    // A share of a delivery is of everybody's.
    let everybody: Vec<usize> = (0..sums.groups).collect();
    // So is what items tell of how likely places are looked at.
    let estimated = matches!(lists.examination, Some(Examination::Estimated(_)));
    let whose = if how.of_everybody() || (how == Listed::Debiased && estimated) {
        &everybody
    } else {
        groups
    };
    Told::of(seen(sums, whose), |without| {
        let reading = Reading {
            sums,
            groups,
            class,
            outcome,
            known,
            population,
            examination: lists.examination.as_ref(),
            class_target: lists.target_stated.then_some(&lists.class_target),
            without,
        };
        if how.of_all_groups() {
            reading.of_all(how)
        } else {
            reading.value(how)
        }
    })
}

/// As many rows as can be drawn from each of these tables, whichever replicate is left out.
fn largest_draw(tables: &[Vec<[ItemSums; REPLICATES]>]) -> f64 {
    let left = |table: &Vec<[ItemSums; REPLICATES]>| {
        let of = |r: usize| table.iter().map(|own| own[r].rows).sum::<f64>();
        let by_replicate: Vec<f64> = (0..REPLICATES).map(of).collect();
        let all: f64 = by_replicate.iter().sum();
        all - by_replicate.into_iter().fold(0.0, f64::max)
    };
    tables.iter().map(left).fold(f64::INFINITY, f64::min)
}

/// A number of what is spread over items.
fn of_items(how: Listed, items: &Items, table: &[[ItemSums; REPLICATES]], rows: f64, seen: [bool; REPLICATES]) -> Told {
    Told::of(seen, |without| match how {
        Listed::Coverage => coverage(table, items.count, rows, without),
        _ => gini(table, items.count, without),
    })
}

impl Place<'_> {
    /// Assesses everything about lists in this grouping.
    pub(super) fn lists(&self, findings: &mut Vec<Finding>) {
        let Some(lists) = &self.tally.lists else { return };
        let sums = &lists.groupings[self.grouping];
        match sums.side {
            ListSide::Receiver => self.received(lists, sums, findings),
            ListSide::Item => self.shown((lists, sums), findings),
            // Of people and items at once: what people were shown is told by class.
            ListSide::Both => {}
        }
    }

    /// The groups whose sums are those of what a group is compared with; `None` for the reference itself.
    fn other_groups(&self, group: usize) -> Option<Vec<usize>> {
        let groups = &self.groups().groups;
        match self.reference {
            Chosen::Nobody => None,
            Chosen::Group(other) if *other == group => None,
            Chosen::Group(other) => Some(vec![*other]),
            Chosen::Rest => Some(
                (0..groups.len())
                    .filter(|&o| o != group && groups[o].is_known())
                    .collect(),
            ),
            Chosen::Overall => Some((0..groups.len()).collect()),
        }
    }

    /// What groups of people are shown, and how good it is for them.
    fn received(&self, lists: &Lists, sums: &ListSums, findings: &mut Vec<Finding>) {
        let classes = known_classes(lists);
        let population = self.population();
        for (metric, how) in self.plan.outcomes[self.outcome].listed() {
            match how.side() {
                ListSide::Item => {}
                _ if how.of_items() => {
                    if let Some(items) = &lists.items {
                        self.spread(metric, how, (sums, items), findings);
                    }
                }
                _ if how == Listed::DeliverySkew && population.is_empty() => {}
                _ if how.by_class() => {
                    for &class in &classes {
                        let class_name = Some(lists.classes[class].name.clone());
                        let number = |groups: &[usize]| {
                            read((lists, sums), how, groups, class, self.outcome, &classes, &population)
                        };
                        self.compare((metric, how), class_name, sums, class, &number, findings);
                    }
                }
                _ => {
                    let number = |groups: &[usize]| read((lists, sums), how, groups, 0, self.outcome, &classes, &[]);
                    self.compare((metric, how), None, sums, 0, &number, findings);
                }
            }
        }
    }

    /// The shares of the reference population, by group.
    fn population(&self) -> Vec<(usize, f64)> {
        let listed = self.plan.groupings[self.grouping].population.iter().flatten();
        let groups = &self.groups().groups;
        let of = |(name, share): &(String, f64)| {
            let group = groups.iter().position(|group| group.name() == *name)?;
            Some((group, *share))
        };
        listed.filter_map(of).collect()
    }

    /// A metric of each group, its gap and ratio, and the farthest apart.
    fn compare(
        &self,
        (metric, how): (Metric, Listed),
        item_class: Option<String>,
        sums: &ListSums,
        class: usize,
        number: &dyn Fn(&[usize]) -> Told,
        findings: &mut Vec<Finding>,
    ) {
        let mut judged: Vec<(usize, Told)> = Vec::new();
        for group in self.in_scope() {
            let blank = |contrast| {
                let mut finding = blank(self.about(group), self.outcome, metric, contrast);
                finding.subjects = self.groups().groups[group].subjects;
                finding.rows = if item_class.is_some() || sums.side == ListSide::Item {
                    sums.shown(group, class, self.outcome, Shown::Rows).iter().sum::<f64>() as u64
                } else {
                    self.groups().groups[group].rows
                };
                finding.item_class.clone_from(&item_class);
                finding
            };
            let mine = number(&[group]);
            let mut own = blank(Contrast::Value);
            own.status = self.status(group);
            let mut own = told(self.plan, own, how, &mine);
            if matches!(
                how,
                Listed::Skew | Listed::DeliverySkew | Listed::ClassSkew | Listed::AttentionLessMerit
            ) {
                test(&mut own, 0.0);
            }
            findings.push(own);
            if self.judged[group] {
                judged.push((group, mine.clone()));
            }
            let contrasts = [Contrast::Gap, Contrast::Ratio];
            if !contrasts.iter().any(|contrast| how.contrasts().contains(contrast)) {
                continue;
            }
            let Some(others) = self.other_groups(group) else {
                continue;
            };
            let theirs = number(&others);
            for contrast in contrasts
                .into_iter()
                .filter(|contrast| how.contrasts().contains(contrast))
            {
                let mut finding = blank(contrast);
                finding.reference = self.reference_name();
                finding.status = self.compared(group);
                findings.push(self.against(finding, &mine, &theirs));
            }
        }
        let judged: Vec<(usize, &Told)> = judged.iter().map(|(group, told)| (*group, told)).collect();
        for contrast in [Contrast::MaxGap, Contrast::MinRatio] {
            if how.contrasts().contains(&contrast) {
                let mut finding = self.farthest(metric, contrast, &judged);
                finding.item_class.clone_from(&item_class);
                findings.push(finding);
            }
        }
    }

    /// How what is shown is spread over items, and how scores miss labels item by item.
    fn spread(&self, metric: Metric, how: Listed, (sums, items): (&ListSums, &Items), findings: &mut Vec<Finding>) {
        let of_cell = &items.of_cell[self.grouping];
        let is_of = |groups: &[usize], cell: u32| groups.contains(&of_cell[cell as usize]);
        if let Listed::Unfair(way) = how {
            for group in self.in_scope() {
                let Some(others) = self.other_groups(group) else {
                    continue;
                };
                let table = items.ratings(self.outcome, |cell| [is_of(&[group], cell), is_of(&others, cell)]);
                let mut both = others.clone();
                both.push(group);
                let number = Told::of(seen(sums, &both), |without| unfairness(way, &table, without));
                let mut finding = blank(self.about(group), self.outcome, metric, Contrast::Gap);
                finding.subjects = self.groups().groups[group].subjects;
                finding.rows = self.groups().groups[group].rows;
                finding.reference = self.reference_name();
                finding.status = self.compared(group);
                findings.push(told(self.plan, finding, how, &number));
            }
            return;
        }
        let judged = self.in_scope().into_iter().filter(|&group| self.judged[group]);
        let tables: Vec<_> = judged.map(|group| items.table(|cell| is_of(&[group], cell))).collect();
        let rows = largest_draw(&tables);
        let number = |groups: &[usize]| {
            let table = items.table(|cell| is_of(groups, cell));
            of_items(how, items, &table, rows, seen(sums, groups))
        };
        self.compare((metric, how), None, sums, 0, &number, findings);
    }

    /// Where groups of items stand.
    fn shown(&self, (lists, sums): (&Lists, &ListSums), findings: &mut Vec<Finding>) {
        let groups = &self.groups().groups;
        let known: Vec<usize> = (0..groups.len()).filter(|&group| groups[group].is_known()).collect();
        for (metric, how) in self.plan.outcomes[self.outcome].listed() {
            if how.side() == ListSide::Receiver {
                continue;
            }
            let number = |of: &[usize]| read((lists, sums), how, of, 0, self.outcome, &known, &[]);
            if how.of_all_groups() {
                let about = About::Extremes {
                    grouping: self.grouping,
                    names: None,
                };
                let mut finding = blank(about, self.outcome, metric, Contrast::Value);
                finding.subjects = self.tally.everyone.subjects;
                finding.rows = known.iter().map(|&group| groups[group].rows).sum();
                if !known.iter().all(|&group| self.judged[group]) {
                    finding.status = Status::Unjudged("too-few-subjects");
                }
                findings.push(told(self.plan, finding, how, &number(&[])));
            } else {
                self.compare((metric, how), None, sums, 0, &number, findings);
            }
        }
    }
}
