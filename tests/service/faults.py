# SPDX-License-Identifier: Apache-2.0
"""The program itself, with system calls made to fail by strace: no
acknowledgement after the first failed commit, an end within a second with the
reason, a clean start. Each write and sync of SQLite's is failed in
test_store_faults; here the calls of the whole program, some of each."""

import http.client
import json
import re
import time

from hub import Hub, check, finish, read_reports

hub = Hub(sandbox="off")
reports = list(read_reports(hub.make_reports(400)))
next_report = 0
stored = set()


trace = hub.file("trace")


def seconds_to_end():
    """From the first call that failed to the end, as strace saw it: how long this
    test waits for its turn does not count."""
    with open(trace) as f:
        lines = f.read().splitlines()
    failed = next(line for line in lines if "(INJECTED)" in line)
    return float(lines[-1].split()[1]) - float(failed.split()[1])


def run_with(call, inject):
    """Starts, sends until it ends; whether the call failed."""
    global next_report
    hub.start(wait=False, prefix=["strace", "-f", "-q", "-ttt", "-o", trace,
                                  "-e", "trace=" + call, "-e",
                                  "inject=%s:%s" % (call, inject)])
    try:
        hub.wait()
    except RuntimeError:
        return True  # it failed at its start
    for _ in range(6):
        r = reports[next_report % len(reports)]
        next_report += 1
        try:
            status, body, _ = hub.report(r)
        except (OSError, http.client.HTTPException):
            return True
        if status == 202:
            stored.add(json.loads(body)["report_id"])
    time.sleep(0.7)  # the publisher's turn
    if hub.process.poll() is None:
        hub.stop()
        return False
    return True


failed = 0
slowest = 0.0
cases = [(call, error, when)
         for call, error in (("pwrite64", "EIO"), ("pwrite64", "ENOSPC"),
                             ("fdatasync", "EIO"), ("fsync", "EIO"))
         for when in (1, 2, 3, 5, 8, 13, 20)]
reasons = True
for call, error, when in cases:
    before = len(hub.journal())
    if not run_with(call, "error=%s:when=%d+" % (error, when)):
        continue
    failed += 1
    code = hub.process.wait(60)
    if code == 3:
        slowest = max(slowest, seconds_to_end())
    said = hub.journal()[before:]
    if code != 3 or not re.search(r'"level":"error"', said):
        reasons = False
        print("# %s %s %d: exit %s, %s" % (call, error, when, code, said[-300:]))
hub.kill()
check("failing calls end the program with a reason (%d of %d cases met one)"
      % (failed, len(cases)), reasons and failed >= 12)
check("the end comes within 1 s (the slowest took %.2f s)" % slowest,
      slowest < 1)
hub.start()
db = hub.database()
there = {bytes(r[0]).hex() for r in db.execute("SELECT report_id FROM reports")}
check("nothing acknowledged is lost (%d)" % len(stored), stored <= there)
check("it starts cleanly", hub.report(reports[-1])[0] == 202)
hub.stop()
finish()
