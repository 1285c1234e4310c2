//! Distribution functions: normal, Student, beta, χ², F, binomial and hypergeometric.
//!
//! Upper tails are computed as such, never as one minus the lower. The quantiles use solvers with a
//! fixed cap on their steps: a library routine that fails to converge would hang an audit.

use super::incomplete_beta::{Point, Tail, in_range, logit_quantile, tails};
use super::{incomplete_gamma, stirling};

use super::stirling::HALF_LN_TWO_PI;

/// From here on Student's distribution is the normal one to every digit of an `f64` tail.
const NORMAL_DF: f64 = 1e12;

/// Standard normal distribution function Φ(z); not a number only for z that is none.
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    normal_sf(-z)
}

/// Upper tail of the standard normal, 1 − Φ(z); not a number only for z that is none.
#[must_use]
pub fn normal_sf(z: f64) -> f64 {
    let half = 0.5 * incomplete_gamma::upper(0.5, z * z / 2.0);
    if z < 0.0 { 1.0 - half } else { half }
}

/// Standard normal quantile; `None` unless 0 < p < 1. Below 10⁻³⁰⁰ the digits fade, as those of p do.
#[must_use]
pub fn normal_quantile(p: f64) -> Option<f64> {
    (p > 0.0 && p < 1.0).then(|| normal_quantile_within(p))
}

/// [`normal_quantile`] for a p known to lie within (0, 1).
pub(super) fn normal_quantile_within(p: f64) -> f64 {
    let tail = p.min(1.0 - p);
    // C. Hastings, Approximations for Digital Computers (1955), sheet 68: within 4.5e-4 everywhere.
    let s = (-2.0 * tail.ln()).sqrt();
    let top = 2.515_517 + s * (0.802_853 + s * 0.010_328);
    let bottom = 1.0 + s * (1.432_788 + s * (0.189_269 + s * 0.001_308));
    let mut z = (s - top / bottom).max(0.0);
    // Halley's step triples the digits: 4, 11, all; the third step costs little and settles the last.
    for _ in 0..3 {
        let density = (-0.5 * z * z - HALF_LN_TWO_PI).exp();
        let error = (normal_sf(z) - tail) / density;
        let step = error / (1.0 - 0.5 * z * error);
        if !step.is_finite() {
            break;
        }
        z += step;
        if step.abs() <= 1e-9 * z.abs() {
            break;
        }
    }
    let z = z.max(0.0);
    if p < 0.5 { -z } else { z }
}

/// Upper tail of Student's t with `df` degrees of freedom, fractional or infinite; `None` unless
/// `df` is at least 0.002 and t is a number.
///
/// With y = t²/(df + t²), P(|T| > t) is the upper tail of Beta(½, df/2) at y.
#[must_use]
pub fn t_sf(t: f64, df: f64) -> Option<f64> {
    let upper = t_two_sided(t, df)? / 2.0;
    Some(if t < 0.0 { 1.0 - upper } else { upper })
}

/// Two-sided p value of Student's t, P(|T| > |t|); `None` as for [`t_sf`].
#[must_use]
pub fn t_two_sided(t: f64, df: f64) -> Option<f64> {
    if t.is_nan() || df.is_nan() || df < 0.002 {
        return None;
    }
    let t = t.abs();
    if df > NORMAL_DF {
        return Some((2.0 * normal_sf(t)).min(1.0));
    }
    if t <= 0.0 {
        return Some(1.0);
    }
    if t.is_infinite() {
        return Some(0.0);
    }
    let root = t / df.sqrt();
    let odds = root * root;
    let point = if (1e-290..=1e290).contains(&odds) {
        Point::from_odds(odds)
    } else {
        Point::from_logit(2.0 * t.ln() - df.ln())
    };
    Some(tails(0.5, df / 2.0, point).ln_upper.exp())
}

/// Student quantile; `None` unless 0 < p < 1 and `df` is at least 0.002. An infinite `df` is the
/// normal quantile. A quantile beyond the largest `f64` (very small p and df) is returned as
/// ±[`f64::MAX`].
#[must_use]
pub fn t_quantile(p: f64, df: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) || df.is_nan() || df < 0.002 {
        return None;
    }
    if df > NORMAL_DF {
        return normal_quantile(p);
    }
    let tail = p.min(1.0 - p);
    if tail >= 0.5 {
        return Some(0.0);
    }
    // Of P(|T| <= t) = 1 − 2·tail and P(|T| > t) = 2·tail, the smaller keeps its digits.
    let w = if tail > 0.25 {
        logit_quantile(0.5, df / 2.0, 1.0 - 2.0 * tail, Tail::Lower)
    } else {
        logit_quantile(0.5, df / 2.0, 2.0 * tail, Tail::Upper)
    };
    let t = (df.sqrt() * (w / 2.0).exp()).min(f64::MAX);
    Some(if p < 0.5 { -t } else { t })
}

/// Distribution function of Beta(a, b) at x; `None` unless 0 ≤ x ≤ 1 and both parameters lie within
/// 0.001 … 10¹².
#[must_use]
pub fn beta_cdf(x: f64, a: f64, b: f64) -> Option<f64> {
    if !(in_range(a) && in_range(b) && (0.0..=1.0).contains(&x)) {
        return None;
    }
    if x <= 0.0 || x >= 1.0 {
        return Some(x);
    }
    Some(tails(a, b, Point::from_probability(x)).ln_lower.exp())
}

/// Quantile of Beta(a, b); `None` unless 0 < p < 1 and both parameters lie within 0.001 … 10¹².
/// A quantile below the smallest `f64` is returned as 0.
#[must_use]
pub fn beta_quantile(p: f64, a: f64, b: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0 && in_range(a) && in_range(b)) {
        return None;
    }
    let w = if p <= 0.5 {
        logit_quantile(a, b, p, Tail::Lower)
    } else {
        logit_quantile(a, b, 1.0 - p, Tail::Upper)
    };
    Some(Point::from_logit(w).x)
}

/// The point above which Beta(a, b) holds the probability q: the quantile at 1 − q, without
/// forming 1 − q. `None` as for [`beta_quantile`].
#[must_use]
pub fn beta_upper_quantile(q: f64, a: f64, b: f64) -> Option<f64> {
    if !(q > 0.0 && q < 1.0 && in_range(a) && in_range(b)) {
        return None;
    }
    Some(Point::from_logit(logit_quantile(a, b, q, Tail::Upper)).x)
}

/// Upper tail of χ² with `df` degrees of freedom; `None` unless x ≥ 0 and df lies within
/// 0.001 … 10¹².
#[must_use]
pub fn chi2_sf(x: f64, df: f64) -> Option<f64> {
    if !(in_range(df) && x >= 0.0) {
        return None;
    }
    Some(incomplete_gamma::upper(df / 2.0, x / 2.0))
}

/// Upper tail of F with `df1` and `df2` degrees of freedom, `df2` possibly infinite; `None` unless
/// f ≥ 0 and both lie within 0.002 … 10¹².
#[must_use]
pub fn f_sf(f: f64, df1: f64, df2: f64) -> Option<f64> {
    if f.is_nan() || f < 0.0 || df2.is_nan() || !in_range(df1 / 2.0) || df2 < 0.002 {
        return None;
    }
    if df2 > NORMAL_DF {
        return chi2_sf(f * df1, df1);
    }
    if f <= 0.0 {
        return Some(1.0);
    }
    if f.is_infinite() {
        return Some(0.0);
    }
    let odds = f * (df1 / df2);
    let point = if (1e-290..=1e290).contains(&odds) {
        Point::from_odds(odds)
    } else {
        Point::from_logit(f.ln() + df1.ln() - df2.ln())
    };
    Some(tails(df1 / 2.0, df2 / 2.0, point).ln_upper.exp())
}

/// ln Γ(a); `None` unless a lies within 10⁻³⁰⁰ … 10³⁰⁰.
#[must_use]
pub fn ln_gamma(a: f64) -> Option<f64> {
    (1e-300..=1e300).contains(&a).then(|| stirling::ln_gamma(a))
}

/// ln of the binomial coefficient C(n, k); `None` unless k ≤ n.
#[must_use]
pub fn ln_choose(n: u64, k: u64) -> Option<f64> {
    (k <= n).then(|| stirling::ln_choose(n as f64, k as f64))
}

/// ln of the binomial mass P(X = k), X ~ Bin(n, p); `None` when the mass is zero or p is not a
/// probability.
#[must_use]
pub fn binomial_ln_pmf(k: u64, n: u64, p: f64) -> Option<f64> {
    if k > n || !(0.0..=1.0).contains(&p) || (p <= 0.0 && k > 0) || (p >= 1.0 && k < n) {
        return None;
    }
    if p <= 0.0 || p >= 1.0 {
        return Some(0.0);
    }
    Some(stirling::binomial_ln_pmf(k as f64, n as f64, p))
}

/// ln of the hypergeometric mass: k successes in `draws` drawn without replacement from a
/// `population` holding `successes`. `None` outside the support.
#[must_use]
pub fn hypergeometric_ln_pmf(k: u64, population: u64, successes: u64, draws: u64) -> Option<f64> {
    if successes > population || draws > population || k > successes || k > draws {
        return None;
    }
    if draws - k > population - successes {
        return None;
    }
    Some(stirling::hypergeometric_ln_pmf(
        k as f64,
        population as f64,
        successes as f64,
        draws as f64,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inference::oracle::assert_close;

    #[test]
    fn normal_tails_and_quantiles() {
        // mpmath 1.4.1, erfc at 40 digits
        for (z, upper) in [
            (1e-08, 0.4999999960105772),
            (0.1, 0.460172162722971),
            (0.5, 0.3085375387259869),
            (1.0, 0.15865525393145705),
            (1.96, 0.024997895148220435),
            (3.0, 0.0013498980316300946),
            (5.0, 2.866515718791939e-07),
            (8.0, 6.220960574271784e-16),
            (12.0, 1.776482112077679e-33),
            (20.0, 2.7536241186062337e-89),
            (30.0, 4.906713927148187e-198),
            (37.0, 5.725571222524577e-300),
        ] {
            assert_close(normal_sf(z), upper, 1e-12);
            assert_close(normal_cdf(-z), upper, 1e-12);
            let quantile = normal_quantile(upper).unwrap();
            assert_close(quantile, -z, if z < 1e-3 { 1e-8 } else { 1e-13 });
        }
        assert_close(normal_quantile(0.975).unwrap(), 1.959963984540054, 1e-15);
    }

    #[test]
    fn student_tails() {
        // mpmath 1.4.1, quadrature of the density
        #[rustfmt::skip]
        let rows = [
            (0.5, 1e-06, 0.49999973032369943),
            (0.5, 0.3, 0.4224295760652454),
            (0.5, 1.0, 0.3011216108413221),
            (0.5, 50.0, 0.04535260640296638),
            (0.5, 1000000000.0, 1.0141455301466058e-05),
            (0.5, 1e+60, 3.2070097541422293e-31),
            (1.0, 1e-06, 0.49999968169011383),
            (1.0, 0.3, 0.40722642092225764),
            (1.0, 1.0, 0.25),
            (1.0, 12.7, 0.02501216384467208),
            (1.0, 1000000000.0, 3.1830988618379065e-10),
            (1.0, 1e+299, 3.1830988618379064e-300),
            (2.0, 1e-06, 0.49999964644660944),
            (2.0, 1.0, 0.2113248654051871),
            (2.0, 4.3, 0.025028577058545796),
            (2.0, 10000.0, 4.999999925000001e-09),
            (2.0, 1e+140, 4.999999999999999e-281),
            (3.7, 1e-06, 0.49999962683845056),
            (3.7, 0.5, 0.32266781665996597),
            (3.7, 2.0, 0.060908600952617006),
            (3.7, 30.0, 7.428520626176011e-06),
            (3.7, 1000000.0, 1.3771118493631556e-22),
            (3.7, 1e+70, 2.1825751953254604e-259),
            (10.0, 1e-06, 0.49999961089161604),
            (10.0, 0.7, 0.2499437850864422),
            (10.0, 2.228, 0.025005885908555684),
            (10.0, 20.0, 1.073031158602126e-09),
            (10.0, 1e+25, 1.230468749999999e-246),
            (40.0, 0.7, 0.24398938938030082),
            (40.0, 2.02, 0.025058146009609206),
            (40.0, 10.0, 9.65655850205779e-13),
            (40.0, 1000000.0, 6.892326435617422e-210),
            (1000.0, 1e-06, 0.4999996011574427),
            (1000.0, 0.7, 0.2420450569963012),
            (1000.0, 1.96, 0.025136592477874357),
            (1000.0, 9.0, 5.56453858593575e-19),
            (1000.0, 40.0, 5.2394260775866807e-210),
            (1000000.0, 1e-06, 0.4999996010578193),
            (1000000.0, 0.7, 0.24196373364327073),
            (1000000.0, 1.96, 0.024998033792634895),
            (1000000.0, 9.0, 1.13048651674643e-19),
            (1000000.0, 36.0, 6.366995560199513e-284),
            (1000000000.0, 0.7, 0.24196365230449324),
            (1000000000.0, 1.96, 0.0249978952868648),
            (1000000000.0, 9.0, 1.1285903025735564e-19),
            (1000000000.0, 36.0, 4.1843834440835225e-284),
            (1000000000000.0, 1e-06, 0.4999996010577196),
            (1000000000000.0, 0.7, 0.24196365222315444),
            (1000000000000.0, 1.96, 0.02499789514835908),
            (1000000000000.0, 9.0, 1.1285884078504588e-19),
            (1000000000000.0, 36.0, 4.1826258248075286e-284),
        ];
        for (df, t, upper) in rows {
            assert_close(t_sf(t, df).unwrap(), upper, 1e-12);
            assert_close(t_two_sided(-t, df).unwrap(), 2.0 * upper, 1e-12);
            assert_close(t_sf(-t, df).unwrap(), 1.0 - upper, 1e-14);
            // Near t = 0 the tail itself determines t only to 1e-16/t.
            let tolerance = if t < 1e-3 { 1e-9 } else { 1e-13 };
            assert_close(t_quantile(upper, df).unwrap(), -t, tolerance);
        }
    }

    #[test]
    fn student_quantiles() {
        // scipy 1.17.1 stats.t.ppf, checked with mpmath
        for (p, df, t) in [
            (0.975, 1.0, 12.706204736174694),
            (0.975, 4.0, 2.7764451051977934),
            (0.975, 8.0010401281, 2.305951955777957),
            (0.95, 29.0, 1.6991270265334972),
            (0.995, 1e6, 2.5758342201053344),
        ] {
            assert_close(t_quantile(p, df).unwrap(), t, 1e-12);
            assert_close(t_quantile(1.0 - p, df).unwrap(), -t, 1e-12);
        }
        assert_close(t_quantile(0.975, f64::INFINITY).unwrap(), 1.959963984540054, 1e-15);
        assert_eq!(t_quantile(0.5, 3.0), Some(0.0));
    }

    #[test]
    fn student_passes_smoothly_to_the_normal() {
        // Fisher's expansion: t = z + (z³ + z)/(4 df) + …
        let z = normal_quantile(0.975).unwrap();
        for df in [1e8, 1e10, 9.9e11, 1.1e12, 1e15, 1e300] {
            let expected = z + (z * z * z + z) / (4.0 * df);
            let tolerance = if df > 1e12 { 2e-12 } else { 1e-14 };
            assert_close(t_quantile(0.975, df).unwrap(), expected, tolerance);
        }
    }

    #[test]
    fn extreme_student_quantiles_saturate() {
        assert_eq!(t_quantile(1e-300, 0.5), Some(-f64::MAX));
        assert_close(t_quantile(1e-300, 1.0).unwrap(), -3.183098861837907e299, 1e-12);
        assert_eq!(t_quantile(0.0, 5.0), None);
        assert_eq!(t_quantile(1.0, 5.0), None);
        assert_eq!(t_quantile(0.5, 0.0), None);
        assert_eq!(t_quantile(0.5, f64::NAN), None);
    }

    #[test]
    fn beta_tails_and_quantiles() {
        // mpmath 1.4.1, quadrature of the density
        #[rustfmt::skip]
        let rows = [
            (0.5, 0.5, 1e-12, 6.366197723676875e-07, 0.9999993633802277),
            (0.5, 0.5, 0.1, 0.20483276469913347, 0.7951672353008665),
            (0.5, 0.5, 0.5, 0.5, 0.5),
            (0.5, 0.5, 0.97, 0.8891753133955406, 0.11082468660445947),
            (2.0, 5.0, 1e-30, 1.5000000000000003e-59, 1.0),
            (2.0, 5.0, 0.01, 0.001460447605, 0.998539552395),
            (2.0, 5.0, 0.2, 0.34464000000000006, 0.6553599999999999),
            (2.0, 5.0, 0.9, 0.999945, 5.499999999999994e-05),
            (3.0, 10000000.0, 1e-09, 1.654217025574952e-07, 0.9999998345782974),
            (3.0, 10000000.0, 2e-08, 0.0011484816051036918, 0.9988515183948963),
            (3.0, 10000000.0, 3e-07, 0.5768100869045175, 0.4231899130954825),
            (3.0, 10000000.0, 1.5e-06, 0.9999606919905921, 3.930800940785018e-05),
            (3.0, 10000000.0, 5e-05, 1.0, 8.830339799808253e-213),
            (1.0, 1000000.0, 1e-12, 9.999995000006667e-07, 0.9999990000005),
            (1.0, 1000000.0, 2.5e-08, 0.024690088276451683, 0.9753099117235483),
            (1.0, 1000000.0, 3.688872e-06, 0.9749999837447725, 0.025000016255227474),
            (1.0, 1000000.0, 0.0005, 1.0, 6.287154542665923e-218),
            (0.5, 1000000000.0, 1e-15, 0.0011283787908281896, 0.9988716212091718),
            (0.5, 1000000000.0, 1e-10, 0.3452791539491361, 0.6547208460508639),
            (0.5, 1000000000.0, 3e-09, 0.9856941216253856, 0.014305878374614424),
            (0.5, 1000000000.0, 5e-07, 1.0, 1.7956083203278873e-219),
            (1000000000.0, 0.5, 0.9999999, 2.088477252590582e-45, 1.0),
            (1000000000.0, 0.5, 0.999999999, 0.15729921286841772, 0.8427007871315823),
            (1000000000.0, 0.5, 0.9999999999, 0.6547208326937365, 0.3452791673062635),
            (40.0, 60.0, 0.05, 3.9347433734497636e-26, 1.0),
            (40.0, 60.0, 0.3, 0.017592508468930075, 0.9824074915310699),
            (40.0, 60.0, 0.4, 0.5054370011155949, 0.49456299888440514),
            (40.0, 60.0, 0.55, 0.9987089895804122, 0.0012910104195877749),
            (40.0, 60.0, 0.9, 1.0, 9.718510108640827e-35),
            (1000000.0, 3000000.0, 0.2495, 0.010437534054137224, 0.9895624659458628),
            (1000000.0, 3000000.0, 0.25, 0.5000767764806816, 0.4999232235193184),
            (1000000.0, 3000000.0, 0.2501, 0.6779706661699144, 0.32202933383008553),
            (1000000000.0, 1000000000.0, 0.4999, 1.8720471951494255e-19, 1.0),
            (1000000000.0, 1000000000.0, 0.49999, 0.18554668476708924, 0.8144533152329108),
            (1000000000.0, 1000000000.0, 0.5, 0.5, 0.5),
            (1000000000.0, 1000000000.0, 0.500008, 0.7628628246030761, 0.23713717539692394),
            (1000000000.0, 1000000000.0, 0.5003, 1.0, 6.692695770473917e-159),
            (100000.0, 1000000000.0, 9.5e-05, 2.789739160587585e-58, 1.0),
            (100000.0, 1000000000.0, 9.99e-05, 0.38832694129049333, 0.6116730587095066),
            (100000.0, 1000000000.0, 0.0001002, 0.7468993250584914, 0.25310067494150856),
            (100000.0, 1000000000.0, 0.000105, 1.0, 4.3041795061789585e-55),
            (5.5, 500000000000.0, 1e-12, 5.0389948689113346e-05, 0.9999496100513109),
            (5.5, 500000000000.0, 1.1e-11, 0.5567367215827502, 0.4432632784172498),
            (5.5, 500000000000.0, 1e-10, 0.9999999999999998, 1.7858382404425393e-16),
            (56.3, 14.9, 0.3, 5.0336956871042716e-18, 1.0),
            (56.3, 14.9, 0.75, 0.1941937317451962, 0.8058062682548038),
            (56.3, 14.9, 0.8, 0.554477967396048, 0.44552203260395196),
            (56.3, 14.9, 0.97, 0.9999999971829931, 2.817006896822196e-09),
        ];
        for (a, b, x, lower, upper) in rows {
            assert_close(beta_cdf(x, a, b).unwrap(), lower, 4e-11);
            if lower < 0.9 {
                assert_close(beta_quantile(lower, a, b).unwrap(), x, 1e-13);
            }
            if upper < 0.9 {
                assert_close(beta_upper_quantile(upper, a, b).unwrap(), x, 1e-13);
            }
        }
    }

    #[test]
    fn beta_quantiles_that_defeat_libraries() {
        // closed form of Beta(1, b): 1 − (1−p)^(1/b); Beta(3, 1e7) at 1e-6 by mpmath 1.4.1 findroot
        for p in [1e-300f64, 1e-6, 0.025, 0.5] {
            let expected = -((-p).ln_1p() / 1e6).exp_m1();
            assert_close(beta_quantile(p, 1.0, 1e6).unwrap(), expected, 1e-13);
        }
        let expected = -(0.025f64.ln() / 1e6).exp_m1();
        assert_close(beta_quantile(0.975, 1.0, 1e6).unwrap(), expected, 1e-13);
        assert_close(beta_quantile(1e-6, 3.0, 1e7).unwrap(), 1.8254281121190301e-9, 1e-12);
    }

    #[test]
    fn beta_is_symmetric() {
        for (a, b, p) in [(0.5, 3.0, 1e-9), (7.3, 1.0, 0.3), (1e9, 1e8, 0.01)] {
            let x = beta_quantile(p, a, b).unwrap();
            let y = beta_upper_quantile(p, b, a).unwrap();
            assert_close(x + y, 1.0, 1e-15);
        }
        assert_eq!(beta_quantile(0.5, 0.0, 1.0), None);
        assert_eq!(beta_cdf(0.0, 2.0, 2.0), Some(0.0));
        assert_eq!(beta_cdf(1.0, 2.0, 2.0), Some(1.0));
    }

    #[test]
    fn chi_square_and_f_tails() {
        // mpmath 1.4.1: gammainc, quadrature
        #[rustfmt::skip]
        let rows = [
            (1.0, 1e-06, 0.9992021155721779),
            (1.0, 0.5, 0.4795001221869535),
            (1.0, 3.841, 0.0500136837639567),
            (1.0, 30.0, 4.3204630578274975e-08),
            (1.0, 1300.0, 1.1303728441492743e-284),
            (2.0, 0.1, 0.951229424500714),
            (2.0, 6.0, 0.049787068367863944),
            (2.0, 500.0, 2.6691902155412764e-109),
            (3.7, 0.01, 0.9999684644106284),
            (3.7, 3.0, 0.5097440379397162),
            (3.7, 40.0, 2.8988346341553902e-08),
            (9.0, 1.0, 0.9994375026978325),
            (9.0, 17.0, 0.04871597614764129),
            (9.0, 200.0, 3.3129923939095533e-38),
            (1000.0, 900.0, 0.9892827619087102),
            (1000.0, 1000.0, 0.49405285382923964),
            (1000.0, 1100.0, 0.014614408126295194),
            (1000.0, 2000.0, 4.1436785914549916e-69),
            (1000000.0, 990000.0, 0.99999999999935),
            (1000000.0, 1000000.0, 0.4998119368033945),
            (1000000.0, 1003000.0, 0.017016772933266314),
        ];
        for (df, x, upper) in rows {
            assert_close(chi2_sf(x, df).unwrap(), upper, 1e-12);
        }
        for (df1, df2, f, upper) in [
            (1.0, 5.0, 6.6, 0.05009325150525863),
            (2.0, 30.0, 0.1, 0.9051377465063395),
            (3.0, 7.5, 40.0, 5.6869393604037046e-05),
            (4.0, 1000000.0, 2.4, 0.04773325341566375),
            (9.0, 250.3, 12.0, 1.0261303895208105e-15),
            (30.0, 30.0, 1.0, 0.5),
            (2.0, 10000000000.0, 100.0, 3.7200796960986224e-44),
        ] {
            assert_close(f_sf(f, df1, df2).unwrap(), upper, 1e-12);
        }
        assert_close(
            f_sf(2.5, 4.0, f64::INFINITY).unwrap(),
            chi2_sf(10.0, 4.0).unwrap(),
            1e-14,
        );
        assert_eq!(f_sf(-1.0, 4.0, 4.0), None);
        assert_eq!(chi2_sf(-1.0, 4.0), None);
    }

    #[test]
    fn gamma_and_choose() {
        // mpmath 1.4.1 loggamma
        for (a, expected) in [
            (1e-05, 11.512919692895826),
            (0.1, 2.252712651734206),
            (0.5, 0.5723649429247001),
            (1.5, -0.12078223763524522),
            (3.7, 1.428072326665388),
            (12.25, 18.115669505710894),
            (100.5, 361.4355404677776),
            (10000.0, 82099.71749644238),
            (1000000000.0, 19723265827.503716),
            (1000000000000.0, 26631021115915.652),
        ] {
            assert_close(ln_gamma(a).unwrap(), expected, 1e-14);
        }
        for (n, k, expected) in [
            (6, 2, 2.70805020110221),
            (70, 56, 32.895025243875466),
            (1000000, 3, 39.654769204662266),
            (1000000000, 17, 318.7904456419521),
            (1000000000, 400000000, 673011656.4422432),
            (1000000000000, 1000000, 14815502.231270712),
        ] {
            assert_close(ln_choose(n, k).unwrap(), expected, 1e-14);
            assert_close(ln_choose(n, n - k).unwrap(), expected, 1e-14);
        }
        assert_eq!(ln_choose(3, 4), None);
        assert_eq!(ln_choose(0, 0), Some(0.0));
    }

    #[test]
    fn masses_hold_at_a_thousand_million() {
        // mpmath 1.4.1 loggamma at 40 digits. A relative error of the mass is an absolute one of its
        // logarithm.
        for (k, n, p, expected) in [
            (3, 10, 0.3, -1.3211512777668886),
            (0, 1000000000, 1e-09, -1.0000000005),
            (7, 1000000000, 1e-08, -2.4070657111070948),
            (300000000, 1000000000, 0.3, -10.500247577859035),
            (300050000, 1000000000, 0.3, -16.452487197403016),
            (300500000, 1000000000, 0.3, -605.5500616101957),
            (999999998, 1000000000, 0.999999999, -1.6931472083418777),
            (500, 1000, 0.01, -1618.1429993529453),
        ] {
            let ln_mass = binomial_ln_pmf(k, n, p).unwrap();
            assert!(
                (ln_mass - expected).abs() <= 1e-12 * expected.abs().max(1.0),
                "{ln_mass} {expected}"
            );
        }
        for (k, population, successes, draws, expected) in [
            (3, 85, 40, 15, -4.147766484517056),
            (1200, 10000, 4000, 3000, -4.030325939725047),
            (1300, 10000, 4000, 3000, -13.91006358571816),
            (2, 50000000, 1000, 100000, -1.3058419850220353),
            (300000, 1000000, 500000, 600000, -6.419989245473459),
            (250500000, 1000000000, 500000000, 500000000, -2009.8956064267668),
            (0, 1000000000, 5, 7, -3.50000001925e-08),
        ] {
            let ln_mass = hypergeometric_ln_pmf(k, population, successes, draws).unwrap();
            assert!(
                (ln_mass - expected).abs() <= 1e-12 * expected.abs().max(1.0),
                "{ln_mass} {expected}"
            );
        }
    }

    #[test]
    fn masses_outside_the_support() {
        assert_eq!(hypergeometric_ln_pmf(0, 10, 8, 5), None);
        assert_eq!(hypergeometric_ln_pmf(6, 10, 8, 5), None);
        assert_eq!(hypergeometric_ln_pmf(3, 10, 11, 5), None);
        assert_eq!(hypergeometric_ln_pmf(5, 10, 5, 10), Some(0.0));
        assert_eq!(hypergeometric_ln_pmf(0, 10, 5, 0), Some(0.0));
        assert_eq!(binomial_ln_pmf(3, 2, 0.5), None);
        assert_eq!(binomial_ln_pmf(0, 2, 0.0), Some(0.0));
        assert_eq!(binomial_ln_pmf(1, 2, 0.0), None);
        assert_eq!(binomial_ln_pmf(2, 2, 1.0), Some(0.0));
    }

    #[test]
    fn quantiles_invert_tails_everywhere() {
        for df in [0.5, 1.0, 2.5, 7.0, 60.0, 1e4, 1e7, 1e11] {
            for p in [1e-250, 1e-100, 1e-20, 1e-5, 0.01, 0.2, 0.3, 0.49] {
                let t = t_quantile(p, df).unwrap();
                if t.abs() < f64::MAX {
                    assert_close(t_sf(-t, df).unwrap(), p, 1e-11);
                }
            }
        }
        for (a, b) in [(0.5, 0.5), (0.5, 1e9), (3.0, 1e7), (1e9, 0.5), (2e8, 1e9), (33.0, 4.0)] {
            for p in [1e-100, 1e-20, 1e-5, 0.01, 0.3, 0.5, 0.7, 0.999] {
                let x = beta_quantile(p, a, b).unwrap();
                assert!((0.0..=1.0).contains(&x));
                // Where x is nearer to 1 than an f64 can tell, it does not determine p.
                if (1e-290..0.999).contains(&x) {
                    assert_close(beta_cdf(x, a, b).unwrap(), p, 1e-10);
                }
            }
        }
    }

    #[test]
    fn no_input_yields_a_panic_or_nan() {
        let odd = [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            0.0,
            -0.0,
            -1.0,
            1e-320,
            1e-300,
            1e-3,
            0.5,
            1.0,
            1e12,
            1e300,
            f64::MAX,
        ];
        let fine = |value: Option<f64>| assert!(value.is_none_or(|v| !v.is_nan()));
        for a in odd {
            fine(normal_quantile(a));
            fine(ln_gamma(a));
            for b in odd {
                fine(t_sf(a, b));
                fine(t_quantile(a, b));
                fine(chi2_sf(a, b));
                fine(binomial_ln_pmf(2, 5, a));
                for c in [f64::NAN, 0.0, 1e-3, 1.0, 1e12, f64::INFINITY] {
                    fine(f_sf(a, b, c));
                    fine(beta_cdf(a, b, c));
                    fine(beta_quantile(a, b, c));
                    fine(beta_upper_quantile(a, b, c));
                }
            }
        }
    }
}
