#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The console in a real browser, against a real service: pages, people, hostile
# texts, sessions that end.
# PATIENCE=10 waits ten times as long as an idle machine needs, in place of five.
set -u
if [ -n "${COV:-}${SAN:-}" ]; then
    echo "skip console: built for sanitizers or coverage"
    exit 0
fi
if [ "${HASH:-openssl}" != openssl ]; then
    echo "skip console: the same with either hash"
    exit 0
fi
tests/console/install || exit 3
result=0
for file in tests/console/*.test.mjs; do
    log=$(mktemp)
    node --test --test-reporter=tap "$file" >"$log" 2>&1 || {
        result=1
        cat "$log"
    }
    # A file is a test of its own in old versions of node: those within it count.
    sed -n 's/^ *\(ok\|not ok\) [0-9]* - \(.*\)/\1 \2/p' "$log" | grep -v '\.mjs$'
    rm -f "$log"
done
exit $result
