//! What the spec means for this log: every name found, every default filled in, every error raised.
//!
//! Nothing to the right of the plan sees TOML, a flag, a path pattern or the clock.

mod asof;
mod axes;
mod check;
mod crossed;
mod custom;
mod gate;
mod group;
mod inputs;
mod lists;
mod membership;
mod period;
mod resolve;
mod waiver;

pub use asof::as_of;
pub use check::events;
pub use inputs::{Database, Inputs, Patterns, Relation, inputs};
pub use lists::{Examination, Listing, Lists, Target};
pub use period::Every;
pub use resolve::resolve;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::catalogue::custom::Ratio;
use crate::catalogue::{self, Contrast, Formula, ListSide, Listed, Meaning, Measure, Metric, Need, Variable};
use crate::diagnostic::Place;
use crate::spec::{Origin, SpecText};

pub use crate::spec::Top;

/// Name of the group of people whose attribute is not known.
pub const MISSING: &str = "(missing)";
/// Name of the group of values that a recode does not list.
pub const OTHER: &str = "(other)";

/// How a text or binary log is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Delimited text.
    Csv,
    /// One JSON object per line.
    Ndjson,
    /// Apache Parquet.
    Parquet,
    /// Arrow IPC, file or stream.
    Arrow,
}

/// How delimited text is written, with every default filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Csv {
    /// Field delimiter; `None`: comma, or tab for a name that ends in `.tsv`.
    pub delimiter: Option<u8>,
    /// Quote.
    pub quote: u8,
    /// Field texts that mean "no value"; the empty field always does.
    pub null_values: Vec<String>,
    /// Whether a row may have fewer fields than the header.
    pub allow_short_rows: bool,
}

/// One set of files with the same columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The files, in the order read: as shown to people (relative, `/`), and as opened.
    pub files: Vec<SourceFile>,
    /// How delimited text is written.
    pub csv: Csv,
    /// What object stores need, where files stand in one.
    pub stores: StoreOptions,
    /// From which file on they are those of a second log.
    pub second: Option<usize>,
}

/// What object stores need: keys, regions, addresses. They may be secret, and are never shown.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct StoreOptions(Vec<(String, String)>);

impl StoreOptions {
    /// Options by name.
    #[must_use]
    pub fn new(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// Each option with its value.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl std::fmt::Debug for StoreOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.0.iter().map(|(name, _)| name);
        f.debug_list().entries(names).finish()
    }
}

/// One file of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The name shown to people; `<stdin>` for standard input.
    pub name: String,
    /// The path to open, or the address of an object; `None` for standard input.
    pub path: Option<PathBuf>,
    /// The encoding, when the spec or the file's name tells; else it is sniffed.
    pub format: Option<Format>,
}

/// What a column holds, as far as its file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Text, or categories with text names. Columns of delimited text are always text.
    Text,
    /// Whole numbers.
    Integer,
    /// Real numbers (and decimals).
    Real,
    /// True or false.
    Boolean,
    /// A calendar day.
    Date,
    /// A point in time.
    Datetime,
    /// A JSON value: its kind is known only row by row.
    Json,
    /// Something that an audit can't use (a list, a struct, bytes).
    Other,
}

/// The columns of a source, checked to agree over its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// Name and kind, in the order of the first file. A repeated name stands here once per repetition.
    pub columns: Vec<(String, Kind)>,
}

impl Schema {
    /// How many columns have this name.
    #[must_use]
    pub fn occurrences(&self, name: &str) -> usize {
        self.columns.iter().filter(|(n, _)| n == name).count()
    }

    /// The kind of the first column of this name.
    #[must_use]
    pub fn kind(&self, name: &str) -> Option<Kind> {
        self.columns.iter().find(|(n, _)| n == name).map(|(_, k)| *k)
    }
}

/// Which file a column is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Table {
    /// The log.
    Log,
    /// The people file.
    People,
}

/// A checked plan of an audit.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// The spec's text, so that an error found while reading can point into it.
    pub source: SpecText,
    /// Free text for the report.
    pub about: About,
    /// Level of every interval.
    pub level: f64,
    /// Seed of simulated null distributions.
    pub seed: u64,
    /// How often people are drawn again.
    pub bootstrap: Option<usize>,
    /// The day that decides ages where no row has a time, `YYYY-MM-DD`.
    pub as_of: jiff::civil::Date,
    /// The log.
    pub log: Source,
    /// Columns of the log that are read, each once; other parts of the plan refer to them by index.
    pub log_columns: Vec<String>,
    /// The people file, with its key.
    pub people: Option<People>,
    /// Column of the person (index into `log_columns`).
    pub subject: Option<usize>,
    /// Column of the time (index into `log_columns`), read only when an age needs it.
    pub time: Option<usize>,
    /// How much a row counts.
    pub weight: Weight,
    /// Conditions that a row must meet.
    pub filters: Vec<Condition>,
    /// The protected attributes, then the strata, then the features.
    pub attributes: Vec<Attribute>,
    /// What is looked at: each attribute, each intersection; everybody together is always counted besides.
    pub groupings: Vec<Grouping>,
    /// Within what the groups of each grouping are compared besides.
    pub given: Vec<Given>,
    /// What every grouping is followed along.
    pub axes: Vec<Axis>,
    /// Combinations of attributes that are counted by replicate alone, for searches and hunts for proxies.
    pub crossed: Vec<Crossed>,
    /// What is known of lists, where rows are places in them.
    pub lists: Option<Lists>,
    /// Groups with fewer people are never judged.
    pub min_subjects: u64,
    /// The checks, each of which is an outcome too.
    pub checks: Vec<Check>,
    /// The logs in which they look, in the same order; none until they are opened.
    pub events: Vec<Events>,
    /// The outcomes.
    pub outcomes: Vec<Outcome>,
    /// The gates.
    pub gates: Vec<Gate>,
    /// The waivers.
    pub waivers: Vec<Waiver>,
    /// Notes for the report: what was assumed, which flags overrode the spec.
    pub notes: Vec<String>,
}

impl Plan {
    /// What is tallied, as indices of attributes: first the groupings, then each that is looked at within strata, in the
    /// order of [`Self::given`], then for each of [`Self::axes`] every grouping by its levels.
    #[must_use]
    pub fn tallied(&self) -> Vec<Vec<usize>> {
        let plain = self.groupings.iter().map(|grouping| grouping.attributes.clone());
        let within = self.given.iter().map(|given| {
            let base = &self.groupings[given.base].attributes;
            base.iter().chain(&given.strata).copied().collect()
        });
        let along = self.axes.iter().flat_map(|axis| {
            let groupings = self.groupings.iter();
            groupings.map(|grouping| grouping.attributes.iter().copied().chain([axis.attribute]).collect())
        });
        plain.chain(within).chain(along).collect()
    }

    /// The place among [`Self::tallied`] of a grouping along an axis.
    #[must_use]
    pub fn along(&self, axis: usize, grouping: usize) -> usize {
        self.groupings.len() * (1 + axis) + self.given.len() + grouping
    }

    /// The groupings that histograms are kept for, as indices of attributes.
    #[must_use]
    pub fn spread(&self) -> Vec<Vec<usize>> {
        let plain = self.groupings.iter().map(|grouping| grouping.attributes.clone());
        plain
            .chain(self.crossed.iter().map(|crossed| crossed.attributes.clone()))
            .collect()
    }

    /// The lowest ratio of a metric to the reference that the first gate on it accepts for a grouping.
    #[must_use]
    pub fn lowest_ratio(&self, outcome: usize, grouping: usize, metric: Metric) -> Option<f64> {
        let asks = |gate: &&Gate| {
            gate.contrast == Contrast::Ratio
                && gate.metrics.contains(&(outcome, metric))
                && gate.groupings.contains(&grouping)
        };
        self.gates
            .iter()
            .filter(asks)
            .find_map(|gate| gate.min)
            .map(|min| min.value)
    }

    /// Whose groups those of a grouping are, people's or items'; [`ListSide::Both`] where its attributes differ in that.
    #[must_use]
    pub fn side(&self, grouping: usize) -> ListSide {
        let attributes = self.groupings[grouping].attributes.iter();
        let of_items = attributes.clone().filter(|&&a| self.attributes[a].of_items).count();
        match of_items {
            0 => ListSide::Receiver,
            all if all == attributes.len() => ListSide::Item,
            _ => ListSide::Both,
        }
    }

    /// Where something was written, for errors that only the data can raise.
    #[must_use]
    pub fn place(&self, origin: &Origin) -> Place {
        crate::spec::place_of(&self.source, origin).unwrap_or_default()
    }
}

/// Free text for the report.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct About {
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
    /// The spec's path as the user gave it, if there was one.
    pub spec: Option<String>,
}

/// The people file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// The file or files.
    pub source: Source,
    /// Columns that are read, each once; the key is the first.
    pub columns: Vec<String>,
}

/// How much one row of the log counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Each row counts once.
    One,
    /// The row stands for this many rows (column index).
    Count(usize),
    /// The row has this sampling weight (column index).
    Sampling(usize),
}

/// A test on one column of the log.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// Index into `log_columns`.
    pub column: usize,
    /// What the value must be.
    pub test: Test,
    /// Whether it is an error when none of the values occurs in the log.
    pub must_occur: bool,
    /// Where it was written, for errors found while reading.
    pub origin: Origin,
}

/// What a value must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// One of these texts; for numeric columns one of these numbers.
    Values(Vec<String>),
    /// `value >= x`.
    AtLeast(f64),
    /// `value > x`.
    Above(f64),
    /// `value <= x`.
    AtMost(f64),
    /// `value < x`.
    Below(f64),
    /// Among the highest numbers of the column. The embedded engine makes it a lowest number before it counts.
    Top(Top),
    /// The value is itself a number: how many of the rows that this row stands for meet the condition.
    Counted {
        /// What an empty field means; `None`: no decision.
        empty: Option<u64>,
    },
}

/// One protected attribute.
#[derive(Debug, Clone, PartialEq)]
pub struct Attribute {
    /// Name in the report.
    pub name: String,
    /// The file it is read from.
    pub table: Table,
    /// Index into that file's columns.
    pub column: usize,
    /// How a value becomes a group.
    pub rule: Rule,
    /// Values that mean "not known" (besides an empty field or a null).
    pub missing: Vec<String>,
    /// More different values than this are taken for a mistake (an identifier, a number without bands).
    pub most: usize,
    /// Whether it is one of the item that is shown, and not of the person.
    pub of_items: bool,
    /// Where it was written.
    pub origin: Origin,
}

/// How a raw value becomes a group.
#[derive(Debug, Clone, PartialEq)]
pub enum Rule {
    /// The value is the group.
    AsIs,
    /// The first group that lists the value, else `(other)`.
    Recode(Vec<(String, Vec<String>)>),
    /// Numeric bands, or bands of age when the value is a date of birth.
    Bands(Bands),
    /// The period in which a time lies.
    Period(Every),
    /// How many of these conditions a row meets, one after the other. A row that meets a later one after it has missed one
    /// is told apart.
    Stages(Vec<Condition>),
    /// Which of two logs the row is of.
    Log,
    /// A chance from 0 to 1, to three decimals.
    Chance,
}

/// Half-open numeric bands `[edge_i, edge_{i+1})`, with an open band at each end.
#[derive(Debug, Clone, PartialEq)]
pub struct Bands {
    /// Inner edges, ascending; `edges.len() + 1` bands.
    pub edges: Vec<f64>,
    /// A label per band, such as `<25`, `25-44`, `65+`.
    pub labels: Vec<String>,
}

/// Who a group is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// The group with most people (the first by name among equals).
    Largest,
    /// The group with the highest favourable rate among those large enough to be judged.
    Best,
    /// Everybody else whose group is known.
    Rest,
    /// Everybody, the group itself included.
    Overall,
    /// The group with these labels, one per attribute of the grouping.
    Named(Vec<String>),
}

/// A set of attributes whose combinations are the groups.
#[derive(Debug, Clone, PartialEq)]
pub struct Grouping {
    /// Name in the report: attribute names joined by ` & `.
    pub name: String,
    /// Indices into `attributes`.
    pub attributes: Vec<usize>,
    /// Who the groups are compared with.
    pub reference: Reference,
    /// Share of each group in a reference population, for a single attribute that has one; they add up to 1.
    pub population: Option<Vec<(String, f64)>>,
    /// Items of each group that could have been shown, for a single attribute of items that says it.
    pub candidates: Option<Vec<(String, f64)>>,
    /// Where the reference was written, for an error when it is not in the data.
    pub origin: Origin,
}

/// A combination of attributes that is counted by replicate, and what for.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossed {
    /// The outcome.
    pub outcome: usize,
    /// Indices into `attributes`.
    pub attributes: Vec<usize>,
    /// What it is for.
    pub purpose: Purpose,
}

/// What a combination of attributes is counted for.
#[derive(Debug, Clone, PartialEq)]
pub enum Purpose {
    /// The worst of all groups that the attributes can make.
    Search {
        /// By this metric.
        metric: Metric,
        /// Of at most so many attributes.
        depth: usize,
        /// Of at least so many people.
        people: u64,
    },
    /// Which attributes give the first ones away.
    Proxies {
        /// How many of the attributes are protected; the others are suspects.
        protected: usize,
    },
    /// How groups are treated of which only the chance to be in them is known; each attribute is one group's chance.
    Membership(Membership),
    /// How the groups of the first attribute are treated among people who are alike.
    Matching {
        /// How many of the other attributes must be the same; the rest must be near.
        exact: usize,
        /// How near.
        nearness: Nearness,
    },
}

/// An attribute of which only chances are known.
#[derive(Debug, Clone, PartialEq)]
pub struct Membership {
    /// Its name.
    pub name: String,
    /// Its groups.
    pub groups: Vec<String>,
    /// Whom they are compared with; `None`: the largest.
    pub reference: Option<usize>,
    /// The chance from which somebody is counted as of a group.
    pub threshold: f64,
    /// Where it was written, for errors that only the data can raise.
    pub origin: Origin,
}

/// How near people must be to be alike.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Nearness {
    /// So many people are looked for.
    pub neighbours: u64,
    /// None that is farther in any attribute, in standard deviations.
    pub caliper: f64,
}

/// A grouping whose groups are compared within strata: legitimate factors that may rightly make a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Name in the report: names of the factors joined by ` & `.
    pub name: String,
    /// Index into `groupings`.
    pub base: usize,
    /// Indices into `attributes`.
    pub strata: Vec<usize>,
}

/// What groups are followed along.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Name in the report.
    pub name: String,
    /// Index into `attributes`: its levels.
    pub attribute: usize,
    /// What it is.
    pub kind: AxisKind,
    /// The outcomes that are followed.
    pub outcomes: Vec<usize>,
}

/// What groups are followed along.
#[derive(Debug, Clone, PartialEq)]
pub enum AxisKind {
    /// The stages of a funnel, by name.
    Funnel(Vec<String>),
    /// Periods: made of the time, or as a column has them; and by outcome what is told of each.
    Periods(Option<Every>, Vec<(usize, Metric)>),
    /// Systems, or logs: each is compared with the first.
    Systems,
    /// The arms of a trial: control, then treatment.
    Arms,
}

/// A stage of a funnel, as an outcome of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// Index into `attributes`: how far a row came.
    pub attribute: usize,
    /// Who reached this stage is selected, among those who reached the one before; 0: who came through all, among all.
    pub number: u32,
    /// How many stages there are.
    pub of: u32,
}

/// One outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// Name in the report.
    pub name: String,
    /// The outcome of the spec that this is one threshold or class of, where it has several; or the funnel that it is a stage of.
    pub sweep: Option<String>,
    /// The stage of a funnel that it is.
    pub stage: Option<Stage>,
    /// What the spec has for it to be followed along.
    pub followed: Vec<Need>,
    /// Whether being selected is good for the person.
    pub favourable: bool,
    /// When a row counts as selected.
    pub selected: Condition,
    /// When a row's observed label is positive.
    pub actual: Option<Condition>,
    /// Column of what the row was worth (index into `log_columns`).
    pub value: Option<usize>,
    /// Column of the list price of what the value is a price of (index into `log_columns`).
    pub list_price: Option<usize>,
    /// Unit of the value.
    pub unit: Option<String>,
    /// Column of the score (index into `log_columns`).
    pub score: Option<usize>,
    /// Column of what the value was predicted to be (index into `log_columns`).
    pub predicted: Option<usize>,
    /// What a person gains.
    pub benefit: Benefit,
    /// How often a person may be selected.
    pub cap: Option<u64>,
    /// The classes that rows are put into.
    pub classes: Option<Classes>,
    /// The check that it is (index into the plan's `checks`): whether a row is selected is found beside the log.
    pub check: Option<usize>,
    /// Whether there are strata to compare within.
    pub stratified: bool,
    /// Whether some attribute has a reference population.
    pub populated: bool,
    /// Whether the worst-off group is searched for by it.
    pub searched: bool,
    /// Whether columns that may give a group away are looked at by its rows.
    pub suspected: bool,
    /// Whether people who are alike are compared.
    pub matched: bool,
    /// What the rows say as places in lists, if they are.
    pub listing: Option<Listing>,
    /// Whether there are groups of which only chances are known.
    pub uncertain: bool,
    /// Metrics that the spec defines.
    pub defined: Vec<Metric>,
    /// The ratios of those that this outcome can give.
    pub ratios: &'static [Ratio],
    /// The metrics that are computed, in catalogue order.
    pub metrics: Vec<Metric>,
}

impl Outcome {
    /// What a name means for this outcome: a metric of the spec or of the catalogue.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Meaning> {
        catalogue::find_among(&self.defined, name, self.favourable)
    }

    /// Whether a metric needs the sum of logarithms of the values.
    #[must_use]
    pub fn has_logs(&self) -> bool {
        let metrics = self.metrics.iter().map(|metric| metric.entry().formula);
        let ratios = self
            .ratios
            .iter()
            .flat_map(|(numerator, denominator)| [*numerator, *denominator]);
        metrics.flat_map(catalogue::measures_of).any(Measure::is_of_logs)
            || ratios.flatten().any(|(measure, _)| measure.is_of_logs())
    }

    /// The metrics of lists that are computed.
    pub fn listed(&self) -> impl Iterator<Item = (Metric, Listed)> + '_ {
        self.metrics.iter().filter_map(|&metric| match metric.entry().formula {
            Formula::List(how) => Some((metric, how)),
            _ => None,
        })
    }

    /// Of what the metrics that are computed need the whole distribution.
    #[must_use]
    pub fn variables(&self) -> Vec<Variable> {
        let needed = |variable: &Variable| {
            self.metrics
                .iter()
                .any(|metric| matches!(metric.entry().formula, Formula::Distribution(of) if of.variable() == *variable))
        };
        Variable::ALL.into_iter().filter(needed).collect()
    }
}

/// What is looked for beside the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckKind {
    /// A row without a consent that was given before, and not withdrawn.
    Consent,
    /// A row after an objection.
    OptOut,
}

/// A check, as far as the log knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What is looked for.
    pub kind: CheckKind,
    /// Column of the time of a row (index into `log_columns`).
    pub time: usize,
    /// Columns that must agree with those of the log beside.
    pub matches: Vec<usize>,
    /// Which rows are looked at; `None`: all.
    pub rows: Option<Condition>,
    /// Microseconds after an objection in which rows may still come.
    pub grace: i64,
    /// Columns of the log beside, as the spec names them.
    pub beside: Vec<String>,
}

/// A log beside, and which of its columns are read.
#[derive(Debug, Clone, PartialEq)]
pub struct Events {
    /// Its files.
    pub source: Source,
    /// The columns that are read; the others here are places among them.
    pub columns: Vec<String>,
    /// The person.
    pub subject: usize,
    /// When it began.
    pub from: usize,
    /// When it ended.
    pub to: Option<usize>,
    /// Columns that must agree with those of the log.
    pub matches: Vec<usize>,
}

/// The classes that rows are put into.
#[derive(Debug, Clone, PartialEq)]
pub struct Classes {
    /// Their names.
    pub names: Vec<String>,
    /// When each was decided, in the same order.
    pub decided: Vec<Condition>,
    /// When each is right, in the same order.
    pub actual: Option<Vec<Condition>>,
}

/// What a person gains by an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Benefit {
    /// Being selected, each time.
    Selections,
    /// The values of their rows.
    Value,
    /// Being selected rather than the label says.
    Correctness,
}

/// What decides when the interval straddles the threshold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GateRule {
    /// The estimate decides.
    Point,
    /// Fails only when the interval lies beyond the threshold.
    Evidence,
    /// Passes only when the interval lies inside.
    Assurance,
    /// Fails when the estimate lies beyond the threshold and the interval excludes equality.
    Significant,
}

/// What an inconclusive gate does to the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnInconclusive {
    /// It blocks (exit 3).
    Fail,
    /// It is said and does not block.
    Warn,
    /// It is recorded and does not block.
    Pass,
}

/// A threshold that decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Gate {
    /// Name in the report, unique.
    pub name: String,
    /// The preset that it comes from.
    pub preset: Option<&'static str>,
    /// The metric as the user called it.
    pub asked: String,
    /// The metric, resolved per outcome (an alias may mean another metric for an unfavourable outcome).
    pub metrics: Vec<(usize, Metric)>,
    /// The contrast.
    pub contrast: Contrast,
    /// Indices into `groupings`.
    pub groupings: Vec<usize>,
    /// Group labels as displayed (`"F"`, `"F & 65+"`); `None`: every judged group with a known attribute.
    pub groups: Option<Vec<String>>,
    /// Class of items that it looks at; `None`: every one.
    pub item_class: Option<String>,
    /// Lowest accepted value.
    pub min: Option<Threshold>,
    /// Highest accepted value.
    pub max: Option<Threshold>,
    /// In how many of the last periods it must fail, and of how many.
    pub persist: Option<(u64, u64)>,
    /// By how much the number may become worse than in the baseline; `None`: the gate asks nothing of a baseline.
    pub ratchet: Option<f64>,
    /// The rule.
    pub rule: GateRule,
    /// What an inconclusive result does.
    pub on_inconclusive: OnInconclusive,
    /// 1-based line of the gate in the spec.
    pub line: Option<u64>,
    /// Where it was written.
    pub origin: Origin,
}

/// A failure that somebody answers for.
#[derive(Debug, Clone, PartialEq)]
pub struct Waiver {
    /// The gate's name.
    pub gate: String,
    /// The group's name.
    pub group: String,
    /// The attribute or intersection; `None`: any.
    pub attribute: Option<String>,
    /// The outcome; `None`: any.
    pub outcome: Option<String>,
    /// Why the failure is accepted.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day on which it holds.
    pub expires: jiff::civil::Date,
    /// It covers no number that is worse than this.
    pub no_worse_than: Option<f64>,
    /// The file in which it is written.
    pub file: String,
    /// 1-based line there.
    pub line: u64,
}

/// A threshold with its exact decimal value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Threshold {
    /// As a double.
    pub value: f64,
    /// As an exact fraction `numerator / denominator`, when it was written as a plain decimal of at most 18 digits.
    pub exact: Option<(i64, i64)>,
}
