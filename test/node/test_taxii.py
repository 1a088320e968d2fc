"""TAXII 2.1 of real nodes: the black-box suite, what is released to whom, who may ask, and the ATT&CK bundle."""

import gzip
import http.client
import http.server
import importlib.util
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time

import pytest
from entente import PATIENCE, TOP, wait

sys.path.insert(0, str(TOP / "test/taxii"))

import objects as stix  # noqa: E402
from client import Client  # noqa: E402

spec = importlib.util.spec_from_file_location("conformance", TOP / "test/taxii/conformance.py")
conformance = importlib.util.module_from_spec(spec)
spec.loader.exec_module(conformance)

DATA = pathlib.Path(os.environ.get("ENTENTE_DATA", TOP.parent / "shared/data"))
PASSWORD = "correct horse battery staple"


def add_user(node, name, role="administrator", clearance="*"):
    path = node.path / "password"
    path.write_text(PASSWORD + "\n")
    node.run("user", "add", name, "--role", role, "--clearance", clearance, "--pass-file", path)


def inbox(node, coalition, alias, to, **more):
    args = [x for k, v in more.items() for x in (f"--{k}", v)]
    return node.json("cyber", "collection", "add", alias, "--inbox", "--to", to, "-c", coalition, *args)["id"]


def taxii(node, coalition, mode="real", user="edi", password=PASSWORD, **options):
    return Client(f"http://127.0.0.1:{node.port}/taxii2/{coalition}/{mode}/", user, password, **options)


@pytest.fixture
def three(coalition):
    c = coalition(["ALB", "HRV", "KOS"])
    c.sign_all()
    for n in c:
        add_user(n, "edi")
    return c


@pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)
def test_conformance(three):
    i = inbox(three["ALB"], three.id, "feed", "all")
    results = conformance.run(conformance.Suite(taxii(three["ALB"], three.id), i, "all"))
    failed = [f"{r['check']}: {r['text']}" for r in results if r["result"] == "FAIL"]
    assert not failed, "\n".join(failed)
    assert len(results) > 50 and not [r for r in results if r["result"] == "n/a"]


def post(client, where, objs, status=202):
    r = client.ask("POST", f"collections/{where}/objects/", {"objects": objs})
    assert r.status == status, r
    return r.json()


def everything(client, where="all", **query):
    """All objects by `next`."""
    out, token = [], None
    while True:
        r = client.get(f"collections/{where}/objects/", query={**query, **({"next": token} if token else {})})
        assert r.status == 200, r
        out += r.json().get("objects", [])
        if not r.json().get("more"):
            return out
        token = r.json()["next"]


def test_released_and_not(three):
    """What is put in at ALB for HRV is served by HRV within seconds, and does not exist at KOS."""
    inbox(three["ALB"], three.id, "for-hrv", "HRV")
    alb, hrv, kos = (taxii(three[n], three.id) for n in ("ALB", "HRV", "KOS"))
    before = {p: strip(kos.get(p)) for p in paths("indicator--00000000-0000-4000-8000-000000000000")}
    objs = [stix.indicator(n) for n in range(3)]
    post(alb, "for-hrv", objs)
    wait(lambda: everything(hrv) == objs, "HRV serves it")
    three.agree()
    assert everything(hrv, "from-alb") == objs and everything(hrv, "from-hrv") == []
    # Outside of the label: the same answers as before, for the very ids as for any other.
    for path in paths(objs[0]["id"]):
        same = path.replace(objs[0]["id"], "indicator--00000000-0000-4000-8000-000000000000")
        assert strip(kos.get(path)) == before[same], path
    assert kos.ask("DELETE", f"collections/all/objects/{objs[0]['id']}/").status == \
        kos.ask("DELETE", "collections/all/objects/indicator--00000000-0000-4000-8000-000000000000/").status
    # Another mode is another world.
    assert everything(taxii(three["HRV"], three.id, "exercise")) == []
    # Taken back at ALB, it is gone at HRV.
    assert alb.ask("DELETE", f"collections/for-hrv/objects/{objs[1]['id']}/").status == 200
    wait(lambda: everything(hrv) == [objs[0], objs[2]], "HRV has heard of the withdrawal")
    for n in three:
        n.run("rebuild")
    assert everything(hrv) == [objs[0], objs[2]]


def test_classes_that_begin_alike(coalition):
    """A page is kept for those of the same clearance, and for nobody whose two words only read so when they are put together."""
    c = coalition()
    c.found(["ALB", "HRV"], edit=lambda text: text.replace("UNCLASSIFIED", "OPEN").replace("CONFIDENTIAL", "OPEN/HIGH").replace("RESTRICTED", "OPEN/MID"))
    c.sign_all()
    alb = c["ALB"]
    for name, role, clearance in (("edi", "administrator", "*"), ("high", "cyber=reader", "OPEN/HIGH"), ("low", "cyber=reader", "OPEN")):
        add_user(alb, name, role, clearance)
    inbox(alb, c.id, "feed", "all", label="OPEN/HIGH")
    objs = [stix.indicator(n) for n in range(3)]
    post(taxii(alb, c.id), "feed", objs)
    sly = alb.json("token", "new", "sly", "--user", "low", "--role", "cyber=reader", "--clearance", "HIGH/")["token"]
    for program, seen in ((taxii(alb, c.id, user="high"), objs), (taxii(alb, c.id, user=None, token=sly), []), (taxii(alb, c.id, user="low"), [])):
        assert everything(program) == seen


def test_delete_whole(three):
    """An object goes with all its versions, however many pages these fill; with a filter, those that it names; what is gone is not there to be deleted again."""
    inbox(three["ALB"], three.id, "feed", "all")
    alb = taxii(three["ALB"], three.id, timeout=120)
    one = stix.indicator(1)
    versions = [{**one, "modified": f"2031-01-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}.000Z"} for n in range(2050)]
    assert alb.get("collections/feed/").status == 200
    post(alb, "feed", versions)
    where = f"collections/feed/objects/{one['id']}/"
    assert alb.ask("DELETE", where, query="match[version]=last").status == 200
    assert alb.get(where).json()["objects"] == [versions[-2]]
    assert alb.ask("DELETE", where).status == 200
    assert alb.get(where, query="match[version]=all").status == 404
    assert alb.get(where + "versions/").status == 404
    assert alb.ask("DELETE", where).status == 404
    assert everything(alb) == []


def test_taken_back_from_everybody(three):
    """One version in two inboxes and in a bundle, each for others: whichever door it is taken back through, all who have it are told."""
    alb, hrv, kos = (taxii(three[n], three.id) for n in ("ALB", "HRV", "KOS"))
    inbox(three["ALB"], three.id, "to-hrv", "HRV")
    inbox(three["ALB"], three.id, "to-kos", "KOS")
    objs = [stix.indicator(n) for n in range(2)]
    for where in ("to-hrv", "to-kos"):
        post(alb, where, objs)
    wait(lambda: everything(hrv) == objs and everything(kos) == objs, "each has them")
    assert alb.ask("DELETE", f"collections/to-kos/objects/{objs[0]['id']}/", query="match[version]=last").status == 200
    wait(lambda: everything(hrv) == everything(kos) == objs[1:], "both have heard of it")
    assert everything(alb) == objs[1:]
    assert three["ALB"].json("cyber", "withdraw", objs[1]["id"], "-c", three.id) == {"versions": 1}
    wait(lambda: everything(hrv) == everything(kos) == [], "both have heard of this one, too")
    assert everything(alb) == []


def paths(i):
    return ["collections/", *(f"collections/{c}/{p}" for c in ("all", "indicators", "from-alb", "tlp-green") for p in
            ("", "objects/", "manifest/", f"objects/{i}/", f"objects/{i}/versions/", f"objects/?match[id]={i}",
             "objects/?limit=1", "objects/?match[version]=all", "manifest/?match[type]=indicator"))]


def strip(r):
    return r.status, r.body, sorted((k, v) for k, v in r.headers if k != "Date")


def test_users_of_one_node(three):
    """Clearance below the label: nothing; collections for some accounts only; roles."""
    alb = three["ALB"]
    add_user(alb, "low", "reader", "")
    inbox(alb, three.id, "for-all", "all")
    inbox(alb, three.id, "mine", "all", account="edi")
    edi, low = taxii(alb, three.id), taxii(alb, three.id, user="low")
    objs = [stix.indicator(n) for n in range(3)]
    post(edi, "for-all", objs)
    assert everything(edi) == objs
    assert low.get("collections/mine/").status == 404
    assert "mine" not in [c.get("alias") for c in low.get("collections/").json()["collections"]]
    assert low.ask("POST", "collections/for-all/objects/", {"objects": objs}).status == 403
    # A page in memory is for those with the same release set only.
    for _ in range(2):
        assert everything(edi) == objs
        assert everything(low) == []
    told_apart(low, [o["id"] for o in objs])


def told_apart(client, hidden):
    """
    Nor by how long an answer takes: of what is there and not released, and what is not there at all, asked by turns, neither is slower. Told by ranks (the
    chance that one of these takes longer than one of those is a half, give or take 0.04 with so many), so that a busy machine disturbs both alike.
    """
    none = [stix.indicator()["id"] for _ in hidden]

    def slower(path):
        took, answers = ([], []), set()
        for n in range(100):
            # Who goes first changes, too.
            for which in ((0, 1) if n % 2 else (1, 0)):
                target = path.format((hidden, none)[which][n % len(hidden)])
                began = time.perf_counter()
                a = client.get(target)
                took[which].append(time.perf_counter() - began)
                answers.add((a.status, a.body.replace(target.split("/")[3].encode(), b"x") if a.status != 200 else a.body))
        assert len(answers) == 1, (path, answers)
        return sum((x > y) + (x == y) / 2 for x in took[0] for y in took[1]) / len(took[0]) / len(took[1])

    for path in ("collections/all/objects/{}/", "collections/all/objects/{}/versions/", "collections/all/manifest/?match[id]={}"):
        # The middle of three: nearer to the truth than one, whatever else the machine does meanwhile.
        share = sorted(slower(path) for _ in range(3))[1]
        assert 0.3 < share < 0.7, f"{path}: what is hidden takes longer {share:.0%} of the time"


def test_credentials(three):
    """Token, certificate; what is taken away is gone within moments."""
    alb = three["ALB"]
    token = alb.json("token", "new", "feed", "--user", "edi", "--role", "cyber=reader")
    bearer = Client(f"http://127.0.0.1:{alb.port}/taxii2/{three.id}/real/", token=token["token"])
    basic = taxii(alb, three.id)
    assert bearer.get("collections/").status == 200 and basic.get("collections/").status == 200
    assert all(not c["can_write"] for c in bearer.get("collections/").json()["collections"])
    alb.run("token", "revoke", token["id"])
    wait(lambda: bearer.get("collections/").status == 401, "the token has ended", 5)
    add_user(alb, "second")
    second = taxii(alb, three.id, user="second")
    assert second.get("collections/").status == 200
    alb.run("user", "disable", "second")
    wait(lambda: second.get("collections/").status == 401, "the account has ended", 5)
    bad = taxii(alb, three.id, password="wrong")
    assert bad.get("collections/").status == 401


def test_password_once(three):
    """The password is hashed once, not for every request."""
    client = taxii(three["ALB"], three.id)
    assert client.get("collections/").status == 200
    began = time.monotonic()
    for _ in range(50):
        assert client.get("collections/all/objects/").status == 200
    assert time.monotonic() - began < PATIENCE / 10


def test_markings_narrow(three):
    """TLP:RED to all and markings that nobody explains stay at home; TLP:GREEN is in the label of what goes out."""
    alb, hrv = three["ALB"], three["HRV"]
    inbox(alb, three.id, "feed", "all")
    a, h = taxii(alb, three.id), taxii(hrv, three.id)
    red, green = "5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "34098fce-860f-48ae-8e50-ebd3cc5e41da"
    one = [stix.indicator(1, object_marking_refs=[f"marking-definition--{red}"]),
           stix.indicator(2, object_marking_refs=[f"marking-definition--{green}"]),
           stix.indicator(3, object_marking_refs=[f"marking-definition--00000000-0000-4000-8000-00000000000{n}" for n in (1, 2)])]
    told = stix.statement()
    one += [told, stix.indicator(4, object_marking_refs=[told["id"]]), stix.indicator(5)]
    d = post(a, "feed", one)
    assert d["success_count"] == 6
    held = [x["id"] for x in d["successes"] if "held back" in x.get("message", "")]
    assert held == [one[0]["id"], one[2]["id"]]
    # The first that is not known is enough.
    assert "-000000000001 means" in next(x["message"] for x in d["successes"] if x["id"] == one[2]["id"])
    again = post(a, "feed", [one[2], one[4]])
    assert [(x["id"], "held back" in x.get("message", "")) for x in again["successes"]] == [(one[2]["id"], True), (one[4]["id"], False)]
    wait(lambda: len(everything(h)) == 4, "the others are at HRV")
    three.agree()
    assert {o["id"] for o in everything(h)} == {one[k]["id"] for k in (1, 3, 4, 5)}
    assert {o["id"] for o in everything(a, "tlp-green")} == {one[k]["id"] for k in (1, 2, 3, 4, 5)}
    labels = {r["label"] for r in hrv.json("list", "-c", three.id, "--kind", "cyber/stix/1")["records"]}
    assert any(x.endswith(" TLP=GREEN") for x in labels), labels


# Of the bundle's 28,985 objects: several batches and pages, and every kind. ENTENTE_ATTACK=1 takes them all (39 MB; a minute and a half of two cores).
ATTACK_STEP = int(os.environ.get("ENTENTE_ATTACK", "7"))


def bundle(path):
    """Every so many-th object of ATT&CK as a bundle, and these objects."""
    source = DATA / "cyber/attack-2.1.json.zst"
    if not source.exists() or not shutil.which("zstd"):
        pytest.skip(f"no {source} (set ENTENTE_DATA), or no zstd")
    whole = json.loads(subprocess.run(["zstd", "-dc", source], stdout=subprocess.PIPE, check=True).stdout)
    rare = {o["id"] for o in whole["objects"] if o["type"] in ("x-mitre-matrix", "identity", "marking-definition")}
    whole["objects"] = [o for n, o in enumerate(whole["objects"]) if n % ATTACK_STEP == 0 or o["id"] in rare]
    out = path / "attack.json"
    out.write_text(json.dumps(whole))
    return out, whole["objects"]


def test_attack(three, tmp_path):
    """The ATT&CK bundle: by POST, by file; read, filtered, paged, compressed, deleted; another member's node serves its part."""
    alb, hrv, kos = three["ALB"], three["HRV"], three["KOS"]
    path, objs = bundle(tmp_path)
    inbox(alb, three.id, "attack", "HRV")
    a, h, k = (taxii(n, three.id, timeout=120) for n in (alb, hrv, kos))
    assert a.get("collections/attack/").json()["can_write"]
    d = post(a, "attack", objs)
    assert (d["total_count"], d["success_count"], d["failure_count"]) == (len(objs), len(objs), 0)
    assert everything(a, limit=1000) == objs
    wait(lambda: len(k.get("collections/all/objects/").body) == 2 and
         h.get(f"collections/all/objects/{objs[-1]['id']}/").status == 200, "HRV serves the last object")
    assert everything(h, limit=1000) == objs
    for kind in ("attack-pattern", "x-mitre-matrix", "identity"):
        want = [o for o in objs if o["type"] == kind]
        assert everything(h, limit=1000, **{"match[type]": kind}) == want
    # The same bytes, packed.
    plain = h.get("collections/all/objects/", query="limit=500")
    gz = h.get("collections/all/objects/", query="limit=500", headers={"Accept-Encoding": "gzip"})
    assert gz.header("Content-Encoding") == "gzip" and gzip.decompress(gz.body) == plain.body
    # By file it is all there already, byte for byte.
    assert alb.json("cyber", "import", path, "--to", "HRV", "-c", three.id)["already"] == len(objs)
    gone = objs[len(objs) // 2]["id"]
    assert a.ask("DELETE", f"collections/attack/objects/{gone}/").status == 200
    wait(lambda: h.get(f"collections/all/objects/{gone}/").status == 404, "it is gone at HRV, too")
    assert len(everything(h, limit=1000)) == len(objs) - 1
    assert everything(k) == []


def test_strangers_send_little(three):
    """Whoever is not known yet sends 64 KiB at most, and nothing of it comes near the disk; after one answer he may send a file of any length."""
    alb = three["ALB"]
    i = inbox(alb, three.id, "feed", "all")
    body = json.dumps({"objects": [stix.indicator(n) for n in range(500)]}).encode()
    assert len(body) > 100_000
    head = {"Content-Type": "application/taxii+json;version=2.1"}
    for user in (None, "edi"):
        client = taxii(alb, three.id, "test", user=user, password="no" if user else None)
        answer = client.ask("POST", f"collections/{i}/objects/", body=body, headers=head)
        assert answer.status == 401, (user, answer.status, answer.body[:200])
    # Nothing is read before the answer: a length alone is refused.
    with socket.create_connection(("127.0.0.1", alb.port), timeout=PATIENCE) as s:
        s.sendall(f"POST /taxii2/ HTTP/1.1\r\nHost: 127.0.0.1:{alb.port}\r\nContent-Length: 268435456\r\n\r\n".encode())
        assert b" 401 " in s.recv(4096).split(b"\r\n")[0]
    client = taxii(alb, three.id, "real")
    assert client.ask("POST", f"collections/{i}/objects/", body=body, headers=head).status == 401
    assert client.get(f"collections/{i}/").status == 200
    assert client.ask("POST", f"collections/{i}/objects/", body=body, headers=head).json()["success_count"] == 500


def test_tls_and_certificate(coalition):
    """Over TLS; a client certificate is a person."""
    c = coalition(["ALB", "HRV"], serve=False)
    alb = c["ALB"]
    conf = alb.dir / "entente.conf"
    conf.write_text(conf.read_text() + "tls client-cert\n")
    add_user(alb, "edi")
    key, pem = alb.path / "client.key", alb.path / "client.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", key, "-out", pem, "-days", "2",
                    "-subj", "/CN=feed"], check=True, capture_output=True)
    alb.run("user", "certificate", "edi", "--pem", pem)
    alb.start()
    client = Client(f"https://127.0.0.1:{alb.port}/taxii2/{c.id}/real/", verify=False)
    assert client.get("/taxii2/").status == 401
    client.close()
    client.context.load_cert_chain(pem, key)
    assert client.get("/taxii2/").status == 200
    assert client.connection.sock.version() == "TLSv1.3"
    context = ssl.create_default_context()
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    client = Client(f"https://127.0.0.1:{alb.port}/taxii2/{c.id}/real/")
    client.context = context
    with pytest.raises(OSError):
        client.get("/taxii2/")


def remote(node, coalition, name, to_node, mode, collection, *more):
    path = node.path / "remote-password"
    path.write_text(PASSWORD + "\n")
    node.run("cyber", "remote", "add", name, f"http://127.0.0.1:{to_node.port}/taxii2/{coalition}/{mode}/", "--collection", collection,
             "--user", "edi", "--pass-file", path, "--mode", mode, "-c", coalition, *more)


def test_pull_and_push(three):
    """What another server has, with resume; what is ours, to another server."""
    alb, hrv = three["ALB"], three["HRV"]
    path = alb.path / "many.json"
    objs = [stix.indicator(n) for n in range(2500)] + [stix.address(n) for n in range(10)]
    path.write_text(json.dumps({"type": "bundle", "id": "bundle--" + objs[0]["id"][11:], "objects": objs}))
    alb.run("cyber", "import", path, "--mode", "test", "-c", three.id)
    remote(hrv, three.id, "alb", alb, "test", "all")
    first = hrv.json("cyber", "pull", "alb")
    assert (first["objects"], first["written"], first["pages"]) == (2510, 2510, 3)
    assert everything(taxii(hrv, three.id, "test"), limit=1000) == objs
    assert hrv.json("cyber", "pull", "alb")["objects"] == 0
    # A new version, and a withdrawal there: what is new comes, what came stays until its own author takes it back.
    newer = stix.version(objs[3], "2021-01-01T00:00:00.000Z")
    path.write_text(json.dumps(newer))
    alb.run("cyber", "import", path, "--mode", "test", "-c", three.id)
    assert hrv.json("cyber", "pull", "alb")["written"] == 1
    assert taxii(hrv, three.id, "test").get(f"collections/all/objects/{newer['id']}/").json()["objects"] == [newer]
    # The other way: only what is marked no tighter than TLP:GREEN, and this member's own.
    inbox_id = inbox(alb, three.id, "from-outside", "all", mode="exercise")
    red = stix.indicator(1, object_marking_refs=["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"])
    mine = [stix.indicator(n) for n in range(700)]
    path.write_text(json.dumps({"type": "bundle", "id": "bundle--" + red["id"][11:], "objects": [*mine, red]}))
    hrv.run("cyber", "import", path, "--mode", "exercise", "--to", "all", "-c", three.id)
    # Nor what only its label keeps, what is not for all members, or what was held back because nobody knows its marking.
    kept = [stix.indicator(n) for n in range(701, 704)]
    kept[2]["object_marking_refs"] = ["marking-definition--" + kept[2]["id"][11:]]
    for o, more in zip(kept, [("--label", "RESTRICTED TLP=AMBER", "--to", "all"), ("--to", "ALB"), ("--to", "all")]):
        path.write_text(json.dumps(o))
        assert hrv.json("cyber", "import", path, "--mode", "exercise", *more, "-c", three.id)["refused"] == 0
    remote(hrv, three.id, "out", alb, "exercise", inbox_id, "--push")
    assert hrv.json("cyber", "push", "out") == {"pages": 2, "sent": 700, "refused": 0}
    assert everything(taxii(alb, three.id, "exercise"), inbox_id) == mine
    assert hrv.json("cyber", "push", "out")["sent"] == 0
    # Credentials do not go over an open line.
    assert "only on this machine" in hrv.refuses(65, "cyber", "remote", "add", "open", "http://taxii.example/root/", "--collection", "all",
                                                 "--user", "edi", "--pass-file", hrv.path / "remote-password", "-c", three.id)
    # What goes wrong is told, and nothing of the secret is shown.
    assert "answered 404" in hrv.refuses(69, "cyber", "pull", bad_remote(hrv, three, alb))
    assert PASSWORD not in hrv.run("cyber", "remote", "list", "--json").stdout
    assert {r["name"]: bool(r["error"]) for r in hrv.json("cyber", "remote", "list")} == {"alb": False, "out": False, "bad": True}
    hrv.run("cyber", "remote", "remove", "bad")


class Between(http.server.BaseHTTPRequestHandler):
    """Stands before a server and hangs up at the n-th page of objects."""

    def do_GET(self):
        server = self.server
        if "/objects/" in self.path:
            server.pages.append(self.path)
            if len(server.pages) == server.hang_up_at:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
        c = http.client.HTTPConnection("127.0.0.1", server.behind, timeout=PATIENCE)
        c.request("GET", self.path, headers={k: v for k, v in self.headers.items() if k.lower() not in ("host", "accept-encoding")})
        r = c.getresponse()
        body = r.read()
        self.send_response(r.status)
        for k, v in r.getheaders():
            if k.lower() not in ("transfer-encoding", "content-length", "connection"):
                self.send_header(k, v)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        c.close()

    def log_message(self, *args):
        pass


def test_pull_goes_on(three):
    """The line breaks at the second page: the first is kept, and the next call goes on behind it."""
    alb, hrv = three["ALB"], three["HRV"]
    objs = [stix.indicator(n) for n in range(2300)]
    path = alb.path / "many.json"
    path.write_text(json.dumps({"type": "bundle", "id": "bundle--" + objs[0]["id"][11:], "objects": objs}))
    alb.run("cyber", "import", path, "--mode", "test", "-c", three.id)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Between) as between:
        between.behind, between.pages, between.hang_up_at = alb.port, [], 2
        between.port = between.server_address[1]
        threading.Thread(target=between.serve_forever, daemon=True).start()
        remote(hrv, three.id, "alb", between, "test", "all")
        hrv.refuses(69, "cyber", "pull", "alb")
        client = taxii(hrv, three.id, "test")
        assert everything(client, limit=1000) == objs[:1000]
        rest = hrv.json("cyber", "pull", "alb")
        assert (rest["objects"], rest["written"]) == (1300, 1300)
        assert all("added_after=" in p or "next=" in p for p in between.pages[2:]), between.pages
        assert everything(client, limit=1000) == objs
        between.shutdown()


def bad_remote(node, three, to_node):
    remote(node, three.id, "bad", to_node, "test", "no-such-collection")
    return "bad"


def test_pull_by_itself(three):
    """`entente serve` reads by itself, as often as it was told."""
    alb, hrv = three["ALB"], three["HRV"]
    i = stix.indicator()
    path = alb.path / "one.json"
    path.write_text(json.dumps(i))
    alb.run("cyber", "import", path, "--mode", "test", "-c", three.id)
    # Its first round comes at once, the next in a minute.
    remote(hrv, three.id, "alb", alb, "test", "all", "--every", "1", "--to", "KOS")
    wait(lambda: everything(taxii(three["KOS"], three.id, "test")) == [i], "KOS has what HRV has read")


class Endless(http.server.BaseHTTPRequestHandler):
    """A server that always has more: without objects, the same page again and again, or an object a page for ever; and one that has one object."""

    def do_GET(self):
        kind = self.path.split("/")[1]
        seen = self.server.seen[kind]
        seen.append(self.path)
        answer = {"more": True, "next": "x", "objects": [self.server.one]}
        if kind == "empty":
            del answer["objects"]
        elif kind == "endless":
            answer = {"more": True, "next": str(len(seen)), "objects": [stix.indicator(len(seen))]}
        elif kind == "good":
            answer = {"objects": [self.server.one]}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/taxii+json;version=2.1")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def test_server_without_end(three):
    """A server that gets nowhere fails, and one that always has more does not keep the others from their turns."""
    hrv = three["HRV"]
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endless) as server:
        server.one, server.seen = stix.indicator(5000), {"empty": [], "again": [], "endless": [], "good": []}
        threading.Thread(target=server.serve_forever, daemon=True).start()

        def add(kind, *more):
            hrv.run("cyber", "remote", "add", kind, f"http://127.0.0.1:{server.server_address[1]}/{kind}/", "--collection", "all",
                    "--mode", "test", "-c", three.id, *more)

        add("empty")
        add("again")
        assert "a page without objects" in hrv.refuses(69, "cyber", "pull", "empty")
        assert "a page again" in hrv.refuses(69, "cyber", "pull", "again")
        assert (len(server.seen["empty"]), len(server.seen["again"])) == (1, 2)
        # The next time from the beginning: not from where it leads nowhere.
        assert "a page again" in hrv.refuses(69, "cyber", "pull", "again")
        assert "next=" not in server.seen["again"][2]
        add("endless", "--every", "1")
        wait(lambda: server.seen["endless"], "the endless one is asked")
        add("good", "--every", "1")
        wait(lambda: server.seen["good"], "the other has its turn")
        # And the endless one goes on from where it stood, with its next number each time.
        wait(lambda: len(server.seen["endless"]) > 120, "it goes on")
        asked = [p.partition("next=")[2] for p in server.seen["endless"]]
        assert asked == ["", *map(str, range(1, len(asked)))]
        hrv.run("cyber", "remote", "remove", "endless")
        hrv.run("cyber", "remote", "remove", "good")
        server.shutdown()
