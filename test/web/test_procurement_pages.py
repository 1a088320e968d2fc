"""The pages of joint procurement on real nodes: from the need to the delivery, most of it by hand in a browser; then every page, wide and narrow, light and dark, full and empty."""

import os
import pathlib
import sys

import pytest

from entente import TOP, wait

sys.path.insert(0, str(TOP / "test" / "node"))
from test_procurement import Buying, eur  # noqa: E402
from test_web import LOOKS, add_user, at  # noqa: E402

SCENES = str(pathlib.Path(__file__).with_name("procurement.mjs"))
PARTS = ["", "tender", "supplier", "opening", "evaluation", "lab", "shares", "contracts", "public"]


@pytest.fixture(scope="module")
def two(shared):
    c = shared(["ALB", "HRV"], name="Buying").sign_all()
    for node in c:
        add_user(node)
    return c


def play(browser, scene, c, **more):
    return browser.play(scene, scenes=SCENES, coalition=c.id, shots=os.environ.get("ENTENTE_SHOTS"), hrv=at(c["HRV"]), **more, **at(c["ALB"]))


def test_need_to_delivery(browser, two, tmp_path):
    """Needs, pool and commitment by hand; the agreement signed by hand; after the opening the sheet, the award, its consent, the shares and contracts by hand."""
    b = Buying(two, tmp_path)
    empty = play(browser, "procurement_pages", two, looks=LOOKS[:1], pages=["", "needs"], name="empty")
    assert empty["bad"] == {}
    seen = play(browser, "procurement_pool", two)
    assert seen["bad"] == [] and "32" in seen["sum"]
    b.lead, b.p = "ALB", two["ALB"].json("procure", "board")[0]["object"]
    # What the lead's work costs is shared by a key of its own: said in the version that is signed.
    terms = b.show("ALB")["agreement"]["content"]
    key = [{"member": n.member, "thousandths": k} for n, k in zip(two, (700, 300))]
    version = b.put("ALB", "agreement", {**terms, "adminCost": eur(1000), "adminKey": key}, "--object", b.p)
    assert version == b.p
    wait(lambda: b.has(two["HRV"]) and "adminKey" in b.show("HRV")["agreement"]["content"], "the agreement at HRV")
    seen = play(browser, "procurement_sign", two, process=b.p)
    assert seen["bad"] == []
    b.wait_state("ALB", "agreed")
    b.tender(30, threshold=2)
    for node in two:
        b.wait_state(node.label, "open")
    for name in ("Adria Medical", "Balkan Supply"):
        b.bid(name, "fetch", b.url("ALB"))
        b.bid(name, "seal", "tender.json", b.bid_file(name))
        b.bid(name, "submit", "tender.json", b.url("ALB"), b.url("HRV"))
    pages = [f"process/{b.p}" + (f"/{p}" if p else "") for p in PARTS]
    assert play(browser, "procurement_pages", two, looks=LOOKS[2:3], pages=pages[:3], name="open")["bad"] == {}
    wait(lambda: b.show("HRV")["seal"].get("root") and b.show("ALB")["seal"].get("root"), "a root", 60)
    for node in two:
        node.run("procure", "open", b.p)
    b.wait_state("ALB", "opened")
    b.wait_state("HRV", "opened")
    assert play(browser, "procurement_pages", two, looks=LOOKS[2:3], pages=pages[3:5], name="opened")["bad"] == {}
    seen = play(browser, "procurement_award", two, process=b.p)
    assert seen["bad"] == [] and "50,400" in seen["paid"]
    assert play(browser, "procurement_deliver", two, process=b.p)["bad"] == []
    draft = two["ALB"].json("response", "list", "capabilities")
    assert [(x["content"]["state"], x["content"]["quantity"]) for x in draft] == [("draft", 3)]
    assert two["HRV"].json("response", "list", "capabilities") == []
    looks = LOOKS if os.environ.get("ENTENTE_SHOTS") else LOOKS[3:]
    full = play(browser, "procurement_pages", two, looks=looks, pages=["", "needs", f"pool/{pool_of(b)}", *pages], name="full")
    assert full["bad"] == {}


def test_withdrawn_need(browser, two):
    alb = two["ALB"]
    need = alb.json("procure", "need", "put", "Old tents", "--class", "CPV:39522530", "--quantity", "1")["object"]
    alb.run("procure", "need", "withdraw", need)
    wait(lambda: any(x["content"]["status"] == "withdrawn" for x in two["HRV"].json("procure", "need", "list")), "the withdrawn need at HRV")
    assert play(browser, "procurement_withdrawn", two)["bad"] == []


def pool_of(b):
    return b.t["ALB"].json("procure", "list", "pool")[0]["object"]
