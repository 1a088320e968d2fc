"""The request guard at our own port: what two HTTP parsers could read differently is refused.

Each row of ROWS goes out as raw bytes over TCP and over TLS straight to the server, and over TCP through
nginx as a front. Directly, the row's own status is expected. Through nginx, either nginx refuses, or
it forwards something unambiguous; in no case may a request hidden in the bytes reach a handler.

    GUARDSERVER=build/test/node/guardserver /usr/bin/python3 -m pytest test/node/test_guard.py
"""

import hashlib
import os
import re
import shutil
import socket
import ssl
import subprocess
import time

import pytest

SERVER = os.environ.get("GUARDSERVER", "build/test/node/guardserver")
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")

HIDDEN = b"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n"
GET = b"GET /ok HTTP/1.1\r\nHost: a\r\n"
POST = b"POST /echo HTTP/1.1\r\nHost: a\r\n"
CLOSED = 0  # closed without an answer


class Row:
    def __init__(self, name, raw, status, body=None):
        self.name, self.raw, self.body = name, raw, body
        self.status = status if isinstance(status, tuple) else (status,)


def header(line):
    return GET + line + b"\r\n\r\n"


def chunked(body):
    return POST + b"Transfer-Encoding: chunked\r\n\r\n" + body


ROWS = [
    # Controls: what must work, or the rest proves nothing.
    Row("control: GET", GET + b"\r\n", 200, b"ok"),
    Row("control: POST", POST + b"Content-Length: 5\r\n\r\nhello", 200, b"hello"),
    Row("control: HTTP/1.0 without Host", b"GET /ok HTTP/1.0\r\n\r\n", 200, b"ok"),
    Row("control: legal 16 KB header", header(b"X-Long: " + b"a" * 16000), 200, b"ok"),
    Row("control: optional white space", header(b"X-A: \t v"), 200, b"ok"),
    Row("control: a list over two lines", header(b"Accept: a\r\nAccept: b"), 200, b"ok"),
    Row("control: legal 31 KB head", header(b"X-Long: " + b"a" * 31000), 200, b"ok"),
    Row("control: 5,000 query parameters", b"GET /ok?" + b"a&" * 5000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 200, b"ok"),
    Row("control: obs-text in a value", header(b"X-A: caf\xe9"), 200, b"ok"),
    # How long is the body? RFC 9112 §6.
    Row("length and chunked", POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN, 400),
    Row("chunked and length", POST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n" + HIDDEN, 400),
    Row("two different lengths", POST + b"Content-Length: 0\r\nContent-Length: 44\r\n\r\n" + HIDDEN, 400),
    Row("two equal lengths", POST + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400),
    Row("length list", POST + b"Content-Length: 3, 3\r\n\r\nabc", 400),
    Row("length +3", POST + b"Content-Length: +3\r\n\r\nabc", 400),
    Row("length -3", POST + b"Content-Length: -3\r\n\r\nabc", 400),
    Row("length 0x3", POST + b"Content-Length: 0x3\r\n\r\nabc", 400),
    Row("length 1e1", POST + b"Content-Length: 1e1\r\n\r\nabc", 400),
    Row("length empty", POST + b"Content-Length:\r\n\r\n" + HIDDEN, 400),
    Row("length 003", POST + b"Content-Length: 003\r\n\r\nabc", 400),
    Row("length over 64 bits", POST + b"Content-Length: 18446744073709551619\r\n\r\nabc", (400, 413)),
    Row("length over the ceiling", POST + b"Content-Length: 65537\r\n\r\n" + b"a" * 65537, 413),
    Row("length with space before colon", POST + b"Content-Length : 44\r\n\r\n" + HIDDEN, 400),
    Row("length with tab before colon", POST + b"Content-Length\t: 44\r\n\r\n" + HIDDEN, 400),
    Row("length folded", POST + b"Content-Length:\r\n 44\r\n\r\n" + HIDDEN, 400),
    Row("gzip, chunked", POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + HIDDEN, 501),
    Row("chunked, identity", POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + HIDDEN, 501),
    Row("xchunked", POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN, 501),
    Row("chunked after VT", POST + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + HIDDEN, 400),
    Row("two Transfer-Encodings", POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n" + HIDDEN, 400),
    Row("space before colon of chunked", POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + HIDDEN, 400),
    Row("chunked in HTTP/1.0", b"POST /echo HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + HIDDEN, 400),
    # Every chunked body is refused before its first chunk is looked at.
    Row("chunked", chunked(b"3\r\nabc\r\n0\r\n\r\n"), 411),
    Row("chunk lines ended by LF", chunked(b"3\nabc\n0\n\n"), 411),
    Row("chunk size -3", chunked(b"-3\r\nabc\r\n0\r\n\r\n"), 411),
    Row("chunk size of 18 digits", chunked(b"000000000000000003\r\nabc\r\n0\r\n\r\n"), 411),
    Row("chunk size overflow", chunked(b"10000000000000003\r\nabc\r\n0\r\n\r\n" + HIDDEN), 411),
    Row("chunk extension with LF", chunked(b"3;a\nabc\r\n0\r\n\r\n"), 411),
    # Lines and fields, RFC 9112 §2.2 and §5.
    Row("folded header", header(b"X-A: one\r\n two"), 400),
    Row("folded with tab", header(b"X-A: one\r\n\ttwo"), 400),
    Row("fold as first line", header(b" X-A: one"), 400),
    Row("shortest fold", GET + b"X:\r\n y\r\n\r\n", 400),
    Row("NUL in a value", header(b"X-A: a\0b"), 400),
    Row("NUL at the end of a value", header(b"X-A: a\0"), 400),
    Row("NUL in a name", header(b"X-\0A: a"), 400),
    Row("NUL in the target", b"GET /o\0k HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Row("NUL hides a length", POST + b"X: a\0\r\nContent-Length: 44\r\n\r\n" + HIDDEN, 400),
    Row("NUL line before the end", GET + b"\0x\r\n\r\n", 400),
    Row("bare LF in the head", b"GET /ok HTTP/1.1\nHost: a\n\n", 400),
    Row("bare LF after a field", GET + b"X-A: a\nX-B: b\r\n\r\n", 400),
    Row("bare LF ends the head", GET + b"X-A: a\r\n\n", 400),
    Row("bare CR in a value", header(b"X-A: a\rb"), 400),
    Row("control byte in a value", header(b"X-A: a\x01b"), 400),
    Row("DEL in a value", header(b"X-A: a\x7fb"), 400),
    Row("no colon", header(b"X-A"), 400),
    Row("empty name", header(b": a"), 400),
    Row("space in a name", header(b"X A: a"), 400),
    Row("bad byte in a name", header(b"X(A): a"), 400),
    Row("high byte in a name", header(b"X\xe9: a"), 400),
    # Whom is it for? RFC 9112 §3.2.
    Row("no Host", b"GET /ok HTTP/1.1\r\n\r\n", 400),
    Row("two Hosts", header(b"Host: b"), 400),
    Row("two equal Hosts", header(b"Host: a"), 400),
    Row("empty Host", b"GET /ok HTTP/1.1\r\nHost:\r\n\r\n", 400),
    Row("Host with a path", b"GET /ok HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    Row("Host with user", b"GET /ok HTTP/1.1\r\nHost: u@a\r\n\r\n", 400),
    Row("Host with a bad port", b"GET /ok HTTP/1.1\r\nHost: a:99999\r\n\r\n", 400),
    Row("absolute target", b"GET http://b/ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Row("authority target", b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Row("target without slash", b"GET ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Row("space in the target", b"GET /o k HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Row("fragment in the target", b"GET /ok#a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Row("broken escape", b"GET /ok%4 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Row("escaped NUL", b"GET /ok%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Row("up", b"GET /smuggled/../ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Row("up in escapes", b"GET /smuggled/%2e%2E/ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Row("up behind an escaped slash", b"GET /smuggled%2f..%2Fok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Row("up at the end", b"GET /ok/smuggled/..?a HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Row("this very place", b"GET /./ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Row("high byte in the target", b"GET /\xe9 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    # The request line, RFC 9112 §3.
    Row("method g@t", b"g@t /ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Row("method of 40 letters", b"A" * 40 + b" /ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Row("two spaces", b"GET  /ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Row("two spaces before the version", b"GET /ok  HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Row("space after the version", b"GET /ok HTTP/1.1 \r\nHost: a\r\n\r\n", 400),
    Row("tab in the request line", b"GET\t/ok HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    Row("no version", b"GET /ok\r\nHost: a\r\n\r\n", 400),
    Row("HTTP/2.0", b"GET /ok HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    Row("HTTP/1.2", b"GET /ok HTTP/1.2\r\nHost: a\r\n\r\n", 505),
    Row("HTTP/0.9", b"GET /ok HTTP/0.9\r\nHost: a\r\n\r\n", 505),
    Row("version in small letters", b"GET /ok http/1.1\r\nHost: a\r\n\r\n", 400),
    Row("version with a long number", b"GET /ok HTTP/1.10\r\nHost: a\r\n\r\n", 400),
    # Ceilings.
    Row("5 MB of headers", GET + b"X-A: " + b"a" * 5_000_000 + b"\r\n\r\n", 431),
    Row("5,000 headers", GET + b"X: a\r\n" * 5000 + b"\r\n", 431),
    Row("101 headers", GET + b"X: a\r\n" * 100 + b"\r\n", 431),
    Row("40 KB target", b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431),
    Row("1,500 cookies", header(b"Cookie: " + b"a=b;" * 1500), 431),
    Row("33 KB header", header(b"X-A: " + b"a" * 33_000), 431),
    # Fields of which two make no sense.
    Row("two Authorizations", header(b"Authorization: a\r\nAuthorization: b"), 400),
    Row("two Content-Types", POST + b"Content-Length: 0\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n\r\n", 400),
    Row("two Cookies", header(b"Cookie: a=1\r\nCookie: b=2"), 400),
    Row("unknown expectation", header(b"Expect: 200-ok"), 417),
]


class Server:
    """The C program guardserver, until the end of a test."""

    def __init__(self, *options):
        self.tls = "--tls" in options or "--client-cert" in options
        self.process = subprocess.Popen([SERVER, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().split()[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends it and returns its counts."""
        out, _ = self.process.communicate(timeout=20)
        assert self.process.returncode == 0
        return {k: int(v) for k, v in re.findall(r"(\w+) (\d+)", out)}

    def connect(self, timeout=10):
        s = socket.create_connection(("127.0.0.1", self.port), timeout=timeout)
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
            s = context.wrap_socket(s)
        return s


def send_all(s, raw):
    """What a server that has refused does not read any more is not an error."""
    try:
        s.sendall(raw)
    except OSError:
        pass


def read_all(s):
    """Everything until the server closes, or for a quarter of a second of silence after an answer."""
    got = b""
    while True:
        try:
            piece = s.recv(65536)
        except (ConnectionResetError, ssl.SSLError, BrokenPipeError):
            return got, True
        except (TimeoutError, socket.timeout):
            return got, False
        if not piece:
            return got, True
        got += piece
        s.settimeout(0.25)


def status_of(answer):
    m = re.match(rb"HTTP/1\.[01] (\d{3}) ", answer)
    return int(m[1]) if m else CLOSED


def talk(target, raw):
    s = target.connect()
    with s:
        send_all(s, raw)
        return read_all(s)


def smuggled(target):
    answer, _ = talk(target, b"GET /count HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    return int(answer.split(b"\r\n\r\n")[1])


@pytest.fixture(scope="module", params=["tcp", "tls"])
def direct(request):
    with Server(*(["--tls"] if request.param == "tls" else [])) as server:
        yield server


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.name)
def test_row_direct(direct, row):
    answer, closed = talk(direct, row.raw)
    assert status_of(answer) in row.status
    if row.body is not None:
        assert answer.endswith(b"\r\n\r\n" + row.body)
    else:
        assert closed, "a refused connection must not be kept"
        # libmicrohttpd sends the head of a refusal of its own twice; a second answer would be another thing.
        assert set(re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)) <= {b"%d" % n for n in row.status}
    assert smuggled(direct) == 0


def test_row_in_pieces(direct):
    """The same verdicts when the head arrives byte by byte."""
    for row in ROWS:
        if len(row.raw) > 200:
            continue
        with direct.connect() as s:
            for i in range(len(row.raw)):
                send_all(s, row.raw[i : i + 1])
            answer, _ = read_all(s)
        assert status_of(answer) in row.status, row.name
    assert smuggled(direct) == 0


def test_guard_holds_on_a_kept_connection(direct):
    """The second request of a connection is judged like the first."""
    for row in ROWS:
        if row.body is not None or len(row.raw) > 20_000:
            continue
        answer, closed = talk(direct, GET + b"\r\n" + row.raw)
        first, _, rest = answer.partition(b"\r\n\r\nok")
        assert status_of(first) == 200
        assert status_of(rest) in row.status, row.name
        assert closed, row.name
    assert smuggled(direct) == 0


def test_pipelined_controls(direct):
    answer, _ = talk(direct, (GET + b"\r\n") * 3 + POST + b"Content-Length: 5\r\n\r\nhello" + GET + b"\r\n")
    assert answer.count(b"HTTP/1.1 200 OK") == 5
    assert answer.count(b"\r\n\r\nok") == 4 and answer.count(b"\r\n\r\nhello") == 1


# ---- through a front ----

CONF = """
daemon off;
master_process off;
pid %(dir)s/pid;
error_log %(dir)s/error.log;
events {}
http {
    access_log off;
    client_body_temp_path %(dir)s/body; proxy_temp_path %(dir)s/proxy; fastcgi_temp_path %(dir)s/f;
    uwsgi_temp_path %(dir)s/u; scgi_temp_path %(dir)s/s;
    upstream node { server 127.0.0.1:%(back)d; keepalive 4; }
    server {
        listen 127.0.0.1:%(front)d;
        large_client_header_buffers 4 32k;
        location / { proxy_pass http://node; proxy_http_version 1.1; proxy_set_header Connection ""; }
    }
}
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Front:
    def __init__(self, directory, back):
        self.port = free_port()
        conf = directory / "nginx.conf"
        conf.write_text(CONF % {"dir": directory, "back": back, "front": self.port})
        self.process = subprocess.Popen([NGINX, "-p", str(directory), "-c", str(conf)], stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                self.connect().close()
                return
            except ConnectionRefusedError:
                time.sleep(0.05)
        self.close()
        raise RuntimeError("nginx does not start: " + (directory / "error.log").read_text())

    def connect(self, timeout=10):
        return socket.create_connection(("127.0.0.1", self.port), timeout=timeout)

    def close(self):
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    if NGINX is None:
        pytest.skip("nginx is not installed: the rows through a front were NOT run")
    with Server() as server:
        nginx = Front(tmp_path_factory.mktemp("nginx"), server.port)
        yield nginx, server
        nginx.close()


# What nginx makes whole before it forwards, so that an answer of 200 is right.
NGINX_MENDS = {
    "chunked",  # it collects the body and sends a Content-Length
    "chunk lines ended by LF",
    "chunk size of 18 digits",
    "chunk extension with LF",
    "bare LF in the head",
    "bare LF after a field",
    "bare LF ends the head",
    "two spaces",
    "two spaces before the version",
    "space after the version",
    "absolute target",
    "Host with user",  # it sends a Host of its own
    "Host with a bad port",
    "HTTP/1.2",  # it speaks 1.1 to the node
    "version with a long number",
    "length 003",
    "unknown expectation",  # it drops Expect, and lines that it holds invalid
    "bad byte in a name",
    "high byte in a name",
    "no colon",
}


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.name)
def test_row_through_nginx(front, row):
    nginx, server = front
    answer, _ = talk(nginx, row.raw)
    status = status_of(answer)
    if row.body is not None:
        assert status == 200 and answer.endswith(row.body)
    elif status == 200:
        assert row.name in NGINX_MENDS
    else:
        assert status == CLOSED or 400 <= status <= 505
        assert status != 502, "nginx and the node did not understand each other"
    assert smuggled(server) == 0


def test_front_survives(front):
    """After all rows the kept connections between nginx and the node are in step."""
    nginx, _ = front
    for i in range(20):
        body = b"%d" % i
        answer, _ = talk(nginx, POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        assert status_of(answer) == 200 and answer.endswith(b"\r\n\r\n" + body)


def test_known_gap_nul_before_lf(direct, front):
    """libmicrohttpd leaves NUL NUL for CRLF and for NUL LF: told apart nowhere. No framing hangs on it,
    since a length must be digits to its end, and a front refuses it."""
    raw = GET + b"X-A: a\0\n\r\n"
    answer, _ = talk(direct, raw)
    assert status_of(answer) == 200
    answer, _ = talk(front[0], raw)
    assert status_of(answer) == 400


# ---- deadlines and caps ----


def ok(server):
    answer, _ = talk(server, b"GET /ok HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    return status_of(answer) == 200


def is_closed(s, within):
    s.settimeout(within)
    try:
        while True:
            if not s.recv(4096):
                return True
    except (ConnectionResetError, BrokenPipeError):
        return True
    except (TimeoutError, socket.timeout):
        return False


def test_300_idle_sockets_do_not_stop_it():
    with Server("--head-ms", "1500", "--per-address", "400") as server:
        idle = [server.connect() for _ in range(300)]
        for i, s in enumerate(idle):
            if i % 2:
                s.sendall(b"GET /ok HT")
        began = time.monotonic()
        assert ok(server)
        assert time.monotonic() - began < 1
        assert all(is_closed(s, 5) for s in idle)
        assert 1 < time.monotonic() - began < 4
        for s in idle:
            s.close()
        assert server.stop()["timed_out"] == 300


def drip(s, raw, every, at_most):
    """Sends byte by byte until the server closes; seconds until then, or None."""
    began = time.monotonic()
    i = 0
    while time.monotonic() - began < at_most:
        try:
            s.sendall(raw[i % len(raw) : i % len(raw) + 1])
        except OSError:
            return time.monotonic() - began
        i += 1
        if is_closed(s, every):
            return time.monotonic() - began
    return None


@pytest.mark.parametrize("mode", ["tcp", "tls"])
def test_dripped_head_is_closed(mode):
    with Server("--head-ms", "1000", *(["--tls"] if mode == "tls" else [])) as server:
        with server.connect() as s:
            took = drip(s, b"GET /ok HTTP/1.1\r\nHost: a\r\nX-A: " + b"a" * 500, 0.1, 6)
        assert took is not None and 0.5 < took < 3
        assert ok(server)


def test_handshake_that_never_comes_is_closed():
    with Server("--head-ms", "1000", "--tls") as server:
        with socket.create_connection(("127.0.0.1", server.port)) as s:
            began = time.monotonic()
            assert is_closed(s, 5)
            assert time.monotonic() - began < 3


def test_dripped_second_head_is_closed():
    with Server("--head-ms", "1000") as server:
        with server.connect() as s:
            s.sendall(GET + b"\r\n")
            s.recv(4096)
            time.sleep(1)
            took = drip(s, b"GET /ok HTTP/1.1\r\nHost: a\r\nX-A: " + b"a" * 500, 0.1, 6)
        assert took is not None and took < 4


def test_kept_connection_may_wait_longer_than_a_head():
    with Server("--head-ms", "500") as server:
        with server.connect() as s:
            for _ in range(2):
                s.sendall(GET + b"\r\n")
                assert status_of(s.recv(4096)) == 200
                time.sleep(1.5)
            s.sendall(GET + b"\r\n")
            assert status_of(s.recv(4096)) == 200


def test_silent_body_is_closed():
    with Server("--stall-ms", "800") as server:
        with server.connect() as s:
            s.sendall(POST + b"Content-Length: 1000\r\n\r\nabc")
            began = time.monotonic()
            assert is_closed(s, 5)
            assert time.monotonic() - began < 3


def test_dripped_body_is_closed():
    with Server("--stall-ms", "1000") as server:
        with server.connect() as s:
            s.sendall(POST + b"Content-Length: 60000\r\n\r\n")
            took = drip(s, b"a", 0.1, 8)
        assert took is not None and took < 4


def test_caps():
    with Server("--connections", "12", "--per-address", "8") as server:
        held = [server.connect() for _ in range(8)]
        time.sleep(0.3)
        with server.connect() as s:
            assert is_closed(s, 2)
        # Another address has room of its own, until the total is reached.
        other = []
        for _ in range(4):
            s = socket.create_connection(("127.0.0.1", server.port), source_address=("127.0.0.2", 0))
            other.append(s)
        for s in other:
            s.sendall(GET + b"\r\n")
            s.settimeout(5)
            assert status_of(s.recv(4096)) == 200
        with socket.create_connection(("127.0.0.1", server.port), source_address=("127.0.0.3", 0)) as s:
            assert is_closed(s, 2)
        # What leaves makes room.
        for s in held:
            s.close()
        time.sleep(0.5)
        assert ok(server)
        for s in other:
            s.close()


# ---- the rest of the server, from outside ----


def test_spooled_body(tmp_path):
    with Server("--spool", str(tmp_path)) as server:
        body = os.urandom(3_000_000)
        answer, _ = talk(server, b"PUT /file HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        assert answer.endswith(b"%d %s" % (len(body), hashlib.sha256(body).hexdigest().encode()))
        assert list(tmp_path.iterdir()) == [], "a spooled body has no name"


def test_stream_and_wake(direct):
    with direct.connect() as s:
        s.sendall(b"GET /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        s.settimeout(3)
        got = s.recv(4096)
        assert status_of(got) == 200, "the head must not wait for the first event"
        for i in (1, 2, 3):
            time.sleep(0.1)
            talk(direct, b"GET /wake HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            while b"data: %d\n\n" % i not in got:
                piece = s.recv(4096)
                assert piece
                got += piece
        while not got.endswith(b"\r\n0\r\n\r\n"):
            got += s.recv(4096)


def test_refusal_arrives_while_sending(direct):
    """A client that sends all before it reads still learns why: no reset overtakes the answer."""
    body = b"a" * 4_000_000
    for _ in range(3):
        with direct.connect() as s:
            s.sendall(POST + b"Content-Length: %d\r\n\r\n" % len(body) + body)
            answer, closed = read_all(s)
        assert status_of(answer) == 413 and closed
        with direct.connect() as s:
            s.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"186a0\r\n" + b"a" * 100_000 + b"\r\n0\r\n\r\n")
            answer, closed = read_all(s)
        assert status_of(answer) == 411 and closed


def test_refused_client_does_not_stay():
    """One that neither reads nor stops is cut off, and its place is free again."""
    with Server("--connections", "1") as server:
        with server.connect() as s:
            s.sendall(header(b"X A: b") + b"a" * 1000)
            began = time.monotonic()
            with pytest.raises(OSError):
                while time.monotonic() - began < 10:
                    s.sendall(b"a" * 1000)
                    time.sleep(0.05)
            assert time.monotonic() - began < 5
            time.sleep(0.3)
            assert ok(server)


def test_expect_100_continue(direct):
    with direct.connect() as s:
        s.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert s.recv(4096).startswith(b"HTTP/1.1 100 ")
        s.sendall(b"hi")
        answer, _ = read_all(s)
        assert answer.endswith(b"\r\n\r\nhi")
    # Refused before the body is sent.
    answer, _ = talk(direct, POST + b"Expect: 100-continue\r\nContent-Length: 9999999\r\n\r\n")
    assert status_of(answer) == 413
