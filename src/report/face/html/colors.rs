//! The colours of the page can be told apart by those who see less.

use std::collections::BTreeMap;

/// The style sheet, where colours are looked up.
const STYLE: &str = include_str!("style.css");

/// Colours of the style sheet by name, of one of its lists.
fn palette(list: &str) -> BTreeMap<&str, [f64; 3]> {
    let declared = list
        .split(['{', ';', '\n'])
        .filter_map(|part| part.trim().strip_prefix("--")?.split_once(": #"));
    declared
        .map(|(name, hex)| {
            let part = |at: usize| f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
            (name, [part(0), part(2), part(4)])
        })
        .collect()
}

/// The contrast of two colours. Source: WCAG 2.2, definitions of relative luminance and contrast ratio.
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let luminance = |color: [f64; 3]| {
        let linear = color.map(|c| {
            if c <= 0.04045 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[test]
fn contrast_is_that_of_the_guidelines() {
    // Published pairs: black on white is 21:1, #767676 on white the lightest grey that passes.
    assert!((contrast([0.0; 3], [1.0; 3]) - 21.0).abs() < 1e-9);
    let grey = contrast([f64::from(0x76u8) / 255.0; 3], [1.0; 3]);
    assert!((4.5..4.6).contains(&grey), "{grey}");
}

#[test]
fn every_text_and_every_sign_can_be_seen_in_light_dark_and_on_paper() {
    let lists: Vec<BTreeMap<&str, [f64; 3]>> = STYLE
        .split(":root {")
        .skip(1)
        .map(|list| palette(list.split('}').next().unwrap()))
        .collect();
    assert_eq!(lists.len(), 3);
    for colors in &lists {
        let of = |name: &str| colors[name];
        let text = [
            ("ink", "ground"),
            ("soft", "ground"),
            ("ink", "panel"),
            ("soft", "panel"),
            ("accent", "ground"),
        ];
        let verdicts = ["pass", "fail", "open"].map(|verdict| (verdict.to_owned(), format!("{verdict}-ground")));
        let shades = (0..5).map(|shade| (format!("h{shade}-ink"), format!("h{shade}")));
        let text = text.map(|(a, b)| (a.to_owned(), b.to_owned())).into_iter();
        for (a, b) in text.chain(verdicts).chain(shades) {
            assert!(
                contrast(of(&a), of(&b)) >= 4.5,
                "{a} on {b}: {}",
                contrast(of(&a), of(&b))
            );
        }
        for verdict in ["pass-ground", "fail-ground", "open-ground"] {
            assert!(contrast(of("ink"), of(verdict)) >= 4.5, "ink on {verdict}");
        }
        for sign in [
            "edge", "accent", "pass", "fail", "open", "s0", "s1", "s2", "s3", "s4", "s5",
        ] {
            assert!(contrast(of(sign), of("ground")) >= 3.0, "{sign}");
        }
    }
}
