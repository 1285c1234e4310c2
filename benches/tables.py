"""Markdown of what was measured, and its place in docs/performance.md."""

import pathlib
import re

from measure import spread


def seconds(values: list[float]) -> str:
    return spread(values, 3 if max(values) < 1 else 2)


def table(header: list[str], rows: list[list[str]]) -> list[str]:
    rule = ["---" if index == 0 else "---:" for index in range(len(header))]
    return ["| " + " | ".join(row) + " |" for row in [header, rule, *rows]]


def contenders(case: dict) -> list[str]:
    """One line for each process of a case."""
    lines = []
    for found in case["processes"]:
        shown = [found["name"], seconds(found["seconds"]), f"{max(found['peak_mb']):.0f}"]
        for ratio in (found.get("time_ratio"), found.get("memory_ratio")):
            shown.append("" if ratio is None else spread(ratio))
        if case["show_moved"]:
            shown += [f"{max(found[key]):,.0f}" for key in ("read_mb", "written_mb")]
        lines.append(shown)
    header = ["process", "time, s", "peak memory, MB", "parytet's time ÷ its", "parytet's memory ÷ its"]
    if case["show_moved"]:
        header += ["read, MB", "written, MB"]
    return table(header, lines)


def limit(found: dict) -> str:
    word = "met" if found["met"] else "**missed**"
    return f"{found['text']}: {found['value']:.{found['digits']}f}, {word}"


def part(found: dict) -> str:
    """A part's whole section."""
    lines = []
    for case in found["cases"]:
        lines += [f"**{case['title']}**", "", *contenders(case), ""]
        said = [f"limit: {limit(one)}" for one in case["limits"]]
        said += [f"checked: {one}" for one in case["checks"]]
        said += [f"note: {one}" for one in case["notes"]]
        if said:
            lines += [*(f"- {one}" for one in said), ""]
    machine, versions = found["machine"], found["versions"]
    lines += [
        f"Measured {found['date']}; {found['runs']} runs in alternation after one to warm up; lowest–middle–highest. "
        + ", ".join(f"{name} {version}" for name, version in versions.items())
        + ". "
        + "; ".join(f"{name} {value}" for name, value in machine.items())
        + f". A process that does nothing shows {found['floor_mb']:.0f} MB."
    ]
    return "\n".join(lines)


def place(document: pathlib.Path, name: str, text: str) -> None:
    """Puts a section between its markers."""
    begin, end = f"<!-- bench:begin {name} -->", f"<!-- bench:end {name} -->"
    old = document.read_text()
    new, count = re.subn(
        f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: f"{begin}\n{text}\n{end}", old, flags=re.DOTALL
    )
    if count != 1:
        raise SystemExit(f"{document}: the markers of `{name}` stand there {count} times")
    document.write_text(new)
