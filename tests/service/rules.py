# SPDX-License-Identifier: Apache-2.0
"""frankd's rules, as a relay, reporters, moderators and an auditor meet them."""

import base64
import concurrent.futures
import hashlib
import hmac
import json
import os
import signal
import subprocess
import time

from hub import B, Hub, check, finish, until
from log import leaf, root

ROOM = "mimi://hub.example/r/garden"
ALICE = "mimi://a.example/u/alice"
BOB = "mimi://b.example/u/bob-the-reporter"
CANARY = "a-canary-in-a-message"
NOTE = "a-canary-in-a-note"
JSON = {"Content-Type": "application/json"}
TYPE = {"Content-Type": "application/vnd.frank.report"}

hub = Hub(public_checkpoint="10s", anonymous_per_message="4",
          rate_reporter="off")
hub.start()
with open(hub.file("note"), "w") as f:
    f.write(NOTE)
with open(hub.file("reporter-token.key")) as f:
    token_key = bytes.fromhex(f.read().strip())
counter = 0


def message(sender=ALICE, room=ROOM, at=None, stamp=None):
    """A stamped message as its recipient keeps it: CONTENT:FRANK:MS."""
    global counter
    counter += 1
    name = hub.file("message-%d" % counter)
    with open(name, "wb") as f:
        subprocess.run([B + "/frank", "content", "plain", "--sender", sender,
                        "--room", room], input=CANARY.encode(), stdout=f,
                       check=True)
    tag = json.loads(subprocess.check_output([B + "/frank", "tag", "--json",
                                              name]))["franking_tag"]
    request = {"franking_tag": tag, "sender": sender, "room": room,
               "cipher_suite": 1, **(stamp or {})}
    if at is not None:
        request["accepted_timestamp"] = at
    status, body, _ = hub.request("POST", "/v1/franks", json.dumps(request),
                                  JSON, True)
    assert status == 200, body
    made = json.loads(body)
    with open(name + ".frank", "wb") as f:
        f.write(bytes.fromhex(made["frank"]))
    return "%s:%s.frank:%d" % (name, name, made["accepted_timestamp"])


def seal(*messages, reporter=None, reason="spam", more=()):
    who = ["--reporter", reporter] if reporter else ["--anonymous"]
    return subprocess.check_output(
        [B + "/frank", "report", "seal", "--quorum",
         hub.file("quorum/quorum.pub"), "--reason", reason, "--note-file",
         hub.file("note"), *who, *more, *messages],
        stderr=subprocess.DEVNULL)


def send(sealed, headers=None, path="/v1/reports"):
    status, body, answer = hub.request("POST", path, sealed,
                                       {**TYPE, **(headers or {})})
    return status, json.loads(body)


def problem(answer):
    return answer[1].get("type", "").rsplit(":", 1)[-1]


def feed(after=0):
    return json.loads(hub.get("/v1/feed?after=%d" % after, private=True)[1])


def waiting():
    return hub.database().execute("SELECT count(*) FROM bodies").fetchone()[0]


# ---- Every frank is checked ------------------------------------------------------
def header(sealed, old, new):
    """The report with a text of its header changed."""
    assert sealed.count(old) >= 1
    return sealed.replace(old, new, 1)


one = seal(message())
before = waiting()
for name, old, new in (("room", b"garden", b"gardem"),
                       ("sender", b"u/alice", b"u/alicf")):
    got = send(header(one, old, new))
    check("a frank of another %s is refused" % name,
          got[0] == 422 and problem(got) == "mac" and got[1]["evidence"] == 0,
          repr(got))
ms = int(message().rsplit(":", 1)[1])
with_time = seal(message())
at = with_time.index(b"garden") + 6
got = send(with_time[:at + 7] + bytes([with_time[at + 7] ^ 1])
           + with_time[at + 8:])
check("a frank of another time is refused",
      got[0] == 422 and problem(got) == "mac", repr(got))
check("and nothing of them is stored", waiting() == before)

accepted = send(one)
check("an honest one is accepted", accepted[0] == 202, repr(accepted))


def flipped(bit):
    changed = bytearray(one)
    changed[bit // 8] ^= 1 << bit % 8
    return send(bytes(changed))[0]


before = waiting()
bits = [b for b in range(8 * len(one)) if b < 8 * 700 or b % 7 == 0]
with concurrent.futures.ThreadPoolExecutor(16) as pool:
    statuses = set(pool.map(flipped, bits))
check("each of %d single flipped bits is refused" % len(bits),
      202 not in statuses and statuses <= {400, 403, 409, 410, 422},
      repr(statuses))
check("and none of them is stored", waiting() == before)

stranger = Hub()
other = subprocess.check_output(
    [B + "/frank", "report", "seal", "--quorum",
     stranger.file("quorum/quorum.pub"), "--reason", "spam", "--anonymous",
     message()], stderr=subprocess.DEVNULL)
got = send(other)
check("one that is sealed to others is refused", got[0] == 422
      and problem(got) == "quorum", repr(got))
got = send(seal(message(), more=("--created", str(ms + 7200000))))
check("one from the future is refused", got[0] == 422
      and problem(got) == "time", repr(got))

# ---- Who reports -------------------------------------------------------------------
def bearer(name):
    with open(hub.file(name)) as f:
        return f.read().strip()


def mint(user=b"", seconds=60, flags=0, key=None):
    data = (b"\x01" + bytes([flags])
            + int((time.time() + seconds) * 1000).to_bytes(8, "big")
            + os.urandom(16)
            + (bytes([len(user)]) if len(user) < 64 else
               (0x4000 | len(user)).to_bytes(2, "big")) + user)
    k = hmac.digest(key or token_key, b"frank v1 reporter token", "sha256")
    data += hmac.digest(k, data, "sha256")
    return "frank1." + base64.urlsafe_b64encode(data).decode().rstrip("=")


def auth(token, **more):
    return {"Authorization": "Bearer " + token, **more}


def named():
    return seal(message(), reporter=BOB)


gateway = bearer("gateway.token")
got = send(named())
check("a name without the platform's word is refused",
      got[0] == 403 and problem(got) == "not-vouched", repr(got))
check("with the gateway's word for it, it is accepted",
      send(named(), auth(gateway, **{"Frank-Reporting-User": BOB}))[0] == 202)
check("a gateway that names another is refused",
      send(named(), auth(gateway, **{"Frank-Reporting-User": ALICE}))[0] == 403)
check("and one that names nobody",
      send(named(), auth(gateway))[0] == 403)
check("with a minted token it is accepted",
      send(named(), auth(mint(BOB.encode())))[0] == 202)
check("with another's token it is refused",
      send(named(), auth(mint(ALICE.encode())))[0] == 403)
check("with an expired one", send(named(), auth(mint(BOB.encode(), -1)))[0]
      == 401)
check("with one of another key",
      send(named(), auth(mint(BOB.encode(), key=b"k" * 32)))[0] == 401)
check("with a wrong bearer token", send(named(), auth("x" * 40))[0] == 401)

# ---- Anonymous ones -------------------------------------------------------------------
crowded = message()
before = waiting()
answers = [send(seal(crowded)) for _ in range(7)]
check("anonymous reports of one message are kept up to a number",
      waiting() == before + 4)
check("and counted beyond it, with an answer like the others'",
      all(a[0] == 202 and set(a[1]) == set(answers[0][1]) for a in answers))
before = waiting()
vouched = [send(seal(crowded), auth(mint())),
           send(seal(crowded), auth(gateway)),
           send(seal(crowded, reporter=BOB), auth(mint(BOB.encode())))]
check("vouched ones never count", waiting() == before + 3
      and all(v[0] == 202 for v in vouched))
notice = {"notices": [{"report_id": answers[0][1]["report_id"],
                       "discloses_nothing": True}]}
for _ in range(2):
    hub.request("POST", "/v1/notices", json.dumps(notice), JSON, True)
before = waiting()
send(seal(crowded))
send(seal(crowded))
check("a place is given back once", waiting() == before + 1)

# ---- Folding and priority --------------------------------------------------------------
room = "mimi://hub.example/r/folded"
mallory = "mimi://a.example/u/mallory"
first = message(mallory, room)
for user in (b"u1", b"u2", b"u2", b"u3"):
    send(seal(first, reporter=user.decode()), auth(mint(user)))
send(seal(first, message(mallory, room)))
send(seal(message(mallory, room), reason="child_safety"),
     auth(gateway, **{"Frank-Signals": "first-contact"}))
items = [i for i in feed()["items"]][-6:]
check("copies and follow-ups are folded, never refused",
      [i["folds_into"] for i in items] == [items[0]["number"]] * 6)
check("distinct reporters, reason and first contact make the priority",
      [i["distinct_reporters"] for i in items] == [1, 2, 2, 3, 3, 3]
      and items[3]["priority"] == 30
      and items[5]["priority"] == 30 + 100 + 20 and items[5]["first_contact"],
      repr([(i["priority"], i["distinct_reporters"]) for i in items]))

# ---- MIMI --------------------------------------------------------------------------------
def mimi(*messages, reporter=None, abuser=ALICE):
    who = ["--reporter", reporter] if reporter else []
    return subprocess.check_output(
        [B + "/frank", "report", "mimi", "--abuser", abuser, "--reason", "1",
         "--note-file", hub.file("note"), *who, *messages])


OCTETS = {"Content-Type": "application/octet-stream"}
path = "/reportAbuse/" + ROOM.replace(":", "%3A").replace("/", "%2F")
plain = mimi(message(), reporter=BOB)
got = send(plain, OCTETS, path)
check("a plain report in a name needs the platform's word too", got[0] == 403)
got = send(plain, {**OCTETS, **auth(mint(BOB.encode()))}, path)
again = send(plain, {**OCTETS, **auth(mint(BOB.encode()))}, path)
item = feed()["items"][-1]
check("a plain report is sealed and fed as the others", got[0] == 202
      and item["source"] == "mimi" and item["report_id"]
      == got[1]["report_id"] and CANARY.encode()
      not in base64.b64decode(item["report"]))
check("and the same bytes have the same answer", again == got)
got = send(mimi(message()), OCTETS, "/reportAbuse/elsewhere")
check("a path that names another room is refused", problem(got) == "room")
before = len(feed()["items"])
got = send(mimi(reporter=BOB), {**OCTETS, **auth(mint(BOB.encode()))}, path)
check("one without messages is a signal", got[1] == {"counted": "signal"}
      and len(feed()["items"]) == before)

# ---- Receipts -----------------------------------------------------------------------------
receipt = bytes.fromhex(accepted[1]["receipt"])
check("a receipt says report id and time, and nothing of a message",
      receipt[:16].hex() == accepted[1]["report_id"]
      and int.from_bytes(receipt[16:24], "big") == accepted[1]["received"]
      and len(receipt) == 92)
with open(hub.file("receipt"), "wb") as f:
    f.write(receipt)
with open(hub.file("hub.json"), "wb") as f:
    f.write(hub.get("/.well-known/frank")[1])
check("the hub signed it", subprocess.run(
    [B + "/frank", "receipt", "--hub-public", hub.file("hub.json"),
     hub.file("receipt")], stdout=subprocess.DEVNULL).returncode == 0)


def outcome(answer):
    return json.loads(hub.get("/v1/receipts/" + answer[1]["token"])[1])


check("its token asks", outcome(accepted)["state"] == "received")

# ---- The moderation side: the whole way ------------------------------------------------------
items = feed()["items"]
item = next(i for i in items if i["report_id"] == accepted[1]["report_id"])
for name in ("report", "verdict"):
    with open(hub.file(name), "wb") as f:
        f.write(base64.b64decode(item[name]))
for i in (1, 2):
    subprocess.run([B + "/frank-mod", "consent", "--share",
                    hub.file("quorum/holder-%d.share" % i), "--receipt",
                    hub.file("r%d" % i), "--out", hub.file("c%d" % i),
                    hub.file("report")], check=True, capture_output=True)
opened = subprocess.run(
    [B + "/frank-mod", "open", "--quorum", hub.file("quorum/quorum.pub"),
     "--hub-public", hub.file("hub.json"), "--verdict", hub.file("verdict"),
     "--consent", hub.file("c1"), "--consent", hub.file("c2"), "--out",
     hub.file("opened"), hub.file("report")], capture_output=True, text=True)
with open(hub.file("opened/message-0.content"), "rb") as f:
    content = f.read()
check("what is fed opens, with the hub's verdict",
      opened.returncode == 0 and CANARY.encode() in content
      and "matches" in opened.stdout, opened.stdout + opened.stderr)

last = feed()["last"]
hub.request("POST", "/v1/feed/ack", json.dumps({"through": last}), JSON, True)
check("what is taken over is not fed again", feed()["items"] == []
      and outcome(accepted)["state"] == "taken_over")
check("counted ones look as the kept ones do",
      {outcome(a)["state"] for a in answers} == {"taken_over"})
hub.request("POST", "/v1/notices", json.dumps({"notices": [
    {"report_id": accepted[1]["report_id"], "state": "decided",
     "outcome": "warned"}]}), JSON, True)
check("the outcome reaches the reporter",
      outcome(accepted)["outcome"] == "warned")

# ---- The log, by an implementation of its own --------------------------------------------------
assert until(hub.log_is_signed)
note = hub.get("/log/checkpoint", private=True)[1].decode()
origin, size, encoded = note.split("\n")[:3]
size = int(size)


def tiles(kind, width):
    out = []
    for index in range((size + 255) // 256):
        n = min(256, size - 256 * index)
        path = "/log/tile/%s/%03d%s" % (kind, index,
                                        "" if n == 256 else ".p/%d" % n)
        status, data, _ = hub.get(path, private=True)
        assert status == 200, path
        out.append(data)
    return out


hashes = [t[i:i + 32] for t in tiles("0", 32) for i in range(0, len(t), 32)]
entries = []
for bundle in tiles("entries", 0):
    at = 0
    while at < len(bundle):
        n = int.from_bytes(bundle[at:at + 2], "big")
        entries.append(bundle[at + 2:at + 2 + n])
        at += 2 + n
check("tiles and entries are those of the checkpoint",
      len(entries) == size and [leaf(e) for e in entries] == hashes
      and base64.b64decode(encoded) == root(hashes))
parsed = [json.loads(e) for e in entries]
types = {e["type"] for e in parsed}
received = [e["report"] for e in parsed if e["type"] == "report_received"]
taken = [e["report"] for e in parsed if e["type"] == "report_taken_over"]
check("every report received was taken over", received == taken
      and len(received) == len(items), "%d %d %d" % (
          len(received), len(taken), len(items)))
expected = hmac.digest(bytes.fromhex(item["report_salt"]), hashlib.sha256(
    base64.b64decode(item["report"])).digest(), "sha256").hex()
check("a report's name in the log is made of its salt", expected in received)
text = b"\n".join(entries)
check("the feed says where in the log it is", json.loads(
    entries[item["log_index"]])["report"] == expected)
check("no report id, no name, no room is in it",
      not any(w in text for w in [a[1]["report_id"].encode() for a in answers]
              + [b"mimi://", BOB.encode(), CANARY.encode()]))
check("each entry has random bytes of its own",
      len({e["nonce"] for e in parsed}) == size)
until(lambda: hub.get("/log/checkpoint")[0] == 200)
status, public, _ = hub.get("/log/checkpoint")
shown = int(public.decode().split("\n")[1])
check("the public sees it at fixed times, at rounded sizes",
      status == 200 and shown % 64 == 0 and shown > 0)
check("the counts of what was refused are in it by then", b"reports_refused"
      in hub.get("/log/tile/entries/%03d.p/%d" % (
          (shown - 1) // 256, (shown - 1) % 256 + 1), private=True)[1]
      or shown > 256)
check("but no tile behind, and no entries",
      hub.get("/log/tile/0/000.p/%d" % (shown + 1 if shown < 255 else 255))[0]
      in (404,) or shown >= 256)
check("entries need the auditor's token",
      hub.get("/log/tile/entries/000.p/1")[0] == 401
      and hub.get("/log/tile/entries/000.p/1",
                  headers=auth(bearer("auditor.token")))[0] == 200)


def audit(*more):
    key = json.loads(hub.get("/.well-known/frank")[1])["log"]["key"]
    done = subprocess.run([B + "/frank-audit", "log", "--json", "--key", key, *more,
                           "http://127.0.0.1:%d/log" % hub.port],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return done.returncode, json.loads(done.stdout) if done.stdout else {}


newest = ("--entries", "--token", hub.file("auditor.token"), "--state",
          hub.file("audited"))
first = audit(*newest)
check("an auditor's client reads all of it", first[0] == 0
      and first[1]["entries"] == first[1]["size"] >= size, first)
message()
again = audit(*newest)
check("and then what is new", again[0] == 0
      and again[1]["from"] == first[1]["size"]
      and again[1]["hashes"] == again[1]["size"] - first[1]["size"]
      and again[1]["entries"] == again[1]["hashes"], again)
check("the public's client has hashes", audit()[0] == 0)
check("and no entries", audit("--entries")[0] == 3)

# ---- An epoch that ends --------------------------------------------------------------------------
old = message()
late = seal(old)
subprocess.run([B + "/frank", "keyring", "destroy", "--epoch", "1",
                hub.file("keyring")], check=True, capture_output=True)
hub.process.send_signal(signal.SIGHUP)
assert until(lambda: '"reloaded"' in hub.journal())
got = send(late)
check("a frank of a destroyed epoch: its time is over",
      got[0] == 410 and problem(got) == "epoch-destroyed", repr(got))
db = hub.database()
check("and who reported whom is gone", sum(
    db.execute("SELECT count(*) FROM " + t).fetchone()[0]
    for t in ("pairs", "places", "groups")) == 0)


def rotated(ahead):
    """Gives the time, so far ahead, from which on there is a new epoch; None where
    it was over before the command could say so."""
    at = int(time.time() * 1000) + ahead
    return None if subprocess.run(
        [B + "/frank", "keyring", "rotate", "--not-before", str(at),
         hub.file("keyring")], capture_output=True).returncode else at


begins = next(filter(None, (rotated(250 << i) for i in range(10))))
assert until(lambda: time.time() * 1000 > begins)
hub.process.send_signal(signal.SIGHUP)
assert until(lambda: hub.journal().count('"reloaded"') == 2)
new = message()
got = send(seal(old, new, more=("--accused", "0")))
check("an accused whose stamp nothing ties to its tag is not accused",
      got[0] == 410 and problem(got) == "accused-expired"
      and got[1]["evidence"] == 0, repr(got))
got = send(seal(old, new, more=("--accused", "1")))
check("beside one that can be proven it may stand", got[0] == 202, repr(got))
check("and the log says what became of the epochs", [
    json.loads(e[0])["state"] for e in hub.database().execute(
        "SELECT entry FROM log_entries ORDER BY number")
    if b'"key_epoch"' in e[0]] == ["live", "destroyed", "live"])

# ---- Canaries --------------------------------------------------------------------------------------
os.kill(hub.process.pid, signal.SIGABRT)
hub.process.wait(20)
found = []
for folder, _, files in os.walk(hub.folder):
    if "quorum" in folder or "opened" in folder:
        continue
    for name in files:
        path = os.path.join(folder, name)
        if (not os.path.isfile(path) or name in ("c1", "c2", "r1", "r2")
                or name.startswith(("message-", "note", "report"))):
            continue
        with open(path, "rb") as f:
            data = f.read()
        for canary in (CANARY, NOTE, BOB):
            if canary.encode() in data:
                found.append((path, canary))
check("no content, note or reporter's name is in a file of the hub's",
      not found, repr(found))
check("and it leaves no core", not any(n.startswith("core") for n in
                                       os.listdir(".") + os.listdir(hub.folder)
                                       + os.listdir(hub.file("data"))))

# ---- Limits -----------------------------------------------------------------------------------------
limited = Hub(rate_address="3/h", rate_reporter="2/h", rate_overall="off",
              trusted_proxies="127.0.0.1", message_age_max="1h",
              stamp_past="30d")
hub = limited
os.unlink(hub.file("keyring"))
subprocess.run([B + "/frank", "keyring", "init", "--not-before", "0",
                hub.file("keyring")], check=True, capture_output=True)
hub.start()
with open(hub.file("note"), "w") as f:
    f.write(NOTE)
with open(hub.file("reporter-token.key")) as f:
    token_key = bytes.fromhex(f.read().strip())
got = send(seal(message(at=int(time.time() * 1000) - 3700000)))
check("a message that is too old is told so", got[0] == 410
      and problem(got) == "too-old", repr(got))
statuses = [send(seal(message(), reporter=BOB),
                 {**auth(mint(BOB.encode())), "X-Forwarded-For": "192.0.2.%d" % i})[0]
            for i in range(3)]
check("a reporter has a limit, wherever he is", statuses == [202, 202, 429],
      repr(statuses))
statuses = [send(seal(message()), {"X-Forwarded-For": "192.0.2.99"})[0]
            for _ in range(4)]
check("an address has a limit", statuses == [202, 202, 202, 429])
check("another address is not limited by it",
      send(seal(message()), {"X-Forwarded-For": "192.0.2.99, 198.51.100.1"})[0]
      == 202)
status, body, headers = hub.request("POST", "/v1/reports", seal(message()), {
    **TYPE, "X-Forwarded-For": "192.0.2.99"})
check("and is told when to come again", status == 429
      and int(headers["Retry-After"]) > 0)
hub.configure(trusted_proxies="unix", rate_address="3/h")
hub.stop()
hub.start()
statuses = [send(seal(message()), {"X-Forwarded-For": "192.0.2.%d" % i})[0]
            for i in range(4)]
check("nobody is believed who is no proxy", statuses == [202, 202, 202, 429])
hub.stop()
finish()
