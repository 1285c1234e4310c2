//! SHA-256, as it is written.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// A SHA-256 digest: 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(String);

impl Digest {
    /// The digest of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(hex(&sha2::Sha256::digest(bytes)))
    }

    /// A digest as it is written, with or without `sha256:` before it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix("sha256:").unwrap_or(text);
        let lower = digits.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f'));
        (digits.len() == 64 && lower).then(|| Self(digits.to_owned()))
    }

    /// The 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The 32 bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let digits = self.0.as_bytes();
        let value = |c: u8| if c.is_ascii_digit() { c - b'0' } else { c - b'a' + 10 };
        digits
            .chunks_exact(2)
            .map(|pair| value(pair[0]) * 16 + value(pair[1]))
            .collect()
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0
    }
}

impl TryFrom<String> for Digest {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        // In a file the digest stands bare, so that there is one way to write it.
        match Self::parse(&text) {
            Some(digest) if digest.0 == text => Ok(digest),
            _ => Err(format!("`{text}` is not a SHA-256 digest")),
        }
    }
}
