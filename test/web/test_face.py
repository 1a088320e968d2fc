"""What the shell shows to whom, and where it leads (face.mjs has the scenes)."""

import os
import pathlib

import pytest

from api import Person
from api import add_user as add_person
from test_web import LOOKS, PASSWORD, add_user, at

FILE = str(pathlib.Path(__file__).with_name("face.mjs"))
# ENTENTE_SHOTS=FOLDER: a picture of each, in all looks.
SHOTS = os.environ.get("ENTENTE_SHOTS")
EACH = [{"width": w, "theme": k} for w in (1440, 390) for k in ("light", "dark")] if SHOTS else [LOOKS[0]]


@pytest.fixture(scope="module")
def t(shared):
    t = shared(["ALB", "HRV"], name="Declaration on cooperation").sign_all()
    add_user(t["ALB"])
    add_person(t["ALB"], "rea", "pact=reader,records=reader", "RESTRICTED", PASSWORD)
    return t


def play(browser, node, scene, look, **more):
    return browser.play(scene, **{**at(node), "scenes": FILE, "shots": SHOTS, **look, **more})


@pytest.mark.parametrize("look", EACH, ids=str)
def test_what_is_found_opens_on_its_own_page(browser, t, look):
    """A hit leads to the page of the workspace that has one, what is called so stands before what only says so; a record that is no note is not edited as one."""
    alb, name = t["ALB"], f"Samovar {look['width']} {look['theme']}"
    made = alb.run("cyber", "case", "new", "case", name, "--to", "all", "-c", t.id).stdout.split()[-1]
    alb.put(f"said of {name}", to="HRV", coalition=t.id, title=f"A later note {look['width']} {look['theme']}")
    seen = play(browser, alb, "found", look, find=name, title=name, coalition=t.id, object=made)
    own = f"#/work/cyber/{t.id}/cases/{made}"
    assert seen["palette"]["at"] == own and seen["href"] == own
    hits = seen["listed"]
    assert [x.split(" ")[0] for x in hits] == ["Samovar", "A"], seen["listed"]
    assert seen["edits"] == 0 and seen["forms"] == 0 and "changed in its workspace" in seen["edit"]["text"]
    assert [seen[p]["bad"] for p in ("palette", "search", "record", "edit")] == [[]] * 4


@pytest.mark.parametrize("look", EACH, ids=str)
def test_who_may_not_see_a_page_is_told_which_role_does(browser, t, look):
    """No page is empty or in trouble for somebody without a role: it says whose it is, and asks the node for nothing."""
    pages = ["audit", "webhooks", "webhooks/x", "people/user/edi", "people", "settings"]
    seen = play(browser, t["ALB"], "seen", look, user="rea", pages=pages)
    for page in pages:
        who = "reader" if page == "settings" else "administrator"
        assert f"“{who}” in “This node”" in seen[page]["text"], (page, seen[page]["text"])
        assert seen[page]["troubles"] == 0 and seen[page]["bad"] == [], page
    assert "Keys" in seen["people"]["text"] and "Language" in seen["settings"]["text"]
    mine = play(browser, t["ALB"], "seen", {"width": 1280, "theme": "light"}, shots=None, pages=["audit", "people", "settings", "peers"])
    assert not any("people with the role" in mine[page]["text"] for page in mine)


@pytest.mark.parametrize("look", EACH, ids=str)
def test_a_new_password_is_typed_twice(browser, t, look):
    alb, name, following = t["ALB"], f"pw-{look['width']}-{look['theme']}", "another long enough sentence"
    add_person(alb, name, "administrator", "*", PASSWORD)
    seen = play(browser, alb, "twice", look, user=name, next=following, made=f"{name}-made")
    assert seen["differs"] == seen["new_differs"] == ["The two passwords are not the same."]
    assert seen["focused"] == "true" and seen["left"] == ["", ""] and seen["me"]["bad"] == seen["bad"] == []
    for who in (name, f"{name}-made"):
        assert Person(alb, who, following).get("/session").json["user"]["name"] == who
