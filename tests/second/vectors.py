# SPDX-License-Identifier: Apache-2.0
"""Recomputes tests/vectors/sealed.json, field by field, from the randomness
that it states, then opens each report from its sealed bytes."""

import hashlib
import json
import re
from pathlib import Path

import content
import proof
import published
import quorum
import report
import ristretto255 as group
import sealed
from wire import Refused

# What a report of the file is made of; all its other members are compared.
GIVEN = {
    "report_id", "created", "reporting_user", "reporter_salt", "reason",
    "accused", "note", "message_files", "withheld", "with_transcript", "r", "t",
    "consent_t", "receipt_t",
}  # fmt: skip


def scalar(text):
    """A scalar in hexadecimal."""
    return group.scalar_decode(bytes.fromhex(text))


def note_of(text):
    """A note, or what "2048 times U+00FC" tells."""
    told = re.fullmatch(r"(\d+) times U\+([0-9A-F]+)", text)
    if told:
        text = int(told[1]) * chr(int(told[2], 16))
    return text.encode()


# ---- What a report is made of -----------------------------------------------


class Sample:
    """The sample conversation beside sealed.json."""

    def __init__(self, folder):
        self.messages = folder / "messages"
        stated = json.loads((folder / "franking.json").read_text())
        self.stamps = {item["file"]: item for item in stated["mimi"]}
        self.places = {
            item["franking_tag"]: item for item in stated["transcript"]
        }

    def place(self, tag):
        """The transcript stamp of a message."""
        stated = self.places[tag.hex()]
        frank = bytes.fromhex(stated["transcript_frank"])
        return report.Place(stated["room_seq"], stated["seen_seq"], frank)

    def message(self, name, ordered):
        """(Evidence, content); tag, sender, room are found in the content."""
        data = (self.messages / name).read_bytes()
        stamp = self.stamps[name]
        found = content.locate(data)
        context = report.Context(
            found.senders[0], found.rooms[0], stamp["accepted_timestamp"]
        )
        tag = found.tag()
        frank = bytes.fromhex(stamp["frank"])
        place = self.place(tag) if ordered else None
        return report.Evidence(tag, context, frank, place), data


def build(stated, sample):
    """(Header, Reporter or None, Body) of a report of the file."""
    messages = [
        sample.message(name, stated["with_transcript"])
        for name in stated["message_files"]
    ]
    reporter = None
    if stated["reporting_user"]:
        salt = bytes.fromhex(stated["reporter_salt"])
        reporter = report.Reporter(salt, stated["reporting_user"].encode())
    header = report.Header(
        bytes.fromhex(stated["report_id"]),
        stated["created"],
        reporter.digest() if reporter else report.NOBODY,
        stated["reason"],
        stated["accused"],
        [evidence for evidence, _ in messages],
    )
    contents = [
        None if i in stated["withheld"] else data
        for i, (_, data) in enumerate(messages)
    ]
    return header, reporter, report.Body(note_of(stated["note"]), contents)


# ---- Reports ----------------------------------------------------------------


def made_receipt(stated, i, share, read):
    """A receipt of the time that the stated one has at its byte 49."""
    time = int(stated["receipts"][i][2 * 49 : 2 * 57], 16)
    return quorum.receipt(share, read, time, scalar(stated["receipt_t"][i]))


def computed(stated, sample, key, shares):
    """Each member of a report that is not given, computed."""
    header, reporter, body = build(stated, sample)
    r = scalar(stated["r"])
    t = scalar(stated["t"])
    data = sealed.make(header, reporter, body, key.public, r, t)
    read = sealed.read(data)
    z = group.encode(group.multiply(r, group.decode(key.public)))
    body_key, commitment = sealed.derive(
        read.seal.quorum, read.header_hash, read.seal.u, z
    )
    return {
        "consents": {
            i: quorum.consent(share, read, scalar(stated["consent_t"][i])).hex()
            for i, share in shares.items()
        },
        "receipts": {
            i: made_receipt(stated, i, share, read).hex()
            for i, share in shares.items()
        },
        "body_sha256": hashlib.sha256(body.encode()).hexdigest(),
        "sealed_report": data.hex(),
        "header_hash": read.header_hash.hex(),
        "report_digest": read.digest.hex(),
        "U": read.seal.u.hex(),
        "W": read.seal.w.hex(),
        "e": read.seal.proof[:32].hex(),
        "f": read.seal.proof[32:].hex(),
        "Z": z.hex(),
        "body_key": body_key.hex(),
        "key_commitment": commitment.hex(),
        "padded": report.padded_length(len(body.encode())),
    }


def compare(stated, made):
    """Refuses a report of which a member differs or was not looked at."""
    if set(stated) != GIVEN | set(made):
        raise Refused(f"members {sorted(set(stated) ^ (GIVEN | set(made)))}")
    for name, value in made.items():
        if stated[name] != value:
            raise Refused(f"{name} differs")


def open_stated(stated, sample, key):
    """Opens the stated bytes with the stated consents, any k of them."""
    read = sealed.read(bytes.fromhex(stated["sealed_report"]))
    sealed.check(read, key.public)
    for text in stated["receipts"].values():
        if quorum.check_receipt(bytes.fromhex(text), key)[1] != read.digest:
            raise Refused("receipt of another report")
    consents = [
        quorum.check_consent(bytes.fromhex(text), read, key)
        for text in stated["consents"].values()
    ]
    for i in range(len(consents)):
        z = quorum.combine(consents[i:] + consents[:i], key)
        body = sealed.unlock(read, z)
        if body != build(stated, sample)[2]:
            raise Refused("another body than was sealed")
    for item, data in zip(read.header.evidence, body.contents, strict=True):
        reason = None if data is None else content.why_not(data, item)
        if reason:
            raise Refused(reason)


# ---- The whole file ---------------------------------------------------------


def load_keys(stated):
    """(Quorum, shares by their number as text)."""
    points = [bytes.fromhex(p) for p in stated["share_publics"].values()]
    key = quorum.Quorum(stated["threshold"], bytes.fromhex(stated["P"]), points)
    key_id = bytes.fromhex(stated["quorum_key_id"])
    shares = {
        i: quorum.Share(key_id, int(i), scalar(text))
        for i, text in stated["shares"].items()
    }
    return key, shares


def keys_agree(stated):
    """Secret, shares, their publics, P and its id belong together."""
    key, shares = load_keys(stated)
    secret = scalar(stated["secret"])
    chosen = list(range(1, key.threshold + 1))
    summed = sum(
        quorum.lagrange(chosen, i) * shares[str(i)].scalar for i in chosen
    )
    return (
        summed % group.ORDER == secret
        and group.encode(group.multiply(secret, group.BASE)) == key.public
        and sealed.key_id(key.public).hex() == stated["quorum_key_id"]
        and len(shares) == stated["holders"]
        and [share.public() for share in shares.values()] == key.publics
    )


def say(name, reason):
    """One line; whether it is a good one."""
    print(f"ok {name}" if reason is None else f"not ok {name}: {reason}")
    return reason is None


def report_reason(stated, sample, key, shares):
    """None if a report agrees and opens, or the reason why not."""
    try:
        compare(stated, computed(stated, sample, key, shares))
        open_stated(stated, sample, key)
    except Refused as reason:
        return str(reason)
    return None


def run(path):
    """Whether all agrees; prints a line for each thing that was looked at."""
    stated = json.loads(Path(path).read_text())
    sample = Sample(Path(path).parent)
    good = [
        say(name, None if check() else "differs")
        for name, check in published.CHECKS.items()
    ]
    h = group.encode(proof.H).hex()
    agree = {
        "second generator": h == stated["second_generator"],
        "padding": all(report.padme(n) == to for n, to in stated["padme"]),
        "quorum key and shares": keys_agree(stated["quorum"]),
    }
    good += [say(name, None if ok else "differs") for name, ok in agree.items()]
    key, shares = load_keys(stated["quorum"])
    for i, item in enumerate(stated["reports"]):
        reason = report_reason(item, sample, key, shares)
        good.append(say(f"report {i}: every field, and it opens", reason))
    return all(good) and len(stated["reports"]) > 0
