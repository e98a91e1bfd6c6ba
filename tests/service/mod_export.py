# SPDX-License-Identifier: Apache-2.0
"""What leaves the moderators' service: a case as an evidence bundle, and an
auditor's spot check; checked with frank-audit, as a stranger would."""

import base64
import random
import re
import sys
import threading

sys.path.insert(0, "tests/console")
import ed25519
import notes
from mod import *
from reports import send_report

BOB = "mimi://b.example/u/bob-the-reporter"
CAROL = "mimi://c.example/u/carol-who-came-later"
MALLORY = "mimi://example.com/u/mallory"
SECRET_TEXT = "what the reporter keeps to himself"

w = World(retract="1s", statement_delay="1s", appeal_window="3600s",
          public_checkpoint="10s", stored_shares="on")
out = tempfile.mkdtemp(prefix="export-")
atexit.register(shutil.rmtree, out, True)


def path(name):
    return os.path.join(out, name)


def audit(*words, code=None):
    ran = subprocess.run([B + "/frank-audit", *map(str, words)],
                         capture_output=True, text=True, timeout=120)
    if code is not None and ran.returncode != code:
        check("frank-audit " + " ".join(map(str, words))[:120], False,
              (ran.returncode, ran.stdout[-600:], ran.stderr[-600:]))
    return ran


vkey = w.lea.must("GET", "/v1/log")["key"]
hub_json = json.loads(w.hub.get("/.well-known/frank")[1])
PINS = ["--mod-key", vkey, "--hub-key", hub_json["log"]["key"],
        "--hub-public", w.mod.file("hub.json"),
        "--quorum", w.hub.file("quorum/quorum.pub")]


def export(case, name, who=None, expect=200, **wish):
    status, answer = (who or w.lea).ask(
        "POST", "/v1/cases/%d/exports" % case,
        {"reporter": True, "withheld": False, "why": "a court asks", **wish})
    if status != expect:
        check("an export of case %d is %d" % (case, expect), False,
              (status, answer if isinstance(answer, dict) else len(answer)))
    if status == 200:
        with open(path(name), "wb") as f:
            f.write(answer)
    return answer


def accepted(name, *more, pins=PINS):
    return audit("bundle", *pins, *more, path(name)).returncode


def entries():
    return [json.loads(e) for (e,) in w.mod.database().execute(
        "SELECT entry FROM log_entries ORDER BY number")]


def exports_logged(case_name=None):
    return [e for e in entries() if e["type"] == "export" and
            case_name in (None, e["case"])]


# -- A case and its life --
order = {"sender": MALLORY, "reporter": BOB, "note": "he does it again",
         "messages": [{"text": "give me your card number", "seq": 4},
                      {"text": SECRET_TEXT, "withheld": True, "seq": 6},
                      {"text": "my own answer", "sender": BOB, "seq": 7},
                      {"text": "tell %s that I know" % BOB, "seq": 9}]}
case = send_report(w, order)
send_report(w, {**order, "reporter": CAROL,
                "messages": [{"text": "to carol", "seq": 11}]})
check("nothing that was not opened leaves", export(
    case, "x", expect=409)["type"].endswith("not-open"))
report = w.open(w.ann, case)
w.ann.must("POST", "/v1/reports/%d/look" % report)
begun = time.monotonic()
export(case, "open.bundle")
took = time.monotonic() - begun
check("a case that is open is exported", accepted("open.bundle") == 0,
      audit("bundle", *PINS, path("open.bundle")).stdout[-800:])
wish = {"policy": "fraud", "outcome": "suspend",
        "explanation": "Your account broke our rules.", "withheld_seen": True}
decision = w.ann.must("POST", "/v1/cases/%d/decide" % case, wish)["decision"]
w.ben.must("POST", "/v1/cases/%d/claim" % case)
w.ben.must("POST", "/v1/reports/%d/look" % report)
w.ben.must("POST", "/v1/cases/%d/review" % case, {
    "confirm": True, "why": "as %s says" % BOB})
platform = w.mod.anyone()
platform.token = w.mod.token_of("platform.token")
platform.must("POST", "/v1/platform/appeals", {
    "decision": decision, "by": "accused", "text": "It was a joke"})
w.cat.must("POST", "/v1/cases/%d/claim" % case)
w.cat.must("POST", "/v1/cases/%d/answer" % case, {
    "upheld": False, "why": "A warning is enough", "policy": "fraud",
    "outcome": "warn", "explanation": "You are warned."})

# -- Bundles of it --
assert until(w.hub.log_is_signed)
full = export(case, "full.bundle", withheld=True)
found = audit("bundle", *PINS, "--json", path("full.bundle"))
check("a whole life is exported, and accepted", found.returncode == 0,
      found.stdout[-1500:])
check("with the hub's log", b'"report_received"' in full)
check("with decisions and appeal", b"Your account broke our rules." in full and
      b"It was a joke" in full and b"A warning is enough" in full)
check("with the reporter, his note and what he disclosed",
      BOB.encode() in full and b"he does it again" in full and
      b"give me your card number" in full)
check("what was withheld is there without its text",
      SECRET_TEXT.encode() not in full)
check("what nobody opened is not", CAROL.encode() not in full and
      b"to carol" not in full)
export(case, "plain.bundle")
check("withheld messages can be left out", accepted("plain.bundle") == 0 and [
    len(audit("frank", "--json", path(name), code=0).stdout.splitlines())
    for name in ("full.bundle", "plain.bundle")] == [4, 3])
bare = export(case, "bare.bundle", reporter=False)
check("without the reporter his name is nowhere", BOB.encode() not in bare and
      b"he does it again" not in bare and b"my own answer" not in bare)
check("and the rest is proven as before", accepted("bare.bundle") == 0 and
      b"give me your card number" in bare)
whole = export(case, "sealed.bundle", withheld=True, sealed=True)
check("sealed reports go as they were, opened or not",
      accepted("sealed.bundle") == 0 and CAROL.encode() in whole and
      b"to carol" not in whole)
check("sealed ones show all, so that withheld ones must be asked for", export(
    case, "x", sealed=True, expect=422)["type"].endswith("sealed"))
halves = export(case, "halves.bundle", reporter=False, withheld=True, sealed=True)
check("sealed, but without reporters: named ones are left out",
      accepted("halves.bundle") == 0 and BOB.encode() not in halves and
      CAROL.encode() not in halves)
direct = send_report(w, {"sender": MALLORY, "reporter": BOB,
                         "room": "mimi://example.com/r/dm/" + BOB,
                         "messages": [{"text": "psst"}]})
w.open(w.ann, direct)
check("a name that stands in the room's cannot be left out", export(
    direct, "x", reporter=False, expect=422)["type"].endswith("names-reporter"))
export(direct, "direct.bundle")
check("with the reporter it goes", accepted("direct.bundle") == 0)
two = audit("bundle", *PINS, path("full.bundle"), path("bare.bundle"))
check("two bundles of one case agree", two.returncode == 0, two.stdout[-800:])
check("a second one of the same is signed anew and agrees", export(
    case, "again.bundle", withheld=True) != full and audit(
    "bundle", *PINS, path("full.bundle"), path("again.bundle")).returncode == 0)

# -- Nothing about a case can be left out --
history = [(number, e) for number, e in enumerate(entries())
           if e.get("case") == exports_logged()[0]["case"]]
check("each entry of a case names the one before it",
      [e.get("previous") for _, e in history] ==
      [None] + [number for number, _ in history][:-1], history)
inside = [json.JSONDecoder().raw_decode(bare[m.start():].decode("latin-1"))[0]
          for m in re.finditer(rb'\{"type":"', bare)]
end = [e.get("bundle") for _, e in history].index(bare[17:33].hex())
check("a bundle has all of them up to its own, also about reports that it "
      "does not show", [e for e in inside if "case" in e] ==
      [e for _, e in history[:end + 1]] and
      sum(e["type"] == "report_taken_over" for e in inside) == 2,
      (inside, history[:end + 1]))

# -- What a court does --
check("another hub's keys refuse it", audit(
    "bundle", "--mod-key", vkey, "--hub-key",
    "other.example/hub+c6ff200d+" + hub_json["log"]["key"].split("+")[2],
    path("full.bundle")).returncode in (1, 2))
random.seed(7)
passed = []
places = {0, 1, 14, 15, 16, len(full) - 1, len(full) - 64, len(full) - 65}
while len(places) < (40 if os.environ.get("SAN") else 120):
    places.add(random.randrange(len(full)))
for at in sorted(places):
    changed = bytearray(full)
    changed[at] ^= 1 << random.randrange(8)
    with open(path("changed"), "wb") as f:
        f.write(changed)
    if accepted("changed") == 0:
        passed.append(at)
check("a bundle with any byte changed is refused", not passed, passed)
for cut in (0, 1, 15, len(full) // 2, len(full) - 1):
    with open(path("changed"), "wb") as f:
        f.write(full[:cut])
    if accepted("changed") == 0:
        passed.append(cut)
check("or cut short", not passed, passed)

# -- Franks again, at each level --
def franks(*words, code=0):
    ran = audit("frank", "--json", *words, code=code)
    return [json.loads(line) for line in ran.stdout.splitlines()]


outsider = franks("--hub-public", w.mod.file("hub.json"), path("full.bundle"))
check("for an outsider it is the hub's signed verdict", len(outsider) == 4 and {
    (f["level"], f["stamp"], f["content"], f["pinned"]) for f in outsider} == {
    ("hub's signed verdict", "holds", "not looked at", True)}, outsider)
hub_itself = franks("--keyring", w.hub.file("keyring"), path("full.bundle"))
check("the hub itself recomputes MACs", {f["level"] for f in hub_itself} ==
      {"MAC recomputed"}, hub_itself)
given = franks("--openings", path("full.bundle"))
check("openings match their tags, and one is withheld", sorted(
    f["content"] for f in given) == ["content matches tag"] * 3 + ["withheld"],
    given)
check("keys of the bundle's own are called that", not any(
    f["pinned"] for f in given) and all("own key" in f["remark"] for f in given))
other = Hub()
with open(path("other.json"), "wb") as f:
    f.write(subprocess.run([B + "/frank", "keyring", "public",
                            other.file("keyring")], check=True,
                           stdout=subprocess.PIPE).stdout)
check("another hub's keyring refuses them", all(
    not f["holds"] for f in franks("--keyring", other.file("keyring"),
                                   path("full.bundle"), code=1)))
check("and so do its public keys", all(
    not f["holds"] for f in franks("--hub-public", path("other.json"),
                                   path("full.bundle"), code=1)))
shutil.copy(w.hub.file("keyring"), path("worn"))
os.chmod(path("worn"), 0o600)
subprocess.run([B + "/frank", "keyring", "destroy", "--epoch", "1", path("worn")],
               check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
worn = franks("--keyring", path("worn"), path("full.bundle"))
check("a destroyed epoch is said, and the verdict stands", {
    f["level"] for f in worn} == {"hub's signed verdict"} and all(
    "destroyed" in f["remark"] for f in worn), worn)
check("a table is for people", "4 messages: 4 MAC recomputed" in audit(
    "frank", "--keyring", w.hub.file("keyring"), path("full.bundle"),
    code=0).stdout)
audit("frank", path("nowhere"), code=3)
audit("frank", w.mod.file("hub.json"), code=1)
audit("frank", code=2)

# -- Who may, and what is logged --
for who in (w.ann, w.ada, w.aud):
    check("%s may not export" % who.name, who.refused(
        "POST", "/v1/cases/%d/exports" % case,
        {"reporter": False, "withheld": False, "why": "x"}) == "role")
    check("nor answer a spot check", who.refused(
        "POST", "/v1/spot-checks", {"size": 1, "beacon": "b", "count": 1,
                                    "auditor": "00" * 32}) == "role")
dora = w.mod.add(w.ada, "dora", "lead", queues=["child_safety"])
check("nor a lead of another queue", dora.refused(
    "POST", "/v1/cases/%d/exports" % case,
    {"reporter": False, "withheld": False, "why": "x"}) == "not-found")
check("a lead of some queues answers no spot check", dora.refused(
    "POST", "/v1/spot-checks", {"size": 1, "beacon": "b", "count": 1,
                                "auditor": "00" * 32}) == "queues")
check("a reason is needed", export(case, "x", why=" ", expect=422)["type"]
      .endswith("why"))
check("an unknown case is not there", export(999, "x", expect=404) and True)
logged = exports_logged()
check("each export is in the log, by pseudonym and bundle", len(logged) == 9 and
      len({e["bundle"] for e in logged}) == 9 and
      all(bytes.fromhex(e["bundle"]) for e in logged) and
      {e["action"] for e in logged} == {"bundle"} and
      [e["reporter"] for e in logged].count(False) == 3, logged)
bundle_id = logged[1]["bundle"]
check("the bundle has the id that the log names",
      full[15 + 2:15 + 2 + 16].hex() == bundle_id)

# -- From the shell --
def shell(person, *words, code=0):
    env = {"PATH": os.environ["PATH"], "HOME": w.mod.folder,
           "FRANK_SERVICE": "unix:" + w.mod.file("mod.sock"),
           "FRANK_SESSION": w.mod.file("session-" + person.name)}
    with open(env["FRANK_SESSION"], "w") as f:
        f.write(person.token + "\n")
    os.chmod(env["FRANK_SESSION"], 0o600)
    ran = subprocess.run([B + "/frank-mod", *map(str, words)], env=env,
                         capture_output=True, text=True, timeout=60)
    if ran.returncode != code:
        check("frank-mod " + " ".join(map(str, words)), False,
              (ran.returncode, ran.stdout[-300:], ran.stderr[-300:]))
    return ran.stdout + ran.stderr


said = shell(w.lea, "export", "--why", "for a court", "--out",
             path("shell.bundle"), "--without-reporter", case)
check("a case is exported from the shell", "1 reports, " in said and
      accepted("shell.bundle") == 0, said)
check("into a file of one's own",
      os.stat(path("shell.bundle")).st_mode & 0o777 == 0o600)
before = len(exports_logged())
check("never over another", "is there already" in shell(
    w.lea, "export", "--why", "x", "--out", path("shell.bundle"), case, code=3)
      and len(exports_logged()) == before)
shell(w.lea, "export", "--out", path("y"), case, code=2)
shell(w.ann, "export", "--why", "x", "--out", path("y"), case, code=1)
check("a refused export leaves no file", not os.path.exists(path("y")))

# -- Spot checks --
texts = ["offer %d" % i for i in range(6)]
cases = [send_report(w, {"sender": MALLORY + "-%d" % i,
                         "messages": [{"text": text}]})
         for i, text in enumerate(texts)]
for c in cases:
    w.open(w.ann, c)
key = path("auditor.key")
audit("spot-check", "key", "init", key, code=0)
check("an auditor's key is his own", os.stat(key).st_mode & 0o777 == 0o600)
public = audit("spot-check", "key", "public", key, code=0).stdout.strip()
check("its public part is told", len(public) == 64)
audit("spot-check", "key", "init", key, code=3)


def newest():
    status, text, _ = w.mod.request("GET", "/log/checkpoint", headers={
        "Authorization": "Bearer " + w.mod.token_of("auditor.token")})
    return text if status == 200 else b"x\n0\n"


def size_of(checkpoint):
    return int(checkpoint.split(b"\n")[1])


count = len(entries())
check("the checkpoint comes", until(lambda: size_of(newest()) >= count))
with open(path("fixed"), "wb") as f:
    f.write(newest())
with open(path("fixed"), "rb") as f:
    size = size_of(f.read())
BEACON = "drand 4512345 8f1c2a"
where = ["--mod", "http://127.0.0.1:%d/log" % w.mod.port, "--mod-key", vkey,
         "--token", w.mod.file("auditor.token"), "--checkpoint", path("fixed"),
         "--beacon", BEACON, "--count", 4]
sample = json.loads(audit("spot-check", "sample", *where, "--json",
                          code=0).stdout)
names = []
opened = [e["case"] for e in entries()[:size] if e["type"] == "report_opened"]
root = bytes.fromhex(sample["root"])
expected = sorted(set(opened), key=lambda n: hashlib.sha256(
    b"frank v1 spot check" + BEACON.encode() + root +
    bytes.fromhex(n)).digest())[:4]
check("the sample is what others derive", sample["cases"] == expected and
      sample["population"] == len(set(opened)) == 8, (sample, expected))
shell(w.lea, "spot-check", "--size", size, "--beacon", BEACON, "--count", 4,
      "--auditor", public, "--out", path("answer"))
logged = [e["case"] for e in exports_logged() if e["action"] == "spot_check"]
check("each case of it is in the log", sorted(logged) == sorted(expected))
with open(path("answer"), "rb") as f:
    answer = f.read()
check("nothing of it can be read by others", not any(
    t.encode() in answer for t in texts + [BOB, MALLORY, "card number"]))
held = audit("spot-check", "open", "--key", key, *where, *PINS[4:],
             path("answer"), code=0)
audit("spot-check", "open", "--key", key, *where, *PINS[4:6], path("answer"),
      code=2)
audit("spot-check", "open", "--key", key, *where, *PINS[6:], path("answer"),
      code=2)
check("the auditor finds that all hold", held.stdout.count(": holds,") == 4 and
      "8 cases had been opened and not purged\n4 sampled: 4 hold, 0 failed" in
      held.stdout and sample["root"] in held.stdout, held.stdout + held.stderr)
lines = [json.loads(line) for line in audit(
    "spot-check", "open", "--key", key, *where, *PINS[4:], "--json", path("answer"),
    code=0).stdout.splitlines()]
check("and what that says of all of them", lines[-1] == {
    "size": size, "root": sample["root"], "population": 8, "sampled": 4,
    "held": 4, "purged": 0, "failed": 0,
    "not_asked_for": 0, "at_most_95": 3, "at_most_99": 4}, lines[-1])
check("reporters are not named", BOB not in held.stdout)


def cheated(what, *more, code=1):
    with open(path("cheat"), "wb") as f:
        f.write(subprocess.run([B + "/tests/respot", key, what, path("answer"),
                                *more], check=True, stdout=subprocess.PIPE).stdout)
    ran = audit("spot-check", "open", "--key", key, *where, *PINS[4:], path("cheat"),
                code=code)
    return ran.stdout + ran.stderr


check("sealed again it holds", "0 failed" in cheated("same", code=0))
check("a case left out is found", "left out of the answer" in cheated("drop"))
check("a case replaced by another is found",
      cheated("swap").count("it is of another case") == 2)
check("a case answered twice is found", "answered twice" in cheated("twice"))
check("a bundle that was changed is found", "1 failed" in cheated("flip"))
check("a case called purged that was not is found",
      "the log does not say that it was purged" in cheated("purged"))
check("another count of cases is found", "counts other cases" in
      cheated("head"))
first = w.mod.database().execute("SELECT number FROM cases WHERE hex(name) = ?",
                                 (sample["cases"][0].upper(),)).fetchone()[0]
export(first, "old.bundle")
check("a bundle that was made for something else is found",
      "it was not made for this spot check" in cheated("old", path("old.bundle")))
other_where = list(where)
other_where[other_where.index(BEACON)] = BEACON + "0"
check("an answer to another beacon is refused", "another beacon" in audit(
    "spot-check", "open", "--key", key, *other_where, *PINS[4:], path("answer"),
    code=1).stderr)


def signed(size, root, key="log.key"):
    """A checkpoint that the log's own key signed."""
    with open(w.mod.file(key)) as f:
        seed = bytes.fromhex(f.read())
    body = b"%s\n%d\n%s\n" % (vkey.split("+")[0].encode(), size,
                              base64.b64encode(root))
    return body + b"\n" + notes.line(
        vkey.split("+")[0], notes.LOG, ed25519.public(seed),
        ed25519.sign(seed, body))


def fixed_otherwise(note, code=1):
    with open(path("other.fixed"), "wb") as f:
        f.write(note)
    ways = list(where)
    ways[ways.index(path("fixed"))] = path("other.fixed")
    return [audit("spot-check", *command, *ways, *last, code=code).stderr
            for command, last in ((("sample",), ()), (
                ("open", "--key", key), (*PINS[4:], path("answer"))))]


check("the tree that was fixed before the beacon is the one", all(
    not said for said in fixed_otherwise(signed(size, root), code=0)))
check("one whose end was made anew since is refused", all(
    "does not go on from --checkpoint" in said for said in
    fixed_otherwise(signed(size, bytes([root[0] ^ 1]) + root[1:]))))
check("and a log that became shorter", all(
    "fewer than --checkpoint" in said for said in
    fixed_otherwise(signed(10 ** 6, root))))
check("what the log's key did not sign is no checkpoint", all(
    fixed_otherwise(signed(size, root)[:-8] + b"AAAAAA=\n", code=1)))
audit("spot-check", "sample", *where[:6], "--size", size, *where[8:], code=2)
audit("spot-check", "key", "init", path("other.key"), code=0)
audit("spot-check", "open", "--key", path("other.key"), *where, *PINS[4:], path("answer"),
      code=1)
with open(path("cheat"), "wb") as f:
    f.write(answer[:200] + bytes([answer[200] ^ 1]) + answer[201:])
audit("spot-check", "open", "--key", key, *where, *PINS[4:], path("cheat"), code=1)
for wrong, name in (({"size": 10 ** 9}, "size"), ({"size": 0}, "size"),
                    ({"count": 0}, "count"), ({"count": 1001}, "count"),
                    ({"beacon": ""}, "beacon"), ({"beacon": "b" * 257}, "beacon"),
                    ({"auditor": "00" * 32}, "auditor"),
                    ({"auditor": "00"}, "auditor"), ({"size": 1}, "empty")):
    got = w.lea.refused("POST", "/v1/spot-checks", {
        "size": size, "beacon": BEACON, "count": 2, "auditor": public, **wrong})
    check("a spot check with a wrong %s is refused" % name, got == name, got)

# -- A reporter's appeal that makes it worse and grave --
def worse(number):
    """Warned; the reporter appeals; cat proposes to suspend."""
    w.open(w.ann, number)
    decided = w.ann.must("POST", "/v1/cases/%d/decide" % number, {
        "policy": "fraud", "outcome": "warn",
        "explanation": "You are warned."})["decision"]
    platform.must("POST", "/v1/platform/appeals", {
        "decision": decided, "by": "reporter", "text": "That is too mild"})
    w.cat.must("POST", "/v1/cases/%d/claim" % number)
    w.cat.must("POST", "/v1/cases/%d/answer" % number, {
        "upheld": False, "why": "It is worse", "policy": "fraud",
        "outcome": "suspend", "explanation": "Your account is suspended."})


for confirms in (True, False):
    number = send_report(w, {"sender": MALLORY + "-worse-%s" % confirms,
                             "messages": [{"text": "pay me"}]})
    worse(number)
    export(number, "worse.bundle")
    check("what is proposed on an appeal is exported, and accepted",
          accepted("worse.bundle") == 0)
    w.lea.must("POST", "/v1/cases/%d/claim" % number)
    w.lea.must("POST", "/v1/cases/%d/review" % number, {
        "confirm": confirms, "why": "I looked at it"})
    export(number, "worse.bundle")
    check("and what a second person said of it", accepted("worse.bundle") == 0)
    if not confirms:
        w.ben.must("POST", "/v1/cases/%d/claim" % number)
        w.ben.must("POST", "/v1/cases/%d/decide" % number, {
            "policy": "fraud", "outcome": "restrict",
            "explanation": "Your account is restricted."})
        export(number, "worse.bundle")
        check("and what was decided in its place",
              accepted("worse.bundle") == 0)

# -- What happens meanwhile is none of it --
overtaken = []
database = w.mod.database()


def count_exports():
    return database.execute(
        "SELECT count(*) FROM log_entries WHERE CAST(entry AS TEXT) LIKE "
        "'{\"type\":\"export\"%'").fetchone()[0]


for i in range(8):
    late = send_report(w, {"sender": MALLORY + "-late-%d" % i,
                           "messages": [{"text": "late %d" % i}]})
    w.open(w.ann, late)
    before = count_exports()
    running = threading.Thread(target=export, args=(late, "late.bundle"))
    running.start()
    end = time.monotonic() + 120
    while count_exports() == before and time.monotonic() < end:
        pass
    w.ann.must("POST", "/v1/cases/%d/decide" % late, {
        "policy": "fraud", "outcome": "warn",
        "explanation": "Decided meanwhile."})
    running.join()
    with open(path("late.bundle"), "rb") as f:
        overtaken.append((accepted("late.bundle"),
                          b"Decided meanwhile." in f.read()))
database.close()
check("a bundle is of the moment of its entry, whatever is decided then",
      overtaken == [(0, False)] * 8, overtaken)

# -- The entry comes first --
log = w.mod.database()  # whole entries take longer to read than an export


def exports_counted():
    return log.execute("SELECT count(*) FROM log_entries WHERE"
                       " CAST(entry AS TEXT) LIKE '%\"type\":\"export\"%'"
                       ).fetchone()[0]


before = exports_counted()
assert before == len(exports_logged())
caught = None
for wait in (0.0005, 0.001, 0.002, 0.004, 0.008, 0.015, 0.03) * 20:
    target = path("killed-%s-%d" % (wait, before))
    child = subprocess.Popen(
        [B + "/frank-mod", "export", "--why", "x", "--out", target, str(case)],
        env={"PATH": os.environ["PATH"], "HOME": w.mod.folder,
             "FRANK_SERVICE": "unix:" + w.mod.file("mod.sock"),
             "FRANK_SESSION": w.mod.file("session-lea")},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while child.poll() is None and time.monotonic() < end and \
            exports_counted() == before:
        pass
    time.sleep(wait if wait > 0.001 else 0)
    w.mod.kill()
    child.wait(30)
    w.mod.start()
    after = exports_counted()
    if os.path.exists(target) and after == before:
        check("no content without its entry", False, wait)
    if after > before and not os.path.exists(target):
        caught = wait
        break
    before = after
check("a crash in between leaves the entry, and no content",
      caught is not None)
log.close()
w.lea.login() if not w.lea.must("GET", "/v1/me") else None

# -- Without the hub --
w.hub.stop()
lonely = export(case, "lonely.bundle")
check("without the hub the bundle is made without its log",
      b'"report_received"' not in lonely and accepted("lonely.bundle") == 0)
said = shell(w.lea, "export", "--why", "x", "--out", path("lonely2"), case)
check("and that is said", "hub's log is not in it" in said, said)
check("in the journal too", "hub-log-not-had" in w.mod.journal())

# -- Before and after the purge --
w.mod.stop()
w.mod.configure(appeal_window="3s")
w.mod.start()
quick = cases[0]
w.lea.must("GET", "/v1/me")
w.ann.must("POST", "/v1/cases/%d/claim" % quick)
hold = w.lea.must("POST", "/v1/cases/%d/legal-hold" % quick, {
    "until": int(time.time() + 86400) * 1000, "why": "to be exported"})["hold"]
w.ann.must("POST", "/v1/legal-holds/%d/confirm" % hold)
w.ann.must("POST", "/v1/cases/%d/decide" % quick, {
    "policy": "fraud", "outcome": "warn", "explanation": "You are warned."})
export(quick, "before.bundle")
w.lea.must("POST", "/v1/legal-holds/%d/end" % hold, {"why": "it was"})
check("the case is purged", until(lambda: w.lea.must(
    "GET", "/v1/cases/%d" % quick)["state"] == "purged"))
check("a bundle from before still proves its history",
      accepted("before.bundle") == 0)
check("after it there is nothing to export", export(
    quick, "x", expect=409)["type"].endswith("purged"))

# -- A sampled case that was purged since --
shell(w.lea, "spot-check", "--size", size, "--beacon", BEACON, "--count", 8,
      "--auditor", public, "--out", path("later"))
where[-1] = 8
late = audit("spot-check", "open", "--key", key, *where, *PINS[4:], path("later"), code=0)
check("a case that was purged since is said to be", "purged since" in late.stdout
      and "7 hold, 0 failed, 1 purged since" in late.stdout, late.stdout)

check("nothing went wrong inside", w.mod.stop() == 0 and not [
    line for line in w.mod.journal().splitlines() if '"error"' in line],
    w.mod.journal()[-1500:])
finish()
