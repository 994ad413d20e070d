"""Where releases come from: a base address of a signed repository, by https, http or a folder.

A source only brings bytes; sync/trust.py decides whether to believe them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import urllib3

from appliance.errors import ApplianceError, SourceError
from appliance.files import read_file

CHUNK_BYTES = 64 * 1024
CONNECT_TIMEOUT_S = 10
READ_TIMEOUT_S = 20
# 4 MB, the largest blob, at 16 kB a second: slower lines are given up and tried again later.
FILE_TIMEOUT_S = 300
MAX_FOLDER_FILE_BYTES = 4_000_000


class MissingError(SourceError):
    """The source is there, but not the file."""


class Source(Protocol):
    """Something that brings the bytes of a repository's files."""

    name: str

    def chunks(self, path: str) -> Iterator[bytes]:
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
    for chunk in source.chunks(path):
        data += chunk
        if len(data) > max_bytes:
            raise SourceError(f"{source.name}: {path} goes on after the {max_bytes} bytes expected")
    return bytes(data)


class HttpSource:
    """A static web host or CDN. Redirects are not followed; connections are kept alive."""

    def __init__(self, base_url: str, *, file_timeout_s: float = FILE_TIMEOUT_S) -> None:
        self.name = base_url
        self._base_url = base_url.rstrip("/") + "/"
        self._file_timeout_s = file_timeout_s
        self._unfinished: urllib3.BaseHTTPResponse | None = None
        self._pool = urllib3.PoolManager(
            timeout=urllib3.Timeout(connect=CONNECT_TIMEOUT_S, read=READ_TIMEOUT_S),
            retries=False,
            headers={"User-Agent": "helppoint", "Accept-Encoding": "identity"},
        )

    def chunks(self, path: str) -> Iterator[bytes]:
        """Yield a file's bytes as they arrive; see `Source.chunks`."""
        deadline = time.monotonic() + self._file_timeout_s
        self._drop_unfinished()
        try:
            response = self._pool.request(
                "GET", self._base_url + path, preload_content=False, redirect=False
            )
            self._unfinished = response
            self._refuse_other_than_ok(path, response)
            # read1, not stream: it hands over what has arrived before a line breaks.
            while chunk := response.read1(CHUNK_BYTES):
                yield chunk
                if time.monotonic() > deadline:
                    raise SourceError(f"{self.name}: {path} came too slowly and was given up")
            response.release_conn()
            self._unfinished = None
        except urllib3.exceptions.HTTPError as error:
            raise SourceError(f"{self.name}: {path} could not be fetched: {error}") from error

    def _refuse_other_than_ok(self, path: str, response: urllib3.BaseHTTPResponse) -> None:
        status = response.status
        if status in (403, 404):
            # Read the host's short page, so that the connection can be used again.
            response.read(CHUNK_BYTES)
            raise MissingError(f"{self.name}: there is no {path}")
        if 300 <= status < 400:
            raise SourceError(f"{self.name}: {path} redirects elsewhere, which is never followed")
        if status != 200:
            raise SourceError(f"{self.name}: {path} was answered with HTTP status {status}")

    def close(self) -> None:
        """Close the connections."""
        self._drop_unfinished()
        self._pool.clear()

    def _drop_unfinished(self) -> None:
        """Close the connection of an answer that nobody read to its end."""
        if self._unfinished is not None:
            self._unfinished.close()
            self._unfinished = None


class FolderSource:
    """A folder: the embedded release, a memory stick, a network drive."""

    def __init__(self, folder: Path) -> None:
        self.name = str(folder)
        self._folder = folder

    def chunks(self, path: str) -> Iterator[bytes]:
        """Yield a file's bytes; see `Source.chunks`."""
        file = self._folder / path
        if not self._folder.is_dir():
            raise SourceError(f"{self.name} is not a folder, or is not there any more")
        if not file.resolve().is_relative_to(self._folder.resolve()):
            raise SourceError(f"{file} leads out of {self.name} by a symbolic link")
        try:
            yield read_file(file, MAX_FOLDER_FILE_BYTES)
        except FileNotFoundError as error:
            raise MissingError(f"{self.name}: there is no {path}") from error
        except OSError as error:
            raise SourceError(f"{file} cannot be read: {error.strerror}") from error
        except ApplianceError as error:
            raise SourceError(str(error)) from error

    def close(self) -> None:
        """Nothing is held open."""
