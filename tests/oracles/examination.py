"""Values of rates that are corrected for position, and of doubly robust ones (tests/list_sides.rs).

pip install numpy pandas scikit-learn
pip install --no-deps obp==0.4.1   (its estimators need no torch, only its import does: a stand-in is put in its place)
python tests/oracles/examination.py [open_bandit_small.csv.gz]
"""

import importlib
import importlib.util
import sys
import types

import numpy as np
import pandas as pd

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


LOOKED = [1000, 600, 400, 300]
dice, rows = Dice(5), []
for person in range(600):
    female = dice.below(2) == 0
    for request in range(1 + dice.below(4)):
        start = dice.below(12)
        items = sorted((start + i) % 12 for i in range(4))
        as_usual = dice.below(10) < 9
        if female != as_usual:
            items.reverse()
        for rank, item in enumerate(items):
            taken = dice.below(1_000_000) < (100 + 60 * item) * LOOKED[rank]
            rows.append((person, "f" if female else "m", rank + 1, item, int(taken)))
log = pd.DataFrame(rows, columns=["person", "gender", "rank", "item", "taken"])


def chain(log, ranks):
    """Agarwal et al. 2019, AdjacentChain, with the Mantel-Haenszel ratio over items as strata."""
    chances = [1.0]
    table = log.groupby(["item", "rank"]).taken.agg(["sum", "size"]).unstack(fill_value=0)
    for rank in range(1, ranks):
        above, below = table["size"][rank], table["size"][rank + 1]
        both = above + below
        ratio = (table["sum"][rank + 1] * above / both).sum() / (table["sum"][rank] * below / both).sum()
        chances.append(float(chances[-1] * ratio))
    return chances


print("raw", log.groupby("gender").taken.mean().to_dict())
known = log.taken / log["rank"].map(dict(enumerate([1.0, 0.6, 0.4, 0.3], 1)))
print("debiased by known chances", known.groupby(log.gender).mean().to_dict())

chances = chain(log, 4)
print("chances", [f"{chance:.3f}" for chance in chances], chances)
estimated = log.taken / log["rank"].map(dict(enumerate(chances, 1)))
print("debiased by these", estimated.groupby(log.gender).mean().to_dict())
if len(sys.argv) > 1:
    bandit = pd.read_csv(sys.argv[1]).rename(columns={"item_id": "item", "position": "rank", "click": "taken"})
    chances = chain(bandit, 3)
    debiased = bandit.taken / bandit["rank"].map(dict(enumerate(chances, 1)))
    print("open bandit: chances", chances)
    print("raw", bandit.groupby("behavior_policy").taken.mean().to_dict())
    print("debiased", debiased.groupby(bandit.behavior_policy).mean().to_dict())


class Torch(types.ModuleType):
    def __getattr__(self, name):
        return type(name, (), {})


try:
    sys.modules.setdefault("torch", Torch("torch"))
    root = importlib.util.find_spec("obp").submodule_search_locations[0]
    for name, folder in (("obp", ""), ("obp.ope", "/ope")):
        package = types.ModuleType(name)
        package.__path__ = [root + folder]
        sys.modules[name] = package
    obp = importlib.import_module("obp.ope.estimators")
except (ImportError, AttributeError) as error:
    sys.exit(f"not here: {error}")

reward = np.array([1, 0, 0, 1, 0, 1.0])
propensity = np.array([0.5, 0.25, 0.125, 0.25, 0.5, 0.1])
action = np.array([0, 1, 2, 3, 0, 1])
shown = np.array([0.25, 0.5, 0.1, 0.25, 0.7, 0.2])
n, i = len(action), np.arange(len(action))
policy = np.repeat(((1 - shown) / 3)[:, None], 4, axis=1)
policy[i, action] = shown
q = np.array(
    [
        [0.5, 0.2, 0.1, 0.3],
        [0.4, 0.3, 0.2, 0.1],
        [0.6, 0.1, 0.2, 0.2],
        [0.3, 0.3, 0.3, 0.5],
        [0.2, 0.4, 0.1, 0.1],
        [0.7, 0.6, 0.2, 0.3],
    ]
)
common = dict(reward=reward, action=action, pscore=propensity, action_dist=policy[:, :, None], position=np.zeros(n, int))
model = q[:, :, None]
print("policy", shown, "expected", q[i, action], "policy_expected", (policy * q).sum(1))
print("IPS", obp.InverseProbabilityWeighting().estimate_policy_value(**common))
print("SNIPS", obp.SelfNormalizedInverseProbabilityWeighting().estimate_policy_value(**common))
direct = obp.DirectMethod()
print(
    "direct",
    direct.estimate_policy_value(
        action_dist=common["action_dist"], position=common["position"], estimated_rewards_by_reg_model=model
    ),
)
print("doubly robust", obp.DoublyRobust().estimate_policy_value(**common, estimated_rewards_by_reg_model=model))
