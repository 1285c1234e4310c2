//! Small memories for what logs repeat: the last values and what they meant.

/// Slots: a power of two; attributes have few values.
const SLOTS: usize = 256;

/// Remembers what texts meant.
#[derive(Debug)]
pub(super) struct TextCache<T> {
    slots: Vec<Option<(String, T)>>,
}

impl<T> Default for TextCache<T> {
    fn default() -> Self {
        Self {
            slots: std::iter::repeat_with(|| None).take(SLOTS).collect(),
        }
    }
}

/// The slot of a text, by its length and its first and last eight bytes.
#[inline]
fn slot(text: &str) -> usize {
    let bytes = text.as_bytes();
    let part = |bytes: &[u8]| {
        let mut eight = [0; 8];
        match bytes.first_chunk::<8>() {
            Some(chunk) => eight = *chunk,
            None => eight[..bytes.len()].copy_from_slice(bytes),
        }
        u64::from_le_bytes(eight)
    };
    let (head, tail) = (part(bytes), part(&bytes[bytes.len().saturating_sub(8)..]));
    mix(head ^ tail.rotate_left(23) ^ bytes.len() as u64)
}

#[inline]
fn mix(bits: u64) -> usize {
    (bits.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as usize % SLOTS
}

impl<T: Copy> TextCache<T> {
    /// What the text meant.
    #[inline]
    pub(super) fn get(&self, text: &str) -> Option<T> {
        match &self.slots[slot(text)] {
            Some((known, meaning)) if known == text => Some(*meaning),
            _ => None,
        }
    }

    /// Remembers what the text means.
    pub(super) fn put(&mut self, text: &str, meaning: T) {
        self.slots[slot(text)] = Some((text.to_owned(), meaning));
    }
}

/// Remembers what numbers meant, by their bits.
#[derive(Debug)]
pub(super) struct Cache<T> {
    slots: Vec<Option<(u64, T)>>,
}

impl<T: Copy> Default for Cache<T> {
    fn default() -> Self {
        Self {
            slots: vec![None; SLOTS],
        }
    }
}

impl<T: Copy> Cache<T> {
    /// What the number meant.
    #[inline]
    pub(super) fn get(&self, bits: u64) -> Option<T> {
        match self.slots[mix(bits)] {
            Some((known, meaning)) if known == bits => Some(meaning),
            _ => None,
        }
    }

    /// Remembers what the number means.
    pub(super) fn put(&mut self, bits: u64, meaning: T) {
        self.slots[mix(bits)] = Some((bits, meaning));
    }
}

#[cfg(test)]
mod tests {
    use super::{Cache, TextCache};

    #[test]
    fn what_differs_is_never_taken_for_the_same() {
        let mut cache = TextCache::default();
        let texts: Vec<String> = (0..2000).map(|i| format!("value number {i} of many")).collect();
        for (i, text) in texts.iter().enumerate() {
            cache.put(text, i);
            assert_eq!(cache.get(text), Some(i));
        }
        for (i, text) in texts.iter().enumerate() {
            assert!(cache.get(text).is_none_or(|found| found == i));
        }
        let mut numbers = Cache::default();
        for i in 0..2000 {
            numbers.put(i, i);
        }
        assert!((0..2000).all(|i| numbers.get(i).is_none_or(|found| found == i)));
    }
}
