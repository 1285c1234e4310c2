//! Turns Arrow's arrays into our columns, so that nothing is rounded, wrapped or lost on the way.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date64Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type,
    Int64Type, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, Float64Array, Int32Array, Int64Array, PrimitiveArray, StringArray};
use arrow_buffer::{NullBuffer, ScalarBuffer};
use arrow_schema::{DataType, Field as ArrowField, TimeUnit};

use crate::diagnostic::{Diagnostic, Place};
use crate::plan::Kind;

use super::column::{CodedColumn, Column, TextColumn};
use super::schema::Field;

/// A column as the file describes it.
pub(super) fn field(field: &ArrowField) -> Field {
    let kind = kind(field.data_type());
    let mut described = Field::new(field.name().clone(), kind);
    if kind == Kind::Other {
        // What a list or struct is made of fills lines and helps nobody.
        let full = format!("{:?}", field.data_type()).to_lowercase();
        let outer = full.split('(').next().unwrap_or(&full);
        described.type_name = outer.strip_prefix("large").unwrap_or(outer).to_owned();
    }
    described.is_null = *field.data_type() == DataType::Null;
    described
}

/// What values of a type are to an audit.
#[must_use]
pub fn kind(data_type: &DataType) -> Kind {
    use DataType as D;
    match data_type {
        D::Utf8 | D::LargeUtf8 | D::Utf8View | D::Null => Kind::Text,
        D::Dictionary(_, values) if matches!(**values, D::Utf8 | D::LargeUtf8 | D::Utf8View) => Kind::Text,
        D::Boolean => Kind::Boolean,
        D::Int8 | D::Int16 | D::Int32 | D::Int64 | D::UInt8 | D::UInt16 | D::UInt32 | D::UInt64 => Kind::Integer,
        D::Float32 | D::Float64 | D::Decimal128(..) => Kind::Real,
        D::Date32 => Kind::Date,
        D::Date64 | D::Timestamp(..) => Kind::Datetime,
        _ => Kind::Other,
    }
}

/// Our column of the same values. `place` names the file and column, `first_row` the 0-based row of the first value.
pub(super) fn column(array: &ArrayRef, place: &Place, first_row: u64) -> Result<Column, Diagnostic> {
    let at_row = |index: usize| Place {
        row: Some(first_row + index as u64 + 1),
        ..place.clone()
    };
    convert(array).map_err(|unfit| match unfit {
        Unfit::TooLarge(index) => {
            Diagnostic::new("number-too-large", format!("the number is larger than {}", i64::MAX))
                .at(at_row(index))
                .help("write numbers of this size as text")
        }
        Unfit::OutOfTime(index) => Diagnostic::new(
            "time-out-of-range",
            "the point in time is too far away to be kept in microseconds",
        )
        .at(at_row(index))
        .help("check what wrote it; the year is beyond 290,000"),
        Unfit::Type => Diagnostic::new(
            "unusable-column",
            format!(
                "the column holds values of type {}, which can't be audited",
                array.data_type()
            ),
        )
        .at(place.clone())
        .help("write it as text, numbers, true/false, dates or points in time"),
    })
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

fn convert(array: &ArrayRef) -> Result<Column, Unfit> {
    use DataType as D;
    Ok(match array.data_type() {
        D::Utf8 => Column::Text(TextColumn::of_array(array.as_string::<i32>().clone())),
        D::LargeUtf8 | D::Utf8View => Column::Text(text(array)),
        D::Null => Column::Text(TextColumn::missing(array.len())),
        D::Dictionary(..) => Column::Coded(coded(array)?),
        D::Boolean => Column::Boolean(array.as_boolean().clone()),
        D::Int8 => Column::Integer(widened::<Int8Type>(array)),
        D::Int16 => Column::Integer(widened::<Int16Type>(array)),
        D::Int32 => Column::Integer(widened::<Int32Type>(array)),
        D::Int64 => Column::Integer(array.as_primitive::<Int64Type>().clone()),
        D::UInt8 => Column::Integer(widened::<UInt8Type>(array)),
        D::UInt16 => Column::Integer(widened::<UInt16Type>(array)),
        D::UInt32 => Column::Integer(widened::<UInt32Type>(array)),
        D::UInt64 => Column::Integer(checked::<UInt64Type>(array, Unfit::TooLarge, |x| {
            i64::try_from(x).ok()
        })?),
        D::Float32 => {
            let array = array.as_primitive::<Float32Type>();
            Column::Real(real(array.unary::<_, Float64Type>(f64::from)))
        }
        D::Float64 => Column::Real(real(array.as_primitive::<Float64Type>().clone())),
        D::Decimal128(_, scale) => {
            let scale = i32::from(*scale);
            let array = array.as_primitive::<Decimal128Type>();
            Column::Real(array.unary::<_, Float64Type>(|x| decimal(x, scale)))
        }
        D::Date32 => Column::Date(array.as_primitive().clone()),
        D::Date64 => Column::Datetime(times::<Date64Type>(array, TimeUnit::Millisecond)?),
        D::Timestamp(unit, _) => Column::Datetime(match unit {
            TimeUnit::Second => times::<TimestampSecondType>(array, *unit)?,
            TimeUnit::Millisecond => times::<TimestampMillisecondType>(array, *unit)?,
            TimeUnit::Microsecond => times::<TimestampMicrosecondType>(array, *unit)?,
            TimeUnit::Nanosecond => times::<TimestampNanosecondType>(array, *unit)?,
        }),
        _ => return Err(Unfit::Type),
    })
}

/// Texts of the wider kinds of text arrays.
fn text(array: &ArrayRef) -> TextColumn {
    let texts: StringArray = match array.data_type() {
        DataType::LargeUtf8 => array.as_string::<i64>().iter().collect(),
        _ => array.as_string_view().iter().collect(),
    };
    TextColumn::of_array(texts)
}

fn coded(array: &ArrayRef) -> Result<CodedColumn, Unfit> {
    let dictionary = array.as_any_dictionary();
    let texts = match convert(dictionary.values())? {
        Column::Text(texts) => Arc::new(texts),
        _ => return Err(Unfit::Type),
    };
    Ok(CodedColumn {
        keys: keys(array),
        texts,
    })
}

/// The keys of a dictionary array.
pub(super) fn keys(array: &ArrayRef) -> Int32Array {
    let dictionary = array.as_any_dictionary();
    let keys = dictionary.keys();
    match keys.data_type() {
        DataType::Int32 => keys.as_primitive::<Int32Type>().clone(),
        // Without texts every key is null.
        _ if dictionary.values().is_empty() => Int32Array::new_null(array.len()),
        _ => {
            let plain = dictionary.normalized_keys();
            let plain: Vec<i32> = plain.into_iter().map(|key| i32::try_from(key).unwrap_or(-1)).collect();
            Int32Array::new(ScalarBuffer::from(plain), keys.nulls().cloned())
        }
    }
}

fn widened<T: ArrowPrimitiveType>(array: &ArrayRef) -> Int64Array
where
    i64: From<T::Native>,
{
    array.as_primitive::<T>().unary(i64::from)
}

/// Whole numbers that may not fit.
fn checked<T: ArrowPrimitiveType>(
    array: &ArrayRef,
    unfit: impl Fn(usize) -> Unfit,
    fit: impl Fn(T::Native) -> Option<i64>,
) -> Result<Int64Array, Unfit> {
    let array: &PrimitiveArray<T> = array.as_primitive();
    let mut values = Vec::with_capacity(array.len());
    for index in 0..array.len() {
        values.push(if array.is_null(index) {
            0
        } else {
            fit(array.value(index)).ok_or_else(|| unfit(index))?
        });
    }
    Ok(Int64Array::new(ScalarBuffer::from(values), array.nulls().cloned()))
}

fn times<T: ArrowPrimitiveType<Native = i64>>(array: &ArrayRef, unit: TimeUnit) -> Result<Int64Array, Unfit> {
    checked::<T>(array, Unfit::OutOfTime, |x| microseconds(x, unit))
}

/// A NaN says that there is no number.
fn real(array: Float64Array) -> Float64Array {
    // Without an early end, so that several are looked at in one step.
    let has_nan = |part: &[f64]| part.iter().fold(false, |any, x| any | x.is_nan());
    if !array.values().chunks(256).any(has_nan) {
        return array;
    }
    let is_number: NullBuffer = array.values().iter().map(|x| !x.is_nan()).collect::<Vec<bool>>().into();
    let nulls = NullBuffer::union(Some(&is_number), array.nulls());
    Float64Array::new(array.values().clone(), nulls)
}

/// The double nearest to `unscaled / 10^scale`.
fn decimal(unscaled: i128, scale: i32) -> f64 {
    const EXACT: u128 = 1 << 53;
    const POWERS: [f64; 23] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ];
    match usize::try_from(scale).ok().and_then(|scale| POWERS.get(scale)) {
        // Both are exact doubles, so that the one division rounds once.
        #[expect(clippy::cast_precision_loss, reason = "it has at most 53 bits")]
        Some(power) if unscaled.unsigned_abs() <= EXACT => unscaled as f64 / power,
        // Reading the decimal text rounds once too, at any length.
        _ => format!("{unscaled}e{}", -scale).parse().unwrap_or(f64::NAN),
    }
}

/// A point in time in microseconds; a finer one is cut down to the microsecond it lies in.
fn microseconds(value: i64, unit: TimeUnit) -> Option<i64> {
    match unit {
        TimeUnit::Nanosecond => Some(value.div_euclid(1000)),
        TimeUnit::Microsecond => Some(value),
        TimeUnit::Millisecond => value.checked_mul(1000),
        TimeUnit::Second => value.checked_mul(1_000_000),
    }
}

#[cfg(test)]
mod tests {
    use super::{Array, Float64Array, TimeUnit, decimal, microseconds, real};

    #[test]
    fn a_decimal_becomes_the_nearest_double() {
        assert_eq!(decimal(1, 1), 0.1);
        assert_eq!(decimal(-12_345, 2), -123.45);
        assert_eq!(
            decimal(123_456_789_012_345_678_901_234_567, 9),
            123_456_789_012_345_678.901_234_567
        );
        assert_eq!(decimal(1, 38), 1e-38);
        assert_eq!(decimal(12, -2), 1200.0);
    }

    #[test]
    fn times_before_1970_are_cut_downwards() {
        assert_eq!(microseconds(-1, TimeUnit::Nanosecond), Some(-1));
        assert_eq!(microseconds(-1, TimeUnit::Millisecond), Some(-1000));
        assert_eq!(microseconds(i64::MAX, TimeUnit::Millisecond), None);
        assert_eq!(microseconds(2, TimeUnit::Second), Some(2_000_000));
    }

    #[test]
    fn a_number_that_is_none_is_missing() {
        let read = real(Float64Array::from(vec![
            Some(1.0),
            Some(f64::NAN),
            None,
            Some(f64::INFINITY),
        ]));
        let missing: Vec<bool> = (0..4).map(|i| read.is_null(i)).collect();
        assert_eq!(missing, [false, true, true, false]);
    }
}
