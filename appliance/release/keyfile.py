"""One person's signing key in a file locked with a passphrase; its public half beside it.

The private file is PKCS 8 in PEM as OpenSSL reads it; the public file (NAME.pub) is what people
send each other, and its name is the name that others see beside the key.
"""

from __future__ import annotations

import os
import re
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InternalError, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)
from securesystemslib.exceptions import Error as SecureSystemsError
from securesystemslib.signer import CryptoSigner, Key, Signer, SSlibKey

from appliance.errors import ReleaseError
from appliance.files import TEMPORARY_SUFFIX, read_file, replace_file, sync_folder
from appliance.release.keys import MAX_KEY_BYTES

PRIVATE, PUBLIC = ".pem", ".pub"
MIN_PASSPHRASE = 12
# Ours, beside TUF's own fields of a key: what people call its owner. Proves nothing.
NAME = "x-helppoint-name"
# 16 MB and five passes: as hard to guess as OWASP asks for (docs/sources.md#passphrases) and within
# the 32 MB that OpenSSL allows. What the library itself writes has 2,048 rounds of PBKDF2, which a
# stolen memory stick does not withstand.
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**14, 8, 5
_PBES2 = bytes.fromhex("2a864886f70d01050d")
_SCRYPT = bytes.fromhex("2b06010401da47040b")
_AES256_CBC = bytes.fromhex("60864801650304012a")
_INTEGER, _OCTETS, _OID, _SEQUENCE = 0x02, 0x04, 0x06, 0x30

_KEY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}")

Ask = Callable[[str], str]


def new_key(path: Path, passphrase: str | None) -> Key:
    """Make an Ed25519 key at `path` (NAME.pem, mode 0600) and its public half at NAME.pub.

    Args:
        path: must not exist; its folder must.
        passphrase: locks the file; None only for keys that a machine uses without a person.
    Raises:
        ReleaseError: a file is there already, the name or the passphrase will not do, or the files
            cannot be written; then it can be tried again.
    """
    if path.suffix != PRIVATE:
        raise ReleaseError(f"{path} must end in {PRIVATE}, such as ann{PRIVATE}")
    name = _name_of(path)
    public, begun = path.with_suffix(PUBLIC), path.with_name(path.name + TEMPORARY_SUFFIX)
    # Where a key was begun and broken off, its public half may be there, and is nobody's.
    for file in (path,) if os.path.lexists(begun) else (path, public):
        if os.path.lexists(file):
            raise ReleaseError(f"{file} already exists, and a key is never overwritten")
    key = Ed25519PrivateKey.generate()
    secret = _plain(key) if passphrase is None else _locked(key, passphrase)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    try:
        _write_pair(begun, secret, public, pem, path)
    except OSError as error:
        place = error.filename or path
        raise ReleaseError(f"{place} cannot be written: {error.strerror}. Try again") from error
    return _named(SSlibKey.from_crypto(key.public_key()), name)


def read_public(path: Path) -> Key:
    """Read a public key (NAME.pub in PEM); the key carries the file's name.

    Raises:
        ReleaseError: missing, damaged or of a kind that devices do not check.
    """
    try:
        key = load_pem_public_key(read_file(path, MAX_KEY_BYTES))
    except OSError as error:
        raise ReleaseError(f"the public key {path} cannot be read: {error.strerror}") from error
    except (ValueError, UnsupportedAlgorithm, InternalError) as error:
        raise ReleaseError(f"{path} is not a public key in PEM, as `keys new` writes it") from error
    if not isinstance(key, (Ed25519PublicKey, EllipticCurvePublicKey)):
        raise ReleaseError(f"{path} is neither an Ed25519 nor an elliptic-curve key")
    return _named(SSlibKey.from_crypto(key), _name_of(path))


def open_signer(uri: str, ask: Ask, public: Key | None = None) -> Signer:
    """Return what signs with a key: a file of ours, or anything that securesystemslib knows.

    This is the one place where keys come in, so hardware tokens and key services do too.

    Args:
        uri: a path to NAME.pem, or an address such as `hsm:...` or `awskms:...`.
        ask: given a question, returns the passphrase or PIN.
        public: the public half; needed for every kind of key but files.
    Raises:
        ReleaseError: the key cannot be used.
    """
    if ":" not in uri.split("/")[0]:
        return _signer_in_file(Path(uri), ask)
    if public is None:
        raise ReleaseError(f"give the public half of {uri} too, as a file NAME{PUBLIC}: --public")
    try:
        return Signer.from_priv_key_uri(uri, public, lambda what: ask(f"{what} of {uri}"))
    except (SecureSystemsError, ValueError, OSError, ImportError) as error:
        raise ReleaseError(f"the key {uri} cannot be used: {error}") from error


def open_folder(folder: Path, ask: Ask) -> list[Signer]:
    """Return the signers of all NAME.pem in a folder.

    Raises:
        ReleaseError: there is none, or one cannot be used.
    """
    signers = [_signer_in_file(path, ask) for path in sorted(folder.glob(f"*{PRIVATE}"))]
    if not signers:
        raise ReleaseError(f"{folder} holds no keys, files whose names end in {PRIVATE}")
    return signers


def name_of(key: Key) -> str:
    """Return what people call a key: its owner's name, if it says one, and the start of its id."""
    name = str(key.unrecognized_fields.get(NAME, ""))
    return f"{name} ({short(key.keyid)})" if _KEY_NAME.fullmatch(name) else short(key.keyid)


def short(keyid: str) -> str:
    """Return the start of a key's id, as people compare it: 64 bits, too many to imitate."""
    return keyid[:16]


def material(key: Key) -> bytes:
    """Return what a key is made of: one key under two ids would sign for two people.

    Raises:
        ReleaseError: it is of a kind that devices do not check, or damaged.
    """
    public = str(key.keyval.get("public", "")) if isinstance(key, SSlibKey) else ""
    try:
        if key.keytype == "ed25519":
            return bytes.fromhex(public)
        loaded = load_pem_public_key(public.encode())
    except (ValueError, UnsupportedAlgorithm, InternalError) as error:
        raise ReleaseError(f"the key {short(key.keyid)} is damaged") from error
    return loaded.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _signer_in_file(path: Path, ask: Ask) -> Signer:
    try:
        pem = read_file(path, MAX_KEY_BYTES)
    except OSError as error:
        raise ReleaseError(f"the signing key {path} cannot be read: {error.strerror}") from error
    is_locked = b"ENCRYPTED PRIVATE KEY" in pem
    password = _as_bytes(ask(f"Passphrase of {path}")) if is_locked else None
    try:
        key = load_pem_private_key(pem, password)
    except (ValueError, TypeError, UnsupportedAlgorithm, InternalError) as error:
        why = "the passphrase is wrong, or the file is damaged" if is_locked else "it is damaged"
        raise ReleaseError(f"the signing key {path} cannot be opened: {why}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise ReleaseError(f"the signing key {path} is not an Ed25519 key")
    return CryptoSigner(key, _named(SSlibKey.from_crypto(key.public_key()), path.stem))


def _named(key: SSlibKey, name: str) -> SSlibKey:
    key.unrecognized_fields[NAME] = name
    return key


def _name_of(path: Path) -> str:
    if not _KEY_NAME.fullmatch(path.stem):
        raise ReleaseError(f"{path.name}: name keys with letters, digits, dots, hyphens only")
    return path.stem


def _write_pair(begun: Path, secret: bytes, public: Path, pem: bytes, path: Path) -> None:
    """Write both halves of a key: once the private one has its name, both are there, and whole."""
    begun.unlink(missing_ok=True)
    _write_new(begun, secret)
    replace_file(public, pem)
    try:
        # Unlike a rename, this never overwrites.
        path.hardlink_to(begun)
    except FileExistsError:
        raise
    except OSError:
        # Memory sticks know no links.
        begun.rename(path)
    begun.unlink(missing_ok=True)
    sync_folder(path.parent)


def _write_new(path: Path, data: bytes) -> None:
    """Write a secret where nothing is yet; nobody else can read it at any time."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(descriptor)
    sync_folder(path.parent)


def _plain(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _locked(key: Ed25519PrivateKey, passphrase: str) -> bytes:
    """Return PKCS 8 encrypted with AES-256 under scrypt (RFC 5958, RFC 7914 section 7), in PEM."""
    if len(passphrase) < MIN_PASSPHRASE:
        raise ReleaseError(f"the passphrase must have at least {MIN_PASSPHRASE} characters")
    salt, start = os.urandom(16), os.urandom(16)
    secret = Scrypt(salt, 32, _SCRYPT_N, _SCRYPT_R, _SCRYPT_P).derive(_as_bytes(passphrase))
    padder, encryptor = PKCS7(128).padder(), Cipher(AES256(secret), CBC(start)).encryptor()
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    sealed = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    work = b"".join(_number(number) for number in (_SCRYPT_N, _SCRYPT_R, _SCRYPT_P))
    derivation = _der(_SEQUENCE, _der(_OID, _SCRYPT), _der(_SEQUENCE, _der(_OCTETS, salt), work))
    cipher = _der(_SEQUENCE, _der(_OID, _AES256_CBC), _der(_OCTETS, start))
    scheme = _der(_SEQUENCE, _der(_OID, _PBES2), _der(_SEQUENCE, derivation, cipher))
    return _pem("ENCRYPTED PRIVATE KEY", _der(_SEQUENCE, scheme, _der(_OCTETS, sealed)))


def _as_bytes(passphrase: str) -> bytes:
    """Return the same bytes for what looks the same on any keyboard."""
    return unicodedata.normalize("NFC", passphrase).encode()


def _number(value: int) -> bytes:
    return _der(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1))


def _der(tag: int, *parts: bytes) -> bytes:
    """Return one DER value of up to 255 bytes, more than a key ever needs."""
    body = b"".join(parts)
    length = bytes([len(body)]) if len(body) < 0x80 else bytes([0x81, len(body)])
    return bytes([tag]) + length + body


def _pem(label: str, der: bytes) -> bytes:
    text = b64encode(der).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()
