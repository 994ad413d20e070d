"""Runs the desk's listener: on loopback, and on the wired card and no other."""

from __future__ import annotations

import logging
import signal
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import waitress

from appliance.errors import ConfigError

if TYPE_CHECKING:
    from types import FrameType

    from _typeshed.wsgi import WSGIApplication

# Staff are few: who opens more than this is no member of staff.
THREADS, CONNECTION_LIMIT = 4, 100
CHANNEL_TIMEOUT_S, CLEANUP_INTERVAL_S = 10, 5
BACKLOG = 64
LOOPBACK = "lo"


def listeners(port: int, card: str | None) -> list[socket.socket]:
    """Open the desk's sockets.

    Args:
        port: 0 for any that is free, on loopback.
        card: the wired network card; None for loopback only. Bound to the card itself, not to its
            address: that comes and goes with the library's network, and the card does not.
    Raises:
        ConfigError: the port is taken, or there is no such card.
    """
    # To the card too: beside one that is bound to no card, the other could not be opened.
    opened = [_listener("127.0.0.1", port, LOOPBACK)]
    if card is not None:
        try:
            opened.append(_listener("0.0.0.0", port, card))  # noqa: S104 - of this card only
        except ConfigError:
            opened[0].close()
            raise
    return opened


def _listener(address: str, port: int, card: str) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, card.encode() + b"\0")
        listener.bind((address, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"the staff desk cannot listen on the network card {card}, port {port}:"
            f" {error.strerror}"
        ) from error
    return listener


def serve_desk(
    application: WSGIApplication,
    sockets: list[socket.socket],
    on_ready: Callable[[int], None],
) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        application: what answers.
        sockets: from `listeners`.
        on_ready: told the port on loopback once staff can come in.
    """
    # Who opened what is nobody's business.
    logging.getLogger("waitress").setLevel(logging.CRITICAL)
    port = sockets[0].getsockname()[1]
    server = waitress.create_server(
        application,
        sockets=sockets,
        threads=THREADS,
        connection_limit=CONNECTION_LIMIT,
        channel_timeout=CHANNEL_TIMEOUT_S,
        cleanup_interval=CLEANUP_INTERVAL_S,
        ident=None,
        max_request_body_size=10_000_000,
        max_request_header_size=16_000,
    )
    signal.signal(signal.SIGTERM, _stop)
    on_ready(port)
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        pass
    finally:
        server.close()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
