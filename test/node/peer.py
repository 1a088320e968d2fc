"""The federation protocol a second time, in Python: what a partner may ask, and what a bad one may say.

Client asks a node for anything, with the TLS key of a node of the test. Impostor takes over a member: it has
the member's own keys and its real log, answers in its place, and lies where a test tells it to. Written from
docs/format.md, not from the C.
"""

import base64
import hashlib
import http.client
import http.server
import os
import re
import ssl
import struct
import threading
import time

# ---- Ed25519 (RFC 8032 §5.1), signing only: slow, and for tests that is enough ----

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BASE_Y = 4 * pow(5, P - 2, P) % P


def _recover_x(y):
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return P - x if x & 1 else x


def _add(a, b):
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    g, h = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    x, y, z, t = f - e, h - g, h + g, f + e
    return x * y % P, t * z % P, y * z % P, x * t % P


_BASE = (_recover_x(BASE_Y), BASE_Y, 1, _recover_x(BASE_Y) * BASE_Y % P)


def _multiply(s):
    q, point = (0, 1, 1, 0), _BASE
    while s:
        if s & 1:
            q = _add(q, point)
        point, s = _add(point, point), s >> 1
    inverse = pow(q[2], P - 2, P)
    x, y = q[0] * inverse % P, q[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _integer(*parts):
    return int.from_bytes(hashlib.sha512(b"".join(parts)).digest(), "little")


def _expand(seed):
    h = hashlib.sha512(seed).digest()
    return int.from_bytes(h[:32], "little") & (1 << 254) - 8 | 1 << 254, h[32:]


def ed25519_public(seed):
    return _multiply(_expand(seed)[0])


def ed25519_sign(seed, message):
    a, prefix = _expand(seed)
    public, r = _multiply(a), _integer(prefix, message) % ORDER
    point = _multiply(r)
    s = (r + _integer(point, public, message) % ORDER * a) % ORDER
    return point + s.to_bytes(32, "little")


def key_seed(path):
    """The seed in a key file that is not sealed."""
    with open(path, encoding="ascii") as f:
        return base64.b64decode(re.search(r"^seed (\S+)$", f.read(), re.M).group(1))


# ---- tree, notes, frames ----

def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def leaf_hash(entry):
    return sha256(b"\0", entry)


def tree_root(leaves):
    """RFC 6962 §2.1 over leaf hashes."""
    if not leaves:
        return sha256()
    while len(leaves) > 1:
        pairs = [sha256(b"\1", leaves[i], leaves[i + 1]) for i in range(0, len(leaves) - 1, 2)]
        leaves = pairs + leaves[len(leaves) & ~1:]
    return leaves[0]


class Range:
    """The compact range of a growing tree: root() at every size without keeping the leaves."""

    def __init__(self):
        self.size, self.stack = 0, []  # (height, hash), highest first

    def add(self, leaf):
        height = 0
        while self.stack and self.stack[-1][0] == height:
            leaf = sha256(b"\1", self.stack.pop()[1], leaf)
            height += 1
        self.stack.append((height, leaf))
        self.size += 1

    def root(self):
        if not self.stack:
            return sha256()
        root = self.stack[-1][1]
        for _, left in reversed(self.stack[:-1]):
            root = sha256(b"\1", left, root)
        return root


def note_sign(text, name, seed, kind=b"\1", signed=None):
    key_id = sha256(name, b"\n", kind, ed25519_public(seed))[:4]
    signature = ed25519_sign(seed, text) if signed is None else signed
    return "— ".encode() + name + b" " + base64.b64encode(key_id + signature) + b"\n"


def note_parts(note):
    """Origin, size and root of a signed checkpoint."""
    lines = note.split(b"\n")
    return lines[0].decode(), int(lines[1]), base64.b64decode(lines[2])


def frame(data):
    return struct.pack(">I", len(data)) + data


def frames(data):
    out = []
    while data:
        (n,) = struct.unpack(">I", data[:4])
        assert len(data) >= 4 + n, "a torn frame"
        out.append(data[4:4 + n])
        data = data[4 + n:]
    return out


def bucket(n):
    """Padmé size class (PURBs, §4), at least 256."""
    if n <= 256:
        return 256
    e = n.bit_length() - 1
    mask = (1 << e - e.bit_length()) - 1
    return n + mask & ~mask


def payload_frame(seq, salt, plain):
    head = struct.pack(">Q", seq) + salt + struct.pack(">Q", len(plain))
    return head + plain + bytes(bucket(len(plain)) - len(plain))


def payload_frames(answer):
    """{seq: (salt, plaintext)} of an answer to POST payloads."""
    (count,) = struct.unpack(">I", answer[8:12])
    out, at = {}, 12
    while at < len(answer):
        seq, salt = struct.unpack(">Q", answer[at:at + 8])[0], answer[at + 8:at + 40]
        (n,) = struct.unpack(">Q", answer[at + 40:at + 48])
        out[seq] = salt, answer[at + 48:at + 48 + n]
        assert not any(answer[at + 48 + n:at + 48 + bucket(n)]), "padding is not zero"
        at += 48 + bucket(n)
    assert len(out) == count
    return out


def payload_answer(*frames):
    return b"\xff" * 8 + struct.pack(">I", len(frames)) + b"".join(frames)


def commitment(salt, plain):
    return sha256(b"entente-payload/1\n", salt, struct.pack(">Q", len(plain)), plain).hex()


def tile_number(n):
    text = f"{n % 1000:03d}"
    while n >= 1000:
        n //= 1000
        text = f"x{n % 1000:03d}/{text}"
    return text


def tile_hashes(leaves, level, n, width):
    span = 256**level
    first = n * 256
    return b"".join(tree_root(leaves[i * span:(i + 1) * span]) for i in range(first, first + width))


def bundle_entries(data):
    """Entries of a bundle; None where one is withheld."""
    out = []
    while data:
        (n,) = struct.unpack(">H", data[:2])
        assert len(data) >= 2 + n, "a torn bundle"
        out.append(data[2:2 + n] or None)
        data = data[2 + n:]
    return out


# ---- asking ----

class Client:
    """Asks `target` with the TLS key of `identity` (None: with none). Every byte answered is kept in .seen."""

    def __init__(self, target, identity=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        if identity:
            context.load_cert_chain(identity.key("tls.crt"), identity.key("tls.key"))
        self.context, self.port = context, target.peer_port
        self.seen = bytearray()
        self.connection = None

    def ask(self, method, path, body=None, timeout=30):
        for last in (False, True):
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPSConnection(
                    "127.0.0.1", self.port, context=self.context, timeout=timeout)
            try:
                self.connection.request(method, path, body)
                answer = self.connection.getresponse()
                data = answer.read()
                self.seen += str(answer.headers).encode() + data
                return answer.status, data
            except (ConnectionError, http.client.HTTPException, ssl.SSLError):
                self.close()
                if fresh or last:
                    raise

    def get(self, path, **options):
        return self.ask("GET", path, **options)

    def post(self, path, body):
        return self.ask("POST", path, body)

    def heads(self, coalition):
        """{origin: (size, root, note)}: for each log the largest head that the node knows."""
        status, data = self.get(f"/f/1/{coalition}/heads")
        assert status == 200, (status, data)
        best = {}
        for note in frames(data)[1:]:
            origin, size, root = note_parts(note)
            if origin not in best or best[origin][0] < size:
                best[origin] = size, root, note
        return best

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None


# ---- answering ----

class Impostor:
    """A member's node in the hands of somebody else.

    The node is stopped; its log, payloads and keys answer from here at its address. A test changes what is said:
    entries and payloads (the head is signed afresh over whatever stands there), or, by `lie`, the answer to any
    request whose path contains a word.
    """

    def __init__(self, node, coalition):
        self.node, self.member, self.coalition = node, node.member, coalition
        self.origin = f"entente/{coalition}/{node.member}/1"
        self.log = f"/f/1/{coalition}/{node.member}.1"
        client = Client(node, node)
        size = client.heads(coalition)[self.origin][0]
        self.state = frames(client.get(f"/f/1/{coalition}/heads")[1])[0]
        self.roots = client.get(f"/f/1/{coalition}/roots")[1]
        self.root = {member: client.get(f"/f/1/{coalition}/root/{member}")[1]
                     for member in (line.split()[0] for line in self.roots.decode().splitlines())}
        self.charter = client.get(f"/f/1/{coalition}/charter")[1]
        self.entries, self.payloads = [], {}
        for at in range(0, size, 256):
            width = min(256, size - at)
            partial = "" if width == 256 else f".p/{width}"
            self.entries += bundle_entries(
                client.get(f"{self.log}/tile/entries/{tile_number(at // 256)}{partial}")[1])
            self.payloads.update(payload_frames(client.post(
                f"{self.log}/payloads", f"from {at} to {at + width - 1}\n".encode())[1]))
        client.close()
        node.stop()
        self.log_seed = key_seed(node.key("log.key"))
        self.witness_seed = key_seed(node.key("witness.key"))
        self.officer_seed = key_seed(node.key("officer.key"))
        self.lies, self.notes, self.asked = {}, None, []
        self.server = None
        self.serve()

    def serve(self, as_node=None):
        """At the member's address, with the TLS key of `as_node` (its own)."""
        self.close()
        self.server = _serve(self, as_node or self.node, self.node.peer_port)

    def close(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
        self.server = None

    # What it says of itself.

    def leaves(self):
        return [leaf_hash(e) for e in self.entries]

    def head_text(self, size=None, root=None, origin=None):
        leaves = self.leaves() if size is None else self.leaves()[:size]
        root = tree_root(leaves) if root is None else root
        size = len(leaves) if size is None else size
        return f"{origin or self.origin}\n{size}\n{base64.b64encode(root).decode()}\n".encode()

    def sign(self, text, name=None):
        return text + b"\n" + note_sign(text, (name or self.origin).encode(), self.log_seed)

    def head(self, **changes):
        return self.sign(self.head_text(**changes))

    def heads(self):
        state = re.sub(rb"^token .*$", b"token t%d" % time.monotonic_ns(), self.state, flags=re.M)
        notes = self.notes if self.notes is not None else [self.head()]
        return frame(state) + b"".join(frame(n) for n in notes)

    def lie(self, word, answer):
        """`answer`: bytes, (status, bytes), an iterator of pieces that need not end, or a function of path and body."""
        self.lies[word] = answer

    def honest(self):
        self.lies, self.notes = {}, None

    def entry(self, plain=None, **changes):
        """Appends an entry like a note for all, with single lines changed; returns its seq."""
        seq = len(self.entries)
        last = max(int(n) for e in self.entries for n in re.findall(rb"^time (\d{13})\.", e, re.M))
        lines = {
            "coalition": self.coalition, "log": f"{self.member}.1", "seq": str(seq),
            "time": f"{last + 1}.0", "mode": "-", "kind": "-", "object": "-",
            "label": "-", "audience": "veiled", "payload": "-", "until": "-", "act": "-"}
        if plain is not None:
            salt = os.urandom(32)
            self.payloads[seq] = salt, plain
            lines["payload"] = f"{commitment(salt, plain)} {bucket(len(plain))} -"
        lines.update(changes)
        order = ["coalition", "log", "seq", "time", "mode", "kind", "object", "ref", "seen", "label", "audience",
                 "payload", "until", "act"]
        text = "entente-entry/1\n"
        for name in order:
            value = lines.get(name)
            for one in value if isinstance(value, list) else [value] if value is not None else []:
                text += f"{name} {one}\n"
        self.entries.append(text.encode())
        return seq

    # What it answers.

    def answer(self, method, path, body):
        self.asked.append(path)
        for word, lie in self.lies.items():
            if word in path:
                given = lie(path, body) if callable(lie) else lie
                if given is not None:
                    return given if isinstance(given, tuple) else (200, given)
        path, _, query = path.partition("?")
        if path == f"/f/1/{self.coalition}/heads":
            return 200, self.heads()
        if path == f"/f/1/{self.coalition}/roots":
            return 200, self.roots
        if path.startswith(f"/f/1/{self.coalition}/root/"):
            given = self.root.get(path.rpartition("/")[2])
            return (404, b"") if given is None else (200, given)
        if path == f"/f/1/{self.coalition}/proofs":
            return 200, b""
        if path == f"/f/1/{self.coalition}/charter":
            return 200, self.charter
        if path == f"{self.log}/checkpoint":
            return 200, self.head()
        if method == "POST" and path == f"{self.log}/payloads":
            return 200, self.answer_payloads(body.decode())
        tile = re.fullmatch(rf"{self.log}/tile/(entries|[0-7])/((?:x\d\d\d/)*\d\d\d)(?:\.p/(\d+))?", path)
        return (200, self.answer_tile(*tile.groups(), query)) if tile else (404, b"")

    def answer_tile(self, level, number, width, query=""):
        n, width = int(number.replace("x", "").replace("/", "")), int(width or 256)
        if level == "entries":
            first = int(query.removeprefix("from=") or n * 256)
            part = self.entries[first:n * 256 + width]
            return b"".join(struct.pack(">H", len(e)) + e for e in part)
        return tile_hashes(self.leaves(), int(level), n, width)

    def answer_payloads(self, request):
        span = re.fullmatch(r"from (\d+) to (\d+)\n", request)
        seqs = range(int(span.group(1)), int(span.group(2)) + 1) if span else \
            [int(s) for s in re.findall(r"^seq (\d+)$", request, re.M)]
        return payload_answer(*(payload_frame(s, *self.payloads[s]) for s in seqs if s in self.payloads))


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, data = self.server.impostor.answer(self.command, self.path, body)
        self.send_response(status)
        if isinstance(data, (bytes, bytearray)):
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            return
        self.close_connection = True
        self.send_header("Connection", "close")
        self.end_headers()
        for piece in data:
            self.wfile.write(piece)
            self.wfile.flush()

    do_GET = do_POST = handle_any

    def handle(self):
        try:
            super().handle()
        except (OSError, ssl.SSLError):
            pass  # the caller had enough

    def log_message(self, *args):
        pass


def _serve(impostor, node, port):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(node.key("tls.crt"), node.key("tls.key"))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), _Handler)
    server.daemon_threads = True
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.impostor = impostor
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server
