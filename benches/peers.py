"""One peer's work as a process of its own: `python peers.py NAME LOG --output ANSWER.json`.

The databases do the bare counting that an audit needs and nothing else: no estimates, intervals or tests. The toolkits do
the work that they share with parytet: rates of the groups of three attributes. Each imports only what it needs.
"""

import argparse
import json
import pathlib

BAND = "case when age < 25 then '<25' when age < 45 then '25-44' when age < 65 then '45-64' else '65+' end"
COUNTS = "count(*)::bigint n, sum(selected)::bigint s, sum(accepted)::bigint a, sum(selected * accepted)::bigint t"
VALUES = "sum(value) v, sum(value * value) vv"
CELL = f"gender, {BAND} age, origin, segment"
# Second moments over people: what the uncertainty of a rate is made of.
MOMENTS = """count(*)::bigint people, sum(n)::bigint n, sum(s)::bigint s, sum(a)::bigint a, sum(t)::bigint t, sum(v) v,
    sum(n * n)::bigint nn, sum(n * s)::bigint ns, sum(s * s)::bigint ss, sum(n * a)::bigint na, sum(a * a)::bigint aa,
    sum(a * t)::bigint ta, sum(t * t)::bigint tt, sum(v * v) vv, sum(n * v) nv"""

SQL = {
    "duckdb-cells": f"select {CELL}, {COUNTS}, {VALUES} from '{{log}}' group by all",
    "duckdb-people-gender": f"""
        with person as (select customer_id, gender, {COUNTS}, {VALUES} from '{{log}}' group by all)
        select gender, {MOMENTS} from person group by all""",
    "duckdb-people-cells": f"""
        with person as (select customer_id, {CELL}, {COUNTS}, {VALUES} from '{{log}}' group by all)
        select gender, age, origin, segment, {MOMENTS} from person group by all""",
}
TOOLKIT_ATTRIBUTES = ["gender", "age", "origin"]


def duckdb(name: str, log: str, threads: int) -> list[dict]:
    """The rows of a GROUP BY."""
    import duckdb

    duckdb.execute(f"set threads = {threads}")
    answer = duckdb.execute(SQL[name].format(log=log))
    columns = [column[0] for column in answer.description]
    return [dict(zip(columns, row)) for row in answer.fetchall()]


def polars(name: str, log: str) -> list[dict]:
    """A scan without groups: sums of the number columns, and for `polars-7` the lengths of the texts too."""
    import polars as pl

    columns = [pl.col(name).sum() for name in ("age", "selected", "accepted", "value")]
    if name == "polars-7":
        columns += [pl.col(name).str.len_bytes().sum() for name in ("gender", "origin", "segment")]
    return pl.scan_parquet(log).select(columns).collect(engine="streaming").to_dicts()


def frame(log: str):
    """The log as a pandas frame with ages in bands: the columns that the toolkits need, and no others."""
    import pandas as pd

    data = pd.read_parquet(log, columns=[*TOOLKIT_ATTRIBUTES, "selected", "accepted"])
    data["age"] = pd.cut(data["age"], [0, 25, 45, 65, 1000], right=False, labels=["<25", "25-44", "45-64", "65+"])
    return data


def rate(attribute, group, selection, true_positive, false_positive, rows=None) -> dict:
    """One group's answer."""
    return {
        "attribute": attribute,
        "group": str(group),
        "rows": None if rows is None else int(rows),
        "selection_rate": float(selection),
        "true_positive_rate": float(true_positive),
        "false_positive_rate": float(false_positive),
    }


def fairlearn(log: str) -> list[dict]:
    """A MetricFrame for each attribute."""
    from fairlearn.metrics import MetricFrame, count, false_positive_rate, selection_rate, true_positive_rate

    data, rates = frame(log), []
    metrics = {"s": selection_rate, "t": true_positive_rate, "f": false_positive_rate, "n": count}
    for attribute in TOOLKIT_ATTRIBUTES:
        found = MetricFrame(
            metrics=metrics,
            y_true=data["accepted"],
            y_pred=data["selected"],
            sensitive_features=data[attribute].astype(str),
        ).by_group
        rates += [rate(attribute, group, row.s, row.t, row.f, row.n) for group, row in found.iterrows()]
    return rates


def aif360(log: str, every_group: bool) -> list[dict]:
    """A ClassificationMetric for each pair of a group and its attribute's first group.

    It compares two groups at a time, so every group takes as many metrics as there are groups but one. With `every_group`
    false only one pair of each attribute is made: the least that can be asked of it.
    """
    import logging

    logging.disable(logging.WARNING)
    from aif360.datasets import BinaryLabelDataset
    from aif360.metrics import ClassificationMetric

    data, rates = frame(log), []
    for attribute in TOOLKIT_ATTRIBUTES:
        groups = data[attribute].astype("category")
        table = data[["accepted"]].assign(**{attribute: groups.cat.codes.astype(float)}).astype(float)
        truth = BinaryLabelDataset(df=table, label_names=["accepted"], protected_attribute_names=[attribute])
        chosen = truth.copy()
        chosen.labels = data["selected"].to_numpy(dtype=float).reshape(-1, 1)
        names = list(groups.cat.categories)
        for code in range(1, len(names) if every_group else 2):
            pair = ClassificationMetric(
                truth, chosen, unprivileged_groups=[{attribute: float(code)}], privileged_groups=[{attribute: 0.0}]
            )
            for privileged in (True, False) if code == 1 else (False,):
                rates.append(
                    rate(
                        attribute,
                        names[0 if privileged else code],
                        pair.selection_rate(privileged=privileged),
                        pair.true_positive_rate(privileged=privileged),
                        pair.false_positive_rate(privileged=privileged),
                        pair.num_instances(privileged=privileged),
                    )
                )
    return rates


def aequitas(log: str) -> list[dict]:
    """Crosstabs of all attributes, and disparities against the largest group."""
    from aequitas.bias import Bias
    from aequitas.group import Group

    data = frame(log).rename(columns={"selected": "score", "accepted": "label_value"})
    for attribute in TOOLKIT_ATTRIBUTES:
        data[attribute] = data[attribute].astype(str)
    crosstabs, _ = Group().get_crosstabs(data, attr_cols=TOOLKIT_ATTRIBUTES)
    disparities = Bias().get_disparity_major_group(crosstabs, original_df=data)
    return [
        rate(row.attribute_name, row.attribute_value, row.pprev, row.tpr, row.fpr, row.group_size)
        for row in disparities.itertuples()
    ]


def answer(name: str, log: str, threads: int) -> list[dict]:
    """What a peer says."""
    if name in SQL:
        return duckdb(name, log, threads)
    if name in ("polars-4", "polars-7"):
        return polars(name, log)
    return {
        "fairlearn": lambda: fairlearn(log),
        "aif360": lambda: aif360(log, every_group=True),
        "aif360-pairs": lambda: aif360(log, every_group=False),
        "aequitas": lambda: aequitas(log),
    }[name]()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("name")
    options.add_argument("log")
    options.add_argument("--output", type=pathlib.Path, required=True)
    options.add_argument("--threads", type=int, default=2)
    given = options.parse_args()
    given.output.write_text(json.dumps(answer(given.name, given.log, given.threads)))
