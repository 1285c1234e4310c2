//! Audits that are kept: added, shown, registered, stamped, pruned, and made again.

use std::fs;
use std::process::Command;
use std::thread;

use serde_json::Value;

use crate::archive_support::Shelf;
use crate::audit_support::people;

#[allow(clippy::print_stderr, reason = "a skipped test must say so")]
fn skipped(why: &str) {
    eprintln!("SKIPPED: {why}");
}

fn has(program: &str) -> bool {
    let found = Command::new(program).arg("version").output();
    if found.is_err() {
        skipped(&format!("`{program}` is not on the path"));
    }
    found.is_ok()
}

fn show(shelf: &Shelf, entry: &str) -> Value {
    let done = shelf.desk.run(&["archive", "show", "archive", entry, "--json"]);
    assert_eq!(done.code, 0, "{}", done.err);
    serde_json::from_str(&done.out).unwrap()
}

#[test]
fn two_audits_of_one_log_share_their_objects() {
    let shelf = Shelf::new();
    shelf.audit(&[]);
    shelf.add(&[]);
    let objects = shelf.objects();
    shelf.audit(&[]);
    shelf.add(&[]);
    assert_eq!(
        shelf.objects(),
        objects,
        "the same result and the same spec are kept once"
    );
    let shown = show(&shelf, "2");
    let audit = &shown["predicate"]["audit"];
    assert_eq!(audit["rowAccount"]["read"], 700);
    assert_eq!(audit["inputs"][0]["name"], "log.csv");
    let log = fs::read(shelf.desk.path("log.csv")).unwrap();
    let digest = parytet::archive::Digest::of(&log).to_string();
    assert_eq!(audit["inputs"][0]["digest"]["sha256"], digest);
    assert_eq!(audit["inputs"][0]["size"], log.len());
    let listed = shelf.desk.run(&["archive", "list", "archive"]).out;
    assert_eq!(listed.lines().count(), 2, "{listed}");
    assert!(listed.contains("Offers: fail"), "{listed}");
}

#[test]
fn what_is_not_known_or_not_signed_is_said() {
    let shelf = Shelf::new();
    let done = shelf.desk.run(&["audit", "audit.toml", "-o", "result.json", "--quiet"]);
    assert_eq!(done.code, 1);
    let result: Value = serde_json::from_slice(&fs::read(shelf.desk.path("result.json")).unwrap()).unwrap();
    assert_eq!(result["inputs"][0]["digest_reason"], "not-asked");
    let done = shelf.desk.run(&["archive", "add", "result.json", "--to", "archive"]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.err.contains("warning: the entry is unsigned"), "{}", done.err);
    assert!(done.err.contains("no digest is known"), "{}", done.err);
    shelf.is_broken(&[], "it is not signed");
    // What is no result is not archived.
    shelf
        .desk
        .run(&["archive", "add", "log.csv", "--to", "archive"])
        .refuses("no-result");
    shelf
        .desk
        .run(&["archive", "add", "result.json", "--to", "."])
        .refuses("no-archive");
}

#[test]
fn the_head_goes_to_the_summary_of_the_job() {
    let shelf = Shelf::new();
    shelf.audit(&[]);
    let mut command = shelf.desk.command(&[
        "archive",
        "add",
        "result.json",
        "--to",
        "archive",
        "--key",
        "private.pem",
    ]);
    command.env("GITHUB_STEP_SUMMARY", shelf.desk.path("summary.md"));
    let done = crate::audit_support::Done::of(&mut command);
    let summary = fs::read_to_string(shelf.desk.path("summary.md")).unwrap();
    assert_eq!(summary, format!("Archived: `{}`\n", done.out.trim()));
}

#[test]
fn writers_at_the_same_time_all_succeed_in_some_order() {
    let shelf = Shelf::new();
    shelf.audit(&[]);
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| shelf.add(&[]));
        }
    });
    shelf.is_whole(&["--expect-at-least", "4"]);
}

#[cfg(unix)]
#[test]
fn a_disk_that_takes_no_more_is_exit_2_and_loses_nothing() {
    let shelf = Shelf::with(1);
    let before = shelf.objects();
    // Files may not grow beyond a kilobyte: writing more fails, and kills who does not ignore the signal.
    for (trap, code) in [("trap '' XFSZ;", Some(2)), ("", None)] {
        let script = format!(
            "{trap} ulimit -f 1; exec {} archive add result.json --to archive --key private.pem",
            env!("CARGO_BIN_EXE_parytet")
        );
        shelf.desk.write("log.csv", people(&[("f", 300, 20), ("m", 400, 200)]));
        shelf.audit(&[]);
        let mut command = Command::new("bash");
        command.args(["-c", &script]).current_dir(shelf.desk.folder.path());
        assert_eq!(command.output().unwrap().status.code(), code);
        let said = shelf.is_whole(&["--expect-at-least", "1"]);
        assert!(said.contains("whole: 1 entry"), "{said}");
        assert!(said.contains("by a writer that did not finish"), "{said}");
        assert_eq!(shelf.objects(), before);
    }
    shelf.desk.run(&["archive", "gc", "archive"]);
    assert!(!shelf.is_whole(&[]).contains("by a writer"));
    shelf.add(&[]);
    shelf.is_whole(&["--expect-at-least", "2"]);
}

#[cfg(target_os = "linux")]
#[test]
fn killed_at_any_call_of_the_system_the_archive_is_whole() {
    let shelf = Shelf::with(1);
    let may_trace = Command::new("strace").args(["-qq", "true"]).output();
    if !may_trace.is_ok_and(|output| output.status.success()) {
        skipped("`strace` is not on the path, or may not be used");
        return;
    }
    let mut killed = 0;
    for call in ["openat", "write", "fsync", "renameat2", "mkdir"] {
        for when in 1..60 {
            shelf
                .desk
                .write("log.csv", people(&[("f", 300, 20 + when), ("m", 400, 200)]));
            shelf.audit(&[]);
            let mut command = Command::new("strace");
            command
                .args(["-qq", "-f", "-o", "/dev/null", "-e"])
                .arg(format!("inject={call}:signal=SIGKILL:when={when}"))
                .arg(env!("CARGO_BIN_EXE_parytet"))
                .args([
                    "archive",
                    "add",
                    "result.json",
                    "--to",
                    "archive",
                    "--key",
                    "private.pem",
                ])
                .current_dir(shelf.desk.folder.path());
            let whole = command.output().unwrap().status.success();
            shelf.is_whole(&["--expect-at-least", "1"]);
            if whole {
                break;
            }
            killed += 1;
        }
    }
    assert!(killed > 20, "{killed}");
    assert_eq!(shelf.desk.run(&["archive", "gc", "archive"]).code, 0);
    let said = shelf.is_whole(&[]);
    assert!(
        !said.contains("for the next writer") && !said.contains("by a writer"),
        "{said}"
    );
}

#[test]
fn a_spec_is_registered_before_its_result() {
    let shelf = Shelf::new();
    let register = [
        "archive",
        "register",
        "audit.toml",
        "--to",
        "archive",
        "--key",
        "private.pem",
    ];
    assert_eq!(shelf.desk.run(&register).code, 0);
    shelf.audit(&[]);
    shelf.add(&[]);
    assert_eq!(show(&shelf, "2")["predicate"]["audit"]["spec"]["registeredIn"], 1);
    let shown = shelf.desk.run(&["archive", "show", "archive", "2"]).out;
    assert!(shown.contains("thresholds  fixed in entry 1"), "{shown}");
    assert!(
        shelf
            .desk
            .run(&["archive", "show", "archive", "1"])
            .out
            .contains("disparate_impact >= 0.8")
    );
    // A flag over the spec, or a spec with another threshold, was not registered.
    shelf.audit(&["--gate", "disparate_impact>=0.5"]);
    shelf.add(&[]);
    assert!(show(&shelf, "3")["predicate"]["audit"]["spec"]["registeredIn"].is_null());
    shelf
        .desk
        .write("audit.toml", crate::archive_support::SPEC.replace("0.8", "0.7"));
    shelf.audit(&[]);
    shelf.add(&[]);
    assert!(show(&shelf, "4")["predicate"]["audit"]["spec"]["registeredIn"].is_null());
    let shown = shelf.desk.run(&["archive", "show", "archive", "4"]).out;
    assert!(shown.contains("first seen with this result"), "{shown}");
    shelf.is_whole(&[]);
}

#[test]
fn what_is_over_goes_and_what_is_held_stays() {
    let shelf = Shelf::new();
    shelf.audit(&[]);
    shelf.desk.write("report.txt", "a report");
    shelf.add(&["--report", "report.txt", "--keep-reports", "1y"]);
    let prune = |day: &str, more: &[&str]| {
        let mut args = vec![
            "archive",
            "prune",
            "archive",
            "--as-of",
            day,
            "--by",
            "Jane Doe",
            "--key",
            "private.pem",
        ];
        args.extend_from_slice(more);
        let done = shelf.desk.run(&args);
        assert_eq!(done.code, 0, "{}", done.err);
        done.out
    };
    assert!(
        prune("2027-09-21", &[]).contains("nothing to remove"),
        "the last day of keeping"
    );
    let hold = [
        "archive",
        "hold",
        "archive",
        "1",
        "--reason",
        "a case",
        "--by",
        "legal",
        "--key",
        "private.pem",
    ];
    assert_eq!(shelf.desk.run(&hold).code, 0);
    assert!(prune("2050-01-01", &[]).contains("nothing to remove"), "on hold");
    let mut release = hold.to_vec();
    release.push("--release");
    assert_eq!(shelf.desk.run(&release).code, 0);
    assert!(prune("2027-09-23", &["--dry-run"]).contains("report.txt of entry 1, kept until 2027-09-21"));
    let objects = shelf.objects();
    assert!(prune("2027-09-23", &[]).contains("report.txt"));
    assert!(shelf.is_whole(&[]).contains("1 retired"));
    let gone: Vec<_> = objects.into_iter().filter(|object| !object.exists()).collect();
    assert_eq!(gone.len(), 1);
    // It may come back as it was, and not as something else.
    fs::write(&gone[0], "a report").unwrap();
    assert!(shelf.is_whole(&[]).contains("still there"));
    fs::write(&gone[0], "another report").unwrap();
    shelf.is_broken(&[], "the object was changed");
    assert!(
        shelf
            .desk
            .run(&["archive", "gc", "archive"])
            .out
            .contains("1 file removed")
    );
    let exported = shelf.desk.run(&["archive", "export", "archive", "1", "--to", "out"]);
    assert!(
        exported.err.contains("report.txt is not there any more"),
        "{}",
        exported.err
    );
    // The same report again is kept again.
    shelf.add(&["--report", "report.txt"]);
    assert!(!shelf.is_whole(&[]).contains("retired") && gone[0].exists());
}

#[test]
fn an_audit_is_made_again_to_the_byte() {
    let shelf = Shelf::new();
    shelf.desk.write("at_work/place", "");
    shelf.audit(&["--gate", "selection_rate:gap>=-0.3", "--as-of", "2026-01-31"]);
    shelf.add(&[]);
    let reproduce = |more: &[&str]| {
        let mut args = vec!["reproduce", "1", "--archive", "archive"];
        args.extend_from_slice(more);
        shelf.desk.run(&args)
    };
    let done = reproduce(&[]);
    assert_eq!(done.code, 0, "{}{}", done.out, done.err);
    assert!(done.out.starts_with("same bytes, from its inputs"), "{}", done.out);
    // From another folder, and with a spec that was changed or lost meanwhile.
    fs::remove_file(shelf.desk.path("audit.toml")).unwrap();
    let archive = shelf.desk.path("archive");
    let mut command = shelf
        .desk
        .command(&["reproduce", "1", "--archive", archive.to_str().unwrap(), "--from", ".."]);
    command.current_dir(shelf.desk.path("at_work"));
    assert_eq!(command.output().unwrap().status.code(), Some(0));
    // A log that is another one now is not audited in its place.
    let log = fs::read_to_string(shelf.desk.path("log.csv")).unwrap();
    shelf.desk.write("log.csv", log.replacen("yes", "no", 1));
    let done = reproduce(&[]);
    assert_eq!(done.code, 2);
    assert!(
        done.err.contains("log.csv is not the file that was audited"),
        "{}",
        done.err
    );
    fs::remove_file(shelf.desk.path("log.csv")).unwrap();
    let done = reproduce(&[]);
    assert_eq!(done.code, 2);
    assert!(
        done.err.contains("inputs missing") && done.err.contains("sha256"),
        "{}",
        done.err
    );
}

#[test]
fn an_audit_is_made_again_from_its_tally_when_the_log_is_gone() {
    let shelf = Shelf::new();
    let count = ["tally", "audit.toml", "--hash-inputs", "-o", "tally.parquet"];
    assert_eq!(shelf.desk.run(&count).code, 0);
    shelf.audit(&[]);
    let from_log = fs::read(shelf.desk.path("result.json")).unwrap();
    let judge = ["audit", "--tally", "tally.parquet", "-o", "result.json", "--quiet"];
    assert_eq!(shelf.desk.run(&judge).code, 1);
    assert_eq!(
        fs::read(shelf.desk.path("result.json")).unwrap(),
        from_log,
        "digests are kept in a tally"
    );
    shelf.add(&["--tally", "tally.parquet"]);
    fs::remove_file(shelf.desk.path("log.csv")).unwrap();
    let done = shelf.desk.run(&["reproduce", "1", "--archive", "archive"]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.out.contains("inputs missing"), "{}", done.out);
    assert!(
        done.out.contains("same bytes, re-assessed from the tally"),
        "{}",
        done.out
    );
    // A tally of another log is not taken for this result's.
    shelf.desk.write("log.csv", people(&[("f", 30, 10), ("m", 40, 20)]));
    assert_eq!(shelf.desk.run(&count).code, 0);
    let done = shelf.desk.run(&[
        "archive",
        "add",
        "result.json",
        "--to",
        "archive",
        "--tally",
        "tally.parquet",
    ]);
    done.refuses("files-disagree");
}

#[test]
fn another_build_and_another_number_are_told_apart() {
    let shelf = Shelf::new();
    shelf.audit(&[]);
    let result = fs::read_to_string(shelf.desk.path("result.json")).unwrap();
    let version = format!("\"version\": \"{}\"", env!("CARGO_PKG_VERSION"));
    shelf
        .desk
        .write("result.json", result.replace(&version, "\"version\": \"0.0.9\""));
    shelf.add(&[]);
    let done = shelf.desk.run(&["reproduce", "1", "--archive", "archive"]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.out.contains("same numbers under another build"), "{}", done.out);
    assert!(done.out.contains("made by parytet 0.0.9"), "{}", done.out);
    shelf.desk.write(
        "result.json",
        result
            .replace("\"min_subjects\": 5", "\"min_subjects\": 6")
            .replace("\"deff\": 1.0", "\"deff\": 1.25"),
    );
    shelf.add(&[]);
    let done = shelf.desk.run(&["reproduce", "2", "--archive", "archive"]);
    assert_eq!(done.code, 1, "{}{}", done.out, done.err);
    assert!(done.out.contains("/audit/min_subjects: then 6, now 5"), "{}", done.out);
    assert!(done.out.contains("/deff: then 1.25, now 1.0"), "{}", done.out);
}

#[test]
fn openssl_checks_a_signature_by_the_archives_own_readme() {
    if !has("openssl") {
        return;
    }
    let shelf = Shelf::new();
    shelf.audit(&[]);
    shelf.add(&["--key", "other_private.pem"]);
    let readme = fs::read_to_string(shelf.archive("README.txt")).unwrap();
    let recipe = readme.split("--8<--").nth(1).unwrap().split("-->8--").next().unwrap();
    shelf.desk.write("key.pem", crate::archive_support::PUBLIC);
    let run = |entry: &std::path::Path| {
        let mut command = Command::new("bash");
        command
            .args(["-ec", recipe])
            .env("ENTRY", entry)
            .current_dir(shelf.desk.folder.path());
        let output = command.output().unwrap();
        (
            output.status.success(),
            String::from_utf8_lossy(&output.stdout).into_owned(),
        )
    };
    let (right, said) = run(&shelf.entry(1));
    assert!(right && said.contains("Signature Verified Successfully"), "{said}");
    // One letter of the payload in base64, and the recipe says no.
    let entry = fs::read_to_string(shelf.entry(1)).unwrap();
    let at = entry.len() / 2;
    let other = if &entry[at..=at] == "A" { "B" } else { "A" };
    let changed = format!("{}{other}{}", &entry[..at], &entry[at + 1..]);
    shelf.desk.write("changed.json", changed);
    assert!(!run(&shelf.desk.path("changed.json")).0);
}

#[test]
fn openssl_makes_and_checks_a_time_stamp() {
    if !has("openssl") {
        return;
    }
    let shelf = Shelf::with(2);
    let script = "
        for name in ca other; do
            openssl req -x509 -newkey rsa:2048 -nodes -keyout $name.key -out $name.pem -days 3650 -subj /CN=$name -addext keyUsage=keyCertSign,digitalSignature
            openssl req -newkey rsa:2048 -nodes -keyout $name.tsa.key -out $name.csr -subj /CN=tsa
            printf 'extendedKeyUsage=critical,timeStamping\\nkeyUsage=critical,digitalSignature\\n' > ext
            openssl x509 -req -in $name.csr -CA $name.pem -CAkey $name.key -CAcreateserial -days 3650 -extfile ext -out $name.tsa.pem
            printf '[tsa]\\nserial=serial\\ndefault_policy=1.2.3.4\\ndigests=sha256\\nsigner_digest=sha256\\ness_cert_id_alg=sha256\\n' > conf
        done
    ";
    let bash = |script: &str| {
        let mut command = Command::new("bash");
        let output = command
            .args(["-ec", script])
            .current_dir(shelf.desk.folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    bash(script);
    let ask = ["archive", "timestamp", "archive", "1", "--request", "ask.tsq"];
    assert_eq!(shelf.desk.run(&ask).code, 0);
    let asked = bash("openssl ts -query -in ask.tsq -text");
    assert!(
        asked.contains("Hash Algorithm: sha256") && asked.contains("Certificate required: yes"),
        "{asked}"
    );
    for name in ["ca", "other"] {
        bash(&format!(
            "openssl ts -reply -config conf -section tsa -queryfile ask.tsq -signer {name}.tsa.pem -inkey {name}.tsa.key -out {name}.tsr"
        ));
    }
    let attach = |entry: &str, token: &str| {
        shelf.desk.run(&[
            "archive",
            "timestamp",
            "archive",
            entry,
            "--attach",
            token,
            "--key",
            "private.pem",
        ])
    };
    // A token for entry 1 is none for entry 2, and no text is a token.
    attach("2", "ca.tsr").refuses("wrong-timestamp");
    attach("1", "audit.toml").refuses("wrong-timestamp");
    assert_eq!(attach("1", "ca.tsr").code, 0);
    let said = shelf.is_whole(&["--ca", "ca.pem"]);
    assert!(said.contains("time stamps that hold: 1"), "{said}");
    assert!(
        shelf
            .desk
            .run(&["archive", "show", "archive", "1"])
            .out
            .contains("time stamp  in entry 3")
    );
    // Of another authority, it does not hold.
    shelf.is_broken(&["--ca", "other.pem"], "the time stamp of entry 1 does not hold");
    assert_eq!(attach("1", "other.tsr").code, 0);
    shelf.is_broken(&["--ca", "ca.pem"], "entry 4: the time stamp of entry 1 does not hold");
}

#[test]
fn an_attestation_for_policy_engines_is_that_of_in_toto() {
    use base64::Engine as _;
    let shelf = Shelf::new();
    shelf.audit(&[]);
    shelf.add(&["--attest", "gates.dsse.json"]);
    let envelope: Value = serde_json::from_slice(&fs::read(shelf.desk.path("gates.dsse.json")).unwrap()).unwrap();
    let payload = envelope["payload"].as_str().unwrap();
    let statement = base64::engine::general_purpose::STANDARD.decode(payload).unwrap();
    let statement: Value = serde_json::from_slice(&statement).unwrap();
    assert_eq!(
        statement["predicateType"],
        "https://in-toto.io/attestation/test-result/v0.1"
    );
    assert_eq!(statement["predicate"]["result"], "FAILED");
    assert_eq!(statement["predicate"]["failedTests"].as_array().unwrap().len(), 1);
    assert_eq!(statement["subject"][0]["name"], "result.json");
    assert_eq!(statement["predicate"]["configuration"][0]["name"], "audit.toml");
}

#[test]
fn a_site_is_made_once_per_entry_and_shows_a_loosened_threshold() {
    let shelf = Shelf::with(2);
    shelf.desk.write(
        "audit.toml",
        crate::archive_support::SPEC
            .replace("0.8", "0.6")
            .replace("Offers", "<b>Offers"),
    );
    shelf.audit(&[]);
    shelf.add(&[]);
    let make = || shelf.desk.run(&["archive", "site", "archive", "--output", "site"]).out;
    assert!(make().contains("3 entries, 3 pages made"));
    let page = fs::read(shelf.desk.path("site/entries/000001.html")).unwrap();
    shelf.add(&[]);
    assert!(make().contains("4 entries, 1 pages made"));
    assert_eq!(fs::read(shelf.desk.path("site/entries/000001.html")).unwrap(), page);
    let index = fs::read_to_string(shelf.desk.path("site/index.html")).unwrap();
    assert!(index.contains("Thresholds were loosened"));
    assert!(index.contains("loosened from at least 0.8 to at least 0.6"), "{index}");
    assert!(!index.contains("<b>Offers") && index.contains("&#60;b&#62;Offers"));
    for word in ["http://", "https://", "src=", "@import", "url("] {
        assert!(!index.contains(word), "{word}: nothing is fetched");
    }
    // A page that somebody changed in its first line is made again.
    fs::write(shelf.desk.path("site/entries/000001.html"), "changed").unwrap();
    assert!(make().contains("1 pages made"));
    assert_eq!(fs::read(shelf.desk.path("site/entries/000001.html")).unwrap(), page);
}
