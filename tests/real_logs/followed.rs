//! Real logs followed along arms, periods, systems and stages.

use super::derive::log_of;
use super::{Estimate, audit, data, result, spec, v1};

/// The result of a spec on a published log, or on a copy of it.
fn of(name: &str, stem: &str) -> Option<v1::Result> {
    let data = data()?;
    let folder = tempfile::tempdir().unwrap();
    let log = log_of(stem, name, &data, folder.path());
    let spec = spec(name);
    Some(result(&audit([
        spec.to_str().unwrap(),
        log.to_str().unwrap(),
        "--format",
        "json",
    ])))
}

fn find<'a>(result: &'a v1::Result, group: &str, metric: &str, contrast: &str, at: Option<&str>) -> &'a Estimate {
    let mut found = result.estimates.iter().filter(|e| {
        e.group == group
            && e.metric == metric
            && e.contrast == contrast
            && e.at.as_deref() == at
            && e.attribute != "(everyone)"
    });
    found
        .next()
        .unwrap_or_else(|| panic!("{group} {metric} {contrast} {at:?}"))
}

#[track_caller]
fn close(a: Option<f64>, b: f64) {
    assert!((a.unwrap() - b).abs() < 1e-12, "{a:?} {b}");
}

/// `tests/oracles/uplift.py`: statsmodels, a linear model with the interaction of place and treatment, errors HC0.
#[test]
fn uplift_in_a_trial_is_that_of_a_linear_model() {
    let Some(result) = of("hillstrom_uplift", "hillstrom_email") else {
        return;
    };
    for (group, uplift, error) in [
        ("Urban", 0.063_298_758_648_828_45, 0.004_253_580_042_106_781_5),
        ("Rural", 0.051_460_366_648_324_47, 0.008_172_145_682_455_912),
        ("Surburban", 0.061_500_824_276_240_686, 0.004_037_971_999_434_15),
    ] {
        let told = find(&result, group, "uplift", "value", None);
        close(told.estimate, uplift);
        close(told.standard_error, error);
    }
    let gap = find(&result, "Rural", "uplift", "gap", None);
    close(gap.estimate, -0.011_838_392_000_503_834);
    close(gap.standard_error, 0.009_212_579_934_983_207);
}

#[test]
fn snapshots_of_advertisements_are_known_for_running_totals() {
    let Some(result) = of("ad_delivery_over_time", "ad_delivery_timeseries") else {
        return;
    };
    assert!(
        result.notes.iter().any(|note| note.contains("running totals")),
        "{:?}",
        result.notes
    );
    assert!(
        result
            .estimates
            .iter()
            .any(|e| e.metric == "gap_trend" && e.estimate.is_some())
    );
}

#[test]
fn the_same_advertisements_are_compared_in_two_countries() {
    let Some(result) = of("facebook_countries", "facebook_ad_delivery") else {
        return;
    };
    let (swiss, french) = ("Automated Discrimination - CH", "Automated Discrimination - FR");
    let rate = |group: &str, at: &str| {
        find(&result, group, "selection_rate", "value", Some(at))
            .estimate
            .unwrap()
    };
    for group in ["Nurse", "Truck Driver"] {
        let gap = |at: &str| rate(group, at) - rate("Legal Counsel", at);
        let told = find(
            &result,
            group,
            "system_gap",
            "gap",
            Some(&format!("{french} less {swiss}")),
        );
        close(told.estimate, gap(french) - gap(swiss));
    }
}

#[test]
fn customers_are_met_with_offers_so_often() {
    let Some(result) = of("starbucks_frequency", "starbucks_offers") else {
        return;
    };
    for group in ["F", "M", "O"] {
        let value = |metric: &str| find(&result, group, metric, "value", None);
        let told = value("rows_per_subject");
        let groups = &result.groupings[0].groups;
        let own = groups.iter().find(|g| g.group == group).unwrap();
        close(told.estimate, own.rows as f64 / own.subjects as f64);
        assert!(told.low < told.estimate && told.estimate < told.high);
        assert!((0.0..=1.0).contains(&value("share_above_cap").estimate.unwrap()));
    }
    let parts: f64 = ["has one", "completed"]
        .iter()
        .map(|stage| find(&result, "F", "funnel_stage", "gap", Some(stage)).estimate.unwrap())
        .sum();
    let whole = result.estimates.iter().find(|e| {
        e.outcome == "reward: all stages" && e.group == "F" && e.metric == "selection_rate" && e.contrast == "gap"
    });
    close(whole.unwrap().estimate, parts);
}
