//! What must be known of a spec before its files can be opened.

use std::path::PathBuf;

use super::{Csv, Format};
use crate::diagnostic::{Diagnostic, Place, near};
use crate::spec::{self, At, Setting, ShortRows, Spec, place_of};

/// Paths or globs of one source, and how its text is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Patterns {
    /// Paths or globs, as written.
    pub patterns: Vec<String>,
    /// The folder to which relative ones refer.
    pub folder: PathBuf,
    /// The format, when the spec says it.
    pub format: Option<Format>,
    /// How delimited text is written.
    pub csv: Csv,
    /// Where the first pattern was written.
    pub place: Option<Place>,
}

/// The sources of an audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inputs {
    /// The log.
    pub log: Patterns,
    /// A second log to compare with.
    pub versus: Option<Patterns>,
    /// The people file.
    pub people: Option<Patterns>,
    /// The logs beside in which checks look.
    pub checks: Vec<Patterns>,
    /// The database, in place of files.
    pub database: Option<Database>,
}

/// A database that holds the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// Name of an ADBC driver, or path of its library.
    pub driver: String,
    /// Function of the library that starts the driver, where it is not the usual one.
    pub entrypoint: Option<String>,
    /// Which SQL the database speaks, where the spec says it.
    pub dialect: Option<String>,
    /// Where the database is.
    pub uri: Option<Setting>,
    /// What the driver asks for besides.
    pub options: Vec<(String, Setting)>,
    /// The log.
    pub log: Relation,
    /// The people.
    pub people: Option<Relation>,
    /// Where the driver was written.
    pub place: Option<Place>,
    /// Where the address was written, else the driver.
    pub uri_place: Option<Place>,
    /// Where the table or query of the log was written.
    pub log_place: Option<Place>,
    /// Where the table or query of the people was written.
    pub people_place: Option<Place>,
}

/// A table or a query of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Relation {
    /// Dotted name of a table or view.
    Table(String),
    /// A query.
    Query(String),
}

fn relation(relation: &spec::Relation) -> Option<Relation> {
    let table = relation.table.as_ref().map(|name| Relation::Table(name.value.clone()));
    table.or_else(|| {
        relation
            .query
            .as_ref()
            .map(|query| Relation::Query(query.value.clone()))
    })
}

fn database(spec: &Spec) -> Option<Database> {
    let database = spec.log.database.as_ref()?;
    let text = |text: &Option<At<String>>| text.as_ref().map(|text| text.value.clone());
    let written = |relation: &spec::Relation| {
        let text = relation.table.as_ref().or(relation.query.as_ref());
        text.and_then(|text| place_of(&spec.source, &text.origin))
    };
    let driver = database.driver.as_ref();
    let place = driver.and_then(|driver| place_of(&spec.source, &driver.origin));
    let uri_place = database
        .uri
        .as_ref()
        .and_then(|uri| place_of(&spec.source, &uri.origin));
    Some(Database {
        driver: text(&database.driver)?,
        entrypoint: text(&database.entrypoint),
        dialect: text(&database.dialect),
        uri: database.uri.as_ref().map(|uri| uri.value.clone()),
        options: database
            .options
            .iter()
            .map(|(key, value)| (key.clone(), value.value.clone()))
            .collect(),
        log: relation(&spec.log.relation)?,
        people: spec.people.as_ref().and_then(|people| relation(&people.relation)),
        log_place: written(&spec.log.relation),
        people_place: spec.people.as_ref().and_then(|people| written(&people.relation)),
        uri_place: uri_place.or_else(|| place.clone()),
        place,
    })
}

/// Finds out what to open.
///
/// # Errors
/// No log; a format that is not known.
pub fn inputs(spec: &Spec) -> Result<Inputs, Vec<Diagnostic>> {
    let mut faults = Vec::new();
    let database = database(spec);
    if spec.log.path.is_empty() && database.is_none() {
        let mut fault = Diagnostic::new("missing-key", "no log is given")
            .help("name it in the spec: [log] path = \"offers.csv\"")
            .help("or on the command line: parytet audit offers.csv …");
        if !spec.source.path.is_empty() {
            fault = fault.at(Place::of_file(&spec.source.path));
        }
        faults.push(fault);
    }
    if let (Some(path), Some(database)) = (spec.log.path.first(), &database) {
        let mut fault = Diagnostic::new("bad-value", "the spec's log is in a database, and a file is given")
            .help("leave the file out, or use a spec whose log is in files");
        fault.place = place_of(&spec.source, &path.origin).or_else(|| database.place.clone());
        faults.push(fault);
    }
    let log = patterns(
        spec,
        &spec.log.path,
        spec.log.format.as_ref(),
        &spec.log.csv,
        &mut faults,
    );
    let versus = (!spec.log.versus.is_empty()).then(|| {
        if let (Some(database), Some(path)) = (&database, spec.log.versus.first()) {
            let mut fault = Diagnostic::new("bad-value", "a log in a database has no second log in files")
                .help("put both into one query, with a column that tells them apart, and name it: system = \"which\"");
            fault.place = place_of(&spec.source, &path.origin).or_else(|| database.place.clone());
            faults.push(fault);
        }
        patterns(
            spec,
            &spec.log.versus,
            spec.log.format.as_ref(),
            &spec.log.csv,
            &mut faults,
        )
    });
    let both = spec
        .people
        .as_ref()
        .filter(|people| people.relation.is_empty() == database.is_some());
    if let Some(people) = both {
        let mut fault = Diagnostic::new(
            "bad-value",
            "log and people must both be in files, or both in the database",
        )
        .help("a join needs both in one place: copy one of them");
        fault.place = place_of(&spec.source, &people.key.origin);
        faults.push(fault);
    }
    let people = spec
        .people
        .as_ref()
        .filter(|people| people.relation.is_empty())
        .map(|people| patterns(spec, &people.path, people.format.as_ref(), &people.csv, &mut faults));
    let checks = spec
        .checks
        .iter()
        .map(|check| patterns(spec, &check.path, check.format.as_ref(), &check.csv, &mut faults))
        .collect();
    if faults.is_empty() {
        Ok(Inputs {
            checks,
            log,
            versus,
            people,
            database,
        })
    } else {
        Err(faults)
    }
}

fn patterns(
    spec: &Spec,
    path: &[At<String>],
    format: Option<&At<String>>,
    csv: &spec::Csv,
    faults: &mut Vec<Diagnostic>,
) -> Patterns {
    let from_flag = path.first().is_some_and(|p| matches!(p.origin, spec::Origin::Flag(_)));
    Patterns {
        patterns: path.iter().map(|p| p.value.clone()).collect(),
        // A path on the command line refers to where the user stands, one in a spec to where the spec lies.
        folder: if from_flag {
            PathBuf::from(".")
        } else {
            spec.source.folder.clone()
        },
        format: format.and_then(|word| match find_format(&word.value) {
            Some(format) => Some(format),
            None => {
                let known = ["csv", "tsv", "ndjson", "parquet", "arrow"];
                let mut fault = Diagnostic::new("bad-value", format!("\"{}\" is not a format", word.value));
                if let Some(meant) = near(&word.value, known) {
                    fault = fault.help(format!("did you mean \"{meant}\"?"));
                }
                fault = fault.help("the formats are csv, tsv, ndjson, parquet and arrow");
                fault.place = place_of(&spec.source, &word.origin);
                faults.push(fault);
                None
            }
        }),
        csv: Csv {
            delimiter: csv
                .delimiter
                .as_ref()
                .map(|d| d.value)
                .or_else(|| format.filter(|f| f.value == "tsv").map(|_| b'\t')),
            quote: csv.quote.as_ref().map_or(b'"', |q| q.value),
            null_values: csv.null_values.as_ref().map(|v| v.value.clone()).unwrap_or_default(),
            allow_short_rows: csv.short_rows.as_ref().is_some_and(|s| s.value == ShortRows::Allow),
        },
        place: path.first().and_then(|p| place_of(&spec.source, &p.origin)),
    }
}

fn find_format(word: &str) -> Option<Format> {
    match word {
        "csv" | "tsv" => Some(Format::Csv),
        "ndjson" | "jsonl" => Some(Format::Ndjson),
        "parquet" => Some(Format::Parquet),
        "arrow" | "ipc" => Some(Format::Arrow),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_a_database_have_the_lines_of_what_is_at_fault() {
        let text = "[log]\nengine = \"adbc\"\ndriver = \"sqlite\"\nuri = \"offers.db\"\ntable = \"offers\"\n\
                    [people]\nquery = \"select 1\"\nkey = \"id\"\n";
        let spec = spec::parse(text, "audit.toml", ".".into()).unwrap_or_else(|faults| panic!("{faults:?}"));
        let found = inputs(&spec)
            .unwrap_or_else(|faults| panic!("{faults:?}"))
            .database
            .unwrap();
        let line = |place: &Option<Place>| place.as_ref().and_then(|place| place.line);
        assert_eq!(line(&found.place), Some(3));
        assert_eq!(line(&found.uri_place), Some(4));
        assert_eq!(line(&found.log_place), Some(5));
        assert_eq!(line(&found.people_place), Some(7));
    }
}
