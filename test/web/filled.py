"""A coalition in the middle of its work, for whoever looks at all pages: three members and an applicant, with something on every page of the shell and of the four work areas."""

import pathlib
import sys
import tempfile

from entente import TOP, wait

sys.path.insert(0, str(TOP / "test" / "node"))
from api import Person  # noqa: E402
from test_cyber_pages import bundle, sample, stix  # noqa: E402
from test_procurement import Buying, eur  # noqa: E402
from test_training_pages import fill as fill_training  # noqa: E402
from test_response_pages import have, put  # noqa: E402
from test_web import PASSWORD, add_user  # noqa: E402


TECHNIQUES = [("T1566", "Phishing"), ("T1059", "Command and Scripting Interpreter"), ("T1053", "Scheduled Task/Job"), ("T1190", "Exploit Public-Facing Application"),
              ("T1204", "User Execution"), ("T1136", "Create Account"), ("T1078", "Valid Accounts"), ("T1203", "Exploitation for Client Execution"), ("T1098", "Account Manipulation"),
              ("T1189", "Drive-by Compromise"), ("T1047", "Windows Management Instrumentation"), ("T1505", "Server Software Component")]


def cyber(c):
    """Objects with their relations, a small ATT&CK with sightings, a case."""
    alb = c["ALB"]
    i, objs = sample()
    tactics = [stix.sdo("x-mitre-tactic", name=name, x_mitre_shortname=short, external_references=[{"source_name": "mitre-attack", "external_id": number}])
               for name, short, number in (("Initial access", "initial-access", "TA0001"), ("Execution", "execution", "TA0002"), ("Persistence", "persistence", "TA0003"))]
    techniques = [stix.sdo("attack-pattern", name=name, external_references=[{"source_name": "mitre-attack", "external_id": number}],
                           kill_chain_phases=[{"kill_chain_name": "mitre-attack", "phase_name": tactics[n % 3]["x_mitre_shortname"]}])
                  for n, (number, name) in enumerate(TECHNIQUES)]
    matrix = stix.sdo("x-mitre-matrix", name="Enterprise", tactic_refs=[t["id"] for t in tactics], x_mitre_domains=["enterprise-attack"])
    seen = [stix.sdo("sighting", sighting_of_ref=techniques[n]["id"], count=4 * n, first_seen=stix.now(), last_seen=stix.now()) for n in (1, 3, 6)]
    with tempfile.TemporaryDirectory() as folder:
        alb.run("cyber", "import", bundle(pathlib.Path(folder) / "b.json", [*objs, *tactics, *techniques, matrix, *seen, *(stix.indicator(n) for n in range(40))]),
                "--to", "all", "-c", c.id)
    person = Person(alb, "edi", PASSWORD)
    made = person.post(f"/coalitions/{c.id}/cyber/cases", {"kind": "case", "audience": "all", "content": {
        "title": "Beacons in the ministry", "summary": "Two mail gateways speak to it.", "status": "open", "severity": "high", "objects": [i["id"]]}})
    assert made.status == 201, made.body


def response(c):
    """A request of three lines with an offer's worth of capabilities, one report gone stale, an alert."""
    alb, hrv, kos = c["ALB"], c["HRV"], c["KOS"]
    for node, kind, n in ((hrv, "HCP", 3), (hrv, "FRB", 3), (kos, "MUSAR", 2), (alb, "EMT2", 2)):
        have(node, kind, n, 42.6, 21.2)
    old = put(alb, "capabilities", "type=HUSAR", "name=Rescuers", "kind=unit")
    put(alb, "readiness", f"capability={old}", "state=READY", "reported_at=-30h", "valid_until=-6h")
    lines = [("HCP", 2), ("FRB", 3), ("MUSAR", 1)]
    put(alb, "requests", "code=4711", "title=Drin floods", "situation=The valley is under water", "location.name=Shkodra", "location.lat=42.07", "location.lon=19.51",
        "offers_due=+4h", *(f for k, (kind, n) in enumerate(lines) for f in (f"lines.{k}.line={k + 1}", f"lines.{k}.type={kind}", f"lines.{k}.quantity={n}",
                                                                                 f"lines.{k}.needed_by=+20h", f"lines.{k}.needed_until=+150h")))
    draft = alb.json("response", "alert", "event=Flood", "category=Met,Safety", "urgency=Immediate", "severity=Extreme", "certainty=Observed",
                     "headline=The Drin floods its valley", "expires=+12h", "area.0.areaDesc=Drin valley", "--polygon", "41.9,19.5 41.9,20.4 42.2,20.4 42.2,19.5 41.9,19.5",
                     "--to", "ALB,HRV,KOS", "--as", "edi")["draft"]
    alb.run("response", "approve", str(draft), "--as", "mira")


def procurement(c, path):
    """A pool that two want, and a tender that is open."""
    b = Buying(c, path)
    need = {"title": "Winter tents", "classification": [{"scheme": "CPV", "id": "39522530"}], "quantity": 12, "unit": "H87", "firmness": "interest", "status": "stated", "maxUnitPrice": eur(2500)}
    b.put("ALB", "need", need)
    b.put("HRV", "need", {**need, "quantity": 20})
    pool = b.put("ALB", "pool", {"title": "Winter tents", "classification": need["classification"], "unit": "H87", "status": "collecting"})
    wait(lambda: c["HRV"].json("procure", "list", "pool"), "the pool at HRV")
    b.put("HRV", "participation", {"pool": pool, "status": "committed", "quantity": 20})
    b.put("HRV", "vote", {"pool": pool, "lead": c["ALB"].member})
    b.agreement("Tents and heaters", "ALB")
    for node in c:
        b.wait_state(node.label, "agreed")
    b.tender(3600)
    b.wait_state("ALB", "open")


def pact(c):
    """An applicant on its way, what is said of others, notes of each mode, a file, a webhook, an act that waits."""
    alb, hrv, kos = c["ALB"], c["HRV"], c["KOS"]
    b = c.add_party("BGR")
    add_user(b)
    b.run("accede", "-c", c.id)
    alb.wait_status("BGR", "applied", c.id)
    alb.run("ratify", "BGR", "-c", c.id)
    for node, speaker, where, claim, words in ((kos, "Minister of Defence, Kosovo", "Pristina", "will-join", "Bulgaria has confirmed that it will join."),
                                               (b, "Minister of Foreign Affairs, Bulgaria", "Sofia", "not-decided", "Nothing has been decided.")):
        node.run("say", "-c", c.id, "--about", "BGR", "--speaker", speaker, "--date", "2025-03-31", "--where", where, "--claim", claim,
                 "--source", "https://example.org/reports/2025-03", words)
    hrv.run("say", "-c", c.id, "--about", "SVN", "--speaker", "A newspaper", "--date", "2025-04-01", "--where", "Ljubljana", "--claim", "other", "Slovenia is said to look on.")
    hrv.put("Two mail gateways speak to it since 02:10Z. Block and look.", to="ALB,KOS", coalition=c.id, title="Indicators of this morning", label="RESTRICTED TLP=AMBER")
    note = c.path / "roads.txt"
    note.write_text("A1 closed at km 31\n")
    alb.put("The A1 is closed at km 31. Convoys use the SH5.", to="all", coalition=c.id, title="Roads after the flood", label="UNCLASSIFIED TLP=GREEN", files=[note])
    alb.put("Read by us alone.", coalition=c.id, title="Own draft")
    alb.put("A note of the exercise", to="HRV,KOS", coalition=c.id, mode="exercise", title="A note of the exercise")
    alb.run("webhook", "add", "desk", "https://127.0.0.1:9/desk", "--user", "edi")


def fill(c, path):
    """Everything, at three founders who have signed. Users edi at all, mira at ALB; their password is test_web.PASSWORD."""
    for node in c:
        add_user(node)
    add_user(c["ALB"], "mira")
    fill_training(c)
    cyber(c)
    response(c)
    procurement(c, path)
    pact(c)
    c.agree()
    return c
