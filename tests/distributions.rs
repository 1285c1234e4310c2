//! Numbers of whole distributions: scores, values, errors, benefits. Their errors are those of people.

use std::fmt::Write as _;

use serde_json::Value;

use crate::audit_support::{Desk, Dice};

fn find<'a>(result: &'a Value, attribute: &str, group: &str, metric: &str, contrast: &str) -> &'a Value {
    let all = result["estimates"].as_array().unwrap();
    let found = all.iter().find(|e| {
        e["attribute"] == attribute && e["group"] == group && e["metric"] == metric && e["contrast"] == contrast
    });
    found.unwrap_or_else(|| panic!("no {metric} {contrast} of {group}"))
}

fn number(found: &Value, what: &str) -> f64 {
    found[what].as_f64().unwrap_or_else(|| panic!("no {what} in {found}"))
}

fn covers(found: &Value, truth: f64) -> bool {
    number(found, "low") <= truth && truth <= number(found, "high")
}

/// A log of scores and values in which people bring several rows that go together, and both groups are alike.
fn fair_log(seed: u64, people: u64) -> String {
    let mut dice = Dice(seed);
    let mut log = "id,gender,yes,label,score,amount,expected\n".to_owned();
    for person in 0..people {
        let gender = if person % 3 == 0 { "f" } else { "m" };
        // A person's own level, in all of their rows.
        let level = dice.below(60);
        for _ in 0..1 + dice.below(4) {
            let score = (level + dice.below(40)) as f64 / 100.0;
            let label = u8::from((dice.below(100) as f64) < 100.0 * score);
            let amount = 10 + level + dice.below(30);
            let expected = 25 + level + dice.below(10);
            writeln!(
                log,
                "{person},{gender},{},{label},{score},{amount},{expected}",
                u8::from(score >= 0.5)
            )
            .unwrap();
        }
    }
    log
}

const FLAGS: [&str; 19] = [
    "log.csv",
    "--subject",
    "id",
    "--protected",
    "gender",
    "--reference",
    "m",
    "--selected",
    "yes=1",
    "--actual",
    "label=1",
    "--score",
    "score",
    "--value",
    "amount",
    "--predicted",
    "expected",
    "--favourable",
    "--metrics=scores,distributions,errors,inequality,association",
];

#[test]
fn intervals_hold_the_truth_over_many_clustered_logs() {
    // Both groups are drawn alike, so that every gap is 0, every ratio 1, and superiority one half.
    let logs = 120;
    let told = [
        ("auc", "gap", 0.0),
        ("cross_auc", "gap", 0.0),
        ("brier_score", "ratio", 1.0),
        ("calibration_in_the_large", "gap", 0.0),
        ("calibration_slope", "gap", 0.0),
        ("median_value", "gap", 0.0),
        ("superiority", "value", 0.5),
        ("standardised_value", "gap", 0.0),
        ("mean_absolute_error", "gap", 0.0),
        ("gini", "gap", 0.0),
        ("theil_index", "ratio", 1.0),
        ("odds_ratio", "ratio", 1.0),
        ("cohens_h", "gap", 0.0),
    ];
    let mut held = [0; 13];
    let mut independent = 0;
    for seed in 0..logs {
        let desk = Desk::with("log.csv", fair_log(5000 + seed, 240));
        let result = desk.result(&FLAGS);
        for (count, (metric, contrast, truth)) in held.iter_mut().zip(told) {
            *count += u32::from(covers(find(&result, "gender", "f", metric, contrast), truth));
        }
        independent += u32::from(number(find(&result, "gender", "(all)", "cramers_v", "value"), "low") > 0.0);
    }
    for (count, (metric, contrast, _)) in held.iter().zip(told) {
        // 114 expected; three standard errors are 7. Woodruff's limits are attained values and hold more.
        assert!((107..=120).contains(count), "{metric} {contrast}: {count} of {logs}");
    }
    // An association is claimed of fair logs in 2.5 % of them: 3 expected, 9 is beyond three standard errors.
    assert!(independent <= 8, "{independent} of {logs}");
}

#[test]
fn rows_of_one_person_are_not_independent() {
    // Every row four times over: no number changes, and no error shrinks, because the people stay the same.
    let log = fair_log(1, 300);
    let (header, rows) = log.split_once('\n').unwrap();
    let four = format!("{header}\n{}", rows.repeat(4));
    let (once, more) = (Desk::with("log.csv", &log), Desk::with("log.csv", four));
    let (once, more) = (once.result(&FLAGS), more.result(&FLAGS));
    for (metric, contrast) in [
        ("auc", "value"),
        ("auc", "gap"),
        ("brier_score", "value"),
        ("calibration_error", "value"),
        ("superiority", "value"),
        ("value_wasserstein", "gap"),
        ("root_mean_squared_error", "value"),
        ("gini", "value"),
        ("cohens_h", "gap"),
    ] {
        let [a, b] = [&once, &more].map(|result| find(result, "gender", "f", metric, contrast));
        for what in ["estimate", "low", "high"] {
            let (a, b) = (number(a, what), number(b, what));
            assert!(
                (a - b).abs() <= 1e-9 * a.abs().max(1.0),
                "{metric} {contrast} {what}: {a} {b}"
            );
        }
    }
    // Where rows name no person, four times as many rows are taken for four times as many people.
    let alone: Vec<&str> = FLAGS
        .iter()
        .copied()
        .filter(|f| !["--subject", "id"].contains(f))
        .collect();
    let desk = Desk::with("log.csv", fair_log(1, 300));
    let rows = desk.result(&alone);
    let width = |result: &Value| {
        let auc = find(result, "gender", "f", "auc", "value");
        number(auc, "high") - number(auc, "low")
    };
    assert!(width(&rows) < 1.05 * width(&once), "{} {}", width(&rows), width(&once));
}

#[test]
fn the_error_of_an_area_is_that_of_delong() {
    // Rows that are people: R pROC's variance of an area (DeLong) for 2,000 independent rows, found from placements.
    let mut dice = Dice(77);
    let mut log = "gender,yes,label,score\n".to_owned();
    let (mut positives, mut negatives) = (Vec::new(), Vec::new());
    for _ in 0..2000 {
        let score = dice.below(1000) as f64 / 1000.0;
        let label = u8::from((dice.below(1000) as f64) < 200.0 + 600.0 * score);
        if label == 1 { &mut positives } else { &mut negatives }.push(score);
        writeln!(log, "x,{},{label},{score}", u8::from(score > 0.5)).unwrap();
    }
    let above = |x: f64, y: f64| {
        if x > y {
            1.0
        } else if x < y {
            0.0
        } else {
            0.5
        }
    };
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    let variance = |of: &[f64]| of.iter().map(|x| (x - mean(of)).powi(2)).sum::<f64>() / (of.len() as f64 - 1.0);
    let of_positives: Vec<f64> = positives
        .iter()
        .map(|&x| mean(&negatives.iter().map(|&y| above(x, y)).collect::<Vec<f64>>()))
        .collect();
    let of_negatives: Vec<f64> = negatives
        .iter()
        .map(|&y| mean(&positives.iter().map(|&x| above(x, y)).collect::<Vec<f64>>()))
        .collect();
    let delong = variance(&of_positives) / positives.len() as f64 + variance(&of_negatives) / negatives.len() as f64;
    let desk = Desk::with("log.csv", log);
    let result = desk.result(&[
        "log.csv",
        "--protected",
        "gender",
        "--selected",
        "yes=1",
        "--actual",
        "label=1",
        "--score",
        "score",
        "--favourable",
    ]);
    let auc = find(&result, "gender", "x", "auc", "value");
    assert!((number(auc, "estimate") - mean(&of_positives)).abs() < 1e-12);
    // 31 degrees of freedom: a standard error is within a third of the true one in 99 of 100.
    let ratio = number(auc, "standard_error") / delong.sqrt();
    assert!((0.67..1.4).contains(&ratio), "{ratio}");
}

#[test]
fn neither_order_nor_threads_change_a_byte() {
    let log = fair_log(9, 400);
    let (header, rows) = log.split_once('\n').unwrap();
    let mut lines: Vec<&str> = rows.lines().collect();
    let desk = Desk::with("log.csv", &log);
    let one = desk.audit(&[&FLAGS[..], &["--threads", "1"]].concat());
    lines.reverse();
    desk.write("log.csv", format!("{header}\n{}\n", lines.join("\n")));
    let other = desk.audit(&[&FLAGS[..], &["--threads", "3"]].concat());
    let without_account = |text: &str| {
        let mut value: Value = serde_json::from_str(text).unwrap();
        value["audit"]["inputs"].take();
        value["inputs"].take();
        value
    };
    assert_eq!(
        without_account(&one.out)["estimates"],
        without_account(&other.out)["estimates"]
    );
}

#[test]
fn benefits_are_what_the_spec_says() {
    // Four people: two rows each; the gains are 2, 1, 1 and 0 selections.
    let log = "id,gender,yes,label,eur\na,f,1,1,5\na,f,1,0,5\nb,f,1,1,2\nb,f,0,1,0\nc,m,0,0,0\nc,m,1,1,1\nd,m,0,1,0\nd,m,0,0,0\n";
    let spec = |benefit: &str| {
        format!(
            "[log]\npath = \"log.csv\"\nsubject = \"id\"\n[[protected]]\nname = \"gender\"\n[groups]\nmin_subjects = 1\n[[outcome]]\nname = \"offer\"\nfavourable = true\nselected = {{ column = \"yes\", values = [\"1\"] }}\nactual = {{ column = \"label\", values = [\"1\"] }}\nvalue = \"eur\"\nmetrics = [\"inequality\"]\n{benefit}"
        )
    };
    let desk = Desk::with("log.csv", log);
    let gini = |benefit: &str| {
        desk.write("spec.toml", spec(benefit));
        let result = desk.result(&["spec.toml"]);
        number(find(&result, "(everyone)", "(everyone)", "gini", "value"), "estimate")
    };
    // Mean of all |x − y| over twice the mean, by hand: of 2, 1, 1, 0; of 10, 2, 1, 0; of 1.5, 0.5, 1, 0.5.
    for (benefit, expected) in [
        ("benefit = \"selections\"", 12.0 / 16.0 / 2.0),
        ("benefit = \"value\"", 62.0 / 16.0 / 6.5),
        ("", 62.0 / 16.0 / 6.5),
        ("benefit = \"correctness\"", 7.0 / 16.0 / 1.75),
    ] {
        let found = gini(benefit);
        assert!((found - expected).abs() < 1e-12, "{benefit}: {found} is not {expected}");
    }
    desk.write("spec.toml", spec("benefit = \"joy\""));
    let refused = desk.audit(&["spec.toml"]);
    assert_eq!(refused.code, 2);
    assert!(
        refused.err.contains("correctness") && refused.err.contains("spec.toml:15"),
        "{}",
        refused.err
    );
}

#[test]
fn a_tally_says_that_it_has_no_distributions() {
    let desk = Desk::with("log.csv", fair_log(3, 60));
    let done = desk.run(&[&["tally"], &FLAGS[..], &["-o", "tally.parquet"]].concat());
    assert_eq!(done.code, 0, "{}", done.err);
    let result = desk.result(&["--tally", "tally.parquet", "--gate", "auc:gap<=0.1"]);
    let auc = find(&result, "gender", "(all)", "auc", "value");
    assert_eq!(
        (&auc["status"], &auc["reason"]),
        (&"undefined".into(), &"needs-rows".into())
    );
    assert_eq!(result["verdict"]["verdict"], "inconclusive");
}

#[test]
fn scores_that_are_no_chances_only_rank() {
    let log = fair_log(4, 90).replace("0.", "3.");
    let desk = Desk::with("log.csv", log);
    let result = desk.result(&FLAGS);
    assert!(number(find(&result, "gender", "f", "auc", "value"), "estimate") > 0.4);
    let brier = find(&result, "gender", "f", "brier_score", "value");
    assert_eq!(brier["reason"], "scores-not-chances");
}

#[test]
fn a_score_that_is_no_number_has_a_place() {
    let log = fair_log(4, 90).replacen("\n1,m,", "\n1,m,0,1,high,3,4\n1,m,", 1);
    let desk = Desk::with("log.csv", log);
    let done = desk.audit(&FLAGS);
    assert_eq!(done.code, 2);
    assert!(
        done.err.contains("\"high\"") && done.err.contains("score"),
        "{}",
        done.err
    );
}

#[test]
fn errors_of_predictions_by_hand() {
    // Errors of 1, -3 and 2: sizes of 2 on average, squares of 14/3, a mean of 0.
    let log = "gender,yes,eur,guess\nf,1,10,11\nf,0,10,7\nf,1,4,6\nm,1,5,5\nm,0,6,6\n";
    let desk = Desk::with("log.csv", log);
    let result = desk.result(&[
        "log.csv",
        "--protected",
        "gender",
        "--selected",
        "yes=1",
        "--value",
        "eur",
        "--predicted",
        "guess",
        "--favourable",
    ]);
    for (metric, expected) in [
        ("mean_absolute_error", 2.0),
        ("root_mean_squared_error", (14.0f64 / 3.0).sqrt()),
        ("mean_error", 0.0),
    ] {
        let found = number(find(&result, "gender", "f", metric, "value"), "estimate");
        assert!((found - expected).abs() < 1e-12, "{metric}: {found} is not {expected}");
    }
}

#[test]
fn shares_of_errors_are_those_of_scikit_learn() {
    // scikit-learn 1.9, mean_absolute_percentage_error and r2_score; tests/oracles/decompositions.py. The row with a value
    // of 0 has a prediction too, and counts in R squared alone.
    let of_women = "f,1,10,11\nf,0,10,7\nf,1,4,6\nf,0,8,8.5\nf,1,-5,-4\n";
    let of_men = "m,1,5,5\nm,0,5,6\nm,0,5,4\n";
    let flags = [
        "log.csv",
        "--protected",
        "gender",
        "--selected",
        "yes=1",
        "--value",
        "eur",
        "--predicted",
        "guess",
        "--favourable",
    ];
    let head = "gender,yes,eur,guess\n";
    let result = Desk::with("log.csv", format!("{head}{of_women}{of_men}")).result(&flags);
    for (metric, expected) in [
        ("mean_absolute_percentage_error", 0.2325),
        ("r_squared", 0.904_208_542_713_567_9),
    ] {
        let found = number(find(&result, "gender", "f", metric, "value"), "estimate");
        assert!((found - expected).abs() < 1e-12, "{metric}: {found} is not {expected}");
    }
    let men = find(&result, "gender", "m", "r_squared", "value");
    assert_eq!(
        (&men["status"], &men["reason"]),
        (&"undefined".into(), &"no-variance".into())
    );
    assert!(
        !result["notes"].to_string().contains("percentage"),
        "{}",
        result["notes"]
    );
    let zero = format!("{head}{of_women}{of_men}f,1,0,2\n");
    let result = Desk::with("log.csv", zero).result(&flags);
    let found = find(&result, "gender", "f", "mean_absolute_percentage_error", "value");
    assert!((number(found, "estimate") - 0.2325).abs() < 1e-12, "{found}");
    let notes = result["notes"].to_string();
    assert!(
        notes.contains("the value is 0 in 1 of 9 rows with a prediction"),
        "{notes}"
    );
}

#[test]
fn r_squared_has_an_error_over_people() {
    let result = Desk::with("log.csv", fair_log(77, 400)).result(&FLAGS);
    let told = find(&result, "gender", "f", "r_squared", "value");
    let (low, high) = (number(told, "low"), number(told, "high"));
    assert!(low < number(told, "estimate") && high < 1.0, "{told}");
    // Without the person's column, errors and values of a row can't be dealt out together.
    let rows: Vec<&str> = FLAGS
        .iter()
        .copied()
        .filter(|f| *f != "--subject" && *f != "id")
        .collect();
    let result = Desk::with("log.csv", fair_log(77, 400)).result(&rows);
    assert!(find(&result, "gender", "f", "r_squared", "value")["low"].is_null());
    assert!(result["notes"].to_string().contains("`r_squared` has no interval"));
}

#[test]
fn information_is_that_of_scikit_learn() {
    // scikit-learn 1.9 `mutual_info_score` over entropies, on the counts below; tests/oracles/association.py.
    let mut log = "group,yes,label\n".to_owned();
    for (group, counts) in [("a", [30, 10, 12, 48]), ("b", [20, 25, 30, 25]), ("c", [8, 2, 4, 26])] {
        for (count, (yes, label)) in counts.into_iter().zip([(1, 1), (1, 0), (0, 1), (0, 0)]) {
            for _ in 0..count {
                writeln!(log, "{group},{yes},{label}").unwrap();
            }
        }
    }
    let desk = Desk::with("log.csv", log);
    let result = desk.result(&[
        "log.csv",
        "--protected",
        "group",
        "--selected",
        "yes=1",
        "--actual",
        "label=1",
        "--favourable",
        "--metrics",
        "association",
    ]);
    for (metric, expected) in [
        ("mutual_information", 0.010_417_459_966_693_48),
        ("independence_information", 0.010_131_903_814_802_36),
        ("separation_information", 0.065_703_501_671_007_43),
        ("sufficiency_information", 0.065_462_312_329_612_67),
    ] {
        let found = number(find(&result, "group", "(all)", metric, "value"), "estimate");
        assert!((found - expected).abs() < 1e-12, "{metric}: {found} is not {expected}");
    }
}

#[test]
fn curves_are_those_of_the_numbers_beside_them() {
    let desk = Desk::with("log.csv", fair_log(11, 900));
    let result = desk.result(&FLAGS);
    let curves = result["curves"].as_array().unwrap();
    assert_eq!(curves.len(), 2);
    for curve in curves {
        let group = curve["group"].as_str().unwrap();
        let bins = curve["bins"].as_array().unwrap();
        let rows: f64 = bins.iter().map(|bin| number(bin, "rows")).sum();
        let away = |bin: &Value| number(bin, "rows") / rows * (number(bin, "share") - number(bin, "mean_score")).abs();
        let error = find(&result, "gender", group, "calibration_error", "value");
        let found: f64 = bins.iter().map(away).sum();
        assert!((found - number(error, "estimate")).abs() < 1e-12, "{found} {error}");
        assert_eq!(number(error, "rows"), rows);
        // The labels are drawn by the score, so that nearly every bin's interval holds its mean score.
        let held = bins.iter().filter(|bin| covers(bin, number(bin, "mean_score"))).count();
        assert!(bins.len() == 15 && held >= 12, "{held} of {}", bins.len());
        // The trapezoids under the curve are the area: there are few scores, so that no point is left out.
        let mut corner = (0.0, 0.0);
        let mut area = 0.0;
        for point in curve["roc"].as_array().unwrap() {
            let (x, y) = (
                number(point, "false_positive_rate"),
                number(point, "true_positive_rate"),
            );
            area += (x - corner.0) * f64::midpoint(y, corner.1);
            corner = (x, y);
        }
        let auc = find(&result, "gender", group, "auc", "value");
        assert!((area - number(auc, "estimate")).abs() < 2e-3, "{area} {auc}");
        assert_eq!(corner, (1.0, 1.0));
    }
    let unscored: Vec<&str> = FLAGS.iter().copied().filter(|flag| !flag.contains("score")).collect();
    assert_eq!(desk.result(&unscored)["curves"], Value::Array(Vec::new()));
}

#[test]
fn chance_alone_makes_the_calibration_error_that_is_told() {
    // Labels are drawn by the scores, so that all of the error is chance: the one told is its mean over many logs.
    let flags: Vec<&str> = FLAGS[..FLAGS.len() - 1]
        .iter()
        .copied()
        .chain(["--metrics=scores"])
        .collect();
    let logs = 40;
    let (mut errors, mut told) = (0.0, 0.0);
    for seed in 0..logs {
        let desk = Desk::with("log.csv", fair_log(7000 + seed, 150));
        let result = desk.result(&flags);
        errors += number(find(&result, "gender", "m", "calibration_error", "value"), "estimate");
        let by_chance = find(&result, "gender", "m", "calibration_error_by_chance", "value");
        told += number(by_chance, "estimate");
    }
    // Errors of single logs vary by a quarter of their mean: over forty logs, three standard errors are 12 %.
    assert!(
        (told / errors - 1.0).abs() < 0.12,
        "{} and {}",
        told / 40.0,
        errors / 40.0
    );
}
