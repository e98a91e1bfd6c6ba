#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The hub's service under what goes wrong: killed at random, on a full disk, with
# failing system calls, with slow clients and more load than it can carry, with a
# million reports.
set -u
if [ -n "${SAN:-}${COV:-}" ]; then
    echo "skip frankd_hard: built for sanitizers or coverage"
    exit 0
fi
result=0
run() {
    python3 -B "tests/service/$1.py" 2>&1 || {
        echo "not ok $1 as a whole"
        result=1
    }
}

[ "${HASH:-openssl}" = openssl ] || export KILL_CYCLES=50
run kill
run pressure
run restore
run million
if [ "$(id -u)" = 0 ] || unshare -Urm true 2>/dev/null; then
    folder=$(mktemp -d)
    unshare -Urm sh -c "mount -t tmpfs -o size=48m frank '$folder' &&
        python3 -B tests/service/disk.py '$folder'" || result=1
    rmdir "$folder"
else
    echo "skip disk: no user namespaces"
fi
if command -v strace >/dev/null && strace -qq -o /dev/null true 2>/dev/null; then
    run faults
else
    echo "skip faults: no strace"
fi
exit $result
