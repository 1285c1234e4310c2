"""Oracle values for the tests of small groups in `inference`.

Python 3.11, scipy 1.17.1, mpmath 1.4.1, numpy 2.4.6. Probabilities are integrals at 30 digits; shrinkage is maximised
over both parameters of the beta-binomial at once, and the logistic prediction over its penalised likelihood, as roots
of derivatives that mpmath takes numerically: nothing is known of the way in which the program goes about it.

    python small_groups.py [section ...]
"""

import sys

import mpmath as mp
import numpy as np
from scipy import optimize, stats

mp.mp.dps = 30


def ratio_below(x1, n1, x2, n2, t):
    a1, b1, a2, b2 = (mp.mpf(v) + mp.mpf("0.5") for v in (x1, n1 - x1, x2, n2 - x2))
    t = mp.mpf(t)

    def f(q):
        density = mp.exp((a2 - 1) * mp.log(q) + (b2 - 1) * mp.log1p(-q)) / mp.beta(a2, b2)
        u = min(t * q, mp.mpf(1))
        return density * mp.betainc(a1, b1, 0, u, regularized=True)

    mean, sd = a2 / (a2 + b2), mp.sqrt(a2 * b2 / (a2 + b2) ** 2 / (a2 + b2 + 1))
    cuts = {mp.mpf(0), mp.mpf(1), min(mp.mpf(1), 1 / t)}
    own, spread = a1 / (a1 + b1) / t, mp.sqrt(a1 * b1 / (a1 + b1) ** 2 / (a1 + b1 + 1)) / t
    for k in range(-12, 13):
        for c in (mean + k * sd, own + k * spread):
            if 0 < c < 1:
                cuts.add(c)
    return mp.quad(f, sorted(cuts))


def probabilities():
    for case in [
        (3, 40, 12, 45, "0.8"),
        (0, 5, 12, 45, "0.8"),
        (2, 2, 30, 31, "0.8"),
        (0, 3, 0, 400, "0.8"),
        ("1.7", "9.3", "55.25", "160.5", "0.8"),
        (480, 1000, 5200, 10000, "0.9"),
        (7, 10, 3, 9, "1.25"),
    ]:
        x1, n1, x2, n2, t = (mp.mpf(v) for v in case)
        print("        (%s)," % ", ".join(repr(float(v)) for v in (x1, n1, x2, n2, t, ratio_below(x1, n1, x2, n2, t))))


def summit(f, start):
    """Where a function of several numbers is highest: the root of its derivatives."""
    place = list(start)

    def slope(i):
        def of(*at):
            return mp.diff(lambda v: f(*at[:i], v, *at[i + 1 :]), at[i])

        return of

    return mp.findroot([slope(i) for i in range(len(place))], place, tol=mp.mpf("1e-28"))


def ln_beta(a, b):
    return mp.loggamma(a) + mp.loggamma(b) - mp.loggamma(a + b)


def ln_likelihood(x, n, a, b):
    return sum(ln_beta(xk + ak, nk - xk + bk) - ln_beta(ak, bk) for xk, nk, ak, bk in zip(x, n, a, b))


def shrinkage():
    x = [3, 12, 40, 5, 0, 22]
    n = [40, 45, 300, 20, 15, 110]
    rough = optimize.minimize(
        lambda p: -stats.betabinom.logpmf(x, n, *np.exp(p)).sum(), [1.0, 3.0], method="Nelder-Mead"
    ).x
    a, b = summit(lambda a, b: ln_likelihood(x, n, [a] * 6, [b] * 6), [mp.mpf(v) for v in np.exp(rough)])
    coefficients = sum(mp.log(mp.binomial(nk, xk)) for xk, nk in zip(x, n))
    print("a", float(a), "b", float(b), "loglik", float(ln_likelihood(x, n, [a] * 6, [b] * 6) + coefficients))
    print("rates", [float((xk + a) / (nk + a + b)) for xk, nk in zip(x, n)])
    x, n, a, b = np.array(x), np.array(n), float(a), float(b)
    print("intervals", stats.beta.ppf([[0.025], [0.975]], x + a, n - x + b).tolist())


# Two attributes, of two and of three values; counts need not be whole.
N = [100, 80, 40, 60, 55, 4.25]
ROWS = [[1, g, int(k == 1), int(k == 2)] for g in (0, 1) for k in (0, 1, 2)]


def penalised(x, *beta):
    """The logarithm of the likelihood times Jeffreys' prior."""
    p = [1 / (1 + mp.exp(-sum(b * z for b, z in zip(beta, row)))) for row in ROWS]
    information = mp.matrix(4, 4)
    for row, pk, nk in zip(ROWS, p, N):
        for i in range(4):
            for j in range(4):
                information[i, j] += nk * pk * (1 - pk) * row[i] * row[j]
    likelihood = sum(xk * mp.log(pk) + (nk - xk) * mp.log(1 - pk) for xk, nk, pk in zip(x, N, p))
    return likelihood + mp.log(mp.det(information)) / 2


def main_effects():
    for x in ([30, 44, 12, 20, 9, 1.5], [30, 44, 12, 0, 0, 0], [60, 4, 12, 0, 30, 2]):
        x = [mp.mpf(v) for v in x]
        rough = optimize.minimize(lambda b: -float(penalised(x, *b)), np.zeros(4), method="Nelder-Mead",
                                  options={"xatol": 1e-7, "fatol": 1e-10, "maxiter": 10**4, "maxfev": 10**4}).x
        beta = summit(lambda *b: penalised(x, *b), [mp.mpf(v) for v in rough])
        means = [1 / (1 + mp.exp(-sum(b * z for b, z in zip(beta, row)))) for row in ROWS]
        print("means", [float(m) for m in means])

        def profile(ln_s):
            s = mp.exp(ln_s)
            return ln_likelihood(x, N, [m * s for m in means], [(1 - m) * s for m in means])

        grid = [profile(mp.mpf(v) / 4) for v in range(-20, 81)]
        highest = grid.index(max(grid))
        if highest == len(grid) - 1:
            print("no end of the precision")
            continue
        s = mp.exp(summit(profile, [mp.mpf(highest - 20) / 4])[0])
        print("precision", float(s), "rates", [float((xk + m * s) / (nk + s)) for xk, nk, m in zip(x, N, means)])


SECTIONS = {"probabilities": probabilities, "shrinkage": shrinkage, "main_effects": main_effects}
for name in sys.argv[1:] or SECTIONS:
    SECTIONS[name]()
