"""Runs the public listener until told to stop; what was counted is written every hour and then."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import waitress

from appliance.clock import today
from appliance.errors import ConfigError, StateError
from appliance.web.front import Front

if TYPE_CHECKING:
    from types import FrameType

    from appliance.state.state import Counts
    from appliance.web.adapted import Adapted
    from appliance.web.portal.portal import Portal


log = logging.getLogger(__name__)

FLUSH_EVERY_S = 3600
THREADS = 8
# Against slow and half-open requests, measured with 300 of them: docs/sources.md#slow-clients.
CONNECTION_LIMIT, CHANNEL_TIMEOUT_S, CLEANUP_INTERVAL_S = 800, 10, 5


def serve(
    application: Adapted | Portal,
    host: str,
    port: int,
    counts: Sequence[Counts],
    on_ready: Callable[[int], None],
) -> None:
    """Serve until SIGTERM or SIGINT.

    Args:
        application: what answers.
        host: the address to listen on.
        port: 0 for any that is free.
        counts: written every hour and at the end.
        on_ready: told the port once visitors can come in.
    Raises:
        ConfigError: the address is taken, or not ours.
    """
    # Which page stood in a queue, or broke, is nobody's business: the place is logged elsewhere.
    logging.getLogger("waitress").setLevel(logging.CRITICAL)
    try:
        server = listener(application, host, port, THREADS)
    except OSError as error:
        raise ConfigError(
            f"cannot listen on {host} port {port}: {error.strerror}. Is a help point already"
            " running there? Choose another port"
        ) from error
    stopping = threading.Event()
    flusher = threading.Thread(target=_flush_hourly, args=(counts, stopping), daemon=True)
    signal.signal(signal.SIGTERM, stop)
    flusher.start()
    on_ready(server.effective_port)
    try:
        server.run()
    except (KeyboardInterrupt, SystemExit):
        server.task_dispatcher.shutdown()
    finally:
        server.close()
        stopping.set()
        flusher.join()
        _flush(counts)


def listener(
    application: Adapted | Portal, host: str, port: int, threads: int
) -> waitress.server.BaseWSGIServer:
    """Return what listens and will serve once it is run.

    Raises:
        OSError: the address is taken, or not ours.
    """
    return waitress.create_server(
        application,
        host=host,
        port=port,
        threads=threads,
        _dispatcher=Front(application.whole_page, threads),
        connection_limit=CONNECTION_LIMIT,
        channel_timeout=CHANNEL_TIMEOUT_S,
        cleanup_interval=CLEANUP_INTERVAL_S,
        ident=None,
        max_request_body_size=64_000,
        max_request_header_size=16_000,
    )


def stop(_number: int, _frame: FrameType | None) -> None:
    """End the process in good order, when a signal says so."""
    raise SystemExit(0)


def _flush_hourly(counts: Sequence[Counts], stopping: threading.Event) -> None:
    while not stopping.wait(FLUSH_EVERY_S):
        _flush(counts)


def _flush(counts: Sequence[Counts]) -> None:
    for each in counts:
        try:
            each.flush(today())
        except StateError as error:
            log.warning("counts wait in memory: %s", error)
