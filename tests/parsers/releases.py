"""Parsers of what a source brings, and of what a box keeps of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from securesystemslib.formats import encode_canonical
from tuf.api.metadata import Metadata, Root

from appliance.errors import ApplianceError, StoreError, TrustError
from appliance.release.keys import ROLES as KEYS
from appliance.release.keys import key_file, load_keys
from appliance.release.manifest import (
    SHARD_COUNT,
    Blob,
    Release,
    pack_blob,
    read_release,
    read_shard,
    shard_of,
    unpack_blob,
    write_release,
    write_shard,
)
from appliance.store.pointer import Pointer, Shown
from appliance.store.store import Store
from appliance.sync.content import release_of
from appliance.sync.export import export
from appliance.sync.sources import FolderSource, Source
from appliance.sync.trust import Trust
from appliance.sync.update import Device, update
from tests.faults.deeds import tree_of
from tests.parsers.parser import Parser, Take, pure
from tests.publisher import SIGNED_AT, Publisher

BLOB, PACKED = pack_blob(b"some words")
RELEASE = Release("core", 7, datetime(2026, 11, 22, tzinfo=UTC), "0.1.0", (BLOB,) * SHARD_COUNT)
_IN_SHARD = bytes([shard_of("README.md")])
SHARD = write_shard({"README.md": BLOB})
POINTER = Pointer(
    Shown(write_release(RELEASE).decode(), "r7-1", frozenset({"pl"})),
    Shown(write_release(RELEASE).decode(), "r6-1"),
    {"root": 1, "core": 7},
    "2026-11-22T09:00:00Z",
    3,
)
ROLES = ("timestamp", "snapshot", "targets", "core", "root")
FILES = {
    "timestamp": "timestamp",
    "snapshot": "1.snapshot",
    "targets": "1.targets",
    "core": "1.core",
    "root": "2.root",
}


_POINTERS_THAT_FELL = tuple(
    POINTER.to_bytes().replace(old, new)
    for old, new in (
        (b'"refused": 3', b'"refused": Infinity'),
        (b'"r7-1"', b'"r7-1\\u0000"'),
        (b'"r7-1"', b'"r7-1\\ud800"'),
        (b'"release": "', b'"release": "\\ud800'),
    )
)


def _release(data: bytes) -> bool:
    with suppress(TrustError):
        release = read_release(data)
        assert read_release(write_release(release)) == release
        return True
    return False


def _shard(data: bytes) -> bool:
    """The first byte is the shard's number."""
    index = data[0] % SHARD_COUNT if data else 0
    with suppress(TrustError):
        files = read_shard(index, data[1:])
        assert read_shard(index, write_shard(files)) == files
        return True
    return False


def _blob(data: bytes) -> bool:
    """The first two bytes are how long the signed word says that it is unpacked."""
    packed, size = data[2:], int.from_bytes(data[:2])
    blob = Blob(sha256(packed).hexdigest(), len(packed), size)
    with suppress(TrustError):
        assert len(unpack_blob(blob, packed)) == size
        return True
    return False


@contextmanager
def _pointer(folder: Path) -> Iterator[Take]:
    store = Store(folder / "store")
    store.prepare()

    def take(data: bytes) -> bool:
        (store.folder / "current.json").write_bytes(data)
        with suppress(StoreError, TrustError):
            pointer = store.pointer()
            assert pointer is not None
            assert Pointer.from_bytes(pointer.to_bytes()) == pointer
            store.size_of_site(pointer.current.site)
            release_of(pointer.current)
            return True
        return False

    yield take


@contextmanager
def _small_files(folder: Path) -> Iterator[Take]:
    store = Store(folder / "store")
    store.prepare()

    def take(data: bytes) -> bool:
        for name in ("checked.json", "lot"):
            (store.folder / name).write_bytes(data)
        assert 0 <= store.lot() < 100
        return store.last_check() is not None or data.isdigit()

    yield take


class _With:
    """A source that has other bytes at one path."""

    at_once = 1

    def __init__(self, source: Source, path: str, data: bytes) -> None:
        self._source, self._path, self._data = source, path, data
        self.name = source.name

    def chunks(self, path: str) -> Generator[bytes]:
        if path == self._path:
            yield self._data
        else:
            yield from self._source.chunks(path)

    def close(self) -> None:
        self._source.close()


def _published(folder: Path) -> Publisher:
    """Publish with keys that are always the same, so that a corpus of the fuzzer stays good."""
    publisher = Publisher(folder / "keys", folder / "repository")
    publisher.keys.mkdir(parents=True)
    publisher.repository.mkdir()
    for role in KEYS:
        key = Ed25519PrivateKey.from_private_bytes(sha256(role.encode()).digest())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        key_file(publisher.keys, role).write_bytes(pem)
    publisher.pack(tree_of("one"))
    return publisher


def _as_received(publisher: Publisher, folder: Path) -> Callable[[str, bytes], bool]:
    """Return what lets a new box meet a repository in which one role's file is another."""
    boxes = iter(range(10**9))
    source = FolderSource(publisher.repository)
    anchor = publisher.anchor()

    def meet(role: str, data: bytes) -> bool:
        metadata = folder / f"box{next(boxes)}"
        trust = Trust(anchor, metadata, {}, SIGNED_AT)
        try:
            trust.newest(_With(source, f"metadata/{FILES[role]}.json", data))
        except ApplianceError:
            return False
        finally:
            rmtree(metadata)
        return True

    return meet


@contextmanager
def _metadata(folder: Path) -> Iterator[Take]:
    meet = _as_received(_published(folder), folder)

    def take(data: bytes) -> bool:
        return meet(ROLES[data[0] % len(ROLES)] if data else "root", data[1:])

    yield take


@contextmanager
def _signed(folder: Path) -> Iterator[Take]:
    """Whoever has stolen a key signs what they like: the first byte says which key it is."""
    publisher = _published(folder)
    meet = _as_received(publisher, folder)
    signers = load_keys(publisher.keys)

    def take(data: bytes) -> bool:
        role = ROLES[data[0] % len(ROLES)] if data else "root"
        try:
            signed = json.loads(data[1:])
            content = str(encode_canonical(signed)).encode()
        except Exception:  # noqa: BLE001 - what cannot be signed is no case
            return False
        signature = signers[role].sign(content).to_dict()
        return meet(role, json.dumps({"signatures": [signature], "signed": signed}).encode())

    yield take


def _box(folder: Path, publisher: Publisher) -> tuple[Store, Callable[[], object]]:
    store = Store(folder / "box")
    device = Device(store, lambda *_: None, lambda *_: None)

    def sync() -> object:
        trust = Trust(publisher.anchor(), store.metadata, {}, SIGNED_AT)
        return update(FolderSource(publisher.repository), trust, device)

    return store, sync


@contextmanager
def _kept(folder: Path) -> Iterator[Take]:
    """What a box kept is damaged: an export is refused in words, and a sync mends it."""
    publisher = _published(folder)
    store, sync = _box(folder, publisher)
    sync()
    names = [f"{role}.json" for role in ("timestamp", "snapshot", "targets", "core", "root")]
    kept = [(store.metadata / name).resolve() for name in names] + [store.stick_timestamp]

    def take(data: bytes) -> bool:
        path = kept[data[0] % len(kept)] if data else kept[0]
        path.write_bytes(data[1:])
        with suppress(ApplianceError):
            export(store, publisher.anchor(), folder / "stick", lambda *_: None)
            return True
        sync()
        return False

    yield take


def _examples() -> Mapping[str, bytes]:
    """Return a repository's real metadata, and a second root, by role."""
    with TemporaryDirectory() as name:
        publisher = _published(Path(name))
        metadata = publisher.repository / "metadata"
        found = {role: (metadata / f"{FILES[role]}.json").read_bytes() for role in ROLES[:4]}
        root = Metadata[Root].from_bytes(publisher.anchor())
        root.signed.version = 2
        root.sign(load_keys(publisher.keys)["root"])
    return {**found, "root": root.to_bytes()}


_EXAMPLES = _examples()
_RECEIVED = tuple(bytes([ROLES.index(role)]) + content for role, content in _EXAMPLES.items())
_SIGNED = tuple(
    seed[:1] + json.dumps(json.loads(seed[1:])["signed"]).encode() for seed in _RECEIVED
)

_NO_VERSION = tuple(seed.replace(b'"version":1}', b'"version":null}') for seed in _RECEIVED)

_ODD_NAMES = tuple(
    seed.replace(old, new)
    for seed in _SIGNED
    for old, new in ((b'"name": "core"', b'"name": 1'), (b'"sha256": "', b'"sha256": "\\u0000'))
    if old in seed
)

PARSERS = (
    Parser("release.json", pure(_release), (write_release(RELEASE),)),
    Parser("shard", pure(_shard), (_IN_SHARD + SHARD,)),
    Parser("blob", pure(_blob), (b"\0\x0a" + PACKED,), (b"\0\x0b" + PACKED,)),
    Parser("metadata", _metadata, _RECEIVED, _NO_VERSION),
    Parser("metadata signed with a stolen key", _signed, _SIGNED, _ODD_NAMES),
    Parser("metadata that a box kept", _kept, _RECEIVED, _NO_VERSION),
    Parser("pointer", _pointer, (POINTER.to_bytes(),), _POINTERS_THAT_FELL),
    Parser(
        "last check and lot",
        _small_files,
        (b'{"checked_at": "a", "outcome": "b"}', b"42"),
        (b"[" * 5_000,),
    ),
)
