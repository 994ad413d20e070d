"""Brings the files of a release into the store: only what is missing, several at once."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import compress

from appliance.errors import SourceError
from appliance.release.layout import STICK_TIMESTAMP
from appliance.release.listing import Listing
from appliance.release.manifest import Blob, Release, unpack_blob
from appliance.store.store import Store
from appliance.sync.content import listed, verified
from appliance.sync.sources import Source, read_all

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
# Told how many bytes were fetched, of how many.
TellBytes = Callable[[int, int], None]
# python-tuf's own limit for a timestamp.
MAX_TIMESTAMP_BYTES = 16_384
# blobs/00 to blobs/ff, should they not be there yet.
FOLDERS_OF_BLOBS = 256


def fetch_missing(
    release: Release,
    languages: Collection[str],
    source: Source,
    store: Store,
    progress: Progress,
    tell_bytes: TellBytes = lambda _done, _total: None,
) -> Listing:
    """Bring every blob that is wanted into the store. Returns path -> blob.

    Raises:
        SourceError: one cannot be read.
        TrustError: one is not what was signed.
        SpaceError: no space, said before anything is fetched where that can be known.
        StoreError: the disk refused.
    """
    files = listed(release, languages, lambda blob: fetched(store, blob, source))
    lacks = _lacks(files, store)
    if not any(lacks):
        return files
    _require_space(compress(files.blobs(), lacks), store)
    _fetch(files, lacks, source, store, Tell(progress, tell_bytes))
    return files


@dataclass(frozen=True, slots=True)
class Tell:
    """Whom to tell how far it is, in files and in bytes."""

    files: Progress
    bytes: TellBytes


def _fetch(files: Listing, lacks: bytearray, source: Source, store: Store, tell: Tell) -> None:
    count = sum(lacks)
    total, so_far = sum(blob.length for blob in compress(files.blobs(), lacks)), 0
    tell.bytes(0, total)
    tell.files("fetching", 0, count)
    fetching = _all_fetched(compress(files.blobs(), lacks), source, store)
    brought = zip(compress(files.blobs(), lacks), fetching, strict=True)
    for done, (blob, _) in enumerate(brought, 1):
        so_far += blob.length
        tell.bytes(so_far, total)
        tell.files("fetching", done, count)


def _lacks(files: Listing, store: Store) -> bytearray:
    """Return for each file 1 if its blob must be fetched, once for each blob; else 0."""
    seen: set[bytes] = set()
    lacks = bytearray()
    for blob in files.blobs():
        digest = bytes.fromhex(blob.sha256)
        is_lacking = digest not in seen and verified(store, blob) is None
        if is_lacking:
            seen.add(digest)
        lacks.append(is_lacking)
    return lacks


def _all_fetched(blobs: Iterable[Blob], source: Source, store: Store) -> Iterator[None]:
    """Fetch them, several at once; no more is kept in memory than is on its way."""
    if source.at_once == 1:
        for blob in blobs:
            fetched(store, blob, source)
            yield
        return
    with ThreadPoolExecutor(source.at_once) as pool:
        fetching: deque[Future[bytes]] = deque()
        try:
            for blob in blobs:
                fetching.append(pool.submit(fetched, store, blob, source))
                if len(fetching) > source.at_once:
                    fetching.popleft().result()
                    yield
            while fetching:
                fetching.popleft().result()
                yield
        finally:
            for rest in fetching:
                rest.cancel()


def fetched(store: Store, blob: Blob, source: Source) -> bytes:
    """Return a blob's content from the store, or from the source and then keep it."""
    content = verified(store, blob)
    if content is None:
        data = read_all(source, blob.path, blob.length)
        content = unpack_blob(blob, data)
        store.write_blob(blob.path, data)
    return content


def keep_stick_timestamp(source: Source, store: Store) -> None:
    """Keep the word for sticks, if the source has it: whoever reads a stick judges it."""
    try:
        content = read_all(source, f"metadata/{STICK_TIMESTAMP}.json", MAX_TIMESTAMP_BYTES)
        store.keep_stick_timestamp(content)
    except (SourceError, OSError) as error:
        log.info("no longer-lived timestamp for sticks: %s", error)


def _require_space(missing: Iterable[Blob], store: Store) -> None:
    """Refuse at once what would fail half-way: the new files, and pages as large as today's."""
    pointer = store.pointer()
    size, files = (0, 0) if pointer is None else store.size_of_site(pointer.current.site)
    for blob in missing:
        size, files = size + blob.length, files + 1
    store.require_space(size, files + FOLDERS_OF_BLOBS)
