"""What search must know of a language's words; read from synonyms/<lang>.toml."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Synonym:
    """Words that people type, and the words that pages use for the same.

    Each is a word or a few. `find` is in the language itself, `english` in English, for what only
    an English page tells.
    """

    typed: tuple[str, ...]
    find: tuple[str, ...]
    english: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of one language, for search.

    `small` words say nothing of what is looked for. `letters` are pairs of signs: the one that
    people may type, and ours, such as a traditional and a simplified Han sign.
    """

    small: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()
    synonyms: tuple[Synonym, ...] = ()
