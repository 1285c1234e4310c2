#!/usr/bin/env python3
"""Times `parytet audit` against DuckDB's bare GROUP BY of the same log, in alternation, as whole processes.

    cargo build --release
    python3 -m venv target/bench-venv && target/bench-venv/bin/pip install duckdb
    target/bench-venv/bin/python benches/run.py --rows 10000000 --runs 5

The log is made by DuckDB from hashes of the row number, so that everybody makes the same one. Figures are wall seconds
and peak resident memory of each process; the ratio is taken pair by pair, because machines are noisy.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import time

import duckdb

ATTRIBUTES = ["--protected", "gender", "--protected", "age:25,45,65", "--protected", "origin", "--protected", "segment"]
COMMON = ["--selected", "selected=1", "--actual", "accepted=1", "--favourable", "--quiet", "--as-of", "2026-01-01"]
BAND = "case when age < 25 then 0 when age < 45 then 1 when age < 65 then 2 else 3 end"
MEASURES = "sum(selected) s, sum(accepted) a, sum(selected * accepted) t"
FLAT = f"select gender, {BAND} band, origin, segment, count(*) n, {MEASURES} from {{log}} group by all"
PEOPLE = f"""
    with person as (select customer_id, gender, count(*) n, {MEASURES} from {{log}} group by all)
    select gender, count(*), sum(n), sum(s), sum(a), sum(t), sum(n*n), sum(n*s), sum(s*s), sum(n*a), sum(a*a), sum(a*t), sum(t*t)
    from person group by all"""


def make(rows: int, folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """Makes the log once, as Parquet and as its CSV twin."""
    folder.mkdir(parents=True, exist_ok=True)
    parquet, csv = folder / f"log{rows}.parquet", folder / f"log{rows}.csv"
    if not parquet.exists():
        duckdb.execute(f"""
            copy (
              with r as (select i, (hash(i * 7 + 1) % {max(rows // 10, 1)})::bigint as u from range({rows}) t(i))
              select u as customer_id,
                case when hash(u * 3 + 1) % 100 < 48 then 'female' when hash(u * 3 + 1) % 100 < 97 then 'male' else 'other' end as gender,
                (18 + hash(u * 5 + 2) % 65)::int as age,
                'origin' || (hash(u * 11 + 3) % 8)::varchar as origin,
                'segment' || (hash(i * 13 + 5) % 20)::varchar as segment,
                (hash(i * 17 + 7) % 1000 < 300)::int as selected,
                (hash(i * 19 + 9) % 1000 < 250)::int as accepted,
                round((hash(i * 23 + 11) % 10000) / 100.0, 2) as value
              from r) to '{parquet}' (format parquet, compression zstd)""")
    if not csv.exists():
        duckdb.execute(f"copy (select * from '{parquet}') to '{csv}' (header)")
    return {"parquet": parquet, "csv": csv}


def run(command: list[str]) -> tuple[float, float]:
    """Wall seconds and peak memory in MB of a process."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"failed: {' '.join(command)}")
    return wall, usage.ru_maxrss / 1024


def duck(query: str) -> list[str]:
    code = f"import duckdb; duckdb.execute('set threads=2'); duckdb.execute({query!r}).fetchall()"
    return [sys.executable, "-c", code]


def show(values: list[float]) -> str:
    return f"{min(values):.2f} / {statistics.median(values):.2f} / {max(values):.2f}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=10_000_000)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--folder", type=pathlib.Path, default=pathlib.Path("target/bench"))
    options.add_argument("--binary", default="target/release/parytet")
    given = options.parse_args()
    logs = make(given.rows, given.folder)
    cases = {
        "rows as the unit, Parquet": ("parquet", [], FLAT),
        "people as the unit, Parquet": ("parquet", ["--subject", "customer_id"], PEOPLE),
        "rows as the unit, CSV": ("csv", [], FLAT),
        "people as the unit, CSV": ("csv", ["--subject", "customer_id"], PEOPLE),
    }
    print(f"{given.rows:,} rows, {given.runs} runs, DuckDB {duckdb.__version__}, min / median / max\n")
    print("| work | parytet, s | DuckDB, s | ratio | parytet, MB | DuckDB, MB |")
    print("|---|---|---|---|---|---|")
    for name, (kind, flags, query) in cases.items():
        log = str(logs[kind])
        ours = [given.binary, "audit", log, *ATTRIBUTES, *COMMON, *flags]
        theirs = duck(query.format(log=f"'{log}'"))
        run(ours), run(theirs)
        pairs = [(run(ours), run(theirs)) for _ in range(given.runs)]
        mine, other = [p[0] for p in pairs], [p[1] for p in pairs]
        ratio = [m[0] / o[0] for m, o in pairs]
        print(
            f"| {name} | {show([m[0] for m in mine])} | {show([o[0] for o in other])} | {show(ratio)} "
            f"| {max(m[1] for m in mine):.0f} | {max(o[1] for o in other):.0f} |"
        )


if __name__ == "__main__":
    main()
