#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The systemd units: how exposed a service of each is, by systemd's own measure.
set -u
if ! command -v systemd-analyze >/dev/null; then
    echo "skip unit: no systemd-analyze"
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
result=0
for name in frankd frank-mod frank-audit-witness; do
    sed 's|@BINDIR@|/usr/local/bin|' "tools/systemd/$name.service.in" >"$work/$name.service"
    if ! systemd-analyze security --offline=true "$work/$name.service" >"$work/out" 2>"$work/err"; then
        echo "skip unit: systemd-analyze is too old"
        exit 0
    fi
    exposure=$(sed -n "s/.*Overall exposure level for $name.service: \([0-9.]*\) .*/\1/p" "$work/out")
    if [ -s "$work/err" ]; then
        echo "not ok the unit of $name has no unknown settings: $(cat "$work/err")"
        result=1
    fi
    if [ -n "$exposure" ] && awk "BEGIN { exit !($exposure <= 1.5) }"; then
        echo "ok the exposure of $name is $exposure, of at most 1.5"
    else
        echo "not ok the exposure of $name is $exposure, of at most 1.5"
        result=1
    fi
done
exit $result
