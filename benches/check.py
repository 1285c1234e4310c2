"""Do parytet and its peers give the same numbers where they overlap?

Counts must be equal, sums of values to 1e-12, rates and standard errors to 1e-9. A process of its own, because results
take memory: `python check.py RESULT PEER CHECK [ARGUMENT]` says what was found equal, or ends with 1 and says what is not.
"""

import collections
import json
import math
import pathlib
import sys

ATTRIBUTES = ("gender", "age", "origin", "segment")


class Differ(Exception):
    """The answers are not equal."""


def estimates(result: pathlib.Path) -> dict[tuple[str, str, str], dict]:
    """Values of parytet's result, by attribute, group and metric."""
    found = json.loads(result.read_text())["estimates"]
    return {(e["attribute"], e["group"], e["metric"]): e for e in found if e["contrast"] == "value"}


def same(what: str, ours: float | None, theirs: float | None, tolerance: float) -> None:
    """Equal, or within a relative tolerance; with a tolerance of 0 exactly equal."""
    if ours is None or theirs is None:
        equal = ours is None and (theirs is None or math.isnan(theirs))
    else:
        equal = math.isclose(ours, theirs, rel_tol=tolerance)
    if not equal:
        raise Differ(f"the answers differ: {what}: parytet {ours!r}, peer {theirs!r}")


def rolled_up(cells: list[dict], attributes: tuple[str, ...]) -> dict[tuple[str, str], dict[str, float]]:
    """Sums of a peer's cells by attribute and group."""
    parts: dict[tuple[str, str], dict[str, list]] = collections.defaultdict(lambda: collections.defaultdict(list))
    for cell in cells:
        for attribute in attributes:
            for measure, value in cell.items():
                if not isinstance(value, str):
                    parts[attribute, cell[attribute]][measure].append(value)
    return {
        group: {name: math.fsum(v) if isinstance(v[0], float) else sum(v) for name, v in sums.items()}
        for group, sums in parts.items()
    }


def groups_agree(ours: dict, theirs: dict, attributes: tuple[str, ...], times: int = 1) -> int:
    """Counts and sums of every group; `times` is how often parytet read the log that the peer read once."""
    known = {(attribute, group) for attribute, group, _ in ours if attribute in attributes}
    if known != set(theirs):
        raise Differ(f"the groups differ: {sorted(known ^ set(theirs))}")
    for (attribute, group), sums in theirs.items():
        # Counts as a numerator and a denominator of a rate; exact.
        for metric, above, below in (
            ("selection_rate", "s", "n"),
            ("true_positive_rate", "t", "a"),
            ("positive_predictive_value", "t", "s"),
        ):
            estimate = ours[attribute, group, metric]
            same(f"{attribute} {group} {metric}, numerator", estimate["numerator"], times * sums[above], 0)
            same(f"{attribute} {group} {metric}, denominator", estimate["denominator"], times * sums[below], 0)
        mean = ours[attribute, group, "mean_value"]
        same(f"{attribute} {group}, sum of values", mean["numerator"], times * sums["v"], 1e-12)
    return len(theirs)


def rows(result: pathlib.Path, peer: pathlib.Path, times: int = 1) -> str:
    """parytet with rows as the unit against `duckdb-cells`."""
    cells = rolled_up(json.loads(peer.read_text()), ATTRIBUTES)
    count = groups_agree(estimates(result), cells, ATTRIBUTES, times)
    return f"counts and sums of {count} groups are equal"


def people(result: pathlib.Path, peer: pathlib.Path, attributes: tuple[str, ...]) -> str:
    """parytet with people as the unit against a two-level GROUP BY; the standard errors are made of second moments."""
    ours = {key: e for key, e in estimates(result).items() if key[0] in attributes}
    theirs = rolled_up(json.loads(peer.read_text()), attributes)
    groups_agree(ours, theirs, attributes)
    for (attribute, group), m in theirs.items():
        estimate = ours[attribute, group, "selection_rate"]
        same(f"{attribute} {group}, people", estimate["subjects"], m["people"], 0)
        rate = m["s"] / m["n"]
        squares = m["ss"] - 2 * rate * m["ns"] + rate * rate * m["nn"]
        error = math.sqrt(m["people"] / (m["people"] - 1) * squares) / m["n"]
        same(f"{attribute} {group}, standard error of selection_rate", estimate["standard_error"], error, 1e-9)
    return f"counts, sums, people and standard errors of {len(theirs)} groups are equal"


def rates(result: pathlib.Path, peer: pathlib.Path) -> str:
    """parytet against a toolkit's rates."""
    ours, theirs = estimates(result), json.loads(peer.read_text())
    for row in theirs:
        for metric in ("selection_rate", "true_positive_rate", "false_positive_rate"):
            estimate = ours[row["attribute"], row["group"], metric]
            same(f"{row['attribute']} {row['group']} {metric}", estimate["estimate"], row[metric], 1e-9)
        if row["rows"] is not None:
            rows = ours[row["attribute"], row["group"], "selection_rate"]["denominator"]
            same(f"{row['attribute']} {row['group']}, rows", rows, row["rows"], 0)
    if not theirs:
        raise Differ("the peer gave no rates")
    return f"rates of {len(theirs)} groups are equal to 1e-9"


CHECKS = {
    "rows": lambda result, peer, times="1": rows(result, peer, int(times)),
    "people": lambda result, peer, attributes=",".join(ATTRIBUTES): people(result, peer, tuple(attributes.split(","))),
    "rates": rates,
}


if __name__ == "__main__":
    ours, theirs, name, *more = sys.argv[1:]
    try:
        print(CHECKS[name](pathlib.Path(ours), pathlib.Path(theirs), *more))
    except Differ as fault:
        sys.exit(str(fault))
