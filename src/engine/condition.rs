//! Whether values meet a condition.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::Array;

use super::cache::TextCache;
use super::value::Value;
use crate::log::{Column, TextColumn};
use crate::plan::{self, Test};

/// Most values that are shown when a condition's own never occurred.
const MOST_SHOWN: usize = 12;

/// What a value is to a condition.
pub(super) const MISSING: u8 = 0;
pub(super) const UNMET: u8 = 1;
pub(super) const MET: u8 = 2;
/// A text of a dictionary that has not been looked at.
const UNSEEN: u8 = 3;

/// A whole number, however it is written: `7`, `7.0`, `7e0`.
fn whole(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| {
        let x: f64 = text.parse().ok()?;
        (x.fract() == 0.0 && x.abs() <= 9_007_199_254_740_992.0).then_some(x as i64)
    })
}

/// Tests the values of one column, and remembers what it saw.
#[derive(Debug)]
pub(super) struct ConditionTest {
    test: Test,
    /// Whether some row met the condition.
    pub(super) ever_met: bool,
    /// As long as none did: the first few, by their letters, of the values that did not.
    pub(super) others: BTreeSet<String>,
    /// `values` as numbers, for numeric columns.
    numbers: Vec<f64>,
    /// `values` as whole numbers: those beyond 2⁵³ are not told apart as doubles.
    integers: Vec<i64>,
    buffer: String,
    texts: TextCache<u8>,
    /// A dictionary and what its texts are.
    dictionary: Option<(Arc<TextColumn>, Vec<u8>)>,
}

impl ConditionTest {
    pub(super) fn new(condition: &plan::Condition) -> Self {
        let values: &[String] = match &condition.test {
            Test::Values(values) => values,
            _ => &[],
        };
        let numbers: Vec<f64> = values.iter().filter_map(|v| v.trim().parse().ok()).collect();
        let integers = values.iter().filter_map(|v| whole(v.trim())).collect();
        Self {
            test: condition.test.clone(),
            ever_met: false,
            others: BTreeSet::new(),
            numbers,
            integers,
            buffer: String::new(),
            texts: TextCache::default(),
            dictionary: None,
        }
    }

    /// What a value is; `Err` holds one that is not a number.
    fn judge(&mut self, value: Value<'_>) -> Result<u8, String> {
        if value.is_missing() {
            return Ok(MISSING);
        }
        let met = match (&self.test, value) {
            (Test::Values(_), Value::Integer(x)) => self.integers.contains(&x),
            (Test::Values(_), Value::Real(x)) => self.numbers.contains(&x),
            (Test::Values(values), Value::Boolean(x)) => {
                let (word, digit) = if x { ("true", "1") } else { ("false", "0") };
                values.iter().any(|v| v.eq_ignore_ascii_case(word) || v == digit)
            }
            (Test::Values(values), _) => {
                let text = value.text(&mut self.buffer);
                values.iter().any(|v| v == text)
            }
            (test, _) => {
                let Some(x) = value.number().map_err(|_| value.text(&mut self.buffer).to_owned())? else {
                    return Ok(MISSING);
                };
                match *test {
                    Test::AtLeast(edge) => x >= edge,
                    Test::Above(edge) => x > edge,
                    Test::AtMost(edge) => x <= edge,
                    Test::Below(edge) => x < edge,
                    // "Among the top" was made a lowest score before.
                    Test::Values(_) | Test::Counted { .. } | Test::Top(_) => x > 0.0,
                }
            }
        };
        Ok(if met { MET } else { UNMET })
    }

    /// What the values of the first `rows` rows are to the condition, where `wanted` has a 1; [`MISSING`] where it has a 0.
    /// Without it, all are wanted.
    ///
    /// # Errors
    /// The first wanted row whose value is not a number, with its text.
    pub(super) fn meets(
        &mut self,
        column: &Column,
        rows: usize,
        mask: Option<&[u8]>,
    ) -> Result<Vec<u8>, (usize, String)> {
        let mut meets = vec![MISSING; rows];
        let wanted = |row: usize| mask.is_none_or(|mask| mask[row] > 0);
        match (column, &self.test) {
            // The commonest case, without a branch.
            (Column::Integer(array), Test::Values(_)) if self.integers.len() == 1 => {
                let one = self.integers[0];
                for (meets, value) in meets.iter_mut().zip(array.values()) {
                    *meets = UNMET + u8::from(*value == one);
                }
                if let Some(nulls) = array.nulls() {
                    for (row, meets) in meets.iter_mut().enumerate() {
                        *meets *= u8::from(nulls.is_valid(row));
                    }
                }
                for (meets, wanted) in meets.iter_mut().zip(mask.unwrap_or_default()) {
                    *meets *= wanted;
                }
            }
            (Column::Coded(coded), _) => {
                let mut known = match self.dictionary.take() {
                    Some((texts, known)) if Arc::ptr_eq(&texts, &coded.texts) => known,
                    _ => vec![UNSEEN; coded.texts.len()],
                };
                for (row, meets) in meets.iter_mut().enumerate().filter(|(row, _)| wanted(*row)) {
                    let Some(slot) = coded.key(row).and_then(|key| known.get_mut(key)) else {
                        continue;
                    };
                    if *slot == UNSEEN {
                        let value = coded.get(row).map_or(Value::Missing, Value::Text);
                        *slot = self.judge(value).map_err(|text| (row, text))?;
                    }
                    *meets = *slot;
                }
                self.dictionary = Some((Arc::clone(&coded.texts), known));
            }
            (Column::Text(texts), _) => {
                for (row, meets) in meets.iter_mut().enumerate().filter(|(row, _)| wanted(*row)) {
                    let Some(text) = texts.get(row) else { continue };
                    *meets = match self.texts.get(text) {
                        Some(known) => known,
                        None => {
                            let found = self.judge(Value::Text(text)).map_err(|text| (row, text))?;
                            self.texts.put(text, found);
                            found
                        }
                    };
                }
            }
            _ => {
                for (row, meets) in meets.iter_mut().enumerate().filter(|(row, _)| wanted(*row)) {
                    *meets = self.judge(Value::of(column, row)).map_err(|text| (row, text))?;
                }
            }
        }
        self.remember(column, &meets);
        Ok(meets)
    }

    /// Remembers that the condition was met, or by which values it was not.
    fn remember(&mut self, column: &Column, meets: &[u8]) {
        self.ever_met = self.ever_met || meets.contains(&MET);
        if self.ever_met {
            self.others.clear();
            return;
        }
        for (row, _) in meets.iter().enumerate().filter(|(_, meets)| **meets == UNMET) {
            self.note_other(Value::of(column, row));
        }
    }

    fn note_other(&mut self, value: Value<'_>) {
        let text = value.text(&mut self.buffer);
        let is_full = self.others.len() >= MOST_SHOWN;
        if self.others.contains(text) || (is_full && self.others.last().is_some_and(|last| last.as_str() < text)) {
            return;
        }
        self.others.insert(text.to_owned());
        if self.others.len() > MOST_SHOWN {
            self.others.pop_last();
        }
    }

    /// Takes over what another thread's test of the same condition saw.
    pub(super) fn join(&mut self, other: &Self) {
        self.ever_met |= other.ever_met;
        for text in &other.others {
            self.note_other(Value::Text(text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Origin;

    #[test]
    fn conditions_compare_numbers_by_value_and_text_by_letter() {
        let condition = |test| plan::Condition {
            column: 0,
            test,
            must_occur: true,
            origin: Origin::Default,
        };
        let mut one = ConditionTest::new(&condition(Test::Values(vec!["1".into()])));
        assert_eq!(one.judge(Value::Text("1")), Ok(MET));
        assert_eq!(one.judge(Value::Text("1.0")), Ok(UNMET));
        assert_eq!(one.judge(Value::Real(1.0)), Ok(MET));
        assert_eq!(one.judge(Value::Integer(2)), Ok(UNMET));
        assert_eq!(one.judge(Value::Boolean(true)), Ok(MET));
        assert_eq!(one.judge(Value::Missing), Ok(MISSING));
        let mut large = ConditionTest::new(&condition(Test::Values(vec!["9007199254740993".into(), "3.0".into()])));
        assert_eq!(large.judge(Value::Integer(9_007_199_254_740_992)), Ok(UNMET));
        assert_eq!(large.judge(Value::Integer(9_007_199_254_740_993)), Ok(MET));
        assert_eq!(large.judge(Value::Integer(3)), Ok(MET));
        let mut edge = ConditionTest::new(&condition(Test::AtLeast(5.0)));
        assert_eq!(edge.judge(Value::Text("5")), Ok(MET));
        assert_eq!(edge.judge(Value::Text("x")), Err("x".into()));
    }

    #[test]
    fn a_few_values_are_remembered_until_one_is_met() {
        let condition = plan::Condition {
            column: 0,
            test: Test::Values(vec!["yes".into()]),
            must_occur: true,
            origin: Origin::Default,
        };
        let column = |texts: &[&str]| Column::Text(texts.iter().map(|text| Some(*text)).collect());
        let mut test = ConditionTest::new(&condition);
        let many: Vec<String> = (0..30).map(|i| format!("v{i:02}")).collect();
        let many: Vec<&str> = many.iter().rev().map(String::as_str).collect();
        assert_eq!(test.meets(&column(&many), 30, None), Ok(vec![UNMET; 30]));
        assert_eq!(test.others.len(), MOST_SHOWN);
        assert_eq!(test.others.first().map(String::as_str), Some("v00"));
        let mut other = ConditionTest::new(&condition);
        assert_eq!(
            other.meets(&column(&["a", "yes"]), 2, Some(&[1, 0])),
            Ok(vec![UNMET, MISSING])
        );
        test.join(&other);
        assert!(!test.ever_met && test.others.contains("a"));
        assert_eq!(other.meets(&column(&["yes"]), 1, None), Ok(vec![MET]));
        test.join(&other);
        assert!(test.ever_met);
    }
}
