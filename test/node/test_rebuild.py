"""State is a fold: rebuilt from the logs it is the same, on both stores, on every node."""

import pytest

from entente import Sqlite, wait


def busy(t, tmp_path):
    """A coalition that has done a bit of everything."""
    alb, hrv, kos = t["ALB"], t["HRV"], t["KOS"]
    (tmp_path / "file").write_bytes(b"attached")
    (tmp_path / "batch").write_text("".join(f'{{"title": "row {i}", "text": "-"}}\n' for i in range(50)))
    for mode in ("real", "exercise"):
        alb.put(f"for all, {mode}", to="all", mode=mode)
    released = alb.put("for one, then two", to="HRV", files=[tmp_path / "file"])
    recalled = hrv.put("for two, then one", to="ALB,KOS")
    erased = kos.put("for all, then nobody", to="ALB,HRV")
    alb.run("put", "--batch", tmp_path / "batch", "--to", "KOS")
    kos.run("say", "--about", "BGR", "--speaker", "a minister", "--date", "2025-03-18", "--where", "Tirana", "so")
    hrv.put("second version", to="ALB", object=hrv.put("first version", to="ALB"))
    alb.wait_record(recalled)
    hrv.wait_record(erased)
    alb.run("release", released, "--to", "KOS")
    hrv.run("recall", recalled, "--from", "ALB")
    kos.run("erase", erased)
    t["BGR"].run("accede")
    for node in (alb, hrv, kos):
        node.wait_status("BGR", "applied")
        node.run("ratify", "BGR")
    for node in t:
        node.wait_status("BGR", "member")
    kos.wait_record(released)
    wait(lambda: not alb.holds(b"for all, then nobody") and not hrv.holds(b"for all, then nobody"), "the erasure")
    return t.agree()


@pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)
def test_rebuilt_tables_are_the_same(coalition, tmp_path):
    t = coalition(["ALB", "HRV", "KOS"])
    t.sign_all()
    t.add_party("BGR")
    standing = busy(t, tmp_path)
    for node in t:
        before = node.list(), node.list(mode="exercise"), node.view()["parties"]
        for _ in range(2):
            done = node.json("rebuild")
            assert done["same"] and done["before"] == done["after"], node.label
        assert (node.list(), node.list(mode="exercise"), node.view()["parties"]) == before
        assert node.digest() == standing
        node.verify_logs()
        node.run("doctor")


def test_both_stores_hold_the_same_state(coalition, postgres, tmp_path):
    """ALB and BGR on SQLite, HRV and KOS on PostgreSQL, in one coalition."""
    t = coalition()
    for label in ("ALB", "HRV", "KOS"):
        t.store = Sqlite() if label == "ALB" else postgres
        t.add_node(label)
    t.store = Sqlite()
    t.found(["ALB", "HRV", "KOS"])
    t.sign_all()
    t.add_party("BGR")
    standing = busy(t, tmp_path)
    assert {n.digest() for n in t} == {standing}
    dumps = {n.label: n.json("rebuild") for n in t}
    assert all(d["same"] for d in dumps.values())


def test_the_same_logs_give_the_same_tables_on_either_store(coalition, postgres, tmp_path):
    """Two nodes that are told the same and have the same rights hold the same, byte for byte."""
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    (tmp_path / "batch").write_text("".join(f'{{"title": "row {i}", "text": "čđ {i}"}}\n' for i in range(50)))
    t["ALB"].run("put", "--batch", tmp_path / "batch", "--to", "all")
    t["ALB"].put("with a label", to="all", label="RESTRICTED TLP=GREEN")
    t.agree()
    # Observers without a log of their own; the digest of all tables must not depend on the engine.
    twins = []
    for name, store in (("S", Sqlite()), ("P", postgres)):
        t.store = store
        twins.append(t.add_party(name))
    t.agree()
    for twin in twins:
        assert twin.json("rebuild")["same"]
    one, two = (twin.json("rebuild")["after"] for twin in twins)
    assert twins[0].sizes() == twins[1].sizes()
    assert one == two
