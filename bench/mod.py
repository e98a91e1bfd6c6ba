# SPDX-License-Identifier: Apache-2.0
"""The moderators' service with a million reports in 200,000 cases: how long its
pages take, how fast it takes reports over, how much memory it needs; beside the
disk's own syncs and the hub's own intake of the same reports in the same run."""

import os
import random
import statistics
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../tests/service"))
from mod import *

COUNT = int(os.environ.get("REPORTS", "1000000"))
CASES = int(os.environ.get("CASES", "200000"))
ROUNDS = int(os.environ.get("ROUNDS", "3"))
random.seed(1)
JSON = os.environ.get("JSON")


def row(name, values, unit, goal):
    values = sorted(values)
    middle = statistics.median(values)
    if JSON:
        print(json.dumps({"name": name, "median": middle, "lowest": values[0],
                          "highest": values[-1], "unit": unit, "goal": goal}))
    else:
        print("%-52s %9.2f   (%.2f to %.2f) %-4s goal %s" % (
            name, middle, values[0], values[-1], unit, goal), flush=True)


def memory(pid):
    with open("/proc/%d/status" % pid) as f:
        return next(int(line.split()[1]) for line in f
                    if line.startswith("VmHWM:")) / 1024


def p99(call, count=400):
    took = []
    for _ in range(count):
        begun = time.perf_counter()
        call()
        took.append(time.perf_counter() - begun)
    return sorted(took)[int(count * 0.99)] * 1000


# -- Taking over --
hub = Hub().start()
mod = Mod(hub, sandbox="on").start()
ada = mod.admin()
lea = mod.add(ada, "lea", "lead")
rates, intake = [], []
for n in range(ROUNDS):
    mod.stop()
    path = hub.make_reports(6000, "bench-%d" % n)
    intake.append(hub.load(path, "--connections", 16)["accepted_per_second"])
    had = hub.database().execute("SELECT count(*) FROM bodies").fetchone()[0]
    before = mod.database().execute("SELECT count(*) FROM reports").fetchone()[0]
    mod.start()
    db = mod.database()
    begun = time.monotonic()
    first = db.execute("SELECT count(*) FROM reports").fetchone()[0]
    until(lambda: db.execute("SELECT count(*) FROM reports").fetchone()[0] >=
          before + had, 60)
    rates.append((before + had - first) / (time.monotonic() - begun))
taking = memory(mod.process.pid)
mod.stop()
hub.stop()
print("\nThe moderators' service, %d rounds: median (lowest to highest)" % ROUNDS)
row("the hub's own intake of such reports", intake, "/s", "-")
row("reports taken over from the feed", rates, "/s", ">= 1000")

# -- Pages --
subprocess.run([B + "/load", "fill-cases", "--database",
                mod.file("data/mod.db"), "--count", str(COUNT), "--cases",
                str(CASES), "--now", str(int(time.time() * 1000))], check=True,
               stdout=subprocess.DEVNULL)
mod.start(wait=False)
mod.wait(300)
lea.codes = lea.codes or []
lea.login()
last = mod.database().execute("SELECT max(number) FROM cases").fetchone()[0]
pages = {"queue page, all queues": lambda: "/v1/cases?most=50",
         "queue page, one queue": lambda: "/v1/cases?queue=general&most=50",
         "queue page, of one reason": lambda: "/v1/cases?reason=threat&most=50",
         "numbers of all queues": lambda: "/v1/queues",
         "case page": lambda: "/v1/cases/%d" % random.randrange(last - CASES + 1,
                                                                last),
         "search by sender": lambda: "/v1/cases?sender=mimi://a.example/u/%d" %
         random.randrange(CASES // 4)}
for name, make in pages.items():
    row(name + ", p99", [p99(lambda: lea.must("GET", make()))
                         for _ in range(ROUNDS)], "ms", "<= 50")
row("memory while taking over", [taking], "MiB", "<= 256")
row("memory with %d reports" % COUNT, [memory(mod.process.pid)], "MiB",
    "<= 256")
mod.stop()
