"""Interface texts: one PO file a language, compiled to what Python's gettext reads."""

from __future__ import annotations

import re
from gettext import GNUTranslations
from io import BytesIO

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from appliance.catalogue.decode import UnreadableError, decode
from appliance.catalogue.schema import shown

MAX_PO_BYTES = 500_000

Text = str | tuple[str, ...] | list[str] | None
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


def compile_messages(path: str, data: bytes) -> bytes:
    """Return a PO file as a gettext catalogue (.mo); doubtful (fuzzy) translations are left out.

    Raises:
        UnreadableError: not a PO file in UTF-8, or its plural forms are not understood.
    """
    text = decode(path, data, MAX_PO_BYTES)
    try:
        messages = read_po(BytesIO(text.encode()), charset="utf-8", abort_invalid=True)
        _refuse_unfillable(path, messages)
        compiled = BytesIO()
        write_mo(compiled, messages)
        GNUTranslations(BytesIO(compiled.getvalue()))
    except PoFileError as error:
        raise UnreadableError(path, error.lineno + 1, f"This is no PO file: {error}.") from error
    except (ValueError, LookupError, TypeError, SyntaxError, AttributeError) as error:
        raise UnreadableError(path, 1, f"The PO file cannot be used: {error!r:.200}.") from error
    return compiled.getvalue()


def _refuse_unfillable(path: str, messages: Catalog) -> None:
    """Refuse what a page could not fill in: it would be made in no language at all."""
    for message in messages:
        originals, translations = _forms(message.id), _forms(message.string)
        if message.fuzzy or not originals or not all(map(_is_fillable, originals)):
            continue
        names = {"num", *(name for text in originals for name in _PLACEHOLDER.findall(text))}
        for text in translations:
            if not _is_fillable(text) or not names.issuperset(_PLACEHOLDER.findall(text)):
                told = f"The translation of {shown(originals[0])} has other placeholders than that."
                mend = "Write each %(name)s as in the original, and %% for a percent sign."
                raise UnreadableError(path, message.lineno or 1, told, mend)


def _is_fillable(text: str) -> bool:
    """Whether every `%` begins a placeholder, or stands for itself."""
    return "%" not in _PLACEHOLDER.sub("", text.replace("%%", ""))


def _forms(text: Text) -> tuple[str, ...]:
    """Return a text, or its plural forms; those that are not translated are left out."""
    forms = (text,) if isinstance(text, str | None) else text
    return tuple(form for form in forms if form)
