//! parytet audits recommendation and offer logs for bias.
//!
//! Data flows one way, and the modules stand here in that order; none imports one below it. [`ranking`] says what one
//! list shows, numbers in and numbers out. The [`catalogue`] says what
//! a metric is; the [`spec`] what was typed; the [`plan`] what that means for this log; the [`log`] opens files and
//! yields rows; an [`engine`] counts them into the [`tally`], the narrow waist: sums and second moments over people.
//! [`init`] looks at the first rows and makes a spec of them.
//! Right of it, [`metrics`] and [`inference`] turn sums into estimates and their uncertainty, [`assess`] joins the two
//! into findings, the [`verdict`] compares them with thresholds, the [`report`] shows one model in many faces,
//! [`compare`] holds two results against each other, and an [`archive`] keeps them.

pub mod diagnostic;

pub mod ranking;

pub mod catalogue;
pub mod spec;

pub mod plan;

pub mod log;

pub mod tally;

pub mod engine;

pub mod init;

pub mod store;

pub mod inference;
pub mod metrics;

pub mod assess;

pub mod verdict;

pub mod report;

pub mod compare;

pub mod archive;

pub mod cli;
