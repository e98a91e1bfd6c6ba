#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The hub's service as others meet it: its rules, and its description.
set -u
if [ -n "${COV:-}" ]; then
    echo "skip frankd: built for coverage"
    exit 0
fi
result=0
for test in openapi rules room_numbers; do
    [ -e "tests/service/$test.py" ] || continue
    python3 -B "tests/service/$test.py" 2>&1 || {
        echo "not ok $test as a whole"
        result=1
    }
done
exit $result
