//! What the documents say is so.

use std::path::{Path, PathBuf};

fn text(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The blocks of a language in a document.
fn blocks<'a>(document: &'a str, language: &str) -> Vec<&'a str> {
    document
        .split(&format!("```{language}\n"))
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap_or_default())
        .collect()
}

#[test]
fn every_spec_in_the_documents_is_one() {
    let mut checked = 0;
    for name in [
        "README.md",
        "docs/guide.md",
        "docs/spec.md",
        "docs/tutorial.md",
        "docs/ci.md",
    ] {
        let document = text(name);
        for block in blocks(&document, "toml") {
            // A table that is shown alone may lack others, but what stands in it must be right.
            if let Err(faults) = parytet::spec::parse(block, name, PathBuf::new()) {
                panic!("{name}: {}\n{block}", faults[0]);
            }
            checked += 1;
        }
    }
    assert!(checked > 5, "the blocks were not found");
}

#[test]
fn readme_starts_with_two_commands_that_ci_runs() {
    let readme = text("README.md");
    let commands: Vec<&str> = blocks(&readme, "sh")[0]
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default().trim())
        .collect();
    assert_eq!(
        commands,
        ["cargo run -- audit fixtures/biased/audit.toml", "cargo test"]
    );
    let ci = text(".ci/run");
    for command in commands {
        assert!(
            ci.lines().any(|line| line.ends_with(command)),
            ".ci/run does not run `{command}`"
        );
    }
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = text("Cargo.toml");
    let decisions = text("docs/decisions.md");
    let mut section = "";
    let mut dependencies = 0;
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if matches!(section, "[dependencies]" | "[dev-dependencies]")
            && let Some((name, _)) = line.split_once(" = ")
        {
            dependencies += 1;
            assert!(
                decisions.contains(&format!("`{name}`")),
                "docs/decisions.md does not say why `{name}` is needed"
            );
        }
    }
    assert!(dependencies > 10, "the dependencies were not found");
}

/// Every document of the project, by its path.
fn documents() -> Vec<String> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let mut names = vec!["README.md".to_owned(), "fixtures/README.md".to_owned()];
    for entry in std::fs::read_dir(docs).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        if name.ends_with(".md") {
            names.push(format!("docs/{name}"));
        }
    }
    names.sort();
    names
}

/// What a heading is called in an address: small letters, digits, `-` and `_`, and `-` for each blank.
fn anchor(heading: &str) -> String {
    heading
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || matches!(c, '-' | '_') => Some(c),
            _ => None,
        })
        .collect()
}

fn anchors(document: &str) -> Vec<String> {
    let headings = document.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#'))).collect()
}

#[test]
fn every_link_between_documents_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut links = 0;
    for name in documents() {
        let document = text(&name);
        let folder = root.join(&name).parent().unwrap().to_path_buf();
        for rest in document.split("](").skip(1) {
            let link = rest.split(')').next().unwrap_or_default();
            if link.is_empty() || link.starts_with("http") {
                continue;
            }
            let (target, part) = link.split_once('#').unwrap_or((link, ""));
            let other = if target.is_empty() {
                document.clone()
            } else {
                let path = folder.join(target);
                assert!(path.exists(), "{name}: no {target}");
                std::fs::read_to_string(path).unwrap_or_default()
            };
            let known = part.is_empty() || anchors(&other).iter().any(|own| own == part);
            assert!(known, "{name}: no heading #{part} in {target}");
            links += 1;
        }
    }
    assert!(links > 60, "{links}");
}

// A page that the summary does not name is not in the book.
#[test]
fn every_document_is_a_page_of_the_book() {
    let summary = text("docs/SUMMARY.md");
    for name in documents() {
        let Some(page) = name.strip_prefix("docs/").filter(|page| *page != "SUMMARY.md") else {
            continue;
        };
        assert_eq!(summary.matches(&format!("]({page})")).count(), 1, "{page}");
    }
    assert!(text("docs/book.toml").contains("src = \".\""));
}

// Fleiss, Levin and Paik 2003 for the second column; for the third the normal interval of the logarithm of a ratio, by hand:
// 2(1 - p)/p ((1.96 + 0.84)/ln(1/0.8))^2.
#[test]
fn the_numbers_of_people_are_those_of_the_formulas() {
    let page = text("docs/how-many-people.md");
    let table = page
        .split("<!-- people -->")
        .nth(1)
        .unwrap()
        .split("<!-- /people -->")
        .next()
        .unwrap();
    let mut rows = 0;
    for line in table
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains('%'))
    {
        let cells: Vec<f64> = line
            .trim_matches('|')
            .split('|')
            .map(|cell| cell.replace([',', '%', ' '], "").parse().unwrap())
            .collect();
        let p = cells[0] / 100.0;
        let find = parytet::inference::power::people_needed(p, 0.8 * p, 0.05, 0.8, 1.0).unwrap();
        let pass = 2.0 * (1.0 - p) / p * ((1.959_963_984_5 + 0.841_621_233_6) / (1.0_f64 / 0.8).ln()).powi(2);
        assert_eq!((find.ceil(), pass.ceil()), (cells[1], cells[2]), "{line}");
        rows += 1;
    }
    assert_eq!(rows, 5);
}

#[test]
fn every_metric_that_is_advised_is_one() {
    let page = text("docs/which-metric.md");
    let rows = page
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| what should"));
    let mut names = 0;
    for row in rows {
        let cell = row.split('|').nth(2).unwrap();
        for name in cell.split('`').skip(1).step_by(2) {
            assert!(parytet::catalogue::find(name, true).is_some(), "{name}");
            names += 1;
        }
    }
    assert!(names >= 11, "{names}");
}

/// The names of all tests of the project.
fn tests_of_the_project() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![root.join("src"), root.join("tests")];
    let mut names = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let code = std::fs::read_to_string(path).unwrap();
                let after = code.split("#[test]").skip(1);
                let named = after.filter_map(|rest| {
                    rest.split_once("fn ")?
                        .1
                        .split_once('(')
                        .map(|(name, _)| name.to_owned())
                });
                names.extend(named);
            }
        }
    }
    names
}

#[test]
fn every_row_of_the_coverage_names_a_test() {
    let known = tests_of_the_project();
    let document = text("docs/coverage.md");
    let rows: Vec<&str> = document
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| ID"))
        .collect();
    assert!(rows.len() > 40, "the rows were not found");
    for row in rows {
        let test = row
            .trim_end_matches(" |")
            .rsplit_once("| ")
            .unwrap()
            .1
            .trim_matches('`');
        assert!(
            known.iter().any(|name| name == test),
            "no test is called `{test}`: {row}"
        );
    }
}

/// The commands of parytet in a block of YAML: what stands after `run:`, `- ` or on a line of its own, up to what a shell
/// does with it.
fn commands_of_ci(block: &str) -> Vec<Vec<String>> {
    let lines = block.lines().filter_map(|line| {
        let at = line.find("parytet ")?;
        let before = line[..at].trim();
        matches!(before, "" | "-" | "run:" | "- run:" | "entry:").then(|| &line[at..])
    });
    lines
        .map(|line| {
            let command = line.split(" || ").next().unwrap().split(" >> ").next().unwrap();
            command.split_whitespace().skip(1).map(str::to_owned).collect()
        })
        .collect()
}

#[test]
fn the_commands_of_ci_jobs_in_the_guide_run() {
    let desk = crate::audit_support::Desk::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/biased");
    for file in ["audit.toml", "offers.csv"] {
        desk.write(file, std::fs::read(folder.join(file)).unwrap());
    }
    let guide = text("docs/ci.md");
    let mut run = 0;
    for block in blocks(&guide, "yaml") {
        for mut command in commands_of_ci(block) {
            if command == ["check"] {
                command.push("audit.toml".to_owned());
            }
            let args: Vec<&str> = command.iter().map(String::as_str).collect();
            let done = desk.run(&args);
            // The log's gate fails; whatever else a job does with its result is whole.
            let reports_only = args[0] != "audit" || args.contains(&"--exit-zero");
            assert_eq!(done.code, i32::from(!reports_only), "{command:?}: {}", done.err);
            run += 1;
        }
    }
    assert!(run >= 8, "only {run} commands were found");
}

// A pipe hides the exit code: GitHub's shell ends with that of the last command.
#[test]
fn no_ci_job_in_the_documents_pipes_an_audit() {
    for name in ["README.md", "docs/guide.md", "docs/ci.md"] {
        for block in blocks(&text(name), "yaml") {
            for line in block.lines().filter(|line| line.contains("parytet ")) {
                let piped = line.replace("||", "").contains('|') && !line.trim_end().ends_with('|');
                assert!(!piped, "{name}: {line}");
            }
        }
    }
}

#[test]
fn every_preset_and_format_is_in_the_guide() {
    let guide = text("docs/guide.md");
    for preset in &parytet::catalogue::presets::PRESETS {
        assert!(guide.contains(&format!("| `{}` |", preset.id)), "{}", preset.id);
    }
    for face in parytet::report::face::Face::ALL {
        assert!(guide.contains(&format!("`{}`", face.id())), "{}", face.id());
    }
}
