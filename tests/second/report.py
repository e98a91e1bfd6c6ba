# SPDX-License-Identifier: Apache-2.0
"""The structures of a report, each written beside how it is read:
docs/PROTOCOL.md, sections 5 and 9. Reading refuses what breaks a rule there."""

import hashlib
from dataclasses import dataclass, field

from content import CONTENT_MAX, URI_MAX
from wire import Reader, Refused, opaque, optional, uint

VERSION = 1
MESSAGES_MAX = 64
NOTE_MAX = 4096
BODY_MIN = 1024
SUITES = (0x0001, 0x0003)  # Ed25519
SIGNATURE_BYTES = 64
NOBODY = bytes(32)
WITHHELD, DISCLOSED = 0, 1
HASH_BYTES = 32
ATTACHMENTS_MAX = 64
PROOF_MAX = 56
ENCLOSED_MAX = 8 * 2**20
URL_MAX = 2048
CHUNKS_MAX = 2**28


@dataclass
class Context:
    """ServerFrankingContext."""

    sender: bytes
    room: bytes
    time: int

    def encode(self):
        return opaque(self.sender) + opaque(self.room) + uint(8, self.time)

    @staticmethod
    def read(r):
        sender = r.opaque("sender URI", 1, URI_MAX)
        room = r.opaque("room URI", 1, URI_MAX)
        return Context(sender, room, r.uint(8, "accepted timestamp"))


def read_frank(r):
    """Frank, as its bytes."""
    start = r.at
    r.take(32, "server frank")
    suite = r.uint(2, "cipher suite")
    if suite not in SUITES:
        raise Refused(f"cipher suite {suite:#06x}")
    r.opaque("signature", SIGNATURE_BYTES, SIGNATURE_BYTES)
    return r.data[start : r.at]


@dataclass
class Place:
    """TranscriptStamp."""

    room_seq: int
    seen_seq: int
    frank: bytes

    def encode(self):
        return uint(8, self.room_seq) + uint(8, self.seen_seq) + self.frank

    @staticmethod
    def read(r):
        room_seq = r.uint(8, "room_seq")
        seen_seq = r.uint(8, "seen_seq")
        return Place(room_seq, seen_seq, r.take(32, "transcript frank"))


@dataclass
class Evidence:
    """That a message was sent, without the message."""

    tag: bytes
    context: Context
    frank: bytes
    place: Place | None = None

    def encode(self):
        place = b"\x00" if self.place is None else b"\x01" + self.place.encode()
        return self.tag + self.context.encode() + self.frank + place

    @staticmethod
    def read(r):
        tag = r.take(32, "franking tag")
        context = Context.read(r)
        frank = read_frank(r)
        present = r.present("transcript stamp")
        return Evidence(tag, context, frank, Place.read(r) if present else None)


@dataclass
class Header:
    """ReportHeader."""

    report_id: bytes
    created: int
    reporter_digest: bytes
    reason: int
    accused: int
    evidence: list

    def encode(self):
        evidence = b"".join(item.encode() for item in self.evidence)
        return (
            uint(1, VERSION)
            + self.report_id
            + uint(8, self.created)
            + self.reporter_digest
            + uint(1, self.reason)
            + uint(1, self.accused)
            + opaque(evidence)
        )

    @staticmethod
    def read(r):
        version = r.uint(1, "version")
        if version != VERSION:
            raise Refused(f"version {version}")
        header = Header(
            r.take(16, "report id"),
            r.uint(8, "created"),
            r.take(32, "reporter digest"),
            r.uint(1, "reason"),
            r.uint(1, "accused"),
            r.vector("evidence", Evidence.read, 1, MESSAGES_MAX),
        )
        header.check()
        return header

    def check(self):
        """The accused is there, and all of it is of one room."""
        if self.accused >= len(self.evidence):
            raise Refused(f"accused: message {self.accused} is not there")
        if len({item.context.room for item in self.evidence}) != 1:
            raise Refused("evidence of several rooms")


@dataclass
class Reporter:
    """Who reports; beside the header, so that it can be left out later."""

    salt: bytes
    uri: bytes

    def encode(self):
        return self.salt + opaque(self.uri)

    def digest(self):
        return hashlib.sha256(b"\x01" + self.salt + self.uri).digest()

    @staticmethod
    def read(r):
        salt = r.take(32, "reporter salt")
        return Reporter(salt, r.opaque("reporting user", 1, URI_MAX))


def read_reporter(r, header):
    """optional<Reporter>, which must be the one that the header hides."""
    reporter = Reporter.read(r) if r.present("reporter") else None
    digest = NOBODY if reporter is None else reporter.digest()
    if digest != header.reporter_digest:
        raise Refused("another reporter than the header's")
    return reporter


# ---- Body -------------------------------------------------------------------


@dataclass
class Range:
    """AttachmentRange: what is disclosed of a file. No keys: all of it."""

    evidence: int
    part: int
    first: int = 0
    keys: bytes = b""
    proof: bytes = b""
    ciphertext: bytes | None = None
    url: bytes = b""

    def encode(self):
        sealed = self.ciphertext
        return (
            uint(1, self.evidence)
            + uint(2, self.part)
            + uint(8, self.first)
            + opaque(self.keys)
            + opaque(self.proof)
            + optional(None if sealed is None else opaque(sealed))
            + opaque(self.url)
        )

    @staticmethod
    def read(r):
        place = r.uint(1, "evidence"), r.uint(2, "part"), r.uint(8, "chunk")
        keys = r.opaque("chunk keys")
        proof = r.opaque("proof", 0, PROOF_MAX * HASH_BYTES)
        sealed = None
        if r.present("ciphertext"):
            sealed = r.opaque("ciphertext", 0, ENCLOSED_MAX)
        url = r.opaque("url", 0, URL_MAX)
        return Range(*place, keys, proof, sealed, url)

    def count(self):
        """Chunks of the run."""
        return len(self.keys) // HASH_BYTES

    def check(self, contents):
        """What it must hold by itself."""
        if self.evidence >= len(contents) or contents[self.evidence] is None:
            raise Refused("attachment of a message that is not disclosed")
        if len(self.keys) % HASH_BYTES or len(self.proof) % HASH_BYTES:
            raise Refused("attachment: not whole hashes")
        if not self.keys and (self.first or self.proof):
            raise Refused("attachment: a whole file with a place or a proof")
        if self.first + self.count() > CHUNKS_MAX:
            raise Refused("attachment: beyond any file")
        if self.url and self.ciphertext is not None:
            raise Refused("attachment: enclosed, and elsewhere")
        if any(not 0x21 <= byte <= 0x7E for byte in self.url):
            raise Refused("attachment: an address that is none")

    def is_behind(self, other):
        """Whether it may stand behind this one."""
        mine, others = (self.evidence, self.part), (other.evidence, other.part)
        if mine != others or not self.keys or not other.keys:
            return mine > others
        return self.first >= other.first + other.count()


def check_ranges(ranges, contents):
    """What they must hold together."""
    for i, item in enumerate(ranges):
        item.check(contents)
        if i and not item.is_behind(ranges[i - 1]):
            raise Refused(f"attachment {i}: order, or an overlap")
    if sum(len(item.ciphertext or b"") for item in ranges) > ENCLOSED_MAX:
        raise Refused("attachments: too much is enclosed")


@dataclass
class Body:
    """ReportBody; a content is None where it is withheld."""

    note: bytes
    contents: list
    ranges: list = field(default_factory=list)

    def encode(self):
        openings = b"".join(encode_opening(item) for item in self.contents)
        ranges = b"".join(item.encode() for item in self.ranges)
        return opaque(self.note) + opaque(openings) + opaque(ranges)

    @staticmethod
    def read(data, count):
        r = Reader(data)
        note = r.opaque("note", 0, NOTE_MAX)
        contents = r.vector("openings", read_opening, count, count)
        ranges = r.vector("attachments", Range.read, 0, ATTACHMENTS_MAX)
        r.end("body")
        check_ranges(ranges, contents)
        try:
            note.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Refused("note: not UTF-8") from error
        return Body(note, contents, ranges)


def encode_opening(content):
    """Opening: withheld ones are empty."""
    if content is None:
        return uint(1, WITHHELD) + opaque(b"")
    return uint(1, DISCLOSED) + opaque(content)


def read_opening(r):
    """Opening, as a content or None."""
    state = r.uint(1, "disclosure")
    if state not in (WITHHELD, DISCLOSED):
        raise Refused(f"disclosure: {state}")
    content = r.opaque("content", 0, CONTENT_MAX if state == DISCLOSED else 0)
    return content if state == DISCLOSED else None


# ---- Padding ----------------------------------------------------------------


def padme(n):
    """docs/PROTOCOL.md 9.2: the next length that tells little about n."""
    e = n.bit_length() - 1
    unit = 1 << e - e.bit_length()
    return -(-n // unit) * unit


def padded_length(length):
    """Of a body of `length` bytes, which 0x80 follows."""
    return max(BODY_MIN, padme(length + 1))


def pad(data):
    """Body, 0x80, zeros."""
    return (data + b"\x80").ljust(padded_length(len(data)), b"\x00")


def unpad(data):
    """The body in front of exactly this padding."""
    stripped = data.rstrip(b"\x00")
    body = stripped[:-1]
    if stripped != body + b"\x80" or len(data) != padded_length(len(body)):
        raise Refused("padding")
    return body


def is_padded_length(length):
    """Whether any body is of this length once it is padded."""
    return length >= BODY_MIN and padme(length) == length
