from __future__ import annotations

from gettext import GNUTranslations
from io import BytesIO

import pytest
from babel.messages import Catalog

from appliance.catalogue.interface import compile_messages
from appliance.site.messages import flaws, gather, update
from tests.content import CONTENT, real_catalogue, whole_catalogue

LANGUAGES = [code for code in whole_catalogue().languages if not code.startswith("en")]


@pytest.fixture(scope="module")
def gathered() -> Catalog:
    return gather(real_catalogue())


def test_texts_of_templates_code_and_content_are_gathered(gathered: Catalog) -> None:
    for text in (
        "Skip to the main part of the page",
        "Textphone",
        "Do not",
        "Samaritans",
        "QR code: %(name)s, %(address)s",
        "Scan a code with a phone that has internet, or copy the address.",
    ):
        assert text in gathered


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_text_whole(gathered: Catalog, language: str) -> None:
    po = (CONTENT / "interface" / f"{language}.po").read_bytes()
    assert list(flaws(po, gathered, language)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_file_is_as_the_tool_writes_it(gathered: Catalog, language: str) -> None:
    po = (CONTENT / "interface" / f"{language}.po").read_bytes()
    assert update(po, gathered, language) == po


def _polish(*entries: str) -> bytes:
    header = (
        'msgid ""\nmsgstr ""\n"Language: pl\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 ? 1 : 2);\\n"\n'
    )
    return "\n\n".join((header, *entries)).encode()


def _wanted(*texts: str | tuple[str, str]) -> Catalog:
    wanted = Catalog()
    for text in texts:
        wanted.add(text, flags=["python-format"] if "%(" in str(text) else [])
    return wanted


@pytest.mark.parametrize(
    ("entry", "what"),
    [
        ('msgid "Search"\nmsgstr ""', "is not translated"),
        ('#, fuzzy\nmsgid "Search"\nmsgstr "Szukaj"', "is not translated"),
        ('msgid "Other"\nmsgstr "Inne"', "is not translated"),
        ('msgid "Search"\nmsgstr "Szukaj %(x)s"', "placeholders"),
        ('msgid "Search"\nmsgstr "Szukaj \u202e"', "direction"),
        ('msgid "Search"\nmsgstr "\u2067Szukaj"', "direction"),
    ],
)
def test_a_flaw_in_a_translation_is_found(entry: str, what: str) -> None:
    (flaw,) = flaws(_polish(entry), _wanted("Search"), "pl")
    assert what in flaw.what


def test_a_lost_placeholder_is_found() -> None:
    po = _polish('msgid "By %(name)s"\nmsgstr "Przez nazwa"')
    (flaw,) = flaws(po, _wanted("By %(name)s"), "pl")
    assert "placeholders ['name']" in flaw.what


def test_a_missing_plural_form_is_found() -> None:
    po = _polish('msgid "%(num)s page"\nmsgid_plural "%(num)s pages"\n'
                 'msgstr[0] "%(num)s strona"\nmsgstr[1] "%(num)s strony"')  # fmt: skip
    assert list(flaws(po, _wanted(("%(num)s page", "%(num)s pages")), "pl"))


def test_a_whole_translation_has_no_flaw_and_is_kept_by_an_update() -> None:
    wanted = _wanted("By %(name)s", "Search")
    po = _polish('msgid "By %(name)s"\nmsgstr "Autor: %(name)s"', 'msgid "Search"\nmsgstr "Szukaj"')
    assert list(flaws(po, wanted, "pl")) == []
    again = update(po, wanted, "pl")
    assert list(flaws(again, wanted, "pl")) == []
    assert update(again, wanted, "pl") == again


def test_an_update_drops_what_is_gone_and_asks_for_what_is_new() -> None:
    po = _polish('msgid "Search"\nmsgstr "Szukaj"')
    changed = update(po, _wanted("Find"), "pl").decode()
    assert "Szukaj" not in changed
    assert 'msgid "Find"\nmsgstr ""' in changed


def test_compiled_texts_are_read_with_their_plural_forms() -> None:
    po = _polish('msgid "%(num)s page"\nmsgid_plural "%(num)s pages"\n'
                 'msgstr[0] "strona"\nmsgstr[1] "strony"\nmsgstr[2] "stron"')  # fmt: skip
    polish = GNUTranslations(BytesIO(compile_messages("interface/pl.po", po)))
    assert [polish.ngettext("%(num)s page", "", n) for n in (1, 2, 5)] == [
        "strona",
        "strony",
        "stron",
    ]
