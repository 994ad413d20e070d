from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.catalogue.load import load, read
from appliance.errors import ContentError
from tests.catalogue.trees import good

PO = b'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "a"\nmsgstr "b"\n'


def test_a_language_file_becomes_texts() -> None:
    assert load({**good(), "interface/pl.po": PO}).interface["pl"].startswith(b"\xde\x12\x04\x95")


@pytest.mark.parametrize(
    "data", [b"\xff\xfe", b'msgid "a', b'msgid "a"\nmsgstr[x] "b"', b"nonsense\n", b"\0"]
)
def test_a_damaged_language_file_is_named(data: bytes) -> None:
    with pytest.raises(ContentError, match=r"interface/pl\.po"):
        load({**good(), "interface/pl.po": data})


@given(st.binary(max_size=120) | st.text(max_size=120).map(str.encode))
def test_whatever_stands_in_a_language_file_it_is_read_or_named(data: bytes) -> None:
    found = read({**good(), "interface/pl.po": PO + data})
    assert all(fault.path == "interface/pl.po" for fault in found.faults)
