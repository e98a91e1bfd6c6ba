#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Logs, checkpoints and proofs of ours before Go's implementation (sumdb/note and
# sumdb/tlog, Debian's golang-golang-x-mod-dev), and its before ours.
set -u
if [ -n "${SAN:-}${COV:-}" ]; then
    echo "skip interop: what is compared does not depend on the build"
    exit 0
fi
if ! command -v go >/dev/null || ! [ -d /usr/share/gocode/src/golang.org/x/mod/sumdb ]; then
    echo "skip interop: needs golang-go and golang-golang-x-mod-dev"
    exit 0
fi
. tests/support/expect.sh
maker="$top/$B/tests/log_maker"

# No modules, no network: the packages that Debian has.
export GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS=-mod= GOPROXY=off GOCACHE="$work/cache" CGO_ENABLED=0
expect "Go's side compiles" 0 go build -o "$work/interop" "$top/tests/interop/main.go"
[ -x "$work/interop" ] || exit 1

for count in 1 255 256 257 1000 66000; do
    "$maker" make "ours$count" $count 5 || result=1
    expect "Go verifies our log of $count entries" 0 \
        ./interop verify "ours$count" "$(cat "ours$count/vkey")"
    is "all $count" test "$(cat out)" = $count
done
cp -r ours1000 altered
flip ours1000/tile/0/001 100 altered/tile/0/001
expect "Go refuses it with a bit of a tile flipped" 1 \
    ./interop verify altered "$(cat altered/vkey)"

for count in 1 300 5000; do
    "$maker" proofs $count 5 >lines || result=1
    expect "Go takes our proofs of $count entries" 0 sh -c './interop proofs <lines'
    is "200 of them" test "$(cat out)" = 200
done

for count in 1 256 257 1000 66000; do
    expect "Go makes a log of $count entries" 0 ./interop make "theirs$count" $count
    mv out proofs
    expect "frank-audit finds that it holds" 0 frank-audit log --entries --json \
        --key "$(cat "theirs$count/vkey")" "theirs$count"
    says "all of it" "\"entries\": ?${count}[,}]" out
    expect "its proofs hold" 0 sh -c "'$maker' check <proofs"
done
flip theirs1000/tile/0/001 100 flipped
cp flipped theirs1000/tile/0/001
expect "frank-audit refuses it with a bit of a tile flipped" 1 frank-audit log --entries \
    --key "$(cat theirs1000/vkey)" theirs1000
says "and names the entry" "entries 259 to 511" err
exit $result
