#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# frank-audit rules and receipts, on the logs of services that run.
set -u
if ! [ -e "$B/frank-audit" ]; then
    echo "skip audit_rules: no frank-audit"
    exit 0
fi
if [ "${HASH:-openssl}" != openssl ]; then
    echo "skip audit_rules: the same with either hash"
    exit 0
fi
python3 -B tests/service/audit_rules.py 2>&1 || {
    echo "not ok audit_rules as a whole"
    exit 1
}
