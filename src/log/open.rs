//! Opens the files of a source, checks their columns, and reads their rows in order.

use std::io::Read;

use crate::diagnostic::Diagnostic;
use crate::plan::{Csv, Schema, Source};

use super::input::Input;
use super::schema::FileSchema;
use super::sniff::Reading;
use super::units::{Progress, Sink, Units};
use super::{ReadSummary, arrow, csv, ndjson, parquet};

/// A source whose files have been found readable and recognised.
///
/// It holds what can be read only once (standard input, a pipe) in memory, so that the columns can be looked at first
/// and the rows read after.
pub struct Opened {
    source: Source,
    inputs: Vec<Input>,
}

impl Opened {
    /// Opens every file of `source`; standard input is read to its end.
    ///
    /// # Errors
    /// A file that is not there, can't be read, is empty, or is in no format known here.
    pub fn open(source: &Source) -> Result<Self, Diagnostic> {
        Self::open_with(source, &mut std::io::stdin().lock())
    }

    /// As [`Self::open`], with `stdin` in place of standard input.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with(source: &Source, stdin: &mut dyn Read) -> Result<Self, Diagnostic> {
        let inputs = source
            .files
            .iter()
            .map(|file| Input::open(file, &source.stores, stdin))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            source: source.clone(),
            inputs,
        })
    }

    /// Bytes of all files together, packed as they are: what progress is measured against.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.inputs.iter().map(Input::size).sum()
    }

    /// The columns of the first file.
    ///
    /// For JSON lines these are the keys of the first 10,000 rows.
    ///
    /// # Errors
    /// A header or footer that can't be read.
    pub fn schema(&self) -> Result<Schema, Diagnostic> {
        let Some(first) = self.inputs.first() else {
            return Ok(Schema { columns: Vec::new() });
        };
        let fields = self.file_schema(first)?.fields;
        Ok(Schema {
            columns: fields.into_iter().map(|field| (field.name, field.kind)).collect(),
        })
    }

    /// Whether every file is delimited text, in which a spec may name texts that mean "no value".
    #[must_use]
    pub fn is_delimited(&self) -> bool {
        self.inputs
            .iter()
            .all(|input| matches!(input.reading, Reading::Csv { .. }))
    }

    /// What was taken from the files themselves because nobody said it: sentences for the report.
    ///
    /// # Errors
    /// A file that can't be read.
    pub fn notes(&self) -> Result<Vec<String>, Diagnostic> {
        let mut notes = Vec::new();
        for input in &self.inputs {
            if let Reading::Csv { tabs } = input.reading
                && let Some(delimiter) = csv::seen_delimiter(input, &self.source.csv, tabs)?
            {
                notes.push(format!(
                    "The header of {} is divided by {delimiter:?}, so the file was read with that delimiter.",
                    input.name()
                ));
            }
        }
        Ok(notes)
    }

    /// By file: a digest of its length, its beginning and its end, by which the same file is known again.
    ///
    /// # Errors
    /// A file that can't be read.
    pub fn fingerprints(&self) -> Result<Vec<String>, Diagnostic> {
        self.inputs.iter().map(Input::fingerprint).collect()
    }

    /// By file: SHA-256 of its bytes as they are, and their number.
    ///
    /// Every file is read once more, so this is for those who ask for it.
    ///
    /// # Errors
    /// A file that can't be read, or that was changed since it was opened.
    pub fn digests(&self) -> Result<Vec<(String, u64)>, Diagnostic> {
        self.inputs.iter().map(Input::digest).collect()
    }

    /// Checks that each file has each of `columns` exactly once, with values of the same kind in all files.
    ///
    /// Whole and real numbers may mix. Columns that are not used may differ as they like.
    ///
    /// # Errors
    /// The first file that does not agree, with the column.
    pub fn check_agreement(&self, columns: &[String]) -> Result<(), Diagnostic> {
        let Some(first) = self.inputs.first() else {
            return Ok(());
        };
        let expected = self.file_schema(first)?;
        for input in &self.inputs {
            let schema = self.file_schema(input)?;
            // A key of JSON lines may turn up after the first rows, so that only reading them all can tell.
            if schema.complete {
                schema.positions(input.name(), columns)?;
            }
            schema.check_agrees(input.name(), &expected, first.name(), columns)?;
        }
        Ok(())
    }

    /// Starts to read `columns`, in the order asked for.
    ///
    /// `progress` is told the rows so far, and about how many bytes of [`Self::size`] they took.
    ///
    /// # Errors
    /// Files that do not agree on the columns.
    pub fn units<'a>(&'a self, columns: &'a [String], progress: &'a Progress<'a>) -> Result<Units<'a>, Diagnostic> {
        self.check_agreement(columns)?;
        Ok(Units::new(self, columns, progress))
    }

    /// Hands every row on, in the order of the files and of the rows within, as `columns` in the order asked for.
    ///
    /// # Errors
    /// Any fault of any row, or an error of the sink, ends the reading; what was handed on until then is void.
    pub fn read(
        &self,
        columns: &[String],
        progress: &Progress<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<ReadSummary, Diagnostic> {
        let units = self.units(columns, progress)?;
        while let Some(unit) = units.next().map_err(|(_, fault)| fault)? {
            unit.read(sink)?;
        }
        units.finish()
    }

    pub(super) fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    pub(super) fn csv(&self) -> &Csv {
        &self.source.csv
    }

    /// The columns of one file.
    pub(super) fn file_schema(&self, input: &Input) -> Result<FileSchema, Diagnostic> {
        match input.reading {
            Reading::Csv { tabs } => csv::schema(input, &self.source.csv, tabs),
            Reading::Ndjson => ndjson::schema(input),
            Reading::Parquet => parquet::schema(input),
            Reading::ArrowFile => arrow::schema(input, false),
            Reading::ArrowStream => arrow::schema(input, true),
        }
    }
}
