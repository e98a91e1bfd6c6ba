# SPDX-License-Identifier: Apache-2.0
"""A disk that fills up under the moderators' service: what moderators do goes on
as long as there is room for it, reports wait at the hub, nothing acknowledged is
lost. Runs in a mount namespace of its own, on a tmpfs of 48 MiB at argv[1]."""

import sys

from mod import *

w = World(folder=sys.argv[1], min_free="8MiB", hub_every="100ms")
w.reports(3)
until(lambda: len(w.cases()) == 3)
first, second, third = [c["case"] for c in w.cases()]
w.ann.must("POST", "/v1/cases/%d/claim" % first)


def fill(leave):
    free = os.statvfs(w.mod.folder)
    with open(w.mod.file("filler"), "ab") as f:
        f.write(b"x" * max(0, free.f_bavail * free.f_frsize - leave))


def count(table):
    return w.mod.database().execute("SELECT count(*) FROM " + table).fetchone()[0]


fill(5 << 20)
w.reports(3)
time.sleep(1)
check("with little room left, reports wait at the hub", count("reports") == 3)
check("and moderators go on", w.ann.ask(
    "POST", "/v1/cases/%d/notes" % first, {"text": "still here"})[0] == 200)
check("it says that it is not ready", w.mod.request("GET", "/readyz")[0] == 503)
fill(0)
status, answer = w.ann.ask("POST", "/v1/cases/%d/notes" % first, {"text": "more"})
check("on a full disk a change is 507", status == 507 and
      answer["type"].endswith("disk-full"), (status, answer))
check("and was not done", count("notes") == 1)
check("reading goes on", w.ann.ask("GET", "/v1/cases/%d" % first)[0] == 200)
check("it is live", w.mod.request("GET", "/livez")[0] == 200)
os.unlink(w.mod.file("filler"))
check("with room again, the reports come", until(lambda: count("reports") == 6,
                                                45))
check("and changes are made", until(lambda: w.ann.ask(
    "POST", "/v1/cases/%d/notes" % first, {"text": "again"})[0] == 200))
w.mod.kill()
w.mod.start()
check("nothing acknowledged is lost", count("notes") == 2 and w.ann.must(
    "GET", "/v1/cases/%d" % first)["state"] == "claimed")
check("it did not end in between",
      "database-failed" not in w.mod.journal(), w.mod.journal()[-500:])
check("it ends cleanly", w.mod.stop() == 0)
finish()
