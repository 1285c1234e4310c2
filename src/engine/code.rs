//! From values to small codes: which group a value means.

use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::{Array, Int64Array};
use hashbrown::HashMap;
use jiff::civil::Date;

use super::cache::{Cache, TextCache};
use super::stages;
use super::value::{MICROSECONDS_PER_DAY, Value, age};
use crate::log::{CodedColumn, Column, TextColumn};
use crate::plan::{self, Bands, Rule};
use crate::tally::Label;

/// The code of people whose attribute is not known, in every attribute.
pub(super) const MISSING: u32 = 0;

/// A value that has not been looked at.
const UNSEEN: u32 = u32::MAX;
/// Whole numbers that have a place each: from 0 up to this.
const SMALL: usize = 256;

/// Why a value can't be turned into a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CodeError {
    /// Bands need a number or a date of birth.
    NotANumber(String),
    /// A date of birth later than the row's day.
    BornLater(String),
    /// A time that begins with no day.
    NoDay(String),
    /// A chance is a number from 0 to 1.
    NoChance(String),
    /// The attribute has too many groups.
    TooManyGroups,
}

/// The groups of one attribute, as all threads know them.
#[derive(Debug)]
pub(super) struct Groups {
    rule: Rule,
    missing: Vec<String>,
    most: usize,
    names: Mutex<Names>,
}

/// Names by code, the first being `(missing)`; and the code of each known text.
#[derive(Debug, Clone)]
struct Names {
    names: Vec<String>,
    codes: HashMap<String, u32>,
}

impl Groups {
    pub(super) fn new(attribute: &plan::Attribute) -> Self {
        let mut names = vec![plan::MISSING.to_owned()];
        let mut codes = HashMap::new();
        match &attribute.rule {
            Rule::AsIs | Rule::Period(_) => {}
            Rule::Stages(stages) => names.extend(stages::names(stages.len())),
            Rule::Log => names.extend(["versus", "log"].map(str::to_owned)),
            Rule::Recode(groups) => {
                for (code, (name, values)) in (1..).zip(groups) {
                    names.push(name.clone());
                    for value in values {
                        codes.insert(value.clone(), code);
                    }
                }
                names.push(plan::OTHER.to_owned());
            }
            Rule::Bands(bands) => names.extend(bands.labels.iter().cloned()),
            Rule::Chance => {}
        }
        for value in &attribute.missing {
            codes.insert(value.clone(), MISSING);
        }
        codes.insert(String::new(), MISSING);
        codes.insert(plan::MISSING.to_owned(), MISSING);
        Self {
            rule: attribute.rule.clone(),
            missing: attribute.missing.clone(),
            most: attribute.most,
            names: Mutex::new(Names { names, codes }),
        }
    }

    /// Whether a value's group may depend on the day (an age from a date of birth).
    pub(super) fn is_banded(&self) -> bool {
        matches!(self.rule, Rule::Bands(_))
    }

    /// The code of a text that is not banded. Codes are given out in the order in which texts turn up, which may differ
    /// from run to run; nothing that is shown depends on them.
    pub(super) fn code_of(&self, text: &str) -> Result<u32, CodeError> {
        let mut guard = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        let Names { names, codes } = &mut *guard;
        if let Some(&code) = codes.get(text) {
            return Ok(code);
        }
        match &self.rule {
            Rule::AsIs | Rule::Period(_) | Rule::Chance => {
                if names.len() > self.most {
                    return Err(CodeError::TooManyGroups);
                }
                let code = names.len() as u32;
                names.push(text.to_owned());
                codes.insert(text.to_owned(), code);
                Ok(code)
            }
            // The last name is `(other)`.
            _ => Ok(names.len() as u32 - 1),
        }
    }

    /// The labels by code, ranked: known groups in natural order, then `(other)`, then `(missing)`.
    pub(super) fn labels(&self) -> Vec<Label> {
        let names = self.names.lock().unwrap_or_else(PoisonError::into_inner).names.clone();
        let mut order: Vec<usize> = (1..names.len()).collect();
        if matches!(self.rule, Rule::AsIs | Rule::Period(_)) {
            order.sort_by(|a, b| Label::natural(&names[*a], &names[*b]));
        }
        let mut labels: Vec<Label> = names.into_iter().map(|name| Label { rank: (0, 0), name }).collect();
        for (place, code) in (0..).zip(order) {
            labels[code].rank = (0, place);
        }
        if let (Rule::Recode(_), Some(other)) = (&self.rule, labels.last_mut()) {
            other.rank = (1, 0);
        }
        labels[MISSING as usize].rank = (2, 0);
        labels
    }
}

/// Turns the values of one attribute into codes, on one thread.
#[derive(Debug)]
pub(super) struct AttributeCoder<'g> {
    pub(super) groups: &'g Groups,
    buffer: String,
    texts: TextCache<u32>,
    numbers: Cache<u32>,
    /// Codes of the first whole numbers, once they are known.
    small: Vec<u32>,
    /// A dictionary and the codes of its texts.
    dictionary: Option<(Arc<TextColumn>, Vec<u32>)>,
}

impl<'g> AttributeCoder<'g> {
    pub(super) fn new(groups: &'g Groups) -> Self {
        Self {
            groups,
            buffer: String::new(),
            texts: TextCache::default(),
            numbers: Cache::default(),
            small: vec![UNSEEN; SMALL],
            dictionary: None,
        }
    }

    /// The code of a value on a day, and whether it is the same on every day. `on` is asked only for a date of birth;
    /// `None`: the row has no day.
    fn look_up(&mut self, value: Value<'_>, on: &dyn Fn() -> Option<Date>) -> Result<(u32, bool), CodeError> {
        if value.is_missing() {
            return Ok((MISSING, true));
        }
        match &self.groups.rule {
            Rule::Bands(bands) => band_code(bands, &self.groups.missing, value, on, &mut self.buffer),
            Rule::Period(every) => {
                let Some(day) = value.date() else {
                    let text = value.text(&mut self.buffer).trim().to_owned();
                    let missing = text.is_empty() || self.groups.missing.contains(&text);
                    return if missing {
                        Ok((MISSING, true))
                    } else {
                        Err(CodeError::NoDay(text))
                    };
                };
                Ok((self.groups.code_of(&every.name(day))?, true))
            }
            Rule::Chance => self.chance(value),
            _ => Ok((self.groups.code_of(value.text(&mut self.buffer))?, true)),
        }
    }

    /// The code of a chance, to three decimals.
    fn chance(&mut self, value: Value<'_>) -> Result<(u32, bool), CodeError> {
        let text = value.text(&mut self.buffer);
        if self.groups.missing.iter().any(|m| m == text) {
            return Ok((MISSING, true));
        }
        match value.number() {
            Ok(None) => Ok((MISSING, true)),
            Ok(Some(chance)) if (0.0..=1.0).contains(&chance) => {
                let rounded = (chance * 1000.0).round() / 1000.0;
                Ok((self.groups.code_of(&rounded.to_string())?, true))
            }
            _ => Err(CodeError::NoChance(value.text(&mut self.buffer).to_owned())),
        }
    }

    /// The code of one value.
    pub(super) fn code(&mut self, value: Value<'_>, on: &dyn Fn() -> Option<Date>) -> Result<u32, CodeError> {
        Ok(self.look_up(value, on)?.0)
    }

    /// Appends the codes of the first `rows` values of a column. `on` gives the day of a row.
    ///
    /// # Errors
    /// The first row whose value has no group.
    pub(super) fn codes(
        &mut self,
        column: &Column,
        rows: usize,
        on: &dyn Fn(usize) -> Option<Date>,
        codes: &mut Vec<u32>,
    ) -> Result<(), (usize, CodeError)> {
        codes.reserve(rows);
        match column {
            Column::Coded(coded) => self.coded(coded, rows, on, codes),
            Column::Text(texts) => {
                for row in 0..rows {
                    let code = match texts.get(row) {
                        None => MISSING,
                        Some(text) => match self.texts.get(text) {
                            Some(code) => code,
                            None => {
                                let found = self.look_up(Value::Text(text), &|| on(row));
                                let (code, lasting) = found.map_err(|error| (row, error))?;
                                if lasting {
                                    self.texts.put(text, code);
                                }
                                code
                            }
                        },
                    };
                    codes.push(code);
                }
                Ok(())
            }
            Column::Integer(array) => self.integers(array, rows, on, codes, column),
            Column::Real(array) => self.numbers(rows, on, codes, column, |row| {
                array.is_valid(row).then(|| array.value(row).to_bits())
            }),
            Column::Boolean(array) => self.numbers(rows, on, codes, column, |row| {
                array.is_valid(row).then(|| u64::from(array.value(row)))
            }),
            // All times of a day lie in one period.
            Column::Date(array) if matches!(self.groups.rule, Rule::Period(_)) => {
                self.numbers(rows, on, codes, column, |row| {
                    array.is_valid(row).then(|| array.value(row) as u64)
                })
            }
            Column::Datetime(array) if matches!(self.groups.rule, Rule::Period(_)) => {
                self.numbers(rows, on, codes, column, |row| {
                    let day = array.value(row).div_euclid(MICROSECONDS_PER_DAY);
                    array.is_valid(row).then_some(day as u64)
                })
            }
            Column::Date(_) | Column::Datetime(_) => {
                for row in 0..rows {
                    codes.push(
                        self.code(Value::of(column, row), &|| on(row))
                            .map_err(|error| (row, error))?,
                    );
                }
                Ok(())
            }
        }
    }

    /// Appends the codes of the first `rows` values of a column, one by one: what no group can be made of is not known in
    /// rows that are left out.
    ///
    /// # Errors
    /// The first other row whose value has no group.
    pub(super) fn codes_but(
        &mut self,
        column: &Column,
        rows: usize,
        on: &dyn Fn(usize) -> Option<Date>,
        left_out: &dyn Fn(usize) -> bool,
        codes: &mut Vec<u32>,
    ) -> Result<(), (usize, CodeError)> {
        for row in 0..rows {
            codes.push(match self.code(Value::of(column, row), &|| on(row)) {
                Ok(code) => code,
                Err(error) if error != CodeError::TooManyGroups && left_out(row) => MISSING,
                Err(error) => return Err((row, error)),
            });
        }
        Ok(())
    }

    /// Of whole numbers: small ones, such as ages, have a place each.
    fn integers(
        &mut self,
        array: &Int64Array,
        rows: usize,
        on: &dyn Fn(usize) -> Option<Date>,
        codes: &mut Vec<u32>,
        column: &Column,
    ) -> Result<(), (usize, CodeError)> {
        let start = codes.len();
        let small = &self.small;
        codes.extend(
            array.values()[..rows]
                .iter()
                .map(|x| small.get(*x as usize).copied().unwrap_or(UNSEEN)),
        );
        if array.null_count() == 0 && !codes[start..].contains(&UNSEEN) {
            return Ok(());
        }
        codes.truncate(start);
        self.numbers(rows, on, codes, column, |row| {
            array.is_valid(row).then(|| array.value(row) as u64)
        })?;
        for (row, code) in codes[start..].iter().enumerate() {
            if array.is_valid(row)
                && let Some(place) = self.small.get_mut(array.value(row) as usize)
            {
                *place = *code;
            }
        }
        Ok(())
    }

    /// Of numbers, by their bits.
    fn numbers(
        &mut self,
        rows: usize,
        on: &dyn Fn(usize) -> Option<Date>,
        codes: &mut Vec<u32>,
        column: &Column,
        bits: impl Fn(usize) -> Option<u64>,
    ) -> Result<(), (usize, CodeError)> {
        for row in 0..rows {
            let code = match bits(row) {
                None => MISSING,
                Some(bits) => match self.numbers.get(bits) {
                    Some(code) => code,
                    None => {
                        let found = self.look_up(Value::of(column, row), &|| on(row));
                        let (code, lasting) = found.map_err(|error| (row, error))?;
                        if lasting {
                            self.numbers.put(bits, code);
                        }
                        code
                    }
                },
            };
            codes.push(code);
        }
        Ok(())
    }

    fn coded(
        &mut self,
        coded: &CodedColumn,
        rows: usize,
        on: &dyn Fn(usize) -> Option<Date>,
        codes: &mut Vec<u32>,
    ) -> Result<(), (usize, CodeError)> {
        let mut known = match self.dictionary.take() {
            Some((texts, known)) if Arc::ptr_eq(&texts, &coded.texts) => known,
            _ => vec![UNSEEN; coded.texts.len()],
        };
        let keys = &coded.keys.values()[..rows];
        let start = codes.len();
        codes.extend(
            keys.iter()
                .map(|key| known.get(*key as usize).copied().unwrap_or(UNSEEN)),
        );
        let codes = &mut codes[start..];
        if coded.keys.null_count() > 0 || codes.contains(&UNSEEN) {
            for (row, code) in codes.iter_mut().enumerate() {
                *code = match coded.key(row) {
                    None => MISSING,
                    // A text of the dictionary may occur in no row, and is then no group.
                    Some(key) if known.get(key) == Some(&UNSEEN) => {
                        let value = coded.texts.get(key).map_or(Value::Missing, Value::Text);
                        let (code, lasting) = self.look_up(value, &|| on(row)).map_err(|error| (row, error))?;
                        if lasting {
                            known[key] = code;
                        }
                        code
                    }
                    Some(key) => known.get(key).copied().unwrap_or(MISSING),
                };
            }
        }
        self.dictionary = Some((Arc::clone(&coded.texts), known));
        Ok(())
    }
}

fn band_code(
    bands: &Bands,
    missing: &[String],
    value: Value<'_>,
    on: &dyn Fn() -> Option<Date>,
    buffer: &mut String,
) -> Result<(u32, bool), CodeError> {
    if !missing.is_empty() {
        let text = value.text(buffer);
        if missing.iter().any(|m| m == text) {
            return Ok((MISSING, true));
        }
    }
    let number = match value.number() {
        Ok(None) => return Ok((MISSING, true)),
        Ok(Some(number)) => number,
        Err(_) => {
            let Some(born) = value.date() else {
                return Err(CodeError::NotANumber(value.text(buffer).to_owned()));
            };
            return Ok((age_code(bands, born, on())?, false));
        }
    };
    Ok((band(bands, number), true))
}

/// The band of an age on a day; a row without a day has no known age.
pub(super) fn age_code(bands: &Bands, born: Date, on: Option<Date>) -> Result<u32, CodeError> {
    let Some(on) = on else {
        return Ok(MISSING);
    };
    match age(born, on) {
        Some(years) => Ok(band(bands, f64::from(years))),
        None => Err(CodeError::BornLater(format!("{born} is after {on}"))),
    }
}

fn band(bands: &Bands, x: f64) -> u32 {
    1 + bands.edges.partition_point(|edge| *edge <= x) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Table;
    use crate::spec::Origin;
    use jiff::civil::date;

    fn groups(rule: Rule, missing: &[&str]) -> Groups {
        Groups::new(&plan::Attribute {
            name: "a".into(),
            table: Table::Log,
            column: 0,
            rule,
            missing: missing.iter().map(|m| (*m).to_owned()).collect(),
            most: 1000,
            of_items: false,
            origin: Origin::Default,
        })
    }

    fn ages() -> Rule {
        Rule::Bands(Bands {
            edges: vec![25.0, 45.0, 65.0],
            labels: ["<25", "25-44", "45-64", "65+"].map(String::from).to_vec(),
        })
    }

    #[test]
    fn band_edges_belong_to_the_upper_band() {
        let groups = groups(ages(), &["999"]);
        let mut coder = AttributeCoder::new(&groups);
        let mut code = |x: Value<'_>| coder.code(x, &|| Some(date(2025, 6, 1))).unwrap();
        assert_eq!(code(Value::Text("24.999")), 1);
        assert_eq!(code(Value::Text("25")), 2);
        assert_eq!(code(Value::Integer(64)), 3);
        assert_eq!(code(Value::Real(65.0)), 4);
        assert_eq!(code(Value::Text("999")), MISSING);
        assert_eq!(code(Value::Real(999.0)), MISSING);
        assert_eq!(code(Value::Text("")), MISSING);
        assert_eq!(code(Value::Text("2000-06-02")), 1, "24 until tomorrow");
        assert_eq!(code(Value::Text("2000-06-01")), 2, "25 today");
    }

    #[test]
    fn what_has_no_band_is_an_error() {
        let groups = groups(ages(), &[]);
        let mut coder = AttributeCoder::new(&groups);
        assert!(matches!(
            coder.code(Value::Text("old"), &|| None),
            Err(CodeError::NotANumber(_))
        ));
        assert!(matches!(
            coder.code(Value::Text("2030-01-01"), &|| Some(date(2025, 1, 1))),
            Err(CodeError::BornLater(_))
        ));
    }

    #[test]
    fn recoded_values_and_the_rest() {
        let rule = Rule::Recode(vec![
            ("female".into(), vec!["F".into(), "K".into()]),
            ("male".into(), vec!["M".into()]),
        ]);
        let groups = groups(rule, &["?"]);
        let mut coder = AttributeCoder::new(&groups);
        let code: Vec<u32> = ["F", "K", "M", "X", "?", "", "X"]
            .into_iter()
            .map(|v| coder.code(Value::Text(v), &|| None).unwrap())
            .collect();
        assert_eq!(code, [1, 1, 2, 3, 0, 0, 3]);
        let labels = groups.labels();
        assert_eq!(labels[3].name, "(other)");
        assert!(labels[3].rank > labels[2].rank && labels[0].rank > labels[3].rank);
    }

    #[test]
    fn groups_as_they_are_stand_in_natural_order() {
        let groups = groups(Rule::AsIs, &[]);
        let mut coder = AttributeCoder::new(&groups);
        for value in ["10", "9", "b", "a", "9"] {
            coder.code(Value::Text(value), &|| None).unwrap();
        }
        let mut labels = groups.labels();
        labels.sort();
        let names: Vec<&str> = labels.iter().map(|l| l.name.as_str()).collect();
        assert_eq!(names, ["9", "10", "a", "b", "(missing)"]);
    }
}
