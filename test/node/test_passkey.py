"""Passkeys: made, used, bent in every way, copied. The authenticator is authenticator.py, in Python and openssl; test/web has a real browser's."""

import json
import time

import pytest

import schema
from api import PASSWORD, Caller, Person, add_user, ask, new_token, stale, store
from authenticator import AT, BE, BS, UP, UV, Authenticator, Key, b64, cbor


@pytest.fixture(scope="module")
def alb(shared):
    t = shared(["ALB", "HRV"], name="Passkeys")
    alb = t["ALB"]
    add_user(alb, "admin", "administrator", "*")
    return alb


@pytest.fixture(autouse=True)
def forgiven(alb):
    """All come from one address, which would soon have to wait."""
    store(alb, "DELETE FROM guard")


COUNT = iter(range(10_000))


@pytest.fixture
def person(alb):
    """Somebody new, asked for by name: a passkey belongs to a name, not to an address."""
    name = f"p{next(COUNT)}"
    add_user(alb, name, "officer", "*")
    person = Person(alb, name)
    person.headers["Host"] = host(alb)
    return person


def host(alb):
    return f"localhost:{alb.port}"


def stranger(alb):
    return Caller(alb, Host=host(alb))


def authenticator(alb, alg="ES256", **more):
    return Authenticator("localhost", f"http://{host(alb)}", alg, **more)


def register(person, key, name="key", **bent):
    options = person.post("/session/passkeys/begin")
    assert options.status == 200, options.body
    return person.post("/session/passkeys", key.made(options.json, name, **bent))


def sign_in(alb, key, **bent):
    asked = stranger(alb).post("/session/passkey/begin")
    assert asked.status == 200, asked.body
    return stranger(alb).post("/session/passkey", key.answer(asked.json, **bent))


@pytest.mark.parametrize("alg", ["ES256", "EdDSA", "RS256"])
def test_made_and_used(alb, person, alg):
    key = authenticator(alb, alg)
    options = person.post("/session/passkeys/begin").json
    document = ask(alb, "GET", "/openapi.json").json
    assert not schema.complaints(document, {"$ref": "#/components/schemas/PasskeyOptions"}, options)
    assert options["rp"]["id"] == "localhost" and options["attestation"] == "none"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert [p["alg"] for p in options["pubKeyCredParams"]] == [-8, -7, -257]
    made = person.post("/session/passkeys", key.made(options, "My phone"))
    assert made.status == 201 and made.json["name"] == "My phone" and made.json["used"] is None, made.body
    signed = sign_in(alb, key)
    assert signed.status == 200 and signed.json["method"] == "passkey", signed.body
    assert signed.json["user"]["name"] == person.name and signed.json["confirmed_until"]
    listed = person.get("/session/passkeys").items
    assert [(k["id"], k["copied"]) for k in listed] == [(b64(key.id), None)] and listed[0]["used"]
    assert person.name.encode() not in key.handle  # what the authenticator keeps names nobody


def test_asking_tells_nothing(alb, person):
    """Nobody learns from the question who has a passkey, and it is another one each time."""
    register(person, authenticator(alb))
    a, b = (stranger(alb).post("/session/passkey/begin").json for _ in range(2))
    assert a["challenge"] != b["challenge"] and a["allowCredentials"] == b["allowCredentials"] == []
    assert stranger(alb).post("/session/passkey/begin", {"name": person.name}).pointer == "/name"


def test_several_named_and_removed(alb, person):
    one, two = authenticator(alb), authenticator(alb, "EdDSA")
    assert register(person, one, "one").status == 201
    assert register(person, two, "two").status == 201
    assert register(person, one, "again").status == 409
    again = person.post("/session/passkeys/begin").json
    assert {c["id"] for c in again["excludeCredentials"]} == {b64(one.id), b64(two.id)}
    for bad in ("", "x" * 101, "a\nb"):
        assert person.put(f"/session/passkeys/{b64(one.id)}", {"name": bad}).pointer == "/name"
    assert person.put(f"/session/passkeys/{b64(one.id)}", {"name": "Schlüssel"}).status == 204
    assert [k["name"] for k in person.get("/session/passkeys").items] == ["Schlüssel", "two"]
    other = Person(alb, person.name)
    gone = person.delete(f"/session/passkeys/{b64(one.id)}")
    assert gone.status == 200
    assert other.get("/session").status == 401  # whatever it had opened
    person.take(gone)
    person.headers["Host"] = host(alb)
    assert sign_in(alb, one).status == 401 and sign_in(alb, two).status == 200
    assert person.delete(f"/session/passkeys/{b64(one.id)}").status == 404
    assert person.delete("/session/passkeys/!!").status == 404
    admin = Person(alb, "admin")
    shown = admin.get(f"/users/{person.name}").json["passkeys"]
    assert [k["name"] for k in shown] == ["two"]
    assert admin.delete(f"/users/{person.name}/passkeys/{b64(one.id)}").status == 404
    assert admin.delete(f"/users/{person.name}/passkeys/{b64(two.id)}").status == 204
    assert sign_in(alb, two).status == 401 and person.get("/session").status == 401


def test_somebody_elses(alb, person):
    """Another person's passkey is neither renamed nor removed nor taken for a confirmation."""
    key = authenticator(alb)
    register(person, key)
    add_user(alb, "eve", "officer", "*")
    eve = Person(alb, "eve")
    eve.headers["Host"] = host(alb)
    assert eve.put(f"/session/passkeys/{b64(key.id)}", {"name": "mine"}).status == 404
    assert eve.delete(f"/session/passkeys/{b64(key.id)}").status == 404
    stale(alb)
    asked = eve.post("/session/confirm/passkey").json
    assert asked["allowCredentials"] == []
    assert eve.post("/session/confirm", {"passkey": key.answer(asked)}).status == 401
    assert eve.get("/session").json["confirmed_until"] is None


def test_confirmation(alb, person):
    key = authenticator(alb)
    register(person, key)
    stale(alb)
    assert person.post("/session/passkeys/begin").title == "confirm"
    asked = person.post("/session/confirm/passkey").json
    assert [c["id"] for c in asked["allowCredentials"]] == [b64(key.id)]
    # What was asked for signing in is not taken for this, nor the other way round.
    public = stranger(alb).post("/session/passkey/begin").json
    assert person.post("/session/confirm", {"passkey": key.answer(public)}).status == 401
    assert stranger(alb).post("/session/passkey", key.answer(asked)).status == 401
    asked = person.post("/session/confirm/passkey").json
    answer = key.answer(asked)
    assert person.post("/session/confirm", {"passkey": answer}).status == 200
    assert person.get("/session").json["confirmed_until"]
    assert person.post("/session/passkeys/begin").status == 200
    assert person.post("/session/confirm", {"passkey": answer}).status == 401  # once is once
    token, _ = new_token(alb, person.name, "records=reader")
    assert token.post("/session/confirm/passkey").status == 403


def test_a_challenge_is_good_once_and_not_for_long(alb, person):
    key = authenticator(alb)
    register(person, key)
    asked = stranger(alb).post("/session/passkey/begin").json
    answer = key.answer(asked)
    assert stranger(alb).post("/session/passkey", answer).status == 200
    again = stranger(alb).post("/session/passkey", answer)
    assert again.status == 401 and "already" in again.json["detail"]
    assert stranger(alb).post("/session/passkey", key.answer(asked)).status == 401
    for text in ("", "AAAA", asked["challenge"][:-1], asked["challenge"][:-4] + "AAAA", b64(bytes(56))):
        assert stranger(alb).post("/session/passkey", key.answer({"challenge": text})).status == 401, text
    used = store(alb, "SELECT until_ms FROM challenge_used ORDER BY until_ms DESC LIMIT 1")[0][0]
    assert 0 < used - time.time() * 1000 <= 300_000


BENT_ANSWERS = {
    "nobody present": dict(flags=UV), "nobody verified": dict(flags=UP), "backed up and not able to": dict(flags=UP | UV | BS),
    "another site": dict(rp_id="evil.example"), "another type": dict(client={"type": "webauthn.create"}),
    "another origin": dict(client={"origin": "http://evil.example"}), "another port": dict(client={"origin": "http://localhost:1"}),
    "https": dict(client={"origin": "https://localhost"}), "in a frame": dict(client={"crossOrigin": True}),
    "in a frame of": dict(client={"topOrigin": "http://evil.example"}), "another challenge": dict(client={"challenge": b64(bytes(56))}),
}


@pytest.fixture(scope="module")
def keyholder(alb):
    add_user(alb, "kay", "officer", "*")
    kay = Person(alb, "kay")
    kay.headers["Host"] = host(alb)
    key = authenticator(alb)
    assert register(kay, key).status == 201
    return key


def test_bent_answers(alb, keyholder):
    for how, bent in BENT_ANSWERS.items():
        store(alb, "DELETE FROM guard")
        refused = sign_in(alb, keyholder, **bent)
        assert refused.status == 401 and "Set-Cookie" not in refused.headers, (how, refused.body)


def test_signatures_of_others(alb, keyholder):
    for key in (Key("ES256"), Key("EdDSA")):
        assert sign_in(alb, keyholder, by=key).status == 401
    for member in ("clientDataJSON", "authenticatorData", "signature", "userHandle", "id"):
        for bent in ("____", None, 7):
            good = keyholder.answer(stranger(alb).post("/session/passkey/begin").json)
            bad = {**good, member: good[member][:-4] + bent if bent == "____" else "not base64!" if bent is None else bent}
            assert stranger(alb).post("/session/passkey", bad).status in ((401, 422) if bent == "____" else (422,)), (member, bent)
    store(alb, "DELETE FROM guard")
    assert sign_in(alb, keyholder).status == 200


def test_guessing_costs_the_address(alb, keyholder):
    titles = [sign_in(alb, keyholder, flags=UP).title for _ in range(22)]
    assert titles[:20] == ["auth"] * 20 and titles[20:] == ["busy"] * 2
    store(alb, "DELETE FROM guard")


BENT_KEYS = {
    "not verified": dict(flags=UP | AT), "no credential": dict(flags=UP | UV), "another site": dict(rp_id="evil.example"),
    "attestation of a maker": dict(fmt="packed", statement={"alg": -7, "sig": b"", "x5c": [b"x"]}),
    "a wrong self attestation": dict(fmt="packed", statement={"alg": -7, "sig": b"0" * 70}),
    "none with a statement": dict(statement={"x": 1}), "an unknown attestation": dict(fmt="tpm"),
    "something behind": dict(more=b"\0"), "extensions that are none": dict(flags=UP | UV | AT | 0x80, more=b"\x01"),
    "backed up and not able to": dict(flags=UP | UV | AT | BS),
    "no point of the curve": dict(cose={1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)}),
    "another curve": dict(cose={1: 2, 3: -7, -1: 2, -2: bytes(32), -3: bytes(32)}),
    "another algorithm": dict(cose={1: 2, 3: -36, -1: 1, -2: bytes(32), -3: bytes(32)}),
    "a short RSA key": dict(cose={1: 3, 3: -257, -1: b"\xff" * 64, -2: b"\1\0\1"}), "no algorithm": dict(cose={1: 2}),
    "another origin": dict(client={"origin": "http://evil.example"}), "another challenge": dict(client={"challenge": b64(bytes(56))}),
    "an assertion": dict(client={"type": "webauthn.get"}),
}


def test_bent_registrations(alb, person):
    for how, bent in BENT_KEYS.items():
        refused = register(person, authenticator(alb), **bent)
        assert refused.status in (400, 422), (how, refused.body)
    assert person.get("/session/passkeys").items == []


def test_odd_attestation_objects(alb, person):
    key = authenticator(alb)
    for raw in (b"", b"\xa0", b"\xff" * 100, cbor({"fmt": "none", "attStmt": {}, "authData": b""}), cbor([1]), b"\xbf\xff",
                cbor({"fmt": "none", "attStmt": {}, "authData": key.attestation()[0]}) + b"\0", b"\x9b" + b"\xff" * 8):
        made = key.made(person.post("/session/passkeys/begin").json)
        assert person.post("/session/passkeys", {**made, "attestationObject": b64(raw) or "AA"}).status in (400, 413, 422), raw
    made = key.made(person.post("/session/passkeys/begin").json)
    assert person.post("/session/passkeys", {**made, "attestationObject": "A" * 40_000}).status == 422
    assert person.post("/session/passkeys", {**made, "clientDataJSON": b64(b'{"type":"webauthn.create",}')}).status == 400


def test_the_challenge_of_another_person(alb, person):
    options = person.post("/session/passkeys/begin").json
    admin = Person(alb, "admin")
    admin.headers["Host"] = host(alb)
    assert admin.post("/session/passkeys", authenticator(alb).made(options)).status == 422


def test_a_copy_is_noticed(alb, person):
    """A counter that does not rise: nobody gets in, the passkey is refused from then on, and it is written down."""
    key = authenticator(alb)
    register(person, key)
    key.counter = 5
    assert sign_in(alb, key).status == 200
    key.counter = 5
    refused = sign_in(alb, key)
    assert refused.status == 401 and "copy" in refused.json["detail"]
    key.counter = 100
    assert sign_in(alb, key).status == 401
    assert person.get("/session/passkeys").items[0]["copied"]
    rows = Person(alb, "admin").get(f"/audit?who=user:{person.name}").items
    assert any(r["what"] == "passkey copied" and "5 after 5" in r["about"] for r in rows)
    # One that does not count is not suspected for it.
    still = authenticator(alb)
    register(person, still)
    assert [sign_in(alb, still).status for _ in range(3)] == [200] * 3


def test_accounts_that_are_disabled(alb, person):
    key = authenticator(alb)
    register(person, key)
    admin = Person(alb, "admin")
    assert admin.put(f"/users/{person.name}", {"disabled": True}).status == 200
    assert sign_in(alb, key).status == 401
    assert admin.put(f"/users/{person.name}", {"disabled": False}).status == 200
    assert sign_in(alb, key).status == 200


def test_a_locked_name_still_gets_in(alb, person):
    """Whoever guesses somebody's password cannot shut him out: a passkey has nothing to guess."""
    key = authenticator(alb)
    register(person, key)
    for i in range(6):
        ask(alb, "POST", "/session", {"name": person.name, "password": f"guess number {i} of many"})
    assert ask(alb, "POST", "/session", {"name": person.name, "password": PASSWORD}).title == "busy"
    assert sign_in(alb, key).status == 200
    assert ask(alb, "POST", "/session", {"name": person.name, "password": PASSWORD}).title == "busy"
    store(alb, "DELETE FROM guard")


def test_by_address_there_are_none(alb, person):
    for path in ("/session/passkeys/begin", "/session/confirm/passkey"):
        refused = person.post(path, Host=f"127.0.0.1:{alb.port}")
        assert refused.status == 409 and refused.pointer == "Host"
    assert Caller(alb).post("/session/passkey/begin").status == 409
    assert stranger(alb).post("/session/passkey/begin", Host="evil.example").status == 403


def test_at_most_so_many(alb, person):
    account = store(alb, "SELECT row FROM account WHERE name = ?", person.name)[0][0]
    for i in range(32):
        store(alb, "INSERT INTO passkey VALUES (?, ?, 'x', 'localhost', 'EdDSA', ?, 0, 0, 1, 0, 0)", bytes([i]) * 4, account, bytes(32))
    assert register(person, authenticator(alb)).status == 413
    assert len(person.get("/session/passkeys").items) == 32


def test_in_the_audit(alb, person):
    key = authenticator(alb)
    register(person, key, "Phone")
    sign_in(alb, key)
    sign_in(alb, key, flags=UP)
    rows = [(r["what"], r["about"]) for r in Person(alb, "admin").get(f"/audit?who=user:{person.name}").items]
    assert ("own passkey", "Phone") in rows and ("sign-in done", "from 127.0.0.1 by passkey Phone") in rows
    assert ("sign-in failed", "from 127.0.0.1 by passkey Phone") in rows
    assert json.dumps(rows).count(b64(key.id)) == 0
    store(alb, "DELETE FROM guard")
