"""Numbers of several classes on `fixtures/tiers/customers.csv`, by other people's code.

Writes `tests/vectors/classes.json`. Distances are those of Holistic AI, accuracy and macro averages of scikit-learn,
Cramér's V and the test of independence of scipy. Needs numpy, pandas, scipy, scikit-learn, and the file
`holisticai/bias/metrics/_multiclass.py` of holisticai 1.0.14 on the path (its package needs more than this script does):

    pip download --no-deps holisticai==1.0.14 && unzip holisticai-1.0.14-py3-none-any.whl 'holisticai/*' -d /tmp/holisticai
    python tests/oracles/classes.py /tmp/holisticai
"""

import importlib.util
import itertools
import json
import sys
import types
from pathlib import Path

import pandas as pd
import sklearn.metrics as sk
from scipy import stats

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = "native"
CLASSES = ["basic", "silver", "gold"]

validation = types.ModuleType("holisticai.utils._validation")
validation._multiclass_checks = lambda p_attr, y_pred, y_true, groups, classes: (
    None if p_attr is None else list(p_attr),
    list(y_pred),
    None if y_true is None else list(y_true),
    groups,
    classes,
)
for name in ("holisticai", "holisticai.utils"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["holisticai.utils._validation"] = validation
path = Path(sys.argv[1]) / "holisticai/bias/metrics/_multiclass.py"
module = importlib.util.spec_from_file_location("multiclass", path)
holistic = importlib.util.module_from_spec(module)
module.loader.exec_module(holistic)

log = pd.read_csv(ROOT / "fixtures/tiers/customers.csv", keep_default_na=False)
names = sorted(log.origin.unique())
found = []


def tell(metric, group, contrast, value):
    found.append({"metric": metric, "group": group, "contrast": contrast, "value": float(value)})


DISTANCES = {
    "class_distance": lambda g, names: holistic.multiclass_statistical_parity(
        g.origin, g.tier, groups=names, classes=CLASSES, aggregation_fun="max"
    ),
    "class_odds_distance": lambda g, names: holistic.multiclass_equality_of_opp(
        g.origin, g.tier, g.earned, groups=names, classes=CLASSES, aggregation_fun="max"
    ),
    "class_balanced_distance": lambda g, names: holistic.multiclass_average_odds(
        g.origin, g.tier, g.earned, groups=names, classes=CLASSES, aggregation_fun="max"
    ),
    "class_recall_distance": lambda g, names: holistic.multiclass_true_rates(
        g.origin, g.tier, g.earned, groups=names, classes=CLASSES, aggregation_fun="max"
    ),
}
for metric, distance in DISTANCES.items():
    for name in names:
        if name != REFERENCE:
            both = [name, REFERENCE]
            tell(metric, name, "gap", distance(log[log.origin.isin(both)], both))
    pairs = {(a, b): distance(log[log.origin.isin([a, b])], [a, b]) for a, b in itertools.combinations(names, 2)}
    (a, b), value = max(pairs.items(), key=lambda pair: pair[1])
    assert abs(value - distance(log, names)) < 1e-12
    tell(metric, f"{a} / {b}", "max_gap", value)

table = pd.crosstab(log.origin, log.tier)
tell("class_cramers_v", "(all)", "value", stats.contingency.association(table.to_numpy(), "cramer"))
# The same with every row a person of its own, where the test is Pearson's.
tell("class_cramers_v", "(all)", "p", stats.chi2_contingency(table.to_numpy(), correction=False).pvalue)

QUALITIES = {
    "class_accuracy": lambda g: sk.accuracy_score(g.earned, g.tier),
    "macro_recall": lambda g: sk.recall_score(g.earned, g.tier, average="macro"),
    "macro_precision": lambda g: sk.precision_score(g.earned, g.tier, average="macro"),
    "macro_f1": lambda g: sk.f1_score(g.earned, g.tier, average="macro"),
}
for metric, quality in QUALITIES.items():
    for name in names:
        tell(metric, name, "value", quality(log[log.origin == name]))
        if name != REFERENCE:
            tell(metric, name, "gap", quality(log[log.origin == name]) - quality(log[log.origin == REFERENCE]))

with open(ROOT / "tests/vectors/classes.json", "w") as file:
    json.dump(found, file, indent=1)
    file.write("\n")
print(len(found), "numbers")
