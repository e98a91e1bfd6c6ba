#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The moderation side's end of the feed against the hub's service.
set -u
if [ -n "${COV:-}" ]; then
    echo "skip feed_client: built for coverage"
    exit 0
fi
python3 -B tests/service/feed_client.py 2>&1
