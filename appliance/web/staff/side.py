"""Which side of the box a request came from: nobody on the phones' side reaches the desk.

The listener is bound to the wired card and to loopback, and the firewall lets phones reach nothing
but the public pages; this is the third wall, for the day when one of the others has a hole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REFUSED = b"The staff desk is not here.\n"
MISDIRECTED = (
    b"Open the staff desk by its address in numbers, as it stands on the box's label,"
    b" or as helppoint.local.\n"
)


class OnlyWired:
    """Refuses who comes from the phones' network, and names that are not the desk's.

    A name that somebody else's name server leads here (rebinding) would let a web page read the
    desk with the browser of a member of staff. An address in numbers cannot be made to do that.
    """

    def __init__(
        self,
        application: WSGIApplication,
        phones: IPv4Network,
        names: frozenset[str],
        is_open: Callable[[], bool] = lambda: False,
    ) -> None:
        """Take what answers the others.

        Args:
            application: the desk.
            phones: the network of the phones.
            names: the desk's own, in small letters.
            is_open: whether staff have just opened the desk to the phones' side, for some minutes.
        """
        self._application = application
        self._phones = phones
        self._names = names
        self._is_open = is_open

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request."""
        if self._is_phone(str(environ.get("REMOTE_ADDR", ""))) and not self._is_open():
            return _refuse(start_response, "403 Forbidden", REFUSED)
        if not self._is_ours(str(environ.get("HTTP_HOST", ""))):
            return _refuse(start_response, "421 Misdirected Request", MISDIRECTED)
        return self._application(environ, start_response)

    def _is_phone(self, client: str) -> bool:
        try:
            return ip_address(client) in self._phones
        except ValueError:
            # Nobody knows where it comes from.
            return True

    def _is_ours(self, host: str) -> bool:
        name, _, port = host.partition(":")
        if port and not (port.isascii() and port.isdigit()):
            return False
        try:
            return bool(IPv4Address(name))
        except ValueError:
            return name.lower() in self._names


def _refuse(start_response: StartResponse, status: str, words: bytes) -> Iterable[bytes]:
    start_response(
        status,
        [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(words))),
            ("Cache-Control", "no-store"),
        ],
    )
    return [words]
