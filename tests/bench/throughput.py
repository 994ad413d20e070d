"""A guide page under load: help point, kiwix-serve and bare waitress in turns, on equal terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench import box as help_point
from tests.bench import kiwix
from tests.bench.box import Box, Server
from tests.bench.figure import BenchError, Figure, at_least, at_most
from tests.bench.processes import python, running, wait_until_ready
from tests.bench.web import free_port, get
from tests.bench.wrk import Load, load

ROUNDS = 5
ROUND_S, WARM_UP_S = 5, 1
TIMES_KIWIX, TIMES_BARE = 4, 0.6
OURS, KIWIX, BARE = "help point", "kiwix-serve", "bare waitress"


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server and where it has the page."""

    server: Server
    address: str


def measure(box: Box, folder: Path) -> list[Figure]:
    """Return our requests per second as multiples of the others', and each one's own."""
    guide = box.usual_guide()
    with ExitStack() as stack:
        contestants = {
            OURS: Contestant(stack.enter_context(help_point.serving(box)), guide),
            KIWIX: _kiwix(stack.enter_context(kiwix.serving(box, folder)), box, guide),
            BARE: Contestant(stack.enter_context(_bare(box, guide)), "/"),
        }
        for name, contestant in contestants.items():
            _refuse_other_than_page(name, contestant, box.file(guide).read_bytes())
            load(contestant.server, contestant.address, WARM_UP_S)
        return _figures(_rounds(contestants), guide)


def _kiwix(server: Server, box: Box, guide: str) -> Contestant:
    content = box.file(guide).read_bytes()
    return Contestant(server, kiwix.page_address(server, f"{guide}.html", content))


@contextmanager
def _bare(box: Box, guide: str) -> Iterator[Server]:
    port = free_port()
    packed = f"{box.file(guide)}.gz"
    with running(python("-m", "tests.bench.bare", str(port), packed)) as process:
        wait_until_ready(process, port, "/")
        yield Server(port, process)


def _refuse_other_than_page(name: str, contestant: Contestant, content: bytes) -> None:
    answer = get(contestant.server.port, contestant.address)
    if answer.status != 200 or not answer.is_gzip or answer.text != content:
        raise BenchError(f"{name} does not answer {contestant.address} with that page, compressed")


def _rounds(contestants: Mapping[str, Contestant]) -> dict[str, list[Load]]:
    """Let each stand its load in turn, again and again: what disturbs one disturbs all."""
    loads: dict[str, list[Load]] = {name: [] for name in contestants}
    for number in range(ROUNDS):
        print(f"  round {number + 1} of {ROUNDS}", flush=True)
        for name, contestant in contestants.items():
            loads[name].append(load(contestant.server, contestant.address, ROUND_S))
    return loads


def _figures(loads: Mapping[str, Sequence[Load]], guide: str) -> list[Figure]:
    conditions = (
        f"{guide}, 50 connections, median of {ROUNDS} rounds of {ROUND_S} s in turns, all on the"
        f" same processors; {kiwix.version()} as it is by default"
    )
    times_kiwix = _ratio(loads[OURS], loads[KIWIX])
    return [
        at_least("guide page against kiwix-serve", times_kiwix, "times", TIMES_KIWIX, conditions),
        at_least(
            "guide page against bare waitress",
            _ratio(loads[OURS], loads[BARE]),
            "times",
            TIMES_BARE,
        ),
        at_most("p99 against kiwix-serve", _p99_ratio(loads[OURS], loads[KIWIX]), "times", 1),
        *(_own(name, of_one) for name, of_one in loads.items()),
        *(_work(name, of_one) for name, of_one in loads.items()),
    ]


def _ratio(ours: Sequence[Load], theirs: Sequence[Load]) -> float:
    """Compare round by round: load from elsewhere falls on neighbours alike."""
    pairs = zip(ours, theirs, strict=True)
    return median(mine.requests_per_s / other.requests_per_s for mine, other in pairs)


def _p99_ratio(ours: Sequence[Load], theirs: Sequence[Load]) -> float:
    pairs = zip(ours, theirs, strict=True)
    return median(mine.p99_ms / other.p99_ms for mine, other in pairs)


def _own(name: str, loads: Sequence[Load]) -> Figure:
    rates = [load.requests_per_s for load in loads]
    failed = sum(load.failed for load in loads)
    note = f"from {min(rates):,.0f} to {max(rates):,.0f}, {failed} failed"
    return Figure(f"guide page by {name}", median(rates), "requests/s", note=note)


def _work(name: str, loads: Sequence[Load]) -> Figure:
    return Figure(f"work for a guide page, {name}", median(load.cpu_us for load in loads), "µs")
