from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import TrustError
from appliance.release.manifest import (
    LARGE_SHARD_COUNTS,
    MAX_RELEASE_BYTES,
    SHARD_COUNT,
    Blob,
    Release,
    is_safe_path,
    pack_blob,
    read_release,
    read_shard,
    shard_count,
    shard_of,
    unpack_blob,
    write_release,
    write_shard,
)

_BLOB = Blob("ab" * 32, 10, 20)
_RELEASE = Release("core", 7, datetime(2026, 11, 22, 8, 30, tzinfo=UTC), "0.1.0", (_BLOB,) * 16)

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.binary(max_size=5000))
def test_what_was_packed_comes_back(content: bytes) -> None:
    blob, data = pack_blob(content)
    assert unpack_blob(blob, data) == content
    assert (blob.length, blob.size) == (len(data), len(content))
    assert pack_blob(content) == (blob, data)


@given(st.binary(min_size=1, max_size=500), st.data())
def test_any_flipped_byte_is_noticed(content: bytes, data: st.DataObject) -> None:
    blob, packed = pack_blob(content)
    place = data.draw(st.integers(0, len(packed) - 1))
    other = data.draw(st.integers(1, 255))
    flipped = packed[:place] + bytes([packed[place] ^ other]) + packed[place + 1 :]
    with pytest.raises(TrustError, match="damaged"):
        unpack_blob(blob, flipped)


def test_a_blob_that_unpacks_to_more_than_was_signed_is_refused() -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    blob = Blob(sha256(bomb).hexdigest(), len(bomb), 100)
    with pytest.raises(TrustError, match="100 bytes"):
        unpack_blob(blob, bomb)


@pytest.mark.parametrize(
    "data", [b"", b"not gzip", gzip.compress(b"abc")[:-1], gzip.compress(b"abc") + b"x"]
)
def test_signed_bytes_that_are_no_whole_gzip_are_refused(data: bytes) -> None:
    with pytest.raises(TrustError, match="unpack"):
        unpack_blob(Blob(sha256(data).hexdigest(), len(data), 3), data)


def test_a_release_comes_back_as_written() -> None:
    assert read_release(write_release(_RELEASE)) == _RELEASE


def test_a_release_for_some_devices_comes_back_as_written() -> None:
    some = replace(_RELEASE, share=5)
    assert read_release(write_release(some)) == some
    assert b"share" not in write_release(_RELEASE)


@pytest.mark.parametrize("count", LARGE_SHARD_COUNTS)
def test_a_large_release_comes_back_as_written_and_older_devices_know_why_not(count: int) -> None:
    large = replace(_RELEASE, shards=(_BLOB,) * count)
    content = write_release(large)
    assert read_release(content) == large
    # 256 shards, and the pointer keeps two releases.
    assert len(content) < MAX_RELEASE_BYTES / 2
    assert json.loads(content)["format"] == 2


@pytest.mark.parametrize("count", [0, 1, 15, 17, 31, 33, 512])
def test_other_numbers_of_shards_are_refused(count: int) -> None:
    fields = json.loads(write_release(replace(_RELEASE, shards=(_BLOB,) * count)))
    for number in (1, 2):
        with pytest.raises(TrustError, match="shards"):
            read_release(json.dumps({**fields, "format": number}).encode())


def test_a_shard_has_at_most_some_800_files() -> None:
    assert [shard_count(files) for files in (0, 12_800, 12_801, 100_000, 200_000)] == [
        16, 16, 32, 128, 256,
    ]  # fmt: skip


@pytest.mark.parametrize("count", LARGE_SHARD_COUNTS)
def test_paths_spread_over_many_shards_too(count: int) -> None:
    assert {shard_of(f"g{n}.md", count) for n in range(count * 20)} == set(range(count))


def test_a_file_is_in_another_shard_of_many() -> None:
    path = next(path for n in range(99) if shard_of(path := f"g{n}.md", 32) >= 16)
    shard = write_shard({path: _BLOB})
    assert read_shard(shard_of(path, 32), shard, 32) == {path: _BLOB}
    with pytest.raises(TrustError, match="may not stand there"):
        read_shard(shard_of(path), shard, 32)


def test_a_shard_comes_back_as_written() -> None:
    paths = [path for path in (f"guides/en/g{n}.md" for n in range(200)) if shard_of(path) == 3]
    files = dict.fromkeys(paths, _BLOB)
    assert len(files) > 3
    assert read_shard(3, write_shard(files)) == files


def test_paths_spread_over_all_shards() -> None:
    assert {shard_of(f"guides/en/g{n}.md") for n in range(300)} == set(range(SHARD_COUNT))


@pytest.mark.parametrize(
    "path",
    ["", "/etc/passwd", "../a", "a/../b", "a//b", "a/", ".git/config", "a/.b", "a\\b", "a b", "a\n",
     "a\0", "C:a", "guídes/a.md", "a/b/c/d/e/f/g/h/i", "x" * 201, "a/./b", "~a"],
)  # fmt: skip
def test_a_path_that_could_lead_astray_is_refused(path: str) -> None:
    assert not is_safe_path(path)
    shard = json.dumps({path: ["ab" * 32, 1, 1]}).encode()
    with pytest.raises(TrustError, match="may not stand there"):
        read_shard(shard_of(path), shard)


@pytest.mark.parametrize("path", ["README.md", "guides/en/get-nhs-app.md", "interface/zh_Hans.po"])
def test_a_plain_path_is_accepted(path: str) -> None:
    assert is_safe_path(path)


def test_a_file_in_the_wrong_shard_is_refused() -> None:
    path = "sites.toml"
    with pytest.raises(TrustError, match="may not stand there"):
        read_shard((shard_of(path) + 1) % SHARD_COUNT, write_shard({path: _BLOB}))


def test_a_shard_that_names_a_file_twice_is_refused() -> None:
    one = '"a": ["' + "ab" * 32 + '", 1, 1]'
    with pytest.raises(TrustError, match="twice"):
        read_shard(shard_of("a"), f"{{{one}, {one}}}".encode())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", 2), ("format", 3), ("format", True), ("format", None),
        ("channel", "../core"), ("channel", 3), ("release", -1),
        ("release", True), ("release", 1.5), ("release", 10**10), ("released_at", "yesterday"),
        ("released_at", None), ("min_app", "new"), ("shards", []), ("shards", [[1, 2, 3]] * 16),
        ("shards", [["ab" * 32, 1]] * 16), ("shards", [["AB" * 32, 1, 1]] * 16),
        ("shards", [["ab" * 32, 10**12, 1]] * 16), ("shards", {"0": 1}),
        ("share", 101), ("share", -1), ("share", "5"), ("share", True),
    ],
)  # fmt: skip
def test_a_release_with_a_wrong_field_is_refused(name: str, value: object) -> None:
    fields = json.loads(write_release(_RELEASE))
    with pytest.raises(TrustError, match=r"release\.json"):
        read_release(json.dumps({**fields, name: value}).encode())


@given(st.binary(max_size=200) | _json.map(lambda value: json.dumps(value).encode()))
def test_whatever_arrives_is_read_or_refused(content: bytes) -> None:
    for read in (read_release, lambda data: read_shard(0, data)):
        complaint = ""
        try:
            read(content)
        except TrustError as error:
            complaint = str(error)
        assert len(complaint) < 400


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(TrustError, match="cannot be read"):
        read_release(b"[" * 60_000)
