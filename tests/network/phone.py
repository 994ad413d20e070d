"""What a visitor's phone would do, as a script: runs inside a namespace, prints one JSON value.

Usage: phone.py ask | ask_tcp SERVER NAME TYPE | knock HOST PORT | shout HOST PORT [TIMES]
       | fetch HOST PATH | greet HOST NAME | crowd HOST PORT COUNT | find NAME
       | visit SERVER NAME REQUEST | pages SERVER NAME PATH COUNT | many FILE TRIES
"""

from __future__ import annotations

import errno
import http.client
import json
import socket
import ssl
import struct
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

# Well above what any answer takes here: a refusal is told from silence by its kind, not its time.
PATIENCE_S = 5
MDNS = "224.0.0.251"
FIND_S = (1.0, 2.0, 4.0, 8.0)


def ask(
    server: str, name: str, kind: str, port: str = "53", wait_s: float = PATIENCE_S
) -> dict[str, object]:
    """Ask a name server. Returns the response code and the answers' data."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(wait_s)
        udp.sendto(_question(name, kind), (server, int(port)))
        answer, sender = udp.recvfrom(1500)
    return {**_read(answer, kind), "sender": sender[0]}


def ask_tcp(server: str, name: str, kind: str) -> dict[str, object]:
    """Ask over TCP, as phones do when they distrust an answer."""
    question = _question(name, kind)
    with socket.create_connection((server, 53), PATIENCE_S) as tcp, tcp.makefile("rb") as stream:
        tcp.sendall(struct.pack("!H", len(question)) + question)
        answer = stream.read(struct.unpack("!H", stream.read(2))[0])
        # Until the other end is closed too: so many at a time are served and no more.
        tcp.shutdown(socket.SHUT_WR)
        stream.read()
    return {**_read(answer, kind), "sender": server}


def _question(name: str, kind: str) -> bytes:
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    header = struct.pack("!HHHHHH", 0x4850, 0x100, 1, 0, 0, 0)
    return header + labels + b"\0" + struct.pack("!HH", int(kind), 1)


def _read(answer: bytes, kind: str) -> dict[str, object]:
    flags, _, answers = struct.unpack("!HHH", answer[2:8])
    data = answer[-4:] if answers else b""
    address = socket.inet_ntoa(data) if data and kind in {"1", "255"} else ""
    return {"code": flags & 15, "answers": answers, "address": address}


def visit(server: str, host: str, request: str) -> dict[str, object]:
    """Look a name up, then send a whole request there. Returns the address and the answer."""
    address = str(ask(server, host, "1")["address"])
    with socket.create_connection((address, 80), PATIENCE_S) as tcp:
        tcp.sendall(request.encode("latin-1"))
        answer = http.client.HTTPResponse(tcp, method=request.split(" ")[0])
        answer.begin()
        body = answer.read(100_000).decode("latin-1")
    headers = {name.lower(): value for name, value in answer.getheaders()}
    return {"address": address, "status": answer.status, "headers": headers, "body": body}


def pages(server: str, host: str, path: str, count: str) -> list[float]:
    """Open a page as somebody new would: name, connection, page. Returns how long each took, ms."""
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\n\r\n"
    return [_page_ms(server, host, request) for _ in range(int(count))]


def _page_ms(server: str, host: str, request: str) -> float:
    start = time.monotonic()
    answer = visit(server, host, request)
    if answer["status"] != http.HTTPStatus.OK:
        raise SystemExit(f"no page: {answer}")
    time.sleep(0.05)
    return (time.monotonic() - start - 0.05) * 1000


def many(file: str, tries: str) -> list[dict[str, object]]:
    """Do everything that a file of rows says: [verb, words ...]. Returns what came, and times."""
    return [_done(row, int(tries)) for row in json.loads(Path(file).read_bytes())]


def _done(row: list[str], tries: int) -> dict[str, object]:
    took = []
    for _ in range(tries):
        start = time.monotonic()
        try:
            came = DOING[row[0]](*row[1:])
        except OSError as error:
            came = _kind(error)
        took.append((time.monotonic() - start) * 1000)
    return {"came": came, "took_ms": min(took)}


def knock(host: str, port: str) -> str:
    """Open a TCP connection. Returns `open`, the kind of refusal, or `silence`."""
    try:
        with socket.create_connection((host, int(port)), PATIENCE_S):
            return "open"
    except OSError as error:
        return _kind(error)


def shout(host: str, port: str, times: str = "1") -> list[str]:
    """Send UDP packets, each when the last was answered. Returns each refusal, or `silence`."""
    return [_shout(host, int(port)) for _ in range(int(times))]


def _shout(host: str, port: int) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(PATIENCE_S)
        udp.connect((host, port))
        udp.send(b"hello")
        try:
            udp.recv(1500)
        except OSError as error:
            return _kind(error)
    return "answer"


def fetch(host: str, path: str) -> dict[str, object]:
    """Fetch a page over http."""
    connection = http.client.HTTPConnection(host, 80, timeout=PATIENCE_S)
    connection.request("GET", path)
    answer = connection.getresponse()
    return {"status": answer.status, "body": answer.read(100_000).decode()}


def greet(host: str, name: str) -> str:
    """Start TLS with a name. Returns whose certificate came back, or how it ended."""
    # Here, or every other word of a phone would wait for it.
    from cryptography import x509

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((host, 443), PATIENCE_S) as tcp,
            context.wrap_socket(tcp, server_hostname=name) as tls,
        ):
            certificate = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True) or b"")
            return certificate.subject.rfc4514_string()
    except OSError as error:
        return _kind(error)


def crowd(host: str, port: str, count: str) -> list[str]:
    """Hold so many connections at once. Returns how each went."""
    with ExitStack() as held:
        went = []
        for _ in range(int(count)):
            try:
                held.enter_context(socket.create_connection((host, int(port)), PATIENCE_S))
                went.append("open")
            except OSError as error:
                went.append(_kind(error))
        return went


def find(name: str) -> dict[str, object]:
    """Ask everybody near for a name (multicast DNS, answered to this port).

    Asked again as phones do, a second later and then ever more seldom (RFC 6762, 5.2): who has
    just come up looks first whether the name is taken, and answers nobody meanwhile.
    """
    for wait_s in FIND_S:
        try:
            return ask(MDNS, name, "1", "5353", wait_s)
        except TimeoutError:
            continue
    raise TimeoutError(f"nobody answered to {name}, asked {len(FIND_S)} times")


def _kind(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "silence"
    if isinstance(error, ssl.SSLError | ConnectionResetError) or error.errno is None:
        return "cut off"
    return errno.errorcode[error.errno]


DOING: dict[str, Callable[..., object]] = {
    "ask": ask, "ask_tcp": ask_tcp, "knock": knock, "shout": shout, "fetch": fetch, "greet": greet,
    "crowd": crowd, "find": find, "visit": visit, "pages": pages, "many": many,
}  # fmt: skip

if __name__ == "__main__":
    sys.stdout.write(json.dumps(DOING[sys.argv[1]](*sys.argv[2:])))
