#!/usr/bin/env python3
"""Reckons what large logs cost from what was measured, and writes the tables of docs/scale.md.

    benches/run.sh linear --write                                        # the embedded engine
    tests/engines/spark.sh --rows 50000000 --record benches/measured.json  # Spark
    benches/scale.py --write

The embedded engine was measured at three sizes. Its time is taken to be a + b · rows: b from the two largest sizes, a from
the largest. Its memory with people as the unit is m + k · people in the same way; with rows as the unit it is that of the
largest. Spark was measured at one size: c core seconds for a row. A figure that was measured is marked as measured; all
others are arithmetic, and say nothing about disks, networks or machines that were not there.
"""

import argparse
import json
import pathlib
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SIZES = [10**power for power in range(6, 12)]
CORES = (100, 1000)


def clock(seconds: float) -> str:
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s"


def size(count: float) -> str:
    for unit, many in (("TB", 1e12), ("GB", 1e9)):
        if count >= many:
            return f"{count / many:.1f} {unit}"
    return f"{count / 1e6:.0f} MB"


def line(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Intercept and slope through the last two of the points; nothing is reckoned from a slope that is not one."""
    (x1, y1), (x2, y2) = points[-2:]
    slope = (y2 - y1) / (x2 - x1)
    if slope <= 0:
        raise SystemExit(f"{y1:.3g} at {x1:,} and {y2:.3g} at {x2:,}: the sizes are too small to reckon from")
    return y2 - slope * x2, slope


def growth(part: dict, unit: str) -> dict:
    """Rows, seconds and peak memory (bytes) of the three sizes, and the log's bytes for a row."""
    case = next(one for one in part["cases"] if one.get("growth", {}).get("unit") == unit)
    rows = case["growth"]["rows"]
    return {
        "rows": rows,
        "seconds": [statistics.median(process["seconds"]) for process in case["processes"]],
        "memory": [max(process["peak_mb"]) * 1024**2 for process in case["processes"]],
        "bytes": case["growth"]["log_bytes"][-1] / rows[-1],
    }


def reckoned(rows: int, measured: dict, law) -> str:
    """The measured time where there is one, else the law's."""
    if rows in measured["rows"]:
        return f"**{clock(measured['seconds'][measured['rows'].index(rows)])}**"
    return clock(law(rows))


def embedded(part: dict, per_person: int) -> str:
    rows, people = growth(part, "rows"), growth(part, "people")
    start, slope = line(list(zip(rows["rows"], rows["seconds"])))
    start_people, slope_people = line(list(zip(people["rows"], people["seconds"])))
    heads = [count / per_person for count in people["rows"]]
    base, each = line(list(zip(heads, people["memory"])))
    lines = [
        "| rows | people | log | rows as the unit, time | people as the unit, time | memory for people |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    for count in SIZES:
        memory = f"{size(base + each * count / per_person)}"
        if count in people["rows"]:
            memory = f"**{size(people['memory'][people['rows'].index(count)])}**"
        lines.append(
            f"| {count:,} | {count // per_person:,} | {size(rows['bytes'] * count)} "
            f"| {reckoned(count, rows, lambda n: start + slope * n)} "
            f"| {reckoned(count, people, lambda n: start_people + slope_people * n)} | {memory} |"
        )
    machine = "; ".join(f"{name} {value}" for name, value in part["machine"].items())
    return "\n".join(
        [
            *lines,
            "",
            f"**Bold** was measured on {part['date']} ({machine}), from a warm page cache. The rest is arithmetic:",
            f"rows as the unit {start:.2f} s + {1e9 * slope:.1f} ns · rows, with {size(rows['memory'][-1])} of memory;",
            f"people as the unit {start_people:.2f} s + {1e9 * slope_people:.1f} ns · rows; "
            f"memory {size(base)} + {each:.0f} bytes · people.",
        ]
    )


def spark(found: dict) -> str:
    cost = found["seconds"] * found["cores"] / found["rows"]
    lines = [
        "| rows | core hours | " + " | ".join(f"on {cores:,} cores" for cores in CORES) + " |",
        "|---:|---:|" + "---:|" * len(CORES),
    ]
    for count in SIZES[3:]:
        times = " | ".join(clock(cost * count / cores) for cores in CORES)
        lines.append(f"| {count:,} | {cost * count / 3600:,.1f} | {times} |")
    return "\n".join(
        [
            *lines,
            "",
            f"Measured on {found['date']}: {found['rows']:,} rows in {found['seconds']:.1f} s on {found['cores']} executors "
            f"of one core, Spark {found['spark']}; that is {1e6 * cost:.2f} core microseconds for a row, start included.",
            "All figures in the table are arithmetic: core seconds · rows, spread evenly. They leave out skew, stragglers and",
            "a network between machines, of which the measured cluster, on one machine, had none.",
        ]
    )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--measured", type=pathlib.Path, default=ROOT / "benches/measured.json")
    options.add_argument("--write", action="store_true", help="write docs/scale.md")
    given = options.parse_args()
    if not given.measured.exists():
        sys.exit(f"{given.measured} is not there: benches/run.sh linear --write")
    measured = json.loads(given.measured.read_text())
    sys.path.insert(0, str(ROOT / "benches"))
    from logs import ROWS_PER_PERSON
    from tables import place

    texts = {}
    if "linear" in measured:
        texts["embedded"] = embedded(measured["linear"], ROWS_PER_PERSON)
    if "spark" in measured:
        texts["spark"] = spark(measured["spark"])
    if not texts:
        sys.exit(f"{given.measured} holds neither `linear` nor `spark`")
    for name, text in texts.items():
        print(f"## {name}\n\n{text}\n")
        if given.write:
            place(ROOT / "docs/scale.md", name, text)


if __name__ == "__main__":
    main()
