#!/usr/bin/env bash
# Verifies an archive with Python's securesystemslib, which knows nothing of parytet: one command, nothing left behind.
#
#     tests/archive/run.sh
#
# Needs python3 with venv, OpenSSL 3 and the network of PyPI.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo build --quiet
program=${CARGO_TARGET_DIR:-$here/target}/debug/parytet
python3 -m venv "$work/python"
"$work/python/bin/pip" install --quiet 'securesystemslib[crypto]==1.6.0'

cp -r fixtures/biased "$work/log"
cd "$work/log"
for name in first second; do
    openssl genpkey -algorithm ed25519 -out "../$name.pem"
    openssl pkey -in "../$name.pem" -pubout -out "../$name.pub"
done
"$program" audit audit.toml --hash-inputs --output ../result.json --quiet || [ $? -eq 1 ]
"$program" archive add ../result.json --to ../archive --key ../first.pem --key ../second.pem
"$work/python/bin/python" "$here/tests/archive/verify.py" ../archive ../first.pub ../second.pub
