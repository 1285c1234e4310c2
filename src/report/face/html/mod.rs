//! The result as one page for people: everything in it, nothing fetched, no script.
//!
//! What the page says stands in blocks, which templates turn into HTML; what it looks like stands in `style.css`. Its
//! size grows with the numbers of the result and never with the rows of the log.

mod about;
mod account;
mod block;
mod charts;
mod context;
mod crossed;
mod curves;
mod followed;
mod gates;
mod groups;
mod intersections;
mod metrics;
mod outcome;
mod small;
mod sweep;
mod top;
mod within;

#[cfg(test)]
mod colors;
#[cfg(test)]
mod tests;

use askama::Template as _;

use crate::report::model::v1::Result;
use block::Block;
use context::Context;
use top::Page;

/// The result as a page of HTML.
#[must_use]
pub fn html(result: &Result) -> String {
    let context = Context::new(result);
    let mut blocks: Vec<Block> = Vec::new();
    blocks.extend(gates::section(&context));
    blocks.extend(outcome::sections(&context));
    blocks.extend(crossed::search(&context));
    blocks.extend(crossed::proxies(&context));
    blocks.push(account::section(&context));
    blocks.extend(about::sections(&context));
    match Page::new(&context, blocks).render() {
        // Templates end before their last line does.
        Ok(page) => page + "\n",
        Err(error) => unreachable!("text into memory: {error}"),
    }
}
