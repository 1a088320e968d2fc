"""A person's or a program's way to the API of a node under test.

    edi = Person(node, "edi", PASSWORD)              # signs in
    answer = edi.get("/coalitions")                  # .status, .json, .headers, .body
    answer = edi.post(f"/coalitions/{c}/records", {...}, **{"Idempotency-Key": "k"})
"""

import http.client
import json
import sqlite3
import ssl
import time
import urllib.parse

from entente import PATIENCE

PASSWORD = "a long enough sentence"
AREAS = ["pact", "records", "cyber", "training", "response", "procurement", "node"]


class Answer:
    def __init__(self, response):
        self.status, self.headers = response.status, response.headers
        self.body = response.read()
        kind = self.headers.get("Content-Type", "")
        self.json = json.loads(self.body) if self.body and "json" in kind else None

    @property
    def title(self):
        return (self.json or {}).get("title") if self.status >= 400 else None

    @property
    def pointer(self):
        return (self.json or {}).get("pointer")

    @property
    def items(self):
        return self.json["items"]

    @property
    def etag(self):
        return self.headers["ETag"]

    def cookie(self):
        """(name=value, attributes) of the cookie that was set."""
        value, _, attributes = self.headers.get("Set-Cookie", "").partition("; ")
        return value, attributes


def ask(node, method, path, body=None, tls=None, timeout=PATIENCE, **headers):
    """One request; paths that do not begin with /events, /f, /status … are below /api/v1."""
    if not path.startswith(("/api", "/events", "/f/", "/metrics", "/healthz", "//")):
        path = "/api/v1" + path
    path = path.replace("//", "/", 1) if path.startswith("//") else path
    connect = (lambda: http.client.HTTPSConnection("127.0.0.1", node.port, timeout=timeout, context=tls)) if tls \
        else (lambda: http.client.HTTPConnection("127.0.0.1", node.port, timeout=timeout))
    c = connect()
    if body is not None and not isinstance(body, (bytes, str)):
        body = json.dumps(body)
        headers.setdefault("Content-Type", "application/json")
    try:
        c.request(method, path, body, headers)
        return Answer(c.getresponse())
    finally:
        c.close()


class Caller:
    """Whoever: with headers of his own."""

    def __init__(self, node, **headers):
        self.node, self.headers, self.tls = node, headers, None

    def ask(self, method, path, body=None, **headers):
        return ask(self.node, method, path, body, tls=self.tls, **{**self.headers, **headers})

    def get(self, path, **headers):
        return self.ask("GET", path, **headers)

    def post(self, path, body=None, **headers):
        return self.ask("POST", path, {} if body is None else body, **headers)

    def put(self, path, body, **headers):
        return self.ask("PUT", path, body, **headers)

    def delete(self, path, **headers):
        return self.ask("DELETE", path, **headers)

    def all(self, path, **query):
        """Every item of a list, page by page."""
        found, after = [], None
        while True:
            q = {**query, **({"after": after} if after else {})}
            page = self.get(path + ("?" + urllib.parse.urlencode(q) if q else ""))
            assert page.status == 200, (path, page.status, page.body)
            found += page.items
            after = page.json["next"]
            if not after:
                return found


class Person(Caller):
    def __init__(self, node, name, password=PASSWORD, tls=None, **more):
        super().__init__(node)
        self.name, self.tls = name, tls
        answer = ask(node, "POST", "/session", {"name": name, "password": password, **more}, tls=tls)
        assert answer.status == 200, (name, answer.status, answer.body)
        self.take(answer)

    def take(self, answer):
        self.cookie = answer.cookie()[0]
        self.csrf = answer.json["csrf"]
        self.headers = {"Cookie": self.cookie, "X-CSRF-Token": self.csrf}


class Token(Caller):
    def __init__(self, node, text):
        super().__init__(node, Authorization=f"Bearer {text}")


def add_user(node, name, roles="reader", clearance=None, password=PASSWORD):
    path = node.path / "password"
    path.write_text(password + "\n")
    args = ["--clearance", clearance] if clearance is not None else []
    node.run("user", "add", name, "--role", roles, "--pass-file", path, *args)


def new_token(node, user, roles=None, **options):
    args = [part for key, value in options.items() for part in (f"--{key}", value)]
    made = node.json("token", "new", "test", "--user", user, *(["--role", roles] if roles else []), *args)
    return Token(node, made["token"]), made["id"]


def store(node, sql, *values):
    """Changes the node's SQLite behind its back: what time would do."""
    with sqlite3.connect(node.dir / "node.db", timeout=20) as db:
        return db.execute(sql, values).fetchall()


def stale(node):
    """As if everybody had signed in long ago."""
    store(node, "UPDATE session SET confirmed_ms = 1")


def trusting(cert=None, key=None):
    """TLS that asks for no certificate of a name; with one of our own."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if cert:
        context.load_cert_chain(cert, key)
    return context


class Events:
    """GET /events, line by line."""

    def __init__(self, caller, query="", last=None, **headers):
        self.c = http.client.HTTPConnection("127.0.0.1", caller.node.port, timeout=PATIENCE)
        extra = {"Last-Event-ID": last} if last else {}
        self.c.request("GET", "/events" + query, headers={**caller.headers, **extra, **headers})
        self.response = self.c.getresponse()
        self.status, self.last = self.response.status, last

    def next(self, seconds=PATIENCE):
        """(type, data) of the next event; None at the end."""
        kind, data, at = None, None, None
        self.c.sock.settimeout(seconds)
        while True:
            line = self.response.readline()
            if not line:
                return None
            line = line.decode().rstrip("\n")
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: "):
                data = json.loads(line[6:])
            elif line.startswith("id: "):
                at = line[4:]
            elif line == "" and kind:
                self.last = at or self.last
                return kind, data

    def until(self, kind, check=lambda d: True, seconds=PATIENCE):
        """All events up to the one wanted, which is the last in the list."""
        seen, end = [], time.monotonic() + seconds
        while True:
            event = self.next(max(0.1, end - time.monotonic()))
            assert event, f"the stream ended before {kind}: {seen}"
            seen.append(event)
            if event[0] == kind and check(event[1]):
                return seen

    def close(self):
        self.c.close()
