#!/usr/bin/env python3
"""A second reader of entries and inner headers, written from the grammar and not from the C: standard library only.

    entry_reader.py entry|inner <FILE       prints "no", or "ok" and the fields, tab-separated:

entry: coalition, log, seq, time, mode, kind, object, refs, seen, label, audience, payload, until, act
inner: mode, kind, object, refs, label, audience, until, media, content
Ids and hashes are in hex, lists end each element in ";", what is "-" in the text is empty (numbers: 0).
"""
import base64
import re
import sys

ENTRY_MAX, CONTENT_MAX, LIST_MAX = 16384, 1 << 20, 64
PAYLOAD_MAX = CONTENT_MAX + 65536

ID = "[a-z2-7]{25}[aeimquy4]"  # the last digit has two bits to spare
NUMBER = "(?:0|[1-9][0-9]*)"
HASH = "[0-9a-f]{64}"
KIND = "[a-z][a-z0-9-]*(?:/[a-z][a-z0-9-]*)*/[1-9][0-9]*"
NAME = "[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*"
MEDIA = NAME + "/" + NAME + "(?:;" + NAME + r'=(?:[!#-\'*+.0-9A-Z^-z|~-]+|"[!#-\[\]-~]*"))*'
WORD = r"[!-+\--<>-~]+"
LABEL = f"{WORD} {WORD}(?: {WORD}={WORD}(?:,{WORD})*)*"
REFS = f"(?:ref {ID}\\.{NUMBER}\\.{NUMBER} {HASH}\n)*"
ENTRY = re.compile(f"""entente-entry/1
coalition (?P<coalition>[0-9a-f]{{32}})
log (?P<member>{ID})\\.(?P<epoch>{NUMBER})
seq (?P<seq>{NUMBER})
time (?P<ms>{NUMBER})\\.(?P<counter>{NUMBER})
mode (?P<mode>real|exercise|test|-)
kind (?P<kind>{KIND}|-)
object (?P<object>{ID}\\.{ID}|-)
(?P<refs>{REFS})(?P<seen>(?:seen {ID}\\.{NUMBER} {NUMBER}\n)*)label (?P<label>{LABEL}|-)
audience (?P<audience>all@{HASH}|{ID}(?:,{ID})*|veiled)
payload (?P<payload>{HASH} {NUMBER} (?:{MEDIA}|-)|-)
until (?P<until>{NUMBER}|-)
act (?P<act>{ID} [A-Za-z0-9+/]{{85}}[AQgw]==|-)
""")
INNER = re.compile(f"""entente-inner/1
mode (?P<mode>real|exercise|test)
kind (?P<kind>{KIND})
object (?P<object>{ID}\\.{ID}|-)
(?P<refs>{REFS})label (?P<label>{LABEL}|-)
audience (?P<audience>{ID}(?:,{ID})*)
until (?P<until>{NUMBER}|-)
media (?P<media>{MEDIA})
""")


def need(condition):
    if not condition:
        raise ValueError


def id_bytes(text):
    return base64.b32decode(text.upper() + "======")


def number(text, bits=63):
    need(int(text) < 1 << bits)
    return int(text)


def size_class(n):
    """Padmé: https://petsymposium.org/popets/2019/popets-2019-0056.pdf §4, never below 256."""
    if n <= 256:
        return 256
    exponent = n.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-n // step) * step


def ascending(keys):
    need(len(keys) <= LIST_MAX and all(a < b for a, b in zip(keys, keys[1:])))


def read_object(text):
    return "" if text == "-" else "".join(id_bytes(part).hex() for part in text.split("."))


def read_refs(text):
    rows = []
    for line in text.splitlines():
        place, leaf = line.split(" ")[1:]
        member, epoch, seq = place.split(".")
        rows.append(((id_bytes(member), number(epoch, 32), number(seq)), leaf))
    ascending([place for place, _ in rows])
    return "".join(f"{member.hex()}.{epoch}.{seq}.{leaf};" for (member, epoch, seq), leaf in rows)


def read_seen(text):
    rows = []
    for line in text.splitlines():
        log, size = line.split(" ")[1:]
        member, epoch = log.split(".")
        rows.append(((id_bytes(member), number(epoch, 32)), number(size)))
    ascending([log for log, _ in rows])
    return "".join(f"{member.hex()}.{epoch} {size};" for (member, epoch), size in rows)


def read_members(text):
    members = [id_bytes(part) for part in text.split(",")]
    ascending(members)
    return "".join(member.hex() + ";" for member in members)


def read_until(text):
    need(text != "0")
    return 0 if text == "-" else number(text)


def read_common(m):
    """kind, object, refs, label: alike in both formats."""
    need(len(m["kind"]) <= 64 and len(m["label"]) <= 1024)
    need(m["kind"] == "-" or int(m["kind"].rsplit("/", 1)[1]) < 65536)
    return ["" if m["kind"] == "-" else m["kind"], read_object(m["object"]), read_refs(m["refs"])], \
        "" if m["label"] == "-" else m["label"]


def read_payload(text, veiled):
    if text == "-":
        need(not veiled)
        return ""
    commit, bucket, media = text.split(" ")
    need(number(bucket) == size_class(int(bucket)) <= size_class(PAYLOAD_MAX))
    need((media == "-") == veiled and len(media) <= 128)
    return f"{commit} {bucket} {'' if veiled else media}"


def read_entry(data):
    need(len(data) <= ENTRY_MAX)
    m = ENTRY.fullmatch(data.decode("ascii"))
    need(m)
    veiled = m["audience"] == "veiled"
    subject, label = read_common(m)
    if veiled:
        need(m["mode"] == m["kind"] == m["object"] == m["label"] == m["until"] == "-" and not m["refs"])
    else:
        need(m["mode"] != "-" and m["kind"] != "-")
    audience = m["audience"] if veiled or m["audience"].startswith("all@") else read_members(m["audience"])
    act = ""
    if m["act"] != "-":
        officer, signature = m["act"].split(" ")
        act = id_bytes(officer).hex() + base64.b64decode(signature).hex()
    return [m["coalition"], f"{id_bytes(m['member']).hex()}.{number(m['epoch'], 32)}", number(m["seq"]),
        f"{number(m['ms'])}.{number(m['counter'], 32)}", m["mode"], *subject, read_seen(m["seen"]), label, audience,
        read_payload(m["payload"], veiled), read_until(m["until"]), act]


def read_inner(data):
    need(len(data) <= PAYLOAD_MAX)
    head, gap, content = data.partition(b"\n\n")
    need(gap and len(content) <= CONTENT_MAX)
    m = INNER.fullmatch(head.decode("ascii") + "\n")
    need(m and len(m["media"]) <= 128)
    subject, label = read_common(m)
    return [m["mode"], *subject, label, read_members(m["audience"]), read_until(m["until"]), m["media"], content.hex()]


def verdict(kind, data):
    try:
        fields = {"entry": read_entry, "inner": read_inner}[kind](data)
    except ValueError:  # UnicodeDecodeError is one
        return "no"
    return "ok\t" + "\t".join(map(str, fields))


if __name__ == "__main__":
    print(verdict(sys.argv[1], sys.stdin.buffer.read()))
