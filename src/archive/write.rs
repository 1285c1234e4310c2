//! Adds entries: one writer at a time, and whole or not at all.
//!
//! Files first wait in `incoming/`, each on the disk before the next act. Then the entry gets its name, in one step and
//! never over another: that is the moment at which it is there. Last, what waits moves to its place. Whoever is killed
//! before the moment leaves files that no entry names; after it, an archive whose last files are found where they wait,
//! and are moved by the next writer.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::digest::Digest;
use super::disk::Disk;
use super::documents::{README, README_NAME, schemas};
use super::envelope::seal;
use super::key::PrivateKey;
use super::layout::{Layout, entry_name};
use super::read::{Entry, Head, chain};
use super::statement::{PREDICATE_TYPE, Predicate, Resource, Retention, STATEMENT_TYPE, Statement, What};
use crate::diagnostic::{Diagnostic, Place};

/// An entry before it is one.
#[derive(Debug, Clone)]
pub struct Draft {
    /// What it is about.
    pub subject: Vec<Resource>,
    /// What happened.
    pub what: What,
    /// How long what it holds is to be kept; `None`: for ever.
    pub retention: Option<Retention>,
    /// The bytes of the objects that it names.
    pub objects: Vec<Vec<u8>>,
}

/// An archive that is open for writing; nobody else writes to it meanwhile.
pub struct Writer<'d> {
    layout: Layout,
    disk: &'d dyn Disk,
    chain: Vec<Entry>,
    /// Held until the writer goes; the system gives it back when the process ends, however it ends.
    _lock: File,
}

impl<'d> Writer<'d> {
    /// Opens an archive, waits for other writers, and finishes what one left unfinished. A folder that is not there, or is
    /// empty, becomes an archive.
    ///
    /// # Errors
    /// A folder with other things in it; a chain that is not whole; a disk that does not obey.
    pub fn open(root: &Path, disk: &'d dyn Disk) -> Result<Self, Diagnostic> {
        let layout = Layout::new(root);
        let failed = |error: io::Error| cannot_write(&layout, &error);
        if !layout.entries().is_dir() {
            refuse_other_folders(&layout)?;
            // The lock stands first, so that a folder of which only a part was made is known again.
            disk.make_folder(root).map_err(failed)?;
        }
        let lock = File::options()
            .create(true)
            .append(true)
            .open(layout.lock())
            .map_err(failed)?;
        lock.lock().map_err(failed)?;
        for folder in [layout.incoming(), layout.objects(), layout.entries()] {
            if !folder.is_dir() {
                disk.make_folder(&folder).map_err(failed)?;
            }
        }
        let chain = chain(root)?;
        let writer = Self {
            layout,
            disk,
            chain,
            _lock: lock,
        };
        writer.settle().map_err(|error| cannot_write(&writer.layout, &error))?;
        Ok(writer)
    }

    /// The entries so far.
    #[must_use]
    pub fn chain(&self) -> &[Entry] {
        &self.chain
    }

    /// Adds an entry, signed with each key; `added_at` is the time that is claimed for it.
    ///
    /// # Errors
    /// A disk that does not obey: the archive is then as it was, or has the new entry; never anything between.
    pub fn append(&mut self, draft: Draft, added_at: &str, keys: &[PrivateKey]) -> Result<Head, Diagnostic> {
        let documents = self.documents();
        let statement = Statement {
            type_: STATEMENT_TYPE.to_owned(),
            subject: draft.subject,
            predicate_type: PREDICATE_TYPE.to_owned(),
            predicate: Predicate {
                sequence: self.chain.len() as u64 + 1,
                previous: self.chain.last().map(Entry::link),
                added_at: added_at.to_owned(),
                documents: documents.iter().map(|(resource, _)| resource.clone()).collect(),
                retention: draft.retention,
                what: draft.what,
            },
        };
        let added = documents.into_iter().filter_map(|(_, text)| text);
        let files = draft.objects.into_iter().chain(added).collect::<Vec<_>>();
        self.commit(&statement, &files, keys)
            .map_err(|error| cannot_write(&self.layout, &error))
    }

    /// Removes objects that an entry has retired.
    ///
    /// # Errors
    /// A disk that does not obey.
    pub fn remove(&self, digests: &[Digest]) -> Result<(), Diagnostic> {
        let remove = |path: PathBuf| match path.exists() {
            true => self.disk.remove(&path),
            false => Ok(()),
        };
        digests
            .iter()
            .try_for_each(|digest| remove(self.layout.object(digest)))
            .map_err(|error| cannot_write(&self.layout, &error))
    }

    /// Removes what waits and is named by no entry, and what was retired and is still there; says how many files that were.
    ///
    /// # Errors
    /// A disk that does not obey.
    pub fn collect_garbage(&self) -> Result<usize, Diagnostic> {
        let work = || {
            let mut removed = 0;
            // What entries name was moved when the archive was opened.
            for file in fs::read_dir(self.layout.incoming())? {
                self.disk.remove(&file?.path())?;
                removed += 1;
            }
            for digest in super::prune::required(&self.chain).1 {
                let path = self.layout.object(&digest);
                if path.exists() {
                    self.disk.remove(&path)?;
                    removed += 1;
                }
            }
            Ok(removed)
        };
        work().map_err(|error| cannot_write(&self.layout, &error))
    }

    /// The documents that the next entry names: those of the last one, and what this version has besides, with its text.
    fn documents(&self) -> Vec<(Resource, Option<Vec<u8>>)> {
        let known = self.chain.last().map(|entry| &entry.statement.predicate.documents);
        let mut all: Vec<(Resource, Option<Vec<u8>>)> = known
            .into_iter()
            .flatten()
            .map(|resource| (resource.clone(), None))
            .collect();
        let ours = std::iter::once((README_NAME.to_owned(), README.as_bytes().to_vec())).chain(schemas());
        for (name, text) in ours {
            if !all.iter().any(|(resource, _)| resource.name == name) {
                all.push((Resource::new(&name, Digest::of(&text)), Some(text)));
            }
        }
        all
    }

    fn commit(&mut self, statement: &Statement, files: &[Vec<u8>], keys: &[PrivateKey]) -> io::Result<Head> {
        let sequence = statement.predicate.sequence;
        let payload = serde_json::to_vec(statement).map_err(io::Error::other)?;
        let bytes = seal(&payload, keys);
        // A statement that could not be read back must not become part of a chain.
        let head = self.chain.last().map(Entry::head);
        let entry = Entry::of(sequence, &bytes, head.as_ref()).map_err(io::Error::other)?;
        for file in files {
            let digest = Digest::of(file);
            if !self.layout.object(&digest).exists() {
                self.disk.write(&self.layout.waiting(&digest), file)?;
            }
        }
        let partial = self.layout.incoming().join(Layout::PARTIAL);
        self.disk.write(&partial, &bytes)?;
        self.disk.sync_folder(&self.layout.incoming())?;
        self.disk.place(&partial, &self.layout.entry(sequence))?;
        self.disk.sync_folder(&self.layout.entries())?;
        let head = entry.head();
        self.chain.push(entry);
        self.settle()?;
        Ok(head)
    }

    /// Moves what waits and is named by an entry to its place.
    fn settle(&self) -> io::Result<()> {
        let mut waiting = Vec::new();
        for file in fs::read_dir(self.layout.incoming())? {
            let name = file?.file_name();
            waiting.extend(name.to_str().and_then(Digest::parse));
        }
        if waiting.is_empty() {
            return Ok(());
        }
        waiting.sort();
        for digest in waiting {
            let from = self.layout.waiting(&digest);
            // Half a file is none of what an entry names.
            if let Some(to) = self.place_of(&digest)
                && Digest::of(&fs::read(&from)?) == digest
            {
                self.settle_one(&from, &to)?;
            }
        }
        self.disk.sync_folder(&self.layout.incoming())
    }

    fn settle_one(&self, from: &Path, to: &Path) -> io::Result<()> {
        if to.exists() {
            return self.disk.remove(from);
        }
        let folder = to.parent().unwrap_or(self.layout.root());
        if !folder.is_dir() {
            self.disk.make_folder(folder)?;
        }
        self.disk.place(from, to)?;
        self.disk.sync_folder(folder)
    }

    /// Where an object or a document of the chain belongs; what waits is nearly always of the last entry.
    fn place_of(&self, digest: &Digest) -> Option<PathBuf> {
        self.chain.iter().rev().find_map(|entry| {
            let objects = entry.statement.objects();
            if objects.iter().any(|(object, _)| object.digest.sha256 == *digest) {
                return Some(self.layout.object(digest));
            }
            let documents = &entry.statement.predicate.documents;
            let document = documents.iter().find(|document| document.digest.sha256 == *digest)?;
            Some(self.layout.document(&document.name))
        })
    }
}

/// A new archive wants a folder of its own.
fn refuse_other_folders(layout: &Layout) -> Result<(), Diagnostic> {
    let Ok(files) = fs::read_dir(layout.root()) else {
        return Ok(());
    };
    let ours = ["lock", "incoming", "objects"];
    for file in files.flatten() {
        let name = file.file_name();
        if !name.to_str().is_some_and(|name| ours.contains(&name)) {
            return Err(
                Diagnostic::new("no-archive", "this folder is no archive, and has other things in it")
                    .at(Place::of_file(&layout.root().display().to_string()))
                    .help("name the folder of an archive, or one that is empty or not there yet"),
            );
        }
    }
    Ok(())
}

fn cannot_write(layout: &Layout, error: &io::Error) -> Diagnostic {
    Diagnostic::new("archive-not-written", format!("the archive can't be written: {error}"))
        .at(Place::of_file(&layout.root().display().to_string()))
        .help("nothing that was in it is lost; add again when the disk obeys, and see `parytet archive list` first")
}

/// The name of an entry's file, for messages.
pub(super) fn shown(sequence: u64) -> String {
    format!("entries/{}", entry_name(sequence))
}
