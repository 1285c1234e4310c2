//! What may go: objects whose time is over in every entry that names them, and that no hold keeps.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use jiff::civil::Date;

use super::digest::Digest;
use super::layout::Layout;
use super::read::Entry;
use super::register::held;
use super::statement::{Resource, Retirement, What};
use super::write::Draft;

/// An object that may be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retired {
    /// Its name and digest.
    pub object: Resource,
    /// The entries that name it.
    pub entries: Vec<u64>,
    /// The last day on which it had to be kept.
    pub kept_until: String,
}

/// Objects that may not be removed on this day, by digest, with the reason.
pub(super) fn kept(chain: &[Entry], as_of: Date) -> BTreeMap<Digest, String> {
    let held = held(chain);
    let mut kept = BTreeMap::new();
    for entry in chain {
        for (object, until) in entry.statement.objects() {
            let reason = if held.contains(&entry.sequence) {
                Some(format!("entry {} is on legal hold", entry.sequence))
            } else {
                match until {
                    None => Some(format!("entry {} keeps it for ever", entry.sequence)),
                    Some(until) => match until.parse::<Date>() {
                        Ok(day) if day < as_of => None,
                        _ => Some(format!("entry {} keeps it until {until}", entry.sequence)),
                    },
                }
            };
            if let Some(reason) = reason {
                kept.entry(object.digest.sha256.clone()).or_insert(reason);
            }
        }
    }
    kept
}

/// The objects that are there and may be removed on this day.
#[must_use]
pub fn prunable(root: &Path, chain: &[Entry], as_of: Date) -> Vec<Retired> {
    let layout = Layout::new(root);
    let kept = kept(chain, as_of);
    let mut found: BTreeMap<Digest, Retired> = BTreeMap::new();
    for entry in chain {
        for (object, until) in entry.statement.objects() {
            let digest = &object.digest.sha256;
            if kept.contains_key(digest) || !layout.object(digest).exists() {
                continue;
            }
            let until = until.unwrap_or_default().to_owned();
            let retired = found.entry(digest.clone()).or_insert_with(|| Retired {
                object: object.clone(),
                entries: Vec::new(),
                kept_until: until.clone(),
            });
            retired.entries.push(entry.sequence);
            retired.kept_until = std::cmp::max(std::mem::take(&mut retired.kept_until), until);
        }
    }
    found.into_values().collect()
}

/// The draft of the entry that tells of a removal.
#[must_use]
pub fn retirement(retired: &[Retired], about: Retirement) -> Draft {
    Draft {
        subject: retired.iter().map(|retired| retired.object.clone()).collect(),
        what: What::Retirement(about),
        retention: None,
        objects: Vec::new(),
    }
}

/// The objects that an archive must hold: named by an entry, and not retired by a later one.
pub(super) fn required(chain: &[Entry]) -> (BTreeSet<Digest>, BTreeSet<Digest>) {
    let mut required = BTreeSet::new();
    let mut retired = BTreeSet::new();
    for entry in chain {
        for (object, _) in entry.statement.objects() {
            retired.remove(&object.digest.sha256);
            required.insert(object.digest.sha256.clone());
        }
        if let What::Retirement(_) = entry.statement.predicate.what {
            for object in &entry.statement.subject {
                if required.remove(&object.digest.sha256) {
                    retired.insert(object.digest.sha256.clone());
                }
            }
        }
    }
    (required, retired)
}
