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
trace = w.mod.file("trace")


def seconds_to_end():
    """From the first call that failed to the end, as strace saw it: how long this
    test waits for its turn does not count."""
    with open(trace) as f:
        lines = f.read().splitlines()
    failed = next(line for line in lines if "(INJECTED)" in line)
    return float(lines[-1].split()[1]) - float(failed.split()[1])


tries = [(call, error, when)
         for call, error in (("pwrite64", "EIO"), ("pwrite64", "ENOSPC"),
                             ("fdatasync", "EIO"), ("fsync", "EIO"))
         for when in (2, 5, 9, 14, 22)]
for call, error, when in tries:
    before = len(w.mod.journal())
    w.mod.start(wait=False, prefix=[
        "strace", "-f", "-q", "-ttt", "-o", trace, "-e", "trace=" + call, "-e",
        "inject=%s:error=%s:when=%d+" % (call, error, when)])
    ended = False
    try:
        w.mod.wait()
        for _ in range(8):
            number += 1
            text = "note %d" % number
            try:
                status, _ = w.ann.ask("POST", "/v1/cases/%d/notes" % 1,
                                      {"text": text})
                if status == 409:
                    w.ann.ask("POST", "/v1/cases/1/claim")
                elif status == 200:
                    acknowledged.append(text)
            except (OSError, http.client.HTTPException):
                ended = True
                break
    except RuntimeError:
        ended = True
    time.sleep(0.7)
    if not ended and w.mod.process.poll() is None:
        w.mod.stop()
        continue
    failed += 1
    code = w.mod.process.wait(60)
    if code == 3:
        slowest = max(slowest, seconds_to_end())
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
                    "inject=exit_group:delay_enter=60s"])
w.ann.login().must("POST", "/v1/share", {"share": share,
                                         "password": w.ann.password})
seen = in_memory(w.mod, scalar)
if seen is None:
    print("skip shares: memory cannot be read here", flush=True)
else:
    check("a share is in memory while its holder is logged in", scalar in seen)
    pid = w.mod.pid()
    os.kill(pid, signal.SIGTERM)

    def is_ending():
        with open("/proc/%d/syscall" % pid) as f:
            return f.read().split()[0] in ("231", "94")  # exit_group

    def is_over():
        try:
            with open("/proc/%d/maps" % pid) as f:
                return f.read() == ""
        except OSError:
            return True

    ending = until(is_ending)
    # What was read is its memory only if it was there to the end.
    check("a share is wiped when the service ends", ending and
          in_memory(w.mod, scalar) == set() and is_ending(), ending)
    w.mod.process.kill()  # strace, which would wait for the minute's end
    w.mod.process.wait()
    if not is_over():
        os.kill(pid, signal.SIGKILL)
    assert until(is_over)
w.mod.kill()
w.mod.start()
there = {r[0] for r in w.mod.database().execute("SELECT text FROM notes")}
check("nothing acknowledged is lost (%d)" % len(acknowledged),
      set(acknowledged) <= there and acknowledged)
check("it goes on", w.ann.ask("GET", "/v1/cases")[0] == 200)
w.mod.stop()
finish()
