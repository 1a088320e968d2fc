"""The pages of rapid response on real nodes: the story from the alert to the commitment, in a browser, live."""

import os
import pathlib

import pytest

from entente import wait

PASSWORD = "correct horse battery staple"


def add_user(node, name, role="administrator"):
    path = node.path / f"{node.label}.{name}.password"
    path.write_text(PASSWORD + "\n")
    path.chmod(0o600)
    node.run("user", "add", name, "--role", role, "--clearance", "*", "--pass-file", path)


@pytest.fixture
def four(coalition):
    c = coalition(["ALB", "HRV", "KOS", "SVN"]).sign_all()
    for node, names in (("ALB", ("edi", "mira")), ("HRV", ("ivan",)), ("KOS", ("dren",)), ("SVN", ("ana",))):
        for name in names:
            add_user(c[node], name)
    return c


INSIDE = ["ALB", "HRV", "KOS"]


def put(node, kind, *fields, to=",".join(INSIDE)):
    return node.json("response", "put", kind, *fields, "--to", to)["object"]


def have(node, type_code, quantity, lat, lon):
    """Pieces that are ready, and the numbers that stay at home."""
    made = put(node, "capabilities", f"type={type_code}", f"name={type_code} of {node.label}", "kind=module", "notice_minutes=240", f"home.lat={lat}", f"home.lon={lon}",
               "transport_modes.0.mode=road", "transport_modes.0.speed_kmh=60", f"quantity={quantity}")
    put(node, "capability-details", f"of={made}", "reserve=1", to=node.label)
    put(node, "readiness", f"capability={made}", "state=READY", "valid_until=+24h", "notice_minutes=240")


def test_the_whole_way_in_a_browser(browser, four):
    alb, hrv, kos, svn = (four[x] for x in ("ALB", "HRV", "KOS", "SVN"))
    for node, type_code, quantity in ((hrv, "HCP", 3), (hrv, "FRB", 3), (kos, "MUSAR", 2), (kos, "PURE", 3), (alb, "EMT2", 2)):
        have(node, type_code, quantity, 42.6, 21.2)
    old = put(alb, "capabilities", "type=HUSAR", "name=Rescuers", "kind=unit")
    put(alb, "readiness", f"capability={old}", "state=READY", "reported_at=-30h", "valid_until=-6h")
    # Two people accept for this one; somebody else's alert comes as a file.
    two = put(alb, "requests", "code=4712", "title=Boats", "situation=The ferry is gone", "location.name=Koman", "offers_due=+6h", "four_eyes=true",
              "lines.0.line=1", "lines.0.type=FRB", "lines.0.quantity=1", "lines.0.needed_by=+30h")
    wait(lambda: hrv.run("response", "show", "4712", status=None).returncode == 0, "the request at HRV")
    hrv.json("response", "offer", "4712", "--type", "FRB", "--quantity", "1", "--eta", "+20h")
    wait(lambda: alb.json("response", "show", "4712")["offers"], "the offer at ALB")
    cap = ("<alert xmlns='urn:oasis:names:tc:emergency:cap:1.2'><identifier>wind-1</identifier><sender>met@example.org</sender><sent>2026-03-01T10:00:00+01:00</sent>"
           "<status>Actual</status><msgType>Alert</msgType><scope>Public</scope><info><category>Met</category><event>Wind</event><urgency>Future</urgency>"
           "<severity>Minor</severity><certainty>Likely</certainty><expires>2099-03-01T10:00:00+01:00</expires><headline>It blows</headline></info></alert>")
    shots = os.environ.get("ENTENTE_SHOTS")
    nodes = [{"base": f"http://127.0.0.1:{n.port}", "user": user, "password": PASSWORD} for n, user in ((alb, "edi"), (hrv, "ivan"), (kos, "dren"), (svn, "ana"))]
    seen = browser.play("response", scenes=str(pathlib.Path(__file__).with_name("response.mjs")), base=nodes[0]["base"], nodes=nodes, coalition=four.id, inside=INSIDE, two=two, cap=cap, shots=shots)
    assert seen["bad"] == {}
    assert "EXERCISE EXERCISE EXERCISE" in seen["drill"] and "Drin" not in seen["drill"]

    # The plan of the page: all that members have; and of the offers, two boats of three and no tents.
    assert len(seen["plans"]) == 2 and all("SHELTER" not in p and "100 % of 2" in p for p in seen["plans"])
    assert "66 % of 3" in seen["plans"][1] and "0 % of 400" in seen["plans"][1]
    # Without Croatia no pumps come and no boats.
    effect = {row[0].split()[-1]: (row[2], row[3]) for row in seen["effect"]}
    assert "0 %" in effect["HCP"][0] and "nothing comes" in effect["HCP"][0] and effect["HCP"][1].startswith("100 %")
    assert effect["PURE"][0].startswith("100 %") and effect["TENT"][1].startswith("0 %")

    board = {row["content"]["code"]: row for row in alb.json("response", "board")}
    assert [line["state"] for line in board["4711"]["lines"]] == ["DONE", "SHORTFALL_ACCEPTED", "COMMITTED", "COMMITTED", "COMMITTED", "UNABLE_TO_FILL"]
    [first] = [a for a in alb.json("response", "alerts", "--all") if a["superseded"]]
    assert all(a["read"] for a in first["acks"] if a["member_label"] == "HRV")
    [accepted] = alb.json("response", "show", "4712")["acceptances"]
    assert (accepted["content"]["authorised_by"], accepted["content"]["second_authorisation"]) == ("edi", "mira")
    [claim] = alb.json("response", "show", "4711")["deployments"][0]["claims"]
    assert (claim["state"], claim["accepted"], claim["settlement"]["content"]["reference"]) == ("SETTLED", 910000, "TRX 7")

    # Whoever is outside has seen nothing of it, and every node makes its tables again, byte for byte.
    assert all("Drin" not in text and "4711" not in text and "HCP" not in text for text in seen["outside"].values()), seen["outside"]
    four.agree()
    for node in four:
        assert node.json("rebuild")["same"], node.label
