//! What may be typed after `parytet archive` and `parytet reproduce`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::args::MeansArgs;

/// Exit codes of `parytet archive verify`.
const VERIFY_EXIT_CODES: &str = "Exit codes:
  0  the archive is whole
  1  it is not whole: each fault is told
  2  it could not be checked

Without --expect-head or --expect-at-least nobody can see that the last entries are missing.";

/// Exit codes of `parytet reproduce`.
pub(in crate::cli) const REPRODUCE_EXIT_CODES: &str = "Exit codes:
  0  the same: to the byte, or in every number under another build
  1  something differs: each difference is told
  2  it could not be tried: inputs are missing or not the same, and no tally is there";

/// Examples of `parytet archive add`.
const ADD_EXAMPLES: &str = "Examples:
  parytet audit audit.toml --hash-inputs -o result.json
  parytet archive add result.json --to archive --key private.pem
  openssl genpkey -algorithm ed25519 -out private.pem
  openssl pkey -in private.pem -pubout -out public.pem";

/// A command about archives.
#[derive(Debug, Subcommand)]
pub enum ArchiveCommand {
    /// Add an audit's result, with its spec, tally and reports, as the next entry
    #[command(after_help = ADD_EXAMPLES)]
    Add(AddArgs),
    /// Fix a spec, and its thresholds, before there is a result
    Register(RegisterArgs),
    /// Check that an archive is whole
    #[command(after_help = VERIFY_EXIT_CODES)]
    Verify(VerifyArgs),
    /// List the entries
    List(ArchiveArgs),
    /// Say what an entry states
    Show(ShowArgs),
    /// Write the files of an entry into a folder, under their names
    Export(ExportArgs),
    /// Ask for a time stamp on an entry (RFC 3161), or add the answer; the network is yours
    Timestamp(TimestampArgs),
    /// Keep entries from being pruned, or release them
    Hold(HoldArgs),
    /// Remove objects whose time is over, and tell so in an entry
    Prune(PruneArgs),
    /// Remove what an interrupted command left behind
    Gc(ArchiveArgs),
    /// Write the archive as pages that a browser reads without a server or a network
    Site(SiteArgs),
}

/// Which archive.
#[derive(Debug, Args)]
pub struct ArchiveArgs {
    /// The folder of the archive
    #[arg(value_name = "ARCHIVE")]
    pub archive: PathBuf,
}

/// Who signs.
#[derive(Debug, Args)]
pub struct KeyArgs {
    /// Private key that signs the entry: Ed25519, PKCS#8, PEM; may be repeated. Without one the entry is unsigned
    #[arg(long, value_name = "FILE")]
    pub key: Vec<PathBuf>,
}

/// How long things are kept.
#[derive(Debug, Args)]
pub struct KeepArgs {
    /// How long results, tallies and specs are kept: 10y, 6mo, 90d
    #[arg(long, value_name = "SPAN", default_value = "10y")]
    pub keep_evidence: String,
    /// How long reports are kept, which can be made again
    #[arg(long, value_name = "SPAN", default_value = "2y")]
    pub keep_reports: String,
}

/// `parytet archive add`.
#[derive(Debug, Args)]
pub struct AddArgs {
    /// The result (JSON)
    #[arg(value_name = "RESULT")]
    pub result: PathBuf,
    /// The folder of the archive; made where it is not there
    #[arg(long, value_name = "ARCHIVE")]
    pub to: PathBuf,
    /// The tally that the result was made from: with it, the audit can be made again when the log is gone
    #[arg(long, value_name = "FILE")]
    pub tally: Option<PathBuf>,
    /// A report made from the result; may be repeated
    #[arg(long, value_name = "FILE")]
    pub report: Vec<PathBuf>,
    /// Also write a signed in-toto test-result of the gates to FILE, for policy engines
    #[arg(long, value_name = "FILE")]
    pub attest: Option<PathBuf>,
    /// Who signs.
    #[command(flatten)]
    pub keys: KeyArgs,
    /// How long things are kept.
    #[command(flatten)]
    pub keep: KeepArgs,
}

/// `parytet archive register`.
#[derive(Debug, Args)]
pub struct RegisterArgs {
    /// The spec (.toml)
    #[arg(value_name = "SPEC")]
    pub spec: String,
    /// The folder of the archive; made where it is not there
    #[arg(long, value_name = "ARCHIVE")]
    pub to: PathBuf,
    /// Who signs.
    #[command(flatten)]
    pub keys: KeyArgs,
    /// How long things are kept.
    #[command(flatten)]
    pub keep: KeepArgs,
}

/// `parytet archive verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The folder of the archive
    #[arg(value_name = "ARCHIVE")]
    pub archive: PathBuf,
    /// Public keys that are trusted: Ed25519, SPKI, PEM, one or several in a file; may be repeated
    #[arg(long, value_name = "FILE")]
    pub trust: Vec<PathBuf>,
    /// By how many trusted keys each entry must be signed
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    pub signatures: u16,
    /// Check digests and chain alone, and believe whoever can write into the folder
    #[arg(long, conflicts_with = "trust")]
    pub unsigned: bool,
    /// The digest of an entry that was written down when it was the last: it must be there
    #[arg(long, value_name = "SHA256")]
    pub expect_head: Option<String>,
    /// How many entries there are at least
    #[arg(long, value_name = "N")]
    pub expect_at_least: Option<u64>,
    /// Also check time stamps against the certificates of their authority (PEM), by `openssl ts`
    #[arg(long, value_name = "FILE")]
    pub ca: Option<PathBuf>,
}

/// `parytet archive show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// The folder of the archive
    #[arg(value_name = "ARCHIVE")]
    pub archive: PathBuf,
    /// The entry's number
    #[arg(value_name = "ENTRY")]
    pub entry: u64,
    /// Print the statement itself
    #[arg(long)]
    pub json: bool,
}

/// `parytet archive export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The folder of the archive
    #[arg(value_name = "ARCHIVE")]
    pub archive: PathBuf,
    /// The entry's number
    #[arg(value_name = "ENTRY")]
    pub entry: u64,
    /// The folder to write into; made where it is not there
    #[arg(long, value_name = "FOLDER")]
    pub to: PathBuf,
}

/// `parytet archive timestamp`.
#[derive(Debug, Args)]
pub struct TimestampArgs {
    /// The folder of the archive
    #[arg(value_name = "ARCHIVE")]
    pub archive: PathBuf,
    /// The entry's number
    #[arg(value_name = "ENTRY")]
    pub entry: u64,
    /// Write the request to FILE, to be sent to an authority
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "attach",
        conflicts_with = "attach"
    )]
    pub request: Option<PathBuf>,
    /// Add the authority's answer from FILE as the next entry
    #[arg(long, value_name = "FILE")]
    pub attach: Option<PathBuf>,
    /// Who signs.
    #[command(flatten)]
    pub keys: KeyArgs,
}

/// `parytet archive hold`.
#[derive(Debug, Args)]
pub struct HoldArgs {
    /// The folder of the archive
    #[arg(value_name = "ARCHIVE")]
    pub archive: PathBuf,
    /// The entries' numbers
    #[arg(value_name = "ENTRY", required = true)]
    pub entries: Vec<u64>,
    /// Release them instead
    #[arg(long)]
    pub release: bool,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// By whom
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// Who signs.
    #[command(flatten)]
    pub keys: KeyArgs,
}

/// `parytet archive prune`.
#[derive(Debug, Args)]
pub struct PruneArgs {
    /// The folder of the archive
    #[arg(value_name = "ARCHIVE")]
    pub archive: PathBuf,
    /// The day that decides whose time is over, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    pub as_of: String,
    /// Why
    #[arg(long, value_name = "TEXT", default_value = "retention ended")]
    pub reason: String,
    /// By whom
    #[arg(long, value_name = "NAME")]
    pub by: String,
    /// Say what would go, and remove nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Who signs.
    #[command(flatten)]
    pub keys: KeyArgs,
}

/// `parytet archive site`.
#[derive(Debug, Args)]
pub struct SiteArgs {
    /// The folder of the archive
    #[arg(value_name = "ARCHIVE")]
    pub archive: PathBuf,
    /// The folder of the pages; made where it is not there. Pages of entries that are there already are left alone
    #[arg(long, short, value_name = "FOLDER")]
    pub output: PathBuf,
}

/// `parytet reproduce`.
#[derive(Debug, Args)]
pub struct ReproduceArgs {
    /// The entry's number
    #[arg(value_name = "ENTRY")]
    pub entry: u64,
    /// The folder of the archive
    #[arg(long, value_name = "ARCHIVE")]
    pub archive: PathBuf,
    /// The folder where the audit was made, to which the paths of its log are relative; here unless given
    #[arg(long, value_name = "FOLDER")]
    pub from: Option<PathBuf>,
    /// What counting may use.
    #[command(flatten)]
    pub means: MeansArgs,
}
