"""Where releases come from: a base address of a signed repository, by https, http or a folder.

A source only brings bytes; sync/trust.py decides whether to believe them.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from appliance.errors import SourceError, TrustError
from appliance.sync.beneath import StrangeFileError, pieces
from appliance.sync.web import (
    CONNECTIONS,
    PERHAPS_LOGIN,
    CertificateTimeError,
    MissingError,
    Web,
)

log = logging.getLogger(__name__)

# Metadata and release.json begin with {, blobs with gzip's own sign: nothing of ours with <.
_WEB_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")
MAX_FOLDER_FILE_BYTES = 4_000_000


class Source(Protocol):
    """Something that brings the bytes of a repository's files.

    `at_once` is how many files may be read from it at the same time.
    """

    name: str
    at_once: int

    def chunks(self, path: str) -> Generator[bytes]:
        """Yield a file's bytes in pieces.

        Raises:
            MissingError: no such file.
            SourceError: the source cannot be read, or is too slow.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


def is_on_network(address: str) -> bool:
    """Whether an address is asked over the network, not read from a folder."""
    return urlsplit(address).scheme in ("https", "http")


def open_source(address: str) -> Source:
    """Return the source at an address: https://..., http://... or a folder.

    Raises:
        SourceError: neither of these.
    """
    scheme = urlsplit(address).scheme
    if is_on_network(address):
        return HttpSource(address)
    if scheme in ("", "file"):
        return FolderSource(Path(urlsplit(address).path))
    raise SourceError(f"{address} is not a content source: give https://, http:// or a folder")


def read_all(source: Source, path: str, max_bytes: int) -> bytes:
    """Return a whole file of a source.

    Raises:
        SourceError: it cannot be read, or is longer than `max_bytes`.
    """
    data = bytearray()
    with closing(source.chunks(path)) as chunks:
        for chunk in chunks:
            data += chunk
            if len(data) > max_bytes:
                raise SourceError(
                    f"{source.name}: {path} goes on after the {max_bytes} bytes expected"
                )
    return bytes(data)


@contextmanager
def naming(source: Source) -> Iterator[None]:
    """Say of which source it is that something of it cannot be trusted.

    Raises:
        TrustError: as it was raised, with the source's name.
    """
    try:
        yield
    except TrustError as error:
        if source.name in str(error):
            raise
        raise type(error)(f"{source.name}: {error}") from error


class HttpSource:
    """A static web host or CDN; several threads may read from it at once."""

    at_once = CONNECTIONS

    def __init__(self, base_url: str, web: Web | None = None) -> None:
        self.name = base_url
        self._base_url = base_url.rstrip("/") + "/"
        self._web = web or Web()

    def chunks(
        self,
        path: str,
        *,
        unless: str = "",
        heard: Callable[[Mapping[str, str]], None] | None = None,
    ) -> Generator[bytes]:
        """Yield a file's bytes as they arrive; see `Source.chunks` and `Web.chunks`.

        Where only the date is wrong with a certificate, this goes on without TLS: a device without
        a clock could never mend its clock otherwise, and what is signed needs no TLS to be true.
        """
        try:
            yield from self._content(path, unless, heard)
        except CertificateTimeError as error:
            log.warning("%s: going on without TLS, all content is signed", error)
            self._base_url = self._base_url.replace("https://", "http://", 1)
            yield from self._content(path, unless, heard)

    def _content(
        self, path: str, unless: str, heard: Callable[[Mapping[str, str]], None] | None
    ) -> Generator[bytes]:
        """Yield a file's bytes; a network's log-in page in its place is told from an attack."""
        is_first = True
        url = self._base_url + path
        with closing(self._web.chunks(url, unless=unless, heard=heard)) as chunks:
            for chunk in chunks:
                if is_first and _WEB_PAGE.match(chunk):
                    raise SourceError(f"{url} was answered with a web page: {PERHAPS_LOGIN}")
                is_first = False
                yield chunk

    def status(self, path: str) -> int:
        """Return how the host answers for a file, without the file; 0 if it does not.

        Nothing depends on it: whoever asks goes on with `chunks`, which says what is wrong.
        """
        try:
            return self._web.status(self._base_url + path)
        except SourceError as error:
            log.info("%s", error)
            return 0

    def close(self) -> None:
        """Close the connections."""
        self._web.close()


class FolderSource:
    """A folder: the embedded release, a memory stick, a network drive. It follows no link."""

    at_once = 1

    def __init__(self, folder: Path) -> None:
        self.name = str(folder)
        self._folder = folder

    def chunks(self, path: str) -> Generator[bytes]:
        """Yield a file's bytes; see `Source.chunks`."""
        try:
            yield from pieces(self._folder, path, MAX_FOLDER_FILE_BYTES)
        except FileNotFoundError as error:
            if not self._folder.is_dir():
                where = f"{self.name} is not a folder, or is not there any more"
                raise SourceError(where) from error
            raise MissingError(f"{self.name}: there is no {path}") from error
        except OSError as error:
            where = f"{self.name}: {path} cannot be read: {error.strerror}"
            raise SourceError(where) from error
        except StrangeFileError as error:
            raise SourceError(f"{self.name}: {error}") from error

    def close(self) -> None:
        """Nothing is held open."""
