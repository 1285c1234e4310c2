#!/usr/bin/env bash
# Opens reports of the bundled logs in a real browser and checks how they look, sound and print: one command.
#
#     tests/browser/run.sh [FOLDER]
#
# FOLDER gets the pages, pictures and PDFs, to be looked at (default: a temporary folder that is removed). Needs node, npm
# and Chromium (Debian: apt-get install chromium; CHROMIUM names another); axe-core and puppeteer-core are fetched once.
set -euo pipefail
cd "$(dirname "$0")/../.."

browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$browser" ] || ! command -v npm >/dev/null; then
    echo "node, npm and Chromium are needed" >&2
    exit 1
fi
libraries="${CI_CACHE_DIR:-$HOME/.cache}/parytet-browser"
mkdir -p "$libraries"
[ -f "$libraries/package.json" ] || echo '{"private": true}' >"$libraries/package.json"
npm install --silent --no-audit --no-fund --prefix "$libraries" axe-core@4.14.1 puppeteer-core@24.43.1

if [ $# -gt 0 ]; then
    mkdir -p "$1"
    folder=$(realpath "$1")
else
    folder=$(mktemp -d)
    trap 'rm -rf "$folder"' EXIT
fi

cargo build --locked --quiet
parytet=${CARGO_TARGET_DIR:-target}/debug/parytet
export SOURCE_DATE_EPOCH=1767225600
# report NAME ARGUMENT…: an audit whatever its verdict, as NAME.html.
report() {
    local name=$1 code=0
    shift
    "$parytet" --quiet audit "$@" --output "$folder/$name.html" || code=$?
    [ "$code" -ne 2 ]
}
for fixture in biased fair missing repeated scored weighted; do
    report "$fixture" "fixtures/$fixture/audit.toml"
done
report everything fixtures/biased/offers.csv --subject customer_id --protected gender --protected age:25,45,65 \
    --selected decision=yes --favourable --intersection gender,age --stratum channel --matching channel \
    --search gender,age,channel --proxies channel --gate 'subgroup_gap>=-0.1' --gate 'disparate_impact>=0.8'
cat >"$folder/sweep.toml" <<SPEC
[log]
path = "$PWD/fixtures/scored/offers.csv"
subject = "customer_id"
[[protected]]
name = "gender"
[[outcome]]
name = "offered"
favourable = true
selected = { column = "probability", at_least = [0.3, 0.5, 0.7] }
actual = { column = "accepted", values = ["1"] }
[[gate]]
metric = "disparate_impact"
min = 0.8
SPEC
report sweep "$folder/sweep.toml"

node tests/browser/check.mjs "$libraries" "$browser" "$folder"/*.html --keep "$folder"
