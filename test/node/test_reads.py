"""Who has been shown which restricted record is in the audit, by whatever way he came: every route of the table that shows a word of one, TAXII, the feed of alerts, the calendar.

Each record has a word of its own. A route that shows the word of a restricted one must have left its leaf in the audit; one that shows none must be known here as such, so that a
new route is either seen or named.
"""

import base64
import io
import itertools
import json
import re
import sqlite3
import sys
import zipfile

import pytest

import schema
from api import AREAS, PASSWORD, Person, add_user, ask, new_token, store
from entente import TOP, wait

sys.path.insert(0, str(TOP / "test/taxii"))

import objects as stix  # noqa: E402

HIGH, LOW = "CONFIDENTIAL", "UNCLASSIFIED"

C = "/coalitions/{coalition}"
# Routes that show nothing of records, whoever asks: acts, charters, logs, parties, partners, accounts, this node; what is only here and no record yet; sums over many.
SILENT = """
/coalitions C C/acts C/acts/pending C/acts/pending/{id} C/acts/{leaf} C/charters C/charters/{hash} C/charters/{hash}/text C/flags C/forks/{hash} C/labels C/logs C/logs/{log}
C/logs/{log}/entries C/logs/{log}/entries/{seq} C/logs/{log}/entries/{seq}/proof C/parties C/parties/{member} C/refusals C/statements
/hello /jobs /jobs/{id} /notify /openapi.json /peers /session /session/all /session/passkeys /settings /status /tokens /users /users/{name} /webhooks /webhooks/{id} /webhooks/{id}/letters
C/cyber/collections C/response/acceptances-waiting C/response/alert-drafts C/response/feeds C/response/types C/training/calendars C/training/out
C/procurement/balance C/response/matrix
""".replace("C", C).split()
# Routes that show something only of a tender that has been sealed and opened (test_procurement).
TENDER = [f"{C}/procurement/processes/{{object}}/{what}" for what in ("confirm", "lab", "ocds", "shares", "transcript")]


class Words:
    """A word for each record, and where it was written."""

    def __init__(self, t):
        self.t, self.alb, self.n = t, t["ALB"], 0
        self.object, self.stix, self.label = {}, {}, {}

    def new(self, label=HIGH):
        self.n += 1
        word = f"canary{self.n:03d}q"
        self.label[word] = label
        return word

    def put(self, make, label=HIGH):
        """make(word, label) writes a record and gives its id."""
        word = self.new(label)
        self.object[word] = make(word, label)
        return self.object[word]

    def bring(self, make, label=HIGH):
        """A STIX object in an entry of its own."""
        word = self.new(label)
        one = make(word)
        path = self.alb.path / "bundle.json"
        path.write_text(json.dumps({"type": "bundle", "id": "bundle--" + stix.indicator()["id"][11:], "objects": [one]}))
        assert self.alb.json("cyber", "import", path, "--label", label, "--to", "all")["written"] == 1
        self.stix[word] = one["id"]
        return one["id"]

    def leaves(self):
        """{word: the leaves of all versions of records that say it}"""
        root, leaves = Person(self.alb, "root"), {word: set() for word in self.label}
        base = f"/coalitions/{self.t.id}/records"
        for mode in ("real", "exercise"):
            for record in root.all(base, mode=mode, limit=200):
                for version in root.all(f"{base}/{record['object']}/versions"):
                    for word in set(re.findall(r"canary\d+q", json.dumps(version))):
                        leaves[word].add(version["leaf"])
        assert all(leaves.values()), leaves
        return leaves


def response(w):
    alb = w.alb

    def put(kind, *fields):
        return lambda word, label: alb.json("response", "put", kind, *(f.replace("WORD", word) for f in fields), "--label", label, "--to", "ALB,HRV")["object"]
    for label in (HIGH, LOW):
        have = w.put(put("capabilities", "type=HCP", "name=WORD", "kind=module"), label)
        w.put(put("readiness", f"capability={have}", "state=READY", "valid_until=+24h", "notice_minutes=180", "reason_codes=WORD"), label)
        code = "4711" if label == HIGH else "4712"
        request = w.put(put("requests", f"code={code}", "title=WORD", "situation=WORD", "location.name=WORD", "offers_due=+4h", "lines.0.line=1", "lines.0.type=HCP",
                            "lines.0.quantity=2", "lines.0.needed_by=+24h"), label)
    w.put(put("capability-details", f"of={have}", "quantity=4", "home.name=WORD"))
    w.put(put("exchanges", f"creditor={w.t['HRV'].member}", "amount=5", "unit=WORD"))

    def alert(word, label):
        fields = ["event=Flood", "category=Met", "urgency=Immediate", "severity=Extreme", "certainty=Observed", f"headline={word}", "expires=+12h", "area.0.areaDesc=valley"]
        draft = alb.json("response", "alert", *fields, "--to", "ALB,HRV", "--label", label, "--as", "edi")["draft"]
        return alb.json("response", "approve", str(draft), "--as", "mira")["object"]
    for label in (HIGH, LOW):
        w.put(alert, label)
    return request


def training(w):
    alb = w.alb

    def tr(*args, **options):
        return alb.json("training", *args, **options)
    name = None
    for label in (HIGH, LOW):
        w.put(lambda word, label: tr("exercise", word, "--scenario", "2026-01-01T09:00:00Z", "--aim", "Act together", "--with", "ALB,HRV", "--label", label)["object"], label)
        name = name or list(w.object)[-1]
    w.put(lambda word, label: tr("part", name, "audience", word, "-n", "A1", "--party", "ALB")["object"])
    w.put(lambda word, label: tr("part", name, "objective", word, "-n", word)["object"])
    objective = list(w.object)[-1]
    inject = w.put(lambda word, label: tr("inject", name, word, word, "--body", word, "--for", "A1", "--due", "+00:00", "--fire", "auto", "--objectives", objective)["object"])
    w.put(lambda word, label: tr("new", "qualification", "--label", label, stdin=json.dumps(
        {"person": word, "code": "EVAL-1", "title": "Evaluator", "authority": "School", "granted": "2024-01-01"}))["object"])
    for label in (HIGH, LOW):
        w.put(lambda word, label: tr("new", "entry", "--label", label, stdin=json.dumps(
            {"title": word, "kind": "exercise", "from": "2027-03-01", "to": "2027-06-30", "days": 9, "start": "2027-05-12", "venues": ["Range"]}))["object"], label)
        tr("step", list(w.object.values())[-1], "proposed")
    for state in ("submitted", "approved", "synchronized"):
        tr("step", inject, state)
    for state in ("specified", "planned", "ready"):
        tr("step", w.object[name], state)
    tr("control", name, "startex", "--rate", "60")
    w.delivery = wait(lambda: tr("inbox")["deliveries"], "the delivery")[0]["object"]


def procurement(w):
    alb, hrv = w.alb, w.t["HRV"]

    def put(kind, content, *options, node=alb):
        def make(word, label):
            path = node.path / "record.json"
            path.write_text(json.dumps(content).replace("WORD", word))
            return node.json("procure", "put", kind, path, "--label", label, *options)["object"]
        return make
    thing = {"title": "WORD", "classification": [{"scheme": "CPV", "id": "39522530"}], "unit": "H87"}
    need = {**thing, "quantity": 12, "firmness": "interest", "status": "stated"}
    agreement = {"title": "WORD", "lead": alb.member, "participants": [alb.member, hrv.member], "shareRule": "prorata", "status": "proposed"}
    for label in (HIGH, LOW):
        w.put(put("need", need), label)
        w.put(put("pool", {**thing, "status": "proposed"}), label)
        made = w.put(put("agreement", {**agreement, "ocid": f"ocds-b5fd17-{label.lower()}"}), label)
        w.put(put("agreement", {**agreement, "ocid": f"ocds-b5fd17-{label.lower()}"}, "--object", made), label)
    like = w.put(put("need", need, node=hrv))
    wait(lambda: alb.has(like), "the other's need")


def advisory(word):
    at = "2030-01-01T00:00:00Z"
    return {"document": {
        "category": "csaf_base", "csaf_version": "2.0", "title": word, "distribution": {"tlp": {"label": "GREEN"}},
        "publisher": {"category": "vendor", "name": "Someone", "namespace": "https://csaf.example"},
        "tracking": {"id": word, "status": "final", "version": "1", "initial_release_date": at, "current_release_date": at,
                     "revision_history": [{"date": at, "number": "1", "summary": "first"}]}}}


def cyber(w):
    alb, base = w.alb, f"/coalitions/{w.t.id}/cyber"
    for label in (HIGH, LOW):
        def indicator(word):
            return {**stix.indicator(len(w.stix)), "name": word}
        i = w.bring(indicator, label)
        w.bring(lambda word: stix.sdo("report", name=word, published=stix.now(), object_refs=[i]), label)
        w.bring(lambda word: stix.sdo("attack-pattern", name=word, kill_chain_phases=[{"kill_chain_name": "mitre-attack", "phase_name": "made-up"}]), label)
        tactic = w.bring(lambda word: stix.sdo("x-mitre-tactic", name=word, x_mitre_shortname="made-up"), label)
        w.bring(lambda word: stix.sdo("x-mitre-matrix", name=word, tactic_refs=[tactic], x_mitre_domains=["enterprise-attack"]), label)
        w.bring(lambda word: stix.sdo("sighting", sighting_of_ref=i, count=5, first_seen=stix.now(), last_seen=stix.now(), description=word), label)
        root = Person(alb, "root")
        for kind in ("case", "notice"):
            def make(word, label):
                content = {"title": word, "objects": [i], "status": "open", "severity": "high"} if kind == "case" else {
                    "title": word, "type": "advisory", "status": "published", "csaf": advisory(word)}
                made = root.post(f"{base}/cases", {"kind": kind, "label": label, "audience": "all", "content": content})
                assert made.status == 201, made.body
                return made.json["object"]
            w.put(make, label)


@pytest.fixture(scope="module")
def t(shared):
    t = shared(["ALB", "HRV"], name="Reads")
    t.sign_all()
    alb = t["ALB"]
    everywhere = ",".join(f"{a}=administrator" for a in AREAS)
    add_user(alb, "root", everywhere, "*")
    add_user(alb, "edi", everywhere, "*")
    add_user(alb, "mira", everywhere, "*")
    w = t.words = Words(t)
    for label in (HIGH, LOW):
        w.put(lambda word, label: alb.put(word, to="all", label=label, title=word), label)
    response(w)
    training(w)
    procurement(w)
    cyber(w)
    t.leaf = w.leaves()
    return t


class Fresh:
    """One token, each time of another account: nobody has read anything yet."""

    def __init__(self, t):
        self.t, self.alb, self.n = t, t["ALB"], 0
        self.token, self.id = new_token(self.alb, "edi", ",".join(f"{a}=administrator" for a in AREAS))
        self.columns = "shown, password, roles, clearance, totp, totp_new, totp_step, disabled, generation, made_ms, signed_in_ms"

    def next(self):
        self.n += 1
        name = f"fresh-{self.n}"
        with sqlite3.connect(self.alb.dir / "node.db", timeout=20) as db:
            db.execute(f"INSERT INTO account (name, {self.columns}) SELECT ?, {self.columns} FROM account WHERE name = 'edi'", (name,))
            db.execute("UPDATE token SET account = (SELECT row FROM account WHERE name = ?) WHERE id = ?", (name, self.id))
        return name

    def get(self, path):
        """The answer, and the leaves that the audit has of it."""
        name = self.next()
        answer = self.token.get(path)
        return answer, noted(self.alb, f"token:{name}/%")


@pytest.fixture(scope="module")
def fresh(t):
    return Fresh(t)


def noted(node, who):
    rows = store(node, "SELECT what, about FROM audit WHERE who LIKE ? AND what LIKE 'record %'", who)
    return {leaf for _, about in rows for leaf in re.findall(r"\b[0-9a-f]{64}\b", about)}


def texts(answer):
    """What is in it, also in a workbook."""
    if answer.body[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.body)) as z:
            return "".join(z.read(name).decode(errors="replace") for name in z.namelist())
    return answer.body.decode(errors="replace")


def shown(t, text):
    """(words of restricted records, words of others) in a text."""
    words = {w for w in re.findall(r"canary\d+q", text) if w in t.leaf}
    high = {w for w in words if t.words.label[w] == HIGH}
    return high, words - high


def paths(t, path):
    """The route with each record that may be meant in it."""
    known = {"coalition": [t.id], "object": sorted({*t.words.object.values(), t.words.delivery}), "id": list(t.words.stix.values()), "hash": ["current"], "member": [t["ALB"].member],
             "log": [f"{t['ALB'].member}.1"], "seq": ["0"], "leaf": ["0" * 64],
             "kind": ["requests", "capabilities", "capability-details", "readiness", "exchanges", "alerts"]}
    names = re.findall(r"{(\w+)}", path)
    for values in itertools.product(*(known.get(n, ["nothing"]) for n in names)):
        yield path.format(**dict(zip(names, values)))


QUERIES = {
    "/search": ["?q=WORD"],
    "/training/records": [f"?kind={k}" for k in ("exercise", "part", "inject", "entry", "qualification")],
    "/procurement/records": [f"?kind={k}" for k in ("need", "pool", "agreement")],
    "/cyber/objects": ["", "?text=WORD"],
    "/cyber/cases": ["", "?kind=notice"],
    "/effect": ["?party=HRV"],
}


def queries(t, path):
    word = next(iter(t.leaf))
    for end, list_of in QUERIES.items():
        if path.endswith(end):
            return [q.replace("WORD", word) for q in list_of]
    return [""]


def test_every_route(t, fresh):
    seen = {}
    document = ask(t["ALB"], "GET", "/openapi.json").json
    for method, path, operation in schema.operations(document):
        if method != "GET" or path in ("/events", "/audit"):  # the one tells of changes, the other is what is looked at
            continue
        seen[path] = set()
        for whole in paths(t, path):
            for query in queries(t, path):
                answer, leaves = fresh.get(whole + query)
                high, low = shown(t, texts(answer)) if answer.status == 200 else (set(), set())
                missing = {w for w in high if not t.leaf[w] & leaves}
                assert not missing, (whole + query, missing, answer.body[:1000])
                # What is for everybody is written down of nobody.
                assert not {w for w in t.leaf if t.words.label[w] == LOW and t.leaf[w] & leaves}, whole
                seen[path] |= high
    quiet = {path for path, words in seen.items() if not words}
    assert sorted(quiet - {*SILENT, *TENDER}) == [], "these have shown nothing here: let the records above be among what they show, or name them"
    assert sorted({*SILENT} - quiet) == [], "these show something after all"


def basic(name):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{PASSWORD}".encode()).decode(), "Accept": "application/taxii+json;version=2.1"}


def test_taxii(t):
    """Each who gets a page, also one that was made for another and is kept; once, however often, and whatever of it."""
    alb, base = t["ALB"], f"//taxii2/{t.id}/real/collections/all"
    high = {i: t.leaf[w] for w, i in t.words.stix.items() if t.words.label[w] == HIGH}
    low = {leaf for w in t.words.stix if t.words.label[w] == LOW for leaf in t.leaf[w]}
    one = next(iter(high))
    for n, path in enumerate((f"{base}/objects/", f"{base}/objects/", f"{base}/manifest/", f"{base}/objects/{one}/", f"{base}/objects/{one}/versions/")):
        who = f"taxii-{n}"
        add_user(alb, who, "cyber=reader", "*")
        for _ in range(4):
            answer = ask(alb, "GET", path, **basic(who))
            assert answer.status == 200, answer.body
        got = noted(alb, f"user:{who}")
        wanted = high.values() if one not in path else [high[one]]
        assert all(leaves & got for leaves in wanted) and not low & got
        assert rows(alb, f"user:{who}") == 1
    add_user(alb, "taxii-low", "cyber=reader", LOW)
    assert not [i for i in high if i.encode() in ask(alb, "GET", f"{base}/objects/", **basic("taxii-low")).body]
    assert rows(alb, "user:taxii-low") == 0


def rows(node, who):
    return store(node, "SELECT count(*) FROM audit WHERE who = ? AND what LIKE 'record %'", who)[0][0]


def test_doors(t, fresh):
    """The feed of alerts and an alert, by a token; the calendar, by its address, which is a token of its owner's."""
    alb = t["ALB"]
    answer, leaves = fresh.get(f"//cap/{t.id}/real.atom")
    high, low = shown(t, texts(answer))
    assert len(high) == len(low) == 1 and all(t.leaf[w] & leaves for w in high) and not any(t.leaf[w] & leaves for w in low)
    [word] = high
    answer, leaves = fresh.get(f"//cap/{t.id}/real/{t.words.object[word]}.cap")
    assert word in texts(answer) and t.leaf[word] & leaves
    made = alb.json("training", "calendar", "add", "wall", "--user", "edi")
    answer = ask(alb, "GET", "//calendar/" + made["address"].rsplit("/", 1)[1])
    high, low = shown(t, texts(answer))
    leaves = noted(alb, f"token:edi/calendar {made['id']}")
    assert high and low and all(t.leaf[w] & leaves for w in high) and not any(t.leaf[w] & leaves for w in low)
    assert Person(alb, "root").post("/audit/verify").json["ok"]


def test_only_what_is_on_the_page(t, fresh):
    """Of a list that is cut, of what is only counted, nothing; of three hundred objects in one entry, one leaf."""
    alb = t["ALB"]
    answer, leaves = fresh.get(f"/coalitions/{t.id}/records?limit=1")
    assert len(answer.items) == 1 and leaves <= {answer.items[0]["leaf"]}
    one, leaves = fresh.get(f"/coalitions/{t.id}/response/capabilities?limit=1")
    all_, more = fresh.get(f"/coalitions/{t.id}/response/capabilities")
    assert len(one.items) == 1 and len(all_.items) == 2 and len(leaves) < len(more)
    assert not fresh.get(f"/coalitions/{t.id}/response/matrix")[1] and not fresh.get(f"/coalitions/{t.id}/procurement/balance")[1]
    path = alb.path / "many.json"
    many = [stix.indicator(n) for n in range(300)]
    path.write_text(json.dumps({"type": "bundle", "id": "bundle--" + stix.indicator()["id"][11:], "objects": many}))
    assert alb.json("cyber", "import", path, "--label", HIGH, "--to", "all", "--mode", "test")["written"] == 300
    answer, leaves = fresh.get(f"/coalitions/{t.id}/cyber/objects?mode=test&limit=200")
    assert len(answer.items) == 200 and len(leaves) == 1


def test_nothing_is_shown_that_is_not_written_down(t, fresh):
    alb = t["ALB"]
    word = next(w for w in t.leaf if t.words.label[w] == HIGH)
    feed = texts(fresh.get(f"//cap/{t.id}/real.atom")[0])
    alert = next(w for w in t.leaf if t.words.label[w] == HIGH and w in feed)
    add_user(alb, "unlucky", "cyber=reader", "*")
    whole = [f"/coalitions/{t.id}/records/{t.words.object[word]}", f"//cap/{t.id}/real/{t.words.object[alert]}.cap"]
    page = f"//taxii2/{t.id}/real/collections/all/objects/"
    store(alb, "CREATE TRIGGER full BEFORE INSERT ON audit WHEN substr(NEW.what, 1, 7) = 'record ' BEGIN SELECT RAISE(ABORT, 'no room'); END")
    try:
        for answer in [*(fresh.get(path)[0] for path in whole), ask(alb, "GET", page, **basic("unlucky")), ask(alb, "GET", page, **basic("unlucky"))]:
            assert answer.status >= 400 and not re.search(rb"canary\d+q", answer.body) and "Content-Encoding" not in answer.headers, (answer.status, answer.body[:300])
    finally:
        store(alb, "DROP TRIGGER full")
    for path in whole:
        answer, leaves = fresh.get(path)
        assert answer.status == 200 and leaves
    assert ask(alb, "GET", page, **basic("unlucky")).status == 200 and rows(alb, "user:unlucky") == 1
