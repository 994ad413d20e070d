"""Stand-ins for services, inside a namespace: `listen.py tcp HOST:PORT ...` or `tls HOST NAME`.

tcp: every port answers http with the address it was reached at. tls: one certificate for NAME.
"""

from __future__ import annotations

import ssl
import sys
import tempfile
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        text = f"{self.headers['Host']} reached {self.connection.getsockname()}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    request_queue_size = 200


def _certificate(name: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    key_pem = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain)
    return key_pem + certificate.public_bytes(pem)


def _listen(where: str) -> ThreadingHTTPServer:
    host, _, port = where.rpartition(":")
    server = _Server((host, int(port)), _Handler)
    threading.Thread(target=server.serve_forever).start()
    return server


if __name__ == "__main__":
    if sys.argv[1] == "tcp":
        for wanted in sys.argv[2:]:
            _listen(wanted)
    else:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "certificate.pem"
            file.write_bytes(_certificate(sys.argv[3]))
            context.load_cert_chain(file)
        tls = _Server((sys.argv[2], 443), _Handler)
        tls.socket = context.wrap_socket(tls.socket, server_side=True)
        threading.Thread(target=tls.serve_forever).start()
    sys.stdout.write("listening\n")
    sys.stdout.flush()
