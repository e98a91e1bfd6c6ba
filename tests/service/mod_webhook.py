# SPDX-License-Identifier: Apache-2.0
"""The platform is told by signed webhooks: again until it has them, no more where
it says so, never into the network behind."""

import base64
import hashlib
import hmac
import http.server
import threading

from mod import *

got = []
answers = {"/good": [500, 503, 200], "/gone": [410]}


class Platform(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = answers[self.path].pop(0) if len(answers[self.path]) > 1 \
            else answers[self.path][0]
        got.append((self.path, status, {**self.headers, "came": time.time()},
                    body))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Platform)
threading.Thread(target=server.serve_forever, daemon=True).start()
base = "http://127.0.0.1:%d" % server.server_port
w = World(webhook="%s/good, %s/gone" % (base, base), retract="1s",
          statement_delay="1s")
w.reports(2)
until(lambda: len(w.cases()) == 2)


def decide(case):
    w.open(w.ann, case)
    return w.ann.must("POST", "/v1/cases/%d/decide" % case, {
        "policy": "fraud", "outcome": "warn",
        "explanation": "You broke a rule."})["decision"]


first, second = [c["case"] for c in w.cases()]
decision = decide(first)
tried = until(lambda: "webhook-trouble" in w.mod.journal())
check("an address of the network behind is not connected to", tried and not got,
      got)
w.mod.stop()
w.mod.configure(webhook="%s/good, %s/gone" % (base, base),
                webhook_networks="127.0.0.0/8")
w.mod.start()
check("where it is allowed, it is told, again and again", until(
    lambda: [s for p, s, _, _ in got if p == "/good"][:3] == [500, 503, 200],
    180), [(p, s) for p, s, _, _ in got])
with open(w.mod.file("webhook.secret")) as f:
    secret = base64.b64decode(f.read().strip()[len("whsec_"):])


def signature(headers, body):
    text = "%s.%s." % (headers["webhook-id"], headers["webhook-timestamp"])
    return "v1," + base64.b64encode(hmac.new(
        secret, text.encode() + body, hashlib.sha256).digest()).decode()


check("each is signed", all(signature(h, b) in h["webhook-signature"].split()
                            for _, _, h, b in got))
check("with the time of its own try", all(abs(
    int(h["webhook-timestamp"]) - h["came"]) < 60 for _, _, h, _ in got))
made = [(h["webhook-id"], b) for p, _, h, b in got
        if p == "/good" and b"decision.made" in b]
check("a try is of the same event and bytes", len(set(made)) == 1, made)
body = json.loads(made[0][1])
check("it says what happened and to which decision, no more",
      body["type"] == "decision.made" and body["data"] == {"id": decision} and
      set(body) == {"type", "timestamp", "data"}, body)
check("the statement is told of when its time has come", until(lambda: any(
    b"statement.ready" in b for _, _, _, b in got), 180))
gone = len([1 for p, *_ in got if p == "/gone"])
decide(second)
check("an endpoint that has gone is told no more", until(lambda: len([
    1 for p, s, _, b in got if p == "/good" and s == 200]) >= 3, 180) and
    len([1 for p, *_ in got if p == "/gone"]) == gone == 1, gone)
check("nothing waits in the end", until(lambda: w.mod.database().execute(
    "SELECT count(*) FROM events").fetchone()[0] == 0, 180))
check("the journal names no decision", decision not in w.mod.journal())
w.mod.stop()
finish()
