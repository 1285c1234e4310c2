//! The regularised incomplete gamma function, upper tail.
//!
//! Series for x < a + 1, Legendre's continued fraction above it (DLMF 8.7.1 and 8.9.2), with the
//! factor x^a e^(−x) / Γ(a) in Loader's form so that large a keeps its digits.

use super::stirling::{HALF_LN_TWO_PI, deviance, stirling_error};

const TERMS: usize = 2_000_000;

/// Q(a, x) = Γ(a, x) / Γ(a) for x ≥ 0 and 0 < a ≤ 10¹².
pub(super) fn upper(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    // Far past where the tail underflows, for every a allowed.
    if x > 1e14 {
        return 0.0;
    }
    let ln_kernel = 0.5 * a.ln() - HALF_LN_TWO_PI - stirling_error(a) - deviance(a, a - x, x.ln());
    if x < a + 1.0 {
        (1.0 - ln_kernel.exp() * series(a, x)).clamp(0.0, 1.0)
    } else {
        (ln_kernel.exp() * fraction(a, x)).clamp(0.0, 1.0)
    }
}

/// Σ xⁿ / (a (a+1) … (a+n)).
fn series(a: f64, x: f64) -> f64 {
    let mut term = 1.0 / a;
    let mut sum = term;
    let mut next = a;
    for _ in 0..TERMS {
        next += 1.0;
        term *= x / next;
        sum += term;
        if term < sum * 1e-17 {
            break;
        }
    }
    sum
}

/// 1 / (x+1−a − 1(1−a)/(x+3−a − 2(2−a)/(x+5−a − …))), by the modified Lentz algorithm.
fn fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut beta = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / beta;
    let mut value = d;
    let mut n = 0.0;
    for _ in 0..TERMS {
        n += 1.0;
        let alpha = n * (a - n);
        beta += 2.0;
        d = beta + alpha * d;
        if d.abs() < TINY {
            d = TINY;
        }
        c = beta + alpha / c;
        if c.abs() < TINY {
            c = TINY;
        }
        d = 1.0 / d;
        let factor = c * d;
        value *= factor;
        if (factor - 1.0).abs() < 2e-16 {
            break;
        }
    }
    value
}
