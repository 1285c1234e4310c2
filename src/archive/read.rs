//! Reads entries and objects, for all who do not ask whether the archive is whole.

use std::fs;
use std::path::Path;

use super::digest::Digest;
use super::envelope::{Envelope, PAYLOAD_TYPE};
use super::layout::{Layout, entry_name, sequence_of};
use super::statement::{Link, PREDICATE_TYPE, STATEMENT_TYPE, Statement};
use crate::diagnostic::{Diagnostic, Place};

/// An entry of the chain.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its number.
    pub sequence: u64,
    /// The digest of its file.
    pub digest: Digest,
    /// Its envelope.
    pub envelope: Envelope,
    /// What it states.
    pub statement: Statement,
}

/// The last entry of a chain, by which a whole archive is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub sequence: u64,
    /// The digest of its file.
    pub digest: Digest,
}

impl std::fmt::Display for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "head {} sha256:{}", self.sequence, self.digest)
    }
}

impl Entry {
    /// The entry by number and digest.
    #[must_use]
    pub fn link(&self) -> Link {
        Link {
            sequence: self.sequence,
            digest: super::statement::Digests {
                sha256: self.digest.clone(),
            },
        }
    }

    /// Takes an entry's file apart and holds it against its place in the chain; the error says what is wrong, in words.
    pub(super) fn of(sequence: u64, bytes: &[u8], previous: Option<&Head>) -> Result<Self, String> {
        let envelope = Envelope::open(bytes).ok_or("it is no envelope")?;
        if envelope.payload_type != PAYLOAD_TYPE {
            return Err(format!("its payload is of the type `{}`", envelope.payload_type));
        }
        if !envelope.canonical {
            return Err("it is not written as parytet writes an envelope".to_owned());
        }
        let statement = statement(&envelope.payload)?;
        let stated = &statement.predicate;
        if stated.sequence != sequence {
            return Err(format!("it says that it is entry {}", stated.sequence));
        }
        let named = stated.previous.as_ref().map(|link| Head {
            sequence: link.sequence,
            digest: link.digest.sha256.clone(),
        });
        if named.as_ref() != previous {
            return Err(match named {
                Some(link) => format!(
                    "it follows entry {} with the digest {}, which is not the one before it",
                    link.sequence, link.digest
                ),
                None => "it says that it is the first".to_owned(),
            });
        }
        Ok(Self {
            sequence,
            digest: Digest::of(bytes),
            envelope,
            statement,
        })
    }
}

/// The statement in a payload: of our own type, or the error says what it is.
fn statement(payload: &[u8]) -> Result<Statement, String> {
    let value: serde_json::Value = serde_json::from_slice(payload).map_err(|_| "its payload is no JSON")?;
    for (field, expected) in [("_type", STATEMENT_TYPE), ("predicateType", PREDICATE_TYPE)] {
        let found = value[field].as_str().unwrap_or_default();
        if found != expected {
            return Err(format!("its `{field}` is `{found}`, and `{expected}` is expected"));
        }
    }
    serde_json::from_value(value).map_err(|error| format!("its statement can't be read: {error}"))
}

/// The numbers of the entries that are there, in order.
pub(super) fn sequences(layout: &Layout) -> std::io::Result<Vec<u64>> {
    let mut found = Vec::new();
    for file in fs::read_dir(layout.entries())? {
        if let Some(sequence) = file?.file_name().to_str().and_then(sequence_of) {
            found.push(sequence);
        }
    }
    found.sort_unstable();
    Ok(found)
}

fn not_whole(place: &str, what: &str) -> Diagnostic {
    Diagnostic::new("archive-not-whole", what)
        .at(Place::of_file(place))
        .help("`parytet archive verify` tells all that is wrong; go on with a copy that is whole")
}

/// The chain of an archive, from the first entry on.
///
/// # Errors
/// A folder that is no archive; a chain that is not whole; a file that can't be read.
pub fn chain(root: &Path) -> Result<Vec<Entry>, Diagnostic> {
    let layout = Layout::new(root);
    let found = sequences(&layout).map_err(|error| not_an_archive(root, &error))?;
    let mut entries: Vec<Entry> = Vec::with_capacity(found.len());
    for (sequence, index) in found.into_iter().zip(1..) {
        let name = format!("entries/{}", entry_name(index));
        if sequence != index {
            return Err(not_whole(&name, "this entry is missing"));
        }
        let bytes = fs::read(layout.entry(sequence)).map_err(|error| unreadable(&name, &error))?;
        let head = entries.last().map(Entry::head);
        let entry = Entry::of(sequence, &bytes, head.as_ref()).map_err(|what| not_whole(&name, &what))?;
        entries.push(entry);
    }
    Ok(entries)
}

impl Entry {
    /// The entry as the head of a chain.
    #[must_use]
    pub fn head(&self) -> Head {
        Head {
            sequence: self.sequence,
            digest: self.digest.clone(),
        }
    }
}

/// The entry of this number.
///
/// # Errors
/// There is none.
pub fn find(entries: &[Entry], sequence: u64) -> Result<&Entry, Diagnostic> {
    let index = usize::try_from(sequence.wrapping_sub(1)).unwrap_or(usize::MAX);
    entries.get(index).ok_or_else(|| {
        Diagnostic::new("no-such-entry", format!("there is no entry {sequence}")).help(match entries.last() {
            Some(last) => format!("entries 1 to {} are there", last.sequence),
            None => "the archive has no entry yet".to_owned(),
        })
    })
}

/// The bytes of an object, held against their digest; `None`: it is not there.
///
/// # Errors
/// Bytes that are not those of the digest; a file that can't be read.
pub fn object(root: &Path, digest: &Digest) -> Result<Option<Vec<u8>>, Diagnostic> {
    let layout = Layout::new(root);
    for (path, waits) in [(layout.object(digest), false), (layout.waiting(digest), true)] {
        match fs::read(&path) {
            Ok(bytes) if Digest::of(&bytes) == *digest => return Ok(Some(bytes)),
            // What waits may be half of something that was never finished.
            Ok(_) if waits => {}
            Ok(_) => return Err(not_whole(digest.as_str(), "the object is not what its name says")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(unreadable(digest.as_str(), &error)),
        }
    }
    Ok(None)
}

pub(super) fn not_an_archive(root: &Path, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new("no-archive", format!("this is no archive that can be read: {error}"))
        .at(Place::of_file(&root.display().to_string()))
        .help("name the folder that `parytet archive add RESULT --to FOLDER` writes into")
}

pub(super) fn unreadable(name: &str, error: &std::io::Error) -> Diagnostic {
    Diagnostic::new("unreadable-file", format!("the file can't be read: {error}")).at(Place::of_file(name))
}
