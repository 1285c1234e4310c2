//! Closes lists: rows of all threads become sums, part by part.

use std::panic::resume_unwind;
use std::sync::PoisonError;
use std::thread;

use hashbrown::HashSet;
use xxhash_rust::xxh3::xxh3_64_with_seed;

use super::examined::{Examination, Standing};
use super::one::{Adding, Frame, Numbers, Wanted};
use super::rows::{ListRow, PARTS, Part, Recorder};
use super::{Bank, ListSums, Lists, PLACED, SHOWN, SUMS};
use crate::catalogue::{ListSide, Listed};
use crate::plan::{Examination as Looked, Lists as Planned, Plan, Target};
use crate::ranking::Discount;
use crate::tally::Label;
use crate::tally::group::grouped;
use crate::tally::histogram::{REPLICATES, replicate};
use crate::tally::kernel::Kernel;

impl Numbers {
    /// The layout of the numbers that a plan's rows have: attention, popularity, weight, what a model expects, then the merits by
    /// outcome.
    fn of(plan: &Plan, lists: &Planned) -> Self {
        let mut next = 0;
        let mut place = |is: bool| {
            next += usize::from(is);
            is.then(|| next - 1)
        };
        Self {
            observed: place(lists.observed.is_some()),
            popularity: place(lists.popularity.is_some()),
            weight: place(lists.propensity.is_some()),
            expected: place(lists.expected.is_some()),
            policy_expected: place(lists.policy_expected.is_some()),
            merit: plan
                .outcomes
                .iter()
                .map(|outcome| place(outcome.score.is_some() || outcome.value.is_some()))
                .collect(),
        }
    }
}

impl Recorder {
    /// A recorder of the rows of a plan; `None` where they are no places of lists.
    #[must_use]
    pub fn of(plan: &Plan) -> Option<Self> {
        let numbers = Numbers::of(plan, plan.lists.as_ref()?);
        let first = [
            numbers.observed,
            numbers.popularity,
            numbers.weight,
            numbers.expected,
            numbers.policy_expected,
        ];
        let all = first.into_iter().chain(numbers.merit).flatten();
        Some(Self::new(all.count()))
    }
}

/// The groups of one grouping: of each cell, and their labels.
type Grouped = (Vec<usize>, Vec<Vec<Label>>);

impl Kernel {
    /// Closes what all threads have kept of lists, on as many threads.
    #[must_use]
    pub fn lists(&self, plan: &Plan, planned: &Planned, recorders: Vec<Recorder>, labels: &[Vec<Label>]) -> Lists {
        let threads = recorders.len().max(1);
        let codes = self.cells.lock().unwrap_or_else(PoisonError::into_inner).codes.clone();
        let (codes, renumbered) = in_order(&codes, labels);
        let mut parts = vec![Part::default(); PARTS];
        let mut unplaced = vec![0; codes.len()];
        let mut clipped = 0;
        for recorder in recorders {
            for (whole, part) in parts.iter_mut().zip(recorder.parts) {
                whole.merge(part);
            }
            for (cell, rows) in recorder.unplaced {
                unplaced[renumbered[cell as usize] as usize] += rows;
            }
            clipped += recorder.clipped;
        }
        for row in parts.iter_mut().flat_map(|part| &mut part.rows) {
            row.cell = renumbered[row.cell as usize];
        }
        let of_groupings: Vec<Grouped> = plan
            .groupings
            .iter()
            .map(|grouping| grouped(&grouping.attributes, &codes, labels))
            .collect();
        let (class_of, class_labels) = match planned.class {
            Some(class) => grouped(&[class], &codes, labels),
            None => (vec![0; codes.len()], Vec::new()),
        };
        let classes: Vec<Label> = class_labels.into_iter().flatten().collect();
        let class_known: Vec<bool> = class_of
            .iter()
            .map(|class| classes.get(*class).is_some_and(|label| !label.is_missing()))
            .collect();
        let count = classes.len().max(1);
        let outcomes = plan.outcomes.len();
        let wanted = wanted(plan);
        // What counts rows by rank is kept only for who asks.
        let ranks = match &planned.examination {
            Some(Looked::Known(chances)) if wanted.placed => chances.len(),
            Some(Looked::Estimate) if wanted.placed => planned.depth as usize,
            _ => 0,
        };
        let empty =
            |side: ListSide, groups: usize, classes: usize| ListSums::new(side, groups, (classes, outcomes, ranks));
        let mut everyone = empty(ListSide::Receiver, 1, count);
        everyone.unplaced[0] = unplaced.iter().sum();
        let mut all = vec![everyone];
        for (index, (of_cell, groups)) in of_groupings.iter().enumerate() {
            let side = plan.side(index);
            let mut sums = empty(side, groups.len(), if side == ListSide::Item { 1 } else { count });
            for (cell, rows) in unplaced.iter().enumerate() {
                sums.unplaced[of_cell[cell]] += rows;
            }
            if side == ListSide::Item {
                aim(plan, planned, index, &parts, (of_cell, groups), &mut sums);
            }
            all.push(sums);
        }
        let halves: Vec<u8> = plan
            .outcomes
            .iter()
            .map(|outcome| if outcome.actual.is_some() { 3 } else { 1 })
            .collect();
        let standing = Standing::of(planned, &parts, outcomes);
        let examination = match (&planned.examination, &standing) {
            (Some(Looked::Known(chances)), _) => Some(Examination::Known(chances.clone())),
            (_, Some(standing)) => Some(standing.empty()),
            _ => None,
        };
        let looked_at = match (planned.discount, &planned.examination, &standing) {
            (Discount::Examination, Some(Looked::Known(chances)), _) => chances.clone(),
            (Discount::Examination, _, Some(standing)) => standing.attention(&parts, halves[0]),
            _ => Vec::new(),
        };
        let frame = Frame {
            plan: planned,
            halves,
            numbers: Numbers::of(plan, planned),
            of_cell: std::iter::once(vec![0; codes.len()])
                .chain(of_groupings.iter().map(|(of_cell, _)| of_cell.clone()))
                .collect(),
            class_target: class_target(planned, &parts, &class_of, &class_known, &classes),
            classes: class_of,
            class_known,
            wanted,
            standing,
            looked_at,
        };
        let deal = Deal {
            persons: plan.subject.is_some(),
            requests: planned.request.is_some(),
            seed: plan.seed,
        };
        let adding = || Adding::new(all.clone(), outcomes, frame.wanted.items, examination.clone());
        let mut whole = adding();
        let mut parts = parts.into_iter().enumerate();
        loop {
            // So many parts at once as there are threads; their sums are added in the order of the parts.
            let now: Vec<(usize, Part)> = parts.by_ref().take(threads).collect();
            if now.is_empty() {
                break;
            }
            let made: Vec<Adding> = thread::scope(|scope| {
                let running: Vec<_> = now
                    .into_iter()
                    .map(|(index, part)| {
                        let empty = adding();
                        let (frame, deal) = (&frame, &deal);
                        scope.spawn(move || of_part(frame, deal, index, part, empty))
                    })
                    .collect();
                let done = running.into_iter().map(thread::ScopedJoinHandle::join);
                done.map(|made| made.unwrap_or_else(|panic| resume_unwind(panic)))
                    .collect()
            });
            for part in made {
                whole.merge(part);
            }
        }
        let mut sums = whole.sums.into_iter();
        let everyone = sums.next();
        Lists {
            everyone: everyone.unwrap_or_else(|| empty(ListSide::Receiver, 1, count)),
            groupings: sums.collect(),
            classes,
            items: whole
                .items
                .map(|items| items.finish(of_groupings.into_iter().map(|(of_cell, _)| of_cell).collect())),
            lists: whole.lists,
            rows: whole.rows,
            clipped,
            examination: whole.examination,
            unexamined: whole.unexamined,
            class_target: frame.class_target,
            target_stated: planned.class_target.is_some(),
        }
    }
}

/// Cells in the order of their labels, and the new number of each: they are numbered as they turn up, which differs from
/// run to run, and rows are put in order by them.
fn in_order(codes: &[Vec<u32>], labels: &[Vec<Label>]) -> (Vec<Vec<u32>>, Vec<u32>) {
    let key = |cell: &[u32]| -> Vec<Label> {
        let codes = cell.iter().zip(labels);
        codes.map(|(code, labels)| labels[*code as usize].clone()).collect()
    };
    let mut order: Vec<usize> = (0..codes.len()).collect();
    order.sort_by_cached_key(|&cell| key(&codes[cell]));
    let mut renumbered = vec![0; codes.len()];
    for (new, &old) in (0..).zip(&order) {
        renumbered[old] = new;
    }
    (order.into_iter().map(|cell| codes[cell].clone()).collect(), renumbered)
}

impl ListSums {
    fn new(side: ListSide, groups: usize, (classes, outcomes, ranks): (usize, usize, usize)) -> Self {
        Self {
            side,
            groups,
            target: vec![0.0; groups],
            target_from: None,
            candidates: vec![0.0; groups],
            unplaced: vec![0; groups],
            classes,
            outcomes,
            shown: Bank::new(groups * classes * outcomes, SHOWN),
            sums: Bank::new((groups + 1) * outcomes, SUMS),
            ranks,
            placed: Bank::new(groups * outcomes * ranks, PLACED),
        }
    }
}

/// What beyond plain sums some metric needs.
fn wanted(plan: &Plan) -> Wanted {
    let any = |is: &dyn Fn(Listed) -> bool| plan.outcomes.iter().any(|o| o.listed().any(|(_, how)| is(how)));
    Wanted {
        prefixes: any(&|how| {
            matches!(
                how,
                Listed::Ndkl
                    | Listed::InfeasibleIndex
                    | Listed::InfeasibleCount
                    | Listed::PrefixDifference
                    | Listed::PrefixKl
                    | Listed::PrefixRatio
            )
        }),
        fair: any(&|how| how == Listed::FairTopFailures),
        items: any(&Listed::of_items),
        placed: any(&|how| how == Listed::Debiased),
        classes: any(&|how| how == Listed::ClassNdkl),
    }
}

/// What shares item classes should have: those of the spec, else those among the rows of all heads.
fn class_target(planned: &Planned, parts: &[Part], class_of: &[usize], known: &[bool], classes: &[Label]) -> Vec<f64> {
    if let Some(target) = &planned.class_target {
        let of = |label: &Label| target.iter().find(|(class, _)| *class == label.name);
        return classes
            .iter()
            .map(|label| of(label).map_or(0.0, |(_, share)| *share))
            .collect();
    }
    let mut rows = vec![0.0; classes.len()];
    for row in parts.iter().flat_map(|part| &part.rows) {
        let cell = row.cell as usize;
        if known[cell] && row.position <= planned.depth {
            rows[class_of[cell]] += 1.0;
        }
    }
    let all: f64 = rows.iter().sum();
    rows.into_iter()
        .map(|rows| if all > 0.0 { rows / all } else { 0.0 })
        .collect()
}

/// Sets what the shares of item groups should be, and how many items they have.
fn aim(
    plan: &Plan,
    planned: &Planned,
    index: usize,
    parts: &[Part],
    (of_cell, groups): (&[usize], &[Vec<Label>]),
    sums: &mut ListSums,
) {
    let grouping = &plan.groupings[index];
    let known: Vec<bool> = groups
        .iter()
        .map(|labels| !labels.iter().any(Label::is_missing))
        .collect();
    let name = |labels: &[Label]| labels.iter().map(|l| l.name.as_str()).collect::<Vec<_>>().join(" & ");
    let written = |shares: &[(String, f64)]| -> Vec<f64> {
        let of = |labels: &Vec<Label>| shares.iter().find(|(group, _)| *group == name(labels));
        groups
            .iter()
            .map(|labels| of(labels).map_or(0.0, |(_, x)| *x))
            .collect()
    };
    if let Some(candidates) = &grouping.candidates {
        sums.candidates = written(candidates);
    } else if planned.item.is_some() {
        let mut seen: HashSet<(usize, u64)> = HashSet::new();
        for row in parts.iter().flat_map(|part| &part.rows) {
            let group = of_cell[row.cell as usize];
            if known[group] && seen.insert((group, row.item)) {
                sums.candidates[group] += 1.0;
            }
        }
    }
    let catalogue = grouping.candidates.is_some() || planned.item.is_some();
    let target = planned.target.unwrap_or(match &grouping.population {
        Some(_) => Target::Population,
        None if catalogue => Target::Catalogue,
        None => Target::Uniform,
    });
    let shares = match (target, &grouping.population) {
        (Target::Population, Some(population)) => written(population),
        (Target::Catalogue, _) if catalogue => sums.candidates.clone(),
        // Of combinations of attributes no population is known.
        _ => known.iter().map(|known| f64::from(u8::from(*known))).collect(),
    };
    sums.target_from = Some(match (target, &grouping.population) {
        (Target::Population, None) => Target::Uniform,
        (Target::Catalogue, _) if !catalogue => Target::Uniform,
        _ => target,
    });
    let whole: f64 = shares.iter().sum();
    if whole > 0.0 {
        sums.target = shares.iter().map(|share| share / whole).collect();
    }
}

/// How lists are told apart, and dealt into replicates.
struct Deal {
    persons: bool,
    requests: bool,
    seed: u64,
}

impl Deal {
    /// The replicate of a list. Where nobody knows the people, lists are dealt by chance: by their request, or where
    /// rows have none by the seed, in the order of what they say, so that the order of the log changes nothing.
    fn replicate(&self, row: &ListRow, part: usize, index: u64) -> usize {
        if self.persons || self.requests {
            usize::from(replicate(row.person))
        } else {
            let place = (part as u64) << 48 | index;
            (xxh3_64_with_seed(&place.to_le_bytes(), self.seed) % REPLICATES as u64) as usize
        }
    }

    fn same_list(&self, a: &ListRow, b: &ListRow) -> bool {
        self.requests && (a.person, a.list) == (b.person, b.list)
    }

    /// Whether a taste goes on: people are known, or the list is the person.
    fn same_person(&self, a: &ListRow, b: &ListRow) -> bool {
        if self.persons {
            a.person == b.person
        } else {
            self.same_list(a, b)
        }
    }
}

/// Adds the lists of a part.
fn of_part(frame: &Frame<'_>, deal: &Deal, index: usize, mut part: Part, mut adding: Adding) -> Adding {
    part.sort();
    let mut last: Option<ListRow> = None;
    for (number, list) in part.rows.chunk_by(|a, b| deal.same_list(a, b)).enumerate() {
        let first = list[0];
        if last.is_some_and(|last| !deal.same_person(&last, &first)) {
            adding.end_person(frame);
        }
        let replicate = deal.replicate(&first, index, number as u64);
        adding.add(frame, &part, list, replicate);
        last = Some(first);
    }
    adding.end_person(frame);
    adding
}
