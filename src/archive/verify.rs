//! Whether an archive is whole: everything that entries name is there and as it was, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::digest::Digest;
use super::documents::README_NAME;
use super::key::PublicKey;
use super::layout::{Layout, sequence_of};
use super::prune::{kept, required};
use super::read::{Entry, Head, not_an_archive, unreadable};
use super::register::{SPEC, registered_in};
use super::statement::{Statement, What};
use super::timestamp;
use super::write::shown;
use crate::diagnostic::{Diagnostic, Place};

/// The name of a result among an entry's subjects.
const RESULT: &str = "result.json";

/// What an archive is held against.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The keys that are trusted; `None`: signatures are not looked at.
    pub trusted: Option<Vec<PublicKey>>,
    /// By how many of them each entry must be signed.
    pub signatures: usize,
    /// The digest of an entry that was written down elsewhere, when it was the last.
    pub head: Option<Digest>,
    /// How many entries there are at least.
    pub at_least: Option<u64>,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// What is wrong, each a sentence that starts with a place; empty: the archive is whole.
    pub faults: Vec<String>,
    /// What is not wrong and worth knowing.
    pub notes: Vec<String>,
    /// The last entry.
    pub head: Option<Head>,
    /// Objects that are there and named.
    pub objects: usize,
    /// Objects that were retired.
    pub retired: usize,
}

/// Checks a whole archive.
///
/// # Errors
/// Where nothing can be said: no archive, or a file that can't be read.
pub fn verify(root: &Path, wanted: &Wanted) -> Result<Checked, Diagnostic> {
    let layout = Layout::new(root);
    if !layout.entries().is_dir() {
        return Err(not_an_archive(root, &io::ErrorKind::NotFound.into()));
    }
    // A writer at work would look like faults. Where the file can't be locked, nobody can write either.
    let lock = File::open(layout.lock()).ok();
    let _locked = lock.as_ref().map(File::lock_shared);
    let mut verifier = Verifier {
        layout,
        wanted,
        checked: Checked::default(),
        chain: Vec::new(),
        entries_read: true,
    };
    let mut files = Files::default();
    verifier.list(root, "", &mut files)?;
    verifier.entries(&files.entries)?;
    verifier.statements();
    verifier.documents(&files)?;
    verifier.objects(&files)?;
    verifier.expectations();
    Ok(verifier.checked)
}

/// The files of an archive, by what they are.
#[derive(Default)]
struct Files {
    entries: BTreeSet<u64>,
    objects: BTreeSet<Digest>,
    waiting: BTreeMap<Digest, bool>,
    documents: BTreeSet<String>,
    leftovers: usize,
}

struct Verifier<'a> {
    layout: Layout,
    wanted: &'a Wanted,
    checked: Checked,
    chain: Vec<Entry>,
    /// Whether all entries could be taken apart, so that it is known what they name.
    entries_read: bool,
}

impl Verifier<'_> {
    fn fault(&mut self, place: &str, what: impl std::fmt::Display) {
        self.checked.faults.push(format!("{place}: {what}"));
    }

    /// Sorts everything in the folder; what has no place in an archive is a fault.
    fn list(&mut self, folder: &Path, name: &str, files: &mut Files) -> Result<(), Diagnostic> {
        let failed = |error: &io::Error| {
            unreadable(
                &if name.is_empty() {
                    folder.display().to_string()
                } else {
                    name.to_owned()
                },
                error,
            )
        };
        let mut found: Vec<_> = fs::read_dir(folder)
            .and_then(Iterator::collect::<Result<_, _>>)
            .map_err(|error| failed(&error))?;
        found.sort_by_key(fs::DirEntry::file_name);
        for file in found {
            let last = file.file_name().to_string_lossy().into_owned();
            let whole = if name.is_empty() {
                last
            } else {
                format!("{name}/{last}")
            };
            let kind = file.file_type().map_err(|error| failed(&error))?;
            if kind.is_dir() && is_folder_of_ours(&whole) {
                self.list(&file.path(), &whole, files)?;
            } else if !kind.is_file() || !self.sort(&whole, files)? {
                self.fault(&whole, "it does not belong to the archive");
            }
        }
        Ok(())
    }

    /// Whether a file has a name that a file of an archive has.
    fn sort(&mut self, name: &str, files: &mut Files) -> Result<bool, Diagnostic> {
        let known = match name.split('/').collect::<Vec<_>>().as_slice() {
            [Layout::LOCK] => {
                let size = fs::metadata(self.layout.lock()).map_err(|error| unreadable(name, &error))?;
                if size.len() > 0 {
                    self.fault(name, "it must be empty");
                }
                true
            }
            ["entries", file] => sequence_of(file).is_some_and(|sequence| files.entries.insert(sequence)),
            ["incoming", file] => {
                match Digest::parse(file).filter(|digest| digest.as_str() == *file) {
                    Some(digest) => {
                        let path = self.layout.waiting(&digest);
                        let bytes = fs::read(path).map_err(|error| unreadable(name, &error))?;
                        let whole = Digest::of(&bytes) == digest;
                        files.waiting.insert(digest, whole);
                    }
                    None => files.leftovers += 1,
                }
                // Where a writer was killed, anything may have been left there; nothing of it is part of the archive.
                true
            }
            ["objects", "sha256", first, rest] => Digest::parse(&format!("{first}{rest}"))
                .filter(|_| first.len() == 2)
                .is_some_and(|digest| files.objects.insert(digest)),
            [_] | ["schemas", _] => files.documents.insert(name.to_owned()),
            _ => false,
        };
        Ok(known)
    }

    fn entries(&mut self, found: &BTreeSet<u64>) -> Result<(), Diagnostic> {
        let mut head: Option<Head> = None;
        let mut expected = 1;
        for &sequence in found {
            let name = shown(sequence);
            if sequence != expected {
                self.entries_read = false;
                let last = match sequence - 1 {
                    last if last == expected => String::new(),
                    last => format!(", and all up to {last}"),
                };
                self.fault(&shown(expected), format!("the entry is missing{last}"));
            }
            expected = sequence.saturating_add(1);
            let bytes = fs::read(self.layout.entry(sequence)).map_err(|error| unreadable(&name, &error))?;
            match Entry::of(sequence, &bytes, head.as_ref()) {
                Ok(entry) => {
                    self.signatures(&name, &entry);
                    self.chain.push(entry);
                }
                Err(what) => {
                    self.entries_read = false;
                    self.fault(&name, what);
                }
            }
            head = Some(Head {
                sequence,
                digest: Digest::of(&bytes),
            });
        }
        self.checked.head = head;
        Ok(())
    }

    fn signatures(&mut self, name: &str, entry: &Entry) {
        let Some(trusted) = &self.wanted.trusted else {
            return;
        };
        let signed = entry.envelope.signed_by(trusted).len();
        if signed >= self.wanted.signatures {
            return;
        }
        let what = match (entry.envelope.signatures.len(), signed) {
            (0, _) => "it is not signed".to_owned(),
            (_, 0) => "no trusted key has signed it".to_owned(),
            _ => format!("{signed} of {} trusted keys have signed it", self.wanted.signatures),
        };
        self.fault(name, what);
    }

    /// What entries say of one another.
    fn statements(&mut self) {
        let mut faults = Vec::new();
        for (index, entry) in self.chain.iter().enumerate() {
            let before = &self.chain[..index];
            let mut fault = |what: String| faults.push(format!("{}: {what}", shown(entry.sequence)));
            match &entry.statement.predicate.what {
                What::Audit(audit) => {
                    let spec = audit.spec.as_ref();
                    let subject = subject(&entry.statement, SPEC);
                    if spec.map(|spec| &spec.digest.sha256) != subject {
                        fault("the spec that it names is not the one that it holds".to_owned());
                    }
                    if let Some(spec) = spec
                        && let Some(named) = spec.registered_in
                        && registered_in(before, &spec.digest.sha256) != Some(named)
                    {
                        fault(format!("its spec is not registered in entry {named}"));
                    }
                }
                What::Retirement(retirement) => match retirement.as_of.parse() {
                    Ok(as_of) => {
                        let kept = kept(before, as_of);
                        for object in &entry.statement.subject {
                            if let Some(reason) = kept.get(&object.digest.sha256) {
                                fault(format!("it retires `{}`, although {reason}", object.name));
                            }
                        }
                    }
                    Err(_) => fault(format!("`{}` is no day", retirement.as_of)),
                },
                What::Timestamp(stamp) => {
                    let stamped = before.iter().find(|other| other.sequence == stamp.entry.sequence);
                    if stamped.map(|other| &other.digest) != Some(&stamp.entry.digest.sha256) {
                        fault(format!("its time stamp is not for entry {}", stamp.entry.sequence));
                    }
                }
                What::Hold(_) | What::Registration(_) => {}
            }
            if let Some(last) = before.last()
                && let Some(lost) = (last.statement.predicate.documents.iter())
                    .find(|document| !entry.statement.predicate.documents.contains(document))
            {
                fault(format!("it does not name `{}` any more", lost.name));
            }
        }
        self.checked.faults.append(&mut faults);
    }

    fn documents(&mut self, files: &Files) -> Result<(), Diagnostic> {
        let documents = match self.chain.last() {
            Some(last) => last.statement.predicate.documents.clone(),
            None => Vec::new(),
        };
        for document in &documents {
            let name = &document.name;
            let digest = &document.digest.sha256;
            if !is_document(name) {
                self.fault(name, "a document can't have this name");
            } else if files.documents.contains(name) {
                let bytes = fs::read(self.layout.document(name)).map_err(|error| unreadable(name, &error))?;
                if Digest::of(&bytes) != *digest {
                    self.fault(name, "it was changed");
                }
            } else if files.waiting.get(digest) != Some(&true) {
                self.fault(name, "it is missing");
            }
        }
        for name in &files.documents {
            if !documents.iter().any(|document| document.name == *name) {
                self.fault(name, "it does not belong to the archive");
            }
        }
        Ok(())
    }

    fn objects(&mut self, files: &Files) -> Result<(), Diagnostic> {
        let (required, retired) = required(&self.chain);
        let mut bytes_of = BTreeMap::new();
        for digest in &files.objects {
            let name = format!("objects/{digest}");
            let bytes = fs::read(self.layout.object(digest)).map_err(|error| unreadable(&name, &error))?;
            if Digest::of(&bytes) != *digest {
                self.fault(&name, "the object was changed");
            } else if self.entries_read && !required.contains(digest) && !retired.contains(digest) {
                self.fault(&name, "no entry names the object");
            }
            bytes_of.insert(digest.clone(), bytes);
        }
        let mut waiting = 0;
        for digest in &required {
            if !files.objects.contains(digest) {
                match files.waiting.get(digest) {
                    Some(true) => waiting += 1,
                    _ => self.fault(&format!("objects/{digest}"), "the object is missing"),
                }
            }
        }
        self.results(&bytes_of);
        let still = retired.iter().filter(|digest| files.objects.contains(*digest)).count();
        self.checked.objects = required.len();
        self.checked.retired = retired.len();
        let named = |digest: &Digest| required.contains(digest) || self.is_document(digest);
        let unnamed = files.waiting.keys().filter(|digest| !named(digest)).count() + files.leftovers;
        for (count, what) in [
            (
                waiting,
                "that wait in `incoming` for the next writer to move them to their place",
            ),
            (
                still,
                "that were retired and are still there: `parytet archive gc` removes them",
            ),
            (
                unnamed,
                "left by a writer that did not finish, and no part of the archive: `parytet archive gc` removes them",
            ),
        ] {
            if count > 0 {
                self.checked.notes.push(format!("files {what}: {count}"));
            }
        }
        Ok(())
    }

    fn is_document(&self, digest: &Digest) -> bool {
        let documents = self.chain.last().map(|last| &last.statement.predicate.documents);
        documents.is_some_and(|all| all.iter().any(|document| document.digest.sha256 == *digest))
    }

    /// Whether statements say what their objects say.
    fn results(&mut self, bytes_of: &BTreeMap<Digest, Vec<u8>>) {
        let mut faults = Vec::new();
        for entry in &self.chain {
            let said = match &entry.statement.predicate.what {
                What::Audit(audit) => subject(&entry.statement, RESULT)
                    .and_then(|digest| bytes_of.get(digest))
                    .is_none_or(|bytes| {
                        serde_json::from_slice::<serde_json::Value>(bytes)
                            .is_ok_and(|result| result["verdict"]["verdict"] == audit.verdict.as_str())
                    }),
                What::Timestamp(stamp) => bytes_of
                    .get(&stamp.token.digest.sha256)
                    .is_none_or(|token| timestamp::names(token, &stamp.entry.digest.sha256)),
                _ => true,
            };
            if !said {
                faults.push(format!(
                    "{}: it does not say what its object says",
                    shown(entry.sequence)
                ));
            }
        }
        self.checked.faults.append(&mut faults);
    }

    fn expectations(&mut self) {
        let last = self.checked.head.as_ref().map_or(0, |head| head.sequence);
        if let Some(least) = self.wanted.at_least
            && last < least
        {
            self.checked
                .faults
                .push(format!("entries: {last} are there, and at least {least} were expected"));
        }
        if let Some(head) = &self.wanted.head {
            match self.chain.iter().find(|entry| entry.digest == *head) {
                Some(entry) => {
                    let more = last - entry.sequence;
                    self.checked.notes.push(format!(
                        "entry {} is the one that was expected; {more} follow",
                        entry.sequence
                    ));
                }
                None => self
                    .checked
                    .faults
                    .push(format!("entries: none has the expected digest {head}")),
            }
        }
    }
}

/// The digest of the subject of this name.
fn subject<'a>(statement: &'a Statement, name: &str) -> Option<&'a Digest> {
    let found = statement.subject.iter().find(|object| object.name == name)?;
    Some(&found.digest.sha256)
}

fn is_folder_of_ours(name: &str) -> bool {
    match name.split('/').collect::<Vec<_>>().as_slice() {
        ["entries" | "incoming" | "objects" | "schemas"] | ["objects", "sha256"] => true,
        ["objects", "sha256", first] => first.len() == 2,
        _ => false,
    }
}

/// A document lies at the top or among the schemas, and nowhere else.
fn is_document(name: &str) -> bool {
    let plain = |name: &str| !name.is_empty() && !name.contains(['/', '\\']) && name != "." && name != "..";
    name == README_NAME || name.strip_prefix("schemas/").is_some_and(plain)
}

/// The error of an archive whose signatures nobody can check without a key.
#[must_use]
pub fn no_keys(root: &Path) -> Diagnostic {
    Diagnostic::new("no-trusted-key", "nobody said whose signatures are trusted")
        .at(Place::of_file(&root.display().to_string()))
        .help("name the public keys, which do not come from the archive: --trust public.pem")
        .help("--unsigned checks digests and chain alone: who can write into the folder can then have made all of it")
}
