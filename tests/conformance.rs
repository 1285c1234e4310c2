//! Every engine counts the same: the embedded one is the definition, databases are held against it.
//!
//! Databases are reached through drivers that the environment names; `tests/engines/run.sh` installs and runs them.

use std::path::Path;

use parytet::engine::sql::Dialect;
use parytet::plan::Kind;

use crate::audit_support::Dice;
use crate::conformance_support::{Case, Cell, Engine, Log, assert_same, both, both_of_fixture};

/// Runs a test on every database that there is a driver for.
#[allow(clippy::print_stderr, reason = "a skipped test must say so")]
fn on_every_engine(test: impl Fn(&mut Engine)) {
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
fn same(engine: &mut Engine, what: &str, spec: &str, log: &Log, people: Option<&Log>) {
    let what = format!("{}, {what}", engine.dialect.name());
    let [embedded, pushed_down] = both(engine, spec, log, people);
    let embedded = embedded.unwrap_or_else(|fault| panic!("{what}: {fault}"));
    let pushed_down = pushed_down.unwrap_or_else(|fault| panic!("{what}: {fault}"));
    assert_same(&what, [&embedded, &pushed_down]);
}

/// Both refuse, with the same code.
#[track_caller]
fn same_refusal(engine: &mut Engine, code: &str, spec: &str, log: &Log, people: Option<&Log>) -> String {
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

/// Names that end quotes, and words that SQL means something by.
const COLUMNS: [(&str, Kind); 19] = [
    ("who\"; DROP TABLE log; --", Kind::Text),
    ("select", Kind::Text),
    ("Gen der", Kind::Text),
    ("größe", Kind::Integer),
    ("grade", Kind::Real),
    ("born", Kind::Text),
    ("birthday", Kind::Date),
    ("at", Kind::Datetime),
    ("decision", Kind::Text),
    ("score", Kind::Text),
    ("flag", Kind::Boolean),
    ("label", Kind::Integer),
    ("worth", Kind::Real),
    ("worth_text", Kind::Text),
    ("weight", Kind::Real),
    ("freq", Kind::Integer),
    ("hits", Kind::Integer),
    ("x{x}", Kind::Text),
    ("{y}", Kind::Real),
];

/// One of these; an empty list of cells is a null.
fn one<'a>(dice: &mut Dice, texts: &'a [&'a str]) -> Cell {
    Cell::from(texts[dice.below(texts.len() as u64) as usize])
}

fn maybe(dice: &mut Dice, cell: Cell) -> Cell {
    if dice.below(12) == 0 { Cell::Null } else { cell }
}

/// A log in which everything happens that an engine might take the wrong way.
fn nasty(rows: usize, seed: u64) -> Log {
    let mut dice = Dice(seed);
    let people = 1 + rows as u64 / 4;
    let rows = (0..rows)
        .map(|_| {
            let d = &mut dice;
            let person = d.below(people);
            let id = match person % 5 {
                0 => format!("p{person}"),
                1 => format!("O'Brien {person}"),
                2 => format!("Žofie \"{person}\" \\"),
                3 => format!("{person}"),
                _ => format!(" {person}; DROP TABLE log; --"),
            };
            let id = if d.below(40) == 0 {
                Cell::Text(String::new())
            } else {
                Cell::Text(id)
            };
            // Most people keep their gender; some have two, a few three.
            let gender = match d.below(30) {
                0 => 1,
                1 => 2,
                _ => person % 7,
            };
            let genders = ["F", "M", "f ", "?", "(missing)", "d'ž \\ \"x\"", "-"];
            let score = [
                "0.7", "0.69999", " 0.7 ", "7e-1", ".7", "1.", "+2", "-3", "nan", "NaN", "", "1e-300", "70e-2\t",
            ];
            let freq = [0, 1, 2, 3, 7, 1_000_000][d.below(6) as usize];
            let born = [
                "34",
                " 25 ",
                "24.999",
                "25",
                "44.5",
                "2000-02-29",
                "1999-12-31T10:00",
                "1901-01-01 x",
                "1960-03-01",
                "nan",
                "",
                "65",
                "999",
                "1985-07-15",
                "2001-03-01",
                "-1",
                "1e1",
            ];
            let weight = [0.0, 0.5, 1.0, 2.25, 0.1, 3.333][d.below(6) as usize];
            let grades = [0.1 + 0.2, 7.0, 1e-7, f64::NAN, -0.0, 1e21, 2.5, 0.25, 123_456_789.0];
            let cells = [
                id,
                one(d, &["a", "a", "b", "B", "", "NULL", "null", "ß", "日本"]),
                Cell::from(genders[gender as usize]),
                Cell::Integer([1, 2, 10, -5, 9_007_199_254_740_993][d.below(5) as usize]),
                Cell::Real(grades[d.below(9) as usize]),
                one(d, &born),
                Cell::Date([-10_000, 0, 5_000, 11_016, 11_017, 20_000][d.below(6) as usize]),
                Cell::Datetime(
                    1_740_787_199_000_000 + 31_557_600_000_000 * (d.below(3) as i64) + d.below(3) as i64 * 1_000_000,
                ),
                one(d, &["yes", "no", "no", "YES", "", "yes"]),
                one(d, &score),
                Cell::Boolean(d.below(2) == 0),
                Cell::Integer(d.below(3) as i64),
                Cell::Real([f64::NAN, 1e6, 0.1, 19.99, 0.0, 1e-3][d.below(6) as usize]),
                one(d, &["1", "2.5", "", "nan", " 4 ", "1e3"]),
                Cell::Real(weight),
                Cell::Integer(freq),
                Cell::Integer(if freq == 0 { 0 } else { d.below(freq as u64 + 1) as i64 }),
                one(d, &["email", "app", "web", ""]),
                Cell::Real(d.below(100) as f64 / 7.0),
            ];
            let keep = ["who", "weight", "freq", "hits", "at"];
            cells
                .into_iter()
                .zip(COLUMNS)
                .map(|(cell, (name, _))| {
                    if keep.iter().any(|k| name.starts_with(k)) {
                        cell
                    } else {
                        maybe(d, cell)
                    }
                })
                .collect()
        })
        .collect();
    Log {
        columns: COLUMNS.to_vec(),
        rows,
    }
}

/// The start of a spec about such a log.
fn head(more: &str) -> String {
    format!("[log]\npath = \"log.parquet\"\n{more}\n")
}

const SUBJECT: &str = "subject = \"who\\\"; DROP TABLE log; --\"\n";

const ATTRIBUTES: &str = r#"
[[protected]]
name = "gender"
column = "Gen der"
missing = ["?"]

[[protected]]
name = "segment"
column = "select"
values = { first = ["a", "b"], "se'cond" = ["ß", "日本"] }

[[protected]]
name = "age"
column = "born"
bands = [25, 45, 65]
missing = ["999"]
"#;

const OUTCOMES: &str = r#"
[[outcome]]
name = "offered"
favourable = true
selected = { column = "decision", values = ["yes", "it's"] }
actual = { column = "label", values = ["1"] }
value = "worth"

[[outcome]]
name = "scored"
favourable = false
selected = { column = "score", at_least = 0.7 }
value = "worth_text"

[[outcome]]
name = "flagged"
favourable = false
selected = { column = "flag", values = ["TRUE"] }
actual = { column = "{y}", below = 7 }
"#;

const FILTERS: &str =
    "where = [{ column = \"x{x}\", values = [\"email\", \"app\"] }, { column = \"score\", above = -5 }]";

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
fn rows_of_a_nasty_log_are_counted_the_same() {
    let spec = head(FILTERS) + ATTRIBUTES + "[groups]\nintersections = \"all\"\n" + OUTCOMES;
    on_every_engine(|engine| same(engine, "rows", &spec, &nasty(2000, 4), None));
}

#[test]
fn weights_are_counted_the_same() {
    for subject in [SUBJECT, ""] {
        let spec = head(&format!("{subject}weight = \"weight\"")) + ATTRIBUTES + OUTCOMES;
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

/// A people table for the nasty log, with strangers to it, and people who have no row.
fn people() -> Log {
    let mut rows = Vec::new();
    for person in 0..120_i64 {
        let id = match person % 5 {
            0 => format!("p{person}"),
            1 => format!("O'Brien {person}"),
            2 => format!("Žofie \"{person}\" \\"),
            3 => format!("{person}"),
            _ => format!(" {person}; DROP TABLE log; --"),
        };
        if person % 11 == 0 {
            continue;
        }
        rows.push(vec![
            Cell::Text(id),
            Cell::from(["x", "X", " x", "y", ""][person as usize % 5]),
            if person % 9 == 0 {
                Cell::Null
            } else {
                Cell::Date(person as i32 * 100)
            },
            Cell::from(["30", "1990-05-05", "", "nan", "70", "2010-12-31T00:00"][person as usize % 6]),
        ]);
    }
    Log {
        columns: vec![
            ("key", Kind::Text),
            ("te am", Kind::Text),
            ("dob", Kind::Date),
            ("age", Kind::Text),
        ],
        rows,
    }
}

const PEOPLE: &str = "[people]\npath = \"people.parquet\"\nkey = \"key\"\n";

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

/// A small log of texts about two groups.
fn plain(rows: &[&[&str]]) -> Log {
    Log::of_texts(&["id", "group", "d", "x"], rows)
}

const PLAIN: &str = "[log]\npath = \"log.parquet\"\nsubject = \"id\"\n[[protected]]\nname = \"group\"\n";
const DECIDED: &str = "[[outcome]]\nname = \"o\"\nfavourable = true\nselected = { column = \"d\", values = [\"1\"] }\n";

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
fn what_the_embedded_engine_refuses_is_refused() {
    let valued = DECIDED.to_owned() + "value = \"x\"\n";
    let counts = "[[outcome]]\nname = \"o\"\nfavourable = true\nselected = { column = \"d\", counts = true }\n";
    let log = |more: &str| {
        format!("[log]\npath = \"log.parquet\"\nsubject = \"id\"\n{more}\n[[protected]]\nname = \"group\"\n")
    };
    let good: [&str; 4] = ["1", "a", "1", "5"];
    let cases: Vec<(&str, String, [&str; 4])> = vec![
        ("not-a-number", PLAIN.to_owned() + &valued, ["2", "b", "0", "3,5"]),
        ("not-a-number", PLAIN.to_owned() + &valued, ["2", "b", "0", "inf"]),
        ("not-a-number", PLAIN.to_owned() + &valued, ["2", "b", "0", "1e999"]),
        ("not-a-number", PLAIN.to_owned() + &valued, ["2", "b", "0", "0x1F"]),
        ("not-a-number", PLAIN.to_owned() + &valued, ["2", "b", "0", "1_000"]),
        ("not-a-number", PLAIN.to_owned() + &valued, ["2", "b", "0", "+nan"]),
        (
            "not-a-number",
            PLAIN.to_owned() + "bands = [10]\n" + DECIDED,
            ["2", "2025-02-30", "0", "1"],
        ),
        (
            "not-a-number",
            log("where = [{ column = \"x\", above = 1 }]") + DECIDED,
            ["2", "b", "0", "one"],
        ),
        (
            "not-a-number",
            PLAIN.to_owned()
                + "[[outcome]]\nname = \"o\"\nfavourable = true\nselected = { column = \"x\", above = 1 }\n",
            ["2", "b", "0", "one"],
        ),
        (
            "not-a-number",
            PLAIN.to_owned() + DECIDED + "actual = { column = \"x\", above = 1 }\n",
            ["2", "b", "0", "one"],
        ),
        ("out-of-range", PLAIN.to_owned() + &valued, ["2", "b", "0", "-1e14"]),
        ("out-of-range", PLAIN.to_owned() + &valued, ["2", "b", "0", "1e300"]),
        ("no-count", log("count = \"x\"") + DECIDED, ["2", "b", "0", ""]),
        ("not-a-count", log("count = \"x\"") + DECIDED, ["2", "b", "0", "1.5"]),
        ("not-a-count", log("count = \"x\"") + DECIDED, ["2", "b", "0", "-1"]),
        ("not-a-count", log("count = \"x\"") + counts, ["2", "b", "6", "5"]),
        ("not-a-count", log("count = \"x\"") + counts, ["2", "b", "half", "5"]),
        ("not-a-weight", log("weight = \"x\"") + DECIDED, ["2", "b", "0", "-1"]),
        ("not-a-weight", log("weight = \"x\"") + DECIDED, ["2", "b", "0", ""]),
        ("out-of-range", log("weight = \"x\"") + DECIDED, ["2", "b", "0", "1e15"]),
    ];
    on_every_engine(|engine| {
        for (code, spec, bad) in &cases {
            let first = if spec.contains("bands") {
                ["1", "30", "1", "5"]
            } else {
                good
            };
            let told = same_refusal(engine, code, spec, &plain(&[&first, bad, bad]), None);
            assert!(*code == "out-of-range" || told.contains("2 such rows"), "{told}");
        }
        // A fault in a row that is never looked at is none.
        let spec = log("where = [{ column = \"group\", values = [\"a\"] }]") + &valued;
        same(
            engine,
            "left out",
            &spec,
            &plain(&[&good, &["2", "b", "0", "x"], &["", "a", "0", "x"], &["3", "a", "", "x"]]),
            None,
        );
    });
}

#[test]
fn sums_of_a_person_out_of_range_are_refused() {
    let spec = PLAIN.to_owned() + DECIDED + "value = \"x\"\n";
    let row: [&str; 4] = ["1", "a", "1", "7e13"];
    on_every_engine(|engine| {
        same(engine, "two large values", &spec, &plain(&[&row, &row]), None);
        same_refusal(engine, "out-of-range", &spec, &plain(&[&row, &row, &row]), None);
    });
}

#[test]
fn ages_before_birth_are_refused() {
    let spec = PLAIN.to_owned() + "bands = [10]\n" + DECIDED;
    let log = plain(&[
        &["1", "2000-01-01", "1", ""],
        &["2", "2031-05-06", "0", ""],
        &["3", "2030-05-06", "0", ""],
    ]);
    on_every_engine(|engine| {
        let told = same_refusal(engine, "born-later", &spec, &log, None);
        assert!(told.contains("2030-05-06 is after 2026-03-01 (2 such rows)"), "{told}");
    });
}

#[test]
fn values_that_never_occur_are_told() {
    let spec = PLAIN.to_owned()
        + "[[outcome]]\nname = \"o\"\nfavourable = true\nselected = { column = \"d\", values = [\"Yes\"] }\n";
    let filtered = PLAIN.replace("subject", "where = [{ column = \"x\", values = [\"emial\"] }]\nsubject") + DECIDED;
    let labelled = PLAIN.to_owned() + DECIDED + "actual = { column = \"x\", values = [\"1.0\"] }\n";
    let allowed = spec.replace("] }", "], absent = \"allow\" }");
    let log = plain(&[
        &["1", "a", "yes", "email"],
        &["2", "b", "no", "app"],
        &["3", "b", "1", ""],
    ]);
    on_every_engine(|engine| {
        let told = same_refusal(engine, "value-never-seen", &spec, &log, None);
        assert!(told.contains("\"no\""), "{told}");
        let told = same_refusal(engine, "value-never-seen", &filtered, &log, None);
        assert!(told.contains("did you mean \"email\"?"), "{told}");
        let told = same_refusal(
            engine,
            "value-never-seen",
            &labelled,
            &plain(&[&["1", "a", "1", "1"]]),
            None,
        );
        assert!(told.contains("the column has \"1\""), "{told}");
        same(engine, "absent allowed", &allowed, &log, None);
    });
}

#[test]
fn empty_logs_and_identifiers_are_refused() {
    let spec = PLAIN.to_owned() + DECIDED;
    let people: Vec<Vec<String>> = (0..1500)
        .map(|i| vec![i.to_string(), format!("g{i}"), "1".into(), String::new()])
        .collect();
    let people: Vec<Vec<&str>> = people
        .iter()
        .map(|row| row.iter().map(String::as_str).collect())
        .collect();
    let people: Vec<&[&str]> = people.iter().map(Vec::as_slice).collect();
    on_every_engine(|engine| {
        same_refusal(
            engine,
            "nothing-audited",
            &spec,
            &plain(&[&["", "a", "1", ""], &["1", "b", "", ""]]),
            None,
        );
        same_refusal(engine, "too-many-groups", &spec, &plain(&people), None);
        same(engine, "1000 groups", &spec, &plain(&people[..1000]), None);
    });
}

#[test]
fn bad_people_tables_are_refused() {
    let log = plain(&[&["1", "a", "1", ""], &["2", "b", "0", ""]]);
    let spec = |bands: &str| {
        format!(
            "[log]\npath = \"log.parquet\"\nsubject = \"id\"\n{PEOPLE}[[protected]]\nname = \"age\"\n{bands}{DECIDED}"
        )
    };
    let people = |rows: &[&[&str]]| Log::of_texts(&["key", "age"], rows);
    let many: Vec<[String; 2]> = (0..1200).map(|i| [i.to_string(), format!("a{i}")]).collect();
    let many: Vec<[&str; 2]> = many.iter().map(|[a, b]| [a.as_str(), b.as_str()]).collect();
    let many: Vec<&[&str]> = many.iter().map(<[&str; 2]>::as_slice).collect();
    on_every_engine(|engine| {
        let mut refused = |code: &str, bands: &str, rows: &[&[&str]]| {
            same_refusal(engine, code, &spec(bands), &log, Some(&people(rows)))
        };
        refused("no-key", "", &[&["1", "x"], &["", "y"]]);
        let told = refused("repeated-key", "", &[&["1", "x"], &["2", "y"], &["2", "z"]]);
        assert!(told.contains("\"2\""), "{told}");
        refused("not-a-number", "bands = [30]\n", &[&["1", "x"], &["7", "30"]]);
        refused("born-later", "bands = [30]\n", &[&["1", "2030-01-01"], &["7", "30"]]);
        refused("too-many-groups", "", &many);
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

#[test]
fn values_of_another_type_in_sqlite_are_refused() {
    let Some(mut engine) = Engine::find(Dialect::Sqlite) else {
        return;
    };
    let spec = PLAIN.to_owned() + DECIDED + "value = \"x\"\n";
    let mut log = plain(&[&["1", "a", "1", ""], &["2", "b", "0", ""]]);
    log.columns[3].1 = Kind::Integer;
    for row in &mut log.rows {
        row[3] = Cell::Integer(3);
    }
    same(&mut engine, "whole numbers", &spec, &log, None);
    let case = Case::of_logs(&spec, &log, None);
    engine.run("UPDATE \"log; drop table \"\"x\"\"\" SET x = 'three' WHERE id = '2'");
    let fault = case.pushed_down(&mut engine).expect_err("a text among numbers");
    assert_eq!(fault.code, "unusable-value", "{fault}");
    assert!(fault.message.contains("\"three\""), "{fault}");
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
