//! Logs in which everything happens that an engine might take the wrong way, and specs about them.

use parytet::plan::Kind;

use crate::audit_support::Dice;
use crate::conformance_support::{Cell, Log};

/// Names that end quotes, and words that SQL means something by.
pub const COLUMNS: [(&str, Kind); 19] = [
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
pub fn nasty(rows: usize, seed: u64) -> Log {
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
pub fn head(more: &str) -> String {
    format!("[log]\npath = \"log.parquet\"\n{more}\n")
}

pub const SUBJECT: &str = "subject = \"who\\\"; DROP TABLE log; --\"\n";

pub const ATTRIBUTES: &str = r#"
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

pub const OUTCOMES: &str = r#"
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

pub const FILTERS: &str =
    "where = [{ column = \"x{x}\", values = [\"email\", \"app\"] }, { column = \"score\", above = -5 }]";

/// A people table for the nasty log, with strangers to it, and people who have no row.
pub fn people() -> Log {
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

pub const PEOPLE: &str = "[people]\npath = \"people.parquet\"\nkey = \"key\"\n";

/// A small log of texts about two groups.
pub fn plain(rows: &[&[&str]]) -> Log {
    Log::of_texts(&["id", "group", "d", "x"], rows)
}

pub const PLAIN: &str = "[log]\npath = \"log.parquet\"\nsubject = \"id\"\n[[protected]]\nname = \"group\"\n";
pub const DECIDED: &str =
    "[[outcome]]\nname = \"o\"\nfavourable = true\nselected = { column = \"d\", values = [\"1\"] }\n";
