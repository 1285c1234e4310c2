//! One public model, many faces.
//!
//! [`model`] is what is promised to other programs; each [`face`] is a total function of it. What has to be decided was
//! decided before: nothing here compares an estimate with a threshold.

pub mod assemble;
pub mod explain;
pub mod face;
pub mod model;
pub mod number;
pub mod read;
pub mod reason;
pub mod said;
pub mod schema;
pub mod sentence;
pub mod svg;
pub mod text;
pub mod tidy;
pub mod uuid;

mod view;

#[cfg(test)]
pub(crate) mod sample;
