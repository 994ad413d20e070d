"""Signing keys of a publisher: an Ed25519 key for each TUF role, in files only the owner reads."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from securesystemslib.signer import CryptoSigner, Signer

from appliance.errors import ReleaseError
from appliance.files import read_file, sync_folder

ROOT, TARGETS, SNAPSHOT, TIMESTAMP = "root", "targets", "snapshot", "timestamp"
CORE = "core"
ROLES = (ROOT, TARGETS, CORE, SNAPSHOT, TIMESTAMP)
MAX_KEY_BYTES = 10_000


def new_keys(folder: Path) -> None:
    """Make a key for each role in `folder`, as PEM files (PKCS 8) with mode 0600.

    Raises:
        ReleaseError: the folder already holds keys, which are never overwritten.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for role in ROLES:
        path = key_file(folder, role)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise ReleaseError(
                f"{path} already exists, and a key is never overwritten: choose an empty folder"
            ) from error
        with os.fdopen(descriptor, "wb") as file:
            file.write(CryptoSigner.generate_ed25519().private_bytes)
            file.flush()
            os.fsync(descriptor)
    sync_folder(folder)


def load_keys(folder: Path) -> Mapping[str, Signer]:
    """Return the signer of each role.

    Raises:
        ReleaseError: a key is missing or is not a private Ed25519 key in PEM.
    """
    return {role: load_key(key_file(folder, role)) for role in ROLES}


def key_file(folder: Path, role: str) -> Path:
    """Return where the private key of `role` is kept."""
    return folder / f"{role}.pem"


def load_key(path: Path) -> Signer:
    """Return what signs with a private key in PEM that is not locked.

    Raises:
        ReleaseError: it is missing, or is not a private Ed25519 key.
    """
    try:
        key = load_pem_private_key(read_file(path, MAX_KEY_BYTES), password=None)
    except OSError as error:
        raise ReleaseError(
            f"the signing key {path} cannot be read ({error.strerror}): make keys with"
            f" `helppoint keys dev {path.parent}`"
        ) from error
    except (ValueError, TypeError, UnsupportedAlgorithm, InternalError) as error:
        raise ReleaseError(f"the signing key {path} is not a plain PEM private key") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ReleaseError(f"the signing key {path} is not an Ed25519 key")
    return CryptoSigner(key)
