"""Joint procurement on real nodes: five members, three suppliers, from need to delivery; with one node killed before the opening, a lead that drops a bid and a member that
sends a bad share. The tender opens all the same, and `verify` names each culprit.

What a dishonest member sends is made here, with its own key: the program has no way to do it.
"""
import base64
import contextlib
import datetime
import http.server
import json
import pathlib
import sys
import threading
import time
import urllib.error
import urllib.request

import pytest

from api import Person, add_user
from entente import BAD_INPUT, DENIED, EXISTS, STATE, TOP, UNAVAILABLE, USAGE, VERIFY, run, wait
from schema import complaints

sys.path.insert(0, str(TOP / "test" / "interop"))
import eseal  # noqa: E402

GREEN = "UNCLASSIFIED TLP=GREEN"
FIVE = ["ALB", "HRV", "KOS", "MKD", "SVN"]
SUPPLIERS = {
    "Adria Medical": ("HR", [("a-all", ["1", "2"], 186000)], [("a-1", "1", 1, 60, 2100)]),
    "Balkan Supply": ("MK", [("b-1", ["1"], 108000)], [("b-t", "1", 1, 60, 2300)]),
    "Carpathia": ("RO", [("c-2", ["2"], 70000)], [("c-t", "2", 1, 40, 1900)]),
}


def utc(when):
    return when.astimezone(datetime.timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now():
    return datetime.datetime.now(datetime.timezone.utc)


def eur(amount):
    return {"amount": amount, "currency": "EUR"}


class Buying:
    """The steps of a procurement, by the commands that anybody types."""

    def __init__(self, t, path):
        self.t, self.path, self.n = t, pathlib.Path(path), 0
        self.ocid = f"ocds-b5fd17-{self.path.name[:8].lower().replace('_', '-')}"

    def file(self, content):
        self.n += 1
        path = self.path / f"record-{self.n}.json"
        path.write_text(json.dumps(content))
        return path

    def put(self, label, kind, content, *options):
        return self.t[label].json("procure", "put", kind, self.file(content), *options)["object"]

    def agreement(self, title, lead, **more):
        self.p = self.put(lead, "agreement", {
            "title": title, "ocid": self.ocid, "lead": self.t[lead].member,
            "participants": [n.member for n in self.t], "shareRule": "capped", "home": ["AL", "HR", "XK", "MK", "SI"],
            "status": "proposed", "budget": eur(300000), **more})
        self.lead = lead
        began = time.monotonic()
        for n in self.t:
            wait(lambda n=n: self.has(n), f"the agreement at {n.label}")
            n.run("procure", "agree", self.p)
        self.took = time.monotonic() - began

    def time_for(self, seconds):
        """A deadline so far away, or further where this machine has shown itself slow: a tender's hour does not wait."""
        return max(seconds, 10 * self.took)

    def has(self, node):
        return node.run("procure", "show", self.p, status=None).returncode == 0

    def show(self, label):
        return self.t[label].json("procure", "show", self.p)

    def tender(self, seconds, **more):
        deadline = now() + datetime.timedelta(seconds=seconds)
        members = [n.member for n in self.t]
        items = [{"id": f"{lot}-{i}", "relatedLot": lot, "description": f"tents for {i}", "quantity": q, "unit": "H87",
                  "relatedBuyer": m, "classification": {"scheme": "CPV", "id": "39522530"}}
                 for lot, q in (("1", 12), ("2", 8)) for i, m in enumerate(members)]
        self.deadline = deadline
        return self.put(self.lead, "tender", {
            "title": "Tents and heaters", "currency": "EUR", "estimate": eur(260000),
            "lots": [{"id": "1", "title": "tents", "reserve": eur(2500)}, {"id": "2", "title": "heaters", "reserve": eur(2000)}],
            "items": items, "criteria": [{"id": "q", "title": "quality", "kind": "quality", "max": 10, "threshold": 3}],
            "deadline": utc(deadline), "graceMinutes": 0, "openAt": utc(deadline), "fallbackAt": utc(deadline + datetime.timedelta(hours=1)),
            "standstillDays": 0, "threshold": 3, "padding": [4096], "status": "open",
            "award": {"qualityValue": eur(500), "qualityMin": 3, "thirdCap": 400, "nationCap": 1000},
            "withheld": [{"field": "tender/items/quantity", "rationale": "stocks are nobody's business"}], **more}, "--of", self.p)

    def stay_open(self, seconds):
        """On a machine that turns out to be slow the lead postpones, as leads do: then the deadline is at least so far away."""
        if self.deadline - now() > datetime.timedelta(seconds=seconds):
            return
        tender = self.show(self.lead)["tender"]
        self.deadline += datetime.timedelta(seconds=2 * seconds)
        more = {"deadline": utc(self.deadline), "openAt": utc(self.deadline), "fallbackAt": utc(self.deadline + datetime.timedelta(hours=1))}
        self.put(self.lead, "tender", {**tender["content"], **more}, "--object", tender["object"])
        wait(lambda: self.show(self.lead)["seal"]["deadline"] == more["deadline"], "the later deadline", seconds)

    def wait_state(self, label, state, seconds=60):
        return wait(lambda: (lambda v: v if v["state"] == state else None)(self.show(label)),
                    lambda: f"{state} at {label}: {self.show(label)['state']}", seconds)

    def url(self, label):
        return f"http://127.0.0.1:{self.t[label].port}/procure/{self.t[label].view()['coalition']}/{self.p}"

    # ---- suppliers ----

    def bid_file(self, name):
        nation, bundles, tiers = SUPPLIERS[name]
        return self.file({"tenderer": {"name": name, "nation": nation}, "responses": [{"criterion": "q", "value": f"{name} is certified"}],
                          "bundles": [{"id": i, "lots": lots, "price": eur(p)} for i, lots, p in bundles],
                          "tiers": [{"id": i, "lot": lot, "from": a, "to": b, "unitPrice": eur(p)} for i, lot, a, b, p in tiers]})

    def bid(self, name, *args, status=0):
        home = self.path / name.split()[0]
        home.mkdir(exist_ok=True)
        return run("bid", *args, cwd=home, status=status)

    # ---- what only a liar does ----

    def log_key(self, label):
        """The seed of a member's log key: it is that member's to misuse."""
        text = pathlib.Path(self.t[label].key("log.key")).read_text()
        return base64.b64decode(next(line.split()[1] for line in text.splitlines() if line.startswith("seed ")))

    def transcript(self, label):
        return self.t[label].run("procure", "transcript", self.p).stdout

    def hand_on(self, label, *messages):
        path = self.path / f"forged-{label}.eseal"
        path.write_text("\n".join(messages))
        self.t[label].run("procure", "import", self.p, path)


def holder_of(view, label):
    return next(h["holder"] for h in view["seal"]["holders"] if h["label"] == label)


def split(text):
    return [eseal.read(m.rstrip("\n") + "\n") for m in text.split("\n\n")]


def false_close(text, holder, seed, without, tender):
    """A closing of the tender's record, signed by `holder`, that leaves out a bidder's commitments."""
    messages = split(text)
    sid = next(m["sid"][0] for m in messages if m["kind"] == "countersign")
    first, commits = {}, {}
    for m in messages:
        if m["kind"] == "bid.receipt":
            leaf = bytes.fromhex(m["leaf"][0])
            first[leaf] = min(first.get(leaf, 2**63), int(m["time"][0]))
        elif m["kind"] == "bid.commit":
            commits[eseal.leaf_hash(m["text"].encode())] = m
    leaves = sorted((x for x in commits if commits[x]["bidder"][0] != without), key=lambda x: (first[x], x))
    best = {}
    for x in leaves:
        m = commits[x]
        name = (m["bidder"][0], m["bid"][0])
        if name not in best or int(best[name]["seq"][0]) < int(m["seq"][0]):
            best[name] = m
    states = ["in-force" if commits[x] in best.values() and commits[x]["op"][0] != "withdraw" else "counted" for x in leaves]
    policy = next(m for m in messages if m["kind"] == "policy")
    hours = [(x, int(policy[x][0])) for x in ("deadline", "open", "fallback")]
    return eseal.message("seal.close", [
        ("sid", sid), ("holder", holder), ("tender", tender), *hours, ("count", len(leaves)), ("root", eseal.tree(leaves).hex()),
        ("active", eseal.settled(bytes.fromhex(tender), [x for _, x in hours], states).hex()),
        *[(state, x.hex()) for state, x in zip(states, leaves)]], seed)


def bad_shares(text, holder, seed):
    """Another's shares under this holder's name."""
    out, done = [], set()
    for m in split(text):
        if m["kind"] == "open.share" and m["sealed"][0] not in done and m["holder"][0] != str(holder):
            done.add(m["sealed"][0])
            lines = [line.split(" ", 1) for line in m["text"].splitlines()[1:-1]]
            out.append(eseal.message("open.share", [(k, holder if k == "holder" else v) for k, v in lines], seed))
    assert out
    return out


@contextlib.contextmanager
def lying_door(door, change):
    """A door that tells what another does, but for what `change` makes of it."""
    told = get(door + "/tender")[1]
    change(told)

    class Door(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Door)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/procure/x/y"
    server.shutdown()


def test_need_to_delivery(coalition, tmp_path):
    t = coalition(FIVE)
    t.sign_all()
    b = Buying(t, tmp_path)
    # KOS has two officers, so one is not enough there.
    second = tmp_path / "second.key"
    t["KOS"].run("key", "new", "officer", second)
    t["KOS"].run("key", "update", "--officer-key", t["KOS"].key("officer.key"), "--officer-key", second)

    # -- needs and a pool; one member looks, and declines
    need = {"title": "tents", "classification": [{"scheme": "CPV", "id": "39522530"}], "quantity": 12, "unit": "H87",
            "firmness": "interest", "status": "stated", "maxUnitPrice": eur(2500)}
    b.put("ALB", "need", need)
    b.put("HRV", "need", {**need, "quantity": 20})
    assert b.t["ALB"].refuses(BAD_INPUT, "procure", "put", "need", b.file({**need, "quantity": -1}))
    assert "/maxUnitPrice/currency" in t["ALB"].refuses(
        BAD_INPUT, "procure", "put", "need", b.file({**need, "maxUnitPrice": {"amount": 1, "currency": "XXX"}}))
    pool = b.put("ALB", "pool", {"title": "tents together", "classification": need["classification"], "unit": "H87", "status": "collecting"})
    wait(lambda: t["SVN"].json("procure", "list", "pool"), "the pool at SVN")
    wait(lambda: t["HRV"].json("procure", "list", "pool"), "the pool at HRV")
    b.put("HRV", "participation", {"pool": pool, "status": "committed", "quantity": 20})
    b.put("SVN", "participation", {"pool": pool, "status": "declined", "quantity": 0})
    b.put("HRV", "vote", {"pool": pool, "lead": t["ALB"].member})
    wait(lambda: len(t["ALB"].json("procure", "list", "participation")) == 2, "both participations at ALB")

    # -- the agreement, signed by all; then the tender, whose key all make together
    b.agreement("Tents for five", "ALB", pool=pool)
    b.wait_state("ALB", "agreed")
    seconds = b.time_for(25)
    b.tender(seconds)
    for label in FIVE:
        b.wait_state(label, "open")
    trust = tmp_path / "trust"
    trust.write_text(t["MKD"].run("procure", "trust").stdout)

    # -- what is withheld is not told at the door either; bids can be written all the same
    told = get(b.url("HRV") + "/tender")[1]
    assert all("quantity" not in i for i in told["tender"]["items"]) and told["withheldInformation"][0]["field"] == "tender/items/quantity"
    kept = {"withheld": [{"field": "tender/lots", "rationale": "x"}]}
    assert "/withheld/field" in t["ALB"].refuses(BAD_INPUT, "procure", "put", "tender", b.file({**b.show("ALB")["tender"]["content"], **kept}))

    # -- three suppliers: each seals offline; the second is unknown to the lead's own door
    slow = max(8, 2 * b.took)
    for name in SUPPLIERS:
        b.stay_open(2 * slow)
        b.bid(name, "fetch", b.url("HRV"), b.url("KOS"), "--trust", trust)
        assert "NOT compared" not in b.bid(name, "seal", "tender.json", b.bid_file(name)).stderr
    b.bid("Adria Medical", "seal", "tender.json", b.file({"tenderer": {"name": "x", "nation": "hr"}}), status=BAD_INPUT)
    b.stay_open(2 * slow)
    b.bid("Adria Medical", "submit", "tender.json", *map(b.url, FIVE))
    out = b.bid("Balkan Supply", "submit", "tender.json", b.url("HRV"), b.url("KOS")).stdout
    assert "2 receipts, 3 needed - NOT ENOUGH" in out
    out = b.bid("Balkan Supply", "submit", "tender.json", b.url("HRV"), b.url("KOS"), b.url("MKD")).stdout
    assert "3 receipts, 3 needed" in out and "NOT ENOUGH" not in out
    b.stay_open(2 * slow)
    b.bid("Carpathia", "submit", "tender.json", b.url("KOS"), b.url("MKD"), b.url("SVN"))
    b.bid("Carpathia", "seal", "tender.json", b.file({
        "tenderer": {"name": "Carpathia", "nation": "RO"}, "bundles": [{"id": "c-2", "lots": ["2"], "price": eur(66000)}],
        "tiers": [{"id": "c-t", "lot": "2", "from": 1, "to": 40, "unitPrice": eur(1850)}]}))
    b.bid("Carpathia", "submit", "tender.json", b.url("KOS"), b.url("MKD"), b.url("SVN"))
    receipts = json.loads(b.bid("Carpathia", "receipts", "tender.json", "--json").stdout)
    assert [r["receipts"] for r in receipts] == [3, 3]
    assert now() < b.deadline, "the machine was too slow for this test's deadline"
    wait(lambda: b.show("MKD")["seal"]["sealed"] == 4 and b.show("MKD")["seal"]["commits"] == 4, "all bids at MKD")
    assert b.show("MKD")["bids"] == []  # nobody is told who has bid

    # -- SVN is destroyed, and the lead stops its machine to leave out by hand a bid that it has receipted
    t["SVN"].kill()
    wait(lambda: b.show("ALB")["seal"]["commits"] == 4, "all commitments at the lead")
    t["ALB"].stop()
    wait(lambda: now() > b.deadline + datetime.timedelta(seconds=1), "the deadline", 300)
    late = b.bid("Adria Medical", "seal", "tender.json", b.bid_file("Adria Medical"))
    assert late.returncode == 0
    assert "deadline is over" in b.bid("Adria Medical", "submit", "tender.json", b.url("HRV"), status=STATE).stderr
    view = b.show("MKD")
    adria = eseal.ed_key(bytes.fromhex((tmp_path / "Adria" / "wallet" / "supplier.key").read_text().strip()))[2].hex()
    b.hand_on("ALB", false_close(b.transcript("ALB"), holder_of(view, "ALB"), b.log_key("ALB"), adria, view["tender"]["leaf"]))
    t["ALB"].start()

    # -- the others dissent, close without the lead, and three of five sign
    closed = wait(lambda: (lambda v: v if v["seal"].get("root") else None)(b.show("MKD")), "a root that three have signed", 120)
    stands = next(c for c in closed["seal"]["closings"] if c["stands"])
    assert stands["by"] != holder_of(closed, "ALB") and stands["commits"] == 4 and len(stands["signed_by"]) >= 3
    lie = wait(lambda: next((c for c in b.show("MKD")["seal"]["closings"] if c["by"] == holder_of(closed, "ALB") and len(c["dissent"]) >= 2), None),
               "two who dissent from the lead's closing", 120)
    assert lie["dropped"] == 1

    # -- two officers at KOS; HRV sends another's shares as its own; MKD is honest; the lead's share is good
    first = t["KOS"].run("procure", "open", b.p).stdout
    assert "1 of 2 officers" in first
    assert b.show("KOS")["seal"]["confirmed"] == 1
    out = t["KOS"].run("procure", "open", b.p, "--officer", second).stdout
    assert "2 of 2 officers" in out and "gave shares of 3 bids" in out
    stranger = tmp_path / "stranger.key"
    t["MKD"].run("key", "new", "officer", stranger)
    t["MKD"].refuses(DENIED, "procure", "open", b.p, "--officer", stranger)
    t["MKD"].run("procure", "open", b.p)
    wait(lambda: "open.share" in b.transcript("HRV"), "shares at HRV")
    b.hand_on("HRV", *bad_shares(b.transcript("HRV"), holder_of(view, "HRV"), b.log_key("HRV")))
    t["ALB"].run("procure", "open", b.p)
    opened = b.wait_state("MKD", "opened", 90)
    assert [x["state"] for x in opened["bids"]] == ["opened"] * 3
    assert opened["prices_hidden"] and all("content" not in x for x in opened["bids"])

    # -- anybody verifies the transcript offline: both culprits, nobody else
    wait(lambda: b.show("KOS")["state"] == "opened", "opened at KOS")
    path = tmp_path / "transcript.eseal"
    path.write_text(b.transcript("KOS"))
    done = run("procure", "verify", path, "--json", cwd=tmp_path, status=VERIFY)
    verdict = json.loads(done.stdout)
    assert verdict["opened"] and len(verdict["bids"]) == 3
    # Whose keys it is signed with is another question, which the members' list answers.
    assert "NOT compared" in done.stderr
    known = run("procure", "verify", path, "--trust", trust, cwd=tmp_path, status=VERIFY)
    assert "NOT compared" not in known.stderr and "dropped-bid" in known.stdout
    lines = [line.split() for line in trust.read_text().splitlines()]
    other = tmp_path / "other-trust"
    other.write_text("".join(f"{a[0]} {b[1]}\n" for a, b in zip(lines, lines[1:] + lines[:1])))
    assert "another key" in run("procure", "verify", path, "--trust", other, cwd=tmp_path, status=VERIFY).stderr
    named = {(f["finding"], f.get("member")) for f in verdict["findings"] if f["offence"]}
    assert named == {("dropped-bid", t["ALB"].member), ("bad-share", t["HRV"].member)}
    assert ("absent", t["SVN"].member) in {(f["finding"], f.get("member")) for f in verdict["findings"]}
    again = eseal.Replay(path.read_text())
    assert {w for w, _ in again.found} == {"dropped-bid", "bad-share"} and len(again.opened) == 3

    # -- evaluation: points first, then prices; the award, solved again by all, also by the node that was destroyed
    t["SVN"].start()
    wait(lambda: b.show("SVN")["state"] == "opened", "opened at SVN", 60)
    sheet = [{"bid": x["bid"], "admitted": True, "scores": [{"criterion": "q", "points": 8 if x["nation"] == "MK" else 7}]}
             for x in opened["bids"]]
    b.put("KOS", "conflict", {"evaluator": "Arta", "interest": "none"}, "--of", b.p)
    b.put("KOS", "score", {"evaluator": "Arta", "phase": "blind", "bids": sheet}, "--of", b.p)
    # Prices are nobody's yet, whoever asks and by whichever way.
    for command in (["award"], ["solve"], ["solve", "--explain"], ["shares"], ["shares", "--write"]):
        said = t["ALB"].refuses(STATE, "procure", *command, b.p)
        assert ("prices are hidden" in said or "no award" in said) and not any(str(x) in said for x in (186000, 108000, 66000))
    assert "prices are hidden" in t["KOS"].refuses(STATE, "procure", "solve", b.p)
    b.put("ALB", "score", {"evaluator": "panel", "phase": "reconciled", "bids": sheet}, "--of", b.p)
    award = t["ALB"].json("procure", "award", b.p)
    t["KOS"].refuses(DENIED, "procure", "award", b.p)
    for label in FIVE:
        wait(lambda label=label: b.show(label)["award"], f"the award at {label}")
        if label == "KOS":  # it may refuse what its solver would agree to, and think better of it
            t[label].refuses(USAGE, "procure", "consent", b.p, "--refuse", " ")
            t[label].run("procure", "consent", b.p, "--refuse", "our depot is full until May")
            assert [x["content"].get("text") for x in b.show(label)["award_consents"] if x["own"]] == ["our depot is full until May"] and b.show(label)["award_objects"] == 1
        t[label].run("procure", "consent", b.p)
    shown = b.wait_state("ALB", "standstill")
    content = shown["award"]["content"]
    assert content["paid"]["amount"] == 174000 and {x["supplier"] for x in content["lines"]} == {"Balkan Supply", "Carpathia"}
    assert [x["supplier"] for x in content["losers"]] == ["Adria Medical"] and content["losers"][0]["more"]["amount"] > 0
    complaint = b.put("HRV", "complaint", {"from": "Adria Medical", "text": "we offered both"}, "--of", b.p)
    wait(lambda: b.show("ALB")["complaints"], "the complaint at the lead")
    b.put("ALB", "ruling", {"complaint": complaint, "ruling": "admitted"}, "--of", b.p)
    t["ALB"].refuses(STATE, "procure", "finish", b.p)
    b.put("ALB", "ruling", {"complaint": complaint, "ruling": "rejected"}, "--of", b.p)
    t["ALB"].run("procure", "finish", b.p)
    assert "final" in t["ALB"].refuses(STATE, "procure", "consent", b.p, "--refuse", "too late")
    assert award["object"] == b.show("ALB")["award"]["object"]

    # -- shares to the cent, nobody above what it would pay alone
    shares = t["ALB"].json("procure", "shares", b.p)
    assert sum(round(100 * x["pays"]["amount"]) for x in shares["lines"]) == 17400000
    assert all(x["pays"]["amount"] <= x["alone"]["amount"] for x in shares["lines"]) and shares["individually_rational"]
    t["ALB"].run("procure", "shares", b.p, "--write")
    for label in FIVE:
        wait(lambda label=label: b.show(label)["share"] and b.show(label)["state"] == "awarded", f"shares at {label}")
        t[label].run("procure", "contracts", b.p)
    mine = [c for c in b.show("KOS")["contracts"] if c["own"]]
    assert len(mine) == 2 and sum(round(100 * c["content"]["value"]["amount"]) for c in mine) == 3480000
    # Each supplier's contracts come to its price and deliver what was awarded, once.
    every = wait(lambda: (lambda c: c if len(c) == 10 else None)(b.show("ALB")["contracts"]), "the contracts of all at the lead")
    for line in content["lines"]:
        of = [c["content"] for c in every if c["content"]["supplier"] == line["supplier"]]
        assert sum(round(100 * c["value"]["amount"]) for c in of) == round(100 * line["price"]["amount"])
        assert sum(i["quantity"] for c in of for i in c["items"]) == {"1": 60, "2": 40}[line["lots"][0]]
    for c in mine:
        b.put("KOS", "contract", {**c["content"], "status": "active", "dateSigned": utc(now())}, "--object", c["object"])
        b.put("KOS", "delivery", {"procurement": b.p, "contract": c["object"], "quantity": 8, "date": utc(now()), "accepted": True})
        b.put("KOS", "transaction", {"procurement": b.p, "contract": c["object"], "value": c["content"]["value"], "date": utc(now()), "status": "paid"})
    b.wait_state("ALB", "implementing")
    assert "KOS" in t["ALB"].run("procure", "balance").stdout

    # -- told in OCDS, for the public without what is withheld; valid; the same tables after a rebuild, on every node
    for circle in ("public", "third", "member"):
        for more in ([], ["--record"]):
            out = tmp_path / f"{circle}{len(more)}.json"
            t["ALB"].run("procure", "export", b.p, "--circle", circle, "-o", out, *more)
            report = json.loads(run("ocds", "validate", out, "--json", cwd=tmp_path).stdout)
            assert report["valid"] and report["warnings"] == 0, report["findings"][:5]
    public, member = (json.loads((tmp_path / f"{c}0.json").read_text()) for c in ("public", "member"))
    tender = next(r for r in public["releases"] if r["tag"] == ["tender"])
    assert all("quantity" not in i for i in tender["tender"]["items"]) and tender["withheldInformation"][0]["field"] == "tender/items/quantity"
    assert all("quantity" in i for i in next(r for r in member["releases"] if r["tag"] == ["tender"])["tender"]["items"])
    assert {r["tag"][0] for r in member["releases"]} >= {"planning", "tender", "tenderUpdate", "award", "contract", "implementation"}
    for label in FIVE:
        assert t[label].json("rebuild")["same"], label


def get(url):
    """Status and JSON (or None) at a supplier's or anybody's door."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as e:
        return e.code, None


def fetch(url, etag=None):
    """Status, ETag and bytes."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers={"If-None-Match": etag} if etag else {}), timeout=30) as answer:
            return answer.status, answer.headers["ETag"], answer.read()
    except urllib.error.HTTPError as e:
        return e.code, e.headers["ETag"], e.read()


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_postponed_and_public(coalition, tmp_path):
    """The deadline moves while bids lie sealed; what is public is so by its label alone; deliveries become capabilities, and all is told step by step. On PostgreSQL."""
    t = coalition(["ALB", "HRV", "KOS"])
    t.sign_all()
    b = Buying(t, tmp_path)
    three = ["ALB", "HRV", "KOS"]
    b.agreement("Generators", "ALB", home=["AL", "HR", "XK"], nations=["AL", "HR", "XK"])
    b.wait_state("ALB", "agreed", 90)
    base = f"http://127.0.0.1:{t['ALB'].port}/procure/{t['ALB'].view()['coalition']}"
    quiet = {"criteria": [], "award": {}, "threshold": 2}
    tender = b.tender(b.time_for(20), status="draft", **quiet)
    b.wait_state("ALB", "keyed")
    assert get(b.url("ALB") + "/tender")[0] == 404 and get(base + "/ocds")[1]["releases"] == []
    said = {**b.show("ALB")["tender"]["content"], "status": "open"}
    b.put("ALB", "tender", said, "--object", tender)
    for label in three:
        b.wait_state(label, "open")
    early = [r["id"] for r in get(b.url("HRV") + "/ocds")[1]["releases"]]
    assert [i.split(b.ocid + "-")[1].rsplit("-", 1)[0] for i in early] == ["planning", "tender", "tenderUpdate"]

    # -- a page of the door is made once for all who ask, while nothing is written
    pages = [fetch(b.url("HRV") + "/tender") for _ in range(2)]
    assert pages[0] == pages[1] and pages[0][0] == 200
    assert fetch(b.url("HRV") + "/tender", pages[0][1])[0] in (304, 200)
    assert [b.show("HRV")["seal"]["door"][x] for x in ("taken", "room")] == [0, 2048]

    # -- a key that is made holds the lead to what it was made for
    at = datetime.datetime.fromisoformat(said["deadline"].replace("Z", "+00:00"))
    hours = ("deadline", "openAt", "fallbackAt")

    def later(seconds):
        return {**said, **{k: utc(datetime.datetime.fromisoformat(said[k].replace("Z", "+00:00")) + datetime.timedelta(seconds=seconds)) for k in hours}}

    for change, where in (({"threshold": 3}, "/threshold"), ({"graceMinutes": 5, "openAt": later(400)["openAt"]}, "/graceMinutes"), (later(-1), "/deadline")):
        assert where in t["ALB"].refuses(STATE, "procure", "put", "tender", b.file({**said, **change}), "--object", tender)
    t["HRV"].refuses(DENIED, "procure", "put", "tender", b.file(said))
    t["ALB"].refuses(EXISTS, "procure", "put", "tender", b.file(said))

    more = b.time_for(8)
    # -- one bid before, then the hour moves; the bid stays, and is replaced after the old hour
    doors = [b.url(label) for label in three]
    b.bid("Adria Medical", "fetch", *doors[:2])
    b.bid("Adria Medical", "seal", "tender.json", b.bid_file("Adria Medical"))
    b.bid("Adria Medical", "submit", "tender.json", *doors)
    assert now() < at, "the machine was too slow for this test's deadline"
    # Spaced by another editor, it says the same of what may not change.
    spaced = b.file({})
    spaced.write_text(json.dumps({**later(more), "rationale": "a question came late"}, indent=3, sort_keys=True))
    t["ALB"].run("procure", "put", "tender", spaced, "--object", tender)
    for label in three:
        wait(lambda label=label: b.show(label)["seal"]["deadline"] == later(more)["deadline"], f"the later hour at {label}")
    assert [x["stands"] for x in b.show("KOS")["seal"]["postponements"]] == [True]
    wait(lambda: now() > at, "the old deadline", 120)
    b.bid("Adria Medical", "seal", "tender.json", b.file({"tenderer": {"name": "Adria Medical", "nation": "HR"}, "bundles": [], "tiers": [
        {"id": "a-t", "lot": lot, "from": 1, "to": 60, "unitPrice": eur(p)} for lot, p in (("1", 2000),)] + [
        {"id": "a-u", "lot": "2", "from": 1, "to": 60, "unitPrice": eur(1500)}]}))
    b.bid("Adria Medical", "submit", "tender.json", *doors)
    wait(lambda: b.show("ALB")["seal"].get("root"), "a root", 60)
    t["ALB"].refuses(STATE, "procure", "put", "tender", b.file(later(60)), "--object", tender)
    for label in ("ALB", "KOS"):
        wait(lambda label=label: t[label].run("procure", "open", b.p, status=None).returncode == 0, f"{label} opens")
    b.wait_state("ALB", "opened")
    path = tmp_path / "transcript.eseal"
    path.write_text(b.transcript("ALB"))
    verdict = json.loads(run("procure", "verify", path, "--json", cwd=tmp_path).stdout)
    # What was cut out of it is missed.
    cut = tmp_path / "cut.eseal"
    cut.write_text("\n\n".join(m for m in path.read_text().split("\n\n") if verdict["bids"][0]["bid"] not in m))
    assert "not the whole transcript" in run("procure", "verify", cut, cwd=tmp_path, status=VERIFY).stderr
    assert b.show("HRV")["seal"]["door"] == {"taken": 2, "room": 2047}
    assert len(verdict["bids"]) == 1 and '"a-u"' in verdict["bids"][0]["text"] and not verdict["offence"]
    again = eseal.Replay(path.read_text())
    assert not again.found and list(again.opened.values()) == [verdict["bids"][0]["text"]]

    # -- award, shares, contracts; one contract is not for everybody
    t["ALB"].run("procure", "award", b.p)
    for label in three:
        wait(lambda label=label: t[label].run("procure", "consent", b.p, status=None).returncode == 0, f"{label} agrees")
    b.wait_state("ALB", "standstill")
    t["ALB"].run("procure", "finish", b.p)
    t["ALB"].run("procure", "shares", b.p, "--write")
    wait(lambda: b.show("KOS")["share"] and b.show("KOS")["award"]["content"]["status"] == "active", "the shares at KOS")
    t["KOS"].run("procure", "contracts", b.p)
    mine = b.show("KOS")["contracts"][0]
    b.put("KOS", "contract", {**mine["content"], "status": "active"}, "--object", mine["object"])
    b.put("KOS", "contract", {**mine["content"], "status": "active", "period": {"endDate": utc(now())}, "rationale": "longer"}, "--object", mine["object"])
    for wrong, code, where in (({"contract": b.p}, BAD_INPUT, "/contract"), ({"item": "nothing"}, BAD_INPUT, "/item"), ({"quantity": "x"}, BAD_INPUT, "/quantity")):
        delivery = {"procurement": b.p, "contract": mine["object"], "item": mine["content"]["items"][0]["id"], "quantity": 8, "date": utc(now()), "accepted": True}
        assert where in t["KOS"].refuses(code, "procure", "put", "delivery", b.file({**delivery, **wrong}))
    wait(lambda: b.show("HRV")["contracts"], "the contract at HRV")
    t["HRV"].refuses(DENIED, "procure", "put", "delivery", b.file(delivery))
    b.put("KOS", "delivery", delivery)
    b.put("KOS", "delivery", {**delivery, "accepted": False})
    drafts = t["KOS"].json("response", "list", "capabilities")
    assert [(x["content"]["state"], x["content"]["quantity"], x["content"]["external_ids"][1]) for x in drafts] == [
        ("draft", 8, {"scheme": "CPV", "value": "39522530"})]
    assert t["HRV"].json("response", "list", "capabilities") == []

    # -- told step by step, and what was told stays; the public hears of no record above the lowest class
    wait(lambda: len(b.show("ALB")["deliveries"]) == 2, "both deliveries at the lead")
    member, public = (tmp_path / f"{c}.json" for c in ("member", "public"))
    for circle, out in (("member", member), ("public", public)):
        t["ALB"].run("procure", "export", b.p, "--circle", circle, "-o", out)
        report = json.loads(run("ocds", "validate", out, "--json", cwd=tmp_path).stdout)
        assert report["valid"] and report["warnings"] == 0, report["findings"][:5]
    releases = json.loads(public.read_text())["releases"]
    assert [r["id"] for r in releases][:3] == early
    tags = [r["tag"][0] for r in releases]
    assert tags[:4] == ["planning", "tender", "tenderUpdate", "tenderAmendment"] and {"award", "awardUpdate", "contract", "contractUpdate", "contractAmendment", "implementation"} <= set(tags)
    amendment = next(r for r in releases if r["tag"] == ["tenderAmendment"])["tender"]["amendments"][0]
    assert amendment["rationale"] == "a question came late" and amendment["amendsReleaseID"] == early[2]
    table = run("ocds", "table", public, "--list", "contracts", cwd=tmp_path).stdout.splitlines()
    assert table[0].startswith('"ocid","id","contracts/0/id"') and len(table) == 2
    b.put("KOS", "contract", {**mine["content"], "status": "active"}, "--object", mine["object"], "--label", GREEN)
    wait(lambda: b.show("ALB")["contracts"][0]["label"] .endswith("TLP=GREEN"), "the label at the lead")
    t["ALB"].run("procure", "export", b.p, "-o", public, "--force")
    after = [r["id"] for r in json.loads(public.read_text())["releases"]]
    assert not any("-implementation-" in i for i in after) and after[:3] == early
    assert len(get(base + "/ocds")[1]["releases"]) == len(after)
    b.put("ALB", "tender", {**later(more)}, "--object", tender, "--label", GREEN)
    assert [get(b.url("ALB") + x)[0] for x in ("/tender", "/ocds")] == [404, 404] and get(base + "/ocds")[1]["releases"] == []

    line = next(x for x in t["ALB"].json("procure", "balance")["lines"] if x["label"] == "HRV")
    assert line["national"] == eur(3 * (12 * 2000 + 8 * 1500)) and line["contracted"] == eur(0)

    # -- what came and was paid stands beside what was agreed, and what is over is marked
    def fulfilled():
        return next(f for f in b.show("KOS")["fulfilment"] if f["contract"] == mine["object"])
    value = mine["content"]["value"]
    f = fulfilled()
    assert (f["ordered"], f["delivered"], f["over_delivered"]) == (20, 8, False) and (f["paid"], f["owed"], f["over_paid"]) == (eur(0), value, False)
    assert [(x["id"], x["delivered"]) for x in f["items"] if x["delivered"]] == [(delivery["item"], 8)]
    b.put("KOS", "delivery", {**delivery, "quantity": 6})
    pay = {"procurement": b.p, "contract": mine["object"], "value": value, "date": utc(now()), "status": "requested"}
    b.put("KOS", "transaction", pay)
    b.put("KOS", "transaction", {**pay, "value": eur(value["amount"] - 1), "status": "paid"})
    f = fulfilled()
    assert (f["delivered"], f["over_delivered"]) == (14, True), "more of one item, though not of all"
    assert (f["paid"], f["requested"], f["owed"], f["over_paid"]) == (eur(value["amount"] - 1), value, eur(1), False)
    b.put("KOS", "transaction", {**pay, "value": eur(2), "status": "reconciled"})
    f = fulfilled()
    assert (f["paid"], f["owed"], f["over_paid"]) == (eur(value["amount"] + 1), eur(0), True)
    line = next(x for x in t["KOS"].run("procure", "show", b.p).stdout.splitlines() if x.startswith("contract KOS"))
    assert f"delivered 14 of 20 OVER, paid {value['amount'] + 1:.2f} of {value['amount']:.2f} EUR OVER, asked for {value['amount']:.2f}" in line
    # What is only asked for is no payment in the balance either.
    assert next(x for x in t["KOS"].json("procure", "balance")["lines"] if x["label"] == "KOS")["paid"] == eur(value["amount"] + 1)
    for label in three:
        assert t[label].json("rebuild")["same"], label


def test_examples(coalition, tmp_path):
    """Who has never written a record: `example` prints each kind, it is what `schema` says, and goes in once the ids in it are real ones. `--of` says what it belongs to."""
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    b = Buying(t, tmp_path)
    nobody, mine = "a" * 26, t["ALB"].member
    schemas = t["ALB"].json("procure", "schema")
    document = {"components": {"schemas": json.loads(json.dumps(schemas).replace('"#/', '"#/components/schemas/'))}}
    names = {"need": "Need", "pool": "Pool", "participation": "Participation", "vote": "Vote", "agreement": "Agreement", "tender": "Tender", "question": "Question",
             "answer": "Answer", "conflict": "Conflict", "complaint": "Complaint", "ruling": "Ruling", "score": "ScoreSheet", "award": "Award", "share": "Share",
             "contract": "Contract", "delivery": "Delivery", "transaction": "Transaction", "consent": "Consent", "award-consent": "AwardConsent", "bid": "Bid"}
    for kind, name in names.items():
        for options in ((), ("--all",)):
            example = t["ALB"].json("procure", "example", kind, *options)
            assert not complaints(document, document["components"]["schemas"][name], example), kind
            known = schemas[name]
            assert set(example) >= set(known["required"]) and (not options or set(example) == set(known["properties"])), kind
        assert name in t["ALB"].json("procure", "schema", kind)
    for kind in ("seal", "confirm", "nothing"):
        assert "KIND" in t["ALB"].refuses(USAGE, "procure", "example", kind)

    def put(kind, *options, whole=True, **more):
        example = t["ALB"].json("procure", "example", kind, *(["--all"] if whole else [])) | more
        text = json.dumps(example).replace(f'"{nobody}"', f'"{mine}"')
        return b.put("ALB", kind, json.loads(text), *options)

    need = put("need")
    pool = put("pool", needs=[need])
    put("participation", "--of", pool, whole=False)
    put("vote", "--of", pool)
    procurement = put("agreement", whole=False, participants=[mine, t["HRV"].member])
    tender = put("tender", "--of", procurement)
    assert b.put("ALB", "tender", t["ALB"].json("procure", "example", "tender") | {"items": [
        {"id": "1", "relatedLot": "1", "description": "tents", "quantity": 3, "unit": "H87", "relatedBuyer": mine}]}, "--of", procurement, "--object", tender) == tender
    # -- an amendment is told member by member; elements go by their ids
    content = t["ALB"].json("procure", "show", procurement)["tender"]["content"]
    lot = {**content["lots"][0], "reserve": eur(900)}
    b.put("ALB", "tender", {**content, "lots": [lot, {**lot, "id": "2"}], "items": [*content["items"], {**content["items"][0], "id": "2", "relatedLot": "2"}],
                            "deadline": "2030-01-15T12:10:00Z", "rationale": "two lots"}, "--of", procurement, "--object", tender)
    versions = t["ALB"].json("procure", "changes", procurement)
    assert [(v["kind"].split("/")[1], v["first"], v["rationale"]) for v in versions] == [
        ("tender", False, "two lots"), ("tender", False, ""), ("tender", True, "rationale"), ("agreement", True, "")]
    assert {c["path"]: (c.get("before"), c.get("after")) for c in versions[0]["changes"] if c["path"] not in ("/lots/2", "/items/2")} == {
        "/lots/1/reserve/amount": (1000, 900), "/deadline": ("2030-01-15T12:00:00Z", "2030-01-15T12:10:00Z"), "/rationale": (None, "two lots")}
    assert {c["path"] for c in versions[0]["changes"] if "before" not in c} == {"/lots/2", "/items/2", "/rationale"} and not versions[0]["more"]
    told = t["ALB"].run("procure", "changes", procurement).stdout
    assert "  /lots/1/reserve/amount\n    - 1000\n    + 900\n" in told and "Agreement by ALB, first version" in told
    question = put("question", "--of", procurement)
    put("answer", "--of", procurement, question=question)
    put("conflict", "--of", procurement)
    complaint = put("complaint", "--of", procurement)
    put("ruling", "--of", procurement, complaint=complaint)
    shown = t["ALB"].json("procure", "show", procurement)
    assert shown["tender"]["content"]["items"][0]["quantity"] == 3 and [len(shown[x]) for x in ("questions", "answers", "conflicts", "complaints", "rulings")] == [1] * 5
    assert "FILE" in t["ALB"].refuses(BAD_INPUT, "procure", "put", "question", b.file([1]), "--of", procurement)


def test_supplier(coalition, tmp_path):
    """A supplier who has only the program, an address and what `--help` says: fetch, write, seal, submit, replace, withdraw, receipts; each mistake is said in words."""
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    b = Buying(t, tmp_path)
    b.agreement("Radios", "ALB", home=["AL", "HR"])
    b.wait_state("ALB", "agreed", 90)
    b.tender(3600, threshold=2)
    for label in ("ALB", "HRV"):
        b.wait_state(label, "open", 120)
    # The address that the help speaks of is what the lead's own node says.
    path = next(line.split("https://NODE")[1] for line in t["ALB"].run("procure", "show", b.p).stdout.splitlines() if "https://NODE" in line)
    doors = [f"http://127.0.0.1:{t[x].port}{path}" for x in ("ALB", "HRV")]
    assert doors == [b.url(x) for x in ("ALB", "HRV")]
    for command in ("fetch", "submit", "open"):
        assert "https://NODE/procure/COALITION/PROCUREMENT" in run("bid", command, "--help", cwd=tmp_path).stdout
    trust = tmp_path / "trust"
    trust.write_text(t["HRV"].run("procure", "trust").stdout)
    home = tmp_path / "stranger"
    home.mkdir()

    def bid(*args, status=0):
        return run("bid", *args, cwd=home, status=status)

    def receipts():
        return [(x["version"].split(".")[1], x["op"], x["receipts"], x["needed"]) for x in json.loads(bid("receipts", "tender.json", "--json").stdout)]

    # -- the address, whole or with the end of one of its doors; and what is none
    assert "there is no such tender" in bid("fetch", doors[0][:-3] + "aaa", status=UNAVAILABLE).stderr
    bid("fetch", doors[0] + "/tender", doors[1] + "/", "--trust", trust)
    assert "exists" in bid("fetch", *doors, "--trust", trust, status=EXISTS).stderr
    # -- one door tells other things under the same key: neither is believed
    with lying_door(doors[1], lambda told: told["tender"].update(title="other radios")) as liar:
        assert "tells another tender" in bid("fetch", doors[0], liar, "--trust", trust, "--force", status=VERIFY).stderr
    bid("fetch", *doors, "--trust", trust, "--force")
    assert "no bid in the wallet" in bid("submit", "tender.json", doors[0], status=STATE).stderr
    assert receipts() == []
    assert "no bid to withdraw" in bid("withdraw", "tender.json", status=STATE).stderr

    # -- a bid from the example; mistakes are refused while they can be mended
    offer = json.loads(run("procure", "example", "bid", cwd=home).stdout)
    (home / "bid.json").write_text(json.dumps({**offer, "bundles": [{**offer["bundles"][0], "lots": ["9"]}]}))
    assert "there is no lot 9" in bid("seal", "tender.json", "bid.json", status=BAD_INPUT).stderr
    (home / "bid.json").write_text(json.dumps({**offer, "bundles": [{**offer["bundles"][0], "price": {"amount": 1, "currency": "ALL"}}]}))
    assert "/bundles/price" in bid("seal", "tender.json", "bid.json", status=BAD_INPUT).stderr
    (home / "bid.json").write_text(json.dumps(offer))
    bid("seal", "tender.json", "bid.json")
    assert receipts() == [("1", "put", 0, 1)]
    bid("submit", "tender.json", doors[0] + "/bids")
    assert receipts() == [("1", "put", 1, 1)]
    bid("submit", "tender.json", *doors)
    assert receipts() == [("1", "put", 2, 1)]
    # -- one member is away: the other gives its receipt
    bid("seal", "tender.json", "bid.json")
    away = bid("submit", "tender.json", "http://127.0.0.1:1" + path, doors[1])
    assert "127.0.0.1:1" in away.stderr and receipts()[1] == ("2", "replace", 1, 1)
    bid("submit", "tender.json", "http://127.0.0.1:1" + path, status=UNAVAILABLE)
    # -- a second bid beside it; then it has to be said which one is meant
    bid("seal", "tender.json", "bid.json", "--new")
    assert "name one" in bid("withdraw", "tender.json", status=USAGE).stderr
    first = json.loads(bid("receipts", "tender.json", "--json").stdout)
    first = next(x["version"].split(".")[0] for x in first if x["op"] == "replace")
    bid("withdraw", "tender.json", "--bid", first)
    bid("submit", "tender.json", *doors)
    assert sorted(receipts()) == [("1", "put", 2, 1), ("1", "put", 2, 1), ("2", "replace", 2, 1), ("3", "withdraw", 2, 1)]
    seal = wait(lambda: (lambda x: x if x["in_force"] == 1 and x["commits"] == 4 and x["sealed"] == 3 else None)(b.show("HRV")["seal"]), "one bid in force at HRV")
    assert seal["door"]["taken"] == 4
    assert "from the fallback on" in bid("open", "tender.json", doors[0], status=STATE).stderr


def test_refusals(coalition, tmp_path):
    """Nobody signs for another, no record changes another's object, and nothing is there for who has no part in it."""
    t = coalition(["ALB", "HRV", "KOS"])
    t.sign_all()
    b = Buying(t, tmp_path)
    two = [t["ALB"].member, t["HRV"].member]
    p = b.put("ALB", "agreement", {"title": "for two", "ocid": "ocds-b5fd17-two", "lead": two[0], "participants": two,
                                   "shareRule": "prorata", "status": "proposed"})
    wait(lambda: t["HRV"].run("procure", "show", p, status=None).returncode == 0, "the agreement at HRV")
    assert t["KOS"].refuses(UNAVAILABLE, "procure", "show", p)
    assert t["KOS"].json("procure", "board") == []
    t["HRV"].run("procure", "agree", p, "--refuse")
    t["ALB"].run("procure", "agree", p)
    b.p = p
    wait(lambda: any(x["refused"] for x in b.show("ALB")["participants"]), "the refusal at ALB")
    assert b.show("ALB")["state"] == "proposed"
    t["ALB"].refuses(STATE, "procure", "transcript", p)
    t["ALB"].refuses(STATE, "procure", "solve", p)
    t["ALB"].refuses(UNAVAILABLE, "procure", "export", p)
    path = tmp_path / "nonsense"
    path.write_text("nothing\n")
    t["ALB"].refuses(BAD_INPUT, "procure", "import", p, path)
    run("procure", "verify", path, cwd=tmp_path, status=BAD_INPUT)
    for bad in ({"lead": t["KOS"].member}, {"participants": two + two}, {"participants": ["x"]}, {"status": "done"}, {"more": 1}):
        t["ALB"].refuses(BAD_INPUT, "procure", "put", "agreement", b.file({
            "title": "x", "ocid": "ocds-b5fd17-x", "lead": two[0], "participants": two, "shareRule": "prorata", "status": "proposed", **bad}))


def test_routes_survive(coalition, tmp_path):
    """Every route of this area, asked about what is not there, and about an agreement that nobody has signed: an answer, and a node that goes on."""
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    b = Buying(t, tmp_path)
    members = [n.member for n in t]
    p = b.put("ALB", "agreement", {"title": "x", "ocid": "ocds-b5fd17-x", "lead": members[0], "participants": members, "shareRule": "prorata", "status": "proposed"})
    base = f"http://127.0.0.1:{t['ALB'].port}/api/v1/coalitions/{t['ALB'].view()['coalition']}/procurement"
    for path in ("board", "records?kind=need", "suggestions", f"pools/{p}", *(f"processes/{p}{x}" for x in (
            "", "/changes", "/transcript", "/ocds", "/lab", "/lab?explain=true", "/shares", "/confirm")), f"processes/{p[:26]}.{'a' * 26}/lab"):
        try:
            with urllib.request.urlopen(f"{base}/{path}", timeout=30) as answer:
                assert answer.status == 200
        except urllib.error.HTTPError as e:
            assert e.code in (404, 409, 422), (path, e.code, e.read())
        assert t["ALB"].alive(), path
    # A new version follows the one that its author has seen.
    need = {"title": "x", "classification": [{"scheme": "LOCAL", "id": "x"}], "quantity": 1, "unit": "H87", "firmness": "interest", "status": "stated"}
    n = b.put("ALB", "need", need)

    add_user(t["ALB"], "mara", "administrator")
    mara = Person(t["ALB"], "mara")

    def write(match):
        content = {"kind": "procurement/need/1", "content": {**need, "quantity": 2}}
        return mara.put(f"{base.split('/api/v1')[1]}/records/{n}", content, **({"If-Match": f'"{match}"'} if match else {})).status
    leaf = next(x["leaf"] for x in t["ALB"].json("procure", "list", "need") if x["object"] == n)
    assert [write(None), write("0" * 64), write(leaf), write(leaf)] == [428, 412, 200, 412]
    door = f"http://127.0.0.1:{t['ALB'].port}/procure/"
    for path in ("", "x", "x/y/tender", f"{t['ALB'].view()['coalition']}/ocds", f"{t['ALB'].view()['coalition']}/{p}/tender"):
        try:
            urllib.request.urlopen(door + path, timeout=30).close()
        except urllib.error.HTTPError as e:
            assert e.code in (404, 405), (path, e.code)
        assert t["ALB"].alive(), path
