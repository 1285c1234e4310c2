//! A group compared with others within strata: what is left of a gap once a declared, legitimate factor is held alike.
//!
//! Every estimate here is a smooth function of four sums in each stratum: numerator and denominator of the group, and of
//! those it is compared with. Its gradient by these sums gives the part of each person in its error, as for any other
//! metric (Binder 1983), whatever strata the person has rows in.

use super::oaxaca::decompose;
use crate::catalogue::Conditional;

/// Sums in one stratum.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Stratum {
    /// Numerator of the group.
    pub a: f64,
    /// Denominator of the group.
    pub n: f64,
    /// Numerator of those it is compared with.
    pub b: f64,
    /// Denominator of those it is compared with.
    pub m: f64,
    /// Share of this stratum in the population to which rates are standardised.
    pub weight: f64,
}

impl Stratum {
    /// Whether both sides are in it.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.n > 0.0 && self.m > 0.0
    }
}

/// An estimate with its partial derivatives.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// The estimate; a ratio is given as it is.
    pub value: f64,
    /// By stratum: partial derivatives by `a`, `n`, `b` and `m`, of the logarithm where `log` says so.
    pub gradient: Vec<[f64; 4]>,
    /// Whether the gradient is that of the logarithm.
    pub log: bool,
}

/// Why there is no estimate.
pub type Reason = &'static str;

/// A number with its derivatives by the four sums of its stratum.
#[derive(Debug, Clone, Copy, Default)]
struct Term {
    value: f64,
    slope: [f64; 4],
}

impl Term {
    fn of(value: f64, slope: [f64; 4]) -> Self {
        Self { value, slope }
    }
}

/// What the estimate is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The group alone.
    Group,
    /// Group less reference.
    Gap,
    /// Group over reference.
    Ratio,
}

/// Estimates from the strata.
///
/// # Errors
/// No stratum that both sides share; a denominator of 0; a factor that leaves nothing to compare.
pub fn estimate(how: Conditional, side: Side, strata: &[Stratum]) -> Result<Estimate, Reason> {
    if !strata
        .iter()
        .any(|s| if side == Side::Group { s.n > 0.0 } else { s.is_shared() })
    {
        return Err("no-shared-stratum");
    }
    match how {
        Conditional::Standardised => standardised(side, strata),
        Conditional::RiskRatio => risk_ratio(strata),
        Conditional::OddsRatio => odds_ratio(strata),
        Conditional::RiskDifference => risk_difference(strata),
        Conditional::Disparity => disparity(strata),
        Conditional::Composition => Ok(kitagawa(strata, true)),
        Conditional::Rates => Ok(kitagawa(strata, false)),
        Conditional::AdjustedOdds => adjusted_odds(strata),
        Conditional::Premium => premium(strata),
        Conditional::Differing => differing(strata),
        // Every stratum is a level of one factor.
        Conditional::Oaxaca(part) => decompose(part, strata, &(0..strata.len()).map(|i| vec![i]).collect::<Vec<_>>()),
    }
}

/// Σ w r over the shared strata, the weights scaled to add up to 1 (direct standardisation; the weights are taken as
/// given).
fn standardised(side: Side, strata: &[Stratum]) -> Result<Estimate, Reason> {
    let counts = |s: &Stratum| if side == Side::Group { s.n > 0.0 } else { s.is_shared() };
    let whole: f64 = strata.iter().filter(|s| counts(s)).map(|s| s.weight).sum();
    if whole <= 0.0 {
        return Err("no-shared-stratum");
    }
    let mut terms: Vec<[Term; 2]> = Vec::with_capacity(strata.len());
    for s in strata {
        if !counts(s) {
            terms.push(Default::default());
            continue;
        }
        let w = s.weight / whole;
        let other = if side == Side::Group {
            Term::default()
        } else {
            Term::of(w * s.b / s.m, [0.0, 0.0, w / s.m, -w * s.b / (s.m * s.m)])
        };
        terms.push([
            Term::of(w * s.a / s.n, [w / s.n, -w * s.a / (s.n * s.n), 0.0, 0.0]),
            other,
        ]);
    }
    let [own, other] = totals(&terms);
    match side {
        Side::Group => Ok(combined(own, [1.0, 0.0], &terms, false)),
        Side::Gap => Ok(combined(own - other, [1.0, -1.0], &terms, false)),
        Side::Ratio => quotient(own, other, &terms),
    }
}

/// Σ(a m/N)/Σ(b n/N) (Greenland and Robins 1985).
fn risk_ratio(strata: &[Stratum]) -> Result<Estimate, Reason> {
    let terms: Vec<[Term; 2]> = strata
        .iter()
        .map(|s| {
            if !s.is_shared() {
                return Default::default();
            }
            let whole = s.n + s.m;
            let (r, t) = (s.a * s.m / whole, s.b * s.n / whole);
            [
                Term::of(r, [s.m / whole, -r / whole, 0.0, s.a / whole - r / whole]),
                Term::of(t, [0.0, s.b / whole - t / whole, s.n / whole, -t / whole]),
            ]
        })
        .collect();
    let [above, below] = totals(&terms);
    quotient(above, below, &terms)
}

/// Σ(a (m−b)/N)/Σ(b (n−a)/N) (Mantel and Haenszel 1959).
fn odds_ratio(strata: &[Stratum]) -> Result<Estimate, Reason> {
    let terms: Vec<[Term; 2]> = strata
        .iter()
        .map(|s| {
            if !s.is_shared() {
                return Default::default();
            }
            let whole = s.n + s.m;
            let (r, t) = (s.a * (s.m - s.b) / whole, s.b * (s.n - s.a) / whole);
            [
                Term::of(
                    r,
                    [(s.m - s.b) / whole, -r / whole, -s.a / whole, s.a / whole - r / whole],
                ),
                Term::of(
                    t,
                    [-s.b / whole, s.b / whole - t / whole, (s.n - s.a) / whole, -t / whole],
                ),
            ]
        })
        .collect();
    let [above, below] = totals(&terms);
    quotient(above, below, &terms)
}

/// Σ w (a/n − b/m)/Σ w with w = n m/N (Greenland and Robins 1985).
fn risk_difference(strata: &[Stratum]) -> Result<Estimate, Reason> {
    let terms: Vec<[Term; 2]> = strata
        .iter()
        .map(|s| {
            if !s.is_shared() {
                return Default::default();
            }
            let whole = s.n + s.m;
            let above = (s.a * s.m - s.b * s.n) / whole;
            let weight = s.n * s.m / whole;
            [
                Term::of(
                    above,
                    [
                        s.m / whole,
                        -s.b / whole - above / whole,
                        -s.n / whole,
                        s.a / whole - above / whole,
                    ],
                ),
                Term::of(
                    weight,
                    [0.0, s.m / whole - weight / whole, 0.0, s.n / whole - weight / whole],
                ),
            ]
        })
        .collect();
    let [above, below] = totals(&terms);
    let value = above / below;
    Ok(combined(value, [1.0 / below, -value / below], &terms, false))
}

/// exp β − 1, where the sums are of logarithms and β is what the group adds to the intercepts of the strata by least
/// squares: demeaned within strata (Frisch and Waugh 1933), that is the common difference of means with the weights
/// n m/N. The gradient is that of β.
fn premium(strata: &[Stratum]) -> Result<Estimate, Reason> {
    let beta = risk_difference(strata)?;
    Ok(Estimate {
        value: beta.value.exp_m1(),
        gradient: beta.gradient,
        log: true,
    })
}

/// Difference of two means, as a share of them, that is rounding and no other price.
const SAME: f64 = 1e-12;

/// Share of the shared strata in which the means differ. It is a count of strata and has no error over people.
fn differing(strata: &[Stratum]) -> Result<Estimate, Reason> {
    let (mut differ, mut all) = (0.0, 0.0);
    for s in strata.iter().filter(|s| s.is_shared()) {
        let (own, other) = (s.a / s.n, s.b / s.m);
        all += 1.0;
        if (own - other).abs() > SAME * own.abs().max(other.abs()) {
            differ += 1.0;
        }
    }
    if all <= 0.0 {
        return Err("no-shared-stratum");
    }
    Ok(Estimate {
        value: differ / all,
        gradient: Vec::new(),
        log: false,
    })
}

/// Σ N DD/Σ N with DD = P(group | not selected) − P(group | selected) in the stratum (Wachter, Mittelstadt and Russell
/// 2021). Strata in which everybody or nobody was selected say nothing and are left out.
fn disparity(strata: &[Stratum]) -> Result<Estimate, Reason> {
    let terms: Vec<[Term; 2]> = strata
        .iter()
        .map(|s| {
            let whole = s.n + s.m;
            let (yes, no) = (s.a + s.b, whole - s.a - s.b);
            if yes <= 0.0 || no <= 0.0 {
                return Default::default();
            }
            let (among_no, among_yes) = ((s.n - s.a) / no, s.a / yes);
            let gap = among_no - among_yes;
            // By a, n, b, m: of the shares among those not selected and among the selected.
            let slope_no = [
                (among_no - 1.0) / no,
                (1.0 - among_no) / no,
                among_no / no,
                -among_no / no,
            ];
            let slope_yes = [(1.0 - among_yes) / yes, 0.0, -among_yes / yes, 0.0];
            let mut slope = [0.0; 4];
            for k in 0..4 {
                let of_whole = if k % 2 == 1 { 1.0 } else { 0.0 };
                slope[k] = whole * (slope_no[k] - slope_yes[k]) + of_whole * gap;
            }
            [Term::of(whole * gap, slope), Term::of(whole, [0.0, 1.0, 0.0, 1.0])]
        })
        .collect();
    let [above, below] = totals(&terms);
    if below <= 0.0 {
        return Err("no-contrast-in-any-stratum");
    }
    let value = above / below;
    Ok(combined(value, [1.0 / below, -value / below], &terms, false))
}

/// E. M. Kitagawa's two parts of the gap over the shared strata (JASA 50 (1955), 1168–1194): what the groups' different
/// spread over strata makes, at the mean of both rates, and what different rates make, at the mean of both spreads.
fn kitagawa(strata: &[Stratum], composition: bool) -> Estimate {
    let terms: Vec<[Term; 4]> = strata
        .iter()
        .map(|s| {
            if !s.is_shared() {
                return Default::default();
            }
            let (r, q) = (s.a / s.n, s.b / s.m);
            let sign = if composition { 1.0 } else { -1.0 };
            let half = (r + sign * q) / 2.0;
            let by = [0.5 / s.n, -r / (2.0 * s.n), sign * 0.5 / s.m, -sign * q / (2.0 * s.m)];
            let scaled = |size: f64, at: usize| {
                let mut slope = by.map(|x| size * x);
                slope[at] += half;
                Term::of(size * half, slope)
            };
            [
                scaled(s.n, 1),
                Term::of(s.n, [0.0, 1.0, 0.0, 0.0]),
                scaled(s.m, 3),
                Term::of(s.m, [0.0, 0.0, 0.0, 1.0]),
            ]
        })
        .collect();
    let [own, n, other, m] = totals(&terms);
    let sign = if composition { -1.0 } else { 1.0 };
    let value = own / n + sign * other / m;
    let outer = [1.0 / n, -own / (n * n), sign / m, -sign * other / (m * m)];
    combined(value, outer, &terms, false)
}

/// Most steps of Newton's method; it takes a handful.
const MOST_STEPS: usize = 100;

/// exp β of the logistic regression of the numerator on the group, with an intercept for each stratum. The gradient is
/// that of β: the efficient score over its information, which is the sandwich of a clustered regression.
fn adjusted_odds(strata: &[Stratum]) -> Result<Estimate, Reason> {
    // A stratum that lacks a side, or in which all are alike, says nothing of β.
    let tells = |s: &Stratum| s.is_shared() && s.a + s.b > 0.0 && s.a + s.b < s.n + s.m;
    let (more, less) = strata.iter().filter(|s| tells(s)).fold((0.0, 0.0), |(more, less), s| {
        (more + s.a.min(s.m - s.b), less + s.b.min(s.n - s.a))
    });
    if more <= 0.0 || less <= 0.0 {
        return Err("separated");
    }
    let mut beta = 0.0f64;
    let mut intercepts: Vec<f64> = strata
        .iter()
        .map(|s| {
            let p = (s.a + s.b) / (s.n + s.m);
            (p / (1.0 - p)).ln()
        })
        .collect();
    let share = |x: f64| 1.0 / (1.0 + (-x).exp());
    for step in 0.. {
        // The intercepts for this β, one equation each.
        for (s, alpha) in strata.iter().zip(&mut intercepts).filter(|(s, _)| tells(s)) {
            for _ in 0..MOST_STEPS {
                let (p, q) = (share(*alpha + beta), share(*alpha));
                let score = s.a + s.b - s.n * p - s.m * q;
                let information = s.n * p * (1.0 - p) + s.m * q * (1.0 - q);
                let change = (score / information).clamp(-4.0, 4.0);
                *alpha += change;
                if change.abs() < 1e-14 {
                    break;
                }
            }
        }
        let (mut score, mut information) = (0.0, 0.0);
        for (s, alpha) in strata.iter().zip(&intercepts).filter(|(s, _)| tells(s)) {
            let (p, q) = (share(alpha + beta), share(*alpha));
            let (u, v) = (s.n * p * (1.0 - p), s.m * q * (1.0 - q));
            score += s.a - s.n * p;
            information += u * v / (u + v);
        }
        let change = (score / information).clamp(-2.0, 2.0);
        if !change.is_finite() || step == MOST_STEPS {
            return Err("separated");
        }
        beta += change;
        if change.abs() < 1e-12 {
            let gradient = strata
                .iter()
                .zip(&intercepts)
                .map(|(s, alpha)| {
                    if !tells(s) {
                        return [0.0; 4];
                    }
                    let (p, q) = (share(alpha + beta), share(*alpha));
                    let (u, v) = (s.n * p * (1.0 - p), s.m * q * (1.0 - q));
                    let (own, other) = (v / (u + v) / information, -u / (u + v) / information);
                    [own, -own * p, other, -other * q]
                })
                .collect();
            return Ok(Estimate {
                value: beta.exp(),
                gradient,
                log: true,
            });
        }
    }
    Err("separated")
}

fn totals<const N: usize>(terms: &[[Term; N]]) -> [f64; N] {
    let mut sums = [0.0; N];
    for stratum in terms {
        for (sum, term) in sums.iter_mut().zip(stratum) {
            *sum += term.value;
        }
    }
    sums
}

/// An estimate that depends on totals of terms, with its derivatives by them.
fn combined<const N: usize>(value: f64, outer: [f64; N], terms: &[[Term; N]], log: bool) -> Estimate {
    let gradient = terms
        .iter()
        .map(|stratum| {
            let mut slope = [0.0; 4];
            for (term, by) in stratum.iter().zip(outer) {
                for (sum, part) in slope.iter_mut().zip(term.slope) {
                    *sum += by * part;
                }
            }
            slope
        })
        .collect();
    Estimate { value, gradient, log }
}

fn quotient(above: f64, below: f64, terms: &[[Term; 2]]) -> Result<Estimate, Reason> {
    match (above > 0.0, below > 0.0) {
        (false, false) => Err("both-zero"),
        (_, false) => Err("reference-zero"),
        // The logarithm has no derivative here: an estimate without an interval.
        (false, true) => Ok(Estimate {
            value: above / below,
            gradient: Vec::new(),
            log: true,
        }),
        (true, true) => Ok(combined(above / below, [1.0 / above, -1.0 / below], terms, true)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Conditional, Side, Stratum, estimate};

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() <= 1e-9 * b.abs().max(1.0), "{a} is not {b}");
    }

    fn strata(tables: &[[f64; 4]]) -> Vec<Stratum> {
        let whole: f64 = tables.iter().flatten().sum();
        tables
            .iter()
            .map(|[a, no, b, other_no]| Stratum {
                a: *a,
                n: a + no,
                b: *b,
                m: b + other_no,
                weight: (a + no + b + other_no) / whole,
            })
            .collect()
    }

    /// statsmodels 0.14, `StratifiedTable`: three tables of selected and not, of the group and of the reference.
    const TABLES: [[f64; 4]; 3] = [
        [56.0, 14.0, 48.0, 32.0],
        [20.0, 30.0, 10.0, 40.0],
        [5.0, 15.0, 9.0, 31.0],
    ];

    #[test]
    fn mantel_haenszel_as_statsmodels_has_it() {
        let of = |how, side| estimate(how, side, &strata(&TABLES)).unwrap().value;
        close(of(Conditional::OddsRatio, Side::Ratio), 2.315_519_013_4);
        close(of(Conditional::RiskRatio, Side::Ratio), 1.421_052_631_6);
    }

    #[test]
    fn conditional_disparity_by_hand() {
        // DD is 0.2 in the first stratum of 100 and 0 in the second of 150: 0.2 · 100/250.
        let tables = [[20.0, 30.0, 30.0, 20.0], [40.0, 10.0, 80.0, 20.0]];
        let found = estimate(Conditional::Disparity, Side::Group, &strata(&tables)).unwrap();
        close(found.value, 0.08);
    }

    #[test]
    fn kitagawa_by_hand() {
        // Spreads (.5, .3, .2) and (.2, .3, .5), rates (.2, .1, .05) and (.18, .09, .05): .042 and .010 of .052.
        let tables = [
            [100.0, 400.0, 36.0, 164.0],
            [30.0, 270.0, 27.0, 273.0],
            [10.0, 190.0, 25.0, 475.0],
        ];
        let of = |how| estimate(how, Side::Gap, &strata(&tables)).unwrap().value;
        close(of(Conditional::Composition), 0.042);
        close(of(Conditional::Rates), 0.010);
    }

    #[test]
    fn gradients_are_those_of_differences() {
        let base = strata(&TABLES);
        for (how, side) in [
            (Conditional::Standardised, Side::Group),
            (Conditional::Standardised, Side::Gap),
            (Conditional::Standardised, Side::Ratio),
            (Conditional::RiskRatio, Side::Ratio),
            (Conditional::OddsRatio, Side::Ratio),
            (Conditional::RiskDifference, Side::Gap),
            (Conditional::Disparity, Side::Group),
            (Conditional::Composition, Side::Gap),
            (Conditional::Rates, Side::Gap),
            (Conditional::AdjustedOdds, Side::Ratio),
        ] {
            let found = estimate(how, side, &base).unwrap();
            for k in 0..base.len() {
                for at in 0..4 {
                    let moved = |by: f64| {
                        let mut strata = base.clone();
                        *match at {
                            0 => &mut strata[k].a,
                            1 => &mut strata[k].n,
                            2 => &mut strata[k].b,
                            _ => &mut strata[k].m,
                        } += by;
                        let value = estimate(how, side, &strata).unwrap().value;
                        if found.log { value.ln() } else { value }
                    };
                    let slope = (moved(1e-4) - moved(-1e-4)) / 2e-4;
                    let exact = found.gradient[k][at];
                    assert!(
                        (slope - exact).abs() < 1e-7,
                        "{how:?} {side:?} {k} {at}: {exact}, {slope}"
                    );
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        let apart = strata(&[[5.0, 5.0, 0.0, 0.0], [0.0, 0.0, 3.0, 4.0]]);
        assert_eq!(
            estimate(Conditional::RiskRatio, Side::Ratio, &apart),
            Err("no-shared-stratum")
        );
        let separated = strata(&[[5.0, 0.0, 3.0, 4.0]]);
        assert_eq!(
            estimate(Conditional::AdjustedOdds, Side::Ratio, &separated),
            Err("separated")
        );
        let none = strata(&[[5.0, 5.0, 0.0, 9.0]]);
        assert_eq!(
            estimate(Conditional::RiskRatio, Side::Ratio, &none),
            Err("reference-zero")
        );
    }
}
