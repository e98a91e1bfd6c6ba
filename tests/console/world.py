# SPDX-License-Identifier: Apache-2.0
"""A real hub and a real frank-mod serve, with people, for the console's tests.

The test starts this as a child and speaks lines of JSON with it: settings of
the service as the first argument; the first line that comes tells where and
who; then each command gets one line. It ends, with all it started, when its
standard input does.
"""

import json
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..",
                                "service"))
from mod import B, World, consent, share_file  # noqa: E402
from reports import send_report  # noqa: E402
from store import Store  # noqa: E402


class Commands:
    def __init__(self, world):
        self.world = world

    def reports(self, order):
        """Many, of one message each."""
        self.world.reports(order["count"], *order.get("more", []))
        return {}

    def report(self, order):
        """One, of these messages; gives its case when it is taken over."""
        return {"case": send_report(self.world, order)}

    def put(self, order):
        """What was reported as kept in the store is there from now on."""
        self.world.store.put(order["name"], self.world.sealed[order["name"]])
        return {}

    def open(self, order):
        """A case that somebody has claimed, and ann's and ben's shares opened."""
        w = self.world
        who = getattr(w, order["by"])
        who.must("POST", "/v1/cases/%d/claim" % order["case"])
        reports = [r["report"] for r in who.must(
            "GET", "/v1/cases/%d" % order["case"])["report_list"]]
        request = who.must("POST", "/v1/cases/%d/ask" % order["case"], {
            "reports": reports, "why": "to see it"})["request"]
        for n, holder in enumerate((w.ann, w.ben), 1):
            consent(w.mod, holder, request, share_file(w.hub, n))
        return {"reports": reports}

    def consent(self, order):
        """With a share that is kept outside."""
        n = {"ann": 1, "ben": 2, "cat": 3}[order["by"]]
        consent(self.world.mod, getattr(self.world, order["by"]),
                order["request"], share_file(self.world.hub, n))
        return {}

    def call(self, order):
        status, answer = getattr(self.world, order["by"]).ask(
            order["method"], order["path"], order.get("body"))
        return {"status": status,
                "answer": answer if isinstance(answer, dict) else None}

    def appeal(self, order):
        w = self.world
        decision = w.mod.database().execute(
            "SELECT hex(id) FROM decisions WHERE in_case = ? ORDER BY number DESC",
            (order["case"],)).fetchone()[0].lower()
        platform = w.mod.anyone()
        platform.token = w.mod.token_of("platform.token")
        platform.must("POST", "/v1/platform/appeals", {
            "decision": decision, "by": order.get("by", "accused"),
            "text": order.get("text", "I object")})
        return {}

    def sql(self, order):
        return {"rows": self.world.mod.database().execute(
            order["query"]).fetchall()}

    def fill(self, order):
        """Many cases at once, into the database of the service at rest."""
        mod = self.world.mod
        mod.stop()
        subprocess.run([B + "/load", "fill-cases", "--database",
                        mod.file("data/mod.db"), "--count", str(order["reports"]),
                        "--cases", str(order["cases"]), "--now",
                        str(int(time.time() * 1000))], check=True,
                       stdout=subprocess.DEVNULL)
        mod.start(wait=False)
        mod.wait(300)
        return {}

    def stop(self, order):
        return {"code": self.world.mod.stop()}

    def start(self, order):
        self.world.mod.start()
        return {}


def main():
    settings = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    store = Store()
    world = World(attachment_store=store.url, attachment_networks="127.0.0.0/8",
                  attachment_retry="200ms", **settings)
    world.store = store
    people = {}
    for name in ("ada", "ann", "ben", "cat", "lea", "aud"):
        person = getattr(world, name)
        people[name] = {"name": person.name, "secret": person.secret,
                        "password": person.password, "codes": person.codes}
    print(json.dumps({
        "port": world.mod.port, "people": people, "quorum": world.quorum,
        "folder": world.mod.folder, "files": world.hub.folder,
        "shares": {name: share_file(world.hub, n) for n, name in
                   enumerate(("ann", "ben", "cat"), 1)}}), flush=True)
    commands = Commands(world)
    for line in sys.stdin:
        order = json.loads(line)
        try:
            answer = getattr(commands, order["do"])(order)
        except Exception as error:  # the test is told
            answer = {"error": "%s: %s" % (type(error).__name__, error)}
        print(json.dumps(answer), flush=True)


main()
