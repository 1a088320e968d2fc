#!/usr/bin/python3
"""Runs a command with a PostgreSQL server of its own.

    tools/pgtest.py COMMAND [ARGUMENT...]

Makes a cluster in a temporary directory, puts ENTENTE_TEST_POSTGRES=postgres://… into the command's
environment, runs it, stops and removes the cluster, and returns the command's exit status. The server
listens on a Unix socket in that directory and on a free port of 127.0.0.1, for anybody on this machine, so it
is for tests only; fsync is off. If ENTENTE_TEST_POSTGRES is set already, the command is simply run. Without PostgreSQL's server programs it exits with 77 (meson: skipped).
"""

import glob
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

SKIP = 77
START_TRIES = 5
START_SECONDS = 60


def programs():
    """The bin directory of the newest PostgreSQL, or None."""
    found = glob.glob("/usr/lib/postgresql/*/bin/initdb")
    if found:
        newest = max(found, key=lambda p: int(re.search(r"/(\d+)", p).group(1)))
        return os.path.dirname(newest)
    initdb = shutil.which("initdb")
    return os.path.dirname(initdb) if initdb else None


def server_user():
    """initdb refuses to run as root: then (uid, gid, name) of another user, else None."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid, name
        except KeyError:
            continue
    sys.exit("pgtest: no user to run the server as")


def as_user(user):
    """Keyword arguments for subprocess that run a program as `user`."""
    if user is None:
        return {}
    return {"user": user[0], "group": user[1], "extra_groups": []}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def cluster_make(bin_dir, base, user):
    log = os.path.join(base, "initdb.log")
    with open(log, "wb") as out:
        rc = subprocess.call(
            [os.path.join(bin_dir, "initdb"), "-D", os.path.join(base, "data"), "-U", "entente",
             "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
            stdout=out, stderr=out, cwd=base, **as_user(user))
    if rc != 0:
        sys.exit("pgtest: initdb failed:\n" + open(log, encoding="utf-8", errors="replace").read())


def server_start(bin_dir, base, user):
    """The running server and its port. Another program may take the port first: then again with another."""
    log = os.path.join(base, "server.log")
    for _ in range(START_TRIES):
        port = free_port()
        with open(log, "wb") as out:
            server = subprocess.Popen(
                [os.path.join(bin_dir, "postgres"), "-D", os.path.join(base, "data"),
                 "-k", base, "-p", str(port), "-h", "127.0.0.1",
                 "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=200",
                 "-c", "shared_buffers=64MB", "-c", "max_wal_size=256MB"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, cwd=base, start_new_session=True,
                **as_user(user))
        deadline = time.monotonic() + START_SECONDS
        while server.poll() is None and time.monotonic() < deadline:
            ready = subprocess.call(
                [os.path.join(bin_dir, "pg_isready"), "-q", "-h", base, "-p", str(port)])
            if ready == 0 and server.poll() is None:
                return server, port
            time.sleep(0.05)
        server_stop(server)
    sys.exit("pgtest: the server does not start:\n"
             + open(log, encoding="utf-8", errors="replace").read())


def server_stop(server):
    if server.poll() is None:
        server.send_signal(signal.SIGINT)  # "fast": ends sessions, writes nothing half
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.send_signal(signal.SIGQUIT)
            server.wait()


def command_run(command, url):
    try:
        child = subprocess.Popen(command, env=dict(os.environ, ENTENTE_TEST_POSTGRES=url))
    except OSError as error:
        print(f"pgtest: {error}", file=sys.stderr)
        return 127
    # A signal to us goes on to the command; the server is stopped afterwards in any case.
    for sig in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(sig, lambda number, frame: child.send_signal(number))
    rc = child.wait()
    return rc if rc >= 0 else 128 - rc


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__.strip())
    if "ENTENTE_TEST_POSTGRES" in os.environ:
        return command_run(sys.argv[1:], os.environ["ENTENTE_TEST_POSTGRES"])
    bin_dir = programs()
    if not bin_dir:
        print("pgtest: no PostgreSQL server on this machine, skipped", file=sys.stderr)
        return SKIP
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    user = server_user()
    # A Unix socket's path may have about 100 bytes, so the short directory.
    base = tempfile.mkdtemp(prefix="pgtest-", dir="/tmp" if os.path.isdir("/tmp") else None)
    try:
        if user:
            os.chown(base, user[0], user[1])
        cluster_make(bin_dir, base, user)
        server, port = server_start(bin_dir, base, user)
        try:
            return command_run(sys.argv[1:], f"postgres://entente@127.0.0.1:{port}/postgres")
        finally:
            server_stop(server)
    finally:
        shutil.rmtree(base, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
