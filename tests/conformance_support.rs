//! The same log through the embedded engine and through a database, and the two tallies side by side.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use adbc_core::options::{AdbcVersion, OptionDatabase};
use adbc_core::{Connection as _, Database as _, Driver as _, Statement as _};
use adbc_driver_manager::{ManagedConnection, ManagedDriver};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use parquet::arrow::ArrowWriter;
use parytet::catalogue::Measure;
use parytet::diagnostic::Diagnostic;
use parytet::engine::sql::{self, Dialect, Relation, Relations};
use parytet::engine::{self, Counted};
use parytet::log::{Opened, find_files};
use parytet::plan::{self, Kind, Patterns, Plan, Schema, Source, StoreOptions};
use parytet::spec;
use parytet::tally::{CrossSums, GroupTally, Sums, Tally};
use tempfile::TempDir;

/// One thread is enough for logs this small.
const MEANS: engine::Means = engine::Means { threads: 1, room: None };

/// One value of a log.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Null,
    Text(String),
    Integer(i64),
    Real(f64),
    Boolean(bool),
    /// Days since 1970.
    Date(i32),
    /// Microseconds since 1970.
    Datetime(i64),
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Cell::Text(text.to_owned())
    }
}

/// A log or a people table.
#[derive(Debug, Clone)]
pub struct Log {
    pub columns: Vec<(&'static str, Kind)>,
    pub rows: Vec<Vec<Cell>>,
}

impl Log {
    /// All columns text.
    pub fn of_texts(columns: &[&'static str], rows: &[&[&str]]) -> Self {
        Self {
            columns: columns.iter().map(|name| (*name, Kind::Text)).collect(),
            rows: rows
                .iter()
                .map(|row| row.iter().map(|cell| Cell::from(*cell)).collect())
                .collect(),
        }
    }

    /// The same without types that SQLite does not have: days and points in time as texts.
    fn without_days(&self) -> Self {
        let mut log = self.clone();
        for (_, kind) in &mut log.columns {
            if matches!(kind, Kind::Date | Kind::Datetime) {
                *kind = Kind::Text;
            }
        }
        for cell in log.rows.iter_mut().flatten() {
            match cell {
                Cell::Date(_) | Cell::Datetime(_) => *cell = Cell::Text(shown(cell)),
                _ => {}
            }
        }
        log
    }

    fn batch(&self) -> RecordBatch {
        macro_rules! array {
            ($array:ty, $variant:path, $from:ident) => {
                Arc::new(<$array>::from_iter($from.map(|cell| match cell {
                    $variant(x) => Some(x.clone()),
                    _ => None,
                }))) as ArrayRef
            };
        }
        let columns = self.columns.iter().enumerate().map(|(i, (name, kind))| {
            let cells = self.rows.iter().map(|row| &row[i]);
            let array = match kind {
                Kind::Integer => array!(Int64Array, Cell::Integer, cells),
                Kind::Real => array!(Float64Array, Cell::Real, cells),
                Kind::Boolean => array!(BooleanArray, Cell::Boolean, cells),
                Kind::Date => array!(Date32Array, Cell::Date, cells),
                Kind::Datetime => array!(TimestampMicrosecondArray, Cell::Datetime, cells),
                _ => array!(StringArray, Cell::Text, cells),
            };
            (*name, array)
        });
        RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
    }

    fn write(&self, path: &Path) {
        let batch = self.batch();
        let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
    }
}

/// A day or point in time as text.
fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Date(days) => {
            let day = jiff::civil::date(1970, 1, 1) + jiff::Span::new().days(*days);
            day.to_string()
        }
        Cell::Datetime(micros) => jiff::Timestamp::from_microsecond(*micros).unwrap().to_string(),
        _ => String::new(),
    }
}

/// A database to compare with.
pub struct Engine {
    pub dialect: Dialect,
    connection: ManagedConnection,
}

/// Names of the tables that tests make.
const LOG: &str = "log; drop table \"x\"";
const PEOPLE: &str = "people ü";

impl Engine {
    /// The database of this dialect, where the environment names a driver for it.
    #[expect(
        clippy::disallowed_methods,
        reason = "the environment says which drivers there are to test with"
    )]
    pub fn find(dialect: Dialect) -> Option<Self> {
        let (driver, entry): (_, Option<&[u8]>) = match dialect {
            Dialect::DuckDb => ("PARYTET_DUCKDB", Some(b"duckdb_adbc_init")),
            Dialect::Sqlite => ("PARYTET_SQLITE", None),
            Dialect::Postgres => ("PARYTET_POSTGRES", None),
            _ => return None,
        };
        let driver = std::env::var(driver).ok()?;
        let uri = match dialect {
            Dialect::Postgres => Some(std::env::var("PARYTET_POSTGRES_URI").ok()?),
            Dialect::Sqlite => Some(":memory:".to_owned()),
            _ => None,
        };
        let mut driver = ManagedDriver::load_dynamic_from_filename(driver, entry, AdbcVersion::V100).unwrap();
        let options = uri.map(|uri| (OptionDatabase::Uri, uri.as_str().into()));
        let database = driver.new_database_with_opts(options).unwrap();
        let mut engine = Self {
            dialect,
            connection: database.new_connection().unwrap(),
        };
        for statement in dialect.preparations() {
            engine.run(statement);
        }
        Some(engine)
    }

    pub fn run(&mut self, sql: &str) {
        let mut statement = self.connection.new_statement().unwrap();
        statement.set_sql_query(sql).unwrap();
        statement
            .execute_update()
            .unwrap_or_else(|error| self.failed(&error, sql));
    }

    pub fn ask(&mut self, sql: &str) -> Vec<RecordBatch> {
        let mut statement = self.connection.new_statement().unwrap();
        statement.set_sql_query(sql).unwrap();
        let reader = statement.execute().unwrap_or_else(|error| self.failed(&error, sql));
        let batches: Result<Vec<RecordBatch>, _> = reader.collect();
        batches.unwrap_or_else(|error| self.failed(&error, sql))
    }

    /// Ends the test with the head of what an engine says, and of what it was told.
    fn failed<T>(&self, error: &dyn std::fmt::Display, sql: &str) -> T {
        let head = |text: &str| text.chars().take(600).collect::<String>();
        panic!("{}: {}\n{}", self.dialect.name(), head(&error.to_string()), head(sql))
    }

    fn quoted(name: &str) -> String {
        format!("\"{}\"", name.replace('"', "\"\""))
    }

    /// Makes a table of these rows.
    fn load(&mut self, table: &str, log: &Log) {
        let table = Self::quoted(table);
        self.run(&format!("DROP TABLE IF EXISTS {table}"));
        let columns: Vec<String> = log
            .columns
            .iter()
            .map(|(name, kind)| {
                let sql_type = match kind {
                    Kind::Integer => "BIGINT",
                    Kind::Real => "DOUBLE PRECISION",
                    Kind::Boolean => "BOOLEAN",
                    Kind::Date => "DATE",
                    Kind::Datetime => "TIMESTAMP",
                    _ => "TEXT",
                };
                format!("{} {sql_type}", Self::quoted(name))
            })
            .collect();
        // Tests share one server, and run side by side.
        self.run(&format!("CREATE TEMPORARY TABLE {table} ({})", columns.join(", ")));
        for rows in log.rows.chunks(400) {
            let rows: Vec<String> = rows
                .iter()
                .map(|row| {
                    let cells: Vec<String> = row.iter().map(|cell| self.literal(cell)).collect();
                    format!("({})", cells.join(", "))
                })
                .collect();
            self.run(&format!("INSERT INTO {table} VALUES {}", rows.join(", ")));
        }
    }

    fn literal(&self, cell: &Cell) -> String {
        match cell {
            Cell::Null => "NULL".to_owned(),
            Cell::Text(text) => format!("'{}'", text.replace('\'', "''")),
            Cell::Integer(i64::MIN) => "(-9223372036854775807 - 1)".to_owned(),
            Cell::Integer(x) => x.to_string(),
            Cell::Real(x) if x.is_nan() && self.dialect == Dialect::Sqlite => "NULL".to_owned(),
            Cell::Real(x) if x.is_infinite() && self.dialect == Dialect::Sqlite => {
                if *x > 0.0 { "9e999" } else { "-9e999" }.to_owned()
            }
            Cell::Real(x) => format!("CAST('{x:e}' AS DOUBLE PRECISION)"),
            Cell::Boolean(x) => if *x { "TRUE" } else { "FALSE" }.to_owned(),
            Cell::Date(_) => format!("DATE '{}'", shown(cell)),
            Cell::Datetime(_) => format!("TIMESTAMP '{}'", shown(cell).replace('T', " ").trim_end_matches('Z')),
        }
    }
}

/// A plan, with what it reads.
pub struct Case {
    pub plan: Plan,
    log: (Opened, Schema),
    people: Option<(Opened, Schema)>,
    _folder: Option<TempDir>,
}

impl Case {
    /// A spec about `log.parquet`, and `people.parquet` where there are people.
    pub fn of_logs(spec: &str, log: &Log, people: Option<&Log>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        log.write(&folder.path().join("log.parquet"));
        if let Some(people) = people {
            people.write(&folder.path().join("people.parquet"));
        }
        let mut case = Self::of_spec(spec, folder.path().to_path_buf());
        case._folder = Some(folder);
        case
    }

    /// A spec whose paths are relative to a folder.
    pub fn of_spec(text: &str, folder: PathBuf) -> Self {
        let spec = spec::parse(text, "spec.toml", folder).unwrap_or_else(|faults| panic!("{faults:?}"));
        let inputs = plan::inputs(&spec).unwrap();
        let open = |patterns: &Patterns| -> (Source, Opened, Schema) {
            let source = Source {
                files: find_files(
                    &patterns.patterns,
                    &patterns.folder,
                    patterns.format,
                    &StoreOptions::default(),
                )
                .unwrap(),
                csv: patterns.csv.clone(),
                stores: StoreOptions::default(),
                second: None,
            };
            let opened = Opened::open(&source).unwrap();
            let schema = opened.schema().unwrap();
            (source, opened, schema)
        };
        let (source, opened, schema) = open(&inputs.log);
        let people = inputs.people.as_ref().map(open);
        let planned = people.as_ref().map(|(source, _, schema)| (source.clone(), schema));
        let plan = plan::resolve(&spec, source, &schema, planned, jiff::civil::date(2026, 3, 1))
            .unwrap_or_else(|faults| panic!("{faults:?}"));
        Self {
            plan,
            log: (opened, schema),
            people: people.map(|(_, opened, schema)| (opened, schema)),
            _folder: None,
        }
    }

    pub fn embedded(&self) -> Result<Counted, Diagnostic> {
        let beside = engine::Beside {
            people: self.people.as_ref().map(|(opened, _)| opened),
            events: &[],
        };
        engine::embedded(&self.plan, &self.log.0, beside, &MEANS, &|_, _| {})
    }

    pub fn statements(&self, dialect: Dialect) -> Vec<String> {
        let relations = Relations {
            log: Relation::Table(vec![LOG.to_owned()]),
            people: self.people.as_ref().map(|_| {
                // A query, with what queries end with.
                Relation::Query(format!("SELECT * FROM {} -- all of them", Engine::quoted(PEOPLE)))
            }),
        };
        let people = self.people.as_ref().map(|(_, schema)| schema);
        sql::statements(&self.plan, &self.log.1, people, &relations, dialect).unwrap()
    }

    pub fn pushed_down(&self, engine: &mut Engine) -> Result<Counted, Diagnostic> {
        let mut answers = Vec::new();
        for statement in self.statements(engine.dialect) {
            answers.push(engine.ask(&statement));
            sql::check(&self.plan, &answers)?;
        }
        sql::counted(&self.plan, &answers)
    }
}

/// Counts a log in a database, and in the embedded engine.
pub fn both(engine: &mut Engine, spec: &str, log: &Log, people: Option<&Log>) -> [Result<Counted, Diagnostic>; 2] {
    let typeless = engine.dialect == Dialect::Sqlite;
    let typed = |log: &Log| if typeless { log.without_days() } else { log.clone() };
    let (log, people) = (typed(log), people.map(typed));
    engine.load(LOG, &log);
    if let Some(people) = &people {
        engine.load(PEOPLE, people);
    }
    let case = Case::of_logs(spec, &log, people.as_ref());
    [case.embedded(), case.pushed_down(engine)]
}

/// Loads the files of a fixture as tables of texts, and counts them both ways.
pub fn both_of_fixture(engine: &mut Engine, case: &Case, log: &Log, people: Option<&Log>) -> [Counted; 2] {
    engine.load(LOG, log);
    if let Some(people) = people {
        engine.load(PEOPLE, people);
    }
    [case.embedded().unwrap(), case.pushed_down(engine).unwrap()]
}

/// Asserts that two engines counted the same: counts exactly, real sums to 10⁻¹² of their size.
#[track_caller]
pub fn assert_same(what: &str, [one, other]: [&Counted; 2]) {
    assert_eq!(
        one.rows.iter().sum::<u64>(),
        other.rows.iter().sum::<u64>(),
        "{what}: rows"
    );
    let sum = |rows: &Option<Vec<u64>>| rows.as_ref().map(|rows| rows.iter().sum::<u64>());
    assert_eq!(sum(&one.people_rows), sum(&other.people_rows), "{what}: rows of people");
    assert_eq!(
        one.subjects_without_record, other.subjects_without_record,
        "{what}: strangers"
    );
    assert_eq!(one.records_without_rows, other.records_without_rows, "{what}: unused");
    assert_eq!(one.notes, other.notes, "{what}: notes");
    let (one, other): (&Tally, &Tally) = (&one.tally, &other.tally);
    assert_eq!(one.shape, other.shape, "{what}");
    assert_eq!(one.outcomes, other.outcomes, "{what}: accounts");
    let weighted = one.shape.weighted;
    assert_same_group(&format!("{what}, everyone"), weighted, &one.everyone, &other.everyone);
    for (g, (a, b)) in one.groupings.iter().zip(&other.groupings).enumerate() {
        let what = format!("{what}, grouping {g}");
        let names = |groups: &[GroupTally]| groups.iter().map(GroupTally::name).collect::<Vec<_>>();
        assert_eq!(names(&a.groups), names(&b.groups), "{what}");
        assert_eq!(a.several, b.several, "{what}: people in several groups");
        for (x, y) in a.groups.iter().zip(&b.groups) {
            assert_same_group(&format!("{what}, {}", x.name()), weighted, x, y);
        }
        let keys = |pairs: &[((usize, usize), Vec<CrossSums>)]| pairs.iter().map(|(k, _)| *k).collect::<Vec<_>>();
        assert_eq!(keys(&a.pairs), keys(&b.pairs), "{what}: pairs");
        for ((key, x), (_, y)) in a.pairs.iter().zip(&b.pairs) {
            assert_same_crosses(&format!("{what}, pair {key:?}"), x, y);
        }
    }
}

#[track_caller]
fn assert_same_group(what: &str, weighted: bool, one: &GroupTally, other: &GroupTally) {
    assert_eq!(one.labels, other.labels, "{what}");
    assert_eq!(one.fates, other.fates, "{what}");
    assert_eq!(
        (one.rows, one.subjects),
        (other.rows, other.subjects),
        "{what}: rows and people"
    );
    for (part, x, y) in [
        ("single", &one.single, &other.single),
        ("multi", &one.multi, &other.multi),
        ("rest", &one.multi_rest, &other.multi_rest),
        ("elsewhere", &one.elsewhere, &other.elsewhere),
    ] {
        for (o, (x, y)) in x.iter().zip(y).enumerate() {
            assert_same_sums(&format!("{what}, {part}, outcome {o}"), weighted, x, y);
        }
    }
    assert_same_crosses(&format!("{what}, with rest"), &one.with_rest, &other.with_rest);
    assert_same_crosses(&format!("{what}, with all"), &one.with_all, &other.with_all);
}

#[track_caller]
fn assert_same_sums(what: &str, weighted: bool, one: &Sums, other: &Sums) {
    assert_eq!(one.subjects, other.subjects, "{what}: people");
    let denominators: Vec<_> = other.denominators().collect();
    assert_eq!(one.denominators().collect::<Vec<_>>(), denominators, "{what}: behind");
    for ((m, x), (n, y)) in one.measures().zip(other.measures()) {
        let real = weighted || m == Measure::OwnRate || m.is_amount();
        assert_eq!(m, n);
        assert_near(&format!("{what}: {m:?}"), x, y, if real { 1e-12 } else { 0.0 });
    }
    for ((m, x), (n, y)) in one.products().zip(other.products()) {
        assert_eq!(m, n);
        assert_near(&format!("{what}: {m:?}"), x, y, 1e-12);
    }
}

#[track_caller]
fn assert_same_crosses(what: &str, one: &[CrossSums], other: &[CrossSums]) {
    for (o, (x, y)) in one.iter().zip(other).enumerate() {
        for ((m, x), (n, y)) in x.products().zip(y.products()) {
            assert_eq!(m, n);
            assert_near(&format!("{what}, outcome {o}: {m:?}"), x, y, 1e-12);
        }
    }
}

#[track_caller]
fn assert_near(what: &str, x: f64, y: f64, tolerance: f64) {
    assert!(
        (x - y).abs() <= tolerance * x.abs().max(y.abs()),
        "{what}: {x:e} is not {y:e}"
    );
}

/// Runs a test on every database that there is a driver for.
#[allow(clippy::print_stderr, reason = "a skipped test must say so")]
pub fn on_every_engine(test: impl Fn(&mut Engine)) {
    for dialect in [Dialect::DuckDb, Dialect::Sqlite, Dialect::Postgres] {
        match Engine::find(dialect) {
            Some(mut engine) => test(&mut engine),
            None => eprintln!(
                "skipped: {}, because the environment names no driver for it (see tests/engines/run.sh)",
                dialect.name()
            ),
        }
    }
}

#[track_caller]
pub fn same(engine: &mut Engine, what: &str, spec: &str, log: &Log, people: Option<&Log>) {
    let what = format!("{}, {what}", engine.dialect.name());
    let [embedded, pushed_down] = both(engine, spec, log, people);
    let embedded = embedded.unwrap_or_else(|fault| panic!("{what}: {fault}"));
    let pushed_down = pushed_down.unwrap_or_else(|fault| panic!("{what}: {fault}"));
    assert_same(&what, [&embedded, &pushed_down]);
}

/// Both refuse, with the same code.
#[track_caller]
pub fn same_refusal(engine: &mut Engine, code: &str, spec: &str, log: &Log, people: Option<&Log>) -> String {
    let [embedded, pushed_down] = both(engine, spec, log, people);
    let embedded = embedded.expect_err("this must be an error");
    let pushed_down = pushed_down.expect_err("this must be an error");
    assert_eq!(embedded.code, code, "{embedded}");
    assert_eq!(pushed_down.code, code, "{}: {pushed_down}", engine.dialect.name());
    // Values that were seen come in another order, and so does their text.
    let sorted = |help: &[String]| {
        let mut words: Vec<String> = help
            .iter()
            .flat_map(|h| h.split(&[' ', ',']))
            .map(str::to_owned)
            .collect();
        words.sort();
        words
    };
    assert_eq!(
        sorted(&embedded.help),
        sorted(&pushed_down.help),
        "{}",
        engine.dialect.name()
    );
    pushed_down.to_string()
}
