#!/usr/bin/python3
"""Measures the pages and the API and writes a table: bench/README.md says what each number means.

    meson setup build-bench -Dbench=true && ninja -C build-bench
    bench/web.py --build build-bench                      everything, about five minutes
    bench/web.py --build build-bench --only load,reads
    bench/web.py --build build-bench --write              and put the table into bench/README.md
"""
import argparse
import contextlib
import http.client
import json
import os
import pathlib
import re
import selectors
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / "bench"))
import core  # noqa: E402
from core import say, thousands  # noqa: E402

PASSWORD = "correct horse battery staple"
MARK, END = "### Pages, last measured", "### (end of pages)"
READERS = 200        # people whose tokens take turns: each may ask 1,200 times a minute
VIEWERS_PER_ADDRESS = 200


class Site:
    """Node a of a coalition with many records, served; people and tokens."""

    def __init__(self, run, records):
        self.run, self.records = run, records
        self.path, pages = core.found(run, "site")
        self.address, self.node = pages[0], self.path / "a"
        run.core("fill", self.path, records, "single", core.SINGLE_BYTES)
        conf = self.node / "entente.conf"
        conf.write_text(re.sub(r"(?m)^connections .*$", "connections 4096", conf.read_text()))
        self.words = self.path / "password"
        self.words.write_text(PASSWORD + "\n")
        self.words.chmod(0o600)
        self.user("edi", "administrator")
        self.coalition = json.loads(self.cli("status", "--json"))["coalitions"][0]["coalition"]

    def cli(self, *args):
        return subprocess.run([self.run.build / "entente", "-C", self.node, *args], check=True, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True).stdout

    def user(self, name, role):
        self.cli("user", "add", name, "--role", role, "--clearance", "*", "--pass-file", str(self.words))

    def token(self, user, role):
        return json.loads(self.cli("token", "new", "bench", "--user", user, "--role", role, "--json"))["token"]

    def browse(self, scene, **job):
        return browse(self.run, scene, base=f"http://{self.address}", coalition=self.coalition, **job)


def browse(run, scene, **job):
    """One scene of web.mjs: the process; its lines are JSON. None if the programs for it are missing."""
    modules = next((p for p in (TOP / "ui", run.build / "web-test") if (p / "node_modules" / "playwright-core").exists()), None)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not modules or not chromium or not shutil.which("node"):
        return None
    p = subprocess.Popen(["node", TOP / "test" / "web" / "drive.mjs", modules], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    p.stdin.write(json.dumps({"scene": scene, "chromium": chromium, "scenes": str(TOP / "bench" / "web.mjs"), "user": "edi", "password": PASSWORD, **job}))
    p.stdin.close()
    p.stdin = None
    return p


def result(p):
    line = p.stdout.readline()
    p.wait(60)
    if not line:
        sys.exit("bench: the browser has failed")
    return json.loads(line)


def percentile(values, part):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * part))]


# ---- first load ----

@contextlib.contextmanager
def three(run):
    """Three members with names that are on the map, served, with a user at the first."""
    os.environ["ENTENTE_BUILD"] = str(run.build)
    sys.path.insert(0, str(TOP / "test" / "node"))
    import entente
    c = entente.Coalition(run.place("three"), entente.Sqlite())
    try:
        c.found(["ALB", "HRV", "KOS"])
        c.sign_all()
        words = c.path / "password"
        words.write_text(PASSWORD + "\n")
        c["ALB"].run("user", "add", "edi", "--role", "administrator", "--clearance", "*", "--pass-file", words)
        yield c
    finally:
        c.close()


def measure_load(run, _):
    with three(run) as c:
        p = browse(run, "load", base=f"http://127.0.0.1:{c['ALB'].port}", coalition=c.id, times=7)
        if p is None:
            run.row("first load", "not measured: no Chromium, Node.js or playwright-core here")
            return
        got = result(p)
    home, with_map = got["home"]["shell"], got["map"]["shell"]
    run.row("first load of Home, gzipped", f"{home / 1000:.1f} kB in {got['home']['files']} files; the API's answers {got['home']['api'] / 1000:.1f} kB",
            f"deepest file of the shell: {got['home']['deepest']} request(s) behind the page", "", "< 120 kB, one chain",
            home < 120_000 and got["home"]["deepest"] <= 1)
    run.row("and the first page with a map", f"{with_map / 1000:.1f} kB in all", "", "", "< 180 kB", with_map < 180_000)
    each = {k: [t[k] for t in got["times"]] for k in ("paint", "heading", "interactive")}
    run.row("Home with an empty cache, headless Chromium", f"interactive after {statistics.median(each['interactive']):.0f} ms (median of 7; "
            f"slowest {max(each['interactive']):.0f})", f"first paint {statistics.median(each['paint']):.0f} ms, heading {statistics.median(each['heading']):.0f} ms")


# ---- a long list ----

def measure_scroll(run, site):
    p = site.browse("scroll", records=site.records, seconds=6)
    if p is None:
        run.row("long list", "not measured: no Chromium, Node.js or playwright-core here")
        return
    got = result(p)
    if got["loaded"] < site.records:
        sys.exit(f"bench: only {got['loaded']} records came into the list")
    times = got["times"]
    fps = 1000 * len(times) / sum(times)
    late = sum(t > 25 for t in times) / len(times)
    run.row(f"list of {thousands(got['loaded'])} records, scrolled by 240 px a frame",
            f"{fps:.1f} frames/s; p99 {percentile(times, 0.99):.0f} ms, {100 * late:.1f} % later than 25 ms; {got['cpu_ms']:.1f} ms CPU of the page's thread a frame",
            f"without a row in its middle: {got['empty']} of {len(times)} frames; filtering all takes {got['filter']:.0f} ms", "", "60 frames/s", fps >= 59)
    run.row("the same, until all were in it", f"{got['load_s']:.0f} s, {site.records / got['load_s']:,.0f} records/s in pages of 200")


# ---- viewers ----

class Viewers:
    """Many live streams in one thread: when each was told of what."""

    def __init__(self, site, tokens, n):
        self.selector, self.sockets, self.told = selectors.DefaultSelector(), [], {}
        host, port = site.address.rsplit(":", 1)
        for i in range(n):
            s = socket.create_connection((host, int(port)), timeout=20, source_address=(f"127.0.0.{2 + i // VIEWERS_PER_ADDRESS}", 0))
            s.sendall(f"GET /events HTTP/1.1\r\nHost: {site.address}\r\nAuthorization: Bearer {tokens[i % len(tokens)]}\r\n\r\n".encode())
            self.sockets.append(s)
        for s in self.sockets:
            head = s.recv(65536)
            if b" 200 " not in head.split(b"\r\n")[0]:
                sys.exit(f"bench: a viewer is refused: {head[:200]}")
            s.setblocking(False)
            self.selector.register(s, selectors.EVENT_READ)

    def watch(self, seconds, until=None):
        end = time.time() + seconds
        while time.time() < end and not (until and until()):
            for key, _ in self.selector.select(0.02):
                with contextlib.suppress(BlockingIOError):
                    data = key.fileobj.recv(65536)
                    now = time.time()
                    for m in re.finditer(rb'"object":"([a-z2-7.]+)"', data):
                        self.told.setdefault(m.group(1).decode(), []).append(now)

    def close(self):
        for s in self.sockets:
            s.close()


def post_note(site, token, title):
    host, port = site.address.rsplit(":", 1)
    c = http.client.HTTPConnection(host, int(port), timeout=30)
    body = json.dumps({"audience": [], "content": {"title": title, "text": "x"}})
    c.request("POST", f"/api/v1/coalitions/{site.coalition}/records", body, {"Host": site.address, "Authorization": f"Bearer {token}",
                                                                              "Content-Type": "application/json"})
    answer = c.getresponse()
    made = json.loads(answer.read())
    now = time.time()
    c.close()
    if answer.status != 201:
        sys.exit(f"bench: {answer.status} {made}")
    return made["object"], now


def measure_viewers(run, site):
    n, events = run.options.viewers, 60
    process = site.process
    tokens = []
    for i in range(4):
        site.user(f"viewer{i}", "contributor")
        tokens.append(site.token(f"viewer{i}", "records=contributor,pact=reader"))
    post_note(site, tokens[0], "warm")
    time.sleep(1)
    before = core.memory(process)
    viewers = Viewers(site, tokens, n)
    viewers.watch(3)
    after = core.memory(process)
    each = 1024 * (after["RssAnon"] - before["RssAnon"]) / n
    run.row(f"{thousands(n)} live viewers", f"{each:.1f} KiB each; {after['VmRSS']:.0f} MiB in all", f"before them {before['VmRSS']:.0f} MiB", "",
            "< 32 KiB", each < 32)
    late, made = [], []
    for i in range(events):
        made.append(post_note(site, tokens[0], f"told-{i}"))
        viewers.watch(0.5, lambda: len(viewers.told.get(made[-1][0], [])) >= n)
    viewers.watch(2)
    for obj, at in made:
        got = viewers.told.get(obj, [])
        if len(got) != n:
            sys.exit(f"bench: {len(got)} of {n} viewers were told of {obj}")
        late += [max(0.0, t - at) for t in got]
    run.row(f"acknowledged until told, to each of {thousands(n)} ({events} events)",
            f"p50 {1e3 * percentile(late, 0.5):.0f} ms, p99 {1e3 * percentile(late, 0.99):.0f} ms, longest {1e3 * max(late):.0f} ms",
            "one Python thread reads them all", "", "p99 < 200 ms", percentile(late, 0.99) < 0.2)
    p = site.browse("screen", mark="screen", count=40)
    if p is not None:
        json.loads(p.stdout.readline())
        acknowledged = {}
        for i in range(40):
            acknowledged[f"screen-{i}"] = post_note(site, tokens[1], f"screen-{i}")[1]
            viewers.watch(0.7)
        shown = result(p)["shown"]
        screen = [max(0.0, shown[k] / 1e3 - at) for k, at in acknowledged.items() if k in shown]
        if len(screen) < 40:
            sys.exit(f"bench: the page has shown {len(screen)} of 40")
        run.row("acknowledged until on the screen of one more, a browser (40 events)",
                f"p50 {1e3 * percentile(screen, 0.5):.0f} ms, p99 {1e3 * percentile(screen, 0.99):.0f} ms", "the event, the list again, a frame", "",
                "p99 < 200 ms", percentile(screen, 0.99) < 0.2)
    viewers.close()


# ---- reads ----

@contextlib.contextmanager
def nginx(run, body, program):
    """The same bytes from a file, with as much of a head."""
    path = run.place("nginx")
    (path / "www").mkdir()
    (path / "www" / "page").write_bytes(body)
    address = core.free_address()
    (path / "conf").write_text(f"""
daemon off; pid {path}/pid; error_log {path}/error.log; worker_processes 2; user root;
events {{ worker_connections 1024; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type application/json; etag on;
 client_body_temp_path {path}/b; proxy_temp_path {path}/p; fastcgi_temp_path {path}/f; uwsgi_temp_path {path}/u; scgi_temp_path {path}/s;
 server {{ listen {address}; root {path}/www; add_header X-Content-Type-Options nosniff; add_header Cache-Control "private, no-cache"; }} }}
""")
    p = subprocess.Popen([program, "-p", path, "-c", path / "conf"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                socket.create_connection(address.rsplit(":", 1), timeout=1).close()
                break
            time.sleep(0.05)
        yield address, p
    finally:
        p.terminate()
        p.wait(10)


def cpu_of(pid):
    """Seconds of a process and its children."""
    total = 0.0
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            field = stat.read_text().rsplit(")", 1)[1].split()
            if int(stat.parent.name) == pid or int(field[1]) == pid:
                total += (int(field[11]) + int(field[12])) / os.sysconf("SC_CLK_TCK")
    return total


def wrk(run, address, path, script, pid, seconds=4):
    cpu = cpu_of(pid)
    out = subprocess.run(["wrk", "-t1", "-c8", f"-d{seconds}s", "-s", script, f"http://{address}{path}"], check=True, stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, text=True).stdout
    if re.search(r"Non-2xx.*: [1-9]", out):
        sys.exit(f"bench: some reads were refused: {out}")
    requests = int(re.search(r"(\d+) requests in", out).group(1))
    return requests / float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), requests, cpu_of(pid) - cpu


def measure_reads(run, site):
    server = shutil.which("nginx") or ("/usr/sbin/nginx" if os.path.exists("/usr/sbin/nginx") else None)
    if not shutil.which("wrk") or not server:
        run.row("API reads", "not measured: wrk and nginx are needed")
        return
    tokens = []
    for i in range(READERS):
        site.user(f"reader{i}", "reader")
        tokens.append(site.token(f"reader{i}", "records=reader,pact=reader"))
    script = run.scratch / "read.lua"
    script.write_text("local t = {" + ",".join(f'"Bearer {t}"' for t in tokens) + "}\nlocal i = 0\n"
                      'request = function() i = i % #t + 1; wrk.headers["Authorization"] = t[i]; return wrk.format("GET") end\n')
    record, _ = post_note(site, site.token("edi", "records=contributor"), "read again and again")
    for what, path in (("one record", f"/api/v1/coalitions/{site.coalition}/records/{record}"),
                       ("a page of 50 records", f"/api/v1/coalitions/{site.coalition}/records")):
        host, port = site.address.rsplit(":", 1)
        c = http.client.HTTPConnection(host, int(port), timeout=30)
        c.request("GET", path, headers={"Host": site.address, "Authorization": f"Bearer {tokens[0]}"})
        body = c.getresponse().read()
        c.close()
        with nginx(run, body, server) as (address, peer):
            ours, theirs = [], []
            for _ in range(2):  # by turns, so that both meet the same machine; the buckets of the readers hold a minute's requests
                theirs.append(wrk(run, address, "/page", script, peer.pid))
                ours.append(wrk(run, site.address, path, script, site.process.pid))
                time.sleep(20)
        shutil.rmtree(run.scratch / "nginx")
        rate, other = (statistics.median(r / s for s, r, _ in m) for m in (ours, theirs))
        cpu, other_cpu = (1e6 * sum(c for _, _, c in m) / sum(r for _, r, _ in m) for m in (ours, theirs))
        run.row(f"API reads: {what} ({len(body):,} bytes)", f"{thousands(rate)}/s; {cpu:.0f} µs CPU each",
                f"nginx, the same bytes from a file: {thousands(other)}/s; {other_cpu:.0f} µs CPU", f"{rate / other:.2f} wall, {other_cpu / cpu:.2f} CPU",
                "≥ 0.5", rate / other >= 0.5)


MEASURES = {"load": measure_load, "scroll": measure_scroll, "viewers": measure_viewers, "reads": measure_reads}


def write_table(text):
    readme = TOP / "bench" / "README.md"
    old = readme.read_text(encoding="utf-8")
    before, rest = old.split(MARK, 1)
    readme.write_text(before + MARK + "\n\n" + text + "\n" + rest[rest.index(END):], encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build-bench", help="build directory, made with -Dbench=true and the web shell")
    parser.add_argument("--records", type=int, default=100000)
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--only", default="", help="of " + ",".join(MEASURES))
    parser.add_argument("--write", action="store_true", help="put the table into bench/README.md")
    options = parser.parse_args()
    options.said = sys.argv[1:]
    wanted = [name for name in options.only.split(",") if name] or list(MEASURES)
    if set(wanted) - set(MEASURES):
        sys.exit("bench: there are " + ", ".join(MEASURES))
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="measure-", dir=pathlib.Path(options.build).resolve()))
    began, load = time.monotonic(), core.load_now()
    run = core.Run(options, scratch)
    try:
        site = Site(run, options.records)
        with core.served(run, site.node, scratch / "serve.log", "--no-pull") as (site.process, _):
            for name in wanted:
                say(name)
                MEASURES[name](run, site)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    text = core.table(run, began, (load, core.load_now())).replace("bench/core.py", "bench/web.py")
    print(text)
    if options.write:
        write_table(text)


if __name__ == "__main__":
    main()
