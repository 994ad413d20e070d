"""How the costs grow: activation, memory and p99 at 26, 1,000 and 10,000 guides in 5 languages."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from tests.bench.box import Box, make_box, serving
from tests.bench.figure import Figure, at_most
from tests.bench.memory import visit
from tests.bench.processes import ROOT, megabytes
from tests.bench.wrk import load

SIZES = (26, 1_000, 10_000)
LANGUAGES = ("en", "pl", "ur", "bn", "zh-Hans")
REQUESTS = 1_000
LOAD_S = 5
# What is linear takes so many times as long for so many times as much; a little room for noise.
LINEAR = 1.2
FLAT = 1.1


@dataclass(frozen=True, slots=True)
class Cost:
    """What a library of some size costs."""

    guides: int
    activation_s: float
    rss_mb: float
    p99_ms: float


def measure(_box: Box, folder: Path) -> list[Figure]:
    """Return each cost at each size, and how it grows from the second to the third."""
    costs = []
    for size in SIZES:
        print(f"  {size:,} guides", flush=True)
        costs.append(_cost(size, folder / str(size)))
        shutil.rmtree(folder / str(size))
    return [*_figures(costs), *_growth(costs)]


def _cost(size: int, folder: Path) -> Cost:
    content = folder / "content"
    _write_content(content, size)
    box = make_box(folder, content)
    with serving(box) as server:
        visit(server.port, list(islice(cycle(box.guides()), REQUESTS)))
        rss = megabytes(server.process.pid, "status", "VmRSS")
        p99 = load(server, box.usual_guide(), LOAD_S).p99_ms
    return Cost(size, box.activation_s, rss, p99)


def _write_content(folder: Path, size: int) -> None:
    """Copy the content in five languages, and its guides under new names until there are enough."""
    real = ROOT / "content"
    ignored = shutil.ignore_patterns("guides", "interface")
    shutil.copytree(real, folder, ignore=ignored)
    known = (folder / "languages.toml").read_text("utf-8").split("[[languages]]")
    kept = [part for part in known[1:] if any(f'code = "{code}"' in part for code in LANGUAGES)]
    (folder / "languages.toml").write_text("[[languages]]".join(["", *kept]), "utf-8")
    for path in [*folder.glob("handouts/*"), *folder.glob("synonyms/*")]:
        if path.stem not in LANGUAGES:
            path.unlink()
    (folder / "interface").mkdir()
    for code in LANGUAGES[1:]:
        shutil.copy(real / "interface" / f"{code}.po", folder / "interface")
    english = sorted((real / "guides" / "en").glob("*.md"))
    for code in LANGUAGES:
        (folder / "guides" / code).mkdir(parents=True)
        for number, path in zip(range(size), cycle(english), strict=False):
            own = real / "guides" / code / path.name
            _copy(own if own.exists() else path, folder / "guides" / code, number, len(english))


def _copy(path: Path, folder: Path, number: int, of: int) -> None:
    """Copy a guide; from the second round on, under a name and title of its own."""
    text = path.read_text("utf-8")
    slug = path.stem
    if folder.name != "en" and "english =" not in text:
        text = text.replace("\n+++\n", '\ntranslated_by = "x"\nchecked_by = "x"\n'
                            'english = "000000000000"\n+++\n', 1)  # fmt: skip
    if number >= of:
        new = f"{slug}-{number // of}"
        text = text.replace(f'slug = "{slug}"', f'slug = "{new}"', 1)
        text = text.replace('title = "', f'title = "{number // of} ', 1)
        slug = new
    (folder / f"{slug}.md").write_text(text, "utf-8")


def _figures(costs: Sequence[Cost]) -> list[Figure]:
    return [
        figure
        for cost in costs
        for figure in (
            Figure(f"activation of {cost.guides:,} guides x 5", cost.activation_s, "s"),
            Figure(f"memory with {cost.guides:,} guides x 5", cost.rss_mb, "MB"),
            Figure(f"p99 with {cost.guides:,} guides x 5", cost.p99_ms, "ms"),
        )
    ]


def _growth(costs: Sequence[Cost]) -> list[Figure]:
    some, many = costs[-2:]
    times = many.guides / some.guides
    slower = many.activation_s / some.activation_s / times
    return [
        at_most("activation, ten times as many guides", slower, "of linear", LINEAR),
        at_most("memory, ten times as many guides", many.rss_mb / some.rss_mb, "times", FLAT),
    ]
