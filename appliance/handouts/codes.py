"""QR codes as the templates take them: the drawing, its measures, and what stands beside it."""

from __future__ import annotations

import re
import textwrap

from appliance.handouts import qr
from appliance.handouts.sheet import Code

LONGEST_PIECE = 18  # characters of an address that fit a line of a card at 16 pt


def code_picture(
    code: Code,
    *,
    smallest_side_mm: float = 0,
    reading_distance_mm: float = qr.ARM_LENGTH_MM,
    longest_piece: int = LONGEST_PIECE,
) -> dict[str, object]:
    """Return an address's code with its name, its address to type, and an alternative text.

    Raises:
        HandoutError: the address is not one that we print.
    """
    modules = qr.matrix(code.address)
    side_mm = qr.side_mm(len(modules), reading_distance_mm=reading_distance_mm)
    return {
        "name": code.name,
        "address": code.address,
        "pieces": pieces(code.address, longest_piece),
        "alt": f"QR code for {code.name}: {code.address}",
        **_drawing(modules, code.name, max(side_mm, smallest_side_mm)),
    }


def wifi_picture(
    name: str, passphrase: str, *, reading_distance_mm: float = qr.ARM_LENGTH_MM
) -> dict[str, object]:
    """Return a Wi-Fi's code with an alternative text.

    Raises:
        HandoutError: there is no such Wi-Fi.
    """
    modules = qr.wifi_matrix(name, passphrase)
    # Measured at 30 mm in the hand: docs/sources.md#qr.
    side_mm = max(30, qr.side_mm(len(modules), reading_distance_mm=reading_distance_mm))
    alt = f"QR code that joins the Wi-Fi {name}"
    return {"alt": alt, **_drawing(modules, alt, side_mm)}


def pieces(address: str, longest: int = LONGEST_PIECE) -> list[str]:
    """Cut an address where a line may end: after slashes, else after other marks, else anywhere.

    A hyphen at the end of a line could be the address's own or the printer's.
    """
    cut: list[str] = []
    for part in re.findall(r"https?://|[^/]+/*", address):
        marked = [part] if len(part) <= longest else re.findall(r"[^.?=&_]*[.?=&_]|.+", part)
        for piece in marked:
            cut.extend(textwrap.wrap(piece, longest, break_on_hyphens=False))
    return cut


def _drawing(modules: qr.Matrix, title: str, side_mm: float) -> dict[str, object]:
    """Draw the code, and say how wide the drawing is with its quiet zone."""
    module_mm = side_mm / len(modules)
    return {
        "svg": qr.draw(modules, title=title),
        "width_mm": module_mm * (len(modules) + 2 * qr.QUIET_MODULES),
        "quiet_mm": module_mm * qr.QUIET_MODULES,
    }
