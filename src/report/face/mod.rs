//! The faces of a result: each a total, pure function of it, and each with every gate and group.

mod card;
pub mod csv;
pub mod cyclonedx;
pub mod github;
pub mod gitlab;
pub mod html;
pub mod json;
pub mod junit;
pub mod ll144;
pub mod markdown;
pub mod model_card;
pub mod oscal;
pub mod parquet;
pub mod sarif;
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
    /// The same rows with types.
    Parquet,
    /// For people at a terminal.
    Table,
    /// One page for people, with charts.
    Html,
    /// For wikis and pull requests.
    Markdown,
    /// Markdown within what a job summary of GitHub may have.
    Summary,
    /// Markdown within what a comment on GitHub may have.
    Comment,
    /// Test cases, for build servers.
    Junit,
    /// Findings beside lines, for code hosts and editors.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// The table that New York City's Local Law 144 asks for.
    Ll144,
    /// Assessment results for catalogues of controls.
    Oscal,
    /// A model card of the Model Card Toolkit.
    ModelCard,
    /// A bill of materials with a model card.
    Cyclonedx,
}

impl Face {
    /// Every face.
    pub const ALL: [Face; 16] = [
        Face::Table,
        Face::Json,
        Face::Csv,
        Face::Parquet,
        Face::Html,
        Face::Markdown,
        Face::Summary,
        Face::Comment,
        Face::Junit,
        Face::Sarif,
        Face::Github,
        Face::Gitlab,
        Face::Ll144,
        Face::Oscal,
        Face::ModelCard,
        Face::Cyclonedx,
    ];

    /// The name on the command line.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Face::Json => "json",
            Face::Csv => "csv",
            Face::Parquet => "parquet",
            Face::Table => "table",
            Face::Html => "html",
            Face::Markdown => "markdown",
            Face::Summary => "summary",
            Face::Comment => "comment",
            Face::Junit => "junit",
            Face::Sarif => "sarif",
            Face::Github => "github",
            Face::Gitlab => "gitlab",
            Face::Ll144 => "nyc-ll144",
            Face::Oscal => "oscal",
            Face::ModelCard => "model-card",
            Face::Cyclonedx => "cyclonedx",
        }
    }

    /// What it is for, in a few words.
    #[must_use]
    pub fn what(self) -> &'static str {
        match self {
            Face::Json => "the whole result, for programs and archives",
            Face::Csv => "one row per estimate, for spreadsheets, R and Python",
            Face::Parquet => "the rows of the CSV with types, for R, Python and databases",
            Face::Table => "tables for people at a terminal",
            Face::Html => "one page with charts, for a browser",
            Face::Markdown => "Markdown, for wikis and pull requests",
            Face::Summary => "Markdown of less than 1 MiB, for job summaries of GitHub",
            Face::Comment => "Markdown of less than 65,536 characters, for comments on GitHub",
            Face::Junit => "JUnit XML: a test case for each gate and group",
            Face::Sarif => "SARIF 2.1.0, for code hosts and editors",
            Face::Github => "annotations of GitHub Actions",
            Face::Gitlab => "code quality report of GitLab",
            Face::Ll144 => "the table of New York City's Local Law 144, as CSV; no verdict",
            Face::Oscal => "OSCAL 1.2.1 assessment results, for catalogues of controls",
            Face::ModelCard => "model card of the Model Card Toolkit (JSON, schema 0.0.2)",
            Face::Cyclonedx => "CycloneDX 1.6 bill of materials with a model card",
        }
    }

    /// The face of this name.
    #[must_use]
    pub fn find(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|face| face.id() == id)
    }

    /// The face that a file's name asks for by its suffix, in any case. Some JSON formats are known by more of the
    /// name: GitLab's `gl-code-quality-report.json`, `.sarif.json`, and `.cdx.json` for CycloneDX.
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.to_ascii_lowercase();
        let (stem, suffix) = name.rsplit_once('.')?;
        match suffix {
            _ if stem.is_empty() => None,
            "json" if stem == "gl-code-quality-report" => Some(Face::Gitlab),
            "json" if stem.ends_with(".sarif") => Some(Face::Sarif),
            "json" if stem.ends_with(".cdx") => Some(Face::Cyclonedx),
            "json" => Some(Face::Json),
            "csv" => Some(Face::Csv),
            "parquet" => Some(Face::Parquet),
            "txt" => Some(Face::Table),
            "html" | "htm" => Some(Face::Html),
            "md" | "markdown" => Some(Face::Markdown),
            "xml" => Some(Face::Junit),
            "sarif" => Some(Face::Sarif),
            _ => None,
        }
    }

    /// Whether it is bytes for programs, which no terminal can show.
    #[must_use]
    pub fn is_binary(self) -> bool {
        self == Face::Parquet
    }

    /// The result in this form; `look` is for the table alone.
    #[must_use]
    pub fn render(self, result: &Result, look: &Look) -> Vec<u8> {
        let text = match self {
            Face::Parquet => return parquet::parquet(result),
            Face::Json => json::json(result),
            Face::Csv => csv::csv(result),
            Face::Table => table::table(result, look),
            Face::Html => html::html(result),
            Face::Markdown => markdown::markdown(result, None),
            Face::Summary => markdown::markdown(result, Some(markdown::SUMMARY)),
            Face::Comment => markdown::markdown(result, Some(markdown::COMMENT)),
            Face::Junit => junit::junit(result),
            Face::Sarif => sarif::sarif(result),
            Face::Github => github::github(result),
            Face::Gitlab => gitlab::gitlab(result),
            Face::Ll144 => ll144::ll144(result),
            Face::Oscal => oscal::oscal(result),
            Face::ModelCard => model_card::model_card(result),
            Face::Cyclonedx => cyclonedx::cyclonedx(result),
        };
        text.into_bytes()
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
        assert_eq!(face("ci/gl-code-quality-report.json"), Some(Face::Gitlab));
        assert_eq!(face("result.sarif"), Some(Face::Sarif));
        assert_eq!(face("result.sarif.json"), Some(Face::Sarif));
        assert_eq!(face("result.MD"), Some(Face::Markdown));
        assert_eq!(face("junit.xml"), Some(Face::Junit));
        assert_eq!(face("model.cdx.json"), Some(Face::Cyclonedx));
        assert_eq!(face("tidy.parquet"), Some(Face::Parquet));
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
