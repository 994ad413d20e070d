"""What updates of a library of 1,000 guides and pictures cost, against the issue's bounds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from appliance.hotspot.uplink import Cause
from appliance.release.manifest import Release, pack_blob
from tests.bench.figure import BenchError, Figure, at_most
from tests.bench.meter import Meter, Passed, metering
from tests.bench.processes import python, run
from tests.bench.transfer import hosts
from tests.bench.transfer.library import changed
from tests.bench.web import HOST
from tests.publisher import Publisher

PULLER = "tests.bench.transfer.puller"
# The issue's own numbers.
MAX_CHECK_BYTES, MAX_CHECK_REQUESTS = 1_000, 2
MAX_ONE_BYTES, MAX_ONE_REQUESTS = 15_000, 8
MANY, MAX_MANY_BYTES = 35, 300_000
MAX_FIRST_TIMES = 1.05
CUT_EVERY_BYTES, MAX_CUT_PERCENT = 20_000, 2
MOST_RUNS = 50
# What docs/fleet.md is made from (country.py).
CHECKED, CHANGED, PROBED = "nothing new, nginx", "1 guide changed", "trying the way out"


@dataclass(frozen=True, slots=True)
class Origin:
    """A publisher whose repository is served, and what counts between it and the boxes."""

    publisher: Publisher
    meter: Meter
    port: int

    def publish(self, tree: Mapping[str, bytes]) -> Release:
        """Publish a tree as the next release."""
        return self.publisher.pack(tree, datetime.now(UTC))[0]

    def pull(self, box: Path) -> tuple[Passed, float]:
        """Let a box sync, by nginx. Returns what passed, and its peak memory in MB.

        Raises:
            BenchError: it failed.
        """
        return pull(self.meter, box)


@contextmanager
def origin(folder: Path, tree: Mapping[str, bytes]) -> Iterator[Origin]:
    """Publish a tree and serve it until the block ends."""
    folder.mkdir()
    publisher = Publisher.new(folder)
    publisher.pack(tree, datetime.now(UTC))
    with hosts.nginx(publisher.repository, folder / "nginx") as port, metering(port) as meter:
        yield Origin(publisher, meter, port)


def new_box(folder: Path, publisher: Publisher) -> Path:
    """Return the folder of a box that has nothing yet."""
    folder.mkdir()
    (folder / "root.json").write_bytes(publisher.anchor())
    return folder


def pull(meter: Meter, box: Path) -> tuple[Passed, float]:
    """Let a box sync through a meter. Returns what passed, and its peak memory in MB."""
    with meter.counting() as passed:
        said = run(python("-m", PULLER, str(box), f"http://{HOST}:{meter.port}/"))
    return passed[0], float(json.loads(said)["peak_mb"])


def in_requests(what: str) -> str:
    """Return the name of the figure that says how many requests something takes."""
    return f"requests, {what}"


def in_bytes(what: str) -> str:
    """Return the name of the figure that says how many bytes something takes."""
    return f"bytes both ways, {what}"


def measure(folder: Path, tree: Mapping[str, bytes]) -> list[Figure]:
    """Return bytes and requests of each kind of update, and of a line that keeps breaking."""
    with origin(folder / "origin", tree) as served:
        box = new_box(folder / "box", served.publisher)
        first, _ = served.pull(box)
        figures = [_first(first, tree), *_cuts(folder, served, first)]
        figures += _check(CHECKED, served.meter, box)
        figures += _plain_host(folder, served)
        figures += _probe(served.meter)
        served.publish(changed(dict(tree), 1))
        figures += _one(served.pull(box)[0])
        served.publish(changed(dict(tree), 1 + MANY))
        many, _ = served.pull(box)
        figures.append(_many(many))
    return figures


def _first(passed: Passed, tree: Mapping[str, bytes]) -> Figure:
    packed = sum(pack_blob(content)[0].length for content in tree.values())
    note = f"{_told(passed)}; {len(tree)} files of {_sum(tree):,} bytes, {packed:,} gzipped"
    times = passed.total / packed
    return at_most("first sync", times, "of the gz size", MAX_FIRST_TIMES, note)


def _sum(tree: Mapping[str, bytes]) -> int:
    return sum(map(len, tree.values()))


def _cuts(folder: Path, served: Origin, whole: Passed) -> Iterator[Figure]:
    """Let a new box sync over a line that breaks, as often as it takes."""
    box = new_box(folder / "cut-box", served.publisher)
    with metering(served.port, CUT_EVERY_BYTES) as meter, meter.counting() as passed:
        runs = _pull_until_done(meter, box)
    note = f"{_told(passed[0])}, in place of {_told(whole)}; all headers included"
    name = f"each connection cut after {CUT_EVERY_BYTES:,} bytes"
    more = 100 * (passed[0].down / whole.down - 1)
    yield at_most(f"received more, {name}", more, "%", MAX_CUT_PERCENT, note)
    both = 100 * (passed[0].total / whole.total - 1)
    yield Figure(f"both ways more, {name}", both, "%")
    yield at_most("runs that it took", runs, "", 1)


def _pull_until_done(meter: Meter, box: Path) -> int:
    for count in range(1, MOST_RUNS + 1):
        try:
            pull(meter, box)
        except BenchError as error:
            print(f"  broken off: {str(error)[-150:]}", flush=True)
        else:
            return count
    raise BenchError(f"a box was not done after {MOST_RUNS} runs")


def _check(name: str, meter: Meter, box: Path) -> Iterator[Figure]:
    """Ask when there is nothing new, as a box does that has asked before."""
    pull(meter, box)
    passed, _ = pull(meter, box)
    note = _told(passed)
    yield at_most(in_requests(name), passed.requests, "", MAX_CHECK_REQUESTS)
    yield at_most(in_bytes(name), passed.total, "bytes", MAX_CHECK_BYTES, note)


def _plain_host(folder: Path, served: Origin) -> Iterator[Figure]:
    """The same from a host that knows no ETags and has a long page for a missing file."""
    box = new_box(folder / "plain-box", served.publisher)
    with hosts.http_server(served.publisher.repository) as port, metering(port) as meter:
        yield from _check("nothing new, python -m http.server", meter, box)


def _probe(meter: Meter) -> Iterator[Figure]:
    """Ask what the uplink's watcher asks every few minutes."""
    url = f"http://{HOST}:{meter.port}/"
    with meter.counting() as passed:
        said = run(python("-m", "appliance.hotspot.probe", url)).strip()
    if said != Cause.ORIGIN:
        raise BenchError(f"the way out leads to the content, but the check says {said!r}")
    yield Figure(in_requests(PROBED), passed[0].requests, "")
    yield Figure(in_bytes(PROBED), passed[0].total, "bytes", note=_told(passed[0]))


def _one(passed: Passed) -> Iterator[Figure]:
    yield at_most(in_requests(CHANGED), passed.requests, "", MAX_ONE_REQUESTS)
    yield at_most(in_bytes(CHANGED), passed.total, "bytes", MAX_ONE_BYTES, _told(passed))


def _many(passed: Passed) -> Figure:
    name = in_bytes(f"{MANY} guides changed")
    return at_most(name, passed.total, "bytes", MAX_MANY_BYTES, _told(passed))


def _told(passed: Passed) -> str:
    return f"{passed.requests:,} requests, {passed.up:,} bytes up, {passed.down:,} down"
