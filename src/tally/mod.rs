//! The narrow waist: for every group, how many people and rows, the sum of every measure, and the sums over people of
//! the products of every two measures. All that follows is a function of it; nothing after it sees a row.
//!
//! People, not rows, are the independent unit, so second moments are sums over *people* of products of the person's own
//! totals. A person may appear in more than one group of a grouping (an age band that changed, a corrected gender); such
//! people are counted in each group that they appear in, and their moments are kept apart, so that the covariance
//! between two groups, between a group and the rest, and between a group and everybody is exact. Person-level measures
//! (`subjects`, `ever_selected`, `own_rate`) do not add up over groups for them, which is why groups are tallied
//! directly, and not rolled up from finer cells after the fact.
//!
//! A tally is additive: tallies of disjoint sets of people add up to the tally of both.

pub mod bootstrap;
pub mod classes;
mod close;
pub mod exact;
mod group;
pub mod histogram;
mod kernel;
pub mod lists;
mod moments;
mod people;
mod record;
mod sums;

pub use histogram::Histogram;
pub use kernel::{Decisions, Fault, Kernel, Overflow, Rows, Worker};
pub use people::{PeopleFault, Room};
pub use record::NO_DECISION;
pub use sums::{Behind, CrossSums, Sums};

use crate::catalogue::Measure;
use crate::catalogue::custom::Ratio;
use crate::plan::Outcome;

/// What an outcome has, and so which of its measures are tallied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutcomeShape {
    /// It has a label.
    pub label: bool,
    /// It has a value.
    pub value: bool,
    /// It has a list price.
    pub list: bool,
    /// Logarithms of values are added up.
    pub logs: bool,
    /// Metrics beyond the catalogue whose sums are kept too.
    pub ratios: &'static [Ratio],
}

impl OutcomeShape {
    /// The shape of a planned outcome.
    #[must_use]
    pub fn of(outcome: &Outcome) -> Self {
        Self {
            label: outcome.actual.is_some(),
            value: outcome.value.is_some(),
            list: outcome.value.is_some() && outcome.list_price.is_some(),
            logs: outcome.has_logs(),
            ratios: outcome.ratios,
        }
    }
}

/// What is tallied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    /// The outcomes.
    pub outcomes: Vec<OutcomeShape>,
    /// Rows carry a sampling weight.
    pub weighted: bool,
    /// Rows name their person.
    pub persons: bool,
    /// Indices of the attributes of each grouping.
    pub groupings: Vec<Vec<usize>>,
    /// What is kept as a histogram.
    pub histograms: Vec<histogram::Of>,
    /// Indices of the attributes of the groupings that histograms are kept for: those of [`Self::groupings`] that are not
    /// within strata, then others that are kept in no other way.
    pub spread: Vec<Vec<usize>>,
    /// How people are drawn again, where that is asked for.
    pub resampling: Option<bootstrap::Resampling>,
}

/// What happened to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Fate {
    /// A condition of `where` left it out.
    Filtered,
    /// It names no person.
    NoSubject,
    /// No outcome has a decision for it.
    NoDecision,
    /// At least one outcome has a decision for it.
    #[default]
    Audited,
}

/// Rows by fate. Rows of the file, not what they stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fates {
    /// See [`Fate::Filtered`].
    pub filtered: u64,
    /// See [`Fate::NoSubject`].
    pub no_subject: u64,
    /// See [`Fate::NoDecision`].
    pub no_decision: u64,
    /// See [`Fate::Audited`].
    pub audited: u64,
}

impl Fates {
    /// All rows.
    #[must_use]
    pub fn read(&self) -> u64 {
        self.filtered + self.no_subject + self.no_decision + self.audited
    }

    fn count(&mut self, fate: Fate) {
        match fate {
            Fate::Filtered => self.filtered += 1,
            Fate::NoSubject => self.no_subject += 1,
            Fate::NoDecision => self.no_decision += 1,
            Fate::Audited => self.audited += 1,
        }
    }

    fn add(&mut self, other: &Self) {
        self.filtered += other.filtered;
        self.no_subject += other.no_subject;
        self.no_decision += other.no_decision;
        self.audited += other.audited;
    }
}

/// Audited rows of one outcome that lack something. Rows of the file, not what they stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutcomeAccount {
    /// Rows with a decision.
    pub audited: u64,
    /// Of these, without a label.
    pub no_label: u64,
    /// Of these, without a value.
    pub no_value: u64,
}

/// A label of an attribute.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Label {
    /// Sort key: known groups in their natural order, then `(other)`, then `(missing)`.
    pub rank: (u8, u32),
    /// The group's name.
    pub name: String,
}

impl Label {
    /// The natural order of names: numbers by size, then texts by their characters.
    #[must_use]
    pub fn natural(a: &str, b: &str) -> std::cmp::Ordering {
        match (a.trim().parse::<f64>(), b.trim().parse::<f64>()) {
            (Ok(x), Ok(y)) => x.total_cmp(&y).then_with(|| a.cmp(b)),
            (Ok(_), Err(_)) => std::cmp::Ordering::Less,
            (Err(_), Ok(_)) => std::cmp::Ordering::Greater,
            (Err(_), Err(_)) => a.cmp(b),
        }
    }

    /// Whether it stands for an attribute that is not known.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        self.rank.0 == 2
    }
}

/// The tally of a log.
#[derive(Debug, Clone, PartialEq)]
pub struct Tally {
    /// What was tallied.
    pub shape: Shape,
    /// Everybody together.
    pub everyone: GroupTally,
    /// The groupings, in the order of the plan.
    pub groupings: Vec<GroupingTally>,
    /// By outcome: audited rows and what they lack.
    pub outcomes: Vec<OutcomeAccount>,
    /// The histograms of the shape; none where another engine counted, or in a file.
    pub histograms: Vec<Histogram>,
    /// The draws of people, where they were asked for; none where another engine counted, or in a file.
    pub drawn: Option<bootstrap::Drawn>,
    /// What lists show, where rows are places in them; none where another engine counted, or in a file.
    pub lists: Option<lists::Lists>,
}

/// The groups of one grouping.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupingTally {
    /// The groups, in their natural order.
    pub groups: Vec<GroupTally>,
    /// People who appear in more than one group.
    pub several: u64,
    /// Sums by outcome over these people: their whole known part.
    pub several_known: Vec<Sums>,
    /// For each pair of groups (lower index first) that share people, by outcome: sums over those people of products of
    /// their totals in the one and in the other.
    pub pairs: Vec<((usize, usize), Vec<CrossSums>)>,
}

/// One group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupTally {
    /// One label per attribute of the grouping; empty for everybody.
    pub labels: Vec<Label>,
    /// Rows by fate.
    pub fates: Fates,
    /// Audited rows, counted as often as their `count` says.
    pub rows: u64,
    /// People with an audited row.
    pub subjects: u64,
    /// Sums by outcome, over people who appear in this group alone.
    pub single: Vec<Sums>,
    /// Sums by outcome, over people who appear in other groups too: their part in this group.
    pub multi: Vec<Sums>,
    /// The people of `multi`: their part in the other groups of known attribute.
    pub multi_rest: Vec<Sums>,
    /// People who appear in several groups of known attribute, but not in this one: their whole known part.
    pub elsewhere: Vec<Sums>,
    /// The people of `multi`: products of their part here and in the other known groups.
    pub with_rest: Vec<CrossSums>,
    /// The people of `multi`: products of their part here and as a whole.
    pub with_all: Vec<CrossSums>,
}

impl GroupTally {
    /// A group of nobody, to be filled in from what another engine or a file says.
    #[must_use]
    pub fn empty(labels: Vec<Label>, shape: &Shape) -> Self {
        let sums: Vec<Sums> = shape.outcomes.iter().map(|&o| Sums::zero(o)).collect();
        let crosses: Vec<CrossSums> = shape.outcomes.iter().map(|&o| CrossSums::zero(o)).collect();
        Self {
            labels,
            fates: Fates::default(),
            rows: 0,
            subjects: 0,
            single: sums.clone(),
            multi: sums.clone(),
            multi_rest: sums.clone(),
            elsewhere: sums,
            with_rest: crosses.clone(),
            with_all: crosses,
        }
    }

    /// Adds the same group of other people.
    pub fn add(&mut self, other: &Self) {
        self.fates.add(&other.fates);
        self.rows += other.rows;
        self.subjects += other.subjects;
        for (mine, theirs) in [
            (&mut self.single, &other.single),
            (&mut self.multi, &other.multi),
            (&mut self.multi_rest, &other.multi_rest),
            (&mut self.elsewhere, &other.elsewhere),
        ] {
            mine.iter_mut().zip(theirs).for_each(|(a, b)| a.add(b));
        }
        for (mine, theirs) in [
            (&mut self.with_rest, &other.with_rest),
            (&mut self.with_all, &other.with_all),
        ] {
            mine.iter_mut().zip(theirs).for_each(|(a, b)| a.add(b));
        }
    }

    /// The group's name: its labels joined by ` & `.
    #[must_use]
    pub fn name(&self) -> String {
        let names: Vec<&str> = self.labels.iter().map(|l| l.name.as_str()).collect();
        names.join(" & ")
    }

    /// Whether `where` left any of its rows in; a group without one is accounted for and not compared.
    #[must_use]
    pub fn is_in_scope(&self) -> bool {
        self.fates.read() > self.fates.filtered
    }

    /// Whether every attribute is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.labels.iter().any(Label::is_missing)
    }

    /// Sums of an outcome over everyone in the group.
    #[must_use]
    pub fn sums(&self, outcome: usize) -> Sums {
        let mut sums = self.single[outcome].clone();
        sums.add(&self.multi[outcome]);
        sums
    }
}

impl GroupingTally {
    /// Sums over everybody in the other groups of known attribute, each person once.
    #[must_use]
    pub fn rest(&self, group: usize, outcome: usize) -> Sums {
        let mut sums = self.groups[group].multi_rest[outcome].clone();
        sums.add(&self.groups[group].elsewhere[outcome]);
        for (i, other) in self.groups.iter().enumerate() {
            if i != group && other.is_known() {
                sums.add(&other.single[outcome]);
            }
        }
        sums
    }

    /// How many people [`Self::rest`] has.
    #[must_use]
    pub fn rest_subjects(&self, group: usize, outcome: usize) -> u64 {
        let of_group = &self.groups[group];
        let others = self
            .groups
            .iter()
            .enumerate()
            .filter(|(i, other)| *i != group && other.is_known());
        of_group.multi_rest[outcome].subjects
            + of_group.elsewhere[outcome].subjects
            + others.map(|(_, other)| other.single[outcome].subjects).sum::<u64>()
    }

    /// Products of people's totals in two groups; `None` when no person is in both.
    #[must_use]
    pub fn pair(&self, a: usize, b: usize, outcome: usize) -> Option<CrossSums> {
        let key = (a.min(b), a.max(b));
        let (_, cross) = self.pairs.iter().find(|(k, _)| *k == key)?;
        let cross = &cross[outcome];
        Some(if a <= b { cross.clone() } else { cross.transposed() })
    }
}

/// The measures that an outcome of this shape has, in the order in which sums store them.
#[must_use]
pub fn measures(shape: OutcomeShape) -> Vec<Measure> {
    Measure::ALL
        .into_iter()
        .filter(|m| match m {
            Measure::Rows | Measure::Selected | Measure::Subjects | Measure::EverSelected | Measure::OwnRate => true,
            Measure::Labelled | Measure::LabelledSelected | Measure::Actual | Measure::TruePositive => shape.label,
            Measure::ValueRows | Measure::Value | Measure::SelectedValueRows | Measure::SelectedValue => shape.value,
            Measure::ListedRows | Measure::ListedValue | Measure::ListPrice => shape.list,
            Measure::LoggedRows | Measure::LogValue => shape.logs,
        })
        .collect()
}
