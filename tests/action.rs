//! The action for GitHub: read as YAML, and its steps run as a runner runs them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use yaml_rust2::{Yaml, YamlLoader};

use crate::audit_support::{Desk, Done};

fn action() -> Yaml {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("action.yml")).unwrap();
    YamlLoader::load_from_str(&text).unwrap().remove(0)
}

/// What stands for an expression of a step's environment.
fn value(expression: &str, inputs: &BTreeMap<&str, String>) -> String {
    let inner = expression
        .trim()
        .strip_prefix("${{")
        .and_then(|rest| rest.split_once("}}"));
    let Some((inner, rest)) = inner else {
        return expression.to_owned();
    };
    let first = inner.split("||").next().unwrap().trim();
    let name = first.strip_prefix("inputs.").unwrap_or_else(|| panic!("{expression}"));
    format!("{}{rest}", inputs[name])
}

/// Runs the steps of the action that are commands, but for the build: those that always run too when one before has failed.
/// The exit code is that of the first that fails.
fn run(desk: &Desk, given: &[(&str, &str)]) -> (i32, Vec<Done>) {
    let action = action();
    let mut inputs: BTreeMap<&str, String> = BTreeMap::new();
    for (name, input) in action["inputs"].as_hash().unwrap() {
        let default = input["default"].as_str().unwrap_or_default().to_owned();
        inputs.insert(name.as_str().unwrap(), default);
    }
    inputs.insert("binary", env!("CARGO_BIN_EXE_parytet").to_owned());
    for (name, value) in given {
        assert!(inputs.contains_key(name), "no input {name}");
        inputs.insert(name, (*value).to_owned());
    }
    let mut failed = 0;
    let mut all = Vec::new();
    for step in action["runs"]["steps"].as_vec().unwrap() {
        let condition = step["if"].as_str().unwrap_or_default();
        let Some(script) = step["run"].as_str() else { continue };
        assert_eq!(
            step["shell"].as_str(),
            Some("bash"),
            "a step without a shell is refused"
        );
        if condition.starts_with("inputs.binary == ''") || (failed != 0 && !condition.starts_with("always()")) {
            continue;
        }
        let mut shell = Command::new("bash");
        shell
            .args(["--noprofile", "--norc", "-e", "-o", "pipefail", "-c", script])
            .current_dir(desk.folder.path())
            .env("SOURCE_DATE_EPOCH", "1790000000")
            .env("GITHUB_OUTPUT", desk.path("output"))
            .env("GITHUB_STEP_SUMMARY", desk.path("summary"))
            .stdin(Stdio::null());
        for (name, expression) in step["env"].as_hash().unwrap() {
            shell.env(name.as_str().unwrap(), value(expression.as_str().unwrap(), &inputs));
        }
        let done = Done::of(&mut shell);
        if failed == 0 {
            failed = done.code;
        }
        all.push(done);
    }
    (failed, all)
}

fn desk(log: &str) -> Desk {
    let desk = Desk::new();
    for file in ["audit.toml", "offers.csv"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fixtures")
            .join(log)
            .join(file);
        desk.write(file, fs::read(path).unwrap());
    }
    desk
}

#[test]
fn the_action_ends_as_the_audit_does_and_keeps_the_reports() {
    for (log, code) in [("biased", 1), ("fair", 0)] {
        let desk = desk(log);
        let (ended, done) = run(&desk, &[("spec", "audit.toml")]);
        assert_eq!(ended, code, "{log}: {}", done[0].err);
        assert_eq!(
            fs::read_to_string(desk.path("output")).unwrap(),
            format!("exit-code={code}\n")
        );
        for file in [
            "result.json",
            "report.html",
            "estimates.csv",
            "junit.xml",
            "result.sarif",
        ] {
            assert!(desk.path("parytet-report").join(file).exists(), "{log}: {file}");
        }
        let annotations = done[1].out.matches("::error ").count();
        assert_eq!(annotations > 0, code == 1, "{log}: {}", done[1].out);
        let summary = fs::read_to_string(desk.path("summary")).unwrap();
        assert!(summary.contains("disparate_impact"), "{log}: {summary}");
    }
}

#[test]
fn the_action_takes_arguments_and_tells_of_an_audit_that_cannot_be_made() {
    let desk = desk("biased");
    let lines = "--gate\nselection_rate>=0.9999\n\n--exit-zero\n";
    let (ended, done) = run(
        &desk,
        &[("spec", "audit.toml"), ("arguments", lines), ("folder", "two words")],
    );
    assert_eq!(ended, 0, "{}", done[0].err);
    let result = fs::read_to_string(desk.path("two words/result.json")).unwrap();
    assert!(result.contains("selection_rate >= 0.9999"));
    // An earlier result must not be taken for that of this run.
    let (ended, done) = run(&desk, &[("spec", "absent.toml"), ("folder", "two words")]);
    assert_eq!(ended, 2);
    assert!(done[0].err.contains("error[file-not-found]"), "{}", done[0].err);
    assert_eq!((done[1].code, done[1].out.as_str()), (0, ""));
}

#[test]
fn what_follows_a_failed_gate_runs_all_the_same_and_nothing_is_piped() {
    let action = action();
    assert_eq!(action["runs"]["using"].as_str(), Some("composite"));
    let steps = action["runs"]["steps"].as_vec().unwrap();
    let audit = steps
        .iter()
        .position(|step| step["id"].as_str() == Some("audit"))
        .unwrap();
    assert!(steps.len() >= audit + 4, "reports, summary, artifact and findings");
    for step in &steps[audit + 1..] {
        assert!(step["if"].as_str().unwrap().starts_with("always()"), "{step:?}");
    }
    for step in steps {
        let script = step["run"].as_str().unwrap_or_default();
        for line in script.lines() {
            assert!(!line.replace("||", "").contains('|'), "{line}");
            // Inputs go through the environment: put into a script, they could run.
            assert!(!line.contains("${{"), "{line}");
        }
    }
    let said: Vec<&str> = action["inputs"]
        .as_hash()
        .unwrap()
        .keys()
        .map(|name| name.as_str().unwrap())
        .collect();
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/ci.md")).unwrap();
    for name in said {
        assert!(page.contains(name), "docs/ci.md does not tell of `{name}`");
    }
}
