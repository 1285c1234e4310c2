//! Prices: what was asked against the list, and within products.

use std::fmt::Write as _;

use serde_json::Value;

use crate::audit_support::{Desk, Dice, assert_close};

/// The log of `tests/oracles/decompositions.py`: a person has one to four rows; women have a channel that men lack.
pub fn log() -> String {
    let mut dice = Dice(7);
    let mut log = "id,gender,product,channel,price,list,chosen\n".to_owned();
    for person in 0..300 {
        let female = person % 2;
        for _ in 0..1 + dice.below(4) {
            let product = dice.below(5);
            let channel = dice.below(if female == 1 { 3 } else { 2 });
            let list = 20 + 15 * product;
            let price = list - dice.below(8) + 2 * female;
            let chosen = dice.below(100) < 30 + 8 * product + 5 * channel - 10 * female;
            writeln!(
                log,
                "{person},{},p{product},c{channel},{price},{list},{}",
                if female == 1 { "f" } else { "m" },
                u8::from(chosen)
            )
            .unwrap();
        }
    }
    log
}

pub const FLAGS: [&str; 14] = [
    "log.csv",
    "--subject",
    "id",
    "--protected",
    "gender",
    "--reference",
    "m",
    "--selected",
    "chosen=1",
    "--value",
    "price",
    "--list-price",
    "list",
    "--favourable",
];

/// An estimate of women within some strata.
pub fn find<'a>(result: &'a Value, given: Option<&str>, metric: &str, contrast: &str) -> &'a Value {
    let all = result["estimates"].as_array().unwrap();
    let found = all.iter().find(|e| {
        e["metric"] == metric && e["contrast"] == contrast && e["group"] == "f" && e["given"].as_str() == given
    });
    found.unwrap_or_else(|| panic!("no {metric} {contrast} within {given:?}"))
}

pub fn number(estimate: &Value, key: &str) -> f64 {
    estimate[key]
        .as_f64()
        .unwrap_or_else(|| panic!("no {key} in {estimate}"))
}

/// A small log by hand: `gender,yes,product,paid,list`.
const BY_HAND: &str = "id,gender,yes,product,paid,list\n1,f,1,a,8,10\n2,f,1,b,30,40\n3,f,0,a,5,\n4,f,1,b,-1,0\n\
                       5,m,1,a,9,10\n6,m,1,b,30,40\n7,m,1,c,1,2\n";

const HAND_FLAGS: [&str; 13] = [
    "log.csv",
    "--protected",
    "gender",
    "--reference",
    "m",
    "--selected",
    "yes=1",
    "--value",
    "paid",
    "--list-price",
    "list",
    "--favourable",
    "--stratum=product",
];

#[test]
fn price_index_and_discount_by_hand() {
    let desk = Desk::with("log.csv", BY_HAND);
    // With and without a column of the person: each row is one either way.
    for subject in [&[][..], &["--subject", "id"]] {
        let result = desk.result(&[&HAND_FLAGS[..], subject].concat());
        let index = find(&result, None, "price_index", "value");
        assert_close(number(index, "estimate"), 38.0 / 50.0, 1e-12);
        assert_eq!((index["subjects"].as_u64(), index["rows"].as_u64()), (Some(2), Some(2)));
        let depth = find(&result, None, "discount_depth", "gap");
        assert_close(number(depth, "estimate"), 12.0 / 50.0 - 12.0 / 52.0, 1e-12);
        let notes = result["notes"].to_string();
        assert!(
            notes.contains("2 of 7 rows with a value have no list price above 0"),
            "{notes}"
        );
        // Nobody asked for logarithms: none are counted, and nothing is said of them.
        assert!(!notes.contains("logarithm"), "{notes}");
    }
    let asked = desk.result(&[&HAND_FLAGS[..], &["--metrics", "default,prices"]].concat());
    let notes = asked["notes"].to_string();
    assert!(notes.contains("1 of 7 rows with a value have none above 0"), "{notes}");
    // Of products a and b, both sides have both; b: 30 and -1 against 30, a: 8 and 5 against 9.
    let differ = find(&asked, Some("product"), "products_priced_differently", "value");
    assert_close(number(differ, "estimate"), 1.0, 1e-12);
    assert!(differ["low"].is_null());
    // Logarithms: a: two rows against one, b: one against one.
    let (a, b) = ((8f64.ln() + 5f64.ln()) / 2.0 - 9f64.ln(), 0.0);
    let beta = (2.0 / 3.0 * a + 0.5 * b) / (2.0 / 3.0 + 0.5);
    let premium = find(&asked, Some("product"), "within_product_premium", "gap");
    assert_close(number(premium, "estimate"), beta.exp() - 1.0, 1e-12);
    desk.audit(&[
        "log.csv",
        "--protected",
        "gender",
        "--selected",
        "yes=1",
        "--list-price",
        "list",
    ])
    .refuses("missing-key");
}

#[test]
fn the_premium_is_that_of_a_fixed_effects_regression() {
    // statsmodels 0.15, OLS with dummies of the products and errors clustered by person; tests/oracles/decompositions.py.
    // Its error lacks the factor m/(m − 1) of people counted once for each product.
    let desk = Desk::with("log.csv", log());
    let flags = [&FLAGS[..], &["--stratum", "product", "--metrics", "default,prices"]].concat();
    let result = desk.result(&flags);
    let premium = find(&result, Some("product"), "within_product_premium", "gap");
    let (beta, error, cells) = (0.056_998_364_450_186_f64, 0.005_857_318_007_682_379, 613.0_f64);
    assert_close(number(premium, "estimate"), beta.exp_m1(), 1e-9);
    assert_close(
        number(premium, "standard_error"),
        error * (cells / (cells - 1.0)).sqrt(),
        1e-9,
    );
    // The interval is made on the scale of logarithms.
    let (low, high) = (number(premium, "low"), number(premium, "high"));
    assert_close((1.0 + low) * (1.0 + high), (2.0 * beta).exp(), 1e-9);
    assert!(number(premium, "p_value") < 1e-6, "{premium}");
    let index = find(&result, None, "price_index", "value");
    assert_close(number(index, "estimate"), 0.966_929_547_844_374_3, 1e-12);
    let gated = desk.audit(&[&flags[..], &["--gate", "within_product_premium<=0.01"]].concat());
    assert_eq!(gated.code, 1, "{}", gated.err);
}

#[test]
fn a_kept_tally_has_prices_too() {
    let desk = Desk::with("log.csv", log());
    let flags = [&FLAGS[..], &["--stratum", "product", "--metrics", "default,prices"]].concat();
    let made = desk.run(&[&["tally"][..], &flags, &["-o", "kept.parquet"]].concat());
    assert_eq!(made.code, 0, "{}", made.err);
    let (from_log, from_tally) = (desk.audit(&flags), desk.audit(&["--tally", "kept.parquet"]));
    let premium = |text: &str| {
        let result: Value = serde_json::from_str(text).unwrap();
        find(&result, Some("product"), "within_product_premium", "gap").clone()
    };
    assert_eq!(premium(&from_log.out), premium(&from_tally.out));
}
