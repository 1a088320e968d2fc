"""E-SEAL/1 by two implementations (src/work/procurement/seal in C, eseal.py in Python): the same bytes from the same seed, and one opinion on what others wrote."""
import os
import pathlib
import subprocess

import eseal
import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ENTENTE_BUILD", TOP / "build"))
PRINT = BUILD / "test/unit/work/procurement/test_procurement_seal_vectors"


def ours(name, n, k):
    if not PRINT.exists():
        pytest.skip(f"no {PRINT}")
    return subprocess.run([PRINT, "--print", name, str(n), str(k)], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("name,n,k", [("eseal-2-of-3", 3, 2), ("eseal-3-of-5", 5, 3), ("eseal-2-of-3-postponed", 3, 2), ("eseal-2-of-3-copied", 3, 2)])
def test_published(name, n, k):
    """The vectors are what this implementation makes; the unit test says the same of the other."""
    assert "\n".join(eseal.Ceremony(name, n, k).out) == (TOP / "test/vectors" / f"{name}.transcript").read_text()


def test_another_seed():
    assert "\n".join(eseal.Ceremony("some other seed", 4, 3).out) == ours("some other seed", 4, 3)


def test_postponed():
    """The later hour counts, for both; and nobody is blamed for a commit of hours that it has not signed."""
    text = ours("x postponed", 3, 2)
    assert text == "\n".join(eseal.Ceremony("x postponed", 3, 2).out)
    r = eseal.Replay(text)
    assert r.deadline == eseal.T + 7200000 and not r.found
    assert sorted(r.opened.values()) == sorted([eseal.TEXTS[0].replace("1200000", "1100000"), eseal.TEXTS[1]])


def test_copied():
    """Who commits to another's hash, with an earlier receipt, keeps nothing from opening; no holder is to blame, for both."""
    text = ours("x copied", 3, 2)
    assert text == "\n".join(eseal.Ceremony("x copied", 3, 2).out)
    r = eseal.Replay(text)
    assert not r.found and sorted(r.opened.values()) == sorted(eseal.TEXTS[:2])


def test_opinion():
    """A share that another made, signed by its sender: the other implementation names the same holder."""
    text = ours("opinion", 3, 2)
    good = eseal.Replay(text)
    assert sorted(good.opened.values()) == sorted(eseal.TEXTS[:2]) and not good.found
    c = eseal.Ceremony("opinion", 3, 2)
    shares = [m for m in c.out if m.startswith("e-seal/1 open.share")]
    lines = [line.split(" ", 1) for line in shares[1].splitlines()[1:-1]]
    bad = eseal.message("open.share", [(k, "1" if k == "holder" else v) for k, v in lines], c.key[0])
    r = eseal.Replay("\n".join([m for m in c.out if m != shares[0]] + [bad]))
    assert r.found == [("bad-share", 1)] and sorted(r.opened.values()) == sorted(eseal.TEXTS[:2])
