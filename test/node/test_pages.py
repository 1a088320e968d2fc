"""`entente serve`: the pages (strict headers, nothing a partner writes is markup, nobody else's name), the supervisor's protocol, a graceful end."""

import html.parser
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import threading
import time

import pytest

from entente import DENIED, ENTENTE, environment, free_port, run, wait

PATHS = ["/", "/api/v1/status", "/api/v1/coalitions/{id}", "/healthz", "/nope", "/proof/" + "0" * 64, "/a/x/style.css"]
CANARIES = ["<script>document.title='owned'</script>", "\"><img src=x onerror=alert(1)>", "'onmouseover='alert(1)",
            "</title></head><body onload=alert(1)>", "<!-- -->", "&lt;b&gt;", "{{7*7}}", "javascript:alert(1)"]


@pytest.fixture(scope="module")
def pair(shared):
    t = shared(["ALB", "HRV"], name="Pair")
    t.sign_all()
    return t


def ask(node, path="/", method="GET", host=None, port=None):
    c = http.client.HTTPConnection("127.0.0.1", port or node.port, timeout=20)
    c.putrequest(method, path, skip_host=host is not None)
    if host is not None:
        c.putheader("Host", host)
    c.endheaders()
    answer = c.getresponse()
    answer.body = answer.read()
    c.close()
    return answer


class Tags(html.parser.HTMLParser):
    """Names of elements and attributes, and where links lead."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.attributes, self.links = set(), set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.attributes.update(name for name, _ in attrs)
        self.links.update(value for name, value in attrs if name in ("href", "src"))


def test_page_and_data_say_the_same(pair):
    page = ask(pair["ALB"]).body.decode()
    assert "in force, 2 members" in page and "<h1><bdi>ALB</bdi></h1>" in page
    data = json.loads(ask(pair["ALB"], "/api/v1/status").body)
    told = pair["ALB"].json("status")
    for c in data["coalitions"] + told["coalitions"]:
        c.pop("now"), c.pop("peers")  # move with time
    assert told.pop("serving") is True  # what only a command can ask: who answers here serves
    assert data == told
    one = json.loads(ask(pair["ALB"], f"/api/v1/coalitions/{pair.id}").body)
    assert one["name"] == "Pair"
    assert json.loads(ask(pair["ALB"], "/healthz").body)["status"] == "ok"


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_strict(pair, path):
    answer = ask(pair["ALB"], path.format(id=pair.id))
    csp = answer.getheader("Content-Security-Policy")
    for word in ("default-src 'none'", "frame-ancestors 'none'", "form-action 'none'", "base-uri 'none'"):
        assert word in csp
    assert "unsafe" not in csp and "script-src" not in csp
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("Referrer-Policy") == "no-referrer"
    assert answer.getheader("Set-Cookie") is None and answer.getheader("Access-Control-Allow-Origin") is None


def test_renews_itself_only_if_asked_to(pair):
    """A page that changes under its reader is not for everybody."""
    still, renewed = (ask(pair["ALB"], path).body.decode() for path in ("/", "/status/renewed"))
    assert 'http-equiv="refresh"' not in still and 'href="/status/renewed"' in still
    assert 'http-equiv="refresh"' in renewed and 'href="/status"' in renewed


def test_assets_may_be_kept_for_ever(pair):
    page = ask(pair["ALB"]).body.decode()
    links = Tags(page).links
    assets = [p for p in links if p.startswith("/a/")]
    assert len(assets) == 2
    for path in assets:
        answer = ask(pair["ALB"], path)
        assert answer.status == 200 and "immutable" in answer.getheader("Cache-Control")
    assert ask(pair["ALB"]).getheader("Cache-Control") == "no-store"


@pytest.mark.parametrize("host, status", [
    ("localhost", 200), ("127.0.0.1:8470", 200), ("[::1]:8470", 200), ("evil.example", 403),
    ("evil.example:8470", 403), ("localhost.evil.example", 403), ("127.0.0.1.evil.example", 403)])
def test_only_by_its_own_name(pair, host, status):
    assert ask(pair["ALB"], host=host).status == status


@pytest.mark.parametrize("method, status", [("HEAD", 200), ("PUT", 405), ("DELETE", 405), ("OPTIONS", 405)])
def test_only_reading(pair, method, status):
    answer = ask(pair["ALB"], method=method)
    assert answer.status == status and (method != "HEAD" or answer.body == b"")


def test_a_body_is_refused(pair):
    with socket.create_connection(("127.0.0.1", pair["ALB"].port), 10) as s:
        s.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n0123456789")
        assert s.recv(200).split(b" ")[1] in (b"413", b"405")


@pytest.mark.parametrize("path, host, status", [
    ("/api/v1/coalitions/" + "a" * 4000 + "/zzz", None, 404), ("/api/v1/coalitions/" + "a" * 4000 + "/zzz", "evil.example", 403),
    ("/api/v1/coalitions/" + "a" * 20_000 + "/records", None, 404), ("/api/v1/" + "a/" * 8000, None, 404)],
    ids=["no such route", "another host", "longer than any name", "many parts"])
def test_a_long_path_is_only_an_error(pair, path, host, status):
    assert ask(pair["ALB"], path, host=host).status == status
    assert pair["ALB"].alive()


def test_a_strangers_name_is_refused_before_the_body(pair):
    with socket.create_connection(("127.0.0.1", pair["ALB"].port), 10) as s:
        s.sendall(b"POST /api/v1/session HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 60000\r\n\r\n")
        assert s.recv(200).split(b" ")[1] == b"403"


@pytest.mark.parametrize("text", CANARIES)
def test_nothing_a_partner_writes_is_markup(pair, text):
    hrv, alb = pair["HRV"], pair["ALB"]
    before = Tags(ask(alb).body.decode())
    for mode in ("real", "exercise", "test"):
        hrv.run("say", "--about", text, "--speaker", text, "--date", "2026-01-05", "--where", text, "--source",
                "https://example.org/" + re.sub(r"[\s]", "", text), "--mode", mode, text)
        record = hrv.put(text, to="all", mode=mode, title=text)
        alb.wait_record(record)
    wait(lambda: html.escape(text, quote=True).replace("&#x27;", "&#39;") in ask(alb).body.decode(), "the text on ALB's page")
    for node in (alb, hrv):
        page = ask(node).body.decode()
        after = Tags(page)
        assert after.elements - before.elements <= {"blockquote", "bdi", "section", "div", "table", "thead", "tbody", "tr", "th",
                                                    "td", "span", "time", "p", "small", "code", "strong", "h3"}
        assert not {"script", "svg", "iframe", "object", "embed", "form", "input", "style"} & after.elements
        assert not {a for a in after.attributes if a.startswith("on")} and "style" not in after.attributes
        assert all(link.startswith("/") and not link.startswith("//") for link in after.links)


def test_exercise_stands_in_its_frame(pair):
    pair["ALB"].put("Drill number nine", mode="exercise", title="Drill number nine")
    page = ask(pair["ALB"]).body.decode()
    frame = page.index('aria-label="EXERCISE"')
    assert page.index("Drill number nine") > frame
    real = page[:frame]
    assert "badge play" not in real


def test_shows_that_a_partner_is_away_and_back(coalition):
    t = coalition(["ALB", "HRV"])
    up, down = '<span class="badge good">up</span>', '<span class="badge wait">down</span>'
    wait(lambda: up in ask(t["ALB"]).body.decode(), "HRV up on ALB's page")
    t["HRV"].stop()
    wait(lambda: down in ask(t["ALB"]).body.decode(), "HRV down on ALB's page")
    t["HRV"].start()
    wait(lambda: up in ask(t["ALB"]).body.decode(), "HRV up again on ALB's page")


def test_not_beyond_this_machine_unless_told(pair, tmp_path):
    alb = pair["ALB"]
    alb.stop()
    try:
        said = alb.refuses(DENIED, "serve", "--listen", "0.0.0.0:0")
        assert "without TLS" in said and "--open" in said
    finally:
        alb.start()


def serve(node, env=None, pass_fds=(), preexec=None, *args):
    return subprocess.Popen([ENTENTE, "-C", node.dir, "serve", "--json", *args], env={**environment(node.path), **(env or {})},
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=pass_fds,
                            preexec_fn=preexec)


def test_tells_its_supervisor(coalition, tmp_path):
    node = coalition(["ALB", "HRV"], serve=False)["ALB"]
    path = str(tmp_path / "n")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(path)
        s.settimeout(20)
        process = serve(node, {"NOTIFY_SOCKET": path})
        assert s.recv(200).startswith(b"READY=1")
        assert json.loads(process.stdout.readline())["pid"] == process.pid
        process.send_signal(signal.SIGTERM)
        assert s.recv(200).startswith(b"STOPPING=1")
        assert process.wait(20) == 0
        process.communicate()


def test_takes_sockets(coalition):
    node = coalition(["ALB", "HRV"], serve=False)["ALB"]
    with socket.create_server(("127.0.0.1", 0)) as pages, socket.create_server(("127.0.0.1", 0)) as partners:
        def take():
            os.dup2(partners.fileno(), 3)  # partners first: the names say which is which
            os.dup2(pages.fileno(), 4)
            os.environ["LISTEN_PID"] = str(os.getpid())
            os.execve(ENTENTE, ["entente", "-C", str(node.dir), "serve", "--json"], {
                **environment(node.path), "LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "2", "LISTEN_FDNAMES": "partners:pages"})
        # 3 and 4 must not be the pipes of Popen: those go through 1 and 2.
        process = subprocess.Popen(["true"], stdout=subprocess.PIPE, preexec_fn=take, close_fds=False)
        try:
            ready = json.loads(process.stdout.readline())
            assert ready["pages"].endswith(f":{pages.getsockname()[1]}/")
            assert ready["partners"].endswith(f":{partners.getsockname()[1]}/")
            assert ask(node, "/healthz", port=pages.getsockname()[1]).status == 200
        finally:
            process.terminate()
            assert process.wait(20) == 0
            process.stdout.close()


def test_ends_in_time_while_partners_poll(coalition):
    t = coalition(["ALB", "HRV", "KOS"])
    t.sign_all()
    time.sleep(1)  # polls are parked now
    began = time.monotonic()
    t["ALB"].stop()
    assert time.monotonic() - began < 5


def test_taken_port_is_said(pair, tmp_path):
    run("init", "-C", tmp_path / "n", "--label", "NEW", "--listen", f"127.0.0.1:{pair['ALB'].port}", "--peer-listen",
        f"127.0.0.1:{free_port()}", cwd=tmp_path)
    done = run("serve", "-C", tmp_path / "n", cwd=tmp_path, status=None, timeout=20)
    assert done.returncode != 0 and "listener for pages" in done.stderr


def test_nothing_yet(program, tmp_path):
    port = free_port()
    run("init", "-C", tmp_path / "n", "--label", "NEW", "--listen", f"127.0.0.1:{port}", "--peer-listen",
        f"127.0.0.1:{free_port()}", cwd=tmp_path)
    process = subprocess.Popen([ENTENTE, "-C", tmp_path / "n", "serve", "--json"], env=environment(tmp_path),
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        process.stdout.readline()
        page = ask(None, port=port).body.decode()
        assert "Party to no coalition yet" in page and "entente join" in page
    finally:
        process.terminate()
        assert process.wait(20) == 0
        process.stdout.close()


def test_many_readers_at_once(pair):
    """The page is made under load, and always whole."""
    bad = []

    def read():
        for _ in range(20):
            answer = ask(pair["ALB"])
            if answer.status != 200 or not answer.body.rstrip().endswith(b"</html>"):
                bad.append(answer.status)
    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bad == []
