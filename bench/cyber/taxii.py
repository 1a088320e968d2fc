#!/usr/bin/python3
"""Measures TAXII pages and the memory of the node that serves them, and prints a table: bench/README.md says what each number means.

    meson setup build-bench -Dbench=true && ninja -C build-bench
    bench/cyber/taxii.py --build build-bench                     pages of 100 and of 1,000 objects, plain and TLS: about two minutes
    bench/cyber/taxii.py --build build-bench --objects 1000000   and the memory with a million: a quarter of an hour and 4 GB of disk more

Each page is asked for by 64 clients with a token, and the same bytes of nginx as a file, by turns; ours over nginx's is the ratio. nginx and wrk are needed.
"""
import argparse
import contextlib
import http.client
import json
import os
import pathlib
import re
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(TOP / "bench"))
import core  # noqa: E402
import web  # noqa: E402
from core import say, thousands  # noqa: E402

CLIENTS, SECONDS, TURNS = 64, 4, 3
TYPE = "application/taxii+json;version=2.1"


def cli(run, node, *args):
    return subprocess.run([run.build / "entente", "-C", node, *args], check=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True).stdout


def set_conf(node, key, value):
    conf = node / "entente.conf"
    lines = [x for x in conf.read_text().splitlines() if not x.startswith(key + " ")]
    conf.write_text("\n".join([*lines, f"{key} {value}"]) + "\n")


def ask(address, path, token, tls):
    host, port = address.rsplit(":", 1)
    if tls:
        context = ssl._create_unverified_context()
        c = http.client.HTTPSConnection(host, int(port), timeout=60, context=context)
    else:
        c = http.client.HTTPConnection(host, int(port), timeout=60)
    c.request("GET", path, headers={"Host": address, "Accept": TYPE, "Authorization": f"Bearer {token}"})
    answer = c.getresponse()
    body = answer.read()
    c.close()
    if answer.status != 200:
        sys.exit(f"bench: {path}: {answer.status} {body[:300]}")
    return body


@contextlib.contextmanager
def nginx(run, body, tls):
    """The same bytes from a file, with a key of the same kind as the node's."""
    path = run.place("nginx")
    (path / "www").mkdir()
    (path / "www" / "page").write_bytes(body)
    address = core.free_address()
    secure = ""
    if tls:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-keyout", path / "key", "-out", path / "cert"], check=True, stderr=subprocess.DEVNULL)
        secure = f"ssl_certificate {path}/cert; ssl_certificate_key {path}/key;"
    (path / "conf").write_text(f"""
daemon off; pid {path}/pid; error_log {path}/error.log; worker_processes 2; user root;
events {{ worker_connections 1024; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type application/taxii+json; etag on;
 client_body_temp_path {path}/b; proxy_temp_path {path}/p; fastcgi_temp_path {path}/f; uwsgi_temp_path {path}/u; scgi_temp_path {path}/s;
 server {{ listen {address}{" ssl" if tls else ""}; {secure} root {path}/www; add_header X-Content-Type-Options nosniff;
  add_header Cache-Control "private, no-cache"; }} }}
""")
    p = subprocess.Popen([web_server(), "-p", path, "-c", path / "conf"], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                web.socket.create_connection(address.rsplit(":", 1), timeout=1).close()
                break
            time.sleep(0.05)
        yield address, p
    finally:
        p.terminate()
        p.wait(10)
        shutil.rmtree(path)


def web_server():
    return shutil.which("nginx") or ("/usr/sbin/nginx" if os.path.exists("/usr/sbin/nginx") else None)


def load(address, path, token, tls, pid):
    """Requests a second, and microseconds of the server's processor for each."""
    cpu = web.cpu_of(pid)
    out = subprocess.run(["wrk", "-t2", f"-c{CLIENTS}", f"-d{SECONDS}s", "-H", f"Authorization: Bearer {token}", "-H", f"Accept: {TYPE}",
                          f"http{'s' if tls else ''}://{address}{path}"], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout
    if re.search(r"Non-2xx.*: [1-9]", out):
        sys.exit(f"bench: some were refused: {out}")
    requests = int(re.search(r"(\d+) requests in", out).group(1))
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), 1e6 * (web.cpu_of(pid) - cpu) / max(requests, 1)


def measure_pages(run, site, tls):
    with core.served(run, site["node"], run.scratch / "serve.log", "--no-pull") as (process, _):
        for n in (100, 1000):
            path = f"/taxii2/{site['coalition']}/real/collections/all/objects/?limit={n}"
            body = ask(site["address"], path, site["token"], tls)
            got = len(json.loads(body)["objects"])
            if got != n:
                sys.exit(f"bench: {got} objects in a page of {n}")
            with nginx(run, body, tls) as (address, peer):
                ours, theirs = [], []
                for _ in range(TURNS):
                    theirs.append(load(address, "/page", site["token"], tls, peer.pid))
                    ours.append(load(site["address"], path, site["token"], tls, process.pid))
            rate, cpu = (statistics.median(x) for x in zip(*ours))
            other, other_cpu = (statistics.median(x) for x in zip(*theirs))
            run.row(f"page of {thousands(n)} objects ({len(body):,} bytes), {CLIENTS} clients, {'TLS' if tls else 'plain'}",
                    f"{thousands(rate)}/s, {rate * len(body) / 1e6:,.0f} MB/s; {cpu:.0f} µs CPU each",
                    f"nginx, the same bytes from a file: {thousands(other)}/s, {other * len(body) / 1e6:,.0f} MB/s; {other_cpu:.0f} µs CPU",
                    f"{rate / other:.2f} wall, {other_cpu / cpu:.2f} CPU", "≥ 0.8", rate / other >= 0.8)


def measure_memory(run, site):
    """64 clients, each going through pages of its own, and all through one."""
    script = run.scratch / "walk.lua"
    base = f"/taxii2/{site['coalition']}/real/collections/all/objects/?limit=1000"
    with core.served(run, site["node"], run.scratch / "serve.log", "--no-pull") as (process, _):
        paths, token = [base], ""
        while len(paths) < 200:
            page = json.loads(ask(site["address"], base + token, site["token"], False))
            if not page.get("more"):
                break
            token = f"&next={page['next']}"
            paths.append(base + token)
        script.write_text("local p = {" + ",".join(json.dumps(p) for p in paths) + "}\nlocal i = math.random(#p)\n"
                          "request = function() i = i % #p + 1; return wrk.format('GET', p[i]) end\n")
        out = subprocess.run(["wrk", "-t2", f"-c{CLIENTS}", "-d20s", "-s", script, "-H", f"Authorization: Bearer {site['token']}", "-H", f"Accept: {TYPE}",
                              f"http://{site['address']}"], check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True).stdout
        if re.search(r"Non-2xx.*: [1-9]", out):
            sys.exit(f"bench: some were refused: {out}")
        m = core.memory(process)
        rate = float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
    run.row(f"memory with {thousands(site['objects'])} objects, {CLIENTS} clients in {len(paths)} pages of 1,000",
            f"{m['VmHWM']:.0f} MiB at most, {m['RssAnon']:.0f} MiB anonymous; {thousands(rate)} pages/s", "", "", "< 150 MB",
            m["VmHWM"] * 1.048576 < 150)


def site_make(run, objects):
    name = f"site{objects}"
    path, pages = core.found(run, name)
    say(f"{objects} objects go in")
    say("  " + subprocess.run([run.build / "bench" / "cyber" / "bench_ingest", "fill", path, str(objects)], check=True, stdout=subprocess.PIPE,
                              text=True).stdout.strip())
    node = path / "a"
    words = path / "password"
    words.write_text(web.PASSWORD + "\n")
    words.chmod(0o600)
    cli(run, node, "user", "add", "edi", "--role", "administrator", "--clearance", "*", "--pass-file", str(words))
    token = json.loads(cli(run, node, "token", "new", "bench", "--user", "edi", "--role", "cyber=reader", "--json"))["token"]
    return {"node": node, "address": pages[0], "token": token, "objects": objects,
            "coalition": json.loads(cli(run, node, "status", "--json"))["coalitions"][0]["coalition"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build-bench", help="build directory, made with -Dbench=true")
    parser.add_argument("--objects", type=int, default=0, help="measure the memory with so many, too")
    options = parser.parse_args()
    options.said = sys.argv[1:]
    if not shutil.which("wrk") or not web_server():
        sys.exit("bench: wrk and nginx are needed")
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="taxii-", dir=pathlib.Path(options.build).resolve()))
    began, busy = time.monotonic(), core.load_now()
    run = core.Run(options, scratch)
    try:
        site = site_make(run, 5000)
        measure_pages(run, site, False)
        set_conf(site["node"], "tls", "yes")
        measure_pages(run, site, True)
        if options.objects:
            measure_memory(run, site_make(run, options.objects))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print(core.table(run, began, (busy, core.load_now())).replace("bench/core.py", "bench/cyber/taxii.py"))


if __name__ == "__main__":
    main()
