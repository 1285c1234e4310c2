//! The spec as it was typed: every key with the place where it stands, nothing resolved yet.
//!
//! A TOML file and the command line's quick flags both end in the same [`Spec`]. What the keys *mean*
//! for a given log is the business of [`crate::plan`].

mod axes;
mod check;
mod condition;
mod table;
mod text;

mod flags;
mod metric;
mod outcome;
mod schema;
mod waiver;

pub use flags::{Flags, apply};
pub use schema::schema;
pub use table::{place, place_of};
pub use text::parse;
pub use waiver::{Waiver, parse_waivers};

use std::ops::Range;
use std::path::PathBuf;

/// Where a value was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Origin {
    /// Nobody wrote it: it is a default.
    #[default]
    Default,
    /// In the spec, at this byte range.
    File(Range<usize>),
    /// On the command line, by this flag (with its dashes).
    Flag(&'static str),
}

/// A value together with where it was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Where it was written.
    pub origin: Origin,
}

/// The text that the spec was read from, kept so that errors can show the line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SpecText {
    /// The path as the user gave it; empty when everything came from flags.
    pub path: String,
    /// The whole text; empty when everything came from flags.
    pub text: String,
    /// The folder to which relative paths in the spec refer.
    pub folder: PathBuf,
}

/// All that was typed to ask for an audit, as a report may show it: enough to ask again.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Typed {
    /// The spec's text without addresses and options of a database; `None` without a spec.
    pub text: Option<String>,
    /// Flags over it, one set over the other.
    pub flags: Vec<Flags>,
}

impl Typed {
    /// A text, empty without a spec, and flags, of which those sets count that hold any.
    #[must_use]
    pub fn new(text: String, flags: impl IntoIterator<Item = Flags>) -> Self {
        Self {
            text: Some(text).filter(|text| !text.is_empty()),
            flags: flags.into_iter().filter(|flags| *flags != Flags::default()).collect(),
        }
    }
}

/// A spec as typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spec {
    /// The text it came from.
    pub source: SpecText,
    /// `[audit]`.
    pub audit: Audit,
    /// `[log]`.
    pub log: Log,
    /// `[people]`.
    pub people: Option<People>,
    /// `[[protected]]`, in the order written.
    pub protected: Vec<Protected>,
    /// `[[stratum]]`, in the order written: factors that may rightly make a difference.
    pub strata: Vec<Protected>,
    /// `[[feature]]`, in the order written: columns that searches and hunts for proxies look at.
    pub features: Vec<Protected>,
    /// `[search]`.
    pub search: Option<Search>,
    /// `[proxies]`.
    pub proxies: Option<Proxies>,
    /// `[matching]`.
    pub matching: Option<Matching>,
    /// `[[funnel]]`, in the order written.
    pub funnels: Vec<Funnel>,
    /// `[periods]`.
    pub periods: Option<Periods>,
    /// `[list]`.
    pub list: Option<List>,
    /// `[groups]`.
    pub groups: Groups,
    /// `[[metric]]`, in the order written.
    pub metrics: Vec<CustomMetric>,
    /// `[[outcome]]`, in the order written.
    pub outcomes: Vec<Outcome>,
    /// `[[check]]`, in the order written.
    pub checks: Vec<Check>,
    /// `[[gate]]`, in the order written.
    pub gates: Vec<Gate>,
    /// `[[waiver]]`, in the order written, then those of the file of waivers.
    pub waivers: Vec<Waiver>,
    /// `waivers`: a file that holds more of them.
    pub waiver_file: Option<At<String>>,
    /// Keys of the file that a flag overrode, such as `log.subject`, in the order of the flags.
    pub overridden: Vec<String>,
}

/// `[audit]`: what the report says about itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Audit {
    /// Title of the report.
    pub title: Option<String>,
    /// The system that was audited.
    pub system: Option<String>,
    /// Who answers for the audit.
    pub owner: Option<String>,
    /// Why it was made.
    pub purpose: Option<String>,
    /// The period that the log covers, in free text.
    pub period: Option<String>,
    /// Confidence level of every interval, in (0.5, 1); default 0.95.
    pub level: Option<At<f64>>,
    /// Seed of every simulated null distribution; default 1.
    pub seed: Option<At<u64>>,
    /// How often people are drawn again for intervals beside the others; not at all unless given.
    pub bootstrap: Option<At<u64>>,
}

/// How a delimited text file is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Csv {
    /// Field delimiter, one ASCII byte; default `,` (tab for `.tsv`).
    pub delimiter: Option<At<u8>>,
    /// Quote, one ASCII byte; default `"`.
    pub quote: Option<At<u8>>,
    /// `utf-8` (the only one that is read; another is an error that says how to convert).
    pub encoding: Option<At<String>>,
    /// Field texts that mean "no value", besides the empty one.
    pub null_values: Option<At<Vec<String>>>,
    /// What to do with a row that has fewer fields than the header; default `error`.
    pub short_rows: Option<At<ShortRows>>,
}

/// What to do with a row that has too few fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ShortRows {
    /// Stop with an error that names the line.
    #[default]
    Error,
    /// Take the absent fields as empty, and count the rows.
    Allow,
}

/// A setting of a database: as written, or the environment variable that holds it. It may be secret, and is never shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Setting {
    /// The value itself.
    Written(String),
    /// The name of a variable.
    Environment(String),
}

impl std::fmt::Debug for Setting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Written(_) => f.write_str("Written(***)"),
            Self::Environment(name) => f.debug_tuple("Environment").field(name).finish(),
        }
    }
}

impl Spec {
    /// The text of the spec without what may be secret in it: an address and options of a database, as far as they are
    /// written there. Lines keep their numbers.
    #[must_use]
    pub fn public_text(&self) -> String {
        let mut text = self.source.text.clone();
        let Some(database) = &self.log.database else {
            return text;
        };
        let mut ranges: Vec<Range<usize>> = database
            .uri
            .iter()
            .chain(database.options.iter().map(|(_, value)| value))
            .filter_map(|setting| match (&setting.value, &setting.origin) {
                (Setting::Written(_), Origin::File(range)) => Some(range.clone()),
                _ => None,
            })
            .collect();
        // From the end, so that the ranges before stay true.
        ranges.sort_by_key(|range| std::cmp::Reverse(range.start));
        for range in ranges {
            let lines = text[range.clone()].matches('\n').count();
            let hidden = match lines {
                0 => "\"***\"".to_owned(),
                _ => format!("\"\"\"{}***\"\"\"", "\n".repeat(lines)),
            };
            text.replace_range(range, &hidden);
        }
        text
    }
}

/// The keys of `[log]` that name a database.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Database {
    /// Name of an ADBC driver, or path of its library.
    pub driver: Option<At<String>>,
    /// Function of the library that starts the driver, where it is not the usual one.
    pub entrypoint: Option<At<String>>,
    /// Which SQL the database speaks, where the driver's name does not tell.
    pub dialect: Option<At<String>>,
    /// Where the database is.
    pub uri: Option<At<Setting>>,
    /// What the driver asks for besides.
    pub options: Vec<(String, At<Setting>)>,
}

/// A table or a query of a database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Relation {
    /// Dotted name of a table or view.
    pub table: Option<At<String>>,
    /// A query.
    pub query: Option<At<String>>,
}

impl Relation {
    /// Whether nothing is named.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.table.is_none() && self.query.is_none()
    }
}

/// `[log]`: where the rows are and what they hold.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Log {
    /// Paths or globs; `-` is standard input.
    pub path: Vec<At<String>>,
    /// `csv`, `tsv`, `parquet`, `ndjson` or `arrow`, when the name does not tell.
    pub format: Option<At<String>>,
    /// Column of the person.
    pub subject: Option<At<String>>,
    /// Column of the time of the row.
    pub time: Option<At<String>>,
    /// Column of an integer: how many rows this row stands for.
    pub count: Option<At<String>>,
    /// Column of a real number: sampling weight.
    pub weight: Option<At<String>>,
    /// Conditions that a row must meet to be audited (all of them).
    pub filters: Vec<Condition>,
    /// Column of the system that decided.
    pub system: Option<At<String>>,
    /// Paths or globs of a second log with the same columns, to compare with.
    pub versus: Vec<At<String>>,
    /// How delimited text is written.
    pub csv: Csv,
    /// The database, with `engine = "adbc"`.
    pub database: Option<Database>,
    /// What of the database is the log.
    pub relation: Relation,
}

/// `[people]`: a file with one row per person.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct People {
    /// Paths or globs.
    pub path: Vec<At<String>>,
    /// As for the log.
    pub format: Option<At<String>>,
    /// Column that holds the same values as `[log].subject`.
    pub key: At<String>,
    /// How delimited text is written.
    pub csv: Csv,
    /// What of the log's database holds the people.
    pub relation: Relation,
}

/// Groups with their shares of a population, in the order written.
pub type Shares = Vec<(At<String>, f64)>;

/// Groups with the raw values that mean them, in the order written.
pub type Recode = Vec<(At<String>, Vec<At<String>>)>;

/// Groups with the columns of the chance to be in them, in the order written.
pub type Membership = Vec<(At<String>, At<String>)>;

/// `[[protected]]`: one attribute of people; or `[[stratum]]`, which has no reference.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Protected {
    /// Name in the report.
    pub name: At<String>,
    /// Column; the name unless given.
    pub column: Option<At<String>>,
    /// `log` or `people`, where both files have the column.
    pub from: Option<At<String>>,
    /// Who the groups are compared with: a group's name, `largest`, `best`, `rest` or `overall`.
    pub reference: Option<At<String>>,
    /// Share of each group in a reference population, in the order written.
    pub population: Option<At<Shares>>,
    /// `receiver` or `item`: whose attribute it is; `receiver` unless given.
    pub side: Option<At<String>>,
    /// Items of each group that could have been shown, in the order written.
    pub candidates: Option<At<Shares>>,
    /// Values that mean "not known".
    pub missing: Vec<At<String>>,
    /// Lower edges of numeric bands, ascending.
    pub bands: Option<At<Vec<f64>>>,
    /// Raw values by group, in the order written; the rest is `(other)`.
    pub values: Option<At<Recode>>,
    /// Columns of the chances to be in each group, where nobody knows the group itself.
    pub membership: Option<At<Membership>>,
    /// The chance from which somebody is counted as of a group; 0.5 unless given.
    pub threshold: Option<At<f64>>,
}

/// `[groups]`: which combinations are looked at, and how small a group may be.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Groups {
    /// Lists of attribute names, or every combination.
    pub intersections: Option<At<Intersections>>,
    /// Groups with fewer people are shown and marked, never judged; default 5.
    pub min_subjects: Option<At<u64>>,
    /// Who the groups of intersections are compared with: a keyword, as in `[[protected]]`; default `largest`.
    pub reference: Option<At<String>>,
}

/// `[search]`: among which groups the worst-off is looked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Search {
    /// Attributes, strata, features or columns of the log, of which groups are combined.
    pub columns: At<Vec<At<String>>>,
    /// Metric or alias; `selection_rate` unless given.
    pub metric: Option<At<String>>,
    /// Of at most so many columns; 3 unless given.
    pub depth: Option<At<u64>>,
    /// Groups of at least so many people; 50 unless given.
    pub min_subjects: Option<At<u64>>,
    /// Outcome; the first unless given.
    pub outcome: Option<At<String>>,
}

/// `[proxies]`: which columns may give a protected attribute away.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Proxies {
    /// Features, strata or columns of the log.
    pub columns: At<Vec<At<String>>>,
}

/// `[matching]`: on what people are alike.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matching {
    /// Strata, features or columns of the log that must be the same.
    pub columns: At<Vec<At<String>>>,
    /// Columns of numbers that must be near.
    pub nearest: At<Vec<At<String>>>,
    /// So many people are looked for; 5 unless given.
    pub neighbours: Option<At<u64>>,
    /// None that is farther in any of them, in standard deviations; 0.25 unless given.
    pub caliper: Option<At<f64>>,
}

/// `[[funnel]]`: stages that a row comes through one after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Funnel {
    /// Name in the report.
    pub name: At<String>,
    /// Whether coming through is good for the person.
    pub favourable: At<bool>,
    /// Each with its name, in their order.
    pub stages: Vec<(At<String>, Condition)>,
    /// The metrics to compute at each stage, as in `[[outcome]]`.
    pub metrics: Option<Vec<At<String>>>,
}

/// `[periods]`: how time is divided.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Periods {
    /// `day`, `week`, `month`, `quarter` or `year` of the log's time.
    pub every: Option<At<String>>,
    /// Column that holds the period itself.
    pub column: Option<At<String>>,
    /// Metrics that are told of each period; `selection_rate` unless given.
    pub metrics: Vec<At<String>>,
}

/// How likely each place of a list is looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum Examination {
    /// So likely, from the first rank on.
    Known(Vec<f64>),
    /// As items tell that stood at neighbouring ranks.
    Estimate,
}

/// `[list]`: ordered lists, a row for each place.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct List {
    /// Column of the request that a list answers; each row is a list of its own without.
    pub request: Option<At<String>>,
    /// Column of the rank, from 1.
    pub position: At<String>,
    /// Column of the item.
    pub item: Option<At<String>>,
    /// Attribute, feature or column of the item's class.
    pub item_class: Option<At<String>>,
    /// `log2`, `geometric`, `reciprocal`, `step` or `observed`; `log2` unless given.
    pub discount: Option<At<String>>,
    /// By how much attention falls from rank to rank, with `geometric`.
    pub gamma: Option<At<f64>>,
    /// The last rank with attention, with `step`.
    pub k: Option<At<u64>>,
    /// Column of the attention, with `observed`.
    pub observed: Option<At<String>>,
    /// Ranks of the head; 10 unless given.
    pub depth: Option<At<u64>>,
    /// `achievable` or `depth`: the list that a discounted gain is measured by; `achievable` unless given.
    pub ideal: Option<At<String>>,
    /// `population`, `catalogue` or `uniform`: what shares of item groups should be.
    pub target: Option<At<String>>,
    /// Ranks between cut points of prefix measures; 10 unless given.
    pub cut: Option<At<u64>>,
    /// Level of the ranked group fairness test; 0.1 unless given.
    pub fair_alpha: Option<At<f64>>,
    /// Column of the item's popularity.
    pub popularity: Option<At<String>>,
    /// Column of the chance with which the item was shown there.
    pub propensity: Option<At<String>>,
    /// Column of the chance with which the policy in question would show it.
    pub policy: Option<At<String>>,
    /// Largest weight.
    pub clip: Option<At<f64>>,
    /// How likely a place is looked at.
    pub examination: Option<At<Examination>>,
    /// What shares of item classes should be.
    pub class_target: Option<At<Shares>>,
    /// Column of how likely a model takes the row to be selected.
    pub expected: Option<At<String>>,
    /// Column of the same of what the policy in question would show.
    pub policy_expected: Option<At<String>>,
    /// Where the table was written.
    pub origin: Origin,
}

/// Measures with whole factors.
pub type Terms = Vec<(At<String>, i32)>;

/// `[[metric]]`: a ratio of two linear combinations of measures.
#[derive(Debug, Clone, PartialEq)]
pub struct CustomMetric {
    /// Its name in gates, lists and results.
    pub name: At<String>,
    /// A short title; the name unless given.
    pub title: Option<String>,
    /// One sentence: what it says.
    pub meaning: Option<String>,
    /// Measures of the numerator.
    pub numerator: At<Terms>,
    /// Measures of the denominator.
    pub denominator: At<Terms>,
    /// `favour`, `against`, `better`, `worse` or `neutral`.
    pub direction: Option<At<String>>,
    /// Where it is written.
    pub origin: Origin,
}

/// What `[groups].intersections` says.
#[derive(Debug, Clone, PartialEq)]
pub enum Intersections {
    /// Every combination of two or more attributes.
    All,
    /// These combinations.
    Listed(Vec<At<Vec<At<String>>>>),
}

/// A test on one column's value.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The column.
    pub column: At<String>,
    /// What its value must be.
    pub test: Test,
    /// Where the whole condition was written.
    pub origin: Origin,
    /// `absent = "allow"`: it is no error when none of `values` occurs in the log.
    pub absent_allowed: bool,
}

/// What a value must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// One of these, compared as text (numbers by value).
    Values(Vec<At<String>>),
    /// `value >= x`.
    AtLeast(f64),
    /// `value > x`.
    Above(f64),
    /// `value <= x`.
    AtMost(f64),
    /// `value < x`.
    Below(f64),
    /// Among the highest numbers of the column.
    Top(Top),
    /// `counts = true`: the column says how many of the row's `count` rows meet the condition; `empty = 0`: what an
    /// empty field means.
    Counted {
        /// What an empty field means.
        empty: Option<u64>,
    },
}

/// Who is among the top.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Top {
    /// `top = 100`: so many rows.
    Rows(u64),
    /// `top_share = 0.1`: this share of the rows.
    Share(f64),
}

/// `[[outcome]]`: a decision about people, and what is known of how it turned out.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Name in the report.
    pub name: At<String>,
    /// Whether being selected is good for the person. `None` only when flags gave the outcome.
    pub favourable: Option<At<bool>>,
    /// The outcome of the spec that this is one threshold, stage or class of, where it has several.
    pub sweep: Option<String>,
    /// When a row counts as selected.
    pub selected: Condition,
    /// When a row's observed label is positive.
    pub actual: Option<Condition>,
    /// Column of what the row was worth.
    pub value: Option<At<String>>,
    /// Column of the list price of what the value is a price of.
    pub list_price: Option<At<String>>,
    /// Unit of the value, for the report.
    pub unit: Option<String>,
    /// Column of the score: how likely the system took the label to be positive.
    pub score: Option<At<String>>,
    /// Column of what the system took the value to be.
    pub predicted: Option<At<String>>,
    /// What a person gains: `selections`, `value` or `correctness`.
    pub benefit: Option<At<String>>,
    /// How often a person may be selected.
    pub cap: Option<At<u64>>,
    /// The classes that rows are put into, of which being selected is only one or a few.
    pub classes: Option<Classes>,
    /// Which rows were treated, and which are the control.
    pub arms: Option<(Condition, Condition)>,
    /// The metrics to compute; all that the outcome can give unless written.
    pub metrics: Option<Vec<At<String>>>,
}

/// `classes`: which of several classes a row was put into, and which it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    /// Column of the class that was decided; that of `selected` unless given.
    pub column: Option<At<String>>,
    /// The classes.
    pub values: At<Vec<At<String>>>,
    /// Column of the class that is right.
    pub actual: Option<At<String>>,
    /// Where the table was written.
    pub origin: Origin,
}

/// `[[check]]`: what a row must not be, by what stands in a log beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Name in the report: the check is an outcome of this name.
    pub name: At<String>,
    /// `consent` or `opt_out`.
    pub kind: At<String>,
    /// Paths or globs of the log beside.
    pub path: Vec<At<String>>,
    /// As for the log.
    pub format: Option<At<String>>,
    /// How delimited text is written.
    pub csv: Csv,
    /// Column of the person; that of `[log].subject` unless given.
    pub subject: Option<At<String>>,
    /// Column of when it began.
    pub from: At<String>,
    /// Column of when it ended; empty: not yet.
    pub to: Option<At<String>>,
    /// Columns that must agree: of the log beside, and of the log.
    pub matching: Vec<(At<String>, At<String>)>,
    /// Which rows are looked at; all unless given.
    pub rows: Option<Condition>,
    /// How many days after an objection rows may still come.
    pub grace_days: Option<At<f64>>,
    /// The metrics to compute, as for an outcome.
    pub metrics: Option<Vec<At<String>>>,
}

/// `[[gate]]`: a threshold that decides.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gate {
    /// Name in the report; made from the metric and threshold unless given.
    pub name: Option<At<String>>,
    /// A preset that gives metric, thresholds and rule.
    pub preset: Option<At<String>>,
    /// Metric or alias; empty with a preset.
    pub metric: At<String>,
    /// `value`, `gap`, `ratio`, `max_gap` or `min_ratio`; the alias's own unless given.
    pub contrast: Option<At<String>>,
    /// Outcome; all outcomes that can give the metric unless given.
    pub outcome: Option<At<String>>,
    /// Attributes or intersections (`"gender"`, `"gender & age"`); all unless given.
    pub attributes: Option<Vec<At<String>>>,
    /// Groups; all judged groups unless given.
    pub groups: Option<Vec<At<String>>>,
    /// Class of items; every one unless given.
    pub item_class: Option<At<String>>,
    /// Lowest accepted value, itself accepted.
    pub min: Option<At<f64>>,
    /// Highest accepted value, itself accepted.
    pub max: Option<At<f64>>,
    /// The thresholds as they were written, for exact comparison (`"0.8"`).
    pub min_text: Option<String>,
    /// The thresholds as they were written, for exact comparison.
    pub max_text: Option<String>,
    /// `"baseline"`: the number may not become worse than in an earlier audit.
    pub no_worse_than: Option<At<String>>,
    /// By how much it may.
    pub margin: Option<At<f64>>,
    /// `point`, `evidence`, `assurance` or `significant`.
    pub rule: Option<At<String>>,
    /// In how many of the last periods it must fail, and of how many.
    pub persist: Option<At<(u64, u64)>>,
    /// `fail`, `warn` or `pass`.
    pub on_inconclusive: Option<At<String>>,
    /// Where the gate's table was written.
    pub origin: Origin,
}
