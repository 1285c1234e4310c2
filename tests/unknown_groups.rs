//! What people of unknown group could hide.

use std::fmt::Write as _;

use crate::audit_support::Desk;

/// 80 of 200 of `a`, 120 of 250 of `b`, 30 of 100 of nobody knows what.
fn log() -> String {
    let mut log = "id,group,yes\n".to_owned();
    let mut id = 0;
    for (group, size, selected) in [("a", 200, 80), ("b", 250, 120), ("", 100, 30)] {
        for i in 0..size {
            id += 1;
            writeln!(log, "{id},{group},{}", u8::from(i < selected)).unwrap();
        }
    }
    log
}

const FLAGS: [&str; 10] = [
    "log.csv",
    "--subject",
    "id",
    "--protected",
    "group",
    "--selected",
    "yes=1",
    "--reference",
    "b",
    "--favourable",
];

#[test]
fn bounds_hold_whoever_the_unknown_are() {
    let desk = Desk::with("log.csv", log());
    let gates = [
        "--gate",
        "disparate_impact>=0.8",
        "--rule",
        "point",
        "--gate",
        "disparate_impact>=0.5",
    ];
    let result = desk.result(&[&FLAGS[..], &gates].concat());
    let bounds = result["bounds"].as_array().unwrap();
    assert_eq!(bounds.len(), 1);
    // By hand: 80/270 over 150/280, and 110/230 over 120/320.
    let close = |key: &str, expected: f64| {
        let found = bounds[0][key].as_f64().unwrap();
        assert!((found - expected).abs() < 1e-12, "{key}: {found}");
    };
    close("ratio_low", (80.0 / 270.0) / (150.0 / 280.0));
    close("ratio_high", (110.0 / 230.0) / (120.0 / 320.0));
    close("gap_low", 80.0 / 270.0 - 150.0 / 280.0);
    close("gap_high", 110.0 / 230.0 - 120.0 / 320.0);
    // 0.83 passes 0.8, and need not if the unknown were known; 0.5 holds whoever they are.
    assert_eq!(bounds[0]["gates_hanging"].to_string(), r#"["disparate_impact >= 0.8"]"#);
    // By hand: 44.4 of the unknown to `a` and 55.6 to `b`, 30 of them selected; with 0.8 of the reference's rate.
    let (u, v) = (100.0 * 200.0 / 450.0, 100.0 * 250.0 / 450.0);
    let tip = &bounds[0]["tipping"][0];
    let rate = |key: &str| tip[key].as_f64().unwrap();
    let (own, other) = (rate("group_rate"), rate("reference_rate"));
    assert!((own * u + other * v - 30.0).abs() < 1e-9, "{tip}");
    let ratio = ((80.0 + own * u) / (200.0 + u)) / ((120.0 + other * v) / (250.0 + v));
    assert!((ratio - 0.8).abs() < 1e-12, "{ratio}");
    let table = desk.run(&[&["audit"][..], &FLAGS, &gates].concat());
    assert!(table.out.contains("what the unknown could hide"), "{}", table.out);
}

#[test]
fn nothing_is_bounded_where_all_groups_are_known() {
    let desk = Desk::with("log.csv", log().replace(",,", ",c,"));
    let result = desk.result(&FLAGS);
    assert_eq!(result["bounds"].as_array().unwrap().len(), 0);
}
