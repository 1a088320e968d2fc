"""Every page of the shell and of the four work areas, in a real browser, on nodes in the middle of their work, and on nodes that have nothing yet. Which pages there are is
taken from the shell's own tables, so that none is forgotten (places.mjs). ENTENTE_SHOTS=FOLDER keeps a picture of each."""

import os
import pathlib

import pytest

from filled import fill
from test_web import LOOKS, add_user, at

# Each page is met wide and narrow, light and dark; EVERY_LOOK=1 takes all of them, by hand.
EVERY = "EVERY_LOOK" in os.environ
FULL = [*LOOKS, {"width": 1920, "theme": "dark"}] if EVERY else [LOOKS[0], LOOKS[3]]
EMPTY = [LOOKS[0], LOOKS[3]] if EVERY else [LOOKS[3]]
LOOK = {"ids": lambda k: f"{k['width']}-{k['theme']}"}


def shots(name):
    root = os.environ.get("ENTENTE_SHOTS")
    if not root:
        return None
    path = pathlib.Path(root) / name
    path.mkdir(parents=True, exist_ok=True)
    return str(path)


@pytest.fixture(scope="module")
def full(browser, shared, tmp_path_factory):
    return fill(shared(["ALB", "HRV", "KOS"], name="Declaration on cooperation").sign_all(), tmp_path_factory.mktemp("filled"))


@pytest.mark.parametrize("look", FULL, **LOOK)
def test_full(browser, full, look):
    """Each page has a heading, fits the screen, keeps to the policy; axe finds nothing serious; and there is none that was not looked at."""
    seen = browser.play("pages", 900, looks=[look], shots=shots("full"), find="flood", **at(full["ALB"]))
    assert seen["bad"] == {}
    assert seen["missing"] == []
    assert len(seen["visited"]) == sum(map(len, browser.tables.values()))


@pytest.mark.parametrize("look", EMPTY, **LOOK)
def test_empty(browser, shared, look):
    """A member of a coalition in which nothing has happened."""
    c = shared(["ALB", "HRV"], name="New coalition")
    add_user(c["ALB"])
    seen = browser.play("pages", 900, looks=[look], shots=shots("empty"), **at(c["ALB"]))
    assert seen["bad"] == {}


def test_exercise(browser, full):
    """The same, in the frame of an exercise."""
    seen = browser.play("pages", 900, looks=[LOOKS[2]], mode="exercise", shots=shots("exercise"), **at(full["ALB"]))
    assert seen["bad"] == {}


@pytest.mark.parametrize("look", [LOOKS[0], LOOKS[3]], **LOOK)
def test_first_run(browser, shared, look):
    """Before there is a user: the page of the node itself, without a script."""
    c = shared(["ALB", "HRV"], name="First run")
    seen = browser.play("pages", looks=[look], shots=shots("first"), base=f"http://127.0.0.1:{c['ALB'].port}")
    assert seen["bad"] == {}
