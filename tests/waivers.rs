//! Presets of gates, and failures that somebody answers for.

use serde_json::Value;

use crate::audit_support::{Desk, Done, answers, flags, people};

/// `f` has seven tenths of the rate of `m`; `g` is like `m`.
fn desk() -> Desk {
    Desk::with(
        "log.csv",
        people(&[("f", 1000, 350), ("g", 1000, 500), ("m", 1000, 500)]),
    )
}

const SPEC: &str = "[log]\npath = \"log.csv\"\nsubject = \"id\"\n[[protected]]\nname = \"gender\"\nreference = \"m\"\n\
                    [[outcome]]\nname = \"offered\"\nfavourable = true\nselected = { column = \"decision\", values = [\"yes\"] }\n\
                    [[gate]]\nname = \"fair\"\nmetric = \"disparate_impact\"\nmin = 0.8\n";

/// The one waiver of these tests, with keys changed or added.
fn waiver(more: &str) -> String {
    let mut keys = vec![
        ("gate", "gate = \"fair\"".to_owned()),
        ("group", "group = \"f\"".to_owned()),
        ("reason", "reason = \"a new model in March\"".to_owned()),
        ("owner", "owner = \"Jane Doe\"".to_owned()),
        ("expires", "expires = 2026-12-31".to_owned()),
    ];
    for line in more.lines() {
        let key = line.split(' ').next().unwrap();
        keys.retain(|(known, _)| *known != key);
        if !line.ends_with("absent") {
            keys.push((key, line.to_owned()));
        }
    }
    let keys: Vec<String> = keys.into_iter().map(|(_, line)| line).collect();
    format!("[[waiver]]\n{}\n", keys.join("\n"))
}

fn audited(desk: &Desk, more: &str, as_of: &str) -> Done {
    desk.write("spec.toml", format!("{SPEC}{}", waiver(more)));
    desk.audit(&["spec.toml", "--as-of", as_of])
}

#[test]
fn a_waived_failure_stays_visible_and_does_not_block() {
    let desk = desk();
    let done = audited(&desk, "", "2026-10-01");
    let result = done.json();
    assert_eq!(done.code, 0);
    assert_eq!(result["verdict"]["reason"], "failures-waived");
    assert_eq!(
        (&result["verdict"]["passed"], &result["verdict"]["waived"]),
        (&1.into(), &1.into())
    );
    let gate = &result["gates"][0];
    assert_eq!((&gate["verdict"], &gate["waived"]), (&"pass".into(), &1.into()));
    assert_eq!(gate["answers"][0]["verdict"], "fail");
    assert_eq!(gate["answers"][0]["waived"]["owner"], "Jane Doe");
    assert_eq!(gate["answers"][1]["waived"], Value::Null);
    assert_eq!(result["waivers"][0]["status"], "used");
    assert_eq!(result["waivers"][0]["line"], 15);
    desk.write("result.json", done.out);
    for face in ["table", "markdown", "junit", "sarif", "github", "gitlab"] {
        let text = desk.run(&["render", "result.json", "--to", face]).out;
        assert!(
            text.contains("waived") && text.contains("a new model in March"),
            "{face}: {text}"
        );
    }
    assert!(
        desk.run(&["render", "result.json", "--to", "junit"])
            .out
            .contains("failures=\"0\"")
    );
}

#[test]
fn the_as_of_date_decides_whether_a_waiver_holds() {
    let desk = desk();
    for (as_of, code, status, soon) in [
        ("2026-11-30", 0, "used", false),
        ("2026-12-01", 0, "used", true),
        ("2026-12-31", 0, "used", true),
        ("2027-01-01", 1, "expired", false),
    ] {
        let done = audited(&desk, "", as_of);
        let result = done.json();
        assert_eq!(done.code, code, "{as_of}");
        let waiver = &result["waivers"][0];
        assert_eq!(
            (&waiver["status"], &waiver["ends_soon"]),
            (&status.into(), &soon.into()),
            "{as_of}"
        );
        desk.write("result.json", done.out);
        let github = desk.run(&["render", "result.json", "--to", "github"]).out;
        assert_eq!(
            github.contains("::warning file=spec.toml,line=15,title=waiver used::"),
            soon
        );
        assert_eq!(github.contains("title=waiver expired::"), status == "expired");
    }
}

#[test]
fn what_is_not_in_order_fails() {
    let desk = desk();
    // Nothing else fails where the other gate is asked: the waiver alone does.
    for (more, status, reason) in [
        ("no_worse_than = 0.69", "used", "failures-waived"),
        ("no_worse_than = 0.72", "exceeded", "gate-failed"),
        ("group = \"g\"", "unmatched", "gate-failed"),
        ("group = \"nobody\"", "unmatched", "gate-failed"),
        ("attribute = \"age\"", "unmatched", "gate-failed"),
        (
            "outcome = \"offered\"\nattribute = \"gender\"",
            "used",
            "failures-waived",
        ),
    ] {
        let done = audited(&desk, more, "2026-10-01");
        let result = done.json();
        assert_eq!(result["waivers"][0]["status"], status, "{more}");
        assert_eq!(result["verdict"]["reason"], reason, "{more}");
        assert_eq!(done.code, i32::from(reason == "gate-failed"), "{more}");
    }
    let fair = Desk::with("log.csv", people(&[("f", 1000, 490), ("m", 1000, 500)]));
    let done = audited(&fair, "", "2026-10-01");
    assert_eq!(
        (done.code, &done.json()["verdict"]["reason"]),
        (1, &"waiver-not-in-order".into())
    );
    let done = audited(&fair, "gate = \"fiar\"", "2026-10-01");
    assert_eq!(done.json()["waivers"][0]["meant"], "fair");
    // What can't be decided this time may be decided next time.
    let open = Desk::with("log.csv", people(&[("f", 100, 41), ("m", 100, 50)]));
    let done = audited(&open, "", "2026-10-01");
    assert_eq!(
        (done.code, &done.json()["waivers"][0]["status"]),
        (0, &"waiting".into())
    );
}

#[test]
fn a_waiver_says_who_why_and_until_when() {
    let desk = desk();
    for (more, code) in [
        ("reason absent", "missing-key"),
        ("owner absent", "missing-key"),
        ("expires absent", "missing-key"),
        ("gate absent", "missing-key"),
        ("reason = \" \"", "bad-value"),
        ("expires = \"soon\"", "wrong-type"),
        ("until = 2027-01-01", "unknown-key"),
        ("expires = 2027-10-02", "waiver-too-long"),
    ] {
        audited(&desk, more, "2026-10-01").refuses(code);
    }
    assert_eq!(audited(&desk, "expires = 2027-10-01", "2026-10-01").code, 0);
    assert_eq!(
        audited(&desk, "expires = \"2029-10-01\"\nbeyond_a_year = true", "2026-10-01").code,
        0
    );
    desk.write("spec.toml", format!("{SPEC}{}{}", waiver(""), waiver("")));
    desk.audit(&["spec.toml", "--as-of", "2026-10-01"])
        .refuses("duplicate-name");
}

#[test]
fn waivers_may_stand_in_a_file_of_their_own_which_must_be_there() {
    let desk = desk();
    let as_of = ["--as-of", "2026-10-01"];
    desk.write(
        "specs/spec.toml",
        format!(
            "waivers = \"w/waivers.toml\"\n{}",
            SPEC.replace("log.csv", "../log.csv")
        ),
    );
    let done = desk.audit(&[&["specs/spec.toml"], &as_of[..]].concat());
    assert!(
        done.refuses("file-not-found").contains("specs/spec.toml:1:11"),
        "{}",
        done.err
    );
    desk.write("specs/w/waivers.toml", waiver(""));
    let done = desk.audit(&[&["specs/spec.toml"], &as_of[..]].concat());
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(done.json()["waivers"][0]["file"], "specs/w/waivers.toml");
    desk.write("specs/w/waivers.toml", waiver("owner absent"));
    let done = desk.audit(&[&["specs/spec.toml"], &as_of[..]].concat());
    assert!(
        done.refuses("missing-key").contains("specs/w/waivers.toml:1:1"),
        "{}",
        done.err
    );
    // By a flag, without a spec; a slip of the path is told.
    desk.write("mine.toml", waiver("gate = \"disparate_impact >= 0.8\""));
    let gate = [
        "--reference",
        "m",
        "--gate",
        "disparate_impact>=0.8",
        "--favourable",
        "--as-of",
        "2026-10-01",
    ];
    let with = |file| desk.audit(&flags(&[&gate[..], &["--waivers", file]].concat()));
    assert_eq!(with("mine.toml").code, 0);
    with("yours.toml").refuses("file-not-found");
}

#[test]
fn a_preset_is_the_gate_that_it_stands_for() {
    let desk = desk();
    let judged = |gate: &str| {
        desk.write(
            "spec.toml",
            SPEC.replace("name = \"fair\"\nmetric = \"disparate_impact\"\nmin = 0.8\n", gate),
        );
        desk.audit(&["spec.toml"])
    };
    for (preset, written) in [
        (
            "four_fifths",
            "metric = \"disparate_impact\"\nmin = 0.8\nrule = \"significant\"",
        ),
        (
            "four_fifths_point",
            "metric = \"disparate_impact\"\nmin = 0.8\nrule = \"point\"",
        ),
        (
            "two_standard_deviations",
            "metric = \"statistical_parity_difference\"\nmin = 0\nrule = \"evidence\"\non_inconclusive = \"pass\"",
        ),
        (
            "equivalence_80",
            "metric = \"disparate_impact\"\nmin = 0.8\nmax = 1.25\nrule = \"assurance\"",
        ),
        (
            "significant_and_5_points",
            "metric = \"statistical_parity_difference\"\nmin = -0.05\nrule = \"significant\"",
        ),
        (
            "zero_tolerance",
            "metric = \"selection_rate\"\ncontrast = \"value\"\nmax = 0\nrule = \"point\"\non_inconclusive = \"fail\"",
        ),
    ] {
        let of_preset = judged(&format!("preset = \"{preset}\"\n")).json();
        let of_text = judged(&format!("name = \"{preset}\"\n{written}\n")).json();
        assert_eq!(of_preset["gates"][0]["preset"], preset);
        let without = |mut result: Value| {
            result["gates"][0]["preset"].take();
            // What was written differs, and so do its digest and nothing else.
            for written in ["spec_text", "spec_sha256"] {
                assert!(!result["audit"][written].take().is_null(), "{written}");
            }
            result.to_string()
        };
        assert_eq!(without(of_preset.clone()), without(of_text), "{preset}");
        let by_flag = desk.result(&flags(&["--reference", "m", "--favourable", "--gate", preset]));
        assert_eq!(
            by_flag["gates"][0]["answers"][0]["verdict"],
            of_preset["gates"][0]["answers"][0]["verdict"]
        );
        let page = desk.run(&["explain", preset]);
        assert_eq!(page.code, 0);
        assert!(
            page.out.contains("Comes from") && page.out.contains("Take care"),
            "{}",
            page.out
        );
    }
    let fault = judged("preset = \"four_fifth\"\n");
    assert!(fault.refuses("unknown-preset").contains("did you mean `four_fifths`?"));
    judged("preset = \"four_fifths\"\nmin = 0.7\n").refuses("bad-value");
    judged("metric = \"selection_rate\"\nmin = 0.1\nrule = \"significant\"\n").refuses("bad-value");
    assert!(
        desk.run(&["explain", "four_fifthz"])
            .err
            .contains("did you mean `four_fifths`?")
    );
}

#[test]
fn significant_asks_for_the_size_and_for_the_proof() {
    // The reference has half; sizes and rates of `f`, and what is said.
    for (size, selected, says, why) in [
        // Beyond, and told from chance, though the interval reaches over the threshold.
        (200, 74, "fail", "beyond-and-told-from-chance"),
        (1000, 200, "fail", "interval-beyond"),
        // Beyond, and chance explains it.
        (20, 7, "inconclusive", "straddles-beyond"),
        // Told from chance, and inside.
        (2000, 860, "inconclusive", "straddles-inside"),
        (2000, 990, "pass", "interval-inside"),
    ] {
        let desk = Desk::with("log.csv", people(&[("f", size, selected), ("m", 2000, 1000)]));
        let args = [
            "--reference",
            "m",
            "--favourable",
            "--gate",
            "disparate_impact>=0.8",
            "--rule",
            "significant",
        ];
        let said = answers(&desk.result(&flags(&args)));
        let said = (said[0].1.as_str(), said[0].2.as_str());
        if (size, selected) == (2000, 860) {
            assert_ne!(said.0, "fail");
        } else {
            assert_eq!(said, (says, why), "{selected} of {size}");
        }
    }
}
