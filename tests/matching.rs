//! Groups among people who are alike.

use std::fmt::Write as _;

use serde_json::Value;

use crate::audit_support::{Desk, Dice, assert_close, estimate, number};

/// One row a person: by segment and group, people and how many of them are selected.
const COUNTS: [(&str, &str, u32, u32); 5] = [
    ("a", "f", 80, 16),
    ("a", "m", 40, 12),
    ("b", "f", 20, 10),
    ("b", "m", 120, 84),
    ("c", "f", 10, 10),
];

fn log() -> String {
    let mut log = "id,gender,segment,yes\n".to_owned();
    let mut id = 0;
    for (segment, gender, people, selected) in COUNTS {
        for i in 0..people {
            id += 1;
            writeln!(log, "{id},{gender},{segment},{}", u8::from(i < selected)).unwrap();
        }
    }
    log
}

const FLAGS: [&str; 6] = [
    "log.csv",
    "--subject=id",
    "--protected=gender",
    "--selected=yes=1",
    "--favourable",
    "--reference=m",
];

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    FLAGS.iter().copied().chain(more.iter().copied()).collect()
}

fn of<'a>(result: &'a Value, group: &str, metric: &str, contrast: &str) -> &'a Value {
    estimate(result, "gender", group, metric, contrast)
}

#[test]
fn exact_matches_by_hand() {
    let desk = Desk::with("log.csv", log());
    let result = desk.result(&with(&["--matching", "segment", "--gate", "matched_gap>=-0.5"]));
    let found = &result["matched"][0];
    // 80 rows at 0.2 against 0.3, 20 at 0.5 against 0.7; nobody else is in segment c.
    assert_close(number(&found["gap"]), (80.0 * -0.1 + 20.0 * -0.2) / 100.0, 1e-12);
    assert_eq!((number(&found["rows"]), number(&found["matched"])), (110.0, 100.0));
    assert_close(number(&found["crude"]), 36.0 / 110.0 - 96.0 / 160.0, 1e-12);
    let differently = (80.0 * (0.2 * 0.7 + 0.8 * 0.3) + 20.0 * 0.5) / 100.0;
    assert_close(number(&found["differently"]), differently, 1e-12);
    // Shares 8/11, 2/11, 1/11 against 1/4, 3/4, 0.
    assert_close(number(&found["balance"][0]["before"]), 0.75 - 2.0 / 11.0, 1e-12);
    assert_eq!(number(&found["balance"][0]["after"]), 0.0);
    let gap = of(&result, "f", "matched_gap", "gap");
    assert_eq!(gap["estimate"], found["gap"]);
    assert!(number(&gap["low"]) < -0.12 && number(&gap["high"]) > -0.12);
    // The error of independent rows, 80²·(0.16/80 + 0.21/40) + 20²·(0.25/20 + 0.21/120) over 100², within a fifth.
    let expected: f64 = 6400.0 * (0.16 / 80.0 + 0.21 / 40.0) + 400.0 * (0.25 / 20.0 + 0.21 / 120.0);
    let expected = expected.sqrt() / 100.0;
    assert!(
        (number(&gap["standard_error"]) / expected - 1.0).abs() < 0.25,
        "{gap} {expected}"
    );
    assert_eq!(result["gates"][0]["verdict"], "pass");
    let table = desk
        .run(&[&["audit"][..], &with(&["--matching", "segment"])].concat())
        .out;
    assert!(table.contains("among people who are alike"), "{table}");
}

/// People whose rate falls with age; women are older. With `gap`, they are selected less often than men of their age.
fn by_age(seed: u64, gap: f64) -> String {
    let mut dice = Dice(seed);
    let mut log = "id,gender,age,yes\n".to_owned();
    for person in 0..3_000 {
        let female = dice.below(2) == 0;
        let age = 20 + dice.below(40) + if female { dice.below(20) } else { 0 };
        let chance = 90.0 - age as f64 - if female { 100.0 * gap } else { 0.0 };
        let own = (dice.below(1000) as f64) < 10.0 * chance;
        for _ in 0..1 + dice.below(3) {
            let yes = if dice.below(2) == 0 {
                own
            } else {
                (dice.below(1000) as f64) < 10.0 * chance
            };
            writeln!(
                log,
                "{person},{},{age},{}",
                if female { "f" } else { "m" },
                u8::from(yes)
            )
            .unwrap();
        }
    }
    log
}

const NEAREST: &str = "[log]\npath = \"log.csv\"\nsubject = \"id\"\n[[protected]]\nname = \"gender\"\nreference = \"m\"\n\
                       [[outcome]]\nname = \"offered\"\nfavourable = true\nselected = { column = \"yes\", values = [\"1\"] }\n\
                       [matching]\n";

#[test]
fn nearest_neighbours_take_age_out() {
    for (gap, seed) in [(0.0, 1), (0.1, 2)] {
        let desk = Desk::with("log.csv", by_age(seed, gap));
        desk.write("spec.toml", format!("{NEAREST}nearest = [\"age\"]\n"));
        let result = desk.result(&["spec.toml"]);
        let found = &result["matched"][0];
        assert!(number(&found["crude"]) < -0.05 - gap, "{found}");
        let (low, high) = (number(&found["gap_low"]), number(&found["gap_high"]));
        assert!(low < -gap && -gap < high && high - low < 0.1, "{found}");
        let balance = &found["balance"][0];
        assert!(
            number(&balance["before"]) > 0.4 && number(&balance["after"]).abs() < 0.05,
            "{balance}"
        );
    }
}

#[test]
fn neither_order_nor_persons_under_other_names_change_the_matches() {
    let log = by_age(3, 0.1);
    let desk = Desk::with("log.csv", &log);
    desk.write(
        "spec.toml",
        format!("{NEAREST}nearest = [\"age\"]\nneighbours = 10\ncaliper = 0.1\n"),
    );
    let first = desk.audit(&["spec.toml"]).out;
    let mut lines: Vec<&str> = log.lines().collect();
    let head = lines.remove(0);
    Dice(9).shuffle(&mut lines);
    desk.write("log.csv", format!("{head}\n{}\n", lines.join("\n")));
    assert_eq!(desk.audit(&["spec.toml"]).out, first);
}

#[test]
fn a_rule_is_consistent_and_a_coin_is_not() {
    let rows = |yes: fn(u64, &mut Dice) -> u64| {
        let mut dice = Dice(4);
        let mut log = "id,gender,segment,yes\n".to_owned();
        for person in 0..600 {
            let segment = dice.below(6);
            let yes = yes(segment, &mut dice);
            writeln!(log, "{person},{},{segment},{yes}", ["f", "m"][(person % 2) as usize]).unwrap();
        }
        log
    };
    let desk = Desk::with("log.csv", rows(|segment, _| u64::from(segment > 2)));
    let result = desk.result(&with(&["--matching", "segment"]));
    assert_eq!(number(&of(&result, "f", "consistency", "value")["estimate"]), 1.0);
    assert_eq!(
        number(&of(&result, "f", "treated_differently", "value")["estimate"]),
        0.0
    );
    let desk = Desk::with("log.csv", rows(|_, dice| dice.below(2)));
    let result = desk.result(&with(&["--matching", "segment"]));
    let coin = of(&result, "f", "consistency", "value");
    assert!(number(&coin["low"]) < 0.5 && number(&coin["high"]) > 0.49, "{coin}");
}

#[test]
fn what_can_not_be_matched_is_refused() {
    let desk = Desk::with("log.csv", log());
    for (keys, code) in [
        ("", "missing-key"),
        ("columns = [\"gender\"]", "bad-value"),
        ("columns = [\"nothing\"]", "unknown-column"),
        ("nearest = [\"segment\"]", "not-a-number"),
        ("columns = [\"segment\"]\nnearest = [\"segment\"]", "duplicate-name"),
        ("columns = [\"segment\"]\nneighbours = 0", "bad-value"),
        ("columns = [\"segment\"]\ncaliper = 0", "bad-value"),
    ] {
        desk.write("spec.toml", format!("{NEAREST}{keys}\n"));
        desk.audit(&["spec.toml"]).refuses(code);
    }
    desk.audit(&with(&["--gate", "matched_gap>=-0.1"]))
        .refuses("metric-not-given");
}

#[test]
fn nobody_alike_is_told() {
    let desk = Desk::with("log.csv", "id,gender,segment,yes\n1,f,a,1\n2,f,a,0\n3,m,b,1\n4,m,b,0\n");
    let result = desk.result(&with(&["--matching", "segment"]));
    assert_eq!(of(&result, "f", "matched_gap", "gap")["reason"], "nobody-alike");
    assert_eq!(result["matched"].as_array().unwrap().len(), 0);
}

#[test]
fn numbers_to_be_near_in_may_all_differ() {
    let mut dice = Dice(21);
    let mut log = "id,gender,income,yes\n".to_owned();
    for person in 0..3_000 {
        let income = 20_000 + 17 * person + dice.below(17);
        let yes = dice.below(60_000) < income - 15_000;
        writeln!(
            log,
            "{person},{},{income}.5,{}",
            ["f", "m"][(person % 2) as usize],
            u8::from(yes)
        )
        .unwrap();
    }
    let desk = Desk::with("log.csv", log);
    desk.write("spec.toml", format!("{NEAREST}nearest = [\"income\"]\n"));
    let found = &desk.result(&["spec.toml"])["matched"][0];
    assert_eq!((number(&found["rows"]), number(&found["matched"])), (1_500.0, 1_500.0));
    assert!(
        number(&found["gap_low"]) < 0.0 && number(&found["gap_high"]) > 0.0,
        "{found}"
    );
    // As a group, such a number is a mistake.
    let searched = with(&["--search", "gender,income"]);
    desk.audit(&searched).refuses("too-many-groups");
}
