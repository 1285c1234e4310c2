//! More than two outcomes: classes that rows are put into, and the class that is right.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::audit_support::{Desk, Dice, assert_close, estimate, number};

fn fixture(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tiers").join(name)).unwrap()
}

fn desk() -> Desk {
    let desk = Desk::with("customers.csv", fixture("customers.csv"));
    desk.write("audit.toml", fixture("audit.toml"));
    desk
}

fn vectors() -> Vec<Value> {
    serde_json::from_str(include_str!("vectors/classes.json")).unwrap()
}

fn told<'a>(result: &'a Value, vector: &Value, contrast: &str) -> &'a Value {
    let all = result["estimates"].as_array().unwrap();
    let (metric, group) = (&vector["metric"], vector["group"].as_str().unwrap());
    let is_it = |e: &&Value| {
        e["outcome"] == "better tier" && &e["metric"] == metric && e["contrast"] == contrast && e["group"] == group
    };
    all.iter().find(is_it).unwrap_or_else(|| panic!("no {vector}"))
}

/// Expected: Holistic AI, scikit-learn and scipy, by `oracles/classes.py`.
#[test]
fn classes_agree_with_other_toolkits() {
    let vectors = vectors();
    let result = desk().result(&["audit.toml"]);
    let mut compared = 0;
    for vector in vectors.iter().filter(|vector| vector["contrast"] != "p") {
        let found = told(&result, vector, vector["contrast"].as_str().unwrap());
        assert_close(number(&found["estimate"]), number(&vector["value"]), 1e-9);
        compared += 1;
    }
    assert!(compared > 30, "{compared}");

    // Where every row is a person, the test is Pearson's chi-square.
    let desk = desk();
    desk.write(
        "rows.toml",
        fixture("audit.toml").replace("subject = \"customer_id\"\n", ""),
    );
    let result = desk.result(&["rows.toml"]);
    let vector = vectors.iter().find(|vector| vector["contrast"] == "p").unwrap();
    let found = told(&result, vector, "value");
    assert_close(number(&found["p_value"]), number(&vector["value"]), 1e-9);
}

#[test]
fn each_class_makes_an_outcome_and_a_distance_its_gate() {
    let desk = desk();
    let result = desk.result(&["audit.toml"]);
    let outcomes: Vec<&str> = result["outcomes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|outcome| outcome["name"].as_str().unwrap())
        .collect();
    assert_eq!(outcomes, ["better tier", "tier = silver", "tier = gold"]);
    assert_eq!(result["outcomes"][1]["sweep"], "tier");
    let log = fixture("customers.csv");
    let gold = log
        .lines()
        .filter(|l| l.contains(",migrant,") && l.contains(",gold,"))
        .count();
    let migrants = log.lines().filter(|l| l.contains(",migrant,")).count();
    let all = result["estimates"].as_array().unwrap();
    let rate = all
        .iter()
        .find(|e| e["outcome"] == "tier = gold" && e["group"] == "migrant" && e["contrast"] == "value")
        .unwrap();
    assert_close(number(&rate["estimate"]), gold as f64 / migrants as f64, 1e-12);
    let answer = |gate: &str, group: &str| {
        let gates = result["gates"].as_array().unwrap();
        let gate = gates.iter().find(|g| g["metric"] == gate).unwrap();
        let answers = gate["answers"].as_array().unwrap();
        let answer = answers.iter().find(|a| a["group"] == group).unwrap();
        answer["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(answer("class_recall_distance", "migrant"), "fail");
}

/// Rows of people of two groups who are put into `classes` classes alike, or the second group differently.
fn log(seed: u64, classes: u64, shifted: bool) -> String {
    let mut dice = Dice(seed);
    let mut log = "id,group,class\n".to_owned();
    for person in 0..240 {
        let group = if person % 3 == 0 { "b" } else { "a" };
        let own = dice.below(classes);
        for _ in 0..1 + dice.below(5) {
            // A person tends to one class; half of b's rows of class 0 go to class 1.
            let mut class = if dice.below(2) == 0 { own } else { dice.below(classes) };
            if shifted && group == "b" && class == 0 && dice.below(2) == 0 {
                class = 1;
            }
            writeln!(log, "{person},{group},c{class}").unwrap();
        }
    }
    log
}

fn spec(classes: u64) -> String {
    let names: Vec<String> = (0..classes).map(|c| format!("\"c{c}\"")).collect();
    format!(
        "[log]\npath = \"log.csv\"\nsubject = \"id\"\n[[protected]]\nname = \"group\"\nreference = \"a\"\n[[outcome]]\nname = \"o\"\nfavourable = true\nselected = {{ column = \"class\", values = [\"c0\"] }}\nclasses = {{ values = [{}] }}\nmetrics = [\"classes\"]\n",
        names.join(", ")
    )
}

/// A distance is above 0 by chance alone; its interval must not take that for a difference. Half of a third of b's rows
/// moving is a distance of 1/6 of 3 classes, of 1/20 of 10.
#[test]
fn intervals_of_distances_hold_the_truth() {
    for (classes, truth) in [(3, 1.0 / 6.0), (10, 1.0 / 20.0)] {
        for shifted in [false, true] {
            let truth = if shifted { truth } else { 0.0 };
            let (mut held, mut small_p) = (0, 0);
            let runs = 60;
            for seed in 0..runs {
                let desk = Desk::with("log.csv", log(900 + seed, classes, shifted));
                desk.write("spec.toml", spec(classes));
                let result = desk.result(&["spec.toml"]);
                let gap = estimate(&result, "group", "b", "class_distance", "gap");
                let (low, high) = (number(&gap["low"]), number(&gap["high"]));
                held += u64::from(low <= truth && truth <= high);
                let all = result["estimates"].as_array().unwrap();
                let v = all.iter().find(|e| e["metric"] == "class_cramers_v").unwrap();
                small_p += u64::from(number(&v["p_value"]) < 0.05);
            }
            // A binomial of 60 with 0.95 is below 53 once in 100; the bounds are on the wide side.
            assert!(held >= 53, "{classes} classes, shifted: {shifted}: {held}");
            // A tenth of two classes of ten moves too little to be seen by so few.
            if shifted && classes == 3 {
                assert!(small_p > 20, "{classes} classes: {small_p}");
            }
            if !shifted {
                assert!(small_p <= 8, "{classes} classes: {small_p} of {runs} fair logs");
            }
        }
    }
}

#[test]
fn classes_off_the_list_are_counted_and_said() {
    let desk = Desk::with(
        "log.csv",
        "id,group,class,right\n1,a,x,x\n2,a,y,y\n3,b,z,x\n4,b,x,\n5,b,x,y\n6,a,y,x\n",
    );
    let spec = spec(2).replace("[\"c0\"] }", "[\"x\"] }").replace(
        "values = [\"c0\", \"c1\"] }",
        "values = [\"x\", \"y\"], actual = \"right\" }",
    ) + "[groups]\nmin_subjects = 1\n";
    desk.write("spec.toml", spec);
    let result = desk.result(&["spec.toml"]);
    // b: x 2, (other) 1 of 3; a: x 1, y 2 of 3.
    let gap = estimate(&result, "group", "b", "class_distance", "gap");
    assert_close(number(&gap["estimate"]), 2.0 / 3.0, 1e-12);
    let of = |group| estimate(&result, "group", group, "class_accuracy", "value");
    assert_eq!(of("b")["status"], "undefined");
    assert_eq!(of("b")["reason"], "unlisted-class");
    assert_close(number(&of("a")["estimate"]), 2.0 / 3.0, 1e-12);
    let notes = result["notes"].to_string();
    assert!(
        notes.contains("1 rows are of a class that `classes` does not list"),
        "{notes}"
    );
}

#[test]
fn faults_in_classes_are_told_with_their_place() {
    let desk = Desk::with("log.csv", "id,group,class\n1,a,x\n");
    for (classes, code) in [
        ("{ values = [\"x\"] }", "bad-value"),
        ("{ values = [\"x\", \"x\"] }", "duplicate-name"),
        ("{ column = \"class\" }", "missing-key"),
        ("{ values = [\"x\", \"y\"], actual = \"nowhere\" }", "unknown-column"),
        ("{ values = [\"x\", \"y\"], actuals = \"class\" }", "unknown-key"),
    ] {
        let text = spec(2).replace("{ values = [\"c0\", \"c1\"] }", classes);
        desk.write("spec.toml", text);
        let said = desk.run(&["audit", "spec.toml"]);
        let said = said.refuses(code);
        assert!(said.contains("spec.toml:"), "{said}");
    }
    desk.write("spec.toml", spec(2).replace("values = [\"c0\"] }", "each = [\"c0\"] }"));
    desk.run(&["audit", "spec.toml"]).refuses("bad-value");
    desk.write(
        "spec.toml",
        spec(2).replace("classes = { values = [\"c0\", \"c1\"] }\n", ""),
    );
    let said = desk.run(&["audit", "spec.toml"]);
    assert!(said.refuses("metric-not-given").contains("classes = {"));
}
