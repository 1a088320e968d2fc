"""Real nodes for tests: processes of the built program, on free ports of this machine, in directories of the test.

    t = coalition(["ALB", "HRV", "KOS"])          # fixture of conftest.py: founded, served, not yet signed
    t.sign_all()
    a = t["ALB"].put("text", to="HRV,KOS")
    t["HRV"].wait_record(a)

Whatever a test starts is ended with it, by process id. The log of each node is in <directory>/serve.log; conftest
prints it when a test fails.
"""

import json
import os
import pathlib
import random
import select
import signal
import socket
import subprocess
import time
import urllib.parse

from peer import Client

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("ENTENTE_BUILD", TOP / "build"))
ENTENTE = BUILD / "entente"
PATIENCE = float(os.environ.get("ENTENTE_PATIENCE", "30"))  # seconds until something that must happen has not

USAGE, BAD_INPUT, UNAVAILABLE, STATE, EXISTS, TRY_LATER, VERIFY, DENIED = 64, 65, 69, 70, 73, 75, 76, 77  # exit statuses

_ports = set()


def free_port():
    """Below those that the kernel gives to outgoing connections: a node that was down finds its own free again."""
    while True:
        port = random.randrange(12000, 32000)
        with socket.socket() as s:
            try:
                s.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in _ports:
            _ports.add(port)
            return port


def environment(home):
    return {"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC",
            **{k: v for k, v in os.environ.items() if k.endswith("SAN_OPTIONS")}}


def run(*args, cwd, status=0, stdin=None, binary=False, timeout=120):
    """Runs the program; the exit status must be `status` (None: any). Returns the finished process."""
    done = subprocess.run([ENTENTE, *map(str, args)], cwd=cwd, env=environment(cwd), capture_output=True,
                          input=stdin, stdin=subprocess.DEVNULL if stdin is None else None,
                          text=not binary, timeout=timeout)
    assert status is None or done.returncode == status, \
        f"entente {' '.join(map(str, args))}: exit {done.returncode}, not {status}\n{done.stdout}{done.stderr}"
    return done


def wait(check, what, seconds=PATIENCE):
    """The first true answer of check(); fails after `seconds`."""
    deadline, pause = time.monotonic() + seconds, 0.02
    while True:
        answer = check()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"after {seconds:g} s still not: {what() if callable(what) else what}"
        time.sleep(pause)
        pause = min(pause * 1.3, 0.2)


class Node:
    """One member's node: its directory, its commands and, while it serves, its process."""

    def __init__(self, path, label, database=None):
        self.path, self.label = pathlib.Path(path), label
        self.dir = self.path / label
        self.port, self.peer_port = free_port(), free_port()
        self.process, self.database = None, database
        args = ["--database", database] if database else []
        made = run("init", "--json", "-C", self.dir, "--label", label, "--listen", f"127.0.0.1:{self.port}",
                   "--peer-listen", f"127.0.0.1:{self.peer_port}", "--allow", "127.0.0.0/8",
                   "--endpoint", f"https://127.0.0.1:{self.peer_port}", *args, cwd=self.path)
        self.member = json.loads(made.stdout)["member"]
        self.root = self.path / f"{label}.root"
        self.run("key", "root", "-o", self.root)
        self.coalition = None  # used where a command needs one and the test names none

    # ---- commands ----

    def run(self, *args, **options):
        return run("-C", self.dir, *args, cwd=self.path, **options)

    def json(self, *args, **options):
        return json.loads(self.run(*args, "--json", **options).stdout)

    def refuses(self, status, *args, **options):
        """The command fails with this exit status; its message."""
        return self.run(*args, status=status, **options).stderr

    def key(self, name):
        return str(self.dir / "keys" / name)

    # ---- the server ----

    def start(self):
        assert self.process is None
        with open(self.dir / "serve.log", "ab") as log:
            self.process = subprocess.Popen([ENTENTE, "-C", self.dir, "serve", "--json"], cwd=self.path, stderr=log,
                                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                            env=environment(self.path))
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if ready else b""
        if not line.strip():
            self.kill()
        assert line.strip(), f"{self.label} does not serve:\n{self.log()}"
        json.loads(line)
        return self

    def stop(self):
        """Asks it to end, and insists that it does so in order."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.label} does not stop:\n{self.log()}") from None
        self._reaped()
        assert status == 0, f"{self.label} ended with {status}:\n{self.log()}"

    def kill(self):
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self._reaped()

    def _reaped(self):
        self.process.stdout.close()
        self.process = None

    def log(self, lines=30):
        path = self.dir / "serve.log"
        text = path.read_text(errors="replace") if path.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def alive(self):
        return self.process is not None and self.process.poll() is None

    # ---- what it holds ----

    def view(self, coalition=None):
        """The coalition as `status --json` shows it."""
        wanted = coalition or self.coalition
        views = self.json("status")["coalitions"]
        return next(v for v in views if wanted in (None, v["coalition"], v["name"]))

    def standing(self, coalition=None):
        """{label: status}"""
        return {p["label"]: p["status"] for p in self.view(coalition)["parties"]}

    def party(self, label, coalition=None):
        return next(p for p in self.view(coalition)["parties"] if p["label"] == label)

    def digest(self, coalition=None):
        return self.view(coalition)["standing_digest"]

    def sizes(self, coalition=None):
        """{member id: entries of its log held here}"""
        return {log["member"]: log["size"] for log in self.view(coalition)["logs"]}

    def statements(self, coalition=None):
        view = self.view(coalition)
        return [s for p in view["parties"] for s in p["statements"]] + view["statements_about_others"]

    def refused(self, coalition=None):
        """[(step, text)] of what partners sent and this node refused."""
        return [(r["step"], r["text"]) for r in self.view(coalition)["refusals"]]

    def wait_status(self, label, status, coalition=None):
        wait(lambda: self.standing(coalition).get(label) == status,
             lambda: f"{label} is {status} at {self.label}, but {self.standing(coalition)}")

    # ---- records ----

    def put(self, text, to=None, coalition=None, **options):
        """entente put; files=[...] attaches. Returns the object's id."""
        args = ["put", text, *self._where(coalition)]
        if to:
            args += ["--to", to]
        for path in options.pop("files", []):
            args += ["--file", path]
        for name, value in options.items():
            args += [f"--{name}", value]
        return self.json(*args)["object"]

    def get(self, record, coalition=None):
        return self.json("get", record, *self._where(coalition))

    def list(self, coalition=None, **options):
        """{object id: row}, of one mode."""
        args = [part for name, value in options.items() for part in (f"--{name}", value)]
        rows = self.json("list", "-n", "1000", *args, *self._where(coalition))["records"]
        return {r["object"]: r for r in rows}

    def has(self, record, coalition=None):
        done = self.run("get", record, "--json", *self._where(coalition), status=None)
        assert done.returncode in (0, UNAVAILABLE), done.stderr
        return json.loads(done.stdout) if done.returncode == 0 else None

    def wait_record(self, record, check=lambda r: r["state"] == "live", coalition=None):
        return wait(lambda: (r := self.has(record, coalition)) and check(r) and r, f"{record} at {self.label}")

    def fetch(self, record, name, path, coalition=None):
        """The attached file into `path`, waiting until it is here."""
        wait(lambda: self.run("get", record, "--file", name, "-o", path, "-f", *self._where(coalition),
                              status=None).returncode == 0, f"file {name} at {self.label}")
        return pathlib.Path(path)

    def _where(self, coalition):
        wanted = coalition or self.coalition
        return ["-c", wanted] if wanted else []

    def verify_logs(self):
        for log in self.json("log", "verify", *self._where(None))["logs"]:
            assert log["ok"], (self.label, log)

    def data(self):
        """(path, bytes) of every file below the node's directory."""
        for path in sorted(self.dir.rglob("*")):
            if path.is_file() and not path.is_socket():
                yield path, path.read_bytes()

    def holds(self, *needles):
        """Files of the data directory, and the database, in which one of the needles stands."""
        found = [str(p.relative_to(self.dir)) for p, data in self.data() if any(n in data for n in needles)]
        if self.database:  # a dump has binary columns in hex
            dump = subprocess.run(["pg_dump", self.database], check=True, capture_output=True).stdout
            found += ["database"] * any(n in dump or n.hex().encode() in dump for n in needles)
        return found


class Coalition:
    """Nodes of the founders (and of others that a test adds), each with the charter and everybody's root document."""

    def __init__(self, path, store):
        self.path, self.store = pathlib.Path(path), store
        self.path.mkdir(parents=True, exist_ok=True)
        self.nodes = {}

    def __getitem__(self, label):
        return self.nodes[label]

    def __iter__(self):
        return iter(self.nodes.values())

    def add_node(self, label):
        self.nodes[label] = Node(self.path, label, self.store.database(f"{self.path.name}-{label}"))
        return self.nodes[label]

    def found(self, labels, name="Test coalition", serve=True, edit=None, **charter):
        """Nodes, charter and introductions; nobody has signed. `edit` changes the charter's text."""
        for label in labels:
            if label not in self.nodes:
                self.add_node(label)
        self.charter = self.path / f"{name.replace(' ', '-')}.charter"
        founders = [self.nodes[label] for label in labels]
        args = [part for n in founders for part in ("--member", n.root)]
        args += [part for key, value in charter.items() for part in (f"--{key}", value)]
        run("charter", "new", "--name", name, *args, "-o", self.charter, cwd=self.path)
        if edit:
            self.charter.write_text(edit(self.charter.read_text()))
        hashed = json.loads(run("charter", "hash", self.charter, "--json", cwd=self.path).stdout)
        self.id, self.charter_hash = hashed["coalition"], hashed["charter"]
        for node in founders:
            self.join(node, founders)
            if serve and not node.process:
                node.start()
        return self

    def join(self, node, others):
        args = [part for o in others if o is not node for part in ("--party", o.root)]
        assert node.json("join", self.charter, *args)["coalition"] == self.id

    def add_party(self, label, serve=True):
        """A node that is no founder: it and the others know each other's root documents, and it has heard their logs."""
        node, others = self.nodes.get(label) or self.add_node(label), list(self.nodes.values())
        self.join(node, others)
        for other in others:
            if other is not node:
                other.run("join", self.id, "--party", node.root)
        if serve:
            if not node.process:
                node.start()
            self.agree()
        return node

    def sign_all(self, *labels):
        """All founders sign; waits until everybody sees everybody as member."""
        nodes = [self.nodes[label] for label in labels] or list(self)
        for node in nodes:
            node.run("sign", "-c", self.id)
        for node in nodes:
            wait(lambda n=node: {n.standing(self.id).get(o.label) for o in nodes} == {"member"},
                 lambda n=node: f"all are members at {n.label}, but {n.standing(self.id)}")
        return self

    def agree(self, *labels):
        """Waits until the nodes hold the same logs and compute the same standing; the digest of it."""
        nodes = [self.nodes[label] for label in labels] or list(self)

        def same():
            views = [n.view(self.id) for n in nodes]
            logs = [sorted((log["member"], log["size"], log["root"]) for log in v["logs"] if log["size"])
                    for v in views]
            digests = {v["standing_digest"] for v in views}
            return len(digests) == 1 and all(log == logs[0] for log in logs) and digests.pop()
        return wait(same, lambda: "agreement of " + str({n.label: (n.digest(self.id), n.sizes(self.id)) for n in nodes}))

    def client(self, target, identity=None):
        return Client(self.nodes[target], identity and self.nodes[identity])

    def close(self):
        for node in self:
            node.kill()


class Sqlite:
    name = "sqlite"

    def database(self, name):
        return None  # in the node's directory


class Postgres:
    """One database for each node, in the server at `url`."""
    name = "postgres"

    def __init__(self, url):
        self.url, self.made = url, []

    def _sql(self, text):
        subprocess.run(["psql", "-q", "-X", self.url, "-c", text], check=True, stdin=subprocess.DEVNULL)

    def database(self, name):
        self.made.append(f"t{os.getpid()}_{len(self.made)}")
        self._sql(f"CREATE DATABASE {self.made[-1]}")
        return urllib.parse.urlsplit(self.url)._replace(path=f"/{self.made[-1]}").geturl()

    def drop_all(self):
        for database in self.made:
            self._sql(f"DROP DATABASE {database} WITH (FORCE)")
