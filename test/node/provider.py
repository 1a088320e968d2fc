"""A provider of identities (OpenID Connect) on loopback, over TLS: as it should be, and as it should not. Whatever a test bends, it bends here.

    p = Provider()                                   # p.issuer, p.pin; p.stop()
    p.person = {"sub": "248289761001"}               # who is at its page; it asks nobody
    p.claims = {"aud": "somebody else"}              # instead of what belongs there; None takes a claim away
"""

import base64
import hashlib
import http.server
import json
import pathlib
import secrets
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse

from authenticator import Key, b64


class Provider:
    def __init__(self, alg="ES256", client="entente", secret=None):
        self.client, self.secret, self.alg = client, secret, alg
        self.person, self.claims, self.header = {"sub": "248289761001"}, {}, {}
        self.description, self.keys_answer = {}, None
        self.sign_as, self.error, self.token_status, self.answer_iss = None, None, 200, None
        self.codes, self.asked, self.tokens, self.lock = {}, [], [], threading.Lock()
        self.keys = [("one", Key(alg))]
        self.dir = tempfile.TemporaryDirectory()
        self._serve()

    def _serve(self):
        crt, key = (pathlib.Path(self.dir.name) / n for n in ("tls.crt", "tls.key"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", crt],
                       check=True, capture_output=True)
        spki = subprocess.run(["openssl", "x509", "-in", crt, "-pubkey", "-noout"], check=True, capture_output=True).stdout
        der = subprocess.run(["openssl", "pkey", "-pubin", "-outform", "DER"], input=spki, check=True, capture_output=True).stdout
        self.pin = hashlib.sha256(der).hexdigest()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(crt, key)
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                provider._answer(self, None)

            def do_POST(self):
                provider._answer(self, self.rfile.read(int(self.headers["Content-Length"])).decode())

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.issuer = f"https://127.0.0.1:{self.server.server_address[1]}/realm"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def conf(self, *lines):
        secret = ["oidc-secret client.secret"] if self.secret else []
        return "\n".join(["", f"oidc {self.issuer}", f"oidc-client {self.client}", f"oidc-pin {self.pin}", *secret, *lines, ""])

    def _answer(self, h, body):
        url = urllib.parse.urlsplit(h.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        with self.lock:
            self.asked.append((h.command, url.path))
            make = {"/realm/.well-known/openid-configuration": self._describe, "/realm/keys": self._keys,
                    "/realm/authorize": lambda: self._authorize(query), "/realm/token": lambda: self._token(h, body)}.get(url.path)
            status, headers, data = make() if make else (404, {}, b"no such page")
        h.send_response(status)
        for name, value in headers.items():
            h.send_header(name, value)
        h.send_header("Content-Length", str(len(data)))
        h.end_headers()
        h.wfile.write(data)

    @staticmethod
    def _json(value, status=200):
        raw = value if isinstance(value, bytes) else json.dumps(value).encode()
        return status, {"Content-Type": "application/json"}, raw

    def _describe(self):
        said = {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys", "response_types_supported": ["code"], "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [self.alg], "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True, **self.description}
        return self._json({k: v for k, v in said.items() if v is not None})

    def _keys(self):
        if self.keys_answer is not None:
            return self._json(self.keys_answer)
        return self._json({"keys": [k.jwk(kid=kid, use="sig", alg=k.alg) for kid, k in self.keys]})

    def _authorize(self, query):
        """Whoever comes is `person`: back to the node at once. A page would ask for a password here."""
        assert query["response_type"] == "code" and query["code_challenge_method"] == "S256" and "openid" in query["scope"].split()
        back = {"state": query["state"]}
        if self.error:
            back |= {"error": self.error, "error_description": "the person said no"}
        else:
            back["code"] = secrets.token_urlsafe(16)
            self.codes[back["code"]] = query
        back["iss"] = self.answer_iss or self.issuer
        return 302, {"Location": query["redirect_uri"] + "?" + urllib.parse.urlencode(back)}, b""

    def _token(self, h, body):
        form = dict(urllib.parse.parse_qsl(body))
        asked = self.codes.pop(form.get("code"), None)
        basic = h.headers.get("Authorization", "")
        if self.secret:
            want = base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
            ok = basic == f"Basic {want}" or (form.get("client_id"), form.get("client_secret")) == (self.client, self.secret)
        else:
            ok = form.get("client_id") == self.client and not basic
        proof = b64(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if self.token_status != 200:
            return self._json({"error": "server_error"}, self.token_status)
        if not ok or not asked or asked["code_challenge"] != proof or asked["redirect_uri"] != form["redirect_uri"]:
            return self._json({"error": "invalid_grant" if ok else "invalid_client"}, 400)
        token = self.id_token(asked)
        self.tokens.append(token)
        return self._json({"access_token": "x", "token_type": "Bearer", "id_token": token})

    def id_token(self, asked):
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": self.client, "iat": now, "exp": now + 300, "nonce": asked["nonce"], **self.person}
        if "max_age" in asked:
            claims["auth_time"] = now
        claims = {k: v for k, v in {**claims, **self.claims}.items() if v is not None}
        kid, key = self.sign_as or self.keys[-1]
        header = {k: v for k, v in {"alg": key.alg, "kid": kid, "typ": "JWT", **self.header}.items() if v is not None}
        body = f"{b64(json.dumps(header).encode())}.{b64(json.dumps(claims).encode())}"
        return f"{body}.{b64(key.sign_jose(body.encode()))}"

    def straight(self):
        """Nothing is bent any more."""
        self.person, self.claims, self.header, self.description = {"sub": "248289761001"}, {}, {}, {}
        self.keys_answer = self.sign_as = self.error = self.answer_iss = None
        self.token_status = 200
