//! Real logs, audited by the real binary and compared with what published toolkits say of them.
//!
//! The logs and the toolkits' numbers (`<stem>.oracle.json`) stand in a folder beside the repository, or where
//! `PARYTET_DATA` points; without it every test here says so and passes. No expected number is written in this file: a
//! walk through each oracle file compares every number that parytet computes too, counts it, and gives a reason for
//! every one that it leaves out. A key that the walk does not know is a failure.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::rc::Rc;

use parytet::report::model::v1::{self, Estimate};
use serde_json::Value;
use tempfile::TempDir;

mod cases;
mod derive;
mod walk;

use cases::{SETS, Set};
use walk::{Ledger, Walk};

/// The folder with the logs; `None` (and a word about it) when there is none.
fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("PARYTET_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "skipped: there is no folder {} (PARYTET_DATA names another)",
        folder.display()
    );
    None
}

fn spec(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/real_logs")
        .join(format!("{name}.toml"))
}

/// Runs `parytet audit` with these arguments.
fn audit<'a>(args: impl IntoIterator<Item = &'a str>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_parytet"))
        .arg("audit")
        .args(args)
        .env("NO_COLOR", "1")
        .env("COLUMNS", "100")
        .output()
        .unwrap()
}

fn result(output: &Output) -> v1::Result {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    serde_json::from_str(text)
        .unwrap_or_else(|e| panic!("{e} in {text:.200}\n{}", String::from_utf8_lossy(&output.stderr)))
}

/// Who the groups are compared with in a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Against {
    /// The group that the spec names.
    Named,
    /// `--reference rest`.
    Rest,
    /// `--reference overall`.
    Overall,
}

/// An audit's result with its estimates at hand.
struct Audited {
    result: v1::Result,
    index: HashMap<[String; 5], usize>,
}

impl Audited {
    fn new(result: v1::Result) -> Self {
        let mut index = HashMap::new();
        for (i, e) in result.estimates.iter().enumerate() {
            // The groups of an extreme are its answer, not its question.
            let group = if e.contrast.starts_with('m') { "" } else { &e.group };
            let key = [&e.attribute, &e.outcome, &e.metric, &e.contrast, group].map(str::to_owned);
            assert!(index.insert(key, i).is_none(), "two estimates for one question: {e:?}");
        }
        Self { result, index }
    }

    fn find(&self, attribute: &str, outcome: &str, metric: &str, contrast: &str, group: &str) -> Option<&Estimate> {
        let key = [attribute, outcome, metric, contrast, group].map(str::to_owned);
        self.index.get(&key).map(|i| &self.result.estimates[*i])
    }
}

/// Runs each audit of a set once.
struct Runs<'a> {
    set: &'a Set,
    data: &'a Path,
    folder: TempDir,
    done: RefCell<HashMap<(String, Vec<String>, Against), Rc<Audited>>>,
}

impl Runs<'_> {
    fn audit(&self, spec_name: &str, flags: &[&str], against: Against) -> Rc<Audited> {
        let key = (
            spec_name.to_owned(),
            flags.iter().map(|f| (*f).to_owned()).collect(),
            against,
        );
        if let Some(done) = self.done.borrow().get(&key) {
            return Rc::clone(done);
        }
        let log = derive::log_of(self.set.stem, spec_name, self.data, self.folder.path());
        let spec = spec(spec_name);
        let mut args = vec![spec.to_str().unwrap(), log.to_str().unwrap(), "--format", "json"];
        args.extend(flags);
        match against {
            Against::Named => {}
            Against::Rest => args.extend(["--reference", "rest"]),
            Against::Overall => args.extend(["--reference", "overall"]),
        }
        let audited = Rc::new(Audited::new(result(&audit(args))));
        check_adjustment(&audited.result);
        self.done.borrow_mut().insert(key, Rc::clone(&audited));
        audited
    }
}

/// Holm's and Benjamini and Hochberg's adjustments, from the raw p-values of the same result.
fn check_adjustment(result: &v1::Result) {
    let mut family: Vec<&Estimate> = result
        .estimates
        .iter()
        .filter(|e| e.contrast != "ratio" && e.status == "ok" && e.p_value.is_some())
        .collect();
    assert_eq!(family.len() as u64, result.audit.tests);
    family.sort_by(|a, b| a.p_value.unwrap().total_cmp(&b.p_value.unwrap()));
    let m = family.len();
    let mut holm = 0.0f64;
    let mut bh = 1.0f64;
    for (i, e) in family.iter().enumerate() {
        holm = holm.max(((m - i) as f64 * e.p_value.unwrap()).min(1.0));
        let ours = e.p_adjusted.unwrap();
        assert!((ours - holm).abs() <= 1e-12 * holm, "Holm {ours} {holm} of {e:?}");
    }
    for (i, e) in family.iter().enumerate().rev() {
        bh = bh.min(m as f64 / (i + 1) as f64 * e.p_value.unwrap());
        let ours = e.p_bh.unwrap();
        assert!(
            (ours - bh).abs() <= 1e-12 * bh,
            "Benjamini-Hochberg {ours} {bh} of {e:?}"
        );
    }
}

/// Compares one oracle file. Returns the line of the table.
fn compare(set: &Set, data: &Path) -> Ledger {
    let text = fs::read_to_string(data.join(format!("{}.oracle.json", set.stem))).unwrap();
    let oracle: Value = serde_json::from_str(&text).unwrap();
    let analyses = oracle["analyses"].as_object().unwrap();
    let known: BTreeSet<&str> = set.cases.iter().map(|c| c.analysis).collect();
    let theirs: BTreeSet<&str> = analyses.keys().map(String::as_str).collect();
    assert_eq!(
        known, theirs,
        "{}: an analysis without an audit, or the other way round",
        set.stem
    );
    let runs = Runs {
        set,
        data,
        folder: tempfile::tempdir().unwrap(),
        done: RefCell::default(),
    };
    let mut ledger = Ledger::default();
    for case in set.cases {
        let audit = |spec: &str, against| runs.audit(spec, case.flags, against);
        Walk::new(case, &audit, &mut ledger).run(&analyses[case.analysis]);
    }
    ledger
}

fn agrees(stem: &str) {
    let Some(data) = data() else { return };
    let set = SETS.iter().find(|set| set.stem == stem).unwrap();
    let ledger = compare(set, &data);
    println!("{stem}: {} numbers compared", ledger.compared);
    for (reason, count) in &ledger.skipped {
        println!("    {count} left out: {reason}");
    }
    let faults = &ledger.faults;
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
    assert!(
        ledger.compared >= set.at_least,
        "{stem}: only {} of {} numbers were compared",
        ledger.compared,
        set.at_least
    );
}

#[test]
fn compas_agrees_with_published_toolkits() {
    agrees("compas_two_years");
}

#[test]
fn starbucks_offers_agree_with_published_toolkits() {
    agrees("starbucks_offers");
}

#[test]
fn starbucks_predictions_agree_with_published_toolkits() {
    agrees("starbucks_model_predictions");
}

#[test]
fn bank_agrees_with_published_toolkits() {
    agrees("bank_additional_full");
}

#[test]
fn hillstrom_agrees_with_published_toolkits() {
    agrees("hillstrom_email");
}

#[test]
fn facebook_delivery_agrees_with_published_toolkits() {
    agrees("facebook_ad_delivery");
}

#[test]
fn delivery_over_time_agrees_with_published_toolkits() {
    agrees("ad_delivery_timeseries");
}

#[test]
fn ad_conversions_agree_with_published_toolkits() {
    agrees("kag_ad_conversions");
}

#[test]
fn open_bandit_agrees_with_published_toolkits() {
    agrees("open_bandit_small");
}

#[test]
fn resume_callbacks_agree_with_published_toolkits() {
    agrees("resume_callbacks");
}

#[test]
fn ucb_agrees_with_published_toolkits() {
    agrees("ucb_admissions");
}
