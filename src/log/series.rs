//! Turns polars' columns into ours, value by value, so that nothing is rounded, wrapped or lost on the way.

use polars::prelude::{ArrowDataType, DataType, PolarsResult, Series, TimeUnit};

use crate::diagnostic::{Diagnostic, Place};
use crate::plan::Kind;

use super::guard::guarded;
use super::schema::Field;
use super::{Column, TextColumn};

/// A column as the file describes it.
pub(super) fn field(name: &str, dtype: &ArrowDataType) -> Field {
    let kind = kind(dtype);
    let mut field = Field::new(name.to_owned(), kind);
    if kind == Kind::Other {
        // What a list or struct is made of fills lines and helps nobody.
        let full = format!("{dtype:?}").to_lowercase();
        let outer = full.split('(').next().unwrap_or(&full);
        field.type_name = outer.strip_prefix("large").unwrap_or(outer).to_owned();
    }
    field.is_null = *dtype == ArrowDataType::Null;
    field
}

/// What values of a type are to an audit.
fn kind(dtype: &ArrowDataType) -> Kind {
    use ArrowDataType as D;
    match dtype {
        D::Utf8 | D::LargeUtf8 | D::Utf8View | D::Null => Kind::Text,
        D::Dictionary(_, values, _) if matches!(**values, D::Utf8 | D::LargeUtf8 | D::Utf8View) => Kind::Text,
        D::Boolean => Kind::Boolean,
        D::Int8 | D::Int16 | D::Int32 | D::Int64 | D::UInt8 | D::UInt16 | D::UInt32 | D::UInt64 => Kind::Integer,
        D::Float32 | D::Float64 | D::Decimal(..) => Kind::Real,
        D::Date32 => Kind::Date,
        D::Date64 | D::Timestamp(..) => Kind::Datetime,
        _ => Kind::Other,
    }
}

/// Our column of the same values. `place` names the file and column, `first_row` the 0-based row of the first value.
pub(super) fn column(series: &Series, place: &Place, first_row: u64) -> Result<Column, Diagnostic> {
    let converted = guarded(&place.file, "a column can't be decoded", || convert(series))?;
    match converted {
        Ok(column) => Ok(column),
        Err(Unfit::TooLarge(index)) => {
            let place = Place {
                row: Some(first_row + index as u64 + 1),
                ..place.clone()
            };
            Err(
                Diagnostic::new("number-too-large", format!("the number is larger than {}", i64::MAX))
                    .at(place)
                    .help("write numbers of this size as text"),
            )
        }
        Err(Unfit::OutOfTime(index)) => {
            let place = Place {
                row: Some(first_row + index as u64 + 1),
                ..place.clone()
            };
            Err(Diagnostic::new(
                "time-out-of-range",
                "the point in time is too far away to be kept in microseconds",
            )
            .at(place)
            .help("check what wrote it; the year is beyond 290,000"))
        }
        Err(Unfit::Type) => Err(Diagnostic::new(
            "unusable-column",
            format!(
                "the column holds values of type {}, which can't be audited",
                series.dtype()
            ),
        )
        .at(place.clone())
        .help("write it as text, numbers, true/false, dates or points in time")),
    }
}

/// Why a value has no place in our columns.
enum Unfit {
    /// A whole number beyond 64 bits with sign, at this index.
    TooLarge(usize),
    /// A point in time beyond microseconds in 64 bits, at this index.
    OutOfTime(usize),
    /// A type that an audit has no use for.
    Type,
}

/// The conversion itself.
fn convert(series: &Series) -> PolarsResult<Result<Column, Unfit>> {
    Ok(Ok(match series.dtype() {
        DataType::String => Column::Text(text(series)?),
        DataType::Categorical(..) | DataType::Enum(..) => Column::Text(text(&series.cast(&DataType::String)?)?),
        DataType::Null => {
            let mut column = TextColumn::default();
            (0..series.len()).for_each(|_| column.push(None));
            Column::Text(column)
        }
        DataType::Boolean => Column::Boolean(series.bool()?.iter().collect()),
        DataType::UInt64 => {
            let values = series.u64()?.iter().enumerate();
            let fit = |(index, value): (usize, Option<u64>)| {
                value.map(i64::try_from).transpose().map_err(|_| Unfit::TooLarge(index))
            };
            match values.map(fit).collect() {
                Ok(values) => Column::Integer(values),
                Err(unfit) => return Ok(Err(unfit)),
            }
        }
        dtype if dtype.is_integer() => Column::Integer(series.cast(&DataType::Int64)?.i64()?.iter().collect()),
        DataType::Float32 => Column::Real(series.f32()?.iter().map(|value| number(value.map(f64::from))).collect()),
        DataType::Float64 => Column::Real(series.f64()?.iter().map(number).collect()),
        DataType::Decimal(_, scale) => {
            let scale = *scale;
            Column::Real(
                series
                    .decimal()?
                    .physical()
                    .iter()
                    .map(|value| value.map(|v| decimal(v, scale)))
                    .collect(),
            )
        }
        DataType::Date => Column::Date(series.date()?.physical().iter().collect()),
        DataType::Datetime(unit, _) => {
            let unit = *unit;
            let fit = |(index, value): (usize, Option<i64>)| match value {
                None => Ok(None),
                Some(value) => microseconds(value, unit).map(Some).ok_or(Unfit::OutOfTime(index)),
            };
            match series.datetime()?.physical().iter().enumerate().map(fit).collect() {
                Ok(values) => Column::Datetime(values),
                Err(unfit) => return Ok(Err(unfit)),
            }
        }
        _ => return Ok(Err(Unfit::Type)),
    }))
}

/// Text values; an empty text is a missing one, as in delimited text.
fn text(series: &Series) -> PolarsResult<TextColumn> {
    let mut column = TextColumn::default();
    for value in series.str()?.iter() {
        column.push(value.filter(|text| !text.is_empty()));
    }
    Ok(column)
}

/// A NaN says that there is no number.
fn number(value: Option<f64>) -> Option<f64> {
    value.filter(|number| !number.is_nan())
}

/// The double nearest to `unscaled / 10^scale`.
fn decimal(unscaled: i128, scale: usize) -> f64 {
    const EXACT: u128 = 1 << 53;
    const POWERS: [f64; 23] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ];
    match POWERS.get(scale) {
        // Both are exact doubles, so that the one division rounds once.
        #[expect(clippy::cast_precision_loss, reason = "it has at most 53 bits")]
        Some(power) if unscaled.unsigned_abs() <= EXACT => unscaled as f64 / power,
        // Reading the decimal text rounds once too, at any length.
        _ => format!("{unscaled}e-{scale}").parse().unwrap_or(f64::NAN),
    }
}

/// A point in time in microseconds; a finer one is cut down to the microsecond it lies in.
fn microseconds(value: i64, unit: TimeUnit) -> Option<i64> {
    match unit {
        TimeUnit::Nanoseconds => Some(value.div_euclid(1000)),
        TimeUnit::Microseconds => Some(value),
        TimeUnit::Milliseconds => value.checked_mul(1000),
    }
}

#[cfg(test)]
mod tests {
    use super::{TimeUnit, decimal, microseconds};

    #[test]
    fn a_decimal_becomes_the_nearest_double() {
        assert_eq!(decimal(1, 1), 0.1);
        assert_eq!(decimal(-12_345, 2), -123.45);
        assert_eq!(
            decimal(123_456_789_012_345_678_901_234_567, 9),
            123_456_789_012_345_678.901_234_567
        );
        assert_eq!(decimal(1, 38), 1e-38);
    }

    #[test]
    fn times_before_1970_are_cut_downwards() {
        assert_eq!(microseconds(-1, TimeUnit::Nanoseconds), Some(-1));
        assert_eq!(microseconds(-1, TimeUnit::Milliseconds), Some(-1000));
        assert_eq!(microseconds(i64::MAX, TimeUnit::Milliseconds), None);
    }
}
