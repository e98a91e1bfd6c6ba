# SPDX-License-Identifier: Apache-2.0
"""The API's description, as served, against the server: the same routes, and each
answer as it says."""

import glob
import http.client
import json
import re
import signal
import socket
import subprocess

from hub import (B, Hub, UnixConnection, check, finish, free_port,
                 read_reports, until)

try:
    import jsonschema
except ImportError:
    jsonschema = None

hub = Hub(rate_reporter="3/h")
hub.tcp = free_port()
hub.configure(listen_private="unix:%s, 127.0.0.1:%d" % (
    hub.file("private.sock"), hub.tcp))
hub.start()
status, text, headers = hub.get("/openapi.json")
api = json.loads(text)
check("it is served", status == 200 and api["openapi"] == "3.1.0")

with open("reporting/frankd/routes.c") as f:
    routes = {(method.lower(), path, "private" if scope == "HTTP_PRIVATE" else
               "public") for method, path, scope in
              re.findall(r'\{"(GET|POST)",\s*"([^"]+)",\s*(\w+)', f.read())}
described = {(method, re.sub(r"\{[^}]+\}$", "", path), operation["tags"][0])
             for path, item in api["paths"].items()
             for method, operation in item.items()}
check("it has the server's routes, and no others", routes == described,
      repr(routes ^ described))


def names_in(node):
    """The names of problems that are listed somewhere below."""
    if isinstance(node, str):
        found = re.fullmatch(r"urn:frank:problem:([a-z0-9-]+)", node)
        return {found[1]} if found else set()
    children = (node.values() if isinstance(node, dict) else
                node if isinstance(node, list) else ())
    return set().union(*map(names_in, children))


check("each name of a problem is explained, and each that is occurs",
      names_in(api) == set(api["x-problems"]),
      repr(names_in(api) ^ set(api["x-problems"])))
if jsonschema is not None:
    for schema in api["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def resolve(node):
    while "$ref" in node:
        at = api
        for part in node["$ref"].lstrip("#/").split("/"):
            at = at[part]
        node = at
    return node


def find(method, path):
    """The operation of a path; HEAD is where GET is."""
    method = "get" if method == "HEAD" else method.lower()
    for template, item in api["paths"].items():
        pattern = re.sub(r"\{[^}]+\}$", ".*", re.escape(template)
                         .replace(r"\{", "{").replace(r"\}", "}"))
        if re.fullmatch(pattern, path.split("?")[0]):
            return item.get(method) or next(iter(item.values()))
    return None


def validate(schema, value):
    if jsonschema is not None:
        jsonschema.Draft202012Validator(
            {**schema, "components": api["components"]}).validate(value)


def header_trouble(response, headers):
    for name, header in response["headers"].items():
        header = resolve(header)
        if name in headers:
            validate(header["schema"], headers[name])
        elif header.get("required"):
            return "header %s is missing" % name
    for name in ("Location", "Retry-After", "Allow"):
        if name in headers and name not in response["headers"]:
            return "header %s is not described" % name
    return None


def body_trouble(content, media, status, body):
    if media not in content:
        return "media type %r is not described" % media
    schema = content[media].get("schema", {})
    if "json" in media:
        value = json.loads(body)
        validate(schema, value)
        if media == "application/problem+json":
            name = value["type"].rsplit(":", 1)[1]
            if name not in names_in(schema):
                return "the problem %s is not listed" % name
            if value["status"] != status:
                return "the problem's status is another"
    elif media == "text/plain":
        validate(schema, body.decode())
    return None


def trouble(operation, method, status, body, headers):
    if operation is None:
        return "no such operation"
    if str(status) not in operation["responses"]:
        return "the status is not described"
    response = resolve(operation["responses"][str(status)])
    media = headers.get("Content-Type", "").split(";")[0]
    try:
        what = header_trouble(response, headers)
        if what is None and method != "HEAD":
            what = body_trouble(response["content"], media, status, body)
        return what
    except Exception as e:
        return str(e).split("\n")[0][:300]


seen = set()
wrong = []


def judge(method, path, status, answer, headers, expect):
    operation = find(method, path)
    what = trouble(operation, method, status, answer, headers)
    if what is None and status != expect:
        what = "%d was expected: %r" % (expect, answer[:200])
    if what is None:
        seen.add((operation["operationId"], status))
    else:
        wrong.append("%s %s: %d: %s" % (method, path, status, what))
    return answer


def ask(method, path, body=None, headers=None, private=False, expect=200,
        to=None):
    status, answer, got = (to or hub).request(method, path, body, headers,
                                              private)
    return judge(method, path, status, answer, got, expect)


def ask_raw(method, path, text, expect, port=None):
    """Sends bytes as they are, over TCP."""
    with socket.create_connection(("127.0.0.1", port or hub.port), 30) as s:
        s.sendall(text)
        answer = http.client.HTTPResponse(s, method=method)
        answer.begin()
        judge(method, path, answer.status, answer.read(), answer.headers,
              expect)


REPORT = {"Content-Type": "application/vnd.frank.report"}
JSON = {"Content-Type": "application/json"}
OCTETS = {"Content-Type": "application/octet-stream"}
STAMPS = {"Content-Type": "application/vnd.frank.stamp-requests"}


def token(name):
    with open(hub.file(name)) as f:
        return {"Authorization": "Bearer " + f.read().strip()}


def changed(report):
    return report[:-1] + bytes([report[-1] ^ 1])

# ---- Heads, at each route ---------------------------------------------------


for template, item in api["paths"].items():
    for method in (m.upper() for m in item):
        path = re.sub(r"\{[^}]+\}$", "x", template)
        line = "%s %s HTTP/1.1\r\n" % (method, path)
        host = "Host: hub\r\n"
        for text, expect in (
                (line + "\r\n", 400), (line + host * 2 + "\r\n", 400),
                (line + host + "\n", 400), (line + "Host: hub\n\r\n", 400),
                (line + host + "Authorization: a\r\n" * 2 + "\r\n", 400),
                (line + host + "Upgrade: x\r\n\r\n", 400),
                (line + host + "Content-Length: x\r\n\r\n", 400),
                (line + host + "Expect: x\r\n\r\n", 417),
                (line + host + "Transfer-Encoding: chunked\r\n\r\n", 501),
                (line + host + "A: b\r\n" * 70 + "\r\n", 431),
                (line + host + "A: " + "b" * 9000 + "\r\n\r\n", 431),
                (line.replace("1.1", "2.0") + host + "\r\n", 505),
                ("%s %s?%s HTTP/1.1\r\n%s\r\n" % (method, path, "x" * 3000,
                                                  host), 414)):
            ask_raw(method, path, text.encode(), expect)
        private = item[method.lower()]["tags"] == ["private"]
        if method == "POST":
            ask_raw(method, path, (line + host + "\r\n").encode(), 411)
            ask("GET", path, private=private, expect=405)
            ask("POST", path, b"x", {"Content-Type": "x/y"}, private, 415)
            ask("POST", path, b"", {**OCTETS, "Content-Length": "99999999"},
                private, 413)
        else:
            ask("POST", path, b"", private=private, expect=405)
            ask("GET", path, b"body", private=private, expect=413)
        if private:
            ask(method, path, b"{}" if method == "POST" else None, JSON,
                expect=404)
            status = http.client.HTTPConnection("127.0.0.1", hub.tcp)
            status.request(method, path, b"{}" if method == "POST" else None,
                           JSON)
            answer = status.getresponse()
            judge(method, path, answer.status, answer.read(), answer.headers,
                  401)
            status.close()
# Hasty for this one alone: the others may be slow.
for limit in ("1s", "10s"):
    hub.stop()
    hub.configure(header_timeout=limit)
    hub.start()
    if limit == "1s":
        ask_raw("GET", "/livez", b"GET /livez HTTP/1.1\r\n", 408)

# ---- Reports ----------------------------------------------------------------

reports = list(read_reports(hub.make_reports(8)))
bad = list(read_reports(hub.make_reports(1, "bad", "--bad-mac", "1")))[0]
answer = ask("POST", "/v1/reports", reports[0], REPORT, expect=202)
again = ask("POST", "/v1/reports", reports[0], REPORT, expect=202)
check("the same report has the same answer", answer == again)
ask("POST", "/v1/reports", changed(reports[0]), REPORT, expect=409)
ask("POST", "/v1/reports", changed(reports[1]), REPORT, expect=422)
ask("POST", "/v1/reports", bad, REPORT, expect=422)
ask("POST", "/v1/reports", b"hello", REPORT, expect=400)
ask("POST", "/v1/reports", reports[1], {**REPORT, "Authorization": "Basic x"},
    expect=401)
ask("POST", "/v1/reports", reports[1],
    {**REPORT, "Authorization": "Bearer frank1.x"}, expect=401)
gateway = {**REPORT, **token("gateway.token"),
           "Frank-Reporting-User": "mimi://b.example/u/bob",
           "Frank-Signals": "first-contact"}
for i, expect in ((1, 202), (2, 202), (3, 202), (4, 429)):
    ask("POST", "/v1/reports", reports[i], gateway, expect=expect)
receipt = "/v1/receipts/" + json.loads(answer)["token"]
ask("GET", receipt)
ask("HEAD", receipt)
ask("GET", "/v1/receipts/00", expect=404)

# ---- What the hub says about itself -----------------------------------------

metrics = ask("GET", "/metrics", private=True).decode()
for path in ("/.well-known/frank", "/openapi.json", "/livez", "/readyz"):
    ask("GET", path)
    ask("HEAD", path)
    ask("GET", path, private=True)
ask("GET", "/metrics", expect=401)
ask("GET", "/metrics", headers=token("auditor.token"), expect=401)
ask("GET", "/metrics", headers=token("operator.token"))

assert until(hub.log_is_signed)
ask("GET", "/log/checkpoint", private=True)
ask("GET", "/log/checkpoint", expect=404)  # no public one yet
ask("GET", "/log/checkpoint", headers=token("auditor.token"))
ask("GET", "/log/checkpoint?public=1", headers=token("auditor.token"),
    expect=404)
ask("GET", "/log/checkpoint?public=1", private=True, expect=404)
ask("GET", "/log/tile/0/000.p/1", headers=token("auditor.token"))
ask("GET", "/log/tile/entries/000.p/1", private=True)
ask("GET", "/log/tile/0/999", private=True, expect=404)
ask("GET", "/log/tile/0/000.p/1", expect=404)

# ---- The relay and the moderation side --------------------------------------

room = "mimi://hub.example/r/garden"
stamp = {"franking_tag": "00" * 32, "sender": "mimi://a.example/u/a",
         "room": room, "cipher_suite": 1}
far = {**stamp, "accepted_timestamp": 1}


def ask_stamp(request, expect=200):
    return ask("POST", "/v1/franks", json.dumps(request), JSON, True, expect)


ask_stamp(stamp)
ask_stamp({**stamp, "room_seq": 5, "seen_seq": 4})
for wrong_one in ({"cipher_suite": 2}, {"key": 9}, {"franking_tag": "0"},
                  {"room": ""}, {"sender": "x" * 1025},
                  {"accepted_timestamp": 1}, {"room_seq": 1, "seen_seq": 1}):
    ask_stamp({**stamp, **wrong_one}, 400)
ask_stamp({}, 400)
ask_stamp({**stamp, "transcript": True}, 400)
ask("POST", "/v1/seen", json.dumps({"seen": [
    {"room": room, "device": "phone", "seq": 1}]}), JSON, True, 409)
ask("POST", "/v1/franks", b"{", JSON, True, 400)
ask("POST", "/v1/franks", b" " * 20000, JSON, True, 400)
ask("POST", "/v1/franks", b"\x01", STAMPS, True, 400)
uri = b"mimi://a.example/u/a"
one = (bytes(32) + (bytes([len(uri)]) + uri) * 2 + bytes(8) + b"\0\1" +
       bytes(4) + b"\0")
batch = b"\1\0" + bytes([0x40 | len(one) >> 8, len(one) & 255]) + one
ask("POST", "/v1/franks", batch, STAMPS, True)
ask("POST", "/v1/franks", batch + b"\0", STAMPS, True, 400)

feed = json.loads(ask("GET", "/v1/feed", private=True))
check("the feed has what was taken in", len(feed["items"]) == 4)
ask("GET", "/v1/feed?after=1", private=True)
for after in ("x", "", "-1", "99999999999999999999"):
    ask("GET", "/v1/feed?after=" + after, private=True, expect=400)
ask("POST", "/v1/feed/ack", b'{"through":1}', JSON, True)
ask("POST", "/v1/feed/ack", b'{"through":99}', JSON, True, 409)
for body in (b"{}", b"{", b'{"through":-1}', b'{"through":1,"through":1}'):
    ask("POST", "/v1/feed/ack", body, JSON, True, 400)
ask("GET", receipt)
known = json.loads(answer)["report_id"]
notices = [{"report_id": "00" * 16, "state": "decided", "outcome": "warned"},
           {"report_id": known, "state": "decided", "outcome": "warned",
            "discloses_nothing": True}]
said = json.loads(ask("POST", "/v1/notices", json.dumps({"notices": notices}),
                      JSON, True))
check("who is unknown is named", said == {"taken": 1, "unknown": ["00" * 16]})
for notice in ({}, {"report_id": "x"}, {"report_id": known, "state": "open"},
               {"report_id": known, "outcome": "Warned!"},
               {"report_id": known, "discloses_nothing": 1}):
    ask("POST", "/v1/notices", json.dumps({"notices": [notice]}), JSON, True,
        400)
for body in (b"{}", b"{", b'{"notices":1}',
             json.dumps({"notices": notices * 501}).encode()):
    ask("POST", "/v1/notices", body, JSON, True, 400)
check("a receipt says what was decided", json.loads(
    ask("GET", receipt))["outcome"] == "warned")

# ---- MIMI -------------------------------------------------------------------


def mimi(count, *more, to=hub):
    """An AbuseReport with the sample conversation's first message, or none."""
    content = "tests/vectors/messages/01-offer.cbor"
    tag = json.loads(subprocess.check_output([B + "/frank", "tag", "--json",
                                              content]))
    made = json.loads(ask("POST", "/v1/franks", json.dumps({
        "franking_tag": tag["franking_tag"], "sender": tag["sender"],
        "room": tag["room"], "cipher_suite": 1}), JSON, True, to=to))
    with open(hub.file("frank"), "wb") as f:
        f.write(bytes.fromhex(made["frank"]))
    message = "%s:%s:%d" % (content, hub.file("frank"),
                            made["accepted_timestamp"])
    report = subprocess.check_output(
        [B + "/frank", "report", "mimi", "--abuser", tag["sender"], "--reason",
         "1", *more] + [message] * count)
    return report, "/reportAbuse/" + tag["room"].replace(
        ":", "%3A").replace("/", "%2F")


report, path = mimi(1)
ask("POST", path, report, OCTETS, expect=202)
ask("POST", path, report, OCTETS, expect=202)
ask("POST", path, report, {"Content-Type": "application/mimi-abuse-report"},
    expect=202)
ask("POST", path, report, {**OCTETS, "Authorization": "Bearer x"}, expect=401)
ask("POST", path, mimi(1, "--reporter", "mimi://b.example/u/eve")[0], OCTETS,
    expect=403)
ask("POST", "/reportAbuse/elsewhere", mimi(1)[0], OCTETS, expect=422)
ask("POST", "/reportAbuse/", report, OCTETS, expect=400)
ask("POST", path, b"\x00", OCTETS, expect=400)
ask("POST", path, mimi(1)[0],
    {**gateway, **OCTETS}, expect=429)
try:
    ask("POST", path, mimi(0)[0], OCTETS, expect=202)
except subprocess.CalledProcessError:
    print("skip an AbuseReport without messages: frank makes none")

# ---- An epoch that ends -----------------------------------------------------

late = mimi(1)[0]
subprocess.run([B + "/frank", "keyring", "destroy", "--epoch", "1",
                hub.file("keyring")], check=True, capture_output=True)
hub.process.send_signal(signal.SIGHUP)
assert until(lambda: '"reloaded"' in hub.journal())
ask("POST", "/v1/reports", reports[5], REPORT, expect=410)
ask("POST", path, late, OCTETS, expect=410)
ask_stamp(stamp, 400)
ask("GET", "/.well-known/frank")
hub.stop()

# ---- A hub that numbers messages ---------------------------------------------


def ask_seen(body, expect=200, to=hub):
    return ask("POST", "/v1/seen", json.dumps(body), JSON, True, expect, to=to)


counting = Hub(room_numbers="on")
counting.start()
ask("POST", "/v1/franks", json.dumps({**stamp, "transcript": True,
                                      "device": "phone"}), JSON, True,
    to=counting)
for wrong_one in ({"transcript": True, "room_seq": 1}, {"room_seq": 1},
                  {"transcript": 1}, {"device": "phone"}):
    ask("POST", "/v1/franks", json.dumps({**stamp, **wrong_one}), JSON, True,
        400, to=counting)
place = {"room": room, "device": "phone"}
ask_seen({"seen": [{**place, "seq": 1}, {**place, "seq": 2}],
          "left": [place]}, to=counting)
for body in ({}, {"seen": []}, {"seen": 1}, {"seen": [place]},
             {"seen": [{**place, "device": "", "seq": 1}]},
             {"left": [place] * 1001}):
    ask_seen(body, 400, counting)
counting.stop()

# ---- A hub without room, moderators, tokens ---------------------------------

full = Hub(min_free="1024GiB", quorum="", operator_token="",
           room_numbers="on")
full.start(wait=False)


def is_live():
    try:
        return full.get("/livez")[0] == 200
    except OSError:
        return False


assert until(is_live)
ask("GET", "/readyz", expect=503, to=full)
ask("GET", "/metrics", expect=404, to=full)
report = list(read_reports(full.make_reports(1)))[0]
ask("POST", "/v1/reports", report, REPORT, expect=507, to=full)
ask("POST", "/v1/franks", json.dumps({**stamp, "transcript": True}), JSON,
    True, 507, to=full)
ask_seen({"seen": [{**place, "seq": 0}]}, 507, full)
report, path = mimi(1, to=full)
ask("POST", path, report, OCTETS, expect=503, to=full)
full.stop()

check("each of %d kinds of answers is as it says" % len(seen), not wrong,
      "\n  ".join([""] + wrong))
operations = {o["operationId"]: o for i in api["paths"].values()
              for o in i.values()}
check("each operation was done, and refused", all(
    {s // 100 for o, s in seen if o == name} >= {2, 4}
    for name in operations))

# ---- docs/HUB.md ------------------------------------------------------------

with open("docs/HUB.md") as f:
    page = f.read()
said = set()
for name in [name for folder in ("frankd", "service", "store")
             for name in glob.glob("reporting/%s/*.c" % folder)]:
    with open(name) as f:
        text = f.read()
    said |= set(re.findall(r'JOURNAL_[A-Z]+,\s*"([a-z-]+)"', text))
missing = {e for e in said if "`%s`" % e not in page.split("## 11.")[1]}
check("docs/HUB.md tells each of %d events of the journal" % len(said),
      len(said) > 12 and not missing, repr(missing))
missing = {path for path in api["paths"]
           if re.sub(r"\{path\}", "...", path) not in page}
check("and each path", not missing, repr(missing))
names = set(re.findall(r"frankd_[a-z_]+", page))
missing = {n for n in names if n not in metrics}
check("and only metrics that there are", names and not missing, repr(missing))
missing = {n for n in re.findall(r'reason="([a-z-]+)"', page)
           if 'reason="%s"' % n not in metrics}
check("with reasons that there are", not missing, repr(missing))
if jsonschema is None:
    print("skip bodies: no python3-jsonschema")
finish()
