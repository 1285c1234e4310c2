"""Oracle values of what groups show along stages, periods and systems (tests/followed.rs).

Python 3.11, statsmodels 0.15.0, numpy, pandas, scipy. The log is made by the same splitmix64 as in the tests. Linear contrasts come
from statsmodels: a mean for each cell, with errors robust to clusters of people and no small-sample factor; the factor
m / (m - 1) is put on afterwards, m being the people of all cells together. Shares of stages are perturbed numerically, with
each person's own totals.

    python followed.py [LOG.csv]
"""

import itertools
import math
import sys

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.stats import norm
from scipy.stats import t as student

MASK = (1 << 64) - 1


class Dice:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, n):
        return self.next() % n


def log(seed, people):
    dice, rows = Dice(seed), []
    for person in range(people):
        female = dice.below(2) == 0
        for _ in range(1 + dice.below(5)):
            month = 1 + dice.below(6)
            model = ["new", "old"][dice.below(2)]
            shown = dice.below(100) < (60 if female else 80)
            clicked = shown and dice.below(100) < 50
            accepted = clicked and dice.below(100) < (30 + 5 * month if female else 50)
            rows.append((person, "f" if female else "m", f"2024-{month:02}-10", model, int(shown), int(clicked), int(accepted)))
    return pd.DataFrame(rows, columns=["id", "gender", "day", "model", "shown", "clicked", "accepted"])


data = log(11, 300)
if len(sys.argv) > 1:
    data.to_csv(sys.argv[1], index=False)


def contrast(cells, weights, y="shown"):
    """A weighted sum of cell means, with its error over people."""
    used = data[cells.isin(weights)]
    dummies = pd.get_dummies(cells[used.index]).astype(float)[list(weights)]
    fit = sm.OLS(used[y], dummies).fit(cov_type="cluster", cov_kwds={"groups": used.id, "use_correction": False})
    w = np.array(list(weights.values()))
    people = sum(used.id[cells[used.index] == cell].nunique() for cell in weights)
    return w @ fit.params, math.sqrt(w @ fit.cov_params() @ w * people / (people - 1))


by_model = data.gender + data.model
print("system gap, old less new", *map(repr, contrast(by_model, {"fold": 1, "mold": -1, "fnew": -1, "mnew": 1})))
month = data.day.str[5:7].astype(int)
sizes = data.groupby([data.gender, month]).size()
w = {m: sizes["f", m] * sizes["m", m] / (sizes["f", m] + sizes["m", m]) for m in range(1, 7)}
mean = sum(w[m] * m for m in w) / sum(w.values())
squares = sum(w[m] * (m - mean) ** 2 for m in w)
slope = {f"{g}{m}": s * w[m] * (m - mean) / squares for m in w for g, s in (("f", 1), ("m", -1))}
print("trend of accepted", *map(repr, contrast(data.gender + month.astype(str), slope, "accepted")))
print("gap in 2024-03", *map(repr, contrast(data.gender + month.astype(str), {"f3": 1, "m3": -1}, "accepted")))

# The CUSUM of moves from the gap before, as normal deviations: each side's error is that of its effective people, whoever
# comes back, and t has Satterthwaite's degrees of freedom.
up = down = 0.0
for m in range(2, 7):
    value, parts = 0.0, []
    for gender, sign in (("f", 1), ("m", -1)):
        side = data[(data.gender == gender) & (month <= m)]
        now = month[side.index] == m
        e = 0
        for which, weight in ((now, sign), (~now, -sign)):
            rate, rows = side.accepted[which].mean(), which.sum()
            value += weight * rate
            e = e + weight * (side.accepted - rate).where(which, 0) / rows
        variance = (e.groupby(side.id).sum() ** 2).sum()
        sizes_of_people = side.groupby("id").size()
        df = sizes_of_people.sum() ** 2 / (sizes_of_people**2).sum() - 1
        parts.append((variance * (df + 1) / df, df))
    variance = sum(v for v, _ in parts)
    df = variance**2 / sum(v**2 / d for v, d in parts)
    t = value / math.sqrt(variance)
    z = math.copysign(norm.isf(student.sf(abs(t), df)), t)
    up, down = max(0.0, up + z - 0.5), max(0.0, down - z - 0.5)
    print("cusum", m, repr(max(up, down)))

# Stages: parts of the gap by all orders, and errors by each person's own totals.
STAGES = ["shown", "clicked", "accepted"]
totals = data.assign(rows=1).groupby(["gender", "id"])[["rows", *STAGES]].sum()
f, m = totals.loc["f"].to_numpy(float), totals.loc["m"].to_numpy(float)


def parts(sums_f, sums_m):
    a, b = sums_f[1:] / sums_f[:-1], sums_m[1:] / sums_m[:-1]
    told = np.zeros(3)
    for order in itertools.permutations(range(3)):
        now = b.copy()
        for stage in order:
            before = now.prod()
            now[stage] = a[stage]
            told[stage] += now.prod() - before
    return np.concatenate([told / 6, np.log(a / b)])


sums = np.concatenate([f.sum(0), m.sum(0)])
value = parts(sums[:4], sums[4:])
gradient = []
for i in range(8):
    step = np.zeros(8)
    step[i] = 1e-4 * sums[i]
    moved = lambda by: parts((sums + by)[:4], (sums + by)[4:])
    gradient.append((moved(step) - moved(-step)) / (2 * step[i]))
gradient = np.array(gradient)
own = np.concatenate([np.hstack([f, 0 * f]), np.hstack([0 * m, m])]) @ gradient
# People of all cells: one for each level of stages that a person has rows in.
level = data[STAGES].sum(axis=1)
cells = sum(data.id[(level == k) & (data.gender == g)].nunique() for k in range(4) for g in "fm")
error = np.sqrt((own**2).sum(0) * cells / (cells - 1))
for name, told, e in zip([f"gap {s}" for s in STAGES] + [f"log ratio {s}" for s in STAGES], value, error):
    print(name, repr(told), repr(e))
