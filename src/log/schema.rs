//! What columns a file has, and whether the files of a source agree on those that are used.

use crate::diagnostic::Diagnostic;
use crate::plan::Kind;

use super::fault;

/// A column of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    /// Its name, exactly.
    pub(super) name: String,
    /// What it holds.
    pub(super) kind: Kind,
    /// What the file calls its type, where that says more than `kind`.
    pub(super) type_name: String,
    /// The file says that there is no value in it at all, so that it agrees with any kind.
    pub(super) is_null: bool,
}

impl Field {
    /// A column of this kind.
    pub(super) fn new(name: String, kind: Kind) -> Self {
        Self {
            name,
            kind,
            type_name: noun(kind).to_owned(),
            is_null: false,
        }
    }
}

/// The columns of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileSchema {
    /// In the order of the file.
    pub(super) fields: Vec<Field>,
    /// The delimiter that a header of one field seems to use instead.
    pub(super) delimiter_hint: Option<char>,
    /// Whether these are all columns there can be (not so for JSON lines, where a key may turn up late).
    pub(super) complete: bool,
}

impl FileSchema {
    /// Positions of `columns`, each of which must stand in the file exactly once and hold something usable.
    pub(super) fn positions(&self, file_name: &str, columns: &[String]) -> Result<Vec<usize>, Diagnostic> {
        columns.iter().map(|name| self.position(file_name, name)).collect()
    }

    /// The position of one column.
    fn position(&self, file_name: &str, name: &str) -> Result<usize, Diagnostic> {
        let mut found = self.fields.iter().enumerate().filter(|(_, field)| field.name == name);
        let Some((index, field)) = found.next() else {
            let known: Vec<&str> = self.fields.iter().map(|field| field.name.as_str()).collect();
            return Err(fault::unknown_column(file_name, name, &known, self.delimiter_hint));
        };
        let others = found.count();
        if others > 0 {
            return Err(fault::repeated_column(file_name, name, others + 1));
        }
        if field.kind == Kind::Other {
            return Err(Diagnostic::new(
                "unusable-column",
                format!(
                    "the column holds values of type {}, which can't be audited",
                    field.type_name
                ),
            )
            .at(fault::column(file_name, name))
            .help("write it as text, numbers, true/false, dates or points in time"));
        }
        Ok(index)
    }

    /// Checks that this file's used columns hold the same as those of the first file.
    pub(super) fn check_agrees(
        &self,
        file_name: &str,
        first: &Self,
        first_name: &str,
        columns: &[String],
    ) -> Result<(), Diagnostic> {
        for name in columns {
            let find = |schema: &Self| schema.fields.iter().find(|field| field.name == *name).cloned();
            let (Some(here), Some(there)) = (find(self), find(first)) else {
                continue;
            };
            if here.is_null || there.is_null || agree(here.kind, there.kind) {
                continue;
            }
            return Err(Diagnostic::new(
                "files-disagree",
                format!(
                    "the column holds {} here and {} in {first_name}",
                    here.type_name, there.type_name
                ),
            )
            .at(fault::column(file_name, name))
            .help("write the column with the same type in every file"));
        }
        Ok(())
    }
}

/// Whether values of two kinds can be counted as one column.
fn agree(one: Kind, other: Kind) -> bool {
    let numeric = |kind| matches!(kind, Kind::Integer | Kind::Real);
    one == other || (numeric(one) && numeric(other))
}

/// A kind, in words.
fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "text",
        Kind::Integer => "whole numbers",
        Kind::Real => "real numbers",
        Kind::Boolean => "true/false",
        Kind::Date => "dates",
        Kind::Datetime => "points in time",
        Kind::Json => "JSON values",
        Kind::Other => "something else",
    }
}
