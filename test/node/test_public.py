"""The public register: served without a sign-in, checked offline from fingerprints alone, and no help in lying."""

import json
import re
import urllib.error
import urllib.request
import xml.etree.ElementTree

import pytest

from entente import run, wait

ATOM = "{http://www.w3.org/2005/Atom}"
CANARY = "kanarinac-4711"
DATA, VERIFY, USAGE, MISSING = 65, 76, 64, 69


def public_acts(text):
    return text.replace("two-person -\n", "two-person -\npublic acts\n")


def page(node):
    return f"http://127.0.0.1:{node.port}"


def get(node, path, status=200, **headers):
    request = urllib.request.Request(page(node) + path, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            assert answer.status == status, (path, answer.status)
            return answer.headers, answer.read()
    except urllib.error.HTTPError as e:
        assert e.code == status, (path, e.code, e.read()[:300])
        return e.headers, e.read()


def setting(node, line):
    conf = node.dir / "entente.conf"
    conf.write_text(conf.read_text() + line + "\n")


def fingerprint(node):
    return json.loads(run("key", "fingerprint", node.root, "--json", cwd=node.dir).stdout)["root"]


def verify(path, *args, status=0, cwd):
    done = run("verify", path, *args, "--json", status=status, cwd=cwd)
    return json.loads(done.stdout) if status == 0 else done.stderr


def say(node, quote, *more):
    return node.json("say", "--about", "BGR", "--speaker", "Minister", "--date", "2025-03-31", "--where", "Sofia",
                     "--claim", "not-decided", *more, quote)["leaf"]


@pytest.fixture
def three(coalition):
    c = coalition()
    for label in ("ALB", "HRV", "KOS"):
        setting(c.add_node(label), "public on")
    c.found(["ALB", "HRV", "KOS"], edit=public_acts)
    c.add_party("BGR")
    return c.sign_all("ALB", "HRV", "KOS")


def register(node, c):
    return get(node, f"/public/{c.id}.public")[1]


def settled(node, c):
    """The register with a member's digest that fits it: nothing can be left out of it unnoticed."""
    def look():
        path = node.dir.parent / f"{node.label}.public"
        path.write_bytes(register(node, c))
        found = verify(path, "--fingerprint", fingerprint(c["ALB"]), cwd=c.path)
        return found["complete_by"] >= 2 and (path, found)
    return wait(look, f"digests in the register of {node.label}")


def test_a_stranger_reads_it(three):
    alb, hrv = three["ALB"], three["HRV"]
    note = alb.put(CANARY, "all", title=CANARY)
    secret = say(alb, CANARY)
    leaf = say(alb, "Nothing has been decided.", "--lang", "en")
    play = say(alb, "An exercise.", "--mode", "exercise")
    assert "only what is real" in alb.run("publish", play, status=DATA).stderr
    assert alb.json("publish", leaf[:12])["kind"] == "publish/1"
    assert "already" in alb.run("publish", leaf, status=70).stderr
    three.agree()

    for node in (alb, hrv):
        headers, page = get(node, f"/public/{three.id}")
        assert b"Nothing has been decided." in page and b"<script" not in page
        assert "Set-Cookie" not in headers and "default-src 'none'" in headers["Content-Security-Policy"]
        etag = headers["ETag"]
        headers, body = get(node, f"/public/{three.id}", 304, **{"If-None-Match": etag})
        assert body == b"" and headers["ETag"] == etag
        _, bulgarian = get(node, f"/public/{three.id}", **{"Accept-Language": "bg-BG,bg;q=0.9"})
        assert 'lang="bg"' in bulgarian.decode() and "Публичен регистър" in bulgarian.decode()
        for lang, word in (("sq", "Regjistri publik"), ("hr", "Javni registar"), ("en", "Public register")):
            assert word in get(node, f"/public/{lang}/{three.id}")[1].decode()
            assert word in get(node, f"/public/{lang}/")[1].decode()

        _, data = get(node, f"/public/{three.id}.json")
        found = json.loads(data)
        assert found["in_force"] and len(found["members"]) == 3
        said = [a["statement"]["quote"] for a in found["acts"] if "statement" in a]
        assert said == ["Nothing has been decided."]
        assert {p["label"]: p["status"] for p in found["parties"]} == {
            "ALB": "member", "HRV": "member", "KOS": "member", "BGR": "mentioned"}

        feed = xml.etree.ElementTree.fromstring(get(node, f"/public/en/{three.id}.atom")[1])
        ids = [e.findtext(ATOM + "id") for e in feed.findall(ATOM + "entry")]
        assert f"urn:entente:leaf:{leaf}" in ids and len(ids) == len(set(ids))
        assert feed.findtext(ATOM + "id") == f"urn:entente:public:{three.id}"
        everything = page + bulgarian + data + register(node, three)
        for hidden in (CANARY, secret, note, play, "An exercise"):
            assert hidden.encode() not in everything, hidden
        get(node, f"/public/{three.id}/{secret}.entry", 404)
        get(node, f"/public/{three.id}/{play}.proof", 404)
        entry = get(node, f"/public/{three.id}/{leaf}.entry")[1]
        (three.path / "e").write_bytes(entry)
        (three.path / "p").write_bytes(get(node, f"/public/{three.id}/{leaf}.proof")[1])
        assert "verifies" in run("verify", "p", "--entry", "e", "--root", alb.root, cwd=three.path).stdout
    for path in ("/public/xx", f"/public/{'0' * 32}", f"/public/{three.id}.html", f"/public/en/{three.id}.json"):
        get(alb, path, 404)
    get(three["BGR"], "/public/", 404)  # off is off
    get(three["BGR"], f"/public/{three.id}.public", 404)


def test_it_is_checked_offline(three):
    alb, hrv, kos, bgr = (three[x] for x in ("ALB", "HRV", "KOS", "BGR"))
    leaf = say(hrv, "Nothing has been decided.")
    hrv.run("publish", leaf)
    bgr.run("accede")
    three.agree()
    alb.run("ratify", "BGR")
    three.agree()
    path, found = settled(kos, three)
    assert found["statements"] == 1 and found["in_force"]
    assert {p["label"]: (p["status"], p["vouched"]) for p in found["parties"]} == {
        "ALB": ("member", "fingerprint"), "HRV": ("member", "charter"), "KOS": ("member", "charter"),
        "BGR": ("applied", "accession")}
    words = json.loads(run("key", "fingerprint", alb.root, "--json", cwd=three.path).stdout)["words"]
    text = run("verify", path, "--fingerprint", words, "--within", "1", cwd=three.path).stdout
    assert re.search(r"BGR +has applied, not a member: ratified 1 of 3; still to ratify: HRV, KOS|"
                     r"BGR +has applied, not a member: ratified 1 of 3; still to ratify: KOS, HRV", text), text
    assert "nothing that settles standing is left out" in text and "not proved" in text
    assert "verifies" in run("verify", f"{page(kos)}/public/{three.id}.public", "--root", bgr.root, cwd=three.path).stdout

    # Nobody is trusted for the asking.
    assert "is needed" in verify(path, status=USAGE, cwd=three.path)
    assert "no party" in verify(path, "--fingerprint", "0" * 64, status=VERIFY, cwd=three.path)
    # Three registers tell the same.
    others = [settled(n, three)[0] for n in (alb, hrv)]
    verify(path, "--fingerprint", fingerprint(hrv), "--against", others[0], "--against", others[1], cwd=three.path)


def blocks(text):
    """The file in pieces: each entry with its log's place, so that a proxy could leave it out."""
    return [m.group() for m in re.finditer(
        rb"entry \d+\nentente-entry/1\n(?:.|\n)*?\nproof \d+\n(?:[A-Za-z0-9+/=]{44}\n)*", text)]


def test_a_proxy_that_tampers_is_caught(three):
    alb, hrv, kos = three["ALB"], three["HRV"], three["KOS"]
    first = say(hrv, "The first.")
    hrv.run("publish", first)
    three.agree()
    path, _ = settled(alb, three)
    old = path.read_bytes()
    second = say(hrv, "The second.")
    hrv.run("publish", second)
    three.agree()
    wait(lambda: second.encode() in b"".join(register(alb, three).split()) or
         b"The second." in register(alb, three), "the second in the register")
    now = register(alb, three)
    good, bad = three.path / "good", three.path / "bad"
    good.write_bytes(now)
    trust = ("--fingerprint", fingerprint(hrv))
    verify(good, *trust, cwd=three.path)

    def caught(data, *args, status=VERIFY):
        bad.write_bytes(data)
        return verify(bad, *trust, *args, status=status, cwd=three.path)

    # One byte.
    at = now.index(b"The second.")
    assert "not what was signed" in caught(now[:at] + b"the" + now[at + 3:])
    # An act that settles standing is withheld: the members' own digests do not fit.
    other = f"\nlog {kos.member}.".encode()
    sign = next(b for b in blocks(now) if b"\nkind sign/1\n" in b and other in b)
    assert "left out" in caught(now.replace(sign, b""))
    # A release is withheld, but not what it released.
    release = [b for b in blocks(now) if b"\nkind publish/1\n" in b]
    assert "released it to the public" in caught(now.replace(release[-1], b""))
    # Statement and release are withheld together: true as far as it goes, and any other register shows it.
    said = next(b for b in blocks(now) if b"The second." in b)
    less = now.replace(release[-1], b"").replace(said, b"")
    bad.write_bytes(less)
    verify(bad, *trust, cwd=three.path)
    assert "left out" in caught(less, "--against", good)
    # Another order.
    mine = blocks(now)
    pair = next((a, b) for a, b in zip(mine, mine[1:]) if a + b in now)
    assert "order" in caught(now.replace(pair[0] + pair[1], pair[1] + pair[0]), status=DATA)
    # An older copy: true, and older than one that was seen.
    bad.write_bytes(old)
    verify(bad, *trust, cwd=three.path)
    assert "goes back" in caught(old, "--since", good)
    verify(good, *trust, "--since", path, cwd=three.path)
    # Something behind the end; half of it; something else.
    caught(now + b"x\n", status=DATA)
    caught(now[:len(now) // 2], status=DATA)
    run("verify", alb.root, "--fingerprint", fingerprint(alb), cwd=three.path)
    # Taken back: shown no more, and nobody is accused of leaving it out.
    hrv.run("publish", "--withdraw", second)
    three.agree()
    wait(lambda: b"The second." not in register(alb, three), "the second is gone")
    good.write_bytes(register(alb, three))
    bad.write_bytes(now)
    verify(good, *trust, "--since", bad, cwd=three.path)


def test_an_officer_signs_by_the_documents_in_the_log(coalition, tmp_path):
    """The public file judges an act as the nodes do: by the root documents that stand before it in its author's log."""
    c = coalition()
    alb = c.add_node("ALB")
    c.add_node("HRV")
    for node in c:
        setting(node, "public on")
    second = tmp_path / "second.key"
    alb.run("key", "new", "officer", second)
    alb.run("key", "update", "--officer-key", second)
    alb.run("key", "root", "-o", alb.root, "-f")
    c.found(["ALB", "HRV"], edit=public_acts)
    alb.run("sign", "-c", c.id, "--officer", second)
    c["HRV"].run("sign", "-c", c.id)
    for node in c:
        node.wait_status("ALB", "member")
    c.agree()
    path, found = settled(alb, c)
    assert {p["label"]: p["status"] for p in found["parties"]} == {"ALB": "member", "HRV": "member"}
    # The signature stands; the document that names who signed is withheld: nobody was entitled to sign.
    data = path.read_bytes()
    document = next(b for b in blocks(data) if b"\nkind root/1\n" in b)
    path.write_bytes(data.replace(document, b""))
    assert "left out" in verify(path, "--fingerprint", fingerprint(c["HRV"]), status=VERIFY, cwd=c.path)


def test_without_the_charters_word_only_what_was_released(coalition):
    c = coalition()
    setting(c.add_node("ALB"), "public on")
    c.found(["ALB", "HRV"], name="Quiet coalition").sign_all()
    alb, hrv = c["ALB"], c["HRV"]
    get(alb, f"/public/{c.id}", 404)
    assert b"Nothing is public here" in get(alb, "/public/")[1]
    leaf = say(hrv, "Nothing has been decided.")
    hrv.run("publish", leaf)
    c.agree()
    page = wait(lambda: (b := get(alb, f"/public/{c.id}")[1]) and b"Nothing has been decided." in b and b, "the statement")
    data = register(alb, c)
    assert b"Quiet coalition" not in page + data and alb.member.encode() not in re.sub(rb"audience [^\n]*", b"", data)
    assert json.loads(get(alb, f"/public/{c.id}.json")[1])["acts_public"] is False
    (c.path / "f").write_bytes(data)
    found = verify(c.path / "f", "--fingerprint", fingerprint(hrv), cwd=c.path)
    assert found["statements"] == 1 and not found["acts_public"]


def test_many_requests_are_too_many(three):
    statuses = []
    for _ in range(260):
        try:
            with urllib.request.urlopen(page(three["ALB"]) + "/public/xx", timeout=20) as answer:
                statuses.append(answer.status)
        except urllib.error.HTTPError as e:
            statuses.append(e.code)
        if statuses[-1] == 429:
            break
    assert set(statuses) <= {404, 429}
    for _ in range(250):
        try:
            urllib.request.urlopen(page(three["ALB"]) + "/public/", timeout=20).read()
        except urllib.error.HTTPError as e:
            assert e.code == 429
            break
    else:
        raise AssertionError("nobody was told to wait")
