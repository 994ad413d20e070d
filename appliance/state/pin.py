"""The staff desk's PIN, as a box keeps it, and how often a wrong one was tried.

Both are small files of their own beside the settings: a backup of the settings holds no secret. The
PIN itself is never written: a hash by scrypt is, with a salt of its own.

    desk-pin.json    {"format": 1, "salt": "<32 hex digits>", "hash": "<64 hex digits>"}
    desk-tries.json  {"format": 1, "failed": <number of wrong tries since the last right one>}
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import logging
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from appliance.errors import ConfigError, StateError
from appliance.files import FileLimitError, read_file, replace_file

log = logging.getLogger(__name__)

# 16 MiB and some 0.1 s a try on a Pi; the stronger defaults of others take 64 MiB each, and a box
# with 512 MB falls over at four at once (shared facts, reliability 9).
SCRYPT_N, SCRYPT_R, SCRYPT_P = 16384, 8, 1
SCRYPT_BYTES = 32 * 1024 * 1024
DIGITS = 8
MOST_DIGITS = 32
MAX_FILE_BYTES = 1_000
# Tries are not counted beyond this: the wait has long reached its longest.
MOST_FAILED = 1_000_000


@dataclass(frozen=True, slots=True)
class PinHash:
    """What is kept of a PIN: `salt` 16 bytes, `digest` 32 bytes."""

    salt: bytes
    digest: bytes

    def is_of(self, pin: str) -> bool:
        """Whether this was made of `pin`; takes 16 MiB and some time, whatever the answer."""
        return hmac.compare_digest(_digest(pin, self.salt), self.digest)


def hash_pin(pin: str) -> PinHash:
    """Make what is kept of a PIN.

    Raises:
        ConfigError: not 8 to 32 digits, or one that everybody tries first.
    """
    if not re.fullmatch(rf"[0-9]{{{DIGITS},{MOST_DIGITS}}}", pin):
        raise ConfigError(f"a PIN has {DIGITS} to {MOST_DIGITS} digits and nothing else")
    if is_easily_guessed(pin):
        raise ConfigError("this PIN is one that people try first: choose digits without a pattern")
    salt = secrets.token_bytes(16)
    return PinHash(salt, _digest(pin, salt))


def new_pin() -> str:
    """Return a PIN by chance, such as "40718263"."""
    while is_easily_guessed(pin := "".join(secrets.choice("0123456789") for _ in range(DIGITS))):
        continue
    return pin


def is_easily_guessed(pin: str) -> bool:
    """Whether a PIN is made of few digits, a run such as 12345678, or a repeated half or quarter.

    Also dates of this and the last century by day, month and year in either order.
    """
    steps = {(int(after) - int(before)) % 10 for before, after in itertools.pairwise(pin)}
    is_run = len(steps) == 1
    is_repeated = any(
        len(pin) % size == 0 and pin == pin[:size] * (len(pin) // size) for size in (1, 2, 4)
    )
    day, month = "(0[1-9]|[12][0-9]|3[01])", "(0[1-9]|1[0-2])"
    year = "(19|20)[0-9]{2}"
    is_date = re.fullmatch(f"{day}{month}{year}|{month}{day}{year}|{year}{month}{day}", pin)
    return is_run or is_repeated or len(set(pin)) < 3 or is_date is not None


def _digest(pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        pin.encode(), salt=salt, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P, maxmem=SCRYPT_BYTES, dklen=32
    )


class PinFile:
    """The file with what is kept of the PIN."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> PinHash | None:
        """Return what is kept of the PIN; None where none was ever set, or the file is damaged.

        A box without a PIN lets nobody in: the file on the boot partition sets a new one.
        """
        found = _read(self._path)
        try:
            salt, digest = (bytes.fromhex(str(found[name])) for name in ("salt", "hash"))
        except (KeyError, ValueError):
            return None
        return PinHash(salt, digest) if len(salt) == 16 and len(digest) == 32 else None

    def write(self, kept: PinHash) -> None:
        """Put a new PIN in force.

        Raises:
            StateError: it cannot be written; the old one holds.
        """
        facts = {"format": 1, "salt": kept.salt.hex(), "hash": kept.digest.hex()}
        _write(self._path, facts)


class TriesFile:
    """The file with how often a wrong PIN was tried since the last right one."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> int:
        """Return the number; 0 where nothing can be read."""
        failed = _read(self._path).get("failed")
        return min(failed, MOST_FAILED) if isinstance(failed, int) and failed > 0 else 0

    def write(self, failed: int) -> None:
        """Keep the number; on the disk when this returns.

        Raises:
            StateError: it cannot be written.
        """
        if failed != self.read() or not self._path.exists():
            _write(self._path, {"format": 1, "failed": failed})


def _read(path: Path) -> dict[str, object]:
    try:
        found = json.loads(read_file(path, MAX_FILE_BYTES))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError, FileLimitError) as error:
        log.warning("%s cannot be used: %s", path, type(error).__name__)
        return {}
    return found if isinstance(found, dict) else {}


def _write(path: Path, facts: dict[str, object]) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, json.dumps(facts).encode(), 0o600)
    except OSError as error:
        raise StateError(f"{path} cannot be written: {error.strerror}") from error
