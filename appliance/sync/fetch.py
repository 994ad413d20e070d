"""Brings the files of a release into the store: only what is missing, several at once."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from appliance.errors import SourceError
from appliance.release.layout import STICK_TIMESTAMP
from appliance.release.manifest import Blob, Release, unpack_blob
from appliance.store.store import Store
from appliance.sync.content import listed, verified
from appliance.sync.sources import Source, read_all

log = logging.getLogger(__name__)

Progress = Callable[[str, int, int], None]
# python-tuf's own limit for a timestamp.
MAX_TIMESTAMP_BYTES = 16_384


def fetch_missing(
    release: Release, languages: Collection[str], source: Source, store: Store, progress: Progress
) -> dict[str, Blob]:
    """Bring every blob that is wanted into the store. Returns path -> blob.

    Raises:
        SourceError: one cannot be read.
        TrustError: one is not what was signed.
        StoreError: no space, said before anything is fetched where that can be known.
    """
    files = listed(release, languages, lambda blob: fetched(store, blob, source))
    missing = [blob for blob in dict.fromkeys(files.values()) if verified(store, blob) is None]
    if not missing:
        return files
    _require_space(missing, store)
    progress("fetching", 0, len(missing))
    for done, _ in enumerate(_all_fetched(missing, source, store)):
        progress("fetching", done + 1, len(missing))
    return files


def _all_fetched(missing: Sequence[Blob], source: Source, store: Store) -> Iterator[bytes]:
    if source.at_once == 1:
        yield from (fetched(store, blob, source) for blob in missing)
        return
    with ThreadPoolExecutor(source.at_once) as pool:
        fetching = [pool.submit(fetched, store, blob, source) for blob in missing]
        try:
            yield from (one.result() for one in fetching)
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


def _require_space(missing: Sequence[Blob], store: Store) -> None:
    """Refuse at once what would fail half-way: the new files, and pages as large as today's."""
    pointer = store.pointer()
    pages = 0 if pointer is None else store.size_of_site(pointer.current.site)
    store.require_space(sum(blob.length for blob in missing) + pages)
