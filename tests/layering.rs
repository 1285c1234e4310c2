//! Data flows one way: no module imports one to its right.

use std::fs;
use std::path::{Path, PathBuf};

/// The modules, from left to right. `diagnostic` is left of all: every module may raise one.
const ORDER: [&str; 19] = [
    "diagnostic",
    "ranking",
    "catalogue",
    "spec",
    "plan",
    "log",
    "tally",
    "engine",
    "init",
    "store",
    "inference",
    "metrics",
    "assess",
    "verdict",
    "report",
    "compare",
    "archive",
    "cli",
    "main",
];

fn position(module: &str) -> Option<usize> {
    ORDER.iter().position(|m| *m == module)
}

/// What a file of this module may import besides itself, where that is less than everything to its left.
fn allowed(file: &str, module: &str, imported: &str) -> bool {
    let (Some(own), Some(other)) = (position(module), position(imported)) else {
        return false;
    };
    if own == other {
        return true;
    }
    match module {
        "catalogue" | "inference" | "ranking" => false,
        // Only the assembly of the model sees the pipeline; faces see the model and the catalogue's words.
        // Reading one back may find it broken.
        "report" if file == "src/report/read.rs" => imported == "diagnostic",
        "report" if file != "src/report/assemble.rs" => imported == "catalogue",
        _ => other < own,
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// The modules that a line of code names after `crate::`; comments don't count.
fn named(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or_default();
    let word = |text: &str| {
        text.chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    code.match_indices("crate::")
        .flat_map(|(at, found)| {
            let rest = &code[at + found.len()..];
            match rest.strip_prefix('{') {
                Some(list) => list.split([',', '}']).map(|part| word(part.trim())).collect(),
                None => vec![word(rest)],
            }
        })
        .filter(|module| position(module).is_some())
        .collect()
}

#[test]
fn no_module_imports_one_to_its_right() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    assert!(files.len() > 50, "the sources were not found");
    let mut wrong = Vec::new();
    for path in files {
        let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
        let inner = name.trim_start_matches("src/");
        if inner == "lib.rs" {
            continue;
        }
        let module = inner.split('/').next().unwrap_or_default().trim_end_matches(".rs");
        assert!(
            position(module).is_some(),
            "{name}: give the module `{module}` a place in tests/layering.rs"
        );
        for (number, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            for imported in named(line) {
                if !allowed(&name, module, &imported) {
                    wrong.push(format!("{name}:{}: {module} names crate::{imported}", number + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn modules_named_in_a_line_are_found() {
    assert_eq!(named("use crate::plan::{self, Plan};"), ["plan"]);
    assert_eq!(named("use crate::{plan, verdict::Say};"), ["plan", "verdict"]);
    assert_eq!(
        named("let x = crate::catalogue::find(name); // crate::cli"),
        ["catalogue"]
    );
    assert!(named("/// See [`crate::metrics`].").is_empty());
}
