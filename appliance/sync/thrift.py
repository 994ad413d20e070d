"""Asks a web host for no more than it must say when there is nothing new.

Two of a sync's requests are made every day, and mostly bring what is known already: is there a next
root, and what does timestamp.json say. A box remembers of each host

- the ETag that came with the timestamp.json it has: "not modified" then stands for these bytes,
  which are verified like any others, expiry included. If-Modified-Since is never asked: some hosts
  answer it in the same way for an older file, and going back should be noticed, not passed over;
- that its page for a missing file is long: then HEAD asks whether there is a next root. Where HEAD
  is answered in any other way than GET was, GET asks again.

What is remembered decides only how a thing is asked for, never what is believed; whatever goes
wrong, it is forgotten. Why so: docs/decisions/0067-bytes-and-fleet.md.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from email.utils import parsedate_to_datetime
from hashlib import sha256

from appliance.errors import ApplianceError, SourceError, TrustError
from appliance.files import read_file
from appliance.release.layout import MAX_METADATA_BYTES
from appliance.store.store import Store
from appliance.sync.fetch import MAX_TIMESTAMP_BYTES
from appliance.sync.sources import HttpSource, Source
from appliance.sync.web import MissingError, UnchangedError

log = logging.getLogger(__name__)

TIMESTAMP_PATH = "metadata/timestamp.json"
_ROOT_PATH = re.compile(r"metadata/\d{1,10}\.root\.json")
# RFC 9110, 8.8.3; hosts make them 10 to 70 long.
_ETAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e]{1,100}"')
# A page that weighs more than what HEAD may cost once: a host that does not know it is asked again.
LONG_PAGE_BYTES = 200
MAX_HOSTS = 8


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a host.

    Args:
        etag: what it called a timestamp.json, and `sha256` of those bytes; empty for nothing.
        missing: with which status it answers for a missing file, if with a long page; else 0.
    """

    etag: str = ""
    sha256: str = ""
    missing: int = 0


@contextmanager
def thrifty(source: Source, store: Store) -> Iterator[Source]:
    """Yield a source that asks a web host for less; any other source as it is.

    Raises:
        whatever the block does; after a SourceError or a TrustError the host is as unknown.
    """
    if not isinstance(source, HttpSource):
        yield source
        return
    careful = ThriftySource(source, store)
    try:
        yield careful
    except (SourceError, TrustError):
        _remember(store, source.name, Known())
        raise
    _remember(store, source.name, careful.known)


class ThriftySource:
    """A web host of which something is known; see `Source`."""

    def __init__(self, source: HttpSource, store: Store) -> None:
        self.name, self.at_once = source.name, source.at_once
        self.known = _known(store.hosts().get(source.name, {}))
        self._source, self._store = source, store

    def chunks(self, path: str) -> Generator[bytes]:
        """Yield a file's bytes; see `Source.chunks`."""
        if path == TIMESTAMP_PATH:
            yield self._timestamp()
        elif _ROOT_PATH.fullmatch(path):
            yield from self._root(path)
        else:
            yield from self._source.chunks(path)

    def close(self) -> None:
        """Let go of connections."""
        self._source.close()

    def _timestamp(self) -> bytes:
        """Return timestamp.json: what the host sends, or what is here if that is still the same."""
        kept = self._kept()
        is_known = bool(self.known.etag) and sha256(kept).hexdigest() == self.known.sha256
        told: dict[str, str] = {}
        chunks = self._source.chunks(
            TIMESTAMP_PATH, unless=self.known.etag if is_known else "", heard=told.update
        )
        try:
            content = _joined(chunks)
        except UnchangedError:
            return kept
        etag = _etag(told)
        digest = sha256(content).hexdigest() if etag else ""
        self.known = replace(self.known, etag=etag, sha256=digest)
        return content

    def _root(self, path: str) -> Generator[bytes]:
        if self.known.missing and self._source.status(path) == self.known.missing:
            raise MissingError(f"there is no {path}", self.known.missing)
        try:
            yield from self._source.chunks(path)
        except MissingError as error:
            is_long = error.page_bytes > LONG_PAGE_BYTES
            self.known = replace(self.known, missing=error.answered if is_long else 0)
            raise

    def _kept(self) -> bytes:
        """Return the timestamp.json that was verified last; empty if there is none."""
        try:
            return read_file(self._store.metadata / "timestamp.json", MAX_METADATA_BYTES)
        except (OSError, ApplianceError):
            return b""


def _joined(chunks: Generator[bytes]) -> bytes:
    """Return what comes; of what goes on for ever, no more than makes the TUF client refuse it."""
    data = bytearray()
    with closing(chunks):
        for chunk in chunks:
            data += chunk
            if len(data) > MAX_TIMESTAMP_BYTES:
                break
    return bytes(data)


def _etag(told: Mapping[str, str]) -> str:
    """Return an ETag that names these bytes only; empty if the host gave none.

    Hosts make them of the second in which a file was written: within that second another may have
    the same (RFC 9110, 8.8.2.2).
    """
    etag = told.get("etag", "")
    return etag if _ETAG.fullmatch(etag) and _has_settled(told) else ""


def _has_settled(told: Mapping[str, str]) -> bool:
    if "last-modified" not in told:
        return True
    try:
        written, sent = (parsedate_to_datetime(told[name]) for name in ("last-modified", "date"))
        return (sent - written).total_seconds() >= 1
    except (KeyError, ValueError, TypeError):
        return False


def _known(fields: Mapping[str, object]) -> Known:
    """Read what was remembered; what cannot be read is not known."""
    etag, digest, missing = (fields.get(name) for name in ("etag", "sha256", "missing"))
    if not (isinstance(etag, str) and isinstance(digest, str) and type(missing) is int):
        return Known()
    return Known(etag if _ETAG.fullmatch(etag) else "", digest, missing)


def _remember(store: Store, name: str, known: Known) -> None:
    """Write down what is known of a host, if that is news; a full disk is no reason to fail."""
    hosts = store.hosts()
    if _known(hosts.get(name, {})) == known:
        return
    others = {other: fields for other, fields in hosts.items() if other != name}
    newest = dict([*others.items(), (name, asdict(known))][-MAX_HOSTS:])
    try:
        store.note_hosts(newest)
    except OSError as error:
        log.info("what is known of %s was not kept: %s", name, error.strerror)
