#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The hub's service under load, on this machine with the load generator: durable
# reports, refused ones, stamps; beside the disk's own syncs and the bare
# primitives of one report, measured in the same run. ROUNDS (3) times, best,
# median and worst. JSON=1 prints one object a line.
set -eu
B=${B:-build}
rounds=${ROUNDS:-3}
work=$(mktemp -d "${TMPDIR:-/tmp}/frank-bench-XXXXXX")
trap 'kill "$pid" 2>/dev/null || true; rm -rf "$work"' EXIT
pid=

value() {
    sed -n "s/.*\"$2\":\\([0-9.]*\\).*/\\1/p" "$1"
}

"$B/frankd" init "$work/hub" >/dev/null
"$B/frank-mod" quorum init --threshold 2 --holders 3 --out "$work/quorum" >/dev/null
cat >>"$work/hub/frankd.conf" <<END
quorum = $work/quorum/quorum.pub
rate-address = off
rate-overall = off
connections = 4096
connections-per-address = 4096
room-numbers = on
END
port=$((20000 + $$ % 20000))
"$B/frankd" --config "$work/hub/frankd.conf" --listen "127.0.0.1:$port" 2>"$work/journal" &
pid=$!
make_reports() {
    "$B/load" make --keyring "$work/hub/keyring" --quorum "$work/quorum/quorum.pub" "$@"
}
make_reports --count 1000 --bad-mac 1 --out "$work/bad"
rm -f "$work"/results
for _ in $(seq "$rounds"); do
    make_reports --count 10000 --out "$work/good"
    "$B/load" bare --folder "$work" >"$work/bare"
    "$B/load" send --port "$port" --file "$work/good" --connections 16 >"$work/sent"
    "$B/load" send --port "$port" --file "$work/bad" --connections 32 --again 1 --seconds 3 >"$work/refused"
    "$B/load" stamps --socket "$work/hub/private.sock" --connections 2 --seconds 3 >"$work/stamps"
    "$B/load" stamps --socket "$work/hub/private.sock" --connections 2 --seconds 3 --signed 1 >"$work/signed"
    "$B/load" stamps --socket "$work/hub/private.sock" --connections 16 --seconds 3 --counted 1 >"$work/counted"
    {
        echo "reports $(value "$work/sent" accepted_per_second)"
        echo "p50 $(value "$work/sent" p50_ms)"
        echo "p99 $(value "$work/sent" p99_ms)"
        echo "refused $(value "$work/refused" per_second)"
        echo "stamps $(value "$work/stamps" stamps_per_second)"
        echo "signed $(value "$work/signed" stamps_per_second)"
        echo "counted $(value "$work/counted" stamps_per_second)"
        echo "syncs $(value "$work/bare" syncs_per_second)"
        echo "primitives $(value "$work/bare" primitives_per_second)"
    } >>"$work/results"
done

# Line $1 of the results: "worst median best" by number.
spread() {
    sed -n "s/^$1 //p" "$work/results" | sort -n | awk '
        { v[NR] = $1 } END { print v[1], v[int((NR + 1) / 2)], v[NR] }'
}
row() {
    # shellcheck disable=SC2046 # three words
    set -- "$1" "$2" "$3" $(spread "$4")
    if [ -n "${JSON:-}" ]; then
        printf '{"name":"%s","goal":"%s","unit":"%s","low":%s,"median":%s,"high":%s}\n' "$1" "$2" "$3" "$4" "$5" "$6"
    else
        printf '%-44s %12s   (%s to %s) %-4s goal %s\n' "$1" "$5" "$4" "$6" "$3" "$2"
    fi
}
[ -n "${JSON:-}" ] || printf '\nThe hub, load generator included, %s rounds: median (lowest to highest)\n' "$rounds"
row "disk: synced writes of 4 KiB" "-" "/s" syncs
row "one core: bare primitives of one report" "-" "/s" primitives
row "durable sealed reports of one message" ">= 2000" "/s" reports
row "  time to the answer, p50" "<= 10" "ms" p50
row "  time to the answer, p99" "<= 50" "ms" p99
row "reports with a wrong MAC refused" ">= 10000" "/s" refused
row "stamps, batches of 100, MAC only" ">= 500000" "/s" stamps
row "stamps, batches of 100, signed" "-" "/s" signed
row "stamps that the hub numbers, MAC only" "-" "/s" counted
