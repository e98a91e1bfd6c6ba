# SPDX-License-Identifier: Apache-2.0
"""Every action of the moderators' service from the shell."""

import re

from mod import *

# What may be taken back may be so until the end, however slow the machine.
w = World(retract="6h", statement_delay="6h", stored_shares="on",
          flood_undo="6h")
w.reports(4)
assert until(lambda: len(w.cases()) == 4)


def shell(person, *words, stdin="", code=0):
    """What a command prints; its exit code must be the one given."""
    env = {"PATH": os.environ["PATH"], "HOME": w.mod.folder,
           "FRANK_SERVICE": "unix:" + w.mod.file("mod.sock"),
           "FRANK_SESSION": w.mod.file("session-" + person)}
    ran = subprocess.run([B + "/frank-mod", *map(str, words)], env=env,
                         input=stdin, capture_output=True, text=True,
                         timeout=60)
    if ran.returncode != code:
        check("frank-mod " + " ".join(map(str, words)), False,
              (ran.returncode, ran.stdout[-300:], ran.stderr[-300:]))
    return ran.stdout + (ran.stderr if code else "")


def get(person, *words, **more):
    return json.loads(shell(person, *words, "--json", **more))


check("without a session one is told so", "Log in first" in
      shell("nobody", "queue", code=1))
for person in (w.ann, w.ben, w.lea, w.ada):
    shell(person.name, "login", "--stdin", person.name,
          stdin=PASSWORD + "\n" + person.codes.pop() + "\n")
check("a session is in a file that is his own", os.stat(
    w.mod.file("session-ann")).st_mode & 0o777 == 0o600)
check("a wrong password is refused", "wrong" in shell(
    "eve", "login", "--stdin", "ann", stdin="no\n000000\n", code=1))
check("me", "reviewer" in shell("ann", "me"))
check("queues", get("ann", "queues")["queues"])
cases = get("ann", "queue", "--most", "2")
check("the queue comes in pages", len(cases["cases"]) == 2 and cases["next"])
check("and goes on", len(get("ann", "queue", "--after", cases["next"])
                         ["cases"]) == 2)
case = get("ann", "next")["case"]
check("a case is shown", "state: claimed" in shell("ann", "show", case))
check("a claim of another's is refused", "Somebody else" in shell(
    "ben", "claim", case, code=1))
get("ann", "extend", case)
get("ann", "hold", "--until", "1d", "--why", "a long one", case)
get("ann", "hand-over", "--to", "ben", "--why", "his language", case)
get("ben", "release", case)
get("ann", "claim", case)
report = get("ann", "show", case)["report_list"][0]["report"]
request = get("ann", "ask", "--report", report, "--why", "see", case)["request"]
check("a request is seen by holders", get("ben", "requests")["requests"])
get("ben", "refuse", "--why", "not sure", request)
get("ann", "withdraw", request)
request = get("ann", "ask", "--report", report, "--why", "see", case)["request"]
check("a consent is made here, and uploaded", "holder 1 consented" in shell(
    "ann", "consent-to", "--share", share_file(w.hub, 1), "--request", request))
shell("ben", "share", "keep", "--stdin", share_file(w.hub, 2), stdin=PASSWORD + "\n")
get("ben", "agree", request)
look = shell("ann", "look", report)
check("what is proven is shown", "(reported): proven, matches" in look, look)
shell("ann", "look", "--out", w.mod.file("opened"), report)
check("contents go to files", os.path.getsize(
    w.mod.file("opened/message-0.content")) > 10)
check("for their owner alone", os.stat(
    w.mod.file("opened/message-0.content")).st_mode & 0o777 == 0o600)
shell("ben", "look", report, code=1)
shell("ann", "reporter", "--why", "is it a name", report, code=1)
get("ann", "note", "--text", "-", case, stdin="looks like fraud")
policy = next(p["id"] for p in get("ann", "book", "show")["book"]["policies"]
              if p["severity"] != "grave")
decide = ["decide", "--policy", policy, "--outcome", "suspend",
          "--explanation", "-"]
check("a preview does nothing", get("ann", *decide, "--preview", case,
                                    stdin="You broke a rule.")["grave"])
check("a blank left unfilled is refused", "blank" in shell(
    "ann", *decide, case, stdin="You broke {rule}.", code=1))
get("ann", *decide, case, stdin="You broke a rule.")
get("ben", "claim", case)
get("ben", "review", "--return", "--why", "too harsh", case)
get("ann", "claim", case)
get("ann", "decide", "--policy", policy, "--outcome", "warn", "--explanation",
    "-", case, stdin="You broke a rule.")
shell("ann", "retract", "--why", "wait", case)
decision = get("ann", "decide", "--policy", policy, "--outcome", "warn",
               "--explanation", "-", case, stdin="You broke a rule.")["decision"]
platform = w.mod.anyone()
platform.token = w.mod.token_of("platform.token")
platform.must("POST", "/v1/platform/appeals", {
    "decision": decision, "by": "accused", "text": "no"})
get("lea", "claim", case)
get("lea", "appeal", "--uphold", "--why", "it stands", case)
check("one is told when a case is purged", "is purged at" in
      shell("lea", "purge", case))
sender = get("ann", "queue")["cases"][0]["sender"]
flood = get("lea", "flood", "preview", "--sender", sender)
get("lea", "flood", "close", "--filter", "sender=" + sender, "--digest",
    flood["digest"], "--why", "spam")
number = get("lea", "flood", "list")["floods"][0]["flood"]
check("a flood is undone", get("lea", "flood", "undo", number)["cases"] > 0)
hold = get("lea", "legal-hold", "ask", "--until", "30d", "--why", "court",
           case)["hold"]
shell("lea", "legal-hold", "confirm", hold, code=1)
get("ben", "legal-hold", "confirm", hold)
get("lea", "legal-hold", "end", "--why", "over", hold)
shell("ann", "second-look", code=1)
check("statistics", get("admin", "stats")["lines"] and shell(
    "admin", "stats", "--format", "csv").startswith("day,queue,measure"))
added = get("admin", "account", "add", "--name", "eve", "--shown", "Eve",
            "--role", "reviewer", "--role", "lead")
check("an account is added", any(a["name"] == "eve" for a in
                                 get("admin", "account", "list")["accounts"]))
get("admin", "account", "change", "--shown", "Eve B", "--role", "auditor",
    added["account"])
again = get("admin", "account", "reset", added["account"])
enrolled = subprocess.Popen(
    [B + "/frank-mod", "enrol", "--stdin", "--service", "unix:" + w.mod.file("mod.sock")],
    stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
enrolled.stdin.write(again["invitation"] + "\n" + PASSWORD + "\n")
enrolled.stdin.flush()
seen = ""
while "uri:" not in seen:
    seen += enrolled.stdout.readline()
secret = re.search(r"secret: (\w+)", seen).group(1)
code = subprocess.run([B + "/frank-mod", "totp", "-"], input=secret, text=True,
                      capture_output=True).stdout.strip()
check("a code is that of the standard", code in (totp(secret), totp(
    secret, step=-1)))
out = enrolled.communicate(code + "\n")[0]
check("a first login works from the shell", enrolled.returncode == 0 and
      "recovery_codes" in out, out)
get("admin", "account", "end", added["account"])
get("ann", "search", "keep", "--name", "mine", "--query", "claim=mine")
check("a search is kept", get("ann", "searches")["searches"] == [
    {"name": "mine", "query": "claim=mine"}])
get("ann", "search", "drop", "--name", "mine")
get("ann", "people"), get("ann", "quorums")
get("admin", "holder", "--quorum", w.quorum, "--holder", 3)
shell("ben", "share", "drop", "--quorum", w.quorum, "--holder", 2)
with open(w.mod.file("book.json"), "w") as f:
    json.dump(get("ann", "book", "show")["book"], f)
check("a book is put into force", get("lea", "book", "set", "--after", 1,
                                      "--book", w.mod.file("book.json"))
      ["version"] == 2)
shell("ann", "password", "--stdin", stdin="%s\n%s\n%s\n" % (
    PASSWORD, "another good password", w.ann.codes.pop()))
shell("ann", "logout")
check("after that there is no session", "Log in" in
      shell("ann", "queue", code=1))
check("wrong use is said", shell("ann", "claim", code=2) and
      shell("ann", "claim", "x", code=2) and shell("ann", "queue", "--no",
                                                  code=2))
check("a service that is not there is trouble", shell(
    "ann", "queue", "--service", "unix:/nowhere", code=3))
# Text of strangers does no harm to a terminal.
w.ada.must("POST", "/v1/accounts", {"name": "zoe", "shown": "Zoe", "roles":
                                    ["reviewer"]})
w.ben.must("POST", "/v1/cases/next", {})
mine = w.cases(w.ben, "?claim=mine")[0]["case"]
w.ben.must("POST", "/v1/cases/%d/notes" % mine, {"text": "a\u202eb\tc\u200bd"})
shown = shell("ben", "show", mine)
check("hostile text is escaped", "\u202e" not in shown and "\t" not in shown and
      "\\x" in shown, shown[-300:])
finish()
