#!/usr/bin/env bash
# Installs the ADBC drivers that the conformance test uses into a folder, and prints where they are:
#
#     eval "$(tests/engines/setup.sh FOLDER)"
#
# DuckDB comes from npm, SQLite's and PostgreSQL's drivers from PyPI. Nothing is installed outside the folder.
set -euo pipefail
folder=$(mkdir -p "${1:?usage: setup.sh FOLDER}" && cd "$1" && pwd)

# install NAME LIBRARY COMMAND…: runs the command, which fetches one archive into the current folder, and unpacks it.
install() {
    local name=$1 library=$2
    shift 2
    if [ ! -e "$folder/$library" ]; then
        local work
        work=$(mktemp -d)
        (
            cd "$work"
            "$@" >&2
            for archive in *; do
                case "$archive" in
                *.tgz) tar -xzf "$archive" ;;
                *.whl) python3 -m zipfile -e "$archive" . ;;
                esac
            done
            mv "$(find . -name "$library" | head -n 1)" "$folder/"
        )
        rm -rf "$work"
    fi
    printf 'export %s=%q\n' "$name" "$folder/$library"
}

install PARYTET_DUCKDB libduckdb.so npm pack --silent @duckdb/node-bindings-linux-x64@1.5.6-r.1
install PARYTET_SQLITE libadbc_driver_sqlite.so python3 -m pip download --quiet --no-deps adbc-driver-sqlite==1.13.0
install PARYTET_POSTGRES libadbc_driver_postgresql.so python3 -m pip download --quiet --no-deps adbc-driver-postgresql==1.13.0
