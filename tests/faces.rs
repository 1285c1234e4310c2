//! Every face of a result, at the time of the audit and later from its JSON.

use std::fs;

use serde_json::Value;

use crate::audit_support::{Desk, flags, people};

/// Faces that stand in a file of their own, with their names.
const FACES: [(&str, &str); 14] = [
    ("table", "all.txt"),
    ("json", "all.json"),
    ("csv", "all.csv"),
    ("html", "all.html"),
    ("markdown", "all.md"),
    ("summary", "summary=s.md"),
    ("comment", "comment=c.md"),
    ("junit", "junit.xml"),
    ("sarif", "all.sarif"),
    ("github", "github=g.txt"),
    ("gitlab", "gl-code-quality-report.json"),
    ("oscal", "oscal=oscal.json"),
    ("model-card", "model-card=card.json"),
    ("cyclonedx", "all.cdx.json"),
];

/// Two gates: one fails for a group, cannot be decided for another and passes for a third.
const GATES: [&str; 6] = [
    "--reference",
    "m",
    "--gate",
    "disparate_impact>=0.8",
    "--gate",
    "demographic_parity_difference<=0.9",
];

fn desk() -> Desk {
    let log = people(&[
        ("beyond", 900, 90),
        ("few", 3, 0),
        ("inside", 900, 440),
        ("m", 900, 450),
        ("open", 60, 26),
    ]);
    Desk::with("log.csv", log)
}

/// The file of an output: `summary=s.md` is `s.md`.
fn file(output: &str) -> &str {
    output.rsplit_once('=').map_or(output, |(_, file)| file)
}

/// Audits into every face, and gives the result.
fn audited(desk: &Desk) -> Value {
    let mut args = vec!["audit"];
    let flags = flags(&GATES);
    args.extend(flags);
    for (_, output) in FACES {
        args.extend(["--output", output]);
    }
    assert_eq!(desk.run(&args).code, 1);
    serde_json::from_str(&fs::read_to_string(desk.path("all.json")).unwrap()).unwrap()
}

#[test]
fn every_gate_and_group_is_in_every_face() {
    let desk = desk();
    let result = audited(&desk);
    let gates = result["gates"].as_array().unwrap();
    let answers: Vec<&Value> = gates
        .iter()
        .flat_map(|gate| gate["answers"].as_array().unwrap())
        .collect();
    let said = |word: &str| answers.iter().filter(|answer| answer["verdict"] == word).count();
    assert_eq!((said("fail"), said("inconclusive"), said("pass")), (1, 2, 2));
    let text = |name: &str| fs::read_to_string(desk.path(name)).unwrap();
    let json = |name: &str| -> Value { serde_json::from_str(&text(name)).unwrap() };
    for (face, output) in FACES {
        let text = text(file(output));
        for gate in gates {
            if face != "csv" {
                let name = gate["name"].as_str().unwrap();
                let escaped = [
                    name.to_owned(),
                    name.replace('>', "&gt;").replace('<', "&lt;"),
                    name.replace('>', "&#62;").replace('<', "&#60;"),
                ];
                assert!(escaped.iter().any(|name| text.contains(name)), "{face}: {text}");
            }
            for answer in gate["answers"].as_array().unwrap() {
                assert!(text.contains(answer["group"].as_str().unwrap()), "{face}: {answer}");
            }
        }
    }
    // And as often as there are answers, where a face has one thing for each.
    assert_eq!(text("junit.xml").matches("<testcase ").count(), answers.len());
    assert_eq!(text("junit.xml").matches("<failure ").count(), said("fail"));
    assert_eq!(text("junit.xml").matches("<skipped ").count(), said("inconclusive"));
    assert_eq!(
        json("all.sarif")["runs"][0]["results"].as_array().unwrap().len(),
        answers.len()
    );
    assert_eq!(
        json("gl-code-quality-report.json").as_array().unwrap().len(),
        answers.len()
    );
    let oscal = &json("oscal.json")["assessment-results"]["results"][0];
    assert_eq!(oscal["observations"].as_array().unwrap().len(), answers.len());
    let decided = answers.len() - said("inconclusive");
    assert_eq!(oscal["findings"].as_array().unwrap().len(), decided);
    let state = |word: &str| {
        let findings = oscal["findings"].as_array().unwrap().iter();
        findings
            .filter(|finding| finding["target"]["status"]["state"] == word)
            .count()
    };
    assert_eq!(
        (state("satisfied"), state("not-satisfied")),
        (said("pass"), said("fail"))
    );
    assert_eq!(
        json("card.json")["considerations"]["ethical_considerations"]
            .as_array()
            .unwrap()
            .len(),
        answers.len()
    );
    let card = &json("all.cdx.json")["components"][0]["modelCard"];
    assert_eq!(
        card["considerations"]["fairnessAssessments"].as_array().unwrap().len(),
        answers.len()
    );
    let annotations = text("g.txt");
    assert_eq!(annotations.lines().count(), gates.len());
    assert_eq!(annotations.matches(" was asked: ").count(), answers.len());
    for name in ["all.md", "s.md", "c.md"] {
        let rows = text(name)
            .lines()
            .filter(|line| line.starts_with("| `decision` |"))
            .count();
        assert_eq!(rows, answers.len(), "{name}");
    }
    assert_eq!(
        text("all.csv").lines().count(),
        1 + result["estimates"].as_array().unwrap().len()
    );
}

#[test]
fn any_face_can_be_made_later_with_the_same_bytes() {
    let desk = desk();
    audited(&desk);
    for (face, output) in FACES {
        let then = fs::read_to_string(desk.path(file(output))).unwrap();
        let now = desk.run(&["render", "all.json", "--to", face]);
        assert_eq!((now.code, now.out), (0, then.clone()), "{face}");
        let again = format!("{face}=later");
        assert_eq!(desk.run(&["render", "all.json", "--output", &again]).code, 0);
        assert_eq!(fs::read_to_string(desk.path("later")).unwrap(), then, "{face}");
    }
    let both = desk.run(&["render", "all.json", "--to", "github,gitlab"]).out;
    assert!(both.starts_with("::error ") && both.ends_with("]\n"), "{both}");
    assert!(desk.run(&["render", "all.json"]).out.contains("verdict: FAIL"));
    assert_eq!(desk.run(&["render", "all.json", "--output", "x.csv"]).out, "");
}

// Read by another hand than the one that wrote it.
#[test]
fn the_tidy_table_is_the_csv_with_types() {
    use polars::prelude::{DataType, ParquetReader, SerReader};

    let desk = desk();
    audited(&desk);
    let args = [
        "render",
        "all.json",
        "--output",
        "tidy.parquet",
        "--output",
        "parquet=again",
    ];
    assert_eq!(desk.run(&args).code, 0);
    let bytes = fs::read(desk.path("tidy.parquet")).unwrap();
    assert_eq!(fs::read(desk.path("again")).unwrap(), bytes);
    let printed = desk
        .command(&["render", "all.json", "--to", "parquet"])
        .output()
        .unwrap();
    assert_eq!(printed.stdout, bytes);
    let table = ParquetReader::new(std::io::Cursor::new(bytes)).finish().unwrap();
    let mut csv = csv::Reader::from_path(desk.path("all.csv")).unwrap();
    let header = csv.headers().unwrap().clone();
    let records: Vec<csv::StringRecord> = csv.records().map(|record| record.unwrap()).collect();
    assert!(records.len() > 20);
    assert_eq!((table.height(), table.width()), (records.len(), header.len()));
    let mut numbers = 0;
    for (at, name) in header.iter().enumerate() {
        let column = table.column(name).unwrap();
        for (row, record) in records.iter().enumerate() {
            let field = &record[at];
            match column.dtype() {
                DataType::Float64 => {
                    numbers += 1;
                    assert_eq!(column.f64().unwrap().get(row), field.parse().ok(), "{name} {row}");
                }
                DataType::UInt64 => assert_eq!(column.u64().unwrap().get(row), field.parse().ok(), "{name} {row}"),
                DataType::String => {
                    assert_eq!(
                        column.str().unwrap().get(row).unwrap_or_default(),
                        field,
                        "{name} {row}"
                    );
                }
                other => panic!("{name}: {other}"),
            }
        }
    }
    assert_eq!(numbers, 9 * records.len());
    // Nothing can be printed beside a table of bytes.
    assert_eq!(desk.run(&["render", "all.json", "--to", "parquet,csv"]).code, 2);
}

#[test]
fn what_is_no_whole_result_is_refused() {
    let desk = desk();
    audited(&desk);
    let good = fs::read_to_string(desk.path("all.json")).unwrap();
    for (name, text, code) in [
        ("half.json", good[..good.len() / 2].to_owned(), "damaged-file"),
        (
            "log.csv",
            fs::read_to_string(desk.path("log.csv")).unwrap(),
            "damaged-file",
        ),
        ("other.json", "{}".to_owned(), "not-a-result"),
        (
            "two.json",
            good.replace("parytet.result/1", "parytet.result/2"),
            "other-schema",
        ),
        (
            "newer.json",
            good.replacen("\"tool\"", "\"new\": 1,\n  \"tool\"", 1),
            "newer-result",
        ),
        (
            "changed.json",
            good.replacen("\"failed\": 1", "\"failed\": 0", 1),
            "damaged-file",
        ),
    ] {
        desk.write(name, text);
        desk.run(&["render", name, "--to", "markdown"]).refuses(code);
    }
    desk.run(&["render", "absent.json"]).refuses("file-not-found");
    let over = desk.run(&["render", "all.json", "--output", "all.json"]);
    assert_eq!(over.code, 2);
    assert_eq!(fs::read_to_string(desk.path("all.json")).unwrap(), good);
    assert_eq!(desk.run(&["render", "all.json", "--output", "x.doc"]).code, 2);
    assert_eq!(desk.run(&["render", "all.json", "--to", "doc"]).code, 2);
}

#[test]
fn findings_point_at_the_line_of_their_gate() {
    let desk = desk();
    let spec = "[log]\npath = \"log.csv\"\nsubject = \"id\"\n[[protected]]\nname = \"gender\"\nreference = \"m\"\n\
                [[outcome]]\nname = \"o\"\nfavourable = true\nselected = { column = \"decision\", values = [\"yes\"] }\n\
                [[gate]]\nmetric = \"disparate_impact\"\nmin = 0.8\n";
    desk.write("specs/my audit.toml", spec.replace("log.csv", "../log.csv"));
    let out = desk.run(&["audit", "specs/my audit.toml", "--format", "sarif"]).out;
    let sarif: Value = serde_json::from_str(&out).unwrap();
    let place = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "specs/my%20audit.toml");
    assert_eq!(place["region"]["startLine"], 11);
    let out = desk.run(&["audit", "specs/my audit.toml", "--format", "github"]).out;
    assert!(
        out.starts_with("::error file=specs/my audit.toml,line=11,title=fail%3A gate "),
        "{out}"
    );
    let gates = flags(&GATES);
    let out = desk.run(&[&["audit"], &gates[..], &["--format", "sarif"]].concat()).out;
    let sarif: Value = serde_json::from_str(&out).unwrap();
    for found in sarif["runs"][0]["results"].as_array().unwrap() {
        let place = &found["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "log.csv");
        assert_eq!(place["region"]["startLine"], 1);
    }
}

#[test]
fn the_table_of_local_law_144_has_people_and_no_verdict() {
    let desk = desk();
    audited(&desk);
    let out = desk.run(&["render", "all.json", "--to", "nyc-ll144"]).out;
    let row = |group: &str| -> Vec<String> {
        let line = out.lines().find(|line| line.contains(&format!(",{group},"))).unwrap();
        line.split(',').map(str::to_owned).collect()
    };
    // 440 of 900 by 450 of 900.
    let inside = row("inside");
    assert_eq!(
        (inside[7].as_str(), inside[9].as_str(), inside[12].as_str()),
        ("900", "440.0", "m")
    );
    assert!((inside[11].parse::<f64>().unwrap() - 440.0 / 450.0).abs() < 1e-12);
    assert!(!out.contains("pass") && !out.contains("fail"), "{out}");
}

#[test]
fn shells_can_complete_and_manuals_be_read() {
    let desk = Desk::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let done = desk.run(&["completions", shell]);
        assert_eq!(done.code, 0);
        assert!(done.out.contains("render") && done.out.contains("sarif"), "{shell}");
    }
    let page = desk.run(&["man"]).out;
    assert!(page.contains(".TH parytet 1") && page.contains("audit"), "{page}");
    let page = desk.run(&["man", "audit"]).out;
    assert!(
        page.contains("parytet\\-audit") && page.contains("\\-\\-on\\-inconclusive"),
        "{page}"
    );
    assert_eq!(desk.run(&["man", "nothing"]).code, 2);
}

#[test]
fn a_summary_stays_below_the_limit_of_its_host() {
    let mut log = String::from("id,code,decision\n");
    for person in 0..2_400 {
        let yes = if person % 3 == 0 { "yes" } else { "no" };
        log.push_str(&format!("{person},group {} {},{yes}\n", person / 20, "x".repeat(4_000)));
    }
    let desk = Desk::with("log.csv", log);
    let out = |face: &str| {
        let args = [
            "audit",
            "log.csv",
            "--subject",
            "id",
            "--protected",
            "code",
            "--selected",
            "decision=yes",
            "--favourable",
            "--gate",
            "selection_rate>=0.3",
            "--rule",
            "point",
            "--format",
            face,
        ];
        desk.run(&args).out
    };
    let summary = out("summary");
    assert!(summary.len() <= 900 * 1024, "{}", summary.len());
    assert!(summary.contains("lines were left out"));
    let comment = out("comment");
    assert!(comment.chars().count() <= 65_536 && comment.contains("lines were left out"));
}
