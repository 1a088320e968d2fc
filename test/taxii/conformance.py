#!/usr/bin/env python3
"""The conformance suite: see README.md. Each check is a function; its first line of text says what the standard asks, with the section."""

import argparse
import json
import pathlib
import re
import sys
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import objects as stix  # noqa: E402
from client import TYPE, Client  # noqa: E402

CHECKS = []
MICRO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$")


class NotOffered(Exception):
    pass


def must(fn):
    CHECKS.append(("must", fn))
    return fn


def should(fn):
    CHECKS.append(("should", fn))
    return fn


class Suite:
    def __init__(self, client, collection, read_only=None):
        self.c, self.read_only_id = client, read_only
        self.id = collection
        self.at = f"collections/{collection}/"
        self.posted = []

    # ---- helpers ----

    def get(self, path="objects/", status=200, query=None, **options):
        r = self.c.get(self.at + path, query=query, **options)
        assert r.status == status, f"GET {path} {query}: {r}"
        if status == 200 and r.body:
            self.taxii(r)
        return r

    def taxii(self, r):
        """Every answer is of the media type, and JSON."""
        kind = (r.header("Content-Type") or "").replace(" ", "")
        assert kind.lower() == TYPE, f"Content-Type {r.header('Content-Type')!r}"
        return r.json()

    def post(self, objs, status=202, **options):
        r = self.c.ask("POST", self.at + "objects/", {"objects": objs}, **options)
        assert r.status == status, f"POST: {r}"
        body = self.taxii(r)
        if status == 202:
            self.posted += [o["id"] for o in objs if isinstance(o, dict) and isinstance(o.get("id"), str)]
        return body

    def error(self, r, *status):
        assert r.status in status, f"expected {status}: {r}"
        body = self.taxii(r)
        assert isinstance(body.get("title"), str) and body["title"], f"an error has a title: {body}"
        if "http_status" in body:
            assert body["http_status"] == str(r.status), body
        return body

    def ids(self, query=None, path="objects/"):
        return [o["id"] for o in self.get(path, query=query).json().get("objects", [])]

    def only(self, *ids, **more):
        return {"match[id]": ",".join(ids), **more}

    def clean(self):
        for i in dict.fromkeys(self.posted):
            self.c.ask("DELETE", f"{self.at}objects/{i}/")
        self.posted = []


# ---- discovery and roots ----

@must
def discovery(s):
    """4.1: GET /taxii2/ at the root of the host: title; default is one of api_roots; roots absolute or from '/'"""
    r = s.c.get("/taxii2/")
    assert r.status == 200, r
    d = s.taxii(r)
    assert isinstance(d["title"], str)
    roots = d.get("api_roots")
    if roots is not None:
        assert roots, "an empty list is left out"
        for root in roots:
            assert root.startswith("https://") or (root.startswith("/") and not root.startswith("//")), root
            assert root.endswith("/") and "../" not in root and "?" not in root, root
    if "default" in d:
        assert d["default"] in roots


@must
def api_root(s):
    """4.2: title, versions with 2.1, max_content_length above 0"""
    d = s.taxii(s.c.get(""))
    assert isinstance(d["title"], str)
    assert TYPE in [v.replace(" ", "") for v in d["versions"]]
    assert isinstance(d["max_content_length"], int) and 0 < d["max_content_length"] <= 2**53 - 1


@must
def root_unknown(s):
    """4.2: an API root that is not there is 404"""
    s.error(s.c.get(f"/taxii2/{uuid.uuid4().hex}/"), 404)


@must
def paths_end_in_slash(s):
    """3.1: a path without its slash is not the resource"""
    r = s.c.get(s.c.base + "collections")
    assert r.status in (301, 302, 307, 308, 404), r


# ---- authentication ----

@must
def no_credentials(s):
    """1.6.9: without credentials 401 with WWW-Authenticate (or 404 on collections)"""
    r = s.c.get("collections/", auth=False)
    assert r.status in (401, 404), r
    if r.status == 401:
        assert r.header("WWW-Authenticate")
    s.error(r, 401, 404)


@must
def wrong_password(s):
    """1.6.9: wrong credentials are 401 with WWW-Authenticate"""
    r = s.c.get("collections/", headers={"Authorization": "Basic bm9ib2R5Om5vbmU="})
    s.error(r, 401, 404)
    assert r.status == 404 or r.header("WWW-Authenticate")


@should
def garbage_credentials(s):
    """1.6.9: an Authorization header that is none is 401, not a failure of the server"""
    for text in ("Basic", "Basic ***", "Nonsense x", "Basic bm9jb2xvbg=="):
        s.error(s.c.get("collections/", headers={"Authorization": text}), 401, 404)


@must
def user_agent_missing(s):
    """8.2.2: a request without User-Agent is served"""
    assert s.c.get("collections/", headers={"User-Agent": None}).status == 200


# ---- negotiation ----

ACCEPTED = [None, "*/*", "application/*", "application/taxii+json", TYPE, "application/taxii+json; version=2.1",
            "application/taxii+json ; version=2.1", "text/html, application/taxii+json;version=2.1;q=0.5",
            "application/taxii+json;version=2.1,application/taxii+json;version=2.0"]


@must
def accept(s):
    """3.1: the defined media types, with spaces, lists and weights, never give 406"""
    for text in ACCEPTED:
        r = s.c.get("collections/", headers={"Accept": text})
        assert r.status == 200, f"Accept {text!r}: {r}"
        s.taxii(r)


@must
def accept_manifest(s):
    """5.3: the standard's own example of a manifest also lists application/stix+json"""
    s.get("manifest/", headers={"Accept": TYPE + ", application/stix+json;version=2.1"})


@should
def accept_foreign(s):
    """1.6.8: a media type that is not defined may be refused with 406, as a TAXII error"""
    r = s.c.get("collections/", headers={"Accept": "text/html"})
    assert r.status == 200 or s.error(r, 406)


@must
def content_type(s):
    """3.1: POST with and without version, and with a space, is accepted"""
    for text in (TYPE, "application/taxii+json", "application/taxii+json; version=2.1"):
        s.post([stix.indicator()], headers={"Content-Type": text})


@must
def content_type_foreign(s):
    """5.5: POST of another media type is 415"""
    r = s.c.ask("POST", s.at + "objects/", {"objects": [stix.indicator()]}, headers={"Content-Type": "text/plain"})
    s.error(r, 415)


@must
def errors_are_taxii(s):
    """1.6.8: errors carry the media type as well"""
    s.error(s.c.get(f"collections/{uuid.uuid4()}/"), 404)
    s.error(s.c.get(s.at + "objects/", query="limit=0"), 400)


# ---- collections ----

@must
def collections(s):
    """5.1: each has id, title, can_read, can_write; no empty lists"""
    d = s.taxii(s.c.get("collections/"))
    assert "collections" not in d or d["collections"]
    aliases = []
    for c in d["collections"]:
        assert UUID.match(c["id"]), c
        assert isinstance(c["title"], str) and isinstance(c["can_read"], bool) and isinstance(c["can_write"], bool)
        assert c.get("media_types", ["x"]) != []
        aliases += [c["alias"]] if "alias" in c else []
    assert len(set(aliases)) == len(aliases), "aliases are unique"
    assert s.id in [c["id"] for c in d["collections"]] + aliases


@must
def collections_order(s):
    """5.1: in a consistent order"""
    lists = [[c["id"] for c in s.c.get("collections/").json()["collections"]] for _ in range(3)]
    assert lists[0] == lists[1] == lists[2]


@must
def collection(s):
    """5.2: by id and by alias the same"""
    r = s.c.get(s.at)
    assert r.status == 200, r
    d = s.taxii(r)
    assert d["can_read"] and d["can_write"], "give a --collection that may be read and written"
    if "alias" in d:
        assert s.c.get(f"collections/{d['alias']}/").json()["id"] == d["id"]
        assert s.c.get(f"collections/{d['alias']}/objects/").status == 200


@must
def collection_unknown(s):
    """5.2 to 5.8: a collection that is not there is 404 everywhere"""
    base, i = f"collections/{uuid.uuid4()}/", stix.indicator()["id"]
    for path in ("", "manifest/", "objects/", f"objects/{i}/", f"objects/{i}/versions/"):
        s.error(s.c.get(base + path), 404)
    s.error(s.c.ask("POST", base + "objects/", {"objects": [stix.indicator()]}), 404)
    s.error(s.c.ask("DELETE", f"{base}objects/{i}/"), 404)


@must
def read_only(s):
    """5.5, 5.8: POST and DELETE without can_write are 403 or 404"""
    if not s.read_only_id:
        raise NotOffered("--read-only is not given")
    base = f"collections/{s.read_only_id}/objects/"
    s.error(s.c.ask("POST", base, {"objects": [stix.indicator()]}), 403, 404)
    s.error(s.c.ask("DELETE", f"{base}{stix.indicator()['id']}/"), 403)


@must
def methods(s):
    """HTTP: PUT and PATCH are not for these: 405 (404 for what is not there)"""
    for method, path in (("PUT", "objects/"), ("DELETE", "objects/"), ("POST", "manifest/"), ("PATCH", "")):
        r = s.c.ask(method, s.at + path, b"{}")
        assert r.status in (404, 405, 501), f"{method} {path}: {r}"


# ---- POST and status ----

@must
def post(s):
    """5.5: 202 with a status: counts add up, the object is then there"""
    i = stix.indicator()
    d = s.post([i])
    assert UUID.match(d["id"]) and d["status"] in ("complete", "pending")
    assert d["total_count"] == d["success_count"] + d["failure_count"] + d["pending_count"] == 1
    assert d["status"] == "complete" and d["success_count"] == 1, "pending ones are not waited for by this suite"
    for one in d.get("successes", []):
        assert one["id"] == i["id"] and one["version"] == i["modified"]
    assert "failures" not in d and "pendings" not in d, "empty lists are left out"
    assert s.get(f"objects/{i['id']}/").json()["objects"] == [i]


@must
def post_status(s):
    """4.3: the status can be asked for; one that is not there is 404"""
    d = s.post([stix.indicator()])
    r = s.c.get(f"status/{d['id']}/")
    assert r.status == 200, r
    assert s.taxii(r) == d
    s.error(s.c.get(f"status/{uuid.uuid4()}/"), 404)


@must
def status_timestamp(s):
    """2: timestamps of TAXII have microseconds and Z"""
    d = s.post([stix.indicator()])
    if "request_timestamp" in d:
        assert MICRO.match(d["request_timestamp"]), d["request_timestamp"]


@must
def post_duplicate(s):
    """5.5: the very same object again is no error, and is there once"""
    i = stix.indicator()
    s.post([i])
    d = s.post([i])
    assert d["failure_count"] == 0, d
    assert s.ids(s.only(i["id"])) == [i["id"]]
    assert len(s.get(f"objects/{i['id']}/versions/").json()["versions"]) == 1


@must
def post_partial(s):
    """4.3: what is wrong fails by itself, with its id; the others go in"""
    good, bad = stix.indicator(), stix.indicator()
    del bad["type"]
    d = s.post([good, bad])
    assert d["success_count"] == 1 and d["failure_count"] == 1 and d["total_count"] == 2, d
    assert len(d["failures"]) == 1 and {"id", "version"} <= set(d["failures"][0])
    assert s.ids(s.only(good["id"])) == [good["id"]]


@must
def post_observable(s):
    """STIX 3.3: an observable has no spec_version by default"""
    a = stix.address()
    assert s.post([a])["success_count"] == 1
    assert s.get(f"objects/{a['id']}/").json()["objects"] == [a]


@must
def post_marking(s):
    """STIX 7.2.1: a marking-definition has no modified; its version is created"""
    m = stix.statement()
    assert s.post([m])["success_count"] == 1
    assert s.get(f"objects/{m['id']}/versions/").json()["versions"] == [m["created"]]


@must
def post_custom(s):
    """STIX 11: custom objects and properties are kept or refused, never changed"""
    c = stix.sdo("x-suite-thing", x_value={"a": [1, 2.50, None, "é\u0001"]}, some_count=7)
    d = s.post([c])
    if d["success_count"]:
        assert s.get(f"objects/{c['id']}/").json()["objects"] == [c]


@must
def post_bad_bodies(s):
    """5.5: a body that is no envelope is 400 or 422, and the server goes on"""
    for body in (b"", b"[1]", b'{"objects":"x"}', b'{"objects":', b"nonsense", b"\xff\xfe", b'{"objects":[{"type":"a"}]',
                 b"[" * 5000):
        r = s.c.ask("POST", s.at + "objects/", body)
        s.error(r, 400, 411, 413, 422)
    s.get()


@should
def post_empty_envelope(s):
    """5.5: an envelope without objects is refused"""
    for body in (b"{}", b'{"objects":[]}'):
        s.error(s.c.ask("POST", s.at + "objects/", body), 400, 422)


@should
def post_bundle(s):
    """3.7: a bundle is no TAXII payload"""
    s.error(s.c.ask("POST", s.at + "objects/", {"type": "bundle", "id": f"bundle--{uuid.uuid4()}",
                                                "objects": [stix.indicator()]}), 400, 422)


@must
def post_no_objects_of_scalars(s):
    """4.3: elements that are no objects fail one by one or all together"""
    r = s.c.ask("POST", s.at + "objects/", {"objects": [1, "x", None, [stix.indicator()]]})
    if r.status == 202:
        d = s.taxii(r)
        assert d["failure_count"] == 4, d
    else:
        s.error(r, 400, 422)


@must
def post_too_large(s):
    """5.5: above max_content_length is 413"""
    limit = s.c.get("").json()["max_content_length"]
    s.error(s.c.announce("POST", s.at + "objects/", limit + 1), 413)


# ---- what is read ----

@must
def envelope(s):
    """3.7: objects, more and next, and nothing empty"""
    s.post([stix.indicator(n) for n in range(3)])
    d = s.get(query="limit=2").json()
    assert len(d["objects"]) <= 2 and d["more"] is True
    assert set(d) <= {"more", "next", "objects"}
    empty = s.get(query=s.only(stix.indicator()["id"])).json()
    assert "objects" not in empty and not empty.get("more"), empty


@must
def added_headers(s):
    """3.2: X-TAXII-Date-Added-First and -Last of what is in the answer, in microseconds"""
    made = [stix.indicator(n) for n in range(3)]
    ids = [o["id"] for o in made]
    s.post(made)
    for path in ("objects/", "manifest/"):
        r = s.get(path, query=s.only(*ids))
        first, last = r.header("X-TAXII-Date-Added-First"), r.header("X-TAXII-Date-Added-Last")
        assert MICRO.match(first) and MICRO.match(last) and first <= last
    m = s.get("manifest/", query=s.only(*ids)).json()["objects"]
    assert m[0]["date_added"] == first and m[-1]["date_added"] == last
    r = s.get(f"objects/{ids[0]}/")
    assert MICRO.match(r.header("X-TAXII-Date-Added-First"))
    assert MICRO.match(s.get(f"objects/{ids[0]}/versions/").header("X-TAXII-Date-Added-Last"))


@must
def manifest(s):
    """5.3: id, date_added, version, media_type; no next"""
    i = stix.indicator()
    s.post([i])
    d = s.get("manifest/", query=s.only(i["id"])).json()
    assert set(d) <= {"more", "objects"}
    one = d["objects"][0]
    assert one["id"] == i["id"] and one["version"] == i["modified"] and MICRO.match(one["date_added"])
    if "media_type" in one:
        types = s.c.get(s.at).json().get("media_types", ["application/stix+json;version=2.1"])
        assert one["media_type"] in types


@must
def order(s):
    """3.3: by date_added, which is unique and increasing (or versions could not be paged)"""
    s.post([stix.indicator(n) for n in range(25)])
    dates, after = [], None
    while True:
        d = s.get("manifest/", query={"limit": "10", **({"added_after": after} if after else {})}).json()
        dates += [o["date_added"] for o in d.get("objects", [])]
        if not d.get("more"):
            break
        after = dates[-1]
    assert dates == sorted(dates) and len(set(dates)) == len(dates), "date_added is not unique"


@must
def page_by_next(s):
    """3.5: limit and next give each object once; the same next again gives the same page"""
    objs = [stix.indicator(n) for n in range(25)]
    s.post(objs)
    want, got, token = {o["id"] for o in objs}, [], None
    for _ in range(100):
        q = {"limit": "7", "match[id]": ",".join(sorted(want)), **({"next": token} if token else {})}
        d = s.get(query=q).json()
        assert s.get(query=q).json() == d, "the same request, another answer"
        got += [o["id"] for o in d.get("objects", [])]
        if not d.get("more"):
            break
        token = d.get("next")
        assert token, "more without next"
    assert sorted(got) == sorted(want)


@must
def page_by_added_after(s):
    """3.5: added_after with X-TAXII-Date-Added-Last gives each object once, also after one POST of many"""
    objs = [stix.malware(n) for n in range(25)]
    s.post(objs)
    want, got, after = {o["id"] for o in objs}, [], None
    for _ in range(100):
        q = {"limit": "4", "match[id]": ",".join(sorted(want)), **({"added_after": after} if after else {})}
        r = s.get(query=q)
        got += [o["id"] for o in r.json().get("objects", [])]
        if not r.json().get("more"):
            break
        after = r.header("X-TAXII-Date-Added-Last")
    assert sorted(got) == sorted(want), f"{len(got)} of {len(want)}"


@must
def added_after_is_strict(s):
    """3.4: strictly after"""
    i = stix.indicator()
    s.post([i])
    added = s.get(query=s.only(i["id"])).header("X-TAXII-Date-Added-Last")
    assert s.ids({"added_after": added, "match[id]": i["id"]}) == []


@must
def limits(s):
    """3.4: never more than limit"""
    s.post([stix.indicator(n) for n in range(5)])
    for n in (1, 3, 100000, 2**60, 10**30):
        assert len(s.ids(f"limit={n}")) <= n


@must
def malformed(s):
    """3.4: a malformed parameter is 400"""
    for q in ("limit=0", "limit=-1", "limit=abc", "limit=", "limit=1.5", "limit=1&limit=2", "added_after=yesterday",
              "added_after=2020-01-01", "added_after=2020-13-01T00:00:00Z", "match[version]=newest",
              "match[version]=2020-01-01", "match[version]=all,last", "match[version]=last,last", "next=%FF%FE",
              "next=nonsense", "match[version]=", "match[type]=a&match[type]=b"):
        for path in ("objects/", "manifest/"):
            if q.startswith("next") and path == "manifest/":
                continue
            r = s.c.get(s.at + path, query=q)
            assert r.status == 400, f"{path}?{q}: {r}"
            s.error(r, 400)


@must
def unknown_parameters(s):
    """3.4: parameters and match fields that are not defined may be passed over"""
    s.get(query="x_other=1&match[x_other]=y")


# ---- filters ----

@must
def match_id(s):
    """3.4.1: match[id], several are ORed"""
    a, b, c = (stix.indicator(n) for n in range(3))
    s.post([a, b, c])
    assert s.ids(s.only(a["id"])) == [a["id"]]
    assert set(s.ids(s.only(a["id"], c["id"]))) == {a["id"], c["id"]}
    assert set(s.ids(s.only(a["id"], c["id"]), "manifest/")) == {a["id"], c["id"]}


@must
def match_type(s):
    """3.4.1: match[type]; types of STIX are never an error; fields are ANDed"""
    i, m, a = stix.indicator(), stix.malware(), stix.address()
    s.post([i, m, a])
    both = s.only(i["id"], m["id"], a["id"])
    assert s.ids({**both, "match[type]": "malware"}) == [m["id"]]
    assert set(s.ids({**both, "match[type]": "malware,ipv4-addr"})) == {m["id"], a["id"]}
    assert s.ids({**s.only(i["id"]), "match[type]": "malware"}) == []
    for t in ("threat-actor", "x509-certificate", "marking-definition", "relationship", "x-suite-other"):
        s.get(query={"match[type]": t})


def three(s):
    first = stix.indicator(created="2020-01-01T00:00:00.000Z")
    v = [first, stix.version(first, "2020-02-01T00:00:00.000Z", name="second"),
         stix.version(first, "2020-03-01T00:00:00.000Z", name="third")]
    for k in (1, 0, 2):  # out of order
        s.post([v[k]])
    return v


@must
def match_version(s):
    """3.4.1: last is the default, by modified and not by arrival; first, all, exact ones"""
    v = three(s)
    i = v[0]["id"]

    def versions(q):
        return sorted(o["modified"] for o in s.get(query={**s.only(i), **q}).json().get("objects", []))
    assert versions({}) == [v[2]["modified"]]
    assert versions({"match[version]": "last"}) == [v[2]["modified"]]
    assert versions({"match[version]": "first"}) == [v[0]["modified"]]
    assert versions({"match[version]": "all"}) == [o["modified"] for o in v]
    assert versions({"match[version]": v[1]["modified"]}) == [v[1]["modified"]]
    assert versions({"match[version]": f"first,{v[1]['modified']}"}) == [v[0]["modified"], v[1]["modified"]]
    assert versions({"match[version]": "2019-01-01T00:00:00.000Z"}) == []


@must
def late_old_version(s):
    """3.4.1: an old version that comes last is not the last version"""
    new = stix.indicator(created="2020-01-01T00:00:00.000Z", modified="2021-01-01T00:00:00.000Z")
    s.post([new])
    s.post([stix.version(new, "2020-06-01T00:00:00.000Z")])
    assert s.get(f"objects/{new['id']}/").json()["objects"] == [new]


@must
def object_versions(s):
    """5.6, 5.7: object with match[version]; versions lists all, as written"""
    v = three(s)
    i = v[0]["id"]
    assert s.get(f"objects/{i}/").json()["objects"] == [v[2]]
    assert len(s.get(f"objects/{i}/", query={"match[version]": "all"}).json()["objects"]) == 3
    d = s.get(f"objects/{i}/versions/").json()
    assert set(d) <= {"more", "versions"}
    assert sorted(d["versions"]) == [o["modified"] for o in v]


@must
def versions_paged(s):
    """5.7: versions are paged by added_after"""
    v = three(s)
    i, got, after = v[0]["id"], [], None
    for _ in range(10):
        r = s.get(f"objects/{i}/versions/", query={"limit": "1", **({"added_after": after} if after else {})})
        got += r.json().get("versions", [])
        if not r.json().get("more"):
            break
        after = r.header("X-TAXII-Date-Added-Last")
    assert sorted(got) == [o["modified"] for o in v]


@must
def match_spec_version(s):
    """3.4.1: match[spec_version]"""
    i = stix.indicator()
    s.post([i])
    assert s.ids({**s.only(i["id"]), "match[spec_version]": "2.1"}) == [i["id"]]
    assert s.ids({**s.only(i["id"]), "match[spec_version]": "2.0,2.1"}) == [i["id"]]
    assert s.ids({**s.only(i["id"]), "match[spec_version]": "2.0"}) == []


@must
def nanoseconds(s):
    """STIX 3.2: more digits than three are legal, are kept, compared and asked for as written"""
    a = stix.indicator(created="2020-01-01T00:00:00.123456789Z")
    b = stix.version(a, "2020-01-01T00:00:00.12345679Z", name="later")
    d = s.post([b, a])
    if d["failure_count"]:
        raise NotOffered("the server takes no such timestamps")
    assert s.get(f"objects/{a['id']}/").json()["objects"] == [b]
    assert set(s.get(f"objects/{a['id']}/versions/").json()["versions"]) == {a["modified"], b["modified"]}
    q = {"match[version]": a["modified"]}
    assert s.get(f"objects/{a['id']}/", query=q).json()["objects"] == [a]
    s.get()
    assert s.c.ask("DELETE", f"{s.at}objects/{a['id']}/").status == 200


@must
def bytes_kept(s):
    """3.7, STIX 3.6: what comes out is what went in: numbers, order, spelling"""
    i = str(uuid.uuid4())
    text = ('{"id":"x-suite-raw--%s","type":"x-suite-raw","created":"2020-01-01T00:00:00.000Z","x_n":1.10,'
            '"modified":"2020-01-01T00:00:00.000Z","spec_version":"2.1","x_t":"\\u00e9 \\/"}' % i)
    r = s.c.ask("POST", s.at + "objects/", b'{"objects":[' + text.encode() + b"]}")
    assert r.status == 202, r
    s.posted.append(f"x-suite-raw--{i}")
    if r.json()["success_count"] == 0:
        raise NotOffered("the server takes no custom objects")
    got = s.get(f"objects/x-suite-raw--{i}/").json()["objects"][0]
    assert got == json.loads(text)


# ---- object and delete ----

@must
def object_unknown(s):
    """5.6, 5.7, 5.8: an object that is not there is 404"""
    i = stix.indicator()["id"]
    s.error(s.c.get(f"{s.at}objects/{i}/"), 404)
    s.error(s.c.get(f"{s.at}objects/{i}/versions/"), 404)
    s.error(s.c.ask("DELETE", f"{s.at}objects/{i}/"), 404)


@must
def delete(s):
    """5.8: after DELETE the object is nowhere in the collection"""
    a, b = stix.indicator(1), stix.indicator(2)
    s.post([a, b])
    r = s.c.ask("DELETE", f"{s.at}objects/{a['id']}/")
    assert r.status == 200 and not r.body, r
    s.error(s.c.get(f"{s.at}objects/{a['id']}/"), 404)
    s.error(s.c.get(f"{s.at}objects/{a['id']}/versions/"), 404)
    assert s.ids(s.only(a["id"], b["id"])) == [b["id"]]
    assert s.ids(s.only(a["id"], b["id"]), "manifest/") == [b["id"]]
    s.error(s.c.ask("DELETE", f"{s.at}objects/{a['id']}/"), 404)


@must
def delete_version(s):
    """5.8: match[version] takes one version only"""
    v = three(s)
    i = v[0]["id"]
    r = s.c.ask("DELETE", f"{s.at}objects/{i}/", query={"match[version]": v[2]["modified"]})
    assert r.status == 200, r
    assert s.get(f"objects/{i}/").json()["objects"] == [v[1]]
    assert len(s.get(f"objects/{i}/versions/").json()["versions"]) == 2


@must
def delete_all_versions(s):
    """5.8: without match[version] all versions go"""
    v = three(s)
    assert s.c.ask("DELETE", f"{s.at}objects/{v[0]['id']}/").status == 200
    s.error(s.c.get(f"{s.at}objects/{v[0]['id']}/"), 404)


@should
def post_again_after_delete(s):
    """5.8: what was deleted may be put in again"""
    i = stix.indicator()
    s.post([i])
    s.c.ask("DELETE", f"{s.at}objects/{i['id']}/")
    s.post([i])
    assert s.get(f"objects/{i['id']}/").json()["objects"] == [i]


@should
def same_version_other_content(s):
    """STIX 3.6: two objects with one id and version: the first is kept, the second is told to have failed"""
    i = stix.indicator()
    s.post([i])
    d = s.post([{**i, "name": "another"}])
    assert d["failure_count"] == 1, d
    assert s.get(f"objects/{i['id']}/").json()["objects"] == [i]


@should
def revoked_is_the_end(s):
    """STIX 3.2: a revoked object has no later versions"""
    i = stix.indicator(created="2020-01-01T00:00:00.000Z")
    s.post([i])
    s.post([stix.version(i, "2020-02-01T00:00:00.000Z", revoked=True)])
    d = s.post([stix.version(i, "2020-03-01T00:00:00.000Z")])
    assert d["failure_count"] == 1, d


@should
def not_modified(s):
    """HTTP: an ETag is answered with 304"""
    r = s.get()
    if not r.header("ETag"):
        raise NotOffered("no ETag")
    assert s.c.get(s.at + "objects/", headers={"If-None-Match": r.header("ETag")}).status == 304


def run(suite):
    out = []
    for weight, check in CHECKS:
        what = (check.__doc__ or "").strip()
        try:
            check(suite)
            result, text = "pass", ""
        except NotOffered as e:
            result, text = "n/a", str(e)
        except Exception as e:  # noqa: BLE001: a server can fail in any way
            result, text = "FAIL", f"{type(e).__name__}: {str(e)[:400]}"
        finally:
            suite.clean()
        out.append({"check": check.__name__, "weight": weight, "what": what, "result": result, "text": text})
    return out


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("root", help="URL of an API root, with its slash")
    p.add_argument("--collection", required=True)
    p.add_argument("--read-only")
    p.add_argument("--user")
    p.add_argument("--password-file")
    p.add_argument("--token-file")
    p.add_argument("--ca")
    p.add_argument("--insecure", action="store_true", help="do not check the certificate")
    p.add_argument("--json", action="store_true")
    a = p.parse_args()
    secret = pathlib.Path(a.password_file or a.token_file).read_text().strip() if a.password_file or a.token_file else None
    client = Client(a.root, a.user, secret if a.user else None, None if a.user else secret, a.ca, not a.insecure)
    results = run(Suite(client, a.collection, a.read_only))
    if a.json:
        print(json.dumps(results, indent=1))
    else:
        for r in results:
            print(f"{r['result']:5} {r['weight']:6} {r['check']:28} {r['what']}" + (f"\n      {r['text']}" if r["text"] else ""))
        for w in ("must", "should"):
            n = [r["result"] for r in results if r["weight"] == w]
            print(f"{w}: {n.count('pass')} pass, {n.count('FAIL')} fail, {n.count('n/a')} n/a")
    return 1 if any(r["result"] == "FAIL" and r["weight"] == "must" for r in results) else 0


if __name__ == "__main__":
    sys.exit(main())
