//! Gates against an earlier audit, and two results side by side.

use serde_json::Value;

use crate::audit_support::{Desk, Done, assert_close, number, people};

/// `f` against 500 of 1000 of `m`.
fn log(people_of_f: u32, selected: u32) -> String {
    people(&[("f", people_of_f, selected), ("m", 1000, 500)])
}

fn spec(gate: &str) -> String {
    format!(
        "[log]\npath = \"log.csv\"\nsubject = \"id\"\n[[protected]]\nname = \"gender\"\nreference = \"m\"\n\
         [[outcome]]\nname = \"offered\"\nfavourable = true\nselected = {{ column = \"decision\", values = [\"yes\"] }}\n\
         [[gate]]\n{gate}\n"
    )
}

const RATCHET: &str = "metric = \"statistical_parity_difference\"\nno_worse_than = \"baseline\"";

/// Audits one log for a baseline and another against it.
fn against(then: (u32, u32), now: (u32, u32), gate: &str) -> Done {
    let desk = Desk::with("log.csv", log(then.0, then.1));
    desk.write("old.toml", spec("metric = \"disparate_impact\"\nmin = 0.1"));
    desk.write("old.json", desk.audit(&["old.toml"]).out);
    desk.write("log.csv", log(now.0, now.1));
    desk.write("new.toml", spec(gate));
    desk.audit(&["new.toml", "--baseline", "old.json"])
}

#[test]
fn a_number_may_not_become_worse_than_it_was() {
    for (now, more, code, verdict, reason) in [
        // 0.45 then; much worse, a little worse, the same, better.
        ((1000, 300), "", 1, "fail", "change-interval-beyond"),
        ((1000, 440), "", 0, "inconclusive", "change-straddles"),
        ((1000, 450), "", 0, "inconclusive", "change-straddles"),
        ((1000, 600), "", 0, "pass", "change-interval-inside"),
        // With a margin the same is enough.
        ((1000, 450), "\nmargin = 0.1", 0, "pass", "change-interval-inside"),
        ((1000, 300), "\nmargin = 0.1", 0, "inconclusive", "change-straddles"),
        ((1000, 300), "\nmargin = 0.01", 1, "fail", "change-interval-beyond"),
        // Point: the estimate decides.
        ((1000, 449), "\nrule = \"point\"", 1, "fail", "change-beyond"),
        ((1000, 450), "\nrule = \"point\"", 0, "pass", "change-inside"),
        (
            (1000, 440),
            "\nrule = \"assurance\"",
            3,
            "inconclusive",
            "change-straddles",
        ),
    ] {
        let done = against((1000, 450), now, &format!("{RATCHET}{more}"));
        let result = done.json();
        let answer = &result["gates"][0]["answers"][0];
        assert_eq!(done.code, code, "{now:?} {more}");
        assert_eq!(
            (&answer["verdict"], &answer["reason"]),
            (&verdict.into(), &reason.into()),
            "{now:?} {more}"
        );
        assert_close(number(&answer["baseline"]), -0.05, 1e-12);
        let change = (f64::from(now.1) - 450.0) / 1000.0;
        assert_close(number(&answer["change"]), change, 1e-12);
        assert!(number(&answer["change_low"]) < change && change < number(&answer["change_high"]));
        assert_eq!(result["baseline"]["title"], "Audit of log.csv");
        let notes = result["notes"].to_string();
        assert!(notes.contains("as if nobody were in both audits"), "{notes}");
    }
}

// For independent audits: the variance of the change is the sum of both gaps' variances.
#[test]
fn the_interval_of_a_change_is_that_of_two_independent_gaps() {
    let done = against((1000, 450), (1000, 400), RATCHET);
    let answer = &done.json()["gates"][0]["answers"][0];
    let variance = |p: f64| p * (1.0 - p) / 1000.0;
    let sum: f64 = variance(0.45) + variance(0.4) + 2.0 * variance(0.5);
    let half = 1.959_963_985 * sum.sqrt();
    assert_close(number(&answer["change_low"]), -0.05 - half, 2e-3);
    assert_close(number(&answer["change_high"]), -0.05 + half, 2e-3);
}

#[test]
fn what_is_worse_goes_by_the_metric() {
    let worse = |gate: &str| against((1000, 450), (1000, 300), gate).code;
    for metric in [
        "disparate_impact",
        "demographic_parity_difference",
        "demographic_parity_ratio",
    ] {
        let gate = format!("metric = \"{metric}\"\nno_worse_than = \"baseline\"");
        assert_eq!(worse(&gate), 1, "{metric}");
        // The other way round it has become better.
        assert_eq!(against((1000, 300), (1000, 450), &gate).code, 0, "{metric}");
    }
}

#[test]
fn a_ratchet_needs_a_baseline_that_is_one() {
    let desk = Desk::with("log.csv", log(1000, 450));
    desk.write("spec.toml", spec(RATCHET));
    assert!(
        desk.audit(&["spec.toml"])
            .refuses("no-baseline")
            .contains("spec.toml:11:1")
    );
    desk.audit(&["spec.toml", "--baseline", "absent.json"])
        .refuses("file-not-found");
    desk.audit(&["spec.toml", "--baseline", "spec.toml"])
        .refuses("damaged-file");
    for (gate, code) in [
        (
            "metric = \"disparate_impact\"\nno_worse_than = \"basline\"",
            "bad-value",
        ),
        (
            "metric = \"disparate_impact\"\nno_worse_than = \"baseline\"\nmin = 0.8",
            "bad-value",
        ),
        (
            "metric = \"disparate_impact\"\nno_worse_than = \"baseline\"\nmargin = -1",
            "bad-value",
        ),
        ("metric = \"disparate_impact\"\nmin = 0.8\nmargin = 0.1", "bad-value"),
        (
            "metric = \"disparate_impact\"\nno_worse_than = \"baseline\"\nrule = \"significant\"",
            "bad-value",
        ),
    ] {
        desk.write("spec.toml", spec(gate));
        desk.audit(&["spec.toml"]).refuses(code);
    }
}

#[test]
fn a_group_that_the_baseline_has_not_is_inconclusive() {
    let desk = Desk::with("log.csv", log(1000, 450));
    desk.write("spec.toml", spec("metric = \"disparate_impact\"\nmin = 0.1"));
    desk.write("old.json", desk.audit(&["spec.toml"]).out);
    desk.write(
        "log.csv",
        people(&[("x", 500, 200), ("f", 1000, 600), ("m", 1000, 500)]),
    );
    desk.write("spec.toml", spec(RATCHET));
    let result = desk.audit(&["spec.toml", "--baseline", "old.json"]).json();
    let answers = result["gates"][0]["answers"].as_array().unwrap();
    let of = |group: &str| answers.iter().find(|answer| answer["group"] == group).unwrap();
    assert_eq!(of("x")["reason"], "not-in-baseline");
    assert_eq!(of("x")["change"], Value::Null);
    assert_eq!(of("f")["verdict"], "pass");
}

#[test]
fn two_results_side_by_side() {
    let desk = Desk::with("log.csv", log(1000, 450));
    let old = spec("name = \"fair\"\nmetric = \"disparate_impact\"\nmin = 0.8");
    desk.write("spec.toml", &old);
    desk.write("old.json", desk.audit(&["spec.toml"]).out);
    desk.write(
        "log.csv",
        people(&[("x", 500, 250), ("f", 1000, 300), ("m", 1000, 500)]),
    );
    desk.write("spec.toml", old.replace("0.8", "0.5"));
    desk.write("new.json", desk.audit(&["spec.toml"]).out);
    let said = desk.run(&["compare", "old.json", "new.json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    for words in [
        "LOOSENED: less is asked for than before",
        "gate `fair`: the lowest accepted value is 0.5, was 0.8",
        "`x` (`gender`)",
        "1 thing was LOOSENED",
        "changes beyond noise",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    let json: Value =
        serde_json::from_str(&desk.run(&["compare", "old.json", "new.json", "--format", "json"]).out).unwrap();
    assert_eq!(json["schema"], "parytet.comparison/1");
    let changes = json["changes"].as_array().unwrap();
    let of = |group: &str, contrast: &str| {
        let is_it = |c: &&Value| c["group"] == group && c["metric"] == "selection_rate" && c["contrast"] == contrast;
        changes.iter().find(is_it).unwrap()
    };
    assert_eq!(of("f", "value")["told"], true);
    assert_close(number(&of("f", "value")["change"]), -0.15, 1e-12);
    assert_eq!(
        (&of("m", "value")["told"], number(&of("m", "value")["change"])),
        (&false.into(), 0.0)
    );
    assert!(
        desk.run(&["compare", "old.json", "new.json", "--format", "markdown"])
            .out
            .contains("## changes beyond noise")
    );
    // The other way round nothing was loosened, and `x` is gone.
    let back = desk.run(&["compare", "new.json", "old.json"]).out;
    assert!(
        !back.contains("LOOSENED") && back.contains("groups that are gone"),
        "{back}"
    );
    desk.run(&["compare", "old.json", "log.csv"]).refuses("damaged-file");
}

// Of 40 pairs of audits of one fair system, at most a few may have any change told from noise.
#[test]
fn noise_is_rarely_taken_for_a_change() {
    let mut dice = crate::audit_support::Dice(11);
    let mut alarms = 0;
    let desk = Desk::new();
    let mut draw = |name: &str| {
        let mut log = String::from("id,gender,decision\n");
        for person in 0..600 {
            let group = ["f", "m", "x"][person % 3];
            let yes = if dice.below(10) < 4 { "yes" } else { "no" };
            log.push_str(&format!("{person},{group},{yes}\n"));
        }
        desk.write("log.csv", log);
        let args = [
            "audit",
            "log.csv",
            "--subject=id",
            "--protected=gender",
            "--selected=decision=yes",
            "--favourable",
        ];
        desk.run(&[&args[..], &["--output", name, "--quiet"]].concat());
    };
    for _ in 0..20 {
        draw("a.json");
        draw("b.json");
        let json = desk.run(&["compare", "a.json", "b.json", "--format", "json"]).out;
        let json: Value = serde_json::from_str(&json).unwrap();
        alarms += u32::from(number(&json["told"]) > 0.0);
    }
    assert!(alarms <= 4, "{alarms} of 20");
}
