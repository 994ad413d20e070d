"""Load by wrk: 50 connections that ask for one compressed page again and again."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.bench.box import Server
from tests.bench.figure import BenchError
from tests.bench.processes import cpu_s, run
from tests.bench.web import HOST

THREADS, CONNECTIONS = 2, 50
_REQUESTS = re.compile(r"(\d+) requests in")
_RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
_P99 = re.compile(r"99%\s+([\d.]+)(us|ms|s)\b")
_IN_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}
_REFUSED = re.compile(r"Non-2xx or 3xx responses: (\d+)")
_BROKEN = re.compile(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)")


@dataclass(frozen=True, slots=True)
class Load:
    """What a server stood.

    Args:
        requests_per_s: answered.
        failed: answered with an error, or not answered.
        p99_ms: within which 99 of 100 were answered.
        cpu_us: work of the server for each request.
    """

    requests_per_s: float
    failed: int
    p99_ms: float
    cpu_us: float


def load(server: Server, address: str, seconds: int) -> Load:
    """Ask a server for one address as fast as it answers."""
    url = f"http://{HOST}:{server.port}{address}"
    options = (f"-t{THREADS}", f"-c{CONNECTIONS}", f"-d{seconds}s")
    before_s = cpu_s(server.process.pid)
    printed = run(["wrk", "--latency", *options, "-H", "Accept-Encoding: gzip", url])
    spent_s = cpu_s(server.process.pid) - before_s
    rate, requests, p99 = (found.search(printed) for found in (_RATE, _REQUESTS, _P99))
    if rate is None or requests is None or p99 is None or int(requests[1]) == 0:
        raise BenchError(f"wrk got no answers from {url}: {printed}")
    failed = [*_REFUSED.findall(printed), *(n for found in _BROKEN.findall(printed) for n in found)]
    p99_ms = float(p99[1]) * _IN_MS[p99[2]]
    return Load(float(rate[1]), sum(map(int, failed)), p99_ms, spent_s * 1e6 / int(requests[1]))
