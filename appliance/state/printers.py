"""The printers that staff have added: a name for people and an address for the box.

They lie in the desk's own file, beside the library's settings.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tinydb import Query, TinyDB

from appliance.errors import ConfigError
from appliance.state.storage import SafeStorage

MOST_PRINTERS = 20
LONGEST_NAME, LONGEST_ADDRESS = 40, 200


@dataclass(frozen=True, slots=True)
class Printer:
    """A printer: `uri` as `printing.wire` takes it."""

    name: str
    uri: str


class PrintersFile:
    """The table `printers`."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._table = TinyDB(path, storage=SafeStorage).table("printers", cache_size=0)

    def read(self) -> tuple[Printer, ...]:
        """Return the printers, in the order that they were added."""
        with self._lock:
            return tuple(self._each())

    def _each(self) -> Iterator[Printer]:
        for row in self._table.all():
            name, uri = row.get("name"), row.get("uri")
            if isinstance(name, str) and isinstance(uri, str):
                yield Printer(name, uri)

    def add(self, printer: Printer) -> None:
        """Add a printer, or give one another address.

        Raises:
            ConfigError: no name, or too long, or too many printers.
            StateError: it could not be written.
        """
        name = " ".join(printer.name.split())
        if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
            raise ConfigError(f"a printer's name has 1 to {LONGEST_NAME} printable characters")
        if not 1 <= len(printer.uri) <= LONGEST_ADDRESS:
            raise ConfigError(f"a printer's address has 1 to {LONGEST_ADDRESS} characters")
        with self._lock:
            known = [each.name for each in self._each()]
            if name not in known and len(known) >= MOST_PRINTERS:
                raise ConfigError(f"there are {MOST_PRINTERS} printers already: remove one first")
            self._table.upsert({"name": name, "uri": printer.uri}, Query().name == name)

    def remove(self, name: str) -> None:
        """Remove a printer; nothing happens if it is not there.

        Raises:
            StateError: it could not be written.
        """
        with self._lock:
            self._table.remove(Query().name == name)
