# SPDX-License-Identifier: Apache-2.0
"""kill -9 while people work: claims, notes, consents, openings, decisions,
reviews, appeals and their answers, floods, purges. Of each all is there or
nothing, and what was acknowledged is."""

import random
import threading

from mod import *

CYCLES = int(os.environ.get("CYCLES", "60"))
MOST_SECONDS = 300  # for what the kills left no time for
w = World(retract="1s", statement_delay="1s", appeal_window="15s",
          hub_every="100ms", flood_undo="1s")
w.reports(300)
until(lambda: w.mod.database().execute(
    "SELECT count(*) FROM reports").fetchone()[0] == 300)
random.seed(7)
HOLDERS = {w.ann: 1, w.ben: 2, w.cat: 3}
platform = w.mod.anyone()
platform.token = w.mod.token_of("platform.token")
EXPLAINED = {"policy": "conduct", "explanation": "You broke a rule."}
running = True
lock = threading.Lock()
acknowledged = {}  # action: what is known of each
decisions = []


class Refused(Exception):
    pass


def do(person, path, body=None, action=None, known=None):
    """Does something; what is acknowledged is remembered."""
    status, answer = person.ask("POST", path, body)
    if status != 200:
        raise Refused(status, answer)
    if action:
        with lock:
            acknowledged.setdefault(action, []).append(
                known if known is not None else answer)
    return answer


def note_things(person):
    case = random.randrange(1, 21)
    text = "seen %d" % random.getrandbits(60)
    do(person, "/v1/cases/%d/claim" % case, action="claim")
    do(person, "/v1/cases/%d/notes" % case, {"text": text}, "note", (case, text))
    do(person, "/v1/cases/%d/release" % case, action="release")


def judge(person):
    """A case from the queue, or one that he has, to its decision, and somebody's
    review of it."""
    for query in ("?claim=mine", "?state=waiting&most=200"):
        status, page = person.ask("GET", "/v1/cases" + query)
        found = [c["case"] for c in page["cases"] if c["case"] > 20] \
            if status == 200 else []
        if found:
            break
    if not found:
        time.sleep(0.1)
        return
    case = random.choice(found)
    do(person, "/v1/cases/%d/claim" % case, action="claim")
    page = person.must("GET", "/v1/cases/%d" % case)
    state, report = page["state"], page["report_list"][0]["report"]
    if state == "claimed":
        do(person, "/v1/cases/%d/ask" % case, {
            "reports": [report], "why": "to see"}, "ask")
        page = person.must("GET", "/v1/cases/%d" % case)
    if page["requests"]:
        request = page["requests"][0]["request"]
        for holder in random.sample(list(HOLDERS), 2):
            share = share_file(w.hub, HOLDERS[holder])
            if consent(w.mod, holder, request, share):
                with lock:
                    acknowledged.setdefault("consent", []).append(
                        (report, holder))
    if state in ("claimed", "consent_asked", "open"):
        do(person, "/v1/reports/%d/look" % report, {}, "look", report)
        decide(person, case)
    else:
        do(person, "/v1/cases/%d/release" % case)


def decide(person, case):
    outcome = random.choice(["warn", "suspend"])
    made = do(person, "/v1/cases/%d/decide" % case,
              {**EXPLAINED, "outcome": outcome}, "decide")["decision"]
    if outcome == "suspend":
        other = random.choice([p for p in HOLDERS if p is not person])
        do(other, "/v1/cases/%d/claim" % case)
        do(other, "/v1/cases/%d/review" % case, {"confirm": True}, "review")
    decisions.append((case, made))


def appeal(person):
    if not decisions:
        time.sleep(0.05)
        return
    case, decision = decisions.pop()  # an appeal against others may be late
    do(platform, "/v1/platform/appeals", {
        "decision": decision, "by": "accused", "text": "no"}, "appeal")
    do(person, "/v1/cases/%d/claim" % case)
    do(person, "/v1/cases/%d/answer" % case, random.choice([
        {"upheld": True, "why": "It stands"},
        {"upheld": False, "why": "Less", "outcome": "no_action", **EXPLAINED}]),
       "answer")


def close_some(person):
    status, page = person.ask("GET", "/v1/cases?state=waiting&most=200")
    waiting = [c["case"] for c in page["cases"] if c["case"] > 20] \
        if status == 200 else []
    if len(waiting) < 60:
        time.sleep(0.2)
        return
    some = ",".join(str(c) for c in sorted(random.sample(waiting, 3)))
    status, preview = person.ask("GET", "/v1/floods/preview?cases=" + some)
    if status == 200:
        number = do(person, "/v1/floods", {
            "filter": {"cases": some}, "digest": preview["digest"],
            "why": "one text"}, "flood")["flood"]
        if random.random() < 0.7:
            do(person, "/v1/floods/%d/undo" % number, {}, "undo")
    time.sleep(0.5)


def work(person, what):
    while running:
        try:
            what(person)
        except (OSError, http.client.HTTPException):
            time.sleep(0.02)
        except (Refused, AssertionError, subprocess.CalledProcessError):
            pass  # somebody else was before him, or it was killed in between


def purged():
    return w.mod.database().execute(
        "SELECT count(*) FROM cases WHERE state = 8").fetchone()[0]


KINDS = ("claim", "note", "release", "ask", "consent", "look", "decide", "review",
         "appeal", "answer", "flood", "undo")
workers = [threading.Thread(target=work, args=job) for job in (
    (w.ann, note_things), (w.ben, note_things), (w.ann, judge), (w.ben, judge),
    (w.cat, judge), (w.cat, appeal), (w.lea, close_some))]
for t in workers:
    t.start()
slowest = 0
for cycle in range(CYCLES):
    time.sleep(random.random() * 0.5)
    w.mod.kill()
    w.mod.start(wait=False)
    slowest = max(slowest, w.mod.wait())
until(lambda: all(acknowledged.get(k) for k in KINDS) and purged() > 2,
      MOST_SECONDS)
w.mod.kill()
running = False
for t in workers:
    t.join()
w.mod.start()
w.mod.kill()  # nothing moves from here on
print("# slowest restart %.2f s; %s, %d purged" % (slowest, ", ".join(
    "%d %s" % (len(acknowledged.get(k, [])), k) for k in KINDS), purged()),
    flush=True)
check("%d kills, and all kinds of actions between them" % CYCLES,
      all(acknowledged.get(k) for k in KINDS) and purged() > 2, purged())

# -- What the log says --
db = w.mod.database()
STATES = ["waiting", "claimed", "consent_asked", "open", "in_review", "decided",
          "appealed", "closed", "purged"]
entries = [json.loads(e) for (e,) in db.execute(
    "SELECT entry FROM log_entries ORDER BY number")]
at, broken, counts = {}, [], {}
for e in entries:
    if "case" in e:
        key = (e["case"], e["type"], e["action"])
        counts[key] = counts.get(key, 0) + 1
        if "from" in e:
            if at.get(e["case"], "waiting") != e["from"]:
                broken.append(e)
            at[e["case"]] = e["to"]


def logged(case, *kinds):
    return sum(counts.get((case, *kind), 0) for kind in kinds)


cases = {number: (name.hex(), STATES[state]) for number, name, state in
         db.execute("SELECT number, name, state FROM cases")}
living = {n: name for n, (name, state) in cases.items() if state != "purged"}
wrong = [(name, state) for name, state in cases.values()
         if state != "purged" and state != at.get(name, "waiting")]
check("every state is where the log leads, entry by entry",
      not broken and not wrong, (broken[:2], wrong[:2]))
check("what is purged is purged in the log", sum(
    1 for state in at.values() if state == "purged") ==
    len(cases) - len(living), len(cases) - len(living))
standing = dict(((q, s), n) for q, s, n in db.execute(
    "SELECT queue, state, cases FROM standing WHERE cases <> 0"))
counted = dict(((q, s), n) for q, s, n in db.execute(
    "SELECT queue, state, count(*) FROM cases GROUP BY queue, state"))
check("what is counted is what there is", standing == counted,
      (standing, counted))


# -- All of each action, or nothing --
def rows(sql):
    """Of each case that is not purged, a number."""
    found = dict(db.execute(sql).fetchall())
    return {n: found.get(n, 0) for n in living}


def same(what, sql, *kinds):
    there = rows(sql)
    differ = [(n, there[n], logged(name, *kinds)) for n, name in living.items()
              if there[n] != logged(name, *kinds)]
    check("%s: each with its entry, each entry with it" % what, not differ,
          differ[:3])


BY_CASE = "SELECT in_case, count(*) FROM %s GROUP BY in_case"
same("requests", BY_CASE % "requests", ("consent", "asked"))
same("opened reports", BY_CASE % "reports WHERE opened IS NOT NULL",
     ("report_opened", "opened"))
same("what was found in them", BY_CASE %
     "reports WHERE kept IS NOT NULL AND disclosed + withheld + not_proven > 0",
     ("opening_checked", "checked"))
same("decisions", BY_CASE % "decisions", ("decision", "proposed"),
     ("decision", "decided"), ("appeal", "overturned"))
same("reviews", BY_CASE % "decisions WHERE reviewer IS NOT NULL",
     ("review", "confirmed"), ("review", "returned"))
same("appeals", BY_CASE % "appeals", ("appeal", "by_accused"))
same("their answers", BY_CASE % "appeals WHERE answered IS NOT NULL",
     ("appeal", "upheld"), ("appeal", "overturned"))
check("what is open has no consent left, what was not none that is not logged",
      not db.execute("SELECT 1 FROM consents c JOIN reports r"
                     " ON r.number = c.report WHERE r.opened IS NOT NULL"
                     ).fetchone() and all(
          n <= logged(living[case], ("consent", "given")) for case, n in
          db.execute("SELECT r.in_case, count(*) FROM consents c JOIN reports r"
                     " ON r.number = c.report GROUP BY r.in_case")))
total = {kind: sum(n for (_, *k), n in counts.items() if tuple(k) == kind)
         for kind in (("decision", "dismissed"), ("decision", "reinstated"))}
closed, undone = db.execute(
    "SELECT sum(cases), sum(cases * (undone IS NOT NULL)) FROM floods").fetchone()
check("floods: each case of one was closed, each of one undone is back",
      total == {("decision", "dismissed"): closed,
                ("decision", "reinstated"): undone}, (total, closed, undone))
left = {}
for table in ("reports", "requests", "decisions", "appeals", "second_looks",
              "notes", "holds", "timeline", "drafts"):
    n = db.execute("SELECT count(*) FROM %s t JOIN cases c ON c.number = t.in_case"
                   " WHERE c.state = 8" % table).fetchone()[0]
    if n:
        left[table] = n
for table, column, of in (("bodies", "report", "reports"),
                          ("consents", "report", "reports"),
                          ("refusals", "request", "requests"),
                          ("requested", "request", "requests")):
    n = db.execute("SELECT count(*) FROM %s WHERE %s NOT IN"
                   " (SELECT number FROM %s)" % (table, column, of)).fetchone()[0]
    if n:
        left[table] = n
check("of what is purged nothing is left", not left and not db.execute(
    "SELECT 1 FROM cases WHERE state = 8 AND (length(sender) > 0 OR"
    " length(room) > 0 OR name <> zeroblob(16))").fetchone(), left)

# -- What was acknowledged --
stored = db.execute("SELECT in_case, text FROM notes").fetchall()
lost = [a for a in acknowledged["note"]
        if a[0] in living and a not in set(stored)]
check("%d notes acknowledged: none lost, none there twice" %
      len(acknowledged["note"]), not lost and len(stored) == len(set(stored)),
      lost[:3])


def logged_at_least(action, *kinds):
    n = sum(c for (_, *k), c in counts.items() if tuple(k) in kinds)
    check("%d × %s acknowledged, none lost" % (len(acknowledged[action]), action),
          n >= len(acknowledged[action]), n)


logged_at_least("ask", ("consent", "asked"))
given = len(set(acknowledged["consent"]))
check("%d × consent acknowledged, none lost" % given, given <= sum(
    n for (_, *k), n in counts.items() if k == ["consent", "given"]))
logged_at_least("look", ("look", "looked"))
logged_at_least("decide", ("decision", "decided"), ("decision", "proposed"))
logged_at_least("review", ("review", "confirmed"))
logged_at_least("appeal", ("appeal", "by_accused"))
logged_at_least("answer", ("appeal", "upheld"), ("appeal", "overturned"))
check("%d × flood acknowledged, none lost" % len(acknowledged["flood"]),
      {a["flood"] for a in acknowledged["flood"]} <=
      {n for (n,) in db.execute("SELECT number FROM floods")})
check("no look was before the opening", all(
    counts.get((e["case"], "report_opened", "opened")) for e in entries
    if e["type"] == "look"))
finish()
