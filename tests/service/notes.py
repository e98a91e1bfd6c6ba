# SPDX-License-Identifier: Apache-2.0
"""Logs, checkpoints, cosignatures and witnesses by themselves: RFC 6962, C2SP
signed-note, tlog-checkpoint, tlog-cosignature."""

import base64
import hashlib
import http.client
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import atexit

import ed25519
from hub import B, free_port, until
from log import leaf, root

DASH = "\u2014 ".encode()
LOG, COSIGNER = b"\x01", b"\x04"


def b64(data):
    return base64.b64encode(data).decode()


def key_id(name, kind, key):
    return hashlib.sha256(name.encode() + b"\n" + kind + key).digest()[:4]


def vkey(name, kind, key):
    return "%s+%s+%s" % (name, key_id(name, kind, key).hex(), b64(kind + key))


def read_vkey(text):
    name, _, data = text.split("+", 2)
    data = base64.b64decode(data)
    return name, data[:1], data[1:]


def line(name, kind, key, signature):
    return DASH + (name + " " + b64(key_id(name, kind, key) + signature)
                   + "\n").encode()


def proof(hashes, old):
    """RFC 6962, section 2.1.2: that the tree goes on from its first `old`."""
    def part(old, hashes, whole):
        if old == len(hashes):
            return [] if whole else [root(hashes)]
        k = 1
        while 2 * k < len(hashes):
            k *= 2
        if old <= k:
            return part(old, hashes[:k], whole) + [root(hashes[k:])]
        return part(old - k, hashes[k:], False) + [root(hashes[:k])]
    return part(old, hashes, True) if old else []


class Log:
    """A log of ours: its hashes, and its key."""

    def __init__(self, origin, size=64, seed=None):
        self.origin = origin
        self.seed = seed or hashlib.sha256(origin.encode()).digest()
        self.key = ed25519.public(self.seed)
        self.vkey = vkey(origin, LOG, self.key)
        self.hashes = [leaf(b"%d" % i) for i in range(size)]
        self.made = {}

    def fork(self, at):
        """The same log, in which entry `at` is another."""
        other = Log(self.origin, len(self.hashes), self.seed)
        other.hashes[at] = leaf(b"another")
        return other

    def body(self, size, extension=""):
        return ("%s\n%d\n%s\n%s" % (self.origin, size,
                                    b64(root(self.hashes[:size])),
                                    extension)).encode()

    def checkpoint(self, size, extension=""):
        if (size, extension) not in self.made:
            body = self.body(size, extension)
            self.made[size, extension] = body + b"\n" + line(
                self.origin, LOG, self.key, ed25519.sign(self.seed, body))
        return self.made[size, extension]

    def request(self, old, size, hashes=None, checkpoint=None):
        if hashes is None:
            hashes = proof(self.hashes[:size], old)
        return ("old %d\n" % old + "".join(b64(h) + "\n" for h in hashes)
                + "\n").encode() + (checkpoint or self.checkpoint(size))


def cosignatures(note, keys):
    """Which of the verifier keys have cosigned a note, and when."""
    body, _, lines = note.partition(b"\n\n")
    body += b"\n"
    found = {}
    for key in keys:
        name, kind, public = read_vkey(key)
        for text in lines.splitlines():
            _, who, data = text.decode().split(" ", 2)
            data = base64.b64decode(data)
            if who != name or data[:4] != key_id(name, kind, public):
                continue
            at = struct.unpack(">Q", data[4:12])[0]
            said = b"cosignature/v1\ntime %d\n" % at + body
            if not ed25519.verify(public, said, data[12:]):
                raise ValueError("a cosignature that does not hold")
            found[key] = at
    return found


def cosign(seed, name, body, at=None):
    """A witness's line, made here."""
    at = int(time.time()) if at is None else at
    key = ed25519.public(seed)
    return line(name, COSIGNER, key, struct.pack(">Q", at) + ed25519.sign(
        seed, b"cosignature/v1\ntime %d\n" % at + body))


class Witness:
    """A real `frank-audit witness serve`."""

    def __init__(self, name, *logs, folder=None, **settings):
        self.folder = folder or tempfile.mkdtemp(prefix="frank-witness-")
        if folder is None:
            atexit.register(shutil.rmtree, self.folder, True)
        self.name = name
        self.port = free_port()
        self.url = "http://127.0.0.1:%d" % self.port
        self.process = None
        self.log = self.file("journal")
        self.vkey = subprocess.run(
            [B + "/frank-audit", "witness", "init", "--name", name,
             self.folder], check=True, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True).stdout.strip()
        self.configure(listen="127.0.0.1:%d" % self.port,
                       connections_per_address="512", log=", ".join(logs),
                       **settings)
        atexit.register(self.kill)

    def file(self, name):
        return os.path.join(self.folder, name)

    def configure(self, **settings):
        if os.environ.get("SAN"):
            settings["sandbox"] = "off"  # which the leak checker cannot work in
        lines = {k.replace("_", "-"): v for k, v in settings.items()}
        with open(self.file("witness.conf")) as f:
            kept = [l for l in f if l.split("=")[0].strip() not in lines]
        with open(self.file("witness.conf"), "w") as f:
            f.writelines(kept)
            f.writelines("%s = %s\n" % l for l in lines.items())

    def start(self, wait=True):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [B + "/frank-audit", "witness", "serve", "--config",
                 self.file("witness.conf")], stderr=log)
        if wait:
            self.wait()
        return self

    def wait(self, seconds=60):
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            if self.process.poll() is not None:
                raise RuntimeError("the witness ended with %d: %s" % (
                    self.process.returncode, self.journal()[-600:]))
            try:
                if self.ask("GET", "/health")[0] == 200:
                    return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.003)
        raise RuntimeError("the witness does not start")

    def kill(self, sig=signal.SIGKILL):
        if self.process is not None and self.process.poll() is None:
            os.kill(self.process.pid, sig)
            self.process.wait(60)

    def stop(self):
        self.kill(signal.SIGTERM)
        return self.process.returncode

    def journal(self):
        if not os.path.exists(self.log):
            return ""
        with open(self.log, errors="replace") as f:
            return f.read()

    def ask(self, method, path, body=None, headers=None):
        c = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            c.request(method, path, body, headers or {})
            answer = c.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            c.close()

    def add(self, request):
        """Status, media type, body."""
        status, body, headers = self.ask("POST", "/add-checkpoint", request)
        return status, headers["Content-Type"], body
