//! A spec from a log alone: which column is the person, which the decision, which are protected, and why that is thought.
//!
//! Names, values and counts of a bounded number of rows are all that is looked at. Whatever is chosen is a guess that says
//! its reason, in the spec as a comment. What nobody can see in a log, above all whether being selected is good for a
//! person, is said to be an assumption, and no gate is written that would judge by it.

mod bands;
mod decision;
mod groups;
mod people;
mod sample;
mod words;
mod write;

pub use decision::{Direction, Outcome, What};
pub use groups::{Attribute, Shape};
pub use sample::{Facts, ROWS, Sample, sample};
pub use write::{LogKeys, spec, summary};

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::spec::Condition;

/// What somebody has said, and need not be guessed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Given {
    /// Column of the person.
    pub subject: Option<String>,
    /// When a row counts as selected.
    pub selected: Option<Condition>,
    /// Whether being selected is good for the person.
    pub favourable: Option<bool>,
    /// Columns of protected attributes.
    pub protected: Vec<String>,
    /// The day on which ages are told where rows have no time.
    pub as_of: Date,
}

impl Given {
    /// The columns that were named.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        let selected = self.selected.iter().map(|condition| condition.column.value.clone());
        self.subject
            .iter()
            .cloned()
            .chain(self.protected.iter().cloned())
            .chain(selected)
            .collect()
    }
}

/// A column that was chosen, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    /// The column.
    pub column: String,
    /// The reason, as half a sentence.
    pub why: String,
}

impl Pick {
    fn new(facts: &Facts, why: impl Into<String>) -> Self {
        Self {
            column: facts.name.clone(),
            why: why.into(),
        }
    }
}

/// What a log seems to hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The person.
    pub subject: Option<Pick>,
    /// Why no column is, where none is.
    pub no_subject: String,
    /// The time of the row.
    pub time: Option<Pick>,
    /// How many rows a row stands for.
    pub count: Option<Pick>,
    /// The weight of a row.
    pub weight: Option<Pick>,
    /// Texts that mean "no value" in columns of numbers.
    pub null_values: Vec<String>,
    /// Protected attributes.
    pub attributes: Vec<Attribute>,
    /// Attributes that could be taken too.
    pub more_attributes: Vec<Attribute>,
    /// Why columns with names of attributes were not taken.
    pub refused: Vec<Pick>,
    /// The decision.
    pub outcome: Option<Outcome>,
    /// Columns that could hold a decision.
    pub candidates: Vec<Pick>,
    /// Factors that may rightly make a difference.
    pub factors: Vec<Pick>,
    /// Rank and item of lists, where there seem to be some.
    pub list: Option<(String, String)>,
}

/// What a sample seems to hold.
#[must_use]
pub fn propose(sample: &Sample, given: &Given) -> Proposal {
    let mut taken = BTreeSet::new();
    let (subject, no_subject) = people::subject(sample, given);
    taken.extend(subject.iter().map(|pick| pick.column.clone()));
    let time = people::time(sample);
    taken.extend(time.iter().map(|pick| pick.column.clone()));
    let count = people::count(sample, &taken);
    taken.extend(count.iter().map(|pick| pick.column.clone()));
    let weight = people::weight(sample, &taken).filter(|_| count.is_none());
    taken.extend(weight.iter().map(|pick| pick.column.clone()));
    let selected = given.selected.as_ref().map(|condition| condition.column.value.clone());
    taken.extend(selected.clone());
    let groups = groups::groups(sample, given, &taken, time.as_ref());
    let mut off = taken.clone();
    off.extend(groups.taken.iter().map(|attribute| attribute.column.clone()));
    let decided = decision::outcome(sample, given, &off, count.as_ref());
    let numbers = decided.outcome.iter().flat_map(Outcome::numbers);
    let mut null_values: BTreeSet<String> = numbers
        .filter_map(|name| sample.column(name))
        .flat_map(|facts| facts.no_numbers.keys().cloned())
        .collect();
    null_values.retain(|text| !text.is_empty());
    off.extend(decided.outcome.iter().flat_map(Outcome::columns));
    Proposal {
        subject,
        no_subject,
        time,
        count,
        weight,
        null_values: null_values.into_iter().collect(),
        factors: groups::factors(sample, &off),
        list: people::list(sample),
        more_attributes: groups
            .more
            .into_iter()
            .filter(|attribute| !off.contains(&attribute.column))
            .collect(),
        attributes: groups.taken,
        refused: groups.refused,
        outcome: decided.outcome,
        candidates: decided.candidates,
    }
}

/// A whole number with commas between thousands.
fn grouped(n: impl std::fmt::Display) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl Sample {
    /// The facts of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Facts> {
        self.columns.iter().find(|facts| facts.name == name)
    }
}

impl Proposal {
    /// What has to be filled in before the spec can run, as nouns.
    #[must_use]
    pub fn lacks(&self) -> Vec<&'static str> {
        let mut lacks = Vec::new();
        if self.outcome.is_none() {
            lacks.push("the decision ([[outcome]])");
        }
        if self.attributes.is_empty() {
            lacks.push("a protected attribute ([[protected]])");
        }
        lacks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        let all = [0, 999, 1_000, 76_277, 1_234_567].map(grouped);
        assert_eq!(all, ["0", "999", "1,000", "76,277", "1,234,567"]);
    }
}
