#!/usr/bin/env bash
# Checks parytet against a real Apache Spark: a Spark Connect server with a master and two executor processes.
#
#   tests/engines/spark.sh [--rows N] [--binary FILE] [--record FILE]
#
# N is 1000000 unless given. --record keeps how long it took, in benches/measured.json, say.
#
# Needs: Java 17 or later (installed with apt-get when absent and allowed), Python 3.10 or later, PyPI, about 1.2 GB of disk
# for the install and 20 MB for every million rows, 4 GB of memory. Takes one minute to install, the first time, and about
# three for the checks with a million rows on two cores. The server listens on the loopback interface alone, and is
# stopped whatever happens.
# Everything stays below ENGINES_FOLDER (target/engines); the binary is PARYTET_BINARY or the debug build unless given.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$(dirname "$here")")
folder=${ENGINES_FOLDER:-$root/target/engines}
venv=$folder/spark
rows=1000000
record=()
binary=${PARYTET_BINARY:-${CARGO_TARGET_DIR:-$root/target}/debug/parytet}
packages=('pyspark[connect]==4.3.0' 'adbc-driver-spark==0.3.0' 'duckdb==2.0.0')

while [ $# -gt 0 ]; do
    case $1 in
        --rows) rows=${2:?--rows needs a number} && shift 2 ;;
        --binary) binary=${2:?--binary needs a file} && shift 2 ;;
        --record) record=(--record "$(realpath "${2:?--record needs a file}")") && shift 2 ;;
        *) echo "unknown argument: $1; see the top of $0" >&2 && exit 2 ;;
    esac
done
if [ ! -x "$binary" ]; then
    echo "$binary is not there: cargo build, or name it with --binary" >&2
    exit 2
fi
binary=$(realpath "$binary")

java_version() {
    java -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1
}
have=$(java_version || true)
if [ "${have:-0}" -lt 17 ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq openjdk-17-jre-headless
    else
        echo "Java 17 or later is needed: install openjdk-17-jre-headless" >&2
        exit 2
    fi
fi

mkdir -p "$folder/logs"
if [ "$(cat "$venv/installed.txt" 2>/dev/null)" != "${packages[*]}" ]; then
    python3 -m venv --clear "$venv"
    "$venv/bin/pip" install --quiet "${packages[@]}"
    echo "${packages[*]}" >"$venv/installed.txt"
fi
SPARK_HOME=$(echo "$venv"/lib/python3*/site-packages/pyspark)
driver=$(find "$venv" -name 'libadbc_driver_spark.so' | head -n 1)
if [ -z "$driver" ]; then
    echo "no libadbc_driver_spark.so in the adbc-driver-spark wheel" >&2
    exit 2
fi

for size in 10000 "$rows"; do
    log=$folder/logs/log-$size.parquet
    [ -e "$log" ] || "$venv/bin/python" "$root/benches/logs.py" "$log" --rows "$size"
done

work=$(mktemp -d "$folder/run-XXXXXX")
server=
checks=
alive() { kill -0 -- "-$server" 2>/dev/null; }
# The server, its shell and its executors are one process group. The server is asked first, because it starts executors
# anew that end before it.
stop() {
    local code=$? pid
    trap - EXIT INT TERM
    if [ -n "$checks" ]; then
        kill -TERM "$checks" 2>/dev/null || true
        wait "$checks" 2>/dev/null || true
    fi
    if [ "$code" -ne 0 ] && [ -e "$work/server.log" ]; then
        echo "-- the server's last warnings:"
        grep -E 'WARN|ERROR' "$work/server.log" | cut -c 1-300 | tail -n 15 || true
    fi
    if [ -n "$server" ]; then
        for pid in $(cat "/proc/$server/task/$server/children" 2>/dev/null); do kill -TERM "$pid" 2>/dev/null || true; done
        for _ in $(seq 40); do alive && sleep 0.5 || break; done
        kill -KILL -- "-$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$work" "$SPARK_HOME/work"
    exit "$code"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

read -r port ui < <(python3 -c '
import socket
free = [socket.socket() for _ in range(2)]
for one in free: one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in free))')
export SPARK_HOME SPARK_NO_DAEMONIZE=1 SPARK_LOCAL_IP=127.0.0.1 SPARK_LOG_DIR=$work SPARK_PID_DIR=$work SPARK_LOCAL_DIRS=$work
echo "starting Spark: $("$venv/bin/pip" list 2>/dev/null | grep -E '^(pyspark|adbc-driver-spark) ' | tr -s ' ' | paste -sd ' '), port $port"
setsid "$SPARK_HOME/sbin/start-connect-server.sh" --master 'local-cluster[2,1,1024]' \
    --conf spark.connect.grpc.binding.address=127.0.0.1 --conf "spark.connect.grpc.binding.port=$port" \
    --conf spark.driver.bindAddress=127.0.0.1 --conf "spark.ui.port=$ui" >"$work/server.log" 2>&1 </dev/null &
server=$!

"$venv/bin/python" "$here/spark.py" --binary "$binary" --driver "$driver" --port "$port" --ui "$ui" \
    --group "$server" --small "$folder/logs/log-10000.parquet" --log "$folder/logs/log-$rows.parquet" --rows "$rows" \
    --work "$work" "${record[@]}" &
checks=$!
# Not in the foreground: a signal must be able to end the wait.
code=0
wait "$checks" || code=$?
checks=
exit "$code"
