//! Who a row is about, when it happened, and how many rows it stands for.

use std::collections::BTreeSet;

use super::sample::{Facts, Sample};
use super::words::{COUNT, ID, OTHER_TIME, PERSON, THING, TIME, WEIGHT, found, is_one, plain};
use super::{Given, Pick, grouped};

/// Of an id that is not said to be a person's: at most this share of the rows has a value of its own.
const REPEATED: f64 = 0.9;

/// The column of the person; or why there is none.
pub(super) fn subject(sample: &Sample, given: &Given) -> (Option<Pick>, String) {
    if let Some(name) = &given.subject {
        let pick = Pick {
            column: name.clone(),
            why: "you said so".to_owned(),
        };
        return (Some(pick), String::new());
    }
    let known = |facts: &&Facts| {
        let is_real = facts.is_real || (facts.is_number() && !facts.is_whole());
        facts.filled > 0 && !is_real && !facts.is_day() && facts.distinct > 1
    };
    let seen = |facts: &Facts| {
        format!(
            "{} different in {} rows",
            grouped(facts.distinct),
            grouped(facts.filled)
        )
    };
    if let Some(facts) = sample
        .columns
        .iter()
        .filter(known)
        .find(|facts| is_person(&facts.words))
    {
        let why = format!("its name says that it is a person; {}", seen(facts));
        return (Some(Pick::new(facts, why)), String::new());
    }
    let keys = || {
        let ids = sample.columns.iter().filter(known);
        ids.filter(|facts| found(&facts.words, ID).is_some() && found(&facts.words, THING).is_none())
    };
    let repeated = |facts: &&Facts| facts.distinct >= 20 && (facts.distinct as f64) < REPEATED * facts.filled as f64;
    if let Some(facts) = keys().find(repeated) {
        let why = format!("it is a key and repeats; {}", seen(facts));
        return (Some(Pick::new(facts, why)), String::new());
    }
    let many = |facts: &&Facts| facts.distinct >= 20;
    let why = match keys().find(many) {
        Some(facts) => format!(
            "`{}` is a key, but has {}, so each row counts as a person of its own",
            facts.name,
            seen(facts)
        ),
        None => "no column is named as a person or is a key that repeats, so each row counts as a person of its own"
            .to_owned(),
    };
    (None, why)
}

/// Whether a name says nothing but who: `customer_id`, `klient`, `Numer klienta`.
fn is_person(words: &[String]) -> bool {
    let named = words.iter().any(|word| is_one(word, PERSON));
    named
        && words
            .iter()
            .all(|word| is_one(word, PERSON) || is_one(word, ID) || word.parse::<u64>().is_ok())
}

/// The column of the time of the row.
pub(super) fn time(sample: &Sample) -> Option<Pick> {
    let fits = |facts: &&Facts| facts.is_day() && found(&facts.words, OTHER_TIME).is_none();
    let named = |facts: &&Facts| found(&facts.words, TIME).is_some();
    let columns = || sample.columns.iter().filter(fits);
    let by_name = columns().find(named);
    let by_type = || columns().find(|facts| facts.is_time);
    by_name
        .map(|facts| Pick::new(facts, "its name says when, and every value is a day or a point in time"))
        .or_else(|| by_type().map(|facts| Pick::new(facts, "it holds points in time")))
}

/// The column of how many rows a row stands for.
pub(super) fn count(sample: &Sample, taken: &BTreeSet<String>) -> Option<Pick> {
    let fits = |facts: &&Facts| {
        is_one(&plain(&facts.name), COUNT)
            && !taken.contains(&facts.name)
            && facts.is_whole()
            && facts.empty == 0
            && facts.no_numbers.is_empty()
            && facts.range.is_some_and(|(low, high)| low >= 0.0 && high > 1.0)
    };
    let facts = sample.columns.iter().find(fits)?;
    let why = "its name says that it counts, and every value is a whole number: a row stands for so many";
    Some(Pick::new(facts, why))
}

/// The column of a row's weight.
pub(super) fn weight(sample: &Sample, taken: &BTreeSet<String>) -> Option<Pick> {
    let named = |facts: &&Facts| found(&facts.words, WEIGHT).is_some() || plain(&facts.name) == "w";
    let fits = |facts: &&Facts| {
        !taken.contains(&facts.name)
            && facts.is_number()
            && facts.empty == 0
            && facts.no_numbers.is_empty()
            && facts.range.is_some_and(|(low, high)| low >= 0.0 && high > 0.0)
    };
    let facts = sample.columns.iter().filter(named).find(fits)?;
    Some(Pick::new(
        facts,
        "its name says that it is a weight, and no value is below 0",
    ))
}

/// Rank and item, where rows seem to be places of lists.
pub(super) fn list(sample: &Sample) -> Option<(String, String)> {
    const RANK: &[&str] = &["rank", "position", "pozycj*"];
    const ITEM: &[&str] = &["item*", "product*", "produkt*"];
    let rank = |facts: &&Facts| {
        found(&facts.words, RANK).is_some() && facts.is_whole() && facts.range.is_some_and(|(low, _)| low >= 1.0)
    };
    let item = |facts: &&Facts| found(&facts.words, ITEM).is_some() && found(&facts.words, ID).is_some();
    let rank = sample.columns.iter().find(rank)?;
    let item = sample.columns.iter().find(item)?;
    Some((rank.name.clone(), item.name.clone()))
}
