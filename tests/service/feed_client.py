# SPDX-License-Identifier: Apache-2.0
"""The moderation side's end of the feed against a real frankd: what it reads is
what the hub says to others."""

import base64
import json
import subprocess

from hub import B, Hub, check, finish, free_port, read_reports, until

DONE, AWAY, REFUSED, MALFORMED = range(4)
KINDS = ["anonymous", "named", "vouched"]
SOURCES = ["sealed", "mimi"]

port = free_port()
hub = Hub(public_checkpoint="10s")
hub.configure(listen_private="unix:%s, 127.0.0.1:%d" % (
    hub.file("private.sock"), port))
hub.start()
with open(hub.file("private.token")) as f:
    token = f.read().strip()


def ask(*words, where=None, bearer="-"):
    done = subprocess.run([B + "/tests/pull_feed",
                           where or hub.file("private.sock"), bearer,
                           *map(str, words)], capture_output=True)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def same(after):
    """Whether a page reads as the hub says it."""
    says = json.loads(hub.get("/v1/feed?after=%d" % after, private=True)[1])
    code, text, why = ask("pull", after)
    if code != DONE:
        print("# " + why)
        return False
    read = json.loads(text)
    for item in says["items"]:
        item["reporter"] = KINDS.index(item["reporter"])
        item["source"] = SOURCES.index(item["source"])
        for name in ("verdict", "report"):
            item[name] = base64.b64decode(item[name], validate=True).hex()
        item["fault"] = 0
    return read == says


path = hub.make_reports(300)
check("an empty feed is read", same(0))
hub.load(path)
check("pages are read as the hub writes them", same(0) and same(256)
      and same(300))
code, text, _ = ask("pull", 0)
page = json.loads(text)
check("there is more behind a full page", page["more"]
      and len(page["items"]) == 256)
sent = {r.hex() for r in read_reports(path)}
check("reports are the bytes that were sent",
      {i["report"] for i in page["items"]} <= sent)

check("through more than there is: refused",
      ask("ack", 301)[::2] == (REFUSED, ask("ack", 301)[2])
      and ask("ack", 301)[2].startswith("409 "))
check("an acknowledgement", ask("ack", page["next"])[:2] == (DONE, "256\n"))
check("made again it drops nothing", ask("ack", page["next"])[:2]
      == (DONE, "0\n"))
check("the others are still there", same(0))

ids = [i["report_id"] for i in page["items"][:3]]
code, text, _ = ask("decide", ids[0], "ff" * 16, ids[1])
check("notices: what is unknown comes back", (code, text) == (
    DONE, "%s known\n%s unknown\n%s known\n" % (ids[0], "ff" * 16, ids[1])))

code, text, why = ask("public")
mine, other = json.loads(text or "{}"), json.loads(
    hub.get("/.well-known/frank")[1])
check("the hub's public part", code == DONE
      and other.pop("time") >= mine.pop("time") and mine == other, why)
assert until(hub.log_is_signed)
code, text, why = ask("checkpoint")
check("the newest checkpoint", code == DONE and len(text.splitlines()) == 5
      and int(text.splitlines()[1]) >= 556, text + why)

url = "http://127.0.0.1:%d" % port
check("over TCP with the token", ask("pull", 256, where=url, bearer=token)[0]
      == DONE)
code, _, why = ask("pull", 0, where=url)
check("without it: refused, and why", code == REFUSED
      and why.startswith("401 the hub answers 401"), why)
check("with another one: refused", ask("pull", 0, where=url,
                                       bearer="x" * 32)[0] == REFUSED)
code, _, why = ask("pull", 0, where="http://127.0.0.1:%d" % hub.port,
                   bearer=token)
check("a public listener has no feed: refused", code == REFUSED
      and why.startswith("404 "), why)
code, _, why = ask("pull", 0, where="http://127.0.0.2:%d" % free_port())
check("nobody there: away", code == AWAY and why.startswith("0 "), why)
hub.stop()
check("a hub that has ended is away", ask("pull", 0)[0] == AWAY)
finish()
