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
                let key = coded.key(row);
                match (
                    key.and_then(|key| known.get_mut(key)),
                    key.and_then(|key| texts.get(key)),
                ) {
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

/// The decimal digits of a whole number: ids are most of what is hashed.
#[derive(Default)]
struct Digits {
    bytes: [u8; 24],
    text: String,
}

/// The eight digits of a number below 10⁸ as ASCII, the first in the lowest byte: halves, quarters and eighths of the
/// word are divided side by side.
#[inline]
fn eight_digits(x: u64) -> u64 {
    let halves = (x / 10_000) | ((x % 10_000) << 32);
    let hundreds = ((halves * 10_486) >> 20) & 0x0000_007f_0000_007f;
    let quarters = hundreds | ((halves - 100 * hundreds) << 16);
    let tens = ((quarters * 103) >> 10) & 0x000f_000f_000f_000f;
    (tens | ((quarters - 10 * tens) << 8)) | 0x3030_3030_3030_3030
}

/// How many digits a number has.
#[inline]
fn width(x: u64) -> usize {
    x.checked_ilog10().map_or(1, |log| log as usize + 1)
}

impl Digits {
    #[inline]
    fn of(&mut self, x: i64) -> &[u8] {
        const SPLIT: u64 = 100_000_000;
        let Ok(x) = u64::try_from(x) else {
            return self.any(x);
        };
        let width = width(x);
        if x < SPLIT {
            let digits = eight_digits(x) >> (8 * (8 - width));
            self.bytes[..8].copy_from_slice(&digits.to_le_bytes());
        } else if x < SPLIT * SPLIT {
            let high = width - 8;
            let digits = eight_digits(x / SPLIT) >> (8 * (8 - high));
            self.bytes[..8].copy_from_slice(&digits.to_le_bytes());
            self.bytes[high..high + 8].copy_from_slice(&eight_digits(x % SPLIT).to_le_bytes());
        } else {
            return self.any(x as i64);
        }
        &self.bytes[..width]
    }

    fn any(&mut self, x: i64) -> &[u8] {
        self.text = x.to_string();
        self.text.as_bytes()
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
        let powers = (0..19).map(|k| 10_i64.pow(k));
        let edges = powers.flat_map(|p| [p - 1, p, p + 1, p / 3 * 2, -p]);
        for x in edges.chain([0, 12_345, i64::MAX, i64::MIN]) {
            assert_eq!(digits.of(x), x.to_string().as_bytes());
        }
        for x in (0..100_000_000).step_by(9_973) {
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
