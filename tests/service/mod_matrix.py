# SPDX-License-Identifier: Apache-2.0
"""Each route, as each role, on each kind of object: what each cell answers."""

import sys

sys.path.insert(0, "tests/console")
from mod import *
import files
from reports import send_report

# Nothing settles or is logged by itself before the second looks, however slow the
# machine, nor when an hour ends.
w = World(stored_shares="on", retract="6h", statement_delay="6h", claim="6h",
          request="1d", public_checkpoint="1d")
book = w.ada.must("GET", "/v1/book")
w.lea.must("POST", "/v1/book", {"after": book["version"], "book": {
    **book["book"], "second_look_share": 0}})
api = description.api

# -- What the description says is what the table of routes says --
with open("moderation/serve/routes.c") as f:
    table = set(re.findall(r'\{"(GET|POST)",\s*"([^"]+)"', f.read()))
described = {(m.upper(), re.sub(r"\{\w+\}", "{}", p).replace(
    "/log/tile/{}", "/log/tile/")) for p, ops in api["paths"].items()
    for m in ops}
check("the description has each route and no other", table == described,
      table ^ described)

# -- People --
# A reviewer of a queue in which nothing is: what is elsewhere is not there.
dee = w.mod.add(w.ada, "dee", "reviewer", queues=["child_safety"])
platform = w.mod.anyone()
platform.token = w.mod.token_of("platform.token")
outsider = w.mod.anyone()  # an auditor without an account
outsider.token = w.mod.token_of("auditor.token")
people = {"nobody": w.mod.anyone(), "reviewer": w.ann, "lead": w.lea,
          "admin": w.ada, "auditor": w.aud, "platform": platform,
          "outsider": outsider, "stranger": dee}
ROLE = {"stranger": "reviewer"}


def quiet():
    """Waits until the hub was told all: that it was is logged."""
    assert until(lambda: not w.mod.database().execute(
        "SELECT count(*) FROM hub_notices").fetchone()[0])


def snapshot():
    """All that is stored and logged, but when a session was last used."""
    db = w.mod.database()
    tables = [r[0] for r in db.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite%' AND name NOT IN ('sessions',"
        " 'hub_notices', 'memory')")]
    return {t: db.execute("SELECT * FROM " + t).fetchall() for t in tables}


def problem(answer):
    status, said = answer
    return "200" if status == 200 else said["type"].rsplit(":", 1)[-1]


STATUS = {"200": 200, "session": 401, "unauthorized": 401, "role": 403,
          "not-found": 404}
asked, answered, wrong = set(), set(), []
DONE = "200"


def cell(name, kind, who, path, body, expected):
    person = people[who]
    answer = person.ask(name.split()[0], path, body)
    got = problem(answer)
    if got == DONE:
        answered.add(name)
    if got != expected or answer[0] != STATUS.get(got, answer[0]) or \
            answer[0] >= 500:
        wrong.append("%s as %s on %s: %s" % (name, who, kind, answer))
        check("%s as %s on %s is %s" % (name, who, kind, expected), False, answer)


def row(name, kind, path, body=None, others=None, first=None, **expected):
    """One route and object, as everybody: who is not named in `expected` gets
    what `others` get, if his role may call it. path: may be one for each.
    What is refused, and each GET, changes nothing and logs nothing. first: who
    is to be before the others."""
    method, template = name.split()
    operation = api["paths"][template][method.lower()]
    is_platform = any("platform" in s for s in operation["security"])
    is_auditor = any("auditor" in s for s in operation["security"])
    asked.add((name, kind))
    refused, done = [], []
    for who in people:
        where = path if isinstance(path, str) else path.get(who, path["others"])
        if is_platform and who == "platform":
            right = expected.get(who, others)
        elif is_platform:
            right = "unauthorized"
        elif who == "outsider" and is_auditor:
            right = expected.get(who, others)
        elif who in ("nobody", "platform", "outsider"):
            right = "session"
        elif ROLE.get(who, who) not in operation["x-roles"]:
            right = "role"
        else:
            right = expected.get(who, others)
        (done if right == DONE and method == "POST" else refused).append(
            (who, where, right))
    for who, where, right in [d for d in done if d[0] == first]:
        cell(name, kind, who, where, body, right)
        done.remove((who, where, right))
    quiet()
    before = snapshot()
    for who, where, right in refused:
        cell(name, kind, who, where, body, right)
    after = snapshot()
    if before != after:
        check("%s on %s changes nothing where it should not" % (name, kind),
              False, [t for t in before if before[t] != after[t]])
    for who, where, right in done:
        cell(name, kind, who, where, body, right)
    quiet()


def nowhere(name, body=None, others="not-found"):
    """Objects that are not there."""
    template = name.split()[1]
    for kind, value in (("missing", "999999999"), ("odd", "0"), ("text", "abc")):
        row(name, kind, re.sub(r"\{\w+\}", value, template), body, others=others)


# -- Who checks the log has its key --
def vkey_of(folder):
    with open(os.path.join(folder, "log.vkey")) as f:
        return f.read().strip()


check("the auditors' token reads the log's verifier key, as init wrote it",
      outsider.must("GET", "/v1/log")["key"] == vkey_of(w.mod.folder) and
      os.stat(w.mod.file("log.vkey")).st_mode & 0o777 == 0o644)
check("with the newest size, as it has the newest checkpoint", until(
    lambda: outsider.must("GET", "/v1/log")["size"] ==
    w.aud.must("GET", "/v1/log")["size"] > 0))
check("the hub's is the one that it tells everybody", json.loads(w.hub.get(
    "/.well-known/frank")[1])["log"]["key"] == vkey_of(w.hub.folder))
for words in ([B + "/frankd", "init"], [B + "/frank-mod", "init", "--hub",
              w.hub.folder, "--quorum", w.hub.file("quorum/quorum.pub")]):
    made = w.mod.file("made-by-" + os.path.basename(words[0]))
    ran = subprocess.run([*words, "--log-origin", "log.example/1", made],
                         capture_output=True, text=True)
    check("init names the log as it is told, and prints its key",
          ran.returncode == 0 and vkey_of(made) in ran.stdout and
          vkey_of(made).startswith("log.example/1+"), ran)
    with open(os.path.join(made, "frankd.conf" if "frankd" in made else
                           "frank-mod.conf")) as f:
        check("and so do its settings", "log-origin = log.example/1\n" in f)
    before = vkey_of(made)
    check("a second init changes no key", subprocess.run(
        [*words, made], capture_output=True).returncode == 3 and
        vkey_of(made) == before)
    check("a name that no log can have is refused", subprocess.run(
        [*words, "--log-origin", "a b", made + "-2"],
        capture_output=True).returncode == 2 and
        not os.path.exists(made + "-2/log.key"))

# -- What has no object --
for path, roles in (("/v1/me", {}), ("/v1/searches", {}), ("/v1/book", {}),
                    ("/v1/statistics", {}), ("/v1/quorums", {}), ("/v1/log", {}),
                    ("/v1/queues", {}), ("/v1/cases", {}), ("/v1/people", {}),
                    ("/v1/requests", {}), ("/v1/floods", {}),
                    ("/v1/floods/preview", {}), ("/v1/accounts", {})):
    row("GET " + path, "none", path, others=DONE)
row("POST /v1/preferences", "none", "/v1/preferences", {
    "theme": "dark", "quiet": False, "blur_text": True, "break_minutes": 0,
    "avoid": []}, others=DONE)
row("POST /v1/preferences", "bad", "/v1/preferences", {
    "theme": "red", "quiet": False, "blur_text": True, "break_minutes": 0,
    "avoid": []}, others="theme")
row("POST /v1/exposure", "none", "/v1/exposure", {
    "day": int(time.time() // 86400), "seconds": 1, "images": 0}, others=DONE)
row("POST /v1/searches", "none", "/v1/searches", {
    "name": "mine", "query": "claim=mine"}, others=DONE)
row("POST /v1/searches/drop", "none", "/v1/searches/drop", {"name": "mine"},
    others=DONE)
row("POST /v1/searches/drop", "missing", "/v1/searches/drop", {"name": "mine"},
    others="not-found")

# -- Cases: claims --
sender = "mimi://example.com/u/mallory"
cases = [send_report(w, {
    "room": "mimi://example.com/r/%d" % i, "reason": "harassment", "messages": [
        {"text": "hello"}, {"type": "image/png", "picture": True}]})
    for i in range(9)]
HIS = {"reviewer": cases[0], "lead": cases[1], "others": cases[0]}
OTHER, FREE = cases[2], cases[3]
report_of = {c: r for r, c in w.mod.database().execute(
    "SELECT number, in_case FROM reports")}


def at(path, objects):
    """The path for everybody's own object."""
    return {who: path % number for who, number in objects.items()}


w.ben.must("POST", "/v1/cases/%d/claim" % OTHER)
case = "/v1/cases/{case}"
nowhere("GET " + case)
nowhere("POST %s/claim" % case)
row("POST %s/claim" % case, "his", at("/v1/cases/%d/claim", HIS), reviewer=DONE,
    lead=DONE, stranger="not-found")
row("POST %s/claim" % case, "his again", at("/v1/cases/%d/claim", HIS),
    reviewer=DONE, lead=DONE, stranger="not-found")
row("POST %s/claim" % case, "another's", "/v1/cases/%d/claim" % OTHER,
    others="claimed-by-other", stranger="not-found")
row("GET " + case, "his", at("/v1/cases/%d", HIS), others=DONE,
    stranger="not-found")
row("GET " + case, "another's", "/v1/cases/%d" % OTHER, others=DONE,
    stranger="not-found")
soon = int(time.time() * 1000) + 3600000
for action, body in (("extend", {}), ("hold", {"until": soon, "why": "a call"}),
                     ("notes", {"text": "seen"}),
                     ("draft", {"draft": {"note": "half"}})):
    name = "POST %s/%s" % (case, action)
    nowhere(name, body)
    row(name, "his", at("/v1/cases/%d/" + action, HIS), body, reviewer=DONE,
        lead=DONE, stranger="not-found")
    # A note and a draft are everybody's of the queue.
    mild = DONE if action in ("notes", "draft") else "claimed-by-other"
    row(name, "another's", "/v1/cases/%d/%s" % (OTHER, action), body, others=mild,
        stranger="not-found")
    row(name, "free", "/v1/cases/%d/%s" % (FREE, action), body,
        others=mild if mild == DONE and action == "draft" else "state",
        stranger="not-found")
name = "POST %s/release" % case
nowhere(name)
row(name, "his", at("/v1/cases/%d/release", HIS), reviewer=DONE, lead=DONE,
    stranger="not-found")
row(name, "free", at("/v1/cases/%d/release", HIS), others="state",
    stranger="not-found")
row(name, "another's", "/v1/cases/%d/release" % OTHER,
    reviewer="claimed-by-other", lead=DONE, stranger="not-found")
w.ben.must("POST", "/v1/cases/%d/claim" % OTHER)
for person, number in ((w.ann, HIS["reviewer"]), (w.lea, HIS["lead"])):
    person.must("POST", "/v1/cases/%d/claim" % number)
name = "POST %s/hand-over" % case
nowhere(name, {"to": "cat", "why": "her language"})
row(name, "another's", "/v1/cases/%d/hand-over" % OTHER,
    {"to": "cat", "why": "her language"}, others="claimed-by-other",
    stranger="not-found")
row(name, "to who may not", at("/v1/cases/%d/hand-over", HIS),
    {"to": "dee", "why": "her language"}, others="to", stranger="not-found")
row(name, "his", at("/v1/cases/%d/hand-over", HIS),
    {"to": "cat", "why": "her language"}, reviewer=DONE, lead=DONE,
    stranger="not-found")
for number in (HIS["reviewer"], HIS["lead"]):
    w.cat.must("POST", "/v1/cases/%d/release" % number)
row("POST /v1/cases/next", "none", "/v1/cases/next", {}, reviewer=DONE, lead=DONE,
    stranger="not-found")
row("POST /v1/cases/next", "another's", "/v1/cases/next", {"queue": "conduct"},
    reviewer=DONE, lead=DONE, stranger="not-found")
for person in (w.ann, w.lea):
    for c in w.cases(person, "?claim=mine"):
        person.must("POST", "/v1/cases/%d/release" % c["case"])
for person, number in ((w.ann, HIS["reviewer"]), (w.lea, HIS["lead"])):
    person.must("POST", "/v1/cases/%d/claim" % number)

# -- Opening --
ask = {"reports": [report_of[OTHER]], "why": "to see"}
name = "POST %s/ask" % case
nowhere(name, ask)
row(name, "another's", "/v1/cases/%d/ask" % OTHER, ask, others="claimed-by-other",
    stranger="not-found")
row(name, "his, of another's reports", at("/v1/cases/%d/ask", HIS), ask,
    others="reports", stranger="not-found")
for who, number in (("reviewer", HIS["reviewer"]), ("lead", HIS["lead"])):
    row(name, "his", "/v1/cases/%d/ask" % number,
        {"reports": [report_of[number]], "why": "to see"},
        **{"others": "claimed-by-other", who: DONE, "stranger": "not-found"})
other_request = w.ben.must("POST", "/v1/cases/%d/ask" % OTHER, ask)["request"]
requests = {r["case"]: r["request"] for r in
            w.cat.must("GET", "/v1/requests")["requests"]}
REQUEST = {who: requests[number] for who, number in HIS.items()}
request = "/v1/requests/{request}"
name = "POST %s/withdraw" % request
nowhere(name)
row(name, "another's", "/v1/requests/%d/withdraw" % other_request,
    others="claimed-by-other", stranger="not-found")
row(name, "his", at("/v1/requests/%d/withdraw", REQUEST), reviewer=DONE, lead=DONE,
    stranger="not-found")
row(name, "over", at("/v1/requests/%d/withdraw", REQUEST), others="request-over",
    stranger="request-over")

sealed = request + "/reports/{report}"
where = "/v1/requests/%d/reports/%d" % (other_request, report_of[OTHER])
nowhere("POST " + sealed)
row("POST " + sealed, "another's", where, reviewer=DONE, lead="not-a-holder",
    stranger="not-found")
row("POST " + sealed, "his, of another request",
    "/v1/requests/%d/reports/%d" % (REQUEST["reviewer"], report_of[OTHER]),
    others="not-found")
row("POST " + sealed, "his", where, reviewer=DONE, lead="not-a-holder",
    stranger="not-found")
consents = {}
for person, n in ((w.ann, 1), (w.ben, 2)):
    status, bytes_ = person.ask("POST", where)
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/sealed", "wb") as f:
            f.write(bytes_)
        subprocess.run([B + "/frank-mod", "consent", "--share",
                        share_file(w.hub, n), "--receipt", folder + "/r", "--out",
                        folder + "/c", folder + "/sealed"], check=True,
                       stderr=subprocess.DEVNULL)
        with open(folder + "/c", "rb") as c, open(folder + "/r", "rb") as r:
            consents[n] = {"report": report_of[OTHER], "consent": c.read().hex(),
                           "receipt": r.read().hex()}
name = "POST %s/refuse" % request
nowhere(name, {"why": "not sure"})
row(name, "another's", "/v1/requests/%d/refuse" % other_request,
    {"why": "not sure"}, reviewer=DONE, lead="not-a-holder",
    stranger="not-a-holder")
row(name, "his, over", at("/v1/requests/%d/refuse", REQUEST), {"why": "not sure"},
    others="request-over")
row(name, "his", "/v1/requests/%d/refuse" % other_request, {"why": " "},
    reviewer="why", lead="not-a-holder", stranger="not-a-holder")
name = "POST %s/consents" % request
nowhere(name, consents[1])
row(name, "another's", "/v1/requests/%d/consents" % other_request, consents[2],
    reviewer="not-a-holder", lead="not-a-holder", stranger="not-found")
row(name, "his", "/v1/requests/%d/consents" % other_request, consents[1],
    reviewer=DONE, lead="not-a-holder", stranger="not-found")
name = "POST %s/agree" % request
nowhere(name, others="nothing")
with open(share_file(w.hub, 1)) as f:
    share = {"share": f.read(), "password": PASSWORD}
row("POST /v1/share", "his", "/v1/share", share, reviewer=DONE,
    lead="not-a-holder", stranger="not-a-holder")
name = "POST %s/agree" % request
for number in (HIS["reviewer"], HIS["lead"]):
    person = w.ann if number == HIS["reviewer"] else w.lea
    requests[number] = person.must("POST", "/v1/cases/%d/ask" % number, {
        "reports": [report_of[number]], "why": "to see"})["request"]
row(name, "another's", "/v1/requests/%d/agree" % requests[HIS["lead"]],
    reviewer=DONE, lead="not-a-holder", stranger="not-found")
row(name, "his", "/v1/requests/%d/agree" % requests[HIS["reviewer"]],
    reviewer=DONE, lead="not-a-holder", stranger="not-found")
row(name, "his again", "/v1/requests/%d/agree" % requests[HIS["reviewer"]],
    reviewer="nothing", lead="not-a-holder", stranger="not-found")
row("POST /v1/share/drop", "another's", "/v1/share/drop",
    {"quorum": w.quorum, "holder": 2}, others="not-a-holder")
row("POST /v1/share/drop", "his", "/v1/share/drop",
    {"quorum": w.quorum, "holder": 1}, reviewer=DONE, lead="not-a-holder",
    stranger="not-a-holder")
row("POST /v1/reports/{report}/look", "not open", at("/v1/reports/%d/look", {
    who: report_of[c] for who, c in HIS.items()}), others="not-open",
    stranger="not-found")
for number in (HIS["reviewer"], HIS["lead"], OTHER):
    consent(w.mod, w.ben, requests.get(number, other_request),
            share_file(w.hub, 2))
REPORT = {who: report_of[c] for who, c in HIS.items()}
name = "POST /v1/reports/{report}/look"
nowhere(name)
row(name, "another's", "/v1/reports/%d/look" % report_of[OTHER],
    others="claimed-by-other", stranger="not-found")
row(name, "his", at("/v1/reports/%d/look", REPORT), reviewer=DONE, lead=DONE,
    stranger="not-found")
row(name, "another's by a second look that is not his",
    "/v1/reports/%d/look" % report_of[OTHER], {"second_look": 1},
    others="claimed-by-other", stranger="not-found")
name = "POST /v1/reports/{report}/attachments/retry"
nowhere(name, {"message": 0, "part": 0})
row(name, "another's", "/v1/reports/%d/attachments/retry" % report_of[OTHER],
    {"message": 0, "part": 0}, others="claimed-by-other", stranger="not-found")
absent = files.File(b"a picture")
absent = w.open(w.ann, files.send(w, [files.path(absent.name + ".content")],
                                  "--attach", absent.disclose(
                                      "--all", "--url", "https://x.example/")))
assert until(lambda: w.mod.database().execute(
    "SELECT count(*) FROM files WHERE state = 3").fetchone()[0])
row(name, "his", "/v1/reports/%d/attachments/retry" % absent,
    {"message": 0, "part": 0}, others="claimed-by-other", reviewer=DONE,
    stranger="not-found")
assert until(lambda: w.mod.database().execute(
    "SELECT count(*) FROM files WHERE state = 3").fetchone()[0])
row(name, "nothing absent", at("/v1/reports/%d/attachments/retry", REPORT),
    {"message": 0, "part": 0}, others="not-found", reviewer="not-absent",
    lead="not-absent")
name = "GET /v1/evidence/{report}/{message}/{part}/{ticket}"
address = w.ann.must("POST", "/v1/reports/%d/look" % REPORT["reviewer"])[
    "messages"][1]["parts"][0]["evidence"]
nowhere(name)
other_address = w.ben.must("POST", "/v1/reports/%d/look" % report_of[OTHER])[
    "messages"][1]["parts"][0]["evidence"]
row(name, "another's", other_address, others="not-found")
row(name, "his", address, others="not-found", reviewer=DONE)
name = "GET /v1/reports/{report}/attachments/{ticket}"
nowhere(name)
row(name, "another's", "/v1/reports/%d/attachments/%s" % (
    report_of[OTHER], other_address.split("/")[-1]), others="not-found")
row(name, "his", "/v1/reports/%d/attachments/%s" % (
    REPORT["reviewer"], address.split("/")[-1]), others="not-found", reviewer=DONE)
name = "POST /v1/reports/{report}/reporter"
nowhere(name, {"why": "to know"})
row(name, "another's", "/v1/reports/%d/reporter" % report_of[OTHER],
    {"why": "to know"}, others="claimed-by-other", stranger="not-found")
row(name, "his, anonymous", at("/v1/reports/%d/reporter", REPORT),
    {"why": "to know"}, others="anonymous", stranger="not-found")
named = send_report(w, {"messages": [{"text": "hello"}], "room":
                        "mimi://example.com/r/named", "reason": "harassment",
                        "reporter": "mimi://example.com/u/rita"})
w.ann.must("POST", "/v1/cases/%d/claim" % named)
report_of[named] = w.ann.must("GET", "/v1/cases/%d" % named)["report_list"][0][
    "report"]
row(name, "his", "/v1/reports/%d/reporter" % report_of[named], {"why": "to know"},
    reviewer=DONE, lead="claimed-by-other", stranger="not-found")

# -- Deciding --
wish = {"policy": "conduct", "outcome": "warn", "explanation": "You broke a rule."}
grave = {**wish, "outcome": "suspend"}
name = "POST %s/decide" % case
nowhere(name, wish)
row(name, "another's", "/v1/cases/%d/decide" % OTHER, wish,
    others="claimed-by-other", stranger="not-found")
row(name, "free", "/v1/cases/%d/decide" % FREE, wish, others="state",
    stranger="not-found")
row(name, "his", at("/v1/cases/%d/decide", HIS), wish, reviewer=DONE, lead=DONE,
    stranger="not-found")
name = "POST %s/retract" % case
decided = w.ben.must("POST", "/v1/cases/%d/decide" % OTHER, wish)["decision"]
nowhere(name, {"why": "a mistake"})
row(name, "another's", "/v1/cases/%d/retract" % OTHER, {"why": "a mistake"},
    others="not-yours", stranger="not-found")
row(name, "free", "/v1/cases/%d/retract" % FREE, {"why": "a mistake"},
    others="state", stranger="not-found")
row(name, "his", at("/v1/cases/%d/retract", HIS), {"why": "a mistake"},
    reviewer=DONE, lead=DONE, stranger="not-found")
name = "POST %s/review" % case
for person, number in ((w.ann, HIS["reviewer"]), (w.lea, HIS["lead"])):
    person.must("POST", "/v1/cases/%d/decide" % number, grave)
confirm = {"confirm": True}
nowhere(name, confirm)
row(name, "his own decision", at("/v1/cases/%d/review", HIS), confirm,
    others="not-claimed", stranger="not-found")
row("POST %s/claim" % case, "his own decision", at("/v1/cases/%d/claim", HIS),
    others="own-decision", stranger="not-found")
w.cat.must("POST", "/v1/cases/%d/claim" % HIS["reviewer"])
row(name, "another's", "/v1/cases/%d/review" % HIS["reviewer"], confirm,
    others="claimed-by-other", stranger="not-found")
w.cat.must("POST", "/v1/cases/%d/review" % HIS["reviewer"],
           {"confirm": False, "why": "too harsh"})
w.ann.must("POST", "/v1/cases/%d/claim" % HIS["lead"])
row(name, "his", "/v1/cases/%d/review" % HIS["lead"], confirm, reviewer=DONE,
    lead="claimed-by-other", stranger="not-found")
row(name, "free", "/v1/cases/%d/review" % FREE, confirm, others="state",
    stranger="not-found")

# -- The platform, and appeals --
name = "POST /v1/platform/appeals"
appeal = {"decision": decided, "by": "accused", "text": "It was a joke"}
row(name, "missing", "/v1/platform/appeals", {**appeal, "decision": "0" * 32},
    platform="not-found")
row(name, "odd", "/v1/platform/appeals", {**appeal, "by": "x"}, platform="by")
row(name, "none", "/v1/platform/appeals", appeal, platform=DONE)
row(name, "again", "/v1/platform/appeals", appeal, platform="state")
name = "GET /v1/platform/decisions/{decision}"
for kind, value in (("missing", "0" * 32), ("odd", "0"), ("text", "abc")):
    row(name, kind, "/v1/platform/decisions/" + value, platform="not-found")
for kind in ("his", "another's"):
    row(name, kind, "/v1/platform/decisions/" + decided, platform=DONE)
name = "POST %s/answer" % case
uphold = {"upheld": True, "why": "It stands"}
nowhere(name, uphold)
row(name, "free", "/v1/cases/%d/answer" % FREE, uphold, others="state",
    stranger="not-found")
row(name, "not claimed", "/v1/cases/%d/answer" % OTHER, uphold,
    others="not-claimed", stranger="not-found")
w.cat.must("POST", "/v1/cases/%d/claim" % OTHER)
row(name, "another's", "/v1/cases/%d/answer" % OTHER, uphold,
    others="claimed-by-other", stranger="not-found")
w.cat.must("POST", "/v1/cases/%d/release" % OTHER)
w.ann.must("POST", "/v1/cases/%d/claim" % OTHER)
row(name, "his", "/v1/cases/%d/answer" % OTHER, uphold, reviewer=DONE,
    lead="claimed-by-other", stranger="not-found")

# -- What leaves --
name = "POST %s/exports" % case
evidence = {"reporter": False, "withheld": False, "why": "a court asked"}
nowhere(name, evidence)
row(name, "not open", "/v1/cases/%d/exports" % FREE, evidence, lead="not-open")
row(name, "his", "/v1/cases/%d/exports" % HIS["lead"], evidence, lead=DONE)
row(name, "another's", "/v1/cases/%d/exports" % OTHER, evidence, lead=DONE)
subprocess.run([B + "/frank-audit", "spot-check", "key", "init",
                w.mod.file("spot.key")], check=True)
auditor = subprocess.run([B + "/frank-audit", "spot-check", "key", "public",
                          w.mod.file("spot.key")], check=True,
                         stdout=subprocess.PIPE).stdout.decode().split()[-1]
sample = {"size": w.aud.must("GET", "/v1/log")["size"], "beacon": "drand 1",
          "count": 1, "auditor": auditor}
row("POST /v1/spot-checks", "odd", "/v1/spot-checks", {**sample, "auditor": "00"},
    lead="auditor")
row("POST /v1/spot-checks", "none", "/v1/spot-checks", sample, lead=DONE)

# -- The book, and second looks --
book = w.ada.must("GET", "/v1/book")
row("POST /v1/book", "odd", "/v1/book", {"after": 7, "book": book["book"]},
    others="changed")
row("POST /v1/book", "none", "/v1/book", {"after": book["version"], "book": {
    **book["book"], "second_look_share": 1}}, first="lead", lead=DONE,
    admin="changed")
row("POST /v1/second-looks/next", "none", "/v1/second-looks/next",
    others="not-found")
w.mod.stop()
w.mod.configure(retract="1s", statement_delay="1s")
w.mod.start()
looked_at = cases[5]
w.open(w.ben, looked_at)
w.ben.must("POST", "/v1/cases/%d/decide" % looked_at, wish)
assert until(lambda: w.cat.must(
    "GET", "/v1/cases/%d" % looked_at)["state"] == "closed")
row("POST /v1/second-looks/next", "his", "/v1/second-looks/next",
    first="reviewer", reviewer=DONE, lead="not-found", stranger="not-found")
look = w.ann.must("POST", "/v1/second-looks/next")["second_look"]
name = "POST /v1/second-looks/{look}/decide"
second = {"policy": "conduct", "outcome": "warn"}
nowhere(name, second)
row(name, "another's", "/v1/second-looks/%d/decide" % look,
    {"policy": "none", "outcome": "warn"}, others="policy")
row(name, "his", "/v1/second-looks/%d/decide" % look, second, reviewer=DONE,
    lead="not-found", stranger="not-found")

# -- Floods and legal holds --
filter_ = {"cases": "%d,%d" % (FREE, cases[4])}
preview = w.lea.must("GET", "/v1/floods/preview?cases=" + filter_["cases"])
flood = {"filter": filter_, "digest": preview["digest"], "why": "one text"}
row("POST /v1/floods", "odd", "/v1/floods", {**flood, "digest": "00" * 32},
    others="changed", stranger="nothing")
row("POST /v1/floods", "none", "/v1/floods", flood, first="reviewer",
    reviewer=DONE, lead="nothing", stranger="nothing")
name = "POST /v1/floods/{flood}/undo"
number = w.ann.must("GET", "/v1/floods")["floods"][0]["flood"]
nowhere(name)
more = w.cat.must("GET", "/v1/floods/preview?cases=%d" % cases[6])
others_flood = w.cat.must("POST", "/v1/floods", {
    "filter": {"cases": str(cases[6])}, "digest": more["digest"],
    "why": "one text"})["flood"]
row(name, "another's", "/v1/floods/%d/undo" % others_flood, reviewer="not-yours",
    lead=DONE, stranger="not-found")
row(name, "his", "/v1/floods/%d/undo" % number, first="reviewer", reviewer=DONE,
    lead="too-late", stranger="not-found")
order = {"until": soon, "why": "a court asked"}
name = "POST %s/legal-hold" % case
nowhere(name, order)
row(name, "his", "/v1/cases/%d/legal-hold" % FREE, order, lead=DONE)
row(name, "another's", "/v1/cases/%d/legal-hold" % OTHER, order, lead=DONE)
hold = w.lea.must("GET", "/v1/cases/%d" % FREE)["legal_holds"][0]["hold"]
name = "POST /v1/legal-holds/{hold}/confirm"
nowhere(name)
row(name, "his", "/v1/legal-holds/%d/confirm" % hold, reviewer=DONE,
    lead="own-hold", stranger="not-found")
row(name, "another's", "/v1/legal-holds/%d/confirm" % hold, reviewer="hold-over",
    lead="own-hold", stranger="not-found")
name = "POST /v1/legal-holds/{hold}/end"
end = {"why": "It is over"}
nowhere(name, end)
row(name, "his", "/v1/legal-holds/%d/end" % hold, end, lead=DONE)
row(name, "another's", "/v1/legal-holds/%d/end" % hold, end, lead="hold-over")

# -- What leaves --
wish = {"reporter": False, "withheld": False, "why": "a court asked"}
name = "POST %s/exports" % case
nowhere(name, wish)
row(name, "bad", "/v1/cases/%d/exports" % OTHER, {**wish, "why": " "}, lead="why")
row(name, "closed", "/v1/cases/%d/exports" % cases[8], wish, lead="not-open")
row(name, "his", "/v1/cases/%d/exports" % HIS["lead"], wish, lead=DONE)
row(name, "another's", "/v1/cases/%d/exports" % OTHER, wish, lead=DONE)
key = w.mod.file("auditor.key")
subprocess.run([B + "/frank-audit", "spot-check", "key", "init", key], check=True)
sample = {"size": outsider.must("GET", "/v1/log")["size"], "beacon": "of a round",
          "count": 1, "auditor": subprocess.run(
              [B + "/frank-audit", "spot-check", "key", "public", key], check=True,
              stdout=subprocess.PIPE, text=True).stdout.strip()}
row("POST /v1/spot-checks", "odd", "/v1/spot-checks", {**sample, "count": 0},
    lead="count")
row("POST /v1/spot-checks", "none", "/v1/spot-checks", sample, lead=DONE)

# -- Accounts --
eli = {"name": "eli", "shown": "Eli", "roles": ["reviewer"]}
row("POST /v1/accounts", "odd", "/v1/accounts", {**eli, "roles": ["king"]},
    admin="roles")
row("POST /v1/accounts", "none", "/v1/accounts", eli, admin=DONE)
account = next(a["account"] for a in w.ada.must("GET", "/v1/accounts")["accounts"]
               if a["name"] == "eli")
for action, body in (("change", {"shown": "Eli B", "roles": ["auditor"]}),
                     ("reset", {}), ("end", {})):
    name = "POST /v1/accounts/{account}/" + action
    nowhere(name, body)
    row(name, "his", "/v1/accounts/%d/%s" % (w.ada.account, action), body,
        admin="own-account")
    row(name, "another's", "/v1/accounts/%d/%s" % (account, action), body,
        admin=DONE)
holder = {"quorum": w.quorum, "holder": 3, "account": w.ben.account}
row("POST /v1/holders", "odd", "/v1/holders", {**holder, "holder": 9},
    admin="holder")
row("POST /v1/holders", "another's", "/v1/holders", holder,
    admin="holds-another")
row("POST /v1/holders", "none", "/v1/holders",
    {"quorum": w.quorum, "holder": 3}, admin=DONE)

# -- One's own session --
row("POST /v1/password", "odd", "/v1/password", {
    "password": "wrong wrong wrong", "new_password": "another good password",
    "code": "000000"}, others="login")
w.ann.must("POST", "/v1/password", {
    "password": PASSWORD, "new_password": "another good password",
    "code": w.ann.codes.pop()})
answered.add("POST /v1/password")
w.ann.password = "another good password"
row("POST /v1/logout", "none", "/v1/logout", others=DONE)
for person in (w.ann, w.lea, w.ada, w.aud, dee):
    person.login()

# -- Whether that was all --
closed = {"%s %s" % (m.upper(), p): op for p, ops in api["paths"].items()
          for m, op in ops.items()
          if "x-roles" in op or any("platform" in s for s in op["security"])}
kinds = {name: {k for n, k in asked if n == name} for name in closed}
check("each route that is not open to all was asked for", all(kinds.values()),
      [n for n in closed if not kinds[n]])
lacking = [(n, sorted({"missing", "odd", "text", "his", "another's"} - kinds[n]))
           for n in closed if "{" in n and
           not kinds[n] >= {"missing", "odd", "text", "his", "another's"}]
check("on objects that are not there, one's own, and others'", not lacking, lacking)
check("and each answered once at least, as it is described",
      set(closed) <= answered, set(closed) - answered)
check("every cell of role, route and object answers as it should", not wrong)
check("what is open to all is little", len(table) - len(closed) <= 11)
w.ann.must("POST", "/v1/cases/%d/claim" % FREE)
free = FREE

# -- Cross-site --
for path in ("/v1/logout", "/v1/cases/%d/claim" % free, "/v1/login",
             "/v1/password", "/v1/enrol"):
    for name, headers in (("without our header", {"Frank-Request": None}),
                          ("with another value", {"Frank-Request": "2"}),
                          ("from another site", {"Sec-Fetch-Site": "cross-site"}),
                          ("from a sibling", {"Sec-Fetch-Site": "same-site"})):
        status, answer = w.ann.ask("POST", path, {}, headers)
        check("%s %s is refused" % (path, name), status == 403 and
              answer["type"].endswith("cross-site"), (status, answer))
check("and the session lives", w.ann.ask("GET", "/v1/me")[0] == 200)
status, answer = w.ann.ask("POST", "/v1/cases/%d/claim" % free, "{}",
                           {"Content-Type": "text/plain"})
check("a form's media type is refused", status == 415, status)
status, _ = w.ann.ask("GET", "/v1/cases/%d/claim" % free)
check("a change is no GET", status in (404, 405), status)

# -- Cookies --
status, text, headers = w.mod.request("POST", "/v1/login", json.dumps(
    {"name": "ben", "password": PASSWORD, "code": w.ben.codes.pop()}),
    {"Content-Type": "application/json", "Frank-Request": "1",
     "Sec-Fetch-Site": "same-origin"})
cookie = headers["Set-Cookie"]
check("a browser gets a cookie and no token", status == 200 and
      "token" not in json.loads(text), text)
check("the cookie is as safe as there are", all(
    part in cookie for part in ("__Host-frank=", "; Path=/", "; Secure",
                                "; HttpOnly", "; SameSite=Strict")), cookie)
value = cookie.split(";")[0]
check("it is a session", w.mod.request(
    "GET", "/v1/me", headers={"Cookie": value})[0] == 200)
check("two of the name are none", w.mod.request(
    "GET", "/v1/me", headers={"Cookie": value + "; " + value})[0] == 401)
status, _, headers = w.mod.request("POST", "/v1/logout", "{}", {
    "Cookie": value, "Content-Type": "application/json", "Frank-Request": "1"})
check("a logout clears the browser", status == 200 and
      "Clear-Site-Data" in headers and "Max-Age=0" in headers["Set-Cookie"])
check("and ends the session", w.mod.request(
    "GET", "/v1/me", headers={"Cookie": value})[0] == 401)
with w.mod.database() as db:
    stored = b"".join(r[0] for r in db.execute("SELECT hash FROM sessions"))
check("a session is kept hashed", w.ann.token.encode() not in stored)

# -- Second factors --
invitation = w.ada.must("POST", "/v1/accounts", {
    "name": "eve", "shown": "Eve", "roles": ["reviewer"]})["invitation"]
check("an invitation is for its own account", w.mod.anyone().refused(
    "POST", "/v1/enrol", {"invitation": ("B" if invitation[0] == "A" else "A") + invitation[1:],
                          "password": PASSWORD}) == "invitation")
check("a weak password is refused", w.mod.anyone().refused(
    "POST", "/v1/enrol", {"invitation": invitation, "password": "eve"}) ==
    "password")
eve = w.mod.enrol(invitation)
check("an invitation works once", w.mod.anyone().refused(
    "POST", "/v1/enrol", {"invitation": invitation, "password": PASSWORD}) ==
    "invitation")
check("a session does not enrol a factor for somebody else", eve.ask(
    "POST", "/v1/enrol", {"invitation": w.ann.token, "password": PASSWORD})[0] ==
    403)
check("nobody resets his own account", w.ada.refused(
    "POST", "/v1/accounts/%d/reset" % w.ada.account) == "own-account")
w.ada.must("POST", "/v1/accounts/%d/end" % eve.account)
check("an ended account's session is over at once",
      eve.ask("GET", "/v1/me")[0] == 401)
check("and it does not come back", w.mod.anyone().refused(
    "POST", "/v1/login", {"name": "eve", "password": PASSWORD,
                          "code": totp(eve.secret)}) == "login")

# -- Guessing --
names = set()
for _ in range(12):
    names.add(w.mod.anyone().refused("POST", "/v1/login", {
        "name": "cat", "password": "wrong wrong wrong", "code": "000000"}))
check("guesses are limited by account", names == {"login", "attempts"}, names)

# -- Bodies --
for name, body, wanted in (
        ("no JSON", b"{", 400), ("a list", b"[]", 400),
        ("a member twice", b'{"queue":"a","queue":"b"}', 400),
        ("an unknown member", b'{"x":1}', 400),
        ("another kind", b'{"queue":1}', 400),
        ("a zero in text", b'{"queue":"a\\u0000b"}', 400)):
    got = w.ann.ask("POST", "/v1/cases/next", body)[0]
    check("a body that is %s is refused" % name, got == wanted, got)

check("nothing went wrong inside", w.mod.stop() == 0 and not [
    line for line in w.mod.journal().splitlines() if '"error"' in line],
    w.mod.journal()[-1000:])
finish()
