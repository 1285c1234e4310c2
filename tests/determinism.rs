//! The same log, spec and version give the same bytes, and the same rows in another format the same numbers.

use std::fmt::Write as _;

use polars::prelude::{DataFrame, IntoColumn, NamedFrom, ParquetCompression, Series};
use serde_json::Value;

use crate::audit_support::{Desk, Dice, Done};
use crate::log_support::{gzip, parquet};

struct Row {
    id: u64,
    gender: &'static str,
    age: u64,
    decision: bool,
    label: Option<bool>,
    amount: Option<f64>,
    channel: &'static str,
}

fn rows() -> Vec<Row> {
    let mut dice = Dice(3);
    (0..400)
        .map(|_| {
            let id = dice.below(90);
            Row {
                id,
                // Some people are written in two ways, and some change.
                gender: ["F", "M", "f", "M ", "", "X", "M"][(id % 7) as usize],
                age: 18 + dice.below(3) + id % 60,
                decision: dice.below(3) == 0,
                label: [None, Some(true), Some(false)][dice.below(3) as usize],
                amount: (dice.below(4) > 0).then(|| dice.below(10_000) as f64 / 100.0 + 0.1),
                channel: ["email", "app", "post"][dice.below(3) as usize],
            }
        })
        .collect()
}

fn text<T: ToString>(value: Option<T>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

fn csv(rows: &[&Row]) -> String {
    let mut log = "id,gender,age,decision,label,amount,channel\n".to_owned();
    for r in rows {
        writeln!(
            log,
            "{},{},{},{},{},{},{}",
            r.id,
            r.gender,
            r.age,
            r.decision,
            text(r.label),
            text(r.amount),
            r.channel
        )
        .unwrap();
    }
    log
}

const SPEC: &str = r#"[audit]
title = "Twins"
[log]
path = "LOG"
subject = "id"
where = [{ column = "channel", values = ["email", "app"] }]
[[protected]]
name = "gender"
[[protected]]
name = "age"
bands = [25, 45, 65]
reference = "rest"
[groups]
intersections = "all"
[[outcome]]
name = "offered"
favourable = true
selected = { column = "decision", values = ["true"] }
actual = { column = "label", values = ["true"] }
value = "amount"
metrics = ["selection_rate", "reach", "subject_selection_rate", "true_positive_rate", "mean_value", "equalized_odds"]
[[gate]]
metric = "disparate_impact"
min = 0.8
[[gate]]
metric = "demographic_parity_difference"
max = 0.2
"#;

fn desk(name: &str, log: impl AsRef<[u8]>) -> Desk {
    let desk = Desk::with(name, log);
    desk.write("spec.toml", SPEC.replace("LOG", name));
    desk
}

fn plain() -> Desk {
    let rows = rows();
    desk("log.csv", csv(&rows.iter().collect::<Vec<_>>()))
}

#[test]
fn the_same_bytes_twice_in_every_face() {
    let desk = plain();
    for format in ["json", "csv", "table", "html"] {
        let run = || desk.run(&["audit", "spec.toml", "--format", format]);
        let (first, second) = (run(), run());
        assert_ne!(first.code, 2, "{}", first.err);
        assert_eq!(first.out, second.out);
    }
}

#[test]
fn shuffled_rows_give_the_same_bytes() {
    let expected = plain().audit(&["spec.toml"]);
    assert!(
        expected.json()["notes"]
            .to_string()
            .contains("differ only in case or blanks")
    );
    for seed in 1..4 {
        let all = rows();
        let mut shuffled: Vec<&Row> = all.iter().collect();
        Dice(seed).shuffle(&mut shuffled);
        assert_eq!(desk("log.csv", csv(&shuffled)).audit(&["spec.toml"]).out, expected.out);
    }
    // Nor does it matter how the rows are spread over files.
    let all = rows();
    let (head, tail) = all.split_at(123);
    let parts = Desk::with("spec.toml", SPEC.replace("\"LOG\"", "[\"part-*.csv\"]"));
    parts.write("part-1.csv", csv(&tail.iter().collect::<Vec<_>>()));
    parts.write("part-2.csv", csv(&head.iter().collect::<Vec<_>>()));
    let result = parts.result(&["spec.toml"]);
    assert_eq!(result["estimates"], expected.json()["estimates"]);
    assert_eq!(result["gates"], expected.json()["gates"]);
}

#[test]
fn zone_language_folder_and_threads_change_no_byte() {
    let desk = plain();
    let expected = desk.audit(&["spec.toml"]).out;
    for (name, value) in [
        ("TZ", "Pacific/Kiritimati"),
        ("TZ", "America/Los_Angeles"),
        ("LC_ALL", "pl_PL.UTF-8"),
        ("LANG", "tr_TR.UTF-8"),
        ("POLARS_MAX_THREADS", "1"),
        ("RAYON_NUM_THREADS", "1"),
    ] {
        let mut command = desk.command(&["audit", "spec.toml", "--format", "json"]);
        command.env(name, value);
        assert_eq!(Done::of(&mut command).out, expected, "{name}={value}");
    }
    // From another folder, by an absolute path: nothing of it is in the result.
    let elsewhere = tempfile::tempdir().unwrap();
    let mut command = desk.command(&["audit", desk.path("spec.toml").to_str().unwrap(), "--format", "json"]);
    command.current_dir(elsewhere.path());
    let away = Done::of(&mut command);
    assert!(!away.out.contains(desk.folder.path().to_str().unwrap()), "{}", away.out);
    assert_eq!(away.out, expected);
}

#[test]
fn every_format_gives_the_same_numbers() {
    let expected = plain().audit(&["spec.toml"]).json();
    let all = rows();
    let mut json = String::new();
    for r in &all {
        let object = serde_json::json!({
            "id": r.id, "gender": r.gender, "age": r.age, "decision": r.decision, "label": r.label, "amount": r.amount,
            "channel": r.channel,
        });
        writeln!(json, "{object}").unwrap();
    }
    let series = |name: &str| -> Series {
        let name = polars::prelude::PlSmallStr::from(name);
        match name.as_str() {
            "id" => Series::new(name.clone(), all.iter().map(|r| r.id as i64).collect::<Vec<_>>()),
            "gender" => Series::new(
                name.clone(),
                all.iter()
                    .map(|r| (!r.gender.is_empty()).then_some(r.gender))
                    .collect::<Vec<_>>(),
            ),
            "age" => Series::new(name.clone(), all.iter().map(|r| r.age as i32).collect::<Vec<_>>()),
            "decision" => Series::new(name.clone(), all.iter().map(|r| r.decision).collect::<Vec<_>>()),
            "label" => Series::new(name.clone(), all.iter().map(|r| r.label).collect::<Vec<_>>()),
            "amount" => Series::new(name.clone(), all.iter().map(|r| r.amount).collect::<Vec<_>>()),
            _ => Series::new(name, all.iter().map(|r| r.channel).collect::<Vec<_>>()),
        }
    };
    let columns = ["id", "gender", "age", "decision", "label", "amount", "channel"];
    let mut table = DataFrame::new_infer_height(columns.iter().map(|c| series(c).into_column()).collect()).unwrap();
    let twins: [(&str, Vec<u8>); 4] = [
        ("log.ndjson", json.into_bytes()),
        ("log.parquet", parquet(&mut table, ParquetCompression::Snappy, 1000)),
        (
            "small.parquet",
            parquet(&mut table, ParquetCompression::Uncompressed, 7),
        ),
        ("log.csv.gz", gzip(csv(&all.iter().collect::<Vec<_>>()).as_bytes())),
    ];
    for (name, bytes) in twins {
        let result = desk(name, bytes).audit(&["spec.toml"]).json();
        for part in ["estimates", "gates", "groupings", "verdict"] {
            assert_eq!(result[part], expected[part], "{name}");
        }
        let bare = |value: &Value| value["account"].clone();
        assert_eq!(bare(&result), bare(&expected), "{name}");
    }
}
