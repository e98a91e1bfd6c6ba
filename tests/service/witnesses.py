# SPDX-License-Identifier: Apache-2.0
"""Hub and moderators with witnesses: what the public sees is cosigned as their
policies want it, whatever a witness does."""

import json
import os
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
import time

from hub import B, Hub, check, finish
from mod import Mod
from notes import *

hub = Hub(public_checkpoint="10s", log_origin="hub.example/log").start()
mod = Mod(hub, public_checkpoint="10s", log_origin="mod.example/log")
hub.stop()


def log_key(service, origin):
    with open(service.file("log.key")) as f:
        seed = bytes.fromhex(f.read())
    return vkey(origin, LOG, ed25519.public(seed))


hub_key = log_key(hub, "hub.example/log")
mod_key = log_key(mod, "mod.example/log")
one = Witness("witness.example/one", hub_key, mod_key).start()
two = Witness("witness.example/two", hub_key, mod_key).start()


class Liar(socketserver.ThreadingTCPServer):
    """A witness that takes a request and says what it likes."""
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.url = "http://127.0.0.1:%d" % self.server_address[1]
        self.seed = b"of a liar".ljust(32)
        self.key = vkey("liar.example", COSIGNER, ed25519.public(self.seed))
        self.requests = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            length = 0
            while (text := self.rfile.readline()) not in (b"\r\n", b""):
                if text.lower().startswith(b"content-length:"):
                    length = int(text.split(b":")[1])
            body = self.rfile.read(length)
            self.server.requests.append(body)
            answer = LIES[(len(self.server.requests) - 1) % len(LIES)](
                self.server, body)
            if answer is None:
                time.sleep(30)
                return
            status, kind, text = answer
            self.wfile.write(b"HTTP/1.1 %d X\r\nContent-Type: %s\r\n"
                             b"Content-Length: %d\r\nConnection: close\r\n\r\n"
                             % (status, kind, len(text)) + text)


def text_of(body):
    return body[body.index(b"\n\n") + 2:].partition(b"\n\n")[0] + b"\n"


LIES = [
    # a cosignature of another text
    lambda s, b: (200, b"text/plain", cosign(s.seed, "liar.example", b"x\n")),
    # none in time
    lambda s, b: None,
    # of a key that nobody knows
    lambda s, b: (200, b"text/plain", cosign(b"k" * 32, "who.example",
                                             text_of(b))),
    # too much
    lambda s, b: (200, b"text/plain", b"x" * 1000000),
]
liar = Liar()


class Tls(socketserver.ThreadingTCPServer):
    """The proxy in front of a witness."""
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, witness):
        super().__init__(("127.0.0.1", 0), self.Handler)
        self.url = "https://localhost:%d" % self.server_address[1]
        self.port = witness.port
        self.ca = witness.file("tls.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
             "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
             "-keyout", witness.file("tls.key"), "-out", self.ca],
            check=True, stderr=subprocess.DEVNULL)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.ca, witness.file("tls.key"))
        threading.Thread(target=self.serve_forever, daemon=True).start()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self):
            try:
                with self.server.context.wrap_socket(
                        self.request, server_side=True) as inside, \
                        socket.create_connection(
                            ("127.0.0.1", self.server.port)) as outside:
                    threading.Thread(target=self.copy, args=(inside, outside),
                                     daemon=True).start()
                    self.copy(outside, inside)
            except OSError:
                pass  # the witness is away

        def copy(self, a, b):
            try:
                while data := a.recv(65536):
                    b.sendall(data)
            except OSError:
                pass


tls = Tls(two) if shutil.which("openssl") else None


def policy(path, key, quorum, *witnesses):
    with open(path, "w") as f:
        f.write("log %s\n" % key)
        for i, (vkey_, url) in enumerate(witnesses):
            f.write("witness w%d %s %s\n" % (i, vkey_, url))
        f.write("group all %s %s\nquorum all\n" % (quorum, " ".join(
            "w%d" % i for i in range(len(witnesses)))))
    return path


hub_policy = policy(hub.file("policy"), hub_key, 2, (one.vkey, one.url),
                    (two.vkey, (tls or two).url + "/"))
mod_policy = policy(mod.file("policy"), mod_key, 1, (one.vkey, one.url),
                    (liar.key, liar.url))
for service, path in ((hub, hub_policy), (mod, mod_policy)):
    service.configure(witnesses=path, witness_networks="127.0.0.0/8",
                      witness_timeout="2s", **(
                          {"witness_ca": tls.ca} if tls else {}))
    service.start()


def public(service):
    if service is hub:
        status, text, _ = hub.get("/log/checkpoint")
    else:
        status, text, _ = mod.request("GET", "/log/checkpoint")
    return text if status == 200 else b""


def size(text):
    return int(text.split(b"\n")[1]) if text else 0


def metric(name):
    text = hub.get("/metrics", private=True)[1].decode()
    return sum(int(l.rsplit(" ", 1)[1]) for l in text.splitlines()
               if l.startswith(name))


def newest():
    return size(hub.get("/log/checkpoint", private=True)[1])


def cosigned(witness):
    """The sizes of the hub's log that it cosigned, as it says."""
    lines = witness.journal().rpartition("\n")[0].splitlines()
    return [e["size"] for e in map(json.loads, lines)
            if e["event"] == "cosigned" and e["log"] == "hub.example/log"]


# ---- All are there ----------------------------------------------------------
check("what the hub's public sees comes with its quorum",
      until(lambda: public(hub) != b""), hub.journal()[-600:])
first = public(hub)
got = cosignatures(first, [one.vkey, two.vkey])
check("cosigned by both", len(got) == 2, first)


def audit(policy_file):
    done = subprocess.run(
        [B + "/frank-audit", "log", "--json", "--policy", policy_file,
         "http://127.0.0.1:%d/log" % hub.port], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True)
    return done.returncode, done.stdout + done.stderr


code, said = audit(hub_policy)
check("an auditor with the same policy finds it held", code == 0 and [
    w["name"] for w in json.loads(said)["cosigned"]] == ["w0", "w1"], said)
strict = policy(hub.file("strict"), hub_key, 3, (one.vkey, ""),
                (two.vkey, ""), (liar.key, ""))
code, said = audit(strict)
check("one who wants a witness more does not", code == 1, (code, said))
check("at sizes that tell nothing", size(first) % 64 == 0, first)
check("the moderators' public checkpoint has its quorum too",
      until(lambda: public(mod) != b""), mod.journal()[-600:])
first_mod = public(mod)
check("of the witness that can be believed", list(cosignatures(
    first_mod, [one.vkey, liar.key])) == [one.vkey], first_mod)
check("the witness that lies is told apart", until(
    lambda: '"witness":"w1"' in mod.journal()), mod.journal()[-600:])
check("the newest checkpoint is the log's word alone", cosignatures(
    hub.get("/log/checkpoint", private=True)[1], [one.vkey, two.vkey]) == {})
check("answers are counted", until(
    lambda: metric('frankd_witness_answers_total{result="cosigned"}') ==
    len(cosigned(one) + cosigned(two)) >= 2))

# ---- One is away ------------------------------------------------------------
two.kill()
# There may have been others since the first.
check("what it cosigned last is public", until(
    lambda: size(public(hub)) == cosigned(two)[-1]))
first = public(hub)
hub.stop()
hub.start()
check("a restart shows the cosigned checkpoint", public(hub) == first,
      public(hub))
check("without its quorum no other takes its place", until(
    lambda: "witness-quorum-missing" in hub.journal()) and public(hub) == first)
check("and that is counted",
      metric("frankd_witness_quorum_missing_total ") >= 1)
check("the log goes on meanwhile", newest() > size(first))
check("with one of two, the moderators' goes on",
      until(lambda: size(public(mod)) > size(first_mod)))

# ---- It is back -------------------------------------------------------------
two.start()
check("with its quorum back the public sees the log go on",
      until(lambda: size(public(hub)) > size(first)), hub.journal()[-600:])
second = public(hub)
check("again cosigned by both", len(cosignatures(
    second, [one.vkey, two.vkey])) == 2, second)
check("a witness that was behind was asked from where it stood",
      '"event":"cosigned"' in two.journal() and
      '"before":%d' % size(first) in two.journal(), two.journal())
hub.stop()
mod.stop()
check("both were told no falsehood", "fork" not in one.journal()
      and "fork" not in two.journal())

# ---- Policies that cannot be kept -------------------------------------------
def refused(text, why):
    with open(hub.file("other"), "w") as f:
        f.write(text)
    hub.configure(witnesses=hub.file("other"))
    try:
        hub.start()
        hub.kill()
        return False
    except RuntimeError as e:
        return why in str(e)


check("a policy of another log is refused", refused(
    "log %s\nwitness a %s %s\nquorum a\n" % (mod_key, one.vkey, one.url),
    "not this one"))
check("a quorum that cannot be asked is refused", refused(
    "witness a %s\nquorum a\n" % one.vkey, "no URL"))
check("a policy that is none is refused, by its line", refused(
    "witness a %s\nqorum a\n" % one.vkey, "line 2"))
finish()
