#!/usr/bin/env python3
"""Prints others_vectors.h: passkeys and signed tokens made by Python and openssl, for test_webauthn.c and test_jose.c."""

import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "node"))

from authenticator import BE, BS, UP, UV, Authenticator, Key, b64  # noqa: E402

ORIGIN, RP, CHALLENGE = "https://alb.example:8470", "alb.example", "dGhlIGNoYWxsZW5nZSBvZiB0aGUgdGVzdA"


def c_bytes(raw):
    lines = [raw[i:i + 24] for i in range(0, len(raw), 24)] or [b""]
    return "\n\t".join('"' + "".join(f"\\x{c:02x}" for c in line) + '"' for line in lines)


def c_text(text):
    parts = [text[i:i + 90] for i in range(0, len(text), 90)]
    return "\n\t".join(json.dumps(p) for p in parts)


def passkeys():
    for alg in ("ES256", "EdDSA", "RS256"):
        a = Authenticator(RP, ORIGIN, alg)
        a.counter = 7
        client, attestation = a.register(CHALLENGE, flags=UP | UV | BE | BS | 0x40)
        get, auth, sig = a.sign(CHALLENGE, counter=8)
        _, packed = a.register_self_attested(CHALLENGE)
        yield f'{{"{alg}", B({c_bytes(client)}), B({c_bytes(attestation)}), B({c_bytes(packed)}), B({c_bytes(a.id)}), B({c_bytes(get)}), B({c_bytes(auth)}), B({c_bytes(sig)})}}'


def tokens():
    payload = json.dumps({"iss": "https://id.example", "sub": "248289761001"}).encode()
    for alg in ("ES256", "EdDSA", "RS256"):
        k = Key(alg)
        head = b64(json.dumps({"alg": alg, "kid": "one", "typ": "JWT"}).encode())
        body = f"{head}.{b64(payload)}"
        keys = {"keys": [Key("RS256").jwk(kid="other"), k.jwk(kid="one", use="sig", alg=alg), k.jwk(kid="enc", use="enc")]}
        yield f'{{"{alg}", {c_text(json.dumps(keys))}, {c_text(body + "." + b64(k.sign_jose(body.encode())))}}}'


print("/* Made by make_vectors.py with Python and openssl; not by hand. */")
print("/* clang-format off */")
print("#define B(s) {(const uint8_t *)(s), sizeof(s) - 1}\n")
print("static const struct {\n\tconst char *alg;\n\tstruct slice client, attestation, packed, id, get, auth, sig;\n} passkeys[] = {\n\t"
      + ",\n\t".join(passkeys()) + ",\n};\n")
print("static const struct {\n\tconst char *alg, *keys, *token;\n} tokens[] = {\n\t" + ",\n\t".join(tokens()) + ",\n};")
