//! Time stamps of RFC 3161: a request to send to an authority, and the token that it answers with.
//!
//! A token is checked against the certificates of an authority by OpenSSL, as the page on archives says; here it is only
//! looked at whether it is about the right entry.

use super::digest::Digest;
use super::read::Entry;
use super::statement::{Resource, Timestamp, What};
use super::write::Draft;
use crate::diagnostic::{Diagnostic, Place};

/// What stands before the 32 bytes of a SHA-256 in a `MessageImprint`: the algorithm with an absent or null parameter, and
/// the head of an octet string.
const IMPRINTS: [&[u8]; 2] = [
    &[
        0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20,
    ],
    &[
        0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x04, 0x20,
    ],
];

/// A `TimeStampReq` in DER for an entry: version 1, the digest of its file, and the wish for certificates in the answer.
#[must_use]
pub fn request(entry: &Digest) -> Vec<u8> {
    let mut imprint = IMPRINTS[0].to_vec();
    imprint.extend(entry.bytes());
    let mut body = vec![0x02, 0x01, 0x01];
    body.extend(sequence(&imprint));
    body.extend([0x01, 0x01, 0xff]);
    sequence(&body)
}

/// A `SEQUENCE` of fewer than 128 bytes.
fn sequence(body: &[u8]) -> Vec<u8> {
    debug_assert!(body.len() < 128, "longer lengths are written otherwise");
    let mut bytes = vec![0x30, u8::try_from(body.len()).unwrap_or(u8::MAX)];
    bytes.extend_from_slice(body);
    bytes
}

/// Whether a token is about this digest.
pub(super) fn names(token: &[u8], digest: &Digest) -> bool {
    let digest = digest.bytes();
    IMPRINTS.iter().any(|before| {
        let imprint = [before, digest.as_slice()].concat();
        token.windows(imprint.len()).any(|part| part == imprint)
    })
}

/// The draft of an entry that holds a token for another entry.
///
/// # Errors
/// A token that is not about that entry.
pub fn stamp(entry: &Entry, token: Vec<u8>, name: &str) -> Result<Draft, Diagnostic> {
    if !names(&token, &entry.digest) {
        return Err(Diagnostic::new(
            "wrong-timestamp",
            format!("this is no time stamp of entry {}", entry.sequence),
        )
        .at(Place::of_file(name))
        .help(format!(
            "ask for one with: parytet archive timestamp ARCHIVE {} --request request.tsq",
            entry.sequence
        )));
    }
    let link = entry.link();
    let token_named = Resource::new("timestamp.tsr", Digest::of(&token));
    Ok(Draft {
        subject: vec![Resource::new(
            &super::write::shown(entry.sequence),
            entry.digest.clone(),
        )],
        what: What::Timestamp(Timestamp {
            entry: link,
            token: token_named,
        }),
        retention: None,
        objects: vec![token],
    })
}

/// All time stamps of a chain: the entry that holds one, and what it says.
pub fn stamps(chain: &[Entry]) -> impl Iterator<Item = (u64, &Timestamp)> {
    chain.iter().filter_map(|entry| match &entry.statement.predicate.what {
        What::Timestamp(stamp) => Some((entry.sequence, stamp)),
        _ => None,
    })
}
