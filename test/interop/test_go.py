"""Logs that the node writes, read by Go's golang.org/x/mod/sumdb/{note,tlog} (verify.go): checkpoints and cosignatures, tree hashes from
tiles, entries, inclusion and consistency proofs, tlog-proofs and a fork proof; and the same with one byte changed, which must be noticed."""
import os
import pathlib
import random
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("ENTENTE_BUILD", HERE.parents[1] / "build"))
WRITE = BUILD / "test" / "interop" / "writelog"
SEED = int(os.environ.get("INTEROP_SEED", "1"))
SIZES = [0, 1, 2, 255, 256, 257, 1000, 65535, 65536, 70000]
MODULE = pathlib.Path("/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog")  # Debian: golang-golang-x-mod-dev


def go_program():
    return next((go for go in ("/usr/bin/go", shutil.which("go")) if go and os.access(go, os.X_OK)), None)


@pytest.fixture(scope="session")
def verifier(tmp_path_factory):
    if not WRITE.exists():
        pytest.skip(f"{WRITE} is not built")
    if not go_program() or not MODULE.exists():
        pytest.skip("Go or golang.org/x/mod is not installed (golang-go, golang-golang-x-mod-dev)")
    folder = tmp_path_factory.mktemp("go")
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GOCACHE": str(folder / "cache"), "GO111MODULE": "off",
        "GOPATH": "/usr/share/gocode", "GOFLAGS": "", "GOPROXY": "off", "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    subprocess.run([go_program(), "build", "-o", folder / "verify", HERE / "verify.go"], env=environment, check=True, timeout=300)
    return folder / "verify"


def verify(verifier, log):
    done = subprocess.run([verifier, log], capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout


def write(log, sizes):
    subprocess.run([WRITE, log, *map(str, sizes)], check=True, timeout=300)
    return log


@pytest.fixture(scope="session")
def log(tmp_path_factory, verifier):
    return write(tmp_path_factory.mktemp("log"), SIZES)


@pytest.fixture
def small(tmp_path, verifier):
    return write(tmp_path, [1, 256, 300])


def test_sizes(verifier, log):
    code, said = verify(verifier, log)
    assert code == 0, said
    for size in SIZES[1:]:
        assert f"size {size}: " in said
    assert "fork proof holds" in said


def test_random_sizes(verifier, tmp_path):
    rng = random.Random(SEED)
    sizes = sorted({rng.randrange(1, 1 << rng.randrange(1, 16)) for _ in range(12)})
    code, said = verify(verifier, write(tmp_path, sizes))
    assert code == 0, (sizes, said)


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def entry_at(bundle, number):
    """Offset of the first byte of an entry in a bundle."""
    data, at = bundle.read_bytes(), 0
    for _ in range(number):
        at += 2 + int.from_bytes(data[at:at + 2], "big")
    return at + 2


@pytest.mark.parametrize("leaf", [0, 1, 95, 255])
def test_changed_entry_is_named(verifier, small, leaf):
    bundle = small / "tile" / "entries" / "000"
    flip(bundle, entry_at(bundle, leaf) + 40)
    code, said = verify(verifier, small)
    assert code == 1
    assert f"WRONG leaf {leaf}\n" in said


def test_changed_entry_in_a_partial_bundle(verifier, small):
    bundle = small / "tile" / "entries" / "001.p" / "44"
    flip(bundle, entry_at(bundle, 43) + 100)
    code, said = verify(verifier, small)
    assert code == 1
    assert "WRONG leaf 299\n" in said


@pytest.mark.parametrize("name,at", [("tile/0/000", 32 * 200 + 5), ("tile/0/001.p/44", 7), ("tile/1/000.p/1", 0), ("checkpoint.300", 90),
    ("checkpoint.300", -10), ("checkpoint.256", 200), ("tlog-proof.300", 60), ("fork", 40), ("proofs", 40)])
def test_changed_byte_is_noticed(verifier, small, name, at):
    flip(small / name, at)
    code, said = verify(verifier, small)
    assert code != 0, said


def test_lost_tile_is_noticed(verifier, small):
    (small / "tile" / "0" / "000").unlink()
    assert verify(verifier, small)[0] != 0
