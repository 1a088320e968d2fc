"""Notifications: what needs somebody, mails that say no more than they may, webhooks that lose nothing and go nowhere they must not."""

import json
import socket
import threading
import time

import pytest

from api import Person, Token, PASSWORD, add_user
from entente import wait
from receivers import Receiver, Relay, certificate, signed, subject, text

CANARY = "kanarinac-2291"


@pytest.fixture
def receiver(tmp_path):
    cert, key, pin = certificate(tmp_path)
    r = Receiver(cert, key)
    r.pin, r.cert, r.key = pin, cert, key
    yield r
    r.close()


def settings(node, *lines):
    conf = node.dir / "entente.conf"
    conf.write_text(conf.read_text() + "".join(line + "\n" for line in lines))


def two(coalition, *lines):
    c = coalition()
    settings(c.add_node("ALB"), *lines)
    c.found(["ALB", "HRV"]).sign_all()
    add_user(c["ALB"], "edi", "administrator", "*")
    return c, c["ALB"], c["HRV"]


def rule(area="records", **more):
    return {"area": area, "browser": True, "mail_after": 0, **more}


# ---- what needs somebody ----

def test_needs_are_the_same_for_all_and_acknowledged_by_name(coalition):
    c = coalition(["ALB", "HRV", "KOS"])
    alb = c["ALB"]
    for name, roles, clearance in (("edi", "administrator", "*"), ("ana", "pact=reader records=reader", "UNCLASSIFIED"),
                                   ("off", "pact=officer", "UNCLASSIFIED"), ("rec", "records=reader", "RESTRICTED")):
        add_user(alb, name, roles, clearance)
    edi, ana, off, rec = (Person(alb, n) for n in ("edi", "ana", "off", "rec"))
    levels = lambda p: {(n["text"], n["level"]) for n in p.get("/needs").items}
    assert levels(off) == {("need.sign", "act"), ("need.unsigned", "look")}
    assert levels(ana) == {("need.sign", "look"), ("need.unsigned", "look")}
    assert levels(rec) == set()
    c.sign_all()
    b = c.add_party("BGR")
    b.run("accede")
    c.agree()
    need = next(n for n in off.get("/needs").items if n["text"] == "need.ratify")
    assert need["values"] == {"who": "BGR"} and need["acked"] is None and need["place"] == f"pact/{c.id}/accession/{b.member}"
    assert need["id"] == next(n for n in edi.get("/needs").items if n["text"] == "need.ratify")["id"]
    # The node has to have taken it up before somebody can answer for it.
    wait(lambda: off.post(f"/needs/{need['id']}/ack").status == 204, "the need is taken up")
    seen = next(n for n in edi.get("/needs").items if n["text"] == "need.ratify")
    assert seen["acked"]["by"] == "user:off"
    assert any(r["what"] == "acknowledged" and r["about"] == need["id"] and r["who"] == "user:off" for r in edi.all("/audit"))
    assert rec.post(f"/needs/{need['id']}/ack").status == 404
    assert off.post(f"/needs/{'0' * 32}/ack").status == 404
    alb.run("ratify", "BGR")
    wait(lambda: "need.ratify" not in {n["text"] for n in edi.get("/needs").items}, "it is over")
    # A record that has come is a matter, for those who may read it and nobody else.
    c["HRV"].put(CANARY, "ALB", coalition=c.id, title=CANARY, label="RESTRICTED")
    wait(lambda: ("need.record", "look") in levels(rec), "the record is somebody's to look at")
    assert ("need.record", "look") not in levels(ana) and CANARY.encode() not in rec.get("/needs").body
    matter = next(n for n in rec.get("/needs").items if n["text"] == "need.record")
    # Neither before nor after it is acknowledged is it told apart from what there is not.
    nothing, hidden = (ana.post(f"/needs/{x}/ack") for x in ("0" * len(matter["id"]), matter["id"]))
    assert nothing.status == 404 and (nothing.status, nothing.body) == (hidden.status, hidden.body)
    assert rec.post(f"/needs/{matter['id']}/ack").status == 204
    hidden = ana.post(f"/needs/{matter['id']}/ack")
    assert (nothing.status, nothing.body) == (hidden.status, hidden.body)
    assert ("need.record", "look") not in levels(edi)


def test_an_area_adds_what_waits_for_somebody(coalition):
    """An alert of a partner: to be acknowledged, in the words of the alert, by who is cleared for it; mails say no more than they may."""
    relay = Relay()
    try:
        c, alb, hrv = two(coalition, f"mail smtp://127.0.0.1:{relay.port}", "mail-starttls no", "mail-from entente@alb.example", "mail-ceiling UNCLASSIFIED")
        add_user(alb, "low", "response=officer", "UNCLASSIFIED")
        add_user(alb, "read", "response=reader", "RESTRICTED")
        edi, low, read = (Person(alb, n) for n in ("edi", "low", "read"))
        for p in (edi, low):
            p.put("/notify", {"mail": f"{p.name}@alb.example", "rules": [rule("response", play=True)]})
        waiting = lambda p, key="need.response.alert": [n for n in p.get("/needs").items if n["text"] == key]

        def warn(label, headline, *more):
            draft = hrv.json("response", "alert", "event=Flood", "category=Met", "urgency=Immediate", "severity=Severe", "certainty=Observed", f"headline={headline}",
                             "expires=+12h", "area.0.areaDesc=Valley", "--polygon", "41.9,19.5 41.9,20.4 42.2,20.4 41.9,19.5", "--to", "ALB,HRV", "--label", label, "--as", "a", *more)["draft"]
            assert hrv.json("response", "approve", str(draft), "--as", "b", *more)["object"]

        warn("RESTRICTED", f"{CANARY} rises")
        (need,) = wait(lambda: waiting(edi), "the alert waits")
        assert need["values"] == {"who": "HRV", "what": f"{CANARY} rises"} and need["place"] == f"work/response/{c.id}/alerts" and need["level"] == "act"
        assert need["words"] == f"An alert from HRV waits to be acknowledged: {CANARY} rises" and need["mode"] == "real" and need["area"] == "response"
        assert [n["level"] for n in waiting(read)] == ["look"]
        assert CANARY.encode() not in low.get("/needs").body and low.post(f"/needs/{need['id']}/ack").status == 404
        # An answer to what is not for somebody is refused like one to what there is not.
        alert = edi.get(f"/coalitions/{c.id}/response/alerts?mode=real").items[0]
        owner, name = alert["object"].split(".")
        ack = lambda object, leaf: low.post(f"/coalitions/{c.id}/response/records/acks", {
            "mode": "real", "content": {"target": object, "leaf": leaf, "state": "received", "channel": "page"}})
        hidden, nothing = ack(alert["object"], alert["leaf"]), ack(f"{owner}.{name[::-1][1:]}a", "0" * 64)
        assert (hidden.status, hidden.body) == (nothing.status, nothing.body) and hidden.status >= 400, (hidden.body, nothing.body)
        wait(lambda: relay.of("edi@alb.example"), "Edi is mailed")
        warn("UNCLASSIFIED", "Open water")
        wait(lambda: [n["values"]["what"] for n in waiting(low)] == ["Open water"], "what Low may know")
        wait(lambda: relay.of("low@alb.example"), "Low is mailed")
        wait(lambda: any("Open water" in subject(m) for m in relay.of("edi@alb.example")), "and Edi")
        for _, mail in relay.mails:
            assert CANARY not in mail.as_string() + text(mail)
        # Taken up by one, for all; done, it is over.
        wait(lambda: edi.post(f"/needs/{need['id']}/ack").status == 204, "it is taken up")
        assert [n["acked"]["by"] for n in waiting(read) if n["id"] == need["id"]] == ["user:edi"]
        for row in alb.json("response", "alerts"):
            alb.json("response", "ack", row["object"])
        assert waiting(edi) == []
    finally:
        relay.close()


# ---- mail ----

def test_mail_threads_and_tells_no_more_than_it_may(coalition):
    relay = Relay()
    try:
        c, alb, hrv = two(coalition, f"mail smtp://127.0.0.1:{relay.port}", "mail-starttls no", "mail-from entente@alb.example",
                          "mail-domain alb.example", "link https://node.alb.example", "mail-ceiling none")
        add_user(alb, "ana", "reader", "RESTRICTED")
        add_user(alb, "low", "reader", "UNCLASSIFIED")
        edi, ana, low = (Person(alb, n) for n in ("edi", "ana", "low"))
        for p in (edi, ana, low):
            answer = p.put("/notify", {"mail": f"{p.name}@alb.example", "rules": [rule()]})
            assert answer.status == 200 and answer.json["rules"][0]["mail_after"] == 0, answer.body
        assert ana.put("/notify", {"mail": "ana@elsewhere.example", "rules": []}).pointer == "/mail"
        assert ana.put("/notify", {"mail": "ana <a@alb.example>", "rules": []}).pointer == "/mail"
        assert ana.put("/notify", {"rules": [rule(deputy="ana")]}).status == 422
        assert ana.put("/notify", {"rules": [rule(mail_after=-1)]}).pointer == "/rules/0/mail_after"
        assert edi.post("/notify/test").status == 204
        assert subject(relay.of("edi@alb.example")[0]) == "[TEST] ALB: mail arrives"

        record = hrv.put(CANARY, "ALB", coalition=c.id, title=f"{CANARY} title", label="RESTRICTED")
        mails = wait(lambda: relay.of("ana@alb.example"), "Ana is mailed")
        assert subject(mails[0]) == "ALB: something needs you" and "https://node.alb.example/#/\n" in text(mails[0])
        play = hrv.put(CANARY, "ALB", coalition=c.id, title=f"{CANARY} play", mode="exercise")
        plain = hrv.put(CANARY, "ALB", coalition=c.id, title=f"{CANARY} plain")
        wait(lambda: len(relay.of("ana@alb.example")) == 2, "and of the next")
        wait(lambda: relay.of("low@alb.example"), "Low is told of what is for him")
        time.sleep(1)
        # One of the restricted, one of the plain; nothing of the exercise, which nobody wanted.
        assert [len(relay.of(f"{n}@alb.example")) for n in ("ana", "low")] == [2, 1]
        for _, mail in relay.mails:
            raw = mail.as_string() + text(mail)
            for hidden in (CANARY, record, play, plain, c.id):
                assert hidden not in raw, hidden
    finally:
        relay.close()


def test_mail_says_what_the_settings_and_its_reader_allow(coalition, tmp_path):
    cert, key, _ = certificate(tmp_path)
    relay = Relay(tls=(cert, key), user=("entente", "a secret of the relay"))
    try:
        (tmp_path / "relay.password").write_text("a secret of the relay\n")
        c, alb, hrv = two(coalition, f"mail smtp://127.0.0.1:{relay.port}", "mail-from entente@alb.example", f"mail-ca {cert}",
                          "mail-user entente", f"mail-password-file {tmp_path / 'relay.password'}", "mail-ceiling RESTRICTED")
        add_user(alb, "low", "reader", "UNCLASSIFIED")
        edi, low = Person(alb, "edi"), Person(alb, "low")
        edi.put("/notify", {"mail": "edi@alb.example", "rules": [rule(play=True)]})
        low.put("/notify", {"mail": "low@alb.example", "rules": [rule()]})
        hrv.put("x", "ALB", coalition=c.id, title="Naqoura – šumë ujë", label="RESTRICTED")
        mail = wait(lambda: relay.of("edi@alb.example"), "Edi is mailed")[0]
        assert subject(mail) == "ALB: Naqoura – šumë ujë" and "/#/records/" in text(mail)
        assert mail["Entente-Mode"] == "real" and mail["Message-ID"] and not mail["In-Reply-To"]
        hrv.put("x", "ALB", coalition=c.id, title="Above", label="CONFIDENTIAL")
        wait(lambda: len(relay.of("edi@alb.example")) == 2, "something else has come")
        assert subject(relay.of("edi@alb.example")[1]) == "ALB: something needs you"
        hrv.put("x", "ALB", coalition=c.id, title="Only played", mode="exercise")
        wait(lambda: len(relay.of("edi@alb.example")) == 3, "and something of the exercise")
        mail = relay.of("edi@alb.example")[2]
        assert subject(mail).startswith("[EXERCISE] ") and "Nothing of this is real" in text(mail) and mail["Entente-Mode"] == "exercise"
        assert relay.of("low@alb.example") == []
        assert "STARTTLS" in relay.commands and not any("secret" in w for w in relay.commands)
    finally:
        relay.close()


def test_mail_is_tried_again_and_stops_when_somebody_answers(coalition):
    relay = Relay()
    try:
        c, alb, hrv = two(coalition, f"mail smtp://127.0.0.1:{relay.port}", "mail-starttls no", "mail-from entente@alb.example")
        add_user(alb, "dep", "reader", "*")
        add_user(alb, "off", "reader", "UNCLASSIFIED")
        edi, dep, off = (Person(alb, n) for n in ("edi", "dep", "off"))
        for p in (dep, off):
            assert p.put("/notify", {"mail": f"{p.name}@alb.example", "rules": []}).status == 200
        # A deputy at once, and one who is not cleared: he is not told, although he is named.
        edi.put("/notify", {"mail": "edi@alb.example", "rules": [rule(deputy="dep", deputy_after=0)]})
        relay.answers += [b"550 no such person\r\n"]
        hrv.put("x", "ALB", coalition=c.id, title="One", label="RESTRICTED")
        wait(lambda: relay.of("dep@alb.example") or relay.of("edi@alb.example"), "one of them is mailed")
        time.sleep(1)
        assert len(relay.mails) == 1  # the other was refused for good, and not tried again
        edi.put("/notify", {"mail": "edi@alb.example", "rules": [rule(mail_after=None, deputy="off", deputy_after=0)]})
        hrv.put("x", "ALB", coalition=c.id, title="Two", label="RESTRICTED")
        wait(lambda: len([n for n in edi.get("/needs").items if n["text"] == "need.record"]) == 2, "the second is taken up")
        time.sleep(1)
        assert relay.of("off@alb.example") == []
        hrv.put("x", "ALB", coalition=c.id, title="Three")
        mail = wait(lambda: relay.of("off@alb.example"), "the deputy is told of what is for him")[0]
        assert "as a deputy" in text(mail)
        # Acknowledged before it could be sent: nobody is told.
        edi.put("/notify", {"mail": "edi@alb.example", "rules": [rule(mail_after=5)]})
        hrv.put("x", "ALB", coalition=c.id, title="Four")
        waiting = lambda: [n for n in edi.get("/needs").items if n["text"] == "need.record"]
        wait(lambda: len(waiting()) == 4, "the fourth is taken up")
        for n in waiting():
            assert edi.post(f"/needs/{n['id']}/ack").status == 204
        assert waiting() == []
    finally:
        relay.close()


def test_a_relay_that_does_not_answer_holds_up_one(coalition):
    """Who tries whether his mail arrives waits for the relay; the next is told to come again, and everybody else is answered."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        c, alb, _ = two(coalition, f"mail smtp://127.0.0.1:{silent.getsockname()[1]}", "mail-starttls no", "mail-from entente@alb.example")
        edi = Person(alb, "edi")
        assert edi.put("/notify", {"mail": "edi@alb.example", "rules": []}).status == 200
        first = []
        waits = threading.Thread(target=lambda: first.append(edi.post("/notify/test").status))
        waits.start()
        held = silent.accept()[0]
        later = edi.post("/notify/test")
        assert later.status == 429 and int(later.headers["Retry-After"]) >= 1
        assert edi.get("/session").status == 200
        waits.join()
        assert first == [502]
        held.close()
    assert edi.post("/notify/test").status == 502  # nobody is there, and nobody waits any more


def test_a_slow_receiver_keeps_no_mail_waiting(coalition, receiver):
    """A program that takes its time over each letter: people are told meanwhile."""
    relay = Relay()
    try:
        c, alb, hrv = two(coalition, f"mail smtp://127.0.0.1:{relay.port}", "mail-starttls no", "mail-from entente@alb.example")
        edi = Person(alb, "edi")
        edi.put("/notify", {"mail": "edi@alb.example", "rules": [rule()]})
        hook = hook_for(edi, receiver)
        receiver.pause = 3
        letters = 20
        for _ in range(letters):
            assert edi.post(f"/webhooks/{hook['id']}/test").status == 204
        wait(lambda: receiver.got, "the first letter is there")
        hrv.put("x", "ALB", coalition=c.id, title="Meanwhile")
        wait(lambda: relay.of("edi@alb.example"), "Edi is mailed", seconds=60)
        assert len(receiver.got) < letters
        receiver.pause = 0
        wait(lambda: len(receiver.got) > letters, "and all the letters arrive", seconds=60)
    finally:
        relay.close()


def test_settings_that_would_leak_are_refused(coalition):
    c = coalition()
    node = c.add_node("ALB")
    plain = (node.dir / "entente.conf").read_text()
    for lines in (["mail smtp://mail.example.org:25", "mail-from a@b.example", "mail-starttls no"], ["mail smtp://127.0.0.1:25"],
                  ["mail http://127.0.0.1:25", "mail-from a@b.example"], ["public maybe"], ["link https://x.example/"]):
        (node.dir / "entente.conf").write_text(plain + "\n".join(lines) + "\n")
        assert node.run("status", status=None).returncode == 65, lines


# ---- webhooks ----

def hook_for(edi, receiver, **more):
    answer = edi.post("/webhooks", {"name": "desk", "url": receiver.url, "pin": receiver.pin, "roles": {"pact": "reader", "records": "reader"},
                                    "clearance": "UNCLASSIFIED", **more})
    assert answer.status == 201, answer.body
    return answer.json


def test_a_webhook_is_told_what_its_roles_and_clearance_allow(coalition, receiver):
    c, alb, hrv = two(coalition)
    edi = Person(alb, "edi")
    hook = hook_for(edi, receiver)
    assert len(hook["secret"]) == 64 and "secret" not in edi.get(f"/webhooks/{hook['id']}").json
    assert edi.post(f"/webhooks/{hook['id']}/test").status == 204
    wait(lambda: receiver.got, "the test arrives")
    path, headers, body = receiver.got[0]
    event = json.loads(body)
    assert path == "/hook" and event["topic"] == "test" and event["mode"] == "test" and headers["Entente-Event"] == event["id"]
    assert signed(headers, body, hook["secret"], time.time())
    assert not signed(headers, body + b" ", hook["secret"], time.time()) and not signed(headers, body, "00" * 32, time.time())
    assert not signed(headers, body, hook["secret"], time.time() + 3600)  # played again an hour later

    secret = hrv.put(CANARY, "ALB", coalition=c.id, title=CANARY, label="RESTRICTED")
    play = hrv.put(CANARY, "ALB", coalition=c.id, title=CANARY, mode="exercise")
    plain = hrv.put(CANARY, "ALB", coalition=c.id, title=CANARY)
    found = lambda: {e["data"].get("object") for e in receiver.events() if e["topic"] == "record"}
    wait(lambda: plain in found(), "the plain record is told")
    assert secret not in found() and play not in found()
    raw = b"".join(b for _, _, b in receiver.got)
    assert CANARY.encode() not in raw and secret.encode() not in raw
    # With more clearance, and of exercises too: what comes from then on.
    assert edi.put(f"/webhooks/{hook['id']}", {"clearance": "*", "play": True}).status == 200
    secret = hrv.put(CANARY, "ALB", coalition=c.id, title=CANARY, label="RESTRICTED")
    play = hrv.put(CANARY, "ALB", coalition=c.id, title=CANARY, mode="exercise")
    wait(lambda: {secret, play} <= found(), "both are told")
    modes = {e["data"].get("object"): e["mode"] for e in receiver.events() if e["topic"] == "record"}
    assert modes[play] == "exercise" and modes[secret] == "real"
    # Without the role for records none of them; disabled nothing at all.
    edi.put(f"/webhooks/{hook['id']}", {"roles": {"pact": "reader"}})
    other = hrv.put(CANARY, "ALB", coalition=c.id, title=CANARY)
    said = hrv.json("say", "--about", "X", "--speaker", "Y", "--date", "2025-03-31", "--where", "Z", "Q", "-c", c.id)["leaf"]
    wait(lambda: any(e["data"].get("leaf") == said for e in receiver.events()), "the act is told")
    assert other not in found()
    # An owner who loses his roles takes them from his webhook.
    for bad in ({"url": "http://127.0.0.1/"}, {"url": "https://u:p@127.0.0.1/"}, {"name": ""}, {"pin": "12"}, {"clearance": "not a class"}):
        answer = edi.post("/webhooks", {"name": "x", "url": receiver.url, **bad})
        assert answer.status == 422 and answer.pointer == "/" + next(iter(bad)), (bad, answer.body)
    assert edi.delete(f"/webhooks/{hook['id']}").status == 204 and edi.get(f"/webhooks/{hook['id']}").status == 404


def test_letters_are_tried_again_in_order_and_may_die(coalition, receiver):
    c, alb, hrv = two(coalition)
    edi = Person(alb, "edi")
    hook = hook_for(edi, receiver)
    letters = lambda state: edi.get(f"/webhooks/{hook['id']}/letters?state={state}").items
    # Taken, but the answer is lost: it comes again, and says by its id that it is the same.
    receiver.answers += [(None, {}), (503, {})]
    assert edi.post(f"/webhooks/{hook['id']}/test").status == 204
    wait(lambda: len(receiver.got) == 1, "the first try")
    waiting = wait(lambda: [x for x in letters("waiting") if x["error"]], "it is to be tried again")
    assert waiting[0]["tries"] == 1 and waiting[0]["next"] > waiting[0]["made"]
    # What comes after it waits behind it.
    plain = hrv.put("x", "ALB", coalition=c.id, title="Behind")
    alb.wait_record(plain, coalition=c.id)
    alb.stop()  # nothing is lost by a stop
    alb.start()
    edi = Person(alb, "edi")
    wait(lambda: len(receiver.got) >= 3, "tried until it was taken", seconds=60)
    ids = [e["id"] for e in receiver.events()]
    assert ids[0] == ids[1] == ids[2]
    wait(lambda: any(e["data"].get("object") == plain for e in receiver.events()), "then what is behind it", seconds=60)
    wait(lambda: letters("waiting") == [], "none waits")
    # Gone for good.
    receiver.answers += [(410, {})]
    edi.post(f"/webhooks/{hook['id']}/test")
    dead = wait(lambda: letters("dead"), "a dead letter")
    assert dead[0]["status"] == 410
    before = len(receiver.got)
    assert edi.post(f"/webhooks/{hook['id']}/letters/{dead[0]['row']}/again").status == 204
    wait(lambda: letters("dead") == [] and len(receiver.got) == before + 1, "sent once more")
    assert edi.post(f"/webhooks/{hook['id']}/letters/{dead[0]['row']}/again").status == 409
    assert edi.post(f"/webhooks/{hook['id']}/letters/999999/again").status == 404


def test_a_webhook_does_not_go_where_it_must_not(coalition, receiver):
    c = coalition()
    node = c.add_node("ALB")
    conf = node.dir / "entente.conf"
    conf.write_text(conf.read_text().replace("allow 127.0.0.0/8\n", ""))
    c.add_node("HRV")
    c.found(["ALB", "HRV"], serve=False)
    node.start()
    add_user(node, "edi", "administrator", "*")
    edi = Person(node, "edi")

    def error(**more):
        hook = hook_for(edi, receiver, **more)
        edi.post(f"/webhooks/{hook['id']}/test")
        found = wait(lambda: [x for x in edi.get(f"/webhooks/{hook['id']}/letters").items if x["error"]], "it fails", seconds=40)
        edi.delete(f"/webhooks/{hook['id']}")
        return found[0]["error"]
    # This machine, by address, by name, and written in other ways.
    for url in (receiver.url, receiver.url.replace("127.0.0.1", "localhost"), receiver.url.replace("127.0.0.1", "[::ffff:127.0.0.1]"),
                receiver.url.replace("127.0.0.1", "2130706433"), "https://169.254.169.254/latest"):
        assert "not public" in error(url=url), url
    assert receiver.got == []
    # Allowed, but another key; and a redirect is an answer, not a way.
    node.stop()
    settings(node, "allow 127.0.0.0/8")
    node.start()
    edi = Person(node, "edi")
    assert "key" in error(pin="ab" * 32) and receiver.got == []
    receiver.answers += [(302, {"Location": receiver.url.replace("/hook", "/inside")})]
    assert error() == "answered with status 302"
    assert [path for path, _, _ in receiver.got] == ["/hook"]


def test_who_may_make_webhooks(coalition, receiver):
    c, alb, _ = two(coalition)
    add_user(alb, "off", "officer", "*")
    off, edi = Person(alb, "off"), Person(alb, "edi")
    assert off.get("/webhooks").status == 403
    assert off.post("/webhooks", {"name": "x", "url": "https://receiver.example/"}).status == 403
    assert edi.post("/webhooks", {"name": "x", "url": "https://receiver.example/", "roles": {"records": "reader"}}).status == 201
    # Whoever sends another's webhook elsewhere hears there what he may know himself.
    add_user(alb, "adm", "node=administrator,records=reader", "UNCLASSIFIED")
    adm = Person(alb, "adm")
    hook = edi.get("/webhooks").items[0]
    assert hook["made_by"] == "edi"
    edi.put(f"/webhooks/{hook['id']}", {"clearance": "*"})
    assert adm.put(f"/webhooks/{hook['id']}", {"name": "y"}).json["made_by"] == "edi"
    assert edi.post(f"/webhooks/{hook['id']}/test").status == 204  # cannot be delivered
    assert adm.put(f"/webhooks/{hook['id']}", {"url": receiver.url, "pin": receiver.pin}).json["made_by"] == "adm"
    secret = c["HRV"].put(CANARY, "ALB", coalition=c.id, title=CANARY, label="RESTRICTED")
    alb.wait_record(secret, coalition=c.id)
    plain = c["HRV"].put(CANARY, "ALB", coalition=c.id, title=CANARY)
    wait(lambda: any(e["data"].get("object") == plain for e in receiver.events()), "the plain record is told")
    assert {e["data"].get("object") for e in receiver.events() if e["topic"] == "record"} == {plain}
    assert not any(e["topic"] == "test" for e in receiver.events())
    token = edi.post("/tokens", {"name": "t", "roles": {"node": "administrator"}, "until": "2026-12-31T00:00:00Z"})
    if token.status == 201:
        assert Token(alb, token.json["token"]).post("/webhooks", {"name": "y", "url": "https://receiver.example/"}).status == 403
