//! Statistical inference: numbers in, numbers out.
//!
//! One method a file, named after its authors as the literature does. Nothing here reads, prints or
//! knows what a log is. Functions take counts and rates as `f64`, answer `None` where the quantity is
//! undefined, and never panic on any finite input.
//!
//! Counts are real numbers where a method allows it, because a clustered sample enters through its
//! effective size, which is seldom whole.

pub mod agresti_caffo;
pub mod benjamini_hochberg;
pub mod bonferroni;
pub mod boschloo;
pub mod clopper_pearson;
pub mod equivalence;
pub mod extremes;
pub mod fisher;
pub mod holm;
pub mod homogeneity;
mod incomplete_beta;
mod incomplete_gamma;
pub mod interval;
pub mod katz;
pub mod koopman;
pub mod miettinen_nurminen;
pub mod mover;
pub mod newcombe;
#[cfg(test)]
mod oracle;
pub mod power;
pub mod ratio_estimator;
pub mod rng;
mod roots;
pub mod special;
mod stirling;
pub mod two_by_two;
pub mod welch;
pub mod wilson;

pub use interval::{Interval, RatioInterval};
