"""The fixtures of test/node, and a browser. Without Chromium, Node.js or the packages the tests are skipped, visibly."""

import fcntl
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
TOP = HERE.parents[1]
sys.path.insert(0, str(TOP / "test" / "node"))

import entente  # noqa: E402

_spec = importlib.util.spec_from_file_location("node_conftest", TOP / "test" / "node" / "conftest.py")
_node = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_node)
program, postgres, store = _node.program, _node.postgres, _node.store
coalition, shared = _node.coalition, _node.shared
pytest_runtest_makereport = _node.pytest_runtest_makereport

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
NODE_JS = shutil.which("node")


def _modules():
    """Where playwright-core, axe-core and esbuild are: in ui/, or installed once below the build directory, by whichever worker is first."""
    if all((TOP / "ui" / "node_modules" / name).exists() for name in ("playwright-core", "axe-core", "esbuild")):
        return TOP / "ui"
    place = entente.BUILD / "web-test"
    place.mkdir(parents=True, exist_ok=True)
    whole = place / "whole"
    with open(place / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if whole.exists():
            return place
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(TOP / "ui" / name, place / name)
        done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=place, capture_output=True,
                              text=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            pytest.skip(f"playwright-core is not there and cannot be fetched: {done.stderr[-200:]}")
        whole.touch()
    return place


class Browser:
    """Plays one scene of drive.mjs against one node; scenes that say where they are can be followed."""

    def __init__(self, modules):
        self.modules = modules
        listed = subprocess.run([NODE_JS, TOP / "ui" / "dev" / "addresses.mjs", modules], capture_output=True, text=True, check=True)
        self.tables = json.loads(listed.stdout)

    def start(self, scene, **job):
        p = subprocess.Popen([NODE_JS, HERE / "drive.mjs", self.modules], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True)
        p.stdin.write(json.dumps({"scene": scene, "chromium": CHROMIUM, "tables": self.tables, **job}))
        p.stdin.close()
        p.stdin = None
        return p

    def line(self, p):
        text = p.stdout.readline()
        assert text, p.stderr.read()
        return json.loads(text)

    def play(self, scene, timeout=400, **job):
        p = self.start(scene, **job)
        try:
            out, errors = p.communicate(timeout=timeout)
        finally:
            if p.poll() is None:
                p.terminate()
        assert p.returncode == 0, errors
        return json.loads(out.splitlines()[-1])


@pytest.fixture(scope="session")
def browser(program):
    if not CHROMIUM:
        pytest.skip("no Chromium on this machine")
    if not NODE_JS:
        pytest.skip("no Node.js on this machine")
    if b"ui/index.html" not in pathlib.Path(program).read_bytes():
        pytest.skip("this program was built without the web shell (-Dui=disabled)")
    return Browser(_modules())


def pytest_collection_modifyitems(items):
    _node.longest_first(items, ["test_every_page", "test_training_pages", "test_web", "test_procurement_pages", "test_response_pages", "test_accounts"])
