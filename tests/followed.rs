//! Groups followed along the stages of a funnel, periods, systems, logs and arms of a trial; and how often people are met.
//!
//! Expected values are those of `tests/oracles/followed.py` (statsmodels with errors by cluster), unless a test derives its own.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::audit_support::{Desk, Dice, assert_close, number};

/// The log of the oracle script: people with several rows, over six months and two systems.
fn log(seed: u64, people: u64) -> Vec<String> {
    let mut dice = Dice(seed);
    let mut rows = Vec::new();
    for person in 0..people {
        let female = dice.below(2) == 0;
        for _ in 0..1 + dice.below(5) {
            let month = 1 + dice.below(6);
            let model = ["new", "old"][dice.below(2) as usize];
            let shown = dice.below(100) < if female { 60 } else { 80 };
            let clicked = shown && dice.below(100) < 50;
            let accepted = clicked && dice.below(100) < if female { 30 + 5 * month } else { 50 };
            rows.push(format!(
                "{person},{},2024-{month:02}-10,{model},{},{},{}",
                if female { "f" } else { "m" },
                u8::from(shown),
                u8::from(clicked),
                u8::from(accepted)
            ));
        }
    }
    rows
}

const HEAD: &str = "id,gender,day,model,shown,clicked,accepted";

fn csv(rows: &[String]) -> String {
    format!("{HEAD}\n{}\n", rows.join("\n"))
}

const SPEC: &str = r#"[log]
path = "log.csv"
subject = "id"
time = "day"
LOG
[[protected]]
name = "gender"
reference = "m"
[[outcome]]
name = "accepted"
favourable = true
selected = { column = "accepted", values = ["1"] }
OUTCOME
"#;

const FUNNEL: &str = r#"[[funnel]]
name = "offer"
favourable = true
stages = [
    { name = "shown", column = "shown", values = ["1"] },
    { name = "clicked", column = "clicked", values = ["1"] },
    { name = "accepted", column = "accepted", values = ["1"] },
]
"#;

const MONTHS: &str = "[periods]\nevery = \"month\"\n";

/// A desk with the oracle's log and a spec with more in it.
fn desk(of_log: &str, of_outcome: &str, more: &str) -> Desk {
    let desk = Desk::with("log.csv", csv(&log(11, 300)));
    let spec = SPEC.replace("LOG", of_log).replace("OUTCOME", of_outcome);
    desk.write("spec.toml", format!("{spec}{more}"));
    desk
}

/// The one estimate of group `f` of an outcome, a metric and a contrast at a level.
#[track_caller]
fn at<'a>(result: &'a Value, outcome: &str, metric: &str, contrast: &str, at: Option<&str>) -> &'a Value {
    let found: Vec<&Value> = result["estimates"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|e| {
            e["outcome"] == outcome
                && e["group"] == "f"
                && e["metric"] == metric
                && e["contrast"] == contrast
                && e["at"].as_str() == at
                && !e["along"].is_null()
        })
        .collect();
    assert_eq!(found.len(), 1, "{outcome} {metric} {contrast} {at:?}: {found:?}");
    found[0]
}

fn notes(result: &Value) -> String {
    result["notes"].to_string()
}

const WHOLE: &str = "offer: all stages";

#[test]
fn a_funnel_tells_where_its_gap_opens() {
    let result = desk("", "", FUNNEL).result(&["spec.toml"]);
    let stages = ["shown", "clicked", "accepted"];
    let expected = [
        (-0.046_488_599_932_729_656, 0.007_849_463, -0.284_116_968_572_612_2),
        (0.013_309_989_317_639_27, 0.013_520_064, 0.080_982_115_915_472_2),
        (0.009_139_246_727_399_228, 0.019_872_742, 0.055_623_157_479_618_89),
    ];
    for (stage, (gap, error, log_ratio)) in stages.iter().zip(expected) {
        let part = at(&result, WHOLE, "funnel_stage", "gap", Some(stage));
        assert_close(number(&part["estimate"]), gap, 1e-12);
        // The script's slopes are numerical.
        assert_close(number(&part["standard_error"]), error, 1e-8);
        let ratio = at(&result, WHOLE, "funnel_stage", "ratio", Some(stage));
        assert_close(number(&ratio["estimate"]).ln(), log_ratio, 1e-12);
        // A stage is an outcome of its own, with the same ratio.
        let own = result["estimates"].as_array().unwrap().iter().find(|e| {
            e["outcome"] == format!("offer: {stage}")
                && e["group"] == "f"
                && e["metric"] == "selection_rate"
                && e["contrast"] == "ratio"
        });
        assert_close(number(&own.unwrap()["estimate"]), number(&ratio["estimate"]), 1e-12);
    }
    // The parts make the whole, in both ways.
    let whole = |contrast: &str| {
        let found = result["estimates"].as_array().unwrap().iter().find(|e| {
            e["outcome"] == WHOLE
                && e["group"] == "f"
                && e["metric"] == "selection_rate"
                && e["contrast"] == contrast
                && e["along"].is_null()
        });
        number(&found.unwrap()["estimate"])
    };
    let parts = |contrast: &str| {
        stages.map(|stage| number(&at(&result, WHOLE, "funnel_stage", contrast, Some(stage))["estimate"]))
    };
    assert_close(parts("gap").iter().sum(), whole("gap"), 1e-12);
    assert_close(parts("ratio").iter().product(), whole("ratio"), 1e-12);
}

#[test]
fn rows_out_of_order_and_stages_not_known_are_counted_and_said() {
    let rows = [
        "1,f,2024-01-01,new,1,1,1",
        "2,f,2024-01-01,new,0,1,1",
        "3,f,2024-01-01,new,1,0,1",
        "4,m,2024-01-01,new,1,1,0",
        "5,m,2024-01-01,new,1,,1",
        "6,m,2024-01-01,new,0,,1",
    ]
    .map(str::to_owned);
    let desk = desk("", "", FUNNEL);
    desk.write("log.csv", csv(&rows));
    let result = desk.result(&["spec.toml"]);
    let notes = notes(&result);
    assert!(notes.contains("2 rows met a later stage without `shown`"), "{notes}");
    assert!(notes.contains("1 rows met a later stage without `clicked`"), "{notes}");
    assert!(
        notes.contains("of 1 rows a stage that they reached is not known"),
        "{notes}"
    );
    let audited: Vec<u64> = result["account"]["by_outcome"]
        .as_array()
        .unwrap()
        .iter()
        .map(|o| o["audited"].as_u64().unwrap())
        .collect();
    // The outcome of the spec; then of five rows in the funnel three are shown, and two of them clicked.
    assert_eq!(audited, [6, 5, 3, 2, 5]);
    let table = desk.run(&["audit", "spec.toml"]).out;
    assert!(
        table.contains("at each stage") && table.contains("part of the gap"),
        "{table}"
    );
}

#[test]
fn gates_look_at_stages_and_at_parts_of_the_gap() {
    let gates = "[[gate]]\nmetric = \"disparate_impact\"\noutcome = \"offer: shown\"\nmin = 0.9\n\
                 [[gate]]\nmetric = \"funnel_stage\"\ncontrast = \"gap\"\nmin = -0.02\n";
    let result = desk("", "", &format!("{FUNNEL}{gates}")).result(&["spec.toml"]);
    assert_eq!(result["gates"][0]["verdict"], "fail");
    let answers = result["gates"][1]["answers"].as_array().unwrap();
    let told: Vec<(&str, &str)> = answers
        .iter()
        .map(|a| (a["at"].as_str().unwrap(), a["verdict"].as_str().unwrap()))
        .collect();
    assert_eq!(told[0], ("shown", "fail"));
    assert_eq!(told.len(), 3, "{told:?}");
}

#[test]
fn a_trend_and_an_alarm_are_those_of_other_toolkits() {
    let result = desk("", "", MONTHS).result(&["spec.toml"]);
    let trend = at(&result, "accepted", "gap_trend", "gap", None);
    assert_close(number(&trend["estimate"]), 0.005_775_164_404_334_288, 1e-10);
    assert_close(number(&trend["standard_error"]), 0.013_587_570_577_870_373, 1e-10);
    assert!(number(&trend["p_value"]) > 0.5);
    let march = at(&result, "accepted", "selection_rate", "gap", Some("2024-03"));
    assert_close(number(&march["estimate"]), -0.035_206_258_890_469_3, 1e-12);
    assert_close(number(&march["standard_error"]), 0.063_824_052_177_211_61, 1e-12);
    let sums = [
        2.025_494_326_162_714_3,
        1.321_307_229_599_867_6,
        1.362_095_409_253_068_8,
        0.730_206_219_778_347_4,
        0.150_074_929_405_525_91,
    ];
    for (month, sum) in (2..).zip(sums) {
        let told = at(
            &result,
            "accepted",
            "gap_cusum",
            "gap",
            Some(&format!("2024-{month:02}")),
        );
        assert_close(number(&told["estimate"]), sum, 1e-10);
    }
    // At the log's end the gap so far is the gap; its interval is wider than that of one look.
    let last = at(&result, "accepted", "gap_sequence", "gap", Some("2024-06"));
    let whole = result["estimates"].as_array().unwrap().iter().find(|e| {
        e["group"] == "f" && e["metric"] == "selection_rate" && e["contrast"] == "gap" && e["along"].is_null()
    });
    let whole = whole.unwrap();
    assert_close(number(&last["estimate"]), number(&whole["estimate"]), 1e-12);
    let width = |e: &Value| number(&e["high"]) - number(&e["low"]);
    assert!(width(last) > 1.3 * width(whole) && width(last) < 2.0 * width(whole));
    assert_eq!(last["method"], "confidence sequence");
}

/// Two bundled logs of the same people and the same rolls of the dice; in the one women's chance falls by 0.025 a month from
/// an equal start.
#[test]
fn a_planted_trend_is_found_and_nothing_is_in_its_fair_twin() {
    const FALL: f64 = -0.025;
    for (spec, planted, code) in [("audit", true, 1), ("steady", false, 0)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("fixtures/drifting/{spec}.toml"));
        let done = Desk::new().audit(&[path.to_str().unwrap()]);
        assert_eq!(done.code, code, "{spec}: {}", done.err);
        let result = done.json();
        let women = |metric: &str| -> Vec<Value> {
            let all = result["estimates"].as_array().unwrap().iter();
            all.filter(|e| e["group"] == "female" && e["metric"] == metric && e["contrast"] == "gap")
                .cloned()
                .collect()
        };
        let trend = &women("gap_trend")[0];
        let (low, high) = (number(&trend["low"]), number(&trend["high"]));
        let truth = if planted { FALL } else { 0.0 };
        assert!(low < truth && truth < high, "{spec}: {trend}");
        assert_eq!(low < 0.0 && 0.0 < high, !planted, "{spec}: {trend}");
        let looks = women("gap_sequence");
        assert_eq!(looks.len(), 12);
        let told = |look: &Value| look["high"].as_f64().is_some_and(|high| high < 0.0);
        assert_eq!(looks.iter().any(told), planted, "{spec}: {looks:?}");
        assert!(!told(&looks[2]), "no look is sure after three months");
        let sums = women("gap_cusum");
        assert_eq!(sums.len(), 11);
        assert_eq!(
            sums.iter().any(|sum| number(&sum["estimate"]) > 5.0),
            planted,
            "{spec}: {sums:?}"
        );
    }
}

/// Somebody who comes back in six months is one person, in every number that is of several months.
#[test]
fn people_who_come_back_are_counted_once() {
    let result = desk("", "", MONTHS).result(&["spec.toml"]);
    let of_group = result["groupings"][0]["groups"]
        .as_array()
        .unwrap()
        .iter()
        .find(|group| group["group"] == "f");
    let people = of_group.unwrap()["subjects"].as_u64().unwrap();
    let trend = at(&result, "accepted", "gap_trend", "gap", None);
    assert_eq!(trend["subjects"], people);
    let last = at(&result, "accepted", "gap_sequence", "gap", Some("2024-06"));
    assert_eq!(last["subjects"], people);
}

#[test]
fn periods_are_made_of_times_however_they_are_written() {
    let desk = desk("", "", MONTHS);
    let first = desk.result(&["spec.toml"]);
    let rows: Vec<String> = log(11, 300)
        .iter()
        .map(|row| row.replace("-10,", "-10 23:59:59,"))
        .collect();
    desk.write("log.csv", csv(&rows));
    assert_eq!(desk.result(&["spec.toml"])["estimates"], first["estimates"]);
    let rows: Vec<String> = log(11, 300).iter().map(|row| row.replace("-10,", ",")).collect();
    desk.write("log.csv", csv(&rows));
    desk.audit(&["spec.toml"]).refuses("not-a-time");
    // Ready-made periods are the same but for the calendar.
    desk.write(
        "spec.toml",
        SPEC.replace("LOG", "").replace("OUTCOME", "") + "[periods]\ncolumn = \"day\"\n",
    );
    let result = desk.result(&["spec.toml"]);
    let (own, other) = (
        at(&result, "accepted", "gap_trend", "gap", None),
        at(&first, "accepted", "gap_trend", "gap", None),
    );
    assert_eq!(own["estimate"], other["estimate"]);
}

#[test]
fn missing_periods_and_running_totals_are_said() {
    let desk = desk("", "", MONTHS);
    let rows: Vec<String> = log(11, 300)
        .into_iter()
        .filter(|row| !row.contains("2024-03") && !row.contains("2024-04"))
        .collect();
    desk.write("log.csv", csv(&rows));
    let told = notes(&desk.result(&["spec.toml"]));
    assert!(told.contains("2 between 2024-02 and 2024-05"), "{told}");
    // Each snapshot holds all that came before.
    let mut snapshots = "job,gender,day,shown\n".to_owned();
    for day in 1..=6 {
        for (job, gender, per_day) in [("a", "f", 30), ("a", "m", 50), ("b", "f", 70), ("b", "m", 20)] {
            writeln!(snapshots, "{job},{gender},2024-01-{day:02},{}", per_day * day).unwrap();
        }
    }
    desk.write("log.csv", snapshots);
    let flags = |count: &'static str| {
        [
            "log.csv",
            "--time=day",
            "--every=day",
            count,
            "--protected=job",
            "--selected=gender=f",
            "--favourable",
        ]
    };
    let told = notes(&desk.result(&flags("--count=shown")));
    assert!(told.contains("running totals"), "{told}");
    let told = notes(&desk.result(&flags("--weight=shown")));
    assert!(!told.contains("running totals"), "{told}");
}

/// People who are in the log every month: of each hundred rows of a month so many of `f` are selected, and 50 of `m`.
fn monthly(rates: &[u64]) -> String {
    let mut log = "id,gender,day,yes\n".to_owned();
    for (month, rate) in rates.iter().enumerate() {
        for i in 0..300 {
            let yes = |rate: u64| u8::from((i * 37 + 11 * month as u64) % 100 < rate);
            writeln!(log, "f{i},f,2024-{:02}-01,{}", month + 1, yes(*rate)).unwrap();
            writeln!(log, "m{i},m,2024-{:02}-01,{}", month + 1, yes(50)).unwrap();
        }
    }
    log
}

#[test]
fn a_gate_may_ask_for_what_persists() {
    let spec = "[log]\npath = \"log.csv\"\nsubject = \"id\"\ntime = \"day\"\n[periods]\nevery = \"month\"\n\
                [[protected]]\nname = \"gender\"\nreference = \"m\"\n[[outcome]]\nname = \"offered\"\nfavourable = true\n\
                selected = { column = \"yes\", values = [\"1\"] }\n[[gate]]\nmetric = \"selection_rate\"\n\
                contrast = \"gap\"\nmin = -0.1\npersist = { periods = 2, of = 3 }\n";
    for (rates, verdict, reason) in [
        (&[50, 20, 20, 20][..], "fail", "persists"),
        (&[20, 20, 50, 50][..], "pass", "does-not-persist"),
        (&[50, 20, 50, 50][..], "pass", "does-not-persist"),
        (&[50, 40, 40, 40][..], "inconclusive", "may-persist"),
        (&[20][..], "inconclusive", "too-few-periods"),
    ] {
        let desk = Desk::with("log.csv", monthly(rates));
        desk.write("spec.toml", spec);
        let result = desk.result(&["spec.toml"]);
        let answers = result["gates"][0]["answers"].as_array().unwrap();
        assert_eq!(answers.len(), 1, "{rates:?} {answers:?}");
        assert_eq!(
            (&answers[0]["verdict"], &answers[0]["reason"]),
            (&verdict.into(), &reason.into()),
            "{rates:?}"
        );
    }
    // A move that lasts sets the alarm off.
    let desk = Desk::with("log.csv", monthly(&[50, 50, 50, 30, 30, 30]));
    desk.write(
        "spec.toml",
        spec.replace(
            "contrast = \"gap\"\nmin = -0.1\npersist = { periods = 2, of = 3 }",
            "max = 5\nrule = \"point\"",
        )
        .replace("metric = \"selection_rate\"", "metric = \"gap_cusum\""),
    );
    let result = desk.result(&["spec.toml"]);
    let answers = result["gates"][0]["answers"].as_array().unwrap();
    let told: Vec<&str> = answers.iter().map(|a| a["verdict"].as_str().unwrap()).collect();
    assert_eq!(told[..2], ["pass", "pass"]);
    assert_eq!(*told.last().unwrap(), "fail", "{answers:?}");
}

#[test]
fn two_systems_are_compared_with_people_who_met_both() {
    let outcome =
        "[[outcome]]\nname = \"shown\"\nfavourable = true\nselected = { column = \"shown\", values = [\"1\"] }\n";
    let result = desk("system = \"model\"", "", outcome).result(&["spec.toml"]);
    let apart = at(&result, "shown", "system_gap", "gap", Some("old less new"));
    assert_close(number(&apart["estimate"]), -0.088_444_308_176_379_27, 1e-12);
    assert_close(number(&apart["standard_error"]), 0.057_477_532_077_415_724, 1e-12);
    let gap = |model: &str| number(&at(&result, "shown", "selection_rate", "gap", Some(model))["estimate"]);
    assert_close(gap("old") - gap("new"), number(&apart["estimate"]), 1e-12);
}

#[test]
fn two_logs_are_compared_as_two_systems_are() {
    let rows = log(11, 300);
    let of = |model: &str| {
        let some: Vec<String> = rows.iter().filter(|row| row.contains(model)).cloned().collect();
        csv(&some)
    };
    let desk = desk("system = \"model\"", "", "");
    let systems = desk.result(&["spec.toml"]);
    desk.write("old.csv", of(",old,"));
    desk.write("new.csv", of(",new,"));
    let flags = [
        "old.csv",
        "--versus=new.csv",
        "--subject=id",
        "--protected=gender",
        "--reference=m",
        "--selected=accepted=1",
        "--favourable",
    ];
    let logs = desk.result(&flags);
    let (one, other) = (
        at(&systems, "accepted", "system_gap", "gap", Some("old less new")),
        at(&logs, "accepted", "system_gap", "gap", Some("log less versus")),
    );
    for key in ["estimate", "standard_error", "low", "high", "p_value"] {
        assert_close(number(&one[key]), number(&other[key]), 1e-12);
    }
    assert_eq!(logs["inputs"][1]["role"], "versus");
    assert!(notes(&logs).contains("of both together"));
    let spec = "[log]\npath = \"old.csv\"\nversus = \"new.csv\"\nsubject = \"id\"\n[[protected]]\nname = \"gender\"\n\
                reference = \"m\"\n[[outcome]]\nname = \"accepted\"\nfavourable = true\n\
                selected = { column = \"accepted\", values = [\"1\"] }\n";
    desk.write("two.toml", spec);
    assert_eq!(desk.result(&["two.toml"])["estimates"], logs["estimates"]);
}

#[test]
fn uplift_is_the_interaction_of_group_and_treatment() {
    // By group and arm: people and how many are selected. Gap of uplifts (40/80 − 10/50) − (60/100 − 30/60) = 0.2.
    let cells = [
        ("f", "mail", 80, 40),
        ("f", "none", 50, 10),
        ("m", "mail", 100, 60),
        ("m", "none", 60, 30),
    ];
    let mut log = "id,gender,arm,yes\n".to_owned();
    let (mut id, mut variance, mut people) = (0, 0.0, 0.0);
    for (gender, arm, n, x) in cells {
        let (size, rate) = (f64::from(n), f64::from(x) / f64::from(n));
        variance += rate * (1.0 - rate) / size;
        people += size;
        for i in 0..n {
            id += 1;
            writeln!(log, "{id},{gender},{arm},{}", u8::from(i < x)).unwrap();
        }
    }
    let desk = Desk::with("log.csv", log);
    let spec = "[log]\npath = \"log.csv\"\nsubject = \"id\"\n[[protected]]\nname = \"gender\"\nreference = \"m\"\n\
                [[outcome]]\nname = \"visited\"\nfavourable = true\nselected = { column = \"yes\", values = [\"1\"] }\n";
    let arms =
        "treatment = { column = \"arm\", values = [\"mail\"] }\ncontrol = { column = \"arm\", values = [\"none\"] }\n";
    desk.write("spec.toml", format!("{spec}{arms}"));
    let result = desk.result(&["spec.toml"]);
    let gap = at(&result, "visited", "uplift", "gap", None);
    assert_close(number(&gap["estimate"]), 0.2, 1e-12);
    // Robust errors of the saturated linear model are those of the four shares.
    assert_close(
        number(&gap["standard_error"]),
        (variance * people / (people - 1.0)).sqrt(),
        1e-12,
    );
    assert_close(
        number(&at(&result, "visited", "uplift", "value", None)["estimate"]),
        0.3,
        1e-12,
    );
    let table = desk.run(&["audit", "spec.toml"]).out;
    assert!(table.contains("gap of uplifts: 0.2"), "{table}");
    for (keys, code) in [
        ("treatment = { column = \"arm\", values = [\"mail\"] }\n", "missing-key"),
        (
            "treatment = { column = \"arm\", values = [\"mail\"] }\ncontrol = { column = \"arm\", values = [\"mail\"] }\n",
            "bad-value",
        ),
        (
            "treatment = { column = \"arm\", values = [\"mail\"] }\ncontrol = { column = \"gender\", values = [\"m\"] }\n",
            "bad-value",
        ),
    ] {
        desk.write("spec.toml", format!("{spec}{keys}"));
        desk.audit(&["spec.toml"]).refuses(code);
    }
}

#[test]
fn how_often_people_are_met_is_told_by_group() {
    // Of `f` one person with five rows, all selected, and three with one, not selected; of `m` four with two, one selected.
    let mut log = "id,gender,yes\n".to_owned();
    for _ in 0..5 {
        log.push_str("f0,f,1\n");
    }
    for i in 1..4 {
        writeln!(log, "f{i},f,0").unwrap();
    }
    for i in 0..4 {
        writeln!(log, "m{i},m,1\nm{i},m,0").unwrap();
    }
    let desk = Desk::with("log.csv", log);
    let spec = "[log]\npath = \"log.csv\"\nsubject = \"id\"\n[groups]\nmin_subjects = 1\n[[protected]]\nname = \"gender\"\n\
                reference = \"m\"\n[[outcome]]\nname = \"offered\"\nfavourable = true\n\
                selected = { column = \"yes\", values = [\"1\"] }\nmetrics = [\"frequency\"";
    desk.write("spec.toml", format!("{spec}, \"cap\"]\ncap = 2\n"));
    let result = desk.result(&["spec.toml"]);
    let value = |metric: &str, contrast: &str| {
        let found = result["estimates"].as_array().unwrap().iter().find(|e| {
            e["attribute"] == "gender" && e["group"] == "f" && e["metric"] == metric && e["contrast"] == contrast
        });
        number(&found.unwrap()["estimate"])
    };
    assert_close(value("rows_per_subject", "value"), 2.0, 1e-12);
    assert_close(value("rows_per_subject", "ratio"), 1.0, 1e-12);
    assert_close(value("selections_per_subject", "value"), 1.25, 1e-12);
    assert_close(value("selections_per_subject", "gap"), 0.25, 1e-12);
    assert_close(value("median_selections_per_subject", "value"), 0.0, 1e-12);
    assert_close(value("p90_selections_per_subject", "value"), 5.0, 1e-12);
    assert_close(value("p90_rows_per_subject", "value"), 5.0, 1e-12);
    assert_close(value("share_above_cap", "value"), 0.25, 1e-12);
    assert_close(value("share_above_cap", "gap"), 0.25, 1e-12);
    desk.write("spec.toml", format!("{spec}, \"share_above_cap\"]\n"));
    desk.audit(&["spec.toml"]).refuses("metric-not-given");
}

#[test]
fn order_and_threads_change_nothing_of_what_is_followed() {
    let desk = desk("system = \"model\"", "cap = 2", &format!("{FUNNEL}{MONTHS}"));
    let first = desk.audit(&["spec.toml"]).out;
    let mut rows = log(11, 300);
    Dice(3).shuffle(&mut rows);
    desk.write("log.csv", csv(&rows));
    assert_eq!(desk.audit(&["spec.toml", "--threads", "4"]).out, first);
}

#[test]
fn a_stored_tally_tells_the_same_of_periods_systems_and_stages() {
    let desk = desk("system = \"model\"", "", &format!("{FUNNEL}{MONTHS}"));
    let tally = desk.run(&["tally", "spec.toml", "-o", "log.parquet"]);
    assert_eq!(tally.code, 0, "{}", tally.err);
    let told = desk.result(&["--tally", "log.parquet"]);
    assert_eq!(told["estimates"], desk.result(&["spec.toml"])["estimates"]);
    desk.write(
        "spec.toml",
        SPEC.replace("LOG", "").replace("OUTCOME", "") + "[periods]\nevery = \"week\"\n",
    );
    let other = desk.audit(&["spec.toml", "--tally", "log.parquet"]);
    assert_eq!(other.code, 2, "{}", other.err);
}

#[test]
fn what_can_not_be_followed_is_refused() {
    for (of_log, more, code) in [
        ("", "[periods]\nevery = \"fortnight\"\n", "bad-value"),
        ("", "[periods]\n", "missing-key"),
        ("", "[periods]\nevery = \"day\"\ncolumn = \"day\"\n", "bad-value"),
        (
            "",
            "[periods]\nevery = \"day\"\nmetrics = [\"gini\"]\n",
            "metric-not-given",
        ),
        ("system = \"nothing\"", "", "unknown-column"),
        ("versus = \"nothing.csv\"", "", "file-not-found"),
        (
            "",
            "[[funnel]]\nname = \"o\"\nfavourable = true\nstages = [{ name = \"a\", column = \"shown\", values = [\"1\"] }]\n",
            "bad-value",
        ),
        (
            "",
            "[[funnel]]\nname = \"o\"\nfavourable = true\nstages = [{ name = \"a\", column = \"shown\", values = [\"1\"] }, { name = \"a\", column = \"clicked\", values = [\"1\"] }]\n",
            "duplicate-name",
        ),
        (
            "",
            "[[funnel]]\nname = \"o\"\nfavourable = true\nstages = [{ name = \"a\", column = \"shown\", values = [\"9\"] }, { name = \"b\", column = \"clicked\", values = [\"1\"] }]\n",
            "value-never-seen",
        ),
        ("", "[[funnel]]\nname = \"o\"\nstages = []\n", "missing-key"),
        (
            "",
            "[[gate]]\nmetric = \"selection_rate\"\ncontrast = \"gap\"\nmin = -0.1\npersist = { periods = 1, of = 2 }\n",
            "missing-key",
        ),
        (
            "",
            "[[gate]]\nmetric = \"selection_rate\"\ncontrast = \"gap\"\nmin = -0.1\npersist = { periods = 3, of = 2 }\n",
            "bad-value",
        ),
        ("", "[[gate]]\nmetric = \"gap_trend\"\nmin = 0\n", "metric-not-given"),
        ("", "[[gate]]\nmetric = \"system_gap\"\nmin = 0\n", "metric-not-given"),
        (
            "",
            "[[gate]]\nmetric = \"funnel_stage\"\ncontrast = \"gap\"\nmin = 0\n",
            "metric-not-given",
        ),
    ] {
        desk(of_log, "", more).audit(&["spec.toml"]).refuses(code);
    }
}
