# SPDX-License-Identifier: Apache-2.0
"""SealedReport: seal, read, check the proof of the seal, open with Z:
docs/PROTOCOL.md, section 9."""

import hashlib
import hmac
from dataclasses import dataclass

import proof
import report
import ristretto255 as group
import xchacha
from wire import Reader, Refused, opaque, optional

REPORT_MAX = 16 * 2**20
NONCE = bytes(xchacha.NONCE_BYTES)


def key_id(public):
    """quorum_key_id of an encoded P."""
    return hashlib.sha256(public).digest()[:16]


@dataclass
class Seal:
    """QuorumSeal, its points and scalars as bytes."""

    quorum: bytes
    u: bytes
    w: bytes
    proof: bytes
    commitment: bytes

    def encode(self):
        return self.quorum + self.u + self.w + self.proof + self.commitment

    @staticmethod
    def read(r):
        return Seal(
            r.take(16, "quorum key id"),
            r.take(32, "U"),
            r.take(32, "W"),
            r.take(64, "e, f"),
            r.take(32, "key commitment"),
        )

    def associated(self, label):
        """What the body's encryption is bound to."""
        return label + self.quorum + self.u + self.w

    def statement(self, label, sealed_body):
        """What the proof is about."""
        return (
            b"frank v1 seal"
            + hashlib.sha256(label).digest()
            + self.quorum
            + self.commitment
            + hashlib.sha256(sealed_body).digest()
            + self.u
            + self.w
        )


@dataclass
class Sealed:
    """A SealedReport as anyone can read it. label: ReportHeader and
    optional<Reporter> as they stand there."""

    header: report.Header
    reporter: report.Reporter | None
    header_hash: bytes
    label: bytes
    seal: Seal
    body: bytes
    digest: bytes


def derive(quorum, header_hash, u, z):
    """Body key and key commitment."""
    data = b"frank v1 report" + quorum + header_hash + u + z
    both = hashlib.sha512(data).digest()
    return both[:32], both[32:]


def encapsulate(public, r):
    """U, W and Z."""
    bases = group.BASE, proof.H, group.decode_public(public)
    return [group.encode(group.multiply(r, base)) for base in bases]


def seal_bytes(header, reporter, padded, public, points, secrets):
    """A SealedReport from its encoded parts, whatever they are. points: U, W
    and Z; secrets: r and t."""
    u, w, z = points
    label = header + optional(reporter)
    header_hash = hashlib.sha256(header).digest()
    key, commitment = derive(key_id(public), header_hash, u, z)
    seal = Seal(key_id(public), u, w, b"", commitment)
    text = xchacha.encrypt(key, NONCE, padded, seal.associated(label))
    statement = seal.statement(label, text)
    seal.proof = proof.prove(statement, (group.BASE, proof.H), *secrets)
    return label + seal.encode() + opaque(text)


def make(header, reporter, body, public, r=None, t=None):
    """A SealedReport's bytes; r and t are for vectors, else random."""
    r = proof.fresh_scalar() if r is None else r
    return seal_bytes(
        header.encode(),
        reporter and reporter.encode(),
        report.pad(body.encode()),
        public,
        encapsulate(public, r),
        (r, t),
    )


def read(data):
    """A SealedReport; its proof is not checked yet."""
    if len(data) > REPORT_MAX:
        raise Refused("sealed report: too large")
    r = Reader(data)
    header = report.Header.read(r)
    header_hash = hashlib.sha256(data[: r.at]).digest()
    reporter = report.read_reporter(r, header)
    label = data[: r.at]
    seal = Seal.read(r)
    body = r.opaque("sealed body")
    r.end("sealed report")
    if not report.is_padded_length(len(body) - xchacha.TAG_BYTES):
        raise Refused(f"sealed body: {len(body)} bytes")
    digest = hashlib.sha256(data).digest()
    return Sealed(header, reporter, header_hash, label, seal, body, digest)


def check(sealed, public):
    """The proof of the seal, and that it is for this quorum."""
    seal = sealed.seal
    if seal.quorum != key_id(public):
        raise Refused("sealed to another quorum key")
    publics = group.decode_public(seal.u), group.decode_public(seal.w)
    statement = seal.statement(sealed.label, sealed.body)
    proof.verify(statement, (group.BASE, proof.H), publics, seal.proof, "seal")


def unlock(sealed, z):
    """The body, from Z. The commitment is compared before anything is
    decrypted: no other key opens this report."""
    seal = sealed.seal
    key, commitment = derive(seal.quorum, sealed.header_hash, seal.u, z)
    if not hmac.compare_digest(commitment, seal.commitment):
        raise Refused("the key commitment does not match")
    associated = seal.associated(sealed.label)
    padded = xchacha.decrypt(key, NONCE, sealed.body, associated)
    return report.Body.read(report.unpad(padded), len(sealed.header.evidence))
