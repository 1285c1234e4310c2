//! The tutorial does what it says, on the bundled logs and, where it is there, on the real one.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::audit_support::{Desk, Done};

/// The commands of the blocks of shell below a heading, each with the exit code that stands behind it.
fn commands(heading: &str) -> Vec<(String, i32)> {
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tutorial.md")).unwrap();
    let section = page.split(&format!("## {heading}\n")).nth(1).unwrap();
    let section = section.split("\n## Without").next().unwrap();
    section
        .split("```sh\n")
        .skip(1)
        .flat_map(|block| block.split("```").next().unwrap().lines())
        .map(|line| {
            let (command, code) = line
                .rsplit_once("# exit ")
                .unwrap_or_else(|| panic!("no exit code: {line}"));
            (command.trim().to_owned(), code.trim().parse().unwrap())
        })
        .collect()
}

/// Runs them in a shell that finds the program, one after the other.
#[allow(clippy::disallowed_methods, reason = "where a shell finds programs")]
fn run(desk: &Desk, commands: &[(String, i32)]) -> Vec<Done> {
    let program = Path::new(env!("CARGO_BIN_EXE_parytet")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let one = |(command, code): &(String, i32)| {
        let mut shell = Command::new("bash");
        shell
            .args(["-c", command])
            .current_dir(desk.folder.path())
            .env("PATH", &path)
            .env("SOURCE_DATE_EPOCH", "1790000000")
            .env("NO_COLOR", "1")
            .stdin(std::process::Stdio::null());
        let done = Done::of(&mut shell);
        assert_eq!(done.code, *code, "{command}: {}{}", done.out, done.err);
        done
    };
    commands.iter().map(one).collect()
}

#[test]
fn the_tutorial_runs_on_bundled_logs() {
    let desk = Desk::new();
    for log in ["biased", "fair"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/{log}/offers.csv"));
        desk.write(&format!("fixtures/{log}/offers.csv"), fs::read(file).unwrap());
    }
    let commands = commands("Without the log");
    // Red, then green.
    let codes: Vec<i32> = commands.iter().map(|(_, code)| *code).collect();
    assert_eq!(codes, [0, 0, 1, 0, 0]);
    run(&desk, &commands);
    let page = fs::read_to_string(desk.path("report.html")).unwrap();
    assert!(page.contains("<title>") && page.contains("selection_rate"), "{page}");
}

#[test]
fn the_tutorial_says_what_its_log_says() {
    let Some(data) = crate::real_logs::data() else { return };
    let desk = Desk::new();
    let log = Command::new("gzip")
        .args(["-dc"])
        .arg(data.join("starbucks_offers.csv.gz"))
        .output()
        .unwrap();
    assert!(log.status.success());
    desk.write("starbucks_offers.csv", log.stdout);
    let done = run(&desk, &commands("Look"));
    let said: String = done.iter().map(|done| format!("{}{}", done.out, done.err)).collect();
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tutorial.md")).unwrap();
    let mut lines = 0;
    for block in page.split("```text\n").skip(1) {
        for line in block.split("```").next().unwrap().lines().filter(|line| *line != "…") {
            assert!(
                said.lines().any(|own| own.trim_end() == line),
                "nobody says: {line}\n{said}"
            );
            lines += 1;
        }
    }
    assert!(lines > 18, "{lines}");
}
