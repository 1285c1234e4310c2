//! What parytet promises, checked on whole files.
#![allow(missing_docs, reason = "a test's name says what it checks")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that can't go on has failed"
)]

mod archive_support;
mod audit_support;
mod conformance_logs;
mod conformance_support;
mod log_support;

mod account;
mod action;
mod archive;
mod archive_attacks;
mod baseline;
mod bootstrap;
mod broken_input;
mod checks;
mod classes;
mod conformance;
mod conformance_faults;
mod crossed;
mod custom_metrics;
mod decompositions;
mod determinism;
mod distributions;
mod faces;
mod fixtures;
mod followed;
mod formats;
mod gates;
mod init;
mod large_logs;
mod layering;
mod list_sides;
mod lists;
mod matching;
mod membership;
mod metrics_reference;
mod page;
mod prices;
mod promises_in_docs;
mod properties;
mod real_logs;
mod regression;
mod representation;
mod simulation;
mod small_groups;
mod spec_errors;
mod special_functions;
mod tallies;
mod thresholds;
mod tutorial;
mod unknown_groups;
mod unknown_labels;
mod vectors;
mod waivers;
mod within;
