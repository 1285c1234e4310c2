//! Identifiers that are the same for the same result: UUIDs of version 5 (RFC 9562), which are made of names by SHA-1.
//!
//! SHA-1 guards nothing here. The names hold a SHA-256 of the result, so that two results share no identifier.

use sha2::{Digest, Sha256};

use super::face::json::json;
use super::model::v1::Result;

/// The namespace: version 5 of `urn:parytet:result` in the namespace of URLs.
const NAMESPACE: [u8; 16] = [
    0x34, 0x61, 0x6d, 0xcd, 0x63, 0x42, 0x5d, 0xd5, 0x9a, 0x57, 0x5d, 0x1a, 0xb9, 0xd0, 0x65, 0xa4,
];

/// Makes the identifiers of one result.
#[derive(Debug, Clone)]
pub struct Ids {
    digest: String,
}

impl Ids {
    /// Those of this result.
    #[must_use]
    pub fn of(result: &Result) -> Self {
        let digest = Sha256::digest(json(result).as_bytes());
        Self {
            digest: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }

    /// SHA-256 of the result's JSON, in hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The identifier of a part of the result, by what it is.
    #[must_use]
    pub fn id(&self, part: &[&str]) -> String {
        // A byte that no text holds divides the names, so that `a`, `bc` is not `ab`, `c`.
        let mut name = self.digest.clone().into_bytes();
        for text in part {
            name.push(0xff);
            name.extend(text.bytes());
        }
        version_5(NAMESPACE, &name)
    }
}

/// The UUID of version 5 of a name.
fn version_5(namespace: [u8; 16], name: &[u8]) -> String {
    let hash = sha1(&[&namespace[..], name].concat());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    bytes[6] = (bytes[6] & 0x0f) | 0x50;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let mut text = String::with_capacity(36);
    for (at, byte) in bytes.iter().enumerate() {
        if matches!(at, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        text.push_str(&format!("{byte:02x}"));
    }
    text
}

/// SHA-1 (RFC 3174, section 6.1).
fn sha1(message: &[u8]) -> [u8; 20] {
    let mut padded = message.to_vec();
    padded.push(0x80);
    while padded.len() % 64 != 56 {
        padded.push(0);
    }
    padded.extend((message.len() as u64 * 8).to_be_bytes());
    let mut state: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in padded.chunks_exact(64) {
        let mut words = [0_u32; 80];
        for (word, four) in words.iter_mut().zip(block.chunks_exact(4)) {
            *word = u32::from_be_bytes([four[0], four[1], four[2], four[3]]);
        }
        for t in 16..80 {
            words[t] = (words[t - 3] ^ words[t - 8] ^ words[t - 14] ^ words[t - 16]).rotate_left(1);
        }
        let [mut a, mut b, mut c, mut d, mut e] = state;
        for (t, word) in words.iter().enumerate() {
            let (f, k) = match t {
                0..20 => ((b & c) | (!b & d), 0x5a82_7999),
                20..40 => (b ^ c ^ d, 0x6ed9_eba1),
                40..60 => ((b & c) | (b & d) | (c & d), 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6_u32),
            };
            let next = a
                .rotate_left(5)
                .wrapping_add(f)
                .wrapping_add(e)
                .wrapping_add(*word)
                .wrapping_add(k);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, next);
        }
        for (sum, x) in state.iter_mut().zip([a, b, c, d, e]) {
            *sum = sum.wrapping_add(x);
        }
    }
    let mut hash = [0; 20];
    for (four, word) in hash.chunks_exact_mut(4).zip(state) {
        four.copy_from_slice(&word.to_be_bytes());
    }
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::{sample, small};

    /// The namespace of URLs (RFC 9562, section 6.6).
    const URLS: [u8; 16] = [
        0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
    ];
    /// The namespace of names of domains.
    const NAMES: [u8; 16] = [
        0x6b, 0xa7, 0xb8, 0x10, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
    ];

    // RFC 9562, appendix A.4; the others from Python's `uuid.uuid5`.
    #[test]
    fn version_5_is_that_of_others() {
        assert_eq!(
            version_5(NAMES, b"www.example.com"),
            "2ed6657d-e927-568b-95e1-2665a8aea6a2"
        );
        let namespace = version_5(URLS, b"urn:parytet:result");
        let bytes: String = NAMESPACE.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(namespace.replace('-', ""), bytes);
        assert_eq!(version_5(NAMESPACE, b"a"), "f5d58bc5-6c3e-5ce5-82d4-a0b66bbbbd04");
        // Longer than a block.
        assert_eq!(
            version_5(NAMESPACE, "ż".repeat(60).as_bytes()),
            "3b83e5d6-15f1-5717-aa22-0531016d180c"
        );
    }

    #[test]
    fn ids_are_those_of_a_part_of_one_result() {
        let (one, other) = (Ids::of(&sample()), Ids::of(&small()));
        assert_eq!(one.id(&["a", "bc"]), Ids::of(&sample()).id(&["a", "bc"]));
        assert_ne!(one.id(&["a", "bc"]), one.id(&["ab", "c"]));
        assert_ne!(one.id(&["a"]), other.id(&["a"]));
    }
}
