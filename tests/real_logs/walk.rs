//! The walk through one analysis of an oracle file.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use parytet::report::model::v1::Estimate;
use serde_json::{Map, Value};

use super::cases::Case;
use super::{Against, Audited};

/// The normal quantile of a 95 % interval.
const Z: f64 = 1.959_963_984_540_054;

/// How close two numbers must be.
#[derive(Debug, Clone, Copy)]
pub struct Tolerance {
    relative: f64,
    absolute: f64,
}

/// Closed formulas.
const EXACT: Tolerance = Tolerance {
    relative: 1e-9,
    absolute: 1e-12,
};
/// Limits that both sides find by searching a root.
const ROOT: Tolerance = Tolerance {
    relative: 1e-7,
    absolute: 1e-9,
};
/// p-values: small ones must agree in their leading digits.
const P: Tolerance = Tolerance {
    relative: 1e-9,
    absolute: 1e-300,
};
/// p-values that both sides find by searching a maximum.
const SEARCHED_P: Tolerance = Tolerance {
    relative: 1e-6,
    absolute: 1e-12,
};

/// What was compared and what was left out.
#[derive(Debug, Default)]
pub struct Ledger {
    pub compared: usize,
    /// Numbers left out, by reason.
    pub skipped: BTreeMap<&'static str, usize>,
    /// Disagreements and keys that nobody knows.
    pub faults: Vec<String>,
}

impl Ledger {
    fn check(&mut self, what: &str, theirs: &Value, ours: Option<f64>, tolerance: Tolerance) {
        let agree = match (theirs.as_f64(), ours.filter(|x| x.is_finite())) {
            (Some(a), Some(b)) => (a - b).abs() <= tolerance.absolute + tolerance.relative * a.abs().max(b.abs()),
            (None, None) => is_undefined(theirs),
            _ => false,
        };
        self.compared += 1;
        if !agree {
            self.faults.push(format!("{what}: theirs {theirs}, ours {ours:?}"));
        }
    }

    fn ends(&mut self, what: &str, theirs: &Value, ours: Option<&Estimate>, tolerance: Tolerance) {
        if !theirs.is_array() {
            return self.check(what, theirs, ours.and_then(|e| e.low), tolerance);
        }
        self.check(&format!("{what} low"), &theirs[0], ours.and_then(|e| e.low), tolerance);
        self.check(
            &format!("{what} high"),
            &theirs[1],
            ours.and_then(|e| e.high),
            tolerance,
        );
    }

    fn skip(&mut self, theirs: &Value, reason: &'static str) {
        let count = leaves(theirs);
        if count > 0 {
            *self.skipped.entry(reason).or_default() += count;
        }
    }

    fn unknown(&mut self, what: &str, key: &str) {
        self.faults
            .push(format!("{what}: the walk does not know the key {key:?}"));
    }
}

/// Undefined, infinite, or an error of the toolkit.
fn is_undefined(theirs: &Value) -> bool {
    theirs.is_null() || theirs == "inf" || theirs == "-inf" || theirs.get("error").is_some()
}

/// How many numbers (or holes where one would be) stand below.
fn leaves(theirs: &Value) -> usize {
    match theirs {
        Value::Object(map) => map.values().map(leaves).sum(),
        Value::Array(items) => items.iter().map(leaves).sum(),
        Value::Number(_) | Value::Null => 1,
        Value::String(text) => usize::from(text == "inf" || text == "-inf"),
        Value::Bool(_) => 0,
    }
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap_or_else(|| panic!("{value} is not an object"))
}

/// parytet's name of a rate that a peer calls so.
fn metric(name: &str) -> Option<&'static str> {
    Some(match name {
        "selection_rate" | "pprev" => "selection_rate",
        "true_positive_rate" | "tpr" => "true_positive_rate",
        "false_positive_rate" | "fpr" => "false_positive_rate",
        "true_negative_rate" | "tnr" => "true_negative_rate",
        "false_negative_rate" | "fnr" => "false_negative_rate",
        "precision" => "positive_predictive_value",
        "npv" => "negative_predictive_value",
        "fdr" | "false_discovery_rate" => "false_discovery_rate",
        "for" | "false_omission_rate" => "false_omission_rate",
        "accuracy" => "accuracy",
        "balanced_accuracy" => "balanced_accuracy",
        "prev" => "base_rate",
        _ => return None,
    })
}

/// The rate that AIF360 means when the unfavourable label is the one selected: its positives are our negatives.
fn mirrored(name: &'static str) -> &'static str {
    match name {
        "false_positive_rate" => "false_negative_rate",
        "false_negative_rate" => "false_positive_rate",
        "false_discovery_rate" => "false_omission_rate",
        "false_omission_rate" => "false_discovery_rate",
        other => other,
    }
}

/// Whether an estimate's limits are the toolkit's.
fn within(theirs: &Value, ours: &Estimate) -> bool {
    let mut trial = Ledger::default();
    trial.ends("", theirs, Some(ours), ROOT);
    trial.faults.is_empty()
}

/// Koopman's chi-square for a ratio of rates, by the likelihood: the rate p of the second group that is most likely when
/// the first group's is θp solves Nθp² − (θ(n1 + x2) + x1 + n2)p + x1 + x2 = 0.
fn score_statistic([x1, n1, x2, n2]: [f64; 4], theta: f64) -> f64 {
    let (a, b, c) = ((n1 + n2) * theta, theta * (n1 + x2) + x1 + n2, x1 + x2);
    let second = (b - (b * b - 4.0 * a * c).max(0.0).sqrt()) / (2.0 * a);
    let first = theta * second;
    let gap = x1 / n1 - theta * x2 / n2;
    gap * gap / (first * (1.0 - first) / n1 + theta * theta * second * (1.0 - second) / n2)
}

/// The walk through one analysis.
pub struct Walk<'a> {
    pub case: &'a Case,
    /// Runs an audit by its spec, or finds that it has been run.
    pub audit: &'a dyn Fn(&str, Against) -> Rc<Audited>,
    pub ledger: &'a mut Ledger,
    /// parytet's name of each of the oracle's groups.
    names: BTreeMap<String, String>,
    reference: String,
    at: String,
}

impl<'a> Walk<'a> {
    pub fn new(case: &'a Case, audit: &'a dyn Fn(&str, Against) -> Rc<Audited>, ledger: &'a mut Ledger) -> Self {
        Self {
            case,
            audit,
            ledger,
            names: BTreeMap::new(),
            reference: String::new(),
            at: case.analysis.to_owned(),
        }
    }

    /// Compares every number of the analysis.
    pub fn run(&mut self, analysis: &Value) {
        self.name_groups(&analysis["groups"]);
        let reference = analysis["definition"]["reference_group"].as_str().unwrap();
        self.reference = reference.to_owned();
        for (key, block) in object(analysis) {
            self.at = format!("{} / {key}", self.case.analysis);
            match key.as_str() {
                "definition" => self.definition(block),
                "groups" => self.groups(block),
                "total" => {
                    let everyone = self.everyone("selection_rate");
                    self.check("n", &block["n"], everyone.denominator, EXACT);
                    self.check("selected", &block["selected"], everyone.numerator, EXACT);
                }
                "fairlearn" => self.fairlearn(block),
                "aequitas" => self.aequitas(block),
                "aif360" => self.aif360(block),
                "tests_selection" => self.tests("selection_rate", block),
                "tests_TPR(rows with label=1)" => self.tests("true_positive_rate", block),
                "tests_FPR(rows with label=0)" => self.tests("false_positive_rate", block),
                "tests_PPV(rows with selected=1)" => self.tests("positive_predictive_value", block),
                "numeric" => self.numeric(block),
                "score_sklearn" => self.score(block),
                "stratified_statsmodels" => self.ledger.skip(block, "estimates over strata: not computed"),
                other => self.ledger.unknown(&self.at, other),
            }
        }
    }

    fn audited(&self, against: Against) -> Rc<Audited> {
        (self.audit)(self.case.spec, against)
    }

    fn name_groups(&mut self, groups: &Value) {
        let audited = self.audited(Against::Named);
        let grouping = audited
            .result
            .groupings
            .iter()
            .find(|g| g.attribute == self.case.attribute);
        let grouping = grouping.unwrap_or_else(|| panic!("no grouping {}", self.case.attribute));
        let mut ours: BTreeSet<&str> = grouping
            .groups
            .iter()
            .filter(|g| g.rows > 0)
            .map(|g| g.group.as_str())
            .collect();
        for theirs in object(groups).keys() {
            let renamed = self
                .case
                .renamed
                .iter()
                .find(|(name, _)| name == theirs)
                .map(|(_, to)| *to);
            let name = grouping
                .groups
                .iter()
                .map(|g| g.group.as_str())
                .find(|g| renamed.map_or_else(|| g.replace(" & ", " ") == *theirs, |to| to == *g))
                .unwrap_or_else(|| panic!("{}: no group for {theirs:?} in {ours:?}", self.case.analysis));
            ours.remove(name);
            self.names.insert(theirs.clone(), name.to_owned());
        }
        if !ours.is_empty() {
            self.ledger
                .faults
                .push(format!("{}: groups beyond the oracle's: {ours:?}", self.case.analysis));
        }
    }

    fn check(&mut self, what: &str, theirs: &Value, ours: Option<f64>, tolerance: Tolerance) {
        self.ledger
            .check(&format!("{} / {what}", self.at), theirs, ours, tolerance);
    }

    fn everyone(&self, metric: &str) -> Estimate {
        let audited = self.audited(Against::Named);
        let found = audited.find("(everyone)", self.case.outcome, metric, "value", "(everyone)");
        found.unwrap_or_else(|| panic!("no {metric} of everyone")).clone()
    }

    /// An estimate of a group, by the oracle's name of it.
    fn of(&self, against: Against, metric: &str, contrast: &str, group: &str) -> Option<Estimate> {
        let group = if group.is_empty() {
            group
        } else {
            self.names[group].as_str()
        };
        let audited = self.audited(against);
        audited
            .find(self.case.attribute, self.case.outcome, metric, contrast, group)
            .cloned()
    }

    fn value(&self, metric: &str, group: &str) -> Estimate {
        self.of(Against::Named, metric, "value", group)
            .unwrap_or_else(|| panic!("{}: no {metric} of {group}", self.at))
    }

    fn definition(&mut self, block: &Value) {
        for (key, theirs) in object(block) {
            match key.as_str() {
                "rows_used" if block["weights"].is_null() => {
                    let rows = self.everyone("selection_rate").rows;
                    self.check(key, theirs, Some(rows as f64), EXACT);
                }
                "rows_used" => self.ledger.skip(theirs, "rows of the oracle's own rearranged table"),
                "rows_dropped_missing_group" if theirs == 0 => {}
                "rows_dropped_missing_group" => {
                    // These specs leave the same rows out by `where`.
                    self.ledger
                        .skip(theirs, "rows that `where` leaves out for several reasons");
                }
                _ => {}
            }
        }
    }

    fn groups(&mut self, block: &Value) {
        for (group, theirs) in object(block) {
            let ours = self.value("selection_rate", group);
            self.check(&format!("{group} n"), &theirs["n"], Some(ours.rows as f64), EXACT);
            self.check(&format!("{group} n"), &theirs["n"], ours.denominator, EXACT);
            self.check(&format!("{group} selected"), &theirs["selected"], ours.numerator, EXACT);
        }
    }

    // ---- fairlearn

    fn fairlearn(&mut self, block: &Value) {
        for (key, theirs) in object(block) {
            let at = self.at.clone();
            self.at = format!("{at} / {key}");
            match key.as_str() {
                "by_group" => {
                    for (name, groups) in object(theirs) {
                        let metric = metric(name).unwrap();
                        for (group, theirs) in object(groups) {
                            let ours = self.value(metric, group);
                            self.fairlearn_value(&format!("{name} {group}"), theirs, &ours);
                        }
                    }
                }
                "overall" => {
                    for (name, theirs) in object(theirs) {
                        let ours = self.everyone(metric(name).unwrap()).estimate;
                        self.check(name, theirs, ours, EXACT);
                    }
                }
                "difference(between_groups)" => {
                    self.by_metric(theirs, |walk, m, theirs| walk.extreme(m, "max_gap", theirs))
                }
                "ratio(between_groups)" => {
                    self.by_metric(theirs, |walk, m, theirs| walk.extreme(m, "min_ratio", theirs))
                }
                "difference(to_overall)" => {
                    self.by_metric(theirs, |walk, m, theirs| walk.against_overall(m, "gap", theirs))
                }
                "ratio(to_overall)" => {
                    self.by_metric(theirs, |walk, m, theirs| walk.against_overall(m, "ratio", theirs))
                }
                "demographic_parity_difference(between_groups)" => {
                    self.extreme_called("demographic_parity_difference", theirs)
                }
                "demographic_parity_ratio(between_groups)" => self.extreme_called("demographic_parity_ratio", theirs),
                "equalized_odds_ratio(between_groups,worst_case)" => {
                    self.extreme_called("equalized_odds_ratio", theirs)
                }
                "equalized_odds_difference(between_groups,worst_case)" => {
                    self.extreme("equalized_odds", "max_gap", theirs)
                }
                "equal_opportunity_difference(between_groups)" => self.extreme("true_positive_rate", "max_gap", theirs),
                "equal_opportunity_ratio(between_groups)" => self.extreme("true_positive_rate", "min_ratio", theirs),
                "demographic_parity_difference(to_overall)" => self.against_overall("selection_rate", "gap", theirs),
                "demographic_parity_ratio(to_overall)" => self.against_overall("selection_rate", "ratio", theirs),
                "equalized_odds_difference(to_overall,worst_case)" => {
                    self.against_overall("equalized_odds", "gap", theirs)
                }
                "equalized_odds_ratio(to_overall,worst_case)" => {
                    self.against_overall("equalized_odds", "ratio", theirs)
                }
                "equal_opportunity_difference(to_overall)" => self.against_overall("true_positive_rate", "gap", theirs),
                "equal_opportunity_ratio(to_overall)" => self.against_overall("true_positive_rate", "ratio", theirs),
                "equalized_odds_difference(between_groups,mean)"
                | "equalized_odds_ratio(between_groups,mean)"
                | "equalized_odds_difference(to_overall,mean)"
                | "equalized_odds_ratio(to_overall,mean)" => {
                    self.ledger
                        .skip(theirs, "equalized odds as a mean of two extremes: not computed");
                }
                other => self.ledger.unknown(&at, other),
            }
            self.at = at;
        }
    }

    fn fairlearn_value(&mut self, what: &str, theirs: &Value, ours: &Estimate) {
        self.check(what, theirs, ours.estimate, EXACT);
    }

    fn by_metric(&mut self, block: &Value, check: impl Fn(&mut Self, &'static str, &Value)) {
        for (name, theirs) in object(block) {
            let at = self.at.clone();
            self.at = format!("{at} / {name}");
            check(self, metric(name).unwrap(), theirs);
            self.at = at;
        }
    }

    fn extreme(&mut self, metric: &str, contrast: &str, theirs: &Value) {
        if self.case.missing_is_a_group {
            return self
                .ledger
                .skip(theirs, "extremes over a missing attribute: never judged");
        }
        let ours = self.of(Against::Named, metric, contrast, "").and_then(|e| e.estimate);
        self.check(contrast, theirs, ours, EXACT);
    }

    /// The extreme that the result itself calls by this well-known name.
    fn extreme_called(&mut self, alias: &str, theirs: &Value) {
        if self.case.missing_is_a_group {
            return self
                .ledger
                .skip(theirs, "extremes over a missing attribute: never judged");
        }
        let audited = self.audited(Against::Named);
        let mut found = audited.result.estimates.iter().filter(|e| {
            e.alias.as_deref() == Some(alias) && e.attribute == self.case.attribute && e.outcome == self.case.outcome
        });
        let ours = found.next().and_then(|e| e.estimate);
        assert!(found.next().is_none(), "{alias} means two things");
        self.check(alias, theirs, ours, EXACT);
    }

    /// The group farthest from the whole: fairlearn's `to_overall`.
    fn against_overall(&mut self, metric: &str, contrast: &str, theirs: &Value) {
        let each = self
            .names
            .keys()
            .filter_map(|group| self.of(Against::Overall, metric, contrast, group)?.estimate);
        let ours = if contrast == "gap" {
            each.map(f64::abs).reduce(f64::max)
        } else {
            each.map(|r| r.min(1.0 / r)).reduce(f64::min)
        };
        self.check(contrast, theirs, ours, EXACT);
    }

    // ---- aequitas

    fn aequitas(&mut self, block: &Value) {
        for (group, row) in object(&block["crosstab"]) {
            for (key, theirs) in object(row) {
                let what = format!("{group} {key}");
                let ours = match key.as_str() {
                    "pp" => self.value("selection_rate", group).numerator,
                    "pn" => {
                        let rate = self.value("selection_rate", group);
                        rate.denominator.zip(rate.numerator).map(|(n, x)| n - x)
                    }
                    "ppr" if self.case.missing_is_a_group => {
                        self.ledger
                            .skip(theirs, "shares of all selections, a missing attribute among them");
                        continue;
                    }
                    "ppr" => self.value("selection_share", group).estimate,
                    "group_size" => Some(self.value("selection_rate", group).rows as f64),
                    "total_entities" => Some(self.everyone("selection_rate").rows as f64),
                    "tp" => self.value("true_positive_rate", group).numerator,
                    "fp" => self.value("false_positive_rate", group).numerator,
                    "tn" => self.value("true_negative_rate", group).numerator,
                    "fn" => self.value("false_negative_rate", group).numerator,
                    "group_label_pos" => self.value("true_positive_rate", group).denominator,
                    "group_label_neg" => self.value("false_positive_rate", group).denominator,
                    rate => match metric(rate) {
                        Some(metric) => self.value(metric, group).estimate,
                        None => {
                            self.ledger.unknown(&self.at, rate);
                            continue;
                        }
                    },
                };
                self.check(&what, theirs, ours, EXACT);
            }
        }
        for (group, row) in object(&block["disparity_vs_reference"]) {
            for (key, theirs) in object(row) {
                let what = format!("{group} {key}");
                let rate = key.strip_suffix("_disparity").unwrap_or(key);
                if *group == self.reference {
                    self.ledger.skip(theirs, "the reference compared with itself");
                } else if rate == "ppr" {
                    self.ledger
                        .skip(theirs, "disparity of shares of all selected people: not computed");
                } else if let Some(metric) = metric(rate) {
                    let ours = self.of(Against::Named, metric, "ratio", group);
                    let ours = ours.unwrap_or_else(|| panic!("{what}: no ratio"));
                    if matches!(ours.reason.as_deref(), Some("reference-zero" | "both-zero")) {
                        assert_eq!(theirs.as_f64(), Some(10.0), "{what}");
                        self.ledger
                            .skip(theirs, "a ratio to zero: aequitas fills in 10, here it is undefined");
                    } else {
                        self.check(&what, theirs, ours.estimate, EXACT);
                    }
                } else {
                    self.ledger.unknown(&self.at, key);
                }
            }
        }
    }

    // ---- AIF360

    fn aif360(&mut self, block: &Value) {
        let favourable = block["favorable_label"] == 1;
        for (group, row) in object(&block["pairwise_unprivileged=group_privileged=reference"]) {
            for (key, theirs) in object(row) {
                let what = format!("{group} {key}");
                let name = key.strip_prefix("classification.").unwrap_or(key);
                let sign = if favourable { 1.0 } else { -1.0 };
                let turn = |name| if favourable { name } else { mirrored(name) };
                let gap = |walk: &Self, metric| walk.of(Against::Named, metric, "gap", group).and_then(|e| e.estimate);
                let ours = match name {
                    "disparate_impact" | "statistical_parity_difference" => self.called(name, group),
                    "equal_opportunity_difference" => {
                        let metric = if favourable {
                            "true_positive_rate"
                        } else {
                            "true_negative_rate"
                        };
                        gap(self, metric)
                    }
                    "equalized_odds_difference" => self.called(name, group),
                    "average_odds_difference" => gap(self, "average_odds").map(|x| sign * x),
                    "error_rate_difference" => gap(self, "accuracy").map(|x| -x),
                    "false_positive_rate_difference"
                    | "false_negative_rate_difference"
                    | "false_omission_rate_difference"
                    | "false_discovery_rate_difference" => {
                        let rate = metric(name.trim_end_matches("_difference")).unwrap();
                        gap(self, turn(rate))
                    }
                    "false_positive_rate_ratio"
                    | "false_negative_rate_ratio"
                    | "false_omission_rate_ratio"
                    | "false_discovery_rate_ratio" => {
                        let rate = turn(metric(name.trim_end_matches("_ratio")).unwrap());
                        self.of(Against::Named, rate, "ratio", group).and_then(|e| e.estimate)
                    }
                    "average_abs_odds_difference"
                    | "average_predictive_value_difference"
                    | "error_rate_ratio"
                    | "between_group_theil_index"
                    | "between_group_generalized_entropy_index"
                    | "between_group_coefficient_of_variation" => {
                        self.ledger
                            .skip(theirs, "AIF360's other metrics of a pair: not computed");
                        continue;
                    }
                    other => {
                        self.ledger.unknown(&self.at, other);
                        continue;
                    }
                };
                self.check(&what, theirs, ours, EXACT);
            }
        }
        for (key, theirs) in object(&block["all_groups"]) {
            let rate = self.everyone(if favourable {
                "selection_rate"
            } else {
                "favourable_rate"
            });
            if key.starts_with("smoothed_empirical_differential_fairness") {
                self.whole("differential_fairness", theirs);
                continue;
            }
            if key == "differential_fairness_bias_amplification" {
                self.whole("bias_amplification", theirs);
                continue;
            }
            let ours = match key.as_str() {
                "num_instances" => rate.denominator,
                "num_positives(favorable)" => rate.numerator,
                "base_rate(favorable)" => rate.estimate,
                "accuracy" => self.everyone("accuracy").estimate,
                "theil_index" => self.everyone("theil_index").estimate,
                "generalized_entropy_index(alpha=2)" => self.everyone("generalized_entropy").estimate,
                "generalized_entropy_index(alpha=0.5)" => self.everyone("generalized_entropy_half").estimate,
                "generalized_entropy_index(alpha=0)" => self.everyone("mean_logarithmic_deviation").estimate,
                "coefficient_of_variation" => self.everyone("coefficient_of_variation").estimate,
                "between_all_groups_theil_index" => {
                    self.whole("theil_between", theirs);
                    continue;
                }
                "between_all_groups_generalized_entropy_index(alpha=2)" => {
                    self.whole("generalized_entropy_between", theirs);
                    continue;
                }
                _ => {
                    self.ledger
                        .skip(theirs, "the root of a between-group entropy: not computed");
                    continue;
                }
            };
            self.check(key, theirs, ours, EXACT);
        }
    }

    /// The comparison of a group that the result itself calls by this well-known name.
    fn called(&self, alias: &str, group: &str) -> Option<f64> {
        let audited = self.audited(Against::Named);
        let mut found = audited.result.estimates.iter().filter(|e| {
            e.alias.as_deref() == Some(alias)
                && e.attribute == self.case.attribute
                && e.outcome == self.case.outcome
                && e.group == self.names[group]
        });
        let ours = found
            .next()
            .unwrap_or_else(|| panic!("{}: nothing is called {alias}", self.at));
        assert!(found.next().is_none(), "{alias} means two things");
        ours.estimate
    }

    // ---- intervals and tests of rates

    fn tests(&mut self, metric: &str, block: &Value) {
        for (key, theirs) in object(block) {
            match key.as_str() {
                "per_group_ci_statsmodels.proportion_confint(95%)" => self.intervals(metric, theirs),
                "pairwise_vs_reference" => {
                    for (group, theirs) in object(theirs) {
                        self.pair(metric, group, theirs);
                    }
                }
                "omnibus_scipy(groups x {selected,not})" => {
                    for (key, theirs) in object(theirs) {
                        if key == "cramers_v_uncorrected" && metric == "selection_rate" {
                            self.whole("cramers_v", theirs);
                        } else {
                            self.ledger.skip(theirs, "other numbers of a whole table: not computed");
                        }
                    }
                }
                "group_vs_rest" => {
                    for (group, theirs) in object(theirs) {
                        self.rest(metric, group, theirs);
                    }
                }
                key if key.starts_with("statsmodels.multipletests") => {
                    self.adjusted(metric, key, theirs);
                }
                other => self.ledger.unknown(&self.at, other),
            }
        }
    }

    fn intervals(&mut self, metric: &str, block: &Value) {
        for (group, row) in object(block) {
            let ours = self.value(metric, group);
            for (key, theirs) in object(row) {
                let what = format!("{metric} {group} {key}");
                match key.as_str() {
                    "selected" => self.check(&what, theirs, ours.numerator, EXACT),
                    "n" => self.check(&what, theirs, ours.denominator, EXACT),
                    "wilson" => {
                        assert_eq!(ours.method.as_deref(), Some("Wilson"), "{what}");
                        self.ledger
                            .ends(&format!("{} / {what}", self.at), theirs, Some(&ours), EXACT);
                    }
                    "normal" => {
                        // It has no interval of its own here, but the standard error that it is made of.
                        let end = |sign: f64| Some((ours.estimate? + sign * Z * ours.standard_error?).clamp(0.0, 1.0));
                        self.check(&format!("{what} low"), &theirs[0], end(-1.0), EXACT);
                        self.check(&format!("{what} high"), &theirs[1], end(1.0), EXACT);
                    }
                    "beta" | "agresti_coull" | "jeffreys" => {
                        self.ledger.skip(theirs, "other intervals of a rate: Wilson's is used");
                    }
                    other => self.ledger.unknown(&self.at, other),
                }
            }
        }
    }

    fn pair(&mut self, metric: &str, group: &str, block: &Value) {
        let find = |contrast| self.of(Against::Named, metric, contrast, group);
        let (gap, ratio) = (find("gap").unwrap(), find("ratio").unwrap());
        let (own, reference) = (self.value(metric, group), self.value(metric, &self.reference));
        let test = gap.test.clone().unwrap_or_default();
        for (key, theirs) in object(block) {
            let what = format!("{metric} {group} {key}");
            match key.as_str() {
                "group_selected" => self.check(&what, theirs, own.numerator, EXACT),
                "group_n" => self.check(&what, theirs, own.denominator, EXACT),
                "ref_selected" => self.check(&what, theirs, reference.numerator, EXACT),
                "ref_n" => self.check(&what, theirs, reference.denominator, EXACT),
                "statsmodels.proportions_ztest(pooled)" => {
                    self.p(&what, "score z", &test, &gap, &theirs["p_two_sided"], P);
                    self.ledger.skip(&theirs["z"], "test statistics: the p-value is given");
                }
                "scipy.chi2_contingency(correction=False)" => {
                    self.p(&what, "score z", &test, &gap, &theirs["p"], P);
                    self.ledger
                        .skip(&theirs["statistic"], "test statistics: the p-value is given");
                    self.ledger
                        .skip(&theirs["dof"], "test statistics: the p-value is given");
                }
                "scipy.fisher_exact" => {
                    self.p(&what, "Fisher exact", &test, &gap, &theirs["p_two_sided"], P);
                    self.odds(metric, group, &what, &theirs["sample_odds_ratio"]);
                }
                "scipy.boschloo_exact(columns=groups)" => {
                    self.p(&what, "Boschloo exact", &test, &gap, &theirs["p_two_sided"], SEARCHED_P);
                    self.ledger
                        .skip(&theirs["statistic"], "test statistics: the p-value is given");
                }
                "scipy.chi2_contingency(correction=True)"
                | "scipy.barnard_exact(columns=groups,pooled)"
                | "statsmodels.test_proportions_2indep" => {
                    self.ledger.skip(
                        theirs,
                        "other tests of two rates: score z, Fisher's or Boschloo's is used",
                    );
                }
                "statsmodels.confint_proportions_2indep(95%, group vs ref)" => {
                    let counts = [
                        own.numerator,
                        own.denominator,
                        reference.numerator,
                        reference.denominator,
                    ];
                    self.pair_intervals(&what, counts.map(Option::unwrap), &gap, &ratio, theirs);
                }
                "statsmodels.Table2x2" => {
                    self.table(&what, &ratio, theirs);
                    self.odds(metric, group, &what, &theirs["oddsratio"]);
                }
                "statsmodels.proportion_effectsize(cohen_h)" if metric == "selection_rate" => {
                    let ours = self.of(Against::Named, "cohens_h", "gap", group);
                    self.check(&what, theirs, ours.and_then(|e| e.estimate), EXACT);
                }
                "statsmodels.proportion_effectsize(cohen_h)" => {
                    self.ledger
                        .skip(theirs, "Cohen's h of rates that need labels: not computed");
                }
                other => self.ledger.unknown(&self.at, other),
            }
        }
    }

    /// A p-value, where ours comes from the same test.
    fn p(&mut self, what: &str, theirs_is: &str, ours_is: &str, ours: &Estimate, theirs: &Value, tolerance: Tolerance) {
        if ours_is == theirs_is {
            self.check(what, theirs, ours.p_value, tolerance);
        } else if ours.status == "few" {
            self.ledger
                .skip(theirs, "p-values of a missing attribute: never judged");
        } else if ours_is.is_empty() {
            self.ledger.skip(theirs, "p-values where there is nothing to test");
        } else {
            self.ledger
                .skip(theirs, "p-values of tests that were not chosen for these counts");
        }
    }

    fn pair_intervals(&mut self, what: &str, counts: [f64; 4], gap: &Estimate, ratio: &Estimate, block: &Value) {
        let what = format!("{} / {what}", self.at);
        for (key, theirs) in object(block) {
            match key.as_str() {
                "diff/newcomb" => {
                    assert_eq!(gap.method.as_deref(), Some("Newcombe"), "{what}");
                    self.ledger.ends(&format!("{what} {key}"), theirs, Some(gap), EXACT);
                }
                "ratio/score(correction=False)" => {
                    self.score_ratio(&format!("{what} {key}"), counts, ratio, theirs);
                }
                "diff/wald" => {
                    let end = |sign: f64| Some(gap.estimate? + sign * Z * gap.standard_error?);
                    self.ledger
                        .check(&format!("{what} {key} low"), &theirs[0], end(-1.0), EXACT);
                    self.ledger
                        .check(&format!("{what} {key} high"), &theirs[1], end(1.0), EXACT);
                }
                _ => self.ledger.skip(
                    theirs,
                    "other intervals of two rates: Newcombe's and Koopman's are used",
                ),
            }
        }
    }

    /// Koopman's limits: each must solve the score equation, whatever the toolkit says.
    fn score_ratio(&mut self, what: &str, counts: [f64; 4], ratio: &Estimate, theirs: &Value) {
        for limit in [ratio.low, ratio.high]
            .into_iter()
            .flatten()
            .filter(|limit| *limit > 0.0)
        {
            let z = score_statistic(counts, limit).sqrt();
            if (z - Z).abs() > 1e-6 {
                self.ledger
                    .faults
                    .push(format!("{what}: {limit} is no limit of {counts:?}, its z is {z}"));
            }
        }
        let [x1, n1, x2, n2] = counts;
        if (x1 == n1 || x2 == n2) && !within(theirs, ratio) {
            return self.ledger.skip(
                theirs,
                "score limits where a whole group was selected: statsmodels' solve no score equation",
            );
        }
        self.ledger.ends(what, theirs, Some(ratio), ROOT);
    }

    fn table(&mut self, what: &str, ratio: &Estimate, block: &Value) {
        let what = format!("{} / {what}", self.at);
        for (key, theirs) in object(block) {
            let what = format!("{what} {key}");
            match key.as_str() {
                "riskratio" => self.ledger.check(&what, theirs, ratio.estimate, EXACT),
                "log_riskratio" => self.ledger.check(&what, theirs, ratio.estimate.map(f64::ln), EXACT),
                "log_riskratio_se" => self.ledger.check(&what, theirs, ratio.standard_error, EXACT),
                "riskratio_ci" => self.ledger.skip(
                    theirs,
                    "other intervals of two rates: Newcombe's and Koopman's are used",
                ),
                "oddsratio" => {}
                _ => self.ledger.skip(
                    theirs,
                    "errors of odds ratios: here they are those of people, with a t and a factor m/(m-1)",
                ),
            }
        }
    }

    /// An odds ratio of selections.
    fn odds(&mut self, metric: &str, group: &str, what: &str, theirs: &Value) {
        if metric != "selection_rate" {
            return self
                .ledger
                .skip(theirs, "odds ratios of rates that need labels: not computed");
        }
        let ours = self.of(Against::Named, "odds_ratio", "ratio", group);
        self.check(what, theirs, ours.and_then(|e| e.estimate), EXACT);
    }

    /// A number of all groups together.
    fn whole(&mut self, metric: &str, theirs: &Value) {
        if self.case.missing_is_a_group {
            return self
                .ledger
                .skip(theirs, "numbers of all groups with a missing attribute: never judged");
        }
        let audited = self.audited(Against::Named);
        let ours = audited.result.estimates.iter().find(|e| {
            e.metric == metric
                && e.contrast == "value"
                && e.attribute == self.case.attribute
                && e.outcome == self.case.outcome
        });
        self.check(metric, theirs, ours.and_then(|e| e.estimate), EXACT);
    }

    fn rest(&mut self, metric: &str, group: &str, block: &Value) {
        if self.case.missing_is_a_group {
            return self.ledger.skip(
                block,
                "the rest with a missing attribute: here the rest is of known attribute",
            );
        }
        let find = |contrast| self.of(Against::Rest, metric, contrast, group).unwrap();
        let gap = find("gap");
        let everyone = self.everyone(metric);
        let own = self.value(metric, group);
        let less = |all: Option<f64>, own: Option<f64>| all.zip(own).map(|(a, b)| a - b);
        for (key, theirs) in object(block) {
            let what = format!("{metric} {group} vs rest {key}");
            match key.as_str() {
                "rest_n" => self.check(&what, theirs, less(everyone.denominator, own.denominator), EXACT),
                "rest_selected" => self.check(&what, theirs, less(everyone.numerator, own.numerator), EXACT),
                "ztest" => {
                    let test = gap.test.clone().unwrap_or_default();
                    self.p(&what, "score z", &test, &gap, &theirs["p_two_sided"], P);
                    self.ledger.skip(&theirs["z"], "test statistics: the p-value is given");
                }
                "diff_newcomb_ci" => self
                    .ledger
                    .ends(&format!("{} / {what}", self.at), theirs, Some(&gap), EXACT),
                "ratio_score_ci" => {
                    self.ledger.skip(
                        theirs,
                        "other intervals of two rates: Newcombe's and Koopman's are used",
                    );
                }
                other => self.ledger.unknown(&self.at, other),
            }
        }
    }

    /// Adjusted p-values: the families differ, but Holm over more hypotheses is never smaller.
    fn adjusted(&mut self, metric: &str, key: &str, block: &Value) {
        for (method, theirs) in object(block) {
            if method == "holm" {
                let order = key.split('\'').skip(1).step_by(2);
                for (group, theirs) in order.zip(theirs.as_array().unwrap()) {
                    let gap = self.of(Against::Named, metric, "gap", group).unwrap();
                    if gap.test.as_deref() == Some("score z") {
                        let (ours, theirs) = (gap.p_adjusted.unwrap(), theirs.as_f64().unwrap());
                        assert!(
                            ours >= theirs * (1.0 - 1e-9),
                            "{metric} {group}: adjusted {ours} < {theirs}"
                        );
                    }
                }
            }
            self.ledger
                .skip(theirs, "adjusted p-values: here the family is the whole audit");
        }
    }

    // ---- values and scores

    fn numeric(&mut self, block: &Value) {
        for (column, block) in object(block) {
            let Some((_, outcome, spec)) = self.case.numeric.iter().find(|(name, ..)| name == column) else {
                self.ledger.unknown(&self.at, column);
                continue;
            };
            let audited = (self.audit)(spec.unwrap_or(self.case.spec), Against::Named);
            let names = self.names.clone();
            let attribute = self.case.attribute;
            let find = |contrast: &str, group: &str| {
                audited
                    .find(attribute, outcome, "mean_value", contrast, &names[group])
                    .unwrap_or_else(|| panic!("no {contrast} of {outcome} for {group}"))
                    .clone()
            };
            for (key, block) in object(block) {
                match key.as_str() {
                    "n_missing_dropped" => {
                        let account = audited.result.account.by_outcome.iter().find(|o| o.outcome == *outcome);
                        let ours = account.unwrap().no_value.map(|n| n as f64);
                        self.ledger
                            .check(&format!("{} / {column} {key}", self.at), block, ours, EXACT);
                    }
                    "groups" => {
                        for (group, row) in object(block) {
                            self.mean(&audited, &format!("{column} {group}"), &find("value", group), row);
                        }
                    }
                    "welch_vs_reference" => {
                        for (group, row) in object(block) {
                            self.welch(&audited, &format!("{column} {group}"), &find("gap", group), row);
                        }
                    }
                    "omnibus" => self.ledger.skip(block, "one test over all groups: not computed"),
                    other => self.ledger.unknown(&self.at, other),
                }
            }
        }
    }

    fn mean(&mut self, audited: &Audited, what: &str, ours: &Estimate, block: &Value) {
        for (key, theirs) in object(block) {
            let what = format!("{what} {key}");
            match key.as_str() {
                "n" => self.check(&what, theirs, ours.denominator, EXACT),
                "mean" => self.check(&what, theirs, ours.estimate, EXACT),
                "sum" => self.check(&what, theirs, ours.numerator, EXACT),
                "sd_ddof1" => {
                    let ours = ours.standard_error.zip(ours.denominator).map(|(se, n)| se * n.sqrt());
                    self.check(&what, theirs, ours, EXACT);
                }
                "median" | "q25" | "q75" => {
                    let metric = match key.as_str() {
                        "median" => "median_value",
                        "q25" => "p25_value",
                        _ => "p75_value",
                    };
                    let ours = audited.find(&ours.attribute, &ours.outcome, metric, "value", &ours.group);
                    let ours = ours.and_then(|e| e.estimate);
                    if ours.is_some() && ours != theirs.as_f64() {
                        self.ledger
                            .skip(theirs, "quantiles that numpy takes from between two values");
                    } else {
                        self.check(&what, theirs, ours, EXACT);
                    }
                }
                _ => self.ledger.skip(theirs, "extremes of values: not computed"),
            }
        }
    }

    fn welch(&mut self, audited: &Audited, what: &str, ours: &Estimate, block: &Value) {
        let find = |metric: &str, contrast: &str| {
            let found = audited.find(&ours.attribute, &ours.outcome, metric, contrast, &ours.group);
            found.and_then(|e| e.estimate)
        };
        let reference = ours.reference.as_deref().unwrap_or_default();
        let rows = |group: &str| {
            let mean = audited.find(&ours.attribute, &ours.outcome, "mean_value", "value", group);
            mean.and_then(|e| e.denominator)
        };
        for (key, theirs) in object(block) {
            let what = format!("{what} {key}");
            match key.as_str() {
                "mean_diff_group_minus_ref" => self.check(&what, theirs, ours.estimate, EXACT),
                "t" => {
                    let t = ours.estimate.zip(ours.standard_error).map(|(gap, se)| gap / se);
                    self.check(&what, theirs, t, EXACT);
                }
                "df" => self.check(&what, theirs, ours.df, EXACT),
                "p" => self.check(&what, theirs, ours.p_value, P),
                "ci95" | "statsmodels_tconfint_diff_unequal" => {
                    self.ledger
                        .ends(&format!("{} / {what}", self.at), theirs, Some(ours), EXACT);
                }
                "ks_statistic" => self.check(&what, theirs, find("value_kolmogorov_smirnov", "gap"), EXACT),
                "wasserstein" => self.check(&what, theirs, find("value_wasserstein", "gap"), EXACT),
                "mannwhitney_u" => {
                    let pairs = rows(&ours.group).zip(rows(reference)).map(|(n, m)| n * m);
                    let u = find("superiority", "value").zip(pairs).map(|(p, pairs)| p * pairs);
                    self.check(&what, theirs, u, EXACT);
                }
                _ => self
                    .ledger
                    .skip(theirs, "p-values of whole distributions: here they are those of people"),
            }
        }
    }

    fn score(&mut self, block: &Value) {
        for (group, row) in object(&block["by_group"]) {
            let (size, base) = (self.value("selection_rate", group), self.value("base_rate", group));
            let place = (self.case.attribute, self.names[group].clone());
            self.scores(group, &size, &base, (place.0, &place.1), row);
        }
        let (size, base) = (self.everyone("selection_rate"), self.everyone("base_rate"));
        self.scores("overall", &size, &base, ("(everyone)", "(everyone)"), &block["overall"]);
    }

    /// A metric of the scores of a group, by the outcome that has them.
    fn of_scores(&self, metric: &str, (attribute, group): (&str, &str)) -> Option<Option<f64>> {
        let score = self.case.score?;
        let (_, outcome, spec) = self.case.numeric.iter().find(|(name, ..)| *name == score)?;
        let audited = (self.audit)(spec.unwrap_or(self.case.spec), Against::Named);
        Some(audited.find(attribute, outcome, metric, "value", group)?.estimate)
    }

    fn scores(&mut self, what: &str, size: &Estimate, base: &Estimate, place: (&str, &str), block: &Value) {
        for (key, theirs) in object(block) {
            let what = format!("{what} {key}");
            let metric = match key.as_str() {
                "n" => {
                    self.check(&what, theirs, size.denominator, EXACT);
                    continue;
                }
                "n_label1" => {
                    self.check(&what, theirs, base.numerator, EXACT);
                    continue;
                }
                "mean_score" => "mean_score",
                "roc_auc" => "auc",
                "average_precision" => "average_precision",
                "brier" => "brier_score",
                other => {
                    self.ledger.unknown(&self.at, other);
                    continue;
                }
            };
            match self.of_scores(metric, place) {
                Some(ours) => self.check(&what, theirs, ours, EXACT),
                None => self.ledger.skip(theirs, "scores of logs that this audit has none of"),
            }
        }
    }
}
