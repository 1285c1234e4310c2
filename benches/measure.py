"""Runs whole processes and says how long they took and how much memory they had at their peak.

Only the standard library is imported here and in `run.py`, and what needs memory is done in processes of its own: a
process starts as a copy of the one that starts it, and the kernel keeps the copy's peak. `floor_mb` says how much that
is; no process can be measured below it.
"""

import dataclasses
import hashlib
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


@dataclasses.dataclass
class Run:
    """One process. `read_mb` and `written_mb` are what went through its read and write calls, cached or not."""

    seconds: float
    peak_mb: float
    read_mb: float
    written_mb: float


@dataclasses.dataclass
class Contender:
    """A process to be measured. The one whose name is `parytet` is what the others are compared with."""

    name: str
    command: list[str]
    # Where it leaves its answer.
    answer: pathlib.Path | None = None
    # Takes minutes, so it is not run once more to warm up.
    slow: bool = False


class Failed(Exception):
    """A process did not end with 0, or an answer is wrong."""


def run(command: list[str]) -> Run:
    """Runs a process to its end."""
    executable = shutil.which(command[0]) or command[0]
    with tempfile.TemporaryFile() as errors:
        actions = [
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, errors.fileno(), 2),
        ]
        began = time.perf_counter()
        process = os.posix_spawn(executable, command, os.environ, file_actions=actions)
        os.waitid(os.P_PID, process, os.WEXITED | os.WNOWAIT)
        seconds = time.perf_counter() - began
        # It has ended and was not yet taken away, so its account can still be read.
        moved = dict(line.split(": ") for line in pathlib.Path(f"/proc/{process}/io").read_text().splitlines())
        _, status, usage = os.wait4(process, 0)
        if os.waitstatus_to_exitcode(status) != 0:
            errors.seek(0)
            said = errors.read().decode(errors="replace").strip().splitlines()
            raise Failed("\n".join([f"failed: {' '.join(command)}", *said[-8:]]))
    mega = 1024 * 1024
    return Run(seconds, usage.ru_maxrss / 1024, int(moved["rchar"]) / mega, int(moved["wchar"]) / mega)


def alternate(contenders: list[Contender], runs: int) -> dict[str, list[Run]]:
    """Runs all contenders in turn, `runs` times after one round to warm up, so that noise of the machine hits all alike.

    A contender that answers must give the same bytes every time.
    """
    found: dict[str, list[Run]] = {contender.name: [] for contender in contenders}
    answers: dict[str, str] = {}
    for turn in range(runs + 1):
        for contender in contenders:
            if turn == 0 and contender.slow:
                continue
            measured = run(contender.command)
            if turn > 0:
                found[contender.name].append(measured)
            if contender.answer is not None and contender.name.startswith("parytet"):
                answer = fingerprint(contender.answer)
                if answers.setdefault(contender.name, answer) != answer:
                    raise Failed(f"{contender.name}: two runs gave different bytes: {' '.join(contender.command)}")
    return found


def fingerprint(file: pathlib.Path) -> str:
    """The file's SHA-256, read piece by piece."""
    with open(file, "rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def pin(cpus: int) -> None:
    """Keeps this process and all that it starts on the first `cpus` processors."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cpus])


def floor_mb() -> float:
    """The peak of a process that does nothing."""
    return run(["true"]).peak_mb


def machine(folder: pathlib.Path) -> dict[str, str]:
    """Which machine this is."""
    cpu = next(
        (line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor() or platform.machine(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    device = subprocess.run(["df", "--output=fstype", str(folder)], capture_output=True, text=True).stdout.split()
    return {
        "cpu": cpu,
        "cores": f"{os.cpu_count()}, {len(os.sched_getaffinity(0))} used",
        "memory": f"{memory:.0f} GB",
        "kernel": platform.release(),
        "file system": device[-1] if device else "unknown",
    }


def spread(values: list[float], digits: int = 2) -> str:
    """Lowest, middle and highest."""
    return "–".join(f"{value:.{digits}f}" for value in (min(values), statistics.median(values), max(values)))


def ratios(ours: list[float], theirs: list[float]) -> list[float]:
    """Turn by turn."""
    return [mine / other for mine, other in zip(ours, theirs)]


def python(script: str, *arguments: str) -> list[str]:
    """A command that runs a script of this folder in this Python."""
    return [sys.executable, str(pathlib.Path(__file__).parent / script), *arguments]
