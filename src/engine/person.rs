//! Who a row is about.

use std::sync::Arc;

use arrow_array::Array;
use xxhash_rust::xxh3::xxh3_128;

use super::value::Value;
use crate::log::Column;

/// Identity of a person: 128 bits of a hash of the id's text, so that `7` in a CSV and 7 in a Parquet file agree. Two of
/// a billion people share one with a probability of about 10⁻²¹.
pub(super) fn person(value: Value<'_>, buffer: &mut String) -> u128 {
    xxh3_128(value.text(buffer).as_bytes())
}

/// Appends the person of each row, and tells which rows name one; nothing when all do.
pub(super) fn keys(column: &Column, rows: usize, keys: &mut Vec<u128>, buffer: &mut String) -> Vec<bool> {
    keys.reserve(rows);
    let mut named = Vec::new();
    let mut missing = |row: usize| {
        if named.is_empty() {
            named.resize(rows, true);
        }
        named[row] = false;
    };
    match column {
        Column::Integer(array) => {
            let mut digits = Digits::default();
            for row in 0..rows {
                if array.is_null(row) {
                    missing(row);
                }
                keys.push(xxh3_128(digits.of(array.value(row))));
            }
        }
        Column::Text(texts) => {
            for row in 0..rows {
                match texts.get(row) {
                    Some(text) => keys.push(xxh3_128(text.as_bytes())),
                    None => {
                        missing(row);
                        keys.push(0);
                    }
                }
            }
        }
        Column::Coded(coded) => {
            let mut known: Vec<Option<u128>> = vec![None; coded.texts.len()];
            let texts = Arc::clone(&coded.texts);
            for row in 0..rows {
                let key = coded.keys[row] as usize;
                match (known.get_mut(key), texts.get(key)) {
                    (Some(known), Some(text)) => keys.push(*known.get_or_insert_with(|| xxh3_128(text.as_bytes()))),
                    _ => {
                        missing(row);
                        keys.push(0);
                    }
                }
            }
        }
        _ => {
            for row in 0..rows {
                let value = Value::of(column, row);
                if value.is_missing() {
                    missing(row);
                }
                keys.push(person(value, buffer));
            }
        }
    }
    named
}

/// The decimal digits of a whole number, two at a time: ids are most of what is hashed.
struct Digits {
    pairs: [[u8; 2]; 100],
    bytes: [u8; 20],
}

impl Default for Digits {
    fn default() -> Self {
        let mut pairs = [[0; 2]; 100];
        for (i, pair) in (0_u8..).zip(&mut pairs) {
            *pair = [b'0' + i / 10, b'0' + i % 10];
        }
        Self { pairs, bytes: [0; 20] }
    }
}

impl Digits {
    fn of(&mut self, x: i64) -> &[u8] {
        let mut rest = x.unsigned_abs();
        let mut at = self.bytes.len();
        while rest >= 100 {
            at -= 2;
            self.bytes[at..at + 2].copy_from_slice(&self.pairs[(rest % 100) as usize]);
            rest /= 100;
        }
        if rest >= 10 {
            at -= 2;
            self.bytes[at..at + 2].copy_from_slice(&self.pairs[rest as usize]);
        } else {
            at -= 1;
            self.bytes[at] = b'0' + rest as u8;
        }
        if x < 0 {
            at -= 1;
            self.bytes[at] = b'-';
        }
        &self.bytes[at..]
    }
}

#[cfg(test)]
mod tests {
    use arrow_array::Int64Array;

    use super::{Digits, keys, person};
    use crate::engine::value::Value;
    use crate::log::Column;

    #[test]
    fn digits_are_those_of_the_standard_library() {
        let mut digits = Digits::default();
        for x in [0, 1, 9, 10, 99, 100, 12_345, -1, -10, i64::MAX, i64::MIN] {
            assert_eq!(digits.of(x), x.to_string().as_bytes());
        }
    }

    #[test]
    fn a_person_is_the_same_as_text_and_as_number() {
        let mut buffer = String::new();
        let columns = [
            Column::Integer(Int64Array::from(vec![Some(7), None])),
            Column::Text([Some("7"), None].into_iter().collect()),
        ];
        for column in columns {
            let mut people = Vec::new();
            assert_eq!(keys(&column, 2, &mut people, &mut buffer), [true, false]);
            assert_eq!(people[0], person(Value::Real(7.0), &mut buffer));
        }
    }
}
