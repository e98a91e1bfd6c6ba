# SPDX-License-Identifier: Apache-2.0
"""A disk that fills up under the moderators' service: what moderators do goes on
as long as there is room for it, reports wait at the hub, nothing acknowledged is
lost. Runs in a mount namespace of its own, on a tmpfs of 48 MiB at argv[1]."""

import sys

from files import *
from store import Store

store = Store()
w = World(folder=sys.argv[1], min_free="8MiB", hub_every="100ms",
          attachment_store=store.url, attachment_networks="127.0.0.0/8",
          attachment_retry="200ms")
w.reports(3)
until(lambda: len(w.cases()) == 3)
first, second, third = [c["case"] for c in w.cases()]
report = w.open(w.ann, first)
SAID = w.ann.must("POST", "/v1/reports/%d/look" % report)["messages"][0][
    "parts"][0]["text"]


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
check("it says that it is not ready", until(
    lambda: w.mod.request("GET", "/readyz")[0] == 503))
fill(0)
status, answer = w.ann.ask("POST", "/v1/cases/%d/notes" % first, {"text": "more"})
check("on a full disk a change is 507", status == 507 and
      answer["type"].endswith("disk-full"), (status, answer))
check("and was not done", count("notes") == 1)
looks = count("timeline")
for body in ({}, {"raw": True}):
    status, answer = w.ann.ask("POST", "/v1/reports/%d/look" % report, body)
    said = json.dumps(answer)
    check("content is not shown where that cannot be logged", status == 507 and
          set(answer) <= {"type", "title", "status", "request_id"} and
          SAID not in said, (status, answer))
status, answer = w.ann.ask("POST", "/v1/reports/%d/reporter" % report,
                           {"why": "who is it"})
check("nor is the reporter named", status == 507 and
      "reporter" not in answer, (status, answer))
check("and nothing says that it was", count("timeline") == looks)
check("reading goes on", w.ann.ask("GET", "/v1/cases/%d" % first)[0] == 200)
check("it is live", w.mod.request("GET", "/livez")[0] == 200)
os.unlink(w.mod.file("filler"))
check("with room again, the reports come", until(lambda: count("reports") == 6,
                                                120))
check("and changes are made", until(lambda: w.ann.ask(
    "POST", "/v1/cases/%d/notes" % first, {"text": "again"})[0] == 200))

# -- A file of which only the first piece fits --
film = File(os.urandom(6 << 20), "video/mp4", "64KiB")
url = store.put(film.name, film.sealed)
case = send(w, [path(film.name + ".content")], "--attach",
            film.disclose("--all", "--url", url))
fill(13 << 20)
of_film = w.open(w.ann, case)
name = w.mod.file("data/attachments/%d-0" % of_film)


def look_at_film():
    return w.ann.must("POST", "/v1/reports/%d/look" % of_film)[
        "messages"][0]["parts"][0]["attachment"]


check("a file waits for room", until(
    lambda: "disk is full" in look_at_film().get("why", "")), look_at_film())
seen = look_at_film()
check("what came of it is kept", seen["state"] in ("waiting", "fetching") and
      seen["have"] > 3 << 20 and os.path.getsize(name) > 3 << 20, seen)
check("and what has no room is not asked for", len(store.ranges(film.name)) == 1,
      store.ranges(film.name))
os.unlink(w.mod.file("filler"))
check("with room again it is there", until(
    lambda: look_at_film()["state"] == "there"), look_at_film())
check("and nothing was asked for twice", sum(
    last - first + 1 for first, last in store.ranges(film.name)) ==
      len(film.sealed), store.ranges(film.name))
w.mod.kill()
w.mod.start()
check("nothing acknowledged is lost", count("notes") == 2 and w.ann.must(
    "GET", "/v1/cases/%d" % first)["state"] == "open")
check("it did not end in between",
      "database-failed" not in w.mod.journal(), w.mod.journal()[-500:])
check("it ends cleanly", w.mod.stop() == 0)

# -- A share whose holder left, on a full disk --
shutil.rmtree(w.mod.file("data"))
w = World(folder=os.path.join(sys.argv[1], "shares"), min_free="8MiB",
          stored_shares="on")
# Sessions are short from here on alone: accounts take longer on a busy machine.
w.mod.stop()
w.mod.configure(session_idle="15s")
w.mod.start()
w.ann.login()
with open(share_file(w.hub, 1)) as f:
    share = f.read()
scalar = bytes.fromhex(json.loads(share)["share"])
w.ann.must("POST", "/v1/share", {"share": share, "password": w.ann.password})
seen = in_memory(w.mod, scalar)
fill(0)
if seen is None:
    print("skip shares: memory cannot be read here", flush=True)
else:
    check("a share is in memory while its holder is logged in", scalar in seen)
    check("a share is wiped when its session was idle, whatever the disk",
          until(lambda: not in_memory(w.mod, scalar), 120) and
          w.ann.ask("GET", "/v1/me")[0] == 401)
os.unlink(w.mod.file("filler"))
w.mod.stop()
finish()
