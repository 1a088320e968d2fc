"""What the shell tells a person of, in a real browser (told.mjs has the scenes): nothing of an area that is muted, and loudly of root keys that have signed twice."""

import pathlib
import shutil

from entente import run
from test_web import add_user, at

SCENES = str(pathlib.Path(__file__).with_name("told.mjs"))


def test_muted(browser, coalition):
    c = coalition(["ALB", "HRV"]).sign_all()
    alb, hrv = c["ALB"], c["HRV"]
    add_user(alb)

    def record():
        alb.wait_record(hrv.put("A note", to="ALB", coalition=c.id), coalition=c.id)

    def act(words):
        hrv.run("say", "-c", c.id, "--about", "BGR", "--speaker", "X", "--date", "2025-03-31", "--where", "Y", "--claim", "other", words)

    p = browser.start("muted", scenes=SCENES, coalition=c.id, **at(alb))
    try:
        assert browser.line(p) == {"ready": True}
        record()
        assert browser.line(p) == {"muted": True}
        record()
        act("The first.")
        assert browser.line(p) == {"again": True}
        record()
        act("The second.")
        seen = browser.line(p)
    finally:
        p.terminate()
        p.communicate()
    assert any(f"records/{c.id}" in tag for tag in seen["before"])
    for later in ("after", "reloaded"):
        assert seen[later] and all("/records/" not in tag and "records" not in tag for tag in seen[later]), (later, seen[later])
    assert "record" in seen["tray"].lower()  # still there for who looks
    assert seen["bad"] == []


def test_root_keys_that_have_signed_twice(browser, coalition):
    c = coalition(["ALB", "HRV"]).sign_all()
    alb, hrv = c["ALB"], c["HRV"]
    add_user(alb)
    hrv.stop()
    copy, other = c.path / "copy", c.path / "other.root"
    shutil.copytree(hrv.dir, copy, ignore=shutil.ignore_patterns("bell"))
    run("-C", copy, "key", "new", "officer", copy / "second.key", cwd=c.path)
    run("-C", copy, "key", "update", "--officer-key", copy / "keys" / "officer.key", "--officer-key", copy / "second.key", cwd=c.path)
    run("-C", copy, "key", "root", "-o", other, cwd=c.path)
    alb.run("join", c.id, "--party", other)
    p = browser.start("twice", scenes=SCENES, coalition=c.id, party=hrv.member, width=1280, **at(alb))
    try:
        assert browser.line(p) == {"ready": True}
        hrv.run("key", "update", "--officer-key", hrv.key("officer.key"))
        hrv.start()
        seen = browser.line(p)
    finally:
        p.terminate()
        p.communicate()
    assert "signed version 2 twice" in seen["row"] and "HRV" in seen["row"]
    assert "The root keys of HRV have signed two documents of version 2" in seen["home"]
    assert "known telephone number" in seen["party"]
    assert seen["bad"] == []


def test_not_known_what_needs_somebody(browser, coalition):
    c = coalition(["ALB", "HRV"])  # nobody has signed the charter yet, which needs somebody
    alb, hrv = c["ALB"], c["HRV"]
    add_user(alb)
    p = browser.start("unknown", scenes=SCENES, **at(alb))
    try:
        assert browser.line(p) == {"again": True}
        hrv.run("sign", "-c", c.id)
        seen = browser.line(p)
    finally:
        p.terminate()
        p.communicate()
    assert "the disk" in seen["home"] and "Nothing needs you" not in seen["home"]
    assert "not known" in seen["label"] and "not known" in seen["tray"] and "Nothing needs you" not in seen["tray"]
    assert "not written down" in seen["refused"]
    assert seen["left"] > 0 and seen["bad"] == []
