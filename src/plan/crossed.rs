//! Searches for the worst-off group, and hunts for proxies: which columns they look at.

use super::resolve::Faults;
use super::{Attribute, Crossed, Nearness, Outcome, Purpose, Rule};
use crate::catalogue::{self, Formula, Measure, Metric, Unit};
use crate::diagnostic::Diagnostic;
use crate::spec::{At, Matching, Origin, Protected, Spec};

/// Columns of a combination.
const DEPTH: u64 = 3;
/// More columns than this make more combinations than anybody can read.
const MOST_COLUMNS: usize = 12;
/// Groups of fewer people than this have too few in either half.
const PEOPLE: u64 = 50;
/// People who are looked for as the nearest.
const NEIGHBOURS: u64 = 5;
/// How far they may be, in standard deviations.
const CALIPER: f64 = 0.25;
/// Deepest combinations that are looked at.
const DEEPEST: u64 = 5;

/// The features: those that are declared, and columns that a search or a hunt names and nobody has declared.
pub(super) fn features(spec: &Spec) -> Vec<Protected> {
    let mut features = spec.features.clone();
    let searched = spec.search.iter().flat_map(|search| &search.columns.value);
    let suspected = spec.proxies.iter().flat_map(|proxies| &proxies.columns.value);
    let alike = spec
        .matching
        .iter()
        .flat_map(|matching| matching.columns.value.iter().chain(&matching.nearest.value));
    let shown = spec.list.iter().filter_map(|list| list.item_class.as_ref());
    for name in searched.chain(suspected).chain(alike).chain(shown) {
        let declared = spec.protected.iter().chain(&spec.strata).chain(&features);
        if !declared.into_iter().any(|known| known.name.value == name.value) {
            features.push(Protected {
                name: name.clone(),
                ..Protected::default()
            });
        }
    }
    features
}

pub(super) fn crossed(
    spec: &Spec,
    attributes: &[Attribute],
    protected: usize,
    outcomes: &[Outcome],
    faults: &mut Faults<'_>,
) -> Vec<Crossed> {
    let mut all = Vec::new();
    let (proxies, matching) = (spec.proxies.as_ref(), spec.matching.as_ref());
    let asked = [
        spec.search.as_ref().map(|search| ("a search", &search.columns)),
        proxies.map(|proxies| ("a hunt for proxies", &proxies.columns)),
        matching.map(|matching| ("matching", &matching.columns)),
        matching.map(|matching| ("matching", &matching.nearest)),
    ];
    let asked = asked.into_iter().flatten();
    for (what, columns) in asked.filter(|(_, columns)| !columns.value.is_empty()) {
        if spec.log.database.is_some() {
            faults.add(
                Diagnostic::new(
                    "needs-rows",
                    format!("{what} needs the rows of the log, which a database does not give"),
                )
                .help("write the table to a Parquet file and audit that, or leave it out"),
                &columns.origin,
            );
        }
        let no_people = spec.log.subject.is_none() && spec.log.weight.is_some();
        if no_people {
            faults.add(
                Diagnostic::new(
                    "missing-key",
                    format!("{what} over rows with weights needs to know the people"),
                )
                .help("name the person's column: [log] subject, or --subject"),
                &columns.origin,
            );
        }
        if columns.value.len() > MOST_COLUMNS {
            faults.add(
                Diagnostic::new(
                    "bad-value",
                    format!(
                        "{what} over {} columns is too much: {MOST_COLUMNS} at most",
                        columns.value.len()
                    ),
                ),
                &columns.origin,
            );
        }
    }
    if let Some(search) = &spec.search {
        let columns = places(&search.columns, attributes, faults);
        if columns.len() < 2 {
            faults.add(
                Diagnostic::new("bad-value", "a search needs two columns or more")
                    .help("with one, its groups are those of a protected attribute"),
                &search.columns.origin,
            );
        }
        let outcome = search.outcome.as_ref().map_or(Some(0), |name| {
            let found = outcomes.iter().position(|outcome| outcome.name == name.value);
            if found.is_none() {
                let known: Vec<&str> = outcomes.iter().map(|outcome| outcome.name.as_str()).collect();
                faults.unknown("outcome", "unknown-outcome", name, &known);
            }
            found
        });
        let depth = search.depth.as_ref().map_or(DEPTH, |depth| depth.value);
        if !(1..=DEEPEST).contains(&depth)
            && let Some(depth) = &search.depth
        {
            faults.add(
                Diagnostic::new("bad-value", format!("`depth` lies between 1 and {DEEPEST}")),
                &depth.origin,
            );
        }
        if let Some(index) = outcome
            && let Some(outcome) = outcomes.get(index)
            && let Some(metric) = metric(search.metric.as_ref(), outcome, faults)
        {
            all.push(Crossed {
                outcome: index,
                attributes: columns,
                purpose: Purpose::Search {
                    metric,
                    depth: depth as usize,
                    people: search.min_subjects.as_ref().map_or(PEOPLE, |people| people.value),
                },
            });
        }
    }
    if let Some(proxies) = &spec.proxies {
        let suspects = places(&proxies.columns, attributes, faults);
        if let Some(name) = proxies.columns.value.iter().find(|name| {
            attributes[..protected.min(attributes.len())]
                .iter()
                .any(|a| a.name == name.value)
        }) {
            faults.add(
                Diagnostic::new("bad-value", format!("`{}` is protected itself", name.value))
                    .help("name the columns that may give it away"),
                &name.origin,
            );
        }
        if !suspects.is_empty() && !outcomes.is_empty() {
            all.push(Crossed {
                outcome: 0,
                attributes: (0..protected).chain(suspects).collect(),
                purpose: Purpose::Proxies { protected },
            });
        }
    }
    if let Some(matching) = &spec.matching {
        all.extend(matched(matching, attributes, protected, outcomes, faults));
    }
    all
}

fn matched(
    matching: &Matching,
    attributes: &[Attribute],
    protected: usize,
    outcomes: &[Outcome],
    faults: &mut Faults<'_>,
) -> Vec<Crossed> {
    let exact = places(&matching.columns, attributes, faults);
    let nearest = places(&matching.nearest, attributes, faults);
    for name in matching.columns.value.iter().chain(&matching.nearest.value) {
        let protected = &attributes[..protected.min(attributes.len())];
        if protected.iter().any(|a| a.name == name.value) {
            faults.add(
                Diagnostic::new("bad-value", format!("`{}` is protected itself", name.value))
                    .help("name what may rightly decide: groups are compared among people who are alike in it"),
                &name.origin,
            );
        }
    }
    for name in &matching.nearest.value {
        if matching.columns.value.iter().any(|exact| exact.value == name.value) {
            faults.add(
                Diagnostic::new("duplicate-name", format!("`{}` is named twice", name.value)),
                &name.origin,
            );
        }
        let attribute = attributes.iter().find(|a| a.name == name.value);
        if attribute.is_some_and(|a| a.rule != Rule::AsIs) {
            faults.add(
                Diagnostic::new(
                    "bad-value",
                    format!("`{}` has bands or other names, and can't be near", name.value),
                )
                .help("put it under `columns`, or leave its bands out"),
                &name.origin,
            );
        }
    }
    let nearness = Nearness {
        neighbours: matching.neighbours.as_ref().map_or(NEIGHBOURS, |n| n.value),
        caliper: matching.caliper.as_ref().map_or(CALIPER, |c| c.value),
    };
    let origins = [
        (
            nearness.neighbours == 0,
            matching.neighbours.as_ref().map(|n| &n.origin),
        ),
        (nearness.caliper <= 0.0, matching.caliper.as_ref().map(|c| &c.origin)),
    ];
    for (bad, origin) in origins {
        if let (true, Some(origin)) = (bad, origin) {
            faults.add(Diagnostic::new("bad-value", "it must be above 0"), origin);
        }
    }
    let features: Vec<usize> = exact.iter().chain(&nearest).copied().collect();
    let each = (0..outcomes.len()).flat_map(|outcome| (0..protected).map(move |attribute| (outcome, attribute)));
    each.map(|(outcome, attribute)| Crossed {
        outcome,
        attributes: std::iter::once(attribute).chain(features.iter().copied()).collect(),
        purpose: Purpose::Matching {
            exact: exact.len(),
            nearness,
        },
    })
    .collect()
}

fn places(columns: &At<Vec<At<String>>>, attributes: &[Attribute], faults: &mut Faults<'_>) -> Vec<usize> {
    let mut places = Vec::new();
    for name in &columns.value {
        // What is not there has been told already.
        let Some(place) = attributes.iter().position(|a| a.name == name.value) else {
            continue;
        };
        if places.contains(&place) {
            faults.add(
                Diagnostic::new("duplicate-name", format!("`{}` is named twice", name.value)),
                &name.origin,
            );
        } else {
            places.push(place);
        }
    }
    places
}

/// The metric of a search: a share of rows, which counts by cell tell.
fn metric(asked: Option<&At<String>>, outcome: &Outcome, faults: &mut Faults<'_>) -> Option<Metric> {
    let default = At {
        value: "selection_rate".to_owned(),
        origin: Origin::Default,
    };
    let asked = asked.unwrap_or(&default);
    let Some(meaning) = outcome.find(&asked.value) else {
        faults.unknown("metric", "unknown-metric", asked, &catalogue::names());
        return None;
    };
    if !super::gate::can_give(outcome, meaning.metric) {
        faults.add(
            super::gate::not_given(outcome, meaning.metric, &asked.value),
            &asked.origin,
        );
        return None;
    }
    let counted = |m: &Measure| {
        matches!(
            m,
            Measure::Rows
                | Measure::Selected
                | Measure::Labelled
                | Measure::LabelledSelected
                | Measure::Actual
                | Measure::TruePositive
        )
    };
    match meaning.metric.entry().formula {
        Formula::Ratio { numerator, denominator }
            if meaning.metric.entry().unit == Unit::Share
                && numerator.iter().chain(denominator).all(|(measure, _)| counted(measure)) =>
        {
            Some(meaning.metric)
        }
        _ => {
            faults.add(
                Diagnostic::new("bad-value", format!("a search can't go by `{}`", asked.value))
                    .help("use a share of rows, such as selection_rate, true_positive_rate or accuracy"),
                &asked.origin,
            );
            None
        }
    }
}
