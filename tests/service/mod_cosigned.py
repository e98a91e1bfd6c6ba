# SPDX-License-Identifier: Apache-2.0
"""Evidence bundles where both logs have witnesses: who trusts these alone checks
them against his policy, without a network."""

import functools
import sys

sys.path.insert(0, "tests/console")
from mod import *
from notes import Witness, cosignatures
from reports import send_report

w = World(public_checkpoint="10s", stored_shares="on")
w.hub.configure(public_checkpoint="10s", log_round="2")
hub_key = json.loads(w.hub.get("/.well-known/frank")[1])["log"]["key"]
mod_key = w.lea.must("GET", "/v1/log")["key"]
one = Witness("witness.example/one", hub_key, mod_key).start()
two = Witness("witness.example/two", hub_key, mod_key).start()
keys = [one.vkey, two.vkey]


def policy(name, logs, quorum, *witnesses):
    path = w.mod.file(name)
    with open(path, "w") as f:
        f.writelines("log %s\n" % key for key in logs)
        f.writelines("witness w%d %s %s\n" % (i, *w) for i, w in
                     enumerate(witnesses))
        f.write("group all %d %s\nquorum all\n" % (quorum, " ".join(
            "w%d" % i for i in range(len(witnesses)))))
    return path


asked = [(one.vkey, one.url), (two.vkey, two.url)]
for service, key in ((w.hub, hub_key), (w.mod, mod_key)):
    service.stop()
    service.configure(witnesses=policy("asked", [], 2, *asked),
                      witness_networks="127.0.0.0/8")
    service.start()
both = policy("both", [hub_key, mod_key], 2, *asked)
PINS = ["--hub-public", w.mod.file("hub.json"), "--quorum",
        w.hub.file("quorum/quorum.pub")]
path = w.mod.file("case.bundle")


def audit(*words):
    ran = subprocess.run([B + "/frank-audit", "bundle", *words, path],
                         capture_output=True, text=True, timeout=120)
    return ran.returncode, ran.stdout + ran.stderr


def public(service):
    ask = w.hub.get if service is w.hub else functools.partial(
        w.mod.request, "GET")
    status, text, *_ = ask("/log/checkpoint")
    return text if status == 200 else b""


def size(text):
    return int(text.split(b"\n")[1]) if text else 0


def export():
    status, answer = w.lea.ask("POST", "/v1/cases/%d/exports" % case, {
        "reporter": True, "withheld": False, "why": "a court asks"})
    assert status == 200, answer
    with open(path, "wb") as f:
        f.write(answer)
    return answer


# -- Before any of both logs was cosigned --
case = send_report(w, {"sender": "mimi://example.com/u/mallory",
                       "messages": [{"text": "give me your card number"}]})
w.open(w.ann, case)
status, text, _ = w.hub.get("/log/checkpoint?public=1", private=True)
if status == 404:
    export()
    check("without a public checkpoint the hub's log is in it",
          b'"report_received"' in open(path, "rb").read() and
          "hub-log-not-had" not in w.mod.journal())

# -- Once they were --
check("both logs get their cosignatures", until(
    lambda: size(public(w.hub)) > 0 and size(public(w.mod)) > 0))
check("over the private socket the hub tells the public checkpoint when it is "
      "asked for", len(cosignatures(w.hub.get(
          "/log/checkpoint?public=1", private=True)[1], keys)) == 2)
check("and else the newest", cosignatures(
    w.hub.get("/log/checkpoint", private=True)[1], keys) == {})
check("a bundle has the cosigned checkpoint of each log", until(
    lambda: all(public(service) in bundle for bundle in [export()]
                for service in (w.hub, w.mod))))
code, said = audit("--policy", both, *PINS)
check("it is what a policy of both logs asks for", code == 0 and
      said.count("cosigned the log") == 2, said)
code, said = audit("--policy", policy("one", [mod_key], 2, *asked), *PINS)
check("one of the moderation side's log alone judges that by it", code == 0 and
      said.count("cosigned the log") == 1, said)
third = Witness("witness.example/three", hub_key)
code, said = audit("--policy", policy("strict", [hub_key, mod_key], 3, *asked,
                                      (third.vkey, third.url)), *PINS)
check("one who wants a witness more refuses it", code == 1, (code, said))

# -- Entries after that --
w.ann.must("POST", "/v1/reports/%d/look" % w.ann.must(
    "GET", "/v1/cases/%d" % case)["report_list"][0]["report"])
export()
code, said = audit("--policy", both, *PINS)
check("what came since goes on from it", code == 0, said)
check("nothing went wrong inside", w.mod.stop() == 0 and w.hub.stop() == 0 and
      not [line for service in (w.mod, w.hub)
           for line in service.journal().splitlines() if '"error"' in line],
      w.mod.journal()[-1500:])
finish()
