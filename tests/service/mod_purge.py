# SPDX-License-Identifier: Apache-2.0
"""What was purged is found nowhere: database, write-ahead log, log, journal,
memory."""

import glob
import sys
import urllib.parse

sys.path.insert(0, "tests/console")
from files import *
import reports

w = World(retract="1s", statement_delay="1s", appeal_window="8s")
needles = {}


def canary(name, value=None):
    """A text, or bytes, that must be gone with the case."""
    if value is None:
        value = "canary %s %d" % (name, time.time_ns())
    needles[name] = value if isinstance(value, bytes) else value.encode()
    return value


# -- A case of which everything is kept that can be --
sender = canary("sender", "mimi://example.com/u/sender-canary")
room = canary("room", "mimi://example.com/r/room-canary")
reporter = canary("reporter", "mimi://example.com/u/reporter-canary")
case = reports.send_report(w, {
    "sender": sender, "room": room, "reporter": reporter,
    "messages": [{"text": canary("text")}]})
file = File(canary("file", os.urandom(5000)), sender=sender, room=room)
check("another report, of a file, is of the same case", send(
    w, [path(file.name + ".content")], "--attach",
    file.disclose("--all", "--enclose")) == case)
w.reports(2)
until(lambda: len(w.cases()) == 3)
others = [c["case"] for c in w.cases() if c["case"] != case]
of_case = "/v1/cases/%d" % case
book = w.lea.must("GET", "/v1/book")
w.lea.must("POST", "/v1/book", {"after": book["version"], "book": {
    **book["book"], "second_look_share": 1}})

w.lea.must("POST", of_case + "/claim")
w.lea.must("POST", of_case + "/hand-over",
           {"to": "ann", "why": canary("hand-over")})
report, of_file = sorted(r["report"] for r in w.ann.must(
    "GET", of_case)["report_list"])
request = w.ann.must("POST", of_case + "/ask", {
    "reports": [report, of_file], "why": canary("request")})["request"]
w.cat.must("POST", "/v1/requests/%d/refuse" % request,
           {"why": canary("refusal")})
consent(w.mod, w.ann, request, share_file(w.hub, 1))
consent(w.mod, w.ben, request, share_file(w.hub, 2))
look = w.ann.must("POST", "/v1/reports/%d/look" % report, {"raw": True})
check("the file is there", until(lambda: w.mod.database().execute(
    "SELECT count(*) FROM files WHERE state = 1").fetchone()[0]))
canary("file's key", w.mod.database().execute(
    "SELECT key FROM files").fetchone()[0])
with open(w.mod.file("data/attachments/%d-0" % of_file), "rb") as f:
    canary("file at rest", f.read()[-48:])
w.ann.must("POST", "/v1/reports/%d/reporter" % report,
           {"why": canary("reveal")})
row = w.mod.database().execute(
    "SELECT b.salt, b.sealed, r.kept, r.digest, r.report_id, r.reporter_key"
    " FROM bodies b JOIN reports r ON r.number = b.report WHERE r.number = ?",
    (report,)).fetchone()
canary("content", base64.b64decode(look["messages"][0]["content"])[-48:])
canary("salt", row[0])
canary("sealed body", row[1][-64:])
canary("kept key", row[2])
canary("digest", row[3])
canary("report id", row[4])
canary("reporter's key", row[5])
w.ann.must("POST", of_case + "/notes", {"text": canary("note")})
w.lea.must("POST", of_case + "/draft", {"draft": {"note": canary("draft")}})
w.ben.must("POST", "/v1/searches", {
    "name": "his", "query": canary(
        "search", "state=closed&sender=" + urllib.parse.quote(sender, ""))})


def hold(number, why):
    """By two people; gives its address."""
    ordered = w.lea.must("POST", "/v1/cases/%d/legal-hold" % number, {
        "until": int(time.time() + 86400) * 1000, "why": canary(why)})["hold"]
    w.ann.must("POST", "/v1/legal-holds/%d/confirm" % ordered)
    return "/v1/legal-holds/%d" % ordered


w.lea.must("POST", hold(case, "hold") + "/end", {"why": canary("end of a hold")})
other, flooded = others
# Neither is purged before it was looked at, however slow the machine.
kept = [hold(case, "second hold"), hold(flooded, "hold of a flood's")]
decision = w.ann.must("POST", of_case + "/decide", {
    "policy": "fraud", "outcome": "warn",
    "explanation": canary("explanation")})["decision"]
platform = w.mod.anyone()
platform.token = w.mod.token_of("platform.token")
platform.must("POST", "/v1/platform/appeals", {
    "decision": decision, "by": "reporter", "text": canary("appeal")})
w.cat.must("POST", of_case + "/claim")
answer = w.cat.must("POST", of_case + "/answer", {
    "upheld": False, "why": canary("answer"), "policy": "fraud",
    "outcome": "suspend", "explanation": canary("second explanation")})
check("what an appeal makes worse and grave is proposed", answer["proposed"])
w.ben.must("POST", of_case + "/claim")
w.ben.must("POST", of_case + "/review",
           {"confirm": True, "why": canary("review")})
digest = w.lea.must("GET", "/v1/floods/preview?cases=%d" % flooded)["digest"]
w.lea.must("POST", "/v1/floods", {
    "filter": {"cases": str(flooded)}, "digest": digest, "why": canary("flood")})
check("the case is drawn for a second look",
      until(lambda: w.lea.ask("POST", "/v1/second-looks/next")[0] == 200))
page = w.lea.must("GET", of_case)
check("of whose page he is shown nothing that was done", page["blind"] and not (
    page["decisions"] or page["appeals"] or page["notes"] or
    page["legal_holds"] or page["timeline"]), page)
page = w.ann.must("GET", of_case)
check("as others are", page["decisions"] and page["timeline"] and
      not page["blind"])


# -- Where it stands --
def in_files():
    found = {}
    for name in glob.glob(w.mod.file("**"), recursive=True):
        if os.path.isfile(name) and "hub.json" not in name:
            with open(name, "rb") as f:
                data = f.read()
            for what, needle in needles.items():
                if needle in data:
                    found.setdefault(what, []).append(os.path.basename(name))
    return found


def in_memory():
    found = {}
    with open("/proc/%d/maps" % w.mod.process.pid) as maps, open(
            "/proc/%d/mem" % w.mod.process.pid, "rb", 0) as mem:
        for line in maps:
            span, rights = line.split()[:2]
            if "rw" not in rights or "[v" in line:
                continue
            begin, end = (int(x, 16) for x in span.split("-"))
            try:
                mem.seek(begin)
                data = mem.read(end - begin)
            except OSError:
                continue
            for what, needle in needles.items():
                # Names that say nothing without the salts may stand on stacks.
                if what not in ("digest", "report id") and needle in data:
                    found.setdefault(what, []).append(line.split()[-1])
    return found


def numbers_of(case):
    """The case, and what belongs to it and has numbers of its own."""
    db = w.mod.database()
    numbers = {"cases": [case]}
    for table in ("reports", "requests", "decisions"):
        numbers[table] = [row[0] for row in db.execute(
            "SELECT number FROM %s WHERE in_case = ?" % table, (case,))]
    return numbers


def referring(numbers):
    """By table and column: rows that refer to any of these, in all tables that
    the database has."""
    db = w.mod.database()
    found = {}
    for table, in db.execute("SELECT name FROM sqlite_master"
                             " WHERE type = 'table'").fetchall():
        for key in db.execute("PRAGMA foreign_key_list(%s)" % table).fetchall():
            parent, column = key[2:4]
            if parent in numbers:
                found[table + "." + column] = db.execute(
                    "SELECT count(*) FROM %s WHERE %s IN (%s)" % (
                        table, column, ",".join(map(str, numbers[parent])))
                ).fetchone()[0]
    return found


numbers = numbers_of(case)
before = referring(numbers)
# Consents are dropped when the report is open; no table else may be forgotten.
check("before, every table has something of it",
      {k for k, n in before.items() if n == 0} ==
      {"consents.report", "consents.request"} and len(before) > 12, before)
seen = in_files()
hidden = {"content", "text", "file"}
check("what was opened is in no file even then", not hidden & set(seen), seen)
check("and the search finds all that is kept",
      set(needles) - hidden == set(seen), set(needles) - hidden - set(seen))
for n, address in enumerate(kept):
    w.lea.must("POST", address + "/end", {"why": canary("end %d" % n)})
check("the case is purged", until(lambda: w.ann.must(
    "GET", of_case)["state"] == "purged"))
check("and so is the flood's", until(lambda: w.ann.must(
    "GET", "/v1/cases/%d" % flooded)["state"] == "purged"))
check("nothing of it is in any file", until(lambda: not in_files()),
      in_files())
check("nor in any table", not any(referring(numbers).values()),
      referring(numbers))
check("nothing is left in its own row", w.mod.database().execute(
    "SELECT * FROM cases WHERE number = ? AND name = zeroblob(16)"
    " AND sender = '' AND room = '' OR sender = zeroblob(0)", (case,)
    ).fetchone() is not None)
check("the log's entries of it are there", w.mod.database().execute(
    "SELECT count(*) FROM log_entries").fetchone()[0] > 10)
if os.environ.get("SAN"):
    print("skip memory: too large to read", flush=True)
else:
    for _ in range(8):
        for who in (w.ann, w.ben):
            who.must("GET", "/v1/cases")
            who.must("GET", "/v1/queues")
            who.must("GET", "/v1/me")
    check("nothing of it is in memory", until(lambda: not in_memory()),
          in_memory())
check("another case is whole", w.ann.must(
    "GET", "/v1/cases/%d" % other)["report_list"])
w.mod.stop()
finish()
