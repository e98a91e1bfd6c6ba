#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The hub's service under load, which is measured: slow clients, more than it can carry,
# a million reports. tests/run leaves it the machine.
set -u
if [ -n "${SAN:-}${COV:-}" ]; then
    echo "skip frankd_load: built for sanitizers or coverage"
    exit 0
fi
if [ "${HASH:-openssl}" != openssl ]; then
    echo "skip frankd_load: the same with either hash"
    exit 0
fi
result=0
for test in pressure million; do
    python3 -B "tests/service/$test.py" 2>&1 || {
        echo "not ok $test as a whole"
        result=1
    }
done
exit $result
