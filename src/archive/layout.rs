//! Where things lie in an archive.

use std::path::{Path, PathBuf};

use super::digest::Digest;

/// The places of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The file that writers lock; it is empty.
    pub const LOCK: &str = "lock";
    /// The name of an entry before it is one.
    pub const PARTIAL: &str = "entry.partial";

    /// The archive in this folder.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The file that writers lock.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.root.join(Self::LOCK)
    }

    /// The folder of entries.
    #[must_use]
    pub fn entries(&self) -> PathBuf {
        self.root.join("entries")
    }

    /// The file of an entry.
    #[must_use]
    pub fn entry(&self, sequence: u64) -> PathBuf {
        self.entries().join(entry_name(sequence))
    }

    /// Where files wait until the entry that names them is there.
    #[must_use]
    pub fn incoming(&self) -> PathBuf {
        self.root.join("incoming")
    }

    /// Where an object waits.
    #[must_use]
    pub fn waiting(&self, digest: &Digest) -> PathBuf {
        self.incoming().join(digest.as_str())
    }

    /// The folder of objects.
    #[must_use]
    pub fn objects(&self) -> PathBuf {
        self.root.join("objects").join("sha256")
    }

    /// The file of an object.
    #[must_use]
    pub fn object(&self, digest: &Digest) -> PathBuf {
        let (first, rest) = digest.as_str().split_at(2);
        self.objects().join(first).join(rest)
    }

    /// A file that explains the archive, by its name with `/`.
    #[must_use]
    pub fn document(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }
}

/// The file name of an entry.
#[must_use]
pub fn entry_name(sequence: u64) -> String {
    format!("{sequence:06}.dsse.json")
}

/// The number in the file name of an entry.
#[must_use]
pub fn sequence_of(name: &str) -> Option<u64> {
    let sequence = name.strip_suffix(".dsse.json")?.parse().ok()?;
    (entry_name(sequence) == name && sequence > 0).then_some(sequence)
}
