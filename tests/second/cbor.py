# SPDX-License-Identifier: Apache-2.0
"""Steps over CBOR (RFC 8949): any well-formed item, also of indefinite length,
with long heads or with tags in front, because each of them can be stamped.
"""

from wire import Refused

UINT, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG, SIMPLE = range(8)
INDEFINITE = -1
BREAK = (SIMPLE, INDEFINITE)


def head(r):
    """RFC 8949 section 3: (major type, argument or INDEFINITE)."""
    first = r.uint(1, "CBOR head")
    major, low = first >> 5, first & 31
    if low < 24:
        return major, low
    if low == 31 and major in (BYTES, TEXT, ARRAY, MAP, SIMPLE):
        return major, INDEFINITE
    if low > 27:
        raise Refused(f"CBOR head {first:#x}")
    value = r.uint(1 << low - 24, "CBOR head")
    if major == SIMPLE and low == 24 and value < 32:
        raise Refused("a simple value that is not well-formed")
    return major, value


def head_behind_tags(r):
    """The head of an item, its tags passed over; a break is no item."""
    major, value = head(r)
    while major == TAG:
        major, value = head(r)
    if (major, value) == BREAK:
        raise Refused("a break where an item must stand")
    return major, value


def string(r, major, value):
    """The rest of a string, its pieces joined."""
    if value != INDEFINITE:
        return r.take(value, "CBOR string")
    pieces = []
    while True:
        piece = head(r)
        if piece == BREAK:
            return b"".join(pieces)
        if piece[0] != major or piece[1] == INDEFINITE:
            raise Refused("a piece of another kind in a CBOR string")
        pieces.append(r.take(piece[1], "CBOR string"))


def at_break(r):
    """Whether a break comes next, which is then taken."""
    if r.data[r.at : r.at + 1] != b"\xff":
        return False
    r.at += 1
    return True


def elements(r, wanted):
    """Yields once for each element, or pair, of the array or map that comes
    next; whoever iterates reads it."""
    major, value = head_behind_tags(r)
    if major != wanted:
        raise Refused("a CBOR item of another kind")
    while value != 0:
        if value == INDEFINITE and at_break(r):
            return
        yield
        value -= value != INDEFINITE


def skip(r):
    """Steps over one item, which may be as deep as it is long."""
    # Of each container around: items read, items to read, items to an element.
    around = [[0, 1, 1]]
    while around:
        done, total, unit = around[-1]
        whole = done % unit == 0
        if done == total or (total == INDEFINITE and whole and at_break(r)):
            around.pop()
            continue
        around[-1][0] += 1
        major, value = head_behind_tags(r)
        if major in (BYTES, TEXT):
            string(r, major, value)
        elif major in (ARRAY, MAP):
            unit = 2 if major == MAP else 1
            total = value if value == INDEFINITE else value * unit
            around.append([0, total, unit])


def read_string(r, wanted):
    """A string of this kind, or None where something else stood."""
    start = r.at
    major, value = head_behind_tags(r)
    if major == wanted:
        return string(r, major, value)
    r.at = start
    skip(r)
    return None


def read_bytes(r):
    """A byte string, or None."""
    return read_string(r, BYTES)


def read_text(r):
    """A text string as its bytes, or None."""
    return read_string(r, TEXT)


def read_uint(r):
    """An unsigned integer, or None."""
    start = r.at
    major, value = head_behind_tags(r)
    if major == UINT:
        return value
    r.at = start
    skip(r)
    return None
