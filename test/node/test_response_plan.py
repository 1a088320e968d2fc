"""The plan of a request on four real nodes: what is chosen and why the rest is not, checked at another node, and what a member's accession changes."""

import datetime
import hashlib
import json

import pytest

import schema
from api import Person, add_user, ask
from entente import BAD_INPUT, STATE, UNAVAILABLE, VERIFY, wait


@pytest.fixture
def four(coalition):
    return coalition(["ALB", "HRV", "KOS", "BGR"]).sign_all()


def put(node, kind, *fields, to="ALB,HRV,KOS,BGR"):
    return node.json("response", "put", kind, *fields, "--to", to)["object"]


def pumps(node, quantity, lat, lon, *more, report=True):
    made = put(node, "capabilities", "type=HCP", f"name=Pumps of {node.label}", "kind=module", f"quantity={quantity}", "notice_minutes=120",
               f"home.lat={lat}", f"home.lon={lon}", "transport_modes.0.mode=road", "transport_modes.0.speed_kmh=60", "transport_modes.0.load_hours=1",
               "cost_rate.mobilisation=100000", "cost_rate.per_day=20000", "cost_rate.per_km=100", "cost_rate.currency=EUR", *more)
    if report:
        put(node, "readiness", f"capability={made}", "state=READY", "valid_until=+24h")
    return made


def minutes(since, until):
    return int((datetime.datetime.fromisoformat(until.replace("Z", "+00:00")) - datetime.datetime.fromisoformat(since.replace("Z", "+00:00"))).total_seconds() // 60)


def test_plan(four):
    t = four
    add_user(t["ALB"], "edi", "administrator", "*")
    albania, croatia, kosovo, bulgaria = t["ALB"], t["HRV"], t["KOS"], t["BGR"]
    edi = Person(albania, "edi")
    ready = pumps(croatia, 3, 45.8, 16.0)
    stale = pumps(kosovo, 4, 42.6, 21.2, report=False)
    far = pumps(bulgaria, 5, 42.7, 23.3)
    forbidden = pumps(albania, 2, 41.3, 19.8, "caveats.0.kind=geographic", "caveats.0.polarity=forbid", "caveats.0.area=Shkodra")
    incident = put(albania, "incidents", "name=Drin floods", "event_type=flood")
    request = put(albania, "requests", f"incident={incident}", "code=4711", "title=Drin floods", "situation=Water", "location.name=Shkodra",
                  "location.lat=42.07", "location.lon=19.51", "offers_due=+4h", "lines.0.line=1", "lines.0.type=HCP", "lines.0.quantity=6", "lines.0.needed_by=+30h",
                  "lines.0.needed_until=+150h")
    for one in (ready, stale, far):
        wait(lambda: albania.run("response", "get", one, "--json", status=None).returncode == 0, "all capabilities are known")

    plan = albania.json("response", "plan", "4711", "--without", "BGR")
    [line] = plan["lines"]
    assert [(k["lot"], k["quantity"], k["mode"], k["late_minutes"]) for k in line["from"]] == [(ready, 3, "road", 0)]
    assert line["covered_permille"] == 500 and plan["gap_ppm"] == 0
    assert {(r["lot"], r["rule"], r["detail"]) for r in line["why_not"]} == {(stale, "not ready", "no report"), (forbidden, "caveat", "Shkodra")}
    assert plan["cost"] == sum(k["cost"] for k in line["from"]) == sum(m["cost"] for m in plan["members"])
    shown = albania.run("response", "plan", "4711", "--without", "BGR").stdout
    assert "50 %" in shown and "not Pumps of KOS, KOS: not ready: no report" in shown and "There is none better" in shown

    # Another node that sees the same records checks it without a solver; a plan that was bent does not pass.
    file = t.path / "plan.json"
    file.write_text(json.dumps(plan))
    wait(lambda: croatia.run("response", "get", request, "--json", status=None).returncode == 0, "the request is known")
    wait(lambda: croatia.run("response", "plan", "4711", "--check", file, status=None).returncode == 0,
         lambda: croatia.run("response", "plan", "4711", "--check", file, status=None).stderr)
    plan["lines"][0]["from"][0]["quantity"] = 4
    file.write_text(json.dumps(plan))
    croatia.refuses(VERIFY, "response", "plan", "4711", "--check", file)

    # What an accession would change follows from the records: three of six become six of six.
    effect = albania.json("response", "plan", "4711", "--effect", "BGR")
    before, after = effect["without"]["lines"][0], effect["with"]["lines"][0]
    assert (before["covered_permille"], after["covered_permille"]) == (500, 1000)
    assert {k["member"] for k in after["from"]} == {"HRV", "BGR"} and effect["without"]["problem"] != effect["with"]["problem"]
    assert albania.json("response", "plan", "4711")["problem"] == effect["with"]["problem"]

    # As a report: also at the end of a plan without it. Whoever has no records and no table changes nothing that could be told.
    report = albania.run("response", "plan", "4711", "--without", "BGR").stdout
    assert "Without and with BGR" in report and "50 %" in report and "100 %" in report
    assert effect["lines"][0]["with"]["covered_permille"] == 1000 and effect["types"][0]["quantity"] == 6
    albania.refuses(UNAVAILABLE, "response", "plan", "4711", "--with", "MKD")

    # A candidate's own word: a table. Its numbers are those of the table, nothing of it is kept, and a plan with it is checked with the same table.
    table = t.path / "brings.csv"
    head = "type,name,kind,quantity,notice_minutes,home.lat,home.lon,transport_modes.0.mode,transport_modes.0.speed_kmh,cost_rate.per_day,cost_rate.currency"
    table.write_text(f"{head}\nFLOOD.HCP,Pumps of Skopje,module,2,60,42.0,21.43,road,60,10000,EUR\n")
    stated = albania.json("response", "plan", "4711", "--effect", "MKD", "--brings", table)
    assert stated["party"] == "MKD" and stated["with"]["stated"] == hashlib.sha256(table.read_bytes()).hexdigest() and stated["without"]["stated"] is None
    assert stated["lines"][0]["without"] == effect["lines"][0]["with"] | {"first_minutes": stated["lines"][0]["without"]["first_minutes"], "last_minutes": stated["lines"][0]["without"]["last_minutes"]}
    alone = albania.json("response", "plan", "4711", "--without", "BGR")
    assert [k["member"] for k in alone["lines"][0]["from"]] == ["HRV"]
    planned = albania.json("response", "plan", "4711", "--with", "MKD", "--brings", table)
    # Sixty minutes' notice and the way: 42.0, 21.43 to 42.07, 19.51 is 159 km.
    [mkd] = [k for k in planned["lines"][0]["from"] if k["member"] == "MKD"]
    assert (mkd["quantity"], mkd["lot"]) == (2, "stated#2")
    assert minutes(planned["at"], mkd["arrives"]) == 60 + 159
    file.write_text(json.dumps(planned))
    albania.run("response", "plan", "4711", "--brings", table, "--with", "MKD", "--check", file)
    albania.refuses(STATE, "response", "plan", "4711", "--check", file)
    assert albania.holds(b"Pumps of Skopje") == []
    table.write_text(f"{head}\nFLOOD.HCP,x,module,many,60,42.0,21.43,road,60,10000,EUR\n")
    assert "line 2" in albania.refuses(BAD_INPUT, "response", "plan", "4711", "--effect", "MKD", "--brings", table)
    api = f"/coalitions/{t.id}/response/requests/{request}/effect"
    answer = edi.get(f"{api}?party=BGR&seconds=1")
    assert answer.status == 200 and answer.json["lines"][0]["without"]["covered_permille"] == 500
    assert schema.complaints(ask(albania, "GET", "/openapi.json").json, {"$ref": "#/components/schemas/ResponseEffect"}, answer.json) == []
    assert edi.get(api).status == edi.get(f"{api}?party=MKD").status == 422

    # From offers in hand; a file of another problem is said to be one.
    offer = croatia.json("response", "offer", "4711", "--line", "1", "--quantity", "2", "--capability", ready, "--eta", "+20h", "--cost", "50000", "--currency", "EUR")["object"]
    wait(lambda: albania.json("response", "plan", "4711", "--offers")["lines"][0]["covered_permille"] == 333, "the offer is planned with")
    of = albania.json("response", "plan", "4711", "--offers")
    assert of["lines"][0]["from"][0]["lot"].startswith(offer) and of["cost"] == 50000
    file.write_text(json.dumps(of))
    plan = albania.json("response", "plan", "4711")
    plan["of"] = "offers"
    file.write_text(json.dumps(plan))
    albania.refuses(STATE, "response", "plan", "4711", "--check", file)

    # The API answers the same, and no more than the caller may see.
    here = edi.get(f"/coalitions/{t.id}/response/requests/{request}/plan?seconds=2&without=BGR")
    assert here.status == 200 and here.json["lines"][0]["covered_permille"] == 500
    assert edi.get(f"/coalitions/{t.id}/response/requests/{request}/plan?seconds=99").status == 422
    assert edi.get(f"/coalitions/{t.id}/response/requests/{request}/plan?without=XYZ").status == 422
    body = f"{head}\nFLOOD.HCP,Pumps,module,9,60,42.0,21.43,road,60,10000,EUR\n"
    posted = edi.ask("POST", api + "?party=MKD", body, **{"Content-Type": "text/plain"})
    assert posted.status == 200 and posted.json["lines"][0]["with"]["covered_permille"] == 1000, posted.body
    for bent in ("", "type\nX,Y,Z\n", f"{head}\n"):
        assert edi.ask("POST", api + "?party=MKD", bent, **{"Content-Type": "text/plain"}).status in (400, 422), bent
