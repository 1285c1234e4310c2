"""Oracle values for the tests of odds ratios, distances and associations of selections.

Python 3.11, scipy 1.17.1, statsmodels 0.15.0, numpy 2.4.6, scikit-learn 1.9. Prints each value beside the name of the metric.

    python association.py
"""

import math

import numpy as np
from scipy import stats
from scipy.spatial import distance
from statsmodels.stats.proportion import proportion_effectsize

a, n, b, m = 48, 80, 56, 70
p, q = np.array([a, n - a]) / n, np.array([b, m - b]) / m
table = np.array([[a, n - a], [b, m - b]])
print("odds_ratio", stats.contingency.odds_ratio(table, kind="sample").statistic)
print("cohens_h", proportion_effectsize(a / n, b / m))
x = np.repeat([1, 0], [n, m])
y = np.concatenate([np.repeat([1, 0], [a, n - a]), np.repeat([1, 0], [b, m - b])])
print("phi_coefficient", stats.pearsonr(x, y)[0], "kendall", stats.kendalltau(x, y).statistic)
print("kullback_leibler", stats.entropy(q, p))
print("jensen_shannon", distance.jensenshannon(p, q) ** 2)
print("hellinger", np.linalg.norm(np.sqrt(p) - np.sqrt(q)) / math.sqrt(2))

# The interval of a noncentrality: the value at which the statistic is in one tail.
from scipy.optimize import brentq

for statistic, df, level in [(10.0, 2, 0.95), (1.0, 3, 0.95), (40.0, 5, 0.9), (0.2, 1, 0.95), (900.0, 4, 0.95)]:
    tail = (1 - level) / 2
    low = 0.0
    if stats.chi2.sf(statistic, df) < tail:
        low = brentq(lambda l: stats.ncx2.sf(statistic, df, l) - tail, 1e-12, 10 * statistic + 100, xtol=1e-13)
    high = 0.0
    if stats.chi2.cdf(statistic, df) > tail:
        high = brentq(lambda l: stats.ncx2.cdf(statistic, df, l) - tail, 1e-12, 10 * statistic + 100, xtol=1e-13)
    print("noncentral", statistic, df, level, low, high)
print("ncx2 cdf", stats.ncx2.cdf(10.0, 3, 5.0), stats.ncx2.cdf(100.0, 2, 120.0))

# Information between group and decision, alone and given the label, and between group and label given the decision.
from sklearn.metrics import mutual_info_score

group, yes, label = [], [], []
for name, counts in {"a": (30, 10, 12, 48), "b": (20, 25, 30, 25), "c": (8, 2, 4, 26)}.items():
    for count, (decision, truth) in zip(counts, [(1, 1), (1, 0), (0, 1), (0, 0)]):
        group += [name] * count
        yes += [decision] * count
        label += [truth] * count
group, yes, label = np.array(group), np.array(yes), np.array(label)


def given(what, condition):
    """Information and entropy of the group, averaged over a condition."""
    shares = [(np.mean(condition == value), condition == value) for value in np.unique(condition)]
    information = sum(share * mutual_info_score(group[rows], what[rows]) for share, rows in shares)
    entropy = sum(share * mutual_info_score(group[rows], group[rows]) for share, rows in shares)
    return information / entropy


everybody = np.zeros(len(group))
print("mutual", mutual_info_score(group, yes))
print("independence", given(yes, everybody))
print("separation", given(yes, label))
print("sufficiency", given(label, yes))

# Bergsma's corrected V of a table, by its formula.
t = np.array([[30, 10, 20], [5, 25, 10]], float)
n, (r, c) = t.sum(), t.shape
phi2 = stats.chi2_contingency(t, correction=False).statistic / n
phi2 = max(0, phi2 - (r - 1) * (c - 1) / (n - 1))
print("corrected V", math.sqrt(phi2 / min(r - (r - 1) ** 2 / (n - 1) - 1, c - (c - 1) ** 2 / (n - 1) - 1)))
print("its p", stats.chi2_contingency(t, correction=False).pvalue)
