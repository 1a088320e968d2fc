#!/usr/bin/python3
"""Measures the core of entente and writes a table: bench/README.md says what each number means.

    meson setup build-bench -Dbench=true && ninja -C build-bench
    bench/core.py --build build-bench                     everything, about 15 minutes, 20 GB of disk
    bench/core.py --build build-bench --entries 100000    a tenth of it
    bench/core.py --build build-bench --only append,visible
    bench/core.py --build build-bench --write             and put the table into bench/README.md
"""
import argparse
import contextlib
import datetime
import http.client
import json
import os
import pathlib
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "tools"))
import pgtest  # noqa: E402

SINGLE_BYTES = 600   # a note of a page's length, in an entry of its own
BATCH_BYTES = 300    # an object of a feed, thousands of them in one entry
READY_SECONDS = 60
MARK = "## Last measured"


class Run:
    """What one call of this program knows: where things are, and the rows of the table so far."""

    def __init__(self, options, scratch):
        self.options = options
        self.build = pathlib.Path(options.build).resolve()
        self.scratch = scratch
        self.rows = []

    def core(self, *arguments, check=True):
        """One measure of bench_core: its line of JSON."""
        command = [str(self.build / "bench" / "bench_core"), *map(str, arguments)]
        say(" ".join(["bench_core", *map(str, arguments)]))
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            if check:
                sys.exit(f"bench: {' '.join(command)} ended with {done.returncode}")
            return None
        say("  " + done.stdout.strip())
        return json.loads(done.stdout)

    def row(self, what, value, other="", ratio="", goal="", met=None):
        self.rows.append((what, value, other, ratio, goal, {True: "yes", False: "**no**", None: ""}[met]))

    def place(self, name):
        path = self.scratch / name
        path.mkdir()
        return path


def say(text):
    print(text, file=sys.stderr, flush=True)


def thousands(n):
    return f"{n:,.0f}"


def load_now():
    return os.getloadavg()[0]


# ---- what serves ----

def free_address():
    return f"127.0.0.1:{pgtest.free_port()}"


def found(run, name, database=""):
    """Two nodes in a coalition, with addresses of their own: (directory, addresses of the pages)."""
    path = run.place(name)
    pages = [free_address(), free_address()]
    run.core("found", path, database, pages[0], free_address(), pages[1], free_address())
    return path, pages


def get(address, path):
    host, port = address.rsplit(":", 1)
    connection = http.client.HTTPConnection(host, int(port), timeout=30)
    try:
        connection.request("GET", path, headers={"Host": address})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    finally:
        connection.close()


@contextlib.contextmanager
def served(run, node, log, *options):
    """A node being served: (process, seconds from its start until it has said that it is ready)."""
    began = time.monotonic()
    with open(log, "ab") as errors:
        process = subprocess.Popen(
            [str(run.build / "entente"), "serve", "--dir", str(node), "--json", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors)
    try:
        line = process.stdout.readline()
        ready = time.monotonic() - began
        if not line:
            sys.exit(f"bench: {node} is not served; see {log}")
        yield process, ready
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def memory(process):
    """MiB: resident, and the part of it that is not pages of the store's file."""
    found_here = {}
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        for line in status:
            key, _, rest = line.partition(":")
            if key in ("VmRSS", "RssAnon", "RssFile", "RssShmem", "VmHWM"):
                found_here[key] = int(rest.split()[0]) / 1024
    return found_here


# ---- a PostgreSQL that keeps its promises ----

@contextlib.contextmanager
def postgres():
    """URL of a server of our own with fsync on, or None if there is none on this machine."""
    programs = pgtest.programs()
    if not programs:
        yield None
        return
    user = pgtest.server_user()
    base = tempfile.mkdtemp(prefix="benchpg-", dir="/tmp")
    server = None
    try:
        if user:
            os.chown(base, user[0], user[1])
        pgtest.cluster_make(programs, base, user)
        port = pgtest.free_port()
        with open(os.path.join(base, "server.log"), "wb") as log:
            server = subprocess.Popen(
                [os.path.join(programs, "postgres"), "-D", os.path.join(base, "data"), "-k", base,
                 "-p", str(port), "-h", "127.0.0.1", "-c", "max_connections=100"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=base, start_new_session=True,
                **pgtest.as_user(user))
        for _ in range(200):
            if subprocess.call([os.path.join(programs, "pg_isready"), "-q", "-h", base, "-p", str(port)]) == 0:
                break
            time.sleep(0.1)
        yield f"postgres://entente@127.0.0.1:{port}/postgres"
    finally:
        if server:
            pgtest.server_stop(server)
        shutil.rmtree(base, ignore_errors=True)


# ---- the measures ----

def measure_floor(run):
    path = run.place("floor")
    got = run.core("floor", path)
    run.row("disk: 4 KiB in place + fdatasync", f"p50 {got['sync_p50_ms']:.2f} ms, p99 {got['sync_p99_ms']:.2f} ms")
    run.row("disk: SQLite commit of one 1 KiB row (WAL, FULL)",
            f"p50 {got['commit_p50_ms']:.2f} ms, p99 {got['commit_p99_ms']:.2f} ms")
    shutil.rmtree(path)


def append_one(run, name, database, writers, entries):
    path, _ = found(run, name, database)
    got = run.core("append", path, writers, entries, 5)
    shutil.rmtree(path)
    ours, raw = entries / got["wall_s"], entries / got["raw_wall_s"]
    ours_cpu, raw_cpu = 1e6 * got["cpu_s"] / entries, 1e6 * got["raw_cpu_s"] / entries
    client = got["store"] == "PostgreSQL"
    run.row(f"append, {got['store']}, {writers} writer{'s' if writers > 1 else ''} "
            f"({entries / got['commits']:.0f} a commit)",
            f"{thousands(ours)}/s; {ours_cpu:.0f} µs CPU{' (client)' if client else ''}; p99 {got['write_p99_ms']:.1f} ms",
            f"raw rows {thousands(raw)}/s; {raw_cpu:.0f} µs CPU",
            f"{ours / raw:.2f} wall, {raw_cpu / ours_cpu:.2f} CPU")


def measure_append(run):
    few, many = (200, 4000) if run.options.entries < 1000000 else (600, 30000)
    append_one(run, "append-1", "", 1, few)
    append_one(run, "append-64", "", 64, many)
    with postgres() as url:
        if url is None:
            run.row("append, PostgreSQL", "not measured: no server programs here")
            return
        # One database a run: each holds one node.
        for writers, entries in ((1, few), (64, many)):
            name = f"bench{writers}"
            admin = subprocess.run(["psql", "-q", url, "-c", f"CREATE DATABASE {name}"], check=False)
            if admin.returncode != 0:
                sys.exit("bench: cannot make a database")
            append_one(run, f"append-pg-{writers}", url.rsplit("/", 1)[0] + "/" + name, writers, entries)


def apply_row(run, what, got, unit, goal):
    n = got["objects"] if unit == "objects" else got["entries"]
    rate = n / got["cpu_s"]
    run.row(f"verify and apply, {what}", f"{thousands(rate)} {unit}/s/core; {1e6 * got['cpu_s'] / n:.1f} µs each",
            f"the partner serving it: {1e6 * got['serving_cpu_s'] / n:.1f} µs each",
            f"wall {n / got['wall_s']:,.0f}/s, both in one thread", f"≥ {thousands(goal)}", rate >= goal)


def rebuild_row(run, path, what, unit):
    got = run.core("rebuild", path, "b")
    n = got[unit]
    run.row(f"rebuild, {what}", f"{thousands(n / got['cpu_s'])} {unit}/s/core; {got['wall_s']:.1f} s in all",
            f"peak memory {got['rss_peak'] / 2**20:.0f} MiB")


def serve_rows(run, path, pages, entries):
    """Memory and start of B's node, which has everything by now."""
    log = run.scratch / "serve.log"
    node = path / "b"
    starts = []
    for _ in range(7):
        with served(run, node, log, "--no-pull") as (process, ready):
            starts.append(ready)
            status = get(pages[1], "/")
            if status != 200:
                sys.exit(f"bench: the page answers {status}")
            at_start = memory(process)
    cold = start_cold(run, node, log)
    run.row(f"start with {thousands(entries)} entries until ready",
            f"median {1e3 * statistics.median(starts):.0f} ms, slowest of 7 {1e3 * max(starts):.0f} ms",
            f"file cache emptied: {1e3 * cold:.0f} ms", "", "< 300 ms", max(starts) < 0.3)
    with served(run, path / "a", log), served(run, node, log) as (process, _):
        for _ in range(200):
            get(pages[1], "/")
            get(pages[1], "/api/v1/status")
        time.sleep(3)
        busy = memory(process)
    run.row(f"memory of a serving node with {thousands(entries)} entries",
            f"{at_start['VmRSS']:.0f} MiB after the first page, {busy['VmHWM']:.0f} MiB at most after 400",
            f"of which its own: {busy['RssAnon']:.0f} MiB, the store's file and libraries: {busy['RssFile']:.0f} MiB",
            "", "< 64 MiB", busy["VmHWM"] < 64)


def start_cold(run, node, log):
    os.sync()
    for path in node.rglob("*"):
        if path.is_file():
            with open(path, "rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    with served(run, node, log, "--no-pull") as (_, ready):
        return ready


def visible_row(run, path, what):
    log = run.scratch / "serve.log"
    with served(run, path / "a", log), served(run, path / "b", log):
        time.sleep(2)
        got = run.core("visible", path, run.options.puts)
    run.row(f"released on A to visible on B, {what} ({got['puts']} puts)",
            f"p50 {got['p50_ms']:.0f} ms, p99 {got['p99_ms']:.0f} ms, longest {got['max_ms']:.0f} ms",
            f"the write itself: p50 {got['write_p50_ms']:.1f} ms, p99 {got['write_p99_ms']:.1f} ms",
            "", "p99 < 300 ms", got["p99_ms"] < 300)


def measure_apply(run):
    entries = run.options.entries
    path, pages = found(run, "single")
    run.core("fill", path, entries, "single", SINGLE_BYTES)
    got = run.core("apply", path)
    apply_row(run, f"{thousands(entries)} notes of {SINGLE_BYTES} bytes, each an entry", got, "entries", 15000)
    rebuild_row(run, path, "the same", "entries")
    serve_rows(run, path, pages, entries)
    visible_row(run, path, f"both with {thousands(entries)} entries")
    shutil.rmtree(path)


def measure_batch(run):
    entries = run.options.entries
    path, _ = found(run, "batch")
    run.core("fill", path, entries, "batch", BATCH_BYTES)
    got = run.core("apply", path)
    apply_row(run, f"{thousands(entries)} notes of {BATCH_BYTES} bytes in batches", got, "objects", 150000)
    rebuild_row(run, path, "the same", "objects")
    shutil.rmtree(path)


def measure_visible(run):
    path, _ = found(run, "visible")
    visible_row(run, path, "new nodes")
    shutil.rmtree(path)


MEASURES = {"floor": measure_floor, "append": measure_append, "visible": measure_visible, "apply": measure_apply,
            "batch": measure_batch}


# ---- the table ----

def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as info:
        for line in info:
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{model}, {os.cpu_count()} cores, {platform.system()} {platform.release()}"


def table(run, began, loads):
    lines = [f"{datetime.date.today().isoformat()}, {machine()}; load average {loads[0]:.1f} at the start, "
             f"{loads[1]:.1f} at the end, of which about 1 is ours; {(time.monotonic() - began) / 60:.0f} minutes.", "",
             "    " + " ".join(["bench/core.py", *run.options.said]), "",
             "| measure | entente | beside it, in the same run | ratio | goal | met |", "|---|---|---|---|---|---|"]
    lines += ["| " + " | ".join(row) + " |" for row in run.rows]
    return "\n".join(lines) + "\n"


def write_table(text):
    readme = TOP / "bench" / "README.md"
    old = readme.read_text(encoding="utf-8")
    readme.write_text(old[:old.index(MARK)] + MARK + "\n\n" + text, encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build-bench", help="build directory, made with -Dbench=true")
    parser.add_argument("--entries", type=int, default=1000000, help="length of the long logs")
    parser.add_argument("--puts", type=int, default=400, help="writes that are followed to the partner")
    parser.add_argument("--only", default="", help="of " + ",".join(MEASURES))
    parser.add_argument("--scratch", default=None, help="where to work (default: beside the build)")
    parser.add_argument("--write", action="store_true", help="put the table into bench/README.md")
    options = parser.parse_args()
    options.said = [a for i, a in enumerate(sys.argv[1:]) if "--scratch" not in sys.argv[i:i + 2]]
    wanted = [name for name in options.only.split(",") if name] or list(MEASURES)
    if set(wanted) - set(MEASURES):
        sys.exit("bench: there are " + ", ".join(MEASURES))
    base = pathlib.Path(options.scratch or options.build).resolve()
    base.mkdir(parents=True, exist_ok=True)
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="measure-", dir=base))
    began, load = time.monotonic(), load_now()
    run = Run(options, scratch)
    try:
        for name in wanted:
            MEASURES[name](run)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    text = table(run, began, (load, load_now()))
    print(text)
    if options.write:
        write_table(text)


if __name__ == "__main__":
    main()
