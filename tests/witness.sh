#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Witnesses: one by itself, on a full disk, and those of hub and moderators.
set -u
if [ -n "${COV:-}" ]; then
    echo "skip witness: built for coverage"
    exit 0
fi
if [ "${HASH:-openssl}" != openssl ]; then
    echo "skip witness: the same with either hash"
    exit 0
fi
result=0
run() {
    python3 -B "tests/service/$1.py" 2>&1 || {
        echo "not ok $1 as a whole"
        result=1
    }
}

[ -z "${SAN:-}" ] || export CYCLES=10
run witness
run witnesses
run audit_witnesses
[ -z "${SAN:-}" ] || exit $result
folder=$(mktemp -d)
small_disk() {
    unshare -Urm sh -c "mount -t tmpfs -o size=48m frank '$folder' && $1"
}
if small_disk true 2>/dev/null; then
    small_disk "python3 -B tests/service/witness_disk.py '$folder'" || {
        echo "not ok witness_disk as a whole"
        result=1
    }
else
    echo "skip witness_disk: no file systems of one's own"
fi
rmdir "$folder"
exit $result
