# SPDX-License-Identifier: Apache-2.0
"""`frank-audit witness`, as logs meet it: each answer of C2SP tlog-witness; many
at once; killed at any moment; with a log that lies."""

import concurrent.futures
import glob
import json
import os
import random
import signal
import sqlite3
import stat
import subprocess
import time

from hub import B, check, finish
from notes import *

CYCLES = int(os.environ.get("CYCLES", "60"))
SIZE_TYPE = "text/x.tlog.size"

log = Log("log.example/one", 300)
other = Log("log.example/two", 80)
stranger = Log("log.example/three", 8)
w = Witness("witness.example/w1", log.vkey, other.vkey)
check("its key is for its owner alone",
      stat.S_IMODE(os.stat(w.file("witness.key")).st_mode) == 0o600)
again = subprocess.run([B + "/frank-audit", "witness", "init", "--name", "x",
                        w.folder], stderr=subprocess.PIPE)
check("no key is written over", again.returncode == 3, again.stderr)
w.start()
confined = json.loads(next(l for l in w.journal().splitlines()
                           if "confined" in l))
check("it is confined", os.environ.get("SAN")
      or confined["seccomp"] == "on", confined)


def problem(answer):
    return json.loads(answer[2])["type"].rsplit(":", 1)[-1]


def is_conflict(answer, size):
    return answer == (409, SIZE_TYPE, b"%d\n" % size)


def is_cosigned(answer, log, size, extension=""):
    if answer[0] != 200:
        return False
    now = time.time()
    found = cosignatures(log.checkpoint(size, extension) + answer[2], [w.vkey])
    return abs(found.get(w.vkey, 0) - now) < 60


# ---- Each answer ------------------------------------------------------------
got = w.add(log.request(5, 10))
check("a log that it never saw begins with 0", is_conflict(got, 0), got)
got = w.add(log.request(0, 10, [log.hashes[0]]))
check("from 0 no proof is taken", got[0] == 422 and problem(got) == "proof",
      got)
got = w.add(log.request(0, 10))
check("from 0 it cosigns without a proof", is_cosigned(got, log, 10), got)
got = w.add(log.request(10, 70))
check("it cosigns what goes on", is_cosigned(got, log, 70), got)
got = w.add(log.request(70, 70))
check("the same again is cosigned again", is_cosigned(got, log, 70), got)
got = w.add(log.request(70, 70, [log.hashes[0]]))
check("but with no proof", got[0] == 422 and problem(got) == "proof", got)
got = w.add(log.request(10, 90))
check("from another size it says which", is_conflict(got, 70), got)
got = w.add(log.request(0, 90))
check("from 0 too", is_conflict(got, 70), got)
got = w.add(log.request(10, 50))
check("an old checkpoint is not cosigned any more", is_conflict(got, 70), got)
got = w.add(log.request(70, 60, []))
check("an old size above the checkpoint's is refused", got[0] == 400
      and problem(got) == "old-size-above", got)
got = w.add(stranger.request(0, 8))
check("another log is not known", got[0] == 404
      and problem(got) == "unknown-log", got)
forged = Log(log.origin, 100, b"another key".ljust(32))
got = w.add(forged.request(70, 100))
check("another key of the same name is refused", got[0] == 403
      and problem(got) == "not-signed", got)
own = log.checkpoint(80)
spoilt = own[:-10] + (b"A" if own[-10:-9] != b"A" else b"B") + own[-9:]
got = w.add(log.request(70, 80, checkpoint=spoilt))
check("a signature that does not hold is refused", got[0] == 403, got)
good = proof(log.hashes[:80], 70)
for name, hashes in (("a changed hash", [good[0][::-1]] + good[1:]),
                     ("one hash less", good[:-1]),
                     ("one hash more", good + [good[0]]),
                     ("no hash", [])):
    got = w.add(log.request(70, 80, hashes))
    check("a proof with %s is refused" % name, got[0] == 422
          and problem(got) == "proof", got)
lied = log.fork(3)
got = w.add(lied.request(70, 80))
check("a log that changed an entry is not cosigned", got[0] == 422, got)
got = w.add(lied.request(70, 70))
check("two roots of one size are a conflict", got[0] == 409
      and got[1] != SIZE_TYPE and problem(got) == "fork", got)
kept = glob.glob(w.file("data/fork-*"))
notes = open(kept[0], "rb").read() if kept else b""
check("of which the proof is kept: both, as they were signed",
      notes == log.checkpoint(70) + b"\n" + lied.checkpoint(70), notes)
check("and said", '"event":"fork"' in w.journal().replace(" ", ""))
text = b"some.ext/value 7\n"
got = w.add(log.request(70, 71, None, log.checkpoint(71, text.decode())))
check("extension lines are cosigned with the rest",
      is_cosigned(got, log, 71, text.decode()), got)
more = log.checkpoint(72) + line("w.example", COSIGNER, b"k" * 32, b"s" * 72)
got = w.add(log.request(71, 72, None, more))
check("lines of others do not matter", is_cosigned(got, log, 72), got)
held = 72
valid = log.request(72, 80)
for name, request in (
        ("nothing", b""), ("no old size", valid[7:]),
        ("a size with a zero in front", b"old 072\n" + valid[7:]),
        ("a size with a sign", b"old +72\n" + valid[7:]),
        ("a size above all", b"old 9223372036854775808\n" + valid[7:]),
        ("carriage returns", valid.replace(b"\n", b"\r\n", 1)),
        ("no empty line", valid.replace(b"\n\n", b"\n", 1)),
        ("a short hash", b"old 72\nAAAA\n" + valid[valid.index(b"\n\n") + 1:]),
        ("64 hashes", b"old 72\n" + b64(b"h" * 32).encode().join(
            [b""] + [b"\n"] * 64)
         + b"\n" + log.checkpoint(80)),
        ("no checkpoint", valid[:valid.index(b"\n\n") + 2]),
        ("half a checkpoint", valid[:-20]),
        ("bytes behind it", valid + b"x")):
    got = w.add(request)
    check("%s is malformed" % name, got[0] == 400
          and problem(got) == "malformed", (request[-200:], got))
check("a body that is too large is refused before it is read",
      w.ask("POST", "/add-checkpoint", b"x" * 200000)[0] == 413)
got = w.ask("POST", "/add-checkpoint", valid, {"Content-Type": "foo/bar"})
check("any media type will do", got[0] == 200, got)
check("nothing else is there", w.ask("GET", "/")[0] == 404
      and w.ask("GET", "/add-checkpoint")[0] == 405)
got = w.add(other.request(0, 80))
check("logs do not get into each other's way", is_cosigned(got, other, 80), got)
w.stop()
check("it ends cleanly", w.process.returncode == 0)
w.start()
check("and remembers", is_conflict(w.add(log.request(0, 90)), 80))

# ---- Other logs, while it runs ----------------------------------------------
policy = w.file("policy")
with open(policy, "w") as f:
    f.write("# one more\nlog %s\nquorum none\n" % stranger.vkey)
w.stop()
w.configure(policy=policy)
w.start()
check("a policy's logs are witnessed too",
      w.add(stranger.request(0, 4))[0] == 200
      and is_conflict(w.add(log.request(0, 90)), 80))
with open(policy, "w") as f:
    f.write("quorum none\n")
os.kill(w.process.pid, signal.SIGHUP)
check("and not once they are out of it",
      until(lambda: w.add(stranger.request(4, 8))[0] == 404))
with open(policy, "w") as f:
    f.write("log nonsense\nquorum none\n")
os.kill(w.process.pid, signal.SIGHUP)
check("a policy that is none changes nothing", until(
    lambda: "policy-not-loaded" in w.journal())
    and "line 1" in w.journal() and w.add(log.request(0, 90))[0] == 409)
with open(policy, "w") as f:
    f.write("quorum none\n")
second = subprocess.run([B + "/frank-audit", "witness", "serve", "--config",
                         w.file("witness.conf"), "--listen", "127.0.0.1:0",
                         "--policy="], stderr=subprocess.PIPE, text=True)
check("a second witness on the same data does not start",
      second.returncode == 3 and "another witness" in second.stderr,
      second.stderr)

# ---- Many at once -----------------------------------------------------------
sizes = list(range(81, 121))


def hurry(log, old, size):
    return size, w.add(log.request(old, size))


with concurrent.futures.ThreadPoolExecutor(24) as pool:
    asked = [pool.submit(hurry, log, 80, s) for s in sizes for _ in range(4)]
    answers = [a.result() for a in asked]
won = {s for s, a in answers if a[0] == 200}
check("of many that go on from one place one is cosigned (%d asked)"
      % len(answers), len(won) == 1, won)
held = won.pop()
check("and the others are told its size", all(
    a[0] == 200 and s == held or is_conflict(a, held) or
    (s == held and a[0] == 409) for s, a in answers),
    [a for a in answers if a[1][0] not in (200, 409)][:3])
check("nothing rolls it back", all(
    is_conflict(w.add(log.request(80, s)), held) for s in sizes[:5]))

# ---- Killed -----------------------------------------------------------------
fork = log.fork(10)
for each in (log, fork):
    for size in range(120, 300):
        each.checkpoint(size)
cosigned = {}  # size: the notes that were cosigned
highest = held


def note_of(answer, each, size):
    if answer[0] == 200:
        cosignatures(each.checkpoint(size) + answer[2], [w.vkey])
        cosigned.setdefault(size, set()).add(each.body(size))


def advance():
    """Goes on until it is killed; now and then as a log that lies."""
    global highest
    while True:
        each = fork if random.random() < 0.3 else log
        old = highest if random.random() < 0.8 else random.randrange(1, 120)
        size = min(299, old + random.randrange(0, 3))
        try:
            answer = w.add(each.request(old, size))
        except (OSError, http.client.HTTPException):
            return
        note_of(answer, each, size)
        if answer[0] == 409 and answer[1] == SIZE_TYPE:
            highest = max(highest, int(answer[2]))
        elif answer[0] == 200:
            highest = max(highest, size)


lost = 0
for cycle in range(CYCLES):
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(advance) for _ in range(3)]
        time.sleep(random.uniform(0.005, 0.06))
        w.kill(signal.SIGKILL)
        for r in runs:
            r.result()
    most = max(cosigned, default=0)
    w.start()
    size = int(w.add(log.request(1, 299, []))[2])
    lost += size < most
    highest = max(highest, size)
check("killed %d times, it never forgot what it had cosigned (%d checkpoints, "
      "to size %d)" % (CYCLES, len(cosigned), highest), lost == 0, lost)
check("and never cosigned two roots of one size, nor a changed entry",
      all(notes == {log.body(size)} for size, notes in cosigned.items()))
w.stop()
db = sqlite3.connect("file:%s?mode=ro" % w.file("data/witness.db"), uri=True)
check("the database is whole",
      db.execute("PRAGMA integrity_check").fetchone()[0] == "ok")
finish()
