"""kill -9 at random moments, while writing and syncing.

Two nodes, of which one writes and is killed, over and over, in the middle of it all: `serve` and the `put` that runs.
After every round: what put had printed is there, the logs verify, and every head that anybody had been shown is a
head of the log still. KILL_ROUNDS=500 for the long run, KILL_SEED to see one again.
"""

import json
import os
import random
import subprocess
import threading
import time

import pytest

from entente import ENTENTE, environment
from peer import Client, Range, leaf_hash

ROUNDS = int(os.environ.get("KILL_ROUNDS", "25"))
SEED = int(os.environ.get("KILL_SEED", str(random.randrange(1 << 32))))


class Writer(threading.Thread):
    """Puts, one after the other, until told to stop; .acked holds what was acknowledged."""

    def __init__(self, node, turn):
        super().__init__()
        self.node, self.turn, self.acked = node, turn, []
        self.stopping, self.process = False, None
        self.start()

    def run(self):
        while not self.stopping:
            text = f"round {self.turn}, note {len(self.acked)}"
            self.process = subprocess.Popen(
                [ENTENTE, "-C", self.node.dir, "put", "--json", "--to", "all", text], stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd=self.node.path,
                env=environment(self.node.path), text=True)
            out = self.process.communicate()[0]
            # A line that is whole was written after the answer was on disk, killed or not.
            if out.endswith("\n"):
                self.acked.append({**json.loads(out), "text": text})

    def kill(self):
        self.stopping = True
        process = self.process
        if process:
            process.kill()
        self.join()


class Shown(threading.Thread):
    """A partner that asks for heads all the time; .heads holds (size, root) of every one it was shown."""

    def __init__(self, target, identity, coalition):
        super().__init__()
        self.client, self.coalition = Client(target, identity), coalition
        self.origin = f"entente/{coalition}/{target.member}/1"
        self.heads, self.stopping = set(), False
        self.start()

    def run(self):
        while not self.stopping:
            try:
                size, root, _ = self.client.heads(self.coalition)[self.origin]
                self.heads.add((size, root))
            except (OSError, KeyError, AssertionError, ValueError):
                time.sleep(0.002)  # killed, or not up yet
            except Exception:  # half an answer
                self.client.close()

    def end(self):
        self.stopping = True
        self.join()
        self.client.close()


class History:
    """The writer's log as it was ever seen: it only grows."""

    def __init__(self):
        self.range, self.leaves, self.roots = Range(), [], {}

    def follow(self, node):
        """Reads what is new, and keeps the root of every size."""
        raw = node.run("log", "show", "--raw", "--from", self.range.size, "-n", "1000000", binary=True).stdout
        for entry in raw.split(b"\n\n")[:-1]:
            assert b"\nseq %d\n" % self.range.size in entry
            self.leaves.append(leaf_hash(entry + b"\n"))
            self.range.add(self.leaves[-1])
            self.roots[self.range.size] = self.range.root()

    def check(self, acked, shown):
        for put in acked:
            assert put["seq"] < self.range.size, f"{put} was acknowledged, the log ends at {self.range.size}"
            assert self.leaves[put["seq"]].hex() == put["leaf"], f"{put} was acknowledged, another entry stands there"
        for size, root in shown:
            assert size <= self.range.size, f"a head of size {size} was shown, the log ends at {self.range.size}"
            assert size == 0 or self.roots[size] == root, f"another root was shown at size {size}"


@pytest.mark.parametrize("store", ["sqlite", "postgres"], indirect=True)
def test_nothing_acknowledged_is_lost_nothing_shown_is_contradicted(coalition, store):
    rounds = ROUNDS if store.name == "sqlite" else max(3, ROUNDS // 5)
    chance = random.Random(SEED)
    print(f"KILL_SEED={SEED} KILL_ROUNDS={rounds}")
    t = coalition(["ALB", "HRV"])
    t.sign_all()
    alb, hrv, history, acked, shown = t["ALB"], t["HRV"], History(), [], set()
    began = time.monotonic()
    alb.put("how long one takes on this machine", to="all")
    window = max(0.5, 5 * (time.monotonic() - began))
    alb.kill()
    # A machine may have become slower since: then there is more time, and at most as many rounds again.
    for turn in range(2 * rounds):
        if turn >= rounds and acked and shown:
            break
        alb.start()
        writer, eyes = Writer(alb, turn), Shown(alb, hrv, t.id)
        time.sleep(chance.uniform(0.1, 1) * window)
        order = [alb.kill, writer.kill]
        if chance.random() < 0.2:  # the partner as well, in the middle of its pull
            order.append(lambda: (hrv.kill(), hrv.start()))
        chance.shuffle(order)
        for kill in order:
            kill()
        eyes.end()
        history.follow(alb)
        history.check(writer.acked, eyes.heads)
        for put in writer.acked[-1:]:
            assert alb.get(put["object"])["content"]["text"] == put["text"]
        if not writer.acked:
            window = min(60, 1.5 * window)
        acked += writer.acked
        shown |= eyes.heads
        if turn % 10 == 9:
            alb.verify_logs()
    from_the_beginning(t, acked, shown)


def from_the_beginning(t, acked, shown):
    """At the end, the whole log again, and everything at the partner."""
    assert acked and shown, "the loop did not do what it is for"
    again = History()
    again.follow(t["ALB"].start())
    again.check(acked, shown)
    t.agree()
    for node in t:
        node.verify_logs()
        assert node.json("rebuild")["same"]
        assert not node.view()["forks"]
        for put in acked[::1 + len(acked) // 40]:
            assert node.wait_record(put["object"])["content"]["text"] == put["text"]
    print(f"{len(acked)} acknowledged, {len(shown)} heads shown, a log of {again.range.size}")
