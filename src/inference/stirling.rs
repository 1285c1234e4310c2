//! Factorials, binomial and hypergeometric masses by Stirling's error and deviances.
//!
//! Differences of log-gammas lose all digits for large counts: ln Γ(10⁹) is about 2·10¹⁰, so its last
//! bit is worth 4·10⁻⁶. C. Loader, "Fast and accurate computation of binomial probabilities" (2000),
//! splits every mass into a square root, a sum of Stirling errors (small) and deviances (small where
//! the mass is large); that form is used throughout.

/// ½ ln 2π.
pub(super) const HALF_LN_TWO_PI: f64 = 0.918_938_533_204_672_8;

/// Stirling's error, δ(a) = ln Γ(a+1) − ½ ln(2πa) − a ln a + a, for a > 0.
///
/// Asymptotic series from 16 upward; below, δ(a) = δ(a+1) + (a+½) ln(1+1/a) − 1 climbs to it.
pub(super) fn stirling_error(a: f64) -> f64 {
    let mut climb = 0.0;
    let mut a = a;
    while a < 16.0 {
        climb += (a + 0.5) * (1.0 / a).ln_1p() - 1.0;
        a += 1.0;
    }
    // Bernoulli numbers B_2k / (2k (2k−1)); the ninth term at 16 is below 1e-18.
    const TERMS: [f64; 8] = [
        1.0 / 12.0,
        -1.0 / 360.0,
        1.0 / 1260.0,
        -1.0 / 1680.0,
        1.0 / 1188.0,
        -691.0 / 360_360.0,
        1.0 / 156.0,
        -3617.0 / 122_400.0,
    ];
    let inverse = 1.0 / a;
    let square = inverse * inverse;
    let series = TERMS.iter().rev().fold(0.0, |sum, term| sum * square + term);
    climb + series * inverse
}

/// ln Γ(a) for a > 0. Absolute error near 1e-15 about its zeros at 1 and 2, relative elsewhere.
pub(super) fn ln_gamma(a: f64) -> f64 {
    (a - 0.5) * a.ln() - a + HALF_LN_TWO_PI + stirling_error(a)
}

/// ln(1+u) − u without cancellation near 0, for u > −1.
///
/// With v = u/(2+u): ln(1+u) = 2 artanh v, hence ln(1+u) − u = −uv + 2v(v²/3 + v⁴/5 + …).
pub(super) fn ln_1p_minus(u: f64) -> f64 {
    if !(-0.5..=0.5).contains(&u) {
        return u.ln_1p() - u;
    }
    let v = u / (2.0 + u);
    let square = v * v;
    let mut power = square;
    let mut sum = 0.0;
    let mut odd = 3.0;
    // v² <= 1/9, so 20 terms reach below 1e-19.
    for _ in 0..20 {
        let term = power / odd;
        sum += term;
        if term <= sum * 1e-18 {
            break;
        }
        power *= square;
        odd += 2.0;
    }
    -u * v + 2.0 * v * sum
}

/// The Poisson deviance a ln(a/M) + M − a, given a > 0, δ = a − M and ln M separately: near M = a
/// only δ is known to full precision, far below only ln M is.
pub(super) fn deviance(a: f64, delta: f64, ln_mean: f64) -> f64 {
    let t = delta / a;
    if t > 0.5 {
        a * (a.ln() - ln_mean) - delta
    } else {
        -a * ln_1p_minus(-t)
    }
}

/// Sum and the part of it lost to rounding (Knuth's two-sum).
pub(super) fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let b_part = sum - a;
    let lost = (a - (sum - b_part)) + (b - b_part);
    (sum, lost)
}

/// ln of the binomial mass C(n,k) p^k q^(n−k) for whole 0 ≤ k ≤ n and 0 < p < 1, q = 1 − p.
pub(super) fn binomial_ln_pmf(k: f64, n: f64, p: f64) -> f64 {
    if k <= 0.0 {
        return n * (-p).ln_1p();
    }
    if k >= n {
        return n * p.ln();
    }
    let (j, q) = (n - k, 1.0 - p);
    let delta = (-n).mul_add(p, k);
    let ln_n = n.ln();
    0.5 * (n / k / j).ln() - HALF_LN_TWO_PI + stirling_error(n)
        - stirling_error(k)
        - stirling_error(j)
        - deviance(k, delta, ln_n + p.ln())
        - deviance(j, -delta, ln_n + q.ln())
}

/// ln C(n, k) for whole 0 ≤ k ≤ n, to a relative error near 1e-15.
pub(super) fn ln_choose(n: f64, k: f64) -> f64 {
    let (k, j) = if k + k > n { (n - k, k) } else { (k, n - k) };
    if k <= 0.0 {
        return 0.0;
    }
    0.5 * (n / k / j).ln() - HALF_LN_TWO_PI + stirling_error(n) - stirling_error(k) - stirling_error(j)
        + k * (n / k).ln()
        - j * (-k / n).ln_1p()
}

/// ln of the hypergeometric mass C(K,k) C(N−K,n−k) / C(N,n), arguments within the support.
///
/// The product of two binomial masses over a third with a common p, here n/N; p cancels exactly, so
/// its rounding does no harm.
pub(super) fn hypergeometric_ln_pmf(k: f64, population: f64, successes: f64, draws: f64) -> f64 {
    if draws <= 0.0 || draws >= population {
        return 0.0;
    }
    let p = draws / population;
    binomial_ln_pmf(k, successes, p) + binomial_ln_pmf(draws - k, population - successes, p)
        - binomial_ln_pmf(draws, population, p)
}
