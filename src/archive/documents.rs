//! The files that explain an archive to somebody who has nothing else.

use super::digest::Digest;

/// How to check an archive without parytet.
pub const README: &str = include_str!("README.txt");

/// The name of that file.
pub(super) const README_NAME: &str = "README.txt";

/// The schemas by name and text. A schema grows under its number, so that its digest is part of its name: what lies in an
/// archive is never written over.
pub(super) fn schemas() -> Vec<(String, Vec<u8>)> {
    [
        ("parytet.result-1", crate::report::schema::schema()),
        ("parytet.archive-entry-1", super::schema().to_owned()),
    ]
    .into_iter()
    .map(|(name, text)| {
        let digest = Digest::of(text.as_bytes());
        let name = format!("schemas/{name}.{}.schema.json", &digest.as_str()[..8]);
        (name, text.into_bytes())
    })
    .collect()
}
