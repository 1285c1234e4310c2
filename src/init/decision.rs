//! Which column is the decision, which the label, which numbers belong to them, and whether being selected is good.

use std::collections::BTreeSet;

use super::sample::{Facts, Sample};
use super::words::{
    AGAINST, BAD_END, DECISION, EXPECTED, FOR, GOOD_END, ID, LABEL, NO, NOT_DECISION, NOT_VALUE, PART, RATINGS, SCORE,
    UNITS, UNKNOWN, UNWANTED, VALUE, WANTED, YES, found, is_one, plain,
};
use super::{Given, Pick};
use crate::spec::Test;

/// Whether being selected is good for the person, and how that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Direction {
    /// Somebody said it.
    Said(bool),
    /// A word speaks for it.
    Guessed(bool, String),
    /// Nothing speaks for either; taken as good.
    Unknown,
}

impl Direction {
    /// What is written.
    #[must_use]
    pub fn favourable(&self) -> bool {
        match self {
            Self::Said(favourable) | Self::Guessed(favourable, _) => *favourable,
            Self::Unknown => true,
        }
    }
}

/// When something holds for a row.
#[derive(Debug, Clone, PartialEq)]
pub struct What {
    /// The column.
    pub column: String,
    /// The test of its value.
    pub test: Test,
    /// Why, as half a sentence.
    pub why: String,
}

/// A decision and what belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// When a row counts as selected.
    pub selected: What,
    /// Whether that is good.
    pub direction: Direction,
    /// When the label is positive.
    pub actual: Option<What>,
    /// What the row was worth, and its unit.
    pub value: Option<(Pick, Option<&'static str>)>,
    /// How likely the label was taken to be.
    pub score: Option<Pick>,
    /// What the value was taken to be.
    pub predicted: Option<Pick>,
}

impl Outcome {
    /// The columns that must hold numbers.
    pub(super) fn numbers(&self) -> impl Iterator<Item = &str> {
        let is_number = !matches!(self.selected.test, Test::Values(_));
        let selected = is_number.then_some(self.selected.column.as_str());
        let value = self.value.as_ref().map(|(pick, _)| pick.column.as_str());
        let score = self.score.as_ref().map(|pick| pick.column.as_str());
        let predicted = self.predicted.as_ref().map(|pick| pick.column.as_str());
        selected.into_iter().chain(value).chain(score).chain(predicted)
    }

    /// Every column that is used.
    pub(super) fn columns(&self) -> Vec<String> {
        let actual = self.actual.as_ref().map(|what| what.column.as_str());
        let mut all: Vec<String> = self.numbers().chain(actual).map(str::to_owned).collect();
        all.push(self.selected.column.clone());
        all
    }
}

/// What was found.
pub(super) struct Decided {
    pub(super) outcome: Option<Outcome>,
    pub(super) candidates: Vec<Pick>,
}

/// What a name or values make of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// Neither speaks of a decision.
    Plain,
    /// What people did, or what became of them.
    Response,
    /// What a system decided.
    Decision,
}

/// A column that could be one.
struct Candidate<'s> {
    facts: &'s Facts,
    class: Class,
    /// Of candidates of one class, the surest is taken.
    sureness: f64,
    favourable: Option<(bool, String)>,
    positive: Vec<String>,
    why: String,
}

/// Finds the decision and what belongs to it. `off`: columns that are something else.
pub(super) fn outcome(sample: &Sample, given: &Given, off: &BTreeSet<String>, count: Option<&Pick>) -> Decided {
    let columns: Vec<&Facts> = sample
        .columns
        .iter()
        .filter(|facts| !off.contains(&facts.name))
        .collect();
    let mut found: Vec<Candidate<'_>> = columns.iter().filter_map(|facts| candidate(facts)).collect();
    // The first of the surest, as sorting keeps the order of the log.
    found.sort_by(|a, b| b.class.cmp(&a.class).then(b.sureness.total_cmp(&a.sureness)));
    let others = |but: &str| {
        let rest = found
            .iter()
            .filter(|one| one.facts.name != but && one.class != Class::Plain);
        rest.map(|one| Pick::new(one.facts, one.why.clone()))
            .collect::<Vec<_>>()
    };
    let direction = |guess: Option<(bool, String)>| match (given.favourable, guess) {
        (Some(said), _) => Direction::Said(said),
        (None, Some((favourable, why))) => Direction::Guessed(favourable, why),
        (None, None) => Direction::Unknown,
    };
    let (selected, guess, class) = if let Some(condition) = &given.selected {
        let name = &condition.column.value;
        let guess = sample.column(name).and_then(|facts| by_name(facts).1);
        let what = What {
            column: name.clone(),
            test: condition.test.clone(),
            why: "you said so".to_owned(),
        };
        let class = sample
            .column(name)
            .map_or(Class::Decision, |facts| match by_name(facts).0 {
                Class::Response => Class::Response,
                _ => Class::Decision,
            });
        (what, guess, class)
    } else if let Some((what, guess)) = count.and_then(|count| part(sample, &columns, count, &found)) {
        (what, guess, Class::Response)
    } else {
        let plain = || {
            let mut plain = found
                .iter()
                .filter(|one| one.class == Class::Plain && one.sureness >= 1.0);
            plain.next().filter(|_| plain.next().is_none())
        };
        let best = found
            .iter()
            .find(|one| one.class != Class::Plain && !one.positive.is_empty())
            .or_else(plain);
        let Some(best) = best else {
            let unclear = found.iter().map(|one| Pick::new(one.facts, one.why.clone()));
            return Decided {
                outcome: None,
                candidates: unclear.take(6).collect(),
            };
        };
        let what = What {
            column: best.facts.name.clone(),
            test: values(&best.positive),
            why: best.why.clone(),
        };
        (what, best.favourable.clone(), best.class)
    };
    let counted = matches!(selected.test, Test::Counted { .. });
    let actual = (class == Class::Decision && !counted)
        .then(|| label(&found, &selected.column))
        .flatten();
    let mut off = off.clone();
    off.insert(selected.column.clone());
    off.extend(actual.iter().map(|what| what.column.clone()));
    let left: Vec<&Facts> = columns.into_iter().filter(|facts| !off.contains(&facts.name)).collect();
    let usable = |facts: &&&Facts| facts.is_number() && (facts.no_numbers.is_empty() || sample.is_text);
    let left: Vec<&Facts> = left.iter().filter(usable).copied().collect();
    let value = (!counted).then(|| value(&left)).flatten();
    let chosen = |pick: &Option<(Pick, Option<&str>)>| pick.as_ref().map(|(pick, _)| pick.column.clone());
    let predicted = value.as_ref().and_then(|_| predicted(&left, chosen(&value).as_deref()));
    let score = actual.as_ref().and_then(|_| score(&left));
    let candidates = others(&selected.column)
        .into_iter()
        .filter(|pick| actual.as_ref().is_none_or(|what| what.column != pick.column))
        .collect();
    Decided {
        outcome: Some(Outcome {
            selected,
            direction: direction(guess),
            actual,
            value,
            score,
            predicted,
        }),
        candidates,
    }
}

fn values(texts: &[String]) -> Test {
    let at = |text: &String| crate::spec::At {
        value: text.clone(),
        ..crate::spec::At::default()
    };
    Test::Values(texts.iter().map(at).collect())
}

/// What a name makes of a column, and whether it says who wants it.
fn by_name(facts: &Facts) -> (Class, Option<(bool, String)>, Option<&str>) {
    let words = &facts.words;
    if found(words, NOT_DECISION).is_some() {
        return (Class::Plain, None, None);
    }
    let wanted = found(words, WANTED);
    let unwanted = found(words, UNWANTED);
    let neutral = found(words, DECISION);
    let good = found(words, GOOD_END);
    let bad = found(words, BAD_END);
    let direction = match (unwanted.or(bad), wanted.or(good)) {
        (Some(word), None) => Some((false, format!("`{word}` is something that people do not want"))),
        (None, Some(word)) => Some((true, format!("`{word}` is something that people want"))),
        _ => None,
    };
    let decision = wanted.or(unwanted).or(neutral);
    let response = good.or(bad).or(found(words, LABEL));
    match (decision, response) {
        (Some(word), _) => (Class::Decision, direction, Some(word)),
        (None, Some(word)) => (Class::Response, direction, Some(word)),
        (None, None) => (Class::Plain, None, None),
    }
}

/// What a column could be, by its name and its values.
fn candidate(facts: &Facts) -> Option<Candidate<'_>> {
    let known: Vec<&String> = facts
        .values
        .keys()
        .filter(|value| !is_one(&plain(value), UNKNOWN))
        .collect();
    if !facts.is_named() || known.len() < 2 || known.len() > 6 || found(&facts.words, ID).is_some() {
        return None;
    }
    let of = |list: &[&str]| -> Vec<String> {
        let those = known.iter().filter(|value| is_one(&plain(value), list));
        those.map(|value| (*value).clone()).collect()
    };
    let (mut class, mut favourable, word) = by_name(facts);
    let all: Vec<&str> = known.iter().map(|value| value.as_str()).collect();
    let all = all.join(", ");
    let named = word.map_or_else(String::new, |word| format!("`{word}` in its name, and "));
    let (yes, no, granted, against) = (of(YES), of(NO), of(FOR), of(AGAINST));
    let rating = RATINGS
        .iter()
        .find(|steps| known.len() >= 2 && of(&steps[..1]).len() == 1 && of(steps).len() == known.len());
    let (positive, sureness, why) = if !granted.is_empty() || !against.is_empty() {
        class = Class::Decision;
        favourable = favourable.or(Some((true, format!("its values name decisions ({all})"))));
        let positive = if granted.is_empty() {
            let rest = known.iter().filter(|value| !against.contains(value));
            rest.map(|value| (*value).clone()).collect()
        } else {
            granted
        };
        (positive, 2.5, format!("{named}its values name decisions ({all})"))
    } else if yes.len() == 1 && no.len() == 1 && known.len() == 2 {
        let missing = facts.values.len() > known.len();
        (
            yes,
            if missing { 1.5 } else { 2.0 },
            format!("{named}its values say yes and no ({all})"),
        )
    } else if let Some(steps) = rating {
        let scored = found(&facts.words, SCORE).or(found(&facts.words, &["risk", "rating", "ryzyk*", "ocena"]));
        class = class.max(if scored.is_some() {
            Class::Decision
        } else {
            Class::Response
        });
        (
            of(&steps[..1]),
            1.0,
            format!("{named}its values are steps of a rating ({all}), of which the highest is taken"),
        )
    } else if yes.len() == 1 && class != Class::Plain && !facts.is_number() {
        (yes, 0.8, format!("{named}one of its values says yes ({all})"))
    } else if class != Class::Plain && known.len() == 2 {
        (
            Vec::new(),
            0.5,
            format!("{named}its values are {all}; which of them means selected?"),
        )
    } else {
        return None;
    };
    // `y`, `label`, `target`: the names that stand for a label and nothing else.
    let exact = facts.words.len() == 1 && is_one(&facts.words[0], LABEL);
    Some(Candidate {
        facts,
        class,
        sureness: sureness + if exact { 0.1 } else { 0.0 },
        favourable,
        positive,
        why,
    })
}

/// In a log of counts: how many of a row's rows were selected.
fn part(
    sample: &Sample,
    columns: &[&Facts],
    count: &Pick,
    candidates: &[Candidate<'_>],
) -> Option<(What, Option<(bool, String)>)> {
    if candidates
        .iter()
        .any(|one| one.class != Class::Plain && !one.positive.is_empty())
    {
        return None;
    }
    let wholes = sample.column(&count.column)?.series.as_ref()?;
    let fits = |facts: &&&Facts| {
        found(&facts.words, PART).is_some()
            && facts.is_whole()
            && (facts.no_numbers.is_empty() || sample.is_text)
            && facts.series.as_ref().is_some_and(|series| {
                let mut pairs = series.iter().zip(wholes);
                pairs.all(|(part, whole)| {
                    part.is_none_or(|part| part >= 0.0 && whole.is_some_and(|whole| part <= whole))
                })
            })
    };
    let facts = columns.iter().find(fits)?;
    let empty = (facts.empty > 0 || !facts.no_numbers.is_empty()).then_some(0);
    let mut why = format!(
        "a whole number, in no row more than `{}`: so many of the row's rows were selected",
        count.column
    );
    if empty.is_some() {
        why.push_str("; an empty field is taken as none");
    }
    let what = What {
        column: facts.name.clone(),
        test: Test::Counted { empty },
        why,
    };
    Some((what, by_name(facts).1))
}

/// The label: what became of it. Of several that are as sure the last, for labels stand last in most tables.
fn label(found: &[Candidate<'_>], selected: &str) -> Option<What> {
    let labels = found.iter().filter(|one| {
        one.class == Class::Response && one.facts.name != selected && !one.positive.is_empty() && one.sureness >= 1.5
    });
    let best = labels.max_by(|a, b| a.sureness.total_cmp(&b.sureness))?;
    Some(What {
        column: best.facts.name.clone(),
        test: values(&best.positive),
        why: format!("what became of it: {}", best.why),
    })
}

fn value(left: &[&Facts]) -> Option<(Pick, Option<&'static str>)> {
    let fits = |facts: &&&Facts| {
        facts.distinct > 2 && found(&facts.words, NOT_VALUE).is_none() && found(&facts.words, EXPECTED).is_none()
    };
    let (facts, word) = left
        .iter()
        .filter(fits)
        .find_map(|facts| Some((facts, found(&facts.words, VALUE)?)))?;
    let unit = UNITS
        .iter()
        .find(|(word, _)| facts.words.iter().any(|own| own == word))
        .map(|(_, unit)| *unit);
    Some((
        Pick::new(facts, format!("`{word}` in its name, and it holds numbers")),
        unit,
    ))
}

fn score(left: &[&Facts]) -> Option<Pick> {
    let fits = |facts: &&&Facts| {
        facts.distinct > 2
            && found(&facts.words, &["propensity"]).is_none()
            && facts.range.is_some_and(|(low, high)| low >= 0.0 && high <= 1.0)
    };
    let (facts, word) = left
        .iter()
        .filter(fits)
        .find_map(|facts| Some((facts, found(&facts.words, SCORE)?)))?;
    Some(Pick::new(
        facts,
        format!("`{word}` in its name, and it holds numbers from 0 to 1"),
    ))
}

fn predicted(left: &[&Facts], value: Option<&str>) -> Option<Pick> {
    let fits = |facts: &&&Facts| {
        facts.distinct > 2
            && Some(facts.name.as_str()) != value
            && facts.range.is_some_and(|(_, high)| high > 1.0)
            && found(&facts.words, VALUE).is_some()
    };
    let (facts, word) = left
        .iter()
        .filter(fits)
        .find_map(|facts| Some((facts, found(&facts.words, EXPECTED)?)))?;
    Some(Pick::new(facts, format!("`{word}` in its name, and it holds numbers")))
}
