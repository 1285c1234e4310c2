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

use parytet::catalogue::{FAMILIES, Metric};
use parytet::report::model::v1::{self, Estimate};
use serde_json::Value;
use tempfile::TempDir;

mod cases;
mod derive;
mod followed;
mod walk;

use cases::{SETS, Set};
use walk::{Ledger, Walk};

/// The folder with the logs; `None` (and a word about it) when there is none.
#[allow(clippy::print_stderr, reason = "a skipped test must say so")]
#[allow(
    clippy::disallowed_methods,
    reason = "where the logs are is no business of the program"
)]
pub fn data() -> Option<PathBuf> {
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

/// What tells one run of a set from another: spec, flags, reference.
type Run = (String, Vec<String>, Against);

/// Runs each audit of a set once.
struct Runs<'a> {
    set: &'a Set,
    data: &'a Path,
    folder: TempDir,
    done: RefCell<HashMap<Run, Rc<Audited>>>,
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

/// The estimates that stand for the hypotheses of a result, each once: a gap stands for its ratio too, and for every gap of
/// the same people with the same p and the same size (a rate and its complement; rows and people, where they are the same).
fn hypotheses(result: &v1::Result) -> Vec<&Estimate> {
    let alike = |a: f64, b: f64| (a - b).abs() <= 1e-12 * a.abs().max(b.abs());
    let is_extreme = |e: &Estimate| e.contrast == "max_gap" || e.contrast == "min_ratio";
    let mut found: Vec<&Estimate> = Vec::new();
    let mut before: Option<f64> = None;
    for e in &result.estimates {
        let (Some(p), true) = (e.p_value, e.status == "ok") else {
            before = None;
            continue;
        };
        let follows = e.contrast == "ratio" || e.contrast == "min_ratio";
        let same = |o: &&&Estimate| {
            o.outcome == e.outcome
                && o.attribute == e.attribute
                && (o.group == e.group && !is_extreme(o) && !is_extreme(e) || is_extreme(o) && is_extreme(e))
                && alike(o.p_value.unwrap(), p)
                && alike(o.estimate.unwrap().abs(), e.estimate.unwrap().abs())
        };
        let told = follows && before.is_some_and(|b| alike(b, p));
        if !told && !found.iter().any(|o| same(&o)) {
            found.push(e);
        }
        before = Some(p);
    }
    found
}

/// Holm's and Benjamini and Hochberg's adjustments, from the raw p-values of the same result.
fn check_adjustment(result: &v1::Result) {
    let mut family = hypotheses(result);
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

/// Compares one oracle file.
fn compare(set: &Set, data: &Path) -> Ledger {
    let oracle = oracle(data, set.stem);
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

#[allow(
    clippy::print_stdout,
    reason = "the table of what was compared, for whoever asks to see a test's output"
)]
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

/// The oracle file of a stem.
fn oracle(data: &Path, stem: &str) -> Value {
    let text = fs::read_to_string(data.join(format!("{stem}.oracle.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn path(data: &Path, name: &str) -> String {
    data.join(name).to_str().unwrap().to_owned()
}

/// Every family that the log can give is told in one run, and what is told apart elsewhere is told the same.
#[test]
fn everything_at_once_tells_what_is_told_apart() {
    let Some(data) = data() else { return };
    let log = path(&data, "starbucks_offers.csv.gz");
    let run = |name: &str| result(&audit([spec(name).to_str().unwrap(), &log, "--format", "json"]));
    let everything = run("starbucks_everything");
    let families: BTreeSet<&str> = everything
        .estimates
        .iter()
        .filter_map(|e| Metric::find(&e.metric))
        .map(|metric| metric.family().id)
        .collect();
    let lacks = [
        "representation",
        "errors",
        "membership",
        "funnel",
        "periods",
        "systems",
        "uplift",
        "exposure",
        "ranking",
        "recommender",
        "items",
        "custom",
    ];
    for family in FAMILIES {
        let expected = !lacks.contains(&family.id);
        assert_eq!(families.contains(family.id), expected, "{}", family.id);
    }
    let undefined = everything.estimates.iter().filter(|e| e.estimate.is_none()).count();
    assert!(5 * undefined < everything.estimates.len(), "{undefined} are undefined");
    assert!(everything.search.is_some() && !everything.proxies.is_empty());

    let apart = run("starbucks_apart");
    let mut compared = 0;
    for e in &apart.estimates {
        let same = everything.estimates.iter().find(|other| {
            (
                &other.outcome,
                &other.metric,
                &other.contrast,
                &other.attribute,
                &other.group,
            ) == (&e.outcome, &e.metric, &e.contrast, &e.attribute, &e.group)
                && other.given == e.given
                && other.along == e.along
        });
        let same = same.unwrap_or_else(|| panic!("{e:?} is not told"));
        assert_eq!(
            (same.estimate, same.low, same.high),
            (e.estimate, e.low, e.high),
            "{e:?}"
        );
        compared += 1;
    }
    assert!(compared > 100, "{compared}");
}

#[test]
fn propublica_published_rates_come_out() {
    let Some(data) = data() else { return };
    let published = &oracle(&data, "compas_two_years")["published_propublica"];
    let log = path(&data, "compas_two_years.csv.gz");
    let spec = spec("compas_full");
    let audited = Audited::new(result(&audit([spec.to_str().unwrap(), &log, "--format", "json"])));
    let rates = [
        ("FPR_percent", "false_positive_rate"),
        ("FNR_percent", "false_negative_rate"),
        ("PPV_percent", "positive_predictive_value"),
        ("NPV_percent", "negative_predictive_value"),
    ];
    let cells = [
        ("tn", "true_negative_rate"),
        ("fp", "false_positive_rate"),
        ("fn", "false_negative_rate"),
        ("tp", "true_positive_rate"),
    ];
    let mut compared = 0;
    for (group, theirs) in published.as_object().unwrap() {
        let ours = |metric| audited.find("race", "high risk", metric, "value", group).unwrap();
        for (key, metric) in rates {
            let percent = format!("{:.2}", 100.0 * ours(metric).estimate.unwrap());
            assert_eq!(
                percent,
                format!("{:.2}", theirs[key].as_f64().unwrap()),
                "{group} {key}"
            );
            compared += 1;
        }
        for (key, metric) in cells {
            assert_eq!(ours(metric).numerator, theirs["table"][key].as_f64(), "{group} {key}");
            compared += 1;
        }
    }
    assert_eq!(compared, 16);
}

/// What was drawn by lot passes; what is known to differ fails.
#[test]
fn the_null_control_passes_its_gate_and_berkeley_fails() {
    let Some(data) = data() else { return };
    let run = |name: &str, log: &str| {
        let (spec, log) = (spec(name), path(&data, log));
        let args = [spec.to_str().unwrap(), &log, "--format", "json"];
        let output = audit(args);
        (output.status.code(), result(&output))
    };
    let (code, fair) = run("hillstrom_received", "hillstrom_email.csv.gz");
    assert_eq!(code, Some(0));
    assert_eq!(fair.verdict.verdict, "pass");
    assert!(fair.estimates.iter().all(|e| e.p_adjusted.is_none_or(|p| p > 0.05)));

    let (code, unfair) = run("ucb", "ucb_admissions.csv.gz");
    assert_eq!(code, Some(1));
    assert_eq!(unfair.verdict.verdict, "fail");
    let groups = &oracle(&data, "ucb_admissions")["analyses"]["gender"]["groups"];
    let rate = |group: &str| groups[group]["selected"].as_f64().unwrap() / groups[group]["n"].as_f64().unwrap();
    let answer = &unfair.gates[0].answers[0];
    assert_eq!((answer.group.as_str(), answer.verdict.as_str()), ("Female", "fail"));
    assert!((answer.estimate.unwrap() - rate("Female") / rate("Male")).abs() < 1e-12);
    let audited = Audited::new(unfair);
    let gap = audited
        .find("Gender", "admitted", "selection_rate", "gap", "Female")
        .unwrap();
    assert!((gap.estimate.unwrap() - (rate("Female") - rate("Male"))).abs() < 1e-12);
    assert!(gap.p_adjusted.unwrap() < 1e-12 && gap.high.unwrap() < -0.11);
}

/// With the person named, the estimates stay and the intervals widen: offers to one customer are not independent.
#[test]
fn offers_of_one_customer_are_not_independent() {
    let Some(data) = data() else { return };
    let run = |log: &str, flags: &[&str]| {
        let (spec, log) = (spec("starbucks_completed"), path(&data, log));
        let mut args = vec![spec.to_str().unwrap(), &log, "--format", "json"];
        args.extend(flags);
        let output = audit(args);
        assert_eq!(
            output.status.code(),
            Some(0),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    };
    let parse = |text: &str| Audited::new(serde_json::from_str(text).unwrap());
    let person: &[&str] = &["--subject", "customer_id"];
    let (text, columnar) = (
        run("starbucks_offers.csv.gz", person),
        run("starbucks_offers.parquet", person),
    );
    assert_eq!(
        text.replace("starbucks_offers.csv.gz", "LOG"),
        columnar.replace("starbucks_offers.parquet", "LOG"),
        "the same rows must give the same bytes from either file"
    );
    let (people, rows) = (parse(&text), parse(&run("starbucks_offers.csv.gz", &[])));
    assert!(people.result.account.subjects < people.result.account.audited);
    for group in ["F", "M", "O"] {
        let of = |audited: &Audited| {
            audited
                .find("gender", "completed", "selection_rate", "value", group)
                .unwrap()
                .clone()
        };
        let (own, row) = (of(&people), of(&rows));
        assert_eq!(own.estimate, row.estimate);
        assert_eq!(row.deff, Some(1.0));
        assert!(own.deff.unwrap() > 1.2, "{group}: {:?}", own.deff);
        assert!(own.high.unwrap() - own.low.unwrap() > row.high.unwrap() - row.low.unwrap());
    }
}

/// What somebody types who has a log and no spec.
const BY_FLAGS: &[(&str, &str, &str, &[&str])] = &[
    (
        "bank_additional_full",
        "marital",
        "marital",
        &["--delimiter", ";", "--selected", "y=yes"],
    ),
    (
        "bank_additional_full",
        "age_band",
        "age",
        &["--delimiter", ";", "--selected", "y=yes", "--protected", "age:25,60"],
    ),
    (
        "compas_two_years",
        "race_full",
        "race",
        &[
            "--selected",
            "score_text=Medium|High",
            "--actual",
            "two_year_recid=1",
            "--unfavourable",
            "--reference",
            "Caucasian",
        ],
    ),
    (
        "hillstrom_email",
        "zip_received_email",
        "zip_code",
        &["--selected", "segment=Mens E-Mail|Womens E-Mail"],
    ),
    (
        "hillstrom_email",
        "zip_visit",
        "zip_code",
        &["--selected", "visit=1", "--where", "segment=Mens E-Mail|Womens E-Mail"],
    ),
    (
        "kag_ad_conversions",
        "numeric_gender",
        "gender",
        &["--selected", "Approved_Conversion>0"],
    ),
    (
        "facebook_ad_delivery",
        "delivery_share_female_DE",
        "Ad Set Name",
        &[
            "--count",
            "Impressions",
            "--selected",
            "Gender=female",
            "--where",
            "Gender=female|male",
            "--where",
            "Campaign Name=Automated Discrimination - DE",
        ],
    ),
    (
        "ad_delivery_timeseries",
        "delivery_share_female_facebook_DE_last_snapshot",
        "job",
        &[
            "--count",
            "impressions",
            "--null-value",
            "NA",
            "--selected",
            "gender=female",
            "--where",
            "gender=female|male",
            "--where",
            "platform=facebook",
            "--where",
            "country=DE",
            "--where",
            "datetime=2020-08-27 08:56:00",
        ],
    ),
    (
        "open_bandit_small",
        "policy_bts_vs_random_click",
        "behavior_policy",
        &["--selected", "click=1"],
    ),
    (
        "resume_callbacks",
        "ethnicity",
        "ethnicity",
        &["--selected", "call=yes"],
    ),
    (
        "starbucks_offers",
        "gender_completed_missing_as_group",
        "gender",
        &["--selected", "offer_completed=1", "--where", "offer_type=bogo|discount"],
    ),
    (
        "starbucks_model_predictions",
        "gender_missing_as_group",
        "gender",
        &["--selected", "y_predict=1", "--actual", "y_test=1"],
    ),
    (
        "ucb_admissions",
        "gender",
        "Gender",
        &["--count", "Freq", "--selected", "Admit=Admitted"],
    ),
];

#[test]
fn every_log_can_be_audited_by_flags_alone() {
    let Some(data) = data() else { return };
    for (stem, analysis, attribute, flags) in BY_FLAGS {
        let log = path(&data, &format!("{stem}.csv.gz"));
        let mut args = vec![log.as_str(), "--format", "json"];
        args.extend(*flags);
        if !flags.contains(&"--protected") {
            args.extend(["--protected", attribute]);
        }
        if !flags.contains(&"--unfavourable") {
            args.push("--favourable");
        }
        let output = audit(args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{stem}: {stderr}");
        let audited = Audited::new(result(&output));
        let outcome = audited.result.outcomes[0].name.clone();
        let groups = &oracle(&data, stem)["analyses"][analysis]["groups"];
        for (group, theirs) in groups.as_object().unwrap() {
            let ours = audited.find(attribute, &outcome, "selection_rate", "value", group);
            let ours = ours.unwrap_or_else(|| panic!("{stem}: no group {group}"));
            assert_eq!(ours.denominator, theirs["n"].as_f64(), "{stem} {group}");
            assert_eq!(ours.numerator, theirs["selected"].as_f64(), "{stem} {group}");
        }
    }
    let stems: BTreeSet<&str> = BY_FLAGS.iter().map(|(stem, ..)| *stem).collect();
    assert_eq!(
        stems,
        SETS.iter().map(|set| set.stem).collect(),
        "a log that nobody audits by flags"
    );
}

/// COMPAS repeats two names in its header: an error when one of them is used, and only then.
#[test]
fn a_repeated_name_is_an_error_only_where_it_is_used() {
    let Some(data) = data() else { return };
    let log = path(&data, "compas_two_years.csv.gz");
    let common = [log.as_str(), "--protected", "sex", "--unfavourable", "--format", "json"];
    let fine = audit(common.into_iter().chain(["--selected", "score_text=Medium|High"]));
    assert_eq!(fine.status.code(), Some(0));
    let refused = audit(common.into_iter().chain(["--selected", "decile_score>=5"]));
    assert_eq!(refused.status.code(), Some(2));
    assert!(refused.stdout.is_empty());
    assert!(String::from_utf8_lossy(&refused.stderr).contains("`decile_score`"));
}

/// False negatives and false positives are different people: their quotient is no share, though each person adds 0 or 1.
#[test]
fn a_quotient_of_different_people_has_an_interval_on_either_side_of_one() {
    let Some(data) = data() else { return };
    let (spec, log) = (spec("compas_full"), path(&data, "compas_two_years.csv.gz"));
    let audited = Audited::new(result(&audit([spec.to_str().unwrap(), &log, "--format", "json"])));
    for group in ["Female", "Male"] {
        let of = |metric| audited.find("sex", "high risk", metric, "value", group).unwrap();
        let quotient = of("treatment_equality");
        let [misses, alarms] = ["false_negative_rate", "false_positive_rate"].map(|m| of(m).numerator.unwrap());
        assert_eq!(quotient.estimate, Some(misses / alarms));
        // Nobody is in both counts: as for a ratio of two Poisson counts, but for the size of the whole.
        let poisson = (1.0 / misses + 1.0 / alarms).sqrt();
        let relative = quotient.standard_error.unwrap() / quotient.estimate.unwrap();
        assert!((relative / poisson - 1.0).abs() < 0.01, "{group}: {relative} {poisson}");
        assert!(quotient.low.is_some() && quotient.high.is_some(), "{group}");
    }
}
