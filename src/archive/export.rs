//! An entry as a folder of files with names, for somebody who shall see this audit and no other.

use std::path::Path;

use super::read::{Entry, object};
use crate::diagnostic::{Diagnostic, Place};

/// The files of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// Its envelope and every object that is still there, by name.
    pub files: Vec<(String, Vec<u8>)>,
    /// The names of those that were retired.
    pub gone: Vec<String>,
}

/// The files of an entry; `bytes` are its envelope.
///
/// # Errors
/// An object that is not what it should be; a name that is no file's name.
pub fn export(root: &Path, entry: &Entry, bytes: Vec<u8>) -> Result<Exported, Diagnostic> {
    let mut files = vec![("entry.dsse.json".to_owned(), bytes)];
    let mut gone = Vec::new();
    for (named, _) in entry.statement.objects() {
        let name = &named.name;
        if !is_file_name(name) || files.iter().any(|(other, _)| other == name) {
            return Err(Diagnostic::new(
                "bad-name",
                format!("an object can't be written under the name {name:?}"),
            )
            .at(Place::of_file(&super::write::shown(entry.sequence))));
        }
        match object(root, &named.digest.sha256)? {
            Some(bytes) => files.push((name.clone(), bytes)),
            None => gone.push(name.clone()),
        }
    }
    Ok(Exported { files, gone })
}

/// Whether a name stays in its folder on every system.
pub(super) fn is_file_name(name: &str) -> bool {
    !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', ':', '\0'])
}
