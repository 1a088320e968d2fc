"""Signing in with a provider of identities: as it should go, and with a provider, a person in the middle or a browser that does otherwise."""

import hashlib
import http.client
import json
import ssl
import time
import urllib.parse

import pytest

from api import PASSWORD, Caller, Person, add_user, ask, new_token, stale, store
from authenticator import Key, b64
from provider import Provider

SUBJECT = "248289761001"


@pytest.fixture(scope="module")
def provider():
    p = Provider()
    yield p
    p.stop()


def with_provider(node, provider, *lines):
    node.stop()
    conf = node.dir / "entente.conf"
    text = conf.read_text().split("\noidc ")[0].rstrip() + "\n"
    conf.write_text(text + provider.conf(*lines))
    if provider.secret:
        (node.dir / "client.secret").write_text(provider.secret + "\n")
    node.start()


@pytest.fixture(scope="module")
def alb(shared, provider):
    t = shared(["ALB", "HRV"], name="Provider")
    alb = t["ALB"]
    with_provider(alb, provider, "oidc-name Ministry of Defence")
    add_user(alb, "admin", "administrator", "*")
    add_user(alb, "edi", "officer", "CONFIDENTIAL")
    admin = Person(alb, "admin")
    made = admin.post("/users/edi/subjects", {"subject": SUBJECT})
    assert made.status == 201 and made.json["issuer"] == provider.issuer
    return alb


@pytest.fixture(autouse=True)
def straight(alb, provider):
    provider.straight()
    store(alb, "DELETE FROM guard")


def go(url):
    """The browser at the provider: where it is sent back to."""
    at = urllib.parse.urlsplit(url)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    c = http.client.HTTPSConnection(at.hostname, at.port, context=context, timeout=30)
    c.request("GET", f"{at.path}?{at.query}")
    answer = c.getresponse()
    assert answer.status == 302, answer.read()
    back = urllib.parse.urlsplit(answer.headers["Location"])
    c.close()
    assert back.path == "/oidc"
    said = dict(urllib.parse.parse_qsl(back.query))
    if "error_description" in said:
        said["description"] = said.pop("error_description")
    return said


class Browser(Caller):
    """One that keeps its cookies."""

    def begin(self, **wish):
        answer = self.post("/session/oidc/begin", wish)
        assert answer.status == 200, answer.body
        self.keep(answer)
        return answer.json

    def keep(self, answer):
        have = dict(p.split("=", 1) for p in self.headers.get("Cookie", "").split("; ") if p)
        for line in answer.headers.get_all("Set-Cookie", []):
            name, value = line.split(";")[0].split("=", 1)
            have[name] = value
        self.headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in have.items() if v)
        if answer.json and answer.json.get("csrf"):
            self.headers["X-CSRF-Token"] = answer.json["csrf"]

    def finish(self, said):
        answer = self.post("/session/oidc", said)
        if answer.status == 200:
            self.keep(answer)
        return answer

    def sign_in(self):
        return self.finish(go(self.begin()["url"]))


def test_signed_in(alb, provider):
    assert ask(alb, "GET", "/hello").json["provider"] == "Ministry of Defence"
    b = Browser(alb)
    begun = b.begin()
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(begun["url"]).query))
    assert asked["client_id"] == "entente" and asked["redirect_uri"] == f"http://127.0.0.1:{alb.port}/oidc"
    assert len(asked["code_challenge"]) == 43 and asked["state"] == begun["state"] and len(asked["nonce"]) == 43
    signed = b.finish(go(begun["url"]))
    assert signed.status == 200 and signed.json["method"] == "oidc" and signed.json["user"]["name"] == "edi", signed.body
    assert signed.json["user"]["clearance"] == "CONFIDENTIAL" and signed.json["roles"]["records"] == "officer"
    assert b.get("/session").status == 200
    attributes = [c for c in signed.headers.get_all("Set-Cookie") if c.startswith("entente-session")][0]
    assert "HttpOnly" in attributes and "SameSite=Strict" in attributes
    rows = Person(alb, "admin").get("/audit?who=user:edi").items
    assert any(r["what"] == "sign-in done" and f"subject {SUBJECT}" in r["about"] for r in rows)


def test_the_page_comes_back_to_the_shell(alb):
    page = ask(alb, "GET", "//oidc?code=x&state=y")
    assert page.status == 200 and "no-store" in page.headers["Cache-Control"] or "no-cache" in page.headers["Cache-Control"]
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_nobody_here_by_default(alb, provider):
    """Whoever the provider knows is nobody here before an administrator has said so; who it is, is told, to be passed on."""
    provider.person = {"sub": "a stranger", "email": "edi@ministry.example", "preferred_username": "edi", "name": "edi"}
    refused = Browser(alb).sign_in()
    assert refused.status == 401 and "a stranger" in refused.json["detail"] and "Set-Cookie" not in refused.headers
    rows = Person(alb, "admin").get("/audit?who=user:?").items
    assert any("a stranger" in r["about"] for r in rows)
    provider.person = {"sub": SUBJECT.upper() + " "}
    assert Browser(alb).sign_in().status == 401


NOW = int(time.time())
BENT_CLAIMS = {
    "another issuer": {"iss": "https://127.0.0.1:1/realm"}, "no issuer": {"iss": None}, "issuer with a slash": {"iss": "SLASH"},
    "for somebody else": {"aud": "another client"}, "for nobody": {"aud": None}, "for an empty list": {"aud": []},
    "for several, given to nobody": {"aud": ["entente", "another"]}, "given to somebody else": {"azp": "another"},
    "for several, given to somebody else": {"aud": ["entente", "another"], "azp": "another"}, "aud is an object": {"aud": {"entente": 1}},
    "expired": {"exp": NOW - 3600}, "without an end": {"exp": None}, "an end in words": {"exp": "tomorrow"}, "an end below zero": {"exp": -1},
    "made long ago": {"iat": NOW - 7200}, "made in the future": {"iat": NOW + 7200}, "made never": {"iat": None}, "not yet": {"nbf": NOW + 7200},
    "another nonce": {"nonce": "x" * 43}, "no nonce": {"nonce": None}, "an empty nonce": {"nonce": ""}, "nonce is a list": {"nonce": ["x"]},
    "no subject": {"sub": None}, "an empty subject": {"sub": ""}, "a long subject": {"sub": "x" * 256}, "subject is a number": {"sub": 248289761001},
    "a subject with a NUL": {"sub": SUBJECT + "\0"}, "a list": {"sub": [SUBJECT]},
}


def test_bent_claims(alb, provider):
    for how, claims in BENT_CLAIMS.items():
        store(alb, "DELETE FROM guard")
        provider.claims = {k: provider.issuer + "/" if v == "SLASH" else v for k, v in claims.items()}
        refused = Browser(alb).sign_in()
        assert refused.status == 401 and refused.title == "auth" and "Set-Cookie" not in refused.headers, (how, refused.body)
    provider.claims = {"aud": ["another", "entente"], "azp": "entente", "exp": time.time() + 60.5}
    assert Browser(alb).sign_in().status == 200


def test_bent_signatures(alb, provider):
    stranger = Key("ES256")
    rsa = Key("RS256")
    for how, sign_as, header in [
            ("swapped key", ("one", stranger), {}), ("alg none", None, {"alg": "none"}), ("alg missing", None, {"alg": None}),
            ("HMAC", None, {"alg": "HS256"}), ("another algorithm", None, {"alg": "RS256"}), ("RSA under the name of the other", ("one", rsa), {}),
            ("critical", None, {"crit": ["exp"]}), ("an own key in the header", ("mine", stranger), {"jwk": stranger.jwk()}),
            ("an address of keys in the header", ("mine", stranger), {"jku": "https://evil.example/keys"}), ("no name, wrong key", (None, stranger), {})]:
        store(alb, "DELETE FROM guard")
        provider.sign_as, provider.header = sign_as, header
        refused = Browser(alb).sign_in()
        assert refused.status == 401 and "Set-Cookie" not in refused.headers, (how, refused.body)
    provider.straight()
    provider.header = {"kid": None}  # the only key there is
    assert Browser(alb).sign_in().status == 200


def test_tokens_that_are_none(alb, provider):
    make = provider.id_token
    unsigned = b64(b'{"alg":"none"}') + "." + b64(json.dumps({"iss": provider.issuer, "sub": SUBJECT}).encode()) + "."
    for text in ("", "x", "a.b.c", "....", unsigned, "x" * 100_000):
        store(alb, "DELETE FROM guard")
        provider.id_token = lambda asked: text
        try:
            assert Browser(alb).sign_in().status in (401, 502), text[:50]
        finally:
            provider.id_token = make


def test_hmac_with_the_public_key(alb, provider):
    """The classic: the public key, which everybody has, taken for a shared secret."""
    import hmac
    make = provider.id_token

    def forged(asked):
        head, body, _ = make(asked).split(".")
        head = b64(json.dumps({"alg": "HS256", "kid": "one"}).encode())
        return f"{head}.{body}.{b64(hmac.new(provider.keys[0][1].der, f'{head}.{body}'.encode(), hashlib.sha256).digest())}"
    provider.id_token = forged
    try:
        assert Browser(alb).sign_in().status == 401
    finally:
        provider.id_token = make


def test_keys_are_changed(alb, provider):
    """A token under a new key: the keys are fetched again. An old one that was taken away does not hold any more."""
    old = provider.keys[0]
    provider.keys = [old, ("two", Key("EdDSA"))]
    time.sleep(10.1)  # not more often than every ten seconds
    assert Browser(alb).sign_in().status == 200
    before = provider.asked.count(("GET", "/realm/keys"))
    assert Browser(alb).sign_in().status == 200
    assert provider.asked.count(("GET", "/realm/keys")) == before  # kept
    for _ in range(3):  # names that nobody has: not fetched each time
        provider.sign_as = (f"unknown-{time.time()}", old[1])
        assert Browser(alb).sign_in().status == 401
    assert provider.asked.count(("GET", "/realm/keys")) <= before + 1
    provider.straight()
    provider.keys = [old]


def test_replayed(alb, provider):
    b = Browser(alb)
    said = go(b.begin()["url"])
    assert b.finish(said).status == 200
    assert b.finish(said).status == 401
    # The token of one sign-in in another one: the nonce is not its own.
    make, first = provider.id_token, provider.tokens[-1]
    provider.id_token = lambda asked: first
    try:
        refused = Browser(alb).sign_in()
        assert refused.status == 401 and "not made for this sign-in" in refused.json["detail"]
    finally:
        provider.id_token = make
    # The code of one with the state of another.
    one, two = Browser(alb), Browser(alb)
    a, c = go(one.begin()["url"]), go(two.begin()["url"])
    assert one.finish({**a, "code": c["code"]}).status == 401


def test_another_browser(alb, provider):
    """Login CSRF: what one browser has begun another cannot finish, so nobody is signed in as somebody else without knowing."""
    evil, victim = Browser(alb), Browser(alb)
    said = go(evil.begin()["url"])
    refused = victim.finish(said)
    assert refused.status == 401 and "not begun in this browser" in refused.json["detail"]
    victim.begin()  # a cookie, but of another sign-in
    assert victim.finish(said).status == 401
    assert evil.finish(said).status == 200  # nobody has used it up
    for origin in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert evil.post("/session/oidc", said, **origin).status == 403
        assert evil.post("/session/oidc/begin", {}, **origin).status == 403


def test_states_that_are_not_ours(alb, provider):
    b = Browser(alb)
    said = go(b.begin()["url"])
    for state in ("", "x", "A" * 75, said["state"][:-1] + ("A" if said["state"][-1] != "A" else "E")):
        assert b.finish({**said, "state": state}).status in (401, 422), state
    assert b.finish({"state": said["state"]}).pointer == "/code"
    assert b.finish({**said, "extra": 1}).pointer == "/extra"
    assert b.finish({**said, "code": "not one of yours"}).status == 401


def test_mixed_up_issuer(alb, provider):
    """RFC 9207: the answer of another provider, with a code that is good there."""
    b = Browser(alb)
    provider.answer_iss = "https://evil.example"
    refused = b.sign_in()
    assert refused.status == 401 and "another provider" in refused.json["detail"]
    provider.straight()
    said = go(b.begin()["url"])
    said.pop("iss")  # it has said that its answers carry it
    assert b.finish(said).status == 401


def test_the_provider_says_no(alb, provider):
    provider.error = "access_denied"
    refused = Browser(alb).sign_in()
    assert refused.status == 401 and "access_denied: the person said no" in refused.json["detail"]
    rows = Person(alb, "admin").get("/audit?who=user:?&what=sign-in%20failed").items
    assert rows and "by provider" in rows[0]["about"]


def test_failures_count_for_the_address(alb, provider):
    """Twenty that fail, for whatever reason, and the address waits: with a provider as with a password."""
    provider.error = "access_denied"
    assert [Browser(alb).sign_in().status for _ in range(10)] == [401] * 10
    provider.straight()
    provider.claims = {"nonce": "another"}
    assert [Browser(alb).sign_in().status for _ in range(10)] == [401] * 10
    provider.straight()
    asked = len(provider.asked)
    locked = Browser(alb).sign_in()
    assert (locked.status, locked.title) == (429, "busy") and 1 <= int(locked.headers["Retry-After"]) <= 31
    assert ("POST", "/realm/token") not in provider.asked[asked:], "the provider is not asked for whoever waits"
    assert ask(alb, "POST", "/session", {"name": "edi", "password": PASSWORD}).status == 429
    store(alb, "DELETE FROM guard")
    assert Browser(alb).sign_in().status == 200


def test_the_provider_is_in_trouble(alb, provider):
    provider.token_status = 500
    assert Browser(alb).sign_in().status == 401
    b = Browser(alb)
    said = go(b.begin()["url"])
    provider.server.socket.close()  # gone
    try:
        refused = b.finish(said)
        assert refused.status == 502 and refused.json["detail"].startswith("the provider of identities")
    finally:
        port = provider.server.server_address[1]
        issuer, pin = provider.issuer, provider.pin
        provider.server.shutdown()
        assert port and issuer and pin


def test_password_sign_in_still_works_without_it(alb):
    """The provider of this module is gone by now: nobody who has a password needs it."""
    assert Person(alb, "edi", PASSWORD).get("/session").json["method"] == "password"


# ---- with a provider of their own ----

@pytest.fixture
def fresh(shared, alb):
    """A node and a provider that a test may set as it likes."""
    made = []

    def start(*lines, **how):
        p = Provider(**how)
        made.append(p)
        with_provider(alb, p, *lines)
        admin = Person(alb, "admin")
        assert admin.post("/users/edi/subjects", {"subject": SUBJECT}).status == 201
        return p
    yield start
    for p in made:
        p.stop()


@pytest.mark.parametrize("alg,secret,method", [("RS256", "s3cret & more", "client_secret_basic"), ("EdDSA", "s3cret", "client_secret_post")])
def test_with_a_secret(alb, fresh, alg, secret, method):
    p = fresh(alg=alg, secret=secret)
    p.description = {"token_endpoint_auth_methods_supported": [method]}
    if method == "client_secret_basic":  # RFC 6749 §2.3.1 has it form-encoded
        p.secret = urllib.parse.quote(secret, safe="")
    assert Browser(alb).sign_in().status == 200
    p.secret = "another"
    refused = Browser(alb).sign_in()
    assert refused.status == 401 and "invalid_client" in refused.json["detail"]


def test_roles_by_claims(alb, fresh):
    """Claims take away and never give; an account whose claims name nothing has nothing."""
    p = fresh("oidc-role groups duty records=officer,pact=reader", "oidc-role groups cyber cyber=administrator", "oidc-role level chief pact=officer")
    edi = {"pact": "officer", "records": "officer"}  # and so on in all workspaces but this node
    for groups, want in [({"groups": ["duty", "choir"]}, {"records": "officer", "pact": "reader"}),
                         ({"groups": "cyber"}, {"cyber": "officer"}),
                         ({"groups": ["duty"], "level": "chief"}, edi),
                         ({"groups": ["Duty"]}, {}), ({}, {}), ({"groups": {"duty": 1}}, {}), ({"groups": [["duty"], 7]}, {})]:
        p.person = {"sub": SUBJECT, **groups}
        b = Browser(alb)
        signed = b.sign_in()
        assert signed.status == 200, signed.body
        got = {k: v for k, v in signed.json["roles"].items() if v != "none"}
        assert got == want, (groups, got)
        assert b.get("/status").status == (200 if "pact" in want else 403)
        assert b.get("/users").status == 403
    assert Person(alb, "edi").get("/session").json["roles"]["records"] == "officer"  # by password: the account's


def test_a_narrowed_session_does_not_widen_itself(alb, fresh):
    """What a session may set for its account opens sessions that know nothing of the claims: it is for the account itself."""
    p = fresh("oidc-role groups duty records=reader,training=reader", "oidc-role groups desk node=administrator")
    calendars = f"/coalitions/{alb.view()['coalition']}/training/calendars"
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86400))
    for groups, has in [(["left"], {}), (["duty"], {"records": "reader", "training": "reader"})]:
        p.person = {"sub": SUBJECT, "groups": groups}
        b = Browser(alb)
        b.sign_in()
        for path, wish in [("/tokens", {"name": "x", "roles": {"records": "reader"}, "until": until}), ("/session/password", {"password": "a new and long one 123"}),
                           ("/session/passkeys/begin", {}), ("/session/totp", {}), ("/session/totp/enable", {"code": "123456"}),
                           *([(calendars, {"name": "x"})] if has else [])]:
            refused = b.post(path, wish)
            assert refused.status == 403 and "claims" in refused.json["detail"], (path, refused.body)
        assert b.delete("/session/totp").status == 403
        got = {k: v for k, v in b.get("/session").json["roles"].items() if v != "none"}
        assert got == has, groups
    # By password it is the account's own session, which may.
    edi = Person(alb, "edi")
    assert edi.post("/tokens", {"name": "x", "roles": {"records": "reader"}, "until": until}).status == 201
    # A webhook hears no more than the session may that makes it.
    assert Person(alb, "admin").post("/users/admin/subjects", {"subject": "who minds the desk"}).status == 201
    p.person = {"sub": "who minds the desk", "groups": ["desk"]}
    b = Browser(alb)
    b.sign_in()
    refused = b.post("/webhooks", {"name": "x", "url": "https://receiver.example/", "roles": {"records": "reader"}})
    assert (refused.status, refused.pointer) == (422, "/roles"), refused.body


def test_confirmation(alb, fresh):
    """Before an act: the provider asks the person again, and says when."""
    p = fresh()
    b = Browser(alb)
    assert b.sign_in().status == 200
    stale(alb)
    assert b.post("/session/totp").title == "confirm"
    said = go(b.begin()["url"])
    assert b.get("/session").json["confirmed_until"] is None
    begun = b.begin(confirm=True)
    assert "prompt=login" in begun["url"] and "max_age=0" in begun["url"]
    p.claims = {"auth_time": int(time.time()) - 3600}
    refused = b.finish(go(begun["url"]))
    assert refused.status == 401 and "again" in refused.json["detail"]
    p.claims = {"auth_time": None}
    assert b.finish(go(b.begin(confirm=True)["url"])).status == 401
    p.claims, p.person = {}, {"sub": "somebody else"}
    assert b.finish(go(b.begin(confirm=True)["url"])).status == 401
    p.straight()
    other = Person(alb, "admin")
    added = other.post("/users/admin/subjects", {"subject": "the admin"})
    assert added.status == 201
    p.person = {"sub": "the admin"}
    refused = b.finish(go(b.begin(confirm=True)["url"]))
    assert refused.status == 401 and "somebody else" in refused.json["detail"]
    p.straight()
    cookie = b.headers["Cookie"].split("entente-session=")[1].split(";")[0]
    assert b.finish(go(b.begin(confirm=True)["url"])).status == 200
    assert b.headers["Cookie"].split("entente-session=")[1].split(";")[0] == cookie  # the same session
    assert b.get("/session").json["confirmed_until"] and b.post("/session/totp").status == 200
    assert said["code"]
    assert Browser(alb).post("/session/oidc/begin", {"confirm": True}).status == 403
    token, _ = new_token(alb, "edi", "records=reader")
    assert token.post("/session/oidc/begin", {"confirm": True}).status == 403


def test_descriptions(alb, fresh):
    p = fresh()
    for how in ({"issuer": "https://evil.example"}, {"issuer": None}, {"authorization_endpoint": None}, {"token_endpoint": "http://127.0.0.1/token"},
                {"jwks_uri": "javascript:alert(1)"}, {"authorization_endpoint": "https://x/#y"}, {"response_types_supported": ["id_token"]},
                {"code_challenge_methods_supported": ["plain"]}, {"authorization_endpoint": "https://x/\r\nX: y"}):
        p.description = how
        refused = Browser(alb).post("/session/oidc/begin")
        assert refused.status == 502 and "description" in refused.json["detail"], (how, refused.body)
    p.description = {"code_challenge_methods_supported": None, "response_types_supported": None, "authorization_response_iss_parameter_supported": None}
    said = go(Browser(alb).begin()["url"])
    assert said
    b = Browser(alb)
    said = go(b.begin()["url"])
    said.pop("iss")
    assert b.finish(said).status == 200
    for keys in (b"", b"[]", {"keys": []}, {"keys": [{"kty": "oct", "k": "AAAA"}]}, {"keys": [{}] * 40}):
        store(alb, "DELETE FROM guard")
        with_provider(alb, p)
        p.keys_answer = keys
        assert Browser(alb).sign_in().status == 502, keys


def test_another_key_than_the_pinned_one(alb, fresh):
    p = fresh()
    conf = alb.dir / "entente.conf"
    alb.stop()
    conf.write_text(conf.read_text().replace(p.pin, "0" * 64))
    alb.start()
    refused = Browser(alb).post("/session/oidc/begin")
    assert refused.status == 502 and "pinned" in refused.json["detail"]


def test_private_addresses_are_for_the_administrator_to_allow(alb, fresh):
    fresh()
    conf = alb.dir / "entente.conf"
    text = conf.read_text()
    alb.stop()
    conf.write_text("\n".join(line for line in text.splitlines() if not line.startswith("allow ")) + "\n")
    alb.start()
    try:
        refused = Browser(alb).post("/session/oidc/begin")
        assert refused.status == 502 and "not public" in refused.json["detail"]
    finally:
        alb.stop()
        conf.write_text(text)
        alb.start()


def test_subjects(alb, fresh):
    fresh()
    admin = Person(alb, "admin")
    for bad in ("", "x" * 256, "a\nb", "é"):
        assert admin.post("/users/admin/subjects", {"subject": bad}).pointer == "/subject", bad
    assert admin.post("/users/admin/subjects", {"subject": SUBJECT}).status == 409  # somebody's already
    odd = "auth0|5f7c8ec7c33c6c004bbafe82/ü".replace("ü", "u")
    assert admin.post("/users/admin/subjects", {"subject": odd}).status == 201
    assert odd in [s["subject"] for s in admin.get("/users/admin").json["subjects"]]
    assert admin.delete(f"/users/admin/subjects/{urllib.parse.quote(odd, safe='')}").status == 204
    admin = Person(alb, "admin")  # that has ended the own sessions
    assert admin.delete(f"/users/admin/subjects/{urllib.parse.quote(odd, safe='')}").status == 404
    b = Browser(alb)
    assert b.sign_in().status == 200
    assert admin.delete(f"/users/edi/subjects/{SUBJECT}").status == 204
    assert b.get("/session").status == 401  # ended
    assert Browser(alb).sign_in().status == 401
    made = admin.post("/users", {"name": "nopass", "roles": {"pact": "reader"}})
    assert made.status == 201
    assert admin.post("/users/nopass/subjects", {"subject": SUBJECT}).status == 201
    b = Browser(alb)
    assert b.sign_in().json["user"]["name"] == "nopass"
    assert ask(alb, "POST", "/session", {"name": "nopass", "password": ""}).status in (401, 422)
    assert admin.put("/users/nopass", {"disabled": True}).status == 200
    assert Browser(alb).sign_in().status == 401


def test_from_the_command_line(alb, fresh):
    fresh()
    alb.run("user", "add", "cli", "--no-password", "--role", "pact=reader")
    alb.refuses(64, "user", "subject", "cli")
    alb.run("user", "subject", "cli", "--subject", "from the command line")
    alb.refuses(73, "user", "subject", "edi", "--subject", "from the command line")
    p = fresh()
    alb.run("user", "subject", "cli", "--subject", "from the command line")  # the issuer is another one now
    p.person = {"sub": "from the command line"}
    b = Browser(alb)
    assert b.sign_in().json["user"]["name"] == "cli"
    alb.run("user", "subject", "cli", "--subject", "from the command line", "--drop")
    assert b.get("/session").status == 401
    alb.refuses(69, "user", "subject", "cli", "--subject", "from the command line", "--drop")
    assert ask(alb, "POST", "/session", {"name": "cli", "password": PASSWORD}).status == 401


def test_without_a_provider(coalition):
    t = coalition(["ALB", "HRV"])
    alb = t["ALB"]
    add_user(alb, "admin", "administrator", "*")
    assert ask(alb, "GET", "/hello").json["provider"] is None
    assert ask(alb, "POST", "/session/oidc/begin", {}).status == 409
    assert ask(alb, "POST", "/session/oidc", {"state": "x", "code": "y"}).status == 409
    assert Person(alb, "admin").post("/users/admin/subjects", {"subject": "x"}).status == 409
