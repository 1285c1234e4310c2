//! Every engine counts the same: the embedded one is the definition, databases are held against it.
//!
//! Databases are reached through drivers that the environment names; `tests/engines/run.sh` installs and runs them.

use std::path::Path;

use parytet::engine::sql::Dialect;
use parytet::plan::Kind;

use crate::conformance_logs::{
    ATTRIBUTES, DECIDED, FILTERS, OUTCOMES, PEOPLE, PLAIN, SUBJECT, head, nasty, people, plain,
};
use crate::conformance_support::{Case, Cell, Log, assert_same, both_of_fixture, on_every_engine, same, same_refusal};

#[test]
fn fixtures_are_counted_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    on_every_engine(|engine| {
        for (name, spec, log, people) in [
            ("biased", "audit", "offers", None),
            ("fair", "audit", "offers", None),
            ("tiny", "audit", "offers", None),
            ("changing", "audit", "offers", None),
            ("counted", "audit", "admissions", None),
            ("missing", "audit", "offers", Some("customers")),
            ("repeated", "audit", "offers", None),
            ("repeated", "by_row", "offers", None),
            ("weighted", "audit", "survey", None),
        ] {
            let folder = folder.join(name);
            let text = std::fs::read_to_string(folder.join(format!("{spec}.toml"))).unwrap();
            let case = Case::of_spec(&text, folder.clone());
            let table = |file: &str| read(&folder.join(format!("{file}.csv")));
            let people = people.map(table);
            let [embedded, pushed_down] = both_of_fixture(engine, &case, &table(log), people.as_ref());
            assert_same(&format!("{}, {name}", engine.dialect.name()), [&embedded, &pushed_down]);
        }
    });
}

/// A CSV as a table of texts.
fn read(path: &Path) -> Log {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let columns = reader.headers().unwrap().iter();
    Log {
        columns: columns.map(|name| (&*name.to_owned().leak(), Kind::Text)).collect(),
        rows: reader
            .records()
            .map(|row| row.unwrap().iter().map(Cell::from).collect())
            .collect(),
    }
}

#[test]
fn people_of_a_nasty_log_are_counted_the_same() {
    let spec = head(&format!("{SUBJECT}time = \"at\"\n{FILTERS}"))
        + ATTRIBUTES
        + "[groups]\nintersections = \"all\"\n"
        + OUTCOMES;
    on_every_engine(|engine| {
        for (rows, seed) in [(1, 3), (40, 1), (3000, 2)] {
            same(engine, &format!("{rows} rows"), &spec, &nasty(rows, seed), None);
        }
    });
}

#[test]
fn metrics_of_the_spec_are_counted_the_same() {
    // Products and a denominator that no metric of the catalogue needs.
    let metrics = "[[metric]]\nname = \"odd\"\nnumerator = { ever_selected = 3, value = -1, own_rate = 2 }\n\
                   denominator = { labelled = 2, selected_value_rows = 1 }\n";
    let spec = head(&format!("{SUBJECT}time = \"at\"\n{FILTERS}")) + ATTRIBUTES + metrics + OUTCOMES;
    on_every_engine(|engine| {
        same(engine, "a metric of the spec", &spec, &nasty(500, 4), None);
    });
}

/// List prices and logarithms, with products that no metric of the catalogue needs. None of logarithms by amounts: those of
/// large and of small values cancel, and leave fewer than twelve digits to compare.
const PRICES: &str = r#"
[[metric]]
name = "odd"
numerator = { list_price = 2, own_rate = 1, value = 1 }
denominator = { listed_value = 1, subjects = 1 }

[[metric]]
name = "odder"
numerator = { log_value = 1, own_rate = 1 }
denominator = { logged_rows = 1, subjects = 1 }

[[outcome]]
name = "priced"
favourable = true
selected = { column = "decision", values = ["yes"] }
value = "worth"
list_price = "worth_text"
metrics = ["default", "prices"]
"#;

#[test]
fn prices_are_counted_the_same() {
    for subject in [SUBJECT, ""] {
        for counts in ["", "weight = \"weight\"", "count = \"freq\""] {
            let spec = head(&format!("{subject}{counts}")) + ATTRIBUTES + STRATUM + PRICES;
            on_every_engine(|engine| same(engine, "prices", &spec, &nasty(1200, 7), None));
        }
    }
}

#[test]
fn rows_of_a_nasty_log_are_counted_the_same() {
    let spec = head(FILTERS) + ATTRIBUTES + "[groups]\nintersections = \"all\"\n" + OUTCOMES;
    on_every_engine(|engine| same(engine, "rows", &spec, &nasty(2000, 4), None));
}

/// Groups are counted within it too.
const STRATUM: &str = "[[stratum]]\nname = \"within\"\ncolumn = \"flag\"\n";

#[test]
fn weights_are_counted_the_same() {
    for subject in [SUBJECT, ""] {
        let spec = head(&format!("{subject}weight = \"weight\"")) + ATTRIBUTES + STRATUM + OUTCOMES;
        on_every_engine(|engine| same(engine, "weights", &spec, &nasty(2000, 5), None));
    }
}

#[test]
fn counts_are_counted_the_same() {
    let counted = r#"
[[outcome]]
name = "hit"
favourable = true
selected = { column = "hits", counts = true, empty = 0 }
"#;
    for subject in [SUBJECT, ""] {
        for outcomes in [OUTCOMES.to_owned(), counted.to_owned(), format!("{OUTCOMES}{counted}")] {
            let spec = head(&format!("{subject}count = \"freq\"")) + ATTRIBUTES + &outcomes;
            on_every_engine(|engine| same(engine, "counts", &spec, &nasty(1500, 6), None));
        }
    }
}

#[test]
fn columns_of_every_kind_make_the_same_groups() {
    let spec = head(SUBJECT)
        + r#"
[[protected]]
name = "size"
column = "größe"
missing = ["-5"]

[[protected]]
name = "sizes"
column = "größe"
values = { one = ["1", "2.0"], large = ["9007199254740993"] }

[[protected]]
name = "grade"
missing = ["2.5"]

[[protected]]
name = "grades"
column = "grade"
values = { seven = ["7", "0.25"], "not so" = ["7.0"] }

[[protected]]
name = "flag"

[[protected]]
name = "birthday"
missing = ["1970-01-01"]

[[protected]]
name = "at"
values = { first = ["2025-02-28T23:59:59Z"] }

[[protected]]
name = "moment"
column = "at"

[[protected]]
name = "size band"
column = "größe"
bands = [-5, 1.5, 10]

[[protected]]
name = "grade band"
column = "grade"
bands = [0, 0.25, 7]
"# + OUTCOMES;
    on_every_engine(|engine| same(engine, "kinds", &spec, &nasty(600, 7), None));
}

#[test]
fn dates_of_birth_become_the_same_ages() {
    let born = r#"
[[protected]]
name = "age"
column = "birthday"
bands = [18, 24.5, 25, 40]

[[protected]]
name = "moment"
column = "at"
bands = [0, 1]
"#;
    let mut log = nasty(400, 8);
    // The day after every row, so that nobody is born later.
    for row in &mut log.rows {
        if let Cell::Date(20_000) = row[6] {
            row[6] = Cell::Date(13_939);
        }
    }
    for time in ["", "time = \"at\""] {
        let spec = head(&format!("{SUBJECT}{time}")) + born + OUTCOMES;
        if time.is_empty() {
            // As of 1 March 2026 the latest rows lie ahead.
            log.rows
                .retain(|row| !matches!(row[7], Cell::Datetime(t) if t > 1_772_300_000_000_000));
        }
        on_every_engine(|engine| same(engine, "ages", &spec, &log, None));
    }
}

#[test]
fn more_outcomes_than_one_statement_takes() {
    let mut spec = head(SUBJECT) + ATTRIBUTES + OUTCOMES;
    for i in 0..9 {
        spec += &format!(
            "[[outcome]]\nname = \"o{i}\"\nfavourable = true\nselected = {{ column = \"score\", above = 0.{i} }}\n\
             actual = {{ column = \"grade\", at_most = {i} }}\n"
        );
    }
    on_every_engine(|engine| same(engine, "outcomes", &spec, &nasty(500, 9), None));
}

#[test]
fn people_of_another_table_are_found() {
    let attributes = r#"
[[protected]]
name = "team"
column = "te am"

[[protected]]
name = "teams"
column = "te am"
values = { all = ["x", "X"] }

[[protected]]
name = "dob"
bands = [40, 45]

[[protected]]
name = "age"
bands = [35, 60]

[[protected]]
name = "gender"
column = "Gen der"

[groups]
intersections = [["team", "gender"]]
"#;
    for time in ["", "time = \"at\""] {
        let spec = head(&format!("{SUBJECT}{time}\n{FILTERS}")) + PEOPLE + attributes + OUTCOMES;
        on_every_engine(|engine| same(engine, "people", &spec, &nasty(400, 10), Some(&people())));
    }
    // A people table of which nothing is used.
    let spec = head(SUBJECT) + PEOPLE + ATTRIBUTES + OUTCOMES;
    on_every_engine(|engine| same(engine, "unused people", &spec, &nasty(400, 10), Some(&people())));
}

#[test]
fn keys_of_other_types_are_the_same_people() {
    let log = |kind: Kind, id: fn(i64) -> Cell| Log {
        columns: vec![("id", kind), ("d", Kind::Text), ("group", Kind::Text)],
        rows: (0..20)
            .map(|i| vec![id(i), Cell::from(if i % 3 == 0 { "1" } else { "0" }), Cell::from("a")])
            .collect(),
    };
    let people = Log {
        columns: vec![("key", Kind::Integer), ("team", Kind::Text)],
        rows: (5..30_i64)
            .map(|i| vec![Cell::Integer(i), Cell::from(["a", "b"][i as usize % 2])])
            .collect(),
    };
    let spec = "[log]\npath = \"log.parquet\"\nsubject = \"id\"\n[people]\npath = \"people.parquet\"\nkey = \"key\"\n\
                [[protected]]\nname = \"team\"\n[[outcome]]\nname = \"o\"\nfavourable = true\n\
                selected = { column = \"d\", values = [\"1\"] }\n";
    on_every_engine(|engine| {
        same(
            engine,
            "texts",
            spec,
            &log(Kind::Text, |i| Cell::Text(i.to_string())),
            Some(&people),
        );
        same(
            engine,
            "reals",
            spec,
            &log(Kind::Real, |i| Cell::Real(i as f64)),
            Some(&people),
        );
    });
}

#[test]
fn large_counts_are_exact() {
    let spec = "[log]\npath = \"log.parquet\"\nsubject = \"id\"\ncount = \"x\"\n[[protected]]\nname = \"group\"\n"
        .to_owned()
        + DECIDED;
    let all = 1_u64 << 53;
    let half = (all / 2).to_string();
    let less = (all / 2 - 1).to_string();
    on_every_engine(|engine| {
        let log = plain(&[&["1", "a", "1", &half], &["2", "b", "0", &less], &["2", "a", "1", "1"]]);
        same(engine, "2^53 rows", &spec, &log, None);
        let log = plain(&[&["1", "a", "1", &half], &["2", "b", "0", &half], &["3", "a", "1", "1"]]);
        same_refusal(engine, "out-of-range", &spec, &log, None);
    });
}

#[test]
fn look_alikes_are_noted() {
    let log = plain(&[
        &["1", "Female", "1", ""],
        &["2", "female ", "0", ""],
        &["3", "x", "0", ""],
    ]);
    on_every_engine(|engine| same(engine, "look-alikes", &(PLAIN.to_owned() + DECIDED), &log, None));
}

/// Plans of every shape.
fn specs() -> Vec<(String, bool)> {
    let counted = "[[outcome]]\nname = \"hit\"\nfavourable = true\nselected = { column = \"hits\", counts = true }\n";
    vec![
        (
            head(&format!("{SUBJECT}time = \"at\"\n{FILTERS}")) + ATTRIBUTES + OUTCOMES,
            false,
        ),
        (
            head(&format!("{SUBJECT}weight = \"weight\"")) + ATTRIBUTES + OUTCOMES,
            false,
        ),
        (head("count = \"freq\"") + ATTRIBUTES + counted + OUTCOMES, false),
        (
            head(&format!("{SUBJECT}weight = \"weight\"")) + ATTRIBUTES + STRATUM + PRICES,
            false,
        ),
        (
            head(SUBJECT)
                + PEOPLE
                + "[[protected]]\nname = \"dob\"\nbands = [40]\n[[protected]]\nname = \"te am\"\n"
                + OUTCOMES,
            true,
        ),
        (
            head(SUBJECT)
                + "[[protected]]\nname = \"birthday\"\nbands = [40]\n[[protected]]\nname = \"grade\"\n\
             [[protected]]\nname = \"at\"\n"
                + OUTCOMES,
            false,
        ),
    ]
}

#[test]
fn every_dialect_is_read_by_its_parser() {
    use sqlparser::dialect as d;
    // DuckDB, PostgreSQL and SQLite read theirs themselves, in the tests above.
    let parsers: [(Dialect, &dyn d::Dialect); 6] = [
        (Dialect::Spark, &d::DatabricksDialect {}),
        (Dialect::Databricks, &d::DatabricksDialect {}),
        (Dialect::Snowflake, &d::SnowflakeDialect {}),
        (Dialect::BigQuery, &d::BigQueryDialect {}),
        (Dialect::ClickHouse, &d::ClickHouseDialect {}),
        // Trino has no parser of its own here; it keeps to the standard more closely than any other.
        (Dialect::Trino, &d::AnsiDialect {}),
    ];
    for (spec, with_people) in specs() {
        let people = people();
        let case = Case::of_logs(&spec, &nasty(3, 1), with_people.then_some(&people));
        for (dialect, parser) in parsers {
            for statement in case.statements(dialect) {
                let parsed = sqlparser::parser::Parser::parse_sql(parser, &statement);
                let parsed = parsed.unwrap_or_else(|error| panic!("{}: {error}\n{statement}", dialect.name()));
                assert_eq!(parsed.len(), 1, "{}: one statement", dialect.name());
            }
        }
    }
}
