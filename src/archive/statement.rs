//! What an entry states: an in-toto statement with a predicate of our own. `docs/archive.md` tells what each field means.
//!
//! Fields may be added; none is renamed, retyped or removed under this number, and a reader ignores those that it does not
//! know. Names are those of in-toto and of its predicates for test and evaluation results where the meaning is the same.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::digest::Digest;

/// The type of an in-toto statement.
pub const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

/// The type of our predicate.
pub const PREDICATE_TYPE: &str = "urn:parytet:archive-entry:v1";

/// A statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Statement {
    /// [`STATEMENT_TYPE`].
    #[serde(rename = "_type")]
    pub type_: String,
    /// What the statement is about; matched by digest alone.
    pub subject: Vec<Resource>,
    /// [`PREDICATE_TYPE`].
    pub predicate_type: String,
    /// What is stated.
    pub predicate: Predicate,
}

/// Something that is known by its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Its name, for people.
    pub name: String,
    /// Its digest.
    pub digest: Digests,
}

/// A set of digests, as in-toto writes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digests {
    /// SHA-256.
    pub sha256: Digest,
}

impl Resource {
    /// A resource of this name and digest.
    #[must_use]
    pub fn new(name: &str, digest: Digest) -> Self {
        Self {
            name: name.to_owned(),
            digest: Digests { sha256: digest },
        }
    }
}

/// What is stated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Predicate {
    /// The entry's number; the first is 1.
    pub sequence: u64,
    /// The entry before; the first has none.
    pub previous: Option<Link>,
    /// When the entry was added, RFC 3339 in UTC: claimed by the signer, and proven by nothing but a time stamp.
    pub added_at: String,
    /// The files beside the entries that explain the archive.
    pub documents: Vec<Resource>,
    /// Until when what the entry holds is to be kept; `None`: for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<Retention>,
    /// What happened: exactly one of the kinds, by its name.
    #[serde(flatten)]
    pub what: What,
}

/// An entry that another one names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Its number.
    pub sequence: u64,
    /// The digest of its file.
    pub digest: Digests,
}

/// Until when the parts of an entry are to be kept: days, `YYYY-MM-DD`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Retention {
    /// Result, tally and spec.
    pub evidence_until: String,
    /// Reports, which can be made again from the result.
    pub reports_until: String,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum What {
    /// An audit was made.
    Audit(Box<Audit>),
    /// A spec was fixed before there was a result.
    Registration(Registration),
    /// An authority has put a time stamp on an entry.
    Timestamp(Timestamp),
    /// Entries were put on legal hold, or released from it.
    Hold(Hold),
    /// Objects were removed, because their time was over.
    Retirement(Retirement),
}

impl What {
    /// The kind in one word.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            What::Audit(_) => "audit",
            What::Registration(_) => "registration",
            What::Timestamp(_) => "timestamp",
            What::Hold(_) => "hold",
            What::Retirement(_) => "retirement",
        }
    }
}

/// An audit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Audit {
    /// Title.
    pub title: String,
    /// The system that was audited.
    pub system: Option<String>,
    /// Who answers for the audit.
    pub owner: Option<String>,
    /// The period that the log covers.
    pub period: Option<String>,
    /// The day that decides ages and expiries.
    pub as_of: String,
    /// What made the result.
    pub tool: Tool,
    /// The spec; `None`: the audit was asked for by flags alone.
    pub spec: Option<Spec>,
    /// Flags over the spec, by name.
    pub flags: Vec<BTreeMap<String, serde_json::Value>>,
    /// What was read.
    pub inputs: Vec<Input>,
    /// Where every row went.
    pub row_account: RowAccount,
    /// People among the audited rows.
    pub people: u64,
    /// Level of the intervals.
    pub level: f64,
    /// Seed of simulations.
    pub seed: u64,
    /// The gates.
    pub gates: Vec<Gate>,
    /// `pass`, `fail`, `inconclusive` or `none`.
    pub verdict: String,
    /// `self_attested`: who made the audit says so.
    pub assurance_level: String,
    /// Reports made from the result: they can be made again, and need not come out the same to the byte.
    pub derived: Vec<Resource>,
}

/// What made a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The commit that it was built from.
    pub commit: Option<String>,
    /// The platform that it was built for.
    pub target: Option<String>,
    /// Optional features that were built in.
    pub features: Vec<String>,
}

/// The spec of an audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Spec {
    /// Its path as given.
    pub name: Option<String>,
    /// The digest of its text, without addresses and options of a database.
    pub digest: Digests,
    /// The first entry in which the same text was registered; `None`: it was first seen with a result, or flags changed it.
    pub registered_in: Option<u64>,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// `log` or `people`.
    pub role: String,
    /// Its name.
    pub name: String,
    /// Rows in it.
    pub rows: u64,
    /// Its size in bytes, where that was asked for.
    pub size: Option<u64>,
    /// Its digest, where that was asked for.
    pub digest: Option<Digests>,
}

/// Where every row went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowAccount {
    /// Rows read.
    pub read: u64,
    /// Rows that a condition left out.
    pub filtered: u64,
    /// Rows without a person.
    pub no_subject: u64,
    /// Rows without a decision.
    pub no_decision: u64,
    /// Rows audited.
    pub audited: u64,
}

/// A gate and its answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gate {
    /// Its name.
    pub name: String,
    /// The metric as asked for.
    pub metric: String,
    /// The contrast.
    pub contrast: String,
    /// Lowest accepted value.
    pub min: Option<f64>,
    /// Highest accepted value.
    pub max: Option<f64>,
    /// What decides.
    pub rule: String,
    /// Its verdict.
    pub verdict: String,
    /// One answer per group.
    pub answers: Vec<Answer>,
}

/// What a gate says of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// The outcome.
    pub outcome: String,
    /// The grouping.
    pub attribute: String,
    /// The group.
    pub group: String,
    /// Who it is compared with.
    pub reference: Option<String>,
    /// The number.
    pub estimate: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end of its interval.
    pub high: Option<f64>,
    /// People in the group.
    pub sample_size: u64,
    /// Its verdict.
    pub verdict: String,
    /// Why.
    pub reason: String,
}

/// A spec that was fixed before there was a result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registration {
    /// The spec's title.
    pub title: String,
    /// Its path as given.
    pub name: String,
    /// The gates in it, as lines for people.
    pub gates: Vec<String>,
}

/// A time stamp on an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timestamp {
    /// The entry.
    pub entry: Link,
    /// The token: a response of RFC 3161 in DER, among the objects.
    pub token: Resource,
}

/// A legal hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// The entries.
    pub entries: Vec<u64>,
    /// Whether they are held from now on, or released.
    pub held: bool,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
}

/// Objects that were removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Retirement {
    /// The day that was held against the retention of entries.
    pub as_of: String,
    /// Why.
    pub reason: String,
    /// By whom.
    pub by: String,
}

impl Statement {
    /// The objects that the entry put into the archive, each with the day until which it is to be kept.
    #[must_use]
    pub fn objects(&self) -> Vec<(&Resource, Option<&str>)> {
        let retention = self.predicate.retention.as_ref();
        let evidence = retention.map(|retention| retention.evidence_until.as_str());
        let reports = retention.map(|retention| retention.reports_until.as_str());
        match &self.predicate.what {
            What::Audit(audit) => {
                let subject = self.subject.iter().map(|object| (object, evidence));
                let derived = audit.derived.iter().map(|object| (object, reports));
                subject.chain(derived).collect()
            }
            What::Registration(_) => self.subject.iter().map(|object| (object, evidence)).collect(),
            What::Timestamp(stamp) => vec![(&stamp.token, None)],
            What::Hold(_) | What::Retirement(_) => Vec::new(),
        }
    }

    /// The audit, if it is one.
    #[must_use]
    pub fn audit(&self) -> Option<&Audit> {
        match &self.predicate.what {
            What::Audit(audit) => Some(audit),
            _ => None,
        }
    }
}
