"""Our own texts and dates in one language: the same words on pages and on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from gettext import GNUTranslations, NullTranslations
from io import BytesIO

from babel import Locale
from babel.dates import format_date

from appliance.catalogue.model import Catalogue
from appliance.catalogue.records import ORIGINAL_LANGUAGE
from appliance.clock import in_words


@dataclass(frozen=True, slots=True)
class Voice:
    """Says our own texts in the language of `code`, and in English what nobody has translated."""

    code: str
    translations: NullTranslations

    def say(self, text: str) -> str:
        """Return a text of ours in this language; an empty one stays empty."""
        return self.translations.gettext(text) if text else ""

    def day(self, day: date) -> str:
        """Return a date as people write it in this language."""
        if self.code.partition("-")[0] == ORIGINAL_LANGUAGE:
            return in_words(day)
        return format_date(day, "long", Locale.parse(self.code, sep="-"))


def voice(catalogue: Catalogue, code: str) -> Voice:
    """Return the voice of a language; English has no translations and needs none."""
    compiled = catalogue.interface.get(code)
    known = NullTranslations() if compiled is None else GNUTranslations(BytesIO(compiled))
    return Voice(code, known)
