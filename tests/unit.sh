#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The systemd unit: how exposed a service of it is, by systemd's own measure.
set -u
if ! command -v systemd-analyze >/dev/null; then
    echo "skip unit: no systemd-analyze"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sed 's|@BINDIR@|/usr/local/bin|' tools/systemd/frankd.service.in >"$work/frankd.service"
if ! systemd-analyze security --offline=true "$work/frankd.service" >"$work/out" 2>"$work/err"; then
    echo "skip unit: systemd-analyze is too old"
    exit 0
fi
exposure=$(sed -n 's/.*Overall exposure level for frankd.service: \([0-9.]*\) .*/\1/p' "$work/out")
if [ -s "$work/err" ]; then
    echo "not ok the unit has no unknown settings: $(cat "$work/err")"
    exit 1
fi
if [ -n "$exposure" ] && awk "BEGIN { exit !($exposure <= 1.5) }"; then
    echo "ok the unit's exposure is $exposure, of at most 1.5"
else
    echo "not ok the unit's exposure is $exposure, of at most 1.5"
    exit 1
fi
