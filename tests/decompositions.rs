//! A gap split into what different factors make and what different coefficients make, as other programs split it.

use crate::audit_support::{Desk, assert_close};
use crate::prices::{FLAGS, find, log, number};

/// statsmodels 0.15, regressions on dummies; tests/oracles/decompositions.py. The channel that men lack is left out there
/// as here.
const PARTS: [(&str, [f64; 2], [f64; 2]); 6] = [
    (
        "explained",
        [0.003_938_078_584_336_551, 0.004_022_631_314_843_284],
        [0.019_305_802_802_566_115, -0.528_751_902_378_565_1],
    ),
    (
        "unexplained",
        [-0.126_910_769_849_710_8, -0.154_506_882_058_990_9],
        [1.811_901_201_575_180_3, 1.851_089_633_952_539],
    ),
    (
        "explained_pooled",
        [0.003_413_256_519_679_871_5, 0.002_858_127_000_815_865],
        [0.024_041_202_870_011_25, -0.525_748_128_278_954_1],
    ),
    (
        "unexplained_pooled",
        [-0.126_385_947_785_054_1, -0.153_342_377_744_962_65],
        [1.807_165_801_507_719_9, 1.848_085_859_852_992_1],
    ),
    (
        "coefficients",
        [-0.125_805_772_638_685_06, -0.151_984_496_209_424_72],
        [1.802_583_079_622_262_6, 1.844_401_179_182_078],
    ),
    (
        "interaction",
        [-0.001_104_997_211_025_763_8, -0.002_522_385_849_566_147],
        [0.009_318_121_952_918_08, 0.006_688_454_770_460_69],
    ),
];

#[test]
fn parts_of_a_gap_are_those_of_regressions() {
    let desk = Desk::with("log.csv", log());
    let strata = ["--stratum", "product", "--stratum", "channel"];
    let result = desk.result(&[&FLAGS[..], &strata].concat());
    for (part, selected, value) in PARTS {
        for (given, of_selected, of_value) in [
            ("product", selected[0], value[0]),
            ("product & channel", selected[1], value[1]),
        ] {
            let found = find(&result, Some(given), &format!("oaxaca_{part}"), "gap");
            assert_close(number(found, "estimate"), of_selected, 1e-9);
            assert!(number(found, "low") < number(found, "estimate"), "{found}");
            let found = find(&result, Some(given), &format!("oaxaca_value_{part}"), "gap");
            assert_close(number(found, "estimate"), of_value, 1e-9);
        }
    }
    // The infinitesimal jackknife by person, in the same script; our factor is m/(m − 1) of people counted once a cell.
    let explained = find(&result, Some("product & channel"), "oaxaca_explained", "gap");
    let (error, cells) = (0.009_622_052_268_620_17, 564.0);
    assert_close(
        number(explained, "standard_error"),
        error * (cells / (cells - 1.0f64)).sqrt(),
        1e-8,
    );
    // With one factor these are Kitagawa's parts, with other weights: each pair is the whole gap.
    let of = |metric: &str| number(find(&result, Some("product"), metric, "gap"), "estimate");
    let whole = of("composition_effect") + of("rate_effect");
    assert_close(of("oaxaca_explained") + of("oaxaca_unexplained"), whole, 1e-12);
    assert_close(
        of("oaxaca_explained_pooled") + of("oaxaca_unexplained_pooled"),
        whole,
        1e-12,
    );
    assert_close(
        of("oaxaca_explained") + of("oaxaca_coefficients") + of("oaxaca_interaction"),
        whole,
        1e-12,
    );
}

#[test]
fn a_person_with_many_rows_is_one_person_in_a_decomposition() {
    // Every row three times over changes no number and no error.
    let once = log();
    let (head, rows) = once.split_once('\n').unwrap();
    let thrice = format!("{head}\n{rows}{rows}{rows}");
    let flags = [&FLAGS[..], &["--stratum", "product"]].concat();
    let [one, three] = [once, thrice].map(|log| Desk::with("log.csv", log).result(&flags));
    for metric in ["oaxaca_explained", "oaxaca_unexplained", "oaxaca_interaction"] {
        let [one, three] = [&one, &three].map(|result| find(result, Some("product"), metric, "gap"));
        for key in ["estimate", "low", "high", "standard_error"] {
            assert_close(number(three, key), number(one, key), 1e-9);
        }
    }
}

#[test]
fn factors_that_are_one_another_are_not_told_apart() {
    let log: String = log()
        .lines()
        .enumerate()
        .map(|(i, line)| {
            let product = line.split(',').nth(2).unwrap_or_default().to_owned();
            let shelf = if i == 0 {
                "shelf".to_owned()
            } else {
                format!("shelf of {product}")
            };
            format!("{line},{shelf}\n")
        })
        .collect();
    let desk = Desk::with("log.csv", log);
    let result = desk.result(&[&FLAGS[..], &["--stratum", "product", "--stratum", "shelf"]].concat());
    let found = find(&result, Some("product & shelf"), "oaxaca_explained", "gap");
    assert_eq!(found["status"], "undefined");
    assert_eq!(found["reason"], "collinear-strata");
}
