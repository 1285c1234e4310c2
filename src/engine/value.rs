//! One value of a log, whatever type its column has.

use std::fmt::Write as _;

use arrow_array::Array;
use jiff::civil::Date;

use crate::log::Column;

/// A value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'a> {
    Missing,
    Text(&'a str),
    Integer(i64),
    Real(f64),
    Boolean(bool),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since 1970-01-01.
    Datetime(i64),
}

const EPOCH: Date = jiff::civil::date(1970, 1, 1);
pub(super) const MICROSECONDS_PER_DAY: i64 = 86_400_000_000;

impl<'a> Value<'a> {
    #[inline]
    pub(crate) fn of(column: &'a Column, row: usize) -> Self {
        match column {
            Column::Text(text) => text.get(row).map_or(Value::Missing, Value::Text),
            Column::Coded(coded) => coded.get(row).map_or(Value::Missing, Value::Text),
            Column::Integer(array) if array.is_valid(row) => Value::Integer(array.value(row)),
            Column::Real(array) if array.is_valid(row) => Value::Real(array.value(row)),
            Column::Boolean(array) if array.is_valid(row) => Value::Boolean(array.value(row)),
            Column::Date(array) if array.is_valid(row) => Value::Date(array.value(row)),
            Column::Datetime(array) if array.is_valid(row) => Value::Datetime(array.value(row)),
            _ => Value::Missing,
        }
    }

    pub(crate) fn is_missing(&self) -> bool {
        matches!(self, Value::Missing)
    }

    /// The text by which the value is compared and shown: `1` for 1.0, ISO 8601 for dates.
    pub(crate) fn text<'b>(&self, buffer: &'b mut String) -> &'b str
    where
        'a: 'b,
    {
        buffer.clear();
        // Writing to a string does not fail.
        let _ = match *self {
            Value::Missing => Ok(()),
            Value::Text(text) => return text,
            Value::Integer(x) => write!(buffer, "{x}"),
            Value::Real(x) if x.fract() == 0.0 && x.abs() < 1e15 => write!(buffer, "{}", x as i64),
            Value::Real(x) => write!(buffer, "{x}"),
            Value::Boolean(x) => write!(buffer, "{x}"),
            Value::Date(days) => match day(days) {
                Some(date) => write!(buffer, "{date}"),
                None => write!(buffer, "day {days}"),
            },
            Value::Datetime(micros) => match jiff::Timestamp::from_microsecond(micros) {
                Ok(time) => write!(buffer, "{time}"),
                Err(_) => write!(buffer, "microsecond {micros}"),
            },
        };
        buffer
    }

    /// The value as a number: `Ok(None)` when it is missing, `Err` when it is not a finite number.
    pub(crate) fn number(&self) -> Result<Option<f64>, NotANumber> {
        let x = match *self {
            Value::Missing => return Ok(None),
            Value::Integer(x) => x as f64,
            Value::Real(x) => x,
            Value::Boolean(x) => f64::from(u8::from(x)),
            Value::Text(text) => {
                let text = text.trim();
                if text.is_empty() || text.eq_ignore_ascii_case("nan") {
                    return Ok(None);
                }
                text.parse::<f64>().map_err(|_| NotANumber)?
            }
            Value::Date(_) | Value::Datetime(_) => return Err(NotANumber),
        };
        if x.is_finite() { Ok(Some(x)) } else { Err(NotANumber) }
    }

    /// The value as a whole number that is not negative.
    pub(super) fn count(&self) -> Result<Option<u64>, NotANumber> {
        if let Value::Text(text) = self
            && let Ok(count) = text.trim().parse::<u64>()
        {
            return Ok(Some(count));
        }
        match self.number()? {
            None => Ok(None),
            Some(x) if x >= 0.0 && x.fract() == 0.0 && x <= 9_007_199_254_740_992.0 => Ok(Some(x as u64)),
            Some(_) => Err(NotANumber),
        }
    }

    /// The calendar day of a date, a point in time, or a text that begins with `YYYY-MM-DD`.
    pub(crate) fn date(&self) -> Option<Date> {
        match *self {
            Value::Date(days) => day(days),
            Value::Datetime(micros) => day(i32::try_from(micros.div_euclid(MICROSECONDS_PER_DAY)).ok()?),
            Value::Text(text) => {
                let text = text.trim();
                let (head, tail) = text.split_at_checked(10)?;
                if !(tail.is_empty() || tail.starts_with(['T', ' ', 't'])) {
                    return None;
                }
                head.parse().ok()
            }
            _ => None,
        }
    }
}

/// The value is not a (finite) number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotANumber;

/// The day that is so many days after 1970-01-01.
pub(super) fn day(days: i32) -> Option<Date> {
    EPOCH.checked_add(jiff::Span::new().try_days(days).ok()?).ok()
}

/// Completed years from birth to a day; `None` when the day is before the birth.
pub(super) fn age(born: Date, on: Date) -> Option<i16> {
    let had_birthday = (on.month(), on.day()) >= (born.month(), born.day());
    let years = on.year() - born.year() - i16::from(!had_birthday);
    (years >= 0).then_some(years)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn age_changes_on_the_birthday() {
        let born = date(2000, 3, 1);
        assert_eq!(age(born, date(2025, 2, 28)), Some(24));
        assert_eq!(age(born, date(2025, 3, 1)), Some(25));
        assert_eq!(age(born, date(1999, 1, 1)), None);
        // Born on a leap day: a year older on 1 March, as most laws have it.
        assert_eq!(age(date(2004, 2, 29), date(2025, 2, 28)), Some(20));
        assert_eq!(age(date(2004, 2, 29), date(2025, 3, 1)), Some(21));
    }

    #[test]
    fn numbers_and_counts() {
        assert_eq!(Value::Text(" 3.5 ").number(), Ok(Some(3.5)));
        assert_eq!(Value::Text("nan").number(), Ok(None));
        assert_eq!(Value::Text("inf").number(), Err(NotANumber));
        assert_eq!(Value::Text("3,5").number(), Err(NotANumber));
        assert_eq!(Value::Text("3.0").count(), Ok(Some(3)));
        assert_eq!(Value::Text("-3").count(), Err(NotANumber));
        assert_eq!(Value::Real(2.5).count(), Err(NotANumber));
    }

    #[test]
    fn days_and_texts() {
        let mut buffer = String::new();
        assert_eq!(Value::Date(0).text(&mut buffer), "1970-01-01");
        assert_eq!(Value::Real(1.0).text(&mut buffer), "1");
        assert_eq!(Value::Real(0.25).text(&mut buffer), "0.25");
        assert_eq!(Value::Text("2024-05-06 10:00:00").date(), Some(date(2024, 5, 6)));
        assert_eq!(Value::Text("06.05.2024").date(), None);
        assert_eq!(
            Value::Datetime(-1).date(),
            Some(date(1969, 12, 31)),
            "just before the epoch is the day before"
        );
    }
}
