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


# -- A million reports, every fourth case one sender's --
hub = Hub().start()
mod = Mod(hub, sandbox="on").start()
ada = mod.admin()
lea = mod.add(ada, "lea", "lead")
# One of the book's queues, in which nothing waits.
few = mod.add(ada, "few", "reviewer", queues=["urgent"])
mod.stop()
subprocess.run([B + "/load", "fill-cases", "--database",
                mod.file("data/mod.db"), "--count", str(COUNT), "--cases",
                str(CASES), "--now", str(int(time.time() * 1000))], check=True,
               stdout=subprocess.DEVNULL)
last = mod.database().execute("SELECT max(number) FROM cases").fetchone()[0]


def start():
    mod.start(wait=False)
    mod.wait(300)


start()

# -- Taking over --
rates, intake = [], []
for n in range(ROUNDS):
    mod.stop()
    path = hub.make_reports(6000, "bench-%d" % n)
    intake.append(hub.load(path, "--connections", 16)["accepted_per_second"])
    had = hub.database().execute("SELECT count(*) FROM bodies").fetchone()[0]
    before = mod.database().execute("SELECT max(number) FROM reports").fetchone()[0]
    start()
    db = mod.database()
    begun = time.monotonic()
    first = db.execute("SELECT max(number) FROM reports").fetchone()[0]
    until(lambda: db.execute("SELECT max(number) FROM reports").fetchone()[0] >=
          before + had, 60)
    rates.append((before + had - first) / (time.monotonic() - begun))
taking = memory(mod.process.pid)
mod.stop()
hub.stop()
print("\nThe moderators' service with %d reports in %d cases, %d rounds: median"
      " (lowest to highest)" % (COUNT, CASES, ROUNDS))
row("the hub's own intake of such reports", intake, "/s", "-")
row("reports taken over from the feed", rates, "/s", ">= 1000")

# -- Pages --
start()
for who in (lea, few):
    who.login()
# fill-cases gives the spammer each fourth case, beginning with the first.
spam = [n for n in range(last - CASES + 1, last, 4)]
nobody = {"queue page, of few queues": lambda: "/v1/cases?most=50"}
pages = {"queue page, all queues": lambda: "/v1/cases?most=50",
         "queue page, one queue": lambda: "/v1/cases?queue=general&most=50",
         "queue page, of one reason": lambda: "/v1/cases?reason=threat&most=50",
         "numbers of all queues": lambda: "/v1/queues",
         "case page": lambda: "/v1/cases/%d" % random.randrange(last - CASES + 1,
                                                                last),
         "case page, of a sender with %d" % len(spam): lambda:
         "/v1/cases/%d" % random.choice(spam),
         "search by sender": lambda: "/v1/cases?sender=mimi://a.example/u/%d" %
         random.randrange(CASES // 4),
         "search by a sender with %d" % len(spam): lambda:
         "/v1/cases?sender=mimi://a.example/spammer/0"}
for asks, those in ((lea, pages), (few, nobody)):
    for name, make in those.items():
        row(name + ", p99", [p99(lambda: asks.must("GET", make()))
                             for _ in range(ROUNDS)], "ms", "<= 50")
row("next case, of few queues, p99", [p99(lambda: few.ask(
    "POST", "/v1/cases/next")) for _ in range(ROUNDS)], "ms", "<= 50")
row("a flood that covers nothing", [p99(lambda: lea.must(
    "GET", "/v1/floods/preview?messages=9999"), 40) for _ in range(ROUNDS)],
    "ms", "-")
row("memory while taking over", [taking], "MiB", "<= 256")
row("memory with %d reports" % COUNT, [memory(mod.process.pid)], "MiB",
    "<= 256")
mod.stop()
