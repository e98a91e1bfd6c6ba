# SPDX-License-Identifier: Apache-2.0
"""The hub's own numbers: each once, rising by one, whatever runs at the same time
and whenever it is killed; what devices acknowledged; after a restore."""

import concurrent.futures
import http.client
import itertools
import json
import os
import shutil
import signal
import subprocess
import threading

from hub import B, Hub, UnixConnection, check, finish

ROOM = "mimi://hub.example/r/a-room-that-counts"
ALICE = "mimi://a.example/u/alice"
JSON = {"Content-Type": "application/json"}
STAMPS = {"Content-Type": "application/vnd.frank.stamp-requests"}

# No entry of the log may come between a copy and its restore.
hub = Hub(room_numbers="on", public_checkpoint="1d")
hub.start()


def post(path, body, to=None):
    status, answer, _ = (to or hub).request("POST", path, json.dumps(body),
                                            JSON, True)
    return status, json.loads(answer)


def request(room=ROOM, **more):
    return {"franking_tag": "ab" * 32, "sender": ALICE, "room": room,
            "cipher_suite": 1, **more}


def stamp(room=ROOM, **more):
    """(room_seq, seen_seq) of a message."""
    status, made = post("/v1/franks", request(room, transcript=True, **more))
    assert status == 200, made
    return made["room_seq"], made["seen_seq"]


def seen(*acks, left=()):
    status, said = post("/v1/seen", {
        "seen": [{"room": r, "device": d, "seq": s} for r, d, s in acks],
        "left": [{"room": r, "device": d} for r, d in left]})
    assert status == 200, said
    return said


# ---- The batch, in binary ---------------------------------------------------


def opaque(text):
    """opaque<V>, its length in the shortest form."""
    n = len(text)
    head = (bytes([n]) if n < 64 else (n | 0x4000).to_bytes(2, "big")
            if n < 16384 else (n | 0x80000000).to_bytes(4, "big"))
    return head + text


def batch(count, room=ROOM, kind=2, device=b"", suite=1):
    """MAC only, as a relay with load asks."""
    one = (b"\xab" * 32 + opaque(ALICE.encode()) + opaque(room.encode()) +
           bytes(8) + bytes([0, suite]) + bytes(4) + bytes([kind]) +
           {0: b"", 1: (7).to_bytes(8, "big") + bytes(8),
            2: opaque(device)}[kind])
    return b"\1\1" + opaque(one * count)


def numbers_of(answers):
    """[(room_seq, seen_seq)], None where there is none."""
    form = answers[2] >> 6
    at = 2 + (1 << form)
    out = []
    while at < len(answers):
        kind = answers[at + 41]
        numbers = answers[at + 42:at + 58]
        out.append((int.from_bytes(numbers[:8], "big"),
                    int.from_bytes(numbers[8:], "big")) if kind == 2 else None)
        at += 42 + {0: 0, 1: 32, 2: 48}[kind]
    assert at == len(answers)
    return out


class Relay:
    """A connection that is kept."""

    def __init__(self):
        self.c = UnixConnection(hub.file("private.sock"))

    def many(self, body):
        self.c.request("POST", "/v1/franks", body, STAMPS)
        answer = self.c.getresponse()
        text = answer.read()
        assert answer.status == 200, text
        return [n[0] for n in numbers_of(text)]

    def one(self):
        self.c.request("POST", "/v1/franks",
                       json.dumps(request(transcript=True)), JSON)
        answer = self.c.getresponse()
        text = answer.read()
        assert answer.status == 200, text
        return [json.loads(text)["room_seq"]]


# ---- Each once --------------------------------------------------------------


def send(i):
    """9 connections with 10 batches of 100, others with 50 single ones."""
    relay = Relay()
    if i < 9:
        return [relay.many(batch(100)) for _ in range(10)]
    return [relay.one() for _ in range(50)]


with concurrent.futures.ThreadPoolExecutor(29) as pool:
    parts = list(itertools.chain(*pool.map(send, range(29))))
numbers = list(itertools.chain(*parts))
check("ten thousand stamps at once in a room: ten thousand numbers, each once",
      sorted(numbers) == list(range(1, 10001)), str(len(set(numbers))))
check("a batch has numbers that follow each other",
      all(p == list(range(p[0], p[0] + len(p))) for p in parts))
check("another room begins at 1", stamp("r:other") == (1, 0))
answers = hub.request("POST", "/v1/franks", batch(1, "r:mixed"), STAMPS,
                      True)[1]
check("and so it does for a batch", numbers_of(answers) == [(1, 0)])
status, answers, _ = hub.request("POST", "/v1/franks",
                                 batch(2, "r:mixed", suite=2), STAMPS, True)
check("what cannot be stamped takes no number",
      status == 200 and numbers_of(answers) == [None, None]
      and stamp("r:mixed") == (2, 0))

# ---- What devices acknowledged ----------------------------------------------

for _ in range(3):
    stamp("r:acks", device="phone")
check("before any acknowledgement, nothing", stamp("r:acks", device="phone")
      == (4, 0))
check("an acknowledgement is taken", seen(("r:acks", "phone", 3)) ==
      {"taken": 1, "above": []})
check("and counts for what comes after it", stamp("r:acks", device="phone")
      == (5, 3))
check("in a batch too", numbers_of(hub.request(
    "POST", "/v1/franks", batch(2, "r:acks", device=b"phone"), STAMPS,
    True)[1]) == [(6, 3), (7, 3)])
check("not for another device", stamp("r:acks", device="laptop") == (8, 0))
check("not for one that is not named", stamp("r:acks") == (9, 0))
check("not in another room", stamp("r:other", device="phone") == (2, 0))
check("it never goes back", seen(("r:acks", "phone", 1))["taken"] == 1
      and stamp("r:acks", device="phone") == (10, 3))
said = seen(("r:acks", "phone", 11), ("r:acks", "phone", 10),
            ("r:nowhere", "phone", 1))
check("what was not stamped cannot be acknowledged: it is named, and the rest "
      "is taken", said == {"taken": 1, "above": [0, 2]}, repr(said))
check("seen stays below", stamp("r:acks", device="phone") == (11, 10))
seen(left=[("r:acks", "phone")])
check("a device that left has acknowledged nothing",
      stamp("r:acks", device="phone") == (12, 0))

# ---- Who counts -------------------------------------------------------------

status, said = post("/v1/franks", request(transcript=True, room_seq=5,
                                          seen_seq=4))
check("numbers from both are refused by name",
      status == 400 and "not beside transcript" in said["field"], repr(said))
status, said = post("/v1/franks", request(room_seq=5, seen_seq=4))
check("and a relay's by a hub that counts",
      status == 400 and "numbers itself" in said["field"], repr(said))
status, said, _ = hub.request("POST", "/v1/franks", batch(3, kind=1), STAMPS,
                              True)
check("in a batch too", status == 400 and json.loads(said)["field"] == "order")
for wrong in ({"device": "phone"}, {"transcript": 1},
              {"transcript": True, "device": ""},
              {"transcript": True, "device": "x" * 256},
              {"transcript": True, "device": 7}):
    status, said = post("/v1/franks", request(**wrong))
    check("refused: %.40r" % wrong, status == 400, repr(said))
status, made = post("/v1/franks", request(transcript=False))
check("without the wish there is no number",
      status == 200 and set(made) == {"accepted_timestamp", "frank"})
check("none of these took a number", stamp() == (10001, 0))

# ---- The stamp --------------------------------------------------------------

content = "tests/vectors/messages/01-offer.cbor"
tag = json.loads(subprocess.check_output([B + "/frank", "tag", "--json",
                                          content]))
status, made = post("/v1/franks", {
    "franking_tag": tag["franking_tag"], "sender": tag["sender"],
    "room": tag["room"], "cipher_suite": 1, "transcript": True,
    "device": "phone"})
for name, member in (("frank", "frank"), ("order", "transcript_frank")):
    with open(hub.file(name), "wb") as f:
        f.write(bytes.fromhex(made[member]))


def checked(seq):
    return subprocess.run(
        [B + "/frank", "check", "--keyring", hub.file("keyring"), "--frank",
         hub.file("frank"), "--seq", str(seq), "--seen",
         str(made["seen_seq"]), "--transcript-frank", hub.file("order"),
         "--time", str(made["accepted_timestamp"]), content],
        capture_output=True, text=True)


good = checked(made["room_seq"])
check("frank check knows the number as this hub's", good.returncode == 0,
      good.stderr)
check("and no other one", checked(made["room_seq"] + 1).returncode == 1)

# ---- Killed -----------------------------------------------------------------

told = []
lock = threading.Lock()
enough = threading.Event()


def until_killed(i):
    try:
        relay = Relay()
        while True:
            part = relay.many(batch(50)) if i % 2 else relay.one()
            with lock:
                told.extend(part)
                if len(told) > 2000:
                    enough.set()
    except (OSError, http.client.HTTPException):
        pass


for cycle in range(3):
    enough.clear()
    before = list(told)
    told.clear()
    senders = [threading.Thread(target=until_killed, args=(i,))
               for i in range(8)]
    for t in senders:
        t.start()
    assert enough.wait(120)
    hub.kill(signal.SIGKILL)
    for t in senders:
        t.join()
    hub.start()
    told.extend(before)
    next_one, _ = stamp()
    check("killed in the middle, no number comes twice, and the next is above "
          "all that were told", len(set(told)) == len(told)
          and next_one > max(told), "%d %d" % (next_one, max(told)))
    told.append(next_one)
check("the next one follows", stamp() == (next_one + 1, 0))
hub.stop()

# ---- What is on disk --------------------------------------------------------

found = [name for name in os.listdir(hub.file("data"))
         if name.startswith("hub.db") and any(
             word in open(os.path.join(hub.file("data"), name), "rb").read()
             for word in (b"a-room-that-counts", b"phone", b"r:acks",
                          b"alice"))]
check("no room and no device is named on disk", not found, repr(found))

# ---- Restored ---------------------------------------------------------------

copy = hub.file("copy")
shutil.copytree(hub.file("data"), copy,
                ignore=shutil.ignore_patterns("*.sock"))
hub.start()
last = max(stamp()[0] for _ in range(5))
newer = max(stamp("r:made-after-the-copy", device="phone")[0]
            for _ in range(5))
hub.stop()
shutil.rmtree(hub.file("data"))
shutil.copytree(copy, hub.file("data"))
hub.configure(room_numbers_above="1000000")
hub.start()
check("after a restore no number comes twice", stamp() == (1000001, 0)
      and 1000000 > last)
check("nor in a room that the copy does not have",
      stamp("r:made-after-the-copy") == (1000001, 0))
check("what was stamped and lost can be acknowledged", seen(
    ("r:made-after-the-copy", "phone", newer))["above"] == []
      and stamp("r:made-after-the-copy", device="phone") == (1000002, newer))
hub.configure(room_numbers_above="0")
hub.stop()
hub.start()
check("from there on they rise by one, also without the setting",
      stamp() == (1000002, 0))
hub.stop()

# ---- A hub to which the relay gives numbers ---------------------------------

hub.configure(room_numbers="off")
hub.start()
status, said = post("/v1/franks", request(transcript=True))
check("a hub that does not count says so",
      status == 400 and "does not number" in said["field"], repr(said))
status, said = post("/v1/seen", {"seen": [{"room": ROOM, "device": "phone",
                                           "seq": 1}]})
check("and takes no acknowledgements", status == 409
      and said["type"].endswith(":not-counted"))
status, made = post("/v1/franks", request(room_seq=5, seen_seq=4))
check("it stamps the relay's numbers", status == 200
      and "transcript_frank" in made and "room_seq" not in made)
status, said = post("/v1/franks", request(seen_seq=4))
check("and no half of them", status == 400
      and "only with room_seq" in said["field"], repr(said))
status, said, _ = hub.request("POST", "/v1/franks", batch(1), STAMPS, True)
check("in a batch it refuses to count", status == 400
      and json.loads(said)["field"] == "order")
status, answers, _ = hub.request("POST", "/v1/franks", batch(1, kind=1),
                                 STAMPS, True)
check("and stamps the relay's numbers there", status == 200
      and answers[-33] == 1)
hub.stop()
finish()
