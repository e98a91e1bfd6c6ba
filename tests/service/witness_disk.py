# SPDX-License-Identifier: Apache-2.0
"""A disk that fills up under a witness: it cosigns nothing that is not stored.
Runs in a mount namespace of its own, on a tmpfs of 48 MiB at argv[1]."""

import http.client
import os
import sys

from hub import check, finish
from notes import *

log = Log("log.example/full", 200)
w = Witness("witness.example/full", log.vkey, folder=sys.argv[1],
            min_free="8MiB").start()
held = 0
cosigned = {}


def fill(leave):
    free = os.statvfs(w.folder)
    with open(w.file("filler"), "ab") as f:
        f.write(b"x" * max(0, free.f_bavail * free.f_frsize - leave))


def advance(by=1):
    """Whether it cosigned; None where it did not answer."""
    global held
    try:
        answer = w.add(log.request(held, held + by))
    except (OSError, http.client.HTTPException):
        return None
    if answer[0] == 200:
        held += by
        cosigned[held] = cosignatures(log.checkpoint(held) + answer[2],
                                      [w.vkey])
    return answer[0] == 200


check("with room it cosigns", advance(10))
fill(4 << 20)
answer = w.add(log.request(held, held + 1))
check("without room it does not: 507", answer[0] == 507, answer)
check("and says that it is not well", w.ask("GET", "/health")[0] == 503)
os.unlink(w.file("filler"))
check("with room again it goes on", advance())
w.stop()
w.configure(min_free="0")
w.start()
w.kill()
w.start()
fill(0)
for _ in range(40):
    if advance() is None:
        break
check("where the disk is really full, it ends before it cosigns what is not "
      "stored", until(lambda: w.process.poll() is not None)
      and w.process.returncode == 3 and "database-failed" in w.journal(),
      w.journal()[-400:])
os.unlink(w.file("filler"))
w.start()
status, kind, body = w.add(log.request(199, 200))
check("and then holds what it had cosigned", status == 409
      and int(body) >= held, (status, body, held))
held = int(body)
check("from where it goes on", advance())
check("it ends cleanly", w.stop() == 0)
finish()
