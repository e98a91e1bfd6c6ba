# SPDX-License-Identifier: Apache-2.0
"""Sealed reports a second time: written from the design and the RFCs, sharing
no code with the programs, so that the two can be held against each other. For
tests alone: none of it runs in constant time or wipes a secret.

Exit codes: 0 done or valid, 1 refused or not valid, 2 wrong use, 3 trouble
with a file.
"""

import argparse
import json
import os
import secrets
import sys
import time

sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import content
import hostile
import quorum
import report
import sealed
import vectors
from wire import Reader, Refused, uint

# pylint: enable=wrong-import-position


def now():
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def read_file(path, most=sealed.REPORT_MAX):
    """A file of at most so many bytes."""
    with open(path, "rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise Refused(f"{path}: more than {most} bytes")
    return data


def write_file(path, data, mode):
    """A new file; one that is there stays as it is."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(path, flags, mode), "wb") as file:
        file.write(data)


def put(line):
    """One JSON object a line."""
    print(json.dumps(line, separators=(",", ":")))


# ---- seal -------------------------------------------------------------------


def take_message(argument):
    """(Evidence, content) of CONTENT:FRANK:MS[:SEQ:SEEN:TRANSCRIPTFRANK]."""
    words = argument.split(":")
    if len(words) not in (3, 6):
        raise SystemExit(2)
    data = read_file(words[0], content.CONTENT_MAX)
    found = content.locate(data)
    context = report.Context(found.senders[0], found.rooms[0], int(words[2]))
    place = None
    if len(words) == 6:
        place = report.Place(int(words[3]), int(words[4]), read_file(words[5]))
    frank = read_file(words[1])
    return report.Evidence(found.tag(), context, frank, place), data


def take_attachment(argument):
    """The Ranges of I.P=FILE, FILE as frank attach disclose writes it."""
    place, _, path = argument.partition("=")
    message, part = (int(word) for word in place.split("."))
    front = uint(1, message) + uint(2, part)
    data, ranges = read_file(path), []
    while data:  # each stands there without its place
        r = Reader(front + data)
        ranges.append(report.Range.read(r))
        data = r.data[r.at :]
    return ranges


def seal(arguments):
    """Seals what may be read back: all of it goes through the reader again."""
    key = quorum.load_quorum(arguments.quorum)
    messages = [take_message(argument) for argument in arguments.messages]
    reporter = None
    if arguments.reporter:
        reporter = report.Reporter(
            secrets.token_bytes(32), os.fsencode(arguments.reporter)
        )
    header = report.Header(
        secrets.token_bytes(16),
        now(),
        reporter.digest() if reporter else report.NOBODY,
        arguments.reason,
        arguments.accused,
        [evidence for evidence, _ in messages],
    )
    contents = [
        None if i in arguments.withhold else data
        for i, (_, data) in enumerate(messages)
    ]
    ranges = [
        item
        for argument in arguments.attach
        for item in take_attachment(argument)
    ]
    body = report.Body(os.fsencode(arguments.note), contents, ranges)
    data = sealed.make(header, reporter, body, key.public)
    sealed.check(sealed.read(data), key.public)
    report.Body.read(body.encode(), len(contents))
    write_file(arguments.out, data, 0o666)
    return 0


# ---- check, consent, receipt ------------------------------------------------


def load_sealed(arguments):
    """(Sealed, Quorum), the proof of the seal checked."""
    key = quorum.load_quorum(arguments.quorum)
    read = sealed.read(read_file(arguments.file))
    sealed.check(read, key.public)
    return read, key


def check(arguments):
    """The proof of the seal; stamps need the hub's keys: not looked at."""
    read, _ = load_sealed(arguments)
    put({"verdict": "accepted", "report_digest": read.digest.hex()})
    return 0


def consent(arguments):
    """The receipt is on disk before the consent is."""
    read, key = load_sealed(arguments)
    share = quorum.load_share(arguments.share, key)
    if arguments.receipt:
        write_file(arguments.receipt, quorum.receipt(share, read, now()), 0o666)
    write_file(arguments.out, quorum.consent(share, read), 0o600)
    return 0


def receipt(arguments):
    """Who agreed to open which report, when."""
    key = quorum.load_quorum(arguments.quorum)
    holder, digest, at = quorum.check_receipt(read_file(arguments.file), key)
    put(
        {
            "verdict": "valid",
            "holder": holder,
            "report_digest": digest.hex(),
            "time": at,
        }
    )
    return 0


# ---- open -------------------------------------------------------------------


def judge(index, evidence, data):
    """(whether it is good, a line about it)."""
    reason = None if data is None else content.why_not(data, evidence)
    verdict = "withheld" if data is None else "disclosed and matches"
    line = {
        "message": index,
        "verdict": f"does not match: {reason}" if reason else verdict,
        "sender": evidence.context.sender.decode("utf-8", "backslashreplace"),
        "room": evidence.context.room.decode("utf-8", "backslashreplace"),
        "accepted_timestamp": evidence.context.time,
    }
    return reason is None, line


def tell_range(item):
    """A line about what is disclosed of a file."""
    return {
        "attachment": item.evidence,
        "part": item.part,
        "first": item.first,
        "chunks": item.count(),
        "enclosed": None if item.ciphertext is None else len(item.ciphertext),
        "url": item.url.decode("ascii"),
    }


def put_contents(folder, body):
    """Under the names that frank-mod gives them."""
    os.makedirs(folder, 0o700, exist_ok=True)
    if body.note:
        write_file(os.path.join(folder, "note.txt"), body.note, 0o600)
    for i, data in enumerate(body.contents):
        if data is not None:
            path = os.path.join(folder, f"message-{i}.content")
            write_file(path, data, 0o600)


def open_report(arguments):
    """Every consent must hold, also those beyond the threshold."""
    read, key = load_sealed(arguments)
    consents = [
        quorum.check_consent(read_file(path), read, key)
        for path in arguments.consent
    ]
    body = sealed.unlock(read, quorum.combine(consents, key))
    if arguments.out:
        put_contents(arguments.out, body)
    good = True
    for i, evidence in enumerate(read.header.evidence):
        matches, line = judge(i, evidence, body.contents[i])
        good = good and matches
        put(line)
    for item in body.ranges:
        put(tell_range(item))
    return 0 if good else 1


def make_hostile(arguments):
    """Reports that hold in all but one thing, with consents to each."""
    key = quorum.load_quorum(arguments.quorum)
    shares = [quorum.load_share(path, key) for path in arguments.share]
    messages = [take_message(argument) for argument in arguments.messages]
    os.makedirs(arguments.out, 0o700)
    for name, data in hostile.files(messages, key, shares):
        write_file(os.path.join(arguments.out, name), data, 0o600)
    return 0


def check_vectors(arguments):
    """The vectors' file, and what the RFCs print."""
    return 0 if vectors.run(arguments.file) else 1


# ---- Commands ---------------------------------------------------------------


def octet(text):
    """A number from 0 to 255."""
    if not text.isdecimal() or int(text) > 255:
        raise argparse.ArgumentTypeError("not a number from 0 to 255")
    return int(text)


def seal_parser(commands):
    """seal has options that no other command has."""
    parser = commands.add_parser("seal")
    parser.set_defaults(run=seal)
    parser.add_argument("--quorum", required=True)
    parser.add_argument("--reason", required=True, type=octet)
    name = parser.add_mutually_exclusive_group(required=True)
    name.add_argument("--anonymous", action="store_true")
    name.add_argument("--reporter", metavar="URI")
    parser.add_argument("--accused", type=octet, default=0, metavar="I")
    parser.add_argument("--note", default="", metavar="TEXT")
    parser.add_argument("--withhold", type=octet, action="append", default=[])
    parser.add_argument("--attach", action="append", default=[])
    parser.add_argument("--out", required=True)
    parser.add_argument("messages", nargs="+", metavar="CONTENT:FRANK:MS")


def file_parser(commands, name, run, options):
    """A command on one file; options that end in ? may be left out."""
    parser = commands.add_parser(name)
    parser.set_defaults(run=run)
    for option in options:
        needed = not option.endswith("?")
        parser.add_argument(
            option.rstrip("?+"),
            required=needed,
            action="append" if option.endswith("+") else "store",
        )
    parser.add_argument("file", metavar="FILE")


def hostile_parser(commands):
    """hostile takes messages as seal does."""
    parser = commands.add_parser("hostile")
    parser.set_defaults(run=make_hostile)
    parser.add_argument("--quorum", required=True)
    parser.add_argument("--share", required=True, action="append")
    parser.add_argument("--out", required=True, metavar="DIR")
    parser.add_argument("messages", nargs=2, metavar="CONTENT:FRANK:MS")


def parse():
    """The command line."""
    parser = argparse.ArgumentParser(prog="second.py", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    seal_parser(commands)
    hostile_parser(commands)
    file_parser(commands, "vectors", check_vectors, [])
    file_parser(commands, "check", check, ["--quorum"])
    file_parser(commands, "receipt", receipt, ["--quorum"])
    options = ["--share", "--quorum", "--out", "--receipt?"]
    file_parser(commands, "consent", consent, options)
    file_parser(
        commands, "open", open_report, ["--quorum", "--consent+", "--out?"]
    )
    return parser.parse_args()


def main():
    """Runs a command."""
    arguments = parse()
    try:
        return arguments.run(arguments)
    except Refused as reason:
        print(f"second.py: {reason}", file=sys.stderr)
        return 1
    except (OSError, ValueError, KeyError, TypeError) as trouble:
        print(f"second.py: {trouble}", file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())
