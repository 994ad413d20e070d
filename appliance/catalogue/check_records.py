"""What an editor should mend in the fields of records: dates, doubles, shelves with nothing on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from appliance.catalogue.load import Reading
from appliance.catalogue.model import Guide, Handout, Practice, Problem
from appliance.catalogue.references import REFERENCES
from appliance.catalogue.schema import Table, shown
from appliance.clock import add_months, in_words

# Numbers change: every one is looked up again after this time, and an old one is worse than none.
HELPLINE_MONTHS = 3

# Fields that say a day in the past.
_DAYS = (
    ("guides", "reviewed"),
    ("handouts", "reviewed"),
    ("practice", "reviewed"),
    ("sites", "checked"),
    ("helplines", "checked"),
    ("sources", "read"),
)


@dataclass(frozen=True, slots=True)
class Unique:
    """A field that no two records of a shelf may share; within one language if they have one."""

    shelf: str
    field: str


_UNIQUE = (
    Unique("languages", "name"),
    Unique("topics", "title"),
    Unique("tasks", "words"),
    Unique("sites", "name"),
    Unique("sites", "url"),
    Unique("sources", "url"),
    Unique("helplines", "name"),
    Unique("handouts", "number"),
    Unique("handouts", "title"),
    Unique("translated_handouts", "title"),
    Unique("guides", "title"),
    Unique("screens", "title"),
)


def check_records(found: Reading, today: date) -> Iterator[Problem]:
    """Yield the problems in the fields of what could be read."""
    yield from _overdue(found, today)
    yield from _future(found, today)
    yield from _old_helplines(found, today)
    yield from _shared(found)
    yield from _named_twice(found)
    yield from _empty_topics(found)
    yield from _questions_as_titles(found)


def _overdue(found: Reading, today: date) -> Iterator[Problem]:
    for shelf in ("guides", "handouts", "practice"):
        for _, record, table in found.records(shelf):
            review = record.review if isinstance(record, Guide | Handout | Practice) else None
            if review and review.is_due(today):
                message = f"The review was due on {in_words(review.next_review)}."
                mend = "Read all of it, correct it, and set `reviewed` to the day you did."
                yield table.problem("error", message, mend, "reviewed")


def _future(found: Reading, today: date) -> Iterator[Problem]:
    for shelf, field in _DAYS:
        for _, _, table in found.records(shelf):
            day = table.raw.get(field)
            if isinstance(day, date) and day > today:
                message = f"`{field}` is {in_words(day)}, which is still to come."
                mend = "Write the day on which somebody really did it."
                yield table.problem("error", message, mend, field)


def _old_helplines(found: Reading, today: date) -> Iterator[Problem]:
    for name, helpline in found.catalogue.helplines.items():
        if today > add_months(helpline.checked, HELPLINE_MONTHS):
            message = f"Last checked on {in_words(helpline.checked)}."
            mend = "Look every number up on the service's website, and set `checked` to today."
            yield found.tables["helplines", name].problem("warning", message, mend, "checked")


def _shared(found: Reading) -> Iterator[Problem]:
    """Two records with the same title or address cannot be told apart."""
    for unique in _UNIQUE:
        first: dict[tuple[str, str], Table] = {}
        for _, record, table in found.records(unique.shelf):
            value = str(table.raw[unique.field])
            language = record.language if isinstance(record, Guide | Handout) else ""
            other = first.setdefault((language, value.casefold()), table)
            if other is not table:
                place = f"{other.path}, line {other.line(unique.field)}"
                message = f"`{unique.field}` is {shown(value)}, as in {place}."
                mend = "Change one of the two, or remove it."
                yield table.problem("error", message, mend, unique.field)


def _named_twice(found: Reading) -> Iterator[Problem]:
    for reference in REFERENCES:
        for _, _, table in found.records(reference.shelf):
            held = table.raw.get(reference.field)
            values = held if isinstance(held, list) else []
            for number, value in enumerate(values):
                if value in values[:number]:
                    message = f"`{reference.field}` names {shown(value)} twice."
                    key = (reference.field, number)
                    yield table.problem("error", message, "Remove one of the two.", *key)


def _empty_topics(found: Reading) -> Iterator[Problem]:
    used = {guide.topic for guide in found.catalogue.guides.values()}
    used.update(topic for site in found.catalogue.sites.values() for topic in site.topics)
    for slug in found.catalogue.topics:
        if slug not in used:
            message = f'No guide and no site is about "{slug}".'
            mend = "Add one, or remove the topic."
            yield found.tables["topics", slug].problem("warning", message, mend, "slug")


def _questions_as_titles(found: Reading) -> Iterator[Problem]:
    for (language, slug), guide in found.catalogue.guides.items():
        if guide.title.endswith(("?", "؟")):
            mend = "Write the title as a statement; the question belongs in `question`."
            table = found.tables["guides", f"{language}/{slug}"]
            yield table.problem("error", "The title is a question.", mend, "title")
