#!/usr/bin/env bash
# Measures parytet against its peers with one command: benches/run.sh [PART…] [--rows N] [--runs N] [--write] …
#
#   benches/run.sh                    everything, at full size: about two hours and 8 GB of disk
#   benches/run.sh flat --rows 1000000
#   benches/run.sh --help             all parts and options
#
# Needs a release build (cargo build --release) and Python 3.11 or later. The peers go into a venv below the folder
# (BENCH_FOLDER, else target/bench) in the pinned versions of requirements.txt: about 1 GB.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
folder=${BENCH_FOLDER:-$root/target/bench}
venv=$folder/venv

mkdir -p "$folder"
if ! cmp -s "$here/requirements.txt" "$venv/installed.txt"; then
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet -r "$here/requirements.txt"
    cp "$here/requirements.txt" "$venv/installed.txt"
fi
exec "$venv/bin/python" "$here/run.py" --folder "$folder" "$@"
