# SPDX-License-Identifier: Apache-2.0
"""A life of the services, and what an auditor finds in their two logs; and what
nobody can find in them."""

import re
import sys

sys.path.insert(0, "tests/console")
from mod import *
from reports import send_report

w = World(retract="8s", statement_delay="8s", appeal_window="16s", claim="90s",
          request="12s", flood_undo="60s")
hub_url = "http://127.0.0.1:%d/log" % w.hub.port
mod_url = "http://127.0.0.1:%d/log" % w.mod.port
hub_key = json.loads(w.hub.get("/.well-known/frank")[1])["log"]["key"]
mod_key = w.ada.must("GET", "/v1/log")["key"]
texts = set()  # whatever somebody wrote
receipts = []
work = tempfile.mkdtemp(prefix="frank-audit-")
atexit.register(shutil.rmtree, work, True)


def file(name):
    return os.path.join(work, name)


def said(text):
    texts.add(text)
    return text


def run(*arguments):
    p = subprocess.run([B + "/frank-audit", *arguments], capture_output=True,
                       text=True)
    return p.returncode, p.stdout, p.stderr


def rules(*more, hub=hub_url, quorum=True):
    return run("rules", "--hub", hub, "--hub-key", hub_key, "--hub-token",
               w.hub.file("auditor.token"), "--mod", mod_url, "--mod-key",
               mod_key, "--mod-token", w.mod.file("auditor.token"),
               *(["--quorum", w.hub.file("quorum/quorum.pub")] if quorum
                 else []), "--appeal-days", "0", *more)


# ---- A life ----------------------------------------------------------------------
def agree(person, holder, request, report):
    """As a holder does it outside, who keeps his receipt."""
    status, sealed = person.ask(
        "POST", "/v1/requests/%d/reports/%d" % (request, report), {})
    assert status == 200, sealed
    name = file("%d-%d" % (report, holder))
    with open(name + ".sealed", "wb") as f:
        f.write(sealed)
    subprocess.run([B + "/frank-mod", "consent", "--share",
                    share_file(w.hub, holder), "--receipt", name + ".receipt",
                    "--out", name + ".consent", name + ".sealed"], check=True,
                   stderr=subprocess.DEVNULL)
    receipts.append((holder, name + ".receipt"))
    with open(name + ".consent", "rb") as f:
        secret = f.read().hex()
    with open(name + ".receipt", "rb") as f:
        receipt = f.read().hex()
    person.must("POST", "/v1/requests/%d/consents" % request,
                {"report": report, "consent": secret, "receipt": receipt})


def reports_of(case):
    return [r["report"] for r in
            w.lea.must("GET", "/v1/cases/%d" % case)["report_list"]]


def ask(who, case):
    return who.must("POST", "/v1/cases/%d/ask" % case,
                    {"reports": reports_of(case)[:1],
                     "why": said("to see what was written")})["request"]


def open_case(who, case):
    who.must("POST", "/v1/cases/%d/claim" % case)
    request = ask(who, case)
    agree(w.ann, 1, request, reports_of(case)[0])
    agree(w.ben, 2, request, reports_of(case)[0])
    who.must("POST", "/v1/reports/%d/look" % reports_of(case)[0])
    return reports_of(case)[0]


def state(case):
    return w.lea.must("GET", "/v1/cases/%d" % case)["state"]


def decide(who, case, outcome):
    return who.must("POST", "/v1/cases/%d/decide" % case,
                    {"policy": policy, "outcome": outcome,
                     "explanation": said("Your account broke our rules, "
                                         "number %d." % case)})["decision"]


w.reports(7)
check("reports are taken over", until(lambda: len(w.cases()) >= 6))
cases = [c["case"] for c in w.cases()]
policy = next(p["id"] for p in w.ann.must("GET", "/v1/book")["book"]["policies"]
              if p["severity"] != "grave")
connection = w.mod.database()
names = {v for row in connection.execute("SELECT sender, room FROM cases")
         for v in row}
ids = {row[0] for row in connection.execute("SELECT report_id FROM reports")}
connection.close()

# Of somebody who gives his name, with a note and what they wrote to each other:
# read by two holders, his name shown, noted, decided, appealed by him in vain.
REPORTER = "mimi://c.example/u/bertram-who-reports"
ACCUSED = "mimi://d.example/u/malvina-the-accused"
ROOM = "mimi://hub.example/r/the-garden-of-roses"
named = send_report(w, {
    "sender": ACCUSED, "room": ROOM, "reporter": REPORTER,
    "note": said("She writes this to each of us"),
    "messages": [{"text": said("Send me your money at once")},
                 {"text": said("I will not do that"), "sender": REPORTER},
                 {"text": said("What I keep to myself"), "withheld": True}]})
names |= {v.encode() for v in (REPORTER, ACCUSED, ROOM)}
report = open_case(w.ann, named)
w.ann.must("POST", "/v1/reports/%d/reporter" % report,
           {"why": said("To ask him for the rest of it")})
w.ann.must("POST", "/v1/cases/%d/notes" % named,
           {"text": said("A beginner's trick, seen last week")})
decision = decide(w.ann, named, "warn")
platform = w.mod.anyone()
platform.token = w.mod.token_of("platform.token")
platform.must("POST", "/v1/platform/appeals",
              {"decision": decision, "by": "reporter",
               "text": said("That is too mild for what she did")})
w.cat.must("POST", "/v1/cases/%d/claim" % named)
w.cat.must("POST", "/v1/cases/%d/answer" % named,
           {"upheld": True, "why": said("The first time is a warning")})
check("what was given to holders and shown is in the log", {
    json.loads(e)["action"] for (e,) in w.mod.database().execute(
        "SELECT entry FROM log_entries")
    if json.loads(e)["type"] == "identity_revealed"} ==
    {"sealed_given", "revealed"})
# Suspended, confirmed, appealed, overturned.
open_case(w.ann, cases[0])
decision = decide(w.ann, cases[0], "suspend")
w.ben.must("POST", "/v1/cases/%d/claim" % cases[0])
w.ben.must("POST", "/v1/cases/%d/review" % cases[0], {"confirm": True})
platform = w.mod.anyone()
platform.token = w.mod.token_of("platform.token")
platform.must("POST", "/v1/platform/appeals",
              {"decision": decision, "by": "accused",
               "text": said("It was a joke among friends")})
w.cat.must("POST", "/v1/cases/%d/claim" % cases[0])
w.cat.must("POST", "/v1/cases/%d/answer" % cases[0],
           {"upheld": False, "why": said("A warning is enough here"),
            "policy": policy, "outcome": "warn",
            "explanation": said("You are warned, and that is all.")})
# Proposed, returned, decided, taken back, decided.
open_case(w.ann, cases[1])
decide(w.ann, cases[1], "escalate")
w.cat.must("POST", "/v1/cases/%d/claim" % cases[1])
w.cat.must("POST", "/v1/cases/%d/review" % cases[1],
           {"confirm": False, "why": said("That is too much for it")})
w.ann.must("POST", "/v1/cases/%d/claim" % cases[1])
decide(w.ann, cases[1], "restrict")
w.ann.must("POST", "/v1/cases/%d/retract" % cases[1],
           {"why": said("A slip of the hand")})
decide(w.ann, cases[1], "no_action")
# Asked in vain, refused, handed over, held, released.
w.cat.must("POST", "/v1/cases/%d/claim" % cases[2])
request = ask(w.cat, cases[2])
w.ben.must("POST", "/v1/requests/%d/refuse" % request,
           {"why": said("I know one of these people")})
w.cat.must("POST", "/v1/requests/%d/withdraw" % request)
request = ask(w.cat, cases[2])
w.ann.must("POST", "/v1/requests/%d/refuse" % request,
           {"why": said("No need to see it")})
w.ben.must("POST", "/v1/requests/%d/refuse" % request,
           {"why": said("Nor do I see one")})
w.cat.must("POST", "/v1/cases/%d/hand-over" % cases[2],
           {"to": "ann", "why": said("She speaks the language")})
w.ann.must("POST", "/v1/cases/%d/hold" % cases[2],
           {"until": int(time.time() * 1000) + 3600000,
            "why": said("It waits for a lawyer")})
w.lea.must("POST", "/v1/cases/%d/release" % cases[2])
# A legal hold by two people.
open_case(w.cat, cases[3])
decide(w.cat, cases[3], "warn")
until_ms = int(time.time() * 1000) + 30000
hold = w.lea.must("POST", "/v1/cases/%d/legal-hold" % cases[3],
                  {"until": until_ms,
                   "why": said("A court asked for it")})["hold"]
w.ann.must("POST", "/v1/legal-holds/%d/confirm" % hold)
# A request that expires.
w.ben.must("POST", "/v1/cases/%d/claim" % cases[4])
request = ask(w.ben, cases[4])
# The rest is a flood, closed and opened again.
preview = w.ann.must("GET", "/v1/floods/preview")
flood = w.ann.must("POST", "/v1/floods",
                   {"filter": {}, "digest": preview["digest"],
                    "why": said("The same text a hundred times")})["flood"]
w.lea.must("POST", "/v1/floods/%d/undo" % flood)
bad = bytearray(next(read_reports(w.hub.make_reports(1, "bad"))))
bad[-1] ^= 1
check("a report that was changed is refused", w.hub.report(bytes(bad))[0] > 400)
w.hub.stop()  # the count of refusals is in its last words
w.hub.start()
check("what nobody answers expires", until(lambda: state(cases[4]) !=
                                           "consent_asked"))
check("what is over is purged", until(lambda: state(cases[0]) == "purged" and
                                      state(cases[1]) == "purged"))
w.ada.must("POST", "/v1/accounts/%d/change" % w.aud.account,
           {"shown": "Aud", "roles": ["auditor"]})
w.ada.must("POST", "/v1/accounts/%d/end" % w.aud.account, {})
assert until(lambda: w.hub.log_is_signed() and w.mod.log_is_signed())

# ---- The rules were kept ------------------------------------------------------------
code, out, err = rules("--html", file("page.html"))
check("the rules were kept", code == 0, out[-1500:] + err)
check("it says of each rule how much it looked at", re.search(
    r"^opened-by-quorum +[1-9][0-9]* +0$", out, re.M), out)
page = open(file("page.html")).read()
check("the page stands alone", page.startswith("<!DOCTYPE html>") and
      "<svg" in page and "<script" not in page and "http://" not in page and
      "https://" not in page and "url(" not in page)
check("and says that all is well", "No rule was broken" in page)
code, out, err = rules("--json")
lines = [json.loads(line) for line in out.splitlines()]
check("as JSON, a line each", code == 0 and
      [x["log"] for x in lines if x["what"] == "log"] == ["hub", "mod"] and
      len([x for x in lines if x["what"] == "rule"]) > 20 and
      not [x for x in lines if x["what"] == "finding"], err)
idle = [x["rule"] for x in lines if x["what"] == "rule" and not x["entries"]]
check("each rule had something to look at", not idle, idle)

# ---- From where the last run ended -----------------------------------------------------
code, out, err = rules("--state", file("state"))
check("a run can be remembered", code == 0, err)
known = max(c["case"] for c in w.cases(w.lea))
w.reports(1)
check("and another report comes", until(
    lambda: max(c["case"] for c in w.cases(w.lea)) > known))
assert until(lambda: w.hub.log_is_signed() and w.mod.log_is_signed())
code, out, err = rules("--state", file("state"), "--json")
parts = {x["log"]: x for x in map(json.loads, out.splitlines())
         if x["what"] == "log"}
check("the next one goes on from there", code == 0 and
      0 < parts["mod"]["from"] < parts["mod"]["size"], out[-1500:] + err)
code, out, err = rules("--state", file("state"), "--take-over-hours", "1")
check("with the same limits alone", code == 3 and "other limits" in err, err)

# ---- What breaks a rule is found ---------------------------------------------------------
code, out, err = rules("--grave", "warn,suspend", "--json")
found = [x for x in map(json.loads, out.splitlines())
         if x["what"] == "finding"]
check("what the auditor calls grave needs two", code == 1 and
      {x["rule"] for x in found} == {"second-reviewer"}, out[-600:])
code, out, err = rules("--clock-seconds", "0", "--take-over-hours", "0",
                       "--html", file("bad.html"))
check("what was late is found", code == 1 and
      "taken-over-in-time: " in out, out[-600:])
check("on the page too", "class=\"list\"" in open(file("bad.html")).read())
code, out, err = rules(quorum=False)
check("without a quorum it is wrong use", code == 2, err)
code, out, err = rules(hub=hub_url + "x")
check("a log that cannot be had is trouble", code == 3 and not out, err)
code, out, err = run("rules", "--hub", hub_url, "--hub-key", hub_key, "--mod",
                     mod_url, "--mod-key", mod_key, "--quorum",
                     w.hub.file("quorum/quorum.pub"))
check("entries are for auditors", code == 3 and not out, err)
code, out, err = run("rules", "--hub", hub_url, "--hub-key", mod_key,
                     "--hub-token", w.hub.file("auditor.token"), "--mod",
                     mod_url, "--mod-key", mod_key, "--quorum",
                     w.hub.file("quorum/quorum.pub"))
check("by another key it does not hold", code == 1 and not out, err)

# ---- A holder's receipts -------------------------------------------------------------------
mod = ["--mod", mod_url, "--mod-key", mod_key, "--mod-token",
       w.mod.file("auditor.token")]
mine = [name for holder, name in receipts if holder == 1]
code, out, err = run("receipts", *mod, "--holder", "1", "--quorum",
                     w.hub.file("quorum/quorum.pub"), *mine)
check("a holder finds all of his receipts, and no other", code == 0 and
      out.count(": in the log, entry ") == len(mine) > 2, out + err)
code, out, err = run("receipts", *mod, "--holder", "1", "--quorum",
                     w.hub.file("quorum/quorum.pub"), *mine[1:])
check("he is told of one that he did not give", code == 1 and
      "made with his share" in out, out + err)
subprocess.run([B + "/frank-mod", "consent", "--share", share_file(w.hub, 3),
                "--receipt", file("unused"), "--out", file("unused.consent"),
                mine[0].replace(".receipt", ".sealed")], check=True,
               stderr=subprocess.DEVNULL)
code, out, err = run("receipts", *mod, file("unused"), mine[0])
check("and of one that is not in the log", code == 1 and
      out.count("NOT in the log") == 1, out + err)
code, out, err = run("receipts", *mod, mine[0], mine[1], mine[0])
check("one given twice is one", code == 0 and
      out.count(": in the log, entry ") == 2, out + err)
code, out, err = run("receipts", *mod, "--json", *mine)
check("as JSON", code == 0 and all(json.loads(x)["in_log"]
                                   for x in out.splitlines()))
code, out, err = run("receipts", *mod)
check("there must be something to look for", code == 2, err)


# ---- The logs name nobody ------------------------------------------------------------------
def entries(path):
    c = sqlite3.connect("file:%s?mode=ro" % path, uri=True)
    found = [bytes(row[0]) for row in
             c.execute("SELECT entry FROM log_entries ORDER BY number")]
    c.close()
    return found


def words():
    """All that names somebody, or was said."""
    people = {"ann", "ben", "cat", "lea", "aud"}  # "admin" is a role, too
    users = {n.decode() for n in names}
    users |= {n.rsplit("/", 1)[-1] for n in users}
    plain = {x.encode() for x in texts | users | people}
    return plain | names | {b"canary-of-a-message"} | ids


def hashes(word, keys):
    yield hashlib.sha256(word).digest()
    yield hashlib.sha1(word).digest()
    yield hashlib.md5(word).digest()
    yield hashlib.sha512(word).digest()
    yield hashlib.blake2b(word, digest_size=32).digest()
    for prefix in (b"\0", b"\1", b"frank", b"frank:"):
        yield hashlib.sha256(prefix + word).digest()
    for key in keys:
        yield hmac.new(key, word, hashlib.sha256).digest()
        yield hashlib.sha256(key + word).digest()


def look_for(text, dictionary, keys):
    """What of the dictionary the text has: as it is, or as the beginning of a
    hash of it, in hexadecimal or base64."""
    lower = text.lower()
    for word in dictionary:
        # Three letters are in any long row of digits.
        if len(word) > 4 and (word in text or word.hex().encode() in lower or
                              base64.b64encode(word)[:-4] in text):
            yield word
            continue
        for h in hashes(word, keys):
            if h[:8].hex().encode() in lower or \
                    base64.b64encode(h)[:11] in text or \
                    base64.urlsafe_b64encode(h)[:11] in text:
                yield word
                break


hub_entries = entries(w.hub.file("data/hub.db"))
mod_entries = entries(w.mod.file("data/mod.db"))
every = b"\n".join(hub_entries + mod_entries)
nonces = {bytes.fromhex(x.decode()) for x in
          re.findall(rb'"nonce":"([0-9a-f]{32})"', every)}
with open(w.hub.file("log.key"), "rb") as f:
    log_key = f.read().strip()
keys = {b"", bytes(16), bytes(32), b"frank", b"salt", b"hub", b"moderation",
        b"frank.example/hub", b"frank.example/moderation", log_key} | nonces
dictionary = words()
check("the dictionary has what was said and by whom",
      len(dictionary) > 35 and len(every) > 20000, len(dictionary))
named = set(look_for(every, dictionary, keys))
check("neither log has any of it, nor a hash", not named, named)
word = sorted(names)[0]
for what, leak in (
        ("in clear", word), ("in hexadecimal", word.hex().encode()),
        ("in base64", base64.b64encode(word)),
        ("as SHA-256", hashlib.sha256(word).hexdigest().encode()),
        ("half of SHA-256", hashlib.sha256(word).hexdigest()[:32].encode()),
        ("as HMAC under the entry's nonce", base64.b64encode(
            hmac.new(sorted(nonces)[0], word, hashlib.sha256).digest()))):
    check("one %s would be found" % what,
          word in set(look_for(every + b"\n" + leak, {word}, keys)))
check("people are pseudonyms in it", not [
    e for e in mod_entries
    if not re.fullmatch(r"service|[0-9a-f]{16}",
                        json.loads(e).get("by", "service"))])

if len(sys.argv) > 1:  # for whoever wants to see the pages
    shutil.copy(file("page.html"), sys.argv[1] + "/page.html")
    shutil.copy(file("bad.html"), sys.argv[1] + "/bad.html")
check("both end as they should", w.mod.stop() == 0 and w.hub.stop() == 0)
finish()
