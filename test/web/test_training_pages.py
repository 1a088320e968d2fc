"""Joint training in a real browser, on real nodes (training.mjs has the scenes)."""

import json
import os

import pytest

from entente import wait
from test_web import PASSWORD, add_user, at

EPOCH = "2026-01-01T09:00:00Z"
PAGES = ["", "inbox", "programme", "lessons", "qualifications", "out"]
IN_EXERCISE = ["", "msel", "timeline", "coverage", "excon", "cell", "evaluate", "replay"]


def new(node, kind, content, *args):
    return node.json("training", "new", kind, *args, stdin=json.dumps(content))["object"]


@pytest.fixture(scope="module")
def two(shared):
    c = shared(["ALB", "KOS"], name="Training").sign_all()
    for node in c:
        add_user(node)
    add_user(c["KOS"], "ana")
    return c


def exercise(c, name):
    alb = c["ALB"]
    ex = alb.json("training", "exercise", name, "--scenario", EPOCH, "--aim", "Act together when the grid is down")["object"]
    alb.run("training", "part", ex, "audience", "Staff", "-n", "A1", "--party", "KOS")
    objective = alb.json("training", "part", ex, "objective", "Command and control", "-n", "O1")["object"]
    wait(lambda: c["KOS"].json("training", "list", "part", "--about", ex)["records"][1:], "the parts at KOS")
    return ex, objective


def fill(c):
    """An exercise in full run, a programme with a clash, lessons, an overdue action, qualifications."""
    alb, kos = c["ALB"], c["KOS"]
    ex, objective = exercise(c, "BRIGHT HORIZON")
    alb.run("training", "part", ex, "objective", "Logistics", "-n", "O2")
    alb.run("training", "part", ex, "phase", "Onset", "-n", "1", "--from", EPOCH, "--until", "2026-01-01T10:00:00Z")
    alb.run("training", "part", ex, "phase", "Response", "-n", "2", "--from", "2026-01-01T10:00:00Z", "--until", "2026-01-01T14:00:00Z")
    alb.run("training", "part", ex, "task", "Report within the hour", "-n", "T1", "--objective", objective, "--evaluator", "x", "--standard", "Within 60 minutes")
    line = alb.json("training", "part", ex, "storyline", "The grid", "-n", "S1")["object"]
    for i in range(1, 13):
        content = {"exercise": ex, "number": str(i), "title": f"Event {i}: {'a town without power' if i % 3 else 'the press asks who knew'}", "to": [two_part(alb, ex)],
                   "due": {"basis": "scenario", "at": f"2026-01-01T{9 + i // 4:02d}:{(i * 13) % 60:02d}:00Z"}, "fire": "auto" if i < 4 else "confirm", "body": "What the controller says, word for word.",
                   "weight": "key" if i % 4 == 0 else "enabling", "objectives": [objective], "storyline": line, "expect": [{"text": "Report it", "within_s": 1800}],
                   "method": "email" if i == 1 else "phone" if i % 2 else "portal"}
        inject = new(alb, "inject", content)
        if i < 11:
            for state in ("submitted", "approved"):
                alb.run("training", "step", inject, state)
    new(kos, "inject", {"exercise": ex, "number": "K1", "title": "Not for ALB", "due": {"basis": "scenario", "at": "2026-01-01T10:05:00Z"}, "storyline": line}, "--to", "KOS")
    for state in ("specified", "planned", "ready"):
        alb.run("training", "step", ex, state)
    alb.run("training", "control", ex, "startex", "--rate", "60")
    wait(lambda: len([d for d in kos.json("training", "inbox")["deliveries"] if d["title"].startswith("Event")]) >= 2, "two deliveries")
    alb.run("training", "control", ex, "rate", "--rate", "1")
    first = next(d["object"] for d in kos.json("training", "inbox")["deliveries"] if d["title"].startswith("Event"))
    kos.run("training", "ack", first)
    kos.run("training", "respond", first, "Two generators are on their way.")
    rating = new(kos, "rating", {"exercise": ex, "objective": objective, "by": "e", "at": EPOCH, "rating": "S", "rationale": "late, then good"}, "--to", "ALB")
    kos.run("training", "step", rating, "final")
    for title, start, units in (("BRIGHT HORIZON", "2027-05-12", ["1 Bn"]), ("Signals course", "2027-05-18", ["1 Bn"]), ("Planning conference", "2027-03-02", [])):
        entry = new(alb, "entry", {"title": title, "kind": "exercise", "from": "2027-03-01", "to": "2027-06-30", "days": 9, "start": start, "venues": ["Range", "Camp"],
                                   "units": units, "parties": [alb.member, kos.member]})
        alb.run("training", "step", entry, "proposed")
    lesson = new(alb, "lesson", {"title": "Reports came late", "exercise_name": "BRIGHT HORIZON", "conclusion": "no duty officer", "recommendation": "Name a duty officer."}, "--to", "all")
    alb.run("training", "step", lesson, "identified")
    new(alb, "action", {"text": "Name a duty officer", "owner": alb.member, "due": "2026-01-31", "exercise_name": "BRIGHT HORIZON"}, "--to", "all")
    for who, until in (("A-017", "2030-01-01"), ("A-018", "2026-12-20"), ("A-020", "2025-01-01")):
        new(alb, "qualification", {"person": who, "code": "EVAL-1", "title": "Evaluator", "authority": "School", "granted": "2024-01-01", "until": until})
    return ex


def two_part(node, ex):
    return next(r["object"] for r in node.json("training", "list", "part", "--about", ex)["records"] if r["content"]["type"] == "audience")


def test_every_page(browser, two):
    """Empty at first sight and full: each fits the screen, keeps to the policy, and has a heading."""
    shots = os.environ.get("ENTENTE_SHOTS")
    for label in ("ALB", "KOS"):
        seen = browser.play("training_pages", coalition=two.id, pages=PAGES, shots=shots, name=f"{label}-empty", **at(two[label]))
        assert seen["bad"] == {}
    ex = fill(two)
    pages = PAGES + [f"exercise/{ex}" + (f"/{p}" if p else "") for p in IN_EXERCISE]
    for label in ("ALB", "KOS"):
        seen = browser.play("training_pages", coalition=two.id, pages=pages, shots=shots, name=label, **at(two[label]))
        assert seen["bad"] == {}


def test_main_story(browser, two):
    ex, _ = exercise(two, "STORY")
    seen = browser.play("training_story", coalition=two.id, exercise=ex, player=at(two["KOS"]), other="ana", shots=os.environ.get("ENTENTE_SHOTS"), **at(two["ALB"]))
    assert seen["bad"] == []
    assert seen["mark"] == "EXERCISE EXERCISE EXERCISE"
    assert seen["numbers"] == ["1", "2", "3", "4", "5"]
    assert "/native" in seen["why"] or "code" in seen["why"], seen["why"]
    (status, begins), gone = seen["address"]
    assert status == 200 and begins == "BEGIN:VCALENDAR" and gone == 404
