# SPDX-License-Identifier: Apache-2.0
"""Each route, as each role, on each kind of object: made from the routes."""

import re

from mod import *

w = World(stored_shares="on")
w.reports(4)
until(lambda: len(w.cases()) == 4)
with open("moderation/serve/openapi.json") as f:
    api = json.load(f)

# A reviewer of another queue: what is not in it is not there for him.
dee = w.mod.add(w.ada, "dee", "reviewer", queues=["child_safety"])
if not dee.must("GET", "/v1/me")["queues"]:
    raise SystemExit("no queue")
free, mine, other, opened = [c["case"] for c in w.cases()][:4]
w.ann.must("POST", "/v1/cases/%d/claim" % mine)
w.ben.must("POST", "/v1/cases/%d/claim" % other)
report = w.open(w.cat, opened)
request = w.ann.must("POST", "/v1/cases/%d/ask" % mine, {
    "reports": [w.ann.must("GET", "/v1/cases/%d" % mine)["report_list"][0]["report"]],
    "why": "to see"})["request"]

platform = w.mod.anyone()
platform.token = w.mod.token_of("platform.token")
people = {"nobody": w.mod.anyone(), "reviewer": w.ann, "lead": w.lea,
          "admin": w.ada, "auditor": w.aud, "platform": platform,
          "stranger": dee}

# What the description says is what the table of routes says.
with open("moderation/serve/routes.c") as f:
    table = {(m, re.sub(r"\{\}", "{}", p)) for m, p in
             re.findall(r'\{"(GET|POST)",\s*"([^"]+)"', f.read())}
described = {(m.upper(), re.sub(r"\{\w+\}", "{}", p).replace(
    "/log/tile/{}", "/log/tile/")) for p, ops in api["paths"].items()
    for m in ops}
check("the description has each route and no other", table == described,
      table ^ described)


def snapshot():
    """All that is stored, but when a session was last used."""
    db = w.mod.database()
    tables = [r[0] for r in db.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table'"
        " AND name NOT LIKE 'sqlite%' AND name NOT IN ('sessions')")]
    return {t: db.execute("SELECT * FROM " + t).fetchall() for t in tables
            if t not in ("log_entries", "log_range", "hub_notices", "memory")}


def body_of(operation):
    schema = (operation.get("requestBody", {}).get("content", {})
              .get("application/json", {}).get("schema", {}))
    samples = {"string": "x", "integer": 1, "boolean": True, "array": [],
               "object": {}}
    return {k: samples[v["type"]] for k, v in
            schema.get("properties", {}).items()
            if k in schema.get("required", [])}


try:
    import jsonschema
except ImportError:
    jsonschema = None


def fits_description(operation, status, answer):
    """Whether an answer is what the description says it is."""
    if jsonschema is None or isinstance(answer, bytes):
        return True
    response = operation["responses"].get(str(status))
    if response is None:
        response = api["components"]["responses"]["problem"]
    for media, content in response["content"].items():
        if media.endswith("json"):
            try:
                jsonschema.validate(answer, content.get("schema", {}))
            except jsonschema.ValidationError as error:
                return str(error)[:200]
    return True


answered = set()
MISSING = "999999999"
public = 0
for path, operations in api["paths"].items():
    for method, operation in operations.items():
        method = method.upper()
        name = method + " " + path
        roles = operation.get("x-roles")
        is_platform = any("platform" in s for s in operation["security"])
        if roles is None and not is_platform:
            public += 1
            continue
        for object_kind, value in (("missing", MISSING), ("odd", "0"),
                                   ("text", "abc"), ("his", str(mine)),
                                   ("another's", str(other))):
            if "{" not in path and object_kind != "missing":
                continue
            if object_kind in ("his", "another's") and method == "POST":
                continue  # tried one by one below
            if path == "/v1/logout":
                continue
            where = re.sub(r"\{\w+\}", value, path)
            for who, person in people.items():
                before = snapshot() if method == "GET" else None
                status, answer = person.ask(method, where, body_of(operation))
                if who == "nobody":
                    right = status == 401
                elif is_platform:
                    right = (status in (404, 422, 400) if who == "platform"
                             else status == 401)
                elif who == "platform":
                    right = status == 401
                else:
                    role = "reviewer" if who == "stranger" else who
                    if role not in roles:
                        right = status == 403 and answer["type"].endswith("role")
                    elif "{" in path and object_kind in ("missing", "odd", "text"):
                        right = status in (404, 409, 422, 400)
                    elif object_kind in ("his", "another's") and who == "stranger":
                        right = status == 404
                    else:
                        right = status in (200, 400, 404, 409, 422, 403)
                fits = fits_description(operation, status, answer)
                if fits is not True:
                    check(name + " answers as it is described", False, fits)
                if status == 200:
                    answered.add(name)
                if not right:
                    check("%s as %s on %s" % (name, who, object_kind), False,
                          (status, answer))
                if status >= 500:
                    check(name + " does not fail", False, (status, answer))
                if before is not None and snapshot() != before:
                    check(name + " changes nothing", False)
check("every cell of role, route and object answers as it should", True)
check("each GET answered once at least, as it is described", {
    m.upper() + " " + p for p, ops in api["paths"].items() for m in ops
    if m == "get" and "x-roles" in ops[m]} <= answered | {
        "GET /v1/evidence/{report}/{message}/{part}/{ticket}"}, answered)
check("what is open to all is little", public <= 11, public)

# -- Objects of others, one by one --
for path, body in (
        ("/v1/cases/%d/release", {}), ("/v1/cases/%d/extend", {}),
        ("/v1/cases/%d/hold", {"until": 1, "why": "x"}),
        ("/v1/cases/%d/hand-over", {"to": "ann", "why": "x"}),
        ("/v1/cases/%d/ask", {"reports": [1], "why": "x"}),
        ("/v1/cases/%d/claim", {}),
        ("/v1/cases/%d/decide", {"policy": "x", "outcome": "warn"}),
        ("/v1/cases/%d/review", {"confirm": True}),
        ("/v1/cases/%d/notes", {"text": "x"})):
    got = dee.ask("POST", path % other, body)[0]
    check("POST %s of another queue is not there" % (path % 0),
          got in (404, 422), got)
for path, body in (("/v1/cases/%d/release", {}), ("/v1/cases/%d/extend", {}),
                   ("/v1/cases/%d/claim", {}),
                   ("/v1/cases/%d/ask", {"reports": [1], "why": "x"}),
                   ("/v1/cases/%d/hold", {"until": 1, "why": "x"}),
                   ("/v1/cases/%d/hand-over", {"to": "ann", "why": "x"})):
    got = w.ann.ask("POST", path % other, body)
    check("POST %s of somebody else is refused" % (path % 0),
          got[0] == 409, got)
check("content of another's case is refused", w.ann.refused(
    "POST", "/v1/reports/%d/look" % report) == "claimed-by-other")
check("the reporter of another's case is hidden", w.ann.refused(
    "POST", "/v1/reports/%d/reporter" % report, {"why": "x"}) ==
    "claimed-by-other")
check("another's request is not withdrawn", w.ben.refused(
    "POST", "/v1/requests/%d/withdraw" % request) == "claimed-by-other")
check("a sealed report is for holders", w.lea.ask(
    "POST", "/v1/requests/%d/reports/1" % request)[0] in (403, 404))

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
