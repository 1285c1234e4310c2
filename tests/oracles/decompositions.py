"""Oracle values for the tests of prices within products, of decompositions, and of errors of predictions.

Python 3.11, statsmodels 0.15, scikit-learn 1.9, numpy 2.4. The logs are made by the same small generator as in the tests.

    python decompositions.py
"""

import numpy as np
import statsmodels.api as sm
from sklearn import metrics


def generator(seed):
    """SplitMix64, as in the tests: whole numbers below n."""
    state = seed
    mask = (1 << 64) - 1

    def below(n):
        nonlocal state
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        return (z ^ (z >> 31)) % n

    return below


def log():
    """Rows of person, gender, product, channel, price, list price, decision; a person has one to four rows."""
    below = generator(7)
    rows = []
    for person in range(300):
        female = person % 2
        for _ in range(1 + below(4)):
            product = below(5)
            channel = below(3) if female else below(2)
            listed = 20 + 15 * product
            price = listed - below(8) + 2 * female
            chosen = int(below(100) < 30 + 8 * product - 10 * female + 5 * channel)
            rows.append((person, female, product, channel, price, listed, chosen))
    return np.array(rows)


rows = log()
person, female, product, channel, price, listed, chosen = rows.T
print("rows", len(rows), "sum of prices", price.sum(), "selected", chosen.sum())
for sex in (1, 0):
    side = female == sex
    print("price index", sex, price[side].sum() / listed[side].sum())

# Fixed effects of the product. Standard errors clustered by person, without statsmodels' small-sample factor.
dummies = (product[:, None] == np.arange(5)).astype(float)
x = np.column_stack([female, dummies])
fit = sm.OLS(np.log(price), x).fit(cov_type="cluster", cov_kwds={"groups": person, "use_correction": False})
cells = len({(p, f, k) for p, f, k in zip(person, female, product)})
print("premium", np.expm1(fit.params[0]), "beta", fit.params[0], "error", fit.bse[0], "people by cell", cells)


def design(*factors):
    columns = [np.ones(len(rows))]
    for factor in factors:
        columns += [(factor == level).astype(float) for level in np.unique(factor)[1:]]
    return np.column_stack(columns)


def oaxaca(y, *factors):
    keep = np.ones(len(y), bool)
    for factor in factors:
        common = set(factor[female == 1]) & set(factor[female == 0])
        keep &= np.isin(factor, list(common))
    x = design(*factors)[keep]
    x = x[:, (x != 0).any(axis=0)]
    z, f, y = x, female[keep], y[keep].astype(float)
    b = sm.OLS(y[f == 1], z[f == 1]).fit().params
    c = sm.OLS(y[f == 0], z[f == 0]).fit().params
    d = sm.OLS(y, np.column_stack([z, f])).fit().params[:-1]
    means, others = z[f == 1].mean(axis=0), z[f == 0].mean(axis=0)
    return {
        "explained": (means - others) @ c,
        "unexplained": means @ (b - c),
        "explained_pooled": (means - others) @ d,
        "unexplained_pooled": y[f == 1].mean() - y[f == 0].mean() - (means - others) @ d,
        "coefficients": others @ (b - c),
        "interaction": (means - others) @ (b - c),
    }


for name, y in [("selected", chosen), ("value", price)]:
    for label, factors in [("product", (product,)), ("product & channel", (product, channel))]:
        print(name, label, {part: float(x) for part, x in oaxaca(y, *factors).items()})


def explained(keep_people, factors):
    """The explained part of the selection rate with people counted as often as `keep_people` says, for numeric checks."""
    weight = keep_people[person]
    keep = np.ones(len(rows), bool)
    for factor in factors:
        keep &= np.isin(factor, list(set(factor[female == 1]) & set(factor[female == 0])))
    z = design(*factors)[keep]
    z = z[:, (z != 0).any(axis=0)]
    f, y, w = female[keep], chosen[keep].astype(float), weight[keep]
    c = sm.WLS(y[f == 0], z[f == 0], weights=w[f == 0]).fit().params
    mean = lambda side: (w[side, None] * z[side]).sum(axis=0) / w[side].sum()
    return (mean(f == 1) - mean(f == 0)) @ c


# The infinitesimal jackknife: each person's derivative by their weight, and the sum of its squares.
step = 1e-4
ones = np.ones(300)
slopes = []
for u in range(300):
    up, down = ones.copy(), ones.copy()
    up[u] += step
    down[u] -= step
    slopes.append((explained(up, (product, channel)) - explained(down, (product, channel))) / (2 * step))
common = channel < 2
cells = len(set(zip(person[common], product[common], channel[common])))
print("error of explained, product & channel, without factor", np.sqrt(np.square(slopes).sum()), "people by cell", cells)

# Kitagawa's example with the coefficients of the reference.
p, r = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.1, 0.05])
q, s = np.array([0.2, 0.3, 0.5]), np.array([0.18, 0.09, 0.05])
print("example: explained", (p - q) @ s, "unexplained", p @ (r - s), "interaction", (p - q) @ (r - s))

value = np.array([10.0, 10.0, 4.0, 8.0, -5.0])
guess = np.array([11.0, 7.0, 6.0, 8.5, -4.0])
print("mape", metrics.mean_absolute_percentage_error(value, guess), "r2", metrics.r2_score(value, guess))
