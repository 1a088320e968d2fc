#!/usr/bin/env python3
"""Runs every test: checks, unit tests on both stores, real nodes, sanitizers, fuzzers within a budget.

    tools/test.py                 everything, about 45 minutes on two cores
    tools/test.py checks unit     only these stages (checks unit node asan tsan fuzz)
    FUZZ_SECONDS=600 SIM_SEEDS=10000 ORDERS=100000 KILL_ROUNDS=500 tools/test.py fuzz unit node

FUZZ_SECONDS is for each fuzzer. SANITIZED=sqlite: what runs once on each store runs under ASan on SQLite alone, except the store's own tests. SIM_SEEDS: so many runs of the simulator beside those of every run, from SIM_FROM on (default 1); ORDERS: so many random
orders of delivery of the pact; KILL_ROUNDS: test/node/test_kill.py.

The last line says `N passed, N failed, N skipped`.
"""
import json
import os
import pathlib
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor

TOP = pathlib.Path(__file__).resolve().parent.parent
PYTHON = "/usr/bin/python3"
JOBS = str(os.cpu_count() or 2)

passed, failed, skipped = [], [], []


def say(text):
    print(f"\033[1m== {text}\033[0m" if sys.stdout.isatty() else f"== {text}", flush=True)


def run(command, **options):
    options.setdefault("cwd", TOP)
    return subprocess.run(command, stdin=subprocess.DEVNULL, **options).returncode


def one(name, command, **options):
    """A single check: passed or failed by its exit code."""
    code = run(command, **options)
    (passed if code == 0 else failed).append(name)
    if code:
        print(f"FAILED {name}: {' '.join(map(str, command))[:200]}", flush=True)
    return code == 0


def quiet(name, command):
    """Like one(), for many at a time: what it printed is shown only when it failed, and whole."""
    done = subprocess.run(command, cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        errors="replace")
    (passed if done.returncode == 0 else failed).append(name)
    if done.returncode:
        print(f"{done.stdout}FAILED {name}: {' '.join(map(str, command))[:200]}", flush=True)


def set_up(directory, compiler, *options):
    environment = dict(os.environ, CC=compiler)
    if not (TOP / directory / "build.ninja").exists():
        code = run(["meson", "setup", directory, *options], env=environment, stdout=subprocess.DEVNULL)
        if code:
            run(["tail", "-40", f"{directory}/meson-logs/meson-log.txt"])
            failed.append(f"{directory} setup")
            return False
    return True


def build(directory, compiler, *options, targets=()):
    return set_up(directory, compiler, *options) and one(f"{directory} build", ["ninja", "-C", directory, "-j", JOBS, "--quiet", *targets])


def meson_tests(directory, *options, wrap=()):
    log = TOP / directory / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    code = run([*wrap, "meson", "test", "-C", directory, "--no-rebuild", "--print-errorlogs", "--num-processes", JOBS, *options])
    if not log.exists():
        failed.append(f"{directory}: no test ran")
        return
    before = len(failed)
    for line in log.read_text().splitlines():
        test = json.loads(line)
        where = {"OK": passed, "EXPECTEDFAIL": passed, "SKIP": skipped}.get(test["result"], failed)
        where.append(f"{directory}: {test['name']}")
    if code and len(failed) == before:
        failed.append(f"{directory}: meson test ended with {code}")


# Tests of one file share their nodes; files go side by side, because most of a test is waiting.
SIDE_BY_SIDE = ["-n", str(int(JOBS) + 1), "--dist", "loadfile"]


def pytests(label, paths, environment):
    report = TOP / "build" / f"pytest-{label}.xml"
    report.unlink(missing_ok=True)
    code = run([PYTHON, "-m", "pytest", "-q", "-rs", "--no-header", "-p", "no:cacheprovider", *SIDE_BY_SIDE,
        f"--junitxml={report}", *paths],
        env=environment)
    if not report.exists():
        failed.append(f"{label}: pytest did not run")
        return
    before = len(failed)
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            failed.append(name)
        elif case.find("skipped") is not None:
            skipped.append(name)
        else:
            passed.append(name)
    if code and len(failed) == before:
        failed.append(f"{label}: pytest ended with {code}")


def sources():
    listed = subprocess.run(["git", "ls-files", "src/*.[ch]", "test/*.[ch]", "bench/*.[ch]", "solve/*.[ch]"], cwd=TOP,
        capture_output=True, text=True).stdout.split()
    if not listed:
        sys.exit("the sources are listed by git: this is no checkout")
    return [name for name in listed if (TOP / name).exists()]


def stage_checks():
    one("layers", [PYTHON, "tools/layers.py"])
    one("format", ["clang-format", "--dry-run", "--Werror", *sources()])


def stage_unit():
    if build("build", "gcc", "-Dbench=true"):
        meson_tests("build", "--no-suite", "node", wrap=[PYTHON, "tools/pgtest.py"])
        long_run("simulator", "SIM_SEEDS",
            lambda n: ["build/test/sim/simrun", "--seeds", n, "--from", os.environ.get("SIM_FROM", "1")])
        long_run("standing, random orders", "ORDERS", lambda n: ["build/test/unit/pact/test_pact_standing_random", n])


def long_run(name, variable, command):
    """As many as there is time for, if somebody asks for it."""
    n = os.environ.get(variable)
    if n is not None:
        one(f"{name}, {variable}={n}", command(n))


def stage_node():
    if build("build", "gcc", "-Dbench=true"):
        environment = dict(os.environ, ENTENTE_BUILD=str(TOP / "build"),
            GUARDSERVER=str(TOP / "build" / "test" / "node" / "guardserver"), PYTHONDONTWRITEBYTECODE="1")
        for folder in ("node", "interop", "taxii", "web"):
            if list((TOP / "test" / folder).glob("test_*.py")):
                pytests(folder, [f"test/{folder}"], environment)


# The shell is script that no sanitizer sees.
ASAN = ["-Db_sanitize=address,undefined", "-Db_lundef=false", "-Dfuzz=true", "-Dui=disabled"]


def sanitized():
    """The unit tests to run, by name; none: all of them."""
    if os.environ.get("SANITIZED", "all") == "all":
        return []
    listed = subprocess.run(["meson", "introspect", "build-asan", "--tests"], cwd=TOP, capture_output=True, text=True, check=True).stdout
    return [t["name"] for t in json.loads(listed) if t["name"].startswith("db/") or not t["name"].endswith(" postgres")]


def stage_asan():
    if build("build-asan", "clang", *ASAN):
        meson_tests("build-asan", "--no-suite", "node", "--no-suite", "sim", "--timeout-multiplier", "6", *sanitized())
        one("simulator under ASan", ["build-asan/test/sim/simrun", "--seeds", "15", "--quiet"])
        one("demo under ASan", ["build-asan/entente", "demo", "--once"], stdout=subprocess.DEVNULL)


# What has threads: the server and its clients, the write queue, and the whole program.
THREADED = {"net/server": "test/unit/net/test_server", "net/client": "test/unit/net/test_client",
    "node/queue sqlite": "test/unit/node/test_node_queue"}


def stage_tsan():
    if build("build-tsan", "clang", "-Db_sanitize=thread", "-Db_lundef=false", "-Dui=disabled",
            targets=["entente", "solve/entente-solve-glpk", "solve/entente-solve-cbc", *THREADED.values()]):
        os.environ["TSAN_OPTIONS"] = "halt_on_error=1"
        meson_tests("build-tsan", *THREADED, "--timeout-multiplier", "6")
        one("demo under TSan", ["build-tsan/entente", "demo", "--once"], stdout=subprocess.DEVNULL)


def stage_fuzz():
    if not build("build-asan", "clang", *ASAN):
        return
    seconds = os.environ.get("FUZZ_SECONDS", "5")
    commands = []
    for target in sorted((TOP / "build-asan" / "test" / "fuzz").glob("fuzz_*")):
        if not os.access(target, os.X_OK) or target.is_dir():
            continue
        name = target.name.removeprefix("fuzz_")
        found = TOP / "build-asan" / "corpus" / name
        found.mkdir(parents=True, exist_ok=True)
        seeds = TOP / "test" / "fuzz" / "corpus" / name
        commands.append((f"fuzz {name}", [target, f"-max_total_time={seconds}", "-timeout=10", "-rss_limit_mb=2048",
            "-verbosity=0", "-print_final_stats=0", f"-artifact_prefix={found.parent}/", found,
            *([seeds] if seeds.is_dir() else [])]))
    with ThreadPoolExecutor(max_workers=int(JOBS)) as pool:
        list(pool.map(lambda job: quiet(*job), commands))


STAGES = {"checks": stage_checks, "unit": stage_unit, "node": stage_node, "asan": stage_asan, "tsan": stage_tsan,
    "fuzz": stage_fuzz}


def main():
    wanted = sys.argv[1:] or list(STAGES)
    unknown = [name for name in wanted if name not in STAGES]
    if unknown:
        sys.exit(f"no such stage: {' '.join(unknown)}; there are: {' '.join(STAGES)}")
    for name in wanted:
        began = time.monotonic()
        say(name)
        STAGES[name]()
        say(f"{name}: {time.monotonic() - began:.0f} s")
    for name in failed:
        print(f"FAILED {name}")
    for name in skipped:
        print(f"skipped {name}")
    print(f"{len(passed)} passed, {len(failed)} failed, {len(skipped)} skipped")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
