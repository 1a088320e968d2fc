"""The pages of cyber security coordination on two real nodes, in a browser, live: feed, object, case, sightings, collections (cyber.mjs has the scenes)."""

import json
import os
import pathlib
import sys

from test_web import PASSWORD, add_user

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "test/taxii"))

import objects as stix  # noqa: E402

SCENES = str(pathlib.Path(__file__).with_name("cyber.mjs"))
AMBER = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"


def at(node):
    return {"base": f"http://127.0.0.1:{node.port}", "user": "edi", "password": PASSWORD}


def sample():
    now = stix.now()
    i = stix.indicator(7, object_marking_refs=[AMBER], indicator_types=["malicious-activity"])
    i["name"] = "Quinquereme beacon"
    m = stix.malware(1, object_marking_refs=[AMBER])
    link = stix.sdo("relationship", relationship_type="indicates", source_ref=i["id"], target_ref=m["id"], object_marking_refs=[AMBER])
    seen = stix.sdo("sighting", sighting_of_ref=i["id"], count=5, first_seen=now, last_seen=now, object_marking_refs=[AMBER])
    return i, [i, m, link, seen]


def bundle(path, objs):
    path.write_text(json.dumps({"type": "bundle", "id": "bundle--" + objs[0]["id"].split("--")[1], "objects": objs}))
    return str(path)


def test_from_bundle_to_coverage(browser, coalition, tmp_path):
    c = coalition(["ALB", "HRV"], name="Cyber").sign_all()
    for node in c:
        add_user(node)
    i, objs = sample()
    objs.append({**stix.indicator(8), "valid_from": "yesterday"})
    seen = browser.play("cyber", scenes=SCENES, coalition=c.id, nodes=[at(c["ALB"]), at(c["HRV"])], bundle=bundle(tmp_path / "bundle.json", objs),
                        name=i["name"], object=i["id"], shots=os.environ.get("ENTENTE_SHOTS"), **at(c["ALB"]))
    assert seen["bad"] == {}
    assert "5 objects" in seen["result"] and "1 refused" in seen["result"] and "/valid_from" in seen["result"]
    assert "AMBER" in seen["label"]
    assert {"all", "indicators", "from-alb"} <= set(seen["collections"])
    assert i["name"] not in seen["exercise"]


def test_pictures(browser, coalition, tmp_path):
    """Every page, empty and full, wide and narrow, light and dark, into $ENTENTE_SHOTS; without that nothing is done here."""
    import pytest
    shots = os.environ.get("ENTENTE_SHOTS")
    if not shots:
        pytest.skip("pictures: set ENTENTE_SHOTS to a folder")
    c = coalition(["ALB", "HRV"], name="Cyber").sign_all()
    add_user(c["ALB"])
    pages = {"feed": "", "cases": "cases", "case-new": "cases/new", "sightings": "sightings", "matrix": "matrix", "collections": "collections"}
    bad = browser.play("cyber_pages", scenes=SCENES, coalition=c.id, name="empty", pages=pages, shots=shots, **at(c["ALB"]))["bad"]
    i, objs = sample()
    tactic = stix.sdo("x-mitre-tactic", name="Initial access", x_mitre_shortname="initial-access",
                      external_references=[{"source_name": "mitre-attack", "external_id": "TA0001"}])
    techniques = [stix.sdo("attack-pattern", name=f"Technique {n}", kill_chain_phases=[{"kill_chain_name": "mitre-attack", "phase_name": "initial-access"}],
                           external_references=[{"source_name": "mitre-attack", "external_id": f"T10{n:02d}"}]) for n in range(12)]
    objs += [tactic, *techniques, stix.sdo("x-mitre-matrix", name="Enterprise", tactic_refs=[tactic["id"]], x_mitre_domains=["enterprise-attack"]),
             stix.sdo("sighting", sighting_of_ref=techniques[3]["id"], count=2), *(stix.indicator(n) for n in range(60))]
    c["ALB"].run("cyber", "import", bundle(tmp_path / "full.json", objs), "--to", "all", "-c", c.id)
    pages["object"] = f"object/{i['id']}"
    bad |= browser.play("cyber_pages", scenes=SCENES, coalition=c.id, name="full", pages=pages, shots=shots, **at(c["ALB"]))["bad"]
    assert bad == {}
