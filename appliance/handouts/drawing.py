"""SVG drawings that people bring: a small, safe part of SVG is written anew, the rest is refused.

Shapes, groups and gradients are taken. Scripts, styles, texts, pictures, links, filters, masks and
whatever multiplies itself are not. What is left is drawn in a process of its own, with limits on
its time and memory, because typst can be neither interrupted nor trusted with a stranger's file.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from appliance.errors import HandoutError

MAX_ELEMENTS = 5_000
MAX_DEPTH = 30
MAX_SECONDS = 10
SIDE_PX = 1_200

_SVG = "http://www.w3.org/2000/svg "
_LINKS = {"href", "http://www.w3.org/1999/xlink href"}
_GRADIENTS = {"linearGradient", "radialGradient"}
_SHAPES = {"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}
_TAKEN = {"svg", "g", "defs", "stop"} | _SHAPES | _GRADIENTS
_PASSED_OVER = {"title", "desc", "metadata"}
# fmt: off
_ATTRIBUTES = {
    "id", "d", "x", "y", "x1", "y1", "x2", "y2", "cx", "cy", "r", "rx", "ry", "fx", "fy", "width",
    "height", "points", "viewBox", "transform", "offset", "opacity", "fill", "fill-opacity",
    "fill-rule", "stroke", "stroke-opacity", "stroke-width", "stroke-linecap", "stroke-linejoin",
    "stroke-miterlimit", "color", "display", "visibility", "stop-color", "stop-opacity",
    "gradientUnits", "gradientTransform", "spreadMethod",
}
# fmt: on
_REFERENCE = re.compile(r"""url\(\s*(["']?)#[\w.-]+\1\s*\)""")
_FORBIDDEN = re.compile(r"url|[:@\\&<>]", re.IGNORECASE)


def picture_of(data: bytes) -> bytes:
    """Return a drawing as a PNG with a transparent ground.

    Raises:
        HandoutError: it is damaged, has parts that we do not take, or takes too long to draw.
    """
    command = [sys.executable, "-m", "appliance.handouts.draw"]
    try:
        done = subprocess.run(
            command, input=safe(data), capture_output=True, timeout=MAX_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise HandoutError("The logo takes too long to draw: save it as a PNG") from error
    if done.returncode != 0:
        raise HandoutError("The logo cannot be drawn: save it as a PNG")
    return done.stdout


def safe(data: bytes) -> bytes:
    """Return a drawing's safe parts, written anew.

    Raises:
        HandoutError: it is damaged, or has parts that we do not take.
    """
    writer = _Writer()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = writer.doctype
    parser.StartElementHandler = writer.start
    parser.EndElementHandler = writer.end
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat's own shape
    except (expat.ExpatError, ValueError) as error:
        raise HandoutError(f"The logo is damaged and cannot be opened: {error}") from error
    return "".join(writer.parts).encode()


class _Writer:
    """Writes what it is told of, as long as it is safe."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._depth = 0
        self._elements = 0
        self._passed_over_at = 0  # how deep the part lies that is being left out; 0: none is

    def doctype(self, *declaration: object) -> None:
        """Refuse declarations of its own: they can multiply a file's length a millionfold."""
        if declaration[-1]:
            raise _refused("declarations of its own")

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Begin an element, or begin to leave it out."""
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise _refused("too many parts")
        if self._passed_over_at:
            return
        tag = name.removeprefix(_SVG)
        if self._depth == 1 and name != _SVG + "svg":
            raise HandoutError("The logo is not an SVG picture: save it as a PNG")
        if not name.startswith(_SVG) or tag in _PASSED_OVER:
            self._passed_over_at = self._depth
            return
        if tag not in _TAKEN or (tag == "svg" and self._depth > 1):
            raise _refused(f"a part of the kind {tag[:40]!r}")
        space = f" xmlns={quoteattr(_SVG.strip())}" if self._depth == 1 else ""
        kept = "".join(f" {key}={quoteattr(value)}" for key, value in _kept(tag, attributes))
        self.parts.append(f"<{tag}{space}{kept}>")

    def end(self, name: str) -> None:
        """End an element that was begun."""
        if not self._passed_over_at:
            self.parts.append(f"</{name.removeprefix(_SVG)}>")
        elif self._passed_over_at == self._depth:
            self._passed_over_at = 0
        self._depth -= 1


def _kept(tag: str, attributes: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Go through what we keep of an element's attributes and of its style, which comes first."""
    found = dict(attributes)
    for declaration in found.pop("style", "").split(";"):
        key, _, value = declaration.partition(":")
        found[key.strip()] = value.strip()
    for key, value in found.items():
        if key.lower().startswith("on"):
            raise _refused("a script")
        if key in _LINKS and tag in _GRADIENTS and re.fullmatch(r"#[\w.-]+", value):
            yield "href", value
        elif key in _LINKS:
            raise _refused("a link")
        elif key in _ATTRIBUTES:
            if _FORBIDDEN.search(_REFERENCE.sub("", value)):
                raise _refused(f"a value that we do not take: {value[:40]!r}")
            yield key, value


def _refused(what: str) -> HandoutError:
    return HandoutError(f"The logo has {what}, which cannot be printed safely: save it as a PNG")
