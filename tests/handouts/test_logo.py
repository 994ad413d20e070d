from __future__ import annotations

import struct
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from appliance.errors import HandoutError
from appliance.files import FileLimitError
from appliance.handouts import drawing, logo
from appliance.handouts.drawing import safe
from appliance.handouts.logo import clean


def png(size: tuple[int, int] = (200, 100), colour: str = "#5b2a5e", mode: str = "RGB") -> bytes:
    file = BytesIO()
    Image.new(mode, size, colour).save(file, "PNG")
    return file.getvalue()


def svg(body: str, attributes: str = 'viewBox="0 0 100 100"') -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{body}</svg>'.encode()


def seen(data: bytes) -> Image.Image:
    with Image.open(BytesIO(clean(data))) as image:
        assert (image.format, image.mode) == ("PNG", "RGB")
        return image.copy()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width: int, height: int) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0))


SIGNATURE = b"\x89PNG\r\n\x1a\n"
DOT = '<circle cx="50" cy="50" r="40" fill="#127"/>'


def test_a_png_is_written_anew_without_what_it_hid() -> None:
    file = BytesIO()
    hidden = PngImagePlugin.PngInfo()
    hidden.add_text("Author", "Somebody's name")
    Image.new("RGB", (200, 100), "navy").save(
        file, "PNG", pnginfo=hidden, dpi=(72, 72), icc_profile=b"profile"
    )
    made = clean(file.getvalue() + b"<script>trailing</script>")
    assert b"Somebody" not in made
    assert b"script" not in made
    with Image.open(BytesIO(made)) as image:
        assert image.info == {}
        assert (image.size, image.getpixel((5, 5))) == ((200, 100), (0, 0, 128))


def test_transparent_ground_becomes_white_and_margins_go() -> None:
    image = Image.new("RGBA", (400, 300), (0, 0, 0, 0))
    image.paste((0, 0, 128, 255), (100, 100, 300, 200))
    image.putpixel((100, 100), (0, 0, 0, 0))
    file = BytesIO()
    image.save(file, "PNG")
    shown = seen(file.getvalue())
    assert shown.size == (200, 100)
    assert shown.getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_taken(mode: str) -> None:
    image = Image.new(mode, (100, 100), 0)
    if mode == "RGBA":
        image = Image.new(mode, (100, 100), "black")
    file = BytesIO()
    image.save(file, "PNG")
    assert seen(file.getvalue()).size == (100, 100)


def test_a_large_logo_is_made_smaller_and_keeps_its_shape() -> None:
    assert seen(png((4_000, 1_000))).size == (800, 200)


def test_what_is_cleaned_twice_stays_as_it_is() -> None:
    once = clean(png((3_000, 1_111)))
    assert clean(once) == once


def test_an_svg_is_drawn() -> None:
    shown = seen(svg(f"<title>Not shown</title>{DOT}"))
    assert shown.size == (800, 800)
    assert shown.getpixel((400, 400)) == (0x11, 0x22, 0x77)
    assert shown.getpixel((5, 5)) == (255, 255, 255)


def test_an_svg_of_a_drawing_program_is_taken() -> None:
    data = (
        b"\xef\xbb\xbf"
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd"><!-- note -->'
        b'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        b' xmlns:i="http://www.inkscape.org/x" i:version="1" width="80mm" height="40mm">'
        b'<metadata><rdf xmlns="http://x/">text</rdf></metadata><i:view zoom="2"><i:x/></i:view>'
        b'<defs><linearGradient id="a"><stop offset="0" style="stop-color:#f00"/>'
        b'<stop offset="1" stop-color="#f00"/></linearGradient>'
        b'<linearGradient id="b" xlink:href="#a"/></defs>'
        b'<g style="fill:url(#b);font-family:Arial"><rect width="300" height="150"/></g></svg>'
    )
    assert seen(data).getpixel((5, 5)) == (255, 0, 0)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("<script>alert(1)</script>", "'script'"),
        ('<rect width="9" height="9" onload="alert(1)"/>', "a script"),
        ('<image href="http://example.org/x.png"/>', "'image'"),
        ('<image href="data:image/png;base64,AAAA"/>', "'image'"),
        ('<use href="#a"/>', "'use'"),
        ("<style>@import url(http://example.org/x.css)</style>", "'style'"),
        ("<foreignObject><p/></foreignObject>", "'foreignObject'"),
        ("<text>Anytown</text>", "'text'"),
        ("<filter/>", "'filter'"),
        ("<mask/>", "'mask'"),
        ("<pattern/>", "'pattern'"),
        ("<clipPath/>", "'clipPath'"),
        ("<animate/>", "'animate'"),
        ('<a href="http://example.org/"><rect/></a>', "'a'"),
        ('<svg viewBox="0 0 1 1"/>', "'svg'"),
        ('<linearGradient href="http://example.org/x.svg#a"/>', "a link"),
        ('<rect href="#a"/>', "a link"),
        ('<rect fill="url(http://example.org/x.svg#a)"/>', "a value"),
        ('<rect style="fill:URL(//example.org/x)"/>', "a value"),
        ('<rect style="fill:url(#a) url(x)"/>', "a value"),
        ("<g>" * 31 + "</g>" * 31, "too many parts"),
        ("<g/>" * 5_001, "too many parts"),
        ("<i:x xmlns:i='u'>" + "<i:y/>" * 5_001 + "</i:x>", "too many parts"),
    ],
)
def test_drawings_with_more_than_shapes_are_refused_in_words(body: str, reason: str) -> None:
    with pytest.raises(HandoutError, match=rf"{reason}.*save it as a PNG"):
        clean(svg(DOT + body))


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE svg [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>' + svg("<title>&b;</title>"),
        b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + svg("<title>&x;</title>"),
    ],
)
def test_drawings_with_declarations_are_refused(data: bytes) -> None:
    with pytest.raises(HandoutError, match="declarations of its own"):
        clean(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "neither a PNG nor an SVG"),
        (b"GIF89a", "neither a PNG nor an SVG"),
        (b"\xff\xd8\xff\xe0JFIF", "neither a PNG nor an SVG"),
        (b"%PDF-1.7", "neither a PNG nor an SVG"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (png()[:-30], "damaged"),
        (SIGNATURE + header(100, 100) + chunk(b"IDAT", b"nonsense"), "damaged"),
        (SIGNATURE + header(50_000, 50_000), "50000 by 50000 pixels"),
        (SIGNATURE + header(1, 4_001), "1 by 4001 pixels"),
        (SIGNATURE + header(9, 9) + header(20_000, 9) + chunk(b"IDAT", b""), "20000 by 9 pixels"),
        (SIGNATURE + header(9, 9) + header(20_000, 20_000) + chunk(b"IDAT", b""), "damaged"),
        (SIGNATURE + header(0, 0) + chunk(b"IDAT", b""), "damaged"),
        (png((39, 200)), "less than 40 pixels"),
        (png(colour="white"), "cannot be seen on white paper"),
        (png(colour="#ffffff00", mode="RGBA"), "cannot be seen on white paper"),
        (b"\x00" * 2_000_001, "larger than 2 MB"),
        (b"<html><body/></html>", "not an SVG"),
        (b"<svg><rect/></svg>", "not an SVG"),
        (b"<svg", "damaged"),
        (svg("<g>"), "damaged"),
        (svg(""), "cannot be"),
        (svg(DOT, 'width="0" height="0"'), "cannot be"),
    ],
)
def test_what_is_no_usable_logo_is_refused_in_words(data: bytes, reason: str) -> None:
    with pytest.raises(HandoutError, match=reason):
        clean(data)


def test_a_small_file_that_unpacks_to_much_is_refused() -> None:
    rows = zlib.compress(b"\x00" * 100_000_000, 9)
    bomb = SIGNATURE + header(4_000, 4_000) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    text = SIGNATURE + header(50, 50) + chunk(b"zTXt", b"a\x00\x00" + rows) + chunk(b"IEND", b"")
    for data, reason in ((bomb, "cannot be seen"), (text, "damaged")):
        with pytest.raises(HandoutError, match=reason):
            clean(data)


def test_a_drawing_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "MAX_SECONDS", 1)
    slow = '<g opacity=".5"><rect width="100" height="100"/></g>' * 2_400
    with pytest.raises(HandoutError, match="takes too long to draw"):
        clean(svg(slow))


@given(st.binary(max_size=60), st.integers(0, 400))
@settings(max_examples=200, deadline=None)
def test_any_damage_to_a_png_is_a_handout_error_or_a_picture(damage: bytes, at: int) -> None:
    whole = png((60, 60))
    with suppress(HandoutError):
        assert clean(whole[:at] + damage + whole[at + len(damage) :]).startswith(SIGNATURE)


@given(
    st.lists(
        st.sampled_from(
            ["<g>", "</g>", "<g/>", ' x="1"', "&lt;", "<script>", "<rect ", "/>", "url(#a)", "\x00"]
        )
    )
)
@settings(max_examples=200)
def test_any_drawing_is_refused_or_left_with_shapes(parts: list[str]) -> None:
    with suppress(HandoutError):
        assert b"script" not in safe(svg("".join(parts)))


def test_values_cannot_break_out_of_their_quotes() -> None:
    with pytest.raises(HandoutError, match="a value"):
        safe(svg('<rect fill="&quot;/&gt;&lt;script/&gt;"/>'))


def test_a_logo_is_kept_replaced_and_removed(tmp_path: Path) -> None:
    path = tmp_path / "state" / "logo.png"
    assert logo.kept(path) == b""
    logo.keep(png(), path)
    first = logo.kept(path)
    with pytest.raises(HandoutError):
        logo.keep(b"nonsense", path)
    assert logo.kept(path) == first
    logo.remove(path)
    logo.remove(path)
    assert logo.kept(path) == b""


def test_a_logo_that_is_a_link_elsewhere_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "logo.png").symlink_to("/etc/passwd")
    with pytest.raises(FileLimitError):
        logo.kept(tmp_path / "logo.png")
