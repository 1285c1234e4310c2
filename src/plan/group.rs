//! Attributes, bands, groupings and references.

use std::ops::Range;

use super::resolve::{Columns, Faults};
use super::{Attribute, Bands, Given, Grouping, Reference, Rule, Table};
use crate::diagnostic::{Diagnostic, near};
use crate::plan::Kind;
use crate::spec::{At, Intersections, Origin, Protected, Shares, Spec};

/// More groupings than this are taken for a mistake.
const MOST_GROUPINGS: usize = 64;
/// Groups of one attribute.
pub(super) const MOST_GROUPS: usize = 1000;
/// Different chances from 0 to 1, to three decimals.
const CHANCES: usize = 1001;
/// Different numbers in which people may be near.
const MOST_NUMBERS: usize = 100_000;

/// Values of an attribute: few that make groups, many of a number in which people may be near.
fn most(spec: &Spec, name: &str) -> usize {
    let mut near = spec.matching.iter().flat_map(|matching| &matching.nearest.value);
    if near.any(|near| near.value == name) {
        MOST_NUMBERS
    } else {
        MOST_GROUPS
    }
}

/// The attributes: protected ones that are known, strata, and features, of which the last so many are chances.
pub(super) fn attributes(
    spec: &Spec,
    features: &[Protected],
    chances: usize,
    columns: &mut Columns<'_>,
    faults: &mut Faults<'_>,
) -> Vec<Attribute> {
    if spec.protected.is_empty() {
        faults.add(
            Diagnostic::new("missing-key", "no protected attribute is given")
                .help("in the spec: [[protected]] name = \"gender\"")
                .help("or on the command line: --protected gender"),
            &Origin::Default,
        );
    }
    let mut attributes: Vec<Attribute> = Vec::new();
    let (features, chances) = features.split_at(features.len() - chances);
    let known = spec.protected.iter().filter(|p| p.membership.is_none());
    let named = known.chain(&spec.strata).chain(features).map(|p| (p, false));
    for (protected, is_chance) in named.chain(chances.iter().map(|p| (p, true))) {
        let name = &protected.name;
        if attributes.iter().any(|a| a.name == name.value) {
            faults.add(
                Diagnostic::new(
                    "duplicate-name",
                    format!("the attribute `{}` is given twice", name.value),
                )
                .help("give each a `name` of its own; several may read one `column`"),
                &name.origin,
            );
            continue;
        }
        if name.value.contains(" & ") {
            faults.add(
                Diagnostic::new("bad-value", "the name of an attribute may not hold \" & \"")
                    .help("intersections are named so: \"gender & age\""),
                &name.origin,
            );
        }
        check_values(protected, faults);
        let Some((table, column)) = column(spec, protected, columns, faults) else {
            continue;
        };
        let rule = if is_chance { Rule::Chance } else { rule(protected) };
        if let Some(kind) = columns.kind(table, column) {
            let fault = match (&rule, kind) {
                (Rule::Bands(_), Kind::Boolean) => Some("`bands` need numbers or dates of birth, not truth values"),
                (Rule::Chance, Kind::Boolean | Kind::Date | Kind::Datetime) => Some("a chance is a number from 0 to 1"),
                _ => None,
            };
            if let Some(message) = fault {
                faults.add(Diagnostic::new("unusable-column", message), &name.origin);
            }
        }
        attributes.push(Attribute {
            name: name.value.clone(),
            table,
            column,
            rule,
            missing: protected.missing.iter().map(|m| m.value.clone()).collect(),
            most: if is_chance { CHANCES } else { most(spec, &name.value) },
            of_items: super::lists::is_of_items(protected, table, faults),
            origin: name.origin.clone(),
        });
    }
    attributes
}

/// Checks that recoded values can mean what they say.
fn check_values(protected: &Protected, faults: &mut Faults<'_>) {
    let Some(groups) = &protected.values else { return };
    for (group, values) in &groups.value {
        if [crate::plan::MISSING, crate::plan::OTHER].contains(&group.value.as_str()) {
            faults.add(
                Diagnostic::new("bad-value", format!("a group may not be called \"{}\"", group.value))
                    .help("values that mean \"not known\" belong in `missing`; values that are not listed are \"(other)\" anyway"),
                &group.origin,
            );
        }
        if values.is_empty() {
            faults.add(
                Diagnostic::new("bad-value", format!("the group \"{}\" lists no value", group.value)),
                &group.origin,
            );
        }
        for value in values {
            if value.value.is_empty() {
                faults.add(
                    Diagnostic::new("bad-value", "an empty field is no value, and can't mean a group")
                        .help("people with an empty field are the group \"(missing)\""),
                    &value.origin,
                );
            } else if protected.missing.iter().any(|m| m.value == value.value) {
                faults.add(
                    Diagnostic::new(
                        "bad-value",
                        format!(
                            "the value \"{}\" stands in `missing` and in the group \"{}\"",
                            value.value, group.value
                        ),
                    )
                    .help("it can mean \"not known\" or a group, not both"),
                    &value.origin,
                );
            }
        }
    }
}

/// The file and column of an attribute.
fn column(
    spec: &Spec,
    protected: &Protected,
    columns: &mut Columns<'_>,
    faults: &mut Faults<'_>,
) -> Option<(Table, usize)> {
    let wanted = protected.column.as_ref().unwrap_or(&protected.name);
    let in_log = columns.has(Table::Log, &wanted.value);
    let in_people = columns.has(Table::People, &wanted.value);
    let from = protected.from.as_ref().map(|f| f.value.as_str());
    let table = match from {
        Some("log") => Table::Log,
        Some(_) if spec.people.is_none() => {
            faults.add(
                Diagnostic::new("missing-key", "`from = \"people\"` needs a [people] table"),
                &protected.name.origin,
            );
            return None;
        }
        Some(_) => Table::People,
        None if in_log && in_people => {
            faults.add(
                Diagnostic::new(
                    "ambiguous-column",
                    format!("both the log and the people file have a column `{}`", wanted.value),
                )
                .help("say which one to use: from = \"log\" or from = \"people\""),
                &wanted.origin,
            );
            return None;
        }
        None if in_people => Table::People,
        None if in_log || spec.people.is_none() => Table::Log,
        None => {
            columns.unknown_in_both(wanted, faults);
            return None;
        }
    };
    columns.find(table, wanted, faults).map(|c| (table, c))
}

fn rule(protected: &Protected) -> Rule {
    if let Some(bands) = &protected.bands {
        return Rule::Bands(bands_of(&bands.value));
    }
    match &protected.values {
        None => Rule::AsIs,
        Some(groups) => Rule::Recode(
            groups
                .value
                .iter()
                .map(|(name, values)| (name.value.clone(), values.iter().map(|v| v.value.clone()).collect()))
                .collect(),
        ),
    }
}

/// Bands with their labels: `<25`, `25-44`, `45-64`, `65+` for whole edges, `<0.5`, `[0.5, 0.8)`, `0.8+` otherwise.
pub(super) fn bands_of(edges: &[f64]) -> Bands {
    let whole = edges.iter().all(|e| e.fract() == 0.0 && e.abs() < 1e15);
    let mut labels = Vec::new();
    for (i, edge) in edges.iter().enumerate() {
        match i.checked_sub(1).map(|before| edges[before]) {
            None => labels.push(format!("<{edge}")),
            Some(low) if whole && *edge - low > 1.0 => labels.push(format!("{low}-{}", edge - 1.0)),
            Some(low) if whole => labels.push(format!("{low}")),
            Some(low) => labels.push(format!("[{low}, {edge})")),
        }
    }
    if let Some(last) = edges.last() {
        labels.push(format!("{last}+"));
    }
    Bands {
        edges: edges.to_vec(),
        labels,
    }
}

/// What a reference's text means.
fn reference(text: &str) -> Reference {
    match text {
        "largest" => Reference::Largest,
        "best" => Reference::Best,
        "rest" => Reference::Rest,
        "overall" => Reference::Overall,
        name => Reference::Named(vec![name.to_owned()]),
    }
}

/// Checks a named reference as far as the groups are known without reading rows.
fn check_reference(attribute: &Attribute, reference: &At<String>, faults: &mut Faults<'_>) {
    if reference.value == crate::plan::MISSING {
        faults.add(
            Diagnostic::new("bad-value", "people whose group is not known can't be the reference")
                .help("name a group, or use \"largest\", \"best\", \"rest\" or \"overall\""),
            &reference.origin,
        );
        return;
    }
    let known: Vec<&str> = match &attribute.rule {
        Rule::AsIs | Rule::Chance | Rule::Period(_) | Rule::Stages(_) | Rule::Log => return,
        Rule::Recode(groups) => groups
            .iter()
            .map(|(name, _)| name.as_str())
            .chain([crate::plan::OTHER])
            .collect(),
        Rule::Bands(bands) => bands.labels.iter().map(String::as_str).collect(),
    };
    if known.contains(&reference.value.as_str()) {
        return;
    }
    let mut fault = Diagnostic::new(
        "unknown-reference",
        format!("`{}` has no group \"{}\"", attribute.name, reference.value),
    );
    let keywords = ["largest", "best", "rest", "overall"];
    if let Some(meant) = near(&reference.value, known.iter().copied().chain(keywords)) {
        fault = fault.help(format!("did you mean \"{meant}\"?"));
    }
    let listed: Vec<String> = known.iter().map(|k| format!("\"{k}\"")).collect();
    fault = fault.help(format!(
        "its groups are {}; or use \"largest\", \"best\", \"rest\" or \"overall\"",
        listed.join(", ")
    ));
    faults.add(fault, &reference.origin);
}

/// How far shares may be from 1 together: they are often written with three digits.
const SHARES_ROUNDED: f64 = 0.005;

/// The shares of a reference population, scaled to add up to 1 where rounding keeps them from it.
fn population(attribute: &Attribute, written: &At<Shares>, faults: &mut Faults<'_>) -> Option<Vec<(String, f64)>> {
    let sum: f64 = written.value.iter().map(|(_, share)| share).sum();
    if written.value.len() < 2 || (sum - 1.0).abs() > SHARES_ROUNDED {
        faults.add(
            Diagnostic::new(
                "bad-value",
                format!("the shares of a population must add up to 1, and these are {sum} together"),
            )
            .help("list every group with its share, two at least"),
            &written.origin,
        );
        return None;
    }
    if let Some(known) = closed_groups(attribute) {
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        for (name, _) in &written.value {
            if !known.contains(&name.value.as_str()) {
                faults.unknown("group", "unknown-group", name, &known);
            }
        }
    }
    Some(
        written
            .value
            .iter()
            .map(|(name, share)| (name.value.clone(), share / sum))
            .collect(),
    )
}

pub(super) fn groupings(
    spec: &Spec,
    attributes: &[Attribute],
    notes: &mut Vec<String>,
    faults: &mut Faults<'_>,
) -> Vec<Grouping> {
    let mut groupings: Vec<Grouping> = Vec::new();
    let mut defaulted: Vec<&str> = Vec::new();
    for (a, attribute) in attributes.iter().enumerate() {
        let written = spec
            .protected
            .iter()
            .find(|p| p.name.value == attribute.name)
            .and_then(|p| p.reference.as_ref());
        let (reference, origin) = match written {
            Some(text) => {
                let meant = reference(&text.value);
                if matches!(meant, Reference::Named(_)) {
                    check_reference(attribute, text, faults);
                }
                (meant, text.origin.clone())
            }
            None => {
                defaulted.push(&attribute.name);
                (Reference::Largest, Origin::Default)
            }
        };
        let population = spec
            .protected
            .iter()
            .find(|p| p.name.value == attribute.name)
            .and_then(|p| p.population.as_ref())
            .and_then(|shares| population(attribute, shares, faults));
        let candidates = spec
            .protected
            .iter()
            .find(|p| p.name.value == attribute.name)
            .and_then(|p| p.candidates.as_ref())
            .map(|items| items.value.iter().map(|(name, n)| (name.value.clone(), *n)).collect());
        groupings.push(Grouping {
            population,
            candidates,
            name: attribute.name.clone(),
            attributes: vec![a],
            reference,
            origin,
        });
    }
    if !defaulted.is_empty() {
        notes.push(format!(
            "No reference was given for {}: groups are compared with the largest.",
            defaulted.join(", ")
        ));
    }
    for (set, origin) in intersections(spec, attributes, faults) {
        check_intersection_reference(spec, &set, attributes, faults);
        let names: Vec<&str> = set.iter().map(|a| attributes[*a].name.as_str()).collect();
        groupings.push(Grouping {
            population: None,
            candidates: None,
            name: names.join(" & "),
            reference: intersection_reference(spec, &set, &groupings),
            attributes: set,
            origin: spec.groups.reference.as_ref().map_or(origin, |r| r.origin.clone()),
        });
    }
    if groupings.len() > MOST_GROUPINGS {
        let origin = spec
            .groups
            .intersections
            .as_ref()
            .map_or(Origin::Default, |i| i.origin.clone());
        faults.add(
            Diagnostic::new(
                "too-many-groupings",
                format!(
                    "{} combinations of attributes are more than {MOST_GROUPINGS}",
                    groupings.len()
                ),
            )
            .help("list the intersections that matter: intersections = [[\"gender\", \"age\"]]"),
            &origin,
        );
    }
    groupings
}

/// What each grouping is also looked at within: every stratum alone, and all of them together where there are several.
pub(super) fn given(
    spec: &Spec,
    attributes: &[Attribute],
    strata: Range<usize>,
    groupings: &[Grouping],
    faults: &mut Faults<'_>,
) -> Vec<Given> {
    let strata: Vec<usize> = strata.collect();
    let mut sets: Vec<Vec<usize>> = strata.iter().map(|&stratum| vec![stratum]).collect();
    if strata.len() > 1 {
        sets.push(strata);
    }
    let given: Vec<Given> = groupings
        .iter()
        .enumerate()
        .flat_map(|(base, _)| {
            sets.iter().map(move |strata| Given {
                name: strata
                    .iter()
                    .map(|&s| attributes[s].name.as_str())
                    .collect::<Vec<_>>()
                    .join(" & "),
                base,
                strata: strata.clone(),
            })
        })
        .collect();
    if given.len() > MOST_GROUPINGS {
        let origin = spec.strata.first().map_or(Origin::Default, |s| s.name.origin.clone());
        faults.add(
            Diagnostic::new(
                "too-many-groupings",
                format!("{} groupings within strata are more than {MOST_GROUPINGS}", given.len()),
            )
            .help("list fewer intersections, or fewer strata"),
            &origin,
        );
    }
    given
}

/// The intersections as sorted sets of attributes.
fn intersections(spec: &Spec, attributes: &[Attribute], faults: &mut Faults<'_>) -> Vec<(Vec<usize>, Origin)> {
    let Some(written) = &spec.groups.intersections else {
        return Vec::new();
    };
    let lists = match &written.value {
        Intersections::All => {
            let n = attributes.len().min(16);
            let mut sets: Vec<(Vec<usize>, Origin)> = (0u32..1 << n)
                .filter(|bits| bits.count_ones() >= 2)
                .map(|bits| {
                    let set = (0..n).filter(|a| bits & (1 << a) != 0).collect();
                    (set, written.origin.clone())
                })
                .collect();
            sets.sort_by(|(a, _), (b, _)| (a.len(), a).cmp(&(b.len(), b)));
            return sets;
        }
        Intersections::Listed(lists) => lists,
    };
    let mut sets: Vec<(Vec<usize>, Origin)> = Vec::new();
    for list in lists {
        let mut set = Vec::new();
        for name in &list.value {
            match attributes.iter().position(|a| a.name == name.value) {
                Some(a) if set.contains(&a) => faults.add(
                    Diagnostic::new(
                        "duplicate-name",
                        format!("`{}` stands twice in one intersection", name.value),
                    ),
                    &name.origin,
                ),
                Some(a) => set.push(a),
                None => {
                    let known: Vec<&str> = attributes.iter().map(|a| a.name.as_str()).collect();
                    faults.unknown("attribute", "unknown-attribute", name, &known);
                }
            }
        }
        if set.len() < 2 {
            if list.value.len() < 2 {
                faults.add(
                    Diagnostic::new("bad-value", "an intersection needs two attributes or more"),
                    &list.origin,
                );
            }
            continue;
        }
        let mut sorted = set.clone();
        sorted.sort_unstable();
        let twice = sets.iter().any(|(other, _)| {
            let mut other = other.clone();
            other.sort_unstable();
            other == sorted
        });
        if twice {
            faults.add(
                Diagnostic::new("duplicate-name", "this intersection is listed twice"),
                &list.origin,
            );
        } else {
            sets.push((set, list.origin.clone()));
        }
    }
    sets
}

/// Checks that `[groups].reference` can be a group of an intersection: one part per attribute, each a group of its own
/// where the groups are known.
fn check_intersection_reference(spec: &Spec, set: &[usize], attributes: &[Attribute], faults: &mut Faults<'_>) {
    let Some(text) = &spec.groups.reference else { return };
    if !matches!(reference(&text.value), Reference::Named(_)) {
        return;
    }
    let parts: Vec<&str> = text.value.split(" & ").map(str::trim).collect();
    let fits = parts.len() == set.len()
        && set
            .iter()
            .zip(&parts)
            .all(|(a, part)| closed_groups(&attributes[*a]).is_none_or(|known| known.contains(&(*part).to_owned())));
    if fits
        || faults
            .found
            .iter()
            .any(|f| f.code == "unknown-reference" && f.message.contains(&text.value))
    {
        return;
    }
    let names: Vec<&str> = set.iter().map(|a| attributes[*a].name.as_str()).collect();
    let mut fault = Diagnostic::new(
        "unknown-reference",
        format!("\"{}\" is no group of `{}`", text.value, names.join(" & ")),
    );
    if let Some(meant) = near(&text.value, ["largest", "best", "rest", "overall"]) {
        fault = fault.help(format!("did you mean \"{meant}\"?"));
    }
    fault =
        fault.help("use \"largest\", \"best\", \"rest\", \"overall\", or one group per attribute, joined by \" & \"");
    faults.add(fault, &text.origin);
}

/// The groups of an attribute, where they are known without reading rows.
pub(super) fn closed_groups(attribute: &Attribute) -> Option<Vec<String>> {
    match &attribute.rule {
        Rule::AsIs | Rule::Chance | Rule::Period(_) | Rule::Stages(_) | Rule::Log => None,
        Rule::Recode(groups) => Some(
            groups
                .iter()
                .map(|(name, _)| name.clone())
                .chain([crate::plan::OTHER.to_owned(), crate::plan::MISSING.to_owned()])
                .collect(),
        ),
        Rule::Bands(bands) => Some(
            bands
                .labels
                .iter()
                .cloned()
                .chain([crate::plan::MISSING.to_owned()])
                .collect(),
        ),
    }
}

/// `[groups].reference` where it is written; else the attributes' own, when they are all named or all alike.
fn intersection_reference(spec: &Spec, set: &[usize], singles: &[Grouping]) -> Reference {
    if let Some(text) = &spec.groups.reference {
        return match reference(&text.value) {
            Reference::Named(names) => Reference::Named(
                names
                    .iter()
                    .flat_map(|name| name.split(" & "))
                    .map(|part| part.trim().to_owned())
                    .collect(),
            ),
            keyword => keyword,
        };
    }
    let own: Vec<&Reference> = set.iter().map(|a| &singles[*a].reference).collect();
    let named: Option<Vec<String>> = own
        .iter()
        .map(|r| match r {
            Reference::Named(names) => names.first().cloned(),
            _ => None,
        })
        .collect();
    match named {
        Some(names) => Reference::Named(names),
        None if own.windows(2).all(|w| w[0] == w[1]) => own[0].clone(),
        None => Reference::Largest,
    }
}

#[cfg(test)]
mod tests {
    use super::bands_of;

    #[test]
    fn labels_of_bands() {
        assert_eq!(bands_of(&[25.0, 45.0, 65.0]).labels, ["<25", "25-44", "45-64", "65+"]);
        assert_eq!(bands_of(&[1.0, 2.0]).labels, ["<1", "1", "2+"]);
        assert_eq!(bands_of(&[0.5, 0.8]).labels, ["<0.5", "[0.5, 0.8)", "0.8+"]);
    }
}
