"""Sessions against thieves and guessers: what a copy, a leaked id, a stolen cookie or many tries are worth."""

import base64
import http.client
import json
import threading
import time

import pytest

import schema
from api import PASSWORD, Caller, Person, add_user, ask, new_token, store
from test_api import totp


@pytest.fixture(scope="module")
def t(shared):
    t = shared(["ALB", "HRV"], name="Sessions")
    add_user(t["ALB"], "admin", "administrator", "*")
    return t


@pytest.fixture
def alb(t):
    return t["ALB"]


@pytest.fixture(autouse=True)
def forgiven(alb):
    yield
    store(alb, "DELETE FROM guard")


COUNT = iter(range(1000))


@pytest.fixture
def person(alb):
    name = f"s{next(COUNT)}"
    add_user(alb, name, "administrator", "*")
    return Person(alb, name)


def test_a_copy_of_the_store_opens_nothing(alb, person):
    """The store has hashes: none of what stands in it, in any spelling, is a cookie or a token."""
    token, _ = new_token(alb, person.name, "records=reader")
    raw = [bytes(r[0]) for table in ("session", "token") for r in store(alb, f"SELECT digest FROM {table}")]
    assert len(raw) >= 2
    for digest in raw:
        for text in (digest.hex(), base64.b32encode(digest).decode().lower().rstrip("="), base64.urlsafe_b64encode(digest).decode()):
            assert ask(alb, "GET", "/session", Cookie=f"entente-session={text}").status == 401
            assert ask(alb, "GET", "/session", Authorization=f"Bearer ent_{text}").status == 401
    file = (alb.dir / "node.db").read_bytes() + b"".join(p.read_bytes() for p in alb.dir.glob("node.db-*"))
    for secret in (person.cookie.split("=")[1], token.headers["Authorization"][11:]):
        assert secret.encode() not in file


def test_secrets_are_told_nowhere(alb, person):
    """No answer but the one that made it holds the cookie; only GET /session tells the CSRF token; no log has either."""
    secret, csrf = person.cookie.split("=")[1], person.csrf
    document = ask(alb, "GET", "/openapi.json").json
    names = {"coalition": alb.view()["coalition"], "name": person.name}
    for method, path, _ in schema.operations(document):
        if method != "GET" or any("{" + n in path for n in ("hash", "member", "leaf", "log", "object", "id", "seq", "series", "key")):
            continue
        try:
            at = path.format(**names)
        except KeyError:
            continue  # of a workspace, with parts of its own
        answer = person.get(at)
        assert secret not in answer.body.decode(errors="replace") and "Set-Cookie" not in answer.headers, path
        if path != "/session":
            assert csrf not in answer.body.decode(errors="replace"), path
    for path in ("//", "//status", "/metrics", "/healthz"):
        assert secret not in person.get(path).body.decode(errors="replace"), path
    assert secret not in alb.log(10_000) and csrf not in alb.log(10_000) and PASSWORD not in alb.log(10_000)


def sign_in_from(node, source, name):
    c = http.client.HTTPConnection("127.0.0.1", node.port, timeout=60, source_address=(source, 0))
    try:
        c.request("POST", "/api/v1/session", json.dumps({"name": name, "password": PASSWORD}), {"Content-Type": "application/json"})
        return c.getresponse().status
    finally:
        c.close()


def test_one_address_does_not_hold_all_places_for_passwords(alb, person):
    """Hashing a password costs a tenth of a second and 64 MiB, so few are hashed at once; somebody from elsewhere finds a place."""
    over = threading.Event()

    def crowd():
        while not over.is_set():
            if sign_in_from(alb, "127.0.0.3", person.name) == 429:
                time.sleep(0.05)

    threads = [threading.Thread(target=crowd) for _ in range(5)]
    for one in threads:
        one.start()
    try:
        assert [sign_in_from(alb, "127.0.0.4", person.name) for _ in range(8)] == [200] * 8
    finally:
        over.set()
        for one in threads:
            one.join()


def test_names_of_sessions_open_nothing(alb, person):
    for row in person.get("/session/all").items:
        for text in (row["id"], row["id"] * 4, row["id"].ljust(52, "a")):
            assert ask(alb, "GET", "/session", Cookie=f"entente-session={text[:52]}").status == 401
    other = Person(alb, "admin")
    theirs = other.get("/session/all").items[0]["id"]
    assert person.delete(f"/session/all/{theirs}").status == 404  # somebody else's does not exist
    assert other.get("/session").status == 200


def test_a_stolen_cookie(t, alb, person):
    """It reads until somebody notices; it changes nothing from another site; the owner sees it and ends it."""
    thief = Caller(alb, Cookie=person.cookie)
    assert thief.get("/session").status == 200
    for method, path, body in [("POST", f"/coalitions/{t.id}/records", {"audience": [], "content": {"title": "x"}}), ("POST", "/tokens", {}),
                               ("DELETE", "/session", None), ("POST", "/session/password", {"password": "a new long sentence"})]:
        assert thief.ask(method, path, body).status == 403, path
    # The second sign-in of the owner is another session: both are in the list, with address and browser.
    owner = Person(alb, person.name)
    rows = owner.get("/session/all").items
    assert len(rows) == 2 and all(r["address"] == "127.0.0.1" for r in rows)
    stolen = next(r for r in rows if not r["this"])
    assert owner.delete(f"/session/all/{stolen['id']}").status == 204
    assert thief.get("/session").status == 401 and owner.get("/session").status == 200
    # What has ended does not come back, also not by signing out twice.
    assert person.delete("/session").status == 401


def test_a_changed_password_ends_what_was_stolen(alb, person):
    thief, stream = Caller(alb, **person.headers), Caller(alb, Cookie=person.cookie)
    changed = person.post("/session/password", {"password": "another long sentence"})
    assert changed.status == 200 and changed.cookie()[0] != person.cookie
    assert thief.get("/session").status == 401 and stream.get("/events").status == 401
    person.take(changed)
    assert person.get("/session").status == 200


def test_odd_cookies(alb, person):
    good = person.cookie
    for text in ("entente-session=", "entente-session", f"{good}x", good[:-1], good.upper(), good.replace("entente-session", "__Host-entente"),
                 f"x={good}", "entente-session=" + "a" * 5000, f"entente-session=\"{good.split('=')[1]}\""):
        assert ask(alb, "GET", "/session", Cookie=text).status == 401, text[:40]
    assert ask(alb, "GET", "/session", Cookie=f"a=b; {good}; c=d").status == 200


def test_guessing_codes(alb, person):
    """The password is known to somebody: six digits are not tried for long, and the account's owner waits as well."""
    secret = person.post("/session/totp").json["secret"]
    step = int(time.time() // 30)
    assert person.post("/session/totp/enable", {"code": totp(secret, step)}).status == 204
    good = totp(secret, step + 1)
    wrong = [f"{i:06}" for i in range(10) if f"{i:06}" not in {totp(secret, step + d) for d in range(-2, 4)}][:6]
    tries = [ask(alb, "POST", "/session", {"name": person.name, "password": PASSWORD, "code": code}).title for code in wrong]
    assert tries == ["auth"] * 5 + ["busy"]
    assert ask(alb, "POST", "/session", {"name": person.name, "password": PASSWORD, "code": good}).title == "busy"


def test_guessing_at_a_confirmation(alb, person):
    """Who finds an open page guesses the password there no better than at the door; the session stays as it was."""
    store(alb, "UPDATE session SET confirmed_ms = 1")
    tries = [person.post("/session/confirm", {"password": f"guess number {i} of many"}).title for i in range(6)]
    assert tries == ["auth"] * 5 + ["busy"]
    assert person.post("/session/confirm", {"password": PASSWORD}).title == "busy"
    assert person.get("/session").json["confirmed_until"] is None
    rows = Person(alb, "admin").get(f"/audit?who=user:{person.name}&what=confirm").items
    assert len([r for r in rows if r["what"] == "confirm failed"]) == 5


def test_guesses_keep_nobody_out_who_was_here_before(alb, person):
    """Somebody at the same address guesses until name and address wait: the browser that the person has used comes in, the open page confirms."""
    came = ask(alb, "POST", "/session", {"name": person.name, "password": PASSWORD})
    device = next(c for c in came.headers.get_all("Set-Cookie") if c.startswith("entente-device="))
    assert "; HttpOnly; SameSite=Strict; Max-Age=15552000" in device
    device = device.partition(";")[0]
    assert ask(alb, "GET", "/session", Cookie=device).status == 401  # it opens nothing
    for i in range(30):
        ask(alb, "POST", "/session", {"name": person.name if i < 5 else f"x{i}", "password": f"guess number {i} of many"})
    assert ask(alb, "POST", "/session", {"name": person.name, "password": PASSWORD}).title == "busy"
    again = ask(alb, "POST", "/session", {"name": person.name, "password": PASSWORD}, Cookie=device)
    assert again.status == 200 and device in "\n".join(again.headers.get_all("Set-Cookie"))
    assert person.post("/session/confirm", {"password": PASSWORD}).status == 200
    # Another's name is not this browser's; and it guesses no better than anybody.
    assert ask(alb, "POST", "/session", {"name": "admin", "password": PASSWORD}, Cookie=device).title == "busy"
    tries = [ask(alb, "POST", "/session", {"name": person.name, "password": f"guess {i} of too many"}, Cookie=device).title for i in range(6)]
    assert tries == ["auth"] * 5 + ["busy"]


def test_unknown_names_take_as_long(alb):
    """No clock tells which names there are: both cost one hash of a password."""
    def took(name):
        began = time.monotonic()
        assert ask(alb, "POST", "/session", {"name": name, "password": "not this one at all"}).status == 401
        return time.monotonic() - began
    add_user(alb, "slow")
    known, unknown = [], []
    for i in range(8):
        store(alb, "DELETE FROM guard")
        known.append(took("slow"))
        unknown.append(took(f"nobody-{i}"))
    # A hash takes a tenth of a second of a free core; an answer without it, a few thousandths.
    assert min(unknown) > min(known) / 3


def until_refused(ask_once, most):
    """How many were answered before the first that is too many."""
    end = time.monotonic() + 60
    for n in range(most):
        answer = ask_once()
        if answer.status == 429:
            assert int(answer.headers["Retry-After"]) >= 1
            return n
        assert time.monotonic() < end, f"{n} answered, and none refused"
    raise AssertionError(f"{most} answered, and none refused")


def from_address(node, source, path, **headers):
    c = http.client.HTTPConnection("127.0.0.1", node.port, timeout=60, source_address=(source, 0))
    try:
        c.request("GET", path, headers=headers)
        answer = c.getresponse()
        answer.read()
        return answer
    finally:
        c.close()


@pytest.mark.parametrize("path", ["/status", "/metrics", "/proof/" + "0" * 64, "/calendar/" + "a" * 52 + ".ics", "/taxii2/"])
def test_a_stranger_asks_so_much_a_minute(alb, path):
    source = f"127.0.8.{next(COUNT) + 1}"
    assert 240 <= until_refused(lambda: from_address(alb, source, path), 600) < 600
    assert from_address(alb, "127.0.9.1", path).status in (401, 404), "others are not held up"


@pytest.mark.parametrize("path, most", [("/status", 1200), ("/metrics", 1200), ("/proof/" + "0" * 64, 1200), ("/taxii2/", 6000)])
def test_a_token_asks_so_much_a_minute(alb, path, most):
    name = f"m{next(COUNT)}"
    add_user(alb, name, "administrator", "*")
    token, _ = new_token(alb, name, "pact=reader,cyber=reader,node=administrator")
    other, _ = new_token(alb, name, "pact=reader,cyber=reader,node=administrator")
    c = http.client.HTTPConnection("127.0.0.1", alb.port, timeout=60)

    def once(token=token):
        c.request("GET", path, headers=token.headers)
        answer = c.getresponse()
        answer.read()
        return answer
    assert most <= until_refused(once, 2 * most) < 2 * most
    assert any(once(other).status == 429 for _ in range(100)), "the account is counted, not its tokens"
    c.close()
