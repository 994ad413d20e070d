"""How the box is: one sentence first, and what to do next; below it the particulars."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template

from appliance.hotspot.uplink import in_words
from appliance.state.network import Facts
from appliance.sync.status import Status, lines

# Raspberry Pis slow themselves down at 80 degrees Celsius (raspberrypi.com, frequency management).
HOT_C = 80.0


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of a box.

    `network` is None where no hotspot is watched; `temperature_c` and `free_bytes` are None where
    nobody can tell.
    """

    content: Status
    network: Facts | None
    temperature_c: float | None
    free_bytes: int | None

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong, and what to do: sentences, the most urgent first."""
        return (*_of_network(self.network), *self.content.problems, *self._of_heat())

    def _of_heat(self) -> Sequence[str]:
        if self.temperature_c is None or self.temperature_c < HOT_C:
            return ()
        return (
            f"The box is too hot ({self.temperature_c:.0f} °C) and slows itself down. Give it air:"
            " off the radiator, out of the sun, nothing on top of it.",
        )


def blueprint(look: Callable[[], Health]) -> Blueprint:
    """Build the route."""
    bp = Blueprint("health", __name__)

    @bp.get("/health")
    def health() -> str:
        found = look()
        return render_template(
            "health.html",
            problems=found.problems,
            content=lines(found.content),
            network=network_lines(found.network),
            box=box_lines(found),
        )

    return bp


def network_lines(network: Facts | None) -> list[str]:
    """Return what is known of the Wi-Fi and the way to the internet, in sentences."""
    if network is None or not network.checked:
        return ["No Wi-Fi of its own is watched here."]
    wifi = {
        "serving": "The Wi-Fi is on the air.",
        "silent": "The Wi-Fi cannot be heard.",
        "restarting": "The Wi-Fi is being restarted.",
    }.get(network.radio, "An access point outside the box makes the Wi-Fi.")
    restarts = f" It was restarted {network.restarts} times." if network.restarts else ""
    garden = (
        "Visitors reach the trusted websites through the box."
        if network.garden
        else "Visitors see the pages on the box; websites outside are shown as codes to take away."
    )
    return [wifi + restarts, in_words(network.cause), garden]


def box_lines(health: Health) -> list[str]:
    """Return what is known of the machine, in sentences."""
    found = []
    if health.free_bytes is not None:
        found.append(f"Free on the card: {health.free_bytes / 10**9:.1f} GB.")
    if health.temperature_c is not None:
        found.append(f"Temperature: {health.temperature_c:.0f} °C.")
    return found


def _of_network(network: Facts | None) -> Sequence[str]:
    if network is None or not network.checked:
        return ()
    found = []
    if network.radio == "silent":
        found.append(
            "The Wi-Fi cannot be heard. Pull the box's plug, wait ten seconds, and put it in again."
        )
    if network.uplink == "portal":
        found.append(in_words(network.cause))
    if network.trouble:
        found.append(network.trouble)
    return found
