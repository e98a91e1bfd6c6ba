#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The hub's service under what goes wrong: killed at random, put back from copies, on a
# full disk, with failing system calls.
set -u
if [ -n "${SAN:-}${COV:-}" ]; then
    echo "skip frankd_hard: built for sanitizers or coverage"
    exit 0
fi
if [ "${HASH:-openssl}" != openssl ]; then
    echo "skip frankd_hard: the same with either hash"
    exit 0
fi
result=0
run() {
    python3 -B "tests/service/$1.py" 2>&1 || {
        echo "not ok $1 as a whole"
        result=1
    }
}

run kill
run restore
folder=$(mktemp -d)
small_disk() {
    unshare -Urm sh -c "mount -t tmpfs -o size=48m frank '$folder' && $1"
}
if small_disk true 2>/dev/null; then
    small_disk "python3 -B tests/service/disk.py '$folder'" || {
        echo "not ok disk as a whole"
        result=1
    }
else
    echo "skip disk: no file systems of one's own"
fi
rmdir "$folder"
if command -v strace >/dev/null && strace -qq -o /dev/null true 2>/dev/null; then
    run faults
else
    echo "skip faults: no strace"
fi
exit $result
