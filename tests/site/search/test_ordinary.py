from __future__ import annotations

from pathlib import Path

import pytest

from appliance.site.search.ordinary import ordinary_words


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    words = "6\ndentist/SM\nrose\nRose/M\nSmith/M\ngp\nhay-fever\nźródło/x\n"
    (tmp_path / "pl_PL.dic").write_bytes(words.encode("iso8859-2"))
    (tmp_path / "pl_PL.aff").write_text("# rules\nSET ISO8859-2\n")
    return tmp_path


def test_words_are_read_without_their_flags_in_the_files_own_letters(folder: Path) -> None:
    assert ordinary_words("pl", folder) == ("dentist", "źródło")


def test_what_is_also_a_name_is_no_ordinary_word(folder: Path) -> None:
    assert not {"rose", "Rose", "Smith", "smith"} & set(ordinary_words("pl", folder))


def test_a_language_without_a_dictionary_has_none(folder: Path) -> None:
    assert ordinary_words("so", folder) == ()


def test_a_dictionary_without_its_rules_is_none(tmp_path: Path) -> None:
    (tmp_path / "ro_RO.dic").write_text("1\nmedic\n")
    assert ordinary_words("ro", tmp_path) == ()


def test_the_british_dictionary_is_preferred(tmp_path: Path) -> None:
    for name, word in (("en_AU", "sheila"), ("en_GB", "dentist")):
        (tmp_path / f"{name}.dic").write_text(f"1\n{word}\n")
        (tmp_path / f"{name}.aff").write_text("SET UTF-8\n")
    assert ordinary_words("en-easyread", tmp_path) == ("dentist",)
