//! The report as one page, from the command line.

use std::path::Path;

use crate::audit_support::Desk;

/// Flags that give every part of the page something to say.
fn flags(log: &str) -> Vec<&str> {
    let mut flags = vec!["audit", log, "--subject", "customer_id", "--favourable"];
    flags.extend([
        "--protected",
        "gender",
        "--protected",
        "age:25,45,65",
        "--selected",
        "decision=yes",
    ]);
    flags.extend([
        "--intersection",
        "gender,age",
        "--stratum",
        "channel",
        "--matching",
        "channel",
    ]);
    flags.extend(["--search", "gender,age,channel", "--proxies", "channel"]);
    flags.extend([
        "--gate",
        "subgroup_gap>=-0.1",
        "--gate",
        "disparate_impact>=0.8",
        "--title",
        "Offers & <b>more</b>",
    ]);
    flags
}

fn log() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/biased/offers.csv");
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_report_is_one_file_that_fetches_nothing_and_runs_nothing() {
    let desk = Desk::new();
    let log = log();
    let more = ["--format", "html", "--output", "report.html", "--output", "again.HTM"];
    let done = desk.run(&[&flags(&log)[..], &more].concat());
    assert_eq!(done.code, 1, "{}", done.err);
    let page = std::fs::read_to_string(desk.path("report.html")).unwrap();
    assert_eq!(page, done.out);
    assert_eq!(page, std::fs::read_to_string(desk.path("again.HTM")).unwrap());
    assert!(page.starts_with("<!DOCTYPE html>\n") && page.ends_with("</html>\n"));
    assert!(page.contains("<title>Offers &#38; &#60;b&#62;more&#60;/b&#62; – ✘ fail</title>"));
    for never in [
        "<script", "<link", "<img", "<iframe", " src=", "url(", "@import", "<b>more",
    ] {
        assert!(!page.contains(never), "{never}");
    }
    let folder = desk.folder.path().to_str().unwrap();
    assert!(!page.contains(folder), "no path of this machine");
}

#[test]
fn a_report_has_all_its_parts() {
    let desk = Desk::new();
    let log = log();
    let page = desk.run(&[&flags(&log)[..], &["--format", "html"]].concat()).out;
    for part in [
        "What matters most",
        "What was audited",
        "Gates",
        "Outcome <code>decision</code>",
        "Combinations of <code>gender &#38; age</code>",
        "Within <code>channel</code>",
        "Among people who are alike",
        "What the unknown could hide",
        "What gives a group away",
        "Where every row went",
        "Limits and notes",
        "Definitions",
        "Method",
        "Provenance",
    ] {
        let heading = page.split("<h").skip(1).filter_map(|rest| rest.split_once('>'));
        let mut found = heading.filter(|(_, rest)| rest.split("</h").next().unwrap().starts_with(part));
        assert!(found.next().is_some(), "{part}");
    }
    assert!(page.contains("Search for the worst-off group"));
    // A page is for people to load: an audit of eight groups and four metrics is no megabyte.
    assert!(page.len() < 300_000, "{}", page.len());
}
