#!/usr/bin/env python3
"""Makes the C file that holds the assets: embed.py OUTPUT [--tree DIST [STAMP]] FILE... (see asset.h).

A FILE gets a path with its hash. A file of the built tree has its own: DIST/a/HASH/index.js is /a/HASH/index.js. Whatever
gets smaller by it is held compressed as well.
"""
import gzip
import hashlib
import pathlib
import re
import sys

TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8",
         ".html": "text/html; charset=utf-8", ".json": "application/json"}


def incbin(symbol, path):
    quoted = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return (f'__asm__(".section .rodata\\n.global {symbol}\\n.global {symbol}_end\\n"\n'
            f'\t"{symbol}:\\n.incbin \\"" "{quoted}" "\\"\\n{symbol}_end:\\n.byte 0\\n.previous\\n");\n'
            f"extern const uint8_t {symbol}[], {symbol}_end[];\n")


def main():
    out, args = pathlib.Path(sys.argv[1]).resolve(), sys.argv[2:]
    files = []
    if args[:1] == ["--tree"]:
        tree = pathlib.Path(args[1]).resolve()
        files = [(p, "/" + str(p.relative_to(tree)), "ui/" + p.name) for p in sorted(tree.rglob("*")) if p.is_file()]
        args = args[2:]
    for path in (pathlib.Path(name).resolve() for name in args):
        if path.suffix == ".stamp":
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        files.append((path, f"/a/{digest}/{path.name}", path.name))
    packed = out.with_suffix(".packed")
    packed.mkdir(exist_ok=True)
    rows, parts = [], []
    for n, (path, where, name) in enumerate(files):
        symbol = f"asset_{n}_" + re.sub(r"[^a-z0-9]", "_", path.name.lower())
        parts.append(incbin(symbol, path))
        small, gz = gzip.compress(path.read_bytes(), 9, mtime=0), "NULL, NULL"
        if len(small) < path.stat().st_size:
            at = packed / f"{symbol}.gz"
            at.write_bytes(small)
            parts.append(incbin(f"{symbol}_gz", at))
            gz = f"{symbol}_gz, {symbol}_gz_end"
        rows.append(f'\t{{"{name}", "{where}", "{TYPES[path.suffix]}", {symbol}, {symbol}_end, {gz}}},\n')
    out.write_text("/* Made by embed.py. */\n#include \"web/asset.h\"\n\n" + "".join(parts)
                   + "\nconst struct asset assets[] = {\n" + "".join(rows)
                   + "\t{NULL, NULL, NULL, NULL, NULL, NULL, NULL},\n};\n")


if __name__ == "__main__":
    main()
