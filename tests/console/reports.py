# SPDX-License-Identifier: Apache-2.0
"""Reports of given messages, made with the commands as a messenger would."""

import base64
import json
import os
import struct
import subprocess
import tempfile
import time
import zlib

from mod import B, until

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
            subprocess.run([FRANK, "content", "parted", *who, "--",
                            *specs],
                           stdout=out, check=True)
        else:
            subprocess.run([FRANK, "content", "plain", *who, "--media-type",
                            message.get("type", "text/plain")],
                           input=body_of(message), stdout=out, check=True)


def make_report(world, order, folder, env=None):
    """Sends it; gives its id."""
    sender = order.get("sender", "mimi://example.com/u/mallory")
    room = order.get("room", "mimi://example.com/r/club")
    begun = order.get("begun", int(time.time() * 1000))
    specs = []
    more = []
    for i, message in enumerate(order["messages"]):
        # What was stamped before is reported again.
        path = os.path.join(order.get("stamped", folder), "m%d" % i)
        if os.path.exists(path + ".frank"):
            with open(path + ".spec") as f:
                specs.append(f.read())
            continue
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
        with open(path + ".spec", "w") as f:
            f.write(spec)
        specs.append(spec)
        if message.get("withheld"):
            more += ["--withhold", str(i)]
        for part in message.get("withhold_parts", []):
            more += ["--withhold-part", "%d.%d" % (i, part)]
    if "note" in order:
        with open(os.path.join(folder, "note"), "wb") as f:
            f.write(order["note"].encode())
        more += ["--note-file", os.path.join(folder, "note")]
    reporter = order.get("reporter")  # one for whom the platform vouches
    who = ["--reporter", reporter] if reporter else ["--anonymous"]
    headers = {}
    if reporter:
        with open(world.hub.file("gateway.token")) as f:
            headers = {"Authorization": "Bearer " + f.read().strip(),
                       "Frank-Reporting-User": reporter}
    sealed = subprocess.run(
        [FRANK, "report", "seal", "--quorum", world.hub.file("quorum/quorum.pub"),
         *who, "--reason", order.get("reason", "harassment"),
         "--accused", str(order.get("accused", 0)), *more, *specs],
        stdout=subprocess.PIPE, check=True,
        env={**os.environ, **(env or {})}).stdout
    status, answer, _ = world.hub.report(sealed, headers)
    assert status == 202, answer
    return bytes.fromhex(json.loads(answer)["report_id"])


def send_report(world, order, env=None):
    """One report; gives its case when it is taken over. env: for the messenger
    that seals it."""
    database = world.mod.database()
    with tempfile.TemporaryDirectory() as folder:
        report = make_report(world, order, folder, env)

    def case():
        # Others may be on their way.
        return database.execute("SELECT in_case FROM reports WHERE report_id = ?",
                                (report,)).fetchone()

    assert until(case)
    return case()[0]
