//! Reads the tables in which an engine answers, whatever types it chose for numbers and texts.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type,
    UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;

use super::moments::MOST_ROWS;
use crate::diagnostic::Diagnostic;

/// One row of an answer, read from left to right.
pub(super) struct Fields<'a> {
    batch: &'a RecordBatch,
    row: usize,
    column: usize,
}

/// The rows of an answer, each of which must have so many columns.
pub(super) fn rows(batches: &[RecordBatch], width: usize) -> Result<Vec<Fields<'_>>, Diagnostic> {
    let mut all = Vec::new();
    for batch in batches {
        if batch.num_columns() != width {
            return Err(unexpected(format!(
                "an answer has {} columns where {width} were asked for",
                batch.num_columns()
            )));
        }
        all.extend((0..batch.num_rows()).map(|row| Fields { batch, row, column: 0 }));
    }
    Ok(all)
}

/// The rows of an answer that was asked for with a limit.
pub(super) fn bounded(answer: &[RecordBatch], width: usize) -> Result<Vec<Fields<'_>>, Diagnostic> {
    let rows = rows(answer, width)?;
    if rows.len() > MOST_ROWS {
        return Err(
            Diagnostic::new("too-many-groups", format!("there are more than {MOST_ROWS} groups")).help(
                "give numbers `bands`, or list the groups with `values`; an identifier is no attribute of a group",
            ),
        );
    }
    Ok(rows)
}

impl<'a> Fields<'a> {
    fn next(&mut self) -> Option<&'a ArrayRef> {
        let array = self.batch.columns().get(self.column);
        self.column += 1;
        array.filter(|array| !array.is_null(self.row))
    }

    /// The next number; 0 where there is none, as a sum over nothing is.
    pub(super) fn number(&mut self) -> Result<f64, Diagnostic> {
        let row = self.row;
        let Some(array) = self.next() else {
            return Ok(0.0);
        };
        let x = match array.data_type() {
            DataType::Float64 => array.as_primitive::<Float64Type>().value(row),
            DataType::Float32 => f64::from(array.as_primitive::<Float32Type>().value(row)),
            DataType::Int8 => f64::from(array.as_primitive::<Int8Type>().value(row)),
            DataType::Int16 => f64::from(array.as_primitive::<Int16Type>().value(row)),
            DataType::Int32 => f64::from(array.as_primitive::<Int32Type>().value(row)),
            DataType::Int64 => array.as_primitive::<Int64Type>().value(row) as f64,
            DataType::UInt8 => f64::from(array.as_primitive::<UInt8Type>().value(row)),
            DataType::UInt16 => f64::from(array.as_primitive::<UInt16Type>().value(row)),
            DataType::UInt32 => f64::from(array.as_primitive::<UInt32Type>().value(row)),
            DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row) as f64,
            // The decimal text is rounded once.
            DataType::Decimal128(_, scale) => {
                let unscaled = array.as_primitive::<Decimal128Type>().value(row);
                parsed(&format!("{unscaled}e{}", -i32::from(*scale)))?
            }
            _ => match text(array, row) {
                Some(text) => parsed(text)?,
                None => return Err(wrong_type(array, self.column, "a number")),
            },
        };
        if x.is_finite() {
            Ok(x)
        } else {
            Err(Diagnostic::new("out-of-range", "a sum is beyond the range of numbers")
                .help("give amounts in a larger unit, such as thousands"))
        }
    }

    /// The next number as a count.
    pub(super) fn count(&mut self) -> Result<u64, Diagnostic> {
        Ok(self.number()? as u64)
    }

    /// The next text; empty where there is none.
    pub(super) fn text(&mut self) -> Result<String, Diagnostic> {
        let row = self.row;
        let Some(array) = self.next() else {
            return Ok(String::new());
        };
        match text(array, row) {
            Some(text) => Ok(text.to_owned()),
            None => Err(wrong_type(array, self.column, "a text")),
        }
    }

    /// The next texts.
    pub(super) fn texts(&mut self, count: usize) -> Result<Vec<String>, Diagnostic> {
        (0..count).map(|_| self.text()).collect()
    }
}

fn text(array: &ArrayRef, row: usize) -> Option<&str> {
    match array.data_type() {
        DataType::Utf8 => Some(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Some(array.as_string::<i64>().value(row)),
        DataType::Utf8View => Some(array.as_string_view().value(row)),
        _ => None,
    }
}

fn parsed(text: &str) -> Result<f64, Diagnostic> {
    text.parse()
        .map_err(|_| unexpected(format!("an answer has \"{text}\" where a number was asked for")))
}

fn wrong_type(array: &ArrayRef, column: usize, wanted: &str) -> Diagnostic {
    unexpected(format!(
        "column {column} of an answer has the type {} where {wanted} was asked for",
        array.data_type()
    ))
}

/// An answer that is not what was asked for.
pub(super) fn unexpected(message: String) -> Diagnostic {
    Diagnostic::new("unexpected-answer", message)
        .help("check that the dialect is that of the engine, and that its driver is up to date")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{
        BooleanArray, Decimal128Array, Float64Array, Int32Array, Int64Array, LargeStringArray, StringArray,
        StringViewArray,
    };

    use super::*;

    fn one(array: ArrayRef) -> RecordBatch {
        RecordBatch::try_from_iter([("c", array)]).unwrap()
    }

    #[test]
    fn numbers_and_texts_of_any_type() {
        let decimal = Decimal128Array::from(vec![12_345])
            .with_precision_and_scale(38, 2)
            .unwrap();
        let numbers: [ArrayRef; 5] = [
            Arc::new(Int32Array::from(vec![7])),
            Arc::new(Int64Array::from(vec![7])),
            Arc::new(Float64Array::from(vec![7.0])),
            Arc::new(StringArray::from(vec!["7"])),
            Arc::new(Int64Array::from(vec![None])),
        ];
        let expected = [7.0, 7.0, 7.0, 7.0, 0.0];
        for (array, expected) in numbers.into_iter().zip(expected) {
            let batch = one(array);
            assert_eq!(rows(&[batch], 1).unwrap()[0].number(), Ok(expected));
        }
        assert_eq!(rows(&[one(Arc::new(decimal))], 1).unwrap()[0].number(), Ok(123.45));
        let texts: [ArrayRef; 3] = [
            Arc::new(StringArray::from(vec!["ü"])),
            Arc::new(LargeStringArray::from(vec!["ü"])),
            Arc::new(StringViewArray::from(vec!["ü"])),
        ];
        for array in texts {
            assert_eq!(rows(&[one(array)], 1).unwrap()[0].text(), Ok("ü".to_owned()));
        }
    }

    #[test]
    fn what_was_not_asked_for_is_refused() {
        let batch = one(Arc::new(BooleanArray::from(vec![true])));
        let answer = [batch];
        assert_eq!(rows(&answer, 2).err().unwrap().code, "unexpected-answer");
        assert_eq!(
            rows(&answer, 1).unwrap()[0].number().err().unwrap().code,
            "unexpected-answer"
        );
        assert_eq!(
            rows(&answer, 1).unwrap()[0].text().err().unwrap().code,
            "unexpected-answer"
        );
        let nan = one(Arc::new(Float64Array::from(vec![f64::NAN])));
        assert_eq!(rows(&[nan], 1).unwrap()[0].number().err().unwrap().code, "out-of-range");
    }
}
