#!/usr/bin/env python3
"""A second implementation of E-SEAL/1, from docs/procurement.md and the RFCs, with nothing of ours in it: integers, hashlib, and what is written below.

    eseal.py make NAME N K      the transcript of a seed (test/unit/work/procurement/ceremony.h has the script)
    eseal.py check FILE         replays a transcript: prints what was opened and who has cheated

test/vectors/eseal-*.transcript were made by it; the C code must give the same bytes.
"""
import base64
import hashlib
import struct
import sys

# ---- edwards25519 and ristretto255 (RFC 9496, RFC 8032) ----

P = 2**255 - 19
Q = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)
INVSQRT_A_MINUS_D = None
ZERO = (0, 1, 1, 0)


def negative(x):
    return x % P & 1


def sqrt_ratio(u, v):
    """(was square, sqrt(u/v) or sqrt(i*u/v)), not negative."""
    v3 = v * v % P * v % P
    r = u * v3 % P * pow(u * v3 % P * v3 % P * v % P, (P - 5) // 8, P) % P
    check = v * r % P * r % P
    u %= P
    correct = check == u
    flipped = check == -u % P
    flipped_i = check == -u * SQRT_M1 % P
    if flipped or flipped_i:
        r = r * SQRT_M1 % P
    if negative(r):
        r = -r % P
    return correct or flipped, r


INVSQRT_A_MINUS_D = sqrt_ratio(1, -1 - D)[1]
ONE_MINUS_D_SQ = (1 - D * D) % P
D_MINUS_ONE_SQ = (D - 1) * (D - 1) % P
SQRT_AD_MINUS_ONE = sqrt_ratio((-D - 1) % P, 1)[1]
# RFC 9496 takes the odd root.
if SQRT_AD_MINUS_ONE != 25063068953384623474111414158702152701244531502492656460079210482610430750235:
    SQRT_AD_MINUS_ONE = -SQRT_AD_MINUS_ONE % P


def add(p, q):
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] % P * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def neg(p):
    return -p[0] % P, p[1], p[2], -p[3] % P


def mul(k, p):
    r = ZERO
    for bit in bin(k % Q)[2:]:
        r = add(r, r)
        if bit == "1":
            r = add(r, p)
    return r


BY = 4 * pow(5, P - 2, P) % P
BX = sqrt_ratio((BY * BY - 1) % P, (D * BY * BY + 1) % P)[1]
B = (BX, BY, 1, BX * BY % P)


def encode(p):
    x, y, z, t = p
    u1 = (z + y) * (z - y) % P
    u2 = x * y % P
    inv = sqrt_ratio(1, u1 * u2 % P * u2 % P)[1]
    d1, d2 = inv * u1 % P, inv * u2 % P
    z_inv = d1 * d2 % P * t % P
    if negative(t * z_inv):
        x, y = y * SQRT_M1 % P, x * SQRT_M1 % P
        d = d1 * INVSQRT_A_MINUS_D % P
    else:
        d = d2
    if negative(x * z_inv):
        y = -y % P
    s = d * (z - y) % P
    if negative(s):
        s = -s % P
    return s.to_bytes(32, "little")


def decode(b):
    """A point, or ValueError: not canonical, not on the group, or the identity."""
    s = int.from_bytes(b, "little")
    if len(b) != 32 or s >= P or s & 1 or s == 0:
        raise ValueError("no encoding of a point")
    ss = s * s % P
    u1, u2 = (1 - ss) % P, (1 + ss) % P
    u2s = u2 * u2 % P
    v = (-D * u1 % P * u1 - u2s) % P
    square, inv = sqrt_ratio(1, v * u2s % P)
    dx = inv * u2 % P
    dy = inv * dx % P * v % P
    x = 2 * s * dx % P
    if negative(x):
        x = -x % P
    y = u1 * dy % P
    t = x * y % P
    if not square or negative(t) or y == 0:
        raise ValueError("no encoding of a point")
    return x, y, 1, t


def elligator(b):
    t = int.from_bytes(b, "little") % 2**255 % P
    r = SQRT_M1 * t % P * t % P
    u = (r + 1) * ONE_MINUS_D_SQ % P
    v = (-1 - r * D) % P * (r + D) % P
    square, s = sqrt_ratio(u, v)
    if not square:
        s = s * t % P
        s = s if negative(s) else -s % P
    c = -1 if square else r
    n = (c * (r - 1) % P * D_MINUS_ONE_SQ - v) % P
    w0, w1 = 2 * s * v % P, n * SQRT_AD_MINUS_ONE % P
    w2, w3 = (1 - s * s) % P, (1 + s * s) % P
    return w0 * w3 % P, w2 * w1 % P, w1 * w3 % P, w0 * w2 % P


def from_hash(b):
    return add(elligator(b[:32]), elligator(b[32:]))


def scalar(b):
    v = int.from_bytes(b, "little")
    if len(b) != 32 or v >= Q:
        raise ValueError("not below the order")
    return v


def le(v, n=32):
    return v.to_bytes(n, "little")


def compress(p):
    z = pow(p[2], P - 2, P)
    return le(p[1] * z % P | (p[0] * z % P & 1) << 255)


def ed_key(seed):
    h = hashlib.sha512(seed).digest()
    a = int.from_bytes(h[:32], "little") & (2**254 - 8) | 2**254
    return a, h[32:], compress(mul(a % Q, B))


def ed_sign(seed, message):
    a, prefix, pub = ed_key(seed)
    r = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % Q
    big_r = compress(mul(r, B))
    k = int.from_bytes(hashlib.sha512(big_r + pub + message).digest(), "little") % Q
    return big_r + le((r + k * a) % Q)


def decompress(b):
    y = int.from_bytes(b, "little") & (2**255 - 1)
    ok, x = sqrt_ratio((y * y - 1) % P, (D * y * y + 1) % P)
    if not ok or y >= P:
        raise ValueError("no Ed25519 point")
    if x & 1 != b[31] >> 7:
        x = -x % P
    return x, y, 1, x * y % P


def ed_check(pub, message, sig):
    try:
        a, s = decompress(pub), scalar(sig[32:])
    except ValueError:
        return False
    k = int.from_bytes(hashlib.sha512(sig[:32] + pub + message).digest(), "little") % Q
    return compress(add(mul(s, B), neg(mul(k, a)))) == sig[:32]


# ---- XChaCha20-Poly1305 (RFC 8439, draft-irtf-cfrg-xchacha) ----

M32 = 0xffffffff


def rounds(state):
    x = list(state)

    def quarter(a, b, c, d):
        for i, j, k, n in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            x[i] = (x[i] + x[j]) & M32
            v = x[k] ^ x[i]
            x[k] = (v << n | v >> (32 - n)) & M32

    for _ in range(10):
        for i in range(4):
            quarter(i, 4 + i, 8 + i, 12 + i)
        for i in range(4):
            quarter(i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4)
    return x


CONST = struct.unpack("<4I", b"expand 32-byte k")


def chacha(key, nonce, counter, n):
    out = b""
    while len(out) < n:
        state = CONST + struct.unpack("<8I", key) + (counter,) + struct.unpack("<3I", nonce)
        out += struct.pack("<16I", *((a + b) & M32 for a, b in zip(rounds(state), state)))
        counter += 1
    return out[:n]


def hchacha(key, nonce):
    x = rounds(CONST + struct.unpack("<8I", key) + struct.unpack("<4I", nonce))
    return struct.pack("<8I", *(x[:4] + x[12:]))


def poly1305(key, message):
    r, s = int.from_bytes(key[:16], "little") & 0x0ffffffc0ffffffc0ffffffc0fffffff, int.from_bytes(key[16:], "little")
    a = 0
    for i in range(0, len(message), 16):
        a = (a + int.from_bytes(message[i:i + 16] + b"\1", "little")) * r % (2**130 - 5)
    return le((a + s) % 2**128, 16)


def pad16(b):
    return b + bytes(-len(b) % 16)


def aead(key, nonce, more, text, opening):
    sub, n12 = hchacha(key, nonce[:16]), bytes(4) + nonce[16:]
    body = text[:-16] if opening else text
    other = bytes(a ^ b for a, b in zip(body, chacha(sub, n12, 1, len(body))))
    cipher = body if opening else other
    tag = poly1305(chacha(sub, n12, 0, 32), pad16(more) + pad16(cipher) + struct.pack("<QQ", len(more), len(cipher)))
    if not opening:
        return other + tag
    if tag != text[-16:]:
        raise ValueError("does not open")
    return other


# ---- the words of E-SEAL/1 ----

GBAR = from_hash(hashlib.sha512(b"entente/tdh2/gbar/v1").digest())


def digest(domain, *parts):
    h = hashlib.sha512()
    for p in (domain.encode(), *parts):
        h.update(struct.pack("<Q", len(p)) + p)
    return h.digest()


def challenge(domain, *parts):
    return int.from_bytes(digest(domain, *parts), "little") % Q


def sha(b):
    return hashlib.sha256(b).digest()


def leaf_hash(b):
    return sha(b"\0" + b)


def tree(leaves):
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return sha(b"\1" + tree(leaves[:k]) + tree(leaves[k:]))


def b32(b):
    return base64.b32encode(b).decode().rstrip("=").lower()


def message(kind, lines, seed):
    body = f"e-seal/1 {kind}\n" + "".join(f"{k} {v}\n" for k, v in lines)
    sig = ed_sign(seed, b"e-seal/1 signed\n" + body.encode())
    return body + f"sig {base64.b64encode(sig).decode()}\n"


def dleq(domain, x, g, x_g, x_base, more, t):
    e = challenge(domain, encode(g), encode(x_g), encode(x_base), encode(mul(t, g)), encode(mul(t, B)), *more)
    return e, (t + x * e) % Q


def dleq_holds(domain, e, f, g, x_g, x_base, more):
    a = add(mul(f, g), neg(mul(e, x_g)))
    b = add(mul(f, B), neg(mul(e, x_base)))
    return e == challenge(domain, encode(g), encode(x_g), encode(x_base), encode(a), encode(b), *more)


def pop(sid, i, commits, r, ephemeral):
    """The challenges of the proof of both secrets of a dealer: a_0 and e."""
    return [challenge(domain, sid, le(i, 4), commits, r, ephemeral) for domain in ("dkg-pop", "dkg-pop-e")]


def share_key(p, i, j, dh, ephemeral):
    return digest("dkg-share", encode(dh), encode(ephemeral), encode(p["box"][j - 1]), p["sid"], le(i, 4), le(j, 4))[:32]


def lagrange(at, i):
    top = bottom = 1
    for k in at:
        if k != i:
            top, bottom = top * k % Q, bottom * (k - i) % Q
    return top * pow(bottom, Q - 2, Q) % Q


# ---- the ceremony of a seed ----

T = 1767261600000
STATES = ["leaf", "counted", "in-force", "missing"]  # of a commit in a closing
APART = 60000  # so near, two receipts of one holder for one commit are of two requests at once
MOST = 4096  # commits of a tender
TEXTS = [f'{{"id":"bid-{i}","value":{{"amount":{v},"currency":"EUR"}}}}' for i, v in ((1, 1200000), (2, 990000), (3, 1))]


def settled(tender, hours, states):
    """What a closing says beside its root."""
    return sha(tender + b"".join(struct.pack("<Q", x) for x in hours) + bytes(STATES.index(x) for x in states))


class Ceremony:
    def __init__(self, name, n, k):
        self.seed, self.block, self.rest = sha(name.encode()), 0, b""
        self.n, self.k, self.r, self.out = n, k, n - k + 1, []
        self.hours = None
        self.begin()
        self.make_key()
        self.bids()
        if name.endswith("postponed"):
            self.postpone()
        if name.endswith("copied"):
            self.copy()
        self.close()
        self.shares()

    def random(self, count):
        while len(self.rest) < count:
            self.rest += hashlib.sha512(b"e-seal/1 vectors" + self.seed + struct.pack("<Q", self.block)).digest()
            self.block += 1
        out, self.rest = self.rest[:count], self.rest[count:]
        return out

    def scalar(self):
        return int.from_bytes(self.random(64), "little") % Q

    def say(self, kind, lines, seed):
        text = message(kind, lines, seed)
        self.out.append(text)
        return text

    def head(self, i):
        return [("sid", self.sid.hex()), ("holder", i)]

    def begin(self):
        self.ocid = "ocds-b5fd17-vector-1"
        self.member, self.key, self.box = [], [], []
        for _ in range(self.n):
            self.member.append(self.random(16))
            self.key.append(self.random(32))
            self.box.append(challenge("dkg-box", self.random(32), self.ocid.encode()))
        self.boxes = [mul(x, B) for x in self.box]
        holders = [("holder", f"{i + 1} {b32(self.member[i])} {ed_key(self.key[i])[2].hex()} {encode(self.boxes[i]).hex()}")
                   for i in range(self.n)]
        text = self.say("policy", [("ocid", self.ocid), ("suite", "ristretto255-sha512-xchacha20poly1305"), ("n", self.n),
                                   ("k", self.k), *holders, ("lead", 1), ("deadline", T), ("grace", 600000),
                                   ("open", T + 3600000), ("fallback", T + 86400000), ("receipts", self.r),
                                   ("padding", "4096 16384")], self.key[0])
        self.sid = sha(text[:text.rindex("sig ")].encode())
        for i in range(self.n):
            self.say("countersign", self.head(i + 1), self.key[i])

    def make_key(self):
        p = {"sid": self.sid, "box": self.boxes}
        polys, texts = [], []
        for i in range(1, self.n + 1):
            a = [self.scalar() for _ in range(self.k)]
            rho, e = self.scalar(), self.scalar()
            c = [encode(mul(x, B)) for x in a]
            r = encode(mul(rho, B))
            big_e, lines = mul(e, B), []
            z = (rho + sum(x * s for x, s in zip(pop(self.sid, i, b"".join(c), r, encode(big_e)), (a[0], e)))) % Q
            for j in range(1, self.n + 1):
                s = sum(x * pow(j, m, Q) for m, x in enumerate(a)) % Q
                sealed = aead(share_key(p, i, j, mul(e, self.boxes[j - 1]), big_e), bytes(24), b"", le(s), False)
                lines.append(("share", f"{j} {sealed.hex()}"))
            texts.append(self.say("dkg.r1", self.head(i) + [("commit", x.hex()) for x in c] + [
                ("pop-r", r.hex()), ("pop-z", le(z).hex()), ("ephemeral", encode(big_e).hex())] + lines, self.key[i - 1]))
            polys.append(a)
        self.x = [sum(x * pow(j, m, Q) for a in polys for m, x in enumerate(a)) % Q for j in range(1, self.n + 1)]
        self.y = mul(sum(a[0] for a in polys) % Q, B)
        for i in range(self.n):
            self.say("dkg.cert", self.head(i + 1) + [("y", encode(self.y).hex())] + [
                ("part", encode(mul(x, B)).hex()) for x in self.x] + [
                ("deal", sha(x.encode()).hex()) for x in texts], self.key[i])

    def seal(self, b, seq, text):
        name = [("sid", self.sid.hex()), ("bid", self.bid[b].hex()), ("bidder", self.pub[b].hex()), ("seq", seq)]
        label = sha(self.sid + self.pub[b] + self.bid[b] + le(seq, 4))
        r, t, nonce = self.scalar(), self.scalar(), self.random(24)
        u, u_bar = mul(r, B), mul(r, GBAR)
        key = digest("tdh2-key", encode(mul(r, self.y)), label, encode(u))[:32]
        plain = le(len(text), 4) + text.encode()
        c = aead(key, nonce, label, plain + bytes(4096 - len(plain)), False)
        e = challenge("tdh2-ct", c, label, nonce, encode(u), encode(mul(t, B)), encode(u_bar), encode(mul(t, GBAR)))
        return self.say("bid.sealed", name + [("nonce", nonce.hex()), ("u", encode(u).hex()), ("u-bar", encode(u_bar).hex()),
                                             ("e", le(e).hex()), ("f", le((t + r * e) % Q).hex()),
                                             ("c", base64.b64encode(c).decode())], self.bidder[b]), u

    def one(self, b, seq, op, text, time):
        sealed, u = self.seal(b, seq, text) if text else (None, None)
        h, size = (sha(sealed.encode()), len(sealed)) if sealed else (bytes(32), 0)
        commit = self.say("bid.commit", [("sid", self.sid.hex()), ("bid", self.bid[b].hex()), ("bidder", self.pub[b].hex()),
                                         ("seq", seq), ("op", op), ("hash", h.hex()), ("len", size)], self.bidder[b])
        leaf = leaf_hash(commit.encode())
        self.commits.append((leaf, b, op, h, u))
        for i in range(1, self.r + 1):
            self.say("bid.receipt", self.head(i) + [("leaf", leaf.hex()), ("time", time + i)], self.key[i - 1])

    def bids(self):
        self.bidder, self.bid, self.commits = [], [], []
        for _ in TEXTS:
            self.bidder.append(self.random(32))
            self.bid.append(self.random(16))
        self.pub = [ed_key(s)[2] for s in self.bidder]
        self.one(0, 1, "put", TEXTS[0], T - 60000)
        self.one(1, 1, "put", "first thought", T - 50000)
        self.one(2, 1, "put", TEXTS[2], T - 40000)
        self.one(1, 2, "replace", TEXTS[1], T - 30000)
        self.one(2, 2, "withdraw", None, T - 20000)
        self.active = [self.commits[0], self.commits[3]]

    def postpone(self):
        """k holders agree to two hours more; the first bidder makes use of it. One who signs too late, and one who signs other hours, change nothing."""
        later = [("deadline", T + 7200000), ("open", T + 10800000), ("fallback", T + 93600000)]
        self.hours = tuple(x for _, x in later)
        for i in range(1, self.k + 1):
            self.say("policy.postpone", self.head(i) + later + [("time", T - 10000 + i)], self.key[i - 1])
        self.say("policy.postpone", self.head(self.n) + later + [("time", T + 1)], self.key[self.n - 1])
        self.say("policy.postpone", self.head(1) + [("deadline", T + 7200001)] + later[1:] + [("time", T - 10000)], self.key[0])
        self.one(0, 2, "replace", TEXTS[0].replace("1200000", "1100000"), T + 3600000)
        self.active = [self.commits[3], self.commits[5]]

    def copy(self):
        """Somebody commits to the first bid's hash as well, under a key of his own and the same id, and has earlier receipts: nothing comes to it."""
        seed = self.random(32)
        m = next(read(x) for x in self.out if x.startswith("e-seal/1 bid.commit"))
        self.pub.append(ed_key(seed)[2])
        commit = self.say("bid.commit", [("sid", self.sid.hex()), ("bid", m["bid"][0]), ("bidder", self.pub[-1].hex()), ("seq", 1),
                                         ("op", "put"), ("hash", m["hash"][0]), ("len", m["len"][0])], seed)
        leaf = leaf_hash(commit.encode())
        self.bid.append(self.bid[0])
        self.commits.insert(0, (leaf, len(self.pub) - 1, "put", self.commits[0][3], None))
        for i in range(1, self.r + 1):
            self.say("bid.receipt", self.head(i) + [("leaf", leaf.hex()), ("time", T - 61000 + i)], self.key[i - 1])
        self.active.insert(0, self.commits[0])

    def close(self):
        """Everybody says what is known, the first closes, all sign."""
        of = {x[0]: x for x in self.active}
        # in force; missing where nothing came; counted where the bid is replaced or withdrawn
        lines = [(("in-force" if c[4] else "missing") if c[0] in of else "counted", c[0]) for c in self.commits]
        hours = self.hours or (T, T + 3600000, T + 86400000)
        self.root, self.settled = tree([x for _, x in lines]), settled(sha(b"rules"), hours, [k for k, _ in lines])
        both = [("root", self.root.hex()), ("active", self.settled.hex())]
        body = [("tender", sha(b"rules").hex()), *zip(("deadline", "open", "fallback"), hours), ("count", len(lines)), *both,
                *((k, x.hex()) for k, x in lines)]
        for i in range(1, self.n + 1):
            self.say("close.view", self.head(i) + body, self.key[i - 1])
        self.say("seal.close", self.head(1) + body, self.key[0])
        for i in range(2, self.n + 1):
            self.say("close.cosig", self.head(i) + both, self.key[i - 1])

    def shares(self):
        for _, b, _, h, u in self.active:
            for i in range(1, self.n + 1) if u else ():
                x = self.x[i - 1]
                u_i = mul(x, u)
                e, f = dleq("tdh2-share", x, u, u_i, mul(x, B), [self.root, self.settled], self.scalar())
                self.say("open.share", self.head(i) + [("root", self.root.hex()), ("active", self.settled.hex()), ("bid", self.bid[b].hex()), ("sealed", h.hex()),
                                                      ("u-i", encode(u_i).hex()), ("e", le(e).hex()), ("f", le(f).hex())], self.key[i - 1])


# ---- replay ----

def read(text):
    lines = text.rstrip("\n").split("\n")
    kind = lines[0].split(" ", 1)[1]
    fields = {}
    for line in lines[1:]:
        name, value = line.split(" ", 1)
        fields.setdefault(name, []).append(value)
    return {"kind": kind, "text": text, **fields}


def signed(m, key):
    body = m["text"][:m["text"].rindex("sig ")]
    return ed_check(key, b"e-seal/1 signed\n" + body.encode(), base64.b64decode(m["sig"][0]))


class Replay:
    """The same judgements as `entente procure verify`, less those on complaints and on bidders."""

    def __init__(self, text):
        self.found, self.opened = [], {}
        self.m = [read(x if x.endswith("\n") else x + "\n") for x in sorted(set(text.split("\n\n")))]
        self.policy()
        self.key()
        self.tally()
        self.closing()
        self.opening()

    def of(self, kind):
        return [m for m in self.m if m["kind"] == kind]

    def find(self, what, who):
        if (what, who) not in self.found:
            self.found.append((what, who))

    def policy(self):
        [m] = self.of("policy")
        self.n, self.k = int(m["n"][0]), int(m["k"][0])
        holders = [h.split(" ") for h in m["holder"]]
        self.keys = [bytes.fromhex(h[2]) for h in holders]
        self.boxes = [decode(bytes.fromhex(h[3])) for h in holders]
        self.deadline, self.r = int(m["deadline"][0]), int(m["receipts"][0])
        assert self.r == self.n - self.k + 1 and 2 * self.k > self.n
        assert signed(m, self.keys[int(m["lead"][0]) - 1])
        self.sid = sha(m["text"][:m["text"].rindex("sig ")].encode())
        self.hours(int(m["grace"][0]))

    def hours(self, grace):
        """Postponements that k holders signed before the deadline that stood until then, in order of their deadlines."""
        said, self.known = {}, {i: self.deadline for i in range(1, self.n + 1)}
        for i, m in self.holders("policy.postpone"):
            deadline, start, fallback, at = (int(m[x][0]) for x in ("deadline", "open", "fallback", "time"))
            if deadline + grace <= start <= fallback:
                said.setdefault((deadline, start, fallback), []).append((i, at))
        for (deadline, _, _), by in sorted(said.items()):
            signed_by = {i for i, at in by if at <= self.deadline}
            if deadline > self.deadline and len(signed_by) >= self.k:
                self.deadline = deadline
                self.known.update({i: deadline for i in signed_by})

    def knew(self, i, leaf):
        return self.time[leaf] <= self.known[i]

    def holders(self, kind):
        for m in self.of(kind):
            i = int(m["holder"][0])
            assert m["sid"][0] == self.sid.hex()
            if signed(m, self.keys[i - 1]):
                yield i, m

    def key(self):
        """The key is made of the rounds 1 that all have certified; others by the same holders take nothing away, and name who has made them."""
        deals = {}
        for i, m in self.holders("dkg.r1"):
            deals.setdefault(i, {})[sha(m["text"].encode()).hex()] = m
            if len(deals[i]) > 1:
                self.find("two-deals", i)
        certs = list(self.holders("dkg.cert"))
        said = [tuple(m["y"] + m["part"] + m["deal"]) for _, m in certs]
        whole = next(m for i, m in certs if len({j for (j, _), x in zip(certs, said) if x == tuple(m["y"] + m["part"] + m["deal"])}) == self.n)
        deals = {i: deals[i][whole["deal"][i - 1]] for i in range(1, self.n + 1)}
        c = {i: [decode(bytes.fromhex(x)) for x in m["commit"]] for i, m in deals.items()}
        for i, m in deals.items():
            r, z = bytes.fromhex(m["pop-r"][0]), scalar(bytes.fromhex(m["pop-z"][0]))
            assert len(c[i]) == self.k
            big_e = bytes.fromhex(m["ephemeral"][0])
            of_a, of_e = pop(self.sid, i, b"".join(bytes.fromhex(x) for x in m["commit"]), r, big_e)
            assert encode(mul(z, B)) == encode(add(add(decode(r), mul(of_a, c[i][0])), mul(of_e, decode(big_e))))
        self.part = []
        for j in range(1, self.n + 1):
            total = ZERO
            for cs in c.values():
                for power, x in enumerate(cs):
                    total = add(total, mul(pow(j, power, Q), x))
            self.part.append(total)
        y = ZERO
        for cs in c.values():
            y = add(y, cs[0])
        self.y = encode(y)
        assert whole["y"] == [self.y.hex()] and whole["part"] == [encode(x).hex() for x in self.part]

    def tally(self):
        self.commits = {}
        for m in self.of("bid.commit"):
            if signed(m, bytes.fromhex(m["bidder"][0])):
                self.commits[leaf_hash(m["text"].encode())] = m
        times = {}
        for i, m in self.holders("bid.receipt"):
            leaf = bytes.fromhex(m["leaf"][0])
            if leaf in self.commits:
                at = times.setdefault(leaf, {})
                at.setdefault(i, []).append(int(m["time"][0]))
        for at in times.values():
            for i, all_of in at.items():
                if any(b - a > APART for a, b in zip(sorted(all_of), sorted(all_of)[1:])):
                    self.find("two-receipts", i)
                at[i] = min(all_of)
        self.held = {leaf: set(t) for leaf, t in times.items()}
        self.time = {leaf: sorted((v, i) for i, v in t.items())[(self.r - 1) // 2][0] for leaf, t in times.items() if len(t) >= self.r}
        if len(times) > MOST:  # what counts first stays, by when it counts; then the rest by the earliest receipt
            late = {leaf: leaf not in self.time or self.time[leaf] > self.deadline for leaf in times}
            keep = set(sorted(times, key=lambda x: (late[x], 0 if late[x] else self.time[x], min(times[x].values()), x))[:MOST])
            times = {leaf: t for leaf, t in times.items() if leaf in keep}
            self.held, self.time = ({leaf: v for leaf, v in d.items() if leaf in keep} for d in (self.held, self.time))
        self.counted = {leaf for leaf, v in self.time.items() if v <= self.deadline}
        self.first = {leaf: min(t.values()) for leaf, t in times.items()}

    def closing(self):
        """A closing is known by root and active, and what it says stands once k holders have signed it: nothing that comes later changes it."""
        said, signers = {}, {}
        for i, m in self.holders("seal.close"):
            lines = [x.split(" ") for x in m["text"].split("\n") if x.split(" ")[0] in STATES]
            leaves = [bytes.fromhex(x) for _, x in lines]
            hours = tuple(int(m[x][0]) for x in ("deadline", "open", "fallback"))
            key = (tree(leaves), settled(bytes.fromhex(m["tender"][0]), hours, [x for x, _ in lines]))
            assert tuple(x.hex() for x in key) == (m["root"][0], m["active"][0]) and len(set(leaves)) == len(leaves)
            said[key] = dict(zip(leaves, (x for x, _ in lines)))
            signers.setdefault(key, set()).add(i)
            for x in self.counted - set(leaves):
                if self.knew(i, x):
                    self.find("dropped-bid" if i in self.held[x] else "missed-bid", i)
        for i, m in self.holders("close.cosig"):
            key = tuple(bytes.fromhex(m[x][0]) for x in ("root", "active"))
            if key in said:
                signers[key].add(i)
                if any(i in self.held[x] and self.knew(i, x) for x in self.counted - set(said[key])):
                    self.find("cosigned-lie", i)
        for i in range(1, self.n + 1):
            if sum(i in s for s in signers.values()) > 1:
                self.find("two-roots", i)
        sharers = {}
        for i, m in self.holders("open.share"):
            sharers.setdefault((m["root"][0], m["active"][0]), set()).add(i)
        enough = [x for x in said if len(signers[x]) >= self.k]
        enough.sort(key=lambda x: (-len(sharers.get((x[0].hex(), x[1].hex()), ())), -len(signers[x]), x))
        self.enough = {(x[0].hex(), x[1].hex()) for x in enough}
        self.closed = enough[0] if enough else None
        force = said[self.closed] if enough else {}
        self.bids = [self.commits[x] for x, state in force.items() if state in ("in-force", "missing") and x in self.commits]
        self.come = [self.commits[x] for x, state in force.items() if state == "in-force" and x in self.commits]

    def opening(self):
        # A share is of the sealed bid that it names; of a commit by another to the same hash it is none.
        names = {tuple(m[x][0] for x in ("bidder", "bid", "seq", "hash")) for m in self.come}
        sealed = {sha(m["text"].encode()): m for m in self.of("bid.sealed") if signed(m, bytes.fromhex(m["bidder"][0]))}
        due = {h for h, m in sealed.items() if (m["bidder"][0], m["bid"][0], m["seq"][0], h.hex()) in names}
        shares = {}
        closed = tuple(x.hex() for x in self.closed) if self.closed else None
        for i, m in self.holders("open.share"):
            s, h = sealed.get(bytes.fromhex(m["sealed"][0])), bytes.fromhex(m["sealed"][0])
            if (m["root"][0], m["active"][0]) != closed:
                if (m["root"][0], m["active"][0]) not in self.enough:
                    self.find("early-share", i)
                continue
            if s is None or m["bid"][0] != s["bid"][0] or h not in due:
                if not any(x["hash"][0] == h.hex() for x in self.bids):
                    self.find("share-not-due", i)
                continue
            u, u_i = decode(bytes.fromhex(s["u"][0])), decode(bytes.fromhex(m["u-i"][0]))
            e, f = (scalar(bytes.fromhex(m[x][0])) for x in "ef")
            if dleq_holds("tdh2-share", e, f, u, u_i, self.part[i - 1], self.closed):
                shares.setdefault(h, {})[i] = u_i
            else:
                self.find("bad-share", i)
        for m in self.come:
            h = bytes.fromhex(m["hash"][0])
            got = shares.get(h, {})
            if h not in sealed or len(got) < self.k or any(m[x] != sealed[h][x] for x in ("bidder", "bid", "seq")):
                continue
            at = sorted(got)[:self.k]
            key = ZERO
            for i in at:
                key = add(key, mul(lagrange(at, i), got[i]))
            self.opened[m["bid"][0]] = self.open(sealed[h], key)

    def open(self, m, key):
        label = sha(self.sid + bytes.fromhex(m["bidder"][0]) + bytes.fromhex(m["bid"][0]) + le(int(m["seq"][0]), 4))
        c, nonce = base64.b64decode(m["c"][0]), bytes.fromhex(m["nonce"][0])
        u, u_bar = (decode(bytes.fromhex(m[x][0])) for x in ("u", "u-bar"))
        e, f = (scalar(bytes.fromhex(m[x][0])) for x in "ef")
        w, w_bar = add(mul(f, B), neg(mul(e, u))), add(mul(f, GBAR), neg(mul(e, u_bar)))
        assert e == challenge("tdh2-ct", c, label, nonce, encode(u), encode(w), encode(u_bar), encode(w_bar))
        plain = aead(digest("tdh2-key", encode(key), label, encode(u))[:32], nonce, label, c, True)
        return plain[4:4 + int.from_bytes(plain[:4], "little")].decode()


def main(argv):
    if len(argv) == 4 and argv[0] == "make":
        sys.stdout.write("\n".join(Ceremony(argv[1], int(argv[2]), int(argv[3])).out))
        return 0
    if len(argv) == 2 and argv[0] == "check":
        with open(argv[1], encoding="ascii") as f:
            r = Replay(f.read())
        for bid, text in sorted(r.opened.items()):
            print("opened", bid, text)
        for what, who in r.found:
            print(what, "holder", who)
        return 0
    print(__doc__, file=sys.stderr)
    return 64


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
