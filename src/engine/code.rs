//! From values to small codes: which group a value means, and whether it meets a condition.

use hashbrown::HashMap;
use jiff::civil::Date;

use super::value::{Value, age};
use crate::plan::{self, Bands, Rule, Test};
use crate::tally::Label;

/// The code of people whose attribute is not known, in every attribute.
pub(super) const MISSING: u32 = 0;

/// More groups than this in one attribute is taken for a mistake (an identifier, an unbanded number).
const MOST_GROUPS: usize = 1000;

/// Why a value can't be turned into a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CodeError {
    /// Bands need a number or a date of birth.
    NotANumber(String),
    /// A date of birth later than the row's day.
    BornLater(String),
    /// The attribute has too many groups.
    TooManyGroups,
}

/// Turns the values of one attribute into codes.
#[derive(Debug)]
pub(super) struct AttributeCoder {
    rule: Rule,
    missing: Vec<String>,
    /// Names by code; the first is `(missing)`.
    names: Vec<String>,
    codes: HashMap<String, u32>,
    buffer: String,
    /// The last text and its code: logs repeat themselves.
    last: (String, u32),
}

impl AttributeCoder {
    pub(super) fn new(attribute: &plan::Attribute) -> Self {
        let mut names = vec![plan::MISSING.to_owned()];
        let mut codes = HashMap::new();
        match &attribute.rule {
            Rule::AsIs => {}
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
        }
        for value in &attribute.missing {
            codes.insert(value.clone(), MISSING);
        }
        codes.insert(String::new(), MISSING);
        codes.insert(plan::MISSING.to_owned(), MISSING);
        Self {
            rule: attribute.rule.clone(),
            missing: attribute.missing.clone(),
            names,
            codes,
            buffer: String::new(),
            last: (String::new(), MISSING),
        }
    }

    /// Whether a value's group may depend on the day (an age from a date of birth).
    pub(super) fn is_banded(&self) -> bool {
        matches!(self.rule, Rule::Bands(_))
    }

    /// The code of a value on a day. `on` is asked only for a date of birth; `None`: the row has no day.
    pub(super) fn code(&mut self, value: Value<'_>, on: Option<Date>) -> Result<u32, CodeError> {
        if value.is_missing() {
            return Ok(MISSING);
        }
        if let Rule::Bands(bands) = &self.rule {
            return band_code(bands, &self.missing, value, on, &mut self.buffer);
        }
        let text = value.text(&mut self.buffer);
        if text == self.last.0 {
            return Ok(self.last.1);
        }
        let code = match self.codes.get(text) {
            Some(&code) => code,
            None => match &self.rule {
                Rule::AsIs => {
                    if self.names.len() > MOST_GROUPS {
                        return Err(CodeError::TooManyGroups);
                    }
                    let code = self.names.len() as u32;
                    self.names.push(text.to_owned());
                    self.codes.insert(text.to_owned(), code);
                    code
                }
                // The last name is `(other)`.
                _ => self.names.len() as u32 - 1,
            },
        };
        self.last.0.clear();
        self.last.0.push_str(text);
        self.last.1 = code;
        Ok(code)
    }

    /// The labels by code, ranked: known groups in natural order, then `(other)`, then `(missing)`.
    pub(super) fn labels(&self) -> Vec<Label> {
        let mut order: Vec<usize> = (1..self.names.len()).collect();
        if matches!(self.rule, Rule::AsIs) {
            order.sort_by(|a, b| natural(&self.names[*a], &self.names[*b]));
        }
        let mut labels: Vec<Label> = self
            .names
            .iter()
            .map(|name| Label {
                rank: (0, 0),
                name: name.clone(),
            })
            .collect();
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

/// Numbers by size, then texts by their characters.
fn natural(a: &str, b: &str) -> std::cmp::Ordering {
    match (a.trim().parse::<f64>(), b.trim().parse::<f64>()) {
        (Ok(x), Ok(y)) => x.total_cmp(&y).then_with(|| a.cmp(b)),
        (Ok(_), Err(_)) => std::cmp::Ordering::Less,
        (Err(_), Ok(_)) => std::cmp::Ordering::Greater,
        (Err(_), Err(_)) => a.cmp(b),
    }
}

fn band_code(
    bands: &Bands,
    missing: &[String],
    value: Value<'_>,
    on: Option<Date>,
    buffer: &mut String,
) -> Result<u32, CodeError> {
    if !missing.is_empty() {
        let text = value.text(buffer);
        if missing.iter().any(|m| m == text) {
            return Ok(MISSING);
        }
    }
    let number = match value.number() {
        Ok(None) => return Ok(MISSING),
        Ok(Some(number)) => number,
        Err(_) => {
            let Some(born) = value.date() else {
                return Err(CodeError::NotANumber(value.text(buffer).to_owned()));
            };
            return age_code(bands, born, on);
        }
    };
    Ok(band(bands, number))
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

/// Most values that are shown when a condition's own never occurred.
const MOST_SHOWN: usize = 12;

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
    /// Rows that met the condition.
    pub(super) met: u64,
    /// A few of the values that did not.
    pub(super) others: Vec<String>,
    /// `values` as numbers, for numeric columns.
    numbers: Vec<f64>,
    /// `values` as whole numbers: those beyond 2⁵³ are not told apart as doubles.
    integers: Vec<i64>,
    buffer: String,
    last: Option<(String, bool)>,
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
            met: 0,
            others: Vec::new(),
            numbers,
            integers,
            buffer: String::new(),
            last: None,
        }
    }

    /// Whether the value meets the condition; `Ok(None)` when it is missing; `Err` holds a value that is not a number.
    pub(super) fn meets(&mut self, value: Value<'_>) -> Result<Option<bool>, String> {
        if value.is_missing() {
            return Ok(None);
        }
        let met = match (&self.test, value) {
            (Test::Values(values), Value::Text(text)) => match &self.last {
                Some((last, met)) if last == text => *met,
                _ => {
                    let met = values.iter().any(|v| v == text);
                    let last = self.last.get_or_insert_with(|| (String::new(), met));
                    last.0.clear();
                    last.0.push_str(text);
                    last.1 = met;
                    met
                }
            },
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
                    return Ok(None);
                };
                match *test {
                    Test::AtLeast(edge) => x >= edge,
                    Test::Above(edge) => x > edge,
                    Test::AtMost(edge) => x <= edge,
                    Test::Below(edge) => x < edge,
                    Test::Values(_) | Test::Counted { .. } => x > 0.0,
                }
            }
        };
        if met {
            self.met += 1;
        } else if self.others.len() < MOST_SHOWN {
            let text = value.text(&mut self.buffer);
            if !self.others.iter().any(|other| other == text) {
                self.others.push(text.to_owned());
            }
        }
        Ok(Some(met))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Table;
    use crate::spec::Origin;
    use jiff::civil::date;

    fn coder(rule: Rule, missing: &[&str]) -> AttributeCoder {
        AttributeCoder::new(&plan::Attribute {
            name: "a".into(),
            table: Table::Log,
            column: 0,
            rule,
            missing: missing.iter().map(|m| (*m).to_owned()).collect(),
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
        let mut coder = coder(ages(), &["999"]);
        let mut code = |x: Value<'_>| coder.code(x, Some(date(2025, 6, 1))).unwrap();
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
        let mut coder = coder(ages(), &[]);
        assert!(matches!(
            coder.code(Value::Text("old"), None),
            Err(CodeError::NotANumber(_))
        ));
        assert!(matches!(
            coder.code(Value::Text("2030-01-01"), Some(date(2025, 1, 1))),
            Err(CodeError::BornLater(_))
        ));
    }

    #[test]
    fn recoded_values_and_the_rest() {
        let rule = Rule::Recode(vec![
            ("female".into(), vec!["F".into(), "K".into()]),
            ("male".into(), vec!["M".into()]),
        ]);
        let mut coder = coder(rule, &["?"]);
        let code: Vec<u32> = ["F", "K", "M", "X", "?", "", "X"]
            .into_iter()
            .map(|v| coder.code(Value::Text(v), None).unwrap())
            .collect();
        assert_eq!(code, [1, 1, 2, 3, 0, 0, 3]);
        let labels = coder.labels();
        assert_eq!(labels[3].name, "(other)");
        assert!(labels[3].rank > labels[2].rank && labels[0].rank > labels[3].rank);
    }

    #[test]
    fn groups_as_they_are_stand_in_natural_order() {
        let mut coder = coder(Rule::AsIs, &[]);
        for value in ["10", "9", "b", "a", "9"] {
            coder.code(Value::Text(value), None).unwrap();
        }
        let mut labels = coder.labels();
        labels.sort();
        let names: Vec<&str> = labels.iter().map(|l| l.name.as_str()).collect();
        assert_eq!(names, ["9", "10", "a", "b", "(missing)"]);
    }

    #[test]
    fn conditions_compare_numbers_by_value_and_text_by_letter() {
        let condition = |test| plan::Condition {
            column: 0,
            test,
            must_occur: true,
            origin: Origin::Default,
        };
        let mut one = ConditionTest::new(&condition(Test::Values(vec!["1".into()])));
        assert_eq!(one.meets(Value::Text("1")), Ok(Some(true)));
        assert_eq!(one.meets(Value::Text("1.0")), Ok(Some(false)));
        assert_eq!(one.meets(Value::Real(1.0)), Ok(Some(true)));
        assert_eq!(one.meets(Value::Integer(2)), Ok(Some(false)));
        assert_eq!(one.meets(Value::Boolean(true)), Ok(Some(true)));
        assert_eq!(one.meets(Value::Missing), Ok(None));
        let mut large = ConditionTest::new(&condition(Test::Values(vec!["9007199254740993".into(), "3.0".into()])));
        assert_eq!(large.meets(Value::Integer(9_007_199_254_740_992)), Ok(Some(false)));
        assert_eq!(large.meets(Value::Integer(9_007_199_254_740_993)), Ok(Some(true)));
        assert_eq!(large.meets(Value::Integer(3)), Ok(Some(true)));
        assert_eq!(one.others, ["1.0", "2"]);
        let mut edge = ConditionTest::new(&condition(Test::AtLeast(5.0)));
        assert_eq!(edge.meets(Value::Text("5")), Ok(Some(true)));
        assert_eq!(edge.meets(Value::Text("x")), Err("x".into()));
    }
}
