"""Values of other toolkits for tests/lists.rs and src/ranking.

pip install numpy pandas scipy scikit-learn fairsearchcore==1.0.4
pip install --no-deps FairRankTune==0.0.7 rectools==0.19.0 recbole==1.2.1   (their own pins are older than what they need)
python tests/oracles/lists.py

RecBole's metrics need no torch, only their import does: a stand-in is put in its place.
"""

import importlib
import types
import sys

import numpy as np
import pandas as pd
from scipy.stats import binom

# The package's front page imports a simulator that needs more than its metrics do.
package = types.ModuleType("FairRankTune")
package.__path__ = [str(importlib.util.find_spec("FairRankTune").submodule_search_locations[0])]
sys.modules["FairRankTune"] = package
EXP = importlib.import_module("FairRankTune.Metrics.EXP")
NDKL = importlib.import_module("FairRankTune.Metrics.NDKL").NDKL
AWRF = importlib.import_module("FairRankTune.Metrics.AWRF").AWRF

print("FairRankTune 0.0.7 on A A B A B B A A, relevance 1.0 0.9 … 0.3")
groups = dict(zip("abcdefgh", "AABABBAA"))
ranking = pd.DataFrame({"r": list("abcdefgh")})
relevance = pd.DataFrame({"r": [1 - i / 10 for i in range(8)]})
clicks = pd.DataFrame({"r": [1, 1, 0, 1, 1, 0, 0, 1]})
print("EXP ", EXP.EXP(ranking, groups, "MinMaxRatio"))
print("EXPU", EXP.EXPU(ranking, groups, relevance, "MinMaxRatio"))
print("EXPRU", EXP.EXPRU(ranking, groups, relevance, clicks, "MinMaxRatio"))
print("NDKL (target: the list's own shares, 1e-7 added)", NDKL(ranking, groups))
print("AWRF (attention by items of the group)", AWRF(ranking, groups, 0.5, "MinMaxRatio"))

print("definitions of Geyik et al. 2019, by numpy")
order = np.array([0, 0, 1, 0, 1, 1, 0, 0])
for target in ([0.5, 0.5], [5 / 8, 3 / 8]):
    target = np.array(target)
    weights = 1 / np.log2(np.arange(1, 9) + 1)
    total = 0.0
    for i, weight in enumerate(weights, 1):
        shares = np.bincount(order[:i], minlength=2) / i
        total += weight * sum(p * np.log(p / q) for p, q in zip(shares, target) if p > 0)
    print("NDKL", target, total / weights.sum())
print("Skew@4", np.log(np.array([0.75, 0.25]) / 0.5))

print("attention of A A B A B B A A")
log2 = 1 / np.log2(np.arange(1, 9) + 1)
geometric = 0.5 ** np.arange(8)
for name, attention in (("log2", log2), ("geometric", geometric)):
    shares = np.array([attention[order == g].sum() for g in (0, 1)]) / attention.sum()
    half = np.array([0.5, 0.5])
    middle = (shares + half) / 2
    js = 0.5 * (shares * np.log2(shares / middle)).sum() + 0.5 * (half * np.log2(half / middle)).sum()
    print(name, shares, "JSD to halves", js, "EE-L", ((shares - half) ** 2).sum(), "EE-D", (shares**2).sum())

print("ranked group fairness: tables by scipy's binom.ppf, chance of failure by recursion")


def failure(table, p):
    passing = {0: 1.0}
    for needed in table:
        following = {}
        for count, mass in passing.items():
            following[count] = following.get(count, 0) + mass * (1 - p)
            following[count + 1] = following.get(count + 1, 0) + mass * p
        passing = {count: mass for count, mass in following.items() if count >= needed}
    return 1 - sum(passing.values())


for k, p, alpha in ((20, 0.25, 0.1), (20, 0.25, 0.078125), (10, 0.2, 0.15), (30, 0.3, 0.05)):
    table = [int(binom.ppf(alpha, i, p)) for i in range(1, k + 1)]
    print(k, p, alpha, table, failure(table, p))

print("the same by fairsearchcore 1.0.4")
try:
    import fairsearchcore
    from fairsearchcore import fail_prob

    # Its key of a cache is a numpy integer, which no set takes today.
    own = fail_prob.LegalAssignmentKey.__hash__
    fail_prob.LegalAssignmentKey.__hash__ = lambda key: int(own(key))
    for k, p, alpha in ((20, 0.25, 0.1), (10, 0.2, 0.15), (30, 0.3, 0.05), (40, 0.5, 0.1)):
        fair = fairsearchcore.Fair(k, p, alpha)
        for name, table in (("plain", fair.create_unadjusted_mtable()), ("adjusted", fair.create_adjusted_mtable())):
            # A table that rises at its last rank: what is told is the chance to fail before it.
            told, exact = fair.compute_fail_probability(table), failure([int(m) for m in table], p)
            print(k, p, alpha, name, [int(m) for m in table], told, "by recursion", exact)
except ImportError as error:
    print("not here:", error)

print("RecTools 0.19.0")
try:
    from rectools import Columns
    from rectools.metrics import MAP, MRR, NDCG, HitRate, Precision, Recall

    shown = [("1", r, item) for r, item in enumerate("abcdefghijkl", 1)]
    shown += [("2", r, item) for r, item in enumerate("mnopqrstuvwx", 1)]
    taken = [("1", item) for item in "acfl"] + [("2", item) for item in "oqst"]
    reco = pd.DataFrame(shown, columns=[Columns.User, Columns.Rank, Columns.Item])
    interactions = pd.DataFrame(taken, columns=[Columns.User, Columns.Item])
    for name, metric in {
        "precision": Precision(k=5),
        "recall": Recall(k=5),
        "hit rate": HitRate(k=5),
        "mrr": MRR(k=5),
        "ndcg, by depth": NDCG(k=5),
        "ndcg, achievable": NDCG(k=5, divide_by_achievable=True),
    }.items():
        print(name, metric.calc_per_user(reco, interactions).to_dict())
except ImportError as error:
    print("not here:", error)

print("inverse propensity: the two formulas of the Open Bandit Pipeline (its package brings torch), policy 1/4 each")
reward = np.array([1, 0, 0, 1, 0, 1])
weight = 0.25 / np.array([0.5, 0.25, 0.125, 0.25, 0.5, 0.1])
print("IPS", (weight * reward).mean(), "SNIPS", (weight * reward).sum() / weight.sum())
print("effective rows", weight.sum() ** 2 / (weight**2).sum(), "cut at 2", np.minimum(weight, 2) @ reward / 6)

print("RecBole, its own code, of the lists that RecTools has above, and of items that stand 1, 3, 0, 6 and 2 times")


class Torch(types.ModuleType):
    def __getattr__(self, name):
        return type(name, (), {})


try:
    np.float = float  # which numpy no longer has
    sys.modules.setdefault("torch", Torch("torch"))
    root = importlib.util.find_spec("recbole").submodule_search_locations[0]
    for name, folder in (("recbole", ""), ("recbole.evaluator", "/evaluator")):
        module = types.ModuleType(name)
        module.__path__ = [root + folder]
        sys.modules[name] = module
    utilities = types.ModuleType("recbole.utils")
    utilities.EvaluatorType = types.SimpleNamespace(RANKING=1, VALUE=2)
    sys.modules["recbole.utils"] = utilities
    metrics = importlib.import_module("recbole.evaluator.metrics")
    hits = np.array([[item in "acfl" for item in "abcde"], [item in "oqst" for item in "mnopq"]])
    relevant = np.array([4, 4])
    for name in ("Hit", "MRR", "Recall", "NDCG", "Precision"):
        metric = object.__new__(getattr(metrics, name))
        arguments = (hits, relevant) if name in ("Recall", "NDCG") else (hits,)
        print(name, metric.metric_info(*arguments)[:, -1].tolist())
    shown = np.repeat(np.arange(5), [1, 3, 0, 6, 2])
    print("GiniIndex", object.__new__(metrics.GiniIndex).get_gini(shown[:, None], 5))
except (AttributeError, ImportError) as error:
    print("not here:", error)

print("fixtures/lists/shown.csv by pandas, depth 5")
rows = pd.read_csv("fixtures/lists/shown.csv").dropna(subset=["rank"])
rows["v"] = np.where(rows["rank"] <= 5, 1 / np.log2(rows["rank"] + 1), 0)
key = ["gender", "customer_id", "request_id"]
lists = rows.groupby(key).ngroups
by_gender = rows.groupby(key).size().groupby("gender").size()
exposure = rows[rows["class"] == "premium"].groupby("gender").v.sum() / by_gender
print("exposure of premium", exposure.to_dict(), "lists", by_gender.to_dict())
merit = rows[rows["class"] == "premium"].groupby("gender")
print("exposure by merit", (merit.v.sum() / merit.fit.sum()).to_dict())


def quality(group):
    relevant = group.clicked > 0
    head = group[relevant & (group["rank"] <= 5)]
    best = (1 / np.log2(np.arange(1, min(relevant.sum(), 5) + 1) + 1)).sum()
    return pd.Series(
        {
            "hit": float(len(head) > 0),
            "mrr": 1 / head["rank"].min() if len(head) else 0.0,
            "recall": len(head) / relevant.sum() if relevant.any() else np.nan,
            "ndcg": (1 / np.log2(head["rank"] + 1)).sum() / best if relevant.any() else np.nan,
        }
    )


print(rows.groupby(key).apply(quality, include_groups=False).groupby("gender").mean().to_string(float_format="%.15f"))
head = rows[rows["rank"] <= 5]
target = rows.groupby("seller").item_id.nunique() / rows.item_id.nunique()
# The first five that are left of each list, where one has lost its rank.
first = rows.sort_values("rank").groupby(key).head(5)
print("skew", np.log(first.seller.value_counts(normalize=True) / target).to_dict(), "target", target.to_dict())
weights = 1 / rows.propensity
print("snips", ((weights * rows.clicked).groupby(rows.gender).sum() / weights.groupby(rows.gender).sum()).to_dict())
print("exposure share of sellers", (rows.groupby("seller").v.sum() / rows.v.sum()).to_dict())
