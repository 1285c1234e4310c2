"""Audits the same logs from an S3-compatible server and from disk, and expects the same numbers. See s3.sh."""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import boto3
import pyarrow.csv
import pyarrow.parquet

FLAGS = ["--subject", "customer_id", "--protected", "gender", "--protected", "age:30", "--selected", "decision=yes"]
FLAGS += ["--favourable", "--as-of", "2026-01-01", "--format", "json"]
SECRET = "a-secret-key-of-the-store"


def server() -> tuple[subprocess.Popen, str]:
    """A server on a free port of the loopback interface."""
    program = pathlib.Path(sys.executable).with_name("moto_server")
    process = subprocess.Popen(
        [program, "-H", "127.0.0.1", "-p", "0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    until = time.monotonic() + 60
    for line in process.stdout:
        if "Running on http://" in line:
            return process, line.split("Running on ")[1].strip()
        if time.monotonic() > until:
            break
    process.kill()
    sys.exit("the server did not start")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--binary", type=pathlib.Path, required=True)
    options.add_argument("--fixtures", type=pathlib.Path, required=True)
    given = options.parse_args()
    process, address = server()
    failed = 0

    def check(name: str, passed: bool, said: str = "") -> None:
        nonlocal failed
        failed += not passed
        print(f"{'ok' if passed else 'FAILED'}: {name}{'' if passed else ': ' + said}")

    try:
        environment = {
            **os.environ,
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_REGION": "eu-central-1",
            "AWS_ENDPOINT": address,
            "AWS_ALLOW_HTTP": "true",
        }
        client = boto3.client(
            "s3", endpoint_url=address, region_name="eu-central-1", aws_access_key_id="key", aws_secret_access_key=SECRET
        )
        client.create_bucket(Bucket="logs", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})

        def audit(*logs: str) -> subprocess.CompletedProcess:
            command = [given.binary, "audit", *logs, *FLAGS]
            return subprocess.run(command, env=environment, capture_output=True, text=True)

        with tempfile.TemporaryDirectory() as folder:
            here = pathlib.Path(folder)
            text = (given.fixtures / "biased/offers.csv").read_bytes()
            head, *rows = text.splitlines(keepends=True)
            parts = {"2026/01.csv": rows[: len(rows) // 2], "2026/02.csv": rows[len(rows) // 2 :]}
            for name, part in parts.items():
                (here / "2026").mkdir(exist_ok=True)
                (here / name).write_bytes(head + b"".join(part))
            (here / "whole.csv").write_bytes(text)
            table = pyarrow.csv.read_csv(here / "whole.csv")
            pyarrow.parquet.write_table(table, here / "whole.parquet", row_group_size=500)
            for file in here.rglob("*.*"):
                client.upload_file(str(file), "logs", f"audits/{file.relative_to(here)}")

            for pattern in ["whole.csv", "whole.parquet", "2026/*.csv"]:
                local, remote = audit(str(here / pattern)), audit(f"s3://logs/audits/{pattern}")
                same = remote.returncode == local.returncode != 2
                if same:
                    ours, theirs = json.loads(remote.stdout), json.loads(local.stdout)
                    same = all(ours[part] == theirs[part] for part in ("estimates", "gates", "account"))
                check(f"{pattern} from the store as from disk", same, remote.stderr or remote.stdout[:300])
                check(f"{pattern}: no secret is shown", SECRET not in remote.stdout + remote.stderr)
            for pattern in ["absent.csv", "absent/*.csv"]:
                gone = audit(f"s3://logs/audits/{pattern}")
                said = gone.stderr
                passed = gone.returncode == 2 and said.startswith("error[") and SECRET not in said and gone.stdout == ""
                check(f"{pattern} is one error", passed, said)
    finally:
        process.terminate()
        process.wait()
    if not failed:
        environment["AWS_MAX_RETRIES"] = "0"
        refused = audit("s3://logs/audits/whole.csv")
        check("a server that is not there is one error", refused.returncode == 2 and "error[" in refused.stderr, refused.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
