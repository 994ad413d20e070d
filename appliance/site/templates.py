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

# Read aloud, on guides; and the countdown of a screen in the library.
SCRIPTS = ("aloud", "kiosk")

# The language of the page that is being made.
_translations: ContextVar[NullTranslations] = ContextVar("_translations")


@cache
def stylesheet() -> str:
    """Return the one stylesheet, without comments and needless space."""
    css = _COMMENT.sub("", (_HERE / "style.css").read_text("utf-8"))
    return _AROUND_SIGNS.sub(r"\1", _SPACE.sub(" ", css)).replace(";}", "}").strip()


@cache
def script(name: str) -> str:
    """Return one of SCRIPTS, without comments and indentation. A page is whole without it."""
    lines = (_HERE / "scripts" / f"{name}.js").read_text("utf-8").splitlines()
    stripped = (line.strip() for line in lines)
    return "\n".join(line for line in stripped if line and not line.startswith("//"))


def content_security_policy() -> str:
    """Return the policy of every page: our style and scripts, pictures inside it, nothing else."""
    scripts = " ".join(_digest(script(name)) for name in SCRIPTS)
    return (
        f"default-src 'none'; style-src {_digest(stylesheet())}; script-src {scripts};"
        " img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


def render(name: str, context: Mapping[str, object], translations: NullTranslations) -> str:
    """Return the page that template `name` makes of `context`, in the translations' language.

    Raises:
        jinja2.UndefinedError: the context lacks something that the template shows.
    """
    # Files of our own, not anybody's input.
    ours = {"style": Markup(stylesheet()), "aloud": Markup(script("aloud"))}  # noqa: S704
    before = _translations.set(translations)
    try:
        page = _environment().get_template(name).render({"query": "", **context, **ours})
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
