#!/usr/bin/env python3
"""Builds the pages for meson: build.py SOURCE OUT STAMP DEPFILE.

Works on a copy below OUT, so that several build directories do not disturb each other and nothing is written into the
sources. Packages come with `npm ci`: exactly those whose hashes stand in package-lock.json, and none of their scripts.
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys

FILES = ["package.json", "package-lock.json", ".npmrc", "index.html", "vite.config.mjs", "tsconfig.json"]


def run(*command, cwd, **more):
    done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, **more)
    if done.returncode:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}{done.stderr}\n"
                 "The web shell could not be built. -Dui=disabled builds a node without it.")


def copy(source, tree):
    tree.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(tree / "src", ignore_errors=True)
    shutil.copytree(source / "src", tree / "src")
    for name in FILES:
        shutil.copy(source / name, tree / name)


def packages(tree):
    want = hashlib.sha256((tree / "package-lock.json").read_bytes()).hexdigest()
    have = tree / "node_modules" / ".entente"
    if have.exists() and have.read_text() == want:
        return
    run("npm", "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", cwd=tree)
    have.write_text(want)


def main():
    source, out, stamp, depfile = map(pathlib.Path, sys.argv[1:])
    source, out = source.resolve(), out.resolve()
    tree, dist = out / "tree", out / "dist"
    copy(source, tree)
    packages(tree)
    run("npm", "run", "--silent", "build", cwd=tree, env={**os.environ, "ENTENTE_UI_OUT": str(dist), "NODE_ENV": "production"})
    used = [source / name for name in FILES] + sorted(p for p in (source / "src").rglob("*") if p.is_file())
    depfile.write_text(f"{stamp}: " + " ".join(str(p).replace(" ", "\\ ") for p in used) + "\n")
    stamp.write_text("".join(f"{p.relative_to(dist)}\n" for p in sorted(dist.rglob("*")) if p.is_file()))


if __name__ == "__main__":
    main()
