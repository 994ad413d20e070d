"""The watcher in a world of its own, where time goes as fast as the tests want."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import HotspotError
from appliance.hotspot.link import Link
from appliance.hotspot.uplink import JITTER, UP_PAUSE_S, Cause
from appliance.hotspot.uplink_watcher import (
    COMMON_NAME,
    NAMES_EVERY_S,
    SWITCH_AGAIN_S,
    SYNC_AGAIN_S,
    SYNC_SPREAD_S,
    Outside,
    UplinkWatcher,
    name_to_ask,
    read_cause,
)
from appliance.hotspot.watch import Board
from appliance.state.network import Facts, read_facts

CABLE = Link("eth0", "192.168.7.1", ("192.168.7.2",))
RESOLVERS = ("192.168.7.1",)
READABLE = [cause for cause in Cause if cause is not Cause.STARTING]
# The issue's own bound.
KNOWN_WITHIN_S = 10.0


@dataclass
class World:
    """What is so outside; changed by tests. `*_at` are the seconds at which things were done."""

    file: Path
    link: Link | None = CABLE
    resolvers: tuple[str, ...] = RESOLVERS
    names: bool = True
    cause: Cause = Cause.ORIGIN
    answer_s: float = 0.2
    chance: float = 0.5
    can_probe: bool = True
    can_switch: bool = True
    now_s: float = 1000.0
    names_at: list[float] = field(default_factory=list)
    probed_at: list[float] = field(default_factory=list)
    switched: list[tuple[str, ...]] = field(default_factory=list)
    synced_at: list[float] = field(default_factory=list)

    def watcher(self) -> UplinkWatcher:
        outside = Outside(
            lambda: self.link,
            lambda _: self.resolvers,
            self._names,
            self._probe,
            self._switch,
            lambda: self.synced_at.append(self.now_s),
        )
        board = Board(self.file, Facts(hotspot=True))
        return UplinkWatcher(outside, board, lambda: self.now_s, lambda: self.chance)

    def pass_by(self, watcher: UplinkWatcher, seconds: float) -> None:
        end = self.now_s + seconds
        while self.now_s < end:
            self.now_s += watcher.step()

    def facts(self) -> Facts:
        facts = read_facts(self.file)
        assert facts is not None
        return facts

    def _names(self, resolvers: tuple[str, ...]) -> bool:
        self.names_at.append(self.now_s)
        if not self.names or not resolvers:
            self.now_s += 1.5
            return False
        return True

    def _probe(self) -> Cause:
        self.probed_at.append(self.now_s)
        self.now_s += self.answer_s
        if not self.can_probe:
            raise HotspotError("python cannot be run")
        return self.cause

    def _switch(self, resolvers: tuple[str, ...]) -> bool:
        self.switched.append(resolvers)
        if not self.can_switch:
            raise HotspotError("nft failed (1): told to")
        return bool(resolvers)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path / "network.json")


def pull(world: World) -> None:
    world.link = None


def silence(world: World) -> None:
    world.names = False


def renumber(world: World) -> None:
    world.link = Link("wlan1", "10.9.0.1", ("10.9.0.5",))
    world.cause, world.answer_s = Cause.NO_ANSWER, 3.0


@pytest.mark.parametrize("happens", [pull, silence, renumber])
def test_up_and_down_are_known_in_time(world: World, happens: Callable[[World], None]) -> None:
    watcher = world.watcher()
    world.pass_by(watcher, KNOWN_WITHIN_S)
    assert (world.facts().uplink, world.facts().garden) == ("up", True)
    happens(world)
    world.pass_by(watcher, KNOWN_WITHIN_S)
    assert (world.facts().uplink, world.facts().garden) == ("down", False)
    world.link, world.names, world.cause, world.answer_s = CABLE, True, Cause.ORIGIN, 0.2
    world.pass_by(watcher, KNOWN_WITHIN_S)
    assert (world.facts().uplink, world.facts().garden) == ("up", True)
    assert world.switched == [RESOLVERS, (), RESOLVERS]


events = st.lists(
    st.tuples(st.sampled_from([CABLE, None]), st.booleans(), st.sampled_from(READABLE)),
    max_size=20,
)


@given(events=events, pauses=st.lists(st.floats(0, 12), max_size=20), is_up=st.booleans())
def test_whatever_happened_the_state_follows_when_it_is_over(
    tmp_path_factory: pytest.TempPathFactory,
    events: list[tuple[Link | None, bool, Cause]],
    pauses: list[float],
    *,
    is_up: bool,
) -> None:
    world = World(tmp_path_factory.mktemp("world") / "network.json")
    watcher = world.watcher()
    for (link, names, cause), pause_s in zip(events, pauses, strict=False):
        world.link, world.names, world.cause = link, names, cause
        world.pass_by(watcher, pause_s)
    world.link, world.names, world.cause = CABLE if is_up else None, True, Cause.ORIGIN
    # The content's host may have been out of reach for two minutes, with names all the time: then
    # it is asked every 4 s, and the jitter is on top.
    world.pass_by(watcher, KNOWN_WITHIN_S)
    assert world.facts().uplink == ("up" if is_up else "down")
    assert world.facts().garden is is_up
    assert world.switched[-1] == (RESOLVERS if is_up else ())


def test_a_settled_box_leaves_the_content_host_alone(world: World) -> None:
    watcher = world.watcher()
    world.pass_by(watcher, 3600)
    assert 12 <= len(world.probed_at) <= 3 + 3600 / UP_PAUSE_S / (1 - JITTER)
    assert len(world.names_at) <= 3600 / NAMES_EVERY_S + 20
    assert world.switched == [RESOLVERS]


def test_a_dead_content_host_is_asked_ever_more_seldom(world: World) -> None:
    world.cause = Cause.NO_ANSWER
    watcher = world.watcher()
    world.pass_by(watcher, 3600)
    first = [second for second in world.probed_at if second < 1300]
    last = [second for second in world.probed_at if second >= 4000]
    assert len(first) > 60
    assert len(last) < 15


def test_name_servers_that_answer_again_are_news_even_after_hours(world: World) -> None:
    world.names = False
    watcher = world.watcher()
    world.pass_by(watcher, 3 * 3600)
    assert world.probed_at == []
    assert world.facts().cause == "no-names"
    world.names = True
    world.pass_by(watcher, KNOWN_WITHIN_S)
    assert world.facts().uplink == "up"


def test_one_lost_packet_changes_nothing(world: World) -> None:
    watcher = world.watcher()
    world.pass_by(watcher, 20)
    world.names = False
    while len(world.names_at) == 0 or world.names_at[-1] < world.now_s - 2:
        world.now_s += watcher.step()
    world.names = True
    world.pass_by(watcher, 20)
    assert world.facts().uplink == "up"
    assert world.switched == [RESOLVERS]


def test_a_restart_of_the_watcher_does_not_shut_the_gate(world: World) -> None:
    watcher = world.watcher()
    watcher.step()
    assert world.switched == []
    world.pass_by(watcher, 5)
    assert world.switched == [RESOLVERS]


def test_a_sign_in_page_shuts_the_gate_and_is_said(world: World) -> None:
    watcher = world.watcher()
    world.pass_by(watcher, 10)
    world.cause, world.link = Cause.SIGN_IN, Link("eth0", "192.168.7.1", ("192.168.7.3",))
    world.pass_by(watcher, KNOWN_WITHIN_S)
    facts = world.facts()
    assert (facts.uplink, facts.cause, facts.garden) == ("portal", "sign-in", False)
    assert world.switched[-1] == ()


def test_other_name_servers_reach_the_gate(world: World) -> None:
    watcher = world.watcher()
    world.pass_by(watcher, 10)
    world.resolvers = ("9.9.9.9",)
    world.pass_by(watcher, UP_PAUSE_S * 1.3)
    assert world.switched == [RESOLVERS, ("9.9.9.9",)]
    assert world.facts().resolvers == ("9.9.9.9",)


def test_a_gate_that_cannot_be_switched_is_tried_again_with_patience_and_said(
    world: World,
) -> None:
    world.can_switch = False
    watcher = world.watcher()
    world.pass_by(watcher, 600)
    assert 5 <= len(world.switched) <= 12
    facts = world.facts()
    assert (facts.uplink, facts.garden, facts.trouble) == ("up", False, "nft failed (1): told to")
    world.can_switch = True
    world.pass_by(watcher, 301)
    assert (world.facts().garden, world.facts().trouble) == (True, "")


def test_an_open_gate_is_seen_to_now_and_then_because_content_brings_new_sites(
    world: World,
) -> None:
    watcher = world.watcher()
    world.pass_by(watcher, SWITCH_AGAIN_S + 30)
    assert world.switched == [RESOLVERS, RESOLVERS]


@pytest.mark.parametrize("chance", [0.0, 0.5, 1.0])
def test_content_is_brought_some_minutes_after_the_way_out_came(
    world: World, chance: float
) -> None:
    world.chance = chance
    watcher = world.watcher()
    world.pass_by(watcher, 3000)
    first_s, last_s = SYNC_SPREAD_S
    wanted = 1000 + first_s + (last_s - first_s) * chance
    assert len(world.synced_at) == 1
    assert wanted <= world.synced_at[0] <= wanted + 10


def test_a_flapping_cable_starts_few_syncs_and_none_without_a_way_out(world: World) -> None:
    world.chance = 0.0
    watcher = world.watcher()
    for _ in range(60):
        world.link = CABLE
        world.pass_by(watcher, 20)
        world.link = None
        world.pass_by(watcher, 10)
    assert len(world.synced_at) <= 1 + 60 * 30 / SYNC_AGAIN_S
    assert all(later - earlier >= SYNC_AGAIN_S for earlier, later in pairwise(world.synced_at))


def test_a_check_that_does_not_run_is_a_reading_too(world: World) -> None:
    watcher = world.watcher()
    world.pass_by(watcher, 10)
    world.can_probe, world.link = False, Link("eth0", "192.168.7.1", ("192.168.7.3",))
    world.pass_by(watcher, KNOWN_WITHIN_S)
    assert (world.facts().uplink, world.facts().cause) == ("down", "no-answer")


@pytest.mark.parametrize(
    ("origins", "name"),
    [
        (["https://content.example.org/hp/", "https://b.example/"], "content.example.org"),
        (["http://192.168.7.9:8000/"], COMMON_NAME),
        (["http://[2001:db8::1]/"], COMMON_NAME),
        ([], COMMON_NAME),
    ],
)
def test_name_servers_are_asked_for_the_contents_host(origins: list[str], name: str) -> None:
    assert name_to_ask(origins) == name


def test_only_known_words_of_the_check_are_read() -> None:
    assert read_cause("origin\n") is Cause.ORIGIN
    for said in ("", "origin origin", "Traceback\n"):
        with pytest.raises(HotspotError, match="cannot be read"):
            read_cause(said)
