# SPDX-License-Identifier: Apache-2.0
"""A real hub and a real frank-mod serve, with people, for the console's tests.

The test starts this as a child and speaks lines of JSON with it: settings of
the service as the first argument; the first line that comes tells where and
who; then each command gets one line. It ends, with all it started, when its
standard input does.
"""

import base64
import json
import os
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                                "service"))
from mod import B, World, consent, share_file, until  # noqa: E402

FRANK = B + "/frank"


def body_of(part):
    if "base64" in part:
        return base64.b64decode(part["base64"])
    if part.get("picture"):
        return picture()
    return part["text"].encode("utf-8", "surrogatepass")


def picture(size=96):
    """A PNG of stripes."""
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data +
                struct.pack(">I", zlib.crc32(kind + data)))

    rows = b"".join(b"\0" + b"".join(
        bytes((200, 60, 40) if (x // 12 + y // 12) % 2 else (40, 90, 200))
        for x in range(size)) for y in range(size))
    return (b"\x89PNG\r\n\x1a\n" +
            chunk(b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 2, 0, 0, 0)) +
            chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def make_content(path, message, sender, room):
    """Bytes as a messenger makes them, with the command."""
    who = ["--sender", message.get("sender", sender), "--room", room]
    with open(path, "wb") as out:
        if "parts" in message:
            specs = []
            for i, part in enumerate(message["parts"]):
                name = "%s.part-%d" % (path, i)
                with open(name, "wb") as f:
                    f.write(body_of(part))
                specs.append("%s;%s=%s" % (part.get("name", "text"),
                                           part.get("type", "text/plain"), name))
            subprocess.run([FRANK, "content", "parted", *who, *specs],
                           stdout=out, check=True)
        else:
            subprocess.run([FRANK, "content", "plain", *who, "--media-type",
                            message.get("type", "text/plain")],
                           input=body_of(message), stdout=out, check=True)


def make_report(world, order, folder):
    sender = order.get("sender", "mimi://example.com/u/mallory")
    room = order.get("room", "mimi://example.com/r/club")
    begun = order.get("begun", int(time.time() * 1000))
    specs = []
    more = []
    for i, message in enumerate(order["messages"]):
        path = os.path.join(folder, "m%d" % i)
        make_content(path, message, sender, room)
        at = str(message.get("at", begun + 10 * i))
        stamp = [FRANK, "stamp", "--keyring", world.hub.file("keyring"),
                 "--time", at]
        spec = "%s:%s.frank:%s" % (path, path, at)
        if "seq" in message:
            stamp += ["--seq", str(message["seq"]), "--seen",
                      str(message.get("seen", message["seq"] - 1)),
                      "--transcript-out", path + ".transcript"]
            spec += ":%d:%d:%s.transcript" % (
                message["seq"], message.get("seen", message["seq"] - 1), path)
        with open(path + ".frank", "wb") as out:
            subprocess.run([*stamp, path], stdout=out, check=True)
        specs.append(spec)
        if message.get("withheld"):
            more += ["--withhold", str(i)]
        for part in message.get("withhold_parts", []):
            more += ["--withhold-part", "%d.%d" % (i, part)]
    if "note" in order:
        with open(os.path.join(folder, "note"), "wb") as f:
            f.write(order["note"].encode())
        more += ["--note-file", os.path.join(folder, "note")]
    sealed = subprocess.run(
        [FRANK, "report", "seal", "--quorum", world.hub.file("quorum/quorum.pub"),
         "--anonymous", "--reason", order.get("reason", "harassment"),
         "--accused", str(order.get("accused", 0)), *more, *specs],
        stdout=subprocess.PIPE, check=True).stdout
    status, answer, _ = world.hub.report(sealed)
    assert status == 202, answer


class Commands:
    def __init__(self, world):
        self.world = world

    def reports(self, order):
        """Many, of one message each."""
        self.world.reports(order["count"], *order.get("more", []))
        return {}

    def report(self, order):
        """One, of these messages; gives its case when it is taken over."""
        database = self.world.mod.database()
        last = database.execute("SELECT count(*) FROM reports").fetchone()[0]
        with tempfile.TemporaryDirectory() as folder:
            make_report(self.world, order, folder)
        assert until(lambda: database.execute(
            "SELECT count(*) FROM reports").fetchone()[0] > last)
        return {"case": database.execute(
            "SELECT in_case FROM reports ORDER BY number DESC").fetchone()[0]}

    def open(self, order):
        """A case that somebody has claimed, and ann's and ben's shares opened."""
        w = self.world
        who = getattr(w, order["by"])
        who.must("POST", "/v1/cases/%d/claim" % order["case"])
        reports = [r["report"] for r in who.must(
            "GET", "/v1/cases/%d" % order["case"])["report_list"]]
        request = who.must("POST", "/v1/cases/%d/ask" % order["case"], {
            "reports": reports, "why": "to see it"})["request"]
        for n, holder in enumerate((w.ann, w.ben), 1):
            consent(w.mod, holder, request, share_file(w.hub, n))
        return {"reports": reports}

    def consent(self, order):
        """With a share that is kept outside."""
        n = {"ann": 1, "ben": 2, "cat": 3}[order["by"]]
        consent(self.world.mod, getattr(self.world, order["by"]),
                order["request"], share_file(self.world.hub, n))
        return {}

    def call(self, order):
        status, answer = getattr(self.world, order["by"]).ask(
            order["method"], order["path"], order.get("body"))
        return {"status": status,
                "answer": answer if isinstance(answer, dict) else None}

    def appeal(self, order):
        w = self.world
        decision = w.mod.database().execute(
            "SELECT hex(id) FROM decisions WHERE in_case = ? ORDER BY number DESC",
            (order["case"],)).fetchone()[0].lower()
        platform = w.mod.anyone()
        platform.token = w.mod.token_of("platform.token")
        platform.must("POST", "/v1/platform/appeals", {
            "decision": decision, "by": order.get("by", "accused"),
            "text": order.get("text", "I object")})
        return {}

    def sql(self, order):
        return {"rows": self.world.mod.database().execute(
            order["query"]).fetchall()}

    def end_session(self, order):
        """As an admin would: the sessions of somebody are over."""
        database = sqlite3.connect(self.world.mod.file("data/mod.db"))
        with database:
            database.execute("DELETE FROM sessions WHERE account ="
                             " (SELECT number FROM accounts WHERE name = ?)",
                             (order["name"],))
        database.close()
        return {}

    def stop(self, order):
        return {"code": self.world.mod.stop()}

    def start(self, order):
        self.world.mod.start()
        return {}


def main():
    settings = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    world = World(**settings)
    people = {}
    for name in ("ada", "ann", "ben", "cat", "lea", "aud"):
        person = getattr(world, name)
        people[name] = {"name": person.name, "secret": person.secret,
                        "password": person.password, "codes": person.codes}
    print(json.dumps({
        "port": world.mod.port, "people": people, "quorum": world.quorum,
        "folder": world.mod.folder,
        "shares": {name: share_file(world.hub, n) for n, name in
                   enumerate(("ann", "ben", "cat"), 1)}}), flush=True)
    commands = Commands(world)
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = getattr(commands, order["do"])(order)
        except Exception as error:  # the test is told
            answer = {"error": "%s: %s" % (type(error).__name__, error)}
        print(json.dumps(answer), flush=True)


main()
