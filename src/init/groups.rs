//! Which columns are protected attributes, and how their values become groups.

use std::collections::{BTreeMap, BTreeSet};

use super::sample::{Facts, Sample};
use super::words::{
    BIRTH, FACTOR, FEMALE, GENDERS, ID, MALE, PERSON, PROTECTED, STAND_IN, UNKNOWN, found, is_one, plain,
};
use super::{Given, Pick, bands};

/// More different values than this are no groups.
const MOST: usize = 30;

/// No person is older, in years: what stands for "not known" often is.
const OLDEST: i64 = 110;

/// A column whose values make groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// The column.
    pub column: String,
    /// How.
    pub shape: Shape,
    /// Values that mean "not known".
    pub missing: Vec<String>,
    /// Why it was chosen, as half a sentence.
    pub why: String,
}

/// How values become groups.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// As they are.
    Values,
    /// Between edges.
    Bands(Vec<f64>),
}

/// What was found.
pub(super) struct Groups {
    pub(super) taken: Vec<Attribute>,
    pub(super) more: Vec<Attribute>,
    pub(super) refused: Vec<Pick>,
}

/// Finds the attributes.
pub(super) fn groups(sample: &Sample, given: &Given, off: &BTreeSet<String>, time: Option<&Pick>) -> Groups {
    let day = time
        .and_then(|time| sample.column(&time.column)?.last_day)
        .unwrap_or(given.as_of);
    let mut groups = Groups {
        taken: Vec::new(),
        more: Vec::new(),
        refused: Vec::new(),
    };
    if !given.protected.is_empty() {
        for name in &given.protected {
            let shape = sample.column(name).and_then(|facts| shape(facts, day).ok());
            let (shape, missing) = shape.unwrap_or((Shape::Values, Vec::new()));
            groups.taken.push(Attribute {
                column: name.clone(),
                shape,
                missing,
                why: "you said so".to_owned(),
            });
        }
        return groups;
    }
    let columns: Vec<&Facts> = sample
        .columns
        .iter()
        .filter(|facts| !off.contains(&facts.name))
        .collect();
    let mut kinds = BTreeSet::new();
    // What the log has as groups already is taken before numbers of the same kind, which need bands.
    let mut named: Vec<(&Facts, &str, &str)> = columns
        .iter()
        .filter_map(|facts| named(facts, PROTECTED).map(|(kind, word)| (*facts, kind, word)))
        .collect();
    named.sort_by_key(|(facts, ..)| facts.is_number() || facts.is_day());
    for (facts, kind, word) in named {
        match shape(facts, day) {
            Err(why) => groups.refused.push(Pick::new(facts, why)),
            Ok((shape, missing)) => {
                let attribute = attribute(facts, shape, missing, format!("`{word}` in its name speaks of {kind}"));
                if kinds.insert(kind) {
                    groups.taken.push(attribute);
                } else {
                    groups.more.push(attribute);
                }
            }
        }
    }
    if !kinds.contains("gender")
        && let Some(facts) = columns.iter().find(|facts| has_genders(facts))
    {
        let (shape, missing) = shape(facts, day).unwrap_or((Shape::Values, Vec::new()));
        let values: Vec<&str> = facts.values.keys().map(String::as_str).collect();
        let why = format!("its values look like genders ({})", values.join(", "));
        groups.taken.push(attribute(facts, shape, missing, why));
    }
    let weaker = columns
        .iter()
        .filter_map(|facts| {
            let why = match named_stand_in(facts) {
                Some((kind, word)) => format!("`{word}` in its name speaks of {kind}, which may stand in for origin"),
                None if is_about_person(facts) => "its name says that it describes a person".to_owned(),
                None => return None,
            };
            Some((*facts, why))
        })
        .filter(|(facts, _)| !groups.taken.iter().any(|taken| taken.column == facts.name))
        .collect::<Vec<_>>();
    let alone = groups.taken.is_empty();
    for (facts, why) in weaker {
        match shape(facts, day) {
            Err(why) => groups.refused.push(Pick::new(facts, why)),
            Ok((shape, missing)) => {
                let attribute = attribute(facts, shape, missing, why);
                if alone {
                    groups.taken.push(attribute);
                } else {
                    groups.more.push(attribute);
                }
            }
        }
    }
    groups
}

fn attribute(facts: &Facts, shape: Shape, missing: Vec<String>, why: String) -> Attribute {
    let mut why = match &shape {
        Shape::Values => format!("{why}; {} different values", facts.distinct),
        Shape::Bands(_) => format!("{why}; numbers or dates, so bands: each holds at least a twentieth of these rows"),
    };
    if !missing.is_empty() {
        why.push_str(&format!("; {} taken as not known", missing.join(", ")));
    }
    Attribute {
        column: facts.name.clone(),
        shape,
        missing,
        why,
    }
}

/// The kind of attribute that a name speaks of, and by which word. A key is no attribute.
fn named<'f>(facts: &'f Facts, kinds: &[(&'static str, &[&str])]) -> Option<(&'static str, &'f str)> {
    if found(&facts.words, ID).is_some() {
        return None;
    }
    kinds
        .iter()
        .find_map(|(kind, list)| Some((*kind, found(&facts.words, list)?)))
}

fn named_stand_in(facts: &Facts) -> Option<(&'static str, &str)> {
    STAND_IN
        .iter()
        .find_map(|(kind, list)| Some((*kind, found(&facts.words, list)?)))
}

/// `user_feature_0`, `customer_segment`: about a person, and not who.
fn is_about_person(facts: &Facts) -> bool {
    let words = &facts.words;
    words.len() > 1
        && words.first().is_some_and(|word| is_one(word, PERSON))
        && found(words, ID).is_none()
        && (2..=12).contains(&facts.distinct)
        && !facts.is_real
}

/// Whether values are genders, of two sorts at least.
fn has_genders(facts: &Facts) -> bool {
    let values: Vec<String> = facts.values.keys().map(|value| plain(value)).collect();
    let any = |list: &[&str]| values.iter().any(|value| is_one(value, list));
    facts.is_named()
        && values.len() <= 5
        && any(FEMALE)
        && any(MALE)
        && values
            .iter()
            .all(|value| is_one(value, GENDERS) || is_one(value, UNKNOWN))
}

/// How the values of a column become groups, and which of them mean "not known"; or why they don't.
fn shape(facts: &Facts, day: jiff::civil::Date) -> Result<(Shape, Vec<String>), String> {
    if facts.filled == 0 {
        return Err("it has no value in these rows".to_owned());
    }
    let mut missing: Vec<String> = facts
        .values
        .keys()
        .filter(|value| is_one(&plain(value), UNKNOWN))
        .cloned()
        .collect();
    let known = facts.distinct - missing.len();
    if known < 2 {
        return Err("all rows have the same value".to_owned());
    }
    let is_age = found(&facts.words, PROTECTED[1].1).is_some();
    let is_birth = found(&facts.words, BIRTH).is_some();
    if facts.is_day() && is_birth {
        return of_birth(facts, day).map(|bands| (bands, missing));
    }
    if facts.is_number() && (is_age || is_birth) && facts.range.is_some_and(|(_, high)| high > 12.0) {
        let rows: BTreeMap<i64, u64> = facts
            .values
            .iter()
            .filter_map(|(text, rows)| Some((text.trim().parse::<f64>().ok()?.floor() as i64, *rows)))
            .collect();
        if is_birth {
            let edges = bands::of_years(&rows);
            return banded(edges).map(|bands| (bands, missing));
        }
        let unlikely = |text: &&String| {
            text.trim()
                .parse::<f64>()
                .is_ok_and(|age| !(0.0..=OLDEST as f64).contains(&age))
        };
        let odd: Vec<String> = facts.values.keys().filter(unlikely).cloned().collect();
        if odd.len() > 5 {
            return Err(format!("{} of its values are no ages of people", odd.len()));
        }
        missing.extend(odd);
        let ages = rows.into_iter().filter(|(age, _)| (0..=OLDEST).contains(age)).collect();
        return banded(bands::of_ages(&ages)).map(|bands| (bands, missing));
    }
    if known > MOST || (facts.filled > 20 && known as u64 * 2 > facts.filled) {
        return Err(format!("{} different values are too many for groups", facts.distinct));
    }
    Ok((Shape::Values, missing))
}

/// Bands of dates of birth, by age on a day.
fn of_birth(facts: &Facts, day: jiff::civil::Date) -> Result<Shape, String> {
    let mut ages = BTreeMap::new();
    for (year, rows) in &facts.years {
        let age = i64::from(day.year() - year);
        if age < 0 {
            return Err(format!("some are born in {year}, after {day}"));
        }
        *ages.entry(age).or_insert(0) += rows;
    }
    banded(bands::of_ages(&ages))
}

fn banded(edges: Vec<f64>) -> Result<Shape, String> {
    if edges.is_empty() {
        return Err("nearly all rows would be in one band".to_owned());
    }
    Ok(Shape::Bands(edges))
}

/// Columns that may rightly make a difference, to compare within.
pub(super) fn factors(sample: &Sample, off: &BTreeSet<String>) -> Vec<Pick> {
    sample
        .columns
        .iter()
        .filter(|facts| !off.contains(&facts.name) && !facts.is_real && (2..=20).contains(&facts.distinct))
        .filter_map(|facts| {
            let word = found(&facts.words, FACTOR)?;
            Some(Pick::new(
                facts,
                format!("`{word}` may rightly make a difference; {} values", facts.distinct),
            ))
        })
        .collect()
}
