"""An authenticator and a browser in Python and openssl, independent of the program: makes passkeys and signs with them, rightly or wrongly. And keys
as JSON web keys, for a provider of identities."""

import base64
import hashlib
import json
import pathlib
import re
import secrets
import struct
import subprocess
import tempfile


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cbor(v):
    """CTAP2 canonical CBOR of ints, bytes, str, lists, dicts, booleans and None."""
    def head(major, n):
        if n < 24:
            return bytes([major << 5 | n])
        for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
            if n < 1 << (8 * size):
                return bytes([major << 5 | info]) + n.to_bytes(size, "big")
        raise ValueError(n)
    if v is None or isinstance(v, bool):
        return {False: b"\xf4", True: b"\xf5", None: b"\xf6"}[v]
    if isinstance(v, int):
        return head(0, v) if v >= 0 else head(1, -1 - v)
    if isinstance(v, bytes):
        return head(2, len(v)) + v
    if isinstance(v, str):
        return head(3, len(v.encode())) + v.encode()
    if isinstance(v, list):
        return head(4, len(v)) + b"".join(map(cbor, v))
    pairs = sorted(((cbor(k), cbor(x)) for k, x in v.items()), key=lambda p: (len(p[0]), p[0]))
    return head(5, len(pairs)) + b"".join(k + x for k, x in pairs)


class Key:
    """A key pair of openssl's: ES256, EdDSA or RS256."""

    def __init__(self, alg="ES256", bits=2048):
        self.alg = alg
        self.dir = tempfile.TemporaryDirectory()
        self.pem = pathlib.Path(self.dir.name) / "key.pem"
        how = {"ES256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "EdDSA": ["ED25519"],
               "RS256": ["RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}"]}[alg]
        self._openssl("genpkey", "-algorithm", *how, "-out", self.pem)
        self.der = self._openssl("pkey", "-in", self.pem, "-pubout", "-outform", "DER")

    def _openssl(self, *args, data=None):
        return subprocess.run(["openssl", *args], input=data, capture_output=True, check=True).stdout

    def sign(self, data):
        """As COSE has it: ECDSA in DER."""
        if self.alg == "EdDSA":  # openssl wants to know the length of what it reads
            at = pathlib.Path(self.dir.name) / "data"
            at.write_bytes(data)
            return self._openssl("pkeyutl", "-sign", "-inkey", self.pem, "-rawin", "-in", at)
        return self._openssl("dgst", "-sha256", "-sign", self.pem, data=data)

    def sign_jose(self, data):
        """As JOSE has it: ECDSA as two numbers of 32 bytes."""
        sig = self.sign(data)
        if self.alg != "ES256":
            return sig
        n = sig[3]
        r, s = sig[4:4 + n], sig[6 + n:]
        return b"".join(int.from_bytes(x, "big").to_bytes(32, "big") for x in (r, s))

    @property
    def numbers(self):
        if self.alg == "ES256":
            return self.der[-64:-32], self.der[-32:]
        if self.alg == "EdDSA":
            return (self.der[-32:],)
        text = self._openssl("pkey", "-in", self.pem, "-pubout", "-text", "-noout").decode()
        n = bytes.fromhex(re.sub(r"[\s:]", "", re.search(r"Modulus:([\s0-9a-f:]+)", text).group(1))).lstrip(b"\0")
        return n, int(re.search(r"Exponent: (\d+)", text).group(1)).to_bytes(3, "big")

    def cose(self):
        if self.alg == "ES256":
            x, y = self.numbers
            return {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        if self.alg == "EdDSA":
            return {1: 1, 3: -8, -1: 6, -2: self.numbers[0]}
        n, e = self.numbers
        return {1: 3, 3: -257, -1: n, -2: e}

    def jwk(self, **more):
        names = {"ES256": ("EC", ("x", "y"), {"crv": "P-256"}), "EdDSA": ("OKP", ("x",), {"crv": "Ed25519"}),
                 "RS256": ("RSA", ("n", "e"), {})}
        kty, members, rest = names[self.alg]
        return {"kty": kty, **rest, **{k: b64(v) for k, v in zip(members, self.numbers)}, **more}


UP, UV, BE, BS, AT, ED = 0x01, 0x04, 0x08, 0x10, 0x40, 0x80


class Authenticator:
    """One passkey. What it makes can be bent at every place: `client` and `auth` change what is signed, `after` what is sent."""

    def __init__(self, rp_id="localhost", origin="http://localhost", alg="ES256", counter=0):
        self.rp_id, self.origin, self.key = rp_id, origin, Key(alg)
        self.id, self.counter, self.handle = secrets.token_bytes(32), counter, b""

    def client_data(self, kind, challenge, bent=None):
        said = {"type": f"webauthn.{kind}", "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return json.dumps({**said, **(bent or {})}).encode()

    def auth_data(self, flags, credential=b"", rp_id=None, counter=None):
        rp = hashlib.sha256((rp_id or self.rp_id).encode()).digest()
        return rp + struct.pack(">BI", flags, self.counter if counter is None else counter) + credential

    def attestation(self, flags=UP | UV | AT, cose=None, fmt="none", statement=None, rp_id=None, more=b""):
        credential = bytes(16) + struct.pack(">H", len(self.id)) + self.id + cbor(cose or self.key.cose())
        auth = self.auth_data(flags, credential if flags & AT else b"", rp_id) + more
        return auth, cbor({"fmt": fmt, "attStmt": {} if statement is None else statement, "authData": auth})

    def register(self, challenge, client=None, **bent):
        """clientDataJSON and attestationObject, as bytes."""
        return self.client_data("create", challenge, client), self.attestation(**bent)[1]

    def register_self_attested(self, challenge):
        client = self.client_data("create", challenge)
        auth, _ = self.attestation()
        sig = self.key.sign(auth + hashlib.sha256(client).digest())
        return client, self.attestation(fmt="packed", statement={"alg": self.key.cose()[3], "sig": sig})[1]

    def sign(self, challenge, client=None, flags=UP | UV, by=None, **bent):
        """clientDataJSON, authenticatorData, signature."""
        data = self.client_data("get", challenge, client)
        auth = self.auth_data(flags, **bent)
        return data, auth, (by or self.key).sign(auth + hashlib.sha256(data).digest())

    # As the API wants them.
    def made(self, options, name="key", **bent):
        self.handle = unb64(options["user"]["id"])
        client, attestation = self.register(options["challenge"], **bent)
        return {"name": name, "clientDataJSON": b64(client), "attestationObject": b64(attestation)}

    def answer(self, ask, **bent):
        client, auth, sig = self.sign(ask["challenge"], **bent)
        return {"id": b64(self.id), "clientDataJSON": b64(client), "authenticatorData": b64(auth), "signature": b64(sig),
                "userHandle": b64(self.handle)}
