# SPDX-License-Identifier: Apache-2.0
"""The API's description, as served, against the server: the same routes, and each
answer as it says."""

import json
import os
import re
import subprocess
import time

from hub import B, Hub, check, finish, read_reports

try:
    import jsonschema
except ImportError:
    jsonschema = None

hub = Hub(rate_reporter="3/h", listen_private="unix:PRIVATE")
hub.configure(listen_private="unix:" + hub.file("private.sock"))
hub.start()
status, text, headers = hub.get("/openapi.json")
api = json.loads(text)
check("it is served", status == 200 and api["openapi"] == "3.1.0")

with open("reporting/frankd/routes.c") as f:
    routes = {(m.lower(), p) for m, p in
              re.findall(r'\{"(GET|POST)",\s*"([^"]+)"', f.read())}
described = {(m, re.sub(r"\{[^}]+\}$", "", path))
             for path, item in api["paths"].items() for m in item}
check("it has the server's routes, and no others", routes == described,
      repr(routes ^ described))


def resolve(node):
    while "$ref" in node:
        at = api
        for part in node["$ref"].lstrip("#/").split("/"):
            at = at[part]
        node = at
    return node


def find(method, path):
    path = path.split("?")[0]
    for template, item in api["paths"].items():
        pattern = re.sub(r"\{[^}]+\}$", ".+", re.escape(template)
                         .replace(r"\{", "{").replace(r"\}", "}"))
        if re.fullmatch(pattern, path):
            return item.get(method.lower())
    return None


def validate(schema, value):
    if jsonschema is None:
        return
    jsonschema.Draft202012Validator(
        {**schema, "components": api["components"]}).validate(value)


def problems_with(operation, method, path, status, body, headers):
    response = operation["responses"].get(str(status))
    if response is None:
        return "status %d is not described" % status
    response = resolve(response)
    media = headers.get("Content-Type", "").split(";")[0]
    if media not in response["content"]:
        return "media type %s is not described" % media
    for name in response.get("headers", {}):
        if name not in headers:
            return "header %s is missing" % name
    schema = response["content"][media].get("schema", {})
    try:
        if "json" in media:
            value = json.loads(body)
            validate(schema, value)
            if media == "application/problem+json":
                name = value["type"].rsplit(":", 1)[1]
                if name not in api["x-problems"]:
                    return "problem %s is not listed" % name
                if value["status"] != status:
                    return "the problem's status is another"
        elif media == "text/plain":
            validate(schema, body.decode())
    except Exception as e:
        return str(e).split("\n")[0][:300]
    return None


seen = set()
wrong = []


def ask(method, path, body=None, headers=None, private=False, expect=None):
    status, answer, got = hub.request(method, path, body, headers, private)
    operation = find(method, path)
    seen.add((method.lower(), status, path.split("/")[1]))
    problem = (problems_with(operation, method, path, status, answer, got)
               if operation else "no such operation")
    if problem is None and expect is not None and status != expect:
        problem = "%d was expected: %r" % (expect, answer[:200])
    if problem:
        wrong.append("%s %s: %d: %s" % (method, path, status, problem))
    return status, answer


REPORT = {"Content-Type": "application/vnd.frank.report"}
JSON = {"Content-Type": "application/json"}
OCTETS = {"Content-Type": "application/octet-stream"}


def token(name):
    with open(hub.file(name)) as f:
        return {"Authorization": "Bearer " + f.read().strip()}


reports = list(read_reports(hub.make_reports(8)))
bad = list(read_reports(hub.make_reports(1, "bad", "--bad-mac", "1")))[0]
_, answer = ask("POST", "/v1/reports", reports[0], REPORT, expect=202)
ask("POST", "/v1/reports", reports[0], REPORT, expect=202)
other = bytearray(reports[0])
other[-1] ^= 1
ask("POST", "/v1/reports", bytes(other), REPORT, expect=409)
other = bytearray(reports[1])
other[-1] ^= 1
ask("POST", "/v1/reports", bytes(other), REPORT, expect=422)
ask("POST", "/v1/reports", bad, REPORT, expect=422)
ask("POST", "/v1/reports", b"hello", REPORT, expect=400)
ask("POST", "/v1/reports", b"{}", JSON, expect=415)
ask("POST", "/v1/reports", b"", {**REPORT, "Content-Length": "99999999"},
    expect=413)
ask("POST", "/v1/reports", reports[1],
    {**REPORT, "Authorization": "Bearer frank1.x"}, expect=401)
gateway = {**REPORT, **token("gateway.token"),
           "Frank-Reporting-User": "mimi://b.example/u/bob"}
for i, expected in ((1, 202), (2, 202), (3, 202), (4, 429)):
    ask("POST", "/v1/reports", reports[i], gateway, expect=expected)
receipt = "/v1/receipts/" + json.loads(answer)["token"]
ask("GET", receipt, expect=200)
ask("GET", "/v1/receipts/00", expect=404)
ask("GET", "/.well-known/frank", expect=200)
for path in ("/openapi.json", "/livez", "/readyz"):
    ask("GET", path, expect=200)
ask("GET", "/log/checkpoint", expect=404)  # no public one yet
ask("GET", "/log/checkpoint", headers=token("auditor.token"), expect=200)
ask("GET", "/log/checkpoint", private=True, expect=200)
time.sleep(1.5)  # the publisher's turn
ask("GET", "/log/tile/0/000.p/1", headers=token("auditor.token"), expect=200)
ask("GET", "/log/tile/entries/000.p/1", private=True, expect=200)
ask("GET", "/log/tile/0/999", private=True, expect=404)
ask("GET", "/metrics", expect=401)
ask("GET", "/metrics", headers=token("operator.token"), expect=200)
ask("GET", "/metrics", private=True, expect=200)

room = "mimi://hub.example/r/garden"
stamp = {"franking_tag": "00" * 32, "sender": "mimi://a.example/u/a",
         "room": room, "cipher_suite": 1}
ask("POST", "/v1/franks", json.dumps(stamp), JSON, True, 200)
ask("POST", "/v1/franks", json.dumps({**stamp, "room_seq": 5, "seen_seq": 4}),
    JSON, True, 200)
ask("POST", "/v1/franks", json.dumps({**stamp, "cipher_suite": 2}), JSON, True,
    400)
ask("POST", "/v1/franks", b"{", JSON, True, 400)
ask("POST", "/v1/franks", b"\x01", {
    "Content-Type": "application/vnd.frank.stamp-requests"}, True, 400)
ask("POST", "/v1/franks", b"{}", JSON, False, 404)
ask("GET", "/v1/feed", private=True, expect=200)
ask("GET", "/v1/feed?after=1", private=True, expect=200)
ask("GET", "/v1/feed?after=x", private=True, expect=400)
ask("POST", "/v1/feed/ack", b'{"through":1}', JSON, True, 200)
ask("POST", "/v1/feed/ack", b'{"through":99}', JSON, True, 409)
ask("POST", "/v1/feed/ack", b'{}', JSON, True, 400)
ask("GET", receipt, expect=200)
notice = {"report_id": "00" * 16, "state": "decided", "outcome": "warned"}
ask("POST", "/v1/notices", json.dumps({"notices": [notice]}), JSON, True, 200)
ask("POST", "/v1/notices", json.dumps({"notices": [{"report_id": "x"}]}), JSON,
    True, 400)


def mimi(count):
    """An AbuseReport with the sample conversation's first message, or none."""
    content = "tests/vectors/messages/01-offer.cbor"
    tag = json.loads(subprocess.check_output([B + "/frank", "tag", "--json",
                                              content]))
    _, answer = ask("POST", "/v1/franks", json.dumps({
        "franking_tag": tag["franking_tag"], "sender": tag["sender"],
        "room": tag["room"], "cipher_suite": 1}), JSON, True, 200)
    made = json.loads(answer)
    with open(hub.file("frank"), "wb") as f:
        f.write(bytes.fromhex(made["frank"]))
    message = "%s:%s:%d" % (content, hub.file("frank"),
                            made["accepted_timestamp"])
    report = subprocess.check_output(
        [B + "/frank", "report", "mimi", "--abuser", tag["sender"], "--reason",
         "1"] + [message] * count)
    return report, tag["room"]


report, room = mimi(1)
path = "/reportAbuse/" + room.replace(":", "%3A").replace("/", "%2F")
ask("POST", path, report, OCTETS, expect=202)
ask("POST", path, report, OCTETS, expect=202)
ask("POST", "/reportAbuse/elsewhere", mimi(1)[0], OCTETS, expect=422)
ask("POST", path, b"\x00", OCTETS, expect=400)
check("each of %d kinds of answers is as it says" % len(seen), not wrong,
      "\n  ".join([""] + wrong))
if jsonschema is None:
    print("skip bodies: no python3-jsonschema")
hub.stop()
finish()
