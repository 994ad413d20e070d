"""A publisher of three people, 2 of whom must sign: the commands as each of them types them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.release.roles import read_plan
from tests.ceremony import ROLES_TOML, Society
from tests.conftest import Helppoint
from tests.content import GUIDE, real_tree
from tests.origin import Origin, origin
from tests.publisher import Publisher, files_in
from tests.release.test_channels import SITE
from tests.terminal import typed

PASSPHRASE = "correct horse battery"


class Room:
    """A folder where people meet, and the command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.repository = folder / "repository"
        self._box = Helppoint(folder, Publisher(folder, folder))

    def run(self, *words: str | Path) -> tuple[int, str]:
        done = self._box.run(*map(str, words))
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout + done.stderr

    def type(self, words: list[str | Path], *answers: tuple[str, str]) -> tuple[int, str]:
        return typed([str(word) for word in words], answers, self.folder)

    def write(self, name: str, tree: dict[str, bytes]) -> Path:
        for path, content in tree.items():
            (self.folder / name / path).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name / path).write_bytes(content)
        return self.folder / name


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_three_people_found_a_publisher_and_two_of_them_publish(room: Room) -> None:
    society = Society(room.folder)
    (room.folder / "online").mkdir()
    locked = room.type(
        ["keys", "new", room.folder / "ann.pem"],
        ("Passphrase", PASSPHRASE), ("Repeat", PASSPHRASE),
    )  # fmt: skip
    assert locked[0] == 0, locked[1]
    assert PASSPHRASE not in locked[1]
    assert b"ENCRYPTED" in (room.folder / "ann.pem").read_bytes()
    for name in ("bob", "cleo"):
        society.make_key(name)
    code, said = room.run("keys", "new", room.folder / "online" / "online.pem", "--no-passphrase")
    assert (code, "WARNING" in said) == (0, True)
    (room.folder / "roles.toml").write_text(ROLES_TOML)

    assert (
        room.run("publish", "begin", room.repository, "--roles", room.folder / "roles.toml")[0] == 0
    )
    content = room.write("content", real_tree())
    code, said = room.run("publish", "stage", content, room.repository)
    assert (code, "Staged release 1 of core" in said) == (0, True), said

    # Ann's own computer: the folder came on a stick.
    away = Room(room.folder / "away")
    shutil.copytree(room.repository, away.repository)
    signed = away.type(
        ["publish", "sign", away.repository, "--key", room.folder / "ann.pem"],
        ("Passphrase", PASSPHRASE), ("Sign root, targets, core as ann", "y"),
    )  # fmt: skip
    assert signed[0] == 0, signed[1]
    assert "guides added" in signed[1]
    assert "Still to be signed by others: core, root, targets." in signed[1]
    shutil.rmtree(room.repository)
    shutil.move(away.repository, room.repository)

    early = room.run("publish", "finish", room.repository, "--keys", room.folder / "online")
    assert early[0] == 1
    assert "root needs 1 more of the signatures of bob" in early[1]
    assert not (room.repository / "metadata").exists()

    code, said = room.run(
        "publish", "sign", room.repository, "--key", room.folder / "bob.pem", "--yes"
    )
    assert "All signatures are there" in said
    code, said = room.run("publish", "finish", room.repository, "--keys", room.folder / "online")
    assert (code, "release 1 of core" in said) == (0, True), said
    assert not (room.repository / "staged").exists()

    code, said = room.run("keys", "list", room.repository)
    assert "root 1: 2 of 3" in said
    assert "ann (" in said


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Society:
    society = Society.new(tmp_path_factory.mktemp("founded") / "society")
    now = datetime.now(UTC)
    society.stage(now).begin(read_plan(society.folder / "roles.toml"))
    society.publish(real_tree(), now)
    return society


@pytest.fixture
def going(founded: Society, tmp_path: Path) -> Room:
    shutil.copytree(founded.folder, tmp_path / "room")
    return Room(tmp_path / "room")


@pytest.fixture
def web(going: Room) -> Iterator[Origin]:
    with origin(going.repository) as running:
        yield running


def test_signers_are_shown_what_changes_in_numbers_names_and_words(going: Room) -> None:
    changed = real_tree()[GUIDE].replace(b"It is free.", b"It costs \xe2\x80\xae nothing.")
    content = going.write("content", {**real_tree(), GUIDE: changed})
    going.run("publish", "stage", content, going.repository)
    code, said = going.run("publish", "show", going.repository, "--words")
    assert code == 0, said
    assert "Release 2 of core: 1 guide changed" in said
    assert "guide changed: en/get-nhs-app" in said
    assert f"file changed: {GUIDE}" in said
    assert "It [-is-]{+costs+} " in said
    assert "\\u202e" in said
    assert "\u202e" not in said
    assert "2 more needed; signed by nobody; not by ann" in said


def test_whoever_says_no_has_not_signed(going: Room) -> None:
    content = going.write("content", {**real_tree(), "extra.txt": b"x"})
    going.run("publish", "stage", content, going.repository)
    before = files_in(going.repository)
    code, said = going.type(
        ["publish", "sign", going.repository, "--key", going.folder / "bob.pem"],
        ("Sign core as bob", "n"),
    )
    assert (code, "Aborted" in said) == (1, True)
    assert files_in(going.repository) == before


def test_a_key_that_no_role_wants_is_refused(going: Room) -> None:
    content = going.write("content", {**real_tree(), "extra.txt": b"x"})
    going.run("publish", "stage", content, going.repository)
    Society(going.folder).make_key("stranger")
    key = going.folder / "stranger.pem"
    code, said = going.run("publish", "sign", going.repository, "--key", key, "--yes")
    assert (code, "no staged role wants the key stranger" in said) == (1, True), said


def test_unchanged_content_stages_nothing(going: Room) -> None:
    content = going.write("content", real_tree())
    code, said = going.run("publish", "stage", content, going.repository)
    assert (code, "Nothing changed in core" in said) == (0, True)
    assert not (going.repository / "staged").exists()


def test_status_is_quiet_until_something_expires(going: Room) -> None:
    code, said = going.run("publish", "status", going.repository)
    assert (code, "Nothing expires soon" in said) == (0, True)
    code, said = going.run("publish", "status", going.repository, "--days", "61")
    assert code == 1
    assert "timestamp expires on" in said
    assert "publish renew" in said
    assert "root" not in said


def test_verify_reads_a_web_host_back_and_judges_its_caching(going: Room, web: Origin) -> None:
    root = going.repository / "metadata" / "1.root.json"
    code, said = going.run("publish", "verify", web.url, "--root", root)
    assert "release 1 of core, " in said, said
    assert "timestamp 1 until" in said
    # This host says nothing of caching.
    assert code == 1
    assert "metadata/timestamp.json (200) must say Cache-Control: max-age=300" in said
    assert "metadata/2.root.json (404) must say" in said
    assert "should say Cache-Control: immutable" in said


def test_verify_finds_a_damaged_file(going: Room) -> None:
    root = going.repository / "metadata" / "1.root.json"
    blob = max((going.repository / "blobs").rglob("*.gz"), key=lambda path: path.stat().st_size)
    blob.write_bytes(b"x" * blob.stat().st_size)
    code, said = going.run("publish", "verify", going.repository, "--root", root)
    assert (code, "is damaged" in said) == (1, True)


def test_renewing_changes_the_timestamps_and_nothing_else(going: Room) -> None:
    before = files_in(going.repository)
    code, said = going.run("publish", "renew", going.repository, "--keys", going.folder / "online")
    assert code == 0, said
    after = files_in(going.repository)
    assert {name for name in after if after[name] != before.get(name)} == {
        "metadata/timestamp.json",
        "metadata/stick/timestamp.json",
    }


def test_the_daily_renewal_waits_for_nobody_and_undoes_nothing(going: Room) -> None:
    before = files_in(going.repository)
    with Society(going.folder).files.locked():
        for command in ("renew", "finish"):
            code, said = going.run(
                "publish", command, going.repository, "--keys", going.folder / "online"
            )
            assert (code, "another publish is at work" in said) == (1, True), said
    assert files_in(going.repository) == before


def test_a_finish_that_was_cut_short_while_tidying_up_is_finished_by_the_next(
    going: Room,
) -> None:
    society = Society(going.folder)
    society.stage(datetime.now(UTC)).release({**real_tree(), "extra.txt": b"x"})
    society.sign("ann", "bob")
    society.seal(datetime.now(UTC)).write(going.repository)
    (going.repository / "staged" / "2.core.json").unlink()
    before = files_in(going.repository / "metadata")
    code, said = going.run("publish", "finish", going.repository, "--keys", going.folder / "online")
    assert (code, "was published already" in said) == (0, True), said
    assert files_in(going.repository / "metadata") == before
    assert not (going.repository / "staged").exists()


def test_packing_alone_is_refused_where_several_sign(going: Room) -> None:
    going.run("keys", "dev", going.folder / "dev")
    content = going.write("content", {**real_tree(), "extra.txt": b"x"})
    code, said = going.run("pack", content, "--repository", going.repository,
                           "--keys", going.folder / "dev")  # fmt: skip
    assert code == 1
    assert "signed with another root key" in said


def test_a_withdrawn_release_is_staged_from_an_older_one(going: Room) -> None:
    Society(going.folder).publish({**real_tree(), "extra.txt": b"x"}, datetime.now(UTC))
    code, said = going.run("publish", "stage", going.repository, "--from-release", "1")
    assert (code, "Staged release 3 of core" in said) == (0, True), said
    code, said = going.run("publish", "show", going.repository)
    assert "Release 3 of core: 1 file removed" in said


def test_a_forged_past_is_not_compared_with(going: Room) -> None:
    content = going.write("content", {**real_tree(), "extra.txt": b"x"})
    going.run("publish", "stage", content, going.repository)
    core = going.repository / "metadata" / "1.core.json"
    core.write_bytes(core.read_bytes().replace(b'"length":', b'"length":1'))
    code, said = going.run("publish", "show", going.repository)
    assert (code, "missing or damaged" in said or "not signed" in said) == (1, True), said


def test_a_council_joins_and_signs_its_own(going: Room) -> None:
    society = Society(going.folder)
    gita = society.make_key("gita")
    code, said = going.run(
        "channel", "add", "nhs-app", "--key", gita, "--repository", going.repository
    )
    assert (code, "would clash" in said) == (1, True), said
    code, said = going.run("channel", "add", "council-leeds", "--key", gita,
                           "--repository", going.repository)  # fmt: skip
    assert code == 0, said
    code, said = going.run("publish", "show", going.repository)
    assert "council-leeds: the key gita (" in said
    assert "council-leeds: 1 of 1 keys must sign from now on" in said
    society.sign("ann", "bob")
    society.finish(datetime.now(UTC))
    leeds = going.write("leeds", {"sites.toml": SITE})
    code, said = going.run(
        "publish", "stage", leeds, going.repository, "--channel", "council-leeds"
    )
    assert (code, "Staged release 1 of council-leeds" in said) == (0, True), said
    key = going.folder / "gita.pem"
    code, said = going.run("publish", "sign", going.repository, "--key", key, "--yes")
    assert "Release 1 of council-leeds: 1 site added" in said
    code, said = going.run("publish", "finish", going.repository, "--keys", going.folder / "online")
    assert (code, "release 1 of core, release 1 of council-leeds" in said) == (0, True), said


def test_a_key_is_replaced_from_the_command_line(going: Room) -> None:
    dora = Society(going.folder).make_key("dora")
    words = ("keys", "rotate", going.repository, "root", "targets", "core")
    code, said = going.run(*words, "--remove", "cleo", "--add", dora)
    assert code == 0, said
    code, said = going.run("publish", "show", going.repository)
    for role in ("root", "targets", "core"):
        assert f"{role}: the key dora (" in said
        assert f"{role}: the key cleo (" in said
    for name in ("ann", "bob"):
        key = going.folder / f"{name}.pem"
        going.run("publish", "sign", going.repository, "--key", key, "--yes")
    code, said = going.run("publish", "finish", going.repository, "--keys", going.folder / "online")
    assert (code, "Upload all other files first" in said) == (0, True), said
    listed = going.run("keys", "list", going.repository)[1]
    assert "root 2: 2 of 3" in listed
    assert "cleo" not in listed


def test_staged_content_that_no_box_could_show_is_not_signed(going: Room) -> None:
    """Somebody staged it with another program."""
    Society(going.folder).stage(datetime.now(UTC)).release({"sites.toml": b"]"})
    key = going.folder / "ann.pem"
    code, said = going.run("publish", "sign", going.repository, "--key", key, "--yes")
    assert (code, "sites.toml" in said) == (1, True), said
    assert not (going.repository / "staged" / "signatures").exists()


def test_a_box_verifies_with_the_root_that_it_was_built_with(going: Room) -> None:
    (going.folder / "helppoint.toml").write_text(f'embedded = "{going.repository}"\n')
    code, said = going.run("publish", "--verify", going.repository)
    assert code == 0, said
    assert said.startswith("release 1 of core, ")
    assert "root 1 until" in said
