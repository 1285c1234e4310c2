//! What the embedded engine refuses, databases lead to the same refusal.

use parytet::engine::sql::Dialect;
use parytet::plan::Kind;

use crate::conformance_logs::{DECIDED, PEOPLE, PLAIN, plain};
use crate::conformance_support::{Case, Cell, Engine, Log, on_every_engine, same, same_refusal};

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
