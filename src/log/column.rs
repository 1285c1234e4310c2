//! Columns of a batch, as Arrow keeps them: nothing is copied that need not be.

use std::sync::Arc;

use arrow_array::{Array, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray};

/// A column of one batch. All columns of a batch have the same length.
///
/// Values keep the type that the file gave them; what they mean is decided by whoever counts. So a column may be whole
/// numbers in one file and real ones in another, and a column that its file declares to be nothing but nulls is text
/// without a value, whatever it is elsewhere.
#[derive(Debug, Clone)]
pub enum Column {
    /// Text; a null, an empty text and a declared null value are `None` when asked.
    Text(TextColumn),
    /// Text by its number in a list of distinct ones.
    Coded(CodedColumn),
    /// Whole numbers.
    Integer(Int64Array),
    /// Real numbers; a NaN of the file is a null here, an infinity is kept.
    Real(Float64Array),
    /// Truth values.
    Boolean(BooleanArray),
    /// Days since 1970-01-01.
    Date(Date32Array),
    /// Microseconds since 1970-01-01T00:00:00 (UTC, or the file's local time where it has no zone).
    Datetime(Int64Array),
}

impl Column {
    /// How many values there are, missing ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Coded(coded) => coded.keys.len(),
            Self::Integer(array) | Self::Datetime(array) => array.len(),
            Self::Real(array) => array.len(),
            Self::Boolean(array) => array.len(),
            Self::Date(array) => array.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Text that is written as numbers into a list of distinct texts.
#[derive(Debug, Clone)]
pub struct CodedColumn {
    /// By row: index into `texts`, or [`Self::MISSING`].
    pub keys: Vec<u32>,
    /// The texts; the same list, by its address, may serve many batches.
    pub texts: Arc<TextColumn>,
}

impl CodedColumn {
    /// The key of a missing value.
    pub const MISSING: u32 = u32::MAX;

    /// The value at `index`; `None` when it is missing or beyond the end.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&str> {
        let key = *self.keys.get(index)?;
        self.texts.get(key as usize)
    }
}

/// Text values of one batch.
#[derive(Debug, Clone)]
pub struct TextColumn(Kept);

#[derive(Debug, Clone)]
enum Kept {
    /// As a binary file has them.
    Array(StringArray),
    /// Parts of a block of text that all columns of the batch share.
    Parts { block: Arc<Block>, parts: Vec<Part> },
}

/// Where a text lies in its block: first byte and length; a length of `u32::MAX` says that it is missing.
pub(super) type Part = (u32, u32);

/// A missing text.
pub(super) const MISSING: Part = (0, u32::MAX);

/// Text as it was read, and what had to be written anew (fields with doubled quotes).
#[derive(Debug, Default)]
pub(super) struct Block {
    /// The text.
    pub(super) text: String,
    /// Stands behind `text`, as if it were one.
    pub(super) more: String,
}

impl TextColumn {
    /// The texts of an array; an empty one is a missing one, as in delimited text.
    pub(super) fn of_array(array: StringArray) -> Self {
        Self(Kept::Array(array))
    }

    /// Parts of a block.
    pub(super) fn of_parts(block: Arc<Block>, parts: Vec<Part>) -> Self {
        Self(Kept::Parts { block, parts })
    }

    /// Nothing but missing values.
    pub(super) fn missing(rows: usize) -> Self {
        Self::of_parts(Arc::default(), vec![MISSING; rows])
    }

    /// The value at `index`; `None` when it is missing or beyond the end.
    #[must_use]
    #[inline]
    pub fn get(&self, index: usize) -> Option<&str> {
        match &self.0 {
            Kept::Parts { block, parts } => {
                let &(start, length) = parts.get(index)?;
                if length == u32::MAX {
                    return None;
                }
                let (start, length) = (start as usize, length as usize);
                match start.checked_sub(block.text.len()) {
                    Some(start) if length > 0 => block.more.get(start..start + length),
                    _ => block.text.get(start..start + length),
                }
            }
            Kept::Array(array) => (index < array.len() && array.is_valid(index))
                .then(|| array.value(index))
                .filter(|text| !text.is_empty()),
        }
    }

    /// How many values there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Kept::Parts { parts, .. } => parts.len(),
            Kept::Array(array) => array.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<'t> FromIterator<Option<&'t str>> for TextColumn {
    fn from_iter<I: IntoIterator<Item = Option<&'t str>>>(texts: I) -> Self {
        Self::of_array(texts.into_iter().collect())
    }
}
