"""A node restored from an old backup: it must not sign a second story; and if it does, everybody can prove it."""

import base64
import hashlib
import json
import shutil
import sqlite3
import urllib.error
import urllib.request

import pytest

from entente import STATE, USAGE, VERIFY, run, wait
from peer import frames


def backup(node, to):
    """A copy of the store, as a careless operator takes it: the database and the files, not the high-water record."""
    node.stop()
    shutil.copytree(node.dir, to, ignore=shutil.ignore_patterns("bell"))
    node.start()


def restore(node, backup_dir, with_highwater):
    node.stop()
    highwater = node.dir / "highwater"
    kept = None if with_highwater else shutil.copytree(highwater, node.path / "highwater-kept")
    shutil.rmtree(node.dir)
    shutil.copytree(backup_dir, node.dir)
    if kept:
        shutil.rmtree(highwater)
        shutil.move(kept, highwater)


@pytest.fixture
def old(coalition, tmp_path):
    """ALB was backed up, worked on, and is about to be restored."""
    t = coalition(["ALB", "HRV", "KOS"])
    t.sign_all()
    t["ALB"].put("before the backup", to="all")
    t.agree()
    backup(t["ALB"], tmp_path / "backup")
    t["ALB"].put("after the backup", to="all")
    t.agree()
    t.backup = tmp_path / "backup"
    return t


def test_a_restored_node_refuses_to_sign_and_says_so(old):
    t, alb = old, old["ALB"]
    size = t["HRV"].sizes()[alb.member]
    restore(alb, t.backup, with_highwater=False)
    message = alb.refuses(STATE, "put", "a second story", "--to", "all")
    assert "backup" in message or "restored" in message, message
    alb.refuses(STATE, "withdraw")
    alb.start()
    assert any("restored" in w or "backup" in w for w in map(str, alb.view()["warnings"])), alb.view()["warnings"]
    checks = alb.run("doctor", status=None)
    assert checks.returncode != 0 and "backup" in checks.stdout + checks.stderr
    # It still reads and still follows, and nobody has been told two stories.
    t["HRV"].put("life goes on", to="all")
    wait(lambda: "life goes on" in {r["title"] for r in alb.list().values()}, "reading goes on")
    for label in ("HRV", "KOS"):
        assert t[label].sizes()[alb.member] == size and not t[label].view()["forks"]
    head = t.client("ALB", "HRV").get(f"/f/1/{t.id}/{alb.member}.1/checkpoint")
    assert head[0] != 200, "no head is signed below what was signed before"


def test_with_its_high_water_record_lost_too_partners_tell_it(old):
    t, alb = old, old["ALB"]
    restore(alb, t.backup, with_highwater=True)
    alb.run("sync", status=None)
    texts = [text for _, text in alb.refused()]
    assert any("backup" in text for text in texts), texts
    # It was told, and so it knows: nothing is written on the old story, and whoever watches it sees why.
    assert "backup" in alb.refuses(STATE, "put", "a second story", "--to", "all")
    checks = alb.run("doctor", status=None)
    assert checks.returncode != 0 and "backup" in checks.stdout + checks.stderr
    alb.start()
    with pytest.raises(urllib.error.HTTPError) as sick:
        urllib.request.urlopen(f"http://127.0.0.1:{alb.port}/healthz", timeout=20)
    assert sick.value.code == 503
    health = json.loads(sick.value.read())
    assert health["signs"] is False and "backup" in health["reason"]
    t["HRV"].put("life goes on", to="all")
    wait(lambda: "life goes on" in {r["title"] for r in alb.list().values()}, "reading goes on")
    assert not t["HRV"].view()["forks"] and not t["KOS"].view()["forks"]


def _cosigned(node, author, witness):
    """Size and root of what `witness` has cosigned of `author`'s log, as `node` holds it."""
    text = {n: base64.b32decode(n.member.upper() + "=" * 6) for n in (author, witness)}
    with sqlite3.connect(node.dir / "node.db") as db:
        rows = db.execute("SELECT c.size, c.root FROM cosign c JOIN log l ON l.id = c.log "
                          "WHERE l.member = ? AND c.witness = ?", (text[author], text[witness])).fetchall()
    db.close()
    return rows[0] if rows else (0, b"")


@pytest.mark.parametrize("wrote", [True, False], ids=["the witness wrote since", "it only cosigned"])
def test_a_restored_witness_cosigns_no_second_story(coalition, tmp_path, wrote):
    t = coalition(["ALB", "HRV", "KOS"])
    t.sign_all()
    t.agree()
    alb, hrv, kos = t["ALB"], t["HRV"], t["KOS"]
    backup(alb, tmp_path / "alb")
    backup(hrv, tmp_path / "hrv")
    if wrote:
        hrv.put("after the backup", to="all")
    alb.put("story A", to="all")
    t.agree()
    size = kos.sizes()[alb.member]
    wait(lambda: _cosigned(kos, alb, hrv)[0] == size, "the cosignature of story A")
    story_a = _cosigned(kos, alb, hrv)
    kos.stop()
    hrv.stop()
    # The author loses everything, its record too, and writes on; the witness is put back and keeps its records.
    restore(alb, tmp_path / "alb", with_highwater=True)
    restore(hrv, tmp_path / "hrv", with_highwater=False)
    alb.run("put", "story B", "--to", "all")
    alb.start()
    hrv.start()
    wait(lambda: "story B" in {r["title"] for r in hrv.list().values()}, "story B, which is read")
    assert hrv.sizes()[alb.member] == size and _cosigned(hrv, alb, hrv)[0] < size
    steps = [step for step, _ in hrv.refused()]
    assert ("cosign" in steps) is not wrote, steps
    kos.start()
    wait(lambda: hrv.view()["forks"] and kos.view()["forks"], "the fork")
    for node in (hrv, kos):
        held = _cosigned(node, alb, hrv)
        assert held == story_a or held[0] < size, "both stories have this size: it stands under the first one only"


def test_a_second_story_by_a_restored_node_is_proved_offline(old, tmp_path):
    t, alb = old, old["ALB"]
    restore(alb, t.backup, with_highwater=True)
    # Before anybody can warn it, it has written.
    alb.run("put", "a second story", "--to", "all")
    alb.start()
    wait(lambda: t["HRV"].view()["forks"], "the fork at HRV")
    wait(lambda: t["KOS"].view()["forks"], "the fork at KOS")
    assert t["HRV"].party("ALB")["forked"]
    proof = tmp_path / "proof"
    proof.write_bytes(frames(t.client("KOS", "HRV").get(f"/f/1/{t.id}/proofs")[1])[0])
    assert "two stories" in run("verify", proof, "--root", alb.root, cwd=tmp_path).stdout
    run("verify", proof, cwd=tmp_path, status=USAGE)
    for at in range(0, len(proof.read_bytes()), 97):
        data = bytearray(proof.read_bytes())
        data[at] ^= 1
        (tmp_path / "altered").write_bytes(data)
        assert run("verify", tmp_path / "altered", "--root", alb.root, cwd=tmp_path, status=None).returncode != 0


def test_a_changed_byte_in_the_store_is_found(coalition):
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    canary = "CANARY to be altered"
    t["ALB"].put(canary, to="all")
    t.agree()
    for node in t:
        node.stop()
    hrv = t["HRV"]
    with sqlite3.connect(hrv.dir / "node.db") as db:
        changed = 0
        for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'entry'").fetchall():
            columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            blob = next(c for c in columns if c in ("bytes", "data", "entry"))
            changed += db.execute(f"UPDATE {table} SET {blob} = CAST(replace(CAST({blob} AS TEXT), 'mode real', "
                                  f"'mode test') AS BLOB) WHERE seq = 1").rowcount
    db.close()
    assert changed
    assert hrv.run("log", "verify", status=VERIFY)
    assert hrv.run("doctor", status=VERIFY)


def test_a_damaged_page_of_the_database_is_found(coalition):
    """No entry is touched by it: an index that hardly anything reads."""
    alb = coalition(["ALB", "HRV"], serve=False)["ALB"]
    assert "hang together" in alb.run("doctor", status=None).stdout
    with sqlite3.connect(alb.dir / "node.db") as db:
        (page,), = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'audience_member_member'").fetchall()
        (size,), = db.execute("PRAGMA page_size").fetchall()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    with open(alb.dir / "node.db", "r+b") as f:
        f.seek((page - 1) * size)
        f.write(b"\xff" * size)
    assert "damaged" in alb.run("doctor", status=VERIFY).stdout


def test_a_changed_byte_in_contents_is_named(coalition, tmp_path):
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    canary = b"CANARY to be altered in its content"
    attached = tmp_path / "attached.bin"
    attached.write_bytes(b"what is attached")
    record = t["ALB"].put(canary.decode(), to="HRV", files=[attached])
    other = t["ALB"].put("another", to="HRV")
    hrv = t["HRV"]
    for each in (record, other):
        hrv.wait_record(each)
    hrv.fetch(record, attached.name, tmp_path / "came")
    t.agree()
    for node in t:
        node.stop()
    with sqlite3.connect(hrv.dir / "node.db") as db:
        (seq, plain), = db.execute("SELECT seq, plain FROM payload WHERE instr(plain, ?) > 0", (canary,)).fetchall()
        at = plain.index(canary)
        db.execute("UPDATE payload SET plain = ? WHERE plain = ?", (plain[:at] + b"c" + plain[at + 1:], plain))
    db.close()
    where = f"content {seq}"
    logs = json.loads(hrv.run("log", "verify", "--json", status=VERIFY).stdout)["logs"]
    assert [(log["ok"], log.get("where")) for log in logs if log["member"] == t["ALB"].member] == [(False, where)]
    assert all(log["ok"] for log in logs if log["member"] != t["ALB"].member)
    assert where in hrv.run("get", record, status=VERIFY).stderr
    assert where in hrv.run("doctor", status=VERIFY).stdout
    # It hides nobody else's.
    assert set(hrv.list()) >= {record, other} and hrv.get(other)["state"] == "live"
    name = hashlib.sha256(attached.read_bytes()).hexdigest()
    path, = (p for p in hrv.dir.rglob(f"*{name}") if p.is_file())
    path.write_bytes(b"What is attached")
    assert name in hrv.run("doctor", status=VERIFY).stdout
    assert t["ALB"].run("doctor", status=None).returncode == 0


def test_proofs_of_entries_verify_offline_and_altered_ones_do_not(coalition, tmp_path):
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    t["ALB"].put("to be proved", to="all")
    t.agree()
    size = t["ALB"].sizes()[t["ALB"].member]
    for holder in ("ALB", "HRV"):
        for seq in range(size):
            t[holder].run("log", "prove", seq, "--member", "ALB", "-o", tmp_path / "proof", "-f")
            raw = t[holder].run("log", "show", "--raw", "--member", "ALB", "--from", seq, "-n", "1", binary=True)
            (tmp_path / "entry").write_bytes(raw.stdout)
            check = ["verify", tmp_path / "proof", "--root", t["ALB"].root, "--entry", tmp_path / "entry"]
            run(*check, cwd=tmp_path)
            (tmp_path / "entry").write_bytes(raw.stdout.replace(b"mode", b"node", 1))
            run(*check, cwd=tmp_path, status=VERIFY)
