"""Rapid response on four real nodes, through the commands: an alert, a request of six lines, offers of three members, acceptances, commits, two legs, a shortfall,
stand-down and settlement; a member outside the label sees none of it; a rebuild makes the same bytes everywhere."""

import csv
import datetime
import http.server
import io
import json
import os
import pathlib
import shutil
import subprocess
import threading
import xml.etree.ElementTree

import pytest

import schema
from api import Person, add_user, ask, new_token, store
from entente import BAD_INPUT, DENIED, TOP, EXISTS, UNAVAILABLE, wait

DATA = pathlib.Path(os.environ.get("ENTENTE_DATA", TOP.parent / "shared/data"))

LINES = [("HCP", 2), ("FRB", 3), ("MUSAR", 1), ("EMT2", 1), ("PURE", 2), ("TENT", 400)]


class Member:
    """A node and the `entente response` of its duty officer."""

    def __init__(self, node):
        self.node = node

    def say(self, *args, **options):
        return self.node.json("response", *args, **options)

    def put(self, kind, *fields, **options):
        args = [part for name, value in options.items() for part in (f"--{name}", value)]
        return self.say("put", kind, *fields, *args)["object"]

    def show(self, request):
        done = self.node.run("response", "show", request, "--json", status=None)
        return json.loads(done.stdout) if done.returncode == 0 else None

    def wait_show(self, request, check, what):
        return wait(lambda: (d := self.show(request)) and check(d) and d, lambda: f"{what} at {self.node.label}: {self.show(request)}")

    def wait_has(self, object_id):
        wait(lambda: self.node.run("response", "get", object_id, "--json", status=None).returncode == 0, f"{object_id} at {self.node.label}")


@pytest.fixture
def four(coalition):
    t = coalition(["ALB", "HRV", "KOS", "SVN"]).sign_all()
    return t, [Member(t[label]) for label in ("ALB", "HRV", "KOS", "SVN")]


def capability(member, type_code, quantity, to="ALB,HRV,KOS"):
    made = member.put("capabilities", f"type={type_code}", f"name={type_code} of {member.node.label}", "kind=module", to=to)
    member.put("capability-details", f"of={made}", f"quantity={quantity}", "reserve=1", "home.name=Depot")
    member.put("readiness", f"capability={made}", "state=READY", "valid_until=+24h", "notice_minutes=180", to=to)
    return made


def alert(albania, others):
    """Written by one, approved by another, acknowledged by the partners."""
    fields = ["event=Flood", "category=Met,Safety", "urgency=Immediate", "severity=Extreme", "certainty=Observed",
              "headline=The Drin floods its valley", "expires=+12h", "area.0.areaDesc=Drin valley"]
    draft = albania.say("alert", *fields, "--polygon", "41.9,19.5 41.9,20.4 42.2,20.4 42.2,19.5 41.9,19.5",
                        "--to", "ALB,HRV,KOS", "--as", "edi")["draft"]
    albania.node.refuses(DENIED, "response", "approve", str(draft), "--as", "edi")
    made = albania.say("approve", str(draft), "--as", "mira")["object"]
    albania.node.refuses(EXISTS, "response", "approve", str(draft), "--as", "mira")
    for member in others:
        member.wait_has(made)
        member.say("ack", made)
    row = wait(lambda: next((a for a in albania.say("alerts") if all(k["read"] for k in a["acks"])), None), "both have read it")
    told = albania.node.run("response", "alerts").stdout
    assert all(any(line.split()[:1] == [k["member_label"]] and "no answer" not in line for line in told.splitlines()) for k in row["acks"])
    assert row["active"] and row["ack_due_minutes"] == 5 and not any(k["overdue"] for k in row["acks"])
    # The partner serves the very bytes.
    assert others[0].node.run("response", "get", made).stdout == albania.node.run("response", "get", made).stdout
    return made


def test_the_whole_story(four):
    t, (albania, croatia, kosovo, slovenia) = four
    alert(albania, [croatia, kosovo])
    modules = {"HCP": capability(croatia, "HCP", 3), "FRB": capability(croatia, "FRB", 3),
               "MUSAR": capability(kosovo, "MUSAR", 2), "PURE": capability(kosovo, "PURE", 3)}
    own = capability(albania, "EMT2", 2)
    incident = albania.put("incidents", "name=Drin floods", "event_type=flood", "centre.lat=42.05", "centre.lon=19.9", to="ALB,HRV,KOS")
    lines = [f for i, (kind, n) in enumerate(LINES)
             for f in (f"lines.{i}.line={i + 1}", f"lines.{i}.type={kind}", f"lines.{i}.quantity={n}", f"lines.{i}.needed_by=+24h")]
    request = albania.put("requests", f"incident={incident}", "code=4711", "title=Drin floods", "situation=The valley is under water",
                          "location.name=Shkodra", "location.lat=42.07", "location.lon=19.51", "offers_due=+4h", *lines, to="ALB,HRV,KOS")

    # Offers: Croatia two, one of them by SMS; Kosovo one of two items and a refusal; Albania itself for the line that its own hospital fills.
    for member in (croatia, kosovo):
        member.wait_has(request)
    hcp = croatia.say("offer", "4711", "--line", "1", "--quantity", "2", "--capability", modules["HCP"], "--eta", "+20h", "--cost", "1250000", "--currency", "EUR")
    message = croatia.node.refuses(BAD_INPUT, "response", "offer", "4711", "--line", "1", "--quantity", "3", "--capability", modules["HCP"], "--eta", "+20h")
    assert "2 of 3" in message  # one stays at home
    frb = croatia.say("sms", "4711 offer 2 frb 12h")
    assert "no such type" in croatia.node.refuses(BAD_INPUT, "response", "sms", "4711 OFFER 2 XYZ 12H")
    two = kosovo.say("put", "offers", f"request={request}", "response=ACCEPT", "valid_until=+12h",
                     "items.0.item=1", "items.0.line=3", f"items.0.capability={modules['MUSAR']}", "items.0.quantity=1", "items.0.eta_latest=+6h",
                     "items.1.item=2", "items.1.line=5", f"items.1.capability={modules['PURE']}", "items.1.quantity=2", "items.1.eta_latest=+30h")
    kosovo.say("offer", "4711", "--decline", "no tents left")
    emt = albania.say("offer", "4711", "--line", "4", "--capability", own, "--eta", "+5h")
    albania.wait_show("4711", lambda d: len(d["offers"]) == 5, "five offers")

    # The plan of the offers in hand takes all of them; what nobody offers stays open, and a draft of the same is no better.
    plan = albania.say("plan", "4711", "--offers")
    taken = {line["line"]: [(k["lot"].split("#")[0], k["quantity"]) for k in line["from"]] for line in plan["lines"]}
    assert taken == {1: [(hcp["object"], 2)], 2: [(frb["object"], 2)], 3: [(two["object"], 1)], 4: [(emt["object"], 1)], 5: [(two["object"], 2)], 6: []}
    assert plan["gap_ppm"] <= 10 and [line["covered_permille"] for line in plan["lines"]] == [1000, 666, 1000, 1000, 1000, 0]
    assert albania.say("plan", "4711", "--offers", "--seconds", "0")["points"] >= plan["points"]

    # Acceptances by exact hash, commits after the provider's own check.
    accepted = {}
    for name, offer in (("hcp", hcp), ("frb", frb), ("two", two), ("emt", emt)):
        accepted[name] = albania.say("accept", offer["object"], "--as", "duty officer")["object"]
    for member, name in ((croatia, "hcp"), (kosovo, "two"), (albania, "emt")):
        member.wait_has(accepted[name])
    commits = {"hcp": croatia.say("commit", accepted["hcp"], "--order", "HR-12", "--leader", "I. Horvat")["object"],
               "two": kosovo.say("commit", accepted["two"])["object"], "emt": albania.say("commit", accepted["emt"])["object"]}
    croatia.wait_has(accepted["frb"])
    # The offer by SMS named no boats: the provider says now which.
    commits["frb"] = croatia.say("commit", accepted["frb"], "--capability", modules["FRB"])["object"]
    croatia.node.refuses(EXISTS, "response", "commit", accepted["hcp"])
    albania.say("put", "shortfalls", f"request={request}", "line=6", "quantity=400", "decision=unable_to_fill",
                "rationale=No tents are offered; sports halls are opened", "signed_by=duty officer")
    albania.say("put", "shortfalls", f"request={request}", "line=2", "quantity=1", "decision=accept", "rationale=Two boats do", "signed_by=duty officer")

    def covered(d):
        return [line["state"] for line in d["lines"]] == ["COMMITTED", "SHORTFALL_ACCEPTED", "COMMITTED", "COMMITTED", "COMMITTED", "UNABLE_TO_FILL"]
    for member in (albania, croatia, kosovo):
        d = member.wait_show(request, covered, "all lines are settled")
        assert d["state"] == "COVERED" and [line["late"] for line in d["lines"]] == [False, False, False, False, True, False]

    # Two legs of one deployment; the first arrives, and it is home again in the end.
    deployment = croatia.put("deployments", f"commit={commits['hcp']}", "status=MOBILISING")
    leg = croatia.put("legs", f"deployment={deployment}", "seq=1", "direction=outbound", "mode=road", "state=planned", "from.name=Zagreb", "from.lat=45.8",
                      "from.lon=16.0", "to.name=Shkodra", "to.lat=42.07", "to.lon=19.51", "requested_arrival=+20h", "estimated_departure=+1h", "estimated_arrival=+15h")
    croatia.put("legs", "state=departed", "actual_departure=-1h", object=leg)
    albania.wait_show(request, lambda d: d["deployments"] and d["deployments"][0]["status"] == "IN_TRANSIT" and d["lines"][0]["in_transit"] == 2, "on its way")
    croatia.put("legs", "state=arrived", "actual_arrival=+0m", object=leg)
    croatia.put("check-ins", f"deployment={deployment}", "location.lat=42.07", "location.lon=19.51", "people=24")
    albania.wait_show(request, lambda d: d["lines"][0]["state"] == "ARRIVED", "it is there")
    albania.put("stand-downs", f"deployment={deployment}", "handover_note=the dam holds")
    croatia.wait_show(request, lambda d: d["deployments"][0]["status"] == "RELEASED", "released")
    croatia.put("legs", f"deployment={deployment}", "seq=2", "direction=return", "mode=road", "state=departed", "from.name=Shkodra", "to.name=Zagreb",
                "actual_departure=+0m", "estimated_arrival=+15h")
    croatia.put("returns", f"deployment={deployment}", "ready_again_at=+48h")

    # What it costs.
    claim = croatia.put("claims", f"deployment={deployment}", "currency=EUR", "method=cash", "lines.0.line=1", "lines.0.category=transport",
                        "lines.0.description=Fuel and tolls", "lines.0.amount=910000", "lines.1.line=2", "lines.1.category=other", "lines.1.description=Flowers", "lines.1.amount=5000")
    albania.wait_has(claim)
    albania.say("put", "claim-decisions", f"claim={claim}", "lines.0.line=1", "lines.0.decision=accept", "lines.1.line=2", "lines.1.decision=reject",
                "lines.1.reason=not agreed", "decided_by=treasury")
    albania.say("put", "settlements", f"claim={claim}", "amount=910000", "reference=TRX 7")
    albania.say("put", "exchanges", f"request={request}", "creditor=HRV", "unit=flight hour", "amount=350", "reference=ATARES 3")
    d = croatia.wait_show(request, lambda d: d["deployments"][0]["claims"] and d["deployments"][0]["claims"][0]["state"] == "SETTLED", "settled")
    money = d["deployments"][0]["claims"][0]
    assert (money["claimed"], money["accepted"], money["settlement"]["content"]["amount"]) == (915000, 910000, 910000)
    assert d["deployments"][0]["status"] in ("HOME", "RECONSTITUTED")
    wait(lambda: croatia.say("ledger") == [{"debtor_label": "ALB", "creditor_label": "HRV", "unit": "flight hour", "amount": 350}], "the ledger")

    t.agree()
    # Everybody inside sees the same; whoever is outside sees nothing, not even that there is something.
    whole = [json.dumps([(line["line"], line["state"], line["committed"], line["done"]) for line in m.show(request)["lines"]]) for m in (albania, croatia, kosovo)]
    assert len(set(whole)) == 1
    assert slovenia.say("board") == [] and slovenia.say("capabilities") == [] and slovenia.say("alerts", "--all") == [] and slovenia.show(request) is None
    for kind in ("requests", "offers", "acceptances", "commits", "deployments", "claims", "acks", "incidents"):
        assert slovenia.say("list", kind) == []
    assert slovenia.node.holds(b"Drin floods", b"HR-12", b"Flowers") == []
    # What is kept at home is in nobody else's hands.
    assert all("quantity" not in c["content"] for c in albania.say("capabilities") if c["author_label"] == "HRV")
    for node in t:
        before = node.json("rebuild")
        assert before["same"], (node.label, before)


def test_exercise_is_not_real(four):
    t, (albania, croatia, _, _) = four
    albania.put("requests", "code=99", "title=Drill", "situation=x", "location.name=y", "offers_due=+4h", "lines.0.line=1", "lines.0.type=HCP",
                "lines.0.quantity=1", "lines.0.needed_by=+24h", to="ALB,HRV", mode="exercise")
    wait(lambda: len(croatia.say("board", "-m", "exercise")) == 1, "the drill")
    assert croatia.say("board") == []
    assert "EXERCISE" in croatia.node.run("response", "board", "-m", "exercise").stdout
    croatia.node.refuses(UNAVAILABLE, "response", "offer", "99", "--type", "HCP", "--eta", "+2h")
    croatia.say("offer", "99", "--type", "HCP", "--eta", "+2h", "-m", "exercise")


def test_tables_come_back_as_they_went(four):
    t, (albania, croatia, _, _) = four
    rows = [{"object": "", "type": "FLOOD.HCP", "name": "Pumps, \"large\"", "kind": "module", "quantity": "3", "reserve": "1", "home.name": "=Zagreb",
             "home.lat": "45.8", "home.lon": "16.0", "transport_modes.0.mode": "road", "transport_modes.0.speed_kmh": "55", "support_needed": "fuel,food"},
            {"object": "", "type": "HUSAR", "name": "Rescuers", "kind": "unit", "quantity": "", "reserve": "", "home.name": "", "home.lat": "", "home.lon": "",
             "transport_modes.0.mode": "", "transport_modes.0.speed_kmh": "", "support_needed": ""}]
    path = t.path / "capabilities.csv"

    def save(some):
        with open(path, "w", newline="", encoding="utf-8") as f:
            w = csv.DictWriter(f, fieldnames=rows[0])
            w.writeheader()
            w.writerows(some)
    save([dict(rows[0], quantity="many"), dict(rows[1], type="NONE")])
    done = croatia.node.run("response", "import", "capabilities", path, "--json", "--to", "ALB", status=BAD_INPUT)
    assert [(p["line"], p["column"]) for p in json.loads(done.stdout)["problems"]] == [(2, "quantity"), (3, "type")]
    assert croatia.say("capabilities") == []
    save(rows)
    assert croatia.say("import", "capabilities", path, "--dry-run")["new"] == 2 and croatia.say("capabilities") == []
    croatia.say("import", "capabilities", path, "--to", "ALB,HRV")
    first = croatia.node.run("response", "export", "capabilities", binary=True).stdout
    path.write_bytes(first)
    assert croatia.say("import", "capabilities", path) == {"rows": 2, "new": 0, "changed": 0, "same": 2, "written": False, "problems": []}
    assert croatia.node.run("response", "export", "capabilities", binary=True).stdout == first
    table = list(csv.DictReader(io.StringIO(first.decode())))
    assert {r["home.name"] for r in table} == {"'=Zagreb", ""}  # no spreadsheet runs it
    table[0 if table[0]["quantity"] else 1]["quantity"] = "4"
    with open(path, "w", newline="", encoding="utf-8") as f:
        w = csv.DictWriter(f, fieldnames=table[0])
        w.writeheader()
        w.writerows(table)
    assert croatia.say("import", "capabilities", path)["changed"] == 1
    wait(lambda: len(albania.say("capabilities")) == 2, "both capabilities at ALB")
    # The partner has the names, and neither numbers nor places.
    there = albania.node.run("response", "export", "capabilities").stdout
    assert "Pumps" in there and "Zagreb" not in there and "quantity" not in there


def test_readiness_goes_stale_by_itself(four):
    _, (albania, _, _, _) = four
    made = capability(albania, "HCP", 2)
    albania.put("readiness", f"capability={made}", "state=READY", "reported_at=-3h", "valid_until=-1h", to="ALB")
    cell = albania.say("capabilities")[0]["readiness"]
    assert cell["state"] == "READY" and not cell["stale"]  # the newer report counts
    other = albania.put("capabilities", "type=HUSAR", "name=x", "kind=unit")
    albania.put("readiness", f"capability={other}", "state=READY", "reported_at=-3h", "valid_until=-1h")
    row = next(c for c in albania.say("capabilities") if c["object"] == other)
    assert row["readiness"]["state"] == "STALE" and row["readiness"]["age_minutes"] >= 180
    assert any(c["state"] == "STALE" for r in albania.say("matrix") for c in r["cells"] if r["type"] == "SAR.HUSAR")


# ---- the API, the feed out, feeds in ----

class Feed(http.server.BaseHTTPRequestHandler):
    """An Atom index with two alerts, one inside and one linked; answers 304 to who has it."""

    body, asked, linked = b"", [], b""

    def do_GET(self):
        Feed.asked.append((self.path, self.headers.get("If-None-Match")))
        fresh = self.path == "/feed" and self.headers.get("If-None-Match") == '"one"'
        body = b"" if fresh else Feed.body if self.path == "/feed" else Feed.linked
        self.send_response(304 if fresh else 200)
        self.send_header("ETag", '"one"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def cap(identifier, expires="2099-01-01T00:00:00+00:00", status="Actual"):
    return (f'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>{identifier}</identifier><sender>met@example.org</sender>'
            f"<sent>2026-03-01T10:00:00+01:00</sent><status>{status}</status><msgType>Alert</msgType><scope>Public</scope><info><category>Met</category>"
            f"<event>Wind</event><urgency>Future</urgency><severity>Minor</severity><certainty>Likely</certainty><expires>{expires}</expires>"
            "<headline>It blows</headline></info></alert>").encode()


def test_feeds_are_read_as_they_came(four):
    _, (albania, croatia, _, _) = four
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Feed)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}"
    Feed.linked, Feed.asked = cap("two"), []
    Feed.body = (f'<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id><title>t</title><entry><id>1</id><content type="application/cap+xml">'.encode() + cap("one") +
                 f'</content></entry><entry><id>2</id><link href="{base}/two"/></entry><entry><id>3</id><content>'.encode() + cap("old", "2026-03-01T12:00:00+01:00") +
                 b"</content></entry><entry><id>4</id><content>" + cap("drill", status="Exercise") + b"</content></entry></feed>")
    try:
        albania.node.refuses(BAD_INPUT, "response", "feed", "http://example.org/feed")
        albania.node.run("response", "feed", base + "/feed", "--to", "ALB,HRV", "--every", "1")
        albania.node.stop()
        albania.node.start()  # the task looks at once
        wait(lambda: {a["identifier"] for a in croatia.say("alerts")} == {"one", "two"}, lambda: f"both alerts: {Feed.asked}, {albania.say('feeds')}")
        assert {a["identifier"] for a in croatia.say("alerts", "-m", "exercise")} == {"drill"}
        one = next(a for a in croatia.say("alerts") if a["identifier"] == "one")
        assert croatia.node.run("response", "get", one["object"], binary=True).stdout == cap("one")
        # Asked again it has the tag, and nothing is taken twice.
        store(albania.node, "UPDATE response_feed SET next_ms = 0")
        albania.node.stop()
        albania.node.start()
        wait(lambda: ("/feed", '"one"') in Feed.asked, lambda: f"asked with the tag: {Feed.asked}")
        assert len(albania.say("alerts", "--all")) == 2
        # What it was, and what the reading has passed over: the first one (the tag says nothing is new) took three, and one was over.
        [told] = albania.say("feeds")
        assert told["taken"] == 3 and told["passed_over"] == {"known": 0, "over": 1, "refused": 0, "unreachable": 0, "next_time": 0}
        assert "passed over: 1 expired" in albania.node.run("response", "feeds").stdout
    finally:
        server.shutdown()
        server.server_close()


def test_api(four):
    t, (albania, croatia, kosovo, _) = four
    alb, base = albania.node, f"/coalitions/{t.id}/response"
    add_user(alb, "edi", "administrator", "*")
    add_user(alb, "mira", "response=officer", "*")
    add_user(alb, "low", "response=officer", "UNCLASSIFIED")
    edi, mira, low = Person(alb, "edi"), Person(alb, "mira"), Person(alb, "low")
    document = ask(alb, "GET", "/openapi.json").json
    # What the tables of fields tell of themselves is what the API page says.
    told = json.loads(alb.run("response", "schema").stdout)
    assert len(told) > 40 and {name: document["components"]["schemas"].get(name) for name in told} == told

    def right(answer, name, status=200):
        assert answer.status == status, (name, answer.status, answer.body)
        assert schema.complaints(document, {"$ref": f"#/components/schemas/{name}"}, answer.json) == []
        return answer.json
    soon = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=6)).strftime("%Y-%m-%dT%H:%M:%SZ")
    form = {"info": [{"event": "Flood", "category": ["Met"], "urgency": "Immediate", "severity": "Severe", "certainty": "Likely", "headline": "Flood",
                      "expires": soon, "area": [{"areaDesc": "valley", "polygon": ["41,20 41,21 42,21 41,20"]}]}]}
    wrong = json.loads(json.dumps(form))
    wrong["info"][0]["area"][0]["polygon"] = ["41,20 41,21 42,21"]
    answer = edi.post(base + "/alert-drafts", {"audience": "all", "form": wrong})
    assert answer.status == 422 and "polygon" in answer.pointer, answer.body
    draft = right(edi.post(base + "/alert-drafts", {"audience": "all", "label": "RESTRICTED", "form": form}), "ResponseAlertDraft", 201)
    right(edi.get(base + "/alert-drafts"), "ResponseAlertDrafts")
    # What was written by mistake is thrown away: by its writer or an officer, and never issued.
    wrongly = right(edi.post(base + "/alert-drafts", {"audience": "all", "label": "RESTRICTED", "form": form}), "ResponseAlertDraft", 201)
    assert edi.delete(f"{base}/alert-drafts/{wrongly['number']}").status == 204
    assert edi.delete(f"{base}/alert-drafts/{wrongly['number']}").status == 404
    assert mira.post(f"{base}/alert-drafts/{wrongly['number']}/approve").status == 404
    assert "Severe: Flood" in alb.run("response", "drafts").stdout
    again = right(edi.post(base + "/alert-drafts", {"audience": "all", "label": "RESTRICTED", "form": form}), "ResponseAlertDraft", 201)
    alb.run("response", "discard", str(again["number"]))
    alb.refuses(UNAVAILABLE, "response", "discard", str(again["number"]))
    assert edi.post(f"{base}/alert-drafts/{draft['number']}/approve").status == 403
    issued = right(mira.post(f"{base}/alert-drafts/{draft['number']}/approve"), "ResponseIssued", 201)
    alert_row = edi.get(base + "/alerts").items[0]
    assert schema.complaints(document, {"$ref": "#/components/schemas/ResponseAlert"}, alert_row) == [] and alert_row["object"] == issued["object"]

    # The feed: one entry per active alert, a tag, 304; nothing for who may not see it; exercises apart.
    program = new_token(alb, "edi", "response=reader", clearance="RESTRICTED")[0]
    feed = program.get(f"//cap/{t.id}/real.atom")
    tree = xml.etree.ElementTree.fromstring(feed.body)
    links = [e.get("href") for e in tree.iter("{http://www.w3.org/2005/Atom}link")]
    assert feed.status == 200 and len(links) == 1
    assert program.get(f"//cap/{t.id}/real.atom", **{"If-None-Match": feed.etag}).status == 304
    bytes_of = program.get("/" + links[0])
    assert bytes_of.headers["Content-Type"].startswith("application/cap+xml") and bytes_of.body == edi.get(f"{base}/alerts/{issued['object']}/cap").body
    for mode in ("exercise", "test"):
        assert b"<entry>" not in program.get(f"//cap/{t.id}/{mode}.atom").body
    assert b"<entry>" not in low.get(f"//cap/{t.id}/real.atom").body and low.get("/" + links[0]).status == 404 and low.get(base + "/alerts").items == []
    assert ask(alb, "GET", f"//cap/{t.id}/real.atom").status == 401
    assert program.get(f"//cap/{'0' * 32}/real.atom").status == program.get("//cap/nonsense").status == 404

    # A request, and what binds is an officer's.
    add_user(alb, "kon", "response=contributor", "*")
    kon = Person(alb, "kon")
    content = {"code": "4711", "title": "Pumps", "situation": "x", "location": {"name": "y", "lat": 41.5, "lon": 20}, "offers_due": "2099-01-01T00:00:00Z",
               "lines": [{"line": 1, "type": "HCP", "quantity": 2, "needed_by": "2099-01-02T00:00:00Z"}]}
    for bent, pointer in (({"colour": 1}, "/content/colour"), ({"lines": []}, "/content/lines"), ({"priority": 9}, "/content/priority"), ({"code": "47a"}, "/content/code")):
        answer = kon.post(base + "/records/requests", {"audience": "all", "content": {**content, **bent}})
        assert answer.status == 422 and answer.pointer == pointer, answer.body
    made = right(kon.post(base + "/records/requests", {"audience": [n.node.member for n in (albania, croatia)], "content": content}), "ResponseRecord", 201)
    croatia.wait_has(made["object"])
    offer = croatia.say("offer", "4711", "--type", "HCP", "--quantity", "2", "--eta", "+5h")["object"]
    albania.wait_has(offer)
    accept = {"content": {"offer": offer, "authorised_by": "kon"}}
    assert kon.post(base + "/records/acceptances", accept).status == 403
    right(edi.post(base + "/records/acceptances", accept), "ResponseRecord", 201)
    whole = right(edi.get(f"{base}/requests/{made['object']}"), "ResponseDossier")
    assert whole["lines"][0]["accepted"] == 2 and whole["acceptances"][0]["state"] == "OPEN"
    assert edi.get(base + "/requests").items[0]["coverage_percent"] == 0
    for path, name in (("/matrix", "ResponseMatrix"), ("/ledger", "ResponseLedger"), ("/types", "ResponseTypes"), ("/feeds", "ResponseFeeds")):
        right(edi.get(base + path), name)
    assert edi.get(base + "/export/requests").body.startswith(b"object,")
    lint = right(edi.ask("POST", base + "/alerts/lint", cap("x").decode(), **{"Content-Type": "text/plain"}), "ResponseLint")
    assert lint["alerts"][0]["valid"]
    assert edi.ask("POST", base + "/alerts/lint", "<!DOCTYPE a><a/>", **{"Content-Type": "text/plain"}).status == 400

    # Who knows no token may try some; the others read on.
    tries = (ask(alb, "GET", f"//cap/{t.id}/real.atom", Authorization="Bearer ent_" + "a" * 52) for _ in range(3000))
    refused = next(a for a in tries if a.status != 401)
    assert refused.status == 429 and int(refused.headers["Retry-After"]) >= 1
    assert program.get(f"//cap/{t.id}/real.atom").status == 200



# ---- what goes out ----

def schema_of(path):
    """The EDXL-DE 2.0 schema, its files put where they look for each other; None where it is not on this machine."""
    source = DATA / "edxl/schema"
    if not source.exists() or not shutil.which("xmllint"):
        return None
    for f in source.glob("*.xsd"):
        name = f.name.removeprefix("src_main_resources_xsd_").replace("other-supporting-schema_EDXLCT_wd06_", "other-supporting-schema/EDXLCT_wd06/")
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(f.read_text())
    return path / "EDXL-DE-envelope-only.xsd"


def test_exports(four):
    t, (albania, croatia, _, _) = four
    pumps = capability(croatia, "HCP", 3, to="ALB,HRV")
    request = albania.put("requests", "code=12", "title=Pumps & more", "situation=x", "location.name=Shkodra", "location.lat=42.07", "location.lon=19.51", "offers_due=+4h",
                          "lines.0.line=1", "lines.0.type=HCP", "lines.0.quantity=2", "lines.0.needed_by=+24h", to="ALB,HRV", label="RESTRICTED TLP=AMBER", mode="real")
    croatia.wait_has(request)
    offer = croatia.say("offer", "12", "--capability", pumps, "--quantity", "2", "--eta", "+5h")["object"]
    albania.wait_has(offer)
    accepted = albania.say("accept", offer, "--as", "duty officer")["object"]
    croatia.wait_has(accepted)
    commit = croatia.say("commit", accepted)["object"]
    deployment = croatia.put("deployments", f"commit={commit}", "name=Pumps 1")
    leg = croatia.put("legs", f"deployment={deployment}", "seq=1", "direction=outbound", "mode=road", "state=departed", "from.name=Zagreb", "from.lat=45.8", "from.lon=16",
                      "to.name=Shkodra", "to.lat=42.07", "to.lon=19.51", "actual_departure=+0m", "estimated_arrival=+10h")
    check = croatia.put("check-ins", f"deployment={deployment}", "location.lat=43.5", "location.lon=-16.25")

    rm = "{urn:oasis:names:tc:emergency:EDXL:RM:1.0:msg}"
    messages = {request: "RequestResource", offer: "ResponseToRequestResource", accepted: "RequisitionResource", commit: "CommitResource", leg: "ReportResourceDeploymentStatus",
                check: "ReportResourceDeploymentStatus"}
    files, names, elements = [], {}, {}
    before = {offer: request, accepted: offer, commit: accepted, leg: deployment, check: deployment}
    for record, name in messages.items():
        text = croatia.node.run("response", "export", record, "--format", "edxl").stdout
        tree = xml.etree.ElementTree.fromstring(text)
        body = next(tree.iter(rm + name))
        assert tree.find("{urn:oasis:names:tc:emergency:EDXL:DE:2.0}distributionStatus").text == "Actual"
        # Each version is a message of its own; what answers names the very version.
        names[record] = body.find(rm + "MessageID").text
        assert names[record].startswith(f"urn:entente:{record}:") and tree.find("{urn:oasis:names:tc:emergency:EDXL:DE:2.0}distributionID").text == names[record]
        assert body.find(rm + "OriginatingMessageID").text == names[request]
        if record != request:
            assert body.find(rm + "PrecedingMessageID").text == names.get(before[record], body.find(rm + "PrecedingMessageID").text)
        if record in (accepted, commit):
            elements[record] = [e.text for e in body.iter(rm + "ResourceInfoElementID")]
        if record == commit:
            assert [e.text for e in body.iter("{urn:oasis:names:tc:emergency:EDXL:RM:1.0}PrecedingResourceInfoElementID")] == elements[accepted] == ["1"]
        files.append(t.path / f"{name}-{record[-4:]}.xml")
        files[-1].write_text(text)
    albania.say("put", "requests", "code=12", "title=Pumps & hoses", "situation=x", "location.name=Shkodra", "location.lat=42.07", "location.lon=19.51", "offers_due=+4h",
                "lines.0.line=1", "lines.0.type=HCP", "lines.0.quantity=2", "lines.0.needed_by=+24h", "--object", request, "--to", "ALB,HRV", "--label", "RESTRICTED TLP=AMBER")
    tree = xml.etree.ElementTree.fromstring(albania.node.run("response", "export", request, "--format", "edxl").stdout)
    assert next(tree.iter(rm + "MessageID")).text not in names.values()
    croatia.node.refuses(BAD_INPUT, "response", "export", pumps, "--format", "edxl")
    (t.path / "xsd").mkdir()
    schema = schema_of(t.path / "xsd")
    if schema:
        write_missing(t.path / "xsd")
        done = subprocess.run(["xmllint", "--noout", "--nonet", "--schema", schema, *files], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    # Labels survive into Cursor on Target.
    event = xml.etree.ElementTree.fromstring(croatia.node.run("response", "export", "12", "--format", "cot").stdout)
    assert event.get("access") == "RESTRICTED" and event.get("caveat") == "TLP=AMBER" and set(event.get("releaseableTo").split(",")) == {"ALB", "HRV"}
    assert event.get("opex") == "o" and event.get("stale") > event.get("start") and event.find("point").get("lon") == "-16.25"

    shapes = json.loads(croatia.node.run("response", "export", "--format", "geojson").stdout)["features"]
    kinds = {f["properties"]["what"]: f["geometry"] for f in shapes}
    assert set(kinds) == {"capability", "request", "leg", "position"} or set(kinds) == {"request", "leg", "position"}
    assert kinds["request"]["coordinates"] == [19.51, 42.07] and kinds["leg"]["coordinates"][0] == [16, 45.8] and kinds["position"]["coordinates"] == [-16.25, 43.5]
    lines = list(csv.DictReader(io.StringIO(albania.node.run("response", "export", "12").stdout)))
    assert lines[0]["type"] == "FLOOD.HCP" and lines[0]["committed"] == "2"


def write_missing(path):
    """What the schema imports and is not on this machine (XLink, GML), as far as our messages come near it."""
    groups = "".join(f'<xs:attributeGroup name="{g}"/>' for g in ("simpleAttrs", "extendedAttrs", "locatorAttrs", "arcAttrs", "resourceAttrs", "titleAttrs"))
    (path / "other-supporting-schema/xlink.xsd").write_text(
        f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="http://www.w3.org/1999/xlink">{groups}</xs:schema>')
    (path / "other-supporting-schema/EDXLCT_wd06/edxl-gsf.v1.0.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:oasis:names:tc:emergency:edxl:gsf:1.0"><xs:complexType name="EDXLGeoLocationType"/><xs:element name="EDXLGeoLocation"/></xs:schema>')


def test_two_people_accept(coalition):
    """A request with four_eyes: what one officer accepts is written only when another, by an account of his own, confirms exactly that; and once."""
    t = coalition(["ALB", "HRV"]).sign_all()
    albania, croatia = Member(t["ALB"]), Member(t["HRV"])
    alb, base = albania.node, f"/coalitions/{t.id}/response"
    for name, roles in (("root", "administrator"), ("edi", "administrator"), ("mira", "response=officer"), ("agim", "response=contributor")):
        add_user(alb, name, roles, "*")
    edi, mira, agim = (Person(alb, name) for name in ("edi", "mira", "agim"))
    document = ask(alb, "GET", "/openapi.json").json
    pumps = capability(croatia, "HCP", 3, to="ALB,HRV")
    request = albania.put("requests", "code=4711", "title=Pumps", "situation=Water", "location.name=Shkodra", "offers_due=+4h", "four_eyes=true",
                          "lines.0.line=1", "lines.0.type=HCP", "lines.0.quantity=2", "lines.0.needed_by=+24h", to="ALB,HRV")
    croatia.wait_has(request)
    offer = croatia.say("offer", "4711", "--quantity", "2", "--capability", pumps, "--eta", "+20h")
    albania.wait_has(offer["object"])

    # Two names from one mouth are not two people: not through the route, not at the command line, not by writing the record oneself.
    wish = {"content": {"offer": offer["object"], "offer_leaf": offer["leaf"]}}
    both = {"content": {**wish["content"], "authorised_by": "edi", "second_authorisation": "mira"}}
    answer = edi.post(f"{base}/records/acceptances", both)
    assert (answer.status, answer.pointer) == (422, "/second_authorisation"), answer.body
    assert edi.post(f"{base}/records/acceptances", {"content": {**wish["content"], "authorised_by": "mira"}}).pointer == "/authorised_by"
    assert "token" in alb.refuses(DENIED, "response", "accept", offer["object"], "--as", "edi")
    now = datetime.datetime.now(datetime.timezone.utc)
    raw = {"request": request, **both["content"], "items": [{"item": 1, "line": 1, "quantity": 2}], "commit_by": (now + datetime.timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")}
    path = alb.path / "acceptance.json"
    path.write_text(json.dumps(raw))
    assert "token" in alb.refuses(DENIED, "response", "put", "acceptances", path)

    # The first proposes: nothing is written, and the same person cannot confirm it, whether signed in or by a token; nor somebody without the role.
    answer = edi.post(f"{base}/records/acceptances", wish)
    assert answer.status == 202 and schema.complaints(document, {"$ref": "#/components/schemas/ResponseWaiting"}, answer.json) == [], answer.body
    w = answer.json
    assert w["content"]["authorised_by"] == "edi" and "second_authorisation" not in w["content"]
    own, _ = new_token(alb, "edi", "response=officer")
    for who in (edi, own):
        assert who.post(f"{base}/acceptances-waiting/{w['hash']}/confirm").status == 403
    assert agim.post(f"{base}/acceptances-waiting/{w['hash']}/confirm").status == 403
    assert edi.get(f"{base}/records/acceptances").items == []
    listed = agim.get(f"{base}/acceptances-waiting")
    assert schema.complaints(document, {"$ref": "#/components/schemas/ResponseWaitingList"}, listed.json) == [] and [x["hash"] for x in listed.json["waiting"]] == [w["hash"]]
    assert mira.post(f"{base}/acceptances-waiting/{'0' * 64}/confirm").status == 404

    # Only who still has the role has proposed it.
    alb.run("user", "role", "edi", "--role", "response=reader")
    assert mira.post(f"{base}/acceptances-waiting/{w['hash']}/confirm").status == 403
    alb.run("user", "role", "edi", "--role", "administrator")
    edi = Person(alb, "edi")

    # The second confirms exactly that; it is written with both names, once, and the audit says who.
    answer = mira.post(f"{base}/acceptances-waiting/{w['hash']}/confirm")
    assert answer.status == 201, answer.body
    assert answer.json["content"] == {**w["content"], "second_authorisation": "mira"}
    assert mira.post(f"{base}/acceptances-waiting/{w['hash']}/confirm").status == 404
    audit = {(row["who"], row["what"]) for row in edi.all("/audit") if row["about"] == w["hash"]}
    assert audit == {("user:edi", "response acceptance proposed"), ("user:mira", "response acceptance confirmed")}
    croatia.wait_has(answer.json["object"])
    croatia.say("commit", answer.json["object"])
    # What binds is not written over by a note.
    record = f"/coalitions/{t.id}/records/{answer.json['object']}"
    over = edi.put(record, {"audience": [], "content": {"title": "Nothing was accepted"}}, **{"If-Match": edi.get(record).etag})
    assert (over.status, over.pointer) == (409, "/object"), over.body

    # At the command line each brings a token.
    other = croatia.say("offer", "4711", "--quantity", "1", "--capability", capability(croatia, "HCP", 4, to="ALB,HRV"), "--eta", "+20h")
    albania.wait_has(other["object"])
    files = {}
    for name, token in (("edi", own), ("mira", new_token(alb, "mira", "response=officer")[0]), ("agim", new_token(alb, "agim", "response=contributor")[0])):
        files[name] = alb.path / f"{name}.token"
        files[name].write_text(token.headers["Authorization"].split()[1] + "\n")
    w = albania.say("accept", other["object"], "--token", files["edi"])
    assert [x["hash"] for x in albania.say("waiting")] == [w["hash"]]
    for name in ("edi", "agim"):
        alb.refuses(DENIED, "response", "confirm", w["hash"], "--token", files[name])
    made = albania.say("confirm", w["hash"][:12], "--token", files["mira"])["object"]
    assert albania.say("get", made)["content"]["second_authorisation"] == "mira" and albania.say("waiting") == []

    # What has been changed meanwhile is not confirmed; it can be taken back, and then it is gone.
    third = croatia.say("offer", "4711", "--quantity", "1", "--capability", capability(croatia, "HCP", 4, to="ALB,HRV"), "--eta", "+20h")
    albania.wait_has(third["object"])
    w = edi.post(f"{base}/records/acceptances", {"content": {"offer": third["object"]}}).json
    croatia.say("withdraw", third["object"])
    wait(lambda: any(o["state"] == "WITHDRAWN" for o in albania.show("4711")["offers"]), "the offer is withdrawn")
    assert mira.post(f"{base}/acceptances-waiting/{w['hash']}/confirm").status == 409
    assert mira.ask("DELETE", f"{base}/acceptances-waiting/{w['hash']}").status == 204
    assert edi.get(f"{base}/acceptances-waiting").json == {"waiting": []}


def test_a_cap_file_is_taken_in(coalition):
    """From a file, from standard input, through the API: kept byte for byte, shown with a verdict; and an update or a cancellation goes to who has the alert."""
    t = coalition(["ALB", "HRV", "KOS"]).sign_all()
    albania, croatia, kosovo = (Member(t[x]) for x in ("ALB", "HRV", "KOS"))
    alb, base = albania.node, f"/coalitions/{t.id}/response"
    one = alb.path / "one.cap"
    one.write_bytes(b"\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>\n" + cap("one"))
    told = alb.run("response", "alert", one, "--to", "ALB,HRV").stdout
    assert told.startswith("taken ") and "CAP 1.2: valid" in told, told
    made = told.split()[1]
    croatia.wait_has(made)
    assert croatia.node.run("response", "get", made, binary=True).stdout == one.read_bytes()
    assert [x["verdict"] for x in albania.say("alert", str(one))] == ["known"]
    # By a pipe; latin letters in the encoding that the file names; several in one, each with its verdict.
    latin = cap("due").replace(b"It blows", "Allerta è".encode("latin-1"))
    latin = b'<?xml version="1.0" encoding="ISO-8859-1"?>' + latin
    done = alb.run("response", "alert", "-", "--to", "ALB,HRV", "--json", stdin=latin, binary=True)
    [got] = json.loads(done.stdout)
    assert got["verdict"] == "taken" and alb.run("response", "get", got["object"], binary=True).stdout == latin
    mixed = b"<alerts>" + cap("three") + cap("old", "2026-03-01T12:00:00+01:00") + cap("").replace(b"Met<", b"Wind<") + b"</alerts>"
    done = alb.run("response", "alert", "-", "--json", stdin=mixed, binary=True, status=BAD_INPUT)
    assert [(x["verdict"], x["identifier"]) for x in json.loads(done.stdout)] == [("taken", "three"), ("over", "old"), ("unreadable", "")]
    assert "identifier" in json.loads(done.stdout)[2]["why"] and b"1 of 3 not taken" in done.stderr
    before = len(albania.say("alerts", "--all"))
    for bad in (b"<!DOCTYPE x [<!ENTITY a 'b'>]><alert>&a;</alert>", b"<rss", b"<html/>"):
        alb.run("response", "alert", "-", stdin=bad, binary=True, status=BAD_INPUT)
    assert len(albania.say("alerts", "--all")) == before

    for name, roles in (("edi", "administrator"), ("mira", "response=officer"), ("agim", "response=contributor")):
        add_user(alb, name, roles, "*")
    edi, mira, agim = (Person(alb, name) for name in ("edi", "mira", "agim"))
    document = ask(alb, "GET", "/openapi.json").json
    assert agim.post(f"{base}/alerts", cap("four")).status == 403
    answer = mira.post(f"{base}/alerts?audience={alb.view(t.id)['parties'][0]['id']}", cap("four"))
    assert answer.status == 201 and schema.complaints(document, {"$ref": "#/components/schemas/ResponseTaken"}, answer.json) == [], answer.body
    [taken] = answer.json["alerts"]
    assert taken["verdict"] == "taken" and taken["valid"] and mira.get(f"{base}/alerts/{taken['object']}/cap").body == cap("four")
    assert mira.post(f"{base}/alerts", cap("four")).json["alerts"][0]["verdict"] == "known"
    answer = mira.post(f"{base}/alerts", cap(""))
    assert (answer.status, answer.pointer) == (422, "identifier"), answer.body
    assert mira.post(f"{base}/alerts?audience=nobody", cap("five")).status == 422

    # One's own, for two of three: the change goes to the same two, and so does its end.
    first = albania.say("approve", str(albania.say("alert", "event=Flood", "category=Met", "urgency=Immediate", "severity=Severe", "certainty=Likely", "headline=Flood",
                                                   "expires=+6h", "area.0.areaDesc=valley", "--to", "ALB,HRV", "--as", "edi")["draft"]), "--as", "mira")["object"]
    draft = edi.post(f"{base}/alert-drafts", {"form": {"cancel": first, "note": "The water has gone"}})
    assert draft.status == 201, draft.body
    ended = mira.post(f"{base}/alert-drafts/{draft.json['number']}/approve").json["object"]
    croatia.wait_has(ended)
    wait(lambda: all(a["object"] != first for a in croatia.say("alerts")), "it is called off")
    t.agree()
    assert kosovo.node.run("response", "get", ended, status=None).returncode != 0
    second = albania.say("approve", str(albania.say("alert", "event=Flood", "category=Met", "urgency=Immediate", "severity=Severe", "certainty=Likely", "headline=Again",
                                                    "expires=+6h", "area.0.areaDesc=valley", "--to", "ALB,HRV", "--as", "edi")["draft"]), "--as", "mira")["object"]
    changed = albania.say("approve", str(albania.say("alert", "event=Flood", "category=Met", "urgency=Past", "severity=Minor", "certainty=Likely", "headline=It falls",
                                                     "expires=+6h", "area.0.areaDesc=valley", "--update", second, "--as", "edi")["draft"]), "--as", "mira")["object"]
    croatia.wait_has(changed)
    t.agree()
    assert kosovo.node.run("response", "get", changed, status=None).returncode != 0
