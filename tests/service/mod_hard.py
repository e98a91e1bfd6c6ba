# SPDX-License-Identifier: Apache-2.0
"""What goes wrong around the moderators' service: many at once, a hub that is away,
slow, repeats itself or refuses, shares in memory."""

import http.server
import random
import sys
import threading

from mod import *

# -- A thousand at once --
w = World(claim="10m", connections="2048", connections_per_address="2048")
w.reports(1)
until(lambda: len(w.cases()) == 1)
case = w.cases()[0]["case"]
answers = []


def try_claim(person):
    answers.append((person.name, person.ask(
        "POST", "/v1/cases/%d/claim" % case)[0]))


threads = [threading.Thread(target=try_claim, args=(p,))
           for p in [w.ann, w.ben, w.cat, w.lea] * 250]
for t in threads:
    t.start()
for t in threads:
    t.join()
winners = {name for name, status in answers if status == 200}
check("a thousand claims at once give one claimant", len(winners) == 1 and
      len(answers) == 1000, winners)
check("all others are told that it is taken",
      {s for n, s in answers if n not in winners} <= {409},
      {s for n, s in answers})
claims = w.mod.database().execute(
    "SELECT count(*) FROM log_entries WHERE CAST(entry AS TEXT) LIKE '%\"action\":\"claimed\"%'"
).fetchone()[0]
check("and the log has one claim", claims == 1, claims)

# -- Fewer than k --
person = {"ann": w.ann, "ben": w.ben, "cat": w.cat, "lea": w.lea}[winners.pop()]
report = person.must("GET", "/v1/cases/%d" % case)["report_list"][0]["report"]
request = person.must("POST", "/v1/cases/%d/ask" % case,
                      {"reports": [report], "why": "to see"})["request"]
consent(w.mod, w.ann, request, share_file(w.hub, 1))
check("one consent of two opens nothing", person.refused(
    "POST", "/v1/reports/%d/look" % report) == "not-open")
status, sealed = w.ben.ask("POST", "/v1/requests/%d/reports/%d" % (request, report))
with tempfile.TemporaryDirectory() as folder:
    with open(folder + "/sealed", "wb") as f:
        f.write(sealed)
    subprocess.run([B + "/frank-mod", "consent", "--share",
                    share_file(w.hub, 2), "--receipt", folder + "/r", "--out",
                    folder + "/c", folder + "/sealed"], check=True,
                   stderr=subprocess.DEVNULL)
    with open(folder + "/c", "rb") as f:
        made = bytearray(f.read())
    with open(folder + "/r", "rb") as f:
        receipt = bytearray(f.read())


def upload(who, c, r):
    return who.refused("POST", "/v1/requests/%d/consents" % request,
                       {"report": report, "consent": bytes(c).hex(),
                        "receipt": bytes(r).hex()})


flips = 0
for at in range(0, len(made)):
    made[at] ^= 1
    flips += upload(w.ben, made, receipt) not in ("consent", "not-a-holder",
                                                  "receipt")
    made[at] ^= 1
for at in range(0, len(receipt), 3):
    receipt[at] ^= 1
    flips += upload(w.ben, made, receipt) not in ("consent", "not-a-holder",
                                                  "receipt", "old", "time")
    receipt[at] ^= 1
check("no bit of a consent or receipt may be another", flips == 0, flips)
check("nor may it be somebody else's", upload(w.cat, made, receipt) ==
      "not-a-holder")
check("it is still closed", person.refused(
    "POST", "/v1/reports/%d/look" % report) == "not-open")
w.ada.must("POST", "/v1/holders", {"quorum": w.quorum, "holder": 2})
check("a holder who was removed opens nothing",
      upload(w.ben, made, receipt) == "not-a-holder")
w.ada.must("POST", "/v1/holders", {"quorum": w.quorum, "holder": 2,
                                   "account": w.ben.account})
check("the true one opens it", upload(w.ben, made, receipt) == "200" and
      person.ask("POST", "/v1/reports/%d/look" % report)[0] == 200)
w.mod.stop()
w.hub.stop()

# -- A share that is kept here --
w = World(stored_shares="on")
# Sessions are short from here on alone: accounts take longer on a busy machine.
w.mod.stop()
w.mod.configure(session_idle="15s")
w.mod.start()
w.ben.login()
w.ann.login()
with open(share_file(w.hub, 1)) as f:
    share = f.read()
scalar = bytes.fromhex(json.loads(share)["share"])
w.ann.must("POST", "/v1/share", {"share": share, "password": w.ann.password})
check("a share of somebody else is not taken", w.ben.refused(
    "POST", "/v1/share", {"share": share, "password": w.ben.password}) ==
    "not-a-holder")
seen = in_memory(w.mod, scalar)
if seen is None:
    print("skip memory: it cannot be read here", flush=True)
else:
    check("a share is in memory while its holder is logged in", scalar in seen)
    w.ann.must("POST", "/v1/logout")
    check("and wiped at logout", not in_memory(w.mod, scalar))
    w.ann.login()
    check("it is there again after the next login", scalar in in_memory(w.mod, scalar))
    check("and wiped when the session was idle",
          until(lambda: not in_memory(w.mod, scalar), 120))
with open(w.mod.file("data/mod.db"), "rb") as f:
    check("it is not in the database", scalar not in f.read() and True)
w.mod.stop()
w.hub.stop()

# -- A hub that is away, and comes back --
w = World(hub_every="100ms")
w.reports(40)
until(lambda: len(w.cases(query="?most=200")) == 40)
db = w.mod.database()
w.hub.stop()
time.sleep(1)
check("without the hub, work goes on", w.ann.ask("GET", "/v1/cases")[0] == 200)
w.hub.start()
before = db.execute("SELECT count(*) FROM reports").fetchone()[0]
w.reports(5)
check("it is asked again when it is back", until(lambda: w.mod.database().execute(
    "SELECT count(*) FROM reports").fetchone()[0] == before + 5, 120))
check("and nothing waits for it", until(lambda: w.mod.database().execute(
    "SELECT count(*) FROM hub_notices").fetchone()[0] == 0, 120))
w.mod.stop()


# -- A hub that repeats itself, out of order, slowly --
class BadHub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    pages = 0
    posts = {}
    refuses = False

    def address_string(self):
        return "hub"

    def log_message(self, *_):
        pass

    def say(self, status, body, slow=0):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for i in range(0, len(body), 4096):
            self.wfile.write(body[i:i + 4096])
            time.sleep(slow)

    def do_GET(self):
        status, body, _ = w.hub.request("GET", self.path, private=True)
        if self.path.startswith("/v1/feed"):
            BadHub.pages += 1
            if BadHub.pages % 5 == 1:
                return self.say(503, b'{"title":"no"}')
            if BadHub.pages % 5 == 2:
                return self.say(200, b'{"items":[')
            page = json.loads(body)
            if BadHub.pages % 5 == 3:
                page["items"].reverse()
            elif page["items"]:
                page["items"] = [i for i in page["items"] for _ in (0, 1)]
            if BadHub.pages % 5 != 0:
                body = json.dumps(page).encode()
            return self.say(200, body, 0.001)
        return self.say(status, body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if BadHub.refuses and self.path == "/v1/notices":
            return self.say(422, b'{"title":"no"}')
        BadHub.posts[self.path] = BadHub.posts.get(self.path, 0) + 1
        if BadHub.posts[self.path] % 2 == 1:
            return self.say(500, b"{}")
        status, answer, _ = w.hub.request("POST", self.path, body, {
            "Content-Type": "application/json"}, private=True)
        return self.say(status, answer)


class Server(http.server.ThreadingHTTPServer):
    address_family = socket.AF_UNIX

    def server_bind(self):
        socketserver = http.server.HTTPServer.__bases__[0]
        socketserver.server_bind(self)


bad = w.mod.file("bad.sock")
server = Server(bad, BadHub)
threading.Thread(target=server.serve_forever, daemon=True).start()
w.mod.configure(hub="unix:" + bad)
w.mod.start()
before = db.execute("SELECT count(*) FROM reports").fetchone()[0]
w.reports(30)
check("of a hub that repeats and reverses, each report comes once",
      until(lambda: w.mod.database().execute(
          "SELECT count(*), count(DISTINCT report_id) FROM reports"
      ).fetchone() == (before + 30, before + 30), 120),
      w.mod.database().execute("SELECT count(*) FROM reports").fetchone())
check("and its acknowledgements arrive in the end", until(
    lambda: w.hub.database().execute("SELECT count(*) FROM bodies"
                                     ).fetchone()[0] == 0, 120))

# -- A hub that refuses what it is told --
told = "SELECT count(*) FROM hub_notices"
claimed = w.cases(query="?state=waiting&most=200")[0]["case"]
BadHub.refuses = True
lines = w.mod.journal().count("hub-trouble")
w.ann.must("POST", "/v1/cases/%d/claim" % claimed)
check("a hub that refuses what it is told is in the journal", until(
    lambda: w.mod.journal().count("hub-trouble") > lines and
    '"status":422' in w.mod.journal(), 120), w.mod.journal()[-300:])
w.reports(5)
check("reports come from it all the same", until(lambda: w.mod.database().execute(
    "SELECT count(*) FROM reports").fetchone()[0] == before + 35, 120))
check("work goes on", w.ann.ask(
    "POST", "/v1/cases/%d/notes" % claimed, {"text": "still here"})[0] == 200)
check("what it refused waits", w.mod.database().execute(told).fetchone()[0] > 0)
BadHub.refuses = False
check("and is told in the end", until(
    lambda: w.mod.database().execute(told).fetchone()[0] == 0, 120))
notices = [json.loads(e) for (e,) in w.mod.database().execute(
    "SELECT entry FROM log_entries WHERE CAST(entry AS TEXT) LIKE"
    " '%\"type\":\"notice\"%'")]
once = [(e["report"], e["state"]) for e in notices if e.get("to") == "hub"]
check("once", len(once) == len(set(once)) and ("in_review" in {
    s for _, s in once}), len(once) - len(set(once)))
w.mod.stop()
server.shutdown()
finish()
