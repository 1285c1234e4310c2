//! Faults that other tools have had in public, each held off by a test named after it.
//!
//! The first line of a test names the tool and its fault; numbers are those that the tool was seen to give.

use crate::audit_support::{Desk, Dice, answers, assert_close, estimate, flags, gender, labelled, number, people};
use serde_json::Value;

fn audited(log: &str, more: &[&str]) -> Value {
    Desk::with("log.csv", log).result(&flags(more))
}

fn with_label(log: &str, more: &[&str]) -> Value {
    audited(log, &[&["--actual", "label=1"], more].concat())
}

#[test]
fn significance_is_tested_on_the_rate_itself() {
    // Aequitas 1.1.0: FPR 0.200 vs 0.205 got the p-value of the FDRs, 4.9e-89.
    let result = with_label(
        &labelled(&[("a", [800, 200, 0, 800]), ("b", [20, 205, 0, 795])]),
        &["--reference", "a"],
    );
    let fpr = gender(&result, "b", "false_positive_rate", "gap");
    assert_close(number(&fpr["estimate"]), 0.005, 1e-12);
    // Pooled z with 200/1000 and 205/1000: erfc(z/sqrt 2).
    assert_close(number(&fpr["p_value"]), 0.7808489900754421, 1e-9);
    let fdr = gender(&result, "b", "false_discovery_rate", "gap");
    assert!(number(&fdr["p_value"]) < 1e-50);
}

#[test]
fn two_attributes_with_equal_group_names_do_not_mix() {
    // Aequitas: p-values were written by value alone, so "Unknown" of two attributes overwrote each other.
    let mut log = "id,gender,region,decision\n".to_owned();
    for i in 0..40 {
        // By gender half of "unknown" are selected, by region all of it.
        let gender = if i % 2 == 0 { "unknown" } else { "known" };
        let region = if i < 20 { "unknown" } else { "known" };
        let decision = if i < 20 { "yes" } else { "no" };
        log += &format!("{i},{gender},{region},{decision}\n");
    }
    let result = audited(&log, &["--protected", "region", "--reference", "known"]);
    let by = |attribute| estimate(&result, attribute, "unknown", "selection_rate", "gap");
    assert_eq!(number(&by("gender")["estimate"]), 0.0);
    assert_eq!(number(&by("region")["estimate"]), 1.0);
    assert!(number(&by("gender")["p_value"]) > 0.99);
    assert!(number(&by("region")["p_value"]) < 1e-8);
}

#[test]
fn a_reference_name_is_not_split_into_letters() {
    // Aequitas: set(ref_group) made letters of the name.
    let result = audited(
        &people(&[("m", 10, 1), ("a", 10, 9), ("mama", 20, 10)]),
        &["--reference", "mama"],
    );
    for group in ["m", "a"] {
        assert_eq!(gender(&result, group, "selection_rate", "ratio")["reference"], "mama");
    }
    assert_close(
        number(&gender(&result, "m", "selection_rate", "ratio")["estimate"]),
        0.2,
        1e-15,
    );
}

#[test]
fn ci_of_max_gap_covers_zero_under_equality() {
    // Fairlearn's percentile bootstrap covered 0 in 0 of 20 runs, FMM's BCa in 3 of 15: three equal groups of 100.
    let mut dice = Dice(1);
    let (mut covered, mut signalled) = (0, 0);
    for _ in 0..20 {
        let groups = ["a", "b", "c"].map(|name| (name, 100, (0..100).filter(|_| dice.below(2) == 0).count() as u32));
        let result = audited(&people(&groups), &[]);
        let gap = gender(&result, "*", "selection_rate", "max_gap");
        assert!(number(&gap["estimate"]) > 0.0);
        covered += u32::from(number(&gap["low"]) == 0.0);
        let ratio = gender(&result, "*", "selection_rate", "min_ratio");
        assert_eq!(number(&ratio["high"]) == 1.0, number(&gap["low"]) == 0.0);
        signalled += u32::from(number(&gap["p_value"]) < 0.05);
    }
    assert!(covered >= 19, "{covered} of 20");
    assert!(signalled <= 1, "{signalled} of 20");
}

#[test]
fn the_best_and_worst_of_many_groups_are_not_tested_as_if_chosen_before() {
    // audit-AI: picks the best and the worst group from the data and tests that pair with an unadjusted z.
    let groups: Vec<(String, u32, u32)> = (0..12).map(|i| (format!("g{i:02}"), 100, 40 + 2 * i)).collect();
    let groups: Vec<(&str, u32, u32)> = groups.iter().map(|(g, n, x)| (g.as_str(), *n, *x)).collect();
    let result = audited(&people(&groups), &["--reference", "best"]);
    // 62/100 against 40/100, pooled: p = 0.0018593.
    let alone = 0.001_859;
    let worst = gender(&result, "g00", "selection_rate", "gap");
    assert!(number(&worst["p_value"]) > 5.0 * alone, "{worst}");
    let extreme = gender(&result, "g00 / g11", "selection_rate", "max_gap");
    assert!(number(&extreme["p_value"]) > 5.0 * alone, "{extreme}");
}

#[test]
fn a_simulated_p_is_never_zero() {
    // LiFT: exceedances divided by all trials, so that p = 0 was possible.
    let result = audited(&people(&[("a", 30, 30), ("b", 30, 0), ("c", 8, 4)]), &[]);
    let gap = gender(&result, "b / a", "selection_rate", "max_gap");
    assert_eq!(gap["test"], "permutation of people");
    assert_close(number(&gap["p_value"]), 1.0 / 10_000.0, 1e-12);
}

#[test]
fn precision_and_recall_are_not_swapped() {
    // Holistic AI 1.0.14: true precision 1/3 and recall 1 came back as 1.0 and 0.333.
    let result = with_label(&labelled(&[("a", [10, 20, 0, 10]), ("b", [10, 10, 10, 10])]), &[]);
    let value = |metric| number(&gender(&result, "a", metric, "value")["estimate"]);
    assert_close(value("positive_predictive_value"), 1.0 / 3.0, 1e-15);
    assert_eq!(value("true_positive_rate"), 1.0);
}

#[test]
fn predictive_equality_is_about_false_positives() {
    // OxonFair 0.3: predictive_equality was 1.0, the FNR difference, where the FPR difference is 0.
    let result = with_label(
        &labelled(&[("a", [10, 5, 0, 15]), ("b", [0, 5, 10, 15])]),
        &[
            "--gate",
            "predictive_equality_difference<=0.1",
            "--rule",
            "point",
            "--reference",
            "a",
        ],
    );
    assert_eq!(result["gates"][0]["answers"][0]["metric"], "false_positive_rate");
    assert_eq!(number(&result["gates"][0]["answers"][0]["estimate"]), 0.0);
    assert_eq!(
        number(&gender(&result, "b", "false_negative_rate", "gap")["estimate"]),
        1.0
    );
}

#[test]
fn counts_are_taken_as_they_are() {
    // FairTest: +5 in each cell before the ratio and its interval.
    let result = audited(&people(&[("a", 10, 1), ("b", 10, 9)]), &["--reference", "b"]);
    assert_close(
        number(&gender(&result, "a", "selection_rate", "ratio")["estimate"]),
        1.0 / 9.0,
        1e-15,
    );
}

#[test]
fn a_small_group_is_marked_itself_and_not_its_reference() {
    // Veritas: a small unprivileged group flagged the privileged side.
    let result = audited(&people(&[("small", 4, 0), ("large", 40, 20)]), &[]);
    let judged = |i: usize| result["groupings"][0]["groups"][i].clone();
    assert_eq!(judged(0)["group"], "large");
    assert_eq!(judged(0)["judged"], true);
    assert_eq!(judged(1)["judged"], false);
    let small = gender(&result, "small", "selection_rate", "ratio");
    assert_eq!(
        (&small["status"], &small["reason"]),
        (&"few".into(), &"too-few-subjects".into())
    );
    assert_eq!(number(&small["estimate"]), 0.0, "shown, though not judged");
}

#[test]
fn a_reference_of_one_person_judges_nobody() {
    // bdp-model-gate 0.7: a group of one row made a difference of 1.0 that failed the gate.
    for reference in ["one", "rest"] {
        let result = audited(
            &people(&[("one", 1, 1), ("many", 100, 0)]),
            &[
                "--reference",
                reference,
                "--gate",
                "disparate_impact>=0.8",
                "--rule",
                "point",
            ],
        );
        let ratio = gender(&result, "many", "selection_rate", "ratio");
        assert_eq!(ratio["reason"], "too-few-in-reference", "{ratio}");
        assert!(ratio["p_adjusted"].is_null(), "{ratio}");
        assert_eq!(result["verdict"]["exit_code"], 3);
    }
}

#[test]
fn a_rate_without_denominator_is_undefined_not_zero() {
    // Fairlearn 0.15: TPR and FNR were both 0.0 for a group without positives, a difference of 0.667 out of nothing.
    let result = with_label(
        &labelled(&[("a", [20, 5, 10, 5]), ("b", [0, 20, 0, 20])]),
        &["--reference", "a"],
    );
    for metric in ["true_positive_rate", "false_negative_rate"] {
        let value = gender(&result, "b", metric, "value");
        assert!(value["estimate"].is_null() && value["low"].is_null() && value["high"].is_null());
        assert_eq!(
            (&value["status"], &value["reason"]),
            (&"undefined".into(), &"no-denominator".into())
        );
        assert_eq!((value["subjects"].as_u64(), value["rows"].as_u64()), (Some(0), Some(0)));
        for contrast in ["gap", "ratio"] {
            assert!(gender(&result, "b", metric, contrast)["estimate"].is_null());
        }
        for contrast in ["max_gap", "min_ratio"] {
            let extreme = gender(&result, "*", metric, contrast);
            assert_eq!(extreme["reason"], "fewer-than-two-groups", "{extreme}");
            assert!(extreme["estimate"].is_null() && extreme["p_value"].is_null());
        }
    }
}

#[test]
fn a_gap_with_one_defined_group_is_not_a_pass() {
    // FMM: the TPR gap was 0.0 when only one group had positives.
    let log = labelled(&[("a", [20, 5, 10, 5]), ("b", [0, 20, 0, 20])]);
    for rule in ["point", "evidence", "assurance"] {
        let result = with_label(&log, &["--gate", "true_positive_rate_max_gap<=0.1", "--rule", rule]);
        assert_eq!(result["gates"][0]["verdict"], "inconclusive");
        assert_eq!(result["verdict"]["exit_code"], 3);
        assert_eq!(result["verdict"]["reason"], "nothing-judged");
    }
}

#[test]
fn an_undefined_group_keeps_a_gate_from_passing() {
    // fair-mango: NaN is skipped by `abs > max`, so a group with undefined TPR gave "difference 0, fair".
    let log = labelled(&[("a", [50, 5, 50, 5]), ("b", [50, 5, 50, 5]), ("c", [0, 50, 0, 50])]);
    let result = with_label(&log, &["--gate", "true_positive_rate_max_gap<=0.9", "--rule", "point"]);
    assert_eq!(result["gates"][0]["verdict"], "inconclusive");
    assert_eq!(result["gates"][0]["answers"][0]["reason"], "group-undefined");
    // What is beyond without it is beyond with it.
    let worse = labelled(&[("a", [90, 5, 10, 5]), ("b", [10, 5, 90, 5]), ("c", [0, 50, 0, 50])]);
    let result = with_label(
        &worse,
        &["--gate", "true_positive_rate_max_gap<=0.2", "--rule", "point"],
    );
    assert_eq!(result["gates"][0]["verdict"], "fail");
    // Group by group: one passes, one can't be told, so the gate does not pass.
    let result = with_label(
        &log,
        &[
            "--gate",
            "equal_opportunity_ratio>=0.1",
            "--rule",
            "point",
            "--reference",
            "a",
        ],
    );
    let said = answers(&result);
    assert_eq!(said[0].1, "pass");
    assert_eq!(said[1], ("c".into(), "inconclusive".into(), "no-denominator".into()));
    assert_eq!(result["gates"][0]["verdict"], "inconclusive");
}

#[test]
fn single_group_is_not_a_pass() {
    // FMM and bdp-model-gate: the gap of a single group is 0.0, a pass.
    for reference in ["largest", "best", "rest", "only"] {
        let done = Desk::with("log.csv", people(&[("only", 50, 25)])).audit(&flags(&[
            "--gate",
            "disparate_impact>=0.8",
            "--gate",
            "demographic_parity_difference<=0.2",
            "--rule",
            "point",
            "--reference",
            reference,
        ]));
        assert_eq!(done.code, 3, "{reference}: {}", done.err);
        let result = done.json();
        assert_eq!(result["verdict"]["reason"], "nothing-judged", "{reference}");
        assert_eq!(result["verdict"]["verdict"], "inconclusive");
    }
}

#[test]
fn nobody_selected_is_not_fair() {
    // OxonFair 0.3: disparate impact 1.0 when nobody is selected; smclarify 0.0; Eticas "high bias".
    let desk = Desk::with("log.csv", people(&[("a", 50, 0), ("b", 50, 0)]));
    let refused = desk.audit(&flags(&[]));
    assert!(refused.refuses("value-never-seen").contains("nobody is selected"));
    desk.write(
        "spec.toml",
        r#"[log]
path = "log.csv"
subject = "id"
[[protected]]
name = "gender"
[[outcome]]
name = "offer"
favourable = true
selected = { column = "decision", values = ["yes"], absent = "allow" }
[[gate]]
metric = "disparate_impact"
min = 0.8
rule = "point"
[[gate]]
metric = "demographic_parity_ratio"
min = 0.8
rule = "point"
"#,
    );
    let done = desk.audit(&["spec.toml"]);
    assert_eq!(done.code, 3);
    let result = done.json();
    let ratio = gender(&result, "b", "selection_rate", "ratio");
    assert!(ratio["estimate"].is_null(), "{ratio}");
    assert_eq!(ratio["reason"], "both-zero");
    assert_eq!(
        gender(&result, "*", "selection_rate", "min_ratio")["reason"],
        "both-zero"
    );
    assert_eq!(number(&gender(&result, "b", "selection_rate", "gap")["estimate"]), 0.0);
    assert_eq!(result["verdict"]["reason"], "nothing-judged");
}

#[test]
fn the_worst_pair_is_not_averaged_away() {
    // OxonFair 0.3: rates (1, 1, 0) gave a disparate impact of 0.333, the mean over pairs.
    let result = audited(&people(&[("a", 10, 10), ("b", 10, 10), ("c", 10, 0)]), &[]);
    let ratio = gender(&result, "*", "selection_rate", "min_ratio");
    assert_eq!(number(&ratio["estimate"]), 0.0);
    assert_eq!(ratio["group"], "c / a");
}

#[test]
fn ratio_with_zero_reference_is_undefined_not_infinite_or_ten() {
    // Aequitas: infinite becomes 10.0; Jurity 2.1: 3, a head count; smclarify: Infinity in JSON; Eticas: 0.
    let result = audited(
        &people(&[("a", 10, 3), ("b", 12, 0)]),
        &["--reference", "b", "--gate", "disparate_impact>=0.8", "--rule", "point"],
    );
    let ratio = gender(&result, "a", "selection_rate", "ratio");
    for field in ["estimate", "low", "high", "standard_error", "p_value"] {
        assert!(ratio[field].is_null(), "{ratio}");
    }
    assert_eq!(ratio["reason"], "reference-zero");
    assert_close(
        number(&gender(&result, "a", "selection_rate", "gap")["estimate"]),
        0.3,
        1e-15,
    );
    assert_eq!(result["verdict"]["exit_code"], 3);
}

#[test]
fn rows_of_unknown_group_stay_in_sight() {
    // fairpipe 0.12: 200 of 280 rows had no group and were all selected; difference 0.0, no caveat.
    let log = people(&[("a", 40, 20), ("b", 40, 20), ("", 200, 200)]);
    let result = audited(&log, &[]);
    let missing = gender(&result, "(missing)", "selection_rate", "value");
    assert_eq!(number(&missing["estimate"]), 1.0);
    assert_eq!(missing["rows"], 200);
    assert_eq!(
        (&missing["status"], &missing["reason"]),
        (&"few".into(), &"attribute-missing".into())
    );
    assert_eq!(result["account"]["audited"], 280);
    let in_group: u64 = result["account"]["by_group"]
        .as_array()
        .unwrap()
        .iter()
        .map(|g| g["audited"].as_u64().unwrap())
        .sum();
    assert_eq!(in_group, 280);
    let table = Desk::with("log.csv", &log).run(&[&["audit"], &flags(&[])[..]].concat());
    assert!(table.out.contains("(missing)"), "{}", table.out);
}

#[test]
fn a_group_of_29_never_selected_does_not_pass_the_gate() {
    // fairpipe 0.12: a group of 29 never selected: difference 0.0, p = 1.0, the gate passes.
    let log = people(&[("a", 500, 250), ("b", 29, 0)]);
    for gate in [
        "disparate_impact>=0.8",
        "demographic_parity_ratio>=0.8",
        "statistical_parity_difference>=-0.2",
    ] {
        for rule in ["point", "evidence", "assurance"] {
            let done = Desk::with("log.csv", &log).audit(&flags(&["--gate", gate, "--rule", rule]));
            assert_eq!(done.code, 1, "{gate} {rule}");
        }
    }
    let result = audited(&log, &[]);
    let gap = gender(&result, "b", "selection_rate", "gap");
    assert_eq!(number(&gap["estimate"]), -0.5);
    assert!(number(&gap["p_value"]) < 1e-6);
}

#[test]
fn missing_attribute_is_a_group_and_not_advantaged() {
    // smclarify 0.5: rows without the facet were counted in the advantaged complement: DPL 0.0 instead of 0.5.
    let result = audited(
        &people(&[("f", 40, 20), ("m", 40, 40), ("", 40, 0)]),
        &["--reference", "rest"],
    );
    let gap = gender(&result, "f", "selection_rate", "gap");
    assert_eq!(number(&gap["estimate"]), -0.5);
    // And a missing attribute is never the reference by being the largest.
    let result = audited(&people(&[("f", 10, 5), ("m", 20, 20), ("", 400, 0)]), &[]);
    assert_eq!(result["groupings"][0]["reference"], "m");
    let extreme = gender(&result, "*", "selection_rate", "max_gap");
    assert_eq!(extreme["group"], "f / m");
}

#[test]
fn unrelated_null_columns_drop_no_rows() {
    // Eticas 0.1.7: dropna() over all columns empties the data; AIF360 drops a row for a NaN in any kept column.
    let log: String = people(&[("a", 20, 10), ("b", 20, 5)])
        .lines()
        .enumerate()
        .map(|(i, line)| {
            if i == 0 {
                format!("{line},note,score\n")
            } else {
                format!("{line},,\n")
            }
        })
        .collect();
    let result = audited(&log, &[]);
    assert_eq!(result["account"]["audited"], 40);
    assert_close(
        number(&gender(&result, "b", "selection_rate", "value")["estimate"]),
        0.25,
        1e-15,
    );
}

#[test]
fn labels_1_and_2_are_not_thresholded_at_the_mean() {
    // Eticas 0.1.7: labels {1, 2} with 1 favourable were cut at their mean: 0.5 where nobody of the reference is selected.
    let log = "id,gender,decision\n1,a,1\n2,a,2\n3,a,1\n4,a,2\n5,a,1\n6,b,2\n7,b,2\n8,b,2\n9,b,2\n10,b,2\n";
    let desk = Desk::with("log.csv", log);
    let args = |reference| {
        [
            "log.csv",
            "--subject",
            "id",
            "--protected",
            "gender",
            "--selected",
            "decision=1",
            "--reference",
            reference,
        ]
    };
    let result = desk.result(&args("b"));
    assert_close(
        number(&gender(&result, "a", "selection_rate", "value")["estimate"]),
        0.6,
        1e-15,
    );
    assert_eq!(
        number(&gender(&result, "b", "selection_rate", "value")["estimate"]),
        0.0
    );
    assert_eq!(
        gender(&result, "a", "selection_rate", "ratio")["reason"],
        "reference-zero"
    );
    assert_eq!(
        number(&gender(&desk.result(&args("a")), "b", "selection_rate", "ratio")["estimate"]),
        0.0
    );
}

#[test]
fn numbers_are_groups_as_they_are_unless_bands_are_asked_for() {
    // Aequitas: every numeric attribute is cut into quartiles.
    let log = "id,kids,decision\n1,0,yes\n2,1,no\n3,2,yes\n4,10,no\n5,2,yes\n6,0,no\n";
    let result = Desk::with("log.csv", log).result(&[
        "log.csv",
        "--subject",
        "id",
        "--protected",
        "kids",
        "--selected",
        "decision=yes",
    ]);
    let groups: Vec<&str> = result["groupings"][0]["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|g| g["group"].as_str().unwrap())
        .collect();
    assert_eq!(groups, ["0", "1", "2", "10"]);
}

#[test]
fn a_log_without_labels_can_be_gated() {
    // fairpipe 0.12: --y-true was required even for demographic parity.
    let done = Desk::with("log.csv", people(&[("a", 400, 200), ("b", 400, 200)]))
        .audit(&flags(&["--gate", "disparate_impact>=0.8"]));
    assert_eq!(done.code, 0, "{}", done.err);
}

#[test]
fn errors_and_failures_have_different_exit_codes() {
    // bdp-model-gate 0.7: 1 means both "blocked" and "bad input"; FMM always ends with 0; fairpipe's README omits 4.
    let desk = Desk::with("log.csv", people(&[("a", 400, 300), ("b", 400, 100)]));
    let code = |more: &[&str]| desk.audit(&flags(more)).code;
    assert_eq!(code(&[]), 0);
    assert_eq!(code(&["--gate", "disparate_impact>=0.2"]), 0);
    assert_eq!(code(&["--gate", "disparate_impact>=0.8"]), 1);
    assert_eq!(code(&["--gate", "disparate_impct>=0.8"]), 2, "a word that is no metric");
    assert_eq!(code(&["--gate", "true_positive_rate>=0.8"]), 2, "no label");
    assert_eq!(code(&["--no-such-flag"]), 2);
    assert_eq!(
        desk.run(&["audit", "absent.csv", "--protected", "gender", "--selected", "x=1"])
            .code,
        2
    );
    assert_eq!(desk.run(&["audit"]).code, 2);
    assert_eq!(
        code(&["--gate", "disparate_impact>=0.33", "--on-inconclusive", "fail"]),
        3
    );
}

#[test]
fn a_path_with_dots_is_written_where_it_says() {
    // Aequitas: the output path was cut at the first dot.
    let desk = Desk::with("log.csv", people(&[("a", 10, 5), ("b", 10, 5)]));
    std::fs::create_dir(desk.path("v1.2.3")).unwrap();
    let done = desk.audit(&flags(&["--output", "v1.2.3/result.of.october.json"]));
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(
        std::fs::read_to_string(desk.path("v1.2.3/result.of.october.json")).unwrap(),
        done.out
    );
    assert_eq!(
        std::fs::read_dir(desk.path("v1.2.3")).unwrap().count(),
        1,
        "nothing half-written stays"
    );
}

#[test]
fn rows_of_one_person_are_not_taken_for_one_row() {
    // Evidently: reference train de-duplicated by user id.
    let mut log = people(&[("a", 10, 5), ("b", 10, 5)]);
    for _ in 0..10 {
        log += "a0,a,yes\n";
    }
    let result = audited(&log, &[]);
    let rate = gender(&result, "a", "selection_rate", "value");
    assert_eq!((rate["rows"].as_u64(), rate["subjects"].as_u64()), (Some(20), Some(10)));
    assert_close(number(&rate["estimate"]), 0.75, 1e-15);
    assert_close(
        number(&gender(&result, "a", "subject_selection_rate", "value")["estimate"]),
        0.5,
        1e-15,
    );
}

#[test]
fn a_heavy_user_does_not_make_significance() {
    // Every tool read: each row is taken as independent, so one person with 500 rows moves the p-values.
    let mut log = people(&[("a", 40, 20), ("b", 40, 20)]);
    for _ in 0..500 {
        log += "b0,b,yes\n";
    }
    let result = audited(&log, &["--reference", "a"]);
    let gap = gender(&result, "b", "selection_rate", "gap");
    assert!(number(&gap["estimate"]) > 0.4);
    // 540 rows are worth 28, and the degrees of freedom are those of 40 and 40 people, not of 580 rows.
    assert!(number(&gap["deff"]) > 19.0, "{gap}");
    assert!(number(&gap["df"]) < 78.0, "{gap}");
    let reach = gender(&result, "b", "reach", "gap");
    assert!(number(&reach["p_value"]) > 0.99);
}

#[test]
fn a_mean_of_values_needs_no_labels_of_zero_and_one() {
    // Values that happen to meet the sums of a 0/1 variable are no shares: Σx² = Σx does not make x a count.
    let mut log = "id,gender,decision,worth\n".to_owned();
    for (group, values) in [("a", [-1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5]), ("b", [1.0; 9])] {
        for (i, value) in values.into_iter().enumerate() {
            log += &format!("{group}{i},{group},yes,{value}\n");
        }
    }
    let result = audited(&log, &["--value", "worth"]);
    let mean = gender(&result, "a", "mean_value", "value");
    // s² of (−1, 8 × 0.5) is 0.25, and s²/9 the variance of the mean.
    assert_close(number(&mean["standard_error"]), (0.25f64 / 9.0).sqrt(), 1e-12);
    assert_eq!(mean["df"], 8.0);
}

#[test]
fn false_negatives_per_false_positive_is_no_share() {
    // A quotient of counts of different people has no binomial variance r(1−r)/n, which is negative above 1.
    let result = with_label(&labelled(&[("a", [10, 10, 30, 10]), ("b", [10, 20, 10, 10])]), &[]);
    let value = gender(&result, "a", "treatment_equality", "value");
    assert_close(number(&value["estimate"]), 3.0, 1e-15);
    // d(FN/FP): Σe² = FN/FP² + r²·FP/FP² = 30/100 + 9·10/100, and m/(m−1) over the people with a false positive.
    assert_close(number(&value["standard_error"]), (1.2f64 * 10.0 / 9.0).sqrt(), 1e-12);
    assert!(number(&value["low"]) < 3.0 && number(&value["high"]) > 3.0);
}

#[test]
fn total_exclusion_of_a_group_is_not_left_open() {
    // Where everybody of a group is always selected and everybody of the other never, no variance is left to go by.
    let mut log = "id,gender,decision\n".to_owned();
    for i in 0..40 {
        let (group, decision) = if i < 20 { ("a", "yes") } else { ("b", "no") };
        log += &format!("{i},{group},{decision}\n{i},{group},{decision}\n");
    }
    for gate in [
        "demographic_parity_difference<=0.2",
        "demographic_parity_ratio>=0.8",
        "disparate_impact>=0.8",
    ] {
        let result = audited(&log, &["--gate", gate, "--reference", "a"]);
        assert_eq!(result["gates"][0]["verdict"], "fail", "{gate}: {}", result["gates"][0]);
    }
    let result = audited(&log, &[]);
    let gap = gender(&result, "b / a", "selection_rate", "max_gap");
    assert!(number(&gap["p_value"]) < 1e-6 && number(&gap["low"]) > 0.5, "{gap}");
}
