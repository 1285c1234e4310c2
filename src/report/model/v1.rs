//! `parytet.result/1`: the frozen shape of a result.
//!
//! Fields may be added; none is renamed, retyped or removed under this number. No time of day, host, absolute path or
//! duration is in it: the same log, spec and build give the same bytes. Numbers are finite; an undefined number is
//! `null` with a reason beside it. Archives hold results of years ago: a field that is added is an `Option` or has a
//! default, so that they can still be read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The name and number of this shape.
pub const SCHEMA: &str = "parytet.result/1";

/// A whole result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Result {
    /// Always `parytet.result/1`.
    pub schema: String,
    /// What made it.
    pub tool: Tool,
    /// What was asked.
    pub audit: Audit,
    /// What was read.
    pub inputs: Vec<Input>,
    /// Where every row went.
    pub account: Account,
    /// The outcomes.
    pub outcomes: Vec<Outcome>,
    /// The groupings: each attribute, each intersection.
    pub groupings: Vec<Grouping>,
    /// What each metric of the estimates is.
    pub metrics: Vec<Metric>,
    /// Every number.
    pub estimates: Vec<Estimate>,
    /// What is left of the gaps within strata; empty without any.
    pub within: Vec<Within>,
    /// What rows of unknown group could do to the comparisons of selection rates; empty where every group is known.
    pub bounds: Vec<Bound>,
    /// What rows of unknown label could do to the numbers that need labels; empty where every label is known.
    pub label_bounds: Vec<LabelBound>,
    /// What a search for the worst-off group has found; `null` without one.
    pub search: Option<Search>,
    /// Which columns give a protected attribute away; empty where nobody asked.
    pub proxies: Vec<Proxy>,
    /// Groups among people who are alike; empty where nobody asked.
    pub matched: Vec<Matched>,
    /// How reliable the scores of each group are, and its ROC curve; empty without scores and labels.
    #[serde(default)]
    pub curves: Vec<Curve>,
    /// Groups of which only the chance to be in them is known; empty where there are none.
    #[serde(default)]
    pub uncertain: Vec<Uncertain>,
    /// What small groups can say for themselves and with the others' help; empty where nobody asked.
    #[serde(default)]
    pub small_groups: Vec<SmallGroup>,
    /// The earlier audit that gates compare with; `null` without one.
    #[serde(default)]
    pub baseline: Option<Baseline>,
    /// Every gate.
    pub gates: Vec<Gate>,
    /// Every waiver and what it does; empty without any.
    #[serde(default)]
    pub waivers: Vec<Waiver>,
    /// The whole verdict.
    pub verdict: Verdict,
    /// What the reader must know: assumptions, limits, oddities of the log. Sentences.
    pub notes: Vec<String>,
}

/// What made a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// `parytet`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The commit that it was built from; `null`: the build was not told.
    pub commit: Option<String>,
    /// The platform that it was built for.
    pub target: Option<String>,
    /// Optional features that were built in.
    #[serde(default)]
    pub features: Vec<String>,
}

/// What was asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    /// Title.
    pub title: String,
    /// The system that was audited.
    pub system: Option<String>,
    /// Who answers for the audit.
    pub owner: Option<String>,
    /// Why it was made.
    pub purpose: Option<String>,
    /// The period that the log covers.
    pub period: Option<String>,
    /// The spec's path as given.
    pub spec: Option<String>,
    /// The spec's text, without addresses and options of a database; `null`: there was no spec.
    pub spec_text: Option<String>,
    /// SHA-256 of that text.
    pub spec_sha256: Option<String>,
    /// Flags over the spec, by name, as far as they decide what is counted and judged. Of a tally that is audited with other flags: those that it was counted with, then those.
    #[serde(default)]
    pub flags: Vec<BTreeMap<String, serde_json::Value>>,
    /// Level of every interval.
    pub level: f64,
    /// Seed of simulated null distributions.
    pub seed: u64,
    /// The day that decides ages and expiries, `YYYY-MM-DD`.
    pub as_of: String,
    /// The independent unit: `subject` or `row`.
    pub unit: String,
    /// Groups with fewer people are not judged.
    pub min_subjects: u64,
    /// How many equality hypotheses were tested: the family of the adjusted p-values.
    pub tests: u64,
    /// Whether failures were asked not to change the exit code.
    pub exit_zero: bool,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// `log`, `versus` (a second log), `people`, or `check` (what a check looks in).
    pub role: String,
    /// The name as shown, relative, with `/`.
    pub name: String,
    /// Rows in it.
    pub rows: u64,
    /// Bytes of the file as it is, packed where it is packed; `null`: see `digest_reason`.
    pub bytes: Option<u64>,
    /// SHA-256 of these bytes.
    pub sha256: Option<String>,
    /// Why there is no digest: `not-asked` (`--hash-inputs` was not given) or `not-a-file` (a table of a database).
    pub digest_reason: Option<String>,
}

/// Where every row went: `read = filtered + no_subject + audited + set aside by every outcome`.
///
/// A row is audited when at least one outcome has a decision for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Rows read from the log. With a `count` column: rows of the file, not what they stand for.
    pub read: u64,
    /// Rows that `where` left out.
    pub filtered: u64,
    /// Rows without a person.
    pub no_subject: u64,
    /// Rows in which no outcome has a decision.
    pub no_decision: u64,
    /// Rows audited for at least one outcome.
    pub audited: u64,
    /// What the audited rows stand for (with a `count` column; else the same as `audited`).
    pub audited_count: u64,
    /// People among the audited rows.
    pub subjects: u64,
    /// Rows with fewer fields than the header, where that was allowed.
    pub short_rows: u64,
    /// People of the log who are not in the people file.
    pub subjects_without_record: Option<u64>,
    /// People of the people file who are not in the log.
    pub records_without_rows: Option<u64>,
    /// The same by outcome.
    pub by_outcome: Vec<OutcomeAccount>,
    /// The same by group.
    pub by_group: Vec<GroupAccount>,
}

/// Where the rows went for one outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutcomeAccount {
    /// The outcome.
    pub outcome: String,
    /// Rows with a decision.
    pub audited: u64,
    /// Rows without a decision.
    pub no_decision: u64,
    /// Audited rows without a label (`null`: the outcome has no label).
    pub no_label: Option<u64>,
    /// Audited rows without a value (`null`: the outcome has no value).
    pub no_value: Option<u64>,
}

/// Where the rows of one group went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupAccount {
    /// The grouping.
    pub attribute: String,
    /// The group.
    pub group: String,
    /// Rows read.
    pub read: u64,
    /// Rows that `where` left out.
    pub filtered: u64,
    /// Rows without a person.
    pub no_subject: u64,
    /// Rows in which no outcome has a decision.
    pub no_decision: u64,
    /// Rows audited.
    pub audited: u64,
}

/// An outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Its name.
    pub name: String,
    /// The outcome of the spec that this is one threshold, stage or class of; `null`: it has one only.
    pub sweep: Option<String>,
    /// Whether being selected is good for the person.
    pub favourable: bool,
    /// Whether it has a label.
    pub label: bool,
    /// Whether it has a value.
    pub value: bool,
    /// Unit of the value.
    pub unit: Option<String>,
}

/// A grouping and its groups.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Grouping {
    /// Its name: `gender`, `gender & age`.
    pub attribute: String,
    /// Who the groups are compared with: a group's name, `(rest)` or `(overall)`; `null`: there is nobody.
    pub reference: Option<String>,
    /// How the reference was chosen: `largest`, `best`, `rest`, `overall` or `named`.
    pub reference_rule: String,
    /// People who appear in more than one of its groups.
    pub subjects_in_several_groups: u64,
    /// The groups, in their natural order.
    pub groups: Vec<Group>,
}

/// A group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// Its name: `female`, `female & 65+`, `(missing)`.
    pub group: String,
    /// People.
    pub subjects: u64,
    /// Audited rows.
    pub rows: u64,
    /// Share of all audited rows.
    pub row_share: f64,
    /// Share of all people; can add up to more than 1 when people appear in several groups.
    pub subject_share: f64,
    /// Whether it is large enough to be judged and its attribute is known.
    pub judged: bool,
}

/// What a metric is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metric {
    /// The name in estimates and gates.
    pub metric: String,
    /// A short title.
    pub title: String,
    /// One sentence: what it says.
    pub meaning: String,
    /// The formula in words and letters.
    pub formula: String,
    /// Which direction is better for a group: `favour` and `against` (more or less is better where being selected is good, and the other way round where it is not), `better`, `worse`, or `neutral` (only the distance from equality matters).
    pub direction: String,
    /// When not to use it.
    pub caution: String,
    /// Where the definition comes from.
    pub source: String,
}

/// One number with all that is known of it. Null fields are absent from the question, not lost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The grouping; `(everyone)` for the whole log.
    pub attribute: String,
    /// The group; for `max_gap` and `min_ratio`: `lowest / highest` group.
    pub group: String,
    /// Who it is compared with.
    pub reference: Option<String>,
    /// The factors within which it is compared; `null`: within none.
    pub given: Option<String>,
    /// What it is followed along: a funnel, `month`, the column of systems or arms; `null`: along nothing.
    pub along: Option<String>,
    /// At which stage, period, system or arm of it; `null`: over all.
    pub at: Option<String>,
    /// The class of items that lists are looked at for; `null`: all.
    pub item_class: Option<String>,
    /// The outcome.
    pub outcome: String,
    /// The metric.
    pub metric: String,
    /// `value`, `gap`, `ratio`, `max_gap` or `min_ratio`.
    pub contrast: String,
    /// The well-known name of this metric and contrast.
    pub alias: Option<String>,
    /// `share`, `number` or the outcome's unit of value.
    pub unit: String,
    /// The number.
    pub estimate: Option<f64>,
    /// Lower end of the interval; `null` with an estimate: unbounded below.
    pub low: Option<f64>,
    /// Upper end of the interval; `null` with an estimate: unbounded above.
    pub high: Option<f64>,
    /// Level of the interval.
    pub level: f64,
    /// How the interval was made.
    pub method: Option<String>,
    /// Lower end of the interval from drawing people again (bias-corrected and accelerated); `null`: not asked for, or not defined.
    pub bootstrap_low: Option<f64>,
    /// Its upper end.
    pub bootstrap_high: Option<f64>,
    /// Linearised standard error (of the logarithm, for ratios).
    pub standard_error: Option<f64>,
    /// Degrees of freedom; `null`: not from a t distribution.
    pub df: Option<f64>,
    /// The test of equality with the reference.
    pub test: Option<String>,
    /// Its p-value.
    pub p_value: Option<f64>,
    /// Holm-adjusted over the whole audit.
    pub p_adjusted: Option<f64>,
    /// Benjamini-Hochberg-adjusted over the whole audit, for exploration.
    pub p_bh: Option<f64>,
    /// People behind the number (in the denominator of the group's metric).
    pub subjects: u64,
    /// Rows behind the number (likewise; what they stand for, with a `count` column).
    pub rows: u64,
    /// Rows of the metric's numerator, when it counts rows or people.
    pub numerator: Option<f64>,
    /// Its denominator.
    pub denominator: Option<f64>,
    /// Design effect: how much wider than for independent rows the variance is.
    pub deff: Option<f64>,
    /// Rows divided by the design effect.
    pub effective_rows: Option<f64>,
    /// Smallest ratio to the reference that this much data would have shown with 80 % power.
    pub minimum_detectable_ratio: Option<f64>,
    /// How many more selections (rows) the group would need for parity with the reference; negative: it has more.
    pub selections_to_parity: Option<i64>,
    /// The same in people, from the mean of personal rates.
    pub subjects_to_parity: Option<i64>,
    /// `ok`, `few` (fewer people than `min_subjects`) or `undefined`.
    pub status: String,
    /// Why, when it is not `ok`: a stable code.
    pub reason: Option<String>,
}

/// A gap of selection rates as it is, and within strata.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Within {
    /// The grouping.
    pub attribute: String,
    /// The group.
    pub group: String,
    /// Who it is compared with.
    pub reference: String,
    /// The outcome.
    pub outcome: String,
    /// The factors within which it is compared.
    pub given: String,
    /// Strata in which the group has rows.
    pub strata: u64,
    /// Share of the group's rows that lie in strata which the reference has too.
    pub shared: f64,
    /// The gap as it is.
    pub crude: f64,
    /// Ends of its interval.
    pub crude_low: Option<f64>,
    /// See `crude_low`.
    pub crude_high: Option<f64>,
    /// The gap of the standardised rates; `null`: no stratum is shared.
    pub adjusted: Option<f64>,
    /// Ends of its interval.
    pub adjusted_low: Option<f64>,
    /// See `adjusted_low`.
    pub adjusted_high: Option<f64>,
    /// `agree`; `reversed`: both are told from 0, with opposite signs (Simpson's paradox); `signs-differ`: opposite signs,
    /// one of them not told from 0; `vanishes`, `appears`: only the plain or only the adjusted gap is told from 0;
    /// `unknown`.
    pub agreement: String,
    /// Test of no difference in any stratum.
    pub association: Option<ChiSquare>,
    /// Test that all strata are alike.
    pub homogeneity: Option<ChiSquare>,
}

/// Bounds of a comparison of selection rates over every group that the unknown could belong to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bound {
    /// The grouping.
    pub attribute: String,
    /// The group.
    pub group: String,
    /// Who it is compared with.
    pub reference: String,
    /// The outcome.
    pub outcome: String,
    /// Rows (or their weight) of unknown group.
    pub unknown: f64,
    /// Of these, selected.
    pub unknown_selected: f64,
    /// The gap where the unknown do worst to the group; `null`: undefined there.
    pub gap_low: Option<f64>,
    /// The gap where they do best.
    pub gap_high: Option<f64>,
    /// The ratio where the unknown do worst to the group; `null`: undefined there.
    pub ratio_low: Option<f64>,
    /// The ratio where they do best; `null`: without end.
    pub ratio_high: Option<f64>,
    /// Gates whose answer about this group could be another one if the unknown were known.
    pub gates_hanging: Vec<String>,
    /// For each gate that hangs on it: what would turn it round.
    pub tipping: Vec<Tipping>,
}

/// What would turn a gate round that hangs on people of unknown group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tipping {
    /// The gate.
    pub gate: String,
    /// How often the unknown of the group would have to be selected for the estimate to lie on the threshold, if the unknown are spread over the groups as the known are; `null`: no such rates would do it.
    pub group_rate: Option<f64>,
    /// How often the unknown of the reference would be selected then.
    pub reference_rate: Option<f64>,
}

/// Bounds of a number over every label that the unlabelled rows could have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LabelBound {
    /// The grouping.
    pub attribute: String,
    /// The group.
    pub group: String,
    /// Who it is compared with; `null`: nobody.
    pub reference: Option<String>,
    /// The outcome.
    pub outcome: String,
    /// The metric.
    pub metric: String,
    /// Rows of the group (or their weight) that were selected.
    pub selected: f64,
    /// Of these, without a label.
    pub selected_unlabelled: f64,
    /// Rows that were not selected.
    pub others: f64,
    /// Of these, without a label.
    pub others_unlabelled: f64,
    /// The number where the unknown labels make it lowest; `null`: undefined there.
    pub low: Option<f64>,
    /// The number where they make it highest.
    pub high: Option<f64>,
    /// The gap where the unknown labels make it lowest; `null`: undefined.
    pub gap_low: Option<f64>,
    /// The gap where they make it highest.
    pub gap_high: Option<f64>,
    /// The ratio where they make it lowest; `null`: undefined.
    pub ratio_low: Option<f64>,
    /// The ratio where they make it highest; `null`: without end.
    pub ratio_high: Option<f64>,
    /// Gates whose answer about this number could be another one if all labels were known.
    pub gates_hanging: Vec<String>,
}

/// A search for the worst-off of all groups that some columns make: found on one half of the people, checked on the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Search {
    /// The outcome.
    pub outcome: String,
    /// The metric by which groups are worse off.
    pub metric: String,
    /// The columns whose values make the groups.
    pub columns: Vec<String>,
    /// Groups of at most so many columns.
    pub depth: u64,
    /// Groups of at least so many people.
    pub min_subjects: u64,
    /// Groups that were tested.
    pub tested: u64,
    /// Of these, told from everybody else on the half that was searched (Benjamini-Hochberg over all that were tested).
    pub told: u64,
    /// What is left without redundant groups, most surely bad first; if none was told from everybody else, the most striking one.
    pub groups: Vec<Subgroup>,
}

/// A group that a search has found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subgroup {
    /// Its name: `gender=female & channel=app`.
    pub group: String,
    /// Its columns and values.
    pub items: Vec<Item>,
    /// People in it.
    pub subjects: u64,
    /// Rows in it (or their weight) that count for the metric.
    pub rows: f64,
    /// Share of these rows that lie in groups listed before.
    pub overlap: f64,
    /// Its rate less everybody else's, on the half that was searched.
    pub found_gap: f64,
    /// p-value there, adjusted over all groups that were tested.
    pub found_p: f64,
    /// Its rate on the other half; `null`: nothing counts there.
    pub value: Option<f64>,
    /// Everybody else's rate on the other half.
    pub others: Option<f64>,
    /// The gap on the other half.
    pub gap: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end of its interval.
    pub high: Option<f64>,
    /// p-value on the other half: no gap for the worse.
    pub p_value: Option<f64>,
    /// The same, adjusted over all groups listed (Benjamini-Hochberg).
    pub p_adjusted: Option<f64>,
    /// Whether both halves tell it from everybody else.
    pub confirmed: bool,
}

/// A column and its value, as part of a group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The column.
    pub column: String,
    /// The value.
    pub value: String,
    /// Its share of the difference between the group's and everybody's rate (Shapley); the shares of a group add up to 1.
    pub share: Option<f64>,
}

/// How well columns tell a protected attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proxy {
    /// The protected attribute.
    pub attribute: String,
    /// The columns: one, or all together.
    pub columns: Vec<String>,
    /// People of known group.
    pub subjects: u64,
    /// Cramér's V, corrected for its bias.
    pub cramers_v: Option<f64>,
    /// Lower end of its interval.
    pub cramers_v_low: Option<f64>,
    /// Upper end of its interval.
    pub cramers_v_high: Option<f64>,
    /// p-value of no association.
    pub p_value: Option<f64>,
    /// The same, adjusted over all of this hunt (Benjamini-Hochberg).
    pub p_adjusted: Option<f64>,
    /// Area under the curve of cross-fitted chances of the group; 0.5: nothing is told.
    pub auc: Option<f64>,
    /// Lower end of its interval.
    pub auc_low: Option<f64>,
    /// Upper end of its interval.
    pub auc_high: Option<f64>,
    /// Share of the uncertainty about the group that the columns take away, cross-fitted.
    pub information: Option<f64>,
    /// Lower end of its interval.
    pub information_low: Option<f64>,
    /// Upper end of its interval.
    pub information_high: Option<f64>,
    /// Share of people whose group is guessed right.
    pub guessed: Option<f64>,
    /// The same of always guessing the most frequent group.
    pub guessed_blindly: Option<f64>,
}

/// A group among people who are alike.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Matched {
    /// The grouping.
    pub attribute: String,
    /// The group.
    pub group: String,
    /// Who it is compared with.
    pub reference: String,
    /// The outcome.
    pub outcome: String,
    /// Rows of the group (or their weight).
    pub rows: f64,
    /// Those of them for which others are alike.
    pub matched: f64,
    /// The gap of all rows, as it is.
    pub crude: Option<f64>,
    /// The gap to the matches.
    pub gap: f64,
    /// Lower end of its interval.
    pub gap_low: Option<f64>,
    /// Upper end of its interval.
    pub gap_high: Option<f64>,
    /// Share of pairs of a row and a match of which one is selected and the other is not.
    pub differently: f64,
    /// Lower end of its interval.
    pub differently_low: Option<f64>,
    /// Upper end of its interval.
    pub differently_high: Option<f64>,
    /// How far apart both sides are, by column.
    pub balance: Vec<Balance>,
}

/// An attribute of which only the chances to be in its groups are known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Uncertain {
    /// The attribute.
    pub attribute: String,
    /// The group that the others are compared with.
    pub reference: String,
    /// The outcome.
    pub outcome: String,
    /// The chance from which somebody is counted as of a group.
    pub threshold: f64,
    /// Rows (or their weight) with known chances.
    pub rows: f64,
    /// Rows without, which are left out.
    pub rows_unknown: f64,
    /// Strata of people with the same chances that the bounds are over.
    pub strata: u64,
    /// The step to which chances of a stratum are the same; `null`: as they stand, to three decimals.
    pub strata_step: Option<f64>,
    /// The groups, in the order of the spec.
    pub groups: Vec<UncertainGroup>,
}

/// A group of which only the chance to be in it is known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UncertainGroup {
    /// The group.
    pub group: String,
    /// Rows that are expected to be of it: the sum of the chances.
    pub expected_rows: f64,
    /// Rows of people who are counted as of it.
    pub counted_rows: f64,
    /// The selection rate with everybody weighted by the chance; `null`: nobody counts.
    pub weighted: Option<f64>,
    /// Lower end of its interval.
    pub weighted_low: Option<f64>,
    /// Upper end of its interval.
    pub weighted_high: Option<f64>,
    /// The rate among those who are counted as of the group; `null`: nobody is.
    pub thresholded: Option<f64>,
    /// Lower end of its interval.
    pub thresholded_low: Option<f64>,
    /// Upper end of its interval.
    pub thresholded_high: Option<f64>,
    /// The lowest rate that the group can have, whoever of those with the same chances is in it.
    pub bound_low: Option<f64>,
    /// The highest.
    pub bound_high: Option<f64>,
    /// The gap to the reference, by chance; `null`: of the reference itself, or nobody counts.
    pub weighted_gap: Option<f64>,
    /// Lower end of its interval.
    pub weighted_gap_low: Option<f64>,
    /// Upper end of its interval.
    pub weighted_gap_high: Option<f64>,
    /// The gap among those who are counted as of a group.
    pub thresholded_gap: Option<f64>,
    /// Lower end of its interval.
    pub thresholded_gap_low: Option<f64>,
    /// Upper end of its interval.
    pub thresholded_gap_high: Option<f64>,
    /// The lowest gap that there can be.
    pub gap_bound_low: Option<f64>,
    /// The highest.
    pub gap_bound_high: Option<f64>,
}

/// What a group can say for itself, and what it says with the help of the others. No gate looks at it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SmallGroup {
    /// The grouping.
    pub attribute: String,
    /// The group.
    pub group: String,
    /// Who it is compared with; `null`: nobody.
    pub reference: Option<String>,
    /// The outcome.
    pub outcome: String,
    /// People in the group.
    pub subjects: u64,
    /// Independent rows that would tell as much as the group's rows do.
    pub effective_rows: f64,
    /// The selection rate as it is; `null`: it has no rows.
    pub rate: Option<f64>,
    /// Lower end of its interval.
    pub rate_low: Option<f64>,
    /// Upper end of its interval.
    pub rate_high: Option<f64>,
    /// The rate that it is drawn toward: the mean of all groups or, for an intersection, what its attributes say one by one; `null`: it is not drawn.
    pub toward: Option<f64>,
    /// So many independent rows would pull as much.
    pub pull: Option<f64>,
    /// The rate as drawn.
    pub shrunken: Option<f64>,
    /// Lower end of its interval.
    pub shrunken_low: Option<f64>,
    /// Upper end of its interval.
    pub shrunken_high: Option<f64>,
    /// Why it is not drawn: a stable code.
    pub reason: Option<String>,
    /// The ratio of favourable rates that is asked about: that of the first gate on it, else 0.8.
    pub threshold: f64,
    /// Probability that the ratio to the reference is lower; `null`: nothing is said, as of the reference itself.
    pub probability_below: Option<f64>,
}

/// How far apart the two sides of a matching are in a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Balance {
    /// The column.
    pub column: String,
    /// `standard deviations` between means of a number, or `share`: half the sum of the differences of the values' shares.
    pub unit: String,
    /// Before matching.
    pub before: f64,
    /// After matching.
    pub after: f64,
}

/// The scores of one group: how reliable they are, and what a threshold at each would find.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// The outcome.
    pub outcome: String,
    /// The grouping.
    pub attribute: String,
    /// The group.
    pub group: String,
    /// Bins of about equally many labelled rows, by ascending score: those of `calibration_error`.
    pub bins: Vec<Bin>,
    /// The ROC curve by descending score, thinned so that it can be drawn; empty without positives or negatives.
    pub roc: Vec<RocPoint>,
}

/// Labelled rows whose scores lie close together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Lowest score in it.
    pub lowest: f64,
    /// Highest score in it.
    pub highest: f64,
    /// Rows, or their weight.
    pub rows: f64,
    /// Mean score.
    pub mean_score: f64,
    /// Share of rows with a positive label.
    pub share: f64,
    /// Lower end of the share's interval; `null`: too few people to tell.
    pub low: Option<f64>,
    /// Upper end of the share's interval.
    pub high: Option<f64>,
}

/// A point of an ROC curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RocPoint {
    /// Rows of at least this score would be selected.
    pub score: f64,
    /// Share of the negatives among them.
    pub false_positive_rate: f64,
    /// Share of the positives among them.
    pub true_positive_rate: f64,
}

/// A test.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChiSquare {
    /// Its name.
    pub test: String,
    /// The statistic.
    pub statistic: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Its p-value, not adjusted.
    pub p_value: f64,
}

/// The earlier audit that gates compare with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    /// Its title.
    pub title: String,
    /// Its day, `YYYY-MM-DD`.
    pub as_of: String,
    /// Its period.
    pub period: Option<String>,
    /// The version that made it.
    pub version: String,
    /// Digest of its file (XXH3, 128 bits): by it the file is known again, not proved to be untouched.
    pub digest: String,
}

/// A gate and its answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// Its name.
    pub name: String,
    /// The preset that it comes from; `null`: it was written out.
    #[serde(default)]
    pub preset: Option<String>,
    /// The metric as asked for.
    pub metric: String,
    /// The contrast.
    pub contrast: String,
    /// Lowest accepted value.
    pub min: Option<f64>,
    /// Highest accepted value.
    pub max: Option<f64>,
    /// `baseline`: the number may not become worse than in an earlier audit; `null`: nothing is asked of one.
    #[serde(default)]
    pub no_worse_than: Option<String>,
    /// By how much it may.
    #[serde(default)]
    pub margin: Option<f64>,
    /// `point`, `evidence`, `assurance` or `significant`.
    pub rule: String,
    /// `fail`, `warn` or `pass`.
    pub on_inconclusive: String,
    /// 1-based line in the spec.
    pub line: Option<u64>,
    /// `pass`, `fail` or `inconclusive`: the worst of its answers that no waiver covers.
    pub verdict: String,
    /// How many of its answers are failures that a waiver covers.
    #[serde(default)]
    pub waived: u64,
    /// One answer per group.
    pub answers: Vec<Answer>,
}

/// What a gate says of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// The outcome.
    pub outcome: String,
    /// The grouping.
    pub attribute: String,
    /// The group; for `max_gap` and `min_ratio`: `lowest / highest` group.
    pub group: String,
    /// Who it is compared with.
    pub reference: Option<String>,
    /// The factors within which it is compared; `null`: within none.
    pub given: Option<String>,
    /// What it is followed along: a funnel, `month`, the column of systems or arms; `null`: along nothing.
    pub along: Option<String>,
    /// At which stage, period, system or arm of it; `null`: over all.
    pub at: Option<String>,
    /// The class of items that lists are looked at for; `null`: all.
    pub item_class: Option<String>,
    /// The metric that was meant.
    pub metric: String,
    /// The number.
    pub estimate: Option<f64>,
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end of the interval.
    pub high: Option<f64>,
    /// Ends of the interval that decides a failure, widened for the number of groups that the gate looks at.
    pub adjusted_low: Option<f64>,
    /// See `adjusted_low`.
    pub adjusted_high: Option<f64>,
    /// `pass`, `fail` or `inconclusive`.
    pub verdict: String,
    /// Stable code: why.
    pub reason: String,
    /// People in the group.
    pub subjects: u64,
    /// About how many people it would take to decide, if the estimate stayed where it is.
    pub subjects_needed: Option<u64>,
    /// Under `assurance`: p-value against the number not meeting the thresholds, by two one-sided tests (or one). It is at most (1 − level)/2 exactly where the interval lies inside; below 1e-9 it is given as 1e-9.
    pub equivalence_p: Option<f64>,
    /// How many more selections (rows) would bring the estimate to the threshold.
    pub selections_to_threshold: Option<i64>,
    /// The number in the baseline; `null`: it was not asked for, or is not there.
    #[serde(default)]
    pub baseline: Option<f64>,
    /// The number now less the number then.
    #[serde(default)]
    pub change: Option<f64>,
    /// Lower end of the interval of this change.
    #[serde(default)]
    pub change_low: Option<f64>,
    /// Upper end of the interval of this change.
    #[serde(default)]
    pub change_high: Option<f64>,
    /// The waiver that covers this failure; `null`: none does.
    #[serde(default)]
    pub waived: Option<Waived>,
}

/// Who accepts a failure, why, and until when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waived {
    /// Why the failure is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub expires: String,
}

/// A waiver and what it does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Waiver {
    /// The gate's name.
    pub gate: String,
    /// The group's name.
    pub group: String,
    /// The attribute or intersection; `null`: any.
    pub attribute: Option<String>,
    /// The outcome; `null`: any.
    pub outcome: Option<String>,
    /// Why the failure is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub expires: String,
    /// It covers no number that is worse than this.
    pub no_worse_than: Option<f64>,
    /// The file in which it is written.
    pub file: String,
    /// 1-based line there.
    pub line: u64,
    /// `used`: it covers a failure; `waiting`: what it was made for can't be decided at present; `expired`, `exceeded` (the
    /// number is worse than it allows) and `unmatched` (there is no such failure) cover nothing, and fail.
    pub status: String,
    /// How many failures it covers.
    pub covers: u64,
    /// Whether it ends within thirty days.
    pub ends_soon: bool,
    /// The gate that was probably meant, where there is none of its name.
    pub meant: Option<String>,
}

/// The whole verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// `pass`, `fail`, `inconclusive`, or `none` when no gate was asked for.
    pub verdict: String,
    /// Gates that passed.
    pub passed: u64,
    /// Gates that failed.
    pub failed: u64,
    /// Gates that could not be decided.
    pub inconclusive: u64,
    /// Failures of gates that waivers cover; they stay failures of their groups, and count for nothing here.
    #[serde(default)]
    pub waived: u64,
    /// 0, 1 or 3: what the process ends with when nothing goes wrong after this.
    pub exit_code: u8,
    /// Stable code: why.
    pub reason: String,
}
