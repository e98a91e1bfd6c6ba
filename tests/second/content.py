# SPDX-License-Identifier: Apache-2.0
"""What a franking tag is taken over, in each content format:
docs/PROTOCOL.md, section 3.

Only locating is done here, which is all that proving needs: salt, sender, room.
"""

import hashlib
import hmac
from dataclasses import dataclass

import cbor
from wire import Reader, Refused, opaque, uint

CONTENT_MAX = 2**20
URI_MAX = 1024
PARTS_MAX = 64
PLAIN, PARTED = 1, 2
PRESENT, WITHHELD = 0, 1


@dataclass
class Content:
    """A content as it was located. A MIMI content can name its sender and its
    room more than once; the stamp decides which of them count."""

    format: str
    salt: bytes
    tagged: bytes  # what the tag covers
    senders: list
    rooms: list
    parts: int = 0
    withheld: int = 0

    def tag(self):
        """franking_tag = HMAC-SHA256(salt, content)."""
        return hmac.new(self.salt, self.tagged, hashlib.sha256).digest()


# ---- plain and parted -------------------------------------------------------


def read_uri(r, what):
    """IdentifierUri."""
    return r.opaque(what, 1, URI_MAX)


def read_plain(data):
    """PlainContent, behind its first byte."""
    r = Reader(data)
    r.uint(1, "format")
    salt = r.take(32, "salt")
    sender, room = read_uri(r, "sender URI"), read_uri(r, "room URI")
    r.opaque("media type")
    r.opaque("body")
    r.end("plain content")
    return Content("plain", salt, data, [sender], [room])


def read_slot(r):
    """PartSlot, as (whether it is withheld, its digest)."""
    state = r.uint(1, "part state")
    if state == WITHHELD:
        return True, r.take(32, "part digest")
    if state != PRESENT:
        raise Refused(f"part state: {state}")
    start = r.at
    r.opaque("part name")
    r.opaque("part media type")
    r.take(32, "part salt")
    r.opaque("part body")
    part = r.data[start : r.at]
    return False, hashlib.sha256(b"\x00" + part).digest()


def read_parted(data):
    """PartedContent; its tag covers the digested form."""
    r = Reader(data)
    r.uint(1, "format")
    salt = r.take(32, "salt")
    sender, room = read_uri(r, "sender URI"), read_uri(r, "room URI")
    front = data[: r.at]
    slots = r.vector("parts", read_slot, 1, PARTS_MAX)
    r.end("parted content")
    digests = b"".join(uint(1, WITHHELD) + digest for _, digest in slots)
    withheld = sum(1 for is_withheld, _ in slots if is_withheld)
    tagged = front + opaque(digests)
    return Content(
        "parted", salt, tagged, [sender], [room], len(slots), withheld
    )


# ---- MIMI -------------------------------------------------------------------


def read_extensions(r):
    """The texts of extensions 1 and 2; of several, the first and the last."""
    found = {1: [], 2: []}
    for _ in cbor.elements(r, cbor.MAP):
        key = cbor.read_uint(r)
        text = cbor.read_text(r)
        if key in found and text is not None and 1 <= len(text) <= URI_MAX:
            found[key] = found[key][:1] + [text]
    if not found[1] or not found[2]:
        raise Refused("a MIMI content without sender or room")
    return found[1], found[2]


def read_mimi(data):
    """mimiContent: an array of seven elements or more, the last one ignored."""
    r = Reader(data)
    salt = names = None
    count = 0
    for count, _ in enumerate(cbor.elements(r, cbor.ARRAY), 1):
        if count == 1:
            salt = cbor.read_bytes(r)
        elif count == 6:
            names = read_extensions(r)
        else:
            cbor.skip(r)
    r.end("MIMI content")
    if count < 7 or salt is None or len(salt) != 16:
        raise Refused("a MIMI content without its seven elements or its salt")
    return Content("mimi", salt, data, *names)


def read_framed(data):
    """ApplicationFraming around a MIMI content; the tag covers it all."""
    r = Reader(data)
    r.opaque("media type")
    inner = Reader(r.opaque("media type parameters"))
    while inner.at < len(inner.data):
        inner.opaque("parameter name")
        inner.opaque("parameter value")
    content = read_mimi(r.opaque("framed message"))
    r.end("framing")
    content.format, content.tagged = "mimi-framed", data
    return content


def locate(data):
    """A content of any format; the first byte tells which."""
    if not 0 < len(data) <= CONTENT_MAX:
        raise Refused(f"content: {len(data)} bytes")
    first = data[0]
    if first == PLAIN:
        return read_plain(data)
    if first == PARTED:
        return read_parted(data)
    if first < 0x80:
        return read_framed(data)
    return read_mimi(data)


def why_not(data, evidence):
    """None if this content is what was stamped, or the reason why not."""
    try:
        content = locate(data)
    except Refused as reason:
        return str(reason)
    if not hmac.compare_digest(content.tag(), evidence.tag):
        return "not the content of this franking tag"
    if evidence.context.sender not in content.senders:
        return "another sender than in the stamp"
    if evidence.context.room not in content.rooms:
        return "another room than in the stamp"
    return None
