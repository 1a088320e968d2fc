"""Cyber security coordination through the API: objects, graph, matrix, sightings, cases between members, clearances."""

import functools
import json
import shutil
import subprocess
import sys
import urllib.parse

import pytest
from api import add_user, ask
from entente import BAD_INPUT, DENIED, TOP, UNAVAILABLE, USAGE, wait

sys.path.insert(0, str(TOP / "test/taxii"))

import objects as stix  # noqa: E402


@pytest.fixture(scope="module")
def t(shared):
    t = shared(["ALB", "HRV", "KOS"], name="Cyber")
    t.sign_all()
    for n in t:
        add_user(n, "edi", "administrator", "*")
    add_user(t["ALB"], "low", "cyber=administrator", "NOSUCHCLASS")
    return t


def caller(t, node, user="edi", role="administrator"):
    token = t[node].json("token", "new", f"t-{user}", "--user", user, "--role", f"cyber={role}")["token"]

    def call(method, path, body=None, status=None, **headers):
        a = ask(t[node], method, f"/coalitions/{t.id}/cyber{path}", body, Authorization=f"Bearer {token}", **headers)
        assert status is None or a.status == status, (method, path, a.status, a.body.decode()[:300])
        return a
    return call


def bundle(objs):
    return json.dumps({"type": "bundle", "id": "bundle--" + stix.indicator()["id"][11:], "objects": objs}, separators=(",", ":"))


def bring(t, node, objs, to="all", mode="real"):
    path = t[node].path / "bundle.json"
    path.write_text(bundle(objs))
    return t[node].json("cyber", "import", path, "--to", to, "--mode", mode, "-c", t.id)


def attack():
    """A small ATT&CK of our own."""
    tactic = stix.sdo("x-mitre-tactic", name="Made-up access", x_mitre_shortname="made-up-access",
                      external_references=[{"source_name": "mitre-attack", "external_id": "TA9001"}])
    technique = stix.sdo("attack-pattern", name="Asking nicely", kill_chain_phases=[
        {"kill_chain_name": "mitre-attack", "phase_name": "made-up-access"}],
        external_references=[{"source_name": "mitre-attack", "external_id": "T9001"}])
    matrix = stix.sdo("x-mitre-matrix", name="Made-up ATT&CK", tactic_refs=[tactic["id"]],
                      x_mitre_domains=["enterprise-attack"])
    return tactic, technique, matrix


def test_objects_graph_matrix_sightings(t):
    tactic, technique, matrix = attack()
    i = stix.indicator(7, external_references=[{"source_name": "cve", "external_id": "CVE-2030-12345"}])
    i["name"] = "Quinquereme beacon"
    link = stix.sdo("relationship", relationship_type="indicates", source_ref=i["id"], target_ref=technique["id"])
    now = stix.now()
    seen = stix.sdo("sighting", sighting_of_ref=i["id"], count=5, first_seen=now, last_seen=now)
    assert bring(t, "ALB", [tactic, technique, matrix, i, link, seen])["written"] == 6
    for node in ("ALB", "HRV"):
        call = caller(t, node)
        wait(lambda: call("GET", f"/objects/{seen['id']}").status == 200, f"it is at {node}")
        whole = call("GET", f"/objects/{i['id']}", status=200).json
        assert json.loads(whole["raw"]) == i and whole["origin"]["log"].startswith(t["ALB"].member)
        # Found by number, by id, by words.
        wait(lambda: [o["id"] for o in call("GET", "/objects?text=t9001").json["items"]] == [technique["id"]], "the number is known")
        assert [o["id"] for o in call("GET", f"/objects?text={i['id']}").json["items"]] == [i["id"]]
        assert [o["id"] for o in call("GET", "/objects?text=CVE-2030-12345").json["items"]] == [i["id"]]
        wait(lambda: [o["id"] for o in call("GET", "/objects?text=quinquereme").json["items"]] == [i["id"]], "its words are known")
        g = call("GET", f"/objects/{i['id']}/graph?depth=2", status=200).json
        assert {n["id"] for n in g["nodes"]} >= {i["id"], technique["id"], seen["id"]}
        assert {"from": i["id"], "to": technique["id"], "name": "indicates", "id": link["id"]} in g["edges"]
        m = call("GET", "/matrix", status=200).json["matrices"]
        found = [x for k in m for ta in k["tactics"] for x in ta["techniques"] if x["id"] == technique["id"]]
        assert found == [{"id": technique["id"], "number": "T9001", "name": "Asking nicely", "sightings": 5, "indicators": 1}]
        s = call("GET", "/sightings?days=7", status=200).json
        assert s["days"][-1]["count"] >= 5 and s["latest"][0]["of_name"] == "Quinquereme beacon"
    # Another mode has none of it.
    call = caller(t, "ALB")
    assert call("GET", "/objects?mode=exercise", status=200).json["items"] == []
    assert call("GET", f"/objects/{i['id']}?mode=exercise").status == 404


def test_not_for_all(t):
    """Outside the audience and below the class there is nothing, in any answer."""
    i = stix.indicator(9)
    other = stix.indicator(9)["id"]
    bring(t, "ALB", [i, stix.sdo("sighting", sighting_of_ref=i["id"])], to="HRV")
    hrv, kos, low = caller(t, "HRV"), caller(t, "KOS"), caller(t, "ALB", "low")
    wait(lambda: hrv("GET", f"/objects/{i['id']}").status == 200, "HRV has it")
    t.agree()
    for call in (kos, low):
        for path in ("/objects/{}", "/objects/{}/graph", "/objects?text={}", "/sightings", "/matrix", "/cases"):
            a, b = call("GET", path.format(i["id"])), call("GET", path.format(other))
            assert (a.status, a.body.decode().replace(i["id"], "X")) == (b.status, b.body.decode().replace(other, "X"))
            assert i["id"] not in a.body.decode() or path == "/objects?text={}" and a.json["items"] == []
    assert low("GET", "/objects").json == {"items": [], "next": None}


def test_limits_count_what_is_released(t):
    """Above somebody's class four hundred point at what he sees: he is told nothing of it, and what is his is not crowded out."""
    add_user(t["ALB"], "some", "cyber=administrator", "RESTRICTED")
    edi, some = caller(t, "ALB"), caller(t, "ALB", "some")
    i = stix.indicator(21, external_references=[{"source_name": "cve", "external_id": "CVE-2031-00021"}])
    seen = stix.sdo("sighting", sighting_of_ref=i["id"])
    bring(t, "ALB", [i, seen], to="ALB")

    def looks(call):
        g = call("GET", f"/objects/{i['id']}/graph", status=200).json
        return [n["id"] for n in g["nodes"]], g["cut"], [o["id"] for o in call("GET", "/objects?text=CVE-2031-00021&limit=10", status=200).json["items"]]
    wait(lambda: looks(some) == ([i["id"], seen["id"]], False, [i["id"]]), "the index knows of them")
    before = looks(some)
    high = [stix.sdo("sighting", sighting_of_ref=i["id"]) for _ in range(420)]
    named = [stix.indicator(22, external_references=i["external_references"]) for _ in range(20)]
    path = t["ALB"].path / "high.json"
    path.write_text(bundle([*high, *named]))
    assert t["ALB"].json("cyber", "import", path, "--to", "ALB", "--label", "CONFIDENTIAL", "-c", t.id)["written"] == 440
    wait(lambda: looks(edi)[1] and len(looks(edi)[2]) == 10, "who is cleared finds more than a page of them")
    assert looks(some) == before


DENSE = [0] * 500000  # a MiB of text, and eight as it is read


def test_large_objects(t):
    """Forty relationships, sightings and answers of a MiB about one indicator: whoever looks at it, its case, the matrix or its report keeps his node."""
    i = stix.indicator(11)
    technique = stix.sdo("attack-pattern", name="Filling up", external_references=[{"source_name": "mitre-attack", "external_id": "T9002"}])
    links = [stix.sdo("relationship", relationship_type="indicates", source_ref=i["id"], target_ref=technique["id"], x_n=DENSE) for _ in range(40)]
    seen = [stix.sdo("sighting", sighting_of_ref=i["id"], x_n=DENSE) for _ in range(40)]
    report = stix.sdo("report", name="Large", published=stix.now(), object_refs=[i["id"], *(x["id"] for x in links)])
    assert bring(t, "KOS", [i, technique, report, *links, *seen], to="KOS")["written"] == 83
    # An answer reads eighty MiB of it; a machine that does much else at the time takes its time.
    kos = functools.partial(caller(t, "KOS"), timeout=180)
    case = kos("POST", "/cases", {"kind": "case", "audience": [], "content": {
        "title": "Large", "status": "open", "severity": "low", "objects": [i["id"], *(x["id"] for x in seen)]}}, 201).json
    wait(lambda: len(kos("GET", f"/objects/{i['id']}/graph?depth=2").json["edges"]) > 40, "the index knows who points at it")
    assert sum(d["sightings"] for d in kos("GET", "/sightings?days=366", status=200).json["days"]) >= 0
    assert kos("GET", "/matrix", status=200).json["cut"] is False
    mine = {x["id"] for x in (i, technique, report, *links, *seen)}
    assert mine <= {x["id"] for x in kos("GET", "/objects?limit=100", status=200).json["items"]}
    assert len(kos("GET", f"/cases/{case['object']}", status=200).json["objects"]) == 41
    assert kos("GET", f"/objects/{report['id']}/misp").status in (200, 413, 422)
    assert t["KOS"].alive()


def test_one_id_of_two(t):
    """Whoever publishes another's id stands beside him: both are seen, each as his own; packs have both patterns."""
    mine = stix.indicator(21)
    theirs = {**mine, "pattern": "[domain-name:value = 'squatter.example']", "modified": "2029-01-01T00:00:00.000Z", "revoked": True}
    bring(t, "HRV", [theirs])
    alb, hrv = caller(t, "ALB"), caller(t, "HRV")
    wait(lambda: alb("GET", f"/objects/{mine['id']}").status == 200, "HRV's is at ALB")
    bring(t, "ALB", [mine])
    wait(lambda: len(hrv("GET", f"/objects/{mine['id']}").json["authors"]) == 2, "ALB's is at HRV")
    for call in (alb, hrv):
        items = call("GET", f"/objects?text={mine['id']}", status=200).json["items"]
        assert {(o["author"]["id"], o["revoked"]) for o in items} == {(t["ALB"].member, False), (t["HRV"].member, True)}
        whole = call("GET", f"/objects/{mine['id']}?author={t['ALB'].member}", status=200).json
        assert json.loads(whole["raw"]) == mine and len(whole["versions"]) == 1
        whole = call("GET", f"/objects/{mine['id']}?author={t['HRV'].member}", status=200).json
        assert json.loads(whole["raw"]) == theirs
        assert call("GET", f"/objects/{mine['id']}?author={t['KOS'].member}").status == 404
        assert call("GET", f"/objects/{mine['id']}?author=x").status in (400, 422)


@pytest.mark.parametrize("first", ["ALB", "HRV"])
def test_a_copy_hides_nothing(t, first):
    """What is the same is shown once, but not by a copy that its author has replaced: whoever copies and then revokes revokes his own alone."""
    mine = {**stix.indicator(22), "name": f"copied, {first} first"}
    revoked = {**mine, "modified": "2029-01-01T00:00:00.000Z", "revoked": True}
    readers = [caller(t, n) for n in ("ALB", "HRV", "KOS")]
    second = "HRV" if first == "ALB" else "ALB"

    def seen(call, obj=mine):
        return {(o["author"]["id"], o["revoked"]) for o in call("GET", f"/objects?text={obj['id']}", status=200).json["items"]}

    def come(node):
        # What came with it is there, so it is.
        beside = stix.indicator(23)
        bring(t, node, [mine, beside])
        for call in readers:
            wait(lambda: seen(call, beside), f"{node}'s has come")
    come(first)
    come(second)
    for call in readers:
        assert seen(call) == {(t[first].member, False)}
    bring(t, "HRV", [revoked])
    for call in readers:
        wait(lambda: (t["HRV"].member, True) in seen(call), "HRV has revoked its copy")
        assert seen(call) == {(t["ALB"].member, False), (t["HRV"].member, True)}
        whole = call("GET", f"/objects?text={mine['id']}&author={t['ALB'].member}", status=200).json["items"]
        assert [o["revoked"] for o in whole] == [False]


def test_search_keeps_its_filters_and_goes_on(t):
    """By number and by words alike: type and author hold, and what is not on this page is on a next one, however much else has the word."""
    alb = caller(t, "ALB")

    def cve(o):
        return {**o, "external_references": [{"source_name": "cve", "external_id": "CVE-2031-4711"}]}

    def found(**query):
        ids, after = set(), {}
        while after is not None:
            page = alb("GET", "/objects?" + urllib.parse.urlencode({**query, **after}), status=200).json
            ids |= {o["id"] for o in page["items"]}
            after = {"after": page["next"]} if page["next"] else None
        return ids
    tool = [stix.sdo("tool", name="Trireme") for _ in range(1010)]
    wanted = [cve({**stix.indicator(n), "name": "Trireme"}) for n in range(71, 74)]
    hole = stix.sdo("vulnerability", name="CVE-2031-4711")
    bring(t, "ALB", wanted + [hole] + tool)
    ids = {o["id"] for o in wanted}
    wait(lambda: found(text="CVE-2031-4711") == ids | {hole["id"]}, "the number is known")
    assert found(text="CVE-2031-4711", limit="1") == ids | {hole["id"]}
    assert found(text="cve-2031-4711", type="vulnerability") == {hole["id"]}
    assert found(text="cve-2031-4711", type="indicator", limit="2") == ids
    assert found(text="cve-2031-4711", author=t["HRV"].member) == set()
    wait(lambda: found(text="trireme", type="indicator") == ids, "its words are known")
    assert found(text="trireme", limit="200") == ids | {o["id"] for o in tool}
    assert found(text="trireme", author=t["HRV"].member) == set()


def test_bundle_by_api_and_withdraw(t):
    call, hrv = caller(t, "ALB"), caller(t, "HRV")
    a, b = stix.indicator(1), stix.indicator(2)
    bad = {**stix.indicator(3), "valid_from": "yesterday"}
    r = call("POST", "/bundle?to=all", bundle([a, b, bad]).encode(), 200, **{"Content-Type": "application/json"}).json
    assert (r["written"], r["refused"]) == (2, 1)
    assert r["told"] == [{"verdict": "refused", "index": 2, "id": None, "where": "/valid_from", "text": r["told"][0]["text"]}]
    again = call("POST", "/bundle?to=all", bundle([a]).encode(), 200, **{"Content-Type": "application/json"}).json
    assert again["already"] == 1 and again["entries"] == 0
    # A pattern that nobody can read is told where it breaks; one of another language is theirs to read.
    r = call("POST", "/bundle?to=all", bundle([{**stix.indicator(4), "pattern": "[a:b = 'x'"}, {**stix.indicator(5), "pattern": "rule x", "pattern_type": "yara"}]).encode(),
             200, **{"Content-Type": "application/json"}).json
    assert (r["written"], r["refused"]) == (1, 1) and r["told"][0]["where"] == "/pattern" and "column 11" in r["told"][0]["text"], r
    assert call("POST", "/bundle", b"{", **{"Content-Type": "application/json"}).status == 400
    wait(lambda: hrv("GET", f"/objects/{b['id']}").status == 200, "HRV has it")
    assert {m["label"] for m in call("GET", f"/objects/{b['id']}", status=200).json["audience"]} == {n.label for n in t}
    red = {**stix.indicator(6), "object_marking_refs": ["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]}
    assert call("POST", "/bundle?to=all", bundle([red]).encode(), 200, **{"Content-Type": "application/json"}).json["held"] == 1
    assert [m["label"] for m in call("GET", f"/objects/{red['id']}", status=200).json["audience"]] == ["ALB"]
    assert hrv("POST", f"/objects/{b['id']}/withdraw", {}).status == 404, "only its author takes it back"
    assert call("POST", f"/objects/{b['id']}/withdraw", {"reason": "false positive"}, 200).json == {"versions": 1}
    wait(lambda: hrv("GET", f"/objects/{b['id']}").status == 404, "it is gone at HRV")
    assert hrv("GET", f"/objects/{a['id']}").status == 200


def test_here_already_is_for_whom_it_is_here(t):
    """The same bytes for more readers, or under a looser label, are written for those; what was held back goes once its marking is known."""
    kos = caller(t, "KOS")

    def take(*objs, to):
        (t["ALB"].path / "w.json").write_text(bundle(objs))
        done = t["ALB"].json("cyber", "import", t["ALB"].path / "w.json", "--to", to, "-c", t.id)
        return tuple(done[k] for k in ("written", "already", "held", "refused", "entries")), [x.get("text", "") for x in done["told"]]
    a = stix.indicator(81)
    assert take(a, to="HRV")[0] == (1, 0, 0, 0, 1)
    for to, want in (("HRV", (0, 1, 0, 0, 0)), ("all", (1, 0, 0, 0, 1)), ("all", (0, 1, 0, 0, 0)), ("HRV", (0, 1, 0, 0, 0)), ("KOS", (0, 1, 0, 0, 0))):
        assert take(a, to=to)[0] == want, to
    wait(lambda: kos("GET", f"/objects/{a['id']}").status == 200, "KOS has it")
    assert len(caller(t, "ALB")("GET", f"/objects?text={a['id']}").json["items"]) == 1
    # What has been revoked since goes to nobody else.
    b = stix.indicator(82)
    take(b, to="HRV")
    take({**stix.version(b, "2031-01-01T00:00:00.000Z"), "revoked": True}, to="HRV")
    assert take(b, to="HRV")[0] == (0, 1, 0, 0, 0)
    assert "revoked since" in t["ALB"].run("cyber", "import", t["ALB"].path / "w.json", "--to", "all", "--json", "-c", t.id, status=BAD_INPUT).stdout
    # Held back, and held back still; then its marking is known.
    told = stix.statement()
    c = stix.indicator(83, object_marking_refs=[told["id"]])
    assert take(c, to="all")[0] == (0, 0, 1, 0, 1)
    counts, texts = take(c, to="all")
    assert counts == (0, 0, 1, 0, 0) and texts[0].startswith("held back")
    assert take(told, to="all")[0][0] == 1
    assert take(c, to="all")[0] == (1, 0, 0, 0, 1) and take(c, to="all")[0] == (0, 1, 0, 0, 0)
    wait(lambda: kos("GET", f"/objects/{c['id']}").status == 200, "KOS has it, too")


def test_withdraw_takes_nothing_unseen(t):
    """An account takes back no id of which it may not see all that this member has: it is told what it is told of an id that is not there."""
    add_user(t["ALB"], "open", "cyber=contributor", "UNCLASSIFIED")
    some, edi, hrv = caller(t, "ALB", "open", "contributor"), caller(t, "ALB"), caller(t, "HRV")
    path = t["ALB"].path / "labelled.json"

    def come(obj, label):
        path.write_text(bundle([obj]))
        done = t["ALB"].json("cyber", "import", path, "--to", "all", "--label", label, "-c", t.id)
        assert done["written"] == 1

    hidden, both, seen = (stix.address(n) for n in range(71, 74))
    come(hidden, "RESTRICTED")
    come(both, "RESTRICTED")
    come({**both, "x_note": "without the source"}, "UNCLASSIFIED")
    come(seen, "UNCLASSIFIED")
    wait(lambda: hrv("GET", f"/objects/{seen['id']}").status == 200, "HRV has them")
    assert some("GET", f"/objects/{both['id']}").status == 200 and some("GET", f"/objects/{hidden['id']}").status == 404
    unknown = some("POST", f"/objects/{stix.indicator(64)['id']}/withdraw", {}, 404)
    for x in (hidden, both):
        assert some("POST", f"/objects/{x['id']}/withdraw", {}, 404).json == unknown.json
    assert some("POST", f"/objects/{seen['id']}/withdraw", {}, 200).json == {"versions": 1}
    wait(lambda: hrv("GET", f"/objects/{seen['id']}").status == 404, "it is gone at HRV")
    for x in (hidden, both):
        assert hrv("GET", f"/objects/{x['id']}").status == 200
    edi("POST", f"/objects/{both['id']}/withdraw", {}, 200)
    assert t["ALB"].json("cyber", "withdraw", hidden["id"], "-c", t.id) == {"versions": 1}
    for x in (hidden, both):
        wait(lambda: hrv("GET", f"/objects/{x['id']}").status == 404, "they are gone at HRV")


def test_withdraw_by_command(t):
    alb, hrv = t["ALB"], caller(t, "HRV")
    a = stix.indicator(61)
    b = stix.version(a, "2031-01-01T00:00:00.000Z")
    bring(t, "ALB", [a, b], to="HRV")
    wait(lambda: hrv("GET", f"/objects/{a['id']}").status == 200, "HRV has it")
    assert "no id of STIX" in alb.refuses(USAGE, "cyber", "withdraw", "x", "-c", t.id)
    assert alb.json("cyber", "withdraw", a["id"], "--version", b["modified"], "--reason", "too wide", "-c", t.id) == {"versions": 1}
    wait(lambda: json.loads(hrv("GET", f"/objects/{a['id']}", status=200).json["raw"]) == a, "HRV sees the one before")
    assert "has published no such object" in t["HRV"].refuses(UNAVAILABLE, "cyber", "withdraw", a["id"], "-c", t.id)
    assert alb.json("cyber", "withdraw", a["id"], "-c", t.id) == {"versions": 1}
    wait(lambda: hrv("GET", f"/objects/{a['id']}").status == 404, "it is gone at HRV")
    alb.refuses(UNAVAILABLE, "cyber", "withdraw", a["id"], "-c", t.id)


def record_of(t, node, call, obj):
    """The record that an object came in."""
    seq = call("GET", f"/objects/{obj['id']}").json["origin"]["seq"]
    return next(r["object"] for r in t[node].json("list", "-n", "1000", "-c", t.id, "--kind", "cyber/stix/1")["records"]
                if r["seq"] == seq and r["author_label"] == node)


def test_a_later_release_brings_nothing_back(t):
    """An entry that is released to others later: what of it was taken back or revoked in between stays away from them, too."""
    call, hrv, kos = caller(t, "ALB"), caller(t, "HRV"), caller(t, "KOS")
    kept, gone, dead, anew = objs = [stix.indicator(n) for n in range(4)]
    assert bring(t, "ALB", objs, to="HRV")["entries"] == 1
    url = f"/objects/{kept['id']}"
    record = record_of(t, "ALB", call, kept)
    wait(lambda: hrv("GET", url).status == 200, "HRV has them")
    for o in (gone, anew):
        call("POST", f"/objects/{o['id']}/withdraw", {}, 200)
    revoked = stix.version(dead, "2031-01-01T00:00:00.000Z", revoked=True)
    assert bring(t, "ALB", [revoked, anew], to="HRV")["written"] == 2
    wait(lambda: hrv("GET", f"/objects/{gone['id']}").status == 404 and hrv("GET", f"/objects/{anew['id']}").status == 200, "HRV knows of it")
    assert kos("GET", url).status == 404
    t["ALB"].run("release", record, "--to", "KOS")
    wait(lambda: kos("GET", url).status == 200, "KOS has what is left")
    assert [kos("GET", f"/objects/{o['id']}").status for o in objs] == [200, 404, 404, 200]
    # Those who had it see what they saw.
    for at in (call, hrv):
        assert [at("GET", f"/objects/{o['id']}").status for o in objs] == [200, 404, 200, 200]
        assert at("GET", f"/objects/{dead['id']}").json["revoked"] is True
    # And nothing more is taken back with a release of what nothing was taken back from.
    before = len(t["ALB"].json("list", "-c", t.id, "--kind", "cyber/withdraw/1")["records"])
    plain = stix.indicator(5)
    bring(t, "ALB", [plain], to="HRV")
    t["ALB"].run("release", record_of(t, "ALB", call, plain), "--to", "KOS")
    wait(lambda: kos("GET", f"/objects/{plain['id']}").status == 200, "KOS has it")
    assert len(t["ALB"].json("list", "-c", t.id, "--kind", "cyber/withdraw/1")["records"]) == before


def test_cases(t):
    """A case of ALB; HRV takes a task, KOS answers a question; the clock runs until all are covered."""
    calls = {n: caller(t, n) for n in ("ALB", "HRV", "KOS")}
    alb, hrv, kos = calls.values()
    i = stix.indicator(4)
    bring(t, "ALB", [i, stix.sdo("sighting", sighting_of_ref=i["id"], first_seen="2030-01-01T00:00:00Z", last_seen="2030-01-01T00:00:00Z")])
    case = alb("POST", "/cases", {"kind": "case", "audience": "all", "content": {
        "title": "Beacons", "status": "open", "severity": "high", "objects": [i["id"]]}}, 201).json
    task = alb("POST", "/cases", {"kind": "task", "audience": "all", "content": {
        "title": "Sinkhole it", "status": "open", "case": case["object"], "for": t["HRV"].member}}, 201).json
    rfi = alb("POST", "/cases", {"kind": "rfi", "audience": "all", "content": {
        "title": "Who has seen it?", "status": "open", "case": case["object"]}}, 201).json
    wait(lambda: hrv("GET", f"/cases/{task['object']}").status == 200, "HRV has the task")
    wait(lambda: kos("GET", f"/cases/{rfi['object']}").status == 200, "KOS has the question")
    hrv("POST", "/cases", {"kind": "answer", "audience": "all", "content": {"to": task["object"], "answer": "accepted"}}, 201)
    kos("POST", "/cases", {"kind": "answer", "audience": "all", "content": {
        "to": rfi["object"], "answer": "answered", "text": "On two mail gateways."}}, 201)
    wait(lambda: [x["answer"] for x in alb("GET", f"/cases/{task['object']}").json["linked"]] == ["accepted"], "ALB sees it accepted")
    wait(lambda: [x["content"]["text"] for x in alb("GET", f"/cases/{rfi['object']}").json["linked"]] == ["On two mail gateways."], "and the answer")
    for call in (hrv, kos):
        wait(lambda: call("GET", f"/cases/{case['object']}").status == 200, "the case is there")
        call("POST", "/cases", {"kind": "answer", "audience": "all", "content": {"to": case["object"], "answer": "covered"}}, 201)

    def whole():
        return alb("GET", f"/cases/{case['object']}", status=200).json
    wait(lambda: sum(x["covered"] is not None for x in whole()["clock"]["members"]) == 2, lambda: f"two are covered: {whole()['clock']}")
    # Its owner says it by containing the case; when it was opened stays as it was.
    now = whole()
    assert now["clock"]["covered"] is None and now["clock"]["opened"] == case["time"]
    contained = alb("PUT", f"/cases/{case['object']}", {"audience": "all", "content": {**now["content"], "status": "contained"}}, 200,
                    **{"If-Match": f'"{now["leaf"]}"'}).json
    now = whole()
    assert now["clock"]["covered"] and now["clock"]["opened"] == case["time"] != contained["time"], now["clock"]
    assert now["clock"]["first_sighted"] == "2030-01-01T00:00:00.000Z"
    # However many come later, and whatever else points at it.
    def sighted(of, when):
        return stix.sdo("sighting", sighting_of_ref=of["id"], first_seen=when, last_seen=when)
    bring(t, "ALB", [sighted(i, "2031-01-01T00:00:00Z") for _ in range(230)] + [stix.sdo("note", content="n", object_refs=[i["id"]]) for _ in range(5)])
    other = stix.indicator(5)
    bring(t, "ALB", [other, sighted(other, "2032-01-01T00:00:00Z")])
    later = alb("POST", "/cases", {"kind": "case", "audience": "all", "content": {
        "title": "Others", "status": "open", "severity": "low", "objects": [other["id"]]}}, 201).json["object"]
    wait(lambda: alb("GET", f"/cases/{later}").json["clock"]["first_sighted"] == "2032-01-01T00:00:00.000Z", "the index has them all")
    assert whole()["clock"]["first_sighted"] == "2030-01-01T00:00:00.000Z"
    assert {x["kind"] for x in now["linked"]} == {"task", "rfi", "answer"} and [o["id"] for o in now["objects"]] == [i["id"]]
    # Only its owner changes it, and only what he has seen.
    change = {"audience": "all", "content": {**now["content"], "status": "closed"}}
    assert hrv("PUT", f"/cases/{case['object']}", change, **{"If-Match": f'"{now["leaf"]}"'}).status == 403
    assert alb("PUT", f"/cases/{case['object']}", change).status == 428
    assert alb("PUT", f"/cases/{case['object']}", change, **{"If-Match": '"x"'}).status == 412
    alb("PUT", f"/cases/{case['object']}", change, 200, **{"If-Match": f'"{now["leaf"]}"'})
    wait(lambda: kos("GET", f"/cases/{case['object']}").json["content"]["status"] == "closed", "KOS sees it closed")
    for n in t:
        n.run("rebuild")
    assert {c["object"] for c in alb("GET", "/cases?kind=case", status=200).json["items"]} == {case["object"], later}


def test_cases_by_command(t):
    """The same from the command line: a case, a task, a question, a takedown note; answers; and the clock, for each member."""
    alb, hrv, kos = (t[n] for n in ("ALB", "HRV", "KOS"))

    def case(n, *args):
        return n.run("cyber", "case", *args, "-c", t.id).stdout
    x = case(alb, "new", "case", "Lures", "--to", "HRV", "--severity", "high", "--first-seen", "2030-01-01T00:00:00Z", "--text", "Two \x1b[31mmails.").strip()
    task = case(alb, "new", "task", "Block it", "--to", "HRV", "--case", x, "--for", "HRV").strip()
    ask = case(alb, "new", "rfi", "Who else?", "--to", "HRV", "--case", x).strip()
    note = case(alb, "new", "notice", "Lures' host", "--to", "HRV", "--case", x, "--type", "takedown", "--target", "lures.example").strip()
    wait(lambda: hrv.has(note), "HRV has it all")
    case(hrv, "answer", task, "accepted")
    case(hrv, "answer", ask, "answered", "--text", "On one gateway.")
    case(hrv, "answer", x, "covered")
    def whole():
        return alb.json("cyber", "case", "show", x, "-c", t.id)
    wait(lambda: [m["member"] for m in whole()["clock"]["members"] if m["covered"]] == ["HRV"], lambda: f"HRV is covered: {whole()['clock']}")
    assert whole()["clock"]["covered"] is None and whole()["clock"]["first_sighted"] == "2030-01-01T00:00:00.000Z"
    text = case(alb, "show", x)
    assert "not all are covered yet" in text and "ALB      not yet" in text and "HRV      covered" in text and "\x1b" not in text, text
    assert {c["kind"] for c in whole()["linked"]} == {"task", "rfi", "notice", "answer"}
    wait(lambda: "On one gateway." in case(alb, "show", ask), "the answer is here")
    case(alb, "set", x, "contained")
    assert whole()["clock"]["covered"] and whole()["content"]["severity"] == "high" and "all are covered after" in case(alb, "show", x)
    assert [c["object"] for c in alb.json("cyber", "case", "list", "--kind", "task", "-c", t.id)["items"]][0] == task
    # Only its owner changes it; a status that it cannot have; what is not for a member is not there.
    assert "only its owner" in hrv.refuses(DENIED, "cyber", "case", "set", x, "closed", "-c", t.id)
    assert "/status" in alb.refuses(BAD_INPUT, "cyber", "case", "set", x, "answered", "-c", t.id)
    assert "/severity" in alb.refuses(BAD_INPUT, "cyber", "case", "new", "case", "X", "--severity", "odd", "-c", t.id)
    kos.run("cyber", "case", "show", x, "-c", t.id, status=UNAVAILABLE)
    assert x not in case(kos, "list")


def advisory(number, version):
    when = "2030-01-01T10:00:00.000Z"
    return {"document": {
        "category": "csaf_base", "csaf_version": "2.0", "title": "VPN", "distribution": {"tlp": {"label": "GREEN"}},
        "publisher": {"category": "coordinator", "name": "A press", "namespace": "https://a.example"},
        "tracking": {"id": number, "status": "final", "version": str(version), "initial_release_date": when, "current_release_date": when,
                     "revision_history": [{"date": when, "number": str(n + 1), "summary": "As it was."} for n in range(version)]}},
        "vulnerabilities": [{"cve": "CVE-2030-1000"}]}


def test_notice_csaf(t, tmp_path):
    """By the API and by file: checked, a notice, at the others, out as it came; the next version is one of the same notice."""
    call, hrv, alb = caller(t, "ALB"), caller(t, "HRV"), t["ALB"]
    csaf = advisory("A-2030-1", 1)
    wish = {"kind": "notice", "audience": "all", "content": {"title": "VPN", "type": "advisory", "status": "published", "csaf": csaf}}
    made = call("POST", "/cases", wish, 201).json
    assert json.loads(call("GET", f"/cases/{made['object']}/csaf", status=200).body) == csaf
    wish["content"]["csaf"]["document"]["csaf_version"] = "1.2"
    bad = call("POST", "/cases", wish)
    assert bad.status == 422 and bad.json["pointer"] == "/content/csaf/document/csaf_version"
    wish["content"]["csaf"] = {**advisory("A-2030-2", 1), "vulnerabilities": [{"cve": "CVE-2030-1000"}] * 2}
    bad = call("POST", "/cases", wish)
    assert (bad.status, bad.json["pointer"]) == (422, "/content/csaf/vulnerabilities") and "6.1.23" in bad.json["detail"]
    # By file.
    path = tmp_path / "a.json"
    path.write_text(json.dumps(advisory("A-2030-3", 1)))
    first = alb.json("cyber", "csaf", "import", path, "--to", "all", "-c", t.id)
    assert first["written"] and not alb.json("cyber", "csaf", "import", path, "--to", "all", "-c", t.id)["written"]
    wait(lambda: hrv("GET", f"/cases/{first['object']}").status == 200, "HRV has it")
    assert hrv("GET", f"/cases/{first['object']}").json["label"].endswith("TLP=GREEN")
    path.write_text(json.dumps(advisory("A-2030-3", 2), indent=1))
    assert alb.json("cyber", "csaf", "import", path, "--to", "all", "-c", t.id)["object"] == first["object"]
    wait(lambda: hrv("GET", f"/cases/{first['object']}/csaf").body.decode() == path.read_text(), "the next version, as it came")
    assert alb.run("cyber", "csaf", "export", first["object"], "-c", t.id).stdout == path.read_text()
    path.write_text(json.dumps(advisory("A-2030-3", 1)))
    alb.refuses(73, "cyber", "csaf", "import", path, "--to", "all", "-c", t.id)
    broken = advisory("A-2030-4", 1)
    broken["document"]["tracking"]["version"] = "3"
    path.write_text(json.dumps(broken))
    said = alb.refuses(65, "cyber", "csaf", "check", path)
    assert "/document/tracking/version" in said and "6.1.16" in said


@pytest.mark.parametrize("content, pointer", [
    ({"title": "", "status": "open", "severity": "low"}, "/content/title"), ({"title": "x", "severity": "low"}, "/content/status"),
    ({"title": "x", "status": "open", "severity": "odd"}, "/content/severity"),
    ({"title": "x", "status": "open", "severity": "low", "objects": ["x"]}, "/content/objects"),
    ({"title": "x", "status": "open", "severity": "low", "first_seen": "x"}, "/content/first_seen")])
def test_bad_case(t, content, pointer):
    a = caller(t, "ALB")("POST", "/cases", {"kind": "case", "audience": [], "content": content})
    assert (a.status, a.json["pointer"]) == (422, pointer)


def test_collections(t):
    call = caller(t, "ALB")
    made = call("POST", "/collections", {"alias": "sensors", "title": "Sensors", "inbox": True, "audience": "all"}, 201).json
    assert made["inbox"] and made["audience"] == "all"
    assert call("POST", "/collections", {"alias": "sensors", "title": "again"}).status == 409
    assert call("POST", "/collections", {"alias": "Not good", "title": "x"}).json["pointer"] == "/alias"
    assert "sensors" in [c["alias"] for c in call("GET", "/collections", status=200).json["collections"]]
    assert call("DELETE", "/collections/all").status == 403
    call("DELETE", f"/collections/{made['id']}", status=204)
    assert call("DELETE", f"/collections/{made['id']}").status == 404


def test_pipe(t):
    """From standard input, through a pipe; what is no bundle is refused whole."""
    alb = t["ALB"]
    objs = [stix.indicator(n) for n in range(5)]
    done = alb.run("cyber", "import", "-", "--to", "HRV", "-c", t.id, "--json", stdin=bundle(objs))
    assert json.loads(done.stdout)["written"] == 5
    assert "ends too early" in alb.run("cyber", "import", "-", "-c", t.id, status=65, stdin=bundle(objs)[:-3]).stderr
    got = json.loads(alb.run("cyber", "export", "-c", t.id, "--from", "ALB").stdout)["objects"]
    assert [o for o in got if o in objs] == objs
    assert isinstance(done, subprocess.CompletedProcess)


def test_packed(t, tmp_path):
    """A bundle packed with gzip or zstd, from a file and through a pipe; what is cut off, or is too large when it is unpacked, leaves nothing."""
    alb = t["ALB"]

    def packed(text, tool="gzip"):
        return subprocess.run([tool, "-c"], input=text, stdout=subprocess.PIPE, check=True).stdout
    objs = [stix.indicator(n) for n in range(6)]
    path = tmp_path / "bundle.json.gz"
    path.write_bytes(packed(bundle(objs[:3]).encode()))
    assert alb.json("cyber", "import", path, "--to", "HRV", "-c", t.id)["written"] == 3
    done = alb.run("cyber", "import", "-", "--to", "HRV", "-c", t.id, "--json", stdin=path.read_bytes(), binary=True)
    assert json.loads(done.stdout)["already"] == 3
    if shutil.which("zstd"):
        path.write_bytes(packed(bundle(objs[3:]).encode(), "zstd"))
        assert alb.json("cyber", "import", path, "--to", "HRV", "-c", t.id)["written"] == 3
    path.write_bytes(packed(bundle([stix.indicator(9)]).encode())[:-9])
    assert "broken or cut off" in alb.refuses(BAD_INPUT, "cyber", "import", path, "-c", t.id)
    # Events of MISP are 64 MiB at most, whatever they are packed into.
    event = {"Event": misp_event(40)}
    path.write_bytes(packed(json.dumps(event).encode()))
    assert alb.json("cyber", "import", path, "--format", "misp", "--to", "HRV", "-c", t.id, status=BAD_INPUT)["written"] == 6
    path.write_bytes(packed(b"[" + b" " * (64 << 20) + b"]"))
    assert path.stat().st_size < 1 << 20 and "67108864" in alb.refuses(BAD_INPUT, "cyber", "import", path, "--format", "misp", "-c", t.id)


def misp_event(n, **more):
    def uuid(k):
        return f"5c6983c8-{n:04x}-4000-8000-{k:012x}"

    return {"uuid": uuid(1), "info": "Beacons of a press", "date": "2030-01-01", "timestamp": "1893456000", "threat_level_id": "2",
            "analysis": "1", "Orgc": {"name": "CERT of a press", "uuid": uuid(2)}, "Tag": [{"name": "type:OSINT"}], "Attribute": [
                {"uuid": uuid(16 + k), "timestamp": "1893456000", "type": type_, "category": category, "to_ids": ids, "value": value, **rest}
                for k, (type_, category, ids, value, rest) in enumerate([
                    ("ip-dst", "Network activity", True, f"192.0.2.{n}", {"Sighting": [
                        {"uuid": uuid(64), "type": "0", "date_sighting": "1893456100"}]}),
                    ("domain", "Network activity", False, f"m{n}.example", {}),
                    ("md5", "Payload delivery", True, "no hash", {}),
                    ("comment", "Other", False, "for us alone", {"distribution": "0"})])], **more}


def test_misp(t, tmp_path):
    """An event of MISP: by file and by the API, what it narrows stays at home, and it comes out as it went in."""
    alb, hrv = caller(t, "ALB"), caller(t, "HRV")
    path = tmp_path / "event.json"
    path.write_text(json.dumps({"response": [{"Event": misp_event(1)}]}))
    assert "--format misp" in t["ALB"].refuses(BAD_INPUT, "cyber", "import", path, "--to", "all", "-c", t.id)
    done = t["ALB"].json("cyber", "import", path, "--format", "misp", "--to", "all", "-c", t.id, status=BAD_INPUT)
    assert (done["written"], done["held"], done["refused"]) == (6, 1, 1), done
    assert done["told"][0]["where"] == "/response/0/Event/Attribute/2/value"
    report = "report--5c6983c8-0001-4000-8000-000000000001"
    wait(lambda: hrv("GET", f"/objects/{report}").status == 200, "the report is at HRV")
    wait(lambda: hrv("GET", "/objects/sighting--5c6983c8-0001-4000-8000-000000000040").status == 200, "and the sighting")

    def whole():
        return json.loads(hrv("GET", f"/objects/{report}/misp", status=200).body)["Event"]
    wait(lambda: whole()["Attribute"][0]["Sighting"], "the index knows what is sighted")
    e = whole()
    assert (e["uuid"], e["info"], e["distribution"], e["Orgc"]["name"]) == (report[8:], "Beacons of a press", "0", "CERT of a press")
    assert [(a["type"], a["value"], a["to_ids"]) for a in e["Attribute"]] == [("ip-dst", "192.0.2.1", True), ("domain", "m1.example", False)]
    assert "for us alone" not in json.dumps(e)
    # By the API; an exercise is no real event; what is no event leaves nothing.
    json_type = {"Content-Type": "application/json"}
    r = alb("POST", "/bundle?to=all&format=misp", json.dumps({"Event": misp_event(2, distribution="3")}).encode(), 200, **json_type).json
    assert (r["written"], r["held"], r["refused"]) == (6, 1, 1)
    drill = {"Event": misp_event(3, Tag=[{"name": 'exercise:cyber-europe="2016"'}])}
    assert alb("POST", "/bundle?to=all&format=misp", json.dumps(drill).encode(), 200, **json_type).json["written"] == 0
    assert alb("POST", "/bundle?format=misp", b'{"type":"bundle"}', **json_type).status == 422
    assert alb("POST", "/bundle?format=xml", b"{}", **json_type).json["pointer"] == "format"
    # Everything of HRV's view, as a MISP takes it.
    out = tmp_path / "out.json"
    t["HRV"].run("cyber", "export", "--format", "misp", "-c", t.id, "-o", out)
    events = [x["Event"] for x in json.loads(out.read_text())["response"]]
    assert {x["info"] for x in events} >= {"Beacons of a press"} and all(x["distribution"] == "0" for x in events)
    uuids = [a["uuid"] for x in events for a in x["Attribute"]]
    assert len(uuids) == len(set(uuids)) and "for us alone" not in out.read_text()
    assert caller(t, "KOS")("GET", f"/objects/{report[:-1]}0/misp").status == 404


def test_misp_says_whose(t, tmp_path):
    """Where no identity says who made it, an event is of the member that has published it, whoever takes it out; and comes in again as that."""
    i = stix.indicator(77)
    r = stix.sdo("report", name="Of nobody", published="2030-01-01T00:00:00Z", object_refs=[i["id"]])
    bring(t, "ALB", [i, r])
    hrv, alb = caller(t, "HRV"), caller(t, "ALB")
    wait(lambda: hrv("GET", f"/objects/{r['id']}").status == 200, "HRV has it")
    theirs, ours = (call("GET", f"/objects/{r['id']}/misp", status=200).json["Event"] for call in (hrv, alb))
    assert theirs["Orgc"]["name"] == "ALB" and theirs["Orgc"] == ours["Orgc"]
    out = tmp_path / "all.json"
    t["HRV"].run("cyber", "export", "--format", "misp", "-c", t.id, "-o", out)
    orgs = {x["Event"]["info"]: x["Event"]["Orgc"] for x in json.loads(out.read_text())["response"]}
    assert orgs["Of nobody"] == ours["Orgc"]
    # Where the event goes in, its Orgc is an identity, and what is in it is by that.
    theirs.update(uuid=theirs["uuid"][:-4] + "7777", distribution="3")
    for a in theirs["Attribute"]:
        a["uuid"] = a["uuid"][:-4] + "7777"
    out.write_text(json.dumps({"Event": theirs}))
    t["KOS"].json("cyber", "import", out, "--format", "misp", "-c", t.id)
    kos = caller(t, "KOS")
    got = json.loads(kos("GET", f"/objects/report--{theirs['uuid']}", status=200).json["raw"])
    assert got["created_by_ref"] == f"identity--{ours['Orgc']['uuid']}"
    assert json.loads(kos("GET", f"/objects/{got['created_by_ref']}", status=200).json["raw"])["name"] == "ALB"
    assert kos("GET", f"/objects/{got['id']}/misp", status=200).json["Event"]["Orgc"] == ours["Orgc"]
