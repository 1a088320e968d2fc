"""What a joint procurement tells whom: suppliers of the tender, its answers and its end; members of what each step waits for."""
import json

from api import add_user, new_token
from entente import STATE, run, wait
from test_procurement import Buying, get, utc


def two_buy(coalition, tmp_path):
    """ALB leads, HRV takes part; the tender is open for an hour, once all have its key."""
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    b = Buying(t, tmp_path)
    b.agreement("Radios", "ALB", home=["AL", "HR"])
    b.wait_state("ALB", "agreed", 90)
    b.tender(3600, threshold=2)
    return b


def test_suppliers_are_told(coalition, tmp_path):
    """Answers to questions reach every supplier with the tender, and the public feed, and nobody learns who asked."""
    b = two_buy(coalition, tmp_path)
    t = b.t
    for label in ("ALB", "HRV"):
        b.wait_state(label, "open", 120)
    home = tmp_path / "stranger"
    home.mkdir()

    def bid(*args, status=0):
        return run("bid", *args, cwd=home, status=status)

    # -- a question that HRV hands on, and one that is for members alone
    asked = b.put("HRV", "question", {"from": "Carpathia", "text": "Are poles of steel needed?"}, "--of", b.p)
    inner = b.put("HRV", "question", {"from": "Carpathia", "text": "Who guards the depot?"}, "--of", b.p, "--label", "UNCLASSIFIED TLP=GREEN")
    wait(lambda: len(b.show("ALB")["questions"]) == 2, "the questions at the lead")
    assert get(b.url("ALB") + "/tender")[1]["enquiries"] == []
    b.put("ALB", "answer", {"question": asked, "text": "Aluminium will do."}, "--of", b.p)
    b.put("ALB", "answer", {"question": inner, "text": "We do."}, "--of", b.p, "--label", "UNCLASSIFIED TLP=GREEN")
    wait(lambda: len(b.show("HRV")["answers"]) == 2, "the answers at HRV")
    for label in ("ALB", "HRV"):
        raw = wait(lambda label=label: (lambda x: x if x["enquiries"] else None)(get(b.url(label) + "/tender")[1]), f"the answer at the door of {label}", 30)
        assert [(x["description"], x["answer"]) for x in raw["enquiries"]] == [("Are poles of steel needed?", "Aluminium will do.")]
        assert raw["enquiries"][0]["date"] <= raw["enquiries"][0]["dateAnswered"] and "Carpathia" not in json.dumps(raw)
    out = bid("fetch", b.url("ALB"), b.url("HRV")).stdout
    assert "Q: Are poles of steel needed?" in out and "A: Aluminium will do." in out and "answered" in out
    shown = bid("show", "tender.json").stdout
    assert "A: Aluminium will do." in shown and "state    open" in shown and b.show("ALB")["seal"]["key"] in shown
    hour = utc(b.deadline)
    assert next(line for line in shown.splitlines() if line.startswith("deadline")).endswith(", " + hour)
    assert "lot      1  tents, at most 2500.00 EUR each" in shown  # quantities are withheld
    told = json.loads(bid("show", "tender.json", "--json").stdout)
    assert (told["state"], told["deadline"], told["open"], [x["id"] for x in told["tender"]["lots"]]) == ("open", hour, hour, ["1", "2"])

    # -- and in the feed, where it stays as it was told; withheld, it is in neither
    def enquiries():
        package = get(b.url("ALB") + "/ocds")[1]
        return [(r["id"], e["answer"], r["tag"]) for r in package["releases"] for e in r.get("tender", {}).get("enquiries", [])] if package else None
    told = wait(enquiries, "the answer in the feed", 30)
    assert [x[1:] for x in told] == [("Aluminium will do.", ["tenderUpdate"])]
    package = tmp_path / "public.json"
    t["ALB"].run("procure", "export", b.p, "-o", package)
    report = json.loads(run("ocds", "validate", package, "--json", cwd=tmp_path).stdout)
    assert report["valid"] and report["warnings"] == 0, report["findings"][:5]
    assert "Carpathia" not in package.read_text() and "depot" not in package.read_text()
    tender = b.show("ALB")["tender"]
    b.put("ALB", "tender", {**tender["content"], "withheld": [{"field": "tender/enquiries", "rationale": "not yet"}]}, "--object", tender["object"])
    wait(lambda: "enquiries" not in get(b.url("ALB") + "/tender")[1] and not enquiries(), "nothing of them", 30)

    # -- it is cancelled: the tool says so, and seals nothing for it
    (home / "bid.json").write_text(b.bid_file("Carpathia").read_text())
    bid("seal", "tender.json", "bid.json")
    b.put("ALB", "tender", {**tender["content"], "status": "cancelled", "rationale": "no money"}, "--object", tender["object"])
    wait(lambda: get(b.url("ALB") + "/tender")[1]["state"] == "cancelled", "the end at the door", 30)
    out = bid("fetch", b.url("ALB"), "--force").stdout
    assert "state    cancelled" in out and "why      no money" in out
    assert "the tender is cancelled" in bid("seal", "tender.json", "bid.json", "--new", status=STATE).stderr


def test_what_is_waited_for(coalition, tmp_path):
    """Board and `show` say what is waited for and of whom, step by step."""
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    b = Buying(t, tmp_path)
    b.lead, (alb, hrv) = "ALB", [n.member for n in t]

    def waits(label, what, who, words):
        view = wait(lambda: (lambda v: v if v["waits_words"] == words else None)(b.show(label)), lambda: f"{words}, not {b.show(label)['waits_words']}", 60)
        assert (view["waits_for"], [x["id"] for x in view["waits_on"]], view["waits_for_me"]) == (what, who, t[label].member in who)
        if words:
            assert f"waits    for {words}\n" in t[label].run("procure", "show", b.p).stdout
            assert f"waits for {words}\n" in t[label].run("procure", "board").stdout
            assert t[label].json("procure", "board")[0]["waits_words"] == words

    b.p = b.put("ALB", "agreement", {"title": "Radios", "ocid": b.ocid, "lead": alb, "participants": [alb, hrv], "shareRule": "prorata", "home": ["AL", "HR"], "status": "proposed"})
    both = [x["id"] for x in b.show("ALB")["waits_on"]]
    assert set(both) == {alb, hrv}
    t["ALB"].run("procure", "agree", b.p)
    waits("ALB", "consent", [hrv], "HRV's signature under the agreement")
    wait(lambda: b.has(t["HRV"]), "the agreement at HRV")
    t["HRV"].run("procure", "agree", b.p, "--refuse")
    waits("ALB", "agreement", [alb], "ALB's new version of the agreement, which somebody has refused")
    t["HRV"].run("procure", "agree", b.p)
    waits("ALB", "tender", [alb], "ALB's tender")
    t["HRV"].stop()
    b.tender(3600, threshold=2, status="draft")
    waits("ALB", "countersignature", [hrv], "HRV's countersignature of the key's policy")
    t["HRV"].start()
    waits("HRV", "publication", [alb], "ALB's word that the drafted tender is open")
    tender = b.show("ALB")["tender"]
    b.put("ALB", "tender", {**tender["content"], "status": "open"}, "--object", tender["object"])
    waits("HRV", "bids", [], f"bids, until {utc(b.deadline)}")
    assert b.show("HRV")["waits_until"] == utc(b.deadline)
    b.put("ALB", "tender", {**tender["content"], "status": "cancelled"}, "--object", tender["object"])
    waits("HRV", None, [], "")


def test_messages_of_the_sealing_are_shown_by_their_own_routes(coalition, tmp_path):
    """Whoever reads records of all kinds sees that shares are there, and not what they say: prices may be hidden still."""
    b = two_buy(coalition, tmp_path)
    t = b.t
    b.wait_state("ALB", "open", 120)
    add_user(t["ALB"], "edi", "administrator", "*")
    token, _ = new_token(t["ALB"], "edi", "records=reader")
    base = f"/coalitions/{t.id}/records"
    seals = token.all(base, mode="real", kind="procurement/seal/1")
    assert seals
    for record in seals:
        assert token.get(f"{base}/{record['object']}").json["content"] is None
        assert all(v["content"] is None for v in token.all(f"{base}/{record['object']}/versions"))
    agreement = token.all(base, mode="real", kind="procurement/agreement/1")[0]
    assert token.get(f"{base}/{agreement['object']}").json["content"]["title"] == "Radios"
