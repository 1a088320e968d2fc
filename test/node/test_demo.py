"""`entente demo --once`: what a newcomer runs first works on both stores, checks each thing it says, and leaves nothing behind."""

import os
import re
import signal
import subprocess
import time

import pytest

from entente import ENTENTE, environment

SECONDS = 300
CLAIMS = 60  # it may say more, never less
SAID = [
    "it names the four fields of cooperation",
    "in force on all four nodes",
    "Bulgaria is not a member, has signed nothing; one says it will, one that nothing is decided",
    "FICTION",
    "ratified 2 of 3, KOS missing",
    "ratified 3 of 3: a member, on all four nodes",
    "not one byte of it on its disk",
    "nothing is lost, nothing is double",
    "knows nothing of the second coalition",
    "has found the fork, and shows it with the proof",
    "convinces anybody offline",
]


def demo(tmp_path, *args, **extra):
    work = tmp_path / "tmp"
    work.mkdir()
    env = dict(environment(tmp_path), TMPDIR=str(work), **extra)
    return subprocess.Popen([ENTENTE, "demo", *args], cwd=tmp_path, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True), work


def finish(process):
    try:
        return process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        process.terminate()
        out, err = process.communicate(timeout=60)
        raise AssertionError(f"the demo does not end\n{out}\n{err}") from None


def children_in(directory):
    """Processes that still have their files below a directory."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                if str(directory).encode() in f.read():
                    found.append(int(pid))
        except OSError:
            continue
    return found


def check_whole(out, err, status):
    assert status == 0, f"exit {status}\n{out}\n{err}"
    last = re.search(r"^(\d+) claims, all hold\.$", out, re.M)
    assert last and int(last.group(1)) >= CLAIMS, out
    assert len(re.findall(r"^  ok  ", out, re.M)) == int(last.group(1))
    for text in SAID:
        assert text in out, text
    assert "\033" not in out, "colours off a terminal"


def check_clean(work):
    assert list(work.iterdir()) == []
    assert children_in(work) == []


def test_on_sqlite(program, tmp_path):
    process, work = demo(tmp_path, "--once")
    out, err = finish(process)
    check_whole(out, err, process.returncode)
    check_clean(work)


def test_on_postgres(program, tmp_path, postgres):
    process, work = demo(tmp_path, "--once", "--database", "postgres", ENTENTE_TEST_POSTGRES=postgres.url)
    out, err = finish(process)
    check_whole(out, err, process.returncode)
    check_clean(work)
    left = subprocess.run(["psql", "-q", "-X", "-A", "-t", postgres.url, "-c",
                           "SELECT datname FROM pg_database WHERE datname LIKE 'entente_demo_%'"],
                          check=True, capture_output=True, text=True).stdout
    assert f"entente_demo_{process.pid}_" not in left


def test_ends_by_itself_without_a_terminal(program, tmp_path):
    process, work = demo(tmp_path, "--keep", "--dir", str(tmp_path / "kept"))
    out, err = finish(process)
    check_whole(out, err, process.returncode)
    assert (tmp_path / "kept" / "ALB" / "entente.conf").exists()
    assert children_in(tmp_path / "kept") == []
    check_clean(work)


def test_a_file_of_ones_own_arrives_whole(program, tmp_path):
    path = tmp_path / "given.bin"
    path.write_bytes(os.urandom(8 << 20))
    process, work = demo(tmp_path, "--once", ENTENTE_DEMO_FILE=str(path))
    out, err = finish(process)
    check_whole(out, err, process.returncode)
    assert f"with its file, {8 << 20} bytes, the same to the last" in out
    check_clean(work)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_in_the_middle_it_cleans_up(program, tmp_path, number):
    process, work = demo(tmp_path, "--once")
    for line in process.stdout:
        if "in force on all four nodes" in line:
            break
    assert children_in(work), "no node was running"
    process.send_signal(number)
    out, err = finish(process)
    assert process.returncode != 0 and "interrupted" in err, err
    check_clean(work)


def test_killed_it_takes_its_nodes_along(program, tmp_path):
    process, work = demo(tmp_path, "--once")
    for line in process.stdout:
        if "in force on all four nodes" in line:
            break
    assert children_in(work)
    process.kill()
    process.communicate(timeout=30)
    deadline = time.monotonic() + 30
    while children_in(work) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert children_in(work) == []


def test_never_into_a_directory_that_is_there(program, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "keep.txt").write_text("mine")
    process, _ = demo(tmp_path, "--once", "--dir", str(tmp_path / "mine"))
    _, err = finish(process)
    assert process.returncode != 0, err
    assert (tmp_path / "mine" / "keep.txt").read_text() == "mine"
