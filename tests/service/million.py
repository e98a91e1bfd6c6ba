# SPDX-License-Identifier: Apache-2.0
"""A million reports: a start after kill -9 takes under 2 s."""

import os
import signal
import subprocess
import time

from hub import B, Hub, check, finish, read_reports

COUNT = int(os.environ.get("MILLION", "1000000"))

hub = Hub()
hub.start()  # makes the database and the first checkpoint
hub.stop()
subprocess.run([B + "/load", "fill", "--database", hub.file("data/hub.db"),
                "--count", str(COUNT)], check=True)
hub.start(wait=False)
first = hub.wait(120)  # publishes the tiles of all of them
reports = list(read_reports(hub.make_reports(20)))
check("reports are taken in on top of %d" % COUNT,
      {hub.report(r)[0] for r in reports} == {202})
took = []
for _ in range(3):
    time.sleep(0.2)
    hub.kill(signal.SIGKILL)
    hub.start(wait=False)
    took.append(hub.wait())
check("a restart with %d reports takes under 2 s (%.2f s; with the tiles of "
      "all to make, %.2f s)" % (COUNT, min(took), first), min(took) < 2)
check("the log goes on", int(hub.get("/log/checkpoint", private=True)[1]
                             .decode().split("\n")[1]) > COUNT)
hub.stop()
finish()
