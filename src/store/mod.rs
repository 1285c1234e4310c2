//! Tallies as files: counts by group that can be kept, shipped, added up and audited again, without anything of a person.
//!
//! A file is a Parquet table in long form, one number a row, which any tool can read; what is needed to go on from it
//! (the spec, the columns of the log, the row account) stands in its metadata.

mod definition;
mod entries;
mod merge;
mod parquet;
mod select;
mod withhold;

pub use definition::definition;
pub use merge::merge;
pub use parquet::{read, to_bytes};
pub use select::fit;
pub use withhold::withhold;

use serde::{Deserialize, Serialize};

use crate::engine::Counted;
use crate::plan::{Kind, Plan, Rule, Schema};
use crate::spec::Flags;

/// Name and version of the format.
pub const SCHEMA: &str = "parytet.tally/1";

/// A tally with all that is needed to audit it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Where it comes from and what it counts.
    pub about: About,
    /// The counts.
    pub counted: Counted,
}

/// Where a tally comes from and what it counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// [`SCHEMA`].
    pub schema: String,
    /// Version of parytet that wrote it.
    pub version: String,
    /// Digest of everything else in the file: finds damage, not malice.
    pub digest: String,
    /// Path of the spec, as it was given; empty without one.
    pub spec: String,
    /// Text of the spec, without addresses and options of a database.
    pub text: String,
    /// The flags.
    pub flags: Flags,
    /// The day that decides ages where no row has a time.
    pub as_of: jiff::civil::Date,
    /// What was counted, line by line.
    pub definition: Vec<(String, String)>,
    /// Columns of the log.
    pub log_columns: Vec<(String, Kind)>,
    /// Columns of the people file, if there was one.
    pub people_columns: Option<Vec<(String, Kind)>>,
    /// Files of the log.
    pub log: Vec<File>,
    /// Files of the people.
    pub people: Option<Vec<File>>,
    /// What was noticed when the files were opened.
    pub notes: Vec<String>,
    /// The protected attributes.
    pub attributes: Vec<Attribute>,
    /// The tallies that were added up into this one, by digest; empty for one that was counted from a log.
    pub merged: Vec<String>,
    /// What was left out.
    pub withheld: Option<Withheld>,
}

impl About {
    /// The names of the outcomes, in their order.
    fn outcomes(&self) -> impl Iterator<Item = &str> + Clone {
        let names = self.definition.iter().map(|(what, _)| what.as_str());
        names.filter_map(definition::outcome_of)
    }

    /// The names of some attributes.
    fn names(&self, attributes: &[usize]) -> Vec<&str> {
        attributes.iter().map(|&a| self.attributes[a].name.as_str()).collect()
    }
}

/// A file that was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its name, as a report shows it.
    pub name: String,
    /// A digest of its length, its beginning and its end; a database has none.
    pub fingerprint: Option<String>,
    /// What its bytes are known by.
    #[serde(default)]
    pub digest: FileDigest,
}

/// What the bytes of a file are known by.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileDigest {
    /// Nobody asked for it.
    #[default]
    NotAsked,
    /// It is no file: a table of a database.
    NotAFile,
    /// SHA-256 in hexadecimal, and how many bytes they are.
    Sha256(String, u64),
}

/// A protected attribute.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// Whether its groups are listed in the spec, and not found in the log.
    pub closed: bool,
}

/// What was left out of a tally.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withheld {
    /// Groups of fewer people than this.
    pub under: u64,
    /// How many groups are missing, those among them that keep the small ones from being had by subtraction.
    pub groups: u64,
}

/// The files of a tally that was just counted, each with its fingerprint.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Files {
    /// The log.
    pub log: Vec<File>,
    /// The people file.
    pub people: Option<Vec<File>>,
    /// What checks look in, in the order of the plan.
    pub checks: Vec<File>,
}

impl Stored {
    /// A tally that was just counted; `notes` are those of the opened files, `spec` the typed text.
    #[must_use]
    pub fn new(
        plan: &Plan,
        counted: Counted,
        flags: Flags,
        text: String,
        schemas: (&Schema, Option<&Schema>),
        files: Files,
        notes: Vec<String>,
    ) -> Self {
        let (log, people) = schemas;
        Self {
            about: About {
                schema: SCHEMA.to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                digest: String::new(),
                spec: plan.source.path.clone(),
                text,
                flags,
                as_of: plan.as_of,
                definition: definition(plan, log, people),
                log_columns: log.columns.clone(),
                people_columns: people.map(|schema| schema.columns.clone()),
                log: files.log,
                people: files.people,
                notes,
                attributes: plan
                    .attributes
                    .iter()
                    .map(|attribute| Attribute {
                        name: attribute.name.clone(),
                        closed: !matches!(attribute.rule, Rule::AsIs | Rule::Period(_)),
                    })
                    .collect(),
                merged: Vec::new(),
                withheld: None,
            },
            counted,
        }
    }
}
