"""`helppoint tuf` driven through the client workflow of the TUF specification, 1.0.34 section 5.

In this process, to be quick; tests/cli/test_tuf.py starts the command as people do.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from securesystemslib.signer import CryptoSigner, SSlibKey
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    MetaFile,
    TargetFile,
)

from appliance.cli import cli
from appliance.errors import ApplianceError, printable
from tests.hostile_origin import HostileOrigin, ok
from tests.origin import Origin, origin
from tests.publisher import files_in
from tests.tuf_repository import LATER, PAST, TufRepository, edit


class Client:
    """The command, with folders of its own. `said` is the last complaint."""

    def __init__(
        self, folder: Path, web: Origin | HostileOrigin, repository: TufRepository
    ) -> None:
        self._folder, self._web = folder, web
        self.metadata, self.artefacts = folder / "metadata", folder / "artefacts"
        self.root = repository.path("root", 1)
        self.said = ""

    def init(self) -> int:
        return self._run("init", str(self.root))

    def refresh(self) -> int:
        return self._run("--metadata-url", f"{self._web.url}/metadata/", "refresh")

    def download(self, *names: str) -> int:
        wanted = [word for name in names for word in ("--target-name", name)]
        base = ["--target-base-url", f"{self._web.url}/targets/"]
        to = ["--target-dir", str(self.artefacts)]
        where = ["--metadata-url", f"{self._web.url}/metadata/"]
        return self._run(*where, *base, *to, *wanted, "download")

    def versions(self) -> dict[str, int]:
        """The version of each role that is trusted."""
        files = sorted(self.metadata.glob("*.json"))
        return {path.stem: json.loads(path.read_bytes())["signed"]["version"] for path in files}

    def contents(self) -> dict[str, bytes]:
        return files_in(self.artefacts) if self.artefacts.exists() else {}

    def _run(self, *words: str) -> int:
        always = ["--home", str(self._folder), "tuf", "--metadata-dir", str(self.metadata)]
        try:
            cli.main([*always, *words], "helppoint", standalone_mode=False)
        except ApplianceError as error:
            self.said = str(error)
            assert printable(self.said) == self.said
            return 1
        return 0


@pytest.fixture
def repository(tmp_path: Path) -> TufRepository:
    return TufRepository.new(tmp_path / "repository")


@pytest.fixture
def web(repository: TufRepository) -> Iterator[Origin]:
    with origin(repository.folder) as running:
        yield running


@pytest.fixture
def client(tmp_path: Path, web: Origin, repository: TufRepository) -> Client:
    """A client that trusts root 1 and has not asked yet."""
    client = Client(tmp_path / "client", web, repository)
    assert client.init() == 0
    return client


ALL_1 = dict.fromkeys(("root", "snapshot", "targets", "timestamp"), 1)


# 5.3: the root


def test_roots_are_taken_one_after_the_other_and_the_next_one_is_asked_for(
    client: Client, web: Origin, repository: TufRepository
) -> None:
    for _ in range(5):
        repository.next_root(*repository.change_keys("root"))
    assert client.refresh() == 0
    assert client.versions() == {**ALL_1, "root": 6}
    roots = [path for path in web.paths if "root" in path]
    assert roots == [f"/metadata/{number}.root.json" for number in range(2, 8)]


def test_a_root_after_a_gap_is_not_found(client: Client, repository: TufRepository) -> None:
    repository.root.version = 2
    repository.next_root()
    assert client.refresh() == 0
    assert client.versions()["root"] == 1


def test_an_expired_root_on_the_way_is_no_obstacle_but_the_last_one_is(
    client: Client, repository: TufRepository
) -> None:
    repository.root.expires = PAST
    repository.next_root()
    assert client.refresh() == 1
    assert "out of date" in client.said
    assert client.versions() == {"root": 2}
    repository.root.expires = LATER
    repository.next_root()
    assert client.refresh() == 0
    assert client.versions() == {**ALL_1, "root": 3}


def _other_root_version(version: int) -> Callable[[TufRepository], None]:
    def harm(repository: TufRepository) -> None:
        kept = repository.path("root", 1).read_bytes()
        repository.root.version = version
        repository.write("root", repository.root).replace(repository.path("root", 2))
        repository.path("root", 1).write_bytes(kept)

    return harm


def _root_by_new_keys_only(repository: TufRepository) -> None:
    repository.change_keys("root")
    repository.next_root()


def _root_by_old_keys_only(repository: TufRepository) -> None:
    old = repository.change_keys("root")
    repository.root.version = 2
    repository.write("root", repository.root, old)


def _root_by_a_stranger(repository: TufRepository) -> None:
    repository.root.version = 2
    repository.write("root", repository.root, [CryptoSigner.generate_ed25519()])


def _root_below_its_own_threshold(repository: TufRepository) -> None:
    repository.add_key("root")
    repository.root.roles["root"].threshold = 3
    repository.next_root()


def _root_signed_twice_by_one_key(repository: TufRepository) -> None:
    repository.add_key("root")
    repository.root.roles["root"].threshold = 2
    repository.root.version = 2
    path = repository.write("root", repository.root, repository.keys["root"][:1])
    signature = json.loads(path.read_bytes())["signatures"][0]
    edit(path, {"signatures": [signature, signature]})


def _root_that_is_another_role(repository: TufRepository) -> None:
    repository.write("root", repository.snapshot).replace(repository.path("root", 2))


def _root_of_a_later_specification(repository: TufRepository) -> None:
    repository.root.spec_version = "2.0.0"
    repository.next_root()


def _root_too_long(repository: TufRepository) -> None:
    repository.root.unrecognized_fields["x-padding"] = "x" * 600_000
    repository.next_root()


def _root_with_a_false_timestamp_key(repository: TufRepository) -> None:
    repository.change_keys("timestamp")
    repository.next_root()


ROOTS_REFUSED = [
    _other_root_version(1),
    _other_root_version(3),
    _root_by_new_keys_only,
    _root_by_old_keys_only,
    _root_by_a_stranger,
    _root_below_its_own_threshold,
    _root_signed_twice_by_one_key,
    _root_that_is_another_role,
    _root_of_a_later_specification,
    _root_too_long,
]


@pytest.mark.parametrize("harm", ROOTS_REFUSED, ids=lambda harm: harm.__name__)
@pytest.mark.parametrize("is_new", [True, False])
def test_a_root_that_does_not_follow_is_refused(
    client: Client, repository: TufRepository, harm: Callable[[TufRepository], None], is_new: bool
) -> None:
    if not is_new:
        assert client.refresh() == 0
    harm(repository)
    assert client.refresh() == 1
    assert client.versions() == ({"root": 1} if is_new else ALL_1)


def test_after_a_change_of_keys_what_the_old_ones_signed_counts_no_more(
    client: Client, repository: TufRepository
) -> None:
    assert client.refresh() == 0
    _root_with_a_false_timestamp_key(repository)
    assert client.refresh() == 1
    assert client.versions()["root"] == 2
    repository.say_timestamp()
    assert client.refresh() == 0


# 5.4 to 5.6: timestamp, snapshot, targets


def _by_a_stranger(role: str) -> Callable[[TufRepository], None]:
    def harm(repository: TufRepository) -> None:
        repository.keys[role] = [CryptoSigner.generate_ed25519()]
        repository.publish()

    return harm


def _unsigned(role: str) -> Callable[[TufRepository], None]:
    def harm(repository: TufRepository) -> None:
        repository.keys[role] = []
        repository.publish()

    return harm


def _too_few(role: str) -> Callable[[TufRepository], None]:
    def harm(repository: TufRepository) -> None:
        repository.add_key(role)
        repository.root.roles[role].threshold = 2
        repository.next_root()
        repository.keys[role].pop()
        repository.publish()

    return harm


def _expired(role: str) -> Callable[[TufRepository], None]:
    def harm(repository: TufRepository) -> None:
        getattr(repository, role).expires = PAST
        repository.publish()

    return harm


def _older_timestamp(repository: TufRepository) -> None:
    repository.timestamp.version = 1
    repository.write("timestamp", repository.timestamp)


def _older_snapshot(repository: TufRepository) -> None:
    repository.timestamp.snapshot_meta = MetaFile(1)
    repository.say_timestamp()


def _older_targets(repository: TufRepository) -> None:
    repository.snapshot.meta["targets.json"] = MetaFile(1)
    repository.say_snapshot()


def _no_targets_in_snapshot(repository: TufRepository) -> None:
    del repository.snapshot.meta["targets.json"]
    repository.say_snapshot()


def _other_version(role: str) -> Callable[[TufRepository], None]:
    """The file is there under the name of the next version and says it is another."""

    def harm(repository: TufRepository) -> None:
        repository.publish()
        signed = getattr(repository, role)
        path = repository.path(role, signed.version)
        signed.version += 1
        repository.write(role, signed).replace(path)

    return harm


def _other_hash_of_snapshot(repository: TufRepository) -> None:
    repository.snapshot.version += 1
    repository.write("snapshot", repository.snapshot)
    version = repository.snapshot.version
    repository.timestamp.snapshot_meta = MetaFile(version, hashes={"sha256": "ab" * 32})
    repository.say_timestamp()


def _snapshot_longer_than_said(repository: TufRepository) -> None:
    repository.snapshot.version += 1
    length = repository.write("snapshot", repository.snapshot).stat().st_size
    repository.timestamp.snapshot_meta = MetaFile(repository.snapshot.version, length - 1)
    repository.say_timestamp()


def _other_hash_of_targets(repository: TufRepository) -> None:
    repository.targets.version += 1
    repository.write("targets", repository.targets)
    said = MetaFile(repository.targets.version, hashes={"sha256": "ab" * 32})
    repository.snapshot.meta["targets.json"] = said
    repository.say_snapshot()


def _timestamp_that_is_a_snapshot(repository: TufRepository) -> None:
    path = repository.path("timestamp", 1)
    repository.snapshot.version += 10
    repository.write("snapshot", repository.snapshot, repository.keys["timestamp"]).replace(path)


def _timestamp_too_long(repository: TufRepository) -> None:
    repository.timestamp.unrecognized_fields["x-padding"] = "x" * 20_000
    repository.say_timestamp()


def _missing(role: str) -> Callable[[TufRepository], None]:
    def harm(repository: TufRepository) -> None:
        repository.publish()
        repository.path(role, getattr(repository, role).version).unlink()

    return harm


ONLINE = ("timestamp", "snapshot", "targets")
REFUSED = {
    **{f"{role} by a stranger": _by_a_stranger(role) for role in ONLINE},
    **{f"{role} unsigned": _unsigned(role) for role in ONLINE},
    **{f"{role} with too few signatures": _too_few(role) for role in ONLINE},
    **{f"{role} expired": _expired(role) for role in ONLINE},
    **{f"{role} missing": _missing(role) for role in ONLINE},
    "timestamp older": _older_timestamp,
    "snapshot older": _older_snapshot,
    "targets older": _older_targets,
    "targets not in snapshot any more": _no_targets_in_snapshot,
    "snapshot of another version": _other_version("snapshot"),
    "targets of another version": _other_version("targets"),
    "snapshot with another hash": _other_hash_of_snapshot,
    "snapshot longer than said": _snapshot_longer_than_said,
    "targets with another hash": _other_hash_of_targets,
    "timestamp that is a snapshot": _timestamp_that_is_a_snapshot,
    "timestamp too long": _timestamp_too_long,
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_breaks_a_rule_is_refused_and_no_version_goes_back(
    client: Client, repository: TufRepository, what: str
) -> None:
    repository.publish()
    assert client.refresh() == 0
    before = client.versions()
    assert before == {**dict.fromkeys(ONLINE, 2), "root": 1}
    REFUSED[what](repository)
    assert client.refresh() == 1
    after = client.versions()
    assert all(after[role] >= before[role] for role in before)
    assert after["targets"] == 2


@pytest.mark.parametrize("role", ONLINE)
def test_new_keys_may_begin_their_versions_anew(
    client: Client, repository: TufRepository, role: str
) -> None:
    """5.3.11: or a thief's version 99,999 would shut the publisher out for ever."""
    getattr(repository, role).version = 99_999
    repository.publish()
    assert client.refresh() == 0
    getattr(repository, role).version = 0
    repository.change_keys("timestamp")
    repository.change_keys("snapshot")
    repository.next_root()
    repository.publish()
    assert client.refresh() == 0
    assert client.versions()[role] < 99_999


def test_the_same_timestamp_again_is_no_news(
    client: Client, web: Origin, repository: TufRepository
) -> None:
    assert client.refresh() == 0
    kept = (client.metadata / "timestamp.json").read_bytes()
    repository.timestamp.unrecognized_fields["x-other"] = "words"
    repository.write("timestamp", repository.timestamp)
    web.paths.clear()
    assert client.refresh() == 0
    assert web.paths == ["/metadata/2.root.json", "/metadata/timestamp.json"]
    assert (client.metadata / "timestamp.json").read_bytes() == kept


def test_unknown_fields_are_passed_over(client: Client, repository: TufRepository) -> None:
    for role in ("root", *ONLINE):
        getattr(repository, role).unrecognized_fields["x-later"] = {"any": ["thing"]}
    repository.next_root()
    repository.publish()
    assert (client.refresh(), client.said) == (0, "")


def test_a_root_with_a_kind_of_key_that_nobody_knows_yet_is_refused(
    client: Client, repository: TufRepository
) -> None:
    """The library's limit: a publisher who wants new kinds of keys updates the software first."""
    unknown = SSlibKey("ab" * 32, "quantum", "quantum-7", {"public": "ab" * 32})
    repository.root.add_key(unknown, "timestamp")
    repository.next_root()
    assert client.refresh() == 1
    assert client.versions() == {"root": 1}


def test_without_consistent_snapshots_names_have_no_versions(tmp_path: Path) -> None:
    repository = TufRepository.new(tmp_path / "plain", consistent=False)
    repository.add_artefact("dir/file", b"content")
    repository.publish()
    with origin(repository.folder) as web:
        client = Client(tmp_path / "client", web, repository)
        assert client.init() == 0
        assert client.download("dir/file") == 0
        assert web.paths == [
            "/metadata/2.root.json", "/metadata/timestamp.json", "/metadata/snapshot.json",
            "/metadata/targets.json", "/targets/dir/file",
        ]  # fmt: skip
    assert list(client.contents().values()) == [b"content"]


def test_a_root_that_has_expired_may_begin(client: Client, repository: TufRepository) -> None:
    repository.root.expires = PAST - timedelta(days=1000)
    repository.write_root()
    assert client.init() == 0
    repository.root.expires = LATER
    repository.next_root()
    assert client.refresh() == 0


# 5.6.7: delegations


def _walk(web: Origin) -> list[str]:
    """Which delegated roles were asked for, in order."""
    names = [path.removeprefix("/metadata/").split(".")[1] for path in web.paths[4:]]
    return [name for name in names if "/" not in name]


def test_roles_are_asked_in_order_and_depth_first(
    client: Client, web: Origin, repository: TufRepository
) -> None:
    a = repository.delegate("a", ["*"])
    repository.delegate("b", ["*"])
    repository.delegate("c", ["*"], by=a)
    repository.delegate("elsewhere", ["other/*"])
    repository.publish()
    assert client.download("file") == 1
    assert "no role of this repository signs" in client.said
    assert _walk(web) == ["a", "c", "b"]


def test_a_terminating_role_has_the_last_word(
    client: Client, web: Origin, repository: TufRepository
) -> None:
    repository.delegate("a", ["*"], terminating=True)
    b = repository.delegate("b", ["*"])
    repository.add_artefact("file", b"of b", b)
    repository.publish()
    assert client.download("file") == 1
    assert _walk(web) == ["a"]


def test_the_first_role_that_names_it_counts(client: Client, repository: TufRepository) -> None:
    for name in ("a", "b"):
        repository.add_artefact("file", f"of {name}".encode(), repository.delegate(name, ["*"]))
    repository.publish()
    assert client.download("file") == 0
    assert client.contents() == {"file": b"of a"}


def test_a_role_cannot_sign_beyond_its_paths(client: Client, repository: TufRepository) -> None:
    a = repository.delegate("a", ["a/*"])
    for name in ("b/file", "a/deep/file", "a"):
        repository.add_artefact(name, b"stolen", a)
    repository.add_artefact("a/file", b"its own", a)
    repository.publish()
    for name in ("b/file", "a/deep/file", "a"):
        assert client.download(name) == 1
    assert client.download("a/file") == 0
    assert client.contents() == {"a%2Ffile": b"its own"}


def test_a_role_cannot_hand_on_more_than_it_has(client: Client, repository: TufRepository) -> None:
    a = repository.delegate("a", ["a/*"])
    c = repository.delegate("c", ["*"], by=a)
    repository.add_artefact("b/file", b"stolen", c)
    repository.publish()
    assert client.download("b/file") == 1


def test_roles_that_delegate_in_a_ring_end(
    client: Client, web: Origin, repository: TufRepository
) -> None:
    a = repository.delegate("a", ["*"])
    b = repository.delegate("b", ["*"], by=a)
    key = repository.keys["a"][0].public_key
    role = DelegatedRole("a", [key.keyid], 1, terminating=False, paths=["*"])
    b.delegations = Delegations({key.keyid: key}, {"a": role})
    repository.publish()
    assert client.download("file") == 1
    assert _walk(web) == ["a", "b"]


def test_a_delegated_role_that_is_not_in_the_snapshot_is_refused(
    client: Client, repository: TufRepository
) -> None:
    repository.delegate("a", ["*"])
    repository.publish()
    del repository.snapshot.meta["a.json"]
    repository.say_snapshot()
    assert client.download("file") == 1
    assert "not part of snapshot" in client.said


@pytest.mark.parametrize("harm", ["expired", "stranger", "older", "gone", "threshold"])
def test_a_delegated_role_follows_the_rules_of_all_roles(
    client: Client, repository: TufRepository, harm: str
) -> None:
    a = repository.delegate("a", ["*"])
    repository.add_artefact("file", b"content", a)
    a.version = 2
    repository.publish()
    assert client.download("file") == 0
    a.version = 1 if harm == "older" else 3
    if harm == "expired":
        a.expires = PAST
    if harm == "stranger":
        repository.keys["a"] = [CryptoSigner.generate_ed25519()]
    if harm == "threshold" and repository.targets.delegations is not None:
        assert repository.targets.delegations.roles is not None
        repository.targets.delegations.roles["a"].threshold = 2
    repository.publish()
    if harm == "gone":
        del repository.snapshot.meta["a.json"]
        repository.say_snapshot()
    assert client.download("file") == 1
    assert client.contents() == {"file": b"content"}


def test_hash_bins_are_asked_by_the_hash_of_the_name(
    client: Client, web: Origin, repository: TufRepository
) -> None:
    bins = repository.delegate_to_bins(4, "bin")
    delegations = repository.targets.delegations
    assert delegations is not None
    assert delegations.succinct_roles is not None
    name = delegations.succinct_roles.get_role_for_target("dir/file")
    repository.add_artefact("dir/file", b"content", bins[name])
    for other, signed in bins.items():
        if other != name:
            repository.add_artefact("dir/file", b"stolen", signed)
    repository.add_artefact("dir/file", b"content", bins[name])
    repository.publish()
    assert client.download("dir/file") == 0
    assert client.contents() == {"dir%2Ffile": b"content"}
    assert [part for path in web.paths for part in path.split(".") if part.startswith("bin-")] == [
        name
    ]


@pytest.mark.parametrize("name", ["?", "#", "/role", "../role", "a b", "ü", "..", "%2e%2e/x"])
def test_a_roles_name_leads_nowhere_else(
    repository: TufRepository, tmp_path: Path, name: str
) -> None:
    repository.delegate(name, ["*"])
    repository.publish()
    # A host that takes paths as they are written: no file could be called such names.
    with HostileOrigin(repository.folder).running() as web:
        client = Client(tmp_path / "client", web, repository)
        assert client.init() == 0
        assert client.download("file") == 1
    assert f"/metadata/1.{quote(name, safe='')}.json" in web.paths
    assert len(client.versions()) == 5
    assert {path.name for path in (tmp_path / "client").iterdir()} == {"metadata", "artefacts"}


# 5.7: artefacts

NAMES = ["plain", "dir/sub/file", "a b", "ü/名.txt", "CON", "a.", "-x", "~", "a&b=c", "x" * 180]
ESCAPES = ["..", ".", "../up", "../../up", "/etc/up", "a/../../../up", "a\\..\\up", "C:\\up", "a/"]


@pytest.mark.parametrize("name", NAMES)
def test_an_artefact_of_any_name_lands_in_the_folder(
    client: Client, repository: TufRepository, name: str
) -> None:
    repository.add_artefact(name, b"content")
    repository.publish()
    assert client.download(name) == 0
    assert client.contents() == {quote(name, safe=""): b"content"}


@pytest.mark.parametrize("name", [*ESCAPES, "x" * 300, "nul\0", "\x1b[2J"])
def test_no_name_of_an_artefact_leads_out_of_the_folder(
    client: Client, repository: TufRepository, web: Origin, tmp_path: Path, name: str
) -> None:
    repository.targets.targets[name] = TargetFile.from_data(name, b"content", ["sha256"])
    repository.publish()
    # Whatever is asked for, and however the address is read.
    web.faults = {"/targets": ok(b"content"), "/up": ok(b"content"), "/etc": ok(b"content")}
    before = files_in(tmp_path)
    client.download(name)
    changed = {path for path, data in files_in(tmp_path).items() if before.get(path) != data}
    kept = ("client/metadata/", "client/artefacts/")
    assert all(path.startswith(kept) for path in changed), changed
    assert all(path.parent == client.artefacts for path in client.artefacts.rglob("*"))


def test_artefacts_with_like_names_do_not_take_each_others_place(
    client: Client, repository: TufRepository
) -> None:
    names = ["file", "file.new", "a/b", "a%2Fb", "a%252Fb"]
    for name in names:
        repository.add_artefact(name, name.encode())
    repository.publish()
    assert client.download("file.new", "file") == 0
    assert client.contents() == {"file": b"file", "file.new": b"file.new"}
    for name in names[2:]:
        client.download(name)
        assert set(client.contents().values()) <= {name.encode() for name in names}
    assert client.contents()["a%2Fb"] == b"a/b"


@pytest.mark.parametrize("harm", ["other", "longer", "shorter", "empty", "gone", "link"])
def test_an_artefact_that_is_not_what_was_signed_leaves_nothing_behind(
    client: Client, repository: TufRepository, tmp_path: Path, harm: str
) -> None:
    path = repository.add_artefact("file", b"content")
    repository.publish()
    (tmp_path / "secret").write_bytes(b"secret!")
    harms = {"other": b"CONTENT", "longer": b"content and more", "shorter": b"conten", "empty": b""}
    if harm in harms:
        path.write_bytes(harms[harm])
    else:
        path.unlink()
    if harm == "link":
        path.symlink_to(tmp_path / "secret")
    assert client.download("file") == 1
    assert client.contents() == {}


def test_a_changed_artefact_takes_the_old_ones_place_and_one_that_is_right_stays(
    client: Client, web: Origin, repository: TufRepository
) -> None:
    for words in (b"one", b"two", b"three"):
        repository.add_artefact("file", words)
        repository.publish()
        assert client.download("file") == 0
        assert client.contents() == {"file": words}
    web.paths.clear()
    assert client.download("file") == 0
    assert not [path for path in web.paths if "targets/" in path]
