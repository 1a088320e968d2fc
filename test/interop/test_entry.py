"""The node's reader of entries against a reader in Python that was written from the grammar: one verdict, the same fields, for every text
of a corpus of valid entries and of entries that were bent by a seeded generator."""
import hashlib
import os
import pathlib
import random
import struct
import subprocess

import entry_reader
import pytest

BUILD = pathlib.Path(os.environ.get("ENTENTE_BUILD", pathlib.Path(__file__).resolve().parents[2] / "build"))
CHECK = BUILD / "test" / "interop" / "entrycheck"
SEED = int(os.environ.get("INTEROP_SEED", "1"))
VALID, BENT = 300, 12000

needs_build = pytest.mark.skipif(not CHECK.exists(), reason=f"{CHECK} is not built")


def member(n):
    return entry_reader.base64.b32encode(bytes([n]) + bytes(15)).decode().lower().rstrip("=")


def some(rng, choices):
    return rng.choice(choices)


def number(rng, bits):
    return some(rng, [0, 1, 9, 10, rng.getrandbits(10), rng.getrandbits(bits), (1 << bits) - 1])


def digest(rng):
    return hashlib.sha256(rng.randbytes(8)).hexdigest()


def make_refs(rng, count):
    places = sorted({(rng.randrange(1, 200), number(rng, 32), number(rng, 63)) for _ in range(count)})
    return [f"ref {member(m)}.{epoch}.{seq} {digest(rng)}" for m, epoch, seq in places]


def make_members(rng, count):
    return ",".join(member(n) for n in sorted(rng.sample(range(1, 250), count)))


def make_label(rng):
    tags = "".join(f" tag{i}={','.join(rng.sample(['a', 'b-c', 'D.E', 'x+y'], rng.randrange(1, 4)))}"
        for i in range(rng.randrange(3)))
    return some(rng, ["-", "pact RESTRICTED" + tags, "p c" + tags])


def make_subject(rng, veiled=False):
    if veiled:
        return ["mode -", "kind -", "object -"]
    return [f"mode {some(rng, ['real', 'exercise', 'test'])}",
        f"kind {some(rng, ['note/1', 'rfa/offer/2', 'a/b/c/65535', 'state-digest/1'])}",
        f"object {some(rng, ['-', member(rng.randrange(9)) + '.' + member(rng.randrange(200))])}",
        *make_refs(rng, some(rng, [0, 0, 1, 3, 64]))]


MEDIA = ["text/plain", "application/stix+json;version=2.1", 'text/plain;charset="utf 8"'.replace(" ", "-"),
    "application/vnd.entente.batch", "a/b;c=d;e=f"]


def make_entry(rng):
    veiled = rng.random() < 0.25
    seen = sorted({(rng.randrange(1, 200), number(rng, 32)) for _ in range(some(rng, [0, 1, 5, 64]))})
    payload = f"{digest(rng)} {entry_reader.size_class(number(rng, 20))} {'-' if veiled else some(rng, MEDIA)}"
    act = f"{member(4)} {entry_reader.base64.b64encode(rng.randbytes(64)).decode()}"
    lines = ["entente-entry/1", f"coalition {digest(rng)[:32]}", f"log {member(1)}.{number(rng, 32)}",
        f"seq {number(rng, 63)}", f"time {number(rng, 63)}.{number(rng, 32)}", *make_subject(rng, veiled),
        *(f"seen {member(m)}.{epoch} {number(rng, 63)}" for m, epoch in seen),
        f"label {'-' if veiled else make_label(rng)}",
        "audience veiled" if veiled else f"audience {some(rng, ['all@' + digest(rng), make_members(rng, rng.randrange(1, 9))])}",
        f"payload {payload if veiled else some(rng, ['-', payload])}",
        f"until {'-' if veiled else some(rng, ['-', str(1 + number(rng, 62))])}", f"act {some(rng, ['-', act])}"]
    return ("\n".join(lines) + "\n").encode()


def make_inner(rng):
    lines = ["entente-inner/1", *make_subject(rng), f"label {make_label(rng)}", f"audience {make_members(rng, rng.randrange(1, 9))}",
        f"until {some(rng, ['-', str(1 + number(rng, 62))])}", f"media {some(rng, MEDIA)}", ""]
    return ("\n".join(lines) + "\n").encode() + some(rng, [b"", b"content\n", rng.randbytes(20), b"\n\nmode test\n"])


WORDS = [b"-", b"0", b"00", b"01", b"9223372036854775807", b"9223372036854775808", b"4294967295", b"4294967296", b"18446744073709551616",
    b" ", b"  ", b"\n", b"\r\n", b"\t", b"\0", b"\x7f", b"\xc3\xa9", b",", b",,", b".", b"=", b"/", b"@", b"all@", b"veiled", b"A", b"z", b"7",
    b"ref ", b"seen ", b"256", b"257", b"1114112", b"1146880", b";", b'"', b"text/plain", b"real", b"+1", b"-1", b"1e3", b"entente-"]


def bend(rng, text):
    """One to three changes of the kind that people, programs and attackers make."""
    for _ in range(rng.randrange(1, 4)):
        lines = text.split(b"\n")
        i, k = rng.randrange(len(lines)), rng.randrange(len(lines))
        at = rng.randrange(len(text) + 1)
        word = some(rng, WORDS)
        how = rng.randrange(9)
        if how == 0:
            del lines[i]
        elif how == 1:
            lines.insert(k, lines[i])
        elif how == 2:
            lines[i], lines[k] = lines[k], lines[i]
        elif how == 3:  # another value
            lines[i] = lines[i].split(b" ")[0] + b" " + word
        elif how == 4:  # another token
            tokens = lines[i].split(b" ")
            tokens[rng.randrange(len(tokens))] = word
            lines[i] = b" ".join(tokens)
        elif how == 5:
            lines[i] = lines[i].upper() if rng.random() < 0.5 else lines[i].lower()
        text = b"\n".join(lines)
        if how == 6:
            text = text[:at] + word + text[at:]
        elif how == 7:
            text = text[:at] + text[at + rng.randrange(1, 4):]
        elif how == 8:
            text = text[:at] + bytes([rng.randrange(256)]) + text[at + 1:]
    return text


def asked_of_node(kind, texts):
    records = b"".join(struct.pack(">I", len(text)) + text for text in texts)
    done = subprocess.run([CHECK, kind], input=records, capture_output=True, timeout=300, check=True)
    return done.stdout.decode("latin-1").split("\n")[:-1]


def compare(kind, texts):
    answers = asked_of_node(kind, texts)
    assert len(answers) == len(texts)
    for text, node in zip(texts, answers):
        assert node == entry_reader.verdict(kind, text), text
    return sum(answer != "no" for answer in answers)


@needs_build
@pytest.mark.parametrize("kind,make", [("entry", make_entry), ("inner", make_inner)])
def test_valid(kind, make):
    rng = random.Random(SEED)
    texts = [make(rng) for _ in range(VALID)]
    assert compare(kind, texts) == VALID


@needs_build
@pytest.mark.parametrize("kind,make", [("entry", make_entry), ("inner", make_inner)])
def test_bent(kind, make):
    rng = random.Random(SEED)
    texts = [bend(rng, make(rng)) for _ in range(BENT)]
    good = compare(kind, texts)
    # Both verdicts have to be common, or nothing is compared.
    assert BENT // 100 < good < BENT // 2, good


@needs_build
@pytest.mark.parametrize("kind,make", [("entry", make_entry), ("inner", make_inner)])
def test_cut(kind, make):
    rng = random.Random(SEED)
    for _ in range(3):
        text = make(rng)
        compare(kind, [text[:n] for n in range(len(text))])


@needs_build
def test_ceilings():
    rng = random.Random(SEED)
    head = make_inner(rng).partition(b"\n\n")[0] + b"\n\n"
    whole = head + b"x" * entry_reader.CONTENT_MAX
    assert compare("inner", [whole, whole + b"x", b"x" * (entry_reader.PAYLOAD_MAX + 1)]) == 1
    long = make_entry(rng)
    assert compare("entry", [long, long + b"\n" * entry_reader.ENTRY_MAX]) == 1
