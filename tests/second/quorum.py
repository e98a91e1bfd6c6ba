# SPDX-License-Identifier: Apache-2.0
"""The quorum key and its shares, consents, receipts, and how k consents make Z:
docs/PROTOCOL.md, section 9."""

import json
import os
import stat
from dataclasses import dataclass

import proof
import ristretto255 as group
import sealed
from wire import Reader, Refused, uint

HOLDERS_MAX = 32


@dataclass
class Quorum:
    """quorum.pub. publics: P_1 to P_n, encoded."""

    threshold: int
    public: bytes
    publics: list

    def holder_public(self, holder):
        """P_i of a holder who is one of the n."""
        if not 1 <= holder <= len(self.publics):
            raise Refused(f"holder {holder} of {len(self.publics)}")
        return self.publics[holder - 1]


@dataclass
class Share:
    """holder-i.share."""

    quorum: bytes
    holder: int
    scalar: int

    def public(self):
        """P_i."""
        return group.encode(group.multiply(self.scalar, group.BASE))


# ---- Files ------------------------------------------------------------------


def from_hex(text, size):
    """A byte string of a key file."""
    data = bytes.fromhex(text)
    if len(data) != size or len(text) != 2 * size:
        raise Refused(f"not {2 * size} hexadecimal digits")
    return data


def load_quorum(path):
    """quorum.pub."""
    with open(path, encoding="ascii") as file:
        stated = json.load(file)
    publics = [from_hex(text, 32) for text in stated["share_publics"]]
    quorum = Quorum(stated["threshold"], from_hex(stated["P"], 32), publics)
    if stated["holders"] != len(publics) or len(publics) > HOLDERS_MAX:
        raise Refused("quorum key: wrong number of holders")
    if not 1 <= quorum.threshold <= len(publics):
        raise Refused("quorum key: threshold")
    for point in [quorum.public] + publics:
        group.decode_public(point)
    return quorum


def load_share(path, quorum):
    """A share file, which nobody else may read, of this quorum."""
    if stat.S_IMODE(os.stat(path).st_mode) & 0o077:
        raise Refused(f"{path}: group or others can read it")
    with open(path, encoding="ascii") as file:
        stated = json.load(file)
    scalar = group.scalar_decode(from_hex(stated["share"], 32))
    quorum_id = from_hex(stated["quorum_key_id"], 16)
    share = Share(quorum_id, stated["holder"], scalar)
    if share.quorum != sealed.key_id(quorum.public):
        raise Refused("share of another quorum")
    if share.public() != quorum.holder_public(share.holder):
        raise Refused("share: not the one of its holder")
    return share


# ---- Consent ----------------------------------------------------------------


def consent_statement(report, u_i, p_i):
    """What the proof of a consent is about."""
    return b"frank v1 consent" + report.digest + report.seal.u + u_i + p_i


def consent(share, report, t=None):
    """Consent, for a report whose seal was checked."""
    u = group.decode_public(report.seal.u)
    u_i = group.encode(group.multiply(share.scalar, u))
    statement = consent_statement(report, u_i, share.public())
    made = proof.prove(statement, (group.BASE, u), share.scalar, t)
    return uint(1, share.holder) + u_i + made


def check_consent(data, report, quorum):
    """(holder, U_i as a point) of a consent that holds."""
    r = Reader(data)
    holder = r.uint(1, "holder")
    u_i = r.take(32, "U_i")
    made = r.take(64, "e_i, f_i")
    r.end("consent")
    p_i = quorum.holder_public(holder)
    point = group.decode_public(u_i)
    bases = group.BASE, group.decode_public(report.seal.u)
    publics = group.decode_public(p_i), point
    statement = consent_statement(report, u_i, p_i)
    proof.verify(statement, bases, publics, made, f"consent of holder {holder}")
    return holder, point


def lagrange(holders, i):
    """Holder i's coefficient at 0."""
    top = bottom = 1
    for j in holders:
        if j != i:
            top = top * j % group.ORDER
            bottom = bottom * (j - i) % group.ORDER
    return top * pow(bottom, -1, group.ORDER) % group.ORDER


def combine(consents, quorum):
    """Z from checked consents, of which the first k are taken."""
    if len({holder for holder, _ in consents}) != len(consents):
        raise Refused("two consents of one holder")
    if len(consents) < quorum.threshold:
        raise Refused(f"{len(consents)} consents of {quorum.threshold}")
    taken = consents[: quorum.threshold]
    holders = [holder for holder, _ in taken]
    z = group.IDENTITY
    for holder, point in taken:
        z = group.add(z, group.multiply(lagrange(holders, holder), point))
    return group.encode(z)


# ---- Receipt ----------------------------------------------------------------


LABEL = b"frank v1 consent receipt"


def receipt(share, report, time, t=None):
    """ConsentReceipt."""
    stated = report.digest + share.quorum + uint(8, time)
    statement = LABEL + stated + share.public()
    made = proof.prove(statement, (group.BASE,), share.scalar, t)
    return uint(1, share.holder) + stated + made


def check_receipt(data, quorum):
    """(holder, report digest, time) of a receipt that holds."""
    r = Reader(data)
    holder = r.uint(1, "holder")
    digest = r.take(32, "report digest")
    quorum_id = r.take(16, "quorum key id")
    time = r.uint(8, "time")
    made = r.take(64, "e, f")
    r.end("receipt")
    if quorum_id != sealed.key_id(quorum.public):
        raise Refused("receipt of another quorum")
    p_i = quorum.holder_public(holder)
    statement = LABEL + digest + quorum_id + uint(8, time) + p_i
    publics = (group.decode_public(p_i),)
    proof.verify(statement, (group.BASE,), publics, made, "receipt")
    return holder, digest, time
