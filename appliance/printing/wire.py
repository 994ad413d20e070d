"""One question to a printer and its answer, through pyipp, within limits of time and size."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from pyipp import IPP, IPPConnectionUpgradeRequired, IPPError, IPPResponseError
from pyipp.enums import IppOperation

from appliance.errors import PrinterError
from appliance.printing.answer import Answer, read_answer
from appliance.printing.reasons import WANTS_ACCOUNT, status_in_words

NEUTRAL_NAME = "Help Point"
PORT = 631
ANSWER_S = 20  # a printer that sleeps takes some 10 s to answer its first request
LONGEST_ANSWER = 1_000_000

_SCHEMES = {"ipp": "ipp", "http": "ipp", "ipps": "ipps", "https": "ipps"}


class SilentPrinterError(PrinterError):
    """Nothing answered, or the connection broke."""


class ShortResponse(aiohttp.ClientResponse):
    """An answer that cannot fill the memory."""

    async def read(self) -> bytes:
        """Return the whole answer.

        Raises:
            aiohttp.ClientPayloadError: it is too long, or the connection broke.
        """
        body = bytearray()
        async for chunk in self.content.iter_chunked(65_536):
            body += chunk
            if len(body) > LONGEST_ANSWER:
                self.close()
                raise aiohttp.ClientPayloadError(f"longer than {LONGEST_ANSWER} bytes")
        return bytes(body)


def printer_uri(typed: str) -> str:
    """Return the full address of a printer.

    Raises:
        PrinterError: not an address, or one with a password in it.
    """
    try:
        parts = urlsplit(typed.strip())
        scheme, port = _SCHEMES.get(parts.scheme), parts.port or PORT
    except ValueError:
        scheme = None
    if scheme is None or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise PrinterError(
            f"{typed!r} is not a printer's address, which looks like ipp://192.168.1.20/ipp/print"
        )
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{scheme}://{host}:{port}{parts.path.rstrip('/') or '/ipp/print'}"


def session() -> aiohttp.ClientSession:
    """Open what the questions of one job go through."""
    return aiohttp.ClientSession(response_class=ShortResponse)


async def ask(
    ipp: IPP,
    operation: IppOperation,
    attributes: Mapping[str, object],
    *,
    job: Mapping[str, object] | None = None,
    document: bytes = b"",
) -> Answer:
    """Ask the printer to do something.

    Args:
        ipp: where to.
        operation: what.
        attributes: the operation's own attributes.
        job: attributes of a new job.
        document: what a new job prints.

    Raises:
        SilentPrinterError: no answer.
        PrinterError: the printer refused, or this is no printer.
    """
    message: dict[str, Any] = {
        "operation-attributes-tag": {"requesting-user-name": NEUTRAL_NAME, **attributes},
        "job-attributes-tag": dict(job) if job else None,
        "data": document,
    }
    try:
        async with asyncio.timeout(ANSWER_S):  # pyipp's own limit ends before an answer's body
            answer = read_answer(await ipp.raw(operation, message))
    except IPPResponseError as error:
        raise PrinterError(_http_in_words(error)) from error
    except IPPConnectionUpgradeRequired as error:
        raise PrinterError(
            "The printer wants an encrypted connection: give its address as ipps://"
        ) from error
    except UnicodeDecodeError as error:  # pyipp reads the page of an HTTP error as UTF-8
        raise PrinterError("What answers at the printer's address is not a printer.") from error
    except (IPPError, aiohttp.ClientError, OSError) as error:
        raise SilentPrinterError("No printer answers at the address that was set.") from error
    if answer.status >= 0x100:
        raise PrinterError(status_in_words(answer.status))
    return answer


def _http_in_words(error: IPPResponseError) -> str:
    status = error.args[1]["status-code"]
    if status in (401, 403):
        return WANTS_ACCOUNT
    return f"What answers at the printer's address is not a printer: it said HTTP {status}."
