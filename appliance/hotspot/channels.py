"""Which 2.4 GHz channel to serve, judged from what a scan heard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

# Three channels of 20 MHz that do not overlap and that every phone in every country may use.
CANDIDATES = (6, 1, 11)
# Centres 5 channels (25 MHz) apart do not disturb each other.
APART = 5
# Thermal noise of a 20 MHz channel (-101 dBm) and a receiver's own 6 dB.
NOISE_DBM = -95


@dataclass(frozen=True, slots=True)
class Heard:
    """One network of a scan: its channel, 1 to 13, and how loud it is here (-30 is very near)."""

    channel: int
    signal_dbm: float


def best_channel(scan: Iterable[Heard]) -> int:
    """Return the quietest of CANDIDATES; where several are equal, the first of them."""
    heard = tuple(scan)
    return min(CANDIDATES, key=lambda channel: disturbance_db(channel, heard))


def disturbance_db(channel: int, heard: Iterable[Heard]) -> float:
    """Add up how far each network stands above the noise, less the further its channel is away.

    Decibels, not power: two neighbours take more air time than one that is twice as strong.
    """
    return sum(
        max(0.0, network.signal_dbm - NOISE_DBM)
        * max(0, APART - abs(network.channel - channel))
        / APART
        for network in heard
    )
