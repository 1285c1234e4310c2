//! The classes of a row as one number, so that a histogram counts each combination.

/// What one of the three parts of a code may be: less than this.
const RADIX: u32 = 64;

/// How many classes are listed, which of them a row was put into, and which is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coded {
    /// Listed classes.
    pub listed: u32,
    /// The class that was decided, from 1; one more than `listed` for any other.
    pub decided: u32,
    /// The class that is right, likewise; 0: not known.
    pub actual: u32,
}

impl Coded {
    /// As one whole number.
    #[must_use]
    pub fn number(self) -> f64 {
        f64::from((self.listed * RADIX + self.decided) * RADIX + self.actual)
    }

    /// From that number.
    #[must_use]
    pub fn of(number: f64) -> Self {
        let code = number as u32;
        Self {
            listed: code / (RADIX * RADIX),
            decided: code / RADIX % RADIX,
            actual: code % RADIX,
        }
    }
}
