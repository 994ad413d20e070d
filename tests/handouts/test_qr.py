from __future__ import annotations

import re
import subprocess
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from appliance.errors import HandoutError
from appliance.handouts import qr
from tests.content import real_catalogue
from tests.handouts.paper import decoded, decoded_from

APP = "https://www.nhs.uk/nhs-app/"
HELP_POINT = "http://10.66.0.1/"
DEEP = "https://www.nhs.uk/nhs-app/setting-up/supported-operating-systems/"
LONGEST = "https://example.org/" + "a" * 280
SVG = "{http://www.w3.org/2000/svg}"

addresses = st.text("abcXYZ019-._~:/?#[]@!$&'()*+,;=%", min_size=1, max_size=280).map(
    lambda rest: f"https://example.org/{rest}"
)


def on_a_page(svg: str, *, fill: str = "white", side_pt: int = 200) -> bytes:
    """Draw the SVG as a viewer would, on a page of some colour."""
    page = (
        f"#set page(width: auto, height: auto, margin: 30pt, fill: {fill})\n"
        f'#image(bytes(sys.inputs.svg), format: "svg", width: {side_pt}pt)'
    )
    image = typst.compile(
        page.encode(), format="png", ppi=144, sys_inputs={"svg": svg}, ignore_system_fonts=True
    )
    assert isinstance(image, bytes)
    return image


def drawn(svg: str) -> qr.Matrix:
    """Follow the pen: which modules are dark, the quiet zone included."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own drawing
    size = int(root.attrib["viewBox"].split()[-1])
    path = root.find(f"{SVG}path")
    assert path is not None
    rows = [[False] * size for _ in range(size)]
    x = y = 0
    for letter, numbers in re.findall(r"([Mmh])([-\d. ]+)", path.attrib["d"]):
        values = [float(number) for number in numbers.split()]
        if letter == "M":
            x, y = int(values[0]), int(values[1])
        elif letter == "m":
            x += int(values[0])
        else:
            length = int(values[0])
            rows[y][x : x + length] = [True] * length
            x += length
    return tuple(tuple(row) for row in rows)


def with_quiet_zone(modules: qr.Matrix) -> qr.Matrix:
    size = len(modules) + 2 * qr.QUIET_MODULES
    side = (False,) * qr.QUIET_MODULES
    blank = ((False,) * size,) * qr.QUIET_MODULES
    return (*blank, *((*side, *row, *side) for row in modules), *blank)


@pytest.mark.parametrize(("address", "modules"), [(APP, 29), (DEEP, 37), (HELP_POINT, 25)])
def test_sizes_are_those_that_were_measured(address: str, modules: int) -> None:
    assert len(qr.matrix(address)) == modules


@pytest.mark.parametrize(
    ("modules", "distance_mm", "side_mm"),
    [(25, 300, 25), (29, 300, 25), (33, 300, 30), (37, 300, 30), (69, 300, 60), (29, 1500, 150)],
)
def test_codes_are_as_wide_as_phones_need(modules: int, distance_mm: float, side_mm: float) -> None:
    assert qr.side_mm(modules, reading_distance_mm=distance_mm) == side_mm


def test_a_code_wider_than_a_poster_is_refused() -> None:
    with pytest.raises(HandoutError, match="would be 280 mm wide; 270 mm fit"):
        qr.side_mm(29, reading_distance_mm=2800)


def test_every_shipped_address_can_be_scanned_from_a_page_and_from_an_image(tmp_path: Path) -> None:
    urls = [site.url for site in real_catalogue().sites.values()]
    images = []
    for index, url in enumerate(urls):
        side_mm = qr.side_mm(len(qr.matrix(url)))
        page = on_a_page(qr.svg(url, title="A site"))
        for kind, image in (("svg", page), ("png", qr.png(url, side_mm=side_mm, dpi=300))):
            images.append(tmp_path / f"{index:04}-{kind}.png")
            images[-1].write_bytes(image)
    assert len(urls) > 50
    assert decoded(*images) == [url for url in urls for _ in range(2)]


@pytest.mark.parametrize("address", [APP, DEEP, LONGEST])
def test_svg_can_be_scanned_in_dark_mode(address: str, tmp_path: Path) -> None:
    page = on_a_page(qr.svg(address, title="A site"), fill="black")
    assert decoded_from(page, tmp_path) == [address]


@given(addresses)
@settings(max_examples=30, deadline=None)
def test_svg_draws_exactly_the_modules(address: str) -> None:
    assert drawn(qr.svg(address, title="A site")) == with_quiet_zone(qr.matrix(address))


@given(addresses)
@settings(max_examples=20, deadline=None)
def test_any_address_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, address: str
) -> None:
    image = qr.png(address, side_mm=60, dpi=300)
    assert decoded_from(image, tmp_path_factory.mktemp("code")) == [address]


def test_svg_has_a_name_for_screen_readers_and_nothing_that_the_csp_forbids() -> None:
    svg = qr.svg(APP, title='Mind & "friends" <now>')
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own drawing
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == 'Mind & "friends" <now>'
    assert root.findtext(f"{SVG}title") == 'Mind & "friends" <now>'
    assert root.attrib["width"] == "31.9mm"
    assert not any("style" in element.attrib for element in root.iter())
    assert {element.tag.removeprefix(SVG) for element in root.iter()} == {
        "svg",
        "title",
        "rect",
        "path",
    }


def test_svg_is_small_enough_for_a_page_of_14_kilobytes() -> None:
    assert len(qr.svg(DEEP, title="A site")) < 3_000


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_png_prints_at_its_true_size_with_whole_dots(dpi: int) -> None:
    image = Image.open(BytesIO(qr.png(APP, side_mm=30, dpi=dpi)))
    dots, rest = divmod(image.width, 29 + 2 * qr.QUIET_MODULES)
    assert rest == 0
    assert image.mode == "1"
    assert image.info["dpi"] == pytest.approx((dpi, dpi), abs=0.1)
    assert 30 <= 29 * dots * 25.4 / dpi < 30 + 29 * 25.4 / dpi


def test_png_has_its_quiet_zone_around_it() -> None:
    image = Image.open(BytesIO(qr.png(APP, side_mm=25, dpi=300)))
    dots = image.width // (29 + 2 * qr.QUIET_MODULES)
    quiet = qr.QUIET_MODULES * dots
    dark = image.point(lambda shade: 255 - shade).getbbox()
    assert dark == (quiet, quiet, image.width - quiet, image.height - quiet)


def test_png_too_small_to_scan_is_refused_with_the_size_that_works() -> None:
    with pytest.raises(HandoutError, match="needs") as refusal:
        qr.png(APP, side_mm=12, dpi=203)
    needed = re.search(r"needs ([\d.]+) mm", str(refusal.value))
    assert needed is not None
    assert float(needed[1]) == pytest.approx(29 * qr.MODULE_MM)
    assert qr.png(APP, side_mm=float(needed[1]), dpi=203)


@pytest.mark.parametrize(("side_mm", "dpi"), [(0, 300), (-5, 300), (25, 0), (1000, 300)])
def test_png_of_an_impossible_size_is_refused(side_mm: float, dpi: int) -> None:
    with pytest.raises(HandoutError, match="cannot be"):
        qr.png(APP, side_mm=side_mm, dpi=dpi)


def test_png_that_would_fill_the_memory_is_refused() -> None:
    with pytest.raises(HandoutError, match="wider than 6000 dots"):
        qr.png(APP, side_mm=270, dpi=2400)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "www.nhs.uk",
        "ftp://www.nhs.uk/",
        "javascript:alert(1)",
        "HTTPS://www.nhs.uk/",
        "https://",
        "https:///",
        "https://www.nhs.uk/ app",
        "https://www.nhs.uk/\n",
        "https://www.nhs.uk/\x00",
        "https://www.nhs.uk/café",
        'https://www.nhs.uk/"',
        "https://www.nhs.uk/" + "a" * 282,
    ],
)
def test_what_is_no_short_web_address_is_refused(address: str) -> None:
    for draw in (
        lambda: qr.matrix(address),
        lambda: qr.svg(address, title="A site"),
        lambda: qr.png(address, side_mm=60, dpi=300),
    ):
        with pytest.raises(HandoutError):
            draw()


def test_an_address_of_300_characters_is_drawn() -> None:
    assert len(LONGEST) == 300
    assert qr.side_mm(len(qr.matrix(LONGEST))) == 60


@pytest.mark.parametrize(
    ("name", "passphrase", "said"),
    [
        ("Help Point", "", "WIFI:T:nopass;S:Help Point;;"),
        ("Help Point", "12345678", "WIFI:T:WPA;S:Help Point;P:12345678;;"),
        (
            r'a\b;c,d:e"f',
            r';;\\:"",x',
            r"WIFI:T:WPA;S:a\\b\;c\,d\:e\"f;P:\;\;\\\\\:\"\"\,x;;",
        ),
    ],
)
def test_a_wifis_code_says_what_phones_expect(name: str, passphrase: str, said: str) -> None:
    assert qr.wifi(name, passphrase) == said


def parsed(said: str) -> dict[str, str]:
    """What a phone makes of it: fields up to a bare semicolon, backslashes taken away."""
    fields = re.findall(r"([A-Z]):((?:\\.|[^\\;])*);", said.removeprefix("WIFI:"))
    return {key: re.sub(r"\\(.)", r"\1", value) for key, value in fields}


@given(
    name=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=32),
    passphrase=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=8, max_size=63),
)
@settings(max_examples=40, deadline=None)
def test_any_wifi_is_read_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, name: str, passphrase: str
) -> None:
    image = on_a_page(qr.draw(qr.wifi_matrix(name, passphrase), title="Wi-Fi"), side_pt=300)
    (said,) = decoded_from(image, tmp_path_factory.mktemp("code"))
    assert parsed(said) == {"T": "WPA", "S": name, "P": passphrase}


def test_a_wifis_name_may_have_accents(tmp_path: Path) -> None:
    image = on_a_page(qr.draw(qr.wifi_matrix("Llyfrgell Tŷ Café"), title="Wi-Fi"))
    (tmp_path / "code.png").write_bytes(image)
    # zbar guesses an alphabet for what is not ASCII; its bytes are what phones get.
    command = ["zbarimg", "--nodbus", "--raw", "-q", "-Sbinary", str(tmp_path / "code.png")]
    said = subprocess.run(command, capture_output=True, check=True).stdout
    assert said.decode() == "WIFI:T:nopass;S:Llyfrgell Tŷ Café;;"


@pytest.mark.parametrize(
    ("name", "passphrase"),
    [
        ("", ""),
        ("é" * 17, ""),
        ("a\nb", ""),
        ("\ud800", ""),
        ("Help Point", "short"),
        ("Help Point", "x" * 64),
        ("Help Point", "naïve passphrase"),
        ("Help Point", "12345678\n"),
    ],
)
def test_what_is_no_wifi_is_refused(name: str, passphrase: str) -> None:
    with pytest.raises(HandoutError, match="A Wi-Fi's"):
        qr.wifi(name, passphrase)
