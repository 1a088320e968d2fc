"""The web shell in a real browser, on real nodes (drive.mjs has the scenes)."""

import gzip
import pathlib
import shutil
import subprocess
import urllib.request

import pytest

import entente

PASSWORD = "correct horse battery staple"
LOOKS = [{"width": 1280, "theme": "light"}, {"width": 1280, "theme": "dark"}, {"width": 390, "theme": "light"},
         {"width": 390, "theme": "dark"}]
CANARIES = ["<img src=x onerror=canary()>", "<svg onload=canary()>", "javascript:canary()", "\"><script>canary()</script>",
            "{{canary()}}"]


def add_user(node, name="edi"):
    path = node.path / f"{node.label}.password"
    path.write_text(PASSWORD + "\n")
    path.chmod(0o600)
    node.run("user", "add", name, "--role", "administrator", "--clearance", "*", "--pass-file", path)


def at(node, **more):
    return {"base": f"http://127.0.0.1:{node.port}", "user": "edi", "password": PASSWORD, **more}


@pytest.fixture(scope="module")
def three(shared):
    """Three members with a user each, statements, records of both modes, and an applicant on its way."""
    c = shared(["ALB", "HRV", "KOS"]).sign_all()
    for node in c:
        add_user(node)
    b = c.add_party("BGR")
    b.run("interest", "-c", c.id)
    c["KOS"].run("say", "-c", c.id, "--about", "BGR", "--speaker", "A minister", "--date", "2025-03-31", "--where", "Pristina",
                 "--claim", "will-join", "It has confirmed that it will join.")
    c["ALB"].put("A note to all", to="HRV,KOS", coalition=c.id)
    c["ALB"].put("A note of the exercise", to="HRV,KOS", coalition=c.id, mode="exercise")
    c.agree()
    return c


def test_sign_in(browser, three):
    seen = browser.play("sign_in", **at(three["ALB"]))
    assert seen["kept"] == "edi" and seen["bad"] == [] and seen["title"].endswith("ALB")


def test_letters(browser, three):
    seen = browser.play("letters", coalition=three.id, **at(three["ALB"]))
    assert seen["led"] not in ("", "#/") and seen["stayed"] and seen["off"] and seen["bad"] == []


def test_modes_do_not_mix(browser, three):
    seen = browser.play("modes", coalition=three.id, **at(three["ALB"]))["seen"]
    assert "A note to all" in seen["real"]["text"] and "A note of the exercise" not in seen["real"]["text"]
    assert "A note of the exercise" in seen["exercise"]["text"] and "A note to all" not in seen["exercise"]["text"]
    assert "EXERCISE" in seen["exercise"]["title"] and "EXERCISE" not in seen["real"]["title"]
    assert [seen[m]["banner"] for m in ("real", "exercise", "test")] == [0, 1, 1]
    assert all(seen[m]["framed"] for m in seen)


def test_write_and_release(browser, three):
    seen = browser.play("write", title="Written in the browser", coalition=three.id, **at(three["ALB"]))
    assert seen["refused"] == {"kept": "the text", "focus": "true"} and seen["bad"] == []
    record = three["HRV"].wait_record(seen["object"], coalition=three.id)
    assert record["title"] == "Written in the browser"


def test_live(browser, three):
    p = browser.start("live", title="Appears by itself", coalition=three.id, **at(three["ALB"]))
    try:
        assert browser.line(p) == {"ready": True}
        three["HRV"].put("Appears by itself", to="ALB", coalition=three.id)
        assert browser.line(p) == {"appeared": True, "bad": []}
    finally:
        p.terminate()
        p.communicate()


def test_late_answer(browser, three, tmp_path):
    p = browser.start("late", happened=str(tmp_path / "happened"), quote="It is said late.", coalition=three.id, **at(three["ALB"]))
    try:
        assert browser.line(p) == {"asked": True}
        three["HRV"].run("say", "-c", three.id, "--about", "BGR", "--speaker", "A minister", "--date", "2025-04-01", "--where", "Zagreb",
                         "--claim", "other", "It is said late.")
        three.agree()
        (tmp_path / "happened").write_text("")
        assert browser.line(p) == {"seen": True, "bad": []}
    finally:
        p.terminate()
        p.communicate()


def test_lost_and_back(browser, coalition):
    c = coalition(["ALB", "HRV"])
    add_user(c["ALB"])
    p = browser.start("lost", **at(c["ALB"]))
    try:
        assert browser.line(p) == {"ready": True}
        c["ALB"].stop()
        assert browser.line(p) == {"lost": True}
        c["ALB"].start()
        assert browser.line(p) == {"back": True}
    finally:
        p.terminate()
        p.communicate()


def test_act_signed_off_the_node(browser, coalition):
    """An accession: prepared in the browser, signed by the officer's key, handed in, seen as such at the others."""
    c = coalition(["ALB", "HRV"]).sign_all()
    b = c.add_party("BGR")
    add_user(b)
    prepared, signed = c.path / "accede.prepared", c.path / "accede.signed"
    p = browser.start("act", kind="accede", coalition=c.id, prepared=str(prepared), signed=str(signed), **at(b))
    try:
        assert browser.line(p)["ready"].endswith(".prepared")
        b.run("sign", prepared, "--officer", b.key("officer.key"), "-o", c.path / "signed.tmp")
        (c.path / "signed.tmp").rename(signed)
        seen = browser.line(p)
        assert seen["said"].startswith("Written") and seen["bad"] == []
    finally:
        p.terminate()
        p.communicate()
    c["ALB"].wait_status("BGR", "applied", c.id)


def test_verify_examine_audit(browser, three):
    log = three["HRV"].member + ".1"
    seen = browser.play("verify", coalition=three.id, log=log, **at(three["ALB"]))
    assert seen["bad"] == [] and "holds" in seen["said"]


def test_files(browser, three, tmp_path):
    data = bytes(range(256)) * 4000
    path, out = tmp_path / "indicators <b>.bin", tmp_path / "out"
    path.write_bytes(data)
    seen = browser.play("files", title="With a file", file=str(path), out=str(out), coalition=three.id, **at(three["ALB"]))
    assert seen["bad"] == [] and out.read_bytes() == data


def test_languages(browser, three):
    seen = browser.play("languages", **at(three["ALB"]))
    assert seen["bad"] == []
    assert len({seen["seen"][code] for code in ("en", "sq", "bg", "hr")}) == 4
    assert "Записи" in seen["seen"]["bg"]


def test_canaries(browser, coalition):
    """Whatever a partner can set is shown as text: labels, statements, titles, names of files."""
    c = coalition(["ALB", "HRV"]).sign_all()
    for node in c:
        add_user(node)
    alb, hrv = c["ALB"], c["HRV"]
    for n, text in enumerate(CANARIES):
        hrv.put(text, to="ALB", coalition=c.id, title=text)
        hrv.run("say", "-c", c.id, "--about", text, "--speaker", text, "--date", "2025-03-31", "--where", text,
                "--claim", "other", "--source", "https://example.org/canary", text)
    hrv.put("text with \u202e in it", to="ALB", coalition=c.id, title="bidi \u202e title")
    c.agree()
    seen = browser.play("canary", texts=CANARIES, **at(alb))
    assert seen["bad"] == {}
    assert all(seen["shown"].values()), seen["shown"]
    assert seen["marked"]


def test_budget(browser, three):
    """The first load of Home: under 120 KB as sent, and one chain: the page, then its files side by side."""
    node = three["ALB"]
    seen = browser.play("budget", **at(node))
    assert 20_000 < seen["bytes"] < 120_000, seen
    page = urllib.request.urlopen(f"http://127.0.0.1:{node.port}/").read().decode()
    scripts = [f for f in seen["files"] if f.endswith((".js", ".css")) and not f.endswith(("sq.js", "bg.js", "hr.js"))]
    assert all(f.removeprefix(f"http://127.0.0.1:{node.port}") in page for f in scripts), scripts


def test_assets_are_kept_and_compressed(browser, three):
    base = f"http://127.0.0.1:{three['ALB'].port}"
    page = urllib.request.urlopen(base + "/")
    policy = page.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "default-src 'self'" in policy and "data:" not in policy and "frame-ancestors 'none'" in policy
    text = page.read().decode()
    script = text.split('src="')[1].split('"')[0]
    plain = urllib.request.urlopen(base + script)
    assert "immutable" in plain.headers["Cache-Control"] and plain.headers["Content-Encoding"] is None
    small = urllib.request.urlopen(urllib.request.Request(base + script, headers={"Accept-Encoding": "br, gzip;q=0.8"}))
    assert small.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in small.headers["Vary"]
    assert gzip.decompress(small.read()) == plain.read()
    none = urllib.request.urlopen(urllib.request.Request(base + script, headers={"Accept-Encoding": "gzip;q=0"}))
    assert none.headers["Content-Encoding"] is None


def ui_copy(browser, place):
    """The sources of ui/ beside the packages that the tests have brought, so that nothing is written into the sources."""
    for name in ("src", "test", "dev"):
        shutil.copytree(entente.TOP / "ui" / name, place / name)
    for name in ("package.json", "tsconfig.json", "vite.config.mjs"):
        shutil.copy(entente.TOP / "ui" / name, place / name)
    (place / "node_modules").symlink_to(pathlib.Path(browser.modules) / "node_modules")
    return place


@pytest.mark.parametrize("command", [["node", "test/run.mjs"], ["node_modules/.bin/tsc", "--noEmit"]], ids=["units", "types"])
def test_scripts(browser, tmp_path, command):
    """What is pure in ui/, and the catalogues: every message in every language; and the types, strictly."""
    done = subprocess.run(command, cwd=ui_copy(browser, tmp_path), capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout[-3000:]
