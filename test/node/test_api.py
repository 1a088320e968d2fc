"""The API: signing in and what guards it, answers that repeat, and that what it says of itself is so. docs/api.md has the rules."""

import hashlib
import json
import subprocess
import time
import urllib.parse

import pytest

import schema
from api import AREAS, PASSWORD, Caller, Person, Token, add_user, ask, new_token, stale, store, trusting
from entente import wait


@pytest.fixture(scope="module")
def t(shared):
    t = shared(["ALB", "HRV"], name="Api")
    t.sign_all()
    add_user(t["ALB"], "admin", "administrator", "*")
    add_user(t["ALB"], "edi", "officer", "CONFIDENTIAL")
    add_user(t["ALB"], "rea", "reader", "UNCLASSIFIED")
    return t


@pytest.fixture
def alb(t):
    return t["ALB"]


@pytest.fixture
def admin(alb):
    return Person(alb, "admin")


@pytest.fixture
def edi(alb):
    return Person(alb, "edi")


def note(c, title="A note", **more):
    return {"audience": "all", "content": {"title": title}, **more}


# ---- signing in ----

def test_who_is_there(alb, edi):
    assert ask(alb, "GET", "/session").status == 401
    me = edi.get("/session").json
    assert me["user"]["name"] == "edi" and me["user"]["clearance"] == "CONFIDENTIAL" and me["method"] == "password"
    assert me["roles"]["pact"] == "officer" and "node" not in me["roles"]
    assert edi.delete("/session").status == 204
    assert edi.get("/session").status == 401


def test_cookie_on_loopback_and_its_attributes(alb):
    answer = ask(alb, "POST", "/session", {"name": "edi", "password": PASSWORD})
    value, attributes = answer.cookie()
    assert value.startswith("entente-session=") and len(value) > 60
    assert set(attributes.split("; ")) == {"Path=/", "HttpOnly", "SameSite=Strict"}
    assert PASSWORD not in json.dumps(answer.json)
    assert value.split("=")[1] not in (alb.dir / "node.db").read_bytes().decode("latin1")


def test_wrong_passwords_and_unknown_names_look_the_same(alb):
    wrong = ask(alb, "POST", "/session", {"name": "rea", "password": "not this one at all"})
    nobody = ask(alb, "POST", "/session", {"name": "nobody-here", "password": "not this one at all"})
    assert (wrong.status, wrong.json) == (nobody.status, nobody.json) == (401, wrong.json)
    assert wrong.title == "auth" and "Set-Cookie" not in wrong.headers


def test_brute_force_is_locked_out(alb):
    add_user(alb, "victim")
    for name in ("victim", "ghost"):
        titles = [ask(alb, "POST", "/session", {"name": name, "password": f"guess number {i} of many"}).title for i in range(7)]
        assert titles == ["auth"] * 5 + ["busy"] * 2, name
        locked = ask(alb, "POST", "/session", {"name": name, "password": PASSWORD})
        assert locked.status == 429 and 0 < int(locked.headers["Retry-After"]) <= 31
    alb.run("user", "unlock", "victim")
    assert Person(alb, "victim").get("/session").status == 200


def test_no_fixation(alb):
    """A cookie that somebody else has chosen, or an older session, is never the one that is signed in."""
    chosen = "entente-session=" + "a" * 52
    answer = ask(alb, "POST", "/session", {"name": "edi", "password": PASSWORD}, Cookie=chosen)
    assert answer.status == 200 and answer.cookie()[0] != chosen
    assert ask(alb, "GET", "/session", Cookie=chosen).status == 401
    first = Person(alb, "edi")
    again = ask(alb, "POST", "/session", {"name": "rea", "password": PASSWORD}, Cookie=first.cookie)
    assert again.status == 200 and again.cookie()[0] != first.cookie
    assert first.get("/session").status == 401


def test_what_a_page_asks_by_itself_is_no_use(alb, admin):
    add_user(alb, "away")
    person = Person(alb, "away")
    unattended = {"X-Entente-Unattended": "1"}

    def left():
        return person.get("/session", **unattended).json["idle_expires"]

    begun = left()
    store(alb, "UPDATE session SET seen_ms = seen_ms - 50 * 60000")
    before = left()
    assert before < begun
    assert person.get("/needs", **unattended).status == 200 and left() == before
    assert person.get("/needs").status == 200
    assert left() >= begun
    store(alb, "UPDATE session SET seen_ms = seen_ms - 3600000 - 1")
    assert person.get("/session", **unattended).status == 401


def test_sessions_end(alb, admin):
    add_user(alb, "temp")
    one, two = Person(alb, "temp"), Person(alb, "temp")
    others = [s for s in one.get("/session/all").items if not s["this"]]
    assert len(others) == 1
    assert one.delete(f"/session/all/{others[0]['id']}").status == 204
    assert two.get("/session").status == 401 and one.get("/session").status == 200
    store(alb, "UPDATE session SET seen_ms = seen_ms - 3600000 - 1")  # an hour without a request
    assert one.get("/session").status == 401
    three = Person(alb, "temp")
    store(alb, "UPDATE session SET made_ms = made_ms - 12 * 3600000 - 1")
    assert three.get("/session").status == 401
    admin = Person(alb, "admin")
    four = Person(alb, "temp")
    assert admin.put("/users/temp", {"disabled": True}).status == 200
    assert four.get("/session").status == 401
    assert ask(alb, "POST", "/session", {"name": "temp", "password": PASSWORD}).title == "auth"
    assert admin.put("/users/temp", {"disabled": False}).status == 200
    five = Person(alb, "temp")
    assert admin.put("/users/temp", {"roles": {"records": "reader"}}).status == 200
    assert five.get("/session").status == 401


def test_own_password(alb):
    add_user(alb, "pia")
    one, two = Person(alb, "pia"), Person(alb, "pia")
    assert one.post("/session/password", {"password": "short"}).pointer == "/password"
    changed = one.post("/session/password", {"password": "another long sentence"})
    assert changed.status == 200
    assert two.get("/session").status == 401 and one.get("/session").status == 401
    one.take(changed)
    assert one.get("/session").status == 200
    assert ask(alb, "POST", "/session", {"name": "pia", "password": PASSWORD}).status == 401
    assert Person(alb, "pia", "another long sentence").get("/session").status == 200


def totp(secret, step):
    import base64
    import hmac
    mac = hmac.new(base64.b32decode(secret), step.to_bytes(8, "big"), hashlib.sha1).digest()
    at = mac[19] & 15
    return f"{(int.from_bytes(mac[at:at + 4], 'big') & 0x7fffffff) % 1000000:06}"


def test_second_factor(alb):
    add_user(alb, "tom")
    tom = Person(alb, "tom")
    secret = tom.post("/session/totp").json["secret"]
    assert tom.post("/session/totp/enable", {"code": "000000"}).status == 422
    step = int(time.time() // 30)
    assert tom.post("/session/totp/enable", {"code": totp(secret, step)}).status == 204
    need = ask(alb, "POST", "/session", {"name": "tom", "password": PASSWORD})
    assert (need.status, need.title) == (401, "code")
    used = ask(alb, "POST", "/session", {"name": "tom", "password": PASSWORD, "code": totp(secret, step)})
    assert (used.status, used.title) == (401, "auth")  # once is once
    assert Person(alb, "tom", code=totp(secret, step + 1)).get("/session").json["user"]["totp"] is True
    tom = Person(alb, "admin")
    assert tom.delete("/users/tom/totp").status == 204
    assert Person(alb, "tom").get("/session").status == 200


def test_tls_cookie_and_client_certificate(coalition, tmp_path):
    t = coalition(["ALB", "HRV"], serve=False)
    alb = t["ALB"]
    with open(alb.dir / "entente.conf", "a") as f:
        f.write("tls client-cert\n")
    add_user(alb, "edi", "administrator")
    cert, key = tmp_path / "me.crt", tmp_path / "me.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", "/CN=edi", "-keyout", key, "-out", cert], check=True, capture_output=True)
    alb.start()
    answer = ask(alb, "POST", "/session", {"name": "edi", "password": PASSWORD}, tls=trusting())
    value, attributes = answer.cookie()
    assert value.startswith("__Host-entente=")
    assert set(attributes.split("; ")) == {"Path=/", "HttpOnly", "SameSite=Strict", "Secure"}
    edi = Person(alb, "edi", tls=trusting())
    assert edi.post("/users/edi/certificates", {"name": "card", "pem": "no"}).pointer == "/pem"
    assert ask(alb, "GET", "/hello", tls=trusting(cert, key)).json["certificate"] is True
    mine = {"certificate": True}
    assert ask(alb, "POST", "/session", mine, tls=trusting(cert, key)).status == 401  # nobody's yet
    made = edi.post("/users/edi/certificates", {"name": "card", "pem": cert.read_text()})
    assert made.status == 201
    assert ask(alb, "POST", "/session", mine, tls=trusting()).status == 401  # not shown
    signed = ask(alb, "POST", "/session", mine, tls=trusting(cert, key))
    assert signed.status == 200 and signed.json["method"] == "certificate"
    assert edi.delete(f"/users/edi/certificates/{made.json['pin']}").status == 204
    assert ask(alb, "POST", "/session", mine, tls=trusting(cert, key)).status == 401


def test_first_run_reads_only(coalition):
    t = coalition(["ALB", "HRV"])
    alb = t["ALB"]
    local = Caller(alb)
    me = local.get("/session").json
    assert me["method"] == "local" and me["first_run"] and me["user"] is None and me["csrf"] is None
    assert local.get("/status").status == 200 and local.get("/settings").status == 200
    for method, path in [("POST", f"/coalitions/{t.id}/records"), ("POST", "/tokens"), ("POST", "/users"), ("POST", "/doctor"),
                         ("POST", "/session/confirm"), ("DELETE", "/session")]:
        assert local.ask(method, path, {}).status == 403, path
    assert local.get("/users").status == 403 and local.get("/audit").status == 403
    add_user(alb, "edi", "administrator")
    for path in ("/status", "/session", f"/coalitions/{t.id}", "/search?q=x", "/metrics", "//status", "/events"):
        assert local.get(path).status == 401, path
    assert local.get("/hello").json["first_run"] is False


# ---- where a request comes from ----

def test_csrf(t, alb, edi):
    path, body = f"/coalitions/{t.id}/records", note(t)
    origin = f"http://127.0.0.1:{alb.port}"
    cookie = {"Cookie": edi.cookie}
    refused = [
        cookie,
        {**cookie, "X-CSRF-Token": "0" * 64},
        {**cookie, "X-CSRF-Token": Person(alb, "edi").csrf},
        {**edi.headers, "Origin": "https://evil.example"},
        {**edi.headers, "Origin": f"https://127.0.0.1:{alb.port}"},
        {**edi.headers, "Origin": "null"},
        {**edi.headers, "Sec-Fetch-Site": "cross-site"},
        {**edi.headers, "Sec-Fetch-Site": "same-site"},
        {**edi.headers, "Sec-Fetch-Site": "none"},
    ]
    for headers in refused:
        answer = ask(alb, "POST", path, body, **headers)
        assert (answer.status, answer.title) == (403, "denied"), headers
    assert ask(alb, "POST", path, body, **edi.headers, Origin=origin, **{"Sec-Fetch-Site": "same-origin"}).status == 201
    assert ask(alb, "DELETE", "/session", **cookie).status == 403
    # A form of another site can send this type, and this only.
    form = ask(alb, "POST", path, json.dumps(body), **edi.headers, **{"Content-Type": "text/plain"})
    assert form.status == 415
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert ask(alb, "POST", "/session", {"name": "edi", "password": PASSWORD}, **headers).status == 403


def test_confirm(t, alb):
    edi = Person(alb, "edi")
    stale(alb)
    erase = f"/coalitions/{t.id}/records/{'a' * 26}.{'a' * 26}/erase"
    assert (edi.post(erase).status, edi.post(erase).title) == (403, "confirm")
    assert edi.get("/session").json["confirmed_until"] is None
    assert edi.post("/session/confirm", {"password": "not this one at all"}).status == 401
    assert edi.post(erase).title == "confirm"
    assert edi.post("/session/confirm", {"password": PASSWORD}).status == 200
    assert edi.post(erase).title == "missing"
    token, _ = new_token(alb, "edi", "records=officer")
    assert token.post(erase).title == "denied"  # never for programs


def test_host_of_a_stranger(alb, edi):
    assert ask(alb, "GET", "/session", **edi.headers, Host="evil.example").status == 403


# ---- tokens ----

def test_tokens(t, alb, edi):
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
    made = edi.post("/tokens", {"name": "feed", "roles": {"records": "reader"}, "until": until})
    assert made.status == 201 and made.json["token"].startswith("ent_")
    secret = made.json["token"]
    assert secret not in json.dumps(edi.get("/tokens").json)
    assert secret[4:] not in (alb.dir / "node.db").read_bytes().decode("latin1")
    token = Token(alb, secret)
    assert token.get(f"/coalitions/{t.id}/records").status == 200
    assert token.get("/status").status == 403  # not in its scope, though in its owner's
    assert token.post(f"/coalitions/{t.id}/records", note(t)).status == 403
    assert token.get("/session").json["method"] == "token"
    wait(lambda: token.get(f"/coalitions/{t.id}/records").status == 401, "it has expired", 10)
    for wish, pointer in [({"name": "x", "roles": {"records": "administrator"}, "until": "2099-01-01T00:00:00Z"}, None),
                          ({"name": "x", "roles": {"node": "administrator"}, "until": until}, None),
                          ({"name": "x", "roles": {"ships": "reader"}, "until": until}, "/roles/ships"),
                          ({"name": "", "roles": {}, "until": until}, "/name"),
                          ({"name": "x", "roles": {}, "until": "tomorrow"}, "/until"),
                          ({"name": "x", "roles": {}, "until": until, "extra": 1}, "/extra")]:
        refused = edi.post("/tokens", wish)
        assert refused.status in (403, 422) and (pointer is None or refused.pointer == pointer), (wish, refused.json)


def test_a_token_knows_of_itself_alone(t, alb):
    """Of its owner's other keys, passkeys and sessions it is told nothing, and it ends none of them."""
    add_user(alb, "tok", "reader", "RESTRICTED")
    token, ident = new_token(alb, "tok", "records=reader")
    other, other_id = new_token(alb, "tok", "records=none,pact=reader", clearance="")
    listed = token.get("/tokens")
    assert [k["id"] for k in listed.items] == [ident] and listed.json["next"] is None
    assert listed.items[0] | {"used": None} == next(k for k in Person(alb, "tok").get("/tokens").items if k["id"] == ident) | {"used": None}
    assert token.get(f"/tokens?after={Person(alb, 'tok').get('/tokens?limit=1').json['next']}").items[0]["id"] == ident
    assert token.get("/tokens?user=tok").status == 403
    assert token.delete(f"/tokens/{other_id}").status == 404
    for path in ("/session/all", "/session/passkeys"):
        assert token.get(path).status == 403, path
    assert other.get("/session").status == 200
    assert token.delete(f"/tokens/{ident}").status == 204 and token.get("/tokens").status == 401
    admin, _ = new_token(alb, "admin", "node=administrator")
    assert other_id in [k["id"] for k in admin.get("/tokens?user=tok").items]


def test_token_is_never_worth_more_than_its_owner(t, alb, admin):
    add_user(alb, "low", "contributor", "CONFIDENTIAL")
    token, ident = new_token(alb, "low", "records=contributor")
    assert token.post(f"/coalitions/{t.id}/records", note(t)).status == 201
    assert admin.put("/users/low", {"roles": {"records": "reader"}}).status == 200
    assert token.post(f"/coalitions/{t.id}/records", note(t)).status == 403
    assert token.get(f"/coalitions/{t.id}/records").status == 200
    assert admin.put("/users/low", {"disabled": True}).status == 200
    assert token.get(f"/coalitions/{t.id}/records").status == 401
    assert admin.put("/users/low", {"disabled": False}).status == 200
    assert Person(alb, "rea").delete(f"/tokens/{ident}").status == 404  # somebody else's does not exist
    assert admin.delete(f"/tokens/{ident}").status == 204
    assert token.get(f"/coalitions/{t.id}/records").status == 401


def test_token_clearance(t, alb):
    record = alb.put("top", label="CONFIDENTIAL")
    edi_token, _ = new_token(alb, "edi", "records=reader")
    low_token, _ = new_token(alb, "edi", "records=reader", clearance="RESTRICTED")
    high_token, _ = new_token(alb, "rea", "records=reader", clearance="CONFIDENTIAL")
    assert edi_token.get(f"/coalitions/{t.id}/records/{record}").status == 200
    assert low_token.get(f"/coalitions/{t.id}/records/{record}").status == 404
    assert high_token.get(f"/coalitions/{t.id}/records/{record}").status == 404  # its owner's is lower


def test_guessing_tokens(alb):
    for text in ("", "Bearer", "Bearer ", "Bearer ent_", "Bearer ent_" + "a" * 52, "Basic ZWRpOng=", "bearer " + "x" * 5000):
        answer = ask(alb, "GET", "/session", Authorization=text)
        assert answer.status == 401, text


# ---- users ----

def test_users(alb, admin):
    made = admin.post("/users", {"name": "una", "display": "Una", "password": PASSWORD, "roles": {"pact": "reader"},
                                 "clearance": "RESTRICTED"})
    assert made.status == 201 and made.headers["Location"] == "/api/v1/users/una"
    assert admin.post("/users", {"name": "una", "password": PASSWORD, "roles": {}}).status == 409
    for body, pointer in [({"name": "Una", "password": PASSWORD, "roles": {}}, "/name"),
                          ({"name": "u2", "password": "short", "roles": {}}, "/password"),
                          ({"name": "u2", "password": PASSWORD, "roles": {"pact": "king"}}, "/roles/pact"),
                          ({"name": "u2", "password": PASSWORD, "roles": {}, "clearance": "A B"}, "/clearance"),
                          ({"name": "u2", "password": PASSWORD}, "/roles"),
                          ({"name": "u2", "password": PASSWORD, "roles": {}, "admin": True}, "/admin")]:
        assert admin.post("/users", body).pointer == pointer, body
    # Who is given no clearance has the lowest, as with the command: not none at all.
    assert admin.post("/users", {"name": "lowest", "password": PASSWORD, "roles": {"records": "reader"}}).json["clearance"] == "UNCLASSIFIED"
    assert Person(alb, "lowest").get("/session").json["user"]["clearance"] == "UNCLASSIFIED"
    changed = admin.put("/users/una", {"clearance": "*", "display": "U."})
    assert changed.json["clearance"] == "*" and changed.json["roles"] == {"pact": "reader"}
    assert admin.post("/users/una/password", {"password": "a second long sentence"}).status == 204
    assert Person(alb, "una", "a second long sentence").get("/session").json["user"]["display"] == "U."
    assert admin.put("/users/admin", {"roles": {}}).status == 409  # nobody else could put it right
    assert admin.put("/users/admin", {"disabled": True}).status == 409
    assert [u["name"] for u in admin.all("/users", limit=1)] == sorted(u["name"] for u in admin.get("/users?limit=200").items)


# ---- answers that repeat ----

def test_etag(t, edi):
    for path in ("/coalitions", f"/coalitions/{t.id}/records", f"/coalitions/{t.id}/charters/current"):
        first = edi.get(path)
        again = edi.get(path, **{"If-None-Match": f'"x", {first.etag}'})
        assert (again.status, again.body, again.etag) == (304, b"", first.etag), path
        assert edi.get(path, **{"If-None-Match": '"0123"'}).status == 200


def test_asked_again_and_again(t, alb, admin):
    """What is kept between two requests is that of the store as it is, and only for whom it would be made anew."""
    base = f"/coalitions/{t.id}/records"
    again, token_id = new_token(alb, "edi", "records=reader")
    other, low = Person(alb, "edi"), Person(alb, "rea")
    words = f"?text=quartz{t.id[:4]}"
    empty = again.get(base + words)
    assert empty.items == [] and again.get(base + words).etag == empty.etag
    one = alb.put("here", title=f"quartz{t.id[:4]} one")  # by another process
    seen = again.get(base + words)
    assert [r["object"] for r in seen.items] == [one] and seen.etag != empty.etag
    assert other.get(base + words).body == low.get(base + words).body == seen.body
    assert again.get(base + words, **{"If-None-Match": seen.etag}).status == 304
    # Somebody with another clearance is not answered from it, nor is somebody with less of a role.
    two = alb.put("there", title=f"quartz{t.id[:4]} two", label="RESTRICTED")
    for caller, sees in ((again, 2), (low, 1), (other, 2), (again, 2), (low, 1)):
        assert len(caller.get(base + words).items) == sees, caller
    assert again.get(f"{base}/{one}").status == low.get(f"{base}/{one}").status == 200 and low.get(f"{base}/{two}").status == 404
    add_user(alb, "outside", "pact=reader", "*")
    assert Person(alb, "outside").get(f"{base}/{one}").status == 403
    # Each who reads what is restricted is in the audit.
    leaf = again.get(f"{base}/{two}").json["leaf"]
    for name in ("anna", "bert"):
        add_user(alb, name, "reader", "RESTRICTED")
        assert Person(alb, name).get(f"{base}/{two}").status == 200
        assert leaf in " ".join(a["about"] for a in admin.all("/audit", who=f"user:{name}"))
    # A token that was good a moment ago.
    for _ in range(3):
        assert again.get(f"{base}/{one}").status == 200
    alb.run("token", "revoke", token_id)
    assert again.get(f"{base}/{one}").status == 401 and other.get(f"{base}/{one}").status == 200
    admin.put("/users/edi", {"clearance": "UNCLASSIFIED"})
    assert other.get(f"{base}/{two}").status in (401, 404) and Person(alb, "edi").get(f"{base}/{two}").status == 404
    admin.put("/users/edi", {"clearance": "CONFIDENTIAL"})


def test_who_else_has_it_open(t, alb, edi):
    """Two people with the same draft see each other, as long as their pages say that they are there."""
    eva = Person(alb, "admin")
    made = edi.post(f"/coalitions/{t.id}/records", note(t, label="RESTRICTED")).headers["Location"].removeprefix("/api/v1")
    path, one, two, three = made + "/editing", "1" * 32, "2" * 32, "3" * 32
    assert edi.post(path, {"editor": one}).json == {"others": []}
    seen = eva.post(path, {"editor": two}).json["others"]
    assert [(o["name"], o["self"]) for o in seen] == [("edi", False)] and seen[0]["since"]
    assert [o["name"] for o in edi.post(path, {"editor": one}).json["others"]] == ["admin"]
    assert [(o["name"], o["self"]) for o in edi.post(path, {"editor": three}).json["others"]] == [("edi", True), ("admin", False)]
    # Nobody says of another's page that it has gone.
    assert len(eva.post(path, {"editor": one, "done": True}).json["others"]) == 2
    assert [o["name"] for o in edi.post(path, {"editor": one, "done": True}).json["others"]] == ["admin", "edi"]
    assert [o["name"] for o in eva.post(path, {"editor": two}).json["others"]] == ["edi"]
    store(alb, "UPDATE editing SET seen_ms = seen_ms - 31000 WHERE editor = ?", three)  # it was closed without a word
    assert eva.post(path, {"editor": two}).json == {"others": []}
    for bad in ("", "x", "1" * 31, "A" * 32, 7):
        assert edi.post(path, {"editor": bad}).pointer == "/editor", bad
    low = Person(alb, "rea")
    assert low.post(path, {"editor": one}).status == 403
    theirs = t["HRV"].put("theirs", to="all")
    alb.wait_record(theirs)
    assert edi.post(f"/coalitions/{t.id}/records/{theirs}/editing", {"editor": one}).status == 403


def test_two_people_edit_the_same_record(t, alb, edi):
    eva = Person(alb, "admin")
    path = edi.post(f"/coalitions/{t.id}/records", note(t)).headers["Location"].removeprefix("/api/v1")
    seen, also = edi.get(path).etag, eva.get(path).etag
    change = {"audience": "all", "content": {"title": "By Edi"}}
    assert (edi.put(path, change).status, edi.put(path, change).title) == (428, "match")
    changed = edi.put(path, change, **{"If-Match": seen})
    assert changed.status == 200 and changed.etag == edi.get(path).etag
    late = eva.put(path, {"audience": "all", "content": {"title": "By Eva"}}, **{"If-Match": also})
    assert (late.status, late.title) == (412, "precondition")
    assert edi.get(path).json["title"] == "By Edi"
    assert [v["title"] for v in edi.get(path + "/versions").items] == ["By Edi", "A note"]


def test_a_new_version_lets_no_more_through(t, alb, edi):
    """Label and veil stay if nothing is said of them; a looser label is an officer's to give, and what is no note is no note's to change."""
    boss = Person(alb, "admin")
    path = boss.post(f"/coalitions/{t.id}/records", note(t, label="RESTRICTED TLP=AMBER", audience="all", veil=True)).headers["Location"].removeprefix("/api/v1")

    def change(status, **more):
        a = boss.put(path, {"audience": "all", "content": {"title": "A better word"}, **more}, **{"If-Match": boss.get(path).etag})
        assert a.status == status, (a.status, a.json)
        return a

    def shape():
        r = boss.get(path).json
        return next(e["shape"] for e in boss.all(f"/coalitions/{t.id}/logs/{alb.member}.1/entries") if e["seq"] == r["seq"])
    assert shape() == "veiled"
    assert change(200).json["label"].endswith(" RESTRICTED TLP=AMBER") and shape() == "veiled"
    for looser in ("UNCLASSIFIED TLP=AMBER", "RESTRICTED TLP=GREEN", "RESTRICTED"):
        assert change(403, label=looser).pointer == "/label", looser
    assert change(200, label="CONFIDENTIAL TLP=AMBER+STRICT", veil=False).json["label"].endswith(" CONFIDENTIAL TLP=AMBER+STRICT") and shape() == "open"
    object = path.split("/")[-1]
    alb.run("put", "from the command line", "--object", object)
    assert boss.get(path).json["label"].endswith(" CONFIDENTIAL TLP=AMBER+STRICT")


def test_idempotency(t, alb, edi):
    path, key = f"/coalitions/{t.id}/records", {"Idempotency-Key": "k-1"}
    before = len(edi.all(path))
    first = edi.post(path, note(t, "Once"), **key)
    again = edi.post(path, note(t, "Once"), **key)
    assert first.status == again.status == 201 and first.json == again.json
    assert again.headers["Idempotency-Replayed"] == "true" and again.headers["Location"] == first.headers["Location"]
    assert len(edi.all(path)) == before + 1
    other = edi.post(path, note(t, "Twice"), **key)
    assert (other.status, other.pointer) == (422, "Idempotency-Key")
    mine = Person(alb, "admin").post(path, note(t, "Once"), **key)  # somebody else's key is another
    assert mine.status == 201 and mine.json["object"] != first.json["object"]
    for bad in ("x" * 129, "a b", "ä"):
        assert edi.post(path, note(t), **{"Idempotency-Key": bad.encode("utf-8").decode("latin1")}).status == 422, bad
    # A refusal is an answer too; it is not kept if another right would change it.
    bad = {"Idempotency-Key": "k-2"}
    assert edi.post(path, {"audience": []}, **bad).json == edi.post(path, {"audience": []}, **bad).json
    assert edi.post(path, {"audience": []}, **bad).status == 422
    rea = Person(alb, "rea")
    assert rea.post(path, note(t), **{"Idempotency-Key": "k-3"}).status == 403
    # What was erased does not come back with an answer that was kept.
    assert edi.post(f"{path}/{first.json['object']}/erase").status == 204
    ghost = edi.post(path, note(t, "Once"), **key)
    assert "Once" not in ghost.body.decode(), ghost.body
    # A day later it is forgotten.
    store(alb, "UPDATE kept_answer SET made_ms = 1")
    assert edi.post(path, note(t, "Once"), **key).json["object"] != first.json["object"]


def test_what_is_kept_for_keys_has_a_ceiling(t, alb):
    add_user(alb, "kim", "contributor", "*")
    kim, path = Person(alb, "kim"), f"/coalitions/{t.id}/records"
    row = "SELECT row FROM account WHERE name = 'kim'"
    assert kim.post(path, note(t, "First"), **{"Idempotency-Key": "first"}).status == 201
    store(alb, "INSERT INTO kept_answer (account, name, request, made_ms, status, type, head, body, size) "
          f"SELECT ({row}), 'big', request, made_ms, 201, '', '', x'', 64 * 1024 * 1024 FROM kept_answer WHERE account = ({row})")
    before = len(kim.all(path))
    full = kim.post(path, note(t, "Second"), **{"Idempotency-Key": "second"})
    assert (full.status, full.pointer) == (429, "Idempotency-Key") and "64 MiB" in full.json["detail"], full.body
    assert 80_000 < int(full.headers["Retry-After"]) <= 86_401
    assert len(kim.all(path)) == before
    assert kim.post(path, note(t, "First"), **{"Idempotency-Key": "first"}).headers["Idempotency-Replayed"] == "true"
    assert kim.post(path, note(t, "Second")).status == 201  # without a key
    assert Person(alb, "admin").post(path, note(t), **{"Idempotency-Key": "mine"}).status == 201
    store(alb, f"DELETE FROM kept_answer WHERE name = 'big'")
    store(alb, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 19999) "
          "INSERT INTO kept_answer (account, name, request, made_ms, status, type, head, body, size) "
          f"SELECT k.account, 'k' || n.i, k.request, k.made_ms, 204, '', '', x'', 0 FROM n, kept_answer k WHERE k.account = ({row})")
    full = kim.post(path, note(t, "Third"), **{"Idempotency-Key": "third"})
    assert full.status == 429 and "20000" in full.json["detail"], full.body
    store(alb, "DELETE FROM kept_answer WHERE name = 'k1'")
    assert kim.post(path, note(t, "Third"), **{"Idempotency-Key": "third"}).status == 201
    store(alb, f"DELETE FROM kept_answer WHERE account = ({row})")


def test_rate(alb):
    add_user(alb, "ray")
    ray = Person(alb, "ray")
    answers = {}
    end = time.monotonic() + 60
    while answers.get(429, 0) == 0 and time.monotonic() < end:
        a = ray.get("/hello")
        answers[a.status] = answers.get(a.status, 0) + 1
    assert answers[200] > 1000 and answers[429] == 1 and int(a.headers["Retry-After"]) >= 1
    assert Person(alb, "rea").get("/hello").status == 200  # others are not held up


# ---- requests ----

def test_bad_requests(t, edi):
    records = f"/coalitions/{t.id}/records"
    for body, pointer in [
            ({}, "/audience"), ({"audience": "all"}, "/content"), ({"audience": "all", "content": {}}, "/content/title"),
            (note(t, "x" * 201), "/content/title"), (note(t, mode="war"), "/mode"), (note(t, label="COSMIC"), "/label"),
            (note(t, label="CONFIDENTIAL X=1"), "/label"), (note(t, audience="some"), "/audience"),
            (note(t, audience=["x"]), "/audience/0"), (note(t, audience=["a" * 26]), "/audience/0"),
            (note(t, until="soon"), "/until"), (note(t, veil=1), "/veil"), (note(t, titel="x"), "/titel"),
            (note(t, kind="cyber/1"), "/kind"),
            ({"audience": [], "content": {"title": "f", "files": [{"name": "a", "sha256": "0" * 64}]}}, "/content/files/0"),
            ({"audience": [], "content": {"title": "f", "files": [{"name": "a", "sha256": "0"}]}}, "/content/files/0"),
            ({"audience": [], "content": {"title": "f", "more": 1}}, "/content")]:
        refused = edi.post(records, body)
        assert (refused.status, refused.pointer) == (422, pointer), (body, refused.json)
    for body in ("{", "[]", '"x"', '{"a":1,"a":2}', "nul", '{"audience":"all",}'):
        assert edi.post(records, body, **{"Content-Type": "application/json"}).status in (400, 422), body
    for query in ("limit=0", "limit=201", "limit=x", "after=!", "after=" + "a" * 2000, "mode=all", "owner=x", "text=%ff", "kind=%ff"):
        refused = edi.get(f"{records}?{query}")
        assert (refused.status, refused.pointer) == (422, query.split("=")[0]), query
    for path in (f"/coalitions/{'0' * 32}/records", "/coalitions/x", records + "/x", records + "/" + "a" * 26 + "." + "a" * 26,
                 "/nope", "/coalitions/", f"{records}/", "/users/..x%2f", "/jobs/1"):
        assert edi.get(path).status in (403, 404), path
    assert edi.get("/users/..%2f..").status == 400  # refused before anybody looks for a route
    wrong = edi.ask("PATCH", records)
    assert wrong.status == 405 and set(wrong.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}
    assert edi.ask("HEAD", records).status == 200
    assert ask(edi.node, "POST", "/session", {"name": "edi", "password": "x" * 100000}).status in (401, 413)


def test_pages_by_key(t, edi):
    path = f"/coalitions/{t.id}/records"
    for i in range(7):
        assert edi.post(path, note(t, f"Page {i}", mode="test")).status == 201
    whole = [r["object"] for r in edi.all(path, mode="test", limit=200)]
    assert [r["object"] for r in edi.all(path, mode="test", limit=2)] == whole and len(whole) >= 7
    log = next(x for x in edi.get(f"/coalitions/{t.id}/logs").items if x["size"] > 3)
    entries = f"/coalitions/{t.id}/logs/{log['member']}.{log['epoch']}/entries"
    down, up = edi.all(entries, limit=2), edi.all(entries, limit=3, order="up")
    assert [e["seq"] for e in up] == list(range(log["size"])) and down == up[::-1]
    acts = edi.all(f"/coalitions/{t.id}/acts", limit=1)
    assert len(acts) == len(edi.all(f"/coalitions/{t.id}/acts")) > 1


# ---- what it says of itself ----

def test_openapi_is_sound(alb, edi):
    document = ask(alb, "GET", "/openapi.json").json
    assert schema.check_document(document) == []
    assert len(list(schema.operations(document))) > 60


def test_answers_fit_their_schemas(t, alb, admin):
    """Every GET without parameters, or with those that can be found; and what writing answers."""
    document = ask(alb, "GET", "/openapi.json").json
    record = admin.post(f"/coalitions/{t.id}/records", note(t, "Schema"))
    admin.post(f"/coalitions/{t.id}/statements", statement())
    admin.post("/tokens", {"name": "s", "roles": {}, "until": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60))})
    job = admin.post("/doctor")
    act = admin.get(f"/coalitions/{t.id}/acts").items[0]
    log = admin.get(f"/coalitions/{t.id}/logs").items[0]
    hook = admin.post("/webhooks", {"name": "schema", "url": "https://hooks.example.org/", "roles": {"pact": "reader"}})
    assert hook.status == 201, hook.body
    values = {"coalition": t.id, "hash": "current", "member": alb.member, "leaf": act["leaf"], "seq": "0",
              "log": f"{log['member']}.{log['epoch']}", "object": record.json["object"], "name": "edi", "id": job.json["id"]}
    checked = 0
    for method, path, operation in schema.operations(document):
        content = next(v for k, v in operation["responses"].items() if k != "default").get("content", {})
        if method != "GET" or "application/json" not in content or path.endswith("openapi.json") or "/forks/" in path:
            continue
        area = path.removeprefix("/coalitions/{coalition}/").split("/")[0]
        if area in ("cyber", "training", "response", "procurement") and path.count("{") > 1:
            continue  # of things that only its own tests make
        named = {**values, "id": hook.json["id"]} if path.startswith("/webhooks/") else values
        answer = admin.get(path.format(**named) + {"/search": "?q=schema", "/coalitions/{coalition}/training/records": "?kind=exercise",
             "/coalitions/{coalition}/procurement/records": "?kind=need"}.get(path, ""))
        assert answer.status == 200, (path, answer.body)
        assert schema.complaints(document, content["application/json"]["schema"], answer.json) == [], path
        checked += 1
    assert checked > 25
    for body, name in [(record.json, "Record"), (job.json, "Job"), (ask(alb, "GET", "/users").json, "Problem")]:
        assert schema.complaints(document, {"$ref": f"#/components/schemas/{name}"}, body) == []


def statement(**more):
    return {"about": "BGR", "speaker": "A minister", "said": "2025-03-18", "where": "Tirana", "claim": "will-join",
            "quote": "They have confirmed.", **more}


# ---- acts and statements ----

def test_statements(t, alb, edi):
    path = f"/coalitions/{t.id}/statements"
    made = edi.post(path, statement(source="https://example.org/1", lang="en"))
    assert made.status == 201
    found = next(s for s in edi.all(path) if s["leaf"] == made.json["leaf"])
    assert found["quote"] == "They have confirmed." and found["about"] == "BGR" and found["claim"] == "will-join"
    assert edi.get(path + "?mode=exercise").items == []
    assert [s["leaf"] for s in edi.get(path + "?about=BGR").items][0] == made.json["leaf"]
    for change, pointer in [({"claim": "maybe"}, "/claim"), ({"said": "yesterday"}, "/said"), ({"quote": ""}, "/quote"),
                            ({"source": "not a url \n"}, "/source"), ({"mode": "x"}, "/mode"), ({"file": "12"}, "/file")]:
        refused = edi.post(path, statement(**change))
        assert (refused.status, refused.pointer) == (422, pointer), (change, refused.json)
    about = edi.post(path, statement(about="HRV", claim="member", mode="exercise"))
    wait(lambda: t["HRV"].json("status")["coalitions"][0] and any(
        s["leaf"] == about.json["leaf"] for s in t["HRV"].statements()), "it travels")


def test_act_signed_away_from_the_node(coalition, tmp_path):
    t = coalition(["ALB", "HRV"])
    alb = t["ALB"]
    t["HRV"].run("sign")
    add_user(alb, "edi", "administrator")
    edi = Person(alb, "edi")
    path = f"/coalitions/{t.id}/acts"
    file = edi.post(path + "/prepare", {"kind": "sign"})
    assert file.status == 200 and file.headers["Content-Disposition"] == 'attachment; filename="sign.prepared"'
    assert "X-Entente-Two-Person" not in file.headers
    unsigned = edi.post(path, file.body, **{"Content-Type": "text/plain"})
    assert unsigned.status == 409
    prepared = tmp_path / "sign.prepared"
    prepared.write_bytes(file.body)
    alb.run("sign", prepared, "--officer", alb.key("officer.key"))
    signed = (tmp_path / "sign.prepared.signed").read_bytes()
    altered = signed.replace(b"mode real", b"mode test")
    assert edi.post(path, altered, **{"Content-Type": "text/plain"}).status in (400, 422)
    stale(alb)
    assert edi.post(path, signed, **{"Content-Type": "text/plain"}).title == "confirm"
    edi.post("/session/confirm", {"password": PASSWORD})
    done = edi.post(path, signed, **{"Content-Type": "text/plain"})
    assert done.status == 201 and done.json["kind"] == "sign/1"
    alb.wait_status("ALB", "member")
    act = edi.get(f"{path}/{done.json['leaf']}").json
    assert act["kind"] == "sign/1" and act["officer"] and act["body"].startswith("entente-act-body/1")
    who = {(a["who"], a["what"]) for a in edi.all("/audit")}
    assert ("user:edi", "act sign/1") in who


def test_a_signed_act_is_written_once(coalition, tmp_path):
    """A signed file that comes back later does nothing again, although what it did was undone meanwhile."""
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    alb = t["ALB"]
    add_user(alb, "edi", "administrator")
    edi = Person(alb, "edi")
    path = f"/coalitions/{t.id}/acts"

    def signed(wish):
        (tmp_path / "p").write_bytes(edi.post(path + "/prepare", wish).body)
        alb.run("sign", tmp_path / "p", "--officer", alb.key("officer.key"), "-o", tmp_path / "s", "-f")
        return (tmp_path / "s").read_bytes()

    text = {"Content-Type": "text/plain"}
    suspend = signed({"kind": "suspend", "member": "HRV", "reason": "a quarrel"})
    assert edi.post(path, suspend, **text).status == 201
    assert edi.post(path, signed({"kind": "resume", "member": "HRV"}), **text).status == 201
    acts = len(edi.all(path))
    again = edi.post(path, suspend, **text)
    assert again.status == 409 and "in the log already" in again.json["detail"]
    assert len(edi.all(path)) == acts


def test_wishes_for_acts(t, edi):
    path = f"/coalitions/{t.id}/acts/prepare"
    for wish, status, pointer in [({}, 422, "/kind"), ({"kind": "king"}, 422, "/kind"), ({"kind": "ratify"}, 422, "/member"),
                                  ({"kind": "ratify", "member": "XYZ"}, 422, "/member"),
                                  ({"kind": "ratify", "member": "HRV"}, 409, "/member"),  # a founder has no accession
                                  ({"kind": "interest"}, 409, None), ({"kind": "accede"}, 409, None),  # a member already
                                  ({"kind": "suspend", "member": "HRV", "effective": "x"}, 422, "/effective"),
                                  ({"kind": "withdraw", "effective": "never"}, 422, "/effective")]:
        refused = edi.post(path, wish)
        assert (refused.status, refused.pointer) == (status, pointer), (wish, refused.json)
    for wish in ({"kind": "suspend", "member": "HRV", "mode": "exercise", "reason": "a drill"}, {"kind": "withdraw", "mode": "test"},
                 {"kind": "resume", "member": "HRV", "mode": "exercise"},
                 {"kind": "accede", "observer": True, "mode": "exercise", "text": "An instrument."}):
        assert edi.post(path, wish).body.startswith(b"entente-prepared/1\n"), wish


def test_two_officers(coalition, tmp_path):
    """The charter wants two for a withdrawal: two keys, by two people."""
    t = coalition()
    for label in ("ALB", "HRV"):
        t.add_node(label)
    alb = t["ALB"]
    alb.run("key", "new", "officer", tmp_path / "second.key")
    alb.run("key", "update", "--officer-key", alb.key("officer.key"), "--officer-key", tmp_path / "second.key")
    alb.run("key", "root", "-o", alb.root, "-f")
    t.found(["ALB", "HRV"], serve=False, edit=lambda text: text.replace("two-person -", "two-person withdraw"))
    for node in t:
        node.start()
    t.sign_all()
    add_user(alb, "one", "administrator")
    add_user(alb, "two", "pact=officer")
    one, two = Person(alb, "one"), Person(alb, "two")
    path = f"/coalitions/{t.id}/acts"
    file = one.post(path + "/prepare", {"kind": "withdraw", "effective": "2099-01-01T00:00:00Z"})
    assert file.headers["X-Entente-Two-Person"] == "true"
    (tmp_path / "w").write_bytes(file.body)
    for n, key in enumerate((alb.key("officer.key"), tmp_path / "second.key")):
        alb.run("sign", tmp_path / "w", "--officer", key, "-o", tmp_path / f"w{n}")
    first, second = ((tmp_path / f"w{n}").read_bytes() for n in (0, 1))
    text = {"Content-Type": "text/plain"}
    waits = one.post(path, first, **text)
    assert waits.status == 202 and waits.json["kind"] == "withdraw/1" and waits.json["by"] == "one"
    assert [p["id"] for p in two.get(path + "/pending").items] == [waits.json["id"]]
    # The second officer needs no copy of the first one's file: the node gives it once more, and it is the same act.
    again = two.get(f"{path}/pending/{waits.json['id']}")
    assert again.status == 200 and b"signature" not in again.body and again.body == file.body
    assert two.get(f"{path}/pending/{'0' * 32}").status == two.get(f"{path}/pending/x").status == 404
    (tmp_path / "again").write_bytes(again.body)
    alb.run("sign", tmp_path / "again", "--officer", tmp_path / "second.key", "-o", tmp_path / "again.signed")
    assert (tmp_path / "again.signed").read_bytes() == second
    assert one.post(path, first, **text).status == 409  # the same key
    assert one.post(path, second, **text).status == 409  # the same person
    assert two.post(path, first, **text).status == 409
    assert alb.standing()["ALB"] == "member"
    assert two.delete(f"{path}/pending/{waits.json['id']}").status == 204
    assert two.post(path, second, **text).status == 202
    done = one.post(path, first, **text)
    assert done.status == 201 and one.get(path + "/pending").items == []
    alb.wait_status("ALB", "withdrawing")


# ---- files ----

def test_files(t, alb, edi):
    path = f"/coalitions/{t.id}/records"
    data = bytes(range(256)) * 1000
    sent = edi.ask("POST", "/files?name=" + urllib.parse.quote("büro <script>.bin"), data)
    assert sent.status == 201 and sent.json["sha256"] == hashlib.sha256(data).hexdigest()
    # Whoever knows a hash has not got the file.
    rea = Person(alb, "admin")
    body = {"audience": "all", "content": {"title": "F", "files": [{"name": "büro <script>.bin", "sha256": sent.json["sha256"]}]}}
    assert rea.post(path, body).pointer == "/content/files/0"
    made = edi.post(path, body)
    assert made.status == 201 and made.json["files"][0]["here"] is True
    assert rea.post(path, body).status == 201  # now it may be read, so it may be passed on
    ticket = edi.post(f"{path}/{made.json['object']}/files/{sent.json['sha256']}").json
    got = ask(alb, "GET", ticket["url"])
    assert got.body == data and got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["Content-Disposition"].startswith("attachment; filename=\"b__ro__script_.bin\"; filename*=UTF-8''")
    assert "sandbox" in got.headers["Content-Security-Policy"] and got.headers["X-Content-Type-Options"] == "nosniff"
    part = ask(alb, "GET", ticket["url"], Range="bytes=1000-1009")
    assert (part.status, part.body) == (206, data[1000:1010])
    forged = ticket["url"].replace("/f/" + ticket["url"][3], "/f/" + ("b" if ticket["url"][3] == "a" else "a"))
    assert ask(alb, "GET", forged).status == 404
    assert ask(alb, "GET", "/f/x/y").status == 404 and ask(alb, "GET", "/f/x").status == 404
    store(alb, "UPDATE account SET disabled = 1 WHERE name = 'edi'")
    assert ask(alb, "GET", ticket["url"]).status == 404
    store(alb, "UPDATE account SET disabled = 0 WHERE name = 'edi'")
    assert edi.post(f"{path}/{made.json['object']}/files/{'0' * 64}").status == 404
    t["HRV"].wait_record(made.json["object"])


def test_large_bodies_only_from_who_is_known(alb):
    big = b"x" * 200000
    assert ask(alb, "POST", "/files?name=x", big).status == 401
    assert ask(alb, "POST", "/files?name=x", big, Authorization="Bearer ent_" + "a" * 52).status == 401
    edi = Person(alb, "edi")
    assert edi.get("/session").status == 200
    assert edi.ask("POST", "/files?name=x", big).status == 201
    rea = Person(alb, "rea")
    assert rea.get("/session").status == 200
    assert rea.ask("POST", "/files?name=x", big).status == 403


def test_what_one_person_sends_has_a_ceiling(alb):
    add_user(alb, "lea", "contributor", "*")
    lea, row = Person(alb, "lea"), "(SELECT row FROM account WHERE name = 'lea')"
    first = lea.ask("POST", "/files?name=x", b"first")
    assert first.status == 201
    store(alb, f"UPDATE upload SET size = 4 * 1024 * 1024 * 1024 - 10 WHERE account = {row}")
    assert lea.ask("POST", "/files?name=x", b"x" * 10).status == 201
    full = lea.ask("POST", "/files?name=x", b"one too many")
    assert (full.status, full.title) == (413, "limit") and "4 GiB" in full.json["detail"], full.body
    sha256 = hashlib.sha256(b"one too many").hexdigest()
    assert not (alb.dir / "files" / sha256[:2] / sha256).exists()
    assert lea.ask("POST", "/files?name=x", b"first").status == 201  # is there already
    assert Person(alb, "edi").ask("POST", "/files?name=x", b"one too many").status == 201
    store(alb, f"UPDATE upload SET size = 1 WHERE account = {row}")
    store(alb, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 254) "
          f"INSERT INTO upload (account, sha256, size, made_ms) SELECT {row}, CAST(printf('%032d', n.i) AS BLOB), 1, u.made_ms "
          f"FROM n, (SELECT max(made_ms) AS made_ms FROM upload WHERE account = {row}) u")
    full = lea.ask("POST", "/files?name=x", b"the next")
    assert full.status == 429 and "256 files" in full.json["detail"], full.body
    store(alb, f"DELETE FROM upload WHERE account = {row} AND size = 1 AND length(sha256) = 32 AND sha256 < x'31'")


# ---- the rest ----

def test_logs_and_proofs(t, alb, edi, tmp_path):
    logs = f"/coalitions/{t.id}/logs"
    log = next(x for x in edi.get(logs).items if x["member"] == alb.member)
    one = f"{logs}/{log['member']}.{log['epoch']}"
    assert edi.get(one).json["head"].startswith("entente")
    entry = edi.get(f"{one}/entries/0").json
    assert entry["shape"] == "open" and entry["text"].startswith("entente-entry/1\n")
    proof = edi.get(f"{one}/entries/0/proof")
    assert proof.body.startswith(b"c2sp.org/tlog-proof@v1\n") and "attachment" in proof.headers["Content-Disposition"]
    for bad in ("x", f"{'a' * 26}.1", f"{log['member']}.99", f"{log['member']}.x"):
        assert edi.get(f"{logs}/{bad}").status == 404, bad
    assert edi.get(f"{one}/entries/99999").status == 404
    job = edi.post(f"{one}/verify")
    assert job.status == 202
    done = wait(lambda: (j := edi.get(f"/jobs/{job.json['id']}").json)["state"] == "done" and j, "it is verified")
    assert done["result"]["ok"] is True and done["done"] == done["all"] > 0
    assert Person(alb, "rea").get(f"/jobs/{job.json['id']}").status == 404


def test_release_recall_erase(t, alb, edi):
    path = f"/coalitions/{t.id}/records"
    made = edi.post(path, {"audience": [], "content": {"title": "Mine"}}).json["object"]
    hrv = t["HRV"]
    assert hrv.has(made) is None
    assert edi.post(f"{path}/{made}/release", {"add": []}).pointer == "/add"
    released = edi.post(f"{path}/{made}/release", {"add": [hrv.member]})
    assert released.status == 200 and {a["label"] for a in released.json["audience"]} == {"ALB", "HRV"}
    hrv.wait_record(made)
    assert edi.post(f"{path}/{made}/recall", {"from": "all"}).status == 200
    wait(lambda: hrv.has(made)["state"] == "recalled", "HRV hides it")
    assert edi.post(f"{path}/{made}/erase").status == 204
    assert edi.get(f"{path}/{made}").status in (200, 404)
    theirs = hrv.put("theirs", to="all")
    alb.wait_record(theirs)
    for what, body in (("release", {"add": "all"}), ("recall", {"from": "all"}), ("erase", {})):
        assert edi.post(f"{path}/{theirs}/{what}", body).status == 403, what


def test_settings_audit_metrics(t, alb, admin):
    assert admin.get("/settings").json["database"] == "sqlite"
    rows = admin.all("/audit", limit=50)
    assert [r["row"] for r in rows] == list(range(len(rows), 0, -1))
    assert all(r["who"].startswith("user:") for r in admin.get("/audit?who=user:").items)
    assert admin.post("/audit/verify").json["ok"] is True
    assert b"entente_log_entries{" in admin.get("/metrics").body
    assert Person(alb, "edi").get("/metrics").status == 403
    token, _ = new_token(alb, "admin", "node=reader")
    assert token.get("/metrics").status == 200
    assert ask(alb, "GET", "/healthz").json["status"] == "ok"


def test_found_by_what_it_is_called(t, alb, edi):
    """A hit, a row of the list of records and a mail say what a record of any workspace is called, not of which kind it is."""
    alb.run("response", "put", "incidents", "name=Samovar floods", "event_type=flood", "--to", "all", "-c", t.id)
    draft = alb.json("response", "alert", "event=Flood", "category=Met", "urgency=Immediate", "severity=Extreme", "certainty=Observed",
                     "headline=The samovar boils over", "expires=+12h", "area.0.areaDesc=The valley", "--to", "all", "--as", "edi", "-c", t.id)["draft"]
    alb.run("response", "approve", str(draft), "--as", "rea", "-c", t.id)
    alb.run("cyber", "case", "new", "task", "Block the samovar beacon", "--to", "all", "-c", t.id)
    called = {"Samovar floods", "The samovar boils over", "Block the samovar beacon"}
    assert {f["title"] for f in edi.get("/search?q=samovar").items} == called
    assert called <= {r["title"] for r in edi.get(f"/coalitions/{t.id}/records?mode=real&limit=50").items}
    assert all(title in alb.run("list", "-c", t.id).stdout for title in called)


def test_search(t, alb, edi):
    edi.post(f"/coalitions/{t.id}/records", note(t, "Needle in the hay"))
    edi.post(f"/coalitions/{t.id}/statements", statement(quote="A needle was found."))
    found = edi.get("/search?q=needle").items
    assert {f["type"] for f in found} == {"record", "statement"}
    assert [f["id"] for f in edi.get("/search?q=hrv").items if f["type"] == "party"] == [t["HRV"].member]
    assert edi.get("/search?q=").items == [] and edi.get("/search?q=needle&mode=exercise").items == []
    # What is called so comes first, however old, also where only one is wanted; and each record says of what kind it is.
    for i in range(3):
        edi.post(f"/coalitions/{t.id}/records", note(t, content={"title": f"Another {i}", "text": "a needle, needles"}))
    first = edi.get("/search?q=needl").items
    assert [f["title"] for f in first][:2] == ["Needle in the hay", "Another 2"], first
    assert [f["title"] for f in edi.get("/search?q=needle%20HAY&limit=1").items] == ["Needle in the hay"]
    assert [f["title"] for f in edi.get("/search?q=needle&limit=1").items] == ["Needle in the hay"]
    assert {(f["type"], f["kind"]) for f in first} == {("record", "note/1"), ("statement", None)}
    only, _ = new_token(alb, "edi", "pact=reader")
    assert {f["type"] for f in only.get("/search?q=needle").items} == {"statement"}
    assert edi.get("/search?q=x&limit=51").pointer == "limit"


def test_every_route_is_in_the_page(alb):
    """docs/api.md, with the pages of the areas, and the table say the same."""
    from entente import TOP
    page = "".join((TOP / "docs" / f"{name}.md").read_text() for name in ("api", "cyber", "training", "response", "procurement")
                   if (TOP / "docs" / f"{name}.md").exists())
    for method, path, _ in schema.operations(ask(alb, "GET", "/openapi.json").json):
        short = path.replace("{coalition}", "{c}").replace("{hash}", "{hash}")
        assert f"`{method} {short}`" in page or f"`POST …{short.removeprefix('/coalitions/{c}')}`" in page, (method, path)
    assert AREAS[-1] == "node"
