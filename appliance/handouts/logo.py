"""A library's logo: what a person brings is checked, decoded and written anew as a plain picture.

Nothing of the file that was brought is kept: no metadata, no colour profile, no hidden parts.
"""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from appliance.errors import HandoutError
from appliance.files import read_file, replace_file
from appliance.handouts.drawing import picture_of

MAX_BYTES = 2_000_000
MAX_SIDE_PX = 4_000
KEPT_SIDE_PX = 800  # 60 mm on an A3 poster at 340 dots per inch
SMALLEST_SIDE_PX = 40
PALEST = 12  # how far from white, of 255, a pixel must be to count as seen

_PNG = b"\x89PNG\r\n\x1a\n"
_SIZES = slice(16, 24)  # the width and height of a PNG, in its first chunk


def clean(data: bytes) -> bytes:
    """Return a logo as an opaque PNG on white, without margins and at most 800 pixels long.

    Args:
        data: a PNG or an SVG, as it was brought.

    Raises:
        HandoutError: it is no picture that we take; the message says what to bring instead.
    """
    if len(data) > MAX_BYTES:
        raise HandoutError(
            f"The logo is larger than {MAX_BYTES // 1_000_000} MB: bring a smaller one"
        )
    if data.startswith(_PNG):
        return _written(_shown(_decoded(data)))
    if data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _written(_shown(_decoded(picture_of(data))))
    raise HandoutError("The logo is neither a PNG nor an SVG picture: save it as a PNG")


def keep(data: bytes, path: Path) -> None:
    """Clean a logo and put it at `path`.

    Raises:
        HandoutError: it is no picture that we take, or it cannot be written.
    """
    picture = clean(data)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, picture)
    except OSError as error:
        raise HandoutError(f"{path} cannot be written: {error.strerror}") from error


def kept(path: Path) -> bytes:
    """Return the logo that was kept at `path`; without one, nothing.

    Raises:
        HandoutError: it cannot be read.
    """
    try:
        return read_file(path, MAX_BYTES)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise HandoutError(f"{path} cannot be read: {error.strerror}") from error


def remove(path: Path) -> None:
    """Take away the logo at `path`, if there is one.

    Raises:
        HandoutError: it cannot be taken away.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise HandoutError(f"{path} cannot be removed: {error.strerror}") from error


def _decoded(data: bytes) -> Image.Image:
    """Return the pixels. The size is read before Pillow is let near, and again after it."""
    try:
        _refuse_large(*struct.unpack(">II", data[_SIZES]))
        with Image.open(BytesIO(data), formats=["PNG"]) as image:
            _refuse_large(*image.size)
            return image.convert("RGBA")
    # What Pillow raises for damaged files of this format, found with hypothesis.
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        struct.error,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise HandoutError(f"The logo is damaged and cannot be opened: {error}") from error


def _refuse_large(width: int, height: int) -> None:
    if max(width, height) > MAX_SIDE_PX:
        raise HandoutError(
            f"The logo is {width} by {height} pixels: bring one of at most {MAX_SIDE_PX} a side"
        )


def _shown(image: Image.Image) -> Image.Image:
    """Return what can be seen of it on white paper, without margins."""
    paper = Image.new("RGBA", image.size, "white")
    seen = Image.alpha_composite(paper, image).convert("RGB")
    marks = ImageOps.invert(seen.convert("L")).point(lambda shade: 255 * (shade > PALEST))
    box = marks.getbbox()
    if box is None:
        raise HandoutError("The logo cannot be seen on white paper: bring its dark version")
    if min(box[2] - box[0], box[3] - box[1]) < SMALLEST_SIDE_PX:
        raise HandoutError(
            f"The logo is less than {SMALLEST_SIDE_PX} pixels high or wide: bring a larger one"
        )
    return seen.crop(box)


def _written(image: Image.Image) -> bytes:
    image.thumbnail((KEPT_SIDE_PX, KEPT_SIDE_PX))
    bare = Image.new("RGB", image.size)
    bare.paste(image)
    file = BytesIO()
    bare.save(file, "PNG", optimize=True)
    return file.getvalue()
