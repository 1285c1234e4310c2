"""Measures parytet against its peers, checks that their answers are equal, and writes docs/performance.md.

Call it through run.sh, which installs the peers. Every process is measured whole: start, reading, answer, end. They run in
alternation and on the same processors, and ratios are taken turn by turn, because machines are noisy.

  flat      rows as the unit: DuckDB's bare GROUP BY, polars' bare scan, and memory at three sizes
  people    people as the unit: DuckDB's GROUP BY person, then cell
  csv       delimited text, plain and gzipped: DuckDB's own reader
  linear    1 %, 10 % and 100 % of the rows, and what an added intersection costs
  toolkits  Fairlearn, AIF360 and Aequitas on the work that they share with parytet
  small     a log of 7,000 rows, and --help
"""

import argparse
import datetime
import importlib.metadata
import json
import pathlib
import shutil
import statistics
import subprocess
import sys

import tables
from measure import Contender, Failed, alternate, fingerprint, floor_mb, machine, pin, python, ratios, run

ROOT = pathlib.Path(__file__).resolve().parent.parent
ATTRIBUTES = ("gender", "age:25,45,65", "origin", "segment")
# Rows and runs of each part, unless given.
SIZES = {
    "flat": (50_000_000, 7),
    "people": (50_000_000, 5),
    "csv": (10_000_000, 5),
    "linear": (100_000_000, 3),
    "toolkits": (5_000_000, 3),
    "small": (7_000, 20),
}


class Bench:
    """Where things are, and what is asked for."""

    def __init__(self, given: argparse.Namespace):
        self.folder: pathlib.Path = given.folder
        self.binary: str = str(given.binary)
        self.seed: int = given.seed
        self.cpus: int = given.cpus
        self.logs = self.folder / "logs"
        self.answers = self.folder / "answers"
        self.logs.mkdir(parents=True, exist_ok=True)
        self.answers.mkdir(exist_ok=True)
        self.help = subprocess.run([self.binary, "audit", "--help"], capture_output=True, text=True).stdout

    def log(self, rows: int, suffix: str = ".parquet") -> pathlib.Path:
        """The log of so many rows, made if it is not there."""
        file = self.logs / f"log-{self.seed}-{rows}{suffix}"
        if not file.exists():
            print(f"making {file}", file=sys.stderr)
            run(python("logs.py", str(file), "--rows", str(rows), "--seed", str(self.seed)))
        return file

    def parytet(self, name: str, logs: list[pathlib.Path], *flags: str, attributes=ATTRIBUTES) -> Contender:
        """An audit of logs; `name` starts with `parytet`."""
        answer = self.answers / f"{name.replace(' ', '-').replace(',', '')}.json"
        command = [self.binary, "audit", *map(str, logs)]
        for attribute in attributes:
            command += ["--protected", attribute]
        command += ["--selected", "selected=1", "--actual", "accepted=1", "--value", "value", "--favourable", "--quiet"]
        # One title for all logs, so that results of the same rows can have the same bytes.
        command += ["--title", "benchmark", "--as-of", "2026-01-01", "--output", str(answer), *flags]
        return Contender(name, command, answer)

    def peer(self, name: str, task: str, log: pathlib.Path, slow: bool = False) -> Contender:
        """A peer's process."""
        answer = self.answers / f"{task}.json"
        given = [task, str(log), "--output", str(answer), "--threads", str(self.cpus)]
        return Contender(name, python("peers.py", *given), answer, slow)


def bare(*modules: str) -> list[Contender]:
    """Python without work, so that nobody takes a peer's figure for Python's."""
    starts = [Contender("Python, nothing done", [sys.executable, "-c", "pass"])]
    return starts + [
        Contender(f"Python, `import {module}`", [sys.executable, "-c", f"import {module}"]) for module in modules
    ]


def case(title: str, contenders: list[Contender], runs: int, show_moved: bool = False) -> dict:
    """Runs a case; `parytet` is what the others are compared with."""
    print(f"measuring: {title}", file=sys.stderr)
    found = alternate(contenders, runs)
    processes = []
    for contender in contenders:
        measured = found[contender.name]
        line = {
            "name": contender.name,
            "seconds": [one.seconds for one in measured],
            "peak_mb": [one.peak_mb for one in measured],
            "read_mb": [one.read_mb for one in measured],
            "written_mb": [one.written_mb for one in measured],
        }
        ours = found.get("parytet")
        # A ratio to a bare start of Python says nothing.
        if ours is not None and not contender.name.startswith(("parytet", "Python")):
            line["time_ratio"] = ratios([one.seconds for one in ours], line["seconds"])
            line["memory_ratio"] = ratios([one.peak_mb for one in ours], line["peak_mb"])
        processes.append(line)
    return {"title": title, "processes": processes, "limits": [], "checks": [], "notes": [], "show_moved": show_moved}


def process(found: dict, name: str) -> dict:
    return next(one for one in found["processes"] if one["name"] == name)


def at_most(found: dict, text: str, value: float, most: float, digits: int = 2) -> None:
    """Notes a limit and whether it was met."""
    found["limits"].append({"text": text, "value": value, "met": value <= most, "digits": digits})


def ratio_at_most(found: dict, key: str, name: str, most: float) -> None:
    what = "time" if key == "time_ratio" else "memory"
    value = statistics.median(process(found, name)[key])
    at_most(found, f"{what} at most {most} × that of {name} (middle ratio)", value, most)


def peak_at_most(found: dict, name: str, most: float) -> None:
    at_most(found, f"peak memory of {name} at most {most:.0f} MB (highest)", max(process(found, name)["peak_mb"]), most, 0)


def checked(ours: Contender, peer: Contender, check: str, *arguments: str) -> str:
    """Compares two answers; says what was equal."""
    command = python("check.py", str(ours.answer), str(peer.answer), check, *arguments)
    found = subprocess.run(command, capture_output=True, text=True)
    if found.returncode != 0:
        raise Failed(f"{peer.name}: {found.stderr.strip()}")
    return f"{peer.name}: {found.stdout.strip()}"


def flat(bench: Bench, rows: int, runs: int) -> list[dict]:
    log = bench.log(rows)
    ours, cells = bench.parytet("parytet", [log]), bench.peer("DuckDB, GROUP BY", "duckdb-cells", log)
    scan = bench.peer("polars, scan of the seven columns", "polars-7", log)
    numbers = bench.peer("polars, scan of the four number columns", "polars-4", log)
    speed = case(f"{rows:,} rows, Parquet", [ours, cells, scan, numbers, *bare("duckdb", "polars")], runs)
    ratio_at_most(speed, "time_ratio", cells.name, 0.5)
    ratio_at_most(speed, "time_ratio", scan.name, 1.5)
    speed["checks"].append(checked(ours, cells, "rows"))
    # Copies: a file that is named twice is read once.
    copies = [bench.logs / f"copy{number}-{log.name}" for number in (1, 2)]
    try:
        for copy in copies:
            shutil.copyfile(log, copy)
        sizes = {
            f"parytet, {rows // 10:,} rows": [bench.log(rows // 10)],
            f"parytet, {rows:,} rows": [log],
            f"parytet, {3 * rows:,} rows in three files": [log, *copies],
        }
        contenders = [bench.parytet(name, files) for name, files in sizes.items()]
        memory = case("memory and rows", contenders, max(runs // 2, 1))
        memory["checks"].append("three times the log: " + checked(contenders[2], cells, "rows", "3") + " times three")
    finally:
        for copy in copies:
            copy.unlink(missing_ok=True)
    for contender in contenders:
        peak_at_most(memory, contender.name, 300)
    return [speed, memory]


def people(bench: Bench, rows: int, runs: int) -> list[dict]:
    log = bench.log(rows)
    subject = ("--subject", "customer_id")
    ours = bench.parytet("parytet", [log], *subject)
    one = bench.parytet("parytet, gender alone", [log], *subject, attributes=("gender",))
    gender = bench.peer("DuckDB, person × gender", "duckdb-people-gender", log)
    cells = bench.peer("DuckDB, person × all four attributes", "duckdb-people-cells", log)
    contenders = [ours, one, gender, cells, *bare("duckdb")]
    limited = None
    if "--memory-limit" in bench.help:
        limited = bench.parytet("parytet, --memory-limit 200MB", [log], *subject, "--memory-limit", "200MB")
        contenders.insert(1, limited)
    found = case(f"{rows:,} rows of {rows // 10:,} people, Parquet", contenders, runs, show_moved=True)
    for peer in (gender, cells):
        ratio_at_most(found, "time_ratio", peer.name, 0.5)
        ratio_at_most(found, "memory_ratio", peer.name, 0.5)
    found["checks"] += [checked(ours, gender, "people", "gender"), checked(ours, cells, "people")]
    if limited is None:
        found["notes"].append("this build has no --memory-limit; not measured")
    elif fingerprint(ours.answer) == fingerprint(limited.answer):
        found["checks"].append("the result has the same bytes with and without a memory limit")
    else:
        raise Failed(f"a memory limit changed the result: {ours.answer} and {limited.answer}")
    return [found]


def csv(bench: Bench, rows: int, runs: int) -> list[dict]:
    found = []
    for suffix, title in ((".csv", "CSV"), (".csv.gz", "CSV, gzipped")):
        log = bench.log(rows, suffix)
        ours, cells = bench.parytet("parytet", [log]), bench.peer("DuckDB, GROUP BY", "duckdb-cells", log)
        one = case(f"{rows:,} rows, {title}, {log.stat().st_size / 1e6:,.0f} MB", [ours, cells, *bare("duckdb")], runs)
        ratio_at_most(one, "time_ratio", cells.name, 1.0)
        one["checks"].append(checked(ours, cells, "rows"))
        found.append(one)
    return found


def linear(bench: Bench, rows: int, runs: int) -> list[dict]:
    sizes = [rows // 100, rows // 10, rows]
    logs = [bench.log(size) for size in sizes]
    found = []
    for unit, flags in (("rows", ()), ("people", ("--subject", "customer_id"))):
        contenders = [
            bench.parytet(f"parytet, {size:,} rows", [log], *flags) for size, log in zip(sizes, logs)
        ]
        one = case(f"growth, {unit} as the unit", contenders, runs)
        took = [statistics.median(process(one, contender.name)["seconds"]) for contender in contenders]
        # What an added row costs: the start, which is the same for all, would hide growth.
        added = [(took[i + 1] - took[i]) / (sizes[i + 1] - sizes[i]) for i in (0, 1)]
        if added[0] > 0:
            text = f"an added row beyond {sizes[1]:,} costs at most 1.1 × one below"
            at_most(one, text, added[1] / added[0], 1.1, 3)
        else:
            one["notes"].append(f"the first {sizes[1]:,} rows are too few to tell what an added row costs")
        shown = ", ".join(f"{size:,} rows {1e9 * seconds / size:.1f} ns" for size, seconds in zip(sizes, took))
        one["notes"].append(f"time per row, start included: {shown}")
        # What scale.py reckons with.
        one["growth"] = {"unit": unit, "rows": sizes, "log_bytes": [log.stat().st_size for log in logs]}
        found.append(one)
    contenders = [
        bench.parytet(name, [logs[1]], *flags, "--subject", "customer_id")
        for name, flags in (
            ("parytet", ()),
            ("parytet, gender × age", ("--intersection", "gender,age")),
            (
                "parytet, three intersections",
                ("--intersection", "gender,age", "--intersection", "gender,origin", "--intersection", "age,origin"),
            ),
        )
    ]
    added = case(f"added intersections, {sizes[1]:,} rows, people as the unit", contenders, runs, show_moved=True)
    read = [statistics.median(process(added, contender.name)["read_mb"]) for contender in contenders]
    if read[0] * 1024**2 < logs[1].stat().st_size / 10:
        added["notes"].append("the log was mapped and not read, so the bytes read do not tell how often it was")
    else:
        # No added pass: the log is read once, however many groupings there are.
        at_most(added, "bytes read with three intersections at most 1.1 × those without", read[2] / read[0], 1.1)
    return [*found, added]


def toolkits(bench: Bench, rows: int, runs: int) -> list[dict]:
    log = bench.log(rows)
    ours = bench.parytet("parytet", [log], attributes=ATTRIBUTES[:3])
    limits = [
        (bench.peer("Fairlearn", "fairlearn", log, slow=True), 100),
        (bench.peer("AIF360, every group", "aif360", log), 20),
        (bench.peer("AIF360, two groups of each attribute", "aif360-pairs", log), 20),
        (bench.peer("Aequitas", "aequitas", log), 10),
    ]
    peers = [peer for peer, _ in limits]
    title = f"{rows:,} rows, Parquet, three attributes: selection, true and false positive rate of every group"
    found = case(title, [ours, *peers, *bare("pandas")], runs)
    for peer, times in limits:
        faster = statistics.median(1 / ratio for ratio in process(found, peer.name)["time_ratio"])
        met = faster >= times
        text = f"at least {times} × as fast as {peer.name} (middle ratio)"
        found["limits"].append({"text": text, "value": faster, "met": met, "digits": 0})
        found["checks"].append(checked(ours, peer, "rates"))
    return [found]


def small(bench: Bench, rows: int, runs: int) -> list[dict]:
    log = bench.log(rows, ".csv")
    subject = ("--subject", "customer_id")
    two = bench.parytet("parytet audit, two attributes", [log], *subject, attributes=ATTRIBUTES[:2])
    four = bench.parytet("parytet audit, four attributes", [log], *subject)
    usage = Contender("parytet --help", [bench.binary, "--help"])
    found = case(f"{rows:,} rows, CSV, people as the unit", [two, four, usage, *bare()], runs)
    # What is left when there are hardly any rows: reading is nothing, and estimates, intervals and tests are all.
    for contender, most in ((two, 0.05), (four, 0.05), (usage, 0.01)):
        value = statistics.median(process(found, contender.name)["seconds"])
        at_most(found, f"{contender.name} at most {most * 1000:.0f} ms (middle), in s", value, most, 4)
    return [found]


PARTS = {"flat": flat, "people": people, "csv": csv, "linear": linear, "toolkits": toolkits, "small": small}


def versions(binary: str) -> dict[str, str]:
    said = subprocess.run([binary, "--version"], capture_output=True, text=True).stdout.split()
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True
    ).stdout.strip()
    found = {"parytet": f"{said[-1] if said else '?'} ({commit or 'no commit'})", "Python": sys.version.split()[0]}
    for package in ("duckdb", "polars", "fairlearn", "aif360", "aequitas", "pandas"):
        found[package] = importlib.metadata.version(package)
    return found


def arguments() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all unless named")
    options.add_argument("--rows", type=int, help="rows of the (largest) log; each part has its own default")
    options.add_argument("--runs", type=int, help="runs that count; each part has its own default")
    options.add_argument("--cpus", type=int, default=2, help="processors for everybody (2)")
    options.add_argument("--seed", type=int, default=1, help="seed of the logs (1)")
    options.add_argument("--binary", type=pathlib.Path, default=ROOT / "target/release/parytet")
    options.add_argument("--folder", type=pathlib.Path, default=ROOT / "target/bench", help="logs, answers, venv")
    options.add_argument("--write", action="store_true", help="write docs/performance.md and benches/measured.json")
    options.add_argument("--strict", action="store_true", help="end with 1 when a limit is missed")
    given = options.parse_args()
    given.parts = given.parts or list(PARTS)
    for name in given.parts:
        if name not in PARTS:
            options.error(f"no part `{name}`; there are {', '.join(PARTS)}")
    if not given.binary.exists():
        options.error(f"{given.binary} is not there: cargo build --release, or name it with --binary")
    if given.rows is not None and given.rows < 1000:
        options.error("--rows must be at least 1000")
    if given.runs is not None and given.runs < 1:
        options.error("--runs must be at least 1")
    given.binary, given.folder = given.binary.resolve(), given.folder.resolve()
    return given


def main() -> int:
    given = arguments()
    pin(given.cpus)
    bench, missed = Bench(given), 0
    store = ROOT / "benches/measured.json" if given.write else given.folder / "measured.json"
    for name in given.parts:
        rows, runs = SIZES[name]
        rows, runs = given.rows or rows, given.runs or runs
        found = {
            "rows": rows,
            "runs": runs,
            "date": datetime.date.today().isoformat(),
            "machine": machine(given.folder),
            "versions": versions(bench.binary),
            "floor_mb": floor_mb(),
            "cases": PARTS[name](bench, rows, runs),
        }
        text = tables.part(found)
        print(f"\n## {name}\n\n{text}", flush=True)
        missed += sum(not limit["met"] for one in found["cases"] for limit in one["limits"])
        # After every part, so that a later failure loses nothing.
        measured = json.loads(store.read_text()) if store.exists() else {}
        store.write_text(json.dumps({**measured, name: found}, indent=1, ensure_ascii=False, allow_nan=False) + "\n")
        if given.write:
            tables.place(ROOT / "docs/performance.md", name, text)
    print(f"\n{missed} limits missed" if missed else "\nall limits met")
    return 1 if missed and given.strict else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failed as fault:
        sys.exit(f"FAILED: {fault}")
