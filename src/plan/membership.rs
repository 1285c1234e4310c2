//! Groups of which only the chance to be in them is known.

use super::resolve::Faults;
use super::{Attribute, Crossed, Membership, Outcome, Purpose};
use crate::diagnostic::Diagnostic;
use crate::spec::{At, Protected, Spec};

/// The chance from which somebody is counted as of a group.
const THRESHOLD: f64 = 0.5;

/// The columns of chances, each read as a feature with a name of its own.
pub(super) fn features(spec: &Spec) -> Vec<Protected> {
    let mut features = Vec::new();
    for protected in &spec.protected {
        let membership = protected.membership.iter().flat_map(|membership| &membership.value);
        features.extend(membership.map(|(group, column)| Protected {
            name: At {
                value: feature(protected, group),
                origin: column.origin.clone(),
            },
            column: Some(column.clone()),
            from: protected.from.clone(),
            missing: protected.missing.clone(),
            ..Protected::default()
        }));
    }
    features
}

/// What the reader must know of attributes that were inferred.
pub(super) fn notes(spec: &Spec) -> Vec<String> {
    let inferred = spec.protected.iter().filter(|protected| protected.membership.is_some());
    inferred
        .map(|protected| {
            format!(
                "`{}` is known by chances only. Inferring it is itself processing of personal data, and may be of special categories: it needs a legal basis of its own.",
                protected.name.value
            )
        })
        .collect()
}

fn feature(protected: &Protected, group: &At<String>) -> String {
    format!("{}: {}", protected.name.value, group.value)
}

/// What is counted for each attribute and outcome.
pub(super) fn crossed(
    spec: &Spec,
    attributes: &[Attribute],
    outcomes: &[Outcome],
    faults: &mut Faults<'_>,
) -> Vec<Crossed> {
    let mut all = Vec::new();
    for protected in &spec.protected {
        let Some(membership) = &protected.membership else {
            continue;
        };
        if spec.log.database.is_some() {
            faults.add(
                Diagnostic::new(
                    "needs-rows",
                    "`membership` needs the rows of the log, which a database does not give",
                )
                .help("write the table to a Parquet file and audit that, or leave it out"),
                &membership.origin,
            );
        }
        if spec.log.subject.is_none() && spec.log.weight.is_some() {
            faults.add(
                Diagnostic::new(
                    "missing-key",
                    "`membership` over rows with weights needs to know the people",
                )
                .help("name the person's column: [log] subject, or --subject"),
                &membership.origin,
            );
        }
        let groups: Vec<String> = membership.value.iter().map(|(group, _)| group.value.clone()).collect();
        let reference = protected.reference.as_ref().filter(|r| r.value != "largest");
        let place = reference.and_then(|reference| {
            let found = groups.iter().position(|group| *group == reference.value);
            if found.is_none() {
                let known: Vec<&str> = groups.iter().map(String::as_str).chain(["largest"]).collect();
                faults.unknown("group", "unknown-reference", reference, &known);
            }
            found
        });
        let places: Option<Vec<usize>> = membership
            .value
            .iter()
            .map(|(group, _)| {
                let name = feature(protected, group);
                attributes.iter().position(|attribute| attribute.name == name)
            })
            .collect();
        // A column that is not there has been told already.
        let Some(places) = places else { continue };
        all.extend((0..outcomes.len()).map(|outcome| Crossed {
            outcome,
            attributes: places.clone(),
            purpose: Purpose::Membership(Membership {
                name: protected.name.value.clone(),
                groups: groups.clone(),
                reference: place,
                threshold: protected.threshold.as_ref().map_or(THRESHOLD, |t| t.value),
                origin: membership.origin.clone(),
            }),
        }));
    }
    all
}
