//! Comparisons within strata: Simpson's paradox is seen, and the numbers are those of others.

use std::fmt::Write as _;

use serde_json::Value;

use crate::audit_support::{Desk, Dice};

/// Berkeley's admissions of 1973 in its six largest departments (P. J. Bickel, E. A. Hammel and J. W. O'Connell, Science
/// 187 (1975), 398–404; `UCBAdmissions` of R): by department, admitted and rejected men, admitted and rejected women.
const BERKELEY: [(&str, [u32; 4]); 6] = [
    ("A", [512, 313, 89, 19]),
    ("B", [353, 207, 17, 8]),
    ("C", [120, 205, 202, 391]),
    ("D", [138, 279, 131, 244]),
    ("E", [53, 138, 94, 299]),
    ("F", [22, 351, 24, 317]),
];

fn berkeley() -> String {
    let mut log = "id,gender,department,admitted\n".to_owned();
    let mut id = 0;
    for (department, counts) in BERKELEY {
        for (count, (gender, admitted)) in counts.iter().zip([("m", 1), ("m", 0), ("f", 1), ("f", 0)]) {
            for _ in 0..*count {
                id += 1;
                writeln!(log, "{id},{gender},{department},{admitted}").unwrap();
            }
        }
    }
    log
}

const FLAGS: [&str; 10] = [
    "log.csv",
    "--protected",
    "gender",
    "--stratum",
    "department",
    "--selected",
    "admitted=1",
    "--reference",
    "m",
    "--favourable",
];

fn find<'a>(result: &'a Value, metric: &str, contrast: &str) -> &'a Value {
    let all = result["estimates"].as_array().unwrap();
    let found = all.iter().find(|e| {
        e["metric"] == metric && e["contrast"] == contrast && e["group"] == "f" && e["given"] == "department"
    });
    found.unwrap_or_else(|| panic!("no {metric} {contrast}"))
}

fn close(found: &Value, expected: f64, tolerance: f64) {
    let found = found.as_f64().unwrap();
    assert!((found - expected).abs() <= tolerance, "{found} is not {expected}");
}

#[test]
fn berkeley_turns_round() {
    let desk = Desk::with("log.csv", berkeley());
    let result = desk.result(&[&FLAGS[..], &["--subject", "id"]].concat());
    let within = &result["within"][0];
    // 557 of 1,835 women and 1,198 of 2,691 men.
    close(&within["crude"], 557.0 / 1835.0 - 1198.0 / 2691.0, 1e-12);
    assert!(within["adjusted"].as_f64().unwrap() > 0.0);
    assert!(
        ["reversed", "signs-differ"].contains(&within["agreement"].as_str().unwrap()),
        "{within}"
    );
    assert!(result["notes"].to_string().contains("Simpson"), "{}", result["notes"]);
    // R 4.3, mantelhaen.test(UCBAdmissions, correct = FALSE): X² = 1.5246, p = 0.2169, common odds ratio 0.9046968 of men
    // against women; breslowdaytest (DescTools): X² = 18.826 with Tarone's correction.
    assert_eq!(within["association"]["test"], "Cochran-Mantel-Haenszel");
    close(&within["association"]["statistic"], 1.5246, 5e-5);
    close(&within["association"]["p_value"], 0.2169, 5e-5);
    close(
        &find(&result, "mantel_haenszel_odds_ratio", "ratio")["estimate"],
        1.0 / 0.904_696_8,
        1e-6,
    );
    close(&within["homogeneity"]["statistic"], 18.826, 5e-3);
    assert_eq!(within["homogeneity"]["df"], 5.0);
    // R, glm(Admit ~ Gender + Dept, binomial): women 0.09987 (standard error 0.08085).
    let adjusted = find(&result, "adjusted_odds_ratio", "ratio");
    close(&adjusted["estimate"], 0.09987f64.exp(), 1e-5);
    close(&adjusted["standard_error"], 0.08085, 2e-3);
    // Both parts are the whole gap.
    let part = |metric| find(&result, metric, "gap")["estimate"].as_f64().unwrap();
    let whole = within["crude"].as_f64().unwrap();
    assert!((part("composition_effect") + part("rate_effect") - whole).abs() < 1e-12);

    let table = desk.run(&[&["audit"][..], &FLAGS, &["--subject", "id"]].concat());
    assert!(table.out.contains("within `department`"), "{}", table.out);
    assert!(
        table.out.contains("Within `department`, the difference"),
        "{}",
        table.out
    );
    let csv = desk.run(&[&["audit"][..], &FLAGS, &["--format", "csv"]].concat());
    assert!(csv.out.contains("standardised_selection_rate,gap"), "{}", csv.out);
}

#[test]
fn gates_look_within_strata() {
    let desk = Desk::with("log.csv", berkeley());
    let gated = |gate: &str| desk.audit(&[&FLAGS[..], &["--subject", "id", "--gate", gate]].concat());
    // The plain ratio is 0.68; within departments it is about 1.
    assert_eq!(gated("disparate_impact>=0.8").code, 1);
    let passed = gated("adjusted_disparate_impact>=0.8");
    assert_eq!(passed.code, 0, "{}", passed.err);
    let result = passed.json();
    assert_eq!(result["gates"][0]["answers"][0]["given"], "department");
    gated("mantel_haenszel_ratio:gap>=0.8").refuses("metric-not-given");
    let without = desk.audit(&[
        "log.csv",
        "--protected",
        "gender",
        "--selected",
        "admitted=1",
        "--favourable",
        "--gate",
        "adjusted_disparate_impact>=0.8",
    ]);
    assert!(without.refuses("metric-not-given").contains("--stratum"));
}

#[test]
fn a_person_with_many_rows_is_one_person() {
    // Everybody's row five times over: the estimates stay, and so do the errors when people are the unit.
    let once = berkeley();
    let mut often = String::new();
    for (i, line) in once.lines().enumerate() {
        for _ in 0..if i == 0 { 1 } else { 5 } {
            writeln!(often, "{line}").unwrap();
        }
    }
    let flags = [&FLAGS[..], &["--subject", "id"]].concat();
    let (one, five) = (
        Desk::with("log.csv", once).result(&flags),
        Desk::with("log.csv", &often).result(&flags),
    );
    for (metric, contrast) in [
        ("standardised_selection_rate", "value"),
        ("standardised_selection_rate", "gap"),
        ("mantel_haenszel_ratio", "ratio"),
        ("mantel_haenszel_odds_ratio", "ratio"),
        ("mantel_haenszel_difference", "gap"),
        ("adjusted_odds_ratio", "ratio"),
        ("conditional_demographic_disparity", "value"),
        ("composition_effect", "gap"),
        ("rate_effect", "gap"),
    ] {
        for field in ["estimate", "standard_error", "low", "high"] {
            let (a, b) = (
                &find(&one, metric, contrast)[field],
                &find(&five, metric, contrast)[field],
            );
            close(b, a.as_f64().unwrap(), 1e-9);
        }
    }
    assert_eq!(five["within"][0]["association"]["test"], "Mantel-Haenszel, by person");
    // Rows as the unit make five times as much of it.
    let rows = Desk::with("log.csv", &often).result(&FLAGS);
    let error = |result: &Value| {
        find(result, "adjusted_odds_ratio", "ratio")["standard_error"]
            .as_f64()
            .unwrap()
    };
    let shrunk = error(&rows) / error(&one);
    assert!((shrunk - 0.2f64.sqrt()).abs() < 1e-3, "{shrunk}");
}

#[test]
fn people_in_several_strata_are_one_person() {
    // A person's rows lie in several strata, and are alike; the intervals must hold 0 in about 95 % of fair logs.
    let mut covered = 0;
    let logs = 200;
    for seed in 0..logs {
        let mut dice = Dice(1000 + seed);
        let mut log = "id,gender,product,yes\n".to_owned();
        for person in 0..240 {
            let gender = if person % 2 == 0 { "m" } else { "f" };
            // A person's own chance, the same in all products: rows of one person go together.
            let chance = [10, 30, 50, 90][dice.below(4) as usize];
            for _ in 0..1 + dice.below(6) {
                // Women are shown more of the product that is hard to get.
                let hard = dice.below(10) < if gender == "f" { 7 } else { 3 };
                let yes = dice.below(100) < if hard { chance / 2 } else { chance };
                writeln!(
                    log,
                    "{person},{gender},{},{}",
                    if hard { "hard" } else { "easy" },
                    u8::from(yes)
                )
                .unwrap();
            }
        }
        let desk = Desk::with("log.csv", log);
        let result = desk.result(&[
            "log.csv",
            "--subject",
            "id",
            "--protected",
            "gender",
            "--stratum",
            "product",
            "--selected",
            "yes=1",
            "--reference",
            "m",
            "--favourable",
        ]);
        let within = &result["within"][0];
        let (low, high) = (
            within["adjusted_low"].as_f64().unwrap(),
            within["adjusted_high"].as_f64().unwrap(),
        );
        covered += u32::from(low <= 0.0 && 0.0 <= high);
    }
    // 190 expected; three standard errors are 9.
    assert!((181..=199).contains(&covered), "{covered} of {logs}");
}

#[test]
fn strata_that_do_not_meet_are_said() {
    let mut log = "id,gender,product,yes\n".to_owned();
    for i in 0..200 {
        let (gender, product) = if i % 2 == 0 { ("m", "a") } else { ("f", "b") };
        writeln!(log, "{i},{gender},{product},{}", u8::from(i % 3 == 0)).unwrap();
    }
    let desk = Desk::with("log.csv", log);
    let result = desk.result(&[
        "log.csv",
        "--subject",
        "id",
        "--protected",
        "gender",
        "--stratum",
        "product",
        "--selected",
        "yes=1",
        "--reference",
        "m",
        "--favourable",
    ]);
    let within = &result["within"][0];
    assert_eq!(within["agreement"], "unknown");
    assert_eq!(within["shared"], 0.0);
    assert!(within["adjusted"].is_null() && within["association"].is_null());
}

#[test]
fn a_stratum_has_no_reference() {
    let desk = Desk::with("log.csv", berkeley());
    desk.write(
        "audit.toml",
        "[log]\npath = \"log.csv\"\n[[protected]]\nname = \"gender\"\n[[stratum]]\nname = \"department\"\nreference = \"A\"\n[[outcome]]\nname = \"in\"\nfavourable = true\nselected = { column = \"admitted\", values = [\"1\"] }\n",
    );
    assert!(desk.audit(&["audit.toml"]).refuses("unknown-key").contains("reference"));
}
