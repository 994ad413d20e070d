"""Turns a template and its context into a page: one stylesheet, inlined, allowed by its hash."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from gettext import NullTranslations
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_HERE = Path(__file__).parent
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SPACE = re.compile(r"\s+")
_AROUND_SIGNS = re.compile(r"\s*([{};,>])\s*")
_BLANK_LINES = re.compile(r"\n\s*\n+")


@cache
def stylesheet() -> str:
    """Return the one stylesheet, without comments and needless space."""
    css = _COMMENT.sub("", (_HERE / "style.css").read_text("utf-8"))
    return _AROUND_SIGNS.sub(r"\1", _SPACE.sub(" ", css)).replace(";}", "}").strip()


def content_security_policy() -> str:
    """Return the policy of every page: our stylesheet, pictures inside the page, nothing else."""
    digest = base64.b64encode(sha256(stylesheet().encode()).digest()).decode()
    return (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )


def render(name: str, context: Mapping[str, object], translations: NullTranslations) -> str:
    """Return the page that template `name` makes of `context`, in the translations' language.

    Raises:
        jinja2.UndefinedError: the context lacks something that the template shows.
    """
    style = Markup(stylesheet())  # noqa: S704 - a file of our own, not anybody's input
    template = _environment(translations).get_template(name)
    page = template.render({"query": "", **context, "style": style})
    return _BLANK_LINES.sub("\n", page) + "\n"


@lru_cache(maxsize=64)  # more than there are languages; kept by identity
def _environment(translations: NullTranslations) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    return environment
