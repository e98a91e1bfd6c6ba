# SPDX-License-Identifier: Apache-2.0
"""Who sees what: queues by the book and per person, requests for consent,
floods; sessions at login; where shares are kept; settings that would harm."""

import sys

sys.path.insert(0, "tests/console")
from mod import *
from reports import send_report

w = World()

# -- Queues, by the book --
with open("moderation/policy/standard.json") as f:
    book = json.load(f)
queue_of = {reason: q["id"] for q in book["queues"]
            for reason in q.get("reasons", [])}
# Spam of somebody who is known waits with the rest.
queue_of["spam"] = book["queues"][-1]["id"]
cases = {}
for i, reason in enumerate(("threat", "fraud", "harassment", "spam",
                            "intimate_image", "child_safety")):
    case = send_report(w, {"reason": reason, "messages": [{"text": "hello"}],
                           "sender": "mimi://example.com/u/s%d" % i})
    cases[reason] = case
    queue = w.ann.must("GET", "/v1/cases/%d" % case)["queue"]
    check("a report for %s lands where the book says" % reason,
          queue == queue_of[reason], queue)

# -- Per person --
dee = w.mod.add(w.ada, "dee", "reviewer", queues=[queue_of["fraud"]])
check("one sees the cases of one's queues alone", [
    c["case"] for c in w.cases(dee)] == [cases["fraud"]])


def request_of(who, case):
    who.must("POST", "/v1/cases/%d/claim" % case)
    report = who.must("GET", "/v1/cases/%d" % case)["report_list"][0]["report"]
    return report, who.must("POST", "/v1/cases/%d/ask" % case, {
        "reports": [report], "why": "what only some may know"})["request"]


def seen(who):
    return [r["request"] for r in who.must("GET", "/v1/requests")["requests"]]


threat, threat_request = request_of(w.lea, cases["threat"])
fraud, fraud_request = request_of(w.lea, cases["fraud"])
check("requests of other queues are not there", seen(dee) == [fraud_request],
      seen(dee))
check("those of all queues see all",
      seen(w.cat) == seen(w.lea) == [threat_request, fraud_request])
w.ada.must("POST", "/v1/holders", {"quorum": w.quorum, "holder": 3,
                                   "account": dee.account})
check("a holder of a share is asked whatever his queues",
      seen(dee) == [threat_request, fraud_request])
check("and sees no more of the case for it", dee.ask(
    "GET", "/v1/cases/%d" % cases["threat"])[0] == 404)
w.ada.must("POST", "/v1/holders", {"quorum": w.quorum, "holder": 3,
                                   "account": w.cat.account})
check("until his share is another's", seen(dee) == [fraud_request])

# -- Floods --
sender = "mimi://example.com/u/s3"
preview = w.cat.must("GET", "/v1/floods/preview?sender=" + sender)
flood = w.cat.must("POST", "/v1/floods", {
    "filter": {"sender": sender}, "digest": preview["digest"],
    "why": "what only some may know"})["flood"]


def floods(who):
    return [f["flood"] for f in who.must("GET", "/v1/floods")["floods"]]


check("floods of other queues are not there", floods(dee) == [] and
      floods(w.ann) == [flood])
check("nor can they be undone", dee.refused(
    "POST", "/v1/floods/%d/undo" % flood) == "not-found")
w.ada.must("POST", "/v1/accounts/%d/change" % dee.account, {
    "shown": "Dee", "roles": ["reviewer"], "queues": [queue_of["spam"]]})
check("those of one's own are", floods(dee) == [flood])
check("for a lead alone to undo", dee.refused(
    "POST", "/v1/floods/%d/undo" % flood) == "not-yours")

# -- Logging in --
browser = {"Content-Type": "application/json", "Frank-Request": "1",
           "Sec-Fetch-Site": "same-origin"}


def log_in(person, cookie=None):
    status, text, headers = w.mod.request("POST", "/v1/login", json.dumps({
        "name": person.name, "password": PASSWORD, "code": person.codes.pop()}),
        {**browser, **({"Cookie": cookie} if cookie else {})})
    assert status == 200, text
    return headers["Set-Cookie"].split(";")[0]


def lives(cookie):
    return w.mod.request("GET", "/v1/me", headers={"Cookie": cookie})[0] == 200


first = log_in(w.ben)
second = log_in(w.ben, first)
check("a login gives the browser a new session, and ends the one it had",
      first != second and lives(second) and not lives(first))
elsewhere = log_in(w.ben)
check("and none of another browser", lives(second) and lives(elsewhere))
third = log_in(w.cat, second)
check("also where somebody else logs in there", lives(third) and
      not lives(second) and lives(elsewhere))

# -- Shares --
with open(share_file(w.hub, 1)) as f:
    share = f.read()
check("for k > 1 shares stay outside unless a team chooses so", w.ann.refused(
    "POST", "/v1/share", {"share": share, "password": w.ann.password}) ==
    "stored-shares" and not w.mod.database().execute(
        "SELECT count(*) FROM holders WHERE wrapped IS NOT NULL"
    ).fetchone()[0])
check("it ends as it should", w.mod.stop() == 0, w.mod.journal()[-300:])

# -- Settings --
for name, settings in (
        ("a statement after the case is purged", {"statement_delay": "2h",
                                                  "appeal_window": "2h"}),
        ("a statement before a decision stands", {"statement_delay": "1m",
                                                  "retract": "2m"}),
        ("an appeal's end before a decision stands", {"retract": "3h",
                                                      "statement_delay": "3h",
                                                      "appeal_window": "2h"})):
    w.mod.configure(**settings)
    ran = subprocess.run([B + "/frank-mod", "serve", "--config",
                          w.mod.file("frank-mod.conf")], timeout=20,
                         capture_output=True)
    check("refused: " + name, ran.returncode == 2 and
          (b"statement-delay" in ran.stderr or b"appeal-window" in ran.stderr),
          ran)
finish()
