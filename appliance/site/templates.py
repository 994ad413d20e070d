"""Turns a template and its context into a page: one stylesheet, inlined, allowed by its hash."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
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

# The language of the page that is being made.
_translations: ContextVar[NullTranslations] = ContextVar("_translations")


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
    before = _translations.set(translations)
    try:
        page = _environment().get_template(name).render({"query": "", **context, "style": style})
    finally:
        _translations.reset(before)
    return _BLANK_LINES.sub("\n", page) + "\n"


def _gettext(text: str) -> str:
    return _translations.get().gettext(text)


def _ngettext(one: str, many: str, count: int) -> str:
    return _translations.get().ngettext(one, many, count)


@cache
def _environment() -> Environment:
    """Return the templates, compiled once for all languages: they take most of the memory."""
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    return environment
