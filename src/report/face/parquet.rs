//! The tidy table as Parquet: the columns of the CSV with their types, for R, Python and databases.
//!
//! Names stand as they were in the log, for nothing takes a value of a Parquet table for a formula. What is undefined is null.
//! The same result and build give the same bytes: one row group, no time, no host.

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use crate::report::model::v1::Result;
use crate::report::tidy::{COLUMNS, Cell, Kind, cells, kind};

/// The estimates as a Parquet file.
#[must_use]
pub fn parquet(result: &Result) -> Vec<u8> {
    match write(result) {
        Ok(bytes) => bytes,
        Err(error) => unreachable!("columns of one length into memory: {error}"),
    }
}

fn write(result: &Result) -> std::result::Result<Vec<u8>, ParquetError> {
    let rows: Vec<[Cell<'_>; COLUMNS.len()]> = result.estimates.iter().map(cells).collect();
    let (fields, columns): (Vec<Field>, Vec<ArrayRef>) = COLUMNS
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let cells = rows.iter().map(|row| row[at]);
            let (held, column): (DataType, ArrayRef) = match kind(name) {
                Kind::Text => (DataType::Utf8, Arc::new(cells.map(text).collect::<StringArray>())),
                Kind::Number => (DataType::Float64, Arc::new(cells.map(number).collect::<Float64Array>())),
                Kind::Count => (DataType::UInt64, Arc::new(cells.map(count).collect::<UInt64Array>())),
            };
            (Field::new(*name, held, true), column)
        })
        .unzip();
    let schema = Arc::new(Schema::new(fields));
    let about = |key: &str, value: &str| KeyValue::new(key.to_owned(), value.to_owned());
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_created_by(format!("{} {}", result.tool.name, result.tool.version))
        .set_key_value_metadata(Some(vec![
            about("parytet.table", "parytet.estimates/1"),
            about("parytet.title", &result.audit.title),
            about("parytet.as_of", &result.audit.as_of),
            about("parytet.verdict", &result.verdict.verdict),
        ]))
        .build();
    let batch = RecordBatch::try_new(schema.clone(), columns)?;
    let mut writer = ArrowWriter::try_new(Vec::new(), schema, Some(properties))?;
    writer.write(&batch)?;
    writer.into_inner()
}

fn text(cell: Cell<'_>) -> Option<&str> {
    match cell {
        Cell::Text(text) => text,
        _ => None,
    }
}

fn number(cell: Cell<'_>) -> Option<f64> {
    match cell {
        Cell::Number(x) => x,
        _ => None,
    }
}

fn count(cell: Cell<'_>) -> Option<u64> {
    match cell {
        Cell::Count(count) => Some(count),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::face::csv::{csv, inert};
    use crate::report::sample::sample;
    use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use arrow_array::Array;
    use arrow_array::cast::AsArray;
    use arrow_array::types::{Float64Type, UInt64Type};

    /// By row and column: the text that the CSV has there.
    fn read_back(bytes: Vec<u8>) -> Vec<Vec<String>> {
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(bytes)).unwrap();
        let names: Vec<String> = reader
            .schema()
            .fields()
            .iter()
            .map(|field| field.name().clone())
            .collect();
        assert_eq!(names, COLUMNS);
        let mut rows = Vec::new();
        for batch in reader.build().unwrap() {
            let batch = batch.unwrap();
            for row in 0..batch.num_rows() {
                let text = |column: &ArrayRef| {
                    if column.is_null(row) {
                        return String::new();
                    }
                    match column.data_type() {
                        DataType::Utf8 => inert(column.as_string::<i32>().value(row)),
                        DataType::Float64 => {
                            serde_json::to_string(&column.as_primitive::<Float64Type>().value(row)).unwrap()
                        }
                        DataType::UInt64 => column.as_primitive::<UInt64Type>().value(row).to_string(),
                        other => panic!("{other}"),
                    }
                };
                rows.push(batch.columns().iter().map(text).collect());
            }
        }
        rows
    }

    #[test]
    fn it_is_the_csv_with_types() {
        let result = sample();
        let text = csv(&result);
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<Vec<String>> = reader
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect();
        assert!(rows.len() > 20);
        assert_eq!(read_back(parquet(&result)), rows);
        assert_eq!(parquet(&result), parquet(&result.clone()));
    }

    #[test]
    fn a_table_without_rows_has_its_columns() {
        let mut result = sample();
        result.estimates.clear();
        assert_eq!(read_back(parquet(&result)), Vec::<Vec<String>>::new());
    }
}
