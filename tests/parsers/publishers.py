"""Parsers of what several people send each other to publish together."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from appliance.errors import ApplianceError, ReleaseError
from appliance.release.ceremony import pending
from appliance.release.demands import demands, refuse_unsound
from appliance.release.folder import Folder
from appliance.release.keyfile import open_signer, read_public
from appliance.release.keys import load_key
from appliance.release.overview import changes_of_keys, demand_in_words, roles_of
from appliance.release.roles import read_plan
from appliance.release.staging import STAGED, Staging
from tests.ceremony import PEOPLE, ROLES_TOML, Society
from tests.faults.deeds import tree_of
from tests.parsers.parser import Opened, Parser, Take
from tests.publisher import SIGNED_AT


def _key(name: str) -> Ed25519PrivateKey:
    """Make the key of a person: always the same, so that a corpus of the fuzzer stays good."""
    return Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())


def _pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _pub(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _society(folder: Path) -> Society:
    """Several people with a release that waits for one more signature."""
    society = Society(folder)
    (folder / "online").mkdir(parents=True)
    for name in (*PEOPLE, "online/online"):
        (folder / f"{name}.pem").write_bytes(_pem(_key(name)))
        (folder / f"{name}.pub").write_bytes(_pub(_key(name)))
    (folder / "roles.toml").write_text(ROLES_TOML)
    society.stage().begin(read_plan(folder / "roles.toml"))
    society.publish(tree_of("one"))
    society.stage().keys("core", [], [], 1)
    society.stage().release(tree_of("two"))
    society.sign("ann")
    return society


def _staged_files(society: Society) -> list[Path]:
    staged = society.repository / STAGED
    return sorted(path for path in staged.rglob("*") if path.is_file())


@contextmanager
def _staged(folder: Path) -> Iterator[Take]:
    """The first byte says which file of staged/ came from somebody else's computer so."""
    society = _society(folder)
    paths = _staged_files(society)
    whole = {path: path.read_bytes() for path in paths}

    def take(data: bytes) -> bool:
        path = paths[data[0] % len(paths)] if data else paths[0]
        path.write_bytes(data[1:])
        try:
            return _read(society.files)
        finally:
            path.write_bytes(whole[path])

    yield take


def _read(folder: Folder) -> bool:
    with suppress(ReleaseError):
        published = folder.published()
        staged = pending(published, Staging(folder.path).read())
        refuse_unsound(published, staged, SIGNED_AT)
        list(changes_of_keys(published, staged))
        for demand in demands(published, staged):
            demand_in_words(demand)
        return True
    return False


@contextmanager
def _repository(folder: Path) -> Iterator[Take]:
    """The first byte says which published file is another than the publisher wrote."""
    society = _society(folder)
    names = [f"{name}.json" for name in _PUBLISHED]
    paths = [society.repository / "metadata" / name for name in names]
    whole = {path: path.read_bytes() for path in paths}

    def take(data: bytes) -> bool:
        path = paths[data[0] % len(paths)] if data else paths[0]
        path.write_bytes(data[1:])
        try:
            with suppress(ReleaseError):
                roles_of(society.files.published())
                society.files.release()
                return True
            return False
        finally:
            path.write_bytes(whole[path])

    yield take


def _in_file(name: str, read: Callable[[Path], object]) -> Opened:
    """Open a parser that reads a file which lies beside everyone's public keys."""

    @contextmanager
    def opened(folder: Path) -> Iterator[Take]:
        for person in (*PEOPLE, "online/online"):
            path = folder / f"{person}.pub"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_pub(_key(person)))

        def take(data: bytes) -> bool:
            (folder / name).write_bytes(data)
            with suppress(ApplianceError):
                read(folder / name)
                return True
            return False

        yield take

    return opened


def _nobody(question: str) -> str:
    raise ReleaseError(question)


def _examples() -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Return real files of staged/, and published ones, each after the byte that says which."""
    with TemporaryDirectory() as name:
        society = _society(Path(name))
        staged = [path.read_bytes() for path in _staged_files(society)]
        metadata = society.repository / "metadata"
        published = [(metadata / f"{name}.json").read_bytes() for name in _PUBLISHED]
    return _numbered(staged), _numbered(published)


def _numbered(files: list[bytes]) -> tuple[bytes, ...]:
    return tuple(bytes([number]) + content for number, content in enumerate(files))


_PUBLISHED = ("timestamp", "1.snapshot", "1.targets", "1.core", "1.root")
_OF_STAGED, _OF_PUBLISHED = _examples()
_NAMELESS = tuple(
    bytes([number]) + json.dumps({**json.loads(content[1:]), "keyid": {}}).encode()
    for number, content in enumerate(_OF_STAGED)
    if b'"keyid"' in content[:20]
)
_NO_HASH = tuple(
    content.replace(b'"sha256":"', b'"sha256":"\\u0000') for content in _OF_PUBLISHED[3:4]
)
_DEEP = b"x=" + b"[" * 5_000

# A key with a flipped letter: OpenSSL fails at it in a way that cryptography does not know.
_ODD_KEY = (
    b"-----BEGIN PRIVATE KEY-----\n"
    b"MC4CAQAwBQYDK2VvBCIEIOxPLbs7FACVVQya+7tptdb9noFLnagvrQs06fy+VvHL\n"
    b"-----END PRIVATE KEY-----\n"
)

PARSERS = (
    Parser("staged file", _staged, _OF_STAGED, _NAMELESS),
    Parser("published file", _repository, _OF_PUBLISHED, _NO_HASH),
    Parser("roles.toml", _in_file("roles.toml", read_plan), (ROLES_TOML.encode(),), (_DEEP,)),
    Parser("public key", _in_file("dan.pub", read_public), (_pub(_key("dan")),)),
    Parser(
        "signing key",
        _in_file("dan.pem", lambda path: open_signer(str(path), _nobody)),
        (_pem(_key("dan")),),
        (_ODD_KEY,),
    ),
    Parser(
        "signing key of one role",
        _in_file("root.pem", load_key),
        (_pem(_key("root")),),
        (_ODD_KEY,),
    ),
)
