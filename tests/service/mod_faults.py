# SPDX-License-Identifier: Apache-2.0
"""System calls of the moderators' service made to fail: nothing is acknowledged
after the first failed commit, it ends within a second with the reason, and
starts cleanly with all that was acknowledged."""

import re

from mod import *

w = World(sandbox="off")
w.reports(12)
until(lambda: len(w.cases(query="?most=100")) == 12)
w.mod.stop()
acknowledged = []
failed, slowest, reasons = 0, 0.0, True
number = 0
tries = [(call, error, when)
         for call, error in (("pwrite64", "EIO"), ("pwrite64", "ENOSPC"),
                             ("fdatasync", "EIO"), ("fsync", "EIO"))
         for when in (2, 5, 9, 14, 22)]
for call, error, when in tries:
    before = len(w.mod.journal())
    w.mod.start(wait=False, prefix=[
        "strace", "-f", "-qq", "-o", "/dev/null", "-e",
        "inject=%s:error=%s:when=%d+" % (call, error, when)])
    took = None
    try:
        w.mod.wait()
        for _ in range(8):
            number += 1
            text = "note %d" % number
            begun = time.monotonic()
            try:
                status, _ = w.ann.ask("POST", "/v1/cases/%d/notes" % 1,
                                      {"text": text})
                if status == 409:
                    w.ann.ask("POST", "/v1/cases/1/claim")
                elif status == 200:
                    acknowledged.append(text)
            except (OSError, http.client.HTTPException):
                w.mod.process.wait(20)
                took = time.monotonic() - begun
                break
    except RuntimeError:
        took = 0.0
    time.sleep(0.7)
    if took is None and w.mod.process.poll() is None:
        w.mod.stop()
        continue
    took = took or 0.0
    failed += 1
    slowest = max(slowest, took)
    code = w.mod.process.wait(20)
    said = w.mod.journal()[before:]
    if code != 3 or not re.search(r'"level":"error"', said):
        reasons = False
        print("# %s %s %d: exit %s, %s" % (call, error, when, code, said[-300:]))
check("failing calls end the service with a reason (%d of %d met one)" %
      (failed, len(tries)), reasons and failed >= 8)
check("within a second (the slowest took %.2f s)" % slowest, slowest < 1)
# -- A share, when the service ends --
# The last call of a process is held up, so that its memory can be looked at.
w.mod.configure(stored_shares="on")
with open(share_file(w.hub, 1)) as f:
    share = f.read()
scalar = bytes.fromhex(json.loads(share)["share"])
w.mod.start(prefix=["strace", "-f", "-qq", "-o", "/dev/null", "-e",
                    "trace=exit_group", "-e",
                    "inject=exit_group:delay_enter=4s"])
w.ann.login().must("POST", "/v1/share", {"share": share,
                                         "password": w.ann.password})
if not in_memory(w.mod, scalar):
    print("skip shares: memory cannot be read here", flush=True)
else:
    pid = w.mod.pid()
    os.kill(pid, signal.SIGTERM)

    def is_ending():
        with open("/proc/%d/syscall" % pid) as f:
            return f.read().split()[0] in ("231", "94")  # exit_group

    ending = until(is_ending, 15)
    check("a share is wiped when the service ends", ending and
          in_memory(w.mod, scalar) == set(), ending)
    w.mod.process.wait(30)
w.mod.kill()
w.mod.start()
there = {r[0] for r in w.mod.database().execute("SELECT text FROM notes")}
check("nothing acknowledged is lost (%d)" % len(acknowledged),
      set(acknowledged) <= there and acknowledged)
check("it goes on", w.ann.ask("GET", "/v1/cases")[0] == 200)
w.mod.stop()
finish()
