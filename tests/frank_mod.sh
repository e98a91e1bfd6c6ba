#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The moderators' service as others meet it: the life of a case; each role, route
# and object; what goes wrong around it.
set -u
if [ -n "${COV:-}" ]; then
    echo "skip frank_mod: built for coverage"
    exit 0
fi
if [ "${HASH:-openssl}" != openssl ]; then
    echo "skip frank_mod: the same with either hash"
    exit 0
fi
result=0
run() {
    python3 -B "tests/service/$1.py" 2>&1 || {
        echo "not ok $1 as a whole"
        result=1
    }
}

run mod_flow
run mod_opening
run mod_matrix
run mod_rights
run mod_shell
run mod_purge
run mod_attachments
run mod_statistics
run mod_console
run mod_webhook
run mod_export
run mod_cosigned
if [ -n "${SAN:-}" ]; then
    export CYCLES=10
fi
run mod_hard
run mod_kill
[ -z "${SAN:-}" ] || exit $result
folder=$(mktemp -d)
small_disk() {
    unshare -Urm sh -c "mount -t tmpfs -o size=48m frank '$folder' && $1"
}
if small_disk true 2>/dev/null; then
    small_disk "python3 -B tests/service/mod_disk.py '$folder'" || {
        echo "not ok mod_disk as a whole"
        result=1
    }
else
    echo "skip mod_disk: no file systems of one's own"
fi
rmdir "$folder"
if command -v strace >/dev/null && strace -qq -o /dev/null true 2>/dev/null; then
    run mod_faults
else
    echo "skip mod_faults: no strace"
fi
exit $result
