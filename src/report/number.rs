//! How numbers are written for people.
//!
//! One style everywhere: shares are decimals (`0.713`), as in the spec, the JSON and the CSV, so that a number on screen
//! can be found again in the file and be held against the threshold as it was typed. Only prose says `4.2 %`.

use std::cmp::Ordering;

/// What stands where a number is undefined; the reason is always told nearby.
pub const UNDEFINED: &str = "–";

/// Beyond this many decimals two doubles between 0 and 1 can't be told apart.
const MOST_DECIMALS: usize = 17;

/// A count with thousands separators: `41,188`.
#[must_use]
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A count that may be negative, with its sign: `+1,204`, `-12`, `0`.
#[must_use]
pub fn signed(n: i64) -> String {
    let size = count(n.unsigned_abs());
    match n.cmp(&0) {
        Ordering::Less => format!("-{size}"),
        Ordering::Equal => size,
        Ordering::Greater => format!("+{size}"),
    }
}

/// A count with its noun: `1 row`, `2 rows`, `0 people`.
#[must_use]
pub fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(n), if n == 1 { one } else { many })
}

/// A number with about three digits that matter: `0.713`, `0.00042`, `12.35`, `1235`.
#[must_use]
pub fn number(x: f64) -> String {
    if !x.is_finite() {
        return UNDEFINED.to_owned();
    }
    match decimals(x) {
        Some(places) => rounded(x, places),
        None => format!("{x:.1e}"),
    }
}

/// A number with enough digits to show on which side of a bound it lies: 0.7996 beside 0.8 is not `0.800`.
///
/// Only digits are chosen here; what the side means is the verdict's affair.
#[must_use]
pub fn beside(x: f64, bounds: &[f64]) -> String {
    let Some(least) = decimals(x) else {
        return number(x);
    };
    let faithful = |places: usize| {
        let shown = rounded(x, places).parse::<f64>().unwrap_or(x);
        bounds
            .iter()
            .filter(|bound| !same(x, **bound))
            .all(|bound| shown.partial_cmp(bound) == x.partial_cmp(bound))
    };
    (least..MOST_DECIMALS)
        .find(|places| faithful(*places))
        .map_or_else(|| number(x), |places| rounded(x, places))
}

/// A bound as it was typed: the shortest text that is this number.
#[must_use]
pub fn bound(x: f64) -> String {
    if x.is_finite() {
        format!("{}", x + 0.0)
    } else {
        UNDEFINED.to_owned()
    }
}

/// An interval with the digits of [`beside`]: `[0.790, 0.853]`; with one end unbounded `≥ 0.790`.
#[must_use]
pub fn interval(low: Option<f64>, high: Option<f64>, bounds: &[f64]) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("[{}, {}]", beside(low, bounds), beside(high, bounds)),
        (Some(low), None) => format!("≥ {}", beside(low, bounds)),
        (None, Some(high)) => format!("≤ {}", beside(high, bounds)),
        (None, None) => String::new(),
    }
}

/// A p-value: `<0.001`, `0.042`.
#[must_use]
pub fn p_value(p: f64) -> String {
    if !p.is_finite() {
        UNDEFINED.to_owned()
    } else if p < 0.001 {
        "<0.001".to_owned()
    } else {
        format!("{p:.3}")
    }
}

/// A share in prose: `4.2 %`, `0.03 %`, `95 %`. What is not nothing is never written as nothing, nor what is not all as all.
#[must_use]
pub fn percent(share: f64) -> String {
    if !share.is_finite() {
        return UNDEFINED.to_owned();
    }
    let hundredfold = share * 100.0;
    let text = beside_decimals(hundredfold, &[0.0, 100.0], 1);
    let text = text.strip_suffix(".0").unwrap_or(&text);
    format!("{text} %")
}

/// How many there are for every hundred of the reference: a ratio for people. Bounds are ratios too.
#[must_use]
pub fn per_hundred(ratio: f64, bounds: &[f64]) -> String {
    if !ratio.is_finite() {
        return UNDEFINED.to_owned();
    }
    let hundredfold: Vec<f64> = bounds.iter().map(|bound| bound * 100.0).collect();
    let least = if ratio.abs() < 0.1 { 1 } else { 0 };
    let mut bounds = hundredfold;
    bounds.push(100.0);
    beside_decimals(ratio * 100.0, &bounds, least)
}

/// [`beside`], starting from a given number of decimals.
fn beside_decimals(x: f64, bounds: &[f64], least: usize) -> String {
    (least..MOST_DECIMALS)
        .find(|places| {
            let shown = rounded(x, *places).parse::<f64>().unwrap_or(x);
            bounds
                .iter()
                .filter(|bound| !same(x, **bound))
                .all(|bound| shown.partial_cmp(bound) == x.partial_cmp(bound))
        })
        .map_or_else(|| rounded(x, least), |places| rounded(x, places))
}

/// Whether two numbers differ by no more than arithmetic does: then more digits would only show its dust.
fn same(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-12 * b.abs().max(f64::MIN_POSITIVE)
}

/// How many decimals show about three digits that matter; `None`: it is so small that only an exponent does.
fn decimals(x: f64) -> Option<usize> {
    let size = x.abs();
    if !size.is_finite() {
        None
    } else if size >= 1000.0 {
        Some(0)
    } else if size >= 100.0 {
        Some(1)
    } else if size >= 10.0 {
        Some(2)
    } else if size == 0.0 || size >= 0.01 {
        Some(3)
    } else if size >= 1e-6 {
        // Two digits that matter: 0.0042 takes four decimals, 0.00042 five.
        Some(1 + (-size.log10()).ceil() as usize)
    } else {
        None
    }
}

/// Fixed decimals, without the sign of a zero.
fn rounded(x: f64, places: usize) -> String {
    let text = format!("{x:.places$}");
    match text.strip_prefix('-') {
        Some(size) if size.chars().all(|c| matches!(c, '0' | '.')) => size.to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_separated_in_thousands() {
        let shown: Vec<String> = [0, 12, 999, 1_000, 41_188, 1_234_567].map(count).into();
        assert_eq!(shown, ["0", "12", "999", "1,000", "41,188", "1,234,567"]);
        assert_eq!(signed(-1_204), "-1,204");
        assert_eq!(signed(312), "+312");
        assert_eq!(signed(i64::MIN), "-9,223,372,036,854,775,808");
        assert_eq!(counted(1, "row", "rows"), "1 row");
    }

    #[test]
    fn numbers_keep_the_digits_that_matter() {
        let shown: Vec<String> = [0.0, -0.0, 0.7134, -0.1294, 0.0042, 0.00042, 12.345, 123.45, 41_188.4]
            .map(number)
            .into();
        assert_eq!(
            shown,
            [
                "0.000", "0.000", "0.713", "-0.129", "0.0042", "0.00042", "12.35", "123.5", "41188"
            ]
        );
        assert_eq!(number(-0.000_000_04), "-4.0e-8");
        assert_eq!(number(f64::NAN), UNDEFINED);
        assert_eq!(number(f64::INFINITY), UNDEFINED);
    }

    // grafana/k6#5316: a shown value that contradicts its verdict.
    #[test]
    fn a_rounded_number_stays_on_its_side_of_the_threshold() {
        assert_eq!(beside(0.7996, &[0.8]), "0.7996");
        assert_eq!(beside(0.799_999_6, &[0.8]), "0.7999996");
        assert_eq!(beside(0.800_04, &[0.8]), "0.80004");
        assert_eq!(beside(0.8, &[0.8]), "0.800");
        assert_eq!(beside(0.1 + 0.2, &[0.3]), "0.300");
        assert_eq!(beside(0.5, &[0.8]), "0.500");
        assert_eq!(beside(1.2496, &[0.8, 1.25]), "1.2496");
        assert_eq!(beside(-0.000_4, &[0.0]), "-0.00040");
        assert_eq!(per_hundred(0.7996, &[0.8]), "79.96");
        assert_eq!(per_hundred(0.82, &[0.8]), "82");
        assert_eq!(per_hundred(0.997, &[0.8]), "99.7");
        assert_eq!(per_hundred(0.012, &[]), "1.2");
    }

    #[test]
    fn p_values_and_shares() {
        assert_eq!(p_value(0.000_2), "<0.001");
        assert_eq!(p_value(0.042), "0.042");
        assert_eq!(percent(0.95), "95 %");
        assert_eq!(percent(0.0423), "4.2 %");
        assert_eq!(percent(0.000_3), "0.03 %");
        assert_eq!(percent(0.999_9), "99.99 %");
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(interval(Some(0.4), Some(0.5), &[]), "[0.400, 0.500]");
        assert_eq!(interval(None, Some(0.5), &[]), "≤ 0.500");
        assert_eq!(bound(0.8), "0.8");
    }
}
