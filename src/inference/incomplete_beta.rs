//! The regularised incomplete beta function and its inverse, in logarithms.
//!
//! Continued fraction of A. R. DiDonato and A. H. Morris, "Significant digit computation of the
//! incomplete beta function ratios", ACM TOMS 18 (1992), 360–373, which is written in λ = a − (a+b)x
//! and so keeps its digits when a or b is huge. The factor x^a y^b / B(a,b) before it is taken in
//! Loader's form. The inverse is Newton's iteration on the logarithm of the tail in w = ln(x/y): the
//! density of w is log-concave, so both log-tails are concave and the iteration cannot cycle.

use super::stirling::{HALF_LN_TWO_PI, deviance, stirling_error, two_sum};

/// Terms allowed in the continued fraction. It needs about the square root of the larger parameter.
const TERMS: usize = 2_000_000;

/// Steps allowed in the inverse. Six to fifteen are usual.
const STEPS: usize = 200;

/// Parameters the continued fraction is trusted with.
pub(super) fn in_range(a: f64) -> bool {
    (1e-3..=1e12).contains(&a)
}

/// A point of the unit interval with its complement, each to full relative precision.
#[derive(Clone, Copy)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
    ln_x: f64,
    ln_y: f64,
}

impl Point {
    /// From w = ln(x/y).
    pub(super) fn from_logit(w: f64) -> Self {
        let below = Self::below(-w.abs(), (-w.abs()).exp());
        if w <= 0.0 { below } else { below.mirrored() }
    }

    /// From the odds x/y > 0.
    pub(super) fn from_odds(odds: f64) -> Self {
        if odds <= 1.0 {
            Self::below(odds.ln(), odds)
        } else {
            Self::below(-odds.ln(), 1.0 / odds).mirrored()
        }
    }

    /// From x within (0, 1).
    pub(super) fn from_probability(x: f64) -> Self {
        let y = 1.0 - x;
        Self {
            x,
            y,
            ln_x: x.ln(),
            ln_y: (-x).ln_1p(),
        }
    }

    fn below(w: f64, odds: f64) -> Self {
        let ln_y = -odds.ln_1p();
        Self {
            x: odds / (1.0 + odds),
            y: 1.0 / (1.0 + odds),
            ln_x: w + ln_y,
            ln_y,
        }
    }

    fn mirrored(self) -> Self {
        Self {
            x: self.y,
            y: self.x,
            ln_x: self.ln_y,
            ln_y: self.ln_x,
        }
    }
}

/// Logarithms of both tails and of the kernel x^a y^b / B(a,b), the derivative of the lower tail in w.
pub(super) struct Tails {
    pub(super) ln_lower: f64,
    pub(super) ln_upper: f64,
    pub(super) ln_kernel: f64,
}

/// Tails of the Beta(a, b) distribution at a point. Requires [`in_range`] of both parameters.
pub(super) fn tails(a: f64, b: f64, point: Point) -> Tails {
    let Point { x, y, .. } = point;
    let (sum, lost) = two_sum(a, b);
    // λ = a − (a+b)x, from whichever of x and y is small and so exact.
    let lambda = if x <= y {
        (-sum).mul_add(x, a) - lost * x
    } else {
        -((-sum).mul_add(y, b) - lost * y)
    };
    let ln_sum = sum.ln();
    let ln_kernel = 0.5 * (a * (b / sum)).ln() - HALF_LN_TWO_PI + stirling_error(sum)
        - stirling_error(a)
        - stirling_error(b)
        - deviance(a, lambda, ln_sum + point.ln_x)
        - deviance(b, -lambda, ln_sum + point.ln_y);
    if lambda >= 0.0 {
        let ln_lower = ln_kernel - fraction(a, b, x, y, lambda).ln();
        Tails {
            ln_lower,
            ln_upper: ln_complement(ln_lower),
            ln_kernel,
        }
    } else {
        let ln_upper = ln_kernel - fraction(b, a, y, x, -lambda).ln();
        Tails {
            ln_lower: ln_complement(ln_upper),
            ln_upper,
            ln_kernel,
        }
    }
}

/// The continued fraction β₁ + α₂/(β₂ + α₃/(β₃ + …)), by the modified Lentz algorithm.
fn fraction(a: f64, b: f64, x: f64, y: f64, lambda: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut value = a / (a + 1.0) * (lambda + 1.0);
    let mut c = value;
    let mut d = 0.0;
    let mut n = 0.0;
    for _ in 0..TERMS {
        n += 1.0;
        let middle = a + 2.0 * n - 1.0;
        let alpha = (a + n - 1.0) / middle * ((a + b + n - 1.0) / middle) * (n * (b - n) * x * x);
        let beta = n + n * (b - n) * x / middle + (a + n) / (a + 2.0 * n + 1.0) * (lambda + 1.0 + n * (1.0 + y));
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

/// ln(1 − e^z) for z ≤ 0.
fn ln_complement(z: f64) -> f64 {
    if z > -std::f64::consts::LN_2 {
        (-z.exp_m1()).max(f64::MIN_POSITIVE).ln()
    } else {
        (-z.exp()).ln_1p()
    }
}

/// Which tail an inverse is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tail {
    Lower,
    Upper,
}

/// The w = ln(x/y) at which a tail of Beta(a, b) holds the probability `mass` within (0, 1).
pub(super) fn logit_quantile(a: f64, b: f64, mass: f64, tail: Tail) -> f64 {
    let ln_mass = mass.ln();
    let mut w = (a / b).ln();
    let (mut low, mut high) = (f64::NEG_INFINITY, f64::INFINITY);
    for _ in 0..STEPS {
        let at = tails(a, b, Point::from_logit(w));
        let (ln_tail, sign) = match tail {
            Tail::Lower => (at.ln_lower, 1.0),
            Tail::Upper => (at.ln_upper, -1.0),
        };
        let excess = ln_tail - ln_mass;
        if excess * sign > 0.0 {
            high = high.min(w);
        } else {
            low = low.max(w);
        }
        let step = -sign * excess * (ln_tail - at.ln_kernel).exp();
        let newton = w + step;
        let next = if newton.is_finite() && newton >= low && newton <= high {
            newton
        } else if low.is_finite() && high.is_finite() {
            low + (high - low) / 2.0
        } else if high.is_finite() {
            high - 1.0 - high.abs()
        } else {
            low + 1.0 + low.abs()
        };
        let moved = (next - w).abs();
        w = next;
        if moved <= 4e-16 * w.abs().max(1e-3) {
            break;
        }
    }
    w
}
