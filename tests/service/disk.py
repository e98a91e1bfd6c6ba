# SPDX-License-Identifier: Apache-2.0
"""A disk that fills up: 507, reading goes on, nothing acknowledged is lost.
Runs in a mount namespace of its own, on a tmpfs of 48 MiB at argv[1]."""

import json
import os
import sys
import time

from hub import Hub, check, finish, read_reports

hub = Hub(sys.argv[1], min_free="8MiB", room_numbers="on")
reports = list(read_reports(hub.make_reports(60)))
hub.start()


def stamp(**more):
    """The status, and the number that the hub gave."""
    status, made, _ = hub.request(
        "POST", "/v1/franks", json.dumps({
            "franking_tag": "ab" * 32, "sender": "mimi://a.example/u/alice",
            "room": "mimi://hub.example/r/garden", "cipher_suite": 1, **more}),
        {"Content-Type": "application/json"}, private=True)
    return status, json.loads(made).get("room_seq")


def seen(seq):
    return hub.request("POST", "/v1/seen", json.dumps({"seen": [
        {"room": "mimi://hub.example/r/garden", "device": "phone",
         "seq": seq}]}), {"Content-Type": "application/json"}, private=True)[0]


check("messages are numbered while there is room",
      [stamp(transcript=True) for _ in range(3)] ==
      [(200, 1), (200, 2), (200, 3)])
accepted = [hub.report(r)[0] for r in reports[:20]]
check("reports are taken in while there is room", set(accepted) == {202})

free = os.statvfs(hub.folder)
filler = hub.file("filler")
with open(filler, "wb") as f:
    f.write(b"x" * (free.f_bavail * free.f_frsize - (5 << 20)))
status, body, headers = hub.report(reports[20])
check("a full disk is 507", status == 507 and b"disk-full" in body
      and "Retry-After" in headers, str(status))
check("no message is numbered on a full disk", {stamp(transcript=True)
      for _ in range(9)} == {(507, None)})
check("nor an acknowledgement taken", seen(2) == 507)
check("stamps without a number go on", stamp() == (200, None))
check("nothing was taken in then", {hub.report(r)[0] for r in reports[20:40]}
      == {507})
check("what was taken in before is answered again",
      hub.report(reports[3])[0] == 202)
status, body, _ = hub.get("/v1/feed?after=0", private=True)
check("reading goes on", status == 200 and body.count(b'"number"') == 20)
check("it says that it is not ready", hub.get("/readyz")[0] == 503)
check("it is live", hub.get("/livez")[0] == 200)
status, body, _ = hub.request("POST", "/v1/feed/ack", b'{"through":5}',
                              {"Content-Type": "application/json"},
                              private=True)
check("the moderation side can take over, which makes room",
      status == 200 and body == b'{"taken_over":5}\n', repr(body))
os.unlink(filler)
check("with room again, it goes on", hub.report(reports[20])[0] == 202)
check("and so do the numbers, of which none was lost",
      stamp(transcript=True) == (200, 4) and seen(4) == 200)
hub.kill()
hub.start()
status, body, _ = hub.get("/v1/feed?after=0", private=True)
check("nothing acknowledged is lost", body.count(b'"number"') == 16)
check("it did not end in between", "database-failed" not in hub.journal())
check("it ends cleanly", hub.stop() == 0)

# Full to the last byte, with no room kept.
hub.configure(min_free="0")
hub.start()
free = os.statvfs(hub.folder)
with open(filler, "wb") as f:
    f.write(b"x" * (free.f_bavail * free.f_frsize))
check("a disk without a byte left is 507", hub.report(reports[21])[0] == 507
      and stamp(transcript=True)[0] == 507)
time.sleep(1.2)  # the publisher's turns
check("and it still runs", hub.get("/livez")[0] == 200)
hub.kill()
os.unlink(filler)
hub.start()
check("the same reports are taken in afterwards",
      {hub.report(r)[0] for r in reports[21:]} == {202})
check("and the next message has the next number",
      stamp(transcript=True, device="phone") == (200, 5))
hub.stop()
finish()
