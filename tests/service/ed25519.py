# SPDX-License-Identifier: Apache-2.0
"""Ed25519 (RFC 8032) by itself, slow and plain: a second implementation for the
tests of logs and witnesses. Points are (X, Y, Z, T) with x = X/Z, y = Y/Z, and
T = XY/Z."""

import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)  # of -1
NEUTRAL = (0, 1, 1, 0)


def add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(n, p):
    out = NEUTRAL
    while n:
        if n & 1:
            out = add(out, p)
        p = add(p, p)
        n >>= 1
    return out


def x_of(y, sign):
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P:
        raise ValueError("no point")
    return P - x if x & 1 != sign else x


def point(y, sign):
    x = x_of(y, sign)
    return x, y, 1, x * y % P


BASE = point(4 * pow(5, P - 2, P) % P, 0)


def encode(p):
    inverse = pow(p[2], P - 2, P)
    x, y = p[0] * inverse % P, p[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def decode(data):
    n = int.from_bytes(data, "little")
    return point(n & (2**255 - 1), n >> 255)


def number(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def expand(seed):
    h = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(h[:32], "little")
    return scalar & (2**254 - 8) | 2**254, h[32:]


def public(seed):
    return encode(times(expand(seed)[0], BASE))


def sign(seed, message):
    scalar, prefix = expand(seed)
    key = encode(times(scalar, BASE))
    r = number(prefix, message) % L
    commitment = encode(times(r, BASE))
    s = (r + number(commitment, key, message) * scalar) % L
    return commitment + s.to_bytes(32, "little")


def verify(key, message, signature):
    s = int.from_bytes(signature[32:], "little")
    if len(signature) != 64 or s >= L:
        return False
    right = add(decode(signature[:32]),
                times(number(signature[:32], key, message), decode(key)))
    return encode(times(s, BASE)) == encode(right)
