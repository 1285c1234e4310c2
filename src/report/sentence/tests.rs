//! What the sentences say, and what they never say.

use super::*;
use crate::report::sample::sample;

#[test]
fn the_sample_in_sentences() {
    insta::assert_snapshot!(sentences(&sample()).join("\n"));
}

#[test]
fn there_are_three_to_six_whatever_the_result() {
    let mut many = sample();
    for index in 0..9 {
        let mut outcome = many.outcomes[0].clone();
        outcome.name = format!("offer {index}");
        many.outcomes.push(outcome);
    }
    let mut bare = sample();
    bare.estimates.clear();
    bare.gates.clear();
    bare.groupings.clear();
    bare.outcomes.clear();
    let mut ungated = sample();
    ungated.gates.clear();
    for result in [sample(), many, bare, ungated] {
        let told = sentences(&result);
        assert!((LEAST..=MOST).contains(&told.len()), "{told:#?}");
        for sentence in told {
            assert!(sentence.ends_with('.'), "{sentence}");
            let lower = sentence.to_lowercase();
            for word in ["bias", "discriminat", "minority", "nan", "guilty"] {
                assert!(!lower.contains(word), "{word}: {sentence}");
            }
        }
    }
}

/// The sample with one comparison of one outcome: `female` with `male`.
fn single(ratio: f64, low: f64, high: f64, p: f64) -> Result {
    let mut result = sample();
    result.search = None;
    result.outcomes.truncate(1);
    result.groupings.truncate(1);
    result.estimates.retain(|e| {
        (e.attribute.as_str(), e.group.as_str()) == ("gender", "female")
            && (e.outcome.as_str(), e.metric.as_str(), e.contrast.as_str()) == ("offered", "selection_rate", "ratio")
    });
    let e = &mut result.estimates[0];
    (e.estimate, e.low, e.high) = (Some(ratio), Some(low), Some(high));
    e.p_adjusted = Some(p);
    result.gates.truncate(1);
    result.gates[0].answers.truncate(1);
    result
}

#[test]
fn a_difference_is_told_with_its_interval() {
    let mut result = single(0.82, 0.79, 0.85, 0.001);
    result.estimates[0].selections_to_parity = Some(1_204);
    result.estimates[0].subjects_to_parity = Some(146);
    assert_eq!(
        sentences(&result)[0],
        "`gender`, outcome `offered`: `female` was selected 82 times for every 100 times that `male` (the reference) \
         was, row for row; with this much data the truth lies between 79 and 85; about 1,204 more selected rows \
         (counting each person once: 146 people) would bring parity."
    );
}

#[test]
fn an_unfavourable_outcome_says_which_way_is_worse() {
    let mut result = single(1.18, 1.1, 1.26, 0.001);
    result.outcomes[0].favourable = false;
    result.estimates[0].selections_to_parity = Some(-75);
    result.estimates[0].subjects_to_parity = None;
    let told = sentences(&result).remove(0);
    assert!(told.contains("118 times for every 100"), "{told}");
    assert!(told.contains("more is worse"), "{told}");
    assert!(told.contains("75 fewer selected rows would bring parity"), "{told}");
}

#[test]
fn who_is_better_off_is_not_told_to_give_back() {
    let mut result = single(1.18, 1.1, 1.26, 0.001);
    result.estimates[0].selections_to_parity = Some(-75);
    assert!(!sentences(&result)[0].contains("parity"));
}

// grafana/k6#5316: a shown value that contradicts its verdict.
#[test]
fn a_ratio_just_below_the_threshold_is_not_rounded_onto_it() {
    let told = sentences(&single(0.7996, 0.71, 0.9, 0.001)).remove(0);
    assert!(told.contains("79.96 times for every 100"), "{told}");
    assert!(told.contains("between 71 and 90"), "{told}");
}

#[test]
fn what_could_not_be_seen_is_told_when_nothing_was() {
    let mut result = single(0.97, 0.9, 1.05, 0.6);
    result.estimates[0].minimum_detectable_ratio = Some(0.91);
    let told = sentences(&result);
    assert!(told[0].contains("chance alone could explain"), "{told:#?}");
    assert_eq!(
        told[1],
        "No difference was found that this much data can tell from chance; for `female` a difference milder than a \
         ratio of 0.910 would probably not have been seen."
    );
    // With a difference that chance can't explain, the sentence is not there.
    let told = sentences(&single(0.7, 0.6, 0.8, 0.001));
    assert!(!told.iter().any(|s| s.starts_with("No difference")));
}

#[test]
fn rows_that_went_nowhere_are_told() {
    let told = sentences(&sample()).pop().unwrap();
    assert_eq!(
        told,
        "Of 41,188 rows read, 1,000 were left out by `where`, 12 name no person, 88 hold no decision, and 40,088, of \
         5,012 people, were audited; `gender` is not known for 1.9 % of them."
    );
    let mut whole = sample();
    whole.groupings.clear();
    let account = &mut whole.account;
    (account.filtered, account.no_subject, account.no_decision) = (0, 0, 0);
    account.audited = account.read;
    assert_eq!(
        sentences(&whole).pop().unwrap(),
        "All 41,188 rows read were audited; they are of 5,012 people."
    );
}
