//! Every metric of the catalogue is held against a number of somebody else.
//!
//! `vectors/catalogue.json` is written by `oracles/catalogue.py`, with scikit-learn, statsmodels and scipy or from the
//! metric's definition, on the bundled log with scores. What that can't be, because it hangs on how people are dealt into
//! replicates, is held elsewhere, in the test that is named here.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use parytet::catalogue::Metric;
use serde_json::Value;

use crate::audit_support::{Desk, number};

/// Metric, the test that holds it, and the file where that stands.
const ELSEWHERE: [(&str, &str, &str); 21] = [
    (
        "shrunken_selection_rate",
        "six_groups_toward_their_mean",
        "src/inference/shrinkage.rs",
    ),
    (
        "probability_below_threshold",
        "probabilities_of_ratios",
        "src/inference/beta_binomial.rs",
    ),
    (
        "weighted_gap",
        "by_chance_by_threshold_and_what_can_be",
        "tests/membership.rs",
    ),
    (
        "cramers_v_corrected",
        "matches_scipy_and_scikit_learn",
        "src/inference/association.rs",
    ),
    (
        "calibration_error_by_chance",
        "chance_alone_makes_the_calibration_error_that_is_told",
        "tests/distributions.rs",
    ),
    (
        "subgroup_gap",
        "the_planted_group_is_found_and_confirmed",
        "tests/crossed.rs",
    ),
    (
        "proxy_auc",
        "columns_tell_together_what_none_tells_alone",
        "tests/crossed.rs",
    ),
    (
        "proxy_information",
        "columns_tell_together_what_none_tells_alone",
        "tests/crossed.rs",
    ),
    (
        "consistency",
        "a_rule_is_consistent_and_a_coin_is_not",
        "tests/matching.rs",
    ),
    (
        "funnel_stage",
        "a_funnel_tells_where_its_gap_opens",
        "tests/followed.rs",
    ),
    (
        "gap_trend",
        "a_trend_and_an_alarm_are_those_of_other_toolkits",
        "tests/followed.rs",
    ),
    (
        "gap_sequence",
        "a_trend_and_an_alarm_are_those_of_other_toolkits",
        "tests/followed.rs",
    ),
    (
        "gap_cusum",
        "a_trend_and_an_alarm_are_those_of_other_toolkits",
        "tests/followed.rs",
    ),
    (
        "system_gap",
        "two_systems_are_compared_with_people_who_met_both",
        "tests/followed.rs",
    ),
    (
        "uplift",
        "uplift_is_the_interaction_of_group_and_treatment",
        "tests/followed.rs",
    ),
    (
        "rows_per_subject",
        "how_often_people_are_met_is_told_by_group",
        "tests/followed.rs",
    ),
    (
        "p90_rows_per_subject",
        "how_often_people_are_met_is_told_by_group",
        "tests/followed.rs",
    ),
    (
        "selections_per_subject",
        "how_often_people_are_met_is_told_by_group",
        "tests/followed.rs",
    ),
    (
        "median_selections_per_subject",
        "how_often_people_are_met_is_told_by_group",
        "tests/followed.rs",
    ),
    (
        "p90_selections_per_subject",
        "how_often_people_are_met_is_told_by_group",
        "tests/followed.rs",
    ),
    (
        "share_above_cap",
        "how_often_people_are_met_is_told_by_group",
        "tests/followed.rs",
    ),
];

/// Numbers of several classes, which the log of the vectors has none of.
const OF_CLASSES: &str = "classes_agree_with_other_toolkits";

/// Numbers of lists, which the log of the vectors has none of: a test, its file, and the metrics that it holds.
const OF_LISTS: [(&str, &str, &[&str]); 14] = [
    (
        "exposure_by_class_by_hand",
        "tests/lists.rs",
        &["exposure", "exposure_share"],
    ),
    (
        "items_as_fairranktune_and_the_papers_have_them",
        "tests/list_sides.rs",
        &[
            "exposure_per_merit",
            "selections_per_merit",
            "exposure_per_item",
            "attention_less_merit",
            "inequity_of_attention",
            "skew",
            "lowest_skew",
            "highest_skew",
            "ndkl",
            "infeasible_index",
            "attention_fairness",
            "exposure_loss",
            "exposure_disparity",
            "exposure_relevance",
        ],
    ),
    (
        "infeasible_prefixes_by_hand",
        "src/ranking/groups.rs",
        &["infeasible_count"],
    ),
    (
        "prefix_measures_by_hand",
        "src/ranking/groups.rs",
        &["prefix_difference", "prefix_divergence", "prefix_ratio"],
    ),
    (
        "lists_without_a_group_fail_the_ranked_test",
        "tests/list_sides.rs",
        &["fair_top_failures"],
    ),
    (
        "delivery_against_a_population",
        "tests/list_sides.rs",
        &["delivery_skew"],
    ),
    (
        "quality_as_rectools_has_it",
        "tests/list_sides.rs",
        &[
            "list_precision",
            "list_recall",
            "ndcg",
            "hit_rate",
            "mean_reciprocal_rank",
        ],
    ),
    (
        "taste_and_popularity_by_hand",
        "tests/list_sides.rs",
        &["popularity", "popularity_lift", "taste_divergence", "exposure_gini"],
    ),
    (
        "weights_by_inverse_propensity",
        "tests/list_sides.rs",
        &["ips_rate", "snips_rate", "effective_rows"],
    ),
    (
        "a_model_is_corrected_by_what_the_log_shows",
        "tests/list_sides.rs",
        &["direct_rate", "doubly_robust_rate"],
    ),
    (
        "rates_are_corrected_for_where_things_stood",
        "tests/list_sides.rs",
        &["debiased_rate"],
    ),
    (
        "classes_in_the_lists_of_each_group_by_hand",
        "tests/list_sides.rs",
        &["class_skew", "class_ndkl"],
    ),
    ("rarefied_coverage_by_hand", "src/metrics/lists.rs", &["item_coverage"]),
    (
        "scores_that_miss_by_item",
        "tests/list_sides.rs",
        &[
            "value_unfairness",
            "absolute_unfairness",
            "underestimation_unfairness",
            "overestimation_unfairness",
        ],
    ),
];

fn text(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

fn vectors() -> Vec<Value> {
    serde_json::from_str(&text("tests/vectors/catalogue.json")).unwrap()
}

#[test]
fn every_number_of_the_catalogue_agrees() {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/catalogue.toml");
    let result = Desk::new().result(&[spec.to_str().unwrap()]);
    let estimates = result["estimates"].as_array().unwrap();
    for vector in vectors() {
        let keys = ["outcome", "metric", "group", "contrast"];
        let mut found = estimates
            .iter()
            .filter(|estimate| estimate["given"].is_null() || estimate["given"] == "region")
            .filter(|estimate| keys.iter().all(|key| estimate[*key] == vector[*key]));
        let estimate = found.next().unwrap_or_else(|| panic!("there is no {vector}"));
        assert!(found.next().is_none(), "{vector} is told twice");
        let (told, expected) = (number(&estimate["estimate"]), number(&vector["value"]));
        assert!(
            (told - expected).abs() <= 1e-9 * expected.abs().max(1.0),
            "{told}: {vector}"
        );
    }
}

#[test]
fn every_metric_of_the_catalogue_has_a_vector() {
    let vectors = vectors();
    let held: BTreeSet<&str> = vectors.iter().filter_map(|vector| vector["metric"].as_str()).collect();
    let vectors_of_classes: Vec<Value> = serde_json::from_str(include_str!("vectors/classes.json")).unwrap();
    for metric in Metric::all().map(Metric::id) {
        let elsewhere = ELSEWHERE.iter().find(|(id, ..)| *id == metric);
        let of_lists = OF_LISTS.iter().find(|(.., metrics)| metrics.contains(&metric));
        let elsewhere = elsewhere
            .map(|(_, test, file)| (test, file))
            .or(of_lists.map(|(test, file, _)| (test, file)));
        let of_classes = vectors_of_classes.iter().any(|vector| vector["metric"] == metric);
        let elsewhere = elsewhere.or(of_classes.then_some((&OF_CLASSES, &"tests/classes.rs")));
        match elsewhere {
            None => assert!(held.contains(metric), "{metric} is held against nobody's number"),
            Some((test, file)) => assert!(
                text(file).contains(&format!("fn {test}(")),
                "{file} has no test `{test}`"
            ),
        }
    }
}
