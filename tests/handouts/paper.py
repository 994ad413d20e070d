"""What a reader gets from a PDF: its pages as pictures, its words, and the codes a phone reads."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from pathlib import Path

import pikepdf
from PIL import Image

POINTS_PER_MM = 72 / 25.4


def decoded(*images: Path) -> list[str]:
    """Every code that zbar finds, in the order of the images."""
    done = subprocess.run(
        ["zbarimg", "--nodbus", "--raw", "-q", *images], capture_output=True, text=True, check=False
    )
    return done.stdout.splitlines()


def decoded_from(image: bytes, folder: Path) -> list[str]:
    path = folder / "code.png"
    path.write_bytes(image)
    return decoded(path)


def codes(pdf: bytes, *, dpi: int, mono: bool = False) -> list[str]:
    """Print the PDF at `dpi` and scan it."""
    with _printed(pdf, dpi=dpi, mono=mono) as pages:
        return decoded(*pages)


def pictures(pdf: bytes, *, dpi: int, mono: bool = False) -> list[Image.Image]:
    """Print the PDF at `dpi`."""
    with _printed(pdf, dpi=dpi, mono=mono) as pages:
        return [Image.open(page).copy() for page in pages]


@contextmanager
def _printed(pdf: bytes, *, dpi: int, mono: bool = False) -> Iterator[list[Path]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "it.pdf").write_bytes(pdf)
        colours = ["-mono"] if mono else []
        subprocess.run(
            ["pdftoppm", "-r", str(dpi), *colours, "-png", path / "it.pdf", path / "page"],
            check=True,
        )
        yield sorted(path.glob("page*.png"))


def code_side_mm(image: Image.Image, *, dpi: int) -> float:
    """The side of a page's only code: nothing else is wholly black."""
    black = Image.eval(image.convert("L"), lambda shade: 255 * (shade == 0)).getbbox()
    assert black is not None
    return (black[2] - black[0]) * 25.4 / dpi


def text(pdf: bytes) -> str:
    """The words in reading order, squeezed."""
    return squeezed(_pdftotext(pdf, "-raw"))


def page_text(pdf: bytes, number: int) -> str:
    """The words of one page."""
    return _pdftotext(pdf, "-raw", "-f", str(number), "-l", str(number))


def squeezed(words: str) -> str:
    """Leave out white space and hyphens: where lines end is the layout's own."""
    return "".join(words.replace("-", "").split())


@dataclass(frozen=True)
class Word:
    """A word on paper, in points from the top left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        """How high its letters may be."""
        return self.bottom - self.top


def words(pdf: bytes) -> Iterator[Word]:
    row = r'<word xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>'
    for *box, word in re.findall(row, _pdftotext(pdf, "-bbox")):
        left, top, right, bottom = map(float, box)
        yield Word(unescape(word), left, top, right, bottom)


def off_the_page(pdf: bytes, *, over_mm: float = 0) -> list[Word]:
    """Return the words within 8 mm of a side, or more than `over_mm` beyond the top or the foot."""
    side = 8 * POINTS_PER_MM
    over = over_mm * POINTS_PER_MM
    with pikepdf.open(BytesIO(pdf)) as opened:
        _, _, width, height = (float(edge) for edge in opened.pages[0].mediabox)
    return [
        word
        for word in words(pdf)
        if word.left < side
        or word.right > width - side
        or word.top < -over
        or word.bottom > height + over
    ]


def _pdftotext(pdf: bytes, *options: str) -> str:
    done = subprocess.run(
        ["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True
    )
    return done.stdout.decode()


def font_sizes(pdf: pikepdf.Pdf) -> set[float]:
    """Every size that text is set in, in points."""
    return {
        float(step.operands[1])
        for page in pdf.pages
        for step in pikepdf.parse_content_stream(page)
        if str(step.operator) == "Tf"
    }


def fonts(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """The descriptor of every font that a page uses."""
    for page in pdf.pages:
        for font in page.Resources.Font.values():
            yield font.DescendantFonts[0].FontDescriptor


def tagged(pdf: pikepdf.Pdf, tag: str) -> list[pikepdf.Object]:
    """Every element of the structure tree with this tag."""
    return [element for element in elements(pdf) if element.get("/S") == tag]


def elements(pdf: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every element of the structure tree."""
    return _elements(pdf.Root.StructTreeRoot)


def _elements(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
    if not isinstance(element, pikepdf.Dictionary):
        return
    yield element
    children = element.get("/K")
    if isinstance(children, pikepdf.Array):
        for child in children:
            yield from _elements(child)
    elif isinstance(children, pikepdf.Dictionary):
        yield from _elements(children)
