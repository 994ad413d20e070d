"""A web host on loopback that does, on demand, everything that hosts on the internet do."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

GOOD = b"<html><head><title>Medicines</title></head><body><h1>Medicines</h1></body></html>"


@dataclass(frozen=True)
class Reply:
    """What the host says at a path; `head` is the status for HEAD if it is another."""

    status: int = 200
    body: bytes = GOOD
    location: str = ""
    kind: str = "text/html; charset=utf-8"
    head: int = 0
    delay_s: float = 0.0
    is_broken: bool = False


@dataclass
class Host:
    """A running host: its replies by path, and what it was asked, with the moments."""

    url: str = ""
    replies: dict[str, Reply] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    begun: list[float] = field(default_factory=list)
    ended: list[float] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    agents: set[str] = field(default_factory=set)

    def begin(self, method: str, path: str, agent: str) -> None:
        with self.lock:
            self.begun.append(time.monotonic())
            self.asked.append((method, path))
            self.agents.add(agent)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)

    def end(self) -> None:
        with self.lock:
            self.at_once -= 1
            self.ended.append(time.monotonic())

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@contextmanager
def host(
    context: ssl.SSLContext | None = None, address: tuple[str, int] = ("127.0.0.1", 0)
) -> Iterator[Host]:
    running = Host()
    server = ThreadingHTTPServer(address, _handler(running))
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "http" if context is None else "https"
    running.url = f"{scheme}://{address[0]}:{server.server_port}"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01))
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(running: Host) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer()

        def do_GET(self) -> None:
            self._answer()

        def log_message(self, *args: object) -> None:
            """Stay silent."""

        def _answer(self) -> None:
            reply = running.replies.get(self.path, Reply(404, b""))
            running.begin(self.command, self.path, self.headers["User-Agent"])
            time.sleep(reply.delay_s)
            # Before the answer is sent: the asker may ask again the moment that it has it.
            running.end()
            try:
                self._say(reply)
            except OSError:
                self.close_connection = True  # the asker has gone: it waits for nobody

        def _say(self, reply: Reply) -> None:
            if reply.is_broken:
                self.wfile.write(b"\x00\x01 no answer\r\n\r\n")
                return
            is_head = self.command == "HEAD"
            self.send_response(reply.head if is_head and reply.head else reply.status)
            self.send_header("Content-Type", reply.kind)
            self.send_header("Location", reply.location)
            self.end_headers()
            self.wfile.write(b"" if is_head else reply.body)

    return Handler


def certificate(folder: Path, name: str, *, days: int = 30) -> Path:
    """Write a self-signed certificate with its key for a host name or number; return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    end = datetime.now(UTC) + timedelta(days=days)
    known = x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - timedelta(days=60))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([known]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}-{days}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


def serving_with(file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
