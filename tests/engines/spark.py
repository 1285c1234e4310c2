"""The checks of spark.sh, against the server that it has started. Only the standard library: the peak memory of a process
that starts here can't be seen below that of this one.
"""

import argparse
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
SPEC = """
[audit]
title = "engines"
[log]
{source}
subject = "customer_id"
[[protected]]
name = "gender"
[[protected]]
name = "age"
bands = [25, 45, 65]
[[protected]]
name = "origin"
[[outcome]]
name = "selected"
favourable = true
selected = {{ column = "selected", values = ["1"] }}
actual = {{ column = "accepted", values = ["1"] }}
value = "value"
"""
# A condition that holds for every row and takes the cluster long enough to be disturbed.
SLOW = " WHERE length(sha2(repeat(cast(customer_id AS string), {times}), 512)) = 128"


class Failed(Exception):
    """A check does not hold."""


class Checks:
    """The server and the program."""

    def __init__(self, given):
        self.given = given
        self.api = f"http://127.0.0.1:{given.ui}/api/v1/applications"
        self.outcomes = []

    # -- the server

    def ask(self, path):
        """What the server's own REST interface says."""
        with urllib.request.urlopen(self.api + path, timeout=10) as answer:
            return json.load(answer)

    def about(self, path):
        """The same, about the one application."""
        return self.ask(f"/{self.ask('')[0]['id']}{path}")

    def executors(self):
        """The executors that live, without the driver."""
        return [one for one in self.about("/executors") if one["id"] != "driver" and one["isActive"]]

    def processes(self):
        """Process ids of the executors of this server and no other, by executor id."""
        found = {}
        for folder in pathlib.Path("/proc").iterdir():
            try:
                words = (folder / "cmdline").read_text().split("\0")
                group = int((folder / "stat").read_text().rsplit(") ", 1)[1].split()[2])
            except (OSError, IndexError, ValueError):
                continue
            if group == self.given.group and "--executor-id" in words:
                found[words[words.index("--executor-id") + 1]] = int(folder.name)
        return found

    def wait_for(self, what, happened, seconds):
        """Waits until something is so."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            try:
                found = happened()
            except (OSError, urllib.error.URLError, ValueError, LookupError):
                found = None
            if found:
                return found
            time.sleep(0.1)
        raise Failed(f"not within {seconds} s: {what}")

    def wait_for_executors(self):
        """Both executors are there: after the start, and after one was killed."""
        self.wait_for("both executors are there", lambda: len(self.executors()) == 2, 120)

    def listens(self):
        with socket.create_connection(("127.0.0.1", self.given.port), timeout=5):
            return True

    def ready(self):
        self.wait_for_executors()
        self.wait_for("the server listens", self.listens, 120)
        return "on the loopback interface"

    def wait_for_work(self, before):
        """Waits until one job of ours, a long one, is in its middle: the first job only looks at the file's schema."""
        since = {}

        def in_the_middle():
            running = [job for job in self.about("/jobs") if job["status"] == "RUNNING" and job["jobId"] not in before]
            now = time.monotonic()
            return any(now - since.setdefault(job["jobId"], now) > 2 and job["numActiveTasks"] > 0 for job in running)

        self.wait_for("the query works", in_the_middle, 120)

    # -- the program

    def spec(self, name, source):
        """Writes a spec."""
        file = self.given.work / f"{name}.toml"
        file.write_text(SPEC.format(source=source))
        return file

    def embedded(self, log):
        return f"path = {json.dumps(str(log))}"

    def spark(self, log, slow=False, port=None):
        """The same log through Spark."""
        query = f"SELECT * FROM parquet.`{log}`"
        if slow:
            # Enough work for some ten seconds: the more rows, the less for each.
            query += SLOW.format(times=max(1, 1_000_000_000 // self.given.rows))
        uri = f"sc://127.0.0.1:{port or self.given.port}"
        keys = {"engine": "adbc", "driver": self.given.driver, "uri": uri, "query": query}
        return "\n".join(f"{key} = {json.dumps(value)}" for key, value in keys.items())

    def start(self, name, source):
        """Starts an audit; its result goes to a folder of its own."""
        folder = self.given.work / name
        folder.mkdir()
        output, errors = folder / "result.json", self.given.work / f"{name}.err"
        command = [self.given.binary, "audit", str(self.spec(name, source)), "--as-of", "2026-01-01", "--quiet"]
        with open(errors, "wb") as stream, open(self.given.work / f"{name}.out", "wb") as printed:
            process = subprocess.Popen([*command, "--output", str(output)], stdout=printed, stderr=stream)
        process.began = time.monotonic()
        return process, output, errors

    def end(self, process, seconds):
        """Waits for the end: exit code, seconds and peak memory in MB."""
        until = time.monotonic() + seconds
        try:
            while time.monotonic() < until:
                pid, status, usage = os.wait4(process.pid, os.WNOHANG)
                if pid:
                    process.returncode = os.waitstatus_to_exitcode(status)
                    return process.returncode, time.monotonic() - process.began, usage.ru_maxrss / 1024
                time.sleep(0.02)
        finally:
            if process.returncode is None:
                process.kill()
                process.wait()
        raise Failed(f"the audit did not end within {seconds} s")

    def audit(self, name, source, seconds=1800):
        """A whole audit that must end well."""
        process, output, errors = self.start(name, source)
        code, took, peak = self.end(process, seconds)
        self.well(code, errors)
        return output, took, peak

    def well(self, code, errors):
        if code != 0:
            said = " | ".join(errors.read_text(errors="replace").strip().splitlines()[:6])
            raise Failed(f"exit code {code}: {said}")

    def same(self, one, other):
        found = subprocess.run([sys.executable, HERE / "compare.py", one, other], capture_output=True, text=True)
        if found.returncode != 0:
            raise Failed(f"the results differ: {'; '.join(found.stdout.split(chr(10)))}")

    # -- the checks

    def check(self, title, function):
        """Runs a check and says how it went."""
        began = time.monotonic()
        try:
            said = function()
            ok = True
        except Failed as fault:
            said, ok = str(fault), False
        self.outcomes.append(ok)
        print(f"{'ok' if ok else 'FAILED'}: {title} ({time.monotonic() - began:.0f} s): {said}", flush=True)

    def small_log(self):
        one, _, _ = self.audit("small-embedded", self.embedded(self.given.small))
        other, _, _ = self.audit("small-spark", self.spark(self.given.small))
        self.same(one, other)
        return "the result is the same as the embedded engine's"

    def large_log(self):
        self.expected, alone, _ = self.audit("embedded", self.embedded(self.given.log))
        other, took, self.peak = self.audit("spark", self.spark(self.given.log))
        self.same(self.expected, other)
        self.took = took
        return f"{self.given.rows:,} rows: the same; embedded {alone:.1f} s, Spark {took:.1f} s"

    def record(self, file):
        """Keeps how long the large log took, for benches/scale.py."""
        measured = json.loads(file.read_text()) if file.exists() else {}
        measured["spark"] = {
            "rows": self.given.rows,
            "seconds": self.took,
            "cores": sum(one["totalCores"] for one in self.executors()),
            "spark": self.ask("")[0]["attempts"][0]["appSparkVersion"],
            "date": time.strftime("%Y-%m-%d"),
        }
        file.write_text(json.dumps(measured, indent=1, ensure_ascii=False) + "\n")

    def memory(self):
        if not hasattr(self, "peak"):
            raise Failed("no audit through Spark ended")
        if self.peak >= 100:
            raise Failed(f"peak memory of the client {self.peak:.0f} MB, allowed are 100 MB")
        return f"{self.peak:.0f} MB"

    def busy(self):
        """Executors with a task, while a job of ours runs."""
        return [one for one in self.executors() if one["activeTasks"] > 0]

    def lost_executor(self):
        if not hasattr(self, "expected"):
            raise Failed("there is no result to compare with")
        self.wait_for_executors()
        jobs = {job["jobId"] for job in self.about("/jobs")}
        process, output, errors = self.start("lost", self.spark(self.given.log, slow=True))
        try:
            self.wait_for_work(jobs)
            if process.poll() is not None:
                self.well(process.returncode, errors)
                raise Failed("the audit ended before the executor could be killed: give more --rows")
            victim = self.wait_for("an executor works", self.busy, 10)[0]["id"]
            os.kill(self.processes()[victim], signal.SIGKILL)
            code, took, _ = self.end(process, 1800)
        finally:
            if process.poll() is None:
                process.kill()
        self.well(code, errors)
        self.same(self.expected, output)
        # Otherwise the kill came too late to matter.
        self.wait_for(
            "the server says that the executor is lost",
            lambda: any(one["id"] == victim and not one["isActive"] for one in self.about("/allexecutors")),
            60,
        )
        failed = sum(job["numFailedTasks"] for job in self.about("/jobs") if job["jobId"] not in jobs)
        if failed == 0:
            raise Failed("no task was lost with the executor, so nothing was shown: give more --rows")
        return f"executor {victim} killed, {failed} tasks lost and done again, the result is the same; {took:.1f} s"

    def interrupted(self):
        self.wait_for_executors()
        jobs = {job["jobId"] for job in self.about("/jobs")}
        process, output, _ = self.start("interrupted", self.spark(self.given.log, slow=True))
        try:
            self.wait_for_work(jobs)
            process.send_signal(signal.SIGINT)
            sent = time.monotonic()
            code, _, _ = self.end(process, 60)
            took = time.monotonic() - sent
        finally:
            if process.poll() is None:
                process.kill()
        if code != 130:
            raise Failed(f"exit code {code}, expected 130")
        left = [file.name for file in output.parent.iterdir()]
        if left:
            raise Failed(f"files were left: {', '.join(left)}")

        def states():
            return [job["status"] for job in self.about("/jobs") if job["jobId"] not in jobs]

        # A query that nobody waits for must not go on costing money.
        self.wait_for("the query is no longer running on the server", lambda: "RUNNING" not in states(), 10)
        if "FAILED" not in states():
            raise Failed(f"the query was not cancelled, it had ended: {states()}: give more --rows")
        return f"ended with 130 after {took:.1f} s, cancelled on the server, no file left"

    def no_server(self):
        # Port 1 is never a Spark server.
        process, output, errors = self.start("absent", self.spark(self.given.small, port=1))
        code, took, _ = self.end(process, 120)
        said = errors.read_text(errors="replace")
        if code != 2:
            raise Failed(f"exit code {code}, expected 2: {said.strip()[:300]}")
        count = sum(line.startswith("error") for line in said.splitlines())
        if count != 1 or output.exists() or (self.given.work / "absent.out").read_bytes():
            raise Failed(f"expected one error, no output and no file; {count} errors: {said.strip()[:300]}")
        if "127.0.0.1:1" not in said or "start" not in said.lower():
            raise Failed(f"the error does not say where nobody answered and what to start: {said.strip()[:500]}")
        return f"exit 2 after {took:.1f} s with one error that says what to start"

    def all(self):
        self.check("Spark starts with two executors", self.ready)
        if not self.outcomes[0]:
            return
        self.check("a small log", self.small_log)
        self.check("a large log", self.large_log)
        self.check("memory of the client", self.memory)
        self.check("an executor is killed", self.lost_executor)
        self.check("Ctrl-C", self.interrupted)
        self.check("no server", self.no_server)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    for name in ("small", "log", "work"):
        options.add_argument(f"--{name}", type=pathlib.Path, required=True)
    options.add_argument("--record", type=pathlib.Path)
    for name in ("port", "ui", "group", "rows"):
        options.add_argument(f"--{name}", type=int, required=True)
    for name in ("binary", "driver"):
        options.add_argument(f"--{name}", required=True)
    checks = Checks(options.parse_args())
    # A shell starts what runs in its background with Ctrl-C turned off, and the program would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    checks.all()
    if checks.given.record and all(checks.outcomes):
        checks.record(checks.given.record)
    passed = sum(checks.outcomes)
    print(f"{passed} passed, {len(checks.outcomes) - passed} failed")
    return 0 if all(checks.outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
