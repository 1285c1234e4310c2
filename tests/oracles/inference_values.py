"""Oracle values for the tests of `inference`, printed as Rust array rows.

Python 3.11, scipy 1.17.1, statsmodels 0.15.0, mpmath 1.4.1, numpy 2.4.6.
Distribution tails come from mpmath: integrals of the density at 40 digits, with no use of an
incomplete beta or gamma routine, so they are independent of the methods tested.

    python inference_values.py [section ...]
"""

import itertools
import math
import sys

import mpmath as mp
import numpy as np
from scipy import stats
from statsmodels.stats import proportion as sm
from statsmodels.stats.multitest import multipletests

mp.mp.dps = 40


def row(*values):
    print("    (" + ", ".join(number(v) for v in values) + "),")


def number(v):
    if isinstance(v, mp.mpf):
        v = mp.nstr(v, 17)
    elif isinstance(v, (float, np.floating)):
        v = repr(float(v))
    elif isinstance(v, (int, np.integer)):
        return str(int(v))
    v = str(v)
    return v if any(c in v for c in ".e") else v + ".0"


def logit_integral(a, b, w, upper):
    """Tail of w = ln(x/(1-x)), x ~ Beta(a, b), by quadrature of the log-concave density of w."""
    a, b, w = mp.mpf(a), mp.mpf(b), mp.mpf(w)
    ln_beta = mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)

    def ln_density(v):
        return -a * mp.log1p(mp.exp(-v)) - b * mp.log1p(mp.exp(v)) - ln_beta

    sign = 1 if upper else -1
    # Step by the local decay length, until what is left is below 1e-25 of the sum.
    total = mp.mpf(0)
    sd = mp.sqrt(1 / a + 1 / b)
    at = w
    while True:
        x = 1 / (1 + mp.exp(-at))
        slope = abs(a - (a + b) * x)
        length = min(sd, 3 / slope if slope > 0 else sd) * 2
        # mp.quad stops on an absolute error, so what it sees must be of order one.
        here = ln_density(at)
        ends = sorted([at, at + sign * length])
        part = mp.quad(lambda v: mp.exp(ln_density(v) - here), ends) * mp.exp(here)
        total += part
        at += sign * length
        if part < total * mp.mpf(10) ** -25:
            return total


def t_upper(t, df):
    """P(T > t): half the upper tail of Beta(1/2, df/2) at t^2/(df + t^2)."""
    w = 2 * mp.log(mp.mpf(t)) - mp.log(mp.mpf(df))
    return logit_integral(mp.mpf("0.5"), mp.mpf(df) / 2, w, True) / 2


def section_normal():
    print("NORMAL: (z, upper tail)")
    for z in [1e-8, 0.1, 0.5, 1.0, 1.96, 3.0, 5.0, 8.0, 12.0, 20.0, 30.0, 37.0]:
        row(z, mp.erfc(mp.mpf(z) / mp.sqrt(2)) / 2)


def section_t():
    print("STUDENT: (df, t, upper tail)")
    cases = {
        0.5: [1e-6, 0.3, 1.0, 50.0, 1e9, 1e60],
        1.0: [1e-6, 0.3, 1.0, 12.7, 1e9, 1e299],
        2.0: [1e-6, 1.0, 4.3, 1e4, 1e140],
        3.7: [1e-6, 0.5, 2.0, 30.0, 1e6, 1e70],
        10.0: [1e-6, 0.7, 2.228, 20.0, 1e25],
        40.0: [0.7, 2.02, 10.0, 1e6],
        1000.0: [1e-6, 0.7, 1.96, 9.0, 40.0],
        1e6: [1e-6, 0.7, 1.96, 9.0, 36.0],
        1e9: [0.7, 1.96, 9.0, 36.0],
        1e12: [1e-6, 0.7, 1.96, 9.0, 36.0],
    }
    for df, points in cases.items():
        for t in points:
            row(df, t, t_upper(t, df))


def section_beta():
    print("BETA: (a, b, x, lower tail, upper tail)")
    cases = [
        (0.5, 0.5, [1e-12, 0.1, 0.5, 0.97]),
        (2.0, 5.0, [1e-30, 0.01, 0.2, 0.9]),
        (3.0, 1e7, [1e-9, 2e-8, 3e-7, 1.5e-6, 5e-5]),
        (1.0, 1e6, [1e-12, 2.5e-8, 3.688872e-6, 5e-4]),
        (0.5, 1e9, [1e-15, 1e-10, 3e-9, 5e-7]),
        (1e9, 0.5, [0.9999999, 0.999999999, 0.9999999999]),
        (40.0, 60.0, [0.05, 0.3, 0.4, 0.55, 0.9]),
        (1e6, 3e6, [0.24, 0.2495, 0.25, 0.2501, 0.26]),
        (1e9, 1e9, [0.4999, 0.49999, 0.5, 0.500008, 0.5003]),
        (1e5, 1e9, [9.5e-5, 9.99e-5, 1.002e-4, 1.05e-4]),
        (5.5, 5e11, [1e-12, 1.1e-11, 1e-10]),
        (56.3, 14.9, [0.3, 0.75, 0.8, 0.97]),
    ]
    for a, b, points in cases:
        for x in points:
            w = mp.log(mp.mpf(x)) - mp.log1p(-mp.mpf(x))
            row(a, b, x, logit_integral(a, b, w, False), logit_integral(a, b, w, True))


def section_chi2_f():
    print("BETA(3, 1e7) quantile at 1e-6: root of P(Bin(1e7 + 2, x) >= 3)")
    n = mp.mpf(10**7 + 2)
    target = mp.mpf(1e-6)

    def excess(x):
        q = 1 - x
        return 1 - q**n - n * x * q ** (n - 1) - n * (n - 1) / 2 * x**2 * q ** (n - 2) - target

    row(mp.findroot(excess, (mp.mpf("1.7e-9"), mp.mpf("2e-9")), tol=mp.mpf(10) ** -60))
    print("STUDENT QUANTILES: scipy.stats.t.ppf (p, df, t)")
    for p, df in [(0.975, 1.0), (0.975, 4.0), (0.975, 8.0010401281), (0.95, 29.0), (0.995, 1e6)]:
        row(p, df, stats.t.ppf(p, df))
    print("CHI2: (df, x, upper tail)")
    for df, points in {
        1.0: [1e-6, 0.5, 3.841, 30.0, 1300.0],
        2.0: [0.1, 6.0, 500.0],
        3.7: [0.01, 3.0, 40.0],
        9.0: [1.0, 17.0, 200.0],
        1000.0: [900.0, 1000.0, 1100.0, 2000.0],
        1e6: [9.9e5, 1e6, 1.003e6],
    }.items():
        for x in points:
            a, h = mp.mpf(df) / 2, mp.mpf(x) / 2
            row(df, x, mp.gammainc(a, h, mp.inf, regularized=True) if df < 1e5 else gamma_tail(a, h))
    print("F: (df1, df2, f, upper tail)")
    for d1, d2, f in [
        (1.0, 5.0, 6.6),
        (2.0, 30.0, 0.1),
        (3.0, 7.5, 40.0),
        (4.0, 1e6, 2.4),
        (9.0, 250.3, 12.0),
        (30.0, 30.0, 1.0),
        (2.0, 1e10, 100.0),
    ]:
        w = mp.log(mp.mpf(f) * d1 / d2)
        row(d1, d2, f, logit_integral(mp.mpf(d1) / 2, mp.mpf(d2) / 2, w, True))


def gamma_tail(a, x):
    ln_gamma = mp.loggamma(a)
    sd = mp.sqrt(a)
    edges = [x + i * sd / 2 for i in range(60)]
    return mp.quad(lambda t: mp.exp((a - 1) * mp.log(t) - t - ln_gamma), edges)


def ln_choose(n, k):
    return mp.loggamma(n + 1) - mp.loggamma(k + 1) - mp.loggamma(n - k + 1)


def section_mass():
    print("LN_GAMMA: (a, ln gamma)")
    for a in [1e-5, 0.1, 0.5, 1.5, 3.7, 12.25, 100.5, 1e4, 1e9, 1e12]:
        row(a, mp.loggamma(mp.mpf(a)))
    print("LN_CHOOSE: (n, k, ln)")
    for n, k in [(6, 2), (70, 56), (10**6, 3), (10**9, 17), (10**9, 4 * 10**8), (10**12, 10**6)]:
        row(n, k, ln_choose(n, k))
    print("BINOMIAL: (k, n, p, ln mass)")
    for k, n, p in [
        (3, 10, 0.3),
        (0, 10**9, 1e-9),
        (7, 10**9, 1e-8),
        (3 * 10**8, 10**9, 0.3),
        (300050000, 10**9, 0.3),
        (300500000, 10**9, 0.3),
        (10**9 - 2, 10**9, 0.999999999),
        (500, 1000, 0.01),
    ]:
        q = mp.mpf(p)
        row(k, n, p, ln_choose(n, k) + k * mp.log(q) + (n - k) * mp.log1p(-q))
    print("HYPERGEOMETRIC: (k, N, K, n, ln mass)")
    for k, N, K, n in [
        (3, 85, 40, 15),
        (1200, 10_000, 4_000, 3_000),
        (1300, 10_000, 4_000, 3_000),
        (2, 50_000_000, 1_000, 100_000),
        (300_000, 1_000_000, 500_000, 600_000),
        (250_500_000, 1_000_000_000, 500_000_000, 500_000_000),
        (0, 1_000_000_000, 5, 7),
    ]:
        row(k, N, K, n, ln_choose(K, k) + ln_choose(N - K, n - k) - ln_choose(N, n))


TABLES = [(56, 70, 48, 80), (3, 40, 12, 45), (7, 25, 1, 30), (9, 10, 3, 10), (540, 700, 560, 700)]
LARGE = [(1, 10**9, 7, 10**9), (300_000, 10**9, 301_000, 10**9), (10**9 - 9, 10**9, 9990, 10**4)]
EDGES = [(0, 20, 5, 20), (5, 20, 0, 20), (20, 20, 13, 20), (1, 1000, 30, 900)]


def section_intervals():
    z = stats.norm.ppf(0.975)
    print("WILSON: (x, n, low, high)")
    for x, n in [(56, 70), (0, 20), (20, 20), (1, 1000), (300, 10**6), (3, 10**8)]:
        row(x, n, *mp_wilson(x, n, z))
    print("CLOPPER: (x, n, low, high)")
    for x, n in [(3, 50), (0, 20), (20, 20), (1, 1000), (30, 10**5)]:
        row(x, n, *sm.proportion_confint(x, n, 0.05, "beta"))
    print("NEWCOMBE: (x1, n1, x2, n2, low, high)")
    for t in TABLES + EDGES:
        row(*t, *sm.confint_proportions_2indep(*t, compare="diff", method="newcomb"))
    print("AGRESTI_CAFFO")
    for t in TABLES + EDGES:
        row(*t, *sm.confint_proportions_2indep(*t, compare="diff", method="agresti-caffo"))
    print("KATZ")
    for t in TABLES:
        row(*t, *sm.confint_proportions_2indep(*t, compare="ratio", method="log"))
    for name, factor in [("KOOPMAN", False), ("MN_RATIO", True)]:
        print(name)
        for t in TABLES + [EDGES[3]] + LARGE:
            row(*t, *score_limits(*t, factor, ratio=True))
    for name, factor in [("MN_DIFFERENCE", True), ("MEE", False)]:
        print(name)
        for t in TABLES + EDGES + LARGE:
            row(*t, *score_limits(*t, factor, ratio=False))


def mp_wilson(x, n, z):
    x, n, z = mp.mpf(x), mp.mpf(n), mp.mpf(float(z))
    p, w = x / n, z * z
    centre = (p + w / (2 * n)) / (1 + w / n)
    half = z / (1 + w / n) * mp.sqrt(p * (1 - p) / n + w / (4 * n * n))
    return max(centre - half, mp.mpf(0)), min(centre + half, mp.mpf(1))


def score_limits(x1, n1, x2, n2, factor, ratio):
    """Score limits by brute force: the constrained likelihood is maximised by bisecting its
    derivative at 40 digits, with no closed form."""
    z = mp.mpf(float(stats.norm.ppf(0.975)))
    inflation = mp.mpf(n1 + n2) / (n1 + n2 - 1) if factor else mp.mpf(1)
    p1, p2 = mp.mpf(x1) / n1, mp.mpf(x2) / n2

    def first(p, c):
        return c * p if ratio else p + c

    def constrained(c):
        low = mp.mpf(0) if ratio else max(mp.mpf(0), -c)
        high = min(mp.mpf(1), 1 / c) if ratio else min(mp.mpf(1), 1 - c)
        inner = c if ratio else 1
        for _ in range(130):
            p = (low + high) / 2
            q = first(p, c)
            slope = (
                (inner * x1 / q if x1 else 0)
                - (inner * (n1 - x1) / (1 - q) if n1 > x1 else 0)
                + (x2 / p if x2 else 0)
                - ((n2 - x2) / (1 - p) if n2 > x2 else 0)
            )
            low, high = (p, high) if slope > 0 else (low, p)
        return (low + high) / 2

    def score(c):
        p = constrained(c)
        q = first(p, c)
        weight = c * c if ratio else 1
        gap = p1 - c * p2 if ratio else p1 - p2 - c
        return gap / mp.sqrt((q * (1 - q) / n1 + weight * p * (1 - p) / n2) * inflation)

    def solve(target, low, high):
        for _ in range(110):
            mid = mp.sqrt(low * high) if ratio else (low + high) / 2
            low, high = (mid, high) if score(mid) > target else (low, mid)
        return mid

    if ratio:
        estimate = p1 / p2
        return solve(z, estimate / 1000, estimate), solve(-z, estimate, estimate * 1000)
    d = p1 - p2
    return solve(z, mp.mpf(-1), d), solve(-z, d, mp.mpf(1))


def section_tables():
    print("TWO_BY_TWO: (x1, n1, x2, n2, z, p, chi2, yates, yates p, g, g p)")
    for x1, n1, x2, n2 in TABLES + EDGES:
        t = [[x1, n1 - x1], [x2, n2 - x2]]
        p = (x1 + x2) / (n1 + n2)
        z = (x1 / n1 - x2 / n2) / math.sqrt(p * (1 - p) * (1 / n1 + 1 / n2))
        plain = stats.chi2_contingency(t, correction=False)
        yates = stats.chi2_contingency(t, correction=True)
        g = stats.chi2_contingency(t, correction=False, lambda_="log-likelihood")
        row(x1, n1, x2, n2, z, 2 * stats.norm.sf(abs(z)), plain[0], yates[0], yates[1], g[0], g[1])
    print("FISHER: (x1, n1, x2, n2, p, mid-p), exact rationals")
    for t in TABLES + EDGES + [(3, 6, 3, 6), (10, 10, 0, 10), (0, 5, 0, 7), (400, 800, 100, 900)]:
        row(*t, *fisher_exact(*t))
    print("FISHER large: scipy.stats.fisher_exact")
    for x1, n1, x2, n2 in [(50_300, 100_000, 449_000, 900_000), (3, 500_000, 14, 500_000)]:
        row(x1, n1, x2, n2, stats.fisher_exact([[x1, n1 - x1], [x2, n2 - x2]])[1])
    print("BOSCHLOO: (x1, n1, x2, n2, p); groups are the columns of scipy's table")
    for x1, n1, x2, n2 in [
        (3, 40, 12, 45),
        (3, 15, 37, 70),
        (7, 12, 8, 11),
        (0, 5, 5, 5),
        (1, 10, 5, 9),
        (2, 7, 8, 2 + 8),
        (5, 50, 0, 3),
        (20, 60, 35, 61),
    ]:
        t = [[x1, x2], [n1 - x1, n2 - x2]]
        row(x1, n1, x2, n2, stats.boschloo_exact(t, n=256).pvalue)
    print("HOMOGENEITY: chi2_contingency 3x2 (10/50, 20/60, 33/70)")
    c = stats.chi2_contingency([[10, 40], [20, 40], [33, 37]], correction=False)
    row(c[0], c[2], c[1])
    print("WALD: W/(K-1), p with F(K-1, 37)")
    r = np.array([0.31, 0.25, 0.4, 0.22])
    v = np.array(WALD_COVARIANCE)
    left = np.hstack([-np.ones((3, 1)), np.eye(3)])
    d = left @ r
    w = d @ np.linalg.solve(left @ v @ left.T, d) / 3
    row(w, stats.f.sf(w, 3, 37))


WALD_COVARIANCE = [
    [0.0016, 0.0002, 0.0, 0.0001],
    [0.0002, 0.0009, 0.0001, 0.0],
    [0.0, 0.0001, 0.0025, 0.0003],
    [0.0001, 0.0, 0.0003, 0.0012],
]


def fisher_exact(x1, n1, x2, n2):
    total, population = x1 + x2, n1 + n2
    weights = {
        k: math.comb(n1, k) * math.comb(n2, total - k)
        for k in range(max(0, total - n2), min(n1, total) + 1)
    }
    whole = math.comb(population, total)
    seen = weights[x1]
    at_most = sum(w for w in weights.values() if w * 10**7 <= seen * (10**7 + 1))
    ties = sum(w for w in weights.values() if abs(w - seen) * 10**7 <= seen)
    return mp.mpf(at_most) / whole, (mp.mpf(at_most) - mp.mpf(ties) / 2) / whole


def section_other():
    p = [0.041, 0.001, 0.06, 0.008, 0.039, 0.205, 0.042, 0.074]
    for method in ["holm", "fdr_bh", "fdr_by", "bonferroni"]:
        print(method, p, [float(v) for v in multipletests(p, method=method)[1]])
    print("WELCH")
    x, y = [1.1, 2.3, 2.9, 3.4, 5, 7.2], [2, 4.1, 5.5, 6.2, 8.8]
    w = stats.ttest_ind(x, y, equal_var=False)
    ci = w.confidence_interval()
    row(w.statistic, w.df, w.pvalue, ci.low, ci.high)
    row(np.mean(x), np.var(x, ddof=1) / 6, np.mean(y), np.var(y, ddof=1) / 5)
    print("STUDENTISED RANGE: q/sqrt 2, (K, df, level, value)")
    for k, df, level in itertools.product([2, 3, 5, 10], [np.inf, 10], [0.95, 0.99]):
        q = stats.studentized_range.ppf(level, k, df)
        print("   ", (k, df, level), q / math.sqrt(2))
    print("PERMUTATION: exact p of extremes, selected (2, 6, 1) of sizes (8, 9, 5)")
    print(exact_extremes([2, 6, 1], [8, 9, 5]))
    print(exact_extremes([3, 3, 3], [6, 6, 6]))
    print("POWER: .10 against .08, 2000 each, both rejection sides")
    z, s = stats.norm.ppf(0.975), math.sqrt(0.1 * 0.9 + 0.08 * 0.92)
    c, shift = z * math.sqrt(2 * 0.09 * 0.91), 0.02 * math.sqrt(2000)
    row(stats.norm.sf((c - shift) / s) + stats.norm.sf((c + shift) / s))
    print("TOST")
    rr, se = (540 / 700) / (560 / 700), math.sqrt(1 / 540 - 1 / 700 + 1 / 560 - 1 / 700)
    low, high = math.log(rr / 0.8) / se, math.log(rr / 1.25) / se
    row(rr, se, low, high, max(stats.norm.sf(low), stats.norm.sf(-high)))
    row(max(stats.t.sf(low, 7.5), stats.t.sf(-high, 7.5)))


def exact_extremes(selected, sizes):
    from fractions import Fraction

    def ends(counts):
        rates = [Fraction(x, n) for x, n in zip(counts, sizes)]
        return max(rates) - min(rates), min(rates) / max(rates)

    gap, ratio = ends(selected)
    whole = gap_mass = ratio_mass = 0
    gap_mean = ratio_mean = Fraction(0)
    for counts in itertools.product(*(range(n + 1) for n in sizes)):
        if sum(counts) != sum(selected):
            continue
        weight = math.prod(math.comb(n, x) for x, n in zip(counts, sizes))
        g, r = ends(counts)
        whole += weight
        gap_mass += weight * (g >= gap)
        ratio_mass += weight * (r <= ratio)
        gap_mean += weight * g
        ratio_mean += weight * r
    return [float(Fraction(v) / whole) for v in (gap_mass, ratio_mass, gap_mean, ratio_mean)]


def section_ratio():
    """Linearised variance and design effect by the sum over people."""
    for people in (
        [(5, 2), (1, 1), (12, 3), (3, 0), (7, 4)],
        [(4, 1), (9, 1), (2, 1), (6, 2)],
        [(10**6, 300001), (10**6 + 1, 300000), (999999, 300000)],
    ):
        n, y = sum(mp.mpf(a) for a, _ in people), sum(mp.mpf(b) for _, b in people)
        r, m = y / n, len(people)
        v = mp.mpf(m) / (m - 1) * sum(((b - r * a) / n) ** 2 for a, b in people)
        row(r, v, v / (r * (1 - r) / n))


SECTIONS = {k[8:]: f for k, f in list(globals().items()) if k.startswith("section_")}

if __name__ == "__main__":
    for name in sys.argv[1:] or SECTIONS:
        print(f"== {name}")
        SECTIONS[name]()
