# SPDX-License-Identifier: Apache-2.0
"""Proofs of one secret behind several publics (Schnorr; Chaum and Pedersen),
made non-interactive by hashing the statement: docs/PROTOCOL.md,
section 9.
"""

import hashlib
import secrets

import ristretto255 as group
from wire import Refused

H = group.from_hash(hashlib.sha512(b"frank v1 second generator").digest())


def challenge(statement, commitments):
    """e: the statement begins with its label; the commitments come last."""
    data = statement + b"".join(group.encode(point) for point in commitments)
    return group.scalar_reduce(hashlib.sha512(data).digest())


def fresh_scalar(secret=b"", statement=b""):
    """A random scalar; what it is for is hashed in."""
    data = b"second" + secret + statement + secrets.token_bytes(64)
    return group.scalar_reduce(hashlib.sha512(data).digest())


def prove(statement, bases, secret, t=None):
    """e || f, that secret * base is the public of each base."""
    if t is None:
        t = fresh_scalar(group.scalar_encode(secret), statement)
    e = challenge(statement, [group.multiply(t, base) for base in bases])
    return group.scalar_encode(e) + group.scalar_encode(t + e * secret)


def verify(statement, bases, publics, proof, what):
    """Refuses a proof (e || f) that does not hold."""
    e, f = group.scalar_decode(proof[:32]), group.scalar_decode(proof[32:])
    commitments = [
        group.add(group.multiply(f, base), group.multiply(-e, public))
        for base, public in zip(bases, publics, strict=True)
    ]
    if challenge(statement, commitments) != e:
        raise Refused(f"{what}: proof does not hold")
