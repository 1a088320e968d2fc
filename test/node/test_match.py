"""Matching as users and sensors do it: packs from files and from nodes, logs of all kinds, sightings back to the author and to nobody else."""

import gzip
import json
import shutil
import sqlite3
import subprocess
import time

import pytest

from entente import BAD_INPUT, ENTENTE, UNAVAILABLE, USAGE, VERIFY, environment, run, wait

NOW = "2025-03-18T09:30:00Z"


def indicator(n, pattern, **more):
    return {"type": "indicator", "spec_version": "2.1", "id": f"indicator--00000000-0000-4000-8000-{n:012x}",
            "created": "2025-01-01T00:00:00.000Z", "modified": "2025-01-01T00:00:00.000Z", "pattern": pattern,
            "pattern_type": "stix", "valid_from": "2025-01-01T00:00:00Z", **more}


def bundle(*objects):
    return json.dumps({"type": "bundle", "id": "bundle--00000000-0000-4000-8000-000000000000", "objects": objects})


def hits(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def sensor(tmp_path, program):
    """A directory with a pack, its key and no node."""
    (tmp_path / "feed.json").write_text(bundle(
        indicator(1, "[domain-name:value = 'evil.example' OR ipv4-addr:value = '203.0.113.9']"),
        indicator(2, "[url:value = 'http://evil.example/drop']"),
        indicator(3, "[file:hashes.MD5 = 'd41d8cd98f00b204e9800998ecf8427e']"),
        indicator(4, "[domain-name:value = 'old.example']", valid_until="2025-02-01T00:00:00Z"),
        indicator(5, "[domain-name:value = 'revoked.example']", revoked=True),
        indicator(6, "[file:name = 'a' AND file:size = 1]")))
    run("key", "new", "officer", "sensor.key", cwd=tmp_path)
    run("cyber", "pack", "build", "feed.json", "-o", "coalition.pack", "--key", "sensor.key", "--name", "feed.example", cwd=tmp_path)
    return tmp_path


def match(folder, *args, **options):
    return run("cyber", "match", "--pack", "coalition.pack", "--unsigned", "--at", NOW, *args, cwd=folder, **options)


def test_a_log_of_every_kind(sensor):
    (sensor / "a.log").write_text("nothing here\nGET http://evil.example/drop HTTP/1.1 from 203.0.113.9\n")
    found = hits(match(sensor, "a.log"))
    assert [(h["line"], h["kind"], h["value"], h["indicators"][0][-1]) for h in found] == [
        (2, "url", "http://evil.example/drop", "2"), (2, "domain-name", "evil.example", "1"), (2, "ipv4-addr", "203.0.113.9", "1")]
    text = (sensor / "a.log").read_text()
    assert all(text[h["offset"]:h["offset"] + h["length"]] == h["text"] for h in found)

    (sensor / "b.json").write_text('{"net":{"dst":["x","203.0.113.9"]},"note":"to\\nevil[.]example"}\n')
    found = hits(match(sensor, "b.json"))
    assert [(h["value"], h["field"], h.get("defanged", False)) for h in found] == [
        ("203.0.113.9", "net.dst[1]", False), ("evil.example", "note", True)]

    (sensor / "conn.log").write_text("#separator \\x09\n#fields\tts\tid.orig_h\thost\n1.5\t10.0.0.1\twww.EVIL.example\n")
    found = hits(match(sensor, "conn.log"))
    assert [(h["line"], h["field"], h["text"]) for h in found] == [(3, "host", "EVIL.example")]

    (sensor / "t.csv").write_text('when,"file hash",note\n1,D41D8CD98F00B204E9800998ECF8427E,"old.example, revoked.example"\n')
    done = match(sensor, "t.csv")
    assert [(h["kind"], h["field"]) for h in hits(done)] == [("MD5", "file hash")]
    assert "not valid now" in done.stderr


def test_compressed_piped_and_long(sensor):
    lines = [f"line {i} from 10.0.0.{i % 200}" for i in range(30000)]
    for i in (0, 777, 29999):
        lines[i] += " to evil.example"
    lines[12345] = "x" * 3_000_000 + " 203.0.113.9 " + "y " * 500_000
    text = ("\n".join(lines) + "\n").encode()
    (sensor / "plain").write_bytes(text)
    (sensor / "one.gz").write_bytes(gzip.compress(text, 1))
    plain = [(h["line"], h["offset"], h["value"]) for h in hits(match(sensor, "plain"))]
    assert [(line, value) for line, _, value in plain] == [(1, "evil.example"), (778, "evil.example"), (12346, "203.0.113.9"), (30000, "evil.example")]
    assert [(h["line"], h["offset"], h["value"]) for h in hits(match(sensor, "one.gz"))] == plain
    assert [(h["line"], h["offset"], h["value"]) for h in hits(match(sensor, stdin=text.decode()))] == plain
    if shutil.which("zstd"):
        subprocess.run(["zstd", "-q", "plain", "-o", "one.zst"], cwd=sensor, check=True)
        assert [(h["line"], h["offset"], h["value"]) for h in hits(match(sensor, "one.zst"))] == plain
    (sensor / "cut.gz").write_bytes((sensor / "one.gz").read_bytes()[:-20])
    assert "broken or cut off" in match(sensor, "cut.gz", status=BAD_INPUT).stderr


def test_whose_packs_are_taken(sensor):
    (sensor / "log").write_text("evil.example\n")
    other = run("key", "new", "officer", "other.key", cwd=sensor)
    assert other.stdout
    run("cyber", "pack", "build", "feed.json", "-o", "other.pack", "--key", "other.key", "--name", "feed.example", cwd=sensor)
    run("cyber", "pack", "build", "feed.json", "-o", "none.pack", "--unsigned", cwd=sensor)
    assert "say whose" in run("cyber", "match", "--pack", "coalition.pack", "log", cwd=sensor, status=USAGE).stderr
    assert len(hits(match(sensor, "log"))) == 1
    trust = verifier_key(sensor, "sensor.key", "feed.example")
    (sensor / "trust").write_text(trust + "\n")
    for given in (trust, "trust"):
        assert len(hits(run("cyber", "match", "--pack", "coalition.pack", "--trust", given, "--at", NOW, "log", cwd=sensor))) == 1
        for name in ("other.pack", "none.pack"):
            done = run("cyber", "match", "--pack", name, "--trust", given, "log", cwd=sensor, status=None)
            assert done.returncode in (VERIFY, BAD_INPUT) and not done.stdout
    whole = (sensor / "coalition.pack").read_bytes()
    at = whole.rindex(b"evil.example")
    (sensor / "bent.pack").write_bytes(whole[:at] + b"good" + whole[at + 4:])
    done = run("cyber", "match", "--pack", "bent.pack", "--trust", trust, "--at", NOW, "log", cwd=sensor, status=VERIFY)
    assert not done.stdout and "page" in done.stderr
    assert run("cyber", "pack", "check", "bent.pack", "--trust", trust, cwd=sensor, status=VERIFY).stderr
    (sensor / "short.pack").write_bytes(whole[:len(whole) // 2])
    assert run("cyber", "pack", "show", "short.pack", "--unsigned", cwd=sensor, status=BAD_INPUT).stderr


def verifier_key(folder, key_file, name):
    """The C2SP verifier key of a key file's public key."""
    import base64
    import hashlib
    public = base64.b64decode((folder / key_file).read_text().split("public ")[1].split()[0])
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + public).hexdigest()[:8]
    return f"{name}+{key_id}+{base64.b64encode(bytes([1]) + public).decode()}"


def test_a_pack_shown(sensor):
    shown = json.loads(run("cyber", "pack", "show", "coalition.pack", "--unsigned", "--json", cwd=sensor).stdout)
    assert shown["objects"] == 6 and shown["pattern_only"] == 1 and shown["mode"] == "real" and shown["signer"] == "feed.example"
    assert shown["keys"] == {"ipv4-addr": 1, "domain-name": 2, "url": 1, "MD5": 1}


def test_a_pattern_asked(tmp_path, program):
    seen = {"type": "observed-data", "id": "observed-data--00000000-0000-4000-8000-000000000001", "first_observed": NOW, "last_observed": NOW,
            "number_observed": 1, "objects": {"0": {"type": "file", "name": "a.exe"}}}
    (tmp_path / "seen.json").write_text(json.dumps(seen))
    yes = json.loads(run("cyber", "match", "--pattern", "[file:name LIKE '%.exe']", "seen.json", cwd=tmp_path).stdout)
    assert yes == {"matched": True, "observations": 1, "by": [seen["id"]]}
    no = json.loads(run("cyber", "match", "--pattern", "[file:name = 'b']", "seen.json", cwd=tmp_path).stdout)
    assert no == {"matched": False, "observations": 1, "by": []}
    assert "line 1, column 14" in run("cyber", "match", "--pattern", "[file:name = ]", "seen.json", cwd=tmp_path, status=BAD_INPUT).stderr
    (tmp_path / "long.json").write_text(json.dumps({**seen, "objects": {"0": {"type": "file", "name": "a" * 5000 + "b"}}}))
    began = time.monotonic()
    assert "too many steps" in run("cyber", "match", "--pattern", "[file:name MATCHES '^(a+)+$']", "long.json", cwd=tmp_path, status=BAD_INPUT).stderr
    assert time.monotonic() - began < 5


# ---- nodes ----

def publish(node, path, *objects, to, label=None):
    path.write_text(bundle(*objects))
    node.run("cyber", "import", path, "--to", to, *(["--label", label] if label else []))


def held(node, kind):
    return json.loads(node.run("cyber", "export", "--type", kind).stdout)["objects"]


def test_sighted_on_one_node_seen_on_the_other(coalition, tmp_path):
    t = coalition(["ALB", "HRV", "KOS"])
    t.sign_all()
    publish(t["ALB"], tmp_path / "i.json", indicator(1, "[domain-name:value = 'evil.example']"), to="HRV")
    wait(lambda: held(t["HRV"], "indicator"), "the indicator at HRV")
    (tmp_path / "log").write_text("a evil.example\nb\nc evil.example evil.example\n")

    began = time.monotonic()
    done = t["HRV"].run("cyber", "match", "--sight", tmp_path / "log")
    assert [h["authors"] for h in hits(done)] == [["ALB"]] * 3
    seen = wait(lambda: held(t["ALB"], "sighting"), "the sighting at ALB")
    assert time.monotonic() - began < 2
    assert [(s["sighting_of_ref"][-1], s["count"], "where_sighted_refs" in s) for s in seen] == [("1", 3, False)]

    t.agree()
    assert not held(t["KOS"], "indicator") and not held(t["KOS"], "sighting")
    assert b"evil.example" not in (t["KOS"].dir / "node.db").read_bytes()
    assert hits(t["KOS"].run("cyber", "match", tmp_path / "log")) == []


def test_packs_of_a_node_are_what_the_reader_may_see(coalition, tmp_path):
    t = coalition(["ALB", "HRV", "KOS"])
    t.sign_all()
    publish(t["ALB"], tmp_path / "1.json", indicator(1, "[domain-name:value = 'for-all.example']"), to="all")
    publish(t["ALB"], tmp_path / "2.json", indicator(2, "[domain-name:value = 'for-hrv.example']"), to="HRV")
    (tmp_path / "log").write_text("for-all.example for-hrv.example for-kos.example\n")
    alb = t["ALB"]
    for member, values in (("HRV", ["for-all.example", "for-hrv.example"]), ("KOS", ["for-all.example"])):
        alb.run("cyber", "pack", "build", "--for", member, "-o", tmp_path / f"{member}.pack")
        found = hits(alb.run("cyber", "match", "--pack", tmp_path / f"{member}.pack", tmp_path / "log"))
        assert [h["value"] for h in found] == values
        assert (b"for-hrv" in (tmp_path / f"{member}.pack").read_bytes()) == (member == "HRV")

    # A sensor without a node, and a partner that knows the signer.
    key = alb.run("cyber", "pack", "key").stdout.strip()
    assert len(hits(run("cyber", "match", "--pack", "KOS.pack", "--trust", key, "log", cwd=tmp_path))) == 1
    assert len(hits(t["KOS"].run("cyber", "match", "--pack", tmp_path / "KOS.pack", "--from", "ALB", tmp_path / "log"))) == 1
    assert t["KOS"].refuses(VERIFY, "cyber", "match", "--pack", tmp_path / "KOS.pack", "--from", "HRV", tmp_path / "log")

    # What is new is added; the result is that of making all of it anew.
    publish(alb, tmp_path / "3.json", indicator(3, "[domain-name:value = 'for-kos.example']"), to="KOS")
    done = alb.run("cyber", "pack", "build", "--for", "KOS", "--base", tmp_path / "KOS.pack", "-o", tmp_path / "new.pack")
    assert "made anew" not in done.stderr
    assert [h["value"] for h in hits(alb.run("cyber", "match", "--pack", tmp_path / "new.pack", tmp_path / "log"))] == [
        "for-all.example", "for-kos.example"]

    # Revoked: gone from the next pack, and no sighting of it is taken.
    t["HRV"].run("cyber", "match", tmp_path / "log")
    publish(alb, tmp_path / "4.json", {**indicator(1, "[domain-name:value = 'for-all.example']", revoked=True), "modified": "2025-02-01T00:00:00.000Z"}, to="all")
    alb.run("cyber", "pack", "build", "--for", "KOS", "--base", tmp_path / "new.pack", "-o", tmp_path / "newer.pack")
    assert [h["value"] for h in hits(alb.run("cyber", "match", "--pack", tmp_path / "newer.pack", tmp_path / "log"))] == ["for-kos.example"]
    sensor = tmp_path / "sensor.ndjson"
    sensor.write_text("".join(json.dumps({"time": NOW, "indicators": [indicator(n, "")["id"]]}) + "\n" for n in (1, 3, 9)))
    wait(lambda: len(held(t["KOS"], "indicator")) == 2, "both at KOS")
    wait(lambda: any(i.get("revoked") for i in held(t["KOS"], "indicator")), "the revocation at KOS")
    assert "1 sightings" in t["KOS"].run("cyber", "sight", sensor).stderr
    wait(lambda: len(held(alb, "sighting")) == 1, "the sighting at ALB")
    t.agree()
    assert not held(t["HRV"], "sighting")


def test_packs_with_and_without_observables_do_not_mix(coalition, tmp_path):
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    alb = t["ALB"]
    publish(alb, tmp_path / "i.json", indicator(1, "[domain-name:value = 'evil.example']"),
            {"type": "domain-name", "spec_version": "2.1", "id": "domain-name--00000000-0000-4000-8000-000000000002", "value": "seen.example"}, to="ALB")
    (tmp_path / "log").write_text("evil.example seen.example\n")

    def build(name, *args):
        said = alb.run("cyber", "pack", "build", "-o", tmp_path / name, *args).stderr
        values = [h["value"] for h in hits(alb.run("cyber", "match", "--pack", tmp_path / name, tmp_path / "log"))]
        return values, "made anew" in said
    assert build("all.pack", "--observables") == (["evil.example", "seen.example"], False)
    assert build("few.pack", "--base", tmp_path / "all.pack") == (["evil.example"], True)
    assert build("few2.pack", "--base", tmp_path / "few.pack") == (["evil.example"], False)
    assert build("all2.pack", "--base", tmp_path / "few2.pack", "--observables") == (["evil.example", "seen.example"], True)
    assert build("all3.pack", "--base", tmp_path / "all2.pack", "--observables") == (["evil.example", "seen.example"], False)
    shown = [json.loads(alb.run("cyber", "pack", "show", tmp_path / n, "--json").stdout)["observables"] for n in ("few2.pack", "all3.pack")]
    assert shown == [False, True]


def test_a_stream_that_does_not_end(coalition, tmp_path):
    """What is published while a log is being followed counts from then on, and its sightings are told in windows."""
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    follower = subprocess.Popen([ENTENTE, "-C", t["HRV"].dir, "cyber", "match", "--sight", "--window", "1", "--quiet"], cwd=tmp_path,
                                env=environment(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        feed(follower, "evil.example\n")
        publish(t["ALB"], tmp_path / "i.json", indicator(1, "[domain-name:value = 'evil.example']"), to="HRV")
        wait(lambda: held(t["HRV"], "indicator"), "the indicator at HRV")
        wait(lambda: feed(follower, "evil.example\n") and held(t["ALB"], "sighting"), "a sighting while the stream goes on")
        follower.stdin.close()
        found = [json.loads(line) for line in follower.stdout]
        assert follower.wait(30) == 0 and found[0]["line"] > 1
    finally:
        follower.kill()
        follower.wait()
        follower.stdout.close()
        follower.stderr.close()
    wait(lambda: sum(s["count"] for s in held(t["ALB"], "sighting")) == len(found), "every hit is told")


def test_sightings_that_cannot_be_written_are_kept(coalition, tmp_path):
    """A hit and then silence: it is told when its window ends. What fails is said at once, and tried again in the next one."""
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    publish(t["ALB"], tmp_path / "i.json", indicator(1, "[domain-name:value = 'evil.example']"), to="HRV")
    wait(lambda: held(t["HRV"], "indicator"), "the indicator at HRV")
    disk = sqlite3.connect(t["HRV"].dir / "node.db", isolation_level=None, timeout=30)
    disk.execute("CREATE TRIGGER full BEFORE INSERT ON cyber_object WHEN NEW.type = 'sighting' BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
    said = tmp_path / "said"
    with open(said, "wb") as errors:
        follower = subprocess.Popen([ENTENTE, "-C", t["HRV"].dir, "cyber", "match", "--sight", "--window", "1", "--quiet"], cwd=tmp_path,
                                    env=environment(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
    try:
        feed(follower, "evil.example evil.example\n")
        wait(lambda: "sightings are not written" in said.read_text(), "word of the failure while the stream goes on")
        disk.execute("DROP TRIGGER full")
        assert [s["count"] for s in wait(lambda: held(t["ALB"], "sighting"), "the sighting without another byte")] == [2]
        follower.stdin.close()
        assert len(follower.stdout.readlines()) == 2 and follower.wait(30) == 0
    finally:
        follower.kill()
        follower.wait()
        follower.stdout.close()
        disk.close()


def test_a_stream_looks_again_for_indicators_alone(coalition, tmp_path):
    """What has come of other types, the node's own sightings too, is no reason to look for everything anew; a withdrawal of an indicator is."""
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    publish(t["ALB"], tmp_path / "i.json", indicator(1, "[domain-name:value = 'evil.example']"), to="HRV")
    wait(lambda: held(t["HRV"], "indicator"), "the indicator at HRV")
    said = tmp_path / "said"

    def renewed():
        return [int(line.split()[0]) for line in said.read_text().splitlines() if "are looked for from now on" in line]

    def tool(n, day):
        return {"type": "tool", "spec_version": "2.1", "id": f"tool--00000000-0000-4000-8000-{n:012x}", "created": "2025-01-01T00:00:00.000Z",
                "modified": f"2025-01-{day:02}T00:00:00.000Z", "name": "t"}
    with open(said, "wb") as errors:
        follower = subprocess.Popen([ENTENTE, "-C", t["HRV"].dir, "cyber", "match", "--sight", "--window", "1"], cwd=tmp_path,
                                    env=environment(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors)
    try:
        wait(lambda: feed(follower, "evil.example\n") and held(t["ALB"], "sighting"), "a sighting while the stream goes on")
        publish(t["ALB"], tmp_path / "1.json", tool(1, 1), to="HRV")
        publish(t["ALB"], tmp_path / "2.json", tool(1, 2), to="HRV")
        wait(lambda: any(x["modified"].startswith("2025-01-02") for x in held(t["HRV"], "tool")), "a newer tool at HRV")
        for _ in range(8):
            feed(follower, "nothing\n")
        assert renewed() == []
        publish(t["ALB"], tmp_path / "3.json", indicator(2, "[domain-name:value = 'worse.example']"), to="HRV")
        wait(lambda: feed(follower, "nothing\n") and renewed() == [2], "the second indicator is looked for")
        t["ALB"].run("cyber", "withdraw", indicator(1, "")["id"])
        wait(lambda: feed(follower, "nothing\n") and renewed() == [2, 1], "the first is not any more")
        follower.stdin.write(b"evil.example\nworse.example\n")
        follower.stdin.close()
        assert json.loads(follower.stdout.readlines()[-1])["value"] == "worse.example" and follower.wait(30) == 0
    finally:
        follower.kill()
        follower.wait()
        follower.stdout.close()


def feed(process, text):
    process.stdin.write(text.encode())
    process.stdin.flush()
    time.sleep(0.2)
    return True


def test_modes_do_not_mix(coalition, tmp_path):
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    (tmp_path / "i.json").write_text(bundle(indicator(1, "[domain-name:value = 'drill.example']")))
    t["ALB"].run("cyber", "import", tmp_path / "i.json", "--to", "all", "--mode", "exercise")
    (tmp_path / "log").write_text("drill.example\n")
    assert hits(t["ALB"].run("cyber", "match", tmp_path / "log")) == []
    assert len(hits(t["ALB"].run("cyber", "match", "--mode", "exercise", tmp_path / "log"))) == 1
    t["ALB"].run("cyber", "pack", "build", "--mode", "exercise", "-o", tmp_path / "p")
    assert "exercise" in t["ALB"].refuses(USAGE, "cyber", "match", "--pack", tmp_path / "p", tmp_path / "log")
    assert t["ALB"].refuses(UNAVAILABLE, "cyber", "match", tmp_path / "nothing.log")
