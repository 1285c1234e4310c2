//! People while they are being added up: a table of records, cut into partitions by key so that threads rarely meet and
//! what does not fit in memory can be set aside on disk.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::kernel::Overflow;
use super::record::{self, Carries, NONE, Packing};

/// Partitions: a power of two.
pub(super) const PARTITIONS: usize = 128;
/// Records of a chunk: storage grows by chunks, so that growing copies nothing and wastes little.
const CHUNK: usize = 512;
/// Slots that a table starts with.
const FIRST_SLOTS: usize = 64;

/// Why people can't be added up.
#[derive(Debug)]
pub enum PeopleFault {
    /// A sum left the range in which it is exact.
    Overflow(Overflow),
    /// The file to which people are set aside can't be written or read.
    Spill(std::io::Error),
}

impl From<Overflow> for PeopleFault {
    fn from(overflow: Overflow) -> Self {
        Self::Overflow(overflow)
    }
}

impl From<std::io::Error> for PeopleFault {
    fn from(error: std::io::Error) -> Self {
        Self::Spill(error)
    }
}

/// How much memory people may take, and where the rest goes.
#[derive(Debug, Clone)]
pub struct Room {
    /// Bytes; beyond this, partitions are set aside.
    pub bytes: usize,
    /// Folder for what is set aside: files without a name, which vanish with the process.
    pub folder: PathBuf,
}

/// All people seen so far.
#[derive(Debug)]
pub(super) struct People {
    pub(super) packing: Packing,
    partitions: Vec<Mutex<Partition>>,
    room: Option<Room>,
    used: AtomicUsize,
}

/// The people of one partition.
#[derive(Debug, Default)]
pub(super) struct Partition {
    /// Open addressing: the number of a person's first record plus one, or 0.
    slots: Vec<u32>,
    chunks: Vec<Vec<u64>>,
    records: u32,
    people: u32,
    pub(super) carries: Carries,
    aside: Option<Aside>,
    /// Bytes that were last told to the whole.
    told: usize,
}

/// Records that were set aside: how many there are in each portion, each followed by its carries.
#[derive(Debug)]
struct Aside {
    file: File,
    portions: Vec<(u32, usize)>,
}

/// The partition of a key.
#[inline]
pub(super) fn partition_of(key: u128) -> usize {
    (key >> 121) as usize
}

impl People {
    pub(super) fn new(packing: Packing, room: Option<Room>) -> Self {
        Self {
            packing,
            partitions: (0..PARTITIONS).map(|_| Mutex::default()).collect(),
            room,
            used: AtomicUsize::new(0),
        }
    }

    fn lock(&self, index: usize) -> MutexGuard<'_, Partition> {
        self.partitions[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds entries, all of one partition. `found` is scratch space.
    ///
    /// # Errors
    /// A sum out of range; a disk that is full.
    pub(super) fn add(&self, index: usize, entries: &[u64], found: &mut Vec<u32>) -> Result<(), PeopleFault> {
        let mut partition = self.lock(index);
        partition.add(&self.packing, entries, found)?;
        let Some(room) = &self.room else {
            return Ok(());
        };
        let bytes = partition.bytes();
        let told = std::mem::replace(&mut partition.told, bytes);
        let used = self.used.fetch_add(bytes.wrapping_sub(told), Ordering::Relaxed).wrapping_add(bytes.wrapping_sub(told));
        // One that is at least of average size, so that little is not set aside again and again.
        if used > room.bytes && bytes >= room.bytes / PARTITIONS {
            partition.set_aside(room)?;
            self.used.fetch_sub(bytes, Ordering::Relaxed);
            partition.told = 0;
        }
        Ok(())
    }

    /// Takes a partition out, whole: with what was set aside.
    ///
    /// # Errors
    /// A sum out of range; a file that can't be read back.
    pub(super) fn take(&self, index: usize) -> Result<Partition, PeopleFault> {
        let mut partition = std::mem::take(&mut *self.lock(index));
        partition.bring_back(&self.packing)?;
        Ok(partition)
    }
}

impl Partition {
    fn bytes(&self) -> usize {
        self.slots.len() * 4 + self.chunks.iter().map(|chunk| chunk.capacity() * 8).sum::<usize>() + self.carries.len() * 24
    }

    #[inline]
    pub(super) fn record(&self, packing: &Packing, at: u32) -> &[u64] {
        let start = (at as usize % CHUNK) * packing.record;
        &self.chunks[at as usize / CHUNK][start..start + packing.record]
    }

    #[inline]
    fn record_mut<'c>(chunks: &'c mut [Vec<u64>], packing: &Packing, at: u32) -> &'c mut [u64] {
        let start = (at as usize % CHUNK) * packing.record;
        &mut chunks[at as usize / CHUNK][start..start + packing.record]
    }

    /// First records of all people.
    pub(super) fn people<'p>(&'p self, packing: &'p Packing) -> impl Iterator<Item = u32> + 'p {
        (0..self.records).filter(|at| !record::is_further(self.record(packing, *at)))
    }

    fn add(&mut self, packing: &Packing, entries: &[u64], found: &mut Vec<u32>) -> Result<(), PeopleFault> {
        // Tables are larger than the cache. Each of these passes has loads that do not wait for one another, so that
        // the memory answers many at once.
        found.clear();
        if self.slots.is_empty() {
            self.slots = vec![0; FIRST_SLOTS];
        }
        let mask = self.slots.len() - 1;
        found.extend(entries.chunks_exact(packing.entry).map(|entry| self.slots[entry[0] as usize & mask]));
        for (entry, slot) in entries.chunks_exact(packing.entry).zip(found.iter_mut()) {
            if *slot > 0 {
                let record = self.record(packing, *slot - 1);
                let same = record::key(record) == [entry[0], entry[1]] && record::cell(record) == entry[2] as u32;
                *slot = if same { *slot } else { 0 };
            }
        }
        for (entry, slot) in entries.chunks_exact(packing.entry).zip(found.iter()) {
            let at = match slot.checked_sub(1) {
                Some(at) => at,
                None => self.find(packing, [entry[0], entry[1]], entry[2] as u32),
            };
            let record = Self::record_mut(&mut self.chunks, packing, at);
            packing.pour(entry, at, record, &mut self.carries)?;
        }
        Ok(())
    }

    /// The record of a person in a cell, made when there is none.
    fn find(&mut self, packing: &Packing, key: [u64; 2], cell: u32) -> u32 {
        if (self.people as usize + 1) * 4 > self.slots.len() * 3 {
            self.grow(packing);
        }
        let mask = self.slots.len() - 1;
        let mut slot = key[0] as usize & mask;
        loop {
            let Some(first) = self.slots[slot].checked_sub(1) else {
                let at = self.fresh(packing, key, cell, false);
                self.slots[slot] = at + 1;
                self.people += 1;
                return at;
            };
            if record::key(self.record(packing, first)) != key {
                slot = (slot + 1) & mask;
                continue;
            }
            let mut at = first;
            loop {
                let record = self.record(packing, at);
                if record::cell(record) == cell {
                    return at;
                }
                match record::next(record) {
                    NONE => break,
                    next => at = next,
                }
            }
            // The new record comes second, so that a person of many cells is not walked through to the end.
            let after = record::next(self.record(packing, first));
            let fresh = self.fresh(packing, key, cell, true);
            record::set_next(Self::record_mut(&mut self.chunks, packing, fresh), after);
            record::set_next(Self::record_mut(&mut self.chunks, packing, first), fresh);
            return fresh;
        }
    }

    fn fresh(&mut self, packing: &Packing, key: [u64; 2], cell: u32, further: bool) -> u32 {
        let at = self.records;
        if at as usize % CHUNK == 0 {
            self.chunks.push(Vec::with_capacity(CHUNK * packing.record));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.resize(chunk.len() + packing.record, 0);
        }
        self.records += 1;
        record::begin(Self::record_mut(&mut self.chunks, packing, at), key, cell, further);
        at
    }

    fn grow(&mut self, packing: &Packing) {
        let size = (self.slots.len() * 2).max(FIRST_SLOTS);
        let mut slots = vec![0_u32; size];
        let mask = size - 1;
        for at in 0..self.records {
            let record = self.record(packing, at);
            if record::is_further(record) {
                continue;
            }
            let mut slot = record[0] as usize & mask;
            while slots[slot] != 0 {
                slot = (slot + 1) & mask;
            }
            slots[slot] = at + 1;
        }
        self.slots = slots;
    }

    /// Writes all records to disk and forgets them.
    fn set_aside(&mut self, room: &Room) -> std::io::Result<()> {
        let aside = match &mut self.aside {
            Some(aside) => aside,
            none => none.insert(Aside {
                file: tempfile::tempfile_in(&room.folder)?,
                portions: Vec::new(),
            }),
        };
        let mut writer = BufWriter::with_capacity(1 << 16, &aside.file);
        for word in self.chunks.iter().flatten() {
            writer.write_all(&word.to_le_bytes())?;
        }
        for (&(at, index), &carried) in &self.carries {
            for word in [u64::from(at), u64::from(index), carried] {
                writer.write_all(&word.to_le_bytes())?;
            }
        }
        writer.flush()?;
        drop(writer);
        aside.portions.push((self.records, self.carries.len()));
        self.slots = Vec::new();
        self.chunks = Vec::new();
        self.carries = Carries::default();
        self.records = 0;
        self.people = 0;
        Ok(())
    }

    /// Adds what was set aside back in.
    fn bring_back(&mut self, packing: &Packing) -> Result<(), PeopleFault> {
        let Some(mut aside) = self.aside.take() else {
            return Ok(());
        };
        aside.file.seek(SeekFrom::Start(0))?;
        let mut reader = BufReader::with_capacity(1 << 16, aside.file);
        let mut word = || -> std::io::Result<u64> {
            let mut eight = [0; 8];
            reader.read_exact(&mut eight)?;
            Ok(u64::from_le_bytes(eight))
        };
        let mut from = vec![0; packing.record];
        for (records, carries) in aside.portions {
            let mut now = Vec::with_capacity(records as usize);
            for _ in 0..records {
                for part in &mut from {
                    *part = word()?;
                }
                let at = self.find(packing, record::key(&from), record::cell(&from));
                let record = Self::record_mut(&mut self.chunks, packing, at);
                packing.merge(&from, at, record, &mut self.carries)?;
                now.push(at);
            }
            for _ in 0..carries {
                let (at, index, carried) = (word()?, word()?, word()?);
                *self.carries.entry((now[at as usize], index as u32)).or_insert(0) += carried;
            }
        }
        Ok(())
    }
}
