from __future__ import annotations

from functools import partial
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.release.listing import BlobPaths, Listing
from appliance.release.manifest import Blob, shard_of

_BLOBS = st.builds(
    Blob,
    st.binary(max_size=3).map(lambda seed: sha256(seed).hexdigest()),
    st.integers(0, 4_000_000),
    st.integers(0, 16_000_000),
)
_FILES = st.dictionaries(st.text("ab/é.", min_size=1, max_size=6), _BLOBS)


def _listing(files: dict[str, Blob], count: int = 16) -> Listing:
    shards: list[dict[str, Blob]] = [{} for _ in range(count)]
    for path, blob in files.items():
        shards[shard_of(path, count)][path] = blob
    return Listing.of(shards, partial(shard_of, count=count))


@given(_FILES, st.sampled_from([16, 32, 256]))
def test_a_listing_is_the_mapping_that_it_was_made_of(files: dict[str, Blob], count: int) -> None:
    listing = _listing(files, count)
    assert dict(listing) == files
    assert len(listing) == len(files)
    assert list(listing.blobs()) == list(listing.values())


@given(_FILES, st.text("ab/é.", max_size=6))
def test_what_a_listing_has_not_is_not_found(files: dict[str, Blob], path: str) -> None:
    listing = _listing(files)
    assert (path in listing) == (path in files)


@given(_FILES)
def test_a_part_of_a_listing_has_only_what_is_wanted(files: dict[str, Blob]) -> None:
    part = _listing(files).only(lambda path: path.startswith("a"))
    assert dict(part) == {path: blob for path, blob in files.items() if path.startswith("a")}


@given(st.lists(_BLOBS), st.lists(_BLOBS))
def test_paths_of_blobs_are_those_that_were_added(kept: list[Blob], others: list[Blob]) -> None:
    paths = BlobPaths()
    paths.add(kept)
    names = {blob.path for blob in kept}
    assert all((blob.path in paths) == (blob.path in names) for blob in [*kept, *others])


@pytest.mark.parametrize("path", ["", "blobs/ab/x.gz", "blobs/.new", "lock"])
def test_what_is_no_path_of_a_blob_is_not_among_them(path: str) -> None:
    paths = BlobPaths()
    paths.add([Blob("ab" * 32, 1, 1)])
    assert path not in paths


def test_an_unknown_path_is_named() -> None:
    with pytest.raises(KeyError, match="guides"):
        _listing({})["guides/en/x.md"]
