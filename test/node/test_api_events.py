"""Live events: nothing is missed and nothing told twice over a broken line, a restart, a person who may not any more."""

import concurrent.futures
import time

import pytest

from api import Caller, Events, Person, add_user, new_token, store
from entente import wait


@pytest.fixture(scope="module")
def t(shared):
    t = shared(["ALB", "HRV"], name="Events")
    t.sign_all()
    add_user(t["ALB"], "edi", "administrator", "*")
    return t


@pytest.fixture
def edi(t):
    return Person(t["ALB"], "edi")


def told(events):
    return [d["object"] for k, d in events if k == "record"]


def test_as_it_happens(t, edi):
    alb, hrv = t["ALB"], t["HRV"]
    with_filter = Events(edi, f"?coalition={t.id}")
    e = Events(edi)
    assert e.response.headers["Content-Type"] == "text/event-stream" and e.response.headers["Cache-Control"] == "no-store"
    e.until("position")
    made = alb.put("here", to="all")
    seen = e.until("record", lambda d: d["object"] == made)
    assert seen[-1][1] == {"coalition": t.id, "object": made, "kind": "note/1", "mode": "real", "change": "written",
                           "author": alb.member, "seq": seen[-1][1]["seq"]}
    assert any(k == "log" and d["member"] == alb.member for k, d in seen)
    theirs = hrv.put("there", to="all", mode="exercise")
    got = e.until("record", lambda d: d["object"] == theirs)[-1][1]
    assert (got["mode"], got["author"]) == ("exercise", hrv.member)
    hrv.run("say", "They will.", "--about", "BGR", "--speaker", "X", "--date", "2025-03-18", "--where", "Y")
    assert e.until("act")[-1][1]["kind"] == "statement/1"
    # An own act, and then once more when its partner has cosigned it: pages show one witness more.
    alb.run("say", "They may.", "--about", "BGR", "--speaker", "X", "--date", "2025-03-19", "--where", "Y")
    e.until("act", lambda d: d["member"] == alb.member)
    assert e.until("log", lambda d: d["member"] == alb.member)
    hrv.run("recall", theirs, "--from", "ALB")
    assert e.until("record", lambda d: d["change"] == "recalled")[-1][1]["object"] == theirs
    again = alb.put("again", object=made, to="all")
    assert again == made and e.until("record", lambda d: d["object"] == made)
    # An act settles standing once it is witnessed.
    t["HRV"].run("withdraw", "--effective", "2099-01-01T00:00:00Z")
    assert e.until("standing")[-1][1]["coalition"] == t.id
    with_filter.until("record", lambda d: d["object"] == theirs)
    assert Events(edi, "?coalition=" + "0" * 32).status == 404
    e.close(), with_filter.close()


def test_goes_on_where_it_broke_off(t, edi):
    alb = t["ALB"]
    e = Events(edi)
    e.until("position")
    first = alb.put("one", to="all")
    e.until("record", lambda d: d["object"] == first)
    e.until("position")
    e.close()
    missed = [alb.put(f"missed {i}", to="all") for i in range(5)]
    back = Events(edi, last=e.last)
    seen = back.until("record", lambda d: d["object"] == missed[-1])
    assert told(seen) == missed and "reset" not in [k for k, _ in seen]
    back.until("position")
    last = back.last
    back.close()
    nothing = Events(edi, last=last)  # nothing has happened since
    assert [k for k, _ in nothing.until("position")] == ["position"] and nothing.last == last
    nothing.close()
    # A page that knows when it began: nothing is lost between its first answer and its stream.
    began = edi.get("/session").json["events"]
    between = alb.put("between", to="all")
    page = Events(edi, f"?after={began}")
    seen = page.until("record", lambda d: d["object"] == between)
    assert "reset" not in [k for k, _ in seen]
    page.close()
    for unknown in ("1.2.3.4:5", "x", "9" * 500):
        lost = Events(edi, last=unknown)
        assert lost.next()[0] == "reset"
        lost.close()


def test_nothing_tells_of_what_is_hidden(t, edi):
    """Who reads records of the lowest class alone learns from no event, no position and no name of one that others were written, when, or how many."""
    alb = t["ALB"]
    add_user(alb, "low", "reader", "UNCLASSIFIED")
    low, _ = new_token(alb, "low", "records=reader")
    all_of_it, e = Events(edi), Events(low)
    assert all_of_it.until("position") and e.next()[0] == "position"

    def hide(n):
        for i in range(n):
            made = alb.put(f"hidden {i}", label="RESTRICTED", to="all")
            all_of_it.until("record", lambda d: d["object"] == made)
            all_of_it.until("position")
    hide(3)
    shown = alb.put("shown", label="UNCLASSIFIED", to="all")
    assert e.next()[1]["object"] == shown and e.next()[0] == "position"
    e.close()
    # It goes on where it broke off, and the name of a place says nothing: it is another one each time.
    hide(2)
    names = [low.get("/session").json["events"] for _ in range(2)]
    assert len({*names, e.last}) == 3 and len({len(x) for x in (*names, e.last)}) == 1
    shown = alb.put("shown again", label="UNCLASSIFIED", to="all")
    for back in (Events(low, last=e.last), Events(low, f"?after={names[0]}"), Events(low, last=names[1])):
        assert back.next()[1]["object"] == shown and back.next()[0] == "position"
        back.close()
    # A name of the others' kind is none of his.
    assert Events(low, last=all_of_it.last).next()[0] == "reset"
    all_of_it.close()


def test_over_a_restart(t, edi):
    alb = t["ALB"]
    e = Events(edi)
    e.until("position")
    e.close()
    alb.stop()
    alb.start()
    same = Events(edi, last=e.last)
    assert same.next()[0] == "position", "nothing has changed, so nothing is to be loaded again"
    same.close()
    alb.stop()
    alb.run("put", "while it was down", "--to", "all")
    alb.start()
    changed = Events(edi, last=same.last)
    assert changed.next()[0] == "reset"
    changed.close()


def test_too_far_behind(t, edi):
    alb = t["ALB"]
    e = Events(edi)
    e.until("position")
    e.close()
    path = alb.path / "many"
    path.write_text("".join(f'{{"title":"n{i}"}}\n' for i in range(3000)))
    alb.run("put", "--batch", path, "--to", "all", "--mode", "test")
    back = Events(edi, last=e.last)
    assert "reset" in [k for k, _ in back.until("position")] or back.until("reset")
    back.close()


def test_ends_with_the_session(t, edi):
    alb = t["ALB"]
    add_user(alb, "temp", "reader", "*")
    boss = Person(alb, "edi")

    def watch(caller):
        e = Events(caller)
        assert e.status == 200
        e.until("position")
        return e

    def bye(e, why="session"):
        assert e.until("bye", seconds=15)[-1][1] == {"why": why}
        assert e.next() is None

    temp = Person(alb, "temp")
    e = watch(temp)
    assert temp.delete("/session").status == 204
    bye(e)
    e = watch(Person(alb, "temp"))
    assert boss.put("/users/temp", {"clearance": "UNCLASSIFIED"}).status == 200
    bye(e)
    token, ident = new_token(alb, "temp", "records=reader")
    e = watch(token)
    assert boss.delete(f"/tokens/{ident}").status == 204
    bye(e)
    token, _ = new_token(alb, "temp", "records=reader")
    e = watch(token)
    assert boss.put("/users/temp", {"disabled": True}).status == 200
    bye(e)
    # Without anybody's doing: time.
    boss2 = Person(alb, "edi")
    e = watch(boss2)
    store(alb, "UPDATE session SET seen_ms = 1")
    bye(e)
    boss3 = Person(alb, "edi")
    e = watch(boss3)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        stopping = pool.submit(alb.stop)
        bye(e, "stopping")
        stopping.result()
    alb.start()


def test_first_run(coalition):
    alb = coalition(["ALB", "HRV"])["ALB"]
    e = Events(Caller(alb))
    assert e.status == 200
    e.until("position")
    add_user(alb, "edi", "administrator")
    assert e.until("bye", seconds=20)[-1][1] == {"why": "session"}


def test_jobs_are_told_to_whose_they_are(t):
    alb = t["ALB"]
    add_user(alb, "other", "administrator", "*")
    mine, other = Person(alb, "edi"), Person(alb, "other")
    a, b = Events(mine), Events(other)
    a.until("position"), b.until("position")
    job = mine.post("/doctor").json["id"]
    assert a.until("job", lambda d: d["state"] == "done")[-1][1]["id"] == job
    alb.put("after", to="all")
    assert "job" not in [k for k, _ in b.until("record")]
    a.close(), b.close()


def test_many_viewers(t, edi):
    """All get it, and the node notices those that have left."""
    alb = t["ALB"]
    token, _ = new_token(alb, "edi", "pact=reader,records=reader")
    viewers = [Events(token) for _ in range(200)]
    for e in viewers:
        e.until("position")
    began = time.monotonic()
    made = alb.put("to all of them", to="all")
    for e in viewers:
        e.until("record", lambda d: d["object"] == made)
    assert time.monotonic() - began < 10
    metrics = Person(alb, "edi").get("/metrics").body.decode()
    count = next(int(line.split()[1]) for line in metrics.splitlines() if line.startswith("entente_live_viewers "))
    assert count == 200
    for e in viewers:
        e.close()

    def left():
        text = Person(alb, "edi").get("/metrics").body.decode()
        return "entente_live_viewers 0\n" in text
    wait(left, "they have left", 30)


def test_another_charter_begins_anew(coalition, tmp_path):
    """Levels of another ladder say nothing about what was told before: whoever watches loads again, and nobody goes on from before it."""
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    alb = t["ALB"]
    add_user(alb, "boss", "administrator", "*")
    add_user(alb, "low", "reader", "RESTRICTED")
    low = Person(alb, "low")
    e = Events(low)
    e.until("position")
    alb.put("seen", to="all")
    e.until("record")
    e.until("position")
    before, draft = e.last, tmp_path / "next.txt"
    alb.run("charter", "amend", "--suspension", "2", "-o", draft)
    digits = alb.json("charter", "propose", draft)["charter"]
    for node in t:
        wait(lambda: digits[:16] in node.run("charter", "list").stdout, f"the text at {node.label}")
        node.run("sign", "--charter", digits)
    e.until("reset", seconds=30)
    while (event := e.next()) is not None:
        assert event[0] != "record"
    after = e.last
    e.close()
    back = Events(low, last=before)
    assert "reset" in [k for k, _ in back.until("position")]
    back.close()
    assert after != before
    back = Events(low, last=after)
    assert back.next()[0] == "position"
    made = alb.put("after", to="all")
    assert made in told(back.until("record"))
    back.close()
