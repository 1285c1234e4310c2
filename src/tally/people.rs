//! People while they are being added up: a table of records, cut into partitions by key so that threads rarely meet and
//! what does not fit in memory can be set aside on disk.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::kernel::Overflow;
use super::record::{self, Carries, LINE, NONE, Packing};

/// Partitions: a power of two. Of five million people, a partition has half a megabyte and stays in the cache while entries
/// are added to it.
pub(super) const PARTITIONS: usize = 512;
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
    /// Records that were set aside, of all partitions in one file.
    aside: Mutex<Option<File>>,
}

/// The people of one partition.
#[derive(Debug, Default)]
pub(super) struct Partition {
    /// Open addressing: the number of a person's first record plus one, below 32 bits of the key that its place does not
    /// show, so that hardly ever a record of somebody else is looked at; or 0.
    slots: Vec<u64>,
    chunks: Vec<Chunk>,
    records: u32,
    people: u32,
    pub(super) carries: Carries,
    aside: Vec<Portion>,
    /// Bytes that were last told to the whole.
    told: usize,
}

/// Some records, the first of which starts a line of the cache.
#[derive(Debug)]
struct Chunk {
    words: Vec<u64>,
    /// Words before the first record.
    skip: usize,
}

impl Chunk {
    fn new(packing: &Packing) -> Self {
        let mut words: Vec<u64> = Vec::with_capacity(CHUNK * packing.record + LINE - 1);
        // Nothing but speed depends on the address.
        let skip = (LINE - words.as_ptr().addr() / 8 % LINE) % LINE;
        words.resize(skip, 0);
        Self { words, skip }
    }

    #[inline]
    fn record(&self, packing: &Packing, at: u32) -> &[u64] {
        let start = self.skip + (at as usize % CHUNK) * packing.record;
        &self.words[start..start + packing.record]
    }
}

/// Records that were set aside at one time, followed by their carries.
#[derive(Debug)]
struct Portion {
    /// First byte in the file.
    start: u64,
    records: u32,
    carries: usize,
}

/// The partition of a key.
#[inline]
pub(super) fn partition_of(key: u128) -> usize {
    (key >> 119) as usize
}

/// What a slot holds for a person.
#[inline]
fn slot_of(low: u64, first: u32) -> u64 {
    (low & !u64::from(u32::MAX)) | u64::from(first + 1)
}

impl People {
    pub(super) fn new(packing: Packing, room: Option<Room>) -> Self {
        Self {
            packing,
            partitions: (0..PARTITIONS).map(|_| Mutex::default()).collect(),
            room,
            used: AtomicUsize::new(0),
            aside: Mutex::new(None),
        }
    }

    fn lock(&self, index: usize) -> MutexGuard<'_, Partition> {
        self.partitions[index].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds entries, all of one partition, and tells how many people it then has. `found` is scratch space.
    ///
    /// # Errors
    /// A sum out of range; a disk that is full.
    pub(super) fn add(&self, index: usize, entries: &[u64], found: &mut Vec<u32>) -> Result<usize, PeopleFault> {
        let mut partition = self.lock(index);
        partition.add(&self.packing, entries, found)?;
        let Some(room) = &self.room else {
            return Ok(partition.people as usize);
        };
        let bytes = partition.bytes();
        let told = std::mem::replace(&mut partition.told, bytes);
        let used = self
            .used
            .fetch_add(bytes.wrapping_sub(told), Ordering::Relaxed)
            .wrapping_add(bytes.wrapping_sub(told));
        // One that is at least of average size, so that little is not set aside again and again.
        if used > room.bytes && bytes >= room.bytes / PARTITIONS {
            self.set_aside(&mut partition, room)?;
            self.used.fetch_sub(bytes, Ordering::Relaxed);
            partition.told = 0;
        }
        // What waits is memory too, so that it does not grow where there is little.
        Ok(0)
    }

    /// Takes a partition out, whole: with what was set aside.
    ///
    /// # Errors
    /// A sum out of range; a file that can't be read back.
    pub(super) fn take(&self, index: usize) -> Result<Partition, PeopleFault> {
        let mut partition = std::mem::take(&mut *self.lock(index));
        for portion in std::mem::take(&mut partition.aside) {
            self.bring_back(&mut partition, &portion)?;
        }
        Ok(partition)
    }

    /// Writes all records of a partition to disk and forgets them.
    fn set_aside(&self, partition: &mut Partition, room: &Room) -> std::io::Result<()> {
        let words = partition
            .chunks
            .iter()
            .flat_map(|chunk| &chunk.words[chunk.skip..])
            .copied();
        let carries = partition.carries.iter();
        let carries = carries.flat_map(|(&(at, index), &carried)| [u64::from(at), u64::from(index), carried]);
        let bytes: Vec<u8> = words.chain(carries).flat_map(u64::to_le_bytes).collect();
        let mut aside = self.aside.lock().unwrap_or_else(PoisonError::into_inner);
        let file = match &mut *aside {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(&room.folder)?),
        };
        let start = file.seek(SeekFrom::End(0))?;
        file.write_all(&bytes)?;
        let fresh = Partition::default();
        let full = std::mem::replace(partition, fresh);
        partition.aside = full.aside;
        partition.aside.push(Portion {
            start,
            records: full.records,
            carries: full.carries.len(),
        });
        Ok(())
    }

    /// Adds what was set aside back in.
    fn bring_back(&self, partition: &mut Partition, portion: &Portion) -> Result<(), PeopleFault> {
        let packing = &self.packing;
        let words = portion.records as usize * packing.record + 3 * portion.carries;
        let mut bytes = vec![0; 8 * words];
        if let Some(file) = &mut *self.aside.lock().unwrap_or_else(PoisonError::into_inner) {
            file.seek(SeekFrom::Start(portion.start))?;
            file.read_exact(&mut bytes)?;
        }
        let words: Vec<u64> = bytes
            .as_chunks::<8>()
            .0
            .iter()
            .map(|eight| u64::from_le_bytes(*eight))
            .collect();
        let (records, carries) = words.split_at(portion.records as usize * packing.record);
        let mut now = Vec::with_capacity(portion.records as usize);
        for from in records.chunks_exact(packing.record) {
            let at = partition.find(packing, record::key(from), record::cell(from));
            let record = Partition::record_mut(&mut partition.chunks, packing, at);
            packing.merge(from, at, record, &mut partition.carries)?;
            now.push(at);
        }
        for carry in carries.chunks_exact(3) {
            let at = now[carry[0] as usize];
            *partition.carries.entry((at, carry[1] as u32)).or_insert(0) += carry[2];
        }
        Ok(())
    }
}

impl Partition {
    fn bytes(&self) -> usize {
        self.slots.len() * 8
            + self
                .chunks
                .iter()
                .map(|chunk| chunk.words.capacity() * 8)
                .sum::<usize>()
            + self.carries.len() * 24
    }

    #[inline]
    pub(super) fn record(&self, packing: &Packing, at: u32) -> &[u64] {
        self.chunks[at as usize / CHUNK].record(packing, at)
    }

    #[inline]
    fn record_mut<'c>(chunks: &'c mut [Chunk], packing: &Packing, at: u32) -> &'c mut [u64] {
        let chunk = &mut chunks[at as usize / CHUNK];
        let start = chunk.skip + (at as usize % CHUNK) * packing.record;
        &mut chunk.words[start..start + packing.record]
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
        found.extend(entries.chunks_exact(packing.entry).map(|entry| self.look_up(entry[0])));
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

    /// The number plus one of the first record whose key is probably that of `low`, or 0.
    #[inline]
    fn look_up(&self, low: u64) -> u32 {
        let mask = self.slots.len() - 1;
        let mut slot = low as usize & mask;
        loop {
            let found = self.slots[slot & mask];
            if found == 0 || found >> 32 == low >> 32 {
                return found as u32;
            }
            slot += 1;
        }
    }

    /// The record of a person in a cell, made when there is none.
    fn find(&mut self, packing: &Packing, key: [u64; 2], cell: u32) -> u32 {
        if (self.people as usize + 1) * 4 > self.slots.len() * 3 {
            self.grow(packing);
        }
        let mask = self.slots.len() - 1;
        let mut slot = key[0] as usize & mask;
        loop {
            let Some(first) = (self.slots[slot] as u32).checked_sub(1) else {
                let at = self.fresh(packing, key, cell, false);
                self.slots[slot] = slot_of(key[0], at);
                self.people += 1;
                return at;
            };
            if self.slots[slot] >> 32 != key[0] >> 32 || record::key(self.record(packing, first)) != key {
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
        if (at as usize).is_multiple_of(CHUNK) {
            self.chunks.push(Chunk::new(packing));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.words.resize(chunk.words.len() + packing.record, 0);
        }
        self.records += 1;
        record::begin(Self::record_mut(&mut self.chunks, packing, at), key, cell, further);
        at
    }

    fn grow(&mut self, packing: &Packing) {
        let size = (self.slots.len() * 2).max(FIRST_SLOTS);
        let mut slots = vec![0_u64; size];
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
            slots[slot] = slot_of(record[0], at);
        }
        self.slots = slots;
    }
}
