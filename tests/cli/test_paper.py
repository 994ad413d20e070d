"""Paper from the command line: large print, posters, cards, stickers, pictures and the logo."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from tests.conftest import Helppoint
from tests.content import in_languages, whole_tree
from tests.handouts import paper
from tests.handouts.test_logo import png, svg


@pytest.fixture
def box(helppoint: Helppoint) -> Helppoint:
    assert helppoint.run("sync", "--embedded").returncode == 0
    return helppoint


def test_a_handout_is_saved_in_large_print(box: Helppoint, tmp_path: Path) -> None:
    file = tmp_path / "large.pdf"
    done = box.run("print", "before-you-start", "--large", "--to", str(file))
    assert done.returncode == 0, done.stderr
    with pikepdf.open(file) as pdf:
        assert min(paper.font_sizes(pdf)) >= 23.99
    small = box.run("print", "before-you-start", "--large", "--paper", "a5", "--to", str(file))
    assert (small.returncode, "large print is for A4" in small.stderr) == (2, True)


def test_a_handout_is_saved_beside_its_english(helppoint: Helppoint, tmp_path: Path) -> None:
    helppoint.publisher.pack(in_languages(whole_tree(), {"en", "ur"}))
    assert helppoint.run("sync", "--embedded").returncode == 0
    file = tmp_path / "urdu.pdf"
    done = helppoint.run("print", "before-you-start", "--language", "ur", "--to", str(file))
    assert done.returncode == 0, done.stderr
    with pikepdf.open(file) as pdf:
        fonts = {str(font.FontName) for font in paper.fonts(pdf)}
        assert pdf.Root.Lang == "ur"
    assert any("Nastaliq" in font for font in fonts)
    assert paper.squeezed("Bring these things") in paper.text(file.read_bytes())


def test_hours_and_logo_stand_on_handouts_too(box: Helppoint, tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(png())
    for words in (
        ("settings", "opening_hours", "Monday 9am to 5pm"),
        ("logo", str(tmp_path / "logo.png")),
        ("print", "before-you-start", "--to", str(tmp_path / "it.pdf")),
    ):
        done = box.run(*words)
        assert done.returncode == 0, done.stderr
    made = box.home.glob("store/sites/*/pages/en/handouts/before-you-start-a4.pdf")
    download = max(made, key=lambda path: path.stat().st_mtime)  # those shown before are kept
    for pdf in (tmp_path / "it.pdf", download):
        assert paper.squeezed("Monday 9am to 5pm") in paper.text(pdf.read_bytes())
        with pikepdf.open(pdf) as opened:
            figures = [str(figure.Alt) for figure in paper.tagged(opened, "/Figure")]
        assert "Logo of your library" in figures


def test_the_settings_and_the_logo_stand_on_the_wifi_poster(box: Helppoint, tmp_path: Path) -> None:
    (tmp_path / "logo.svg").write_bytes(svg('<circle cx="5" cy="5" r="50"/>'))
    for words in (
        ("settings", "library_name", "Oak Library"),
        ("settings", "opening_hours", "Monday 9am to 5pm; Sunday closed"),
        ("settings", "wifi_name", "Oak; upstairs"),
        ("settings", "wifi_passphrase", "two words"),
        ("logo", str(tmp_path / "logo.svg")),
        ("poster", "wifi", "--paper", "a3", "--to", str(tmp_path / "wifi.pdf")),
    ):
        done = box.run(*words)
        assert done.returncode == 0, done.stderr
    pdf = (tmp_path / "wifi.pdf").read_bytes()
    said = paper.codes(pdf, dpi=100)
    assert sorted(said) == [r"WIFI:T:WPA;S:Oak\; upstairs;P:two words;;", "http://10.66.0.1/"]
    for words_on_it in ("Oak Library is open", "Monday 9am to 5pm", "Sunday closed", "two words"):
        assert paper.squeezed(words_on_it) in paper.text(pdf)
    with pikepdf.open(tmp_path / "wifi.pdf") as opened:
        figures = [str(figure.Alt) for figure in paper.tagged(opened, "/Figure")]
    assert "Logo of Oak Library" in figures


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (("help",), []),
        (("nhs-app", "--paper", "a3"), ["https://www.nhs.uk/nhs-app/"]),
        (("bookmarks",), ["https://www.nhs.uk/nhs-app/"] * 4),
        (("shelf-cards", "--site", "mind"), ["https://www.mind.org.uk/"] * 4),
        (("stickers", "--site", "mind", "--used", "18"), ["https://www.mind.org.uk/"] * 3),
    ],
)
def test_everything_is_made_before_anything_is_set(
    box: Helppoint, tmp_path: Path, words: tuple[str, ...], codes: list[str]
) -> None:
    file = tmp_path / "it.pdf"
    done = box.run("poster", *words, "--to", str(file))
    assert done.returncode == 0, done.stderr
    assert paper.codes(file.read_bytes(), dpi=150) == codes
    assert paper.squeezed("Made by your library.") in paper.text(file.read_bytes())


def test_the_social_picture_comes_with_words_for_those_who_cannot_see_it(
    box: Helppoint, tmp_path: Path
) -> None:
    file = tmp_path / "it.png"
    done = box.run("poster", "social", "--png", str(file))
    assert "alternative text: Get health help at your library, your library." in done.stdout
    with Image.open(BytesIO(file.read_bytes())) as image:
        assert image.size == (1200, 630)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("print", "before-you-start", "--language", "cy", "--to", "x.pdf"), 1, "choose en"),
        (("print", "before-you-start", "--language", "pl", "--large", "--to", "x.pdf"), 2, "large"),
        (("poster", "help", "--to", "x.pdf", "--printer", "ipp://x"), 2, "say where to: --to FILE"),
        (("poster", "social", "--printer", "ipp://x"), 2, "say where to: --png FILE.png"),
        (("poster", "help"), 2, "say where to: --to FILE.pdf"),
        (("poster", "help", "--png", "x.png"), 2, "say where to: --to FILE.pdf"),
        (("poster", "social", "--to", "x.pdf"), 2, "say where to: --png FILE.png"),
        (("poster", "bookmarks", "--paper", "a3", "--to", "x.pdf"), 2, "--paper is for help, "),
        (("poster", "help", "--site", "mind", "--to", "x.pdf"), 2, "--site is for shelf-cards, "),
        (("poster", "bookmarks", "--used", "2", "--to", "x.pdf"), 2, "--used is for stickers"),
        (("poster", "nonsense", "--to", "x.pdf"), 2, "'nonsense' is not one of"),
        (("poster", "wifi", "--to", "x.pdf"), 1, "helppoint settings wifi_name"),
        (("poster", "stickers", "--site", "none", "--to", "x.pdf"), 1, "no website 'none'"),
        (("poster", "help", "--to", "/none/x.pdf"), 1, "cannot be written"),
        (("logo",), 2, "name a PNG or SVG file"),
        (("logo", "/none/x.png"), 1, "/none/x.png cannot be read"),
        (("logo", "/etc/hostname"), 1, "neither a PNG nor an SVG"),
    ],
)
def test_mistakes_are_answered_in_words(
    box: Helppoint, words: tuple[str, ...], code: int, said: str
) -> None:
    done = box.run(*words)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


def test_a_logo_is_refused_replaced_and_removed(box: Helppoint, tmp_path: Path) -> None:
    (tmp_path / "good.png").write_bytes(png())
    (tmp_path / "bad.svg").write_bytes(svg("<script>alert(1)</script>"))
    kept = box.home / "state" / "logo.png"
    assert box.run("logo", str(tmp_path / "good.png")).returncode == 0
    before = kept.read_bytes()
    refused = box.run("logo", str(tmp_path / "bad.svg"))
    assert (refused.returncode, "'script'" in refused.stderr) == (1, True)
    assert kept.read_bytes() == before
    assert box.run("logo", "--remove").returncode == 0
    assert not kept.exists()


def test_help_lists_everything_that_can_be_made(box: Helppoint) -> None:
    shown = box.run("poster", "--help").stdout
    for name in ("help", "nhs-app", "wifi", "shelf-cards", "bookmarks", "stickers", "social"):
        assert f"  {name} " in shown
