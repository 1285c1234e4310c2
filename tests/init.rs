//! `parytet init`: a spec from a log alone, which runs.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::audit_support::{Desk, people};

/// Every log of the fixtures that can be read, by its name there.
fn logs() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut found = Vec::new();
    for folder in fs::read_dir(&root).unwrap() {
        let folder = folder.unwrap().path();
        if !folder.is_dir() || folder.ends_with("broken") || folder.ends_with("make") {
            continue;
        }
        for file in fs::read_dir(&folder).unwrap() {
            let path = file.unwrap().path();
            let is_log = path.extension().is_some_and(|end| end != "toml");
            if is_log {
                found.push(path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort();
    found
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

/// A folder with a copy of a fixture under the same name.
fn desk(log: &str) -> Desk {
    Desk::with(log, fs::read(fixture(log)).unwrap())
}

#[test]
fn a_spec_of_every_bundled_log_runs_as_it_is() {
    let logs = logs();
    assert!(logs.len() >= 14, "{logs:?}");
    for log in &logs {
        let desk = desk(log);
        let made = desk.run(&["init", log]);
        // A list of people, of consents or of objections holds no decision, a log without attributes needs a file of people,
        // and which of several classes are good for anybody nobody can see.
        let lacks: &[&str] = match log.as_str() {
            "missing/customers.csv" | "consents/consents.csv" | "consents/objections.csv" | "tiers/customers.csv" => {
                &["the decision"]
            }
            "missing/offers.csv" => &["a protected attribute"],
            _ => &[],
        };
        assert_eq!(made.code, if lacks.is_empty() { 0 } else { 3 }, "{log}: {}", made.err);
        let spec = fs::read_to_string(desk.path("audit.toml")).unwrap();
        for lacking in lacks {
            assert!(
                made.err.contains(lacking) && spec.contains("TO DO"),
                "{log}: {}",
                made.err
            );
        }
        if !lacks.is_empty() {
            continue;
        }
        assert!(!spec.contains("TO DO"), "{log}: {spec}");
        let checked = desk.run(&["check", "audit.toml"]);
        assert_eq!(checked.code, 0, "{log}: {}\n{spec}", checked.err);
        // No gate, so nothing is judged.
        let audited = desk.audit(&["audit.toml"]);
        assert_eq!(audited.code, 0, "{log}: {}\n{spec}", audited.err);
        assert_eq!(audited.json()["verdict"]["verdict"], "none", "{log}");
        assert!(audited.json()["account"]["audited"].as_u64().unwrap() > 0, "{log}");
    }
}

#[test]
fn what_is_found_is_what_the_bundled_specs_say() {
    // Person, selected, label, protected attributes of the specs that stand beside the logs.
    type Known = (
        &'static str,
        Option<&'static str>,
        &'static str,
        Option<&'static str>,
        &'static [&'static str],
    );
    let known: [Known; 7] = [
        (
            "biased/offers.csv",
            Some("customer_id"),
            "decision = yes",
            Some("accepted"),
            &["gender", "age"],
        ),
        (
            "changing/offers.csv",
            Some("customer_id"),
            "decision = yes",
            None,
            &["birth_date"],
        ),
        ("counted/admissions.csv", None, "decision = admitted", None, &["gender"]),
        ("repeated/offers.csv", Some("person"), "shown = 1", None, &["region"]),
        (
            "scored/offers.csv",
            Some("customer_id"),
            "offered = 1",
            Some("accepted"),
            &["gender"],
        ),
        (
            "twins/offers.ndjson",
            Some("customer_id"),
            "decision = ja",
            None,
            &["gender"],
        ),
        (
            "weighted/survey.csv",
            Some("respondent"),
            "offered = 1",
            None,
            &["age_group"],
        ),
    ];
    for (log, person, selected, label, protected) in known {
        let desk = desk(log);
        assert_eq!(desk.run(&["init", log]).code, 0, "{log}");
        let text = fs::read_to_string(desk.path("audit.toml")).unwrap();
        let spec = parytet::spec::parse(&text, "audit.toml", PathBuf::new()).unwrap();
        assert_eq!(spec.log.subject.as_ref().map(|at| at.value.as_str()), person, "{log}");
        let outcome = &spec.outcomes[0];
        let parytet::spec::Test::Values(values) = &outcome.selected.test else {
            panic!("{log}: {text}");
        };
        let said = format!("{} = {}", outcome.selected.column.value, values[0].value);
        assert_eq!(said, selected, "{log}");
        assert_eq!(
            outcome.actual.as_ref().map(|actual| actual.column.value.as_str()),
            label,
            "{log}"
        );
        let names: Vec<&str> = spec.protected.iter().map(|one| one.name.value.as_str()).collect();
        assert_eq!(names, protected, "{log}");
    }
}

#[test]
fn numbers_of_a_log_are_told_apart() {
    let desk = desk("scored/offers.csv");
    assert_eq!(desk.run(&["init", "scored/offers.csv"]).code, 0);
    let spec = fs::read_to_string(desk.path("audit.toml")).unwrap();
    for line in [
        "value = \"eur\"",
        "unit = \"EUR\"",
        "score = \"probability\"",
        "predicted = \"expected_eur\"",
    ] {
        assert!(spec.lines().any(|own| own == line), "{line}: {spec}");
    }
    let desk = Desk::with(
        "campaign.csv",
        "gender,impressions,clicks\nF,100,3\nM,120,NA\nF,90,1\nM,80,2\n",
    );
    assert_eq!(desk.run(&["init", "campaign.csv"]).code, 0);
    let spec = fs::read_to_string(desk.path("audit.toml")).unwrap();
    for line in [
        "count = \"impressions\"",
        "csv = { null_values = [\"NA\"] }",
        "selected = { column = \"clicks\", counts = true, empty = 0 }",
    ] {
        assert!(spec.lines().any(|own| own == line), "{line}: {spec}");
    }
    let result = desk.result(&["audit.toml"]);
    // 4 clicks of 190 impressions, and 2 of 200.
    let rate = |group: &str| -> f64 {
        let all = result["estimates"].as_array().unwrap().iter();
        let mut own =
            all.filter(|e| e["group"] == group && e["metric"] == "selection_rate" && e["contrast"] == "value");
        own.next().unwrap()["estimate"].as_f64().unwrap()
    };
    assert!((rate("F") - 4.0 / 190.0).abs() < 1e-12 && (rate("M") - 2.0 / 200.0).abs() < 1e-12);
}

#[test]
fn names_may_be_polish() {
    let mut log = "id_klienta;płeć;wiek;województwo;przyznano;spłacono;kwota_zł\n".to_owned();
    for i in 0..200 {
        log.push_str(&format!(
            "{};{};{};{};{};{};{}\n",
            i / 2,
            if i % 4 < 2 { "K" } else { "M" },
            20 + i % 50,
            ["mazowieckie", "śląskie"][i % 2],
            if i % 3 == 0 { "tak" } else { "nie" },
            if i % 5 == 0 { "nie" } else { "tak" },
            100 + i,
        ));
    }
    let desk = Desk::with("wnioski.csv", log);
    let made = desk.run(&["init", "wnioski.csv"]);
    assert_eq!(made.code, 0, "{}", made.err);
    let spec = fs::read_to_string(desk.path("audit.toml")).unwrap();
    for line in [
        "subject = \"id_klienta\"",
        "name = \"płeć\"",
        "name = \"wiek\"",
        "bands = [30, 45, 60]",
        "selected = { column = \"przyznano\", values = [\"tak\"] }",
        "actual = { column = \"spłacono\", values = [\"tak\"] }",
        "value = \"kwota_zł\"",
        "favourable = true",
    ] {
        assert!(spec.lines().any(|own| own == line), "{line}: {spec}");
    }
    assert_eq!(desk.audit(&["audit.toml"]).code, 0);
}

#[test]
fn a_direction_that_nobody_said_is_said_loudly() {
    let desk = Desk::with("log.csv", people(&[("f", 40, 10), ("m", 40, 20)]));
    let made = desk.run(&["--quiet", "init", "log.csv"]);
    assert_eq!(made.code, 0);
    assert!(
        made.err
            .contains("warning: nothing in the log says whether being selected is good"),
        "{}",
        made.err
    );
    let spec = fs::read_to_string(desk.path("audit.toml")).unwrap();
    assert!(spec.contains("# !!! SAY THIS YOURSELF"), "{spec}");
    // A gate would judge by the guess, so there is none.
    assert!(!spec.lines().any(|line| line.starts_with("[[gate]]")), "{spec}");
    let said = desk.run(&["--quiet", "init", "log.csv", "--unfavourable", "--force"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let spec = fs::read_to_string(desk.path("audit.toml")).unwrap();
    assert!(
        spec.contains("\nfavourable = false\n") && !spec.contains("!!!"),
        "{spec}"
    );
    // A word that people do or do not want is a reason, and is told.
    let log = people(&[("f", 40, 10), ("m", 40, 20)]).replace("decision", "rejected");
    let desk = Desk::with("log.csv", log);
    let made = desk.run(&["init", "log.csv"]);
    assert!(made.err.contains("unfavourable: `rejected`"), "{}", made.err);
}

#[test]
fn a_file_that_is_there_is_not_touched() {
    let desk = Desk::with("log.csv", people(&[("f", 40, 10), ("m", 40, 20)]));
    desk.write("audit.toml", "mine");
    let done = desk.run(&["init", "log.csv"]);
    assert_eq!(done.code, 2);
    assert!(done.err.contains("--force"), "{}", done.err);
    assert_eq!(fs::read_to_string(desk.path("audit.toml")).unwrap(), "mine");
    let over = desk.run(&["init", "log.csv", "--output", "log.csv", "--force"]);
    assert_eq!(over.code, 2, "a log is written over");
    assert_eq!(desk.run(&["init", "log.csv", "--force"]).code, 0);
    // To standard output, words elsewhere; and from standard input.
    let done = desk.run(&["init", "log.csv", "--output", "-"]);
    assert_eq!(done.code, 0);
    assert_eq!(done.out, fs::read_to_string(desk.path("audit.toml")).unwrap());
    let mut piped = desk.command(&["init", "-", "--output", "-"]);
    piped.stdin(fs::File::open(desk.path("log.csv")).unwrap());
    let piped = crate::audit_support::Done::of(&mut piped);
    assert_eq!(piped.out, done.out.replace("\"log.csv\"", "\"-\""));
}

#[test]
fn paths_start_from_the_folder_of_the_spec() {
    let desk = Desk::with("logs/log.csv", people(&[("f", 40, 10), ("m", 40, 20)]));
    fs::create_dir_all(desk.path("audits/eu")).unwrap();
    for (output, path) in [
        ("audits/eu/a.toml", "../../logs/log.csv"),
        ("logs/a.toml", "log.csv"),
        ("a.toml", "logs/log.csv"),
    ] {
        assert_eq!(desk.run(&["init", "logs/*.csv", "-o", output]).code, 0);
        let spec = fs::read_to_string(desk.path(output)).unwrap();
        let pattern = path.replace("log.csv", "*.csv");
        assert!(spec.contains(&format!("path = \"{pattern}\"\n")), "{spec}");
        assert_eq!(desk.audit(&[output]).code, 0);
    }
}

#[test]
fn what_was_said_is_not_guessed() {
    let log = people(&[("f", 40, 10), ("m", 40, 20)]).replace("decision", "thing");
    let desk = Desk::with("log.csv", log);
    let args = [
        "init",
        "log.csv",
        "--selected",
        "thing=yes",
        "--favourable",
        "--protected",
        "gender",
        "--subject",
        "id",
    ];
    assert_eq!(desk.run(&args).code, 0);
    let spec = fs::read_to_string(desk.path("audit.toml")).unwrap();
    assert!(
        spec.contains("selected = { column = \"thing\", values = [\"yes\"] }"),
        "{spec}"
    );
    assert!(spec.contains("subject = \"id\""), "{spec}");
    for (flag, value) in [("--selected", "thin=yes"), ("--protected", "gendr"), ("--subject", "i")] {
        let done = desk.run(&["init", "log.csv", "--force", flag, value]);
        done.refuses("unknown-column");
    }
    assert!(
        desk.run(&["init", "log.csv", "--force", "--protected", "gendr"])
            .err
            .contains("did you mean `gender`?")
    );
}

#[test]
fn faulty_logs_are_told_as_elsewhere_and_nothing_is_written() {
    let folder = fixture("broken");
    let mut told = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|end| end == "toml") {
            continue;
        }
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let desk = Desk::with(&name, fs::read(&path).unwrap());
        let done = desk.run(&["init", &name]);
        match done.code {
            2 => {
                assert!(done.err.contains("error["), "{name}: {}", done.err);
                assert!(!desk.path("audit.toml").exists(), "{name}");
                told += 1;
            }
            0 | 3 => assert!(desk.path("audit.toml").exists(), "{name}"),
            other => panic!("{name}: {other}"),
        }
    }
    assert!(told >= 9, "{told}");
}

#[test]
fn names_of_columns_can_write_nothing_of_their_own() {
    // A name with a line end would end a comment, and one with a quote a text.
    let log = "id,\"gender\"\"x\n[gate]\",decision\n1,F,yes\n1,M,no\n2,F,yes\n3,M,no\n";
    let desk = Desk::with("log.csv", log);
    let done = desk.run(&["init", "log.csv"]);
    if done.code == 2 {
        // Names like this are refused by the reader already.
        assert!(done.err.contains("error["), "{}", done.err);
        return;
    }
    let spec = fs::read_to_string(desk.path("audit.toml")).unwrap();
    assert!(!spec.lines().any(|line| line.starts_with("[gate]")), "{spec}");
    assert_eq!(desk.run(&["check", "audit.toml"]).code, 0, "{spec}");
}

#[test]
fn the_number_of_rows_is_bounded_and_said() {
    let desk = Desk::with("log.csv", people(&[("f", 400, 100), ("m", 400, 200)]));
    let done = desk.run(&["init", "log.csv", "--rows", "450"]);
    assert_eq!(done.code, 0);
    assert!(
        done.err.contains("looked at the first 450 rows (3 columns)"),
        "{}",
        done.err
    );
    let whole = desk.run(&["init", "log.csv", "--force"]);
    assert!(
        whole.err.contains("looked at all 800 rows (3 columns)"),
        "{}",
        whole.err
    );
}

#[test]
fn bands_and_sentinels_of_ages() {
    let mut log = "id,gender,age,born,decision\n".to_owned();
    for i in 0..600 {
        let age = if i % 10 == 0 { 118 } else { 18 + i % 63 };
        log.push_str(&format!(
            "{i},{},{age},19{:02}-05-06,{}\n",
            ["F", "M"][i % 2],
            30 + i % 60,
            i % 2
        ));
    }
    let desk = Desk::with("log.csv", log);
    assert_eq!(desk.run(&["init", "log.csv"]).code, 0);
    let spec = fs::read_to_string(desk.path("audit.toml")).unwrap();
    assert!(
        spec.contains("name = \"age\"\nbands = [30, 45, 60, 75]\nmissing = [\"118\"]\n"),
        "{spec}"
    );
    // A second column of the same attribute is offered, not taken.
    assert!(spec.contains("# name = \"born\""), "{spec}");
    let result: Value = desk.result(&["audit.toml"]);
    let groups: Vec<&str> = result["groupings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|grouping| grouping["attribute"] == "age")
        .flat_map(|grouping| grouping["groups"].as_array().unwrap())
        .map(|group| group["group"].as_str().unwrap())
        .collect();
    assert_eq!(groups, ["<30", "30-44", "45-59", "60-74", "75+", "(missing)"]);
}

#[test]
fn a_spec_of_every_real_log_runs_as_it_is() {
    let Some(folder) = crate::real_logs::data() else { return };
    let mut logs = 0;
    for file in fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.ends_with(".csv.gz") && !name.ends_with(".parquet") {
            continue;
        }
        let desk = Desk::new();
        let log = path.canonicalize().unwrap();
        let made = desk.run(&["init", log.to_str().unwrap()]);
        assert_eq!(made.code, 0, "{name}: {}", made.err);
        let checked = desk.run(&["check", "audit.toml"]);
        assert_eq!(checked.code, 0, "{name}: {}", checked.err);
        let audited = desk.run(&["--quiet", "audit", "audit.toml"]);
        assert_eq!(audited.code, 0, "{name}: {}", audited.err);
        logs += 1;
    }
    assert!(logs >= 10, "{logs}");
}

mod any_log {
    use std::path::PathBuf;

    use parytet::init::{Given, LogKeys, propose, sample, spec};
    use parytet::{plan, spec as specs};
    use proptest::prelude::*;

    use crate::log_support::Logs;

    const NAMES: [&str; 24] = [
        "id",
        "customer_id",
        "klient",
        "gender",
        "płeć",
        "age",
        "born",
        "date",
        "decision",
        "offered",
        "rejected",
        "y",
        "score",
        "value",
        "price eur",
        "count",
        "impressions",
        "clicks",
        "w",
        "zip",
        "a \"b\"",
        "x\\y",
        "status",
        "expected value",
    ];
    const VALUES: [&str; 22] = [
        "",
        "yes",
        "no",
        "0",
        "1",
        "2",
        "17.5",
        "-3",
        "118",
        "F",
        "M",
        "NA",
        "?",
        "2020-01-31",
        "1980-05-06 10:00",
        "Low",
        "High",
        "approved",
        "rejected",
        "a\"b",
        "zażółć",
        "=1+1",
    ];

    fn field(text: &str) -> String {
        format!("\"{}\"", text.replace('"', "\"\""))
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        // Whatever a log holds, what is written is a spec, and one that is said to be whole fits the log.
        #[test]
        fn gives_a_spec_that_can_be_read(
            names in proptest::sample::subsequence(NAMES.to_vec(), 1..10),
            rows in proptest::collection::vec(proptest::collection::vec(0..VALUES.len(), 10), 1..40),
            few in 1..VALUES.len(),
        ) {
            let mut log: String = names.iter().map(|name| field(name)).collect::<Vec<_>>().join(",");
            for row in &rows {
                // Few different values in some logs, so that they look like groups and decisions.
                let fields = row.iter().enumerate().take(names.len());
                let fields: Vec<String> = fields.map(|(at, value)| field(VALUES[(value % few + at) % VALUES.len()])).collect();
                log.push('\n');
                log.push_str(&fields.join(","));
            }
            let logs = Logs::with("log.csv", log);
            let source = logs.source(&["log.csv"]).unwrap();
            let opened = parytet::log::Opened::open(&source).unwrap();
            let schema = opened.schema().unwrap();
            let sample = sample(&opened, &schema, 1000).unwrap();
            prop_assert_eq!(sample.rows, rows.len() as u64);
            let as_of = "2026-09-21".parse().unwrap();
            let proposal = propose(&sample, &Given { as_of, ..Given::default() });
            let keys = LogKeys { paths: vec!["log.csv".to_owned()], ..LogKeys::default() };
            let text = spec(&proposal, &sample, &keys);
            let parsed = specs::parse(&text, "audit.toml", PathBuf::new());
            prop_assert!(parsed.is_ok(), "{:?}\n{}", parsed, text);
            if proposal.lacks().is_empty() {
                let plan = plan::resolve(&parsed.unwrap(), source, &schema, None, as_of);
                prop_assert!(plan.is_ok(), "{:?}\n{}", plan.err(), text);
            }
        }
    }
}
