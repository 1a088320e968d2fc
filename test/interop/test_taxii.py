"""
TAXII 2.1 through other people's programs: curl, and the OASIS Python client (taxii2-client from PyPI), each the whole way: put in, read, filtered, paged, deleted; at
another member's node, and at one that is outside of the label.

The client is no package of Debian: where it cannot be imported that test skips. Into an environment of its own, with pytest beside it:

    python3 -m venv taxii && taxii/bin/pip install taxii2-client pytest
    ENTENTE_BUILD=build ENTENTE_ATTACK=1 taxii/bin/python -m pytest test/interop/test_taxii.py
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TOP / "test/node"), str(TOP / "test/taxii")]

import entente  # noqa: E402
import objects as stix  # noqa: E402

DATA = pathlib.Path(os.environ.get("ENTENTE_DATA", TOP.parent / "shared/data"))
PASSWORD = "correct horse battery staple"
TYPE = "application/taxii+json;version=2.1"


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    if not entente.ENTENTE.exists():
        pytest.skip(f"no {entente.ENTENTE} (ENTENTE_BUILD names the build directory)")
    c = entente.Coalition(tmp_path_factory.mktemp("taxii"), entente.Sqlite())
    c.found(["ALB", "HRV", "KOS"]).sign_all()
    for n in c:
        path = n.path / "password"
        path.write_text(PASSWORD + "\n")
        n.run("user", "add", "edi", "--role", "administrator", "--clearance", "*", "--pass-file", path)
    yield c
    c.close()


def attack():
    """ATT&CK whole (ENTENTE_ATTACK=1) or its beginning, or, where it is absent, objects of our own; ids that are made anew, since each test puts them in."""
    source = DATA / "cyber/attack-2.1.json.zst"
    if source.exists() and shutil.which("zstd"):
        whole = json.loads(subprocess.run(["zstd", "-dc", source], stdout=subprocess.PIPE, check=True).stdout)["objects"]
        return whole if "ENTENTE_ATTACK" in os.environ else whole[:1500]
    return [stix.indicator(n) for n in range(1000)] + [stix.malware(n) for n in range(500)]


def same(got, objs):
    """Compared here, so that thousands of objects that differ are not laid out one beside the other."""
    first = next((n for n, (a, b) in enumerate(zip(got, objs)) if a != b), None)
    assert len(got) == len(objs) and first is None, f"{len(got)} of {len(objs)}; the first that differs is {first}"


def inbox(three, alias):
    return three["ALB"].json("cyber", "collection", "add", alias, "--inbox", "--to", "HRV", "-c", three.id)["id"]


def root(three, node, mode):
    return f"http://127.0.0.1:{three[node].port}/taxii2/{three.id}/{mode}/"


# ---- curl ----

def curl(url, *args, status=200):
    done = subprocess.run(["curl", "-sS", "-g", "-u", f"edi:{PASSWORD}", "-H", f"Accept: {TYPE}", "-w", "\n%{http_code}", *args, url],
                          check=True, capture_output=True)
    body, code = done.stdout.rsplit(b"\n", 1)
    assert int(code) == status, (url, code, body[:300])
    return json.loads(body) if body else None


def pages_by_curl(where, query):
    """All by added_after, as a client without `next` does it."""
    out, token = [], ""
    while True:
        page = curl(f"{where}objects/?{query}{token}")
        out += page.get("objects", [])
        if not page.get("more"):
            return out
        token = f"&next={page['next']}"


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl")
def test_curl(three, tmp_path):
    objs, where = attack(), f"{root(three, 'ALB', 'real')}collections/{inbox(three, 'by-curl')}/"
    path = tmp_path / "envelope.json"
    path.write_text(json.dumps({"objects": objs}))
    # Who is not known yet sends little: one answer before the large body.
    assert curl(where)["can_write"]
    status = curl(f"{where}objects/", "-H", f"Content-Type: {TYPE}", "--data-binary", f"@{path}", status=202)
    began = time.monotonic()
    assert (status["success_count"], status["failure_count"]) == (len(objs), 0)
    assert curl(f"{root(three, 'ALB', 'real')}status/{status['id']}/")["total_count"] == len(objs)
    there = f"{root(three, 'HRV', 'real')}collections/all/"
    entente.wait(lambda: len(curl(f"{there}manifest/?match[id]={objs[-1]['id']}").get("objects", [])) == 1, "HRV serves the last one")
    print(f"{len(objs)} objects served by another member's node {time.monotonic() - began:.1f} s after the answer")
    for at in (where, there):
        same(pages_by_curl(at, "limit=700"), objs)
        kind = objs[0]["type"]
        same(pages_by_curl(at, f"match[type]={kind}&limit=500"), [o for o in objs if o["type"] == kind])
    curl(f"{where}objects/{objs[3]['id']}/", "-X", "DELETE")
    curl(f"{where}objects/{objs[3]['id']}/", status=404)
    entente.wait(lambda: curl(f"{there}manifest/?match[id]={objs[3]['id']}") == {}, "it is gone at HRV")
    outside = f"{root(three, 'KOS', 'real')}collections/all/"
    assert curl(f"{outside}objects/") == {} and curl(f"{outside}manifest/") == {}


# ---- the OASIS client ----

def collection(api, alias):
    """The client wants the id of a collection in its URL, not the alias."""
    return next(c for c in api.collections if c.custom_properties.get("alias") == alias or alias in (c.title, getattr(c, "alias", None)))


def listed(at):
    """Ids of the manifest. By added_after: as_pages() waits for a `next`, which a manifest does not have (5.3), and would begin anew for ever."""
    page = at.get_manifest(limit=900)
    out = page["objects"]
    while page.get("more"):
        page = at.get_manifest(limit=900, added_after=out[-1]["date_added"])
        out += page["objects"]
    return [o["id"] for o in out]


def test_oasis_client(three):
    client = pytest.importorskip("taxii2client.v21", reason="taxii2-client is not installed (see the head of this file)")
    objs = attack()
    server = client.Server(f"http://127.0.0.1:{three['ALB'].port}/taxii2/", user="edi", password=PASSWORD)
    assert server.title and any(r.url == root(three, "ALB", "exercise") for r in server.api_roots)
    three["ALB"].run("cyber", "collection", "add", "drill", "--inbox", "--to", "HRV", "--mode", "exercise", "-c", three.id)
    api = client.ApiRoot(root(three, "ALB", "exercise"), user="edi", password=PASSWORD)
    mine = collection(api, "drill")
    assert mine.can_write and mine.can_read
    status = mine.add_objects({"objects": objs})
    assert (status.status, status.success_count, status.failure_count) == ("complete", len(objs), 0)
    assert api.get_status(status.id).total_count == len(objs)
    theirs = collection(client.ApiRoot(root(three, "HRV", "exercise"), user="edi", password=PASSWORD), "all")
    entente.wait(lambda: theirs.get_manifest(id=objs[-1]["id"]).get("objects"), "HRV serves the last one")
    for at in (mine, theirs):
        got = [o for page in client.as_pages(at.get_objects, per_request=700) for o in page.get("objects", [])]
        same(got, objs)
        kind = objs[0]["type"]
        got = [o for page in client.as_pages(at.get_objects, per_request=500, type=kind) for o in page.get("objects", [])]
        same(got, [o for o in objs if o["type"] == kind])
        same(listed(at), [o["id"] for o in objs])
        assert at.get_object(objs[5]["id"])["objects"] == [objs[5]]
    versions = mine.object_versions(objs[0]["id"])["versions"]
    assert versions == [objs[0].get("modified") or objs[0]["created"]]
    mine.delete_object(objs[7]["id"])
    import requests
    with pytest.raises(requests.exceptions.HTTPError, match="404"):
        mine.get_object(objs[7]["id"])
    entente.wait(lambda: not theirs.get_manifest(id=objs[7]["id"]).get("objects"), "it is gone at HRV")
    outside = collection(client.ApiRoot(root(three, "KOS", "exercise"), user="edi", password=PASSWORD), "all")
    assert outside.get_objects() == {} and outside.get_manifest() == {}
