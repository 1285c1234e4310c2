//! Tallies as files: what is audited from one is what is audited from the log, months and shards add up, and what does
//! not add up is refused.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::FileExt;

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use crate::audit_support::{Desk, Dice, people};

/// One row of a log of people who have several rows, some in two regions.
struct Row {
    person: u64,
    line: String,
}

const HEADER: &str = "person,gender,region,age,yes,kept,amount\n";

fn rows() -> Vec<Row> {
    let mut dice = Dice(29);
    (0..6000)
        .map(|_| {
            let person = dice.below(900);
            let gender = ["female", "male", "female", "male", "diverse"][(person % 5) as usize];
            let moves = person.is_multiple_of(30) && dice.below(2) == 0;
            let region = ["10", "9", "north", ""][((person / 7 + u64::from(moves)) % 4) as usize];
            let yes = u64::from(dice.below(10) < 3 + person % 5);
            let kept = if dice.below(5) > 0 {
                dice.below(2).to_string()
            } else {
                String::new()
            };
            let mut line = String::new();
            writeln!(
                line,
                "{person},{gender},{region},{},{yes},{kept},{}",
                18 + person % 60,
                dice.below(100_000) as f64 / 100.0
            )
            .unwrap();
            Row { person, line }
        })
        .collect()
}

fn log(rows: &[Row], keep: impl Fn(&Row) -> bool) -> String {
    let mut text = HEADER.to_owned();
    rows.iter()
        .filter(|row| keep(row))
        .for_each(|row| text.push_str(&row.line));
    text
}

const SPEC: &str = r#"
[audit]
title = "Offers"
[log]
path = "log.csv"
subject = "person"
[[protected]]
name = "gender"
[[protected]]
name = "region"
[[protected]]
name = "age"
bands = [30, 50]
[groups]
intersections = [["gender", "region"]]
[[outcome]]
name = "offered"
selected = { column = "yes", values = ["1"] }
actual = { column = "kept", values = ["1"] }
value = "amount"
favourable = true
[[gate]]
metric = "disparate_impact"
min = 0.8
"#;

fn desk() -> Desk {
    let desk = Desk::with("log.csv", log(&rows(), |_| true));
    desk.write("audit.toml", SPEC);
    desk
}

fn ok(desk: &Desk, args: &[&str]) -> String {
    let done = desk.run(args);
    assert_eq!(done.code, 0, "{}", done.err);
    done.out
}

/// Two JSON values, numbers to 1e-12 relative.
fn assert_close(path: &str, one: &Value, other: &Value) {
    match (one, other) {
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap(), b.as_f64().unwrap());
            assert!(
                (a - b).abs() <= 1e-12 * a.abs().max(b.abs()).max(1e-3),
                "{path}: {a} {b}"
            );
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{path}");
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                assert_close(&format!("{path}[{i}]"), a, b);
            }
        }
        (Value::Object(a), Value::Object(b)) => {
            assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>(), "{path}");
            for (key, a) in a {
                assert_close(&format!("{path}.{key}"), a, &b[key]);
            }
        }
        (a, b) => assert_eq!(a, b, "{path}"),
    }
}

#[test]
fn an_audit_of_a_tally_has_the_bytes_of_an_audit_of_the_log() {
    let desk = desk();
    ok(&desk, &["tally", "audit.toml", "-o", "t.parquet"]);
    let of_log = desk.audit(&["audit.toml"]);
    // Neither the spec nor the log is needed any more.
    fs::remove_file(desk.path("log.csv")).unwrap();
    fs::remove_file(desk.path("audit.toml")).unwrap();
    let of_tally = desk.audit(&["--tally", "t.parquet"]);
    assert_eq!(of_tally.code, of_log.code, "{}", of_tally.err);
    assert!(of_log.out.contains("\"estimates\""));
    assert!(of_tally.out == of_log.out);
}

#[test]
fn flags_make_a_tally_too() {
    let desk = Desk::with("log.csv", people(&[("a", 400, 200), ("b", 300, 90)]));
    let flags = [
        "log.csv",
        "--subject",
        "id",
        "--protected",
        "gender",
        "--selected",
        "decision=yes",
        "--favourable",
    ];
    ok(&desk, &[&["tally", "-o", "t.parquet"][..], &flags].concat());
    let of_log = desk.audit(&flags);
    let of_tally = desk.audit(&["--tally", "t.parquet"]);
    assert!(of_tally.out == of_log.out && !of_log.out.is_empty());
    // Other thresholds are asked of the same counts.
    let gated = desk.audit(&["--tally", "t.parquet", "--gate", "disparate_impact>=0.8"]);
    assert_eq!(gated.code, 1, "{}", gated.err);
}

#[test]
fn a_tally_is_audited_by_another_spec_of_the_same_counts() {
    let desk = desk();
    ok(&desk, &["tally", "audit.toml", "-o", "t.parquet"]);
    let lenient = SPEC
        .replace("min = 0.8", "min = 0.1")
        .replace("intersections = [[\"gender\", \"region\"]]", "min_subjects = 5");
    desk.write("lenient.toml", &lenient);
    let (of_log, of_tally) = (
        desk.audit(&["lenient.toml"]),
        desk.audit(&["lenient.toml", "--tally", "t.parquet"]),
    );
    assert_eq!(of_tally.code, 0, "{}", of_tally.err);
    assert!(of_tally.out == of_log.out);

    desk.write("other.toml", SPEC.replace("bands = [30, 50]", "bands = [30, 60]"));
    let refused = desk.audit(&["other.toml", "--tally", "t.parquet"]);
    let told = refused.refuses("tally-differs");
    assert!(
        told.contains("`age`") && told.contains("50") && told.contains("60"),
        "{told}"
    );
    desk.write(
        "more.toml",
        SPEC.replace("\"gender\", \"region\"", "\"gender\", \"age\""),
    );
    let refused = desk.audit(&["more.toml", "--tally", "t.parquet"]);
    assert!(refused.refuses("tally-differs").contains("gender & age"));
    let refused = desk.audit(&["--tally", "t.parquet", "log.csv"]);
    assert!(refused.refuses("bad-flag").contains("log.csv"));
}

#[test]
fn shards_by_person_add_up_to_the_whole() {
    let rows = rows();
    let whole = desk();
    let expected = whole.result(&["audit.toml"]);
    let mut bytes = Vec::new();
    for order in [["s0", "s1", "s2"], ["s2", "s0", "s1"]] {
        let desk = Desk::new();
        for shard in 0..3u64 {
            // A shard may lack whole groups, and people who move between groups it never saw.
            let belongs = |row: &Row| {
                if row.person % 5 == 4 {
                    shard == 0
                } else {
                    row.person % 3 == shard
                }
            };
            desk.write(&format!("s{shard}.csv"), log(&rows, belongs));
            desk.write(
                &format!("s{shard}.toml"),
                SPEC.replace("log.csv", &format!("s{shard}.csv")),
            );
            ok(
                &desk,
                &["tally", &format!("s{shard}.toml"), "-o", &format!("s{shard}.parquet")],
            );
        }
        let files: Vec<String> = order.iter().map(|name| format!("{name}.parquet")).collect();
        let mut merge = vec!["merge"];
        merge.extend(files.iter().map(String::as_str));
        merge.extend(["-o", "all.parquet"]);
        assert!(
            desk.run(&merge)
                .refuses("people-not-known")
                .contains("--disjoint-people")
        );
        merge.push("--disjoint-people");
        ok(&desk, &merge);
        let result = desk.result(&["--tally", "all.parquet"]);
        for part in ["account", "groupings", "estimates", "verdict"] {
            assert_close(part, &result[part], &expected[part]);
        }
        assert_eq!(result["inputs"].as_array().unwrap().len(), 3);
        assert!(result["notes"].to_string().contains("added up from 3 tallies"));
        bytes.push(fs::read(desk.path("all.parquet")).unwrap());
    }
    assert!(bytes[0] == bytes[1], "the order of the arguments must not matter");
}

#[test]
fn what_does_not_add_up_is_refused() {
    let desk = Desk::new();
    let flags = |log: &'static str| {
        [
            log,
            "--protected",
            "gender",
            "--selected",
            "decision=yes",
            "--favourable",
        ]
    };
    desk.write("a.csv", people(&[("a", 40, 20), ("b", 30, 9)]));
    desk.write("b.csv", people(&[("a", 50, 20), ("c", 30, 9)]));
    desk.write("copy.csv", people(&[("a", 40, 20), ("b", 30, 9)]));
    let tally = |log: &'static str, to: &str, more: &[&str]| {
        ok(&desk, &[&["tally", "-o", to][..], &flags(log), more].concat());
    };
    tally("a.csv", "a.parquet", &[]);
    tally("b.csv", "b.parquet", &[]);
    tally("copy.csv", "copy.parquet", &[]);
    tally("b.csv", "other.parquet", &["--where", "gender=c"]);
    tally("b.csv", "small.parquet", &["--withhold", "10"]);
    let merge = |names: &[&str]| desk.run(&[&["merge", "-o", "sum.parquet"][..], names].concat());

    // Rows are the unit: nothing need be stated.
    ok(&desk, &["merge", "a.parquet", "b.parquet", "-o", "ab.parquet"]);
    assert!(
        merge(&["a.parquet", "copy.parquet"])
            .refuses("tallies-differ")
            .contains("copy.csv")
    );
    assert!(
        merge(&["a.parquet", "a.parquet"])
            .refuses("tallies-differ")
            .contains("twice")
    );
    assert!(
        merge(&["ab.parquet", "a.parquet"])
            .refuses("tallies-differ")
            .contains("already in")
    );
    assert!(
        merge(&["a.parquet", "other.parquet"])
            .refuses("tallies-differ")
            .contains("where")
    );
    assert!(
        merge(&["a.parquet", "small.parquet"])
            .refuses("tallies-differ")
            .contains("left out")
    );
    merge(&["a.parquet"]).refuses("bad-flag");
    assert!(!desk.path("sum.parquet").exists());
    let sum = desk.result(&["--tally", "ab.parquet"]);
    let groups: BTreeMap<&str, u64> = sum["groupings"][0]["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| (group["group"].as_str().unwrap(), group["rows"].as_u64().unwrap()))
        .collect();
    assert_eq!(groups, BTreeMap::from([("a", 90), ("b", 30), ("c", 30)]));
}

#[test]
fn people_who_are_in_two_tallies_are_seen_against_their_file() {
    let desk = Desk::new();
    desk.write("people.csv", "id,gender\n1,f\n2,m\n3,f\n");
    for (name, ids) in [("a", [1, 2]), ("b", [2, 3])] {
        let rows: String = ids.iter().map(|id| format!("{id},yes\n{id},no\n")).collect();
        desk.write(&format!("{name}.csv"), format!("id,decision\n{rows}"));
        let to = format!("{name}.parquet");
        let log = format!("{name}.csv");
        ok(
            &desk,
            &[
                "tally",
                &log,
                "--people",
                "people.csv",
                "--people-key",
                "id",
                "--subject",
                "id",
                "--protected",
                "gender",
                "--selected",
                "decision=yes",
                "--favourable",
                "-o",
                &to,
            ],
        );
    }
    let done = desk.run(&[
        "merge",
        "a.parquet",
        "b.parquet",
        "-o",
        "c.parquet",
        "--disjoint-people",
    ]);
    assert!(done.refuses("tallies-differ").contains("some are in two"));
}

#[test]
fn nothing_of_a_person_is_in_a_tally() {
    let desk = Desk::with(
        "log.csv",
        people(&[("a", 40, 20), ("b", 30, 9)]).replace("a7,", "kowalska-ewa,"),
    );
    ok(
        &desk,
        &[
            "tally",
            "log.csv",
            "--subject",
            "id",
            "--protected",
            "gender",
            "--selected",
            "decision=yes",
            "--favourable",
            "-o",
            "t.parquet",
        ],
    );
    let file = fs::File::open(desk.path("t.parquet")).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let mut told = format!("{:?}", reader.metadata().file_metadata().key_value_metadata());
    for batch in reader.build().unwrap() {
        write!(told, "{:?}", batch.unwrap()).unwrap();
    }
    assert!(told.contains("parytet.tally/1") && told.contains("selected"));
    assert!(!told.contains("kowalska"));
}

#[test]
fn a_damaged_tally_is_found() {
    let desk = Desk::with("log.csv", people(&[("a", 400, 200), ("b", 300, 90)]));
    ok(
        &desk,
        &[
            "tally",
            "log.csv",
            "--subject",
            "id",
            "--protected",
            "gender",
            "--selected",
            "decision=yes",
            "--favourable",
            "-o",
            "t.parquet",
        ],
    );
    let whole = fs::read(desk.path("t.parquet")).unwrap();
    let expected = desk.audit(&["--tally", "t.parquet"]).out;
    let mut dice = Dice(5);
    for _ in 0..150 {
        let at = dice.below(whole.len() as u64) as usize;
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << dice.below(8);
        desk.write("bad.parquet", bytes);
        let done = desk.audit(&["--tally", "bad.parquet"]);
        // What is changed is told, or changes nothing: names of writers, padding.
        if done.code == 2 {
            assert!(done.err.contains("tally"), "byte {at}: {}", done.err);
        } else {
            assert!(done.out == expected, "byte {at} changed the result unseen");
        }
    }
    for cut in [0, 4, whole.len() / 2, whole.len() - 1] {
        desk.write("bad.parquet", &whole[..cut]);
        desk.audit(&["--tally", "bad.parquet"]).refuses("no-tally");
    }
    desk.audit(&["--tally", "log.csv"]).refuses("no-tally");
    desk.audit(&["--tally", "nowhere.parquet"]).refuses("file-not-found");
    // Of another version: the same number of bytes.
    let text = b"parytet.tally/1";
    let at = whole.windows(text.len()).position(|bytes| bytes == text).unwrap();
    desk.write("newer.parquet", &whole);
    let file = fs::OpenOptions::new()
        .write(true)
        .open(desk.path("newer.parquet"))
        .unwrap();
    file.write_all_at(b"parytet.tally/9", at as u64).unwrap();
    assert!(
        desk.audit(&["--tally", "newer.parquet"])
            .refuses("other-version")
            .contains("parytet.tally/9")
    );
}

/// By attribute and group, how many people a result names.
fn published(result: &Value) -> BTreeMap<(String, String), u64> {
    let mut all = BTreeMap::new();
    for grouping in result["groupings"].as_array().unwrap() {
        for group in grouping["groups"].as_array().unwrap() {
            let name = |key: &Value| key.as_str().unwrap().to_owned();
            all.insert(
                (name(&grouping["attribute"]), name(&group["group"])),
                group["subjects"].as_u64().unwrap(),
            );
        }
    }
    all
}

#[test]
fn withheld_groups_cannot_be_had_by_subtraction() {
    // One person per row; one cell of gender x region is small, and so is one region.
    let mut text = "id,gender,region,decision\n".to_owned();
    let mut id = 0;
    for (gender, region, count) in [
        ("f", "n", 60),
        ("f", "s", 55),
        ("f", "w", 3),
        ("m", "n", 70),
        ("m", "s", 4),
        ("m", "w", 80),
        ("x", "n", 50),
        ("x", "s", 90),
        ("x", "w", 75),
    ] {
        for i in 0..count {
            id += 1;
            writeln!(text, "{id},{gender},{region},{}", if i % 3 == 0 { "yes" } else { "no" }).unwrap();
        }
    }
    let desk = Desk::with("log.csv", text);
    let flags = [
        "log.csv",
        "--subject",
        "id",
        "--protected",
        "gender",
        "--protected",
        "region",
        "--intersection",
        "gender,region",
        "--selected",
        "decision=yes",
        "--favourable",
    ];
    let whole = published(&desk.result(&flags));
    let said = ok(
        &desk,
        &[&["tally", "--withhold", "10", "-o", "t.parquet"][..], &flags].concat(),
    );
    assert!(said.contains("withheld"), "{said}");
    let result = desk.result(&["--tally", "t.parquet"]);
    assert!(result["notes"].to_string().contains("withheld"), "{}", result["notes"]);
    let shown = published(&result);
    assert!(shown.len() < whole.len());
    for (key, people) in &shown {
        assert_eq!(people, &whole[key]);
        assert!(*people >= 10, "{key:?}");
    }
    // Each margin of the intersection: nothing, or at least two cells and ten people, are missing.
    for attribute in ["gender", "region"] {
        for ((_, group), total) in whole.iter().filter(|((name, _), _)| name == attribute) {
            let at = usize::from(attribute == "region");
            let cells = whole
                .iter()
                .filter(|((name, cell), _)| name == "gender & region" && cell.split(" & ").nth(at) == Some(group));
            let missing: Vec<u64> = cells
                .filter(|(key, _)| !shown.contains_key(*key))
                .map(|(_, people)| *people)
                .collect();
            let known = shown.contains_key(&(attribute.to_owned(), group.clone()));
            assert!(
                !known || missing.is_empty() || (missing.len() > 1 && missing.iter().sum::<u64>() >= 10),
                "{group} {total} {missing:?}"
            );
        }
    }
    // A limit that leaves whole attributes out is no damage either.
    for under in ["60", "150", "250"] {
        ok(
            &desk,
            &[&["tally", "--withhold", under, "-o", "t.parquet"][..], &flags].concat(),
        );
        let under: u64 = under.parse().unwrap();
        let shown = published(&desk.result(&["--tally", "t.parquet"]));
        assert!(
            shown
                .iter()
                .all(|(key, people)| *people >= under && people == &whole[key]),
            "{shown:?}"
        );
    }
    // Too few altogether.
    desk.run(&[&["tally", "--withhold", "1000", "-o", "no.parquet"][..], &flags].concat())
        .refuses("too-few-people");
    assert!(!desk.path("no.parquet").exists());
}

#[test]
fn secrets_of_a_spec_are_not_in_a_tally() {
    // Text and line numbers of the rest stay as they are; this needs no database.
    let text = "[log]\nengine = \"adbc\"\ndriver = \"sqlite\"\nuri = \"postgresql://me:hunter2@db/x\"\ntable = \"offers\"\noptions = { token = \"s3cr3t\", other = { env = \"NAME\" } }\n[[protected]]\nname = \"gender\"\n";
    let spec = parytet::spec::parse(text, "audit.toml", std::path::PathBuf::new()).unwrap();
    let public = spec.public_text();
    assert!(!public.contains("hunter2") && !public.contains("s3cr3t"), "{public}");
    assert!(public.contains("NAME") && public.lines().count() == text.lines().count());
    let again = parytet::spec::parse(&public, "audit.toml", std::path::PathBuf::new()).unwrap();
    assert_eq!(
        again.protected,
        spec.protected
            .iter()
            .cloned()
            .map(|mut protected| {
                // Only places move, and only on the lines that were changed.
                protected.name.origin = again.protected[0].name.origin.clone();
                protected
            })
            .collect::<Vec<_>>()
    );
}

#[test]
fn outputs_do_not_write_over_what_is_read() {
    let desk = desk();
    fs::copy(desk.path("log.csv"), desk.path("offers.csv")).unwrap();
    desk.write("audit.toml", SPEC.replace("log.csv", "offers.csv"));
    let before = fs::read(desk.path("offers.csv")).unwrap();
    for args in [
        &["audit", "audit.toml", "-o", "offers.csv"][..],
        &["audit", "audit.toml", "-o", "./x.json", "-o", "x.json"],
    ] {
        let done = desk.run(args);
        assert_eq!(done.code, 2, "{}", done.err);
        assert!(done.err.contains("name another file"), "{}", done.err);
    }
    assert!(fs::read(desk.path("offers.csv")).unwrap() == before);
    assert!(!desk.path("x.json").exists());
    ok(&desk, &["tally", "audit.toml", "-o", "t.parquet"]);
    let done = desk.run(&["merge", "t.parquet", "t.parquet", "-o", "t.parquet"]);
    assert!(done.code == 2 && done.err.contains("name another file"), "{}", done.err);
    let done = desk.run(&["tally", "audit.toml", "-o", "t.csv"]);
    assert!(done.code == 2 && done.err.contains("t.parquet"), "{}", done.err);
    let left = names(&desk);
    assert!(!left.iter().any(|name| name.contains("partial")), "{left:?}");
}

#[test]
fn a_full_disk_leaves_nothing_that_looks_whole() {
    let desk = desk();
    // A limit on the size of files stands for a disk that has no room: the same error of the same call.
    let binary = env!("CARGO_BIN_EXE_parytet");
    for command in [
        "audit audit.toml -q -o result.json",
        "tally audit.toml -q -o result.parquet",
    ] {
        let script = format!("trap '' XFSZ; ulimit -f 1; exec {binary} {command}");
        let mut shell = std::process::Command::new("sh");
        shell.current_dir(desk.folder.path()).args(["-c", &script]);
        let done = crate::audit_support::Done::of(&mut shell);
        assert_eq!(done.code, 2, "{command}: {}", done.err);
        assert!(done.err.contains("cannot write `result."), "{}", done.err);
    }
    let left: Vec<_> = names(&desk);
    assert!(!left.iter().any(|name| name.starts_with("result")), "{left:?}");
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    // Standard output that takes nothing: the verdict could not be told.
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut audit = desk.command(&["audit", "audit.toml"]);
    let status = audit.stdout(full).stderr(std::process::Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(2));
}

fn names(desk: &Desk) -> Vec<String> {
    let entries = fs::read_dir(desk.folder.path()).unwrap();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn what_is_killed_leaves_nothing_that_looks_whole() {
    let desk = desk();
    // A log that does not end: the process waits for it when it is killed.
    let mut audit = desk.command(&[
        "tally",
        "-",
        "--protected",
        "gender",
        "--selected",
        "yes=1",
        "--favourable",
        "-o",
        "result.parquet",
    ]);
    let mut running = audit.stdin(std::process::Stdio::piped()).spawn().unwrap();
    while !names(&desk).iter().any(|name| name.ends_with(".partial")) {
        std::thread::sleep(std::time::Duration::from_millis(5));
        assert!(running.try_wait().unwrap().is_none(), "it ended before it was killed");
    }
    running.kill().unwrap();
    running.wait().unwrap();
    assert!(!desk.path("result.parquet").exists());
}
