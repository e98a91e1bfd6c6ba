# SPDX-License-Identifier: Apache-2.0
"""TLS presentation language as docs/PROTOCOL.md, section 2, uses it: big-endian integers,
<V> of RFC 9420 section 2.1.2 with lengths in their shortest form, optional<T>.
"""

V_MAX = 2**30 - 1


class Refused(Exception):
    """Something that was looked at and must not be accepted."""


# ---- Writing ----------------------------------------------------------------


def uint(size, value):
    """An integer of `size` bytes."""
    return value.to_bytes(size, "big")


def length(value):
    """The prefix of a <V> vector: 1, 2 or 4 bytes, its two highest bits say."""
    if value < 2**6:
        return uint(1, value)
    if value < 2**14:
        return uint(2, 1 << 14 | value)
    if value <= V_MAX:
        return uint(4, 2 << 30 | value)
    raise Refused("a vector that is too long")


def opaque(data):
    """opaque data<V>."""
    return length(len(data)) + data


def optional(data):
    """optional<T>: None, or T as it is encoded."""
    return b"\x00" if data is None else b"\x01" + data


# ---- Reading ----------------------------------------------------------------


class Reader:
    """Reads a structure from its first byte to its last."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, count, what):
        """The next `count` bytes."""
        if len(self.data) - self.at < count:
            raise Refused(f"{what}, at byte {self.at}: ends too early")
        self.at += count
        return self.data[self.at - count : self.at]

    def uint(self, size, what):
        """An integer of `size` bytes."""
        return int.from_bytes(self.take(size, what), "big")

    def length(self, what):
        """The prefix of a <V> vector."""
        first = self.uint(1, what)
        size = 1 << (first >> 6)
        if size == 8:
            raise Refused(f"{what}, at byte {self.at - 1}: no such length")
        rest = int.from_bytes(self.take(size - 1, what), "big")
        value = (first & 0x3F) << 8 * (size - 1) | rest
        if size > 1 and value < 2 ** (6 if size == 2 else 14):
            raise Refused(f"{what}, at byte {self.at}: length not the shortest")
        return value

    def opaque(self, what, least=0, most=V_MAX):
        """opaque what<V>, of `least` to `most` bytes."""
        size = self.length(what)
        if not least <= size <= most:
            raise Refused(f"{what}: {size} bytes, not {least} to {most}")
        return self.take(size, what)

    def present(self, what):
        """The octet of an optional<T>."""
        octet = self.uint(1, what)
        if octet > 1:
            raise Refused(f"{what}: {octet} where 0 or 1 must stand")
        return octet == 1

    def vector(self, what, read, least, most):
        """T what<V>: `least` to `most` elements, each read by `read`."""
        inner = Reader(self.opaque(what))
        items = []
        while inner.at < len(inner.data):
            if len(items) == most:
                raise Refused(f"{what}: more than {most}")
            items.append(read(inner))
        if len(items) < least:
            raise Refused(f"{what}: fewer than {least}")
        return items

    def end(self, what):
        """Nothing is left over."""
        if self.at != len(self.data):
            raise Refused(f"{what}: bytes left over at byte {self.at}")
