//! What may be typed.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use super::archive::args::{ArchiveCommand, REPRODUCE_EXIT_CODES, ReproduceArgs};
use crate::report::face::Face;

/// The exit codes, shown under every help text.
const EXIT_CODES: &str = "Exit codes:
  0  every gate passed, or no gate was asked for
  1  a gate failed, or a waiver is not in order
  2  the audit could not be made, or its output could not be written
  3  nothing failed, but a gate that must not stay open is inconclusive, or no gate could be judged";

/// Examples of `parytet audit`.
const AUDIT_EXAMPLES: &str = "Examples:
  parytet audit audit.toml
  parytet audit --tally january.parquet --gate 'disparate_impact>=0.8'
  parytet audit audit.toml --output result.json --output report.html
  parytet audit offers.csv --subject customer_id --protected gender --protected age:25,45,65 \\
      --selected decision=yes --actual accepted=1 --gate 'disparate_impact>=0.8'

Exit codes:
  0  every gate passed, or no gate was asked for
  1  a gate failed, or a waiver is not in order
  2  the audit could not be made, or its output could not be written
  3  nothing failed, but a gate that must not stay open is inconclusive, or no gate could be judged";

/// Audits recommendation and offer logs for bias: who got what, by group, and how sure that is.
#[derive(Debug, Parser)]
#[command(name = "parytet", version, about, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub color: Color,
    /// Print nothing but errors; the exit code is the answer
    #[arg(long, short, global = true)]
    pub quiet: bool,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// When to use colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A command.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look at a log and write a first spec for it, with the reason for every choice
    #[command(after_help = INIT_EXAMPLES)]
    Init(Box<InitArgs>),
    /// Audit a log
    #[command(after_help = AUDIT_EXAMPLES)]
    Audit(Box<AuditArgs>),
    /// Count a log by group into a file that holds nothing of a person, to be added up and audited later
    #[command(after_help = TALLY_EXAMPLES)]
    Tally(Box<TallyArgs>),
    /// Add tallies of disjoint people up into one
    #[command(after_help = MERGE_EXAMPLES)]
    Merge(MergeArgs),
    /// Make other formats of a result that was kept as JSON
    #[command(after_help = RENDER_EXAMPLES)]
    Render(RenderArgs),
    /// Say what changed between two results, whether that is more than noise, and which thresholds were loosened
    #[command(after_help = COMPARE_EXAMPLES)]
    Compare(CompareArgs),
    /// Check a spec against its log's columns, without reading the whole log
    Check(Box<CheckArgs>),
    /// Print the SQL that counts a log in a database
    #[command(after_help = SQL_EXAMPLES)]
    Sql(SqlArgs),
    /// Keep audits so that it can be shown years later what was found, under which thresholds, and that nothing was changed
    Archive {
        /// The command.
        #[command(subcommand)]
        what: ArchiveCommand,
    },
    /// Make an audit of an archive again, and say whether the same comes out
    #[command(after_help = REPRODUCE_EXIT_CODES)]
    Reproduce(ReproduceArgs),
    /// Say what a metric is (formula, source, other names, when not to use it) or what a preset asks; without a name, list all
    Explain(ExplainArgs),
    /// Print what a shell needs to complete commands and flags
    Completions {
        /// The shell
        #[arg(value_enum, value_name = "SHELL")]
        language: clap_complete::Shell,
    },
    /// Print the manual page of parytet, or of one of its commands
    Man {
        /// The command
        #[arg(value_name = "COMMAND")]
        command: Option<String>,
    },
    /// Print a JSON Schema
    Schema {
        /// Of what
        #[arg(value_enum)]
        what: SchemaOf,
    },
}

/// Examples of `parytet init`.
const INIT_EXAMPLES: &str = "Examples:
  parytet init offers.csv
  parytet init 'logs/*.parquet' --output audits/offers.toml
  parytet init offers.csv --selected decision=yes --favourable --protected gender -o - >audit.toml

Exit codes:
  0  a spec was written that `parytet check` accepts
  2  the log could not be read, or the spec could not be written
  3  a spec was written in which something has to be filled in; it says what";

/// `parytet init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The log: files, globs, or - for standard input
    #[arg(value_name = "LOG", required = true)]
    pub log: Vec<String>,
    /// The spec to write, or - for standard output
    #[arg(
        long,
        short,
        value_name = "FILE",
        help_heading = "Output",
        help = "The spec to write, or - for standard output [default: audit.toml in the folder where you stand]"
    )]
    pub output: Option<PathBuf>,
    /// Write over a file that is there
    #[arg(long, help_heading = "Output")]
    pub force: bool,
    /// Ask nothing, even on a terminal
    #[arg(long, short, help_heading = "Output")]
    pub yes: bool,
    /// Look at so many rows, the first ones
    #[arg(long, value_name = "N", default_value_t = crate::init::ROWS, value_parser = clap::value_parser!(u64).range(1..=10_000_000), help_heading = "Log")]
    pub rows: u64,
    /// Encoding of the log when its name does not tell: csv, tsv, ndjson, parquet, arrow
    #[arg(long, value_name = "FORMAT", help_heading = "Log")]
    pub input_format: Option<String>,
    /// Field delimiter of delimited text
    #[arg(long, value_name = "CHAR", help_heading = "Log")]
    pub delimiter: Option<String>,
    /// Quote of delimited text
    #[arg(long, value_name = "CHAR", help_heading = "Log")]
    pub quote: Option<String>,
    /// A field text that means "no value"; may be repeated
    #[arg(long, value_name = "TEXT", help_heading = "Log")]
    pub null_value: Vec<String>,
    /// Take absent fields of short rows as empty
    #[arg(long, help_heading = "Log")]
    pub allow_short_rows: bool,
    /// Column of the person, in place of a guess
    #[arg(long, value_name = "COLUMN", help_heading = "Choices")]
    pub subject: Option<String>,
    /// Column of a protected attribute, in place of guesses; may be repeated
    #[arg(long, value_name = "COLUMN", help_heading = "Choices")]
    pub protected: Vec<String>,
    /// When a row counts as selected, in place of a guess: COLUMN=VALUE|VALUE, COLUMN>=X, >, <=, <
    #[arg(long, value_name = "CONDITION", help_heading = "Choices")]
    pub selected: Option<String>,
    /// Being selected is good for the person
    #[arg(long, conflicts_with = "unfavourable", help_heading = "Choices")]
    pub favourable: bool,
    /// Being selected is bad for the person
    #[arg(long, help_heading = "Choices")]
    pub unfavourable: bool,
}

/// Examples of `parytet tally`.
const TALLY_EXAMPLES: &str = "Examples:
  parytet tally audit.toml -o january.parquet
  parytet tally audit.toml -o for_the_auditor.parquet --withhold 10
  parytet audit --tally january.parquet";

/// Examples of `parytet merge`.
const MERGE_EXAMPLES: &str = "Examples:
  parytet merge pl.parquet cz.parquet -o both.parquet --disjoint-people
  parytet audit --tally both.parquet";

/// `parytet tally`.
#[derive(Debug, Args)]
pub struct TallyArgs {
    /// What to count.
    #[command(flatten)]
    pub what: WhatArgs,
    /// The file to write: a Parquet table
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    pub output: PathBuf,
    /// Leave groups of fewer than K people out, and others so that they can't be had by subtraction
    #[arg(long, value_name = "K", help_heading = "Output", value_parser = clap::value_parser!(u64).range(2..))]
    pub withhold: Option<u64>,
    /// Record SHA-256 and size of every input in the tally, for an archive; every file is read once more
    #[arg(long, help_heading = "Output")]
    pub hash_inputs: bool,
    /// When to show progress on standard error
    #[arg(long, value_enum, default_value_t = Color::Auto, help_heading = "Output")]
    pub progress: Color,
    /// What counting may use.
    #[command(flatten)]
    pub means: MeansArgs,
}

/// Examples of `parytet compare`.
const COMPARE_EXAMPLES: &str = "Examples:
  parytet compare september.json october.json
  parytet compare september.json october.json --format markdown";

/// `parytet compare`.
#[derive(Debug, Args)]
pub struct CompareArgs {
    /// The earlier result, as JSON
    #[arg(value_name = "OLD")]
    pub old: PathBuf,
    /// The later result, as JSON
    #[arg(value_name = "NEW")]
    pub new: PathBuf,
    /// What to print on standard output
    #[arg(long, value_enum, default_value_t = CompareTo::Text)]
    pub format: CompareTo,
}

/// How a comparison is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum CompareTo {
    /// Lines for people at a terminal.
    Text,
    /// For pull requests and wikis.
    Markdown,
    /// For programs (`parytet.comparison/1`).
    Json,
}

/// Examples of `parytet render`.
const RENDER_EXAMPLES: &str = "Examples:
  parytet render result.json
  parytet render result.json --to markdown
  parytet render result.json --output report.md --output junit.xml --output gitlab=gl-code-quality-report.json

Exit codes:
  0  everything was written
  2  the result could not be read, or something could not be written";

/// `parytet render`.
#[derive(Debug, Args)]
pub struct RenderArgs {
    /// A result of `parytet audit`, as JSON
    #[arg(value_name = "RESULT")]
    pub result: PathBuf,
    /// What to print on standard output, one or several; the table unless there is an --output
    #[arg(long, value_name = "FORMAT", value_delimiter = ',', value_parser = face())]
    pub to: Vec<Face>,
    /// Write to FILE; the suffix picks the format (.json, .csv, .parquet, .html, .txt, .md, .xml for JUnit, .sarif), or its name before it: gitlab=FILE; may be repeated
    #[arg(long, short, value_name = "[FORMAT=]FILE")]
    pub output: Vec<PathBuf>,
    /// Show tables of all metrics, not only of those that gates look at
    #[arg(long)]
    pub all_metrics: bool,
}

/// `parytet merge`.
#[derive(Debug, Args)]
pub struct MergeArgs {
    /// The tallies
    #[arg(value_name = "TALLY", required = true)]
    pub tallies: Vec<PathBuf>,
    /// The file to write: a Parquet table
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// State that no person is in two of the tallies, which nobody can see in them
    #[arg(long)]
    pub disjoint_people: bool,
    /// Leave groups of fewer than K people out of the sum, and others so that they can't be had by subtraction
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u64).range(2..))]
    pub withhold: Option<u64>,
}

/// Examples of `parytet sql`.
const SQL_EXAMPLES: &str = "Examples:
  parytet sql audit.toml --dialect snowflake --table sales.offers
  parytet sql audit.toml --dialect bigquery --table sales.offers --columns id:integer,gender:text,decision:text

The kinds of the columns are those of --columns, else those of the spec's files or database.";

/// `parytet sql`.
#[derive(Debug, Args)]
pub struct SqlArgs {
    /// A spec (.toml)
    #[arg(value_name = "SPEC")]
    pub spec: String,
    /// Which SQL: duckdb, postgresql, sqlite, spark, snowflake, bigquery, trino, clickhouse, databricks
    #[arg(long, value_name = "NAME")]
    pub dialect: Option<String>,
    /// Dotted name of the log's table, in place of the spec's
    #[arg(long, value_name = "NAME")]
    pub table: Option<String>,
    /// Dotted name of the people's table, in place of the spec's
    #[arg(long, value_name = "NAME")]
    pub people_table: Option<String>,
    /// The log's columns as NAME:KIND, divided by commas; kinds are text, integer, real, boolean, date, datetime
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub columns: Vec<String>,
    /// The people's columns, likewise
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',')]
    pub people_columns: Vec<String>,
    /// The day on which ages are judged where rows have no time (YYYY-MM-DD); today unless given
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
}

/// What there is a schema of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// The spec, for editors.
    Spec,
    /// The JSON result (`parytet.result/1`).
    Result,
    /// A statement of an archive (`urn:parytet:archive-entry:v1`).
    ArchiveEntry,
}

/// `parytet explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A metric, by its own name or by that of another system; or a preset of gates
    #[arg(value_name = "NAME")]
    pub metric: Option<String>,
    /// List the metrics that a log with these gives; a decision there always is
    #[arg(
        long,
        value_name = "WHAT",
        value_delimiter = ',',
        value_enum,
        conflicts_with = "metric"
    )]
    pub with: Vec<Has>,
}

/// What a log may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Has {
    /// Who was selected.
    Decision,
    /// The observed label (`actual`).
    Label,
    /// What a row was worth (`value`).
    Value,
    /// A list price (`list_price`).
    ListPrice,
    /// An outcome that is declared unfavourable.
    Unfavourable,
    /// A legitimate factor to compare within.
    Stratum,
    /// A reference population.
    Population,
    /// Columns to search.
    Search,
    /// Columns that may give a group away.
    Proxies,
    /// Columns in which people are alike.
    Matching,
    /// Chances to be in a group.
    Membership,
    /// A score.
    Score,
    /// A predicted value.
    Predicted,
    /// Stages of a funnel.
    Funnel,
    /// Periods.
    Periods,
    /// Two systems or two logs.
    Systems,
    /// A treatment and a control.
    Arms,
    /// How often a person may be selected.
    Cap,
    /// Several classes.
    Classes,
    /// The class that is right.
    ActualClass,
    /// Ordered lists.
    List,
    /// Classes of items in them.
    ItemClass,
    /// A protected attribute of items.
    ItemSide,
    /// Which item stands where.
    Item,
    /// How popular items are.
    Popularity,
    /// How likely items were shown.
    Propensity,
    /// How likely places are looked at.
    Examination,
    /// What a model expects.
    Expected,
}

/// `parytet check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// What to audit.
    #[command(flatten)]
    pub what: WhatArgs,
}

/// `parytet audit`.
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// What to audit.
    #[command(flatten)]
    pub what: WhatArgs,
    /// Audit this tally in place of a log, by its own spec or by the one given
    #[arg(long, value_name = "FILE", help_heading = "Log")]
    pub tally: Option<PathBuf>,
    /// The result of an earlier audit (JSON), for gates with no_worse_than = "baseline"
    #[arg(long, value_name = "RESULT", help_heading = "Gates")]
    pub baseline: Option<PathBuf>,
    /// What to print on standard output
    #[arg(long, value_name = "FORMAT", value_parser = face(), default_value = "table", help_heading = "Output")]
    pub format: Face,
    /// Also write the result to FILE; the suffix picks the format (.json, .csv, .parquet, .html, .txt, .md, .xml for JUnit, .sarif), or its name before it: gitlab=FILE; may be repeated
    #[arg(long, short, value_name = "[FORMAT=]FILE", help_heading = "Output")]
    pub output: Vec<PathBuf>,
    /// Record SHA-256 and size of every input in the result, for an archive; every file is read once more
    #[arg(long, conflicts_with = "tally", help_heading = "Output")]
    pub hash_inputs: bool,
    /// Show tables of all metrics, not only of those that gates look at
    #[arg(long, help_heading = "Output")]
    pub all_metrics: bool,
    /// When to show progress on standard error
    #[arg(long, value_enum, default_value_t = Color::Auto, help_heading = "Output")]
    pub progress: Color,
    /// End with 0 instead of 1 or 3 (for reports only; recorded in the result)
    #[arg(long, help_heading = "Output")]
    pub exit_zero: bool,
    /// What counting may use.
    #[command(flatten)]
    pub means: MeansArgs,
}

/// What counting may use of this machine. Nothing of it changes a result.
#[derive(Debug, Args)]
pub struct MeansArgs {
    /// Threads to read and count on [default: one for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Machine")]
    pub threads: Option<u16>,
    /// Memory that people may take, such as 500MB or 4GiB; what does not fit is kept in a temporary file
    #[arg(long, value_name = "SIZE", help_heading = "Machine")]
    pub memory_limit: Option<bytesize::ByteSize>,
}

/// Parses the name of a face, and knows all of them for help and completion.
fn face() -> impl TypedValueParser<Value = Face> {
    let names = Face::ALL.map(|face| PossibleValue::new(face.id()).help(face.what()));
    PossibleValuesParser::new(names).try_map(|name| Face::find(&name).ok_or("no such format"))
}

/// The spec, or what stands for it.
#[derive(Debug, Args)]
pub struct WhatArgs {
    /// A spec (.toml), or logs (files, globs, or - for standard input) for an audit by flags alone
    #[arg(value_name = "SPEC|LOG")]
    pub input: Vec<String>,
    /// Column of the person; rows of one person are not independent
    #[arg(long, value_name = "COLUMN", help_heading = "Log")]
    pub subject: Option<String>,
    /// Column of the time
    #[arg(long, value_name = "COLUMN", help_heading = "Log")]
    pub time: Option<String>,
    /// Column of an integer: how many rows a row stands for
    #[arg(long, value_name = "COLUMN", help_heading = "Log")]
    pub count: Option<String>,
    /// Column of a real number: sampling weight
    #[arg(long, value_name = "COLUMN", help_heading = "Log")]
    pub weight: Option<String>,
    /// Audit only rows that meet this: COLUMN=VALUE|VALUE, COLUMN>=X, >, <=, <; may be repeated
    #[arg(long = "where", value_name = "CONDITION", help_heading = "Log")]
    pub where_: Vec<String>,
    /// File with one row per person that holds the protected attributes
    #[arg(long, value_name = "FILE", help_heading = "Log")]
    pub people: Option<String>,
    /// Column of the people file that holds the person; the subject column unless given
    #[arg(long, value_name = "COLUMN", help_heading = "Log")]
    pub people_key: Option<String>,
    /// Encoding of the log when its name does not tell: csv, tsv, ndjson, parquet, arrow
    #[arg(long, value_name = "FORMAT", help_heading = "Log")]
    pub input_format: Option<String>,
    /// Field delimiter of delimited text
    #[arg(long, value_name = "CHAR", help_heading = "Log")]
    pub delimiter: Option<String>,
    /// Quote of delimited text
    #[arg(long, value_name = "CHAR", help_heading = "Log")]
    pub quote: Option<String>,
    /// A field text that means "no value"; may be repeated
    #[arg(long, value_name = "TEXT", help_heading = "Log")]
    pub null_value: Vec<String>,
    /// Take absent fields of short rows as empty, and count the rows
    #[arg(long, help_heading = "Log")]
    pub allow_short_rows: bool,
    /// Protected attribute: NAME, NAME=COLUMN, or NAME:EDGE,EDGE,… for bands; may be repeated
    #[arg(long, value_name = "ATTRIBUTE", help_heading = "Groups")]
    pub protected: Vec<String>,
    /// Legitimate factor that groups are also compared within, written like an attribute; may be repeated
    #[arg(long, value_name = "FACTOR", help_heading = "Groups")]
    pub stratum: Vec<String>,
    /// Look for the worst-off of all groups that these columns make, on one half of the people, and confirm it on the other
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "Groups")]
    pub search: Vec<String>,
    /// Columns that may give a protected attribute away, one by one and together
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "Groups")]
    pub proxies: Vec<String>,
    /// Columns in which people are alike: groups are compared among those who are
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "Groups")]
    pub matching: Vec<String>,
    /// Follow the gaps over time: day, week, month, quarter or year of the time column
    #[arg(long, value_name = "PERIOD", help_heading = "Groups")]
    pub every: Option<String>,
    /// Column of the system that decided: its gaps are compared with those of the others
    #[arg(long, value_name = "COLUMN", help_heading = "Groups")]
    pub system: Option<String>,
    /// A second log with the same columns, whose gaps are compared with those of the first; may be repeated
    #[arg(long, value_name = "LOG", help_heading = "Log")]
    pub versus: Vec<String>,
    /// A value of the attributes that means "not known"; may be repeated
    #[arg(long, value_name = "VALUE", help_heading = "Groups")]
    pub missing: Vec<String>,
    /// Who groups are compared with: a group's name, largest, best, rest or overall
    #[arg(long, value_name = "GROUP", help_heading = "Groups")]
    pub reference: Option<String>,
    /// Intersections: NAME,NAME or all; may be repeated
    #[arg(long, value_name = "NAMES", help_heading = "Groups")]
    pub intersection: Vec<String>,
    /// Groups with fewer people are shown, never judged
    #[arg(long, value_name = "N", help_heading = "Groups")]
    pub min_subjects: Option<u64>,
    /// When a row counts as selected: COLUMN=VALUE|VALUE, COLUMN>=X, >, <=, <
    #[arg(long, value_name = "CONDITION", help_heading = "Outcome")]
    pub selected: Option<String>,
    /// When a row's observed label is positive, likewise
    #[arg(long, value_name = "CONDITION", help_heading = "Outcome")]
    pub actual: Option<String>,
    /// Column of what the row was worth
    #[arg(long, value_name = "COLUMN", help_heading = "Outcome")]
    pub value: Option<String>,
    /// Column of the list price of what the value is a price of
    #[arg(long, value_name = "COLUMN", help_heading = "Outcome")]
    pub list_price: Option<String>,
    /// Column of the score: how likely the system took the label to be positive, 0 to 1
    #[arg(long, value_name = "COLUMN", help_heading = "Outcome")]
    pub score: Option<String>,
    /// Column of what the system took the value to be
    #[arg(long, value_name = "COLUMN", help_heading = "Outcome")]
    pub predicted: Option<String>,
    /// Metrics or families of them, such as default,association,inequality or all
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "Outcome")]
    pub metrics: Vec<String>,
    /// Name of the outcome in the report
    #[arg(long, value_name = "NAME", help_heading = "Outcome")]
    pub outcome: Option<String>,
    /// Being selected is good for the person
    #[arg(long, conflicts_with = "unfavourable", help_heading = "Outcome")]
    pub favourable: bool,
    /// Being selected is bad for the person
    #[arg(long, help_heading = "Outcome")]
    pub unfavourable: bool,
    /// Threshold: METRIC>=X, METRIC<=X, METRIC:CONTRAST>=X, or a preset such as four_fifths; may be repeated
    #[arg(long, value_name = "GATE", help_heading = "Gates")]
    pub gate: Vec<String>,
    /// A file of waivers, in place of the spec's
    #[arg(long, value_name = "FILE", help_heading = "Gates")]
    pub waivers: Option<String>,
    /// What decides: point, evidence, assurance or significant
    #[arg(long, value_name = "RULE", help_heading = "Gates")]
    pub rule: Option<String>,
    /// What an inconclusive gate does: fail, warn or pass
    #[arg(long, value_name = "WHAT", help_heading = "Gates")]
    pub on_inconclusive: Option<String>,
    /// Level of every interval
    #[arg(long, value_name = "LEVEL", help_heading = "Report")]
    pub level: Option<f64>,
    /// Seed of simulated null distributions
    #[arg(long, value_name = "N", help_heading = "Report")]
    pub seed: Option<u64>,
    /// Draw people N times and give the intervals of that beside the others (100 to 10000)
    #[arg(long, value_name = "N", help_heading = "Report")]
    pub bootstrap: Option<u64>,
    /// Title of the report
    #[arg(long, value_name = "TEXT", help_heading = "Report")]
    pub title: Option<String>,
    /// The day that decides ages, YYYY-MM-DD; else SOURCE_DATE_EPOCH, else today
    #[arg(long, value_name = "DATE", help_heading = "Report")]
    pub as_of: Option<String>,
}
