//! The result for people at a terminal: worst first, the verdict last.

pub(super) mod account;
mod axis;
pub(super) mod crossed;
mod followed;
mod gates;
pub(super) mod groups;
pub(super) mod head;
mod lists;
mod matched;
pub(super) mod metrics;
pub(super) mod missing;
pub(super) mod page;
mod small;
pub(super) mod sweep;
mod uncertain;
pub(super) mod within;

#[cfg(test)]
mod tests;

use crate::report::model::v1::Result;
use crate::report::view::View;
use page::Page;

/// How the table looks: what the terminal can show, and how much was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Columns of the terminal; fewer than 40 are taken for 40.
    pub width: usize,
    /// Whether colours may be used; they never carry anything that words don't.
    pub color: bool,
    /// Whether characters beyond ASCII may be used.
    pub unicode: bool,
    /// Which metrics have tables.
    pub metrics: Shown,
}

/// Which metrics are shown beside the selection rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Those that a gate looks at.
    Gated,
    /// All that there are.
    All,
}

impl Look {
    /// How a table looks in a file: the same whatever the terminal is.
    #[must_use]
    pub fn on_paper(all_metrics: bool) -> Self {
        Self {
            width: 100,
            metrics: if all_metrics { Shown::All } else { Shown::Gated },
            ..Self::default()
        }
    }
}

impl Default for Look {
    fn default() -> Self {
        Self {
            width: 80,
            color: false,
            unicode: true,
            metrics: Shown::Gated,
        }
    }
}

/// The result as text for a terminal.
#[must_use]
pub fn table(result: &Result, look: &Look) -> String {
    let view = View::new(result);
    let mut page = Page::new(*look);
    head::write(&mut page, result);
    for outcome in &result.outcomes {
        if let Some(swept) = &outcome.sweep {
            if sweep::is_first(result, outcome) {
                for grouping in view.groupings() {
                    sweep::write(&mut page, result, swept, grouping);
                }
            }
            for grouping in view.groupings() {
                followed::write(&mut page, result, outcome, grouping);
            }
            // Tables of every threshold are for those who ask for everything.
            if look.metrics == Shown::Gated {
                continue;
            }
        }
        for grouping in view.groupings() {
            groups::write(&mut page, &view, outcome, grouping);
            metrics::write(&mut page, &view, outcome, grouping);
            within::write(&mut page, result, outcome, grouping);
            if outcome.sweep.is_none() {
                followed::write(&mut page, result, outcome, grouping);
            }
            matched::write(&mut page, result, outcome, grouping);
            small::write(&mut page, result, outcome, grouping);
            lists::write(&mut page, &view, outcome, grouping);
            missing::write(&mut page, result, outcome, grouping);
            missing::labels(&mut page, result, outcome, grouping);
        }
        uncertain::write(&mut page, result, outcome);
    }
    crossed::search(&mut page, result);
    crossed::proxies(&mut page, result);
    account::write(&mut page, result);
    gates::write(&mut page, result);
    head::write_notes(&mut page, result);
    head::write_sentences(&mut page, result);
    head::write_verdict(&mut page, result);
    page.finish()
}
