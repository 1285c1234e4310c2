//! Groups of items in lists, how good lists are, weights, and logs of others.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::audit_support::{Desk, Dice, assert_close, number};
use crate::lists::find;

#[track_caller]
fn close(result: &Value, place: (&str, &str), metric: &str, expected: f64) {
    let e = find(result, place, metric, "value", None);
    assert_close(
        e["estimate"].as_f64().unwrap_or_else(|| panic!("{metric}: {e}")),
        expected,
        1e-9,
    );
}

const ITEMS: &str = "[log]\npath = \"log.csv\"\n[groups]\nmin_subjects = 1\n[[protected]]\nname = \"side\"\nside = \"item\"\nreference = \"A\"\n\
     [[outcome]]\nname = \"clicked\"\nfavourable = true\nselected = { column = \"click\", values = [\"1\"], absent = \"allow\" }\nscore = \"fit\"\n\
     metrics = [\"all\"]\n";

/// One list, A A B A B B A A, with merits 1.0, 0.9, … 0.3 and some clicks.
fn published() -> String {
    let mut log = "request,rank,item,side,fit,click\n".to_owned();
    for (i, side) in "AABABBAA".chars().enumerate() {
        let click = u8::from([0, 1, 3, 4, 7].contains(&i));
        writeln!(log, "r,{},i{i},{side},{},{click}", i + 1, 1.0 - i as f64 / 10.0).unwrap();
    }
    log
}

/// Made by tests/oracles/lists.py: FairRankTune 0.0.7 (EXP, EXPU, EXPRU), and the definitions by numpy.
#[test]
fn items_as_fairranktune_and_the_papers_have_them() {
    let desk = Desk::with("log.csv", published());
    let spec =
        |keys: &str| format!("{ITEMS}[list]\nrequest = \"request\"\nposition = \"rank\"\nitem = \"item\"\n{keys}\n");
    desk.write("spec.toml", spec("target = \"uniform\""));
    let result = desk.result(&["spec.toml"]);
    let (a, b, all) = (("side", "A"), ("side", "B"), ("side", "*"));
    close(&result, a, "exposure_per_item", 0.542_080_904_352_782_6);
    close(&result, b, "exposure_per_item", 0.414_353_331_447_521_23);
    let ratio = find(&result, b, "exposure_per_item", "ratio", None);
    assert_close(number(&ratio["estimate"]), 0.764_375_443_075_675_6, 1e-9);
    close(&result, a, "exposure_per_merit", 0.821_334_703_564_822_2);
    close(&result, b, "exposure_per_merit", 0.654_242_102_285_559_9);
    close(&result, a, "selections_per_merit", 1.212_121_212_121_212_4);
    close(&result, b, "selections_per_merit", 0.526_315_789_473_684_2);
    close(&result, a, "exposure_share", 0.685_577_045_3);
    close(&result, all, "attention_fairness", 1.0 - 0.025_906_437_281_907_883);
    close(&result, all, "ndkl", 0.312_711_716_165_882_8);
    close(&result, all, "exposure_loss", 0.068_877_679_505_818_7);
    close(&result, all, "exposure_disparity", 0.568_877_679_505_818_8);
    close(&result, all, "exposure_relevance", 0.5);
    close(&result, all, "infeasible_index", 3.0);
    // Shares of merit: 3.3 and 1.9 of 5.2.
    close(&result, a, "attention_less_merit", 0.685_577_045_349_4 - 3.3 / 5.2);
    close(
        &result,
        all,
        "inequity_of_attention",
        2.0 * (0.685_577_045_349_4 - 3.3 / 5.2),
    );
    desk.write("spec.toml", spec("target = \"uniform\"\ndepth = 4"));
    let result = desk.result(&["spec.toml"]);
    close(&result, a, "skew", 0.405_465_108_108_164_4);
    close(&result, b, "skew", -std::f64::consts::LN_2);
    close(&result, all, "lowest_skew", -std::f64::consts::LN_2);
    close(&result, all, "highest_skew", 0.405_465_108_108_164_4);
    // The target that FairRankTune takes: the list's own shares, 5 and 3 items; it adds 1e-7 and has 0.20176502.
    desk.write("spec.toml", spec(""));
    let result = desk.result(&["spec.toml"]);
    close(&result, all, "ndkl", 0.201_765_652_634_205_87);
    assert!(
        result["notes"]
            .to_string()
            .contains("the different items of each group")
    );
    desk.write(
        "spec.toml",
        spec("discount = \"geometric\"\ngamma = 0.5\ntarget = \"uniform\""),
    );
    let result = desk.result(&["spec.toml"]);
    close(&result, b, "exposure_share", 0.172_549_019_607_843_1);
    close(&result, all, "attention_fairness", 1.0 - 0.089_457_586_387_239_54);
}

#[test]
fn candidates_that_were_never_shown_count() {
    let desk = Desk::with("log.csv", published());
    let keys = "candidates = { A = 10, B = 30 }\nreference = \"A\"";
    let spec = ITEMS.replace("reference = \"A\"", keys);
    desk.write(
        "spec.toml",
        format!("{spec}[list]\nrequest = \"request\"\nposition = \"rank\"\n"),
    );
    let result = desk.result(&["spec.toml"]);
    close(
        &result,
        ("side", "A"),
        "exposure_per_item",
        0.542_080_904_352_782_6 / 2.0,
    );
    close(
        &result,
        ("side", "B"),
        "exposure_per_item",
        0.414_353_331_447_521_23 / 10.0,
    );
    close(&result, ("side", "B"), "skew", (3.0f64 / 8.0 / 0.75).ln());
}

#[test]
fn lists_without_a_group_fail_the_ranked_test() {
    // Twenty of A before twenty of B, and the two in turn.
    let mut log = "request,rank,item,side,fit,click\n".to_owned();
    for rank in 0..40 {
        for (request, side) in [("apart", rank < 20), ("turns", rank % 2 == 0)] {
            let side = if side { "A" } else { "B" };
            writeln!(log, "{request},{},{side}{rank},{side},0.5,0", rank + 1).unwrap();
        }
    }
    let desk = Desk::with("log.csv", log);
    desk.write(
        "spec.toml",
        format!("{ITEMS}[list]\nrequest = \"request\"\nposition = \"rank\"\ndepth = 20\ntarget = \"uniform\"\n"),
    );
    let result = desk.result(&["spec.toml"]);
    close(&result, ("side", "A"), "fair_top_failures", 0.0);
    close(&result, ("side", "B"), "fair_top_failures", 0.5);
    // All of one group first is as far as can be; in turns every cut point has its half.
    close(&result, ("side", "B"), "prefix_difference", 0.5);
    close(&result, ("side", "B"), "prefix_divergence", 0.5);
}

const PEOPLE: &str = "[log]\npath = \"log.csv\"\nsubject = \"person\"\n[groups]\nmin_subjects = 1\n[[protected]]\nname = \"gender\"\nreference = \"m\"\n\
     [[outcome]]\nname = \"taken\"\nfavourable = true\nselected = { column = \"taken\", values = [\"1\"] }\nmetrics = [\"all\"]\n";

/// Two people with twelve items each, made by tests/oracles/lists.py with RecTools 0.19.0; RecBole 1.2.1 has the same.
#[test]
fn quality_as_rectools_has_it() {
    let mut log = "person,gender,request,rank,item,taken\n".to_owned();
    for (person, gender, items, taken) in [(1, "f", "abcdefghijkl", "acfl"), (2, "m", "mnopqrstuvwx", "oqst")] {
        for (i, item) in items.chars().enumerate() {
            writeln!(
                log,
                "{person},{gender},r,{},{item},{}",
                i + 1,
                u8::from(taken.contains(item))
            )
            .unwrap();
        }
    }
    let desk = Desk::with("log.csv", log);
    let spec = |keys: &str| {
        format!("{PEOPLE}[list]\nrequest = \"request\"\nposition = \"rank\"\nitem = \"item\"\ndepth = 5\n{keys}\n")
    };
    desk.write("spec.toml", spec(""));
    let result = desk.result(&["spec.toml"]);
    let (f, m) = (("gender", "f"), ("gender", "m"));
    for (place, precision, recall, rank, ndcg) in [
        (f, 0.4, 0.5, 1.0, 0.585_570_074_988_152_6),
        (m, 0.4, 0.5, 1.0 / 3.0, 0.346_209_643_223_886_1),
    ] {
        close(&result, place, "list_precision", precision);
        close(&result, place, "list_recall", recall);
        close(&result, place, "hit_rate", 1.0);
        close(&result, place, "mean_reciprocal_rank", rank);
        close(&result, place, "ndcg", ndcg);
    }
    // RecTools' own default.
    desk.write("spec.toml", spec("ideal = \"depth\""));
    let result = desk.result(&["spec.toml"]);
    close(&result, f, "ndcg", 0.508_740_307_910_424_2);
    close(&result, m, "ndcg", 0.300_785_180_149_149_9);
    assert!(result["notes"].to_string().contains("scores lower"));
}

/// The two formulas of the Open Bandit Pipeline; tests/oracles/lists.py.
#[test]
fn weights_by_inverse_propensity() {
    let mut log = "person,gender,rank,taken,p,q\n".to_owned();
    let rewards = [1, 0, 0, 1, 0, 1];
    for (i, propensity) in [0.5, 0.25, 0.125, 0.25, 0.5, 0.1].into_iter().enumerate() {
        for gender in ["f", "m"] {
            let taken = if gender == "f" { rewards[i] } else { 1 };
            writeln!(log, "{gender}{i},{gender},1,{taken},{propensity},0.25").unwrap();
        }
    }
    let desk = Desk::with("log.csv", log);
    let spec = |keys: &str| format!("{PEOPLE}[list]\nposition = \"rank\"\npropensity = \"p\"\n{keys}\n");
    desk.write("spec.toml", spec("policy = \"q\""));
    let result = desk.result(&["spec.toml"]);
    let f = ("gender", "f");
    close(&result, f, "ips_rate", 0.666_666_666_666_666_6);
    close(&result, f, "snips_rate", 0.533_333_333_333_333_3);
    close(&result, f, "effective_rows", 4.411_764_705_882_353);
    // Without a policy every candidate alike: the same but for a factor that only IPS has.
    desk.write("spec.toml", spec(""));
    let result = desk.result(&["spec.toml"]);
    close(&result, f, "snips_rate", 0.533_333_333_333_333_3);
    desk.write("spec.toml", spec("policy = \"q\"\nclip = 2"));
    let result = desk.result(&["spec.toml"]);
    close(&result, f, "ips_rate", 0.583_333_333_333_333_4);
    assert!(
        result["notes"].to_string().contains("2 weights of rows"),
        "{}",
        result["notes"]
    );
}

/// Six rows of a policy that shows four items, with a model's guesses; tests/oracles/examination.py: the Open Bandit
/// Pipeline's own `DirectMethod`, `DoublyRobust` and the weighted rates.
#[test]
fn a_model_is_corrected_by_what_the_log_shows() {
    let mut log = "person,gender,rank,taken,p,w,q,q_policy\n".to_owned();
    for (i, (taken, p, w, q, q_policy)) in [
        (1, 0.5, 0.25, 0.5, 0.275),
        (0, 0.25, 0.5, 0.3, 0.266_666_666_666_666_66),
        (0, 0.125, 0.1, 0.2, 0.29),
        (1, 0.25, 0.25, 0.5, 0.35),
        (0, 0.5, 0.7, 0.2, 0.2),
        (1, 0.1, 0.2, 0.6, 0.44),
    ]
    .into_iter()
    .enumerate()
    {
        writeln!(log, "f{i},f,1,{taken},{p},{w},{q},{q_policy}").unwrap();
        writeln!(log, "m{i},m,1,1,0.5,0.5,1,1").unwrap();
    }
    let desk = Desk::with("log.csv", log);
    let spec = |keys: &str| format!("{PEOPLE}[list]\nposition = \"rank\"\npropensity = \"p\"\n{keys}\n");
    desk.write(
        "spec.toml",
        spec("policy = \"w\"\nexpected = \"q\"\npolicy_expected = \"q_policy\""),
    );
    let result = desk.result(&["spec.toml"]);
    let (f, m) = (("gender", "f"), ("gender", "m"));
    close(&result, f, "ips_rate", 0.583_333_333_333_333_4);
    close(&result, f, "snips_rate", 0.454_545_454_545_454_6);
    close(&result, f, "direct_rate", 0.303_611_111_111_111_1);
    close(&result, f, "doubly_robust_rate", 0.388_611_111_111_111_2);
    // A model that misses nothing is not corrected.
    close(&result, m, "doubly_robust_rate", 1.0);
    for keys in [
        "policy = \"w\"\nexpected = \"q\"",
        "policy = \"w\"\npolicy_expected = \"q\"",
        "expected = \"q\"\npolicy_expected = \"q_policy\"",
    ] {
        desk.write("spec.toml", spec(keys));
        desk.audit(&["spec.toml"]).refuses("missing-key");
    }
}

/// Lists in which what women want stands far down, and what men want on top; both want as much. The same log is made by
/// tests/oracles/examination.py.
fn looked_at() -> String {
    const LOOKED: [u64; 4] = [1000, 600, 400, 300];
    let mut dice = Dice(5);
    let mut log = "person,gender,request,rank,item,taken\n".to_owned();
    for person in 0..600 {
        let female = dice.below(2) == 0;
        for request in 0..1 + dice.below(4) {
            let start = dice.below(12);
            let mut items = [0, 1, 2, 3].map(|i| (start + i) % 12);
            items.sort_unstable();
            let as_usual = dice.below(10) < 9;
            if female != as_usual {
                items.reverse();
            }
            for (rank, item) in items.into_iter().enumerate() {
                let wanted = 100 + 60 * item;
                let taken = u8::from(dice.below(1_000_000) < wanted * LOOKED[rank]);
                let gender = if female { "f" } else { "m" };
                writeln!(log, "{person},{gender},{request},{},{item},{taken}", rank + 1).unwrap();
            }
        }
    }
    log
}

/// Values by numpy and pandas (tests/oracles/examination.py): of women and of men with the chances that are known, the same with
/// those that are estimated, and these.
const KNOWN: [f64; 2] = [0.427_026_721_014_492_8, 0.412_307_518_115_942];

const ESTIMATED: [f64; 2] = [0.452_128_776_712_725_06, 0.430_238_156_389_086_4];
const CHANCES: &str = "1.000, 0.565, 0.385, 0.271";

#[test]
fn rates_are_corrected_for_where_things_stood() {
    let desk = Desk::with("log.csv", looked_at());
    let spec = |keys: &str| {
        format!("{PEOPLE}[list]\nrequest = \"request\"\nposition = \"rank\"\nitem = \"item\"\ndepth = 4\n{keys}\n")
    };
    let (f, m) = (("gender", "f"), ("gender", "m"));
    desk.write("spec.toml", spec("examination = [1.0, 0.6, 0.4, 0.3]"));
    let result = desk.result(&["spec.toml"]);
    close(&result, f, "debiased_rate", KNOWN[0]);
    close(&result, m, "debiased_rate", KNOWN[1]);
    // The raw gap is told from 0; what is left of it is not.
    let gap = |result: &Value, metric: &str| {
        let gap = find(result, f, metric, "gap", None);
        (number(&gap["low"]), number(&gap["high"]))
    };
    assert!(gap(&result, "selection_rate").1 < 0.0);
    let (low, high) = gap(&result, "debiased_rate");
    assert!(low < 0.0 && 0.0 < high, "{low} {high}");
    // Inverse propensity of examination is the same arithmetic.
    let mut with_chance = String::new();
    for line in looked_at().lines() {
        let chance = match line.split(',').nth(3).unwrap() {
            "1" => "1.0",
            "2" => "0.6",
            "3" => "0.4",
            "4" => "0.3",
            _ => "chance",
        };
        writeln!(with_chance, "{line},{chance}").unwrap();
    }
    desk.write("log.csv", with_chance);
    desk.write(
        "spec.toml",
        spec("propensity = \"chance\"\nexamination = [1.0, 0.6, 0.4, 0.3]"),
    );
    let result = desk.result(&["spec.toml"]);
    let told = find(&result, f, "ips_rate", "value", None);
    assert_close(number(&told["estimate"]), KNOWN[0], 1e-12);
    let own = find(&result, f, "debiased_rate", "value", None);
    assert_close(number(&own["standard_error"]), number(&told["standard_error"]), 1e-12);

    desk.write("log.csv", looked_at());
    desk.write(
        "spec.toml",
        spec("examination = \"estimate\"\ndiscount = \"examination\""),
    );
    let result = desk.result(&["spec.toml"]);
    close(&result, f, "debiased_rate", ESTIMATED[0]);
    close(&result, m, "debiased_rate", ESTIMATED[1]);
    let notes = result["notes"].to_string();
    assert!(notes.contains(CHANCES), "{notes}");
    // What is not certain about the chances is part of the error.
    let estimated = find(&result, f, "debiased_rate", "value", None);
    assert!(number(&estimated["standard_error"]) > 1.1 * number(&own["standard_error"]));
    // Ranks of which nothing is told are left out and counted.
    desk.write("spec.toml", spec("examination = [1.0, 0.6]"));
    let result = desk.result(&["spec.toml"]);
    let notes = result["notes"].to_string();
    assert!(notes.contains("rows stand below rank 2"), "{notes}");
    for (keys, code) in [
        ("examination = [1.0, 1.2]", "bad-value"),
        ("examination = []", "bad-value"),
        ("examination = \"guess\"", "bad-value"),
        ("discount = \"examination\"", "missing-key"),
    ] {
        desk.write("spec.toml", spec(keys));
        desk.audit(&["spec.toml"]).refuses(code);
    }
    desk.write(
        "spec.toml",
        format!("{PEOPLE}[list]\nposition = \"rank\"\nexamination = \"estimate\"\n"),
    );
    desk.audit(&["spec.toml"]).refuses("missing-key");
}

/// Where every item stood at one rank only, nothing tells how often ranks are looked at.
#[test]
fn items_that_never_move_tell_nothing_of_their_places() {
    let mut log = "person,gender,request,rank,item,taken\n".to_owned();
    for person in 0..40 {
        for rank in 1..=3 {
            let gender = if person % 2 == 0 { "f" } else { "m" };
            writeln!(log, "{person},{gender},r,{rank},i{rank},{}", (person / 2) % 2).unwrap();
        }
    }
    let desk = Desk::with("log.csv", log);
    desk.write(
        "spec.toml",
        format!(
            "{PEOPLE}[list]\nrequest = \"request\"\nposition = \"rank\"\nitem = \"item\"\nexamination = \"estimate\"\n"
        ),
    );
    let result = desk.result(&["spec.toml"]);
    let told = find(&result, ("gender", "f"), "debiased_rate", "value", None);
    assert!(
        told["estimate"].is_null() && told["reason"] == "examination-unknown",
        "{told}"
    );
    assert!(result["notes"].to_string().contains("below rank 1 nothing tells"));
}

/// Two lists of women, job ad ad and ad job; one of men, job job ad.
#[test]
fn classes_in_the_lists_of_each_group_by_hand() {
    let log = "person,gender,request,rank,class,taken\n\
        1,f,a,1,job,0\n1,f,a,2,ad,0\n1,f,a,3,ad,0\n1,f,b,1,ad,0\n1,f,b,2,job,0\n\
        2,m,a,1,job,0\n2,m,a,2,job,0\n2,m,a,3,ad,0\n2,m,a,4,ad,0\n";
    let desk = Desk::with("log.csv", log);
    let people = PEOPLE.replace("values = [\"1\"] }", "values = [\"1\"], absent = \"allow\" }");
    let spec = |keys: &str| {
        format!(
            "{people}[list]\nrequest = \"request\"\nposition = \"rank\"\nitem_class = \"class\"\ndepth = 3\n{keys}\n"
        )
    };
    let value = |result: &Value, group: &str, metric: &str, class: Option<&str>| {
        number(&find(result, ("gender", group), metric, "value", class)["estimate"])
    };
    // Of eight places of the heads four are jobs.
    desk.write("spec.toml", spec(""));
    let result = desk.result(&["spec.toml"]);
    assert_close(
        value(&result, "f", "class_skew", Some("job")),
        (0.4f64 / 0.5).ln(),
        1e-12,
    );
    assert_close(
        value(&result, "m", "class_skew", Some("job")),
        (2.0f64 / 3.0 / 0.5).ln(),
        1e-12,
    );
    let gap = find(&result, ("gender", "f"), "class_skew", "gap", Some("job"));
    assert_close(number(&gap["estimate"]), (0.4f64 / (2.0 / 3.0)).ln(), 1e-12);
    let (second, third) = (1.0 / 3f64.log2(), 0.5);
    let ln2 = std::f64::consts::LN_2;
    let two_thirds = 2.0 / 3.0 * (4.0f64 / 3.0).ln() + (2.0f64 / 3.0).ln() / 3.0;
    let man = (ln2 * (1.0 + second) + third * two_thirds) / (1.0 + second + third);
    assert_close(value(&result, "m", "class_ndkl", None), man, 1e-12);
    // A half and a half of the second prefix are as they should be.
    let women = (ln2 + third * two_thirds) / (1.0 + second + third) + ln2 / (1.0 + second);
    assert_close(value(&result, "f", "class_ndkl", None), women / 2.0, 1e-12);
    desk.write("spec.toml", spec("class_target = { job = 0.25, ad = 0.75 }"));
    let result = desk.result(&["spec.toml"]);
    assert_close(
        value(&result, "f", "class_skew", Some("job")),
        (0.4f64 / 0.25).ln(),
        1e-12,
    );
    for (keys, code) in [
        ("class_target = { job = 0.25, ad = 0.25 }", "bad-value"),
        ("class_target = { job = 1.5 }", "bad-value"),
    ] {
        desk.write("spec.toml", spec(keys));
        desk.audit(&["spec.toml"]).refuses(code);
    }
    desk.write(
        "spec.toml",
        format!("{people}[list]\nposition = \"rank\"\nclass_target = {{ job = 1 }}\n"),
    );
    desk.audit(&["spec.toml"]).refuses("missing-key");
}

/// Popularity, taste, coverage and concentration by hand: one list each of two people.
#[test]
fn taste_and_popularity_by_hand() {
    let log = "person,gender,request,rank,item,class,pop,taken\n\
        1,f,r,1,a,x,10,1\n1,f,r,2,b,y,30,0\n1,f,r,3,c,y,20,0\n1,f,r,4,d,y,4,1\n\
        2,m,r,1,a,x,10,1\n2,m,r,2,b,y,30,1\n2,m,r,3,a,x,10,0\n2,m,r,4,e,x,6,0\n";
    let desk = Desk::with("log.csv", log);
    desk.write(
        "spec.toml",
        format!(
            "{PEOPLE}[list]\nrequest = \"request\"\nposition = \"rank\"\nitem = \"item\"\nitem_class = \"class\"\npopularity = \"pop\"\n"
        ),
    );
    let result = desk.result(&["spec.toml"]);
    let (f, m) = (("gender", "f"), ("gender", "m"));
    close(&result, f, "popularity", 16.0);
    close(&result, f, "popularity_lift", (16.0 - 7.0) / 7.0);
    // Taken: half x, half y; shown: a quarter and three quarters.
    let mixed = |p: f64, q: f64| p * (p / (0.99 * q + 0.01 * p)).ln();
    close(&result, f, "taste_divergence", mixed(0.5, 0.25) + mixed(0.5, 0.75));
    let v = |rank: f64| 1.0 / (rank + 1.0).log2();
    // Attention of a, b, e of five items, the others none.
    let (a, b, e) = (v(1.0) + v(3.0), v(2.0), v(4.0));
    let gini = (0.0 * e + 2.0 * b + 4.0 * a) / (5.0 * (a + b + e));
    close(&result, m, "exposure_gini", gini);
    let all = find(&result, ("(everyone)", "(everyone)"), "popularity", "value", None);
    assert_close(number(&all["estimate"]), 15.0, 1e-12);
}

/// Scores that miss the labels of a group's favourite items.
#[test]
fn scores_that_miss_by_item() {
    let mut log = "person,gender,rank,item,fit,bought,taken\n".to_owned();
    for person in 0..40 {
        for (item, [f, m]) in [("a", [0.9, 0.5]), ("b", [0.2, 0.5])] {
            let (gender, fit) = if person % 2 == 0 { ("f", f) } else { ("m", m) };
            // Half of each buys each item.
            writeln!(log, "{person},{gender},1,{item},{fit},{},1", person / 2 % 2).unwrap();
        }
    }
    let desk = Desk::with("log.csv", log);
    let outcome = "actual = { column = \"bought\", values = [\"1\"] }\nscore = \"fit\"\nmetrics = [\"items\"]\n";
    let spec = PEOPLE.replace("metrics = [\"all\"]\n", outcome);
    desk.write(
        "spec.toml",
        format!("{spec}[list]\nposition = \"rank\"\nitem = \"item\"\n"),
    );
    let result = desk.result(&["spec.toml"]);
    let of = |metric: &str| number(&find(&result, ("gender", "f"), metric, "gap", None)["estimate"]);
    assert_close(of("value_unfairness"), (0.4 + 0.3) / 2.0, 1e-12);
    assert_close(of("absolute_unfairness"), (0.4 + 0.3) / 2.0, 1e-12);
    assert_close(of("underestimation_unfairness"), 0.15, 1e-12);
    assert_close(of("overestimation_unfairness"), 0.2, 1e-12);
    let coverage = find(&result, ("gender", "f"), "item_coverage", "value", None);
    assert_close(number(&coverage["estimate"]), 1.0, 1e-6);
}

/// Rows of a class against a population of which a quarter is female: ln((1/3) / (1/4)).
#[test]
fn delivery_against_a_population() {
    let mut log = "person,gender,rank,class,taken\n".to_owned();
    for person in 0..30 {
        let gender = if person < 10 { "f" } else { "m" };
        writeln!(log, "{person},{gender},1,job,1\n{person},{gender},2,ad,0").unwrap();
    }
    let desk = Desk::with("log.csv", log);
    let spec = PEOPLE.replace(
        "reference = \"m\"",
        "reference = \"m\"\npopulation = { f = 0.25, m = 0.75 }",
    );
    desk.write(
        "spec.toml",
        format!("{spec}[list]\nposition = \"rank\"\nitem_class = \"class\"\n"),
    );
    let result = desk.result(&["spec.toml"]);
    let job = find(&result, ("gender", "f"), "delivery_skew", "value", Some("job"));
    assert_close(number(&job["estimate"]), (4.0f64 / 3.0).ln(), 1e-12);
}

/// The intervals of a planted gap hold it, and equal groups are seldom told apart.
#[test]
fn simulated_lists_are_judged_at_their_level() {
    const RUNS: u64 = 60;
    let (mut held, mut alarms) = (0, 0);
    let truth = |chance_f: f64| {
        // A job stands first with this chance, else it has ranks 2, 3 and 4.
        let rest = 1.0 / 3f64.log2() + 0.5 + 1.0 / 5f64.log2();
        chance_f + (1.0 - chance_f) * rest
    };
    let planted = truth(0.35) - truth(0.5);
    for run in 0..RUNS {
        for (chance, gap) in [(350, planted), (500, 0.0)] {
            let desk = Desk::with("log.csv", crate::lists::lists(7919 * run, 150, chance, 500));
            desk.write(
                "spec.toml",
                format!(
                    "{}{}",
                    crate::lists::RECEIVER
                        .replace("absent = \"allow\" }", "absent = \"allow\" }\nmetrics = [\"exposure\"]"),
                    crate::lists::LIST
                ),
            );
            let result = desk.result(&["spec.toml"]);
            let e = find(&result, ("gender", "f"), "exposure", "gap", Some("job"));
            let inside = number(&e["low"]) <= gap && gap <= number(&e["high"]);
            if chance == 350 {
                held += u64::from(inside);
            } else {
                alarms += u64::from(number(&e["p_value"]) < 0.05);
            }
        }
    }
    assert!(held >= RUNS * 88 / 100, "{held} of {RUNS}");
    assert!(alarms <= RUNS * 12 / 100, "{alarms} of {RUNS}");
}

/// A real log of three slots a page, where it is at hand: items shown by chance all weigh alike, and weights of a learning
/// policy leave fewer effective rows.
#[test]
fn open_bandit_lists_run_end_to_end() {
    let Some(data) = crate::real_logs::data() else { return };
    let data = data.join("open_bandit_small.csv.gz");
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real_logs/bandit_lists.toml");
    let desk = Desk::new();
    let result = desk.result(&[spec.to_str().unwrap(), data.to_str().unwrap()]);
    let of = |group: &str, metric: &str| {
        let e = find(&result, ("behavior_policy", group), metric, "value", None);
        (number(&e["estimate"]), e["rows"].as_u64().unwrap() as f64)
    };
    let (random, rows) = of("random", "effective_rows");
    assert!((random / rows - 1.0).abs() < 0.35, "{random} of {rows}");
    let (bts, rows) = of("bts", "effective_rows");
    assert!(bts < 0.5 * rows, "{bts} of {rows}");
    let plain = find(&result, ("behavior_policy", "random"), "selection_rate", "value", None);
    let weighted = find(&result, ("behavior_policy", "random"), "snips_rate", "value", None);
    let apart = number(&plain["estimate"]) - number(&weighted["estimate"]);
    assert!(apart.abs() < 0.002, "{apart}");
    // By pandas: tests/oracles/examination.py. The three slots stand side by side, and are looked at much alike.
    for (group, rate) in [
        ("bts", 0.005_329_004_322_519_371_5),
        ("random", 0.004_412_049_714_884_837_4),
    ] {
        close(&result, ("behavior_policy", group), "debiased_rate", rate);
    }
    let notes = result["notes"].to_string();
    assert!(notes.contains("1.000, 1.055, 0.891"), "{notes}");
}

/// The bundled log, by pandas: tests/oracles/lists.py.
#[test]
fn the_bundled_lists_by_pandas() {
    let spec = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/lists/audit.toml");
    let desk = Desk::new();
    let done = desk.audit(&[spec.to_str().unwrap()]);
    assert_eq!(done.code, 1, "{}", done.err);
    let result = done.json();
    let [women, men] = [("gender", "female"), ("gender", "male")];
    for (place, exposure, by_merit, hit, mrr, recall, ndcg, snips) in [
        (
            women,
            0.543_852_366_975_640_9,
            0.401_084_360_795_757_7,
            0.328_089_887_640_449,
            0.209_363_295_880_15,
            0.836_309_523_809_524,
            0.607_425_599_068_521,
            0.056_740_565_060_056_01,
        ),
        (
            men,
            0.964_597_973_380_432,
            0.721_392_282_288_038,
            0.316_348_195_329_087,
            0.210_261_854_210_899,
            0.883_534_136_546_185,
            0.658_198_134_726_424,
            0.053_462_250_745_143_866,
        ),
    ] {
        let premium = |metric: &str| number(&find(&result, place, metric, "value", Some("premium"))["estimate"]);
        assert_close(premium("exposure"), exposure, 1e-9);
        assert_close(premium("exposure_per_merit"), by_merit, 1e-9);
        close(&result, place, "hit_rate", hit);
        close(&result, place, "mean_reciprocal_rank", mrr);
        close(&result, place, "list_recall", recall);
        close(&result, place, "ndcg", ndcg);
        close(&result, place, "snips_rate", snips);
    }
    close(&result, ("seller", "small"), "skew", -0.277_544_404_167_325_84);
    close(&result, ("seller", "large"), "skew", 0.058_824_904_143_363_45);
    close(&result, ("seller", "small"), "exposure_share", 0.134_642_860_827_630_38);
    let gates: Vec<&Value> = result["gates"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gate| &gate["verdict"])
        .collect();
    assert_eq!(gates, ["fail", "pass"]);
    let notes = result["notes"].to_string();
    assert!(
        notes.contains("have no request or no rank") && notes.contains("of `female`"),
        "{notes}"
    );
}
