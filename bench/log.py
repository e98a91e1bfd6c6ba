# SPDX-License-Identifier: Apache-2.0
"""A log of a million entries of 300 bytes: verified by the auditor's client from
nothing and from what it saw, beside the same hashes with nothing around them;
how much memory that takes; and appended to as a program does, on disk. Ratios
are of the processor's time, without the reading of files."""

import json
import os
import shutil
import statistics
import subprocess
import tempfile

B = os.environ.get("B", "build")
COUNT = int(os.environ.get("ENTRIES", "1000000"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
JSON = os.environ.get("JSON")


def row(name, values, unit, goal):
    values = sorted(values)
    middle = statistics.median(values)
    if JSON:
        print(json.dumps({"name": name, "median": middle, "lowest": values[0],
                          "highest": values[-1], "unit": unit, "goal": goal}))
    else:
        print("%-52s %9.2f   (%.2f to %.2f) %-4s goal %s" % (
            name, middle, values[0], values[-1], unit, goal), flush=True)


def load(what, *args):
    done = subprocess.run([B + "/load", what] + [str(a) for a in args], check=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return json.loads(done.stdout) if done.stdout else None


def memory(folder):
    """MiB at most, of frank-audit with entries."""
    with open(folder + "/vkey") as f:
        key = f.read()
    pid = os.posix_spawn(B + "/frank-audit", ["frank-audit", "log", "--entries", "--key", key,
                                              folder], os.environ,
                         file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, used = os.wait4(pid, 0)
    assert status == 0, status
    return used.ru_maxrss / 1024


def bench(work):
    large, small, state = work + "/large", work + "/small", work + "/state"
    load("log-make", "--folder", large, "--count", COUNT)
    load("log-make", "--folder", small, "--count", COUNT - 10000)
    hashes = [load("log-verify", "--folder", large) for _ in range(ROUNDS)]
    entries = [load("log-verify", "--folder", large, "--entries", 1) for _ in range(ROUNDS)]
    steps, nothing, first = [], [], []
    for _ in range(ROUNDS):
        shutil.rmtree(state, ignore_errors=True)
        first.append(load("log-verify", "--folder", small, "--state", state)["seconds"])
        steps.append(load("log-verify", "--folder", large, "--state", state)["seconds"] * 1000)
        nothing.append(load("log-verify", "--folder", large, "--state", state)["seconds"] * 1000)
    print("\nA log of %d entries, %d rounds: median (lowest to highest)" % (COUNT, ROUNDS)
          if not JSON else "", end="\n" if not JSON else "")
    row("hashes checked a second, thousands", [r["per_second"] / 1000 for r in hashes],
        "/s", ">= 500")
    row("the same beside bare SHA-256 of the nodes", [r["ratio"] for r in hashes], "", "<= 1.50")
    row("entries and hashes a second, thousands", [r["per_second"] / 1000 for r in entries],
        "/s", ">= 500")
    row("the same beside bare SHA-256 of leaves and nodes", [r["ratio"] for r in entries], "",
        "<= 1.50")
    row("of its time, reading the files", [100 * r["reading_seconds"] / r["cpu_seconds"]
                                           for r in entries], "%", "-")
    row("first check that is remembered", first, "s", "-")
    row("check of 10,000 entries more", steps, "ms", "-")
    row("check of nothing new", nothing, "ms", "-")
    row("memory, with entries", [memory(large) for _ in range(ROUNDS)], "MiB", "-")
    tiny = work + "/tiny"
    load("log-make", "--folder", tiny, "--count", COUNT // 100)
    row("of a hundredth of the log", [memory(tiny) for _ in range(ROUNDS)], "MiB", "the same")
    appended = []
    for _ in range(ROUNDS):
        shutil.rmtree(work + "/data", ignore_errors=True)
        appended.append(load("log-append", "--folder", work + "/data", "--count", 200000,
                             "--group", 500))
    row("appended and committed a second, thousands",
        [r["committed_per_second"] / 1000 for r in appended], "/s", ">= 20")
    row("the same, in tiles and under a checkpoint",
        [r["published_per_second"] / 1000 for r in appended], "/s", ">= 20")


with tempfile.TemporaryDirectory(prefix="frank-bench-") as folder:
    bench(folder)
