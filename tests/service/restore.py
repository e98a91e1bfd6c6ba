# SPDX-License-Identifier: Apache-2.0
"""Databases that were put back from a copy, lost files, two processes, too few
open files: what would fork the log does not start; what can be made anew is."""

import os
import shutil
import subprocess

from hub import B, Hub, check, finish, read_reports, until

hub = Hub(public_checkpoint="10s")
reports = iter(read_reports(hub.make_reports(120)))
DATA = hub.file("data")


def send(n):
    for _ in range(n):
        assert hub.report(next(reports))[0] == 202


def keep(name):
    shutil.copytree(hub.folder, "/tmp/%s-%s" % (os.path.basename(hub.folder),
                                                name), symlinks=True,
                    ignore=shutil.ignore_patterns("*.sock"))
    return "/tmp/%s-%s" % (os.path.basename(hub.folder), name)


def put_back(copy, *paths):
    for path in paths:
        there = hub.file(path)
        if os.path.isdir(there):
            shutil.rmtree(there)
        elif os.path.exists(there):
            os.unlink(there)
        source = os.path.join(copy, path)
        if os.path.isdir(source):
            shutil.copytree(source, there)
        elif os.path.exists(source):
            shutil.copy2(source, there)


def refused(name, *words):
    before = len(hub.journal())
    hub.start(wait=False)
    try:
        hub.wait()
        hub.stop()
        check(name, False, "it starts")
    except RuntimeError:
        said = hub.journal()[before:]
        check(name, hub.process.returncode == 3
              and all(w in said for w in words), said[-400:])


def starts(name, condition=True):
    try:
        hub.start()
        check(name, condition and send(1) is None)
    except RuntimeError as e:
        check(name, False, str(e))


hub.start()
send(5)
hub.stop()
old = keep("old")
hub.start()
send(30)
second = subprocess.run([B + "/frankd", "--config", hub.file("frankd.conf"),
                         "--listen", "127.0.0.1:1", "--listen-private",
                         "unix:" + hub.file("other.sock"), "--sandbox", "off"],
                        capture_output=True, text=True)
check("a second process on the same data is refused", second.returncode == 3)
hub.stop()
new = keep("new")

put_back(old, "data/hub.db")
refused("an older database is refused", "older than the last signed")
put_back(old, "checkpoint/log.checkpoint")
refused("and so it is with the checkpoint of its time",
        "put back from a copy")
put_back(new, "data/hub.db", "checkpoint/log.checkpoint")
starts("the right ones start again")
hub.stop()
new = keep("newest")

os.unlink(hub.file("checkpoint/log.checkpoint"))
refused("a lost checkpoint is refused", "checkpoint is missing")
put_back(new, "checkpoint/log.checkpoint")
with open(hub.file("checkpoint/log.checkpoint"), "r+") as f:
    text = f.read().replace("\n", "\n", 1)
    f.seek(0)
    f.write(text[:-6] + "AAAA=\n")
refused("an altered checkpoint is refused")
put_back(new, "checkpoint/log.checkpoint")

shutil.rmtree(hub.file("data/log"))
starts("lost tiles are made anew", True)
hub.stop()
tile = hub.file("data/log/0/000")
with open(tile, "r+b") as f:
    f.seek(40)
    f.write(b"\xff" * 8)
starts("altered tiles are made anew")
check("and said so", "tiles-made-anew" in hub.journal())
hub.stop()

size = int(open(hub.file("checkpoint/log.checkpoint")).read().split("\n")[1])
if size % 256 < 200:
    name = hub.file("data/log/0/%03d" % (size // 256))
    with open(name, "r+b") as f:
        f.truncate(32 * (size % 256))
        f.seek(32 * (size % 256))
        f.write(bytes(96))
    starts("zeros that a power cut left behind the checkpoint are no entries")
    hub.stop()
    size = int(open(hub.file("checkpoint/log.checkpoint")).read()
               .split("\n")[1])
    with open(name, "r+b") as f:
        f.truncate(32 * (size % 256))
        f.seek(32 * (size % 256))
        f.write(b"\x01" * 32)
    refused("but another hash is", "put back from a copy")
    with open(name, "r+b") as f:
        f.truncate(32 * (size % 256))
for path in ("data/hub.db", "data/hub.db-wal", "data/hub.db-shm",
             "checkpoint/log.checkpoint"):
    if os.path.exists(hub.file(path)):
        os.unlink(hub.file(path))
refused("a new database beside the tiles of an old one is refused",
        "put back from a copy")
put_back(new, "data", "checkpoint")
starts("with all of it, it starts")
hub.stop()

os.rename(DATA, hub.file("elsewhere"))
os.symlink("elsewhere", DATA)
starts("a data folder that is a link will do, as systemd makes them")
hub.stop()

hub.configure(connections="65536")
out = subprocess.run(["prlimit", "--nofile=1024:1024", B + "/frankd", "--config",
                      hub.file("frankd.conf")], capture_output=True, text=True)
check("too few open files are told at the start", out.returncode == 3
      and "too few open files" in out.stderr, out.stderr[-300:])
hub.configure(connections="4096")

# ---- What was taken over is gone from the files ---------------------------------
hub.start()
named = list(read_reports(hub.make_reports(3, "canaries")))
for r in named:
    assert hub.report(r)[0] == 202
last = int(hub.get("/v1/feed?after=0", private=True)[1].decode()
           .split('"last":')[1].split(",")[0])
hub.request("POST", "/v1/feed/ack", '{"through":%d}' % last,
            {"Content-Type": "application/json"}, private=True)


def found():
    for name in ("hub.db", "hub.db-wal"):
        with open(hub.file("data/" + name), "rb") as f:
            data = f.read()
        if any(r[900:940] in data for r in named):
            return True
    return False


check("what was taken over is gone from database and write-ahead log",
      until(lambda: not found()))
hub.stop()
for copy in (old, new, new.replace("newest", "new")):
    shutil.rmtree(copy, True)
finish()
