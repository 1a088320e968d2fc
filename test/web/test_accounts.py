"""Accounts in a real browser (accounts.mjs has the scenes): passkeys, whose authenticator Chromium has in itself, and a provider of identities."""

import os
import pathlib

import pytest

from api import Person, stale, store
from provider import Provider
from test_web import PASSWORD, add_user, at

FILE = str(pathlib.Path(__file__).with_name("accounts.mjs"))


@pytest.fixture(scope="module")
def alb(shared):
    c = shared(["ALB", "HRV"], name="Accounts").sign_all()
    add_user(c["ALB"])
    return c["ALB"]


def by_name(node, **more):
    return {**at(node), "base": f"http://localhost:{node.port}", "scenes": FILE, "shots": os.environ.get("ENTENTE_SHOTS"), **more}


def test_people(browser, alb):
    """What an administrator chooses on the page is what the person gets: roles, and a class of the charter's ladder."""
    seen = browser.play("people", **{**by_name(alb), **at(alb)})
    assert seen == {"classes": ["the lowest", "UNCLASSIFIED", "RESTRICTED", "CONFIDENTIAL", "everything"], "bad": [],
                    "made": [{"records": "officer", "cyber": "reader"}, "RESTRICTED"], "changed": [{"records": "officer"}, "RESTRICTED"]}


def test_passkey(browser, alb):
    """Made, used for signing in and before an act, renamed, refused without verification, removed."""
    p = browser.start("passkey", **by_name(alb))
    try:
        assert browser.line(p) == {"ready": True}
        stale(alb)
        seen = browser.line(p)
    finally:
        p.terminate()
        p.communicate()
    assert seen["bad"] == [] and seen["method"] == "passkey"
    assert seen["held"] == 1 and seen["resident"]
    assert "already" in seen["twice"] and seen["unverified"]


def test_passkey_by_address(browser, alb):
    seen = browser.play("passkey_address", **{**by_name(alb), **at(alb)})
    assert seen == {"buttons": 0, "bad": []}


@pytest.fixture
def provider(alb):
    p = Provider()
    alb.stop()
    conf = alb.dir / "entente.conf"
    text = conf.read_text()
    conf.write_text(text + p.conf("oidc-name Ministry"))
    alb.start()
    yield p
    p.stop()
    alb.stop()
    conf.write_text(text)
    alb.start()


def test_provider(browser, alb, provider):
    """There and back with the whole address kept; before an act and over a lapsed session in a tab beside the page."""
    admin = Person(alb, "edi", PASSWORD)
    assert admin.post("/users/edi/subjects", {"subject": "248289761001"}).status == 201
    store(alb, "DELETE FROM session")
    coalition = alb.json("status")["coalitions"][0]["coalition"]
    job = {**at(alb), "scenes": FILE, "shots": os.environ.get("ENTENTE_SHOTS"), "issuer": provider.issuer, "coalition": coalition,
           "args": ["--ignore-certificate-errors"]}
    p = browser.start("provider", **job)
    try:
        assert browser.line(p) == {"ready": "stale"}
        stale(alb)
        assert browser.line(p) == {"ready": "end"}
        store(alb, "DELETE FROM session")
        alb.put("something that the page is told of", to="HRV")
        seen = browser.line(p)
    finally:
        p.terminate()
        p.communicate()
    assert seen["first"] == {"method": "oidc", "address": "/#/settings", "title": "Settings"}
    assert seen["typed"] == "half a sentence" and seen["bad"] == []
    provider.person = {"sub": "somebody <b>new</b>"}
    seen = browser.play("provider_refused", **job)
    assert "somebody <b>new</b>" in seen["said"] and seen["address"] == "/" and seen["bad"] == []


def test_signed_in_again(browser, alb, tmp_path):
    """After the session has ended under two tabs: what they show is of now, live and writable again; of another person's nothing stays."""
    add_user(alb, "ina")
    coalition = alb.json("status")["coalitions"][0]["coalition"]
    happened = tmp_path / "happened"
    texts = {"meanwhile": "Written meanwhile", "after": "Written afterwards"}

    def put(title):
        alb.put("A text", to="HRV", coalition=coalition, title=title)

    def end():
        store(alb, "DELETE FROM session")
        put("What tells the page")

    p = browser.start("again", **{**by_name(alb), **at(alb)}, other="ina", coalition=coalition, happened=str(happened), **texts)
    try:
        assert browser.line(p) == {"ready": True}
        end()
        assert browser.line(p) == {"ended": True}
        put(texts["meanwhile"])
        happened.write_text("")
        assert browser.line(p) == {"again": True}
        put(texts["after"])
        assert browser.line(p) == {"ready": "end"}
        end()
        seen = browser.line(p)
    finally:
        p.terminate()
        p.communicate()
    assert all("open" not in classes for classes in seen["live"]), seen["live"]
    assert texts["meanwhile"] not in seen["stale"]  # it was written while nobody could see it
    assert seen["status"] == [200, 200] and "Must not be written" not in seen["titles"]
    assert "From the tab where nobody signed in" in seen["titles"] and "With a session that nobody told of" in seen["titles"]
    assert seen["bad"] == []


def test_unattended(browser, alb):
    coalition = alb.json("status")["coalitions"][0]["coalition"]
    seen = browser.play("unattended", **{**by_name(alb), **at(alb)}, coalition=coalition)
    assert seen == {"there": None, "away": "1", "back": None, "bad": []}


def test_two_people_edit_the_same(browser, alb):
    add_user(alb, "eva")
    status = alb.json("status")["coalitions"][0]
    record = alb.put("As it was", to="HRV", coalition=status["coalition"], title="Draft of the order")
    seen = browser.play("editing", other="eva", object=record, **{**by_name(alb), **at(alb), "coalition": status["coalition"]})
    assert "eva" in seen["told_one"] and "edi" in seen["told_two"]
    assert seen["kept"] == seen["refused"] == seen["mine"] == "what the first has typed"
    assert seen["bad"] == []


def test_two_officers(browser, coalition, tmp_path):
    """The charter wants two for a withdrawal: all of it in two browsers, but for the keys."""
    c = coalition()
    for label in ("ALB", "HRV"):
        c.add_node(label)
    alb = c["ALB"]
    second = tmp_path / "second.key"
    alb.run("key", "new", "officer", second)
    alb.run("key", "update", "--officer-key", alb.key("officer.key"), "--officer-key", second)
    alb.run("key", "root", "-o", alb.root, "-f")
    c.found(["ALB", "HRV"], serve=False, edit=lambda text: text.replace("two-person -", "two-person withdraw"))
    for node in c:
        node.start()
    c.sign_all()
    add_user(alb), add_user(alb, "eva")
    files = {"first": str(tmp_path / "one"), "second": str(tmp_path / "two")}
    p = browser.start("two_officers", other="eva", coalition=c.id, shots=os.environ.get("ENTENTE_SHOTS"), scenes=FILE, **files, **at(alb))
    try:
        for name, key in ((files["first"], alb.key("officer.key")), (files["second"], second)):
            line = browser.line(p)
            assert line == {"ready": name}, line
            alb.run("sign", name, "--officer", key, "-o", name + ".tmp")
            pathlib.Path(name + ".tmp").rename(name + ".signed")
        seen = browser.line(p)
    finally:
        p.terminate()
        p.communicate()
    assert "second" in seen["two_needed"].lower() or "two officers" in seen["two_needed"].lower()
    assert seen["written"].startswith("Written") and not seen["waits"].startswith("Written") and seen["bad"] == []
    alb.wait_status("ALB", "withdrawing")
