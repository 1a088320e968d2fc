"""A mail relay and a receiver of webhooks, in threads of the test."""

import base64
import email
import hashlib
import hmac
import http.server
import json
import socket
import socketserver
import ssl
import subprocess
import threading
import time


def certificate(path):
    """A key and a certificate for 127.0.0.1 that only its own file vouches for; and the SHA-256 of its public key."""
    cert, key = path / "receiver.crt", path / "receiver.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=receiver", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", cert],
                   check=True, capture_output=True, stdin=subprocess.DEVNULL)
    der = subprocess.run(["openssl", "x509", "-in", cert, "-pubkey", "-noout"], check=True, capture_output=True).stdout
    spki = base64.b64decode(b"".join(der.splitlines()[1:-1]))
    return cert, key, hashlib.sha256(spki).hexdigest()


class Relay:
    """SMTP: takes what it is told to take. `answers` are final replies to give first; `tls` offers STARTTLS and insists on it."""

    def __init__(self, tls=None, user=None):
        self.mails, self.answers, self.commands, self.tls, self.user = [], [], [], tls, user
        relay = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                relay.serve(self)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def serve(self, h):
        secure, known, rcpt = False, False, []
        h.wfile.write(b"220 relay\r\n")
        while line := h.rfile.readline(2000):
            word = line.split()[0].upper() if line.split() else b""
            self.commands.append(line.decode(errors="replace").strip())
            if word in (b"EHLO", b"HELO"):
                extra = (b"250-STARTTLS\r\n" if self.tls and not secure else b"") + (b"250-AUTH PLAIN\r\n" if self.user and (secure or not self.tls) else b"")
                h.wfile.write(b"250-relay\r\n" + extra + b"250 SMTPUTF8\r\n")
            elif word == b"STARTTLS" and self.tls:
                h.wfile.write(b"220 go\r\n")
                h.wfile.flush()
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.load_cert_chain(*self.tls)
                try:
                    h.connection = context.wrap_socket(h.connection, server_side=True)
                except (ssl.SSLError, OSError):
                    return
                h.rfile, h.wfile = h.connection.makefile("rb"), h.connection.makefile("wb", buffering=0)
                secure = True
            elif word == b"AUTH":
                if len(line.split()) == 2:
                    h.wfile.write(b"334 \r\n")
                    h.wfile.flush()
                    line += b" " + h.rfile.readline(2000)
                given = base64.b64decode(line.split()[2]).split(b"\0")[1:]
                known = [x.decode() for x in given] == list(self.user or [])
                h.wfile.write(b"235 ok\r\n" if known else b"535 no\r\n")
            elif word == b"MAIL" and ((self.tls and not secure) or (self.user and not known)):
                h.wfile.write(b"530 not like this\r\n")
            elif word == b"MAIL":
                rcpt = []
                h.wfile.write(b"250 ok\r\n")
            elif word == b"RCPT":
                rcpt.append(line.decode().split("<")[1].split(">")[0])
                h.wfile.write(b"250 ok\r\n")
            elif word == b"DATA":
                h.wfile.write(b"354 go\r\n")
                data = b""
                while not data.endswith(b"\r\n.\r\n"):
                    more = h.rfile.readline(2000)
                    if not more:
                        return
                    data += more
                answer = self.answers.pop(0) if self.answers else b"250 taken\r\n"
                if answer is None:  # the line breaks: nobody knows whether it was taken
                    h.connection.shutdown(socket.SHUT_RDWR)
                    return
                if answer.startswith(b"2"):
                    self.mails.append((rcpt, email.message_from_bytes(data[:-5].replace(b"\r\n..", b"\r\n."))))
                h.wfile.write(answer)
            elif word == b"QUIT":
                h.wfile.write(b"221 bye\r\n")
                return
            else:
                h.wfile.write(b"250 ok\r\n")

    def of(self, address):
        return [m for to, m in list(self.mails) if address in to]


def subject(mail):
    return str(email.header.make_header(email.header.decode_header(mail["Subject"])))


def text(mail):
    return mail.get_payload(decode=True).decode()


class Receiver:
    """HTTPS: keeps what was posted. `answers` are (status, headers) to give first; `pause`: seconds before each."""

    def __init__(self, cert, key):
        self.got, self.answers, self.pause = [], [], 0
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((self.path, dict(self.headers), body))
                time.sleep(receiver.pause)
                status, headers = receiver.answers.pop(0) if receiver.answers else (204, {})
                if status is None:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response(status)
                for k, v in headers.items():
                    self.send_header(k, v)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cert, key)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"https://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def events(self):
        return [json.loads(body) for _, _, body in list(self.got)]


def signed(headers, body, secret, now, tolerance=300):
    """As a receiver checks: the time is near, the signature is of this very body."""
    parts = dict(p.split("=", 1) for p in headers["Entente-Signature"].split(","))
    mac = hmac.new(bytes.fromhex(secret), parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(mac, parts["v1"]) and abs(now - int(parts["t"])) <= tolerance
