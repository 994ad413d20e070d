from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import StoreError
from appliance.store.pointer import Attempt, Council, Pointer, Shown

_shown = st.builds(
    Shown,
    st.text(max_size=50),
    st.from_regex(r"r[0-9]{1,10}-[0-9]{1,4}", fullmatch=True),
    st.frozensets(st.text(max_size=9), max_size=3),
    st.dictionaries(st.text(max_size=9), st.builds(Council, st.text(), st.text()), max_size=2),
)
_pointers = st.builds(
    Pointer,
    _shown,
    st.none() | _shown,
    st.dictionaries(st.text(max_size=9), st.integers(0, 99)),
    st.text(max_size=20),
    st.integers(0, 99),
    st.dictionaries(st.text(max_size=9), st.integers(0, 99)),
    st.none()
    | st.builds(Attempt, st.text(), st.dictionaries(st.text(max_size=9), st.text(max_size=9))),
)


@given(_pointers)
def test_a_pointer_comes_back_as_written(pointer: Pointer) -> None:
    assert Pointer.from_bytes(pointer.to_bytes()) == pointer


@given(st.binary(max_size=100))
def test_a_damaged_pointer_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(StoreError, match=r"current\.json is damaged"):
        Pointer.from_bytes(data)


@pytest.mark.parametrize("site", ["", "../../etc", ".", "a/b"])
def test_a_pointer_never_leads_out_of_the_sites(site: str) -> None:
    pointer = json.loads(Pointer(Shown("{}", "r1-1"), None, {}).to_bytes())
    pointer["current"]["site"] = site
    with pytest.raises(StoreError, match="not the name of a site folder"):
        Pointer.from_bytes(json.dumps(pointer).encode())


def test_moving_on_keeps_what_was_shown_before() -> None:
    first = Pointer(Shown("one", "r1-1"), None, {"core": 1})
    second = first.moved_to(Shown("two", "r2-1")).accepting({"core": 2}, "")
    assert second == Pointer(Shown("two", "r2-1"), Shown("one", "r1-1"), {"core": 2})


def test_the_same_release_made_anew_keeps_the_release_before_it() -> None:
    second = Pointer(Shown("two", "r2-1"), Shown("one", "r1-1"), {})
    assert second.moved_to(Shown("two", "r2-2")).previous == Shown("one", "r1-1")


def test_the_moment_of_the_newest_word_never_goes_back() -> None:
    pointer = Pointer(Shown("one", "r1-1"), None, {}, "2026-11-22T09:00:00Z")
    assert pointer.accepting({}, "2026-11-21T09:00:00Z") == pointer
    assert pointer.accepting({}, "") == pointer


LEEDS = {"council-leeds": Council("leeds", "Leeds City Council")}


def test_a_councils_release_alone_is_something_to_go_back_from() -> None:
    first = Pointer(Shown("one", "r1-1"), None, {})
    second = first.moved_to(Shown("one", "r1-2", councils=LEEDS), ["council-leeds"])
    assert second.previous == Shown("one", "r1-1")


def test_nothing_is_kept_of_a_council_that_is_not_wanted_any_more() -> None:
    both = Shown("two", "r2-1", councils=LEEDS)
    pointer = Pointer(both, Shown("one", "r1-1", councils=LEEDS), {"council-leeds": 1})
    moved = pointer.moved_to(Shown("two", "r2-2"))
    assert moved.previous == Shown("one", "r1-1")
    assert moved.floor == {"council-leeds": 1}
    alone = Pointer(both, Shown("two", "r2-0"), {}).moved_to(Shown("two", "r2-2"))
    assert alone.previous is None


def test_what_is_heard_of_one_channel_leaves_the_floor_of_another() -> None:
    pointer = Pointer(Shown("one", "r1-1"), None, {"core": 1, "council-leeds": 4})
    assert pointer.accepting({"core": 2}, "").floor == {"core": 2, "council-leeds": 4}


# As the application wrote it before it knew of councils, word for word.
WRITTEN_BEFORE = b"""{
 "format": 1,
 "current": {
  "release": "{\\"release\\": 7}",
  "site": "r7-2",
  "languages": [
   "pl",
   "ur"
  ]
 },
 "previous": {
  "release": "{\\"release\\": 6}",
  "site": "r6-1",
  "languages": []
 },
 "floor": {
  "root": 1,
  "timestamp": 9,
  "snapshot": 8,
  "targets": 2,
  "core": 7,
  "release": 7
 },
 "signed_at": "2026-11-22T09:00:00Z",
 "refused": 5
}"""


def test_a_pointer_that_was_written_before_there_were_councils_is_read_without_loss() -> None:
    pointer = Pointer.from_bytes(WRITTEN_BEFORE)
    assert pointer == Pointer(
        Shown('{"release": 7}', "r7-2", frozenset({"pl", "ur"})),
        Shown('{"release": 6}', "r6-1"),
        {"root": 1, "timestamp": 9, "snapshot": 8, "targets": 2, "core": 7, "release": 7},
        "2026-11-22T09:00:00Z",
        5,
    )
    assert Pointer.from_bytes(pointer.to_bytes()) == pointer


def test_an_older_application_still_finds_what_it_knows() -> None:
    """Whoever goes back to it keeps the floor, and sees the national content."""
    new = Pointer(Shown("two", "r2-1", councils=LEEDS), None, {"core": 7}, "", 5)
    fields = json.loads(new.to_bytes())
    assert (fields["current"]["release"], fields["floor"]) == ("two", {"core": 7})
    assert (fields["format"], fields["refused"]) == (1, 5)


def test_a_pointer_of_an_older_application_is_read() -> None:
    pointer = Pointer(Shown("one", "r1-1"), None, {"core": 1})
    fields = json.loads(pointer.to_bytes())
    del fields["signed_at"], fields["refused"], fields["current"]["languages"]
    assert Pointer.from_bytes(json.dumps(fields).encode()) == pointer
