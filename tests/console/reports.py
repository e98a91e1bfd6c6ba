# SPDX-License-Identifier: Apache-2.0
"""Reports of given messages, made with the commands as a messenger would."""

import base64
import json
import os
import shutil
import struct
import subprocess
import tempfile
import time
import zlib

import media
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


def keep_sealed(world, part, sealed):
    """Gives the address in the store of a file whose part has a "store": "there",
    "wrong" (a bit of it is another), "nowhere" (Commands.put() brings it)."""
    with open(sealed, "rb") as f:
        data = f.read()
    world.sealed = {**getattr(world, "sealed", {}), part["file"]: data}
    if part["store"] == "wrong":
        data = data[:-1] + bytes((data[-1] ^ 1,))
    if part["store"] != "nowhere":
        world.store.put(part["file"], data)
    return world.store.url + part["file"]


def seal_file(world, path, part):
    """Seals a file of media.py, or the part's own bytes; gives the specs of the
    two parts that a content has of it. part: name, type; chunk: "4KiB"; disclose:
    true, or ranges of bytes; store: where it is kept, in place of enclosing it."""
    name = part["file"]
    plain = path + ".plain"
    if name in media.MAKERS:
        shutil.copy(media.make(world.hub.folder, name), plain)
    else:
        with open(plain, "wb") as f:
            f.write(body_of(part))
    kind = part.get("type") or media.TYPES[name.rsplit(".", 1)[-1]]
    subprocess.run([FRANK, "attach", "seal", "--quiet", "--chunk",
                    part.get("chunk", "4KiB"), "--type", kind, "--name",
                    part.get("name", name), "--key-out", path + ".key",
                    "--descriptor-out", path + ".descriptor", "--out",
                    path + ".sealed", plain], check=True)
    if part.get("disclose"):
        which = ["--all"]
        if part["disclose"] is not True:
            which = ["--range=%d-%d" % tuple(r) for r in part["disclose"]]
        how = ["--enclose"]
        if "store" in part:
            how = ["--url", keep_sealed(world, part, path + ".sealed")]
        subprocess.run([FRANK, "attach", "disclose", "--quiet", "--descriptor",
                        path + ".descriptor", "--key", path + ".key", *which,
                        *how, "--out", path + ".disclosed", path + ".sealed"],
                       check=True)
    return ["file;application/vnd.frank.attachment=%s.descriptor" % path,
            "key;application/vnd.frank.attachment-key=%s.key" % path]


def part_specs(world, path, message):
    """The specs of a parted content, and by their slots the files that are
    disclosed. A file is two parts."""
    specs, disclosed = [], {}
    for i, part in enumerate(message["parts"]):
        name = "%s.part-%d" % (path, i)
        if "file" in part:
            if part.get("disclose"):
                disclosed[len(specs)] = name + ".disclosed"
            specs += seal_file(world, name, part)
            continue
        with open(name, "wb") as f:
            f.write(body_of(part))
        specs.append("%s;%s=%s" % (part.get("name", "text"),
                                   part.get("type", "text/plain"), name))
    return specs, disclosed


def make_content(world, path, message, sender, room):
    """Bytes as a messenger makes them, with the command. Gives its disclosed
    files, by their slots."""
    who = ["--sender", message.get("sender", sender), "--room", room]
    disclosed = {}
    with open(path, "wb") as out:
        if "parts" in message:
            specs, disclosed = part_specs(world, path, message)
            subprocess.run([FRANK, "content", "parted", *who, "--",
                            *specs],
                           stdout=out, check=True)
        else:
            subprocess.run([FRANK, "content", "plain", *who, "--media-type",
                            message.get("type", "text/plain")],
                           input=body_of(message), stdout=out, check=True)
    return disclosed


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
        disclosed = make_content(world, path, message, sender, room)
        for slot, file in disclosed.items():
            more += ["--attach", "%d.%d=%s" % (i, slot, file)]
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
