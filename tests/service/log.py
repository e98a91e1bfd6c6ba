# SPDX-License-Identifier: Apache-2.0
"""The log's tree by itself: RFC 6962, from the entries of the database."""

import hashlib


def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def root(hashes):
    stack = []
    for i, h in enumerate(hashes):
        stack.append(h)
        n = i + 1
        while n % 2 == 0:
            right = stack.pop()
            stack.append(hashlib.sha256(b"\1" + stack.pop() + right).digest())
            n //= 2
    if not stack:
        return hashlib.sha256(b"").digest()
    while len(stack) > 1:
        right = stack.pop()
        stack.append(hashlib.sha256(b"\1" + stack.pop() + right).digest())
    return stack[0]
