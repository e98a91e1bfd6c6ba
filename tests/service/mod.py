# SPDX-License-Identifier: Apache-2.0
"""A real frank-mod serve beside a real frankd, and people who use it."""

import atexit
import base64
import gc
import hashlib
import hmac
import http.client
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import struct
import subprocess
import tempfile
import time

from hub import (B, Hub, UnixConnection, check, finish, free_port, read_reports,
                 until)

PASSWORD = "correct horse battery staple"


def totp(secret, now=None, step=0):
    """RFC 6238, from the text that a device is given."""
    key = base64.b32decode(secret)
    count = int((now or time.time()) // 30) + step
    mac = hmac.new(key, struct.pack(">Q", count), hashlib.sha1).digest()
    at = mac[-1] & 15
    return "%06d" % ((struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff) %
                     1000000)


class Description:
    """The API's description, which each answer that anybody gets is held
    against."""

    def __init__(self):
        with open("moderation/serve/openapi.json") as f:
            self.api = json.load(f)
        self.paths = [(re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(p))),
                       p) for p in self.api["paths"]]
        try:
            import jsonschema
            self.schemas = jsonschema
        except ImportError:
            self.schemas = None
            print("skip answers as they are described: no jsonschema", flush=True)

    def operation(self, method, path):
        """The name, "GET /v1/cases/{case}", and what is said of it; of a path
        that is not described None, None."""
        path = path.split("?")[0]
        for pattern, name in self.paths:
            said = self.api["paths"][name].get(method.lower())
            if pattern.fullmatch(path) and said:
                return method + " " + name, said
        return None, None

    def fault(self, operation, body, status, answer):
        """What of an exchange is not as it is described."""
        response = operation["responses"].get(str(status))
        if response is None:
            response = self.api["components"]["responses"]["problem"]
            body = None  # it was refused: it may have been wrong
        schemas = [(answer, content["schema"])
                   for media, content in response["content"].items()
                   if media.endswith("json") and "schema" in content]
        if isinstance(answer, bytes):
            schemas = []
            if all(m.endswith("json") for m in response["content"]):
                return "not JSON"
        if body is not None and "requestBody" in operation:
            schemas.append((body, operation["requestBody"]["content"]
                            ["application/json"]["schema"]))
        for value, schema in schemas:
            try:
                self.schemas.validate(value, schema)
            except self.schemas.ValidationError as error:
                return str(error)[:300]
        return None

    def hold(self, method, path, body, status, answer):
        name, operation = self.operation(method, path)
        if self.schemas and operation and not isinstance(body, (bytes, str)):
            fault = self.fault(operation, body, status, answer)
            if fault:
                check("%s answers as it is described" % name, False,
                      (status, fault))


description = Description()


class Mod:
    def __init__(self, hub, folder=None, **settings):
        self.hub = hub
        self.folder = folder or tempfile.mkdtemp(prefix="frank-mod-")
        if folder is None:
            atexit.register(shutil.rmtree, self.folder, True)
        self.port = free_port()
        self.process = None
        self.log = self.file("journal")
        self.steps = {}
        subprocess.run([B + "/frank-mod", "init", "--hub", hub.folder,
                        "--quorum", hub.file("quorum/quorum.pub"), self.folder],
                       check=True, stdout=subprocess.DEVNULL)
        with open(self.file("hub.json"), "wb") as f:
            f.write(hub.get("/.well-known/frank")[1])
        self.configure(**settings)
        atexit.register(self.kill)

    def file(self, name):
        return os.path.join(self.folder, name)

    def configure(self, **settings):
        lines = {"listen": "127.0.0.1:%d" % self.port, "hub-every": "100ms",
                 "connections-per-address": "1024"}
        if os.environ.get("SAN"):
            lines["sandbox"] = "off"  # as the hub's, see World
        lines.update({k.replace("_", "-"): v for k, v in settings.items()})
        with open(self.file("frank-mod.conf")) as f:
            kept = [line for line in f if line.split("=")[0].strip() not in lines]
        with open(self.file("frank-mod.conf"), "w") as f:
            f.writelines(kept)
            for k, v in lines.items():
                f.write("%s = %s\n" % (k, v))

    def start(self, wait=True, prefix=()):
        self.prefixed = bool(prefix)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*prefix, B + "/frank-mod", "serve", "--config",
                 self.file("frank-mod.conf")], stderr=log)
        if wait:
            self.wait()
        return self

    def wait(self, seconds=60):
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            if self.process.poll() is not None:
                raise RuntimeError("frank-mod ended with %d: %s" % (
                    self.process.returncode, self.journal()[-800:]))
            try:
                if self.request("GET", "/readyz")[0] == 200:
                    return time.monotonic() - begun
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.01)
        raise RuntimeError("frank-mod does not start: " + self.journal()[-800:])

    def pid(self):
        pid = self.process.pid
        if self.prefixed:
            with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
                pid = int(f.read().split()[0])
        return pid

    def kill(self, sig=signal.SIGKILL):
        # A connection of ours that is still open would have those to come read
        # the next run's database by the shared memory of this one.
        gc.collect()
        if self.process is not None and self.process.poll() is None:
            try:
                os.kill(self.pid(), sig)
            except (OSError, IndexError):
                pass  # it has just ended by itself
            self.process.wait(60)

    def stop(self):
        self.kill(signal.SIGTERM)
        return self.process.returncode

    def journal(self):
        if not os.path.exists(self.log):
            return ""
        with open(self.log, errors="replace") as f:
            return f.read()

    def request(self, method, path, body=None, headers=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            c.request(method, path, body, headers or {})
            answer = c.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            c.close()

    def database(self):
        return sqlite3.connect("file:%s?mode=ro" % self.file("data/mod.db"),
                               uri=True)

    def log_is_signed(self):
        """Whether the newest checkpoint covers all that is in the log."""
        count, = self.database().execute(
            "SELECT count(*) FROM log_entries").fetchone()
        status, text, _ = self.request("GET", "/log/checkpoint", headers={
            "Authorization": "Bearer " + self.token_of("auditor.token")})
        return status == 200 and int(text.split(b"\n")[1]) >= count

    def token_of(self, name):
        with open(self.file(name)) as f:
            return f.read().strip()

    # -- People --

    def anyone(self):
        return Person(self, None, None)

    def admin(self):
        """The first account, from the file that the service leaves."""
        with open(self.file("data/first-login")) as f:
            return self.enrol(f.read().strip())

    def enrol(self, invitation, password=PASSWORD):
        answer = self.anyone().must("POST", "/v1/enrol",
                                    {"invitation": invitation,
                                     "password": password})
        person = Person(self, answer["name"], answer["secret"])
        person.password = password
        person.codes = self.anyone().must(
            "POST", "/v1/enrol/confirm",
            {"invitation": invitation, "code": totp(person.secret)}
        )["recovery_codes"]
        person.login()
        return person

    def add(self, admin, name, *roles, queues=None):
        body = {"name": name, "shown": name.capitalize(), "roles": list(roles)}
        if queues is not None:
            body["queues"] = queues
        return self.enrol(admin.must("POST", "/v1/accounts", body)["invitation"])


class Person:
    def __init__(self, mod, name, secret):
        self.mod, self.name, self.secret = mod, name, secret
        self.token = None
        self.account = None
        self.codes = []
        self.password = PASSWORD

    def login(self):
        # A code works once: there are ten on paper for tests in a hurry.
        code = self.codes.pop() if self.codes else totp(self.secret)
        answer = self.must("POST", "/v1/login",
                           {"name": self.name, "password": self.password,
                            "code": code})
        self.token = answer["token"]
        self.account = answer["me"]["account"]
        return self

    def ask(self, method, path, body=None, headers=None):
        """Status, and the answer as JSON (or bytes)."""
        h = dict(headers or {})
        if method == "POST":
            h.setdefault("Content-Type", "application/json")
            h.setdefault("Frank-Request", "1")
        if self.token:
            h.setdefault("Authorization", "Bearer " + self.token)
        h = {k: v for k, v in h.items() if v is not None}
        data = None
        if method == "POST":
            data = body if isinstance(body, (bytes, str)) else json.dumps(body or {})
        status, text, _ = self.mod.request(method, path, data, h)
        try:
            answer = json.loads(text)
        except ValueError:
            answer = text
        description.hold(method, path, (body or {}) if method == "POST" else None,
                         status, answer)
        return status, answer

    def must(self, method, path, body=None):
        status, answer = self.ask(method, path, body)
        if status != 200:
            raise AssertionError("%s %s: %d %s" % (method, path, status, answer))
        return answer

    def refused(self, method, path, body=None):
        """The problem's name."""
        status, answer = self.ask(method, path, body)
        if status == 200:
            return "200"
        return answer.get("type", "").rsplit(":", 1)[-1] if isinstance(
            answer, dict) else str(status)


def consent(mod, person, request, share, report=None):
    """Makes consents outside, as a holder does, and uploads them; gives how
    many."""
    count = 0
    for r in person.must("GET", "/v1/requests")["requests"]:
        if r["request"] != request:
            continue
        for item in r["reports"]:
            if report not in (None, item["report"]):
                continue
            status, sealed = person.ask(
                "POST", "/v1/requests/%d/reports/%d" % (request, item["report"]))
            assert status == 200, sealed
            with tempfile.TemporaryDirectory() as folder:
                def path(name):
                    return os.path.join(folder, name)
                with open(path("sealed"), "wb") as f:
                    f.write(sealed if isinstance(sealed, bytes) else b"")
                subprocess.run([B + "/frank-mod", "consent", "--share", share,
                                "--receipt", path("receipt"), "--out",
                                path("consent"), path("sealed")], check=True)
                with open(path("consent"), "rb") as f:
                    secret = f.read().hex()
                with open(path("receipt"), "rb") as f:
                    receipt = f.read().hex()
            person.must("POST", "/v1/requests/%d/consents" % request,
                        {"report": item["report"], "consent": secret,
                         "receipt": receipt})
            count += 1
    return count


def in_memory(mod, *needles):
    """Which bytes stand in the service's writable memory; None: that cannot be
    read here."""
    found = set()
    if os.environ.get("SAN"):
        return None  # its memory is too large to read
    try:
        with open("/proc/%d/maps" % mod.pid()) as maps, open(
                "/proc/%d/mem" % mod.pid(), "rb", 0) as mem:
            for line in maps:
                span, rights = line.split()[:2]
                if "rw" not in rights or "[v" in line:
                    continue
                begin, end = (int(x, 16) for x in span.split("-"))
                try:
                    mem.seek(begin)
                    data = mem.read(end - begin)
                except OSError:
                    continue
                found |= {n for n in needles if n in data}
    except PermissionError:
        return None
    return found


def share_file(hub, n):
    return hub.file("quorum/holder-%d.share" % n)


class World:
    """Hub, moderation, and a team: three reviewers who hold the shares, a
    lead, an admin, an auditor."""

    def __init__(self, **settings):
        folder = settings.pop("folder", None)
        # The leak checker cannot work in a confined program.
        confined = {"sandbox": "off"} if os.environ.get("SAN") else {}
        self.hub = Hub(**confined).start()
        self.mod = Mod(self.hub, folder, **settings).start()
        self.ada = self.mod.admin()
        self.ann = self.mod.add(self.ada, "ann", "reviewer")
        self.ben = self.mod.add(self.ada, "ben", "reviewer")
        self.cat = self.mod.add(self.ada, "cat", "reviewer")
        self.lea = self.mod.add(self.ada, "lea", "lead")
        self.aud = self.mod.add(self.ada, "aud", "auditor")
        quorum = self.ada.must("GET", "/v1/quorums")["quorums"][0]["quorum"]
        self.quorum = quorum
        for n, person in enumerate((self.ann, self.ben, self.cat), 1):
            self.ada.must("POST", "/v1/holders",
                          {"quorum": quorum, "holder": n,
                           "account": person.account})

    def reports(self, count, *more):
        path = self.hub.make_reports(count, "reports-%d" % time.monotonic_ns(),
                                     *more)
        for sealed in read_reports(path):
            status, answer, _ = self.hub.report(sealed)
            assert status == 202, answer
        return path

    def cases(self, who=None, query=""):
        return (who or self.ann).must("GET", "/v1/cases" + query)["cases"]

    def open(self, who, case):
        """Claims a case and has it opened by ann's and ben's shares."""
        who.must("POST", "/v1/cases/%d/claim" % case)
        reports = [r["report"] for r in
                   who.must("GET", "/v1/cases/%d" % case)["report_list"]]
        request = who.must("POST", "/v1/cases/%d/ask" % case,
                           {"reports": reports[:1], "why": "to see it"})["request"]
        consent(self.mod, self.ann, request, share_file(self.hub, 1))
        consent(self.mod, self.ben, request, share_file(self.hub, 2))
        return reports[0]
