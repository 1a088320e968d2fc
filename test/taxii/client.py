"""A TAXII client that can say anything: raw requests over http.client, headers as they came."""

import base64
import http.client
import json
import ssl
import urllib.parse

TYPE = "application/taxii+json;version=2.1"


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def __repr__(self):
        return f"{self.status} {self.body[:200]!r}"

    def json(self):
        return json.loads(self.body)

    def header(self, name):
        found = [v for k, v in self.headers if k.lower() == name.lower()]
        return found[0] if found else None


class Client:
    """`root` is the URL of an API root, with its slash."""

    def __init__(self, root, user=None, password=None, token=None, ca=None, verify=True, timeout=60):
        self.url = urllib.parse.urlsplit(root)
        self.base = self.url.path
        self.timeout = timeout
        self.auth = None
        if user is not None:
            self.auth = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        if token is not None:
            self.auth = "Bearer " + token
        self.context = None
        if self.url.scheme == "https":
            self.context = ssl.create_default_context(cafile=ca)
            if not verify:
                self.context.check_hostname = False
                self.context.verify_mode = ssl.CERT_NONE
        self.connection = None

    def _connect(self):
        if self.url.scheme == "https":
            return http.client.HTTPSConnection(self.url.hostname, self.url.port, timeout=self.timeout,
                                               context=self.context)
        return http.client.HTTPConnection(self.url.hostname, self.url.port, timeout=self.timeout)

    def ask(self, method, path, body=None, headers=None, auth=True, query=None):
        """`path` below the root, or absolute if it begins with '/'. `headers` with value None leave one out."""
        target = path if path.startswith("/") else self.base + path
        if query is not None:
            target += "?" + (query if isinstance(query, str) else urllib.parse.urlencode(query, safe="[]:,"))
        sent = {"Accept": TYPE}
        if body is not None:
            sent["Content-Type"] = TYPE
            if not isinstance(body, bytes):
                body = json.dumps(body).encode()
        if auth and self.auth:
            sent["Authorization"] = self.auth
        for k, v in (headers or {}).items():
            sent.pop(k, None)
            if v is not None:
                sent[k] = v
        for attempt in (0, 1):
            if self.connection is None:
                self.connection = self._connect()
            try:
                self.connection.putrequest(method, target, skip_accept_encoding=True)
                for k, v in sent.items():
                    self.connection.putheader(k, v)
                if body is not None:
                    self.connection.putheader("Content-Length", str(len(body)))
                self.connection.endheaders(body)
                r = self.connection.getresponse()
                data = r.read()
                if r.will_close:
                    self.close()
                return Answer(r.status, r.getheaders(), data)
            except (http.client.HTTPException, ConnectionError, BrokenPipeError):
                self.close()
                if attempt:
                    raise
        return None

    def announce(self, method, path, length):
        """Says that a body of this length follows, and waits for the answer instead."""
        self.close()
        c = self._connect()
        try:
            c.putrequest(method, self.base + path)
            for k, v in (("Accept", TYPE), ("Content-Type", TYPE), ("Content-Length", str(length)),
                         ("Authorization", self.auth or "none")):
                c.putheader(k, v)
            c.endheaders()
            r = c.getresponse()
            return Answer(r.status, r.getheaders(), r.read())
        finally:
            c.close()

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def get(self, path, query=None, **options):
        return self.ask("GET", path, query=query, **options)
