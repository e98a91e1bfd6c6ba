# SPDX-License-Identifier: Apache-2.0
"""The life of a case, as people live it through the API."""

from mod import *

w = World(retract="2s", statement_delay="2s", appeal_window="1h")
w.reports(3)
check("reports are taken over from the hub",
      until(lambda: len(w.cases()) == 3))
check("and the hub is told that they are",
      until(lambda: w.hub.database().execute(
          "SELECT count(*) FROM bodies").fetchone()[0] == 0))
case = w.cases()[0]["case"]
page = w.ann.must("GET", "/v1/cases/%d" % case)
check("a case waits, with its metadata and nothing of its content",
      page["state"] == "waiting" and page["report_list"][0]["hub_verdict"])

report = w.open(w.ann, case)
page = w.ann.must("GET", "/v1/cases/%d" % case)
check("two consents open it", page["state"] == "open", page["state"])
check("no consent is kept", w.mod.database().execute(
    "SELECT count(*) FROM consents").fetchone()[0] == 0)
look = w.ann.must("POST", "/v1/reports/%d/look" % report)
check("each message says that it is proven",
      all(m["proven"] for m in look["messages"]), look["messages"])
check("and what it says", all(m["parts"][0]["text"] for m in
                                look["messages"]))
check("somebody else does not see it",
      w.cat.refused("POST", "/v1/reports/%d/look" % report) ==
      "claimed-by-other")
types = [e["type"] for e in
         w.ann.must("GET", "/v1/cases/%d" % case)["timeline"]]
check("the log has all of it", types == [
    "report_taken_over", "case_claimed", "consent", "consent", "consent",
    "report_opened", "opening_checked", "look"], types)

book = w.ann.must("GET", "/v1/book")["book"]
policy = book["policies"][0]["id"]
wish = {"policy": policy, "outcome": "suspend",
        "explanation": "Your account broke our rules."}
preview = w.ann.must("POST", "/v1/cases/%d/decide" % case,
                     {**wish, "preview": True})
check("a preview says that a second person is needed", preview["grave"])
decision = w.ann.must("POST", "/v1/cases/%d/decide" % case, wish)["decision"]
check("a grave outcome waits for somebody else", w.ann.must(
    "GET", "/v1/cases/%d" % case)["state"] == "in_review")
check("who is not the one who decided", w.ann.refused(
    "POST", "/v1/cases/%d/claim" % case) == "own-decision")
w.ben.must("POST", "/v1/cases/%d/claim" % case)
w.ben.must("POST", "/v1/reports/%d/look" % report)
w.ben.must("POST", "/v1/cases/%d/review" % case, {"confirm": True})

platform = w.mod.anyone()
platform.token = w.mod.token_of("platform.token")
seen = platform.must("GET", "/v1/platform/decisions/" + decision)
check("the platform sees the outcome, and no statement yet",
      seen["outcome"] == "suspend" and seen["statement"] is None, seen)
check("the statement is given after its delay", until(
    lambda: platform.must("GET", "/v1/platform/decisions/" + decision)
    ["statement"] == "Your account broke our rules."))
platform.must("POST", "/v1/platform/appeals",
              {"decision": decision, "by": "accused", "text": "It was a joke"})
check("an appeal goes to neither of the two", w.ann.refused(
    "POST", "/v1/cases/%d/claim" % case) == "took-part" and w.ben.refused(
    "POST", "/v1/cases/%d/claim" % case) == "took-part")
# The appeal had an hour; from here on nobody has more to say.
w.mod.stop()
w.mod.configure(appeal_window="3s")
w.mod.start()
w.cat.must("POST", "/v1/cases/%d/claim" % case)
w.cat.must("POST", "/v1/cases/%d/answer" % case,
           {"upheld": False, "why": "A warning is enough", "policy": policy,
            "outcome": "warn", "explanation": "You are warned."})
check("its answer closes the case", w.cat.must(
    "GET", "/v1/cases/%d" % case)["state"] == "closed")


def receipt_state():
    return w.hub.database().execute(
        "SELECT state, outcome FROM reports WHERE state = 4").fetchall()


check("the reporter's receipt says so", until(
    lambda: (4, "action_taken") in receipt_state()), receipt_state())
check("it is purged when the time for an appeal is over", until(
    lambda: w.ann.must("GET", "/v1/cases/%d" % case)["state"] == "purged"))
page = w.ann.must("GET", "/v1/cases/%d" % case)
check("and nothing is left of it", page["sender"] == "" and
      page["report_list"] == [] and page["timeline"] == [], page)

for other in w.cases():
    w.ann.must("POST", "/v1/cases/%d/claim" % other["case"])
check("nothing is left to claim",
      w.ann.refused("POST", "/v1/cases/next", {}) == "not-found")
check("it ends as it should", w.mod.stop() == 0, w.mod.journal()[-300:])
check("without a word of trouble", not [
    line for line in w.mod.journal().splitlines() if '"error"' in line],
    w.mod.journal()[-2000:])
finish()
