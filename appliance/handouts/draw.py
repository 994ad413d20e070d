"""Draws the SVG on standard input as a PNG on standard output: `python -m appliance.handouts.draw`.

A process of its own, for drawings that strangers made: appliance/handouts/drawing.py.
"""

from __future__ import annotations

import resource
import sys

import typst

from appliance.handouts.drawing import MAX_SECONDS, SIDE_PX

MAX_MEMORY_BYTES = (
    2_000_000_000  # of addresses; typst alone takes 0.6 GB of them, and 90 MB of memory
)
PAGE = f"""
#set page(width: {SIDE_PX}pt, height: {SIDE_PX}pt, margin: 0pt, fill: none)
#image(bytes(sys.inputs.svg), format: "svg", width: 100%, height: 100%, fit: "contain")
"""


def main() -> None:
    """Draw it, or end with an error."""
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_SECONDS, MAX_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    drawing = sys.stdin.buffer.read().decode()
    picture = typst.compile(
        PAGE.encode(),
        format="png",
        ppi=72,
        sys_inputs={"svg": drawing},
        ignore_system_fonts=True,
    )
    if not isinstance(picture, bytes):
        raise TypeError("one page makes one picture")
    sys.stdout.buffer.write(picture)


if __name__ == "__main__":
    main()
