#!/usr/bin/env bash
# Runs the conformance test on DuckDB, SQLite and PostgreSQL: one command, nothing left behind but the drivers.
#
#     tests/engines/run.sh [FOLDER]
#
# FOLDER keeps the drivers (default: ~/.cache/parytet-drivers). PostgreSQL's server comes from the system
# (Debian: apt-get install postgresql); without it that part is skipped, and the test says so.
set -euo pipefail
cd "$(dirname "$0")/../.."
exports=$(tests/engines/setup.sh "${1:-$HOME/.cache/parytet-drivers}")
eval "$exports"

find_server() {
    local found
    for found in "$(command -v initdb || true)" /usr/lib/postgresql/*/bin/initdb; do
        if [ -x "$found" ]; then
            dirname "$(readlink -f "$found")"
            return
        fi
    done
}

if bin=$(find_server) && [ -n "$bin" ]; then
    data=$(mktemp -d)
    # PostgreSQL refuses to run as root.
    as=()
    if [ "$(id -u)" -eq 0 ]; then
        as=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
        chown nobody:nogroup "$data"
    fi
    stop() {
        "${as[@]}" "$bin/pg_ctl" --pgdata="$data/db" --mode=immediate stop >/dev/null 2>&1 || true
        rm -rf "$data"
    }
    trap stop EXIT
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    cd "$data"
    "${as[@]}" "$bin/initdb" --pgdata="$data/db" --username=parytet --auth=trust --encoding=UTF8 --locale=C.UTF-8 >/dev/null
    "${as[@]}" "$bin/pg_ctl" --pgdata="$data/db" --log="$data/log" --wait \
        --options="-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off" start >/dev/null
    cd - >/dev/null
    export PARYTET_POSTGRES_URI="postgresql://parytet@127.0.0.1:$port/postgres"
else
    echo "PostgreSQL is not installed; the test runs without it" >&2
fi

cargo test --test promises conformance -- --nocapture
