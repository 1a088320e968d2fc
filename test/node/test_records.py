"""Records: put on one node, there on those that may have them, and nowhere else."""

import datetime
import hashlib
import json
import os
import pathlib
import re
import subprocess
import time

import pytest

from entente import BAD_INPUT, UNAVAILABLE, wait
from peer import bundle_entries, leaf_hash, payload_frames, tile_number

FOUR = ["ALB", "HRV", "KOS", "MKD"]
both_stores = pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)


def text_of(record):
    return record["content"]["text"]


@both_stores
def test_a_record_is_where_its_audience_is(coalition):
    t = coalition(FOUR)
    t.sign_all()
    for_all = t["ALB"].put("for all of us", to="all")
    for_two = t["ALB"].put("for two of us", to="HRV,KOS")
    own = t["ALB"].put("for nobody else")
    for label in ("HRV", "KOS"):
        assert text_of(t[label].wait_record(for_two)) == "for two of us"
    t["MKD"].wait_record(for_all)
    t.agree()
    assert set(t["ALB"].list()) == {for_all, for_two, own}
    assert set(t["HRV"].list()) == set(t["KOS"].list()) == {for_all, for_two}
    assert set(t["MKD"].list()) == {for_all}
    for node in t:
        node.verify_logs()


def test_release_recall_erase(coalition):
    t = coalition(FOUR)
    t.sign_all()
    canary = b"CANARY-" + os.urandom(8).hex().encode()
    record = t["ALB"].put(canary.decode(), to="HRV")
    t["HRV"].wait_record(record)
    t.agree()
    assert not t["KOS"].has(record)
    t["ALB"].run("release", record, "--to", "KOS")
    assert text_of(t["KOS"].wait_record(record)) == canary.decode()
    t["ALB"].run("recall", record, "--from", "HRV")
    wait(lambda: (t["HRV"].has(record) or {"state": "recalled"})["state"] == "recalled", "the recall at HRV")
    assert canary.decode() not in t["HRV"].run("get", record, "--json", status=None).stdout
    assert text_of(t["KOS"].has(record)) == canary.decode()
    t["ALB"].run("erase", record)
    for label in ("ALB", "HRV", "KOS", "MKD"):
        wait(lambda n=t[label]: not n.holds(canary), lambda n=t[label]: f"{n.label} keeps it in {n.holds(canary)}")
    assert t["ALB"].has(record)["state"] == "erased"
    t.agree()
    for node in t:
        node.verify_logs()


def test_labels(coalition):
    t = coalition(["ALB", "HRV", "KOS"], clearance="RESTRICTED")
    t.sign_all()
    secret = t["ALB"].put("for the cleared", to="HRV", label="RESTRICTED TLP=AMBER")
    t["HRV"].wait_record(secret)
    for label in ("ALB", "HRV"):
        assert t[label].get(secret)["label"] == "Test-coalition RESTRICTED TLP=AMBER"
        assert secret in t[label].list() and secret in t[label].list(search="cleared")
    # Above what members are cleared for: nobody but the author may have it.
    message = t["ALB"].refuses(BAD_INPUT, "put", "too high", "--to", "HRV", "--label", "CONFIDENTIAL")
    assert "audience" in message
    t["ALB"].refuses(BAD_INPUT, "put", "red", "--to", "all", "--label", "UNCLASSIFIED TLP=RED")


def test_only_the_owner_changes_a_record(coalition):
    t = coalition(FOUR)
    t.sign_all()
    record = t["ALB"].put("ours", to="all")
    t["HRV"].wait_record(record)
    size = t["HRV"].sizes()[t["HRV"].member]
    for command in (["release", record, "--to", "KOS"], ["recall", record, "--from", "KOS"], ["erase", record],
                    ["put", "mine now", "--object", record, "--to", "all"]):
        done = t["HRV"].run(*command, status=None)
        assert done.returncode != 0 and "entente:" in done.stderr
    assert t["HRV"].sizes()[t["HRV"].member] == size
    assert text_of(t["KOS"].wait_record(record)) == "ours"


def test_modes_never_mix(coalition):
    t = coalition(FOUR)
    t.sign_all()
    put = {mode: t["ALB"].put(f"this is {mode}", to="all", mode=mode) for mode in ("real", "exercise", "test")}
    for mode, record in put.items():
        wait(lambda r=record, m=mode: r in t["HRV"].list(mode=m), f"the {mode} record")
        assert t["HRV"].get(record)["mode"] == mode
    for mode, record in put.items():
        assert list(t["HRV"].list(mode=mode)) == [record]
        assert list(t["HRV"].list(mode=mode, search="this")) == [record]
    assert list(t["HRV"].list()) == [put["real"]]
    assert "EXERCISE" in t["HRV"].run("list", "--mode", "exercise").stdout
    assert "EXERCISE" in t["HRV"].run("get", put["exercise"]).stdout
    assert "TEST" in t["HRV"].run("get", put["test"]).stdout


def test_versions(coalition):
    t = coalition(FOUR)
    t.sign_all()
    record = t["ALB"].put("first words", to="all")
    t["HRV"].wait_record(record)
    assert t["ALB"].put("second words", to="all", object=record) == record
    wait(lambda: text_of(t["HRV"].get(record)) == "second words", "the second version at HRV")
    assert list(t["HRV"].list()) == [record]
    assert list(t["HRV"].list(search="second")) == [record]
    # A version for fewer: the others keep what they were given, and learn of nothing new.
    t["ALB"].put("third words", to="HRV", object=record)
    wait(lambda: text_of(t["HRV"].get(record)) == "third words", "the third version at HRV")
    t.agree()
    assert text_of(t["KOS"].get(record)) == "second words"


def test_a_new_version_is_like_the_one_before_in_what_is_not_said(coalition, tmp_path):
    t = coalition(["ALB", "HRV", "KOS"])
    t.sign_all()
    alb, hrv, kos = t["ALB"], t["HRV"], t["KOS"]
    attached = tmp_path / "attached.bin"
    attached.write_bytes(b"what is attached")
    record = alb.put("the first", to="HRV,KOS", label="RESTRICTED TLP=GREEN", files=[attached])
    first = alb.get(record)
    alb.put("the second", object=record)
    for node in (hrv, kos):
        seen = wait(lambda n=node: n.has(record) and (r := n.get(record)) and r["title"] == "the second" and r, "the second")
        assert seen["label"] == first["label"] and "RESTRICTED" in seen["label"]
        assert seen["content"]["files"] == first["content"]["files"]
    # To fewer: who is left out keeps the version before, and the command says so.
    done = alb.run("put", "the third", "--object", record, "--to", "KOS")
    assert "HRV keeps the version before" in done.stderr, done.stderr


@both_stores
def test_search_finds_words_of_what_one_may_see(coalition):
    t = coalition(FOUR)
    t.sign_all()
    one = t["ALB"].put("Helicopters over Prizren\nčetiri đaka në Tiranë", to="all")
    two = t["ALB"].put("helicopters nowhere", to="KOS")
    t["HRV"].wait_record(one)
    t["KOS"].wait_record(two)
    assert set(t["KOS"].list(search="helicopters")) == {one, two}
    assert set(t["HRV"].list(search="helicopters")) == {one}
    assert set(t["HRV"].list(search="prizren helicopters")) == {one}
    assert set(t["HRV"].list(search="Tiranë")) == {one}
    assert set(t["HRV"].list(search="nowhere")) == set()
    for odd in ('"', "'; DROP TABLE item; --", "a*b", "NEAR(", "x:y", "&|!", "\\", "%"):
        assert isinstance(t["HRV"].list(search=odd), dict)


def test_a_batch_with_a_bad_line_is_refused_as_a_whole(coalition, tmp_path):
    """The line is that of the file, also when it would have been in the second entry; and nothing is kept."""
    alb = coalition(["ALB", "HRV"], serve=False)["ALB"]
    before = alb.sizes()[alb.member] if alb.member in alb.sizes() else 0
    path = tmp_path / "notes.jsonl"
    good = json.dumps({"title": "x", "text": "y" * 4000}) + "\n"
    for bad, what in (('{"title": ""}', "empty"), ("{", ""), (json.dumps({"title": "t", "text": "z" * (1 << 20)}), "larger")):
        path.write_text(good * 300 + "\n" + bad + "\n" + good)
        said = alb.refuses(BAD_INPUT, "put", "--batch", path)
        assert "line 302" in said and "nothing is written" in said and what in said, said
        assert alb.sizes().get(alb.member, 0) == before and not alb.list()


def test_batch(coalition, tmp_path):
    t = coalition(FOUR)
    t.sign_all()
    lines = tmp_path / "batch.jsonl"
    lines.write_text("".join(f'{{"title": "row {i}", "text": "batched {i}"}}\n' for i in range(300)))
    made = t["ALB"].json("put", "--batch", lines, "--to", "HRV")
    assert made == {"objects": 300, "entries": 1}
    wait(lambda: len(t["HRV"].list()) == 300, "300 records at HRV")
    assert {r["title"] for r in t["HRV"].list().values()} == {f"row {i}" for i in range(300)}
    assert len(t["HRV"].list(search="batched 217")) == 1
    t.agree()
    assert not t["KOS"].list()
    bad = tmp_path / "bad.jsonl"
    bad.write_text('{"title": "good", "text": ""}\n{"title": 5}\n')
    before = t["ALB"].sizes()
    t["ALB"].refuses(BAD_INPUT, "put", "--batch", bad, "--to", "HRV")
    assert t["ALB"].sizes() == before


def test_until(coalition):
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    canary = b"CANARY-" + os.urandom(8).hex().encode()
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)
    record = t["ALB"].put(canary.decode(), to="HRV", until=soon.strftime("%Y-%m-%dT%H:%M:%SZ"))
    newer = t["ALB"].put("stays", to="HRV", until="2199-01-01T00:00:00Z")
    t["HRV"].wait_record(record)
    while datetime.datetime.now(datetime.timezone.utc) < soon:
        time.sleep(0.1)
    t["ALB"].put("a poke: serve looks for it every quarter of a minute, whatever is written at once")
    for node in t:
        wait(lambda n=node: not n.holds(canary), lambda n=node: f"{n.label} keeps it in {n.holds(canary)}")
        assert node.has(record)["state"] == "erased"
        assert text_of(node.has(newer)) == "stays"
    t.agree()
    assert all(node.json("rebuild")["same"] for node in t)


def test_files(coalition, tmp_path):
    t = coalition(["ALB", "HRV", "KOS"])
    t.sign_all()
    (tmp_path / "small.txt").write_bytes(b"small\0file\n")
    (tmp_path / "empty").write_bytes(b"")
    big = os.urandom(5 << 20)
    (tmp_path / "big.bin").write_bytes(big)
    files = [tmp_path / name for name in ("small.txt", "empty", "big.bin")]
    record = t["ALB"].put("with files", to="HRV", files=files)
    t["HRV"].wait_record(record)
    for path in files:
        got = t["HRV"].fetch(record, path.name, tmp_path / "got")
        assert got.read_bytes() == path.read_bytes()
    t.agree()
    assert not t["KOS"].holds(big[1000:1032])
    # What stands there already is not overwritten.
    t["HRV"].refuses(None, "get", record, "--file", "small.txt", "-o", tmp_path / "got")
    assert (tmp_path / "got").read_bytes() == big
    t["HRV"].refuses(UNAVAILABLE, "get", record, "--file", "../keys/log.key", "-o", tmp_path / "none")


def test_files_have_a_day_and_a_disk(coalition, tmp_path):
    """Of one author so many bytes in a day, and none where the disk would become too full: the record is there, its file waits."""
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    conf = t["HRV"].dir / "entente.conf"
    plain = conf.read_text()
    (tmp_path / "first").write_bytes(os.urandom(60_000))
    (tmp_path / "second").write_bytes(os.urandom(60_001))

    def restart(extra):
        t["HRV"].stop()
        conf.write_text(plain + extra)
        t["HRV"].start()

    def files():
        return sorted(f.stat().st_size for f in t["HRV"].dir.glob("files/??/*"))

    restart("file-bytes-per-day 100000\n")
    t["HRV"].wait_record(t["ALB"].put("one", to="HRV", files=[tmp_path / "first"]))
    wait(lambda: files() == [60_000], "the first file")
    t["HRV"].wait_record(t["ALB"].put("two", to="HRV", files=[tmp_path / "second"]))
    wait(lambda: any("file-bytes-per-day" in text for _, text in t["HRV"].refused()), "the refusal")
    assert files() == [60_000]
    restart("disk-reserve-bytes 4611686018427387000\n")
    third = tmp_path / "third"
    third.write_bytes(os.urandom(1000))
    t["HRV"].wait_record(t["ALB"].put("three", to="HRV", files=[third]))
    wait(lambda: any("disk-reserve-bytes" in text for _, text in t["HRV"].refused()), "the refusal")
    assert files() == [60_000]


def test_a_file_goes_on_where_it_was_cut_off(coalition, tmp_path):
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    data = os.urandom(48 << 20)
    (tmp_path / "large").write_bytes(data)
    name = hashlib.sha256(data).hexdigest()
    record = t["ALB"].put("large", to="HRV", files=[tmp_path / "large"])

    def part():
        sizes = [p.stat().st_size for p in t["HRV"].dir.rglob(f"*{name}*") if p.is_file()]
        return max(sizes, default=0)
    cuts = []
    while part() < len(data) and len(cuts) < 4:
        wait(lambda: part() > (cuts[-1] if cuts else 0) + (1 << 20) or part() == len(data), "some more of the file")
        t["HRV"].kill()
        cuts.append(part())
        t["HRV"].start()
        assert part() >= cuts[-1], "what had come was thrown away"
    got = t["HRV"].fetch(record, "large", tmp_path / "got")
    assert hashlib.sha256(got.read_bytes()).hexdigest() == name
    assert cuts and cuts[0] < len(data), "the first kill came too late to cut anything off"


# ---- not a byte of it elsewhere ----

def ask_everything(client, t, author):
    """Every path that serve.h documents, over the whole log of `author`: ({what: answer}, payload frames)."""
    base, log = f"/f/1/{t.id}", f"/f/1/{t.id}/{t[author].member}.1"
    size = client.heads(t.id)[f"entente/{t.id}/{t[author].member}/1"][0]
    answers = {what: client.get(f"{base}/{what}") for what in ("heads", "roots", "proofs", "charter")}
    answers["checkpoint"] = client.get(f"{log}/checkpoint")
    for n in range((size + 255) // 256):
        width = min(256, size - 256 * n)
        tail = tile_number(n) + ("" if width == 256 else f".p/{width}")
        answers[f"tile {n}"] = client.get(f"{log}/tile/0/{tail}")
        answers[f"entries {n}"] = client.get(f"{log}/tile/entries/{tail}")
        ranged = client.post(f"{log}/payloads", f"from {256 * n} to {256 * n + width - 1}\n".encode())
        answers[f"payloads {n}"] = ranged
    for status, _ in answers.values():
        assert status in (200, 204)
    return answers, payload_frames(answers["payloads 0"][1])


def test_not_a_byte_of_it_reaches_an_outsider(coalition, tmp_path):
    t = coalition(["ALB", "HRV", "KOS", "MKD"])
    t.sign_all()
    t.add_party("BGR")  # a party that is no member
    canary = b"CANARY-" + os.urandom(8).hex().encode()
    name = b"canary-" + os.urandom(6).hex().encode()
    path = tmp_path / name.decode()
    path.write_bytes(b"in the file: " + canary * 1000)
    tag = re.sub(rb"\W", b"", canary)
    record = t["ALB"].put(f"{canary.decode()}\n{tag.decode()}", to="HRV", title=canary.decode(), files=[path])
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    needles = (canary, tag, name, digest.encode(), bytes.fromhex(digest), record.encode(),
               record.split(".")[1].encode())
    t["HRV"].wait_record(record)
    t["HRV"].fetch(record, name.decode(), tmp_path / "got")
    seq = t["ALB"].get(record)["seq"]
    t.agree("ALB", "HRV", "KOS", "MKD")
    assert t["HRV"].holds(*needles), "the search itself finds it where it may be"
    for label in ("KOS", "MKD", "BGR"):
        assert not t[label].holds(*needles), label
    # Whatever an outsider asks, of the author or of a reader: the leaf, and not a byte of the rest.
    for target in ("ALB", "HRV", "KOS"):
        for outsider in ("MKD", "BGR"):
            client = t.client(target, outsider)
            answers, frames = ask_everything(client, t, "ALB")
            assert seq not in frames
            assert leaf_hash(bundle_entries(answers["entries 0"][1])[seq]) \
                == answers["tile 0"][1][seq * 32:seq * 32 + 32]
            there = f"/f/1/{t.id}/{t['ALB'].member}.1/file"
            assert client.get(f"{there}/{seq}/{digest}") == client.get(f"{there}/{seq}/{'0' * 64}") \
                == client.get(f"{there}/99999/{digest}")
            assert not [n for n in needles if n in client.seen], (target, outsider)
            client.close()
    # And the reader gets it from the author, by the same door.
    reader = t.client("ALB", "HRV")
    _, frames = ask_everything(reader, t, "ALB")
    assert canary in frames[seq][1]
    assert canary in reader.get(f"/f/1/{t.id}/{t['ALB'].member}.1/file/{seq}/{digest}")[1]


def test_not_released_and_not_there_are_one_answer(coalition):
    t = coalition(["ALB", "HRV", "KOS"])
    t.sign_all()
    record = t["ALB"].put("only for HRV", to="HRV")
    t["HRV"].wait_record(record)
    t.agree()
    seq = t["ALB"].get(record)["seq"]
    client = t.client("ALB", "KOS")
    log = f"/f/1/{t.id}/{t['ALB'].member}.1"
    erased = t["ALB"].put("to be erased", to="HRV")
    gone = t["ALB"].get(erased)["seq"]
    t["ALB"].run("erase", erased)
    hidden = client.post(f"{log}/payloads", f"seq {seq}\n".encode())
    absent = client.post(f"{log}/payloads", f"seq {gone}\n".encode())
    assert hidden == absent and payload_frames(hidden[1]) == {}

    def seconds(body):
        began = time.perf_counter()
        client.post(f"{log}/payloads", body)
        return time.perf_counter() - began
    # Not by its time either: interleaved, the faster halves differ by less than a millisecond.
    times = [(seconds(f"seq {seq}\n".encode()), seconds(f"seq {gone}\n".encode())) for _ in range(40)]
    halves = [sorted(column)[:20] for column in zip(*times)]
    assert abs(sum(halves[0]) - sum(halves[1])) / 20 < 0.001
    # Nor at the command line of the node that may not have it.
    known = t["KOS"].run("get", record, status=UNAVAILABLE).stderr
    unknown = t["KOS"].run("get", record[:-4] + "aaaa", status=UNAVAILABLE).stderr
    assert known.replace(record, "X") == unknown.replace(record[:-4] + "aaaa", "X")


@pytest.mark.parametrize("store", ["postgres"], indirect=True)
def test_what_is_erased_is_on_no_page_of_postgresql(coalition, postgres, tmp_path):
    """Neither in dead rows, nor in what the planner has sampled of them: a dump would show neither."""
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    alb, canary = t["ALB"], "canary" + os.urandom(8).hex()

    def sql(text):
        return subprocess.run(["psql", "-q", "-X", "-A", "-t", alb.database, "-c", text], check=True, capture_output=True,
                              text=True).stdout.strip()

    def held():
        sql("CHECKPOINT")
        folder = pathlib.Path(sql("SHOW data_directory")) / "base" / sql(
            "SELECT oid FROM pg_database WHERE datname = current_database()")
        return sorted(sql(f"SELECT coalesce((SELECT relname FROM pg_class WHERE pg_relation_filenode(oid) = {p.name.split('_')[0].split('.')[0]}), '{p.name}')")
                      for p in folder.iterdir() if p.name[0].isdigit() and canary.encode() in p.read_bytes())
    if not os.access(sql("SHOW data_directory"), os.R_OK):
        pytest.skip("the server's files are not to be read")
    agreement = tmp_path / "agreement.json"
    agreement.write_text(json.dumps({
        "title": canary, "ocid": "ocds-b5fd17-scrub", "lead": alb.member, "participants": [n.member for n in t],
        "shareRule": "capped", "home": ["AL", "HR"], "status": "proposed", "budget": {"amount": 3, "currency": "EUR"}}))
    made = [alb.put(canary, to="HRV"), alb.json("procure", "put", "agreement", agreement)["object"]]
    sql("ANALYZE")
    assert {"payload", "search", "procurement_item", "pg_statistic"} <= set(held())
    for record in made:
        alb.run("erase", record)
    wait(lambda: not held(), lambda: f"{held()} without it")
    for record in made:
        assert alb.has(record)["state"] == "erased"


def test_files_that_nothing_names_go(coalition, tmp_path):
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    alb, path = t["ALB"], tmp_path / "plan.pdf"
    alb.stop()
    path.write_bytes(b"a plan" * 1000)
    where = alb.dir / "files" / (name := hashlib.sha256(path.read_bytes()).hexdigest())[:2] / name
    # Of what is refused nothing is kept.
    alb.refuses(BAD_INPUT, "put", "text", "--file", path, "--label", "UNCLASSIFIED TLP=RED", "--to", "all")
    assert not where.exists()
    # What could not be done after a record was written is a warning; the record is written.
    record = alb.put("with a file", files=[path])
    where.unlink()
    where.mkdir()
    done = alb.run("erase", record)
    assert "warning" in done.stderr and alb.has(record)["state"] == "erased"
    where.rmdir()
    assert "warning" not in alb.run("put", "the next one does it").stderr
    # Left by kill -9, and by nobody knows whom: doctor tells, serve takes them away.
    left = [alb.dir / "files" / "new.0123456789abcdef", where]
    for each in left:
        each.write_bytes(b"rest")
    assert "2 files are named by nothing" in alb.run("doctor", status=None).stdout
    alb.start()
    wait(lambda: not any(each.exists() for each in left), "the sweep")
