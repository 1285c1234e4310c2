//! The same rows out of every format, and every type as what it is.
