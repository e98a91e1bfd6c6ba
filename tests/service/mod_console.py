# SPDX-License-Identifier: Apache-2.0
"""What the console stands on: its files and their headers, evidence, what is a
moderator's own, and calls that a page makes by itself."""

import gzip
import sys

sys.path.insert(0, "tests/console")
from mod import *
from reports import picture, send_report

w = World(stored_shares="on", public_checkpoint="10s")


def case_of(**order):
    return send_report(w, {"messages": [{"text": "hello"}], **order})


# -- Files --
status, page, headers = w.mod.request("GET", "/")
policy = headers["Content-Security-Policy"]
check("the page is there", status == 200 and b"<script type=\"module\"" in page)
check("it may do nothing but what it names", policy.startswith(
    "default-src 'none'; script-src 'self';") and "unsafe" not in policy and
    "require-trusted-types-for 'script'" in policy and
    "frame-ancestors 'none'" in policy, policy)
check("policy, opener, embedder and resource policies once each", all(
    len(headers.get_all(name)) == 1 for name in (
        "Content-Security-Policy", "Cross-Origin-Opener-Policy",
        "Cross-Origin-Embedder-Policy", "Cross-Origin-Resource-Policy")) and
    headers["Cross-Origin-Opener-Policy"] == "same-origin" and
    headers["Cross-Origin-Embedder-Policy"] == "require-corp" and
    headers["Cross-Origin-Resource-Policy"] == "same-origin")
check("nothing of it is cached, and nobody is told where one came from",
      headers["Cache-Control"] == "no-store" and
      headers["Referrer-Policy"] == "no-referrer" and
      headers["X-Content-Type-Options"] == "nosniff")
for name in sorted(os.listdir("moderation/console")):
    status, plain, headers = w.mod.request("GET", "/console/" + name)
    with open("moderation/console/" + name, "rb") as f:
        whole = f.read()
    status2, packed, headers2 = w.mod.request(
        "GET", "/console/" + name, headers={"Accept-Encoding": "br, gzip"})
    if not (status == status2 == 200 and plain == whole and
            gzip.decompress(packed) == whole and
            headers2["Content-Encoding"] == "gzip" and
            headers["Content-Encoding"] is None and
            headers["Content-Security-Policy"] == policy):
        check("file " + name, False, (status, headers))
check("each file is as it is in the sources, with and without gzip", True)
check("others are not there", all(w.mod.request("GET", path)[0] == 404 for path in (
    "/console/none.js", "/console/", "/console", "/index.html", "/favicon.ico")))

# -- Evidence --
case = case_of(messages=[{"type": "image/png", "picture": True}, {"parts": [
    {"name": "a", "text": "text"},
    {"name": "b", "type": "image/svg+xml", "text": "<svg onload='x'/>"},
    {"name": "c", "type": "IMAGE/JPEG; x", "base64": "/9j/"},
    {"name": "d", "type": "text/html", "text": "<script>x</script>"}]}])
w.open(w.ann, case)
report = w.ann.must("GET", "/v1/cases/%d" % case)["report_list"][0]["report"]
look = w.ann.must("POST", "/v1/reports/%d/look" % report)
parts = look["messages"][0]["parts"] + look["messages"][1]["parts"]
check("pictures have an address, texts are texts",
      ["evidence" in p for p in parts] == [True, False, False, True, False] and
      parts[1]["text"] == "text" and "text" not in parts[0], parts)
evidence = parts[0]["evidence"]


def fetch(person, path):
    return w.mod.request("GET", path, headers={
        "Authorization": "Bearer " + person.token})


status, body, headers = fetch(w.ann, evidence)
check("its bytes come as they were sent", status == 200 and body == picture())
check("and are nothing but a picture",
      headers["Content-Type"] == "image/png" and
      headers.get_all("Content-Security-Policy") == ["default-src 'none'; sandbox"]
      and headers["Cross-Origin-Resource-Policy"] == "same-origin" and
      headers["X-Content-Type-Options"] == "nosniff" and
      headers["Cache-Control"] == "no-store", headers)
check("a type is known by its name alone", fetch(w.ann, parts[3]["evidence"])[2]
      ["Content-Type"] == "image/jpeg")
check("nobody else has it by its address", fetch(w.ben, evidence)[0] in (404, 409))
check("nor a lead", fetch(w.lea, evidence)[0] in (404, 409))
start, _, ticket = evidence.rpartition("/")
until_, look_, mac = ticket.split(".")
for what, path in (
        ("another time", "%s/%d.%s.%s" % (start, int(until_) + 1, look_, mac)),
        ("another second look", "%s/%s.7.%s" % (start, until_, mac)),
        ("another mark", "%s/%s.%s.%s" % (start, until_, look_, "0" * 32)),
        ("no mark", "%s/%s.%s." % (start, until_, look_)),
        ("a part that is no picture", evidence.replace("/0/0/", "/1/0/")),
        ("markup that could run", evidence.replace("/0/0/", "/1/1/")),
        ("no such part", evidence.replace("/0/0/", "/1/9/")),
        ("no such message", evidence.replace("/0/0/", "/64/0/"))):
    check("refused: " + what, fetch(w.ann, path)[0] == 404, fetch(w.ann, path)[0])
w.ann.must("POST", "/v1/cases/%d/release" % case)
check("it ends with the claim", fetch(w.ann, evidence)[0] == 409)

# -- One's own --
mine = case_of()
draft = {"note": "half a thought", "decision": {"outcome": "warn"}}
w.ann.must("POST", "/v1/cases/%d/draft" % mine, {"draft": draft})
check("a draft is kept for whoever wrote it", w.ann.must(
    "GET", "/v1/cases/%d" % mine)["draft"] == draft)
check("and for nobody else", "draft" not in w.ben.must(
    "GET", "/v1/cases/%d" % mine))
check("a large one is refused by its size", w.ann.refused(
    "POST", "/v1/cases/%d/draft" % mine, {"draft": {"x": "y" * 40000}}) == "draft")
w.ann.must("POST", "/v1/cases/%d/draft" % mine, {"draft": {}})
check("an empty one drops it", "draft" not in w.ann.must(
    "GET", "/v1/cases/%d" % mine))
likes = {"theme": "dark", "quiet": True, "blur_text": True, "break_minutes": 20,
         "avoid": ["grooming", "spam"]}
w.ann.must("POST", "/v1/preferences", likes)
got = w.ann.must("GET", "/v1/me")["preferences"]
check("preferences are kept", {**got, "avoid": sorted(got["avoid"])} == likes, got)
check("bad ones are refused", [w.ann.refused("POST", "/v1/preferences", {
    **likes, **bad}) for bad in ({"theme": "red"}, {"avoid": ["x"]},
                                 {"avoid": ["spam,fraud"]}, {"avoid": [7]},
                                 {"break_minutes": 481})] ==
      ["theme", "avoid", "avoid", "avoid", "break_minutes"])
day = int(time.time() // 86400)
w.ann.must("POST", "/v1/exposure", {"day": day, "seconds": 30, "images": 2})
check("exposure adds up", w.ann.must("POST", "/v1/exposure", {
    "day": day, "seconds": 12, "images": 0}) == {"seconds": 42, "images": 2})
check("of another day is refused", w.ann.refused("POST", "/v1/exposure", {
    "day": day - 5, "seconds": 1, "images": 0}) == "exposure")
check("nobody else's is in it", w.ben.must("POST", "/v1/exposure", {
    "day": day, "seconds": 0, "images": 0}) == {"seconds": 0, "images": 0})

spam = case_of(reason="spam", sender="mimi://example.com/u/s1")
for c in w.cases(w.lea, "?claim=unclaimed"):
    if c["case"] != spam:
        w.lea.must("POST", "/v1/cases/%d/claim" % c["case"])
check("what one asked to be spared is not given",
      w.ann.ask("POST", "/v1/cases/next")[0] == 404)
check("others get it", w.ben.must("POST", "/v1/cases/next")["case"] == spam)

# -- Cases named one by one --
three = [case_of(sender="mimi://example.com/u/f%d" % i) for i in range(3)]
two = "%d,%d" % (three[0], three[2])
preview = w.ben.must("GET", "/v1/floods/preview?cases=" + two)
check("a selection is previewed", preview["cases"] == 2 and
      preview["some"] == [three[0], three[2]], preview)
done = w.ben.must("POST", "/v1/floods", {
    "filter": {"cases": two}, "digest": preview["digest"], "why": "the same text"})
check("and closed, with no other", done["cases"] == 2 and w.ben.must(
    "GET", "/v1/cases/%d" % three[1])["state"] == "waiting")
check("bad lists are refused", [w.ben.ask("GET", "/v1/cases?cases=" + bad)[0] for bad
                                in ("2,1", "1,1", "x", "1,,2", "-1", "")] ==
      [400] * 6, [w.ben.ask("GET", "/v1/cases?cases=" + bad)[0] for bad
                                in ("2,1", "1,1", "x", "1,,2", "-1", "")])

# -- The log, checked elsewhere --
log = w.aud.must("GET", "/v1/log")
check("the log's key is given", log["key"].startswith(log["origin"] + "+") and
      log["size"] > 0, log)
w.reports(300)
url = "http://127.0.0.1:%d/log" % w.mod.port


def audit(place, key=log["key"]):
    return subprocess.run([B + "/frank-audit", "log", "--json", "--key", key, place],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def public_size():
    status, text, _ = w.mod.request("GET", "/log/checkpoint")
    return int(text.split(b"\n")[1]) if status == 200 else 0


def is_whole():
    """All reports are taken over, the hub knows, and all that is public."""
    count, = w.mod.database().execute(
        "SELECT count(*) FROM log_entries WHERE NOT EXISTS"
        " (SELECT 1 FROM hub_notices)").fetchone()
    return count >= 320 and public_size() == count


check("the public sees the log", until(is_whole, 120))
done = audit(url)
check("frank-audit finds that it holds", done.returncode == 0 and
      json.loads(done.stdout)["size"] >= 320, done)
flipped = "+".join([log["key"].split("+")[0], "00000000", log["key"].split("+", 2)[2]])
check("a key that is none is wrong use", audit(url, flipped).returncode == 2)
check("another's key refuses", audit(url, json.loads(
    w.hub.get("/.well-known/frank")[1])["log"]["key"]).returncode == 1)
check("what is not there is trouble", audit(url + "x").returncode == 3)
with tempfile.TemporaryDirectory() as copy:
    size = public_size()
    files = ["checkpoint", "tile/1/000.p/%d" % (size // 256)] + [
        "tile/0/%03d%s" % (n, "" if size >= 256 * (n + 1) else
                           ".p/%d" % (size % 256))
        for n in range((size + 255) // 256)]
    for name in files:
        os.makedirs(os.path.dirname(os.path.join(copy, name)), exist_ok=True)
        status, data, _ = w.mod.request("GET", "/log/" + name)
        assert status == 200, (name, status)
        with open(os.path.join(copy, name), "wb") as f:
            f.write(data)
    check("a copy in a folder holds as well", audit(copy).returncode == 0)
    for name in files:
        path = os.path.join(copy, name)
        with open(path, "rb") as f:
            good = f.read()
        codes = []
        for bad in (bytes([good[0] ^ 1]) + good[1:], good[:-1] + bytes([good[-1] ^ 1]),
                    good[:-1]):
            with open(path, "wb") as f:
                f.write(bad)
            codes.append(audit(copy).returncode)
        os.unlink(path)
        codes.append(audit(copy).returncode)
        check("%s: flipped, cut, gone" % name,
              codes == [1, 1, 1, 3 if name == "checkpoint" else 1], codes)
        with open(path, "wb") as f:
            f.write(good)

# -- What a page asks by itself --
# With sessions as short as this needs, which others are better without.
w.mod.stop()
w.mod.configure(session_idle="3s")
w.mod.start()
w.cat.login()
status, until_then = 200, time.monotonic() + 60
while status == 200 and time.monotonic() < until_then:
    time.sleep(0.4)
    status = w.cat.ask("GET", "/v1/me", headers={"Frank-Background": "1"})[0]
check("what a page asks by itself keeps no session alive", status == 401, status)
w.mod.stop()
finish()
