# SPDX-License-Identifier: Apache-2.0
"""Slow clients, more load than it can carry, one report a thousand times."""

import json
import re
import socket
import time

from hub import Hub, check, finish

hub = Hub(header_timeout="1h", body_timeout="1h")
reports = hub.make_reports(12000)
hub.start()
hub.load(reports, "--connections", 16, "--from", 11000)  # warm


def best(tries, measure, good):
    """The machine is shared: a bound holds if it holds once of some times."""
    value = measure()
    for _ in range(tries - 1):
        if good(value):
            break
        value = measure()
    return value


# ---- The same report a thousand times at once --------------------------------
one = hub.make_reports(1, "one")
got = hub.load(one, "--connections", 1000, "--again", 1, "--seconds", 1,
               "--acks", hub.file("one-acks"))
rows = hub.database().execute(
    "SELECT count(*) FROM reports WHERE report_id = ?",
    (bytes.fromhex(open(hub.file("one-acks")).readline().strip()),)).fetchone()
check("one report, a thousand times at once: one row (%d answers)"
      % got.get("202", 0), rows[0] == 1 and got["202"] >= 1000
      and set(k for k in got if k.isdigit()) == {"202"})

# ---- A thousand slow clients ---------------------------------------------------
slow = []
for i in range(1000):
    s = socket.create_connection(("127.0.0.1", hub.port))
    if i % 2:
        s.sendall(b"POST /v1/reports HTTP/1.1\r\nHost: hub\r\nX-Slow: ")
    else:
        s.sendall(b"POST /v1/reports HTTP/1.1\r\nHost: hub\r\nContent-Type: "
                  b"application/vnd.frank.report\r\nContent-Length: 2000\r\n"
                  b"\r\n\x01")
    slow.append(s)


def honest():
    times = []
    for i in range(200):
        begun = time.monotonic()
        status = hub.get("/livez")[0]
        times.append(time.monotonic() - begun)
        if status != 200:
            return 9.0
        if i % 4 == 0:  # they go on, a byte at a time
            for s in slow[i % 20::20]:
                s.send(b"x")
    return sorted(times)[197]


p99 = best(10, honest, lambda t: t < 0.1)
check("1,000 slow clients leave an honest one %.1f ms at p99" % (1000 * p99),
      p99 < 0.1)
check("they are all still there", hub.get("/metrics", private=True)[1].decode()
      .split("frankd_http_connections ")[1].split("\n")[0] >= "1000")
for s in slow:
    s.close()

# ---- More than it can carry ------------------------------------------------------
rate = 0


def overload():
    """What is left of the capacity, which is that of the same moment. New ones for
    each try: those that are there are cheaper to answer."""
    global rate
    peak = hub.load(hub.make_reports(12000, "peak"), "--connections", 32,
                    "--seconds", 2)
    rate = int(peak["accepted_per_second"])
    got = hub.load(hub.make_reports(min(12000, 3 * rate), "more"), "--rate",
                   2 * rate, "--seconds", 2, "--connections", 8000)
    return got.get("202", 0) / 2 / rate


share = best(5, overload, lambda x: x >= 0.8)
check("twice the capacity (%d/s) leaves %.0f %% of it" % (rate, 100 * share),
      share >= 0.8)
with open("/proc/%d/status" % hub.process.pid) as f:
    memory = int(re.search(r"VmHWM:\s+(\d+)", f.read()).group(1)) / 1024
check("memory stays under 256 MiB (%.0f MiB)" % memory, memory < 256)
check("it still answers", hub.get("/livez")[0] == 200)
hub.stop()
finish()
