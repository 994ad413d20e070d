"""QR codes of web addresses and of Wi-Fi, as SVG for pages and paper and PNG for downloads.

Error level M and a quiet zone of 4 modules: a higher level only makes the modules smaller.
Source of every number: measurements in docs/sources.md#qr.
"""

from __future__ import annotations

import math
import re
from functools import lru_cache
from html import escape
from io import BytesIO
from itertools import groupby
from string import ascii_letters, digits

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M

from appliance.errors import HandoutError

Matrix = tuple[tuple[bool, ...], ...]

QUIET_MODULES = 4
MODULE_MM = 0.8
SMALLEST_SIDE_MM = 25
LARGEST_SIDE_MM = 270  # what fits across an A3 poster
ARM_LENGTH_MM = 300
LONGEST_ADDRESS = 300
LONGEST_WIFI_NAME_BYTES = 32  # IEEE 802.11
LARGEST_IMAGE_DOTS = 6_000  # a poster's code at 600 dpi; keeps a drawing under 40 MB of memory
MM_PER_INCH = 25.4

# What RFC 3986 lets stand in an address.
_ADDRESS_CHARACTERS = frozenset(ascii_letters + digits + "-._~:/?#[]@!$&'()*+,;=%")


def matrix(address: str) -> Matrix:
    """Return the modules of an address's code, row by row, dark ones true, quiet zone left out.

    Raises:
        HandoutError: the address is not one that we print.
    """
    _check(address)
    return _modules(address)


def wifi_matrix(name: str, passphrase: str = "") -> Matrix:
    """Return the modules of the code that a phone joins a Wi-Fi with, as `matrix` does.

    Raises:
        HandoutError: there is no such Wi-Fi.
    """
    return _modules(wifi(name, passphrase))


def wifi(name: str, passphrase: str = "") -> str:
    """Return what a Wi-Fi's code says: `WIFI:T:WPA;S:name;P:passphrase;;`.

    `WPA` stands for WPA2 and WPA3 too. Source of the form: ZXing's wiki, "Barcode contents".

    Args:
        name: of the network (SSID), 1 to 32 bytes.
        passphrase: 8 to 63 characters of ASCII; empty for an open network.

    Raises:
        HandoutError: there is no such Wi-Fi.
    """
    size = len(name.encode(errors="replace"))
    if not 1 <= size <= LONGEST_WIFI_NAME_BYTES or not name.isprintable():
        raise HandoutError(
            f"A Wi-Fi's name has 1 to {LONGEST_WIFI_NAME_BYTES} bytes, which {name[:40]!r} has not"
        )
    if passphrase and not re.fullmatch(r"[ -~]{8,63}", passphrase):
        raise HandoutError("A Wi-Fi's passphrase has 8 to 63 letters, digits and marks of ASCII")
    if not passphrase:
        return f"WIFI:T:nopass;S:{_escaped(name)};;"
    return f"WIFI:T:WPA;S:{_escaped(name)};P:{_escaped(passphrase)};;"


def side_mm(modules: int, *, reading_distance_mm: float = ARM_LENGTH_MM) -> float:
    """Return the printed side of a QR code, quiet zone left out.

    In the hand, codes of 25 mm were read whenever a module is at least 0.8 mm wide; codes on a wall
    want a tenth of the distance. Rounded up to 5 mm, so that codes side by side look alike.

    Args:
        modules: modules per side, 21 to 177.
        reading_distance_mm: from the reader's phone to the paper.

    Raises:
        HandoutError: the code would be larger than the page allows.
    """
    distant = reading_distance_mm / 10 if reading_distance_mm > ARM_LENGTH_MM else 0.0
    wanted = max(modules * MODULE_MM, distant, SMALLEST_SIDE_MM)
    side = math.ceil(round(wanted, 6) / 5) * 5
    if side > LARGEST_SIDE_MM:
        raise HandoutError(
            f"A QR code of {modules} modules read from {reading_distance_mm:g} mm would be"
            f" {side} mm wide; {LARGEST_SIDE_MM} mm fit the page"
        )
    return float(side)


def svg(address: str, *, title: str) -> str:
    """Return an address's code as `draw` draws it.

    Raises:
        HandoutError: the address is not one that we print.
    """
    return draw(matrix(address), title=title)


def draw(modules: Matrix, *, title: str) -> str:
    """Return a code as inline SVG for a page, black on white whatever the page's colours are.

    Coordinates are modules; the quiet zone is part of the picture. Its own width is the printed
    size; a style sheet may set another. There are no style attributes: the pages' CSP forbids them.

    Args:
        modules: from `matrix` or `wifi_matrix`.
        title: what a screen reader says, plain text.
    """
    size = len(modules) + 2 * QUIET_MODULES
    width = f"{side_mm(len(modules)) * size / len(modules):.1f}mm"
    words = escape(title)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{words}" width="{width}"'
        f' height="{width}" viewBox="0 0 {size} {size}" shape-rendering="crispEdges">'
        f'<title>{words}</title><rect width="{size}" height="{size}" fill="#fff"/>'
        f'<path stroke="#000" d="{_path(modules)}"/></svg>'
    )


def png(address: str, *, side_mm: float, dpi: int) -> bytes:
    """Return the code as a black and white PNG that prints at its true size.

    Each module is a whole number of dots, so the code is `side_mm` or a little larger: by a dot
    a module at most. The quiet zone comes on top of it, on all four sides.

    Args:
        address: what the code opens.
        side_mm: what the code shall measure, quiet zone left out.
        dpi: dots per inch of the printer, such as 203 for slips or 600 for paper.

    Raises:
        HandoutError: modules would be under 0.8 mm, the image would be too large, or the address is
            not one that we print.
    """
    modules = matrix(address)
    dots = _dots_per_module(len(modules), side_mm, dpi)
    size = len(modules) + 2 * QUIET_MODULES
    small = Image.new("1", (size, size), 1)
    for y, row in enumerate(modules, QUIET_MODULES):
        for x, is_dark in enumerate(row, QUIET_MODULES):
            small.putpixel((x, y), int(not is_dark))
    image = small.resize((size * dots, size * dots), Image.Resampling.NEAREST)
    file = BytesIO()
    image.save(file, "PNG", dpi=(dpi, dpi), optimize=True)
    return file.getvalue()


@lru_cache(maxsize=256)
def _modules(content: str) -> Matrix:
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(content)
    code.make(fit=True)
    return tuple(tuple(bool(module) for module in row) for row in code.get_matrix())


def _escaped(text: str) -> str:
    return re.sub(r'([\\;,:"])', r"\\\1", text)


def _dots_per_module(modules: int, side_mm: float, dpi: int) -> int:
    if dpi < 1 or not 0 < side_mm <= LARGEST_SIDE_MM:
        raise HandoutError(f"A QR code cannot be {side_mm:g} mm wide at {dpi} dots per inch")
    if side_mm < (needed := round(modules * MODULE_MM, 1)):
        raise HandoutError(
            f"A QR code of {modules} modules needs {needed} mm to be scanned, not {side_mm:g} mm"
        )
    dots = math.ceil(round(side_mm / modules * dpi / MM_PER_INCH, 6))
    if dots * (modules + 2 * QUIET_MODULES) > LARGEST_IMAGE_DOTS:
        raise HandoutError(
            f"A QR code of {side_mm:g} mm at {dpi} dots per inch would be wider than"
            f" {LARGEST_IMAGE_DOTS} dots"
        )
    return dots


def _path(modules: Matrix) -> str:
    """Draw each run of dark modules as one stroke, a module wide, through the middle of its row.

    A third of the bytes of outlined bars: pages must fit 14 kB.
    """
    strokes: list[str] = []
    for y, row in enumerate(modules, QUIET_MODULES):
        pen = x = QUIET_MODULES
        strokes.append(f"M{x} {y}.5")
        for is_dark, run in groupby(row):
            length = sum(1 for _ in run)
            if is_dark:
                strokes.append((f"m{x - pen} 0" if x > pen else "") + f"h{length}")
                pen = x + length
            x += length
    return "".join(strokes)


def _check(address: str) -> None:
    if not address.startswith(("https://", "http://")):
        raise HandoutError(f"Only web addresses become QR codes, not {address[:60]!r}")
    if len(address) > LONGEST_ADDRESS:
        raise HandoutError(
            f"The address {address[:60]!r}... has {len(address)} characters;"
            f" {LONGEST_ADDRESS} fit a QR code that people can scan"
        )
    if strange := sorted(set(address) - _ADDRESS_CHARACTERS):
        raise HandoutError(f"The address {address!r} has characters that none can have: {strange}")
    if not address.partition("://")[2].strip("/"):
        raise HandoutError(f"The address {address!r} names no site")
