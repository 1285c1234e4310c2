"""Every metric of the catalogue, computed on `fixtures/scored/offers.csv` by other people's code or from its definition.

Writes `tests/vectors/catalogue.json`, which `cargo test vectors` compares with what the program says. Needs numpy, pandas,
scipy, scikit-learn and statsmodels:

    python tests/oracles/catalogue.py
"""

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn.metrics as sk
import statsmodels.api as sm
from scipy import stats
from scipy.spatial.distance import jensenshannon
from statsmodels.stats.contingency_tables import StratifiedTable, Table2x2
from statsmodels.stats.proportion import proportion_effectsize

ROOT = Path(__file__).resolve().parents[2]
OWN, OTHER = "female", "male"

log = pd.read_csv(ROOT / "fixtures/scored/offers.csv", keep_default_na=False)
groups = {name: log[log.gender == name] for name in (OWN, OTHER)}
own, other = groups[OWN], groups[OTHER]
found = []


def tell(metric, group, contrast, value, outcome="offered"):
    number = {"outcome": outcome, "metric": metric, "group": group, "contrast": contrast, "value": float(value)}
    found.append(number)


def of_groups(metric, function, gap=True, outcome="offered"):
    """The metric of either group, and their gap."""
    values = {name: function(rows) for name, rows in groups.items()}
    for name, value in values.items():
        tell(metric, name, "value", value, outcome)
    if gap:
        tell(metric, OWN, "gap", values[OWN] - values[OTHER], outcome)


def pair(metric, contrast, value):
    tell(metric, OWN, contrast, value)


def everybody(metric, value):
    tell(metric, "(all)", "value", value)


# Rates. Of people: pandas' own means.
of_groups("selection_rate", lambda g: g.offered.mean())
of_groups("favourable_rate", lambda g: 1 - g.offered.mean(), outcome="expected")
of_groups("subject_selection_rate", lambda g: g.groupby("customer_id").offered.mean().mean())
of_groups("reach", lambda g: g.groupby("customer_id").offered.max().mean())

# Labels: scikit-learn.
confusion = lambda g: sk.confusion_matrix(g.accepted, g.offered).ravel()  # tn, fp, fn, tp
of_groups("true_positive_rate", lambda g: sk.recall_score(g.accepted, g.offered))
of_groups("true_negative_rate", lambda g: sk.recall_score(g.accepted, g.offered, pos_label=0))
of_groups("false_positive_rate", lambda g: 1 - sk.recall_score(g.accepted, g.offered, pos_label=0))
of_groups("false_negative_rate", lambda g: 1 - sk.recall_score(g.accepted, g.offered))
of_groups("positive_predictive_value", lambda g: sk.precision_score(g.accepted, g.offered))
of_groups("negative_predictive_value", lambda g: sk.precision_score(g.accepted, g.offered, pos_label=0))
of_groups("false_discovery_rate", lambda g: 1 - sk.precision_score(g.accepted, g.offered))
of_groups("false_omission_rate", lambda g: 1 - sk.precision_score(g.accepted, g.offered, pos_label=0))
of_groups("accuracy", lambda g: sk.accuracy_score(g.accepted, g.offered))
of_groups("balanced_accuracy", lambda g: sk.balanced_accuracy_score(g.accepted, g.offered))
of_groups("base_rate", lambda g: g.accepted.mean())
of_groups("f1", lambda g: sk.f1_score(g.accepted, g.offered))
of_groups("treatment_equality", lambda g: confusion(g)[2] / confusion(g)[1])
rates = lambda g: (sk.recall_score(g.accepted, g.offered), 1 - sk.recall_score(g.accepted, g.offered, pos_label=0))
of_groups("average_odds", lambda g: sum(rates(g)) / 2)
pair("equalized_odds", "gap", max(abs(a - b) for a, b in zip(rates(own), rates(other))))
of_groups("conditional_acceptance", lambda g: g.accepted.sum() / g.offered.sum())
of_groups("conditional_rejection", lambda g: (1 - g.accepted).sum() / (1 - g.offered).sum())
of_groups("jaccard_index", lambda g: sk.jaccard_score(g.accepted, g.offered))

# Values.
of_groups("mean_value", lambda g: g.eur.mean())
of_groups("mean_value_per_subject", lambda g: g.groupby("customer_id").eur.sum().mean())
of_groups("mean_value_selected", lambda g: g.eur[g.offered == 1].mean())

# Within strata: statsmodels' stratified tables and regression, else the definition.
regions = sorted(log.region.unique())
cell = lambda g, r: g[g.region == r]
tables = [
    np.array([[cell(g, r).offered.sum(), (1 - cell(g, r).offered).sum()] for g in (own, other)]) for r in regions
]
weights = log.region.value_counts(normalize=True)


def standardised(g, mean, shares):
    return sum(shares[r] * mean(cell(g, r)) for r in regions)


of_groups("standardised_selection_rate", lambda g: standardised(g, lambda c: c.offered.mean(), weights))
positives = log[log.accepted == 1].region.value_counts(normalize=True)
of_groups(
    "standardised_true_positive_rate",
    lambda g: standardised(g, lambda c: sk.recall_score(c.accepted, c.offered), positives),
)
of_groups("standardised_mean_value", lambda g: standardised(g, lambda c: c.eur.mean(), weights))
stratified = StratifiedTable(tables)
pair("mantel_haenszel_odds_ratio", "ratio", stratified.oddsratio_pooled)
pair("mantel_haenszel_ratio", "ratio", stratified.riskratio_pooled)
w = np.array([t[0].sum() * t[1].sum() / t.sum() for t in tables])
d = np.array([t[0, 0] / t[0].sum() - t[1, 0] / t[1].sum() for t in tables])
pair("mantel_haenszel_difference", "gap", (w * d).sum() / w.sum())
design = pd.get_dummies(log.region).astype(float).assign(own=(log.gender == OWN).astype(float))
pair("adjusted_odds_ratio", "ratio", math.exp(sm.Logit(log.offered, design).fit(disp=0, tol=1e-12).params["own"]))
n = np.array([t.sum() for t in tables])
dd = np.array([t[0, 1] / t[:, 1].sum() - t[0, 0] / t[:, 0].sum() for t in tables])
pair("conditional_demographic_disparity", "value", (n * dd).sum() / n.sum())
p, q = (g.region.value_counts(normalize=True).reindex(regions).to_numpy() for g in (own, other))
r, s = (g.groupby("region").offered.mean().reindex(regions).to_numpy() for g in (own, other))
pair("composition_effect", "gap", ((p - q) * (r + s) / 2).sum())
pair("rate_effect", "gap", ((r - s) * (p + q) / 2).sum())


def oaxaca(column):
    """Two- and threefold parts of the gap of means, at the other's coefficients and at pooled ones."""
    dummies = lambda g: pd.get_dummies(g.region).astype(float)
    fit = lambda g: sm.OLS(g[column].astype(float), dummies(g)).fit().params
    x, z, b, c = dummies(own).mean(), dummies(other).mean(), fit(own), fit(other)
    pooled = sm.OLS(log[column].astype(float), design).fit().params
    return {
        "explained": (x - z) @ c,
        "unexplained": x @ (b - c),
        "explained_pooled": (x - z) @ pooled[x.index],
        "unexplained_pooled": pooled["own"],
        "coefficients": z @ (b - c),
        "interaction": (x - z) @ (b - c),
    }


for prefix, column in (("oaxaca", "offered"), ("oaxaca_value", "eur")):
    for part, value in oaxaca(column).items():
        pair(f"{prefix}_{part}", "gap", value)
people = {name: g.customer_id.nunique() for name, g in groups.items()}
of_groups("representation", lambda g: g.customer_id.nunique() / sum(people.values()), gap=False)

# Association: statsmodels and scipy.
a, an, b, bn = own.offered.sum(), len(own), other.offered.sum(), len(other)
table = np.array([[a, an - a], [b, bn - b]])
pair("odds_ratio", "ratio", Table2x2(table).oddsratio)
pair("cohens_h", "gap", proportion_effectsize(a / an, b / bn))
pair("phi_coefficient", "gap", stats.contingency.association(table, "cramer") * math.copysign(1, a / an - b / bn))
mine, theirs = np.array([a / an, 1 - a / an]), np.array([b / bn, 1 - b / bn])
pair("kullback_leibler_divergence", "gap", stats.entropy(theirs, mine))
pair("jensen_shannon_divergence", "gap", jensenshannon(mine, theirs) ** 2)
pair("hellinger_distance", "gap", np.linalg.norm(np.sqrt(mine) - np.sqrt(theirs)) / math.sqrt(2))
pair("total_variation_distance", "gap", np.abs(mine - theirs).sum() / 2)
pair("l2_distance", "gap", np.linalg.norm(mine - theirs))
selected, rows = log.offered.sum(), len(log)
of_groups("selection_share", lambda g: g.offered.sum() / selected, gap=False)
pair("class_imbalance", "gap", (bn - an) / (an + bn))
of_groups("pointwise_mutual_information", lambda g: math.log(g.offered.mean() / log.offered.mean()), gap=False)
of_groups("dice_coefficient", lambda g: 2 * g.offered.sum() / (len(g) + selected), gap=False)
everybody("cramers_v", stats.contingency.association(table, "cramer"))
information = sk.mutual_info_score
entropy = lambda labels: stats.entropy(pd.Series(labels).value_counts(normalize=True))


def given(x, y, z):
    """I(x; y | z) / H(y | z)."""
    parts = [(share, log[z] == value) for value, share in log[z].value_counts(normalize=True).items()]
    told = sum(share * information(log[x][at], log[y][at]) for share, at in parts)
    return told / sum(share * entropy(log[y][at]) for share, at in parts)


everybody("mutual_information", information(log.offered, log.gender))
everybody("independence_information", information(log.offered, log.gender) / entropy(log.gender))
everybody("separation_information", given("offered", "gender", "accepted"))
everybody("sufficiency_information", given("accepted", "gender", "offered"))


def epsilon(column):
    """Foulds et al. 2020 with a Dirichlet prior of one half for either outcome."""
    chance = {name: (g[column].sum() + 0.5) / (len(g) + 1) for name, g in groups.items()}
    return max(
        abs(math.log(x(chance[OWN]) / x(chance[OTHER]))) for x in (lambda c: c, lambda c: 1 - c)
    )


tell("differential_fairness", f"{OTHER} / {OWN}", "value", epsilon("offered"))
everybody("bias_amplification", epsilon("offered") - epsilon("accepted"))

# Scores: scikit-learn and statsmodels.
of_groups("auc", lambda g: sk.roc_auc_score(g.accepted, g.probability))
of_groups("average_precision", lambda g: sk.average_precision_score(g.accepted, g.probability))
of_groups("mean_score", lambda g: g.probability.mean())
of_groups("brier_score", lambda g: sk.brier_score_loss(g.accepted, g.probability))
chances = lambda g: g.probability.clip(1e-12, 1 - 1e-12)
of_groups("log_loss", lambda g: sk.log_loss(g.accepted, chances(g)))
of_groups("generalized_false_positive_rate", lambda g: g.probability[g.accepted == 0].mean())
of_groups("generalized_false_negative_rate", lambda g: 1 - g.probability[g.accepted == 1].mean())
of_groups("calibration_in_the_large", lambda g: g.accepted.mean() - g.probability.mean())
logit = lambda g: np.log(chances(g) / (1 - chances(g)))


def recalibrated(g, slope):
    if slope:
        return sm.Logit(g.accepted, sm.add_constant(logit(g))).fit(disp=0, tol=1e-13).params.iloc[1]
    model = sm.GLM(g.accepted, np.ones(len(g)), family=sm.families.Binomial(), offset=logit(g))
    return model.fit(tol=1e-13).params.iloc[0]


of_groups("calibration_slope", lambda g: recalibrated(g, True))
of_groups("calibration_intercept", lambda g: recalibrated(g, False))


def calibration_error(g):
    """Fifteen bins of equally many rows. Equal scores stay together, in the bin that they begin in."""
    counts = g.groupby("probability").agg(rows=("accepted", "size"), positives=("accepted", "sum")).reset_index()
    below = counts.rows.cumsum() / len(g) * 15
    # A bin ends with the first score at which so many fifteenths of the rows are reached.
    reached = np.floor(below + 1e-9).astype(int)
    place = np.concatenate([[0], reached.to_numpy()[:-1]])
    counts["bin"] = place
    sums = counts.assign(score=counts.probability * counts.rows).groupby("bin")[["rows", "positives", "score"]].sum()
    return (np.abs(sums.positives - sums.score)).sum() / len(g)


of_groups("calibration_error", calibration_error)
pair(
    "cross_auc",
    "value",
    stats.mannwhitneyu(own.probability[own.accepted == 1], other.probability[other.accepted == 0]).statistic
    / ((own.accepted == 1).sum() * (other.accepted == 0).sum()),
)
pair("score_kolmogorov_smirnov", "gap", stats.ks_2samp(own.probability, other.probability).statistic)
pair("score_wasserstein", "gap", stats.wasserstein_distance(own.probability, other.probability))

# Distributions of values: numpy and scipy.
for percent in (10, 25, 50, 75, 90):
    name = "median_value" if percent == 50 else f"p{percent}_value"
    of_groups(name, lambda g: np.quantile(g.eur, percent / 100, method="inverted_cdf"))
pair("superiority", "value", stats.mannwhitneyu(own.eur, other.eur).statistic / (an * bn))
pair("value_kolmogorov_smirnov", "gap", stats.ks_2samp(own.eur, other.eur).statistic)
pair("value_wasserstein", "gap", stats.wasserstein_distance(own.eur, other.eur))
pooled = math.sqrt(((an - 1) * own.eur.var() + (bn - 1) * other.eur.var()) / (an + bn - 2))
pair("standardised_value", "gap", (own.eur.mean() - other.eur.mean()) / pooled)

# Errors of predictions: scikit-learn.
of_groups("mean_absolute_error", lambda g: sk.mean_absolute_error(g.eur, g.expected_eur))
of_groups("root_mean_squared_error", lambda g: sk.root_mean_squared_error(g.eur, g.expected_eur))
of_groups("mean_error", lambda g: (g.expected_eur - g.eur).mean())

bought = lambda g: g[g.eur != 0]
of_groups(
    "mean_absolute_percentage_error",
    lambda g: sk.mean_absolute_percentage_error(bought(g).eur, bought(g).expected_eur),
)
of_groups("r_squared", lambda g: sk.r2_score(g.eur, g.expected_eur))

# Prices: what was expected stands for the price, the score for the list price, the region for the product.
price = "expected"
listed = lambda g: g[g.probability > 0]
index = lambda g: listed(g).expected_eur.sum() / listed(g).probability.sum()
of_groups("price_index", index, outcome=price)
of_groups("discount_depth", lambda g: 1 - index(g), outcome=price)
premium = sm.OLS(np.log(log.expected_eur), design).fit().params["own"]
tell("within_product_premium", OWN, "gap", math.expm1(premium), outcome=price)
tell("products_priced_differently", OWN, "value", 1.0, outcome=price)

# Inequality of what people gain: the sums of their values.
gains = lambda g: g.groupby("customer_id").eur.sum().to_numpy()


def generalized_entropy(x, order):
    share = x / x.mean()
    if order == 1:
        return np.mean([y * math.log(y) if y > 0 else 0.0 for y in share])
    if order == 0:
        return -np.mean(np.log(share))
    return np.mean(share**order - 1) / (order * (order - 1))


def gini(x):
    x = np.sort(x)
    return (2 * np.arange(1, len(x) + 1) - len(x) - 1) @ x / (len(x) * x.sum())


of_groups("mean_benefit", lambda g: gains(g).mean())
of_groups("gini", lambda g: gini(gains(g)))
of_groups("theil_index", lambda g: generalized_entropy(gains(g), 1))
of_groups("generalized_entropy_half", lambda g: generalized_entropy(gains(g), 0.5))
of_groups("generalized_entropy", lambda g: generalized_entropy(gains(g), 2))
of_groups("coefficient_of_variation", lambda g: stats.variation(gains(g)))
of_groups("atkinson", lambda g: 1 - np.mean(np.sqrt(gains(g) / gains(g).mean())) ** 2)
everyone = gains(log)
sizes = np.array([len(gains(g)) for g in groups.values()])
means = np.array([gains(g).mean() for g in groups.values()])
between = np.repeat(means, sizes)
for order, name in ((1, "theil"), (2, "generalized_entropy")):
    everybody(f"{name}_between", generalized_entropy(between, order))
    everybody(f"{name}_within", generalized_entropy(everyone, order) - generalized_entropy(between, order))

# Logarithms ask that everybody gains something: of what was expected of people, everybody does.
expected = lambda g: g.groupby("customer_id").expected_eur.sum().to_numpy()
of_groups("mean_logarithmic_deviation", lambda g: generalized_entropy(expected(g), 0), outcome="expected")
of_groups("atkinson_1", lambda g: 1 - stats.gmean(expected(g)) / expected(g).mean(), outcome="expected")

# Matched on the region alone: the mean gap of a group's rows to the rate of the others' in the same region.
r_of = dict(zip(regions, s))
pair("matched_gap", "gap", (own.offered - own.region.map(r_of)).mean())
rate = own.region.map(r_of)
pair("treated_differently", "value", (own.offered * (1 - rate) + (1 - own.offered) * rate).mean())

path = ROOT / "tests/vectors/catalogue.json"
path.write_text(json.dumps(found, indent=0) + "\n", encoding="utf-8")
print(f"{len(found)} numbers of {len({f['metric'] for f in found})} metrics")
