//! What gates say and what the process ends with: the whole decision table, exact boundaries, and outputs that fail.

use std::fmt::Write as _;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::audit_support::{Desk, Done, answers, assert_close, flags, gender, labelled, number, people};

const FOUR_FIFTHS: [&str; 4] = ["--reference", "m", "--gate", "disparate_impact>=0.8"];

/// Against 50 of 100 (or 500 of 1000) of `m`: the group's size and selected, and where its interval lies around 0.8.
const PLACES: [(u32, u32, u32, &str); 4] = [
    (1000, 500, 1000, "inside"),
    (100, 45, 100, "straddles, estimate inside"),
    (100, 35, 100, "straddles, estimate beyond"),
    (1000, 200, 1000, "beyond"),
];

fn two(size: u32, selected: u32, reference: u32) -> String {
    people(&[("f", size, selected), ("m", reference, reference / 2)])
}

fn judged(log: &str, more: &[&str]) -> Done {
    Desk::with("log.csv", log).audit(&flags(more))
}

fn verdict(done: &Done) -> (String, String, String) {
    let result = done.json();
    assert_eq!(result["verdict"]["exit_code"], done.code, "{}", result["verdict"]);
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    (
        text(&result["gates"][0]["verdict"]),
        text(&result["gates"][0]["answers"][0]["reason"]),
        text(&result["verdict"]["reason"]),
    )
}

#[test]
fn the_decision_table() {
    // By rule: what is said of each place, and why.
    let point = [
        ("pass", "estimate-inside"),
        ("pass", "estimate-inside"),
        ("fail", "estimate-beyond"),
        ("fail", "estimate-beyond"),
    ];
    let by_interval = [
        ("pass", "interval-inside"),
        ("inconclusive", "straddles-inside"),
        ("inconclusive", "straddles-beyond"),
        ("fail", "interval-beyond"),
    ];
    for (rule, says) in [("point", point), ("evidence", by_interval), ("assurance", by_interval)] {
        for ((size, selected, reference, place), (say, why)) in PLACES.into_iter().zip(says) {
            let desk = Desk::with("log.csv", two(size, selected, reference));
            for open in [None, Some("fail"), Some("warn"), Some("pass")] {
                let mut more = [&FOUR_FIFTHS[..], &["--rule", rule]].concat();
                if let Some(open) = open {
                    more.extend(["--on-inconclusive", open]);
                }
                // Assurance blocks unless told otherwise; the others do not.
                let blocks = open == Some("fail") || (open.is_none() && rule == "assurance");
                let (code, reason) = match say {
                    "pass" => (0, "all-passed"),
                    "fail" => (1, "gate-failed"),
                    _ if blocks => (3, "inconclusive-blocks"),
                    _ => (0, "inconclusive-allowed"),
                };
                let done = desk.audit(&flags(&more));
                let case = format!("{rule}, {place}, {open:?}");
                assert_eq!(done.code, code, "{case}");
                let said = verdict(&done);
                assert_eq!(
                    (said.0.as_str(), said.1.as_str(), said.2.as_str()),
                    (say, why, reason),
                    "{case}"
                );
            }
        }
    }
}

#[test]
fn upper_thresholds_and_both_at_once() {
    let desk = Desk::with("log.csv", two(1000, 500, 1000));
    let said = |gate: &[&str]| verdict(&desk.audit(&flags(&[&["--reference", "m"], gate].concat()))).0;
    assert_eq!(said(&["--gate", "disparate_impact<=1.25"]), "pass");
    assert_eq!(said(&["--gate", "disparate_impact<=0.5"]), "fail");
    assert_eq!(said(&["--gate", "statistical_parity_difference>=-0.1"]), "pass");
    assert_eq!(said(&["--gate", "statistical_parity_difference>=0.1"]), "fail");
    assert_eq!(said(&["--gate", "demographic_parity_difference<=0.2"]), "pass");
    assert_eq!(said(&["--gate", "selection_rate>=0.9"]), "fail");
    let spec = |range: &str| {
        desk.write(
            "spec.toml",
            format!(
                "[log]\npath = \"log.csv\"\nsubject = \"id\"\n[[protected]]\nname = \"gender\"\nreference = \"m\"\n\
                 [[outcome]]\nname = \"o\"\nfavourable = true\nselected = {{ column = \"decision\", values = [\"yes\"] }}\n\
                 [[gate]]\nmetric = \"disparate_impact\"\n{range}\n"
            ),
        );
        verdict(&desk.audit(&["spec.toml"])).0
    };
    assert_eq!(spec("min = 0.8\nmax = 1.25"), "pass");
    assert_eq!(spec("min = 0.8\nmax = 0.9"), "fail");
    assert_eq!(
        spec("min = 1.05\nmax = 1.25"),
        "inconclusive",
        "the interval is 0.92 to 1.09"
    );
    assert_eq!(spec("min = 1.2\nmax = 1.25"), "fail");
}

#[test]
fn four_fifths_of_whole_numbers_is_compared_exactly() {
    let point = |groups: &[(&str, u32, u32)]| {
        let done = judged(&people(groups), &[&FOUR_FIFTHS[..], &["--rule", "point"]].concat());
        verdict(&done).0
    };
    assert_eq!(point(&[("f", 100, 40), ("m", 100, 50)]), "pass");
    assert_eq!(point(&[("f", 100, 39), ("m", 100, 50)]), "fail");
    // Exactly 4/5, but a little less as quotients of doubles.
    let (x1, n1, x2, n2) = (12u32, 25u32, 15u32, 25u32);
    assert_eq!(5 * x1 * n2, 4 * x2 * n1);
    assert_eq!(point(&[("f", n1, x1), ("m", n2, x2)]), "pass");
    for (x1, n1, x2, n2) in SHORT_OF_FOUR_FIFTHS {
        assert_eq!(5 * x1 * n2, 4 * x2 * n1);
        assert!(f64::from(x1) / f64::from(n1) / (f64::from(x2) / f64::from(n2)) < 0.8);
        assert_eq!(
            point(&[("f", n1, x1), ("m", n2, x2)]),
            "pass",
            "{x1}/{n1} against {x2}/{n2}"
        );
    }
}

/// Four fifths that doubles take for less.
const SHORT_OF_FOUR_FIFTHS: [(u32, u32, u32, u32); 3] = [(3, 5, 6, 8), (3, 5, 9, 12), (30, 50, 30, 40)];

#[test]
fn a_hair_below_the_threshold_fails() {
    // 799,999,999,999 of 10^12 is 0.8 to every face's digits, and below four fifths.
    let log = |selected: u64| {
        let n = 1_000_000_000_000u64;
        format!(
            "gender,decision,freq\nf,yes,{selected}\nf,no,{}\nm,yes,{n}\nm,no,0\n",
            n - selected
        )
    };
    let said = |selected| {
        let desk = Desk::with("log.csv", log(selected));
        let done = desk.audit(
            &[
                &[
                    "log.csv",
                    "--count",
                    "freq",
                    "--protected",
                    "gender",
                    "--selected",
                    "decision=yes",
                    "--rule",
                    "point",
                ],
                &FOUR_FIFTHS[..],
            ]
            .concat(),
        );
        verdict(&done).0
    };
    assert_eq!(said(799_999_999_999), "fail");
    assert_eq!(said(800_000_000_000), "pass");
}

#[test]
fn gaps_of_tenths_are_compared_exactly() {
    // 8/10 − 7/10 is 0.10000000000000009 in doubles, and 3/10 − 1/10 is 0.19999999999999998.
    let said = |log: &str, gate: &str| {
        let more = [
            "--actual",
            "label=1",
            "--rule",
            "point",
            "--reference",
            "m",
            "--gate",
            gate,
        ];
        verdict(&judged(log, &more)).0
    };
    let log = labelled(&[("f", [8, 5, 2, 5]), ("m", [7, 5, 3, 5])]);
    for gate in [
        "equalized_odds_difference<=0.1",
        "equalized_odds:max_gap<=0.1",
        "equal_opportunity_difference<=0.1",
        "true_positive_rate_max_gap<=0.1",
    ] {
        assert_eq!(said(&log, gate), "pass", "{gate}");
        assert_eq!(said(&log, &gate.replace("0.1", "0.0999")), "fail", "{gate}");
    }
    assert_eq!(said(&log, "equalized_odds:ratio>=0.875"), "pass");
    assert_eq!(said(&log, "equalized_odds_ratio>=0.875"), "pass");
    assert_eq!(said(&log, "equalized_odds_ratio>=0.8751"), "fail");
    // The other way round the gap is negative and the ratio above 1; both are folded.
    let turned = labelled(&[("f", [7, 5, 3, 5]), ("m", [8, 5, 2, 5])]);
    assert_eq!(said(&turned, "equalized_odds_difference<=0.1"), "pass");
    assert_eq!(said(&turned, "equalized_odds:ratio>=0.875"), "pass");
    let log = labelled(&[("f", [3, 0, 7, 0]), ("m", [1, 0, 9, 0])]);
    assert_eq!(said(&log, "equal_opportunity_difference>=0.2"), "pass");
}

#[test]
fn a_failure_must_hold_for_all_groups_looked_at() {
    let mut groups = vec![("g0".to_owned(), 100, 27)];
    groups.extend((1..8).map(|i| (format!("g{i}"), 100, 50)));
    groups.push(("m".to_owned(), 1000, 500));
    let groups: Vec<(&str, u32, u32)> = groups.iter().map(|(g, n, x)| (g.as_str(), *n, *x)).collect();
    let desk = Desk::with("log.csv", people(&groups));
    let result = desk.result(&flags(&FOUR_FIFTHS));
    let said = answers(&result);
    assert_eq!(said.len(), 8);
    assert_eq!(
        said[0],
        ("g0".into(), "inconclusive".into(), "beyond-one-at-a-time".into())
    );
    assert!(said[1..].iter().all(|a| a.1 == "pass"), "{said:?}");
    let answer = &result["gates"][0]["answers"][0];
    // At 95 % the interval lies below 0.8; at 1 − 0.05/8 it does not.
    assert!(number(&answer["high"]) < 0.8 && number(&answer["adjusted_high"]) > 0.8);
    // Looked at alone, as the gate says beforehand, the same group fails.
    desk.write(
        "spec.toml",
        r#"[log]
path = "log.csv"
subject = "id"
[[protected]]
name = "gender"
reference = "m"
[[outcome]]
name = "o"
favourable = true
selected = { column = "decision", values = ["yes"] }
[[gate]]
metric = "disparate_impact"
min = 0.8
groups = ["g0"]
"#,
    );
    let alone = desk.result(&["spec.toml"]);
    assert_eq!(
        answers(&alone),
        [("g0".into(), "fail".into(), "interval-beyond".into())]
    );
    let answer = &alone["gates"][0]["answers"][0];
    assert_eq!(answer["high"], answer["adjusted_high"]);
}

#[test]
fn what_it_would_take_is_told() {
    let result = judged(&two(100, 35, 100), &FOUR_FIFTHS).json();
    let answer = &result["gates"][0]["answers"][0];
    assert_eq!(answer["selections_to_threshold"], 5, "40 of 100 would be four fifths");
    assert!(answer["subjects_needed"].as_u64().unwrap() > 100);
    let result = judged(&two(1000, 500, 1000), &FOUR_FIFTHS).json();
    let answer = &result["gates"][0]["answers"][0];
    assert!(answer["selections_to_threshold"].is_null() && answer["subjects_needed"].is_null());
}

#[test]
fn few_people_are_inconclusive_under_every_rule() {
    for rule in ["point", "evidence", "assurance"] {
        // Four people, all of them rejected, beside a group that passes.
        let log = people(&[("f", 1000, 500), ("few", 4, 0), ("m", 1000, 500)]);
        let done = judged(&log, &[&FOUR_FIFTHS[..], &["--rule", rule]].concat());
        assert_eq!(done.code, if rule == "assurance" { 3 } else { 0 });
        let said = answers(&done.json());
        assert_eq!(
            said[1],
            ("few".into(), "inconclusive".into(), "too-few-subjects".into())
        );
        assert_eq!(said[0].1, "pass");
        // With five people the group is judged.
        let log = people(&[("f", 1000, 500), ("few", 5, 0), ("m", 1000, 500)]);
        let said = answers(&judged(&log, &[&FOUR_FIFTHS[..], &["--rule", rule]].concat()).json());
        assert_ne!(said[1].2, "too-few-subjects");
    }
}

#[test]
fn nothing_judged_ends_with_3_whatever_was_asked() {
    let log = people(&[("f", 4, 2), ("m", 4, 2)]);
    for open in ["fail", "warn", "pass"] {
        let done = judged(&log, &[&FOUR_FIFTHS[..], &["--on-inconclusive", open]].concat());
        assert_eq!(done.code, 3, "{open}");
        assert_eq!(verdict(&done).2, "nothing-judged");
    }
}

#[test]
fn a_named_group_that_is_not_there_is_said() {
    let desk = Desk::with("log.csv", two(1000, 500, 1000));
    let spec = |groups: &str, open: &str| {
        desk.write(
            "spec.toml",
            format!(
                "[log]\npath = \"log.csv\"\nsubject = \"id\"\n[[protected]]\nname = \"gender\"\nreference = \"m\"\n\
                 [[outcome]]\nname = \"o\"\nfavourable = true\nselected = {{ column = \"decision\", values = [\"yes\"] }}\n\
                 [[gate]]\nmetric = \"disparate_impact\"\nmin = 0.8\ngroups = {groups}\non_inconclusive = \"{open}\"\n"
            ),
        );
        desk.audit(&["spec.toml"])
    };
    let alone = spec("[\"Female\"]", "pass");
    assert_eq!(alone.code, 3);
    assert_eq!(
        answers(&alone.json()),
        [("Female".into(), "inconclusive".into(), "group-absent".into())]
    );
    let beside = spec("[\"f\", \"Female\"]", "fail");
    assert_eq!(beside.code, 3);
    let said = answers(&beside.json());
    assert_eq!(said[0].1, "pass");
    assert_eq!(said[1].2, "group-absent");
    assert_eq!(spec("[\"f\", \"Female\"]", "warn").code, 0);
    // People whose group is not known are never judged, even when they are named.
    desk.write("log.csv", people(&[("f", 100, 50), ("m", 100, 50), ("", 100, 0)]));
    let missing = spec("[\"(missing)\"]", "warn");
    assert_eq!(
        answers(&missing.json()),
        [("(missing)".into(), "inconclusive".into(), "attribute-missing".into())]
    );
    assert_eq!(missing.code, 3);
}

#[test]
fn one_gate_that_fails_outweighs_others_that_are_open_or_pass() {
    let desk = Desk::with("log.csv", people(&[("f", 1000, 200), ("g", 100, 45), ("m", 1000, 500)]));
    let gates = |names: &[&str]| {
        let mut more = vec!["--reference", "m", "--on-inconclusive", "fail"];
        for gate in names {
            more.extend(["--gate", gate]);
        }
        desk.audit(&flags(&more))
    };
    let done = gates(&["disparate_impact>=0.8", "selection_rate>=0.1"]);
    assert_eq!(done.code, 1);
    let result = done.json();
    let counts = &result["verdict"];
    assert_eq!((&counts["failed"], &counts["passed"]), (&1.into(), &1.into()));
    assert_eq!(gates(&["disparate_impact>=0.35", "selection_rate>=0.1"]).code, 3);
    assert_eq!(gates(&["selection_rate>=0.1"]).code, 0);
}

#[test]
fn exit_zero_changes_the_code_and_is_recorded() {
    let log = two(1000, 200, 1000);
    let done = judged(&log, &[&FOUR_FIFTHS[..], &["--exit-zero"]].concat());
    assert_eq!(done.code, 0);
    let result = done.json();
    assert_eq!(result["audit"]["exit_zero"], true);
    assert_eq!(
        (&result["verdict"]["verdict"], &result["verdict"]["exit_code"]),
        (&"fail".into(), &0.into())
    );
    assert_eq!(result["gates"][0]["verdict"], "fail");
    assert_eq!(judged(&log, &FOUR_FIFTHS).json()["audit"]["exit_zero"], false);
    // It is for verdicts only: an audit that can't be made stays an error.
    assert_eq!(judged(&log, &["--exit-zero", "--gate", "nonsense>=1"]).code, 2);
}

#[test]
fn quiet_prints_nothing_and_the_code_is_the_answer() {
    for (selected, code) in [(500, 0), (200, 1)] {
        let done = judged(&two(1000, selected, 1000), &[&FOUR_FIFTHS[..], &["--quiet"]].concat());
        assert_eq!((done.code, done.out.as_str(), done.err.as_str()), (code, "", ""));
    }
    let refused = judged("id,gender\n1,f\n", &["--quiet"]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.err.contains("unknown-column"),
        "errors are never quiet: {}",
        refused.err
    );
}

#[test]
fn an_output_in_a_missing_folder_is_found_before_the_log_is_read() {
    // The log is broken: reading it would give another error.
    let desk = Desk::with("log.csv", "id,gender,decision\n1,f,yes,too,many\n");
    for output in ["no/such/folder/result.json", "result.docx", "."] {
        let done = desk.audit(&flags(&["--output", output]));
        assert_eq!(done.code, 2, "{output}");
        assert!(!done.err.contains("ragged"), "{}", done.err);
    }
    let left: Vec<_> = std::fs::read_dir(desk.folder.path()).unwrap().collect();
    assert_eq!(left.len(), 1, "{left:?}");
    // And when the audit can't be made, an earlier result stays as it was.
    desk.write("result.json", "earlier");
    assert_eq!(desk.audit(&flags(&["--output", "result.json"])).code, 2);
    assert_eq!(std::fs::read_to_string(desk.path("result.json")).unwrap(), "earlier");
    assert_eq!(std::fs::read_dir(desk.folder.path()).unwrap().count(), 2);
}

#[cfg(unix)]
fn in_shell(desk: &Desk, script: &str, args: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command
        .current_dir(desk.folder.path())
        .args(["-c", script, env!("CARGO_BIN_EXE_parytet")])
        .args(args)
        .env("SOURCE_DATE_EPOCH", "1790000000")
        .stdin(Stdio::null());
    command
}

#[cfg(unix)]
#[test]
fn an_output_that_cannot_be_written_is_2_whatever_the_gates_say() {
    for selected in [500, 200] {
        let desk = Desk::with("log.csv", two(1000, selected, 1000));
        let args = [
            &["audit"],
            &flags(&[&FOUR_FIFTHS[..], &["--output", "result.json"]].concat())[..],
        ]
        .concat();
        // No file may grow: what was opened can't be written.
        let done = Done::of(&mut in_shell(
            &desk,
            "trap '' XFSZ; ulimit -f 0; exec \"$0\" \"$@\"",
            &args,
        ));
        assert_eq!(done.code, 2, "{}", done.err);
        assert!(done.err.contains("cannot write `result.json`"), "{}", done.err);
        assert!(!done.out.is_empty(), "the table is still shown");
        assert!(!desk.path("result.json").exists());
        assert_eq!(
            std::fs::read_dir(desk.folder.path()).unwrap().count(),
            1,
            "nothing half-written stays"
        );
        // Nor can a full disk behind standard output.
        let done = Done::of(&mut in_shell(
            &desk,
            "exec \"$0\" \"$@\" > /dev/full",
            &args[..args.len() - 2],
        ));
        assert_eq!(done.code, 2, "{}", done.err);
        assert!(done.err.contains("standard output"), "{}", done.err);
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_changes_no_verdict() {
    for (selected, code) in [(500, 0), (200, 1)] {
        let desk = Desk::with("log.csv", two(1000, selected, 1000));
        for format in ["table", "json", "csv", "html"] {
            let args = [
                &["audit"],
                &flags(&[&FOUR_FIFTHS[..], &["--format", format, "--output", "r.json"]].concat())[..],
            ]
            .concat();
            let mut child = desk
                .command(&args)
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            drop(child.stdout.take());
            let output = child.wait_with_output().unwrap();
            assert_eq!(output.status.code(), Some(code), "{format}");
            assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
            assert!(desk.path("r.json").exists());
            let closed = Done::of(&mut in_shell(&desk, "exec \"$0\" \"$@\" >&-", &args));
            assert_eq!(closed.code, code, "{format}");
        }
    }
}

#[test]
fn every_gate_and_group_is_in_the_page() {
    let mut log = people(&[("f", 100, 35), ("few", 3, 0), ("m", 100, 50)]);
    writeln!(log, "x1,,yes").unwrap();
    let desk = Desk::with("log.csv", log);
    let more = [&FOUR_FIFTHS[..], &["--gate", "demographic_parity_difference<=0.2"]].concat();
    let result = desk.result(&flags(&more));
    let said: Vec<&Value> = result["gates"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|g| g["answers"].as_array().unwrap())
        .collect();
    assert_eq!(said.len(), 3);
    let table = desk.run(&[&["audit"], &flags(&more)[..]].concat()).out;
    for gate in result["gates"].as_array().unwrap() {
        assert!(table.contains(gate["name"].as_str().unwrap()), "{table}");
    }
    for group in ["few", "(missing)"] {
        assert!(table.contains(group), "{table}");
    }
    let csv = desk
        .run(&[&["audit"], &flags(&[&more[..], &["--format", "csv"]].concat())[..]].concat())
        .out;
    assert_eq!(csv.lines().count(), 1 + result["estimates"].as_array().unwrap().len());
    assert!(number(&gender(&result, "few", "selection_rate", "ratio")["estimate"]) == 0.0);
    let page = desk
        .run(&[&["audit"], &flags(&[&more[..], &["--format", "html"]].concat())[..]].concat())
        .out;
    for gate in result["gates"].as_array().unwrap() {
        let name = gate["name"]
            .as_str()
            .unwrap()
            .replace('>', "&#62;")
            .replace('<', "&#60;");
        let answers = page
            .split(&format!("Answers of gate <code>{name}</code>"))
            .nth(1)
            .unwrap();
        let answers = answers.split("</table>").next().unwrap();
        let told = gate["answers"].as_array().unwrap();
        assert_eq!(answers.matches("<th scope=\"row\">").count(), told.len(), "{answers}");
        for answer in told {
            let group = format!("<th scope=\"row\">{}</th>", answer["group"].as_str().unwrap());
            let row = answers.split("<tr>").find(|row| row.starts_with(&group)).unwrap();
            assert!(row.contains(answer["verdict"].as_str().unwrap()), "{row}");
        }
    }
}

#[test]
fn equivalence_has_a_p_value_that_agrees_with_the_verdict() {
    // statsmodels 0.15.0: the 90 % score interval of 540 of 700 against 560 of 700.
    let margins = |min: &str, max: &str, level: &str| {
        let spec = format!(
            "[audit]\nlevel = {level}\n[log]\npath = \"log.csv\"\nsubject = \"id\"\n[[protected]]\nname = \"gender\"\nreference = \"m\"\n\
             [[outcome]]\nname = \"decision\"\nfavourable = true\nselected = {{ column = \"decision\", values = [\"yes\"] }}\n\
             [[gate]]\nmetric = \"disparate_impact\"\nmin = {min}\nmax = {max}\nrule = \"assurance\"\n"
        );
        let desk = Desk::with("log.csv", people(&[("f", 700, 540), ("m", 700, 560)]));
        desk.write("audit.toml", spec);
        let result = desk.audit(&["audit.toml"]).json();
        let answer = &result["gates"][0]["answers"][0];
        (
            answer["verdict"].clone(),
            number(&answer["equivalence_p"]),
            number(&answer["low"]),
            number(&answer["high"]),
        )
    };

    let (verdict, p, low, high) = margins("0.8", "1.25", "0.9");
    assert_eq!(verdict, "pass");
    assert!(p <= 0.05);
    assert_close(low, 0.920_685_942_5, 1e-9);
    assert_close(high, 1.009_623_785_7, 1e-9);
    let (verdict, p, ..) = margins("0.92068", "1.25", "0.9");
    assert!(verdict == "pass" && p <= 0.05 && p > 0.0499, "{p}");
    let (verdict, p, ..) = margins("0.92069", "1.25", "0.9");
    assert!(verdict == "inconclusive" && p > 0.05 && p < 0.0501, "{p}");
    // Only those who ask for assurance are told.
    let told = judged(&two(700, 540, 700), &FOUR_FIFTHS).json();
    assert!(told["gates"][0]["answers"][0]["equivalence_p"].is_null());
}
