# SPDX-License-Identifier: Apache-2.0
"""The group ristretto255, written from RFC 9496.

Points are in extended coordinates (X, Y, Z, T) on the twisted Edwards curve
-x^2 + y^2 = 1 + d x^2 y^2 (RFC 8032 section 5.1). None of this runs in constant
time: it is for tests alone.
"""

from wire import Refused

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def is_negative(x):
    """RFC 9496 section 4.2: a field element whose encoding is odd."""
    return x % P & 1 == 1


def absolute(x):
    """CT_ABS of RFC 9496 section 4.2: x or -x, the one that is not negative."""
    return (-x if is_negative(x) else x) % P


def sqrt_ratio_m1(u, v):
    """SQRT_RATIO_M1 of RFC 9496 section 4.2: (is u/v a square, a root)."""
    r = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    check = v * r * r % P
    correct = check == u % P
    flipped = check == -u % P
    flipped_i = check == -u * SQRT_M1 % P
    if flipped or flipped_i:
        r = r * SQRT_M1 % P
    return correct or flipped, absolute(r)


# RFC 9496 section 4.1 states these as numbers; they are roots, and published
# vectors show that each is the right one of the two (vectors.py).
ONE_MINUS_D_SQ = (1 - D * D) % P
D_MINUS_ONE_SQ = (D - 1) ** 2 % P
SQRT_AD_MINUS_ONE = P - sqrt_ratio_m1(-D - 1, 1)[1]
INVSQRT_A_MINUS_D = sqrt_ratio_m1(1, -1 - D)[1]

IDENTITY = (0, 1, 1, 0)


# ---- Group ------------------------------------------------------------------


def add(p, q):
    """RFC 8032 section 5.1.4; complete, so it serves for doubling too."""
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = p[3] * 2 * D * q[3] % P
    d = p[2] * 2 * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def multiply(scalar, p):
    """scalar * p, bit by bit from the highest."""
    total = IDENTITY
    for bit in bin(scalar % ORDER)[2:]:
        total = add(total, total)
        if bit == "1":
            total = add(total, p)
    return total


def equal(p, q):
    """RFC 9496 section 4.3.3: of the same class."""
    return (p[0] * q[1] - p[1] * q[0]) % P == 0 or (
        p[1] * q[1] - p[0] * q[0]
    ) % P == 0


# ---- Encoding ---------------------------------------------------------------


def decode(data):
    """RFC 9496 section 4.3.1. All 256 bits count: the top one must be 0."""
    s = int.from_bytes(data, "little")
    if len(data) != 32 or s >= P or is_negative(s):
        raise Refused("a point that is not encoded canonically")
    u1, u2 = (1 - s * s) % P, (1 + s * s) % P
    v = (-D * u1 * u1 - u2 * u2) % P
    was_square, inverse = sqrt_ratio_m1(1, v * u2 * u2 % P)
    den_x = inverse * u2 % P
    den_y = inverse * den_x * v % P
    x = absolute(2 * s * den_x)
    y = u1 * den_y % P
    t = x * y % P
    if not was_square or is_negative(t) or y == 0:
        raise Refused("bytes that encode no point")
    return x, y, 1, t


def encode(p):
    """RFC 9496 section 4.3.2."""
    x0, y0, z0, t0 = p
    u1 = (z0 + y0) * (z0 - y0) % P
    u2 = x0 * y0 % P
    _, inverse = sqrt_ratio_m1(1, u1 * u2 * u2 % P)
    den1, den2 = inverse * u1 % P, inverse * u2 % P
    z_inverse = den1 * den2 * t0 % P
    x, y, den_inverse = x0, y0, den2
    if is_negative(t0 * z_inverse):
        x, y = y0 * SQRT_M1 % P, x0 * SQRT_M1 % P
        den_inverse = den1 * INVSQRT_A_MINUS_D % P
    if is_negative(x * z_inverse):
        y = -y % P
    return absolute(den_inverse * (z0 - y)).to_bytes(32, "little")


def decode_public(data):
    """A point that someone else sent: not the identity (docs/PROTOCOL.md 9.1)."""
    point = decode(data)
    if equal(point, IDENTITY):
        raise Refused("a point that is the identity")
    return point


# ---- From a hash ------------------------------------------------------------


def element_map(t):
    """MAP of RFC 9496 section 4.3.4."""
    r = SQRT_M1 * t * t % P
    u = (r + 1) * ONE_MINUS_D_SQ % P
    v = (-1 - r * D) * (r + D) % P
    was_square, s = sqrt_ratio_m1(u, v)
    c = -1 % P
    if not was_square:
        s, c = -absolute(s * t) % P, r
    n = (c * (r - 1) * D_MINUS_ONE_SQ - v) % P
    w0, w1 = 2 * s * v % P, n * SQRT_AD_MINUS_ONE % P
    w2, w3 = (1 - s * s) % P, (1 + s * s) % P
    return w0 * w3 % P, w2 * w1 % P, w1 * w3 % P, w0 * w2 % P


def from_hash(data):
    """Element derivation from 64 bytes, RFC 9496 section 4.3.4."""
    halves = (data[:32], data[32:64])
    low = [int.from_bytes(half, "little") % 2**255 % P for half in halves]
    return add(element_map(low[0]), element_map(low[1]))


BASE = decode(
    bytes.fromhex(
        "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"
    )
)


# ---- Scalars ----------------------------------------------------------------


def scalar_decode(data):
    """RFC 9496 section 4.4: 32 bytes, little-endian, below the order."""
    value = int.from_bytes(data, "little")
    if len(data) != 32 or value >= ORDER:
        raise Refused("a scalar that is not below the group's order")
    return value


def scalar_encode(value):
    """The inverse of scalar_decode()."""
    return (value % ORDER).to_bytes(32, "little")


def scalar_reduce(data):
    """64 bytes as a little-endian number, modulo the order."""
    return int.from_bytes(data, "little") % ORDER
