# SPDX-License-Identifier: Apache-2.0
"""Opening reports: what a holder takes away, what fewer than k never see, what
nobody can read, and where messages stood."""

import sys

sys.path.insert(0, "tests/console")
from mod import *
from reports import send_report

w = World()


def log(*types):
    """Entries of these types, the oldest first."""
    entries = [json.loads(e) for (e,) in w.mod.database().execute(
        "SELECT entry FROM log_entries ORDER BY number")]
    return [e for e in entries if e["type"] in types]


def ask(who, case):
    """Claims it and asks for its reports: the reports, the request."""
    who.must("POST", "/v1/cases/%d/claim" % case)
    reports = [r["report"] for r in
               who.must("GET", "/v1/cases/%d" % case)["report_list"]]
    return reports, who.must("POST", "/v1/cases/%d/ask" % case, {
        "reports": reports, "why": "to see it"})["request"]


# -- The reporter's name --
RITA = "mimi://example.com/u/rita.summers"
case = send_report(w, {"messages": [{"text": "a secret of ours"}],
                       "reporter": RITA})
(report,), request = ask(w.cat, case)
status, sealed = w.ann.ask("POST", "/v1/requests/%d/reports/%d" % (request, report))
given = log("identity_revealed")
check("a sealed report holds the reporter's name, and the log who was given it",
      status == 200 and RITA.encode() in sealed and
      [(e["action"], e["by"], "report" in e) for e in given] ==
      [("sealed_given", w.ann.must("GET", "/v1/me")["pseudonym"], True)], given)
check("a GET does not give it", w.ann.ask(
    "GET", "/v1/requests/%d/reports/%d" % (request, report))[0] == 405)
check("nor is it given to who holds no share", w.lea.refused(
    "POST", "/v1/requests/%d/reports/%d" % (request, report)) == "not-a-holder")
asked = "/v1/reports/%d/reporter" % report
check("nobody is told without a claim", w.ben.refused(
    "POST", asked, {"why": "x"}) == "claimed-by-other")
check("nor without a reason", w.cat.refused("POST", asked, {"why": " "}) == "why")
check("refusals are no entries", len(log("identity_revealed")) == 1)
check("the name is told when asked for", w.cat.must(
    "POST", asked, {"why": "he knows both"}) == {"reporter": RITA})
given = log("identity_revealed")
check("and the asking is logged", [e["action"] for e in given] ==
      ["sealed_given", "revealed"] and given[1]["by"] == w.cat.must(
          "GET", "/v1/me")["pseudonym"] and "rita" not in json.dumps(given), given)

# -- What the accused is told --
WALTER = "mimi://example.com/u/walter.quist"
SAID = "you will be sorry that you ever came to this place"
with tempfile.TemporaryDirectory() as folder:
    # One message, reported twice; and another report that stays closed.
    stamped = {"sender": "mimi://example.com/u/boaster", "messages": [
        {"text": SAID}], "stamped": folder}
    told = send_report(w, {**stamped, "reporter": RITA})
    send_report(w, {**stamped, "reporter": WALTER})
send_report(w, {"sender": "mimi://example.com/u/boaster", "reporter":
                "mimi://example.com/u/quentin.moss",
                "messages": [{"text": "more"}]})
w.cat.must("POST", "/v1/cases/%d/claim" % told)
reports = w.cat.must("GET", "/v1/cases/%d" % told)["report_list"]
check("a copy is known as one", [r["copy_of"] for r in reports] ==
      [None, reports[0]["report"], None], reports)
request = w.cat.must("POST", "/v1/cases/%d/ask" % told, {
    "reports": [reports[1]["report"]], "why": "to see it"})["request"]
consent(w.mod, w.ann, request, share_file(w.hub, 1))
consent(w.mod, w.ben, request, share_file(w.hub, 2))
entries = len(log("decision"))
answers = []
for what, text in (
        ("the reporter", "You harassed rita.summers."),
        ("the reporter of a copy", "You harassed walter.quist."),
        ("the reporter of what was not opened", "You harassed quentin.moss."),
        ("the room", "It was in mimi://example.com/r/club."),
        ("the message of a copy", "You wrote: " + SAID)):
    for preview in (True, False):
        answers.append(w.cat.ask("POST", "/v1/cases/%d/decide" % told, {
            "policy": "fraud", "outcome": "warn", "explanation": text,
            "preview": preview}))
        check("what names %s is refused%s" % (
            what, " already in a preview" if preview else ""),
            answers[-1][0] == 422 and
            answers[-1][1]["type"].endswith(":discreet"), answers[-1])
for _, answer in answers:
    answer.pop("request_id", None)
check("by one answer for all: who tries names learns nothing of which",
      all(a == answers[0] for a in answers) and "detail" not in answers[0][1],
      answers)
check("nothing was decided", len(log("decision")) == entries)
w.cat.must("POST", "/v1/cases/%d/decide" % told, {
    "policy": "fraud", "outcome": "warn", "explanation": "You broke a rule."})

# -- Fewer than k --
with tempfile.TemporaryDirectory() as folder:
    case = send_report(w, {"sender": "mimi://example.com/u/few", "reporter": RITA,
                           "messages": [{"type": "image/png", "picture": True},
                                        {"text": "nobody sees this"}]})
(report,), request = ask(w.cat, case)
consent(w.mod, w.ann, request, share_file(w.hub, 1))
look = "/v1/reports/%d/look" % report
second_look = w.mod.database().execute(
    "SELECT max(number) FROM second_looks").fetchone()[0] or 1
for who in (w.cat, w.ann, w.ben, w.lea):
    mine = who is w.cat
    for name, body in (("look", {}), ("raw look", {"raw": True}),
                       ("second look", {"second_look": second_look}),
                       ("second look of none", {"second_look": 999})):
        got = who.ask("POST", look, body)
        check("one consent of two: no %s for %s" % (name, who.name),
              got[0] == 409 and got[1]["type"].rsplit(":", 1)[1] ==
              ("not-open" if mine else "claimed-by-other") and
              set(got[1]) <= {"type", "title", "status", "request_id"}, got)
    for ticket in ("%d.0.%s" % (time.time() * 1000 + 60000, "0" * 32), "x"):
        got = who.ask("GET", "/v1/evidence/%d/0/0/%s" % (report, ticket))
        check("nor evidence by an address that he made", got[0] == 404, got)
    got = who.ask("POST", "/v1/cases/%d/decide" % case, {
        "policy": "fraud", "outcome": "warn", "explanation": "You broke a rule."})
    check("nor a decision", got[0] == 409, got)
    check("nor the next second look", who.ask(
        "POST", "/v1/second-looks/next")[0] == 404)
    # He may give all he has, again.
    if who is w.ann:
        consent(w.mod, who, request, share_file(w.hub, 1))
check("nor does a decision's check read what is closed", w.cat.refused(
    "POST", "/v1/cases/%d/decide" % case, {
        "policy": "fraud", "outcome": "warn", "preview": True,
        "explanation": "You wrote: nobody sees this"}) == "200")
check("the name of who reported is asked for and logged, content or not",
      w.cat.must("POST", "/v1/reports/%d/reporter" % report,
                 {"why": "he may be in danger"})["reporter"] == RITA)
row = w.mod.database().execute(
    "SELECT opened, kept, disclosed FROM reports WHERE number = ?", (report,)
).fetchone()
check("and nothing was opened", row == (None, None, 0) and
      w.cat.must("GET", "/v1/cases/%d" % case)["state"] == "consent_asked", row)

# -- Where messages stood in the room --
case = send_report(w, {
    "sender": "mimi://example.com/u/mallory", "room": "mimi://example.com/r/den",
    "messages": [{"text": "third", "seq": 9, "seen": 7},
                 {"text": "first", "seq": 3},
                 {"text": "without a place"},
                 {"text": "second", "seq": 4, "seen": 1},
                 {"text": "an answer", "seq": 10, "seen": 8,
                  "sender": "mimi://example.com/u/victim"}]})
report = w.open(w.cat, case)
look = w.cat.must("POST", "/v1/reports/%d/look" % report)
check("a look tells the order, the gaps, and what the sender had seen",
      look["order"] == [
          {"message": 1, "room_seq": 3, "seen_seq": 2, "gap": 0,
           "acknowledged": [], "not_acknowledged": []},
          {"message": 3, "room_seq": 4, "seen_seq": 1, "gap": 0,
           "acknowledged": [], "not_acknowledged": []},
          {"message": 0, "room_seq": 9, "seen_seq": 7, "gap": 4,
           "acknowledged": [], "not_acknowledged": []},
          {"message": 4, "room_seq": 10, "seen_seq": 8, "gap": 0,
           "acknowledged": [1, 3], "not_acknowledged": [0]}] and
      not look["order_is_forged"], look["order"])
case = send_report(w, {
    "sender": "mimi://example.com/u/mallory", "room": "mimi://example.com/r/pit",
    "messages": [{"text": "one", "seq": 5}, {"text": "other", "seq": 5}]})
report = w.open(w.cat, case)
look = w.cat.must("POST", "/v1/reports/%d/look" % report)
check("two messages with one number are called forged, and given no order",
      look["order_is_forged"] and look["order"] == [], look["order"])

# -- A report that nobody can read --
spoil = os.path.abspath(B + "/tests/spoil_body.so")
if not os.path.exists(spoil):
    print("skip unreadable: not built", flush=True)
else:
    case = send_report(w, {"messages": [{"text": "hello"}],
                           "sender": "mimi://example.com/u/garbler"},
                       env={"LD_PRELOAD": spoil})
    (report,), request = ask(w.cat, case)
    consent(w.mod, w.ann, request, share_file(w.hub, 1))
    consent(w.mod, w.ben, request, share_file(w.hub, 2))
    page = w.cat.must("GET", "/v1/cases/%d" % case)
    check("a report that cannot be read does not jam its case",
          page["state"] == "open" and not page["requests"] and
          page["report_list"][0]["unreadable"] and
          page["report_list"][0]["not_proven"] == 1, page)
    check("its consents are gone", w.mod.database().execute(
        "SELECT count(*) FROM consents WHERE report = ?", (report,)
    ).fetchone()[0] == 0)
    check("the log says that it was opened, and what was found", [
        e.get("verdicts") for e in log("report_opened", "opening_checked")[-2:]]
        == [None, {"unreadable": 1}], log("report_opened", "opening_checked"))
    look = w.cat.must("POST", "/v1/reports/%d/look" % report, {"raw": True})
    message = look["messages"][0]
    check("a look says so, and shows nothing", look["unreadable"] and
          not message["proven"] and message["verdict"] == "unreadable" and
          message["why"] == "the report's body cannot be read" and
          "parts" not in message and "content" not in message and
          look["note"] == "" and look["withheld"] == 0, look)
    w.cat.must("POST", "/v1/cases/%d/decide" % case, {
        "policy": "fraud", "outcome": "no_action",
        "explanation": "We could not see what it was about."})
    time.sleep(1.2)
    check("it is said, and not tried again", 0 < w.mod.journal().count(
        "report-unreadable") <= 2 and "report-not-opened" not in
        w.mod.journal())
check("it ends as it should", w.mod.stop() == 0, w.mod.journal()[-300:])
finish()
