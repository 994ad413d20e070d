from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import ConfigError, StateError
from appliance.state.pin import PinFile, TriesFile, hash_pin, is_easily_guessed, new_pin

PIN = "40718263"


def test_a_pin_is_known_again_and_no_other_is(tmp_path: Path) -> None:
    file = PinFile(tmp_path / "state" / "pin.json")
    file.write(hash_pin(PIN))
    kept = file.read()
    assert kept is not None
    assert kept.is_of(PIN)
    for other in ("40718264", "4071826", PIN + "0", "", "\N{ARABIC-INDIC DIGIT FOUR}0718263"):
        assert not kept.is_of(other)


def test_neither_the_pin_nor_the_same_hash_twice_is_on_the_disk(tmp_path: Path) -> None:
    paths = [tmp_path / "one.json", tmp_path / "two.json"]
    for path in paths:
        PinFile(path).write(hash_pin(PIN))
    one, two = (path.read_text() for path in paths)
    assert PIN not in one
    assert one != two


def test_nobody_else_can_read_the_file(tmp_path: Path) -> None:
    PinFile(tmp_path / "pin.json").write(hash_pin(PIN))
    assert stat.S_IMODE((tmp_path / "pin.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("pin", ["1234567", "4071826a", "", "4071 8263", "4" * 33, "٤٠٧١٨٢٦٣"])
def test_what_is_no_pin_is_refused(pin: str) -> None:
    with pytest.raises(ConfigError, match="8 to 32 digits"):
        hash_pin(pin)


@pytest.mark.parametrize(
    "pin",
    ["00000000", "12345678", "87654321", "90123456", "12121212", "40714071", "01011990",
     "19900101", "12312024", "11112222", "1357913579"],
)  # fmt: skip
def test_what_everybody_tries_first_is_refused(pin: str) -> None:
    with pytest.raises(ConfigError, match="try first"):
        hash_pin(pin)


def test_pins_by_chance_are_good_and_differ() -> None:
    pins = {new_pin() for _ in range(50)}
    assert len(pins) == 50
    assert not any(map(is_easily_guessed, pins))


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("damaged") / "pin.json"


@given(data=st.binary(max_size=300))
def test_a_damaged_file_lets_nobody_in_and_breaks_nothing(damaged: Path, data: bytes) -> None:
    path = damaged
    path.write_bytes(data)
    assert PinFile(path).read() is None
    assert TriesFile(path).read() >= 0


def test_tries_are_kept(tmp_path: Path) -> None:
    TriesFile(tmp_path / "state" / "tries.json").write(7)
    assert TriesFile(tmp_path / "state" / "tries.json").read() == 7


@pytest.mark.parametrize("text", ['{"failed": -3}', '{"failed": "9"}', '{"failed": 1e400}', "[]"])
def test_a_number_that_is_none_counts_as_zero(tmp_path: Path, text: str) -> None:
    (tmp_path / "tries.json").write_text(text)
    assert TriesFile(tmp_path / "tries.json").read() == 0


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file, not a folder")
    with pytest.raises(StateError, match="cannot be written"):
        TriesFile(tmp_path / "state" / "tries.json").write(1)
