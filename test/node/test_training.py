"""Joint training on real nodes: a script that two members write, each seeing the other's as shadows, run at sixty times the speed of the clock with a pause and a jump
while one node is cut off; evaluated, reported, told again; a lesson's action that only its owner accepts."""

import csv
import io
import json
import re
import sys
import time

import pytest

import schema
from api import PASSWORD, Person, add_user, ask, new_token
from receivers import Receiver, Relay, certificate, signed, subject, text
from entente import BAD_INPUT, DENIED, STATE, EXISTS, TOP, UNAVAILABLE, free_port, wait

sys.path.insert(0, str(TOP / "test/taxii"))

from client import Client  # noqa: E402

FOUR = ["ALB", "HRV", "KOS", "MKD"]
EPOCH = "2026-01-01T09:00:00Z"
EX = "BRIGHT HORIZON"
REQUEST = {"code": "4711", "title": "Pumps for the valley", "situation": "The valley is under water", "location": {"name": "Shkodra"}, "offers_due": "+4h",
           "lines": [{"line": 1, "type": "HCP", "quantity": 2, "needed_by": "+24h"}]}
TENDER = {"title": "Generators", "currency": "EUR", "estimate": {"amount": 90000, "currency": "EUR"},
          "lots": [{"id": "1", "title": "generators", "reserve": {"amount": 1000, "currency": "EUR"}}],
          "items": [{"id": "1", "relatedLot": "1", "description": "20 kVA", "quantity": 60, "unit": "H87", "relatedBuyer": None}],
          "questionsUntil": "+30m", "deadline": "+4h", "openAt": "+6h", "fallbackAt": "+2d", "graceMinutes": 10, "standstillDays": 0, "threshold": 2, "padding": [4096], "award": {}, "status": "draft"}


def tr(node, *args, **options):
    return node.json("training", *args, **options)


def live(node):
    return tr(node, "live", EX)


def whole(node):
    return tr(node, "live", EX, "--all")


def settings(node, *lines):
    conf = node.dir / "entente.conf"
    conf.write_text(conf.read_text() + "".join(line + "\n" for line in lines))


def cut_off(node):
    """The node goes on, but reaches nobody and nobody reaches it: another port, and no address that it may connect to."""
    conf = node.dir / "entente.conf"
    node.conf = conf.read_text()
    node.stop()
    text = re.sub(r"(?m)^peer-listen .*$", f"peer-listen 127.0.0.1:{free_port()}", node.conf)
    conf.write_text(re.sub(r"(?m)^allow .*\n", "", text))
    node.start()


def come_back(node):
    node.stop()
    (node.dir / "entente.conf").write_text(node.conf)
    node.start()


def sheet(member, minutes, audience):
    """A script as people have it: their own headings."""
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow([f"MSEL of {member}"])
    rows.writerow(["MSEL #", "Inject DTG", "Subject", "Send To", "Inject Mode", "Implementer (Actual Narrative)", "Expected Action(s)", "Weather"])
    for i, minute in enumerate(minutes, 1):
        rows.writerow([f"{member}-{i}", f"2026-01-01 09:{minute:02d}:{30 if member == 'HRV' else 0:02d}", f"Event {i} of {member}", audience,
                       "Email", f"=Something happens, number {i}", "Report it", "fair"])
    return out.getvalue()


def wait_known(node, check, what):
    return wait(lambda: check(whole(node)), what)


@pytest.fixture(scope="module")
def played(shared):
    """The exercise, up to ENDEX."""
    t = shared(FOUR, name="Training")
    t.sign_all()
    alb, hrv, kos, mkd = (t[label] for label in FOUR)
    t.exercise = tr(alb, "exercise", EX, "--scenario", EPOCH, "--aim", "Act together", "--with", "ALB,HRV,KOS")["object"]
    t.audience = tr(alb, "part", EX, "audience", "Staff", "-n", "A1", "--party", "KOS")["object"]
    t.objective = tr(alb, "part", EX, "objective", "Command and control", "-n", "O1")["object"]
    t.unmet = tr(alb, "part", EX, "objective", "Logistics", "-n", "O2")["object"]
    tr(alb, "part", EX, "task", "Report within the hour", "-n", "T1", "--objective", t.objective, "--evaluator", "an evaluator")
    wait(lambda: len(tr(hrv, "list", "part")["records"]) == 4, "the parts at HRV")
    write_scripts(t)
    run(t)
    return t


def write_scripts(t):
    alb, hrv = t["ALB"], t["HRV"]
    for node, n in ((alb, 26), (hrv, 28)):
        path = node.path / f"{node.label}.csv"
        path.write_text(sheet(node.label, range(1, n + 1), "Staff"))
        shown = tr(node, "import", EX, path)
        assert shown["count"] == {"new": n, "changed": 0, "same": 0, "conflict": 0, "error": 0, "denied": 0} and not shown["written"]
        assert not whole(node)["injects"]
        only = ["--to", "HRV"] if node is hrv else []
        assert tr(node, "import", EX, path, "--write", *only)["count"]["new"] == n
        assert tr(node, "import", EX, path)["count"]["same"] == n
    # More by hand; ALB's go through the other workspaces, the last of them names an incident that there is not.
    unknown = {**REQUEST, "incident": t.exercise}
    TENDER["items"][0]["relatedBuyer"] = t["KOS"].member
    for number, method, due, native in (("ALB-A", "alert", "+00:02", None), ("ALB-C", "cyber", "+00:03", None), ("ALB-P", "procurement", "+00:04", TENDER),
                                        ("ALB-Q", "request", "+00:04", REQUEST), ("ALB-X", "request", "+00:05", unknown)):
        more = []
        if native:
            (alb.path / "native.json").write_text(json.dumps(native))
            more = ["--native", alb.path / "native.json"]
        tr(alb, "inject", EX, number, f"By way of {method}", "--for", "A1", "--due", due, "--method", method, "--fire", "auto", "--body", "x",
           "--objectives", "O1", "--expect", "Report it", *more)
    tr(hrv, "inject", EX, "HRV-S", "Sealed", "--for", "A1", "--due", "+00:20", "--fire", "auto", "--sealed", "--body", "a secret until then", "--to", "HRV")
    for node in (alb, hrv):
        for inject in whole(node)["injects"]:
            if not inject["own"]:
                continue
            if inject["content"].get("fire") != "auto":
                content = {**inject["content"], "fire": "auto", "objectives": [t.objective]}
                content.pop("steps", None)
                node.run("training", "edit", inject["object"], stdin=json.dumps(content))
            for state in ("submitted", "approved", "synchronized"):
                node.run("training", "step", inject["object"], state)


def run(t):
    alb, hrv, kos = (t[label] for label in FOUR[:3])
    assert "not ready" in alb.refuses(STATE, "training", "control", EX, "startex")
    for state in ("specified", "planned", "ready"):
        alb.run("training", "step", EX if state == "planned" else t.exercise, state)
    hrv.run("training", "seal", EX, "HRV-S")
    wait_known(alb, lambda w: len(w["shadows"]) == 29, "HRV's shadows at ALB")
    wait(lambda: tr(kos, "list", "sealed")["records"], "the sealed inject at KOS")
    assert not kos.holds(b"a secret until then")
    t.design = {n.label: whole(n) for n in (alb, hrv, kos)}
    alb.run("training", "control", EX, "startex", "--rate", "60")
    wait(lambda: live(kos)["deliveries"], "the first delivery at KOS")
    alb.run("training", "control", EX, "pause")
    wait(lambda: not live(hrv)["clock"]["running"], "the pause at HRV")
    time.sleep(0.5)  # what was on its way arrives
    before = len(live(kos)["deliveries"])
    time.sleep(2)
    assert len(live(kos)["deliveries"]) == before, "nothing goes out in a pause"
    alb.run("training", "control", EX, "resume")
    wait(lambda: live(hrv)["clock"]["running"], "the clock at HRV")
    cut_off(hrv)
    wait(lambda: live(alb)["clock"]["scenario"] > "2026-01-01T09:07", "seven minutes of the story")
    # Over three of ALB's injects, which are held; HRV does not hear of it and goes on.
    alb.run("training", "control", EX, "jump", "--scenario", "2026-01-01T09:11:30Z")
    wait(lambda: len(tr(hrv, "live", EX)["deliveries"]) >= 20, "HRV plays on without the others", 60)
    t.alone = live(hrv)["clock"]
    t.kos_meanwhile = [d for d in live(kos)["deliveries"] if d["number"].startswith("HRV")]
    come_back(hrv)
    wait(lambda: len(live(kos)["deliveries"]) >= 40, lambda: f"HRV's injects at KOS, {len(live(kos)['deliveries'])}", 60)
    held = [i["number"] for i in live(alb)["held"] if i["own"]]
    t.held = held
    for number in held:
        alb.run("training", "control", EX, "release", "-i", number)
        assert "was released at" in alb.refuses(EXISTS, "training", "control", EX, "release", "-i", number)
    wait(lambda: {d["number"] for d in live(kos)["deliveries"]} == {i["content"]["number"] for n in (alb, hrv) for i in whole(n)["injects"]},
         "all sixty at KOS", 60)
    wait(lambda: all(light["state"] == "received" for n in (alb, hrv) for d in live(n)["deliveries"] if d["own"] for light in d["lights"]),
         "receipts of KOS", 60)
    alb.run("training", "control", EX, "endex")
    wait(lambda: live(kos)["clock"]["state"] == "ended", "ENDEX at KOS")


def test_each_saw_the_others_as_shadows(played):
    t = played
    for label, other in (("ALB", "HRV"), ("HRV", "ALB")):
        design = t.design[label]
        own = [i for i in design["injects"] if i["own"]]
        assert len(own) == (31 if label == "ALB" else 29)
        assert all(i["status"] == "synchronized" for i in own)
        if label == "ALB":
            assert len(design["injects"]) == 31 and len(design["shadows"]) == 29
            assert all(s["author"]["label"] == other and s["weight"] == 2 and s["from"] == "2026-01-01T09:00:00.000Z" for s in design["shadows"])
            assert not t["ALB"].holds(b"Event 3 of HRV")
    assert not t.design["KOS"]["injects"] and len(t.design["KOS"]["shadows"]) == 60
    # MKD takes no part: there is no exercise for it.
    assert tr(t["MKD"], "list", "exercise")["records"] == []
    assert "no such exercise" in t["MKD"].refuses(UNAVAILABLE, "training", "live", EX)
    t["MKD"].refuses(UNAVAILABLE, "training", "live", t.exercise)


def test_all_were_delivered_once_and_at_their_time(played):
    t = played
    deliveries = live(t["KOS"])["deliveries"]
    numbers = [d["number"] for d in deliveries]
    assert len(numbers) == len(set(numbers)) == 60
    assert t.held and all(n.startswith("ALB") for n in t.held)
    for d in deliveries:
        assert d["mark"] == "EXERCISE EXERCISE EXERCISE" and d["body"]
        if d["number"] in t.held:
            assert d["due"] is None
        else:
            assert d["due"] is not None and d["released"] >= d["due"]
    # The sealed one is what was committed to, opened by its key.
    sealed = next(d for d in deliveries if d["number"] == "HRV-S")
    assert sealed["body"] == "a secret until then"
    assert len(tr(t["KOS"], "list", "key")["records"]) == 1


def test_the_node_that_was_cut_off_said_so(played):
    t = played
    assert t.alone["running"] and not any(s["jump"] for s in t.alone["segments"])
    assert any(s["jump"] for s in live(t["HRV"])["clock"]["segments"])
    clocks = [{k: live(t[label])["clock"][k] for k in ("startex", "endex", "segments")} for label in FOUR[:3]]
    assert clocks[0] == clocks[1] == clocks[2]
    assert len(t.kos_meanwhile) < 20


def in_workspaces(node, mode):
    """What the other workspaces show of a mode, each by its own command."""
    return {"alerts": [a["info"][0]["headline"] for a in node.json("response", "alerts", "-m", mode)],
            "requests": [r["content"]["title"] for r in node.json("response", "board", "-m", mode)],
            "objects": sorted(o["type"] for o in json.loads(node.run("cyber", "export", "--mode", mode).stdout)["objects"]),
            "board": [p["title"] for p in node.json("procure", "board", "-m", mode)]}


def test_other_workspaces_had_them_marked_exercise(played):
    """A released inject is a record of the workspace that it goes through: there, and marked, for its recipients; in no real view, feed or count."""
    t = played
    by_number = {d["number"]: d for d in live(t["ALB"])["deliveries"]}
    for number, kind in (("ALB-A", "response/alert/1"), ("ALB-C", "cyber/stix/1"), ("ALB-P", "procurement/tender/1"), ("ALB-Q", "response/request/1")):
        d = by_number[number]
        assert d["error"] == "" and d["record"], d
        for label in ("ALB", "KOS"):
            record = t[label].wait_record(d["record"])
            assert record["kind"] == kind and record["mode"] == "exercise"
        assert not t["MKD"].has(d["record"])
    # What response refuses is in the inbox all the same, with the reason.
    assert by_number["ALB-X"]["record"] is None and "is no record of this mode here" in by_number["ALB-X"]["error"]
    shown = {label: in_workspaces(t[label], "exercise") for label in FOUR}
    assert shown["KOS"] == {"alerts": ["EXERCISE: By way of alert"], "requests": ["EXERCISE: Pumps for the valley"],
                            "objects": ["identity", "report"], "board": ["EXERCISE: Generators"]}
    assert shown["ALB"] == shown["KOS"]
    assert shown["MKD"] == {"alerts": [], "requests": [], "objects": [], "board": []}
    for node in t:
        assert in_workspaces(node, "real") == shown["MKD"] == in_workspaces(node, "test")


def test_no_real_feed_or_count_knows_of_them(played):
    t = played
    kos = t["KOS"]
    add_user(kos, "boss", "administrator", "*")
    boss = Person(kos, "boss")
    feed = {mode: boss.get(f"//cap/{t.id}/{mode}.atom").body for mode in ("real", "exercise")}
    assert b"<entry>" not in feed["real"] and b"EXERCISE EXERCISE EXERCISE" in feed["exercise"]
    alert = next(d["record"] for d in live(kos)["deliveries"] if d["number"] == "ALB-A")
    cap = boss.get(f"//cap/{t.id}/exercise/{alert}.cap").body
    assert b"<status>Exercise</status>" in cap and b"EXERCISE EXERCISE EXERCISE BRIGHT HORIZON" in cap
    assert boss.get(f"//cap/{t.id}/real/{alert}.cap").status == 404
    taxii = {mode: Client(f"http://127.0.0.1:{kos.port}/taxii2/{t.id}/{mode}/", "boss", PASSWORD).get("collections/all/objects/").json()
             for mode in ("real", "exercise")}
    report = next(o for o in taxii["exercise"]["objects"] if o["type"] == "report")
    assert report["labels"] == ["exercise"] and report["name"] == "EXERCISE: By way of cyber" and taxii["real"].get("objects", []) == []
    assert boss.get(f"/coalitions/{t.id}/procurement/board").items == []
    needs = boss.get("/needs")
    assert not [n for n in needs.items if n["mode"] == "real" and n["area"] in ("response", "cyber", "procurement", "training")]
    tender = next(d["record"] for d in live(kos)["deliveries"] if d["number"] == "ALB-P")
    content = kos.get(tender)["content"]
    assert content["title"] == "EXERCISE: Generators" and content["openAt"] > content["deadline"] > content["questionsUntil"]
    kos.refuses(UNAVAILABLE, "response", "offer", REQUEST["code"], "--type", "HCP", "--eta", "+2h")
    kos.run("response", "offer", REQUEST["code"], "--type", "HCP", "--eta", "+2h", "-m", "exercise")


def other_workspaces_are_asked_at_once(alb, ex):
    """What another workspace would refuse is said when the script is written, with the place; and nothing is kept of it."""
    cap = ('<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>x</identifier><sender>y</sender><sent>2026-01-01T09:00:00-00:00</sent>'
           "<status>Actual</status><msgType>Alert</msgType><scope>Public</scope></alert>")
    stix = {"type": "report", "spec_version": "2.1", "id": "report--84e4d88f-44ea-4bcd-bbf3-b2c1c320bcb3", "created": EPOCH, "modified": EPOCH, "name": "n",
            "published": EPOCH, "object_refs": ["identity--84e4d88f-44ea-4bcd-bbf3-b2c1c320bcb3"]}
    for method, native, said in (("alert", cap, "has the status Exercise"), ("alert", "<alert", "is no CAP alert"), ("cyber", json.dumps(stix), 'the label "exercise"'),
                                 ("cyber", json.dumps({**stix, "labels": ["exercise"], "published": 1}), "cyber/stix/1 would refuse it"),
                                 ("request", json.dumps({**REQUEST, "lines": []}), "response/request/1 would refuse it: /lines"), ("request", "[", "is no JSON object"),
                                 ("procurement", json.dumps({**TENDER, "currency": "XXY"}), "procurement/tender/1 would refuse it"),
                                 ("phone", "x", "goes with the methods alert")):
        content = {"exercise": ex, "number": "N", "title": "Native", "method": method, "native": native}
        message = alb.refuses(BAD_INPUT, "training", "new", "inject", stdin=json.dumps(content))
        assert "/native" in message and said in message, message


def test_nothing_of_it_is_real(played):
    t = played
    for node in t:
        assert node.list(mode="real") == {}
        for kind in ("entry", "lesson", "action", "qualification", "mask"):
            assert [r for r in tr(node, "list", kind)["records"] if r["mode"] != "real"] == []
        assert node.view(t.id)["records"]["real"] == 0
    # And nobody makes it so by saying that it is.
    content = json.dumps({"exercise": t.exercise, "number": "X", "title": "Real?"})
    assert "exercise or test" in t["ALB"].refuses(BAD_INPUT, "training", "new", "inject", "--mode", "real", stdin=content)


def test_players_answer_and_are_evaluated(played):
    t = played
    alb, kos = t["ALB"], t["KOS"]
    first = min(tr(kos, "inbox")["deliveries"], key=lambda d: d["released"])
    tr(kos, "ack", first["object"])
    assert "already" in kos.refuses(STATE, "training", "seen", first["object"])
    tr(kos, "respond", first["object"], "Reported to the minister", "--as", "report")
    alb.refuses(DENIED, "training", "ack", first["object"])
    wait(lambda: any(d["object"] == first["object"] and d["lights"][0]["state"] == "responded" for d in live(alb)["deliveries"])
         or not any(d["object"] == first["object"] for d in live(alb)["deliveries"]), "the answer at ALB")
    observed = tr(kos, "new", "observation", stdin=json.dumps(
        {"exercise": t.exercise, "evaluator": "an evaluator", "at": "2026-01-01T10:00:00Z", "what": "Reported in time", "kind": "strength",
         "objective": t.objective}))["object"]
    assert tr(alb, "list", "observation")["records"] == []  # evaluated at home
    rating = {"exercise": t.exercise, "objective": t.objective, "by": "an evaluator", "at": "2026-01-01T11:00:00Z", "rationale": "in time"}
    assert "one of them" in kos.refuses(BAD_INPUT, "training", "new", "rating", stdin=json.dumps(rating))
    made = tr(kos, "new", "rating", "--to", "ALB,HRV", stdin=json.dumps({**rating, "rating": "P", "observations": [observed]}))["object"]
    tr(kos, "step", made, "final")
    no = tr(kos, "new", "rating", "--to", "ALB", stdin=json.dumps({**rating, "objective": t.unmet, "not_observed": True}))["object"]
    tr(kos, "step", no, "final")
    for node in (alb, kos):
        cover = wait(lambda n=node: (c := tr(n, "coverage", EX)) and c["evaluated"] == 1 and c["rows"][1]["not_observed"] == 1 and c, "the ratings")
        assert (cover["objectives"], cover["rows"][0]["ratings"][0]) == (2, {"code": "P", "n": 1})
        assert cover["rows"][1]["evaluated"] is False and cover["rows"][1]["not_observed"] == 1
    assert (cover := tr(alb, "coverage", EX))["designed"] == cover["delivered"] == 1


def test_told_again_it_is_the_same(played):
    t = played
    alb, kos = t["ALB"], t["KOS"]
    wait(lambda: len({json.dumps(tr(kos, "replay", EX)["measures"]["delivered"]) for _ in range(2)}) == 1, "quiet")
    once = kos.run("training", "replay", EX).stdout
    assert kos.run("training", "replay", EX).stdout == once
    as_hrv = alb.run("training", "replay", EX, "--as", "HRV").stdout
    told = json.loads(once)
    assert told["measures"]["delivered"] == 60 and told["measures"]["automatic"] == 60 - len(t.held)
    assert [e["at"] for e in told["events"]] == sorted(e["at"] for e in told["events"])
    kos.run("rebuild")
    alb.run("rebuild")
    assert kos.run("training", "replay", EX).stdout == once
    assert alb.run("training", "replay", EX, "--as", "HRV").stdout == as_hrv
    half = told["events"][len(told["events"]) // 2]["at"]
    part = json.loads(kos.run("training", "replay", EX, "--at", half).stdout)
    assert 0 < len(part["events"]) < len(told["events"])
    # What ALB may tell as MKD, who takes no part, is nothing.
    alb.refuses(UNAVAILABLE, "training", "replay", EX, "--as", "MKD")


def test_lesson_action_owner(played):
    t = played
    alb, kos, hrv = t["ALB"], t["KOS"], t["HRV"]
    for state in ("evaluating", "reported"):
        alb.run("training", "step", t.exercise, state)
    lesson = tr(alb, "new", "lesson", "--to", "all", stdin=json.dumps(
        {"title": "Reports came late", "exercise_name": EX, "discussion": "d", "conclusion": "no duty officer", "recommendation": "name one"}))["object"]
    for state in ("identified", "endorsed", "tasked"):
        alb.run("training", "step", lesson, state)
    assert "it goes to" in alb.refuses(STATE, "training", "step", lesson, "learned")
    action = tr(alb, "new", "action", "--to", "KOS,HRV", stdin=json.dumps(
        {"text": "Name a duty officer", "lesson": lesson, "exercise_name": EX, "owner": kos.member, "element": "organisation"}))["object"]
    wait(lambda: tr(kos, "list", "action")["records"], "the action at KOS")
    wait(lambda: tr(hrv, "list", "action")["records"], "the action at HRV")
    for node in (alb, hrv):
        assert "only the owner" in node.refuses(DENIED, "training", "accept", action, "accepted", "--due", "2027-01-01")
    assert "until when" in kos.refuses(BAD_INPUT, "training", "accept", action, "accepted")
    tr(kos, "accept", action, "accepted", "--due", "2027-01-01", "--person", "the chief of staff")
    tr(kos, "accept", action, "in-progress")
    tr(kos, "accept", action, "implemented")
    assert "evidence" in kos.refuses(BAD_INPUT, "training", "accept", action, "verified")
    tr(kos, "accept", action, "verified", "--evidence", "the roster of January")
    state = wait(lambda: [r["state"] for r in tr(alb, "list", "acceptance", "--about", action)["records"] if r["state"] == "verified"], "the acceptance at ALB")
    assert state == ["verified"]
    report = alb.run("training", "report", EX).stdout
    for text in ("EXERCISE EXERCISE EXERCISE", "Reports came late", "Name a duty officer", "verified", "1 of 2"):
        assert text in report, text
    t.agree()
    for node in t:
        node.verify_logs()


def test_out_and_in_again(played):
    """What is exported is what is there; a sheet that has been changed is told apart from what has changed here."""
    t = played
    alb = t["ALB"]
    for name in ("msel.csv", "msel.xlsx"):
        out = alb.path / name
        alb.run("training", "export", EX, "-o", out)
        assert tr(alb, "import", EX, out)["count"] == {"new": 0, "changed": 0, "same": 31, "conflict": 0, "error": 0, "denied": 0}
    player = t["KOS"].run("training", "export", EX, "--player").stdout
    assert len(list(csv.reader(io.StringIO(player)))) == 61 and "'=Something happens" in player
    assert "has ended" in alb.refuses(STATE, "training", "import", EX, alb.path / "ALB.csv", "--write")


def test_bad_sheets_change_nothing(played):
    alb, size = played["ALB"], lambda: played["ALB"].sizes(played.id)[played["ALB"].member]
    before = size()
    for name, content, said in (("a.xlsx", b"PK\x03\x04 nonsense", "is no workbook"), ("b.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel"),
                                ("c.csv", b'number,title\n1,"open', "line 2"), ("d.csv", b"\xff\xfe\xfd", "UTF-8"), ("e.csv", b"a,b\n1,2\n", "headings")):
        (alb.path / name).write_bytes(content)
        assert said in alb.refuses(BAD_INPUT, "training", "import", EX, alb.path / name, "--write"), name
    assert size() == before


def test_no_duff_reaches_every_node(coalition):
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    alb, hrv = t["ALB"], t["HRV"]
    ex = tr(alb, "exercise", "STOP", "--scenario", EPOCH)["object"]
    for state in ("specified", "planned", "ready"):
        alb.run("training", "step", ex, state)
    tr(alb, "part", "STOP", "audience", "Staff", "-n", "A1", "--party", "HRV")
    inject = tr(alb, "inject", "STOP", "1", "Never", "--for", "A1", "--due", "+00:05", "--fire", "auto")["object"]
    for state in ("submitted", "approved"):
        alb.run("training", "step", inject, state)
    alb.run("training", "control", "STOP", "startex", "--rate", "60")
    wait(lambda: hrv.json("training", "live", ex)["clock"]["running"], "STARTEX at HRV")
    assert "/reason: is missing" in hrv.refuses(BAD_INPUT, "training", "control", ex, "noduff-stop")
    hrv.run("training", "control", ex, "noduff-stop", "--why", "a real fire in the building")
    wait(lambda: alb.json("training", "live", ex)["clock"]["stopped"], "the stop at ALB")
    assert "host controls" in hrv.refuses(DENIED, "training", "control", ex, "noduff-clear")
    assert "NO DUFF" in alb.refuses(STATE, "training", "control", ex, "release", "-i", "1")
    time.sleep(6)
    assert alb.json("training", "live", ex)["deliveries"] == []
    alb.run("training", "control", ex, "noduff-clear")
    wait(lambda: hrv.json("training", "inbox")["deliveries"], "the delivery after the stop")


def test_a_script_that_is_edited_is_a_draft_again(coalition):
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    alb, hrv = t["ALB"], t["HRV"]
    ex = tr(alb, "exercise", "EDIT", "--scenario", EPOCH)["object"]
    tr(alb, "part", "EDIT", "audience", "Staff", "-n", "A1", "--party", "HRV")
    inject = tr(alb, "inject", "EDIT", "1", "First", "--for", "A1", "--due", "+01:00")["object"]
    second = tr(alb, "inject", "EDIT", "2", "Second", "--for", "A1", "--due", "+00:10", "--after", "1")["object"]
    for state in ("submitted", "approved"):
        alb.run("training", "step", inject, state)
    one = lambda: next(i for i in alb.json("training", "live", "EDIT", "--all")["injects"] if i["object"] == inject)
    assert one()["status"] == "approved"
    content = {k: v for k, v in one()["content"].items() if k != "steps"}
    alb.run("training", "edit", inject, stdin=json.dumps({**content, "comments": [{"by": "x", "at": EPOCH, "text": "fine", "open": True}]}))
    assert one()["status"] == "approved"  # a comment is no part of the script
    alb.run("training", "edit", inject, stdin=json.dumps({**content, "title": "Another"}))
    assert (one()["status"], one()["edited"]) == ("draft", True)
    rules = {f["rule"] for f in tr(alb, "lint", "EDIT")["findings"]}
    assert {"edited-after-approval", "inject-without-objective"} <= rules
    # A circle is refused, and so is somebody who takes no part, or might not read it.
    circle = {**content, "due": {"basis": "relative", "of": second, "after_s": 60}}
    assert "wait for itself" in alb.refuses(BAD_INPUT, "training", "edit", inject, stdin=json.dumps(circle))
    assert "no member" in alb.refuses(BAD_INPUT, "training", "edit", inject, stdin=json.dumps({**content, "play_to": ["nobody"]}))
    assert "there is no such field" in alb.refuses(BAD_INPUT, "training", "edit", inject, stdin=json.dumps({**content, "titel": "x"}))
    hrv.refuses(DENIED, "training", "step", ex, "specified")
    other_workspaces_are_asked_at_once(alb, ex)


def test_api(coalition):
    """The same through the API: roles, versions, the control of a run, an inbox."""
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    alb, hrv = t["ALB"], t["HRV"]
    for node in (alb, hrv):
        add_user(node, "boss", "administrator", "*")
    boss, other = Person(alb, "boss"), Person(hrv, "boss")
    base = f"/coalitions/{t.id}/training"
    made = boss.post(f"{base}/records", {"kind": "exercise", "content": {
        "code_name": "API", "type": "TTX", "participants": [{"party": alb.member}, {"party": hrv.member}], "scenario_epoch": EPOCH}})
    assert made.status == 201 and made.json["mode"] == "exercise" and made.json["state"] == "proposed"
    ex = made.json["object"]
    part = boss.post(f"{base}/records", {"kind": "part", "content": {"exercise": ex, "type": "audience", "title": "Staff", "party": hrv.member}}).json
    wrong = boss.post(f"{base}/records", {"kind": "inject", "content": {"exercise": ex, "number": "1"}})
    assert (wrong.status, wrong.json["pointer"]) == (422, "/content/title")
    inject = boss.post(f"{base}/records", {"kind": "inject", "content": {
        "exercise": ex, "number": "1", "title": "One", "to": [part["object"]], "due": {"basis": "elapsed", "after_s": 0}, "fire": "auto"}}).json
    put = f"{base}/records/{inject['object']}"
    content = {**inject["content"], "title": "Uno"}
    assert boss.put(put, {"content": content}).status == 428
    assert boss.put(put, {"content": content}, **{"If-Match": '"' + "0" * 64 + '"'}).status == 412
    changed = boss.put(put, {"content": content}, **{"If-Match": f'"{inject["leaf"]}"'})
    assert changed.status == 200 and changed.json["title"] == "Uno"
    for to in ("submitted", "approved"):
        assert boss.post(f"{put}/step", {"to": to}).status == 201
    assert boss.post(f"{put}/step", {"to": "learned"}).status == 409
    for to in ("specified", "planned", "ready"):
        assert boss.post(f"{base}/records/{ex}/step", {"to": to}).status == 201
    assert boss.post(f"{base}/exercises/{ex}/control", {"kind": "startex"}).status == 201
    inbox = wait(lambda: [d for i in other.get(f"{base}/inbox").json["items"] for d in i["deliveries"]], "the inbox")
    assert inbox[0]["title"] == "Uno" and inbox[0]["mark"] == "EXERCISE EXERCISE EXERCISE"
    assert other.post(f"{base}/deliveries/{inbox[0]['object']}/receipt", {"state": "acked"}).status == 201
    assert other.post(f"{base}/deliveries/{inbox[0]['object']}/responses", {"kind": "decision", "text": "evacuate"}).status == 201
    assert other.post(f"{base}/exercises/{ex}/control", {"kind": "pause"}).status == 403
    state = wait(lambda: (l := boss.get(f"{base}/exercises/{ex}/live").json) and l["responses"] and l, "the response")
    assert state["deliveries"][0]["lights"][0]["state"] == "responded"
    document = ask(alb, "GET", "/openapi.json").json
    for path in ("/live", "", "/lint", "/coverage", "/replay"):
        answer = boss.get(f"{base}/exercises/{ex}{path}")
        assert answer.status == 200
        operation = document["paths"]["/coalitions/{coalition}/training/exercises/{object}" + path]["get"]
        answered = next(r for status, r in operation["responses"].items() if status != "default")["content"]["application/json"]["schema"]
        assert schema.complaints(document, answered, answer.json) == []
    assert b"API" in boss.get(f"{base}/exercises/{ex}/report").body
    csv_text = boss.get(f"{base}/exercises/{ex}/msel.csv").body
    shown = boss.post(f"{base}/exercises/{ex}/msel", csv_text)
    assert shown.status == 200 and shown.json["count"]["same"] == 1


class Store(Receiver):
    """A learning record store: takes what xAPI 2.0 allows, keeps a statement once, refuses what has its id and other words."""

    def statements(self):
        return [json.loads(body) for _, _, body in list(self.got)]


def test_beside_the_inbox(coalition, tmp_path):
    """An inject by mail and by webhook, marked, to whom it may go; what may not go or has nowhere to go is said; statements to a store, again until it takes them; a calendar by
    secret address."""
    cert, key, pin = certificate(tmp_path)
    relay, hook, lrs = Relay(), Receiver(cert, key), Store(cert, key)
    try:
        t = coalition()
        alb = t.add_node("ALB")
        settings(alb, f"mail smtp://127.0.0.1:{relay.port}", "mail-starttls no", "mail-from entente@alb.example", "mail-domain alb.example",
                 "mail-ceiling UNCLASSIFIED", "link https://node.alb.example")
        t.found(["ALB", "HRV"]).sign_all()
        hrv = t["HRV"]
        beside_the_inbox(t, alb, hrv, relay, hook, lrs, pin, tmp_path)
    finally:
        for server in (relay, hook, lrs):
            server.close()


def beside_the_inbox(t, alb, hrv, relay, hook, lrs, pin, tmp_path):
    add_user(alb, "boss", "administrator", "*")
    boss = Person(alb, "boss")
    answer = boss.post("/webhooks", {"name": "desk", "url": hook.url, "pin": pin, "roles": {"records": "reader"}, "clearance": "UNCLASSIFIED", "play": True})
    secret = answer.json["secret"]
    (tmp_path / "password").write_text("hunter2\n")
    alb.refuses(BAD_INPUT, "training", "lrs", "set", "http://127.0.0.1/xapi")
    alb.run("training", "lrs", "set", lrs.url, "--pin", pin, "--user", "node", "--password-file", tmp_path / "password", "--clearance", "UNCLASSIFIED")
    assert tr(alb, "lrs", "show")["endpoint"] == lrs.url and "hunter2" not in alb.run("training", "lrs", "show", "--json").stdout and not alb.holds(b"hunter2")
    ex = tr(alb, "exercise", "OUTWARD", "--scenario", EPOCH)["object"]
    for number, contact in (("A1", "cell@alb.example"), ("A2", "cell@elsewhere.example")):
        content = {"exercise": ex, "type": "audience", "title": f"Cell {number}", "number": number, "party": alb.member, "contact": contact}
        tr(alb, "new", "part", stdin=json.dumps(content))
    objective = tr(alb, "part", ex, "objective", "Command", "-n", "O1")["object"]
    for number, more in (("1", ["--for", "A1", "--method", "email", "--from", "The prefect"]), ("2", ["--for", "A2", "--method", "email"]),
                         ("3", ["--for", "A1", "--method", "webhook", "--url", "desk"]), ("4", ["--for", "A1", "--method", "webhook", "--url", "nobody"]),
                         ("5", ["--for", "A1", "--method", "email", "--play-label", "RESTRICTED"])):
        inject = tr(alb, "inject", ex, number, f"Inject {number}", "--due", "+00:00", "--fire", "auto", "--body", f"The bridge {number} is closed.", *more)["object"]
        for state in ("submitted", "approved"):
            alb.run("training", "step", inject, state)
    for state in ("specified", "planned", "ready"):
        alb.run("training", "step", ex, state)
    lrs.answers += [(503, {}), (400, {})]
    alb.run("training", "control", ex, "startex")
    mail = wait(lambda: relay.of("cell@alb.example"), "the mail")[0]
    assert subject(mail) == "EXERCISE EXERCISE EXERCISE OUTWARD: Inject 1" and mail["Entente-Mode"] == "exercise"
    lines = text(mail).strip().splitlines()
    assert lines[0].startswith("EXERCISE EXERCISE EXERCISE OUTWARD") and "EXERCISE EXERCISE EXERCISE" in lines[-1]
    assert "From: The prefect" in lines and "The bridge 1 is closed." in lines
    wait(lambda: [e for e in hook.events() if e["topic"] == "inject"], "the letter")
    path, headers, body = next(g for g in hook.got if json.loads(g[2])["topic"] == "inject")
    letter = json.loads(body)
    assert signed(headers, body, secret, time.time()) and letter["mode"] == "exercise" and letter["data"]["mark"] == "EXERCISE EXERCISE EXERCISE"
    assert (letter["data"]["number"], letter["data"]["body"]) == ("3", "The bridge 3 is closed.")
    base = f"/coalitions/{t.id}/training"
    out = wait(lambda: (o := boss.get(f"{base}/out").items) and not [x for x in o if x["state"] == "waiting" and x["channel"] != "xapi"] and len([x for x in o if x["channel"] != "xapi"]) == 5 and o, "all five")
    told = {(x["channel"], x["target"]): (x["state"], x["error"]) for x in out if x["channel"] != "xapi" and x["error"] == "" or x["state"] == "dead" and x["channel"] == "webhook"}
    assert told[("mail", "cell@alb.example")] == ("sent", "") and told[("webhook", "desk")] == ("sent", "")
    assert told[("webhook", "nobody")] == ("dead", "this node has no webhook of that name or address")
    errors = {x["error"] for x in out if x["channel"] == "mail" and x["state"] == "dead"}
    assert errors == {"the address is in no mail-domain of the settings", "its label is above the mail-ceiling of the settings"}
    dead = next(x for x in out if x["state"] == "dead" and x["channel"] == "mail")
    assert boss.post(f"{base}/out/{dead['row']}/again").status == 409 and boss.post(f"{base}/out/999999/again").status == 404
    time.sleep(0.5)
    assert len(relay.mails) == 1 and [e["topic"] for e in hook.events()].count("inject") == 1
    statements(alb, ex, objective, lrs)
    calendar_by_address(t, alb, boss, base)


def statements(alb, ex, objective, lrs):
    """What xAPI 2.0 asks of a statement, of each; no names of people; once, though the store was away and refused one for good."""
    first = min(tr(alb, "inbox")["deliveries"], key=lambda d: d["number"])
    alb.run("training", "respond", first["object"], "Closed to all")
    rating = tr(alb, "new", "rating", stdin=json.dumps({"exercise": ex, "objective": objective, "by": "An Evaluator", "at": EPOCH, "rating": "P", "rationale": "in time"}))["object"]
    alb.run("training", "step", rating, "final")
    badge = tr(alb, "new", "qualification", stdin=json.dumps(
        {"person": "A-017", "code": "EVAL-1", "title": "Evaluator", "authority": "School", "granted": "2024-01-01"}))["object"]
    verbs = lambda: [s["verb"]["id"].rsplit("/", 1)[1] for s in lrs.statements()]
    wait(lambda: {"responded", "scored", "asserted", "initialized"} <= set(verbs()), verbs, 60)
    alb.run("training", "step", badge, "revoked", "--why", "withdrawn by the school")
    alb.run("training", "control", ex, "endex")
    wait(lambda: {"voided", "terminated"} <= set(verbs()), verbs, 60)
    wait(lambda: not [x for x in tr(alb, "out") if x["channel"] == "xapi" and x["state"] == "waiting"], "the one that was refused for a while, again", 60)
    ids = {}
    for path, headers, body in list(lrs.got):
        assert path == "/hook/statements" and headers["X-Experience-API-Version"] == "2.0.0" and headers["Authorization"] == "Basic bm9kZTpodW50ZXIy"
        s = json.loads(body)
        assert set(s) <= {"id", "actor", "verb", "object", "result", "context", "timestamp"}
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", s["id"])
        assert set(s["actor"]) == {"objectType", "account"} and set(s["actor"]["account"]) == {"homePage", "name"}
        assert all(re.match(r"[a-z]+:", i) for i in (s["verb"]["id"], s["actor"]["account"]["homePage"], *s["context"]["extensions"]))
        assert b"Evaluator\"" not in body or s["verb"]["id"].endswith("asserted")
        assert b"An Evaluator" not in body and b"A-017" not in body
        if s["context"]["extensions"]["urn:entente:xapi:mode"] != "real" and s["object"]["objectType"] == "Activity" and "scored" not in s["verb"]["id"]:
            assert s["object"]["definition"]["name"]["und"].startswith("EXERCISE EXERCISE EXERCISE OUTWARD")
        ids.setdefault(s["id"], []).append(body)
    # The first was refused with 503 and came again, the same; nothing else came twice.
    assert sorted(len(b) for b in ids.values())[-2:] == [1, 2] and all(len(set(b)) == 1 for b in ids.values())
    voided = next(s for s in lrs.statements() if s["verb"]["id"].endswith("voided"))
    assert voided["object"] == {"objectType": "StatementRef", "id": next(s["id"] for s in lrs.statements() if s["verb"]["id"].endswith("asserted"))}
    # Inject 5 is above what the store may be told of.
    assert not [s for s in lrs.statements() if "Inject 5" in json.dumps(s)]
    refused = [x for x in tr(alb, "out") if x["channel"] == "xapi" and x["state"] == "dead"]
    assert len(refused) == 1 and refused[0]["error"] == "answered with status 400"
    before = len(lrs.got)
    alb.run("training", "out", "--again", refused[0]["row"])
    wait(lambda: len(lrs.got) == before + 1, "the refused one, again")


def calendar_by_address(t, alb, boss, base):
    entry = {"title": "BRIGHT HORIZON; part 1, with a, comma", "kind": "exercise", "from": "2027-03-01", "to": "2027-06-30", "days": 9, "start": "2027-05-12", "venues": ["Range"]}
    one = tr(alb, "new", "entry", stdin=json.dumps(entry))["object"]
    tr(alb, "step", one, "proposed")
    token, _ = new_token(alb, "boss", "training=reader")  # it ends; an address would not
    assert token.post(f"{base}/calendars", {"name": "desk"}).status == 403
    full = boss.post(f"{base}/calendars", {"name": "desk"})
    busy = tr(alb, "calendar", "add", "wall", "--user", "boss", "--busy")
    assert full.status == 201 and full.json["address"].startswith("https://node.alb.example/calendar/")
    paths = ["//" + a.split("/", 3)[3] for a in (full.json["address"], busy["address"])]
    got = [ask(alb, "GET", p) for p in paths]
    assert [g.status for g in got] == [200, 200] and got[0].headers["Content-Type"].startswith("text/calendar")
    texts = [g.body.decode().replace("\r\n ", "") for g in got]
    assert r"SUMMARY:BRIGHT HORIZON\; part 1\, with a\, comma" in texts[0] and "STATUS:TENTATIVE" in texts[0]
    assert "BRIGHT" not in texts[1] and "Range" not in texts[1] and "SUMMARY:Busy" in texts[1] and "CLASS:PRIVATE" in texts[1]
    assert ask(alb, "GET", paths[0], **{"If-None-Match": got[0].etag}).status == 304
    field = lambda text, name: re.search(rf"(?m)^{name}:(.*)\r$", text)[1]
    tr(alb, "step", one, "cancelled", "--why", "no money")
    again = ask(alb, "GET", paths[0]).body.decode().replace("\r\n ", "")
    assert "STATUS:CANCELLED" in again and field(again, "UID") == field(texts[0], "UID") and int(field(again, "SEQUENCE")) > int(field(texts[0], "SEQUENCE"))
    assert full.json["address"][-56:-4] not in json.dumps(boss.get(f"{base}/calendars").json) and not alb.holds(full.json["address"][-56:-4].encode())
    assert boss.delete(f"{base}/calendars/{full.json['id']}").status == 204
    for path in (paths[0], "//calendar/" + "a" * 52 + ".ics", "//calendar/x", "//calendar/"):
        assert ask(alb, "GET", path).status == 404


def test_certificates_are_asked_for_by_rapid_response(coalition):
    """A line of a request names a certificate: who holds it when it is needed stands beside the line, counted in persons, as far as the reader may know; of the same mode only."""
    t = coalition(["ALB", "HRV", "KOS"])
    t.sign_all()
    alb, hrv, kos = (t[label] for label in FOUR[:3])
    badge = lambda node, person, until, to="all", **more: tr(node, "new", "qualification", "--to", to, stdin=json.dumps(
        {"person": person, "code": "EMT-2", "title": "Surgeon", "authority": "WHO", "granted": "2024-01-01", "until": until, **more}))["object"]
    badge(hrv, "H-1", "2030-06-30"), badge(hrv, "H-1", "2031-06-30"), badge(hrv, "H-2", "2029-01-31")
    badge(hrv, "H-3", "2025-01-01")  # has run out
    badge(hrv, "H-4", "2030-01-01", code="EMT-1")
    badge(kos, "K-1", "2030-01-01", to="KOS")  # is nobody else's business
    gone = badge(hrv, "H-5", "2030-01-01")
    tr(hrv, "step", gone, "revoked", "--why", "struck off")
    request = {**REQUEST, "offers_due": "2027-01-01T00:00:00Z",
               "lines": [{"line": 1, "type": "EMT2", "quantity": 1, "needed_by": "2028-01-01T00:00:00Z", "certifications": ["EMT-2", "NONE-1"]}]}
    (alb.path / "request.json").write_text(json.dumps(request))
    real = alb.json("response", "put", "requests", alb.path / "request.json", "--to", "all")["object"]
    drill = alb.json("response", "put", "requests", alb.path / "request.json", "--to", "all", "--mode", "exercise")["object"]
    shown = lambda node, request, mode="real": node.json("response", "show", request, "--mode", mode)["lines"][0]["certificates"]
    of_hrv = {"member": hrv.member, "label": "HRV", "persons": 2, "until": "2029-02-01T00:00:00.000Z"}
    wait(lambda: shown(alb, real)[0]["holders"] == [of_hrv] or None, lambda: shown(alb, real))
    assert [c["code"] for c in shown(alb, real)] == ["EMT-2", "NONE-1"] and shown(alb, real)[1]["holders"] == []
    # KOS knows of its own as well. Qualifications are of real people: none of them comes up in an exercise.
    wait(lambda: kos.run("response", "show", real, status=None).returncode == 0, "the request at KOS")
    wait(lambda: {h["label"]: h["persons"] for h in shown(kos, real)[0]["holders"]} == {"HRV": 2, "KOS": 1}, lambda: shown(kos, real))
    assert shown(alb, drill, "exercise")[0]["holders"] == []
