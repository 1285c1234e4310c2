//! What lists show, group by group: attention by class of items, what stands in the head, and how good it is.
//!
//! Rows of a list may stand anywhere in the log, so a record of each row waits until the log has been read (about forty
//! bytes). Then lists are looked at one by one, and what is kept of them is sums: for each group, and for each class that it
//! was shown, dealt into the replicates of people. All that follows is a function of these sums.

mod close;
mod examined;
mod items;
mod one;
mod rows;

pub use examined::Examination;
pub use items::{ItemSums, Items, Ratings};
pub use rows::{ListRow, Recorder};

use super::Label;
use super::histogram::REPLICATES;
use crate::catalogue::ListSide;
use crate::plan::Target;

/// A sum over rows of a group and a class of items, by outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Shown {
    /// Attention.
    Exposure,
    /// Rows.
    Rows,
    /// Attention of rows with a merit.
    MeritExposure,
    /// Their merit.
    Merit,
    /// How many of them were selected.
    MeritSelected,
    /// Rows in the head, where classes are known; of the first outcome.
    Head,
}

/// A sum over rows of a group at one rank, by outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Placed {
    /// Rows with a decision.
    Decided,
    /// Selected rows.
    Selected,
}

/// A sum over the lists of a group, by outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Sum {
    /// Lists.
    Lists,
    /// Rows of items of known group in the head: of this group, or of all.
    Head,
    /// Share of the list's attention less that of its merit.
    AttentionLessMerit,
    /// Lists with a merit.
    MeritLists,
    /// rND.
    Difference,
    /// Lists that have it.
    DifferenceLists,
    /// rKL.
    Divergence,
    /// Lists that have it.
    DivergenceLists,
    /// rRD.
    Ratio,
    /// Lists that have it.
    RatioLists,
    /// Lists that fail the ranked group fairness test.
    FairFailures,
    /// NDKL.
    Ndkl,
    /// Prefixes that lack anybody.
    InfeasibleIndex,
    /// Prefixes and groups that they lack.
    InfeasibleCount,
    /// Lists with an item of known group in the head.
    HeadLists,
    /// Lists with a decision in any row.
    Decided,
    /// Precision.
    Precision,
    /// Lists with a hit.
    Hits,
    /// Reciprocal ranks.
    ReciprocalRank,
    /// Lists with anything relevant.
    RelevantLists,
    /// Recall.
    Recall,
    /// Discounted gain.
    Ndcg,
    /// Mean popularity of the head.
    Popularity,
    /// Lists with a popularity in the head.
    PopularityLists,
    /// Mean popularity of what is relevant.
    Profile,
    /// Lists with a popularity of anything relevant.
    ProfileLists,
    /// Divergence from taste.
    Taste,
    /// People with a taste.
    TastePeople,
    /// Weights.
    Weight,
    /// Their squares.
    SquaredWeight,
    /// Weights of selected rows.
    WeightedSelected,
    /// Rows with a weight.
    WeightedRows,
    /// Rows with a weight and what a model expects.
    Modelled,
    /// What it expects of the policy.
    Expected,
    /// Weighted selections less what it expects of the row.
    Missed,
    /// Divergence of the classes in prefixes from the target; of the first outcome.
    ClassNdkl,
    /// Lists that have it.
    ClassLists,
}

const SHOWN: usize = Shown::Head as usize + 1;
const SUMS: usize = Sum::ClassLists as usize + 1;
const PLACED: usize = Placed::Selected as usize + 1;

/// Sums by replicate, several for each slot.
#[derive(Debug, Clone, PartialEq)]
struct Bank {
    width: usize,
    sums: Vec<f64>,
}

impl Bank {
    fn new(slots: usize, width: usize) -> Self {
        Self {
            width,
            sums: vec![0.0; slots * width * REPLICATES],
        }
    }

    fn at(&self, slot: usize, which: usize) -> &[f64] {
        &self.sums[(slot * self.width + which) * REPLICATES..][..REPLICATES]
    }

    fn add(&mut self, slot: usize, which: usize, replicate: usize, x: f64) {
        self.sums[(slot * self.width + which) * REPLICATES + replicate] += x;
    }

    fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.sums.iter_mut().zip(&other.sums) {
            *mine += theirs;
        }
    }
}

/// What lists show, of one grouping.
#[derive(Debug, Clone, PartialEq)]
pub struct ListSums {
    /// Whose groups they are.
    pub side: ListSide,
    /// Groups.
    pub groups: usize,
    /// Of groups of items: what share of them should be; 0 for those that are left out.
    pub target: Vec<f64>,
    /// What the target was taken from.
    pub target_from: Option<Target>,
    /// Of groups of items: how many there are to be shown; 0 where that is not known.
    pub candidates: Vec<f64>,
    /// By group: rows without a request or a place, which are left out.
    pub unplaced: Vec<u64>,
    classes: usize,
    outcomes: usize,
    shown: Bank,
    sums: Bank,
    /// Ranks that are told apart.
    ranks: usize,
    placed: Bank,
}

impl ListSums {
    fn shown_slot(&self, group: usize, class: usize, outcome: usize) -> usize {
        (group * self.classes + class) * self.outcomes + outcome
    }

    fn slot(&self, group: Option<usize>, outcome: usize) -> usize {
        group.unwrap_or(self.groups) * self.outcomes + outcome
    }

    /// A sum over rows that a group was shown of a class, by replicate. Groups of items have one class.
    #[must_use]
    pub fn shown(&self, group: usize, class: usize, outcome: usize, which: Shown) -> &[f64] {
        self.shown.at(self.shown_slot(group, class, outcome), which as usize)
    }

    /// A sum over lists of a group, or of all groups together, by replicate.
    #[must_use]
    pub fn sum(&self, group: Option<usize>, outcome: usize, which: Sum) -> &[f64] {
        self.sums.at(self.slot(group, outcome), which as usize)
    }

    fn placed_slot(&self, group: usize, outcome: usize, rank: usize) -> usize {
        (group * self.outcomes + outcome) * self.ranks + rank
    }

    /// A sum over rows of a group at a rank, counted from 0, by replicate.
    #[must_use]
    pub fn placed(&self, group: usize, outcome: usize, rank: usize, which: Placed) -> &[f64] {
        self.placed.at(self.placed_slot(group, outcome, rank), which as usize)
    }

    fn merge(&mut self, other: &Self) {
        self.shown.merge(&other.shown);
        self.sums.merge(&other.sums);
        self.placed.merge(&other.placed);
    }
}

/// What lists show.
#[derive(Debug, Clone, PartialEq)]
pub struct Lists {
    /// To everybody.
    pub everyone: ListSums,
    /// By grouping of the plan.
    pub groupings: Vec<ListSums>,
    /// The classes of items, the first where there are none.
    pub classes: Vec<Label>,
    /// Sums by item, where they are asked for.
    pub items: Option<Items>,
    /// Lists.
    pub lists: u64,
    /// Rows in them.
    pub rows: u64,
    /// Rows whose weight was cut.
    pub clipped: u64,
    /// How likely places are looked at, where that is told.
    pub examination: Option<Examination>,
    /// Rows at ranks of which that is not told.
    pub unexamined: u64,
    /// What shares item classes should have; 0 for those that are left out.
    pub class_target: Vec<f64>,
    /// Whether the spec states them.
    pub target_stated: bool,
}
