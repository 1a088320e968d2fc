#!/usr/bin/env python3
"""Standing a second time, as naively as it can be written, from docs/standing.md alone (numbers in comments are its sections).

    reference_fold.py PROGRAM CASES SEED

runs `PROGRAM emit CASES SEED`, which prints one case a line with the inputs and the text that the node computes, computes the text
itself, and exits 1 at the first difference.
"""
import base64
import json
import subprocess
import sys

SETTLING = {"sign/1", "interest/1", "accede/1", "ratify/1", "withdraw/1", "suspend-relations/1", "resume-relations/1",
            "introduction/1"}
CONSTITUTIONAL = SETTLING - {"interest/1", "introduction/1"}
ABOUT = {"suspend-relations/1", "resume-relations/1"}


def quorum(n):
    if n < 2:
        return 0
    m = n - 1
    return (m + (m - 1) // 3) // 2 + 1


def m26(hexed):
    return base64.b32encode(bytes.fromhex(hexed)).decode().lower().rstrip("=")


def place(a):
    return (a["epoch"], a["seq"], a["leaf"])


class Fold:
    def __init__(self, case):
        self.founding = case["founding"]
        self.charters = [self.founding] + [c for c in case["amended"]]
        self.forks = case["forks"]
        self.cosigned = {}
        for c in case["cosigns"]:
            key = (c["author"], c["epoch"], c["witness"])
            self.cosigned[key] = max(self.cosigned.get(key, 0), c["size"])
        self.founders = {m["id"] for m in self.founding["members"]}
        self.acts = self.admit(case["acts"])
        self.parties = self.founders | {a["author"] for a in self.acts}
        self.signature = {}
        for f in self.founders:
            for a in self.by(f):
                if a["kind"] == "sign/1" and a["charter"] == self.founding["hash"] and self.witnessed(a, self.founders):
                    self.signature[f] = a
                    break
        self.need = self.founding["force"] or len(self.founders)
        self.in_force = len(self.signature) >= self.need
        self.cuts = {}
        self.settle()

    # §2
    def admit(self, acts):
        ok = {}
        for a in acts:
            forked = any(f["author"] == a["author"] and f["epoch"] == a["epoch"] and f["cut"] <= a["seq"] for f in self.forks)
            if (a["kind"] in SETTLING and a["mode"] == "real" and a["signed"] and a["owner"] == a["author"] and not forked
                    and not (a["kind"] in ABOUT and a["member"] == a["author"])):
                ok[(a["author"],) + place(a)] = a
        first = {}
        for key in sorted(ok):
            first.setdefault((key[0], ok[key]["object"]), ok[key])
        return sorted(first.values(), key=lambda a: (a["author"],) + place(a))

    def by(self, party):
        return [a for a in self.acts if a["author"] == party]

    # §1
    def witnessed(self, a, roll):
        have = sum(1 for r in set(roll) - {a["author"]} if self.cosigned.get((a["author"], a["epoch"], r), 0) > a["seq"])
        return have >= quorum(len(set(roll) | {a["author"]}))

    @staticmethod
    def saw(accession, a):
        return any(s["member"] == a["author"] and (s["epoch"] > a["epoch"] or (s["epoch"] == a["epoch"] and s["size"] > a["seq"]))
                   for s in accession["seen"])

    def void(self, a):
        cut = self.cuts.get(a["author"])
        return cut is not None and (a["epoch"], a["seq"]) >= cut

    # §4
    def home(self, a):
        named = [b for b in self.by(a["author"]) if b["kind"] == "accede/1" and not self.void(b) and place(b) <= place(a)]
        return named[-1]["ratifiers"] if named else self.founders

    def number_terms(self):
        self.term, self.withdrawals = {}, {}
        for p in self.parties:
            self.withdrawals[p] = []
            for a in self.by(p):
                self.term[id(a)] = len(self.withdrawals[p])
                if a["kind"] == "withdraw/1" and not self.void(a) and self.witnessed(a, self.home(a)):
                    self.withdrawals[p].append(a)

    # §5
    def charter(self, h):
        return next((c for c in self.charters if c["hash"] == h and h in self.charters_in_force), None)

    def by_member(self, a):
        if self.void(a) or not self.in_force:
            return False
        s = self.signature.get(a["author"])
        bases = [(s, self.founders)] if s else []
        bases += [(b, b["ratifiers"]) for b in self.by(a["author"]) if id(b) in self.effective and not b["observer"]]
        return any(place(b) < place(a) and self.term[id(b)] == self.term[id(a)] and self.witnessed(a, roll)
                   for b, roll in bases)

    def was_member(self, p):
        if not self.in_force:
            return False
        return p in self.signature or any(id(b) in self.effective and not b["observer"] for b in self.by(p))

    def number_needed(self, a, c):
        n = max(c["observers"], 0) if a["observer"] else c["accession"]
        named = len(set(a["ratifiers"]))
        return named if n == 0 else min(n, named)

    def ratified_by(self, a):
        return {r["author"] for r in self.acts if r["kind"] == "ratify/1" and id(r) in self.counting
                and r["accession"] == a["leaf"] and r["member"] == a["author"] and r["charter"] == a["charter"]
                and r["author"] in a["ratifiers"]}

    def left_out_rightly(self, a, c, m):
        if self.withdrawals.get(m) and self.saw(a, self.withdrawals[m][0]):
            return True
        against = {s["author"] for s in self.acts if s["kind"] == "suspend-relations/1" and s["member"] == m
                   and id(s) in self.counting and self.saw(a, s)}
        return len(against) >= c["suspension"]

    def accession_holds(self, a):
        c = self.charter(a["charter"])
        if c is None or self.void(a) or (a["observer"] and c["observers"] < 0) or not self.witnessed(a, a["ratifiers"]):
            return False
        lines = {m["id"] for m in c["members"]}
        named = set(a["ratifiers"])
        if not named or a["author"] in named:
            return False
        if any(m not in named and not self.left_out_rightly(a, c, m) for m in lines - {a["author"]}):
            return False
        if any(m not in lines and not self.was_member(m) for m in named):
            return False
        return len(self.ratified_by(a)) >= self.number_needed(a, c)

    def charter_holds(self, c):
        prior = self.charter(c["prev"]) if c["version"] > 1 else None
        if prior is None or c["version"] != prior["version"] + 1:
            return False
        lines = {m["id"] for m in c["members"]}
        if any(m["id"] not in lines and not self.withdrawals.get(m["id"]) for m in prior["members"]):
            return False
        return all(any(a["kind"] == "sign/1" and a["charter"] == c["hash"] and id(a) in self.counting for a in self.by(m))
                   for m in lines)

    def fixpoint(self):
        self.number_terms()
        self.effective, self.counting = set(), set()
        self.charters_in_force = {self.founding["hash"]} if self.in_force else set()
        while True:
            before = (len(self.effective), len(self.counting), len(self.charters_in_force))
            for a in self.acts:
                if a["kind"] in ("ratify/1", "suspend-relations/1", "resume-relations/1", "sign/1") and self.by_member(a):
                    self.counting.add(id(a))
                if a["kind"] == "accede/1" and self.accession_holds(a):
                    self.effective.add(id(a))
            for c in self.charters:
                if c["hash"] not in self.charters_in_force and self.charter_holds(c):
                    self.charters_in_force.add(c["hash"])
            if before == (len(self.effective), len(self.counting), len(self.charters_in_force)):
                return

    # §6
    def suspenders(self, x):
        out = {}
        for p in sorted(self.parties):
            register = [a for a in self.by(p) if a["kind"] in ABOUT and a["member"] == x and id(a) in self.counting]
            if (register and register[-1]["kind"] == "suspend-relations/1"
                    and self.term[id(register[-1])] == len(self.withdrawals[p])):
                out[p] = register[-1]
        return out

    def bound_to(self, x):
        own = [self.charter(a["charter"]) for a in self.by(x)
               if (a["kind"] == "sign/1" and id(a) in self.counting) or id(a) in self.effective]
        own = [c for c in own if c is not None] + [self.founding]
        top = max(c["version"] for c in own)
        return min((c for c in own if c["version"] == top), key=lambda c: c["hash"])

    def settle(self):
        self.fixpoint()
        for voters in (self.founders, None):
            while True:
                reached = {}
                for x in self.parties - set(self.cuts):
                    if not self.was_member(x) and not any(id(b) in self.effective for b in self.by(x)):
                        continue
                    by = {p: a for p, a in self.suspenders(x).items() if voters is None or p in voters}
                    k = self.bound_to(x)["suspension"]
                    if len(by) >= k:
                        reached[x] = (len(by), sorted((a["log_epoch"], a["cut"]) for a in by.values())[k - 1])
                if not reached:
                    break
                most = max(n for n, _ in reached.values())
                for x, (n, cut) in reached.items():
                    if n == most:
                        self.cuts[x] = cut
                self.fixpoint()

    # §7
    def term_status(self, p, t):
        """(status, act, accession shown, on the roll), or None."""
        s = self.signature.get(p)
        signed = s is not None and self.term[id(s)] == t
        accessions = [a for a in self.by(p) if a["kind"] == "accede/1" and self.term[id(a)] == t and not self.void(a)
                      and self.witnessed(a, a["ratifiers"])]
        if signed and self.in_force:
            return ("member", s, None, True)
        for a in accessions:
            if id(a) in self.effective and not a["observer"]:
                return ("member", a, a, True)
        for a in accessions:
            if id(a) in self.effective:
                return ("observer", a, a, False)
        if signed:
            return ("signed", s, None, False)
        if accessions:
            return ("applied", accessions[-1], accessions[-1], False)
        return None

    def status(self, p):
        """(status, act, accession shown, on the roll, withdraw_ms)"""
        now = len(self.withdrawals[p])
        found = self.term_status(p, now)
        if found:
            out = found + (0,)
        else:
            ended = [t for t in range(now) if self.term_status(p, t) or (p in self.founders and t == 0)]
            if ended:
                was = self.term_status(p, ended[-1]) or (None, None, None, False)
                w = min(self.withdrawals[p][ended[-1]:], key=lambda a: a["effective"])
                out = ("withdrawing", w, was[2], was[3], w["effective"])
            elif p in self.founders:
                out = ("declared", None, None, False, 0)
            else:
                known = {c["hash"] for c in self.charters}
                said = [a for a in self.by(p) if a["kind"] == "interest/1" and self.term[id(a)] == now
                        and not self.void(a) and a["charter"] in known]
                out = ("interested", said[-1], None, False, 0) if said else ("mentioned", None, None, False, 0)
        if p in self.cuts and out[0] in ("member", "observer", "withdrawing"):
            out = ("suspended", out[1], out[2], False, out[4])
        return out

    def present_charter(self):
        live = [c for c in self.charters if c["hash"] in self.charters_in_force] or [self.founding]
        top = max(c["version"] for c in live)
        return min((c for c in live if c["version"] == top), key=lambda c: c["hash"])

    def label(self, p):
        for c in (self.present_charter(), self.founding):
            for m in c["members"]:
                if m["id"] == p:
                    return m["label"]
        own = [a["label"] for a in self.by(p)
               if a["kind"] == "accede/1" or (a["kind"] == "introduction/1" and a["member"] == p)]
        own = [x for x in own if x]
        return own[-1] if own else ""

    def dump(self):
        present = self.present_charter()
        out = ["entente-standing/1", "fold 1", f"charter {present['hash']} {present['version']}",
               f"force {'yes' if self.in_force else 'no'} {len(self.signature)} {self.need}"]
        out += [f"signed {m26(p)}" for p in sorted(self.signature)]
        status = {p: self.status(p) for p in self.parties}
        roll = sorted(p for p in status if status[p][3])
        labels = {p: self.label(p) for p in self.parties}
        for a in self.acts:
            if a["kind"] == "introduction/1" and (a["author"] in self.founders or a["author"] in roll):
                status.setdefault(a["member"], ("mentioned", None, None, False, 0))
                labels[a["member"]] = labels.get(a["member"]) or a["label"]
        for p in sorted(status):
            out += self.party_lines(p, status[p], labels[p])
        return "\n".join(out + [f"member {m26(p)}" for p in roll]) + "\n"

    def party_lines(self, p, found, label):
        name, act, accession, _, withdraw = found
        need, named = 0, []
        if accession:
            c = self.charter(accession["charter"])
            named = sorted(set(accession["ratifiers"]))
            need = self.number_needed(accession, c) if c else len(named)
        unwitnessed = sum(1 for a in self.by(p) if a["kind"] in CONSTITUTIONAL and not self.void(a)
                          and not self.witnessed(a, self.home(a)))
        forked = any(f["author"] == p for f in self.forks)
        where = f"{act['epoch']}.{act['seq']} {act['leaf']}" if act else "0.0 " + "0" * 64
        out = [f"party {m26(p)} {name} {'founder' if p in self.founders else '-'} {where} need {need} withdraw {withdraw} "
               f"unwitnessed {unwitnessed} {'forked' if forked else '-'}"]
        done = self.ratified_by(accession) if accession else set()
        out += [f"ratifier {m26(p)} {m26(r)} {'ratified' if r in done else '-'}" for r in named]
        if p in self.parties:
            out += [f"suspended-by {m26(p)} {m26(s)}" for s in sorted(self.suspenders(p))]
        if accession and accession["clearance"]:
            out.append(f"clearance {m26(p)} {accession['clearance']}")
        return out + ([f"label {m26(p)} {label}"] if label else [])


def main():
    program, cases, seed = sys.argv[1:4]
    run = subprocess.run([program, "emit", cases, seed], stdout=subprocess.PIPE, check=True)
    lines = run.stdout.decode().splitlines()
    assert len(lines) == int(cases), f"{len(lines)} cases instead of {cases}"
    for i, line in enumerate(lines):
        case = json.loads(line)
        mine = Fold(case).dump()
        if mine != case["dump"]:
            print(f"seed {int(seed) + i}: the two disagree")
            for a, b in zip(mine.splitlines() + [""] * 99, case["dump"].splitlines()):
                if a != b:
                    print(f"  reference {a}\n  node      {b}")
            return 1
    print(f"{len(lines)} cases, the same text in each")
    return 0


if __name__ == "__main__":
    sys.exit(main())
