"""Interface texts: one PO file a language, compiled to what Python's gettext reads."""

from __future__ import annotations

from gettext import GNUTranslations
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po

from appliance.catalogue.decode import UnreadableError, decode

MAX_PO_BYTES = 500_000


def compile_messages(path: str, data: bytes) -> bytes:
    """Return a PO file as a gettext catalogue (.mo); doubtful (fuzzy) translations are left out.

    Raises:
        UnreadableError: not a PO file in UTF-8, or its plural forms are not understood.
    """
    text = decode(path, data, MAX_PO_BYTES)
    try:
        messages = read_po(BytesIO(text.encode()), charset="utf-8", abort_invalid=True)
        compiled = BytesIO()
        write_mo(compiled, messages)
        GNUTranslations(BytesIO(compiled.getvalue()))
    except PoFileError as error:
        raise UnreadableError(path, error.lineno + 1, f"This is no PO file: {error}.") from error
    except (ValueError, LookupError, TypeError, SyntaxError, AttributeError) as error:
        raise UnreadableError(path, 1, f"The PO file cannot be used: {error!r:.200}.") from error
    return compiled.getvalue()
