//! Logs of many blocks: threads, blocks, row groups and a lack of memory change no number and no fault.

use std::fmt::Write as _;

use polars::prelude::{DataFrame, IntoColumn, NamedFrom, ParquetCompression, Series};

use crate::audit_support::{Desk, Dice, Done};
use crate::log_support::{gzip, parquet};

const ROWS: usize = 60_000;

struct Log {
    person: Vec<i64>,
    gender: Vec<&'static str>,
    region: Vec<String>,
    age: Vec<i64>,
    yes: Vec<i64>,
    kept: Vec<Option<i64>>,
    amount: Vec<Option<f64>>,
    times: Vec<i64>,
}

/// People with one to a dozen rows anywhere in the log, some of whom move; counts that do not fit 16 bits.
fn log() -> Log {
    let mut dice = Dice(11);
    let mut log = Log {
        person: Vec::new(),
        gender: Vec::new(),
        region: Vec::new(),
        age: Vec::new(),
        yes: Vec::new(),
        kept: Vec::new(),
        amount: Vec::new(),
        times: Vec::new(),
    };
    for _ in 0..ROWS {
        let person = dice.below(9_000) as i64;
        let moves = person % 40 == 0 && dice.below(2) == 0;
        log.person.push(person);
        log.gender
            .push(["female", "male", "female", "male", "other"][(person % 5) as usize]);
        // With all that a field may hold.
        log.region.push(match (person + i64::from(moves)) % 4 {
            0 => "north, \"cold\"".to_owned(),
            1 => "south\nwarm".to_owned(),
            2 => "Łódź".to_owned(),
            _ => String::new(),
        });
        log.age.push(18 + person % 60);
        log.yes.push(i64::from(dice.below(10) < 3 + (person % 5) as u64));
        log.kept.push((dice.below(5) > 0).then(|| dice.below(2) as i64));
        log.amount
            .push((dice.below(6) > 0).then(|| dice.below(1_000_000) as f64 / 100.0 - 50.0));
        log.times.push(if dice.below(1000) == 0 {
            70_000
        } else {
            1 + dice.below(3) as i64
        });
    }
    log
}

fn csv(log: &Log) -> String {
    let mut text = "person,gender,region,age,yes,kept,amount,times\n".to_owned();
    let shown = |value: Option<String>| value.unwrap_or_default();
    for i in 0..ROWS {
        writeln!(
            text,
            "{},{},\"{}\",{},{},{},{},{}",
            log.person[i],
            log.gender[i],
            log.region[i].replace('"', "\"\""),
            log.age[i],
            log.yes[i],
            shown(log.kept[i].map(|x| x.to_string())),
            shown(log.amount[i].map(|x| x.to_string())),
            log.times[i],
        )
        .unwrap();
    }
    text
}

const FLAGS: [&str; 15] = [
    "--protected",
    "gender",
    "--protected",
    "region",
    "--protected",
    "age:30,50",
    "--selected",
    "yes=1",
    "--actual",
    "kept=1",
    "--value",
    "amount",
    "--favourable",
    "--as-of",
    "2026-01-01",
];

/// The log under the same name, so that results can be compared as bytes.
fn desk(bytes: impl AsRef<[u8]>) -> Desk {
    let desk = Desk::with("log", bytes);
    std::fs::create_dir_all(desk.path("temporary")).unwrap();
    desk
}

fn audit(desk: &Desk, more: &[&str]) -> Done {
    let mut args = vec!["audit", "log"];
    args.extend_from_slice(&FLAGS);
    args.extend_from_slice(more);
    args.extend_from_slice(&["--format", "json"]);
    let mut command = desk.command(&args);
    command.env("TMPDIR", desk.path("temporary"));
    Done::of(&mut command)
}

/// What each way to count gives: rows as people, people, people with counts, people with weights.
const WAYS: [&[&str]; 4] = [
    &[],
    &["--subject", "person"],
    &["--subject", "person", "--count", "times"],
    &["--subject", "person", "--weight", "times"],
];

#[test]
fn threads_memory_and_packing_change_no_byte() {
    let text = csv(&log());
    assert!(text.len() > 4 << 19, "the log must have several blocks");
    let plain = desk(&text);
    let packed = desk(gzip(text.as_bytes()));
    for way in WAYS {
        let expected = audit(&plain, way).out;
        assert!(expected.contains("estimates"));
        for means in [
            &["--threads", "1"][..],
            &["--threads", "7"],
            &["--memory-limit", "1B"],
            &["--memory-limit", "200kB", "--threads", "3"],
        ] {
            let done = audit(&plain, &[way, means].concat());
            assert_eq!(done.code, 0, "{}", done.err);
            assert!(done.out == expected, "{way:?} {means:?}");
        }
        assert!(audit(&packed, way).out == expected, "{way:?} packed");
        // What was set aside has no name and leaves nothing behind.
        assert_eq!(std::fs::read_dir(plain.path("temporary")).unwrap().count(), 0);
    }
}

#[test]
fn row_groups_give_the_numbers_of_blocks() {
    let log = log();
    let mut table = DataFrame::new(
        ROWS,
        vec![
            Series::new("person".into(), &log.person).into_column(),
            Series::new("gender".into(), &log.gender).into_column(),
            Series::new("region".into(), &log.region).into_column(),
            Series::new("age".into(), &log.age).into_column(),
            Series::new("yes".into(), &log.yes).into_column(),
            Series::new("kept".into(), &log.kept).into_column(),
            Series::new("amount".into(), &log.amount).into_column(),
            Series::new("times".into(), &log.times).into_column(),
        ],
    )
    .unwrap();
    let text = desk(csv(&log));
    for group in [700, ROWS] {
        let groups = desk(parquet(&mut table, ParquetCompression::Zstd(None), group));
        for way in WAYS {
            let (expected, result) = (audit(&text, way).json(), audit(&groups, way).json());
            assert_eq!(result["estimates"], expected["estimates"], "{group} {way:?}");
            assert_eq!(result["account"], expected["account"], "{group} {way:?}");
        }
    }
}

#[test]
fn the_first_fault_is_told_whichever_thread_meets_it() {
    let text = csv(&log());
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    // Late: a value that is no number. Earlier: a row that is too short. First: an age that is none.
    let faulty = |lines: &mut Vec<String>, near: usize, from: &str, to: &str| -> usize {
        let at = (near..).find(|at| lines[*at].contains("male,\"Łódź\"")).unwrap();
        lines[at] = lines[at].replacen(from, to, 1);
        at + 1
    };
    faulty(&mut lines, 61_000, "Łódź", "Łódź\",4\"");
    faulty(&mut lines, 40_000, "male,", "");
    let first = faulty(&mut lines, 20_000, "\"Łódź\",", "\"Łódź\",old");
    let desk = desk(lines.concat());
    for threads in ["1", "2", "8", "8", "8"] {
        let done = audit(&desk, &["--threads", threads]);
        let told = done.refuses("not-a-number");
        assert!(told.contains(&format!("log:{first}")), "{threads}: {told}");
    }
}

#[test]
fn a_folder_for_temporary_files_that_is_not_there_is_an_error() {
    let desk = desk(csv(&log()));
    let mut args = vec![
        "audit",
        "log",
        "--subject",
        "person",
        "--memory-limit",
        "1kB",
        "--format",
        "json",
    ];
    args.extend_from_slice(&FLAGS);
    let mut command = desk.command(&args);
    command.env("TMPDIR", desk.path("nowhere"));
    let done = Done::of(&mut command);
    let told = done.refuses("spill-failed");
    assert!(told.contains("TMPDIR") && told.contains("--memory-limit"), "{told}");
}
