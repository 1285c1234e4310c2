//! Audits kept for years: what was found, under which thresholds, in which order, and by whose word.
//!
//! An archive is a folder. What an audit consists of lies in it as objects that are named by their SHA-256; each audit is
//! one entry, an in-toto statement in a DSSE envelope, written once and never again. Every entry names the digest of the
//! one before, so that entries are a chain. `docs/archive.md` has the format, and what it proves.

mod digest;
mod disk;
mod documents;
mod envelope;
mod export;
mod facts;
mod key;
mod layout;
mod prune;
mod read;
mod register;
pub mod site;
mod statement;
mod test_result;
mod timestamp;
mod verify;
mod write;

pub use digest::Digest;
pub use disk::{Disk, RealDisk};
pub use documents::README;
pub use envelope::{Envelope, PAYLOAD_TYPE, pae, seal};
pub use export::{Exported, export};
pub use facts::{audit_of, keeps};
pub use key::{PrivateKey, PublicKey};
pub use layout::Layout;
pub use prune::{Retired, prunable, retirement};
pub use read::{Entry, Head, chain, find, object};
pub use register::{hold, registered_in, registration};
pub use statement::{
    Answer, Audit, Digests, Gate, Hold, Input, Link, PREDICATE_TYPE, Predicate, Registration, Resource, Retention,
    Retirement, RowAccount, STATEMENT_TYPE, Spec, Statement, Timestamp, Tool, What,
};
pub use test_result::test_result;
pub use timestamp::{request, stamp, stamps};
pub use verify::{Checked, Wanted, no_keys, verify};
pub use write::{Draft, Writer};

/// The JSON Schema of a statement of an archive.
#[must_use]
pub fn schema() -> &'static str {
    include_str!("entry.schema.json")
}

#[cfg(test)]
mod tests;
