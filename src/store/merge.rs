//! Tallies of disjoint people add up.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::definition::difference;
use super::{About, File, Stored};
use crate::diagnostic::{Diagnostic, Place};
use crate::engine::Counted;
use crate::tally::{GroupTally, GroupingTally, Label, OutcomeAccount, Sums, Tally};

/// Adds tallies up, in an order that does not depend on the order given. Each comes with the name of its file.
///
/// Whether people are disjoint can't be seen in a tally, which holds nothing of a person: where people are the unit it
/// must be `stated`. What can be seen is refused whatever was stated: the same tally, or the same file, twice; more
/// people with a record than the shared people file has.
///
/// # Errors
/// Tallies that count different things, share something, or leave something out.
pub fn merge(mut parts: Vec<(String, Stored)>, stated: bool) -> Result<Stored, Diagnostic> {
    parts.sort_by(|(_, a), (_, b)| order(&a.about).cmp(&order(&b.about)));
    let (first, rest) = match parts.as_slice() {
        [] | [_] => {
            return Err(Diagnostic::new("bad-flag", "there is nothing to add up")
                .help("name two tallies or more: parytet merge january.parquet february.parquet -o both.parquet"));
        }
        [first, rest @ ..] => (first, rest),
    };
    for (name, part) in &parts {
        if part.about.withheld.is_some() {
            return Err(refuse(name, "small groups were left out of this tally, so that it can't be added to another")
                .help("write the tallies without --withhold, merge them, and withhold from the result: parytet merge … --withhold K"));
        }
    }
    for (name, part) in rest {
        if let Some((what, here, there)) = difference(&part.about.definition, &first.1.about.definition) {
            return Err(refuse(
                name,
                format!(
                    "it counts something else: {what} is {here} here, and {there} in {}",
                    first.0
                ),
            )
            .help("count both logs by the same spec"));
        }
        if groupings(part) != groupings(&first.1) {
            return Err(refuse(name, format!("its groupings are not those of {}", first.0))
                .help("count both logs with the same attributes and intersections, in the same order"));
        }
    }
    check_disjoint(&parts, stated)?;
    Ok(Stored {
        about: about(&parts),
        counted: counted(&parts)?,
    })
}

fn refuse(name: &str, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new("tallies-differ", message).at(Place::of_file(name))
}

fn order(about: &About) -> (Vec<&str>, &str) {
    (about.log.iter().map(|file| file.name.as_str()).collect(), &about.digest)
}

/// The groupings by names of attributes.
fn groupings(part: &Stored) -> Vec<Vec<&str>> {
    let all = part.counted.tally.shape.groupings.iter();
    all.map(|attributes| part.about.names(attributes)).collect()
}

/// Refuses what can be seen to hold the same people.
fn check_disjoint(parts: &[(String, Stored)], stated: bool) -> Result<(), Diagnostic> {
    let mut seen: HashMap<&str, &str> = HashMap::new();
    for (name, part) in parts {
        let about = &part.about;
        let digests = std::iter::once(&about.digest).chain(&about.merged);
        for digest in digests {
            if let Some(other) = seen.insert(digest, name) {
                return Err(refuse(
                    name,
                    format!("it is already in {other}: its people would be counted twice"),
                )
                .help("leave one of them out"));
            }
        }
        for file in &about.log {
            if let Some(fingerprint) = &file.fingerprint
                && let Some(other) = seen.insert(fingerprint, name)
            {
                return Err(refuse(
                    name,
                    format!(
                        "the log `{}` is also in {other}: its people would be counted twice",
                        file.name
                    ),
                )
                .help("leave one of them out"));
            }
        }
    }
    let persons = parts.iter().any(|(_, part)| part.counted.tally.shape.persons);
    if persons && !stated {
        return Err(Diagnostic::new(
            "people-not-known",
            "a tally holds nothing of a person, so nobody can see here whether the same people are in two of them",
        )
        .help("people in both would be counted twice, and the intervals would be too narrow: log them together instead")
        .help("if no person is in two of them (countries, shards by person), say so: --disjoint-people"));
    }
    Ok(())
}

/// Names of the same people file, if all have it.
fn shared_people(parts: &[(String, Stored)]) -> Option<&Vec<File>> {
    let first = parts.first()?.1.about.people.as_ref()?;
    let same = parts.iter().all(|(_, part)| {
        part.about.people.as_ref().is_some_and(|files| {
            files.len() == first.len()
                && files
                    .iter()
                    .zip(first)
                    .all(|(a, b)| a.fingerprint.is_some() && a.fingerprint == b.fingerprint)
        })
    });
    same.then_some(first)
}

fn about(parts: &[(String, Stored)]) -> About {
    let all = || parts.iter().map(|(_, part)| &part.about);
    let first = &parts[0].1.about;
    let mut notes: Vec<String> = Vec::new();
    for note in all().flat_map(|about| &about.notes) {
        if !notes.contains(note) {
            notes.push(note.clone());
        }
    }
    let people = match shared_people(parts) {
        Some(files) => Some(files.clone()),
        None if first.people.is_some() => Some(all().filter_map(|about| about.people.clone()).flatten().collect()),
        None => None,
    };
    About {
        digest: String::new(),
        as_of: all().map(|about| about.as_of).max().unwrap_or(first.as_of),
        log: all().flat_map(|about| about.log.clone()).collect(),
        people,
        notes,
        merged: all()
            .flat_map(|about| std::iter::once(&about.digest).chain(&about.merged))
            .cloned()
            .collect(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..first.clone()
    }
}

fn counted(parts: &[(String, Stored)]) -> Result<Counted, Diagnostic> {
    let all = || parts.iter().map(|(_, part)| &part.counted);
    let tally = tally(parts);
    let added = |of: fn(&Counted) -> Option<u64>| all().map(of).sum::<Option<u64>>();
    let mut people_rows: Option<Vec<u64>> = None;
    let mut records_without_rows = None;
    if shared_people(parts).is_some() {
        people_rows = all().next().and_then(|counted| counted.people_rows.clone());
        let records: u64 = people_rows.iter().flatten().sum();
        let with_rows = added(|counted| {
            let records: u64 = counted.people_rows.iter().flatten().sum();
            records.checked_sub(counted.records_without_rows?)
        });
        if let Some(with_rows) = with_rows {
            records_without_rows = Some(records.checked_sub(with_rows).ok_or_else(|| {
                refuse(
                    &parts[0].0,
                    format!(
                        "the tallies have {with_rows} people of a people file of {records}: some are in two of them"
                    ),
                )
                .help("log them together instead of adding tallies up")
            })?);
        }
    } else if parts[0].1.about.people.is_some() {
        people_rows = Some(
            all()
                .filter_map(|counted| counted.people_rows.clone())
                .flatten()
                .collect(),
        );
        records_without_rows = added(|counted| counted.records_without_rows);
    }
    let mut notes = vec![format!(
        "The counts were added up from {} tallies{}.",
        parts.len(),
        if tally.shape.persons {
            ", of which it was stated that no person is in two"
        } else {
            ""
        }
    )];
    for note in all().flat_map(|counted| &counted.notes) {
        if !notes.contains(note) {
            notes.push(note.clone());
        }
    }
    Ok(Counted {
        rows: all().flat_map(|counted| counted.rows.clone()).collect(),
        people_rows,
        check_rows: Vec::new(),
        short_rows: all().map(|counted| counted.short_rows).sum(),
        subjects_without_record: added(|counted| counted.subjects_without_record),
        records_without_rows,
        notes,
        tally,
    })
}

fn tally(parts: &[(String, Stored)]) -> Tally {
    let all = || parts.iter().map(|(_, part)| &part.counted.tally);
    let first = &parts[0].1;
    let shape = first.counted.tally.shape.clone();
    let ranks: Vec<Option<HashMap<String, u32>>> = (0..first.about.attributes.len())
        .map(|attribute| (!first.about.attributes[attribute].closed).then(|| ranks(parts, attribute)))
        .collect();
    let mut everyone = GroupTally::empty(Vec::new(), &shape);
    let mut outcomes = vec![OutcomeAccount::default(); shape.outcomes.len()];
    for tally in all() {
        everyone.add(&tally.everyone);
        for (whole, part) in outcomes.iter_mut().zip(&tally.outcomes) {
            whole.audited += part.audited;
            whole.no_label += part.no_label;
            whole.no_value += part.no_value;
        }
    }
    let groupings = (0..shape.groupings.len())
        .map(|g| {
            let relabelled: Vec<GroupingTally> = all()
                .map(|tally| relabelled(&tally.groupings[g], &shape.groupings[g], &ranks))
                .collect();
            added(&relabelled, &shape)
        })
        .collect();
    Tally {
        shape,
        everyone,
        groupings,
        outcomes,
        histograms: Vec::new(),
        drawn: None,
        lists: None,
    }
}

/// The places of the names of an attribute whose groups are those found, over all tallies.
fn ranks(parts: &[(String, Stored)], attribute: usize) -> HashMap<String, u32> {
    let mut names = BTreeSet::new();
    for (_, part) in parts {
        let tally = &part.counted.tally;
        for (attributes, grouping) in tally.shape.groupings.iter().zip(&tally.groupings) {
            if let Some(at) = attributes.iter().position(|&a| a == attribute) {
                let labels = grouping.groups.iter().map(|group| &group.labels[at]);
                names.extend(labels.filter(|label| label.rank.0 == 0).map(|label| label.name.clone()));
            }
        }
    }
    let mut names: Vec<String> = names.into_iter().collect();
    names.sort_by(|a, b| Label::natural(a, b));
    names.into_iter().zip(0..).collect()
}

/// A grouping whose labels have their places among those of all tallies. The order of its groups stays.
fn relabelled(grouping: &GroupingTally, attributes: &[usize], ranks: &[Option<HashMap<String, u32>>]) -> GroupingTally {
    let mut grouping = grouping.clone();
    for group in &mut grouping.groups {
        for (label, &attribute) in group.labels.iter_mut().zip(attributes) {
            if let (0, Some(places)) = (label.rank.0, &ranks[attribute]) {
                label.rank.1 = places.get(&label.name).copied().unwrap_or_default();
            }
        }
    }
    grouping
}

fn added(parts: &[GroupingTally], shape: &crate::tally::Shape) -> GroupingTally {
    let mut groups: BTreeMap<Vec<Label>, GroupTally> = BTreeMap::new();
    for group in parts.iter().flat_map(|part| &part.groups) {
        groups
            .entry(group.labels.clone())
            .or_insert_with(|| GroupTally::empty(group.labels.clone(), shape))
            .add(group);
    }
    // Whoever is in several groups of a tally without this group is elsewhere, as seen from it.
    for (labels, group) in &mut groups {
        for part in parts {
            if !part.groups.iter().any(|known| known.labels == *labels) {
                group
                    .elsewhere
                    .iter_mut()
                    .zip(&part.several_known)
                    .for_each(|(sums, known)| sums.add(known));
            }
        }
    }
    let places: BTreeMap<&Vec<Label>, usize> = groups.keys().zip(0..).collect();
    let mut pairs = BTreeMap::new();
    for part in parts {
        for ((a, b), crosses) in &part.pairs {
            let (a, b) = (places[&part.groups[*a].labels], places[&part.groups[*b].labels]);
            let turned = crosses
                .iter()
                .map(|cross| if a <= b { cross.clone() } else { cross.transposed() });
            let sum = pairs.entry((a.min(b), a.max(b))).or_insert_with(Vec::new);
            if sum.is_empty() {
                sum.extend(turned);
            } else {
                sum.iter_mut().zip(turned).for_each(|(sum, cross)| sum.add(&cross));
            }
        }
    }
    let mut several_known: Vec<Sums> = shape.outcomes.iter().map(|&outcome| Sums::zero(outcome)).collect();
    for part in parts {
        several_known
            .iter_mut()
            .zip(&part.several_known)
            .for_each(|(sum, known)| sum.add(known));
    }
    GroupingTally {
        several: parts.iter().map(|part| part.several).sum(),
        several_known,
        pairs: pairs.into_iter().collect(),
        groups: groups.into_values().collect(),
    }
}
