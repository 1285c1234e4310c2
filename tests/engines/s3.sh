#!/usr/bin/env bash
# Checks logs in an object store against a real S3-compatible server on this machine: Moto, from PyPI.
#
#   tests/engines/s3.sh [--binary FILE]
#
# Needs Python 3.10 or later, PyPI, 300 MB of disk; without --binary it builds parytet with the feature `cloud`. The server
# listens on the loopback interface alone, and is stopped whatever happens.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$(dirname "$here")")
folder=${ENGINES_FOLDER:-$root/target/engines}
venv=$folder/s3
binary=
packages=('moto[server]==5.*' 'boto3==1.*' 'pyarrow==25.*')

while [ $# -gt 0 ]; do
    case $1 in
        --binary) binary=${2:?--binary needs a file} && shift 2 ;;
        *) echo "unknown argument: $1; see the top of $0" >&2 && exit 2 ;;
    esac
done
if [ -z "$binary" ]; then
    (cd "$root" && cargo build --locked --features cloud)
    binary=${CARGO_TARGET_DIR:-$root/target}/debug/parytet
fi
binary=$(realpath "$binary")

mkdir -p "$folder"
if [ "$(cat "$venv/installed.txt" 2>/dev/null)" != "${packages[*]}" ]; then
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet "${packages[@]}"
    echo "${packages[*]}" >"$venv/installed.txt"
fi
exec "$venv/bin/python" "$here/s3.py" --binary "$binary" --fixtures "$root/fixtures"
