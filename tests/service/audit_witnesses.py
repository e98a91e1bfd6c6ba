# SPDX-License-Identifier: Apache-2.0
"""What an auditor with a token asks of logs that witnesses cosign: by a policy he
reads what these saw, and the entries all the same."""

from mod import *
from notes import *

w = World()
hub_key = json.loads(w.hub.get("/.well-known/frank")[1])["log"]["key"]
mod_key = w.ada.must("GET", "/v1/log")["key"]
hub_url = "http://127.0.0.1:%d/log" % w.hub.port
mod_url = "http://127.0.0.1:%d/log" % w.mod.port
hub_token = w.hub.file("auditor.token")
mod_token = w.mod.file("auditor.token")
quorum = w.hub.file("quorum/quorum.pub")
work = tempfile.mkdtemp(prefix="frank-audit-")
atexit.register(shutil.rmtree, work, True)
witness = Witness("witness.example/one", hub_key, mod_key).start()


def path(name):
    return os.path.join(work, name)


def policy(name, keys, witnesses, number):
    with open(path(name), "w") as f:
        f.writelines("log %s\n" % key for key in keys)
        for i, (key, url) in enumerate(witnesses):
            f.write("witness w%d %s %s\n" % (i, key, url))
        f.write("group some %d %s\nquorum some\n" % (number, " ".join(
            "w%d" % i for i in range(len(witnesses)))))
    return path(name)


def audit(*arguments):
    p = subprocess.run([B + "/frank-audit", *map(str, arguments)],
                       capture_output=True, text=True)
    return p.returncode, p.stdout, p.stderr


for service, key in ((w.hub, hub_key), (w.mod, mod_key)):
    service.stop()
    service.configure(public_checkpoint="10s", witness_networks="127.0.0.0/8",
                      witnesses=policy("policy-%d" % service.port, [key],
                                       [(witness.vkey, witness.url)], 1))
    service.start()
strict = policy("strict", [hub_key, mod_key], [(witness.vkey, witness.url)], 1)
other = policy("other", [hub_key, mod_key], [
    (witness.vkey, witness.url),
    (vkey("other.example", COSIGNER, ed25519.public(b"of another".ljust(32))),
     "http://127.0.0.1:1")], 2)

w.reports(2)
check("reports are taken over", until(lambda: len(w.cases()) == 2))
case = w.cases()[0]["case"]
report = w.open(w.ann, case)
entries = sqlite3.connect("file:%s?mode=ro" % w.mod.file("data/mod.db"), uri=True)
count = entries.execute("SELECT count(*) FROM log_entries").fetchone()[0]


def hub_public():
    status, text, _ = w.hub.get("/log/checkpoint")
    return text if status == 200 else b""


def mod_public():
    status, text, _ = w.mod.request("GET", "/log/checkpoint")
    return text if status == 200 else b""


def size(text):
    return int(text.split(b"\n")[1]) if text else 0


check("what was done is in public checkpoints, cosigned",
      until(lambda: size(mod_public()) > count and size(hub_public()) > 4 and
            cosignatures(mod_public(), [witness.vkey]) and
            cosignatures(hub_public(), [witness.vkey])))

# ---- Each command, with a token and a policy ---------------------------------------
code, out, err = audit("log", "--policy", strict, "--entries", "--token",
                       mod_token, mod_url, "--json")
held = json.loads(out) if out else {}
check("a log, with its entries", code == 0 and held["entries"] == held["size"] and
      [x["name"] for x in held["cosigned"]] == ["w0"], out + err)
logs = ["--hub", hub_url, "--hub-key", hub_key, "--hub-token", hub_token,
        "--mod", mod_url, "--mod-key", mod_key, "--mod-token", mod_token,
        "--quorum", quorum]
code, out, err = audit("rules", *logs, "--policy", strict, "--html", path("page"))
check("the rules", code == 0 and "compared with witnesses: yes" in out, out + err)
page = open(path("page")).read()
check("the page says so", "Compared with witnesses: yes (policy)" in page)
code, out, err = audit("rules", *logs, "--html", path("page"))
check("without a policy it says that, too", code == 0 and
      "compared with witnesses: no" in out and
      "Compared with witnesses: no" in open(path("page")).read(), out + err)
code, out, err = audit("receipts", "--mod", mod_url, "--mod-key", mod_key,
                       "--mod-token", mod_token, "--policy", strict, "--holder",
                       1, "--quorum", quorum)
check("a holder's receipts: one that he does not know", code == 1 and
      "made with his share" in out, out + err)
with open(path("kept"), "wb") as f:
    f.write(mod_public())
where = ["--mod", mod_url, "--mod-key", mod_key, "--token", mod_token,
         "--checkpoint", path("kept"), "--beacon", "round 7", "--count", 1]
code, out, err = audit("spot-check", "sample", *where, "--policy", strict)
check("a spot check's sample", code == 0 and out.startswith("1 of 1 "), out + err)

# ---- And with one that the log has not ---------------------------------------------
for name, arguments in (
        ("log", ["log", "--policy", other, "--token", mod_token, mod_url]),
        ("rules", ["rules", *logs, "--policy", other]),
        ("spot-check", ["spot-check", "sample", *where, "--policy", other])):
    code, out, err = audit(*arguments)
    check("%s refuses what a quorum of others has not cosigned" % name,
          code == 1 and "cosign" in err, out + err)

# ---- A bundle beside the log --------------------------------------------------------
status, bundle = w.lea.ask("POST", "/v1/cases/%d/exports" % case,
                           {"reporter": True, "withheld": False, "why": "x"})
with open(path("bundle"), "wb") as f:
    f.write(bundle if isinstance(bundle, bytes) else b"")
count = entries.execute("SELECT count(*) FROM log_entries").fetchone()[0]
check("the bundle's entries become public too",
      until(lambda: size(mod_public()) >= count))
beside = ["bundle", "--mod-key", mod_key, "--mod", mod_url, "--entries",
          "--token", mod_token, "--json"]
code, out, err = audit(*beside, "--policy", strict, path("bundle"))
live = [x for x in map(json.loads, out.splitlines()) if x.get("check") == "live"]
check("a bundle, beside what the witnesses saw", len(live) == 1 and
      live[0]["standing"] == "proven", out[-1500:] + err)
check("all end as they should", w.mod.stop() == 0 and w.hub.stop() == 0)
finish()
