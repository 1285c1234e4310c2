//! What one ranked list says: how much attention its places get, how good its head is, and whose items stand in it.
//!
//! Numbers in, numbers out: a list is its ranks, and nothing here knows a log, a person or a spec.

mod discount;
mod examination;
mod fair_top;
mod groups;
mod quality;

pub use discount::Discount;
pub use examination::{Neighbours, counts, examination};
pub use fair_top::FairTop;
pub use groups::{divergence, infeasible, jensen_shannon, ndkl, prefix_difference, prefix_kl, prefix_ratio, skew};
pub use quality::{Ideal, Quality, quality};
