//! An archive as pages for a browser: one page per entry, and one that tells what changed over the years.
//!
//! Everything is in the pages: no server, no network, no font or script of anybody else. A page of an entry is made once,
//! since an entry never changes.

mod change;
mod pages;
mod series;
mod trend;

use super::digest::Digest;
use super::read::Entry;

/// Pages of another look than this are made again.
const LOOK: u32 = 1;

/// The name of the page of an entry, below the folder of the site.
#[must_use]
pub fn page_name(sequence: u64) -> String {
    format!("entries/{sequence:06}.html")
}

/// The first line of a page of an entry: by it, a page that is up to date is known without making it.
#[must_use]
pub fn mark(entry: &Digest) -> String {
    format!("<!-- entry sha256:{entry} look {LOOK} -->")
}

/// The page of an entry.
#[must_use]
pub fn page(entry: &Entry) -> String {
    pages::entry(entry)
}

/// The page that lists all entries, with the trends of all gates.
#[must_use]
pub fn index(chain: &[Entry]) -> String {
    pages::index(chain)
}

#[cfg(test)]
mod tests;
