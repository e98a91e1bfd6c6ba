# SPDX-License-Identifier: Apache-2.0
"""Files that reports disclose: enclosed and fetched, whole and in part, seen and
refused, at rest and after a purge."""

import gc
import hashlib
import socket
import sys
import threading

sys.path.insert(0, "tests/console")
sys.path.insert(0, "tests/second")
from files import *
import reports
import xchacha
from store import Store

MIB = 1 << 20


def look(report, message=0, part=0):
    answer = w.ann.must("POST", "/v1/reports/%d/look" % report)
    return answer["messages"][message]["parts"][part]["attachment"]


def settled(report, message=0, part=0, seconds=60):
    """The attachment when nothing is on its way any more."""
    last = {}

    def holds():
        last.update(look(report, message, part))
        return last["state"] not in ("fetching", "waiting")
    until(holds, seconds)
    return look(report, message, part)


def report_of(file, *disclosure):
    """Reports a file, has it opened; gives the report's number."""
    case = send(w, [path(file.name + ".content")], "--attach",
                file.disclose(*disclosure))
    return w.open(w.ann, case)


def fetch(address, **headers):
    headers["Authorization"] = "Bearer " + w.ann.token
    return w.mod.request("GET", address, headers={
        k.replace("_", "-"): v for k, v in headers.items()})


store = Store()
SETTINGS = {"attachment_store": store.url, "attachment_networks": "127.0.0.0/8",
            "attachment_retry": "200ms", "attachment_max": "64MiB",
            "drain_timeout": "1s", "appeal_window": "1h", "claim": "6h", "retract": "0",
            "statement_delay": "0"}
w = World(**SETTINGS)
kept = w.mod.file("data/attachments")


def look_into(report):
    """What frank-mod look writes of files, as name: bytes."""
    out = tempfile.mkdtemp(dir=folder) + "/opened"
    session = write("session", w.ann.token.encode() + b"\n")
    os.chmod(session, 0o600)
    ran = subprocess.run(
        [B + "/frank-mod", "look", "--service", "unix:" + w.mod.file("mod.sock"),
         "--session", session, "--out", out, str(report)],
        stdout=subprocess.DEVNULL, timeout=60)
    assert ran.returncode == 0, ran
    return {name: read(os.path.join(out, name)) for name in os.listdir(out)
            if not name.endswith(".content")}


def in_files(*needles):
    """Which bytes stand in any file of the service's."""
    gc.collect()  # to close a file drops the locks of our open connections
    found = set()
    for name, _, files in os.walk(w.mod.file("data")):
        for file in files:
            try:
                with open(os.path.join(name, file), "rb") as f:
                    data = f.read()
            except OSError:
                continue
            found |= {n for n in needles if n in data}
    return found


# -- Enclosed --
picture = reports.picture()
file = File(picture)
report = report_of(file, "--all", "--enclose")
seen = settled(report)
check("an enclosed picture is there", seen["state"] == "there" and
      seen["size"] == len(picture) and seen["media_type"] == "image/png" and
      seen["name"] == file.name + ".x" and seen["kind"] == "frank" and
      seen["disclosed"] == [{"begin": 0, "end": len(picture)}] and
      not seen["key_withheld"] and seen["have"] == seen["want"] ==
      len(file.sealed), seen)
item = w.ann.must("POST", "/v1/reports/%d/look" % report)["messages"][0]["parts"][0]
check("nothing of descriptor and key is shown as text", "text" not in item and
      "bytes" not in item, item)
status, body, headers = fetch(seen["evidence"])
check("and is seen", status == 200 and body == picture and
      headers["Content-Type"] == "image/png" and
      headers["Accept-Ranges"] == "bytes" and
      headers["Content-Security-Policy"] == "default-src 'none'; sandbox" and
      headers["X-Content-Type-Options"] == "nosniff", (status, headers))
check("by nobody else", w.ben.ask("GET", seen["evidence"])[0] in (404, 409))

# -- Ranges, as a player asks for them --
film = os.urandom(5 * MIB + 12345)
file = File(film, "video/mp4", "64KiB")
url = store.put(file.name, file.sealed)
report = report_of(file, "--all", "--url", url)
seen = settled(report)
check("a large one is fetched", seen["state"] == "there", seen)
pieces = store.ranges(file.name)
check("in pieces, each byte once", len(pieces) > 1 and pieces[0][0] == 0 and
      pieces[-1][1] == len(file.sealed) - 1 and all(
          a[1] + 1 == b[0] for a, b in zip(pieces, pieces[1:])), pieces)
status, body, headers = fetch(seen["evidence"])
opened = look_into(report)
check("the command has all of it, in pieces", opened == {
    "message-0-part-0.file": film}, opened.keys())
check("all of it is given without a range", status == 200 and body == film and
      headers["Content-Length"] == str(len(film)))
for asked, first, last in (("bytes=0-0", 0, 0), ("bytes=65530-65545", 65530, 65545),
                           ("bytes=1000-", 1000, len(film) - 1),
                           ("bytes=-77", len(film) - 77, len(film) - 1)):
    status, body, headers = fetch(seen["evidence"], Range=asked)
    check("%s is answered with that" % asked, status == 206 and
          body == film[first:last + 1] and headers["Content-Range"] ==
          "bytes %d-%d/%d" % (first, last, len(film)), (status, headers))
status, body, headers = fetch(seen["evidence"], Range="bytes=99999999-")
check("what is behind its end is 416", status == 416 and
      headers["Content-Range"] == "bytes */%d" % len(film), (status, headers))
status, body, _ = fetch(seen["evidence"], Range="bytes=0-9", If_Range='"x"')
check("of another version all of it", status == 200 and body == film)
check("nothing of it lies there in clear, nor its type", not in_files(
    film[:64], film[-64:], film[MIB:MIB + 64], picture[-64:], b"video/mp4"))
check("nor its address in the journal", "/files/" not in w.mod.journal())

# -- A part --
file = File(film, "video/mp4", "64KiB", key_part=True)
url = store.put(file.name, file.sealed)
case = send(w, [path(file.name + ".content")], "--withhold-part", "0.2",
            "--attach", file.disclose("--range", "65536-200000", "--range",
                                      "%d-" % (5 * MIB), "--url", url))
report = w.open(w.ann, case)
seen = settled(report, part=1)
ranges = [{"begin": 65536, "end": 4 * 65536},
          {"begin": 5 * MIB, "end": len(film)}]
check("what was disclosed of a file is there", seen["state"] == "partial" and
      seen["key_withheld"] and seen["disclosed"] == ranges, seen)
status, body, _ = fetch(seen["evidence"])
check("what was withheld is zeros", status == 200 and body == bytes(65536) +
      film[65536:4 * 65536] + bytes(5 * MIB - 4 * 65536) + film[5 * MIB:])
whole = 65536 + 16
check("and was never asked for", sorted(store.ranges(file.name)) == [
    (whole, 4 * whole - 1), (80 * whole, len(file.sealed) - 1)],
    store.ranges(file.name))
opened = look_into(report)
check("the command writes each run, and nothing else", opened == {
    "message-0-part-1.from-65536": film[65536:4 * 65536],
    "message-0-part-1.from-%d" % (5 * MIB): film[5 * MIB:]}, opened.keys())
parts = w.ann.must("POST", "/v1/reports/%d/look" % report)["messages"][0]["parts"]
check("the message's text is as ever", parts[0]["text"] == "look at this")
check("the key's part is withheld", parts[2]["state"] == "withheld")

# -- A part of which some is wrong --
file = File(film, "video/mp4", "64KiB")
bad = file.sealed[:70 * whole] + bytes(whole) + file.sealed[71 * whole:]
report = report_of(file, "--range", "0-100000", "--range", "%d-%d" % (
    70 * 65536, 71 * 65536), "--url", store.put(file.name, bad))
seen = settled(report)
check("a run that is wrong does not hide one that is proven",
      seen["state"] == "partial" and seen["disclosed"] == [
          {"begin": 0, "end": 2 * 65536}] and fetch(seen["evidence"])[1] ==
      film[:2 * 65536] + bytes(len(film) - 2 * 65536), seen)
wrong_run = (seen.get("missing") or [{}])[0]
check("and is named, with why", wrong_run.get("state") == "refused" and
      wrong_run["begin"] == 70 * 65536 and "chunk" in wrong_run["why"] and
      "chunk" in seen["why"] and len(seen["missing"]) == 1, seen)
check("what is here has nothing missing", "missing" not in settled(
    report_of(File(picture), "--all", "--enclose")))

# -- One that is read for long --
def read_on(report, meanwhile):
    """How much of its file comes of 48 MiB when this is done in between."""
    address = settled(report)["evidence"]
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        s.settimeout(120)
        s.connect(("127.0.0.1", w.mod.port))
        s.sendall(("GET %s HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
                   "\r\n" % (address, w.ann.token)).encode())
        got = len(s.recv(65536))
        meanwhile()
        more = True
        try:
            while more:
                more = len(s.recv(MIB))
                got += more
        except ConnectionError:
            pass  # cut off
    return got


long = File(bytes(48 * MIB), "video/mp4", "1MiB")
case = send(w, [path(long.name + ".content")], "--attach",
            long.disclose("--range", "0-1", "--enclose"))
report = w.open(w.ann, case)
check("whoever may see it reads all", read_on(report, lambda: None) > 48 * MIB)
codes = []
check("the service ends while it is read", read_on(report, lambda: codes.append(
    w.mod.stop())) < 40 * MIB and codes == [0], codes)
w.mod.start()
w.ann.login()
check("whose claim ends in between does not", read_on(
    report, lambda: w.ann.must("POST", "/v1/cases/%d/release" % case)) < 40 * MIB)

huge = File(bytes(65 * MIB), "image/png", "1MiB")
seen = settled(report_of(huge, "--range", "0-1", "--enclose"))
check("a picture that no browser should hold has no address", seen["state"] ==
      "partial" and "evidence" not in seen, seen)

# -- Texts, other types, and a file of which nothing is disclosed --
text = File("Grüße".encode(), "text/plain", key_part=True)
zipped = File(b"PK\3\4 no picture", "application/zip")
nothing = File(b"x" * 10000)
for f, state, has in ((text, "there", {"text"}), (zipped, "there", set())):
    report = report_of(f, "--all", "--enclose")
    seen = settled(report, part=f.part)
    check("a file of %s" % f.name, seen["state"] == state and
          {"text", "evidence"} & set(seen) == has, seen)
    if f is text:
        check("a short text is shown", seen["text"] == "Grüße", seen)
        parts = w.ann.must("POST", "/v1/reports/%d/look" % report)[
            "messages"][0]["parts"]
        check("a key is named and not shown", parts[2]["attachment_key"] and
              not {"text", "bytes", "evidence"} & set(parts[2]), parts[2])
report = w.open(w.ann, send(w, [path(nothing.name + ".content")]))
check("one of which nothing is disclosed is withheld", settled(report)["state"] ==
      "withheld")
empty = File(b"", "image/png")
seen = settled(report_of(empty, "--all", "--enclose"))
check("an empty file is there, and has no bytes to be seen",
      seen["state"] == "there" and seen["size"] == 0 and "evidence" not in seen,
      seen)

# -- A store that does wrong --
wrong = []  # name, file, address, state, word of the reason


def goes_wrong(name, odd=None, state="absent", why="", data=None, url=None,
               file=None):
    f = file or File(os.urandom(20000), "image/png")
    address = store.put(f.name, data(f.sealed) if data else f.sealed)
    if odd:
        store.odd["/files/" + f.name] = odd
    wrong.append((name, f, url(f.name) if url else address, state, why))


def report_wrong():
    """All of them in one report: each is judged by itself."""
    attach = []
    for i, (_, f, address, _, _) in enumerate(wrong):
        attach += ["--attach", f.disclose("--all", "--url", address, message=i)]
    report = w.open(w.ann, send(
        w, [path(f.name + ".content") for _, f, _, _, _ in wrong], *attach))
    for i, (name, f, _, state, why) in enumerate(wrong):
        seen = settled(report, i)
        check(name, seen["state"] == state and why in seen.get("why", "") and
              "evidence" not in seen, seen)
    check("and nothing of it is kept", until(lambda: not [
        n for n in os.listdir(kept) if n.startswith("%d-" % report)]))
    wrong.clear()


def flip(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


def lead_elsewhere(handler):
    handler.give(302, b"", Location=store.url + "elsewhere")
    return True


def give_other_range(handler):
    handler.give_range(store.files[handler.path],
                       Content_Range="bytes 1-20080/20080")
    return True


def count_of(name):
    return len(store.ranges(name))


store.put("elsewhere", b"x")
goes_wrong("wrong bytes are refused", state="refused", why="chunk",
           data=lambda s: flip(s, 5000))
goes_wrong("two chunks in each other's place are refused", state="refused",
           data=lambda s: s[4112:8224] + s[:4112] + s[8224:])
goes_wrong("a shorter file is refused", state="refused", why="size",
           data=lambda s: s[:-1])
goes_wrong("a longer one too", state="refused", why="size",
           data=lambda s: s + b"x")
goes_wrong("a redirect is not followed", lead_elsewhere, why="elsewhere")
goes_wrong("other bytes than those that were asked for", give_other_range,
           why="other bytes")
port = store.server.server_port
for name, url in (
        ("another host", lambda n: "http://127.0.0.2:%d/files/%s" % (port, n)),
        ("another path", lambda n: "http://127.0.0.1:%d/other/%s" % (port, n)),
        ("a way out of the path", lambda n: store.url + "../files/" + n),
        ("an escaped one", lambda n: store.url + "%2e%2e/files/" + n),
        ("a user in front", lambda n: "http://127.0.0.1:%d@evil.example/files/%s"
         % (port, n)),
        ("a longer host", lambda n: "http://127.0.0.1.evil.example/files/" + n)):
    goes_wrong(name + " is not asked", url=url, why="store")
never = [f.name for _, f, _, _, why in wrong if why == "store"]
report_wrong()
check("nor was any of them", not [n for n in never if count_of(n)])
check("a redirect leads nowhere", count_of("elsewhere") == 0)


def ignore_ranges(handler):
    data = store.files[handler.path]
    store.asked.append((handler.path, 0, len(data) - 1))
    handler.give(200, data)
    return True


small = File(os.urandom(100000), "image/png")
store.odd["/files/" + small.name] = ignore_ranges
seen = settled(report_of(small, "--range", "8192-20000", "--url",
                         store.put(small.name, small.sealed)))
check("a store without ranges gives a small file", seen["state"] == "partial" and
      fetch(seen["evidence"])[1][8192:20000] == small.data[8192:20000], seen)
big = File(film, "image/png", "64KiB")
store.odd["/files/" + big.name] = ignore_ranges
seen = settled(report_of(big, "--range", "0-10", "--url",
                         store.put(big.name, big.sealed)))
check("of a large one it gives too much", seen["state"] == "absent" and
      "more than it was asked" in seen["why"], seen)

# -- 404, then there --
late = File(picture)
report = report_of(late, "--all", "--url", store.url + late.name)
seen = settled(report)
check("what the store does not have is absent", seen["state"] == "absent" and
      "does not have it" in seen["why"], seen)
retry = "/v1/reports/%d/attachments/retry" % report
body = {"message": 0, "part": 0}
check("only its claimant has it tried again", w.ben.refused(
    "POST", retry, body) == "claimed-by-other")
check("no other part", w.ann.refused(
    "POST", retry, {"message": 0, "part": 1}) == "not-absent")
store.put(late.name, late.sealed)
w.ann.must("POST", retry, body)
check("tried again it is there", settled(report)["state"] == "there")
check("and not again", w.ann.refused("POST", retry, body) == "not-absent")

# -- A store that is away for a while --
away = {"left": 2}


def be_busy(handler):
    away["left"] -= 1
    if away["left"] >= 0:
        handler.give(503, b"")
        return True
    return False


f = File(picture)
store.odd["/files/" + f.name] = be_busy
seen = settled(report_of(f, "--all", "--url", store.put(f.name, f.sealed)))
check("one that is busy is asked again", seen["state"] == "there", seen)

# -- kill -9 in a fetch --
gate = threading.Event()
held = threading.Event()


def hold_third(handler):
    asked = handler.headers.get("Range", "")
    if int(asked[6:].split("-")[0]) >= 2 * MIB and not gate.is_set():
        held.set()
        gate.wait(60)
    return False


long = File(os.urandom(11 * MIB), "video/webm", "1MiB")
store.odd["/files/" + long.name] = hold_third
report = report_of(long, "--all", "--url", store.put(long.name, long.sealed))
assert held.wait(60)
seen = look(report)
check("what is on its way says how far it is", seen["state"] == "fetching" and
      0 < seen["have"] < seen["want"] == len(long.sealed) and
      "evidence" not in seen, seen)
check("and is not given", fetch("/v1/evidence/%d/0/0/x" % report)[0] == 404)
w.mod.kill()
gate.set()
w.mod.start()
w.ann.login()
seen = settled(report)
check("after kill -9 it goes on", seen["state"] == "there" and
      fetch(seen["evidence"])[1] == long.data, seen)
sent = sum(last - first + 1 for first, last in store.ranges(long.name))
check("and asks for no more than a piece twice", sent <= len(long.sealed) +
      4 * (MIB + 16) and (0, 4 * (MIB + 16) - 1) in store.ranges(long.name) and
      len([r for r in store.ranges(long.name) if r[0] == 0]) == 1,
      store.ranges(long.name))

# -- A file that is lost, or half there, is fetched again --
name = "%d-0" % report
w.mod.stop()
os.unlink(os.path.join(kept, name))
write("stray", b"x")
refused = "%d-%d" % w.mod.database().execute(
    "SELECT report, entry FROM files WHERE state = 2").fetchone()
for stray in ("9999-0", refused):
    shutil.copy(path("stray"), os.path.join(kept, stray))
w.mod.start()
w.ann.login()
check("files that no row is of are removed", "9999-0" not in os.listdir(kept))
check("so are those of what was refused", refused not in os.listdir(kept))
seen = settled(report)
check("one that is missing is fetched again", seen["state"] == "there" and
      fetch(seen["evidence"])[1] == long.data, seen)
w.mod.stop()
os.truncate(os.path.join(kept, name), 3 * MIB)
w.mod.start()
w.ann.login()
seen = settled(report)
check("and one that is half there", seen["state"] == "there" and "evidence" in
      seen and fetch(seen["evidence"])[1] == long.data, seen)

# -- Limits, and what is not allowed --
w.mod.stop()
w.mod.configure(attachment_max="1MiB", attachment_networks="10.0.0.0/8")
w.mod.start()
w.ann.login()
goes_wrong("a private address is not connected to", why="network")
f = File(os.urandom(2 * MIB), "video/mp4", "64KiB")
goes_wrong("what is too large is not fetched", why="attachment-max", file=f)
report_wrong()
check("nor asked for", not store.ranges(f.name))
two = [File(os.urandom(600000), "image/png", "64KiB") for _ in range(2)]
report = w.open(w.ann, send(
    w, [path(f.name + ".content") for f in two], *[
        x for i, f in enumerate(two) for x in (
            "--attach", f.disclose("--all", "--enclose", message=i))]))
check("what is enclosed is taken in", settled(report)["state"] == "there")
seen = settled(report, 1)
check("but not more than attachment-max of one report", seen["state"] ==
      "absent" and "attachment-max" in seen["why"], seen)
check("a store that no token is for is shown none", store.tokens == {None})
w.mod.stop()
os.chmod(write("token", b"a-token-of-the-store\n"), 0o600)
w.mod.configure(attachment_max="64MiB", attachment_networks="127.0.0.0/8",
                attachment_token=path("token"))
w.mod.start()
w.ann.login()
store.tokens.clear()

# -- MIMI: one ciphertext, two files --
def head(major, n):
    size = 0 if n < 24 else 1 if n < 256 else 2 if n < 65536 else 4
    return bytes([major << 5 | (n if n < 24 else
                                {1: 24, 2: 25, 4: 26}[size])]) + (
        n.to_bytes(size, "big") if size else b"")


def item(value):
    if value is None:
        return b"\xf6"
    if isinstance(value, int):
        return head(0, value)
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(item, value))
    if isinstance(value, dict):
        return head(5, len(value)) + b"".join(
            item(x) for pair in value.items() for x in pair)
    return head(3 if isinstance(value, str) else 2, len(value)) + (
        value.encode() if isinstance(value, str) else value)


def mimi(name, url, algorithm, key, nonce, aad, sealed, size, kind="image/png"):
    part = [1, "", 2, kind, url, 0, size, algorithm, key, nonce, aad, 1,
            hashlib.sha256(sealed).digest() if sealed else b"", "", name + ".png"]
    write(name, item([os.urandom(16), None, b"", None, None,
                      {1: "mimi://example.com/u/of-" + url.rsplit("/")[-1],
                       2: ROOM}, part]))
    return path(name)


def chacha(key, nonce, plain):
    sealed = xchacha.chacha20(key, nonce, plain)
    return sealed + xchacha.poly1305(
        xchacha.chacha20_block(key, 0, nonce)[:32],
        sealed + bytes(-len(sealed) % 16) + (0).to_bytes(8, "little") +
        len(sealed).to_bytes(8, "little"))


write("many", item([os.urandom(16), None, b"", None, None, {
    1: "mimi://example.com/u/of-many", 2: ROOM}, [1, "", 3, 0, [
        [1, "", 1, "text/plain", b"x"]] * 1009 + [
            [1, "", 1, "image/png", picture]]]]))
report = w.open(w.ann, send(w, [path("many")]))
shown = [p["evidence"] for p in w.ann.must("POST", "/v1/reports/%d/look" % report)[
    "messages"][0]["parts"] if "evidence" in p]
check("a picture behind a thousand parts is seen", len(shown) == 1 and
      fetch(shown[0])[1] == picture, shown)
key, nonce = os.urandom(32), os.urandom(12)
sealed = chacha(key, nonce, picture)
url = store.put("mimi", sealed)
report = w.open(w.ann, send(
    w, [mimi("one", url, 29, key, nonce, b"", sealed, 2000),
        mimi("other", url, 29, os.urandom(32), nonce, b"", sealed, 2000),
        mimi("unshown", url, 29, key, nonce, b"", sealed, 2000)],
    "--attach", "0", "--attach", "1"))
one = settled(report)
check("a MIMI file is fetched and seen", one["state"] == "there" and
      one["kind"] == "mimi" and one["size"] == len(picture) and
      one["disclosed"] == [{"begin": 0, "end": len(picture)}] and
      fetch(one["evidence"])[1] == picture, one)
other = settled(report, 1)
check("under another message's key it is refused", other["state"] == "refused",
      other)
check("one that is not disclosed is withheld",
      settled(report, 2)["state"] == "withheld", settled(report, 2))
check("each is asked for by itself", len(store.ranges("mimi")) == 2)

salamanders = os.path.join(os.environ.get("FRANK_SHARED", "../shared"),
                           "salamanders/jpg-png.gcm")
if os.path.exists(salamanders):
    with open(salamanders) as f:
        fields = dict(line.strip().split(": ", 1) for line in f if ": " in line)
    of = {k: bytes.fromhex(fields[k]) for k in (
        "key1", "key2", "adata", "nonce", "ciphertext", "tag")}
    sealed = of["ciphertext"] + of["tag"]
    url = store.put("salamander", sealed)
    kinds = ("image/jpeg", "image/png")
    contents = [mimi("salamander-%d" % i, url, 1, of["key%d" % (i + 1)],
                     of["nonce"], of["adata"], sealed, len(of["ciphertext"]), kind)
                for i, kind in enumerate(kinds)]
    report = w.open(w.ann, send(w, contents, "--attach", "0", "--attach", "1"))
    seen = [settled(report, i) for i in range(2)]
    bodies = [fetch(s["evidence"])[1] for s in seen if "evidence" in s]
    check("one ciphertext under two keys is two files, side by side",
          [s["state"] for s in seen] == ["there"] * 2 and
          bodies[0].startswith(b"\xff\xd8\xff") and
          bodies[1].startswith(b"\x89PNG") and bodies[0] != bodies[1], seen)
    check("and two at rest", len([n for n in os.listdir(kept) if n.startswith(
        "%d-" % report)]) == 2)
else:
    print("skip one ciphertext under two keys: not here", flush=True)

said = w.mod.request("GET", "/metrics", headers={
    "Authorization": "Bearer " + w.mod.token_of("operator.token")})[1].decode()
check("what was fetched is counted", re.search(
    r'frank_mod_attachments_total\{result="there"\} [1-9]', said) and re.search(
    r"frank_mod_attachment_fetched_bytes_total [1-9]\d\d", said), said[-300:])

# -- A purge, and a hold --
w.mod.stop()
w.mod.configure(appeal_window="8s", attachment_max="1MiB")
w.mod.start()
w.ann.login()
open_ones = [os.urandom(600000) for _ in range(2)]
report = w.open(w.ann, send(w, [
    mimi("open-%d" % i, store.put("open-%d" % i, data), 0, b"", b"", b"", data,
         len(data)) for i, data in enumerate(open_ones)],
    "--attach", "0", "--attach", "1"))
check("MIMI's files are taken in", settled(report)["state"] == "there")
seen = settled(report, 1)
check("but no more of them than attachment-max either", seen["state"] ==
      "absent" and "attachment-max" in seen["why"], seen)
w.lea.login()
book = w.lea.must("GET", "/v1/book")
numbers, reports_of = [], []
needle = os.urandom(48)
for i in range(2):
    f = File(b"\x89PNG" + os.urandom(30000) + needle, "image/png")
    case = send(w, [path(f.name + ".content")], "--attach",
                f.disclose("--all", "--enclose"))
    numbers.append(case)
    reports_of.append(w.open(w.ann, case))
    check("it is there before", settled(reports_of[-1])["state"] == "there")
held_by = w.lea.must("POST", "/v1/cases/%d/legal-hold" % numbers[1], {
    "until": int(time.time() + 86400) * 1000, "why": "a court asked"})["hold"]
w.ann.must("POST", "/v1/legal-holds/%d/confirm" % held_by)
wrapped = [row[0] for row in w.mod.database().execute(
    "SELECT key FROM files WHERE report IN (?, ?) ORDER BY report", reports_of)]
check("its wrapped key stands in the database", in_files(*wrapped) == set(wrapped))
for case in numbers:
    w.ann.must("POST", "/v1/cases/%d/decide" % case, {
        "policy": "spam", "outcome": "no_action",
        "explanation": "Nothing in it breaks a rule."})


def names_of(report):
    return [n for n in os.listdir(kept) if n.startswith("%d-" % report)]


check("with its case the file is purged", until(
    lambda: not names_of(reports_of[0])))
check("and its key", until(lambda: wrapped[0] not in in_files(wrapped[0])))
check("what is held stays", names_of(reports_of[1]) and in_files(wrapped[1]))
check("nothing of either ever stood there in clear", not in_files(needle))
check("the store is shown its token", store.tokens ==
      {"Bearer a-token-of-the-store"}, store.tokens)

# -- Settings --
check("it ends cleanly", w.mod.stop() == 0, w.mod.journal()[-500:])
for wrong_one in ("https://media.example/files", "media.example/files/",
                  "https://media.example/a/../"):
    done = subprocess.run(
        [B + "/frank-mod", "serve", "--check-config", "--config",
         w.mod.file("frank-mod.conf"), "--attachment-store", wrong_one],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    check("%s is no prefix" % wrong_one, done.returncode == 2 and
          b"attachment-store" in done.stderr, done.stderr)
finish()
