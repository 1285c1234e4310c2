//! Writes small logs and reads them back.

use std::fs;
use std::path::PathBuf;

use parytet::diagnostic::Diagnostic;
use parytet::log::{Batch, Column, Opened, ReadSummary, find_files};
use parytet::plan::{Csv, Source, StoreOptions};
use polars::prelude::{DataFrame, IpcStreamWriter, IpcWriter, ParquetCompression, ParquetWriter, SerWriter};
use tempfile::TempDir;

/// How delimited text is written unless a test says otherwise.
pub fn csv() -> Csv {
    Csv {
        delimiter: None,
        quote: b'"',
        null_values: Vec::new(),
        allow_short_rows: false,
    }
}

/// A folder of logs that goes when the test ends.
pub struct Logs {
    pub folder: TempDir,
    pub csv: Csv,
}

impl Logs {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            csv: csv(),
        }
    }

    /// One file and nothing else.
    pub fn with(name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let logs = Self::new();
        logs.write(name, bytes);
        logs
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn source(&self, patterns: &[&str]) -> Result<Source, Diagnostic> {
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        Ok(Source {
            files: find_files(&patterns, self.folder.path(), None, &StoreOptions::default())?,
            csv: self.csv.clone(),
            stores: StoreOptions::default(),
            second: None,
        })
    }

    pub fn open(&self, patterns: &[&str]) -> Result<Opened, Diagnostic> {
        Opened::open(&self.source(patterns)?)
    }

    pub fn read(&self, patterns: &[&str], columns: &[&str]) -> Result<Read, Diagnostic> {
        read(&self.open(patterns)?, columns)
    }

    pub fn fails(&self, patterns: &[&str], columns: &[&str]) -> Diagnostic {
        let diagnostic = self.read(patterns, columns).expect_err("this must be an error");
        check_form(&diagnostic);
        assert!(
            !diagnostic
                .to_string()
                .contains(&self.folder.path().display().to_string()),
            "{diagnostic}"
        );
        diagnostic
    }
}

/// What every error must look like.
pub fn check_form(diagnostic: &Diagnostic) {
    assert!(
        diagnostic
            .code
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    );
    assert!(
        !diagnostic.message.contains('\n') && diagnostic.message.chars().count() < 320,
        "{diagnostic}"
    );
    assert!(!diagnostic.message.starts_with(char::is_uppercase), "{diagnostic}");
    assert!(!diagnostic.help.is_empty(), "{diagnostic}");
}

/// All rows of a log.
#[derive(Debug)]
pub struct Read {
    pub batches: Vec<Batch>,
    pub summary: ReadSummary,
}

pub fn read(opened: &Opened, columns: &[&str]) -> Result<Read, Diagnostic> {
    let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
    let mut batches = Vec::new();
    let summary = opened.read(&columns, &|_, _| {}, &mut |batch| {
        batches.push(batch);
        Ok(())
    })?;
    // No row is lost or counted twice between the batches and the summary.
    let mut next = vec![0; summary.rows.len()];
    for batch in &batches {
        assert!(batch.lines.is_some() || batch.first_row == next[batch.file]);
        next[batch.file] += batch.rows as u64;
        assert!(batch.columns.iter().all(|column| column.len() == batch.rows));
        assert!(batch.lines.as_ref().is_none_or(|lines| lines.len() == batch.rows));
    }
    assert_eq!(next, summary.rows);
    Ok(Read { batches, summary })
}

/// Values of one column as they would be printed.
pub fn shown(column: &Column) -> Vec<Option<String>> {
    fn all<T: ToString>(values: impl Iterator<Item = Option<T>>) -> Vec<Option<String>> {
        values.map(|value| value.as_ref().map(T::to_string)).collect()
    }
    match column {
        Column::Text(values) => all((0..values.len()).map(|index| values.get(index))),
        Column::Coded(values) => all((0..values.keys.len()).map(|index| values.get(index))),
        Column::Integer(values) | Column::Datetime(values) => all(values.iter()),
        Column::Real(values) => all(values.iter()),
        Column::Boolean(values) => all(values.iter()),
        Column::Date(values) => all(values.iter()),
    }
}

impl Read {
    /// Values of the asked-for column `index` in all rows.
    pub fn column(&self, index: usize) -> Vec<Option<String>> {
        self.batches
            .iter()
            .flat_map(|batch| shown(&batch.columns[index]))
            .collect()
    }

    /// The same, with `-` for a missing value.
    pub fn words(&self, index: usize) -> String {
        let words: Vec<String> = self
            .column(index)
            .into_iter()
            .map(|value| value.unwrap_or_else(|| "-".to_owned()))
            .collect();
        words.join(" ")
    }

    pub fn lines(&self) -> Vec<u64> {
        self.batches
            .iter()
            .flat_map(|batch| batch.lines.clone().unwrap())
            .collect()
    }
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    std::io::Write::write_all(&mut encoder, bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

pub fn parquet(table: &mut DataFrame, compression: ParquetCompression, group: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes)
        .with_compression(compression)
        .with_row_group_size(Some(group))
        .finish(table)
        .unwrap();
    bytes
}

pub fn arrow_file(table: &mut DataFrame) -> Vec<u8> {
    let mut bytes = Vec::new();
    IpcWriter::new(&mut bytes).finish(table).unwrap();
    bytes
}

pub fn arrow_stream(table: &mut DataFrame) -> Vec<u8> {
    let mut bytes = Vec::new();
    IpcStreamWriter::new(&mut bytes).finish(table).unwrap();
    bytes
}
