//! One public model, many faces.

pub mod model;
