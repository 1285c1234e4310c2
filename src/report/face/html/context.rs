//! What every part of the page looks up.

use std::cell::Cell;
use std::collections::BTreeMap;

use super::block::{Block, Chip, Prose, Section};
use crate::report::face::table::groups::{FEW, UNKNOWN};
use crate::report::model::v1::{Estimate, Group, Grouping, Outcome, Result};
use crate::report::number::{self, UNDEFINED};
use crate::report::reason::plain;
use crate::report::said::urgency;
use crate::report::text::quoted;
use crate::report::view::View;

/// A result, looked up, and the ids that the page has given so far.
#[derive(Debug)]
pub(super) struct Context<'a> {
    pub(super) result: &'a Result,
    pub(super) view: View<'a>,
    by_place: BTreeMap<(&'a str, &'a str), Vec<&'a Estimate>>,
    given: Cell<u32>,
}

impl<'a> Context<'a> {
    pub(super) fn new(result: &'a Result) -> Self {
        let mut by_place: BTreeMap<(&str, &str), Vec<&Estimate>> = BTreeMap::new();
        for e in &result.estimates {
            by_place
                .entry((e.outcome.as_str(), e.attribute.as_str()))
                .or_default()
                .push(e);
        }
        Self {
            result,
            view: View::new(result),
            by_place,
            given: Cell::new(0),
        }
    }

    /// An id that nothing else in the page has.
    pub(super) fn id(&self) -> String {
        self.given.set(self.given.get() + 1);
        format!("x{}", self.given.get())
    }

    /// Every estimate of an outcome by an attribute.
    pub(super) fn estimates(&self, outcome: &'a str, attribute: &'a str) -> &[&'a Estimate] {
        self.by_place.get(&(outcome, attribute)).map_or(&[], Vec::as_slice)
    }

    /// A section of the page.
    pub(super) fn section(&self, level: u8, heading: &str, blocks: Vec<Block>) -> Block {
        self.judged_section(level, heading, None, blocks)
    }

    /// A section with the mark of what gates said of it.
    pub(super) fn judged_section(&self, level: u8, heading: &str, verdict: Option<&str>, blocks: Vec<Block>) -> Block {
        Block::Section(Section {
            id: self.id(),
            level: level.min(6),
            heading: Prose::new(heading),
            verdict: verdict.map(Chip::new),
            blocks,
        })
    }

    /// The most urgent of what gates said of an outcome by a grouping.
    pub(super) fn verdict(&self, outcome: &'a Outcome, grouping: &'a Grouping) -> Option<&'a str> {
        self.view
            .answers(&outcome.name, &grouping.attribute)
            .map(|(_, answer)| answer.verdict.as_str())
            .min_by_key(|verdict| urgency(verdict))
    }

    /// The number and its interval: `0.820 [0.783, 0.859]`; nothing where nobody asked, a dash where it is undefined.
    pub(super) fn shown(&self, e: Option<&Estimate>) -> String {
        let Some(e) = e else { return String::new() };
        let Some(x) = e.estimate else {
            return UNDEFINED.to_owned();
        };
        let bounds = self.view.bounds(e);
        let interval = number::interval(e.low, e.high, &bounds);
        format!("{} {interval}", number::beside(x, &bounds))
            .trim_end()
            .to_owned()
    }

    /// The intervals from drawing people again, of those that have one: `gap [-0.076, -0.047]`.
    pub(super) fn drawn_again(&self, estimates: &[Option<&Estimate>]) -> String {
        let told = estimates.iter().flatten().filter_map(|e| {
            let ends = number::interval(e.bootstrap_low, e.bootstrap_high, &self.view.bounds(e));
            (!ends.is_empty()).then(|| format!("{} {ends}", e.contrast))
        });
        told.collect::<Vec<_>>().join(", ")
    }

    /// A group's name, marked when it may not be judged.
    pub(super) fn name(&self, group: &Group) -> String {
        let flag = match (group.judged, group.subjects < self.result.audit.min_subjects) {
            (true, _) => "",
            (false, true) => FEW,
            (false, false) => UNKNOWN,
        };
        format!("{flag}{}", group.group)
    }

    /// What the marks before names mean, for those that some group has.
    pub(super) fn flags(&self, groups: &[Group]) -> Option<String> {
        let min_subjects = self.result.audit.min_subjects;
        let small = |group: &Group| group.subjects < min_subjects;
        let mut told = Vec::new();
        if groups.iter().any(|group| !group.judged && small(group)) {
            told.push(format!(
                "{FEW}fewer than {}: shown, not judged",
                number::counted(min_subjects, "person", "people")
            ));
        }
        if groups.iter().any(|group| !group.judged && !small(group)) {
            told.push(format!("{UNKNOWN}attribute not known: shown, not judged"));
        }
        (!told.is_empty()).then(|| format!("{}.", told.join("; ")))
    }
}

/// Whether a number is of all rows together: not within strata, not followed along anything, of every class of items.
pub(super) fn is_plain(e: &Estimate) -> bool {
    e.given.is_none() && e.along.is_none() && e.item_class.is_none()
}

/// What a number is restricted to, as words after its name: nothing for a plain one.
pub(super) fn restricted(
    given: Option<&str>,
    (along, at): (Option<&str>, Option<&str>),
    item_class: Option<&str>,
) -> String {
    let mut words = String::new();
    if let Some(given) = given {
        words.push_str(&format!(", within {}", quoted(given)));
    }
    if let Some(along) = along {
        words.push_str(&format!(", along {}", quoted(along)));
    }
    if let Some(at) = at {
        words.push_str(&format!(": {}", quoted(at)));
    }
    if let Some(class) = item_class {
        words.push_str(&format!(", items {}", quoted(class)));
    }
    words
}

/// An optional number; a dash where it is undefined.
pub(super) fn optional(x: Option<f64>) -> String {
    x.map_or_else(|| UNDEFINED.to_owned(), number::number)
}

/// Why a number is undefined or not judged, in words; empty where it is neither.
pub(super) fn why(e: &Estimate) -> String {
    match (e.status.as_str(), e.reason.as_deref()) {
        ("ok", None) => String::new(),
        (_, reason) => plain(reason.unwrap_or("undefined")).to_owned(),
    }
}
