"""What a person typed, as the index can be asked: which words, and what may stand for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from appliance.catalogue.synonyms import MAX_PHRASE_WORDS
from appliance.site.search.vocabulary import Vocabulary
from appliance.site.search.words import Word, is_han

MAX_WORDS = 10
# Both halves of words written as one must be as long as this: "nhsapp", not "a-pp".
MIN_HALF = 3
# One letter begins half of all words.
MIN_BEGUN = 2


@dataclass(frozen=True, slots=True)
class Term:
    """One thing looked for: any of its phrases will do.

    `phrases` are stems with spaces between them, `begun` the same for words that only begin so.
    `parts` are the terms of a synonym's own words: "sick note" may also be found as two words.
    """

    phrases: tuple[str, ...]
    begun: tuple[str, ...] = ()
    parts: tuple[Term, ...] = ()

    def expression(self, *, with_begun: bool = False) -> str:
        """Return the term in the index's own query language; nothing typed gets in unquoted."""
        phrases = (*self.phrases, *self.begun) if with_begun else self.phrases or self.begun
        choices = [_quoted(phrase) for phrase in phrases]
        if self.parts:
            choices.append(" AND ".join(part.expression() for part in self.parts))
        return " OR ".join(f"({choice})" for choice in choices)

    def stems(self) -> Iterator[str]:
        """Yield every stem that may be found."""
        for phrase in (*self.phrases, *self.begun):
            yield from phrase.split()
        for part in self.parts:
            yield from part.stems()


def _quoted(phrase: str) -> str:
    return '"' + phrase.replace('"', " ") + '"'


@dataclass(frozen=True, slots=True)
class Reading:
    """What a query was read as.

    `meant` is the query with its spelling put right, None if nothing was changed. `unknown` are the
    words that stand for nothing, as written.
    """

    terms: tuple[Term, ...]
    meant: str | None = None
    unknown: tuple[str, ...] = ()

    def all_of(self) -> str:
        """Return the expression for pages that have every term."""
        return " AND ".join(f"({term.expression()})" for term in self.terms)

    def any_of(self) -> str:
        """Return the expression for pages that have one of them, or a word that begins so."""
        return " OR ".join(term.expression(with_begun=True) for term in self.terms)

    def stems(self) -> set[str]:
        """Return every stem that may be found."""
        return {stem for term in self.terms for stem in term.stems()}


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads queries by one language's vocabulary.

    `typed_in` is the vocabulary of the language that the query is typed in, where it is another:
    its synonyms lead to English words.
    """

    own: Vocabulary
    typed_in: Vocabulary | None = None

    def read(self, query: str, *, is_as_typed: bool, with_begun: bool = True) -> Reading:
        """Return what a query asks for.

        Args:
            query: anything.
            is_as_typed: leave the spelling as it is.
            with_begun: also take words that only begin with the last word typed.
        """
        words = (self.typed_in or self.own).tongue.without_tails(query)[:MAX_WORDS]
        meant = None if is_as_typed else self._mended(query, words)
        if meant is not None:
            words = self.own.tongue.without_tails(meant)[:MAX_WORDS]
        telling = [word for word in words if not self._is_small(word)] or words
        terms, unknown = [], []
        for unit, phrases in self._units(words):
            if len(unit) == 1 and unit[0] not in telling and not phrases:
                continue
            term = self._term(unit, phrases, is_last=with_begun and unit[-1] is words[-1])
            if term is None:
                unknown += [word.written for word in unit]
            else:
                terms.append(term)
        return Reading(tuple(terms), meant, tuple(unknown))

    def _is_small(self, word: Word) -> bool:
        return any(one.is_small(word.form) for one in (self.own, self.typed_in) if one)

    def _units(self, words: Sequence[Word]) -> Iterator[tuple[Sequence[Word], list[str]]]:
        """Cut a query into single words and those that are a synonym together, longest first."""
        at = 0
        while at < len(words):
            for size in range(min(MAX_PHRASE_WORDS, len(words) - at), 0, -1):
                unit = words[at : at + size]
                phrases = self._synonyms(unit)
                if phrases or size == 1:
                    yield unit, phrases
                    at += size
                    break

    def _synonyms(self, unit: Sequence[Word]) -> list[str]:
        if self.typed_in is not None:
            return self.typed_in.synonyms(unit, in_english=True)
        return self.own.synonyms(unit)

    def _term(self, unit: Sequence[Word], phrases: list[str], *, is_last: bool) -> Term | None:
        if len(unit) > 1:
            parts = [
                self._word(word, [], is_last=False) for word in unit if not self._is_small(word)
            ]
            whole = tuple(part for part in parts if part) if all(parts) else ()
            return Term(tuple(phrases), parts=whole)
        return self._word(unit[0], phrases, is_last=is_last)

    def _word(self, word: Word, phrases: list[str], *, is_last: bool) -> Term | None:
        found = [*self.own.stems(word.form, word.written), *phrases]
        if not found and is_han(word.form[0]):
            found = [phrase for sign in self._signs(word) for phrase in self._synonyms([sign])]
        begun = self._begun(word.form) if is_last or not found else []
        return Term(tuple(dict.fromkeys(found)), tuple(begun)) if found or begun else None

    def _signs(self, word: Word) -> Iterator[Word]:
        """Yield the single Han signs of a pair that no page has: one may be a word by itself."""
        return (Word(word.start, word.end, sign, sign) for sign in word.form)

    def _begun(self, form: str) -> list[str]:
        is_enough = len(form) >= MIN_BEGUN or is_han(form[0])
        return self.own.begun(form) if is_enough and self.typed_in is None else []

    def _mended(self, query: str, words: Sequence[Word]) -> str | None:
        """Return the query with unknown words put right, None if there is nothing to put right."""
        pieces, end, changes = [], 0, 0
        skip = False
        for number, word in enumerate(words):
            if skip:
                skip = False
                continue
            following = words[number + 1] if number + 1 < len(words) else None
            mended, skip = self._mend(word, following, is_last=following is None)
            if mended is not None:
                stop = following.end if skip and following else word.end
                pieces += [query[end : word.start], mended]
                end, changes = stop, changes + 1
        return "".join([*pieces, query[end:]]).strip() if changes else None

    def _mend(
        self, word: Word, following: Word | None, *, is_last: bool
    ) -> tuple[str | None, bool]:
        """Return what a word should be, None to leave it, and whether it takes in the next one."""
        if following is not None and self._are_one(word, following):
            return word.written + following.written, True
        if self._is_fine(word, is_last=is_last):
            return None, False
        return self._halves(word) or self.own.near(word.form), False

    def _are_one(self, word: Word, following: Word) -> bool:
        """Whether two words are one on pages: "pass word", "CID 4002"."""
        if is_han(word.form[0]) or self._is_small(word):
            return False
        is_whole = self.own.is_known(word.form + following.form)
        return is_whole and not (self._is_fine(word) and self._is_fine(following))

    def _is_fine(self, word: Word, *, is_last: bool = False) -> bool:
        form = word.form
        return bool(
            is_han(form[0])
            or self._is_small(word)
            or self.own.is_known(form)
            or self.own.stems(form, word.written)
            or (is_last and self._begun(form))
            or self.own.ordinary(word.written)
        )

    def _halves(self, word: Word) -> str | None:
        """Return two words for one that was written without its space."""
        for at in range(MIN_HALF, len(word.form) - MIN_HALF + 1):
            halves = word.form[:at], word.form[at:]
            if all(map(self.own.is_known, halves)):
                return " ".join(halves)
        return None
