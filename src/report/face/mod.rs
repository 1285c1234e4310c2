//! The faces of a result: each a total, pure function of it, and each with every gate and group.

pub mod csv;
pub mod html;
pub mod json;
pub mod table;

use std::path::Path;

use super::model::v1::Result;
use table::Look;

/// A form in which a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// The whole result, for programs and archives.
    Json,
    /// One row per estimate, for spreadsheets, R and Python.
    Csv,
    /// For people at a terminal.
    Table,
    /// One page for people, with charts.
    Html,
}

impl Face {
    /// Every face.
    pub const ALL: [Face; 4] = [Face::Table, Face::Json, Face::Csv, Face::Html];

    /// The name on the command line.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Face::Json => "json",
            Face::Csv => "csv",
            Face::Table => "table",
            Face::Html => "html",
        }
    }

    /// The face of this name.
    #[must_use]
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|face| face.id() == id)
    }

    /// The face that a file's suffix asks for: `.json`, `.csv`, `.html` (or `.htm`) or `.txt`, in any case.
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        let suffix = path.extension()?.to_str()?.to_ascii_lowercase();
        match suffix.as_str() {
            "json" => Some(Face::Json),
            "csv" => Some(Face::Csv),
            "txt" => Some(Face::Table),
            "html" | "htm" => Some(Face::Html),
            _ => None,
        }
    }

    /// The result in this form; `look` is for the table alone.
    #[must_use]
    pub fn render(self, result: &Result, look: &Look) -> String {
        match self {
            Face::Json => json::json(result),
            Face::Csv => csv::csv(result),
            Face::Table => table::table(result, look),
            Face::Html => html::html(result),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suffix_picks_the_face() {
        let face = |path: &str| Face::from_path(Path::new(path));
        assert_eq!(face("out/result.json"), Some(Face::Json));
        assert_eq!(face("RESULT.CSV"), Some(Face::Csv));
        assert_eq!(face("result.v1.txt"), Some(Face::Table));
        assert_eq!(face("report.HTML"), Some(Face::Html));
        assert_eq!(face("result"), None);
        assert_eq!(face("result.pdf"), None);
        assert_eq!(face(".json"), None);
    }

    #[test]
    fn every_face_has_a_name() {
        for face in Face::ALL {
            assert_eq!(Face::find(face.id()), Some(face));
        }
        assert_eq!(Face::find("yaml"), None);
    }
}
