"""The large bundle as a file between nodes; and the same exchange through a carried file."""

import hashlib
import os
import pathlib
import shutil
import subprocess

import pytest

from entente import BAD_INPUT, TOP, UNAVAILABLE, VERIFY

DATA = pathlib.Path(os.environ.get("ENTENTE_DATA", TOP.parent / "shared/data"))


def sha256_of(path):
    with open(path, "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


@pytest.fixture(scope="module")
def attack(tmp_path_factory):
    """MITRE ATT&CK as one STIX bundle, 39 MB."""
    packed = DATA / "cyber/attack-2.1.json.zst"
    if not packed.exists() or not shutil.which("zstd"):
        pytest.skip(f"{packed}, or zstd to unpack it, is not here")
    path = tmp_path_factory.mktemp("data") / "attack-2.1.json"
    subprocess.run(["zstd", "-q", "-d", packed, "-o", path], check=True)
    assert path.stat().st_size > 38_000_000
    return path


@pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)
def test_39_megabytes_for_two_members_and_nobody_else(coalition, attack, tmp_path):
    t = coalition(["ALB", "HRV", "KOS", "MKD"])
    t.sign_all()
    record = t["ALB"].put("ATT&CK", to="HRV,KOS", files=[attack])
    for label in ("HRV", "KOS"):
        t[label].wait_record(record)
        got = t[label].fetch(record, attack.name, tmp_path / label)
        assert sha256_of(got) == sha256_of(attack)
    t.agree()
    assert not t["MKD"].has(record)
    with open(attack, "rb") as f:
        f.seek(20_000_000)
        middle = f.read(64)
    assert t["HRV"].holds(middle) and not t["MKD"].holds(middle, sha256_of(attack).encode())


def export(node, path, to):
    node.run("bundle", "export", path, "--to", to, "-f")
    return path


@pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)
def test_a_node_that_was_never_on_a_network(coalition, tmp_path):
    t = coalition(["ALB", "HRV", "KOS"], serve=False)
    for node in t:
        node.run("sign")
    data = os.urandom(3 << 20)
    (tmp_path / "big.bin").write_bytes(data)
    # Round trips by hand until everybody has witnessed everybody.
    for _ in range(3):
        for giver in t:
            for taker in t:
                if taker is not giver:
                    taker.run("bundle", "import", export(giver, tmp_path / "carried", taker.label))
    assert set(t["KOS"].standing().values()) == {"member"}
    record = t["ALB"].put("carried", to="KOS", files=[tmp_path / "big.bin"])
    path = export(t["ALB"], tmp_path / "carried", "KOS")
    assert data[:64] not in path.read_bytes(), "contents are sealed"
    got = t["KOS"].json("bundle", "import", path)
    assert got["files"] == 1 and got["entries"] >= 1
    assert t["KOS"].has(record)["content"]["text"] == "carried"
    assert t["KOS"].fetch(record, "big.bin", tmp_path / "got").read_bytes() == data
    # Again changes nothing; another's file opens nothing.
    assert t["KOS"].json("bundle", "import", path)["entries"] == 0
    t["HRV"].run("bundle", "import", path, status=None)
    assert not t["HRV"].has(record) and not t["HRV"].holds(b"carried\"", data[:64])


def test_an_export_that_fails_leaves_the_file_that_is_there(coalition, tmp_path):
    alb = coalition(["ALB", "HRV"], serve=False)["ALB"]
    path = tmp_path / "carried"
    path.write_bytes(b"the one before")
    alb.run("bundle", "export", path, "--to", "ALB", "-f", status=BAD_INPUT)
    assert path.read_bytes() == b"the one before" and list(tmp_path.glob("carried*")) == [path]
    assert "exists" in alb.run("bundle", "export", path, "--to", "HRV", status=None).stderr
    assert path.read_bytes() == b"the one before" and list(tmp_path.glob("carried*")) == [path]
    assert export(alb, path, "HRV").read_bytes().startswith(b"entente-bundle/1\n")
    assert list(tmp_path.glob("carried*")) == [path] and path.stat().st_mode & 0o777 == 0o600


def test_an_altered_or_torn_file_changes_nothing(coalition, tmp_path):
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    for node in t:
        node.stop()
    record = t["ALB"].put("to be carried", to="HRV")
    whole = export(t["ALB"], tmp_path / "whole", "HRV").read_bytes()
    before = t["HRV"].view()["logs"], t["HRV"].digest()
    step = max(1, len(whole) // 24)
    broken = [whole[:cut] for cut in range(0, len(whole), step)] + [whole + b"x"]
    for at in range(0, len(whole), step):
        broken.append(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
    for data in broken:
        (tmp_path / "broken").write_bytes(data)
        done = t["HRV"].run("bundle", "import", tmp_path / "broken", status=None)
        assert done.returncode in (BAD_INPUT, VERIFY), (len(data), done)
    assert (t["HRV"].view()["logs"], t["HRV"].digest()) == before
    t["HRV"].refuses(UNAVAILABLE, "bundle", "import", tmp_path / "not-there")
    (tmp_path / "broken").write_bytes(whole)
    assert t["HRV"].json("bundle", "import", tmp_path / "broken")["entries"] == 1
    assert t["HRV"].has(record)
