"""A partner gone bad: it has a member's real keys and real log, and sends what it likes.

Each row of ROWS is one lie. Asked for the truth afterwards, the victim must have refused the lie at the step named
(src/peer/receipt.h), told so in its status, applied nothing of it, and still take what is true.
"""

import base64
import itertools
import os
import re
import struct
import time

import pytest

from entente import DENIED, PATIENCE, USAGE, run, wait
from peer import (ORDER, Impostor, bucket, bundle_entries, commitment, ed25519_sign, frame, frames, key_seed, note_sign,
                  payload_answer, payload_frame, sha256)

THREE = ["ALB", "HRV", "KOS"]  # the victim, a bystander, the one gone bad


def random_id():
    return base64.b32encode(os.urandom(16)).decode().lower().rstrip("=")


def veiled(impostor, text, to, outside={}, **changes):
    """Appends a note for the members `to`, as a node would; returns its seq. Lines `outside` and within can be changed."""
    inner = {"mode": "real", "kind": "note/1", "object": f"{impostor.member}.{random_id()}",
             "label": "Test-coalition UNCLASSIFIED", "audience": ",".join(sorted(to)), "until": "-",
             "media": "application/json"}
    inner.update(changes)
    plain = "entente-inner/1\n" + "".join(f"{k} {v}\n" for k, v in inner.items())
    return impostor.entry(f'{plain}\n{{"title": "{text}", "text": "{text}"}}'.encode(), **outside)


def act(impostor, kind, body, officer=None, seed=None):
    """Appends an act, signed by an officer as the root document names it unless told otherwise."""
    model = next(e.decode() for e in impostor.entries if b"\nkind sign/1\n" in e)
    plain, salt = f"entente-act-body/1\n{body}\n".encode(), os.urandom(32)
    lines = {"mode": "real", "kind": kind, "object": f"{impostor.member}.{random_id()}",
             "seen": re.findall(r"^seen (.*)$", model, re.M), "audience": re.search(r"^audience (.*)$", model, re.M)[1],
             "payload": f"{commitment(salt, plain)} {bucket(len(plain))} application/vnd.entente.act"}
    seq = impostor.entry(**lines)
    impostor.payloads[seq] = salt, plain
    officer = officer or re.search(r"^act (\S+) ", model, re.M)[1]
    entry = impostor.entries.pop().decode()
    message = "entente-act/1\n" + re.sub(r"^(seq|time|act) .*\n", "", entry, flags=re.M)
    signature = ed25519_sign(seed or impostor.officer_seed, message.encode())
    impostor.entries.append(entry.replace("act -\n", f"act {officer} {base64.b64encode(signature).decode()}\n").encode())
    return seq


@pytest.fixture(scope="module")
def taken_over(shared):
    """A coalition at work, of which KOS has been taken over. ALB is asked to sync by hand, HRV rests."""
    t = shared(THREE)
    t.sign_all()
    for node in t:
        node.put(f"{node.label} was here", to="all")
    t.agree()
    t.impostor = Impostor(t["KOS"], t.id)
    t["ALB"].stop()
    t["HRV"].stop()
    i = t.impostor
    i.victim, i.bystander = t["ALB"].member, t["HRV"].member
    i.bystander_witness = base64.b64decode(re.search(rb"^witness (\S+)$", t["HRV"].root.read_bytes(), re.M)[1])
    i.other_officer = re.search(rb"^officer (\S+)", t["HRV"].root.read_bytes(), re.M)[1].decode()
    i.other_seed = key_seed(t["HRV"].key("officer.key"))
    yield t
    i.close()


@pytest.fixture
def scene(taken_over):
    """Once more from the truth."""
    taken_over.impostor.honest()
    taken_over["ALB"].run("sync", "KOS")
    return taken_over


def refusals(node):
    return {(r["step"], r["text"]): r["times"] for r in node.view()["refusals"]}


def heard(node, before):
    """Steps at which something was refused since `before`."""
    return {step for (step, text), times in refusals(node).items() if times > before.get((step, text), 0)}


# ---- what is refused ----

def say_notes(*makers):
    def say(i):
        i.entry()  # there is something new to be had
        i.notes = [maker(i) for maker in makers]
    return say


def extended(i):
    return i.sign(i.head_text() + b"extension\n")


def bad_signature(i):
    note = bytearray(i.head())
    return bytes(note[:-20]) + (b"A" if note[-20:-19] != b"A" else b"B") + bytes(note[-19:])


def large_s(i):
    """S + L: the same equation, another spelling (RFC 8032 §5.1.7 refuses it)."""
    text = i.head_text()
    good = ed25519_sign(i.log_seed, text)
    s = int.from_bytes(good[32:], "little") + ORDER
    return text + b"\n" + note_sign(text, i.origin.encode(), i.log_seed, signed=good[:32] + s.to_bytes(32, "little"))


def by_another_key(i):
    text = i.head_text()
    return text + b"\n" + note_sign(text, i.origin.encode(), os.urandom(32))


def false_cosignature(i):
    """The true head with a witness line that its witness never signed."""
    name = f"entente/{i.coalition}/{i.bystander}/witness".encode()
    key_id = sha256(name, b"\n\x04", i.bystander_witness)[:4]
    line = base64.b64encode(key_id + struct.pack(">Q", int(time.time())) + os.urandom(64))
    return i.head() + b"\xe2\x80\x94 " + name + b" " + line + b"\n"


def say_bundle(change):
    """A new entry is signed, and something else given for it."""
    def say(i):
        i.entry()

        def lie(path, body):
            data = i.answer_tile("entries", "000", str(len(i.entries)), path.partition("?")[2])
            return change(data)
        i.lie("tile/entries", lie)
    return say


def say_payload(change):
    """A record for the victim is signed, and something else given as its content."""
    def say(i):
        seq = veiled(i, f"{i.canary} of the true content", [i.victim])
        i.lie("/payloads", lambda path, body: payload_answer(change(seq, *i.payloads[seq])))
    return say


def endless():
    return itertools.repeat(b"\0" * 65536)


def torn_heads(i):
    return i.heads()[:-3]


ROWS = [
    # name, step, what is said
    ("note: not a note", "note", say_notes(lambda i: b"hello\n")),
    ("note: empty", "note", say_notes(lambda i: b"")),
    ("note: no signature", "note", say_notes(lambda i: i.head_text() + b"\n")),
    ("note: control byte", "note", say_notes(lambda i: i.head().replace(b"\n\n", b"\r\n\n", 1))),
    ("note: not UTF-8", "note", say_notes(lambda i: i.head() + b"\xff\xfe\n")),
    ("framing: a note of 17 KiB", "framing", say_notes(lambda i: i.head() + b"\xe2\x80\x94 x AAAAAAAA\n" * 1200)),
    ("note: size with a leading zero", "note", say_notes(
        lambda i: i.sign(i.head_text().replace(b"\n%d\n" % len(i.entries), b"\n0%d\n" % len(i.entries))))),
    ("note: negative size", "note", say_notes(
        lambda i: i.sign(i.head_text().replace(b"\n%d\n" % len(i.entries), b"\n-1\n")))),
    ("note: an extension line", "note", say_notes(extended)),
    ("note: root of 31 bytes", "note", say_notes(lambda i: i.head(root=b"x" * 31))),
    ("origin: another coalition", "origin", say_notes(
        lambda i: i.head(origin=i.origin.replace(i.coalition, "0" * 32)))),
    ("origin: no origin of a log", ("note", "origin"), say_notes(lambda i: i.head(origin="go.sum database tree"))),
    ("signature: altered", "signature", say_notes(bad_signature)),
    ("signature: S + L", "signature", say_notes(large_s)),
    ("signature: by another key", "signature", say_notes(by_another_key)),
    ("signature: in another's name", "signature", say_notes(
        lambda i: i.sign(i.head_text(origin=i.origin.replace(i.member, i.bystander))))),
    ("signature: a cosignature that is false", "signature", lambda i: setattr(i, "notes", [false_cosignature(i)])),
    ("framing: heads torn", "framing", lambda i: i.lie("/heads", lambda path, body: torn_heads(i))),
    ("framing: heads of another kind", "framing", lambda i: i.lie("/heads", frame(b"no state") + frame(b""))),
    ("framing: a frame of 4 GiB announced", "framing", lambda i: i.lie("/heads", b"\xff\xff\xff\xff")),
    ("framing: an endless answer", "framing", lambda i: i.lie("/heads", lambda path, body: endless())),
    ("tree: an entry altered", "tree", say_bundle(lambda data: data[:-3] + b"!" + data[-2:])),
    ("tree: an entry too few", "tree", say_bundle(lambda data: b"")),
    ("tree: an entry too many", "tree", say_bundle(lambda data: data + b"\0\5hello")),
    ("tree: a torn bundle", "tree", say_bundle(lambda data: data[:-1])),
    ("tree: an oversize header", "tree", say_bundle(lambda data: b"\xff\xff" + b"a" * 65535)),
    ("tree: an endless bundle", "tree", say_bundle(lambda data: endless())),
    ("tree: withheld, with a false leaf", "tree", lambda i: (
        i.entry(), i.lie("tile/entries", b"\0\0"),
        i.lie("tile/0/", lambda path, body: i.answer_tile("0", "000", str(len(i.entries)))[:-32] + os.urandom(32)))),
    ("payload: another content", "payload", say_payload(
        lambda seq, salt, plain: payload_frame(seq, salt, plain.replace(b"true", b"fals")))),
    ("payload: another salt", "payload", say_payload(
        lambda seq, salt, plain: payload_frame(seq, os.urandom(32), plain))),
    ("payload: longer than its size class", "payload", say_payload(
        lambda seq, salt, plain: payload_frame(seq, salt, plain + b" " * 4096))),
    ("payload: padding that is not zero", "payload", say_payload(
        lambda seq, salt, plain: payload_frame(seq, salt, plain)[:-1] + b"x")),
    ("payload: torn", "payload", say_payload(lambda seq, salt, plain: payload_frame(seq, salt, plain)[:-9])),
    ("payload: endless", "payload", lambda i: (
        veiled(i, f"{i.canary} of the true content", [i.victim]), i.lie("/payloads", lambda path, body: endless()))),
]


@pytest.mark.parametrize("step, say", [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_refused_at_its_step(scene, step, say):
    alb, i = scene["ALB"], scene.impostor
    before, size, digest, own = refusals(alb), alb.sizes(), alb.digest(), set(alb.list())
    i.canary = "CANARY-" + os.urandom(8).hex()
    say(i)
    alb.run("sync", "KOS", status=None)
    steps = heard(alb, before)
    assert steps & set([step] if isinstance(step, str) else step), f"refused at {steps}"
    assert alb.digest() == digest and set(alb.list()) == own
    assert "payload" in step or alb.sizes() == size, "nothing of it is kept"
    assert not alb.holds(i.canary.encode())
    # What is true it still takes.
    i.honest()
    alb.run("sync", "KOS")
    assert alb.sizes()[i.member] == len(i.entries)
    assert not alb.view()["forks"]
    alb.verify_logs()


# ---- what is in the log, signed, and against the rules: kept as a leaf, flagged, never folded ----

def false_act(**options):
    def say(i):
        act(i, "withdraw/1", f"effective {int(time.time() * 1000)}\n", **{k: v(i) for k, v in options.items()})
    return say


FLAGGED = [
    ("not in the grammar", lambda i: i.entries.append(b"hello\n")),
    ("an empty line in it", lambda i: (i.entry(), i.entries.append(i.entries.pop() + b"\n"))),
    ("another place than its own", lambda i: i.entry(seq="99999")),
    ("another coalition", lambda i: i.entry(b"x", coalition="0" * 32)),
    ("another member's log", lambda i: i.entry(b"x", log=f"{i.victim}.0")),
    ("another epoch", lambda i: i.entry(b"x", log=f"{i.member}.7")),
    ("a clock that goes back", lambda i: veiled(i, "late", [i.bystander], outside={"time": "1000.0"})),
    ("veiled and without a payload", lambda i: i.entry()),
    ("an act by an unknown officer", false_act(officer=lambda i: random_id())),
    ("an act by an officer with another key", false_act(seed=lambda i: os.urandom(32))),
    ("an act by another member's officer", false_act(officer=lambda i: i.other_officer, seed=lambda i: i.other_seed)),
    ("a record that belongs to another", lambda i: veiled(
        i, "CANARY", [i.victim], object=f"{i.victim}.{random_id()}")),
    ("a veiled act", lambda i: veiled(i, "CANARY", [i.victim], kind="withdraw/1")),
]


@pytest.mark.parametrize("say", [row[1] for row in FLAGGED], ids=[row[0] for row in FLAGGED])
def test_kept_as_a_leaf_and_flagged(scene, say):
    alb, i = scene["ALB"], scene.impostor
    digest, own, flags = alb.digest(), set(alb.list()), len(alb.view()["flags"])
    say(i)
    alb.run("sync", "KOS", status=None)
    assert alb.sizes()[i.member] == len(i.entries), "the leaf is in the tree"
    assert len(alb.view()["flags"]) == flags + 1
    assert alb.digest() == digest and set(alb.list()) == own
    assert alb.standing()["KOS"] == "member"
    alb.verify_logs()


def test_the_control_what_is_right_is_taken(scene):
    """The same hand writing by the rules is believed: so the rows above are refused for what they are about."""
    alb, i = scene["ALB"], scene.impostor
    flags = len(alb.view()["flags"])
    veiled(i, "a true record", [alb.member])
    alb.run("sync", "KOS")
    assert "a true record" in {r["title"] for r in alb.list().values()}
    act(i, "withdraw/1", f"effective {int(time.time() * 1000)}\n")
    alb.run("sync", "KOS")
    scene["HRV"].run("sync", "KOS")
    alb.start()
    scene["HRV"].start()
    wait(lambda: alb.standing()["KOS"] != "member", "the withdrawal, once it is witnessed")
    assert len(alb.view()["flags"]) == flags
    alb.stop()
    scene["HRV"].stop()


# ---- two stories ----

def same_size(i):
    i.entries[-1] = i.entries[-1].replace(b"time ", b"time 1", 1)


def larger(i):
    same_size(i)
    for _ in range(3):
        i.entry(b"x")


def smaller(i):
    same_size(i)
    i.entries[-2] = i.entries[-2].replace(b"time ", b"time 1", 1)
    i.entries.pop()


@pytest.mark.parametrize("tell", [same_size, larger, smaller])
def test_a_second_story_is_proved_and_everybody_learns_it(coalition, tmp_path, tell):
    t = coalition(THREE + ["MKD"])
    t.sign_all()
    for text in ("one", "two", "three"):
        t["KOS"].put(text, to="all")
    t.agree()
    size, records = t["ALB"].sizes()[t["KOS"].member], set(t["ALB"].list())
    impostor = Impostor(t["KOS"], t.id)
    try:
        first = impostor.entries[:]
        tell(impostor)
        parted = next(n for n, (a, b) in enumerate(zip(first, impostor.entries)) if a != b)
        # Told to whoever asks; the proof goes round to those who cannot ask any more as well.
        for label in ("ALB", "HRV", "MKD"):
            wait(lambda n=t[label]: n.view()["forks"], f"a fork at {label}")
    finally:
        impostor.close()
    fork = t["MKD"].view()["forks"][0]
    assert fork["member"] == t["KOS"].member and fork["cut"] <= parted
    for label in ("ALB", "HRV"):
        assert t[label].sizes()[t["KOS"].member] <= size
        assert set(t[label].list()) <= records
        assert t[label].party("KOS")["forked"]
        t[label].verify_logs()
    proofs = frames(t.client("HRV", "ALB").get(f"/f/1/{t.id}/proofs")[1])
    (tmp_path / "proof").write_bytes(proofs[0])
    run("verify", tmp_path / "proof", "--root", t["KOS"].root, cwd=tmp_path)
    run("verify", tmp_path / "proof", "--root", t["ALB"].root, cwd=tmp_path, status=USAGE)
    # The others go on.
    t["ALB"].wait_record(t["HRV"].put("we go on", to="ALB,MKD"))


def test_what_is_for_somebody_else_is_not_kept(scene):
    """Content given to one that is not among its readers: nobody's crime, perhaps, but it is not stored."""
    alb, i = scene["ALB"], scene.impostor
    canary = "CANARY-" + os.urandom(8).hex()
    seq = veiled(i, canary, [i.bystander])
    own = set(alb.list())
    alb.run("sync", "KOS")
    assert seq < alb.sizes()[i.member] and any(p.endswith("/payloads") for p in i.asked)
    assert set(alb.list()) == own and not alb.holds(canary.encode())


def test_a_former_member_gets_no_header_of_records(coalition, tmp_path):
    """What is for all members is for members: of a record it never had, it does not learn kind, object or label."""
    t = coalition(["ALB", "HRV", "KOS"])
    t.sign_all()
    alb, hrv, kos = t["ALB"], t["HRV"], t["KOS"]
    old = alb.put("had while a member", to="all")
    t.agree()
    kos.wait_record(old)
    kos.stop()
    record = alb.put("never had", to="all")
    kos.run("withdraw", "--effective", "2020-01-01T00:00:00Z")
    for to in (alb, hrv):
        kos.run("bundle", "export", tmp_path / to.label, "--to", to.label)
        to.run("bundle", "import", tmp_path / to.label)
    alb.wait_status("KOS", "withdrawing")  # since a day that has passed
    size = alb.sizes()[alb.member]
    entries = bundle_entries(t.client("ALB", "KOS").get(f"/f/1/{t.id}/{alb.member}.1/tile/entries/000.p/{size}")[1])
    assert len(entries) == size
    seen = b"\n".join(e for e in entries if e)
    assert b"never had" not in seen and record.split(".")[1].encode() not in seen, seen
    assert b"kind note/1" not in seen, seen


def test_a_strangers_log_is_passed_over(scene):
    """A partner may know somebody who was never introduced here: no misdeed, and nothing is asked for or kept."""
    alb, i = scene["ALB"], scene.impostor
    before, asked = alb.view()["logs"], len(i.asked)
    stranger = random_id()
    i.notes = [i.head(), i.head(origin=i.origin.replace(i.member, stranger))]
    alb.run("sync", "KOS")
    assert alb.view()["logs"] == before and not any("not followed" in text for _, text in alb.refused())
    assert not any(stranger in path for path in i.asked[asked:])


def test_an_older_head_is_no_step_back(scene):
    """A smaller tree that is the same tree: an old note. Nothing is lost, nothing is learned."""
    alb, i = scene["ALB"], scene.impostor
    size = alb.sizes()
    i.notes = [i.head(size=len(i.entries) - 2)]
    alb.run("sync", "KOS")
    assert alb.sizes() == size and not alb.view()["forks"]
    i.honest()


# ---- the way there ----

def test_another_key_at_the_address_is_not_the_partner(scene):
    alb, i = scene["ALB"], scene.impostor
    before, asked = alb.sizes(), len(i.asked)
    stranger = scene.add_node("XYZ") if "XYZ" not in scene.nodes else scene["XYZ"]
    i.serve(as_node=stranger)
    i.entry()
    try:
        alb.refuses(DENIED, "sync", "KOS")
    finally:
        i.serve()
    assert alb.sizes() == before and len(i.asked) == asked, "not a request was sent to it"
    assert "caller" in dict(alb.refused())
    alb.run("sync", "KOS")
    assert alb.sizes()[i.member] == len(i.entries)


def test_a_slow_partner_holds_up_nobody_else(scene):
    """One that gives a byte a second, and one that says nothing at all."""
    alb, hrv, i = scene["ALB"], scene["HRV"], scene.impostor
    over = []

    def trickle():
        while not over:
            yield b"\0"
            time.sleep(0.3)
    i.lie("", lambda path, body: trickle())
    asked = len(i.asked)
    alb.start()
    hrv.start()
    wait(lambda: len(i.asked) > asked, "a question to the slow one")
    for turn in range(3):
        began = time.monotonic()
        hrv.wait_record(alb.put(f"quick {turn}", to="HRV"))
        alb.wait_record(hrv.put(f"quick back {turn}", to="ALB"))
        assert time.monotonic() - began < PATIENCE / 3
    began = time.monotonic()
    alb.stop()
    hrv.stop()
    assert time.monotonic() - began < PATIENCE / 2, "nor does it hold up the end"
    over.append(True)
    i.honest()
