# SPDX-License-Identifier: Apache-2.0
"""A real frankd in a folder of its own, for the tests beside this file."""

import atexit
import http.client
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time

B = os.environ.get("B", "build")
failures = 0


def check(name, holds, detail=""):
    global failures
    if holds:
        print("ok " + name, flush=True)
    else:
        failures += 1
        print("not ok %s %s" % (name, detail), flush=True)


def finish():
    sys.exit(1 if failures else 0)


names_of_ports = []


def free_port():
    """A port that stays free while this process runs, whatever others do: below
    those that the system gives away, and taken among tests by a name."""
    while True:
        port = random.SystemRandom().randrange(12000, 32000)
        name = socket.socket(socket.AF_UNIX)
        try:
            name.bind("\0frank-test-port-%d" % port)
            with socket.socket() as s:
                s.bind(("127.0.0.1", port))
        except OSError:
            name.close()
            continue
        names_of_ports.append(name)
        return port


def until(holds, seconds=180):
    """Whether it came to hold: as long as there is hope, on a busy machine too."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("hub")
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(120)
        self.sock.connect(self.path)


class Hub:
    def __init__(self, folder=None, **settings):
        self.folder = folder or tempfile.mkdtemp(prefix="frankd-")
        if folder is None:
            atexit.register(shutil.rmtree, self.folder, True)
        self.port = free_port()
        self.process = None
        self.log = os.path.join(self.folder, "journal")
        subprocess.run([B + "/frankd", "init", self.folder], check=True,
                       stdout=subprocess.DEVNULL)
        subprocess.run([B + "/frank-mod", "quorum", "init", "--threshold", "2",
                        "--holders", "3", "--out", self.file("quorum")],
                       check=True, stdout=subprocess.DEVNULL)
        self.configure(**settings)
        atexit.register(self.kill)

    def file(self, name):
        return os.path.join(self.folder, name)

    def configure(self, **settings):
        lines = {"quorum": self.file("quorum/quorum.pub"),
                 "listen": "127.0.0.1:%d" % self.port,
                 "rate-address": "off", "rate-overall": "off",
                 "connections-per-address": "4096", "connections": "4096"}
        lines.update({k.replace("_", "-"): v for k, v in settings.items()})
        with open(self.file("frankd.conf")) as f:
            kept = [line for line in f if line.split("=")[0].strip() not in lines]
        with open(self.file("frankd.conf"), "w") as f:
            f.writelines(kept)
            for k, v in lines.items():
                f.write("%s = %s\n" % (k, v))

    def start(self, wait=True, prefix=()):
        self.prefixed = bool(prefix)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*prefix, B + "/frankd", "--config", self.file("frankd.conf")],
                stderr=log)
        if wait:
            self.wait()
        return self

    def wait(self, seconds=60):
        """Until it answers; gives the seconds it took."""
        begun = time.monotonic()
        while time.monotonic() - begun < seconds:
            if self.process.poll() is not None:
                raise RuntimeError("frankd ended with %d: %s" % (
                    self.process.returncode, self.journal()[-600:]))
            try:
                socket.create_connection(("127.0.0.1", self.port), 5).close()
                if self.get("/readyz")[0] == 200:
                    return time.monotonic() - begun
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.003)
        raise RuntimeError("frankd does not start")

    def pid(self):
        """frankd's, also below strace."""
        pid = self.process.pid
        if self.prefixed:
            with open("/proc/%d/task/%d/children" % (pid, pid)) as f:
                pid = int(f.read().split()[0])
        return pid

    def kill(self, sig=signal.SIGKILL):
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

    def request(self, method, path, body=None, headers=None, private=False):
        c = (UnixConnection(self.file("private.sock")) if private else
             http.client.HTTPConnection("127.0.0.1", self.port, timeout=120))
        try:
            try:
                c.request(method, path, body, headers or {})
            except (BrokenPipeError, ConnectionResetError):
                pass  # it has answered before the body was out
            answer = c.getresponse()
            return answer.status, answer.read(), answer.headers
        finally:
            c.close()

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def report(self, sealed, headers=None):
        return self.request("POST", "/v1/reports", sealed, {
            "Content-Type": "application/vnd.frank.report", **(headers or {})})

    def make_reports(self, count, name="reports", *more):
        path = self.file(name)
        subprocess.run([B + "/load", "make", "--keyring", self.file("keyring"),
                        "--quorum", self.file("quorum/quorum.pub"), "--count",
                        str(count), "--out", path, *more], check=True)
        return path

    def load(self, path, *more, background=False):
        command = [B + "/load", "send", "--port", str(self.port), "--file",
                   path, *map(str, more)]
        if background:
            return subprocess.Popen(command, stdout=subprocess.PIPE)
        out = subprocess.run(command, check=True, stdout=subprocess.PIPE)
        return json.loads(out.stdout)

    def database(self):
        return sqlite3.connect("file:%s?mode=ro" % self.file("data/hub.db"),
                               uri=True)

    def log_is_signed(self):
        """Whether the newest checkpoint covers all that is in the log."""
        count, = self.database().execute(
            "SELECT count(*) FROM log_entries").fetchone()
        status, text, _ = self.get("/log/checkpoint", private=True)
        return status == 200 and int(text.split(b"\n")[1]) >= count


def read_reports(path):
    """The reports of a file that `load make` wrote."""
    with open(path, "rb") as f:
        data = f.read()
    at = 0
    while at + 4 <= len(data):
        length = int.from_bytes(data[at:at + 4], "big")
        yield data[at + 4:at + 4 + length]
        at += 4 + length
