#!/usr/bin/env python3
"""Fails if a file includes a header from a folder above its own, or a fenced library outside its place.

The order is the design: a folder may use only those named before it (docs/architecture.md).
"""
import pathlib
import re
import sys

ORDER = ["base", "json", "xml", "crypt", "db", "log", "net", "pact", "node", "peer", "web", "cli", "work"]

# Header of a library -> the only files that may include it.
FENCED = {
    "sqlite3.h": ["db/sqlite.c"],
    "libpq-fe.h": ["db/pg.c"],
    "microhttpd.h": ["net/"],
    "curl/curl.h": ["net/"],
    "expat.h": ["xml/"],
    "sodium.h": ["crypt/"],
    "gnutls/": ["crypt/"],
    "pcre2.h": ["work/cyber/pattern_text.c"],
    "utf8proc.h": ["work/cyber/pattern_text.c"],
    "zstd.h": ["work/cyber/"],
    "zip.h": ["work/training/"],
    "libical/": ["work/training/"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')


def layer_of(path):
    part = path.parts[0]
    return ORDER.index(part) if part in ORDER else len(ORDER)  # src/main.c is above all


def problems(src):
    for path in sorted(src.rglob("*.[ch]")):
        rel = path.relative_to(src)
        mine = layer_of(rel)
        for number, line in enumerate(path.read_text().splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            name = match.group(2)
            where = f"src/{rel}:{number}"
            for fence, allowed in FENCED.items():
                if name.startswith(fence) and not any(str(rel).startswith(a) for a in allowed):
                    yield f"{where}: {name} belongs in {', '.join(allowed)}"
            folder = name.split("/")[0]
            if match.group(1) == '"' and folder in ORDER:
                if ORDER.index(folder) > mine:
                    yield f"{where}: {rel.parts[0]} may not use {folder}"
                # work/all.c lists them; nobody else sees more than one.
                if folder == "work" and len(rel.parts) > 2 and name.split("/")[1] != rel.parts[1]:
                    yield f"{where}: no workspace includes another"


def main():
    src = pathlib.Path(__file__).resolve().parent.parent / "src"
    found = list(problems(src))
    print("\n".join(found) if found else "layers: in order")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
