"""Who is a member: founding, signing, accession, leaving; the same standing on every node, on both stores."""

import json
import shutil

import pytest

from entente import BAD_INPUT, DENIED, STATE, EXISTS, UNAVAILABLE, VERIFY, run, wait

THREE = ["ALB", "HRV", "KOS"]
both_stores = pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)


def test_declared_signed_member(coalition):
    t = coalition(THREE)
    assert set(t["ALB"].standing().values()) == {"declared"}
    t["ALB"].run("sign")
    t["HRV"].wait_status("ALB", "signed")
    assert t["HRV"].standing()["KOS"] == "declared" and not t["HRV"].view()["in_force"]
    t["HRV"].run("sign")
    t["KOS"].run("sign")
    for node in t:
        for label in THREE:
            node.wait_status(label, "member")
    assert t["KOS"].view()["in_force"]
    t.agree()


@both_stores
def test_accession_is_ratified_by_every_member(coalition):
    t = coalition(THREE)
    t.sign_all()
    bgr = t.add_party("BGR")
    bgr.run("interest")
    t["ALB"].wait_status("BGR", "interested")
    bgr.run("accede")
    for label in THREE:
        t[label].wait_status("BGR", "applied")
    t["ALB"].run("ratify", "BGR")
    t["HRV"].run("ratify", "BGR")
    wait(lambda: t["KOS"].party("BGR")["ratified"] == 2, "two ratifications at KOS")
    applicant = t["KOS"].party("BGR")
    assert applicant["status"] == "applied" and applicant["ratifications_needed"] == 3
    assert [p["label"] for p in applicant["missing"]] == ["KOS"]
    t["KOS"].run("ratify", "BGR")
    for node in t:
        node.wait_status("BGR", "member")
    t.agree()


def test_ratifying_twice_counts_once(coalition):
    t = coalition(THREE)
    t.sign_all()
    t.add_party("BGR").run("accede")
    t["ALB"].wait_status("BGR", "applied")
    t["ALB"].run("ratify", "BGR")
    again = t["ALB"].run("ratify", "BGR", status=None)
    assert again.returncode in (0, STATE, EXISTS), again.stderr
    wait(lambda: t["HRV"].party("BGR")["ratified"], "ALB's ratification at HRV")
    t.agree()
    assert t["HRV"].party("BGR")["ratified"] == 1
    assert t["HRV"].standing()["BGR"] == "applied"


def test_who_has_not_acceded_cannot_be_ratified(coalition):
    t = coalition(THREE)
    t.sign_all()
    t.add_party("BGR")
    t["ALB"].refuses(STATE, "ratify", "BGR")
    t["ALB"].refuses(UNAVAILABLE, "ratify", "XYZ")
    assert t["ALB"].standing()["BGR"] == "mentioned"


def test_observer(coalition):
    t = coalition(THREE, observers="2")
    t.sign_all()
    mkd = t.add_party("MKD")
    mkd.run("accede", "--observer")
    for label in ("ALB", "HRV"):
        t[label].wait_status("MKD", "applied")
        t[label].run("ratify", "MKD")
    for node in t:
        node.wait_status("MKD", "observer")
    t.agree()
    secret = t["ALB"].put("for members only", to="all")
    t["KOS"].wait_record(secret)
    t.agree()
    assert not mkd.has(secret)


def test_withdrawal_is_the_partys_own(coalition):
    t = coalition(["ALB", "HRV", "KOS", "MKD"])
    t.sign_all()
    t["MKD"].run("withdraw")
    for node in t:
        node.wait_status("MKD", "withdrawing")
        assert "former" in node.party("MKD")["words"] and not node.party("MKD")["member"]
    t.agree()
    after = t["ALB"].put("after the withdrawal", to="all")
    t["HRV"].wait_record(after)
    t.agree("ALB", "HRV", "KOS")
    assert not t["MKD"].has(after)


def test_suspension_needs_the_threshold(coalition):
    t = coalition(["ALB", "HRV", "KOS", "MKD"], suspension="3")
    t.sign_all()
    t["ALB"].run("suspend", "MKD", "--reason", "test")
    t["HRV"].run("suspend", "MKD")
    wait(lambda: len(t["KOS"].party("MKD")["suspended_by"]) == 2, "two suspensions at KOS")
    assert t["KOS"].standing()["MKD"] == "member"
    t["KOS"].run("suspend", "MKD")
    for label in THREE:
        t[label].wait_status("MKD", "suspended")
    t.agree(*THREE)
    t["HRV"].run("resume", "MKD")
    for label in THREE:
        t[label].wait_status("MKD", "member")
    t.agree(*THREE)


def test_statements_change_nothing(coalition):
    t = coalition(THREE)
    t.sign_all()
    t.add_party("BGR")
    before = t.agree()
    said = ["say", "--about", "BGR", "--speaker", "a minister", "--date", "2025-03-18", "--where", "Tirana"]
    t["KOS"].run(*said, "--claim", "member", "BGR has joined")
    t["ALB"].run(*said, "--claim", "left", "--source", "https://example.org/1", "HRV has left")
    t["BGR"].run(*said, "--claim", "not-decided", "nothing is decided")
    wait(lambda: all(len(n.statements()) == 3 for n in t), "three statements everywhere")
    assert t.agree() == before
    for node in t:
        assert node.standing() == {"ALB": "member", "HRV": "member", "KOS": "member", "BGR": "mentioned"}
    claims = sorted((s["claim"], s["about"]) for s in t["HRV"].statements())
    assert claims == [("left", "BGR"), ("member", "BGR"), ("not-decided", "BGR")]
    assert t["HRV"].party("BGR")["words"] == "not a member; has signed nothing"


def test_exercise_acts_settle_nothing(coalition):
    t = coalition(THREE)
    before = t.agree()
    t["ALB"].run("sign", "--mode", "exercise")
    size = t["ALB"].sizes()[t["ALB"].member]
    wait(lambda: t["HRV"].sizes().get(t["ALB"].member) == size, "the entry at HRV")
    assert t.agree() == before
    assert t["HRV"].standing()["ALB"] == "declared"


def test_an_act_signed_away_from_the_node(coalition, tmp_path):
    t = coalition(THREE)
    alb, act = t["ALB"], tmp_path / "act"
    away = tmp_path / "officer.key"
    shutil.move(alb.key("officer.key"), away)
    alb.refuses(None, "sign")
    alb.run("sign", "--prepare", act)
    run("key", "new", "officer", tmp_path / "stranger.key", cwd=tmp_path)
    refused = run("sign", act, "--officer", tmp_path / "stranger.key", cwd=tmp_path, status=DENIED)
    signed = tmp_path / "act.signed"
    assert "may sign" in refused.stderr and not signed.exists()
    told = run("sign", act, "--officer", away, cwd=tmp_path).stderr
    assert f"ALB ({alb.member}) signs the charter" in told and t.id in told and "REAL" in told
    altered = tmp_path / "altered"
    altered.write_bytes(signed.read_bytes().replace(b"mode real", b"mode test"))
    assert altered.read_bytes() != signed.read_bytes()
    before = alb.sizes()[alb.member]
    alb.refuses(VERIFY, "submit", altered)
    assert alb.sizes()[alb.member] == before
    alb.run("submit", signed)
    t["HRV"].wait_status("ALB", "signed")
    assert "already" in alb.refuses(STATE, "submit", signed)
    assert "already" in alb.refuses(STATE, "sign", "--prepare", tmp_path / "again")
    assert not (tmp_path / "again").exists()
    seq = alb.sizes()[alb.member] - 1
    assert "signs the charter" in alb.json("log", "show", seq)["words"]
    assert "signs the charter" in alb.run("log", "show", seq).stdout


def test_acts_that_make_no_sense_are_not_signed(coalition):
    t = coalition(THREE)
    t["ALB"].run("sign")
    assert "has signed already" in t["ALB"].refuses(STATE, "sign"), "even before anybody has witnessed it"
    t["ALB"].run("sign", "--mode", "exercise")
    assert "sign" in t["KOS"].refuses(STATE, "accede"), "a founder signs"
    t["HRV"].run("sign")
    t["KOS"].run("sign")
    for node in t:
        node.wait_status("KOS", "member")
    assert "already" in t["ALB"].refuses(STATE, "accede")
    bgr = t.add_party("BGR")
    t["ALB"].wait_status("BGR", "mentioned")
    wait(lambda: bgr.view()["in_force"], "the coalition in force at BGR")
    assert "not named as a founder" in bgr.refuses(STATE, "sign")
    assert "UNCLASSIFIED" in bgr.refuses(BAD_INPUT, "accede", "--clearance", "COSMIC")
    told = bgr.run("accede", "--clearance", "RESTRICTED")
    assert "accede" in told.stdout
    assert "already" in bgr.refuses(STATE, "accede", "--clearance", "RESTRICTED")
    t["ALB"].wait_status("BGR", "applied")
    told = t["ALB"].run("ratify", "BGR").stderr
    assert f"BGR ({bgr.member}) accedes" in told and "RESTRICTED" in told
    assert "ratified this accession already" in t["ALB"].refuses(STATE, "ratify", "BGR")
    assert "nothing to resume" in t["ALB"].refuses(STATE, "resume", "HRV")
    assert "itself" in t["ALB"].refuses(STATE, "suspend", "ALB")
    before = t["ALB"].sizes()[t["ALB"].member]
    t["ALB"].run("join", t.charter, "--party", t["HRV"].root)
    assert t["ALB"].sizes()[t["ALB"].member] == before, "nothing to tell anybody a second time"
    record = t["ALB"].put("for HRV", to="HRV")
    assert "already" in t["ALB"].refuses(STATE, "release", record, "--to", "HRV")


def test_a_key_that_is_no_officers_is_refused(coalition, tmp_path):
    t = coalition(THREE)
    run("key", "new", "officer", tmp_path / "stranger.key", cwd=tmp_path)
    own = t["ALB"].member
    before = t["ALB"].sizes()[own]
    t["ALB"].refuses(DENIED, "sign", "--officer", tmp_path / "stranger.key")
    t["ALB"].refuses(DENIED, "sign", "--officer", t["HRV"].key("officer.key"))
    assert t["ALB"].sizes()[own] == before


def test_a_second_init_touches_nothing(coalition):
    t = coalition()
    alb = t.add_node("ALB")
    before = dict(alb.data())
    message = run("init", "--label", "XYZ", "-C", alb.dir, cwd=t.path, status=EXISTS).stderr
    assert "already" in message
    assert dict(alb.data()) == before


def test_a_wrong_fingerprint_is_refused(coalition):
    t = coalition(THREE, serve=False)
    mkd = t.add_node("MKD")
    right = json.loads(run("key", "fingerprint", t["ALB"].root, "--json", cwd=t.path).stdout)["root"]
    mkd.refuses(VERIFY, "join", t.charter, "--party", t["ALB"].root, "--fingerprint", right[:-1] + "0"
                if right[-1] != "0" else right[:-1] + "1")
    assert mkd.json("status")["coalitions"] == []
    mkd.run("join", t.charter, "--party", t["ALB"].root, "--fingerprint", right)


def test_two_coalitions_on_one_node_do_not_mix(coalition):
    t = coalition(THREE)
    t.sign_all()
    first = t.id
    t.add_node("MKD").start()
    t.found(["ALB", "MKD"], name="Second")
    second = t.id
    t.sign_all("ALB", "MKD")
    one = t["ALB"].put("of the first", to="all", coalition=first)
    two = t["ALB"].put("of the second", to="all", coalition=second)
    t["HRV"].wait_record(one)
    t["MKD"].wait_record(two)
    assert list(t["ALB"].list(coalition=first)) == [one]
    assert list(t["ALB"].list(coalition=second)) == [two]
    assert not t["HRV"].has(two) and not t["MKD"].has(one)
    assert len(t["HRV"].json("status")["coalitions"]) == 1
    assert set(t["ALB"].standing(second)) == {"ALB", "MKD"}
    assert set(t["ALB"].standing(first)) == set(THREE)
    message = t["ALB"].refuses(None, "put", "of which?")
    assert "coalition" in message
    # Not even that the other one exists.
    known, unknown = f"/f/1/{second}/heads", "/f/1/" + "0" * 32 + "/heads"
    client = t.client("ALB", "HRV")
    assert client.get(f"/f/1/{first}/heads")[0] == 200
    assert client.get(known) == client.get(unknown)
    assert client.get(known)[0] == 404


def test_who_is_no_party_gets_404_for_everything(coalition):
    t = coalition(THREE)
    t.sign_all()
    t.add_node("XYZ")
    log = f"/f/1/{t.id}/{t['ALB'].member}.1"
    paths = [f"/f/1/{t.id}/{what}" for what in ("heads", "roots", "proofs", "charter")]
    paths += [f"{log}/checkpoint", f"{log}/tile/0/000.p/1", f"{log}/tile/entries/000.p/1"]
    for identity in ("XYZ", None):
        client = t.client("ALB", identity)
        answers = {client.get(path) for path in paths} | {client.post(f"{log}/payloads", b"from 0 to 9\n")}
        assert len(answers) == 1 and answers.pop()[0] == 404, identity
    partner = t.client("ALB", "HRV")
    assert {partner.get(path)[0] for path in paths} == {200}


def test_a_node_that_was_away_catches_up(coalition):
    t = coalition(THREE)
    t.sign_all()
    t["KOS"].stop()
    there = [t["ALB"].put(f"note {i}", to="all") for i in range(3)]
    own = t["KOS"].put("written while cut off", to="all")
    t["KOS"].start()
    for record in there:
        t["KOS"].wait_record(record, check=lambda r: r["state"] == "live")
    t["HRV"].wait_record(own)
    t.agree()


@both_stores
def test_a_charter_is_amended(coalition, tmp_path):
    """The next version is drafted, proposed, signed by all whom it names; then it stands everywhere, with what it changes."""
    t = coalition(THREE)
    t.sign_all()
    alb, hrv, kos = (t[label] for label in THREE)
    bgr = t.add_party("BGR")
    bgr.run("accede", "--clearance", "UNCLASSIFIED")
    for label in THREE:
        t[label].wait_status("BGR", "applied")
        t[label].run("ratify", "BGR")
    for node in t:
        node.wait_status("BGR", "member")

    first = alb.view()["charter"]
    assert alb.run("put", "Too early", "--to", "BGR", "--label", "RESTRICTED", status=None).returncode
    draft = tmp_path / "next.txt"
    said = alb.run("charter", "amend", "--accession", "2", "--clearance", "BGR=RESTRICTED", "-o", draft).stderr
    assert "+ accession 2" in said and "- accession all" in said and "BGR" in draft.read_text()
    alb.refuses(UNAVAILABLE, "sign", "--charter", draft)  # its text is not among the others' yet
    assert not alb.view()["charter"]["proposals"]
    digits = alb.json("charter", "propose", draft)["charter"]
    alb.refuses(STATE, "charter", "propose", draft)
    for node in t:
        wait(lambda: digits[:16] in node.run("charter", "list").stdout, f"the text at {node.label}")
    alb.run("sign", "--charter", draft)
    alb.refuses(STATE, "sign", "--charter", digits[:8])
    wait(lambda: hrv.view()["charter"]["proposals"], "a proposal at HRV")
    proposal = hrv.view()["charter"]["proposals"][0]
    assert proposal["hash"] == digits and proposal["version"] == 2
    assert [p["label"] for p in proposal["signed_by"]] == ["ALB"]
    assert sorted(p["label"] for p in proposal["not_signed_by"]) == ["BGR", "HRV", "KOS"]
    assert "charter version 2 is proposed" in hrv.run("status").stdout
    for node in (hrv, kos, bgr):
        node.run("sign", "--charter", digits[:12])
    for node in t:
        wait(lambda: node.view()["charter"]["version"] == 2, f"version 2 at {node.label}")
        view = node.view()["charter"]
        assert view["hash"] == digits and view["founding"] == first["founding"] and not view["proposals"]
    t.agree()
    assert "stands" in [line for line in kos.run("charter", "list").stdout.splitlines() if digits[:16] in line][0]

    # What it says is what is done from now on: a label that BGR's accession did not clear it for.
    record = alb.put("Seen this morning", to="BGR", label="RESTRICTED")
    bgr.wait_record(record)


def test_what_cannot_be_the_next_charter_is_refused(coalition, tmp_path):
    t = coalition(THREE)
    alb = t["ALB"]
    draft = tmp_path / "next.txt"
    alb.refuses(STATE, "charter", "amend", "-o", draft)  # nothing is in force yet
    t.sign_all()
    alb.run("charter", "amend", "--suspension", "2", "-o", draft)
    good = draft.read_text()

    def refused(status, field, text):
        draft.write_text(text)
        assert field in alb.refuses(status, "charter", "propose", draft)

    refused(STATE, "version", good.replace("version 2", "version 3"))
    refused(STATE, "prev", good.replace(good.split("prev ")[1][:64], "0" * 64))
    without = "\n".join(line for line in good.split("\n") if not (line.startswith("member ") and line.endswith("KOS")))
    refused(BAD_INPUT, "left out", without.replace("suspension 2", "suspension 1"))
    refused(BAD_INPUT, "version", good.replace("version 2", "version two"))
    t["HRV"].refuses(UNAVAILABLE, "sign", "--charter", "0123456789")
    alb.refuses(STATE, "sign", "--charter", alb.view()["charter"]["hash"])
    assert not alb.view()["charter"]["proposals"] and alb.view()["charter"]["version"] == 1
