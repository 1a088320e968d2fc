"""Every route × role × label × state, from the table itself: what each caller must be answered is computed here, none is left out."""

import itertools
import json

import pytest

import schema
from api import AREAS, Caller, Events, Person, Token, add_user, ask, new_token, stale, store
from entente import wait

ROLES = ["none", "reader", "contributor", "officer", "administrator"]
LADDER = ["UNCLASSIFIED", "RESTRICTED", "CONFIDENTIAL"]
CLEARANCES = ["NOSUCHCLASS", *LADDER, "*"]
MODES = ["real", "exercise", "test"]
CANARY = "canary"  # in every title and text that is above somebody


@pytest.fixture(scope="module")
def t(shared):
    t = shared(["ALB", "HRV"], name="Matrix")
    t.sign_all()
    alb = t["ALB"]
    add_user(alb, "root", "administrator", "*")
    for role in ROLES[1:]:
        everywhere = ",".join(f"{a}={role}" for a in AREAS)
        add_user(alb, f"r-{role}", everywhere, "*")
    add_user(alb, "r-none", "node=none", "*")
    for area in AREAS:  # each with a rate of its own
        add_user(alb, f"w-{area}", f"{area}=administrator", "*")
    for i, clearance in enumerate(CLEARANCES):
        add_user(alb, f"c{i}", ",".join(f"{a}=administrator" for a in AREAS), clearance)
    return t


@pytest.fixture(scope="module")
def document(t):
    return ask(t["ALB"], "GET", "/openapi.json").json


# ---- routes × roles ----

def values(t):
    alb = t["ALB"]
    return {"coalition": t.id, "hash": "current", "member": alb.member, "leaf": "0" * 64, "seq": "0", "log": f"{alb.member}.1",
            "object": "a" * 26 + "." + "a" * 26, "name": "nobody-of-that-name", "id": "nothing", "pin": "0" * 64, "sha256": "0" * 64,
            "subject": "nobody", "row": "0", "kind": "requests", "number": "1"}


class Names(dict):
    """A name that a work area has brought, and that is not above, names nothing."""

    def __missing__(self, key):
        return "nothing"


def expected(rights, role, kind, fresh):
    """The status that the table promises, or None: allowed, whatever the route then says of its (empty) request."""
    if rights["who"] == "open":
        return None
    if kind == "nobody":
        return 401
    if rights["who"] == "role" and ROLES.index(role) < ROLES.index(rights["role"]):
        return 403
    if rights["confirm"] and (kind == "token" or not fresh):
        return 403
    return None


def test_roles(t, document):
    """Nobody, a person and a token of each role, just confirmed or not: on every route."""
    alb, asked = t["ALB"], 0
    names = values(t)
    for role, kind, fresh in [("none", "nobody", False), *itertools.product(ROLES, ["session"], [True, False]),
                              *itertools.product(ROLES, ["token"], [False])]:
        store(alb, "DELETE FROM guard")
        person = Person(alb, f"r-{role}") if kind != "nobody" else None
        if kind == "token":
            caller, _ = new_token(alb, f"r-{role}", ",".join(f"{a}={role}" for a in AREAS))
        else:
            caller = person or Caller(alb)
        if not fresh:
            stale(alb)
        for method, path, operation in schema.operations(document):
            if method == "DELETE" and path == "/session" and kind == "session":
                continue  # below
            body = None if method in ("GET", "DELETE") else {}
            answer = caller.ask(method, path.format_map(Names(names)), body)
            want = expected(operation["x-entente"], role, kind, fresh)
            where = (method, path, role, kind, fresh, answer.status, answer.body[:300])
            if want:
                assert answer.status == want, where
                if want == 403 and kind == "session" and not fresh and operation["x-entente"]["confirm"]:
                    r = operation["x-entente"]
                    enough = r["who"] != "role" or ROLES.index(role) >= ROLES.index(r["role"])
                    assert answer.title == ("confirm" if enough else "denied"), where
            elif path not in ("/session", "/session/confirm") and kind != "token":
                assert answer.status not in (401, 403, 500), where
            else:
                assert answer.status != 500, where
            asked += 1
        if kind == "session":
            assert person.delete("/session").status == 204
            assert person.get("/session").status == 401
    assert asked > len(list(schema.operations(document))) * 15


def test_workspaces_are_apart(t, document):
    """The highest role in one workspace opens no route of another."""
    alb, names = t["ALB"], values(t)
    for area in AREAS:
        caller, _ = new_token(alb, f"w-{area}", f"{area}=administrator")
        for method, path, operation in schema.operations(document):
            rights = operation["x-entente"]
            if rights["who"] != "role" or rights["workspace"] == area:
                continue
            answer = caller.ask(method, path.format_map(Names(names)), None if method in ("GET", "DELETE") else {})
            assert answer.status == 403, (area, method, path, answer.status)


def test_methods_that_are_not_in_the_table(t, document):
    alb, names = t["ALB"], values(t)
    caller, _ = new_token(alb, "r-reader")
    for path, methods in document["paths"].items():
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
            if method.lower() in methods:
                continue
            answer = caller.ask(method, path.format_map(Names(names)))
            # Another row may fit the same path: /acts/{leaf} and /acts/prepare.
            assert answer.status in (405, 403, 404, 422), (method, path, answer.status)
            if answer.status == 405:
                assert answer.headers["Allow"], (method, path)


# ---- records × clearance × mode × state ----

@pytest.fixture(scope="module")
def records(t):
    """{object: (label, mode, state)}: live, recalled, erased, and one whose newest version is above its first; own and received."""
    alb, hrv = t["ALB"], t["HRV"]
    made = {}
    for label, mode in itertools.product(LADDER, MODES):
        text = f"{CANARY} {label} {mode}"
        live = alb.put(text, to="all", label=label, mode=mode, title=f"{text} live")
        made[live] = (label, mode, "live")
        theirs = hrv.put(text, to="all", label=label, mode=mode, title=f"{text} received")
        made[theirs] = (label, mode, "live")
        gone = alb.put(text, to="all", label=label, mode=mode, title=f"{text} erased")
        alb.run("erase", gone)
        made[gone] = (label, mode, "erased")
        back = hrv.put(text, to="all", label=label, mode=mode, title=f"{text} recalled")
        alb.wait_record(back)
        hrv.run("recall", back, "--from", "ALB")
        made[back] = (label, mode, "recalled")
        wait(lambda: (r := alb.has(back)) and r["state"] == "recalled", "it is recalled")
        alb.wait_record(theirs)
    for label in LADDER[1:]:
        raised = alb.put("harmless", to="all", label=LADDER[0], title="harmless at first")
        alb.run("put", f"{CANARY} raised {label}", "--object", raised, "--to", "all", "--label", label)
        made[raised] = (label, "real", "live")
    return made


def may_see(clearance, label, state):
    """Who is not cleared for everything sees nothing of what has no label any more."""
    if clearance == "*":
        return True
    return state == "live" and clearance in LADDER and LADDER.index(label) <= LADDER.index(clearance)


@pytest.mark.parametrize("clearance", CLEARANCES)
def test_clearance(t, records, clearance):
    alb = t["ALB"]
    caller = Person(alb, f"c{CLEARANCES.index(clearance)}")
    base = f"/coalitions/{t.id}/records"
    visible = {o for o, (label, _, state) in records.items() if may_see(clearance, label, state)}
    hidden = set(records) - visible

    # One by one: what is hidden is answered as what is not there, byte for byte.
    absent = caller.get(f"{base}/{'a' * 26}.{'a' * 26}")
    for o in records:
        answer = caller.get(f"{base}/{o}")
        assert answer.status == (200 if o in visible else 404), (o, records[o], answer.body)
        if o in hidden:
            for headers, method, path, body in [({}, "GET", f"/{o}/versions", None), ({"If-Match": '"x"'}, "PUT", f"/{o}", {}),
                                                ({}, "POST", f"/{o}/release", {"add": "all"}), ({}, "POST", f"/{o}/recall", {"from": "all"}),
                                                ({}, "POST", f"/{o}/erase", {}), ({}, "POST", f"/{o}/editing", {"editor": "0" * 32}),
                                                ({}, "POST", f"/{o}/files/{'0' * 64}", {})]:
                ghost = caller.ask(method, base + path, body, **headers)
                same = caller.ask(method, base + path.replace(o, "a" * 26 + "." + "a" * 26), body, **headers)
                assert (ghost.status, ghost.body) == (same.status, same.body), (method, path)
                assert ghost.status == 404
            assert (answer.status, answer.body) == (404, absent.body)

    # Lists, counts and search: exactly what is visible, of one mode.
    status = caller.get(f"/coalitions/{t.id}").json
    for mode in MODES:
        here = {o for o in visible if records[o][1] == mode}
        listed = caller.all(base, mode=mode, limit=3)
        assert {r["object"] for r in listed} == here, mode
        assert all(r["mode"] == mode for r in listed)
        live = {o for o in here if records[o][2] == "live"}
        for kind in ("note/1", "note/"):  # what is gone has no kind any more
            assert {r["object"] for r in caller.all(base, mode=mode, kind=kind)} == live, kind
        assert {r["object"] for r in caller.all(base, mode=mode, text=CANARY)} == live, mode
        found = caller.get(f"/search?q={CANARY}&mode={mode}&limit=50").items
        assert {f["id"] for f in found if f["type"] == "record"} == live
        if clearance != "*":
            assert status["records"][mode] == len(here)
    assert set(status["records"]) == set(MODES)

    # Nothing of what is hidden in any other answer.
    document = ask(alb, "GET", "/openapi.json").json
    names = {**values(t), "name": "root"}
    # Acts and the tree are for all: leaves and sizes say nothing of contents.
    hidden_words = {f"{CANARY} {records[o][0]} {records[o][1]}" for o in hidden if records[o][2] == "live"} - {
        f"{CANARY} {records[o][0]} {records[o][1]}" for o in visible}
    for method, path, operation in schema.operations(document):
        if method != "GET" or path == "/audit":
            continue
        text = caller.get(path.format_map(Names(names))).body.decode(errors="replace")
        assert not [w for w in hidden_words if w in text], path
        assert not [o for o in hidden if o in text], path
    page = caller.get("//status").body.decode()
    assert not [w for w in hidden_words if w in page]
    assert not [o for o in hidden if o[-26:] in page or o[-26:-18] in page]
    metrics = caller.get("/metrics").body.decode()
    assert CANARY not in metrics


def test_labels_that_may_be_written(t):
    for clearance in CLEARANCES:
        caller = Person(t["ALB"], f"c{CLEARANCES.index(clearance)}")
        offered = caller.get(f"/coalitions/{t.id}/labels").json["ladder"]
        want = LADDER if clearance == "*" else LADDER[:LADDER.index(clearance) + 1] if clearance in LADDER else []
        assert offered == want, clearance
        for label in LADDER:
            made = caller.post(f"/coalitions/{t.id}/records", {"audience": [], "mode": "test", "label": label,
                                                               "content": {"title": "w"}})
            assert made.status == (201 if label in want else 422), (clearance, label, made.body)


def test_open_headers_above_the_clearance_are_withheld(t):
    """In the pages of a log: leaf and place, nothing else; veiled entries look the same to all."""
    alb = t["ALB"]
    # `veil` is the default for what is not for all; what is for all has an open header.
    open_top = alb.json("put", "for all", "--to", "all", "--label", "CONFIDENTIAL", "--title", "open")
    veiled = alb.json("put", "for one", "--label", "CONFIDENTIAL", "--title", "veiled")
    for clearance, shape in (("UNCLASSIFIED", "withheld"), ("NOSUCHCLASS", "withheld"), ("CONFIDENTIAL", "open"), ("*", "open")):
        caller = Person(alb, f"c{CLEARANCES.index(clearance)}")
        log = f"/coalitions/{t.id}/logs/{alb.member}.1/entries"
        e = caller.get(f"{log}/{open_top['seq']}").json
        assert e["shape"] == shape and e["leaf"] == open_top["leaf"], clearance
        if shape == "withheld":
            assert [e[k] for k in ("time", "kind", "mode", "label", "bucket")] == [None] * 5 and "text" not in e
        v = caller.get(f"{log}/{veiled['seq']}").json
        assert v["shape"] == "veiled" and v["kind"] is None and v["label"] is None and v["bucket"]
        assert "CONFIDENTIAL" not in v["text"]
        if shape == "withheld":
            listed = {x["seq"]: x for x in caller.all(log)}
            assert listed[open_top["seq"]]["shape"] == "withheld"


def test_reads_of_restricted_records_are_in_the_audit(t):
    alb = t["ALB"]
    low = alb.put("low", label="UNCLASSIFIED")
    top = alb.put("top", label="CONFIDENTIAL")
    root, who = Person(alb, "root"), Person(alb, f"c{CLEARANCES.index('*')}")
    base = f"/coalitions/{t.id}/records"
    name = f"user:{who.name}"

    def rows():
        return [(r["what"], r["about"]) for r in root.all("/audit", who=name) if r["what"].startswith("record ")]

    before = rows()
    leaf = {o: root.get(f"{base}/{o}").json["leaf"] for o in (low, top)}
    assert who.get(f"{base}/{low}").status == 200
    assert rows() == before
    assert who.get(f"{base}/{top}").status == 200
    new = rows()
    assert len(new) == len(before) + 1 and new[0] == ("record read", f"coalition {t.id} leaf {leaf[top]}")
    assert who.get(f"{base}/{top}").status == 200 and len(rows()) == len(new)  # within ten minutes once
    again = Person(alb, f"c{CLEARANCES.index('CONFIDENTIAL')}")
    assert again.get(base + "?limit=200").status == 200
    listed = [r for r in root.all("/audit", who=f"user:{again.name}") if r["what"] == "record list"]
    assert listed and leaf[top] in " ".join(r["about"] for r in listed) and leaf[low] not in " ".join(r["about"] for r in listed)
    searcher, _ = new_token(alb, f"c{CLEARANCES.index('*')}", "records=reader")
    other = alb.put("quinine", label="RESTRICTED", title="quinine")
    assert [f["id"] for f in searcher.get("/search?q=quinine").items] == [other]
    told = [r for r in root.all("/audit", who="token:") if r["what"] == "record list"]
    assert told and root.get(f"{base}/{other}").json["leaf"] in told[0]["about"]
    assert root.post("/audit/verify").json["ok"]


def test_the_page_without_script_shows_and_notes_the_same(t):
    """Titles for who may read records, and then it is in the audit."""
    alb = t["ALB"]
    title = "galangal"
    top = alb.put("x", label="CONFIDENTIAL", title=title)
    leaf = Person(alb, "root").get(f"/coalitions/{t.id}/records/{top}").json["leaf"]
    pact, _ = new_token(alb, "r-administrator", "pact=administrator")
    page = pact.get("//status")
    assert page.status == 200 and title not in page.body.decode() and "Records" not in page.body.decode()
    who = Person(alb, "r-reader")
    assert title in who.get("//status").body.decode() and title in who.get("//status/renewed").body.decode()
    noted = [r for r in Person(alb, "root").all("/audit", who="user:r-reader") if r["what"] == "record list" and leaf in r["about"]]
    assert len(noted) == 1


# ---- the same without a trace in what is told live ----

def test_events_are_filtered(t):
    alb = t["ALB"]
    # Watching first, so that nothing before is in it.
    watchers = {c: Events(Person(alb, f"c{CLEARANCES.index(c)}")) for c in CLEARANCES}
    for w in watchers.values():
        assert w.status == 200
        w.until("position")
    made = {label: alb.put(f"live {label}", to="all", label=label) for label in LADDER}
    one = alb.put("erase me", to="all", label="RESTRICTED")
    alb.run("erase", one)
    end = alb.put("the end", to="all", label="UNCLASSIFIED")
    # One look tells records, then acts, then erasures: the act, by which all know that they have seen everything, comes in a look of its own.
    early = {"*": watchers["*"].until("record", lambda d: (d["object"], d["change"]) == (one, "erased"))}
    act = json.loads(alb.run("say", "They will.", "--about", "BGR", "--speaker", "X", "--date", "2025-03-18", "--where", "Y", "--json").stdout)
    for clearance, w in watchers.items():
        seen = early.get(clearance, []) + w.until("act", lambda d: d["leaf"] == act["leaf"])
        if not any(k == "record" and d["object"] == end for k, d in seen) and clearance != "NOSUCHCLASS":
            seen += w.until("record", lambda d: d["object"] == end)
        told = {(d["object"], d["change"]) for k, d in seen if k == "record"}
        visible = {o for label, o in made.items() if may_see(clearance, label, "live")}
        want = {(o, "written") for o in visible} | ({(end, "written")} if clearance != "NOSUCHCLASS" else set())
        if may_see(clearance, "RESTRICTED", "live"):
            assert (one, "erased") in told, clearance
        told = {x for x in told if x[0] != one or not may_see(clearance, "RESTRICTED", "live")}
        assert told == want, clearance
        w.close()


def test_events_by_role(t):
    alb = t["ALB"]
    only_pact, _ = new_token(alb, "r-administrator", "pact=reader")
    only_records, _ = new_token(alb, "r-administrator", "records=reader")
    neither, _ = new_token(alb, "r-administrator", "node=administrator")
    assert Events(neither).status == 403 and Events(Caller(alb)).status == 401
    a, b = Events(only_pact), Events(only_records)
    a.until("position"), b.until("position")
    made = alb.put("for both", to="all")
    kinds = [k for k, _ in a.until("log")]
    assert "record" not in kinds
    seen = b.until("record", lambda d: d["object"] == made)
    assert {k for k, _ in seen} <= {"record", "position"}
    a.close(), b.close()
