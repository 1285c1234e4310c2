//! One public model, many faces.

pub mod assemble;
pub mod model;
