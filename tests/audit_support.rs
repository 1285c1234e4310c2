//! Runs the binary on small logs that a test writes, and finds numbers in its result.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A folder to work in, which goes when the test ends.
pub struct Desk {
    pub folder: TempDir,
}

/// What a run left behind.
#[derive(Debug)]
pub struct Done {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Desk {
    pub fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A folder with one file in it.
    pub fn with(name: &str, text: impl AsRef<[u8]>) -> Self {
        let desk = Self::new();
        desk.write(name, text);
        desk
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The command, not yet run: standing in the folder, on a fixed day, without colours.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_parytet"));
        command
            .current_dir(self.folder.path())
            .args(args)
            .env("SOURCE_DATE_EPOCH", "1790000000")
            .env("NO_COLOR", "1")
            .env_remove("COLUMNS")
            .env_remove("GITHUB_STEP_SUMMARY")
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Done {
        Done::of(&mut self.command(args))
    }

    /// `parytet audit … --format json`, whatever it ends with.
    pub fn audit(&self, args: &[&str]) -> Done {
        let mut all = vec!["audit"];
        all.extend_from_slice(args);
        all.extend_from_slice(&["--format", "json"]);
        self.run(&all)
    }

    /// The result of an audit that must not end with 2.
    pub fn result(&self, args: &[&str]) -> Value {
        self.audit(args).json()
    }
}

impl Done {
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let done = Self {
            code: output.status.code().expect("ended by a signal"),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        assert!(!done.err.contains("panicked"), "{}", done.err);
        done
    }

    /// The result on standard output.
    pub fn json(&self) -> Value {
        assert_ne!(self.code, 2, "{}", self.err);
        assert!(!self.out.contains("NaN") && !self.out.contains("inf,"), "{}", self.out);
        serde_json::from_str(&self.out).unwrap()
    }

    /// Asserts that the audit could not be made, and says why with this code.
    pub fn refuses(&self, code: &str) -> &str {
        assert_eq!(self.code, 2, "{}{}", self.out, self.err);
        assert!(self.err.contains(&format!("error[{code}]")), "{}", self.err);
        assert_eq!(self.out, "");
        &self.err
    }
}

/// A log with columns `id,gender,decision`, one row per person: so many people of a group, of whom so many selected.
pub fn people(groups: &[(&str, u32, u32)]) -> String {
    let mut log = "id,gender,decision\n".to_owned();
    for (group, count, selected) in groups {
        assert!(selected <= count);
        for i in 0..*count {
            let decision = if i < *selected { "yes" } else { "no" };
            writeln!(log, "{group}{i},{group},{decision}").unwrap();
        }
    }
    log
}

/// A log with columns `id,gender,decision,label`, one row per person: by group the numbers of true positives, false
/// positives, false negatives and true negatives.
pub fn labelled(groups: &[(&str, [u32; 4])]) -> String {
    let mut log = "id,gender,decision,label\n".to_owned();
    let mut id = 0;
    for (group, counts) in groups {
        for (count, row) in counts.iter().zip(["yes,1", "yes,0", "no,1", "no,0"]) {
            for _ in 0..*count {
                id += 1;
                writeln!(log, "{id},{group},{row}").unwrap();
            }
        }
    }
    log
}

/// Flags for such a log.
pub const FLAGS: [&str; 7] = [
    "log.csv",
    "--subject",
    "id",
    "--protected",
    "gender",
    "--selected",
    "decision=yes",
];

/// [`FLAGS`] and more.
pub fn flags<'a>(more: &[&'a str]) -> Vec<&'a str> {
    FLAGS.iter().copied().chain(more.iter().copied()).collect()
}

/// The one estimate of a group, a metric and a contrast.
pub fn estimate<'a>(result: &'a Value, attribute: &str, group: &str, metric: &str, contrast: &str) -> &'a Value {
    let found: Vec<&Value> = result["estimates"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|e| {
            e["attribute"] == attribute
                && (e["group"] == group || group == "*")
                && e["metric"] == metric
                && e["contrast"] == contrast
        })
        .collect();
    assert_eq!(found.len(), 1, "{attribute} {group} {metric} {contrast}: {found:?}");
    found[0]
}

/// The same for the attribute `gender`.
pub fn gender<'a>(result: &'a Value, group: &str, metric: &str, contrast: &str) -> &'a Value {
    estimate(result, "gender", group, metric, contrast)
}

/// A number of an estimate.
#[track_caller]
pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

/// The answers of the only gate, as group, verdict and reason.
pub fn answers(result: &Value) -> Vec<(String, String, String)> {
    let gates = result["gates"].as_array().unwrap();
    assert_eq!(gates.len(), 1);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    gates[0]["answers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| (text(&a["group"]), text(&a["verdict"]), text(&a["reason"])))
        .collect()
}

#[track_caller]
pub fn assert_close(actual: f64, expected: f64, tolerance: f64) {
    assert!(
        (actual - expected).abs() <= tolerance * expected.abs().max(1.0),
        "{actual} is not {expected}"
    );
}

/// A stream of pseudo-random numbers (splitmix64), the same on every machine.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A whole number below `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i as u64 + 1) as usize);
        }
    }
}
