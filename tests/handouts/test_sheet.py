from __future__ import annotations

from dataclasses import replace

import pytest

from appliance.catalogue.model import Section, SectionKind
from appliance.errors import HandoutError
from appliance.handouts.sheet import Line, Sheet, check, curly, heading, sheet
from tests.handouts.samples import CATALOGUE, handout

LIBRARY = "Anytown Library"


def made(slug: str = "before-you-start") -> Sheet:
    return sheet(CATALOGUE.handouts[slug], CATALOGUE, LIBRARY)


def test_dates_are_written_as_people_write_them() -> None:
    assert made().checked == "Checked 22 November 2026. Check again by 22 February 2027."


def test_a_sheet_says_who_made_it_and_who_did_not() -> None:
    said = "Made by Anytown Library. Not an NHS service. Not endorsed by the NHS."
    assert made().made_by == said


@pytest.mark.parametrize("name", ["", "  "])
def test_a_sheet_can_be_made_before_staff_set_the_librarys_name(name: str) -> None:
    nameless = sheet(CATALOGUE.handouts["before-you-start"], CATALOGUE, name)
    assert nameless.made_by.startswith("Made by your library. ")


def test_codes_carry_the_sites_name_and_exact_address() -> None:
    (code,) = made().codes
    assert (code.name, code.address) == ("NHS App", "https://www.nhs.uk/nhs-app/")


def test_websites_of_helplines_are_shown_as_what_to_type() -> None:
    nhs_111, samaritans = made("who-to-contact").helplines
    assert nhs_111.lines[1] == Line(
        "Website", "111.nhs.uk", "https://111.nhs.uk/", "Not for under 5s."
    )
    assert samaritans.lines[0] == Line("Call", "116 123", "tel:116123", "Free from any phone.")


@pytest.mark.parametrize(
    ("kind", "given", "printed"),
    [
        ("do", "When you take the photo", "Do: When you take the photo"),
        ("do", "Do this", "Do this"),
        ("do", "Documents", "Do: Documents"),
        ("do", "", "Do"),
        ("dont", "On a shared computer", "Do not: On a shared computer"),
        ("dont", "Do not", "Do not"),
        ("dont", "Don’t share", "Don’t share"),
        ("dont", "Do", "Do not: Do"),
        ("warning", "Flashing lights", "Important: Flashing lights"),
        ("warning", "important: read this", "important: read this"),
        ("urgent", "Call 999 if a life is at risk", "Emergency: Call 999 if a life is at risk"),
        ("urgent", "Call 111", "Urgent: Call 111"),
        ("urgent", "", "Urgent"),
        ("text", "Do", "Do"),
        ("steps", "", ""),
    ],
)
def test_headings_say_in_words_what_their_colour_says(
    kind: SectionKind, given: str, printed: str
) -> None:
    assert heading(Section(kind, given, ())) == printed


def test_an_urgent_section_that_names_999_in_its_text_is_an_emergency() -> None:
    assert heading(Section("urgent", "Act now", ("Call 999.",))) == "Emergency: Act now"


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("the library's Wi-Fi", "the library’s Wi-Fi"),
        ('tick "remember me"', "tick “remember me”"),
        ('"I can."', "“I can.”"),
        ("(\"so\") 'it' \"'is'\"", "(“so”) ‘it’ “‘is’”"),
        ("nothing", "nothing"),
    ],
)
def test_quotation_marks_are_set_as_printers_set_them(typed: str, printed: str) -> None:
    assert curly(typed) == printed


def test_addresses_keep_the_marks_that_they_have() -> None:
    code = replace(CATALOGUE.sites["nhs-app"], url="https://example.org/it's")
    changed = replace(CATALOGUE, sites={"nhs-app": code})
    (printed,) = sheet(CATALOGUE.handouts["before-you-start"], changed, LIBRARY).codes
    assert printed.address == "https://example.org/it's"


@pytest.mark.parametrize(
    "broken", [handout("broken", codes=("gone",)), handout("broken", helplines=("gone",))]
)
def test_a_handout_that_refers_to_nothing_is_refused(broken: object) -> None:
    with pytest.raises(HandoutError, match="The handout broken refers to 'gone'"):
        sheet(broken, CATALOGUE, LIBRARY)  # type: ignore[arg-type]  # parametrize loses the type


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (replace(made(), lead="word " * 1_300), "characters; 6000 can be laid out"),
        (replace(made(), codes=made().codes * 13), "13 QR codes; 12 can be laid out"),
        (replace(made(), lead="a" * 5_000), "has 5000 letters; 45 fit"),
        (replace(made(), library_name="a" * 46), "has 46 letters"),
        (replace(made(), title="\N{NO-BREAK SPACE}" * 46), "has 46 letters"),
        (replace(made(), sections=(Section("text", "", ("",) * 250),)), "pieces of text; 250"),
    ],
)
def test_what_no_layout_can_hold_is_refused(changed: Sheet, reason: str) -> None:
    with pytest.raises(HandoutError, match=reason):
        check(changed)


def test_a_long_web_address_in_a_text_is_no_long_word() -> None:
    check(replace(made(), lead="See https://www.nhs.uk/" + "a" * 60))
