#!/usr/bin/python3
"""Measures matching: a million indicators over a proxy log, in one run with wc -l, ripgrep and grep -F; and patterns against the reference.

    meson setup build-bench -Dbench=true && ninja -C build-bench
    bench/cyber/match.py --build build-bench                            1 GB of log, 1 M indicators: about 10 minutes, 3 GB of disk
    bench/cyber/match.py --build build-bench --bytes 100000000 --indicators 100000
    bench/cyber/match.py --build build-bench --cases ../shared/data/cyber/pattern-match-v20.jsonl --reference /path/to/python-with-stix2-matcher

What is found is compared with what was planted: every one, and nothing else; the same in pieces, compressed and through a pipe. Time is processor time
of the process (user and system) and wall time; the load of the machine is written above the table.
"""
import argparse
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time


class Run:
    def __init__(self, options, folder):
        self.options = options
        self.build = pathlib.Path(options.build).resolve()
        self.entente = str(self.build / "entente")
        self.data = str(self.build / "bench" / "cyber" / "matchdata")
        self.folder = folder
        self.rows = []

    def path(self, name):
        return str(self.folder / name)

    def row(self, what, result, bytes_read, note=""):
        wall, cpu, rss = result
        self.rows.append((what, f"{bytes_read / wall / 1e6:,.0f}", f"{bytes_read / cpu / 1e6:,.0f}", f"{wall:.2f}", f"{cpu:.2f}", f"{rss / 1024:.0f}", note))
        print(f"  {what}: {bytes_read / cpu / 1e6:,.0f} MB per CPU second, {wall:.2f} s, {rss // 1024} MiB {note}", file=sys.stderr, flush=True)


def timed(command, stdin=None, stdout=None):
    """(wall seconds, processor seconds, KiB resident at most) of one process."""
    began = time.monotonic()
    process = subprocess.Popen(command, stdin=stdin or subprocess.DEVNULL, stdout=stdout or subprocess.DEVNULL, stderr=subprocess.PIPE)
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        sys.exit(f"{command[0]} ended with {process.returncode}: {errors.decode(errors='replace')[:500]}")
    return time.monotonic() - began, max(usage.ru_utime + usage.ru_stime, 0.001), usage.ru_maxrss


def into(path, command, **options):
    with open(path, "wb") as out:
        subprocess.run(command, stdout=out, check=True, **options)


def hits_of(path):
    found = set()
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            hit = json.loads(line)
            found.add((hit["line"], hit["value"]))
    return found


def truth_of(path):
    with open(path, encoding="utf-8") as lines:
        return {(int(line.split()[0]), line.split()[1]) for line in lines}


def prepare(run):
    o = run.options
    print("making the data", file=sys.stderr, flush=True)
    into(run.path("stix.json"), [run.data, "stix", str(o.indicators)])
    into(run.path("list"), [run.data, "list", str(o.indicators)])
    into(run.path("log"), [run.data, "log", str(o.bytes), str(o.indicators), "10000", run.path("truth")])
    result = timed([run.entente, "cyber", "pack", "build", run.path("stix.json"), "--unsigned", "-o", run.path("pack")])
    size = os.path.getsize(run.path("pack"))
    run.row(f"pack build, {o.indicators:,} indicators", result, os.path.getsize(run.path("stix.json")), f"pack of {size / 1e6:.0f} MB")


def match(run, name, arguments, stdin=None, expect=None):
    with open(run.path("hits"), "wb") as out:
        result = timed([run.entente, "cyber", "match", "--quiet", "--pack", run.path("pack"), "--unsigned", *arguments], stdin=stdin, stdout=out)
    found = hits_of(run.path("hits"))
    note = f"{len(found & expect)} of {len(expect)} found, {len(found - expect)} others"
    run.row(f"entente match, {name}", result, os.path.getsize(run.path("log")), note)


def ours(run):
    truth = truth_of(run.path("truth"))
    for _ in range(3):
        match(run, "file", [run.path("log")], expect=truth)
    with open(run.path("log"), "rb") as log:
        cat = subprocess.Popen(["cat"], stdin=log, stdout=subprocess.PIPE)
        match(run, "pipe", [], stdin=cat.stdout, expect=truth)
        cat.wait()
    into(run.path("log.gz"), ["gzip", "-1", "-c", run.path("log")])
    match(run, "gzip", [run.path("log.gz")], expect=truth)
    os.unlink(run.path("log.gz"))
    if shutil.which("zstd"):
        into(run.path("log.zst"), ["zstd", "-q", "-1", "-c", run.path("log")])
        match(run, "zstd", [run.path("log.zst")], expect=truth)
        os.unlink(run.path("log.zst"))
    pieces(run, truth)


def pieces(run, truth):
    """The log in files of 100,000 lines; lines are counted on from file to file."""
    subprocess.run(["split", "-l", "100000", "-a", "4", run.path("log"), run.path("piece.")], check=True)
    names = sorted(str(p) for p in run.folder.glob("piece.*"))
    found, cpu, wall, rss = set(), 0, 0, 0
    for at in range(0, len(names), 100):
        with open(run.path("hits"), "wb") as out:
            w, c, r = timed([run.entente, "cyber", "match", "--quiet", "--pack", run.path("pack"), "--unsigned", *names[at:at + 100]], stdout=out)
        wall, cpu, rss = wall + w, cpu + c, max(rss, r)
        with open(run.path("hits"), encoding="utf-8") as lines:
            for hit in map(json.loads, lines):
                found.add((names.index(hit["file"]) * 100000 + hit["line"], hit["value"]))
    run.row(f"entente match, {len(names)} pieces", (wall, cpu, rss), os.path.getsize(run.path("log")),
        f"{len(found & truth)} of {len(truth)} found, {len(found - truth)} others")
    for name in names:
        os.unlink(name)


def others(run):
    size = os.path.getsize(run.path("log"))
    for _ in range(3):
        run.row("wc -l", timed(["wc", "-l", run.path("log")]), size)
    part, some = run.path("part"), run.path("some")
    with open(run.path("list"), encoding="utf-8") as lines, open(some, "w", encoding="utf-8") as out:
        out.writelines(line for _, line in zip(range(run.options.slow_indicators), lines))
    into(part, ["head", "-c", str(min(size, run.options.slow_bytes)), run.path("log")])
    for name, command in (("rg", ["rg", "-F", "-a", "-c", "-j1", "-f", some, part]), ("grep", ["grep", "-F", "-a", "-c", "-f", some, part])):
        if shutil.which(name):
            with open(run.path("count"), "wb") as out:
                result = timed(command, stdout=out) if name == "rg" else timed(["env", "LC_ALL=C", *command], stdout=out)
            lines = int(pathlib.Path(run.path("count")).read_text() or 0)
            run.row(f"{name} -F -f, {min(run.options.indicators, run.options.slow_indicators):,} indicators", result, os.path.getsize(part),
                f"{lines} lines in the first {os.path.getsize(part) / 1e6:.0f} MB, setting up included")


def patterns(run):
    o = run.options
    if not o.cases:
        return
    done = json.loads(subprocess.run([str(run.build / "bench" / "cyber" / "patternbench"), o.cases, "2000"], stdout=subprocess.PIPE, check=True).stdout)
    ours_rate = done["checks"] / done["cpu_seconds"]
    print(f"\npatterns: {done['cases']} cases, {ours_rate:,.0f} checks per CPU second")
    if o.reference:
        script = pathlib.Path(__file__).with_name("reference.py")
        done = json.loads(subprocess.run([o.reference, str(script), o.cases, "3"], stdout=subprocess.PIPE, check=True).stdout)
        rate = done["checks"] / done["cpu_seconds"]
        print(f"reference: {rate:,.0f} checks per CPU second on the same cases: {ours_rate / rate:,.0f} times")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build-bench")
    parser.add_argument("--bytes", type=int, default=1_000_000_000)
    parser.add_argument("--indicators", type=int, default=1_000_000)
    parser.add_argument("--slow-bytes", type=int, default=50_000_000, help="ripgrep and grep get so much of the log")
    parser.add_argument("--slow-indicators", type=int, default=100_000, help="and so many of the indicators: a million take ripgrep 13 GB")
    parser.add_argument("--cases", help="pattern-match-v20.jsonl")
    parser.add_argument("--reference", help="a Python that has stix2-matcher")
    parser.add_argument("--no-others", action="store_true", help="without ripgrep and grep")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory(prefix="benchmatch-") as folder:
        run = Run(options, pathlib.Path(folder))
        load = os.getloadavg()[0]
        prepare(run)
        ours(run)
        if not options.no_others:
            others(run)
        print(f"load {load:.1f} at the beginning, {os.getloadavg()[0]:.1f} at the end; log of {os.path.getsize(run.path('log')) / 1e6:,.0f} MB\n")
        print("| what | MB/s | MB per CPU second | wall s | CPU s | RSS MiB | |\n|---|--:|--:|--:|--:|--:|---|")
        for row in run.rows:
            print("| " + " | ".join(row) + " |")
        patterns(run)


main()
