# SPDX-License-Identifier: Apache-2.0
"""Files as a messenger's users seal, send and report them, with the commands."""

from mod import *

FRANK = B + "/frank"
ROOM = "mimi://example.com/r/club"
folder = tempfile.mkdtemp(prefix="frank-files-")
atexit.register(shutil.rmtree, folder, True)
made = 0


def path(name):
    return os.path.join(folder, name)


def write(name, data):
    with open(path(name), "wb") as f:
        f.write(data)
    return path(name)


def read(name):
    with open(path(name), "rb") as f:
        return f.read()


def run(*arguments, out=None):
    done = subprocess.run([FRANK, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)
    assert done.returncode == 0, done.stderr
    if out is not None:
        write(out, done.stdout)
    return done.stdout


class File:
    """A file, sealed as its sender does, and a message that holds it."""

    def __init__(self, data, kind="image/png", chunk="4KiB", key_part=None,
                 sender=None, room=ROOM):
        global made
        made += 1
        self.name = "f%d" % made
        self.data = data
        n = self.name
        run("attach", "seal", "--quiet", "--type", kind, "--name", n + ".x",
            "--chunk", chunk, "--key-out", path(n + ".key"),
            "--descriptor-out", path(n + ".d"), "--out", path(n + ".sealed"),
            write(n, data))
        self.sealed = read(n + ".sealed")
        who = ("--sender", sender or "mimi://example.com/u/mallory-" + n,
               "--room", room)
        self.part = 0 if key_part is None else 1
        if key_part is None:
            write(n + ".body", read(n + ".d") + read(n + ".key"))
            with open(path(n + ".body"), "rb") as body:
                done = subprocess.run(
                    [FRANK, "content", "plain", *who, "--media-type",
                     "application/vnd.frank.attachment"], stdin=body,
                    stdout=subprocess.PIPE, check=True).stdout
            write(n + ".content", done)
        else:
            write(n + ".text", b"look at this")
            run("content", "parted", *who, "--",
                "text;text/plain=" + path(n + ".text"),
                "file;application/vnd.frank.attachment=" + path(n + ".d"),
                "key;application/vnd.frank.attachment-key=" + path(n + ".key"),
                out=n + ".content")

    def disclose(self, *more, message=0):
        """The file that `frank report seal --attach` takes."""
        run("attach", "disclose", "--quiet", "--descriptor",
            path(self.name + ".d"), "--key", path(self.name + ".key"), *more,
            "--out", path(self.name + ".shown"), path(self.name + ".sealed"))
        return "%d.%d=%s" % (message, self.part, path(self.name + ".shown"))


def send(world, contents, *more):
    """Reports messages that are in files; gives the case."""
    specs = []
    now = int(time.time() * 1000)
    for i, content in enumerate(contents):
        at = str(now + i)
        run("stamp", "--keyring", world.hub.file("keyring"), "--time", at,
            content, out=os.path.basename(content) + ".frank")
        specs.append("%s:%s.frank:%s" % (content, content, at))
    sealed = run("report", "seal", "--quorum",
                 world.hub.file("quorum/quorum.pub"), "--anonymous", "--reason",
                 "harassment", "--accused", "0", *more, *specs)
    last = world.mod.database().execute(
        "SELECT count(*) FROM reports").fetchone()[0]
    status, answer, _ = world.hub.report(sealed)
    assert status == 202, answer
    assert until(lambda: world.mod.database().execute(
        "SELECT count(*) FROM reports").fetchone()[0] > last)
    return world.mod.database().execute(
        "SELECT in_case FROM reports ORDER BY number DESC").fetchone()[0]
