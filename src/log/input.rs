//! The bytes of one file: on disk, or held in memory when they can be read only once.

use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::diagnostic::{Diagnostic, Place};
use crate::plan::{SourceFile, StoreOptions};

use super::fault;
use super::remote;
use super::sniff::{self, Packing, Reading};

/// Bytes that are looked at to recognise a format.
const HEAD: u64 = 1 << 16;

/// Where the bytes are.
enum Store {
    /// A regular file, with its length and time when it was opened.
    Disk { length: u64, modified: Option<SystemTime> },
    /// Standard input or a pipe, read to its end.
    Memory(bytes::Bytes),
    /// In an object store.
    Remote(remote::Object),
}

/// One file of a source, recognised.
pub(super) struct Input {
    file: SourceFile,
    store: Store,
    packing: Packing,
    /// What it is read as.
    pub(super) reading: Reading,
}

/// Bytes that can be read from any place.
pub(super) enum Seekable {
    /// A file on disk.
    Disk(File),
    /// Bytes in memory.
    Memory(Cursor<bytes::Bytes>),
    /// An object in a store.
    Remote(remote::Object),
}

/// How many bytes of a file have been taken in, before unpacking.
pub(super) type Taken = Arc<AtomicU64>;

/// A stream of bytes.
pub(super) type Bytes = Box<dyn Read + Send>;

/// Counts what passes.
struct Counted {
    inner: Bytes,
    taken: Taken,
}

impl Read for Counted {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(to)?;
        self.taken.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl Input {
    /// Looks at a file; `stdin` is read to its end when the file is standard input.
    pub(super) fn open(file: &SourceFile, stores: &StoreOptions, stdin: &mut dyn Read) -> Result<Self, Diagnostic> {
        let store = match &file.path {
            Some(path) if remote::is_remote(&path.to_string_lossy()) => {
                Store::Remote(remote::Object::open(&file.name, stores)?)
            }
            None => Store::Memory(slurp(&file.name, stdin)?),
            Some(path) => {
                let failed = |error: io::Error| fault::unreadable(&file.name, &error);
                let facts = fs::metadata(path).map_err(failed)?;
                if facts.is_file() {
                    Store::Disk {
                        length: facts.len(),
                        modified: facts.modified().ok(),
                    }
                } else if facts.is_dir() {
                    return Err(super::source::is_folder(&file.name));
                } else {
                    // A pipe gives its bytes once, and both the columns and the rows need them.
                    Store::Memory(slurp(&file.name, &mut File::open(path).map_err(failed)?)?)
                }
            }
        };
        let mut input = Self {
            file: file.clone(),
            store,
            packing: Packing::Plain,
            reading: Reading::Csv { tabs: false },
        };
        input.packing = sniff::packing(&input.head()?);
        let head = input.head()?;
        if head.is_empty() {
            return Err(fault::empty_file(&file.name));
        }
        input.reading = sniff::reading(&file.name, &head, input.packing, file.format)?;
        Ok(input)
    }

    /// The name shown to people.
    pub(super) fn name(&self) -> &str {
        &self.file.name
    }

    /// How many bytes the file has, packed as it is.
    pub(super) fn size(&self) -> u64 {
        match &self.store {
            Store::Disk { length, .. } => *length,
            Store::Memory(bytes) => bytes.len() as u64,
            Store::Remote(object) => object.size(),
        }
    }

    /// The first bytes, unpacked.
    pub(super) fn head(&self) -> Result<Vec<u8>, Diagnostic> {
        let mut head = Vec::new();
        let reader = self.unpacked(Taken::default())?;
        reader
            .take(HEAD)
            .read_to_end(&mut head)
            .map_err(|error| self.failed(&error))?;
        Ok(head)
    }

    /// All bytes, unpacked, from the first; `taken` counts them before unpacking.
    pub(super) fn unpacked(&self, taken: Taken) -> Result<Bytes, Diagnostic> {
        let inner: Bytes = match self.seekable()? {
            Seekable::Disk(file) => Box::new(file),
            Seekable::Memory(bytes) => Box::new(bytes),
            Seekable::Remote(object) => Box::new(object.reader()),
        };
        let counted = Counted { inner, taken };
        Ok(match self.packing {
            Packing::Plain => Box::new(counted),
            Packing::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(
                HEAD as usize,
                counted,
            ))),
            Packing::Zstd => Box::new(zstd::stream::read::Decoder::new(counted).map_err(|error| self.failed(&error))?),
        })
    }

    /// A digest of the file's length, its beginning and its end: tells two files apart without reading them whole.
    pub(super) fn fingerprint(&self) -> Result<String, Diagnostic> {
        let failed = |error: io::Error| self.failed(&error);
        let size = self.size();
        let mut hash = xxhash_rust::xxh3::Xxh3::new();
        hash.update(&size.to_le_bytes());
        let mut part = |reader: &mut dyn Read| {
            let mut bytes = Vec::new();
            reader.take(HEAD).read_to_end(&mut bytes).map(|_| hash.update(&bytes))
        };
        match self.seekable()? {
            Seekable::Disk(mut file) => {
                part(&mut file).map_err(failed)?;
                file.seek(SeekFrom::Start(size.saturating_sub(HEAD))).map_err(failed)?;
                part(&mut file).map_err(failed)?;
            }
            Seekable::Memory(mut bytes) => {
                part(&mut bytes).map_err(failed)?;
                bytes.set_position(size.saturating_sub(HEAD));
                part(&mut bytes).map_err(failed)?;
            }
            // The end would be one more request; length and beginning tell logs apart.
            Seekable::Remote(object) => part(&mut object.reader()).map_err(failed)?,
        }
        Ok(format!("{:032x}", hash.digest128()))
    }

    /// SHA-256 of the bytes as they are, in hexadecimal, and their number: one more reading of the whole file.
    pub(super) fn digest(&self) -> Result<(String, u64), Diagnostic> {
        let mut reader: Bytes = match self.seekable()? {
            Seekable::Disk(file) => Box::new(file),
            Seekable::Memory(bytes) => Box::new(bytes),
            Seekable::Remote(object) => Box::new(object.reader()),
        };
        let mut hash = Sha256::new();
        let mut block = vec![0; 1 << 18];
        let mut length = 0;
        loop {
            let count = match reader.read(&mut block) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(fault::unreadable(self.name(), &error)),
            };
            hash.update(&block[..count]);
            length += count as u64;
        }
        // What was counted and what was hashed must be one file.
        self.check_unchanged()?;
        Ok((
            hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
            length,
        ))
    }

    /// The bytes as they are, from the first.
    pub(super) fn seekable(&self) -> Result<Seekable, Diagnostic> {
        match (&self.store, &self.file.path) {
            (Store::Remote(object), _) => Ok(Seekable::Remote(object.clone())),
            (Store::Memory(bytes), _) => Ok(Seekable::Memory(Cursor::new(bytes.clone()))),
            (Store::Disk { .. }, Some(path)) => File::open(path)
                .map(Seekable::Disk)
                .map_err(|error| fault::unreadable(self.name(), &error)),
            (Store::Disk { .. }, None) => Err(fault::unreadable(self.name(), &io::ErrorKind::NotFound.into())),
        }
    }

    /// The error of a stream that broke off.
    pub(super) fn failed(&self, error: &io::Error) -> Diagnostic {
        let what = match self.packing {
            Packing::Plain => return fault::unreadable(self.name(), error),
            Packing::Gzip => "its gzip data is corrupt or cut short",
            Packing::Zstd => "its zstd data is corrupt or cut short",
        };
        fault::damaged(self.name(), what, &error.to_string())
    }

    /// Checks that the file is still the one that was opened: a log that grows underneath gives numbers of no moment.
    pub(super) fn check_unchanged(&self) -> Result<(), Diagnostic> {
        if let Store::Remote(object) = &self.store {
            let same = object.is_unchanged();
            return match same.map_err(|error| fault::unreadable(self.name(), &error))? {
                true => Ok(()),
                false => Err(self.changed()),
            };
        }
        let (Store::Disk { length, modified }, Some(path)) = (&self.store, &self.file.path) else {
            return Ok(());
        };
        let facts = fs::metadata(path).map_err(|error| fault::unreadable(self.name(), &error))?;
        if facts.len() == *length && facts.modified().ok() == *modified {
            return Ok(());
        }
        Err(self.changed())
    }

    fn changed(&self) -> Diagnostic {
        Diagnostic::new("file-changed", "the file was changed while it was read")
            .at(Place::of_file(self.name()))
            .help("audit a copy, or a log that is no longer written to")
    }
}

/// Reads a stream to its end.
fn slurp(name: &str, stream: &mut dyn Read) -> Result<bytes::Bytes, Diagnostic> {
    let mut bytes = Vec::new();
    stream
        .read_to_end(&mut bytes)
        .map_err(|error| fault::unreadable(name, &error))?;
    Ok(bytes.into())
}
