"""What a visitor's phone would do, as a script: runs inside a namespace, prints one JSON value.

Usage: phone.py ask SERVER NAME TYPE | knock HOST PORT | shout HOST PORT [TIMES] | fetch HOST PATH
       | greet HOST NAME | crowd HOST PORT COUNT | find NAME
"""

from __future__ import annotations

import errno
import http.client
import json
import socket
import ssl
import struct
import sys
from collections.abc import Callable
from contextlib import ExitStack

# Well above what any answer takes here: a refusal is told from silence by its kind, not its time.
PATIENCE_S = 5
MDNS = "224.0.0.251"


def ask(server: str, name: str, kind: str, port: str = "53") -> dict[str, object]:
    """Ask a name server. Returns the response code and the answers' data."""
    labels = b"".join(bytes([len(part)]) + part.encode() for part in name.split("."))
    question = labels + b"\0" + struct.pack("!HH", int(kind), 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.settimeout(PATIENCE_S)
        header = struct.pack("!HHHHHH", 0x4850, 0x100, 1, 0, 0, 0)
        udp.sendto(header + question, (server, int(port)))
        answer, sender = udp.recvfrom(1500)
    flags, _, answers = struct.unpack("!HHH", answer[2:8])
    data = answer[-4:] if answers else b""
    return {
        "code": flags & 15,
        "answers": answers,
        "address": socket.inet_ntoa(data) if data and kind == "1" else "",
        "sender": sender[0],
    }


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
    return {"status": answer.status, "body": answer.read(10_000).decode()}


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
    """Ask everybody near for a name (multicast DNS, answered to this port)."""
    return ask(MDNS, name, "1", "5353")


def _kind(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return "silence"
    if isinstance(error, ssl.SSLError | ConnectionResetError) or error.errno is None:
        return "cut off"
    return errno.errorcode[error.errno]


if __name__ == "__main__":
    doing: dict[str, Callable[..., object]] = {
        "ask": ask, "knock": knock, "shout": shout, "fetch": fetch, "greet": greet,
        "crowd": crowd, "find": find,
    }  # fmt: skip
    sys.stdout.write(json.dumps(doing[sys.argv[1]](*sys.argv[2:])))
