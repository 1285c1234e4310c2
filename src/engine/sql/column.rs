//! What a column's value means, as SQL: the same that [`super::super::value::Value`] makes of it.

use super::super::value::Value;
use super::dialect::{Dialect, fill};
use crate::plan::Kind;

/// Unicode's white space, which is trimmed from numbers and days.
const BLANKS: &str = "\t\n\u{b}\u{c}\r \u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

/// The largest double, beyond which lie infinities.
const LARGEST: &str = "1.7976931348623157e308";

/// A column of the log (`x3`) or of the people table (`y3`), as the first step of a statement hands it on: text without
/// empty ones, whole numbers, doubles without NaN, truth as 1 and 0, days, or points in time as microseconds.
#[derive(Debug, Clone)]
pub(super) struct Col {
    pub(super) dialect: Dialect,
    /// `x` or `y`.
    pub(super) letter: char,
    pub(super) index: usize,
    pub(super) kind: Kind,
}

/// A condition that never holds, and one that always does.
pub(super) const NEVER: &str = "1 = 0";
pub(super) const ALWAYS: &str = "1 = 1";

impl Col {
    /// The column's name in a statement.
    pub(super) fn name(&self) -> String {
        format!("{}{}", self.letter, self.index)
    }

    fn named(&self, facet: char) -> String {
        format!("{}{}{}", self.letter, facet, self.index)
    }

    fn cast(&self, x: &str, to: fn(&super::dialect::Grammar) -> &'static str) -> String {
        format!("CAST({x} AS {})", to(self.dialect.grammar()))
    }

    /// From the user's column to what is handed on. A typeless column gives only what fits its kind.
    pub(super) fn cleaned(&self, column: &str) -> String {
        let g = self.dialect.grammar();
        let fits = |types: &str| format!("CASE WHEN typeof({column}) IN ({types}) THEN {column} END");
        let typed = |types: &str| if g.typeless { fits(types) } else { column.to_owned() };
        match self.kind {
            Kind::Integer => self.cast(&typed("'integer'"), |g| g.whole),
            Kind::Real => fill(g.no_nan, &self.cast(&typed("'integer', 'real'"), |g| g.real), ""),
            Kind::Boolean if g.typeless => format!("CASE WHEN {column} = 1 THEN 1 WHEN {column} = 0 THEN 0 END"),
            Kind::Boolean => format!("CASE WHEN {column} THEN 1 WHEN NOT {column} THEN 0 END"),
            Kind::Date => column.to_owned(),
            Kind::Datetime => fill(g.micros, column, ""),
            Kind::Text | Kind::Json | Kind::Other => {
                let text = fill(g.by_letters, &typed("'text', 'integer'"), "");
                format!("NULLIF({text}, '')")
            }
        }
    }

    /// Whether the user's value is not of its column's kind; `None` where an engine keeps columns to their types.
    pub(super) fn unfit(&self, column: &str) -> Option<String> {
        let typeless = self.dialect.grammar().typeless;
        typeless.then(|| {
            // An empty text is no value whatever its column is.
            format!(
                "{column} IS NOT NULL AND ({}) IS NULL AND NOT (typeof({column}) = 'text' AND {column} = '')",
                self.cleaned(column)
            )
        })
    }

    /// The day of a point in time or a calendar day, from the user's column, as the number YYYYMMDD.
    pub(super) fn day_from(&self, column: &str) -> Option<String> {
        let day = match self.kind {
            Kind::Date => column.to_owned(),
            Kind::Datetime => fill(self.dialect.grammar().day_of_time, column, ""),
            _ => return None,
        };
        let part = |part: &str| self.cast(&format!("EXTRACT({part} FROM {day})"), |g| g.whole);
        Some(format!(
            "{} * 10000 + {} * 100 + {}",
            part("YEAR"),
            part("MONTH"),
            part("DAY")
        ))
    }

    fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Text | Kind::Json | Kind::Other)
    }

    fn trimmed(&self) -> String {
        let g = self.dialect.grammar();
        fill(g.trim, &self.name(), &self.dialect.text(BLANKS))
    }

    /// Columns that the second step adds for a text: itself trimmed.
    pub(super) fn trim_step(&self) -> Option<(String, String)> {
        self.is_text().then(|| (self.named('t'), self.trimmed()))
    }

    /// What the third step adds for a text: the number that it is.
    pub(super) fn number_step(&self) -> Option<(String, String)> {
        let g = self.dialect.grammar();
        self.is_text().then(|| {
            let number = fill(g.number, &self.named('t'), &self.dialect.text(g.pattern));
            (self.named('n'), number)
        })
    }

    /// What the third step adds for a text: the day that it begins with, as the number YYYYMMDD.
    pub(super) fn day_step(&self) -> Option<(String, String)> {
        let g = self.dialect.grammar();
        self.is_text().then(|| {
            let t = self.named('t');
            let part = |from: usize, length: usize| format!("substr({t}, {from}, {length})");
            let fours = |from: usize| -> String {
                let all: Vec<String> = (from..100).step_by(4).map(|n| format!("'{n:02}'")).collect();
                all.join(", ")
            };
            let leap = format!(
                "({} IN ({}) OR ({} = '00' AND {} IN ({})))",
                part(3, 2),
                fours(4),
                part(3, 2),
                part(1, 2),
                fours(0)
            );
            let (month, day) = (part(6, 2), part(9, 2));
            let last = format!(
                "CASE WHEN {month} IN ('04', '06', '09', '11') THEN '30' WHEN {month} <> '02' THEN '31' \
                 WHEN {leap} THEN '29' ELSE '28' END"
            );
            let digits = fill(g.digits, &format!("{} || {month} || {day}", part(1, 4)), "");
            let is_day = fill(g.looks_like_day, &t, "");
            let expression = format!(
                "CASE WHEN {is_day} THEN CASE WHEN {month} BETWEEN '01' AND '12' AND {day} BETWEEN '01' AND {last} \
                 THEN {digits} END END"
            );
            (self.named('d'), expression)
        })
    }

    /// The text by which a value is compared and shown; null where it is missing. See [`Shown`] for how it comes back.
    pub(super) fn text(&self) -> String {
        let g = self.dialect.grammar();
        let x = self.name();
        match self.kind {
            Kind::Integer | Kind::Datetime => self.cast(&x, |g| g.text),
            Kind::Boolean => format!("CASE {x} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END"),
            Kind::Real => {
                let whole = self.cast(&self.cast(&x, |g| g.whole), |g| g.text);
                let small = format!("{x} BETWEEN -999999999999999 AND 999999999999999");
                format!(
                    "CASE WHEN NOT ({small}) THEN {text} WHEN {is} THEN {whole} ELSE {text} END",
                    is = fill(g.is_whole, &x, ""),
                    text = fill(g.real_text, &x, ""),
                )
            }
            Kind::Date => fill(g.day_text, &x, ""),
            Kind::Text | Kind::Json | Kind::Other => x,
        }
    }

    /// The value as a finite number; null where it is missing or none.
    pub(super) fn number(&self) -> String {
        let n = match self.kind {
            Kind::Integer | Kind::Boolean => return self.cast(&self.name(), |g| g.real),
            Kind::Date | Kind::Datetime => return self.cast("NULL", |g| g.real),
            Kind::Real => self.name(),
            Kind::Text | Kind::Json | Kind::Other => self.named('n'),
        };
        format!("CASE WHEN abs({n}) <= {} THEN {n} END", real(self.dialect, LARGEST))
    }

    /// Whether there is a value that is not a finite number.
    pub(super) fn no_number(&self) -> String {
        match self.kind {
            Kind::Integer | Kind::Boolean => NEVER.to_owned(),
            Kind::Date | Kind::Datetime => format!("{} IS NOT NULL", self.name()),
            Kind::Real => format!("{} IS NOT NULL AND ({}) IS NULL", self.name(), self.number()),
            Kind::Text | Kind::Json | Kind::Other => format!(
                "{} IS NOT NULL AND ({}) IS NULL AND lower({}) NOT IN ('', 'nan')",
                self.name(),
                self.number(),
                self.named('t')
            ),
        }
    }

    /// The day of the value as the number YYYYMMDD; null where it has none.
    pub(super) fn day(&self) -> String {
        match self.kind {
            Kind::Integer | Kind::Real | Kind::Boolean => self.cast("NULL", |g| g.whole),
            _ => self.named('d'),
        }
    }

    /// The column of [`Col::day`], for steps that add it.
    pub(super) fn day_name(&self) -> String {
        self.named('d')
    }

    /// Whether the value's text is one of these.
    pub(super) fn is_one_of_texts<'a>(&self, texts: impl IntoIterator<Item = &'a str>) -> String {
        let texts = texts.into_iter();
        let mut buffer = String::new();
        let mut same = |value: Value<'_>, text: &str| value.text(&mut buffer) == text;
        let literals: Vec<String> = match self.kind {
            // Compared as numbers, because engines write them in other ways.
            Kind::Real => texts
                .filter(|text| text.parse().is_ok_and(|x| same(Value::Real(x), text)))
                .filter_map(|text| double(self.dialect, text.parse().ok()?))
                .collect(),
            Kind::Datetime => texts
                .filter_map(|text| Some((text, text.parse::<jiff::Timestamp>().ok()?.as_microsecond())))
                .filter(|(text, micros)| same(Value::Datetime(*micros), text))
                .map(|(_, micros)| micros.to_string())
                .collect(),
            _ => texts.map(|text| self.dialect.text(text)).collect(),
        };
        let value = match self.kind {
            Kind::Real | Kind::Datetime => self.name(),
            _ => self.text(),
        };
        among(&value, &literals)
    }

    /// Whether the value is one of a condition's.
    pub(super) fn is_one_of(&self, values: &[String]) -> String {
        let literals: Vec<String> = match self.kind {
            Kind::Integer => values
                .iter()
                .filter_map(|v| whole(v.trim()))
                .map(|x| x.to_string())
                .collect(),
            Kind::Real => {
                let numbers = values.iter().filter_map(|v| v.trim().parse().ok());
                numbers.filter_map(|x| double(self.dialect, x)).collect()
            }
            Kind::Boolean => {
                let named = |word: &str, digit: &str| values.iter().any(|v| v.eq_ignore_ascii_case(word) || v == digit);
                let mut both = Vec::new();
                both.extend(named("true", "1").then(|| "1".to_owned()));
                both.extend(named("false", "0").then(|| "0".to_owned()));
                both
            }
            _ => return self.is_one_of_texts(values.iter().map(String::as_str)),
        };
        among(&self.name(), &literals)
    }

    /// How the column's texts are to be read when they come back.
    pub(super) fn shown(&self) -> Shown {
        match self.kind {
            Kind::Real => Shown::Real,
            Kind::Datetime => Shown::Micros,
            _ => Shown::Plain,
        }
    }
}

fn among(value: &str, literals: &[String]) -> String {
    if literals.is_empty() {
        return NEVER.to_owned();
    }
    format!("{value} IN ({})", literals.join(", "))
}

/// A whole number, however it is written: `7`, `7.0`, `7e0`.
fn whole(text: &str) -> Option<i64> {
    text.parse().ok().or_else(|| {
        let x: f64 = text.parse().ok()?;
        (x.fract() == 0.0 && x.abs() <= 9_007_199_254_740_992.0).then_some(x as i64)
    })
}

/// A double, exactly; `None` when it is not finite.
pub(super) fn double(dialect: Dialect, x: f64) -> Option<String> {
    x.is_finite().then(|| real(dialect, &format!("{x:e}")))
}

fn real(dialect: Dialect, digits: &str) -> String {
    format!("CAST('{digits}' AS {})", dialect.grammar().real)
}

/// How a column's texts come back from an engine. Engines write real numbers and points in time in ways of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// As they are.
    Plain,
    /// A real number in the engine's words.
    Real,
    /// Microseconds since 1970.
    Micros,
}

impl Shown {
    pub(super) const ALL: [Shown; 3] = [Shown::Plain, Shown::Real, Shown::Micros];

    /// The text as the embedded engine writes it.
    pub(super) fn read(self, text: &str) -> String {
        let mut buffer = String::new();
        match self {
            Shown::Plain => text.to_owned(),
            Shown::Real => match text.parse() {
                Ok(x) => Value::Real(x).text(&mut buffer).to_owned(),
                Err(_) => text.to_owned(),
            },
            Shown::Micros => match text.parse() {
                Ok(micros) => Value::Datetime(micros).text(&mut buffer).to_owned(),
                Err(_) => text.to_owned(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn col(kind: Kind) -> Col {
        Col {
            dialect: Dialect::DuckDb,
            letter: 'x',
            index: 0,
            kind,
        }
    }

    #[test]
    fn texts_of_numbers_are_compared_as_numbers() {
        assert_eq!(col(Kind::Text).is_one_of_texts(["1.0"]), "x0 IN ('1.0')");
        assert_eq!(
            col(Kind::Real).is_one_of_texts(["1.0", "1"]),
            "x0 IN (CAST('1e0' AS DOUBLE))"
        );
        assert_eq!(col(Kind::Real).is_one_of_texts(["x", "1.0"]), NEVER);
        let values = ["1.0".to_owned(), "x".to_owned(), "TRUE".to_owned()];
        assert_eq!(col(Kind::Integer).is_one_of(&values), "x0 IN (1)");
        assert_eq!(col(Kind::Boolean).is_one_of(&values), "x0 IN (1)");
    }

    #[test]
    fn texts_that_come_back_are_written_as_the_embedded_engine_does() {
        assert_eq!(Shown::Real.read("1e-07"), "0.0000001");
        assert_eq!(Shown::Real.read("7"), "7");
        assert_eq!(Shown::Plain.read("7.0"), "7.0");
        assert_eq!(Shown::Micros.read("0"), "1970-01-01T00:00:00Z");
    }
}
