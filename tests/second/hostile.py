# SPDX-License-Identifier: Apache-2.0
"""Reports whose seal is proven and whose consents hold, but for one thing each
that must be refused. A byte changed in a good report would break its proof
first: these show that what stands behind the proof is looked at too."""

import copy
import hashlib
from types import SimpleNamespace

import proof
import quorum
import report
import ristretto255 as group
import sealed
from wire import Refused, opaque, uint

EMPTY = opaque(b"")
NOTHING = EMPTY + opaque(4 * b"\x00") + EMPTY  # a body: two messages withheld


def top_bit(point):
    """The same point to a decoder that overlooks the highest bit."""
    return point[:31] + bytes([point[31] | 0x80])


# ---- One thing changed ------------------------------------------------------


def headers(header):
    """(name, encoded header) of each that must be refused."""
    other_room = copy.deepcopy(header)
    other_room.evidence[1].context.room += b"x"
    yield "two-rooms", other_room.encode()
    empty_sender = copy.deepcopy(header)
    empty_sender.evidence[1].context.sender = b""
    yield "empty-sender", empty_sender.encode()
    suite = copy.deepcopy(header)
    frank = suite.evidence[0].frank
    suite.evidence[0].frank = frank[:32] + uint(2, 2) + frank[34:]
    yield "suite", suite.encode()
    accused = copy.deepcopy(header)
    accused.accused = 2
    yield "accused", accused.encode()
    named = copy.deepcopy(header)
    named.reporter_digest = bytes(31) + b"\x01"
    yield "digest-of-nobody", named.encode()
    yield "version", b"\x02" + header.encode()[1:]


def run(part=0, first=0, count=1, **rest):
    """An AttachmentRange of message 0 that is elsewhere; good by itself."""
    rest.setdefault("url", b"https://a")
    return report.Range(0, part, first, bytes(32 * count), **rest)


def lists():
    """(name, list of attachments) of each that must be refused, of two
    messages of which the second is withheld."""
    whole = run(count=0)
    yield "attachment-of-withheld", [report.Range(1, 0, 0, bytes(32))]
    yield "attachment-of-no-message", [report.Range(2, 0, 0, bytes(32))]
    yield "attachments-exchanged", [run(1), run(0)]
    yield "attachments-overlap", [run(0, 3, 2), run(0, 4, 1)]
    yield "attachments-backwards", [run(0, 3, 2), run(0, 0, 1)]
    yield "attachment-twice", [run(), run()]
    yield "attachment-whole-twice", [whole, whole]
    yield "attachment-whole-and-part", [whole, run(0, 5)]
    yield "attachment-part-and-whole", [run(0, 0), whole]
    yield "attachment-whole-from-1", [run(first=1, count=0)]
    yield "attachment-whole-proven", [run(count=0, proof=bytes(32))]
    yield "attachment-beyond", [run(first=2**28)]
    yield "attachment-far-beyond", [run(first=2**64 - 1)]
    yield "attachment-proof-odd", [run(proof=bytes(33))]
    yield "attachment-proof-long", [run(proof=bytes(57 * 32))]
    yield "attachment-address-space", [run(url=b"https://a b")]
    yield "attachment-address-not-ascii", [run(url=b"https://\xff")]
    yield "attachment-address-long", [run(url=2049 * b"a")]
    yield "attachment-enclosed-with-address", [run(ciphertext=bytes(17))]
    yield "attachments-65", [run(0, i) for i in range(65)]
    odd = run()
    odd.keys += b"\x00"
    yield "attachment-keys-odd", [odd]


def check_enclosed(first):
    """Too large to be sealed here, in plain Python: looked at unsealed."""
    half = report.Range(0, 0, 0, b"", b"", bytes(4 * 2**20))
    for more, refused in ((0, False), (1, True)):
        rest = report.Range(0, 1, 0, b"", b"", bytes(4 * 2**20 + more))
        data = report.Body(b"", [first], [half, rest]).encode()
        try:
            report.Body.read(data, 1)
            accepted = True
        except Refused:
            accepted = False
        if accepted == refused:
            raise ValueError("8 MiB may be enclosed, and no more")


def bodies(body):
    """(name, padded body) of each that must be refused."""
    first, second = body.contents
    check_enclosed(first)
    for name, ranges in lists():
        data = report.Body(b"", [first, None], ranges).encode()
        yield name, report.pad(data)
    unpadded = {
        "contents-exchanged": report.Body(b"", [second, first]).encode(),
        "empty-content": report.Body(b"", [first, b""]).encode(),
        "too-few-openings": report.Body(b"", [first]).encode(),
        "too-many-openings": report.Body(b"", [first, second, None]).encode(),
        "note-not-text": opaque(b"\xff") + NOTHING[1:],
        "note-too-long": opaque(4097 * b"a") + NOTHING[1:],
        "note-length-not-shortest": b"\x40\x00" + NOTHING[1:],
        "withheld-with-content": EMPTY + opaque(b"\x00\x01a\x00\x00") + EMPTY,
        "neither-nor": EMPTY + opaque(b"\x02\x00\x00\x00") + EMPTY,
        "attachments": NOTHING[:-1] + opaque(b"a"),
        "left-over": NOTHING + b"\x00",
        "cut-short": NOTHING[:-1],
    }
    for name, data in unpadded.items():
        yield name, report.pad(data)
    yield "padding-without-its-mark", NOTHING.ljust(1024, b"\x00")
    marked = NOTHING + b"\x80"
    yield "padding-not-zeros", marked.ljust(1023, b"\x00") + b"\x01"
    yield "padding-too-long", marked.ljust(1088, b"\x00")
    yield "padding-too-short", marked.ljust(992, b"\x00")
    yield "padding-odd", marked.ljust(1025, b"\x00")


def reports(messages, public):
    """(name, SealedReport); the one named good is good."""
    evidence, contents = [list(part) for part in zip(*messages)]
    header = report.Header(bytes(16), 1, report.NOBODY, 1, 0, evidence)
    body = report.Body(b"", contents)
    plain, padded = header.encode(), report.pad(body.encode())
    r = proof.fresh_scalar()
    u, w, z = points = sealed.encapsulate(public, r)

    def seal(name, header=plain, reporter=None, padded=padded, points=points):
        args = header, reporter, padded, public, points, (r, None)
        return name, sealed.seal_bytes(*args)

    yield seal("good")
    somebody = report.Reporter(bytes(32), b"a").encode()
    yield seal("reporter-of-nobody", reporter=somebody)
    for name, data in headers(header):
        yield seal(name, header=data)
    for name, data in bodies(body):
        yield seal(name, padded=data)
    yield seal("u-top-bit", points=(top_bit(u), w, z))
    yield seal("w-top-bit", points=(u, top_bit(w), z))
    yield seal("another-key", points=(u, w, group.encode(group.BASE)))


# ---- Consents ---------------------------------------------------------------


def seal_point(data, public):
    """Where U stands: behind header, reporter and quorum key id."""
    at = data.index(sealed.key_id(public)) + 16
    return data[at : at + 32]


def consent(data, u, share, change=bytes):
    """A consent that its holder gave without looking. change: of U_i."""
    stated = SimpleNamespace(
        digest=hashlib.sha256(data).digest(), seal=SimpleNamespace(u=u)
    )
    base = group.decode(u[:31] + bytes([u[31] & 0x7F]))
    u_i = change(group.encode(group.multiply(share.scalar, base)))
    statement = quorum.consent_statement(stated, u_i, share.public())
    made = proof.prove(statement, (group.BASE, base), share.scalar)
    return uint(1, share.holder) + u_i + made


def files(messages, key, shares):
    """(name, bytes) of all reports and the consents to them."""
    for name, data in reports(messages, key.public):
        yield f"{name}.sealed", data
        u = seal_point(data, key.public)
        for share in shares:
            yield f"{name}.consent-{share.holder}", consent(data, u, share)
        if name == "good":
            yield "top-bit.consent", consent(data, u, shares[0], top_bit)
