"""What lies in staged/ came from other people: what they could put there, and what comes of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from copy import deepcopy

import pytest
from securesystemslib.signer import SSlibKey
from tuf.api.metadata import Root, Targets

from appliance.errors import ReleaseError
from appliance.release.demands import refuse_unsound
from appliance.release.keys import CORE, ROOT, TARGETS
from appliance.release.overview import changes_of_keys, refuse_forged_past
from appliance.release.roles import read_plan
from appliance.release.staging import Staging
from tests.ceremony import ROLES_TOML, Society
from tests.publisher import SIGNED_AT, days_later


def _refusal(society: Society) -> str:
    with pytest.raises(ReleaseError) as refused:
        refuse_unsound(society.files.published(), society.staged(), SIGNED_AT)
    return str(refused.value)


def _wider_paths(targets: Targets) -> None:
    assert targets.delegations is not None
    assert targets.delegations.roles is not None
    targets.delegations.roles[CORE].paths = ["channels/*/*"]


def _not_the_last(targets: Targets) -> None:
    assert targets.delegations is not None
    assert targets.delegations.roles is not None
    targets.delegations.roles[CORE].terminating = False


def _a_twin(targets: Targets) -> None:
    """Ann's key under another id: she would sign for two."""
    assert targets.delegations is not None
    assert targets.delegations.roles is not None
    role = targets.delegations.roles[CORE]
    key = targets.delegations.keys[role.keyids[0]]
    twin = SSlibKey("ab" * 32, key.keytype, key.scheme, dict(key.keyval))
    targets.add_key(twin, CORE)


def _a_name_that_moves_the_cursor(targets: Targets) -> None:
    assert targets.delegations is not None
    assert targets.delegations.roles is not None
    role = deepcopy(targets.delegations.roles[CORE])
    name = "x\x1b[2J"
    role.name, role.paths = name, [f"channels/{name}/*"]
    targets.delegations.roles[name] = role


def _a_key_that_is_not_there(targets: Targets) -> None:
    assert targets.delegations is not None
    assert targets.delegations.roles is not None
    targets.delegations.roles[CORE].keyids.append("cd" * 32)


def _nobody(targets: Targets) -> None:
    assert targets.delegations is not None
    assert targets.delegations.roles is not None
    targets.delegations.roles[CORE].threshold = 9


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (_wider_paths, "more than its own paths"),
        (_not_the_last, "more than its own paths"),
        (_a_twin, "named twice"),
        (_a_name_that_moves_the_cursor, "a channel called 'x\\x1b[2J'"),
        (_a_key_that_is_not_there, "no key of it"),
        (_nobody, "9 signatures are asked for"),
    ],
)
def test_targets_that_hand_out_too_much_are_refused_before_anybody_signs(
    society: Society, spoil: Callable[[Targets], None], complaint: str
) -> None:
    society.stage().keys(TARGETS)
    staged = society.staged().targets
    assert staged is not None
    targets = deepcopy(staged.signed)
    spoil(targets)
    Staging(society.repository).put(TARGETS, targets)
    assert complaint in _refusal(society)


def test_a_root_that_leaves_a_number_out_is_refused(society: Society) -> None:
    society.stage().keys(ROOT)
    staged = society.staged().root
    assert staged is not None
    staged.signed.version = 5
    Staging(society.repository).put(ROOT, staged.signed)
    assert "version 5, not 2" in _refusal(society)


def test_what_was_staged_before_another_release_came_out_is_refused(society: Society) -> None:
    society.stage().release({"a.toml": b"two"})
    late = shutil.copytree(Staging(society.repository).path, society.folder / "late")
    society.sign("ann", "bob")
    society.finish()
    society.publish({"a.toml": b"three"})
    shutil.copytree(late, Staging(society.repository).path)
    assert "core metadata has version 2, but version 3 is published" in _refusal(society)


def test_what_was_staged_too_long_ago_is_refused(society: Society) -> None:
    society.stage(days_later(-800)).release({"a.toml": b"two"})
    assert "has expired" in _refusal(society)


def test_another_release_json_than_the_metadata_names_is_refused(society: Society) -> None:
    society.stage().release({"a.toml": b"two"})
    path = Staging(society.repository).path / "releases" / "core.json"
    fields = json.loads(path.read_bytes())
    path.write_text(json.dumps({**fields, "release": 99}))
    with pytest.raises(ReleaseError, match="is not what was staged for core"):
        society.staged()


@pytest.mark.parametrize(
    ("name", "content"),
    [("2.core.json", b"{}"), ("x.json", b"{}"), ("3.core.json", b"{}"),
     ("signatures/2.core.ab.json", b"[]"), ("signatures/2.core.ab.json", b"\xff"),
     ("signatures/2.core.ab.json", b"x" * 20_000)],
)  # fmt: skip
def test_rubbish_in_the_folder_is_named(society: Society, name: str, content: bytes) -> None:
    society.stage().release({"a.toml": b"two"})
    society.sign("ann")
    (Staging(society.repository).path / name).write_bytes(content)
    with pytest.raises(ReleaseError, match="staged"):
        society.staged()


def test_a_forged_root_in_the_published_half_is_noticed(society: Society) -> None:
    """Somebody puts a root of their own in the shared folder, to be asked for less."""
    root = society.files.load("1.root", Root)
    root.signed.version = 2
    root.signed.roles[ROOT].threshold = 1
    root.to_file(str(society.files.metadata_path("2.root")))
    with pytest.raises(ReleaseError, match="not signed as it should be"):
        refuse_forged_past(society.files, society.files.published())


def test_changes_of_keys_are_told_in_words(society: Society) -> None:
    society.make_key("dora")
    dora = society.signers("dora").keys[0]
    society.stage().keys("core", [dora], ["cleo"], 3)
    lines = changes_of_keys(society.files.published(), society.staged())
    told = "\n".join(lines)
    assert "core: the key dora (" in told
    assert "core: the key cleo (" in told
    assert "core: 3 of 3 keys must sign from now on" in told
    assert "targets version 2 will hold until 21 November 2028" in told


def test_a_rotation_that_leaves_too_few_keys_is_refused_and_stages_nothing(
    society: Society,
) -> None:
    with pytest.raises(ReleaseError, match="core cannot change so"):
        society.stage().keys("core", (), ["ann", "bob"])
    assert not Staging(society.repository).path.exists()


def test_a_rotation_names_the_keys_that_there_are(society: Society) -> None:
    with pytest.raises(ReleaseError, match=r"'zoe' is not one key .* ann \("):
        society.stage().keys("core", (), ["zoe"])
    with pytest.raises(ReleaseError, match="no role or channel called council-x"):
        society.stage().keys("council-x", (), ["ann"])


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("threshold = 2", "threshold = 4", "4 signatures are asked for, but there are 3 keys"),
        ("threshold = 2", "threshold = 0", "must be from 1"),
        ("threshold = 2", 'threshold = "2"', "must have keys"),
        ('"bob.pub"', '"ann.pub"', "named twice"),
        ('"bob.pub"', '"nobody.pub"', "cannot be read"),
        ("[core]", "[cores]", "must have the tables"),
        ("[core]", "[core", "is not TOML"),
    ],
)
def test_a_plan_that_could_not_work_is_refused(
    society: Society, old: str, new: str, complaint: str
) -> None:
    plan = society.folder / "roles.toml"
    plan.write_text(ROLES_TOML.replace(old, new, 1))
    with pytest.raises(ReleaseError, match=complaint):
        read_plan(plan)


def test_a_repository_is_not_begun_twice(society: Society) -> None:
    with pytest.raises(ReleaseError, match="is a repository already"):
        society.stage().begin(read_plan(society.folder / "roles.toml"))
