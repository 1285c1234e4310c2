//! Thresholds that are fixed before there is a result, and legal holds.

use std::collections::BTreeSet;

use super::digest::Digest;
use super::read::{Entry, find};
use super::statement::{Hold, Registration, Resource, Retention, What};
use super::write::Draft;
use crate::diagnostic::Diagnostic;

/// The name of a spec among an entry's subjects.
pub(super) const SPEC: &str = "spec.toml";

/// The draft of a registration of this text.
#[must_use]
pub fn registration(text: &str, about: Registration, retention: Retention) -> Draft {
    Draft {
        subject: vec![Resource::new(SPEC, Digest::of(text.as_bytes()))],
        what: What::Registration(about),
        retention: Some(retention),
        objects: vec![text.as_bytes().to_vec()],
    }
}

/// The first entry that registered a spec of this digest.
#[must_use]
pub fn registered_in(chain: &[Entry], spec: &Digest) -> Option<u64> {
    let registers = |entry: &&Entry| {
        matches!(entry.statement.predicate.what, What::Registration(_))
            && entry
                .statement
                .subject
                .iter()
                .any(|object| object.digest.sha256 == *spec)
    };
    chain.iter().find(registers).map(|entry| entry.sequence)
}

/// The draft of a legal hold on entries, or of their release.
///
/// # Errors
/// An entry that is not there.
pub fn hold(chain: &[Entry], about: Hold) -> Result<Draft, Diagnostic> {
    let subject = about
        .entries
        .iter()
        .map(|&sequence| {
            let entry = find(chain, sequence)?;
            Ok(Resource::new(&super::write::shown(sequence), entry.digest.clone()))
        })
        .collect::<Result<_, Diagnostic>>()?;
    Ok(Draft {
        subject,
        what: What::Hold(about),
        retention: None,
        objects: Vec::new(),
    })
}

/// The entries that are on hold after this chain.
pub(super) fn held(chain: &[Entry]) -> BTreeSet<u64> {
    let mut held = BTreeSet::new();
    for entry in chain {
        if let What::Hold(hold) = &entry.statement.predicate.what {
            for sequence in &hold.entries {
                if hold.held {
                    held.insert(*sequence);
                } else {
                    held.remove(sequence);
                }
            }
        }
    }
    held
}
