"""The API at its edges: behind the front that is packaged, under more than it takes at once, and what an erasure takes from answers that were kept."""

import http.client
import json
import shutil
import socket
import subprocess

import pytest

from api import PASSWORD, Answer, Caller, Person, add_user, trusting
from entente import TOP, free_port, wait
from receivers import certificate

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


@pytest.fixture(scope="module")
def t(shared):
    t = shared(["ALB", "HRV"], name="Edges")
    t.sign_all()
    add_user(t["ALB"], "admin", "administrator", "*")
    add_user(t["ALB"], "edi", "officer", "CONFIDENTIAL")
    return t


@pytest.fixture
def alb(t):
    return t["ALB"]


@pytest.fixture
def edi(alb):
    return Person(alb, "edi")


# ---- behind a front ----

def test_first_run_behind_a_front_shows_nothing(coalition):
    """All that comes through a front comes from this machine."""
    c = coalition()
    node = c.add_node("ALB")
    conf = node.dir / "entente.conf"
    conf.write_text(conf.read_text() + "tls front\n")
    c.found(["ALB", "HRV"])
    somebody = Caller(node, **{"X-Forwarded-For": "198.51.100.7"})
    for path in ("/coalitions", "/session", "/events", "//status", "//", "/metrics"):
        answer = somebody.get(path)
        assert answer.status == 401 and c.id not in answer.body.decode(), (path, answer.status)


@pytest.mark.skipif(NGINX is None, reason="no nginx on this machine")
def test_behind_the_packaged_front(coalition, tmp_path):
    """The front that is packaged: who signs in through it is known by his own address, and his browser's origin is this page's, port and all."""
    c = coalition()
    node = c.add_node("ALB")
    conf = node.dir / "entente.conf"
    conf.write_text(conf.read_text() + "tls front\n")
    node.start()
    add_user(node, "edi", "administrator", "*")
    cert, key, _ = certificate(tmp_path)
    port = free_port()
    text = (TOP / "packaging/nginx.conf").read_text()
    text = text[text.index("\nhttp {"):].replace("listen 8443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;").replace("listen [::]:8443 ssl http2;", "") \
        .replace("/etc/entente/status.crt", str(cert)).replace("/etc/entente/status.key", str(key)).replace("127.0.0.1:8470", f"127.0.0.1:{node.port}") \
        .replace("http {", "http {\n" + "".join(f"{d}_temp_path {tmp_path}/{d};\n" for d in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) + "access_log off;\n", 1)
    (tmp_path / "nginx.conf").write_text(f"daemon off;\nmaster_process off;\npid {tmp_path}/nginx.pid;\nerror_log {tmp_path}/error.log;\nevents {{}}\n{text}")
    front = subprocess.Popen([NGINX, "-p", tmp_path, "-e", tmp_path / "error.log", "-c", tmp_path / "nginx.conf"], stdin=subprocess.DEVNULL)
    try:
        def through(method, path, body=None, **headers):
            h = http.client.HTTPSConnection("localhost", port, timeout=30, context=trusting())
            try:
                h.request(method, f"/api/v1{path}", json.dumps(body) if body else None, {"Content-Type": "application/json", **headers})
                return Answer(h.getresponse())
            finally:
                h.close()

        def up():
            try:
                return through("GET", "/hello").status == 200
            except OSError:
                return False
        wait(up, "the front answers")
        signed = through("POST", "/session", {"name": "edi", "password": PASSWORD}, Origin=f"https://localhost:{port}", **{"Sec-Fetch-Site": "same-origin"})
        assert signed.status == 200, signed.body
        cookie = signed.cookie()[0]
        assert cookie.startswith("__Host-entente=")
        rows = through("GET", "/session/all", Cookie=cookie, **{"X-Forwarded-For": "198.51.100.7"}).items
        assert [r["address"] for r in rows] == ["127.0.0.1"]
        other = through("POST", "/session", {"name": "edi", "password": PASSWORD}, Origin="https://localhost", **{"X-Forwarded-For": "198.51.100.7"})
        assert other.status == 403
        # By whatever way it is asked for, the node hears the path by which the front has decided.
        for path in ("/taxii2/../public/", "/taxii2/%2e%2e/public/", "/api/v1/users/..%2f..%2f..%2fpublic%2f"):
            with trusting().wrap_socket(socket.create_connection(("127.0.0.1", port))) as raw:
                raw.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
                assert raw.recv(12) == b"HTTP/1.1 400", path
    finally:
        front.terminate()
        front.wait(30)


# ---- too much ----

def test_many_large_bodies_are_not_all_taken_at_once(t, alb, edi):
    """Somebody who is signed in begins many and ends none: what they take in memory has a bound, and small ones pass."""
    whole = 16 * 1024 * 1024
    path = f"/api/v1/coalitions/{t.id}/response/import/capabilities"

    def begin():
        c = http.client.HTTPConnection("127.0.0.1", alb.port, timeout=60)
        c.putrequest("POST", path)
        for name, value in {**edi.headers, "Content-Type": "text/csv", "Content-Length": str(whole)}.items():
            c.putheader(name, value)
        c.endheaders()
        c.send(b"x" * (whole - 1))
        return c

    begun = [begin() for _ in range(28)]  # all but a byte of each
    assert edi.post(f"/coalitions/{t.id}/records", {"audience": [], "content": {"title": "Small"}}).status == 201
    statuses = []
    for c in begun:
        c.send(b"x")
        statuses.append(c.getresponse().status)
        c.close()
    assert 503 in statuses and set(statuses) - {503} and set(statuses) <= {503, 400, 413, 422}, statuses
    assert edi.ask("POST", path, b"x" * whole, **{"Content-Type": "text/csv"}).status in (400, 413, 422)  # there is room again


# ---- what is kept ----

def test_what_was_erased_is_in_no_kept_answer(t, alb, edi):
    """Not to be asked for again, and not on the disk: the words of kept answers go with what was erased."""
    canary = "oregano-7719"
    base = f"/coalitions/{t.id}"
    request = {"audience": "all", "content": {"code": "771", "title": canary, "situation": "x", "location": {"name": "y", "lat": 41.5, "lon": 20},
                                           "offers_due": "2099-01-01T00:00:00Z", "lines": [{"line": 1, "type": "HCP", "quantity": 2, "needed_by": "2099-01-02T00:00:00Z"}]}}
    exercise = {"kind": "exercise", "content": {"code_name": canary, "type": "TTX", "participants": [{"party": alb.member}], "scenario_epoch": "2030-03-18T06:00:00Z"}}
    for path, body, again_as in ((f"{base}/response/records/requests", request, 409), (f"{base}/training/records", exercise, 404)):
        key = {"Idempotency-Key": f"erased-{again_as}"}
        made = edi.post(path, body, **key)
        assert made.status == 201, made.body
        again = edi.post(path, body, **key)
        assert again.status == 201 and again.headers["Idempotency-Replayed"] and canary in again.body.decode()
        assert edi.post(f"{base}/records/{made.json['object']}/erase").status == 204
        wait(lambda: not alb.holds(canary.encode()), lambda: f"gone from {alb.holds(canary.encode())}")
        ghost = edi.post(path, body, **key)
        assert ghost.status == again_as and canary not in ghost.body.decode(), ghost.body
