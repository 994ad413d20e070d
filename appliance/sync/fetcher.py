"""Lets the TUF client of python-tuf read through our sources, and turns its errors into ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from tuf.api.exceptions import (
    DownloadError,
    DownloadHTTPError,
    ExpiredMetadataError,
    RepositoryError,
)
from tuf.ngclient.fetcher import FetcherInterface

from appliance.clock import in_words
from appliance.errors import OutOfDateError, SourceError, TrustError, from_outside
from appliance.sync.web import MissingError


class Fetcher(FetcherInterface):
    """Reads through `chunks`, which yields the bytes at a path or an address."""

    def __init__(self, chunks: Callable[[str], Iterator[bytes]]) -> None:
        self._chunks = chunks

    def _fetch(self, url: str) -> Iterator[bytes]:
        try:
            yield from self._chunks(url)
        except MissingError as error:
            raise DownloadHTTPError(str(error), 404) from error
        except SourceError as error:
            raise DownloadError(str(error)) from error


@contextmanager
def tuf_errors_in_words(name: str, moment: datetime | None = None) -> Iterator[None]:
    """Raise what went wrong with the repository `name` as one of our own errors.

    Args:
        name: where it is.
        moment: that expiry is judged by; absent: the computer's own clock.
    Raises:
        SourceError: it could not be read.
        OutOfDateError: expired.
        TrustError: not signed by us, or damaged.
    """
    try:
        yield
    except ExpiredMetadataError as error:
        raise OutOfDateError(
            f"{name} is out of date on {in_words((moment or datetime.now(UTC)).date())}:"
            f" {from_outside(error)}"
        ) from error
    except RepositoryError as error:
        raise TrustError(
            f"{name} is not signed by us or is damaged: {from_outside(error)}"
        ) from error
    except (ValueError, TypeError) as error:
        # The library trusts whoever signs to write names as names and paths as paths.
        raise TrustError(
            f"{name} is damaged, though it is signed: {from_outside(error)}"
        ) from error
    except DownloadError as error:
        complaint = error.__cause__
        if isinstance(complaint, SourceError):
            raise complaint from error
        raise SourceError(f"{name}: {from_outside(error)}") from error
